"""A case in short beside a list: enough to decide whether to open it, or to call at once."""

import uuid

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from db import reference
from db.vocabulary import ReasonLayer
from desktop_app import labels
from desktop_app.i18n import _, language
from desktop_app.ui import case_view, theme
from desktop_app.ui.case_look import (
    KLASS_TONES,
    STAGE_TONES,
    day_tone,
    due_text,
    since_text,
)
from desktop_app.ui.case_panels import SignalPanel, pane_of
from desktop_app.ui.case_view import CaseView
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import Card, ChipLabel, EmptyState, Facts, text_label
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.timeline import Timeline

_SHOWN = 12


class CasePreview(QWidget):
    """Reads the case under the cursor of a list, a moment later, and shows it."""

    loaded = Signal(object)
    """The ``CaseView`` that is shown now."""

    def __init__(self, context: PageContext, empty: str) -> None:
        super().__init__()
        self._tasks = context.tasks
        self._loading = Latest()
        self.case_id: uuid.UUID | None = None
        self.view: CaseView | None = None
        self.setAccessibleName(_("Preview of the case"))
        self.empty = EmptyState(empty, "cases")
        self.title = text_label("", "heading")
        self.number = text_label("", "hint")
        self.klass, self.stage, self.due = ChipLabel(), ChipLabel(), ChipLabel()
        self.step = text_label("", "strong")
        self.why = text_label("", "hint")
        self.why.hide()
        self.facts = Facts()
        self.signal = SignalPanel()
        self.timeline = Timeline(_("What was done last"))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(pane_of(self._content(), 272, _("Case in short")))

    def _content(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_M)
        head = Card()
        head.setAccessibleName(_("Case in short"))
        chips = QHBoxLayout()
        chips.setSpacing(theme.GAP_S)
        for chip in (self.klass, self.stage, self.due):
            chips.addWidget(chip)
        chips.addStretch(1)
        head.body.addWidget(self.title)
        head.body.addWidget(self.number)
        head.body.addLayout(chips)
        head.body.addWidget(self.step)
        head.body.addWidget(self.why)
        head.body.addWidget(self.facts)
        column.addWidget(head)
        column.addWidget(self.signal)
        column.addWidget(self.timeline, 1)
        self.timeline.setMinimumHeight(180)
        return holder

    def show_case(self, case_id: uuid.UUID | None) -> None:
        """Read and show a case; nothing for ``None``."""
        self.case_id = case_id
        if case_id is None:
            self.view = None
            self._stack.setCurrentIndex(0)
            return
        task = self._tasks.read(self, case_view.read_case, case_id)
        self._loading.take(task).then(self._show).or_else(lambda _error: self.show_case(None))

    def show_why(self, text: str) -> None:
        """Say in full why the case stands where it stands in the list; empty says nothing."""
        self.why.setText(text)
        self.why.setVisible(bool(text))

    def reload(self) -> None:
        """Read the same case again."""
        self.show_case(self.case_id)

    def _show(self, view: CaseView) -> None:
        self.view = view
        file, row = view.file, view.file.row
        self.title.setText(row.customer or _("(no name)"))
        self.number.setText(f"{row.number} · {row.customer_number}")
        self.klass.show_word(labels.label(row.klass), KLASS_TONES[row.klass])
        self.stage.show_word(labels.label(row.stage), STAGE_TONES[row.stage])
        step = row.next_step
        self.step.setText(labels.label(step) if step else _("No next step planned"))
        self.due.show_word(due_text(row.next_due), day_tone(row.next_due) or Tone.NEUTRAL)
        self.due.setVisible(row.next_due is not None)
        root = file.reasons.get(ReasonLayer.ROOT) or file.reasons.get(ReasonLayer.STATED)
        self.facts.set_facts(
            [
                (_("Departure"), labels.label(row.kind)),
                (_("Phone"), labels.masked_phone(row.phone)),
                (_("Value at stake"), labels.money(row.value_at_stake, row.currency)),
                (_("Last order"), labels.day_text(view.metrics.last) if view.metrics.last else ""),
                (_("Owner"), row.owner or _("nobody yet")),
                (_("In this stage"), since_text(row.stage_since)),
                (_("Reason"), reference.text(root, language()) if root else ""),
            ]
        )
        self.signal.show_view(view)
        self.timeline.set_entries(case_view.last_words(case_view.entries(view), _SHOWN))
        self._stack.setCurrentIndex(1)
        self.loaded.emit(view)
