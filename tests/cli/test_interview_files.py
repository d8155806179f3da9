"""`winback questionnaire list|export|import` and `winback interview export|pdf`."""

import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pypdf import PdfReader

from db import workspace
from desktop_app.importing import xlsforms
from desktop_app.services import answer_exports, attachments, cases, interview_end, interviews
from tests import factories
from tests.cli.conftest import Run

FORM = """
| survey |
| | type | name | label::Chinese (zh) | label::English (en) |
| | text | words | 还有什么？ | Anything else? |
| | select_one_from_file shops.csv | shop | 哪家店 | Which shop? |
| | begin_repeat | person | 家人 | Family member |
| | text | name | 姓名 | Name |
| | end_repeat | | | |
| settings |
| | form_title | form_id | default_language |
| | 回访 | revisit | Chinese (zh) |
"""

PICTURED = """
| survey |
| | type | name | label | media::audio | media::image |
| | text | shelf | The shelf | said.mp3 | shelf.png |
| settings |
| | form_title | form_id |
| | Shelf | shelf |
"""


@pytest.fixture
def form(tmp_path: Path) -> Path:
    (tmp_path / "shops.csv").write_text("name,label\ns1,南京路\ns2,人民路\n", encoding="utf-8")
    file = tmp_path / "revisit.md"
    file.write_text(FORM, encoding="utf-8")
    return file


@pytest.fixture
def held(folder: Path, run: Run, form: Path) -> dict[str, str]:
    """A finished interview of a questionnaire that was taken in: key and number of its case."""
    done = run("questionnaire", "import", form, "--purpose", "satisfaction", "--publish", "--json")
    assert done.status == 0, done.err
    opened = workspace.open_workspace(folder, "admin", "correct horse")
    key = next(
        row["code"] for row in run("questionnaire", "list", "--json").document
        if row["code"] == "revisit"
    )  # fmt: skip
    assert key == "revisit"
    with opened.database.write(opened.actor) as session:
        row = answer_exports.find_questionnaire(session, "revisit")
        case_id = factories.assigned_case(session, opened.actor.user_id, name="王思远")
        made = interviews.start(session, case_id, questionnaire_id=row.id)
        answers = {
            "/data/words": "=没有",
            "/data/shop": "s2",
            "/data/person[1]/name": "张伟",
        }
        interviews.save_answers(session, made, answers)
        interview_end.finish(session, made)
        number = cases.case_file(session, case_id).row.number
    opened.database.close()
    return {"interview": str(made), "case": number}


def test_that_questionnaires_are_listed(run: Run, held: dict[str, str]) -> None:
    rows = {row["code"]: row for row in run("questionnaire", "list", "--json").document}
    assert rows["revisit"]["version"] == 1
    assert (rows["revisit"]["questions"], rows["revisit"]["interviews"]) == (3, 1)
    assert rows["exit_interview"]["purpose"] == "exit"
    assert "revisit" in run("questionnaire", "list").out


def test_that_a_form_is_taken_in_as_draft_and_next_version(
    folder: Path, run: Run, form: Path
) -> None:
    first = run("questionnaire", "import", form, "--purpose", "satisfaction", "--json").document
    assert (first["questionnaire"], first["is_new"]) == ("revisit", True)
    assert (first["version"], first["state"], first["questions"]) == (1, "draft", 3)
    again = run("questionnaire", "import", form, "--purpose", "satisfaction")
    assert again.status == 1
    assert "A draft of questionnaire revisit was begun" in again.sentence
    other = run("questionnaire", "import", form, "--purpose", "exit")
    assert "for another purpose" in other.sentence


