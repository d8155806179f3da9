"""The icon in the tray: how many reminders wait, and the way back to the window."""

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from desktop_app.i18n import _, ngettext
from desktop_app.ui import theme

_SIZE = 64
_MOST = 99


class Tray(QObject):
    """The program while its window is closed; there only where the desktop has a tray."""

    window_wanted = Signal()
    list_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.icon = QSystemTrayIcon(theme.app_icon(), self)
        self.menu = QMenu()
        for text, signal in (
            (_("Open the window"), self.window_wanted),
            (_("Reminders"), self.list_wanted),
            (_("Quit"), self.quit_wanted),
        ):
            self.menu.addAction(text).triggered.connect(signal.emit)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._on_activated)
        self.show_count(0)
        self.icon.show()

    def show_count(self, count: int) -> None:
        """Show how many reminders wait: a number on the icon, words in its tip."""
        self.icon.setIcon(_badged(count) if count else theme.app_icon())
        words = ngettext("{n} reminder", "{n} reminders", count).format(n=count)
        title = _("Winback Desk")
        self.icon.setToolTip(f"{title} · {words}" if count else title)

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.window_wanted.emit()

    def close(self) -> None:
        """Take the icon away."""
        self.icon.hide()
        self.menu.deleteLater()


def _badged(count: int) -> QIcon:
    picture = theme.app_icon().pixmap(_SIZE, _SIZE)
    canvas = QPixmap(picture.size())
    canvas.fill(Qt.GlobalColor.transparent)
    side = canvas.width()
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawPixmap(0, 0, picture)
    place = QRect(side * 3 // 8, 0, side * 5 // 8, side * 5 // 8)
    painter.setPen(Qt.PenStyle.NoPen)
    ground, text_colour = theme.tone_colours(theme.Tone.BAD)
    painter.setBrush(ground)
    painter.drawEllipse(place)
    font = painter.font()
    font.setPixelSize(side * 3 // 8)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(text_colour)
    text = str(count) if count <= _MOST else f"{_MOST}+"
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return QIcon(canvas)
