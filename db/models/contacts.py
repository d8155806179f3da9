"""Contact attempts and visits."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word
from db.vocabulary import Channel, VisitState


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
    """A contact that is planned or was made: a visit, or a call of the cadence.

    `rule` is the cadence's that owes it. One that somebody placed by hand (`is_fixed`) stays where
    it is when the plan is made anew; `is_provisional` while the holidays of its year are not known.
    An informal one counts for coverage, not as pressure. `answers` are those of its form.
    """

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_state_planned_on", "state", "planned_on"),
        Index("ix_visit_by_id", "by_id", "customer_id"),
        Index("ix_visit_planned_on", "planned_on", "by_id"),
        Index("ix_visit_done_on", "done_on", "by_id"),
    )

    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("departure_case.id"), index=True)
    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    channel: Mapped[str] = mapped_column(word(), default=Channel.VISIT)
    planned_on: Mapped[dt.date]
    starts_at: Mapped[dt.time | None]
    minutes: Mapped[int | None]
    purpose: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(word(), default=VisitState.PLANNED)
    done_on: Mapped[dt.date | None]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    rule: Mapped[str | None] = mapped_column(String(64))
    rule_purpose: Mapped[str | None] = mapped_column(word())
    is_provisional: Mapped[bool] = mapped_column(default=False)
    is_fixed: Mapped[bool] = mapped_column(default=False)
    is_informal: Mapped[bool] = mapped_column(default=False)
    met: Mapped[str] = mapped_column(String(200), default="")
    gift: Mapped[str] = mapped_column(String(200), default="")
    satisfaction: Mapped[int | None]  # 1 to 5, of active customers only
    next_step: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    import_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("import_job.id"), index=True)
