"""What people are in the firm, when they are away, and when they left."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Absence, StaffProfile, User
from db.queries.scope import Reach, Visible
from db.vocabulary import AbsenceKind


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """Days on which somebody is away, both ends included."""

    id: uuid.UUID
    user_id: uuid.UUID
    user: str
    first_on: dt.date
    last_on: dt.date
    kind: AbsenceKind
    note: str
    version: int


def profile_of(session: Session, user_id: uuid.UUID) -> StaffProfile | None:
    """The profile of a user; None without one."""
    return session.scalar(select(StaffProfile).where(StaffProfile.user_id == user_id))


def profiles(session: Session) -> dict[uuid.UUID, StaffProfile]:
    """All profiles by user."""
    return {row.user_id: row for row in session.scalars(select(StaffProfile))}


def absences(
    session: Session, user_id: uuid.UUID | None, first: dt.date | None, last: dt.date | None
) -> list[AbsenceRow]:
    """Absences of somebody or of all that touch a time, the earliest first."""
    statement = (
        select(Absence, User.name)
        .join(User, User.id == Absence.user_id)
        .order_by(Absence.first_on, User.name)
    )
    if user_id is not None:
        statement = statement.where(Absence.user_id == user_id)
    if first is not None:
        statement = statement.where(Absence.last_on >= first)
    if last is not None:
        statement = statement.where(Absence.first_on <= last)
    return [
        AbsenceRow(
            row.id,
            row.user_id,
            name,
            row.first_on,
            row.last_on,
            AbsenceKind(row.kind),
            row.note,
            row.version,
        )
        for row, name in session.execute(statement)
    ]


def is_near(store_id: uuid.UUID | None, visible: Visible) -> bool:
    """Whether somebody of a store belongs to what a user manages."""
    if visible.reach is Reach.ALL or visible.store_id is None:
        return True
    return store_id in {None, visible.store_id}


def left_days(session: Session) -> dict[uuid.UUID, dt.date]:
    """Last day of work of everybody who left or will leave, by key.

    Who may sign in no more without a day on record left before the last change of the account.
    """
    statement = select(User.id, User.is_active, User.updated_at, StaffProfile.left_on).outerjoin(
        StaffProfile, StaffProfile.user_id == User.id
    )
    found = {}
    for key, is_active, changed, left_on in session.execute(statement):
        if not is_active:
            gone = changed.astimezone().date() - dt.timedelta(days=1)
            found[key] = gone if left_on is None else min(left_on, gone)
        elif left_on is not None:
            found[key] = left_on
    return found
