"""What the reading child answers, asked inside this process."""

import datetime as dt
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from desktop_app.importing import child, layout, limits, wire
from desktop_app.importing.sheet_errors import xlsx_marks
from desktop_app.importing.sheet_marks import SheetMarks
from desktop_app.importing.wire import CellError, ParseProblem, read_frame, write_frame


def ask(path: Path, **request: Any) -> list[dict[str, Any]]:
    stream = io.BytesIO()
    child.answer({"path": str(path), **request}, stream)
    stream.seek(0)
    frames = []
    while (frame := read_frame(stream)) is not None:
        frames.append(frame)
    return frames


def rows_of(path: Path, **request: Any) -> list[Any]:
    return [row for frame in ask(path, **request) for row in frame.get("rows", [])]


def refusal(path: Path, **request: Any) -> str:
    with pytest.raises(ParseProblem) as caught:
        ask(path, **request)
    return caught.value.code


@pytest.fixture
def book(tmp_path: Path) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["order", "day", "price", "broken", "open"])
    sheet.append(["A", dt.date(2026, 8, 3), 1.5, "#N/A", "=A1"])
    sheet["D2"].data_type = "e"
    sheet.append([None, dt.time(9, 30), 6222021234567890, True, "x"])
    sheet.append([])
    sheet.append(["B", dt.timedelta(hours=30), 7, False, "y"])
    sheet.merge_cells("A2:A3")
    made.create_sheet("Empty")
    made.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


@pytest.mark.parametrize("streamed", [False, True])
def test_that_both_workbook_readers_say_the_same(book: Path, *, streamed: bool) -> None:
    frames = ask(book, streamed=streamed)
    head, end = frames[0]["head"], frames[-1]["end"]
    assert head["headings"] == ["order", "day", "price", "broken", "open"]
    assert (head["kind"], head["sheet"], head["header_row"]) == ("xlsx", "Sheet", 1)
    assert (end["rows"], end["blank"], end["preamble"], end["complete"]) == (3, 1, 0, True)
    rows = {number: cells for frame in frames for number, cells, _ in frame.get("rows", [])}
    assert rows[2][:4] == ["A", {"d": "2026-08-03"}, 1.5, {"e": "#N/A"}] or rows[2][1] == {
        "t": "2026-08-03T00:00:00"
    }
    assert rows[2][3] == {"e": "#N/A"}
    assert isinstance(rows[3][2], float)
    assert rows[3][3] is True
    assert rows[5][2] == 7
    if not streamed:
        assert rows[2][4] == {"e": "=?"}


def test_that_merged_blocks_are_filled_on_demand(book: Path) -> None:
    assert ask(book)[0]["head"]["merged"] == 1
    assert [cells[0] for _, cells, _ in rows_of(book, fill_merged=True)] == ["A", "A", "B"]


def test_that_sheets_are_chosen_by_name(book: Path) -> None:
    assert ask(book, sheet="Empty")[0]["head"]["headings"] == []
    assert refusal(book, sheet="Nowhere") == "no_sheet"
    assert refusal(book, sheet="Nowhere", streamed=True) == "no_sheet"


def test_that_a_text_file_has_no_sheets(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,number\nLi,1\n", encoding="utf-8")
    assert refusal(path, sheet="Orders") == "no_sheets"
    assert ask(path, sheet="")[0]["head"]["headings"] == ["name", "number"]


def test_that_only_so_many_rows_are_sent_as_are_wanted(book: Path, tmp_path: Path) -> None:
    frames = ask(book, limit=1)
    assert [frame["end"]["rows"] for frame in frames if "end" in frame] == [3]
    assert len(rows_of(book, limit=1)) == 1
    large = tmp_path / "large.csv"
    large.write_text("name,number\n" + "abc,1\n" * 1_000_000)
    end = ask(large, limit=5)[-1]["end"]
    assert (end["rows"], end["complete"]) == (5, False)


def test_that_text_is_answered_with_its_encoding_and_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('编号;姓名\n1;张三\n\n2;李四;x\n3;"open\n'.encode("gb18030"))
    frames = ask(path)
    head = frames[0]["head"]
    assert (head["encoding"], head["encoding_sure"], head["delimiter"]) == ("gb18030", True, ";")
    assert rows_of(path) == [
        [2, ["1", "张三"], ""],
        [4, ["2", "李四", "x"], "too_many_cells"],
        [5, ["3", "open\n"], "unclosed"],
    ]


def test_that_many_blank_rows_above_the_headings_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n" * 70 + "name,phone\na,1\n")
    frames = ask(path)
    assert frames[0]["head"]["header_row"] == 71
    assert frames[-1]["end"]["blank"] == 70


@pytest.mark.parametrize(
    ("data", "request_", "code"),
    [
        (b"", {}, "empty"),
        (b"\x09\x08\x10\x00rest", {}, "old_excel"),
        (b"7z\xbc\xaf", {}, "not_a_table"),
        (b"a\0b\0c" * 50 + b"\0\0\0\0", {}, "not_a_table"),
        (bytes(range(1, 30)) * 9, {}, "not_a_table"),
        (b"<?xml version='1.0'?><Workbook/>", {}, "web_page"),
        (b"a,b\n1,2\n", {"encoding": "rot13"}, "unknown_encoding"),
        (b"a,b\n\xe9,2\n", {"encoding": "utf-8"}, "wrong_encoding"),
        (b"a,b\n1,2\n", {"header_row": 9}, "no_header_row"),
        (b",".join([b"a"] * 1001), {}, "too_wide"),
        (b"PK\x03\x04 and nothing else", {}, "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000, {}, "damaged"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            {},
            "encrypted",
        ),
    ],
)
def test_that_what_cannot_be_read_has_a_code(
    tmp_path: Path, data: bytes, request_: dict[str, Any], code: str
) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(data)
    assert refusal(path, **request_) == code


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"../a.xml": b""}, "unsafe_names"),
        ({"xl/vbaProject.bin": b""}, "macros"),
        ({f"{n}": b"" for n in range(2001)}, "too_large"),
        ({"xl/workbook.xml": b"", "x": b"a" * 11_000_000}, "too_large"),
        ({"picture.png": b""}, "not_a_table"),
        ({"content.xml": b"<x/>"}, "damaged"),
        ({"xl/workbook.bin": b""}, "damaged"),
        ({"some.xml": b"<x/>"}, "damaged"),
    ],
)
def test_that_a_bad_package_has_a_code(tmp_path: Path, parts: dict[str, bytes], code: str) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    assert refusal(path) == code
    if code == "damaged" and "some.xml" in parts:
        assert refusal(path, streamed=True) == "damaged"


