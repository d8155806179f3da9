"""Workbooks: kinds of cells, sheets, merged blocks, and the hostile ones."""

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from desktop_app.errors import FileProblemError
from desktop_app.importing.readers import ReadOptions, SourceRow, open_table, preview
from desktop_app.importing.wire import CellError


def workbook(
    path: Path, fill: Callable[[Worksheet], object], **more: Callable[[Worksheet], object]
) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    fill(sheet)
    for title, other in more.items():
        other(book.create_sheet(title))
    book.save(path)
    return path


MOMENT = dt.datetime(2026, 8, 3, 14, 5)  # noqa: DTZ001  (a cell knows no zone)


def rows_of(path: Path, **options: object) -> list[SourceRow]:
    with open_table(path, ReadOptions.model_validate(options)) as table:
        return list(table)


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))
    return target


def simple(sheet: Worksheet) -> None:
    sheet.append(["number", "name", "phone"])
    sheet.append(["001", "张三", 13800138000])
    sheet.append(["002", "李四", 13900139000])


def test_that_cells_keep_their_kind(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["id", "day", "moment", "time", "yes", "price", "text"])
        sheet.append([13800138000, dt.date(2026, 8, 3), MOMENT, dt.time(9, 30), True, 12.5, "007"])

    row = rows_of(workbook(tmp_path / "a.xlsx", fill))[0]
    assert row.cells == [
        13800138000,
        dt.date(2026, 8, 3),
        MOMENT,
        dt.time(9, 30),
        True,
        12.5,
        "007",
    ]
    assert isinstance(row.cells[0], int)


def test_that_a_number_of_more_than_fifteen_digits_stays_inexact(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["card", "name"])
        sheet.append([6222021234567890, "a"])

    assert isinstance(rows_of(workbook(tmp_path / "a.xlsx", fill))[0].cells[0], float)


def test_that_error_cells_and_uncalculated_formulas_are_seen(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["a", "b", "c", "d"])
        sheet.append(["x", "#REF!", "=1/0", 4])
        sheet["B2"].data_type = "e"
        sheet.append(["y", 1, 2, 3])

    rows = rows_of(workbook(tmp_path / "a.xlsx", fill))
    assert rows[0].cells == ["x", CellError("#REF!"), CellError("=?"), 4]
    assert rows[1].cells == ["y", 1, 2, 3]


def test_that_merged_blocks_are_counted_and_filled_on_demand(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["order", "product"])
        for number in range(4):
            sheet.append(["A1" if number == 0 else None, f"p{number}"])
        sheet.merge_cells("A2:A4")

    path = workbook(tmp_path / "a.xlsx", fill)
    assert preview(path).head.merged == 1
    assert [row.cells[0] for row in rows_of(path)] == ["A1", None, None, None]
    filled = [row.cells[0] for row in rows_of(path, fill_merged=True)]
    assert filled == ["A1", "A1", "A1", None]


def test_that_the_first_visible_sheet_with_rows_is_taken(tmp_path: Path) -> None:
    def hidden(sheet: Worksheet) -> None:
        simple(sheet)
        sheet.sheet_state = "hidden"

    path = workbook(tmp_path / "a.xlsx", lambda _sheet: None, Secret=hidden, 客户=simple)
    found = preview(path)
    assert found.head.sheet == "客户"
    assert [(sheet.name, sheet.is_visible) for sheet in found.head.sheets] == [
        ("Sheet", True),
        ("Secret", False),
        ("客户", True),
    ]
    assert preview(path, ReadOptions(sheet="Secret")).total_rows == 2
    with pytest.raises(FileProblemError, match=r'no sheet "Nowhere"\. It has: Sheet, Secret, 客户'):
        preview(path, ReadOptions(sheet="Nowhere"))


def test_that_an_empty_workbook_has_no_rows(tmp_path: Path) -> None:
    found = preview(workbook(tmp_path / "a.xlsx", lambda _sheet: None))
    assert (found.head.headings, found.total_rows) == ((), 0)


