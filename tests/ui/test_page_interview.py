import datetime as dt
import uuid

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from db.queries.case_file import CaseFile
from db.session import Actor, Database
from db.vocabulary import CaseEventKind, CaseStage, InterviewState, QuestionKind, ReasonLayer
from desktop_app.domain.interview import Question
from desktop_app.errors import ConflictError
from desktop_app.services import drafts, interviews
from desktop_app.ui import attempt_logger, interview_sheet
from desktop_app.ui.answer_sheet import answer_text
from desktop_app.ui.case_places import CaseTarget
from desktop_app.ui.interview_sheet import note_key
from desktop_app.ui.numbered_reasons import NumberedReasons
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.interview import InterviewPage
from desktop_app.ui.pickers import Choice
from desktop_app.ui.question_editors import Offers, QuestionEditor
from tests.ui.casework import (
    activate,
    compose,
    file_of,
    focus,
    nameless,
    open_case,
    press,
    type_text,
)
from tests.ui.shop import Stage, fill
from tests.ui.shop import press as press_button

OFFERS = Offers(
    currency="CNY",
    reasons=(
        Choice("price_increase", "涨价", "价格", "price_increase 2zj 1zhangjia"),
        Choice("price_unreasonable", "价格不合理", "价格", "price_unreasonable 2jgbhl"),
        Choice("unknown_other", "其他", "未知", "unknown_other 2qt"),
    ),
    products=("打印纸", "签字笔"),
    staff=("张伟", "刘燕"),
)


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


def shown(stage: Stage, interview_id: uuid.UUID) -> InterviewPage:
    page: InterviewPage = stage.show(InterviewPage, interview_id)
    stage.wait(lambda: page.sheet is not None)
    activate(page)
    page.view.refocus()
    return page


def current(page: InterviewPage) -> str:
    return page.view.current.code if page.view.current is not None else ""


def stored(stage: Stage, interview_id: uuid.UUID) -> dict[str, object]:
    found = stage.read(interviews.load, interview_id).file.answers
    return {code: dict(answer) for code, answer in found.items()}


# ---------------------------------------------------------------- the page


