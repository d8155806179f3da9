"""One interview in memory: answers go in, everything that follows from them is kept up to date."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from desktop_app import clock
from desktop_app.i18n import _
from desktop_app.questionnaire import checks, values
from desktop_app.questionnaire.checks import AnswerProblem
from desktop_app.questionnaire.engine import Changes
from desktop_app.questionnaire.form import (
    SELECTS,
    SILENT,
    Form,
    Kind,
    Question,
    SetValue,
    Severity,
    names_of,
)
from desktop_app.questionnaire.functions import uuid
from desktop_app.questionnaire.given import Answer, written
from desktop_app.questionnaire.surroundings import within
from desktop_app.questionnaire.texts import Speaker
from desktop_app.questionnaire.tree import NodeState

FIRST_LOAD: Final = frozenset({"odk-instance-first-load", "xforms-ready"})
NEW_REPEAT: Final = "odk-new-repeat"
VALUE_CHANGED: Final = "xforms-value-changed"


class Filling(Speaker):
    """The state of one interview.

    Args:
        form: The questionnaire.
        language: Language of its texts; one that the form has not falls back to its default.
        properties: What is known of the person and machine: ``username``, ``deviceid`` ...
        resume: Leave out what happens only once, because answers will be put back.
    """

    def __init__(
        self,
        form: Form,
        language: str = "",
        properties: Mapping[str, str] | None = None,
        *,
        resume: bool = False,
    ) -> None:
        super().__init__(form, language, properties)
        self.left_over: dict[str, str] = {}
        self._is_resumed = resume
        if not resume:
            self._preload()
        self.recalculate_all()
        if not resume:
            self._fire(FIRST_LOAD, None)
            self._settle_all()

    # Answers -------------------------------------------------------------------------------------

    def set_answer(self, address: str, value: Answer) -> Changes:
        """Give an answer. A wrong one is kept; see `problems`.

        Args:
            address: Which question, e.g. ``/data/person[2]/age``.
            value: A text as XForms write it, or a number, date, choices; None takes it away.

        Raises:
            KeyError: there is no such question.
        """
        state = self.state(address)
        if state.question is None:
            raise KeyError(address)
        text = written(state.question.kind, value)
        changed = self.put(state.node, text)
        if changed:
            self._choices.pop(state.node, None)
            self._fire(frozenset({VALUE_CHANGED}), state.node)
        return self._settle_all()

    def answer(self, address: str) -> str:
        """The answer as it was given, empty when there is none.

        Raises:
            KeyError: there is no such question.
        """
        return self.state(address).raw

    def is_relevant(self, address: str) -> bool:
        """Whether a node is relevant now, with everything around it."""
        return self.state(address).shown

    def is_required(self, address: str) -> bool:
        """Whether an answer is needed."""
        return self.state(address).required

    def is_readonly(self, address: str) -> bool:
        """Whether a person may not change it: read-only, a note, or calculated."""
        state = self.state(address)
        question = state.question
        if question is None:
            return True
        is_calculated = question.bind.calculate is not None
        return state.readonly or is_calculated or question.kind in {Kind.NOTE, *SILENT}

    # Problems ------------------------------------------------------------------------------------

    def problems(self, address: str | None = None) -> tuple[AnswerProblem, ...]:
        """What is wrong now, of one question or of all that are asked."""
        states = [self.state(address)] if address is not None else list(self.leaves())
        return tuple(problem for state in states for problem in self._problems(state))

    def open_problems(self) -> tuple[AnswerProblem, ...]:
        """What still stands in the way of finishing: errors, and warnings nobody has accepted."""
        return tuple(
            problem
            for problem in self.problems()
            if problem.severity is Severity.ERROR
            or (problem.severity is Severity.WARNING and not self._is_accepted(problem))
        )

    def accept(self, address: str) -> None:
        """A person has seen the warning about the present answer and lets it stand."""
        state = self.state(address)
        state.accepted = state.raw

    def _is_accepted(self, problem: AnswerProblem) -> bool:
        state = self.state(problem.address)
        return state.accepted == state.raw

    def _problems(self, state: NodeState) -> Iterator[AnswerProblem]:
        question = state.question
        if question is None or not state.shown or question.kind in SILENT:
            return
        address = self.address(state.node)
        bind = question.bind
        if not state.raw.strip():
            if state.required and not self.is_readonly(address):
                own = self.render(bind.required_message, state.node)
                message, severity = own or _(checks.REQUIRED), bind.severity
                if question.kind in SELECTS and not self.choices_at(question, state.node):
                    message, severity = _(checks.NO_CHOICES), Severity.WARNING  # nobody is trapped
                yield AnswerProblem(address, "required", severity, message)
            return
        sentence = checks.type_problem(question, state.raw)
        if sentence:
            yield AnswerProblem(address, "type", Severity.ERROR, sentence)
            return
        if question.kind in SELECTS:
            strange = self._not_offered(question, state)
            if strange:
                message = _(checks.NOT_A_CHOICE).format(value=strange)
                yield AnswerProblem(address, "choice", Severity.ERROR, message)
        if not state.valid:
            own = self.render(bind.constraint_message, state.node)
            message = own or _(checks.BROKEN_RULE)
            yield AnswerProblem(address, "constraint", bind.severity, message)

    def _not_offered(self, question: Question, state: NodeState) -> str:
        """A chosen value that cannot be chosen; nothing when a file of choices is not there."""
        choices = question.choices
        if choices is None:
            return ""
        missing = {each.list_id for each in self.form.files if not each.is_there}
        if choices.items is not None and (
            choices.items.instances & missing or not choices.items.instances <= self.known_lists
        ):
            return ""
        offered = {choice.value for choice in self.choices_at(question, state.node)}
        chosen = [state.raw] if question.kind is Kind.SELECT_ONE else state.raw.split()
        return next((value for value in chosen if value not in offered), "")

    @property
    def known_lists(self) -> frozenset[str]:
        """Ids of the lists that are there."""
        return self.form.shape.instances

    # What happens by itself ----------------------------------------------------------------------

    def _preload(self) -> None:
        for state in list(self.leaves()):
            if state.question is None:
                continue
            kind, parameter = state.question.bind.preload
            match kind, parameter:
                case "uid", _any:
                    value = f"uuid:{uuid(None)}"
                case "timestamp", "start":
                    value = values.moment_text(clock.now())
                case "date", _any:
                    value = clock.today().isoformat()
                case "property", name:
                    value = self.properties.get(name, "")
                case _:
                    continue
            self.put(state.node, value)

    def finish(self) -> Changes:
        """Set what is set at the end, such as the time."""
        for state in list(self.leaves()):
            question = state.question
            if question is not None and question.bind.preload == ("timestamp", "end"):
                self.put(state.node, values.moment_text(clock.now()))
        return self._settle_all()

    def _settle_all(self) -> Changes:
        changes = self._settle()
        for address in changes.choices:
            node = self.node(address)
            self._choices.pop(node, None)
        return changes

    def on_new_repeat(self, node: Any) -> None:
        """Set what is set when an instance is new."""
        if self._is_resumed:
            return
        self._fire(frozenset({NEW_REPEAT}), node)

    def _fire(self, events: frozenset[str], node: Any | None) -> None:
        """Set values: of the whole form, of a new instance, or after an answer changed."""
        path = self.states[node].path if node is not None else ""
        for each in self.form.set_values:
            if not each.events & events:
                continue
            if VALUE_CHANGED in events and each.trigger != path:
                continue
            if NEW_REPEAT in events and not each.path.startswith(path + "/"):
                continue
            for target in self._targets_of(each, node, path):
                self._set(each, target)

    def _targets_of(self, each: SetValue, node: Any | None, path: str) -> list[Any]:
        if node is None:
            return list(self.instances.get(each.path, ()))
        mine, theirs = names_of(path), names_of(each.path)
        common = 0
        while common < min(len(mine), len(theirs)) and mine[common] == theirs[common]:
            common += 1
        above = node
        for _step in range(len(mine) - common):
            above = above.getparent()
        return list(self.under(above, each.path, common))

    def _set(self, each: SetValue, node: Any) -> None:
        text = each.text
        if each.value is not None:
            with within(self):
                text = self._typed(self.states[node], each.value, node)
        if each.attribute:
            node.set(each.attribute, text)
        elif self.states[node].question is not None and self.put(node, text):
            self._fire(frozenset({VALUE_CHANGED}), node)

    # Repeats -------------------------------------------------------------------------------------

    def add_repeat(self, address: str) -> str:
        """Add an instance of a repeat; gives its address.

        Args:
            address: The repeat, e.g. ``/data/person`` or ``/data/house[2]/person``.

        Raises:
            KeyError: there is no such repeat.
            ValueError: its instances are counted by the form.
        """
        holder, path = self._repeat_at(address)
        node = self.grow(holder, path)
        self._settle_all()
        return self.address(node)

    def remove_repeat(self, address: str) -> None:
        """Take an instance of a repeat away.

        Args:
            address: The instance, e.g. ``/data/person[2]``.

        Raises:
            KeyError: there is no such instance.
            ValueError: the instances are counted by the form.
        """
        node = self.node(address)
        self._repeat_at(address)
        if node is None:
            raise KeyError(address)
        self._choices.clear()
        self.shrink(node)
        self._settle_all()

    def count_of(self, address: str) -> int:
        """How many instances a repeat has."""
        holder, path = self._holder_of(address)
        name = names_of(path)[-1]
        return sum(1 for child in holder if child.tag == name)

    def _holder_of(self, address: str) -> tuple[Any, str]:
        above, _slash, name = address.rpartition("/")
        holder = self.node(above)
        if holder is None:
            raise KeyError(address)
        path = f"{self.states[holder].path}/{name.partition('[')[0]}"
        if path not in self.form.repeats:
            raise KeyError(address)
        return holder, path

    def _repeat_at(self, address: str) -> tuple[Any, str]:
        holder, path = self._holder_of(address)
        if not self.form.repeats[path].may_change:
            raise ValueError(address)
        return holder, path
