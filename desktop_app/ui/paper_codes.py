"""Answers keyed in from paper: the number of a choice, its code or its words become the answer."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from desktop_app import clock
from desktop_app.questionnaire.form import Kind, Question
from desktop_app.questionnaire.given import written
from desktop_app.questionnaire.paper_numbers import read_choice
from desktop_app.questionnaire.texts import Choice
from desktop_app.questionnaire.values import parse_moment
from desktop_app.typed_numbers import FULL_WIDTH, plain_number
from desktop_app.ui.answer_input import read_time
from desktop_app.ui.parsed_editors import read_date

_BETWEEN: Final = re.compile(r"[\s,，、;；]+")
_YES: Final = frozenset({"1", "x", "y", "ok", "v", "✓", "是"})
_MOMENT: Final = re.compile(r"(.+?)[ T]+([\d:：.]{3,5})")


def read_code(  # noqa: PLR0911  (one case a kind)
    question: Question, choices: Sequence[Choice], numbers: Mapping[str, str], text: str
) -> str:
    """The answer that was keyed in; what cannot be read is given on as it is.

    Args:
        question: What was asked.
        choices: What can be chosen now, as it is called.
        numbers: The number of each choice on paper, by code (`paper_numbers.paper_numbers`).
        text: Numbers as they stand on the paper, codes, or words; else the answer itself.
    """
    labels = [(choice.value, choice.label) for choice in choices]
    plain = text.translate(FULL_WIDTH).strip()
    match question.kind:
        case Kind.SELECT_ONE:
            return read_choice(numbers, labels, plain)
        case Kind.SELECT_MULTIPLE | Kind.RANK:
            parts = [part for part in _BETWEEN.split(plain) if part]
            if len(parts) == 1 and _is_run_together(parts[0], numbers):
                parts = list(parts[0])
            return " ".join(dict.fromkeys(read_choice(numbers, labels, part) for part in parts))
        case Kind.DATE:
            day = read_date(plain, clock.today()) if plain else None
            return plain if day is None else day.isoformat()
        case Kind.TIME:
            return read_time(plain)
        case Kind.DATETIME:
            return _moment(plain)
        case Kind.INTEGER | Kind.DECIMAL | Kind.RANGE:
            number = plain.rstrip("%")
            return plain_number(number) or number
        case Kind.ACKNOWLEDGE:
            return written(Kind.ACKNOWLEDGE, plain.casefold() in _YES)
        case _:
            return text.strip()


def _is_run_together(text: str, numbers: Mapping[str, str]) -> bool:
    """Whether several numbers of one digit were keyed without anything between them."""
    known = set(numbers.values())
    is_short = all(len(number) == 1 for number in known)
    return is_short and text not in numbers and all(sign in known for sign in text)


def _moment(text: str) -> str:
    found = _MOMENT.fullmatch(text)
    day = read_date(found[1], clock.today()) if found is not None else None
    hour = read_time(found[2].replace("：", ":")) if found is not None else ""
    moment = parse_moment(f"{day}T{hour}") if day is not None else None
    return text if moment is None else written(Kind.DATETIME, moment)
