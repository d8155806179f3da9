"""How the fields of a row are named, shown and exported: one list for tables, CLI, Excel and PDF.

Qt-free. The lists themselves stand in ``columns/<topic>.py``; whoever shows a column translates
its title with :meth:`Column.heading`.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Generic, TypeVar

from db.queries.paging import Sort
from desktop_app import clock, labels
from desktop_app.i18n import _

__all__ = ["Align", "Cell", "Column", "Kind", "Sort", "plain_value", "shown_value"]

__all__ = ["Align", "Cell", "Column", "Kind", "Sort", "plain_value", "shown_value"]

RowT = TypeVar("RowT")

Cell = str | int | float | Decimal | date | datetime | bool | None
"""What a column gives to Excel and JSON: a real value, or text."""


_PLAIN = (str, int, float, Decimal, date)  # bool and datetime are among them


class Align(StrEnum):
    """Where a value stands in its column."""

    LEFT = "left"
    RIGHT = "right"
    CENTER = "center"


class Kind(StrEnum):
    """What a number means, where its type does not say it."""

    AUTO = "auto"
    TEXT = "text"
    MONEY = "money"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """One column of a list.

    Attributes:
        id: Name in settings, JSON and on the command line.
        title: English title marked with ``N_``.
        value: The value of a row: sorted by, written to Excel. Money is in minor units (fen).
        text: The value as people read it; made from the value when not given.
        align: Where the value stands.
        width: Preferred width on screen in pixels; found from the content when not given.
        sortable: Whether a click on the title sorts.
        kind: ``MONEY`` for minor units, ``PERCENT`` for a share of 1, ``TEXT`` to export the text.
            The ``text`` of money has the sign of the row's currency.
    """

    id: str
    title: str
    value: Callable[[RowT], object]
    text: Callable[[RowT], str] | None = None
    align: Align = Align.LEFT
    width: int | None = None
    sortable: bool = True
    kind: Kind = Kind.AUTO

    def heading(self) -> str:
        """The translated title."""
        return _(self.title)

    def shown(self, row: RowT) -> str:
        """The value of a row as a person reads it; empty for what is not known."""
        return self.text(row) if self.text is not None else shown_value(self.value(row), self.kind)

    def cell(self, row: RowT) -> Cell:
        """The value of a row for Excel and JSON: numbers, dates and booleans stay what they are.

        Money comes as :class:`~decimal.Decimal` in major units (yuan), words as translated text.
        """
        value = self.value(row)
        if value is not None and (self.kind is Kind.TEXT or isinstance(value, (Enum, uuid.UUID))):
            return self.shown(row)
        return plain_value(value, self.kind)


def plain_value(value: object, kind: Kind = Kind.AUTO) -> Cell:
    """A value for Excel and JSON; see :meth:`Column.cell`."""
    if kind is Kind.MONEY and isinstance(value, int):
        return Decimal(value).scaleb(-2)
    if value is None or (isinstance(value, _PLAIN) and not isinstance(value, Enum)):
        return value
    return shown_value(value, kind)


def shown_value(  # noqa: PLR0911  (one a type)
    value: object, kind: Kind = Kind.AUTO, currency: str = ""
) -> str:
    """A value as a person reads it; empty for ``None``. An amount has the sign of its currency."""
    match value:
        case None:
            return ""
        case StrEnum() if type(value) in labels.LABELS:
            return labels.label(value)
        case str():
            return str(value)
        case bool():
            return _("Yes") if value else _("No")
        case int() if kind is Kind.MONEY:
            return labels.money(value, currency)
        case int() | float() if kind is Kind.PERCENT:
            return labels.percent(value)
        case int():
            return labels.number(value)
        case float() | Decimal():
            return f"{value:,.2f}"
        case datetime():
            return f"{(clock.local(value) if value.tzinfo else value):%Y-%m-%d %H:%M}"
        case date():
            return labels.day_text(value)
        case _:
            return str(value)
