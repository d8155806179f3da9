"""Questions that an exit interview should not ask in this way: found by words, Chinese, English.

An exit interview asks for events, dates, products, prices and names. It measures no attitude, asks
for no hypothesis, suggests no answer, asks one thing at a time, and asks for an event only from a
customer who had it. Answer options are never blamed for naming an event ("rude staff" is a reason);
only the stem, the hint and a scale made of the options count. The words are in
``resources/reference/wording.toml``; what joins two questions is in `wording_pairs`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

from desktop_app.i18n import N_, _
from desktop_app.questionnaire.form import SILENT, Kind, Severity
from desktop_app.questionnaire.wording_pairs import joined_questions
from desktop_app.questionnaire.wording_words import Span, families, fold, words

_FEWEST: Final = 3
_FEWEST_NUMBERS: Final = 5
_MOST_POINTS: Final = 11
_MOSTLY: Final = 0.6
_NEAR: Final = 12
_LIKERT: Final = frozenset({"likert", "rating", "stars", "slider", "nps"})
_NUMBER: Final = re.compile(r"^[-+]?\d+$")
_POINTS: Final = re.compile(r"^\s*\d+\s*(?:分|星|stars?|points?)\s*$|^[★☆⭐]+$")
_NUMBERING: Final = re.compile(r"^[\s\d.、:)=\-]+")
_EARLIER_GATE: Final = re.compile(r"(?:您的|那次|这次|上次|该|的|此次)$")
_LATER_GATE: Final = re.compile(
    r"(?:过[^,。?;]{0,6}|了)?(?:吗|(?:没有|没)(?=\W|$))|[^,。?;]{0,2}(?:几次|多少次|几回)"
)
_OF_EVENT: Final = re.compile(r"\s*(?:的|时|后|之后|以后|前|之前)")
_DEFINITE: Final = r"\b(?:your|the|this|that|those|these|our|their)\s+(?:[\w'-]+\s+){0,2}?$"
_DIRECTION: Final = re.compile(r"\b(?:switch|switched|move|moved|change|changed)\s+to\b")
_YES_NO: Final = re.compile(r"^\s*(?:did|have|had)\s+you\b")


class Purpose(StrEnum):
    """What a questionnaire is for; attitudes belong into a satisfaction survey."""

    EXIT = "exit"
    SATISFACTION = "satisfaction"


class Rule(StrEnum):
    """What is wrong with a question, the strongest first."""

    SCALE = "scale"
    ATTITUDE = "attitude"
    HYPOTHETICAL = "hypothetical"
    LEADING = "leading"
    DOUBLE = "double"
    CONDITION = "condition"


RULES: Final[Mapping[Purpose, frozenset[Rule]]] = {
    Purpose.EXIT: frozenset(Rule),
    Purpose.SATISFACTION: frozenset({Rule.LEADING, Rule.DOUBLE}),
}


@dataclass(frozen=True, slots=True)
class WordedQuestion:
    """What is read of a question.

    Attributes:
        kind: A `Kind`.
        labels: The stem by language, as the form names its languages.
        hints: The hint by language.
        choices: Labels of the choices by language.
        parameters: Start, end and step of a range.
        has_condition: Whether it is asked only when something is so (XLSForm: relevant).
        sheet: Where it stands, to be shown.
        row: Where it stands, to be shown.
    """

    name: str
    kind: str
    labels: Mapping[str, str]
    hints: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    appearance: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    has_condition: bool = False
    sheet: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong with one question in one language.

    Attributes:
        question: Its name.
        text: The text it is about: stem, hint, or choices separated by " / ".
        places: Start and end of the words in ``text``; the whole text for a scale.
        explanation: Translated sentence.
        suggestion: Translated sentence that names a better question.
    """

    question: str
    language: str
    rule: Rule
    text: str
    places: tuple[Span, ...]
    explanation: str
    suggestion: str
    sheet: str = ""
    row: int | None = None
    severity: Severity = Severity.WARNING

    @property
    def found(self) -> tuple[str, ...]:
        """The words themselves."""
        return tuple(self.text[start:end] for start, end in self.places)


