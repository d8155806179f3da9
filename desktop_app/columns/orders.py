"""Columns of a customer's orders."""

from db.queries.customer_card import OrderRow
from desktop_app import labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.i18n import N_, _


def products_text(row: OrderRow) -> str:
    """The names of what was bought, parted by commas."""
    return _(", ").join(row.products)


ORDER_COLUMNS: tuple[Column[OrderRow], ...] = (
    Column("on", N_("Day"), lambda row: row.on),
    Column("number", N_("Order"), lambda row: row.number),
    Column(
        "amount", N_("Amount"), lambda row: row.amount,
        text=lambda row: labels.money(row.amount, row.currency), align=Align.RIGHT,
        kind=Kind.MONEY,
    ),
    Column("lines", N_("Lines"), lambda row: row.lines, align=Align.RIGHT, sortable=False),
    Column(
        "products", N_("Products"), products_text, sortable=False
    ),
)  # fmt: skip
