"""How many lost customers were asked, how often the reason is known: for the manager's page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.queries import insights as queries
from db.queries.insights import ClosedFilter, ClosedRow
from desktop_app.domain.permissions import Action
from desktop_app.domain.rates import Closed, grouped
from desktop_app.services import access

__all__ = ["ClosedFilter", "Rates", "counts_of", "rates"]


@dataclass(frozen=True, slots=True)
class Rates:
    """Closed cases counted: all, and by month, owner and store in the order of their names."""

    all: Closed
    months: dict[tuple[int, int], Closed]
    owners: dict[str, Closed]
    stores: dict[str, Closed]


def rates(session: Session, criteria: ClosedFilter) -> Rates:
    """Count the closed cases the actor sees."""
    access.require(session, Action.REPORT)
    rows = queries.closed_rows(session, access.limited(session, criteria))
    whole: Sequence[Closed] = list(map(counts_of, rows))
    return Rates(
        all=sum(whole, Closed()),
        months=_every_month(grouped(rows, lambda row: (row.year, row.month), counts_of)),
        owners=grouped(sorted(rows, key=lambda row: row.owner), lambda row: row.owner, counts_of),
        stores=grouped(sorted(rows, key=lambda row: row.store), lambda row: row.store, counts_of),
    )


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
