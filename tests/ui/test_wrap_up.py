import datetime as dt
import uuid

import pytest
import time_machine
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.vocabulary import AttemptResult, Channel, NextStep
from desktop_app.domain.contacts import AttemptDraft
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.ui.attempt_values import failed_in_a_row
from desktop_app.ui.wrap_up import WrapUp
from tests.ui.casework import activate, compose, focus, press, type_text

TUESDAY = dt.date(2026, 9, 15)


@pytest.fixture
def strip(qtbot: QtBot, fixed_time: time_machine.Traveller) -> WrapUp:
    made = WrapUp()
    qtbot.addWidget(made)
    made.resize(1100, 140)
    activate(made)
    made.open_for("王小明", [])
    return made


def sent(strip: WrapUp) -> list[tuple[AttemptDraft, bool]]:
    found: list[tuple[AttemptDraft, bool]] = []
    strip.submitted.connect(lambda draft, and_next: found.append((draft, and_next)))
    return found


@pytest.mark.parametrize(
    ("results", "count"),
    [
        ([], 0),
        ([AttemptResult.REACHED], 0),
        ([AttemptResult.NO_ANSWER, AttemptResult.REACHED, AttemptResult.BUSY], 1),
        ([AttemptResult.BUSY, AttemptResult.NO_ANSWER, AttemptResult.LEFT_MESSAGE], 3),
    ],
)
def test_that_only_failures_at_the_end_count(results: list[AttemptResult], count: int) -> None:
    assert failed_in_a_row(results) == count


def test_that_a_contact_is_logged_without_the_mouse(strip: WrapUp) -> None:
    found = sent(strip)
    press(Qt.Key.Key_2)
    assert focus() is strip.note.line
    type_text("no one there at 10")  # digits are text here
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    draft, and_next = found[0]
    assert (draft.channel, draft.result) == (Channel.CALL, AttemptResult.NO_ANSWER)
    assert draft.note == "no one there at 10"
    assert (draft.next_step, draft.next_due) == (NextStep.CALL, TUESDAY + dt.timedelta(days=1))
    assert draft.duration_seconds is None
    assert not and_next


def test_that_the_third_failure_proposes_a_visit(strip: WrapUp) -> None:
    strip.open_for("王小明", [AttemptResult.BUSY, AttemptResult.NO_ANSWER])
    strip.choose(AttemptResult.NO_ANSWER)
    assert strip.step.value() is NextStep.VISIT


def test_that_after_the_interview_the_follow_up_is_proposed(strip: WrapUp) -> None:
    strip.open_for("王小明", [], is_interviewed=True)
    strip.choose(AttemptResult.REACHED)
    assert strip.step.value() is NextStep.FOLLOW_UP
    strip.open_for("李静", [])
    strip.choose(AttemptResult.REACHED)
    assert strip.step.value() is NextStep.INTERVIEW


def test_that_a_step_of_ones_own_is_not_overwritten(strip: WrapUp) -> None:
    strip.choose(AttemptResult.NO_ANSWER)
    strip.step.set_value(NextStep.OFFER)
    strip.choose(AttemptResult.REACHED)
    assert strip.step.value() is NextStep.OFFER


def test_that_nothing_is_planned_with_who_wants_no_contact(strip: WrapUp) -> None:
    strip.choose(AttemptResult.DO_NOT_CONTACT)
    assert (strip.step.value(), strip.due.value()) == (None, None)


def test_that_the_timer_fills_the_length_and_the_begin(
    strip: WrapUp, fixed_time: time_machine.Traveller
) -> None:
    found = sent(strip)
    strip.toggle_timer()
    fixed_time.shift(245)
    strip.toggle_timer()
    strip.choose(AttemptResult.REACHED)
    strip.submit()
    draft = found[0][0]
    assert draft.duration_seconds == 245
    assert draft.at == dt.datetime(2026, 9, 15, 2, 0, tzinfo=dt.UTC)
    assert "4:05" in strip.timer.button.text()


def test_that_a_running_timer_is_stopped_by_saving(
    strip: WrapUp, fixed_time: time_machine.Traveller
) -> None:
    found = sent(strip)
    strip.toggle_timer()
    fixed_time.shift(30)
    strip.choose(AttemptResult.REACHED)
    strip.submit(and_next=True)
    assert found[0][0].duration_seconds == 30
    assert found[0][1]
    assert not strip.timer.is_running


