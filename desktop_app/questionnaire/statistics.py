"""Answers for SPSS, Stata and R: a CSV file with codes, and syntax that reads and labels it.

All three get the same cells; each gets names of variables that it accepts. Give it tables of codes
(``labels=False``): the labels stand in the syntax.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from desktop_app.questionnaire.flat import Cell, FlatColumn, FlatTable, label_of
from desktop_app.questionnaire.form import Kind
from desktop_app.questionnaire.values import parse_date
from desktop_app.questionnaire.variable_names import SPSS, STATA, NameRules, R, legal_names

_NUMBER: Final = re.compile(r"[-+]?\d+(\.\d+)?")
_CODE: Final = re.compile(r"0|-?[1-9]\d{0,8}", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOST_DIGITS: Final = 15
"""A longer number would be rounded, so it stays a text."""
_NUMBERS: Final = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.RANGE})
_SPSS_TITLE, _SPSS_LABEL, _SPSS_TEXT = 255, 120, 32767
_SPSS_MISSING: Final = 8
"""Bytes of the longest text variable for which SPSS knows missing values."""
_STATA_TITLE: Final = 80
_STATA_MARKS: Final = '"`$\\\n\r'
"""What Stata does not read as it stands between quotes."""


class Sort(Enum):
    """How a package holds a variable."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CODE = "code"
    """A choice whose codes are whole numbers."""
    CHOICE = "choice"
    """A choice with other codes."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable.

    Attributes:
        name: Legal in the package.
        title: What was asked.
        sort: How it is held.
        width: Bytes of the longest value, at least 1.
        decimals: Digits after the point, of a number.
        labels: Codes and what they are called, codes without a question too.
    """

    name: str
    title: str
    sort: Sort
    width: int
    decimals: int
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Files:
    """What a package needs.

    Attributes:
        data: The CSV file, to be written as UTF-8.
        syntax: The file that reads it, to be written as UTF-8.
    """

    data: str
    syntax: str


def spss(table: FlatTable, data_name: str, language: str = "") -> Files:
    """A table for SPSS.

    Args:
        table: With codes.
        data_name: Name of the CSV file, for the syntax.
        language: Language of the labels.
    """
    variables = _variables(table, SPSS, language)
    rows = [[_one_line(cell) for cell in row] for row in table.rows]
    lines = [
        "* Encoding: UTF-8.",
        "GET DATA",
        "  /TYPE=TXT",
        f"  /FILE={_spss_text(data_name)}",
        "  /ENCODING='UTF8'",
        "  /DELCASE=LINE",
        '  /DELIMITERS=","',
        "  /QUALIFIER='\"'",
        "  /ARRANGEMENT=DELIMITED",
        "  /FIRSTCASE=2",
        "  /VARIABLES=",
        *(f"    {each.name} {_spss_format(each)}" for each in variables),
        "  .",
        "VARIABLE LABELS",
        *(f"  {each.name} {_spss_text(each.title, _SPSS_TITLE)}" for each in variables),
        "  .",
    ]
    labelled = [each for each in variables if each.labels]
    if labelled:
        lines += ["VALUE LABELS", *_spss_values(labelled), "  ."]
    for each in labelled:
        if each.sort is Sort.CHOICE and each.width <= _SPSS_MISSING:
            lines.append(f"MISSING VALUES {each.name} (' ').")
    lines.append("EXECUTE.")
    return Files(_csv(variables, rows), _file(lines))


