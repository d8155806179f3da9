"""What expires, from a foreign file: new, changed, same or rejected."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import derived, journal
from db.models import Renewal
from db.vocabulary import MatchKey
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

CHUNK: Final = 2000
_IN_LIST: Final = 500
Key = tuple[uuid.UUID, str, dt.date]
"""Customer, product, day: the same renewal."""


@dataclass(frozen=True, slots=True)
class RenewalLine:
    """One understood row.

    Attributes:
        row: Number of the row in the file.
        customer: What its customer is known by (the key of the import), or empty.
        product: What expires.
        expires_on: When.
        fee: Minor units, or not known.
        owner: Login or name of who tells the customer, or empty.
        note: What is to be known.
    """

    row: int
    customer: str
    product: str
    expires_on: dt.date
    fee: int | None = None
    owner: str = ""
    note: str = ""


@dataclass(slots=True)
class _Plan:
    inserts: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)


class RenewalImport:
    """Takes the rows of a file of renewals, chunk by chunk.

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
        self._currency = derived.currency(session)
        self._seen: dict[Key, tuple[int, dict[str, Any]]] = {}

    def take(self, rows: Iterable[RenewalLine], progress: Progress) -> None:
        """Sort the rows into new, changed, same and rejected, and store them unless it is dry.

        Raises:
            CancelledError: the person asked to stop; the transaction must be given up.
        """
        done = 0
        for chunk in in_chunks(rows, CHUNK):
            plan = self._plan(chunk)
            if not self._outcome.is_dry and (plan.inserts or plan.updates):
                start_job(self._session, self._source, self._outcome)
                journal.bulk_insert(self._session, Renewal, plan.inserts)
                journal.bulk_update(self._session, Renewal, plan.updates)
            done += len(chunk)
            progress.step(done, None)

    def _plan(self, chunk: Sequence[RenewalLine]) -> _Plan:
        asked = [(row.row, row.customer) for row in chunk]
        customers = known_customers(self._session, self._key, asked, self._outcome)
        stored = self._stored(list(customers.values()))
        plan = _Plan()
        for row in chunk:
            customer_id = customers.get(row.customer)
            if customer_id is not None:
                self._place(plan, row, customer_id, stored)
        return plan

    def _stored(self, customer_ids: Sequence[uuid.UUID]) -> dict[Key, Any]:
        table = Renewal.__table__
        found: dict[Key, Any] = {}
        for part in in_chunks(customer_ids, _IN_LIST):
            statement = select(table).where(table.c.customer_id.in_(part))
            for row in self._session.execute(statement):
                found[row.customer_id, row.product, row.expires_on] = row
        return found

    def _place(
        self, plan: _Plan, row: RenewalLine, customer_id: uuid.UUID, stored: dict[Key, Any]
    ) -> None:
        key = (customer_id, row.product, row.expires_on)
        values: dict[str, Any] = {}
        if row.fee is not None:
            values["fee"] = row.fee
        if row.note:
            values["note"] = row.note
        if row.owner:
            owner = self._people.find(row.owner)
            if isinstance(owner, str):
                self._outcome.rejected.append((row.row, owner))
                return
            values["owner_id"] = owner
        if key in self._seen:
            self._repeat(row, values, *self._seen[key])
            return
        self._seen[key] = (row.row, values)
        known = stored.get(key)
        if known is None:
            whole = {"customer_id": customer_id, "product": row.product}
            whole |= {"expires_on": row.expires_on, "currency": self._currency}
            plan.inserts.append(whole | values)
            self._outcome.statuses[RowStatus.NEW] += 1
            return
        differing = {name: one for name, one in values.items() if getattr(known, name) != one}
        if differing:
            plan.updates.append(differing | {"id": known.id})
        status = RowStatus.CHANGED if differing else RowStatus.SAME
        self._outcome.statuses[status] += 1

    def _repeat(
        self, row: RenewalLine, values: dict[str, Any], number: int, first: dict[str, Any]
    ) -> None:
        if values == first:
            self._outcome.statuses[RowStatus.SAME] += 1
            return
        text = _("Row {row} is about the same product and day and says something else.")
        self._outcome.rejected.append((row.row, text.format(row=number)))
