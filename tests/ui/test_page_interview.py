"""The page of an interview: held by the keyboard, saved as typed, read afterwards."""

import datetime as dt
import uuid

import pytest
import time_machine
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenuBar, QWidget
from pytestqt.qtbot import QtBot

from db.queries.case_file import CaseFile
from db.session import Actor, Database
from db.vocabulary import (
    CaseEventKind,
    CaseStage,
    InterviewMode,
    InterviewState,
    ReasonLayer,
)
from desktop_app import labels
from desktop_app.errors import ConflictError
from desktop_app.services import drafts, interview_end, interviews
from desktop_app.ui import attempt_logger, interview_keeper, interview_sheet, theme
from desktop_app.ui.action_spec import Menu
from desktop_app.ui.case_places import CaseTarget
from desktop_app.ui.interview_sheet import note_key
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.interview import InterviewPage
from desktop_app.ui.panels import ChipLabel
from tests.ui.casework import (
    compose,
    file_of,
    focus,
    nameless,
    open_case,
    press,
    type_text,
)
from tests.ui.interview_stage import (
    EVENT,
    HAPPENED,
    LEFT_ON,
    STATED,
    STOPPED,
    WHY_1,
    save,
    shown,
    stored,
)
from tests.ui.shop import Stage, fill
from tests.ui.shop import press as press_button


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def case_id(stage: Stage, shop: dict[str, uuid.UUID]) -> uuid.UUID:
    return open_case(stage, shop["K2"])


@pytest.fixture
def interview_id(stage: Stage, case_id: uuid.UUID) -> uuid.UUID:
    made: uuid.UUID = stage.write(interviews.start, case_id)
    return made


# ---------------------------------------------------------------- held by the keyboard


