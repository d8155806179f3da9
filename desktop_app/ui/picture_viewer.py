"""A picture over the window: fitted, enlarged, turned; by keys and by the wheel."""

from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImageReader, QKeyEvent, QPixmap, QShowEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import (
    QDialog,
    QGraphicsPixmapItem,
    QGraphicsScene,
    QGraphicsView,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.panels import button, text_label

_STEP: Final = 1.25
_MOST, _LEAST = 16.0, 0.02
_SIZE: Final = (900, 680)
_QUARTER: Final = 90
_MOST_MEGABYTES: Final = 512  # of a picture once it is unpacked


def read_picture(content: bytes, room: QSize | None = None) -> QPixmap:
    """The picture in a file, upright as the camera was held; an empty one if it cannot be read.

    Args:
        content: The file.
        room: A larger picture is made as small as this.
    """
    data = QByteArray(content)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    reader.setAllocationLimit(_MOST_MEGABYTES)
    if room is not None:
        size = reader.size()
        if size.width() > room.width() or size.height() > room.height():
            reader.setScaledSize(size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
    return QPixmap.fromImage(reader.read())


class _Canvas(QGraphicsView):
    """The picture; the wheel enlarges, the mouse drags."""

    def __init__(self, viewer: "PictureViewer") -> None:
        super().__init__()
        self._viewer = viewer
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        self._viewer.zoom(_STEP if event.angleDelta().y() > 0 else 1 / _STEP)


class PictureViewer(QDialog):
    """Shows one picture; it does not block the window below. Esc closes it."""

    def __init__(self, picture: QPixmap, name: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        theme.dress(self)
        self._is_fitted = True
        self._angle = 0
        self._scene = QGraphicsScene(self)
        self._item = QGraphicsPixmapItem(picture)
        self._item.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self._scene.addItem(self._item)
        self.canvas = _Canvas(self)
        self.canvas.setScene(self._scene)
        self.canvas.setAccessibleName(_("Picture {name}").format(name=name))
        self.scale_text = text_label("", "hint", wraps=False)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(text_label(name, "strong", wraps=False), 1)
        row.addWidget(self.scale_text)
        for words, slot, icon in (
            (_("Larger  +"), lambda: self.zoom(_STEP), "add"),
            (_("Smaller  −"), lambda: self.zoom(1 / _STEP), "remove"),
            (_("Fit  0"), self.fit, "search"),
            (_("Turn  R"), lambda: self.turn(_QUARTER), "redo"),
        ):
            row.addWidget(button(words, slot, icon, "quiet"))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_M, theme.GAP_M, theme.GAP_M, theme.GAP_M)
        column.addLayout(row)
        column.addWidget(self.canvas, 1)
        self.resize(*_SIZE)
        self.canvas.setFocus()

    @property
    def scale(self) -> float:
        """How large the picture is shown; 1 is pixel by pixel."""
        shown = self.canvas.transform()
        return float((shown.m11() ** 2 + shown.m12() ** 2) ** 0.5)

    @property
    def angle(self) -> int:
        """How far it is turned, in degrees clockwise."""
        return self._angle

    def zoom(self, factor: float) -> None:
        """Show it larger or smaller."""
        wanted = max(_LEAST, min(self.scale * factor, _MOST))
        self._is_fitted = False
        self._show(wanted)

    def fit(self) -> None:
        """Show all of it, small pictures no larger than they are."""
        self._is_fitted = True
        turned = QTransform().rotate(self._angle).mapRect(self._item.boundingRect())
        room = self.canvas.viewport().rect()
        if turned.isEmpty():
            return
        self._show(min(room.width() / turned.width(), room.height() / turned.height(), 1.0))

    def turn(self, degrees: int) -> None:
        """Turn it clockwise."""
        scale = self.scale
        self._angle = (self._angle + degrees) % 360
        if self._is_fitted:
            self.fit()
        else:
            self._show(scale)

    def _show(self, scale: float) -> None:
        self.canvas.setTransform(QTransform().rotate(self._angle).scale(scale, scale))
        self.scale_text.setText(f"{scale:.0%}")

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(_STEP)
            case Qt.Key.Key_Minus:
                self.zoom(1 / _STEP)
            case Qt.Key.Key_0:
                self.fit()
            case Qt.Key.Key_R:
                is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self.turn(-_QUARTER if is_back else _QUARTER)
            case _:
                super().keyPressEvent(event)
