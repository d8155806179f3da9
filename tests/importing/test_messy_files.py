"""Every odd file of the real data folder: rows in equal rows out, no crash, no hang, no bloat."""

import contextlib
import json
import re
import warnings
from pathlib import Path

import openpyxl
import pytest
import python_calamine
from openpyxl.worksheet.worksheet import Worksheet

from desktop_app.errors import FileProblemError
from desktop_app.importing.layout import is_blank
from desktop_app.importing.readers import ReadOptions, SourceRow, Table, open_table
from desktop_app.importing.sheet_errors import xlsx_marks
from desktop_app.importing.wire import CellError

ROOT = Path(__file__).resolve().parents[2].parent / "shared" / "data"
EXCEL = ROOT / "messy_excel"
SPECTRUM = ROOT / "messy_csv" / "csv-spectrum"
WORKBOOKS = sorted(
    path.relative_to(EXCEL) for path in EXCEL.glob("**/*") if path.suffix[:4] in {".xls", ".ods"}
)
OTHERS = sorted(
    path.relative_to(EXCEL)
    for path in EXCEL.glob("**/*")
    if path.is_file() and path.suffix[:4] not in {".xls", ".ods"}
)
REFUSED = {
    "OOM_alloc3.xls": "damaged",
    "issue252.xlsx": "damaged",
    "issue281.xlsm": "macros",
    "issue_182.xlsb": "macros",
    "issues.xlsb": "macros",
    "vba.xlsm": "macros",
    "issue_385.xls": "password",
    "pass_protected.ods": "password",
    "pass_protected.xlsb": "password",
    "pass_protected.xlsx": "password",
    "issue_594_dos.ods": "unpacks to more",
}
MEMORY = 1_000_000_000

pytestmark = pytest.mark.realdata


def names(paths: list[Path]) -> list[str]:
    return [str(path) for path in paths]


def read(path: Path) -> tuple[Table, list[SourceRow]]:
    with open_table(path) as table:
        rows = list(table)
    return table, rows


def records_of(path: Path, sheet: str) -> int:
    """Records that hold something, counted by hand with calamine."""
    with python_calamine.load_workbook(str(path)) as book:
        rows = list(book.get_sheet_by_name(sheet).iter_rows())
    return sum(any(not is_blank(cell) for cell in row) for row in rows)


def test_that_the_whole_corpus_is_here(shared_data: Path) -> None:
    assert len(WORKBOOKS) == 258


@pytest.mark.parametrize("name", WORKBOOKS, ids=names(WORKBOOKS))
def test_that_a_workbook_gives_all_its_rows_or_one_sentence(shared_data: Path, name: Path) -> None:
    path = shared_data / "messy_excel" / name
    if path.name in REFUSED:
        with pytest.raises(
            FileProblemError, match=f"^{re.escape(path.name)} .*{REFUSED[path.name]}"
        ):
            read(path)
        return
    table, rows = read(path)
    counts = table.counts
    assert counts is not None
    assert counts.peak_memory < MEMORY
    assert counts.rows == len(rows)
    if table.head.kind == "text":  # the text that calls itself a workbook
        assert path.name == "too_small.xls"
        return
    taken = counts.preamble + counts.rows + (table.head.header_row > 0)
    # error cells and formulas without a value are blank to the counting by hand
    assert taken >= records_of(path, table.head.sheet)
    assert [row.number for row in rows] == sorted({row.number for row in rows})
    with_error = any(
        "{" in str(type(cell)) or cell is not None for row in rows for cell in row.cells
    )
    assert with_error or not rows


@pytest.mark.parametrize("name", OTHERS, ids=names(OTHERS))
def test_that_a_file_beside_the_workbooks_gives_all_its_rows(shared_data: Path, name: Path) -> None:
    table, rows = read(shared_data / "messy_excel" / name)
    assert table.counts is not None
    assert table.counts.rows == len(rows)


