"""One case: where it stands, why, what was done, what comes next; worked on by keyboard."""

from dataclasses import replace
from typing import ClassVar
from uuid import UUID

from PySide6.QtWidgets import QPushButton, QTabWidget, QVBoxLayout, QWidget
from typing_extensions import override

from db.vocabulary import AttemptResult, CaseStage
from desktop_app import labels
from desktop_app.columns.journal import HISTORY_COLUMNS, HistoryRow
from desktop_app.columns.orders import ORDER_COLUMNS
from desktop_app.domain.cases import can_close, moves
from desktop_app.domain.permissions import Action, allowed
from desktop_app.errors import UserError
from desktop_app.i18n import _
from desktop_app.ui import case_places, case_view, theme
from desktop_app.ui.attachments import FilesPane
from desktop_app.ui.attempt_logger import AttemptLogger
from desktop_app.ui.case_flows import CaseFlows
from desktop_app.ui.case_look import (
    KLASS_TONES,
    OUTCOME_TONES,
    day_tone,
    due_text,
    kind_tone,
    list_text,
)
from desktop_app.ui.case_panels import (
    ContactPanel,
    FactsPanel,
    NextPanel,
    Notice,
    PlanPanel,
    SignalPanel,
    WhyPanel,
    column_of,
    pane_of,
)
from desktop_app.ui.case_places import CaseTarget
from desktop_app.ui.case_view import CaseView
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pane_cycle import pane_slots
from desktop_app.ui.panels import PageHeader, action_button, splitter
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.stage_stepper import StageStepper
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.timeline import Timeline
from desktop_app.ui.wrap_up import WrapUp

BEFORE_WORK = frozenset({CaseStage.IDENTIFIED, CaseStage.SCREENED})
CASE_TABLES = frozenset(
    {
        "departure_case",
        "case_event",
        "case_reason",
        "probe_step",
        "contact_attempt",
        "visit",
        "interview",
        "exit_registration",
        "attachment",
        "customer",
        "contact",
        "defection_signal",
        "customer_order",
    }
)


