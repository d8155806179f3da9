"""Who may do what with tasks, renewals, reminders, the calendar, day packs and duties."""

import dataclasses
import datetime as dt
import uuid
from types import ModuleType

import pytest

from db.models import Visit
from db.queries.visit_marks import mark_of
from db.session import SYSTEM, Actor, Session
from db.vocabulary import ReminderKind, ReminderStage, Role, Seat, TaskKind
from desktop_app.domain.agenda import View
from desktop_app.domain.permissions import Action, allowed
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
from desktop_app.services.agenda_board import AgendaFilter
from desktop_app.services.day_packs import DayPack
from desktop_app.services.renewals import RenewalFilter
from desktop_app.services.tasks import TaskFilter
from tests import factories
from tests.factories import Desk
from tests.services import rights
from tests.services.rights import (
    DECIDERS,
    DOERS,
    EVERYBODY,
    GOERS,
    OFFICE,
    TODAY,
    Call,
    Entry,
    Filled,
    Prepared,
)

SOON = TODAY + dt.timedelta(days=20)
WEEK = AgendaFilter(dt.date(2026, 9, 14), dt.date(2026, 9, 20))
MODULES: tuple[ModuleType, ...] = (
    agenda, charge_giving, churn_quarters, day_packs, duties, reminders, renewals, tasks,
)  # fmt: skip


pytestmark = pytest.mark.usefixtures("fixed_time")


