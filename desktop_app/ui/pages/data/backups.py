"""Copies of the workspace: list, make, check, put one back."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app import labels
from desktop_app.columns.data import backup_columns, size_text
from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _
from desktop_app.services import keys
from desktop_app.services.journal import age_text
from desktop_app.ui import dialogs, theme
from desktop_app.ui.page import Page
from desktop_app.ui.panels import Card, EmptyState, button, text_label
from desktop_app.ui.record_table import RecordTable

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from collections.abc import Sequence

    from db.backup import Backup


class BackupsTab(QWidget):
    """What a copy is, the list, and what can be done with one."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._tasks = page, page.tasks
        self._files = page.context.files
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GAP_M, 0, 0)
        column.setSpacing(theme.GAP_M)
        self.table = RecordTable(
            backup_columns(age_text), context=page.context, state_key="backups",
            name=_("Backups"), empty=_("No copy yet. The first one is made in a moment."),
            first_step=(_("Back up now"), self.back_up), key=lambda row: row.path,
        )  # fmt: skip
        if self._files is None:
            column.addWidget(EmptyState(_("This workspace has no folder with copies."), "backup"))
            return
        column.addWidget(self._explanation())
        column.addLayout(self._buttons())
        column.addWidget(self.table, 1)
        page.follow(self.table)
        self.table.selection_changed.connect(self._on_selection)
        self.table.opened.connect(lambda _row: self._restore())
        self._on_selection()

    def _explanation(self) -> QWidget:
        card = Card(_("Kept safe"))
        self._newest = text_label("", "strong")
        card.body.addWidget(self._newest)
        card.body.addWidget(
            text_label(
                _(
                    "While you work, a copy is made every half hour in which something changed, "
                    "and checked. Kept are the newest ten, then one a day for two weeks, one a "
                    "week for two months, one a month for two years. Copies lie in the folder of "
                    "the workspace and are as encrypted as the workspace itself; take one to "
                    "another disk from time to time."
                ),
                "hint",
            )
        )
        return card

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        self.make_button = button(_("Back up now"), self.back_up, "backup", "primary")
        self.check_button = button(_("Check this copy"), self._check_copy, "check")
        self.restore_button = button(_("Restore this copy…"), self._restore, "restore")
        self.verify_button = button(_("Check the workspace"), self._verify, "check-circle")
        self.folder_button = button(_("Open the folder"), self._open_folder, "folder", "quiet")
        for widget in (self.make_button, self.check_button, self.restore_button):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.verify_button)
        row.addWidget(self.folder_button)
        return row

    def load(self) -> None:
        """Read the list of copies again."""
        if self._files is not None:
            self._tasks.compute(self, self._files.backups).then(self._show)

    def _show(self, found: "Sequence[Backup]") -> None:
        self.table.set_rows(found)
        if found:
            text = _("The newest copy is of {time} ({age}, {size}).").format(
                time=labels.moment_text(found[0].made_at),
                age=age_text(found[0].made_at),
                size=size_text(found[0].size),
            )
        else:
            text = _("There is no copy yet.")
        self._newest.setText(text)

    def _on_selection(self) -> None:
        is_one = len(self.table.selected_rows()) == 1
        may = allowed(self._page.actor.role, Action.RESTORE)
        can = self._files is not None and self._files.restore is not None
        self.check_button.setEnabled(is_one)
        self.restore_button.setEnabled(is_one and may and can)

    # ------------------------------------------------------------------ doing

    def back_up(self) -> None:
        """Make a copy now."""
        if self._files is None:
            return
        self.make_button.setEnabled(False)
        task = self._tasks.compute(self, self._files.back_up)
        task.then(self._on_made)
        task.finished.connect(lambda: self.make_button.setEnabled(True))

    def _on_made(self, made: "Backup") -> None:
        self._page.messages.done(
            _("Copy made and checked: {size}.").format(size=size_text(made.size))
        )
        self.load()

    def _check_copy(self) -> None:
        row = self.table.current_row()
        if row is None or self._files is None:
            return
        self._check(row.path, _("The copy is whole."))

    def _verify(self) -> None:
        if self._files is not None:
            self.verify_button.setEnabled(False)
            task = self._tasks.compute(self, self._files.verify)
            task.then(lambda _nothing: self._page.messages.done(_("The workspace is whole.")))
            task.finished.connect(lambda: self.verify_button.setEnabled(True))

    def _check(self, path: Path, text: str) -> None:
        if self._files is not None:
            task = self._tasks.compute(self, self._files.verify_copy, path)
            task.then(lambda _nothing: self._page.messages.done(text))

    def _restore(self) -> None:
        row = self.table.current_row()
        if row is None or self._files is None or self._files.restore is None:
            return
        if not self.restore_button.isEnabled():
            return
        time = labels.moment_text(row.made_at)
        if dialogs.confirm(
            self,
            title=_("Put the workspace back to {time}?").format(time=time),
            text=_(
                "Everything entered after {time} ({age}) goes away: customers, orders, cases, "
                "interviews.\n\nThe workspace as it is now is kept beside the copies, so that "
                "this, too, can be taken back. The window closes. Everybody signs in with their "
                "present password; who was added after that time has to be added again."
            ).format(time=time, age=age_text(row.made_at)),
            verb=_("Restore"),
            danger=True,
        ):
            restore = self._files.restore
            asked = self._tasks.read(self, keys.allow_restore)
            asked.then(lambda _none: restore(row.path))

    def _open_folder(self) -> None:
        if self._files is not None:
            folder = self._files.folder / "backups"
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
