"""The status bar: workspace, user, records in the filter, last backup, running jobs."""

from datetime import datetime, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton

from desktop_app import clock, labels
from desktop_app.i18n import _, ngettext
from desktop_app.ui import theme
from desktop_app.ui.theme import Tone


class StatusLine(QStatusBar):
    """Facts about the session, always in the same places."""

    def __init__(self, workspace: Path, user: str) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.setAccessibleName(_("Status"))
        self.workspace = self._field(_("Workspace"), workspace.name)
        self.workspace.setToolTip(str(workspace))
        self.user = self._field(_("User"), user)
        self.records = self._field(_("Records in the filter"), "")
        self.reminders = QToolButton()
        self.reminders.setIcon(theme.icon("bell", "accent"))
        self.reminders.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.reminders.setToolTip(_("Open the list of reminders  F11"))
        self.addPermanentWidget(self.reminders)
        self.show_reminders(0)
        self.jobs = self._field(_("Running jobs"), "", at_right=True)
        self.backup = self._field(_("Last backup"), "", at_right=True)
        self.show_jobs(0)

    def _field(self, name: str, text: str, *, at_right: bool = False) -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAccessibleName(f"{name}: {text}")
        label.setProperty("field", name)
        if at_right:
            self.addPermanentWidget(label)
        else:
            self.addWidget(label)
        return label

    @staticmethod
    def _set(label: QLabel, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))
        label.setAccessibleName(f"{label.property('field')}: {text}")

    def show_records(self, count: int | None) -> None:
        """Show how many records are in the current filter."""
        text = ngettext("{n} record", "{n} records", count or 0).format(n=f"{count or 0:,}")
        self._set(self.records, "" if count is None else text)

    def show_reminders(self, count: int) -> None:
        """Show how many reminders wait."""
        text = ngettext("{n} reminder", "{n} reminders", count).format(n=count)
        self.reminders.setText(text)
        self.reminders.setAccessibleName(text)
        self.reminders.setVisible(count > 0)

    def show_jobs(self, running: int) -> None:
        """Show how many long jobs are under way."""
        text = ngettext("{n} job running", "{n} jobs running", running).format(n=running)
        self._set(self.jobs, text if running else "")

    def show_backup(self, made: datetime | None, remind_days: int) -> None:
        """Show when the last backup was made; a late one stands out."""
        is_late = made is None or (
            remind_days > 0 and clock.now() - made > timedelta(days=remind_days)
        )
        when = labels.moment_text(made) if made is not None else _("none yet")
        self._set(self.backup, _("Last backup: {when}").format(when=when))
        theme.set_tone(self.backup, Tone.WARN if is_late else None)
