"""The designer: a questionnaire read, edited, tried, checked, saved, published."""

import copy
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.vocabulary import Role, VersionState
from desktop_app import i18n
from desktop_app.importing import xlsforms
from desktop_app.progress import Progress
from desktop_app.questionnaire import editing
from desktop_app.questionnaire.headings import ID
from desktop_app.questionnaire.outline import outline
from desktop_app.questionnaire.sheets import CHINESE, ENGLISH, Sheets, from_cells
from desktop_app.services import drafts, question_library, questionnaire_life, questionnaires
from desktop_app.settings import Settings, Theme
from desktop_app.ui import theme
from desktop_app.ui.condition_editor import ConditionEditor
from desktop_app.ui.designer_tools import keep_in_library
from desktop_app.ui.library_dialog import LibraryDialog
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.designer import DesignerPage
from desktop_app.ui.theme import Tone
from tests.ui.casework import activate, focus, nameless, press, type_text
from tests.ui.shop import Stage
from tests.ui.shop import press as press_button
from tests.ui.test_pages_look import cut, unnamed

_ask_child = xlsforms._asked
_answers: dict[str, dict[str, Any]] = {}


@pytest.fixture(autouse=True)
def known_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that is the same to the last cell is converted by the child once for all tests."""

    def asked(request: dict[str, Any], path: Path, progress: Progress | None) -> dict[str, Any]:
        key = json.dumps([request, str(path)])
        if key not in _answers:
            _answers[key] = _ask_child(request, path, progress)
        return copy.deepcopy(_answers[key])

    monkeypatch.setattr(xlsforms, "_asked", asked)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext, english: None) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def questionnaire(stage: Stage) -> uuid.UUID:
    rows = stage.read(questionnaires.list_questionnaires)
    found: uuid.UUID = next(row.id for row in rows if row.code == "exit_interview")
    return found


def reading(stage: Stage, questionnaire: uuid.UUID) -> DesignerPage:
    page: DesignerPage = stage.show(DesignerPage, questionnaire)
    stage.wait(lambda: page.opened)
    return page


@pytest.fixture
def page(stage: Stage, questionnaire: uuid.UUID) -> DesignerPage:
    """The draft of the exit interview, checked."""
    stage.write(questionnaire_life.begin_draft, questionnaire)
    made = reading(stage, questionnaire)
    checked(stage, made)
    activate(made)
    return made


def checked(stage: Stage, page: DesignerPage) -> None:
    """Wait until the form as it is now was checked."""
    stage.wait(lambda: page.checked is not None and page.checked.sheets == page.state.sheets)


def choose(page: DesignerPage, name: str) -> int:
    """Choose a question by its code."""
    row = row_of(page, name)
    page.state.select(row)
    return row


def row_of(page: DesignerPage, name: str) -> int:
    return next(entry.row for entry in outline(page.state.sheets) if entry.name == name)


def cell(page: DesignerPage, name: str, purpose: str, language: str = "") -> str:
    return page.state.sheets.survey.cell(row_of(page, name), purpose, language)


def stored(stage: Stage, page: DesignerPage) -> Sheets:
    assert page.opened is not None
    file = stage.read(questionnaires.load_version, page.opened.source.id)
    return Sheets.from_json(file.source.content)


def change(page: DesignerPage, name: str, purpose: str, text: str, language: str = "") -> None:
    row = row_of(page, name)
    page.state.edit(lambda form: editing.set_cell(form, row, purpose, text, language))


# Reading and editing -----------------------------------------------------------------------------


def test_that_a_published_version_is_read_and_a_new_one_begun(
    stage: Stage, questionnaire: uuid.UUID
) -> None:
    page = reading(stage, questionnaire)
    assert not page.is_editable()
    assert not page.view.fields.wording.isEnabled()
    assert {each for each in page.actions() if not each.startswith("page.")} == {
        "questionnaire.begin", "questionnaire.export", "questionnaire.title"
    }  # fmt: skip
    stage.run(page, "questionnaire.begin")
    stage.wait(page.is_editable)
    assert page.view.fields.wording.isEnabled()
    assert page.opened is not None
    assert (page.opened.source.number, page.opened.source.state) == (2, VersionState.DRAFT)
    assert not page.is_changed()
    assert cell(page, "left_on", ID) == "left_on"  # so that its column never shifts


def test_that_f6_goes_round_list_fields_preview_and_what_is_wrong(
    stage: Stage, page: DesignerPage
) -> None:
    change(page, "problem_event", "relevant", "${nobody} = 1")
    checked(stage, page)
    stage.wait(page.view.problems.list.isVisible)
    view = page.view
    panes = [view.fields, view.preview, view.problems, view.list]
    view.list.setFocus()
    for step, order in (("next", panes), ("previous", [*panes[2::-1], view.list])):
        for pane in order:
            stage.run(page, f"page.{step}_pane")
            assert pane is focus() or pane.isAncestorOf(focus())


def test_that_a_hidden_fact_has_a_name_to_read(stage: Stage, page: DesignerPage) -> None:
    lines = page.view.list.lines
    texts = [str(lines.data(lines.find(row))) for row in lines.rows()]
    assert texts[0] == "1  Case: the customer has orders on record"
    assert [text for text in texts if "fact_" in text] == []
    choose(page, "stopped_products")
    offered = [each.title for each in page.view.fields._offered()]
    assert offered[0] == texts[0]
    assert [title for title in offered if "fact_" in title] == []
    assert [card.label.text() for card in page.view.preview.cards][-1] == texts[0][3:]


def test_that_words_are_typed_saved_and_taken_back(stage: Stage, page: DesignerPage) -> None:
    choose(page, "problem_event")
    page.view.go_to(row_of(page, "problem_event"))
    press(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    type_text("请说一件事。")
    assert cell(page, "problem_event", "label", CHINESE).endswith("请说一件事。")
    assert "record.save" in page.actions()
    stage.run(page, "record.save")
    stage.wait(lambda: not page.is_changed())
    assert stored(stage, page) == page.state.sheets
    stage.idle()  # it was read anew; the steps back are still there
    page.state.undo()
    assert not cell(page, "problem_event", "label", CHINESE).endswith("请说一件事。")
    assert page.is_changed()
    stage.run(page, "edit.redo")
    assert not page.is_changed()


def test_that_a_question_is_added_copied_moved_and_removed(
    stage: Stage, page: DesignerPage
) -> None:
    choose(page, "promise")
    stage.run(page, "question.new")
    row = page.state.row
    assert row is not None
    name = page.state.sheets.survey.cell(row, "name")
    assert outline(page.state.sheets)[-1].name != name
    assert focus() is page.view.fields.wording.order()[0]
    type_text("What did you order last?")
    stage.run(page, "question.duplicate")
    assert page.state.row == row + 1
    stage.run(page, "question.up")
    stage.run(page, "question.up")
    assert page.state.row == row - 1
    moved = next(each for each in outline(page.state.sheets) if each.row == page.state.row)
    assert moved.path == f"promise/{moved.name}"
    before = page.state.sheets
    page.view.list.setFocus()
    press(Qt.Key.Key_Delete)
    assert "was removed" in stage.context.messages.text
    assert page.state.sheets != before
    stage.context.messages.button.click()
    assert page.state.sheets == before
    choose(page, "promise")
    page.view.list.setFocus()
    press(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    press(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    stage.run(page, "question.remove")
    assert not {"promise", "promise_missed"} & {each.name for each in outline(page.state.sheets)}
    page.state.undo()
    assert page.state.sheets == before


def test_that_chosen_questions_are_put_into_a_group(stage: Stage, page: DesignerPage) -> None:
    row = choose(page, "competitor_price")
    page.view.list.setFocus()
    press(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert page.view.list.selected() == (row, row + 1)
    stage.run(page, "question.group")
    paths = [each.path for each in outline(page.state.sheets)]
    assert "group_1/competitor_price" in paths
    assert "group_1/share_moved" in paths
    assert page.state.row == row
    stage.run(page, "question.ungroup")
    assert "share_moved" in [each.path for each in outline(page.state.sheets)]
    choose(page, "where_now")
    stage.run(page, "question.repeat")
    assert "repeat_1/where_now" in [each.path for each in outline(page.state.sheets)]


def test_that_a_new_code_is_followed_and_a_wrong_one_told(stage: Stage, page: DesignerPage) -> None:
    choose(page, "promise_missed")
    fields = page.view.fields
    enter_code(page, "missed")
    assert cell(page, "promise_which", "relevant") == "${missed} = 'yes'"
    enter_code(page, "left_on")
    assert "Another question has the code" in fields.problem.text()
    assert fields.code.value() == "missed"
    enter_code(page, "1st")
    assert "cannot be a code" in fields.problem.text()
    choose(page, "what_happened")
    assert not fields.problem.isVisible()
    assert fields.lock.isVisible()
    assert fields.code.line.isReadOnly()
    assert not fields.kind.isEnabled()
    page.view.list.setFocus()
    press(Qt.Key.Key_Delete)
    assert "“what_happened” is locked" in fields.problem.text()


def enter_code(page: DesignerPage, code: str) -> None:
    line = page.view.fields.code.line
    line.setFocus()
    line.selectAll()
    type_text(code)
    press(Qt.Key.Key_Return)


def test_that_type_required_rule_and_more_are_set(stage: Stage, page: DesignerPage) -> None:
    choose(page, "problem_event")
    fields = page.view.fields
    fields.kind.set_value("integer")
    assert cell(page, "problem_event", "type") == "integer"
    fields.required.set_value("yes")
    fields.severity.set_value("warning")
    fields.rule.group.add_button.click()
    fields.rule.group.parts[0].value.set_value("7")
    fields.messages.editors["constraint_message", ENGLISH].set_value("Seven, please.")
    fields.more.editors["default"].set_value("7")
    assert cell(page, "problem_event", "required") == "yes"
    assert cell(page, "problem_event", "bind::winback:severity") == "warning"
    assert cell(page, "problem_event", "constraint") == ". = 7"
    assert cell(page, "problem_event", "constraint_message", ENGLISH) == "Seven, please."
    assert cell(page, "problem_event", "default") == "7"
    checked(stage, page)
    assert page.checked is not None
    assert page.checked.form is not None
    bind = page.checked.form.binds["/data/problem/problem_event"]
    assert (str(bind.severity), bind.type) == ("warning", "int")
    change(page, "problem_event", "required", "${left_on} != ''")
    assert fields.required.box.currentText() == "if ${left_on} != ''"
    fields.kind.set_value("select_one_from_file")
    assert cell(page, "problem_event", "type") == "select_one_from_file reasons.csv"
    fields.choices.file.set_value("shops.csv")
    fields.choices.file.line.editingFinished.emit()
    assert cell(page, "problem_event", "type") == "select_one_from_file shops.csv"


def test_that_a_group_has_no_rule_and_a_note_no_answer(page: DesignerPage) -> None:
    tabs = page.view.fields.tabs
    choose(page, "promise")
    assert [tabs.isTabVisible(place) for place in range(5)] == [True, False, True, False, True]
    assert not page.view.fields.required.isEnabled()
    choose(page, "peer_switch")
    assert all(tabs.isTabVisible(place) for place in range(5))


# Choices -----------------------------------------------------------------------------------------


def test_that_choices_are_written_in_a_table(stage: Stage, page: DesignerPage) -> None:
    choose(page, "contact_left")
    panel = page.view.fields.choices
    page.view.fields.tabs.setCurrentIndex(1)
    assert "promise_missed, peer_switch" in panel.note.text()
    code = panel.lines.index(0, 0)
    assert not panel.lines.flags(code) & Qt.ItemFlag.ItemIsEditable  # a published code stays
    panel.own_button.click()
    assert cell(page, "contact_left", "type") == "select_one contact_left"
    assert panel.list_name == "contact_left"
    panel.add_button.click()
    type_text("Not known")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: panel.lines.choices[2].labels[CHINESE] == "Not known")
    assert [choice.code for choice in panel.lines.choices] == ["yes", "no", "choice_3"]
    assert panel.lines.setData(panel.lines.index(2, 0), "unknown")
    assert not panel.lines.setData(panel.lines.index(2, 0), "no")
    assert "has the code" in page.view.fields.problem.text()
    panel.up_button.click()
    assert [choice.code for choice in panel.lines.choices] == ["yes", "unknown", "no"]
    panel.table.setFocus()
    panel.move_choice(1)
    panel.remove_button.click()
    assert [choice.code for choice in panel.lines.choices] == ["yes", "no"]


def test_that_a_question_made_to_choose_gets_a_list(page: DesignerPage) -> None:
    choose(page, "problem_event")
    page.view.fields.kind.set_value("select_one")
    panel = page.view.fields.choices
    assert (panel.list_name, panel.lines.rowCount()) == ("problem_event", 0)
    panel.add()
    panel.add()
    assert [choice.code for choice in panel.lines.choices] == ["1", "2"]


# Preview, problems -------------------------------------------------------------------------------


def test_that_conditions_can_be_tried_in_the_preview(page: DesignerPage) -> None:
    choose(page, "where_now")
    preview = page.view.preview
    assert preview.state.text() == "not asked now"
    cards = {card.address: card for card in preview.cards}
    assert list(cards) == [
        "/data/where_now", "/data/fact_switched", "/data/stated_reason", "/data/reason_type"
    ]  # fmt: skip
    fact = cards["/data/fact_switched"].input
    assert fact is not None
    fact.set_value("yes")
    fact.changed.emit()
    assert preview.state.text() == "asked now"
    answer = cards["/data/where_now"].input
    assert answer is not None
    answer.set_value("南京路店")
    answer.changed.emit()
    choose(page, "share_moved")
    choose(page, "where_now")
    assert preview.filling is not None
    assert preview.filling.answer("/data/where_now") == "南京路店"
    choose(page, "share_moved")
    partial = preview.cards[1].input
    assert partial is not None
    partial.set_value("yes")
    partial.changed.emit()
    share = preview.cards[0].input
    assert share is not None
    share.set_value("120")
    share.changed.emit()
    assert preview.cards[0].problem.text() == "Give a percentage from 0 to 100."
    preview.language.set_value(CHINESE)
    assert preview.cards[0].label.text().startswith("您有多少比例")
    choose(page, "fact_switched")
    assert "not asked" in preview.state.text()
    choose(page, "promise")
    assert preview.cards[0].address == "/data/promise/promise_missed"


def test_that_a_mistake_is_told_with_its_cell_and_leads_to_its_question(
    stage: Stage, page: DesignerPage
) -> None:
    choose(page, "left_on")
    change(page, "contact_staff", "relevant", "${nobody} = 'x'")
    checked(stage, page)
    problems = page.view.problems
    assert problems.list.count() == 1
    problems.list.setCurrentRow(0)
    row = row_of(page, "contact_staff")
    assert f"survey, row {row + 2}, column" in problems.details.text()
    assert "(relevant)" in problems.details.text()
    assert page.view.list.lines.tones[row][0] is Tone.BAD
    assert page.view.preview.stale.isVisible()
    assert page.view.preview.cards[0].address == "/data/left_on"  # as it was before
    problems.list.setFocus()
    press(Qt.Key.Key_Return)
    assert page.state.row == row
    stage.run(page, "questionnaire.publish")
    stage.wait(lambda: "has errors" in stage.context.messages.text)
    change(page, "contact_staff", "relevant", "")
    checked(stage, page)
    assert problems.list.count() == 0
    assert not page.view.preview.stale.isVisible()


def test_that_a_broken_formula_is_an_error_though_the_form_goes_on_without_it(
    stage: Stage, page: DesignerPage
) -> None:
    change(page, "contact_staff", "relevant", "${left_on} = 'x")
    checked(stage, page)
    assert page.checked is not None
    assert page.checked.form is not None
    assert [each.place.heading for each in page.checked.errors] == ["relevant"]
    assert page.view.list.lines.tones[row_of(page, "contact_staff")][0] is Tone.BAD
    assert page.view.problems.list.count() == 1
    stage.run(page, "questionnaire.publish")
    stage.wait(lambda: "has errors" in stage.context.messages.text)


def test_that_a_mistake_in_a_choice_leads_to_the_question_that_offers_it(
    stage: Stage, page: DesignerPage
) -> None:
    cells = page.state.sheets.to_json()
    cells["choices"].append(["yes_no", "no", "否", "No"])
    page.state.apply(from_cells(cells))
    checked(stage, page)
    page.view.problems.list.setCurrentRow(0)
    assert "choices, row 4" in page.view.problems.details.text()
    page.view.problems.go_button.click()
    assert page.state.row == row_of(page, "promise_missed")


def test_that_a_remark_on_the_wording_is_overruled_with_a_reason(
    stage: Stage, page: DesignerPage
) -> None:
    change(page, "promise_which", "label", "How satisfied were you?", ENGLISH)
    checked(stage, page)
    problems = page.view.problems
    problems.list.setCurrentRow(0)
    assert problems.details.text().startswith("Ask for")
    problems.overrule_button.click()
    assert stage.refused(page, reason="")  # a reason is needed
    problems.overrule_button.click()
    stage.submit(page, reason="Quoted from the letter of the customer")
    assert page.state.now.overruled != {}
    assert problems.title.text() == "Nothing is wrong"
    assert "Quoted" in problems.details.text()
    stage.run(page, "record.save")
    stage.wait(lambda: not page.is_changed())
    assert page.opened is not None
    file = stage.read(questionnaires.load_version, page.opened.source.id)
    assert list(file.source.overruled.values()) == ["Quoted from the letter of the customer"]
    problems.overrule_button.click()
    assert page.state.now.overruled == {}


# Saving and publishing ---------------------------------------------------------------------------


def test_that_a_version_is_published(stage: Stage, page: DesignerPage) -> None:
    choose(page, "left_on")
    stage.run(page, "question.new")
    page.view.fields.wording.editors["label", ENGLISH].set_value("What did you order last?")
    stage.run(page, "questionnaire.publish")
    stage.submit(page, note="One more question")
    stage.wait(lambda: page.opened is not None and not page.opened.is_draft)
    assert page.opened is not None
    assert (page.opened.source.number, page.opened.source.note) == (2, "One more question")
    survey = stored(stage, page).survey
    named = [entry for entry in outline(stored(stage, page)) if not entry.type.opens]
    assert all(survey.cell(entry.row, ID) for entry in named)
    assert not page.is_editable()


def test_that_a_questionnaire_without_what_it_needs_is_not_published(
    stage: Stage, page: DesignerPage
) -> None:
    cells = page.state.sheets.to_json()
    heading = cells["survey"][0].index("bind::winback:case")
    cells["survey"] = [
        [*row[:heading], "" if number else row[heading], *row[heading + 1 :]]
        if len(row) > heading else row
        for number, row in enumerate(cells["survey"])
    ]  # fmt: skip
    page.state.apply(from_cells(cells))
    checked(stage, page)
    assert page.view.problems.list.count() == 2
    stage.run(page, "questionnaire.publish")
    stage.wait(lambda: "has errors" in stage.context.messages.text)
    assert page.opened is not None
    assert page.opened.is_draft


def test_that_a_draft_is_discarded(stage: Stage, page: DesignerPage) -> None:
    waiting = press_button("Discard")
    stage.run(page, "questionnaire.discard")
    assert waiting.is_done
    stage.wait(lambda: page.opened is not None and not page.opened.is_draft)
    assert page.opened is not None
    assert page.opened.source.number == 1


def test_that_what_was_typed_before_a_crash_is_offered(
    stage: Stage, page: DesignerPage, questionnaire: uuid.UUID
) -> None:
    change(page, "left_on", "label", "Since when?", ENGLISH)
    assert page.opened is not None
    key = f"designer:{page.opened.source.id}"
    stage.wait(lambda: stage.read(drafts.load_draft, key) is not None)
    again = reading(stage, questionnaire)
    stage.wait(lambda: again.drafts is not None and again.drafts.isVisible())
    assert cell(again, "left_on", "label", ENGLISH) != "Since when?"
    assert again.drafts is not None
    again.drafts.restore_button.click()
    assert cell(again, "left_on", "label", ENGLISH) == "Since when?"
    assert again.is_changed()
    stage.run(again, "record.save")
    stage.wait(lambda: stage.read(drafts.load_draft, key) is None)
    assert stored(stage, again) == again.state.sheets


def test_that_typing_survives_a_look_at_another_questionnaire(
    stage: Stage, page: DesignerPage, questionnaire: uuid.UUID
) -> None:
    change(page, "left_on", "label", "Since when?", ENGLISH)
    rows = stage.read(questionnaires.list_questionnaires)
    other = next(row.id for row in rows if row.code == "satisfaction")
    page.show_record(other)
    stage.wait(lambda: page.opened is not None and page.opened.row.id == other)
    page.show_record(questionnaire)
    stage.wait(lambda: page.opened is not None and page.opened.row.id == questionnaire)
    stage.wait(lambda: page.drafts is not None and page.drafts.isVisible())
    assert page.drafts is not None
    page.drafts.restore_button.click()
    assert page.can_leave()
    page.show_record(questionnaire)  # back again: what is typed still stands there
    stage.idle()
    assert cell(page, "left_on", "label", ENGLISH) == "Since when?"
    assert page.is_changed()


def test_that_who_may_not_edit_only_reads(
    stage: Stage, questionnaire: uuid.UUID, actors: dict[Role, object]
) -> None:
    stage.write(questionnaire_life.begin_draft, questionnaire)
    page = reading(stage, questionnaire)
    page.actor = actors[Role.AGENT]
    assert not page.is_editable()
    assert page.state.row is not None


# The library -------------------------------------------------------------------------------------


def test_that_questions_come_from_the_library_and_go_there(
    stage: Stage, page: DesignerPage
) -> None:
    choose(page, "promise")
    stage.run(page, "question.keep")
    stage.submit(page, zh="承诺", en="Promise", code="promise")
    kept = stage.read(question_library.list_library)[0]
    assert (kept.en, kept.questions) == ("Promise", 2)
    choose(page, "left_on")
    dialog = open_library(stage, page)
    dialog.filters.search.set_value("promise")
    dialog.filters.changed.emit()
    stage.wait(lambda: dialog.table.count() == 2)  # the one that came with the program, too
    assert dialog.table.current_row().id == kept.id
    dialog.insert()
    paths = [entry.path for entry in outline(page.state.sheets)]
    assert "promise_2/promise_which_2" in paths
    assert page.state.row == row_of(page, "left_on") + 1
    checked(stage, page)
    assert page.checked is not None
    assert page.checked.errors == ()
    dialog = open_library(stage, page)
    waiting = press_button("Take out")
    dialog.take_out()
    stage.wait(lambda: stage.read(question_library.list_library)[0].key is None)
    assert waiting.is_done
    dialog.reject()


def open_library(stage: Stage, page: DesignerPage) -> LibraryDialog:
    stage.run(page, "question.library")
    dialog = [one for one in page.findChildren(LibraryDialog) if one.isVisible()][-1]
    stage.wait(dialog.table.current_row)
    return dialog


def test_that_keeping_a_question_is_a_service_call(stage: Stage) -> None:
    part = from_cells({"survey": [["type", "name"], ["text", "a"]]})
    draft = keep_in_library.__annotations__["draft"](code="a", zh="甲")
    assert stage.write(keep_in_library, draft, part)


# The look ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "scheme"), [("en", Theme.LIGHT), ("zh_CN", Theme.DARK)], ids=["en", "zh"]
)
def test_that_every_control_is_named_and_nothing_is_cut(
    stage: Stage, questionnaire: uuid.UUID, qapp: QApplication, language: str, scheme: Theme
) -> None:
    i18n.set_language(language)
    theme.apply(qapp, Settings(theme=scheme))
    stage.write(questionnaire_life.begin_draft, questionnaire)
    page = reading(stage, questionnaire)
    checked(stage, page)
    for name in ("share_moved", "peer_switch", "where_now", "promise", "stated_reason"):
        choose(page, name)
        for place in range(page.view.fields.tabs.count()):
            if page.view.fields.tabs.isTabVisible(place):
                page.view.fields.tabs.setCurrentIndex(place)
                stage.wait(lambda: cut(page) == [])
                assert unnamed(page) == []
                assert nameless(page) == []


def test_that_an_unfinished_condition_is_not_published(stage: Stage, page: DesignerPage) -> None:
    choose(page, "where_now")
    editor = next(iter(page.view.findChildren(ConditionEditor)))
    editor.show_text("")
    editor.group.add_row()
    assert not editor.is_complete()
    page.publish()
    assert "lacks a value" in page.messages.text
    editor.show_text("")
    assert editor.is_complete()


def test_that_a_keystroke_in_a_long_form_renews_one_line(stage: Stage, page: DesignerPage) -> None:
    cells: list[list[str]] = [["type", "name", f"label::{ENGLISH}", "relevant"]]
    for number in range(300):
        condition = f"${{q{number - 1}}} != ''" if number else ""
        cells.append(["text", f"q{number}", f"Question {number}", condition])
    page.state.apply(editing.with_ids(from_cells({"survey": cells})), 150)
    area = page.view.fields.wording.editors["label", ENGLISH].area
    assert area is not None
    resets: list[None] = []
    page.view.list.lines.modelReset.connect(lambda: resets.append(None))
    for _each in range(7):
        area.insertPlainText("x")
    assert page.state.sheets.survey.cell(150, "label", ENGLISH).startswith("xxxxxxx")
    assert resets == []  # lines are painted anew, not made anew
    page.state.apply(editing.with_ids(from_cells({"survey": cells[:200]})), 150)
    assert len(resets) == 1
