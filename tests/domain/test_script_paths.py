"""Outcome by version, branch and way of a script; nothing is said about too few calls."""

import pytest

from desktop_app.domain.kpis import wilson
from desktop_app.domain.script_paths import Path, ScriptCall, by_branch, by_path, by_version

PRICE: Path = (("why", "price"), ("offer", "discount"))
PAUSE: Path = (("why", "price"), ("offer", "pause"))
NO: Path = (("why", "price"), ("goodbye", None))


def calls(path: Path, saved: int, lost: int, group: str = "price") -> list[ScriptCall[int]]:
    return [ScriptCall(2, group, path, saved=place < saved) for place in range(saved + lost)]


TWO = [*calls(PRICE, 24, 16), *calls(PAUSE, 12, 17), *calls(NO, 0, 31)]


def test_that_calls_are_counted_for_each_branch() -> None:
    rows = {row.turns[0]: row for row in by_branch(TWO)}
    assert {turn: (row.rate.hits, row.rate.n) for turn, row in rows.items()} == {
        ("why", "price"): (36, 100),
        ("offer", "discount"): (24, 40),
        ("offer", "pause"): (12, 29),
        ("goodbye", None): (0, 31),
    }
    discount = rows["offer", "discount"]
    assert (discount.version, discount.reason_group, discount.share) == (2, "price", 0.6)
    assert discount.interval == wilson(24, 40)
    assert discount.interval is not None
    assert discount.interval.low == pytest.approx(0.446, abs=5e-4)
    assert discount.interval.high == pytest.approx(0.737, abs=5e-4)


def test_that_fewer_than_thirty_calls_say_nothing_yet() -> None:
    pause = next(row for row in by_branch(TWO) if row.turns == (("offer", "pause"),))
    assert (pause.is_enough, pause.share, pause.interval) == (False, None, None)
    again = next(row for row in by_branch(TWO, 29) if row.turns == (("offer", "pause"),))
    assert (again.is_enough, again.share) == (True, pytest.approx(12 / 29))


def test_that_ways_are_told_apart_and_come_by_their_number_of_calls() -> None:
    rows = by_path(TWO)
    assert [(row.turns, row.rate.n) for row in rows] == [(PRICE, 40), (NO, 31), (PAUSE, 29)]


def test_that_reasons_and_versions_are_never_mixed() -> None:
    mixed = [
        *calls(PRICE, 3, 1),
        *calls(PRICE, 1, 9, "service"),
        ScriptCall(1, None, PRICE, saved=True),
    ]
    assert [
        (row.version, row.reason_group, row.turns, row.rate.hits, row.rate.n)
        for row in by_version(mixed)
    ] == [(2, "price", (), 3, 4), (2, "service", (), 1, 10), (1, None, (), 1, 1)]
    assert len(by_branch(mixed)) == 6


def test_that_a_call_counts_once_for_a_step_it_came_by_twice() -> None:
    twice: Path = (("why", "price"), ("objection", "dear"), ("offer", None), ("objection", "dear"))
    rows = by_branch(calls(twice, 1, 0))
    assert [(row.turns[0][0], row.rate.n) for row in rows] == [
        ("why", 1),
        ("objection", 1),
        ("offer", 1),
    ]


def test_that_no_calls_have_no_outcome() -> None:
    nothing: list[ScriptCall[int]] = []
    assert by_version(nothing) == by_branch(nothing) == by_path(nothing) == ()
