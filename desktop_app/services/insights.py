"""How many lost customers were asked, how often the reason is known: for the manager's page."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.queries import insights as queries
from db.queries.closed import ClosedGroup
from db.queries.insights import ClosedFilter, ClosedRow
from desktop_app.domain.permissions import Action
from desktop_app.domain.rates import Closed, grouped
from desktop_app.services import access

__all__ = ["ClosedFilter", "ClosedGroup", "Named", "Rates", "counts_of", "rates"]


@dataclass(frozen=True, slots=True)
class Named:
    """An owner or a store; nobody and nowhere have no key and no name."""

    id: uuid.UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class Rates:
    """Closed cases counted: all, and by month, owner and store in the order of their names."""

    all: Closed
    months: dict[tuple[int, int], Closed]
    owners: dict[Named, Closed]
    stores: dict[Named, Closed]


def rates(session: Session, criteria: ClosedFilter) -> Rates:
    """Count the closed cases the actor sees."""
    access.require(session, Action.REPORT)
    rows = queries.closed_rows(session, access.limited(session, criteria))
    whole: Sequence[Closed] = list(map(counts_of, rows))
    return Rates(
        all=sum(whole, Closed()),
        months=_every_month(grouped(rows, lambda row: (row.year, row.month), counts_of)),
        owners=_named(rows, lambda row: Named(row.owner_id, row.owner)),
        stores=_named(rows, lambda row: Named(row.store_id, row.store)),
    )


def _named(rows: Sequence[ClosedRow], named: Callable[[ClosedRow], Named]) -> dict[Named, Closed]:
    """Counts in the order of the names; of two with the same name each by itself."""
    ordered = sorted(rows, key=lambda row: (named(row).name, str(named(row).id)))
    return grouped(ordered, named, counts_of)


def counts_of(row: ClosedRow) -> Closed:
    """The counts of a row without its keys."""
    return Closed(
        closed=row.closed,
        lost=row.lost,
        asked=row.asked,
        tried=row.tried,
        known=row.known,
        contacted=row.contacted,
        saved=row.saved,
        unreachable=row.unreachable,
    )


def _every_month(found: dict[tuple[int, int], Closed]) -> dict[tuple[int, int], Closed]:
    """Also the months between in which nothing was closed."""
    if not found:
        return {}
    first, last = min(found), max(found)
    numbers = range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])
    months = [(number // 12, number % 12 + 1) for number in numbers]
    return {month: found.get(month, Closed()) for month in months}
