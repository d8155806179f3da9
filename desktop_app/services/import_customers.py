"""Customers of a foreign file meet the database: new, changed, same or rejected."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.base import new_id
from db.models import Contact, Customer, Store, User
from db.vocabulary import MatchKey
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.progress import Progress
from desktop_app.services import access, case_life, charge_book
from desktop_app.services.imports import (
    Outcome,
    RowStatus,
    Source,
    find_customers,
    in_chunks,
    name_phone,
    several,
    start_job,
)
from desktop_app.services.numbers import next_customer_number

CHUNK = 2000
_COLUMNS = tuple(Customer.__table__.columns)


@dataclass(slots=True)
class CustomerRow:
    """One understood row of a customer file.

    Attributes:
        row: Number of the row in the file.
        values: Columns of the customer that the file gives; blank cells are left out.
        attributes: Further columns by heading.
        store: Code or name of the store, or empty.
        owner: Login or name of the owner, or empty.
        contact: Name of a person to talk to, or empty.
    """

    row: int
    values: dict[str, Any]
    attributes: dict[str, Any] = field(default_factory=dict)
    store: str = ""
    owner: str = ""
    contact: str = ""


@dataclass(slots=True)
class _Plan:
    inserts: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    contacts: list[dict[str, Any]] = field(default_factory=list)


class _Names:
    """Stores and people by what a file may call them."""

    def __init__(self, session: Session) -> None:
        self.stores: dict[str, uuid.UUID] = {}
        for row in session.execute(select(Store.id, Store.code, Store.name)):
            self.stores |= {row.name: row.id, row.code: row.id}
        self.users: dict[str, uuid.UUID] = {}
        for one in session.execute(select(User.id, User.login, User.name)):
            self.users |= {one.name: one.id, one.login: one.id}


class CustomerImport:
    """Takes the rows of a customer file, chunk by chunk.

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
        self._names = _Names(session)
        self._seen: dict[str, tuple[int, CustomerRow]] = {}
        self._numbers: dict[str, int] = {}
        self._next_number = int(next_customer_number(session)[1:])

    def take(self, rows: Iterable[CustomerRow], progress: Progress) -> None:
        """Sort the rows into new, changed, same and rejected, and store them unless it is dry.

        Raises:
            CancelledError: the person asked to stop; the transaction must be given up.
        """
        done = 0
        for chunk in in_chunks(rows, CHUNK):
            plan = self._plan(chunk)
            if not self._outcome.is_dry:
                self._store(plan)
            done += len(chunk)
            progress.step(done, None)

    def _plan(self, chunk: Sequence[CustomerRow]) -> _Plan:
        keyed = [(row, self._key_of(row)) for row in chunk]
        keys = {key for _row, key in keyed if key}
        known = find_customers(self._session, self._key, keys, _COLUMNS)
        numbers = {str(row.values["number"]) for row in chunk if row.values.get("number")}
        holders = {
            key: found[0].id
            for key, found in find_customers(
                self._session, MatchKey.NUMBER, numbers, (Customer.id,)
            ).items()
        }
        ids = [found[0].id for found in known.values()]
        contacts = self._contacts(ids) if any(row.contact for row in chunk) else set()
        plan = _Plan()
        for row, key in keyed:
            problem = self._place(plan, row, key, known.get(key, []), holders, contacts)
            if problem:
                self._outcome.rejected.append((row.row, problem))
        return plan

    def _key_of(self, row: CustomerRow) -> str:
        values = row.values
        match self._key:
            case MatchKey.NUMBER:
                return str(values.get("number", ""))
            case MatchKey.PHONE:
                return str(values.get("phone", ""))
            case MatchKey.CARD_NUMBER:
                return str(values.get("card_number", ""))
            case MatchKey.NAME_PHONE:
                name = str(values.get("name", ""))
                return name_phone(name, str(values.get("phone", ""))) if name else ""

    def _place(  # noqa: PLR0911  (a return a reason)
        self,
        plan: _Plan,
        row: CustomerRow,
        key: str,
        found: Sequence[Any],
        holders: Mapping[str, uuid.UUID],
        contacts: set[tuple[uuid.UUID, str]],
    ) -> str:
        """Put a row into the plan; gives the reason why not."""
        if not key:
            return _("The row has nothing to tell its customer by.")
        if len(found) > 1:
            return several(key)
        values = dict(row.values)
        problem = self._resolve(row, values)
        if problem:
            return problem
        if key in self._seen:
            return self._repeated(row, key)
        number = values.get("number", "")
        holder = holders.get(number) if number else None
        stored = found[0] if found else None
        if holder is not None and (stored is None or stored.id != holder):
            return _("Another customer has the number {number}.").format(number=number)
        if number and number in self._numbers:
            return _("Row {row} has the same customer number.").format(row=self._numbers[number])
        self._seen[key] = (row.row, row)
        if number:
            self._numbers[number] = row.row
        if stored is None:
            self._insert(plan, row, values)
        else:
            self._update(plan, row, values, stored, contacts)
        return ""

    def _repeated(self, row: CustomerRow, key: str) -> str:
        number, first = self._seen[key]
        same = (
            row.values == first.values
            and row.attributes == first.attributes
            and (row.store, row.owner, row.contact) == (first.store, first.owner, first.contact)
        )
        if same:
            self._outcome.statuses[RowStatus.SAME] += 1
            return ""
        return _("Row {row} is about the same customer and says something else.").format(row=number)

    def _resolve(self, row: CustomerRow, values: dict[str, Any]) -> str:
        if row.store:
            values["store_id"] = self._names.stores.get(row.store)
            if values["store_id"] is None:
                return _("There is no store {name}. Add it first, or leave the column out.").format(
                    name=row.store
                )
        if row.owner:
            values["owner_id"] = self._names.users.get(row.owner)
            if values["owner_id"] is None:
                return _("Nobody is called {name}. Add the user, or leave the column out.").format(
                    name=row.owner
                )
        return ""

    def _insert(self, plan: _Plan, row: CustomerRow, values: dict[str, Any]) -> None:
        if not values.get("number"):
            values["number"] = self._free_number(row.row)
        values.setdefault("name", values["number"])
        values |= {"id": new_id(), "attributes": row.attributes}
        plan.inserts.append(values)
        if row.contact:
            plan.contacts.append(
                {"customer_id": values["id"], "name": row.contact, "is_primary": True}
            )
        self._outcome.statuses[RowStatus.NEW] += 1

    def _free_number(self, row: int) -> str:
        number = f"K{self._next_number:06d}"
        while number in self._numbers:
            self._next_number += 1
            number = f"K{self._next_number:06d}"
        self._next_number += 1
        self._numbers[number] = row
        return number

    def _update(
        self,
        plan: _Plan,
        row: CustomerRow,
        values: dict[str, Any],
        stored: Any,
        contacts: set[tuple[uuid.UUID, str]],
    ) -> None:
        wanted = values | {"is_identified": True}
        if row.attributes:
            wanted["attributes"] = stored.attributes | row.attributes
        differing = {
            name: value for name, value in wanted.items() if getattr(stored, name) != value
        }
        if differing:
            plan.updates.append(differing | {"id": stored.id})
        is_new_contact = bool(row.contact) and (stored.id, row.contact) not in contacts
        if is_new_contact:
            plan.contacts.append({"customer_id": stored.id, "name": row.contact})
        status = RowStatus.CHANGED if differing or is_new_contact else RowStatus.SAME
        self._outcome.statuses[status] += 1

    def _contacts(self, ids: Sequence[uuid.UUID]) -> set[tuple[uuid.UUID, str]]:
        found: set[tuple[uuid.UUID, str]] = set()
        for chunk in in_chunks(ids, 500):
            statement = select(Contact.customer_id, Contact.name)
            rows = self._session.execute(statement.where(Contact.customer_id.in_(chunk)))
            found.update((row.customer_id, row.name) for row in rows)
        return found

    def _store(self, plan: _Plan) -> None:
        if not (plan.inserts or plan.updates or plan.contacts):
            return
        start_job(self._session, self._source, self._outcome)
        journal.bulk_insert(self._session, Customer, plan.inserts)
        journal.bulk_update(self._session, Customer, plan.updates)
        told = (*plan.inserts, *plan.updates)
        owners = {one["id"]: one["owner_id"] for one in told if "owner_id" in one}
        charge_book.follow(self._session, owners)
        journal.bulk_insert(self._session, Contact, plan.contacts)
        refused = [each["id"] for each in plan.updates if each.get("do_not_contact")]
        note = _("The customer asked not to be contacted.")
        case_life.stop_contact(self._session, refused, note)
