from datetime import date
from decimal import Decimal

import pytest
from pydantic import BaseModel, ConfigDict, Field
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from db.vocabulary import CaseStage, RuleKind
from desktop_app.errors import ConflictError, InvalidInputError, Problem
from desktop_app.ui import dialogs, editors, model_form
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, EnumEditor, ManyEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.parsed_editors import (
    DateEditor,
    DateTimeEditor,
    DecimalEditor,
    IntegerEditor,
    MoneyEditor,
    read_date,
)
from desktop_app.ui.pickers import Choice, PickerEditor, RecordEditor
from desktop_app.ui.tasks import Tasks

TODAY = date(2026, 9, 15)


class Draft(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    left_on: date | None = None
    value: int | None = Field(default=None, ge=0)
    stage: CaseStage = CaseStage.IDENTIFIED
    note: str = ""


def make_form() -> Form:
    made = Form()
    made.add("name", "&Name", TextEditor(), required=True)
    made.add("left_on", "&Left on", DateEditor())
    made.add("value", "&Value", MoneyEditor("CNY"))
    made.add("stage", "&Stage", EnumEditor(CaseStage))
    made.add("note", "N&ote", TextEditor(lines=3))
    return made


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    made = make_form()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def inner() -> Form:
    """A form that its dialog owns and deletes."""
    return make_form()


def test_that_a_form_reads_its_draft(form: Form) -> None:
    form.fill({"name": " 王秀英 ", "left_on": date(2026, 8, 31), "value": 123450})
    draft = form.read(Draft)
    assert draft == Draft(name="王秀英", left_on=date(2026, 8, 31), value=123450)


def test_that_problems_stand_below_their_fields_and_the_first_gets_the_focus(
    qtbot: QtBot, form: Form
) -> None:
    qtbot.waitExposed(form)
    form.editors["left_on"].set_value("2026-02-30")
    assert form.try_read(Draft) is None
    assert form.problems() == {
        "name": "This field is needed.",
        "left_on": "Enter a date, for example 2026-08-31.",
    }
    assert form.editors["name"].control.property("problem") == "true"
    assert form.focusWidget() is form.editors["name"].control


def test_that_a_problem_goes_away_when_its_field_is_changed(form: Form) -> None:
    form.try_read(Draft)
    form.editors["name"].set_value("a")
    assert form.problems() == {}


def test_that_a_problem_of_no_field_stands_at_the_top(form: Form) -> None:
    form.show_problems([Problem("", "Two customers have this card."), Problem("x.0", "odd")])
    assert form.problems() == {"": "Two customers have this card.\nodd"}


def test_that_a_nested_problem_stands_at_its_field(form: Form) -> None:
    form.show_problems([Problem("note.0.text", "odd")])
    assert form.problems() == {"note": "odd"}


def test_that_reading_raises_with_all_problems(form: Form) -> None:
    with pytest.raises(InvalidInputError) as caught:
        form.read(Draft)
    assert [problem.field for problem in caught.value.problems] == ["name"]


def test_that_a_form_knows_whether_it_was_changed(form: Form) -> None:
    form.fill(Draft(name="a"))
    assert not form.is_changed()
    form.editors["note"].set_value("b")
    assert form.is_changed()
    form.mark_saved()
    assert not form.is_changed()


def test_that_every_editor_is_named_by_its_label(form: Form) -> None:
    names = [editor.control.accessibleName() for editor in form.editors.values()]
    assert names == ["Name", "Left on", "Value", "Stage", "Note"]


# ---------------------------------------------------------------- editors


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-8-31", date(2026, 8, 31)),
        ("20260831", date(2026, 8, 31)),
        ("2026年8月31日", date(2026, 8, 31)),
        ("2026-08-31 周一", date(2026, 8, 31)),
        ("2026/8/31", date(2026, 8, 31)),
        ("８．３１", date(2026, 8, 31)),
        ("8月31日", date(2026, 8, 31)),
        ("+3", date(2026, 9, 18)),
        ("-1", date(2026, 9, 14)),
        ("今天", TODAY),
        ("Tomorrow", date(2026, 9, 16)),
        ("2026-02-30", None),
        ("2026-13-01", None),
        ("0000-01-01", None),
        ("next week", None),
        ("", None),
    ],
)
def test_that_dates_are_read_as_people_type_them(typed: str, expected: date | None) -> None:
    assert read_date(typed, TODAY) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1,234.5", 123450),
        ("¥0.01", 1),
        ("12元", 1200),
        ("-3", -300),
        ("１２", 1200),
        ("1.234", "1.234"),
        ("abc", "abc"),
        ("", None),
        ("9" * 30, "9" * 30),
    ],
)
def test_that_money_is_read_in_minor_units(
    qtbot: QtBot, typed: str, expected: int | str | None
) -> None:
    editor = MoneyEditor("CNY")
    qtbot.addWidget(editor)
    editor.line.setText(typed)
    assert editor.value() == expected


