"""Employees who leave: where to, and what became of their customers (S3-36, S3-37, F-37)."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db import journal
from db.models import EmployeeExit, StaffProfile
from db.queries import employee_exits as queries
from db.queries import staff_profiles as staff_queries
from db.vocabulary import ExitDestination, ExitReason, Fate
from desktop_app.domain.handover_drafts import ExitDraft
from desktop_app.domain.permissions import Action
from desktop_app.domain.rates import Rate
from desktop_app.domain.staff_figures import (
    LeftBehind,
    TenureBand,
    churn_of_leavers,
    tenure_band,
)
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, staff_profiles

CHURN_DAYS: Final = 365
"""A customer of a leaver has left as well if a case of so many days afterwards ended as lost."""


@dataclass(frozen=True, slots=True)
class ExitRow:
    """Somebody who left, how long they were there, and what became of their customers.

    `band` is None where the first day is not known.
    """

    user_id: uuid.UUID
    name: str
    hired_on: dt.date | None
    left_on: dt.date
    band: TenureBand | None
    reason: ExitReason
    destination: ExitDestination
    destination_name: str
    note: str
    transferred: int
    taken_along: int
    left_unattended: int


def record_exit(session: Session, user_id: uuid.UUID, draft: ExitDraft) -> uuid.UUID:
    """Somebody leaves: the last day of work, why, and where to; said again it is corrected.

    The customers stay with the leaver until that day and are orphans afterwards, unless they are
    handed over. The login is another matter: an administrator takes it away
    (`keys.remove_login`).

    Raises:
        NotFoundError, NotAllowedError: there is no such user, or one of another store.
        InvalidInputError: the last day is before the first.
    """
    access.require(session, Action.EDIT_STAFF)
    user = staff_profiles.require_reach(session, user_id)
    profile = staff_queries.profile_of(session, user_id)
    if profile is not None and profile.hired_on is not None and draft.left_on < profile.hired_on:
        text = _("Nobody leaves before the first day of work.")
        raise InvalidInputError([Problem("left_on", text)])
    journal.name_change(session, N_("{name} leaves the firm"), name=user.name)
    if profile is None:
        session.add(StaffProfile(user_id=user_id, left_on=draft.left_on))
    else:
        case_life.set_values(profile, {"left_on": draft.left_on})
    known = queries.of_user(session, user_id)
    if known is None:
        known = EmployeeExit(user_id=user_id, **draft.model_dump())
        session.add(known)
    else:
        case_life.set_values(known, draft.model_dump())
    session.flush()
    return known.id


def drafts(session: Session) -> dict[uuid.UUID, ExitDraft]:
    """What is on record of each exit, to be corrected; by who left."""
    access.require(session, Action.VIEW)
    visible = access.visible(session)
    return {
        one.user_id: ExitDraft(
            left_on=one.left_on,
            reason=one.reason,
            destination=one.destination,
            destination_name=one.destination_name,
            note=one.note,
        )
        for one in queries.exits(session)
        if staff_queries.is_near(one.store_id, visible)
    }


def exits(session: Session) -> list[ExitRow]:
    """Everybody whose exit is on record, the last one first; counts of customers the actor sees."""
    access.require(session, Action.VIEW)
    visible = access.visible(session)
    counts = Counter(
        (user_id, fate) for (user_id, _customer), fate in queries.fates(session, visible).items()
    )
    return [
        ExitRow(
            user_id=one.user_id,
            name=one.name,
            hired_on=one.hired_on,
            left_on=one.left_on,
            band=None if one.hired_on is None else tenure_band(one.hired_on, one.left_on),
            reason=one.reason,
            destination=one.destination,
            destination_name=one.destination_name,
            note=one.note,
            transferred=counts[one.user_id, Fate.TRANSFERRED],
            taken_along=counts[one.user_id, Fate.TAKEN_ALONG],
            left_unattended=counts[one.user_id, Fate.LEFT_UNATTENDED],
        )
        for one in queries.exits(session)
        if staff_queries.is_near(one.store_id, visible)
    ]


def churn_by_tenure(session: Session, as_of: dt.date) -> Mapping[tuple[TenureBand, Fate], Rate]:
    """Customers that leavers had and that left as well within a year, by band and fate (S3-36).

    Of customers the actor sees, and of those who left by a day and whose first day is known.
    """
    access.require(session, Action.REPORT)
    leavers = {
        one.user_id: (tenure_band(one.hired_on, one.left_on), one.left_on)
        for one in queries.exits(session)
        if one.hired_on is not None and one.left_on <= as_of
    }
    lost = queries.lost_cases(session, as_of)
    rows = []
    for (user_id, customer), fate in queries.fates(session, access.visible(session)).items():
        if user_id in leavers:
            band, left_on = leavers[user_id]
            days = ((day - left_on).days for day in lost.get(customer, ()))
            rows.append(LeftBehind(band, fate, any(0 <= each <= CHURN_DAYS for each in days)))
    return churn_of_leavers(rows)
