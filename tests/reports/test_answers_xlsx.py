"""Answers as Excel, CSV, submissions and for statistics: read back by other programs."""

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from report_forms import form_of, generated, interview

from desktop_app.errors import FileProblemError
from desktop_app.i18n import in_language
from desktop_app.questionnaire.answers import from_submission, to_answers
from desktop_app.questionnaire.filled import FilledInterview
from desktop_app.questionnaire.versions import History, Version
from desktop_app.reports import answers_xlsx
from desktop_app.reports.answer_files import write_csv, write_statistics, write_submissions
from desktop_app.reports.answers_xlsx import AnswerExport, answers_document, write_answers_xlsx
from desktop_app.reports.pdf import check_pdf

FIRST = """
| survey |
| | type | name | label::Chinese (zh) | label::English (en) |
| | text | words | 客户原话 | In their words |
| | select_one reason | why | 为什么离开？ | Why did you leave? |
| | select_multiple goods | goods | 哪些商品？ | Which goods? |
| | integer | share | 多少比例？ | Which share? |
| | text | phone | 电话 | Phone |
| | date | left_on | 何时？ | Since when? |
| | begin_repeat | person | 家人 | Family member |
| | text | name | 姓名 | Name |
| | integer | age | 年龄 | Age |
| | end_repeat | | | |
| choices |
| | list_name | name | label::Chinese (zh) | label::English (en) |
| | reason | price | 太贵 | Too dear |
| | reason | late | 送货迟 | Delivered late |
| | goods | 1 | 纸 | Paper |
| | goods | 2 | 墨 | Ink |
| settings |
| | form_title | form_id | default_language |
| | 离网访谈 | exit | Chinese (zh) |
"""
SECOND = FIRST.replace("| | text | phone | 电话 | Phone |", "| | text | shop | 哪家店 | Shop |")
PHOTOS = """
| survey |
| | type | name | label | relevant |
| | select_one yes_no | seen | Seen? | |
| | image | shelf | The shelf | ${seen} = 'yes' |
| | begin_repeat | person | Person | |
| | image | face | Face | |
| | end_repeat | | | |
| choices |
| | list_name | name | label |
| | yes_no | yes | Yes |
| | yes_no | no | No |
"""
NASTY = ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "a\nb", "_x000D_", "'=1", "\t=1"]


def small(**more: Any) -> AnswerExport:
    first, second = form_of(FIRST), form_of(SECOND)
    interviews = (
        interview(
            first,
            "1",
            "00001",
            {
                "/data/words": "=太贵了",
                "/data/why": "price",
                "/data/goods": "1 2",
                "/data/share": "40",
                "/data/phone": "01380013800",
                "/data/left_on": "2026-08-31",
                "/data/person[1]/name": "张伟",
                "/data/person[1]/age": "41",
                "/data/person[2]/name": "李娜",
            },
        ),
        interview(
            second,
            "2",
            "00002",
            {"/data/why": "late", "/data/shop": "南京路", "/data/share": "007"},
        ),
    )
    history = History([Version("1", first), Version("2", second)])
    return AnswerExport("Exit interview", "exit", history, interviews, by="王店长", **more)


def rows(sheet: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if not pd.isna(value)}
        for row in sheet.to_dict("records")
    ]


def sheet_of(path: Path, name: str, **more: Any) -> pd.DataFrame:
    return pd.read_excel(path, sheet_name=name, engine="calamine", **more)


def read(path: Path, sheet: str) -> list[dict[str, Any]]:
    return rows(sheet_of(path, sheet, dtype=object))  # texts of digits stay texts


