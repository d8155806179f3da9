"""Who may do what with tasks, renewals, reminders, the calendar, day packs and duties."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from db.models import Visit
from db.queries.visit_marks import mark_of
from db.session import SYSTEM, Actor, Session
from db.vocabulary import ReminderKind, ReminderStage, Role, Seat, TaskKind
from desktop_app.domain.reminders import ReminderId, ReminderPolicy
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.domain.tasks import TaskDraft
from desktop_app.errors import NotAllowedError, NotFoundError
from desktop_app.services import (
    agenda,
    charge_giving,
    churn_quarters,
    day_packs,
    duties,
    reminders,
    renewals,
    tasks,
)
from desktop_app.services.agenda import AgendaFilter, View
from desktop_app.services.day_packs import DayPack
from desktop_app.services.renewals import RenewalFilter
from desktop_app.services.tasks import TaskFilter
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
SOON = TODAY + dt.timedelta(days=20)
WEEK = AgendaFilter(dt.date(2026, 9, 14), dt.date(2026, 9, 20))
MODULES: tuple[ModuleType, ...] = (
    agenda, charge_giving, churn_quarters, day_packs, duties, reminders, renewals, tasks,
)  # fmt: skip

# Written by hand from the product's roles, not from the program's table.
EVERYBODY = frozenset(Role)
OFFICE = frozenset({Role.HEAD_OFFICE, Role.ADMINISTRATOR})
DECIDERS = OFFICE | {Role.STORE_MANAGER, Role.DEPT_MANAGER}
WORKERS = (DECIDERS - {Role.HEAD_OFFICE}) | {Role.AGENT, Role.FIELD_STAFF}
DOERS = EVERYBODY - {Role.AUDITOR}
GOERS = WORKERS | DECIDERS  # head office makes visits of its own, too (S3-27: general manager)

Prepared = dict[str, Any]
Call = Callable[[Session, Prepared], object]

pytestmark = pytest.mark.usefixtures("fixed_time")


def own(session: Session, user: Actor) -> Prepared:
    """A customer, a visit, a task and a renewal of the user, and one's visit of a colleague."""
    colleague = factories.add_user(session, Role.FIELD_STAFF, user.store_id)
    columns = {"store_id": user.store_id, "owner_id": user.user_id}
    customer, other = (factories.add_customer(session, **columns) for _number in range(2))
    talk = TaskDraft(
        kind=TaskKind.UPGRADE_TALK, words="x", owner_id=user.user_id, due_on=TODAY,
        customer_id=customer,
    )  # fmt: skip
    renewal = renewals.add(session, customer, RenewalDraft(product="x", expires_on=SOON))
    return {
        "user": user.user_id,
        "colleague": colleague.user_id,
        "customer": customer,
        "other": other,
        "visit": planned(session, customer, user.user_id),
        "theirs": planned(session, other, colleague.user_id),
        "talk": talk,
        "task": tasks.add(session, talk),
        "renewal": renewal,
        "reminder": ReminderId(ReminderKind.RENEWAL, renewal, ReminderStage.AHEAD, 30),
        "pack": DayPack(user.user_id, user.name, TODAY, (), (), (), False, "CNY", user.name),
    }


def planned(session: Session, customer: uuid.UUID, user_id: uuid.UUID | None) -> uuid.UUID:
    visit = Visit(customer_id=customer, planned_on=TODAY, by_id=user_id)
    session.add(visit)
    session.flush()
    return visit.id


def load_task(session: Session, key: uuid.UUID) -> tasks.Task:
    return session.get_one(tasks.Task, key)


def load_renewal(session: Session, key: uuid.UUID) -> renewals.Renewal:
    return session.get_one(renewals.Renewal, key)


