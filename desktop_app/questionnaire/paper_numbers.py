"""Short numbers for choices on paper, and back: what is printed is what is keyed in.

Numbers follow from the version of the form alone, and a published version never changes, so paper
printed long ago is read as it was meant. Where a list comes from outside the version and may
change (the reasons of a workspace), it brings numbers of its own in the column `COLUMN`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from desktop_app.questionnaire.form import Form, Question
from desktop_app.questionnaire.listed import listed
from desktop_app.questionnaire.xform_body import list_of

COLUMN: Final = "paper_number"
"""Column of a list with the number of each choice."""
RETIRED: Final = "retired"
"""Column of a list: ``yes`` for a choice that is not printed any more, but still read."""


def paper_numbers(form: Form, question: Question) -> Mapping[str, str]:
    """The number of each choice of a question, by code, in the order of the list."""
    codes = [choice.code for choice in listed(form, question)]
    own = dict(column_of(form, _list_id(question), COLUMN))
    brought = [own.get(code, "") for code in codes]
    if all(map(_is_number, brought)) and len(set(map(int, brought))) == len(codes):
        return dict(zip(codes, brought, strict=True))
    return numbered(codes)


def numbered(codes: Sequence[str]) -> Mapping[str, str]:
    """A number for each code: itself where it is one; the others are counted, stepping over those.

    Args:
        codes: Each once, in the order of the list.
    """
    taken = {int(code) for code in codes if _is_number(code)}
    free = (number for number in range(1, len(codes) + len(taken) + 1) if number not in taken)
    return {code: code if _is_number(code) else str(next(free)) for code in codes}


def retired_choices(form: Form, question: Question) -> Collection[str]:
    """Codes of the choices that paper does not offer any more."""
    found = column_of(form, _list_id(question), RETIRED)
    return frozenset(code for code, word in found if word == "yes")


def column_of(form: Form, list_id: str, column: str) -> Iterator[tuple[str, str]]:
    """The code of each item of a list with the value of a column."""
    for holder in form.document.iterfind("i"):
        for item in holder.iterfind("*/*") if holder.get("id") == list_id else ():
            name = (item.findtext("name") or "").strip()
            yield name, (item.findtext(column) or "").strip()


def read_choice(numbers: Mapping[str, str], labels: Iterable[tuple[str, str]], text: str) -> str:
    """The code that was meant by a number, a code or a label; what is none of them as it is.

    Args:
        numbers: The number of each code, from `paper_numbers`.
        labels: Codes with what they are called.
        text: What was keyed in.
    """
    folded = text.strip().casefold()
    for code, number in numbers.items():
        if folded in {number, code.casefold()}:
            return code
    if _is_number(folded):
        for code, number in numbers.items():
            if int(number) == int(folded):
                return code
    for code, label in labels:
        if label.casefold() == folded:
            return code
    return text.strip()


def _list_id(question: Question) -> str:
    return "" if question.choices is None else list_of(question.choices)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
