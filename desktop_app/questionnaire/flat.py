"""Answers of all versions as tables: one row an interview, repeats on tables of their own."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from desktop_app.i18n import N_, _
from desktop_app.questionnaire.engine import MAX_INSTANCES
from desktop_app.questionnaire.form import Kind
from desktop_app.questionnaire.listed import plain
from desktop_app.questionnaire.versions import (
    AnswerColumn,
    ColumnChoice,
    ColumnKey,
    History,
    definition_of,
    repeat_id,
    unique,
)

Cell = str | int | None
"""An answer as it was given, a number the table itself counts, or nothing."""

MAIN: Final = (
    "interview", "version", "started", "finished", "mode",
    "case", "customer", "state", "review", "by",
)  # fmt: skip
ROW: Final = ("interview", "version", "row", "parent", "index")
OTHER: Final = "other_answers"
MOST_CHOICES: Final = 200
"""A question with more choices has no column for each of them."""
_LIST: Final = "; "
_INSTANCE: Final = re.compile(r"/([^/\[\]]+)\[(\d{1,9})\]")
_MANY: Final = frozenset({Kind.SELECT_MULTIPLE, Kind.RANK})
_TITLES: Final = {
    "interview": N_("Interview"),
    "version": N_("Version"),
    "started": N_("Started at"),
    "finished": N_("Finished at"),
    "mode": N_("Mode"),
    "case": N_("Case"),
    "customer": N_("Customer number"),
    "state": N_("State"),
    "review": N_("Review"),
    "by": N_("By"),
    "row": N_("Row"),
    "parent": N_("Belongs to"),
    "index": N_("Instance"),
    OTHER: N_("Answers without a question"),
}


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview as it is kept.

    Attributes:
        key: What tells it from the others.
        version: Name of the version it was held with.
        meta: ``started``, ``finished``, ``mode`` and the others of :data:`MAIN`, as far as known.
        answers: Answers by address, as :func:`answers.to_answers` gives them.
    """

    key: str
    version: str
    meta: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FlatColumn:
    """A column of a table.

    Attributes:
        heading: Unique in its table, also without regard to upper and lower case.
        title: What is asked, in the language that was wanted.
        source: Whose answers it holds; None for what the table itself knows.
        choice: Its choice, for a column that says 1 or 0.
    """

    heading: str
    title: str
    source: AnswerColumn | None = None
    choice: ColumnChoice | None = None


