"""The picture of a script: ways lead down, nothing lies on anything, the arrows find every step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import task_force_files
from desktop_app.domain import scripts
from desktop_app.domain.script_graph import reached, steps_by_id, ways_of
from desktop_app.domain.script_layout import Picture, lay_out, neighbour
from desktop_app.domain.scripts import Choice, Script, Step, StepKind

FILES = {each.code: scripts.read(each.content) for each in task_force_files.scripts()}


def say(key: str, *to: str) -> Step:
    if len(to) < 2:
        return Step(key, StepKind.SAY, to=to[0] if to else None)
    return Step(key, StepKind.ASK, choices=tuple(Choice(f"c{n}", to=t) for n, t in enumerate(to)))


def checked(script: Script) -> Picture:
    """The layout, with what holds for every one."""
    picture = lay_out(script)
    steps = steps_by_id(script)
    assert set(picture.spots) == set(steps)
    taken = [(spot.layer, spot.place) for spot in picture.spots.values()]
    bends = [(bend.layer, bend.place) for line in picture.lines for bend in line.bends]
    assert len({*taken, *bends}) == len(taken) + len(bends)  # nothing lies on anything
    for line in picture.lines:
        begin, end = picture.spots[line.begin], picture.spots[line.end]
        if not line.is_back and line.begin not in picture.unreached:
            assert begin.layer < end.layer
            assert [bend.layer for bend in line.bends] == [*range(begin.layer + 1, end.layer)]
    led = {(line.begin, line.end) for line in picture.lines}
    assert led == {(key, to) for key, after in ways_of(steps).items() for to in after}
    return picture


@pytest.mark.parametrize("code", FILES)
def test_that_the_shipped_scripts_are_laid_out(code: str) -> None:
    picture = checked(FILES[code])
    assert picture.unreached == frozenset()
    assert picture.spots[FILES[code].start or ""].layer == 0


def test_that_ways_to_one_step_are_one_line() -> None:
    script = Script("a", (say("a", "b", "b", "c"), say("b", "c"), say("c")))
    lines = {(line.begin, line.end): line for line in checked(script).lines}
    assert [way.choice for way in lines["a", "b"].ways] == ["c0", "c1"]
    assert len(lines["a", "c"].bends) == 1


def test_that_a_loop_is_led_back() -> None:
    script = Script("a", (say("a", "b"), say("b", "c", "a"), say("c", "c")))
    back = {(line.begin, line.end) for line in checked(script).lines if line.is_back}
    assert back == {("b", "a"), ("c", "c")}


def test_that_what_is_not_reached_stands_below() -> None:
    script = Script("a", (say("x", "y", "b"), say("a", "b"), say("b"), say("y", "gone")))
    picture = checked(script)
    assert picture.unreached == {"x", "y"}
    assert {key: spot.layer for key, spot in picture.spots.items()} == {
        "a": 0, "b": 1, "x": 2, "y": 3,
    }  # fmt: skip
    assert checked(Script("gone", (say("a", "a"),))).unreached == {"a"}
    assert lay_out(Script()).layers == 0


def test_that_the_arrows_go_along_ways_and_beside() -> None:
    script = Script(
        "a", (say("a", "b", "c", "d"), say("b", "e"), say("c", "e"), say("d"), say("e"))
    )
    picture = lay_out(script)
    row = sorted("bcd", key=lambda key: picture.spots[key].place)
    assert neighbour(picture, "a", 1, 0) == row[1]
    assert neighbour(picture, row[1], 0, 1) == row[2]
    assert neighbour(picture, row[1], 0, -1) == row[0]
    assert neighbour(picture, row[0], 0, -1) is None
    assert neighbour(picture, "a", -1, 0) is None
    assert neighbour(picture, "e", -1, 0) in {"b", "c"}


@given(st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=10))
def test_that_any_script_is_laid_out(after: list[list[int]]) -> None:
    steps = tuple(say(f"s{n}", *(f"s{to}" for to in led)) for n, led in enumerate(after))
    script = Script("s0", steps)
    picture = checked(script)
    graph = ways_of(steps_by_id(script))
    assert picture.unreached == set(graph) - reached(graph, ["s0"])
