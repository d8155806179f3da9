"""Which case comes before and after: the place of a case in the list it was opened from."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db.queries.cases import CaseFilter
from db.queries.paging import Sort

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session
    from desktop_app.ui.call_timer import TimerState


@dataclass(frozen=True, slots=True)
class ListPlace:
    """A place in a filtered and sorted list that may be longer than what is in memory."""

    criteria: CaseFilter
    sort: Sort | None
    offset: int


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """A place in a queue that was read whole: the work of today."""

    ids: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class CaseTarget:
    """A case to open, where it stands in a list, and whether to log a contact at once.

    `seconds` is the length of a call that has just ended elsewhere, in the interview; `timer` goes
    on with one that was timed here before; with `is_calling` the customer is on the line now, and
    `goes_on` leaves the case for the next one of its list, as it was opened here before.
    """

    case_id: uuid.UUID
    place: ListPlace | QueuePlace | None = None
    log_contact: bool = False
    seconds: int | None = None
    timer: "TimerState | None" = None
    is_calling: bool = False
    goes_on: bool = False


def neighbour(session: "Session", target: CaseTarget, step: int) -> CaseTarget | None:
    """The next (1) or previous (-1) case of the list, ``None`` at its end.

    A case that fits the filter no more has left its place to its successor.
    """
    match target.place:
        case QueuePlace(ids):
            return _in_queue(session, target, ids, step)
        case ListPlace() as place:
            return _in_list(session, target, place, step)
        case _:
            return None


def _in_queue(
    session: "Session", target: CaseTarget, ids: tuple[uuid.UUID, ...], step: int
) -> CaseTarget | None:
    """The next one that still stands in the queue: not closed or somebody else's meanwhile."""
    from desktop_app.services import access, queue  # noqa: PLC0415  (behind the first paint)

    if target.case_id not in ids:
        return None
    at = ids.index(target.case_id)
    ahead = ids[at + 1 :] if step > 0 else ids[:at][::-1]
    standing = queue.standing(session, ahead)
    who = access.actor(session)
    seen = (key for key in ahead if key in standing and access.sees_case(session, who, key))
    following = next(seen, None)
    return None if following is None else CaseTarget(following, target.place)


def _in_list(
    session: "Session", target: CaseTarget, place: ListPlace, step: int
) -> CaseTarget | None:
    from desktop_app.services import cases  # noqa: PLC0415  (behind the first paint)

    first = max(0, place.offset - 1)
    rows = cases.list_cases(session, place.criteria, place.sort, first, 3)
    keys = [row.id for row in rows]
    if target.case_id in keys:
        at = keys.index(target.case_id) + step
    else:
        at = place.offset - first + (0 if step > 0 else -1)
    if not 0 <= at < len(keys):
        return None
    return CaseTarget(keys[at], ListPlace(place.criteria, place.sort, first + at))
