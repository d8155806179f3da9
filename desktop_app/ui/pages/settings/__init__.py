"""The settings page: this computer, the workspace, rules, people and stores, reasons, about."""

from desktop_app.ui.pages.settings.page import SettingsPage

__all__ = ["SettingsPage"]