_NUMBERS = {
    "1,234,567.89": "1234567.89", "１，２３４．５": "1234.5", "12\u202f345": "12345",
    "1 234": "1234", "-1,000": "-1000", "0.5": "0.5", ".5": "0.5", "12": "12",
}  # fmt: skip
_NO_NUMBERS = [
    "12,50", "1,5", "1 5", "12，50", "1.234,56", "1,23,456", "1234,567", "1,234 567", "0,123",
    ",5", "1,", "1_5", "1e3", "１２，５",
]  # fmt: skip


@pytest.mark.parametrize("typed", [*_NUMBERS, *_NO_NUMBERS])
def test_that_a_comma_or_a_blank_stands_between_groups_of_three_digits_only(
    qtbot: QtBot, typed: str
) -> None:
    number = Decimal(_NUMBERS[typed]) if typed in _NUMBERS else None
    whole = int(number) if number is not None and number == int(number) else None
    minor = None if number is None else int(number * 100)
    for editor, expected in (
        (MoneyEditor("CNY"), minor), (DecimalEditor(), number), (IntegerEditor(), whole)
    ):  # fmt: skip
        qtbot.addWidget(editor)
        editor.line.setText(typed)
        editor.line.editingFinished.emit()
        assert editor.value() == (typed if expected is None else expected)
        if expected is None:
            assert editor.line.text() == typed


@pytest.mark.parametrize("typed", ["12,50", "1_5", "1 5", "5%"])
def test_that_an_amount_that_cannot_be_read_is_said_at_its_field(qtbot: QtBot, typed: str) -> None:
    form = make_form()
    qtbot.addWidget(form)
    form.fill({"name": "王秀英"})
    form.editors["value"].line.setText(typed)
    assert form.try_read(Draft) is None
    assert form.problems() == {"value": "Enter a number like 1,234.50."}
    assert form.editors["value"].line.text() == typed


def test_that_money_of_another_currency_is_not_taken(qtbot: QtBot) -> None:
    editor = MoneyEditor("USD")
    qtbot.addWidget(editor)
    for typed, value in (("$1,234.5", 123450), ("5 USD", 500), ("¥5", "¥5"), ("5元", "5元")):
        editor.line.setText(typed)
        assert editor.value() == value


@pytest.mark.parametrize(
    ("editor", "value"),
    [
        (TextEditor, "赵𠅤"),
        (lambda: TextEditor(4), "two\nlines"),
        (IntegerEditor, -42),
        (DecimalEditor, Decimal("0.5")),
        (lambda: DecimalEditor(percent=True), Decimal("0.8")),
        (lambda: MoneyEditor("CNY"), 123456789),
        (lambda: MoneyEditor("USD"), -123450),
        (lambda: MoneyEditor("CHF"), 5),
        (lambda: MoneyEditor("JPY"), 150),
        (DateEditor, date(2026, 2, 28)),
        (CheckEditor, True),
        (lambda: EnumEditor(CaseStage), CaseStage.FOLLOW_UP),
        (lambda: EnumEditor(CaseStage, optional=True), None),
        (lambda: ChoiceEditor([(1, "one"), (2, "two")]), 2),
        (lambda: ManyEditor([(k, k.value) for k in RuleKind]), (RuleKind.LAPSING,)),
        (lambda: PickerEditor([Choice(7, "price", "g")]), 7),
    ],
)
def test_that_an_editor_gives_back_what_it_was_given(
    qtbot: QtBot, editor: type[editors.Editor], value: object
) -> None:
    made = editor()
    qtbot.addWidget(made)
    made.set_value(value)
    assert made.value() == value


def test_that_a_percent_is_shown_times_a_hundred(qtbot: QtBot) -> None:
    editor = DecimalEditor(percent=True)
    qtbot.addWidget(editor)
    editor.set_value(0.8)
    assert editor.line.text() == "80"


def test_that_a_moment_is_aware_and_local(qtbot: QtBot) -> None:
    editor = DateTimeEditor()
    qtbot.addWidget(editor)
    editor.line.setText("2026-08-31 14:30")
    assert editor.value().isoformat() == "2026-08-31T14:30:00+08:00"
    editor.line.setText("2026-08-31 25:30")
    assert editor.value() == "2026-08-31 25:30"


