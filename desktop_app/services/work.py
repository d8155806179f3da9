"""Today: what is due, in order, with the order explained."""

import datetime as dt

from sqlalchemy.orm import Session

from db.queries import work as work_queries
from db.queries.work import WorkFilter, WorkItem
from db.vocabulary import CaseStage, RuleKind
from desktop_app import labels
from desktop_app.columns.work import WorkLine
from desktop_app.domain.cases import Priority, priority
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.services import access

__all__ = ["WorkLine", "count_later", "today"]


def today(session: Session, day: dt.date, *, everybody: bool = False) -> list[WorkLine]:
    """What is due by the end of a day: one's own cases and visits, and what nobody works on.

    A case without a next step is due every day. Requests to cancel come first, then value at
    stake x urgency (`domain.cases.priority`), then the earliest due, then the case number; cases
    held back by the screening come last. Snoozed signals are no work yet.

    Args:
        session: the session.
        day: the day, local.
        everybody: what all users are to do, as far as the actor may see it.
    """
    access.require(session, Action.VIEW)
    items = work_queries.work_items(session, _criteria(session, day, everybody=everybody))
    return sorted((_line(item, day) for item in items), key=_place)


def count_later(session: Session, day: dt.date, *, everybody: bool = False) -> int:
    """How many open cases of the same people have their next step after the day."""
    access.require(session, Action.VIEW)
    return work_queries.count_later(session, _criteria(session, day, everybody=everybody))


def _criteria(session: Session, day: dt.date, *, everybody: bool) -> WorkFilter:
    user_id = None if everybody else access.actor(session).user_id
    return access.limited(session, WorkFilter(day=day, user_id=user_id))


def _line(item: WorkItem, day: dt.date) -> WorkLine:
    rank = priority(
        item.value_at_stake, item.kind or RuleKind.LAPSING, item.due, day, item.currency
    )
    held_back = (
        item.stage is CaseStage.IDENTIFIED and item.owner_id is None and bool(item.screening_note)
    )
    return WorkLine(item, rank.score, _why(item, rank, held_back), rank.is_first, held_back)


def _why(item: WorkItem, rank: Priority, held_back: bool) -> str:  # noqa: FBT001
    if held_back:
        return _("Held back by the screening: {note}").format(note=item.screening_note)
    if item.case_id is None:
        return _("Visit planned for {day}").format(day=labels.day_text(item.due))
    return rank.sentence


def _place(line: WorkLine) -> tuple[bool, bool, int, dt.date, str, str]:
    item = line.item
    return (
        line.is_held_back,
        not line.is_first,
        -line.score,
        item.due or dt.date.min,
        item.number or item.customer_number,
        item.id.hex,
    )
