import datetime as dt
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from db.vocabulary import AttemptResult, CallbackFor, Channel, NextStep
from desktop_app.domain.contacts import Proposal, WrapUpDraft, propose_next
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.ui.wrap_up import WrapUp
from desktop_app.ui.wrap_up_parts import read_time
from tests.ui.casework import activate, compose, focus, press, type_text

TUESDAY = dt.date(2026, 9, 15)


def proposed(
    failed_before: int = 0, *, is_interviewed: bool = False, note: str = ""
) -> dict[AttemptResult, Proposal | None]:
    """What the rules say of each result."""
    found = {
        result: replace(
            propose_next(
                result, TUESDAY, failed_before=failed_before, is_interviewed=is_interviewed
            ),
            note=note,
        )
        for result in AttemptResult
    }
    return {**found, AttemptResult.DO_NOT_CONTACT: None}


@pytest.fixture
def strip(qtbot: QtBot, fixed_time: time_machine.Traveller) -> WrapUp:
    made = WrapUp()
    qtbot.addWidget(made)
    made.resize(1100, 140)
    activate(made)
    made.open_for("王小明")
    made.show_proposals(proposed())
    return made


def sent(strip: WrapUp) -> list[tuple[WrapUpDraft, bool]]:
    found: list[tuple[WrapUpDraft, bool]] = []
    strip.submitted.connect(lambda draft, and_next: found.append((draft, and_next)))
    return found


def test_that_a_contact_is_logged_without_the_mouse(strip: WrapUp) -> None:
    found = sent(strip)
    press(Qt.Key.Key_2)
    assert focus() is strip.note.line
    type_text("no one there at 10")  # digits are text here
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    draft, and_next = found[0][0].attempt, found[0][1]
    assert (draft.channel, draft.result) == (Channel.CALL, AttemptResult.NO_ANSWER)
    assert draft.note == "no one there at 10"
    assert (draft.next_step, draft.next_due) == (NextStep.CALL, TUESDAY + dt.timedelta(days=1))
    assert draft.duration_seconds is None
    assert not and_next


def test_that_the_third_failure_proposes_a_visit(strip: WrapUp) -> None:
    strip.show_proposals(proposed(failed_before=2))
    strip.choose(AttemptResult.NO_ANSWER)
    assert strip.step.value() is NextStep.VISIT


def test_that_after_the_interview_the_follow_up_is_proposed(strip: WrapUp) -> None:
    strip.choose(AttemptResult.REACHED)
    assert strip.step.value() is NextStep.INTERVIEW
    strip.show_proposals(proposed(is_interviewed=True, note="Moved to Monday."))
    assert strip.step.value() is NextStep.FOLLOW_UP  # the rules came a moment later
    assert strip.moved.isVisible()
    assert strip.moved.text() == "Moved to Monday."


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
    strip.timer.toggle()
    fixed_time.shift(245)
    strip.timer.toggle()
    strip.choose(AttemptResult.REACHED)
    strip.submit()
    draft = found[0][0].attempt
    assert draft.duration_seconds == 245
    assert draft.at == dt.datetime(2026, 9, 15, 2, 0, tzinfo=dt.UTC)
    assert "4:05" in strip.timer.button.text()


def test_that_a_running_timer_is_stopped_by_saving(
    strip: WrapUp, fixed_time: time_machine.Traveller
) -> None:
    found = sent(strip)
    strip.timer.toggle()
    fixed_time.shift(30)
    strip.choose(AttemptResult.REACHED)
    strip.submit(and_next=True)
    assert found[0][0].attempt.duration_seconds == 30
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
    strip.timer.toggle()
    fixed_time.shift(90)
    with qtbot.waitSignal(strip.typed) as heard:
        for _second in range(10):  # the call goes on, nobody touches a key
            strip.timer._tick.timeout.emit()
    assert heard.args[0]["seconds"] == 90
    fixed_time.shift(30)
    strip.timer.toggle()
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
    other.show_proposals(proposed())
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


