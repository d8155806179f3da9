import datetime as dt
import uuid

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from db.queries.cases import CaseFilter
from db.queries.paging import Sort
from db.session import Actor, Database
from db.vocabulary import (
    AttemptResult,
    CallbackFor,
    CaseStage,
    NextStep,
    Outcome,
    ReasonLayer,
    Role,
    RuleKind,
    VisitState,
)
from desktop_app import clock
from desktop_app.domain.contacts import VisitDraft
from desktop_app.services import (
    cases,
    contacts,
    customers,
    drafts,
    interview_end,
    interviews,
    queue,
)
from desktop_app.ui import attempt_logger
from desktop_app.ui.case_panels import PhoneLine
from desktop_app.ui.case_places import CaseTarget, ListPlace, QueuePlace, neighbour
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from tests.ui.casework import (
    K2_VALUE,
    activate,
    file_of,
    focus,
    nameless,
    open_case,
    press,
    stage_of,
    type_text,
)
from tests.ui.shop import Stage, enter, fill


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def case_id(stage: Stage, shop: dict[str, uuid.UUID]) -> uuid.UUID:
    return open_case(stage, shop["K2"])


def shown(stage: Stage, target: object) -> CaseFilePage:
    page: CaseFilePage = stage.show(CaseFilePage, target)
    stage.wait(lambda: page.view is not None)
    return page


