"""Palette, style sheet, fonts, icons and the grid: the look of everything, in one place.

Colours stand in ``resources/styles/light.toml`` and ``dark.toml``; ``app.qss`` holds what a palette
cannot do. Widgets name a role (:func:`set_role`) and never a colour, a margin or a font.
"""

import tempfile
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QImage,
    QPainter,
    QPalette,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget
from typing_extensions import override

from desktop_app import paths
from desktop_app.settings import Density, Settings, Theme

GAP_XS, GAP_S, GAP_M, GAP_L, GAP_XL = 4, 8, 12, 16, 24
"""The 4 pixel grid."""

SIZE_SMALL, SIZE_TEXT, SIZE_HEADING, SIZE_TITLE, SIZE_DISPLAY = 12, 13, 15, 20, 28
"""The one type scale, in pixels at 100 %."""

ROW_HEIGHT: Mapping[Density, int] = {Density.COMPACT: 28, Density.COMFORTABLE: 34}
BUNDLED_FAMILY = "Noto Sans SC"
_DRESSED = "dressed"
"""Property of the windows that carry the style sheet."""
_PLAIN_FAMILIES = {"DejaVu Sans", "Bitstream Vera Sans", "Sans Serif", "sans-serif", "Sans"}


class Tone(StrEnum):
    """What a colour says; never the only carrier of it."""

    NEUTRAL = "neutral"
    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    ACCENT = "accent"


class _Look(QObject):
    """The scheme in force; one for the process, like the language."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = "light"
        self.colours: dict[str, str] = _read_colours("light")
        self.density = Density.COMPACT
        self.scale = 1.0


def _read_colours(name: str) -> dict[str, str]:
    with paths.resource("styles", f"{name}.toml").open("rb") as stream:
        return {key: str(value) for key, value in tomllib.load(stream).items()}


@cache
def look() -> _Look:
    """The look in force; its ``changed`` signal asks own-painted widgets to repaint."""
    return _Look()


def colour(name: str) -> QColor:
    """A colour of the scheme in force, for widgets that paint themselves.

    Raises:
        KeyError: the scheme has no such colour.
    """
    return QColor(look().colours[name])


def tone_colours(tone: Tone) -> tuple[QColor, QColor]:
    """Text and ground of a tone."""
    text = "accent" if tone is Tone.ACCENT else tone.value
    return colour(text), colour(f"{tone.value}_ground")


def row_height() -> int:
    """Height of a list row in pixels, by the chosen density and text size."""
    return round(ROW_HEIGHT[look().density] * max(1.0, look().scale))


def pixels(size: int) -> int:
    """A size of the type scale at the chosen text size."""
    return round(size * look().scale)


def font(size: int = SIZE_TEXT, *, bold: bool = False) -> QFont:
    """The program's font in another size, for widgets that paint themselves."""
    made = QFont(QApplication.font())
    made.setPixelSize(pixels(size))
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return made


def is_dark() -> bool:
    """Whether the dark scheme is in force."""
    return look().name == "dark"


def _wanted(settings: Settings) -> str:
    if settings.theme is Theme.SYSTEM:
        scheme = QGuiApplication.styleHints().colorScheme()
        return "dark" if scheme == Qt.ColorScheme.Dark else "light"
    return settings.theme.value


def apply(app: QApplication, settings: Settings) -> None:
    """Give the application its style, palette and font and its windows their style sheet."""
    state = look()
    state.name = _wanted(settings)
    state.colours = _read_colours(state.name)
    state.density = settings.density
    state.scale = settings.text_scale / 100
    if app.style().objectName().lower() != "fusion":
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette())
    app.setFont(_base_font())
    sheet = _style_sheet()
    for window in app.topLevelWidgets():
        if window.property(_DRESSED):
            window.setStyleSheet(sheet)
    icon.cache_clear()
    state.changed.emit()


def dress(window: QWidget) -> None:
    """Give a window without parent the style sheet; what is inside it and opened from it inherits.

    The sheet is not the application's: Qt would then go through all widgets inside again at each
    step of building a page, which takes three times as long.
    """
    if window.parentWidget() is None:
        window.setProperty(_DRESSED, True)
        window.setStyleSheet(_style_sheet())


def follow_system(app: QApplication, settings: Settings) -> None:
    """Apply the look again whenever the desktop changes between light and dark."""
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.connect(lambda _scheme: apply(app, settings))


def load_fonts() -> None:
    """Add the bundled Chinese font, so that Chinese shows on a machine without one."""
    for file in sorted(paths.resource("fonts").glob("NotoSansSC-*.ttf")):
        QFontDatabase.addApplicationFont(str(file))


@cache
def _system_families() -> tuple[str, ...]:
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).families()
    return tuple(system)


