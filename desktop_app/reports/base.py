"""What a report says, without a file format: documents made of sections, tables and figures.

A :class:`Report` builds a :class:`Document` from the database; ``pdf.py``, ``xlsx.py``, ``json.py``
and the screen each draw any document. Nothing here loads a library that writes files.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from db import derived
from desktop_app import clock
from desktop_app.columns import Column
from desktop_app.i18n import _
from desktop_app.reports.fill_in import FillIn

SMALL_N = 10
"""Counts below this are greyed: too few to say anything."""

RANGE_SERIES = 4


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; ``faint`` for a hint such as *nothing in this period*."""

    text: str
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value pairs, shown in two columns."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words.

    Attributes:
        text: The words, unchanged.
        source: Who, when, which case.
        key: Id of the case, to open it.
    """

    text: str
    source: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A line to sign on, one for each label."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; no limit on the number of rows.

    Attributes:
        title: What the table shows.
        columns: Columns as in the lists on screen.
        rows: Any objects the columns can read.
        note: A line below: what is counted, how many.
        faint: Says of a row that its numbers are too small to be read as a finding.
        total: A last row in bold: values by the id of the column.
        key: Gives the id of the record behind a row, to open it.
        page: The page that shows such a record.
        cases: Gives the filter for the cases behind a cell, by row and id of the column; the names
            are those of the document's criteria. Empty where there are none.
        fill_in: In a workbook, a sheet to write on.
    """

    title: str
    columns: Sequence[Column[Any]]
    rows: Sequence[Any]
    note: str = ""
    faint: Callable[[Any], bool] | None = None
    total: Mapping[str, object] | None = None
    key: Callable[[Any], str] | None = None
    page: str = "case-file"
    cases: Callable[[Any, str], Mapping[str, str]] | None = None
    fill_in: FillIn | None = None

    def is_faint(self, row: object) -> bool:
        """Whether the row is shown in grey."""
        return self.faint is not None and self.faint(row)


class FigureKind(StrEnum):
    """How a figure is drawn."""

    BAR = "bar"
    LINE = "line"
    PARETO = "pareto"
    STEP = "step"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers of a figure; ``None`` is not known and leaves a gap.

    Attributes:
        name: What the row is called.
        values: One number a category.
        counts: How many stand behind each number; below `SMALL_N` it is grey and says its n.
            Empty: the numbers are counts themselves.
    """

    name: str
    values: tuple[float | None, ...]
    counts: tuple[int, ...] = ()

    def small(self, index: int) -> int | None:
        """How many stand behind a number, if they are too few to be read as a finding."""
        if not self.counts or self.values[index] is None or self.counts[index] >= SMALL_N:
            return None
        return self.counts[index]


PERCENT: Final = "%"
"""Unit of a figure of shares of 100."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as numbers, drawn alike on screen, in PDF and in Excel.

    Attributes:
        kind: ``PARETO`` takes one series in falling order; the cumulative line is computed.
            ``STEP`` is a line that stays level up to the next category. ``RANGE`` takes four
            series: what was seen, what was expected, and from where to where chance explains it.
        title: What the figure is about.
        categories: One name a bar or point.
        series: One or more rows of numbers, as long as ``categories``.
        keys: One value a category, to open the cases behind it; empty where there are none.
        criterion: Name of the filter that takes a key, e.g. ``root_reason``.
        unit: What is counted, for the axis; `PERCENT` stands behind each number.
        note: A line below.
        labels: Words at the end of each row of a ``RANGE``; empty for none.
        faint: Categories that are too small to be read as a finding, in grey.
    """

    kind: FigureKind
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    keys: tuple[str, ...] = ()
    criterion: str = ""
    unit: str = ""
    note: str = ""
    labels: tuple[str, ...] = ()
    faint: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Refuse rows of different lengths: a chart would silently lose its end."""
        lengths = {len(self.categories), *(len(one.values) for one in self.series)}
        lengths |= {len(one.counts) for one in self.series if one.counts}
        if len(lengths) > 1 or (self.keys and len(self.keys) != len(self.categories)):
            raise ValueError("a figure needs one value and at most one key a category")
        if self.kind is FigureKind.PARETO and len(self.series) != 1:
            raise ValueError("a Pareto figure takes one series")
        if self.kind is FigureKind.RANGE and len(self.series) != RANGE_SERIES:
            raise ValueError("a figure of ranges takes four series")

    def cumulative(self) -> tuple[float, ...]:
        """Cumulative share of the first series, 0 to 1; zeros when there is nothing."""
        values = [value or 0.0 for value in self.series[0].values]
        whole = sum(values)
        shares, so_far = [], 0.0
        for value in values:
            so_far += value
            shares.append(so_far / whole if whole else 0.0)
        return tuple(shares)


