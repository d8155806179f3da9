"""The day pack on paper: the route, a card with a blank form for each visit, the calls."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from desktop_app import VERSION
from desktop_app.i18n import _, language
from desktop_app.labels import day_text, label, number
from desktop_app.reports import day_pack_parts as parts
from desktop_app.reports import day_pack_words as words
from desktop_app.reports import fonts, pdf
from desktop_app.reports.barcodes import code128
from desktop_app.reports.base import Loss, Written
from desktop_app.reports.day_pack_parts import BOX, NUMBER, STRONG, TEXT
from desktop_app.reports.day_pack_words import ToDo
from desktop_app.reports.figures import ACCENT, GRID, SOFT, TINT, Rect, Stroke
from desktop_app.reports.layout import Losses
from desktop_app.reports.output import new_file
from desktop_app.reports.pages import A4, BOTTOM, GAP, HEADER_Y, HINT, MARGIN, Layout, Style
from desktop_app.reports.paper_layout import BARCODE_HEIGHT, BARCODE_WIDTH, PaperFlow
from desktop_app.reports.paper_strips import ROOM, Strip, ending, gap
from desktop_app.services.day_packs import Card, DayPack

NAME: Final = Style(fonts.BOLD, 16, 21)
PART: Final = Style(fonts.BOLD, 10, 15)
ABOVE: Final = Style(fonts.BOLD, 8.5, 13, ACCENT)
_TIME, _FLAGS = 46.0, 132.0
_SMALL_HEIGHT: Final = 18.0
_CARD_TOP: Final = HEADER_Y


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What stands at the top and bottom of the pages of one card."""

    first: int
    mark: str
    title: str


def lay_out_pack(pack: DayPack) -> Layout:
    """Place a whole day pack on pages."""
    losses = Losses()
    flow = _DayFlow(losses, is_chinese=language().startswith("zh"))
    flow.cover(pack)
    for place, card in enumerate(pack.visits, start=1):
        flow.card(pack, card, place)
    if pack.calls:
        flow.calls(pack)
    found = losses.all()
    flow.losses(found)
    return flow.signed(pack, found)


def check_pack_pdf(pack: DayPack) -> tuple[Loss, ...]:
    """Characters of a day pack that paper would show as a box; nothing is written."""
    return lay_out_pack(pack).losses


def write_pack_pdf(pack: DayPack, path: Path, *, overwrite: bool = False) -> Written:
    """Write a day pack for printing.

    Args:
        pack: What is printed.
        path: The PDF to make.
        overwrite: Whether an existing file may be replaced.

    Returns:
        The path, and the characters that are drawn as a box; the file lists them too.

    Raises:
        FileProblemError: the file exists, or it cannot be written.
    """
    layout = lay_out_pack(pack)
    with new_file(path, overwrite=overwrite) as temporary:
        pdf.paint(layout, temporary, title=_title(pack), author=pack.by)
    return Written(path, layout.losses)


def _title(pack: DayPack) -> str:
    return _("Day pack of {name}, {day}").format(name=pack.person, day=day_text(pack.day))


