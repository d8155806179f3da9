"""The journal: every change set, what it did, and undo with what stands in the way."""

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtWidgets import QVBoxLayout, QWidget

from db.queries.journal import ChangeSetFilter, ChangeSetRow
from db.vocabulary import ChangeKind
from desktop_app.columns.journal import (
    DETAIL_COLUMNS,
    DetailRow,
    change_set_columns,
    detail_rows,
)
from desktop_app.i18n import _, ngettext
from desktop_app.services import history, journal, staff, workspace_settings
from desktop_app.services.journal import UndoPreview, entity_text, title_text
from desktop_app.ui import dialogs, theme
from desktop_app.ui.editors import ChoiceEditor, EnumEditor
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import FilterBar, action_button, splitter, text_label
from desktop_app.ui.parsed_editors import DateEditor
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_KIND_TONES = {
    ChangeKind.IMPORT: Tone.ACCENT,
    ChangeKind.SCAN: Tone.INFO,
    ChangeKind.BULK: Tone.INFO,
    ChangeKind.UNDO: Tone.WARN,
}
_LISTED = 200


def read_users(session: "Session") -> list[tuple[UUID, str]]:
    """Users as choices of a filter."""
    return [(user.id, user.name) for user in staff.list_users(session)]


def read_details(session: "Session", change_set_id: UUID) -> list[DetailRow]:
    """What a change set did, field by field."""
    names = {str(store.id): store.name for store in staff.list_stores(session)}
    names |= {str(user.id): user.name for user in staff.list_users(session)}
    changes = history.changes_of(session, change_set_id, _LISTED)
    return detail_rows(changes, names, entity_text, workspace_settings.currency(session))


def kind_tone(row: ChangeSetRow) -> Tone | None:
    """Tone of the kind of a change set."""
    return _KIND_TONES.get(row.kind, Tone.NEUTRAL)


class JournalTab(QWidget):
    """List above, what the chosen one did below."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._tasks = page, page.tasks
        self._latest = Latest()
        self.filters = FilterBar(_("Change or person"))
        self._kind = self.filters.add(
            _("Kind"), EnumEditor(ChangeKind, optional=True, empty=_("all kinds"))
        )
        self._actor = self.filters.add(
            _("By"), ChoiceEditor([], optional=True, empty=_("everybody"))
        )
        self._since = self.filters.add(_("Since"), DateEditor())
        self._since.line.setPlaceholderText("2026-08-31")
        self.filters.add_widget(action_button(page.context, "change.undo"))
        self.filters.changed.connect(self._query)
        self.table = RecordTable(
            change_set_columns(title_text), context=page.context, state_key="journal",
            name=_("Journal"), empty=_("No change fits."),
            chips={"kind": kind_tone, "undone": lambda row: Tone.WARN if row.undone_by else None},
        )  # fmt: skip
        self.table.set_menu("change.undo", None, "list.copy", "list.columns")
        self.details = RecordTable(
            DETAIL_COLUMNS, context=page.context, state_key="journal-details",
            name=_("What the change did"),
            empty=_("Choose a change to see what it did. Orders of an import are counted, not "
                    "listed."),
        )  # fmt: skip
        self._title = text_label("", "heading")
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self._title)
        column.addWidget(self.details, 1)
        sides = splitter(page.context, "journal", self.table, below, horizontal=False)
        if not page.context.state.get("splitter.journal"):
            sides.setSizes([420, 240])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GAP_M, 0, 0)
        column.setSpacing(theme.GAP_M)
        column.addWidget(self.filters)
        column.addWidget(sides, 1)
        self.table.current_changed.connect(self._show_details)
        page.follow(self.table)
        page.follow(self.details)

    def load(self) -> None:
        """Read the list again."""
        self._tasks.read(self, read_users).then(self._actor.set_choices)
        self._query()

    def _query(self) -> None:
        since = self._since.value()
        start = None
        if isinstance(since, dt.date):
            start = dt.datetime.combine(since, dt.time()).astimezone()
        criteria = ChangeSetFilter(
            kind=self._kind.value(),
            actor_id=self._actor.value(),
            since=start,
            text=self.filters.search.value() or "",
        )
        self.table.set_query(history.count_change_sets, history.list_change_sets, criteria)

    def _show_details(self, row: ChangeSetRow | None) -> None:
        if row is None:
            self._title.setText("")
            self.details.set_rows([])
            return
        parts = [title_text(row.title, row.args), journal.age_text(row.at)]
        if row.changes > _LISTED:
            parts.append(_("the first {n} records").format(n=_LISTED))
        self._title.setText(" · ".join(parts))
        task = self._tasks.read(self, read_details, row.id)
        self._latest.take(task).then(self.details.set_rows)

    def slots(self) -> Slots:
        """Undo, where the chosen change can be undone."""
        row = self.table.current_row()
        if row is None or row.undone_by or row.kind in (ChangeKind.EVENT, ChangeKind.SYSTEM):
            return {}
        return {"change.undo": lambda: ask_undo(self._page, self, row.id)}


def ask_undo(page: Page, owner: QWidget, change_set_id: UUID) -> None:
    """Say what undoing would do, ask, and do it.

    Args:
        page: Page whose tasks and messages are used.
        owner: Widget the question belongs to.
        change_set_id: What to undo.
    """

    def undo(*, skip_blocked: bool) -> None:
        page.tasks.write(owner, journal.undo, change_set_id, skip_blocked=skip_blocked)

    def ask(preview: UndoPreview) -> None:
        if preview.impossible:
            dialogs.tell(owner, preview.title, preview.impossible)
        elif preview.blocked:
            if dialogs.confirm(
                owner,
                title=_("Undo the rest of “{title}”?").format(title=preview.title),
                text=_blocked_text(preview),
                verb=_("Undo the rest"),
            ):
                undo(skip_blocked=True)
        elif dialogs.confirm(
            owner,
            title=_("Undo “{title}”?").format(title=preview.title),
            text=_free_text(preview),
            verb=_("Undo"),
        ):
            undo(skip_blocked=False)

    page.tasks.read(owner, journal.preview_undo, change_set_id).then(ask)


def _back_text(preview: UndoPreview) -> str:
    count = preview.changes + preview.facts
    text = ngettext(
        "{n} record goes back to how it was before.",
        "{n} records go back to how they were before.",
        count,
    )
    return text.format(n=f"{count:,}")


def _free_text(preview: UndoPreview) -> str:
    return f"{_back_text(preview)}\n{_('Nothing newer stands in the way.')}"


def _blocked_text(preview: UndoPreview) -> str:
    text = ngettext(
        "{n} record stays as it is, because something newer stands in the way:",
        "{n} records stay as they are, because something newer stands in the way:",
        preview.blocked,
    ).format(n=f"{preview.blocked:,}")
    return "\n".join([text, *preview.sentences, "", _back_text(preview)])