@dataclass(frozen=True, slots=True)
class FlatTable:
    """A table.

    Attributes:
        name: ``interviews``, or the heading of the repeat.
        repeat: Id of the repeat, empty for the interviews.
        columns: Its columns; every row has a cell for each.
        rows: One row an interview, or an instance of the repeat.
    """

    name: str
    repeat: str
    columns: tuple[FlatColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class CodebookRow:
    """What a column is; ``choices`` reads ``1=Yes; 2=No``."""

    column: str
    question: str
    kind: str
    choices: str
    versions: str
    constraint: str


@dataclass(slots=True)
class _Row:
    """A row while answers are put into it."""

    interview: Interview
    fixed: dict[str, Cell]
    values: dict[ColumnKey, str] = field(default_factory=dict)
    other: list[str] = field(default_factory=list)


def tables(
    history: History, interviews: Iterable[Interview], *, labels: bool, language: str = ""
) -> list[FlatTable]:
    """Answers as tables: the interviews first, then each repeat.

    An answer of a question that its version has not is kept in the last column of the interviews,
    which is there only when it is needed.

    Args:
        history: The versions.
        interviews: In the order of the rows.
        labels: Choices as they are called, and not their codes.
        language: Language of labels and titles.

    Raises:
        HistoryError: an interview was held with a version that is not in the history.
    """
    rows: dict[str, list[_Row]] = {"": [], **{repeat: [] for repeat in history.repeats}}
    for interview in interviews:
        for repeat, row in _rows(history, interview):
            rows[repeat].append(row)
    names = {"interviews"}
    return [
        _table(
            unique([history.repeats[repeat]], names) if repeat else "interviews",
            repeat,
            _columns(history, repeat, language, has_other=any(row.other for row in found)),
            found,
            language if labels else None,
        )
        for repeat, found in rows.items()
    ]


def codebook(history: History, language: str = "") -> list[CodebookRow]:
    """What every column of the answers is, in their order."""
    return [
        CodebookRow(
            column=column.heading,
            question=column.title(language),
            kind=column.kind.value,
            choices=_LIST.join(
                f"{choice.code}={label_of(choice, language)}" for choice in column.choices
            ),
            versions=_LIST.join(column.versions),
            constraint=column.constraint,
        )
        for column in history.columns
    ]


def label_of(choice: ColumnChoice, language: str) -> str:
    """What a choice is called in a language, else in any; its code when it has no label."""
    return plain(choice.labels.content(language, "")) or choice.code


# Rows --------------------------------------------------------------------------------------------


def _rows(history: History, interview: Interview) -> Iterator[tuple[str, _Row]]:
    """The row of an interview, then those of its repeats, each with the id of the repeat."""
    form = history.version(interview.version).form
    fixed: dict[str, Cell] = {"interview": interview.key, "version": interview.version}
    meta: dict[str, Cell] = {name: interview.meta.get(name) or None for name in MAIN[2:]}
    main = _Row(interview, {**fixed, **meta})
    found: dict[str, tuple[str, _Row]] = {"": ("", main)}
    for address, number in _instances(form.repeats, interview.answers):
        around = _innermost(address.rpartition("/")[0])
        links: dict[str, Cell] = {
            "row": _row_key(interview, address),
            "parent": _row_key(interview, around),
            "index": number,
        }
        repeat = repeat_id(form, definition_of(address))
        found[address] = (repeat, _Row(interview, {**fixed, **links}))
    for address, value in interview.answers.items():
        if not value:
            continue
        column = history.places.get((interview.version, definition_of(address)))
        place = found.get(_innermost(address))
        if column is not None and place is not None and column.repeat == place[0]:
            place[1].values[column.key] = value
        else:
            main.other.append(f"{address}={value}")
    yield from found.values()


def _instances(repeats: Iterable[str], answers: Iterable[str]) -> list[tuple[str, int]]:
    """Every instance that the addresses speak of, and those before it, in order of their number."""
    counts: dict[str, int] = {}
    for address in answers:
        for part in _INSTANCE.finditer(address):
            base, number = address[: part.end(1)], int(part[2])
            if definition_of(base) not in repeats or number > MAX_INSTANCES:
                break
            counts[base] = max(counts.get(base, 0), number)
    found = [
        (f"{base}[{number}]", number)
        for base, count in counts.items()
        for number in range(1, count + 1)
    ]
    return sorted(found, key=lambda each: [int(part[2]) for part in _INSTANCE.finditer(each[0])])


def _innermost(address: str) -> str:
    """The instance an address is in, or is; empty outside of repeats."""
    return address[: address.rfind("]") + 1]


def _row_key(interview: Interview, instance: str) -> str:
    """``K1`` of the interview, ``K1/person[2]`` of an instance of a repeat."""
    _root, _slash, below = instance.removeprefix("/").partition("/")
    return f"{interview.key}/{below}" if below else interview.key


# Tables ------------------------------------------------------------------------------------------


def _columns(
    history: History, repeat: str, language: str, *, has_other: bool
) -> tuple[FlatColumn, ...]:
    sources = [column for column in history.columns if column.repeat == repeat]
    fixed = ROW if repeat else MAIN
    taken = {name.casefold() for name in (*fixed, OTHER, *(each.heading for each in sources))}
    found = [FlatColumn(name, _(_TITLES[name])) for name in fixed]
    for source in sources:
        title = source.title(language)
        found.append(FlatColumn(source.heading, title, source))
        if source.kind is Kind.SELECT_MULTIPLE and len(source.choices) <= MOST_CHOICES:
            for choice in source.choices:
                heading = unique([f"{source.heading}/{choice.code}"], taken)
                whole = f"{title}: {label_of(choice, language)}"
                found.append(FlatColumn(heading, whole, source, choice))
    if has_other:
        found.append(FlatColumn(OTHER, _(_TITLES[OTHER])))
    return tuple(found)


def _table(
    name: str,
    repeat: str,
    columns: tuple[FlatColumn, ...],
    rows: list[_Row],
    language: str | None,
) -> FlatTable:
    """The table; labels in a language, or codes without one."""
    shown: dict[str, dict[str, str]] = {}
    for column in columns:
        if language is not None and column.source is not None and column.choice is None:
            shown[column.heading] = {
                choice.code: label_of(choice, language) for choice in column.source.choices
            }
    cells = tuple(
        tuple(_cell(row, column, shown.get(column.heading, {})) for column in columns)
        for row in rows
    )
    return FlatTable(name, repeat, columns, cells)


def _cell(row: _Row, column: FlatColumn, labels: Mapping[str, str]) -> Cell:
    if column.source is None:
        return (
            (_LIST.join(row.other) or None)
            if column.heading == OTHER
            else (row.fixed[column.heading])
        )
    value = row.values.get(column.source.key)
    if value is None:
        return None
    if column.choice is not None:
        is_chosen = column.choice.code in value.split()
        was_offered = row.interview.version in column.choice.versions
        return int(is_chosen) if is_chosen or was_offered else None
    if not labels:
        return value
    if column.source.kind in _MANY:
        return _LIST.join(labels.get(code, code) for code in value.split())
    return labels.get(value, value)
