"""The columns of the list of cases; the ids are also the sort keys of `db.queries.cases`."""

from typing import Final

from db import reference
from db.queries.cases import CaseRow, CodedReason
from desktop_app import labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.i18n import N_, language


def reason_text(reason: CodedReason | None) -> str:
    """The words of a reason in the language of the program; empty for none."""
    return "" if reason is None else reference.text(reason, language())


CASE_COLUMNS: Final[tuple[Column[CaseRow], ...]] = (
    Column("number", N_("Case"), lambda row: row.number, width=110),
    Column("customer_number", N_("Customer number"), lambda row: row.customer_number, width=120),
    Column("customer", N_("Customer"), lambda row: row.customer, width=180),
    Column(
        "phone",
        N_("Phone"),
        lambda row: labels.masked_phone(row.phone) if row.phone else None,
        width=120,
        sortable=False,
    ),
    Column(
        "klass",
        N_("Class"),
        lambda row: row.klass,
        text=lambda row: row.klass.value.upper(),
        align=Align.CENTER,
    ),
    Column("kind", N_("Departure"), lambda row: row.kind, width=160),
    Column("stage", N_("Stage"), lambda row: row.stage, width=130),
    Column("outcome", N_("Outcome"), lambda row: row.outcome, width=110),
    Column("owner", N_("Owner"), lambda row: row.owner, width=100),
    Column("store", N_("Store"), lambda row: row.store, width=120),
    Column(
        "value_at_stake",
        N_("Value at stake"),
        lambda row: row.value_at_stake,
        text=lambda row: labels.money(row.value_at_stake, row.currency),
        align=Align.RIGHT,
        width=130,
        kind=Kind.MONEY,
    ),
    Column("next_step", N_("Next step"), lambda row: row.next_step, width=160),
    Column("next_due", N_("Due"), lambda row: row.next_due, width=130),
    Column("root_reason", N_("Root reason"), lambda row: reason_text(row.root_reason), width=180),
    Column("opened_on", N_("Opened on"), lambda row: row.opened_on, width=130),
    Column("closed_on", N_("Closed on"), lambda row: row.closed_on, width=130),
    Column("stage_since", N_("In this stage since"), lambda row: row.stage_since, width=150),
    Column("save_state", N_("The save"), lambda row: row.save_state, width=120),
    Column("watch_until", N_("Watched until"), lambda row: row.watch_until, width=130),
)