def test_that_pandas_reads_codes_and_names(tmp_path: Path) -> None:
    write_answers_xlsx(small(labels=False), tmp_path / "a.xlsx")
    first, second = read(tmp_path / "a.xlsx", "Interviews")
    assert first["interview"] == "00001"
    assert str(first["version"]) == "1"
    assert (first["case"], first["customer"]) == ("2026-00001", "013800138000")
    assert (first["mode"], first["state"], first["by"]) == ("call", "finished", "王芳")
    assert first["finished"] - first["started"] == pd.Timedelta(minutes=12)
    assert (first["words"], first["why"], first["goods"]) == ("=太贵了", "price", "1 2")
    assert (first["goods/1"], first["goods/2"], first["share"]) == (1, 1, 40)
    assert first["phone"] == "01380013800"
    assert first["left_on"] == datetime(2026, 8, 31)  # noqa: DTZ001  (as pandas reads it)
    assert "shop" not in first
    assert (second["shop"], second["why"], second["share"]) == ("南京路", "late", "007")
    people = read(tmp_path / "a.xlsx", "person")
    assert [(row["interview"], row["index"], row["name"]) for row in people] == [
        ("00001", 1, "张伟"),
        ("00001", 2, "李娜"),
    ]
    assert people[0]["age"] == 41


def test_that_labels_stand_under_what_is_asked(tmp_path: Path) -> None:
    write_answers_xlsx(small(labels=True, language="en"), tmp_path / "a.xlsx")
    first, second = read(tmp_path / "a.xlsx", "Interviews")
    assert first["Why did you leave?"] == "Too dear"
    assert first["Which goods?"] == "Paper; Ink"
    assert first["Which goods?: Ink"] == 1
    assert second["Shop"] == "南京路"
    assert first["State"] == "Finished"
    with in_language("zh_CN"):
        write_answers_xlsx(small(labels=True), tmp_path / "b.xlsx")
    sheets = load_workbook(tmp_path / "b.xlsx").sheetnames
    chinese = read(tmp_path / "b.xlsx", sheets[1])
    assert chinese[0]["为什么离开？"] == "太贵"


@pytest.mark.parametrize(
    ("program", "chosen", "sheet", "heading", "state"),
    [
        ("en", "zh", "离网访谈", "状态", "已完成"),
        ("zh_CN", "en", "Interviews", "State", "Finished"),
    ],
)
def test_that_headings_are_in_the_language_of_the_labels(
    tmp_path: Path, program: str, chosen: str, sheet: str, heading: str, state: str
) -> None:
    with in_language(program):
        export = small(labels=True, language=chosen)
        write_answers_xlsx(export, tmp_path / "a.xlsx")
        write_csv(export, tmp_path / "out")
        files = write_statistics(export, "r", tmp_path / "r")
    assert read(tmp_path / "a.xlsx", sheet)[0][heading] == state
    table, codebook = (
        pd.read_csv(tmp_path / "out" / name, dtype=str)
        for name in ("interviews.csv", "codebook.csv")
    )
    assert heading in table.columns
    assert ("Kind" in codebook.columns) == (chosen == "en")
    assert f'attr(answers[["state"]], "label") <- "{heading}"' in files[1].read_text("utf-8")


def test_that_codebook_codes_and_definitions_are_there(tmp_path: Path) -> None:
    write_answers_xlsx(small(labels=False), tmp_path / "a.xlsx")
    codebook = {row["Name"]: row for row in read(tmp_path / "a.xlsx", "Codebook")}
    assert codebook["why"]["Question"] == "Why did you leave?"
    assert codebook["why"]["Choices"] == "price=Too dear; late=Delivered late"
    assert (codebook["phone"]["Versions"], codebook["shop"]["Versions"]) == ("1", "2")
    assert codebook["age"]["Sheet"] == "person"
    codes = read(tmp_path / "a.xlsx", "Codes")
    assert {(row["Name"], str(row["Code"]), row["Label"]) for row in codes} >= {
        ("goods", "1", "Paper"),
        ("why", "late", "Delivered late"),
    }
    terms = {row["Term"] for row in read(tmp_path / "a.xlsx", "Definitions")}
    assert {"Version 1", "Version 2", "1 and 0", "Made by"} <= terms


