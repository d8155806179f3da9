"""What the headings of an XLSForm mean: the purpose of a column and its language."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

OWN: Final = "bind::winback:"
ID: Final = OWN + "id"
LOCKED: Final = OWN + "locked"
ROLE: Final = OWN + "case"
SEVERITY: Final = OWN + "severity"

TRANSLATED: Final = (
    "label", "hint", "guidance_hint", "constraint_message", "required_message",
    "image", "big-image", "audio", "video",
)  # fmt: skip
"""Columns that a form may have once for each language."""

_MEDIA: Final = frozenset({"image", "big-image", "audio", "video"})
_FIRST: Final[Mapping[str, str]] = {
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "list_name": "list_name",
    "relevance": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "constraining_message": "constraint_message",
    "requiredmsg": "required_message",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "form_title": "title",
    "set_form_title": "title",
    "form_id": "id",
    "set_form_id": "id",
    "id_string": "id",
}
_SETTINGS: Final[Mapping[str, str]] = {"title": "form_title", "id": "form_id"}
_BOUND: Final[Mapping[str, str]] = {
    "relevant": "relevant",
    "required": "required",
    "readonly": "read_only",
    "calculate": "calculation",
    "constraint": "constraint",
    "jr:constraintmsg": "constraint_message",
    "jr:requiredmsg": "required_message",
}
_CONTROL: Final[Mapping[str, str]] = {"appearance": "appearance", "jr:count": "repeat_count"}


class Heading(NamedTuple):
    """What a column is for, and the language of its texts, empty when it has none."""

    purpose: str
    language: str = ""


@lru_cache(maxsize=512)
def columns_of(headings: tuple[str, ...]) -> Mapping[Heading, int]:
    """The place of each column of a sheet, from 0; of two with one meaning the first."""
    found: dict[Heading, int] = {}
    is_double = any("::" in text for text in headings)
    for index, text in enumerate(headings):
        if text.strip():
            found.setdefault(meaning(text, is_double=is_double), index)
    return found


def meaning(text: str, *, is_double: bool) -> Heading:
    """What a heading means.

    Args:
        text: As it is written.
        is_double: Whether the sheet separates the parts of headings by two colons.
    """
    parts = _parts(text, is_double=is_double)
    first = snake(parts[0])
    second = parts[1].lower() if len(parts) > 1 else ""
    if first == "bind" and second:
        purpose, rest = _BOUND.get(second, f"bind::{parts[1]}"), parts[2:]
    elif first in {"control", "body"} and second in _CONTROL:
        purpose, rest = _CONTROL[second], parts[2:]
    elif first == "media" and second in _MEDIA:
        purpose, rest = second, parts[2:]
    else:
        purpose, rest = _FIRST.get(first, first), parts[1:]
    if purpose in TRANSLATED and len(rest) <= 1:
        return Heading(purpose, rest[0] if rest else "")
    return Heading(purpose if not rest else text.strip())


def written(heading: Heading) -> str:
    """A heading for a new column."""
    if heading.purpose in _SETTINGS:
        return _SETTINGS[heading.purpose]
    purpose = f"media::{heading.purpose}" if heading.purpose in _MEDIA else heading.purpose
    return f"{purpose}::{heading.language}" if heading.language else purpose


def doubled(headings: tuple[str, ...]) -> tuple[str, ...]:
    """The same headings, their parts separated by two colons.

    Once one heading of a sheet has two colons, a single one separates nothing any more.
    """
    if any("::" in text for text in headings):
        return headings
    return tuple("::".join(_parts(text, is_double=False)) for text in headings)


def snake(text: str) -> str:
    """A word as it is compared."""
    return "_".join(text.split()).lower()


def _parts(text: str, *, is_double: bool) -> list[str]:
    if is_double or "::" in text:
        return [part.strip() for part in text.split("::")]
    return [part.strip() for part in re.split(r"(?<!\bjr):", text.strip())]
