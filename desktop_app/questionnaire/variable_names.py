"""Names of variables that SPSS, Stata and R accept."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from desktop_app.questionnaire.versions import unique


@dataclass(frozen=True, slots=True)
class NameRules:
    """What a package asks of a name.

    Attributes:
        most_bytes: Its length in UTF-8.
        marks: What it may have besides letters, digits and underscores.
        may_begin_low: Whether it may begin with an underscore.
        reserved: Names that mean something else, in lower case.
    """

    most_bytes: int
    marks: str
    may_begin_low: bool
    reserved: frozenset[str]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SPSS: Final = NameRules(
    64, "", may_begin_low=False,
    reserved=_words("all and by eq ge gt le lt ne not or to with"),
)  # fmt: skip
STATA: Final = NameRules(
    32, "", may_begin_low=True,
    reserved=_words(
        "_all _b byte _coef _cons double float if in int long _n _pi _pred _rc _se _skip str "
        "strl using with"
    ),
)  # fmt: skip
R: Final = NameRules(
    64, ".", may_begin_low=False,
    reserved=_words(
        "if else repeat while function for next break true false null inf nan na na_integer_ "
        "na_real_ na_complex_ na_character_ in"
    ),
)  # fmt: skip
_ROOM: Final = 6
"""Bytes left for a number that makes a name unique."""


def legal_names(wanted: Iterable[str], rules: NameRules) -> list[str]:
    """Names in the same order: legal, and unique also without regard to upper and lower case.

    Letters of any script stay. What has no name at all becomes ``v``.
    """
    taken: set[str] = set()
    found: list[str] = []
    for name in wanted:
        whole = legal(name, rules)
        short = legal(_cut(whole, rules.most_bytes - _ROOM), rules)
        is_free = whole.casefold() not in taken
        found.append(unique([whole if is_free else short], taken))
    return found


def legal(name: str, rules: NameRules) -> str:
    """A name as near to the wanted one as the rules allow."""
    text = unicodedata.normalize("NFC", name)
    kept = "".join(
        char if char.isalpha() or (char.isascii() and (char.isdigit() or char in rules.marks))
        else "_"
        for char in text
    )  # fmt: skip
    kept = _cut(kept, rules.most_bytes - 1).rstrip("_.")
    may_stand = kept[:1].isalpha() or (kept[:1] == "_" and rules.may_begin_low)
    kept = kept if may_stand else f"v{kept}"
    is_word = kept.casefold() in rules.reserved or _is_text_type(kept, rules)
    return f"{_cut(kept, rules.most_bytes - 2)}_v" if is_word else kept


def _is_text_type(name: str, rules: NameRules) -> bool:
    """Whether it is one of Stata's names of types: ``str12``."""
    return rules is STATA and name.startswith("str") and name[3:].isdigit()


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")
