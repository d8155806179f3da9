"""The six steps of winning a customer back, as a tab of a case: one step at a time, by keyboard."""

import uuid

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from db import reference
from db.vocabulary import WinBackStepKind
from desktop_app import labels
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.win_back import DRAFTS, GATE_WORDS, MISSING_WORDS, StepState
from desktop_app.errors import InvalidInputError, Problem, UserError
from desktop_app.i18n import _, language
from desktop_app.services import win_back
from desktop_app.services.win_back import Step, WinBack
from desktop_app.ui import theme
from desktop_app.ui.case_look import list_text, words
from desktop_app.ui.case_panels import clear_layout
from desktop_app.ui.dialogs import draft_strip
from desktop_app.ui.form import Form
from desktop_app.ui.forms.win_back_forms import step_form
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import ChipLabel, button, scrolled, text_label
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey, DraftStrip
from desktop_app.ui.win_back_steps import STATE_WORDS, StepRow

_TONES = {
    StepState.CLOSED: Tone.NEUTRAL,
    StepState.OPEN: Tone.INFO,
    StepState.BEGUN: Tone.WARN,
    StepState.DONE: Tone.GOOD,
}


class WinBackPane(QWidget):
    """A row of six steps, the chosen one below with what it needs; ``Ctrl+Enter`` saves it."""

    changed = Signal()
    """Where the steps stand has changed."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._tasks = context.tasks
        self._may_work = allowed(context.actor.role, Action.WORK_CASE)
        self._case_id: uuid.UUID | None = None
        self._reading = Latest()
        self.steps: WinBack | None = None
        self.form: Form | None = None
        self.strip: DraftStrip | None = None
        self.row = StepRow()
        self.row.chosen.connect(self.choose)
        self.row.entered.connect(self._enter)
        self.name = text_label("", "heading")
        self.state = ChipLabel()
        self.about = text_label("", "hint")
        self.notice = text_label()
        self.by = text_label("", "hint")
        self.save_button = button(_("Save step"), self.save, "check", "primary")
        self._place = QVBoxLayout()
        self._arrange()
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            made = QShortcut(QKeySequence(keys), self)
            made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made.activated.connect(self.save)
        self.setFocusProxy(self.row)
        self._show()

    def _arrange(self) -> None:
        title = QHBoxLayout()
        title.setSpacing(theme.GAP_S)
        title.addWidget(self.name, 1)
        title.addWidget(self.state, 0, Qt.AlignmentFlag.AlignVCenter)
        inside = QWidget()
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(0, 0, theme.GAP_S, 0)
        inner.setSpacing(theme.GAP_S)
        for label in (self.about, self.notice):
            inner.addWidget(label)
        inner.addLayout(self._place)
        inner.addWidget(self.by)
        inner.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(theme.GAP_S)
        below.addWidget(text_label(_("Ctrl+Enter"), "keys", wraps=False))
        below.addStretch(1)
        below.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GAP_S, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.row)
        column.addLayout(title)
        column.addWidget(scrolled(inside), 1)
        column.addLayout(below)

    # ------------------------------------------------------------------ showing

    def title(self) -> str:
        """What the tab is called: with how many steps are done, once they have begun."""
        if self.steps is None or not self.steps.has_begun:
            return _("Win back")
        done = sum(step.state is StepState.DONE for step in self.steps.steps)
        return _("Win back ({n}/6)").format(n=done)

    def show_case(self, case_id: uuid.UUID) -> None:
        """Show the steps of a case: of another one from the first that is not done."""
        if case_id != self._case_id:
            self._case_id, self.steps = case_id, None
            self._drop()
            self._show()
        self._reading.take(self._tasks.read(self, win_back.read, case_id)).then(self._on_read)

    def _on_read(self, steps: WinBack) -> None:
        is_new, self.steps = self.steps is None, steps
        if is_new:
            self.row.current = next(
                (
                    step.kind
                    for step in steps.steps
                    if step.state in (StepState.OPEN, StepState.BEGUN)
                ),
                WinBackStepKind.IDENTIFY,
            )
        if self.form is None or not self.form.is_changed():
            self._drop()
        self._show()
        self.changed.emit()

    def choose(self, kind: WinBackStepKind) -> None:
        """Show another step; what was typed and not saved is offered again."""
        if kind is self.row.current:
            return
        if self.strip is not None:
            self.strip.keep()
        self._drop()
        self.row.current = kind
        self._show()

    def _drop(self) -> None:
        had_focus = self.form is not None and self.form.isAncestorOf(self.focusWidget() or self)
        self.form = self.strip = None
        clear_layout(self._place)
        if had_focus:
            self.row.setFocus()

    def _show(self) -> None:
        steps = self.steps
        self.setEnabled(steps is not None)
        if steps is None:
            return
        kind = self.row.current
        step = steps.step(kind)
        self.row.show_states([each.state for each in steps.steps], kind)
        number = list(WinBackStepKind).index(kind) + 1
        self.name.setText(f"{number} · {labels.label(kind)}")
        self.state.show_word(_(STATE_WORDS[step.state]), _TONES[step.state])
        entry = next(one for one in reference.entries("visit_steps") if one.code == kind)
        sentence = words(entry)
        detail = entry.more("detail", language())
        parts = [list_text((sentence, detail)) if detail else sentence]
        if kind is WinBackStepKind.CONTACT:
            parts.append(_timing(steps))
        self.about.setText("\n".join(parts))
        self._say_notice(steps, step)
        self.by.setText(_done_by(step))
        self.by.setVisible(bool(self.by.text()))
        can_save = self._may_work and steps.is_open and step.gate is None
        if self.form is None and step.gate is None:
            self._make_form(steps, can_save=can_save)
        self.save_button.setVisible(can_save)

    def _say_notice(self, steps: WinBack, step: Step) -> None:
        if step.gate is not None:
            text, tone = _(GATE_WORDS[step.gate]), Tone.WARN
        elif not steps.is_open:
            text, tone = _("Steps are entered while somebody works on the case."), Tone.NEUTRAL
        elif step.missing:
            lacking = "\n".join(f"○ {_(MISSING_WORDS[what])}" for what in step.missing)
            text, tone = _("Missing:") + "\n" + lacking, Tone.WARN
        else:
            text, tone = _("Nothing is missing."), Tone.GOOD
        self.notice.setText(text)
        theme.set_tone(self.notice, tone)

    def _make_form(self, steps: WinBack, *, can_save: bool) -> None:
        self.form = step_form(self.row.current, steps)
        self.form.setEnabled(can_save)
        if can_save:
            key = f"win-back:{steps.case_id}:{self.row.current}"
            self.strip = draft_strip(self.form, DraftKey(self._tasks, key))
            self._place.addWidget(self.strip)
            self.strip.offer()
        self._place.addWidget(self.form)

    def _enter(self) -> None:
        if self.form is not None and self.form.isEnabled():
            self.form.focus_first()

    # ------------------------------------------------------------------ saving

    def save(self) -> None:
        """Check what was entered and save the step; the window offers to undo it."""
        form, steps = self.form, self.steps
        if form is None or steps is None or not form.isEnabled() or self.save_button.isHidden():
            return
        kind = self.row.current
        draft = form.try_read(DRAFTS[kind])
        if draft is None:
            return
        form.setEnabled(False)
        task = self._tasks.write(self, win_back.save_step, steps.case_id, kind, draft)
        task.then(lambda _none: self._on_saved(form)).or_else(lambda error: _refuse(form, error))

    def _on_saved(self, form: Form) -> None:
        form.mark_saved()
        if form is self.form:
            if self.strip is not None:
                self.strip.finish()
            self._drop()
            self.row.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._case_id is not None:
            self.show_case(self._case_id)


def _refuse(form: Form, error: UserError) -> None:
    form.setEnabled(True)
    if isinstance(error, InvalidInputError):
        form.show_problems(error.problems)
    else:
        form.show_problems([Problem("", error.message)])


def _timing(steps: WinBack) -> str:
    timing = steps.timing
    due = labels.moment_text(timing.due)
    if timing.first is None:
        text = (
            _("First contact is overdue since {due}.")
            if timing.is_late
            else _("First contact until {due}.")
        )
        return text.format(due=due)
    text = _("First contact {hours} h after the customer left, too late (until {due}).")
    if not timing.is_late:
        text = _("First contact {hours} h after the customer left, in time (until {due}).")
    return text.format(hours=timing.hours, due=due)


def _done_by(step: Step) -> str:
    if step.done_at is None:
        return ""
    text = _("Done by {name}, {moment}")
    return text.format(name=step.by, moment=labels.moment_text(step.done_at))
