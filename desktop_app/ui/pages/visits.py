"""The list of visits, planned and made."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from typing_extensions import override

from db.queries.visits import VisitFilter, VisitRow
from db.vocabulary import VisitState
from desktop_app import clock, labels
from desktop_app.columns import Align, Column
from desktop_app.columns.visits import VISIT_COLUMNS
from desktop_app.i18n import _, ngettext
from desktop_app.services import contacts
from desktop_app.ui import case_look
from desktop_app.ui.case_flows import CaseFlows
from desktop_app.ui.editors import CheckEditor, DateEditor, EnumEditor
from desktop_app.ui.forms.case_forms import as_day
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import FilterBar, PageHeader, action_button
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.theme import Tone

_BY_ID = {column.id: column for column in VISIT_COLUMNS}
_ORDER = (
    "planned_on", "state", "customer", "klass", "purpose", "address", "by", "case_number",
    "done_on", "note", "store", "customer_number",
)  # fmt: skip
_WIDTHS = {"klass": 56, "state": 92, "purpose": 200, "address": 180, "by": 80}
PAGE_COLUMNS: tuple[Column[VisitRow], ...] = tuple(
    replace(_BY_ID[name], width=_WIDTHS.get(name, _BY_ID[name].width), align=Align.LEFT)
    for name in _ORDER
)


def _planned_tone(row: VisitRow) -> Tone | None:
    return case_look.day_tone(row.planned_on) if row.state is VisitState.PLANNED else None


class VisitsPage(Page):
    """Search, state, period, list; plan, finish and cancel from here."""

    SPEC: ClassVar[PageSpec] = page_spec("visits")
    TABLES: ClassVar[frozenset[str]] = frozenset({"visit", "departure_case", "customer"})

    def build(self) -> None:
        """Make filters and list."""
        self.flows = CaseFlows(self)
        self.header = PageHeader(
            _("Visits"),
            buttons=[
                action_button(self.context, "visit.cancel"),
                action_button(self.context, "visit.done"),
                action_button(self.context, "case.visit", primary=True),
            ],
        )
        self.filters = FilterBar(_("Name, pinyin, phone, case"))
        self.state = self.filters.add(_("State"), EnumEditor(VisitState, optional=True))
        self.first = self.filters.add(_("Planned from"), DateEditor())
        self.last = self.filters.add(_("until"), DateEditor())
        self.last.set_name(_("Planned until"))
        for editor in (self.first, self.last):
            editor.line.setMaximumWidth(144)
            editor.line.setPlaceholderText("")
        self.mine = CheckEditor(_("Only mine"))
        self.mine.set_name(_("Only mine"))
        self.mine.changed.connect(self.filters.changed)
        self.filters.add_widget(self.mine)
        self.state.set_value(VisitState.PLANNED)
        self.filters.changed.connect(self.load)
        self.table = RecordTable(
            PAGE_COLUMNS,
            context=self.context,
            state_key="visits",
            name=_("Visits"),
            empty=_("No visits match. Plan one here or from a case."),
            first_step=(_("Plan a visit"), self.flows.plan_any_visit),
            chips={
                "state": lambda row: case_look.VISIT_TONES[row.state],
                "klass": case_look.klass_tone,
                "planned_on": _planned_tone,
            },
        )
        self.table.hide_columns("customer_number", "store")
        self.table.opened.connect(lambda _row: self._open())
        self.table.model.loaded.connect(self._on_rows)
        self.table.selection_changed.connect(self.actions_changed)
        self.table.count_changed.connect(self._say_count)
        self.table.set_menu(
            "case.open", "customer.open", None, "visit.done", "visit.cancel", None, "list.copy"
        )
        for widget in (self.header, self.filters):
            self.body.addWidget(widget)
        self.body.addWidget(self.table, 1)
        self.follow(self.table)
        self.setFocusProxy(self.table)

    @override
    def load(self) -> None:
        state = self.state.value()
        criteria = VisitFilter(
            text=self.filters.search.value() or "",
            states=frozenset({state}) if state is not None else frozenset(),
            by_id=self.actor.user_id if self.mine.value() else None,
            planned_from=as_day(self.first.value()),
            planned_until=as_day(self.last.value()),
        )
        self.table.set_query(contacts.count_visits, contacts.list_visits, criteria)
        overdue = replace(
            criteria, states=frozenset({VisitState.PLANNED}), planned_until=_yesterday()
        )
        self.tasks.read(self, contacts.count_visits, overdue).then(self._say_overdue)

    def _on_rows(self) -> None:
        self.table.choose_first()
        self.actions_changed()

    def _say_count(self, count: int) -> None:
        text = ngettext("{n} visit", "{n} visits", count)
        self.header.set_subtitle(text.format(n=labels.number(count)))

    def _say_overdue(self, count: int) -> None:
        text = ngettext("{n} overdue", "{n} overdue", count).format(n=count)
        self.header.set_chips([(text, Tone.BAD)] if count else [])

    @override
    def show_record(self, target: object) -> None:
        """Show one visit of the list."""
        if isinstance(target, UUID):
            self.state.set_value(None)
            self.load()

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots: dict[str, Callable[[], object]] = {"case.visit": self.flows.plan_any_visit}
        row: VisitRow | None = self.table.current_row()
        if row is None:
            return slots
        slots["customer.open"] = lambda: self.navigate("customer-card", row.customer_id)
        if row.case_id is not None:
            slots["case.open"] = lambda: self.navigate("case-file", row.case_id)
        if row.state is VisitState.PLANNED:
            slots |= {
                "visit.done": lambda: self.flows.finish_visit(row.id, row.customer, row.note),
                "visit.cancel": lambda: self.flows.cancel_visit(row.id, row.customer),
            }
        return slots

    def _open(self) -> None:
        row: VisitRow | None = self.table.current_row()
        if row is None:
            return
        if row.case_id is not None:
            self.navigate("case-file", row.case_id)
        else:
            self.navigate("customer-card", row.customer_id)


def _yesterday() -> date:
    return clock.today() - timedelta(days=1)
