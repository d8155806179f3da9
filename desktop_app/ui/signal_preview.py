"""A signal beside the list: the whole sentence why, what was measured, what became of it."""

from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from db.queries.signals import SignalRow
from desktop_app import labels
from desktop_app.columns.signals import SIGNAL_COLUMNS, measure_text, sentence
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.case_look import KLASS_TONES, SIGNAL_TONES
from desktop_app.ui.case_panels import pane_of
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import Card, ChipLabel, EmptyState, Facts, action_button, text_label

_SPEND = next(column for column in SIGNAL_COLUMNS if column.id == "spend_window")


class SignalPreview(QWidget):
    """Shows the row under the cursor; needs nothing but the row."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setAccessibleName(_("Signal in short"))
        self.title = text_label("", "heading")
        self.number = text_label("", "hint")
        self.klass, self.state = ChipLabel(), ChipLabel()
        self.finding = Card(_("Why there is a signal"))
        self.sentence = text_label()
        self.facts = Facts()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(EmptyState(_("Choose a signal to see why it is here."), "signals"))
        self._stack.addWidget(pane_of(self._content(context), 272, _("Signal in short")))

    def _content(self, context: PageContext) -> QWidget:
        chips = QHBoxLayout()
        chips.setSpacing(theme.GAP_S)
        chips.addWidget(self.klass)
        chips.addWidget(self.state)
        chips.addStretch(1)
        head = Card()
        head.setAccessibleName(_("Signal in short"))
        head.body.addWidget(self.title)
        head.body.addWidget(self.number)
        head.body.addLayout(chips)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP_S)
        buttons.addWidget(action_button(context, "customer.open"))
        buttons.addStretch(1)
        head.body.addLayout(buttons)
        self.finding.body.addWidget(self.sentence)
        self.finding.body.addWidget(self.facts)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_M)
        column.addWidget(head)
        column.addWidget(self.finding)
        column.addStretch(1)
        return holder

    def show_signal(self, row: SignalRow | None) -> None:
        """Show a signal; nothing for ``None``."""
        if row is None:
            self._stack.setCurrentIndex(0)
            return
        self.title.setText(row.customer or _("(no name)"))
        self.number.setText(" · ".join(filter(None, (row.customer_number, row.store))))
        self.klass.show_word(labels.label(row.klass), KLASS_TONES[row.klass])
        self.state.show_word(labels.label(row.state), SIGNAL_TONES[row.state])
        self.sentence.setText(sentence(row))
        until = row.snoozed_until
        pairs = [
            (_("Departure"), labels.label(row.kind)),
            (_("Measured"), measure_text(row.kind, row.measured)),
            (_("Limit"), measure_text(row.kind, row.limit)),
            (_("As of"), labels.day_text(row.as_of)),
            (_("Spend 12 m"), _SPEND.shown(row)),
            (_("Snoozed until"), labels.day_text(until) if until else ""),
            (_("Note"), row.state_note),
        ]
        self.facts.set_facts([(name, text) for name, text in pairs if text])
        self._stack.setCurrentIndex(1)
