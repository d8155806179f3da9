"""The lists of promises, complaints and recoveries on the command line."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from db.queries.follow_up import FollowFilter
from db.session import Session
from desktop_app.cli.entities import Entity, Window, by
from desktop_app.columns.promises import COMPLAINT_COLUMNS, PROMISE_COLUMNS, RECOVERY_COLUMNS
from desktop_app.services import complaints, promises, recovery

_LONG_AGO = dt.date(1900, 1, 1)


def _followed(find: Callable[[Session, FollowFilter], Sequence[Any]]) -> Window:
    """A window of promises, complaints or recoveries: open ones first, then all that ended."""

    def window(session: Session, text: str, offset: int, limit: int) -> Sequence[Any]:
        rows = find(session, FollowFilter(text, ended_since=_LONG_AGO))
        return rows[offset : offset + limit]

    return window


_PROMISES, _COMPLAINTS, _RECOVERIES = map(
    _followed, (promises.find, complaints.find, recovery.find)
)

ENTITIES = {
    "promises": Entity(_PROMISES, lambda: PROMISE_COLUMNS, by("id", _PROMISES, "promise")),
    "complaints": Entity(
        _COMPLAINTS, lambda: COMPLAINT_COLUMNS, by("id", _COMPLAINTS, "complaint")
    ),
    "recoveries": Entity(_RECOVERIES, lambda: RECOVERY_COLUMNS, by("id", _RECOVERIES, "recovery")),
}
