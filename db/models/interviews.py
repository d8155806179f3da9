"""Interviews: answers, review, themes, files, and what was typed before it was saved."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word
from db.vocabulary import InterviewMode, InterviewState

ADDRESS_LENGTH = 500


class Interview(Record, Base):
    """One questionnaire run for a case; `verifies_id` marks the second keying of another one.

    `structure` is another word whenever instances of repeats came or went: an address such as
    ``/data/person[2]`` means the same person only while it stays.
    """

    __tablename__ = "interview"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"), index=True)
    questionnaire_version_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("questionnaire_version.id"), index=True
    )
    state: Mapped[str] = mapped_column(word(), default=InterviewState.DRAFT)
    mode: Mapped[str] = mapped_column(word(), default=InterviewMode.CALL)
    language: Mapped[str] = mapped_column(String(64), default="")
    review: Mapped[str | None] = mapped_column(word())
    marks: Mapped[list[str]] = mapped_column(default=list)
    structure: Mapped[str] = mapped_column(String(36), default="")
    verifies_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("interview.id"), index=True)
    started_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class Answer(Record, Base):
    """The answer at one address of one interview, as XForms write it.

    `seconds` is the time spent on the question; `accepted` holds a value whose warning was seen.
    """

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("interview_id", "address"),)

    interview_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("interview.id"))
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    value: Mapped[str] = mapped_column(Text, default="")
    mode: Mapped[str] = mapped_column(word(), default=InterviewMode.CALL)
    seconds: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[bool] = mapped_column(default=False)


class InterviewReview(Record, Base):
    """What a reviewer said of an interview, or of one answer. Append-only."""

    __tablename__ = "interview_review"

    interview_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("interview.id"), index=True)
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), default="")
    state: Mapped[str] = mapped_column(word())
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[dt.datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class Theme(Record, Base):
    """A theme that answers in words are coded into."""

    __tablename__ = "theme"

    code: Mapped[str] = mapped_column(String(64), unique=True)
    zh: Mapped[str] = mapped_column(String(120))
    en: Mapped[str] = mapped_column(String(120))
    retired_on: Mapped[dt.date | None]


class AnswerTheme(Record, Base):
    """One coder's theme for one answer in words; an answer may have several."""

    __tablename__ = "answer_theme"
    __table_args__ = (
        UniqueConstraint("interview_id", "address", "by_id", "theme_id"),
        Index("ix_answer_theme_theme_id", "theme_id"),
    )

    interview_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("interview.id"))
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    theme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("theme.id"))
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class Attachment(Record, Base):
    """A picture, recording or file of a case; its bytes lie encrypted in the workspace's folder.

    One of a visit without a case is its customer's.
    """

    __tablename__ = "attachment"

    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("departure_case.id"), index=True)
    customer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    interview_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("interview.id"), index=True)
    visit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), default="")
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class ExitRegistration(Record, Base):
    """A customer who said at the counter that they leave: the reason, arrears, and the gift."""

    __tablename__ = "exit_registration"

    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"), index=True)
    reason_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("reason_version.id"))
    words: Mapped[str] = mapped_column(Text, default="")
    arrears: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    gift: Mapped[str] = mapped_column(String(120), default="")
    gift_given: Mapped[bool] = mapped_column(default=False)
    at: Mapped[dt.datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class TypedDraft(Base):
    """What a user is typing into a form, kept until it is saved; survives a crash."""

    __tablename__ = "typed_draft"
    __journalled__ = False

    user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("app_user.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(640), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[dt.datetime]
