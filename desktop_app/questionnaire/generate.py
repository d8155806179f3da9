"""Fill in a questionnaire at random: to try it, and to see what nobody could ever answer."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from desktop_app.questionnaire import screen
from desktop_app.questionnaire.candidates import (
    accepts,
    breaking_answer,
    random_answer,
    solutions,
)
from desktop_app.questionnaire.checks import AnswerProblem
from desktop_app.questionnaire.evaluation import Expression
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Form, Kind, Repeat
from desktop_app.questionnaire.values import number_text

__all__ = ["Filled", "Filling", "accepts", "breaking_answer", "fill", "random_answer"]

MOST_PASSES: Final = 12
MOST_ANSWERS: Final = 5000


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of a random interview.

    Attributes:
        filling: The interview at its end.
        unanswered: Questions for which no answer was found that keeps their rules.
        problems: What is wrong at the end.
    """

    filling: Filling
    unanswered: tuple[str, ...]
    problems: tuple[AnswerProblem, ...]


@dataclass(slots=True)
class _Walk:
    filling: Filling
    rng: Random
    seen: set[str] = field(default_factory=set)
    grown: set[str] = field(default_factory=set)
    failed: dict[str, None] = field(default_factory=dict)

    def to_the_end(self) -> None:
        for _pass in range(MOST_PASSES):
            if not self.once_through():
                break
        for _again in range(3):
            wrong = [problem.address for problem in self.filling.problems()]
            if not wrong:
                break
            for address in dict.fromkeys(wrong):
                if self.filling.is_readonly(address):
                    self.repair(address)
                else:
                    self.answer(address)
            self.once_through()

    def once_through(self) -> bool:
        """Answer what is new; gives whether anything was."""
        is_new = False
        for item in list(screen.order(self.filling)):
            if isinstance(item.item, Repeat):
                is_new |= self.grow(item.address, item.item)
            if item.is_head or item.address in self.seen or len(self.seen) > MOST_ANSWERS:
                continue
            node = self.filling.node(item.address)
            if node is None or not self.filling.states[node].shown:
                continue
            self.seen.add(item.address)
            is_new = True
            self.answer(item.address)
        return is_new

    def grow(self, address: str, repeat: Repeat) -> bool:
        """Add an instance or two, once for each place where the repeat stands."""
        if not repeat.may_change:
            return False
        above, _slash, name = address.rpartition("/")
        place = f"{above}/{name.partition('[')[0]}"
        holder = self.filling.node(above)
        if place in self.grown or holder is None or not self.filling.states[holder].shown:
            return False
        self.grown.add(place)
        for _more in range(self.rng.randint(1, 2)):
            self.filling.add_repeat(place)
        return True

    def answer(self, address: str) -> None:
        if self.filling.is_readonly(address):
            return
        self.failed.pop(address, None)
        value = random_answer(self.filling, address, self.rng)
        if value is None and self.repair(address):
            value = random_answer(self.filling, address, self.rng)
        if value is None:
            self.failed[address] = None
            value = ""
        self.filling.set_answer(address, value)

    def repair(self, address: str) -> bool:
        """Change the numbers a constraint adds up, as in "together they must be 100"."""
        constraint = self.filling.question(address).bind.constraint
        others = [] if constraint is None else self.numbers_read(constraint, address)
        for is_last_try in (False, True):
            for other in others:
                if is_last_try and accepts(self.filling, other, "0"):
                    self.filling.set_answer(other, "0")
            for other in others:
                before = self.filling.answer(other)
                for value in solutions(self.filling, constraint, address, of=other):
                    text = number_text(round(value, 6))
                    if accepts(self.filling, other, text):
                        self.filling.set_answer(other, text)
                        if any(accepts(self.filling, address, each) for each in ("1", "0", "a")):
                            return True
                        self.filling.set_answer(other, before)
        return False

    def numbers_read(self, constraint: Expression, address: str) -> list[str]:
        """Questions for numbers that a constraint reads, other than its own."""
        found: list[str] = []
        node = self.filling.state(address).node
        for read in sorted(constraint.reads, key=lambda each: each.path):
            question = self.filling.form.questions.get(read.path)
            if question is None or question.kind not in {Kind.INTEGER, Kind.DECIMAL}:
                continue
            above = node
            for _step in range(address.count("/") - read.shared):
                above = above.getparent()
            for each in self.filling.under(above, read.path, read.shared):
                other = self.filling.address(each)
                is_free = self.filling.is_relevant(other) and not self.filling.is_readonly(other)
                if other != address and is_free:
                    found.append(other)
        return found


def fill(form: Form, seed: int, *, language: str = "") -> Filled:
    """Walk through a questionnaire with random valid answers.

    Args:
        form: The questionnaire.
        seed: The same seed gives the same answers on the same day.
        language: Language of its texts.
    """
    rng = Random(seed)  # noqa: S311  (no secret)
    filling = Filling(form, language)
    walk_through = _Walk(filling, rng)
    walk_through.to_the_end()
    filling.finish()
    failed = [
        address
        for address in walk_through.failed
        if filling.node(address) is not None and filling.is_relevant(address)
    ]
    return Filled(filling, tuple(failed), filling.problems())
