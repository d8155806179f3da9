"""The page with its three tabs, each made when it is first shown."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from typing_extensions import override

from db.vocabulary import ImportKind
from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _
from desktop_app.ui.lazy_tabs import LazyTabs
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pages.data.backups import BackupsTab
from desktop_app.ui.pages.data.import_tab import ImportTab
from desktop_app.ui.pages.data.journal_tab import JournalTab
from desktop_app.ui.panels import PageHeader

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes

_Part = ImportTab | BackupsTab | JournalTab
_IMPORTS = {kind.value: kind for kind in ImportKind}


class DataPage(Page):
    """What comes in, what is kept safe, what was changed."""

    SPEC: ClassVar[PageSpec] = page_spec("data")
    TABLES: ClassVar[frozenset[str]] = frozenset()

    def build(self) -> None:
        """Make the tabs this role may use."""
        self.tabs: LazyTabs[_Part] = LazyTabs(_("Parts of the data page"))
        for name, action, title, kind in (
            ("import", Action.IMPORT, _("Import"), ImportTab),
            ("backups", Action.BACKUP, _("Backups"), BackupsTab),
            ("journal", Action.VIEW_JOURNAL, _("Journal"), JournalTab),
        ):
            if allowed(self.actor.role, action):
                self.tabs.add(name, title, partial(kind, self))
        self.tabs.currentChanged.connect(self._on_tab)
        self.body.addWidget(PageHeader(_("Data")))
        self.body.addWidget(self.tabs, 1)
        self.setFocusProxy(self.tabs.tabBar())

    @property
    def importing(self) -> ImportTab | None:
        """The import wizard; ``None`` if this role may not use it."""
        return cast("ImportTab | None", self.tabs.part("import"))

    @property
    def backups(self) -> BackupsTab | None:
        """The copies of the workspace; ``None`` if this role may not use it."""
        return cast("BackupsTab | None", self.tabs.part("backups"))

    @property
    def journal(self) -> JournalTab | None:
        """What was changed; ``None`` if this role may not use it."""
        return cast("JournalTab | None", self.tabs.part("journal"))

    def _on_tab(self) -> None:
        self.load()
        self.actions_changed()

    @override
    def load(self) -> None:
        current = self.tabs.current()
        if current is not None:
            current.load()
        self.show_count(None)

    @override
    def show_count(self, count: int | None) -> None:
        current = self.tabs.current()
        super().show_count(current.table.count() if isinstance(current, JournalTab) else None)

    @override
    def refresh(self, changes: "Changes") -> None:
        self.load()

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        current = self.tabs.current()
        return current.slots() if isinstance(current, JournalTab) else {}

    @override
    def show_record(self, target: object) -> None:
        kind = _IMPORTS.get(str(target))
        is_backup = target in ("backup", "restore", "backups")
        part = "import" if kind else "backups" if is_backup else str(target)
        is_there = self.tabs.show_part(part)
        if kind and is_there and self.importing is not None:
            self.importing.start(kind)
            self.importing.setFocus()
        self.load()
        if target == "backup" and self.backups is not None:
            self.backups.back_up()

    @override
    def can_leave(self) -> bool:
        made = self.tabs.parts().get("import")
        return not isinstance(made, ImportTab) or made.can_leave()
