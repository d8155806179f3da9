"""Exit interviews and what was typed before it was saved."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word
from db.vocabulary import InterviewState


class Interview(Record, Base):
    """One questionnaire run for a case."""

    __tablename__ = "interview"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"), index=True)
    questionnaire: Mapped[str] = mapped_column(String(64))
    questionnaire_version: Mapped[int]
    state: Mapped[str] = mapped_column(word(), default=InterviewState.DRAFT)
    started_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class Answer(Record, Base):
    """The answer to one question of one interview."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("interview_id", "question"),)

    interview_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("interview.id"))
    question: Mapped[str] = mapped_column(String(64))
    value: Mapped[dict[str, Any]] = mapped_column(default=dict)


class TypedDraft(Base):
    """What a user is typing into a form, kept until it is saved; survives a crash."""

    __tablename__ = "typed_draft"
    __journalled__ = False

    user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("app_user.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[dt.datetime]
