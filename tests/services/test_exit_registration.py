"""Exits registered at the counter."""

import uuid

import pytest

from db.session import Actor
from db.vocabulary import CaseStage, Outcome, ReasonLayer, Role, RuleKind
from desktop_app.columns.timeline import words
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.exit_registration import ExitDraft
from desktop_app.domain.reasons import ReasonDraft
from desktop_app.errors import InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.services import cases, customers, exit_registration
from desktop_app.services.exit_registration import Standing
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

FULL = ExitDraft(reason="price_increase", words="涨价了", arrears=0, gift="纪念品")


@pytest.fixture
def customer(desk: Desk, agent: Actor) -> uuid.UUID:
    return desk.do(agent, factories.add_customer, store_id=agent.store_id, name="王小明")


def test_that_registering_opens_a_case_with_the_stated_reason_in_one_step(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    before = desk.rows()
    assert desk.look(agent, exit_registration.standing, customer) == Standing()
    made = desk.do(agent, exit_registration.register, customer, FULL)
    assert (made.is_new_case, made.gift_given) == (True, True)
    assert len(desk.made) == 2
    file = desk.look(agent, cases.case_file, made.case_id)
    assert (file.row.number, file.row.kind) == (made.case_number, RuleKind.CANCEL_REQUEST)
    assert (file.row.stage, file.what_happened) == (CaseStage.IDENTIFIED, "涨价了")
    stated = file.reasons[ReasonLayer.STATED]
    assert (stated.code, stated.verbatim) == ("price_increase", "涨价了")
    (row,) = desk.look(agent, exit_registration.of_customer, customer)
    assert desk.look(agent, exit_registration.of_case, made.case_id) == (row,)
    assert (row.id, row.case_number, row.by) == (made.id, made.case_number, "agent")
    assert (row.arrears, row.currency, row.gift, row.gift_given) == (0, "CNY", "纪念品", True)
    assert row.reason is not None
    assert (row.reason.code, row.words) == ("price_increase", "涨价了")
    desk.undo()
    assert desk.rows() == before


def test_that_the_open_case_is_used_and_nothing_said_before_is_lost(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    case_id = desk.do(agent, factories.open_case, customer, RuleKind.CANCEL_REQUEST)
    said = ReasonDraft(layer=ReasonLayer.STATED, reason="price_increase", verbatim="太贵")
    desk.do(agent, cases.set_reason, case_id, said)
    made = desk.do(
        agent, exit_registration.register, customer, ExitDraft(reason="service_attitude")
    )
    assert (made.case_id, made.is_new_case, made.gift_given) == (case_id, False, False)
    stated = desk.look(agent, cases.case_file, case_id).reasons[ReasonLayer.STATED]
    assert (stated.code, stated.verbatim) == ("service_attitude", "太贵")
    again = desk.do(agent, exit_registration.register, customer, ExitDraft(arrears=1250))
    assert again.case_id == case_id
    stated = desk.look(agent, cases.case_file, case_id).reasons[ReasonLayer.STATED]
    assert stated.code == "service_attitude"
    newest, first = desk.look(agent, exit_registration.of_case, case_id)
    assert (newest.reason, newest.arrears, newest.gift_given) == (None, 1250, False)
    assert first.arrears is None


def test_that_a_closed_case_is_not_used_again(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    first = desk.do(agent, exit_registration.register, customer, FULL)
    desk.do(agent, cases.close, first.case_id, CloseDraft(outcome=Outcome.UNREACHABLE))
    second = desk.do(agent, exit_registration.register, customer, FULL)  # a gift again
    assert second.case_id != first.case_id
    assert len(desk.look(agent, exit_registration.of_customer, customer)) == 2


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        ({"arrears": 1}, "still owes money"),
        ({"arrears": None}, "enter 0"),
        ({"reason": None}, "not said why"),
        ({"reason": "unknown_refused"}, "not said why"),
        ({"reason": None, "arrears": 1}, "still owes money. The customer has not said why"),
    ],
)
def test_that_a_gift_needs_no_arrears_and_a_reason(
    desk: Desk, agent: Actor, customer: uuid.UUID, draft: dict[str, object], why: str
) -> None:
    with pytest.raises(InvalidInputError, match=why) as refused:
        desk.do(agent, exit_registration.register, customer, FULL.model_copy(update=draft))
    assert refused.value.problems[0].field == "gift"
    made = desk.do(
        agent, exit_registration.register, customer, FULL.model_copy(update=draft | {"gift": ""})
    )
    assert not made.gift_given  # registered all the same


def test_that_there_is_one_gift_for_one_cancellation(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    made = desk.do(agent, exit_registration.register, customer, FULL)
    found = desk.look(agent, exit_registration.standing, customer)
    assert found == Standing(made.case_number, "", gift_given=True)
    with pytest.raises(InvalidInputError, match="handed over in this case already"):
        desk.do(agent, exit_registration.register, customer, FULL)


def test_that_an_unknown_reason_is_refused_at_its_field(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        desk.do(agent, exit_registration.register, customer, ExitDraft(reason="no_such_reason"))
    assert [problem.field for problem in refused.value.problems] == ["reason"]
    assert desk.look(agent, exit_registration.of_customer, customer) == ()


def test_that_somebody_elses_case_and_customer_are_out_of_reach(
    desk: Desk, admin: Actor, agent: Actor, customer: uuid.UUID
) -> None:
    colleague = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    case_id = desk.do(admin, factories.open_case, customer, RuleKind.CANCEL_REQUEST)
    assert desk.do(admin, cases.assign, [case_id], colleague.user_id).assigned == 1
    with pytest.raises(NotAllowedError, match=f"{colleague.name} works on case"):
        desk.do(agent, exit_registration.register, customer, FULL)
    assert desk.look(agent, exit_registration.standing, customer).worker == colleague.name
    desk.do(colleague, exit_registration.register, customer, FULL)
    assert desk.look(agent, exit_registration.of_customer, customer) == ()
    with pytest.raises(NotAllowedError):
        desk.look(agent, exit_registration.of_case, case_id)
    far = desk.do(admin, factories.add_store)
    stranger = desk.do(admin, factories.add_customer, store_id=far)
    for service in (exit_registration.standing, exit_registration.of_customer):
        with pytest.raises(NotAllowedError):
            desk.look(agent, service, stranger)
    with pytest.raises(NotFoundError):
        desk.do(agent, exit_registration.register, uuid.uuid4(), FULL)


def test_that_timelines_tell_of_the_exit(desk: Desk, agent: Actor, customer: uuid.UUID) -> None:
    made = desk.do(agent, exit_registration.register, customer, FULL)
    desk.do(agent, exit_registration.register, customer, ExitDraft(arrears=1250))
    for entries in (
        desk.look(agent, cases.timeline, made.case_id),
        desk.look(agent, customers.timeline, customer),
    ):
        told = [words(entry) for entry in entries if entry.kind == "exit"]
        assert {each.who for each in told} == {"agent"}
        assert sorted((each.title, each.detail) for each in told) == [
            ("Exit at the counter", "Arrears ¥12.50"),
            ("Exit at the counter", "Price change\n涨价了\nNo arrears\nGift: 纪念品"),
        ]