def test_that_an_interview_is_held_with_the_keyboard_alone(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    assert current(page) == "left_on"
    type_text("2026-6-1")
    press(Qt.Key.Key_Return)
    assert current(page) == "stopped_products"
    press(Qt.Key.Key_Tab)
    assert current(page) == "what_happened"
    type_text("三天到货，等了两周")
    press(Qt.Key.Key_Return)
    assert current(page) == "problem_event"
    press(Qt.Key.Key_Tab)
    assert current(page) == "problem_event"  # its second field: when
    press(Qt.Key.Key_Tab)
    assert current(page) == "stated_reason"
    press(Qt.Key.Key_1)  # the first group: price
    press(Qt.Key.Key_1)  # its first reason
    assert current(page) == "why_1"
    type_text("竞争对手送货快")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    assert current(page) == "why_2"
    stage.run(page, "interview.finish")
    stage.wait(stage.went)
    assert stage.went()[-1] == ("case-file", CaseTarget(case_id))
    file: CaseFile = file_of(stage, case_id)
    assert file.row.stage is CaseStage.INTERVIEWED
    assert file.left_on == dt.date(2026, 6, 1)
    assert file.reasons[ReasonLayer.STATED].verbatim == "三天到货，等了两周"
    assert file.why[0].answer == "竞争对手送货快"


def test_that_half_an_answer_is_kept_within_a_second(stage: Stage, interview_id: uuid.UUID) -> None:
    page = shown(stage, interview_id)
    page.view.go("what_happened")
    type_text("they said it would co")
    key = interviews.draft_key(interview_id, "what_happened")
    stage.wait(lambda: stage.read(drafts.load_draft, key) is not None)
    assert stage.read(drafts.load_draft, key).content == {"value": "they said it would co"}
    assert stored(stage, interview_id) == {}  # not an answer yet


def test_that_what_was_typed_before_a_crash_is_offered_and_never_taken_by_itself(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    key = interviews.draft_key(interview_id, "what_happened")
    stage.write(drafts.save_draft, key, {"value": "typed before the cra"})
    page = shown(stage, interview_id)
    assert page.recover.isVisible()
    assert stored(stage, interview_id) == {}
    page.recover.verb.click()
    stage.wait(lambda: "what_happened" in stored(stage, interview_id))
    assert stored(stage, interview_id)["what_happened"] == {"value": "typed before the cra"}
    assert not page.recover.isVisible()


def test_that_what_was_typed_before_a_crash_can_be_discarded(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    key = interviews.draft_key(interview_id, "left_on")
    stage.write(drafts.save_draft, key, {"value": "2026-"})
    page = shown(stage, interview_id)
    press_button("Discard")
    stage.run(page, "interview.discard")
    stage.wait(lambda: stage.read(drafts.load_draft, key) is None)
    assert "interview.discard" not in page.actions()


def test_that_nobody_is_trapped_on_an_answer_that_cannot_be_read(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    type_text("2026-02-30")
    press(Qt.Key.Key_Return)
    assert current(page) == "stopped_products"
    stage.wait(page.strip.isVisible)
    assert "left_on" in page.view.problems
    page.strip.verb.click()
    assert current(page) == "left_on"
    assert page.view.problem.isVisible()
    assert page.view.editor is not None
    assert page.view.editor.typed() == {"value": "2026-02-30"}
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_text("2026-02-28")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: not page.view.problems)
    assert stored(stage, interview_id)["left_on"] == {"value": "2026-02-28"}


def test_that_finishing_too_early_says_what_is_missing(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    stage.run(page, "interview.finish")
    assert "own words" in page.strip.words.text()
    page.strip.verb.click()
    assert current(page) == "what_happened"
    assert stage.went() == []


def test_that_questions_are_jumped_to_marked_and_noted(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    stage.run(page, "interview.mark")
    assert page.view.marked == {"left_on"}
    stage.run(page, "interview.next")
    stage.run(page, "interview.jump")
    assert focus() is page.view.list
    press(Qt.Key.Key_Up)
    press(Qt.Key.Key_Return)
    assert current(page) == "left_on"
    stage.run(page, "interview.previous")
    assert current(page) == "left_on"  # there is none before
    stage.run(page, "interview.note")
    type_text("speaks fast")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: any(e.note == "speaks fast" for e in file_of(stage, case_id).events))
    assert page.view.editor is not None
    assert focus() in page.view.editor.stops()


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
    for code, value in (("what_happened", "x"), ("stated_reason", "price_increase")):
        stage.write(interviews.save_answer, interview_id, code, {"value": value})
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


def test_that_conditions_open_and_close_questions_at_once(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    codes = {each.code for each in page.view.relevant()}
    assert "competitor_price" not in codes
    assert "why_1" not in codes
    page.view.go("stated_reason")
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_1)
    codes = {each.code for each in page.view.relevant()}
    assert {"why_1", "competitor_price"} <= codes


def test_that_the_timer_of_the_call_goes_on_in_the_case(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    stage.run(page, "interview.timer")
    for code, typed in (
        ("what_happened", {"value": "x"}),
        ("stated_reason", {"value": "price_increase"}),
    ):
        stage.write(interviews.save_answer, interview_id, code, typed)
        page.view.answers[code] = typed
    stage.run(page, "interview.finish")
    stage.wait(stage.went)
    target = stage.went()[-1][1]
    assert isinstance(target, CaseTarget)
    assert (target.case_id, target.log_contact) == (case_id, True)
    assert target.seconds is not None


def test_that_a_finished_interview_is_only_shown_until_it_is_reopened(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    stage.write(interviews.save_answer, interview_id, "what_happened", {"value": "x"})
    reason = {"value": "price_increase"}
    stage.write(interviews.save_answer, interview_id, "stated_reason", reason)
    stage.write(interviews.finish, interview_id)
    page = shown(stage, interview_id)
    assert page.answers.isVisible()
    assert page.answers.texts["what_happened"] == "x"
    assert "›" in page.answers.texts["stated_reason"]  # group and reason in words
    assert set(page.actions()) == {"interview.reopen"}
    stage.run(page, "interview.reopen")
    stage.wait(lambda: page.sheet.run.file.row.state is InterviewState.DRAFT)  # type: ignore[union-attr]
    stage.wait(page.view.isVisible)


def test_that_every_control_has_a_name_on_every_question(
    stage: Stage, interview_id: uuid.UUID, each_language: str
) -> None:
    page = shown(stage, interview_id)
    for question in page.view.questions:
        page.view.go(question.code)
        assert nameless(page) == [], question.code


# ---------------------------------------------------------------- the inputs


def question(kind: QuestionKind, also: QuestionKind | None = None) -> Question:
    return Question(code="q", kind=kind, zh="问", en="Ask", also=also)


def made(qtbot: QtBot, kind: QuestionKind, also: QuestionKind | None = None) -> QuestionEditor:
    editor = QuestionEditor(question(kind, also), OFFERS)
    qtbot.addWidget(editor)
    activate(editor)
    editor.start()
    return editor


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (QuestionKind.DATE, "2026-08-31"),
        (QuestionKind.PRODUCTS, ["打印纸", "别的"]),
        (QuestionKind.VERBATIM, "第一行\n第二行"),
        (QuestionKind.EVENT, "缺货"),
        (QuestionKind.REASON, "price_increase"),
        (QuestionKind.PROBE, "因为"),
        (QuestionKind.COMPETITOR, "对手"),
        (QuestionKind.AMOUNT, 1250),
        (QuestionKind.PERCENT, 80),
        (QuestionKind.YES_NO, False),
        (QuestionKind.EMPLOYEE, "张伟"),
        (QuestionKind.TEXT, "要求开票"),
        (QuestionKind.COUNT, 3),
    ],
)
def test_that_every_kind_shows_a_stored_answer_and_gives_it_back(
    qtbot: QtBot, kind: QuestionKind, answer: object
) -> None:
    editor = made(qtbot, kind)
    assert editor.typed() == {}
    editor.show_answer({"value": answer})
    assert editor.typed() == {"value": answer}


def test_that_the_kinds_above_are_all_there_are() -> None:
    tested = test_that_every_kind_shows_a_stored_answer_and_gives_it_back.pytestmark[0].args[1]
    assert {kind for kind, _answer in tested} == set(QuestionKind)


def test_that_digits_tick_products_and_answer_yes_or_no(qtbot: QtBot) -> None:
    products = made(qtbot, QuestionKind.PRODUCTS)
    press(Qt.Key.Key_2)
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_1)
    assert products.typed() == {"value": ["签字笔"]}
    answer = made(qtbot, QuestionKind.YES_NO)
    with qtbot.waitSignal(answer.gone_on):
        press(Qt.Key.Key_2)
    assert answer.typed() == {"value": False}
    press(Qt.Key.Key_Backspace)
    assert answer.typed() == {}


def reasons(qtbot: QtBot) -> NumberedReasons:
    picker = NumberedReasons(OFFERS.reasons)
    qtbot.addWidget(picker)
    activate(picker)
    picker.filter.setFocus()
    return picker


def test_that_pinyin_finds_a_reason_and_enter_takes_it(qtbot: QtBot) -> None:
    picker = reasons(qtbot)
    type_text("jgbhl")
    assert picker.list.count() == 1
    assert picker.press_enter()
    assert picker.value() == "price_unreasonable"
    assert not picker.press_enter()  # chosen already: Enter goes on


def test_that_backspace_goes_back_to_the_groups(qtbot: QtBot) -> None:
    picker = reasons(qtbot)
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_2)
    assert picker.value() == "price_unreasonable"
    press(Qt.Key.Key_Backspace)
    assert picker.value() is None
    assert picker.list.count() == 2  # groups
    press(Qt.Key.Key_Down)
    assert picker.press_enter()
    assert picker.list.count() == 1


def test_that_digits_belong_to_a_composing_input_method(qtbot: QtBot) -> None:
    picker = reasons(qtbot)
    compose("zhang")
    press(Qt.Key.Key_1)
    assert picker.value() is None
    compose("")
    assert isinstance(focus(), QLineEdit)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (QuestionKind.DATE, "2026-08-31", "2026-08-31 Mon"),
        (QuestionKind.PRODUCTS, ["打印纸", "签字笔"], "打印纸、签字笔"),
        (QuestionKind.REASON, "price_increase", "价格 › 涨价"),
        (QuestionKind.REASON, "retired_since", "retired_since"),
        (QuestionKind.AMOUNT, 1250, "¥12.50"),
        (QuestionKind.PERCENT, 80, "80%"),
        (QuestionKind.YES_NO, False, "No"),
        (QuestionKind.TEXT, "开票", "开票"),
    ],
)
def test_that_stored_answers_are_read_in_words(
    kind: QuestionKind, value: object, text: str
) -> None:
    assert answer_text(question(kind), {"value": value}, OFFERS) == text


