"""Reviewing finished interviews: who says what, and what becomes of it."""

import uuid

import pytest

from db.models import Interview
from db.session import SYSTEM, Actor, Session
from db.vocabulary import InterviewMode, ReviewState, Role
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import interview_end, interviews, reviews, work
from desktop_app.services.work import Section, View
from tests import factories
from tests.factories import Desk
from tests.interviewed import STATED, WORDS, finish_interview

pytestmark = pytest.mark.usefixtures("fixed_time")
RECEIVED, ISSUES, APPROVED = ReviewState


@pytest.fixture
def interview_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    return desk.do(SYSTEM, finish_interview, agent, store_id=agent.store_id)


def state_of(desk: Desk, interview_id: uuid.UUID) -> ReviewState | None:
    def read(session: Session) -> ReviewState | None:
        word = session.get_one(Interview, interview_id).review
        return ReviewState(word) if word else None

    return desk.look(SYSTEM, read)


def test_that_a_finished_interview_waits_and_is_approved(
    desk: Desk, admin: Actor, interview_id: uuid.UUID
) -> None:
    assert state_of(desk, interview_id) is RECEIVED
    assert desk.look(admin, reviews.count_by_state) == {RECEIVED: 1, ISSUES: 0, APPROVED: 0}
    desk.do(admin, reviews.set_state, interview_id, APPROVED)
    assert state_of(desk, interview_id) is APPROVED
    (row,) = desk.look(admin, reviews.history, interview_id)
    assert (row.state, row.comment, row.address, row.by) == (APPROVED, "", "", "administrator")
    desk.undo()
    assert state_of(desk, interview_id) is RECEIVED
    assert desk.look(admin, reviews.history, interview_id) == []


def test_that_issues_need_a_comment_and_everything_said_is_kept(
    desk: Desk, admin: Actor, interview_id: uuid.UUID
) -> None:
    with pytest.raises(InvalidInputError, match="Say what is wrong"):
        desk.do(admin, reviews.set_state, interview_id, ISSUES, "  ")
    desk.do(admin, reviews.set_state, interview_id, ISSUES, " 没有追问 ")
    desk.do(admin, reviews.set_state, interview_id, RECEIVED)
    desk.do(admin, reviews.set_state, interview_id, APPROVED, "补好了")
    found = desk.look(admin, reviews.history, interview_id)
    assert [(row.state, row.comment) for row in found] == [
        (ISSUES, "没有追问"), (RECEIVED, ""), (APPROVED, "补好了"),
    ]  # fmt: skip


def test_that_a_comment_on_an_answer_means_that_there_are_issues(
    desk: Desk, admin: Actor, interview_id: uuid.UUID
) -> None:
    desk.do(admin, reviews.set_state, interview_id, ISSUES, "哪一次？", WORDS)
    assert state_of(desk, interview_id) is ISSUES
    sheet = desk.look(admin, reviews.sheet, interview_id)
    assert [row.comment for row in sheet.comments(WORDS)] == ["哪一次？"]
    assert sheet.comments("") == sheet.comments(STATED) == []
    with pytest.raises(InvalidInputError, match="whole interview"):
        desk.do(admin, reviews.set_state, interview_id, APPROVED, "", WORDS)
    with pytest.raises(InvalidInputError, match="no such question"):
        desk.do(admin, reviews.set_state, interview_id, ISSUES, "x", "/data/nothing")


def test_that_the_sheet_has_the_answers_in_words_with_their_time(
    desk: Desk, admin: Actor, interview_id: uuid.UUID
) -> None:
    sheet = desk.look(admin, reviews.sheet, interview_id)
    found = {each.address: each for each in sheet.answers}
    assert (found[WORDS].words, found[WORDS].seconds) == ("送货总是迟到", 20)
    assert found[WORDS].mode is InterviewMode.CALL
    assert found[STATED].words not in ("", "price_increase")  # a label, no code
    empty = found["/data/left_on"]
    assert (empty.words, empty.seconds, empty.mode) == ("", 0, None)


def test_that_nobody_approves_their_own_interview_while_somebody_else_can(
    desk: Desk, admin: Actor, actors: dict[Role, Actor]
) -> None:
    manager = actors[Role.STORE_MANAGER]
    mine = desk.do(SYSTEM, finish_interview, manager, store_id=manager.store_id)
    with pytest.raises(NotAllowedError, match="held this interview yourself") as raised:
        desk.do(manager, reviews.set_state, mine, APPROVED)
    assert "dept_manager" in raised.value.message
    assert "agent" not in raised.value.message  # who may not review is not named
    desk.do(manager, reviews.set_state, mine, ISSUES, "自己发现的")  # that is allowed
    for role in (Role.ADMINISTRATOR, Role.DEPT_MANAGER, Role.HEAD_OFFICE):
        desk.do(SYSTEM, factories.leave, actors[role].user_id)
    far = desk.do(SYSTEM, factories.add_store)
    desk.do(SYSTEM, factories.add_user, Role.STORE_MANAGER, far)  # does not see this case
    desk.do(manager, reviews.set_state, mine, APPROVED)
    assert state_of(desk, mine) is APPROVED


def test_that_only_finished_interviews_in_reach_are_reviewed(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor], interview_id: uuid.UUID
) -> None:
    case_id = desk.do(admin, factories.assigned_case, agent.user_id)
    begun = desk.do(agent, interviews.start, case_id)
    with pytest.raises(ConflictError, match="not finished"):
        desk.do(admin, reviews.set_state, begun, APPROVED)
    with pytest.raises(NotFoundError):
        desk.do(admin, reviews.set_state, uuid.uuid4(), APPROVED)
    with pytest.raises(NotAllowedError):
        desk.do(agent, reviews.set_state, interview_id, ISSUES, "x")
    far = desk.do(SYSTEM, factories.add_store)
    stranger = desk.do(SYSTEM, factories.add_user, Role.STORE_MANAGER, far)
    with pytest.raises(NotAllowedError, match="belongs to somebody else"):
        desk.do(stranger, reviews.set_state, interview_id, APPROVED)
    with pytest.raises(NotAllowedError, match="belongs to somebody else"):
        desk.look(stranger, reviews.history, interview_id)


def test_that_issues_are_work_of_who_held_the_interview_until_it_is_corrected(
    desk: Desk, admin: Actor, agent: Actor, interview_id: uuid.UUID
) -> None:
    everybody = View(everybody=True)

    def lines() -> list[work.WorkLine]:
        return [line for line in desk.look(agent, work.lines) if line.interview_id is not None]

    before = desk.look(agent, work.counts)
    assert lines() == []
    desk.do(admin, reviews.set_state, interview_id, ISSUES, "太短")
    desk.do(admin, reviews.set_state, interview_id, ISSUES, "没有原话", WORDS)
    (line,) = lines()
    assert (line.id, line.interview_id) == (interview_id, interview_id)
    assert line.reasons[0] == "The interview has issues: 没有原话"
    after = desk.look(agent, work.counts)
    today = Section.TODAY
    assert after.of(section=today).count == before.of(section=today).count + 1
    assert after.of().worth == before.of().worth  # the case counts once
    others = desk.do(SYSTEM, factories.add_user, Role.AGENT, agent.store_id)
    assert [x for x in desk.look(others, work.lines) if x.interview_id] == []
    seen = desk.look(admin, work.lines, everybody)
    assert interview_id in {each.id for each in seen}
    desk.do(agent, interview_end.reopen, interview_id, "按审核意见补充")
    assert lines() == []
    desk.do(agent, interview_end.finish, interview_id)
    assert state_of(desk, interview_id) is RECEIVED
