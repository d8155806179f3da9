"""What a script looks at of a case, as it is stored."""

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from db.models import (
    Case,
    CaseEvent,
    CaseOffer,
    CaseReason,
    Complaint,
    ContactAttempt,
    Customer,
    CustomerStat,
    Offer,
    OfferRule,
    OrderLine,
    Promise,
    Reason,
    ReasonVersion,
    Store,
)
from db.vocabulary import CaseEventKind, OfferState, ReasonLayer


@dataclass(frozen=True, slots=True)
class ScriptSubject:
    """A case as its script sees it, as it is stored; days of orders are ordinals."""

    kind: str
    extent: str | None
    churn_type: str | None
    competitor: str
    value_at_stake: int | None
    left_on: dt.date | None
    attempts: int
    is_reopened: bool
    has_complaints: bool
    stated_code: str | None
    stated_group: str | None
    stated_zh: str | None
    stated_en: str | None
    root_code: str | None
    root_group: str | None
    root_zh: str | None
    root_en: str | None
    customer_name: str
    customer_kind: str
    joined_on: dt.date | None
    klass: str | None
    orders: int | None
    first_day: int | None
    last_day: int | None
    product: str | None
    store_name: str | None
    promise_words: str | None
    promise_due: dt.date | None
    offer_zh: str | None
    offer_en: str | None
    offer_ends: dt.date | None
    rule_offer_id: uuid.UUID | None


def script_subject(session: Session, case_id: uuid.UUID) -> ScriptSubject | None:
    """All that a script looks at of a case and its customer, by one statement."""
    row = session.execute(_statement(), {"case_id": case_id}).one_or_none()
    return None if row is None else ScriptSubject(**row._mapping)  # noqa: SLF001  (public by documentation)


@cache
def _statement() -> Select[Any]:
    """Made once: it is long, and asked for at every step of a script."""
    stated, root = (_reason(layer) for layer in (ReasonLayer.STATED, ReasonLayer.ROOT))
    promise = aliased(Promise)
    offered = aliased(CaseOffer)
    is_reopened = or_(
        Case.follows_id.is_not(None),
        exists().where(CaseEvent.case_id == Case.id, CaseEvent.kind == CaseEventKind.REOPENED),
    )
    rule = _rule(stated, root)
    return (
        select(
            Case.kind,
            Case.extent,
            Case.churn_type,
            Case.competitor,
            Case.value_at_stake,
            Case.left_on,
            _count_of(ContactAttempt.case_id).label("attempts"),
            is_reopened.label("is_reopened"),
            exists().where(Complaint.customer_id == Case.customer_id).label("has_complaints"),
            *(
                column.label(f"{layer}_{name}")
                for layer, found in (("stated", stated), ("root", root))
                for name, column in found.columns()
            ),
            Customer.name.label("customer_name"),
            Customer.kind.label("customer_kind"),
            Customer.joined_on,
            CustomerStat.klass,
            CustomerStat.orders,
            CustomerStat.first_day,
            CustomerStat.last_day,
            _favourite().label("product"),
            Store.name.label("store_name"),
            promise.words.label("promise_words"),
            promise.due_on.label("promise_due"),
            Offer.zh.label("offer_zh"),
            Offer.en.label("offer_en"),
            offered.expires_on.label("offer_ends"),
            rule.label("rule_offer_id"),
        )
        .select_from(Case)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
        .outerjoin(Store, Store.id == func.coalesce(Case.store_id, Customer.store_id))
        .outerjoin(stated.given, stated.joined())
        .outerjoin(stated.words, stated.words.id == stated.given.reason_version_id)
        .outerjoin(stated.reason, stated.reason.id == stated.words.reason_id)
        .outerjoin(root.given, root.joined())
        .outerjoin(root.words, root.words.id == root.given.reason_version_id)
        .outerjoin(root.reason, root.reason.id == root.words.reason_id)
        .outerjoin(promise, promise.id == _open_promise())
        .outerjoin(offered, offered.id == _newest_offer())
        .outerjoin(Offer, Offer.id == offered.offer_id)
        .where(Case.id == bindparam("case_id"))
    )


@dataclass(frozen=True, slots=True)
class _Reason:
    """The reason of a case in one layer, with its words, as tables to be joined."""

    layer: ReasonLayer
    given: Any
    words: Any
    reason: Any

    def joined(self) -> ColumnElement[bool]:
        """How the layer is found."""
        return and_(self.given.case_id == Case.id, self.given.layer == self.layer)

    def columns(self) -> list[tuple[str, Any]]:
        """What is told of it."""
        return [
            ("code", self.reason.code),
            ("group", self.reason.group_code),
            ("zh", self.words.zh),
            ("en", self.words.en),
        ]


def _reason(layer: ReasonLayer) -> _Reason:
    return _Reason(layer, aliased(CaseReason), aliased(ReasonVersion), aliased(Reason))


def _count_of(column: InstrumentedAttribute[uuid.UUID]) -> Any:
    return select(func.count()).where(column == Case.id).correlate(Case).scalar_subquery()


def _favourite() -> Any:
    """The product line, or else the product, that the customer spent most on."""
    name = func.coalesce(func.nullif(OrderLine.product_line, ""), OrderLine.product_name)
    statement = select(name).where(OrderLine.customer_id == Case.customer_id, name != "")
    return _first(statement.group_by(name).order_by(func.sum(OrderLine.amount).desc(), name))


def _open_promise() -> Any:
    """The promise to the customer that is due first and not answered."""
    statement = select(Promise.id).where(
        Promise.customer_id == Case.customer_id, Promise.answered_on.is_(None)
    )
    return _first(statement.order_by(Promise.due_on, Promise.id))


def _newest_offer() -> Any:
    """What was offered in the case last and may be said or was accepted."""
    statement = select(CaseOffer.id).where(
        CaseOffer.case_id == Case.id,
        CaseOffer.state.in_((OfferState.APPROVED, OfferState.ACCEPTED)),
    )
    return _first(statement.order_by(CaseOffer.proposed_at.desc(), CaseOffer.id.desc()))


def _rule(stated: _Reason, root: _Reason) -> Any:
    """The offer of the first rule that matches the case; none where it says so or none matches."""
    code = func.coalesce(root.reason.code, stated.reason.code)
    group = func.coalesce(root.reason.group_code, stated.reason.group_code)
    matches = [
        or_(column.is_(None), column == value)
        for column, value in (
            (OfferRule.reason_group, group),
            (OfferRule.reason_code, code),
            (OfferRule.klass, CustomerStat.klass),
            (OfferRule.kind, Case.kind),
        )
    ]
    least = or_(OfferRule.min_value.is_(None), OfferRule.min_value <= Case.value_at_stake)
    statement = select(OfferRule.offer_id).where(*matches, least)
    tables = (Case, CustomerStat, stated.reason, root.reason)
    return (
        statement.order_by(OfferRule.position, OfferRule.id)
        .limit(1)
        .correlate(*tables)
        .scalar_subquery()
    )


def _first(statement: Select[Any]) -> Any:
    return statement.limit(1).correlate(Case).scalar_subquery()
