"""All mistakes of a form at once, each with its cell; groups in too many others."""

from pathlib import Path

import openpyxl
import pytest

from desktop_app.i18n import in_language
from desktop_app.importing.xlsforms import FormFileError
from desktop_app.questionnaire import generate, xform
from desktop_app.questionnaire.form import FormProblemsError
from tests.questionnaire.conftest import converted

WRONG = """
| survey |
|  | type | name | label | relevant | calculation |
|  | text | a | A | ${nobody} = 1 |  |
|  | tekst | b | B |  |  |

|  | select_one nothing | c | C |  |  |
|  | text | d e | D |  |  |
|  | text | a | Again | ${noone} = 2 |  |
|  | calculate | f |  |  |  |
|  | text |  | G |  |  |
|  | text | fine | Fine | ${a} = 'x' |  |
| choices |
|  | list_name | name | label |
|  | l | x | X |
|  | l | x | Again |
|  | l |  | Nameless |
"""
MISTAKES = [
    ("survey", 4, "relevant", "There is no question “nobody”"),
    ("survey", 5, "type", "There is no question type “tekst”"),
    ("survey", 7, "type", "There is no list of choices “nothing”"),
    ("survey", 8, "name", "This name is not possible"),
    ("survey", 9, "name", "has the same name"),
    ("survey", 9, "relevant", "There is no question “noone”"),
    ("survey", 10, "calculation", "its formula is missing"),
    ("survey", 11, "name", "This row has no name"),
    ("choices", 16, "name", "same name as another"),
    ("choices", 17, "name", "no name"),
]


def mistakes(path: Path) -> list[tuple[str, int | None, str, str]]:
    with in_language("en"), pytest.raises(FormFileError) as caught:
        converted(path)
    return [
        (each.place.sheet, each.place.row, each.place.heading, each.message)
        for each in caught.value.problems
    ]


def same(found: list[tuple[str, int | None, str, str]], rows: dict[str, int]) -> None:
    """Every mistake and no other; `rows` shifts those of a sheet."""
    assert [(sheet, row, heading) for sheet, row, heading, _text in found] == [
        (sheet, row + rows.get(sheet, 0), heading) for sheet, row, heading, _text in MISTAKES
    ]
    for (*_place, said), (*_cell, wanted) in zip(found, MISTAKES, strict=True):
        assert wanted in said


def test_that_every_mistake_of_a_text_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "form.md"
    file.write_text(WRONG, encoding="utf-8")
    same(mistakes(file), {})


def test_that_every_mistake_of_a_workbook_is_told_at_once(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, lines in (("survey", WRONG.splitlines()[2:12]), ("choices", WRONG.splitlines()[13:])):
        sheet = book.create_sheet(name)
        for number, line in enumerate(lines, 1):
            cells = [cell.strip() for cell in line.split("|")[2:-1]]
            for column, text in enumerate(cells, 1):
                sheet.cell(number, column).value = text or None
    file = tmp_path / "form.xlsx"
    book.save(file)
    same(mistakes(file), {"survey": -2, "choices": -13})


def test_that_a_group_that_is_never_closed_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "form.md"
    file.write_text(
        "| survey |\n|  | type | name | label |\n|  | begin_group | g | G |\n|  | text | a | A |\n"
    )
    ((sheet, row, _heading, said),) = mistakes(file)
    assert (sheet, row) == ("survey", 3)
    assert "has no “end group” after it" in said


def nested(path: Path, depth: int) -> Path:
    """A form with a question in as many groups."""
    head = ["| survey |", "|  | type | name | label |"]
    opening = [f"|  | begin_group | g{at} | G |" for at in range(depth)]
    question, closing = ["|  | text | a | A |"], ["|  | end_group |  |  |"] * depth
    path.write_text("\n".join([*head, *opening, *question, *closing]), encoding="utf-8")
    return path


@pytest.mark.parametrize("depth", [51, 120, 2000])
def test_that_groups_in_too_many_others_are_told_with_their_row(tmp_path: Path, depth: int) -> None:
    ((sheet, row, heading, said),) = mistakes(nested(tmp_path / "deep.md", depth))
    assert (sheet, row, heading) == ("survey", 2 + xform.MOST_DEPTH + 1, "type")
    assert "more than 50 groups deep" in said


def test_that_as_many_groups_as_may_be_are_read_and_filled_in(tmp_path: Path) -> None:
    made = converted(nested(tmp_path / "deep.md", xform.MOST_DEPTH))
    (question,) = made.form.asked()
    assert question.path.count("/") == xform.MOST_DEPTH + 2
    filled = generate.fill(made.form, 1)
    assert filled.filling.answer(question.path)
    deeper = made.xml.replace('<group ref="/data/g0">', '<group><group ref="/data/g0">', 1)
    with pytest.raises(FormProblemsError, match="50"):
        xform.load(deeper.replace("</h:body>", "</group></h:body>"))
