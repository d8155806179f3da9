"""Pictures and recordings that a form shows or plays with a question."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop_app.i18n import _
from desktop_app.questionnaire.media import file_name
from desktop_app.ui import theme
from desktop_app.ui.panels import button
from desktop_app.ui.picture_viewer import read_picture

_PICTURE: Final = QSize(420, 260)
_PICTURES: Final = ("image", "big-image")
_SOUNDS: Final = ("audio", "video")


class MediaBar(QWidget):
    """What belongs to the words of a question: its picture, and a button for each recording."""

    play_wanted = Signal(str, object)
    """Name of a recording and what it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = QLabel()
        self.picture.setAccessibleName(_("Picture of the question"))
        self.listen = button("", lambda: None, "play", "link")
        self.watch = button("", lambda: None, "play", "link")
        self._files: dict[str, tuple[str, bytes]] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        column.addWidget(self.picture)
        for kind, made in zip(_SOUNDS, (self.listen, self.watch), strict=True):
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            made.clicked.connect(partial(self._play, kind))
            column.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in (self, self.picture, self.listen, self.watch):
            widget.hide()

    def show_media(self, media: Mapping[str, str], files: Mapping[str, bytes]) -> None:
        """Show what is there.

        Args:
            media: References by what they are, as a form gives them.
            files: What the files of the form hold, by name.
        """
        names = {kind: file_name(reference) for kind, reference in media.items()}
        found = {kind: (name, files[name]) for kind, name in names.items() if name in files}
        if found == self._files:
            return
        self._files = found
        shown = next((found[kind] for kind in _PICTURES if kind in found), None)
        pixmap = read_picture(shown[1], _PICTURE) if shown is not None else read_picture(b"")
        self.picture.setPixmap(pixmap)
        self.picture.setHidden(pixmap.isNull())
        for kind, made, words in (
            ("audio", self.listen, _("Play the recording {name}")),
            ("video", self.watch, _("Play the video {name}")),
        ):
            made.setHidden(kind not in found)
            made.setText(words.format(name=names.get(kind, "")))
        self.setHidden(pixmap.isNull() and not any(kind in found for kind in _SOUNDS))

    def _play(self, kind: str) -> None:
        if kind in self._files:
            self.play_wanted.emit(*self._files[kind])
