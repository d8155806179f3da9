"""A script 话术 as plain data: steps of a call that branch by choice and by logic; no code in it.

A step says, asks, probes, answers an objection, offers, notes for the agent, decides by logic, or
ends. A version of a script is its JSON form and never changes; `script_checks` tells what is wrong
with one, `script_runs` goes through it, `script_words` puts the case into its texts.
Sources: S0-20, S0-21 (the right words when the customer asks to cancel), features.md 47 to 51.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeGuard

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from db.vocabulary import AttemptResult, Outcome
from desktop_app.errors import InvalidInputError, problems_from_validation

ANSWER: Final = "answer."
"""Before the id of a step it names what was answered there, in a condition."""

FACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "case.kind": "word",
        "case.extent": "word",
        "case.churn_type": "word",
        "case.stated_reason": "word",
        "case.root_reason": "word",
        "case.reason_group": "word",
        "case.competitor": "text",
        "case.value": "number",
        "case.days_gone": "number",
        "case.attempts": "number",
        "case.is_reopened": "flag",
        "case.has_complaints": "flag",
        "case.has_promises": "flag",
        "case.has_orders": "flag",
        "case.may_offer": "flag",
        "customer.class": "word",
        "customer.kind": "word",
        "customer.is_new": "flag",
    }
)
"""What a condition may ask about a case, beside earlier answers, and what kind of value it is.

`case.value` is the value at stake in whole units of the currency, `case.days_gone` the days since
the customer left, `case.may_offer` whether a rule allows any offer.
"""

FactValue = str | int | float | bool | None


class StepKind(StrEnum):
    """What a step does. Notes and logic are not spoken; logic is not even shown."""

    SAY = "say"
    ASK = "ask"
    PROBE = "probe"
    OBJECTION = "objection"
    OFFER = "offer"
    NOTE = "note"
    LOGIC = "logic"
    END = "end"


class Operator(StrEnum):
    """How a condition compares. A value that is not known fulfils `unknown` and nothing else."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    BELOW = "below"
    AT_MOST = "at_most"
    ABOVE = "above"
    AT_LEAST = "at_least"
    KNOWN = "known"
    UNKNOWN = "unknown"


_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
_Target = Annotated[str | None, Field(max_length=64)]
_Words = Annotated[str, Field(max_length=2000)]
_closed = with_config(ConfigDict(extra="forbid"))


@_closed
@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison: a fact of FACTS or `answer.STEP`, an operator, a value."""

    field: Annotated[str, Field(max_length=100)]
    operator: Operator
    value: FactValue | tuple[str, ...] = None


@_closed
@dataclass(frozen=True, slots=True)
class Branch:
    """Where logic goes if all conditions hold; the first branch that fits is taken."""

    to: _Target = None
    when: tuple[Condition, ...] = ()


@_closed
@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose; without `to` it goes where the step goes."""

    code: _Id
    zh: _Words = ""
    en: _Words = ""
    to: _Target = None


@_closed
@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        id: Its name within the script.
        kind: What it does.
        zh: Words in Chinese; with placeholders, see `script_words`.
        en: Words in English.
        to: Next step, if no choice or branch says another. With choices: where skipping goes.
        hint_zh: Advice for the agent, not spoken.
        hint_en: The same in English.
        heard_zh: What the customer says, of an objection.
        heard_en: The same in English.
        choices: Answers to choose; none: free words, or just go on.
        branches: Of logic.
        writes: Role of a case or name of a question of the interview that gets the answer.
        goal: Goal of the offers to look for, of an offer.
        disposition: Result of the contact, of an end.
        outcome: Outcome of the case that is proposed, of an end.
        fair_way_out: Of an end: the customer leaves or thinks it over without any pressure.
    """

    id: _Id
    kind: StepKind
    zh: _Words = ""
    en: _Words = ""
    to: _Target = None
    hint_zh: _Words = ""
    hint_en: _Words = ""
    heard_zh: _Words = ""
    heard_en: _Words = ""
    choices: tuple[Choice, ...] = ()
    branches: tuple[Branch, ...] = ()
    writes: Annotated[str, Field(max_length=200)] = ""
    goal: Annotated[str, Field(max_length=64)] = ""
    disposition: AttemptResult | None = None
    outcome: Outcome | None = None
    fair_way_out: bool = False

    def choice(self, code: str | None) -> Choice | None:
        """The choice with a code."""
        return next((choice for choice in self.choices if choice.code == code), None)


@_closed
@dataclass(frozen=True, slots=True)
class Script:
    """The content of one version: the step it starts with, and all steps in the author's order."""

    start: _Target = None
    steps: Annotated[tuple[Step, ...], Field(max_length=500)] = ()

    def step(self, key: str | None) -> Step | None:
        """The first step with an id."""
        return next((step for step in self.steps if step.id == key), None)


_SCRIPT: Final = TypeAdapter(Script)


def read(content: Mapping[str, Any]) -> Script:
    """Make a script of its JSON form.

    Raises:
        InvalidInputError: it has not the form of a script; each problem names its place.
    """
    try:
        return _SCRIPT.validate_python(dict(content))
    except ValidationError as error:
        raise InvalidInputError(problems_from_validation(error)) from error


def write(script: Script) -> dict[str, Any]:
    """The JSON form; what is left out is what is usual."""
    found: dict[str, Any] = _SCRIPT.dump_python(script, mode="json", exclude_defaults=True)
    return found


def holds(condition: Condition, facts: Mapping[str, FactValue]) -> bool:
    """Whether a condition is fulfilled by facts of the case and answers."""
    value = facts.get(condition.field)
    is_known = value is not None and value != ""
    if condition.operator in {Operator.KNOWN, Operator.UNKNOWN}:
        return is_known is (condition.operator is Operator.KNOWN)
    return is_known and _compares(condition.operator, value, condition.value)


def _compares(operator: Operator, value: FactValue, wanted: FactValue | tuple[str, ...]) -> bool:
    match operator:
        case Operator.IS:
            return value == wanted
        case Operator.IS_NOT:
            return value != wanted
        case Operator.IN | Operator.NOT_IN:
            listed = wanted if isinstance(wanted, tuple) else ()
            return (value in listed) is (operator is Operator.IN)
        case _:
            return _is_in_order(operator, value, wanted)


def _is_in_order(operator: Operator, value: FactValue, wanted: object) -> bool:
    if not is_number(value) or not is_number(wanted):
        return False
    match operator:
        case Operator.BELOW:
            return value < wanted
        case Operator.AT_MOST:
            return value <= wanted
        case Operator.ABOVE:
            return value > wanted
        case _:
            return value >= wanted


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number; yes and no are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a newer version differs. `changed`: step to the names of the fields that differ."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    new_start: bool = False


def compare(old: Script, new: Script) -> Comparison:
    """Compare two versions of a script; steps are the same if their id is."""
    before = {step.id: step for step in old.steps}
    after = {step.id: step for step in new.steps}
    changed = {
        key: differing
        for key, step in after.items()
        if key in before and (differing := _differing(before[key], step))
    }
    return Comparison(
        added=tuple(key for key in after if key not in before),
        removed=tuple(key for key in before if key not in after),
        changed=changed,
        new_start=old.start != new.start,
    )


def _differing(old: Step, new: Step) -> tuple[str, ...]:
    names = (each.name for each in fields(Step))
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))
