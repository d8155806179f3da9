"""What work on a case cost."""

import pytest
from pydantic import ValidationError

from db.session import SYSTEM, Actor
from db.vocabulary import CostKind, Role
from desktop_app.errors import NotAllowedError
from desktop_app.services import costs
from desktop_app.services.costs import CostDraft
from tests import factories, offered
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")


def test_that_money_and_time_add_up_by_case(desk: Desk, agent: Actor) -> None:
    case = desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id)
    before = desk.rows()
    desk.made.clear()
    for draft in (
        CostDraft(kind=CostKind.VISIT, amount=2500, minutes=90, note="打车"),
        CostDraft(kind=CostKind.MINUTES, minutes=30),
        CostDraft(kind=CostKind.GIFT, amount=1000),
    ):
        desk.do(agent, costs.add, case, draft)
    found = desk.look(agent, costs.of_case, case)
    assert (found.amount, found.minutes) == (3500, 120)
    assert found.total == 3500 + 2 * 4000  # two hours at 40.00
    assert found.rows[0].note == "打车"
    assert {row.by for row in found.rows} == {agent.name}
    while desk.made:
        desk.undo()
    assert desk.rows() == before


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"kind": CostKind.OFFER, "amount": 1}, "booked when the customer accepts"),
        ({"kind": CostKind.GIFT}, "Give an amount or the minutes"),
    ],
)
def test_that_an_entry_says_something(fields: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        CostDraft.model_validate(fields)


def test_that_costs_of_somebody_elses_case_are_out_of_reach(
    desk: Desk, agent: Actor, admin: Actor
) -> None:
    colleague = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    case = desk.do(SYSTEM, offered.case, colleague.user_id, store_id=agent.store_id)
    with pytest.raises(NotAllowedError):
        desk.do(agent, costs.add, case, CostDraft(kind=CostKind.OTHER, amount=1))
    with pytest.raises(NotAllowedError):
        desk.look(agent, costs.of_case, case)
