"""Photos of a visit: chosen as files, dropped, or pasted; stored with what the form says."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.attachments import Given, files_in
from desktop_app.ui.editors import Editor
from desktop_app.ui.panels import button, text_label


class PhotosEditor(Editor):
    """What is to be added, by name; the last one can be taken away again."""

    is_secret = True  # pictures are not kept with what is typed

    def __init__(self, present: Sequence[str] = ()) -> None:
        holder = QWidget()
        super().__init__(holder)
        self._given: list[Given] = []
        self._present = list(present)
        self.names = text_label("", "hint")
        self.add_button = button(_("Add…"), self.ask, "attachment")
        self.paste_button = button(_("Paste"), self.paste, "copy")
        self.paste_button.setToolTip(_("Add the picture of the clipboard"))
        self.remove_button = button(_("Take the last away"), self.remove, role="quiet")
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP_S)
        for made in (self.add_button, self.paste_button, self.remove_button):
            buttons.addWidget(made)
        buttons.addStretch(1)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(buttons)
        column.addWidget(self.names)
        self.setFocusProxy(self.add_button)
        self.setAcceptDrops(True)
        self.installEventFilter(self)
        for made in (self.add_button, self.paste_button, self.remove_button):
            made.installEventFilter(self)
        self._show()

    @override
    def value(self) -> tuple[Given, ...]:
        return tuple(self._given)

    @override
    def set_value(self, value: Any) -> None:
        self._given = list(value or ())
        self._show()

    @override
    def remembered(self) -> Any:
        return [name or str(source) for source, name in self._given]

    @override
    def set_name(self, name: str) -> None:
        self.add_button.setAccessibleName(f"{name}: {self.add_button.text()}")
        self.paste_button.setAccessibleName(f"{name}: {self.paste_button.text()}")
        self.remove_button.setAccessibleName(f"{name}: {self.remove_button.text()}")

    @override
    def set_problem(self, message: str) -> None:
        self.add_button.setAccessibleDescription(message)

    def ask(self) -> None:
        """Let the person choose files."""
        chosen, _filter = QFileDialog.getOpenFileNames(self, _("Add photos of the visit"))
        self.add([(Path(name), "") for name in chosen])

    def paste(self) -> None:
        """Take the picture, or the files, of the clipboard."""
        self.add(files_in(QGuiApplication.clipboard().mimeData()))

    def add(self, given: Sequence[Given]) -> None:
        """Add files; they are stored with the form."""
        self._given += given
        self._show()
        if given:
            self.changed.emit()

    def remove(self) -> None:
        """Take the last one away that is not stored yet."""
        if self._given:
            self._given.pop()
            self._show()
            self.changed.emit()

    def _show(self) -> None:
        new = [name or str(getattr(source, "name", "")) for source, name in self._given]
        names = [*self._present, *(f"+ {name}" for name in new)]
        self.names.setText("\n".join(names) or _("None yet. Files can be dropped here, too."))
        self.remove_button.setVisible(bool(self._given))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = (QEvent.Type.DragEnter, QEvent.Type.Drop)
        if isinstance(event, QDropEvent) and event.type() in kinds:
            data = event.mimeData()
            if data.hasUrls() or data.hasImage():
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    self.add(files_in(data))
                return True
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.matches(QKeySequence.StandardKey.Paste)
        ):
            self.paste()
            return True
        return super().eventFilter(watched, event)