def stata(table: FlatTable, data_name: str, language: str = "") -> Files:
    """A table for Stata; see :func:`spss`.

    A choice whose codes are no whole numbers stays a text with its codes; beside it stands a
    numbered variable with labels, its name ending in ``_n``.
    """
    variables = _variables(table, STATA, language)
    texts = [
        str(place)
        for place, each in enumerate(variables, 1)
        if each.sort not in {Sort.NUMBER, Sort.CODE}
    ]
    numbers = [
        str(place)
        for place, each in enumerate(variables, 1)
        if each.sort in {Sort.NUMBER, Sort.CODE}
    ]
    options = ["clear", "varnames(1)", "case(preserve)", 'encoding("UTF-8")', "asdouble"]
    options += ["bindquote(strict)", "maxquotedrows(unlimited)"]
    options += [f"stringcols({' '.join(texts)})"] if texts else []
    options += [f"numericcols({' '.join(numbers)})"] if numbers else []
    lines = [
        "version 14",
        f"import delimited using {_stata_text(data_name)}, {' '.join(options)}",
    ]
    names = legal_names(
        [*(each.name for each in variables), *(f"{each.name}_n" for each in variables)], STATA
    )
    for each, numbered in zip(variables, names[len(variables) :], strict=True):
        lines.append(f"label variable {each.name} {_stata_text(each.title, _STATA_TITLE)}")
        if each.sort is Sort.DATE:
            lines += _stata_date(each, numbered)
        elif each.sort is Sort.CHOICE:
            lines += _stata_numbered(each, numbered)
        elif each.sort is Sort.CODE:
            lines += _stata_values(each.name, each.labels)
    return Files(_csv(variables, table.rows), _file(lines))


def r(table: FlatTable, data_name: str, language: str = "") -> Files:
    """A table for R; see :func:`spss`. Choices become factors."""
    variables = _variables(table, R, language)
    classes = ["numeric" if each.sort is Sort.NUMBER else "character" for each in variables]
    lines = [
        "answers <- read.csv(",
        f'  {_r_text(data_name)}, fileEncoding = "UTF-8", encoding = "UTF-8",',
        '  check.names = FALSE, na.strings = "",',
        f"  colClasses = c({', '.join(map(_r_text, classes))})",
        ")",
    ]
    for each in variables:
        place = f"answers[[{_r_text(each.name)}]]"
        if each.sort is Sort.DATE:
            lines.append(f"{place} <- as.Date({place})")
        elif each.labels:
            codes = ", ".join(_r_text(code) for code, _label in each.labels)
            shown = ", ".join(map(_r_text, _distinct(each.labels)))
            lines.append(f"{place} <- factor({place}, levels = c({codes}), labels = c({shown}))")
        lines.append(f'attr({place}, "label") <- {_r_text(_flat(each.title))}')
    return Files(_csv(variables, table.rows), _file(lines))


# Variables ---------------------------------------------------------------------------------------


def _variables(table: FlatTable, rules: NameRules, language: str) -> list[Variable]:
    names = legal_names((column.heading for column in table.columns), rules)
    return [
        _variable(name, column, [_text(row[place]) for row in table.rows], language)
        for place, (name, column) in enumerate(zip(names, table.columns, strict=True))
    ]


def _variable(name: str, column: FlatColumn, cells: list[str], language: str) -> Variable:
    filled = list(dict.fromkeys(cell for cell in cells if cell))
    labels: dict[str, str] = {}
    if column.source is not None and column.choice is None and _is_choice(column):
        labels = {choice.code: label_of(choice, language) for choice in column.source.choices}
        labels = {**labels, **{code: code for code in filled if code not in labels}}
    sort = _sort(column, filled, labels)
    width = max((len(text.encode()) for text in (*filled, *labels)), default=1)
    decimals = max((len(text.partition(".")[2]) for text in filled), default=0)
    whole = decimals if sort is Sort.NUMBER else 0
    return Variable(name, column.title, sort, max(width, 1), whole, tuple(labels.items()))


def _is_choice(column: FlatColumn) -> bool:
    return column.source is not None and column.source.kind is Kind.SELECT_ONE


def _sort(column: FlatColumn, filled: list[str], codes: Iterable[str]) -> Sort:
    source = column.source
    if column.choice is not None or column.heading == "index":
        return Sort.NUMBER
    if source is not None and source.kind is Kind.SELECT_ONE:
        known = list(codes)
        if not known:
            return Sort.TEXT
        return Sort.CODE if all(map(_CODE.fullmatch, known)) else Sort.CHOICE
    if source is not None and source.kind in _NUMBERS and all(map(_is_number, filled)):
        return Sort.NUMBER
    if source is not None and source.kind is Kind.DATE and all(map(_is_date, filled)):
        return Sort.DATE
    return Sort.TEXT


