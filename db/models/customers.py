"""Customers and the people one talks to there."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word
from db.vocabulary import CustomerKind


class Customer(Record, Base):
    """Person or enterprise we sell to. Phones, numbers and cards are text."""

    __tablename__ = "customer"
    __table_args__ = (
        Index("ix_customer_phone", "phone"),
        Index("ix_customer_card_number", "card_number"),
        Index("ix_customer_owner_id", "owner_id"),
        Index("ix_customer_store_id", "store_id", "id"),
    )

    number: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(word(), default=CustomerKind.PERSON)
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(400), default="")
    district: Mapped[str] = mapped_column(String(80), default="")
    card_number: Mapped[str] = mapped_column(String(64), default="")
    store_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("store.id"))
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    joined_on: Mapped[dt.date | None]
    is_identified: Mapped[bool] = mapped_column(default=True)
    do_not_contact: Mapped[bool] = mapped_column(default=False)
    is_deceased: Mapped[bool] = mapped_column(default=False)
    malicious_arrears: Mapped[bool] = mapped_column(default=False)
    upgrade_since: Mapped[dt.date | None]  # since when it may rise to class A
    switch_dates: Mapped[list[str]] = mapped_column(default=list)  # ISO days of supplier changes
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)  # further imported columns
    note: Mapped[str] = mapped_column(Text, default="")


class Contact(Record, Base):
    """A person to talk to at a customer."""

    __tablename__ = "contact"

    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    duty: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    is_primary: Mapped[bool] = mapped_column(default=False)
