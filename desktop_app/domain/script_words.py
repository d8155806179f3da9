"""The texts of a script with the case put in; what is missing reads naturally.

``{{ customer.name }}`` is replaced by its value. When there is none:

- ``{{ case.competitor | 别家 }}`` says what stands there instead;
- a clause in double brackets, ``[[，您常买的{{ customer.product }}]]``, is left out as a whole;
- a placeholder with a usual word gets it (the customer's name: 您, “you”);
- otherwise nothing stands there, and doubled or leading commas and blanks go with it.

There is no code in a text, so nothing can be called or reached through one; a value is put in as
it is and never read as a text again. (A template engine is not needed for this and would be one
more thing that must be kept safe.)
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

USUAL: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "customer.name": ("您", "you"),
        "agent.name": ("您的客户专员", "your customer agent"),
        "store.name": ("我们", "us"),
        "store.phone": ("", ""),
        "customer.since": ("", ""),
        "customer.last_order_on": ("", ""),
        "customer.product": ("", ""),
        "case.left_on": ("", ""),
        "case.competitor": ("别家", "another supplier"),
        "case.reason": ("", ""),
        "case.days_gone": ("", ""),
        "promise.words": ("", ""),
        "promise.due_on": ("", ""),
        "offer.name": ("这个方案", "this offer"),
        "offer.ends_on": ("", ""),
    }
)
"""Every placeholder with the word for a missing value in Chinese and in English; mostly none."""

_CLAUSE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][\w.]*)\s*(?:\|([^{}|]*))?\}\}")
_LOOSE = re.compile(r"\{\{|\}\}|\[\[|\]\]")

_TIDY: Final = (
    (re.compile(r"([，、；,;])(?:\s*[，、；,;])+"), r"\1"),
    (re.compile(r"(^|[。！？.!?\n]\s?)\s*[，、；,;]\s*"), r"\1"),
    (re.compile(r"[，、；,;]\s*([。！？.!?])"), r"\1"),
    (re.compile(r"[ \t]+([,.!?;:])"), r"\1"),
    (re.compile(r"[ \t]{2,}"), " "),
)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder in a text; `is_safe`: something sensible stands there also without a value."""

    name: str
    fallback: str | None
    is_safe: bool


def placeholders(text: str) -> Iterator[Placeholder]:
    """All placeholders of a text in order."""
    for is_clause, part in _parts(text):
        for found in _PLACEHOLDER.finditer(part):
            name, fallback = found[1], found[2]
            usual = any(USUAL.get(name, ()))
            yield Placeholder(name, fallback, is_clause or fallback is not None or usual)


def has_loose_brackets(text: str) -> bool:
    """Whether brackets of a placeholder or a clause are left without their other half."""
    return any(_LOOSE.search(_PLACEHOLDER.sub("", part)) for _is_clause, part in _parts(text))


def render(text: str, values: Mapping[str, str], language: str) -> str:
    """Put the values into a text.

    Args:
        text: The text as it was written.
        values: Value by placeholder, in the language; missing or empty: not known.
        language: Of the text, for the usual words.
    """
    column = 0 if language.lower().startswith("zh") else 1
    is_whole = True

    def word(found: re.Match[str]) -> str:
        nonlocal is_whole
        name, fallback = found[1], found[2]
        if value := values.get(name, ""):
            return value
        is_whole = False
        return fallback.strip() if fallback is not None else USUAL.get(name, ("", ""))[column]

    shown: list[str] = []
    for is_clause, part in _parts(text):
        if is_clause and any(
            found[2] is None and not values.get(found[1]) for found in _PLACEHOLDER.finditer(part)
        ):
            is_whole = False
            continue
        shown.append(_PLACEHOLDER.sub(word, part))
    joined = "".join(shown)
    return joined if is_whole else _tidied(joined)


def in_language(zh: str, en: str, language: str) -> str:
    """The words in a language, or in the other one if there are none."""
    return (zh or en) if language.lower().startswith("zh") else (en or zh)


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """The clauses of a text and what stands between them, in order."""
    for number, part in enumerate(_CLAUSE.split(text)):
        yield number % 2 == 1, part


def _tidied(text: str) -> str:
    for pattern, better in _TIDY:
        text = pattern.sub(better, text)
    return text.strip()
