"""Native charts of a workbook: bars, lines, and Pareto as columns with a line on a second axis.

Loaded only when a workbook with figures is written.
"""

from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart import Series as ChartSeries
from openpyxl.chart.label import DataLabelList

from desktop_app.reports.base import PERCENT, FigureKind
from desktop_app.reports.figures import SERIES
from desktop_app.reports.workbook import Sheet

WIDTH, HEIGHT, HIGHER = 24, 10, 13  # centimetres
_SEEN_AND_EXPECTED = 2  # series of a figure of ranges; the range itself stands in the sheet


def chart(sheet: Sheet, target: Any, title: str) -> BarChart | LineChart:
    """The chart of a figure's sheet, reading its numbers from there.

    Args:
        sheet: Sheet with the numbers of one figure.
        target: The openpyxl worksheet made of it.
        title: Title fit for a cell.
    """
    figure = sheet.figure
    if figure is None:
        raise ValueError("this sheet has no figure")
    last = len(sheet.rows) + 1
    names = Reference(target, min_col=1, min_row=2, max_row=last)
    drawn: BarChart | LineChart
    match figure.kind:
        case FigureKind.LINE | FigureKind.STEP:
            drawn = LineChart()
        case FigureKind.BAR | FigureKind.RANGE:
            drawn = BarChart()
            drawn.type = "bar"
            drawn.x_axis.scaling.orientation = "maxMin"  # the first on top
        case FigureKind.PARETO:
            drawn = BarChart()
            drawn.type = "col"
    shown = figure.series[:_SEEN_AND_EXPECTED] if figure.kind is FigureKind.RANGE else figure.series
    for index in range(len(shown)):
        drawn.series.append(_series(target, index + 2, last, SERIES[index % len(SERIES)]))
    drawn.set_categories(names)
    if isinstance(drawn, BarChart):
        drawn.gapWidth = 50
        drawn.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False)
        drawn.dataLabels.showLegendKey = drawn.dataLabels.showPercent = False
    drawn.title = title
    drawn.width = WIDTH
    drawn.height = HIGHER if figure.kind is FigureKind.PARETO else HEIGHT  # names stand aslant
    _axes(drawn, figure.unit)
    if figure.kind is FigureKind.PARETO:
        drawn += _cumulative(target, last, names)
    elif len(figure.series) == 1:
        drawn.legend = None
    if drawn.legend is not None:
        drawn.legend.position = "b"
    return drawn


def _series(target: Any, column: int, last: int, colour: str) -> Any:
    values = Reference(target, min_col=column, min_row=1, max_row=last)
    made = ChartSeries(values, title_from_data=True)
    made.graphicalProperties.solidFill = colour.lstrip("#")
    made.graphicalProperties.line.solidFill = colour.lstrip("#")
    made.smooth = False
    return made


def _axes(drawn: Any, unit: str) -> None:
    drawn.x_axis.delete = drawn.y_axis.delete = False  # newer Excel hides them otherwise
    drawn.y_axis.title = unit or None
    if unit == PERCENT:
        drawn.y_axis.number_format = '0"%"'
    drawn.y_axis.scaling.min = 0
    drawn.y_axis.majorGridlines.spPr = _light_lines()


def _light_lines() -> Any:
    from openpyxl.chart.shapes import GraphicalProperties  # noqa: PLC0415  (beside its only use)
    from openpyxl.drawing.line import LineProperties  # noqa: PLC0415

    return GraphicalProperties(ln=LineProperties(solidFill="E3E7EB"))


def _cumulative(target: Any, last: int, names: Reference) -> LineChart:
    """The line of cumulative shares on an axis of its own, from 0 to 100 %."""
    line = LineChart()
    line.series.append(_series(target, 3, last, SERIES[1]))
    line.set_categories(names)
    line.y_axis.axId = 200
    line.y_axis.delete = False
    line.y_axis.scaling.min, line.y_axis.scaling.max = 0, 1
    line.y_axis.number_format = "0%"
    line.y_axis.majorGridlines = None
    line.y_axis.crosses = "max"
    return line
