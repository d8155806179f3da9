"""Versioned rules and the signals they produce."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word
from db.vocabulary import SignalState


class DefectionRule(Record, Base):
    """One version of one rule; the highest version of a kind is in force. Never edited."""

    __tablename__ = "defection_rule"
    __table_args__ = (UniqueConstraint("kind", "rule_version"),)

    kind: Mapped[str] = mapped_column(word())
    rule_version: Mapped[int]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_enabled: Mapped[bool] = mapped_column(default=True)


class DefectionSignal(Record, Base):
    """One rule's finding about one customer; `measured` and `limit` carry the rule's own unit."""

    __tablename__ = "defection_signal"
    __table_args__ = (
        Index("ix_defection_signal_customer_id_kind", "customer_id", "kind"),
        Index("ix_defection_signal_state", "state", "as_of"),
    )

    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[str] = mapped_column(word())
    rule_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("defection_rule.id"))
    as_of: Mapped[dt.date]
    measured: Mapped[float | None]
    limit: Mapped[float | None]
    sentence_zh: Mapped[str] = mapped_column(String(400))
    sentence_en: Mapped[str] = mapped_column(String(400))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(word(), default=SignalState.OPEN)
    state_note: Mapped[str] = mapped_column(Text, default="")
    snoozed_until: Mapped[dt.date | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("departure_case.id"), index=True)
