"""`winback script check|list|export|import`: our three kinds of files, and rubbish."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from db import task_force_files
from tests.cli.conftest import Run

PRICE = task_force_files.SCRIPTS / "price.toml"

SMALL = {
    "code": "small", "occasion": "price", "zh": "小话术", "en": "Small", "start": "ask",
    "steps": [
        {"id": "ask", "kind": "ask", "zh": "行吗？", "en": "All right?",
         "choices": [{"code": "yes", "zh": "行", "en": "Yes", "to": "bye"}]},
        {"id": "bye", "kind": "end", "zh": "再见", "en": "Goodbye", "disposition": "reached",
         "fair_way_out": True},
    ],
}  # fmt: skip


def small(folder: Path, **changed: Any) -> Path:
    file = folder / "small.json"
    file.write_text(json.dumps(SMALL | changed, ensure_ascii=False), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "file", sorted(task_force_files.SCRIPTS.glob("*.toml")), ids=lambda f: f.stem
)
def test_that_shipped_scripts_can_be_used(run: Run, file: Path) -> None:
    done = run("script", "check", file, "--json")
    if file.stem == "snippets":  # no script
        assert (done.status, done.document["ok"]) == (1, False)
        return
    assert (done.status, done.err) == (0, "")
    assert done.document["ok"] is True
    assert done.document["findings"] == []
    assert done.document["steps"] >= 12
    assert "The script can be used. Steps: " in run("script", "check", file).out


def test_that_findings_have_step_severity_and_message(run: Run, tmp_path: Path) -> None:
    steps = [SMALL["steps"][0] | {"en": ""}, SMALL["steps"][1] | {"disposition": None}]  # type: ignore[index]
    done = run("script", "check", small(tmp_path, steps=steps), "--json")
    assert done.status == 1
    assert done.document["ok"] is False
    assert done.document["steps"] == 2
    found = [(row["severity"], row["step"], row["message"]) for row in done.document["findings"]]
    assert found == [
        ("warning", "ask", "There are no words in English (words)."),
        ("error", "bye", "The end has no result of the contact."),
    ]
    assert done.sentence == (
        "small.json cannot be used; it has 1 error: bye: The end has no result of the contact."
    )
    plain = run("script", "check", tmp_path / "small.json")
    assert plain.out.splitlines()[1] == "bye: The end has no result of the contact."


def test_that_a_warning_alone_does_not_keep_a_script_from_use(run: Run, tmp_path: Path) -> None:
    steps = [SMALL["steps"][0] | {"en": ""}, SMALL["steps"][1]]  # type: ignore[index]
    done = run("script", "check", small(tmp_path, steps=steps), "--json")
    assert (done.status, done.document["ok"]) == (0, True)


@pytest.mark.parametrize(
    ("changed", "step", "message"),
    [
        ({"steps": [{"id": "a", "kind": "shout"}]}, "a", "kind: Choose one of the list."),
        ({"steps": [{"kind": "say"}]}, "", "steps.0.id: This field is needed."),
        ({"steps": 5}, "", "steps: "),
        ({"steps": [7]}, "", "steps.0: "),
        ({"code": "1"}, "", "code: This does not have the expected form."),
        ({"occasion": "war"}, "", "occasion: Choose one of the list."),
        ({"zh": "", "en": ""}, "", "zh: Give the script a title."),
        ({"colour": "red"}, "", "colour: This field is not known."),
    ],
)
def test_that_what_has_not_the_form_is_told_by_its_place(
    run: Run, tmp_path: Path, changed: dict[str, Any], step: str, message: str
) -> None:
    done = run("script", "check", small(tmp_path, **changed), "--json")
    assert done.status == 1
    (finding,) = done.document["findings"]
    assert (finding["severity"], finding["step"]) == ("error", step)
    assert finding["message"].startswith(message)
    assert done.sentence


RUBBISH: dict[str, bytes] = {
    "empty.toml": b"",
    "blank.json": b"  \n",
    "words.toml": b"this is no script",
    "cut.json": b'{"code": "a", "steps": [',
    "list.json": b"[1, 2, 3]",
    "deep.json": b'{"steps":' + b"[" * 100_000,
    "deep.toml": b"steps = " + b"[" * 100_000,
    "number.json": b'{"steps": [{"id": 1' + b"0" * 6000 + b"}]}",
    "gbk.toml": 'zh = "价格"'.encode("gb18030"),
    "binary.xlsx": bytes(range(256)) * 20,
    "zip.xlsx": b"PK\x03\x04" + b"\x00" * 100,
    "ole.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "nul.json": b'{"code": "\\u0000", "zh": "\\ud800", "steps": []}',
    "null.json": b"{}",
}


@pytest.mark.parametrize("name", RUBBISH)
def test_that_rubbish_is_refused_with_one_sentence(run: Run, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(RUBBISH[name])
    done = run("script", "check", file, "--json")
    assert done.status == 1
    assert done.document["ok"] is False
    assert done.document["findings"]
    assert done.sentence
    plain = run("script", "check", file)
    assert plain.status == 1
    assert plain.sentence


def test_that_files_that_are_none_are_refused(run: Run, tmp_path: Path) -> None:
    for file in (tmp_path / "gone.toml", tmp_path):
        done = run("script", "check", file, "--json")
        assert (done.status, done.document["ok"]) == (1, False)
        assert done.sentence
    packed = tmp_path / "photos.xlsx"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.jpg", b"x")
    assert run("script", "check", packed).status == 1
    big = tmp_path / "big.json"
    with big.open("wb") as file:
        file.truncate(6_000_000)
    assert run("script", "check", big).status == 1
    if os.geteuid():
        big.chmod(0)
        assert run("script", "check", big).status == 1


def test_that_a_workbook_is_told_with_sheet_and_row(run: Run, folder: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    book = tmp_path / "price.xlsx"
    done = run("script", "export", "price", "--xlsx", book)
    assert (done.status, done.out) == (0, f"{book}\n")
    assert run("script", "check", book, "--json").document["findings"] == []
    opened = load_workbook(book)
    steps = opened["steps"]
    assert steps["A2"].value == "greet"
    steps["B2"].value = "shout"
    opened["choices"]["A3"].value = "nobody"
    opened.save(book)
    done = run("script", "check", book, "--json")
    places = [(row["sheet"], row["row"], row["column"]) for row in done.document["findings"]]
    assert places == [("choices", 3, "A"), ("steps", 2, "B")]
    steps["B2"].value = "ask"
    opened["choices"]["A3"].value = "greet"
    opened["choices"]["E3"].value = "nowhere"
    opened.save(book)
    (finding,) = run("script", "check", book, "--json").document["findings"]
    assert (finding["sheet"], finding["row"], finding["step"]) == ("choices", 3, "greet")
    assert run("script", "check", book).out.startswith("choices!3: Leads to “nowhere”")


def test_that_a_script_goes_out_in_three_kinds_and_comes_in_again(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    files = {kind: tmp_path / f"out.{kind}" for kind in ("xlsx", "json", "toml")}
    options = [word for kind, file in files.items() for word in (f"--{kind}", file)]
    done = run("script", "export", "price", *options, "--json")
    assert done.status == 0, done.err
    assert done.document["files"] == [str(file) for file in files.values()]
    assert "--overwrite" in run("script", "export", "price", *options).sentence
    for file in files.values():
        before = run("script", "list", "--json").document
        done = run("script", "import", file, "--publish", "--json")
        assert done.status == 0, done.err
        assert (done.document["is_new"], done.document["state"]) == (False, "published")
        assert done.document["findings"] == []
        (row,) = [each for each in before if each["code"] == "price"]
        assert done.document["version"] == row["version"] + 1
        assert done.document["steps"] == row["steps"]
    assert run("script", "export", "price").status == 2
    assert (
        "no script nothing" in run("script", "export", "nothing", "--toml", tmp_path / "n").sentence
    )
    wrong = run("script", "export", "price", "--version", 99, "--toml", tmp_path / "n")
    assert "has no version 99" in wrong.sentence


def test_that_a_new_script_is_taken_in_as_a_draft(run: Run, folder: Path, tmp_path: Path) -> None:
    file = small(tmp_path)
    done = run("script", "import", file)
    assert done.status == 0, done.err
    assert done.out.splitlines()[0] == "Script small: version 1, 2 steps."
    assert "draft" in done.out
    (row,) = [each for each in run("script", "list", "--json").document if each["code"] == "small"]
    assert (row["version"], row["has_draft"], row["steps"], row["runs"]) == (None, True, 2, 0)
    again = run("script", "import", file)
    assert "A draft of script small was begun" in again.sentence
    assert "Small" in run("script", "list").out


def test_that_a_script_with_errors_is_not_published(run: Run, folder: Path, tmp_path: Path) -> None:
    steps = [SMALL["steps"][0], SMALL["steps"][1] | {"fair_way_out": False}]  # type: ignore[index]
    file = small(tmp_path, steps=steps)
    done = run("script", "import", file, "--publish")
    assert (done.status, done.sentence) == (1, "There is no way out without pressure.")
    codes = {row["code"] for row in run("script", "list", "--json").document}
    assert "small" not in codes  # nothing of it stays
    kept = run("script", "import", file)
    assert kept.status == 0  # as a draft
    assert kept.err.strip() == "There is no way out without pressure."
    small(tmp_path, steps=5)
    assert "cannot be used" in run("script", "import", file).sentence