def test_that_an_answer_is_shown_with_its_second_field_and_its_code() -> None:
    asked = question(QuestionKind.PROBE)
    answer = {"value": "送货慢", "reason": "unknown_other"}
    assert answer_text(asked, answer, OFFERS) == "送货慢\n→ 未知 › 其他"
    event = question(QuestionKind.EVENT, QuestionKind.DATE)
    assert answer_text(event, {"also": "2026-08-31"}, OFFERS) == "2026-08-31 Mon"


def test_that_f6_goes_to_the_facts_and_the_list_and_back(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    stage.run(page, "page.next_pane")
    assert page.facts_pane.hasFocus()
    stage.run(page, "page.next_pane")
    assert page.view.list.hasFocus()
    stage.run(page, "page.next_pane")
    assert focus() in page.view.editor.stops()  # type: ignore[union-attr]


def test_that_the_phone_is_shown_in_the_interview_too(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    page.facts.contact.phone.reveal.click()
    stage.wait(lambda: page.facts.contact.phone.number.text() == "13812348000")


def test_that_an_interview_goes_on_where_it_stopped(stage: Stage, interview_id: uuid.UUID) -> None:
    stage.write(interviews.save_answer, interview_id, "left_on", {"value": "2026-06-01"})
    page = shown(stage, interview_id)
    assert current(page) == "stopped_products"
    assert page.view.is_answered("left_on")
