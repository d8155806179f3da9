"""May a customer be contacted: the facts of one customer, the proof kept, plans that move."""

import datetime as dt
import uuid

import pytest

from db.models import Case, ContactAttempt, Customer
from db.session import SYSTEM, Actor, Session
from db.vocabulary import AttemptResult, CallbackFor, CaseEventKind, Channel, NextStep, RuleKind
from desktop_app import clock
from desktop_app.domain.cases import CaseDraft
from desktop_app.domain.contact_rules import ContactPolicy, ContactRule, Finding, Purpose, Verdict
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.task_force_words import verdict_sentence
from desktop_app.errors import NotAllowedError, NotFoundError
from desktop_app.services import cases, contact_permission, contacts, pool
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)  # a Tuesday
NOW = dt.datetime(2026, 9, 15, 2, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
QUIETLY = {"next_step": NextStep.REMEDY, "next_due": TODAY}

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    """A case that the agent works on."""
    return desk.do(admin, factories.assigned_case, agent.user_id, store_id=agent.store_id)


def customer_of(desk: Desk, case_id: uuid.UUID) -> uuid.UUID:
    return desk.look(SYSTEM, cases.case_file, case_id).row.customer_id


def asked(
    desk: Desk,
    case_id: uuid.UUID,
    at: dt.datetime = NOW,
    channel: Channel = Channel.CALL,
    purpose: Purpose = Purpose.ORDINARY,
) -> Verdict:
    customer = customer_of(desk, case_id)
    return desk.look(SYSTEM, contact_permission.may_contact, customer, at, channel, purpose)


def planned(desk: Desk, case_id: uuid.UUID) -> tuple[NextStep | None, dt.date | None]:
    row = desk.look(SYSTEM, cases.case_file, case_id).row
    return row.next_step, row.next_due


def notes(desk: Desk, case_id: uuid.UUID) -> list[str]:
    events = desk.look(SYSTEM, cases.case_file, case_id).events
    return [event.note for event in events if event.kind is CaseEventKind.NOTE]


def test_that_calls_messages_and_visits_of_all_cases_share_one_budget(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    customer = customer_of(desk, case_id)
    other = desk.do(
        admin, factories.assigned_case, agent.user_id,
        customer_id=customer, kind=RuleKind.PRODUCT_LINE_STOP,
    )  # fmt: skip
    assert asked(desk, case_id).allowed
    desk.do(agent, factories.attempt, case_id, **QUIETLY)
    message = {"channel": Channel.MESSAGE, **QUIETLY}
    desk.do(agent, factories.attempt, other, AttemptResult.LEFT_MESSAGE, **message)
    assert asked(desk, case_id, NOW + HOUR).allowed
    visit = desk.do(agent, contacts.plan_visit, None, customer, VisitDraft(planned_on=TODAY))
    assert asked(desk, case_id, NOW + HOUR).allowed, "a visit that is only planned is no contact"
    desk.do(agent, contacts.finish_visit, visit, TODAY)
    found = asked(desk, case_id, NOW + 3 * HOUR)
    assert found.reasons == (ContactRule.SHORT_BUDGET,)
    assert found.earliest is not None
    assert found.earliest.date() == TODAY + 7 * DAY
    assert "All 3 contacts within 7 days are used." in verdict_sentence(found)
    assert asked(desk, case_id, NOW + 3 * HOUR, purpose=Purpose.MINIMUM).allowed
    assert asked(desk, case_id, NOW - HOUR).allowed, "what came later does not count"


def test_that_no_budget_moves_what_the_cadence_owes_at_least(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    for _attempt in range(3):
        desk.do(agent, factories.attempt, case_id, **QUIETLY)

    def first(purpose: Purpose, step: NextStep = NextStep.CALL) -> contact_permission.Planned:
        def ask(session: Session) -> contact_permission.Planned:
            customer = session.get_one(Customer, customer_of(desk, case_id))
            return contact_permission.first_day(session, customer, step, TODAY, purpose=purpose)

        return desk.look(agent, ask)

    assert first(Purpose.ORDINARY).due == TODAY + 7 * DAY
    for step in (NextStep.CALL, NextStep.VISIT):
        assert first(Purpose.MINIMUM, step) == contact_permission.Planned(TODAY)
    found = asked(desk, case_id, NOW + HOUR, Channel.VISIT, Purpose.MINIMUM)
    assert found.proofs[5].finding is Finding.WAIVED
    desk.do(SYSTEM, factories.change_customer, customer_of(desk, case_id), is_deceased=True)
    assert not asked(desk, case_id, purpose=Purpose.MINIMUM).allowed, "the dead are owed nothing"


def test_that_a_visit_logged_and_ticked_off_is_one_contact(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    customer = customer_of(desk, case_id)
    for _visit in range(2):
        draft = VisitDraft(planned_on=TODAY)
        visit = desk.do(agent, contacts.plan_visit, case_id, customer, draft)
        desk.do(agent, contacts.finish_visit, visit, TODAY)
    found = asked(desk, case_id, NOW + 3 * HOUR)
    assert found.proofs[5].numbers["used"] == 2
    desk.do(agent, factories.attempt, case_id, channel=Channel.VISIT, **QUIETLY)
    assert asked(desk, case_id, NOW + 3 * HOUR).proofs[5].numbers["used"] == 1


def test_that_informal_contacts_and_those_of_the_customer_do_not_press(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    for flag in ("is_informal", "by_customer") * 3:
        desk.do(agent, factories.attempt, case_id, **{flag: True}, **QUIETLY)
    assert asked(desk, case_id).proofs[5].numbers["used"] == 0


def test_that_the_numbers_are_those_of_the_workspace(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    night = dt.datetime(2026, 9, 15, 13, 30, tzinfo=dt.UTC)
    assert asked(desk, case_id, night).reasons == (ContactRule.QUIET_HOURS,)
    draft = ContactPolicy(quiet_from=dt.time(22), quiet_until=dt.time(8), short_limit=1)
    desk.do(admin, contact_permission.change_policy, draft)
    assert desk.look(agent, contact_permission.policy) == draft
    assert asked(desk, case_id, night).allowed
    desk.do(agent, factories.attempt, case_id, **QUIETLY)
    assert asked(desk, case_id, night).reasons == (ContactRule.SHORT_BUDGET,)
    with pytest.raises(NotAllowedError):
        desk.do(agent, contact_permission.change_policy, draft)


def test_that_what_happened_is_logged_with_what_the_rules_said(
    desk: Desk, agent: Actor, case_id: uuid.UUID, fixed_time
) -> None:
    fixed_time.shift(12 * HOUR)  # ten in the evening
    attempt = desk.do(agent, factories.attempt, case_id, **QUIETLY)
    fixed_time.shift(12 * HOUR)
    at = clock.now() + HOUR
    desk.do(agent, pool.set_callback, case_id, at, CallbackFor.ME)
    fixed_time.shift(12 * HOUR)
    kept = desk.do(agent, factories.attempt, case_id, **QUIETLY)
    with desk.database.read() as session:
        first = session.get_one(ContactAttempt, attempt).proof
        second = session.get_one(ContactAttempt, kept).proof
        case = session.get_one(Case, case_id)
        assert (case.callback_at, case.callback_for) == (None, None), "the callback was made"
    assert [one["rule"] for one in first] == list(ContactRule)
    quiet = first[2]
    assert (quiet["finding"], quiet["purpose"]) == (Finding.STOPPED, Purpose.ORDINARY)
    assert quiet["numbers"] == {"from": "21:00", "until": "09:00", "at": "22:00"}
    assert quiet["until"] == "2026-09-16T09:00:00+08:00"
    assert (second[2]["finding"], second[2]["purpose"]) == (Finding.WAIVED, Purpose.ASKED_FOR)


def test_that_the_next_contact_moves_to_the_first_day_on_which_it_is_allowed(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    for _attempt in range(2):
        desk.do(agent, factories.attempt, case_id, **QUIETLY)
    offered = desk.look(agent, contacts.propose, case_id, AttemptResult.NO_ANSWER, TODAY)
    assert offered is not None
    assert (offered.step, offered.due) == (NextStep.CALL, TODAY + 7 * DAY)
    assert offered.note == (
        "Moved from 2026-09-16 Wed to 2026-09-22 Tue: All 3 contacts within 7 days are used."
    )
    desk.do(agent, factories.attempt, case_id, AttemptResult.NO_ANSWER)
    assert planned(desk, case_id) == (NextStep.CALL, TODAY + 7 * DAY)
    assert notes(desk, case_id) == [offered.note]
    asked_for = TODAY + DAY
    desk.do(agent, factories.attempt, case_id, AttemptResult.CALLBACK,
            next_step=NextStep.CALL, next_due=asked_for)  # fmt: skip
    assert planned(desk, case_id) == (NextStep.CALL, asked_for), "the customer asked for it"
    desk.do(agent, factories.attempt, case_id, **QUIETLY)
    assert planned(desk, case_id) == (NextStep.REMEDY, TODAY), "a remedy is no contact"


def test_that_a_day_typed_into_the_case_moves_too_and_holidays_are_spared(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    festival = dt.date(2026, 10, 1)
    version = desk.look(agent, cases.case_file, case_id).version
    draft = CaseDraft(next_step=NextStep.CALL, next_due=festival)
    desk.do(agent, cases.change, case_id, version, draft)
    assert planned(desk, case_id) == (NextStep.CALL, dt.date(2026, 10, 4))
    assert notes(desk, case_id) == [
        "Moved from 2026-10-01 Thu to 2026-10-04 Sun: 2026-10-01 is a statutory festival day."
    ]


def test_that_quiet_hours_alone_move_no_day(
    desk: Desk, agent: Actor, case_id: uuid.UUID, fixed_time
) -> None:
    fixed_time.shift(12 * HOUR)  # ten in the evening
    for _attempt in range(2):
        desk.do(agent, factories.attempt, case_id, **QUIETLY)
    desk.do(agent, factories.attempt, case_id, next_step=NextStep.REMEDY, next_due=TODAY)
    version = desk.look(agent, cases.case_file, case_id).version
    later = TODAY + 7 * DAY  # from ten in the evening on: on the next morning
    draft = CaseDraft(next_step=NextStep.CALL, next_due=later)
    desk.do(agent, cases.change, case_id, version, draft)
    assert planned(desk, case_id) == (NextStep.CALL, later + DAY)
    other = desk.do(SYSTEM, factories.assigned_case, agent.user_id)
    desk.do(agent, factories.attempt, other, AttemptResult.REACHED)
    assert planned(desk, other) == (NextStep.INTERVIEW, TODAY)


def test_that_proposals_spare_the_days_nobody_works(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    eve = dt.date(2026, 9, 30)
    offered = desk.look(agent, contacts.propose, case_id, AttemptResult.WRONG_NUMBER, eve)
    assert offered is not None
    assert offered.due == dt.date(2026, 10, 8)


def test_that_a_customer_out_of_reach_or_gone_is_said_to_be(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    far = desk.do(admin, factories.add_store)
    customer = desk.do(admin, factories.add_customer, store_id=far)
    with pytest.raises(NotAllowedError):
        desk.look(agent, contact_permission.may_contact, customer, NOW, Channel.CALL)
    with pytest.raises(NotFoundError):
        desk.look(agent, contact_permission.may_contact, uuid.uuid4(), NOW, Channel.CALL)
    gone = desk.do(admin, factories.add_customer, is_deceased=True)
    found = desk.look(admin, contact_permission.may_contact, gone, NOW, Channel.CALL)
    assert (found.allowed, found.earliest) == (False, None)
