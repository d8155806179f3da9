"""A running interview in memory: what is typed goes in, what is to be saved comes out.

It knows no widgets and no database. The views show it, the page stores what it says.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.questionnaire.checks import AnswerProblem
from desktop_app.questionnaire.engine import Changes
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Severity
from desktop_app.ui.interview_layout import Layout, instance_of, lay_out, moved
from desktop_app.ui.time_on_questions import TimeOnQuestions

TYPING_MS: Final = 500
"""What is typed is said at most this long after the first key."""
_REQUIRED: Final = "required"


class QuestionState(Enum):
    """How far a question is; what needs attention most wins."""

    OPEN = "open"
    NEEDED = "needed"
    ANSWERED = "answered"
    MARKED = "marked"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"


class FillingRun(QObject):
    """One interview that is being held or keyed in."""

    changed = Signal(object)
    """What an answer changed, as `Changes`; the layout is up to date."""
    noticed = Signal(object)
    """Addresses whose state is another one: left, marked, accepted."""
    typed = Signal(str, str)
    """Address and what stands there, half a second after the first key."""
    answered = Signal(str, str, int)
    """Address, answer and seconds spent, when the question is left."""
    marked = Signal(str, bool)
    accepted = Signal(str)
    grown = Signal(str)
    """The repeat that has one instance more."""
    shrunk = Signal(str)
    """The instance that was taken away."""
    reworded = Signal()
    """The language is another one."""

    def __init__(
        self, filling: Filling, marks: Iterable[str] = (), parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.filling = filling
        self.marks = set(marks)
        self.layout: Layout = lay_out(filling)
        self.time = TimeOnQuestions()
        self.is_ending = False
        self.visited = {each for each in self.layout.questions if filling.answer(each).strip()}
        self._problems: dict[str, tuple[AnswerProblem, ...]] = {}
        self._unsaved: set[str] = set()
        self._untold: set[str] = set()
        self._asked: tuple[str, ...] | None = None
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self.tell_typed)
        self._judge(self.visited)

    # ------------------------------------------------------------------ answers

    def put(self, address: str, text: str) -> Changes:
        """Take what stands in an input now; everything that follows from it is told at once."""
        if address not in self.layout.places or text == self.filling.answer(address):
            return Changes()
        self._unsaved.add(address)
        self._untold.add(address)
        changes = self.filling.set_answer(address, text)
        if not self._typing.isActive():
            self._typing.start()
        self._settle(changes)
        return changes

    def take_over(self, address: str, text: str) -> bool:
        """Take what was typed before a crash, as if it were typed now; whether it has a place."""
        if self.filling.node(address) is None or self.filling.state(address).question is None:
            return False
        self._unsaved.add(address)
        self._settle(self.filling.set_answer(address, text))
        self.leave(address)
        return True

    def leave(self, address: str) -> None:
        """A question is left: say its answer, if it is another one, and judge it from now on."""
        if address in self._unsaved and self.filling.node(address) is not None:
            self._unsaved.discard(address)
            self._untold.discard(address)
            seconds = self.time.take(address)
            self.answered.emit(address, self.filling.answer(address), seconds)
        if address in self.layout.places and address not in self.visited:
            self.visited.add(address)
        self._judge({address})
        self.noticed.emit({address})

    def flush(self) -> None:
        """Say every answer that was not said yet."""
        self._typing.stop()
        for address in sorted(self._unsaved):
            self.leave(address)

    def tell_typed(self) -> None:
        """Say what was typed last without waiting."""
        self._typing.stop()
        for address in sorted(self._untold):
            self.typed.emit(address, self.filling.answer(address))
        self._untold.clear()

    def _settle(self, changes: Changes) -> None:
        if changes.relevance or changes.repeats:
            self.layout = lay_out(self.filling)
        if changes.relevance or changes.repeats or changes.rules:
            self._asked = None
        self._judge(changes.everything & self.visited)
        self.changed.emit(changes)

    # ------------------------------------------------------------------ what is wrong

    def _judge(self, addresses: Iterable[str]) -> None:
        for address in addresses:
            found: tuple[AnswerProblem, ...] = ()
            if address in self.visited and address in self.layout.places:
                found = self.filling.problems(address)
            if found:
                self._problems[address] = found
            else:
                self._problems.pop(address, None)

    def problems(self, address: str) -> tuple[AnswerProblem, ...]:
        """What is to be said about a question now; that it has no answer only at the end."""
        found = self._problems.get(address, ())
        return tuple(each for each in found if self.is_ending or each.kind != _REQUIRED)

    def wrong(self) -> tuple[AnswerProblem, ...]:
        """Errors to be seen, in the order of the questions."""
        return self._seen(Severity.ERROR)

    def doubtful(self) -> tuple[AnswerProblem, ...]:
        """Warnings that nobody has accepted, in the order of the questions."""
        return tuple(
            each for each in self._seen(Severity.WARNING) if not self.is_accepted(each.address)
        )

    def _seen(self, severity: Severity) -> tuple[AnswerProblem, ...]:
        places = self.layout.places
        order = {address: at for at, address in enumerate(places)} if self._problems else {}
        known = sorted(each for each in self._problems if each in places)
        return tuple(
            problem
            for address in sorted(known, key=order.__getitem__)
            for problem in self.problems(address)
            if problem.severity is severity
        )

    def is_accepted(self, address: str) -> bool:
        """Whether somebody said that the warning about the present answer may stand."""
        state = self.filling.state(address)
        return state.accepted == state.raw

    def accept(self, address: str) -> None:
        """Let a warning stand."""
        self.filling.accept(address)
        self.leave(address)
        self.accepted.emit(address)

    def in_the_way(self) -> tuple[AnswerProblem, ...]:
        """What stands in the way of finishing; from now on missing answers are told, too."""
        self.is_ending = True
        found = self.filling.open_problems()
        for problem in found:
            self.visited.add(problem.address)
        self._judge({problem.address for problem in found})
        self.noticed.emit({problem.address for problem in found})
        return found

    def state_of(self, address: str) -> QuestionState:
        """How far a question is."""
        for problem in self.problems(address):
            if problem.severity is Severity.ERROR:
                return QuestionState.WRONG
            if problem.severity is Severity.WARNING and not self.is_accepted(address):
                return QuestionState.DOUBTFUL
        if address in self.marks:
            return QuestionState.MARKED
        if self.filling.answer(address).strip():
            return QuestionState.ANSWERED
        is_needed = self.filling.is_required(address) and not self.filling.is_readonly(address)
        return QuestionState.NEEDED if is_needed else QuestionState.OPEN

    def is_answered(self, address: str) -> bool:
        """Whether a question has an answer."""
        return bool(self.filling.answer(address).strip())

    def asked(self) -> tuple[str, ...]:
        """The questions that can be answered now."""
        if self._asked is None:
            self._asked = tuple(
                address for address in self.layout.places if not self.filling.is_readonly(address)
            )
        return self._asked

    # ------------------------------------------------------------------ marks, language, repeats

    def toggle_mark(self, address: str) -> None:
        """Mark a question to come back to it, or take the mark away."""
        self.marks ^= {address}
        self.marked.emit(address, address in self.marks)
        self.noticed.emit({address})

    def set_language(self, language: str) -> None:
        """Ask in another language of the form."""
        self.filling.set_language(language)
        self._judge(set(self._problems))
        self.reworded.emit()

    def repeat_at(self, address: str) -> str:
        """The innermost repeat around a question that can have one instance more; empty: none."""
        return instance_of(self.filling, address).rpartition("[")[0]

    def add_instance(self, repeat: str) -> str:
        """Add an instance of a repeat; gives its address."""
        self.flush()
        made = self.filling.add_repeat(repeat)
        self._restructured()
        self.grown.emit(repeat)
        return made

    def remove_instance(self, address: str) -> None:
        """Take an instance away; what stands behind it moves up with its marks.

        `shrunk` says it all: whoever stores it moves the marks as well.
        """
        self.flush()
        self.filling.remove_repeat(address)
        self.marks = _moved(self.marks, address)
        self.visited = _moved(self.visited, address)
        self._problems.clear()
        self._restructured()
        self._judge(self.visited)
        self.shrunk.emit(address)

    def _restructured(self) -> None:
        self.layout = lay_out(self.filling)
        self._asked = None
        changes = Changes()
        changes.repeats.update(self.filling.form.repeats)
        self.changed.emit(changes)


def _moved(addresses: Iterable[str], removed: str) -> set[str]:
    return {place for each in addresses if (place := moved(each, removed)) is not None}