def own(session: Session, user: Actor) -> Prepared:
    """A customer, a visit, a task and a renewal of the user, and one's visit of a colleague."""
    colleague = factories.add_user(session, Role.FIELD_STAFF, user.store_id)
    columns = {"store_id": user.store_id, "owner_id": user.user_id}
    customer, other = (factories.add_customer(session, **columns) for _number in range(2))
    doer = user.user_id if allowed(user.role, Action.DO_TASK) else colleague.user_id
    talk = TaskDraft(
        kind=TaskKind.UPGRADE_TALK, words="x", owner_id=doer, due_on=TODAY,
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
READING: dict[str, Entry] = {
    "agenda.people": (EVERYBODY, own, lambda s, _p: agenda.people(s)),
    "agenda.opening_day": (EVERYBODY, own, lambda s, _p: agenda.opening_day(s, View.WEEK)),
    "agenda.items": (EVERYBODY, own, lambda s, _p: agenda.items(s, WEEK)),
    "agenda.clashes": (EVERYBODY, own, lambda s, _p: agenda.clashes(s, WEEK)),
    "agenda.board": (EVERYBODY, own, lambda s, _p: agenda.board(s, WEEK)),
    "agenda.for_file": (GOERS, own, lambda s, _p: agenda.for_file(s, WEEK)),
    "agenda.for_file of oneself": (
        GOERS,
        own,
        lambda s, p: agenda.for_file(s, dataclasses.replace(WEEK, user_ids={p["user"]})),
    ),
    "charge_giving.receivers": (DECIDERS, own, lambda s, _p: charge_giving.receivers(s)),
    "churn_quarters.figures": (
        EVERYBODY,
        own,
        lambda s, _p: churn_quarters.figures(s, TODAY, TODAY),
    ),
    "day_packs.contacts_of_day": (
        GOERS,
        own,
        lambda s, p: day_packs.contacts_of_day(s, p["user"], TODAY),
    ),
    "day_packs.contacts_of_day of others": (
        DECIDERS,
        own,
        lambda s, p: day_packs.contacts_of_day(s, p["colleague"], TODAY),
    ),
    "day_packs.pack": (GOERS, own, lambda s, p: day_packs.pack(s, p["user"], TODAY)),
    "day_packs.pack with whole phones": (
        DECIDERS - {Role.HEAD_OFFICE},
        own,
        lambda s, p: day_packs.pack(s, p["user"], TODAY, whole_phones=True),
    ),
    "day_packs.allow": (GOERS, own, lambda s, p: day_packs.allow(s, p["user"], ["pdf"])),
    "day_packs.allow Excel": (DECIDERS, own, lambda s, p: day_packs.allow(s, p["user"], ["xlsx"])),
    "day_packs.find_visit": (
        EVERYBODY,
        own,
        lambda s, p: day_packs.find_visit(s, mark_of(p["visit"])),
    ),
    "duties.count_pressing": (EVERYBODY, own, lambda s, _p: duties.count_pressing(s)),
    "duties.sheet": (EVERYBODY, own, lambda s, _p: duties.sheet(s)),
    "duties.sheet of others": (DECIDERS, own, lambda s, p: duties.sheet(s, p["colleague"])),
    "reminders.policy": (EVERYBODY, own, lambda s, _p: reminders.policy(s)),
    "reminders.board": (EVERYBODY, own, lambda s, _p: reminders.board(s)),
    "reminders.of_actor": (EVERYBODY, own, lambda s, _p: reminders.of_actor(s)),
    "reminders.due_now": (EVERYBODY, own, lambda s, _p: reminders.due_now(s)),
    "reminders.inbox": (EVERYBODY, own, lambda s, _p: reminders.inbox(s)),
    "renewals.count_renewals": (
        EVERYBODY,
        own,
        lambda s, _p: renewals.count_renewals(s, RenewalFilter()),
    ),
    "renewals.list_renewals": (
        EVERYBODY,
        own,
        lambda s, _p: renewals.list_renewals(s, RenewalFilter()),
    ),
    "renewals.read": (EVERYBODY, own, lambda s, p: renewals.read(s, p["renewal"])),
    "renewals.require_reach": (
        EVERYBODY,
        own,
        lambda s, p: renewals.require_reach(s, load_renewal(s, p["renewal"])),
    ),
    "tasks.count_tasks": (EVERYBODY, own, lambda s, _p: tasks.count_tasks(s, TaskFilter())),
    "tasks.find": (EVERYBODY, own, lambda s, p: tasks.find(s, p["task"])),
    "tasks.list_tasks": (EVERYBODY, own, lambda s, _p: tasks.list_tasks(s, TaskFilter())),
    "tasks.open_of": (EVERYBODY, own, lambda s, p: tasks.open_of(s, p["user"])),
    "tasks.require_reach": (
        EVERYBODY,
        own,
        lambda s, p: tasks.require_reach(s, load_task(s, p["task"])),
    ),
}
WRITING: dict[str, Entry] = {
    "agenda.move": (GOERS, own, lambda s, p: agenda.move(s, p["visit"], SOON)),
    "agenda.move of others": (DECIDERS, own, lambda s, p: agenda.move(s, p["theirs"], SOON)),
    "charge_giving.set_holders": (
        DECIDERS,
        own,
        lambda s, p: charge_giving.set_holders(
            s, [p["customer"], p["other"]], Seat.PRIMARY, p["colleague"]
        ),
    ),
    "day_packs.note": (GOERS, own, lambda s, p: day_packs.note(s, p["pack"], ["pdf"])),
    "reminders.change_policy": (
        OFFICE,
        own,
        lambda s, _p: reminders.change_policy(s, ReminderPolicy(renewal_days=(9,))),
    ),
    "reminders.mark_seen": (DOERS, own, lambda s, p: reminders.mark_seen(s, [p["reminder"]])),
    "reminders.snooze": (DOERS, own, lambda s, p: reminders.snooze(s, [p["reminder"]], 5)),
    "renewals.add": (DOERS, own, lambda s, p: renewals.add(s, p["customer"], EXPIRES)),
    "renewals.change": (DOERS, own, lambda s, p: renewals.change(s, p["renewal"], 1, EXPIRES)),
    "renewals.notify": (DOERS, own, lambda s, p: renewals.notify(s, p["renewal"])),
    "renewals.renewed": (DOERS, own, lambda s, p: renewals.renewed(s, p["renewal"])),
    "renewals.lapsed": (DOERS, own, lambda s, p: renewals.lapsed(s, p["renewal"])),
    "tasks.add": (DOERS, own, lambda s, p: tasks.add(s, p["talk"])),
    "tasks.change": (
        DOERS,
        own,
        lambda s, p: tasks.change(s, p["task"], 1, p["talk"].model_copy(update={"words": "y"})),
    ),
    "tasks.finish": (DOERS, own, lambda s, p: tasks.finish(s, p["task"], "x")),
    "tasks.pass_on": (
        DOERS,
        own,
        lambda s, p: tasks.pass_on(s, p["task"], "x", p["colleague"], SOON),
    ),
    "tasks.drop": (DOERS, own, lambda s, p: tasks.drop(s, p["task"], "x")),
    "tasks.reassign": (DOERS, own, lambda s, p: tasks.reassign(s, p["task"], p["colleague"])),
}


OF_ANOTHER = {
    ("agenda.move of others", Role.AGENT): "somebody else",
    ("agenda.move of others", Role.FIELD_STAFF): "planned for 员工 field_staff",
}
"""Agents see what they do themselves and what nobody does; who sees more is told whose it is."""

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


@pytest.mark.parametrize("service", [*READING, *WRITING])
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    filled_desk: Filled, service: str
) -> None:
    rights.check(filled_desk, service, READING, WRITING, OF_ANOTHER)


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
    assert rights.public(MODULES) == rights.tried(READING, WRITING)
