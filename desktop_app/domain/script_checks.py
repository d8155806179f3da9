"""What is wrong with a script, step by step.

An error keeps a script from being published; a warning is only told. The graph is the one of
`script_graph`: every choice and every branch is taken as possible. (S0-46: nobody is kept at any
cost, so a script needs a fair way out, also from every offer and every answer to an objection.)
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from enum import StrEnum
from typing import Final

from desktop_app.domain.script_graph import (
    closed_loops,
    leading_to,
    loops,
    only,
    reached,
    steps_by_id,
    ways,
    ways_of,
)
from desktop_app.domain.script_words import USUAL, has_loose_brackets, placeholders
from desktop_app.domain.scripts import (
    ANSWER,
    FACTS,
    Condition,
    Operator,
    Script,
    Step,
    StepKind,
    is_number,
)


class Severity(StrEnum):
    """Whether it must be mended before publishing."""

    ERROR = "error"
    WARNING = "warning"


class CheckCode(StrEnum):
    """What can be wrong; the figures of a finding are named behind it."""

    NO_START = "no_start"  # target
    DOUBLE_STEP = "double_step"
    DOUBLE_CHOICE = "double_choice"  # choice
    DEAD_END = "dead_end"  # place
    UNKNOWN_TARGET = "unknown_target"  # place, target
    UNREACHABLE = "unreachable"
    LOOP = "loop"  # steps
    LOGIC_LOOP = "logic_loop"  # steps
    NO_WORDS = "no_words"  # place
    NO_TRANSLATION = "no_translation"  # place, language
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"  # place, name
    MAY_BE_EMPTY = "may_be_empty"  # place, name
    LOOSE_BRACKETS = "loose_brackets"  # place
    UNKNOWN_FIELD = "unknown_field"  # field
    BAD_VALUE = "bad_value"  # field
    UNKNOWN_WRITES = "unknown_writes"  # writes
    IDLE_FIELD = "idle_field"  # fields
    NO_DISPOSITION = "no_disposition"
    NO_FAIR_WAY_OUT = "no_fair_way_out"


_WARNINGS: Final = frozenset(
    {
        CheckCode.UNREACHABLE,
        CheckCode.NO_TRANSLATION,
        CheckCode.MAY_BE_EMPTY,
        CheckCode.UNKNOWN_WRITES,
        CheckCode.IDLE_FIELD,
    }
)
_PRESSING: Final = frozenset({StepKind.OFFER, StepKind.OBJECTION})
_ORDERED: Final = frozenset({Operator.BELOW, Operator.AT_MOST, Operator.ABOVE, Operator.AT_LEAST})
_ENDS: Final = frozenset({StepKind.END})
_LOGICAL: Final = frozenset({StepKind.LOGIC})
_TALKING: Final = frozenset(StepKind) - _ENDS - _LOGICAL
USED_BY: Final[Mapping[str, frozenset[StepKind]]] = {
    "to": frozenset(StepKind) - _ENDS,
    "choices": _TALKING,
    "branches": _LOGICAL,
    "writes": _TALKING,
    "goal": frozenset({StepKind.OFFER}),
    "heard_zh": frozenset({StepKind.OBJECTION}),
    "heard_en": frozenset({StepKind.OBJECTION}),
    "disposition": _ENDS,
    "outcome": _ENDS,
    "fair_way_out": _ENDS,
}
"""The kinds of steps that have a use for a field."""
_EMPTY: Final = {each.name: each.default for each in fields_of(Step)}
_NO_VALUE: Final = frozenset({Operator.KNOWN, Operator.UNKNOWN})
_LISTED: Final = frozenset({Operator.IN, Operator.NOT_IN})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong; `step` is empty when it is the whole script's."""

    code: CheckCode
    step: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """Whether it keeps the script from being published."""
        return Severity.WARNING if self.code in _WARNINGS else Severity.ERROR


