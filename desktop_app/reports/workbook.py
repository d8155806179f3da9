"""A document as sheets of clean cell values, before any library writes them.

Nothing is cut or dropped silently: a text longer than a cell goes on in the sheet *Long texts*, a
character or number that a workbook cannot hold is replaced and listed, and rows beyond the last row
of a sheet go on in the next sheet.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from desktop_app import VERSION, clock
from desktop_app.columns import Align, Column, Kind, plain_value, shown_value
from desktop_app.i18n import _
from desktop_app.labels import currency_sign
from desktop_app.reports.base import (
    Document,
    Facts,
    Figure,
    FigureKind,
    Loss,
    LossKind,
    Paragraph,
    Quote,
    Table,
)
from desktop_app.reports.fill_in import FillInRows
from desktop_app.reports.fonts import code_point
from desktop_app.reports.textflow import display_width

CELL_UNITS: Final = 32_767
"""Longest text of a cell in UTF-16 units (Excel)."""
PART: Final = 16_000  # characters of a part of a longer text: at most 32,000 units
SHEET_ROWS: Final = 1_048_575
"""Rows of a sheet below its heading (Excel)."""
WHOLE: Final = 2**53
FIRST_DAY: Final = date(1900, 3, 1)  # Excel counts a 29 February 1900
NAME_UNITS: Final = 31
SAMPLE: Final = 300
NARROW, WIDE = 8, 60
TITLE_SCALE: Final = 1.6  # letters of the title are so much wider than those below
SOURCE: Final = 90  # widest column of where a quote comes from

TEXT, INTEGER, NUMBER = "@", "#,##0", "#,##0.00"
SHARE, DAY, MOMENT = "0.0%", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]")
REPLACEMENT = "\ufffd"

Value = str | int | float | date | datetime | None


@dataclass(slots=True)
class Sheet:
    """One sheet: headings in row 1, values below.

    Attributes:
        name: Unique, at most 31 units, without forbidden characters.
        headings: Texts of row 1.
        rows: Clean values.
        formats: Number format of each column.
        widths: Width of each column in characters.
        faint: Indexes of rows shown in grey.
        total: Whether the last row is a total.
        filtered: Whether row 1 carries filters.
        wrapped: Whether long texts are broken into lines.
        right: Columns that stand right.
        figure: The figure whose numbers these are.
        fill_in: How it looks if it is a sheet to write on.
    """

    name: str
    headings: list[str]
    rows: list[list[Value]]
    formats: list[str]
    widths: list[float]
    faint: frozenset[int] = frozenset()
    total: bool = False
    filtered: bool = True
    wrapped: bool = False
    right: frozenset[int] = frozenset()
    figure: Figure | None = None
    fill_in: FillInRows | None = None


@dataclass(slots=True)
class Book:
    """All sheets in order; the first is the summary."""

    title: str
    sheets: list[Sheet]
    losses: tuple[Loss, ...]


@dataclass(slots=True)
class _Cleaner:
    """Makes values fit for a cell and keeps account of what they lose."""

    found: dict[tuple[LossKind, str], tuple[str, int]] = field(default_factory=dict)
    long: list[list[Value]] = field(default_factory=list)

    def lose(self, kind: LossKind, what: str, where: str, count: int = 1) -> None:
        first, so_far = self.found.get((kind, what), (where, 0))
        self.found[kind, what] = (first, so_far + count)

    def text(self, text: str, where: str) -> str:
        """A text without characters XML forbids, no longer than a cell."""
        if not text.isprintable():
            for char in _FORBIDDEN.findall(text):
                self.lose(LossKind.NOT_ALLOWED, code_point(char), where)
            text = _FORBIDDEN.sub(REPLACEMENT, text)
        if len(text) * 2 <= CELL_UNITS or _units(text) <= CELL_UNITS:
            return text
        parts = [text[at : at + PART] for at in range(0, len(text), PART)]
        number = f"#{1 + sum(1 for row in self.long if row[2] == 1)}"
        self.long.extend([number, where, at, part] for at, part in enumerate(parts, start=1))
        self.lose(LossKind.TOO_LONG, number, where)
        hint = _(" … (continued in the sheet {sheet}, {number})")
        return parts[0] + hint.format(sheet=_("Long texts"), number=number)

    def value(self, value: Any, where: str) -> Value:  # noqa: PLR0911  (one a type)
        """Any value as a cell can hold it: real number or date where possible, else text."""
        match value:
            case None:
                return None
            case str():
                return self.text(str(value), where)
            case bool():
                return _("Yes") if value else _("No")
            case int():
                return value if abs(value) < WHOLE else self._as_text(value, where)
            case float() | Decimal():
                number = float(value)
                exact = math.isfinite(number) and abs(number) < WHOLE
                return number if exact else self._as_text(value, where)
            case datetime():
                local = clock.local(value).replace(tzinfo=None) if value.tzinfo else value
                return local if local.date() >= FIRST_DAY else self._as_text(value, where)
            case date():
                return value if value >= FIRST_DAY else self._as_text(value, where)
            case _:
                return self.text(shown_value(value), where)

    def _as_text(self, value: object, where: str) -> str:
        self.lose(LossKind.NUMBER, str(value), where)
        return str(value)

    def losses(self) -> tuple[Loss, ...]:
        return tuple(
            Loss(kind, what, clean_title(where), count)
            for (kind, what), (where, count) in sorted(self.found.items())
        )


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def make_book(document: Document, *, sheet_rows: int = SHEET_ROWS) -> Book:
    """All sheets of a document.

    Args:
        document: What it says.
        sheet_rows: Most rows below the heading of a sheet.
    """
    clean = _Cleaner()
    names = _Names()
    summary_name = names.new(_("Summary"))
    content: list[Sheet] = []
    contents: list[list[Value]] = []
    figures = 0
    for section in document.sections:
        quotes = [block for block in section.blocks if isinstance(block, Quote)]
        for block in section.blocks:
            if isinstance(block, Table):
                made = _table_sheets(
                    block, section.title, clean, names, sheet_rows, document.currency
                )
                content.extend(made)
                heading = clean.text(block.title or section.title, _("Summary"))
                note = clean.text(block.note, _("Summary"))
                contents.extend([_content(sheet.name, heading), note] for sheet in made)
            elif isinstance(block, Figure):
                figures += 1
                content.append(_figure_sheet(block, figures, clean, names))
                note = clean.text(block.note, _("Summary"))
                title = clean.text(block.title, _("Summary"))
                contents.append([_content(content[-1].name, title), note])
        if quotes:
            content.append(_quotes_sheet(section.title, quotes, clean, names))
            contents.append([content[-1].name, _("n = {count}").format(count=len(quotes))])
    definitions = _definitions(document, clean, names)
    summary = _summary(document, contents, clean, summary_name)
    sheets = [summary, *content]
    if clean.long:
        headings = [_("Number"), _("Where"), _("Part"), _("Text")]
        sheets.append(_plain(names.new(_("Long texts")), headings, clean.long))
    sheets.append(definitions)
    losses = clean.losses()
    if losses:
        rows: list[list[Value]] = [[loss.sentence()] for loss in losses]
        sheets.append(_plain(names.new(_("Changed on export")), [_("What was changed")], rows))
    return Book(clean_title(document.title), sheets, losses)


def _content(sheet: str, title: str) -> str:
    """A line of the contents: the sheet, and its title where the sheet does not say it."""
    if not title or title in sheet:
        return sheet
    if title.startswith(sheet):  # the name is the title, cut off where a name must end
        return title
    return _("{name}: {value}").format(name=sheet, value=title)


def clean_title(text: str) -> str:
    """A title without characters XML forbids."""
    return _FORBIDDEN.sub(REPLACEMENT, text)


class _Names:
    """Sheet names that every program accepts: short, unique, without brackets and slashes."""

    def __init__(self) -> None:
        self._taken = {"history", ""}  # Excel keeps the first for itself

    def new(self, wish: str) -> str:
        clean = " ".join(_NOT_IN_NAMES.sub(" ", wish).split()).strip("' ") or _("Sheet")
        name, number = _cut(clean, NAME_UNITS), 1
        while name.casefold() in self._taken:
            number += 1
            ending = f" ({number})"
            name = _cut(clean, NAME_UNITS - len(ending)) + ending
        self._taken.add(name.casefold())
        return name


def _cut(text: str, units: int) -> str:
    while _units(text) > units:
        text = text[:-1]
    return text.strip("' ")


def _reader(column: Column[Any], clean: _Cleaner, where: str) -> Callable[[Any], Value]:
    """Reads one column of a row; the common cases first, because lists are long."""
    read: Callable[[Any], Any] = column.value
    shown = column.text
    money = column.kind is Kind.MONEY

    def plain(row: object) -> Value:
        value = read(row)
        if type(value) is str:
            value = value if shown is None else shown(row)  # a masked phone stays masked
            if value.isprintable() and len(value) < PART:
                return value
            return clean.text(value, where)
        if type(value) is int and -WHOLE < value < WHOLE:
            return value / 100 if money else value
        return None if value is None else clean.value(column.cell(row), where)

    return (lambda row: clean.value(column.cell(row), where)) if column.kind is Kind.TEXT else plain


def _table_sheets(
    table: Table, section: str, clean: _Cleaner, names: _Names, sheet_rows: int, currency: str
) -> list[Sheet]:
    title = table.title or section or _("List")
    places = [f"{title} / {column.heading()}" for column in table.columns]
    readers = [
        _reader(column, clean, place) for column, place in zip(table.columns, places, strict=True)
    ]
    rows = [[read(row) for read in readers] for row in table.rows]
    faint = [index for index, row in enumerate(table.rows) if table.is_faint(row)]
    if table.total is not None:
        totals = (plain_value(table.total.get(c.id), c.kind) for c in table.columns)
        rows.append(
            [clean.value(value, where) for value, where in zip(totals, places, strict=True)]
        )
    headings = [clean.text(column.heading(), title) for column in table.columns]
    formats = [
        _format(column, [row[index] for row in rows], currency)
        for index, column in enumerate(table.columns)
    ]
    _same_kind(rows, formats)
    widths = [
        _width(heading, _sample(rows, index), form)
        for index, (heading, form) in enumerate(zip(headings, formats, strict=True))
    ]
    right = frozenset(
        index for index, column in enumerate(table.columns) if column.align is Align.RIGHT
    )
    sheets, page = [], table.fill_in
    for start in range(0, max(len(rows), 1), sheet_rows):
        part = rows[start : start + sheet_rows]
        last = start + sheet_rows >= len(rows)
        looked = table.rows[start : start + sheet_rows]
        sheets.append(
            Sheet(
                names.new(title),
                headings,
                part,
                formats,
                widths,
                faint=frozenset(i - start for i in faint if start <= i < start + sheet_rows),
                total=table.total is not None and last,
                wrapped=any(width >= WIDE for width in widths),
                right=right,
                fill_in=None if page is None else FillInRows(page, tuple(map(page.look, looked))),
            )
        )
    return sheets


def _format(column: Column[Any], values: Sequence[Value], currency: str) -> str:
    """Number format of a column, by the types of all its values."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds and kinds <= {int, float}:
        if column.kind is Kind.MONEY:
            return money_format(currency)
        if column.kind is Kind.PERCENT:
            return SHARE
        return NUMBER if float in kinds else INTEGER
    if kinds == {date}:
        return DAY
    if kinds and kinds <= {date, datetime}:
        return MOMENT
    return TEXT