EXPIRES = RenewalDraft(product="y", expires_on=SOON)
READING: dict[str, tuple[frozenset[Role], Call]] = {
    "agenda.people": (EVERYBODY, lambda s, _p: agenda.people(s)),
    "agenda.opening_day": (EVERYBODY, lambda s, _p: agenda.opening_day(s, View.WEEK)),
    "agenda.items": (EVERYBODY, lambda s, _p: agenda.items(s, WEEK)),
    "agenda.clashes": (EVERYBODY, lambda s, _p: agenda.clashes(s, WEEK)),
    "agenda.board": (EVERYBODY, lambda s, _p: agenda.board(s, WEEK)),
    "agenda.for_file": (GOERS, lambda s, _p: agenda.for_file(s, WEEK)),
    "agenda.for_file of oneself": (
        GOERS,
        lambda s, p: agenda.for_file(s, dataclasses.replace(WEEK, user_ids={p["user"]})),
    ),
    "charge_giving.receivers": (DECIDERS, lambda s, _p: charge_giving.receivers(s)),
    "churn_quarters.figures": (EVERYBODY, lambda s, _p: churn_quarters.figures(s, TODAY, TODAY)),
    "day_packs.contacts_of_day": (
        GOERS,
        lambda s, p: day_packs.contacts_of_day(s, p["user"], TODAY),
    ),
    "day_packs.contacts_of_day of others": (
        DECIDERS,
        lambda s, p: day_packs.contacts_of_day(s, p["colleague"], TODAY),
    ),
    "day_packs.pack": (GOERS, lambda s, p: day_packs.pack(s, p["user"], TODAY)),
    "day_packs.pack with whole phones": (
        DECIDERS - {Role.HEAD_OFFICE},
        lambda s, p: day_packs.pack(s, p["user"], TODAY, whole_phones=True),
    ),
    "day_packs.allow": (GOERS, lambda s, p: day_packs.allow(s, p["user"], ["pdf"])),
    "day_packs.allow Excel": (DECIDERS, lambda s, p: day_packs.allow(s, p["user"], ["xlsx"])),
    "day_packs.find_visit": (
        EVERYBODY,
        lambda s, p: day_packs.find_visit(s, mark_of(p["visit"])),
    ),
    "duties.count_pressing": (EVERYBODY, lambda s, _p: duties.count_pressing(s)),
    "duties.sheet": (EVERYBODY, lambda s, _p: duties.sheet(s)),
    "duties.sheet of others": (DECIDERS, lambda s, p: duties.sheet(s, p["colleague"])),
    "reminders.policy": (EVERYBODY, lambda s, _p: reminders.policy(s)),
    "reminders.board": (EVERYBODY, lambda s, _p: reminders.board(s)),
    "reminders.of_actor": (EVERYBODY, lambda s, _p: reminders.of_actor(s)),
    "reminders.due_now": (EVERYBODY, lambda s, _p: reminders.due_now(s)),
    "reminders.inbox": (EVERYBODY, lambda s, _p: reminders.inbox(s)),
    "renewals.count_renewals": (
        EVERYBODY,
        lambda s, _p: renewals.count_renewals(s, RenewalFilter()),
    ),
    "renewals.list_renewals": (
        EVERYBODY,
        lambda s, _p: renewals.list_renewals(s, RenewalFilter()),
    ),
    "renewals.read": (EVERYBODY, lambda s, p: renewals.read(s, p["renewal"])),
    "renewals.require_reach": (
        EVERYBODY,
        lambda s, p: renewals.require_reach(s, load_renewal(s, p["renewal"])),
    ),
    "tasks.count_tasks": (EVERYBODY, lambda s, _p: tasks.count_tasks(s, TaskFilter())),
    "tasks.find": (EVERYBODY, lambda s, p: tasks.find(s, p["task"])),
    "tasks.list_tasks": (EVERYBODY, lambda s, _p: tasks.list_tasks(s, TaskFilter())),
    "tasks.open_of": (EVERYBODY, lambda s, p: tasks.open_of(s, p["user"])),
    "tasks.require_reach": (
        EVERYBODY,
        lambda s, p: tasks.require_reach(s, load_task(s, p["task"])),
    ),
}
WRITING: dict[str, tuple[frozenset[Role], Call]] = {
    "agenda.move": (GOERS, lambda s, p: agenda.move(s, p["visit"], SOON)),
    "agenda.move of others": (DECIDERS, lambda s, p: agenda.move(s, p["theirs"], SOON)),
    "charge_giving.set_holders": (
        DECIDERS,
        lambda s, p: charge_giving.set_holders(
            s, [p["customer"], p["other"]], Seat.PRIMARY, p["colleague"]
        ),
    ),
    "day_packs.note": (GOERS, lambda s, p: day_packs.note(s, p["pack"], ["pdf"])),
    "reminders.change_policy": (
        OFFICE,
        lambda s, _p: reminders.change_policy(s, ReminderPolicy(renewal_days=(9,))),
    ),
    "reminders.mark_seen": (DOERS, lambda s, p: reminders.mark_seen(s, [p["reminder"]])),
    "reminders.snooze": (DOERS, lambda s, p: reminders.snooze(s, [p["reminder"]], 5)),
    "renewals.add": (DOERS, lambda s, p: renewals.add(s, p["customer"], EXPIRES)),
    "renewals.change": (DOERS, lambda s, p: renewals.change(s, p["renewal"], 1, EXPIRES)),
    "renewals.notify": (DOERS, lambda s, p: renewals.notify(s, p["renewal"])),
    "renewals.renewed": (DOERS, lambda s, p: renewals.renewed(s, p["renewal"])),
    "renewals.lapsed": (DOERS, lambda s, p: renewals.lapsed(s, p["renewal"])),
    "tasks.add": (DOERS, lambda s, p: tasks.add(s, p["talk"])),
    "tasks.change": (
        DOERS,
        lambda s, p: tasks.change(s, p["task"], 1, p["talk"].model_copy(update={"words": "y"})),
    ),
    "tasks.finish": (DOERS, lambda s, p: tasks.finish(s, p["task"], "x")),
    "tasks.pass_on": (
        DOERS,
        lambda s, p: tasks.pass_on(s, p["task"], "x", p["colleague"], SOON),
    ),
    "tasks.drop": (DOERS, lambda s, p: tasks.drop(s, p["task"], "x")),
    "tasks.reassign": (DOERS, lambda s, p: tasks.reassign(s, p["task"], p["colleague"])),
}