def test_that_every_editor_says_when_it_is_changed(qtbot: QtBot) -> None:
    editor = DateEditor()
    qtbot.addWidget(editor)
    with qtbot.waitSignal(editor.changed):
        qtbot.keyClicks(editor.line, "+3")


def test_that_the_calendar_opens_by_key(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QCalendarWidget

    editor = DateEditor()
    qtbot.addWidget(editor)
    editor.show()
    editor.set_value(date(2026, 8, 31))
    qtbot.keyClick(editor.line, Qt.Key.Key_F4)
    sheet = editor.findChild(QCalendarWidget)
    assert sheet.selectedDate().toString(Qt.DateFormat.ISODate) == "2026-08-31"
    sheet.clicked.emit(sheet.selectedDate().addDays(1))
    assert editor.value() == date(2026, 9, 1)


# ---------------------------------------------------------------- pickers

REASONS = [
    Choice("p1", "价格高于竞争对手", "价格", "jiage jg"),
    Choice("s1", "送货迟到", "服务", "songhuo shcd"),
    Choice("s2", "服务态度差", "服务", "fuwu fwtdc"),
]


def test_that_a_reason_is_found_by_pinyin_and_chosen_with_the_arrows(qtbot: QtBot) -> None:
    picker = PickerEditor(REASONS)
    qtbot.addWidget(picker)
    picker.show()
    picker.filter.setText("服务")
    qtbot.keyClick(picker.filter, Qt.Key.Key_Down)
    assert picker.value() == "s1"
    qtbot.keyClick(picker.filter, Qt.Key.Key_Down)
    assert picker.value() == "s2"
    picker.filter.clear()
    qtbot.keyClicks(picker.filter, "jg")
    assert [line if isinstance(line, str) else line.value for line in picker.model.lines] == [
        "价格",
        "p1",
    ]
    assert picker.value() == "s2"


def test_that_a_record_is_found_in_the_database(qtbot: QtBot, tasks: Tasks) -> None:
    def search(_session: object, text: str) -> list[tuple[int, str]]:
        return [(1, "李建国"), (2, "李娜")] if text == "li" else []

    editor = RecordEditor(tasks, search)
    qtbot.addWidget(editor)
    editor.show()
    qtbot.keyClicks(editor.line, "li")
    qtbot.waitUntil(lambda: editor.list.count() == 2)
    assert editor.value() == 1
    qtbot.keyClick(editor.line, Qt.Key.Key_Down)
    assert editor.value() == 2


# ---------------------------------------------------------------- forms from models


class Params(BaseModel):
    start: date = Field(default=TODAY, title="From")
    stage: CaseStage | None = Field(default=None, title="Stage")
    stages: tuple[CaseStage, ...] = Field(default=(CaseStage.CLOSED,), title="Stages")
    limit: int = Field(default=3, title="Limit", description="At most so many.")
    share: float = Field(default=0.8, title="Share")
    only_open: bool = Field(default=True, title="Only open")
    note: str = Field(default="", title="Note")
    store: int | None = Field(default=None, title="Store")


def test_that_a_model_makes_its_form(qtbot: QtBot) -> None:
    form = model_form.build(Params, {"store": [(5, "南京路店")]})
    qtbot.addWidget(form)
    assert form.read(Params) == Params()
    assert form.label_of("start") == "From"
    form.editors["store"].set_value(5)
    form.editors["stages"].set_value((CaseStage.CLOSED, CaseStage.ASSIGNED))
    read = form.read(Params)
    assert (read.store, set(read.stages)) == (5, {CaseStage.CLOSED, CaseStage.ASSIGNED})


def test_that_a_kind_without_an_editor_is_refused() -> None:
    class Odd(BaseModel):
        what: dict[str, int] = {}

    with pytest.raises(TypeError, match="what"):
        model_form.build(Odd)


# ---------------------------------------------------------------- dialogs


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def test_that_a_form_dialog_saves_and_closes(
    qtbot: QtBot, window: QWidget, inner: Form, tasks: Tasks
) -> None:
    inner.fill({"name": "a"})
    dialog = FormDialog(
        window,
        title="Close case",
        verb="Close case",
        form=inner,
        draft=Draft,
        save=lambda draft: tasks.compute(window, lambda: draft.name * 2),
    )
    dialog.open()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    line = inner.editors["name"].control
    saved: list[str] = []
    dialog.saved.connect(saved.append)
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert saved == ["aa"]


@pytest.mark.parametrize(("danger", "expected"), [(False, True), (True, False)])
def test_that_the_key_that_saves_does_not_discard(
    qtbot: QtBot, danger: bool, expected: bool
) -> None:
    """Who presses it once too often confirms what can be undone, and loses nothing else."""
    timer, pressed = QTimer(interval=10), []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox) or not box.isActiveWindow():
            return  # a shortcut of a window that is not active is not heard
        if len(pressed) < 3:
            pressed.append(box)
            qtbot.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        else:
            qtbot.keyClick(box, Qt.Key.Key_Escape)

    timer.timeout.connect(answer)
    timer.start()
    asked = dialogs.confirm(None, title="Sure?", text="Really?", verb="Do it", danger=danger)
    timer.stop()
    assert (asked, len(pressed)) == (expected, 1 if expected else 3)


