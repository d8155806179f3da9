"""Many cases over several people: by skill and load, with what is held back named."""

import uuid

import pytest

from db.models import Case
from db.session import SYSTEM, Actor
from db.vocabulary import Role
from desktop_app.domain.pool import PoolPolicy
from desktop_app.errors import InvalidInputError, NotAllowedError
from desktop_app.services import pool, skills, spreading
from desktop_app.services.skills import SkillsDraft
from desktop_app.services.spreading import Part
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def colleague(desk: Desk, admin: Actor, agent: Actor) -> Actor:
    """Another agent of the same store."""
    return desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)


def free_cases(desk: Desk, agent: Actor, count: int, **columns: object) -> list[uuid.UUID]:
    columns = {"store_id": agent.store_id} | columns
    return [desk.do(SYSTEM, factories.open_case, **columns) for _each in range(count)]


def owners(desk: Desk, case_ids: list[uuid.UUID]) -> list[uuid.UUID | None]:
    with desk.database.read() as session:
        return [session.get_one(Case, case_id).owner_id for case_id in case_ids]


def test_that_many_cases_are_spread_in_one_change_that_is_undone_at_once(
    desk: Desk, admin: Actor, agent: Actor, colleague: Actor
) -> None:
    made = free_cases(desk, agent, 5)
    both = [agent.user_id, colleague.user_id]
    plan = desk.look(admin, spreading.plan, made, both)
    assert sorted(part.gets for part in plan.parts) == [2, 3]
    assert (plan.screened, plan.left, plan.kept) == ((), (), 0)
    before, sets = desk.rows(), len(desk.made)
    found = desk.do(admin, spreading.spread, made, both)
    assert (found.assigned, found.left) == (5, ())
    assert len(desk.made) == sets + 1
    held = owners(desk, made)
    assert sorted(held.count(user) for user in both) == [2, 3]
    desk.undo()
    assert desk.rows() == before


def test_that_who_is_full_gets_nothing_more_and_what_is_left_is_named(
    desk: Desk, admin: Actor, agent: Actor, colleague: Actor
) -> None:
    desk.do(admin, pool.change_policy, PoolPolicy(capacity=2))
    desk.do(admin, factories.assigned_case, agent.user_id, store_id=agent.store_id)
    made = free_cases(desk, agent, 4)
    both = [agent.user_id, colleague.user_id]
    plan = desk.look(admin, spreading.plan, made, both)
    assert set(plan.parts) == {Part(agent.name, 1, 1, 2), Part(colleague.name, 2, 0, 2)}
    assert len(plan.left) == 1
    found = desk.do(admin, spreading.spread, made, both)
    assert (found.assigned, found.left) == (3, plan.left)
    (helper,) = [
        each
        for each in desk.look(admin, spreading.helpers, made)
        if each.user.id == colleague.user_id
    ]
    assert (helper.open_cases, helper.capacity, helper.free) == (2, 2, 0)
    alone = desk.do(admin, lambda s: spreading.spread(s, made, [agent.user_id], with_owned=True))
    assert (alone.assigned, alone.left) == (3, ()), "one person gets all that is asked for"


def test_that_who_holds_a_case_keeps_it_and_who_gave_it_back_does_not_get_it(
    desk: Desk, admin: Actor, agent: Actor, colleague: Actor
) -> None:
    held = desk.do(admin, factories.assigned_case, colleague.user_id, store_id=agent.store_id)
    back = desk.do(admin, factories.assigned_case, agent.user_id, store_id=agent.store_id)
    desk.do(agent, pool.give_back, back, "出差")
    both = [agent.user_id, colleague.user_id]
    plan = desk.look(admin, lambda s: spreading.plan(s, [held, back], both, with_owned=True))
    assert (plan.parts, plan.kept) == ((Part(colleague.name, 1, 1, 80),), 1)
    desk.do(admin, lambda s: spreading.spread(s, [held, back], both, with_owned=True))
    assert owners(desk, [held, back]) == [colleague.user_id, colleague.user_id]
    (helper,) = [
        each
        for each in desk.look(admin, spreading.helpers, [back])
        if each.user.id == agent.user_id
    ]
    assert not helper.is_kept_away, "somebody else has it, the time is over"


@pytest.mark.parametrize("flag", ["is_deceased", "do_not_contact", "malicious_arrears"])
def test_that_what_is_held_back_is_named_and_stays(
    desk: Desk, admin: Actor, agent: Actor, colleague: Actor, flag: str
) -> None:
    made = free_cases(desk, agent, 2)
    held = free_cases(desk, agent, 1)[0]
    with desk.database.read() as session:
        customer = session.get_one(Case, held).customer_id
    desk.do(SYSTEM, factories.change_customer, customer, **{flag: True})
    both = [agent.user_id, colleague.user_id]
    plan = desk.look(admin, spreading.plan, [*made, held], both)
    assert [each.case_id for each in plan.screened] == [held]
    assert plan.screened[0].note
    found = desk.do(admin, spreading.spread, [*made, held], both)
    assert found.assigned == 2
    assert found.screened == plan.screened
    assert owners(desk, [held]) == [None]
    only = desk.do(admin, spreading.spread, [held], both)
    assert (only.assigned, len(only.screened)) == (0, 1)


