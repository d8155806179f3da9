"""Forms as their cells: nothing is lost on the way in, through the store, and out again."""

import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import FileProblemError
from desktop_app.importing import xlsforms
from desktop_app.importing.child import convert_form
from desktop_app.importing.wire import read_frame
from desktop_app.importing.xlsforms import Converted, FormFileError, convert, convert_sheets
from desktop_app.questionnaire.editing import with_ids
from desktop_app.questionnaire.headings import Heading, meaning
from desktop_app.questionnaire.outline import outline
from desktop_app.questionnaire.row_types import RowType, read_type, write_type
from desktop_app.questionnaire.sheets import Sheet, Sheets, from_cells, language_code
from desktop_app.questionnaire.versions import History, Version, columns
from desktop_app.reports.xlsform import write_xlsform
from tests.questionnaire.conftest import converted
from tests.questionnaire.test_forms import files, table

SAMPLE = (
    "onadata/onadata/libs/tests/fixtures/grains/grains.xlsx",
    "onadata/onadata/apps/main/tests/fixtures/csv_export/double_repeat.xlsx",
    "onadata/onadata/apps/logger/fixtures/external_choice_form_v1.xlsx",
    "onadata/onadata/apps/main/tests/fixtures/transportation/transportation.xlsx",
    "pyxform/tests/bug_example_xls/extra_columns.xls",
    "pyxform/tests/example_xls/repeat_date_test.xls",
    "pyxform/tests/example_xls/xlsform_spec_test.xlsx",
)


def of_sheets(sheets: Sheets, name: str) -> Converted:
    """What the reading child makes of cells, without the process between."""
    answers = io.BytesIO()
    convert_form({"cells": sheets.to_json(), "name": name}, answers)
    answers.seek(0)
    frame = read_frame(answers)
    assert frame is not None
    return xlsforms.loaded(Path(name), frame["form"])


# Round trip --------------------------------------------------------------------------------------


def there_and_back(path: Path, folder: Path) -> None:
    """A form is the same after its cells were stored, and after they were written to a file."""
    original = converted(path)
    sheets = Sheets.from_json(from_cells(original.cells).to_json())
    stored = of_sheets(sheets, path.stem)
    assert (stored.xml, stored.itemsets) == (original.xml, original.itemsets)
    target = folder / f"{path.stem}.xlsx"
    write_xlsform(sheets, target, overwrite=True)
    written = converted(target)
    assert (written.xml, written.itemsets) == (original.xml, original.itemsets)
    assert from_cells(written.cells) == sheets
    if sheets.setting("flat"):  # its groups are no part of the paths
        return
    with_id = of_sheets(with_ids(sheets), path.stem)
    before = columns(History([Version("1", original.form)]))
    both = columns(History([Version("1", original.form), Version("2", with_id.form)]))
    assert [column.id for column in both] == [column.id for column in before]


@pytest.mark.realdata
@pytest.mark.parametrize("name", SAMPLE)
def test_that_a_real_form_comes_back_unchanged(
    shared_data: Path, tmp_path: Path, name: str
) -> None:
    there_and_back(shared_data / "xlsforms" / name, tmp_path)


@pytest.mark.realdata
@pytest.mark.slow
@pytest.mark.parametrize("portion", range(8))
def test_that_every_real_form_comes_back_unchanged(
    shared_data: Path, tmp_path: Path, portion: int
) -> None:
    good = {name: path for name, path in files(shared_data).items() if table()[name].ok}
    for path in list(good.values())[portion::8]:
        there_and_back(path, tmp_path)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=12).map(str.strip)
ROWS = st.lists(st.lists(TEXTS, min_size=3, max_size=3), max_size=5)


@given(ROWS)
def test_that_cells_come_back_from_the_store(rows: list[list[str]]) -> None:
    sheets = from_cells({"Survey": [["type", "name", "odd one"], *rows], "choices": []})
    assert Sheets.from_json(sheets.to_json()) == sheets
    assert [list(row) for row in sheets.survey.rows] == _without_last_blanks(rows)


def _without_last_blanks(rows: list[list[str]]) -> list[list[str]]:
    kept = list(rows)
    while kept and not any(kept[-1]):
        kept.pop()
    return kept


