"""Which words of a text differ from another one: what was taken away, what came."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_WORD: Final = re.compile(r"\{\{[^{}]*\}\}|[A-Za-z0-9_']+|\s+|.", re.DOTALL)
"""A placeholder, a word, blanks, or one character: Chinese is compared by characters."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text; `differs`: the other text does not have it there."""

    text: str
    differs: bool = False


def changes(old: str, new: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Both texts in pieces, those that differ marked."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    left = ((before[a:b], tag != "equal") for tag, a, b, _c, _d in steps)
    right = ((after[c:d], tag != "equal") for tag, _a, _b, c, d in steps)
    return tuple(_parts(left)), tuple(_parts(right))


def _parts(pieces: Iterator[tuple[list[str], bool]]) -> Iterator[Part]:
    for words, differs in pieces:
        if words:
            yield Part("".join(words), differs)
