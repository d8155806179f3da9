"""Questionnaires with their versions, and the questions kept to be used again."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word
from db.vocabulary import ReasonOrigin, VersionState


class Questionnaire(Record, Base):
    """A questionnaire; its questions stand in its versions."""

    __tablename__ = "questionnaire"

    code: Mapped[str] = mapped_column(String(64), unique=True)
    zh: Mapped[str] = mapped_column(String(200))
    en: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(word())
    origin: Mapped[str] = mapped_column(word(), default=ReasonOrigin.USER)
    current_version: Mapped[int | None]
    retired_on: Mapped[dt.date | None]


class QuestionnaireVersion(Record, Base):
    """The questions at one time; a published version never changes, interviews point here."""

    __tablename__ = "questionnaire_version"
    __table_args__ = (
        UniqueConstraint("questionnaire_id", "number"),
        Index(
            "uq_questionnaire_version_draft",
            "questionnaire_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
        ),
    )

    questionnaire_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("questionnaire.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(word(), default=VersionState.DRAFT)
    edition: Mapped[int | None]  # of the program, when it is shipped
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    xml: Mapped[str] = mapped_column(Text, default="")
    itemsets: Mapped[str] = mapped_column(Text, default="")
    files: Mapped[dict[str, Any]] = mapped_column(default=dict)
    questions: Mapped[int] = mapped_column(default=0)
    overruled: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[dt.datetime | None]
    published_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class LibraryQuestion(Record, Base):
    """Questions kept to be put into other questionnaires: rows of an XLSForm."""

    __tablename__ = "library_question"

    code: Mapped[str] = mapped_column(String(64), unique=True)
    zh: Mapped[str] = mapped_column(String(200))
    en: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    origin: Mapped[str] = mapped_column(word(), default=ReasonOrigin.USER)
