"""The working calendar, experiments, and what is learnt after a case."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word


class CalendarDay(Record, Base):
    """A day that is not what its weekday says: a holiday, or a weekend day that is worked."""

    __tablename__ = "calendar_day"

    day: Mapped[dt.date] = mapped_column(unique=True)
    is_working: Mapped[bool]
    is_festival: Mapped[bool] = mapped_column(default=False)  # nobody is called on it
    zh: Mapped[str] = mapped_column(String(80), default="")
    en: Mapped[str] = mapped_column(String(80), default="")


class Skill(Record, Base):
    """How well a user does something: 1 average, 2 fairly high, 3 very high (requirement S3-68)."""

    __tablename__ = "skill"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    kind: Mapped[str] = mapped_column(word())
    level: Mapped[int]


class Experiment(Record, Base):
    """Two or more scripts or offers compared by a random split of the customers."""

    __tablename__ = "experiment"

    code: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(word())
    arms: Mapped[list[Any]] = mapped_column(default=list)  # code, weight, target
    started_on: Mapped[dt.date]
    ended_on: Mapped[dt.date | None]


class ExperimentArm(Record, Base):
    """The arm that a customer was drawn into. Append-only."""

    __tablename__ = "experiment_arm"
    __table_args__ = (UniqueConstraint("experiment_id", "customer_id"),)

    experiment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("experiment.id"))
    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"), index=True)
    arm: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]


class CaseReview(Record, Base):
    """What is learnt from a lost case, or from one of a class A customer."""

    __tablename__ = "case_review"
    __table_args__ = (UniqueConstraint("case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("departure_case.id"))
    was_avoidable: Mapped[bool | None]
    lesson: Mapped[str] = mapped_column(Text, default="")
    improvement: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[dt.datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
