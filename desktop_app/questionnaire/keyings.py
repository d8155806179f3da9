"""One paper that was keyed twice: the two keyings side by side."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from desktop_app.questionnaire import screen
from desktop_app.questionnaire.answer_words import answer_words
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import FILES, Kind, Question

_NUMBERS: Final = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.RANGE})


@dataclass(frozen=True, slots=True)
class KeyedPair:
    """What was keyed for one question, empty where nothing was."""

    address: str
    question: Question
    first: str
    second: str

    @property
    def differs(self) -> bool:
        """Whether the two say something else; spaces, order of ticks and 5 for 5.0 do not."""
        kind = self.question.kind
        return self.first != self.second and _meant(kind, self.first) != _meant(kind, self.second)


def side_by_side(first: Filling, second: Filling) -> Iterator[KeyedPair]:
    """Every question that can be keyed in either, in the order of the paper.

    Notes, files, and what the form calculates are left out; a question that is not asked counts as
    one without an answer.
    """
    ours, theirs = _keyable(first), _keyable(second)
    for address in _merged(list(ours), list(theirs)):
        question = ours.get(address) or theirs[address]
        answers = [
            filling.answer(address).strip() if address in asked else ""
            for filling, asked in ((first, ours), (second, theirs))
        ]
        yield KeyedPair(address, question, *answers)


def label_of(fillings: Iterable[Filling], pair: KeyedPair) -> str:
    """What the question of a pair is called, in whichever keying has it."""
    labels = (each.label(pair.address) for each in fillings if each.node(pair.address) is not None)
    return next(labels, "") or pair.question.name


def words_of(filling: Filling, address: str, currency: str) -> str:
    """The answer of one keying in words; empty where the question is not asked."""
    if filling.node(address) is None or not filling.is_relevant(address):
        return ""
    return answer_words(filling, address, currency)


def make_room(filling: Filling, address: str) -> None:
    """Add the instances of repeats that an answer of the other keying stands in."""
    parts = address.split("/")
    for place, part in enumerate(parts):
        name, is_instance, number = part.partition("[")
        if is_instance:
            repeat = "/".join([*parts[:place], name])
            while filling.count_of(repeat) < int(number.rstrip("]")):
                filling.add_repeat(repeat)


def _keyable(filling: Filling) -> dict[str, Question]:
    return {
        each.address: each.item
        for each in screen.order(filling, heads=False)
        if isinstance(each.item, Question)
        and each.item.kind is not Kind.NOTE
        and each.item.kind not in FILES
        and not filling.is_readonly(each.address)
    }


def _merged(ours: list[str], theirs: list[str]) -> list[str]:
    """Both lists in one; what only the second has stands behind what it follows there."""
    merged, known = list(ours), set(ours)
    before: str | None = None
    for address in theirs:
        if address not in known:
            merged.insert(0 if before is None else merged.index(before) + 1, address)
        before = address
    return merged


def _meant(kind: Kind, value: str) -> object:
    """What a keyed value means, to be compared."""
    if kind is Kind.SELECT_MULTIPLE:
        return frozenset(value.split())
    if kind in _NUMBERS:
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return " ".join(unicodedata.normalize("NFC", value).split())
