"""The only dialogs: form with a verb, question with verbs, file, progress with stop."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.errors import InvalidInputError, Problem, UserError
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.form import Form
from desktop_app.ui.panels import scrolled
from desktop_app.ui.tasks import Task
from desktop_app.ui.typed_drafts import DraftKey, DraftStrip

if TYPE_CHECKING:  # pydantic is slow to import; the sign-in dialog paints without it
    from pydantic import BaseModel

PROGRESS_AFTER_MS = 400
_FORM_WIDTH = 560
_MAX_HEIGHT = 760


class FormDialog(QDialog):
    """A form with a verb and *Cancel*: validates, saves in the background, asks before losing.

    ``save`` gets the draft and returns the task that stores it. ``Ctrl+Enter`` saves, ``Esc``
    cancels. After success ``saved`` carries the task's result and the dialog closes. With a
    ``draft_key`` what is typed survives a crash and is offered when the dialog opens again.
    """

    saved = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        *,
        title: str,
        verb: str,
        form: Form,
        draft: "type[BaseModel]",
        save: Callable[[Any], Task[Any] | None],
        intro: str = "",
        danger: bool = False,
        draft_key: DraftKey | None = None,
    ) -> None:
        super().__init__(parent)
        self.form = form
        self.drafts = None if draft_key is None else draft_strip(form, draft_key)
        self._draft, self._save = draft, save
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.verb_button = QPushButton(verb)
        self.verb_button.setAutoDefault(False)
        theme.set_role(self.verb_button, "danger" if danger else "primary")
        self.cancel_button = QPushButton(_("Cancel"))
        self.cancel_button.setAutoDefault(False)
        self._build(title, intro)
        self.verb_button.clicked.connect(self.submit)
        self.cancel_button.clicked.connect(self.reject)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.submit)
        self.form.focus_first()
        if self.drafts is not None:
            self.drafts.offer()

    def _build(self, title: str, intro: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_XL, theme.GAP_L, theme.GAP_XL, theme.GAP_L)
        column.setSpacing(theme.GAP_M)
        column.addWidget(_label(title, "title"))
        if intro:
            column.addWidget(_label(intro, "hint"))
        if self.drafts is not None:
            column.addWidget(self.drafts)
            self.drafts.appeared.connect(self.fit)
        self._area = scrolled(self.form)
        column.addWidget(self._area, 1)
        column.addLayout(_button_row(self.verb_button, self.cancel_button, _("Ctrl+Enter")))
        self.resize(_FORM_WIDTH, 0)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self.fit()  # the style sheet is known now
        super().showEvent(event)

    def fit(self) -> None:
        """Grow until every word of the form is seen, problems too, unless it gets too high."""
        column, inside = self.layout(), self.form.layout()
        if column is None or inside is None:
            return
        room = self.width() - 2 * theme.GAP_XL
        inside.invalidate()
        column.invalidate()
        asked = inside.totalHeightForWidth(room)
        around = column.totalHeightForWidth(self.width()) - self._area.sizeHint().height()
        wanted = around + max(asked, self.form.sizeHint().height())
        self.resize(self.width(), max(self.height(), min(wanted, _MAX_HEIGHT)))

    def submit(self) -> None:
        """Check what was entered and save it."""
        if not self.verb_button.isEnabled():
            return
        draft = self.form.try_read(self._draft)
        if draft is None:
            self.fit()
            return
        self._set_busy(True)
        task = self._save(draft)
        if task is None:
            self._on_saved(None)
        else:
            task.then(self._on_saved).or_else(self._on_failed)
            task.finished.connect(lambda: self._set_busy(False))

    def _set_busy(self, is_busy: bool) -> None:  # noqa: FBT001  (a property setter)
        self.verb_button.setEnabled(not is_busy)
        self.form.setEnabled(not is_busy)

    def _on_saved(self, result: object) -> None:
        self._finish_drafts()
        self.form.mark_saved()
        self.saved.emit(result)
        self.accept()

    def _on_failed(self, error: UserError) -> None:
        self._set_busy(False)
        if isinstance(error, InvalidInputError):
            self.form.show_problems(error.problems)
        else:
            self.form.show_problems([Problem("", error.message)])
        self.fit()

    @override
    def reject(self) -> None:
        if not self.form.is_changed() or confirm(
            self,
            title=_("Discard what you entered?"),
            text=_("Nothing of this form has been saved yet."),
            verb=_("Discard"),
            danger=True,
            keep=_("Keep editing"),
        ):
            self._finish_drafts()
            super().reject()

    def _finish_drafts(self) -> None:
        if self.drafts is not None:
            self.drafts.finish()


def draft_strip(form: Form, key: DraftKey) -> DraftStrip:
    """Keep what is typed into a form; the strip belongs above it."""

    def may_discard() -> bool:
        return confirm(
            strip.window(),
            title=_("Discard what was typed and not saved?"),
            text=_("It cannot be brought back."),
            verb=_("Discard"),
            danger=True,
        )

    strip = DraftStrip(form, key, may_discard)
    return strip


def confirm(
    parent: QWidget | None,
    *,
    title: str,
    text: str,
    verb: str,
    danger: bool = False,
    keep: str = "",
) -> bool:
    """Ask before doing something; the safe button is the default, Esc is the safe answer.

    Args:
        parent: Window the question belongs to.
        title: The question, in a few words.
        text: What happens, how many, how to undo it.
        verb: What the button does.
        danger: Whether it cannot be undone.
        keep: The safe button; *Cancel* when empty.
    """
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(title)
    box.setInformativeText(text)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setIconPixmap(
        theme.icon("warning" if danger else "help", "bad" if danger else "accent").pixmap(32, 32)
    )
    act = box.addButton(verb, QMessageBox.ButtonRole.AcceptRole)
    safe = box.addButton(keep or _("Cancel"), QMessageBox.ButtonRole.RejectRole)
    theme.set_role(act, "danger" if danger else "primary")
    box.setDefaultButton(safe)
    box.setEscapeButton(safe)
    for keys in () if danger else ("Ctrl+Return", "Ctrl+Enter"):  # the keys that save lose nothing
        QShortcut(QKeySequence(keys), box).activated.connect(act.click)
    box.exec()
    return box.clickedButton() is act


def tell(parent: QWidget | None, title: str, text: str) -> None:
    """Say something that must be read before going on."""
    box = QMessageBox(parent)
    theme.dress(box)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(title)
    box.setInformativeText(text)
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    box.setIconPixmap(theme.icon("info", "accent").pixmap(32, 32))
    box.addButton(_("Understood"), QMessageBox.ButtonRole.AcceptRole)
    box.exec()


def pick_file(parent: QWidget, caption: str, filters: str = "") -> Path | None:
    """Let the person choose a file to read."""
    chosen, _filter = QFileDialog.getOpenFileName(parent, caption, "", filters)
    return Path(chosen) if chosen else None


def pick_folder(parent: QWidget | None, caption: str, start: str = "") -> Path | None:
    """Let the person choose a folder."""
    chosen = QFileDialog.getExistingDirectory(parent, caption, start)
    return Path(chosen) if chosen else None


def save_file(
    parent: QWidget, caption: str, name: str, filters: str = "", folder: Path | None = None
) -> Path | None:
    """Let the person choose where to write; the system asks before overwriting.

    Args:
        parent: Window the dialog belongs to.
        caption: Title of the dialog.
        name: Proposed name of the file.
        filters: Kinds of files, as Qt writes them.
        folder: Where the dialog starts, if it is there.
    """
    start = str(folder / name) if folder is not None and folder.is_dir() else name
    chosen, _filter = QFileDialog.getSaveFileName(parent, caption, start, filters)
    return Path(chosen) if chosen else None


class ProgressDialog(QDialog):
    """What a long job is doing, with *Stop*; the window behind it stays usable."""

    def __init__(self, parent: QWidget, task: Task[Any], title: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._task = task
        self._text = _label("", "hint")
        self._count = _label("", "hint")
        self.bar = QProgressBar(textVisible=False)
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(title)
        self.stop_button = QPushButton(_("Stop"))
        self.stop_button.setIcon(theme.icon("stop"))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_XL, theme.GAP_L, theme.GAP_XL, theme.GAP_L)
        column.setSpacing(theme.GAP_S)
        column.addWidget(_label(title, "heading"))
        column.addWidget(self._text)
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.addWidget(self._count, 1)
        row.addWidget(self.stop_button)
        column.addLayout(row)
        self.resize(440, self.sizeHint().height())
        self.stop_button.clicked.connect(self._stop)
        task.progressed.connect(self._show)
        task.finished.connect(self.accept)

    def _show(self, done: int, total: int, text: str) -> None:
        self.bar.setRange(0, max(total, 0))
        self.bar.setValue(done)
        self._text.setText(text)
        count = _("{done} of {total}") if total >= 0 else _("{done} so far")
        self._count.setText(count.format(done=f"{done:,}", total=f"{total:,}"))

    def _stop(self) -> None:
        self._task.stop()
        self.stop_button.setEnabled(False)
        self._count.setText(_("Stopping…"))

    @override
    def reject(self) -> None:
        self._stop()


def show_progress(parent: QWidget, task: Task[Any], title: str) -> None:
    """Show a progress dialog if the task takes longer than 400 ms."""
    timer = QTimer(task, singleShot=True, interval=PROGRESS_AFTER_MS)

    def open_dialog() -> None:
        if not task.is_finished:
            ProgressDialog(parent, task, title).show()

    timer.timeout.connect(open_dialog)
    timer.start()


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    theme.set_role(label, role)
    return label


def _button_row(verb: QPushButton, cancel: QPushButton, keys: str = "") -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.GAP_S)
    if keys:
        hint = _label(keys, "keys")
        hint.setWordWrap(False)
        row.addWidget(hint)
    row.addStretch(1)
    row.addWidget(cancel)
    row.addWidget(verb)
    return row
