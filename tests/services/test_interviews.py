"""The exit interview from the first question to what it leaves in the case."""

import datetime as dt
import uuid

import pytest

from db.models import Customer
from db.queries.case_file import CaseFile
from db.queries.interviews import InterviewFilter
from db.session import SYSTEM, Actor
from db.vocabulary import (
    CaseStage,
    InterviewMode,
    InterviewState,
    NextStep,
    Outcome,
    ReasonLayer,
    Role,
    RuleKind,
)
from desktop_app.domain.cases import CaseDraft, CloseDraft, Extent
from desktop_app.domain.exit_interview import Fact
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.questionnaire import screen
from desktop_app.services import cases, drafts, interview_end, interviews, reasons
from desktop_app.services.interviews import InterviewRun
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
WHY = "客户打电话来更正"

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    """A case about moving a part of the business away, that the agent works on."""
    return desk.do(
        admin, factories.assigned_case, agent.user_id, kind=RuleKind.PARTIAL_SHARE, name="王思远"
    )


@pytest.fixture
def run_id(desk: Desk, agent: Actor, case_id: uuid.UUID) -> uuid.UUID:
    """The begun interview of the case."""
    return desk.do(agent, interviews.start, case_id)


def file(desk: Desk, actor: Actor, case_id: uuid.UUID) -> CaseFile:
    return desk.look(actor, cases.case_file, case_id)


def run(desk: Desk, actor: Actor, run_id: uuid.UUID) -> InterviewRun:
    return desk.look(actor, interviews.load, run_id)


def address(desk: Desk, actor: Actor, run_id: uuid.UUID, name: str) -> str:
    """Where a question of the starter form stands."""
    return run(desk, actor, run_id).form.path_of(name)


def answer(desk: Desk, actor: Actor, run_id: uuid.UUID, **answers: object) -> None:
    """Answer questions by name; a tuple is the answer and the reason of a why-question."""
    for name, value in answers.items():
        words, *code = value if isinstance(value, tuple) else (value,)
        for part, text in ((name, words), *((f"{name}_reason", each) for each in code)):
            where = address(desk, actor, run_id, part)
            desk.do(actor, interviews.save_answer, run_id, where, str(text))


def given(desk: Desk, actor: Actor, run_id: uuid.UUID) -> dict[str, str]:
    """Answers that people gave, by name."""
    found = run(desk, actor, run_id)
    asked = {question.path for question in found.form.asked()}
    return {
        where.rpartition("/")[2]: value
        for where, value in found.file.values.items()
        if where in asked
    }


def names_asked(desk: Desk, actor: Actor, run_id: uuid.UUID) -> list[str]:
    """Names of the questions that are asked now, in order."""
    filling = run(desk, actor, run_id).filling()
    return [item.item.name for item in screen.order(filling, heads=False)]


def test_that_all_fifteen_starter_questions_are_there(
    desk: Desk, agent: Actor, run_id: uuid.UUID
) -> None:
    form = run(desk, agent, run_id).form
    names = [question.name for question in form.asked()]
    starters = [
        "left_on", "stopped_products", "what_happened", "problem_event", "stated_reason",
        "why_1", "where_now", "competitor_price", "share_moved", "promise_missed", "needed_goods",
        "contact_staff", "peer_switch", "unmet_request", "switches_5y",
    ]  # fmt: skip
    assert [name for name in names if name in starters] == starters
    assert [name for name in names if name in {f"why_{n}" for n in range(1, 9)}] == [
        f"why_{n}" for n in range(1, 6)
    ]


