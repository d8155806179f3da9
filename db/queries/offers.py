"""Offers: the library, the table of rules, what was offered in cases.

Money in minor units. An approved offer that the customer did not answer in time is lapsed: it no
longer weighs on its case, the cap or the budget.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.derived import currency
from db.models import (
    Case,
    CaseOffer,
    CaseReason,
    Coupon,
    Customer,
    CustomerStat,
    Offer,
    OfferRule,
    Reason,
    ReasonVersion,
    Store,
    User,
)
from db.queries.scope import EVERYTHING, Visible, visible_cases
from db.vocabulary import (
    Approach,
    CaseStage,
    CustomerClass,
    OfferGoal,
    OfferState,
    ReasonLayer,
    ReasonOrigin,
    RuleKind,
)

REMOVED = 0
"""Position of a rule that was taken out of the table but is named by an offer."""

_COMMITTED = (OfferState.APPROVED, OfferState.ACCEPTED)
_STANDING = (OfferState.WAITING, *_COMMITTED)


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer of the library; `zh_words` and `en_words` are said to the customer."""

    id: uuid.UUID
    code: str
    zh: str
    en: str
    zh_words: str
    en_words: str
    goal: OfferGoal
    approach: Approach
    cost: int
    valid_days: int
    cap_per_customer: int
    is_coupon: bool
    origin: ReasonOrigin
    retired_on: dt.date | None
    version: int
    currency: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of the table with its offer; without one it says that nothing is offered."""

    id: uuid.UUID
    position: int
    reason_group: str | None
    reason_code: str | None
    klass: CustomerClass | None
    kind: RuleKind | None
    min_value: int | None
    offer: OfferRow | None
    origin: ReasonOrigin
    version: int
    currency: str

    @property
    def is_usable(self) -> bool:
        """Whether its offer is still made."""
        return self.offer is None or self.offer.retired_on is None


@dataclass(frozen=True, slots=True)
class CaseOfferRow:
    """One offer in one case with everything it was allowed by.

    `value` is what is at stake in the case, `coupon` the code that was given with it, and
    `is_own_decision` says that who made it agreed to it, because nobody else could.
    """

    id: uuid.UUID
    case_id: uuid.UUID
    case_number: str
    customer_id: uuid.UUID
    customer: str
    store_id: uuid.UUID | None
    offer: OfferRow
    rule_id: uuid.UUID | None
    state: OfferState
    cost: int
    ceiling: int | None
    justification: str
    proposed_at: dt.datetime
    by_id: uuid.UUID | None
    by: str
    decided_at: dt.datetime | None
    decided_by: str
    decision_note: str
    answered_at: dt.datetime | None
    expires_on: dt.date | None
    is_lapsed: bool
    reason_group: str | None
    klass: CustomerClass | None
    version: int
    value: int | None
    store: str
    coupon: str
    redeemed_on: dt.date | None
    is_own_decision: bool

    @property
    def offer_id(self) -> uuid.UUID:
        """Key of the offer."""
        return self.offer.id

    @property
    def proposed_on(self) -> dt.date:
        """The day it was made where the person sits."""
        return self.proposed_at.astimezone().date()


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the rules and the ceiling look at of a case; None is not known."""

    reason_group: str | None
    reason_code: str | None
    klass: CustomerClass | None


# ---------------------------------------------------------------- library and rules


def offers(session: Session, *, with_retired: bool = False) -> tuple[OfferRow, ...]:
    """The library by goal and code."""
    statement = select(Offer).order_by(Offer.goal, Offer.code)
    if not with_retired:
        statement = statement.where(Offer.retired_on.is_(None))
    money = currency(session)
    return tuple(offer_row(each, money) for each in session.scalars(statement))


def offer_row(offer: Offer, money: str) -> OfferRow:
    """An offer as a row; `money` is the currency of the workspace."""
    return OfferRow(
        id=offer.id,
        code=offer.code,
        zh=offer.zh,
        en=offer.en,
        zh_words=offer.zh_words,
        en_words=offer.en_words,
        goal=OfferGoal(offer.goal),
        approach=Approach(offer.approach),
        cost=offer.cost,
        valid_days=offer.valid_days,
        cap_per_customer=offer.cap_per_customer,
        is_coupon=offer.is_coupon,
        origin=ReasonOrigin(offer.origin),
        retired_on=offer.retired_on,
        version=offer.version,
        currency=money,
    )


