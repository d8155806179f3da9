"""Contact attempts and visits."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word
from db.vocabulary import VisitState


class ContactAttempt(Record, Base):
    """One call, visit or message with its result. Append-only."""

    __tablename__ = "contact_attempt"
    __table_args__ = (Index("ix_contact_attempt_case_id_at", "case_id", "at"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"))
    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    channel: Mapped[str] = mapped_column(word())
    result: Mapped[str] = mapped_column(word())
    at: Mapped[dt.datetime]
    duration_seconds: Mapped[int | None]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    next_step: Mapped[str | None] = mapped_column(word())
    next_due: Mapped[dt.date | None]
    is_informal: Mapped[bool] = mapped_column(default=False)
    by_customer: Mapped[bool] = mapped_column(default=False)
    proof: Mapped[list[Any]] = mapped_column(default=list)  # why it was allowed


class Visit(Record, Base):
    """A visit, planned or done in person."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_state_planned_on", "state", "planned_on"),
        Index("ix_visit_by_id", "by_id", "customer_id"),
    )

    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("departure_case.id"), index=True)
    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    planned_on: Mapped[dt.date]
    purpose: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(word(), default=VisitState.PLANNED)
    done_on: Mapped[dt.date | None]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    note: Mapped[str] = mapped_column(Text, default="")