def test_that_a_begun_interview_is_taken_up_again(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    made = len(desk.made)
    assert desk.do(agent, interviews.start, case_id) == run_id
    assert len(desk.made) == made
    found = run(desk, agent, run_id).file
    assert (found.row.state, found.row.by) == (InterviewState.DRAFT, "agent")
    assert (found.row.questionnaire, found.row.number) == ("exit_interview", 1)


def test_that_an_interview_needs_an_assigned_open_case(
    desk: Desk, admin: Actor, case_id: uuid.UUID
) -> None:
    fresh = desk.do(admin, factories.open_case)
    with pytest.raises(ConflictError, match="not assigned yet"):
        desk.do(admin, interviews.start, fresh)
    desk.do(admin, cases.close, case_id, CloseDraft(outcome=Outcome.UNREACHABLE))
    with pytest.raises(ConflictError, match="is closed"):
        desk.do(admin, interviews.start, case_id)


def test_that_answers_are_saved_one_by_one_with_what_follows_from_them(
    desk: Desk, agent: Actor, run_id: uuid.UUID
) -> None:
    where = address(desk, agent, run_id, "stated_reason")
    changed = desk.do(agent, interviews.save_answer, run_id, where, "price_increase", seconds=7)
    assert changed == {
        "/data/stated_reason": "price_increase",
        "/data/reason_group": "price",
        "/data/reason_type": "active_fault",
    }
    answer(desk, agent, run_id, competitor_price="12.50", left_on="2026-07-01")
    answer(desk, agent, run_id, left_on="2026-08-01")  # corrected
    assert given(desk, agent, run_id) == {
        "stated_reason": "price_increase", "competitor_price": "12.50", "left_on": "2026-08-01",
    }  # fmt: skip
    made = len(desk.made)
    answer(desk, agent, run_id, left_on="2026-08-01", needed_goods="")
    assert len(desk.made) == made  # nothing new
    answer(desk, agent, run_id, left_on="")
    assert "left_on" not in given(desk, agent, run_id)
    desk.do(agent, interviews.save_answer, run_id, where, "price_increase", seconds=5)
    assert run(desk, agent, run_id).file.answers[where].seconds == 12


def test_that_the_mode_is_stored_with_each_answer(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    answer(desk, agent, run_id, left_on="2026-08-01")
    where = address(desk, agent, run_id, "where_now")
    desk.do(agent, interviews.save_answer, run_id, where, "晨光", mode=InterviewMode.PAPER)
    stored = run(desk, agent, run_id).file.answers
    assert stored["/data/left_on"].mode is InterviewMode.CALL
    assert stored[where].mode is InterviewMode.PAPER


def test_that_wrong_answers_are_kept_and_stand_in_the_way_of_finishing_only(
    desk: Desk, agent: Actor, run_id: uuid.UUID
) -> None:
    wrong = {
        "left_on": "2026-02-30", "problem_event": "纸坏了", "problem_on": "gestern",
        "stated_reason": "no_such_reason", "what_happened": "话",
    }  # fmt: skip
    answer(desk, agent, run_id, **wrong)
    assert given(desk, agent, run_id) == wrong
    with pytest.raises(InvalidInputError) as raised:
        desk.do(agent, interview_end.finish, run_id)
    assert [problem.field for problem in raised.value.problems] == [
        "/data/left_on", "/data/problem/problem_on", "/data/stated_reason",
    ]  # fmt: skip
    with pytest.raises(InvalidInputError, match="no such question"):
        desk.do(agent, interviews.save_answer, run_id, "/data/nothing", "x")


def test_that_a_warning_asks_once(desk: Desk, agent: Actor, run_id: uuid.UUID) -> None:
    answer(
        desk, agent, run_id,
        left_on="2026-12-31", what_happened="话", stated_reason="unknown_other",
    )  # fmt: skip
    with pytest.raises(InvalidInputError, match="Has the customer not left yet"):
        desk.do(agent, interview_end.finish, run_id)
    desk.do(agent, interviews.accept, run_id, "/data/left_on")
    answer(desk, agent, run_id, left_on="2027-01-31")  # another value asks again
    with pytest.raises(InvalidInputError, match="Has the customer not left yet"):
        desk.do(agent, interview_end.finish, run_id)
    desk.do(agent, interviews.accept, run_id, "/data/left_on")
    desk.do(agent, interview_end.finish, run_id)
    with pytest.raises(ConflictError):
        desk.do(agent, interviews.accept, run_id, "/data/left_on")


def test_that_marks_are_kept_until_the_end(desk: Desk, agent: Actor, run_id: uuid.UUID) -> None:
    for where, is_on in (("/data/left_on", True), ("/data/where_now", True),
                         ("/data/left_on", False)):  # fmt: skip
        desk.do(agent, interviews.set_mark, run_id, where, is_on=is_on)
    assert run(desk, agent, run_id).file.marks == ("/data/where_now",)
    answer(desk, agent, run_id, what_happened="话", stated_reason="unknown_other")
    desk.do(agent, interview_end.finish, run_id)
    assert run(desk, agent, run_id).file.marks == ()


def test_that_questions_are_asked_by_what_is_known(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    asked = set(names_asked(desk, agent, run_id))
    assert {"share_moved", "where_now"} <= asked  # a part of the business went elsewhere
    assert not {"stopped_products", "why_1", "peer_switch", "switches_5y"} & asked
    customer = file(desk, agent, case_id).row.customer_id
    desk.do(admin, factories.add_orders, customer, [(dt.date(2026, 6, 1), 500)])
    desk.do(admin, belong, customer)
    answer(desk, agent, run_id, stated_reason="price_increase", why_1="每月都涨")
    asked = set(names_asked(desk, agent, run_id))
    assert {"stopped_products", "why_2", "peer_switch", "switches_5y"} <= asked
    assert "why_3" not in asked
    assert "promise_missed" not in asked  # promises are not on record yet


def belong(session, customer_id: uuid.UUID) -> None:
    factories.name(session)
    customer = session.get_one(Customer, customer_id)
    assert customer.attributes == {}
    customer.attributes = {"peer_group": "三号宿舍"}


@pytest.mark.parametrize(("joined", "is_new"), [("2025-09-14", False), ("2026-01-01", True)])
def test_that_a_customer_is_new_for_a_year(
    desk: Desk, admin: Actor, agent: Actor, joined: str, is_new: bool
) -> None:
    held = desk.do(
        admin, factories.assigned_case, agent.user_id, joined_on=dt.date.fromisoformat(joined)
    )
    begun = desk.do(agent, interviews.start, held)
    assert (Fact.NEW_CUSTOMER in run(desk, agent, begun).facts) is is_new


def test_that_a_finished_interview_is_copied_into_the_case(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    desk.do(agent, factories.attempt, case_id)
    assert file(desk, agent, case_id).row.next_step is NextStep.INTERVIEW
    answer(
        desk, agent, run_id,
        left_on="2026-07-01",
        what_happened="送来的纸受潮了，没人管。",
        stated_reason="price_increase",
        why_1=("涨价以后对方更便宜", "comp_price_war"),
        why_2=("投诉没人回", "unknown_other"),
        where_now="晨光",
        share_moved="80",
    )  # fmt: skip
    before = desk.rows()
    desk.do(agent, interview_end.finish, run_id)
    found = file(desk, agent, case_id)
    stated = found.reasons[ReasonLayer.STATED]
    assert (stated.code, stated.verbatim) == ("price_increase", "送来的纸受潮了，没人管。")
    assert [(step.answer, step.reason and step.reason.code) for step in found.why] == [
        ("涨价以后对方更便宜", "comp_price_war"),
        ("投诉没人回", "unknown_other"),
    ]
    assert found.reasons[ReasonLayer.ROOT].code == "unknown_other"
    assert (found.competitor, found.left_on) == ("晨光", dt.date(2026, 7, 1))
    assert found.what_happened == "送来的纸受潮了，没人管。"
    assert found.extent == Extent.PARTIAL_SHARE
    assert (found.row.stage, found.row.next_step) == (CaseStage.INTERVIEWED, None)
    assert found.interviews[0].state is InterviewState.FINISHED
    assert found.interviews[0].finished_at is not None
    desk.undo()
    assert desk.rows() == before


def test_that_what_the_case_says_already_is_not_overwritten(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    version = file(desk, agent, case_id).version
    known = CaseDraft(what_happened="店长的记录", extent=Extent.VALUE_DOWNGRADE, competitor="得力")
    desk.do(agent, cases.change, case_id, version, known)
    for stage in (CaseStage.CONTACTING, CaseStage.DIAGNOSED):
        desk.do(agent, cases.move, case_id, stage)
    answer(desk, agent, run_id, what_happened="原话", stated_reason="unknown_other")
    desk.do(agent, interview_end.finish, run_id)
    found = file(desk, agent, case_id)
    assert (found.what_happened, found.competitor) == ("店长的记录", "得力")
    assert found.extent == Extent.VALUE_DOWNGRADE
    assert found.row.stage is CaseStage.DIAGNOSED
    assert found.why == ()


def test_that_what_somebody_wrote_into_the_case_meanwhile_stays(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    words = {"what_happened": "原话", "stated_reason": "unknown_other"}
    answer(desk, agent, run_id, **words, where_now="晨光", left_on="2026-07-01")
    desk.do(agent, interview_end.finish, run_id)
    edit = {"competitor": "得力", "left_on": dt.date(2026, 6, 15)}
    change(desk, agent, case_id, **edit)
    for again in "再问", "三问":
        desk.do(agent, interview_end.reopen, run_id, WHY)
        answer(desk, agent, run_id, where_now="齐心", left_on="2026-07-09", what_happened=again)
        desk.do(agent, interview_end.finish, run_id)
        found = file(desk, agent, case_id)
        assert (found.competitor, found.left_on) == ("得力", dt.date(2026, 6, 15))
        assert found.what_happened == again  # nobody touched what the interview wrote


def test_that_an_interview_corrects_what_it_wrote_itself(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    words = {"what_happened": "原话", "stated_reason": "unknown_other"}
    answer(desk, agent, run_id, **words, where_now="晨光", left_on="2026-07-01")
    desk.do(agent, interview_end.finish, run_id)
    for competitor, day in (("齐心", 2), ("得力", 3)):
        desk.do(agent, interview_end.reopen, run_id, WHY)
        answer(desk, agent, run_id, where_now=competitor, left_on=f"2026-07-0{day}")
        desk.do(agent, interview_end.finish, run_id)
        found = file(desk, agent, case_id)
        assert (found.competitor, found.left_on) == (competitor, dt.date(2026, 7, day))
    change(desk, agent, case_id, competitor="")
    desk.do(agent, interview_end.reopen, run_id, WHY)
    desk.do(agent, interview_end.finish, run_id)
    assert file(desk, agent, case_id).competitor == "得力"  # empty is filled again


def test_that_the_competitor_somebody_knew_before_stays(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    change(desk, agent, case_id, competitor="得力")
    answer(desk, agent, run_id, what_happened="话", stated_reason="unknown_other", where_now="晨光")
    desk.do(agent, interview_end.finish, run_id)
    assert file(desk, agent, case_id).competitor == "得力"


def change(desk: Desk, actor: Actor, case_id: uuid.UUID, **values: object) -> None:
    """Change facts of a case as its form does: the others stay."""
    found = file(desk, actor, case_id)
    known = {name: getattr(found, name) for name in ("competitor", "left_on", "what_happened")}
    draft = CaseDraft(**{**known, "extent": found.extent, **values})
    desk.do(actor, cases.change, case_id, found.version, draft)


@pytest.mark.parametrize(
    ("answers", "extent"),
    [
        ({"share_moved": "100"}, Extent.FULL_SWITCH),
        ({"share_moved": "30"}, Extent.PARTIAL_SHARE),
        ({"share_moved": "0"}, None),
        ({"where_now": "晨光"}, Extent.FULL_SWITCH),
        ({}, None),
    ],
)
def test_that_the_answers_tell_how_far_the_customer_left(
    desk: Desk, admin: Actor, agent: Actor, answers: dict[str, str], extent: Extent | None
) -> None:
    case_id = desk.do(admin, factories.assigned_case, agent.user_id, kind=RuleKind.PARTIAL_SHARE)
    version = file(desk, agent, case_id).version
    desk.do(agent, cases.change, case_id, version, CaseDraft(next_step=None))  # no extent
    begun = desk.do(agent, interviews.start, case_id)
    answer(desk, agent, begun, what_happened="话", stated_reason="unknown_other", **answers)
    desk.do(agent, interview_end.finish, begun)
    assert file(desk, agent, case_id).extent == extent


def test_that_own_words_and_stated_reason_are_needed_to_finish(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    answer(desk, agent, run_id, left_on="2026-07-01")
    with pytest.raises(InvalidInputError) as raised:
        desk.do(agent, interview_end.finish, run_id)
    assert [one.field for one in raised.value.problems] == [
        "/data/what_happened", "/data/stated_reason",
    ]  # fmt: skip
    assert file(desk, agent, case_id).row.stage is CaseStage.ASSIGNED


def test_that_answers_to_questions_no_longer_asked_do_not_count(
    desk: Desk, agent: Actor, run_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    answer(
        desk, agent, run_id,
        what_happened="话", stated_reason="unknown_other", why_1="一", why_2="二",
    )  # fmt: skip
    answer(desk, agent, run_id, why_1="")
    desk.do(agent, interview_end.finish, run_id)
    assert file(desk, agent, case_id).why == ()


def test_that_a_finished_interview_is_closed_until_it_is_reopened(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    with pytest.raises(ConflictError, match="is not finished"):
        desk.do(agent, interview_end.reopen, run_id, WHY)
    answer(desk, agent, run_id, what_happened="话", stated_reason="unknown_other")
    desk.do(agent, interview_end.finish, run_id)
    for service, arguments in (
        (interviews.save_answer, ("/data/left_on", "2026-08-01")),
        (interview_end.finish, ()),
    ):
        with pytest.raises(ConflictError, match="Re-open it first"):
            desk.do(agent, service, run_id, *arguments)
    second = desk.do(agent, interviews.start, case_id)
    with pytest.raises(ConflictError, match="Finish that one first"):
        desk.do(agent, interview_end.reopen, run_id, WHY)
    answer(desk, agent, second, what_happened="新话", stated_reason="price_increase")
    desk.do(agent, interview_end.finish, second)
    desk.do(agent, interview_end.reopen, run_id, WHY)
    answer(desk, agent, run_id, what_happened="改过的话")
    desk.do(agent, interview_end.finish, run_id)
    assert file(desk, agent, case_id).reasons[ReasonLayer.STATED].verbatim == "改过的话"


def test_that_a_reason_retired_meanwhile_is_named_at_the_end(
    desk: Desk, admin: Actor, agent: Actor, run_id: uuid.UUID
) -> None:
    answer(desk, agent, run_id, what_happened="话", stated_reason="price_increase")
    desk.do(admin, reasons.retire, "price_increase", TODAY)
    with pytest.raises(InvalidInputError) as raised:
        desk.do(agent, interview_end.finish, run_id)
    assert raised.value.problems[0].field == "/data/stated_reason"


def test_that_half_typed_words_survive_and_are_never_applied_by_themselves(
    desk: Desk, agent: Actor, run_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    key = interviews.draft_key(run_id, "/data/what_happened")
    desk.do(agent, drafts.save_draft, key, {"value": "送来的纸受"})
    other = interviews.draft_key(run_id, "/data/goods/needed_goods")
    desk.do(agent, drafts.save_draft, other, {"value": "复印"})
    # The program crashes here; after it starts again the draft is there, the answer is not.
    assert given(desk, agent, run_id) == {}
    found = desk.look(agent, drafts.load_draft, key)
    assert found is not None
    assert found.content == {"value": "送来的纸受"}
    answer(desk, agent, run_id, what_happened="送来的纸受潮了", stated_reason="unknown_other")
    assert desk.look(agent, drafts.load_draft, key) is None  # saved, so no draft any more
    assert desk.look(agent, drafts.load_draft, other) is not None
    desk.do(agent, interview_end.finish, run_id)
    assert desk.look(agent, drafts.open_drafts) == []


def test_that_the_program_itself_can_hold_an_interview(
    desk: Desk, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    answer(desk, SYSTEM, run_id, what_happened="话", stated_reason="unknown_other")
    desk.do(SYSTEM, interview_end.finish, run_id)
    assert run(desk, SYSTEM, run_id).file.row.state is InterviewState.FINISHED


def test_that_interviews_of_nobody_or_of_others_are_refused(
    desk: Desk, admin: Actor, agent: Actor, run_id: uuid.UUID, actors: dict[Role, Actor]
) -> None:
    nowhere = uuid.uuid4()
    with pytest.raises(NotFoundError):
        run(desk, admin, nowhere)
    with pytest.raises(NotFoundError):
        desk.do(admin, interview_end.finish, nowhere)
    colleague = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    with pytest.raises(NotAllowedError):
        run(desk, colleague, run_id)
    assert desk.look(colleague, interviews.count_interviews, InterviewFilter()) == 0
    assert desk.look(agent, interviews.count_interviews, InterviewFilter()) == 1
    rows = desk.look(actors[Role.AUDITOR], interviews.list_interviews, InterviewFilter())
    assert [row.id for row in rows] == [run_id]


def test_that_every_service_can_be_undone(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    answer(desk, agent, run_id, what_happened="话", stated_reason="unknown_other")
    for service, arguments in (
        (interviews.save_answer, ("/data/left_on", "2026-08-01")),
        (interviews.save_answer, ("/data/what_happened", "别的话")),
        (interviews.save_answer, ("/data/what_happened", "")),
        (interview_end.finish, ()),
    ):
        before = desk.rows()
        desk.do(agent, service, run_id, *arguments)
        assert desk.rows() != before
        desk.undo()
        assert desk.rows() == before
    desk.undo(desk.made.pop())
    desk.undo(desk.made.pop())
    desk.undo()  # the start itself
    with pytest.raises(NotFoundError):
        run(desk, agent, run_id)
