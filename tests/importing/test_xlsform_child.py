"""What the reading child makes of a form, run in this process: no sandbox, the same frames."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from desktop_app.importing import xlsform_child
from desktop_app.importing.wire import ParseProblem, read_frame

SURVEY = [
    ["type", "name", "label", "bind::winback:severity"],
    ["integer", "age", "Age", "warning"],
    ["select_one yes_no", "left", "Left?", None],
]
CHOICES = [["list_name", "name", "label"], ["yes_no", 1, "Yes"], ["yes_no", 2, "No"]]


def form(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in (("survey", SURVEY), ("choices", CHOICES), ("notes", [["not read"]])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def converted(path: Path, kind: str) -> dict[str, Any]:
    """The first frame; the last one says that this is all."""
    stream = io.BytesIO()
    xlsform_child.convert({"path": str(path)}, stream, kind)
    stream.seek(0)
    first, last = read_frame(stream), read_frame(stream)
    assert last == {"end": {}}
    assert first is not None
    return dict(first["form"])


def test_that_a_workbook_becomes_a_form_with_its_cells(tmp_path: Path) -> None:
    found = converted(form(tmp_path / "f.xlsx"), "xlsx")
    assert "/data/age" in found["xml"]
    assert 'xmlns:winback="urn:winback:xforms"' in found["xml"]
    assert found["cells"].keys() == {"survey", "choices"}
    assert found["cells"]["choices"][1] == ["yes_no", "1", "Yes"]
    assert found["cells"]["survey"][2] == ["select_one yes_no", "left", "Left?"]


@pytest.mark.parametrize("ending", ["csv", "md"])
def test_that_a_text_becomes_a_form_with_its_cells(tmp_path: Path, ending: str) -> None:
    texts = {
        "csv": '"survey",,,\n,"type","name","label"\n,"text","why","Why?"\n',
        "md": "| survey |\n|  | type | name | label |\n|  | text | why | Why? |\n",
    }
    path = tmp_path / f"f.{ending}"
    path.write_text(texts[ending], "utf-8")
    found = converted(path, "text")
    assert "/data/why" in found["xml"]
    assert ["text", "why", "Why?"] in [
        [cell for cell in row if cell] for row in found["cells"]["survey"]
    ]


def test_that_a_mistake_is_sent_as_pyxform_says_it(tmp_path: Path) -> None:
    path = tmp_path / "f.md"
    path.write_text("| survey |\n|  | type | name | label |\n|  | tex | why | Why? |\n", "utf-8")
    found = converted(path, "text")
    assert "tex" in found["error"]
    assert "xml" not in found


def test_that_what_is_no_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.bin"
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ParseProblem):
        converted(path, "ods")
    with pytest.raises(ParseProblem):
        converted(path, "text")
