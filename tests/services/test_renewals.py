"""What expires: told, renewed, lapsed."""

import datetime as dt
import uuid

import pytest

from db.queries.paging import Sort
from db.session import SYSTEM, Actor
from db.vocabulary import RenewalState, Role
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import renewals
from desktop_app.services.renewals import RenewalFilter, RenewalRow
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
SOON = TODAY + dt.timedelta(days=20)
pytestmark = pytest.mark.usefixtures("fixed_time")
EVERY = RenewalFilter()


@pytest.fixture
def customer(desk: Desk, agent: Actor) -> uuid.UUID:
    columns = {"store_id": agent.store_id, "owner_id": agent.user_id, "phone": "13812345678"}
    return desk.do(agent, factories.add_customer, name="王小明", **columns)


def draft(day: dt.date = SOON, **fields: object) -> RenewalDraft:
    values = {"product": "会员年卡", "expires_on": day, "fee": 120_000}
    return RenewalDraft.model_validate(values | fields)


def rows(desk: Desk, actor: Actor, criteria: RenewalFilter = EVERY) -> list[RenewalRow]:
    found = desk.look(actor, renewals.list_renewals, criteria)
    assert desk.look(actor, renewals.count_renewals, criteria) == len(found)
    return found


def test_that_a_customer_is_told_and_renews(desk: Desk, agent: Actor, customer: uuid.UUID) -> None:
    desk.made.clear()
    before = desk.rows()
    key = desk.do(agent, renewals.add, customer, draft())
    (row,) = rows(desk, agent)
    assert (row.customer, row.owner, row.fee, row.currency, row.state, row.phone) == (
        "王小明",
        agent.name,
        120_000,
        "CNY",
        RenewalState.OPEN,
        "138****5678",
    )
    desk.do(agent, renewals.change, key, row.version, draft(fee=130_000))
    with pytest.raises(ConflictError, match="meanwhile"):
        desk.do(agent, renewals.change, key, row.version, draft())
    desk.do(agent, renewals.notify, key, "电话已告知")
    (row,) = rows(desk, agent)
    assert (row.state, row.notified_on, row.note) == (RenewalState.NOTIFIED, TODAY, "电话已告知")
    with pytest.raises(InvalidInputError, match="later"):
        desk.do(agent, renewals.renewed, key, SOON)
    following = desk.do(agent, renewals.renewed, key, SOON.replace(year=2027), "续一年")
    first, second = rows(desk, agent)
    assert (first.state, first.answered_on, first.note) == (
        RenewalState.RENEWED,
        TODAY,
        "续一年\n电话已告知",
    )
    assert (second.id, second.fee, second.state) == (following, 130_000, RenewalState.OPEN)
    with pytest.raises(ConflictError, match="known already"):
        desk.do(agent, renewals.lapsed, key)
    while desk.made:
        desk.undo()
    assert desk.rows() == before


def test_that_a_renewal_lapses_or_is_renewed_without_a_next_day(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    first = desk.do(agent, renewals.add, customer, draft())
    second = desk.do(agent, renewals.add, customer, draft(product="保险"))
    desk.do(agent, renewals.lapsed, first, "不续了")
    assert desk.do(agent, renewals.renewed, second) is None
    states = {row.product: row.state for row in rows(desk, agent)}
    assert states == {"会员年卡": RenewalState.LAPSED, "保险": RenewalState.RENEWED}


def test_that_what_is_known_is_not_written_down_twice(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    key = desk.do(agent, renewals.add, customer, draft())
    with pytest.raises(InvalidInputError, match="already"):
        desk.do(agent, renewals.add, customer, draft())
    (row,) = rows(desk, agent)
    desk.do(agent, renewals.change, key, row.version, draft(note="自己那一条"))
    gone = desk.do(SYSTEM, factories.add_user, Role.AGENT, agent.store_id, is_active=False)
    with pytest.raises(InvalidInputError, match="still works here"):
        desk.do(agent, renewals.add, customer, draft(product="x", owner_id=gone.user_id))
    with pytest.raises(NotFoundError):
        desk.do(agent, renewals.notify, uuid.uuid4())


def test_that_renewals_are_found_by_state_day_owner_and_words(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    other = desk.do(SYSTEM, factories.add_user, Role.FIELD_STAFF, None)
    first = desk.do(agent, renewals.add, customer, draft())
    later = SOON + dt.timedelta(days=60)
    second = desk.do(
        agent, renewals.add, customer, draft(later, product="保险", owner_id=other.user_id)
    )
    desk.do(agent, renewals.notify, first)
    for criteria, keys in (
        (RenewalFilter(text="保险"), [second]),
        (RenewalFilter(text="王小明"), [first, second]),
        (RenewalFilter(states=frozenset({RenewalState.OPEN})), [second]),
        (RenewalFilter(owner_id=agent.user_id), [first]),
        (RenewalFilter(owner_id=other.user_id, customer_id=customer), [second]),
        (RenewalFilter(expires_from=later), [second]),
        (RenewalFilter(expires_until=SOON), [first]),
    ):
        assert [row.id for row in rows(desk, agent, criteria)] == keys
    down = desk.look(agent, renewals.list_renewals, EVERY, Sort("expires_on", descending=True))
    assert [row.id for row in down] == [second, first]
    # who is to tell the customer reaches it without seeing the customer
    assert [row.id for row in rows(desk, other)] == [second]
    desk.do(other, renewals.notify, second)
    with pytest.raises(NotAllowedError, match="somebody else"):
        desk.do(other, renewals.notify, first)


@pytest.mark.parametrize("mark", ["is_deceased", "do_not_contact"])
def test_that_who_may_not_be_contacted_is_told_nothing(
    desk: Desk, agent: Actor, customer: uuid.UUID, mark: str
) -> None:
    key = desk.do(agent, renewals.add, customer, draft())
    desk.do(SYSTEM, factories.change_customer, customer, **{mark: True})
    assert rows(desk, agent) == []
    with pytest.raises(ConflictError):
        desk.do(agent, renewals.notify, key)
    desk.do(agent, renewals.lapsed, key)
    assert len(rows(desk, agent)) == 1  # what is decided may be looked up
