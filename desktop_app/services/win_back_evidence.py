"""What the steps of winning back are judged by: what was saved, said, agreed, and given to do."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from db.models import Case, Promise
from db.queries import promises as promise_queries
from db.queries import win_back as queries
from db.queries.promises import PromiseRow
from db.queries.tasks import TaskRow
from db.queries.win_back import StepRow
from db.vocabulary import Channel, WinBackStepKind
from desktop_app import clock
from desktop_app.domain import win_back as rules
from desktop_app.domain.contact_rules import EFFECTIVE
from desktop_app.domain.permissions import Action
from desktop_app.domain.win_back import Evidence, StepState
from desktop_app.services import access, case_life, prevention


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the steps of a case.

    Attributes:
        rows: The steps that were begun.
        evidence: What the rules judge them by.
        channel: How somebody spoke to the customer first.
        items: What was agreed, the earliest due first.
        improvement: The task that improves something.
    """

    rows: Mapping[WinBackStepKind, StepRow]
    evidence: Evidence
    channel: Channel | None
    items: tuple[PromiseRow, ...]
    improvement: TaskRow | None

    def facts(self, kind: WinBackStepKind) -> Mapping[str, Any]:
        """What was saved of a step; empty when it was not begun."""
        return self.evidence.of(kind)

    def done_at(self, kind: WinBackStepKind) -> dt.datetime | None:
        """When the last of its evidence came about; None while something is missing.

        It may be made elsewhere: a promise is answered, somebody speaks to the customer. Of such
        only the day may be known; then it is its noon.
        """
        row = self.rows.get(kind)
        if row is None or rules.state(kind, self.evidence) is not StepState.DONE:
            return None
        moments = [row.done_at or row.saved_at]
        if kind is WinBackStepKind.CONTACT and self.evidence.first_contact is not None:
            moments.append(self.evidence.first_contact)
        if kind is WinBackStepKind.SATISFY:
            moments += [_noon(item.answered_on) for item in self.items if item.answered_on]
        return max(moments)


def known_of(session: Session, case: Case) -> Known:
    """What is known of the steps of a case, for services that have found it in reach."""
    access.require(session, Action.VIEW)
    session.flush()
    rows = queries.steps(session, case.id)
    facts = {kind: row.facts for kind, row in rows.items() if row.facts}
    first = _first_contact(session, case)
    items = _items(session, facts.get(WinBackStepKind.PLAN, {}))
    improvement = prevention.task_of(session, facts.get(WinBackStepKind.PREVENT, {}))
    evidence = Evidence(
        facts,
        bool(case_life.customer_of(session, case.customer_id).address.strip()),
        None if first is None else first[0],
        tuple(item.answered_on is not None for item in items),
        None if improvement is None else improvement.state,
    )
    return Known(rows, evidence, None if first is None else first[1], items, improvement)


def _first_contact(session: Session, case: Case) -> tuple[dt.datetime, Channel] | None:
    """When somebody spoke to the customer first, local, and how; a visit counts from its noon."""
    found = []
    for one in queries.first_contacts(session, case.id, EFFECTIVE):
        if one.at is not None:
            found.append((clock.local(one.at), one.channel))
        elif one.day is not None:
            found.append((_noon(one.day), one.channel))
    return min(found, key=lambda each: each[0]) if found else None


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), clock.local(clock.now()).tzinfo)


def _items(session: Session, plan: Mapping[str, Any]) -> tuple[PromiseRow, ...]:
    keys = [uuid.UUID(key) for key in plan.get("promises", ())]
    return promise_queries.promises(session, Promise.id.in_(keys)) if keys else ()
