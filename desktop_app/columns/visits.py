"""The columns of the list of visits; the ids are also the sort keys of `db.queries.visits`."""

from typing import Final

from db.queries.visits import VisitRow
from desktop_app.columns import Align, Column
from desktop_app.i18n import N_

VISIT_COLUMNS: Final[tuple[Column[VisitRow], ...]] = (
    Column("planned_on", N_("Planned on"), lambda row: row.planned_on, width=130),
    Column("customer_number", N_("Customer number"), lambda row: row.customer_number, width=120),
    Column("customer", N_("Customer"), lambda row: row.customer, width=180),
    Column(
        "klass",
        N_("Class"),
        lambda row: row.klass,
        text=lambda row: row.klass.value.upper(),
        align=Align.CENTER,
    ),
    Column("purpose", N_("Purpose"), lambda row: row.purpose, width=220),
    Column("state", N_("State"), lambda row: row.state, width=100),
    Column("done_on", N_("Made on"), lambda row: row.done_on, width=130),
    Column("by", N_("By"), lambda row: row.by, width=100),
    Column("case_number", N_("Case"), lambda row: row.case_number, width=110),
    Column("address", N_("Address"), lambda row: row.address, width=220, sortable=False),
    Column("store", N_("Store"), lambda row: row.store, width=120),
    Column("note", N_("Note"), lambda row: row.note, width=220, sortable=False),
)
