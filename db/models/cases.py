"""Reasons and cases."""

import datetime as dt
import uuid

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word
from db.vocabulary import CaseStage, ReasonOrigin


class Reason(Record, Base):
    """A reason code; its words stand in its versions.

    `number` is what it is called on paper: never given twice, never changed.
    """

    __tablename__ = "reason"

    code: Mapped[str] = mapped_column(String(64), unique=True)
    number: Mapped[int] = mapped_column(unique=True)
    group_code: Mapped[str] = mapped_column(String(64), index=True)
    current_version: Mapped[int] = mapped_column(default=1)
    retired_on: Mapped[dt.date | None]
    replaced_by: Mapped[list[str]] = mapped_column(default=list)


class ReasonVersion(Record, Base):
    """The words and defaults of a reason at one time; cases point here, so they never change."""

    __tablename__ = "reason_version"
    __table_args__ = (UniqueConstraint("reason_id", "reason_version"),)

    reason_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reason.id"))
    reason_version: Mapped[int] = mapped_column(default=1)
    zh: Mapped[str] = mapped_column(String(200))
    en: Mapped[str] = mapped_column(String(200))
    churn_type: Mapped[str] = mapped_column(String(64))
    avoidable: Mapped[bool | None]
    keaveney: Mapped[int | None]
    origin: Mapped[str] = mapped_column(word(), default=ReasonOrigin.SHIPPED)


class Case(Record, Base):
    """One departure being worked on. At most one open case per customer and kind.

    A case in the pool has no owner and `pool_since`. A saved case is watched until `watch_until`;
    `follows_id` is the case of the save that did not hold.
    """

    __tablename__ = "departure_case"
    __table_args__ = (
        Index(
            "uq_departure_case_open",
            "customer_id",
            "kind",
            unique=True,
            sqlite_where=text("stage <> 'closed'"),
        ),
        Index("ix_departure_case_stage", "stage", "value_at_stake"),
        Index("ix_departure_case_owner_id_stage", "owner_id", "stage"),
        Index("ix_departure_case_value_at_stake", "value_at_stake", "id"),
        Index("ix_departure_case_opened_on", "opened_on", "id"),
        Index("ix_departure_case_next_due", "next_due", "id"),
        Index("ix_departure_case_closed_on", "closed_on"),
        Index("ix_departure_case_save_state", "save_state", "watch_until"),
    )

    number: Mapped[str] = mapped_column(String(32), unique=True)
    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    store_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("store.id"), index=True)
    kind: Mapped[str] = mapped_column(word())
    stage: Mapped[str] = mapped_column(word(), default=CaseStage.IDENTIFIED)
    stage_since: Mapped[dt.datetime]
    outcome: Mapped[str | None] = mapped_column(word())
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    owner_since: Mapped[dt.datetime | None]
    pool_since: Mapped[dt.datetime | None]
    previous_owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    kept_from_previous_until: Mapped[dt.date | None]
    opened_on: Mapped[dt.date]
    closed_on: Mapped[dt.date | None]
    left_on: Mapped[dt.date | None]
    churn_type: Mapped[str | None] = mapped_column(String(64))
    extent: Mapped[str | None] = mapped_column(String(64))
    state_of_mind: Mapped[str | None] = mapped_column(String(64))
    competitor: Mapped[str] = mapped_column(String(120), default="")
    value_at_stake: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    approach: Mapped[str | None] = mapped_column(word())
    offer_text: Mapped[str] = mapped_column(Text, default="")
    what_happened: Mapped[str] = mapped_column(Text, default="")
    next_step: Mapped[str | None] = mapped_column(word())
    next_due: Mapped[dt.date | None]
    callback_at: Mapped[dt.datetime | None]
    callback_for: Mapped[str | None] = mapped_column(word())
    save_state: Mapped[str | None] = mapped_column(word())
    watch_until: Mapped[dt.date | None]
    confirmed_on: Mapped[dt.date | None]
    follows_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("departure_case.id"))
    close_note: Mapped[str] = mapped_column(Text, default="")
    screening_note: Mapped[str] = mapped_column(Text, default="")


class CaseReason(Record, Base):
    """A reason of a case in one layer (stated, root, staff's belief); one per layer."""

    __tablename__ = "case_reason"
    __table_args__ = (UniqueConstraint("case_id", "layer"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"))
    layer: Mapped[str] = mapped_column(word())
    reason_version_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("reason_version.id"), index=True
    )
    verbatim: Mapped[str] = mapped_column(Text, default="")


class ProbeStep(Record, Base):
    """One step of the why-chain of a case, 1 to 5."""

    __tablename__ = "probe_step"
    __table_args__ = (UniqueConstraint("case_id", "step"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"))
    step: Mapped[int]
    answer: Mapped[str] = mapped_column(Text)
    reason_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("reason_version.id"))


class CaseEvent(Record, Base):
    """What happened to a case, when and by whom. Append-only."""

    __tablename__ = "case_event"
    __table_args__ = (Index("ix_case_event_case_id_at", "case_id", "at"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"))
    kind: Mapped[str] = mapped_column(word())
    at: Mapped[dt.datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    old_value: Mapped[str] = mapped_column(String(64), default="")
    new_value: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(Text, default="")
