"""The question library: one's own questions, those of the program, and who may change it."""

import pytest

from db.session import Actor
from db.vocabulary import QuestionnairePurpose, ReasonOrigin, Role
from desktop_app.domain.questionnaires import LibraryDraft
from desktop_app.errors import InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.questionnaire.headings import ROLE
from desktop_app.questionnaire.outline import outline
from desktop_app.questionnaire.sheets import from_cells
from desktop_app.services import question_library
from tests.factories import Desk

PART = from_cells(
    {
        "survey": [
            ["type", "name", "label::Chinese (zh)", "label::English (en)"],
            ["select_one yn", "late", "送货晚到过吗?", "Was a delivery late?"],
        ],
        "choices": [["list_name", "name", "label::Chinese (zh)"], ["yn", "yes", "是"]],
    }
)
DRAFT = LibraryDraft(code="late", zh="送货晚到", en="Late delivery")


def test_that_a_question_is_kept_replaced_and_taken_out(desk: Desk, admin: Actor) -> None:
    key = desk.do(admin, question_library.save, DRAFT, PART)
    row = desk.look(admin, question_library.list_library)[0]
    assert (row.key, row.title("zh_CN"), row.title("en")) == (key, "送货晚到", "Late delivery")
    assert (row.content, row.questions, row.origin) == (PART, 1, ReasonOrigin.USER)
    again = LibraryDraft(code="late", zh="晚到", en="")
    assert desk.do(admin, question_library.save, again, PART) == key
    row = desk.look(admin, question_library.list_library)[0]
    assert (row.zh, row.en) == ("晚到", "晚到")
    desk.do(admin, question_library.remove, key)
    assert desk.look(admin, question_library.list_library)[0].key is None
    with pytest.raises(NotFoundError, match="not in the library"):
        desk.do(admin, question_library.remove, key)


def test_that_a_part_needs_a_title_and_a_question(desk: Desk, admin: Actor) -> None:
    with pytest.raises(InvalidInputError, match="title"):
        desk.do(admin, question_library.save, LibraryDraft(code="late"), PART)
    silent = from_cells({"survey": [["type", "name"], ["hidden", "x"]]})
    with pytest.raises(InvalidInputError, match="no question"):
        desk.do(admin, question_library.save, DRAFT, silent)


def test_that_the_program_brings_its_questions_along(desk: Desk, admin: Actor) -> None:
    rows = desk.look(admin, question_library.list_library)
    assert {row.origin for row in rows} == {ReasonOrigin.SHIPPED}
    found = {row.code: row for row in rows}
    assert found["what_happened"].title("en").startswith("What happened before you left?")
    names = [entry.name for entry in outline(found["stopped_products"].content)]
    assert names == ["fact_has_orders", "stopped_products"]
    assert found["why_step_1"].questions == 2
    assert len({row.id for row in rows}) == len(rows)


def test_that_a_new_questionnaire_begins_with_what_it_needs(desk: Desk, admin: Actor) -> None:
    exit_form = desk.look(admin, question_library.starting_form, QuestionnairePurpose.EXIT)
    survey = exit_form.survey
    roles = [survey.cell(row, ROLE) for row in range(len(survey.rows))]
    assert roles == ["own_words", "stated_reason"]
    assert exit_form.languages == ("Chinese (zh)", "English (en)")
    other = desk.look(admin, question_library.starting_form, QuestionnairePurpose.SATISFACTION)
    assert [entry.name for entry in outline(other)] == ["question_1"]


def test_that_only_who_may_edit_questionnaires_changes_the_library(
    desk: Desk, actors: dict[Role, Actor]
) -> None:
    agent = actors[Role.AGENT]
    assert desk.look(agent, question_library.list_library)
    with pytest.raises(NotAllowedError):
        desk.do(agent, question_library.save, DRAFT, PART)
