"""The geometry of figures: where bars, lines and labels stand, in points from the top left.

Nothing is drawn here. ``pdf.py`` paints a :class:`Scene` on paper; a screen can paint it too.
Labels stand at what they name instead of in a legend; long names are wrapped beside the bars.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from desktop_app import labels
from desktop_app.i18n import _
from desktop_app.reports.base import PERCENT, Figure, FigureKind, Series
from desktop_app.reports.textflow import shorten, wrap

ACCENT = "#0F6E66"  # as in resources/styles/light.toml
ON_ACCENT = "#FFFFFF"
INK = "#1F2328"
SOFT = "#5F6B76"
FAINT = "#9AA4AE"
GRID = "#E3E7EB"
TINT = "#F2F5F8"
SERIES = (ACCENT, "#D9822B", "#3F7FBF", "#A64D79", "#7A8590")
"""Colours of the series; told apart also with weak colour vision, and always labelled."""

SIZE = 8.0
LEADING = 11.0
GAP = 4.0
ROW = 20.0
BAR = 11.0
LABEL_SHARE = 0.36
LABEL_LINES = 3
LINE_HEIGHT = 190.0
TICKS = 4
POINT_LABELS = 14

Measure = Callable[[str, float], float]


class Anchor(StrEnum):
    """Which end of a text its position names."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled rectangle; ``index`` is the category it stands for, -1 for none."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    index: int = -1


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 0.5


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle at a data point; ``index`` is its category."""

    x: float
    y: float
    radius: float
    colour: str
    index: int = -1


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text; ``y`` is its baseline."""

    x: float
    y: float
    text: str
    size: float = SIZE
    colour: str = INK
    anchor: Anchor = Anchor.START


@dataclass(slots=True)
class Scene:
    """What to paint, in this order: strokes of the grid, bars, lines, dots, labels."""

    width: float
    height: float
    grid: list[Stroke] = field(default_factory=list)
    rects: list[Rect] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    areas: list[Rect] = field(default_factory=list)
    """Where each category stands over the whole height; to point at, not painted."""


def lay_out(figure: Figure, width: float, measure: Measure, only: range | None = None) -> Scene:
    """Place everything of a figure without its title; the height follows from the content.

    Args:
        figure: What to draw.
        width: Room in points.
        measure: Width of a text at a size.
        only: The bars to draw, on the scale of all, when they go over several pages.
    """
    if figure.kind in (FigureKind.LINE, FigureKind.STEP):
        return _line(figure, width, measure)
    rows = only or range(len(figure.categories))
    if figure.kind is FigureKind.RANGE:
        from desktop_app.reports.figure_statistics import ranges  # noqa: PLC0415  (of these shapes)

        return ranges(figure, width, measure, rows)
    return _bars(figure, width, measure, rows)


def ticks(low: float, high: float) -> list[float]:
    """About four round steps (1, 2 or 5 times a power of ten) spanning ``low`` to ``high``."""
    span = max(high - low, 1e-9)
    raw = span / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    if float(low).is_integer() and float(high).is_integer():
        step = max(step, 1.0)  # nobody counts half cases
    first = math.floor(low / step)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    return [index * step for index in range(first, last + 1)]


def number(value: float, unit: str = "") -> str:
    """A value as it stands at a bar: whole numbers without digits behind the point."""
    text = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return text + unit if unit == PERCENT else text


def _bars(figure: Figure, width: float, measure: Measure, only: range) -> Scene:
    """Horizontal bars; for Pareto on a scale from 0 to 100 % with the cumulative line."""
    scene = Scene(width, 0)
    room = width * LABEL_SHARE
    names = [wrapped(name, room, lambda text: measure(text, SIZE)) for name in figure.categories]
    left = max((measure(line, SIZE) for name in names for line in name), default=0.0) + 2 * GAP
    if figure.kind is FigureKind.PARETO:
        values = [value or 0.0 for value in figure.series[0].values]
        scale_end, margin = sum(values) or 1.0, measure("100%", SIZE) + 2 * GAP
        axis = [
            (share * scale_end, labels.percent(share, 0)) for share in (0, 0.2, 0.4, 0.6, 0.8, 1)
        ]
    else:
        highest = max((v for s in figure.series for v in s.values if v is not None), default=0.0)
        marks = ticks(0, max(highest, 0))
        scale_end, margin = marks[-1], measure(number(highest, figure.unit), SIZE) + 3 * GAP
        axis = [(mark, number(mark, figure.unit)) for mark in marks]
    plot = max(width - left - margin, 40.0)
    top = LEADING + 2 * GAP
    if len(figure.series) > 1:
        top += _legend(scene, figure, left, measure)
    place = Plot(left, top, plot, scale_end)
    bottom = _rows(scene, figure, {index: names[index] for index in only}, place)
    for value, text in axis:
        x = place.x(value)
        scene.grid.append(Stroke(((x, top - GAP), (x, bottom)), GRID))
        scene.labels.append(Label(x, top - 2 * GAP, text, SIZE - 1, SOFT, Anchor.MIDDLE))
    scene.height = bottom + GAP
    return scene


