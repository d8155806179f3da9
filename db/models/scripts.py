"""Scripts that lead a call, their versions, the runs of them, and snippets typed by trigger."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word
from db.vocabulary import ReasonOrigin, VersionState


class Script(Record, Base):
    """A script; its steps stand in its versions."""

    __tablename__ = "script"

    code: Mapped[str] = mapped_column(String(64), unique=True)
    zh: Mapped[str] = mapped_column(String(200))
    en: Mapped[str] = mapped_column(String(200))
    occasion: Mapped[str] = mapped_column(word())
    origin: Mapped[str] = mapped_column(word(), default=ReasonOrigin.USER)
    current_version: Mapped[int | None]
    retired_on: Mapped[dt.date | None]


class ScriptVersion(Record, Base):
    """The steps at one time; a published version never changes, runs point here."""

    __tablename__ = "script_version"
    __table_args__ = (
        UniqueConstraint("script_id", "number"),
        Index(
            "uq_script_version_draft",
            "script_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
        ),
    )

    script_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("script.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(word(), default=VersionState.DRAFT)
    edition: Mapped[int | None]  # of the program, when it is shipped
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[dt.datetime | None]
    published_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class ScriptRun(Record, Base):
    """One way through a script in one call: the steps taken and what was chosen at each."""

    __tablename__ = "script_run"
    __table_args__ = (Index("ix_script_run_script_version_id", "script_version_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"), index=True)
    script_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("script_version.id"))
    attempt_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("contact_attempt.id"), index=True
    )
    path: Mapped[list[Any]] = mapped_column(default=list)
    started_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class Snippet(Record, Base):
    """Words typed by their trigger: an answer to an objection."""

    __tablename__ = "snippet"

    trigger: Mapped[str] = mapped_column(String(40), unique=True)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(word(), default=ReasonOrigin.USER)
    retired_on: Mapped[dt.date | None]
