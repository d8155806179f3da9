"""Money around offers: what cases cost, budgets, coupons. Money in minor units."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from db.models import (
    Case,
    CaseOffer,
    CostEntry,
    Coupon,
    Offer,
    OfferBudget,
    Store,
    User,
)
from db.queries.scope import EVERYTHING, Visible, visible_cases
from db.vocabulary import CostKind


@dataclass(frozen=True, slots=True)
class CostRow:
    """Something that work on a case cost."""

    id: uuid.UUID
    kind: CostKind
    amount: int
    minutes: int
    at: dt.datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A budget of a store and a month; without a store it is that of cases without one."""

    id: uuid.UUID
    store_id: uuid.UUID | None
    store: str
    month: str
    amount: int


@dataclass(frozen=True, slots=True)
class CouponRow:
    """A coupon; names nobody, because it is redeemed at any counter."""

    id: uuid.UUID
    code: str
    offer_code: str
    zh: str
    en: str
    issued_on: dt.date
    expires_on: dt.date
    redeemed_on: dt.date | None


@dataclass(frozen=True, slots=True)
class CouponCount:
    """Coupons of one offer: how many were given and how many came back."""

    offer_code: str
    zh: str
    en: str
    issued: int
    redeemed: int


def costs(session: Session, case_ids: Iterable[uuid.UUID]) -> tuple[CostRow, ...]:
    """What some cases cost, in the order in which it was spent."""
    statement = (
        select(CostEntry, func.coalesce(User.name, ""))
        .outerjoin(User, User.id == CostEntry.by_id)
        .where(CostEntry.case_id.in_(list(case_ids)))
        .order_by(CostEntry.at, CostEntry.id)
    )
    return tuple(
        CostRow(row.id, CostKind(row.kind), row.amount, row.minutes, row.at, by, row.note)
        for row, by in session.execute(statement)
    )


def budgets(
    session: Session, month: str, store_id: uuid.UUID | None = None
) -> tuple[BudgetRow, ...]:
    """The budgets of a month, of one store or of all."""
    statement = (
        select(OfferBudget, func.coalesce(Store.name, ""))
        .outerjoin(Store, Store.id == OfferBudget.store_id)
        .where(OfferBudget.month == month)
        .order_by(Store.code)
    )
    if store_id is not None:
        statement = statement.where(
            or_(OfferBudget.store_id == store_id, OfferBudget.store_id.is_(None))
        )
    return tuple(
        BudgetRow(row.id, row.store_id, store, row.month, row.amount)
        for row, store in session.execute(statement)
    )


def coupons(session: Session, *conditions: ColumnElement[bool]) -> tuple[CouponRow, ...]:
    """Coupons with their offers, oldest first."""
    statement = _coupons(Coupon, Offer).where(*conditions).order_by(Coupon.issued_on, Coupon.id)
    return tuple(
        CouponRow(
            id=coupon.id,
            code=coupon.code,
            offer_code=offer.code,
            zh=offer.zh,
            en=offer.en,
            issued_on=coupon.issued_on,
            expires_on=coupon.expires_on,
            redeemed_on=coupon.redeemed_on,
        )
        for coupon, offer in session.execute(statement)
    )


def coupon_of_case(case_id: uuid.UUID) -> ColumnElement[bool]:
    """Condition: coupons given in one case."""
    return CaseOffer.case_id == case_id


def coupon_counts(
    session: Session,
    start: dt.date | None,
    end: dt.date | None,
    visible: Visible = EVERYTHING,
) -> tuple[CouponCount, ...]:
    """Coupons given from `start` to `end` in cases that are seen, by offer."""
    statement = (
        _coupons(Offer.code, Offer.zh, Offer.en, func.count(), func.count(Coupon.redeemed_on))
        .join(Case, Case.id == CaseOffer.case_id)
        .where(visible_cases(visible))
        .group_by(Offer.id)
        .order_by(Offer.code)
    )
    if start is not None:
        statement = statement.where(Coupon.issued_on >= start)
    if end is not None:
        statement = statement.where(Coupon.issued_on <= end)
    return tuple(CouponCount(*row) for row in session.execute(statement))


def _coupons(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(Coupon)
        .join(CaseOffer, CaseOffer.id == Coupon.case_offer_id)
        .join(Offer, Offer.id == CaseOffer.offer_id)
    )
