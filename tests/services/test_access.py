"""Whose records each role sees, whatever it may do; and that nobody does anything unknown."""

import datetime as dt
import uuid

import pytest

from db.models import Case
from db.queries.cases import CaseFilter
from db.queries.scope import Reach, Visible
from db.queries.visits import VisitFilter
from db.session import SYSTEM, Actor, Session
from db.vocabulary import Role
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.permissions import Action
from desktop_app.errors import NotAllowedError
from desktop_app.services import access, cases, contacts, interviews
from tests import factories
from tests.factories import Desk

PLAN = VisitDraft(planned_on=dt.date(2026, 9, 15))

pytestmark = pytest.mark.usefixtures("fixed_time")


def test_that_without_anybody_signed_in_nothing_is_allowed(desk: Desk) -> None:
    with desk.database.read() as session:
        assert not access.may(session, Action.VIEW)
        with pytest.raises(NotAllowedError, match="Nobody is signed in"):
            cases.count_cases(session, CaseFilter())
    with desk.database.read() as session:
        session.info["actor"] = SYSTEM
        assert access.may(session, Action.VIEW)
        assert access.actor(session) is SYSTEM


# ---------------------------------------------------------------- whose records


@pytest.fixture
def board(desk: Desk, actors: dict[Role, Actor]) -> dict[str, uuid.UUID]:
    """Cases of all sorts around the agent and the field staff of the store S01."""
    return desk.do(SYSTEM, lay_out, actors)


def lay_out(session: Session, actors: dict[Role, Actor]) -> dict[str, uuid.UUID]:
    agent, field = actors[Role.AGENT], actors[Role.FIELD_STAFF]
    here, there = agent.store_id, factories.add_store(session)
    colleague = factories.add_user(session, Role.AGENT, here)
    mine = {"store_id": here, "owner_id": field.user_id}
    found = {
        "agent": factories.assigned_case(session, agent.user_id, store_id=there),
        "colleague": factories.assigned_case(session, colleague.user_id, store_id=here),
        "pool": factories.open_case(session, store_id=here),
        "nowhere": factories.open_case(session),
        "far": factories.open_case(session, store_id=there),
        "field": factories.assigned_case(session, field.user_id, store_id=here),
        "field's customer": factories.open_case(session, **mine),
    }
    for user, name in ((field, "opened by field"), (agent, "opened by agent")):
        session.info["actor"] = user
        found[name] = moved_away(session, user, there)
    return found


def moved_away(session: Session, user: Actor, store_id: uuid.UUID) -> uuid.UUID:
    """A case that a user opened for a customer who belongs to another store by now."""
    mine = factories.add_customer(session, store_id=user.store_id, owner_id=user.user_id)
    case_id = factories.open_case(session, mine)
    factories.change_customer(session, mine, store_id=store_id, owner_id=None)
    session.get_one(Case, case_id).store_id = store_id
    session.flush()
    return case_id


EVERY_CASE = {
    "agent", "colleague", "pool", "nowhere", "far", "field", "field's customer",
    "opened by field", "opened by agent",
}  # fmt: skip
SEEN = {
    Role.AGENT: {"agent", "pool", "nowhere", "field's customer", "opened by agent"},
    Role.FIELD_STAFF: {"field", "field's customer", "opened by field"},
    Role.STORE_MANAGER: {"colleague", "pool", "nowhere", "field", "field's customer"},
}


@pytest.mark.parametrize("role", Role)
def test_that_each_role_sees_its_cases_and_touches_no_others(
    desk: Desk, actors: dict[Role, Actor], board: dict[str, uuid.UUID], role: Role
) -> None:
    user, expected = actors[role], SEEN.get(role, EVERY_CASE)
    names = {case_id: name for name, case_id in board.items()}
    rows = desk.look(user, cases.list_cases, CaseFilter())
    assert {names[row.id] for row in rows} == expected
    assert desk.look(user, cases.count_cases, CaseFilter()) == len(expected)
    assert sum(desk.look(user, cases.count_by_stage, CaseFilter()).values()) == len(expected)
    for name, case_id in board.items():
        if name in expected:
            assert desk.look(user, cases.case_file, case_id).row.id == case_id
            continue
        for service in (cases.case_file, factories.attempt, interviews.start):
            with pytest.raises(NotAllowedError):
                desk.do(user, service, case_id)


def test_that_a_manager_assigns_nothing_of_another_store(
    desk: Desk, actors: dict[Role, Actor], board: dict[str, uuid.UUID]
) -> None:
    manager, agent = actors[Role.STORE_MANAGER], actors[Role.AGENT]
    made = len(desk.made)
    with pytest.raises(NotAllowedError, match="somebody else"):
        desk.do(manager, cases.assign, [board["pool"], board["far"]], agent.user_id)
    assert len(desk.made) == made
    assert desk.do(manager, cases.assign, [board["pool"]], agent.user_id).assigned == 1


def test_that_a_user_without_a_store_is_not_bound_to_one(
    desk: Desk, admin: Actor, board: dict[str, uuid.UUID]
) -> None:
    free = desk.do(admin, factories.add_user, Role.STORE_MANAGER)
    assert desk.look(free, access.visible) == Visible(Reach.STORE, free.user_id, None)
    assert desk.look(free, cases.count_cases, CaseFilter()) == len(board)
    agent = desk.do(admin, factories.add_user, Role.AGENT)
    rows = desk.look(agent, cases.list_cases, CaseFilter())
    assert all(row.owner_id is None for row in rows)
    assert len(rows) == 6


def test_that_visits_without_a_case_follow_the_store_too(
    desk: Desk, admin: Actor, actors: dict[Role, Actor]
) -> None:
    here = actors[Role.AGENT].store_id
    there = desk.do(admin, factories.add_store)
    field = actors[Role.FIELD_STAFF]
    made = {
        name: desk.do(SYSTEM, planned, store_id=store_id, owner_id=owner_id)
        for name, store_id, owner_id in (
            ("here", here, None),
            ("there", there, None),
            ("field's", there, field.user_id),
        )
    }
    names = {visit: name for name, visit in made.items()}
    homeless = desk.do(admin, factories.add_user, Role.AGENT)
    for user, expected in (
        (actors[Role.AGENT], {"here"}),
        (actors[Role.STORE_MANAGER], {"here"}),
        (field, {"field's"}),
        (actors[Role.AUDITOR], set(made)),
        (homeless, set(made)),
    ):
        rows = desk.look(user, contacts.list_visits, VisitFilter())
        assert {names[row.id] for row in rows} == expected


def planned(session: Session, **columns: object) -> uuid.UUID:
    customer = factories.add_customer(session, **columns)
    return contacts.plan_visit(session, None, customer, PLAN)
