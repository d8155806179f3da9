"""The desk of the person who opens the demo: cases of every kind, visits, views of one's own."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import select

from db.models import Case, Customer, CustomerStat
from db.queries.cases import CaseFilter, CaseRow
from db.queries.paging import Sort
from db.session import Session
from db.vocabulary import CaseStage, CustomerClass, NextStep
from desktop_app import clock
from desktop_app.demo.phrases import PURPOSES, REGULAR_PURPOSES
from desktop_app.demo.team import HEAD, LOGIN, MANAGER, Process, World, at, later, working_day
from desktop_app.domain.cases import CaseDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.services import cases, contacts, views

_ALL: Final = 10**6
_WANTED: Final = (
    (CaseStage.REMEDY_IN_PROGRESS, 2, NextStep.REMEDY),
    (CaseStage.CONTACTING, 3, NextStep.CALL),
    (CaseStage.FOLLOW_UP, 2, NextStep.FOLLOW_UP),
    (CaseStage.ASSIGNED, 3, NextStep.CALL),
    (CaseStage.INTERVIEWED, 1, NextStep.INTERVIEW),
    (CaseStage.DIAGNOSED, 2, NextStep.OFFER),
    (CaseStage.PLAN_AGREED, 2, NextStep.REMEDY),
)
"""How many cases of each stage lie on the desk, and what is to be done with them."""
_DUE: Final = (-1, 0, 2, 0, -3, 1, 0, 0, 3, 0, 6, -1, 0, 5, 8)
"""Days from today on which the cases of the desk are due, one after the other."""
_REGULAR: Final = (-3, -2, -1, 0, 1, 2, 4, 6, 9)
"""Days from the end of the planned visits that belong to no case."""
_FOR_CASES: Final = (0, 1, 1, 2, 3, 5)
_BACK: Final = 6  # days before the end on which the regular visits are planned
_LEFT_OVER: Final = ("wangfang", "lina")


def desk(world: World) -> Process:
    """Regular visits some days ago; on the last evening what the next day looks like."""
    yield at(working_day(world.end - dt.timedelta(days=_BACK)), 17, 10)
    _plan_regular_visits(world)
    yield at(world.end, 18)
    rng = world.dice("desk")
    chosen = _clear_up(world, rng)
    for place, (row, step) in enumerate(chosen):
        _plan(world, row, step, _day(world.end, _DUE[place % len(_DUE)]))
    _plan_visits(world, rng, {row.id for row, _step in chosen})


def save_views(world: World) -> Process:
    """Head office keeps two views for everybody, whoever opens the demo one more."""
    yield later(world.dice("views"), 3, 6)
    for name, criteria in (
        ("A类在办个案", CaseFilter(klass=CustomerClass.A, open_only=True)),
        ("逾期个案", CaseFilter(overdue=True, open_only=True)),
    ):
        with world.acting(HEAD) as session:
            views.save_view(session, "cases", name, views.to_json(criteria), shared=True)
    mine = CaseFilter(owner_id=world.actors[LOGIN].user_id, open_only=True)
    with world.acting(LOGIN) as session:
        views.save_view(session, "cases", "我的在办个案", views.to_json(mine))


def _day(end: dt.date, offset: int) -> dt.date:
    """A day before or after the end; days to come are working days."""
    day = end + dt.timedelta(days=offset)
    return working_day(day) if offset > 0 else day


def _open_cases(world: World) -> list[CaseRow]:
    """Open cases that somebody who is here works on and whose customers may be contacted."""
    with world.looking(MANAGER) as session:
        rows = cases.list_cases(session, CaseFilter(open_only=True), Sort("number"), 0, _ALL)
        refused = set(session.scalars(select(Customer.number).where(Customer.do_not_contact)))
    here = {world.actors[login].user_id for login in _present(world)}
    return [row for row in rows if row.owner_id in here and row.customer_number not in refused]


def _present(world: World) -> list[str]:
    """Logins of all who are still here."""
    users = (user.login for user in world.chain.users)
    return [LOGIN, *(login for login in users if login not in world.gone)]


def _clear_up(world: World, rng: random.Random) -> list[tuple[CaseRow, NextStep]]:
    """Give the demo's person the wanted cases, one's own first, and the others their surplus."""
    me = world.actors[LOGIN].user_id
    rows = sorted(_open_cases(world), key=lambda row: (row.owner_id != me, row.number))
    chosen: list[tuple[CaseRow, NextStep]] = []
    for stage, count, step in _WANTED:
        fitting = [row for row in rows if row.stage is stage][:count]
        chosen += [(row, step) for row in fitting]
    kept = {row.id for row, _step in chosen}
    if me is not None and (taken := [row.id for row, _step in chosen if row.owner_id != me]):
        with world.acting(MANAGER) as session:
            cases.assign(session, taken, me)
    for row in rows:
        if row.owner_id == me and row.id not in kept:
            other = world.actors[rng.choice(_LEFT_OVER)].user_id
            if other is not None:
                with world.acting(MANAGER) as session:
                    cases.assign(session, [row.id], other)
    return chosen


def _plan(world: World, row: CaseRow, step: NextStep, due: dt.date) -> None:
    """Set the next step of a case, unless it waits for a visit."""
    with world.acting(LOGIN) as session:
        case = session.get_one(Case, row.id)
        if case.next_step == NextStep.VISIT:
            return
        present = {name: getattr(case, name) for name in CaseDraft.model_fields}
        draft = CaseDraft.model_validate(present | {"next_step": step, "next_due": due})
        cases.change(session, row.id, case.version, draft)


# Visits ------------------------------------------------------------------------------------------


def _plan_regular_visits(world: World) -> None:
    """Good customers are visited without a reason: by their field staff or the demo's person."""
    rng = world.dice("regular visits")
    with world.looking(MANAGER) as session:
        numbers = _good_customers(session)
    field_staff = [login for login in _present(world) if world.user(login).role == "field_staff"]
    picked = rng.sample(numbers, min(len(numbers), len(_REGULAR)))
    for number, offset in zip(picked, _REGULAR, strict=False):
        owner = world.buyers[number].owner
        login = owner if owner in field_staff else LOGIN
        planned_on = max(_day(world.end, offset), clock.today())  # after a holiday it is later
        draft = VisitDraft(planned_on=planned_on, purpose=rng.choice(REGULAR_PURPOSES))
        with world.acting(login) as session:
            contacts.plan_visit(session, None, world.customer_ids[number], draft)


