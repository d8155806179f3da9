"""Where answers in words, reasons and choices of a form stand."""

from pathlib import Path

import pytest

from desktop_app.questionnaire.answer_places import in_repeat, label_of, pattern_of, places_of
from desktop_app.questionnaire.form import Form
from tests.questionnaire.conftest import converted

FORM = """
| survey |  |  |  |  |  |
|  | type | name | label::English (en) | label::Chinese (zh) | appearance |
|  | text | words | What happened | 发生了什么 | own-words multiline |
|  | text | plain | Name | 姓名 |  |
|  | note | told | Thank them | 感谢 | multiline |
|  | hidden | sum |  |  |  |
|  | select_one city | city | City of ${plain} | 城市 |  |
|  | begin_repeat | visit_day | Day | 日 |  |
|  | text | what_50 | What was said | 说了什么 | multiline |
|  | end_repeat |  |  |  |  |
| choices |  |  |  |  |
|  | list_name | name | label::English (en) | label::Chinese (zh) |
|  | city | sh | Shanghai | 上海 |
"""


@pytest.fixture
def form(tmp_path: Path) -> Form:
    file = tmp_path / "form.md"
    file.write_text(FORM, "utf-8")
    return converted(file).form


def test_that_only_texts_with_room_for_words_are_coded(form: Form) -> None:
    places = places_of(form)
    assert places.worded == ("/data/words", "/data/visit_day/what_50")
    assert places.own_words == ("/data/words",)
    assert places.choices == ("/data/city",)
    assert "/data/sum" in places.silent
    assert places.why == places.why_reasons == places.stated == ()


def test_that_a_question_inside_a_repeat_has_a_pattern(form: Form) -> None:
    assert in_repeat(form, "/data/visit_day/what_50")
    assert not in_repeat(form, "/data/words")
    assert pattern_of(form, "/data/visit_day/what_50") == "/data/visit\\_day[%]/what\\_50"


def test_that_a_label_is_read_without_an_interview(form: Form) -> None:
    assert label_of(form, "/data/words", "zh_CN") == "发生了什么"
    assert label_of(form, "/data/words", "en") == "What happened"
    assert label_of(form, "/data/city", "en") == "City of …"
    assert label_of(form, "/data/sum", "en") == "sum"
