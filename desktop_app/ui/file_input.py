"""A file as an answer: chosen with Ctrl+O, dropped, or pasted; shown by name, with a picture."""

from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QBuffer, QEvent, QMimeData, QObject, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImageReader,
    QKeyEvent,
    QKeySequence,
    QPixmap,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.questionnaire.form import Kind
from desktop_app.ui import theme
from desktop_app.ui.answer_input import AnswerInput
from desktop_app.ui.attachments import files_in
from desktop_app.ui.panels import button, text_label

_PREVIEW: Final = QSize(240, 160)
_ENDINGS: Final = {
    Kind.IMAGE: "*.png *.jpg *.jpeg *.gif *.bmp *.webp *.tif *.tiff",
    Kind.AUDIO: "*.mp3 *.m4a *.wav *.ogg *.amr *.aac *.flac *.wma",
    Kind.VIDEO: "*.mp4 *.mov *.avi *.mkv *.webm *.3gp *.wmv",
}


class FileInput(AnswerInput):
    """Shows the attached file with *Open* or *Play*; the page stores what is given."""

    given = Signal(str, object)
    """Name of a file to attach, and where it is; of a pasted picture its bytes."""
    open_wanted = Signal(str)
    picture_wanted = Signal(str)

    def __init__(self, kind: Kind) -> None:
        holder = QWidget()
        super().__init__(holder)
        self.kind = kind
        self._name = ""
        self.picture = QLabel()
        self.picture.hide()
        self.words = text_label("", "strong")
        self.choose: QPushButton = button(_("Choose a file…  Ctrl+O"), self.ask, "attachment")
        verb = _("Play") if kind in {Kind.AUDIO, Kind.VIDEO} else _("Open")
        self.open = button(verb, self._open, "play" if verb == _("Play") else "eye")
        self.remove = button(_("Remove"), self._remove, "remove")
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        for made in (self.choose, self.open, self.remove):
            row.addWidget(made)
            made.installEventFilter(self)
        row.addStretch(1)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.picture)
        column.addWidget(self.words)
        column.addLayout(row)
        self.setAcceptDrops(True)
        self.setFocusProxy(self.choose)
        self._show()

    @override
    def set_name(self, name: str) -> None:
        for made in (self.choose, self.open, self.remove):
            made.setAccessibleName(f"{made.text().partition('  ')[0]} – {name}")

    @override
    def set_problem(self, message: str) -> None:
        theme.set_problem(self.choose, bool(message))
        self.choose.setAccessibleDescription(message)

    @override
    def value(self) -> str:
        return self._name

    @override
    def set_value(self, value: Any) -> None:
        self._name = str(value or "")
        self.picture.hide()
        self._show()
        self.want_picture()

    def want_picture(self) -> None:
        """Ask for the picture that is attached, if there is one."""
        if self._name and self.kind is Kind.IMAGE:
            self.picture_wanted.emit(self._name)

    @override
    def stops(self) -> list[QWidget]:
        return [self.choose, *(made for made in (self.open, self.remove) if not made.isHidden())]

    @override
    def press_enter(self, watched: QObject) -> bool:
        if isinstance(watched, QPushButton) and watched is not self.choose:
            watched.click()
            return True
        return False

    def show_picture(self, content: bytes) -> None:
        """Show the attached picture small; nothing when it cannot be read."""
        buffer = QBuffer()
        buffer.setData(content)
        reader = QImageReader(buffer)
        reader.setAutoTransform(True)
        reader.setScaledSize(reader.size().scaled(_PREVIEW, Qt.AspectRatioMode.KeepAspectRatio))
        image = reader.read()
        self.picture.setPixmap(QPixmap.fromImage(image))
        self.picture.setVisible(not image.isNull())

    def take_attached(self, name: str) -> None:
        """A file was stored under a name: that is the answer now."""
        self.set_value(name)
        self.changed.emit()

    def ask(self) -> None:
        """Let the person choose a file."""
        known = _ENDINGS.get(self.kind, "")
        filters = f"{_('Fitting files')} ({known});;{_('All files')} (*)" if known else ""
        chosen, _filter = QFileDialog.getOpenFileName(self, _("Attach a file"), "", filters)
        if chosen:
            self.given.emit(Path(chosen).name, Path(chosen))

    def _open(self) -> None:
        self.open_wanted.emit(self._name)

    def _remove(self) -> None:
        self.choose.setFocus(Qt.FocusReason.OtherFocusReason)
        self.set_value("")
        self.changed.emit()

    def _show(self) -> None:
        self.words.setText(self._name or _("Nothing attached yet"))
        theme.set_role(self.words, "strong" if self._name else "hint")
        for made in (self.open, self.remove):
            made.setVisible(bool(self._name))

    def _take(self, data: QMimeData) -> bool:
        """Attach the first file, or the picture, that was dropped or pasted."""
        found = files_in(data)
        for source, name in found[:1]:
            self.given.emit(source.name if isinstance(source, Path) else name, source)
        return bool(found)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.matches(QKeySequence.StandardKey.Paste):
                return self._take(QGuiApplication.clipboard().mimeData())
            if event.key() == Qt.Key.Key_Delete and self._name:
                self._remove()
                return True
        return super().eventFilter(watched, event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        if self._take(event.mimeData()):
            event.acceptProposedAction()
