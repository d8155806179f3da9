"""Mistakes in a workbook: each has its sheet, row, column and a plain sentence."""

from pathlib import Path

import pytest

from desktop_app.errors import FileProblemError
from desktop_app.importing import form_files
from desktop_app.importing.xlsforms import FormFileError, convert
from desktop_app.questionnaire import xlsform
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.places import Place, Workbook, letter
from tests.questionnaire.conftest import MakeForm, converted

GOOD = """
| survey |
|  | type | name | label | relevant | constraint | calculation | required |
|  | text | a | A |  |  |  |  |
|  | integer | b | B | ${a} = 'x' | . > 3 |  | yes |
|  | calculate | c |  |  |  | ${b} + 1 |  |
|  | begin_group | g | G |  |  |  |  |
|  | select_one l | d | D |  |  |  |  |
|  | end_group |  |  |  |  |  |  |
| choices |
|  | list_name | name | label |
|  | l | x | X |
|  | l | y | Y |
"""


@pytest.mark.parametrize(
    ("old", "new", "sheet", "row", "heading", "says"),
    [
        ("${a} = 'x'", "${nobody} = 'x'", "survey", 5, "relevant", "no question “nobody”"),
        ("${a} = 'x'", "${a = 'x'", "survey", 5, "relevant", "must be written as ${name}"),
        ("${b} + 1", "", "survey", 6, "calculation", "formula is missing"),
        ("integer | b", "number thing | b", "survey", 5, "type", "no question type"),
        ("text | a", "text | a b", "survey", 4, "name", "name is not possible"),
        ("integer | b", "integer | a", "survey", 5, "name", "same name"),
        ("integer | b", "integer |  ", "survey", 5, "name", "no name"),
        ("select_one l", "select_one m", "survey", 8, "type", "no list of choices “m”"),
        ("|  | end_group |  |  |  |  |  |  |\n", "", "survey", 7, "type", "no “end group”"),
        ("|  | begin_group | g | G |  |  |  |  |\n", "", "survey", 8, "type", "no “begin group”"),
        ("l | y | Y", "l | x | Y", "choices", 13, "name", "same name as another"),
        ("l | y | Y", "l |  | Y", "choices", 13, "name", "no name"),
        ("type | name", "kind | name", "survey", 3, "", "no column 'type'"),
        ("select_one l", "include", "survey", 8, "type", "cannot be included"),
    ],
)
def test_that_a_mistake_is_told_with_its_cell(
    make_form: MakeForm, old: str, new: str, sheet: str, row: int, heading: str, says: str
) -> None:
    assert old in GOOD
    with pytest.raises(FormFileError) as caught:
        make_form(GOOD.replace(old, new))
    problem = caught.value.problems[0]
    assert says in problem.message
    assert (problem.place.sheet, problem.place.row, problem.place.heading) == (sheet, row, heading)


@pytest.mark.parametrize(
    ("old", "new", "row", "heading", "says"),
    [
        ("${a} = 'x'", "${a} = 'x", 5, "relevant", "never closed"),
        (". > 3", ". >> 3", 5, "constraint", "not expected"),
        (". > 3", "bigger(., 3)", 5, "constraint", "no function “bigger”"),
        ("${b} + 1", "${b} +", 6, "calculation", "too early"),
        ("${b} + 1", "round(${b}, 1, 2)", 6, "calculation", "takes 1–2"),
    ],
)
def test_that_a_broken_formula_is_left_out_and_told_with_its_cell(
    tmp_path: Path, old: str, new: str, row: int, heading: str, says: str
) -> None:
    file = tmp_path / "form.md"
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    found = converted(file)
    (problem,) = found.warnings
    assert says in problem.message
    assert "left out" in problem.message
    assert (problem.place.row, problem.place.heading) == (row, heading)
    assert len(found.form.broken) == 1
    filling = Filling(found.form)  # it can be tried all the same
    filling.set_answer("/data/a", "x")
    filling.set_answer("/data/b", "4")
    assert filling.problems("/data/b") == ()


def test_that_every_broken_formula_is_told_at_once(make_form: MakeForm) -> None:
    form = make_form(GOOD.replace("${a} = 'x'", "1 +").replace(". > 3", "f(1)"))
    assert [problem.part for problem in form.broken] == ["relevant", "constraint"]


def test_that_a_broken_filter_filters_nothing(make_form: MakeForm) -> None:
    form = make_form(
        """
        | survey |
        |  | type | name | label | choice_filter |
        |  | select_one l | d | D | a::b = 'x' |
        | choices |
        |  | list_name | name | label |
        |  | l | x | X |
        |  | l | y | Y |
        """
    )
    assert len(form.broken) == 1
    choices = Filling(form).choices("/data/d")
    assert [choice.value for choice in choices] == ["x", "y"]


def test_that_odd_things_are_warnings_with_their_cell(make_form: MakeForm) -> None:
    form = make_form(GOOD.replace("${b} + 1", "/data/tpyo + 1"))
    (warning,) = form.warnings
    assert "“/data/tpyo” is nowhere in the form" in warning.message
    assert (warning.path, warning.part) == ("/data/c", "calculate")


# Places ------------------------------------------------------------------------------------------


def test_that_letters_count_like_a_spreadsheet() -> None:
    assert [letter(index) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"
    ]  # fmt: skip


