"""Sheets with more than values: errors, hidden parts, further sheets, a second table."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from db.session import Actor, Database
from db.vocabulary import ImportKind
from desktop_app.importing.load import ImportResult, import_file, suggest_mapping
from desktop_app.importing.ods_marks import ods_marks
from desktop_app.importing.readers import ReadOptions, SourceRow, Table, open_table, preview
from desktop_app.importing.sheet_errors import xlsx_marks
from desktop_app.importing.sheet_marks import SheetMarks
from desktop_app.importing.wire import CellError
from desktop_app.importing.xls_marks import xls_marks
from desktop_app.importing.xlsb_marks import xlsb_marks
from desktop_app.progress import Silent

XLS = Path(__file__).with_name("data") / "errors.xls"
HEAD = ["客户编号", "姓名", "金额", "备注"]
SHOWN = {(4, 2): "#DIV/0!", (5, 2): "#N/A", (6, 3): "#NAME?", (7, 1): "#REF!", (9, 2): "#N/A"}
"""Row and column of errors that each format of the same sheet has."""


def read(path: Path, **options: object) -> tuple[Table, list[SourceRow]]:
    with open_table(path, ReadOptions.model_validate(options)) as table:
        rows = list(table)
    return table, rows


def errors_of(rows: list[SourceRow]) -> dict[tuple[int, int], str]:
    return {
        (row.number, column): cell.code
        for row in rows
        for column, cell in enumerate(row.cells)
        if isinstance(cell, CellError)
    }


def fill(sheet: Worksheet) -> None:
    """The sheet of every format: errors, rows 3, 6 and 7 hidden, the last column hidden."""
    sheet.append(HEAD)
    for number in range(2, 12):
        sheet.append([f"K{number}", f"客户{number}", number * 10, "x"])
    for (row, column), code in SHOWN.items():
        cell = sheet.cell(row, column + 1, code)
        cell.data_type = "e"
    for row in (3, 6, 7):
        sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions["D"].hidden = True


def xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "订单"
    fill(sheet)
    hidden = book.create_sheet("隐藏")
    hidden.append(["客户编号"])
    hidden.append(["H1"])
    hidden.sheet_state = "hidden"
    book.save(path)
    return path


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>
</office:document-content>"""


def ods(path: Path, tables: str) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
        package.writestr("content.xml", ODS.format(tables=tables))
    return path


def ods_cell(value: object) -> str:
    text = f"<text:p>{value}</text:p></table:table-cell>"
    if isinstance(value, int):
        return f'<table:table-cell office:value-type="float" office:value="{value}">{text}'
    if str(value).startswith("#"):
        head = 'table:formula="of:=x" office:value-type="string" office:string-value=""'
        return f'<table:table-cell {head} calcext:value-type="error">{text}'
    return f'<table:table-cell office:value-type="string">{text}'


def errors_ods(path: Path) -> Path:
    rows = [HEAD, *([f"K{n}", f"客户{n}", n * 10, "x"] for n in range(2, 12))]
    for (row, column), code in SHOWN.items():
        rows[row - 1][column] = code
    lines = []
    for number, row in enumerate(rows, 1):
        hidden = ' table:visibility="filter"' if number in (3, 6, 7) else ""
        lines.append(f"<table:table-row{hidden}>{''.join(map(ods_cell, row))}</table:table-row>")
    columns = (
        '<table:table-column table:number-columns-repeated="3"/>'
        '<table:table-column table:visibility="collapse"/>'
    )
    whole = f'<table:table table:name="订单">{columns}{"".join(lines)}</table:table>'
    row = f"<table:table-row>{ods_cell('H')}</table:table-row>"
    return ods(path, f'{whole}<table:table table:name="隐藏">{row}</table:table>')


