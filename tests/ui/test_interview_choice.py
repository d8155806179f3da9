"""Which questionnaire is meant: chosen by a digit where several could be."""

import uuid
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.models import ChangeSet
from db.session import Actor, Database
from db.vocabulary import InterviewMode, QuestionnairePurpose
from desktop_app.domain.questionnaires import QuestionnaireDraft
from desktop_app.services import cases, interviews, questionnaire_life, questionnaires
from desktop_app.services.questionnaires import FormSource
from desktop_app.ui import dialogs
from desktop_app.ui.interview_sheet import InterviewTarget
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from tests.ui.casework import activate, file_of, nameless, open_case, press
from tests.ui.shop import Stage, fill


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext, english: None) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def case_id(stage: Stage, shop: dict[str, uuid.UUID]) -> uuid.UUID:
    return open_case(stage, shop["K2"])


@pytest.fixture
def page(stage: Stage, case_id: uuid.UUID) -> CaseFilePage:
    made: CaseFilePage = stage.show(CaseFilePage, case_id)
    stage.wait(lambda: made.view is not None)
    activate(made)
    return made


def offered(stage: Stage, page: CaseFilePage, action: str) -> list[str]:
    """Do an action and wait until it asks; what it offers."""
    stage.run(page, action)
    stage.wait(page.flows.holding.strip.isVisible)
    return [each.accessibleName() for each in page.flows.holding.strip.buttons]


def second_exit(stage: Stage) -> None:
    """Publish another exit questionnaire."""
    rows = stage.read(questionnaires.list_questionnaires)
    found = next(row for row in rows if row.code == "exit_interview")
    source = stage.read(questionnaires.load_version, found.current_id).source
    made = stage.write(
        questionnaire_life.create,
        QuestionnaireDraft(code="short_exit", en="Short exit interview"),
        source.content,
        FormSource(source.xml, source.itemsets, source.files),
    )
    stage.write(questionnaire_life.publish, made)


def test_that_a_survey_is_held_on_a_case_by_keyboard(
    stage: Stage, page: CaseFilePage, case_id: uuid.UUID
) -> None:
    assert offered(stage, page, "interview.hold") == ["Exit interview", "Satisfaction survey"]
    assert file_of(stage, case_id).row.number in page.flows.holding.strip.words.text()
    assert nameless(page) == []
    press(Qt.Key.Key_2)
    stage.wait(stage.went)
    (held,) = file_of(stage, case_id).interviews
    assert stage.went() == [("interview", held.id)]
    assert held.purpose is QuestionnairePurpose.SATISFACTION
    last_first = ["Satisfaction survey", "Exit interview"]
    assert offered(stage, page, "interview.hold") == last_first


def test_that_the_choice_is_given_up_and_goes_away_with_its_case(
    stage: Stage, page: CaseFilePage, case_id: uuid.UUID, shop: dict[str, uuid.UUID]
) -> None:
    offered(stage, page, "interview.hold")
    press(Qt.Key.Key_Escape)
    assert page.flows.holding.strip.isHidden()
    offered(stage, page, "interview.hold")
    page.show_record(open_case(stage, shop["K3"]))
    assert page.flows.holding.strip.isHidden()
    stage.idle()
    assert stage.went() == []
    assert file_of(stage, case_id).interviews == ()


def test_that_several_exit_questionnaires_are_asked_about_and_surveys_are_not(
    stage: Stage, page: CaseFilePage, case_id: uuid.UUID
) -> None:
    second_exit(stage)
    assert offered(stage, page, "case.interview") == ["Exit interview", "Short exit interview"]
    press(Qt.Key.Key_2)
    stage.wait(stage.went)
    assert stage.read(interviews.load, stage.went()[-1][1]).file.row.questionnaire == "short_exit"


def test_that_paper_of_a_survey_is_keyed_in(stage: Stage, page: CaseFilePage) -> None:
    assert "Satisfaction survey" in offered(stage, page, "interview.paper")
    press(Qt.Key.Key_2)
    stage.wait(stage.went)
    target = stage.went()[-1][1]
    assert isinstance(target, InterviewTarget)
    row = stage.read(interviews.load, target.interview_id).file.row
    assert (row.purpose, row.mode) == (QuestionnairePurpose.SATISFACTION, InterviewMode.PAPER)


def test_that_paper_of_a_survey_is_printed(
    stage: Stage,
    page: CaseFilePage,
    case_id: uuid.UUID,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dialogs, "save_file", lambda *_args, **_more: tmp_path / "a.pdf")
    offered(stage, page, "interview.print")
    press(Qt.Key.Key_2)
    stage.submit(page, spoken="en")
    stage.wait((tmp_path / "a.pdf").exists)
    noted = stage.read(
        lambda s: s.scalars(select(ChangeSet).order_by(ChangeSet.seq.desc())).first()
    )
    number = stage.read(cases.case_file, case_id).row.number
    assert "satisfaction" in str(noted.args)
    assert number in str(noted.args)
