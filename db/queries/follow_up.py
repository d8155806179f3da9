"""Which promises, complaints and recoveries a list shows, and how many are due for one user."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from db.models import Case, Complaint, Promise, Recovery, RecoveryStep
from db.queries.cases import customers_found
from db.queries.promises import unfinished


@dataclass(frozen=True, slots=True)
class FollowFilter:
    """Which of them; the defaults are all that are open.

    `keeper_id`: only what this user has to deal with. `due_before`: only what is open and due
    before a day. `ended_since`: also what ended since a day.
    """

    text: str = ""  # customer (name, pinyin, number, phone), case number, or words
    keeper_id: uuid.UUID | None = None
    due_before: dt.date | None = None
    ended_since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class DueCount:
    """How many are past their day, due on the day itself, and due soon after it."""

    overdue: int = 0
    today: int = 0
    soon: int = 0

    @property
    def pressing(self) -> int:
        """Overdue or due on the day."""
        return self.overdue + self.today


def promise_conditions(session: Session, criteria: FollowFilter) -> list[ColumnElement[bool]]:
    """The criteria as conditions on `Promise`."""
    is_open = Promise.answered_on.is_(None)
    found = _found(session, criteria.text, Promise.customer_id, Promise.case_id, Promise.words)
    found.append(_still(is_open, Promise.answered_on, criteria.ended_since))
    if criteria.keeper_id is not None:
        found.append(_keeps(criteria.keeper_id))
    if criteria.due_before is not None:
        found += [is_open, Promise.due_on < criteria.due_before]
    return found


def complaint_conditions(session: Session, criteria: FollowFilter) -> list[ColumnElement[bool]]:
    """The criteria as conditions on `Complaint`."""
    is_open = Complaint.answered_at.is_(None)
    found = _found(
        session, criteria.text, Complaint.customer_id, Complaint.case_id, Complaint.words
    )
    since = None if criteria.ended_since is None else midnight(criteria.ended_since)
    found.append(_still(is_open, Complaint.answered_at, since))
    if criteria.keeper_id is not None:
        found.append(_deals(Complaint.owner_id, Complaint.case_id, criteria.keeper_id))
    if criteria.due_before is not None:
        found += [is_open, Complaint.due_on < criteria.due_before]
    return found


def recovery_conditions(session: Session, criteria: FollowFilter) -> list[ColumnElement[bool]]:
    """The criteria as conditions on `Recovery` joined with its case."""
    found = _found(session, criteria.text, Case.customer_id, Recovery.case_id, None)
    if criteria.ended_since is None:
        found.append(unfinished())
    else:
        since = midnight(criteria.ended_since)
        lately = select(RecoveryStep.id).where(
            RecoveryStep.recovery_id == Recovery.id, RecoveryStep.done_at >= since
        )
        found.append(or_(unfinished(), lately.exists()))
    if criteria.keeper_id is not None:
        found.append(_deals(Recovery.owner_id, Recovery.case_id, criteria.keeper_id))
    if criteria.due_before is not None:
        late = select(RecoveryStep.id).where(
            RecoveryStep.recovery_id == Recovery.id,
            RecoveryStep.done_at.is_(None),
            RecoveryStep.due_at < midnight(criteria.due_before),
        )
        found.append(late.exists())
    return found


def count_due(session: Session, user_id: uuid.UUID, day: dt.date, soon: dt.date) -> DueCount:
    """What one user has to deal with, as of a day; `soon` is the last day that counts as soon."""
    open_promises = select(Promise.due_on).where(
        Promise.answered_on.is_(None), Promise.due_on <= soon, _keeps(user_id)
    )
    open_complaints = select(Complaint.due_on).where(
        Complaint.answered_at.is_(None),
        Complaint.due_on <= soon,
        _deals(Complaint.owner_id, Complaint.case_id, user_id),
    )
    next_steps = (
        select(func.min(RecoveryStep.due_at))
        .join(Recovery, Recovery.id == RecoveryStep.recovery_id)
        .where(
            RecoveryStep.done_at.is_(None),
            RecoveryStep.due_at < midnight(soon + dt.timedelta(days=1)),
            _deals(Recovery.owner_id, Recovery.case_id, user_id),
        )
        .group_by(RecoveryStep.recovery_id)
    )
    days = [
        *session.scalars(open_promises),
        *session.scalars(open_complaints),
        *(moment.astimezone().date() for moment in session.scalars(next_steps)),
    ]
    return DueCount(
        sum(each < day for each in days),
        sum(each == day for each in days),
        sum(each > day for each in days),
    )


def midnight(day: dt.date) -> dt.datetime:
    """The moment at which a day begins where this machine stands."""
    return dt.datetime.combine(day, dt.time()).astimezone()


def _keeps(user_id: uuid.UUID) -> ColumnElement[bool]:
    """Promises handed to a user, and those made by the user that nobody else keeps."""
    own = and_(Promise.owner_id.is_(None), Promise.made_by_id == user_id)
    return or_(Promise.owner_id == user_id, own)


def _deals(owner: Any, case_id: Any, user_id: uuid.UUID) -> ColumnElement[bool]:
    """Handed to a user; nobody's, in a case of the user."""
    cases = select(Case.id).where(Case.owner_id == user_id).correlate(None)
    return or_(owner == user_id, and_(owner.is_(None), case_id.in_(cases)))


def _still(is_open: ColumnElement[bool], ended: Any, since: object) -> ColumnElement[bool]:
    return is_open if since is None else or_(is_open, ended >= since)


def _found(
    session: Session, text: str, customer_id: Any, case_id: Any, words: Any
) -> list[ColumnElement[bool]]:
    typed = text.strip()
    if not typed:
        return []
    numbers = select(Case.id).where(Case.number.contains(typed, autoescape=True)).correlate(None)
    found = [customer_id.in_(customers_found(session, typed)), case_id.in_(numbers)]
    if words is not None:
        found.append(words.contains(typed, autoescape=True))
    return [or_(*found)]