def _is_number(text: str) -> bool:
    digits = sum(1 for char in text if char.isdigit())
    return text.isascii() and bool(_NUMBER.fullmatch(text)) and digits <= _MOST_DIGITS


def _is_date(text: str) -> bool:
    return bool(_DATE.fullmatch(text)) and parse_date(text) is not None


def _distinct(labels: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Labels, with the code where two codes are called the same: R would make them one."""
    pairs = list(labels)
    called = [label for _code, label in pairs]
    for code, label in pairs:
        yield f"{label} ({code})" if called.count(label) > 1 else label


# Texts -------------------------------------------------------------------------------------------


def _csv(variables: Iterable[Variable], rows: Iterable[Iterable[Cell]]) -> str:
    holder = io.StringIO(newline="")
    writer = csv.writer(holder, lineterminator="\r\n")
    writer.writerow([each.name for each in variables])
    writer.writerows([_text(cell) for cell in row] for row in rows)
    return holder.getvalue()


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).replace("\0", "")


def _one_line(cell: Cell) -> str:
    """SPSS reads no line breaks inside a value."""
    return " ".join(_text(cell).splitlines())


def _file(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _spss_text(text: str, most: int = _SPSS_TEXT) -> str:
    """A text in quotes, of so many bytes."""
    found = _flat(text).encode()[:most].decode(errors="ignore")
    return _spss_exact(found)


def _spss_exact(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _spss_format(variable: Variable) -> str:
    match variable.sort:
        case Sort.NUMBER | Sort.CODE:
            return f"F20.{variable.decimals}"
        case Sort.DATE:
            return "SDATE10"
        case _:
            return f"A{min(variable.width, _SPSS_TEXT)}"


def _spss_values(variables: list[Variable]) -> Iterator[str]:
    for number, each in enumerate(variables):
        yield f"  {'/' if number else ''}{each.name}"
        for code, label in each.labels:
            value = code if each.sort is Sort.CODE else _spss_exact(_one_line(code))
            yield f"    {value} {_spss_text(label, _SPSS_LABEL)}"


def _stata_text(text: str, most: int = _SPSS_TEXT) -> str:
    """A text in quotes, of so many characters; nothing in it ends it or names a macro."""
    found = _flat(text)[:most].replace('"', "'").replace("`", "'").replace("$", r"\$")
    return f'"{found}"'


def _stata_exact(text: str) -> str:
    """An expression that gives a code as it is."""
    parts = [
        f"char({ord(part)})" if part in _STATA_MARKS else f'"{part}"'
        for part in re.split(f"([{re.escape(_STATA_MARKS)}])", text)
        if part
    ]
    return " + ".join(parts)


def _stata_values(name: str, labels: Iterable[tuple[str, str]]) -> Iterator[str]:
    for place, (code, label) in enumerate(labels):
        more = ", add" if place else ""
        yield f"label define {name} {code} {_stata_text(label)}{more}"
    yield f"label values {name} {name}"


def _stata_numbered(variable: Variable, numbered: str) -> Iterator[str]:
    yield f"generate long {numbered} = ."
    for number, (code, _label) in enumerate(variable.labels, 1):
        yield f"replace {numbered} = {number} if {variable.name} == {_stata_exact(code)}"
    yield f"label variable {numbered} {_stata_text(variable.title, _STATA_TITLE)}"
    yield from _stata_values(
        numbered, [(str(n), label) for n, (_code, label) in enumerate(variable.labels, 1)]
    )


def _stata_date(variable: Variable, numbered: str) -> Iterator[str]:
    yield f'generate long {numbered} = daily({variable.name}, "YMD")'
    yield f"format {numbered} %td"
    yield f"label variable {numbered} {_stata_text(variable.title, _STATA_TITLE)}"


def _r_text(text: str) -> str:
    """A text in quotes; R reads the escapes of JSON."""
    return json.dumps(text, ensure_ascii=False)
