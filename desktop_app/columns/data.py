"""Columns of the data page: copies of the workspace, rejected rows, preview of a file."""

from collections.abc import Callable, Sequence
from typing import Any

from desktop_app.columns import Align, Column
from desktop_app.i18n import N_, _
from desktop_app.labels import number

_MEGABYTE = 1_000_000
_TEXT_WIDTH = 480


def size_text(size: int) -> str:
    """A size in megabytes."""
    return _("{n} MB").format(n=number(size / _MEGABYTE, 1))


def backup_columns(age: Callable[[Any], str]) -> tuple[Column[Any], ...]:
    """Columns of copies.

    Args:
        age: Says how long ago a moment was.
    """
    return (
        Column("made_at", N_("Made"), lambda row: row.made_at),
        Column(
            "age", N_("How long ago"), lambda row: row.made_at,
            text=lambda row: age(row.made_at),
        ),
        Column(
            "size", N_("Size"), lambda row: row.size,
            text=lambda row: size_text(row.size), align=Align.RIGHT,
        ),
        Column("file", N_("File"), lambda row: row.path.name),
    )  # fmt: skip


REJECT_COLUMNS: tuple[Column[Any], ...] = (
    Column("row", N_("Row in the file"), lambda row: row.row, align=Align.RIGHT),
    Column("reason", N_("Why it was rejected"), lambda row: row.reason, width=_TEXT_WIDTH),
    Column(
        "cells", N_("What the row holds"), lambda row: row.cells,
        text=lambda row: " · ".join(str(cell) for cell in row.cells if cell not in (None, "")),
        sortable=False,
    ),
)  # fmt: skip


def preview_columns(headings: Sequence[str]) -> tuple[Column[Any], ...]:
    """Columns of the first rows of a file: row number, then what the file calls them."""
    first: Column[Any] = Column("row", N_("Row"), lambda row: row.number, align=Align.RIGHT)
    return (first, *(_cell_column(place, title) for place, title in enumerate(headings)))


def _cell_column(place: int, title: str) -> Column[Any]:
    def value(row: Any) -> Any:
        return row.cells[place] if place < len(row.cells) else None

    def text(row: Any) -> str:
        found = value(row)
        return "" if found is None else str(found)

    heading = f"{column_letter(place)} · {title}"  # with its letter: never taken for a word of ours
    return Column(f"c{place}", heading, value, text=text, sortable=False)


def column_letter(place: int) -> str:
    """The letter of a column as spreadsheets show it, from 0: A, B … Z, AA."""
    first, last = divmod(place, 26)
    return (column_letter(first - 1) if first else "") + chr(ord("A") + last)
