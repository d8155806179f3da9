"""The lines of duties and their columns; what is late stands first."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from desktop_app.columns import Column
from desktop_app.domain.duties import KIND_WORDS, URGENCY_WORDS, DutyKind, Urgency
from desktop_app.i18n import N_, _


@dataclass(frozen=True, slots=True)
class DutyItem:
    """One thing to do.

    Attributes:
        id: Key of the visit, promise, complaint, renewal, task or line of a handover; where one
            line stands for many, that of its kind.
        customer: The name; empty where it is about none or many.
        words: What it is, in words.
        due: Its day; None has none.
        owner: Who does it.
        row: The line of its own list, for what can be done about it.
    """

    id: uuid.UUID
    kind: DutyKind
    words: str
    due: dt.date | None
    urgency: Urgency
    owner_id: uuid.UUID | None
    owner: str
    customer_id: uuid.UUID | None = None
    customer_number: str = ""
    customer: str = ""
    case_id: uuid.UUID | None = None
    row: object = None


DUTY_COLUMNS: Final[tuple[Column[DutyItem], ...]] = (
    Column(
        "urgency",
        N_("When"),
        lambda item: _(URGENCY_WORDS[item.urgency]),
        width=100,
        sortable=False,
    ),
    Column("kind", N_("What"), lambda item: _(KIND_WORDS[item.kind]), width=150, sortable=False),
    Column("customer", N_("Customer"), lambda item: item.customer, width=170, sortable=False),
    Column("words", N_("To do"), lambda item: item.words, width=270, sortable=False),
    Column("due", N_("Due"), lambda item: item.due, width=130, sortable=False),
    Column("owner", N_("Who"), lambda item: item.owner, width=100, sortable=False),
)
