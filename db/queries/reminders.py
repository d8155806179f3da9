"""What is open and due for somebody: renewals, promises, visits, callbacks, tasks, as one list.

What a customer would be told who has died or wants no contact is not there; a promise is: it is
owed.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from db.models import (
    Case,
    Customer,
    Promise,
    ReminderMark,
    Renewal,
    StaffProfile,
    Task,
    User,
    Visit,
)
from db.queries.follow_up import midnight
from db.queries.renewals import UNDECIDED
from db.queries.scope import contactable
from db.queries.tasks import still_wanted
from db.vocabulary import CaseStage, ReminderKind, TaskState, VisitState


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Something open.

    Attributes:
        due: The day, of a callback the moment.
        keeper_id: Who is to do it.
        told_on: When the customer was told of it.
    """

    kind: ReminderKind
    key: uuid.UUID
    due: dt.date | dt.datetime
    words: str
    keeper_id: uuid.UUID | None
    keeper: str
    customer_id: uuid.UUID | None
    customer_number: str
    customer: str
    store_id: uuid.UUID | None
    case_id: uuid.UUID | None
    case_number: str
    starts_at: dt.time | None = None
    channel: str | None = None
    rule_purpose: str | None = None
    told_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose items, until when.

    Attributes:
        mine: The user; their items until the last day of each kind.
        team: Whose overdue items the user is told of.
        gone: Also what nobody is there to do.
        since: Nothing from before this day.
        today: Until when those of the others count.
        until: Last day, by kind.
    """

    mine: uuid.UUID
    team: Collection[uuid.UUID]
    gone: bool
    since: dt.date
    today: dt.date
    until: Mapping[ReminderKind, dt.date]


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A user, as who reports to whom needs it."""

    id: uuid.UUID
    role: str
    store_id: uuid.UUID | None
    is_active: bool
    manager_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class MarkRow:
    """What somebody did with a reminder."""

    kind: ReminderKind
    key: uuid.UUID
    stage: str
    days: int
    minutes: int
    seen_at: dt.datetime | None
    snoozed_until: dt.datetime | None


def staff(session: Session) -> list[StaffRow]:
    """Everybody, by login."""
    statement = (
        select(User.id, User.role, User.store_id, User.is_active, StaffProfile.manager_id)
        .outerjoin(StaffProfile, StaffProfile.user_id == User.id)
        .order_by(User.login)
    )
    return [StaffRow(*row) for row in session.execute(statement)]


def marks(session: Session, user_id: uuid.UUID) -> list[MarkRow]:
    """What a user has done with reminders."""
    statement = select(
        ReminderMark.kind,
        ReminderMark.key,
        ReminderMark.stage,
        ReminderMark.days,
        ReminderMark.minutes,
        ReminderMark.seen_at,
        ReminderMark.snoozed_until,
    ).where(ReminderMark.user_id == user_id)
    return [MarkRow(ReminderKind(row[0]), *row[1:]) for row in session.execute(statement)]


def open_items(session: Session, wanted: Wanted) -> list[OpenItem]:
    """All that is open and wanted."""
    found = chain(
        _renewals(session, wanted),
        _promises(session, wanted),
        _visits(session, wanted),
        _callbacks(session, wanted),
        _tasks(session, wanted),
    )
    return list(found)


def _renewals(session: Session, wanted: Wanted) -> Iterator[OpenItem]:
    keeper = func.coalesce(Renewal.owner_id, Customer.owner_id)
    statement = (
        _columns(Renewal.id, Renewal.expires_on, Renewal.product)
        .add_columns(Renewal.notified_on.label("told_on"))
        .select_from(Renewal)
        .join(Customer, Customer.id == Renewal.customer_id)
        .outerjoin(Case, Case.id.is_(None))  # a renewal has none
        .where(Renewal.state.in_(sorted(UNDECIDED)), contactable(Renewal.customer_id))
    )
    yield from _read(session, ReminderKind.RENEWAL, statement, keeper, Renewal.expires_on, wanted)