def test_that_nodes_are_found_in_groups_and_settings() -> None:
    book = Workbook(
        {
            "Survey": [
                [], ["Type", "name", "Label :: English", "bind:relevant"],
                ["begin group", "g"], ["text", "a"], ["begin repeat", "r"], ["text", "a"],
                ["end repeat"], ["end group"], ["text", "a"],
            ],
            "settings": [["form_id", "instance_name"], ["x", "y"]],
        }
    )  # fmt: skip
    assert book.of_node("/data/g/a", "relevant") == Place("Survey", 4, "D", "bind:relevant")
    assert book.of_node("/data/g/r/a", "label") == Place("Survey", 6, "C", "Label :: English")
    assert book.of_node("/data/a") == Place("Survey", 9)
    assert book.of_node("/data/g/r_count", "calculate").row == 5
    assert book.of_node("/data/g/r/made", "relevant").row == 5
    assert book.of_node("/data/nothing") == Place("Survey")
    assert book.of_node("/data/meta/instanceName") == Place("settings", 2, "B", "instance_name")
    assert book.anywhere("form_id") == Place("settings", 1, "A", "form_id")
    assert book.place("gone", 3) == Place("gone", 3)


def test_that_an_unknown_message_is_passed_on_without_what_is_only_for_others() -> None:
    book = Workbook({"survey": [["type", "name"], ["text", "odd one"]]})
    text = "[row : 7] Something 'odd' happened. Learn more: https://xlsform.org"
    (problem,) = xlsform.explain(text, book)
    assert problem.message == "The form cannot be used: Something 'odd' happened."
    assert problem.place == Place("survey", 7)
    (problem,) = xlsform.explain("Something about 'odd one'", book)
    assert problem.place == Place("survey", 2, "B", "name")
    assert xlsform.explain("Use the max-pixels parameter", book, is_remark=True) == ()


# The reading child -------------------------------------------------------------------------------


def test_that_a_form_is_converted_in_the_reading_child(tmp_path: Path) -> None:
    file = tmp_path / "问卷.md"
    file.write_text(GOOD, encoding="utf-8")
    made = convert(file)
    assert made.form.id == "问卷"
    assert [question.name for question in made.form.asked()] == ["a", "b", "d"]
    xml = tmp_path / "form.xml"
    xml.write_text(made.xml, encoding="utf-8")
    assert convert(xml).form.id == "问卷"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.xlsx", b"", "empty"),
        ("cut.xlsx", b"PK\x03\x04 and nothing", "damaged"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged"),
        ("latin.csv", "survey,é".encode("latin-1"), "not in the encoding UTF-8"),
        ("broken.xml", b"<?xml version='1.0'?><h:html", "not well-formed"),
        ("page.xml", b"<?xml version='1.0'?><a/>", "“model” is missing"),
        (
            "bomb.xml",
            b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            "document type declaration",
        ),
        ("shopping.csv", b"milk,2\nbread,1\n", "not a workbook with a form"),
    ],
)
def test_that_a_file_that_is_no_form_is_told(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(FileProblemError) as caught:
        convert(file)
    assert says in caught.value.message
    assert str(tmp_path) not in caught.value.message


def test_that_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileProblemError, match="cannot be read"):
        convert(tmp_path / "gone.xlsx")


# Lists from files --------------------------------------------------------------------------------

LISTS = """
| survey |
|  | type | name | label | choice_filter |
|  | select_one_from_file shops.csv | shop | Shop |  |
|  | select_one_from_file places.geojson | place | Place |  |
|  | select_one_from_file old.xml | old | Old |  |
|  | xml-external | more |  |  |
|  | calculate | boss |  |  |
"""


def test_that_lists_beside_the_form_are_read(tmp_path: Path) -> None:
    (tmp_path / "shops.csv").write_bytes(
        "name,label,店长\nnj,南京路店,李\nxh,徐汇店,王\n".encode("gb18030")
    )
    (tmp_path / "form-media").mkdir()
    (tmp_path / "form-media" / "places.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","id":"p1","geometry":'
        '{"type":"Point","coordinates":[121.5,31.2]},"properties":{"title":"Bund","n":3}}]}'
    )
    (tmp_path / "old.xml").write_text("<root><item><name>o</name><label>O</label></item></root>")
    file = tmp_path / "form.md"
    file.write_text(LISTS.replace("|  | calculate | boss |  |  |\n", ""), encoding="utf-8")
    form = converted(file).form
    assert [(each.name, each.is_there) for each in form.files] == [
        ("shops.csv", True), ("places.geojson", True), ("old.xml", True), ("more.xml", False)
    ]  # fmt: skip
    filling = Filling(form)
    assert [choice.label for choice in filling.choices("/data/shop")] == ["南京路店", "徐汇店"]
    assert [(one.value, one.label) for one in filling.choices("/data/place")] == [("p1", "Bund")]
    assert [choice.value for choice in filling.choices("/data/old")] == ["o"]
    assert form_files.find_beside(file, "../form.md") is None


def test_that_a_list_that_cannot_be_read_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "places.geojson").write_text("[]")
    (tmp_path / "old.xml").write_text("<!DOCTYPE a><root/>")
    file = tmp_path / "form.md"
    file.write_text(LISTS.replace("|  | calculate | boss |  |  |\n", ""), encoding="utf-8")
    messages = [warning.message for warning in converted(file).form.warnings]
    assert [text.split(" ", 4)[2] for text in messages] == [
        "“shops.csv”", "“places.geojson”", "“old.xml”", "“more.xml”"
    ]  # fmt: skip
    assert "cannot be read as a list" in messages[1]


def test_that_our_own_column_needs_no_declaration(make_form: MakeForm) -> None:
    text = GOOD.replace("| required |", "| bind::winback:severity |").replace("| yes |", "| info |")
    bind = make_form(text).binds["/data/b"]
    assert bind.severity == "info"
