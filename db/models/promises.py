"""What was promised to customers, what they complained about, and how faults are made good."""

import datetime as dt
import uuid

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word


class Promise(Record, Base):
    """A promise to a customer with its day; `answer` says whether it was met."""

    __tablename__ = "promise"
    __table_args__ = (Index("ix_promise_due_on", "answered_on", "due_on"),)

    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("departure_case.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    made_on: Mapped[dt.date]
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    due_on: Mapped[dt.date]
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))  # back office
    chase_count: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str | None] = mapped_column(word())
    answered_on: Mapped[dt.date | None]
    note: Mapped[str] = mapped_column(Text, default="")


class Complaint(Record, Base):
    """A complaint: listened to, recorded, verified, answered - each with its moment."""

    __tablename__ = "complaint"
    __table_args__ = (Index("ix_complaint_due_on", "answered_at", "due_on"),)

    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("departure_case.id"), index=True)
    channel: Mapped[str] = mapped_column(word())
    words: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    due_on: Mapped[dt.date]
    listened_at: Mapped[dt.datetime]
    recorded_at: Mapped[dt.datetime | None]
    verified_at: Mapped[dt.datetime | None]
    is_true: Mapped[bool | None]
    answer: Mapped[str | None] = mapped_column(word())
    answered_at: Mapped[dt.datetime | None]
    answer_words: Mapped[str] = mapped_column(Text, default="")


class Recovery(Record, Base):
    """Making a fault good in four steps; money in minor units."""

    __tablename__ = "recovery"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"), index=True)
    complaint_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("complaint.id"))
    promise_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("promise.id"))
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    begun_at: Mapped[dt.datetime]
    loss: Mapped[int | None] = mapped_column(BigInteger)  # the customer's
    compensation: Mapped[int] = mapped_column(BigInteger, default=0)


class RecoveryStep(Record, Base):
    """One of the four steps, in order, with its time limit."""

    __tablename__ = "recovery_step"
    __table_args__ = (UniqueConstraint("recovery_id", "step"),)

    recovery_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recovery.id"))
    step: Mapped[str] = mapped_column(word())
    due_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    note: Mapped[str] = mapped_column(Text, default="")
