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
    InterviewState,
    NextStep,
    Outcome,
    ReasonLayer,
    Role,
    RuleKind,
)
from desktop_app.domain.cases import CaseDraft, CloseDraft, Extent
from desktop_app.domain.interview import Fact
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import cases, drafts, interviews, reasons
from desktop_app.services.interviews import InterviewRun
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)

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


def answer(desk: Desk, actor: Actor, run_id: uuid.UUID, **answers: object) -> None:
    """Answer questions; a tuple is the value and the reason of a why-question."""
    for code, value in answers.items():
        typed = {"value": value}
        if isinstance(value, tuple):
            typed = {"value": value[0], "reason": value[1]}
        desk.do(actor, interviews.save_answer, run_id, code, typed)


def test_that_all_fifteen_starter_questions_are_there() -> None:
    codes = [question.code for question in interviews.questions()]
    assert [code for code in codes if not code.startswith("why_")] == [
        "left_on", "stopped_products", "what_happened", "problem_event", "stated_reason",
        "where_now", "competitor_price", "share_moved", "promise_missed", "needed_goods",
        "contact_staff", "peer_switch", "unmet_request", "switches_5y",
    ]  # fmt: skip
    assert [code for code in codes if code.startswith("why_")] == [f"why_{n}" for n in range(1, 6)]


