"""Open cases that are only to be closed: their customers have died or want no contact.

No phone is read: nobody is called because of them.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from db.models import Case, Customer, CustomerStat, Store, User
from db.queries.scope import EVERYTHING, Visible, visible_cases
from db.vocabulary import CaseStage, CustomerClass, RuleKind


@dataclass(frozen=True, slots=True)
class ToClose:
    """One such case. `owner_id`: who works on it; None when nobody does."""

    case_id: uuid.UUID
    number: str
    customer_id: uuid.UUID
    customer_number: str
    customer: str
    klass: CustomerClass
    kind: RuleKind
    stage: CaseStage
    value_at_stake: int | None
    owner_id: uuid.UUID | None
    owner: str
    store: str
    is_deceased: bool


def to_close(
    session: Session, *, owner_id: uuid.UUID | None = None, visible: Visible = EVERYTHING
) -> list[ToClose]:
    """The cases in sight, the oldest number first; with an owner only those of that user."""
    session.flush()
    conditions = [
        Case.stage != CaseStage.CLOSED,
        or_(Customer.is_deceased, Customer.do_not_contact),
        visible_cases(visible),
    ]
    if owner_id is not None:
        conditions.append(Case.owner_id == owner_id)
    statement = (
        select(
            Case.id.label("case_id"),
            Case.number,
            Case.customer_id,
            Customer.number.label("customer_number"),
            Customer.name.label("customer"),
            func.coalesce(CustomerStat.klass, CustomerClass.C.value).label("klass"),
            Case.kind,
            Case.stage,
            Case.value_at_stake,
            User.id.label("owner_id"),
            func.coalesce(User.name, "").label("owner"),
            func.coalesce(Store.name, "").label("store"),
            Customer.is_deceased,
        )
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .outerjoin(User, and_(User.id == Case.owner_id, User.is_active))
        .outerjoin(Store, Store.id == Case.store_id)
        .where(*conditions)
        .order_by(Case.number)
    )
    return [_read(row) for row in session.execute(statement)]


def _read(row: Row[*tuple[Any, ...]]) -> ToClose:
    words = {
        "klass": CustomerClass(row.klass),
        "kind": RuleKind(row.kind),
        "stage": CaseStage(row.stage),
    }
    return ToClose(**dict(row._mapping) | words)  # noqa: SLF001  (public by documentation)
