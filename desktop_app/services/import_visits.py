"""Visits and calls that were made, from a foreign file, with who made them and when.

A row is known by customer, day, person and way. One that was planned for that day by the same
person, outside a case, is the visit that was made. Several on one day are told apart by what they
say.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Visit
from db.vocabulary import Channel, MatchKey, VisitState
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.progress import Progress
from desktop_app.services import access
from desktop_app.services.imports import (
    Outcome,
    People,
    RowStatus,
    Source,
    in_chunks,
    known_customers,
    start_job,
)

_IN_LIST: Final = 500
Key = tuple[uuid.UUID, dt.date, uuid.UUID, Channel]
"""Customer, day, person, way."""


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One understood row.

    Attributes:
        row: Number of the row in the file.
        customer: What its customer is known by (the key of the import), or empty.
        day: When it was made.
        employee: Login or name of who made it.
        channel: Visit or call.
        note: What came of it.
        satisfaction: 1 to 5, or not asked.
        is_informal: Whether it was no contact of the cadence.
    """

    row: int
    customer: str
    day: dt.date
    employee: str
    channel: Channel = Channel.VISIT
    note: str = ""
    satisfaction: int | None = None
    is_informal: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """What it says, as columns."""
        return {
            "note": self.note,
            "satisfaction": self.satisfaction,
            "is_informal": self.is_informal,
        }

    @property
    def said(self) -> dict[str, Any]:
        """Of these what the row says: a blank cell takes nothing away."""
        return {name: value for name, value in self.values.items() if value}


@dataclass(slots=True)
class _Plan:
    inserts: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)


class VisitImport:
    """Takes all rows of a file of visits at once.

    Args:
        session: A writing session, or any session for a dry run.
        source: The file.
        key: How rows find their customer.
        outcome: Counts and rejects are added here.
    """

    def __init__(self, session: Session, source: Source, key: MatchKey, outcome: Outcome) -> None:
        access.require(session, Action.IMPORT)
        self._session = session
        self._source = source
        self._key = key
        self._outcome = outcome
        self._people = People(session)

    def take(self, rows: Iterable[VisitLine], progress: Progress) -> None:
        """Sort the rows into new, changed, same and rejected, and store them unless it is dry.

        Raises:
            CancelledError: the person asked to stop; the transaction must be given up.
        """
        groups = self._groups(list(rows))
        stored = self._stored({key[0] for key in groups})
        plan, done = _Plan(), 0
        for key, group in groups.items():
            self._place(plan, key, group, stored.get(key, []))
            done += len(group)
            progress.step(done, None)
        if not self._outcome.is_dry and (plan.inserts or plan.updates):
            start_job(self._session, self._source, self._outcome)
            made = [row | {"import_id": self._outcome.job_id} for row in plan.inserts]
            journal.bulk_insert(self._session, Visit, made)
            journal.bulk_update(self._session, Visit, plan.updates)

    def _groups(self, rows: Sequence[VisitLine]) -> dict[Key, list[VisitLine]]:
        asked = [(row.row, row.customer) for row in rows]
        customers = known_customers(self._session, self._key, asked, self._outcome)
        groups: dict[Key, list[VisitLine]] = defaultdict(list)
        today = clock.today()
        for row in rows:
            customer_id = customers.get(row.customer)
            if customer_id is None:
                continue
            person = self._people.find(row.employee)
            if isinstance(person, str):
                self._outcome.rejected.append((row.row, person))
            elif row.day > today:
                text = _("The day of the visit lies in the future.")
                self._outcome.rejected.append((row.row, text))
            else:
                groups[customer_id, row.day, person, row.channel].append(row)
        return groups

    def _stored(self, customer_ids: Iterable[uuid.UUID]) -> dict[Key, list[Any]]:
        """Visits that were made, and those planned outside a case; by their day."""
        table = Visit.__table__
        found: dict[Key, list[Any]] = defaultdict(list)
        for part in in_chunks(sorted(customer_ids), _IN_LIST):
            statement = select(table).where(table.c.customer_id.in_(part)).order_by(table.c.id)
            for row in self._session.execute(statement):
                is_planned = row.state == VisitState.PLANNED and row.case_id is None
                day = row.planned_on if is_planned else row.done_on
                if day is not None and row.by_id is not None:
                    found[row.customer_id, day, row.by_id, Channel(row.channel)].append(row)
        return found

    def _place(
        self, plan: _Plan, key: Key, group: Sequence[VisitLine], stored: Sequence[Any]
    ) -> None:
        made = [each for each in stored if each.state == VisitState.DONE]
        planned = [each for each in stored if each.state == VisitState.PLANNED]
        left: list[VisitLine] = []
        for row in group:
            same = next((one for one in made if _says(one, row)), None)
            if same is not None:
                made.remove(same)
            elif all(row.values != one.values for one in left):
                left.append(row)
                continue
            self._outcome.statuses[RowStatus.SAME] += 1
        is_correction = len(left) == len(made) == 1
        for row in left:
            known = made if is_correction else planned
            if known:
                done = {"state": VisitState.DONE, "done_on": key[1]}
                plan.updates.append({"id": known.pop(0).id} | done | row.said)
                self._outcome.statuses[RowStatus.CHANGED] += 1
                continue
            plan.inserts.append(
                {
                    "customer_id": key[0],
                    "planned_on": key[1],
                    "done_on": key[1],
                    "by_id": key[2],
                    "channel": key[3],
                    "state": VisitState.DONE,
                }
                | row.values
            )
            self._outcome.statuses[RowStatus.NEW] += 1


def _says(stored: Any, row: VisitLine) -> bool:
    return all(getattr(stored, name) == value for name, value in row.said.items())
