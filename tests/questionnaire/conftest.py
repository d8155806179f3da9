"""Forms for the tests: written as Markdown, converted in this process, each once."""

import io
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from desktop_app.importing import xlsforms
from desktop_app.importing.child import convert_form
from desktop_app.importing.wire import read_frame
from desktop_app.importing.xlsforms import Converted
from desktop_app.questionnaire.form import Form

MakeForm = Callable[[str], Form]


def converted(path: Path) -> Converted:
    """What the reading child and the program make of a file, without the process between."""
    answers = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl about styles; in the child nobody hears it
        convert_form({"path": str(path)}, answers)
    answers.seek(0)
    frame: Any = read_frame(answers)
    return xlsforms.loaded(path, frame["form"])


@cache
def _converted_text(text: str, folder: Path) -> Form:
    file = folder / f"form{abs(hash(text))}.md"
    file.write_text(text, encoding="utf-8")
    return converted(file).form


@pytest.fixture
def make_form(tmp_path_factory: pytest.TempPathFactory) -> MakeForm:
    """`make_form(markdown)`: the form; the same text is converted once."""
    folder = tmp_path_factory.getbasetemp()
    return lambda text: _converted_text(text, folder)
