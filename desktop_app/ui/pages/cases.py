"""The list of cases: views, filters, counts by stage, bulk assignment, the case in short beside."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from db.queries.cases import CaseFilter, CaseRow
from db.vocabulary import CaseStage, SaveState
from desktop_app import clock, labels
from desktop_app.columns import Align, Column
from desktop_app.columns.cases import CASE_COLUMNS
from desktop_app.i18n import _, ngettext
from desktop_app.services import cases
from desktop_app.ui import case_look, dialogs
from desktop_app.ui.case_filters import CaseFilters
from desktop_app.ui.case_flows import CaseFlows
from desktop_app.ui.case_places import CaseTarget, ListPlace
from desktop_app.ui.case_preview import CasePreview
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, action_button, splitter
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.view_tabs import ViewTabs

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_PREVIEW_MS = 150
_ORDER = (
    "number", "customer", "klass", "kind", "stage", "next_due", "next_step", "value_at_stake",
    "owner", "store", "root_reason", "outcome", "opened_on", "closed_on", "customer_number",
    "phone", "stage_since", "save_state", "watch_until",
)  # fmt: skip
_HIDDEN_AT_FIRST = (
    "opened_on", "closed_on", "customer_number", "phone", "stage_since", "outcome", "save_state",
    "watch_until",
)  # fmt: skip
_BY_ID = {column.id: column for column in CASE_COLUMNS}


def _align(name: str) -> Align:
    return Align.RIGHT if name == "value_at_stake" else Align.LEFT


_WIDTHS = {"number": 100, "customer": 176, "klass": 56, "kind": 132, "stage": 108, "next_due": 128}
CASES_PAGE_COLUMNS: tuple[Column[CaseRow], ...] = tuple(
    replace(_BY_ID[name], width=_WIDTHS.get(name, _BY_ID[name].width), align=_align(name))
    for name in _ORDER
)


def built_in_views(me: UUID | None) -> list[tuple[str, CaseFilter]]:
    """The views everybody has."""
    first = clock.today().replace(day=1)
    return [
        (_("Open cases"), CaseFilter(open_only=True)),
        (_("Mine"), CaseFilter(open_only=True, owner_id=me)),
        (_("Nobody's"), CaseFilter(open_only=True, unassigned=True)),
        (_("Overdue"), CaseFilter(overdue=True)),
        (_("Closed this month"), CaseFilter(closed_from=first)),
        (_("Watched saves"), CaseFilter(save_state=SaveState.WATCHING)),
        (_("All"), CaseFilter()),
    ]


class CasesPage(Page):
    """Tabs of views, filters, list, preview."""

    SPEC: ClassVar[PageSpec] = page_spec("cases")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {
            "departure_case",
            "case_reason",
            "case_event",
            "contact_attempt",
            "customer",
            "customer_stat",
            "saved_view",
        }
    )

    def build(self) -> None:
        """Make header, views, filters, list and preview."""
        self._counting = Latest()
        self.flows = CaseFlows(self)
        self.flows.opened_case.connect(lambda key: self.navigate("case-file", key))
        self.header = PageHeader(_("Cases"), buttons=self._buttons())
        self.tabs = ViewTabs(self, CaseFilter, lambda: built_in_views(self.actor.user_id))
        self.tabs.chosen.connect(self._on_view)
        self.filters = CaseFilters(self.tasks)
        self.filters.changed.connect(self._ask)
        self._make_table()
        self.preview = CasePreview(self.context, _("Choose a case to see it here."))
        panes = splitter(self.context, "cases", self.table, self.preview)
        panes.setStretchFactor(0, 7)
        panes.setStretchFactor(1, 3)
        self.filters.set_value(self.tabs.all()[0][1])
        self.body.addWidget(self.header)
        self.body.addWidget(self.tabs)
        self.body.addWidget(self.filters)
        self.body.addWidget(panes, 1)
        self.follow(self.table)
        self.setFocusProxy(self.table)

    def _buttons(self) -> list[QWidget]:
        context = self.context
        return [
            action_button(context, "view.save"),
            action_button(context, "case.take"),
            action_button(context, "case.assign"),
            action_button(context, "case.new", primary=True),
        ]

    def _make_table(self) -> None:
        self._preview_timer = QTimer(self, singleShot=True, interval=_PREVIEW_MS)
        self._preview_timer.timeout.connect(self._show_preview)
        self.table = RecordTable(
            CASES_PAGE_COLUMNS,
            context=self.context,
            state_key="cases",
            name=_("Cases"),
            empty=_("No cases match. Change the filter, or open cases from the signals."),
            first_step=(_("Look at the signals"), lambda: self.navigate("signals")),
            chips={
                "klass": case_look.klass_tone,
                "stage": case_look.stage_tone,
                "outcome": case_look.outcome_tone,
                "save_state": case_look.save_tone,
                "next_due": _due_tone,
            },
        )
        self.table.hide_columns(*_HIDDEN_AT_FIRST)
        self.table.opened.connect(lambda _row: self._open())
        self.table.model.loaded.connect(self._on_rows)
        self.table.selection_changed.connect(self.actions_changed)
        self.table.current_changed.connect(lambda _row: self._preview_timer.start())
        self.table.count_changed.connect(self._say_count)
        self.table.set_menu(
            "case.open", "case.attempt", "case.take", "case.assign", None, "customer.open", None,
            "list.copy", "list.columns",
        )  # fmt: skip

    # ------------------------------------------------------------------ views

    def _on_view(self, criteria: CaseFilter) -> None:
        self.filters.set_value(criteria)
        self._ask()

    def _save_view(self) -> None:
        self.tabs.save(self.filters.value())

    # ------------------------------------------------------------------ loading

    @override
    def load(self) -> None:
        self.tabs.load()
        self._ask()

    def _ask(self) -> None:
        criteria = self.filters.value()
        self.table.set_query(cases.count_cases, cases.list_cases, criteria)
        without = replace(criteria, stages=frozenset())
        task = self.tasks.read(self, cases.count_by_stage, without)
        self._counting.take(task).then(self.filters.pills.show_counts)
        self.preview.reload()

    def _on_rows(self) -> None:
        self.table.choose_first()
        self._preview_timer.start()
        self.actions_changed()

    def _say_count(self, count: int) -> None:
        self.header.set_subtitle(
            ngettext("{n} case in this view", "{n} cases in this view", count).format(
                n=labels.number(count)
            )
        )

    def _show_preview(self) -> None:
        row = self.table.current_row()
        self.preview.show_case(row.id if row is not None else None)

    @override
    def show_record(self, target: object) -> None:
        """Show the cases of a filter (from a report or a chart) or one customer's."""
        if isinstance(target, CaseFilter):
            self.filters.set_value(target)
            self._ask()

    # ------------------------------------------------------------------ what can be done

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots: dict[str, Callable[[], object]] = {
            "case.new": self.flows.new_case,
            "view.save": self._save_view,
        }
        rows = self.table.selected_rows()
        if not rows:
            return slots
        if any(row.stage is not CaseStage.CLOSED for row in rows):
            slots["case.assign"] = self._assign
        if len(rows) > 1:
            return slots
        row = rows[0]
        slots |= {
            "case.open": self._open,
            "customer.open": lambda: self.navigate("customer-card", row.customer_id),
        }
        is_waiting = row.stage in (CaseStage.IDENTIFIED, CaseStage.SCREENED)
        if row.stage is not CaseStage.CLOSED and (is_waiting or row.owner_id is None):
            slots["case.take"] = lambda: self.flows.take(row.id)
        if not is_waiting and row.stage is not CaseStage.CLOSED:
            slots["case.attempt"] = lambda: self._open(log_contact=True)
        return slots

    def _open(self, *, log_contact: bool = False) -> None:
        row = self.table.current_row()
        if row is not None:
            place = ListPlace(
                self.filters.value(), self.table.sort, self.table.view.currentIndex().row()
            )
            self.navigate("case-file", CaseTarget(row.id, place, log_contact))

    def _assign(self) -> None:
        if self.table.has_all_selected():
            task = self.tasks.read(self, _open_ids, self.filters.value())
            task.then(self._assign_many)
            return
        rows = self.table.selected_rows()
        self._assign_many([row.id for row in rows if row.stage is not CaseStage.CLOSED])

    def _assign_many(self, case_ids: list[UUID]) -> None:
        if case_ids:
            self.flows.assign(case_ids)
        else:
            dialogs.tell(self, _("Nothing to assign"), _("Every case of this list is closed."))


def _due_tone(row: CaseRow) -> Tone | None:
    return None if row.closed_on is not None else case_look.day_tone(row.next_due)


def _open_ids(session: "Session", criteria: CaseFilter) -> list[UUID]:
    """Keys of every open case of a filter, also of those not on the screen."""
    rows = cases.list_cases(session, criteria, None, 0, 1_000_000)
    return [row.id for row in rows if row.stage is not CaseStage.CLOSED]