Block = Paragraph | Facts | Quote | Table | Figure | SignatureLine


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Everything a report says.

    Attributes:
        id: Id of the report.
        title: Translated title.
        sections: The content.
        subtitle: What it is about, e.g. the customer.
        store: Name of the store, or *all stores*; on every page.
        period: The dates covered; on every page.
        filters: Name and value of every filter that was applied, also those left open.
        definitions: Term and meaning, with formulas and what n counts.
        generated_at: Moment the data was read, in UTC.
        by: Name of the user.
        criteria: The filter for opening the cases behind a number.
        currency: Of every amount; empty where there are none.
    """

    id: str
    title: str
    sections: tuple[Section, ...]
    subtitle: str = ""
    store: str = ""
    period: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    definitions: tuple[tuple[str, str], ...] = ()
    generated_at: datetime = field(default_factory=clock.now)
    by: str = ""
    criteria: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""

    def tables(self) -> list[Table]:
        """All tables, in order."""
        return [b for section in self.sections for b in section.blocks if isinstance(b, Table)]

    def figures(self) -> list[Figure]:
        """All figures, in order."""
        return [b for section in self.sections for b in section.blocks if isinstance(b, Figure)]


class ReportParams(BaseModel):
    """Base of what a report asks for; the titles of the fields are the labels of its form."""

    model_config = ConfigDict(frozen=True, extra="forbid")


ParamsT = TypeVar("ParamsT", bound=ReportParams)
RowT = TypeVar("RowT")


class GivenColumn(Column[RowT]):
    """A column whose title a person wrote: it is shown as it is."""

    def heading(self) -> str:
        """The title."""
        return self.title


class Report(ABC, Generic[ParamsT]):
    """One report: what it asks for and how it is built."""

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str] = ""
    Params: type[ParamsT]

    @abstractmethod
    def build(self, session: Session, params: ParamsT) -> Document:
        """Read the database and say what it says.

        Raises:
            NotAllowedError: the role may not see reports.
            UserError: the parameters cannot be met, as a period that ends before it starts.
        """


class LossKind(StrEnum):
    """Why something could not be written as it is."""

    UNDRAWABLE = "undrawable"
    NOT_ALLOWED = "not_allowed"
    TOO_LONG = "too_long"
    NUMBER = "number"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Loss:
    """Something a file format cannot hold as it is; always told, never silent.

    Attributes:
        kind: Why.
        what: The character as ``U+XXXX``, or the value.
        where: First place it stands in.
        count: How often.
    """

    kind: LossKind
    what: str
    where: str
    count: int

    def sentence(self) -> str:
        """One sentence for a person."""
        match self.kind:
            case LossKind.UNDRAWABLE:
                text = _(
                    "{what}: no glyph in the font, drawn as □, {count} times, first in: {where}"
                )
            case LossKind.NOT_ALLOWED:
                text = _("{what}: not allowed in this format, {count} times, first in: {where}")
            case LossKind.GONE:
                text = _(
                    "{what}: not written, the file is missing or damaged in the folder "
                    "“attachments” of the workspace. It belongs to: {where}"
                )
            case LossKind.TOO_LONG:
                text = _("{what}: too long for one cell, continued on another sheet, in: {where}")
            case LossKind.NUMBER:
                text = _("{what}: cannot be a number cell, written as text, in: {where}")
        return text.format(what=self.what, count=self.count, where=self.where)


@dataclass(frozen=True, slots=True)
class Written:
    """What a writer did."""

    path: Path
    losses: tuple[Loss, ...]


def new_document(
    session: Session,
    report: Report[Any],
    *,
    sections: Sequence[Section],
    subtitle: str = "",
    store: str = "",
    period: str = "",
    filters: Sequence[tuple[str, str]] = (),
    definitions: Sequence[tuple[str, str]] = (),
    criteria: Mapping[str, str] | None = None,
) -> Document:
    """A document of a report with the user and the currency of the session and the time."""
    actor = session.info.get("actor")
    return Document(
        id=report.id,
        title=_(report.title),
        sections=tuple(sections),
        subtitle=subtitle,
        store=store,
        period=period,
        filters=tuple(filters),
        definitions=tuple(definitions),
        by=actor.name if actor is not None else "",
        criteria=criteria or {},
        currency=derived.currency(session),
    )


def list_document(
    title: str,
    columns: Sequence[Column[Any]],
    rows: Sequence[Any],
    *,
    by: str,
    filters: Sequence[tuple[str, str]] = (),
    store: str = "",
    period: str = "",
    currency: str = "",
) -> Document:
    """A plain list as a document: what *export what I see* writes."""
    table = Table(title, columns, rows, note=_("n = {count}").format(count=f"{len(rows):,}"))
    return Document(
        id="list",
        title=title,
        sections=(Section("", (table,)),),
        store=store,
        period=period,
        filters=tuple(filters),
        by=by,
        currency=currency,
    )


def period_text(start: date | None, end: date | None) -> str:
    """A period as people write it, open ends named."""
    match start, end:
        case None, None:
            return _("all dates")
        case None, _:
            return _("until {end}").format(end=end)
        case _, None:
            return _("from {start}").format(start=start)
        case _:
            return f"{start} – {end}"
