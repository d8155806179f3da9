"""One case: where it stands, why, what was done, what comes next; worked on by keyboard."""

from dataclasses import replace
from typing import ClassVar
from uuid import UUID

from PySide6.QtWidgets import QPushButton, QWidget
from typing_extensions import override

from db.queries.case_file import CaseFile
from db.vocabulary import AttemptResult, CaseStage
from desktop_app.domain.cases import can_close, moves
from desktop_app.domain.permissions import Action, allowed
from desktop_app.errors import UserError
from desktop_app.i18n import _
from desktop_app.ui import case_places, case_view, theme
from desktop_app.ui.call_mode import BEFORE_WORK, CallMode
from desktop_app.ui.case_flows import CaseFlows
from desktop_app.ui.case_follow import CaseFollow
from desktop_app.ui.case_header import CaseHeader
from desktop_app.ui.case_panels import (
    ContactPanel,
    FactsPanel,
    NextPanel,
    Notice,
    SignalPanel,
    WhyPanel,
    column_of,
    pane_of,
)
from desktop_app.ui.case_places import CaseTarget
from desktop_app.ui.case_tabs import CaseTabs
from desktop_app.ui.case_view import CaseView
from desktop_app.ui.folding import GivesWay
from desktop_app.ui.offer_panel import OFFER_TABLES, OfferPanel
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pane_cycle import has_focus
from desktop_app.ui.panels import action_button, splitter
from desktop_app.ui.phone_actions import PhoneActions
from desktop_app.ui.stage_stepper import StageStepper
from desktop_app.ui.tasks import Latest
from desktop_app.ui.visit_flows import ask_informal

_LOW = 520
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
        "case_offer",
        "promise",
        "complaint",
        "recovery",
        "recovery_step",
        "case_review",
        "win_back_step",
        "renewal",
        "task",
    }
)


