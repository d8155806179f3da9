"""A survey that is held on a case: it is answered, and the case and the exit figures stay."""

import uuid

import pytest

from db import reference
from db.queries import closed, coded
from db.queries.reasons import ReasonFilter
from db.session import Actor
from db.vocabulary import CaseStage, InterviewState, QuestionnairePurpose
from desktop_app.domain.questionnaires import QuestionnaireDraft
from desktop_app.services import (
    cases,
    coding,
    interview_end,
    interviews,
    paper_entry,
    questionnaire_life,
    questionnaires,
)
from tests import factories
from tests.factories import Desk
from tests.services.test_questionnaires import cells, form

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def survey(desk: Desk, admin: Actor) -> uuid.UUID:
    """A survey whose questions claim to speak of the case."""
    wanted = QuestionnaireDraft(code="pulse", zh="回访", purpose=QuestionnairePurpose.SATISFACTION)
    version = desk.do(admin, questionnaire_life.create, wanted, cells("x"), form())
    desk.do(admin, questionnaire_life.publish, version)
    rows = desk.look(admin, questionnaires.list_questionnaires)
    return next(row.id for row in rows if row.code == "pulse")


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    made: uuid.UUID = desk.do(
        admin, factories.assigned_case, agent.user_id, store_id=agent.store_id
    )
    return made


def held(desk: Desk, agent: Actor, case_id: uuid.UUID, survey: uuid.UUID) -> uuid.UUID:
    run: uuid.UUID = desk.do(agent, interviews.start, case_id, questionnaire_id=survey)
    given = {"/data/words": "涨价了", "/data/reason": "price_increase"}
    desk.do(agent, interviews.save_answers, run, given)
    desk.do(agent, interview_end.finish, run)
    return run


def test_that_a_survey_says_nothing_of_the_case(
    desk: Desk, agent: Actor, case_id: uuid.UUID, survey: uuid.UUID
) -> None:
    run = held(desk, agent, case_id, survey)
    file = desk.look(agent, cases.case_file, case_id)
    assert [row.state for row in file.interviews] == [InterviewState.FINISHED]
    assert (file.reasons, file.row.stage) == ({}, CaseStage.ASSIGNED)
    assert desk.look(agent, interviews.held_already, case_id) is None
    assert desk.look(agent, interviews.held_already, case_id, survey) == run


def test_that_a_survey_counts_in_no_figure_of_exits(
    desk: Desk, agent: Actor, admin: Actor, case_id: uuid.UUID, survey: uuid.UUID
) -> None:
    run = held(desk, agent, case_id, survey)
    themes = desk.look(admin, coding.list_themes)
    wanted = next(row for row in themes if row.code == reference.themes()[0].code)
    desk.do(admin, coding.code_answer, run, "/data/words", [wanted.id])
    assert desk.look(admin, coded.theme_counts, ReasonFilter()) == []
    assert desk.look(admin, coded.coded_cases, ReasonFilter()) == 0
    interviewed = closed._interviewed(finished=True)
    assert desk.look(admin, lambda session: session.scalars(interviewed).all()) == []


def test_that_what_was_held_last_is_offered_first_and_exits_before_surveys(
    desk: Desk, agent: Actor, case_id: uuid.UUID, survey: uuid.UUID
) -> None:
    def codes() -> list[str]:
        return [row.code for row in desk.look(agent, interviews.holdable, case_id).rows]

    assert codes() == ["exit_interview", "satisfaction", "pulse"]
    held(desk, agent, case_id, survey)
    assert codes() == ["pulse", "exit_interview", "satisfaction"]
    exits = desk.look(agent, interviews.holdable, case_id).exits
    assert [row.code for row in exits] == ["exit_interview"]


def test_that_a_draft_and_a_retired_questionnaire_are_not_offered(
    desk: Desk, agent: Actor, admin: Actor, case_id: uuid.UUID, survey: uuid.UUID
) -> None:
    wanted = QuestionnaireDraft(code="later", zh="以后", purpose=QuestionnairePurpose.SATISFACTION)
    desk.do(admin, questionnaire_life.create, wanted, cells("x"), form())
    desk.do(admin, questionnaire_life.retire, survey)
    rows = desk.look(agent, interviews.holdable, case_id).rows
    assert [row.code for row in rows] == ["exit_interview", "satisfaction"]


def test_that_a_number_on_paper_is_a_version_of_the_questionnaire_that_is_meant(
    desk: Desk, agent: Actor, case_id: uuid.UUID, survey: uuid.UUID
) -> None:
    assert desk.look(agent, paper_entry.offered, case_id, survey) == (1,)
    run = desk.do(agent, paper_entry.begin, case_id, "1", survey)
    assert desk.look(agent, interviews.load, run).file.row.questionnaire_id == survey
