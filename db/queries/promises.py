"""Promises, complaints and service recoveries as rows. Money in minor units."""

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.models import (
    Case,
    Complaint,
    Customer,
    CustomerStat,
    Promise,
    Recovery,
    RecoveryStep,
    User,
)
from db.queries.scope import EVERYTHING, Visible, customer_in_sight, visible_cases
from db.vocabulary import ComplaintChannel, CustomerClass, RecoveryStepKind, ReplyKind

Answered = type[Promise] | type[Complaint]
"""What a customer waits for an answer to."""


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise to a customer; `owner` keeps it."""

    id: uuid.UUID
    customer_id: uuid.UUID
    customer: str
    case_id: uuid.UUID | None
    case_number: str
    words: str
    made_on: dt.date
    made_by: str
    due_on: dt.date
    owner_id: uuid.UUID | None
    owner: str
    chase_count: int
    answer: ReplyKind | None
    answered_on: dt.date | None
    note: str
    version: int

    @property
    def keeper(self) -> str:
        """Who has to keep it: whom it was handed to, else who made it."""
        return self.owner or self.made_by


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """A complaint with the moments of its four steps."""

    id: uuid.UUID
    customer_id: uuid.UUID
    customer: str
    klass: CustomerClass | None
    case_id: uuid.UUID | None
    case_number: str
    channel: ComplaintChannel
    words: str
    owner_id: uuid.UUID | None
    owner: str
    due_on: dt.date
    listened_at: dt.datetime
    recorded_at: dt.datetime | None
    verified_at: dt.datetime | None
    is_true: bool | None
    answer: ReplyKind | None
    answered_at: dt.datetime | None
    answer_words: str
    version: int

    @property
    def answered_on(self) -> dt.date | None:
        """The day of the answer where the person sits."""
        return None if self.answered_at is None else self.answered_at.astimezone().date()


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a recovery."""

    id: uuid.UUID
    step: RecoveryStepKind
    due_at: dt.datetime
    done_at: dt.datetime | None
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class RecoveryRow:
    """A recovery with its steps in order."""

    id: uuid.UUID
    case_id: uuid.UUID
    case_number: str
    customer_id: uuid.UUID
    customer: str
    currency: str
    complaint_id: uuid.UUID | None
    promise_id: uuid.UUID | None
    owner_id: uuid.UUID | None
    owner: str
    begun_at: dt.datetime
    loss: int | None
    compensation: int
    steps: tuple[StepRow, ...]
    version: int

    @property
    def next_step(self) -> StepRow | None:
        """The first step that is not done; None when all are."""
        return next((step for step in self.steps if step.done_at is None), None)


# ---------------------------------------------------------------- promises


def has_promises(session: Session, case_id: uuid.UUID) -> bool:
    """Whether the customer of a case was ever promised something on record."""
    customer = select(Case.customer_id).where(Case.id == case_id).scalar_subquery()
    found = select(Promise.id).where(Promise.customer_id == customer).limit(1)
    return session.scalar(found) is not None


def promises(
    session: Session, *conditions: ColumnElement[bool], visible: Visible = EVERYTHING
) -> tuple[PromiseRow, ...]:
    """Promises of customers that are seen, and those one keeps; the earliest due first."""
    by, owner = aliased(User), aliased(User)
    statement = (
        select(
            Promise,
            Customer.name,
            func.coalesce(Case.number, ""),
            func.coalesce(by.name, ""),
            func.coalesce(owner.name, ""),
        )
        .join(Customer, Customer.id == Promise.customer_id)
        .outerjoin(Case, Case.id == Promise.case_id)
        .outerjoin(by, by.id == Promise.made_by_id)
        .outerjoin(owner, owner.id == Promise.owner_id)
        .where(*conditions, *_in_sight(Promise.owner_id, visible))
        .order_by(Promise.due_on, Promise.id)
    )
    return tuple(
        PromiseRow(
            id=row.id,
            customer_id=row.customer_id,
            customer=customer,
            case_id=row.case_id,
            case_number=number,
            words=row.words,
            made_on=row.made_on,
            made_by=maker,
            due_on=row.due_on,
            owner_id=row.owner_id,
            owner=keeper,
            chase_count=row.chase_count,
            answer=None if row.answer is None else ReplyKind(row.answer),
            answered_on=row.answered_on,
            note=row.note,
            version=row.version,
        )
        for row, customer, number, maker, keeper in session.execute(statement)
    )


def is_open(model: Answered) -> ColumnElement[bool]:
    """Condition: not answered yet."""
    if issubclass(model, Promise):
        return model.answered_on.is_(None)
    return model.answered_at.is_(None)


def that_are(
    model: Answered,
    customer_id: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
    *,
    open_only: bool = False,
) -> list[ColumnElement[bool]]:
    """Conditions: of a customer, in a case, not answered yet; None is any."""
    found = []
    if customer_id is not None:
        found.append(model.customer_id == customer_id)
    if case_id is not None:
        found.append(model.case_id == case_id)
    if open_only:
        found.append(is_open(model))
    return found


