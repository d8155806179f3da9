"""The columns of renewals; the ids are also the sort keys of `db.queries.renewals`."""

from typing import TYPE_CHECKING, Final

from desktop_app import labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.i18n import N_

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.renewals import RenewalRow

RENEWAL_COLUMNS: Final[tuple[Column["RenewalRow"], ...]] = (
    Column("expires_on", N_("Expires on"), lambda row: row.expires_on, width=128),
    Column("product", N_("Product"), lambda row: row.product, width=160),
    Column("customer_number", N_("Customer number"), lambda row: row.customer_number, width=120),
    Column("customer", N_("Customer"), lambda row: row.customer, width=160),
    Column("phone", N_("Phone"), lambda row: row.phone, width=128, sortable=False),
    Column(
        "klass",
        N_("Class"),
        lambda row: row.klass,
        text=lambda row: row.klass.value.upper(),
        align=Align.CENTER,
    ),
    Column(
        "fee",
        N_("Fee"),
        lambda row: row.fee,
        text=lambda row: labels.money(row.fee, row.currency),
        align=Align.RIGHT,
        width=104,
        kind=Kind.MONEY,
    ),
    Column("owner", N_("Owner"), lambda row: row.owner, width=104),
    Column("state", N_("State"), lambda row: row.state, width=88),
    Column("notified_on", N_("Told on"), lambda row: row.notified_on, width=128),
    Column("answered_on", N_("Answered on"), lambda row: row.answered_on, width=128),
    Column("note", N_("Note"), lambda row: row.note, width=200, sortable=False),
)
