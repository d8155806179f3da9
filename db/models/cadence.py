"""The cadence and what was agreed otherwise, win-back visits, renewals, tasks, reminders."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, new_id, word
from db.vocabulary import RenewalState, TaskState


class CadenceLine(Record, Base):
    """A rule of the cadence: so many contacts of a role with each customer of a class."""

    __tablename__ = "cadence_line"
    __table_args__ = (UniqueConstraint("klass", "role", "channel"),)

    code: Mapped[str] = mapped_column(String(64), unique=True)
    klass: Mapped[str] = mapped_column(word())
    role: Mapped[str] = mapped_column(word())
    channel: Mapped[str] = mapped_column(word())
    minimum: Mapped[int]
    maximum: Mapped[int | None]
    per_months: Mapped[int]
    latest_months: Mapped[int | None]
    condition: Mapped[str | None] = mapped_column(word())
    shortest_gap: Mapped[int | None]
    position: Mapped[int]


class CadenceOverride(Record, Base):
    """For one customer a rule asks for less, for a reason."""

    __tablename__ = "cadence_override"

    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    rule: Mapped[str] = mapped_column(String(64))
    minimum: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text)
    first_on: Mapped[dt.date]
    last_on: Mapped[dt.date | None]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class WinBackStep(Record, Base):
    """One of the six steps of winning a customer back, with its evidence."""

    __tablename__ = "win_back_step"
    __table_args__ = (UniqueConstraint("case_id", "step"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"))
    visit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    step: Mapped[str] = mapped_column(word())
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    done_at: Mapped[dt.datetime | None]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class Renewal(Record, Base):
    """Something a customer has that expires; money in minor units."""

    __tablename__ = "renewal"
    __table_args__ = (
        UniqueConstraint("customer_id", "product", "expires_on"),
        Index("ix_renewal_state_expires_on", "state", "expires_on"),
    )

    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"))
    product: Mapped[str] = mapped_column(String(200))
    expires_on: Mapped[dt.date]
    fee: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    state: Mapped[str] = mapped_column(word(), default=RenewalState.OPEN)
    notified_on: Mapped[dt.date | None]
    answered_on: Mapped[dt.date | None]
    note: Mapped[str] = mapped_column(Text, default="")


class Task(Record, Base):
    """Something one person is to do by a day, beside cases, visits and promises."""

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_owner_id_state", "owner_id", "state", "due_on"),
        Index("ix_task_state_due_on", "state", "due_on"),
    )

    kind: Mapped[str] = mapped_column(word())
    words: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("departure_case.id"), index=True)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    due_on: Mapped[dt.date]
    state: Mapped[str] = mapped_column(word(), default=TaskState.OPEN)
    answer: Mapped[str] = mapped_column(Text, default="")
    done_on: Mapped[dt.date | None]
    follows_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id"))
    handover_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("handover.id"), index=True)


class ReminderMark(Base):
    """That somebody has seen a reminder, or until when it was put off. Not of the journal."""

    __tablename__ = "reminder_mark"
    __journalled__ = False
    __table_args__ = (UniqueConstraint("user_id", "kind", "key", "stage", "days", "minutes"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    kind: Mapped[str] = mapped_column(word())
    key: Mapped[uuid.UUID]
    stage: Mapped[str] = mapped_column(word())
    days: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[dt.datetime | None]
    snoozed_until: Mapped[dt.datetime | None]
