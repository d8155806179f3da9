"""What is planned for a customer beside cases: tasks, what expires, how often it is contacted."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app import clock
from desktop_app.domain.permissions import Action, allowed
from desktop_app.services import cadence
from desktop_app.ui.cadence_flows import CadenceFlows
from desktop_app.ui.page import PageContext, Slots
from desktop_app.ui.task_flows import TaskFlows


class CustomerWork(QObject):
    """The flows of a panel that shows one customer."""

    def __init__(self, over: QWidget, context: PageContext) -> None:
        super().__init__(over)
        self._context, self._tasks = context, context.tasks
        self._work = TaskFlows(over, context)
        self._cadence = CadenceFlows(over, context)

    def slots(self, customer_id: uuid.UUID, name: str, values: Mapping[str, Any]) -> Slots:
        """What can be done for a customer with these values."""
        whom = (customer_id, name)
        found: dict[str, Callable[[], object]] = {
            "task.new": lambda: self._work.task(whom),
            "renewal.new": lambda: self._work.renewal(whom),
        }
        if allowed(self._context.actor.role, Action.PLAN_VISITS):
            found["cadence.except"] = lambda: self._cadence.exception(whom)
        since = values.get("upgrade_since")
        found["cadence.candidate"] = lambda: self._mark(customer_id, since)
        return found

    def _mark(self, customer_id: uuid.UUID, since: dt.date | None) -> None:
        """The customer may rise to class A from today on; or not any more."""
        on = None if since is not None else clock.today()
        self._tasks.write(self, cadence.mark_upgrade_candidate, customer_id, on)
