"""What all kinds of import share: what comes in, what came of it, and the job in the journal.

The rows are read and understood by `desktop_app.importing`; here they meet the database. An
import is one change set: customers are journalled one by one, orders carry the import's id.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db import journal
from db.models import Customer, ImportJob, User
from db.vocabulary import ChangeKind, ImportKind, MatchKey
from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_, _
from desktop_app.services import access, watch

IMPORT_TITLES = {
    ImportKind.CUSTOMERS: N_("Import customers from {file}: {new} new, {changed} changed"),
    ImportKind.ORDERS: N_("Import orders from {file}: {new} new, {changed} changed rows"),
    ImportKind.VISITS: N_("Import visits made from {file}: {new} new, {changed} changed"),
    ImportKind.RENEWALS: N_("Import renewals from {file}: {new} new, {changed} changed"),
}
_REMEMBERED = 300  # the newest jobs whose mapping is looked through
_IN_LIST = 500
ItemT = TypeVar("ItemT")


class RowStatus(StrEnum):
    """What came of one accepted row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Source:
    """The file behind an import.

    Attributes:
        kind: What it holds.
        file_name: Its name, without folder.
        digest: SHA-256 of its bytes.
        mapping: How it was read, as JSON, with the ``signature`` of its headings.
    """

    kind: ImportKind
    file_name: str
    digest: str
    mapping: dict[str, Any]


@dataclass(slots=True)
class Outcome:
    """What came of the rows given to the database so far.

    Attributes:
        statuses: Accepted rows by what came of them.
        rejected: Row number and translated reason of the others.
        customers_created: Customers made from orders.
        returns: Accepted order rows with a negative amount.
        is_dry: Nothing is written.
        job_id: The import in the database; made with the first row that changes something.
    """

    is_dry: bool
    statuses: Counter[RowStatus] = field(default_factory=Counter)
    rejected: list[tuple[int, str]] = field(default_factory=list)
    customers_created: int = 0
    returns: int = 0
    job_id: uuid.UUID | None = None


def start_job(session: Session, source: Source, outcome: Outcome) -> None:
    """Put the import into the database before its first row, once."""
    if outcome.job_id is not None:
        return
    journal.name_change(
        session,
        IMPORT_TITLES[source.kind],
        kind=ChangeKind.IMPORT,
        file=source.file_name,
        digest=source.digest,
        new=0,
        changed=0,
    )
    job = ImportJob(
        kind=source.kind,
        file_name=source.file_name[-260:],
        digest=source.digest,
        mapping=source.mapping,
    )
    session.add(job)
    session.flush()
    journal.mark_import(session, job.id)
    outcome.job_id = job.id


def finish_job(session: Session, outcome: Outcome, rejected: int) -> uuid.UUID | None:
    """Store the counts; gives the change set, or ``None`` when nothing was to be changed.

    Orders decide about the saves that are watched, in the same change set.

    Args:
        session: The writing session.
        outcome: What came of the rows.
        rejected: Rows rejected in all, also before they reached the database.
    """
    if outcome.job_id is None:
        return None
    job = session.get_one(ImportJob, outcome.job_id)
    new, changed, same = (outcome.statuses[status] for status in RowStatus)
    job.new, job.changed, job.same, job.rejected = new, changed, same, rejected
    job.rows = new + changed + same + rejected
    journal.retitle_args(session, new=new, changed=changed, same=same, rejected=rejected)
    session.flush()
    if job.kind == ImportKind.ORDERS:
        watch.judge_all(session)
    return journal.buffer_of(session).id


def remembered_mapping(session: Session, signature: str) -> dict[str, Any] | None:
    """The mapping of the newest import of a file with the same headings."""
    access.require(session, Action.IMPORT)
    jobs = session.scalars(
        select(ImportJob.mapping).order_by(ImportJob.created_at.desc()).limit(_REMEMBERED)
    )
    return next((dict(each) for each in jobs if each.get("signature") == signature), None)


