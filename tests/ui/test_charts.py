from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from pytestqt.qtbot import QtBot

from desktop_app.reports.base import Figure, FigureKind, Series
from desktop_app.ui import theme
from desktop_app.ui.charts import ChartView, figure_text
from desktop_app.ui.sparkline import Sparkline
from desktop_app.ui.timeline import Timeline, TimelineEntry, whole_lines

PARETO = Figure(
    FigureKind.PARETO,
    "Root reasons of 86 lost customers",
    ("价格高于竞争对手", "送货迟到", "其他"),
    (Series("cases", (50, 30, 6)),),
    keys=("price", "late", "other"),
    note="n = 86",
)
LINE = Figure(
    FigureKind.LINE,
    "Saves a month",
    ("Jun", "Jul", "Aug"),
    (Series("saved", (5, None, 9)), Series("lost", (1.5, 2, 3))),
)


@pytest.fixture
def chart(qtbot: QtBot) -> ChartView:
    made = ChartView()
    qtbot.addWidget(made)
    made.resize(640, 400)
    made.show()
    made.set_figure(PARETO)
    return made


def bar(chart: ChartView, index: int) -> QPoint:
    rect = next(r for r in chart.canvas._scene.rects if r.index == index)
    factor = chart.canvas._factor()
    return QPoint(int((rect.x + 2) * factor), int((rect.y + rect.height / 2) * factor))


def test_that_a_click_on_a_bar_opens_its_cases(qtbot: QtBot, chart: ChartView) -> None:
    with qtbot.waitSignal(chart.opened) as blocker:
        qtbot.mouseClick(chart.canvas, Qt.MouseButton.LeftButton, pos=bar(chart, 1))
    assert blocker.args == ["late"]


def test_that_the_keyboard_walks_over_the_bars(qtbot: QtBot, chart: ChartView) -> None:
    for _step in range(3):
        qtbot.keyClick(chart.canvas, Qt.Key.Key_Down)
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Up)
    with qtbot.waitSignal(chart.opened) as blocker:
        qtbot.keyClick(chart.canvas, Qt.Key.Key_Return)
    assert blocker.args == ["late"]


def test_that_the_numbers_can_be_copied_and_heard(chart: ChartView) -> None:
    chart.copy_table()
    text = QGuiApplication.clipboard().text()
    assert text.splitlines() == ["\tcases", "价格高于竞争对手\t50", "送货迟到\t30", "其他\t6"]
    assert chart.canvas.accessibleName() == PARETO.title
    assert chart.canvas.accessibleDescription() == text


def test_that_the_picture_has_the_bars_in_the_colour_of_the_scheme(chart: ChartView) -> None:
    chart.copy_picture()
    image = QGuiApplication.clipboard().pixmap().toImage()
    wanted = theme.colour("accent").name()
    assert image.width() == chart.canvas.width() * 2
    middle = range(0, image.width(), 3)
    assert any(
        image.pixelColor(x, y).name() == wanted for x in middle for y in range(0, image.height(), 3)
    )


def test_that_a_gap_stays_a_gap(qtbot: QtBot, chart: ChartView) -> None:
    chart.set_figure(LINE)
    chart.canvas.repaint()
    assert figure_text(LINE).splitlines()[2] == "Jul\t\t2"
    assert chart.note.isHidden()
    assert chart.canvas.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_that_a_sparkline_says_in_words_what_it_draws(qtbot: QtBot) -> None:
    line = Sparkline()
    qtbot.addWidget(line)
    line.set_values([1, None, 3], "spend by month: 1, unknown, 3")
    line.show()
    assert line.accessibleName() == "spend by month: 1, unknown, 3"
    drawn = line.grab().toImage()
    accent = theme.colour("accent").name()
    pixels = [drawn.pixelColor(x, y).name() for x in range(drawn.width()) for y in range(40)]
    assert accent in pixels
    line.set_values([None, None], "nothing known")
    assert line.grab() is not None


def test_that_a_row_of_a_timeline_shows_whole_lines(qtbot: QtBot) -> None:
    text = "送货连续三次晚到，没有人道歉。\n\n" + "The driver would call before he comes. " * 20
    font = theme.font()
    metrics = QFontMetrics(font)
    lines = whole_lines(text, font, 300, 6)
    assert len(lines) == 6
    assert lines[:2] == ["送货连续三次晚到，没有人道歉。", ""]
    assert lines[-1].endswith("…")
    assert [line for line in lines if metrics.horizontalAdvance(line) > 300] == []
    assert whole_lines("a b", font, 300, 6) == ["a b"]
    assert whole_lines("a\nb\nc", font, 300, 2) == ["a", "b…"]
    timeline = Timeline("History")
    qtbot.addWidget(timeline)
    timeline.resize(400, 300)
    timeline.show()
    heights = []
    for count in (1, 2, 6, 9):
        words = "\n".join("x" * count)
        timeline.set_entries([TimelineEntry(date(2026, 8, 1), "Note", words)])
        heights.append(timeline.sizeHintForRow(0))
    step = metrics.lineSpacing()
    assert [height - heights[0] for height in heights] == [0, step, 5 * step, 5 * step]


def test_that_a_timeline_shows_the_newest_first_and_opens(qtbot: QtBot) -> None:
    timeline = Timeline("History")
    qtbot.addWidget(timeline)
    timeline.resize(400, 300)
    timeline.show()
    timeline.set_entries(
        [
            TimelineEntry(date(2026, 8, 1), "Order", key=None),
            TimelineEntry(
                datetime(2026, 9, 1, 2, 0, tzinfo=UTC), "Call", "“太贵”", who="李娜", key=7
            ),
            TimelineEntry(date(2026, 9, 1), "Signal"),
        ]
    )
    model = timeline.model()
    titles = [model.index(n, 0).data() for n in range(3)]
    assert titles == ["Call", "Signal", "Order"]
    spoken = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "2026-09-01 10:00, Call, “太贵”, 李娜"
    timeline.setCurrentIndex(model.index(0, 0))
    with qtbot.waitSignal(timeline.opened) as blocker:
        qtbot.keyClick(timeline, Qt.Key.Key_Return)
    assert blocker.args == [7]
    timeline.grab()
