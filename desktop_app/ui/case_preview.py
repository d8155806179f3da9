"""A case in short beside a list: enough to decide whether to open it, or to call at once."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from db import reference
from db.vocabulary import Channel, NextStep, ReasonLayer
from desktop_app import clock, labels
from desktop_app.columns.work import WorkLine, pool_text
from desktop_app.domain.task_force_words import verdict_sentence
from desktop_app.i18n import _, language
from desktop_app.ui import theme
from desktop_app.ui.case_look import (
    KLASS_TONES,
    STAGE_TONES,
    day_tone,
    due_text,
    since_text,
)
from desktop_app.ui.case_panels import SignalPanel, pane_of
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import Card, ChipLabel, EmptyState, Facts, text_label
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.timeline import Timeline

if TYPE_CHECKING:  # slow to import; the pane paints without it
    from db.session import Session
    from desktop_app.ui.case_view import CaseView

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Preview:
    """A case, and whether its customer may be contacted now, as a sentence; empty when closed."""

    view: "CaseView"
    permission: str
    is_allowed: bool


def read_preview(session: "Session", case_id: uuid.UUID) -> Preview:
    """Everything the preview shows, in one reading. Raises as `case_view.read_case`."""
    from desktop_app.services import contact_permission  # noqa: PLC0415  (see above)
    from desktop_app.ui import case_view  # noqa: PLC0415  (see above)

    view = case_view.read_case(session, case_id)
    row = view.file.row
    if row.closed_on is not None:
        return Preview(view, "", is_allowed=True)
    channel = Channel.VISIT if row.next_step is NextStep.VISIT else Channel.CALL
    found = contact_permission.may_contact(session, row.customer_id, clock.now(), channel)
    return Preview(view, verdict_sentence(found), found.allowed)


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
        self._nothing = empty
        self.empty = EmptyState(empty, "cases")
        self.title = text_label("", "heading")
        self.number = text_label("", "hint")
        self.klass, self.stage, self.due = ChipLabel(), ChipLabel(), ChipLabel()
        self.step = text_label("", "strong")
        self.permission = text_label("", "hint")
        self.why = text_label()
        self.place = Card(_("Place in the queue"))
        self.place.body.addWidget(self.why)
        self.place.hide()
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
        head.body.addWidget(self.permission)
        head.body.addWidget(self.facts)
        column.addWidget(head)
        column.addWidget(self.place)
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
        task = self._tasks.read(self, read_preview, case_id)
        self._loading.take(task).then(self._show).or_else(lambda _error: self.show_case(None))

    def show_line(self, line: WorkLine | None) -> None:
        """Show the case of a line of work, and in full why it stands where it stands."""
        self.show_case(line.case_id if line is not None else None)
        words = place_words(line) if line is not None else []
        self.why.setText("\n".join(words))
        self.place.setVisible(bool(words))
        known = self._nothing if line is None else "\n".join((line.customer, *words))
        self.empty.set_text(known)  # all there is to say of a visit, or of a colleague's case

    def reload(self) -> None:
        """Read the same case again."""
        self.show_case(self.case_id)

    def _show(self, found: Preview) -> None:
        view = self.view = found.view
        self.permission.setText(found.permission)
        self.permission.setVisible(bool(found.permission))
        theme.set_tone(self.permission, None if found.is_allowed else Tone.WARN)
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
        from desktop_app.ui import case_view  # noqa: PLC0415  (what was read needed it, too)

        self.timeline.set_entries(case_view.last_words(case_view.entries(view), _SHOWN))
        self._stack.setCurrentIndex(1)
        self.loaded.emit(view)


def place_words(line: WorkLine) -> list[str]:
    """The parts of the rank, a callback with who may make it, the pool: a sentence each."""
    words = list(line.reasons)
    if line.callback_at is not None and line.callback_for is not None:
        words.append(_("Who may call: {whom}").format(whom=labels.label(line.callback_for)))
    if line.recycle_on is not None:
        text = _("Goes back to the pool on {day}, if nobody speaks to the customer before")
        words.append(text.format(day=labels.day_text(line.recycle_on)))
    if line.free is not None:
        words.append(_("In the pool {why}").format(why=pool_text(line)))
    if line.stop:
        words.append(line.stop)
    return words
