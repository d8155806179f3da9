"""The exit interview: which question is asked when, and what is still missing.

The questions come as plain data (`db.reference.exit_questions()` fits). An answer is a small
dictionary ready for JSON: ``value``, ``also`` for a question with a second field, and ``reason``
(a reason code) for an answer of the why-chain. Answers to questions that are not asked any more
are kept and simply do not count.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from pydantic import JsonValue

from db.vocabulary import QuestionKind, RuleKind
from desktop_app.domain.answers import parse
from desktop_app.domain.cases import Extent
from desktop_app.domain.reasons import WhyChainDraft, WhyStepDraft
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import language

Answer = Mapping[str, JsonValue]
"""``{"value": ..., "also": ..., "reason": ...}``; see the module."""

MANDATORY_KINDS = frozenset({QuestionKind.VERBATIM, QuestionKind.REASON})
"""A finished interview has the customer's own words and a stated reason."""


class Fact(StrEnum):
    """What a condition may ask about the case; the `fact` list of the questions file."""

    HAS_ORDERS = "has_orders"
    SWITCHED = "switched"
    PARTIAL = "partial"
    HAS_PROMISES = "has_promises"
    PEER_GROUP = "peer_group"
    NEW_CUSTOMER = "new_customer"


class ConditionData(Protocol):
    """When a question is asked; exactly one form, see `resources/reference/exit_interview.toml`."""

    @property
    def fact(self) -> str | None:
        """This fact holds."""

    @property
    def answered(self) -> str | None:
        """This question has an answer."""

    @property
    def answer(self) -> str | None:
        """The reason chosen in this question has the group, churn type or code below."""

    @property
    def group(self) -> str | None:
        """Group of the chosen reason."""

    @property
    def churn_type(self) -> str | None:
        """Churn type of the chosen reason."""

    @property
    def code(self) -> str | None:
        """Code of the chosen reason."""

    @property
    def any_of(self) -> "Sequence[ConditionData]":
        """At least one of these holds."""

    @property
    def all_of(self) -> "Sequence[ConditionData]":
        """Every one of these holds."""


class QuestionData(Protocol):
    """A question as it stands in the reference file."""

    @property
    def code(self) -> str:
        """Stable code."""

    @property
    def zh(self) -> str:
        """Chinese wording."""

    @property
    def en(self) -> str:
        """English wording."""

    @property
    def kind(self) -> str:
        """A member of QuestionKind."""

    @property
    def condition(self) -> ConditionData | None:
        """When it is asked; always without one."""

    @property
    def also(self) -> str | None:
        """Kind of a second field beside the first."""

    @property
    def multiple(self) -> bool:
        """Whether several choices are allowed."""

    @property
    def repeat(self) -> int:
        """How often it may be asked, as code_1, code_2 ..."""


@dataclass(frozen=True, slots=True)
class Question:
    """One step of the interview; `after` is the step that must be answered first, if any."""

    code: str
    kind: QuestionKind
    zh: str
    en: str
    condition: ConditionData | None = None
    also: QuestionKind | None = None
    multiple: bool = False
    after: str | None = None

    @property
    def text(self) -> str:
        """Wording in the language of the program."""
        return self.zh if language().startswith("zh") else self.en

    @property
    def is_mandatory(self) -> bool:
        """Whether the interview cannot be finished without it."""
        return self.kind in MANDATORY_KINDS


