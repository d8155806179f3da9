"""The list of visits and calls, planned and made."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from PySide6.QtGui import QResizeEvent
from typing_extensions import override

from db.queries.visits import VisitFilter, VisitRow
from db.vocabulary import Channel, VisitState
from desktop_app import clock, labels
from desktop_app.columns import Align, Column
from desktop_app.columns.visits import VISIT_COLUMNS
from desktop_app.i18n import _, ngettext
from desktop_app.services import visits
from desktop_app.ui import case_look, theme
from desktop_app.ui.case_flows import CaseFlows
from desktop_app.ui.day_pack_flow import DayPackFlow
from desktop_app.ui.editors import CheckEditor, EnumEditor
from desktop_app.ui.forms.case_forms import as_day
from desktop_app.ui.forms.visit_forms import CHANNELS
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import FilterBar, PageHeader, action_button
from desktop_app.ui.parsed_editors import DateEditor
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.theme import Tone
from desktop_app.ui.visit_flows import ask_informal

_BY_ID = {column.id: column for column in VISIT_COLUMNS}
_ORDER = (
    "planned_on", "starts_at", "channel", "state", "customer", "klass", "purpose", "address", "by",
    "case_number", "done_on", "note", "met", "gift", "satisfaction", "next_step", "store",
    "customer_number",
)  # fmt: skip
_WIDTHS = {"klass": 56, "state": 104, "purpose": 200, "address": 180, "by": 80}
_FITS_ALL = 880
_SEARCH = 128
_HIDDEN = ("customer_number", "store", "met", "gift", "satisfaction", "next_step")
PAGE_COLUMNS: tuple[Column[VisitRow], ...] = tuple(
    replace(_BY_ID[name], width=_WIDTHS.get(name, _BY_ID[name].width), align=Align.LEFT)
    for name in _ORDER
)


def _planned_tone(row: VisitRow) -> Tone | None:
    return case_look.day_tone(row.planned_on) if row.state is VisitState.PLANNED else None


def _state_tone(row: VisitRow) -> Tone:
    is_provisional = row.is_provisional and row.state is VisitState.PLANNED
    return Tone.NEUTRAL if is_provisional else case_look.VISIT_TONES[row.state]


class VisitsPage(Page):
    """Search, state, period, list; plan, finish and cancel from here."""

    SPEC: ClassVar[PageSpec] = page_spec("visits")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"visit", "departure_case", "customer", "win_back_step"}
    )

    def build(self) -> None:
        """Make filters and list."""
        self.flows = CaseFlows(self)
        self.day_pack = DayPackFlow(self)
        self.mine = CheckEditor(_("Only mine"))
        self.mine.set_name(_("Only mine"))
        self.mine.changed.connect(self.load)
        buttons = [
            action_button(self.context, "visit.day_pack"),
            action_button(self.context, "visit.cancel"),
            action_button(self.context, "visit.done"),
            action_button(self.context, "case.visit", primary=True),
        ]
        self.header = PageHeader(_("Visits"), buttons=[self.mine, *buttons])
        self.header.shorten(buttons[:-1])
        self.filters = FilterBar(_("Name, pinyin, phone, case"))
        self.filters.search.setMinimumWidth(theme.pixels(_SEARCH))
        self.state = self.filters.add(_("State"), EnumEditor(VisitState, optional=True))
        any_way = _("visits and calls")
        self.channel = EnumEditor(Channel, optional=True, members=CHANNELS, empty=any_way)
        self.channel.set_name(_("How"))
        self.channel.changed.connect(self.filters.changed)
        self.filters.add_widget(self.channel)
        self.first = self.filters.add(_("Planned from"), DateEditor())
        self.last = self.filters.add(_("until"), DateEditor())
        self.last.set_name(_("Planned until"))
        for editor in (self.first, self.last):
            editor.line.setMaximumWidth(theme.pixels(132))
            editor.line.setPlaceholderText("")
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
                "state": _state_tone,
                "klass": case_look.klass_tone,
                "planned_on": _planned_tone,
                "channel": lambda row: Tone.ACCENT if row.is_win_back else None,
            },
        )
        self.table.hide_columns(*_HIDDEN)
        self.table.opened.connect(lambda _row: self._open())
        self.table.model.loaded.connect(self._on_rows)
        self.table.selection_changed.connect(self.actions_changed)
        self.table.count_changed.connect(self._say_count)
        self.table.set_menu(
            "case.open", "customer.open", None, "visit.done", "visit.report", "visit.cancel", None,
            "customer.informal", None, "list.copy",
        )  # fmt: skip
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
            channel=self.channel.value(),
            by_id=self.actor.user_id if self.mine.value() else None,
            planned_from=as_day(self.first.value()),
            planned_until=as_day(self.last.value()),
        )
        self.table.set_query(visits.count_visits, visits.list_visits, criteria)
        overdue = replace(
            criteria, states=frozenset({VisitState.PLANNED}), planned_until=_yesterday()
        )
        self.tasks.read(self, visits.count_visits, overdue).then(self._say_overdue)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the choice of visits or calls gives way, unless it is made."""
        super().resizeEvent(event)
        fits = event.size().width() >= theme.pixels(_FITS_ALL)
        self.channel.setVisible(fits or self.channel.value() is not None)

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
        if self.day_pack.may:
            slots["visit.day_pack"] = lambda: self._ask_day_pack(row)
        if row is None:
            return slots
        slots["customer.open"] = lambda: self.navigate("customer-card", row.customer_id)
        slots["customer.informal"] = lambda: ask_informal(
            self, self.tasks, (row.customer_id, row.customer), row.case_id
        )
        if row.case_id is not None:
            slots["case.open"] = lambda: self.navigate("case-file", row.case_id)
        if row.state is VisitState.PLANNED:
            slots |= {
                "visit.done": lambda: self.flows.report_visit(row.id),
                "visit.cancel": lambda: self.flows.cancel_visit(row.id, row.customer),
            }
        elif row.state is VisitState.DONE and not row.is_informal:
            slots["visit.report"] = lambda: self.flows.report_visit(row.id)
        return slots

    def _ask_day_pack(self, row: VisitRow | None) -> None:
        """The day and the person of the row, if it is still to be made; else one's own today."""
        if row is not None and row.state is VisitState.PLANNED and row.planned_on >= clock.today():
            self.day_pack.ask(row.planned_on, row.by_id)
        else:
            self.day_pack.ask(clock.today())

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
