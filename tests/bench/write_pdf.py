"""Write a plain list as a PDF in a process of its own; what `jobs.pdf` runs and times.

`ours` and `limit` write the same rows: the program's document, and one text object a column and
page on a bare canvas. Both begin with nothing loaded of reportlab, and parse the font, as the first
PDF of a session does; the goal is set for that. The seconds are printed.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from desktop_app.columns import Align, Column, Kind
from desktop_app.paths import resource
from desktop_app.reports.base import list_document
from tests.bench.world import LAST_DAY, make_world


@dataclass(frozen=True, slots=True)
class Row:
    """A customer of the list; `spend` in fen."""

    number: str
    name: str
    phone: str
    orders: int
    spend: int


COLUMNS = (
    Column("number", "Number", lambda row: row.number),
    Column("name", "Name", lambda row: row.name),
    Column("phone", "Phone", lambda row: row.phone),
    Column("first_on", "First order", lambda _row: LAST_DAY),
    Column("last_on", "Last order", lambda _row: LAST_DAY),
    Column("orders", "Orders", lambda row: row.orders, align=Align.RIGHT),
    Column("spend", "Spend", lambda row: row.spend, align=Align.RIGHT, kind=Kind.MONEY),
)
_ON_A_PAGE = 47


def make_rows(count: int) -> list[Row]:
    """The first customers of the benchmark's world."""
    found = make_world(count).customers
    return [Row(*customer, n % 90, n * 137) for n, customer in enumerate(found)]


def ours(rows: list[Row], path: Path) -> None:
    """The program's list, with its head, page numbers and wrapped cells."""
    from desktop_app.reports.pdf import write_pdf

    write_pdf(list_document("Customers", COLUMNS, rows, by="benchmark"), path)


def limit(rows: list[Row], path: Path) -> None:
    """The same texts, one text object a column and page."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("raw", str(resource("fonts", "NotoSansSC-Regular.ttf"))))
    canvas = Canvas(str(path), pagesize=A4)
    for start in range(0, len(rows), _ON_A_PAGE):
        for index, column in enumerate(COLUMNS):
            lines = canvas.beginText(30 + 75 * index, 800)
            lines.setFont("raw", 8, 16)
            for row in rows[start : start + _ON_A_PAGE]:
                lines.textLine(column.shown(row))
            canvas.drawText(lines)
        canvas.showPage()
    canvas.save()


def main(way: str, count: int, path: Path) -> None:
    """Write the file one of the two ways and print the seconds."""
    rows = make_rows(count)
    begun = time.perf_counter()
    {"ours": ours, "limit": limit}[way](rows, path)
    print(time.perf_counter() - begun)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
