"""The columns of tasks; the ids are also the sort keys of `db.queries.tasks`."""

from typing import TYPE_CHECKING, Final

from desktop_app.columns import Column
from desktop_app.i18n import N_

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.tasks import TaskRow

TASK_COLUMNS: Final[tuple[Column["TaskRow"], ...]] = (
    Column("due_on", N_("Due"), lambda row: row.due_on, width=128),
    Column("kind", N_("Kind"), lambda row: row.kind, width=136),
    Column("words", N_("To do"), lambda row: row.words, width=240),
    Column("customer_number", N_("Customer number"), lambda row: row.customer_number, width=120),
    Column("customer", N_("Customer"), lambda row: row.customer, width=160),
    Column("case_number", N_("Case"), lambda row: row.case_number, width=110),
    Column("owner", N_("Owner"), lambda row: row.owner, width=104),
    Column("state", N_("State"), lambda row: row.state, width=88),
    Column("done_on", N_("Ended on"), lambda row: row.done_on, width=128),
    Column("answer", N_("What came of it"), lambda row: row.answer, width=200, sortable=False),
)
