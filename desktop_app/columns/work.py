"""The lines of the day and their columns; the order of the work is their order."""

import uuid
from dataclasses import dataclass
from typing import Final

from db.queries.work import WorkItem
from desktop_app import labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.i18n import N_, _


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One thing to do with its place in the order and the sentence that explains it."""

    item: WorkItem
    score: int
    why: str
    is_first: bool = False
    is_held_back: bool = False  # by the screening: to be closed, or overridden by a manager

    @property
    def id(self) -> uuid.UUID:
        """Key of the line."""
        return self.item.id


def step_text(line: WorkLine) -> str:
    """What is to be done."""
    if line.item.interview_id is not None:
        return _("Correct the interview")
    if line.item.step is None:
        return _("Plan the next step")
    return labels.label(line.item.step)


WORK_COLUMNS: Final[tuple[Column[WorkLine], ...]] = (
    Column("customer", N_("Customer"), lambda line: line.item.customer, width=180, sortable=False),
    Column(
        "klass",
        N_("Class"),
        lambda line: line.item.klass,
        text=lambda line: line.item.klass.value.upper(),
        align=Align.CENTER,
        sortable=False,
    ),
    Column("step", N_("To do"), step_text, width=170, sortable=False),
    Column("due", N_("Due"), lambda line: line.item.due, width=130, sortable=False),
    Column("why", N_("Why here"), lambda line: line.why, width=280, sortable=False),
    Column(
        "value_at_stake",
        N_("Value at stake"),
        lambda line: line.item.value_at_stake,
        text=lambda line: labels.money(line.item.value_at_stake, line.item.currency),
        align=Align.RIGHT,
        width=130,
        sortable=False,
        kind=Kind.MONEY,
    ),
    Column("kind", N_("Departure"), lambda line: line.item.kind, width=160, sortable=False),
    Column("stage", N_("Stage"), lambda line: line.item.stage, width=130, sortable=False),
    Column("owner", N_("Owner"), lambda line: line.item.owner, width=100, sortable=False),
    Column("number", N_("Case"), lambda line: line.item.number, width=110, sortable=False),
    Column(
        "phone",
        N_("Phone"),
        lambda line: labels.masked_phone(line.item.phone) if line.item.phone else None,
        width=120,
        sortable=False,
    ),
)
