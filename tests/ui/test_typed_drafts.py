import ast
import json
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from pydantic import BaseModel
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import CaseStage, Outcome
from desktop_app import i18n
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.services import drafts, staff
from desktop_app.services.drafts import SavedDraft
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.editors import (
    CheckEditor,
    ChoiceEditor,
    Editor,
    EnumEditor,
    FileEditor,
    ManyEditor,
    PasswordEditor,
    TextEditor,
)
from desktop_app.ui.form import Form
from desktop_app.ui.forms.customer_form import DatesEditor
from desktop_app.ui.forms.reason_form import WhyEditor
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from desktop_app.ui.pages.settings import SettingsPage
from desktop_app.ui.parsed_editors import (
    DateEditor,
    DateTimeEditor,
    DecimalEditor,
    IntegerEditor,
    MoneyEditor,
)
from desktop_app.ui.pickers import Choice, PickerEditor, RecordEditor
from desktop_app.ui.reason_box import ReasonBox
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.typed_drafts import DraftKey, from_json, to_json
from tests.conftest import PATIENCE
from tests.ui.casework import open_case
from tests.ui.shop import Stage, enter, fill, press, with_files

ROOT = Path(__file__).resolve().parents[2]
KEY = uuid.UUID("01890000-0000-7000-8000-000000000001")
OTHER = uuid.UUID("01890000-0000-7000-8000-000000000002")
WITHOUT_TYPING = {
    "AssignDraft", "ScanDraft", "SnoozeDraft", "MergeDraft", "RetireDraft",  # only choices
    "MergeThemeDraft", "AnswerExportDraft", "PaperDraft", "SpreadDraft",  # only choices
    "HolderDraft", "ReceiverDraft", "DayPackDraft",  # only choices
    "TranscriptionDraft",  # a number off the paper, read again at once
    "PasswordDraft",  # never kept
    "ViewDraft",  # a name for the filter that is shown now
}  # fmt: skip


class Draft(BaseModel):
    name: str
    stage: CaseStage
    left_on: date | None = None
    note: str = ""


def make_form() -> Form:
    form = Form()
    form.add("name", "&Name", TextEditor())
    form.add("stage", "&Stage", EnumEditor(CaseStage))
    form.add("left_on", "&Left on", DateEditor())
    form.add("note", "N&ote", TextEditor(lines=3))
    form.add("secret", "&Password", PasswordEditor())
    form.fill({"name": "before", "stage": CaseStage.ASSIGNED})
    return form


TYPED = {
    "name": "华信",
    "stage": CaseStage.CLOSED,
    "left_on": date(2026, 8, 31),
    "note": "half a sen",
}


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def ask(stage: Stage, window: QWidget) -> Callable[..., FormDialog]:
    """Opens a dialog with a key, and waits until earlier drafts were looked for."""

    def opened(key: str = "thing:1", version: int | None = 3, refuse: bool = False) -> FormDialog:
        def save(_draft: Draft) -> Any:
            def store() -> None:
                if refuse:
                    raise InvalidInputError([Problem("name", "taken")])

            return stage.context.tasks.compute(dialog, store)

        dialog = FormDialog(
            window, title="t", verb="Save", form=make_form(), draft=Draft, save=save,
            draft_key=DraftKey(stage.context.tasks, key, version),
        )  # fmt: skip
        dialog.open()
        stage.wait(lambda: dialog.drafts and dialog.drafts._slot is not None)
        return dialog

    return opened


def kept(stage: Stage) -> list[SavedDraft]:
    found: list[SavedDraft] = stage.read(drafts.open_drafts)
    return found


def kill(stage: Stage, dialog: FormDialog, count: int = 1) -> None:
    """Destroy a dialog once its typing was kept, as the end of the process does."""
    stage.wait(lambda: len(kept(stage)) == count)
    shiboken6.delete(dialog)


def offer(dialog: FormDialog) -> str:
    assert dialog.drafts is not None
    return "" if dialog.drafts.isHidden() else dialog.drafts.words.text()