def due_between(
    model: Answered, start: dt.date | None, end: dt.date | None
) -> list[ColumnElement[bool]]:
    """Conditions: due within some days, both included; None is open."""
    found = []
    if start is not None:
        found.append(model.due_on >= start)
    if end is not None:
        found.append(model.due_on <= end)
    return found


def is_kept_by(found: Promise | Complaint | Recovery, user_id: uuid.UUID | None) -> bool:
    """Whether somebody deals with it: it was handed to them, or they promised it themselves."""
    if user_id is None:
        return False
    if found.owner_id is None and isinstance(found, Promise):
        return found.made_by_id == user_id
    return found.owner_id == user_id


# ---------------------------------------------------------------- complaints


def complaints(
    session: Session, *conditions: ColumnElement[bool], visible: Visible = EVERYTHING
) -> tuple[ComplaintRow, ...]:
    """Complaints of customers that are seen, and those one deals with; the earliest due first."""
    statement = (
        select(
            Complaint,
            Customer.name,
            CustomerStat.klass,
            func.coalesce(Case.number, ""),
            func.coalesce(User.name, ""),
        )
        .join(Customer, Customer.id == Complaint.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Complaint.customer_id)
        .outerjoin(Case, Case.id == Complaint.case_id)
        .outerjoin(User, User.id == Complaint.owner_id)
        .where(*conditions, *_in_sight(Complaint.owner_id, visible))
        .order_by(Complaint.due_on, Complaint.id)
    )
    return tuple(
        ComplaintRow(
            id=row.id,
            customer_id=row.customer_id,
            customer=customer,
            klass=None if klass is None else CustomerClass(klass),
            case_id=row.case_id,
            case_number=number,
            channel=ComplaintChannel(row.channel),
            words=row.words,
            owner_id=row.owner_id,
            owner=owner,
            due_on=row.due_on,
            listened_at=row.listened_at,
            recorded_at=row.recorded_at,
            verified_at=row.verified_at,
            is_true=row.is_true,
            answer=None if row.answer is None else ReplyKind(row.answer),
            answered_at=row.answered_at,
            answer_words=row.answer_words,
            version=row.version,
        )
        for row, customer, klass, number, owner in session.execute(statement)
    )


def _in_sight(owner: Any, visible: Visible) -> list[ColumnElement[bool]]:
    seen = customer_in_sight(visible)
    return [] if seen is None else [or_(seen, owner == visible.user_id)]


# ---------------------------------------------------------------- recoveries


def recoveries(
    session: Session, *conditions: ColumnElement[bool], visible: Visible = EVERYTHING
) -> tuple[RecoveryRow, ...]:
    """Recoveries of cases that are seen, and those one deals with; oldest first."""
    statement = (
        select(
            Recovery,
            Case.number,
            Case.customer_id,
            Customer.name,
            Case.currency,
            func.coalesce(User.name, ""),
        )
        .join(Case, Case.id == Recovery.case_id)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(User, User.id == Recovery.owner_id)
        .where(or_(visible_cases(visible), Recovery.owner_id == visible.user_id), *conditions)
        .order_by(Recovery.begun_at, Recovery.id)
    )
    found = list(session.execute(statement))
    steps = _steps(session, [row[0].id for row in found])
    return tuple(
        RecoveryRow(
            id=row.id,
            case_id=row.case_id,
            case_number=number,
            customer_id=customer_id,
            customer=customer,
            currency=currency,
            complaint_id=row.complaint_id,
            promise_id=row.promise_id,
            owner_id=row.owner_id,
            owner=owner,
            begun_at=row.begun_at,
            loss=row.loss,
            compensation=row.compensation,
            steps=tuple(steps[row.id]),
            version=row.version,
        )
        for row, number, customer_id, customer, currency, owner in found
    )


def unfinished() -> ColumnElement[bool]:
    """Condition on `Recovery`: a step is still to be done."""
    left = select(RecoveryStep.id).where(
        RecoveryStep.recovery_id == Recovery.id, RecoveryStep.done_at.is_(None)
    )
    return left.exists()


def _steps(session: Session, keys: list[uuid.UUID]) -> dict[uuid.UUID, list[StepRow]]:
    statement = (
        select(RecoveryStep, func.coalesce(User.name, ""))
        .outerjoin(User, User.id == RecoveryStep.by_id)
        .where(RecoveryStep.recovery_id.in_(keys))
        .order_by(RecoveryStep.step)  # the codes begin with the number of the step
    )
    found: dict[uuid.UUID, list[StepRow]] = defaultdict(list)
    for row, by in session.execute(statement):
        step = StepRow(row.id, RecoveryStepKind(row.step), row.due_at, row.done_at, by, row.note)
        found[row.recovery_id].append(step)
    return found
