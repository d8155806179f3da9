"""The tabs with all tasks and all renewals one may see, however many there are."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from db.queries.renewals import UNDECIDED, RenewalFilter, RenewalRow
from db.queries.tasks import TaskFilter, TaskRow
from db.vocabulary import RenewalState, TaskKind, TaskState
from desktop_app import clock, labels
from desktop_app.columns import Align, Column, RowT
from desktop_app.columns.renewals import RENEWAL_COLUMNS
from desktop_app.columns.tasks import TASK_COLUMNS
from desktop_app.i18n import _, ngettext
from desktop_app.services import renewals, tasks
from desktop_app.ui import case_look, theme
from desktop_app.ui.action_set import plain_text
from desktop_app.ui.duty_part import DutyPart, read_people
from desktop_app.ui.editors import ChoiceEditor, Editor, EnumEditor
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import FilterBar
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.theme import Tone

AHEAD: Final = (7, 15, 30, 90)
"""Renewals are looked at so many days ahead."""
_SEARCH, _KIND = 128, 144
_TASK_ORDER: Final = (
    "due_on", "words", "customer", "owner", "state", "kind", "case_number", "done_on", "answer",
    "customer_number",
)  # fmt: skip
_RENEWAL_ORDER: Final = (
    "expires_on", "product", "customer", "owner", "state", "klass", "phone", "fee", "notified_on",
    "answered_on", "note", "customer_number",
)  # fmt: skip
_TASK_TONES: Final = {TaskState.OPEN: Tone.INFO, TaskState.DONE: Tone.GOOD}
_RENEWAL_TONES: Final = {
    RenewalState.OPEN: Tone.INFO,
    RenewalState.NOTIFIED: Tone.ACCENT,
    RenewalState.RENEWED: Tone.GOOD,
}


def on_page(
    columns: Sequence[Column[RowT]], order: Sequence[str], widths: Mapping[str, int]
) -> list[Column[RowT]]:
    """Columns in the order and width in which the page shows them; no chip in the middle."""
    fitted = [
        replace(
            column,
            width=widths.get(column.id, column.width),
            align=Align.LEFT if column.align is Align.CENTER else column.align,
        )
        for column in columns
    ]
    return sorted(fitted, key=lambda column: order.index(column.id))


def due_tone(row: TaskRow) -> Tone | None:
    """Tone of the day a task is due: once it is done, none."""
    return case_look.day_tone(row.due_on) if row.state is TaskState.OPEN else None


def expiry_tone(row: RenewalRow) -> Tone | None:
    """Tone of the day something expires: expired and undecided, within a week, later."""
    if row.state not in UNDECIDED:
        return None
    today = clock.today()
    if row.expires_on < today:
        return Tone.BAD
    return Tone.WARN if row.expires_on <= today + dt.timedelta(days=AHEAD[0]) else None


class ListPart(DutyPart):
    """A list with its filter; the list reads itself window by window."""

    def __init__(self, page: Page, placeholder: str) -> None:
        super().__init__(page)
        self.filters = FilterBar(placeholder)
        self.filters.search.setMinimumWidth(theme.pixels(_SEARCH))
        self.body.addWidget(self.filters)

    def put(self, table: RecordTable, *menu: str | None) -> None:
        """Put the list below the filter."""
        self.table = self.follow(table, *menu)
        table.current_changed.connect(lambda _row: self.page.actions_changed())
        table.model.loaded.connect(self.on_rows)
        table.count_changed.connect(lambda count: self.say(self.count_words(count)))
        self.filters.changed.connect(self.load)
        self.body.addWidget(table, 1)
        self.setFocusProxy(table)

    def on_rows(self) -> None:
        """Rows came: the cursor stands on one of them."""
        self.table.choose_first()
        self.page.actions_changed()

    def count_words(self, count: int) -> str:
        """How many are shown, in words."""
        raise NotImplementedError

    def editors(self) -> Sequence[Editor]:
        """The editors of the filter beside the search."""
        raise NotImplementedError

    def show_all(self) -> None:
        """Take the filter away."""
        for editor in (self.filters.search, *self.editors()):
            editor.set_value(None)
        self.filters.settle()
        self.load()


class TasksPart(ListPart):
    """All tasks one may see, those that are open first."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, _("Customer, case or words"))
        self._has_people = False
        self._wanted: uuid.UUID | None = None
        add = self.filters.add
        self.state = add(_("State"), EnumEditor(TaskState, optional=True))
        self.kind = add(_("Kind"), EnumEditor(TaskKind, optional=True))
        self.who = add(_("Whose"), ChoiceEditor([], optional=True, empty=_("everybody")))
        self.kind.box.setMaximumWidth(theme.pixels(_KIND))
        self.state.set_value(TaskState.OPEN)
        self.filters.settle()
        table = RecordTable(
            on_page(TASK_COLUMNS, _TASK_ORDER, {"words": 300}),
            context=page.context,
            state_key="duties.tasks",
            name=_("Tasks"),
            empty="",
            chips={"due_on": due_tone, "state": lambda row: _TASK_TONES.get(row.state)},
        )
        table.hide_columns("customer_number", "done_on", "answer")
        table.opened.connect(self._open)
        self.put(
            table, "duty.step", "duty.not", "duty.give", "duty.edit", "task.pass_on", None,
            "case.open", "customer.open", None, "list.copy",
        )  # fmt: skip

    def editors(self) -> Sequence[Editor]:
        """State, kind, whose."""
        return self.state, self.kind, self.who

    def criteria(self) -> TaskFilter:
        """What the filter says."""
        state, kind = self.state.value(), self.kind.value()
        return TaskFilter(
            owner_id=self.who.value(),
            states=frozenset() if state is None else frozenset({state}),
            kinds=frozenset() if kind is None else frozenset({kind}),
            text=self.filters.search.value() or "",
        )

    def load(self) -> None:
        """Ask the list again."""
        criteria = self.criteria()
        if criteria in (TaskFilter(), TaskFilter(states=frozenset())):
            self.table.set_empty(
                _("No task is open. A task has one owner and a day."),
                (plain_text(_("New &task…")), self.flows.task),
            )
        else:
            self.table.set_empty(
                _("No such task. Change the search or the filter."),
                (_("Show all"), self.show_all),
            )
        self.table.set_query(tasks.count_tasks, tasks.list_tasks, criteria)
        if not self._has_people:
            self._has_people = True
            self.tasks.read(self, read_people).then(self._offer_people)

    def _offer_people(self, people: list[tuple[uuid.UUID, str]]) -> None:
        me = self.page.actor.user_id
        mine = [(me, _("mine"))] if me is not None else []
        chosen = self.who.value()
        self.who.set_choices([*mine, *(each for each in people if each[0] != me)])
        self.who.set_value(chosen)
        self.filters.settle()

    def count_words(self, count: int) -> str:
        """How many tasks are shown."""
        return ngettext("{n} task", "{n} tasks", count).format(n=labels.number(count))

    def show_task(self, task_id: uuid.UUID) -> None:
        """Put the cursor on a task, whatever the filter said."""
        self._wanted = task_id
        self.tasks.read(self, tasks.find, task_id).then(self._show_found)

    def _show_found(self, row: TaskRow) -> None:
        self.state.set_value(row.state)
        self.kind.set_value(row.kind)
        self.who.set_value(None)
        self.filters.search.set_value(row.words.partition("\n")[0])
        self.filters.settle()
        self.load()

    def on_rows(self) -> None:
        """Rows came: the cursor stands on the one that was asked for, or on the first."""
        if self._wanted is not None and self.table.select_key(self._wanted):
            self._wanted = None
        super().on_rows()

    def customer(self) -> uuid.UUID | None:
        """The customer the cursor is on."""
        row: TaskRow | None = self.table.current_row()
        return None if row is None else row.customer_id

    def slots(self) -> Slots:
        """What can be done with the task the cursor is on, and something new."""
        row: TaskRow | None = self.table.current_row()
        if row is None:
            return self.new_slots()
        places = self.places(row.customer_id, row.case_id)
        return {**self.new_slots(), **places, **self.task_slots(row)}

    def _open(self, row: TaskRow) -> None:
        if row.case_id is not None:
            self.page.navigate("case-file", row.case_id)
        elif row.customer_id is not None:
            self.page.navigate("customer-card", row.customer_id)
        elif row.state is TaskState.OPEN:
            self.flows.edit(row)


