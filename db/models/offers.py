"""Offers: what may be offered, by which rule, what was offered to whom, and what it cost.

Money is integer minor units (fen) of the workspace's currency.
"""

import datetime as dt
import uuid

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word
from db.vocabulary import OfferState, ReasonOrigin


class Offer(Record, Base):
    """Something that may be offered to a customer who is leaving."""

    __tablename__ = "offer"

    code: Mapped[str] = mapped_column(String(64), unique=True)
    zh: Mapped[str] = mapped_column(String(200))
    en: Mapped[str] = mapped_column(String(200))
    zh_words: Mapped[str] = mapped_column(Text, default="")  # as it is said to the customer
    en_words: Mapped[str] = mapped_column(Text, default="")
    goal: Mapped[str] = mapped_column(word())
    approach: Mapped[str] = mapped_column(word())
    cost: Mapped[int] = mapped_column(BigInteger, default=0)
    valid_days: Mapped[int] = mapped_column(default=30)
    cap_per_customer: Mapped[int] = mapped_column(default=1)  # within 365 days
    is_coupon: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[str] = mapped_column(word(), default=ReasonOrigin.USER)
    retired_on: Mapped[dt.date | None]


class OfferRule(Record, Base):
    """Which offer fits a reason and a kind of customer; the first match in order wins.

    What is empty matches everything; a rule without an offer says that nothing is offered.
    """

    __tablename__ = "offer_rule"

    position: Mapped[int]
    reason_group: Mapped[str | None] = mapped_column(String(64))
    reason_code: Mapped[str | None] = mapped_column(String(64))
    klass: Mapped[str | None] = mapped_column(word())
    kind: Mapped[str | None] = mapped_column(word())
    min_value: Mapped[int | None] = mapped_column(BigInteger)
    offer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("offer.id"))
    origin: Mapped[str] = mapped_column(word(), default=ReasonOrigin.USER)


class CaseOffer(Record, Base):
    """One offer in one case, with what it was allowed by: the rule, the ceiling, the approval."""

    __tablename__ = "case_offer"
    __table_args__ = (
        Index("ix_case_offer_state", "state", "proposed_at"),
        Index("ix_case_offer_customer_id", "customer_id", "proposed_at"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"), index=True)
    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"))
    store_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("store.id"))
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offer.id"), index=True)
    rule_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("offer_rule.id"))
    state: Mapped[str] = mapped_column(word(), default=OfferState.WAITING)
    cost: Mapped[int] = mapped_column(BigInteger)
    ceiling: Mapped[int | None] = mapped_column(BigInteger)  # None: the value is not known
    justification: Mapped[str] = mapped_column(Text, default="")
    proposed_at: Mapped[dt.datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[dt.datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    decision_note: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[dt.datetime | None]  # by the customer
    expires_on: Mapped[dt.date | None]


class CostEntry(Record, Base):
    """What work on a case cost: money, minutes, a visit, a gift. Append-only."""

    __tablename__ = "cost_entry"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"), index=True)
    case_offer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_offer.id"))
    kind: Mapped[str] = mapped_column(word())
    amount: Mapped[int] = mapped_column(BigInteger, default=0)
    minutes: Mapped[int] = mapped_column(default=0)
    at: Mapped[dt.datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    note: Mapped[str] = mapped_column(Text, default="")


class OfferBudget(Record, Base):
    """What a store may spend on offers in a month (``2026-08``)."""

    __tablename__ = "offer_budget"
    __table_args__ = (UniqueConstraint("store_id", "month"),)

    store_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("store.id"))
    month: Mapped[str] = mapped_column(String(7))
    amount: Mapped[int] = mapped_column(BigInteger)


class Coupon(Record, Base):
    """A coupon that was given with an offer."""

    __tablename__ = "coupon"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    case_offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_offer.id"), index=True)
    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    issued_on: Mapped[dt.date]
    expires_on: Mapped[dt.date]
    redeemed_on: Mapped[dt.date | None]