def in_chunks(items: Iterable[ItemT], size: int) -> Iterator[list[ItemT]]:
    """Cut a stream into lists of at most ``size``."""
    stream = iter(items)
    while chunk := list(islice(stream, size)):
        yield chunk


def find_customers(
    session: Session,
    key: MatchKey,
    values: Iterable[str],
    columns: Sequence[Any],
    seen: ColumnElement[bool] | None = None,
) -> dict[str, list[Any]]:
    """Stored customers by the value of a key, with the columns asked for.

    Args:
        session: Any session.
        key: What to look by; for name and phone the value is :func:`name_phone`.
        values: Keys to look for.
        columns: Columns of the customer to give; ``Customer.id`` first.
        seen: Condition on `Customer`: the others are as if they were not there.
    """
    column = {
        MatchKey.NUMBER: Customer.number,
        MatchKey.PHONE: Customer.phone,
        MatchKey.CARD_NUMBER: Customer.card_number,
        MatchKey.NAME_PHONE: Customer.name,
    }[key]
    wanted = set(values)
    asked = {value.split("\x1f")[0] for value in wanted} if key is MatchKey.NAME_PHONE else wanted
    found: dict[str, list[Any]] = {}
    for chunk in in_chunks(sorted(asked), _IN_LIST):
        statement = select(*columns, column.label("key_"), Customer.phone.label("phone_"))
        if seen is not None:
            statement = statement.where(seen)
        for row in session.execute(statement.where(column.in_(chunk))):
            name = name_phone(row.key_, row.phone_) if key is MatchKey.NAME_PHONE else row.key_
            found.setdefault(name, []).append(row)
            if key is MatchKey.NAME_PHONE and name_phone(row.key_, "") in wanted and row.phone_:
                found.setdefault(name_phone(row.key_, ""), []).append(row)
    return found


def known_customers(
    session: Session,
    key: MatchKey,
    rows: Iterable[tuple[int, str]],
    outcome: Outcome,
    seen: ColumnElement[bool] | None = None,
) -> dict[str, uuid.UUID]:
    """The customer of every key that is one customer's; the other rows are rejected.

    Args:
        session: Any session.
        key: What customers are known by.
        rows: Number of each row and the key of its customer.
        outcome: Rejects are added here.
        seen: Condition on `Customer`: the others are as unknown as those that do not exist.
    """
    asked = list(rows)
    found = find_customers(session, key, {one for _row, one in asked if one}, (Customer.id,), seen)
    unknown = _("There is no customer {key}.")
    if seen is not None:
        unknown = _("There is no customer {key} within your reach.")
    for row, one in asked:
        hits = found.get(one, [])
        if not one:
            outcome.rejected.append((row, _("The row names no customer.")))
        elif not hits:
            shown = one.replace("\x1f", " ").strip()
            outcome.rejected.append((row, unknown.format(key=shown)))
        elif len(hits) > 1:
            outcome.rejected.append((row, several(one)))
    return {one: hits[0].id for one, hits in found.items() if len(hits) == 1}


class People:
    """The users by login and by name, those who have left included."""

    def __init__(self, session: Session) -> None:
        self._by_login: dict[str, uuid.UUID] = {}
        self._by_name: dict[str, list[uuid.UUID]] = {}
        for row in session.execute(select(User.id, User.login, User.name)):
            self._by_login[row.login] = row.id
            self._by_name.setdefault(row.name, []).append(row.id)

    def find(self, words: str) -> uuid.UUID | str:
        """Whom a file means, or why that cannot be told."""
        found = self._by_login.get(words)
        if found is not None:
            return found
        named = self._by_name.get(words, [])
        if len(named) == 1:
            return named[0]
        if named:
            return _("Several people are called {name}. Give the login.").format(name=words)
        return _("Nobody is called {name}. Add the user, or leave the column out.").format(
            name=words
        )


def name_phone(name: str, phone: str) -> str:
    """The key of a customer known by name and phone."""
    return f"{name}\x1f{phone}"


def several(key: str) -> str:
    """The sentence about a key that more than one customer has."""
    return _("Several customers have {key}.").format(key=key.replace("\x1f", " ").strip())
