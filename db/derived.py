"""Figures that follow from customers and orders: `CustomerStat` and the search index.

A pure function of the rows: as of the reference day (the newest order, never later than today),
over the class window. Refreshed in the transaction that changed the rows, for the customers
touched; nobody edits them, the journal leaves them out.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from db import search
from db.base import utcnow
from db.models import Customer, CustomerStat, Order, Setting, WorkspaceFigures

CLASS_WINDOW_KEY: Final = "class_window_days"
DEFAULT_WINDOW: Final = 365  # days
_CHUNK: Final = 500
_MANY: Final = 2_000  # from here on the whole table is recomputed in one statement


@dataclass(slots=True)
class Touched:
    """Customers whose own row (`profiles`) or whose orders (`orders`) changed in a transaction."""

    profiles: set[uuid.UUID] = field(default_factory=set)
    orders: set[uuid.UUID] = field(default_factory=set)
    window: bool = False  # the class window itself changed

    def __bool__(self) -> bool:
        """Whether anything needs refreshing."""
        return bool(self.profiles or self.orders or self.window)


def reference_day(session: Session) -> int:
    """Ordinal of the day as of which the figures stand: the newest order, at most today."""
    today = utcnow().date().toordinal()
    newest = session.scalar(select(func.max(Order.day)).where(Order.day <= today))
    return newest if newest is not None else today


def class_window(session: Session) -> int:
    """Days of spend that the classes are ranked by."""
    value = session.scalar(select(Setting.value).where(Setting.key == CLASS_WINDOW_KEY))
    return int(value["days"]) if value else DEFAULT_WINDOW


def refresh(session: Session, touched: Touched) -> None:
    """Bring the figures and the search index up to date with the rows."""
    if touched.profiles:
        _refresh_profiles(session, touched.profiles)
    customers = touched.orders | touched.profiles
    moved = touched.window or _reference_moved(session)
    if moved or len(customers) > _MANY:
        _refresh_figures(session, None)
    else:
        for chunk in _chunks(list(customers)):
            _refresh_figures(session, chunk)
    if touched.orders or touched.profiles or moved:
        _refresh_classes(session)


def rebuild(session: Session) -> None:
    """Make everything derived anew from the rows, e.g. after a restore or by `winback check`."""
    session.execute(text("DELETE FROM customer_fts"))
    session.execute(text("DELETE FROM customer_stat"))
    refresh(session, Touched(profiles=set(session.scalars(select(Customer.id)))))
    _refresh_figures(session, None)
    _refresh_classes(session)


def _refresh_profiles(session: Session, ids: Collection[uuid.UUID]) -> None:
    for chunk in _chunks(list(ids)):
        known = {
            row.customer_id: row
            for row in session.execute(
                select(CustomerStat.no, CustomerStat.customer_id, CustomerStat.name).where(
                    CustomerStat.customer_id.in_(chunk)
                )
            )
        }
        live = list(
            session.execute(
                select(
                    Customer.id,
                    Customer.number,
                    Customer.name,
                    Customer.phone,
                    Customer.card_number,
                ).where(Customer.id.in_(chunk))
            )
        )
        gone = set(known) - {row.id for row in live}
        _forget(session, [known[customer_id].no for customer_id in gone])
        _update_known(session, [row for row in live if row.id in known], known)
        _add_new(session, [row for row in live if row.id not in known])


def _forget(session: Session, numbers: Sequence[int]) -> None:
    search.remove(session.connection(), numbers)
    if numbers:
        session.execute(
            text("DELETE FROM customer_stat WHERE no = :no"), [{"no": no} for no in numbers]
        )


def _profile(row: Any) -> dict[str, Any]:
    return {
        "customer_id": row.id,
        "number": row.number,
        "name": row.name,
        "name_folded": search.fold(row.name),
        "phone_reversed": search.tail_key(row.phone),
        "card_reversed": search.tail_key(row.card_number),
    }


def _update_known(session: Session, rows: Sequence[Any], known: dict[uuid.UUID, Any]) -> None:
    if not rows:
        return
    table = CustomerStat.__table__
    session.connection().execute(
        table.update().where(table.c.no == text(":row_no")),
        [{**_profile(row), "row_no": known[row.id].no} for row in rows],
    )
    renamed = [row for row in rows if known[row.id].name != row.name]
    search.store(
        session.connection(),
        (search.SearchKeys(known[row.id].no, row.name) for row in renamed),
        known=True,
    )


def _add_new(session: Session, rows: Sequence[Any]) -> None:
    if not rows:
        return
    first = (session.scalar(select(func.max(CustomerStat.no))) or 0) + 1
    entries = [{**_profile(row), "no": first + offset} for offset, row in enumerate(rows)]
    session.connection().execute(CustomerStat.__table__.insert(), entries)
    search.store(
        session.connection(),
        (search.SearchKeys(entry["no"], entry["name"]) for entry in entries),
        known=False,
    )


_FIGURES: Final = """
UPDATE customer_stat SET
  orders = coalesce(o.orders, 0), purchase_days = coalesce(o.purchase_days, 0),
  first_day = o.first_day, last_day = o.last_day,
  spend_total = coalesce(o.total, 0), spend_window = coalesce(o.inside, 0),
  spend_before = coalesce(o.earlier, 0)
