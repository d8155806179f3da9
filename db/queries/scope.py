"""Whose records a list shows: part of the criteria of every list of cases, visits and work.

`desktop_app.services.access.visible` makes a `Visible` for the signed-in user; the default,
`EVERYTHING`, is for the program itself (reports of head office, tests, the demo).
"""

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select, true

from db.models import Case, CaseEvent, Customer, User
from db.vocabulary import CaseEventKind


class Reach(StrEnum):
    """How far a user sees, from most to least."""

    ALL = "all"
    STORE = "store"  # every case of the own store
    POOL = "pool"  # own cases, and those of the own store (or opened by oneself) that are nobody's
    OWN = "own"  # own cases, and unassigned ones of own customers or opened by oneself


@dataclass(frozen=True, slots=True)
class Visible:
    """What one user sees. A user without a store is not bound to one."""

    reach: Reach = Reach.ALL
    user_id: uuid.UUID | None = None
    store_id: uuid.UUID | None = None


EVERYTHING: Final = Visible()


def unowned() -> ColumnElement[bool]:
    """Cases that nobody works on: without an owner, or the owner has left."""
    gone = select(User.id).where(User.is_active.is_(False))
    return or_(Case.owner_id.is_(None), Case.owner_id.in_(gone))


def visible_cases(visible: Visible) -> ColumnElement[bool]:
    """Condition on `Case`. A case without a store belongs to every store, so nobody misses it."""
    own = Case.owner_id == visible.user_id
    in_store: ColumnElement[bool] = true()
    if visible.store_id is not None:
        in_store = or_(Case.store_id == visible.store_id, Case.store_id.is_(None))
    match visible.reach:
        case Reach.ALL:
            return true()
        case Reach.STORE:
            return or_(own, in_store)
        case Reach.POOL:
            return or_(own, and_(unowned(), or_(in_store, _opened_by(visible.user_id))))
        case Reach.OWN:
            customers = select(Customer.id).where(Customer.owner_id == visible.user_id)
            mine = or_(Case.customer_id.in_(customers), _opened_by(visible.user_id))
            return or_(own, and_(Case.owner_id.is_(None), mine))


def _opened_by(user_id: uuid.UUID | None) -> ColumnElement[bool]:
    opened = select(CaseEvent.case_id).where(
        CaseEvent.case_id == Case.id,
        CaseEvent.kind == CaseEventKind.OPENED,
        CaseEvent.by_id == user_id,
    )
    return opened.exists()
