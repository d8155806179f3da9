"""Columns of customers, of the people one talks to there, and of a customer's cases."""

from db.queries.customer_card import CaseBrief, ContactRow, SignalBrief
from db.queries.customers import CustomerRow
from desktop_app import labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.columns.signals import sentence
from desktop_app.i18n import N_, _


def class_letter(row: CustomerRow) -> str:
    """The letter of a class, for narrow columns."""
    return row.klass.value.upper()


def shown_name(row: CustomerRow) -> str:
    """The name, or what stands for one that is not known."""
    return row.name or _("(no name)")


CUSTOMER_COLUMNS: tuple[Column[CustomerRow], ...] = (
    Column("number", N_("Number"), lambda row: row.number, width=76),
    Column("name", N_("Name"), lambda row: row.name, text=shown_name),
    Column(
        "klass", N_("Class"), lambda row: row.klass,
        text=class_letter, width=52,
    ),
    Column(
        "spend_window", N_("Spend 12 m"), lambda row: row.spend_window,
        text=lambda row: labels.money(row.spend_window, row.currency),
        align=Align.RIGHT, kind=Kind.MONEY,
    ),
    Column("last_on", N_("Last order"), lambda row: row.last_on),
    Column("orders", N_("Orders"), lambda row: row.orders, align=Align.RIGHT),
    Column(
        "open_cases", N_("Open cases"), lambda row: row.open_cases,
        text=lambda row: str(row.open_cases) if row.open_cases else "",
        align=Align.CENTER, sortable=False,
    ),
    Column(
        "phone", N_("Phone"), lambda row: row.phone,
        text=lambda row: labels.masked_phone(row.phone) if row.phone else "",
        sortable=False,
    ),
    Column("store", N_("Store"), lambda row: row.store, sortable=False),
    Column("owner", N_("Owner"), lambda row: row.owner, sortable=False),
    Column("first_on", N_("First order"), lambda row: row.first_on),
    Column(
        "spend_total", N_("Spend in all"), lambda row: row.spend_total,
        text=lambda row: labels.money(row.spend_total, row.currency),
        align=Align.RIGHT, kind=Kind.MONEY,
    ),
)  # fmt: skip

CONTACT_COLUMNS: tuple[Column[ContactRow], ...] = (
    Column("name", N_("Name"), lambda row: row.name),
    Column("duty", N_("Duty"), lambda row: row.duty),
    Column(
        "phone", N_("Phone"), lambda row: row.phone,
        text=lambda row: labels.masked_phone(row.phone) if row.phone else "",
    ),
    Column("email", N_("Email"), lambda row: row.email),
    Column(
        "is_primary", N_("First to call"), lambda row: row.is_primary,
        text=lambda row: _("Yes") if row.is_primary else "",
    ),
)  # fmt: skip

CASE_BRIEF_COLUMNS: tuple[Column[CaseBrief], ...] = (
    Column("number", N_("Case"), lambda row: row.number),
    Column("opened_on", N_("Opened"), lambda row: row.opened_on),
    Column("kind", N_("Departure"), lambda row: row.kind),
    Column("stage", N_("Stage"), lambda row: row.stage),
    Column("outcome", N_("Outcome"), lambda row: row.outcome),
)

SIGNAL_BRIEF_COLUMNS: tuple[Column[SignalBrief], ...] = (
    Column("as_of", N_("As of"), lambda row: row.as_of),
    Column("kind", N_("Departure"), lambda row: row.kind),
    Column("state", N_("State"), lambda row: row.state),
    Column("sentence", N_("Finding"), sentence),
)
