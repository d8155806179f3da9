"""Pictures, recordings and lists that a form names: found beside it, told when missing, kept."""

from pathlib import Path

import pytest

from desktop_app.i18n import in_language
from desktop_app.importing import form_files
from desktop_app.importing.xlsforms import convert_sheets
from desktop_app.questionnaire import media
from desktop_app.questionnaire.sheets import from_cells
from tests.questionnaire.conftest import converted

FORM = """
| survey |
|  | type | name | label::Chinese (zh) | label::English (en) | image::Chinese (zh) | media::audio |
|  | text | shelf | 货架 | Shelf | shelf.png | said.mp3 |
|  | select_one kind | kind | 哪种 | Which | | |
|  | select_one_from_file shops.csv | shop | 哪家店 | Which shop | | |
| choices |
|  | list_name | name | label::Chinese (zh) | label::English (en) | image |
|  | kind | a | 甲 | A | a.jpg |
|  | kind | b | 乙 | B | b.jpg |
"""
PNG = b"\x89PNG\r\n\x1a\n\x00\xff"


@pytest.fixture
def form(tmp_path: Path) -> Path:
    file = tmp_path / "form.md"
    file.write_text(FORM, encoding="utf-8")
    (tmp_path / "form-media").mkdir()
    (tmp_path / "form-media" / "shelf.png").write_bytes(PNG)
    (tmp_path / "a.jpg").write_bytes(b"a")
    (tmp_path / "b.jpg").write_bytes(b"b")
    (tmp_path / "shops.csv").write_bytes("name,label\nnj,南京路店\n".encode("gb18030"))
    (tmp_path / "other.png").write_bytes(b"nobody names me")
    return file


def test_that_what_lies_beside_a_form_comes_in_with_it(form: Path) -> None:
    found = converted(form)
    held = {name: media.unpacked(name, text) for name, text in found.files.items()}
    assert held == {
        "shelf.png": PNG,
        "a.jpg": b"a",
        "b.jpg": b"b",
        "shops.csv": "name,label\nnj,南京路店\n".encode(),
    }
    assert media.used_by(found.form) == {*held, "said.mp3"}


def test_that_a_missing_file_is_told_with_the_cell_that_names_it(form: Path) -> None:
    (form.parent / "b.jpg").unlink()
    with in_language("en"):
        found = converted(form)
    lost = [
        (each.message.split("“")[1].split("”")[0], each.place.sheet, each.place.row,
         each.place.column, each.place.heading)
        for each in found.lost
    ]  # fmt: skip
    assert sorted(lost) == [
        ("b.jpg", "choices", 10, "F", "image"), ("said.mp3", "survey", 4, "G", "media::audio")
    ]  # fmt: skip
    assert set(found.lost) <= set(found.warnings)
    assert "Put it into the folder “form-media”" in found.lost[0].message


def test_that_a_file_that_is_too_large_is_left_out_and_told(
    form: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_files, "MOST_FILE_BYTES", len(PNG) - 1)
    monkeypatch.setattr(form_files, "MOST_FORM_BYTES", 1)
    with in_language("en"):
        found = converted(form)
    said = " ".join(each.message for each in found.lost)
    assert "“shelf.png” has 1 MB and is left out" in said
    assert "“b.jpg” is left out: all files of a form together" in said
    assert found.files.keys() == {"a.jpg", "shops.csv"}


@pytest.mark.parametrize("name", ["../a.jpg", "..\\a.jpg", "C:a.jpg", "/etc/passwd", ".."])
def test_that_a_name_does_not_lead_out_of_the_folder(form: Path, name: str) -> None:
    assert form_files.find_beside(form, name) is None


def test_that_a_form_that_is_edited_tells_what_it_lacks(form: Path) -> None:
    found = converted(form)
    held = {name: media.unpacked(name, text) for name, text in found.files.items()}
    sheets = from_cells(found.cells)
    with in_language("en"):
        made = convert_sheets(sheets, held)
        (told,) = [each for each in made.warnings if "not beside the form" in each.message]
    assert "“said.mp3”" in told.message
    assert (told.place.sheet, told.place.row, told.place.heading) == ("survey", 2, "media::audio")


def test_that_a_damaged_text_holds_nothing() -> None:
    assert media.unpacked("a.png", "not base64!") == b""
    assert media.unpacked("a.csv", media.packed("a.csv", "店".encode("gb18030"))) == "店".encode()