def prepare_all(session: Session, actors: dict[Role, Actor]) -> dict[Role, Prepared]:
    """Make everybody's own in their names but as administrators: only the role is in question."""
    found: dict[Role, Prepared] = {}
    for role, user in actors.items():
        session.info["actor"] = dataclasses.replace(user, role=Role.ADMINISTRATOR)
        found[role] = own(session, user)
    return found


def test_that_each_role_reads_what_it_should_and_nothing_else(
    lasting_desk: Desk, lasting_actors: dict[Role, Actor]
) -> None:
    prepared = lasting_desk.do(SYSTEM, prepare_all, lasting_actors)
    for service, (may, call) in READING.items():
        for role, user in lasting_actors.items():
            if role in may:
                lasting_desk.look(user, call, prepared[role])
                continue
            with pytest.raises(NotAllowedError, match="Your role"):
                lasting_desk.look(user, call, prepared[role])
                pytest.fail(f"{service} {role}")


@pytest.mark.parametrize("service", WRITING)
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    lasting_desk: Desk, lasting_actors: dict[Role, Actor], service: str
) -> None:
    desk, (may, call) = lasting_desk, WRITING[service]
    prepared = desk.do(SYSTEM, prepare_all, lasting_actors)
    for role, user in lasting_actors.items():
        made = len(desk.made)
        if role in may:
            desk.do(user, call, prepared[role])
            continue
        what = "somebody else" if (service, role) == OUT_OF_SIGHT else "Your role"
        with pytest.raises(NotAllowedError, match=what):
            desk.do(user, call, prepared[role])
        assert len(desk.made) == made


