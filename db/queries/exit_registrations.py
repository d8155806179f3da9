"""Exits that were registered at the counter."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Case, ExitRegistration, Reason, ReasonVersion, User
from db.queries.cases import CodedReason
from db.queries.scope import EVERYTHING, Visible, visible_cases


@dataclass(frozen=True, slots=True)
class ExitRow:
    """One registration. Money in minor units; an unknown amount is None, an empty gift is none."""

    id: uuid.UUID
    customer_id: uuid.UUID
    case_id: uuid.UUID
    case_number: str
    reason: CodedReason | None
    words: str
    arrears: int | None
    currency: str
    gift: str
    gift_given: bool
    at: dt.datetime
    by: str


def exits(
    session: Session,
    *,
    case_id: uuid.UUID | None = None,
    customer_id: uuid.UUID | None = None,
    visible: Visible = EVERYTHING,
) -> tuple[ExitRow, ...]:
    """The registrations of a case or of a customer, newest first; of cases that are seen only."""
    statement = (
        select(
            ExitRegistration,
            Case.number,
            Reason.code,
            ReasonVersion.zh,
            ReasonVersion.en,
            func.coalesce(User.name, "").label("by"),
        )
        .join(Case, Case.id == ExitRegistration.case_id)
        .outerjoin(ReasonVersion, ReasonVersion.id == ExitRegistration.reason_version_id)
        .outerjoin(Reason, Reason.id == ReasonVersion.reason_id)
        .outerjoin(User, User.id == ExitRegistration.by_id)
        .where(visible_cases(visible))
        .order_by(ExitRegistration.at.desc(), ExitRegistration.id.desc())
    )
    if case_id is not None:
        statement = statement.where(ExitRegistration.case_id == case_id)
    if customer_id is not None:
        statement = statement.where(ExitRegistration.customer_id == customer_id)
    return tuple(
        ExitRow(
            id=found.id,
            customer_id=found.customer_id,
            case_id=found.case_id,
            case_number=number,
            reason=None if code is None else CodedReason(code, zh, en),
            words=found.words,
            arrears=found.arrears,
            currency=found.currency,
            gift=found.gift,
            gift_given=found.gift_given,
            at=found.at,
            by=by,
        )
        for found, number, code, zh, en, by in session.execute(statement)
    )
