"""Today: what is due, in order, with the order explained."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from db import derived
from db.queries import work as work_queries
from db.queries.work import Section, Tally, Weights, WorkFilter, WorkItem
from db.vocabulary import CaseStage, RuleKind
from desktop_app import labels
from desktop_app.columns.work import WorkLine
from desktop_app.domain import cases as rules
from desktop_app.domain.cases import Priority, priority
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.services import access, phones

__all__ = [
    "WEIGHTS",
    "Day",
    "Section",
    "Tally",
    "WorkLine",
    "count",
    "count_later",
    "look",
    "today",
]

WEIGHTS = Weights(rules.OVERDUE, rules.TODAY, rules.UNPLANNED, rules.ALWAYS_FIRST)
"""The rule of `domain.cases.priority` as the database sorts by it."""


@dataclass(frozen=True, slots=True)
class Day:
    """The work of a day: its first lines, and how much there is in each section.

    Attributes:
        lines: In the order of work.
        tallies: Lines and value at stake of every section, whether shown or not.
        currency: Of the values at stake.
    """

    lines: list[WorkLine]
    tallies: Mapping[Section, Tally]
    currency: str

    def of(self, section: Section | None) -> Tally:
        """Lines and value at stake of a section, or of all."""
        if section is not None:
            return self.tallies[section]
        parts = self.tallies.values()
        return Tally(sum(part.count for part in parts), sum(part.worth for part in parts))


def look(
    session: Session,
    day: dt.date,
    *,
    everybody: bool = False,
    section: Section | None = None,
    limit: int,
) -> Day:
    """The first lines of a day and how much there is in all.

    Args:
        session: the session.
        day: the day, local.
        everybody: as for `today`.
        section: only this one is wanted; the lines are of all sections when those are so few.
        limit: only so many lines, the first ones.
    """
    access.require(session, Action.VIEW)
    tallies = work_queries.tallies(session, _criteria(session, day, everybody=everybody))
    found = Day([], tallies, derived.currency(session))
    part = section if found.of(None).count > limit else None
    lines = today(session, day, everybody=everybody, section=part, limit=limit)
    return replace(found, lines=lines)


def count(session: Session, day: dt.date) -> int:
    """How many lines one's own day has."""
    access.require(session, Action.VIEW)
    found = work_queries.tallies(session, _criteria(session, day, everybody=False))
    return sum(part.count for part in found.values())


def today(
    session: Session,
    day: dt.date,
    *,
    everybody: bool = False,
    section: Section | None = None,
    limit: int | None = None,
) -> list[WorkLine]:
    """What is due by the end of a day: one's own cases and visits, and what nobody works on.

    A case without a next step is due every day, and so is an interview of one's own that has
    issues. Requests to cancel come first, then value at stake x urgency
    (`domain.cases.priority`), then the earliest due, then the case number; cases held back by the
    screening come last. Snoozed signals are no work yet.

    Args:
        session: the session.
        day: the day, local.
        everybody: what all users are to do, as far as the actor may see it.
        section: only a part of it.
        limit: only so many lines, the first ones.
    """
    access.require(session, Action.VIEW)
    criteria = _criteria(session, day, everybody=everybody)
    items = work_queries.work_items(session, criteria, WEIGHTS, section, limit)
    return [_line(item, day) for item in phones.masked_rows(items)]


def count_later(session: Session, day: dt.date, *, everybody: bool = False) -> int:
    """How many open cases of the same people have their next step after the day."""
    access.require(session, Action.VIEW)
    return work_queries.count_later(session, _criteria(session, day, everybody=everybody))


def _criteria(session: Session, day: dt.date, *, everybody: bool) -> WorkFilter:
    user_id = None if everybody else access.actor(session).user_id
    return access.limited(session, WorkFilter(day=day, user_id=user_id))


def _line(item: WorkItem, day: dt.date) -> WorkLine:
    rank = priority(item.value_at_stake, item.kind or RuleKind.LAPSING, item.due, day)
    held_back = (
        item.stage is CaseStage.IDENTIFIED and item.owner_id is None and bool(item.screening_note)
    )
    return WorkLine(item, rank.score, _why(item, rank, held_back), rank.is_first, held_back)


def _why(item: WorkItem, rank: Priority, held_back: bool) -> str:  # noqa: FBT001
    if held_back:
        return _("Held back by the screening: {note}").format(note=item.screening_note)
    if item.interview_id is not None:
        return _("The interview has issues: {comment}").format(comment=item.purpose)
    if item.case_id is None:
        return _("Visit planned for {day}").format(day=labels.day_text(item.due))
    return rank.sentence