# ---------------------------------------------------------------- values


def find_nothing(_session: object, _text: str) -> list[tuple[uuid.UUID, str]]:
    return []


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (lambda _t: TextEditor(lines=3), "一行\ntwo"),
        (lambda _t: DateEditor(), date(2026, 2, 28)),
        (lambda _t: DateEditor(), "2026-"),
        (
            lambda _t: DateTimeEditor(),
            datetime(2026, 8, 31, 14, 5, tzinfo=timezone(timedelta(hours=8))),
        ),
        (lambda _t: MoneyEditor("CNY"), 123450),
        (lambda _t: MoneyEditor("CNY"), "12 or so"),
        (lambda _t: IntegerEditor(), -7),
        (lambda _t: DecimalEditor(percent=True), Decimal("0.125")),
        (lambda _t: ChoiceEditor([(KEY, "a"), (OTHER, "b")]), OTHER),
        (lambda _t: ChoiceEditor([(True, "yes"), (False, "no")], optional=True), False),
        (lambda _t: EnumEditor(CaseStage), CaseStage.DIAGNOSED),
        (lambda _t: CheckEditor("x"), True),
        (lambda _t: ManyEditor([(KEY, "a"), (OTHER, "b")]), (OTHER,)),
        (lambda _t: FileEditor("x"), Path("/data/a b.xlsx")),
        (lambda _t: DatesEditor(), (date(2024, 3, 1), "2025-")),
        (lambda _t: PickerEditor([Choice(KEY, "a"), Choice(OTHER, "b")]), OTHER),
        (lambda _t: ReasonBox([Choice("price", "Price")]), "price"),
        (lambda _t: ReasonBox([Choice("price", "Price")]), "no such reas"),
        (lambda _t: WhyEditor([Choice("price", "Price")]), ({"answer": "y", "reason": "price"},)),
        (lambda tasks: RecordEditor(tasks, find_nothing), (KEY, "王小明 · K2")),
    ],
)
def test_that_what_an_editor_holds_goes_through_json(
    qtbot: QtBot, tasks: Tasks, make: Callable[[Tasks], Editor], value: Any
) -> None:
    first, second = make(tasks), make(tasks)
    for editor in (first, second):
        qtbot.addWidget(editor)
    first.set_value(value)
    assert first.remembered() == value
    second.set_value(from_json(json.loads(json.dumps(to_json(first.remembered())))))
    assert second.remembered() == first.remembered()
    assert second.value() == first.value()


# ---------------------------------------------------------------- one dialog


def test_that_typing_killed_in_the_middle_is_offered_and_comes_back(
    stage: Stage, ask: Callable[..., FormDialog]
) -> None:
    first = ask()
    assert offer(first) == ""
    enter(first, **TYPED)
    typed = first.form.values()
    kill(stage, first)
    again = ask()
    stage.wait(lambda: offer(again))
    assert "You typed this here at" in offer(again)
    assert "another version" not in offer(again)
    assert not again.form.is_changed(), "nothing is applied by itself"
    assert again.drafts is not None
    again.drafts.restore_button.click()
    assert again.form.values() == typed
    assert again.form.is_changed()
    assert offer(again) == ""


