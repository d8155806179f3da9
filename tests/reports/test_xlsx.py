import re
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from report_documents import COLUMNS, ROWS, TEXT_COLUMN, everything, texts

from desktop_app.columns import Column, Kind
from desktop_app.errors import FileProblemError
from desktop_app.reports.base import Document, LossKind, Section, Table, list_document
from desktop_app.reports.workbook import make_book
from desktop_app.reports.xlsx import FAST_FROM, check_xlsx, write_xlsx

ANY_TEXT = st.text(st.characters(), min_size=1, max_size=60)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
PAYLOADS = [
    lead + rest
    for lead in ("=", "+", "-", "@", "\t=", "\r=", " =", "＝", "%", "|")
    for rest in ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x","y")', "SUM(A1:A9)", "", "-")
]


def column(path, sheet: str, index: int = 0) -> list[object]:
    """Read by another library than the one that wrote."""
    rows = (
        CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    )
    return [row[index] for row in rows[1:]]


def formulas(path) -> int:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if "worksheets/sheet" in name]
        return sum(archive.read(name).count(b"<f") for name in names)


@pytest.fixture(params=["openpyxl", "fast"])
def filler(request) -> int:
    """Rows to add so that each of the two libraries is used."""
    return 0 if request.param == "openpyxl" else FAST_FROM + 1