@dataclass(frozen=True, slots=True)
class ReasonInfo:
    """What a condition may ask about a reason."""

    group: str
    churn_type: str


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the answers: facts of the case, reasons by code."""

    facts: frozenset[str] = frozenset()
    reasons: Mapping[str, ReasonInfo] = field(default_factory=dict)


def build_questions(shipped: Iterable[QuestionData]) -> tuple[Question, ...]:
    """Turn the file's questions into steps; a repeated one becomes code_1, code_2 ...

    Raises:
        ValueError: a kind is not one of QuestionKind.
    """
    return tuple(step for data in shipped for step in _steps(data))


def _steps(data: QuestionData) -> Iterable[Question]:
    codes = (
        [data.code] if data.repeat <= 1 else [f"{data.code}_{n + 1}" for n in range(data.repeat)]
    )
    for before, code in zip([None, *codes], codes, strict=False):
        yield Question(
            code=code,
            kind=QuestionKind(data.kind),
            zh=data.zh,
            en=data.en,
            condition=data.condition,
            also=QuestionKind(data.also) if data.also else None,
            multiple=data.multiple,
            after=before,
        )


def case_facts(
    *,
    kind: RuleKind,
    extent: str | None = None,
    competitor: str = "",
    has_orders: bool = False,
    is_new: bool = False,
    has_promises: bool = False,
    in_peer_group: bool = False,
) -> frozenset[str]:
    """Gather the facts of a case; the kind stands in for an extent that is not known yet."""
    extent = extent or kind
    partial = extent in {Extent.PARTIAL_SHARE, Extent.PRODUCT_LINE_STOP}
    known = {
        Fact.HAS_ORDERS: has_orders,
        Fact.SWITCHED: partial or extent == Extent.FULL_SWITCH or bool(competitor.strip()),
        Fact.PARTIAL: partial,
        Fact.HAS_PROMISES: has_promises,
        Fact.PEER_GROUP: in_peer_group,
        Fact.NEW_CUSTOMER: is_new,
    }
    return frozenset(fact.value for fact, holds in known.items() if holds)


def is_answered(answers: Mapping[str, Answer], code: str) -> bool:
    """Whether the main field of a question has an answer; "no" and 0 are answers."""
    return answers.get(code, {}).get("value") is not None


def is_relevant(question: Question, answers: Mapping[str, Answer], context: Context) -> bool:
    """Whether a question is to be asked now."""
    if question.after is not None and not is_answered(answers, question.after):
        return False
    return question.condition is None or _holds(question.condition, answers, context)


def _holds(condition: ConditionData, answers: Mapping[str, Answer], context: Context) -> bool:
    if condition.any_of:
        return any(_holds(each, answers, context) for each in condition.any_of)
    if condition.all_of:
        return all(_holds(each, answers, context) for each in condition.all_of)
    if condition.fact is not None:
        return condition.fact in context.facts
    if condition.answered is not None:
        return is_answered(answers, condition.answered)
    return _reason_fits(condition, answers, context)


def _reason_fits(condition: ConditionData, answers: Mapping[str, Answer], context: Context) -> bool:
    chosen = answers.get(condition.answer or "", {}).get("value")
    if not isinstance(chosen, str):
        return False
    if condition.code is not None:
        return chosen == condition.code
    info = context.reasons.get(chosen)
    if info is None:
        return False
    if condition.group is not None:
        return info.group == condition.group
    return info.churn_type == condition.churn_type


def relevant_questions(
    questions: Iterable[Question], answers: Mapping[str, Answer], context: Context
) -> tuple[Question, ...]:
    """The questions to be asked now, in order."""
    return tuple(each for each in questions if is_relevant(each, answers, context))


def next_question(
    questions: Sequence[Question],
    answers: Mapping[str, Answer],
    context: Context,
    after: str | None = None,
) -> Question | None:
    """The next question to be asked after a code (from the start without one), if any."""
    start = 0 if after is None else _position(questions, after) + 1
    return next(iter(relevant_questions(questions[start:], answers, context)), None)


def previous_question(
    questions: Sequence[Question], answers: Mapping[str, Answer], context: Context, before: str
) -> Question | None:
    """The question asked before a code, if any."""
    earlier = questions[: _position(questions, before)]
    return next(reversed(relevant_questions(earlier, answers, context)), None)


def _position(questions: Sequence[Question], code: str) -> int:
    return [each.code for each in questions].index(code)


def missing(
    questions: Iterable[Question], answers: Mapping[str, Answer], context: Context
) -> tuple[Question, ...]:
    """Questions without which the interview cannot be finished."""
    return tuple(
        each
        for each in relevant_questions(questions, answers, context)
        if each.is_mandatory and not is_answered(answers, each.code)
    )


def read_answer(question: Question, typed: Mapping[str, object]) -> dict[str, JsonValue]:
    """Check what was typed: ``value``, ``also``, ``reason``; empty fields are left out.

    Raises:
        InvalidInputError: something cannot be read; the fields are ``<code>.value`` and so on.
    """
    kinds = {"value": question.kind, "also": question.also}
    if question.kind is QuestionKind.PROBE:
        kinds["reason"] = QuestionKind.REASON
    found: dict[str, JsonValue] = {}
    problems: list[Problem] = []
    for name, kind in kinds.items():
        value = None if kind is None else parse(kind, typed.get(name), f"{question.code}.{name}")
        if isinstance(value, Problem):
            problems.append(value)
        elif value is not None:
            found[name] = value
    if problems:
        raise InvalidInputError(problems)
    return found


def why_chain(questions: Iterable[Question], answers: Mapping[str, Answer]) -> WhyChainDraft:
    """The why-chain as it was answered, up to the first step without an answer."""
    steps: list[WhyStepDraft] = []
    for question in questions:
        if question.kind is not QuestionKind.PROBE:
            continue
        answer = answers.get(question.code, {})
        if not is_answered(answers, question.code):
            break
        reason = answer.get("reason")
        steps.append(WhyStepDraft(answer=str(answer["value"]), reason=str(reason or "")))
    return WhyChainDraft(steps=tuple(steps))
