"""Answers as a person reads them: labels instead of codes, days and amounts as they are shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from desktop_app import labels
from desktop_app.i18n import _
from desktop_app.questionnaire import screen
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Kind, Question
from desktop_app.questionnaire.values import parse_date, parse_moment

_MINOR = 100


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """One question that was asked, with its answer in words; empty when there is none."""

    address: str
    question: Question
    label: str
    words: str


def asked(filling: Filling, currency: str = "") -> Iterator[AnswerWords]:
    """Every question that is asked now, in order, notes left out.

    Args:
        filling: The interview.
        currency: What amounts of money are in, e.g. ``CNY``.
    """
    for item in screen.order(filling, heads=False):
        if isinstance(item.item, Question) and item.item.kind is not Kind.NOTE:
            label = filling.label(item.address) or item.item.name
            words = answer_words(filling, item.address, currency)
            yield AnswerWords(item.address, item.item, label, words)


def answer_words(  # noqa: PLR0911  (one case a kind)
    filling: Filling, address: str, currency: str = ""
) -> str:
    """The answer to a question in words; what cannot be read stays as it was given.

    Raises:
        KeyError: there is no such question.
    """
    question, value = filling.question(address), filling.answer(address).strip()
    if not value:
        return ""
    match question.kind:
        case Kind.SELECT_ONE:
            return filling.choice_label(question.path, value) or value
        case Kind.SELECT_MULTIPLE | Kind.RANK:
            chosen = [filling.choice_label(question.path, each) or each for each in value.split()]
            return _(", ").join(chosen)
        case Kind.DATE:
            day = parse_date(value)
            return labels.day_text(day) if day is not None else value
        case Kind.DATETIME:
            moment = parse_moment(value)
            return labels.moment_text(moment) if moment is not None else value
        case Kind.ACKNOWLEDGE:
            return _("Yes")
        case Kind.INTEGER | Kind.DECIMAL | Kind.RANGE:
            return _number(question, value, currency)
        case _:
            return value


def _number(question: Question, value: str, currency: str) -> str:
    looks = question.appearance.split()
    if "percent" in looks:
        return f"{value}%"
    if "money" in looks and currency:
        try:
            return labels.money(round(Decimal(value) * _MINOR), currency)
        except (InvalidOperation, OverflowError):
            return value
    return value