def test_that_typing_is_kept_within_a_second_while_it_goes_on(
    stage: Stage, ask: Callable[..., FormDialog], qtbot: QtBot
) -> None:
    dialog = ask()
    assert dialog.drafts is not None
    assert dialog.drafts._typing.interval() < 1000
    for count in range(1, PATIENCE // 80):  # too short a pause for a timer that starts anew
        dialog.form.editors["note"].set_value("x" * count)
        qtbot.wait(80)
        if kept(stage):
            return
    pytest.fail("nothing is kept while the typing goes on")


def test_that_a_draft_is_not_offered_on_another_record(
    stage: Stage, ask: Callable[..., FormDialog]
) -> None:
    first = ask("thing:1")
    enter(first, note="typed")
    kill(stage, first)
    assert offer(ask("thing:12")) == ""
    assert offer(ask("thing:")) == ""


def test_that_a_draft_of_another_version_says_so(
    stage: Stage, ask: Callable[..., FormDialog]
) -> None:
    first = ask(version=3)
    enter(first, note="typed")
    kill(stage, first)
    assert "another version" in offer(ask(version=4))


def test_that_saving_forgets_the_draft(stage: Stage, ask: Callable[..., FormDialog]) -> None:
    dialog = ask()
    enter(dialog, **TYPED)
    stage.wait(lambda: kept(stage))
    dialog.submit()
    stage.wait(lambda: not kept(stage))
    assert offer(ask()) == ""


def test_that_a_refused_save_keeps_the_draft(stage: Stage, ask: Callable[..., FormDialog]) -> None:
    dialog = ask(refuse=True)
    enter(dialog, **TYPED)
    dialog.submit()
    stage.wait(dialog.form.problems)
    kill(stage, dialog)
    assert offer(ask())


def test_that_discarding_in_the_dialog_forgets_the_draft(
    stage: Stage, ask: Callable[..., FormDialog]
) -> None:
    dialog = ask()
    enter(dialog, **TYPED)
    stage.wait(lambda: kept(stage))
    press("Discard")
    dialog.reject()
    stage.wait(lambda: not kept(stage))


def test_that_the_strip_discards_after_asking(stage: Stage, ask: Callable[..., FormDialog]) -> None:
    first = ask()
    enter(first, **TYPED)
    kill(stage, first)
    again = ask()
    assert again.drafts is not None
    press("Cancel")
    again.drafts.discard_button.click()
    assert offer(again)
    press("Discard")
    again.drafts.discard_button.click()
    assert offer(again) == ""
    stage.wait(lambda: not kept(stage))


def test_that_typing_beside_an_offer_loses_neither(
    stage: Stage, ask: Callable[..., FormDialog]
) -> None:
    first = ask()
    enter(first, note="first")
    kill(stage, first)
    second = ask()
    enter(second, name="second")
    kill(stage, second, count=2)
    third = ask()
    assert third.drafts is not None
    third.drafts.restore()
    assert (third.form.values()["name"], third.form.values()["note"]) == ("second", None)
    third.submit()
    stage.wait(lambda: len(kept(stage)) == 1)
    fourth = ask()
    assert fourth.drafts is not None
    fourth.drafts.restore()
    assert fourth.form.values()["note"] == "first"


def test_that_going_back_to_what_was_there_leaves_no_draft(
    stage: Stage, ask: Callable[..., FormDialog]
) -> None:
    dialog = ask()
    enter(dialog, note="typed")
    stage.wait(lambda: kept(stage))
    enter(dialog, note=None)
    stage.wait(lambda: not kept(stage))


# ---------------------------------------------------------------- the real dialogs


def test_that_a_password_is_never_kept(
    context: PageContext, database: Database, qtbot: QtBot
) -> None:
    stage = Stage(qtbot, with_files(context, database))
    page = stage.show(SettingsPage, "users")
    stage.wait(page.tabs.part("users").users.count)
    stage.run(page, "user.new")
    dialog = stage.dialog(page)
    enter(dialog, name="李雷", login="lilei", password="Spring-2026!")
    kill(stage, dialog)
    content = json.dumps(kept(stage)[0].content, ensure_ascii=False)
    assert "lilei" in content
    assert "Spring" not in content
    assert "password" not in content
    stage.run(page, "user.new")
    again = stage.dialog(page)
    stage.wait(lambda: offer(again))
    assert again.drafts is not None
    enter(again, password="Autumn-2026!")
    again.drafts.restore()
    values = again.form.values()
    assert (values["login"], values["password"]) == ("lilei", "Autumn-2026!")
    again.submit()
    stage.wait(lambda: not kept(stage))
    assert "lilei" in [user.login for user in stage.read(staff.list_users)]


def test_that_closing_a_case_survives_a_crash_for_that_case_only(
    stage: Stage, database: Database, admin: Actor, each_language: str
) -> None:
    shop = fill(database, admin)
    mine, other = open_case(stage, shop["K2"]), open_case(stage, shop["K3"])
    page = stage.show(CaseFilePage, mine)
    stage.run(page, "case.close")
    dialog = stage.dialog(page)
    enter(dialog, outcome=Outcome.WON_BACK, note="搬家了，说好下月再")
    typed = dialog.form.values()
    kill(stage, dialog)

    page.show_record(other)
    stage.wait(lambda: page.view is not None and page.view.file.row.id == other)
    stage.run(page, "case.close")
    foreign = stage.dialog(page)
    stage.wait(lambda: foreign.drafts is not None and foreign.drafts._slot is not None)
    assert offer(foreign) == ""
    foreign.reject()

    page.show_record(mine)
    stage.wait(lambda: page.view is not None and page.view.file.row.id == mine)
    stage.run(page, "case.close")
    again = stage.dialog(page)
    stage.wait(lambda: offer(again))
    stage.wait(lambda: cut(again) == [])
    assert again.drafts is not None
    again.drafts.restore_button.click()
    assert again.form.values() == typed
    again.form.mark_saved()
    again.reject()


def test_that_settings_of_the_workspace_are_offered_again(stage: Stage) -> None:
    page = stage.show(SettingsPage, "workspace")
    section = page.tabs.part("workspace")
    stage.wait(lambda: section.drafts._slot is not None)
    section.form.editors["organisation"].set_value("华东文具连")
    stage.wait(lambda: kept(stage))
    page.hide()
    later = stage.show(SettingsPage, "workspace").tabs.part("workspace")
    stage.wait(lambda: not later.drafts.isHidden())
    assert later.form.values()["organisation"] is None
    later.drafts.restore()
    assert later.form.values()["organisation"] == "华东文具连"
    later.save_button.click()
    stage.wait(lambda: not kept(stage))


def test_that_discarded_settings_are_not_asked_about_again(stage: Stage) -> None:
    page = stage.show(SettingsPage, "workspace")
    section = page.tabs.part("workspace")
    stage.wait(lambda: section.drafts._slot is not None)
    section.form.editors["organisation"].set_value("x")
    stage.wait(lambda: kept(stage))
    press("Discard")
    assert page.can_leave()
    stage.wait(lambda: section.form.values()["organisation"] is None)
    assert page.can_leave()
    stage.wait(lambda: not kept(stage))


def cut(widget: QWidget) -> list[str]:
    """Words that are narrower or lower than they need to be."""
    found = []
    words: list[QLabel | QPushButton] = [
        *widget.findChildren(QLabel), *widget.findChildren(QPushButton)
    ]  # fmt: skip
    for one in words:
        if not one.isVisible() or not one.text():
            continue
        wraps = isinstance(one, QLabel) and one.wordWrap()
        needs = one.heightForWidth(one.width()) if wraps else one.sizeHint().height()
        narrow = not wraps and one.width() < one.sizeHint().width() - 1
        if narrow or one.height() < needs - 1:
            found.append(f"{one.text()!r} {one.size()}")
    return found


@pytest.mark.parametrize("words", ["", "测试" * 200])
def test_that_the_strip_is_whole_in_each_language(
    stage: Stage, ask: Callable[..., FormDialog], each_language: str, words: str
) -> None:
    first = ask(version=1)
    enter(first, note=words or "x")
    kill(stage, first)
    again = ask(version=2)
    assert i18n.language() == each_language
    assert offer(again)
    stage.wait(lambda: cut(again) == [])


def test_that_every_dialog_with_typing_keeps_it() -> None:
    without = []
    for path in sorted((ROOT / "desktop_app" / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FormDialog":
                given = {word.arg: ast.unparse(word.value) for word in node.keywords}
                if "draft_key" not in given:
                    without.append(given["draft"].split(".")[-1])
    assert set(without) == WITHOUT_TYPING
    assert len(without) == len(WITHOUT_TYPING)