def test_that_saving_without_a_result_says_so_in_the_strip(strip: WrapUp) -> None:
    found = sent(strip)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert found == []
    assert "1 to 8" in strip.problem.text()


def test_that_a_next_step_without_a_day_is_asked_for(strip: WrapUp) -> None:
    found = sent(strip)
    strip.choose(AttemptResult.REACHED)
    strip.due.set_value(None)
    strip.submit()
    assert found == []
    assert strip.problem.isVisible()
    assert focus() is strip.due.line


def test_that_alt_and_a_digit_choose_from_the_note(strip: WrapUp) -> None:
    strip.note.line.setFocus()
    press(Qt.Key.Key_7, Qt.KeyboardModifier.AltModifier)
    assert strip.result() is AttemptResult.REFUSED


def test_that_keys_belong_to_a_composing_input_method(strip: WrapUp) -> None:
    found = sent(strip)
    strip.choose(AttemptResult.REACHED)
    strip.note.line.setFocus()
    compose("ni")
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    press(Qt.Key.Key_Escape)
    assert found == []
    assert not strip.isHidden()
    compose("")
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(found) == 1


def test_that_what_is_typed_is_said_and_can_be_restored(strip: WrapUp, qtbot: QtBot) -> None:
    strip.choose(AttemptResult.CALLBACK)
    assert focus() is strip.due.line  # when do they want to be called?
    strip.due.set_value(dt.date(2026, 9, 18))
    strip.channels[Channel.MESSAGE].setChecked(True)
    with qtbot.waitSignal(strip.typed) as heard:
        strip.note.set_value("下周再打")
    content = heard.args[0]
    other = WrapUp()
    qtbot.addWidget(other)
    other.restore(content)
    assert other.content() == content
    assert other.due.value() == dt.date(2026, 9, 18)
    assert other.channel() is Channel.MESSAGE


def test_that_the_length_of_the_call_is_kept_and_restored(
    strip: WrapUp, qtbot: QtBot, fixed_time: time_machine.Traveller
) -> None:
    strip.toggle_timer()
    fixed_time.shift(90)
    with qtbot.waitSignal(strip.typed) as heard:
        for _second in range(10):  # the call goes on, nobody touches a key
            strip.timer._tick.timeout.emit()
    assert heard.args[0]["seconds"] == 90
    fixed_time.shift(30)
    strip.toggle_timer()
    strip.keep_now()
    other = WrapUp()
    qtbot.addWidget(other)
    other.restore(strip.content())
    assert other.timer.seconds() == 120
    assert not other.timer.is_running
    assert other.content() == strip.content()


def test_that_restoring_leaves_what_was_typed_meanwhile(strip: WrapUp, qtbot: QtBot) -> None:
    strip.choose(AttemptResult.NO_ANSWER)
    strip.note.set_value("typed before")
    before = {**strip.content(), "seconds": 60}
    other = WrapUp()
    qtbot.addWidget(other)
    other.timer.take(5)
    other.choose(AttemptResult.REACHED)
    other.restore(before)
    assert (other.result(), other.step.value()) == (AttemptResult.REACHED, NextStep.INTERVIEW)
    assert (other.note.value(), other.timer.seconds()) == ("typed before", 5)


def test_that_typing_without_a_pause_is_kept_too(strip: WrapUp, qtbot: QtBot) -> None:
    said: list[object] = []
    strip.typed.connect(said.append)
    for count in range(1, 13):
        strip.note.set_value("x" * count)
        qtbot.wait(80)
    assert said


def test_that_closing_keeps_what_was_typed_at_once(strip: WrapUp) -> None:
    said: list[object] = []
    strip.typed.connect(said.append)
    strip.note.set_value("half a sen")
    press(Qt.Key.Key_Escape)
    assert strip.isHidden()
    assert said
    strip.reset()
    assert strip.content() == {}


def test_that_a_refusal_of_the_service_stands_in_the_strip(strip: WrapUp) -> None:
    strip.show_failure(InvalidInputError([Problem("next_due", "Too late.")]))
    assert strip.problem.text() == "Too late."
    assert uuid.UUID(int=0)  # nothing modal was opened on the way