class _DayFlow(PaperFlow):
    """Fills the pages of a day pack."""

    def __init__(self, losses: Losses, *, is_chinese: bool) -> None:
        super().__init__(losses, is_chinese=is_chinese)
        self.sheets: list[_Sheet] = []

    # The route -----------------------------------------------------------------------------------

    def cover(self, pack: DayPack) -> None:
        """Who, which day, and the route with the districts."""
        self.sheets.append(_Sheet(0, "", ""))
        self.title((_("Day pack"), f"{pack.person}   {day_text(pack.day)}"), "", "")
        shown = _("in full") if pack.whole_phones else _("with their middle hidden")
        self.facts(
            (
                (_("Visits"), number(len(pack.visits))),
                (_("Calls and messages"), number(len(pack.calls))),
                (_("Districts"), number(len({leg.district for leg in pack.legs}))),
                (_("Phones"), shown),
            )
        )
        if not pack.visits:
            self.place(ending(self._lines(_("No visit is planned on this day."), TEXT)), "")
        place = 0
        for leg in pack.legs:
            cards = pack.visits[place : place + len(leg.stops)]
            head = self._part(
                _("{district} · visits: {n}").format(
                    district=leg.district or _("District not known"), n=len(cards)
                )
            )
            for card in cards:
                place += 1
                self.place([*head, self._stop(pack, card, place)], "")
                head = []
        if pack.calls:
            text = _("Calls and messages of the day: last pages.")
            self.place([gap(2 * GAP), *ending(self._lines(text, HINT))], "")
        self.place([gap(3 * GAP), *self._form_lines()], "")
        self.signatures((_("Begun at"), _("Back at"), _("Kilometres")))

    def _form_lines(self) -> list[Strip]:
        ruled = [parts.ruled() for _line in range(3)]
        return [*self._lines(_("Notes of the day"), PART), *ending(ruled)]

    def _stop(self, pack: DayPack, card: Card, place: int) -> Strip:
        """A line of the route: box, number, time, customer and address, what not to forget."""
        row = card.contact
        strip = Strip(0, keeps=False)
        x = MARGIN + BOX + 2 * GAP
        strip.drawn.strokes.append(parts.square(MARGIN, 4.0))
        strip.drawn.put(STRONG, x, 12.0, str(place))
        strip.drawn.put(STRONG, x + NUMBER, 12.0, f"{row.starts_at:%H:%M}" if row.starts_at else "")
        left = x + NUMBER + _TIME
        room = MARGIN + ROOM - left - _FLAGS - 3 * GAP
        head = _("{name} ({klass}), {number}").format(
            name=row.name or _("(no name)"), klass=row.klass.value.upper(), number=row.number
        )
        columns = (
            (left, room, [(head, STRONG), (row.address or _("address not known"), TEXT)]),
            (
                left + room + 3 * GAP,
                _FLAGS,
                [(text, HINT) for text in (*words.flags(card, pack.day), *words.purposes(card))],
            ),
        )
        strip.height = max(parts.column(self.strips, strip, *column) for column in columns) + GAP
        end = strip.height - GAP / 2
        strip.drawn.strokes.append(Stroke(((MARGIN, end), (MARGIN + ROOM, end)), GRID, 0.6))
        return strip

    # A visit -------------------------------------------------------------------------------------

    def card(self, pack: DayPack, card: Card, place: int) -> None:
        """One visit: what is known, what to do, and the form."""
        self.start_page()
        row = card.contact
        name = row.name or _("(no name)")
        self.sheets.append(_Sheet(len(self.pages) - 1, card.mark, f"{place}   {name}"))
        above = [_("Visit {place} of {n}").format(place=place, n=len(pack.visits)), words.when(row)]
        self._head(" · ".join(part for part in above if part), name, card.mark)
        for text in words.purposes(card):
            self._tinted(text)
        self._put(gap(GAP))
        for strip in parts.facts(self.strips, (*words.facts(card), (_("Address"), row.address))):
            self._put(strip)
        self.part(_("People to talk to"), [words.person(each) for each in card.people])
        bought = [words.spend(card, pack.currency)] if row.orders else []
        self.part(_("Purchases"), [*bought, *map(words.order, card.orders)])
        for file in card.cases:
            self.part(_("Case {number}").format(number=words.case_head(file)), words.reasons(file))
        self.part(_("Promised"), [words.owed(each, pack.day) for each in card.promises])
        self.part(_("Renewals"), [words.renewal(each, pack.day) for each in card.renewals])
        self.part(_("Last contacts"), [words.past(each) for each in card.past])
        tasks = [ToDo(words.owed(each, pack.day)) for each in card.tasks]
        title = _("The six steps of winning back") if card.is_win_back else _("What to do")
        self._to_do(title, [*words.to_do(card), *tasks])
        self._form(card)

    def _form(self, card: Card) -> None:
        """The form on one page; one that is longer than that goes on between two questions."""
        title = _("Report of the visit")
        blocks = [parts.question(self.strips, asked) for asked in words.form(card)]
        blocks[0][:0] = [gap(2 * GAP), *self._part(title)]
        labels = (_("Visited by, date, time"), _("Customer"))
        blocks[-1].append(parts.signatures(self.strips, labels))
        heights = [sum(strip.height for strip in block) for block in blocks]
        if sum(heights) <= self.room and not self._fits(sum(heights)):
            self.start_page()
        for place, (block, height) in enumerate(zip(blocks, heights, strict=True)):
            if not self._fits(height):
                self.start_page()
                if place:
                    again = self._part(_("{number} (continued)").format(number=title))
                    self.place([*again, *block], title)
                    continue
            self.place(block, title)

    def part(self, title: str, texts: Sequence[str]) -> None:
        """A small heading with lines below; nothing without lines."""
        if not texts:
            return
        strips = [gap(GAP), *self._part(title)]
        for text in texts:
            self.place([*strips, *ending(self._lines(text, TEXT))], title)
            strips = []

    def _part(self, title: str) -> list[Strip]:
        """A small heading over a line."""
        found = list(self._lines(title, PART))
        rule = Strip(GAP)
        rule.drawn.strokes.append(Stroke(((MARGIN, 1), (MARGIN + ROOM, 1)), SOFT, 0.6))
        return [*found, rule]

    def _head(self, above: str, name: str, mark: str) -> None:
        self.y = _CARD_TOP
        left = MARGIN + ROOM - BARCODE_WIDTH
        self.page.bookmarks.append(fonts.boxed(name))
        self.page.rects.extend(code128(mark, left, _CARD_TOP, BARCODE_WIDTH, BARCODE_HEIGHT))
        right = MARGIN + ROOM - self.strips.measure(mark, HINT)
        self.page.put(HINT, right, _CARD_TOP + BARCODE_HEIGHT + 10, mark)
        room = ROOM - BARCODE_WIDTH - 6 * GAP
        for text, style in ((above, ABOVE), (name, NAME)):
            for strip in self.strips.text(text, style, _("title"), width=room):
                self._put(strip)
        self.y = max(self.y, _CARD_TOP + BARCODE_HEIGHT + 14) + GAP

    def _tinted(self, text: str) -> None:
        lines = self.strips.lines(text, STRONG, ROOM - 4 * GAP, text)
        strip = Strip(len(lines) * STRONG.leading + GAP)
        strip.drawn.rects.append(Rect(MARGIN, 0, ROOM, strip.height, TINT))
        for at, line in enumerate(lines):
            baseline = at * STRONG.leading + STRONG.size * 1.1 + GAP / 2
            strip.drawn.put(STRONG, MARGIN + 2 * GAP, baseline, line)
        self._put(strip)

    def _to_do(self, title: str, steps: Sequence[ToDo]) -> None:
        strips = [gap(GAP), *self._part(title)]
        for step in steps:
            self.place([*strips, parts.step(self.strips, step)], title)
            strips = []

    # The calls -----------------------------------------------------------------------------------

    def calls(self, pack: DayPack) -> None:
        """All calls and messages of the day, each with room for its result."""
        self.start_page()
        self.sheets.append(_Sheet(len(self.pages) - 1, "", _("Calls and messages")))
        for strip in self.strips.text(_("Calls and messages"), NAME, _("title")):
            self._put(strip)
        self._put(gap(2 * GAP, is_dropped=False))
        for place, card in enumerate(pack.calls, start=1):
            self.place([*self._call(pack, card, place), gap(GAP)], "")

    def _call(self, pack: DayPack, card: Card, place: int) -> Iterator[Strip]:
        row = card.contact
        head = _("{name} ({klass}), {number}").format(
            name=row.name or _("(no name)"), klass=row.klass.value.upper(), number=row.number
        )
        said = (words.when(row), label(row.channel), head, row.phone or _("phone not known"))
        yield from self._lines(f"{place}   " + " · ".join(p for p in said if p), STRONG)
        lines = [*words.purposes(card), *(words.person(each) for each in card.people[:1])]
        for file in card.cases[:1]:
            lines += [_("Case {number}").format(number=words.case_head(file))]
            lines += words.reasons(file)
        lines += [words.owed(each, pack.day) for each in (*card.promises, *card.tasks)]
        lines += [words.renewal(each, pack.day) for each in card.renewals]
        lines += [words.past(each) for each in card.past[:1]]
        for line in lines:
            yield from self.strips.text(line, TEXT, line, x=NUMBER, width=ROOM - NUMBER)
        yield parts.result(self.strips)

    # Every page ----------------------------------------------------------------------------------

    def _lines(self, text: str, style: Style) -> Iterator[Strip]:
        return self.strips.text(text, style, text)

    def signed(self, pack: DayPack, losses: tuple[Loss, ...]) -> Layout:
        """Add whose pack it is and the page to each page, and the barcode where a card goes on."""
        total, end, right = len(self.pages), A4[1] - BOTTOM + 3 * GAP, MARGIN + ROOM
        title = fonts.boxed(_title(pack))
        made = _("{program} {version}").format(program=_("Winback Desk"), version=VERSION)
        sheet = self.sheets[0]
        coming = iter([*self.sheets[1:], _Sheet(total, "", "")])
        following = next(coming)
        for index, page in enumerate(self.pages):
            if index == following.first:
                sheet, following = following, next(coming)
            elif index:
                text = self.strips.one_line(sheet.title, HINT, ROOM - BARCODE_WIDTH, title)
                page.put(HINT, MARGIN, HEADER_Y, text)
                if sheet.mark:
                    left = right - BARCODE_WIDTH
                    top = HEADER_Y - 16
                    page.rects.extend(code128(sheet.mark, left, top, BARCODE_WIDTH, _SMALL_HEIGHT))
                rule = HEADER_Y + 1.5 * GAP
                page.strokes.append(Stroke(((MARGIN, rule), (right, rule)), GRID, 0.6))
            page.strokes.append(Stroke(((MARGIN, end), (right, end)), GRID, 0.6))
            count = _("Page {page} / {pages}").format(page=index + 1, pages=total)
            width = self.strips.measure(count, HINT)
            known = (title, sheet.mark, made, pack.by)
            text = "   ".join(fonts.boxed(each) for each in known if each)
            text = self.strips.one_line(text, HINT, ROOM - width - 8 * GAP, title)
            page.put(HINT, MARGIN, end + 3.5 * GAP, text)
            page.put(HINT, right - width, end + 3.5 * GAP, count)
        return Layout(A4[0], A4[1], self.pages, losses)
