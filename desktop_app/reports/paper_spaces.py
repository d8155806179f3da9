"""Room for an answer by the kind of the question: boxes for digits, lines for words."""

from typing import Final

from desktop_app.i18n import _
from desktop_app.questionnaire.checks import range_of
from desktop_app.questionnaire.evaluation import Expression
from desktop_app.questionnaire.form import FILES, Kind, Question
from desktop_app.questionnaire.values import number_text
from desktop_app.questionnaire.xpath_ast import SELF, Binary, Negate, Number, Path, walk
from desktop_app.reports.paper_items import Blank, PaperChoice, Space

OWN_WORDS_LINES: Final = 5
_LONG_LINES: Final = 3
_TEXT_LINES: Final = 1
_SCALE: Final = 12
"""A range with more steps is written as a number."""
_DIGITS, _MONEY_DIGITS, _PERCENT_DIGITS, _MOST_DIGITS = 6, 8, 3, 12
_DECIMALS: Final = 2
_LONG_WORDS: Final = frozenset({"multiline", "why", "products"})
_BY_KIND: Final = {
    Kind.TIME: Space(Blank.TIME),
    Kind.BARCODE: Space(Blank.LINES, lines=1),
    Kind.GEOPOINT: Space(Blank.PLACE),
    Kind.GEOTRACE: Space(Blank.LINES, lines=_LONG_LINES),
    Kind.GEOSHAPE: Space(Blank.LINES, lines=_LONG_LINES),
    **dict.fromkeys(FILES, Space(Blank.FILE)),
}


def space_of(question: Question) -> Space:  # noqa: PLR0911  (one case a kind)
    """The room for an answer that is not chosen from a list."""
    words = question.appearance.split()
    match question.kind:
        case _ if question.bind.calculate is not None:
            return Space(Blank.NOTHING)
        case Kind.TEXT:
            return Space(Blank.LINES, lines=_lines(words))
        case Kind.INTEGER | Kind.DECIMAL:
            return _number(question, words)
        case Kind.RANGE:
            return _scale(question)
        case Kind.DATE | Kind.DATETIME:
            blank = Blank.DATE if question.kind is Kind.DATE else Blank.DATETIME
            parts = "ym" if "month-year" in words else "y" if "year" in words else "ymd"
            return Space(blank, parts=parts)
        case Kind.ACKNOWLEDGE:
            return Space(Blank.TICK, choices=(PaperChoice("", (_("Confirmed"),)),))
        case _:
            return _BY_KIND.get(question.kind, Space(Blank.NOTHING))


def _lines(words: list[str]) -> int:
    if "own-words" in words:
        return OWN_WORDS_LINES
    return _LONG_LINES if _LONG_WORDS.intersection(words) else _TEXT_LINES


def _number(question: Question, words: list[str]) -> Space:
    digits = _DIGITS
    unit = ""
    if "money" in words:
        digits = _MONEY_DIGITS
    elif "percent" in words:
        digits, unit = _PERCENT_DIGITS, "%"
    digits = _digits_of(question.bind.constraint) or digits
    decimals = _DECIMALS if question.kind is Kind.DECIMAL else 0
    return Space(Blank.DIGITS, digits=digits, decimals=decimals, unit=unit)


def _digits_of(constraint: Expression | None) -> int:
    """Digits of the largest number that a rule like ``. <= 120`` lets pass, 0 when none is said."""
    if constraint is None:
        return 0
    found = [
        each.right
        for each in walk(constraint.ast)
        if isinstance(each, Binary)
        and each.operator in {"<", "<=", "="}
        and isinstance(each.left, Path)
        and each.left.steps == (SELF,)
    ]
    numbers = [each.text for each in found if isinstance(each, Number)]
    if len(numbers) != len(found) or any(isinstance(each, Negate) for each in found):
        return 0
    digits = max((len(text.partition(".")[0]) for text in numbers), default=0)
    return digits if digits <= _MOST_DIGITS else 0


def _scale(question: Question) -> Space:
    start, end, step = range_of(question)
    step = abs(step) if end >= start else -abs(step)
    count = int((end - start) / step + 1.000001) if step else 0
    if not 1 <= count <= _SCALE:
        widest = max(len(number_text(abs(each)).partition(".")[0]) for each in (start, end))
        decimals = len(number_text(step).partition(".")[2])
        unit = _("({start} to {end})").format(start=number_text(start), end=number_text(end))
        return Space(Blank.DIGITS, digits=min(widest, _MOST_DIGITS), decimals=decimals, unit=unit)
    values = (number_text(round(start + place * step, 9)) for place in range(count))
    return Space(Blank.CHOICES, choices=tuple(PaperChoice(value, ("",)) for value in values))
