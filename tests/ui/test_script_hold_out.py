"""A customer of the hold-out group has no script in the call, and the pane says why."""

import pytest
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import ExperimentKind
from desktop_app.services import experiments
from desktop_app.services.experiments import ArmDraft, ExperimentDraft
from desktop_app.ui.page import PageContext
from desktop_app.ui.script_pane import ScriptPane
from tests.ui.casework import open_case
from tests.ui.shop import Stage, fill


def test_that_the_pane_says_that_there_is_no_script_for_the_hold_out_group(
    qtbot: QtBot,
    context: PageContext,
    database: Database,
    admin: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(qtbot, context)
    case_id = open_case(stage, fill(database, admin)["K2"])
    codes = ("price", "competitor", "service_failure", "silent_lapse", "win_back")
    arms = tuple(ArmDraft(code=code, target=code) for code in codes)
    draft = ExperimentDraft(
        code="trial", title="Trial", kind=ExperimentKind.SCRIPT, arms=arms, holdout=0.5
    )
    stage.write(experiments.create, draft)
    monkeypatch.setattr(experiments.rules, "assign", lambda *_any: None)
    pane = ScriptPane(context.tasks)
    qtbot.addWidget(pane)
    pane.follow(case_id, "en")
    stage.wait(lambda: "Hold-out group of “Trial”" in pane.heading.text())
    assert pane.state is None
    assert not pane.is_busy
    assert pane.problem.isHidden()
