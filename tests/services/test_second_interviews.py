"""Several exit interviews of one case: the newest one counts as a whole; one can be dropped."""

import uuid

import pytest

from db.session import Actor
from db.vocabulary import InterviewMode, ReasonLayer, Role, RuleKind
from desktop_app.domain.reasons import ReasonDraft, WhyChainDraft, WhyStepDraft
from desktop_app.errors import ConflictError
from desktop_app.services import (
    attachments,
    cases,
    double_entry,
    drafts,
    interview_drop,
    interview_end,
    interviews,
    journal,
)
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    where = {"store_id": agent.store_id, "kind": RuleKind.PARTIAL_SHARE}
    return desk.do(admin, factories.assigned_case, agent.user_id, **where)


@pytest.fixture
def manager(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.STORE_MANAGER]


# ---------------------------------------------------------------- a second interview of a case


def held(desk: Desk, actor: Actor, case_id: uuid.UUID, **answers: str) -> uuid.UUID:
    """An exit interview with these answers, finished."""
    run_id = desk.do(actor, interviews.start, case_id)
    form = desk.look(actor, interviews.load, run_id).form
    said = {"what_happened": "话", "stated_reason": "price_increase"} | answers
    given = {form.path_of(name): value for name, value in said.items()}
    desk.do(actor, interviews.save_answers, run_id, given)
    desk.do(actor, interview_end.finish, run_id)
    return run_id


def why(desk: Desk, actor: Actor, case_id: uuid.UUID) -> list[tuple[str, str]]:
    found = desk.look(actor, cases.case_file, case_id)
    return [(step.answer, step.reason.code if step.reason else "") for step in found.why]


def root(desk: Desk, actor: Actor, case_id: uuid.UUID) -> str | None:
    found = desk.look(actor, cases.case_file, case_id).reasons.get(ReasonLayer.ROOT)
    return found.code if found is not None else None


CHAIN = {
    "why_1": "每月都涨", "why_1_reason": "price_unreasonable",
    "why_2": "对方便宜两成", "why_2_reason": "comp_price_war",
}  # fmt: skip