def check_wording(questions: Iterable[WordedQuestion], purpose: Purpose) -> list[Remark]:
    """What is wrong with the wording of questions, in their order, the strongest first in each."""
    order = list(Rule)
    remarks: list[Remark] = []
    for question in questions:
        if question.kind in SILENT or question.kind == Kind.NOTE:
            continue
        found = [remark for remark in _remarks(question) if remark.rule in RULES[purpose]]
        remarks += sorted(found, key=lambda remark: order.index(remark.rule))
    return remarks


def _remarks(question: WordedQuestion) -> Iterable[Remark]:
    scale = _scale(question)
    if scale is not None:
        yield scale
    for language, label in question.labels.items():
        text = fold(label)
        for rule, find in _FINDERS.items():
            places = find(text, question)
            if places:
                yield _remark(question, language, rule, label, places)
    for language, hint in question.hints.items():
        places = _attitude(fold(hint), question)
        if places:
            yield _remark(question, language, Rule.ATTITUDE, hint, places)


def _remark(
    question: WordedQuestion,
    language: str,
    rule: Rule,
    text: str,
    places: list[Span],
    *,
    topic_of: str = "",
) -> Remark:
    found = ", ".join(text[start:end].strip() for start, end in places)
    return Remark(
        question=question.name,
        language=language,
        rule=rule,
        text=text,
        places=tuple(places),
        explanation=_(_EXPLANATIONS[rule]).format(words=found),
        suggestion=_suggestion(rule, topic_of or text),
        sheet=question.sheet,
        row=question.row,
    )


def _suggestion(rule: Rule, text: str) -> str:
    folded = fold(text)
    if rule is Rule.DOUBLE:
        pair = joined_questions(folded)
        if pair is not None:
            first, second = (text[start:end].strip(" ,，。?？;；") for start, end in pair.parts)
            return _("Make two questions: one for “{first}”, one for “{second}”.").format(
                first=first, second=second
            )
    if rule in {Rule.ATTITUDE, Rule.SCALE}:
        for topic, sentence in _TOPIC_SUGGESTIONS.items():
            if words("topic", topic).spans(folded):
                return _(sentence)
    return _(_SUGGESTIONS[rule])


def _attitude(text: str, _question: WordedQuestion) -> list[Span]:
    return words("rule", "attitude").spans(text)


def _hypothetical(text: str, question: WordedQuestion) -> list[Span]:
    """Words for what could be; "if" alone is a fact where the question has its condition."""
    places = words("rule", "hypothetical").spans(text)
    only_if = set(places) <= set(words("words", "supposing").spans(text))
    return [] if question.has_condition and only_if else places


def _leading(text: str, _question: WordedQuestion) -> list[Span]:
    return words("rule", "leading").spans(text)


def _double(text: str, _question: WordedQuestion) -> list[Span]:
    pair = joined_questions(text)
    return [] if pair is None else [pair.place]


def _condition(text: str, question: WordedQuestion) -> list[Span]:
    """Words for events and things not every customer had, unless asked whether there was one."""
    if question.has_condition:
        return []
    places = [
        span for span in words("rule", "condition").spans(text) if not _is_harmless(text, span)
    ]
    if not _YES_NO.search(text):
        places += [match.span() for match in _DIRECTION.finditer(text)]
    return sorted(places)


def _is_harmless(text: str, span: Span) -> bool:
    start, end = span
    before, after = text[:start], text[end:]
    gates = words("words", "gate")
    if text[start].isascii():
        definite = re.search(_DEFINITE, before)
        return definite is None or bool(gates.spans(before[: definite.start()]))
    if _EARLIER_GATE.search(before):
        return False
    asked_before = gates.spans(before[-_NEAR:]) and not _OF_EVENT.match(after)
    return bool(asked_before or _LATER_GATE.match(after))


def _scale(question: WordedQuestion) -> Remark | None:
    """The scale of a question: by its kind, its appearance, or its choices."""
    language, label = next(iter(question.labels.items()), ("", ""))
    stems = [fold(text) for text in question.labels.values()]
    quantity = any(words("words", "quantity").spans(stem) for stem in stems) and not any(
        words("rule", "attitude").spans(stem) for stem in stems
    )
    if question.kind == Kind.RANGE and not quantity and _points(question) <= _MOST_POINTS:
        return _scale_remark(question, language, label)
    if _LIKERT & set(re.split(r"[\s()\-:]+", question.appearance.lower())):
        return _scale_remark(question, language, label)
    for language, choices in question.choices.items():
        if is_scale(choices, is_quantity=quantity):
            return _scale_remark(question, language, " / ".join(choices))
    return None


