"""The view of an interview without a database: screens, repeats, and how little it redoes."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Form
from desktop_app.questionnaire.paper_numbers import paper_numbers
from desktop_app.ui import theme
from desktop_app.ui.filling_run import FillingRun, QuestionState
from desktop_app.ui.interview_layout import lay_out, moved, pages_of
from desktop_app.ui.interview_view import InterviewView
from desktop_app.ui.page import PageContext
from desktop_app.ui.paper_codes import read_code
from desktop_app.ui.paper_view import PaperView, question_numbers
from tests.ui.casework import activate, focus, press, type_text
from tests.ui.interview_forms import (
    EVERY_KIND,
    OFFERS,
    REPEATS,
    form_of,
    long_form,
    run_of,
    starter_form,
)

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


class Held:
    """An interview on the screen, and what it said."""

    def __init__(self, qtbot: QtBot, context: PageContext, form: Form, language: str = "") -> None:
        self.view = InterviewView(context, QWidget())
        theme.dress(self.view)
        qtbot.addWidget(self.view)
        self.view.resize(1200, 760)
        activate(self.view)
        self.run: FillingRun = run_of(form, language)
        self.answers: dict[str, str] = {}
        self.structure: list[tuple[str, str]] = []
        self.run.answered.connect(self._on_answered)
        self.run.grown.connect(lambda repeat: self.structure.append(("grown", repeat)))
        self.run.shrunk.connect(lambda address: self.structure.append(("shrunk", address)))
        self.view.show_run(self.run, OFFERS)

    def _on_answered(self, address: str, value: str, _seconds: int) -> None:
        self.answers[address] = value


@pytest.fixture
def repeats(qtbot: QtBot, context: PageContext) -> Held:
    return Held(qtbot, context, form_of(REPEATS))


@pytest.fixture
def kinds(qtbot: QtBot, context: PageContext) -> Held:
    return Held(qtbot, context, form_of(EVERY_KIND))


def test_that_a_marked_question_with_a_problem_shows_both(kinds: Held) -> None:
    view, model = kinds.view, kinds.view.list.questions
    view.go("/data/age")
    type_text("12,50")
    kinds.run.leave("/data/age")

    def look() -> tuple[str, int]:
        index = model.index(model.row_of("/data/age"), 0)
        made = index.data(Qt.ItemDataRole.DecorationRole)
        pixmap = made if isinstance(made, QPixmap) else made.pixmap(16)
        return index.data(
            Qt.ItemDataRole.AccessibleTextRole
        ), pixmap.deviceIndependentSize().width()

    words, width = look()
    assert words.endswith("not possible")
    view.toggle_mark()
    words, wider = look()
    assert "not possible" in words
    assert "marked" in words
    assert wider >= 2 * width


# ---------------------------------------------------------------- repeats


def test_that_the_keyboard_goes_through_repeats_and_groups(repeats: Held) -> None:
    view = repeats.view
    assert view.list.texts() == [
        "1  First",
        "Person 1",
        "   2  Who",
        "   3  Age",
        "One more: Person",
        "Both together",
        "   4  One",
        "   5  Two",
        "6  Last",
    ]
    for _step in range(3):
        press(Qt.Key.Key_Return)
    assert view.pane.more is not None
    assert view.list.currentIndex().data() == "One more: Person"
    press(Qt.Key.Key_1)
    assert view.current == "/data/person[2]/who"
    type_text("Li")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    assert view.pane.more is not None
    press(Qt.Key.Key_Return)
    assert view.current == "/data/both/one"
    press(Qt.Key.Key_Tab)
    assert view.current == "/data/both/two"  # on the same screen
    press(Qt.Key.Key_Tab, SHIFT)
    press(Qt.Key.Key_Tab, SHIFT)
    assert view.pane.more is not None
    press(Qt.Key.Key_Tab, SHIFT)
    assert view.current == "/data/person[2]/age"
    assert repeats.structure == [("grown", "/data/person")]
    assert repeats.answers == {"/data/person[2]/who": "Li"}


def test_that_an_instance_is_removed_and_what_is_behind_moves_up(repeats: Held) -> None:
    view, run = repeats.view, repeats.run
    for name in ("Wang", "Li", "Zhang"):
        if name != "Wang":
            view.add_instance("/data/person")
        view.go(f"/data/person[{run.filling.count_of('/data/person')}]/who")
        type_text(name)
    view.toggle_mark()  # Zhang
    marks: list[tuple[str, bool]] = []
    run.marked.connect(lambda address, is_on: marks.append((address, is_on)))
    view.go("/data/person[2]/age")
    assert view.instance_here() == "/data/person[2]"
    view.remove_instance()
    assert repeats.structure[-1] == ("shrunk", "/data/person[2]")
    assert run.filling.answer("/data/person[2]/who") == "Zhang"
    assert run.marks == {"/data/person[2]/who"}
    assert not marks  # whoever stores `shrunk` moves them
    assert "   4  Who" in view.list.texts()
    assert focus() in view.pane.stops()


def test_that_a_repeat_without_instances_can_be_begun(repeats: Held) -> None:
    view, run = repeats.view, repeats.run
    view.go("/data/person[1]/who")
    view.remove_instance()
    assert "One more: Person" in view.list.texts()
    assert view.pane.more is not None
    press(Qt.Key.Key_1)
    assert view.current == "/data/person[1]/who"
    assert run.filling.count_of("/data/person") == 1


def test_that_addresses_follow_an_instance_that_went() -> None:
    assert moved("/data/person[3]/age", "/data/person[2]") == "/data/person[2]/age"
    assert moved("/data/person[2]/age", "/data/person[2]") is None
    assert moved("/data/person[1]/age", "/data/person[2]") == "/data/person[1]/age"
    assert moved("/data/personal", "/data/person[2]") == "/data/personal"
    assert moved("/data/a[2]/b[4]/c", "/data/a[2]/b[1]") == "/data/a[2]/b[3]/c"


# ---------------------------------------------------------------- what is asked and said


def test_that_wrong_answers_are_judged_when_they_are_left(kinds: Held) -> None:
    view, run = kinds.view, kinds.run
    view.go("/data/age")
    type_text("120")
    assert run.problems("/data/age") == ()
    press(Qt.Key.Key_Return)
    assert [each.message for each in run.wrong()] == ["Fewer than a hundred."]
    assert run.state_of("/data/age") is QuestionState.WRONG
    view.go("/data/price")
    type_text("0.5")
    view.go("/data/day")
    type_text("+3")
    press(Qt.Key.Key_Return)
    assert [each.address for each in run.doubtful()] == ["/data/price"]
    assert run.state_of("/data/price") is QuestionState.DOUBTFUL
    assert run.state_of("/data/day") is QuestionState.ANSWERED  # information only shows
    view.go("/data/day")
    assert view.pane.cards["/data/day"].problem.text() == "That day is to come."
    run.accept("/data/price")
    assert run.doubtful() == ()
    assert [each.address for each in run.in_the_way()] == ["/data/age"]


def test_that_a_needed_question_is_told_only_at_the_end(kinds: Held) -> None:
    view, run = kinds.view, kinds.run
    view.go("/data/age")
    press(Qt.Key.Key_Return)
    assert run.problems("/data/age") == ()
    assert run.state_of("/data/age") is QuestionState.NEEDED
    assert [each.kind for each in run.in_the_way()] == ["required"]
    assert run.state_of("/data/age") is QuestionState.WRONG
    view.go("/data/age")
    type_text("12")
    press(Qt.Key.Key_Return)
    assert run.in_the_way() == ()


def test_that_the_longer_help_is_behind_a_button(kinds: Held) -> None:
    card = kinds.view.pane.cards["/data/words"]
    assert card.hint.text().startswith("In short")
    assert not card.guidance.isVisibleTo(card)
    card.more.click()
    assert card.guidance.isVisibleTo(card)
    assert card.guidance.text() == "Ask for one day only"
    assert card.more.text() == "Less"


def test_that_a_choice_that_depends_on_another_answer_follows_it(kinds: Held) -> None:
    view = kinds.view
    view.go("/data/city")
    press(Qt.Key.Key_2)  # Beijing; on the next question are its towns
    press(Qt.Key.Key_1)
    assert kinds.run.filling.answer("/data/town") == "hd"


def test_that_what_is_typed_is_said_within_half_a_second_and_once(
    kinds: Held, qtbot: QtBot
) -> None:
    said: Counter[str] = Counter()
    kinds.run.typed.connect(lambda address, text: said.update([f"{address} {text}"]))
    with qtbot.waitSignal(kinds.run.typed, timeout=60_000):
        type_text("they said")
    assert said == {"/data/words they said": 1}
    press(Qt.Key.Key_Return)
    assert kinds.answers == {"/data/words": "they said"}


def test_that_an_answer_is_said_only_when_it_is_another_one(kinds: Held) -> None:
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    assert kinds.answers == {}


def test_that_alt_and_digits_do_not_choose_but_ask_probes(kinds: Held) -> None:
    kinds.view.go("/data/city")
    press(Qt.Key.Key_2, ALT)
    assert kinds.run.filling.answer("/data/city") == ""


# ---------------------------------------------------------------- little is done again


class Model:
    """Counts what the list of questions says to Qt."""

    def __init__(self, held: Held) -> None:
        self.inserted = self.removed = self.touched = self.reset = 0
        model = held.view.list.questions
        model.rowsInserted.connect(self._on_inserted)
        model.rowsRemoved.connect(self._on_removed)
        model.dataChanged.connect(self._on_touched)
        model.modelReset.connect(self._on_reset)

    def _on_inserted(self, _parent: object, first: int, last: int) -> None:
        self.inserted += last - first + 1

    def _on_removed(self, _parent: object, first: int, last: int) -> None:
        self.removed += last - first + 1

    def _on_touched(self, first: object, last: object) -> None:
        self.touched += last.row() - first.row() + 1  # type: ignore[attr-defined]

    def _on_reset(self) -> None:
        self.reset += 1


def test_that_a_key_touches_its_own_line_only(qtbot: QtBot, context: PageContext) -> None:
    held = Held(qtbot, context, long_form())
    assert len(held.run.layout.questions) == 270
    assert held.view.pane.built == 1  # one card, not three hundred
    held.view.go("/data/q3")
    filling = held.run.filling
    model, before, built = Model(held), filling.evaluations.total(), held.view.pane.built
    type_text("they said it would come")
    assert (model.inserted, model.removed, model.reset) == (0, 0, 0)
    assert model.touched <= 2 * len("they said it would come")
    assert filling.evaluations.total() == before  # nothing depends on it
    assert held.view.pane.built == built


def test_that_an_answer_that_opens_a_question_puts_in_one_line(
    qtbot: QtBot, context: PageContext
) -> None:
    held = Held(qtbot, context, long_form())
    held.view.go("/data/q8")
    model, before = Model(held), held.run.filling.evaluations.total()
    press(Qt.Key.Key_2)
    assert held.run.filling.answer("/data/q8") == "c1"
    assert (model.inserted, model.removed, model.reset) == (1, 0, 0)
    assert held.run.filling.evaluations.total() - before == 1
    assert len(held.run.layout.questions) == 271
    assert held.view.current == "/data/q9"
    held.view.go("/data/q8")
    press(Qt.Key.Key_Backspace)
    assert (model.inserted, model.removed, model.reset) == (1, 1, 0)


def test_that_the_list_says_after_every_change_what_it_would_say_anew(repeats: Held) -> None:
    view, run = repeats.view, repeats.run
    for step in range(6):
        if step % 3 == 2:
            view.go("/data/person[1]/who")
            view.remove_instance()
        else:
            view.add_instance("/data/person")
        assert [line.key for line in view.list.questions.lines] == [
            line.key for line in lay_out(run.filling).lines
        ]
        assert [line.number for line in view.list.questions.lines] == [
            line.number for line in lay_out(run.filling).lines
        ]


# ---------------------------------------------------------------- paper


def test_that_digits_jump_to_any_question_also_in_a_group(repeats: Held) -> None:
    lines = repeats.view.list.questions.lines
    numbers = {line.number: row for row, line in enumerate(lines) if line.number}
    assert any(line.depth for line in lines if line.number)
    for number, row in numbers.items():
        repeats.view.list._digits_age.invalidate()
        for digit in str(number):
            repeats.view.list.keyboardSearch(digit)
        assert repeats.view.list.currentIndex().row() == row


def test_that_pages_part_groups_only_when_they_are_too_large() -> None:
    layout = lay_out(Filling(long_form()))
    pages = list(pages_of(layout, 30))
    assert [each for page in pages for each in page] == list(layout.questions)
    assert {len(page) for page in pages} == {27}  # a group each
    narrow = list(pages_of(layout, 10))
    assert [each for page in narrow for each in page] == list(layout.questions)
    assert max(len(page) for page in narrow) == 10


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("city", "2", "bj"),
        ("city", "SH", "sh"),
        ("city", "beijing", "bj"),
        ("city", "9", "9"),  # told as not among the choices
        ("goods", "13", "paper ink"),
        ("goods", "1, 3", "paper ink"),
        ("goods", "ink paper", "ink paper"),
        ("order", "312", "ink paper pens"),
        ("many", "12", "m12"),
        ("many", "m2", "m2"),
        ("age", "１，２００", "1200"),
        ("age", "12,50", "12,50"),  # told as no number
        ("day", "20260831", "2026-08-31"),
        ("hour", "905", "09:05:00"),
        ("moment", "2026-8-31 9:05", "2026-08-31T09:05:00.000+08:00"),
        ("agreed", "x", "OK"),
        ("agreed", "no", ""),
        ("words", " as it is ", "as it is"),
    ],
)
def test_that_codes_and_numbers_of_the_paper_become_answers(
    name: str, typed: str, stored: str
) -> None:
    filling = Filling(form_of(EVERY_KIND))
    question = filling.question(f"/data/{name}")
    choices = filling.choices(f"/data/{name}") if question.choices is not None else ()
    numbers = paper_numbers(filling.form, question)
    assert read_code(question, choices, numbers, typed) == stored


def test_that_a_key_in_the_column_makes_no_line_anew(qtbot: QtBot) -> None:
    view = PaperView()
    qtbot.addWidget(view)
    activate(view)
    run = run_of(long_form())
    view.show_run(run, OFFERS)
    assert view.built == 27
    view.go("/data/q8")
    type_text("2")
    assert run.filling.answer("/data/q8") == "c1"
    assert view.built == 28  # the question that it opens
    press(Qt.Key.Key_Return)
    assert focus() is view.rows["/data/q9"].line


def test_that_the_column_says_words_beside_codes_and_goes_from_page_to_page(
    qtbot: QtBot,
) -> None:
    view = PaperView()
    qtbot.addWidget(view)
    activate(view)
    run = run_of(long_form())
    said: list[tuple[str, str]] = []
    run.answered.connect(lambda address, value, _seconds: said.append((address, value)))
    view.show_run(run, OFFERS)
    view.go("/data/q2")
    type_text("4")
    assert view.rows["/data/q2"].words.text() == "Choice 3"
    press(Qt.Key.Key_Up)
    assert focus() is view.rows["/data/q1"].line
    type_text("many")
    press(Qt.Key.Key_Return)
    assert view.rows["/data/q1"].words.text() == "Enter a whole number."
    assert said == [("/data/q2", "c3"), ("/data/q1", "many")]
    view.go("/data/q28")
    press(Qt.Key.Key_Return)
    assert focus() is view.rows["/data/q30"].line
    press(Qt.Key.Key_Tab, SHIFT)
    assert focus() is view.rows["/data/q28"].line
    ends: list[bool] = []
    view.at_end.connect(lambda: ends.append(True))
    view.go("/data/q298")
    press(Qt.Key.Key_Return)
    assert ends == [True]


def test_that_questions_have_the_numbers_of_the_printed_form() -> None:
    numbers = question_numbers(starter_form())
    assert numbers["/data/left_on"] == "1"
    assert numbers["/data/stated_reason"] == "6"
    assert "/data/reason_group" not in numbers