def test_that_a_second_interview_without_a_why_leaves_nothing_of_the_first(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    held(desk, agent, case_id, **CHAIN, where_now="晨光", left_on="2026-07-01")
    found = desk.look(agent, cases.case_file, case_id)
    assert (len(found.why), found.competitor) == (2, "晨光")
    assert found.churn_type == "active_competitive"
    held(desk, agent, case_id, what_happened="新话", stated_reason="delivery_late")
    found = desk.look(agent, cases.case_file, case_id)
    assert found.reasons[ReasonLayer.STATED].code == "delivery_late"
    assert (found.why, root(desk, agent, case_id)) == ((), None)
    assert (found.what_happened, found.competitor, found.left_on) == ("新话", "", None)
    assert found.churn_type is None  # it came with the root reason


def test_that_a_second_interview_brings_its_own_why_and_root(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    held(desk, agent, case_id, **CHAIN)
    other = {"why_1": "货总是晚到", "why_1_reason": "delivery_late"}
    held(desk, agent, case_id, stated_reason="delivery_late", **other)
    assert why(desk, agent, case_id) == [("货总是晚到", "delivery_late")]
    assert root(desk, agent, case_id) == "delivery_late"
    found = desk.look(agent, cases.case_file, case_id)
    assert found.churn_type == "active_fault"
    desk.undo()  # back to the first, as a whole
    assert root(desk, agent, case_id) == "comp_price_war"
    assert len(why(desk, agent, case_id)) == 2


def test_that_a_chain_that_ends_without_a_code_takes_the_old_root_away(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    held(desk, agent, case_id, **CHAIN)
    held(desk, agent, case_id, why_1="说不清")
    assert why(desk, agent, case_id) == [("说不清", "")]
    assert root(desk, agent, case_id) is None


def test_that_a_root_reason_set_by_hand_stays(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    held(desk, agent, case_id, **CHAIN)
    judged = ReasonDraft(layer=ReasonLayer.ROOT, reason="unknown_other", verbatim="查了订单")
    desk.do(agent, cases.set_reason, case_id, judged)
    run_id = desk.do(agent, interviews.start, case_id)
    words = {"what_happened": "话", "stated_reason": "delivery_late", "why_1": "晚"}
    code = {"why_1_reason": "delivery_late"}
    form = desk.look(agent, interviews.load, run_id).form
    given = {form.path_of(name): value for name, value in (words | code).items()}
    desk.do(agent, interviews.save_answers, run_id, given)
    assert desk.do(agent, interview_end.finish, run_id) is True  # the window says so
    assert why(desk, agent, case_id) == [("晚", "delivery_late")]
    assert root(desk, agent, case_id) == "unknown_other"
    found = desk.look(agent, cases.case_file, case_id).reasons[ReasonLayer.ROOT]
    assert found.verbatim == "查了订单"
    desk.do(agent, interview_end.reopen, run_id, "再问")
    desk.do(agent, interviews.save_answers, run_id, {form.path_of("why_1_reason"): ""})
    assert desk.do(agent, interview_end.finish, run_id) is False  # it leads to no other one
    assert root(desk, agent, case_id) == "unknown_other"


def test_that_a_why_chain_written_by_hand_goes_only_for_another_one(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    by_hand = WhyChainDraft(steps=(WhyStepDraft(answer="店长问的", reason="delivery_late"),))
    desk.do(agent, cases.set_why_chain, case_id, by_hand)
    held(desk, agent, case_id)
    assert why(desk, agent, case_id) == [("店长问的", "delivery_late")]
    held(desk, agent, case_id, **CHAIN)
    assert len(why(desk, agent, case_id)) == 2
    assert root(desk, agent, case_id) == "delivery_late"


def test_that_an_older_interview_corrected_from_paper_leaves_the_newest_in_the_case(
    desk: Desk, agent: Actor, manager: Actor, case_id: uuid.UUID
) -> None:
    first = desk.do(agent, interviews.start, case_id, mode=InterviewMode.PAPER)
    path = desk.look(agent, interviews.load, first).form.path_of
    said = {"what_happened": "纸上的话", "stated_reason": "price_increase", "why_1": "涨"}
    given = {path(name): value for name, value in said.items()}
    desk.do(agent, interviews.save_answers, first, given)
    desk.do(agent, interview_end.finish, first)
    second = desk.do(manager, double_entry.begin, first)
    desk.do(manager, interviews.save_answers, second, given | {path("why_1"): "降"})
    desk.do(manager, double_entry.compare, second)
    held(desk, agent, case_id, stated_reason="delivery_late", why_1="晚")
    desk.do(manager, double_entry.settle, first, path("why_1"), "降", "看错了")
    assert why(desk, agent, case_id) == [("晚", "")]
    found = desk.look(agent, cases.case_file, case_id)
    assert found.reasons[ReasonLayer.STATED].code == "delivery_late"


# ---------------------------------------------------------------- begun by accident


def test_that_an_interview_begun_by_accident_is_dropped_whole(
    desk: Desk, agent: Actor, manager: Actor, case_id: uuid.UUID
) -> None:
    first = held(desk, agent, case_id)
    before = desk.rows()
    begun = desk.do(agent, interviews.start, case_id)
    desk.do(agent, interviews.save_answer, begun, "/data/left_on", "2026-07-01")
    key = interviews.draft_key(begun, "/data/what_happened")
    note = f"interview-note:{begun}"
    for actor in (agent, manager):
        desk.do(actor, drafts.save_draft, key, {"value": "半句"})
        desk.do(actor, drafts.save_draft, note, {"text": "半句"})
    with pytest.raises(ConflictError, match="Finish that one first"):
        desk.do(agent, interview_end.reopen, first, "更正")
    assert desk.look(agent, interviews.held_already, case_id) is None
    full = desk.rows()
    desk.do(agent, interview_drop.drop, begun)
    assert desk.rows() == before
    for actor in (agent, manager):
        assert desk.look(actor, drafts.open_drafts) == []
    assert desk.look(agent, interviews.held_already, case_id) == first
    desk.undo()
    assert desk.rows() == full
    desk.do(agent, interview_drop.drop, begun)
    desk.do(agent, interview_end.reopen, first, "更正")


def test_that_files_of_a_dropped_interview_stay_with_the_case(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    begun = desk.do(agent, interviews.start, case_id)
    desk.do(agent, attachments.add, case_id, b"one", "纸箱.png")
    where = {"interview_id": begun, "address": "/data/left_on"}
    desk.do(agent, attachments.add, case_id, b"two", "纸箱.png", **where)
    desk.do(agent, interview_drop.drop, begun)
    rows = desk.look(agent, attachments.rows_of_case, case_id)
    assert {(row.name, row.interview_id, row.address) for row in rows} == {
        ("纸箱.png", None, ""), ("纸箱 (2).png", None, ""),
    }  # fmt: skip
    desk.undo()
    rows = desk.look(agent, attachments.rows_of_interview, begun)
    assert [(row.name, row.address) for row in rows] == [("纸箱.png", "/data/left_on")]


def test_that_what_was_finished_is_not_dropped(
    desk: Desk, agent: Actor, manager: Actor, case_id: uuid.UUID
) -> None:
    run_id = held(desk, agent, case_id)
    with pytest.raises(ConflictError, match="is finished"):
        desk.do(agent, interview_drop.drop, run_id)
    desk.do(agent, interview_end.reopen, run_id, "更正")
    with pytest.raises(ConflictError, match="was finished once"):
        desk.do(agent, interview_drop.drop, run_id)
    for _n in range(2):  # the re-opening is undone, then that: open again
        desk.do(agent, journal.undo, desk.made[-1])
    assert desk.look(agent, cases.case_file, case_id).reasons
    with pytest.raises(ConflictError, match="was finished once"):
        desk.do(agent, interview_drop.drop, run_id)
    desk.do(agent, interview_end.finish, run_id)
    desk.undo()  # the end
    with pytest.raises(ConflictError, match="was finished once"):
        desk.do(agent, interview_drop.drop, run_id)
    desk.do(agent, interview_end.finish, run_id)
    paper = desk.do(agent, interviews.start, case_id, mode=InterviewMode.PAPER)
    given = {"/data/what_happened": "话", "/data/stated_reason": "price_increase"}
    desk.do(agent, interviews.save_answers, paper, given)
    desk.do(agent, interview_end.finish, paper)
    second = desk.do(manager, double_entry.begin, paper)
    with pytest.raises(ConflictError, match="second keying"):
        desk.do(manager, interview_drop.drop, second)


def test_that_the_reasons_that_followed_before_are_known(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor]
) -> None:
    chains = [
        CHAIN,
        {"why_1": "一", "why_1_reason": "delivery_late"},
        {"why_1": "二", "why_1_reason": "delivery_late", "why_2": "三"},
    ]
    for chain in chains:
        where = {"store_id": agent.store_id}
        held(desk, agent, desk.do(admin, factories.assigned_case, agent.user_id, **where), **chain)
    assert desk.look(agent, interviews.often_next) == {
        "price_increase": ("delivery_late", "price_unreasonable"),
        "price_unreasonable": ("comp_price_war",),
    }
    elsewhere = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    assert desk.look(elsewhere, interviews.often_next) == {}