class RenewalsPart(ListPart):
    """All that expires, of the customers one may see."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, _("Customer or product"))
        add = self.filters.add
        self.state = add(
            _("State"), EnumEditor(RenewalState, optional=True, empty=_("not decided"))
        )
        days = [
            (count, ngettext("within {n} day", "within {n} days", count).format(n=count))
            for count in AHEAD
        ]
        self.ahead = add(_("Expires"), ChoiceEditor(days, optional=True, empty=_("at any time")))
        table = RecordTable(
            on_page(RENEWAL_COLUMNS, _RENEWAL_ORDER, {"state": 120, "klass": 56}),
            context=page.context,
            state_key="duties.renewals",
            name=_("Renewals"),
            empty="",
            chips={
                "expires_on": expiry_tone,
                "klass": case_look.klass_tone,
                "state": lambda row: _RENEWAL_TONES.get(row.state),
            },
        )
        table.hide_columns("customer_number", "answered_on", "note")
        table.opened.connect(lambda row: page.navigate("customer-card", row.customer_id))
        self.put(
            table, "duty.step", "renewal.renewed", "duty.not", "duty.edit", None, "customer.open",
            None, "list.copy",
        )  # fmt: skip

    def editors(self) -> Sequence[Editor]:
        """State, and how far ahead."""
        return self.state, self.ahead

    def criteria(self) -> RenewalFilter:
        """What the filter says."""
        state, ahead = self.state.value(), self.ahead.value()
        return RenewalFilter(
            text=self.filters.search.value() or "",
            states=UNDECIDED if state is None else frozenset({state}),
            expires_until=None if ahead is None else clock.today() + dt.timedelta(days=ahead),
        )

    def load(self) -> None:
        """Ask the list again."""
        criteria = self.criteria()
        if criteria == RenewalFilter(states=UNDECIDED):
            self.table.set_empty(
                _("Nothing expires. Write down what customers have and until when, or import it."),
                (plain_text(_("What &expires…")), self.flows.renewal),
            )
        else:
            self.table.set_empty(
                _("Nothing fits. Change the search or the filter."),
                (_("Show all"), self.show_all),
            )
        self.table.set_query(renewals.count_renewals, renewals.list_renewals, criteria)

    def count_words(self, count: int) -> str:
        """How many renewals are shown."""
        return ngettext("{n} renewal", "{n} renewals", count).format(n=labels.number(count))

    def customer(self) -> uuid.UUID | None:
        """The customer the cursor is on."""
        row: RenewalRow | None = self.table.current_row()
        return None if row is None else row.customer_id

    def slots(self) -> Slots:
        """What can be done with what the cursor is on, and something new."""
        row: RenewalRow | None = self.table.current_row()
        if row is None:
            return self.new_slots()
        places = self.places(row.customer_id, None)
        return {**self.new_slots(), **places, **self.renewal_slots(row)}