FROM customer_stat AS c LEFT JOIN (
  SELECT customer_id,
    count(*) FILTER (WHERE amount >= 0) AS orders,
    count(DISTINCT CASE WHEN amount >= 0 THEN day END) AS purchase_days,
    min(CASE WHEN amount >= 0 THEN day END) AS first_day,
    max(CASE WHEN amount >= 0 THEN day END) AS last_day,
    sum(amount) AS total,
    sum(CASE WHEN day > :start AND day <= :stop THEN amount ELSE 0 END) AS inside,
    sum(CASE WHEN day > :before AND day <= :start THEN amount ELSE 0 END) AS earlier
  FROM customer_order {where} GROUP BY customer_id
) AS o ON o.customer_id = c.customer_id
WHERE customer_stat.no = c.no {only}
"""


def _refresh_figures(session: Session, chunk: Sequence[uuid.UUID] | None) -> None:
    stop = reference_day(session)
    window = class_window(session)
    values: dict[str, Any] = {"stop": stop, "start": stop - window, "before": stop - 2 * window}
    if chunk is None:
        session.execute(text(_FIGURES.format(where="", only="")), values)
        session.execute(text("DELETE FROM workspace_figures"))
        session.connection().execute(
            WorkspaceFigures.__table__.insert(), {"reference_day": stop, "window_days": window}
        )
        return
    names = [f"c{index}" for index in range(len(chunk))]
    marks = ", ".join(f":{name}" for name in names)
    values |= {name: customer_id.hex for name, customer_id in zip(names, chunk, strict=True)}
    sql = _FIGURES.format(
        where=f"WHERE customer_id IN ({marks})", only=f"AND c.customer_id IN ({marks})"
    )
    session.execute(text(sql), values)


def _reference_moved(session: Session) -> bool:
    """Whether the stored figures stand as of another day or window than they should."""
    row = session.execute(text("SELECT reference_day, window_days FROM workspace_figures")).first()
    return row is None or (row[0], row[1]) != (reference_day(session), class_window(session))


def _refresh_classes(session: Session) -> None:
    """Write the class of every customer whose class changed (F-15, exact sizes, ties by number)."""
    count = session.scalar(select(func.count()).select_from(CustomerStat)) or 0
    size_a = -(-count * 5 // 100)  # ceil in whole numbers
    size_ab = -(-count * 20 // 100)
    values: dict[str, Any] = {}
    for name, size in (("a", size_a), ("b", size_ab)):
        row = session.execute(
            text(
                "SELECT spend_window, number FROM customer_stat"
                " ORDER BY spend_window DESC, number LIMIT 1 OFFSET :skip"
            ),
            {"skip": max(size - 1, 0)},
        ).first()
        values |= {f"{name}_spend": row[0] if row else 0, f"{name}_number": row[1] if row else ""}
    case = (
        "CASE WHEN spend_window <= 0 THEN 'c'"
        " WHEN spend_window > :a_spend OR (spend_window = :a_spend AND number <= :a_number)"
        " THEN 'a' WHEN spend_window > :b_spend"
        " OR (spend_window = :b_spend AND number <= :b_number) THEN 'b' ELSE 'c' END"
    )
    session.execute(text(f"UPDATE customer_stat SET klass = {case} WHERE klass <> {case}"), values)


def _chunks(ids: list[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def as_date(day: int | None) -> dt.date | None:
    """Ordinal to date; None stays None."""
    return None if day is None else dt.date.fromordinal(day)