def test_that_the_best_suited_stand_first_and_who_assigns_last(
    desk: Desk, admin: Actor, agent: Actor, colleague: Actor, actors: dict[Role, Actor]
) -> None:
    far = desk.do(admin, factories.add_user, Role.AGENT, desk.do(admin, factories.add_store))
    levels = SkillsDraft(professional=2, service=3, communication=3)
    desk.do(admin, skills.change, colleague.user_id, levels)
    made = free_cases(desk, agent, 2)
    found = desk.look(admin, spreading.helpers, made)
    assert (found[0].user.id, found[0].ability) == (colleague.user_id, 1.0)
    assert found[0].ability > found[1].ability
    named = [each.user.id for each in found]
    assert named.index(agent.user_id) < named.index(actors[Role.STORE_MANAGER].user_id)
    assert named[-1] == far.user_id, "of another store"
    assert (found[-1].far, found[0].far) == (2, 0)
    back = desk.do(admin, factories.assigned_case, agent.user_id, store_id=agent.store_id)
    desk.do(agent, pool.give_back, back, "x")
    away = {each.user.id: each.is_kept_away for each in desk.look(admin, spreading.helpers, [back])}
    assert away[agent.user_id]
    assert not away[colleague.user_id]


def test_that_nobody_wrong_is_chosen_and_no_case_of_others(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor]
) -> None:
    made = free_cases(desk, agent, 1)
    for wrong in ([], [actors[Role.AUDITOR].user_id], [uuid.uuid4()]):
        with pytest.raises(InvalidInputError):
            desk.look(admin, spreading.plan, made, wrong)
        with pytest.raises(InvalidInputError):
            desk.do(admin, spreading.spread, made, wrong)
    far = free_cases(desk, agent, 1, store_id=desk.do(admin, factories.add_store))
    manager = actors[Role.STORE_MANAGER]
    with pytest.raises(NotAllowedError):
        desk.do(manager, spreading.spread, far, [agent.user_id])
    assert desk.look(admin, spreading.helpers, []) != []


def test_that_a_case_goes_to_nobody_who_works_elsewhere(
    desk: Desk, admin: Actor, agent: Actor, colleague: Actor
) -> None:
    far_store = desk.do(admin, factories.add_store)
    far = desk.do(admin, factories.add_user, Role.AGENT, far_store)
    here, there = free_cases(desk, agent, 2), free_cases(desk, agent, 2, store_id=far_store)
    desk.do(admin, spreading.spread, [*here, *there], [agent.user_id, far.user_id])
    assert owners(desk, [*here, *there]) == [agent.user_id] * 2 + [far.user_id] * 2


def test_that_what_somebody_works_on_stays_unless_it_is_asked_for(
    desk: Desk, admin: Actor, agent: Actor, colleague: Actor
) -> None:
    held = desk.do(admin, factories.assigned_case, colleague.user_id, store_id=agent.store_id)
    free = free_cases(desk, agent, 2)
    mine = [agent.user_id]
    plan = desk.look(admin, spreading.plan, [held, *free], mine)
    assert (plan.parts[0].gets, plan.kept, plan.taken) == (2, 1, 0)
    assert desk.do(admin, spreading.spread, [held, *free], mine).assigned == 2
    assert owners(desk, [held, *free]) == [colleague.user_id, agent.user_id, agent.user_id]
    plan = desk.look(admin, lambda s: spreading.plan(s, [held, *free], mine, with_owned=True))
    assert (plan.parts[0].gets, plan.kept, plan.taken) == (1, 2, 1)
    desk.do(admin, lambda s: spreading.spread(s, [held, *free], mine, with_owned=True))
    assert owners(desk, [held]) == mine


def test_that_what_leaves_the_store_is_counted_case_by_case(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    here = free_cases(desk, agent, 1)
    there = free_cases(desk, agent, 2, store_id=desk.do(admin, factories.add_store))
    found = desk.look(admin, spreading.helpers, [*here, *there])
    (helper,) = [each for each in found if each.user.id == agent.user_id]
    assert helper.far == 2
    assert desk.look(admin, spreading.plan, [*here, *there], [agent.user_id]).far == 2
    assert desk.look(admin, spreading.plan, here, [agent.user_id]).far == 0


def test_that_a_case_named_twice_counts_once_and_is_named(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    made = free_cases(desk, agent, 2)
    plan = desk.look(admin, spreading.plan, [*made, made[0]], [agent.user_id])
    with desk.database.read() as session:
        number = session.get_one(Case, made[0]).number
    assert (plan.parts[0].gets, plan.repeated) == (2, (number,))
    assert desk.do(admin, spreading.spread, [*made, made[0]], [agent.user_id]).assigned == 2
