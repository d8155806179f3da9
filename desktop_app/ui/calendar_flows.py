"""What people do in the calendar, each as one flow: move in a form, export, keep a file."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.domain.drafts import Draft
from desktop_app.i18n import _, ngettext
from desktop_app.services import agenda, exports
from desktop_app.services.agenda_board import AgendaFilter, AgendaItem, Person
from desktop_app.ui import dialogs
from desktop_app.ui.calendar_feed import store
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.editors import ChoiceEditor
from desktop_app.ui.form import Form
from desktop_app.ui.parsed_editors import DateEditor, TimeEditor
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # a page is made of flows, not the other way round
    from desktop_app.ui.page import Page

_FILES = "iCalendar (*.ics)"


class MoveDraft(Draft):
    """Where a contact goes."""

    day: dt.date
    starts_at: dt.time | None = None
    to_user: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class CalendarExport:
    """What an export writes, and where."""

    criteria: AgendaFilter
    path: Path
    title: str


class CalendarFlows:
    """The flows of the calendar page; the page's tasks run them, dialogs open over it."""

    def __init__(self, page: "Page") -> None:
        self._page, self._tasks = page, page.tasks

    def move(self, item: AgendaItem, people: Sequence[Person]) -> FormDialog:
        """Ask for day, time and, with people to choose from, who makes it."""
        form = Form()
        form.add("day", _("&Day"), DateEditor(), required=True)
        form.add("starts_at", _("A&t"), TimeEditor(), help=_("Empty: at any time of the day."))
        if people:
            choices = [(person.id, person.name) for person in people if person.is_active]
            form.add("to_user", _("&Who"), ChoiceEditor(choices, optional=item.user_id is None))
        form.fill({"day": item.day, "starts_at": item.starts_at, "to_user": item.user_id})
        title = (
            _("Move the visit to {name}") if item.kind == "visit" else _("Move the call to {name}")
        )
        dialog = FormDialog(
            self._page,
            title=title.format(name=item.customer),
            verb=_("Move"),
            form=form,
            draft=MoveDraft,
            save=lambda draft: self._tasks.write(
                dialog, agenda.move, item.id, draft.day, draft.starts_at, draft.to_user
            ),
            draft_key=DraftKey(self._tasks, f"move-visit:{item.id}"),
        )
        dialog.open()
        return dialog

    def export(self, criteria: AgendaFilter, name: str) -> None:
        """Ask where, then write the days and people that are shown."""
        file = f"{_('calendar')}-{criteria.first}-{criteria.last}.ics"
        path = dialogs.save_file(self._page, _("Export the calendar"), file, _FILES)
        if path is None:
            return
        title = _("Visits and calls of {name}").format(name=name) if name else _("Visits and calls")
        job = CalendarExport(criteria, path, title)
        self._tasks.read(self._page, agenda.for_file, criteria).then(
            lambda found: self._note(job, found)
        )

    def _note(self, job: CalendarExport, found: Sequence[AgendaItem]) -> None:
        """First: what cannot be written down does not go out."""
        task = self._tasks.write(self._page, exports.note_calendar, len(found)).quiet()
        task.then(lambda _done: self._store(job, found))

    def _store(self, job: CalendarExport, found: Sequence[AgendaItem]) -> None:
        task = self._tasks.compute(self._page, store, found, job.path, job.title)
        text = ngettext(
            "{n} contact written to {file}", "{n} contacts written to {file}", len(found)
        )
        words = text.format(n=len(found), file=job.path.name)
        task.then(lambda _done: self._page.messages.done(words))

    def ask_kept_file(self, present: Path | None) -> tuple[bool, Path | None]:
        """Ask where the file is that is kept up to date; whether something was chosen, and what."""
        if present is not None and dialogs.confirm(
            self._page,
            title=_("Stop writing the calendar file?"),
            text=_("{file} is written anew after each change. It stays where it is.").format(
                file=present
            ),
            verb=_("Stop writing it"),
            keep=_("Go on"),
        ):
            return True, None
        if present is not None:
            return False, present
        path = dialogs.save_file(
            self._page, _("Keep a calendar file up to date"), f"{_('calendar')}.ics", _FILES
        )
        return path is not None, path