def test_that_error_cells_need_a_sheet_that_can_be_followed(book: Path, tmp_path: Path) -> None:
    unknown = SheetMarks(is_complete=False)
    assert xlsx_marks(book, "Sheet") == SheetMarks({1: {3: "#N/A", 4: "=?"}})
    assert xlsx_marks(book, "Nowhere") == unknown
    assert xlsx_marks(tmp_path / "none.xlsx", "Sheet") == unknown
    with zipfile.ZipFile(tmp_path / "hollow.xlsx", "w") as package:
        package.writestr("a.txt", "x")
    assert xlsx_marks(tmp_path / "hollow.xlsx", "Sheet") == unknown
    with zipfile.ZipFile(tmp_path / "loose.xlsx", "w") as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
    assert xlsx_marks(tmp_path / "loose.xlsx", "Sheet") == unknown


def test_that_frames_carry_every_kind_of_cell() -> None:
    stream = io.BytesIO()
    moment = dt.datetime(2026, 8, 3, 9, 30)  # noqa: DTZ001  (a cell knows no zone)
    cells = [dt.date(2026, 8, 3), moment, dt.time(9, 30), dt.timedelta(1), CellError("#N/A")]
    write_frame(stream, {"cells": cells})
    stream.seek(0)
    frame = read_frame(stream)
    assert frame is not None
    back = [wire.unpack_cell(cell) for cell in frame["cells"]]
    assert back == [dt.date(2026, 8, 3), moment, dt.time(9, 30), 86400.0, CellError("#N/A")]
    with pytest.raises(TypeError, match="cannot send"):
        write_frame(stream, {"x": object()})


def test_that_broken_frames_are_noticed() -> None:
    assert read_frame(io.BytesIO(b"")) is None
    assert read_frame(io.BytesIO(b"\0\0\0\x09{}")) is None
    with pytest.raises(ValueError, match="too long"):
        read_frame(io.BytesIO(b"\xff\xff\xff\xff"))
    with pytest.raises(TypeError, match="not a message"):
        read_frame(io.BytesIO(b"\0\0\0\x02[]"))


def test_that_what_the_child_must_not_do_is_refused() -> None:
    for event, arguments in (
        ("socket.connect", ()),
        ("subprocess.Popen", ()),
        ("os.system", ()),
        ("open", ("f", "w", 0)),
        ("open", ("f", "r+b", 0)),
    ):
        with pytest.raises(PermissionError):
            limits._forbid(event, arguments)
    limits._forbid("open", ("f", "rb", 0))
    limits._forbid("open", ("f", None, os.O_RDONLY))
    limits._forbid("import", ("json",))
    assert limits.peak_memory() > 1_000_000


def test_that_columns_are_named_like_in_a_spreadsheet() -> None:
    assert [layout.letters(place) for place in (0, 25, 26, 701, 702)] == [
        "A", "Z", "AA", "ZZ", "AAA",
    ]  # fmt: skip
    shown = layout.headings([None, 5, dt.date(2026, 8, 3), CellError("#REF!"), "a  b"], 6)
    assert shown == ["[A]", "5", "2026-08-03", "#REF!", "a b", "[F]"]


def test_that_headings_without_words_are_the_first_row() -> None:
    assert layout.find_header([[], ["1", "2"], ["3", "4"]]) == 1
    assert layout.find_header([]) == 0