def _base_font() -> QFont:
    families = [*_system_families(), BUNDLED_FAMILY, "Noto Sans CJK SC", "Microsoft YaHei UI"]
    if families[0] in _PLAIN_FAMILIES:
        families = [BUNDLED_FAMILY, "Noto Sans CJK SC", *_system_families()]
    made = QFont()
    made.setFamilies(families)
    made.setPixelSize(pixels(SIZE_TEXT))
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def _palette() -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, name in {
        roles.Window: "window",
        roles.WindowText: "text",
        roles.Base: "base",
        roles.AlternateBase: "alternate",
        roles.Text: "text",
        roles.Button: "raised",
        roles.ButtonText: "text",
        roles.BrightText: "bad",
        roles.ToolTipBase: "raised",
        roles.ToolTipText: "text",
        roles.PlaceholderText: "muted",
        roles.Highlight: "selection",
        roles.HighlightedText: "on_selection",
        roles.Accent: "accent",
        roles.Link: "accent",
        roles.LinkVisited: "accent",
        roles.Light: "raised",
        roles.Midlight: "hover",
        roles.Mid: "border",
        roles.Dark: "border_strong",
        roles.Shadow: "border_strong",
    }.items():
        palette.setColor(role, colour(name))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, colour("border_strong"))
    return palette


def _style_sheet() -> str:
    text = paths.resource("styles", "app.qss").read_text(encoding="utf-8")
    values = {
        "row": f"{row_height()}px",
        "tile": f"{pixels(80)}px",
        "size-small": f"{pixels(SIZE_SMALL)}px",
        "size-heading": f"{pixels(SIZE_HEADING)}px",
        "size-title": f"{pixels(SIZE_TITLE)}px",
        "size-display": f"{pixels(SIZE_DISPLAY)}px",
        "icon-chevron-down": _icon_file("chevron-down", "muted"),
        "icon-check-on-accent": _icon_file("check", "on_accent"),
        "icon-dot-on-accent": _icon_file("dot", "on_accent"),
        "icon-sort-up": _icon_file("sort-up", "accent"),
        "icon-sort-down": _icon_file("sort-down", "accent"),
        **look().colours,
    }
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f"@{name}", values[name])
    return text


@cache
def _icon_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="winback-icons-")


def _icon_file(name: str, colour_name: str) -> str:
    """A tinted copy of an icon on disk: a style sheet can only name files."""
    value = look().colours[colour_name]
    file = Path(_icon_folder().name) / f"{name}-{value.lstrip('#')}.svg"
    if not file.exists():
        file.write_text(_svg(name).replace("currentColor", value), encoding="utf-8")
    return file.as_posix()


@cache
def _svg(name: str) -> str:
    return paths.resource("icons", f"{name}.svg").read_text(encoding="utf-8")


def paint_icon(painter: QPainter, name: str, area: QRectF, tint: QColor) -> None:
    """Draw an icon in one colour, sharp at every scaling."""
    data = _svg(name).replace("currentColor", tint.name())
    QSvgRenderer(QByteArray(data.encode())).render(painter, area)


class _TintedIcon(QIconEngine):
    """Draws a line icon in the scheme's colour of the moment."""

    def __init__(self, name: str, tint: str) -> None:
        super().__init__()
        self._name, self._tint = name, tint

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        paint_icon(painter, self._name, QRectF(rect), self._colour(mode, state))

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        if mode is QIcon.Mode.Disabled:
            return colour("border_strong")
        is_accent = state is QIcon.State.On and self._tint == "muted"
        return colour("accent" if is_accent else self._tint)

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        tint, made = self._colour(mode, state), QPixmap()
        key = f"{self._name} {tint.name()} {size.width()} {size.height()}"
        if not QPixmapCache.find(key, made):  # Qt asks again at each painting
            image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            try:
                paint_icon(painter, self._name, QRectF(image.rect()), tint)
            finally:
                painter.end()  # Qt ends the program for an image that is still painted on
            made = QPixmap.fromImage(image)
            QPixmapCache.insert(key, made)
        return made

    @override
    def clone(self) -> QIconEngine:
        return _TintedIcon(self._name, self._tint)


@cache
def icon(name: str, tint: str = "muted") -> QIcon:
    """A line icon of ``resources/icons``, tinted with a colour of the scheme.

    Raises:
        FileNotFoundError: there is no such icon (when first painted).
    """
    return QIcon(_TintedIcon(name, tint))


def app_icon() -> QIcon:
    """The program's own icon."""
    return QIcon(str(paths.resource("icons", "app.svg")))


def set_role(widget: QWidget, role: str) -> QWidget:
    """Give a label or button a role of the style sheet (title, hint, primary, danger …)."""
    return _set(widget, "role", role)


def set_tone(widget: QWidget, tone: Tone | None) -> QWidget:
    """Give a widget a tone of the style sheet; ``None`` takes it away."""
    return _set(widget, "tone", "" if tone is None else tone.value)


def set_problem(widget: QWidget, is_wrong: bool) -> None:  # noqa: FBT001  (a property setter)
    """Mark an input as wrong, or as right again."""
    _set(widget, "problem", "true" if is_wrong else "")


def _set(widget: QWidget, name: str, value: str) -> QWidget:
    if widget.property(name) != value:
        widget.setProperty(name, value)
        if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # else Qt will, once
            widget.style().unpolish(widget)
            widget.style().polish(widget)
    return widget
