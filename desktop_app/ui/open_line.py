"""The line of a customer card that says what is open: tasks, what expires, the next contact."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from db.queries.renewals import UNDECIDED, RenewalFilter, RenewalRow
from db.queries.tasks import TaskFilter, TaskRow
from db.queries.visits import VisitFilter, VisitRow
from db.vocabulary import Channel, VisitState
from desktop_app import clock, labels
from desktop_app.i18n import _, ngettext
from desktop_app.services import renewals, tasks, visits
from desktop_app.ui import theme
from desktop_app.ui.lines import ShortLine
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import ChipLabel
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    import datetime as dt

    from db.session import Session

TABLES = frozenset({"task", "renewal", "visit"})
"""Tables whose change concerns the line."""


@dataclass(frozen=True, slots=True)
class Open:
    """The first of each kind, and how many tasks and renewals there are."""

    tasks: int
    task: TaskRow | None
    renewals: int
    renewal: RenewalRow | None
    contact: VisitRow | None


def read_open(session: "Session", customer_id: uuid.UUID) -> Open:
    """What the line shows, of what the actor sees."""
    task = TaskFilter(customer_id=customer_id)
    renewal = RenewalFilter(customer_id=customer_id, states=UNDECIDED)
    visit = VisitFilter(customer_id=customer_id, states=frozenset({VisitState.PLANNED}))
    return Open(
        tasks.count_tasks(session, task),
        next(iter(tasks.list_tasks(session, task, limit=1)), None),
        renewals.count_renewals(session, renewal),
        next(iter(renewals.list_renewals(session, renewal, limit=1)), None),
        next(iter(visits.list_visits(session, visit, limit=1)), None),
    )


def open_words(found: Open) -> str:
    """Next contact, tasks, what expires: the first of each, and how many there are."""
    parts = []
    contact, task, renewal = found.contact, found.task, found.renewal
    if contact is not None:
        is_visit = contact.channel is Channel.VISIT
        text = _("Next visit {day} {name}") if is_visit else _("Next call {day} {name}")
        day = labels.day_text(contact.planned_on)
        parts.append(text.format(day=day, name=contact.by).strip())
    if task is not None:
        text = ngettext("{n} task, due {day}", "{n} tasks, the first due {day}", found.tasks)
        parts.append(text.format(n=found.tasks, day=labels.day_text(task.due_on)))
    if renewal is not None:
        text = _("{product} expires {day}")
        said = text.format(product=renewal.product, day=labels.day_text(renewal.expires_on))
        more = found.renewals - 1
        parts.append(said + (f" (+{labels.number(more)})" if more else ""))
    return " · ".join(parts) or _("Nothing is planned, due or about to expire")


def is_late(found: Open, today: "dt.date") -> bool:
    """Whether the day of a task or a contact has passed, or something has expired."""
    days = (
        None if found.contact is None else found.contact.planned_on,
        None if found.task is None else found.task.due_on,
        None if found.renewal is None else found.renewal.expires_on,
    )
    return any(day is not None and day < today for day in days)


class OpenLine(QWidget):
    """What is open for the customer, with a chip where something is late."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._tasks = context.tasks
        self._latest = Latest()
        self._customer_id: uuid.UUID | None = None
        self.words = ShortLine("")
        theme.set_role(self.words, "hint")
        self.late = ChipLabel(_("Late"), Tone.BAD)
        self.late.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.late)
        row.addWidget(self.words, 1)

    def show_customer(self, customer_id: uuid.UUID) -> None:
        """Read what is open for a customer."""
        if customer_id != self._customer_id:
            self.words.setText(" ")
            self.late.hide()
        self._customer_id = customer_id
        task = self._tasks.read(self, read_open, customer_id)
        self._latest.take(task).then(self._show).or_else(lambda _error: None)

    def _show(self, found: Open) -> None:
        self.words.setText(open_words(found))
        self.late.setVisible(is_late(found, clock.today()))
