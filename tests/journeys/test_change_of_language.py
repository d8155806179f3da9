"""Another language or scheme in the middle of the work: same page, same record, nothing lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.models import Customer
from db.queries.cases import CaseFilter, list_cases
from db.vocabulary import RuleKind
from desktop_app import i18n
from desktop_app.domain.cases import OpenDraft
from desktop_app.questionnaire import editing
from desktop_app.services import cases, questionnaires
from desktop_app.ui.app import Application
from desktop_app.ui.lazy_list import LazyList
from tests.journeys.conftest import Start

SAID = "送货连续三次晚到，没有人道歉"
HAPPENED = "/data/what_happened"

pytestmark = pytest.mark.timeout(300)


def until(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(condition()), timeout=60_000)


def read(program: Application, fn: Callable[..., Any], *args: object) -> Any:
    assert program._opened is not None
    with program._opened.database.read(program._opened.actor) as session:
        return fn(session, *args)


def case_being_worked_on(program: Application) -> Any:
    """A case whose customer was not asked yet."""
    assert program._opened is not None
    with program._opened.database.write(program._opened.actor) as session:
        known = {row.customer_id for row in list_cases(session, CaseFilter(), None, 0, 500)}
        keys = session.scalars(select(Customer.id).order_by(Customer.number))
        customer_id = next(key for key in keys if key not in known)
        case_id = cases.open_case(session, customer_id, OpenDraft(kind=RuleKind.LAPSING))
        cases.take(session, case_id)
    return case_id


def shown(program: Application, page_id: str, target: object) -> Any:
    """The page with a record."""
    assert program.window is not None
    program.window.navigate(page_id, target)
    return program.window.current_page()


def change(qtbot: QtBot, program: Application) -> Any:
    """Change the language; the page of the new window."""
    old = program.window
    assert old is not None
    before = i18n.language()
    old.actions_by_id.run("view.language")
    until(qtbot, lambda: program.window is not old)
    assert program.window is not None
    assert i18n.language() != before
    return program.window.current_page()


def idle(qtbot: QtBot, program: Application) -> None:
    until(qtbot, lambda: program.tasks is not None and not program.tasks.is_busy())


def test_that_a_case_stays_open_with_its_tab_and_its_call(
    qtbot: QtBot, demo: Path, start: Start
) -> None:
    program = start(demo)
    case_id = case_being_worked_on(program)
    page = shown(program, "case-file", case_id)
    until(qtbot, lambda: "case.timer" in page.actions())
    page.tabs.setCurrentIndex(2)
    page.actions()["case.timer"]()
    idle(qtbot, program)
    page.strip.note.set_value(SAID)
    page.strip.keep_soon()
    page = change(qtbot, program)
    assert page.SPEC.id == "case-file"
    until(qtbot, lambda: page.view is not None and page.strip.isVisible())
    assert page.view.id == case_id
    assert page.tabs.currentIndex() == 2
    until(qtbot, lambda: page.strip.note.text() == SAID)
    assert page.strip.timer.is_running
    assert program.window is not None
    program.window.actions_by_id.run("nav.back")
    assert program.window.current_page().SPEC.id == "today"


def test_that_an_interview_goes_on_at_its_question(qtbot: QtBot, demo: Path, start: Start) -> None:
    program = start(demo)
    page = shown(program, "case-file", case_being_worked_on(program))
    until(qtbot, lambda: "case.interview" in page.actions())
    page.actions()["case.interview"]()
    assert program.window is not None
    until(qtbot, lambda: program.window.current_page().SPEC.id == "interview")
    page = program.window.current_page()
    until(qtbot, lambda: page.view.current)
    interview_id = page.interview_id
    page.view.belief.hide()
    page.timer.toggle()
    page.view.go(HAPPENED)
    page.view.pane.cards[HAPPENED].findChild(QPlainTextEdit).setPlainText(SAID)
    page = change(qtbot, program)
    assert page.SPEC.id == "interview"
    assert page.interview_id == interview_id
    until(qtbot, lambda: page.view.current == HAPPENED)
    assert page.view.pane.cards[HAPPENED].input.value() == SAID
    assert not page.recover.isVisible()  # it was stored, not only kept
    assert page.timer.is_running


def test_that_a_draft_in_the_designer_is_offered_again(
    qtbot: QtBot, demo: Path, start: Start
) -> None:
    program = start(demo)
    rows = read(program, questionnaires.list_questionnaires)
    key = next(row.id for row in rows if row.code == "exit_interview")
    page = shown(program, "designer", key)
    until(qtbot, lambda: "questionnaire.begin" in page.actions())
    page.actions()["questionnaire.begin"]()
    until(qtbot, page.is_editable)
    idle(qtbot, program)
    row = page.state.row
    page.state.edit_row(lambda sheets: editing.add_question(sheets, row))
    assert page.is_changed()
    count = len(page.state.sheets.survey.rows)
    page = change(qtbot, program)
    assert page.SPEC.id == "designer"
    until(qtbot, lambda: page.drafts is not None and page.drafts.isVisible())
    assert page.questionnaire_id == key
    page.drafts.restore()
    assert len(page.state.sheets.survey.rows) == count


def test_that_the_row_of_a_list_stays_chosen(qtbot: QtBot, demo: Path, start: Start) -> None:
    program = start(demo)
    assert program.window is not None
    program.window.navigate("customers")
    page: Any = program.window.current_page()
    until(qtbot, lambda: page.table.count() > 3)
    idle(qtbot, program)  # the number is there before the rows are
    page.table.next_row()
    page.table.next_row()
    (key,) = page.table.selected_keys()
    page = change(qtbot, program)
    until(qtbot, lambda: page.table.selected_keys() == [key])


def test_that_what_was_asked_for_by_a_word_is_not_done_again(
    qtbot: QtBot, demo: Path, start: Start
) -> None:
    program = start(demo)
    page = shown(program, "settings", "computer")
    idle(qtbot, program)
    page.findChild(LazyList).list.setCurrentRow(1)
    assert page.here("computer") is None
    page = change(qtbot, program)
    assert page.findChild(LazyList).list.currentRow() == 1


def test_that_a_page_that_cannot_be_left_keeps_its_language(
    qtbot: QtBot, demo: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = start(demo)
    window = program.window
    assert window is not None
    page: Any = window.current_page()
    monkeypatch.setattr(page, "can_leave", lambda: False)
    window.actions_by_id.run("view.language")
    idle(qtbot, program)
    assert program.window is window
    assert i18n.language() == "en"
    monkeypatch.undo()


def test_that_another_scheme_leaves_the_page_as_it_is(
    qtbot: QtBot, demo: Path, start: Start
) -> None:
    program = start(demo)
    page = shown(program, "case-file", case_being_worked_on(program))
    until(qtbot, lambda: page.view is not None)
    page.tabs.setCurrentIndex(2)
    assert program.window is not None
    program.window.actions_by_id.run("view.theme")
    assert program.window.current_page() is page
    assert page.tabs.currentIndex() == 2
    program.window.actions_by_id.run("view.theme")
