"""Phone numbers leave the services with their middle hidden, on every row and every record.

The whole number comes from a look at one customer or contact (`services.customers`) or from an
export; each is an event in the journal.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any, Protocol, TypeVar, cast

from desktop_app import labels


class WithPhone(Protocol):
    """A row that shows a phone."""

    @property
    def phone(self) -> str:
        """The number, empty if it is not known."""


RowT = TypeVar("RowT", bound=WithPhone)


def masked(phone: str) -> str:
    """A number with its middle hidden, ``138****8000``; what is not known stays empty."""
    return labels.masked_phone(phone) if phone else ""


def masked_row(row: RowT) -> RowT:
    """The same row (a frozen dataclass) with its phone masked."""
    if not row.phone:
        return row
    return cast("RowT", dataclasses.replace(cast("Any", row), phone=masked(row.phone)))


def masked_rows(rows: Iterable[RowT]) -> list[RowT]:
    """The same rows with their phones masked."""
    return [masked_row(row) for row in rows]
