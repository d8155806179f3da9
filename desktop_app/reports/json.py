"""Any document as plain JSON: what ``winback report ID --json`` prints and golden tests keep."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from desktop_app.columns import Cell, Column, plain_value
from desktop_app.reports.base import (
    Block,
    Document,
    Facts,
    Figure,
    Paragraph,
    Quote,
    SignatureLine,
    Table,
)


def to_json(document: Document) -> dict[str, Any]:
    """A document made of dictionaries, lists, texts, numbers and booleans only.

    Dates are ISO 8601, money is a decimal text in major units, an unknown value is ``None``.
    """
    return {
        "id": document.id,
        "title": document.title,
        "subtitle": document.subtitle,
        "store": document.store,
        "period": document.period,
        "filters": [{"name": name, "value": value} for name, value in document.filters],
        "definitions": [{"term": term, "meaning": text} for term, text in document.definitions],
        "generated_at": document.generated_at.isoformat(),
        "by": document.by,
        "currency": document.currency,
        "sections": [
            {"title": section.title, "blocks": [_block(block) for block in section.blocks]}
            for section in document.sections
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph(text):
            return {"kind": "paragraph", "text": text}
        case Facts(pairs):
            return {"kind": "facts", "facts": [{"name": n, "value": v} for n, v in pairs]}
        case Quote(text, source, key):
            return {"kind": "quote", "text": text, "source": source, "key": key}
        case SignatureLine(labels):
            return {"kind": "signatures", "labels": list(labels)}
        case Table():
            return _table(block)
        case Figure():
            return _figure(block)


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "title": table.title,
        "note": table.note,
        "columns": [{"id": c.id, "title": c.heading()} for c in table.columns],
        "rows": [_row(table.columns, row) for row in table.rows],
        "total": None
        if table.total is None
        else {c.id: _json(plain_value(table.total.get(c.id), c.kind)) for c in table.columns},
        "keys": [] if table.key is None else [table.key(row) for row in table.rows],
    }


def _row(columns: Sequence[Column[Any]], row: object) -> dict[str, Any]:
    return {column.id: _json(column.cell(row)) for column in columns}


def _json(value: Cell) -> str | int | float | bool | None:
    match value:
        case Decimal():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case _:
            return value


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "kind": figure.kind.value,
        "title": figure.title,
        "note": figure.note,
        "unit": figure.unit,
        "criterion": figure.criterion,
        "categories": list(figure.categories),
        "keys": list(figure.keys),
        "series": [{"name": one.name, "values": list(one.values)} for one in figure.series],
    }