class CaseFilePage(Page):
    """Header and stages above, customer and next step left, why in the middle, timeline right."""

    SPEC: ClassVar[PageSpec] = page_spec("case-file")
    TABLES: ClassVar[frozenset[str]] = CASE_TABLES

    def build(self) -> None:
        """Make header, stages, panels, timeline and the strip."""
        self.view: CaseView | None = None
        self.target: CaseTarget | None = None
        self._asks_contact = False
        self._loading, self._stepping, self._reading = Latest(), Latest(), Latest()
        self.flows = CaseFlows(self)
        self.flows.started_interview.connect(lambda key: self.navigate("interview", key))
        self.header = PageHeader("", buttons=self._header_buttons())
        self.stepper = StageStepper()
        self.stepper.chosen.connect(self._on_stage)
        self.notice = Notice(_("Overrule…"))
        self.notice.pressed.connect(self._override)
        self.strip = WrapUp()
        self.logger = AttemptLogger(self, self.strip)
        self.logger.logged.connect(self._on_logged)
        self.panes = splitter(
            self.context, "case-file", self._left(), self._middle(), self._right()
        )
        for place, stretch in enumerate((5, 7, 7)):
            self.panes.setStretchFactor(place, stretch)
        for widget in (self.header, self.stepper, self.notice):
            self.body.addWidget(widget)
        self.body.addWidget(self.panes, 1)
        self.body.addWidget(self.strip)
        self.setFocusProxy(self.timeline)
        self._show_nothing()

    def _header_buttons(self) -> list[QPushButton]:
        needed = {
            "case.reopen": Action.REOPEN_CASE,
            "case.close": Action.CLOSE_CASE,
            "case.assign": Action.ASSIGN_CASE,
            "case.take": Action.TAKE_CASE,
            "case.visit": Action.WORK_CASE,
            "case.interview": Action.WORK_CASE,
            "case.attempt": Action.WORK_CASE,
        }
        self._buttons = {
            action_id: (
                action_button(self.context, action_id, primary=action_id == "case.attempt"),
                action,
            )
            for action_id, action in needed.items()
        }
        return [made for made, _action in self._buttons.values()]

    def _left(self) -> QWidget:
        context = self.context
        opener = action_button(context, "customer.open")
        self.next_panel = NextPanel()
        self.signal_panel = SignalPanel()
        self.contact = ContactPanel(_quiet(opener))
        self.contact.phone.reveal_wanted.connect(self._reveal)
        self.contact.phone.copy_wanted.connect(self._copy_phone)
        column = column_of((self.next_panel, self.signal_panel, self.contact))
        return pane_of(column, 264, _("Customer and next step"))

    def _middle(self) -> QWidget:
        context = self.context
        self.why = WhyPanel(_quiet(action_button(context, "case.reasons")))
        self.facts = FactsPanel(_quiet(action_button(context, "case.edit")))
        self.plan = PlanPanel(_quiet(action_button(context, "case.offer")))
        return pane_of(column_of((self.why, self.facts, self.plan)), 320, _("Reasons and plan"))

    def _right(self) -> QWidget:
        self.timeline = Timeline(_("Timeline of the case"))
        self.timeline.opened.connect(self._open_entry)
        self.orders = RecordTable(
            ORDER_COLUMNS,
            context=self.context,
            state_key="case-orders",
            name=_("Orders"),
            empty=_("No orders on record."),
        )
        self.files = FilesPane(self.context)
        self.files.changed.connect(self._show_files)
        self.files.follow(self)
        self.history = RecordTable(
            HISTORY_COLUMNS,
            context=self.context,
            state_key="case-history",
            name=_("History of changes"),
            empty=_("Nothing was changed yet."),
        )
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(_("What happened"))
        self.tabs.addTab(self.timeline, _("Timeline"))
        self.tabs.addTab(self.files, self.files.title())
        self.tabs.addTab(self.orders, _("Orders"))
        self.tabs.addTab(self.history, _("History of changes"))
        self.tabs.currentChanged.connect(lambda _place: self._load_history())
        self.tabs.setDocumentMode(True)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.tabs)
        return holder

    # ------------------------------------------------------------------ loading

    @override
    def show_record(self, target: object) -> None:
        if isinstance(target, UUID):
            target = CaseTarget(target)
        if not isinstance(target, CaseTarget):
            return
        known = self.target
        if known is None or target.case_id != known.case_id:
            self.logger.leave(target.case_id)
            self.flows.holding.forget()
        elif target.place is None:  # back from the interview of the same case
            target = replace(target, place=known.place)
        self.target = target
        self._asks_contact = target.log_contact
        self.load()

    @override
    def here(self, target: object) -> object:
        if self.target is None:
            return None
        timer = self.strip.timer.state() if self.logger.is_open else None
        return CaseTarget(self.target.case_id, self.target.place, self.logger.is_open, timer=timer)

    @override
    def load(self) -> None:
        if self.target is not None:
            task = self.tasks.read(self, case_view.read_case, self.target.case_id)
            self._loading.take(task).then(self._show).or_else(self._on_missing)

    def _on_missing(self, error: UserError) -> None:
        self._show_nothing()
        self.messages.warn(error.message)

    def _show_nothing(self) -> None:
        self.view = None
        self.header.set_title(_("No case"))
        self.header.set_subtitle(_("Open one from the list of cases or from Today."))
        self.header.set_chips([])
        self.panes.setEnabled(False)
        self.stepper.hide()
        self.actions_changed()

    def _show(self, view: CaseView) -> None:
        is_other = self.view is None or self.view.id != view.id
        self.view = view
        self.panes.setEnabled(True)
        self.stepper.show()
        self._show_header(view)
        days = {spent.stage: spent.days for spent in view.file.time_in_stage}
        self.stepper.show_case(view.file.row.stage, days, self._allowed(view))
        for panel in (self.next_panel, self.signal_panel, self.contact):
            panel.show_view(view)
        for middle in (self.why, self.facts, self.plan):
            middle.show_view(view)
        self.contact.phone.allow(self._may(Action.REVEAL_PHONE))
        self.timeline.set_entries(case_view.entries(view))
        self.orders.set_rows(view.orders)
        self.files.show_case(view.id)
        if is_other:
            self.timeline.scrollToTop()
        self._load_history()
        self.title_changed.emit()
        self.actions_changed()
        if self._asks_contact and self.target is not None:
            self._asks_contact = False
            self._log_attempt()
            if self.target.timer is not None:
                self.strip.timer.go_on(self.target.timer)
            if self.target.seconds is not None and self.logger.is_open:
                self.strip.timer.take(self.target.seconds)
                self.strip.choose(AttemptResult.REACHED)

    def _show_header(self, view: CaseView) -> None:
        row = view.file.row
        self.header.set_title(row.customer or _("(no name)"))
        self.header.set_subtitle(
            list_text(
                (
                    _("Case {number}").format(number=row.number),
                    _("Customer {number}").format(number=row.customer_number),
                    row.store,
                    row.owner or _("nobody works on it yet"),
                )
            )
        )
        chips = [(labels.label(row.klass), KLASS_TONES[row.klass])]
        chips.append((labels.label(row.kind), kind_tone(row.kind)))
        if row.outcome is not None:
            chips.append((labels.label(row.outcome), OUTCOME_TONES[row.outcome]))
        elif day_tone(row.next_due) is Tone.BAD:
            chips.append((due_text(row.next_due), Tone.BAD))
        self.header.set_chips(chips)
        possible = self.actions()
        for action_id, (made, needed) in self._buttons.items():
            made.setVisible(action_id in possible and self._may(needed))
        is_held_back = bool(view.file.screening_note) and row.stage is CaseStage.IDENTIFIED
        text = _("Held back by the screening: {note}").format(note=view.file.screening_note)
        self.notice.say(text if is_held_back else "", can_act=self._may(Action.OVERRIDE_SCREENING))

    def _load_history(self) -> None:
        if self.view is not None and self.tabs.currentWidget() is self.history:
            task = self.tasks.read(self, case_view.read_history, self.view.id)
            self._reading.take(task).then(self._show_history)

    def _show_history(self, rows: list[HistoryRow]) -> None:
        self.history.set_rows(rows)

    def _show_files(self) -> None:
        self.tabs.setTabText(self.tabs.indexOf(self.files), self.files.title())
        self.actions_changed()

    @override
    def title(self) -> str:
        if self.view is None:
            return _(self.SPEC.title)
        row = self.view.file.row
        return f"{row.number} {row.customer}".strip()

    # ------------------------------------------------------------------ what can be done

    def _may(self, action: Action) -> bool:
        return allowed(self.actor.role, action)

    def _allowed(self, view: CaseView) -> list[CaseStage]:
        stage = view.file.row.stage
        found = list(moves(stage)) if self._may(Action.WORK_CASE) else []
        if can_close(stage) and self._may(Action.CLOSE_CASE):
            found.append(CaseStage.CLOSED)
        return found

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        view = self.view
        if view is None:
            return {}
        file, flows = view.file, self.flows
        slots = {
            **pane_slots(self._panes),
            "customer.open": lambda: self.navigate("customer-card", file.row.customer_id),
            "customer.reveal": self._reveal,
            "customer.copy_phone": self._copy_phone,
            "case.note": self._note,
            "case.history": lambda: self.tabs.setCurrentWidget(self.history),
            "customer.exit": lambda: self.navigate("exit-registration", file.row.customer_id),
            **self.files.slots(),
        }
        if self.target is not None and self.target.place is not None:
            slots["list.previous"] = lambda: self._step(-1)
            slots["list.next"] = lambda: self._step(1)
        if file.row.stage is CaseStage.CLOSED:
            return slots | {"case.reopen": lambda: flows.reopen(file)}
        slots |= {
            "case.assign": lambda: flows.assign([file.row.id], file.row.owner_id),
            "case.reasons": lambda: flows.reasons(file),
            "case.edit": lambda: flows.edit(file),
            "case.offer": lambda: flows.offer(file),
            "case.close": lambda: flows.close(file),
        }
        if moves(file.row.stage):
            slots["case.move"] = lambda: flows.move(file)
        if file.screening_note:
            slots["case.override"] = self._override
        if file.row.stage in BEFORE_WORK or file.row.owner_id is None:
            slots["case.take"] = lambda: flows.take(file.row.id)
        if file.row.stage not in BEFORE_WORK:
            slots |= {
                "case.attempt": self._log_attempt,
                "case.timer": self._toggle_timer,
                "case.visit": self._plan_visit,
                "case.interview": lambda: flows.interview(file.row.id),
                "interview.hold": lambda: flows.interview(file.row.id, is_any=True),
                "interview.paper": lambda: flows.interview(file.row.id, is_paper=True),
                "interview.print": lambda: flows.holding.print_paper(file.row.id, file.row.number),
            }
        return slots

    def _panes(self) -> list[QWidget]:
        shown = (self.panes.widget(0), self.panes.widget(1), self.tabs.currentWidget())
        return [*(pane for pane in shown if pane is not None), self.strip.note]

    def _on_stage(self, stage: CaseStage) -> None:
        if self.view is None:
            return
        if stage is CaseStage.CLOSED:
            self.flows.close(self.view.file)
        elif stage is CaseStage.ASSIGNED and self.view.file.row.owner_id is None:
            self._find_owner(self.view)
        else:
            self.flows.move_to(self.view.file, stage)

    def _find_owner(self, view: CaseView) -> None:
        """Nobody works on it: somebody who may assign chooses, the others take it."""
        if self._may(Action.ASSIGN_CASE):
            self.flows.assign([view.id])
        else:
            self.flows.take(view.id)

    def _override(self) -> None:
        if self.view is not None:
            self.flows.override(self.view.file)

    def _plan_visit(self) -> None:
        if self.view is not None:
            row = self.view.file.row
            self.flows.plan_visit(row.id, row.customer_id, row.customer)

    def _note(self) -> None:
        if self.view is None:
            return
        if self.logger.is_open:  # nothing modal during a call
            self.strip.note.setFocus()
        else:
            self.flows.note(self.view.id)

    def _reveal(self) -> None:
        if self.view is not None:
            customer_id = self.view.file.row.customer_id
            self.flows.reveal_phone(customer_id, self.contact.phone.whole())

    def _copy_phone(self) -> None:
        if self.view is not None:
            self.flows.copy_phone(self.view.file.row.customer_id)

    def _open_entry(self, key: object) -> None:
        if not isinstance(key, tuple) or self.view is None:
            return
        kind, ref = key
        if kind == "interview":
            self.navigate("interview", ref)
            return
        if kind == "file":
            self.files.open_key(ref)
            return
        visit = next((row for row in self.view.file.visits if row.id == ref), None)
        if visit is not None and visit.state == "planned":
            self.flows.finish_visit(visit.id, visit.customer, visit.note)

    # ------------------------------------------------------------------ contacts

    def _strip_title(self, view: CaseView) -> str:
        return _("Contact with {name}").format(name=view.file.row.customer or view.file.row.number)

    def _log_attempt(self) -> None:
        view = self.view
        if view is not None and view.file.row.stage not in BEFORE_WORK:
            self.logger.open(
                view.id,
                self._strip_title(view),
                view.results,
                is_interviewed=view.is_interviewed,
            )

    def _toggle_timer(self) -> None:
        view = self.view
        if view is not None:
            self.logger.toggle_timer(
                view.id,
                self._strip_title(view),
                view.results,
                is_interviewed=view.is_interviewed,
            )

    def _on_logged(self, _case_id: UUID, and_next: bool) -> None:  # noqa: FBT001  (Qt's signal)
        if and_next:
            self._step(1)
        else:
            self.timeline.setFocus()

    def _step(self, by: int) -> None:
        if self.target is None:
            return
        task = self.tasks.read(self, case_places.neighbour, self.target, by)
        self._stepping.take(task).then(self._go)

    def _go(self, target: CaseTarget | None) -> None:
        if target is None:
            self.messages.info(_("That was the end of the list."))
        else:
            self.navigate("case-file", target)

    @override
    def can_leave(self) -> bool:
        self.logger.leave(None)
        self.flows.holding.forget()
        return True


def _quiet(made: QPushButton) -> QPushButton:
    theme.set_role(made, "quiet")
    return made
