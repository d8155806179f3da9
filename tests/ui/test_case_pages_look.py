"""Every page of the work on cases opens in both schemes and languages; a Qt warning fails."""

import uuid
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import CaseStage
from desktop_app.services import interviews
from desktop_app.settings import Settings, Theme
from desktop_app.ui import pane_cycle, theme
from desktop_app.ui.page import Page, PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from desktop_app.ui.pages.cases import CasesPage
from desktop_app.ui.pages.interview import InterviewPage
from desktop_app.ui.pages.interviews import InterviewsPage
from desktop_app.ui.pages.today import TodayPage
from desktop_app.ui.pages.visits import VisitsPage
from desktop_app.ui.stage_stepper import StageStepper
from tests.ui.casework import activate, open_case, press
from tests.ui.shop import Stage, fill

PAGES = (TodayPage, CasesPage, CaseFilePage, InterviewPage, InterviewsPage, VisitsPage)


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.mark.parametrize("scheme", [Theme.LIGHT, Theme.DARK])
@pytest.mark.parametrize("page_type", PAGES)
def test_that_the_page_is_painted(
    stage: Stage,
    shop: dict[str, uuid.UUID],
    qapp: QApplication,
    each_language: str,
    scheme: Theme,
    page_type: type[Page],
) -> None:
    theme.apply(qapp, Settings(theme=scheme))
    case_id = open_case(stage, shop["K2"])
    targets: dict[type[Page], Callable[[], object]] = {
        CaseFilePage: lambda: case_id,
        InterviewPage: lambda: stage.write(interviews.start, case_id),
    }
    target = targets.get(page_type, lambda: None)()
    page = stage.show(page_type, target)
    stage.wait(lambda: not stage.context.tasks.is_busy())
    assert not page.grab().isNull()
    assert page.SPEC.help
    assert page.title()


def test_that_f6_goes_round_the_visible_panes(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    panes = [QLabel(str(n), window) for n in range(3)]
    for pane in panes:
        pane.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    activate(window)
    panes[1].hide()
    seen = []
    for _step in range(3):
        pane_cycle.focus_next(panes)
        seen.append(panes.index(QApplication.focusWidget()))
    assert seen == [0, 2, 0]


def test_that_stages_are_chosen_by_keyboard(qtbot: QtBot) -> None:
    stepper = StageStepper()
    qtbot.addWidget(stepper)
    stepper.resize(1100, 40)
    allowed = [CaseStage.INTERVIEWED, CaseStage.DIAGNOSED, CaseStage.CLOSED]
    stepper.show_case(CaseStage.CONTACTING, {CaseStage.CONTACTING: 3.2}, allowed)
    activate(stepper)
    current = stepper.steps[CaseStage.CONTACTING]
    assert current.accessibleName() == "Contacting, 3 d, the case stands here"
    stepper.steps[CaseStage.INTERVIEWED].setFocus()
    chosen: list[CaseStage] = []
    stepper.chosen.connect(chosen.append)
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Return)
    assert chosen == [CaseStage.DIAGNOSED]