def money_format(currency: str) -> str:
    """Number format of amounts, with the sign of the currency."""
    sign = currency_sign(currency)
    return f'"{sign}"{NUMBER}' if sign else NUMBER


def _same_kind(rows: list[list[Value]], formats: Sequence[str]) -> None:
    """Dates among texts become text: one format serves a whole column."""
    for index, form in enumerate(formats):
        if form == TEXT and any(isinstance(row[index], date) for row in rows):
            for row in rows:
                if isinstance(row[index], date):
                    row[index] = f"{row[index]}"


def _sample(rows: Sequence[Sequence[Value]], index: int) -> list[Value]:
    """Values that decide about the width: spread over the column, and its longest text."""
    texts = (row[index] for row in rows if type(row[index]) is str)
    longest = max(texts, key=len, default=None)  # type: ignore[arg-type]
    return [longest, *(row[index] for row in rows[:: max(1, len(rows) // SAMPLE)])]


def _width(heading: str, values: Sequence[Value], form: str) -> float:
    def shown(value: Value) -> int:
        match value:
            case None:
                return 0
            case str():
                return max(map(display_width, value[:400].split("\n")))
            case int() | float() if form == SHARE:
                return 7
            case int() | float():
                sign = len(form) - len(NUMBER) if form.endswith(NUMBER) else 0
                return sign + len(f"{value:,.2f}" if form.endswith(NUMBER) else f"{value:,}")
            case _:
                return len("2026-08-31 14:05" if form == MOMENT else "2026-08-31")

    widest = max([display_width(heading) + 3, *map(shown, values)])  # 3: the filter's button
    return float(min(max(widest + 2, NARROW), WIDE))


def _plain(name: str, headings: list[str], rows: list[list[Value]]) -> Sheet:
    """A sheet of texts, wrapped."""
    columns = range(len(headings))
    widths = [_width(headings[c], [row[c] for row in rows[:SAMPLE]], TEXT) for c in columns]
    return Sheet(name, headings, rows, [TEXT] * len(headings), widths, filtered=False, wrapped=True)


def _figure_sheet(figure: Figure, number: int, clean: _Cleaner, names: _Names) -> Sheet:
    name = names.new(_("Chart {number} {title}").format(number=number, title=figure.title))
    headings = [_("Category"), *(one.name for one in figure.series)]
    columns: list[Sequence[Any]] = [figure.categories, *(one.values for one in figure.series)]
    if figure.kind is FigureKind.PARETO:
        headings.append(_("Cumulative share"))
        columns.append(figure.cumulative())
    counted = [one for one in figure.series if one.counts]  # behind what the chart draws
    headings += [_("{name}: n").format(name=one.name) for one in counted]
    columns += [one.counts for one in counted]
    headings = [clean.text(heading, name) for heading in headings]
    rows: list[list[Value]] = [
        [clean.value(value, name) for value in row] for row in zip(*columns, strict=True)
    ]
    whole = all(
        value is None or float(value).is_integer() for one in figure.series for value in one.values
    )
    formats = [TEXT, *([INTEGER if whole else NUMBER] * len(figure.series))]
    if figure.kind is FigureKind.PARETO:
        formats.append(SHARE)
    formats += [INTEGER] * len(counted)
    widths = [
        _width(headings[index], [row[index] for row in rows], form)
        for index, form in enumerate(formats)
    ]
    return Sheet(
        name,
        headings,
        rows,
        formats,
        widths,
        filtered=False,
        right=frozenset(range(1, len(formats))),
        figure=figure,
    )


def _quotes_sheet(title: str, quotes: Sequence[Quote], clean: _Cleaner, names: _Names) -> Sheet:
    name = names.new(title or _("In the customer's words"))
    rows: list[list[Value]] = [
        [clean.text(quote.source, name), clean.text(quote.text, name)] for quote in quotes
    ]
    sheet = _plain(name, [_("Source"), _("Words")], rows)
    sheet.filtered = True
    widest = max((display_width(quote.source[:SOURCE]) for quote in quotes), default=0) + 2.0
    sheet.widths[0] = min(max(sheet.widths[0], widest), SOURCE)
    return sheet


def _summary(document: Document, contents: list[list[Value]], clean: _Cleaner, name: str) -> Sheet:
    """Title, filters and facts; the contents below."""
    pairs: list[list[Value]] = []
    if document.subtitle:
        pairs.append([document.subtitle, None])
    pairs.extend([label, value] for label, value in _frame(document))
    for section in document.sections:
        lines = _facts(section.blocks)
        if lines:
            pairs.extend([[None, None], [section.title, None], *lines])
    if contents:
        pairs.extend([[None, None], [_("Sheets"), None], *contents])
    rows: list[list[Value]] = [[clean.value(value, name) for value in pair] for pair in pairs]
    sheet = _plain(name, [clean.text(document.title, name), " "], rows)
    labels_only = [row[0] for row in rows if row[1] is not None]
    titled = display_width(document.title) * TITLE_SCALE
    sheet.widths = [min(max(_width("", labels_only, TEXT), 24, titled), 72), 72]
    return sheet


def _facts(blocks: Sequence[object]) -> list[list[Value]]:
    """Paragraphs and facts; lines to sign on are for paper only."""
    lines: list[list[Value]] = []
    for block in blocks:
        match block:
            case Paragraph(text):
                lines.append([None, text])
            case Facts(pairs):
                lines.extend([label, value] for label, value in pairs)
    return lines


def _frame(document: Document) -> list[tuple[str, Value]]:
    """What every export says about itself."""
    frame: list[tuple[str, Value]] = [
        (_("Store"), document.store),
        (_("Period"), document.period),
        *document.filters,
        (_("Data as of"), f"{clock.local(document.generated_at):%Y-%m-%d %H:%M %z}"),
        (_("Made by"), document.by),
        (_("Program"), f"{_('Winback Desk')} {VERSION}"),
    ]
    return [(label, value) for label, value in frame if value]


def _definitions(document: Document, clean: _Cleaner, names: _Names) -> Sheet:
    name = names.new(_("Definitions"))
    rows: list[list[Value]] = [
        [clean.value(term, name), clean.value(meaning, name)]
        for term, meaning in (*document.definitions, *_frame(document))
    ]
    sheet = _plain(name, [_("Term"), _("Meaning")], rows)
    sheet.widths = [28.0, 100.0]
    return sheet
