"""Customers with orders for tests, written straight into the database in one change set."""

import copy
import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from db import journal
from db.base import new_id
from db.models import Customer, ImportJob, Order, OrderLine
from db.session import Actor, Database

T = TypeVar("T")
_made: dict[tuple[bytes, str], tuple[bytes, object]] = {}


def once(database: Database, what: str, make: Callable[[], T]) -> T:
    """Let `make` fill a database; one that began with the same bytes gets the same file again.

    Args:
        database: the database of a test, used by nobody else at this moment.
        what: a name of its own for what `make` does.
        make: fills the database; what it returns is returned each time.
    """
    beginning = hashlib.sha256(_closed(database)).digest(), what
    if beginning in _made:
        content, result = _made[beginning]
        database.path.write_bytes(content)
        return copy.copy(result)  # type: ignore[return-value]
    result = make()
    _made[beginning] = _closed(database), result
    return copy.copy(result)


def _closed(database: Database) -> bytes:
    """The whole content of a database that nobody has open."""
    database.close()
    assert not database.path.with_name(f"{database.path.name}-wal").exists()
    return database.path.read_bytes()


def add_customers(
    database: Database, actor: Actor, names: Mapping[str, str], **values: object
) -> dict[str, uuid.UUID]:
    """Customers by number with their names; returns their keys by number."""
    with database.write(actor) as session:
        journal.name_change(session, "Customers of the test")
        rows = [{"number": number, "name": name, **values} for number, name in names.items()]
        return dict(zip(names, journal.bulk_insert(session, Customer, rows), strict=True))


def add_orders(
    database: Database,
    actor: Actor,
    customer_id: uuid.UUID,
    orders: Sequence[tuple[date, int] | tuple[date, int, str]],
) -> uuid.UUID:
    """Orders `(day, fen)` or `(day, fen, product line)` of one customer; returns the import."""
    with database.write(actor) as session:
        journal.name_change(session, "Orders of the test")
        job = ImportJob(kind="orders", file_name="test", digest=str(new_id()))
        session.add(job)
        session.flush()
        journal.mark_import(session, job.id)
        first = session.connection().exec_driver_sql(
            "SELECT coalesce(max(id), 0) + 1 FROM customer_order"
        )
        start = first.scalar_one()
        journal.insert_facts(
            session,
            Order,
            [
                {
                    "id": start + index,
                    "customer_id": customer_id,
                    "number": f"T{start + index}",
                    "day": order[0].toordinal(),
                    "amount": order[1],
                    "quantity": 1000,
                    "currency": "CNY",
                }
                for index, order in enumerate(orders)
            ],
        )
        journal.insert_facts(
            session,
            OrderLine,
            [
                {
                    "order_id": start + index,
                    "customer_id": customer_id,
                    "day": order[0].toordinal(),
                    "product_name": str(order[2]),
                    "product_line": order[2],
                    "amount": order[1],
                }
                for index, order in enumerate(orders)
                if len(order) > 2
            ],
        )
        return job.id