@dataclass(frozen=True, slots=True)
class Plot:
    """Where rows are drawn, and the value at the right end of the scale."""

    left: float
    top: float
    width: float
    end: float

    def x(self, value: float) -> float:
        """Where a value stands."""
        return self.left + self.width * max(value, 0.0) / self.end


def wrapped(name: str, room: float, measure: Callable[[str], float]) -> list[str]:
    """A name in a few lines; what does not fit is cut and marked."""
    lines = wrap(name, room, measure)
    if len(lines) > LABEL_LINES:
        rest = " ".join(lines[LABEL_LINES - 1 :])
        lines = [*lines[: LABEL_LINES - 1], shorten(rest, room, measure)]
    return lines


def _legend(scene: Scene, figure: Figure, left: float, measure: Measure) -> float:
    """Names of several series in one row of coloured words above the bars."""
    x = left
    for index, one in enumerate(figure.series):
        colour = SERIES[index % len(SERIES)]
        scene.rects.append(Rect(x, LEADING - 7, 7, 7, colour))
        scene.labels.append(Label(x + 10, LEADING - 1, one.name, SIZE, colour))
        x += 10 + measure(one.name, SIZE) + 4 * GAP
    return LEADING + GAP


def _rows(scene: Scene, figure: Figure, names: Mapping[int, Sequence[str]], place: Plot) -> float:
    """Bars, names and values from top to bottom; returns where they end."""
    y, points = place.top, []
    cumulative = figure.cumulative() if figure.kind is FigureKind.PARETO else ()
    for index, name in names.items():
        height = max(ROW, len(name) * LEADING + 2 * GAP, len(figure.series) * (BAR + 1) + 2 * GAP)
        middle = y + height / 2
        for at, line in enumerate(name):
            baseline = middle + (at - len(name) / 2) * LEADING + LEADING * 0.72
            scene.labels.append(Label(place.left - 2 * GAP, baseline, line, SIZE, INK, Anchor.END))
        bar_top = middle - len(figure.series) * BAR / 2
        for at, one in enumerate(figure.series):
            value = one.values[index]
            if value is not None:
                _bar(scene, figure, place, index, at, value, bar_top + at * BAR)
        if cumulative:
            points.append((place.left + place.width * cumulative[index], middle))
        y += height
    if points:
        scene.strokes.append(Stroke(tuple(points), SERIES[1], 1.2))
        for index, (x, dot_y) in zip(names, points, strict=True):
            scene.dots.append(Dot(x, dot_y, 2.0, SERIES[1], index))
            if index:
                text = labels.percent(cumulative[index], 0)
                scene.labels.append(Label(x + GAP, dot_y - GAP, text, SIZE - 1, SERIES[1]))
    return y


def _bar(
    scene: Scene, figure: Figure, place: Plot, index: int, series: int, value: float, y: float
) -> None:
    end = place.x(value)
    colour = SERIES[series % len(SERIES)]
    scene.rects.append(Rect(place.left, y + 0.5, end - place.left, BAR - 1, colour, index))
    text = number(value, figure.unit)
    if figure.kind is FigureKind.PARETO:
        share = labels.percent(value / place.end, 0)
        text = _("{count} ({share})").format(count=text, share=share)
    if figure.kind is FigureKind.PARETO and index == 0:  # outside, the line would cross it
        inside = len(text) * SIZE * 0.6 + 2 * GAP < end - place.left
        x, anchor = (end - GAP, Anchor.END) if inside else (end + 2 * GAP, Anchor.START)
        colour = ON_ACCENT if inside else INK
        scene.labels.append(Label(x, y + BAR * 0.75, text, SIZE, colour, anchor))
        return
    scene.labels.append(Label(end + GAP, y + BAR * 0.75, text, SIZE, INK))


def _line(figure: Figure, width: float, measure: Measure) -> Scene:
    """Lines over the categories, each named at its end."""
    scene = Scene(width, LINE_HEIGHT)
    known = [value for one in figure.series for value in one.values if value is not None]
    marks = ticks(min(0.0, min(known, default=0.0)), max(0.0, max(known, default=1.0)))
    left = max(measure(number(mark, figure.unit), SIZE - 1) for mark in marks) + 2 * GAP
    many = len(figure.series) > 1
    right = 3 * GAP
    if many:
        right += min(max(measure(one.name, SIZE) for one in figure.series), width * 0.3)
    box = _Box(left, LEADING + GAP, width - right, LINE_HEIGHT - 2 * LEADING, marks[0], marks[-1])
    for mark in marks:
        y = box.y(mark)
        scene.grid.append(Stroke(((left, y), (box.right, y)), GRID))
        text = number(mark, figure.unit)
        scene.labels.append(Label(left - GAP, y + 2.5, text, SIZE - 1, SOFT, Anchor.END))
    xs = box.xs(len(figure.categories))
    _months(scene, figure, xs, box, measure)
    step = (box.right - box.left) / max(len(xs), 1)
    for index, x in enumerate(xs):
        area = Rect(x - step / 2, box.top, step, box.bottom - box.top, TINT, index)
        scene.areas.append(area)
    ends: list[tuple[float, float, str, str]] = []
    for at, one in enumerate(figure.series):
        colour = SERIES[at % len(SERIES)]
        last = _drawn(scene, figure, one, xs, box, colour)
        if many and last is not None:
            ends.append((*last, shorten(one.name, width * 0.3, lambda t: measure(t, SIZE)), colour))
    _end_labels(scene, ends, box)
    return scene


