"""Data for tests: each function takes a writing session and makes one thing through the services.

`Desk` runs services as a given user, each in its own transaction, and remembers the change sets.
"""

import datetime as dt
import itertools
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import Table, select

from db import journal, undo
from db.base import BOOKKEEPING, Base
from db.models import ENTITIES, Customer, ImportJob, Order, Store, User
from db.session import SYSTEM, Actor, Database, Session
from db.vocabulary import AttemptResult, ChangeKind, Channel, ImportKind, Role, RuleKind
from desktop_app import clock
from desktop_app.domain.cases import OpenDraft
from desktop_app.domain.contacts import AttemptDraft
from desktop_app.services import cases, charge_book, contacts

P = ParamSpec("P")
T = TypeVar("T")

_numbers = itertools.count(1)

PNG: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b5500"
    "00000a4944415478da6368000000820081da45083b0000000049454e44ae426082"
)
"""The smallest picture."""


def name(session: Session) -> None:
    """Name the change set of a set-up; a service called before has named it already."""
    journal.name_change(session, "Set up", kind=ChangeKind.EDIT)


def add_store(session: Session, code: str = "S02", title: str = "人民路店") -> uuid.UUID:
    name(session)
    store = Store(code=code, name=title)
    session.add(store)
    session.flush()
    return store.id


def add_user(
    session: Session, role: Role, store_id: uuid.UUID | None = None, *, is_active: bool = True
) -> Actor:
    name(session)
    login = f"{role}-{next(_numbers)}"
    user = User(
        login=login, name=f"员工 {login}", role=role, store_id=store_id, is_active=is_active
    )
    session.add(user)
    session.flush()
    return Actor(user.id, login, user.name, role, store_id)


def add_customer(session: Session, number: str | None = None, **columns: Any) -> uuid.UUID:
    """A customer; without a number the next of this run of the tests."""
    name(session)
    number = number or f"T{next(_numbers):05d}"
    customer = Customer(number=number, **({"name": f"客户 {number}"} | columns))
    session.add(customer)
    session.flush()
    charge_book.follow(session, {customer.id: customer.owner_id})
    return customer.id


def add_orders(
    session: Session, customer_id: uuid.UUID, orders: Sequence[tuple[dt.date, int]]
) -> uuid.UUID:
    """Orders `(day, minor units)` of a customer as an import of their own; returns its key."""
    name(session)
    job = ImportJob(kind=ImportKind.ORDERS, file_name="orders.csv", digest="")
    session.add(job)
    session.flush()
    journal.mark_import(session, job.id)
    rows = [
        {"customer_id": customer_id, "number": f"O{next(_numbers)}", "day": day.toordinal(),
         "amount": amount, "quantity": None, "currency": "CNY"}
        for day, amount in orders
    ]  # fmt: skip
    journal.insert_facts(session, Order, rows)
    return job.id


def open_case(
    session: Session,
    customer_id: uuid.UUID | None = None,
    kind: RuleKind = RuleKind.LAPSING,
    **columns: Any,
) -> uuid.UUID:
    """A fresh case, of a new customer if none is given."""
    name(session)
    owner = customer_id or add_customer(session, **columns)
    return cases.open_case(session, owner, OpenDraft(kind=kind))


def assigned_case(session: Session, user_id: uuid.UUID | None, **columns: Any) -> uuid.UUID:
    """A case that somebody works on."""
    case_id = open_case(session, **columns)
    assert user_id is not None
    assert cases.assign(session, [case_id], user_id).assigned == 1
    return case_id


def attempt(
    session: Session,
    case_id: uuid.UUID,
    result: AttemptResult = AttemptResult.REACHED,
    **fields: Any,
) -> uuid.UUID:
    """A call with a result, made now."""
    draft = AttemptDraft(**({"channel": Channel.CALL, "at": clock.now()} | fields), result=result)
    return contacts.log_attempt(session, case_id, draft)


def change_customer(session: Session, customer_id: uuid.UUID, **columns: Any) -> None:
    """Set columns of a customer, as the form would."""
    name(session)
    customer = session.get_one(Customer, customer_id)
    for column, value in columns.items():
        getattr(customer, column)
        setattr(customer, column, value)
    charge_book.follow(session, {customer_id: customer.owner_id})


def change_row(session: Session, model: type[Base], key: uuid.UUID, **columns: Any) -> None:
    """Set columns of a row that no service would set so any more, as a day that is past."""
    name(session)
    row = session.get_one(model, key)
    for column, value in columns.items():
        getattr(row, column)
        setattr(row, column, value)


def leave(session: Session, user_id: uuid.UUID | None) -> None:
    """Somebody leaves the business."""
    name(session)
    user = session.get_one(User, user_id)
    assert user.is_active
    user.is_active = False


class Desk:
    """Runs services: `do` writes as a user, `look` reads as one. Knows every change set made."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.made: list[uuid.UUID] = []

    def do(
        self,
        actor: Actor,
        service: Callable[Concatenate[Session, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        with self.database.write(actor) as session:
            result = service(session, *args, **kwargs)
        change_set = session.info["changes"].change_set_id
        if change_set is not None:
            self.made.append(change_set)
        return result

    def look(
        self,
        actor: Actor,
        query: Callable[Concatenate[Session, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        with self.database.read() as session:
            session.info["actor"] = actor
            return query(session, *args, **kwargs)

    def undo(self, change_set_id: uuid.UUID | None = None) -> None:
        """Undo a change set, by default the newest that was made here."""
        target = change_set_id or self.made.pop()
        with self.database.write(SYSTEM) as session:
            undo.undo(session, target)

    def rows(self, *tables: str) -> dict[str, dict[str, dict[str, Any]]]:
        """All journalled rows (of some tables) by table and key, as people would see them."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        with self.database.read() as session:
            for title, model in ENTITIES.items():
                if not model.__journalled__ or (tables and title not in tables):
                    continue
                table = model.__table__
                assert isinstance(table, Table)
                found[title] = {
                    str(row["id"]): {k: v for k, v in row.items() if k not in BOOKKEEPING}
                    for row in session.execute(select(table)).mappings()
                }
        return found