def test_that_values_are_real_and_read_back(tmp_path, filler):
    rows = [*ROWS, *[ROWS[0]] * filler]
    write_xlsx(list_document("Rows", COLUMNS, rows, by="W"), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Rows"]
    assert [cell.value for cell in sheet[1]] == [c.title for c in COLUMNS]
    first, second = sheet[2], sheet[3]
    moments = [datetime.fromisoformat("2026-08-31"), datetime.fromisoformat("2026-09-15 10:00")]
    assert [cell.value for cell in first] == [
        "张伟", "13812348000", *moments, 12, 0.25,
        1234.5, 1.5,
    ]  # fmt: skip
    assert [cell.data_type for cell in first] == ["s", "s", "d", "d", "n", "n", "n", "n"]
    assert second[1].value == "02012345"
    assert second[2].value is None
    assert second[6].value is None
    formats = [cell.number_format for cell in first]
    assert formats == [
        "@", "@", "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "#,##0", "0.0%", "#,##0.00", "#,##0.00",
    ]  # fmt: skip


def test_that_lists_are_frozen_filtered_and_wide_enough(tmp_path, filler):
    values = ["短", "这一行有十二个汉字长度吧", *["x"] * filler]
    write_xlsx(texts(values), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["List"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:A{len(values) + 1}"
    assert sheet.column_dimensions["A"].width >= 24


def test_that_formula_payloads_stay_text(tmp_path, filler):
    values = [*PAYLOADS, *["x"] * filler]
    write_xlsx(texts(values), tmp_path / "a.xlsx")
    assert formulas(tmp_path / "a.xlsx") == 0
    assert column(tmp_path / "a.xlsx", "List")[: len(PAYLOADS)] == PAYLOADS


def test_that_titles_and_filters_are_never_formulas(tmp_path):
    document = Document(
        "x", "=1+1", (Section("=2", (Table("=3", (TEXT_COLUMN,), ["=4"]),)),),
        store="=5", filters=(("=6", "=7"),), definitions=(("=8", "@9"),), by="+10",
    )  # fmt: skip
    write_xlsx(document, tmp_path / "a.xlsx")
    assert formulas(tmp_path / "a.xlsx") == 0


@given(st.lists(ANY_TEXT, min_size=1, max_size=5), st.booleans(), ANY_TEXT)
def test_that_any_text_makes_a_workbook_and_every_loss_is_reported(tmp_path, values, fast, title):
    rows = [*values, *["x"] * (FAST_FROM + 1 if fast else 0)]
    written = write_xlsx(texts(rows, title), tmp_path / "a.xlsx", overwrite=True)
    book = CalamineWorkbook.from_path(tmp_path / "a.xlsx")
    name = book.sheet_names[1]
    got = column(tmp_path / "a.xlsx", name)[: len(values)]
    assert got == [FORBIDDEN.sub("\ufffd", value) for value in values]
    lost = {f"U+{ord(char):04X}" for text in (*values, title) for char in FORBIDDEN.findall(text)}
    assert {loss.what for loss in written.losses} == lost
    assert formulas(tmp_path / "a.xlsx") == 0


def test_that_what_looks_like_an_escape_stays_text(tmp_path, filler):
    values = ["_x0041_", "_x005F_x0041_", "a_x000D_b", "a\r\nb", *["x"] * filler]
    write_xlsx(texts(values), tmp_path / "a.xlsx")
    assert column(tmp_path / "a.xlsx", "List")[:4] == values[:4]


def test_that_a_text_longer_than_a_cell_goes_on_in_another_sheet(tmp_path, filler):
    long = "长𠮷" * 50_000
    written = write_xlsx(texts([long, *["x"] * filler]), tmp_path / "a.xlsx")
    assert [loss.kind for loss in written.losses] == [LossKind.TOO_LONG]
    parts = column(tmp_path / "a.xlsx", "Long texts", 3)
    assert "".join(map(str, parts)) == long
    assert "Long texts" in str(column(tmp_path / "a.xlsx", "List")[0])
    assert all(len(str(part).encode("utf-16-le")) // 2 <= 32_767 for part in parts)


def test_that_numbers_a_cell_cannot_hold_become_text_and_are_reported(tmp_path):
    values = [2**53 + 1, float("nan"), float("inf"), date(1899, 12, 31), Decimal("1e400")]
    value = Column("value", "Value", lambda row: row)
    written = write_xlsx(list_document("List", (value,), values, by=""), tmp_path / "a.xlsx")
    assert len(written.losses) == len(values)
    assert {loss.kind for loss in written.losses} == {LossKind.NUMBER}
    assert column(tmp_path / "a.xlsx", "List") == [str(each) for each in values]


def test_that_a_masked_phone_stays_masked():
    phone = Column("phone", "Phone", lambda row: row, text=lambda row: row[:3] + "****" + row[-4:])
    book = make_book(list_document("List", (phone,), ["13812348000"], by=""))
    assert book.sheets[1].rows == [["138****8000"]]


def test_that_rows_beyond_the_end_of_a_sheet_go_on_in_the_next(tmp_path):
    values = [f"row {n}" for n in range(25)]
    write_xlsx(texts(values), tmp_path / "a.xlsx", sheet_rows=10)
    found: list[object] = []
    for name in ("List", "List (2)", "List (3)"):
        found += column(tmp_path / "a.xlsx", name)
    assert found == values


def test_that_a_document_with_every_block_has_native_charts(tmp_path):
    write_xlsx(everything(), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    charts = book["Summary"]._charts
    assert [type(chart).__name__ for chart in charts] == ["BarChart", "LineChart", "BarChart"]
    pareto = book[book.sheetnames[1]]
    assert [[cell.value for cell in row] for row in pareto.rows] == [
        ["Category", "Cases", "Cumulative share"],
        ["价格高于竞争对手", 8, pytest.approx(8 / 15)],
        ["缺货", 5, pytest.approx(13 / 15)],
        ["送货延误", 2, 1],
    ]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        first = archive.read("xl/charts/chart1.xml").decode()
        assert "lineChart" in first
        assert "barChart" in first
        assert not [name for name in archive.namelist() if "vba" in name or "media" in name]
    total = book["Rows"][4]
    assert [total[0].value, total[4].value, total[6].value] == ["Total", 15, 1234.5]
    assert book["Rows"].auto_filter.ref == "A1:H3"


def test_that_definitions_filter_and_data_time_are_stated(tmp_path):
    write_xlsx(everything(), tmp_path / "a.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "a.xlsx").get_sheet_by_name("Definitions")
    stated = {str(row[0]): str(row[1]) for row in rows.to_python()}
    assert stated["Root reason"] == "What the why-chain ends at."
    assert stated["Store"] == "南京路店"
    assert stated["Kind"] == "All"
    assert stated["Data as of"] == "2026-09-15 10:00 +0800"
    assert stated["Made by"] == "王店长"


@given(st.lists(ANY_TEXT, min_size=1, max_size=6))
def test_that_sheet_names_are_accepted_by_excel(titles):
    sections = tuple(Section(t, (Table(t, (TEXT_COLUMN,), ["x"]),)) for t in titles)
    names = [sheet.name for sheet in make_book(Document("x", "x", sections)).sheets]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert not name.startswith("'")


def test_that_two_columns_with_one_title_are_both_written(tmp_path, filler):
    columns = (Column("a", "Same", lambda row: row), Column("b", "Same", lambda row: row * 2))
    rows = ["x", *["y"] * filler]
    write_xlsx(list_document("List", columns, rows, by=""), tmp_path / "a.xlsx")
    assert column(tmp_path / "a.xlsx", "List", 0)[0] == "x"
    assert column(tmp_path / "a.xlsx", "List", 1)[0] == "xx"


def test_that_an_existing_file_stays_unless_replacing_is_allowed(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_text("mine")
    with pytest.raises(FileProblemError, match="exists already"):
        write_xlsx(texts(["x"]), path)
    assert path.read_text() == "mine"
    write_xlsx(texts(["x"]), path, overwrite=True)
    assert zipfile.is_zipfile(path)


def test_that_checking_writes_nothing_and_finds_the_same_losses(tmp_path):
    document = texts(["a\x01b\x01", "\ud800"])
    losses = check_xlsx(document)
    assert [(loss.what, loss.count) for loss in losses] == [("U+0001", 2), ("U+D800", 1)]
    assert write_xlsx(document, tmp_path / "a.xlsx").losses == losses
    told = column(tmp_path / "a.xlsx", "Changed on export")
    assert "U+0001" in str(told[0])


def test_that_money_has_the_sign_of_its_currency(tmp_path, filler):
    rows = [*ROWS, *[ROWS[0]] * filler]
    document = list_document("Rows", COLUMNS, rows, by="W", currency="USD")
    write_xlsx(document, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Rows"]
    cell = sheet.cell(2, 7)
    assert (cell.value, cell.number_format) == (1234.5, '"$"#,##0.00')
    assert sheet.cell(2, 8).number_format == "#,##0.00"


def test_that_money_stays_exact():
    money = Column("m", "M", lambda row: row, kind=Kind.MONEY)
    book = make_book(list_document("L", (money,), [1, 10, 123456789, -5], by=""))
    assert book.sheets[1].rows == [[0.01], [0.1], [1234567.89], [-0.05]]
