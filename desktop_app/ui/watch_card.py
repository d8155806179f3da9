"""The card of a closed case: whether the save holds, which orders prove it, what was learnt."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout

from db.queries.case_reviews import CaseReviewRow
from db.vocabulary import SaveState
from desktop_app import labels
from desktop_app.columns.promises import review_state
from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _, ngettext
from desktop_app.services import case_reviews, watch
from desktop_app.services.watch import WatchView
from desktop_app.ui import theme
from desktop_app.ui.case_look import SAVE_TONES
from desktop_app.ui.case_panels import clear_layout
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import Card, ChipLabel, Facts, button, text_label
from desktop_app.ui.promise_flows import PromiseFlows
from desktop_app.ui.tasks import Latest

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.watch import LinkedCase
    from db.session import Session
    from desktop_app.ui.case_view import CaseView

_ORDERS = 3


@dataclass(frozen=True, slots=True)
class AfterCase:
    """What became of a case: the save, the cases before and after, what was learnt."""

    watch: WatchView
    review: CaseReviewRow | None


def read_after(session: "Session", case_id: uuid.UUID) -> AfterCase:
    """Everything the card shows, at once. Raises NotFoundError, NotAllowedError."""
    return AfterCase(watch.look(session, case_id), case_reviews.load(session, case_id))


def watch_sentence(view: WatchView) -> str:
    """How a save is doing, in words; empty when it is none."""
    if view.until is None:
        return ""
    until = labels.day_text(view.until)
    match view.state:
        case SaveState.WATCHING:
            text = _("Watched until {until}. An order by then confirms the save.")
            known = _("Orders are known up to {day}.").format(day=labels.day_text(view.as_of))
            return f"{text.format(until=until)} {known if view.as_of else ''}".strip()
        case SaveState.CONFIRMED:
            text = _("Confirmed by an order on {day}.")
            return text.format(day=labels.day_text(view.confirmed_on))
        case SaveState.LOST_DEFLECT if view.orders:
            return _("The customer left again before {until}.").format(until=until)
        case SaveState.LOST_DEFLECT:
            return _("No order until {until}: the save did not hold.").format(until=until)
        case None:
            return ""


class WatchCard(Card):
    """Shown for closed cases, and for those with a case before or after them."""

    opened = Signal(object)
    """Key of another case."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(_("What became of it"))
        self._context, self._tasks = context, context.tasks
        self.flows = PromiseFlows(self, context)
        self.after: AfterCase | None = None
        self._case_id: uuid.UUID | None = None
        self._reading = Latest()
        self.state = ChipLabel()
        self.sentence = text_label()
        self.orders = Facts()
        self._links = QVBoxLayout()
        self._links.setSpacing(theme.GAP_XS)
        self.body.addWidget(self.state, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.sentence)
        self.body.addWidget(self.orders)
        self.body.addLayout(self._links)
        self.hide()

    def show_view(self, view: "CaseView") -> None:
        """Show what became of a case."""
        if view.id != self._case_id:
            self._case_id = view.id
            self.hide()
        task = self._tasks.read(self, read_after, view.id)
        self._reading.take(task).then(self._show)

    def _show(self, after: AfterCase) -> None:
        self.after = after
        found = after.watch
        text = watch_sentence(found)
        self.state.setVisible(found.state is not None)
        if found.state is not None:
            self.state.show_word(labels.label(found.state), SAVE_TONES[found.state])
        self.sentence.setText(text)
        self.sentence.setVisible(bool(text))
        self._show_orders(found)
        clear_layout(self._links)
        if found.before is not None:
            self._link(_("Follows case {number}"), found.before)
        for case in found.after:
            self._link(_("Followed by case {number}"), case)
        self._show_review(after)
        self.setVisible(bool(text) or bool(self._links.count()))

    def _show_orders(self, found: WatchView) -> None:
        shown: Sequence[tuple[str, str]] = [
            (
                labels.day_text(order.on),
                f"{order.number}  {labels.money(order.amount, order.currency)}",
            )
            for order in found.orders[:_ORDERS]
        ]
        rest = len(found.orders) - len(shown)
        if rest > 0:
            text = ngettext("and {n} more order", "and {n} more orders", rest).format(n=rest)
            shown = [*shown, (text, " ")]
        self.orders.set_facts(shown)
        self.orders.setVisible(bool(shown))

    def _link(self, text: str, case: "LinkedCase") -> None:
        opener = button(
            text.format(number=case.number), lambda: self.opened.emit(case.id), "link", "quiet"
        )
        self._links.addWidget(opener, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_review(self, after: AfterCase) -> None:
        row = after.review
        if row is None or not (row.is_wanted or row.at is not None):
            return
        if row.at is not None:
            for label, words in ((_("Lesson"), row.lesson), (_("What changes"), row.improvement)):
                if words:
                    self._links.addWidget(text_label(label, "hint"))
                    self._links.addWidget(text_label(words))
        role = self._context.actor.role
        if row.at is not None and not row.improvement and allowed(role, Action.REVIEW_INTERVIEW):
            self._do(_("Decide what changes…"), lambda: self.flows.decide(row))
        elif allowed(role, Action.WORK_CASE):
            verb = _("Look back on the case…") if row.at is None else _("Change the lesson…")
            self._do(verb, lambda: self.flows.look_back(row))
        elif row.at is None:
            self._links.addWidget(text_label(review_state(row), "hint"))

    def _do(self, verb: str, slot: Callable[[], object]) -> None:
        self._links.addWidget(button(verb, slot, "note"), 0, Qt.AlignmentFlag.AlignLeft)
