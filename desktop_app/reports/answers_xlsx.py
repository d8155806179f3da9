"""Answers of all versions of a questionnaire as a workbook: a row an interview, repeats beside it.

Two more sheets say what the columns are and what the codes mean. The writers of files take an
:class:`AnswerExport` and know nothing of the database.
"""

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

from desktop_app import clock
from desktop_app.columns import Align, Column
from desktop_app.i18n import N_, _, in_language, language
from desktop_app.questionnaire import flat
from desktop_app.questionnaire.filled import FilledInterview
from desktop_app.questionnaire.flat import CodebookRow, FlatColumn, FlatTable
from desktop_app.questionnaire.form import Kind
from desktop_app.questionnaire.languages import language_for
from desktop_app.questionnaire.values import parse_date, parse_moment
from desktop_app.questionnaire.versions import AnswerColumn, History, unique
from desktop_app.reports.base import Document, GivenColumn, Section, Table, Written
from desktop_app.reports.xlsx import write_xlsx

MOST_COLUMNS: Final = 16_384
"""Columns of a sheet (Excel)."""
_MOST_DIGITS: Final = 15
_NUMBERS: Final = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.RANGE})
_MOMENTS: Final = frozenset({"started", "finished"})
_Row = tuple[flat.Cell, ...]


@dataclass(frozen=True)
class AnswerExport:
    """What is exported.

    Attributes:
        title: What the questionnaire is called.
        code: Its code.
        history: Its versions, the oldest first.
        interviews: In the order of the rows.
        labels: Choices as they are called, and questions as they are asked; else codes and names.
        language: Language of labels and headings, ``zh`` or ``en``; that of the program if empty.
        filters: Name and value of every filter.
        by: Who exports.
    """

    title: str
    code: str
    history: History
    interviews: tuple[FilledInterview, ...]
    labels: bool = True
    language: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    by: str = ""
    made_at: datetime = field(default_factory=clock.now)

    @cached_property
    def spoken(self) -> str:
        """The language as the newest version writes its name."""
        versions = self.history.versions
        wanted = self.language or language()
        return language_for(versions[-1].form, wanted) if versions else ""

    @cached_property
    def tables(self) -> list[FlatTable]:
        """The interviews, then each repeat; labels or codes as wanted."""
        return self.tables_with(labels=self.labels)

    def tables_with(self, *, labels: bool) -> list[FlatTable]:
        """The tables with labels or codes."""
        rows = (each.flat(words=labels) for each in self.interviews)
        with self.in_its_language():
            return flat.tables(self.history, rows, labels=labels, language=self.spoken)

    def in_its_language(self) -> AbstractContextManager[None]:
        """Let headings be in the language of the labels inside the block."""
        code = self.language or language()
        return in_language("zh_CN" if code.startswith("zh") else "en")

    @cached_property
    def codebook(self) -> list[CodebookRow]:
        """What every column is."""
        return flat.codebook(self.history, self.spoken)


def headings(table: FlatTable, *, labels: bool) -> list[str]:
    """The headings of a table, each once: as they are asked, or the names."""
    if not labels:
        return [column.heading for column in table.columns]
    taken: set[str] = set()
    return [
        unique([column.title, f"{column.title} ({column.heading})"], taken)
        for column in table.columns
    ]


def table_title(table: FlatTable) -> str:
    """What a table is called: interviews, or the name of the repeat."""
    return table.name if table.repeat else _("Interviews")


def answers_document(export: AnswerExport) -> Document:
    """The answers as a document: tables, then what columns and codes mean."""
    sections = [
        Section(table_title(table), tuple(_tables(table, labels=export.labels)))
        for table in export.tables
    ]
    codebook, choices = _codebook(export), _choices(export)
    sections += [
        Section(_("Codebook"), (Table(_("Codebook"), _CODEBOOK, codebook),)),
        Section(_("Codes"), (Table(_("Codes"), _CHOICES, choices),)),
    ]
    versions = [
        (_("Version {version}").format(version=each.name), f"{_asked(each.form)}")
        for each in export.history.versions
    ]
    return Document(
        id="answers",
        title=export.title,
        sections=tuple(sections),
        subtitle=_("Answers of {count} interviews").format(count=f"{len(export.interviews):,}"),
        filters=((_("Questionnaire"), export.code), *export.filters),
        definitions=(*_definitions(export), *versions),
        generated_at=export.made_at,
        by=export.by,
    )


def write_answers_xlsx(export: AnswerExport, path: Path, *, overwrite: bool = False) -> Written:
    """Write the answers as a workbook.

    Args:
        export: What is exported.
        path: The file to make.
        overwrite: Whether an existing file may be replaced.

    Raises:
        FileProblemError: the file exists, or it cannot be written.
    """
    with export.in_its_language():
        return write_xlsx(answers_document(export), path, overwrite=overwrite)


# Tables ------------------------------------------------------------------------------------------