def _scale_remark(question: WordedQuestion, language: str, text: str) -> Remark:
    stems = " ".join(question.labels.values())
    return _remark(question, language, Rule.SCALE, text, [(0, len(text))], topic_of=stems)


def _points(question: WordedQuestion) -> float:
    """How many points a range has; ten of them when it does not say."""
    try:
        start = float(question.parameters.get("start", "1"))
        end = float(question.parameters.get("end", "10"))
        return abs((end - start) / float(question.parameters.get("step", "1"))) + 1
    except (ValueError, ZeroDivisionError):
        return _MOST_POINTS


def is_scale(choices: Iterable[str], *, is_quantity: bool = False) -> bool:
    """Whether choices form a scale: degrees of one thing, or numbers from 0 or 1 on.

    Args:
        choices: Their labels.
        is_quantity: The stem asks how many; bare numbers are then answers.
    """
    labels = [fold(choice).strip() for choice in choices]
    if len([label for label in labels if _POINTS.match(label)]) >= _FEWEST:
        return True
    numbers = sorted(int(label) for label in labels if _NUMBER.match(label))
    if len(numbers) >= _FEWEST_NUMBERS and not is_quantity:
        steps = {later - number for number, later in pairwise(numbers)}
        if steps == {1} and (numbers[0] in {0, 1} or numbers[0] == -numbers[-1]):
            return True
    bare = [_NUMBERING.sub("", label) for label in labels]
    graded = [label for label in bare if any(family.fullmatch(label) for family in families())]
    return len(set(graded)) >= _FEWEST and len(graded) >= _MOSTLY * len(labels)


_FINDERS: Final[Mapping[Rule, Callable[[str, WordedQuestion], list[Span]]]] = {
    Rule.ATTITUDE: _attitude,
    Rule.HYPOTHETICAL: _hypothetical,
    Rule.LEADING: _leading,
    Rule.DOUBLE: _double,
    Rule.CONDITION: _condition,
}

_EXPLANATIONS: Final[Mapping[Rule, str]] = {
    Rule.SCALE: N_(
        "“{words}” is a scale. An exit interview measures no attitude: it changes from day to day "
        "and does not say what to repair."
    ),
    Rule.ATTITUDE: N_(
        "“{words}” asks for an attitude. It changes from day to day and does not say why the "
        "customer left."
    ),
    Rule.HYPOTHETICAL: N_(
        "“{words}” asks what could be. The customer can only guess; ask what was."
    ),
    Rule.LEADING: N_("“{words}” puts the answer into the customer’s mouth."),
    Rule.DOUBLE: N_("“{words}” asks a second thing: it is not known which one the answer is for."),
    Rule.CONDITION: N_(
        "“{words}” may not exist for this customer, and the question is asked of everybody."
    ),
}
_SUGGESTIONS: Final[Mapping[Rule, str]] = {
    Rule.SCALE: N_(
        "Ask for the event behind it: “What happened the last time, and when?”, as a text or a "
        "choice of reasons."
    ),
    Rule.ATTITUDE: N_("Ask for the event behind it: “What happened the last time, and when?”"),
    Rule.HYPOTHETICAL: N_(
        "Ask for what happened: “What did you do when …?” If it fits only some customers, give "
        "the question a condition (column relevant)."
    ),
    Rule.LEADING: N_("Ask openly: “Why did you leave?” or “What happened before you left?”"),
    Rule.DOUBLE: N_("Make two questions of it."),
    Rule.CONDITION: N_(
        "Ask first whether there was one: “Did you ever …?” Then give this question a condition "
        "(column relevant) on that answer."
    ),
}
_TOPIC_SUGGESTIONS: Final[Mapping[str, str]] = {
    "price": N_("Ask for the figure: “Which price did you compare, at whom, and how much was it?”"),
    "delivery": N_("Ask for the event: “Which delivery was late or wrong, and by how many days?”"),
    "product": N_("Ask for the event: “Which product failed or was missing, and when?”"),
    "service": N_("Ask for the event: “Who served you on which day, and what happened then?”"),
}
"""The first topic found in the stem decides."""
