"""When reminders come, for everybody; how they are shown and heard, on this machine."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSystemTrayIcon

from desktop_app.domain.reminders import ReminderPolicy
from desktop_app.i18n import _
from desktop_app.services import reminders
from desktop_app.settings import save_settings
from desktop_app.ui.editors import CheckEditor
from desktop_app.ui.form import Form
from desktop_app.ui.page import Page
from desktop_app.ui.pages.settings.form_section import FormSection, Setting
from desktop_app.ui.panels import Card, action_button, text_label

_FLAGS = ("show_notes", "reminder_sound", "stay_in_tray")


class RemindersSection(FormSection):
    """Times before things are due, and what this machine does then."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            Setting(
                "reminder-policy",
                _("Reminders"),
                _(
                    "Each is given so long before, the longest first: 30, 15, 7. What is overdue "
                    "goes to the manager as well, until it is done. Nothing comes during a call."
                ),
                ReminderPolicy,
                reminders.policy,
                reminders.change_policy,
            ),
        )

    def fill_below(self) -> None:
        """What is for this person on this machine; it holds at once."""
        settings = self.page.settings
        has_tray = QSystemTrayIcon.isSystemTrayAvailable()
        own = self.own = Form(labels_above=True)
        for name, words in (
            ("show_notes", _("Show reminders as notifications of the desktop")),
            ("reminder_sound", _("Play a sound")),
            ("stay_in_tray", _("Stay in the tray when the window is closed")),
        ):
            own.add(name, "", CheckEditor(words))
        own.fill({name: getattr(settings, name) for name in _FLAGS})
        if settings.stay_in_tray is None:
            own.editors["stay_in_tray"].set_value(has_tray)
        own.editors["stay_in_tray"].setEnabled(has_tray)
        for name in _FLAGS:
            own.editors[name].changed.connect(self._keep_own)
        card = Card(_("On this computer"))
        card.body.addWidget(own)
        if not has_tray:
            text = _("This desktop has no tray: minimise the window, and reminders still come.")
            card.body.addWidget(text_label(text, "hint"))
        opener = action_button(self.page.context, "reminder.try")
        card.body.addWidget(opener, 0, Qt.AlignmentFlag.AlignLeft)
        card.setMaximumWidth(self.card.maximumWidth())
        self.below.addWidget(card)

    def _keep_own(self) -> None:
        settings, values = self.page.settings, self.own.values()
        settings.show_notes = bool(values["show_notes"])
        settings.reminder_sound = bool(values["reminder_sound"])
        if self.own.editors["stay_in_tray"].isEnabled():
            settings.stay_in_tray = bool(values["stay_in_tray"])
        save_settings(settings)
