"""The day pack of a person: asked for in a form, then written as PDF and Excel."""

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from desktop_app import labels
from desktop_app.domain.drafts import Draft
from desktop_app.domain.permissions import Action, allowed
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import _, ngettext
from desktop_app.services import agenda, day_packs
from desktop_app.services.day_packs import DayPack
from desktop_app.ui import dialogs
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, FolderEditor
from desktop_app.ui.form import Form
from desktop_app.ui.list_export import not_written
from desktop_app.ui.parsed_editors import DateEditor

if TYPE_CHECKING:  # SQLAlchemy is slow to import; a page is made of flows
    from db.session import Session
    from desktop_app.progress import Progress
    from desktop_app.ui.page import Page

_FOLDER: Final = "day_pack.folder"
_MOST_NAMED: Final = 8
"""So many characters that cannot be written are named."""

Named = Sequence[tuple[uuid.UUID, str]]


class DayPackDraft(Draft):
    """Whose day, which, and as what; nobody is the person who asks."""

    user_id: uuid.UUID | None = None
    day: dt.date
    pdf: bool = True
    xlsx: bool = False
    whole_phones: bool = False
    folder: Path

    @property
    def formats(self) -> tuple[str, ...]:
        """What is wanted."""
        wanted = {"pdf": self.pdf, "xlsx": self.xlsx}
        return tuple(name for name, is_wanted in wanted.items() if is_wanted)


def read_people(session: "Session") -> Named:
    """Whose days the actor may take along."""
    return [(one.id, one.name) for one in agenda.people(session) if one.is_active]


def read_pack(session: "Session", draft: DayPackDraft, user_id: uuid.UUID) -> DayPack:
    """The pack that is asked for.

    Raises:
        NotFoundError, NotAllowedError: as `day_packs.allow` and `pack` say.
        InvalidInputError: no format is chosen, the folder is not there, or the day is empty.
    """
    if not draft.formats:
        raise InvalidInputError([Problem("pdf", _("Choose PDF, Excel or both."))])
    if not draft.folder.is_dir():
        raise InvalidInputError([Problem("folder", _("There is no such folder."))])
    day_packs.allow(session, user_id, draft.formats)
    made = day_packs.pack(session, user_id, draft.day, whole_phones=draft.whole_phones)
    if not made.visits and not made.calls:
        text = _("{name} has no visit and no call on this day.")
        raise InvalidInputError([Problem("day", text.format(name=made.person))])
    return made


def free_paths(folder: Path, made: DayPack, formats: Sequence[str]) -> dict[str, Path]:
    """A file for each format, all of one name; with a number where that name is taken."""
    person = re.sub(r'[\\/:*?"<>|\s]+', "_", made.person)
    stem = name = f"{_('day pack')}-{person}-{made.day.isoformat()}"
    number = 1
    while any((folder / f"{name}.{suffix}").exists() for suffix in formats):
        number += 1
        name = f"{stem}-{number}"
    return {suffix: folder / f"{name}.{suffix}" for suffix in formats}


def find_losses(made: DayPack, formats: tuple[str, ...]) -> list[str]:
    """Sentences about what the files cannot hold as it is."""
    from desktop_app.reports import day_pack as files  # noqa: PLC0415  (loads the writers)

    return [loss.sentence() for loss in files.check(made, formats)]


def write_files(
    session: "Session", progress: "Progress", made: DayPack, targets: Mapping[str, Path]
) -> list[Path]:
    """Write a pack that stands in the journal already."""
    from desktop_app.reports import day_pack as files  # noqa: PLC0415  (loads the writers)

    day_packs.allow(session, made.user_id, tuple(targets))
    progress.step(0, None, made.person)
    return [one.path for one in files.write(made, targets, overwrite=False)]