def test_that_a_wrong_form_is_told_with_its_problem(folder: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.md"
    file.write_text("| survey |\n| | type | name | label |\n| | nothing | a | A |\n", "utf-8")
    done = run("questionnaire", "import", file)
    assert done.status == 1
    assert "There is no question type" in done.sentence
    xform = tmp_path / "a.xml"
    run("questionnaire", "export", "exit_interview", "--xform", xform)
    assert "is an XForm" in run("questionnaire", "import", xform).sentence


def test_that_a_questionnaire_goes_out_and_comes_in_again(
    run: Run, held: dict[str, str], tmp_path: Path
) -> None:
    sheet, xform = tmp_path / "out.xlsx", tmp_path / "out.xml"
    done = run("questionnaire", "export", "revisit", "--xlsform", sheet, "--xform", xform, "--json")
    assert done.status == 0, done.err
    assert len(done.document["files"]) == 3  # and the list of shops
    for file in (sheet, xform):
        converted = xlsforms.convert(file)
        assert [each.name for each in converted.form.asked()] == ["words", "shop", "name"]
        assert all(each.is_there for each in converted.form.files)
    refused = run("questionnaire", "export", "revisit", "--xlsform", sheet)
    assert "--overwrite" in refused.sentence


@pytest.mark.parametrize(("code", "label"), [("zh", "哪家店"), ("en", "Which shop?")])
def test_that_a_paper_form_is_written(
    run: Run, held: dict[str, str], tmp_path: Path, code: str, label: str
) -> None:
    file = tmp_path / "paper.pdf"
    done = run(
        "questionnaire", "export", "revisit", "--paper", file,
        "--case", held["case"], "--language", code, "--json",
    )  # fmt: skip
    assert done.status == 0, done.err
    assert done.document == {"questionnaire": "revisit", "files": [str(file)], "losses": []}
    text = "".join(page.extract_text() for page in PdfReader(file).pages)
    assert label in text
    assert held["case"] in text
    assert "王思远" in text
    history = run("history", "--json").document
    assert history[0]["title"] == f"Print the paper form revisit for case {held['case']}"


def test_that_answers_go_out_in_every_format(
    run: Run, held: dict[str, str], tmp_path: Path
) -> None:
    done = run(
        "interview", "export", "--questionnaire", "revisit", "--codes",
        "--xlsx", tmp_path / "a.xlsx", "--csv", tmp_path / "a.zip", "--xml", tmp_path / "x.zip",
        "--spss", tmp_path / "spss", "--stata", tmp_path / "stata", "--r", tmp_path / "r", "--json",
    )  # fmt: skip
    assert done.status == 0, done.err
    found: dict[str, Any] = done.document
    assert (found["interviews"], found["versions"]) == (1, ["1"])
    assert found["rows"] == {"interviews": 1, "person": 1}
    assert found["columns"]["person"] == 6
    assert len(found["files"]) == 3 + 3 * 4
    assert all(Path(file).is_file() for file in found["files"])
    sheet = pd.read_excel(
        tmp_path / "a.xlsx", sheet_name="Interviews", engine="calamine", dtype=object
    )
    assert list(sheet["words"]) == ["=没有"]
    assert list(sheet["shop"]) == ["s2"]
    assert list(sheet["case"]) == [held["case"]]
    assert len(zipfile.ZipFile(tmp_path / "x.zip").namelist()) == 1
    history = run("history", "--json").document
    formats = "xlsx, csv, xml, spss, stata, r"
    assert history[0]["title"] == (
        f"Export the answers of 1 interviews of questionnaire revisit as {formats}"
    )


def test_that_nothing_fits_another_year(run: Run, held: dict[str, str], tmp_path: Path) -> None:
    for options in (("--to", "2001-01-01"), ("--state", "draft"), ("--review", "approved")):
        done = run(
            "interview", "export", "--questionnaire", "revisit", "--csv", tmp_path / "out",
            "--overwrite", "--json", *options,
        )  # fmt: skip
        assert done.status == 0, done.err
        assert done.document["interviews"] == 0


def test_that_what_cannot_be_done_is_told_before(
    run: Run, held: dict[str, str], tmp_path: Path
) -> None:
    command = ("interview", "export", "--questionnaire", "revisit")
    assert run(*command).status == 2
    assert "which need a table each" in run(*command, "--csv", tmp_path / "a.csv").sentence
    assert run(*command, "--xlsx", tmp_path / "a.xlsx", "--state", "x").status == 2
    assert run(*command, "--csv", tmp_path / "a.zip", "--encoding", "latin1").status == 2
    assert "no folder" in run(*command, "--spss", tmp_path / "gone/spss").sentence
    (tmp_path / "file").write_text("mine")
    assert "cannot be written here" in run(*command, "--r", tmp_path / "file").sentence
    gone = run("interview", "export", "--questionnaire", "gone", "--csv", tmp_path / "x")
    assert "There is no questionnaire gone" in gone.sentence
    assert [path.name for path in tmp_path.iterdir() if path.suffix in {".zip", ".csv"}] == [
        "shops.csv"
    ]


def test_that_one_interview_is_written(run: Run, held: dict[str, str], tmp_path: Path) -> None:
    pdf, xlsx = tmp_path / "a.pdf", tmp_path / "a.xlsx"
    done = run("interview", "pdf", held["interview"], "--pdf", pdf, "--xlsx", xlsx, "--json")
    assert done.status == 0, done.err
    assert done.document["files"] == [str(pdf), str(xlsx)]
    text = "".join(page.extract_text() for page in PdfReader(pdf).pages)
    for part in ("=没有", "人民路", "张伟", held["case"]):
        assert part in text
    assert (
        "There is no interview 7" in run("interview", "pdf", "7", "--pdf", tmp_path / "b").sentence
    )
    assert run("interview", "pdf", held["interview"]).status == 2
    refused = run("interview", "pdf", held["interview"], "--pdf", pdf)
    assert "--overwrite" in refused.sentence


def test_that_the_pictures_of_a_form_come_in_and_go_out_with_it(
    folder: Path, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "shelf.md"
    file.write_text(PICTURED, encoding="utf-8")
    (tmp_path / "shelf-media").mkdir()
    (tmp_path / "shelf-media" / "shelf.png").write_bytes(b"\x89PNG\x00")
    done = run("questionnaire", "import", file, "--purpose", "satisfaction", "--json")
    assert done.status == 0, done.err
    (warning,) = (text for text in done.document["warnings"] if "said.mp3" in text)
    assert warning.startswith("survey!E4: ")
    out = tmp_path / "out.xlsx"
    pair = ("--xlsform", out, "--xform", tmp_path / "out.xml")
    sent = run("questionnaire", "export", "shelf", *pair, "--json")
    assert sent.status == 0, sent.err
    assert (tmp_path / "out-media" / "shelf.png").read_bytes() == b"\x89PNG\x00"
    assert str(tmp_path / "out-media" / "shelf.png") in sent.document["files"]
    again = run("questionnaire", "export", "shelf", "--xlsform", tmp_path / "out.xlsx")
    assert again.status == 1
    for name in ("out.xlsx", "out.xml"):
        (tmp_path / name).unlink()
    refused = run("questionnaire", "export", "shelf", "--xlsform", out)
    assert "shelf.png exists already" in refused.sentence
    assert not out.exists()


def test_that_every_mistake_of_a_form_is_told_with_its_cell(
    folder: Path, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "bad.md"
    rows = "| | text | a | A | ${b} = 1 |\n| | text | c | C | ${d} = 1 |\n"
    head = "| survey |\n| | type | name | label | relevant |\n"
    file.write_text(head + rows, encoding="utf-8")
    done = run("questionnaire", "import", file)
    assert done.status == 1
    assert "survey!E3: There is no question “b”." in done.err


def test_that_the_files_of_interviews_go_out_in_their_folders(
    folder: Path, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "photo.md"
    file.write_text(
        "| survey |\n| | type | name | label |\n| | image | shelf | Shelf |\n"
        "| | audio | said | Said |\n",
        encoding="utf-8",
    )
    taken = run("questionnaire", "import", file, "--purpose", "satisfaction", "--publish", "--json")
    assert taken.status == 0, taken.err
    opened = workspace.open_workspace(folder, "admin", "correct horse")
    with opened.database.write(opened.actor) as session:
        row = answer_exports.find_questionnaire(session, "photo")
        case_id = factories.assigned_case(session, opened.actor.user_id, name="王思远")
        made = interviews.start(session, case_id, questionnaire_id=row.id)
        for address, name in (("/data/shelf", "架.png"), ("/data/said", "said.mp3")):
            place: dict[str, Any] = {"interview_id": made, "address": address}
            attachments.add(session, case_id, name.encode(), name, **place)
            interviews.save_answer(session, made, address, name)
        interview_end.finish(session, made)
        number = cases.case_file(session, case_id).row.number
    opened.database.close()
    out = tmp_path / "x.zip"
    done = run("interview", "export", "--questionnaire", "photo", "--xml", out, "--json")
    assert done.status == 0, done.err
    stem = f"{number}_{made}"
    with zipfile.ZipFile(out) as packed:
        found = {name: packed.read(name) for name in packed.namelist()}
    assert found.keys() == {f"{stem}/{stem}.xml", f"{stem}/架.png", f"{stem}/said.mp3"}
    assert found[f"{stem}/架.png"] == "架.png".encode()
    assert "<shelf>架.png</shelf>" in found[f"{stem}/{stem}.xml"].decode()
    titles = [row["title"] for row in run("history", "--json").document]
    assert titles[0] == (
        "Export the answers of 1 interviews of questionnaire photo as xml, with 2 attached files"
    )
    stored = next(each for each in (folder / "attachments").rglob("*") if each.is_file())
    stored.unlink()
    lost = run(
        "interview", "export", "--questionnaire", "photo", "--xml", out, "--overwrite", "--json"
    )
    assert lost.status == 0, lost.err
    assert "missing or damaged" in lost.document["losses"][0]
