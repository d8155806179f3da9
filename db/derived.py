"""Figures that follow from customers and orders: `CustomerStat` and the search index.

A pure function of the rows: as of the reference day (the newest order, never later than today),
over the class window. Refreshed in the transaction that changed the rows, for the customers
touched; nobody edits them, the journal leaves them out.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from db import search
from db.base import utcnow
from db.models import Case, Customer, CustomerStat, Order, Setting, WorkspaceFigures

CURRENCY_KEY: Final = "currency"
DEFAULT_CURRENCY: Final = "CNY"
CLASS_WINDOW_KEY: Final = "class_window_days"
DEFAULT_WINDOW: Final = 365  # days
_CHUNK: Final = 500
_MANY: Final = 2_000  # from here on the whole table is recomputed in one statement
_CUSTOMER: Final = cast("Table", Customer.__table__)
_STAT: Final = cast("Table", CustomerStat.__table__)
_WORKSPACE: Final = cast("Table", WorkspaceFigures.__table__)
_SETTING: Final = cast("Table", Setting.__table__)
_ORDER, _CASE = cast("Table", Order.__table__), cast("Table", Case.__table__)
_AN_ORDER: Final = select(_ORDER.c.currency).limit(1)  # these run in most writes: made once
_A_CASE: Final = select(_CASE.c.currency).limit(1)
_VALUE: Final = select(_SETTING.c.value).where(_SETTING.c.key == bindparam("of_key"))


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
    today = utcnow().astimezone().date().toordinal()
    newest = session.scalar(select(func.max(Order.day)).where(Order.day <= today))
    return newest if newest is not None else today


def setting(session: Session, key: str) -> dict[str, Any] | None:
    """The value of a setting of the workspace; None if it was never set."""
    return session.connection().scalar(_VALUE, {"of_key": key})


def class_window(session: Session) -> int:
    """Days of spend that the classes are ranked by."""
    value = setting(session, CLASS_WINDOW_KEY)
    return int(value["days"]) if value else DEFAULT_WINDOW


def currency(session: Session) -> str:
    """The one currency of all amounts: that of the orders and cases there are, else the setting."""
    settled = settled_currency(session)
    if settled is not None:
        return settled
    value = setting(session, CURRENCY_KEY)
    return str(value["code"]) if value else DEFAULT_CURRENCY


def settled_currency(session: Session) -> str | None:
    """The currency that the first order or case has settled; None while there are none."""
    connection = session.connection()
    return connection.scalar(_AN_ORDER) or connection.scalar(_A_CASE)


def is_current(session: Session) -> bool:
    """Whether the stored figures stand as of the day and over the window that they should."""
    row = session.execute(text("SELECT reference_day, window_days FROM workspace_figures")).first()
    return row is not None and tuple(row) == (reference_day(session), class_window(session))


def refresh(session: Session, touched: Touched) -> None:
    """Bring the figures and the search index up to date with the rows."""
    has_moved = _refresh_profiles(session, touched.profiles)
    if len(touched.orders) > _MANY or not is_current(session):
        has_moved |= _refresh_figures(session, None)
    else:
        for chunk in _chunks(list(touched.orders)):
            has_moved |= _refresh_figures(session, chunk)
    if has_moved:
        _refresh_classes(session)


def rebuild(session: Session) -> None:
    """Make everything derived anew from the rows, e.g. after a restore or by `winback check`."""
    search.clear(session.connection())
    session.execute(text("DELETE FROM customer_stat"))
    _refresh_profiles(session, set(session.scalars(select(Customer.id))))
    _refresh_figures(session, None)
    _refresh_classes(session)


# ---------------------------------------------------------------- names, numbers, search


def _refresh_profiles(session: Session, ids: Collection[uuid.UUID]) -> bool:
    """Whether customers came, went or changed their number, by which ties are broken."""
    has_moved = False
    for chunk in _chunks(list(ids)):
        known = {
            row.customer_id: row
            for row in session.connection().execute(
                select(_STAT).where(_STAT.c.customer_id.in_(chunk))
            )
        }
        live = {
            row.id: _profile(row)
            for row in session.connection().execute(
                select(
                    _CUSTOMER.c.id,
                    _CUSTOMER.c.number,
                    _CUSTOMER.c.name,
                    _CUSTOMER.c.phone,
                    _CUSTOMER.c.card_number,
                ).where(_CUSTOMER.c.id.in_(chunk))
            )
        }
        gone = [row.no for key, row in known.items() if key not in live]
        _forget(session, gone)
        _add_new(session, [entry for key, entry in live.items() if key not in known])
        numbers = [_update_known(session, known[key], live[key]) for key in known if key in live]
        has_moved |= bool(gone) or len(live) > len(numbers) or any(numbers)
    return has_moved


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
        "number_folded": search.fold(row.number),
        "name": row.name,
        "name_folded": search.fold(row.name),
        "phone_reversed": search.tail_key(row.phone),
        "card_reversed": search.tail_key(row.card_number),
    }


def _update_known(session: Session, known: Any, entry: dict[str, Any]) -> bool:
    """Write what differs of one customer; whether the number does."""
    old = known._mapping  # noqa: SLF001  (public by documentation)
    changed = {name: value for name, value in entry.items() if old[name] != value}
    if changed:
        session.connection().execute(update(_STAT).where(_STAT.c.no == known.no).values(changed))
    if "name" in changed:
        keys = [search.SearchKeys(known.no, entry["name"])]
        search.store(session.connection(), keys, known=True)
    return "number" in changed


def _add_new(session: Session, entries: Sequence[dict[str, Any]]) -> None:
    if not entries:
        return
    first = (session.scalar(select(func.max(CustomerStat.no))) or 0) + 1
    rows = [{**entry, "no": first + offset} for offset, entry in enumerate(entries)]
    session.connection().execute(insert(_STAT), rows)
    search.store(
        session.connection(),
        (search.SearchKeys(row["no"], row["name"]) for row in rows),
        known=False,
    )


# ---------------------------------------------------------------- figures

_COLUMNS: Final = (
    "orders", "purchase_days", "first_day", "last_day", "spend_total", "spend_window",
    "spend_before",
)  # fmt: skip
_FIGURES: Final = f"""
UPDATE customer_stat SET {", ".join(f"{name} = f.{name}" for name in _COLUMNS)}
FROM (
  SELECT c.no, coalesce(o.orders, 0) AS orders, coalesce(o.purchase_days, 0) AS purchase_days,
    o.first_day, o.last_day, coalesce(o.total, 0) AS spend_total,
    coalesce(o.inside, 0) AS spend_window, coalesce(o.earlier, 0) AS spend_before
  FROM customer_stat AS c LEFT JOIN (
    SELECT customer_id,
      count(*) FILTER (WHERE amount >= 0) AS orders,
      count(DISTINCT CASE WHEN amount >= 0 THEN day END) AS purchase_days,
      min(CASE WHEN amount >= 0 THEN day END) AS first_day,
      max(CASE WHEN amount >= 0 THEN day END) AS last_day,
      sum(amount) AS total,
      sum(CASE WHEN day > :start AND day <= :stop THEN amount ELSE 0 END) AS inside,
      sum(CASE WHEN day > :before AND day <= :start THEN amount ELSE 0 END) AS earlier
    FROM customer_order {{where}} GROUP BY customer_id
  ) AS o ON o.customer_id = c.customer_id
  {{only}}
) AS f
WHERE customer_stat.no = f.no AND ({", ".join(f"customer_stat.{name}" for name in _COLUMNS)})
  IS NOT ({", ".join(f"f.{name}" for name in _COLUMNS)})
