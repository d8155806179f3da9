"""Answers keyed in from paper: a code or a number becomes the answer."""

import re
from collections.abc import Sequence
from typing import Final

from desktop_app import clock
from desktop_app.questionnaire.form import Kind, Question
from desktop_app.questionnaire.given import written
from desktop_app.questionnaire.texts import Choice
from desktop_app.questionnaire.values import parse_moment
from desktop_app.ui.answer_input import read_time
from desktop_app.ui.editors import read_date

_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９．，－：／　", "0123456789.,-:/ ")
_BETWEEN: Final = re.compile(r"[\s,，、;；]+")
_YES: Final = frozenset({"1", "x", "y", "ok", "v", "✓", "是"})
_MOMENT: Final = re.compile(r"(.+?)[ T]+([\d:：.]{3,5})")


def read_code(  # noqa: PLR0911  (one case a kind)
    question: Question, choices: Sequence[Choice], text: str
) -> str:
    """The answer that was keyed in; what cannot be read is given on as it is.

    Args:
        question: What was asked.
        choices: What can be chosen.
        text: Codes as they stand on the paper, or numbers of choices; else the answer itself.
    """
    plain = text.translate(_FULL_WIDTH).strip()
    match question.kind:
        case Kind.SELECT_ONE:
            return _code(choices, plain)
        case Kind.SELECT_MULTIPLE | Kind.RANK:
            parts = [part for part in _BETWEEN.split(plain) if part]
            known = {choice.value for choice in choices}
            if len(parts) == 1 and parts[0] not in known and _is_digits(parts[0], choices):
                parts = list(parts[0])
            return " ".join(dict.fromkeys(_code(choices, part) for part in parts))
        case Kind.DATE:
            day = read_date(plain, clock.today()) if plain else None
            return plain if day is None else day.isoformat()
        case Kind.TIME:
            return read_time(plain)
        case Kind.DATETIME:
            return _moment(plain)
        case Kind.INTEGER | Kind.DECIMAL | Kind.RANGE:
            return plain.replace(",", "").rstrip("%")
        case Kind.ACKNOWLEDGE:
            return written(Kind.ACKNOWLEDGE, plain.casefold() in _YES)
        case _:
            return text.strip()


def _is_digits(text: str, choices: Sequence[Choice]) -> bool:
    return len(choices) <= len("123456789") and all(
        sign.isdecimal() and 0 < int(sign) <= len(choices) for sign in text
    )


def _code(choices: Sequence[Choice], text: str) -> str:
    folded = text.casefold()
    for choice in choices:
        if folded in {choice.value.casefold(), choice.label.casefold()}:
            return choice.value
    if text.isascii() and text.isdecimal() and 0 < int(text) <= len(choices):
        return choices[int(text) - 1].value
    return text


def _moment(text: str) -> str:
    found = _MOMENT.fullmatch(text)
    day = read_date(found[1], clock.today()) if found is not None else None
    hour = read_time(found[2].replace("：", ":")) if found is not None else ""
    moment = parse_moment(f"{day}T{hour}") if day is not None else None
    return text if moment is None else written(Kind.DATETIME, moment)
