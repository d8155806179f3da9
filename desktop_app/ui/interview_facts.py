"""What stands beside the questions: customer, signal, last orders, what staff believed."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from db import reference
from db.vocabulary import ReasonLayer
from desktop_app import labels
from desktop_app.columns.orders import products_text
from desktop_app.i18n import _, language
from desktop_app.ui import case_look, theme
from desktop_app.ui.call_facts import CallFacts
from desktop_app.ui.case_panels import ContactPanel, FactsPanel, SignalPanel
from desktop_app.ui.case_view import CaseView
from desktop_app.ui.panels import Card, Facts

_ORDERS = 6


class InterviewFacts(QWidget):
    """The cards right of the questions.

    ``reveal`` is done when the whole phone number is asked for, by a role that may see it.
    """

    def __init__(self, *, may_reveal: bool, reveal: Callable[[], object]) -> None:
        super().__init__()
        self._may_reveal = may_reveal
        self.contact = ContactPanel()
        self.signal = SignalPanel()
        self.departure = FactsPanel()
        self.belief = Card(_("What staff believed"))
        self.belief_facts = Facts()
        self.belief.body.addWidget(self.belief_facts)
        self.orders = Card(_("Last orders"))
        self.order_facts = Facts()
        self.orders.body.addWidget(self.order_facts)
        self.contact.phone.reveal_wanted.connect(reveal)
        self.call = CallFacts()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_M)
        for card in (
            self.contact,
            self.call,
            self.signal,
            self.orders,
            self.belief,
            self.departure,
        ):
            column.addWidget(card)
        column.addStretch(1)

    def show_view(self, view: CaseView) -> None:
        """Show the case of an interview."""
        for panel in (self.contact, self.signal, self.departure):
            panel.show_view(view)
        self.contact.phone.allow(self._may_reveal)
        for unused in (self.contact.phone.copy, self.contact.phone.dial):
            unused.hide()
        belief = view.file.reasons.get(ReasonLayer.BELIEF)
        self.belief.setVisible(belief is not None)
        if belief is not None:
            text = reference.text(belief, language())
            self.belief_facts.set_facts([(_("Reason"), text), (_("Thought"), belief.verbatim)])
        recent: dict[str, str] = {}
        for order in view.orders[:_ORDERS]:
            day, amount = order.on.isoformat(), labels.money(order.amount, order.currency)
            text = case_look.list_text((amount, products_text(order)))
            recent[day] = "\n".join(filter(None, (recent.get(day), text)))
        self.orders.setVisible(bool(recent))
        self.order_facts.set_facts(recent.items())
