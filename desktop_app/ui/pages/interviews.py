"""The list of exit interviews, begun and finished."""

from collections.abc import Callable
from typing import ClassVar

from typing_extensions import override

from db.queries.interviews import InterviewFilter, InterviewRow
from db.vocabulary import InterviewState
from desktop_app import labels
from desktop_app.columns.interviews import INTERVIEW_COLUMNS
from desktop_app.i18n import _, ngettext
from desktop_app.services import interviews
from desktop_app.ui import case_look, paper_flows
from desktop_app.ui.editors import CheckEditor, EnumEditor
from desktop_app.ui.interview_sheet import InterviewTarget
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import FilterBar, PageHeader, action_button
from desktop_app.ui.record_table import RecordTable


class InterviewsPage(Page):
    """Search, state, list; Enter goes on with a begun one or shows a finished one."""

    SPEC: ClassVar[PageSpec] = page_spec("interviews")
    TABLES: ClassVar[frozenset[str]] = frozenset({"interview", "answer", "departure_case"})

    def build(self) -> None:
        """Make filters and list."""
        self.header = PageHeader(
            _("Interviews"),
            buttons=[
                action_button(self.context, "interview.review"),
                action_button(self.context, "interview.code"),
                action_button(self.context, "interview.export"),
                action_button(self.context, "case.open"),
                action_button(self.context, "case.interview", primary=True),
            ],
        )
        self.filters = FilterBar(_("Name, pinyin, phone, case"))
        self.state = self.filters.add(_("State"), EnumEditor(InterviewState, optional=True))
        self.mine = CheckEditor(_("Only mine"))
        self.mine.set_name(_("Only mine"))
        self.mine.changed.connect(self.filters.changed)
        self.filters.add_widget(self.mine)
        self.filters.changed.connect(self.load)
        self.table = RecordTable(
            INTERVIEW_COLUMNS,
            context=self.context,
            state_key="interviews",
            name=_("Interviews"),
            empty="",
            chips={
                "state": lambda row: case_look.INTERVIEW_TONES[row.state],
                "stage": case_look.stage_tone,
            },
        )
        self.table.hide_columns("customer_number")
        self.table.opened.connect(lambda _row: self._open())
        self.table.model.loaded.connect(self._on_rows)
        self.table.selection_changed.connect(self.actions_changed)
        self.table.count_changed.connect(self._say_count)
        self.table.set_menu(
            "case.interview", "case.open", "customer.open", None, "interview.print",
            "interview.save", None, "list.copy",
        )  # fmt: skip
        for widget in (self.header, self.filters):
            self.body.addWidget(widget)
        self.body.addWidget(self.table, 1)
        self.follow(self.table)
        self.setFocusProxy(self.table)

    @override
    def load(self) -> None:
        criteria = InterviewFilter(
            text=self.filters.search.value() or "",
            state=self.state.value(),
            by_id=self.actor.user_id if self.mine.value() else None,
        )
        self._say_empty(is_filtered=criteria != InterviewFilter())
        self.table.set_query(interviews.count_interviews, interviews.list_interviews, criteria)

    def _say_empty(self, *, is_filtered: bool) -> None:
        if is_filtered:
            text = _("No interview fits. Change the search or the filter.")
            self.table.set_empty(text, (_("Show all"), self._show_all))
        else:
            text = _("No interviews yet. Open a case and press Ctrl+I to ask why.")
            step = (_("Look at the cases"), lambda: self.navigate("cases"))
            self.table.set_empty(text, step)

    def _show_all(self) -> None:
        self.filters.search.set_value(None)
        self.state.set_value(None)
        self.mine.set_value(False)
        self.filters.settle()
        self.load()
        self.table.focus()

    def _on_rows(self) -> None:
        self.table.choose_first()
        self.actions_changed()

    def _say_count(self, count: int) -> None:
        text = ngettext("{n} interview", "{n} interviews", count)
        self.header.set_subtitle(text.format(n=labels.number(count)))

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        row: InterviewRow | None = self.table.current_row()
        slots: dict[str, Callable[[], object]] = {
            "interview.export": lambda: paper_flows.ask_answers(self),
        }
        if row is None:
            return slots
        slots |= {
            "case.interview": self._open,
            "interview.print": lambda: paper_flows.ask_paper(
                self, row.case_id, row.questionnaire_id, row.case_number
            ),
            "interview.save": lambda: paper_flows.save_interview(self, row.id, row.case_number),
            "case.open": lambda: self.navigate("case-file", row.case_id),
            "customer.open": lambda: self.navigate("customer-card", row.customer_id),
        }
        if row.state is InterviewState.DRAFT:
            slots["interview.paper"] = lambda: self.navigate(
                "interview", InterviewTarget(row.id, is_paper=True)
            )
        return slots

    def _open(self) -> None:
        row: InterviewRow | None = self.table.current_row()
        if row is not None:
            self.navigate("interview", row.id)
