"""The columns of customers nobody looks after, and of charges."""

from typing import TYPE_CHECKING, Final

from db.queries.charges import HoldingRow
from desktop_app import clock, labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.handover_words import orphan_reason, seat_word
from desktop_app.i18n import N_, _

if TYPE_CHECKING:
    from desktop_app.services.orphans import OrphanRow

ORPHAN_COLUMNS: Final[tuple[Column["OrphanRow"], ...]] = (
    Column("number", N_("Number"), lambda row: row.number, width=104),
    Column("name", N_("Customer"), lambda row: row.name, width=160),
    Column(
        "klass",
        N_("Class"),
        lambda row: row.klass,
        text=lambda row: row.klass.value.upper(),
        width=56,
    ),
    Column("days", N_("Days alone"), lambda row: row.days, align=Align.RIGHT, width=88),
    Column("since", N_("Since"), lambda row: row.since, width=128),
    Column("reason", N_("Reason"), lambda row: orphan_reason(row.reason), width=220),
    Column("former", N_("Before"), lambda row: row.former, width=104),
    Column("backup", N_("Backup"), lambda row: row.backup, width=104, sortable=False),
    Column("district", N_("District"), lambda row: row.district, width=96),
    Column("store", N_("Store"), lambda row: row.store, width=120),
    Column(
        "value",
        N_("Spend (12 months)"),
        lambda row: row.value,
        text=lambda row: labels.money(row.value, row.currency),
        align=Align.RIGHT,
        width=120,
        kind=Kind.MONEY,
    ),
    Column(
        "last_contact", N_("Last contact"), lambda row: row.last_contact, width=128, sortable=False
    ),
)


def _since(row: HoldingRow) -> str:
    """The first day; of a charge to come that it begins then."""
    day = labels.day_text(row.first_on)
    return _("from {day}").format(day=day) if row.first_on > clock.today() else day


HOLDING_COLUMNS: Final[tuple[Column[HoldingRow], ...]] = (
    Column("customer_number", N_("Number"), lambda row: row.customer_number, width=104),
    Column("customer", N_("Customer"), lambda row: row.customer, width=160),
    Column(
        "klass",
        N_("Class"),
        lambda row: row.klass,
        text=lambda row: row.klass.value.upper(),
        width=56,
    ),
    Column("user", N_("Who"), lambda row: row.user, width=120),
    Column("seat", N_("Seat"), lambda row: seat_word(row.seat), width=96),
    Column("first_on", N_("Since"), lambda row: row.first_on, _since, width=128),
    Column("last_on", N_("Until"), lambda row: row.last_on, width=128),
)
