"""The designer beside other people, and what it says of questions, facts and half a condition."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy.orm import Session

from db import reference
from db.models import QuestionnaireVersion
from desktop_app.questionnaire.outline import outline
from desktop_app.questionnaire.sheets import ENGLISH
from desktop_app.services import questionnaire_life, questionnaires
from desktop_app.ui import case_look
from desktop_app.ui.condition_row import FACT
from desktop_app.ui.designer_words import calculated_codes
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.designer import DesignerPage
from tests.ui.casework import activate, press
from tests.ui.shop import Stage
from tests.ui.test_page_designer import (
    cell,
    change,
    checked,
    choose,
    known_forms,
    reading,
    row_of,
    stored,
)

__all__ = ["known_forms"]  # a fixture that every test here uses


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext, english: None) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def page(stage: Stage) -> DesignerPage:
    """The draft of the exit interview, checked."""
    rows = stage.read(questionnaires.list_questionnaires)
    found = next(row.id for row in rows if row.code == "exit_interview")
    stage.write(questionnaire_life.begin_draft, found)
    made = reading(stage, found)
    checked(stage, made)
    activate(made)
    return made


def saved_by_another(stage: Stage, page: DesignerPage) -> None:
    """Somebody else saves the same draft without the page hearing of it in time."""
    assert page.opened is not None
    key = page.opened.source.id

    def save(session: Session) -> None:
        content: Any = session.get_one(QuestionnaireVersion, key).content
        survey = [list(row) for row in content["survey"]]
        at = survey[0].index(f"label::{ENGLISH}")
        row = next(row for row in survey if "where_now" in row)
        row[at] = "Who do you buy from now?"
        questionnaire_life.save_draft(session, key, {**content, "survey": survey}, None)

    stage.write(save)


def refused(stage: Stage, page: DesignerPage) -> None:
    """Edit, let another one save, save: the page asks what is meant."""
    change(page, "left_on", "label", "Since when?", ENGLISH)
    checked(stage, page)
    saved_by_another(stage, page)
    stage.run(page, "record.save")
    stage.wait(page.strip.isVisible)


def other_label(stage: Stage, page: DesignerPage) -> str:
    sheets = stored(stage, page)
    return sheets.survey.cell(row_of(page, "where_now"), "label", ENGLISH)


def test_that_what_another_one_saved_is_not_overwritten_unseen(
    stage: Stage, page: DesignerPage
) -> None:
    refused(stage, page)
    assert "saved by somebody else meanwhile" in page.strip.words.text()
    assert other_label(stage, page) == "Who do you buy from now?"
    press(Qt.Key.Key_1)
    assert cell(page, "left_on", "label", ENGLISH) == "Since when?"
    assert page.is_changed()


def test_that_mine_is_saved_over_it_when_it_is_said_so(stage: Stage, page: DesignerPage) -> None:
    refused(stage, page)
    press(Qt.Key.Key_3)
    stage.wait(lambda: not page.is_changed())
    assert stored(stage, page) == page.state.sheets
    change(page, "left_on", "label", "From which day?", ENGLISH)  # its own revision is known
    stage.run(page, "record.save")
    stage.wait(lambda: not page.is_changed())
    assert page.strip.isHidden()


def test_that_theirs_is_shown_and_mine_stays_on_offer(stage: Stage, page: DesignerPage) -> None:
    refused(stage, page)
    press(Qt.Key.Key_2)
    stage.wait(lambda: cell(page, "where_now", "label", ENGLISH) == "Who do you buy from now?")
    assert cell(page, "left_on", "label", ENGLISH) != "Since when?"
    stage.wait(lambda: page.drafts is not None and page.drafts.isVisible())


def test_that_saving_names_the_question_whose_condition_is_half_built(
    stage: Stage, page: DesignerPage
) -> None:
    told: list[str] = []
    page.messages.warn = told.append  # type: ignore[method-assign]
    announced: list[object] = []  # would take the place of what is told
    stage.context.tasks.announced.connect(announced.append)
    row = choose(page, "contact_left")
    change(page, "contact_left", "label", "Did they leave a number?", ENGLISH)
    page.view.fields.condition.group.add_button.click()
    part = page.view.fields.condition.group.parts[-1]
    part.question.set_value("competitor_price")  # type: ignore[union-attr]
    assert not page.view.fields.condition.is_complete()
    stage.run(page, "record.save")
    stage.wait(lambda: told)
    stage.idle()
    assert announced == []
    number = next(each.number for each in outline(page.state.sheets) if each.row == row)
    assert told[0].startswith(f"Saved without the condition of question {number},")


def test_that_a_problem_leads_with_the_number_of_its_question(
    stage: Stage, page: DesignerPage
) -> None:
    change(page, "left_on", "label", "How satisfied are you on a scale?", ENGLISH)
    checked(stage, page)
    row = row_of(page, "left_on")
    number = next(each.number for each in outline(page.state.sheets) if each.row == row)
    problems = page.view.problems.list
    lines = [problems.item(place).text() for place in range(problems.count())]
    assert lines
    assert all(line.startswith(f"{number}  ") for line in lines)
    assert not any("left_on" in line for line in lines)


def test_that_facts_and_looked_up_codes_are_offered_in_words(
    stage: Stage, page: DesignerPage
) -> None:
    choose(page, "where_now")
    offered = {each.name: each for each in page.view.fields._offered()}
    fact = offered["fact_has_orders"]
    assert (fact.kind, fact.choices) == (FACT, (("yes", "yes"), ("", "no")))
    assert "the customer has orders on record" in fact.title
    group = next(each for each in reference.reason_groups() if each.code == "price")
    assert dict(offered["reason_group"].choices)["price"] == case_look.words(group)
    types = dict(offered["reason_type"].choices)
    assert types["active_competitive"] == case_look.churn_word("active_competitive")
    assert calculated_codes("1 + 1") == ()


def test_that_a_save_says_which_revision_it_was_of(stage: Stage, page: DesignerPage) -> None:
    assert page.opened is not None
    before = page.opened.source.revision
    change(page, "left_on", "label", "Since when?", ENGLISH)
    stage.run(page, "record.save")
    stage.wait(lambda: not page.is_changed())
    stored_now = stage.read(questionnaires.load_version, page.opened.source.id).source.revision
    assert stored_now > before
    assert page.opened.source.revision == stored_now
