"""What stands in the calendar of people: contacts, callbacks, promises, renewals, tasks, absences.

Customers who have died or want no contact are never there. A visit that was made stands on the day
on which it was made.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.models import (
    Absence,
    Case,
    Customer,
    CustomerStat,
    Promise,
    Renewal,
    StaffProfile,
    Task,
    User,
    Visit,
)
from db.queries.scope import (
    EVERYTHING,
    Reach,
    Visible,
    contactable,
    customer_in_sight,
    visible_cases,
)
from db.queries.visits import visible_visits
from db.vocabulary import (
    CaseStage,
    Channel,
    CustomerClass,
    RenewalState,
    Role,
    TaskState,
    VisitPurpose,
    VisitState,
)

_Key = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class AgendaQuery:
    """Which items: of these days, both included; of these people, or of everybody in reach.

    `midnights` are the moments at which the first day begins and the last one ends.
    """

    first: dt.date
    last: dt.date
    midnights: tuple[dt.datetime, dt.datetime]
    user_ids: frozenset[uuid.UUID] | None = None
    with_cancelled: bool = False
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaRow:
    """One item. `kind` and `state` are words. A callback has a moment instead of a day."""

    id: uuid.UUID
    kind: str
    day: dt.date | None = None
    last_day: dt.date | None = None
    starts_at: dt.time | None = None
    moment: dt.datetime | None = None
    minutes: int | None = None
    user_id: uuid.UUID | None
    user: str
    customer_id: uuid.UUID | None = None
    customer: str = ""
    customer_number: str = ""
    phone: str = ""
    address: str = ""
    district: str = ""
    klass: CustomerClass | None = None
    case_id: uuid.UUID | None = None
    case_number: str = ""
    words: str = ""
    rule_purpose: VisitPurpose | None = None
    state: str = ""
    is_provisional: bool = False
    is_fixed: bool = False
    version: int
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody with a calendar, and what a day holds; `None`: nothing was said about that."""

    id: uuid.UUID
    login: str
    name: str
    role: Role
    is_active: bool
    left_on: dt.date | None
    visits_a_day: int | None
    calls_a_day: int | None


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many contacts somebody has on a day, planned and made."""

    user_id: uuid.UUID
    day: dt.date
    channel: Channel
    count: int


def is_own_only(visible: Visible) -> bool:
    """Whether somebody sees only their own calendar."""
    return visible.reach in (Reach.OWN, Reach.POOL)


# ---------------------------------------------------------------- contacts


def contacts(session: Session, criteria: AgendaQuery, limit: int | None) -> list[AgendaRow]:
    """Visits and calls, the earliest first; at most so many, if there is a limit."""
    session.flush()
    return _read(session, contacts_statement(criteria, limit))


def contacts_statement(criteria: AgendaQuery, limit: int | None) -> Select[*tuple[Any, ...]]:
    """What `contacts` asks the database."""
    statement = _visits().where(*_visit_conditions(criteria))
    return statement.order_by(_day_of_visit(), Visit.by_id, Visit.id).limit(limit)


def count_contacts(session: Session, criteria: AgendaQuery) -> list[DayCount]:
    """How many visits and calls each person has on each day."""
    session.flush()
    day = _day_of_visit()
    statement = (
        select(Visit.by_id, day.label("day"), Visit.channel, func.count().label("count"))
        .select_from(Visit)
        .join(Customer, Customer.id == Visit.customer_id)
        .outerjoin(Case, Case.id == Visit.case_id)
        .where(Visit.by_id.is_not(None), *_visit_conditions(criteria))
        .group_by(Visit.by_id, day, Visit.channel)
    )
    return [
        DayCount(row.by_id, row.day, Channel(row.channel), row[3])
        for row in session.execute(statement)
    ]


def _day_of_visit() -> ColumnElement[dt.date]:
    return func.coalesce(Visit.done_on, Visit.planned_on)


def _visit_conditions(criteria: AgendaQuery) -> Iterator[ColumnElement[bool]]:
    days = criteria.first, criteria.last
    standing = [VisitState.PLANNED, *([VisitState.CANCELLED] if criteria.with_cancelled else ())]
    yield or_(  # each by an index of its own
        and_(Visit.state.in_(standing), Visit.planned_on.between(*days)),
        Visit.done_on.between(*days),
    )
    yield contactable(Visit.customer_id)
    yield _mine(Visit.by_id, criteria, visible_visits(criteria.visible))


def _visits() -> Select[*tuple[Any, ...]]:
    return _joined(
        Visit,
        Visit.by_id,
        Visit.id,
        Visit.channel.label("kind"),
        _day_of_visit().label("day"),
        Visit.starts_at,
        Visit.minutes,
        Visit.purpose.label("words"),
        Visit.rule_purpose,
        Visit.state,
        Visit.is_provisional,
        Visit.is_fixed,
        Visit.version,
        Visit.updated_at.label("changed_at"),
    )


# ---------------------------------------------------------------- what follows its record


def callbacks(session: Session, criteria: AgendaQuery) -> list[AgendaRow]:
    """Calls promised for a moment, in open cases; whoever works on the case makes them."""
    session.flush()
    begins, ends = criteria.midnights
    statement = _joined(
        Case,
        Case.owner_id,
        Case.id,
        literal("callback").label("kind"),
        Case.callback_at.label("moment"),
        Case.stage.label("state"),
        Case.version,
        Case.updated_at.label("changed_at"),
    )
    return _read(
        session,
        statement.where(
            Case.callback_at >= begins,
            Case.callback_at < ends,
            Case.stage != CaseStage.CLOSED,
            contactable(Case.customer_id),
            _mine(Case.owner_id, criteria, visible_cases(criteria.visible)),
        ),
    )


def promises(session: Session, criteria: AgendaQuery) -> list[AgendaRow]:
    """Promises that are due and not answered yet, with who keeps them."""
    who = func.coalesce(Promise.owner_id, Promise.made_by_id)
    is_open = Promise.answered_on.is_(None)
    return _due(session, criteria, Promise, who, Promise.due_on, Promise.words, is_open)


def renewals(session: Session, criteria: AgendaQuery) -> list[AgendaRow]:
    """What expires while it is not known whether the customer renews."""
    who = func.coalesce(Renewal.owner_id, Customer.owner_id)
    is_open = Renewal.state.in_((RenewalState.OPEN, RenewalState.NOTIFIED))
    return _due(session, criteria, Renewal, who, Renewal.expires_on, Renewal.product, is_open)


def tasks(session: Session, criteria: AgendaQuery) -> list[AgendaRow]:
    """Open tasks that are due."""
    is_open = Task.state == TaskState.OPEN
    return _due(session, criteria, Task, Task.owner_id, Task.due_on, Task.words, is_open)


def _due(
    session: Session,
    criteria: AgendaQuery,
    model: type[Promise] | type[Renewal] | type[Task],
    who: _Key,
    day: _Key,
    words: _Key,
    is_open: ColumnElement[bool],
) -> list[AgendaRow]:
    session.flush()
    statement = _joined(
        model,
        who,
        model.id,
        literal(model.__tablename__).label("kind"),
        day.label("day"),
        words.label("words"),
        literal("open").label("state"),
        model.version,
        model.updated_at.label("changed_at"),
    )
    seen = customer_in_sight(criteria.visible)
    loose = and_(model.customer_id.is_(None), _colleague(criteria.visible))
    in_sight = true() if seen is None else or_(loose, and_(model.customer_id.is_not(None), seen))
    in_reach = or_(who == criteria.visible.user_id, in_sight)
    wanted = day.between(criteria.first, criteria.last)
    reached = or_(model.customer_id.is_(None), contactable(model.customer_id))
    return _read(session, statement.where(wanted, is_open, reached, _mine(who, criteria, in_reach)))


def absences(session: Session, criteria: AgendaQuery) -> list[AgendaRow]:
    """When people are away; why stands in their profile only."""
    session.flush()
    statement = (
        select(
            Absence.id,
            literal("absence").label("kind"),
            Absence.first_on.label("day"),
            Absence.last_on.label("last_day"),
            Absence.user_id,
            User.name.label("user"),
            Absence.version,
            Absence.updated_at.label("changed_at"),
        )
        .join(User, User.id == Absence.user_id)
        .where(Absence.first_on <= criteria.last, Absence.last_on >= criteria.first)
        .where(_mine(Absence.user_id, criteria, _colleague(criteria.visible)))
    )
    return _read(session, statement)


# ---------------------------------------------------------------- people


def people(session: Session, visible: Visible) -> list[PersonRow]:
    """Whose calendars somebody sees, by name: their own, those of the store, or all."""
    statement = (
        select(User, StaffProfile)
        .outerjoin(StaffProfile, StaffProfile.user_id == User.id)
        .where(User.id == visible.user_id if is_own_only(visible) else _colleague(visible))
        .order_by(User.name, User.id)
    )
    return [
        PersonRow(
            user.id,
            user.login,
            user.name,
            Role(user.role),
            user.is_active,
            None if profile is None else profile.left_on,
            None if profile is None else profile.visits_a_day,
            None if profile is None else profile.calls_a_day,
        )
        for user, profile in session.execute(statement)
    ]


def _colleague(visible: Visible) -> ColumnElement[bool]:
    """Condition on `User`: somebody of the own store, or anybody."""
    if visible.reach is Reach.ALL or visible.store_id is None:
        return true()
    return or_(User.store_id == visible.store_id, User.id == visible.user_id)


# ---------------------------------------------------------------- parts


def _mine(who: _Key, criteria: AgendaQuery, in_reach: ColumnElement[bool]) -> ColumnElement[bool]:
    """Condition on who does it: in reach, or only oneself, and one of those asked for."""
    found = who == criteria.visible.user_id if is_own_only(criteria.visible) else in_reach
    if criteria.user_ids is None:
        return found
    return and_(found, who.in_(sorted(criteria.user_ids)))


def _joined(model: Any, who: _Key, *own: Any) -> Select[*tuple[Any, ...]]:
    """Columns of one kind, with customer, case and person."""
    has_case = model is Case or hasattr(model, "case_id")
    case_columns: tuple[Any, ...] = ()
    if has_case:
        case_columns = (
            Case.id.label("case_id"),
            func.coalesce(Case.number, "").label("case_number"),
        )
    statement = (
        select(
            *own,
            *case_columns,
            who.label("user_id"),
            func.coalesce(User.name, "").label("user"),
            Customer.id.label("customer_id"),
            func.coalesce(Customer.name, "").label("customer"),
            func.coalesce(Customer.number, "").label("customer_number"),
            func.coalesce(Customer.phone, "").label("phone"),
            func.coalesce(Customer.address, "").label("address"),
            func.coalesce(Customer.district, "").label("district"),
            CustomerStat.klass,
        )
        .select_from(model)
        .outerjoin(Customer, Customer.id == model.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .outerjoin(User, User.id == who)
    )
    if has_case and model is not Case:
        statement = statement.outerjoin(Case, Case.id == model.case_id)
    return statement


def _read(session: Session, statement: Select[*tuple[Any, ...]]) -> list[AgendaRow]:
    found = []
    for row in session.execute(statement).mappings():
        values = dict(row)
        if values.get("klass") is not None:
            values["klass"] = CustomerClass(values["klass"])
        if values.get("rule_purpose"):
            values["rule_purpose"] = VisitPurpose(values["rule_purpose"])
        found.append(AgendaRow(**values))
    return found
