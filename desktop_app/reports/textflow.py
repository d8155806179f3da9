"""Breaking Chinese and Latin text into lines, in time linear to its length.

Chinese breaks between any two characters, Latin words and numbers stay whole where they fit,
closing punctuation never starts a line and opening punctuation never ends one (GB/T 15834,
simplified).
The text is data: no markup is understood.
"""

import re
from collections.abc import Callable, Iterator
from unicodedata import east_asian_width

TAB = "    "
_OPENING = r"（《〈「『【〔“‘\(\[\{<«¥$"
_CLOSING = r"，。、；：？！）》〉」』】〕”’…—～％%,.;:?!\)\]\}>»"
_WORD = r"[^\W_\u2e80-\U0003ffff]+(?:[-_'’.,/@:+&][^\W_\u2e80-\U0003ffff]+)*"
_UNIT = re.compile(rf" +|[{_OPENING}]{{0,4}}(?:{_WORD}|.)[{_CLOSING}]{{0,4}}", re.DOTALL)
_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")

_NOT_A_SPACE = re.compile(r"[^\S ]+")

Measure = Callable[[str], float]


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """Break a text into lines no wider than ``width``.

    Args:
        text: Text with its own line breaks and tabs.
        width: Room for a line, in the unit ``measure`` answers in.
        measure: Width of a piece of text.

    Returns:
        At least one line. A single character wider than ``width`` stands alone on its line.
    """
    lines: list[str] = []
    for paragraph in _BREAKS.split(text.replace("\t", TAB)):
        if measure(paragraph) <= width:
            lines.append(paragraph.rstrip(" "))
        else:
            lines.extend(_fill(paragraph, width, measure))
    return lines


def _fill(paragraph: str, width: float, measure: Measure) -> Iterator[str]:
    line, used = "", 0.0
    for piece, size in _pieces(paragraph, width, measure):
        if line and used + size > width:
            yield line.rstrip(" ")
            line, used = "", 0.0
            if piece.isspace():
                continue
        line += piece
        used += size
    if line:
        yield line.rstrip(" ")


def _pieces(paragraph: str, width: float, measure: Measure) -> Iterator[tuple[str, float]]:
    """Unbreakable units with their widths; one wider than a line comes character by character."""
    for match in _UNIT.finditer(paragraph):
        unit = match.group()
        size = measure(unit)
        if size <= width:
            yield unit, size
        else:
            for char in unit:
                yield char, measure(char)


def longest_unit(text: str, measure: Measure) -> float:
    """Width of the widest piece of a text that `wrap` does not break where it fits."""
    return max((measure(unit) for unit in set(_UNIT.findall(text))), default=0.0)


def shorten(text: str, width: float, measure: Measure) -> str:
    """One line that fits, with ``…`` where something was left out."""
    line = _NOT_A_SPACE.sub(" ", text)
    if measure(line) <= width:
        return line
    room = width - measure("…")
    used, kept = 0.0, []
    for char in line:
        used += measure(char)
        if used > room:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def display_width(text: str) -> int:
    """Width in columns of Latin text: wide East Asian characters count double."""
    return len(text) + sum(1 for char in text if char >= "\u1100" and _is_wide(char))


def _is_wide(char: str) -> bool:
    return east_asian_width(char) in "WF"