@given(st.lists(TEXTS, min_size=3, max_size=3))
def test_that_a_workbook_keeps_every_text(cells: list[str]) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "f.xlsx"
        write_xlsform(Sheets((("survey", Sheet(("a", "b", "c"), (tuple(cells),))),)), path)
        row = openpyxl.load_workbook(path)["survey"][2]
    assert [cell.value or "" for cell in row][: len(cells)] == cells
    assert all(cell.data_type in {"s", "n"} for cell in row)  # n: nothing in it


def test_that_a_workbook_is_easy_to_read_and_safe(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    long = "=1+1 您当时的原话是什么?" * 9
    write_xlsform(Sheets((("survey", Sheet(("type", "label"), (("text", long),))),)), path)
    sheet = openpyxl.load_workbook(path)["survey"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert sheet["B2"].data_type == "s"
    assert sheet["B2"].quotePrefix
    assert [sheet.column_dimensions[letter].width for letter in "AB"] == [8, 50]
    with pytest.raises(FileProblemError, match="exists already"):
        write_xlsform(Sheets(), path)


# Converting what is edited -----------------------------------------------------------------------

CELLS = {
    "survey": [
        ["type", "name", "label", "relevant"],
        ["select_one_from_file shops.csv", "shop", "Shop", ""],
        ["text", "why", "Why", "${shop} = 'nj'"],
    ],
    "settings": [["form_title"], ["Exit"]],
}


def test_that_cells_are_converted_in_the_reading_child() -> None:
    made = convert_sheets(
        from_cells(CELLS), {"shops.csv": "name,label\nnj,南京路店\n".encode()}, name="exit_2"
    )
    assert (made.form.id, made.form.title) == ("exit_2", "Exit")
    assert [(each.name, each.is_there) for each in made.form.files] == [("shops.csv", True)]
    assert made.warnings == ()
    assert from_cells(made.cells) == from_cells(CELLS)


def test_that_a_mistake_in_cells_is_told_with_its_cell() -> None:
    wrong = from_cells(CELLS | {"survey": [*CELLS["survey"], ["text", "why", "Again", ""]]})
    with pytest.raises(FormFileError) as caught:
        convert_sheets(wrong, {})
    place = caught.value.problems[0].place
    assert (place.sheet, place.row, place.column) == ("survey", 4, "B")
    doubled = from_cells({"survey": [["type", "name", "name"], ["text", "a", "b"]]})
    with pytest.raises(FormFileError, match="stands over two columns"):
        of_sheets(doubled, "f")


def test_that_a_file_gives_its_cells(tmp_path: Path) -> None:
    file = tmp_path / "form.md"
    file.write_text(
        "| survey |\n|  | type | name | label |\n|  | text | a | A |\n", encoding="utf-8"
    )
    sheets = from_cells(convert(file).cells)
    assert sheets.survey == Sheet(("type", "name", "label"), (("text", "a", "A"),))


def test_that_cells_are_as_pyxform_reads_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "survey"
    book.active.append(["type", "name", "label", None, "required"])
    book.active.append(["text", "a", True, "note to self", False])
    book.active.append(["text", "b", 1.0, None, None])
    book.save(tmp_path / "f.xlsx")
    survey = from_cells(converted(tmp_path / "f.xlsx").cells).survey
    assert survey.headings == ("type", "name", "label", "", "required")
    assert survey.rows == (
        ("text", "a", "TRUE", "note to self", "FALSE"),
        ("text", "b", "1", "", ""),
    )


# Headings and types ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "purpose", "language"),
    [
        ("type", "type", ""),
        ("Label", "label", ""),
        ("label::English (en)", "label", "English (en)"),
        ("label : English", "label", "English"),
        ("Constraint Message :: 中文", "constraint_message", "中文"),
        ("bind::jr:constraintMsg::French", "constraint_message", "French"),
        ("bind:relevant", "relevant", ""),
        ("relevance", "relevant", ""),
        ("calculate", "calculation", ""),
        ("media::image::fr", "image", "fr"),
        ("image", "image", ""),
        ("control::jr:count", "repeat_count", ""),
        ("jr:count", "repeat_count", ""),
        ("list name", "list_name", ""),
        ("value", "name", ""),
        ("body::accept", "body::accept", ""),
        ("bind::winback:id", "bind::winback:id", ""),
        ("my own::column", "my own::column", ""),
    ],
)
def test_that_a_heading_is_understood(text: str, purpose: str, language: str) -> None:
    assert meaning(text, is_double="::" in text) == Heading(purpose, language)


def test_that_one_colon_separates_only_without_two() -> None:
    assert Sheet(("label:English",)).has("label", "English")
    assert not Sheet(("label:English", "hint::English")).has("label", "English")
    added = Sheet(("type", "label:English", "jr:count"), (("text", "A", ""),)).with_cell(
        0, "label", "甲", "Chinese (zh)"
    )
    assert added.headings == ("type", "label::English", "label::Chinese (zh)", "jr:count")
    assert added.rows == (("text", "A", "甲", ""),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select_one yes_no", RowType("select_one", "yes_no")),
        ("select multiple  from why or_other", RowType("select_multiple", "why", "or_other")),
        ("select_one_from_file reasons.csv", RowType("select_one_from_file", "reasons.csv")),
        ("select_one ${person}", RowType("select_one", "${person}")),
        ("begin group", RowType("begin_group")),
        ("begin lgroup", RowType("begin_repeat")),
        ("begin loop over toilets", RowType("begin_loop")),
        ("end_repeat", RowType("end_group")),
        ("end", RowType("end")),
        ("int", RowType("integer")),
        ("dateTime", RowType("dateTime")),
        ("", RowType("")),
    ],
)
def test_that_a_type_is_understood(text: str, expected: RowType) -> None:
    assert read_type(text) == expected


