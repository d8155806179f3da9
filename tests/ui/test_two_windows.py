"""Two windows hold one interview with a repeat: nothing typed reaches another entry, or is lost."""

import uuid

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import QuestionnairePurpose
from desktop_app.domain.questionnaires import QuestionnaireDraft
from desktop_app.services import (
    attachments,
    drafts,
    interviews,
    journal,
    questionnaire_life,
    questionnaires,
)
from desktop_app.services.questionnaires import FormSource
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.interview import InterviewPage
from desktop_app.ui.undo_bar import UndoBar
from tests.ui.casework import open_case, press, type_text
from tests.ui.interview_forms import converted_text
from tests.ui.interview_stage import shown, stored
from tests.ui.shop import Stage, fill
from tests.ui.shop import press as press_button

PEOPLE_FORM = """
| survey |  |  |  |
|  | type | name | label |
|  | text | note | Anything |
|  | begin_repeat | person | Person |
|  | text | say | What do they say |
|  | image | face | Their face |
|  | end_repeat |  |  |
| settings |  |  |
|  | form_title | form_id |
|  | People | people |
"""
PERSON, NOTE = "/data/person", "/data/note"
SAY = "/data/person[{n}]/say"


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def people(stage: Stage, database: Database, admin: Actor) -> uuid.UUID:
    """An interview with three persons."""
    draft = QuestionnaireDraft(code="people", zh="人", purpose=QuestionnairePurpose.SATISFACTION)
    source = FormSource(converted_text(PEOPLE_FORM).xml)
    version = stage.write(questionnaire_life.create, draft, {}, source)
    stage.write(questionnaire_life.publish, version)
    key = stage.read(questionnaires.load_version, version).questionnaire.id
    case_id = open_case(stage, fill(database, admin)["K2"])
    begun: uuid.UUID = stage.write(interviews.start, case_id, questionnaire_id=key)
    for n, text in enumerate(("Ann", "Bob", "Cy"), start=1):
        if n > 1:
            stage.write(interviews.add_repeat, begun, PERSON)
        stage.write(interviews.save_answer, begun, SAY.format(n=n), text)
    return begun


def persons(stage: Stage, interview_id: uuid.UUID) -> list[str]:
    found = stored(stage, interview_id)
    return [found[each] for each in sorted(found) if each.endswith("/say")]


def is_new(page: InterviewPage, before: object) -> bool:
    """Whether the interview was read anew."""
    return page.run is not None and page.run is not before


def test_that_what_is_typed_for_an_entry_that_moved_is_kept_and_stored_nowhere(
    stage: Stage, people: uuid.UUID
) -> None:
    page = shown(stage, people)
    before = page.run
    page.view.go(SAY.format(n=2))
    stage.write(interviews.remove_repeat, people, f"{PERSON}[1]")  # by another program
    type_text("Bob is angry")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: is_new(page, before))
    stage.idle()
    assert persons(stage, people) == ["Bob", "Cy"]
    assert page.run is not None
    assert page.run.filling.count_of(PERSON) == 2
    assert "Another window" in page.strip.words.text()
    words = page.recover.words.text()
    assert page.recover.isVisible()
    assert "What do they say" in words
    assert "Bob is angry" in words
    assert not page.recover.verb.isVisible()  # nobody can take it over where it does not belong
    assert page.keeper is not None
    page.recover.take_over(page.run, page.keeper)
    stage.idle()
    assert persons(stage, people) == ["Bob", "Cy"]
    press_button("Discard")
    stage.run(page, "interview.discard")
    stage.idle()
    assert not page.recover.isVisible()


def test_that_the_half_typed_word_is_kept_beside_the_interview(
    stage: Stage, people: uuid.UUID
) -> None:
    page = shown(stage, people)
    before = page.run
    assert before is not None
    page.view.go(SAY.format(n=3))
    stage.write(interviews.remove_repeat, people, f"{PERSON}[1]")
    before.put(SAY.format(n=3), "Cy pauses")
    before.tell_typed()
    stage.wait(lambda: is_new(page, before))
    stage.idle()
    assert persons(stage, people) == ["Bob", "Cy"]
    assert "Cy pauses" in page.recover.words.text()


def test_that_answers_outside_of_repeats_are_stored_before_it_is_read_anew(
    stage: Stage, people: uuid.UUID
) -> None:
    page = shown(stage, people)
    before = page.run
    assert before is not None
    stage.write(interviews.add_repeat, people, PERSON)
    before.put(NOTE, "still mine")
    before.toggle_mark(SAY.format(n=1))
    stage.wait(lambda: is_new(page, before))
    stage.idle()
    assert stored(stage, people)[NOTE] == "still mine"
    assert stage.read(interviews.load, people).file.marks == ()


def test_that_a_window_of_the_same_program_is_read_anew_at_once(
    stage: Stage, people: uuid.UUID
) -> None:
    page = shown(stage, people)
    before = page.run
    page.tasks.write(page, interviews.remove_repeat, people, f"{PERSON}[2]")
    stage.wait(lambda: is_new(page, before))
    assert page.run is not None
    assert page.run.filling.answer(SAY.format(n=2)) == "Cy"


