"""A small list for the tests of tables and pages."""

from dataclasses import dataclass

from desktop_app import labels
from desktop_app.columns import Align, Column, Kind


@dataclass(frozen=True)
class Row:
    id: int
    name: str
    value: int | None = None


COLUMNS: tuple[Column[Row], ...] = (
    Column("name", "Name", lambda row: row.name),
    Column(
        "value", "Value", lambda row: row.value,
        text=lambda row: "" if row.value is None else labels.money(row.value, "CNY"),
        kind=Kind.MONEY, align=Align.RIGHT,
    ),
)  # fmt: skip
ROWS = [Row(1, "李建国", 500), Row(2, "王秀英", None), Row(3, "Zoe", 20), Row(4, "adam", 300)]
