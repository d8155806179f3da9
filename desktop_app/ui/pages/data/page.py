"""The page with its three tabs."""

from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtWidgets import QTabWidget, QWidget
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
        self.importing: ImportTab | None = None
        self.backups: BackupsTab | None = None
        self.journal: JournalTab | None = None
        role = self.actor.role
        if allowed(role, Action.IMPORT):
            self.importing = self._add(ImportTab(self), _("Import"))
        if allowed(role, Action.BACKUP):
            self.backups = self._add(BackupsTab(self), _("Backups"))
        if allowed(role, Action.VIEW_JOURNAL):
            self.journal = self._add(JournalTab(self), _("Journal"))
        self.tabs.currentChanged.connect(self._on_tab)
        self.body.addWidget(PageHeader(_("Data")))
        self.body.addWidget(self.tabs, 1)
        self.setFocusProxy(self.tabs.tabBar())

    def _add(self, tab: Any, title: str) -> Any:
        self.tabs.addTab(tab, title)
        return tab

    def _on_tab(self) -> None:
        self.load()
        self.actions_changed()

    @override
    def load(self) -> None:
        current = self.tabs.currentWidget()
        if isinstance(current, ImportTab | BackupsTab | JournalTab):
            current.load()
        self.show_count(None)

    @override
    def show_count(self, count: int | None) -> None:
        current = self.tabs.currentWidget()
        super().show_count(current.table.count() if isinstance(current, JournalTab) else None)

    @override
    def refresh(self, changes: "Changes") -> None:
        self.load()

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        current = self.tabs.currentWidget()
        return current.slots() if isinstance(current, JournalTab) else {}

    @override
    def show_record(self, target: object) -> None:
        wanted: QWidget | None = None
        if target in _IMPORTS and self.importing is not None:
            wanted = self.importing
            self.importing.start(_IMPORTS[str(target)])
        elif target in ("backup", "restore", "backups") and self.backups is not None:
            wanted = self.backups
        elif target == "journal" and self.journal is not None:
            wanted = self.journal
        if wanted is not None:
            self.tabs.setCurrentWidget(wanted)
        if wanted is not None and wanted is self.importing:
            self.importing.setFocus()
        self.load()
        if target == "backup" and self.backups is not None:
            self.backups.back_up()

    @override
    def can_leave(self) -> bool:
        return self.importing is None or self.importing.can_leave()
