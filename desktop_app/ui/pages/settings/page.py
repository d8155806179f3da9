"""The page with its tabs."""

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QTabWidget
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import dialogs
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pages.settings.about import AboutSection
from desktop_app.ui.pages.settings.computer import ComputerSection
from desktop_app.ui.pages.settings.people import PeopleSection
from desktop_app.ui.pages.settings.reasons import ReasonsSection
from desktop_app.ui.pages.settings.rules import RulesSection
from desktop_app.ui.pages.settings.section import Section
from desktop_app.ui.pages.settings.workspace import WorkspaceSection
from desktop_app.ui.panels import PageHeader

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes


class SettingsPage(Page):
    """What is set once: for this computer, for everybody, by whom."""

    SPEC: ClassVar[PageSpec] = page_spec("settings")

    def build(self) -> None:
        """Make the tabs."""
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(_("Parts of the settings"))
        self.sections: dict[str, Section] = {}
        for name, title, section in (
            ("computer", _("This computer"), ComputerSection(self)),
            ("workspace", _("Workspace"), WorkspaceSection(self)),
            ("rules", _("Rules"), RulesSection(self)),
            ("users", _("People and stores"), PeopleSection(self)),
            ("reasons", _("Reasons"), ReasonsSection(self)),
            ("about", _("About"), AboutSection(self)),
        ):
            self.sections[name] = section
            self.tabs.addTab(section, title)
        self.tabs.currentChanged.connect(self._on_tab)
        self.body.addWidget(PageHeader(_("Settings")))
        self.body.addWidget(self.tabs, 1)
        self.setFocusProxy(self.tabs.tabBar())

    def _current(self) -> Section:
        return next(s for s in self.sections.values() if s is self.tabs.currentWidget())

    def _on_tab(self) -> None:
        self.show_count(None)
        self.load()
        self.actions_changed()

    @override
    def load(self) -> None:
        self._current().load()

    @override
    def refresh(self, changes: "Changes") -> None:
        self.load()

    @override
    def show_record(self, target: object) -> None:
        if target in self.sections:
            self.tabs.setCurrentWidget(self.sections[str(target)])
        self.load()

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        return self._current().slots()

    @override
    def can_leave(self) -> bool:
        changed = [section for section in self.sections.values() if section.is_changed()]
        if not changed:
            return True
        self.tabs.setCurrentWidget(changed[0])
        if not dialogs.confirm(
            self,
            title=_("Discard what you entered?"),
            text=_("Nothing of this form has been saved yet."),
            verb=_("Discard"),
            danger=True,
            keep=_("Keep editing"),
        ):
            return False
        for section in changed:
            section.discard()
        return True