def test_that_a_begun_interview_is_taken_up_again(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    made = len(desk.made)
    assert desk.do(agent, interviews.start, case_id) == run_id
    assert len(desk.made) == made
    found = run(desk, agent, run_id).file
    assert (found.row.state, found.row.by) == (InterviewState.DRAFT, "agent")
    assert (found.questionnaire, found.questionnaire_version) == ("exit_interview", 1)


def test_that_an_interview_needs_an_assigned_open_case(
    desk: Desk, admin: Actor, case_id: uuid.UUID
) -> None:
    fresh = desk.do(admin, factories.open_case)
    with pytest.raises(ConflictError, match="not assigned yet"):
        desk.do(admin, interviews.start, fresh)
    desk.do(admin, cases.close, case_id, CloseDraft(outcome=Outcome.UNREACHABLE))
    with pytest.raises(ConflictError, match="is closed"):
        desk.do(admin, interviews.start, case_id)


def test_that_answers_are_saved_one_by_one_as_they_were_read(
    desk: Desk, agent: Actor, run_id: uuid.UUID
) -> None:
    stored = desk.do(
        agent, interviews.save_answer, run_id, "problem_event",
        {"value": " 送货晚了三天 ", "also": "2026年8月1日"},
    )  # fmt: skip
    assert stored == {"value": "送货晚了三天", "also": "2026-08-01"}
    answer(desk, agent, run_id, competitor_price="12.50", left_on="2026-07-01")
    answer(desk, agent, run_id, left_on="2026-08-01")  # corrected
    found = run(desk, agent, run_id).file
    assert found.answers == {
        "problem_event": stored,
        "competitor_price": {"value": 1250},
        "left_on": {"value": "2026-08-01"},
    }
    assert found.row.answered == 3
    made = len(desk.made)
    answer(desk, agent, run_id, left_on="2026-08-01", needed_goods="")
    assert len(desk.made) == made  # nothing new
    answer(desk, agent, run_id, left_on="")
    assert "left_on" not in run(desk, agent, run_id).file.answers


def test_that_what_cannot_be_read_stands_beside_its_field_and_changes_nothing(
    desk: Desk, agent: Actor, run_id: uuid.UUID
) -> None:
    answer(desk, agent, run_id, left_on="2026-08-01")
    for code, typed, field in (
        ("left_on", {"value": "2026-02-30"}, "left_on.value"),
        ("problem_event", {"value": "x", "also": "gestern"}, "problem_event.also"),
        ("stated_reason", {"value": "no_such_reason"}, "stated_reason.value"),
        ("why_1", {"value": "x", "reason": "no_such_reason"}, "why_1.reason"),
        ("no_such_question", {"value": "x"}, "no_such_question"),
    ):
        with pytest.raises(InvalidInputError) as raised:
            desk.do(agent, interviews.save_answer, run_id, code, typed)
        assert [problem.field for problem in raised.value.problems] == [field]
    assert set(run(desk, agent, run_id).file.answers) == {"left_on"}


def test_that_questions_are_asked_by_what_is_known(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    asked = {question.code for question in run(desk, agent, run_id).relevant}
    assert {"share_moved", "where_now"} <= asked  # a part of the business went elsewhere
    assert not {"stopped_products", "why_1", "peer_switch", "switches_5y"} & asked
    customer = file(desk, agent, case_id).row.customer_id
    desk.do(admin, factories.add_orders, customer, [(dt.date(2026, 6, 1), 500)])
    desk.do(admin, belong, customer)
    answer(desk, agent, run_id, stated_reason="price_increase", why_1="每月都涨")
    asked = {question.code for question in run(desk, agent, run_id).relevant}
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
    assert (Fact.NEW_CUSTOMER in run(desk, agent, begun).context.facts) is is_new


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
        share_moved="80%",
    )  # fmt: skip
    before = desk.rows()
    desk.do(agent, interviews.finish, run_id)
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
    desk.do(agent, interviews.finish, run_id)
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
    desk.do(agent, interviews.finish, run_id)
    edit = {"competitor": "得力", "left_on": dt.date(2026, 6, 15)}
    change(desk, agent, case_id, **edit)
    for again in "再问", "三问":
        desk.do(agent, interviews.reopen, run_id)
        answer(desk, agent, run_id, where_now="齐心", left_on="2026-07-09", what_happened=again)
        desk.do(agent, interviews.finish, run_id)
        found = file(desk, agent, case_id)
        assert (found.competitor, found.left_on) == ("得力", dt.date(2026, 6, 15))
        assert found.what_happened == again  # nobody touched what the interview wrote


def test_that_an_interview_corrects_what_it_wrote_itself(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    words = {"what_happened": "原话", "stated_reason": "unknown_other"}
    answer(desk, agent, run_id, **words, where_now="晨光", left_on="2026-07-01")
    desk.do(agent, interviews.finish, run_id)
    for competitor, day in (("齐心", 2), ("得力", 3)):
        desk.do(agent, interviews.reopen, run_id)
        answer(desk, agent, run_id, where_now=competitor, left_on=f"2026-07-0{day}")
        desk.do(agent, interviews.finish, run_id)
        found = file(desk, agent, case_id)
        assert (found.competitor, found.left_on) == (competitor, dt.date(2026, 7, day))
    change(desk, agent, case_id, competitor="")
    desk.do(agent, interviews.reopen, run_id)
    desk.do(agent, interviews.finish, run_id)
    assert file(desk, agent, case_id).competitor == "得力"  # empty is filled again


def test_that_the_competitor_somebody_knew_before_stays(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    change(desk, agent, case_id, competitor="得力")
    answer(desk, agent, run_id, what_happened="话", stated_reason="unknown_other", where_now="晨光")
    desk.do(agent, interviews.finish, run_id)
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
    desk.do(agent, interviews.finish, begun)
    assert file(desk, agent, case_id).extent == extent


def test_that_own_words_and_stated_reason_are_needed_to_finish(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    answer(desk, agent, run_id, left_on="2026-07-01")
    with pytest.raises(InvalidInputError) as raised:
        desk.do(agent, interviews.finish, run_id)
    assert [one.field for one in raised.value.problems] == ["what_happened", "stated_reason"]
    assert [one.code for one in run(desk, agent, run_id).missing] == [
        "what_happened", "stated_reason",
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
    desk.do(agent, interviews.finish, run_id)
    assert file(desk, agent, case_id).why == ()


def test_that_a_finished_interview_is_closed_until_it_is_reopened(
    desk: Desk, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    with pytest.raises(ConflictError, match="is not finished"):
        desk.do(agent, interviews.reopen, run_id)
    answer(desk, agent, run_id, what_happened="话", stated_reason="unknown_other")
    desk.do(agent, interviews.finish, run_id)
    for service, arguments in (
        (interviews.save_answer, ("left_on", {"value": "2026-08-01"})),
        (interviews.finish, ()),
    ):
        with pytest.raises(ConflictError, match="Re-open it first"):
            desk.do(agent, service, run_id, *arguments)
    second = desk.do(agent, interviews.start, case_id)
    with pytest.raises(ConflictError, match="Finish that one first"):
        desk.do(agent, interviews.reopen, run_id)
    answer(desk, agent, second, what_happened="新话", stated_reason="price_increase")
    desk.do(agent, interviews.finish, second)
    desk.do(agent, interviews.reopen, run_id)
    answer(desk, agent, run_id, what_happened="改过的话")
    desk.do(agent, interviews.finish, run_id)
    assert file(desk, agent, case_id).reasons[ReasonLayer.STATED].verbatim == "改过的话"


def test_that_a_reason_retired_meanwhile_is_named_at_the_end(
    desk: Desk, admin: Actor, agent: Actor, run_id: uuid.UUID
) -> None:
    answer(desk, agent, run_id, what_happened="话", stated_reason="price_increase")
    desk.do(admin, reasons.retire, "price_increase", TODAY)
    with pytest.raises(InvalidInputError) as raised:
        desk.do(agent, interviews.finish, run_id)
    assert raised.value.problems[0].field == "stated_reason"


def test_that_half_typed_words_survive_and_are_never_applied_by_themselves(
    desk: Desk, agent: Actor, run_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    key = interviews.draft_key(run_id, "what_happened")
    desk.do(agent, drafts.save_draft, key, {"value": "送来的纸受"})
    other = interviews.draft_key(run_id, "needed_goods")
    desk.do(agent, drafts.save_draft, other, {"value": "复印"})
    # The program crashes here; after it starts again the draft is there, the answer is not.
    assert run(desk, agent, run_id).file.answers == {}
    found = desk.look(agent, drafts.load_draft, key)
    assert found is not None
    assert found.content == {"value": "送来的纸受"}
    answer(desk, agent, run_id, what_happened="送来的纸受潮了", stated_reason="unknown_other")
    assert desk.look(agent, drafts.load_draft, key) is None  # saved, so no draft any more
    assert desk.look(agent, drafts.load_draft, other) is not None
    desk.do(agent, interviews.finish, run_id)
    assert desk.look(agent, drafts.open_drafts) == []


def test_that_the_program_itself_can_hold_an_interview(
    desk: Desk, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    answer(desk, SYSTEM, run_id, what_happened="话", stated_reason="unknown_other")
    desk.do(SYSTEM, interviews.finish, run_id)
    assert run(desk, SYSTEM, run_id).file.row.state is InterviewState.FINISHED


def test_that_interviews_of_nobody_or_of_others_are_refused(
    desk: Desk, admin: Actor, agent: Actor, run_id: uuid.UUID, actors: dict[Role, Actor]
) -> None:
    nowhere = uuid.uuid4()
    with pytest.raises(NotFoundError):
        run(desk, admin, nowhere)
    with pytest.raises(NotFoundError):
        desk.do(admin, interviews.finish, nowhere)
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
        (interviews.save_answer, ("left_on", {"value": "2026-08-01"})),
        (interviews.save_answer, ("what_happened", {"value": "别的话"})),
        (interviews.save_answer, ("what_happened", {"value": ""})),
        (interviews.finish, ()),
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
