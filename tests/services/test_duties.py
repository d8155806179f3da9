"""Duties: each with one owner, the late ones first; managers see what others left undone."""

import datetime as dt
import uuid

import pytest

from db.session import SYSTEM, Actor
from db.vocabulary import Role, StaffFunction, TaskKind
from desktop_app.columns.duties import DutyItem
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.duties import DutyKind, Urgency, urgency_of
from desktop_app.domain.promises import PromiseDraft
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.domain.tasks import TaskDraft
from desktop_app.errors import NotAllowedError
from desktop_app.services import duties, promises, renewals, staff_profiles, tasks, visits
from desktop_app.services.duties import Sheet
from desktop_app.services.staff_profiles import ProfileDraft
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def customer(desk: Desk, agent: Actor) -> uuid.UUID:
    return desk.do(
        agent, factories.add_customer, store_id=agent.store_id, owner_id=agent.user_id, name="王芳"
    )


def of(desk: Desk, actor: Actor, user_id: uuid.UUID | None = None) -> Sheet:
    return desk.look(actor, duties.sheet, user_id)


def plant(desk: Desk, agent: Actor, customer: uuid.UUID, product: str = "会员") -> None:
    """One of each for the agent: a late task, a promise of today, a visit tomorrow, a renewal."""
    desk.do(
        agent,
        tasks.add,
        TaskDraft(
            kind=TaskKind.UPGRADE_TALK, words="问升级", owner_id=agent.user_id,
            due_on=TODAY, customer_id=customer,
        ),
    )  # fmt: skip
    desk.do(agent, promises.register, customer, PromiseDraft(
        words="送到", made_on=TODAY, due_on=TODAY + DAY), None)  # fmt: skip
    desk.do(agent, visits.plan_visit, None, customer, VisitDraft(planned_on=TODAY + 2 * DAY))
    desk.do(agent, renewals.add, customer, RenewalDraft(
        product=product, expires_on=TODAY + 20 * DAY))  # fmt: skip


def kinds(items: tuple[DutyItem, ...]) -> list[tuple[DutyKind, Urgency]]:
    return [(item.kind, item.urgency) for item in items]


def test_that_everything_due_stands_in_one_list_the_most_urgent_first(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    plant(desk, agent, customer)
    found = of(desk, agent)
    assert kinds(found.items) == [
        (DutyKind.TASK, Urgency.TODAY),
        (DutyKind.PROMISE, Urgency.SOON),
        (DutyKind.VISIT, Urgency.SOON),
        (DutyKind.RENEWAL, Urgency.SOON),
    ]
    assert {item.customer for item in found.items} == {"王芳"}
    assert found.items[0].words == "Ask about an upgrade: 问升级"
    assert found.count(Urgency.TODAY) == 1
    assert found.count(Urgency.SOON, Urgency.TODAY) == 4


def test_that_each_duty_has_exactly_one_owner(
    desk: Desk, agent: Actor, customer: uuid.UUID, admin: Actor
) -> None:
    other = desk.do(SYSTEM, factories.add_user, Role.AGENT, agent.store_id)
    plant(desk, agent, customer)
    plant(desk, other, customer, "软件")
    lists = [of(desk, admin, who.user_id).items for who in (agent, other, admin)]
    seen = [item.id for items in lists for item in items if item.kind is not DutyKind.ORPHANS]
    assert len(seen) == len(set(seen)) == 8
    owners = {(item.owner_id, place) for place, items in enumerate(lists) for item in items}
    assert owners == {(agent.user_id, 0), (other.user_id, 1)}


def test_that_managers_see_what_is_left_undone_and_who_has_nobody(
    desk: Desk, agent: Actor, actors: dict[Role, Actor]
) -> None:
    boss = actors[Role.STORE_MANAGER]
    assert kinds(of(desk, boss).items) == []
    desk.do(SYSTEM, factories.add_customer, store_id=boss.store_id, owner_id=None)
    assert kinds(of(desk, boss).items) == [(DutyKind.ORPHANS, Urgency.UNDATED)]
    assert of(desk, boss).items[0].words == "1 customer has nobody in charge"
    assert kinds(of(desk, agent).items) == [], "an agent does not look for them …"
    assert agent.user_id is not None
    service = ProfileDraft(functions=(StaffFunction.CUSTOMER_SERVICE,))
    desk.do(boss, staff_profiles.change, agent.user_id, service)
    assert kinds(of(desk, agent).items) == [(DutyKind.ORPHANS, Urgency.UNDATED)]


def test_that_functions_say_what_one_is_there_for(desk: Desk, agent: Actor, admin: Actor) -> None:
    assert agent.user_id is not None
    for function in StaffFunction:
        draft = ProfileDraft(functions=(function,))
        desk.do(admin, staff_profiles.change, agent.user_id, draft)
        (charge,) = of(desk, agent).charges
        assert charge.function is function
        assert charge.duties, function


def test_that_only_who_leads_people_looks_at_the_duties_of_others(
    desk: Desk, agent: Actor, admin: Actor
) -> None:
    with pytest.raises(NotAllowedError):
        of(desk, agent, admin.user_id)
    assert of(desk, SYSTEM).items == ()


def test_that_the_day_itself_is_in_time() -> None:
    days = (TODAY - DAY, TODAY, TODAY + DAY, None)
    assert [urgency_of(day, TODAY) for day in days] == [
        Urgency.LATE, Urgency.TODAY, Urgency.SOON, Urgency.UNDATED,
    ]  # fmt: skip