def test_that_a_type_is_written() -> None:
    assert write_type("select_one", "why", "or_other") == "select_one why or_other"
    assert write_type("text") == "text"


def test_that_rows_form_a_tree() -> None:
    rows = ["text", "", "begin_group", "text", "begin_repeat", "text", "end_repeat", "end_group",
            "end", "begin group", "text"]  # fmt: skip
    cells = [["type", "name"], *([kind, f"q{at}"] for at, kind in enumerate(rows))]
    found = outline(from_cells({"survey": cells}))
    assert [(entry.row, entry.end, entry.number, entry.path) for entry in found] == [
        (0, 0, "1", "q0"),
        (2, 7, "2", "q2"),
        (3, 3, "2.1", "q2/q3"),
        (4, 6, "2.2", "q2/q4"),
        (5, 5, "2.2.1", "q2/q4/q5"),
        (8, 8, "3", "q8"),
        (9, 10, "4", "q9"),
        (10, 10, "4.1", "q9/q10"),
    ]


def test_that_languages_and_settings_are_found() -> None:
    sheets = from_cells(
        {
            "survey": [["type", "hint", "label::Chinese (zh)", "label::English (en)"], ["text"]],
            "choices": [["list_name", "name", "label::French"], ["l"]],
        }
    )
    assert sheets.languages == ("Chinese (zh)", "English (en)", "French")
    assert sheets.languages_of("survey", "hint") == sheets.languages
    hinted = sheets.with_sheet("survey", sheets.survey.with_cell(0, "hint", "H"))
    assert hinted.languages_of("survey", "label", "hint") == ("", *sheets.languages)
    assert hinted.with_sheet("survey", hinted.survey.with_column("label")).languages[0] == ""
    assert from_cells({"survey": [["type"], ["text"]]}).languages == ("",)
    titled = sheets.with_setting("title", "Exit").with_setting("default_language", "French")
    assert titled.sheet("settings").headings == ("form_title", "default_language")
    assert (titled.setting("title"), titled.setting("default_language")) == ("Exit", "French")
    named = from_cells({"settings": [["form_title"], ["Old"]], "survey": []})
    assert named.with_setting("title", "New").sheet("settings").headings == ("form_title",)


def test_that_languages_are_known_by_many_names() -> None:
    names = ("Chinese (zh)", "中文", "zh-CN", "English", "English (en)", "Français (fr)", "Klingon")
    assert [language_code(name) for name in names] == ["zh", "zh", "zh", "en", "en", "fr", ""]
