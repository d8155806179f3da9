"""Questions as strips of paper: pieces with a height that no page end ever cuts."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from desktop_app.i18n import _
from desktop_app.reports import fonts
from desktop_app.reports.figures import ACCENT, FAINT, INK, SOFT, TINT, Rect, Stroke
from desktop_app.reports.layout import Losses
from desktop_app.reports.pages import A4, BODY, GAP, HINT, MARGIN, Page, Style
from desktop_app.reports.paper_items import Asked, Blank, Head, More, PaperChoice, Space
from desktop_app.reports.textflow import shorten, wrap

ROOM: Final = A4[0] - 2 * MARGIN
INDENT: Final = 28.0
"""Where questions begin, right of their numbers."""
WIDTH: Final = ROOM - INDENT
HEADING: Final = Style(fonts.BOLD, 12, 17)
SECOND_HEADING: Final = Style(fonts.REGULAR, 10, 14, SOFT)
QUESTION: Final = Style(fonts.BOLD, 10, 14.5)
SECOND: Final = Style(fonts.REGULAR, 9, 13, SOFT)
CONDITION: Final = Style(fonts.BOLD, 8.5, 13, ACCENT)
CHOICE: Final = Style(fonts.REGULAR, 9.5, 14)
NUMBER: Final = CHOICE._replace(font=fonts.BOLD)
CODE: Final = Style(fonts.REGULAR, 7.5, 14, SOFT)
BOX, DIGIT_BOX, DIGIT_HEIGHT = 9.0, 15.0, 19.0
LINE: Final = 24.0
ROW: Final = 17.0
_SPACE: Final = 9.0
_NAME_WIDTH: Final = 110.0
_COLUMNS: Final = (3, 2, 1)
_SCALE: Final = 12
_NARROW: Final = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "…": "..."})
"""The Chinese font draws these as wide as a character; in other languages that is a hole."""
_LEAST: Final = 2
"""Lines of a long text that stay together."""


@dataclass(slots=True)
class Strip:
    """A piece of paper that is never cut.

    Attributes:
        height: In points.
        drawn: What is on it, from its own top.
        keeps: Whether what follows must stand on the same page.
        is_gap: Whether it is dropped at the top of a page.
    """

    height: float
    drawn: Page = field(default_factory=Page)
    keeps: bool = True
    is_gap: bool = False


class Strips:
    """Makes strips.

    Args:
        losses: Where characters that cannot be drawn are noted.
        is_chinese: Whether quotation marks are as wide as a Chinese character.
    """

    def __init__(self, losses: Losses, *, is_chinese: bool) -> None:
        self.losses = losses
        self.signs: dict[int, str] = {} if is_chinese else _NARROW

    # Text ----------------------------------------------------------------------------------------

    def measure(self, text: str, style: Style) -> float:
        """Width of a drawable text."""
        return fonts.face(style.font).width(text, style.size)

    def lines(self, text: str, style: Style, width: float, where: str) -> list[str]:
        """A text broken into drawable lines."""
        face = fonts.face(style.font)
        drawable = self.losses.boxed(text.translate(self.signs), where)
        return wrap(drawable, width, lambda piece: face.width(piece, style.size))

    def one_line(self, text: str, style: Style, width: float, where: str) -> str:
        """A text on one line, its end cut when it is too long."""
        drawable = self.losses.boxed(text.translate(self.signs), where)
        return shorten(drawable, width, lambda piece: self.measure(piece, style))

    def text(
        self, text: str, style: Style, where: str, *, x: float = 0.0, width: float = ROOM
    ) -> Iterator[Strip]:
        """A strip for each line."""
        for line in self.lines(text, style, width, where):
            strip = Strip(style.leading)
            strip.drawn.put(style, MARGIN + x, style.size * 1.1, line)
            yield strip

    # Entries -------------------------------------------------------------------------------------

    def head(self, head: Head) -> list[Strip]:
        """The head of a group or block; it stays with what follows."""
        strips = [gap(14 if head.depth == 0 else _SPACE)]
        where = head.texts[0] if head.texts else head.condition
        styles = itertools.chain((HEADING,), itertools.repeat(SECOND_HEADING))
        for text, style in zip(head.texts, styles, strict=False):
            size = style if head.depth == 0 else replace_size(style, style.size - 1)
            strips += self.text(text, size, where)
        if head.texts:
            rule = Strip(GAP)
            rule.drawn.strokes.append(_line(0, ROOM, GAP / 2, SOFT))
            strips.append(rule)
        if head.condition:
            strips += self.condition(head.condition, where, 0)
        return strips

    def more(self, more: More) -> list[Strip]:
        """What to do when the blocks are not enough."""
        return [gap(_SPACE), *ending(self.text(more.text, HINT, more.text))]

    def condition(self, text: str, where: str, x: float) -> Iterator[Strip]:
        """When it is asked, on a tinted ground."""
        for line in self.lines(text, CONDITION, ROOM - x - 2 * GAP, where):
            strip = Strip(CONDITION.leading)
            strip.drawn.rects.append(Rect(MARGIN + x, 0, ROOM - x, CONDITION.leading, TINT))
            strip.drawn.put(CONDITION, MARGIN + x + GAP, CONDITION.size * 1.1, line)
            yield strip

    def question(self, asked: Asked) -> list[Strip]:
        """One question with room for its answer."""
        where = asked.name
        strips = [gap(_SPACE)]
        if asked.condition:
            strips += self.condition(asked.condition, where, INDENT)
            strips.append(gap(2, is_dropped=False))
        label = list(self._label(asked))
        hints = [s for hint in asked.hints for s in self._below(hint, HINT, where)]
        strips += [*label, *hints]
        space = list(self.space(asked.space, where))
        if space:
            strips.append(gap(3, is_dropped=False))
        return [*strips, *ending(space)] if space else ending(strips)

    def _label(self, asked: Asked) -> Iterator[Strip]:
        """Number, wording in one or two languages, name in the form at the right."""
        first, *others = asked.texts
        name = ""
        if asked.number:
            name = self.one_line(asked.name, CODE, _NAME_WIDTH, asked.name)
        width = WIDTH - (self.measure(name, CODE) + 2 * GAP if name else 0)
        style = QUESTION if asked.number else BODY
        found = list(self.text(first, style, asked.name, x=INDENT, width=width))
        number = f"{asked.number}*" if asked.is_required and asked.number else asked.number
        found[0].drawn.put(QUESTION, MARGIN, QUESTION.size * 1.1, number)
        right = MARGIN + ROOM - self.measure(name, CODE)
        found[0].drawn.put(CODE, right, QUESTION.size * 1.1, name)
        for place, strip in enumerate(found):
            strip.keeps = place < _LEAST or place >= len(found) - _LEAST
            if not asked.number:
                bar = Rect(MARGIN + INDENT - 2 * GAP, 0, 2, strip.height, ACCENT)
                strip.drawn.rects.append(bar)
        yield from found
        for text in others:
            yield from self._below(text, SECOND, asked.name)

    def _below(self, text: str, style: Style, where: str) -> Iterator[Strip]:
        return self.text(text, style, where, x=INDENT, width=WIDTH)

    # Room for answers ----------------------------------------------------------------------------

    def space(self, space: Space, where: str) -> Iterator[Strip]:
        """What is left blank."""
        match space.blank:
            case Blank.CHOICES | Blank.TICK:
                yield from self.choices(space.choices, where, BOX)
            case Blank.RANK:
                yield from self.choices(space.choices, where, DIGIT_BOX)
            case Blank.CODE:
                yield self.coded(space, where)
                yield from itertools.repeat(self.ruled(), space.lines - 1)
            case Blank.DIGITS:
                groups = [(space.digits, "")]
                groups += [(space.decimals, "")] if space.decimals else []
                yield self.boxes(groups, "." if space.decimals else "", space.unit, where)
            case Blank.DATE:
                yield self.boxes(_date_groups(space.parts), "-", "", where)
            case Blank.TIME:
                yield self.boxes(_time_groups(), ":", "", where)
            case Blank.DATETIME:
                yield self.boxes(_date_groups(space.parts), "-", "", where)
                yield self.boxes(_time_groups(), ":", "", where)
            case Blank.LINES:
                yield from itertools.repeat(self.ruled(), space.lines)
            case Blank.FILE:
                yield self.captioned((_("File:"),), where)
            case Blank.PLACE:
                yield self.captioned((_("Latitude:"), _("Longitude:")), where)
            case Blank.NOTHING:
                return

    def ruled(self) -> Strip:
        """A line to write on."""
        strip = Strip(LINE)
        strip.drawn.strokes.append(_line(INDENT, ROOM, LINE - 3, FAINT))
        return strip

    def captioned(self, captions: Sequence[str], where: str) -> Strip:
        """Lines beside each other, each after its caption."""
        strip = Strip(LINE)
        width = WIDTH / len(captions)
        for place, caption in enumerate(captions):
            x = INDENT + place * width
            text = self.one_line(caption, HINT, width / 2, where)
            strip.drawn.put(HINT, MARGIN + x, LINE - 5, text)
            begin = x + self.measure(text, HINT) + GAP
            end = x + width - (3 * GAP if place < len(captions) - 1 else 0)
            strip.drawn.strokes.append(_line(begin, end, LINE - 3, FAINT))
        return strip

    def coded(self, space: Space, where: str) -> Strip:
        """Boxes for the number of a choice and a line for its words; a line alone for several."""
        one, many = _("Number from table {letter}:"), _("Numbers from table {letter}:")
        caption = (one if space.digits else many).format(letter=space.table)
        if not space.digits:
            return self.captioned((caption,), where)
        strip = Strip(LINE)
        x = INDENT
        text = self.one_line(caption, HINT, WIDTH / 2, where)
        strip.drawn.put(HINT, MARGIN + x, LINE - 8, text)
        x += self.measure(text, HINT) + GAP
        for _box in range(space.digits):
            strip.drawn.strokes.append(_box_at(x, 2.5, DIGIT_BOX, DIGIT_HEIGHT - 1))
            x += DIGIT_BOX
        text = self.one_line(_("in words:"), HINT, WIDTH / 4, where)
        strip.drawn.put(HINT, MARGIN + x + 3 * GAP, LINE - 8, text)
        x += self.measure(text, HINT) + 4 * GAP
        strip.drawn.strokes.append(_line(x, ROOM, LINE - 3, FAINT))
        return strip

    def boxes(
        self, groups: Sequence[tuple[int, str]], between: str, unit: str, where: str
    ) -> Strip:
        """Boxes for one digit each, in groups with a caption below."""
        strip = Strip(DIGIT_HEIGHT + (11 if any(caption for _n, caption in groups) else 3))
        x = INDENT
        for place, (count, caption) in enumerate(groups):
            if place:
                strip.drawn.put(CHOICE, MARGIN + x + 2.5, DIGIT_HEIGHT - 5, between)
                x += 9
            for _box in range(count):
                strip.drawn.strokes.append(_box_at(x, 0.5, DIGIT_BOX, DIGIT_HEIGHT - 1))
                x += DIGIT_BOX
            if caption:
                left = x - count * DIGIT_BOX
                text = self.one_line(caption, CODE, count * DIGIT_BOX + 8, where)
                strip.drawn.put(CODE, MARGIN + left + 1, DIGIT_HEIGHT + 8, text)
        text = self.one_line(unit, CHOICE, ROOM - x - 2 * GAP, where)
        strip.drawn.put(CHOICE, MARGIN + x + GAP, DIGIT_HEIGHT - 5, text)
        return strip

    def choices(self, choices: Sequence[PaperChoice], where: str, box: float) -> Iterator[Strip]:
        """A box for each choice, in as many columns as fit; they are read downwards."""
        count = self._columns(choices, box)
        width = WIDTH / count
        rows = -(-len(choices) // count)
        for row in range(rows):
            strip = Strip(max(ROW, box + 4))
            for column, choice in enumerate(choices[row::rows]):
                self._choice(strip, choice, INDENT + column * width, width - 2 * GAP, box, where)
            yield strip

    def _columns(self, choices: Sequence[PaperChoice], box: float) -> int:
        if all(choice.labels == ("",) for choice in choices):
            return _SCALE
        widest = max(
            self.measure(fonts.boxed(f"{choice.number} {_words(choice)}"), NUMBER)
            for choice in choices
        )
        wanted = (len(choices), 1) if len(choices) <= _COLUMNS[0] else _COLUMNS
        return next((n for n in wanted if widest + box + 5 * GAP <= WIDTH / n), 1)

    def _choice(
        self, strip: Strip, choice: PaperChoice, x: float, width: float, box: float, where: str
    ) -> None:
        top = (ROW - BOX) / 2 if box == BOX else 1.0
        strip.drawn.strokes.append(_box_at(x, top, box, box))
        left = x + box + 1.5 * GAP
        if choice.number:
            number = self.one_line(choice.number, NUMBER, width / 2, where)
            strip.drawn.put(NUMBER, MARGIN + left, ROW - 5, number)
            left += self.measure(number, NUMBER) + GAP
        label = _words(choice)
        for place, line in enumerate(self.lines(label, CHOICE, x + width - left, where)):
            strip.drawn.put(CHOICE, MARGIN + left, ROW - 5 + place * CHOICE.leading, line)
            strip.height = max(strip.height, ROW + place * CHOICE.leading)


def _words(choice: PaperChoice) -> str:
    """What a choice is called; nothing when that is its number."""
    label = " / ".join(choice.labels)
    return "" if label == choice.number else label


def gap(height: float, *, is_dropped: bool = True) -> Strip:
    """Nothing, so high; the gap before something is dropped at the top of a page."""
    return Strip(height, is_gap=is_dropped)


def ending(strips: Sequence[Strip] | Iterator[Strip]) -> list[Strip]:
    """Strips of which the last one stands alone; pairs of the others stay together."""
    found = [replace(strip) for strip in strips]
    for place, strip in enumerate(found):
        strip.keeps = strip.keeps and (place == 0 or place == len(found) - _LEAST)
    if found:
        found[-1].keeps = False
    return found


def replace_size(style: Style, size: float) -> Style:
    """The same style, smaller."""
    return style._replace(size=size)


def _date_groups(parts: str) -> list[tuple[int, str]]:
    names = {"y": (4, _("year")), "m": (2, _("month")), "d": (2, _("day"))}
    return [names[part] for part in parts]


def _time_groups() -> list[tuple[int, str]]:
    return [(2, _("hour")), (2, _("minute"))]


def _line(start: float, end: float, y: float, colour: str) -> Stroke:
    return Stroke(((MARGIN + start, y), (MARGIN + end, y)), colour, 0.6)


def _box_at(x: float, y: float, width: float, height: float) -> Stroke:
    left, right, bottom = MARGIN + x, MARGIN + x + width, y + height
    corners = ((left, y), (right, y), (right, bottom), (left, bottom), (left, y))
    return Stroke(corners, INK, 0.7)
