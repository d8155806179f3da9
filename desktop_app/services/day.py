"""What the program does by itself at the start of a day, in the name of whoever signs in.

Each step is a change set of its own that can be undone; a step does only what the role of the
actor may do, to what the actor sees, and nothing the second time. What somebody has undone is not
done again on the same day. Offers and coupons need no step: they run out by their last day.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import ChangeSet
from db.vocabulary import ChangeKind
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_
from desktop_app.services import access, handover_begin, pool, recovery, watch

_HAND_OVER: Final = N_("Begin of the day: {count} customers are handed over as agreed before")
_RECYCLE: Final = N_("Begin of the day: {count} untouched cases go back into the pool")
_RECOVER: Final = N_("Begin of the day: {count} service recoveries for broken promises")
_JUDGE: Final = N_("Begin of the day: {count} saves are judged by the orders since then")


def hand_over(session: Session) -> int:
    """Let the handovers whose day has come take effect; returns how many customers go over.

    Nothing for a role that does no work. It comes first: the other steps look at the new owners.
    """
    if not access.may(session, Action.DO_TASK) or _was_undone(session, _HAND_OVER):
        return 0
    journal.name_change(session, _HAND_OVER, kind=ChangeKind.BULK, count=0)
    return _counted(session, handover_begin.begin(session))


def recycle(session: Session) -> int:
    """Put cases nobody has touched for too long back into the pool; returns how many.

    Nothing for a role that does not assign cases.
    """
    if not access.may(session, Action.ASSIGN_CASE) or _was_undone(session, _RECYCLE):
        return 0
    journal.name_change(session, _RECYCLE, kind=ChangeKind.BULK, count=0)
    return _counted(session, pool.recycle(session, clock.today()))


def recover(session: Session) -> int:
    """Begin a service recovery for each promise whose day has passed; returns how many.

    Nothing for a role that works on no cases.
    """
    if not access.may(session, Action.WORK_CASE) or _was_undone(session, _RECOVER):
        return 0
    journal.name_change(session, _RECOVER, kind=ChangeKind.BULK, count=0)
    return _counted(session, recovery.begin_for_broken_promises(session))


def judge(session: Session) -> int:
    """Decide about the watched saves whose time has come; returns how many were decided.

    Nothing for a role that does not look for departures.
    """
    if not access.may(session, Action.SCAN) or _was_undone(session, _JUDGE):
        return 0
    journal.name_change(session, _JUDGE, kind=ChangeKind.SCAN, count=0)
    found = watch.judge_all(session)
    return _counted(session, found.confirmed + found.lost)


STEPS: Final[tuple[Callable[[Session], int], ...]] = (hand_over, recycle, recover, judge)
"""The steps in order; each is called with a session of its own."""


def _counted(session: Session, count: int) -> int:
    journal.retitle_args(session, count=count)
    return count


def _was_undone(session: Session, title: str) -> bool:
    """Whether somebody has undone this step today."""
    midnight = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    undone = select(ChangeSet.id).where(
        ChangeSet.title == title, ChangeSet.at >= midnight, ChangeSet.undone_by.is_not(None)
    )
    return session.scalar(undone.limit(1)) is not None
