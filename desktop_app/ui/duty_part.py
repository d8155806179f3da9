"""What the tabs of the page on duties have in common: what is done with a task or a renewal."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from db.queries.renewals import UNDECIDED, RenewalRow
from db.queries.tasks import TaskRow
from db.vocabulary import TaskKind, TaskState
from desktop_app.services import staff_profiles
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.tab_part import TabPart
from desktop_app.ui.task_flows import TaskFlows

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session


def read_people(session: "Session") -> list[tuple[uuid.UUID, str]]:
    """Those whose duties the actor may look at, by name."""
    found = staff_profiles.all_profiles(session).values()
    return [
        (one.user_id, one.name) for one in sorted(found, key=lambda one: one.name) if one.is_active
    ]


class DutyPart(TabPart):
    """One tab of the page on duties; says what it shows in a line below the title."""

    told = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.flows = TaskFlows(self, page.context)
        self.subtitle = ""

    def say(self, text: str) -> None:
        """Change the line below the title of the page."""
        self.subtitle = text
        self.told.emit()

    def show_task(self, task_id: uuid.UUID) -> None:
        """Put the cursor on a task, where there are tasks."""

    def new_slots(self) -> Slots:
        """What begins something new."""
        return {"task.new": self.flows.task, "renewal.new": self.flows.renewal}

    def places(self, customer_id: uuid.UUID | None, case_id: uuid.UUID | None) -> Slots:
        """What opens the customer and the case of a row."""
        slots: dict[str, Callable[[], object]] = {}
        if customer_id is not None:
            slots["customer.open"] = self.opener(customer_id)
        if case_id is not None:
            slots["case.open"] = lambda: self.page.navigate("case-file", case_id)
        return slots

    def task_slots(self, row: TaskRow) -> Slots:
        """What can be done with a task: as long as it is open."""
        flows = self.flows
        if row.state is not TaskState.OPEN:
            return {}
        slots: dict[str, Callable[[], object]] = {
            "duty.step": lambda: flows.finish(row),
            "duty.not": lambda: flows.drop(row),
            "duty.give": lambda: flows.give(row),
            "duty.edit": lambda: flows.edit(row),
        }
        if row.kind is TaskKind.UPGRADE_TALK:
            slots["task.pass_on"] = lambda: flows.pass_on(row)
        return slots

    def renewal_slots(self, row: RenewalRow) -> Slots:
        """What can be done with something that expires: until it is known what becomes of it."""
        flows = self.flows
        if row.state not in UNDECIDED:
            return {}
        return {
            "duty.step": lambda: flows.go_on(row),
            "duty.not": lambda: flows.lapsed(row),
            "duty.edit": lambda: flows.edit_renewal(row),
            "renewal.renewed": lambda: flows.renewed(row),
        }