def _drawn(
    scene: Scene, figure: Figure, one: Series, xs: Sequence[float], box: "_Box", colour: str
) -> tuple[float, float] | None:
    """Draw one line; its last point."""
    if figure.kind is FigureKind.STEP:
        from desktop_app.reports.figure_statistics import steps  # noqa: PLC0415  (of these shapes)

        ys = {index: box.y(value) for index, value in enumerate(one.values) if value is not None}
        return steps(scene, one, xs, ys, colour)
    values_in = figure.unit if len(figure.series) == 1 else None
    return _curve(scene, one, xs, box, colour, values_in)


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float
    low: float
    high: float

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * (value - self.low) / (self.high - self.low)

    def xs(self, count: int) -> list[float]:
        step = (self.right - self.left) / max(count, 1)
        return [self.left + step * (index + 0.5) for index in range(count)]


def _months(scene: Scene, figure: Figure, xs: Sequence[float], box: _Box, measure: Measure) -> None:
    """Names below the axis; every second, third … one where they would touch."""
    if not xs:
        return
    step = (box.right - box.left) / len(xs)
    widest = max(measure(name, SIZE - 1) for name in figure.categories) + 2 * GAP
    every = max(1, math.ceil(widest / step))
    for index in range(0, len(xs), every):
        name = shorten(figure.categories[index], step * every, lambda t: measure(t, SIZE - 1))
        y = box.bottom + LEADING + GAP / 2
        scene.labels.append(Label(xs[index], y, name, SIZE - 1, SOFT, Anchor.MIDDLE))


def _curve(
    scene: Scene,
    series: Series,
    xs: Sequence[float],
    box: _Box,
    colour: str,
    unit: str | None,
) -> tuple[float, float] | None:
    """One line, broken where a value is not known, grey where few stand behind it; its last point.

    The line from and to a grey point is grey; the point says its n. Without a unit no value is
    written at the points.
    """
    values = series.values
    run: list[tuple[float, float]] = []
    last, ink, was_grey = None, colour, False
    for index, value in enumerate(values):
        if value is None:
            scene.strokes.append(Stroke(tuple(run), ink, 1.5))
            run = []
            continue
        few = series.small(index)
        is_grey = few is not None
        between = SOFT if is_grey or (run and was_grey) else colour
        if run and ink != between:
            scene.strokes.append(Stroke(tuple(run), ink, 1.5))
            run = run[-1:]
        last, ink, was_grey = (xs[index], box.y(value)), between, is_grey
        run.append(last)
        scene.dots.append(Dot(*last, 1.8, SOFT if is_grey else colour, index))
        if few is not None:
            text = _("n = {n}").format(n=few)
            where = (last[0], last[1] - GAP)
            scene.labels.append(Label(*where, text, SIZE - 2, SOFT, Anchor.MIDDLE))
        elif unit is not None and len(values) <= POINT_LABELS:
            y = last[1] + (LEADING if _is_valley(values, index) else -GAP - 1)
            scene.labels.append(Label(last[0], y, number(value, unit), SIZE, INK, Anchor.MIDDLE))
    scene.strokes.append(Stroke(tuple(run), ink, 1.5))
    return last


def _is_valley(values: Sequence[float | None], index: int) -> bool:
    """Whether the line goes up on both sides, so that the number stands better below."""
    here = values[index]
    around = [*values[max(0, index - 1) : index], *values[index + 1 : index + 2]]
    return bool(here and around) and all(v is not None and here and v > here for v in around)


def _end_labels(scene: Scene, ends: Sequence[tuple[float, float, str, str]], box: _Box) -> None:
    """Names at the ends of lines, pushed apart so that none covers another."""
    y_free = -math.inf
    placed = []
    for x, y, name, colour in sorted(ends, key=lambda end: end[1]):
        y_free = max(y + 2.5, y_free)
        placed.append((x, y_free, name, colour))
        y_free += LEADING
    overflow = max(0.0, (placed[-1][1] - box.bottom) if placed else 0.0)
    for x, y, name, colour in placed:
        scene.labels.append(Label(max(x, box.right) + GAP, y - overflow, name, SIZE, colour))
