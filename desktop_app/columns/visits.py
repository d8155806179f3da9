"""The columns of the list of visits; the ids are also the sort keys of `db.queries.visits`."""

from typing import Final

from db.queries.visits import VisitRow
from db.vocabulary import VisitState
from desktop_app import labels
from desktop_app.columns import Align, Column
from desktop_app.columns.timeline import satisfaction_text
from desktop_app.i18n import N_, _


def how(row: VisitRow) -> str:
    """Visit or call, and whether it came about by the way."""
    words = labels.label(row.channel)
    if row.is_informal:
        return f"{words} · {_('informal')}"
    return f"{words} · {_('win back')}" if row.is_win_back else words


def state_text(row: VisitRow) -> str:
    """Planned, made or cancelled; provisional while holidays may still move it."""
    is_provisional = row.is_provisional and row.state is VisitState.PLANNED
    return _("Provisional") if is_provisional else labels.label(row.state)


def time_text(row: VisitRow) -> str:
    """When on the day it begins, and how long it takes."""
    start = f"{row.starts_at:%H:%M}" if row.starts_at is not None else ""
    length = _("{n} min").format(n=row.minutes) if row.minutes is not None else ""
    return " · ".join(filter(None, (start, length)))


def _satisfaction(row: VisitRow) -> str:
    return satisfaction_text(row.satisfaction) if row.satisfaction is not None else ""


def purpose_text(row: VisitRow) -> str:
    """What it is for in words: as somebody wrote it, or as the cadence wants it."""
    if row.purpose or row.rule_purpose is None:
        return row.purpose
    return labels.label(row.rule_purpose)


VISIT_COLUMNS: Final[tuple[Column[VisitRow], ...]] = (
    Column("planned_on", N_("Planned on"), lambda row: row.planned_on, width=130),
    Column("starts_at", N_("Time"), lambda row: row.starts_at, time_text, width=124),
    Column("channel", N_("How"), lambda row: row.channel, how, width=136),
    Column("customer_number", N_("Customer number"), lambda row: row.customer_number, width=120),
    Column("customer", N_("Customer"), lambda row: row.customer, width=180),
    Column(
        "klass",
        N_("Class"),
        lambda row: row.klass,
        text=lambda row: row.klass.value.upper(),
        align=Align.CENTER,
    ),
    Column("purpose", N_("Purpose"), purpose_text, width=220),
    Column("state", N_("State"), lambda row: row.state, state_text, width=100),
    Column("done_on", N_("Made on"), lambda row: row.done_on, width=130),
    Column("by", N_("By"), lambda row: row.by, width=100),
    Column("case_number", N_("Case"), lambda row: row.case_number, width=110),
    Column("address", N_("Address"), lambda row: row.address, width=220, sortable=False),
    Column("store", N_("Store"), lambda row: row.store, width=120),
    Column("note", N_("Note"), lambda row: row.note, width=220, sortable=False),
    Column("met", N_("Met"), lambda row: row.met, width=140, sortable=False),
    Column("gift", N_("Gift"), lambda row: row.gift, width=140, sortable=False),
    Column(
        "satisfaction",
        N_("Satisfaction"),
        lambda row: row.satisfaction,
        _satisfaction,
        width=140,
        sortable=False,
    ),
    Column("next_step", N_("Next step"), lambda row: row.next_step, width=200, sortable=False),
)
"""Visits and calls, planned and made."""