def test_that_an_interview_is_held_with_the_keyboard_alone(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    assert page.view.current == LEFT_ON
    type_text("2026-6-1")
    press(Qt.Key.Key_Return)
    assert page.view.current == STOPPED
    press(Qt.Key.Key_Tab)
    assert page.view.current == HAPPENED
    type_text("三天到货，等了两周")
    press(Qt.Key.Key_Return)
    assert page.view.current == EVENT
    press(Qt.Key.Key_Tab)  # its second field is asked only when there is a problem
    assert page.view.current == STATED
    press(Qt.Key.Key_1)  # the first group: price
    press(Qt.Key.Key_1)  # its first reason
    assert page.view.current == WHY_1
    type_text("竞争对手送货快")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    assert page.view.current == "/data/why_step_2/why_2"
    stage.run(page, "interview.finish")
    press(Qt.Key.Key_2)  # the root reason is not known
    stage.wait(stage.went)
    assert stage.went()[-1] == ("case-file", CaseTarget(case_id))
    file: CaseFile = file_of(stage, case_id)
    assert file.row.stage is CaseStage.INTERVIEWED
    assert file.left_on == dt.date(2026, 6, 1)
    assert file.reasons[ReasonLayer.STATED].verbatim == "三天到货，等了两周"
    assert file.why[0].answer == "竞争对手送货快"


def test_that_conditions_open_and_close_questions_at_once(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    assert page.run is not None
    assert not {"/data/competitor_price", WHY_1} & set(page.run.layout.questions)
    page.view.go(STATED)
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_1)
    assert {"/data/competitor_price", WHY_1} <= set(page.run.layout.questions)
    assert any("What price do they charge?" in text for text in page.view.list.texts())


def test_that_a_second_field_appears_while_the_first_is_typed(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    page.view.go(EVENT)
    assert list(page.view.pane.cards) == [EVENT]
    type_text("late")
    assert list(page.view.pane.cards) == [EVENT, "/data/problem/problem_on"]
    press(Qt.Key.Key_Return)
    assert page.view.current == "/data/problem/problem_on"
    type_text("2026-7-1")
    press(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert page.view.current == EVENT
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Tab)
    stage.wait(lambda: "/data/problem/problem_on" in stored(stage, interview_id))
    assert stored(stage, interview_id)["/data/problem/problem_on"] == "2026-07-01"


def test_that_questions_are_jumped_to_marked_and_noted(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    assert page.run is not None
    stage.run(page, "interview.mark")
    assert page.run.marks == {LEFT_ON}
    stage.run(page, "interview.next")
    stage.run(page, "interview.jump")
    assert focus() is page.view.list
    press(Qt.Key.Key_Up)
    press(Qt.Key.Key_Return)
    assert page.view.current == LEFT_ON
    stage.run(page, "interview.previous")
    assert page.view.current == LEFT_ON  # there is none before
    stage.run(page, "interview.note")
    type_text("speaks fast")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: any(e.note == "speaks fast" for e in file_of(stage, case_id).events))
    assert focus() in page.view.pane.stops()
    later = shown(stage, interview_id)
    assert later.run is not None
    assert later.run.marks == {LEFT_ON}  # a mark outlives the window


def test_that_an_interview_goes_on_where_it_stopped(stage: Stage, interview_id: uuid.UUID) -> None:
    save(stage, interview_id, left_on="2026-06-01")
    page = shown(stage, interview_id)
    assert page.view.current == STOPPED
    assert page.run is not None
    assert page.run.is_answered(LEFT_ON)


def test_that_f6_goes_to_the_facts_the_list_and_back(stage: Stage, interview_id: uuid.UUID) -> None:
    page = shown(stage, interview_id)
    stage.run(page, "page.next_pane")
    assert page.facts_pane.hasFocus()
    stage.run(page, "page.next_pane")
    assert page.view.list.hasFocus()
    stage.run(page, "page.next_pane")
    assert focus() in page.view.pane.stops()
    stage.run(page, "page.previous_pane")
    assert page.view.list.hasFocus()
    stage.run(page, "page.previous_pane")
    assert page.facts_pane.hasFocus()
    stage.run(page, "page.previous_pane")
    assert focus() in page.view.pane.stops()


def test_that_f6_passes_a_strip_without_buttons_and_stops_at_one_with(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    for address, place in (("", None), (LEFT_ON, page.strip.go)):
        page.strip.say("The disk is full.", address)
        page.view.list.setFocus()
        stage.run(page, "page.next_pane")
        assert page.strip.isVisible()
        if place is not None:
            assert focus() is place
            stage.run(page, "page.next_pane")
        assert focus() in page.view.pane.stops()


def test_that_the_pane_that_has_the_keyboard_shows_it(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    before = page.facts_pane.grab().toImage()
    stage.run(page, "page.next_pane")
    after = page.facts_pane.grab().toImage()
    middle = after.width() // 2
    assert after.pixelColor(middle, 0) == theme.colour("focus")
    assert before.pixelColor(middle, 0) != theme.colour("focus")


def test_that_f7_goes_from_an_input_to_the_question_the_strip_is_about(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    problem = page.context.actions.action("interview.problem")
    assert problem is not None
    page.addAction(problem)
    assert not problem.isEnabled()
    type_text("2030-1-1")
    press(Qt.Key.Key_Return)
    assert page.view.current == STOPPED
    assert page.strip.isVisible()
    assert "F7" in page.strip.go.text()
    press(Qt.Key.Key_F7)
    assert page.view.current == LEFT_ON
    assert focus() in page.view.pane.stops()
    page.strip.say("")
    assert not problem.isEnabled()


def test_that_the_menu_of_a_running_interview_is_short(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    page.strip.say("Something is wrong.", LEFT_ON)
    bar = QMenuBar()
    menu = page.context.actions.fill_menu_bar(bar)[Menu.INTERVIEW]
    menu.aboutToShow.emit()
    top = [action for action in menu.actions() if not action.isSeparator()]
    assert len(top) <= 15
    assert all(action.isEnabled() for action in top)


def words_of(header: QWidget) -> list[str]:
    """What the labels of a header say, its chips apart."""
    labels = header.findChildren(QLabel)
    return [label.text() for label in labels if not isinstance(label, ChipLabel)]


def chips_of(page: InterviewPage) -> list[str]:
    return [chip.text() for chip in page.header.findChildren(ChipLabel) if chip.isVisible()]


def test_that_the_head_says_when_it_is_keyed_in_from_paper(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    stage.wait(lambda: chips_of(page) == ["Draft", labels.label(InterviewMode.CALL)])
    stage.run(page, "interview.paper")
    stage.wait(lambda: chips_of(page) == ["Draft", labels.label(InterviewMode.PAPER)])
    stage.run(page, "interview.paper")
    stage.wait(lambda: chips_of(page) == ["Draft", labels.label(InterviewMode.CALL)])


def test_that_it_is_asked_in_another_language(stage: Stage, interview_id: uuid.UUID) -> None:
    page = shown(stage, interview_id)
    type_text("2026-6-1")
    assert words_of(page.header)[-1].endswith(" · English")
    stage.run(page, "interview.language")
    assert words_of(page.header)[-1].endswith(" · 中文")
    card = page.view.pane.cards[LEFT_ON]
    assert card.label.text() == "您从什么时候起不再使用或购买？"
    assert page.view.list.texts()[0].endswith("您从什么时候起不再使用或购买？")
    assert page.run is not None
    assert page.run.filling.answer(LEFT_ON) == "2026-06-01"
    stage.wait(lambda: stage.read(interviews.load, interview_id).file.language == "Chinese (zh)")
    stage.run(page, "interview.language")
    assert card.label.text() == "Since when have you not used or bought?"


def test_that_every_control_has_a_name_on_every_question(
    stage: Stage, interview_id: uuid.UUID, each_language: str
) -> None:
    save(stage, interview_id, stated="price_increase", happened="x")
    page = shown(stage, interview_id)
    assert page.run is not None
    for address in page.run.layout.questions:
        page.view.go(address)
        assert page.view.current == address
        assert nameless(page) == [], address


def commit(text: str) -> None:
    """What an input method does: shows half a word, takes keys for itself, gives the text."""
    before = focus()
    compose("pinyin")
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Return):
        press(key)  # a platform that lets them through to us
        assert focus() is before
    compose("")
    type_text(text)


def test_that_an_interview_is_held_with_an_input_method(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    commit("2026年6月1日")
    press(Qt.Key.Key_Return)
    assert page.view.current == STOPPED
    commit("打印纸")
    press(Qt.Key.Key_Return)
    type_text("三天到货，等了两周")
    compose("daoqian")
    press(Qt.Key.Key_Tab)
    assert page.view.current == HAPPENED  # Tab chooses among the candidates
    compose("")
    press(Qt.Key.Key_Return)
    type_text("缺货")
    page.view.go(STATED)
    compose("jiao")
    press(Qt.Key.Key_1)  # a candidate, not a group of reasons
    press(Qt.Key.Key_Return)
    assert page.view.current == STATED
    compose("")
    focus().clear()  # type: ignore[attr-defined]  # the platform would have taken the 1
    commit("交货")
    press(Qt.Key.Key_Return)
    assert page.view.current == WHY_1
    type_text("司机换了新人")
    press(Qt.Key.Key_Return)
    commit("交货")
    press(Qt.Key.Key_Escape)  # closes what the line offers
    ends: list[bool] = []
    page.view.at_end.connect(lambda: ends.append(True))
    for _question in range(30):
        if not ends:
            press(Qt.Key.Key_Return)
    assert ends == [True]
    stage.run(page, "interview.finish")
    stage.wait(stage.went)
    found = stored(stage, interview_id)
    assert found[LEFT_ON] == "2026-06-01"
    assert found[STOPPED] == "打印纸"
    assert found[HAPPENED] == "三天到货，等了两周"
    assert found[EVENT] == "缺货"
    assert file_of(stage, case_id).why[0].answer == "司机换了新人"


# ---------------------------------------------------------------- nothing typed is lost


def test_that_half_an_answer_is_kept_within_a_second(stage: Stage, interview_id: uuid.UUID) -> None:
    page = shown(stage, interview_id)
    page.view.go(HAPPENED)
    type_text("they said it would co")
    key = interviews.draft_key(interview_id, HAPPENED)
    stage.wait(lambda: stage.read(drafts.load_draft, key) is not None)
    assert stage.read(drafts.load_draft, key).content == {"value": "they said it would co"}
    assert stored(stage, interview_id) == {}  # not an answer yet


def kept(stage: Stage, interview_id: uuid.UUID) -> list[str]:
    """What is typed and not saved, wherever it is kept."""
    found = stage.read(drafts.open_drafts, interviews.draft_prefix(interview_id))
    return sorted(each.content["value"] for each in found)


def crash(stage: Stage, interview_id: uuid.UUID, address: str, text: str) -> None:
    """Somebody typed this, and the window was killed."""
    stage.write(drafts.save_draft, interviews.draft_key(interview_id, address), {"value": text})


def test_that_what_was_typed_before_a_crash_is_offered_and_never_taken_by_itself(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    crash(stage, interview_id, HAPPENED, "typed before the cra")
    page = shown(stage, interview_id)
    assert page.recover.isVisible()
    label = page.run.filling.label(HAPPENED) if page.run is not None else ""
    assert f"{label}: “typed before the cra”" in page.recover.words.text()
    assert stored(stage, interview_id) == {}
    page.recover.verb.click()
    stage.wait(lambda: HAPPENED in stored(stage, interview_id))
    assert stored(stage, interview_id)[HAPPENED] == "typed before the cra"
    assert not page.recover.isVisible()
    stage.idle()
    assert kept(stage, interview_id) == []


def test_that_the_notice_shows_the_beginning_of_the_newest_answers(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    long = "they said it would come\n" * 9
    crash(stage, interview_id, HAPPENED, long)
    crash(stage, interview_id, STATED, "price_increase")
    for n in range(1, 6):
        crash(stage, interview_id, f"/data/why_step_{n}/why_{n}", f"because {n}")
    page = shown(stage, interview_id)
    lines = page.recover.words.text().splitlines()
    assert len(lines) == 7
    assert lines[-1] == "And 2 more."
    page.recover.offer(each for each in page.recover.typed if each.address in (HAPPENED, STATED))
    words = page.recover.words.text()
    assert "they said it would come they said" in words
    assert "…”" in words
    assert len(max(words.splitlines(), key=len)) < 250
    assert "price_increase" not in words  # as a person reads it
    chosen = page.run.filling.choice_label(STATED, "price_increase") if page.run else ""
    assert chosen
    assert f"“{chosen}”" in words


def test_that_a_second_crash_loses_nothing_of_the_first(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    crash(stage, interview_id, HAPPENED, "the older words")
    first = shown(stage, interview_id)
    first.view.go(HAPPENED)
    type_text("something else")
    stage.wait(lambda: len(kept(stage, interview_id)) == 2)  # and killed again
    second: InterviewPage = stage.show(InterviewPage, interview_id)
    stage.wait(lambda: second.run is not None)
    assert {each.text for each in second.recover.typed} == {"the older words", "something else"}
    words = second.recover.words.text()
    assert "the older words" in words
    assert "something else" in words
    second.recover.verb.click()
    stage.idle()
    assert stored(stage, interview_id)[HAPPENED] == "the older words something else"
    assert kept(stage, interview_id) == []


def test_that_answering_anew_keeps_what_was_typed_before_a_crash(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    crash(stage, interview_id, LEFT_ON, "2026-05-01")
    page = shown(stage, interview_id)
    type_text("2026-6-1")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: stored(stage, interview_id) == {LEFT_ON: "2026-06-01"})
    stage.idle()
    assert page.recover.isVisible()
    assert kept(stage, interview_id) == ["2026-05-01"]
    press_button("Keep the present answer")
    page.recover.verb.click()
    stage.idle()
    assert stored(stage, interview_id) == {LEFT_ON: "2026-06-01"}
    assert kept(stage, interview_id) == ["2026-05-01"]  # still on offer
    press_button("Replace")
    page.recover.verb.click()
    stage.idle()
    assert stored(stage, interview_id) == {LEFT_ON: "2026-05-01"}
    assert kept(stage, interview_id) == []
    assert not page.recover.isVisible()


def test_that_taking_over_goes_behind_what_was_typed_since(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    crash(stage, interview_id, HAPPENED, "before")
    page = shown(stage, interview_id)
    page.view.go(HAPPENED)
    type_text("since")
    page.recover.verb.click()
    stage.idle()
    assert stored(stage, interview_id)[HAPPENED] == "since before"
    page.view.go(HAPPENED)
    type_text("!")  # what stands in the input is what was taken over
    press(Qt.Key.Key_Tab)
    page.leave()
    stage.idle()
    assert stored(stage, interview_id)[HAPPENED] in {"since before!", "!since before"}


def test_that_finishing_asks_about_what_was_typed_before(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    save(stage, interview_id, left_on="2026-06-01", happened="x", stated="price_increase")
    crash(stage, interview_id, WHY_1, "because")
    page = shown(stage, interview_id)
    stage.run(page, "interview.finish")
    stage.wait(page.ending.strip.isVisible)
    page.ending.strip.choose(0)
    stage.idle()
    assert kept(stage, interview_id) == ["because"]
    stage.run(page, "interview.finish")
    page.ending.strip.choose(1)
    stage.idle()
    assert kept(stage, interview_id) == []
    assert not page.recover.isVisible()


def test_that_what_was_typed_before_a_crash_can_be_discarded(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    crash(stage, interview_id, LEFT_ON, "2026-")
    page = shown(stage, interview_id)
    assert kept(stage, interview_id) == ["2026-"]
    press_button("Discard")
    stage.run(page, "interview.discard")
    stage.wait(lambda: kept(stage, interview_id) == [])
    assert "interview.discard" not in page.actions()


def test_that_what_is_typed_goes_to_its_own_interview_when_another_one_is_opened(
    stage: Stage, shop: dict[str, uuid.UUID], interview_id: uuid.UUID
) -> None:
    other = stage.write(interviews.start, open_case(stage, shop["K3"]))
    page = shown(stage, interview_id)
    type_text("2026-6-1")
    page.show_record(other)
    stage.wait(lambda: page.sheet is not None and page.sheet.run.file.row.id == other)
    stage.wait(lambda: stored(stage, interview_id) == {LEFT_ON: "2026-06-01"})
    assert stored(stage, other) == {}
    assert page.run is not None
    assert page.run.filling.answer(LEFT_ON) == ""


def test_that_an_answer_that_could_not_be_stored_is_kept_as_typed(
    stage: Stage, interview_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object, **_named: object) -> None:
        raise ConflictError("Somebody finished it.")

    monkeypatch.setattr(interview_keeper.interviews, "save_answer", refuse)
    page = shown(stage, interview_id)
    type_text("2026-6-1")
    press(Qt.Key.Key_Return)
    assert page.view.current == STOPPED  # nobody is trapped
    stage.wait(page.strip.isVisible)
    assert page.strip.words.text() == "Somebody finished it."
    key = interviews.draft_key(interview_id, LEFT_ON)
    assert stage.read(drafts.load_draft, key).content == {"value": "2026-06-01"}


# ---------------------------------------------------------------- three severities


def test_that_nobody_is_trapped_on_an_answer_that_is_not_possible(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    type_text("2026-02-30")
    assert not page.strip.isVisible()  # not while it is being typed
    press(Qt.Key.Key_Return)
    assert page.view.current == STOPPED
    assert page.strip.isVisible()
    page.strip.go.click()
    assert page.view.current == LEFT_ON
    card = page.view.pane.cards[LEFT_ON]
    assert card.problem.isVisible()
    assert card.input.value() == "2026-02-30"
    stage.run(page, "interview.finish")
    assert stage.went() == []  # an error stands in the way
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_text("2026-02-28")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: stored(stage, interview_id) == {LEFT_ON: "2026-02-28"})
    assert not page.view.pane.cards.get(LEFT_ON)


def test_that_a_warning_asks_once(stage: Stage, interview_id: uuid.UUID) -> None:
    save(stage, interview_id, happened="x", stated="unknown_other")
    page = shown(stage, interview_id)
    page.view.go(LEFT_ON)
    type_text("+3")  # a day to come: only a warning
    press(Qt.Key.Key_Return)
    assert page.strip.isVisible()
    assert "still to come" in page.strip.words.text()
    stage.run(page, "interview.finish")
    assert stage.went() == []
    press(Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    assert not page.strip.isVisible()
    stage.run(page, "interview.finish")
    stage.wait(stage.went)  # also the service was told
    assert stage.read(interviews.load, interview_id).file.answers[LEFT_ON].accepted


def test_that_enter_on_the_strip_lets_a_warning_stand(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    type_text("+3")
    press(Qt.Key.Key_Return)
    page.strip.accept.setFocus()
    press(Qt.Key.Key_Return)
    assert not page.strip.isVisible()
    assert focus() in page.view.pane.stops()


def test_that_finishing_too_early_says_what_is_missing(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    stage.run(page, "interview.finish")
    assert "own words" in page.strip.words.text()
    page.strip.go.click()
    assert page.view.current == HAPPENED
    assert stage.went() == []


# ---------------------------------------------------------------- notes, timer, seconds


def noted(stage: Stage, case_id: uuid.UUID) -> list[str]:
    events = file_of(stage, case_id).events
    return [event.note for event in events if event.kind is CaseEventKind.NOTE]


def test_that_half_a_note_survives_leaving_the_page_and_is_never_stored_by_itself(
    stage: Stage, shop: dict[str, uuid.UUID], interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    other = stage.write(interviews.start, open_case(stage, shop["K3"]))
    page = shown(stage, interview_id)
    stage.run(page, "interview.note")
    type_text("speaks fa")
    assert page.can_leave()
    key = note_key(interview_id)
    stage.wait(lambda: stage.read(drafts.load_draft, key) is not None)
    page.show_record(other)
    stage.wait(lambda: page.sheet is not None and page.sheet.run.file.row.id == other)
    assert (page.view.note.text(), page.view.note.isHidden()) == ("", True)
    page.hide()
    later = shown(stage, interview_id)
    assert (later.view.note.text(), later.view.note.isVisible()) == ("speaks fa", True)
    assert noted(stage, case_id) == []
    later.view.note.open()
    type_text("st")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: noted(stage, case_id) == ["speaks fast"])
    stage.wait(lambda: later.view.note.text() == "")
    assert stage.read(drafts.load_draft, key) is None
    assert later.view.note.isHidden()


def test_that_a_note_that_could_not_be_stored_stands_in_its_line_again(
    stage: Stage, interview_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> None:
        raise ConflictError("The disk is full.")

    monkeypatch.setattr(interview_sheet.cases, "add_note", refuse)
    page = shown(stage, interview_id)
    stage.run(page, "interview.note")
    type_text("speaks fast")
    press(Qt.Key.Key_Return)
    assert page.view.note.isHidden()
    stage.wait(page.view.note.isVisible)
    assert page.view.note.text() == "speaks fast"
    assert page.strip.words.text() == "The disk is full."


def test_that_finishing_stores_the_note_that_stands_in_its_line(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    save(stage, interview_id, happened="x", stated="price_increase")
    page = shown(stage, interview_id)
    stage.run(page, "interview.note")
    type_text("call the boss")
    stage.run(page, "interview.finish")
    stage.wait(stage.went)
    assert noted(stage, case_id) == ["call the boss"]
    assert stage.read(drafts.load_draft, note_key(interview_id)) is None


def test_that_the_length_of_the_call_is_kept_for_the_strip_of_the_case(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    key = attempt_logger.draft_key(case_id)
    stage.write(drafts.save_draft, key, {"note": "typed before"})
    page = shown(stage, interview_id)
    stage.run(page, "interview.timer")
    stage.run(page, "interview.timer")
    stage.wait(lambda: "seconds" in stage.read(drafts.load_draft, key).content)
    content = stage.read(drafts.load_draft, key).content
    assert content == {"note": "typed before", "seconds": page.timer.seconds()}


def test_that_the_timer_of_the_call_goes_on_in_the_case(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    save(stage, interview_id, happened="x", stated="price_increase")
    page = shown(stage, interview_id)
    stage.run(page, "interview.timer")
    stage.run(page, "interview.finish")
    stage.wait(stage.went)
    target = stage.went()[-1][1]
    assert isinstance(target, CaseTarget)
    assert (target.case_id, target.log_contact) == (case_id, True)
    assert target.seconds is not None


def test_that_the_seconds_on_a_question_are_stored_with_its_answer(
    stage: Stage, interview_id: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    page = shown(stage, interview_id)
    assert page.run is not None
    fixed_time.shift(7)
    page.run.time.set_active(False)  # the window goes behind another one
    fixed_time.shift(60)
    page.run.time.set_active(True)
    fixed_time.shift(5)
    type_text("2026-6-1")
    press(Qt.Key.Key_Return)
    fixed_time.shift(30)  # on the next question, which gets no answer
    stage.wait(lambda: LEFT_ON in stored(stage, interview_id))
    answer = stage.read(interviews.load, interview_id).file.answers[LEFT_ON]
    assert (answer.seconds, answer.mode) == (12, InterviewMode.CALL)
    page.view.go(LEFT_ON)
    fixed_time.shift(3)
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_text("2026-6-2")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: stored(stage, interview_id)[LEFT_ON] == "2026-06-02")
    assert stage.read(interviews.load, interview_id).file.answers[LEFT_ON].seconds == 15


# ---------------------------------------------------------------- finished


def test_that_a_finished_interview_is_read_in_order_and_needs_a_reason_to_be_changed(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    save(stage, interview_id, happened="x", stated="price_increase", left_on="2026-06-01")
    stage.write(interview_end.finish, interview_id)
    page: InterviewPage = stage.show(InterviewPage, interview_id)
    stage.wait(lambda: page.sheet is not None)
    assert page.answers.isVisible()
    assert page.answers.texts[HAPPENED] == "x"
    assert page.answers.texts[LEFT_ON] == "2026-06-01 Mon"
    assert "›" in page.answers.texts[STATED]  # group and reason in words
    assert page.answers.notes[HAPPENED] == "Phone interview"
    assert list(page.answers.texts)[:3] == [LEFT_ON, STOPPED, HAPPENED]
    assert "interview.reopen" in page.actions()
    assert "interview.finish" not in page.actions()
    stage.run(page, "interview.reopen")
    stage.dialog(page).submit()
    stage.wait(stage.dialog(page).form.problems)  # not without a reason
    stage.submit(page, reason="The day was misheard.")
    stage.wait(lambda: page.sheet.run.file.row.state is InterviewState.DRAFT)  # type: ignore[union-attr]
    stage.wait(page.view.isVisible)


def test_that_the_phone_is_shown_in_the_interview_too(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    page.facts.contact.phone.reveal.click()
    stage.wait(lambda: page.facts.contact.phone.number.text() == "13812348000")