def test_that_a_window_goes_on_with_what_it_added_and_removed_itself(
    stage: Stage, people: uuid.UUID
) -> None:
    page = shown(stage, people)
    run = page.run
    assert run is not None
    made = run.add_instance(PERSON)
    run.put(f"{made}/say", "Di")
    run.toggle_mark(SAY.format(n=3))  # Cy
    run.remove_instance(f"{PERSON}[1]")
    run.put(SAY.format(n=3), "Di, too")
    run.flush()
    stage.idle()
    assert page.run is run
    assert persons(stage, people) == ["Bob", "Cy", "Di, too"]
    assert run.marks == {SAY.format(n=2)}
    assert stage.read(interviews.load, people).file.marks == (SAY.format(n=2),)
    assert not page.recover.isVisible()


@pytest.fixture
def bar(stage: Stage) -> UndoBar:
    """Undo as the window has it."""
    tasks, messages = stage.context.tasks, stage.context.messages
    return UndoBar(tasks, messages, journal.undo, journal.title_text, messages)


def test_that_removing_an_entry_can_be_undone_and_reaches_the_page(
    stage: Stage, people: uuid.UUID, bar: UndoBar
) -> None:
    page = shown(stage, people)
    before = page.run
    page.view.go(SAY.format(n=2))
    stage.run(page, "interview.remove")
    stage.idle()
    assert persons(stage, people) == ["Ann", "Cy"]
    assert page.run is before  # this window did it
    assert len(bar.done) == 1
    page.view.go(NOTE)
    type_text("typed since")
    bar.undo_last()
    stage.wait(lambda: is_new(page, before))
    stage.idle()
    assert persons(stage, people) == ["Ann", "Bob", "Cy"]
    assert page.run is not None
    assert page.run.filling.count_of(PERSON) == 3
    assert page.run.filling.answer(SAY.format(n=2)) == "Bob"
    assert stored(stage, people)[NOTE] == "typed since"
    assert page.view.current == NOTE  # the keyboard stays
    assert "Another window" not in page.strip.words.text()
    undone = page.run
    bar.redo()
    stage.wait(lambda: is_new(page, undone))
    stage.idle()
    assert page.run is not None
    assert page.run.filling.count_of(PERSON) == 2


def test_that_what_is_typed_into_an_entry_while_it_is_undone_is_kept(
    stage: Stage, people: uuid.UUID, bar: UndoBar
) -> None:
    page = shown(stage, people)
    before = page.run
    assert before is not None
    page.view.go(SAY.format(n=1))
    stage.run(page, "interview.remove")
    stage.idle()
    before.put(SAY.format(n=1), "Bob, more")  # he is the second again in a moment
    bar.undo_last()
    stage.wait(lambda: is_new(page, before))
    stage.idle()
    assert persons(stage, people) == ["Ann", "Bob", "Cy"]
    assert "Bob, more" in page.recover.words.text()


def test_that_adding_an_entry_can_be_undone(stage: Stage, people: uuid.UUID, bar: UndoBar) -> None:
    page = shown(stage, people)
    before = page.run
    assert before is not None
    before.add_instance(PERSON)
    stage.idle()
    assert page.run is before
    assert len(bar.done) == 1
    bar.undo_last()
    stage.wait(lambda: is_new(page, before))
    assert page.run is not None
    assert page.run.filling.count_of(PERSON) == 3


def test_that_what_was_typed_into_an_entry_before_is_not_taken_over_into_another(
    stage: Stage, people: uuid.UUID
) -> None:
    key = interviews.draft_key(people, SAY.format(n=2))
    stage.write(drafts.save_draft, key, {"value": "Bob shouts"})
    page = shown(stage, people)
    page.view.go(SAY.format(n=2))
    stage.run(page, "interview.remove")
    assert "first what was typed here" in page.strip.words.text()
    page.view.go(SAY.format(n=1))
    stage.run(page, "interview.remove")
    stage.idle()
    assert persons(stage, people) == ["Bob", "Cy"]
    assert "Bob shouts" in page.recover.words.text()
    assert not page.recover.verb.isVisible()


def test_that_a_picture_for_an_entry_that_moved_lies_with_the_case(
    stage: Stage, people: uuid.UUID
) -> None:
    page = shown(stage, people)
    before = page.run
    case_id = stage.read(interviews.load, people).file.row.case_id
    stage.write(interviews.remove_repeat, people, f"{PERSON}[1]")
    page.files.attach(f"{PERSON}[2]/face", "bob.png", b"a face")
    stage.wait(lambda: is_new(page, before))
    (row,) = stage.read(attachments.rows_of_case, case_id)
    assert (row.name, row.interview_id, row.address) == ("bob.png", None, "")
    assert "bob.png" in page.strip.words.text()
