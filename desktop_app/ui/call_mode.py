"""The call on the page of a case: script left, the case in the middle, facts right, strip below.

*F9* begins it and ends it, *F4* shows or hides the script; nothing it asks is modal.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabBar, QWidget

from db.vocabulary import AttemptResult, CaseStage
from desktop_app.domain.attachments import RECORDINGS, kind_of, media_type
from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _, language
from desktop_app.services import calls
from desktop_app.ui import theme
from desktop_app.ui.attachments import Given
from desktop_app.ui.attempt_logger import AttemptLogger
from desktop_app.ui.call_facts import CallFacts
from desktop_app.ui.case_tabs import CaseTabs
from desktop_app.ui.case_view import CaseView
from desktop_app.ui.folding import Folding
from desktop_app.ui.pane_cycle import focus_next
from desktop_app.ui.script_pane import ScriptPane
from desktop_app.ui.tasks import Latest
from desktop_app.ui.wrap_up import WrapUp

if TYPE_CHECKING:  # a page is made of this, not the other way round
    from uuid import UUID

    from desktop_app.services.calls import BeforeCall
    from desktop_app.ui.page import Page

BEFORE_WORK = frozenset({CaseStage.IDENTIFIED, CaseStage.SCREENED})
"""Stages in which nobody contacts the customer yet."""
_SCRIPT_WIDTH, _FOLDED = 288, 900
_MINUTE_MS = 60_000


class CallMode(QObject):
    """Strip, script and facts of a call about the case that is shown."""

    logged = Signal(object, bool)
    """Key of the case, and whether the user wants to go on to the next."""
    turned = Signal()
    """Other panes are shown."""

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self._page, self._tasks = page, page.tasks
        self.view: CaseView | None = None
        self.strip = WrapUp()
        self.logger = AttemptLogger(page, self.strip)
        self.logger.logged.connect(self._on_logged)
        self.strip.timer.turned.connect(self._on_turned)
        self.card = CallFacts(with_owed=False)  # a panel of its own has that
        self.script: ScriptPane | None = None
        self.left, self.right = QStackedWidget(), QStackedWidget()
        self._facts: QWidget | None = None
        self._panes: QSplitter | None = None
        self._usual: CaseTabs | None = None
        self._folding: Folding | None = None
        self._sizes: list[int] = []
        self._reading = Latest()
        self._minute = QTimer(self, interval=_MINUTE_MS)
        self._minute.timeout.connect(self._on_minute)
        self._minute.start()

    def arrange(self, panes: QSplitter, facts: QWidget, usual: CaseTabs) -> QTabBar:
        """Take the panes: `facts` stands left, in a call right, in the place of `usual`.

        Returns:
            The tabs that say which side is shown where not all panes fit.
        """
        self._panes, self._facts, self._usual = panes, facts, usual
        self.left.addWidget(facts)
        self.right.addWidget(usual)
        panes.setMinimumHeight(1)  # each pane scrolls; the strip keeps its height
        name = _("Beside the case")
        self._folding = Folding(panes, self._names(), below=_FOLDED, name=name)
        return self._folding.tabs

    def _names(self) -> tuple[str, str]:
        if self.is_open:
            return _("Script of the call"), _("Facts")
        return _("Customer"), _("What happened")

    # ------------------------------------------------------------------ which case

    def show_view(self, view: CaseView) -> None:
        """Follow the case that is shown; its facts are read anew."""
        if self.view is None or self.view.id != view.id:
            self.card.hide()
            self.close_script()
        self.view = view
        task = self._tasks.read(self._page, calls.before, view.id)
        self._reading.take(task).then(self._show_facts)

    def _show_facts(self, found: "BeforeCall") -> None:
        if self.view is not None and found.case_id == self.view.id:
            self.card.show_facts(found)

    def _on_minute(self) -> None:
        """A moment may come at which the customer may be called, or not any more."""
        if self.view is not None and self._page.isVisible():
            self.show_view(self.view)

    def leave(self, case_id: "UUID | None") -> None:
        """Another case is shown, or none: what was typed is kept."""
        self.logger.leave(case_id)
        if self.view is None or self.view.id != case_id:
            self.close_script()

    @property
    def may_call(self) -> bool:
        """Whether the customer of the case may be contacted now, by this user."""
        return self.may_log and not self._is_stopped

    @property
    def _is_stopped(self) -> bool:
        """Whether the customer has died or refused: only what they come with is logged."""
        return self.view is not None and self.view.is_stopped

    @property
    def may_log(self) -> bool:
        """Whether this user may log a contact in the case."""
        if self.view is None or not allowed(self._page.actor.role, Action.WORK_CASE):
            return False
        return self.view.file.row.stage not in BEFORE_WORK | {CaseStage.CLOSED}

    def slots(self) -> Mapping[str, Callable[[], object]]:
        """What can be done now: action id to slot."""
        if not self.may_log:
            return {}
        if not self.may_call:
            return {"case.attempt": self.log}
        return {
            "case.attempt": self.log,
            "case.timer": self.toggle_timer,
            "interview.script": self.toggle_script,
        }

    def next_pane(self, step: int = 1) -> None:
        """Go round the panes and the note in the strip; -1: the other way."""
        if self._panes is None or self._usual is None or self._folding is None:
            return
        sides = [self.left.currentWidget(), self.right.currentWidget()]
        shown = [self._usual.currentWidget() if each is self._usual else each for each in sides]
        shown.insert(1, self._panes.widget(1))
        panes = [each for each in shown if each is not None]
        enter = {pane: self._folding.enter(pane) for pane in (panes[0], panes[-1])}
        focus_next([*panes, self.strip.note], step, enter)

    def show_usual(self) -> None:
        """Turn to what happened, if it is folded away."""
        if self._folding is not None and self._usual is not None:
            self._folding.show_pane(self._usual)

    # ------------------------------------------------------------------ the call

    def log(self) -> None:
        """Open the strip: a contact was made, or came in from who is not to be called."""
        view = self.view
        if view is not None and self.may_log:
            self.logger.open(view.id, _title(view), is_incoming=self._is_stopped)

    def explain(self) -> None:
        """Say why no call begins in a case that nobody works on."""
        text = _("Nobody works on this case yet. Ctrl+T takes it, then the call can begin.")
        self._page.messages.warn(text)

    def begin(self) -> None:
        """The customer is on the line: timer and script; who must not be called: the strip."""
        if self._is_stopped:
            self.log()
        elif self.may_call and not (self.logger.is_open and self.strip.timer.is_running):
            self.toggle_timer()

    def toggle_timer(self) -> None:
        """Begin the call with the script, or end it: then the strip asks for the result."""
        if self.view is not None and self.may_call:
            self.logger.toggle_timer(self.view.id, _title(self.view))

    def _on_turned(self, is_running: bool) -> None:  # noqa: FBT001  (Qt's signal)
        if is_running:
            self.open_script()
        elif self.script is not None and self.is_open:
            self._take_result(self.script.proposed())

    def _take_result(self, result: AttemptResult | None) -> None:
        """The script proposes a result; what was chosen already stays."""
        if result is not None and self.strip.result() is None:
            self.strip.choose(result)
        else:
            self.strip.focus_results()

    def _on_ended(self, result: AttemptResult | None) -> None:
        self.log()
        self._take_result(result)

    def _choose_result(self, number: int) -> None:
        """*Alt* with a digit chooses a result, as it does in the strip."""
        results = list(AttemptResult)
        if 1 <= number <= len(results) and self.may_call:
            self.log()
            self.strip.choose(results[number - 1])

    def _on_logged(self, case_id: "UUID", and_next: bool) -> None:  # noqa: FBT001  (Qt's signal)
        if self.script is not None:
            self.script.typed.reset()
        self.close_script()
        self.logged.emit(case_id, and_next)

    def divert(self, given: list[Given]) -> list[Given]:
        """Take the recordings of files that are dropped during a call; the others are left."""
        if not self.logger.is_open:
            return given
        mine = [source for source, name in given if _is_recording(source, name)]
        paths = [source for source in mine if not isinstance(source, bytes)]
        self.strip.recordings.add(paths)
        return [each for each in given if each[0] not in paths]

    # ------------------------------------------------------------------ the script

    @property
    def is_open(self) -> bool:
        """Whether the script stands left and the facts right."""
        return self.script is not None and self.left.currentWidget() is self.script

    def toggle_script(self) -> None:
        """Show the script, or the usual panes again."""
        if self.is_open:
            self.close_script()
            self._page.setFocus()
        else:
            self.open_script()

    def open_script(self) -> None:
        """Show the script of the case and put the keyboard into it."""
        view, panes, facts = self.view, self._panes, self._facts
        if view is None or panes is None or facts is None or not self.may_call:
            return
        script = self._made()
        if not self.is_open:
            self._sizes = panes.sizes()
            self.left.addWidget(script)
            self.right.addWidget(facts)
            for stack, shown in ((self.left, script), (self.right, facts)):
                stack.setCurrentWidget(shown)
                shown.show()
            whole = sum(self._sizes)
            panes.setSizes([whole * share // 10 for share in (4, 3, 3)])
            self._on_other_panes()
        if script.case_id != view.id:
            script.follow(view.id, language())
        script.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_script(self) -> None:
        """Show the usual panes again; what was answered in the script is stored."""
        if self.script is None or self._panes is None or self._facts is None:
            return
        self.script.forget()
        if self.is_open:
            self.left.removeWidget(self.script)  # or it would keep the pane as wide as it is
            self.left.addWidget(self._facts)
            self._facts.show()
            self._panes.setSizes(self._sizes)
            self._on_other_panes()

    def _on_other_panes(self) -> None:
        if self._folding is not None:
            for place, name in enumerate(self._names()):
                self._folding.tabs.setTabText(place, name)
            self._folding.show_pane(self.left)
        self.turned.emit()

    def _made(self) -> ScriptPane:
        if self.script is None:
            self.script = ScriptPane(self._tasks)
            self.script.setMinimumWidth(theme.pixels(_SCRIPT_WIDTH))
            self.script.ended.connect(self._on_ended)
            self.script.left.connect(self._leave_script)
            self.script.numbered.connect(self._choose_result)
        return self.script

    def _leave_script(self) -> None:
        if self.logger.is_open:
            self.strip.note.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._page.setFocus()


def _title(view: CaseView) -> str:
    name = view.file.row.customer or view.file.row.number
    text = _("Incoming contact from {name}") if view.is_stopped else _("Contact with {name}")
    return text.format(name=name)


def _is_recording(source: object, name: str) -> bool:
    known = name or getattr(source, "name", "")
    return kind_of(media_type(known)) in RECORDINGS