def check(script: Script, writable: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong with a script, in the order of its steps.

    Args:
        script: The script.
        writable: Roles and names of questions an answer may be written to; None: not checked.
    """
    steps = steps_by_id(script)
    found = [*_of_script(script, steps)]
    for step in script.steps:
        found += _of_ways(step, steps)
        found += _of_fields(step)
        found += _of_texts(step)
        found += _of_logic(steps, step)
        if step.writes and writable is not None and step.writes not in writable:
            found.append(Finding(CheckCode.UNKNOWN_WRITES, step.id, {"writes": step.writes}))
    order = {key: number for number, key in enumerate(["", *steps])}
    return tuple(sorted(found, key=lambda finding: order[finding.step]))


def is_publishable(findings: Iterable[Finding]) -> bool:
    """Whether nothing found is an error."""
    return all(finding.severity is Severity.WARNING for finding in findings)


def check_words(zh: str, en: str) -> tuple[Finding, ...]:
    """What is wrong with words that stand for themselves: those of a snippet."""
    return tuple(_of_texts(Step("words", StepKind.SAY, zh, en)))


def _of_script(script: Script, steps: Mapping[str, Step]) -> Iterator[Finding]:
    graph = ways_of(steps)
    for key, times in Counter(step.id for step in script.steps).items():
        if times > 1:
            yield Finding(CheckCode.DOUBLE_STEP, key)
    for loop in closed_loops(graph):
        yield Finding(CheckCode.LOOP, loop[0], {"steps": ", ".join(loop)})
    logic = [key for key, step in steps.items() if step.kind is StepKind.LOGIC]
    for loop in loops(only(graph, logic)):
        yield Finding(CheckCode.LOGIC_LOOP, loop[0], {"steps": ", ".join(loop)})
    if script.start is None or script.start not in steps:
        yield Finding(CheckCode.NO_START, "", {"target": script.start or ""})
        return
    shown = reached(graph, [script.start])
    fair = [key for key, step in steps.items() if step.fair_way_out and step.kind is StepKind.END]
    is_fair = leading_to(graph, fair)
    if script.start not in is_fair:
        yield Finding(CheckCode.NO_FAIR_WAY_OUT)
    for key, step in steps.items():
        if key not in shown:
            yield Finding(CheckCode.UNREACHABLE, key)
        elif step.kind in _PRESSING and key not in is_fair:
            yield Finding(CheckCode.NO_FAIR_WAY_OUT, key)


def _of_ways(step: Step, steps: Collection[str]) -> Iterator[Finding]:
    for way in ways(step):
        if way.to is None:
            yield Finding(CheckCode.DEAD_END, step.id, {"place": way.place})
        elif way.to not in steps:
            figures = {"place": way.place, "target": way.to}
            yield Finding(CheckCode.UNKNOWN_TARGET, step.id, figures)
    for code, times in Counter(choice.code for choice in step.choices).items():
        if times > 1:
            yield Finding(CheckCode.DOUBLE_CHOICE, step.id, {"choice": code})


def _of_fields(step: Step) -> Iterator[Finding]:
    idle = [
        name
        for name, kinds in USED_BY.items()
        if step.kind not in kinds and getattr(step, name) != _EMPTY[name]
    ]
    if idle:
        yield Finding(CheckCode.IDLE_FIELD, step.id, {"fields": ", ".join(idle)})
    if step.kind is StepKind.END and step.disposition is None:
        yield Finding(CheckCode.NO_DISPOSITION, step.id)


def _of_texts(step: Step) -> Iterator[Finding]:
    is_needed = step.kind is not StepKind.LOGIC
    texts = [("words", step.zh, step.en, is_needed)]
    texts += [("hint", step.hint_zh, step.hint_en, False)]
    texts += [("heard", step.heard_zh, step.heard_en, step.kind is StepKind.OBJECTION)]
    texts += [(f"choice {each.code}", each.zh, each.en, True) for each in step.choices]
    for place, zh, en, needed in texts:
        if not (zh.strip() or en.strip()):
            if needed:
                yield Finding(CheckCode.NO_WORDS, step.id, {"place": place})
            continue
        for language, text in (("zh", zh), ("en", en)):
            if text.strip():
                yield from _of_text(step, f"{place} {language}", text)
            else:
                figures = {"place": place, "language": language}
                yield Finding(CheckCode.NO_TRANSLATION, step.id, figures)


def _of_text(step: Step, place: str, text: str) -> Iterator[Finding]:
    for found in placeholders(text):
        figures = {"place": place, "name": found.name}
        if found.name not in USUAL:
            yield Finding(CheckCode.UNKNOWN_PLACEHOLDER, step.id, figures)
        elif not found.is_safe:
            yield Finding(CheckCode.MAY_BE_EMPTY, step.id, figures)
    if has_loose_brackets(text):
        yield Finding(CheckCode.LOOSE_BRACKETS, step.id, {"place": place})


def _of_logic(steps: Mapping[str, Step], step: Step) -> Iterator[Finding]:
    for branch in step.branches:
        for condition in branch.when:
            name = condition.field
            asked = steps.get(name.removeprefix(ANSWER)) if name.startswith(ANSWER) else None
            if asked is None and name not in FACTS:
                yield Finding(CheckCode.UNKNOWN_FIELD, step.id, {"field": name})
            elif not _is_comparable(condition, asked):
                yield Finding(CheckCode.BAD_VALUE, step.id, {"field": name})


def _is_comparable(condition: Condition, asked: Step | None) -> bool:
    """Whether the operator and the value go with what the field holds."""
    operator, value = condition.operator, condition.value
    if operator in _NO_VALUE:
        return value is None
    if operator in _ORDERED:
        return is_number(value) and FACTS.get(condition.field) == "number"
    words = value if isinstance(value, tuple) else (value,)
    if (operator in _LISTED) is not isinstance(value, tuple):
        return False
    if asked is not None:
        codes = {choice.code for choice in asked.choices}
        return codes.issuperset(words) if codes else all(isinstance(word, str) for word in words)
    wanted = {"flag": bool, "number": int | float}.get(FACTS[condition.field], str)
    return all(isinstance(word, wanted) for word in words)