class DayPackFlow:
    """Asks for a day pack over a page and writes it."""

    def __init__(self, page: "Page") -> None:
        self._page, self._tasks = page, page.tasks
        role = page.actor.role
        self._may_choose = allowed(role, Action.PLAN_VISITS)
        self._may_export = allowed(role, Action.EXPORT)
        self._may_see_phones = self._may_export and allowed(role, Action.REVEAL_PHONE)
        self.may = page.actor.user_id is not None and (
            self._may_choose or allowed(role, Action.WORK_CASE)
        )

    def ask(self, day: dt.date, user_id: uuid.UUID | None = None) -> None:
        """Ask whose day, which and as what; proposed is a person, else oneself."""
        if self._may_choose:
            self._tasks.read(self._page, read_people).then(
                lambda people: self._ask(day, user_id, people)
            )
        else:
            self._ask(day, None, ())

    def _ask(self, day: dt.date, user_id: uuid.UUID | None, people: Named) -> None:
        mine = self._page.actor.user_id
        if mine is None:
            return
        form = Form()
        if self._may_choose:
            form.add("user_id", _("&Whose day"), ChoiceEditor(people), required=True)
        form.add("day", _("&Day"), DateEditor(), required=True)
        if self._may_export:
            form.add("pdf", _("As what"), CheckEditor(_("&PDF, to print")))
            form.add("xlsx", "", CheckEditor(_("&Excel, to fill in")))
        if self._may_see_phones:
            form.add(
                "whole_phones", "", CheckEditor(_("Phones in &full")),
                help=_("Otherwise they are masked. The journal says who took them along."),
            )  # fmt: skip
        form.add("folder", _("&Folder"), FolderEditor(_("Folder of the day packs")), required=True)
        form.fill({"user_id": user_id or mine, "day": day, "pdf": True, "folder": self._folder()})
        dialog = FormDialog(
            self._page,
            title=_("Day pack"),
            verb=_("Write it"),
            form=form,
            draft=DayPackDraft,
            save=lambda draft: self._tasks.read(dialog, read_pack, draft, draft.user_id or mine),
            intro=_(
                "The visits of the day in the order of the route, with what is known of each "
                "customer and a blank form; the calls at the end."
            ),
        )
        dialog.saved.connect(lambda made: self._check(made, form.read(DayPackDraft)))
        dialog.open()

    def _folder(self) -> Path:
        """Where the last pack went, at first the folder for exports."""
        stored = self._page.context.state.get(_FOLDER)
        if isinstance(stored, str) and Path(stored).is_dir():
            return Path(stored)
        workspace = self._page.context.workspace
        exports = workspace / "exports"
        return exports if exports.is_dir() else workspace

    def _check(self, made: DayPack, draft: DayPackDraft) -> None:
        """Say what cannot be drawn before anything is written."""
        self._page.context.state.put(_FOLDER, str(draft.folder))
        task = self._tasks.compute(self._page, find_losses, made, draft.formats)
        task.then(lambda losses: self._note(made, draft, losses))

    def _note(self, made: DayPack, draft: DayPackDraft, losses: Sequence[str]) -> None:
        """First the journal: what cannot be written down does not go out."""
        more = ["…"] if len(losses) > _MOST_NAMED else []
        if losses and not dialogs.confirm(
            self._page,
            title=_("Write the day pack although something cannot be shown?"),
            text="\n".join([*losses[:_MOST_NAMED], *more]),
            verb=_("Write it"),
        ):
            return
        noted = self._tasks.write(self._page, day_packs.note, made, draft.formats).quiet()
        noted.then(lambda _none: self._write(made, draft))

    def _write(self, made: DayPack, draft: DayPackDraft) -> None:
        messages = self._page.messages
        targets = free_paths(draft.folder, made, draft.formats)
        task = self._tasks.read_long(self._page, write_files, made, targets)
        dialogs.show_progress(self._page, task, _("Day pack"))

        def told(paths: Sequence[Path]) -> None:
            count = len(made.visits) + len(made.calls)
            text = ngettext(
                "Day pack with {n} contact of {name} written: {files}",
                "Day pack with {n} contacts of {name} written: {files}",
                count,
            )
            names = _(", ").join(path.name for path in paths)
            words = text.format(n=labels.number(count), name=made.person, files=names)
            folder = QUrl.fromLocalFile(str(draft.folder))
            messages.offer(words, _("Open the folder"), lambda: QDesktopServices.openUrl(folder))

        task.then(told).or_else(lambda error: messages.error(not_written(error)))