def test_that_a_form_dialog_shows_every_word_of_its_form(
    qtbot: QtBot, window: QWidget, tasks: Tasks
) -> None:
    form = Form()
    form.add("name", "&Why", TextEditor(3), required=True)
    dialog = FormDialog(
        window, title="Re-open", verb="Re-open", form=form, draft=Draft, save=lambda _draft: None,
        intro="The reason is kept with the change and can be read in the journal. " * 3,
    )  # fmt: skip
    dialog.open()
    area = dialog.findChild(QScrollArea)

    def is_whole() -> bool:
        return bool(area.viewport().height() >= form.minimumSizeHint().height())

    qtbot.waitUntil(is_whole)
    before = form.minimumSizeHint().height()
    dialog.submit()
    assert form.minimumSizeHint().height() > before
    qtbot.waitUntil(is_whole)
    form.mark_saved()
    dialog.close()


def test_that_problems_of_the_service_stand_in_the_same_place(
    qtbot: QtBot, window: QWidget, inner: Form, tasks: Tasks
) -> None:
    def refuse() -> None:
        raise InvalidInputError([Problem("name", "This name is taken.")])

    inner.fill({"name": "a"})
    dialog = FormDialog(
        window, title="t", verb="Save", form=inner, draft=Draft,
        save=lambda _draft: tasks.compute(window, refuse),
    )  # fmt: skip
    dialog.open()
    dialog.submit()
    qtbot.waitUntil(lambda: inner.problems() == {"name": "This name is taken."})
    assert dialog.isVisible()
    assert dialog.verb_button.isEnabled()


def test_that_a_conflict_stands_at_the_top_of_the_form(
    qtbot: QtBot, window: QWidget, inner: Form, tasks: Tasks
) -> None:
    def refuse() -> None:
        raise ConflictError("Somebody else changed it.")

    inner.fill({"name": "a"})
    dialog = FormDialog(
        window, title="t", verb="Save", form=inner, draft=Draft,
        save=lambda _draft: tasks.compute(window, refuse),
    )  # fmt: skip
    dialog.open()
    dialog.submit()
    qtbot.waitUntil(lambda: inner.problems() == {"": "Somebody else changed it."})


@pytest.mark.parametrize("button", ["Discard", "Keep editing"])
def test_that_esc_asks_before_losing_what_was_typed(
    qtbot: QtBot, window: QWidget, inner: Form, button: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMessageBox

    dialog = FormDialog(
        window, title="t", verb="Save", form=inner, draft=Draft, save=lambda _draft: None
    )
    dialog.open()
    inner.editors["name"].set_value("typed")

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        assert box.defaultButton().text() == "Keep editing"
        next(b for b in box.buttons() if b.text() == button).click()

    QTimer.singleShot(50, answer)
    closed = []
    dialog.rejected.connect(lambda: closed.append(True))
    dialog.reject()
    assert bool(closed) == (button == "Discard")


def test_that_progress_is_shown_only_for_long_work(
    qtbot: QtBot, window: QWidget, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    monkeypatch.setattr(dialogs, "PROGRESS_AFTER_MS", 30)
    gate = threading.Event()
    task = tasks.compute(window, gate.wait, 60)
    dialogs.show_progress(window, task, "Scan")
    qtbot.waitUntil(lambda: window.findChild(dialogs.ProgressDialog) is not None)
    shown = window.findChild(dialogs.ProgressDialog)
    shown.stop_button.click()
    assert task.is_stopped
    gate.set()
    qtbot.waitUntil(lambda: window.findChild(dialogs.ProgressDialog) is None)
