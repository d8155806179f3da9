"""Code 128 barcodes as rectangles of a page."""

from typing import Any

from desktop_app.reports.figures import Rect

WIDEST = 1.1  # points of one module
NARROWEST = 0.6  # 0.21 mm: finer ones are not read from office printers
BLACK = "#000000"


def code128(text: str, x: float, y: float, room: float, height: float) -> list[Rect]:
    """The bars of a text, ending at the right of the room; none when it cannot be a barcode.

    Args:
        text: ASCII without control characters.
        x: Left end of the room.
        y: Top of the bars.
        room: Width that may be used, in points; the quiet zones are the caller's.
        height: Height of the bars.
    """
    if not text.isascii() or not text.isprintable() or not text:
        return []
    from reportlab.graphics.barcode.code128 import Code128  # noqa: PLC0415  (slow to import)

    code: Any = Code128(text, quiet=0)
    code.validate()
    code.encode()
    widths = [(ord(bar.lower()) - ord("a") + 1, bar.isupper()) for bar in code.decompose()]
    modules = sum(width for width, _is_bar in widths)
    module = min(WIDEST, room / modules)
    if module < NARROWEST:
        return []
    left = x + room - modules * module
    bars = []
    for width, is_bar in widths:
        if is_bar:
            bars.append(Rect(left, y, width * module, height, BLACK))
        left += width * module
    return bars
