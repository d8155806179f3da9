"""Open cases as the queue 今日 needs them: what decides about their place, then what is shown.

Cases of customers who have died or want no contact are never among them.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from db.models import Case, ContactAttempt, Customer, CustomerStat, Store, User
from db.queries.scope import EVERYTHING, Visible, unowned, visible_cases
from db.vocabulary import CallbackFor, CaseStage, CustomerClass, NextStep, RuleKind

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Whose queue at which moment; without an agent everybody's.

    `shares`: also due callbacks of others; `near`: only those of this store or of none.
    """

    now: dt.datetime
    agent: uuid.UUID | None = None
    shares: bool = False
    near: uuid.UUID | None = None
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class Candidate:
    """What decides about the place of a case. `in_sight`: not only as a callback of others.

    `floor`: no better place than this (`Floors`).
    """

    id: uuid.UUID
    number: str
    customer_id: uuid.UUID
    kind: RuleKind
    stage: CaseStage
    value: int | None
    step: NextStep | None
    due: dt.date | None
    owner_id: uuid.UUID | None
    store_id: uuid.UUID | None
    callback_at: dt.datetime | None
    callback_for: CallbackFor | None
    opened_on: dt.date
    screening_note: str
    klass: CustomerClass
    was_contacted: bool
    in_sight: bool
    floor: int


@dataclass(frozen=True, slots=True)
class Floors:
    """The best coarse place that a case can have, as far as its row alone says; ascending."""

    first: int
    callback: int
    due: int
    later: int
    held_back: int
    first_kind: RuleKind


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a case beside its place."""

    customer_number: str
    customer: str
    phone: str
    owner: str
    store: str


def pages(
    session: Session, criteria: QueueFilter, floors: Floors, size: int
) -> Iterator[list[Candidate]]:
    """The open cases that may stand in the queue, by floor and then by value; `size` at a time."""
    session.flush()
    for page in session.execute(_statement(criteria, floors)).partitions(size):
        yield [_read(row) for row in page]


def _statement(criteria: QueueFilter, floors: Floors) -> Select[*tuple[Any, ...]]:
    sight = visible_cases(criteria.visible)
    contacted = exists().where(ContactAttempt.case_id == Case.id)
    floor = _floor(criteria, floors, contacted).label("floor")
    return (
        select(
            Case.id,
            Case.number,
            Case.customer_id,
            Case.kind,
            Case.stage,
            Case.value_at_stake.label("value"),
            Case.next_step.label("step"),
            Case.next_due.label("due"),
            Case.owner_id,
            Case.store_id,
            Case.callback_at,
            Case.callback_for,
            Case.opened_on,
            Case.screening_note,
            func.coalesce(CustomerStat.klass, CustomerClass.C.value).label("klass"),
            case((contacted, 1), else_=0).label("was_contacted"),
            case((sight, 1), else_=0).label("in_sight"),
            floor,
        )
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
        .where(
            Case.stage != CaseStage.CLOSED,
            Customer.is_deceased.is_(False),
            Customer.do_not_contact.is_(False),
            _whose(criteria),
            or_(sight, _shared(criteria)),
        )
        .order_by(floor, func.coalesce(Case.value_at_stake, 0).desc(), Case.id)
    )


def _floor(
    criteria: QueueFilter, floors: Floors, contacted: ColumnElement[bool]
) -> ColumnElement[int]:
    held_back = and_(
        Case.stage == CaseStage.IDENTIFIED, Case.owner_id.is_(None), Case.screening_note != ""
    )
    planned = and_(Case.next_due > criteria.now.date(), Case.callback_at.is_(None))
    return case(
        (held_back, floors.held_back),
        (Case.callback_at > criteria.now, floors.later),
        (and_(planned, contacted), floors.later),
        (Case.kind == floors.first_kind, floors.first),
        (Case.callback_at.is_not(None), floors.callback),
        else_=floors.due,
    )


def shown(session: Session, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Shown]:
    """What is shown of cases, by key."""
    owner, store = aliased(User), aliased(Store)
    found: dict[uuid.UUID, Shown] = {}
    for start in range(0, len(case_ids), _CHUNK):
        statement = (
            select(
                Case.id,
                Customer.number,
                Customer.name,
                Customer.phone,
                func.coalesce(owner.name, ""),
                func.coalesce(store.name, ""),
            )
            .join(Customer, Customer.id == Case.customer_id)
            .outerjoin(owner, owner.id == Case.owner_id)
            .outerjoin(store, store.id == Case.store_id)
            .where(Case.id.in_(case_ids[start : start + _CHUNK]))
        )
        found |= {row[0]: Shown(*row[1:]) for row in session.execute(statement)}
    return found


def _whose(criteria: QueueFilter) -> ColumnElement[bool]:
    if criteria.agent is None:
        return true()
    return or_(Case.owner_id == criteria.agent, unowned(), Case.callback_at <= criteria.now)


def _shared(criteria: QueueFilter) -> ColumnElement[bool]:
    if not criteria.shares:
        return false()
    is_near: ColumnElement[bool] = true()
    if criteria.near is not None:
        is_near = or_(Case.store_id == criteria.near, Case.store_id.is_(None))
    return and_(Case.callback_at <= criteria.now, is_near)


def _read(row: Row[*tuple[Any, ...]]) -> Candidate:
    words = {
        "kind": RuleKind(row.kind),
        "stage": CaseStage(row.stage),
        "step": NextStep(row.step) if row.step else None,
        "callback_for": CallbackFor(row.callback_for) if row.callback_for else None,
        "klass": CustomerClass(row.klass),
        "was_contacted": bool(row.was_contacted),
        "in_sight": bool(row.in_sight),
    }
    return Candidate(**dict(row._mapping) | words)  # noqa: SLF001  (public by documentation)