def _tables(table: FlatTable, *, labels: bool) -> Iterator[Table]:
    """A table; one with too many columns for a sheet goes on in the next, its keys repeated."""
    titles = headings(table, labels=labels)
    made: list[Column[_Row]] = [
        GivenColumn(
            id=column.heading,
            title=title,
            value=partial(_value, place, _sort(column)),
            align=Align.RIGHT if _sort(column) is Kind.INTEGER else Align.LEFT,
        )
        for place, (column, title) in enumerate(zip(table.columns, titles, strict=True))
    ]
    keys = len(flat.ROW if table.repeat else flat.MAIN)
    room = MOST_COLUMNS - keys
    note = _("n = {count}").format(count=f"{len(table.rows):,}")
    for start in range(keys, max(len(made), keys + 1), room):
        columns = (*made[:keys], *made[start : start + room])
        yield Table(table_title(table), columns, table.rows, note=note)


def _sort(column: FlatColumn) -> Kind:
    """What the cells of a column are: numbers, dates, moments or texts."""
    if column.choice is not None or column.heading == "index":
        return Kind.INTEGER
    if column.source is None:
        return Kind.DATETIME if column.heading in _MOMENTS else Kind.TEXT
    if column.source.kind in _NUMBERS:
        return Kind.INTEGER
    return column.source.kind


def _value(place: int, kind: Kind, row: _Row) -> Any:
    """A cell as a number, date or moment where it surely is one, else as it was given."""
    cell = row[place]
    if not isinstance(cell, str):
        return cell
    match kind:
        case Kind.INTEGER:
            return _number(cell)
        case Kind.DATE:
            return parse_date(cell) or cell
        case Kind.DATETIME:
            return parse_moment(cell) or cell
        case _:
            return cell


def _number(text: str) -> int | float | str:
    """A number that comes out again as it was written; ``007`` and 20 digits stay texts."""
    digits = sum(char.isdigit() for char in text)
    if not text.isascii() or digits > _MOST_DIGITS:
        return text
    try:
        whole = int(text)
    except ValueError:
        return _fraction(text)
    return whole if str(whole) == text else text


def _fraction(text: str) -> float | str:
    try:
        value = float(text)
    except ValueError:
        return text
    is_plain = set(text) <= set("-.0123456789")
    begins_well = text.lstrip("-").startswith("0.") or not text.lstrip("-").startswith("0")
    return value if is_plain and begins_well and math.isfinite(value) else text


# What the columns mean ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Described:
    """A line of the codebook, with the heading as it stands in the sheet."""

    heading: str
    sheet: str
    row: CodebookRow


_CODEBOOK: Final[tuple[Column[_Described], ...]] = (
    Column("heading", N_("Column"), lambda each: each.heading),
    Column("sheet", N_("Sheet"), lambda each: each.sheet),
    Column("name", N_("Name"), lambda each: each.row.column),
    Column("question", N_("Question"), lambda each: each.row.question),
    Column("kind", N_("Kind"), lambda each: each.row.kind),
    Column("choices", N_("Choices"), lambda each: each.row.choices),
    Column("versions", N_("Versions"), lambda each: each.row.versions),
    Column("constraint", N_("Rule"), lambda each: each.row.constraint),
)


def _codebook(export: AnswerExport) -> list[_Described]:
    rows = {row.column: row for row in export.codebook}
    found = []
    for table in export.tables:
        titles = headings(table, labels=export.labels)
        for column, title in zip(table.columns, titles, strict=True):
            if column.source is not None and column.choice is None:
                found.append(_Described(title, table_title(table), rows[column.heading]))
    return found


@dataclass(frozen=True, slots=True)
class _Code:
    """A code of a question."""

    column: AnswerColumn
    code: str
    label: str
    versions: str


_CHOICES: Final[tuple[Column[_Code], ...]] = (
    Column("name", N_("Name"), lambda each: each.column.heading),
    Column("code", N_("Code"), lambda each: each.code),
    Column("label", N_("Label"), lambda each: each.label),
    Column("versions", N_("Versions"), lambda each: each.versions),
)


def _choices(export: AnswerExport) -> list[_Code]:
    return [
        _Code(column, choice.code, flat.label_of(choice, export.spoken), "; ".join(choice.versions))
        for column in export.history.columns
        for choice in column.choices
    ]


def _asked(form: Any) -> str:
    count = sum(1 for _question in form.asked())
    return _("{count} questions").format(count=count)


def _definitions(export: AnswerExport) -> list[tuple[str, str]]:
    shown = _("questions and choices in words") if export.labels else _("names and codes")
    return [
        (_("Shown as"), shown),
        (_("Interview"), _("Its key; the sheets of repeats name it in each row.")),
        (_("Version"), _("Version of the questionnaire the interview was held with.")),
        (_("Row"), _("Key of this instance of a repeat.")),
        (_("Belongs to"), _("Key of the interview or instance that it stands in.")),
        (_("1 and 0"), _("Chosen and not chosen; empty: not asked, or the version had not it.")),
        (
            _("Answers without a question"),
            _("Answers that the version of the interview has no question for."),
        ),
    ]
