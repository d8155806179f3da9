"""What somebody takes along on one day: what is known of the customers."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from db.models import (
    Case,
    Contact,
    ContactAttempt,
    Customer,
    Promise,
    Renewal,
    Task,
    User,
    Visit,
)
from db.queries.scope import Visible, visible_cases
from db.queries.visits import visible_visits
from db.vocabulary import (
    AttemptResult,
    CaseStage,
    Channel,
    RenewalState,
    TaskKind,
    TaskState,
    VisitState,
)

PAST: Final = 3
"""So many earlier contacts with a customer are taken along."""

Ids = Collection[uuid.UUID]
_Backup = aliased(User)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person to talk to."""

    name: str
    duty: str
    phone: str
    is_primary: bool


@dataclass(frozen=True, slots=True)
class PastContact:
    """An earlier contact; `result` is empty of a visit without one."""

    on: dt.date
    channel: Channel
    result: AttemptResult | None
    by: str
    note: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """Something due by a day: a promise, or a task."""

    due_on: dt.date
    words: str
    kind: TaskKind | None = None


@dataclass(frozen=True, slots=True)
class RenewalLine:
    """Something that expires; the fee in minor units."""

    product: str
    expires_on: dt.date
    fee: int | None
    currency: str
    state: RenewalState


def people(session: Session, customers: Ids) -> Mapping[uuid.UUID, Sequence[PersonRow]]:
    """The people to talk to at each customer, the first of them first."""
    columns = (Contact.customer_id, Contact.name, Contact.duty, Contact.phone, Contact.is_primary)
    rows = session.execute(
        select(*columns)
        .where(Contact.customer_id.in_(customers))
        .order_by(Contact.is_primary.desc(), Contact.name)
    )
    found: dict[uuid.UUID, list[PersonRow]] = defaultdict(list)
    for customer_id, name, duty, phone, is_primary in rows:
        found[customer_id].append(PersonRow(name, duty, phone, is_primary))
    return found


def open_cases(
    session: Session, customers: Ids, named: Ids, visible: Visible
) -> Mapping[uuid.UUID, Sequence[uuid.UUID]]:
    """Keys of the open cases of each customer that are seen, and of those that were `named`."""
    rows = session.execute(
        select(Case.customer_id, Case.id)
        .where(
            Case.customer_id.in_(customers),
            Case.stage != CaseStage.CLOSED,
            or_(Case.id.in_(named), visible_cases(visible)),
        )
        .order_by(Case.opened_on, Case.number)
    )
    found: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for customer_id, case_id in rows:
        found[customer_id].append(case_id)
    return found


def promises(session: Session, customers: Ids) -> Mapping[uuid.UUID, Sequence[Owed]]:
    """What was promised to each customer and is not answered, the earliest due first."""
    rows = session.execute(
        select(Promise.customer_id, Promise.due_on, Promise.words)
        .where(Promise.customer_id.in_(customers), Promise.answered_on.is_(None))
        .order_by(Promise.due_on, Promise.id)
    )
    found: dict[uuid.UUID, list[Owed]] = defaultdict(list)
    for customer_id, due_on, text in rows:
        found[customer_id].append(Owed(due_on, text))
    return found


def tasks(
    session: Session, customers: Ids, user_id: uuid.UUID
) -> Mapping[uuid.UUID, Sequence[Owed]]:
    """What somebody has to do for each customer, the earliest due first."""
    rows = session.execute(
        select(Task.customer_id, Task.due_on, Task.words, Task.kind)
        .where(
            Task.customer_id.in_(customers),
            Task.owner_id == user_id,
            Task.state == TaskState.OPEN,
        )
        .order_by(Task.due_on, Task.id)
    )
    found: dict[uuid.UUID, list[Owed]] = defaultdict(list)
    for customer_id, due_on, text, kind in rows:
        if customer_id is not None:
            found[customer_id].append(Owed(due_on, text, TaskKind(kind)))
    return found


def renewals(
    session: Session, customers: Ids, until: dt.date
) -> Mapping[uuid.UUID, Sequence[RenewalLine]]:
    """What expires until a day, or has expired, and has not been decided."""
    rows = session.execute(
        select(
            Renewal.customer_id,
            Renewal.product,
            Renewal.expires_on,
            Renewal.fee,
            Renewal.currency,
            Renewal.state,
        )
        .where(
            Renewal.customer_id.in_(customers),
            Renewal.state.in_((RenewalState.OPEN, RenewalState.NOTIFIED)),
            Renewal.expires_on <= until,
        )
        .order_by(Renewal.expires_on, Renewal.product)
    )
    found: dict[uuid.UUID, list[RenewalLine]] = defaultdict(list)
    for customer_id, product, expires_on, fee, currency, state in rows:
        line = RenewalLine(product, expires_on, fee, currency, RenewalState(state))
        found[customer_id].append(line)
    return found


def past_contacts(
    session: Session, customers: Ids, named: Ids, visible: Visible
) -> Mapping[uuid.UUID, Sequence[PastContact]]:
    """The last contacts with each customer, the newest first, of cases that are seen or `named`."""
    found: dict[uuid.UUID, list[PastContact]] = defaultdict(list)
    attempts = session.execute(
        select(
            ContactAttempt.customer_id,
            ContactAttempt.at,
            ContactAttempt.channel,
            ContactAttempt.result,
            User.name,
            ContactAttempt.note,
        )
        .join(Case, Case.id == ContactAttempt.case_id)
        .outerjoin(User, User.id == ContactAttempt.by_id)
        .where(
            ContactAttempt.customer_id.in_(customers),
            or_(Case.id.in_(named), visible_cases(visible)),
        )
    )
    for customer_id, at, channel, result, by, note in attempts:
        row = PastContact(
            at.astimezone().date(), Channel(channel), AttemptResult(result), by or "", note
        )
        found[customer_id].append(row)
    made = session.execute(
        select(
            Visit.customer_id,
            Visit.done_on,
            Visit.channel,
            User.name,
            Visit.note,
            Visit.next_step,
        )
        .join(Customer, Customer.id == Visit.customer_id)
        .outerjoin(Case, Case.id == Visit.case_id)
        .outerjoin(User, User.id == Visit.by_id)
        .where(
            Visit.customer_id.in_(customers),
            Visit.state == VisitState.DONE,
            or_(Case.id.in_(named), visible_visits(visible)),
        )
    )
    for customer_id, done_on, channel, by, note, next_step in made:
        if done_on is not None:
            row = PastContact(done_on, Channel(channel), None, by or "", note, next_step)
            found[customer_id].append(row)
    newest = {
        key: sorted(rows, key=lambda row: row.on, reverse=True)[:PAST]
        for key, rows in found.items()
    }
    return defaultdict(list, newest)