def _good_customers(session: Session) -> list[str]:
    found = session.scalars(
        select(Customer.number)
        .join(CustomerStat, CustomerStat.customer_id == Customer.id)
        .where(
            CustomerStat.klass.in_([CustomerClass.A, CustomerClass.B]),
            Customer.do_not_contact.is_(False),
            Customer.is_deceased.is_(False),
        )
        .order_by(Customer.number)
    )
    return list(found)


def _plan_visits(world: World, rng: random.Random, not_these: set[object]) -> None:
    """Visits of the others in cases where somebody is still to be reached."""
    logins = {actor.user_id: login for login, actor in world.actors.items()}
    rows = [
        row
        for row in _open_cases(world)
        if row.id not in not_these and row.stage in (CaseStage.ASSIGNED, CaseStage.CONTACTING)
    ]
    for row, offset in zip(_worth_most(rows), _FOR_CASES, strict=False):
        draft = VisitDraft(planned_on=_day(world.end, offset), purpose=rng.choice(PURPOSES))
        customer_id = world.customer_ids[row.customer_number]
        with world.acting(logins[row.owner_id]) as session:
            if session.get_one(Case, row.id).next_step != NextStep.VISIT:
                contacts.plan_visit(session, row.id, customer_id, draft)


def _worth_most(rows: Sequence[CaseRow]) -> Iterator[CaseRow]:
    return iter(sorted(rows, key=lambda row: (-(row.value_at_stake or 0), row.number)))
