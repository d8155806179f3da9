"""Who has died or wants no contact is not called; what they come with is logged and carried out."""

import datetime as dt
import uuid

import pytest

from db.models import Case
from db.session import SYSTEM, Actor
from db.vocabulary import (
    AttemptResult,
    CaseStage,
    Channel,
    InterviewMode,
    NextStep,
    OfferState,
    Outcome,
    Role,
    RuleKind,
)
from desktop_app import clock, i18n
from desktop_app.columns import timeline
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.contacts import AttemptDraft
from desktop_app.domain.exit_registration import ExitDraft
from desktop_app.errors import ConflictError
from desktop_app.services import (
    calls,
    cases,
    contacts,
    exit_registration,
    interviews,
    offers,
    queue,
    script_runs,
    work,
)
from desktop_app.services.change_words import title_text
from tests import factories, offered
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

FLAGS = pytest.mark.parametrize("flag", ["is_deceased", "do_not_contact"])
TO_CLOSE = work.View(section=work.Section.TO_CLOSE)


@pytest.fixture
def customer_id(desk: Desk, agent: Actor) -> uuid.UUID:
    values = {"name": "王思远", "phone": "13812348000", "store_id": agent.store_id}
    return desk.do(SYSTEM, factories.add_customer, **values)


@pytest.fixture
def case_id(desk: Desk, agent: Actor, customer_id: uuid.UUID) -> uuid.UUID:
    return desk.do(SYSTEM, factories.assigned_case, agent.user_id, customer_id=customer_id)


def stop(desk: Desk, customer_id: uuid.UUID, flag: str = "do_not_contact") -> None:
    desk.do(SYSTEM, factories.change_customer, customer_id, **{flag: True})


def came(result: AttemptResult = AttemptResult.REACHED) -> AttemptDraft:
    return AttemptDraft(channel=Channel.CALL, result=result, at=clock.now(), by_customer=True)


def closed(outcome: Outcome) -> CloseDraft:
    values = {"root_reason": "price_increase", "churn_type": "active_fault"}
    return CloseDraft(outcome=outcome, **values)


def case_of(desk: Desk, case_id: uuid.UUID) -> Case:
    with desk.database.read() as session:
        return session.get_one(Case, case_id)


@FLAGS
def test_that_no_script_and_no_interview_begins_and_no_number_is_copied(
    desk: Desk, agent: Actor, customer_id: uuid.UUID, case_id: uuid.UUID, flag: str
) -> None:
    assert desk.do(agent, calls.copy_number, customer_id) == "13812348000"
    stop(desk, customer_id, flag)
    why = "died" if flag == "is_deceased" else "asked not to be contacted"
    for refused, key in (
        (script_runs.begin, case_id),
        (interviews.start, case_id),
        (calls.copy_number, customer_id),
    ):
        with pytest.raises(ConflictError, match=why):
            desk.do(agent, refused, key)
    assert desk.do(agent, interviews.start, case_id, mode=InterviewMode.PAPER)


def test_that_who_came_by_themselves_today_may_be_asked(
    desk: Desk, agent: Actor, customer_id: uuid.UUID, case_id: uuid.UUID, fixed_time
) -> None:
    stop(desk, customer_id)
    desk.do(agent, contacts.log_attempt, case_id, came())
    fixed_time.shift(dt.timedelta(days=1))
    with pytest.raises(ConflictError, match="asked not to be contacted"):
        desk.do(agent, interviews.start, case_id)
    desk.do(agent, contacts.log_attempt, case_id, came())
    assert desk.do(agent, interviews.start, case_id)


def test_that_an_exit_at_the_counter_is_registered_and_lets_ask_why(
    desk: Desk, agent: Actor, customer_id: uuid.UUID
) -> None:
    asks = {"customer_id": customer_id, "kind": RuleKind.CANCEL_REQUEST}
    case_id = desk.do(SYSTEM, factories.assigned_case, agent.user_id, **asks)
    stop(desk, customer_id)
    made = desk.do(agent, exit_registration.register, customer_id, ExitDraft(words="搬家"))
    assert made.case_id == case_id
    assert desk.do(agent, interviews.start, case_id, mode=InterviewMode.COUNTER)