def test_that_the_page_says_who_is_leaving_and_what_is_at_stake(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    assert "王小明" in page.title()
    assert page.next_panel.step.text() == "Call the customer"
    assert page.view is not None
    assert page.view.file.row.value_at_stake == K2_VALUE
    assert page.contact.phone.number.text() == "138****8000"
    assert page.stepper.steps[CaseStage.ASSIGNED].is_current
    assert not page.stepper.steps[CaseStage.DIAGNOSED].isEnabled()
    assert page.orders.count() == 12


def test_that_every_control_has_a_name(
    stage: Stage, case_id: uuid.UUID, each_language: str
) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.attempt")
    assert nameless(page) == []


def test_that_a_contact_is_logged_by_keyboard_and_moves_the_case(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    activate(page)
    stage.run(page, "case.attempt")
    press(Qt.Key.Key_2)
    type_text("nobody")
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    stage.wait(lambda: file_of(stage, case_id).attempts)
    attempt = file_of(stage, case_id).attempts[0]
    assert (attempt.result, attempt.note) == (AttemptResult.NO_ANSWER, "nobody")
    assert stage_of(stage, case_id) is CaseStage.CONTACTING
    stage.wait(page.strip.isHidden)
    stage.wait(lambda: page.stepper.steps[CaseStage.CONTACTING].is_current)


def test_that_f9_times_the_call_and_asks_for_the_result(stage: Stage, case_id: uuid.UUID) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.timer")
    assert page.strip.isVisible()
    assert page.strip.timer.is_running
    stage.run(page, "case.timer")
    assert not page.strip.timer.is_running
    assert page.strip.timer.seconds() is not None


def test_that_a_note_during_a_call_opens_no_dialog(stage: Stage, case_id: uuid.UUID) -> None:
    page = shown(stage, case_id)
    activate(page)
    stage.run(page, "case.timer")
    stage.run(page, "case.note")
    assert page.strip.note.line.hasFocus()


def test_that_a_note_of_several_lines_is_kept_as_a_draft_and_then_stored(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.note")
    enter(stage.dialog(page), note="first\nseco")
    stage.wait(lambda: stage.read(drafts.open_drafts, f"case-note:{case_id}"))
    shiboken6.delete(stage.dialog(page))  # as the end of the process does
    stage.run(page, "case.note")
    again = stage.dialog(page)
    stage.wait(lambda: again.drafts is not None and not again.drafts.isHidden())
    assert again.drafts is not None
    again.drafts.restore()
    stage.submit(page)
    assert "first\nseco" in [event.note for event in file_of(stage, case_id).events]
    stage.wait(lambda: not stage.read(drafts.open_drafts, f"case-note:{case_id}"))


def test_that_the_length_of_a_call_survives_a_crash(stage: Stage, case_id: uuid.UUID) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.timer")
    stage.run(page, "case.timer")
    seconds = page.strip.timer.seconds()
    stage.wait(lambda: stage.read(drafts.open_drafts, attempt_logger.draft_key(case_id)))
    later = shown(stage, case_id)
    stage.run(later, "case.attempt")
    stage.wait(lambda: later.strip.timer.seconds() == seconds)


def test_that_opening_the_strip_for_another_case_keeps_the_last_word(
    stage: Stage, shop: dict[str, uuid.UUID], case_id: uuid.UUID
) -> None:
    other = open_case(stage, shop["K3"])
    page = shown(stage, case_id)
    stage.run(page, "case.attempt")
    stage.wait(lambda: not page.logger._loading.is_busy)
    page.strip.note.set_value("says the deliv")
    page.logger.open(other, "somebody else")
    assert page.strip.note.value() is None
    key = attempt_logger.draft_key(case_id)
    stage.wait(lambda: stage.read(drafts.load_draft, key) is not None)
    assert stage.read(drafts.load_draft, key).content["note"] == "says the deliv"


def test_that_half_a_note_survives_leaving_the_case(
    stage: Stage, shop: dict[str, uuid.UUID], case_id: uuid.UUID
) -> None:
    other = open_case(stage, shop["K3"])
    page = shown(stage, case_id)
    stage.run(page, "case.attempt")
    page.strip.note.set_value("says the deliv")
    page.show_record(other)
    stage.wait(lambda: page.view is not None and page.view.id == other)
    key = attempt_logger.draft_key(case_id)
    stage.wait(lambda: stage.read(drafts.load_draft, key) is not None)
    page.show_record(case_id)
    stage.wait(lambda: page.view is not None and page.view.id == case_id)
    stage.run(page, "case.attempt")
    stage.wait(lambda: page.strip.note.text() == "says the deliv")
    page.strip.choose(AttemptResult.REACHED)
    page.strip.submit()
    stage.wait(lambda: stage.read(drafts.load_draft, key) is None)


def test_that_the_row_of_stages_moves_the_case(stage: Stage, case_id: uuid.UUID) -> None:
    page = shown(stage, case_id)
    page.stepper.steps[CaseStage.CONTACTING].click()
    stage.wait(lambda: stage_of(stage, case_id) is CaseStage.CONTACTING)
    stage.wait(lambda: page.stepper.steps[CaseStage.CONTACTING].is_current)
    stage.run(page, "case.move")
    stage.submit(page, stage=CaseStage.INTERVIEWED, note="heard it all")
    assert stage_of(stage, case_id) is CaseStage.INTERVIEWED


def test_that_closing_says_beside_the_field_what_is_missing(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.close")
    problems = stage.refused(page, outcome=Outcome.LOST, root_reason=None)
    assert set(problems) == {"root_reason"}
    stage.run(page, "case.close")
    dialog = stage.dialog(page)
    dialog.form.editors["root_reason"].set_value("price_increase")
    dialog.form.editors["root_reason"].changed.emit()
    assert dialog.form.editors["churn_type"].value()  # came with the reason
    stage.submit(page, outcome=Outcome.LOST, note="too dear")
    file = file_of(stage, case_id)
    assert (file.row.stage, file.row.outcome) == (CaseStage.CLOSED, Outcome.LOST)
    assert file.reasons[ReasonLayer.ROOT].code == "price_increase"
    stage.wait(lambda: page.view is not None and page.view.file.row.outcome is Outcome.LOST)
    assert "case.close" not in page.actions()
    stage.run(page, "case.reopen")
    stage.submit(page, stage=CaseStage.CONTACTING, note="bought again")
    assert stage_of(stage, case_id) is CaseStage.CONTACTING


def test_that_the_reasons_are_one_change_and_the_last_why_is_the_root(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.reasons")
    stage.submit(
        page,
        stated="price_increase",
        stated_words="太贵了",
        why=(
            {"answer": "涨价没通知", "reason": None},
            {"answer": "没人管", "reason": "price_increase"},
        ),
        belief="unknown_other",
    )
    file = file_of(stage, case_id)
    assert file.reasons[ReasonLayer.STATED].verbatim == "太贵了"
    assert [step.answer for step in file.why] == ["涨价没通知", "没人管"]
    assert file.reasons[ReasonLayer.ROOT].code == "price_increase"
    assert file.reasons[ReasonLayer.BELIEF].code == "unknown_other"


def test_that_words_without_a_reason_are_not_lost(stage: Stage, case_id: uuid.UUID) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.reasons")
    assert "stated" in stage.refused(page, stated_words="太贵了")


def test_that_the_facts_keep_the_words_of_an_offer_that_was_noted_before(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.edit")
    stage.submit(page, offer_text="九折一年")
    stage.wait(lambda: page.view is not None and page.view.file.offer_text == "九折一年")
    stage.run(page, "case.edit")
    stage.submit(page, competitor="对手公司", left_on=dt.date(2026, 6, 1))
    file = file_of(stage, case_id)
    assert (file.competitor, file.offer_text) == ("对手公司", "九折一年")
    assert file.row.next_step is NextStep.CALL


def test_that_a_visit_is_planned_and_finished_from_the_timeline(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.visit")
    stage.submit(page, planned_on=dt.date(2027, 1, 4), purpose="道歉")
    visit = file_of(stage, case_id).visits[0]
    stage.wait(lambda: page.view is not None and page.view.file.visits)
    page.timeline.opened.emit(("visit", visit.id))
    stage.submit(page, note="聊得不错")
    done = file_of(stage, case_id).visits[0]
    assert (done.state, done.note) == (VisitState.DONE, "聊得不错")


def test_that_an_interview_begins_from_the_case(stage: Stage, case_id: uuid.UUID) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.interview")
    stage.wait(stage.went)
    where, key = stage.went()[-1]
    assert where == "interview"
    assert file_of(stage, case_id).interviews[0].id == key


def test_that_after_the_interview_the_strip_proposes_the_follow_up(
    stage: Stage, case_id: uuid.UUID
) -> None:
    held = stage.write(interviews.start, case_id)
    given = {"/data/what_happened": "x", "/data/stated_reason": "price_increase"}
    stage.write(interviews.save_answers, held, given)
    stage.write(interview_end.finish, held)
    page = shown(stage, case_id)
    for action in ("case.attempt", "case.timer"):
        stage.run(page, action)
        page.strip.choose(AttemptResult.REACHED)
        stage.wait(lambda: page.strip.step.value() is NextStep.FOLLOW_UP)
        page.strip.reset()
        page.strip.close_strip()


def test_that_a_whole_phone_is_shown_with_its_own_record_only(qtbot: QtBot) -> None:
    line = PhoneLine()
    qtbot.addWidget(line)
    line.show_phone(("a", 1), "138****8000")
    late = line.whole()
    late("13811118000")
    line.show_phone(("a", 1), "138****8000")
    assert line.number.text() == "13811118000", "reading again leaves it open"
    line.show_phone(("b", 1), "138****8000")
    assert line.number.text() == "138****8000"
    late("13811118000")
    assert line.number.text() == "138****8000"


def test_that_the_phone_is_shown_and_copied_and_that_looks_are_recorded(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    page.contact.phone.reveal.click()
    stage.wait(lambda: page.contact.phone.number.text() == "13812348000")
    stage.run(page, "customer.copy_phone")
    stage.wait(lambda: QGuiApplication.clipboard().text() == "13812348000")


def test_that_the_history_says_who_changed_which_field(
    stage: Stage, case_id: uuid.UUID, admin: Actor
) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.history")
    stage.wait(lambda: page.history.count() > 0)
    rows = [page.history.model.row(n) for n in range(page.history.count())]
    owner = next(row for row in rows if row.field == "Owner")
    assert (owner.old, owner.new, owner.actor) == ("", admin.name, admin.name)


def test_that_the_keys_go_through_the_list_one_came_from(
    stage: Stage, shop: dict[str, uuid.UUID], case_id: uuid.UUID
) -> None:
    second = open_case(stage, shop["K3"])
    target = CaseTarget(case_id, QueuePlace((case_id, second)))
    page = shown(stage, target)
    stage.run(page, "list.next")
    stage.wait(stage.went)
    assert stage.went()[-1] == ("case-file", CaseTarget(second, target.place))
    stage.run(page, "list.previous")
    stage.wait(lambda: page.messages.text)


def test_that_a_case_that_left_the_filter_leaves_its_place_to_the_next(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    ids = [open_case(stage, shop[number]) for number in ("K2", "K3", "K4")]
    place = ListPlace(CaseFilter(open_only=True), Sort("number"), 1)
    target = CaseTarget(ids[1], place)
    assert neighbour_id(stage, target, 1) == ids[2]
    assert neighbour_id(stage, target, -1) == ids[0]
    stage.write(cases.close, ids[1], cases_close())
    assert neighbour_id(stage, target, 1) == ids[2]
    assert neighbour_id(stage, target, -1) == ids[0]
    assert (
        neighbour_id(stage, CaseTarget(ids[0], ListPlace(place.criteria, place.sort, 0)), -1)
        is None
    )


def cases_close() -> object:
    from desktop_app.domain.cases import CloseDraft

    return CloseDraft(outcome=Outcome.DUPLICATE)


def neighbour_id(stage: Stage, target: CaseTarget, step: int) -> uuid.UUID | None:
    found = stage.read(neighbour, target, step)
    return None if found is None else found.case_id


def test_that_a_case_held_back_by_the_screening_says_why_and_can_be_overruled(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    card = stage.card(shop["K4"])
    draft = stage.draft(card.row.id).model_copy(update={"malicious_arrears": True})
    stage.write(customers.change, shop["K4"], card.version, draft)
    case_id = open_case(stage, shop["K4"], taken=False)
    page = shown(stage, case_id)
    stage.run(page, "case.take")
    stage.wait(page.notice.isVisible)
    assert "case.attempt" not in page.actions()
    stage.run(page, "case.override")
    assert stage.refused(page).keys() == {"reason"}
    stage.run(page, "case.override")
    stage.submit(page, reason="prepays now")
    assert "prepays now" in [event.note for event in file_of(stage, case_id).events]


def test_that_a_planned_visit_is_the_next_step(stage: Stage, case_id: uuid.UUID) -> None:
    customer_id = file_of(stage, case_id).row.customer_id
    stage.write(
        contacts.plan_visit, case_id, customer_id, VisitDraft(planned_on=dt.date(2027, 1, 4))
    )
    page = shown(stage, case_id)
    assert page.next_panel.step.text() == "Visit the customer"


def test_that_a_case_that_is_gone_is_said_and_nothing_can_be_done(stage: Stage) -> None:
    page = stage.show(CaseFilePage, uuid.UUID(int=1))
    stage.wait(lambda: page.messages.text)
    assert page.actions() == {}
    assert page.title() == "Case"


def test_that_a_cancel_request_stands_out(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    case_id = open_case(stage, shop["K5"], RuleKind.CANCEL_REQUEST)
    page = shown(stage, case_id)
    assert "Opened by hand" in page.signal_panel.sentence.text()


def test_that_who_has_died_is_never_called(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    case_id = open_case(stage, shop["K2"])
    card = stage.card(shop["K2"])
    dead = stage.draft(card.row.id).model_copy(update={"is_deceased": True})
    stage.write(customers.change, shop["K2"], card.version, dead)
    page = shown(stage, case_id)
    assert "died" in page.contact.banner.text()


def test_that_a_call_timed_in_the_interview_is_wrapped_up_here(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, CaseTarget(case_id, None, log_contact=True, seconds=312))
    stage.wait(page.strip.isVisible)
    assert page.strip.timer.seconds() == 312
    assert page.strip.result() is AttemptResult.REACHED


def test_that_a_note_stands_in_the_timeline(stage: Stage, case_id: uuid.UUID) -> None:
    stage.write(cases.add_note, case_id, "下午三点前别打电话")
    page = shown(stage, case_id)
    model = page.timeline.model()
    titles = [model.data(model.index(row, 0)) for row in range(4)]
    assert titles == ["Note", "Case assigned", "Case screened", "Case opened"]  # newest first
    tip = model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
    assert tip == "下午三点前别打电话"


def test_that_the_keyboard_goes_round_the_panes(stage: Stage, case_id: uuid.UUID) -> None:
    page = shown(stage, case_id)
    activate(page)
    seen = set()
    for _step in range(4):
        stage.run(page, "page.next_pane")
        seen.add(focus().accessibleName() or type(focus()).__name__)
    assert "Timeline of the case" in seen
    assert "Customer and next step" in seen


def test_that_a_case_nobody_has_is_handed_to_a_chosen_colleague(
    stage: Stage, shop: dict[str, uuid.UUID], actors: dict[Role, Actor]
) -> None:
    case_id = open_case(stage, shop["K4"], taken=False)
    page = shown(stage, case_id)
    page.stepper.steps[CaseStage.SCREENED].click()
    stage.wait(page.stepper.steps[CaseStage.ASSIGNED].isEnabled)
    page.stepper.steps[CaseStage.ASSIGNED].click()
    stage.submit(page, user=actors[Role.AGENT].user_id)
    assert file_of(stage, case_id).row.owner == "agent"


def test_that_closing_is_reached_from_the_row_of_stages(stage: Stage, case_id: uuid.UUID) -> None:
    page = shown(stage, case_id)
    page.stepper.steps[CaseStage.CLOSED].click()
    stage.submit(page, outcome=Outcome.UNREACHABLE)
    assert stage_of(stage, case_id) is CaseStage.CLOSED


def test_that_a_call_is_promised_and_the_case_given_back_from_its_page(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K3"])
    page = stage.show(CaseFilePage, CaseTarget(case_id))
    stage.wait(lambda: "case.callback" in page.actions())
    stage.run(page, "case.callback")
    at = clock.now() + dt.timedelta(days=2)
    stage.submit(page, at=at, for_whom=CallbackFor.ANYONE)
    (line,) = stage.read(queue.queue)
    assert (line.callback_for, line.case_id) == (CallbackFor.ANYONE, case_id)
    stage.run(page, "case.give_back")
    stage.submit(page, reason="出差")
    assert file_of(stage, case_id).row.owner_id is None
    stage.wait(lambda: "case.take" in page.actions())