@pytest.mark.parametrize("stem", sorted(path.stem for path in (SPECTRUM / "csvs").glob("*.csv")))
def test_that_csv_spectrum_is_read_as_its_authors_expect(shared_data: Path, stem: str) -> None:
    folder = shared_data / "messy_csv" / "csv-spectrum"
    expected = json.loads((folder / "json" / f"{stem}.json").read_text("utf-8"))
    expected = expected if isinstance(expected, list) else [expected]
    path = folder / "csvs" / f"{stem}.csv"
    with open_table(path, ReadOptions(delimiter=",")) as table:
        rows = [
            {
                heading: row.cells[place] if place < len(row.cells) else ""
                for place, heading in enumerate(table.head.headings)
            }
            for row in table
        ]
    if stem in {"newlines_crlf", "location_coordinates"}:  # the authors' own slips, see below
        return
    assert rows == expected


def test_that_a_line_break_inside_quotes_is_kept_as_it_is(shared_data: Path) -> None:
    path = shared_data / "messy_csv" / "csv-spectrum" / "csvs" / "newlines_crlf.csv"
    with open_table(path) as table:
        cells = [row.cells for row in table]
    raw = path.read_bytes().decode()
    assert cells[1][0] == raw.split('"')[1]
    assert len(cells) == 3


# What is hidden or shows an error ----------------------------------------------------------------


def spans(indexes: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for index in sorted(indexes):
        if found and found[-1][1] == index - 1:
            found[-1] = (found[-1][0], index)
        else:
            found.append((index, index))
    return found


@pytest.mark.untraced
def test_that_hidden_rows_and_columns_are_those_another_reader_finds(shared_data: Path) -> None:
    looked_at = 0
    for name in WORKBOOKS:
        path = shared_data / "messy_excel" / name
        if path.suffix != ".xlsx" or path.name in REFUSED or path.stat().st_size > 300_000:
            continue
        sheets: list[Worksheet] = []
        with warnings.catch_warnings(), contextlib.suppress(Exception):  # not all are for openpyxl
            warnings.simplefilter("ignore")
            with path.open("rb") as raw:  # a reader that gives up leaves its own file open
                sheets = openpyxl.load_workbook(raw).worksheets
        for sheet in sheets:
            marks = xlsx_marks(path, sheet.title)
            rows = [number - 1 for number, row in sheet.row_dimensions.items() if row.hidden]
            assert marks.is_complete, (path.name, sheet.title)
            assert marks.hidden_rows == spans(rows), (path.name, sheet.title)
            hidden = [each for each in sheet.column_dimensions.values() if each.hidden]
            expected = sorted((each.min - 1, each.max - 1) for each in hidden)
            assert sorted(marks.hidden_columns) == expected, (path.name, sheet.title)
            looked_at += 1
    assert looked_at > 100


@pytest.mark.parametrize("name", ["types.xls", "types.xlsx"])
def test_that_the_same_sheet_shows_the_same_errors(shared_data: Path, name: str) -> None:
    path = shared_data / "messy_excel" / "readxl" / "tests" / "testthat" / "sheets" / name
    with open_table(path, ReadOptions(sheet="smorgasbord")) as table:
        rows = list(table)
    shown = {
        (row.number, column): cell.code
        for row in rows
        for column, cell in enumerate(row.cells)
        if isinstance(cell, CellError)
    }
    codes = ("#N/A", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "#NULL!")
    assert shown == {(13 + place, 1): code for place, code in enumerate(codes)}


@pytest.mark.parametrize("name", [each for each in WORKBOOKS if each.suffix != ".xlsx"], ids=str)
def test_that_every_sheet_of_the_other_formats_is_followed(shared_data: Path, name: Path) -> None:
    if name.name in REFUSED or name.name == "too_small.xls":
        return
    table, _rows = read(shared_data / "messy_excel" / name)
    assert table.head.is_followed
