"""Delimited text: encodings, delimiters, quotes, ragged and blank rows."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import FileProblemError
from desktop_app.importing.readers import (
    Preview,
    ReadOptions,
    open_table,
    preview,
    require_sure_encoding,
)
from desktop_app.importing.text_files import detect_encoding, open_text, sniff_delimiter

WORDS = st.text(
    st.characters(codec="gb18030", exclude_categories=("Cc", "Cs"), max_codepoint=0xFFFF),
    min_size=1,
    max_size=12,
)
CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6)


def table_of(path: Path, **options: object) -> Preview:
    return preview(path, ReadOptions.model_validate(options))


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encodings")


@given(
    names=st.lists(CHINESE, min_size=1, max_size=60),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"]),
)
def test_that_chinese_text_is_decoded_at_the_first_guess(
    folder: Path, names: list[str], encoding: str
) -> None:
    text = "编号,姓名,电话\n" + "".join(f"{n},{name},13800138000\n" for n, name in enumerate(names))
    path = write(folder / "names.csv", text.encode(encoding))
    found, sure = detect_encoding(path, path.read_bytes()[:1000])
    assert sure
    assert path.read_bytes().decode(found).removeprefix("\ufeff") == text


@given(rows=st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=20))
def test_that_any_cells_come_back_as_the_csv_module_wrote_them(
    folder: Path, rows: list[list[str]]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["编号", "姓名", "备注"], *rows])
    path = write(folder / "cells.csv", text.getvalue().encode("utf-8-sig"))
    source = open_text(path, None, ",")
    assert [cells for _, cells, problem in source.records() if not problem][1:] == rows


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_that_the_delimiter_is_found(delimiter: str) -> None:
    rows = [["name", "amount", "note"], ["a b", "1.50", "x, y; z|"], ["c", "2", ""]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    assert sniff_delimiter(text.getvalue()) == delimiter


def test_that_a_decimal_comma_does_not_hide_the_semicolon() -> None:
    assert sniff_delimiter("name;amount\na;1,50\nb;2,75\n") == ";"


def test_that_the_line_that_names_the_delimiter_is_obeyed(tmp_path: Path) -> None:
    found = table_of(write(tmp_path / "a.csv", "sep=;\r\nname;phone\r\na;1\r\n"))
    assert found.head.headings == ("name", "phone")
    assert [row.number for row in found.rows] == [3]


def test_that_blank_and_ragged_rows_are_counted_and_reported(tmp_path: Path) -> None:
    text = "a,b,c\n1,2,3\n\n,,\n4,5\n6,7,8,9\n10,11,12,,\n"
    with open_table(write(tmp_path / "a.csv", text)) as table:
        rows = list(table)
    counts = table.counts
    assert counts is not None
    assert (counts.rows, counts.blank, counts.short) == (4, 2, 1)
    assert [(row.number, row.cells) for row in rows if not row.problem] == [
        (2, ["1", "2", "3"]),
        (5, ["4", "5"]),
        (7, ["10", "11", "12"]),
    ]
    assert [row.problem for row in rows if row.number == 6] == [
        "The row has more cells than there are headings; a delimiter may be stray."
    ]


def test_that_a_quote_that_never_closes_is_one_reported_row(tmp_path: Path) -> None:
    text = 'a,b\n1,2\n3,"open\n5,6\n7,8\n'
    with open_table(write(tmp_path / "a.csv", text)) as table:
        rows = list(table)
    assert [bool(row.problem) for row in rows] == [False, True]
    assert "never closed" in rows[1].problem


def test_that_a_huge_cell_is_reported_and_the_next_rows_are_read(tmp_path: Path) -> None:
    text = "a,b\n1,2\n3," + "x" * 40_000 + "\n4," + "y" * 1_200_000 + "\n5,6\n"
    with open_table(write(tmp_path / "a.csv", text)) as table:
        rows = list(table)
    assert [(row.number, bool(row.problem)) for row in rows] == [
        (2, False),
        (3, True),
        (4, True),
        (5, False),
    ]


def test_that_a_title_above_the_headings_is_skipped(tmp_path: Path) -> None:
    text = "2026年客户名单,,\n导出时间:2026-08-31,,\n客户编号,姓名,电话\n001,张三,13800138000\n"
    found = table_of(write(tmp_path / "a.csv", text))
    assert found.head.headings == ("客户编号", "姓名", "电话")
    assert found.rows[0].cells == ["001", "张三", "13800138000"]


def test_that_the_heading_row_can_be_chosen_or_denied(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "x,y\n1,a\n2,b\n")
    assert table_of(path, header_row=2).head.headings == ("1", "a")
    without = table_of(path, header_row=0)
    assert without.head.headings == ("[A]", "[B]")
    assert without.total_rows == 3
    with pytest.raises(FileProblemError, match="no row 40"):
        table_of(path, header_row=40)


def test_that_double_and_missing_headings_get_names_of_their_own(tmp_path: Path) -> None:
    found = table_of(write(tmp_path / "a.csv", "name,name,,note\na,b,c,d\n"))
    assert found.head.headings == ("name", "name (2)", "[C]", "note")


def test_that_an_undecidable_encoding_is_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "name,note\nCafé,x\n".encode("cp1252"))
    with open_table(path) as table:
        assert not table.head.encoding_sure
        with pytest.raises(FileProblemError, match="Choose its encoding"):
            require_sure_encoding(table)
    chosen = table_of(path, encoding="windows-1252")
    assert chosen.head.encoding_sure
    assert chosen.rows[0].cells == ["Café", "x"]


@pytest.mark.parametrize(
    ("data", "options", "sentence"),
    [
        (b"", {}, "is empty"),
        (b"%PDF-1.7\n", {}, "not a table"),
        (bytes(range(256)) * 20, {}, "not a table"),
        (b"<html><table><tr><td>1</td></tr></table></html>", {}, "web page"),
        (b"a,b\n\xff\xff,1\n", {"encoding": "utf-8"}, "not in the encoding"),
        (b"a,b\n1,2\n", {"encoding": "klingon"}, "no encoding klingon"),
        (b"a,b\n1,2\n", {"encoding": "base64"}, "no encoding base64"),
        (",".join(f"c{n}" for n in range(1200)).encode(), {}, "1200 columns"),
    ],
)
def test_that_what_is_no_table_ends_in_a_sentence(
    tmp_path: Path, data: bytes, options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(FileProblemError, match=sentence):
        table_of(write(tmp_path / "file.csv", data), **options)


def test_that_a_missing_file_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileProblemError, match=r"nothing\.csv cannot be read"):
        preview(tmp_path / "nothing.csv")


def test_that_utf16_without_a_mark_is_read(tmp_path: Path) -> None:
    text = "name\tphone\nanna\t123\nbert\t456\n"
    found = table_of(write(tmp_path / "a.txt", text.encode("utf-16-le")))
    assert found.head.delimiter == "\t"
    assert [row.cells for row in found.rows] == [["anna", "123"], ["bert", "456"]]