def test_that_a_wrong_dimension_hides_no_rows(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["a", "b", "c"])
        for number in range(100):
            sheet.append([number, "x", "y"])

    def lie(name: str, data: bytes) -> bytes:
        if not name.endswith("sheet1.xml"):
            return data
        assert b'ref="A1:C101"' in data
        return data.replace(b'ref="A1:C101"', b'ref="A1:B3"')

    path = rewritten(workbook(tmp_path / "a.xlsx", fill), tmp_path / "b.xlsx", lie)
    assert len(rows_of(path)) == 100


def test_that_a_cell_at_the_far_end_of_the_sheet_is_survived(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        simple(sheet)
        sheet["XFD1048576"] = 1

    path = workbook(tmp_path / "bomb.xlsx", fill)
    assert path.stat().st_size < 6000
    with open_table(path) as table:
        rows = list(table)
    assert [row.number for row in rows] == [2, 3, 1048576]
    assert rows[0].cells == ["001", "张三", 13800138000]
    assert table.counts is not None
    assert table.counts.peak_memory < 200_000_000


def test_that_a_giant_merged_block_is_survived(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        simple(sheet)

    def merge(name: str, data: bytes) -> bytes:
        block = b'<mergeCells count="1"><mergeCell ref="A3:XFD1048576"/></mergeCells>'
        return data.replace(b"</sheetData>", b"</sheetData>" + block)

    path = rewritten(workbook(tmp_path / "a.xlsx", fill), tmp_path / "b.xlsx", merge)
    rows = rows_of(path, fill_merged=True)
    assert [row.cells for row in rows] == [["001", "张三", 13800138000], ["002"] * 3]


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path


BOOK = {"xl/workbook.xml": b"<workbook/>"}


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({f"p{number}": b"" for number in range(2001)}, "unpacks to more"),
        (BOOK | {"xl/big.xml": b"a" * 20_000_000}, "unpacks to more"),
        (BOOK | {"xl/vbaProject.bin": b"x"}, "macros"),
        (BOOK | {"../../evil.xml": b"x"}, "unsafe names"),
        (BOOK | {"/etc/passwd": b"x"}, "unsafe names"),
        (BOOK | {"C:\\evil.xml": b"x"}, "unsafe names"),
        (BOOK, "damaged"),
        ({"picture.png": b"x"}, "not a table"),
    ],
    ids=["entries", "ratio", "macros", "dots", "absolute", "drive", "hollow", "zip"],
)
def test_that_a_suspicious_package_is_refused(
    tmp_path: Path, parts: dict[str, bytes], sentence: str
) -> None:
    with pytest.raises(FileProblemError, match=sentence):
        preview(zipped(tmp_path / "a.xlsx", parts))


def test_that_a_package_cut_off_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", simple)
    data = path.read_bytes()
    for end in (len(data) // 3, len(data) // 2, len(data) - 30):
        path.write_bytes(data[:end])
        with pytest.raises(FileProblemError, match="damaged"):
            preview(path)


def test_that_entities_are_never_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")

    def attack(name: str, data: bytes) -> bytes:
        if not name.endswith("sheet1.xml"):
            return data
        laughs = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
        head = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file://%s"><!ENTITY l0 "ha">%s]>' % (
            str(secret).encode(),
            laughs,
        )
        body = data.replace(
            b"<sheetData>",
            b"<sheetData><row r='9'><c r='A9' t='inlineStr'><is><t>&f;&l9;</t></is></c></row>",
        )
        return head + body

    path = rewritten(workbook(tmp_path / "a.xlsx", simple), tmp_path / "b.xlsx", attack)
    try:
        shown = str(rows_of(path))
    except FileProblemError:
        return
    assert "the secret" not in shown
    assert "hahaha" not in shown


def test_that_a_workbook_of_the_old_kind_and_ods_are_read(shared_data: Path) -> None:
    for name in ("date.xls", "date.ods", "date_1904.xlsx", "date.xlsx"):
        path = shared_data / "messy_excel" / "calamine" / "tests" / name
        found = preview(path, ReadOptions(header_row=0))
        assert found.rows[0].cells[0] == dt.date(2021, 1, 1), name
