"""Journal, imports, saved views, settings of the workspace."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, new_id, utcnow, word


class ChangeSet(Base):
    """One named, dated, attributed unit of change."""

    __tablename__ = "change_set"
    __journalled__ = False
    __table_args__ = (UniqueConstraint("device", "seq"), Index("ix_change_set_at", "at"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    device: Mapped[str] = mapped_column(String(36))
    seq: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(default=utcnow)
    kind: Mapped[str] = mapped_column(word())
    title: Mapped[str] = mapped_column(String(200))  # an English text with {placeholders}
    args: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor_id: Mapped[uuid.UUID | None]
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    undoes: Mapped[uuid.UUID | None]
    undone_by: Mapped[uuid.UUID | None]
    import_id: Mapped[uuid.UUID | None]
    changes: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")


class Change(Base):
    """What a change set did to one row: `{field: [old, new]}`, or the whole row."""

    __tablename__ = "change"
    __journalled__ = False
    __table_args__ = (Index("ix_change_entity_row_id", "entity", "row_id"),)

    change_set_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("change_set.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    entity: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[str] = mapped_column(String(36))
    op: Mapped[str] = mapped_column(word())
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ImportJob(Record, Base):
    """One imported file with its counts; facts carry its id."""

    __tablename__ = "import_job"

    kind: Mapped[str] = mapped_column(word())
    file_name: Mapped[str] = mapped_column(String(260))
    digest: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rows: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)


class SavedView(Record, Base):
    """A named filter of a list; without a user it belongs to everybody."""

    __tablename__ = "saved_view"

    page: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(120))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    criteria: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Setting(Record, Base):
    """A setting of the workspace, shared by its users."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(80), unique=True)
    value: Mapped[dict[str, Any]] = mapped_column(default=dict)
