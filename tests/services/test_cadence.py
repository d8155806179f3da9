"""The cadence of a workspace: what is shipped, what people change, what is agreed otherwise."""

import datetime as dt

import pytest

from db import cadence_lines, reference, shipped
from db.session import SYSTEM, Actor, Session
from db.vocabulary import CadenceRole, CustomerClass, Role
from desktop_app.domain.cadence import (
    CONDITIONAL_MONTHS,
    CadenceChannel,
    CadenceRule,
    policy_from,
)
from desktop_app.domain.compliance import OverrideDraft
from desktop_app.errors import InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.services import cadence, customers
from tests import factories
from tests.cadence_world import classify
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

TODAY = dt.date(2026, 9, 15)
DIRECTOR_VISITS_C = CadenceRule(
    code="c_director",
    klass=CustomerClass.C,
    role=CadenceRole.MARKETING_DIRECTOR,
    channel=CadenceChannel.VISIT,
    per_months=12,
)


def test_that_the_shipped_table_is_there_as_the_rules_read_it(desk: Desk, agent: Actor) -> None:
    assert cadence_lines.CONDITIONAL_MONTHS == CONDITIONAL_MONTHS
    assert desk.look(agent, cadence.policy) == policy_from(reference.entries("cadence"))
    assert desk.do(SYSTEM, cadence_lines.seed) == 0


def test_that_what_people_changed_stays_when_a_new_version_comes(desk: Desk, admin: Actor) -> None:
    before = desk.look(admin, cadence.policy)
    more = before.rules[0].model_copy(update={"minimum": 4})
    desk.do(admin, cadence.change_line, more)
    desk.do(admin, cadence.remove_line, "c_sales_call")
    desk.do(admin, cadence.change_line, DIRECTOR_VISITS_C)
    changed = desk.look(admin, cadence.policy)
    assert changed.rules[0] == more
    assert changed.rules[-1] == DIRECTOR_VISITS_C
    assert "c_sales_call" not in {rule.code for rule in changed.rules}
    desk.do(SYSTEM, shipped.seed)
    assert desk.look(admin, cadence.policy) == changed
    desk.do(admin, cadence.reset)
    assert desk.look(admin, cadence.policy) == before
    desk.undo()
    assert desk.look(admin, cadence.policy) == changed
    for _step in range(3):
        desk.undo()
    assert desk.look(admin, cadence.policy) == before


def test_that_the_table_is_reset_also_when_lines_have_changed_places(
    desk: Desk, admin: Actor
) -> None:
    before = desk.look(admin, cadence.policy)
    rules = {rule.code: rule for rule in before.rules}
    first, second = rules["a_sales_visit"], rules["b_sales_visit"]
    for code in (first.code, second.code):
        desk.do(admin, cadence.remove_line, code)
    for code, rule in ((first.code, second), (second.code, first)):
        desk.do(admin, cadence.change_line, rule.model_copy(update={"code": code}))
    desk.do(admin, cadence.reset)
    assert desk.look(admin, cadence.policy) == before


def test_that_a_line_speaks_of_one_thing_only(desk: Desk, admin: Actor) -> None:
    rule = desk.look(admin, cadence.policy).rules[0]
    twice = rule.model_copy(update={"code": "again"})
    with pytest.raises(InvalidInputError, match="one line only"):
        desk.do(admin, cadence.change_line, twice)
    other = rule.model_copy(update={"klass": CustomerClass.C, "role": CadenceRole.GM})
    with pytest.raises(InvalidInputError, match="keeps its class, function and channel"):
        desk.do(admin, cadence.change_line, other)
    with pytest.raises(NotFoundError, match="is gone"):
        desk.do(admin, cadence.remove_line, "nothing")


# ---------------------------------------------------------------- one customer


