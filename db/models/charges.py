"""Who the staff are, who is in charge of which customer, and how customers are handed over."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Record, word
from db.vocabulary import HandoverState


class StaffProfile(Record, Base):
    """What a user is in the firm, how much a day holds, and where; none: as the role says.

    `functions` holds words of `StaffFunction`. Empty `districts` means everywhere.
    """

    __tablename__ = "staff_profile"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"), unique=True)
    functions: Mapped[list[str]] = mapped_column(default=list)
    department: Mapped[str] = mapped_column(String(120), default="")
    districts: Mapped[list[str]] = mapped_column(default=list)
    manager_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))
    hired_on: Mapped[dt.date | None]
    left_on: Mapped[dt.date | None]  # last day of work
    visits_a_day: Mapped[int] = mapped_column(default=6)
    calls_a_day: Mapped[int] = mapped_column(default=20)
    visits_a_month: Mapped[int | None]
    calls_a_month: Mapped[int | None]
    most_customers: Mapped[int | None]


class Absence(Record, Base):
    """Days on which somebody is away, both ends included."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_user_id_first_on", "user_id", "first_on"),)

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    first_on: Mapped[dt.date]
    last_on: Mapped[dt.date]
    kind: Mapped[str] = mapped_column(word())
    note: Mapped[str] = mapped_column(String(200), default="")


class Holding(Record, Base):
    """Somebody's charge of a customer, as the one in charge or the backup.

    `last_on` is its last day, none while it goes on. The open primary one is `Customer.owner_id`.
    """

    __tablename__ = "holding"
    __table_args__ = (
        Index("ix_holding_user_id_last_on", "user_id", "last_on"),
        Index(
            "uq_holding_open",
            "customer_id",
            "seat",
            unique=True,
            sqlite_where=text("last_on IS NULL"),
        ),
    )

    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"))
    seat: Mapped[str] = mapped_column(word())
    first_on: Mapped[dt.date]
    last_on: Mapped[dt.date | None]


class EmployeeExit(Record, Base):
    """That and why somebody left, and where to."""

    __tablename__ = "employee_exit"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id"), unique=True)
    left_on: Mapped[dt.date]
    reason: Mapped[str] = mapped_column(word())
    destination: Mapped[str] = mapped_column(word())
    destination_name: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class Handover(Record, Base):
    """One going over of customers from one person (or from nobody) to others."""

    __tablename__ = "handover"

    from_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    cause: Mapped[str] = mapped_column(word())
    on: Mapped[dt.date]
    overlap_until: Mapped[dt.date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[dt.datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))


class HandoverLine(Record, Base):
    """One customer of a handover: who gets it, what was checked, and whether it was accepted.

    With a receiver the `fate` is "transferred" from the day on which the work has gone over; if it
    does not go over then, there is no receiver any more.
    """

    __tablename__ = "handover_line"
    __table_args__ = (Index("ix_handover_line_to_id_state", "to_id", "state"),)

    handover_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("handover.id"), index=True)
    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    seat: Mapped[str] = mapped_column(word())
    to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id"))  # none: nobody yet
    is_cross: Mapped[bool] = mapped_column(default=False)  # to another department
    fate: Mapped[str] = mapped_column(word())
    checked: Mapped[list[str]] = mapped_column(default=list)  # what was found in order or tidied
    state: Mapped[str] = mapped_column(word(), default=HandoverState.WAITING)
    answered_at: Mapped[dt.datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
