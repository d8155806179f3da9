"""What head office and the managers of the stores do in a simulation."""

import datetime as dt
import random
import uuid
from typing import Final

from sqlalchemy import select

from db.models import Case, Customer
from db.queries.cases import CaseFilter
from db.queries.paging import Sort
from db.queries.signals import SignalFilter
from db.session import Actor
from db.vocabulary import CaseStage, ReplyKind, RuleKind
from desktop_app import clock
from desktop_app.demo.simulation_set_up import import_orders, new_a_day
from desktop_app.demo.simulation_world import Process, World, at
from desktop_app.domain.customers import CustomerDraft
from desktop_app.domain.offers import Need
from desktop_app.errors import ConflictError, NotAllowedError
from desktop_app.progress import Silent
from desktop_app.services import (
    cases,
    coupons,
    customers,
    day,
    detection,
    offers,
    promises,
    queue,
    recovery,
    skills,
    staff,
    triage,
    work,
)

_ALL: Final = 10**6
_MONDAY: Final = 0
_TAIL: Final = 0.12  # of all days, at the end: no new cases
_ASSIGNED: Final = 0.5  # of the new cases; the others are claimed
_DEATHS: Final = 0.0006  # of the customers with an open case, each day
_LEAVES: Final = 20  # a simulation of so many days loses an agent in the middle
_RESCANS: Final = 14
_PATIENCE: Final = 0.9  # how seldom a manager tries what only head office may do
_TALLIES: Final = {
    "hand_over": "handed_over",
    "recycle": "recycled",
    "recover": "recoveries",
    "judge": "judged",
}