def test_that_less_is_agreed_with_a_customer_for_a_time(desk: Desk, admin: Actor) -> None:
    customer = desk.do(SYSTEM, factories.add_customer, number="K1", name="甲")
    draft = OverrideDraft(rule="a_sales_visit", minimum=2, reason="老板常出差", first=TODAY)
    key = desk.do(admin, cadence.add_override, customer, draft)
    (row,) = desk.look(admin, cadence.list_overrides)
    assert (row.id, row.number, row.customer, row.klass) == (key, "K1", "甲", CustomerClass.C)
    assert (row.rule, row.minimum, row.reason) == ("a_sales_visit", 2, "老板常出差")
    assert (row.first, row.last, row.by) == (TODAY, None, admin.name)
    yesterday = TODAY - dt.timedelta(days=1)
    assert not desk.look(admin, cadence.list_overrides, customer, yesterday)
    desk.do(admin, cadence.end_override, key, dt.date(2026, 10, 31))
    assert desk.look(admin, cadence.list_overrides, customer, dt.date(2026, 10, 31))
    assert not desk.look(admin, cadence.list_overrides, customer, dt.date(2026, 11, 1))
    desk.do(admin, cadence.end_override, key)  # it began today: nothing of it is left
    assert not desk.look(admin, cadence.list_overrides)
    desk.undo()
    assert desk.look(admin, cadence.list_overrides, customer)[0].last == dt.date(2026, 10, 31)
    other = desk.do(SYSTEM, factories.add_customer)
    assert not desk.look(admin, cadence.list_overrides, other)


@pytest.mark.parametrize(
    ("rule", "minimum", "words"),
    [
        ("nothing", 0, "no such rule"),
        ("a_sales_visit", 3, "at most 2"),
        ("a_dept_manager_visit", 1, "at most 0"),
        ("b_gm_contact", 1, "at most 0"),
    ],
)
def test_that_an_exception_asks_for_less(
    desk: Desk, admin: Actor, rule: str, minimum: int, words: str
) -> None:
    customer = desk.do(SYSTEM, factories.add_customer)
    draft = OverrideDraft(rule=rule, minimum=minimum, reason="x", first=TODAY)
    with pytest.raises(InvalidInputError, match=words):
        desk.do(admin, cadence.add_override, customer, draft)


def test_that_exceptions_stay_in_their_store(desk: Desk, actors: dict[Role, Actor]) -> None:
    manager = actors[Role.STORE_MANAGER]
    there = desk.do(SYSTEM, factories.add_store)
    far = desk.do(SYSTEM, factories.add_customer, store_id=there)
    draft = OverrideDraft(rule="c_sales_visit", reason="x", first=TODAY)
    key = desk.do(SYSTEM, cadence.add_override, far, draft)
    assert not desk.look(manager, cadence.list_overrides)
    for call in (
        lambda s: cadence.add_override(s, far, draft),
        lambda s: cadence.end_override(s, key),
    ):
        with pytest.raises(NotAllowedError, match="somebody else"):
            desk.do(manager, call)

    def gone(session: Session) -> None:
        cadence.end_override(session, far)

    with pytest.raises(NotFoundError, match="is gone"):
        desk.do(manager, gone)


def test_that_a_customer_may_rise_since_a_day(desk: Desk, agent: Actor) -> None:
    customer = desk.do(SYSTEM, factories.add_customer, store_id=agent.store_id)
    desk.do(agent, cadence.mark_upgrade_candidate, customer, TODAY)
    assert desk.rows("customer")["customer"][str(customer)]["upgrade_since"] == TODAY
    desk.do(agent, cadence.mark_upgrade_candidate, customer, None)
    assert desk.rows("customer")["customer"][str(customer)]["upgrade_since"] is None
    with pytest.raises(InvalidInputError, match="lies in the future"):
        desk.do(agent, cadence.mark_upgrade_candidate, customer, dt.date(2026, 9, 16))
    desk.do(SYSTEM, classify, {customer: CustomerClass.A})
    with pytest.raises(InvalidInputError, match="in class A already"):
        desk.do(agent, cadence.mark_upgrade_candidate, customer, TODAY)
    assert desk.look(agent, customers.card, customer)