def record(kind: int, data: bytes = b"") -> bytes:
    """A record of an XLSB part."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(data) & 0x7F | 0x80, len(data) >> 7]) + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(path: Path) -> Path:
    """The same sheet, its texts in the cells."""
    codes = {"#DIV/0!": 0x07, "#N/A": 0x2A, "#NAME?": 0x1D, "#REF!": 0x17}
    rows: list[list[object]] = [list(HEAD)]
    rows += [[f"K{n}", f"客户{n}", n * 10, "x"] for n in range(2, 12)]
    for (row, column), code in SHOWN.items():
        rows[row - 1][column] = code
    parts = [record(129), record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, 3))]
    parts += [record(390), record(60, struct.pack("<IIIIH", 3, 3, 2340, 0, 1)), record(391)]
    parts.append(record(145))
    for number, row in enumerate(rows):
        hidden = 0x10 if number + 1 in (3, 6, 7) else 0
        parts.append(record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, hidden, 0, 0)))
        for column, value in enumerate(row):
            head = struct.pack("<II", column, 0)
            if isinstance(value, int):
                parts.append(record(5, head + struct.pack("<d", value)))
            elif str(value) in codes:
                kind, tail = (3, b"") if column == 2 else (11, b"\0" * 10)
                parts.append(record(kind, head + bytes([codes[str(value)]]) + tail))
            else:
                parts.append(record(6, head + wide(str(value))))
    parts += [record(146), record(130)]
    relation = '<Relationship Id="{id}" Type="{kind}" Target="{target}"/>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relations = "".join(
        relation.format(id=f"rId{n}", kind=kind, target=f"worksheets/sheet{n}.bin") for n in (1, 2)
    )
    sheets = [
        record(156, struct.pack("<II", state, number) + wide(f"rId{number}") + wide(name))
        for number, (name, state) in enumerate((("订单", 0), ("隐藏", 1)), 1)
    ]
    book = record(131) + record(143) + b"".join(sheets) + record(144) + record(132)
    empty = b"".join((record(129), record(148, bytes(16)), record(145), record(146), record(130)))
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.bin", book)
        package.writestr(
            "xl/_rels/workbook.bin.rels", f"<Relationships>{relations}</Relationships>"
        )
        package.writestr("xl/worksheets/sheet1.bin", b"".join(parts))
        package.writestr("xl/worksheets/sheet2.bin", empty)
    return path


MAKERS: dict[str, Callable[[Path], Path]] = {
    "xlsx": xlsx, "ods": errors_ods, "xlsb": xlsb, "xls": lambda _path: XLS,
}  # fmt: skip


@pytest.fixture(params=MAKERS)
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same sheet in each format."""
    return MAKERS[request.param](tmp_path / f"odd.{request.param}")


def test_that_errors_are_seen_and_not_taken_for_blank(book: Path) -> None:
    _table, rows = read(book)
    found = errors_of(rows)
    assert {place: found.get(place) for place in SHOWN} == SHOWN
    assert set(found) - set(SHOWN) <= {(8, 2)}  # one more in the XLS file
    assert [row.cells[0] for row in rows] == [f"K{number}" for number in range(2, 12)]


def test_that_what_is_hidden_is_read_and_told(book: Path) -> None:
    table, rows = read(book)
    assert len(rows) == 10
    assert table.head.hidden_columns == ("备注",)
    assert table.counts is not None
    assert (table.counts.hidden, table.counts.first_hidden) == (3, 3)
    told = table.remarks()
    assert "Hidden columns are read like the others: 备注." in told
    assert "3 hidden rows are read like the others, the first is row 3." in told
    others = [sentence for sentence in told if sentence.startswith("Only the sheet")]
    hidden = "" if book.suffix == ".ods" else " (hidden)"
    assert others == [f"Only the sheet 订单 is read, not: 隐藏{hidden}."]
    assert preview(book).remarks == told


def test_that_a_chosen_hidden_sheet_is_named(tmp_path: Path) -> None:
    table, rows = read(xlsx(tmp_path / "a.xlsx"), sheet="隐藏")
    assert [row.cells for row in rows] == [["H1"]]
    assert "The sheet 隐藏 is hidden in the workbook." in table.remarks()


def test_that_the_reader_for_large_sheets_tells_the_same(tmp_path: Path) -> None:
    from desktop_app.importing import child
    from desktop_app.importing.workbooks import open_workbook

    path = xlsx(tmp_path / "a.xlsx")
    source = open_workbook(path, "xlsx", None, fill_merged=False, streamed=True)
    assert source.marks.hidden_rows == [(2, 2), (5, 6)]
    assert child._hidden(source, HEAD) == ["备注"]
    found = {
        (number, column): cell.code
        for number, cells, _problem in source.records()
        for column, cell in enumerate(cells)
        if isinstance(cell, CellError)
    }
    assert found == SHOWN


