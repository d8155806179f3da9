"""A row of cells and a mapping give an understood row, or the reasons why not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from pydantic import ValidationError

from db.vocabulary import Channel, DateOrder, MatchKey
from desktop_app.domain import currencies
from desktop_app.domain.customers import CustomerDraft
from desktop_app.errors import problems_from_validation
from desktop_app.i18n import _
from desktop_app.importing import values
from desktop_app.importing.field_values import parsers
from desktop_app.importing.pack_rows import pack_line
from desktop_app.importing.readers import SourceRow
from desktop_app.importing.values import Bad
from desktop_app.services.import_customers import CustomerRow
from desktop_app.services.import_day_packs import PackLine
from desktop_app.services.import_orders import BuyerFacts, OrderRow
from desktop_app.services.import_renewals import RenewalLine
from desktop_app.services.import_visits import VisitLine
from desktop_app.services.imports import name_phone

_AMOUNTS = frozenset({"amount", "unit_price"})
_MOST_ROUNDED = Decimal(10) ** 12


class Plan(Protocol):
    """What of a mapping concerns the reading of rows."""

    @property
    def columns(self) -> dict[str, str]:
        """Field to heading."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """Headings kept as further attributes."""

    @property
    def key(self) -> MatchKey:
        """How rows find their customer."""

    @property
    def date_order(self) -> DateOrder | None:
        """How to read 03/04/2005."""

    @property
    def decimal_comma(self) -> bool:
        """Whether the comma is the decimal sign."""

    @property
    def currency(self) -> str | None:
        """For rows that name none."""


@dataclass(slots=True)
class Notes:
    """What is worth telling besides the rejects.

    Attributes:
        blank: Blank cells of mapped and kept columns, by heading.
        rounded: Amounts and quantities with more decimals than are kept.
        turned: Amounts made negative because the quantity is.
        errors: Attributes left out because the cell shows an error.
    """

    blank: Counter[str] = field(default_factory=Counter)
    rounded: int = 0
    turned: int = 0
    errors: int = 0


class RowReader:
    """Reads the cells of the mapped columns of one row after another."""

    def __init__(self, plan: Plan, headings: Sequence[str]) -> None:
        known = parsers(plan.date_order, decimal_comma=plan.decimal_comma)
        self._plan = plan
        self._columns = [
            (name, heading, headings.index(heading), known[name])
            for name, heading in plan.columns.items()
        ]
        self._attributes = [(heading, headings.index(heading)) for heading in plan.attributes]
        self.notes = Notes()

    def _read(self, row: SourceRow) -> tuple[dict[str, Any], list[str]]:
        """Values that are not blank, and reasons against the row."""
        found: dict[str, Any] = {}
        reasons: list[str] = []
        cells = row.cells
        width = len(cells)
        for name, heading, place, parse in self._columns:
            value = parse(cells[place]) if place < width else None
            if value is None or value == "":
                self.notes.blank[heading] += 1
            elif isinstance(value, Bad):
                reasons.append(f"{heading}: {value.message}")
            else:
                found[name] = value
        return found, reasons

    def customer(self, row: SourceRow) -> CustomerRow | str:
        """One row of a customer file, or the reason against it."""
        if row.problem:
            return row.problem
        found, reasons = self._read(row)
        store, owner = found.pop("store", ""), found.pop("owner", "")
        contact = found.pop("contact_name", "")
        if reasons:
            return " ".join(reasons)
        checked = {"name": "-"} | found
        try:
            draft = CustomerDraft.model_validate(checked)
        except ValidationError as error:
            heading = self._plan.columns
            return " ".join(
                f"{heading.get(problem.field, problem.field)}: {problem.message}"
                for problem in problems_from_validation(error)
            )
        given = {name: getattr(draft, name) for name in found}
        return CustomerRow(row.number, given, self._kept(row), store, owner, contact)

    def _kept(self, row: SourceRow) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        width = len(row.cells)
        for heading, place in self._attributes:
            cell = row.cells[place] if place < width else None
            if values.error_in(cell) is not None:
                self.notes.errors += 1
                continue
            value = cell if isinstance(cell, bool | int | float) else values.shown(cell)
            if isinstance(value, str):
                value = values.clean_text(value)[: values.ATTRIBUTE_CHARS]
            if value == "":
                self.notes.blank[heading] += 1
            else:
                kept[heading] = value
        return kept

    def order(self, row: SourceRow) -> tuple[OrderRow, BuyerFacts] | str:
        """One row of an order file with what it says about the customer, or the reason."""
        if row.problem:
            return row.problem
        found, reasons = self._read(row)
        if "ordered_on" not in found and not reasons:
            reasons.append(_("The row has no date."))
        figures = None if reasons else self._figures(found)
        if isinstance(figures, str):
            reasons.append(figures)
        if reasons or figures is None or isinstance(figures, str):
            return " ".join(reasons)
        facts = BuyerFacts(
            found.get("customer_name", ""),
            found.get("customer_phone", ""),
            found.get("customer_card", ""),
        )
        amount, quantity = figures
        product = tuple(
            found.get(name, "") for name in ("product_code", "product_name", "product_line")
        )
        understood = OrderRow(
            row.number,
            self._customer_key(found),
            found.get("order_number", ""),
            found["ordered_on"].toordinal(),
            amount,
            quantity,
            self._currency_of(row, found),
            (product[0], product[1], product[2]),
        )
        return understood, facts

    def _currency_of(self, row: SourceRow, found: dict[str, Any]) -> str:
        """The currency of a row; if its column or the sign at an amount contradicts, that one."""
        own = self._plan.currency or ""
        words = [found.get("currency", "")]
        words += [
            values.currency_word(row.cells[place])
            for name, _heading, place, _parse in self._columns
            if name in _AMOUNTS and place < len(row.cells)
        ]
        return next((word for word in words if word and own not in currencies.meanings(word)), own)

    def order_number(self, row: SourceRow) -> str:
        """The order number of a row that was rejected, as far as it can be read."""
        for name, _heading, place, parse in self._columns:
            if name == "order_number" and place < len(row.cells):
                found = parse(row.cells[place])
                return found if isinstance(found, str) else ""
        return ""

    def visit(self, row: SourceRow) -> VisitLine | str:
        """One row of a file of visits that were made, or the reason against it."""
        if row.problem:
            return row.problem
        found, reasons = self._read(row)
        if not reasons:
            if "visited_on" not in found:
                reasons.append(_("The row has no date."))
            if "employee" not in found:
                reasons.append(_("The row does not say who was there."))
        cost = None if reasons else self._cost(found.get("gift_amount"))
        if isinstance(cost, str):
            reasons.append(_("{text} cannot be the cost of a gift.").format(text=cost))
        if reasons or isinstance(cost, str):
            return " ".join(reasons)
        return VisitLine(
            row.number,
            self._customer_key(found),
            found["visited_on"],
            found["employee"],
            found.get("channel", Channel.VISIT),
            found.get("note", ""),
            found.get("satisfaction"),
            found.get("informal", False),
            found.get("met", ""),
            found.get("gift", ""),
            cost,
            found.get("next_step", ""),
            found.get("next_due"),
        )

    def pack_line(self, row: SourceRow) -> PackLine | str:
        """One row of the report sheet of a day pack, or the reason against it."""
        if row.problem:
            return row.problem
        cells = {
            name: row.cells[place] if place < len(row.cells) else None
            for name, _heading, place, _parse in self._columns
        }
        return pack_line(row.number, cells["visit_mark"], cells["form_field"], cells["form_answer"])

    def _cost(self, given: Decimal | None) -> int | str | None:
        """What something cost in minor units, or what the cell says if that cannot be."""
        if given is None:
            return None
        if not 0 <= given <= _MOST_ROUNDED:
            return str(given)
        minor, was_rounded = values.minor_units(given)
        self.notes.rounded += was_rounded
        return minor

    def renewal(self, row: SourceRow) -> RenewalLine | str:
        """One row of a file of what expires, or the reason against it."""
        if row.problem:
            return row.problem
        found, reasons = self._read(row)
        if not reasons:
            if "expires_on" not in found:
                reasons.append(_("The row has no date."))
            if "product" not in found:
                reasons.append(_("The row does not say what expires."))
        minor = None if reasons else self._cost(found.get("fee"))
        if isinstance(minor, str):
            reasons.append(_("{text} cannot be a fee.").format(text=minor))
        if reasons or isinstance(minor, str):
            return " ".join(reasons)
        return RenewalLine(
            row.number,
            self._customer_key(found),
            found["product"],
            found["expires_on"],
            minor,
            found.get("owner", ""),
            found.get("note", ""),
        )

    def _figures(self, found: dict[str, Any]) -> tuple[int, int | None] | str:
        """Amount in minor units and quantity in thousandths, or the reason."""
        quantity, amount = found.get("quantity"), found.get("amount")
        if amount is None:
            price = found.get("unit_price")
            if price is None or quantity is None:
                return _("The row has no amount.")
            amount = price * quantity
        elif quantity is not None and quantity < 0 < amount:
            amount = -amount
            self.notes.turned += 1
        if abs(amount) > _MOST_ROUNDED:
            return _("The number {text} is too large.").format(text=amount)
        minor, was_rounded = values.minor_units(amount)
        pieces, was_cut = values.thousandths(quantity) if quantity is not None else (None, False)
        self.notes.rounded += was_rounded or was_cut
        return minor, pieces

    def _customer_key(self, found: dict[str, Any]) -> str:
        match self._plan.key:
            case MatchKey.NUMBER:
                return str(found.get("customer_number", ""))
            case MatchKey.PHONE:
                return str(found.get("customer_phone", ""))
            case MatchKey.CARD_NUMBER:
                return str(found.get("customer_card", ""))
            case MatchKey.NAME_PHONE:
                name = str(found.get("customer_name", ""))
                return name_phone(name, str(found.get("customer_phone", ""))) if name else ""
