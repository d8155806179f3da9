"""Stores and the people who work with the program."""

import uuid

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word


class Store(Record, Base):
    """A shop or branch."""

    __tablename__ = "store"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    city: Mapped[str] = mapped_column(String(80), default="")
    region: Mapped[str] = mapped_column(String(80), default="")


class User(Record, Base):
    """Somebody who signs in; the key wrap stands in `keys.json`, never here."""

    __tablename__ = "app_user"

    login: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(word())
    store_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("store.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
