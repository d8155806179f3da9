"""The page with the list of its parts."""

from functools import partial
from typing import ClassVar

from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import dialogs
from desktop_app.ui.lazy_list import LazyList
from desktop_app.ui.page import PageSpec
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pages.settings.about import AboutSection
from desktop_app.ui.pages.settings.charges import HandoverSection, RelianceSection
from desktop_app.ui.pages.settings.computer import ComputerSection
from desktop_app.ui.pages.settings.hours import HoursSection
from desktop_app.ui.pages.settings.people import PeopleSection
from desktop_app.ui.pages.settings.reasons import ReasonsSection
from desktop_app.ui.pages.settings.reminders import RemindersSection
from desktop_app.ui.pages.settings.rules import RulesSection
from desktop_app.ui.pages.settings.section import Section
from desktop_app.ui.pages.settings.skills import SkillsSection
from desktop_app.ui.pages.settings.staff import StaffSection
from desktop_app.ui.pages.settings.task_force import (
    ContactSection,
    OffersSection,
    OutcomeSection,
    PoolSection,
    PromisesSection,
)
from desktop_app.ui.pages.settings.workspace import WorkspaceSection
from desktop_app.ui.panels import PageHeader, action_button
from desktop_app.ui.tabbed_page import TabbedPage


class SettingsPage(TabbedPage[Section]):
    """What is set once: for this computer, for everybody, by whom."""

    SPEC: ClassVar[PageSpec] = page_spec("settings")

    def build(self) -> None:
        """Make the parts."""
        self.tabs = LazyList(_("Parts of the settings"))
        for name, title, kind in (
            ("computer", _("This computer"), ComputerSection),
            ("workspace", _("Workspace"), WorkspaceSection),
            ("rules", _("Rules"), RulesSection),
            ("contacts", _("Contact rules"), ContactSection),
            ("pool", _("Pool"), PoolSection),
            ("outcomes", _("Outcome and watch"), OutcomeSection),
            ("offers", _("Cost of offers"), OffersSection),
            ("promises", _("Time limits"), PromisesSection),
            ("reminders", _("Reminders"), RemindersSection),
            ("hours", _("Hours and holidays"), HoursSection),
            ("users", _("People and stores"), PeopleSection),
            ("staff", _("Staff"), StaffSection),
            ("skills", _("Skills"), SkillsSection),
            ("handovers", _("Handover and rotation"), HandoverSection),
            ("key-persons", _("Key persons"), RelianceSection),
            ("reasons", _("Reasons"), ReasonsSection),
            ("about", _("About"), AboutSection),
        ):
            self.tabs.add(name, title, partial(kind, self))
        self.put_together(
            PageHeader(_("Settings"), buttons=[action_button(self.context, "offer.library")])
        )

    @override
    def can_leave(self) -> bool:
        parts = self.tabs.parts()
        changed = [name for name, section in parts.items() if section.is_changed()]
        if not changed:
            return True
        self.tabs.show_part(changed[0])
        if not dialogs.confirm(
            self,
            title=_("Discard what you entered?"),
            text=_("Nothing of this form has been saved yet."),
            verb=_("Discard"),
            danger=True,
            keep=_("Keep editing"),
        ):
            return False
        for name in changed:
            parts[name].discard()
        return True
