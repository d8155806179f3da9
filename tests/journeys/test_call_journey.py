"""A call from ring to wrap-up by keys alone, with the keys counted."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from db.vocabulary import AttemptResult, CaseStage, RuleKind
from desktop_app.services import cases
from desktop_app.ui.case_places import CaseTarget, QueuePlace
from desktop_app.ui.command_palette import CommandPalette
from tests.journeys.callers import (
    CONTROL,
    SHIFT,
    Caller,
    Key,
    caller_customer,
    own_cases,
    write,
)
from tests.journeys.conftest import Start

MOST_KEYS = 12
"""Keys from ring to wrap-up beyond the words typed; a modifier with its key is one."""

pytestmark = pytest.mark.timeout(300)


def test_that_who_rings_to_cancel_is_logged_with_few_keys(
    qtbot: QtBot, demo: Path, start: Start, record_property: Callable[[str, object], None]
) -> None:
    program = start(demo)
    caller = Caller(qtbot, program)
    _key, name, phone = write(program, caller_customer)
    caller.press(Key.Key_F12, SHIFT)  # it rings: who is it?
    caller.until(lambda: caller.window.isActiveWindow() is False)
    palette = caller.window.findChildren(CommandPalette)[-1]
    caller.say(phone[-8:])
    caller.until(lambda: palette.model.rowCount() == 1)
    caller.press(Key.Key_Return)
    caller.until_at("greet")
    page = caller.page
    assert page.view.file.row.customer == name
    assert page.view.file.row.kind is RuleKind.CANCEL_REQUEST
    assert page.strip.timer.is_running
    for key, after in (
        (Key.Key_Return, "wish"),
        (Key.Key_1, "permission"),
        (Key.Key_1, "reason"),
        (Key.Key_6, "own_words"),
    ):
        caller.press(key)
        caller.until_at(after)
    caller.say("家里没人用了")
    for key, after in (
        (Key.Key_Return, "thanks"),
        (Key.Key_Return, "pause"),
        (Key.Key_1, "confirm"),
        (Key.Key_Return, "end_saved"),
    ):
        caller.press(key)
        caller.until_at(after)
    caller.press(Key.Key_Return)
    caller.until(lambda: page.strip.result() is AttemptResult.REACHED)
    caller.until(page.strip.note.line.hasFocus)
    caller.say("先停三个月")
    caller.press(Key.Key_Return, CONTROL)
    caller.until(page.strip.isHidden)
    file = write(program, cases.case_file, page.view.id)
    assert [(each.result, each.note) for each in file.attempts] == [
        (AttemptResult.REACHED, "先停三个月")
    ]
    assert file.attempts[0].duration_seconds is not None
    assert file.row.stage is CaseStage.CONTACTING
    assert file.row.next_step is not None
    record_property("keys from ring to wrap-up", caller.keys)
    assert caller.keys <= MOST_KEYS


def test_that_a_call_of_the_list_needs_half_of_them(
    qtbot: QtBot, demo: Path, start: Start, record_property: Callable[[str, object], None]
) -> None:
    program = start(demo)
    caller = Caller(qtbot, program)
    mine = write(program, own_cases, 2)
    caller.window.navigate("case-file", CaseTarget(mine[0], QueuePlace(mine)))
    caller.until(lambda: "case.timer" in caller.page.actions())
    caller.press(Key.Key_F9)
    caller.until(lambda: caller.page.call.is_open)
    caller.press(Key.Key_F9)
    caller.press(Key.Key_2)
    caller.say("没人接")
    caller.press(Key.Key_Return, CONTROL | SHIFT)
    caller.until(lambda: caller.page.view.id == mine[1])
    file = write(program, cases.case_file, mine[0])
    assert [each.result for each in file.attempts] == [AttemptResult.NO_ANSWER]
    record_property("keys of a call nobody takes", caller.keys)
    assert caller.keys <= MOST_KEYS // 2


def test_that_an_unknown_number_leads_to_the_card_with_two_keys(
    qtbot: QtBot, demo: Path, start: Start
) -> None:
    program = start(demo)
    caller = Caller(qtbot, program)
    key, _name, phone = write(program, caller_customer)
    caller.press(Key.Key_K, CONTROL)
    caller.until(lambda: not caller.window.isActiveWindow())
    caller.say(phone[-8:])
    palette = caller.window.findChildren(CommandPalette)[-1]
    caller.until(lambda: palette.model.rowCount() >= 1)
    caller.press(Key.Key_Return)
    caller.until(lambda: caller.page.SPEC.id == "customer-card")
    caller.until(lambda: caller.page.customer() == key)
    assert caller.keys == 2
    caller.press(Key.Key_F12)  # and they ask to cancel
    caller.until_at("greet")
    assert caller.page.view.file.row.customer_id == key
