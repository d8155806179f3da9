"""The geometry of figures from statistics: what was seen beside what was expected, and step curves.

The shapes are those of `figures.py`, which draws all other figures.
"""

from collections.abc import Mapping, Sequence

from desktop_app.reports.base import Figure, Series
from desktop_app.reports.figures import (
    ACCENT,
    FAINT,
    GAP,
    GRID,
    INK,
    LABEL_SHARE,
    LEADING,
    ROW,
    SERIES,
    SIZE,
    SOFT,
    Anchor,
    Dot,
    Label,
    Measure,
    Plot,
    Rect,
    Scene,
    Stroke,
    number,
    ticks,
    wrapped,
)

_BAND = 3.0
_TICK = 5.0
_DOT = 3.4


def ranges(figure: Figure, width: float, measure: Measure, only: range) -> Scene:
    """A row for each category: a band of what chance explains, a tick, a dot, words at the end.

    A dot outside of its band has another colour, and its words say so; a category that is too
    small is grey.
    """
    scene = Scene(width, 0)
    room = width * LABEL_SHARE
    names = {
        index: wrapped(figure.categories[index], room, lambda text: measure(text, SIZE))
        for index in only
    }
    left = max((measure(line, SIZE) for name in names.values() for line in name), default=0.0)
    left += 2 * GAP
    words = max((measure(text, SIZE) for text in figure.labels), default=0.0) + 3 * GAP
    known = [value for one in figure.series for value in one.values if value is not None]
    marks = ticks(0, max(known, default=1.0))
    place = Plot(left, LEADING + 2 * GAP, max(width - left - words, 60.0), marks[-1])
    y = place.top
    for index, name in names.items():
        height = max(ROW, len(name) * LEADING + GAP)
        _range(scene, figure, index, place, y + height / 2)
        for at, line in enumerate(name):
            baseline = y + height / 2 + (at - len(name) / 2) * LEADING + LEADING * 0.72
            ink = SOFT if index in figure.faint else INK
            scene.labels.append(Label(left - 2 * GAP, baseline, line, SIZE, ink, Anchor.END))
        scene.areas.append(Rect(1, y, width - 2, height, GRID, index))
        y += height
    for mark in marks:
        scene.grid.append(Stroke(((place.x(mark), place.top - GAP), (place.x(mark), y)), GRID))
        x, top = place.x(mark), place.top - 2 * GAP
        scene.labels.append(Label(x, top, number(mark, figure.unit), SIZE - 1, SOFT, Anchor.MIDDLE))
    scene.height = y + GAP
    return scene


def _range(scene: Scene, figure: Figure, index: int, place: Plot, y: float) -> None:
    seen, expected, low, high = (one.values[index] for one in figure.series)
    is_faint = index in figure.faint
    if low is not None and high is not None:
        ink, width = GRID if is_faint else FAINT, place.x(high) - place.x(low)
        scene.rects.append(Rect(place.x(low), y - _BAND / 2, width, _BAND, ink))
    if expected is not None:
        x = place.x(expected)
        scene.strokes.append(Stroke(((x, y - _TICK), (x, y + _TICK)), FAINT if is_faint else INK))
    if seen is not None:
        is_outside = low is not None and high is not None and not low <= seen <= high
        colour = SERIES[1] if is_outside else ACCENT
        scene.dots.append(Dot(place.x(seen), y, _DOT, FAINT if is_faint else colour, index))
    if figure.labels:
        x = place.left + place.width + 2 * GAP
        scene.labels.append(
            Label(x, y + LEADING * 0.22, figure.labels[index], SIZE, SOFT if is_faint else INK)
        )


def steps(
    scene: Scene, series: Series, xs: Sequence[float], ys: Mapping[int, float], colour: str
) -> tuple[float, float] | None:
    """A line that stays level up to the next category, broken where a value is not known.

    Args:
        scene: What to draw into.
        series: The values.
        xs: Where the categories stand.
        ys: Height of each known value, by its index.
        colour: Of the line.

    Returns:
        Its last point, to write its name there.
    """
    run: list[tuple[float, float]] = []
    last = None
    for index, value in enumerate(series.values):
        if value is None:
            scene.strokes.append(Stroke(tuple(run), colour, 1.5))
            run = []
            continue
        last = (xs[index], ys[index])
        if run:
            run.append((last[0], run[-1][1]))
        run.append(last)
    scene.strokes.append(Stroke(tuple(run), colour, 1.5))
    return last
