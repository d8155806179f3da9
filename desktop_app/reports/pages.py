"""A page before it is painted: its measures, its styles of text, its header and footer."""

from dataclasses import dataclass, field
from typing import NamedTuple

from desktop_app.i18n import _
from desktop_app.reports import fonts
from desktop_app.reports.base import Document, Loss
from desktop_app.reports.figures import GRID, INK, SOFT, Dot, Rect, Stroke
from desktop_app.reports.textflow import shorten

A4 = (595.28, 841.89)
MARGIN = 48.0
TOP = 68.0
BOTTOM = 60.0
GAP = 4.0
CELL_GAP = 3.0
HEADER_Y = 36.0


class Style(NamedTuple):
    """How text looks; texts of one style on one page are painted together."""

    font: str
    size: float
    leading: float
    colour: str = INK


TITLE = Style(fonts.BOLD, 20, 26)
SUBTITLE = Style(fonts.REGULAR, 12, 17, SOFT)
HEADING = Style(fonts.BOLD, 13, 18)
CAPTION = Style(fonts.BOLD, 9.5, 14)
BODY = Style(fonts.REGULAR, 9, 14)
BODY_BOLD = Style(fonts.BOLD, 9, 14)
HINT = Style(fonts.REGULAR, 8, 12, SOFT)
CELL = Style(fonts.REGULAR, 8, 11.5)
CELL_BOLD = Style(fonts.BOLD, 8, 11.5)
CELL_FAINT = Style(fonts.REGULAR, 8, 11.5, "#767F88")


@dataclass(slots=True)
class Page:
    """What is painted on one page: rectangles first, then lines, dots and texts by style."""

    rects: list[Rect] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    texts: dict[Style, list[tuple[float, float, str]]] = field(default_factory=dict)
    bookmarks: list[str] = field(default_factory=list)

    def put(self, style: Style, x: float, baseline: float, text: str) -> None:
        """Place one line of text."""
        if text:
            self.texts.setdefault(style, []).append((x, baseline, text))


@dataclass(slots=True)
class Layout:
    """A document laid out."""

    width: float
    height: float
    pages: list[Page]
    losses: tuple[Loss, ...]


def header_and_footer(document: Document, layout: Layout, facts: dict[str, str]) -> None:
    """Add what stands on every page: store, filter, period above; page, user, time, version below.

    Args:
        document: What is printed.
        layout: Its pages; changed in place.
        facts: Texts ``program``, ``made`` (user, time, version) already translated.
    """
    room = layout.width - 2 * MARGIN
    face = fonts.face(fonts.REGULAR)

    def measure(text: str) -> float:
        return face.width(text, HINT.size)

    def one_line(text: str, width: float) -> str:
        return shorten(fonts.boxed(text), width, measure)

    right = one_line("   ".join(filter(None, (document.store, document.period))), room / 2)
    filters = "   ".join(f"{name}: {value}" for name, value in document.filters)
    total = len(layout.pages)
    end = layout.height - BOTTOM + 3 * GAP
    for number, page in enumerate(layout.pages, start=1):
        first = number == 1
        left = facts["program"] if first else document.title
        page.put(HINT, MARGIN, HEADER_Y, one_line(left, room / 2 - 2 * GAP))
        page.put(HINT, layout.width - MARGIN - measure(right), HEADER_Y, right)
        if not first and filters:
            page.put(HINT, MARGIN, HEADER_Y + HINT.leading, one_line(filters, room))
        rule = HEADER_Y + (GAP * 1.5 if first or not filters else HINT.leading + GAP * 1.5)
        for y in (rule, end):
            page.strokes.append(Stroke(((MARGIN, y), (layout.width - MARGIN, y)), GRID, 0.6))
        count = _("Page {page} / {pages}").format(page=number, pages=total)
        baseline = end + 3.5 * GAP
        page.put(HINT, MARGIN, baseline, one_line(facts["made"], room - measure(count) - 8 * GAP))
        page.put(HINT, layout.width - MARGIN - measure(count), baseline, count)