@pytest.mark.parametrize("marks", [xls_marks, xlsb_marks, ods_marks, xlsx_marks])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" + b"\xff" * 600])
def test_that_a_damaged_file_says_that_nothing_can_be_told(
    marks: Callable[..., SheetMarks], content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    place = 0 if marks is xls_marks else "Sheet"
    assert marks(path, place) == SheetMarks(is_complete=False)
    assert not marks(tmp_path / "none", place).is_complete


@pytest.mark.parametrize("length", [300, 600, 2000, 5000])
def test_that_a_cut_or_looping_xls_ends(length: int, tmp_path: Path) -> None:
    whole = XLS.read_bytes()
    cut = tmp_path / "cut.xls"
    cut.write_bytes(whole[:length])
    assert not xls_marks(cut, 0).is_complete
    loop = bytearray(whole)
    first = struct.unpack_from("<I", whole, 76)[0]
    at = (first + 1) * 512
    loop[at : at + 512] = struct.pack("<128I", *([0] * 128))  # every sector is followed by sector 0
    cut.write_bytes(bytes(loop))
    assert not xls_marks(cut, 0).is_complete
    assert not xls_marks(XLS, 9).is_complete


def test_that_what_cannot_be_followed_is_told(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx")
    other = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/workbook.xml":  # calamine reads it, the scan looks for the plain name
                data = data.replace("订单".encode(), "订&#xFFFFFF;单".encode())
            target.writestr(name, data)
    assert not xlsx_marks(other, "订单").is_complete


# ODS: repeated rows and cells, formulas ---------------------------------------------------------


def test_that_repeated_rows_and_cells_are_counted_and_formulas_seen(tmp_path: Path) -> None:
    error = (
        '<table:table-cell table:formula="of:=x" office:value-type="float" office:value="0" '
        'table:number-columns-repeated="2"><text:p>#REF!</text:p></table:table-cell>'
    )
    empty = '<table:table-cell table:formula="of:=y"/>'
    note = "<office:annotation><text:p>#N/A</text:p></office:annotation>"
    good = (
        '<table:table-cell table:formula="of:=1" office:value-type="float" office:value="1">'
        f"{note}<text:p>1</text:p></table:table-cell>"
    )
    rows = (
        f"<table:table-row>{ods_cell('a')}{ods_cell('b')}{ods_cell('c')}{ods_cell('d')}"
        "</table:table-row>"
        f'<table:table-row table:number-rows-repeated="2">{error}{empty}{good}</table:table-row>'
        f'<table:table-row table:visibility="collapse">{ods_cell("z")}{error}</table:table-row>'
    )
    other = f'<table:table table:name="B"><table:table-row>{error}</table:table-row></table:table>'
    path = ods(tmp_path / "a.ods", f'{other}<table:table table:name="A">{rows}</table:table>')
    _table, found = read(path, sheet="A")
    twice = {(row, column): "#REF!" for row in (2, 3) for column in (0, 1)}
    uncalculated = {(2, 2): "=?", (3, 2): "=?"}
    assert errors_of(found) == {**twice, **uncalculated, (4, 1): "#REF!", (4, 2): "#REF!"}
    assert ods_marks(path, "A").hidden_rows == [(3, 3)]


def test_that_a_document_with_entities_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    entity = '<!DOCTYPE x [<!ENTITY a "b">]>'
    text = ODS.format(tables='<table:table table:name="A" x:formula=""/>')
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("content.xml", text.replace("?>", f"?>{entity}", 1))
    assert not ods_marks(path, "A").is_complete


# A second table ---------------------------------------------------------------------------------


def sheet_of(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


CUSTOMERS = [[f"K{number}", f"客户{number}", 1380013800 + number] for number in range(5)]
TOP = ["客户编号", "姓名", "手机"]


def problems(rows: list[SourceRow]) -> dict[int, str]:
    return {row.number: row.problem for row in rows if row.problem}


@pytest.mark.parametrize(
    "between",
    [[[]], [[], []], [[], ["门店汇总"]], [[], ["说明"], []]],
    ids=["1", "2", "title", "3"],
)
def test_that_rows_of_a_second_table_are_rejected(
    between: list[list[object]], tmp_path: Path
) -> None:
    second = [["门店", "金额", "数量"], ["一店", 100, 2], ["二店", 200, 3]]
    path = sheet_of(tmp_path / "a.xlsx", TOP, *CUSTOMERS, *between, *second)
    table, rows = read(path)
    start = 7 + len(between)
    told = f"A second table begins in row {start}. Put it into a sheet or file of its own."
    found = problems(rows)
    assert {found[number] for number in (start, start + 1, start + 2)} == {told}
    if ["门店汇总"] in between:
        assert found[start - 1] == told  # its title too
    assert [row.number for row in rows if not row.problem][:5] == [2, 3, 4, 5, 6]
    assert f"In row {start} begins a second table; it is not read." in table.remarks()


def test_that_repeated_headings_are_no_row(tmp_path: Path) -> None:
    path = sheet_of(
        tmp_path / "a.xlsx", TOP, CUSTOMERS[0], TOP, CUSTOMERS[1], [], TOP, CUSTOMERS[2]
    )
    table, rows = read(path)
    assert problems(rows) == {
        3: "The row repeats the headings.",
        6: "The row repeats the headings.",
    }
    assert table.remarks() == ()


def test_that_unknown_headings_after_a_gap_are_doubted_and_read(tmp_path: Path) -> None:
    more = [["Region", "Head"], ["North", 3]]
    table, rows = read(sheet_of(tmp_path / "a.xlsx", TOP, *CUSTOMERS, [], *more))
    assert problems(rows) == {}
    assert len(rows) == 7
    assert table.remarks() == (
        "Row 8 looks like the headings of a second table. Check the rows below it.",
    )


@pytest.mark.parametrize(
    "rows",
    [
        [TOP, *CUSTOMERS, [], *CUSTOMERS],  # a gap among rows
        [TOP, *CUSTOMERS, [], ["合计"], ["备注"]],  # words below
        [["姓名", "地址"], ["张三", "北京"], [], ["李四", "上海"], ["客户", "地址甲"]],  # all words
        [TOP, *CUSTOMERS, [], ["小计", "", 12]],
    ],
    ids=["gap", "words", "wordy", "total"],
)
def test_that_rows_of_one_table_stay_rows(rows: list[list[object]], tmp_path: Path) -> None:
    table, found = read(sheet_of(tmp_path / "a.xlsx", *rows))
    assert problems(found) == {}
    assert table.remarks() == ()


def test_that_without_headings_nothing_is_told_of_tables(tmp_path: Path) -> None:
    path = sheet_of(tmp_path / "a.xlsx", TOP, CUSTOMERS[0], [], TOP, CUSTOMERS[1])
    table, rows = read(path, header_row=0)
    assert (len(rows), problems(rows), table.remarks()) == (4, {}, ())


def test_that_a_first_table_above_the_headings_is_told(tmp_path: Path) -> None:
    small = [["门店", "数量"], ["一店", 2], []]
    table, rows = read(sheet_of(tmp_path / "a.xlsx", *small, TOP, *CUSTOMERS))
    assert len(rows) == 5
    assert table.remarks() == ("2 rows above the headings are not read.",)


def test_that_a_second_table_of_a_text_is_seen_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("客户编号,姓名\nK1,a\nK2,b\n\n门店,金额\n一店,5\n", encoding="utf-8")
    table, rows = read(path)
    assert sorted(problems(rows)) == [5, 6]
    assert table.remarks() == ("In row 5 begins a second table; it is not read.",)


# The whole import -------------------------------------------------------------------------------


def take(database: Database, actor: Actor, path: Path) -> ImportResult:
    with database.read(actor) as session:
        mapping = suggest_mapping(session, ImportKind.CUSTOMERS, path)[1]
    with database.write(actor) as session:
        return import_file(session, Silent(), path, mapping)


def test_that_an_import_rejects_errors_and_tells_the_rest(
    database: Database, admin: Actor, book: Path
) -> None:
    result = take(database, admin, book)
    assert result.rows == 10 == result.new + result.rejected
    assert {7: "姓名: The cell shows the error #REF!."}.items() <= {
        each.row: each.reason for each in result.rejects
    }.items()
    assert any("3 hidden rows" in warning for warning in result.warnings)
    assert any("Only the sheet 订单 is read" in warning for warning in result.warnings)


def test_that_a_second_table_is_rejected_by_the_import(
    database: Database, admin: Actor, tmp_path: Path
) -> None:
    second = [["客户名称", "金额"], ["一店", 100]]
    path = sheet_of(tmp_path / "a.xlsx", TOP, *CUSTOMERS, [], *second)
    result = take(database, admin, path)
    assert (result.rows, result.new, result.rejected) == (7, 5, 2)
    assert [each.row for each in result.rejects] == [8, 9]
    assert "In row 8 begins a second table; it is not read." in result.warnings


def test_that_each_format_marks_what_was_written(tmp_path: Path) -> None:
    found = {
        "ods": ods_marks(errors_ods(tmp_path / "a.ods"), "订单"),
        "xlsb": xlsb_marks(xlsb(tmp_path / "a.xlsb"), "订单"),
        "xls": xls_marks(XLS, 0),
    }
    for kind, marks in found.items():
        codes = {
            (row + 1, column): code
            for row, columns in marks.errors.items()
            for column, code in columns.items()
        }
        assert {place: codes.get(place) for place in SHOWN} == SHOWN, kind
        assert marks.is_complete, kind
        hidden = {row for first, last in marks.hidden_rows for row in range(first, last + 1)}
        assert hidden == {2, 5, 6}, kind
        assert marks.hidden_columns == [(3, 3)], kind