def head_office(world: World) -> Process:
    """Orders come in, departures are looked for, cases are opened; what exceeds a budget."""
    next_scan, orders_until = world.first, world.first - dt.timedelta(days=1)
    tail = world.last - dt.timedelta(days=round(world.days * _TAIL))
    for today in world.working_days():
        rng = world.dice("office", today)
        yield at(today, 8, 5)
        yesterday = today - dt.timedelta(days=1)
        _take_orders(world, orders_until, yesterday)
        orders_until = yesterday
        if today >= next_scan:
            with world.acting(world.office) as session:
                detection.scan(session, Silent(), today)
            next_scan = today + dt.timedelta(days=_RESCANS)
        yield at(today, 8, 20)
        _begin_day(world, world.office)
        if today <= tail:
            _open_cases(world)
        yield at(today, 11, 5)
        _deaths(world, rng)
        if world.days >= _LEAVES and today >= world.first + dt.timedelta(days=world.days // 2):
            _somebody_leaves(world)
        yield at(today, 17, 35)
        _decide(world, world.office, rng, 0.4)
        yield at(today, 18, 20)
        _look_at_all(world, today)


def manager(world: World, me: Actor) -> Process:
    """One store: the start of the day, new cases, offers that wait, promises, recoveries."""
    for today in world.working_days():
        rng = world.dice("manager", me.login, today)
        yield at(today, 8, 35)
        _begin_day(world, me)
        yield at(today, 9, rng.randrange(5, 40))
        _assign(world, me, rng)
        yield at(today, 13, rng.randrange(30, 59))
        _decide(world, me, rng, 0.75)
        yield at(today, 17, rng.randrange(5, 30))
        _keep_promises(world, me, rng)
        _counter(world, me, rng)


def _begin_day(world: World, me: Actor) -> None:
    """Sign in, and what the program does by itself then."""
    with world.acting(me) as session:
        triage.begin_day(session, clock.today())
    for step in day.STEPS:
        with world.acting(me) as session:
            world.tally[_TALLIES[step.__name__]] += step(session)


# Head office -------------------------------------------------------------------------------------


def _take_orders(world: World, after: dt.date, until: dt.date) -> None:
    found = []
    for customer in world.customers.values():
        for on in [one for one in customer.returns_on if after < one <= until]:
            found.append(
                (customer.number, on, round(customer.spend * customer.rng.uniform(0.6, 1.4)))
            )
            customer.returns_on.remove(on)
            wait = customer.rng.randrange(10, 20)
            if customer.is_regular or customer.rng.random() < 0.8:  # noqa: PLR2004
                customer.returns_on.append(on + dt.timedelta(days=wait))
    if found:
        import_orders(world, sorted(found, key=lambda one: (one[1], one[0])), f"{until:%Y%m%d}")


def _open_cases(world: World) -> None:
    """Accept the signals of so many customers."""
    wanted = SignalFilter(kind=RuleKind.LAPSING)
    with world.looking(world.office) as session:
        rows = triage.list_signals(session, wanted, None, 0, _ALL)
    rows.sort(key=lambda row: row.customer_number)
    count = min(len(rows), new_a_day(len(world.agents)))
    chosen = world.dice("signals", clock.today()).sample(rows, count)
    if chosen:
        with world.acting(world.office) as session:
            triage.accept(session, [row.id for row in chosen])


def _deaths(world: World, rng: random.Random) -> None:
    """Now and then head office hears that somebody has died, or wants to hear no more."""
    with world.looking(world.office) as session:
        statement = (
            select(Case.customer_id).where(Case.stage != CaseStage.CLOSED).order_by(Case.number)
        )
        found = list(dict.fromkeys(session.scalars(statement)))
    for customer_id in found:
        if rng.random() >= _DEATHS:
            continue
        field = rng.choice(("is_deceased", "do_not_contact"))
        with world.acting(world.actors["chief"]) as session:
            record = session.get_one(Customer, customer_id)
            known = {name: getattr(record, name) for name in CustomerDraft.model_fields}
            draft = CustomerDraft.model_validate(known | {field: True})
            customers.change(session, customer_id, record.version, draft)
        world.tally["stopped_customers"] += 1


def _somebody_leaves(world: World) -> None:
    """One of the agents leaves for good; the cases wait for somebody else."""
    leaver = world.agents[len(world.agents) // 2]
    if leaver.is_gone or len(world.agents) == 1:
        return
    leaver.is_gone = True
    with world.acting(world.actors["chief"]) as session:
        row = next(one for one in staff.list_users(session) if one.id == leaver.actor.user_id)
        draft = staff.UserDraft(
            login=row.login, name=row.name, role=row.role, store_id=row.store_id, is_active=False
        )
        staff.change_user(session, row.id, row.version, draft)


def _look_at_all(world: World, today: dt.date) -> None:
    """What stands in the queues and on the lists of work of all people together."""
    with world.looking(world.office) as session:
        lines = queue.queue(session)
        listed = work.lines(session, work.View(everybody=True))
        found = [line.case_id for line in listed if line.case_id is not None]
        world.referee.look(session, today, [line.case_id for line in lines], whole=True)
        world.referee.look(session, today, found, whole=False)


# Managers ----------------------------------------------------------------------------------------


def _assign(world: World, me: Actor, rng: random.Random) -> None:
    """Give some of what nobody works on to whom it suits best."""
    wanted = CaseFilter(unassigned=True, open_only=True)
    with world.looking(me) as session:
        rows = cases.list_cases(session, wanted, Sort("number"), 0, _ALL)
    for row in rows:
        if rng.random() >= _ASSIGNED:
            continue
        with world.acting(me) as session:
            best = skills.suggest_owner(session, row.id)
            owner_id = best[0].candidate.key if best else None
            if isinstance(owner_id, uuid.UUID):
                cases.assign(session, [row.id], owner_id)


def _decide(world: World, me: Actor, rng: random.Random, generous: float) -> None:
    """Say yes or no to the offers that wait; what only head office may exceed goes on waiting."""
    with world.looking(me) as session:
        waiting = offers.waiting(session)
    for one in waiting:
        if me.store_id and Need.BUDGET in one.needs and rng.random() < _PATIENCE:
            continue
        approve = rng.random() < generous
        try:
            with world.acting(me) as session:
                offers.decide(
                    session, one.row.id, approve=approve, note="" if approve else "不合算"
                )
        except (ConflictError, NotAllowedError):
            world.tally["approvals_refused"] += 1


def _keep_promises(world: World, me: Actor, rng: random.Random) -> None:
    """Most promises are kept on their day; those that were not are made good step by step."""
    today = clock.today()
    with world.looking(me) as session:
        due = [
            row for row in promises.list_promises(session, open_only=True) if row.due_on <= today
        ]
        late = recovery.late_steps(session)
    for promise in due:
        if rng.random() < (0.8 if promise.due_on == today else 0.3):
            with world.acting(me) as session:
                promises.answer(session, promise.id, ReplyKind.MET)
    for row in late:
        if row.next_step is not None:
            with world.acting(me) as session:
                recovery.do_step(session, row.id, row.next_step.step)


def _counter(world: World, me: Actor, rng: random.Random) -> None:
    """Coupons come back to the counter."""
    for code in [code for code in world.coupons if rng.random() < 0.01]:  # noqa: PLR2004
        world.coupons.remove(code)
        try:
            with world.acting(me) as session:
                coupons.redeem(session, code)
        except ConflictError:
            world.tally["coupons_refused"] += 1
