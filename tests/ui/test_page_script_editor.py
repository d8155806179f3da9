"""The script editor: read, edited, checked, tried out, drawn, saved, published."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from db.models import ScriptRun
from db.session import Actor
from db.vocabulary import AttemptResult, Occasion, OfferGoal, Role, VersionState
from desktop_app import i18n
from desktop_app.domain import script_editing
from desktop_app.domain.script_checks import CheckCode
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.scripts import Choice, Operator, Script, Step, StepKind
from desktop_app.services import drafts, scripts
from desktop_app.settings import Settings, Theme
from desktop_app.ui import script_work, theme
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.editors import ChoiceEditor, ManyEditor
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.script_editor import ScriptEditorPage
from desktop_app.ui.script_compare import ScriptComparison
from tests.ui.casework import activate, focus, nameless, open_case, press, type_text
from tests.ui.shop import Stage, fill
from tests.ui.shop import press as press_button
from tests.ui.test_narrow_windows import NARROW, WIDE, sized, whole
from tests.ui.test_pages_look import cut, unnamed

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext, english: None) -> Stage:
    return Stage(qtbot, context)


def script_id(stage: Stage, code: str = "cancel_request") -> uuid.UUID:
    found: uuid.UUID = stage.read(scripts.find, code).id
    return found


def opened(stage: Stage, target: object) -> ScriptEditorPage:
    page: ScriptEditorPage = stage.show(ScriptEditorPage, target)
    stage.wait(lambda: page.opened)
    activate(page)
    return page


@pytest.fixture
def page(stage: Stage) -> ScriptEditorPage:
    """The draft of the script for who asks to cancel, checked."""
    key = script_id(stage)
    stage.write(scripts.begin_draft, key)
    made = opened(stage, key)
    checked(stage, made)
    return made


def checked(stage: Stage, page: ScriptEditorPage) -> None:
    """Wait until the script as it is now was looked at."""
    stage.wait(lambda: page.checked == page.state.script)


def step(page: ScriptEditorPage, key: str) -> Step:
    found = page.state.script.step(key)
    assert found is not None
    return found


def order(page: ScriptEditorPage) -> list[str]:
    return [each.id for each in page.state.script.steps]


def stored(stage: Stage, page: ScriptEditorPage) -> Script:
    assert page.opened is not None
    found: Script = stage.read(scripts.load_version, page.opened.version.id).script
    return found


def change(page: ScriptEditorPage, key: str, **values: object) -> None:
    page.state.select(key)
    assert page.state.put(replace(step(page, key), **values))  # type: ignore[arg-type]


# Reading -----------------------------------------------------------------------------------------


def test_that_a_published_version_is_read_and_a_new_one_begun(stage: Stage) -> None:
    page = opened(stage, script_id(stage))
    assert not page.is_editable()
    assert not page.view.fields.texts["zh"].isEnabled()
    assert not {"script.publish", "step.new", "edit.undo"} & page.actions().keys()
    before = page.state.script
    page.view.list.setFocus()
    press(Qt.Key.Key_Delete)
    assert page.state.script == before
    stage.run(page, "script.begin")
    stage.wait(page.is_editable)
    assert page.view.fields.texts["zh"].isEnabled()
    assert page.opened is not None
    assert page.opened.version.state is VersionState.DRAFT
    assert not page.is_changed()


def test_that_a_reader_may_try_but_not_edit(
    stage: Stage, page: ScriptEditorPage, actors: Mapping[Role, Actor]
) -> None:
    page.actor = actors[Role.AGENT]
    assert not page.is_editable()
    assert "script.try" in page.actions()


def test_that_f6_goes_round_steps_fields_and_what_is_beside(
    stage: Stage, page: ScriptEditorPage
) -> None:
    view = page.view
    view.list.setFocus()
    for pane in (view.fields, view.graph, view.list):
        stage.run(page, "page.next_pane")
        assert pane is focus() or pane.isAncestorOf(focus())
    stage.run(page, "script.try")
    stage.run(page, "page.previous_pane")
    assert view.fields.isAncestorOf(focus())


# Editing -----------------------------------------------------------------------------------------


def test_that_words_are_typed_saved_and_taken_back(stage: Stage, page: ScriptEditorPage) -> None:
    page.view.go_to("greet")
    assert focus() is page.view.fields.texts["zh"].area
    press(Qt.Key.Key_End, CTRL)
    type_text("请慢慢说。")
    type_text("好。")
    assert step(page, "greet").zh.endswith("请慢慢说。好。")
    stage.run(page, "record.save")
    stage.wait(lambda: not page.is_changed())
    assert stored(stage, page) == page.state.script
    stage.idle()  # it was read anew; the steps back are still there
    stage.run(page, "edit.undo")
    assert "请慢慢说" not in step(page, "greet").zh  # typing in one place is one step
    assert page.is_changed()
    stage.run(page, "edit.redo")
    assert not page.is_changed()


def test_that_placeholders_are_completed(stage: Stage, page: ScriptEditorPage) -> None:
    page.view.go_to("greet")
    area = page.view.fields.texts["zh"].area
    assert area is not None
    area.selectAll()
    type_text("Hi {{prod")
    press(Qt.Key.Key_Tab)
    type_text("!")
    assert step(page, "greet").zh == "Hi {{ customer.product }}!"
    type_text("{{name")
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    assert step(page, "greet").zh.endswith("{{ agent.name }}")
    type_text("{{x")
    press(Qt.Key.Key_Escape)
    type_text("y")
    assert step(page, "greet").zh.endswith("{{xy")


def test_that_steps_are_added_copied_moved_renamed_and_removed(
    stage: Stage, page: ScriptEditorPage
) -> None:
    onward = step(page, "greet").to
    page.state.select("greet")
    stage.run(page, "step.new")
    assert order(page)[:2] == ["greet", "say"]
    assert (step(page, "greet").to, step(page, "say").to) == ("say", onward)
    assert focus() is page.view.fields.texts["zh"].area
    name = page.view.fields.name
    name.setFocus()
    name.line.selectAll()
    type_text("calm")
    press(Qt.Key.Key_Return)
    assert step(page, "greet").to == "calm"
    name.line.selectAll()
    type_text("greet")
    press(Qt.Key.Key_Return)
    assert "already" in page.view.fields.problem.text()
    assert name.value() == "calm"
    stage.run(page, "step.copy")
    assert order(page)[:3] == ["greet", "calm", "calm_2"]
    page.view.list.setFocus()
    stage.run(page, "step.up")
    assert order(page)[:3] == ["greet", "calm_2", "calm"]
    stage.run(page, "step.down")
    before = page.state.script
    page.view.list.setFocus()
    press(Qt.Key.Key_Delete)
    assert "calm_2" not in order(page)
    assert page.state.key == "calm"
    stage.context.messages.button.click()
    assert page.state.script == before
    press(Qt.Key.Key_Return)
    assert page.view.fields.isAncestorOf(focus())


def test_that_answers_are_written_and_lead_somewhere(stage: Stage, page: ScriptEditorPage) -> None:
    page.state.select("reason")
    panel = page.view.fields.choices
    before = step(page, "reason").choices
    assert [row.code.value() for row in panel.rows] == [each.code for each in before]
    panel.add_button.click()
    assert focus() is panel.rows[-1].zh.line
    type_text("别的")
    panel.rows[-1].to.set_value("bye" if page.state.script.step("bye") else before[0].to)
    panel.rows[-1].code.setFocus()
    panel.rows[-1].code.line.selectAll()
    type_text("something")
    press(Qt.Key.Key_Return)
    assert step(page, "reason").choices[-1].code == "something"
    assert step(page, "reason").choices[-1].zh == "别的"
    panel.rows[-1].code.line.selectAll()
    type_text(before[0].code)
    stage.run(page, "record.save")  # what was typed and not left is taken, or told
    assert panel.rows[-1].code.value() == "something"
    assert "already" in page.view.fields.problem.text()
    panel.rows[-1].moved.emit(-1)
    assert step(page, "reason").choices[-2].code == "something"
    panel.rows[-2].removed.emit()
    assert step(page, "reason").choices == before


def test_that_conditions_are_picked(stage: Stage, page: ScriptEditorPage) -> None:
    page.state.select("may_offer")
    panel = page.view.fields.branches
    card = panel.cards[0]
    row = card.rows[0]
    assert (row.field.value(), row.operator.value()) == ("case.may_offer", Operator.IS)
    row.field.set_value("answer.reason")
    row.operator.set_value(Operator.IN)
    assert isinstance(row.value, ManyEditor)
    row.value.set_value([step(page, "reason").choices[1].code])
    condition = step(page, "may_offer").branches[0].when[0]
    assert (condition.field, condition.operator) == ("answer.reason", Operator.IN)
    assert condition.value == (step(page, "reason").choices[1].code,)
    row.field.set_value("case.value")
    row.value.set_value(Decimal("12.5"))
    assert step(page, "may_offer").branches[0].when[0].value == 12.5
    row.operator.set_value(Operator.KNOWN)
    assert step(page, "may_offer").branches[0].when[0].value is None
    card.add_button.click()
    assert len(step(page, "may_offer").branches[0].when) == 2
    card.rows[1].field.set_value("case.stated_reason")
    assert isinstance(card.rows[1].value, ChoiceEditor)
    card.rows[1].removed.emit()
    panel.add_button.click()
    assert len(step(page, "may_offer").branches) == 2
    panel.cards[1].to.set_value("greet")
    panel.cards[1].moved.emit(-1)
    assert step(page, "may_offer").branches[0].to == "greet"
    panel.cards[0].removed.emit()
    assert len(step(page, "may_offer").branches) == 1
    for _step in range(20):
        page.state.undo()
    assert not page.is_changed()


def test_that_each_kind_has_its_fields(page: ScriptEditorPage) -> None:
    fields = page.view.fields
    seen = {
        StepKind.OBJECTION: ("heard_zh", "zh", "to"),
        StepKind.OFFER: ("goal", "writes"),
        StepKind.END: ("disposition", "outcome", "fair_way_out"),
    }
    page.state.select("greet")
    for kind, names in seen.items():
        fields.kind.set_value(kind)
        assert step(page, "greet").kind is kind
        assert all(fields.fields[name].isVisible() for name in names)
    fields.disposition.set_value(AttemptResult.REFUSED)
    fields.fair_way_out.set_value(True)
    assert step(page, "greet").fair_way_out
    fields.kind.set_value(StepKind.OFFER)
    assert not step(page, "greet").fair_way_out
    fields.goal.set_value(OfferGoal.GIFT.value)
    fields.writes.set_value("own_words")
    assert (step(page, "greet").goal, step(page, "greet").writes) == ("gift", "own_words")
    fields.writes.set_value(None)
    assert step(page, "greet").writes == ""
    page.state.select("confirm" if page.state.script.step("confirm") else order(page)[1])
    fields.start_button.click()
    assert page.state.script.start == page.state.key


# Checking, saving, publishing --------------------------------------------------------------------


def test_that_what_is_wrong_is_told_and_led_to(stage: Stage, page: ScriptEditorPage) -> None:
    assert page.view.findings == ()
    change(page, "greet", to=None)
    checked(stage, page)
    assert CheckCode.DEAD_END in {each.code for each in page.view.findings}
    problems = page.view.problems
    assert problems.count() == len(page.view.findings)
    assert "greet" not in problems.item(0).text()
    page.state.select(order(page)[-1])
    stage.run(page, "step.problem")
    assert page.state.key in {each.step for each in page.view.findings}
    page.view.show_tab(problems)
    row = next(n for n in range(problems.count()) if problems.item(n).text().startswith("1 "))
    problems.setCurrentRow(row)
    press(Qt.Key.Key_Return)
    assert page.state.key == "greet"
    stage.run(page, "script.publish")
    stage.wait(lambda: "has errors" in stage.context.messages.text)
    assert problems.isVisible()
    page.state.undo()
    checked(stage, page)
    assert page.view.findings == ()


def test_that_a_draft_is_saved_and_published(stage: Stage, page: ScriptEditorPage) -> None:
    change(page, "greet", zh="您好。")
    stage.run(page, "script.publish")
    stage.submit(page, note="短一些")
    stage.wait(lambda: not page.is_editable())
    versions = stage.read(scripts.versions_of, script_id(stage))
    assert [(each.number, each.state, each.note) for each in versions] == [
        (2, VersionState.PUBLISHED, "短一些"), (1, VersionState.PUBLISHED, ""),
    ]  # fmt: skip
    assert step(page, "greet").zh == "您好。"


def test_that_what_another_one_saved_is_not_overwritten_unseen(
    stage: Stage, page: ScriptEditorPage
) -> None:
    def saved_by_another(words: str) -> None:
        assert page.opened is not None
        theirs = script_editing.put(
            stored(stage, page), "reason", replace(step(page, "reason"), en=words)
        )
        stage.write(scripts.save_draft, page.opened.version.id, theirs)

    change(page, "greet", en="Hello.")
    saved_by_another("Why?")
    stage.run(page, "record.save")
    stage.wait(page.strip.isVisible)
    assert "saved by somebody else meanwhile" in page.strip.words.text()
    page.strip.choose(1)
    stage.wait(lambda: step(page, "reason").en == "Why?")
    stage.wait(lambda: page.drafts is not None and page.drafts.isVisible())
    assert page.drafts is not None
    page.drafts.restore()
    assert step(page, "greet").en == "Hello."
    saved_by_another("Why now?")
    stage.run(page, "record.save")
    stage.wait(page.strip.isVisible)
    page.strip.choose(2)
    stage.wait(lambda: not page.is_changed())
    assert stored(stage, page) == page.state.script


def typed_into_what_is_gone(stage: Stage, page: ScriptEditorPage, words: str) -> None:
    """The draft is discarded elsewhere, or its beginning undone, while something is typed."""
    change(page, "greet", en=words)
    assert page.opened is not None
    stage.context.tasks.write(stage.context.tasks, scripts.discard_draft, page.opened.version.id)
    stage.wait(page.strip.isVisible)
    assert "The draft that you typed into is gone" in page.strip.words.text()


def test_that_what_was_typed_into_a_draft_that_is_gone_is_saved_as_a_new_one(
    stage: Stage, page: ScriptEditorPage
) -> None:
    typed_into_what_is_gone(stage, page, "Hello.")
    stage.run(page, "record.save")
    stage.wait(lambda: not page.is_changed())
    assert not page.strip.isVisible()
    assert page.is_editable()
    assert stored(stage, page) == page.state.script
    assert step(page, "greet").en == "Hello."
    change(page, "greet", en="Hello again.")
    checked(stage, page)
    stage.run(page, "script.publish")
    stage.submit(page, note="")
    stage.wait(lambda: not page.is_editable())
    assert step(page, "greet").en == "Hello again."


def test_that_what_was_typed_into_a_draft_that_is_gone_is_offered_at_the_next(
    stage: Stage, page: ScriptEditorPage
) -> None:
    typed_into_what_is_gone(stage, page, "Hello.")
    page.strip.choose(1)
    stage.wait(lambda: page.opened is not None and not page.is_editable())
    again = opened(stage, script_id(stage))  # as after a restart
    stage.run(again, "script.begin")
    stage.wait(lambda: again.drafts is not None and again.drafts.isVisible())
    assert again.drafts is not None
    again.drafts.restore()
    assert step(again, "greet").en == "Hello."


def test_that_another_draft_is_not_overwritten_by_what_was_typed_into_one_that_is_gone(
    stage: Stage, page: ScriptEditorPage
) -> None:
    typed_into_what_is_gone(stage, page, "Hello.")
    page.strip.choose(0)
    stage.context.tasks.write(stage.context.tasks, scripts.begin_draft, script_id(stage))
    stage.wait(lambda: "another one was begun" in page.strip.words.text())
    page.strip.choose(0)
    stage.run(page, "record.save")
    stage.wait(page.strip.isVisible)
    assert page.is_changed()
    page.strip.choose(2)
    stage.wait(lambda: not page.is_changed())
    assert stored(stage, page) == page.state.script


def test_that_the_page_lets_a_draft_go_when_nothing_typed_is_left(
    stage: Stage, page: ScriptEditorPage
) -> None:
    typed_into_what_is_gone(stage, page, "Hello.")
    stage.run(page, "edit.undo")
    stage.wait(lambda: not page.is_editable())
    assert not page.strip.isVisible()


def test_that_of_a_script_that_is_gone_another_is_made(stage: Stage) -> None:
    draft = ScriptDraft(code="late", zh="晚了", occasion=Occasion.CANCEL_REQUEST)
    version = stage.write(scripts.create, draft, Script("greet", (Step("greet", StepKind.SAY),)))
    page = opened(stage, script_id(stage, "late"))
    change(page, "greet", en="Hello.")
    stage.write(scripts.discard_draft, version)  # in another window: nothing is told here
    stage.run(page, "record.save")
    stage.wait(page.strip.isVisible)
    page.strip.choose(1)
    stage.submit(page)
    stage.wait(lambda: stage.places)
    made = stage.read(script_work.open_version, script_id(stage, "late"))
    assert stage.places == [("script-editor", made.row.id)]
    assert made.file.script.steps[0].en == "Hello."


def test_that_typing_is_kept_and_offered_again(stage: Stage, page: ScriptEditorPage) -> None:
    change(page, "greet", en="Hello.")
    assert page.can_leave()
    stage.wait(lambda: stage.read(lambda session: drafts.open_drafts(session, "script:")))
    page.show_record(script_id(stage, "price"))
    stage.wait(lambda: page.title() == "The price is too high")
    page.show_record(script_id(stage))
    stage.wait(lambda: page.drafts is not None and page.drafts.isVisible())
    assert page.drafts is not None
    page.drafts.restore()
    assert step(page, "greet").en == "Hello."
    assert page.is_changed()


def test_that_a_draft_is_discarded(stage: Stage, page: ScriptEditorPage) -> None:
    press_button("Discard")
    stage.run(page, "script.discard")
    stage.wait(lambda: not page.is_editable())
    assert stage.read(scripts.find, "cancel_request").draft_id is None


def test_that_the_draft_is_compared_with_the_version_in_use(
    stage: Stage, page: ScriptEditorPage
) -> None:
    stage.run(page, "script.compare")
    stage.wait(lambda: page.findChildren(ScriptComparison))
    assert page.findChildren(ScriptComparison)[0].found == []
    page.findChildren(ScriptComparison)[0].accept()
    assert not page.findChildren(FormDialog)


def test_that_what_is_not_saved_yet_is_compared_too(stage: Stage, page: ScriptEditorPage) -> None:
    change(page, "greet", en="Hello.")
    stage.run(page, "script.compare")
    stage.wait(lambda: page.findChildren(ScriptComparison))
    (found,) = page.findChildren(ScriptComparison)[0].found
    assert (found.new, found.fields) == (step(page, "greet"), ("en",))
    assert page.is_changed()


# The picture -------------------------------------------------------------------------------------


def test_that_the_arrows_go_along_the_ways_and_enter_edits(
    stage: Stage, page: ScriptEditorPage
) -> None:
    stage.run(page, "step.picture")
    canvas = page.view.graph.canvas
    assert focus() is canvas
    page.state.select("greet")
    press(Qt.Key.Key_Down)
    assert page.state.key == step(page, "greet").to
    assert "leads to" in canvas.accessibleDescription()
    press(Qt.Key.Key_Down)
    below = page.state.key
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Left)
    assert (
        canvas.picture.spots[page.state.key or ""].layer == canvas.picture.spots[below or ""].layer
    )
    press(Qt.Key.Key_Up)
    press(Qt.Key.Key_Up)
    assert page.state.key == "greet"
    scale = canvas.transform().m11()
    press(Qt.Key.Key_Minus)
    assert canvas.transform().m11() < scale
    press(Qt.Key.Key_Plus)
    press(Qt.Key.Key_0)
    assert canvas.sceneRect().width() * canvas.transform().m11() <= canvas.viewport().width() + 1
    press(Qt.Key.Key_Return)
    assert focus() is page.view.fields.texts["zh"].area


def test_that_a_step_is_chosen_in_the_picture_and_the_picture_copied(
    stage: Stage, page: ScriptEditorPage
) -> None:
    stage.run(page, "step.picture")
    graph = page.view.graph
    graph.canvas.fit()
    wanted = order(page)[-1]
    box = next(
        each for each in graph.canvas.scene().items() if getattr(each, "step", None) is not None
        and each.step.id == wanted
    )  # fmt: skip
    place: QPoint = graph.canvas.mapFromScene(box.pos())
    QTest.mouseClick(graph.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert page.state.key == wanted
    graph.copy_picture()
    picture = QGuiApplication.clipboard().pixmap()
    assert picture.width() >= graph.canvas.sceneRect().width() * 2 - 2
    colours = {picture.toImage().pixelColor(x, picture.height() // 2).name()
               for x in range(0, picture.width(), 3)}  # fmt: skip
    assert len(colours) > 2  # something is drawn


# Trying out --------------------------------------------------------------------------------------


def test_that_it_is_tried_out_and_nothing_is_kept(stage: Stage) -> None:
    page = opened(stage, (script_id(stage), "try"))
    tryout = page.view.tryout
    stage.wait(lambda: page.view.tabs.currentWidget() is tryout)
    page.view.show_tab(tryout)
    assert focus() is tryout.line
    begun = tryout.current()
    assert begun is not None
    assert "Ms Wang" in tryout.words.text() or "Lee" in tryout.words.text()
    tryout.spoken.set_value("zh")
    assert "{{" not in tryout.words.text()
    assert "小李" in tryout.words.text()
    press(Qt.Key.Key_Return)
    second = tryout.current()
    assert second is not None
    assert second.choices
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    assert len(tryout.run.path) == 2
    press(Qt.Key.Key_Backspace)
    assert tryout.current() == second
    press(Qt.Key.Key_1)
    assert tryout.run.path[-1].choice == second.choices[0].code
    tryout.path.setCurrentRow(0)
    tryout.go_back_to(0)
    assert tryout.current() == begun
    tryout.restart()
    assert tryout.run.path == ()
    tryout.edit_button.click()
    assert page.state.key == begun.id
    assert stage.read(lambda session: session.scalar(select(func.count(ScriptRun.id)))) == 0


def test_that_facts_decide_the_way_and_the_end_is_told(
    stage: Stage, page: ScriptEditorPage
) -> None:
    stage.run(page, "script.try")
    tryout = page.view.tryout
    assert set(tryout.facts) == {"case.may_offer"}
    ends = set()
    for value in (True, False):
        tryout.facts["case.may_offer"].set_value(value)
        tryout.restart()
        kinds = []
        for _step in range(40):
            now = tryout.current()
            if now is None or now.kind is StepKind.END:
                break
            kinds.append(now.kind)
            tryout.choose(0) if now.choices else tryout.go_on()
        ends.add(tuple(kinds))
        assert "Result of the contact" in tryout.hint.text()
        assert "Would be written" in tryout.written.text()
    assert len(ends) == 2


def test_that_a_case_is_tried(
    stage: Stage, page: ScriptEditorPage, database: Any, admin: Actor
) -> None:
    case_id = open_case(stage, fill(database, admin)["K2"])
    stage.run(page, "script.try")
    tryout = page.view.tryout
    tryout.source.set_value("case")
    assert focus() is tryout.case.line
    type_text("王小明")
    tryout.case._ask()
    stage.wait(lambda: tryout.case.value() == case_id)
    stage.wait(lambda: "王小明" in tryout.words.text() or "王小明" in str(tryout._values))
    assert tryout._known["case.has_orders"] is True
    tryout.source.set_value("example")
    assert tryout._values["zh"]["customer.name"] == "王女士"


def test_that_a_change_goes_the_same_way_as_far_as_it_fits(page: ScriptEditorPage) -> None:
    page.view.show_tab(page.view.tryout)
    tryout = page.view.tryout
    tryout.go_on()
    tryout.choose(0)
    assert len(tryout.run.path) == 2
    second = tryout.run.path[1].step
    change(page, second, choices=(Choice("new", "新", "New", "greet"),))
    assert len(tryout.run.path) == 1


# The look ----------------------------------------------------------------------------------------


def test_that_an_empty_script_begins_with_a_step(stage: Stage, page: ScriptEditorPage) -> None:
    page.state.load(Script(), None)
    assert page.view.empty.isVisible()
    page.view.add_wanted.emit()
    assert order(page) == ["say"]
    assert page.state.script.start == "say"
    assert not page.view.empty.isVisible()


@pytest.mark.parametrize(("language", "scheme"), [("en", Theme.LIGHT), ("zh_CN", Theme.DARK)])
def test_that_nothing_is_nameless_or_cut(
    stage: Stage, qapp: QApplication, language: str, scheme: Theme
) -> None:
    i18n.set_language(language)
    theme.apply(qapp, Settings(theme=scheme))
    key = script_id(stage)
    stage.write(scripts.begin_draft, key)
    page = opened(stage, key)
    for at in range(page.view.tabs.count()):
        page.view.tabs.setCurrentIndex(at)
        for chosen in ("reason", "may_offer", "greet"):
            page.state.select(chosen)
            stage.wait(lambda: cut(page) == [])
            assert unnamed(page) == []
            assert nameless(page) == []


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["960", "1280"])
def test_that_it_is_whole_in_a_narrow_window(
    stage: Stage, page: ScriptEditorPage, each_language: str, size: tuple[int, int]
) -> None:
    sized(page, size)
    folding = page.view.folding
    stage.wait(lambda: folding.is_folded is (size == NARROW))
    for inside in (page.view.list, page.view.tabs):
        folding.show_pane(inside)
        for at in range(page.view.tabs.count()):
            page.view.tabs.setCurrentIndex(at)
            whole(stage, page)
