"""The page with its three tabs, each made when it is first shown."""

from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget
from typing_extensions import override

from db.vocabulary import ImportKind
from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pages.data.backups import BackupsTab
from desktop_app.ui.pages.data.import_tab import ImportTab
from desktop_app.ui.pages.data.journal_tab import JournalTab
from desktop_app.ui.panels import PageHeader

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes

_Part = ImportTab | BackupsTab | JournalTab
_PartT = TypeVar("_PartT", bound=QWidget)
_IMPORTS = {"customers": ImportKind.CUSTOMERS, "orders": ImportKind.ORDERS}


class DataPage(Page):
    """What comes in, what is kept safe, what was changed."""

    SPEC: ClassVar[PageSpec] = page_spec("data")
    TABLES: ClassVar[frozenset[str]] = frozenset()

    def build(self) -> None:
        """Make the tabs this role may use."""
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(_("Parts of the data page"))
        self._made: dict[type[QWidget], QWidget] = {}
        self._holders: dict[type[QWidget], QWidget] = {}
        self._columns: dict[type[QWidget], QVBoxLayout] = {}
        role = self.actor.role
        for kind, action, title in (
            (ImportTab, Action.IMPORT, _("Import")),
            (BackupsTab, Action.BACKUP, _("Backups")),
            (JournalTab, Action.VIEW_JOURNAL, _("Journal")),
        ):
            if allowed(role, action):
                self._add(kind, title)
        self._current()
        self.tabs.currentChanged.connect(self._on_tab)
        self.body.addWidget(PageHeader(_("Data")))
        self.body.addWidget(self.tabs, 1)
        self.setFocusProxy(self.tabs.tabBar())

    def _add(self, kind: type[QWidget], title: str) -> None:
        holder = self._holders[kind] = QWidget()
        column = self._columns[kind] = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        self.tabs.addTab(holder, title)

    def _part(self, kind: type[_PartT]) -> _PartT | None:
        """A tab, made when it is first wanted; ``None`` if this role may not use it."""
        holder, made = self._holders.get(kind), self._made.get(kind)
        if made is None and holder is not None:
            made = self._made[kind] = kind(self)
            self._columns[kind].addWidget(made)
            holder.setFocusProxy(made)
        return cast("_PartT | None", made)

    @property
    def importing(self) -> ImportTab | None:
        """The import wizard."""
        return self._part(ImportTab)

    @property
    def backups(self) -> BackupsTab | None:
        """The copies of the workspace."""
        return self._part(BackupsTab)

    @property
    def journal(self) -> JournalTab | None:
        """What was changed."""
        return self._part(JournalTab)

    def _current(self) -> _Part | None:
        holder = self.tabs.currentWidget()
        kind = next((kind for kind, one in self._holders.items() if one is holder), None)
        return None if kind is None else cast("_Part | None", self._part(kind))

    def _on_tab(self) -> None:
        self.load()
        self.actions_changed()

    @override
    def load(self) -> None:
        current = self._current()
        if current is not None:
            current.load()
        self.show_count(None)

    @override
    def show_count(self, count: int | None) -> None:
        current = self._current()
        super().show_count(current.table.count() if isinstance(current, JournalTab) else None)

    @override
    def refresh(self, changes: "Changes") -> None:
        self.load()

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        current = self._current()
        return current.slots() if isinstance(current, JournalTab) else {}

    @override
    def show_record(self, target: object) -> None:
        wanted: type[QWidget] | None = None
        if target in _IMPORTS and self.importing is not None:
            wanted = ImportTab
            self.importing.start(_IMPORTS[str(target)])
        elif target in ("backup", "restore", "backups"):
            wanted = BackupsTab
        elif target == "journal":
            wanted = JournalTab
        if wanted is not None and wanted in self._holders:
            self.tabs.setCurrentWidget(self._holders[wanted])
        if wanted is ImportTab and self.importing is not None:
            self.importing.setFocus()
        self.load()
        if target == "backup" and self.backups is not None:
            self.backups.back_up()

    @override
    def can_leave(self) -> bool:
        made = self._made.get(ImportTab)
        return not isinstance(made, ImportTab) or made.can_leave()
