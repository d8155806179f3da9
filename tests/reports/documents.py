"""Documents for the tests of the writers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from desktop_app.columns import Align, Column, Kind
from desktop_app.labels import money
from desktop_app.reports.base import (
    Document,
    Facts,
    Figure,
    FigureKind,
    Paragraph,
    Quote,
    Section,
    Series,
    SignatureLine,
    Table,
    list_document,
)

MOMENT = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    name: str
    phone: str
    on: date | None
    at: datetime
    count: int
    share: float
    money: int | None
    amount: Decimal


ROWS = [
    Row("张伟", "13812348000", date(2026, 8, 31), MOMENT, 12, 0.25, 123450, Decimal("1.5")),
    Row("=1+1", "02012345", None, MOMENT, 3, 0.75, None, Decimal("-2.25")),
]

COLUMNS = (
    Column("name", "Name", lambda row: row.name),
    Column("phone", "Phone", lambda row: row.phone),
    Column("on", "Day", lambda row: row.on),
    Column("at", "Moment", lambda row: row.at),
    Column("count", "Count", lambda row: row.count, align=Align.RIGHT),
    Column("share", "Share", lambda row: row.share, align=Align.RIGHT, kind=Kind.PERCENT),
    Column(
        "money", "Money", lambda row: row.money,
        text=lambda row: money(row.money, "CNY"), align=Align.RIGHT, kind=Kind.MONEY,
    ),
    Column("amount", "Amount", lambda row: row.amount, align=Align.RIGHT),
)  # fmt: skip

TEXT_COLUMN = Column("text", "Text", str)


def texts(values: Sequence[str], title: str = "List") -> Document:
    """A list with one column of texts."""
    return list_document(title, (TEXT_COLUMN,), values, by="Wang")


def everything() -> Document:
    """A document with every kind of block."""
    months = tuple(f"2026-{month:02d}" for month in range(1, 7))
    return Document(
        id="everything",
        title="流失原因 Exit reasons",
        sections=(
            Section(
                "Summary", (Facts((("Cases", "15"), ("根本原因", "价格"))), Paragraph("正文。"))
            ),
            Section(
                "Charts",
                (
                    Figure(
                        FigureKind.PARETO,
                        "Pareto of reasons",
                        ("价格高于竞争对手", "缺货", "送货延误"),
                        (Series("Cases", (8, 5, 2)),),
                        keys=("price", "stock", "delivery"),
                        criterion="root_reason",
                        unit="Cases",
                    ),
                    Figure(
                        FigureKind.LINE,
                        "By month",
                        months,
                        (Series("价格", (1, 2, None, 2, 1, 2)), Series("缺货", (0, 1, 1, 1, 1, 1))),
                    ),
                    Figure(
                        FigureKind.BAR,
                        "By class",
                        ("A", "B", "C"),
                        (Series("saved", (1, 2, 3)), Series("lost", (3, 2, 1))),
                    ),
                ),
            ),
            Section(
                "Table",
                (
                    Table(
                        "Rows",
                        COLUMNS,
                        ROWS,
                        note="n = 2",
                        faint=lambda row: row.count < 10,
                        total={"name": "Total", "count": 15, "money": 123450},
                    ),
                ),
            ),
            Section(
                "Words",
                (Quote("<b>太贵了</b> & late", "C-1"), SignatureLine(("Handled by", "Date"))),
            ),
        ),
        subtitle="Half a year",
        store="南京路店",
        period="2026-01-01 – 2026-06-30",
        filters=(("Kind", "All"),),
        definitions=(("Root reason", "What the why-chain ends at."),),
        generated_at=MOMENT,
        by="王店长",
        currency="CNY",
    )
