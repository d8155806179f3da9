import gc
import re

import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QFontMetrics,
    QIcon,
    QPainter,
    QPalette,
    QPixmapCache,
)
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop_app import paths
from desktop_app.settings import Density, Settings, Theme
from desktop_app.ui import theme
from desktop_app.ui.theme import Tone

SCHEMES = ["light", "dark"]


def luminance(colour: QColor) -> float:
    """Relative luminance of WCAG 2.1."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(p) for p in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_that_both_schemes_have_the_same_colours() -> None:
    assert set(theme._read_colours("light")) == set(theme._read_colours("dark"))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_that_text_can_be_read_on_its_ground(scheme: str) -> None:
    colours = theme._read_colours(scheme)
    pairs = [("text", g) for g in ("window", "base", "raised", "side", "hover", "alternate")]
    pairs += [("muted", g) for g in ("window", "base", "raised", "side", "alternate")]
    pairs += [("on_accent", "accent"), ("on_selection", "selection"), ("bad", "window")]
    pairs += [(tone.value, f"{tone.value}_ground") for tone in Tone]
    weak = {p: contrast(colours[p[0]], colours[p[1]]) for p in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_that_the_focus_frame_stands_out(scheme: str) -> None:
    colours = theme._read_colours(scheme)
    assert contrast(colours["focus"], colours["window"]) >= 3
    assert contrast(colours["focus"], colours["base"]) >= 3


@pytest.mark.parametrize("scheme", SCHEMES)
def test_that_every_name_of_the_style_sheet_is_known(qapp: QApplication, scheme: str) -> None:
    theme.apply(qapp, Settings(theme=Theme(scheme)))
    assert re.findall(r"@[a-z_-]+", theme._style_sheet()) == []
    assert qapp.palette().color(QPalette.ColorRole.Window) == theme.colour("window")


def test_that_every_icon_can_be_drawn_in_one_colour(qapp: QApplication) -> None:
    files = sorted(paths.resource("icons").glob("*.svg"))
    assert len(files) > 60
    for file in files:
        if file.stem != "app":
            assert "currentColor" in file.read_text(encoding="utf-8"), file
            image = theme.icon(file.stem).pixmap(24, 24).toImage()
            drawn = [image.pixelColor(x, y).alpha() for x in range(24) for y in range(24)]
            assert max(drawn) > 60, file


def test_that_icons_follow_the_scheme(qapp: QApplication) -> None:
    icon = theme.icon("stop", "text")
    theme.apply(qapp, Settings(theme=Theme.DARK))
    image = icon.pixmap(24, 24).toImage()
    colours = {image.pixelColor(x, y).name() for x in range(24) for y in range(24)}
    assert theme.colour("text").name() in colours


def test_that_an_icon_that_is_missing_does_not_end_the_program(qapp: QApplication) -> None:
    engine = theme._TintedIcon("no-such-icon", "muted")
    with pytest.raises(FileNotFoundError):
        engine.pixmap(QSize(16, 16), QIcon.Mode.Normal, QIcon.State.Off)
    gc.collect()  # Qt ends the program for an image that goes while it is painted on


def test_that_an_icon_is_drawn_once_for_each_colour_and_size(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[str, str]] = []
    paint = theme.paint_icon

    def count(painter: QPainter, name: str, area: QRectF, tint: QColor) -> None:
        drawn.append((name, tint.name()))
        paint(painter, name, area, tint)

    QPixmapCache.clear()
    monkeypatch.setattr(theme, "paint_icon", count)
    for scheme in (Theme.LIGHT, Theme.LIGHT, Theme.DARK):
        theme.apply(qapp, Settings(theme=scheme))
        for size in (24, 24, 16):
            theme.icon("stop", "text").pixmap(size, size)
    assert len(drawn) == 4
    assert len(set(drawn)) == 2


def test_that_chinese_shows_with_the_bundled_font_alone(qapp: QApplication) -> None:
    theme.load_fonts()
    assert theme.BUNDLED_FAMILY in QFontDatabase.families()
    assert theme.BUNDLED_FAMILY in qapp.font().families()
    systems = QFontDatabase.writingSystems(theme.BUNDLED_FAMILY)
    assert QFontDatabase.WritingSystem.SimplifiedChinese in systems


def test_that_figures_are_as_wide_as_each_other(qapp: QApplication) -> None:
    metrics = QFontMetrics(qapp.font())
    assert len({metrics.horizontalAdvance(digit * 10) for digit in "0123456789"}) == 1


def test_that_density_and_text_size_change_the_rows(qapp: QApplication) -> None:
    theme.apply(qapp, Settings(density=Density.COMPACT))
    assert theme.row_height() == 28
    theme.apply(qapp, Settings(density=Density.COMFORTABLE))
    assert theme.row_height() == 34
    theme.apply(qapp, Settings(density=Density.COMPACT, text_scale=200))
    assert (theme.row_height(), qapp.font().pixelSize()) == (56, 26)


def test_that_a_role_changes_the_font_of_a_label(qtbot: QtBot) -> None:
    label = QLabel("title")
    qtbot.addWidget(label)
    theme.dress(label)
    theme.set_role(label, "title")
    label.show()
    assert label.font().pixelSize() == theme.SIZE_TITLE
