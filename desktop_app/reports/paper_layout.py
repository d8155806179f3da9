"""A paper form on pages: strips flow down, code tables fill columns, each sheet says what it is."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from desktop_app.i18n import _
from desktop_app.reports import fonts
from desktop_app.reports.barcodes import code128
from desktop_app.reports.base import Loss
from desktop_app.reports.figures import ACCENT, FAINT, GRID, SOFT, TINT, Rect, Stroke
from desktop_app.reports.layout import Losses
from desktop_app.reports.pages import (
    A4,
    BODY_BOLD,
    BOTTOM,
    GAP,
    HEADER_Y,
    HINT,
    MARGIN,
    SUBTITLE,
    TITLE,
    TOP,
    Layout,
    Page,
    Style,
)
from desktop_app.reports.paper_items import Asked, CodeTable, Entry, Head, PaperChoice
from desktop_app.reports.paper_strips import (
    CHOICE,
    HEADING,
    LINE,
    QUESTION,
    ROOM,
    Strip,
    Strips,
    ending,
    gap,
)

WHOLE: Final = 0.6
"""A question up to this share of a page is never split."""
BARCODE_WIDTH: Final = 190.0
BARCODE_HEIGHT: Final = 34.0
SMALL_BARCODE_WIDTH: Final = 190.0
_COLUMNS: Final = (2, 3)
_FILLED: Final = 0.95
"""How much of a column is filled when entries are not cut at its end."""
_BETWEEN: Final = 16.0
_MARK_WIDTH: Final = 14.0
_ENTRY: Final = CHOICE._replace(size=8.5, leading=12.5)
_ENTRY_MARK: Final = QUESTION._replace(size=8.5, leading=12.5)
_ENTRY_HEAD: Final = _ENTRY_MARK._replace(leading=18, colour=ACCENT)


class PaperFlow:
    """Fills pages from top to bottom."""

    def __init__(self, losses: Losses, *, is_chinese: bool) -> None:
        self.strips = Strips(losses, is_chinese=is_chinese)
        self.pages: list[Page] = []
        self.bottom = A4[1] - BOTTOM
        self.room = self.bottom - TOP
        self.start_page()

    def start_page(self) -> None:
        """Go on at the top of a new page."""
        self.page = Page()
        self.pages.append(self.page)
        self.y = TOP

    # Flowing -------------------------------------------------------------------------------------

    def entries(self, entries: Sequence[Entry]) -> None:
        """Heads, questions and what stands between them."""
        heads: list[Strip] = []
        for entry in entries:
            if isinstance(entry, Head):
                heads += self.strips.head(entry)
            elif isinstance(entry, Asked):
                number = entry.number or entry.name
                self.place([*heads, *self.strips.question(entry)], number)
                heads = []
            else:
                self.place([*heads, *self.strips.more(entry)], "")
                heads = []
        self.place(heads, "")

    def place(self, strips: Sequence[Strip], number: str) -> None:
        """Put what belongs together on a page; what is too long for that is split where it may."""
        height = sum(strip.height for strip in strips)
        if height <= self.room * WHOLE and not self._fits(height):
            self.start_page()
        for place, strip in enumerate(strips):
            needed = _together(strips[place:], self.room)
            if not self._fits(needed):
                self.start_page()
                if number and place and not strip.is_gap:
                    self._continued(number)
            self._put(strip)

    def _fits(self, height: float) -> bool:
        return self.y + height <= self.bottom or self.y == TOP

    def _put(self, strip: Strip) -> None:
        if strip.is_gap and self.y == TOP:
            return
        for rect in strip.drawn.rects:
            self.page.rects.append(replace(rect, y=rect.y + self.y))
        for stroke in strip.drawn.strokes:
            moved = tuple((x, y + self.y) for x, y in stroke.points)
            self.page.strokes.append(replace(stroke, points=moved))
        for style, texts in strip.drawn.texts.items():
            for x, y, text in texts:
                self.page.put(style, x, y + self.y, text)
        self.y += strip.height

    def _continued(self, number: str) -> None:
        text = _("{number} (continued)").format(number=number)
        for strip in self.strips.text(text, HINT, number):
            self._put(strip)
        self._put(gap(GAP))

    # The first page ------------------------------------------------------------------------------

    def title(self, titles: Sequence[str], version: str, barcode: str) -> None:
        """Titles at the left, the barcode of the case at the right."""
        room = ROOM
        if barcode:
            left = MARGIN + ROOM - BARCODE_WIDTH
            bars = code128(barcode, left, TOP, BARCODE_WIDTH, BARCODE_HEIGHT)
            self.page.rects.extend(bars)
            text = self.strips.one_line(barcode, HINT, BARCODE_WIDTH, barcode)
            x = left + BARCODE_WIDTH - self.strips.measure(text, HINT)
            y = TOP + (BARCODE_HEIGHT + 10 if bars else HINT.size)
            self.page.put(HINT, x, y, text)
            room -= BARCODE_WIDTH + 6 * GAP
        top = self.y
        where = _("title")
        for text, style in zip(titles, (TITLE, SUBTITLE), strict=False):
            for strip in self.strips.text(text, style, where, width=room):
                self._put(strip)
        for strip in self.strips.text(version, HINT, where, width=room):
            self._put(strip)
        self.y = max(self.y, top + (BARCODE_HEIGHT + 14 if barcode else 0)) + 2 * GAP

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """What is known of the case, and lines for what is not; two beside each other."""
        width = (ROOM - _BETWEEN) / 2
        for row in _pairs(pairs):
            strip = Strip(LINE)
            for place, (name, value) in enumerate(row):
                x = MARGIN + place * (width + _BETWEEN)
                label = self.strips.one_line(name, HINT, width / 2, name)
                strip.drawn.put(HINT, x, LINE - 5, label)
                begin = x + self.strips.measure(label, HINT) + 1.5 * GAP
                if value:
                    text = self.strips.one_line(value, BODY_BOLD, x + width - begin, name)
                    strip.drawn.put(BODY_BOLD, begin, LINE - 5, text)
                else:
                    ends = ((begin, LINE - 3), (x + width, LINE - 3))
                    strip.drawn.strokes.append(Stroke(ends, FAINT, 0.6))
            self._put(strip)
        self.y += 3 * GAP

    def instructions(self, sentences: Sequence[str]) -> None:
        """How to fill it in, on a tinted ground."""
        lines = [
            strip
            for sentence in sentences
            for strip in self.strips.text(
                sentence, HINT, _("instructions"), x=2 * GAP, width=ROOM - 4 * GAP
            )
        ]
        height = sum(strip.height for strip in lines) + 3 * GAP
        self.page.rects.append(Rect(MARGIN, self.y, ROOM, height, TINT))
        self.y += GAP
        for strip in lines:
            self._put(strip)
        self.y += 3 * GAP

    # The last pages ------------------------------------------------------------------------------

    def signatures(self, labels: Sequence[str]) -> None:
        """A line to sign on, one for each label, beside each other."""
        strip = Strip(3 * LINE)
        width = (ROOM - _BETWEEN * (len(labels) - 1)) / len(labels)
        for place, label in enumerate(labels):
            x = MARGIN + place * (width + _BETWEEN)
            ends = ((x, 2 * LINE), (x + width, 2 * LINE))
            strip.drawn.strokes.append(Stroke(ends, SOFT, 0.6))
            text = self.strips.one_line(label, HINT, width, label)
            strip.drawn.put(HINT, x, 2 * LINE + HINT.leading, text)
        self.place(ending([strip]), "")

    def table(self, table: CodeTable) -> None:
        """A long list in columns that are read downwards, on pages of its own."""
        self.start_page()
        for strip in self.strips.text(table.title, HEADING, table.title):
            self._put(strip)
        self.y += GAP
        columns = self._columns(table)
        width = (ROOM - _BETWEEN * (columns - 1)) / columns
        widths = self._widths(table)
        top, column, group = self.y, 0, ""
        for choice in table.choices:
            lines = list(self._entry(choice, table.title, widths, width))
            if choice.group != group:
                group = choice.group
                head = self.strips.lines(group, _ENTRY_HEAD, width, table.title)
                leading = _ENTRY_HEAD.leading
                lines[:0] = [(leading, [(_ENTRY_HEAD, 0.0, line)]) for line in head]
            height = sum(line for line, _drawn in lines)
            is_whole = height <= (self.bottom - TOP) / 2
            for place, (line, drawn) in enumerate(lines):
                needed = height if is_whole and not place else line
                if self.y + needed > self.bottom:
                    column += 1
                    if column == columns:
                        self.start_page()
                        top, column = TOP, 0
                    self.y = top
                x = MARGIN + column * (width + _BETWEEN)
                for style, offset, text in drawn:
                    self.page.put(style, x + offset, self.y + line - 3.5, text)
                self.y += line
            end = ((x, self.y), (x + width, self.y))
            self.page.strokes.append(Stroke(end, GRID))
        self.y = self.bottom

    def _columns(self, table: CodeTable) -> int:
        """As many columns as let the list end on the fewest pages; of those the fewest."""
        pages: dict[int, int] = {}
        for count in _COLUMNS:
            width = (ROOM - _BETWEEN * (count - 1)) / count
            called = width - sum(self._widths(table)) - GAP
            words = (fonts.boxed(_label(choice)) for choice in table.choices)
            lines = sum(max(1, -(-self.strips.measure(each, _ENTRY) // called)) for each in words)
            heads = len({choice.group for choice in table.choices if choice.group})
            height = lines * _ENTRY.leading + heads * _ENTRY_HEAD.leading
            pages[count] = int(-(-height // (count * self.room * _FILLED)))
        return min(pages, key=lambda count: (pages[count], count))

    def _widths(self, table: CodeTable) -> tuple[float, float]:
        """Room for the marks and for the number of a choice."""
        marks = _MARK_WIDTH if any(each.marks for each in table.choices) else 0.0
        widest = max(self.strips.measure(each.number, _ENTRY_MARK) for each in table.choices)
        return marks, widest + 1.5 * GAP

    def _entry(
        self, choice: PaperChoice, where: str, widths: tuple[float, float], width: float
    ) -> Iterator[tuple[float, list[tuple[Style, float, str]]]]:
        """The lines of a choice: marks, its number, what it is called."""
        marked, numbered = widths
        called = width - marked - numbered - GAP
        labels = self.strips.lines(_label(choice), _ENTRY, called, where)
        marks = self.strips.lines(choice.marks, HINT, _MARK_WIDTH, where) if marked else []
        number = self.strips.one_line(choice.number, _ENTRY_MARK, numbered, where)
        right = marked + numbered - 1.5 * GAP - self.strips.measure(number, _ENTRY_MARK)
        numbers = [number]
        for mark, own, name in itertools.zip_longest(marks, numbers, labels, fillvalue=""):
            texts = [(HINT, 0.0, mark), (_ENTRY_MARK, right, own)]
            yield _ENTRY.leading, [*texts, (_ENTRY, marked + numbered, name)]

    def losses(self, losses: Sequence[Loss]) -> None:
        """Every character that is shown as a box, by number."""
        if not losses:
            return
        strips = [gap(3 * GAP)]
        title = _("Characters that could not be drawn")
        strips += self.strips.text(title, HEADING, title)
        for loss in losses:
            strips += ending(self.strips.text(loss.sentence(), HINT, title))
        self.place(strips, "")

    # Every page ----------------------------------------------------------------------------------

    def finished(self, title: str, sheet: str, barcode: str, losses: tuple[Loss, ...]) -> Layout:
        """Add what lets loose sheets find each other: title, case, version and page."""
        total = len(self.pages)
        end = A4[1] - BOTTOM + 3 * GAP
        right = MARGIN + ROOM
        title, sheet = fonts.boxed(title), fonts.boxed(sheet)  # noted on the first page
        for number, page in enumerate(self.pages, start=1):
            if number > 1:
                room = ROOM - (SMALL_BARCODE_WIDTH + 8 * GAP if barcode else 0)
                text = self.strips.one_line(title, HINT, room, title)
                page.put(HINT, MARGIN, HEADER_Y, text)
                left = right - SMALL_BARCODE_WIDTH
                page.rects.extend(code128(barcode, left, HEADER_Y - 16, SMALL_BARCODE_WIDTH, 18))
                rule = HEADER_Y + 1.5 * GAP
                page.strokes.append(Stroke(((MARGIN, rule), (right, rule)), GRID, 0.6))
            page.strokes.append(Stroke(((MARGIN, end), (right, end)), GRID, 0.6))
            count = _("Page {page} / {pages}").format(page=number, pages=total)
            width = self.strips.measure(count, HINT)
            baseline = end + 3.5 * GAP
            text = self.strips.one_line(sheet, HINT, ROOM - width - 8 * GAP, title)
            page.put(HINT, MARGIN, baseline, text)
            page.put(HINT, right - width, baseline, count)
        return Layout(A4[0], A4[1], self.pages, losses)


def _together(strips: Sequence[Strip], most: float) -> float:
    """Height of the first strip with all that it keeps, at most a page."""
    height = 0.0
    for strip in strips:
        height += strip.height
        if not strip.keeps:
            break
    return min(height, most)


def _label(choice: PaperChoice) -> str:
    return " / ".join(choice.labels)


def _pairs(pairs: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    for place in range(0, len(pairs), 2):
        yield pairs[place : place + 2]
