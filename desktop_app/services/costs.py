"""What work on a case cost: offers and gifts, visits, working time. Entries are never changed."""

import uuid
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, CostEntry
from db.queries import offer_money
from db.queries.offer_money import CostRow
from db.vocabulary import CostKind
from desktop_app import clock
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.offer_value import Expense, spent
from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, offer_library

__all__ = ["CaseCosts", "CostDraft", "CostRow", "add", "book", "of_case"]


class CostDraft(Draft):
    """Something that was spent on a case, in minor units and minutes; offers book themselves."""

    kind: CostKind
    amount: Annotated[int, Field(ge=0)] = 0
    minutes: Annotated[int, Field(ge=0, le=60 * 24 * 31)] = 0
    note: Text = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.kind is CostKind.OFFER:
            raise ValueError(_("The cost of an offer is booked when the customer accepts it."))
        if not (self.amount or self.minutes):
            raise ValueError(_("Give an amount or the minutes."))
        return self


@dataclass(frozen=True, slots=True)
class CaseCosts:
    """All that was spent on a case; `total` has the working time at the cost of an hour."""

    rows: tuple[CostRow, ...]
    amount: int
    minutes: int
    total: int


def add(session: Session, case_id: uuid.UUID, draft: CostDraft) -> uuid.UUID:
    """Write down what was spent on a case, open or closed; returns the key of the entry.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load(session, case_id)
    journal.name_change(session, N_("Cost of case {number}"), number=case.number)
    return book(
        session, case, draft.kind, amount=draft.amount, minutes=draft.minutes, note=draft.note
    )


def of_case(session: Session, case_id: uuid.UUID) -> CaseCosts:
    """What a case cost so far.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    rows = offer_money.costs(session, [case.id])
    hourly = offer_library.settings(session).hourly
    return CaseCosts(
        rows=rows,
        amount=sum(row.amount for row in rows),
        minutes=sum(row.minutes for row in rows),
        total=spent([Expense(row.amount, row.minutes) for row in rows], hourly),
    )


def book(
    session: Session,
    case: Case,
    kind: CostKind,
    *,
    amount: int = 0,
    minutes: int = 0,
    note: str = "",
    case_offer_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Write an entry, for services that have loaded the case and named the change.

    Whoever makes a visit may give something, in every role.
    """
    access.require(session, Action.MAKE_VISITS)
    entry = CostEntry(
        case_id=case.id,
        case_offer_id=case_offer_id,
        kind=kind,
        amount=amount,
        minutes=minutes,
        at=clock.now(),
        by_id=access.actor(session).user_id,
        note=note,
    )
    session.add(entry)
    session.flush()
    return entry.id
