"""A day of calls in one window: what a call takes stays the same, however many were made before."""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.ui.app import flush_deleted
from desktop_app.ui.case_places import CaseTarget, QueuePlace
from tests.journeys.callers import CONTROL, SHIFT, Caller, Key, own_cases, write
from tests.journeys.conftest import Start

WARM_UP = 2
"""Calls that are not counted: pages, pictures and caches are made in them."""
LIMITS = {"qt": 1.01, "objects": 1.005, "memory": 1.04, "work": 1.6}
"""What the last third of the calls may take, as a multiple of the first third."""

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True)
class Sample:
    """What there is after a call, and what it took: seconds of work in all threads."""

    qt: float
    objects: float
    memory: float
    work: float


def resident() -> float:
    """Megabytes in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def growth(samples: Sequence[Sample]) -> dict[str, float]:
    """What has grown from the first third to the last: name and by how much."""
    third = len(samples) // 3
    found: dict[str, float] = {}
    for name, limit in LIMITS.items():
        first, last = (
            statistics.median(getattr(each, name) for each in part)
            for part in (samples[:third], samples[-third:])
        )
        if last / first > limit:
            found[name] = last / first
    return found


def call(caller: Caller) -> None:
    """One call: script, hang up, result, words, save and next."""
    page, before = caller.page, caller.page.view.id
    caller.press(Key.Key_F9)
    caller.until(lambda: page.call.is_open and not page.call.script.is_busy)
    caller.until(lambda: page.call.script.state is not None)
    caller.press(Key.Key_Return)  # said, or asked for an answer: it is no matter here
    caller.until(lambda: not page.call.script.is_busy)
    caller.press(Key.Key_F9)
    caller.press(Key.Key_2)
    caller.say("没人接")
    caller.press(Key.Key_Return, CONTROL | SHIFT)
    caller.until(lambda: page.view.id != before and page.strip.isHidden())
    caller.until(lambda: not caller.program.tasks.is_busy())  # type: ignore[union-attr]


def calls(
    caller: Caller, count: int, after: Callable[[int], object] = lambda _number: None
) -> list[Sample]:
    """So many calls one after the other, measured."""
    found = []
    for number in range(count):
        begin = time.process_time()
        call(caller)
        after(number)
        work = time.process_time() - begin
        flush_deleted()
        gc.collect()
        qt = len(caller.window.findChildren(QObject)) + len(QApplication.allWidgets())
        objects = gc.get_freeze_count() + len(gc.get_objects())
        found.append(Sample(qt, objects, resident(), work))
    return found


def test_that_many_calls_take_no_more_than_the_first_ones(
    qtbot: QtBot,
    demo: Path,
    start: Start,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    count = 60 if request.config.getoption("--long") else 9
    leaking = 3
    program = start(demo)
    caller = Caller(qtbot, program)
    mine = write(program, own_cases, WARM_UP + count + leaking + 1)
    caller.window.navigate("case-file", CaseTarget(mine[0], QueuePlace(mine)))
    caller.until(lambda: "case.timer" in caller.page.actions())
    caller.until(lambda: caller.window.reminders is not None)  # the last of what is loaded late
    calls(caller, WARM_UP)
    gc.freeze()  # what there is by now is not looked through after each call
    samples = calls(caller, count)
    third = count // 3
    for name in LIMITS:
        values = [getattr(each, name) for each in samples]
        first, last = statistics.median(values[:third]), statistics.median(values[-third:])
        record_property(f"{name}: first and last third", f"{first:.3f}, {last:.3f}")
    assert growth(samples) == {}

    kept: list[object] = []

    def leak(number: int) -> None:
        """What a page that forgets to let go would leave: things of Qt, objects, bytes, work."""
        widgets = [QWidget(caller.window) for _each in range(60)]
        kept.append((widgets, [[each] for each in range(9_000)], b"x" * 30_000_000))
        end = time.process_time() + 0.3 * number
        while time.process_time() < end:
            pass

    found = growth(calls(caller, leaking, leak))
    for widgets, *_rest in kept:  # type: ignore[misc]
        for widget in widgets:
            shiboken6.delete(widget)
    assert set(found) == set(LIMITS), found
