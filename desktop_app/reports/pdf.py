"""Any document as PDF: A4, our embedded Chinese font, linear in its length.

All text is drawn as data on a canvas; no markup is understood, so nothing in a name or a note can
change the page. Characters without a glyph are drawn as a box and listed (:func:`check_pdf`).
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from desktop_app import VERSION, clock
from desktop_app.i18n import _, language
from desktop_app.reports import fonts
from desktop_app.reports.base import Document, Loss, Written
from desktop_app.reports.layout import lay_out_document
from desktop_app.reports.output import new_file
from desktop_app.reports.pages import Layout, Page, Style, header_and_footer

if TYPE_CHECKING:
    from reportlab.lib.colors import Color
    from reportlab.pdfgen.canvas import Canvas

T = TypeVar("T")
K = TypeVar("K")


def check_pdf(document: Document) -> tuple[Loss, ...]:
    """Characters of a document that a PDF would show as a box; nothing is written."""
    return lay_out_document(document).losses


def write_pdf(document: Document, path: Path, *, overwrite: bool = False) -> Written:
    """Write a document as PDF.

    Args:
        document: What it says.
        path: The file to make.
        overwrite: Whether an existing file may be replaced.

    Returns:
        The path, and the characters that are drawn as a box; the file lists them too.

    Raises:
        FileProblemError: the file exists, or it cannot be written.
    """
    layout = lay_out_document(document)
    made = _("{user}   {moment}   {program} {version}").format(
        user=document.by or "—",
        moment=f"{clock.local(document.generated_at):%Y-%m-%d %H:%M}",
        program=_("Winback Desk"),
        version=VERSION,
    )
    header_and_footer(document, layout, {"program": _("Winback Desk"), "made": made})
    with new_file(path, overwrite=overwrite) as temporary:
        paint(layout, temporary, title=document.title, author=document.by)
    return Written(path, layout.losses)


def paint(layout: Layout, path: Path, *, title: str, author: str) -> None:
    """Draw pages into a PDF file, with the title and author that programs show of it."""
    from reportlab import rl_config  # noqa: PLC0415  (slow to import)
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    rl_config.useA85 = 0  # 20 % larger and slow; only for mail of the nineties
    size = (layout.width, layout.height)
    canvas = Canvas(str(path), pagesize=size, pageCompression=1, lang=language().replace("_", "-"))
    canvas.setTitle(fonts.boxed(title))
    canvas.setAuthor(fonts.boxed(author))
    canvas.setCreator(f"Winback Desk {VERSION}")
    for number, page in enumerate(layout.pages):
        for index, heading in enumerate(page.bookmarks):
            key = f"{number}-{index}"
            canvas.bookmarkPage(key)
            canvas.addOutlineEntry(heading, key)
        _paint_page(canvas, page, layout.height)
        canvas.showPage()
    canvas.save()


def _paint_page(canvas: "Canvas", page: Page, height: float) -> None:
    for colour, rects in _by(page.rects, lambda rect: rect.colour):
        canvas.setFillColor(_colour(colour))
        for rect in rects:
            bottom = height - rect.y - rect.height
            canvas.rect(rect.x, bottom, rect.width, rect.height, stroke=0, fill=1)
    for (colour, width), strokes in _by(page.strokes, lambda one: (one.colour, one.width)):
        canvas.setStrokeColor(_colour(colour))
        canvas.setLineWidth(width)
        path = canvas.beginPath()
        for stroke in strokes:
            for index, (x, y) in enumerate(stroke.points):
                (path.lineTo if index else path.moveTo)(x, height - y)
        canvas.drawPath(path)
    for dot in page.dots:
        canvas.setFillColor(_colour(dot.colour))
        canvas.circle(dot.x, height - dot.y, dot.radius, stroke=0, fill=1)
    for style, texts in page.texts.items():
        _paint_texts(canvas, style, sorted(texts, key=lambda text: text[:2]), height)


@cache
def _colour(text: str) -> "Color":
    from reportlab.lib.colors import HexColor  # noqa: PLC0415  (slow to import)

    return HexColor(text)


def _by(items: Iterable[T], key: Callable[[T], K]) -> Iterator[tuple[K, list[T]]]:
    """Neighbours with the same look together: a colour is set once for all of them."""
    for look, group in itertools.groupby(items, key):
        yield look, list(group)


def _paint_texts(
    canvas: "Canvas", style: Style, texts: Sequence[tuple[float, float, str]], height: float
) -> None:
    """All texts of one style column by column; lines below each other need no position."""
    block = canvas.beginText()
    leading = style.leading
    block.setFont(style.font, style.size, leading)
    block.setFillColor(_colour(style.colour))
    at: tuple[float, float] | None = None
    for index, (x, y, text) in enumerate(texts):
        if at != (x, y):
            block.setTextOrigin(x, height - y)
        if index + 1 < len(texts) and texts[index + 1][0] == x:
            step = round(texts[index + 1][1] - y, 3)
            if step != leading:
                leading = step
                block.setLeading(leading)
            at = (x, texts[index + 1][1])
        else:
            at = None
        block.textLine(text)
    canvas.drawText(block)