def test_that_no_answer_becomes_a_formula(tmp_path: Path) -> None:
    form = form_of(FIRST)
    given = tuple(
        interview(form, "1", f"{n}", {"/data/words": text, "/data/person[1]/name": text})
        for n, text in enumerate(NASTY)
    )
    export = AnswerExport("=1+1", "exit", History([Version("1", form)]), given, labels=False)
    write_answers_xlsx(export, tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    for sheet in book:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    heads = [cell.value for cell in book["Interviews"][1]]
    column = heads.index("words") + 1
    cells = [book["Interviews"].cell(n + 2, column) for n in range(len(NASTY))]
    assert [cell.value.replace("_x005F_x000D_", "_x000D_") for cell in cells] == NASTY
    assert {cell.number_format for cell in cells} == {"@"}
    write_csv(export, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        text = packed.read("interviews.csv").decode("utf-8-sig")
    found = [row["words"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in found)
    assert [cell.removeprefix("'") for cell in found] == [each.removeprefix("'") for each in NASTY]


def test_that_too_many_columns_go_on_in_another_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers_xlsx, "MOST_COLUMNS", 14)
    write_answers_xlsx(small(labels=False), tmp_path / "a.xlsx")
    names = ("Interviews", "Interviews (2)", "Interviews (3)")
    parts = [read(tmp_path / "a.xlsx", name) for name in names]
    for part in parts:
        assert [row["interview"] for row in part] == ["00001", "00002"]
    shown = {name for part in parts for row in part for name in row}
    assert shown >= {"words", "why", "goods/1", "share", "phone", "shop", "left_on"}


@pytest.mark.parametrize(("encoding", "codec"), [("utf-8", "utf-8-sig"), ("gb18030", "gb18030")])
def test_that_csv_reads_back_in_both_encodings(tmp_path: Path, encoding: str, codec: str) -> None:
    files = write_csv(small(labels=False), tmp_path / "answers", encoding=encoding)
    assert sorted(file.name for file in files) == ["codebook.csv", "interviews.csv", "person.csv"]
    first, second = rows(
        pd.read_csv(tmp_path / "answers/interviews.csv", encoding=codec, dtype=str)
    )
    assert (first["phone"], second["shop"], second["share"]) == ("01380013800", "南京路", "007")
    people = pd.read_csv(tmp_path / "answers/person.csv", encoding=codec, dtype=str)
    assert list(people["name"]) == ["张伟", "李娜"]


def test_that_one_file_is_enough_without_repeats(tmp_path: Path) -> None:
    form = form_of("| survey |\n| | type | name | label |\n| | text | a | Q |")
    given = (interview(form, "1", "1", {"/data/a": "x"}),)
    export = AnswerExport("T", "t", History([Version("1", form)]), given, labels=False)
    assert write_csv(export, tmp_path / "a.csv") == [tmp_path / "a.csv"]
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfinterview,")
    with pytest.raises(FileProblemError, match="repeats"):
        write_csv(small(), tmp_path / "b.csv")
    assert not (tmp_path / "b.csv").exists()


def no_files(key: str, name: str) -> bytes | None:
    raise AssertionError(f"nothing asked for {key} {name}")


def test_that_the_files_of_a_submission_stand_in_its_folder(tmp_path: Path) -> None:
    form = form_of(PHOTOS)
    given = (
        interview(form, "1", "1", {"/data/shelf": "shelf.png", "/data/seen": "yes",
                                   "/data/person[1]/face": "face.jpg",
                                   "/data/person[2]/face": "gone.jpg"}),
        interview(form, "1", "2", {"/data/shelf": "shelf.png", "/data/seen": "no"}),
        interview(form, "1", "3", {"/data/seen": "shelf.png"}),
    )  # fmt: skip
    export = AnswerExport("T", "t", History([Version("1", form)]), given)
    held = {"shelf.png": b"\x89PNG", "face.jpg": b"\xff\xd8"}
    written = write_submissions(
        export, tmp_path / "a.zip", lambda key, name: held.get(name) and key.encode() + held[name]
    )
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        found = {name: packed.read(name) for name in packed.namelist()}
    (first, second, third) = sorted({name.partition("/")[0] for name in found})
    assert found[f"{first}/shelf.png"] == b"1\x89PNG"
    assert found[f"{first}/face.jpg"] == b"1\xff\xd8"
    assert b"<shelf>shelf.png</shelf>" in found[f"{first}/{first}.xml"]
    assert set(found) == {
        f"{first}/{first}.xml", f"{first}/shelf.png", f"{first}/face.jpg",
        f"{second}/{second}.xml",  # its picture is not relevant: the XML does not name it
        f"{third}/{third}.xml",
    }  # fmt: skip
    (loss,) = written.losses
    with in_language("en"):
        assert "gone.jpg: not written" in loss.sentence()
        assert first in loss.sentence()


def test_that_submissions_read_back_as_they_were(tmp_path: Path) -> None:
    export = small()
    assert write_submissions(export, tmp_path / "a.zip", no_files).losses == ()
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        names = packed.namelist()
        read = [packed.read(name) for name in names]
    assert names == [f"{name}/{name}.xml" for name in ("2026-00001_00001", "2026-00002_00002")]
    for raw, each in zip(read, export.interviews, strict=True):
        back = to_answers(from_submission(each.form, raw))
        given = {address: value for address, value in each.texts.items() if value}
        assert given.items() <= back.items()


@pytest.mark.parametrize(("package", "ending"), [("spss", ".sps"), ("stata", ".do"), ("r", ".R")])
def test_that_statistics_get_codes_with_their_syntax(
    tmp_path: Path, package: str, ending: str
) -> None:
    files = write_statistics(small(labels=True, language="en"), package, tmp_path / "out")
    names = {"interviews.csv", f"interviews{ending}", "person.csv", f"person{ending}"}
    assert {file.name for file in files} == names
    data = pd.read_csv(tmp_path / "out/interviews.csv", dtype=str)
    assert list(data["why"]) == ["price", "late"]
    syntax = (tmp_path / f"out/interviews{ending}").read_text(encoding="utf-8")
    assert "interviews.csv" in syntax
    assert "Too dear" in syntax


def test_that_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/person.csv").write_text("mine")
    for write in (
        lambda: write_csv(small(), tmp_path / "out"),
        lambda: write_statistics(small(), "spss", tmp_path / "out"),
    ):
        with pytest.raises(FileProblemError, match=r"person\.csv exists already"):
            write()
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["person.csv"]
    write_csv(small(), tmp_path / "out", overwrite=True)
    assert (tmp_path / "out/person.csv").read_text(encoding="utf-8-sig").startswith("Interview,")
    with pytest.raises(FileProblemError):
        write_csv(small(), tmp_path / "gone/out")


def test_that_random_interviews_go_out_whole(tmp_path: Path) -> None:
    form = form_of(FIRST)
    given = tuple(generated(form, "1", f"{seed:05d}", seed) for seed in range(30))
    export = AnswerExport("T", "t", History([Version("1", form)]), given, labels=False)
    write_answers_xlsx(export, tmp_path / "a.xlsx")
    sheet = sheet_of(tmp_path / "a.xlsx", "Interviews", dtype=str)
    for each, row in zip(given, rows(sheet), strict=True):
        for name in ("words", "why", "goods", "phone"):
            assert row.get(name, "") == each.texts.get(f"/data/{name}", "")
    people = sheet_of(tmp_path / "a.xlsx", "person", dtype=str)
    named = sorted(
        value for each in given for address, value in each.texts.items() if "/name" in address
    )
    assert sorted(people["name"].dropna()) == named
    assert check_pdf(answers_document(export)) is not None


def test_that_an_export_without_interviews_still_has_its_columns(tmp_path: Path) -> None:
    form = form_of(FIRST)
    nobody: tuple[FilledInterview, ...] = ()
    export = AnswerExport("T", "t", History([Version("1", form)]), nobody, labels=False)
    write_answers_xlsx(export, tmp_path / "a.xlsx")
    sheet = sheet_of(tmp_path / "a.xlsx", "Interviews")
    assert {"interview", "words", "goods/1"} <= set(sheet.columns)
    assert len(sheet) == 0
    write_submissions(export, tmp_path / "a.zip", no_files)
    assert zipfile.ZipFile(tmp_path / "a.zip").namelist() == []