def _promises(session: Session, wanted: Wanted) -> Iterator[OpenItem]:
    keeper = func.coalesce(Promise.owner_id, Promise.made_by_id)
    statement = (
        _columns(Promise.id, Promise.due_on, Promise.words)
        .select_from(Promise)
        .join(Customer, Customer.id == Promise.customer_id)
        .outerjoin(Case, Case.id == Promise.case_id)
        .where(Promise.answered_on.is_(None))
    )
    yield from _read(session, ReminderKind.PROMISE, statement, keeper, Promise.due_on, wanted)


def _visits(session: Session, wanted: Wanted) -> Iterator[OpenItem]:
    statement = (
        _columns(Visit.id, Visit.planned_on, Visit.purpose)
        .add_columns(Visit.starts_at, Visit.channel, Visit.rule_purpose)
        .select_from(Visit)
        .join(Customer, Customer.id == Visit.customer_id)
        .outerjoin(Case, Case.id == Visit.case_id)
        .where(Visit.state == VisitState.PLANNED, contactable(Visit.customer_id))
    )
    yield from _read(session, ReminderKind.VISIT, statement, Visit.by_id, Visit.planned_on, wanted)


def _callbacks(session: Session, wanted: Wanted) -> Iterator[OpenItem]:
    at = Case.callback_at
    statement = (
        _columns(Case.id, at, literal(""))
        .select_from(Case)
        .join(Customer, Customer.id == Case.customer_id)
        .where(Case.stage != CaseStage.CLOSED, contactable(Case.customer_id))
    )
    yield from _read(session, ReminderKind.CALLBACK, statement, Case.owner_id, at, wanted)


def _tasks(session: Session, wanted: Wanted) -> Iterator[OpenItem]:
    statement = (
        _columns(Task.id, Task.due_on, Task.words)
        .select_from(Task)
        .outerjoin(Customer, Customer.id == Task.customer_id)
        .outerjoin(Case, Case.id == Task.case_id)
        .where(Task.state == TaskState.OPEN, still_wanted())
    )
    yield from _read(session, ReminderKind.TASK, statement, Task.owner_id, Task.due_on, wanted)


def _columns(key: Any, due: Any, words: Any) -> Select[*tuple[Any, ...]]:
    return select(
        key.label("key"),
        due.label("due"),
        words.label("words"),
        User.id.label("keeper_id"),
        func.coalesce(User.name, "").label("keeper"),
        Customer.id.label("customer_id"),
        func.coalesce(Customer.number, "").label("customer_number"),
        func.coalesce(Customer.name, "").label("customer"),
        Customer.store_id.label("store_id"),
        Case.id.label("case_id"),
        func.coalesce(Case.number, "").label("case_number"),
    )


def _read(
    session: Session,
    kind: ReminderKind,
    statement: Select[*tuple[Any, ...]],
    keeper: Any,
    due: Any,
    wanted: Wanted,
) -> Iterator[OpenItem]:
    def at(day: dt.date) -> dt.date:
        return midnight(day) if kind is ReminderKind.CALLBACK else day

    day = dt.timedelta(days=1)
    whose: list[ColumnElement[bool]] = [
        and_(keeper == wanted.mine, due < at(wanted.until[kind] + day)),
        and_(keeper.in_(sorted(wanted.team)), due < at(wanted.today + day)),
    ]
    if wanted.gone:
        nobody = or_(keeper.is_(None), User.is_active.is_(False))
        whose.append(and_(nobody, due < at(wanted.until[kind] + day)))
    statement = statement.outerjoin(User, User.id == keeper)
    for row in session.execute(statement.where(due >= at(wanted.since), or_(*whose))):
        values = dict(row._mapping)  # noqa: SLF001  (public by documentation)
        yield OpenItem(kind=kind, **values)
