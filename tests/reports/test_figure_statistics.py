"""Ranges and step curves: where their dots, bands and levels stand."""

from dataclasses import replace

import pytest

from desktop_app.reports import figures
from desktop_app.reports.base import PERCENT, Figure, FigureKind, Series
from desktop_app.reports.figures import FAINT, Scene, lay_out


def measure(text: str, size: float) -> float:
    return len(text) * size / 2


def ranges(**changes: object) -> Figure:
    values = {
        "kind": FigureKind.RANGE,
        "title": "Saves",
        "categories": ("Wang", "Li", "Zhang"),
        "series": (
            Series("Saved", (70.0, 20.0, None)),
            Series("Expected", (60.0, 50.0, 40.0)),
            Series("from", (50.0, 40.0, 0.0)),
            Series("to", (80.0, 60.0, 100.0)),
        ),
        "keys": ("w", "l", "z"),
        "labels": ("70% of 40", "20% of 50", "0% of 0"),
        "faint": frozenset({2}),
    }
    return Figure(**(values | changes))


def test_that_only_a_dot_outside_of_its_band_has_another_colour() -> None:
    scene = lay_out(ranges(), 400, measure)
    inside, outside = scene.dots
    assert (inside.index, outside.index) == (0, 1)
    assert inside.colour == figures.ACCENT
    assert outside.colour == figures.SERIES[1]
    bands = scene.rects
    assert bands[0].x < inside.x < bands[0].x + bands[0].width
    assert outside.x < bands[1].x
    assert [area.index for area in scene.areas] == [0, 1, 2]
    assert {"70% of 40", "20% of 50", "Wang"} <= {label.text for label in scene.labels}


def test_that_a_small_category_is_grey() -> None:
    assert lay_out(ranges(faint=frozenset({0})), 400, measure).dots[0].colour == FAINT


def test_that_rows_can_go_over_pages_on_one_scale() -> None:
    whole = lay_out(ranges(), 400, measure)
    second = lay_out(ranges(), 400, measure, only=range(1, 3))
    assert [dot.index for dot in second.dots] == [1]
    assert second.dots[0].x == pytest.approx(whole.dots[1].x)
    assert second.height < whole.height


def test_that_a_figure_of_ranges_takes_four_series() -> None:
    with pytest.raises(ValueError, match="four series"):
        ranges(series=(Series("Saved", (1.0, 2.0, 3.0)),))


def levels(scene: Scene) -> list[tuple[tuple[float, float], ...]]:
    return [stroke.points for stroke in scene.strokes if stroke.points]


def test_that_a_curve_stays_level_up_to_the_next_day_and_breaks_where_nothing_is_known() -> None:
    series = (Series("All", (100.0, 80.0, None, 60.0)),)
    figure = Figure(FigureKind.STEP, "Still there", ("0", "30", "60", "90"), series)
    first, last = levels(lay_out(figure, 400, measure))
    (start, corner, end) = first
    assert corner == (end[0], start[1])
    assert end[1] > start[1]
    assert len(last) == 1


@pytest.mark.parametrize("kind", [FigureKind.BAR, FigureKind.LINE, FigureKind.RANGE])
def test_that_shares_have_their_sign_at_the_axis_and_at_the_values(kind: FigureKind) -> None:
    series = (Series("Made in time", (58.9, 41.0)),)
    plain = Figure(kind, "Made", ("A", "B"), series) if kind is not FigureKind.RANGE else ranges()
    for unit, are_shares in ((PERCENT, True), ("cases", False)):
        scene = lay_out(replace(plain, unit=unit, labels=()), 400, measure)
        numbers = [label.text for label in scene.labels if label.text[:1].isdigit()]
        assert numbers
        assert all(text.endswith("%") == are_shares for text in numbers), numbers
