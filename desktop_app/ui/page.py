"""What a page is, what it is given, and what the window asks of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from db.vocabulary import Role
from desktop_app.i18n import _
from desktop_app.settings import Settings
from desktop_app.ui import theme
from desktop_app.ui.action_set import ActionSet
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.window_state import WindowState

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Actor, Changes
    from desktop_app.ui.calendar_feed import CalendarFeed
    from desktop_app.ui.workspace_files import WorkspaceFiles

ALL_ROLES = frozenset(Role)

Slots = Mapping[str, Callable[[], object]]
"""Action id to what it does."""


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A page as the side bar, the menus and the help see it.

    Attributes:
        id: Name used by ``navigate``.
        title: English title marked with ``N_``.
        icon: Name of a file in ``resources/icons``.
        roles: Who sees it.
        help: What F1 says, marked with ``N_``; paragraphs are parted by an empty line.
        in_sidebar: Whether it stands in the side bar (detail pages do not).
        parent: Page that is highlighted in the side bar while this one is open.
        place: Where its class is, ``module:Class``.
        key: Its shortcut; the same for everybody, whatever pages a role sees.
    """

    id: str
    title: str
    icon: str
    roles: frozenset[Role] = ALL_ROLES
    help: str = ""
    in_sidebar: bool = True
    parent: str = ""
    place: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class PageContext:
    """What every page is given; there are no globals."""

    tasks: Tasks
    settings: Settings
    actor: "Actor"
    messages: MessageBar
    navigate: Callable[..., None]
    """``navigate(page_id, target=None)``: open a page, and a record on it."""
    actions: ActionSet
    state: WindowState
    workspace: Path
    files: "WorkspaceFiles | None" = None
    """Backups, checks and passwords of the open workspace; ``None`` where there is no folder."""
    feed: "CalendarFeed | None" = None
    """The calendar file that is kept up to date; ``None`` where there is no window."""


class Page(QWidget):
    """Base of all pages: build once, load, refresh when something it shows has changed."""

    SPEC: ClassVar[PageSpec]
    TABLES: ClassVar[frozenset[str]] = frozenset()
    """Tables whose change reloads the page; empty means any."""

    slots_changed = Signal()
    count_changed = Signal(object)
    title_changed = Signal()
    export_wanted = Signal(object)
    """A followed table, when *Export what I see* is chosen."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.context = context
        self.tasks, self.settings, self.actor = context.tasks, context.settings, context.actor
        self.messages, self.navigate = context.messages, context.navigate
        self.count: int | None = None
        self._tables: list[RecordTable] = []
        self.setObjectName(self.SPEC.id)
        self.setAccessibleName(_(self.SPEC.title))
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(theme.GAP_L, theme.GAP_M, theme.GAP_L, theme.GAP_M)
        self.body.setSpacing(theme.GAP_M)
        self.build()

    def build(self) -> None:
        """Make the widgets into ``self.body``; called once."""

    def load(self) -> None:
        """Read what the page shows; at the first visit and at each reload."""

    def refresh(self, changes: "Changes") -> None:
        """Something was committed: load again if it concerns this page."""
        if not self.TABLES or changes.tables & self.TABLES:
            self.load()

    def actions(self) -> Slots:  # type: ignore[override]  # QWidget.actions is not used by us
        """What this page can do now: action id to slot."""
        return {}

    def all_slots(self) -> Slots:
        """The page's own actions and those of its focused table."""
        table = self.focused_table()
        return {**(table.slots() if table is not None else {}), **self.actions()}

    def show_record(self, target: object) -> None:
        """Show one record: what ``navigate(page, target)`` hands over."""

    def here(self, target: object) -> object:
        """What `show_record` needs to come back to what is shown now.

        Args:
            target: What it was given last; a word asked for something to be done, which is over.
        """
        return None if isinstance(target, str) else target

    def title(self) -> str:
        """Title for the window and for *back*; a record's page says which record."""
        return _(self.SPEC.title)

    def customer(self) -> UUID | None:
        """Which customer is chosen here, for what the window does to a customer."""
        table = self.focused_table()
        row = None if table is None else table.current_row()
        found: UUID | None = getattr(row, "customer_id", None)
        return found

    def can_leave(self) -> bool:
        """Whether the window may go elsewhere; ask here about unsaved changes."""
        return True

    def follow(self, table: RecordTable) -> None:
        """Let the window know this table: its count, and the list actions."""
        self._tables.append(table)
        table.count_changed.connect(self.show_count)
        table.selection_changed.connect(self.slots_changed)
        table.export_wanted.connect(self.export_wanted)

    def tables(self) -> Sequence[RecordTable]:
        """The followed tables."""
        return self._tables

    def focused_table(self) -> RecordTable | None:
        """The followed table that has the focus, else the first one to be seen."""
        visible = [table for table in self._tables if table.isVisible()]
        focused = [table for table in visible if table.has_focus()]
        return next(iter(focused or visible), None)

    def actions_changed(self) -> None:
        """Say that ``actions()`` answers differently now."""
        self.slots_changed.emit()

    def show_count(self, count: int | None) -> None:
        """Show how many records are in the current filter, in the status bar."""
        self.count = count
        self.count_changed.emit(count)