@FLAGS
def test_that_every_step_that_is_proposed_can_be_logged(
    desk: Desk, agent: Actor, customer_id: uuid.UUID, case_id: uuid.UUID, flag: str
) -> None:
    stop(desk, customer_id, flag)
    found = desk.look(agent, contacts.proposals, case_id, clock.today())
    assert found[AttemptResult.REACHED] is found[AttemptResult.CALLBACK] is None
    assert found[AttemptResult.REFUSED].step is NextStep.CLOSE
    for result, proposal in found.items():
        planned = {} if proposal is None else {
            "next_step": proposal.step, "next_due": proposal.due}  # fmt: skip
        desk.do(agent, contacts.log_attempt, case_id, came(result).model_copy(update=planned))


@FLAGS
def test_that_who_must_not_be_called_and_asks_to_cancel_is_served(
    desk: Desk, actors: dict[Role, Actor], agent: Actor, customer_id: uuid.UUID, flag: str
) -> None:
    stop(desk, customer_id, flag)
    case_id = desk.do(agent, calls.cancel_request, customer_id)
    case = case_of(desk, case_id)
    assert (case.stage, case.owner_id) == (CaseStage.ASSIGNED, agent.user_id)
    assert case.next_step == NextStep.CLOSE
    assert desk.look(agent, queue.queue) == []
    for who in (agent, actors[Role.STORE_MANAGER]):
        assert [line.case_id for line in desk.look(who, work.lines, TO_CLOSE)] == [case_id]
        assert desk.look(who, work.lines) == []
    desk.do(agent, contacts.log_attempt, case_id, came(AttemptResult.REFUSED))
    desk.do(agent, cases.close, case_id, closed(Outcome.LOST))
    assert desk.look(agent, work.lines, TO_CLOSE) == []


def test_that_after_a_refusal_the_owner_is_asked_to_close(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    desk.do(agent, factories.attempt, case_id, AttemptResult.DO_NOT_CONTACT)
    assert case_of(desk, case_id).stage == CaseStage.CONTACTING
    assert [line.case_id for line in desk.look(agent, work.lines, TO_CLOSE)] == [case_id]
    assert desk.look(agent, work.counts).of(section=work.Section.TO_CLOSE).count == 1


def test_that_closing_takes_back_what_nobody_has_answered(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    taken, left = (desk.do(SYSTEM, offered.offer, cost=0) for _each in range(2))
    made = [desk.do(agent, offers.propose, case_id, each, "x") for each in (taken, left)]
    if made[1].state is OfferState.WAITING:
        desk.do(SYSTEM, offers.decide, made[1].id, approve=True)
    if made[0].state is OfferState.WAITING:
        desk.do(SYSTEM, offers.decide, made[0].id, approve=True)
    desk.do(agent, offers.answer, made[0].id, accepted=True)

    def states() -> list[OfferState]:
        return [row.state for row in desk.look(agent, offers.of_case, case_id).rows]

    desk.do(agent, cases.close, case_id, closed(Outcome.SAVED))
    assert states() == [OfferState.ACCEPTED, OfferState.WITHDRAWN]
    desk.undo()
    assert states() == [OfferState.ACCEPTED, OfferState.APPROVED]


def test_that_what_the_screening_found_is_told_in_the_language_of_the_reader(
    desk: Desk, agent: Actor, customer_id: uuid.UUID
) -> None:
    case_id = desk.do(SYSTEM, factories.open_case, customer_id)
    stop(desk, customer_id)
    before = i18n.language()
    i18n.set_language("zh_CN")
    try:
        desk.do(SYSTEM, cases.assign, [case_id], agent.user_id)
    finally:
        i18n.set_language(before)
    assert case_of(desk, case_id).screening_note == "客户要求不再联系。"
    told = desk.look(SYSTEM, cases.case_file, case_id).screening_note
    assert told == "The customer asked not to be contacted."
    entries = desk.look(SYSTEM, cases.timeline, case_id)
    details = [timeline.words(entry).detail for entry in entries]
    assert "Identified\nThe customer asked not to be contacted." in details


def test_that_a_redo_is_not_told_as_an_undo_of_an_undo() -> None:
    def undone(title: str, args: dict[str, object]) -> tuple[str, dict[str, object]]:
        return "Undo: {title}", {"title": title, "args": args}

    once = undone("Move case {number}", {"number": "7"})
    assert title_text(*once) == "Undo: Move case 7"
    assert title_text(*undone(*once)) == "Done again: Move case 7"
    assert title_text(*undone(*undone(*once))) == "Undo: Move case 7"
