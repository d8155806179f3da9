"""The columns of the list of interviews; the ids are the sort keys of `db.queries.interviews`."""

from typing import Final

from db.queries.interviews import InterviewRow
from desktop_app.columns import Align, Column
from desktop_app.i18n import N_

INTERVIEW_COLUMNS: Final[tuple[Column[InterviewRow], ...]] = (
    Column("started_at", N_("Begun at"), lambda row: row.started_at, width=128),
    Column("customer_number", N_("Customer number"), lambda row: row.customer_number, width=120),
    Column("customer", N_("Customer"), lambda row: row.customer, width=164),
    Column("kind", N_("Departure"), lambda row: row.kind, width=150),
    Column("case_number", N_("Case"), lambda row: row.case_number, width=96),
    Column("stage", N_("Stage"), lambda row: row.stage, width=140),
    Column("state", N_("State"), lambda row: row.state, width=92),
    Column(
        "answered",
        N_("Answers"),
        lambda row: row.answered,
        align=Align.RIGHT,
        width=76,
        sortable=False,
    ),
    Column("finished_at", N_("Finished at"), lambda row: row.finished_at, width=128),
    Column("by", N_("By"), lambda row: row.by, width=72),
)
