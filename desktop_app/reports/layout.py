"""A document on pages: where every line of text, rule and bar stands. Nothing is drawn here.

Everything is linear in the length of the document: a row is measured once and placed once, and the
number of pages is known before the first one is painted. Coordinates are points from the top left.
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace

from desktop_app.i18n import _
from desktop_app.reports import fonts
from desktop_app.reports.base import (
    Block,
    Document,
    Facts,
    Figure,
    Loss,
    LossKind,
    Paragraph,
    Quote,
    Section,
    SignatureLine,
    Table,
)
from desktop_app.reports.figures import (
    ACCENT,
    GRID,
    SOFT,
    TINT,
    Anchor,
    Dot,
    Rect,
    Scene,
    Stroke,
    lay_out,
)
from desktop_app.reports.pages import (
    A4,
    BODY,
    BODY_BOLD,
    BOTTOM,
    CAPTION,
    CELL,
    CELL_BOLD,
    CELL_FAINT,
    CELL_GAP,
    GAP,
    HEADING,
    HINT,
    MARGIN,
    SUBTITLE,
    TITLE,
    TOP,
    Layout,
    Page,
    Style,
)
from desktop_app.reports.tables import Grid, fit
from desktop_app.reports.textflow import wrap

LANDSCAPE_FROM = 1.3


class Losses:
    """Characters without a glyph: each with the first place it stands in and how often."""

    def __init__(self) -> None:
        self._drawable = fonts.drawable() | set("\n\t\r\v\f\x85\u2028\u2029")
        self._found: dict[str, tuple[str, int]] = {}

    def boxed(self, text: str, where: str) -> str:
        """The text as it can be drawn; what cannot is noted."""
        if self._drawable.issuperset(text):
            return text
        for char in text:
            if char not in self._drawable:
                first, count = self._found.get(char, (where, 0))
                self._found[char] = (first, count + 1)
        return fonts.boxed(text)

    def all(self) -> tuple[Loss, ...]:
        """The losses in the order of their code points."""
        return tuple(
            Loss(LossKind.UNDRAWABLE, fonts.code_point(char), fonts.boxed(where), count)
            for char, (where, count) in sorted(self._found.items())
        )


def lay_out_document(document: Document) -> Layout:
    """Place a whole document on A4 pages, upright or across, as its widest table needs."""
    losses = Losses()
    grids = {
        id(table): Grid.of(table, losses.boxed, document.currency) for table in document.tables()
    }
    upright = A4[0] - 2 * MARGIN
    wide = any(grid.natural_width() > upright * LANDSCAPE_FROM for grid in grids.values())
    width, height = reversed(A4) if wide else A4
    flow = _Flow(width, height, losses, grids)
    flow.head(document)
    for section in document.sections:
        flow.section(section)
    flow.definitions(document.definitions)
    found = losses.all()
    flow.losses_section(found)
    return Layout(width, height, flow.pages, found)


class _Flow:
    """Fills pages from top to bottom."""

    def __init__(self, width: float, height: float, losses: Losses, grids: dict[int, Grid]) -> None:
        self.width, self.bottom = width, height - BOTTOM
        self.room = width - 2 * MARGIN
        self.losses, self.grids = losses, grids
        self.pages: list[Page] = []
        self._where = self._named = ""
        self._new_page()

    def _new_page(self) -> None:
        self.page = Page()
        self.pages.append(self.page)
        self.y = TOP

    def _need(self, height: float) -> None:
        if self.y + height > self.bottom and self.y > TOP:
            self._new_page()

    def _measure(self, text: str, style: Style) -> float:
        return fonts.face(style.font).width(text, style.size)

    def _lines(self, text: str, style: Style, width: float, where: str = "") -> list[str]:
        face = fonts.face(style.font)
        drawable = self.losses.boxed(text, where or self._where)
        return wrap(drawable, width, lambda piece: face.width(piece, style.size))

    def _text(
        self, text: str, style: Style, *, indent: float = 0, bar: str = "", where: str = ""
    ) -> None:
        """Running text from the left, over as many pages as it takes."""
        for line in self._lines(text, style, self.room - indent, where):
            self._need(style.leading)
            if bar:
                self.page.rects.append(Rect(MARGIN, self.y, 2, style.leading, bar))
            self.page.put(style, MARGIN + indent, self.y + style.size * 1.1, line)
            self.y += style.leading

    def head(self, document: Document) -> None:
        """Title, what it is about, and every filter in full."""
        self._where = _("title")
        self._text(document.title, TITLE)
        if document.subtitle:
            self._text(document.subtitle, SUBTITLE)
        filters = [(_("Store"), document.store), (_("Period"), document.period), *document.filters]
        shown = [(name, value) for name, value in filters if value]
        if shown:
            self.y += GAP
            self._where = _("filter")
            pairs = (_("{name}: {value}").format(name=name, value=value) for name, value in shown)
            self._text("   ".join(pairs), HINT)
        self.y += 2 * GAP

    def section(self, section: Section) -> None:
        """A heading and its blocks."""
        if section.title:
            first = section.blocks[0] if section.blocks else None
            self._heading(section.title, self._figure_height(first))
        self._named = section.title
        for block in section.blocks:
            self._block(block)
            self._named = ""

    def _figure_height(self, block: Block | None) -> float:
        """Height a figure needs, so that no heading stays behind alone."""
        if not isinstance(block, Figure) or not block.categories:
            return 0
        drawable = self._drawable(block)
        scene = self._scenes(drawable, range(len(block.categories)))[0]
        return scene.height + CAPTION.leading + 2 * GAP

    def _heading(self, title: str, below: float = 0) -> None:
        self.y += 3 * GAP
        self._need(HEADING.leading + GAP + max(72, below))
        self._where = title
        self.page.bookmarks.append(fonts.boxed(title))
        self._text(title, HEADING)
        self.y += GAP

    def _block(self, block: Block) -> None:
        match block:
            case Paragraph(text, faint):
                self._text(text, HINT if faint else BODY)
                self.y += GAP
            case Facts(pairs):
                self._facts(pairs)
            case Quote(text, source):
                self._quote(text, source)
            case SignatureLine(labels):
                self._signatures(labels)
            case Table():
                self._table(block)
            case Figure():
                self._figure(block)

    def _facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Label and value; two pairs beside each other where all of them are short."""
        if not pairs:
            return
        half = self.room / 2 - 2 * GAP
        label = min(max(self._measure(fonts.boxed(name), HINT) for name, _value in pairs), half / 2)
        label += 2 * GAP
        short = all(
            "\n" not in value and self._measure(fonts.boxed(value), BODY) <= half - label
            for _name, value in pairs
        )
        if short and len(pairs) > 3:  # noqa: PLR2004  (three facts look better below each other)
            rows = -(-len(pairs) // 2)
            for left, right in itertools.zip_longest(pairs[:rows], pairs[rows:]):
                self._need(BODY.leading)
                top = self.y
                self._fact(left, MARGIN, label, half)
                if right is not None:
                    self.y = top
                    self._fact(right, MARGIN + self.room / 2, label, half)
        else:
            for pair in pairs:
                self._fact(pair, MARGIN, label, self.room)
        self.y += 2 * GAP

    def _fact(self, pair: tuple[str, str], x: float, label: float, room: float) -> None:
        name, value = pair
        names = self._lines(name, HINT, label - 2 * GAP)
        values = self._lines(value, BODY, room - label, name)
        for one, other in itertools.zip_longest(names, values, fillvalue=""):
            self._need(BODY.leading)
            self.page.put(HINT, x, self.y + BODY.size * 1.1, one)
            self.page.put(BODY, x + label, self.y + BODY.size * 1.1, other)
            self.y += BODY.leading

    def _quote(self, text: str, source: str) -> None:
        self._need(BODY.leading * 2 + HINT.leading)
        where = source or self._where
        self._text(text, BODY, indent=3 * GAP, bar=ACCENT, where=where)
        if source:
            self._text(source, HINT, indent=3 * GAP, bar=ACCENT)
        self.y += 2.5 * GAP

    def _signatures(self, labels: Sequence[str]) -> None:
        self._need(64)
        self.y += 40
        width = (self.room - (len(labels) - 1) * 6 * GAP) / max(len(labels), 1)
        for index, label in enumerate(labels):
            x = MARGIN + index * (width + 6 * GAP)
            self.page.strokes.append(Stroke(((x, self.y), (x + width, self.y)), SOFT))
            line = self._lines(label, HINT, width)[0]
            self.page.put(HINT, x, self.y + 3 * GAP, line)
        self.y += 6 * GAP

    def _caption(self, title: str, below: float) -> None:
        if title and title != self._named:  # the heading just above says the same
            self.y += GAP
            self._need(CAPTION.leading + below)
            self._text(title, CAPTION, where=title)
            self.y += GAP / 2

    def _figure(self, figure: Figure) -> None:
        if not figure.categories:
            self._caption(figure.title, HINT.leading)
            self._text(_("Nothing to draw."), HINT)
            return
        for name in (*figure.categories, *(one.name for one in figure.series)):
            self.losses.boxed(name, figure.title)
        clean = self._drawable(figure)
        for index, scene in enumerate(self._scenes(clean, range(len(figure.categories)))):
            if index == 0:
                self._caption(figure.title, scene.height)
            self._need(scene.height)
            self._place(scene)
        if figure.note:
            self._text(figure.note, HINT)
        self.y += 2 * GAP

    @staticmethod
    def _drawable(figure: Figure) -> Figure:
        return replace(
            figure,
            categories=tuple(map(fonts.boxed, figure.categories)),
            series=tuple(replace(one, name=fonts.boxed(one.name)) for one in figure.series),
        )

    def _scenes(self, figure: Figure, only: range) -> list[Scene]:
        """One scene, or several where the bars do not fit on one page."""
        scene = lay_out(figure, self.room, fonts.face(fonts.REGULAR).width, only)
        if scene.height <= self.bottom - TOP - CAPTION.leading - 2 * GAP or len(only) <= 1:
            return [scene]
        half = only.start + len(only) // 2
        return [
            *self._scenes(figure, range(only.start, half)),
            *self._scenes(figure, range(half, only.stop)),
        ]

    def _place(self, scene: Scene) -> None:
        dx, dy = MARGIN, self.y
        for line in scene.grid:  # below the bars, so painted with the rectangles
            (x0, y0), (x1, y1) = line.points
            thin = line.width
            self.page.rects.append(
                Rect(x0 + dx, y0 + dy, x1 - x0 or thin, y1 - y0 or thin, line.colour)
            )
        for stroke in scene.strokes:
            points = tuple((x + dx, y + dy) for x, y in stroke.points)
            self.page.strokes.append(Stroke(points, stroke.colour, stroke.width))
        for r in scene.rects:
            self.page.rects.append(Rect(r.x + dx, r.y + dy, r.width, r.height, r.colour))
        for d in scene.dots:
            self.page.dots.append(Dot(d.x + dx, d.y + dy, d.radius, d.colour))
        for one in scene.labels:
            style = Style(fonts.REGULAR, one.size, one.size * 1.4, one.colour)
            shift = {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}[one.anchor]
            x = one.x + dx - shift * self._measure(one.text, style)
            self.page.put(style, x, one.y + dy, one.text)
        self.y += scene.height

    def _table(self, table: Table) -> None:
        grid = self.grids[id(table)]
        self._caption(table.title, CELL.leading * 4)
        if not grid.rows:
            self._text(_("Nothing to list."), HINT)
        else:
            self._rows(table, grid)
        if table.note:
            self.y += GAP / 2
            self._text(table.note, HINT)
        self.y += 2 * GAP

    def _rows(self, table: Table, grid: Grid) -> None:
        widths = fit(grid, self.room)
        self._head_row(grid, widths)
        note = HINT.leading + GAP if table.note else 0.0
        total = CELL.leading + 2 * CELL_GAP if grid.total else 0.0
        tail = note + total  # the last row takes the total and the note along
        for index, (row, texts) in enumerate(zip(table.rows, grid.rows, strict=True)):
            style = CELL_FAINT if table.is_faint(row) else CELL
            last = index == len(grid.rows) - 1
            self._row(grid, grid.wrapped(texts, widths), widths, style, tail if last else 0)
        if grid.total:
            self.page.strokes.append(
                Stroke(((MARGIN, self.y), (MARGIN + sum(widths), self.y)), SOFT, 0.8)
            )
            self._row(grid, grid.wrapped(grid.total, widths, bold=True), widths, CELL_BOLD)

    def _head_row(self, grid: Grid, widths: Sequence[float]) -> None:
        cells = grid.wrapped(grid.headings, widths, bold=True)
        height = max(len(lines) for lines in cells) * CELL.leading + 2 * CELL_GAP
        self._need(height + CELL.leading + 2 * CELL_GAP)
        self.page.rects.append(Rect(MARGIN, self.y, sum(widths), height, TINT))
        self._cells(grid, cells, widths, CELL_BOLD)
        self.y += height

    def _row(
        self,
        grid: Grid,
        cells: list[list[str]],
        widths: Sequence[float],
        style: Style,
        tail: float = 0,
    ) -> None:
        """One row; one that is higher than half a page goes on over the page."""
        while True:
            count = max(map(len, cells))
            height = count * CELL.leading + 2 * CELL_GAP
            space = self.bottom - self.y
            if height + tail <= space:
                break
            if height <= (self.bottom - TOP) / 2 or space < 6 * CELL.leading:
                self._new_page()
                self._head_row(grid, widths)
                if height + tail <= self.bottom - self.y:
                    break
            fitting = int((self.bottom - self.y - 2 * CELL_GAP) // CELL.leading)
            fitting = min(fitting, count - 1)  # something goes along with what follows
            self._cells(grid, [lines[:fitting] for lines in cells], widths, style)
            cells = [lines[fitting:] for lines in cells]
            self._new_page()
            self._head_row(grid, widths)
        self._cells(grid, cells, widths, style)
        self.y += height
        end = MARGIN + sum(widths)
        self.page.strokes.append(Stroke(((MARGIN, self.y), (end, self.y)), GRID))

    def _cells(
        self, grid: Grid, cells: Sequence[Sequence[str]], widths: Sequence[float], style: Style
    ) -> None:
        x = MARGIN
        texts = self.page.texts.setdefault(style, [])
        base = self.y + CELL_GAP + CELL.size * 1.05
        for lines, width, right in zip(cells, widths, grid.right, strict=True):
            baseline = base
            for line in lines:
                if line:
                    at = x + width - GAP - self._measure(line, style) if right else x + GAP
                    texts.append((at, baseline, line))
                baseline += CELL.leading
            x += width

    def definitions(self, pairs: Sequence[tuple[str, str]]) -> None:
        """What the words and numbers mean, at the end."""
        if not pairs:
            return
        widest = max(self._measure(fonts.boxed(term), BODY_BOLD) for term, _meaning in pairs)
        label = min(widest + 4 * GAP, self.room / 3)
        entries = [
            (
                self._lines(term, BODY_BOLD, label - 2 * GAP),
                self._lines(meaning, BODY, self.room - label, term),
            )
            for term, meaning in pairs
        ]
        heights = [max(map(len, entry)) * BODY.leading + GAP for entry in entries]
        together = sum(heights) if sum(heights) < (self.bottom - TOP) / 2 else 0
        self._heading(_("Definitions"), together)
        for (terms, meanings), height in zip(entries, heights, strict=True):
            self._need(height)
            for line, (one, other) in enumerate(
                itertools.zip_longest(terms, meanings, fillvalue="")
            ):
                baseline = self.y + line * BODY.leading + BODY.size * 1.1
                self.page.put(BODY_BOLD, MARGIN, baseline, one)
                self.page.put(BODY, MARGIN + label, baseline, other)
            self.y += height

    def losses_section(self, losses: Sequence[Loss]) -> None:
        """Every character that is shown as a box, by number."""
        if not losses:
            return
        self._heading(_("Characters that could not be drawn"))
        for loss in losses:
            self._text(loss.sentence(), HINT)