def test_that_while_a_call_is_timed_only_the_note_is_asked_for(strip: WrapUp) -> None:
    strip.timer.toggle()
    assert focus() is strip.note.line
    assert not strip.result_row.isVisible()
    assert not strip.due.isVisible()
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)  # saving asks for the result
    assert strip.result_row.isVisible()
    assert "1 to 8" in strip.problem.text()
    strip.timer.stop()
    strip.timer.toggle()
    assert not strip.result_row.isVisible()
    strip.timer.toggle()  # hung up
    assert strip.result_row.isVisible()
    assert focus() is strip.results[AttemptResult.REACHED]


def test_that_a_callback_is_promised_in_the_strip(strip: WrapUp) -> None:
    found = sent(strip)
    press(Qt.Key.Key_4)
    assert focus() is strip.due.line
    type_text("+3")
    press(Qt.Key.Key_Return)
    assert focus() is strip.callback.time.line
    type_text("1430")
    press(Qt.Key.Key_Return)
    assert focus() is strip.note.line
    strip.callback.anyone.set_value(True)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    callback = found[0][0].callback
    assert callback is not None
    assert callback.at == dt.datetime(2026, 9, 18, 14, 30).astimezone()
    assert callback.for_whom is CallbackFor.ANYONE
    strip.callback.time.set_value(None)
    strip.submit()
    assert found[1][0].callback is None  # only a day
    strip.callback.time.set_value("soon")
    strip.submit()
    assert len(found) == 2
    assert focus() is strip.callback.time.line
    assert "no time of day" in strip.problem.text()
    strip.choose(AttemptResult.REACHED)
    assert not strip.callback.isVisible()
    strip.submit()
    assert found[2][0].callback is None


def test_that_callback_and_recordings_are_kept_as_typed(
    strip: WrapUp, qtbot: QtBot, tmp_path: Path
) -> None:
    strip.choose(AttemptResult.CALLBACK)
    strip.callback.time.set_value("9")
    strip.callback.anyone.set_value(True)
    strip.recordings.add([tmp_path / "a.m4a", tmp_path / "b.m4a", tmp_path / "a.m4a"])
    content = strip.content()
    other = WrapUp()
    qtbot.addWidget(other)
    other.restore(content)
    assert other.content() == content
    assert other.recordings.paths == [tmp_path / "a.m4a", tmp_path / "b.m4a"]
    strip.reset()
    assert strip.content() == {}


@pytest.mark.parametrize(
    ("text", "shown"),
    [("14:30", "14:30"), ("930", "09:30"), ("１４：０５", "14:05"), ("9", "09:00"), ("2561", ""),
     ("25", ""), ("noon", "")],
)  # fmt: skip
def test_that_times_are_read_as_people_type_them(text: str, shown: str) -> None:
    found = read_time(text)
    assert (f"{found:%H:%M}" if found is not None else "") == shown


def drop(strip: WrapUp, data: QMimeData) -> None:
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    left = Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPointF(5, 5).toPoint(), copy, data, left, none)
    QApplication.sendEvent(strip, enter)
    if enter.isAccepted():
        QApplication.sendEvent(strip, QDropEvent(QPointF(5, 5), copy, data, left, none))


def test_that_a_recording_is_dropped_on_the_strip_or_chosen_by_key(
    strip: WrapUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sent(strip)
    first, second = tmp_path / "call.m4a", tmp_path / "more.wav"
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(first)), QUrl("https://example.com/x.m4a")])
    drop(strip, data)
    words = QMimeData()
    words.setText("no file")
    drop(strip, words)
    monkeypatch.setattr(
        QFileDialog, "getOpenFileNames", lambda *_args: ([str(second)], "")
    )  # the system's own
    press(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert strip.recordings.paths == [first, second]
    strip.choose(AttemptResult.REACHED)
    strip.recordings.remove(first)
    strip.submit()
    assert found[0][0].recordings == (second,)
