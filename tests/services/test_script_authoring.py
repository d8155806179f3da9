"""What is offered to somebody who writes a script, and what came of the calls of a version."""

import uuid

import pytest
from sqlalchemy import select

from db import journal
from db.models import Case, Questionnaire, ScriptRun, ScriptVersion
from db.session import Actor, Session
from db.vocabulary import CaseStage, Outcome
from desktop_app import clock
from desktop_app.columns.scripts import save_rate, save_text
from desktop_app.domain.script_drafts import SnippetDraft
from desktop_app.domain.scripts import FACTS, read
from desktop_app.errors import NotFoundError
from desktop_app.services import script_authoring, script_runs, scripts, snippets
from tests import factories
from tests.factories import Desk
from tests.services.test_script_runs import SCRIPT, add_script

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def version_id(desk: Desk, admin: Actor) -> uuid.UUID:
    return desk.do(admin, add_script)


def handled(
    desk: Desk, admin: Actor, agent: Actor, version_id: uuid.UUID, outcome: Outcome | None
) -> uuid.UUID:
    """A call that followed a version to its end, and its case closed with an outcome."""
    case_id = desk.do(admin, factories.assigned_case, agent.user_id, store_id=agent.store_id)
    run = desk.do(agent, script_runs.begin, case_id, version_id)
    desk.do(agent, script_runs.end, run)

    def close(session: Session) -> None:
        case = session.get_one(Case, case_id)
        journal.name_change(session, "Close")
        case.stage, case.outcome, case.closed_on = CaseStage.CLOSED, outcome, clock.today()

    if outcome is not None:
        desk.do(admin, close)
    return case_id


def test_that_only_ended_calls_of_closed_cases_are_judged(
    desk: Desk, admin: Actor, agent: Actor, version_id: uuid.UUID
) -> None:
    for outcome in (Outcome.SAVED, Outcome.WON_BACK, Outcome.LOST, Outcome.DUPLICATE, None):
        handled(desk, admin, agent, version_id, outcome)
    script_id = desk.look(admin, scripts.load_version, version_id).row.id
    row = next(r for r in desk.look(admin, scripts.list_scripts) if r.id == script_id)
    assert (row.runs, row.judged, row.saved) == (5, 3, 2)
    assert row.published_at is not None
    assert save_rate(row) is None
    assert "3 of 30" in save_text(row)
    second = desk.do(admin, scripts.begin_draft, script_id)
    desk.do(admin, scripts.publish, second)
    rows = desk.look(admin, scripts.versions_of, script_id)
    assert [(each.number, each.judged, each.saved) for each in rows] == [(2, 0, 0), (1, 3, 2)]
    row = next(r for r in desk.look(admin, scripts.list_scripts) if r.id == script_id)
    assert (row.runs, row.judged) == (5, 0)  # the new version has no calls yet


def test_that_codes_and_questions_are_offered_in_a_language(desk: Desk, agent: Actor) -> None:
    zh = desk.look(agent, script_authoring.offered, "zh_CN")
    en = desk.look(agent, script_authoring.offered, "en")
    for name in ("reasons", "reason_groups", "churn_types", "questions"):
        chinese, english = dict(getattr(zh, name)), dict(getattr(en, name))
        assert chinese.keys() == english.keys() != set()
        assert chinese != english
    assert "price_increase" in dict(en.reasons)
    assert "what_happened" in dict(en.questions)


def test_that_no_questions_are_offered_without_a_questionnaire(desk: Desk, admin: Actor) -> None:
    def empty(session: Session) -> None:
        journal.name_change(session, "Take away")
        for questionnaire in session.scalars(select(Questionnaire)):
            questionnaire.current_version = None

    desk.do(admin, empty)
    assert desk.look(admin, script_authoring.offered, "en").questions == ()


def test_that_a_case_is_an_example_and_nothing_is_written(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    columns = {"name": "王芳", "store_id": agent.store_id}
    case_id = desk.do(admin, factories.assigned_case, agent.user_id, **columns)
    words = desk.look(agent, script_authoring.example_of, case_id)
    assert set(words.facts) == set(FACTS)
    assert words.values["zh"]["customer.name"] == "王芳"
    assert desk.look(agent, lambda session: session.scalars(select(ScriptRun)).all()) == []
    with pytest.raises(NotFoundError):
        desk.look(agent, script_authoring.example_of, uuid.uuid4())


def test_that_snippets_are_spoken_to_the_customer_of_a_case(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    draft = SnippetDraft(trigger="hi", zh="{{ customer.name }}，您好", en="Hi, {{ offer.name }}")
    desk.do(admin, snippets.save_snippet, draft)
    columns = {"name": "王芳", "store_id": agent.store_id}
    case_id = desk.do(admin, factories.assigned_case, agent.user_id, **columns)
    rows = {row.trigger: row for row in desk.look(agent, snippets.spoken, case_id)}
    assert (rows["hi"].zh, rows["hi"].en) == ("王芳，您好", "Hi, this offer")
    assert rows["price"].zh.startswith("您觉得贵")


def test_that_a_published_version_stays_as_it_is(
    desk: Desk, admin: Actor, version_id: uuid.UUID
) -> None:
    script_id = desk.look(admin, scripts.load_version, version_id).row.id
    draft = desk.do(admin, scripts.begin_draft, script_id)
    changed = read({**SCRIPT, "start": "words"})
    desk.do(admin, scripts.save_draft, draft, changed)
    desk.do(admin, scripts.publish, draft)
    assert desk.look(admin, scripts.load_version, version_id).script == read(SCRIPT)
    assert desk.look(admin, lambda s: s.get_one(ScriptVersion, version_id).number) == 1