class CaseFilePage(Page):
    """Header and stages above, customer and next step left, why in the middle, timeline right."""

    SPEC: ClassVar[PageSpec] = page_spec("case-file")
    TABLES: ClassVar[frozenset[str]] = CASE_TABLES | OFFER_TABLES

    def build(self) -> None:
        """Make header, stages, panels, timeline and the strip."""
        self.view: CaseView | None = None
        self.target: CaseTarget | None = None
        self._asks_contact = False
        self._loading, self._stepping = Latest(), Latest()
        self.flows, self.phone = CaseFlows(self), PhoneActions(self, self.context)
        self.flows.started_interview.connect(lambda key: self.navigate("interview", key))
        self.header = CaseHeader(self.context)
        self.stepper = StageStepper()
        self.stepper.chosen.connect(self._on_stage)
        self.notice = Notice(_("Overrule…"))
        self.notice.pressed.connect(self._override)
        self.call = CallMode(self)
        self.strip, self.logger = self.call.strip, self.call.logger
        self.call.logged.connect(self._on_logged)
        self.call.turned.connect(self.actions_changed)
        self.follow_up = CaseFollow(self)
        facts, middle, tabs = self._left(), self._middle(), self._right()
        self.panes = splitter(self.context, "case-file", self.call.left, middle, self.call.right)
        sides = self.call.arrange(self.panes, facts, tabs)
        GivesWay(self, self.stepper, self.strip, below=_LOW)
        for place, stretch in enumerate((5, 7, 7)):
            self.panes.setStretchFactor(place, stretch)
        for widget in (self.header, self.stepper, self.notice):
            self.body.addWidget(widget)
        self.body.addWidget(sides)
        self.body.addWidget(self.panes, 1)
        self.body.addWidget(self.follow_up.strip)
        self.body.addWidget(self.strip)
        self.setFocusProxy(self.timeline)
        self._show_nothing()

    def _left(self) -> QWidget:
        context = self.context
        opener = action_button(context, "customer.open")
        self.next_panel = NextPanel()
        self.signal_panel = SignalPanel()
        self.contact = ContactPanel(_quiet(opener))
        self.contact.phone.reveal_wanted.connect(self._reveal)
        self.contact.phone.copy_wanted.connect(self._copy_phone)
        self.contact.phone.dial_wanted.connect(self._dial)
        follow = self.follow_up
        shown = (follow.card, self.call.card, self.next_panel, follow.panel)
        column = column_of((*shown, self.signal_panel, self.contact))
        return pane_of(column, 264, _("Customer and next step"))

    def _middle(self) -> QWidget:
        context = self.context
        self.why = WhyPanel(_quiet(action_button(context, "case.reasons")))
        self.facts = FactsPanel(_quiet(action_button(context, "case.edit")))
        self.offers = OfferPanel(self, lambda: self.logger.is_open)
        self.offers.shown.connect(self._show_offers)
        return pane_of(column_of((self.why, self.facts, self.offers)), 340, _("Reasons and plan"))

    def _right(self) -> CaseTabs:
        self.tabs = CaseTabs(self, self.call.divert)
        self.tabs.files_changed.connect(self.actions_changed)
        self.timeline, self.orders = self.tabs.timeline, self.tabs.orders
        self.files, self.history = self.tabs.files, self.tabs.history
        self.timeline.opened.connect(self._open_entry)
        return self.tabs

    # ------------------------------------------------------------------ loading

    @override
    def show_record(self, target: object) -> None:
        if isinstance(target, UUID):
            target = CaseTarget(target)
        if not isinstance(target, CaseTarget):
            return
        known = self.target
        if known is None or target.case_id != known.case_id:
            self.call.leave(target.case_id)
            self.follow_up.leave(target.case_id)
            self.flows.forget_interview()
        elif target.place is None:  # back from the interview of the same case
            target = replace(target, place=known.place)
        self.target = target
        if target.goes_on:
            self._step(1)
            return
        self._asks_contact = target.log_contact or target.is_calling
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
        self.header.show_nothing()
        self.panes.setEnabled(False)
        self.stepper.hide()
        self.actions_changed()

    def _show(self, view: CaseView) -> None:
        is_other = self.view is None or self.view.id != view.id
        self.view = view
        self.panes.setEnabled(True)
        self.stepper.show()
        self.header.show_view(view, self.actions())
        self._show_notice(view)
        days = {spent.stage: spent.days for spent in view.file.time_in_stage}
        self.stepper.show_case(view.file.row.stage, days, self._allowed(view))
        for panel in (self.next_panel, self.signal_panel, self.contact):
            panel.show_view(view)
        for middle in (self.why, self.facts, self.offers):
            middle.show_view(view)
        self.contact.phone.allow(self._may(Action.REVEAL_PHONE) and not view.is_stopped)
        self.tabs.show_view(view)
        self.call.show_view(view)
        self.follow_up.show_view(view)
        self.title_changed.emit()
        self.actions_changed()
        if is_other and self.isVisible() and not has_focus(self):
            self.setFocus()  # it could not take the keyboard before there was a case
        if self._asks_contact and self.target is not None:
            self._asks_contact = False
            self._take_call(self.target)

    def _show_offers(self) -> None:
        if self.view is not None:
            self.header.show_view(self.view, self.actions(), self.offers.chips())

    def _take_call(self, target: CaseTarget) -> None:
        """Go on with a call that was begun elsewhere, or begin one."""
        if target.is_calling:
            self.call.begin()
            return
        self.call.log()
        if target.timer is not None:
            self.strip.timer.go_on(target.timer)
        if target.seconds is not None and self.logger.is_open:
            self.strip.timer.take(target.seconds)
            self.strip.choose(AttemptResult.REACHED)

    def _show_notice(self, view: CaseView) -> None:
        row = view.file.row
        is_held_back = bool(view.file.screening_note) and row.stage is CaseStage.IDENTIFIED
        text = _("Held back by the screening: {note}").format(note=view.file.screening_note)
        self.notice.say(text if is_held_back else "", can_act=self._may(Action.OVERRIDE_SCREENING))

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
            "page.next_pane": self.call.next_pane,
            "page.previous_pane": lambda: self.call.next_pane(-1),
            "customer.open": lambda: self.navigate("customer-card", file.row.customer_id),
            "customer.reveal": self._reveal,
            "customer.copy_phone": self._copy_phone,
            "customer.dial": self._dial,
            "case.note": self._note,
            "case.history": lambda: self._show_tab(self.history),
            "case.win_back": lambda: self._show_tab(self.tabs.win_back),
            "customer.informal": lambda: ask_informal(
                self, self.tasks, (file.row.customer_id, file.row.customer), file.row.id
            ),
            "customer.exit": lambda: self.navigate("exit-registration", file.row.customer_id),
            **self.files.slots(),
            **self.follow_up.slots(),
            **self.offers.slots(),
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
            "case.close": lambda: flows.close(file),
        }
        if moves(file.row.stage):
            slots["case.move"] = lambda: flows.move(file)
        if file.screening_note:
            slots["case.override"] = self._override
        if file.row.stage in BEFORE_WORK or file.row.owner_id is None:
            slots["case.take"] = lambda: flows.take(file.row.id)
        if file.row.stage in BEFORE_WORK:
            slots |= {"case.timer": self.call.explain, "interview.script": self.call.explain}
        else:
            slots |= {
                **self.call.slots(),
                "case.give_back": lambda: flows.give_back(file.row.id, file.row.number),
                "interview.paper": lambda: flows.interview(file.row.id, is_paper=True),
            }
            if not view.is_stopped:
                slots |= self._outgoing(file)
        return slots

    def _outgoing(self, file: CaseFile) -> Slots:
        """What turns to the customer."""
        flows, row = self.flows, file.row
        return {
            "case.visit": self._plan_visit,
            "case.callback": lambda: flows.promise_call(file),
            "case.interview": lambda: flows.interview(row.id),
            "interview.hold": lambda: flows.interview(row.id, is_any=True),
            "interview.print": lambda: flows.holding.print_paper(row.id, row.number),
        }

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

    def _show_tab(self, tab: QWidget) -> None:
        """Turn to a tab of what happened, with the keyboard."""
        self.call.show_usual()
        self.tabs.setCurrentWidget(tab)
        tab.setFocus()

    def _reveal(self) -> None:
        if self.view is not None:
            customer_id = self.view.file.row.customer_id
            self.phone.reveal(customer_id, self.contact.phone.whole())

    def _copy_phone(self) -> None:
        if self.view is not None:
            self.phone.copy(self.view.file.row.customer_id)

    def _dial(self) -> None:
        if self.view is not None:
            self.phone.dial(self.view.file.row.customer_id, self.call.begin)

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
        if visit is not None and visit.state != "cancelled" and not visit.is_informal:
            self.flows.report_visit(visit.id)

    # ------------------------------------------------------------------ contacts

    def _on_logged(self, _case_id: UUID, and_next: bool) -> None:  # noqa: FBT001  (Qt's signal)
        if and_next:
            self._step(1)
        else:
            self.timeline.setFocus()

    def _step(self, by: int) -> None:
        if self.target is None:
            return
        if self.target.place is None:
            self.navigate("today")
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
        self.call.leave(None)
        self.follow_up.leave(None)
        self.flows.forget_interview()
        return True

    @override
    def customer(self) -> UUID | None:
        return None if self.view is None else self.view.file.row.customer_id


def _quiet(made: QPushButton) -> QPushButton:
    theme.set_role(made, "quiet")
    return made
