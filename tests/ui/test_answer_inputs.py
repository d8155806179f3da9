"""The inputs of an interview: one for every kind of question, by the keyboard alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import SILENT, Kind
from desktop_app.questionnaire.texts import Choice
from desktop_app.ui.answer_input import AnswerInput, PointInput, RangeInput, ReadInput
from desktop_app.ui.answer_kinds import MAKERS, Asked, make_input, usage
from desktop_app.ui.file_input import FileInput
from desktop_app.ui.numbered_choices import (
    MOST_SHOWN,
    ManyChoices,
    NumberedChoices,
    RankedChoices,
)
from desktop_app.ui.numbered_reasons import NumberedReasons
from tests.ui.casework import activate, compose, focus, nameless, press, type_text
from tests.ui.interview_forms import EVERY_KIND, OFFERS, form_of, starter_form

Make = Callable[[str], AnswerInput]


@pytest.fixture
def filling() -> Filling:
    return Filling(form_of(EVERY_KIND))


@pytest.fixture
def make(qtbot: QtBot, filling: Filling) -> Make:
    """The input of a question of the form with every kind, on the screen and with the keyboard."""
    windows: list[QWidget] = []

    def made(name: str) -> AnswerInput:
        address = f"/data/{name}"
        question = filling.question(address)
        choices = filling.choices(address) if question.choices is not None else ()
        found = make_input(Asked(question, OFFERS, choices))
        found.set_name("Ask")
        window = QWidget()
        QVBoxLayout(window).addWidget(found)
        qtbot.addWidget(window)
        windows.append(window)
        activate(window)
        found.stops()[0].setFocus()
        return found

    return made


def test_that_every_kind_that_is_asked_has_an_input_and_says_how_it_is_used(
    filling: Filling,
) -> None:
    assert set(MAKERS) == set(Kind) - SILENT
    kinds = {question.kind for question in filling.form.asked()}
    assert kinds == set(Kind) - SILENT
    for question in filling.form.asked():
        assert usage(Asked(question, OFFERS)), question.kind


ANSWERS = {
    "words": "三天到货，等了两周",
    "age": "12",
    "price": "12.5",
    "rate": "7",
    "city": "sh",
    "goods": "paper ink",
    "order": "ink paper",
    "many": "m12",
    "day": "2026-08-31",
    "hour": "14:30:00",
    "moment": "2026-08-31T14:30:00.000+08:00",
    "agreed": "OK",
    "code": "690123",
    "photo": "shelf.jpg",
    "sound": "call.m4a",
    "film": "shop.mp4",
    "paper": "contract.pdf",
    "place": "31.23 121.47 4 10",
    "way": "31.23 121.47; 31.24 121.48",
    "field": "31 121; 31.1 121; 31 121.1; 31 121",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_that_every_kind_shows_a_stored_answer_and_gives_it_back(
    make: Make, filling: Filling, name: str
) -> None:
    made = make(name)
    said: list[str] = []
    made.changed.connect(lambda: said.append(made.value()))
    assert made.value() == ""
    made.set_value(ANSWERS[name])
    assert made.value() == ANSWERS[name]
    assert said == []  # showing is not typing
    filling.set_answer(f"/data/{name}", made.value())
    assert filling.problems(f"/data/{name}") == ()
    made.set_value("")
    assert made.value() == ""


def test_that_the_answers_above_are_of_every_kind(filling: Filling) -> None:
    kinds = {filling.question(f"/data/{name}").kind for name in ANSWERS}
    assert kinds == set(Kind) - SILENT - {Kind.NOTE}


@pytest.mark.parametrize("name", [*ANSWERS, "told"])
def test_that_every_input_has_names_for_a_screen_reader(make: Make, name: str) -> None:
    made = make(name)
    made.set_value(ANSWERS.get(name, ""))
    assert nameless(made.window()) == []


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("age", "１２", "12"),
        ("age", "twelve", "twelve"),  # kept, and told
        ("price", "¥1,234.50", "1234.5"),
        ("price", "1.234", "1.234"),
        ("day", "2026年8月3日", "2026-08-03"),
        ("day", "2026-02-30", "2026-02-30"),
        ("hour", "1430", "14:30:00"),
        ("hour", "9.05", "09:05:00"),
        ("hour", "25:00", "25:00"),
        ("moment", "2026-8-31 14:30", "2026-08-31T14:30:00.000+08:00"),
        ("rate", "11", "11"),
        ("code", "69 0123", "69 0123"),
    ],
)
def test_that_what_people_type_becomes_what_forms_write(
    make: Make, name: str, typed: str, stored: str
) -> None:
    made = make(name)
    type_text(typed)
    assert made.value() == stored


# ---------------------------------------------------------------- choices


def test_that_a_digit_chooses_one_and_goes_on(make: Make, qtbot: QtBot) -> None:
    made = make("city")
    with qtbot.waitSignal(made.gone_on):
        press(Qt.Key.Key_2)
    assert made.value() == "bj"
    press(Qt.Key.Key_Backspace)
    assert made.value() == ""


def test_that_enter_chooses_only_where_an_arrow_went(make: Make) -> None:
    made = make("city")
    assert not made.press_enter(made)  # nothing was looked at: Enter goes on without an answer
    assert made.value() == ""
    press(Qt.Key.Key_Down)
    assert made.press_enter(made)
    assert made.value() == "sh"
    assert not made.press_enter(made)
    press(Qt.Key.Key_Space)
    assert made.value() == ""


def test_that_choices_that_depend_on_an_answer_are_shown_anew(make: Make, filling: Filling) -> None:
    made = make("town")
    assert isinstance(made, NumberedChoices)
    assert made.list.count() == 0
    filling.set_answer("/data/city", "bj")
    made.show_choices(filling.choices("/data/town"))
    assert [made.list.item(row).text() for row in range(made.list.count())] == ["1  Haidian"]


def test_that_a_long_list_is_searched_by_words_and_initials(make: Make) -> None:
    made = make("many")
    assert isinstance(made, NumberedChoices)
    assert isinstance(focus(), QLineEdit)
    type_text("lz")  # lì zhī
    assert [made.list.item(row).text() for row in range(made.list.count())] == ["1  荔枝"]
    assert made.press_enter(made)
    assert made.value() == "m12"
    assert made.list.count() == 12


def test_that_digits_in_a_search_belong_to_a_composing_input_method(make: Make) -> None:
    made = make("many")
    compose("li")
    press(Qt.Key.Key_1)
    assert made.value() == ""
    compose("")
    press(Qt.Key.Key_1)
    assert made.value() == "m1"


def test_that_digits_and_space_tick_several(make: Make) -> None:
    made = make("goods")
    assert isinstance(made, ManyChoices)
    press(Qt.Key.Key_3)
    press(Qt.Key.Key_1)
    assert made.value() == "paper ink"  # in the order of the list
    press(Qt.Key.Key_Space)
    assert made.value() == "ink"
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Space)
    assert made.value() == "pens ink"
    assert not made.press_enter(made)


def test_that_digits_rank_and_arrows_move(make: Make) -> None:
    made = make("order")
    assert isinstance(made, RankedChoices)
    for key in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_1):
        press(key)
    assert made.value() == "pens ink paper"
    press(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)  # the line of Paper
    assert made.value() == "pens paper ink"
    press(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert made.value() == "pens ink paper"
    assert "place 3" in made.list.item(0).text()
    press(Qt.Key.Key_Backspace)
    assert made.value() == "pens ink"
    press(Qt.Key.Key_2)  # once more takes it out
    assert made.value() == "ink"


def test_that_an_answer_that_is_not_offered_any_more_stays(make: Make) -> None:
    made = make("goods")
    made.set_value("paper gone")
    press(Qt.Key.Key_2)
    assert made.value() == "paper pens gone"


# ---------------------------------------------------------------- reasons


def reason_input(qtbot: QtBot, name: str, *, is_alone: bool) -> AnswerInput:
    form = starter_form()
    question = next(each for each in form.asked() if each.name == name)
    found = make_input(Asked(question, OFFERS, (), is_alone))
    qtbot.addWidget(found)
    activate(found)
    found.stops()[0].setFocus()
    return found


def test_that_a_reason_is_chosen_by_group_and_digit(qtbot: QtBot) -> None:
    made = reason_input(qtbot, "stated_reason", is_alone=True)
    assert made.fills
    with qtbot.waitSignal(made.gone_on):
        press(Qt.Key.Key_1)
        press(Qt.Key.Key_2)
    assert made.value() == "price_unreasonable"
    assert not made.press_enter(made)


def test_that_a_reason_beside_another_question_is_chosen_in_the_same_way(qtbot: QtBot) -> None:
    made = reason_input(qtbot, "why_1_reason", is_alone=False)
    assert not made.fills
    with qtbot.waitSignal(made.gone_on):
        press(Qt.Key.Key_1)
        press(Qt.Key.Key_2)
    assert made.value() == "price_unreasonable"


def test_that_enter_goes_on_where_no_reason_is_needed_until_a_line_was_moved_to(
    qtbot: QtBot,
) -> None:
    picker = reasons(qtbot, is_optional=True)
    assert not picker.press_enter()
    assert picker.value() is None
    press(Qt.Key.Key_Down)
    assert picker.press_enter()  # opens the first group
    assert picker.press_enter()  # takes its first reason
    assert picker.value() == OFFERS.reasons[0].value


def test_that_suggested_reasons_have_the_first_digits_and_typing_finds_the_others(
    qtbot: QtBot,
) -> None:
    picker = reasons(qtbot)
    first, second = OFFERS.reasons[0], OFFERS.reasons[-1]
    picker.suggest([second.value, "no_such_reason", first.value])
    lines = [picker.list.item(row).text() for row in range(picker.list.count())]
    assert lines[0].startswith(f"1  {second.text}")
    assert lines[1].startswith(f"2  {first.text}")
    assert lines[2] == "3  All reasons  ›"
    press(Qt.Key.Key_1)
    assert picker.value() == second.value
    press(Qt.Key.Key_Backspace)
    assert picker.value() is None
    press(Qt.Key.Key_3)
    assert picker.list.count() == 3  # the groups
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_Backspace)
    press(Qt.Key.Key_Backspace)
    assert picker.list.item(0).text() == lines[0]  # back to what is suggested
    type_text("jgbhl")
    assert picker.press_enter()
    assert picker.value() == "price_unreasonable"


def test_that_words_that_are_no_reason_are_said_to_be_none(qtbot: QtBot) -> None:
    picker = reasons(qtbot)
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_2)
    assert picker.shown.text().startswith("✓")
    type_text("nobody says this")
    assert picker.list.item(0).text().startswith("No reason fits")
    assert not picker.press_enter()  # nobody is trapped here
    assert picker.value() == "nobody says this"
    assert "not on the list" in picker.shown.text()
    assert "✓" not in picker.shown.text()
    picker.filter.clear()
    assert picker.value() is None
    assert not picker.shown.text()
    type_text("jgbhl")
    picker.filter.clearFocus()  # the only one that fits is meant
    assert picker.value() == "price_unreasonable"


def reasons(qtbot: QtBot, *, is_optional: bool = False) -> NumberedReasons:
    picker = NumberedReasons(OFFERS.reasons, is_optional=is_optional)
    qtbot.addWidget(picker)
    activate(picker)
    picker.filter.setFocus()
    return picker


def test_that_pinyin_finds_a_reason_and_enter_takes_it(qtbot: QtBot) -> None:
    picker = reasons(qtbot)
    type_text("jgbhl")
    assert picker.list.count() == 1
    assert picker.press_enter()
    assert picker.value() == "price_unreasonable"
    assert not picker.press_enter()  # chosen already: Enter goes on


def test_that_backspace_goes_back_to_the_groups(qtbot: QtBot) -> None:
    picker = reasons(qtbot)
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_2)
    assert picker.value() == "price_unreasonable"
    press(Qt.Key.Key_Backspace)
    assert picker.value() is None
    assert picker.list.count() == 3  # groups
    press(Qt.Key.Key_Down)
    assert picker.press_enter()
    assert picker.list.count() == 1


def test_that_digits_belong_to_a_composing_input_method(qtbot: QtBot) -> None:
    picker = reasons(qtbot)
    compose("zhang")
    press(Qt.Key.Key_1)
    assert picker.value() is None
    compose("")
    assert isinstance(focus(), QLineEdit)


def test_that_products_are_ticked_and_others_written(qtbot: QtBot) -> None:
    made = reason_input(qtbot, "needed_goods", is_alone=False)
    press(Qt.Key.Key_2)
    made.stops()[1].setFocus()
    type_text("A4, A3")
    assert made.value() == "签字笔; A4; A3"
    made.set_value("打印纸; 别的")
    assert made.value() == "打印纸; 别的"


# ---------------------------------------------------------------- the others


def test_that_arrows_move_a_range_by_its_step(make: Make) -> None:
    made = make("rate")
    assert isinstance(made, RangeInput)
    press(Qt.Key.Key_Up)
    assert made.value() == "1"  # where it begins
    press(Qt.Key.Key_Up)
    assert made.value() == "2"
    assert made.slider.value() == 1
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_text("10")
    assert made.slider.value() == 9
    press(Qt.Key.Key_Up)
    assert made.value() == "10"
    made.slider.setValue(4)
    assert made.value() == "5"


def test_that_one_says_that_a_text_was_read(make: Make, qtbot: QtBot) -> None:
    made = make("agreed")
    with qtbot.waitSignal(made.gone_on):
        press(Qt.Key.Key_1)
    assert made.value() == "OK"
    press(Qt.Key.Key_Backspace)
    assert made.value() == ""


def test_that_a_note_is_only_read(make: Make, qtbot: QtBot) -> None:
    made = make("told")
    assert isinstance(made, ReadInput)
    with qtbot.waitSignal(made.gone_on):
        made.button.click()


def test_that_a_place_is_two_numbers_and_keeps_what_a_telephone_added(make: Make) -> None:
    made = make("place")
    assert isinstance(made, PointInput)
    made.set_value("31.23 121.47 4 10")
    made.stops()[1].setFocus()
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_text("120")
    assert made.value() == "31.23 120 4 10"


def given(made: AnswerInput) -> list[tuple[str, object]]:
    assert isinstance(made, FileInput)
    found: list[tuple[str, object]] = []
    made.given.connect(lambda name, file: found.append((name, file)))
    return found


def test_that_a_file_is_chosen(make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = make("photo")
    found = given(made)
    asked: list[str] = []

    def choose(_parent: object, _title: str, _folder: str, filters: str) -> tuple[str, str]:
        asked.append(filters)
        return str(tmp_path / "shelf.jpg"), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
    press(Qt.Key.Key_Space)
    assert found == [("shelf.jpg", tmp_path / "shelf.jpg")]
    assert "*.jpg" in asked[0]


def test_that_a_file_is_dropped(make: Make, tmp_path: Path) -> None:
    made = make("sound")
    found = given(made)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "call.m4a"))])
    drop = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    made.dropEvent(drop)
    assert found == [("call.m4a", tmp_path / "call.m4a")]


def test_that_a_picture_is_pasted(make: Make) -> None:
    made = make("photo")
    found = given(made)
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)
    press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    ((name, content),) = found
    assert name.endswith(".png")
    assert isinstance(content, bytes)
    assert QImage.fromData(content).size() == image.size()


def test_that_an_attached_picture_is_shown_opened_and_removed(
    make: Make, qtbot: QtBot, tmp_path: Path
) -> None:
    made = make("photo")
    assert isinstance(made, FileInput)
    assert made.stops() == [made.choose]
    wanted: list[str] = []
    made.picture_wanted.connect(wanted.append)
    made.take_attached("shelf.png")
    assert wanted == ["shelf.png"]
    assert made.value() == "shelf.png"
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    image.save(str(tmp_path / "shelf.png"))
    made.show_picture((tmp_path / "shelf.png").read_bytes())
    assert made.picture.pixmap().width() == 213  # small, in its own shape
    opened: list[str] = []
    made.open_wanted.connect(opened.append)
    made.open.setFocus()
    assert made.press_enter(made.open)
    assert opened == ["shelf.png"]
    press(Qt.Key.Key_Delete)
    assert made.value() == ""
    assert made.picture.isHidden()


def test_that_a_very_long_list_shows_its_beginning_and_finds_the_rest(qtbot: QtBot) -> None:
    choices = [Choice(f"v{n}", f"Town {n}", {}) for n in range(3000)]
    made = NumberedChoices(choices)
    qtbot.addWidget(made)
    made.set_value("v2999")
    made.show_choices(choices[:-1])
    made.show_choices(choices)
    assert made.list.count() == MOST_SHOWN + 1
    assert made.list.item(MOST_SHOWN).text() == "    Town 2999   ✓"
    made.filter.setText("2998")
    assert [made.list.item(row).text() for row in range(made.list.count())] == ["1  Town 2998"]