OUT_OF_SIGHT = "agenda.move of others", Role.AGENT
"""Agents see what they do themselves and what nobody does."""

OF_OTHERS: dict[str, Call] = {
    "agenda.move": lambda s, p: agenda.move(s, p["visit"], SOON),
    "charge_giving.set_holders": lambda s, p: charge_giving.set_holders(
        s, [p["customer"], p["other"]], Seat.PRIMARY, p["colleague"]
    ),
    "renewals.add": lambda s, p: renewals.add(s, p["customer"], EXPIRES),
    "renewals.change": lambda s, p: renewals.change(s, p["renewal"], 1, EXPIRES),
    "renewals.notify": lambda s, p: renewals.notify(s, p["renewal"]),
    "renewals.renewed": lambda s, p: renewals.renewed(s, p["renewal"]),
    "renewals.lapsed": lambda s, p: renewals.lapsed(s, p["renewal"]),
    "tasks.add": lambda s, p: tasks.add(s, p["talk"]),
    "tasks.change": lambda s, p: tasks.change(s, p["task"], 1, p["talk"]),
    "tasks.finish": lambda s, p: tasks.finish(s, p["task"], "x"),
    "tasks.pass_on": lambda s, p: tasks.pass_on(s, p["task"], "x", p["colleague"], SOON),
    "tasks.drop": lambda s, p: tasks.drop(s, p["task"], "x"),
    "tasks.reassign": lambda s, p: tasks.reassign(s, p["task"], p["colleague"]),
}


def test_that_a_store_neither_sees_nor_touches_what_is_anothers(
    lasting_desk: Desk, lasting_actors: dict[Role, Actor]
) -> None:
    desk, me = lasting_desk, lasting_actors[Role.STORE_MANAGER]
    store = desk.do(SYSTEM, factories.add_store, "S77")
    there = desk.do(SYSTEM, factories.add_user, Role.AGENT, store)
    theirs = desk.do(dataclasses.replace(there, role=Role.ADMINISTRATOR), own, there)
    made = len(desk.made)
    for call in OF_OTHERS.values():
        with pytest.raises(NotAllowedError, match="belongs to somebody else"):
            desk.do(me, call, theirs)
    with pytest.raises(NotAllowedError, match="another store"):
        desk.look(me, duties.sheet, there.user_id)
    with pytest.raises(NotFoundError):
        desk.look(me, day_packs.find_visit, mark_of(theirs["visit"]))
    with pytest.raises(NotFoundError):
        desk.look(me, tasks.find, theirs["task"])
    with pytest.raises(NotAllowedError, match="belongs to somebody else"):
        desk.look(me, renewals.read, theirs["renewal"])
    assert len(desk.made) == made
    every = TaskFilter(customer_id=theirs["customer"])
    assert desk.look(me, tasks.list_tasks, every) == []
    assert desk.look(me, tasks.open_of, there.user_id) == []
    of_customer = RenewalFilter(customer_id=theirs["customer"])
    assert desk.look(me, renewals.count_renewals, of_customer) == 0
    assert desk.look(me, day_packs.contacts_of_day, there.user_id, TODAY) == ()
    board = desk.look(me, agenda.board, dataclasses.replace(WEEK, user_ids={there.user_id}))
    assert (board.items, dict(board.loads), board.clashes) == ((), {}, ())
    assert there.user_id not in {person.id for person in board.people}
    near = {one.user_id for one in desk.look(me, charge_giving.receivers)}
    assert near
    assert not near & {there.user_id, theirs["colleague"]}


def test_that_every_public_service_is_in_the_matrix() -> None:
    public = {
        f"{module.__name__.rsplit('.', 1)[1]}.{name}"
        for module in MODULES
        for name, value in vars(module).items()
        if callable(value)
        and not name.startswith("_")
        and getattr(value, "__module__", "") == module.__name__
        and not isinstance(value, type)
    }
    tried = {name.split(" ")[0] for name in READING.keys() | WRITING.keys()}
    assert public == tried