"""


def _refresh_figures(session: Session, chunk: Sequence[uuid.UUID] | None) -> bool:
    """Recompute the figures of some customers or of all; whether any differ."""
    stop = reference_day(session)
    window = class_window(session)
    values: dict[str, Any] = {"stop": stop, "start": stop - window, "before": stop - 2 * window}
    connection = session.connection()
    if chunk is None:
        connection.execute(text("DELETE FROM workspace_figures"))
        connection.execute(insert(_WORKSPACE), {"reference_day": stop, "window_days": window})
        return connection.execute(text(_FIGURES.format(where="", only="")), values).rowcount > 0
    names = [f"c{index}" for index in range(len(chunk))]
    marks = ", ".join(f":{name}" for name in names)
    values |= {name: customer_id.hex for name, customer_id in zip(names, chunk, strict=True)}
    sql = _FIGURES.format(
        where=f"WHERE customer_id IN ({marks})", only=f"WHERE c.customer_id IN ({marks})"
    )
    return connection.execute(text(sql), values).rowcount > 0


# ---------------------------------------------------------------- classes

_CLASS: Final = (
    "CASE WHEN spend_window <= 0 THEN 'c'"
    " WHEN spend_window > :a_spend OR (spend_window = :a_spend AND number <= :a_number) THEN 'a'"
    " WHEN spend_window > :b_spend OR (spend_window = :b_spend AND number <= :b_number) THEN 'b'"
    " ELSE 'c' END"
)
_MISPLACED: Final = (  # ranges of the class index outside of which nobody can be misplaced
    "klass = 'a' AND spend_window <= max(:a_spend, 0)",
    "klass = 'b' AND spend_window >= max(:a_spend, 1)",
    "klass = 'b' AND spend_window <= max(:b_spend, 0)",
    "klass = 'c' AND spend_window >= max(:b_spend, 1)",
)


def _refresh_classes(session: Session) -> None:
    """Move every customer who is in a wrong class (F-15: exact sizes, ties by number).

    A holds the first ceil(5 %) of all customers by spend in the window, A and B together the
    first ceil(20 %); who spent nothing is in C whatever the sizes.
    """
    connection = session.connection()
    count = connection.scalar(text("SELECT count(*) FROM customer_stat")) or 0
    values: dict[str, Any] = {}
    for name, percent in (("a", 5), ("b", 20)):
        size = -(-count * percent // 100)  # ceil in whole numbers
        row = connection.execute(
            text(
                "SELECT spend_window, number FROM customer_stat"
                " ORDER BY spend_window DESC, number LIMIT 1 OFFSET :skip"
            ),
            {"skip": max(size - 1, 0)},
        ).first()
        values |= {f"{name}_spend": row[0] if row else 0, f"{name}_number": row[1] if row else ""}
    for where in _MISPLACED:
        connection.execute(
            text(f"UPDATE customer_stat SET klass = {_CLASS} WHERE {where} AND klass <> {_CLASS}"),
            values,
        )


def _chunks(ids: list[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def as_date(day: int | None) -> dt.date | None:
    """Ordinal to date; None stays None."""
    return None if day is None else dt.date.fromordinal(day)