def rules(session: Session) -> tuple[RuleRow, ...]:
    """The table in the order in which it is asked."""
    money = currency(session)
    return tuple(
        RuleRow(
            id=rule.id,
            position=rule.position,
            reason_group=rule.reason_group,
            reason_code=rule.reason_code,
            klass=None if rule.klass is None else CustomerClass(rule.klass),
            kind=None if rule.kind is None else RuleKind(rule.kind),
            min_value=rule.min_value,
            offer=None if offer is None else offer_row(offer, money),
            origin=ReasonOrigin(rule.origin),
            version=rule.version,
            currency=money,
        )
        for rule, offer in session.execute(_rules())
    )


@cache
def _rules() -> Select[*tuple[Any, ...]]:
    return (
        select(OfferRule, Offer)
        .outerjoin(Offer, Offer.id == OfferRule.offer_id)
        .where(OfferRule.position > REMOVED)
        .order_by(OfferRule.position, OfferRule.id)
    )


def case_facts(session: Session, case_id: uuid.UUID) -> CaseFacts:
    """Reason (the root one, else the stated) and class of a case."""
    group, code, klass = session.execute(_facts(), {"of_case": case_id}).one()
    return CaseFacts(group, code, None if klass is None else CustomerClass(klass))


@cache
def _facts() -> Select[*tuple[Any, ...]]:
    """Made once, as `_case_offers` is."""
    return (
        select(Reason.group_code, Reason.code, CustomerStat.klass)
        .select_from(Case)
        .outerjoin(CaseReason, CaseReason.id == _leading_reason())
        .outerjoin(ReasonVersion, ReasonVersion.id == CaseReason.reason_version_id)
        .outerjoin(Reason, Reason.id == ReasonVersion.reason_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
        .where(Case.id == bindparam("of_case"))
    )


def _leading_reason() -> Any:
    """Key of the root reason of `Case`, else of the stated one."""
    layered = aliased(CaseReason)
    return (
        select(layered.id)
        .where(
            layered.case_id == Case.id, layered.layer.in_((ReasonLayer.ROOT, ReasonLayer.STATED))
        )
        .order_by(case((layered.layer == ReasonLayer.ROOT, 0), else_=1))
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )


# ---------------------------------------------------------------- offers in cases


def case_offers(
    session: Session,
    today: dt.date,
    *conditions: ColumnElement[bool],
    visible: Visible = EVERYTHING,
) -> tuple[CaseOfferRow, ...]:
    """Offers in cases that are seen, in the order in which they were made."""
    statement = _case_offers().where(visible_cases(visible), *conditions)
    money = currency(session)
    return tuple(
        CaseOfferRow(
            id=made.id,
            case_id=made.case_id,
            case_number=number,
            customer_id=made.customer_id,
            customer=customer,
            store_id=made.store_id,
            offer=offer_row(offer, money),
            rule_id=made.rule_id,
            state=OfferState(made.state),
            cost=made.cost,
            ceiling=made.ceiling,
            justification=made.justification,
            proposed_at=made.proposed_at,
            by_id=made.by_id,
            by=proposer,
            decided_at=made.decided_at,
            decided_by=decider,
            decision_note=made.decision_note,
            answered_at=made.answered_at,
            expires_on=made.expires_on,
            is_lapsed=bool(lapsed),
            reason_group=group,
            klass=None if klass is None else CustomerClass(klass),
            version=made.version,
            value=value,
            store=store,
            coupon=coupon,
            redeemed_on=redeemed_on,
            is_own_decision=made.decided_by_id is not None and made.decided_by_id == made.by_id,
        )
        for (
            made, offer, number, customer, proposer, decider, group, klass, lapsed,
            value, store, coupon, redeemed_on,
        ) in session.execute(statement, {"today": today})
    )  # fmt: skip


@cache
def _case_offers() -> Select[*tuple[Any, ...]]:
    """Made once: it is long, and asked for often while an offer is made."""
    by, decided_by = aliased(User), aliased(User)
    return (
        select(
            CaseOffer,
            Offer,
            Case.number,
            Customer.name,
            func.coalesce(by.name, ""),
            func.coalesce(decided_by.name, ""),
            Reason.group_code,
            CustomerStat.klass,
            _lapsed(bindparam("today", type_=Date())),
            Case.value_at_stake,
            func.coalesce(Store.name, ""),
            func.coalesce(Coupon.code, ""),
            Coupon.redeemed_on,
        )
        .join(Offer, Offer.id == CaseOffer.offer_id)
        .join(Case, Case.id == CaseOffer.case_id)
        .join(Customer, Customer.id == CaseOffer.customer_id)
        .outerjoin(CaseReason, CaseReason.id == _leading_reason())
        .outerjoin(ReasonVersion, ReasonVersion.id == CaseReason.reason_version_id)
        .outerjoin(Reason, Reason.id == ReasonVersion.reason_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == CaseOffer.customer_id)
        .outerjoin(by, by.id == CaseOffer.by_id)
        .outerjoin(decided_by, decided_by.id == CaseOffer.decided_by_id)
        .outerjoin(Store, Store.id == CaseOffer.store_id)
        .outerjoin(Coupon, Coupon.case_offer_id == CaseOffer.id)
        .order_by(CaseOffer.proposed_at, CaseOffer.id)
    )


def of_case(case_id: uuid.UUID) -> ColumnElement[bool]:
    """Condition: offers of one case."""
    return CaseOffer.case_id == case_id


def of_customer(customer_id: uuid.UUID) -> ColumnElement[bool]:
    """Condition: offers to one customer."""
    return CaseOffer.customer_id == customer_id


def waiting() -> ColumnElement[bool]:
    """Condition: somebody must decide, and the case is still open."""
    return and_(CaseOffer.state == OfferState.WAITING, Case.stage != CaseStage.CLOSED)


def decided_for(user_id: uuid.UUID, since: dt.datetime) -> ColumnElement[bool]:
    """Condition: somebody else decided on what a user proposed, and the customer must hear it.

    Decided since a moment, the case open, and either it may be made or nothing came after it.
    """
    later = aliased(CaseOffer)
    nothing_since = ~exists().where(
        later.case_id == CaseOffer.case_id,
        later.id != CaseOffer.id,
        later.proposed_at >= CaseOffer.proposed_at,
    )
    is_refused = and_(CaseOffer.state == OfferState.REFUSED, nothing_since)
    return and_(
        CaseOffer.by_id == user_id,
        CaseOffer.decided_by_id != user_id,
        CaseOffer.decided_at >= since,
        Case.stage != CaseStage.CLOSED,
        or_(CaseOffer.state == OfferState.APPROVED, is_refused),
    )


def count_waiting(session: Session, visible: Visible = EVERYTHING) -> int:
    """How many offers wait for a yes or no in cases that are seen."""
    statement = (
        select(func.count())
        .select_from(CaseOffer)
        .join(Case, Case.id == CaseOffer.case_id)
        .where(visible_cases(visible), waiting())
    )
    return session.execute(statement).scalar_one()


def made_between(start: dt.datetime | None, end: dt.datetime | None) -> ColumnElement[bool]:
    """Condition: put to a customer, made from `start` on and before `end`."""
    reached = (*_COMMITTED, OfferState.DECLINED)
    found: list[ColumnElement[bool]] = [CaseOffer.state.in_(reached)]
    if start is not None:
        found.append(CaseOffer.proposed_at >= start)
    if end is not None:
        found.append(CaseOffer.proposed_at < end)
    return and_(*found)


def in_store(store_id: uuid.UUID) -> ColumnElement[bool]:
    """Condition: of cases of one store."""
    return CaseOffer.store_id == store_id


def on_case(session: Session, case_id: uuid.UUID, today: dt.date) -> int:
    """Cost of all offers that weigh on a case."""
    statement = select(func.coalesce(func.sum(CaseOffer.cost), 0)).where(
        CaseOffer.case_id == case_id, CaseOffer.state.in_(_STANDING), ~_lapsed(today)
    )
    return session.execute(statement).scalar_one()


def committed(
    session: Session,
    store_id: uuid.UUID | None,
    start: dt.datetime,
    end: dt.datetime,
    today: dt.date,
) -> int:
    """Cost of the offers of a store that were agreed to from `start` on and before `end`."""
    agreed_at = func.coalesce(CaseOffer.decided_at, CaseOffer.proposed_at)
    statement = select(func.coalesce(func.sum(CaseOffer.cost), 0)).where(
        CaseOffer.store_id == store_id if store_id is not None else CaseOffer.store_id.is_(None),
        CaseOffer.state.in_(_COMMITTED),
        agreed_at >= start,
        agreed_at < end,
        ~_lapsed(today),
    )
    return session.execute(statement).scalar_one()


def accepted_approaches(session: Session, case_id: uuid.UUID) -> tuple[Approach, ...]:
    """The approaches of the offers that the customer accepted in a case."""
    statement = (
        select(Offer.approach)
        .join(CaseOffer, CaseOffer.offer_id == Offer.id)
        .where(CaseOffer.case_id == case_id, CaseOffer.state == OfferState.ACCEPTED)
    )
    return tuple(Approach(each) for each in session.scalars(statement))


def _lapsed(today: dt.date | ColumnElement[dt.date]) -> ColumnElement[bool]:
    """Condition: approved, and the customer did not answer in time."""
    return and_(
        CaseOffer.state == OfferState.APPROVED,
        func.coalesce(CaseOffer.expires_on, dt.date.max) < today,
    )
