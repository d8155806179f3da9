"""Answers that leave the program: of all versions, within one's scope, and never unnoticed."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from db.models import ChangeSet, QuestionnaireVersion
from db.queries.interviews import InterviewFilter
from db.questionnaires import EXIT_INTERVIEW
from db.session import Actor, Session
from db.vocabulary import InterviewMode, InterviewState, QuestionnairePurpose, Role
from desktop_app.domain.questionnaires import QuestionnaireDraft
from desktop_app.errors import ConflictError, NotAllowedError, NotFoundError
from desktop_app.questionnaire.flat import tables
from desktop_app.services import (
    answer_exports,
    double_entry,
    interview_end,
    interviews,
    questionnaire_life,
)
from desktop_app.services.journal import title_text
from desktop_app.services.questionnaires import FormSource
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")
EVERYTHING = InterviewFilter()
XML = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>x</h:title><model><instance><data id="x">{nodes}</data></instance>
</model></h:head><h:body>{controls}</h:body></h:html>"""


def form(*names: str) -> FormSource:
    nodes = "".join(f"<{name}/>" for name in names)
    controls = "".join(f'<input ref="/data/{n}"><label>{n}?</label></input>' for n in names)
    return FormSource(XML.format(nodes=nodes, controls=controls))


def two_versions(session: Session) -> uuid.UUID:
    """A questionnaire whose second version asks for the town and no more for the age."""
    draft = QuestionnaireDraft(
        code="visit", zh="回访", en="Visit", purpose=QuestionnairePurpose.SATISFACTION
    )
    first = questionnaire_life.create(session, draft, {}, form("name", "age"))
    questionnaire_life.publish(session, first)
    return session.get_one(QuestionnaireVersion, first).questionnaire_id


def next_version(session: Session, questionnaire_id: uuid.UUID) -> None:
    version = questionnaire_life.begin_draft(session, questionnaire_id, {}, form("name", "town"))
    questionnaire_life.publish(session, version)


def hold(session: Session, case_id: uuid.UUID, key: uuid.UUID, **answers: str) -> uuid.UUID:
    run = interviews.start(session, case_id, questionnaire_id=key, mode=InterviewMode.VISIT)
    for name, value in answers.items():
        interviews.save_answer(session, run, f"/data/{name}", value, seconds=7)
    interview_end.finish(session, run)
    return run


@pytest.fixture
def held(desk: Desk, admin: Actor) -> list[uuid.UUID]:
    """Two finished interviews, one of each version."""
    key = desk.do(admin, two_versions)
    first, second = (
        desk.do(admin, factories.assigned_case, admin.user_id, store_id=admin.store_id)
        for _case in range(2)
    )
    runs = [desk.do(admin, hold, first, key, name="张伟", age="41")]
    desk.do(admin, next_version, key)
    return [*runs, desk.do(admin, hold, second, key, name="李娜", town="上海")]


def test_that_answers_of_all_versions_come_together(
    desk: Desk, admin: Actor, held: list[uuid.UUID]
) -> None:
    found = desk.look(admin, answer_exports.gather, "visit", EVERYTHING)
    assert [version.name for version in found.history.versions] == ["1", "2"]
    assert [each.version for each in found.interviews] == ["1", "2"]
    assert [each.key for each in found.interviews] == [str(run) for run in held]
    (table,) = tables(
        found.history, [each.flat(words=False) for each in found.interviews], labels=False
    )
    heads = [column.heading for column in table.columns]
    rows = [dict(zip(heads, row, strict=True)) for row in table.rows]
    assert [(row["name"], row["age"], row["town"]) for row in rows] == [
        ("张伟", "41", None),
        ("李娜", None, "上海"),
    ]
    assert {(row["mode"], row["state"]) for row in rows} == {("visit", "finished")}
    answer = found.interviews[0].answers["/data/name"]
    assert (answer.value, answer.mode, answer.seconds) == ("张伟", InterviewMode.VISIT, 7)


def test_that_only_what_fits_is_gathered(desk: Desk, admin: Actor, held: list[uuid.UUID]) -> None:
    tomorrow = dt.date(2026, 9, 16)

    def count(criteria: InterviewFilter) -> int:
        return len(desk.look(admin, answer_exports.gather, "visit", criteria).interviews)

    assert count(EVERYTHING) == 2
    assert count(InterviewFilter(state=InterviewState.DRAFT)) == 0
    assert count(InterviewFilter(finished_from=tomorrow)) == 0
    assert count(InterviewFilter(finished_to=tomorrow)) == 2
    exit_interviews = desk.look(admin, answer_exports.gather, EXIT_INTERVIEW, EVERYTHING)
    assert exit_interviews.interviews == ()


def test_that_only_interviews_in_sight_are_gathered(
    desk: Desk, admin: Actor, actors: dict[Role, Actor], held: list[uuid.UUID]
) -> None:
    manager = actors[Role.STORE_MANAGER]
    store = desk.do(admin, factories.add_store, "S77", "别家")
    stranger = desk.do(admin, factories.add_user, Role.STORE_MANAGER, store)
    gather = answer_exports.gather
    assert len(desk.look(actors[Role.HEAD_OFFICE], gather, "visit", EVERYTHING).interviews) == 2
    found = desk.look(manager, gather, "visit", EVERYTHING).interviews
    assert {each.key for each in found} == {str(run) for run in held}
    assert desk.look(stranger, gather, "visit", EVERYTHING).interviews == ()
    with pytest.raises(NotAllowedError):
        desk.look(stranger, answer_exports.one, held[0])


def test_that_who_keys_it_a_second_time_does_not_get_the_first_answers(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    key = desk.do(admin, two_versions)
    case_id = desk.do(admin, factories.assigned_case, agent.user_id)

    def key_in(session: Session) -> uuid.UUID:
        run = interviews.start(session, case_id, questionnaire_id=key, mode=InterviewMode.PAPER)
        interviews.save_answers(session, run, {"/data/name": "张伟"})
        interview_end.finish(session, run)
        return run

    first = desk.do(agent, key_in)
    assert len(desk.look(admin, answer_exports.gather, "visit", EVERYTHING).interviews) == 1
    desk.do(admin, double_entry.begin, first)
    with pytest.raises(ConflictError, match="a second time"):
        desk.look(admin, answer_exports.gather, "visit", EVERYTHING)
    with pytest.raises(ConflictError, match="a second time"):
        desk.look(admin, answer_exports.one, first)


def test_that_what_is_not_there_is_told(desk: Desk, admin: Actor) -> None:
    with pytest.raises(NotFoundError, match=r"no questionnaire gone\. There are: .*exit_interview"):
        desk.look(admin, answer_exports.gather, "gone", EVERYTHING)

    def draft_only(session: Session) -> None:
        draft = QuestionnaireDraft(code="draft1", zh="草稿")
        questionnaire_life.create(session, draft, {}, form("a"))

    desk.do(admin, draft_only)
    with pytest.raises(ConflictError, match="No version of questionnaire draft1"):
        desk.look(admin, answer_exports.gather, "draft1", EVERYTHING)


def test_that_a_paper_form_names_case_and_customer(desk: Desk, admin: Actor, agent: Actor) -> None:
    case_id = desk.do(admin, factories.assigned_case, agent.user_id, name="王思远")
    found = desk.look(agent, answer_exports.paper_subject, None, case_id)
    assert (found.questionnaire.code, found.version) == (EXIT_INTERVIEW, "1")
    assert found.case.startswith("2026-")
    assert found.customer == "王思远"
    blank = desk.look(agent, answer_exports.paper_subject, None, None)
    assert (blank.case, blank.customer) == ("", "")
    other = desk.do(admin, factories.assigned_case, admin.user_id)
    with pytest.raises(NotAllowedError):
        desk.look(agent, answer_exports.paper_subject, None, other)


Note = Callable[[Session, uuid.UUID, uuid.UUID], None]
NOTES: dict[str, Note] = {
    "Export the answers of 3 interviews of questionnaire visit as xlsx, csv": (
        lambda s, _run, _case: answer_exports.note_answers(s, "visit", ["xlsx", "csv"], 3)
    ),
    "Export questionnaire visit as xform": (
        lambda s, _run, _case: answer_exports.note_questionnaire(s, "visit", ["xform"])
    ),
    "Export an interview of case {number} as pdf": (
        lambda s, run, _case: answer_exports.note_interview(s, run, ["pdf"])
    ),
    "Print the paper form visit for case {number}": (
        lambda s, _run, case: answer_exports.note_paper(s, "visit", case)
    ),
}


@pytest.mark.parametrize("title", NOTES)
def test_that_each_way_out_is_an_event_of_who_may(
    desk: Desk, admin: Actor, actors: dict[Role, Actor], held: list[uuid.UUID], title: str
) -> None:
    row = desk.look(admin, interviews.load, held[0]).file.row
    desk.do(admin, NOTES[title], held[0], row.case_id)
    with desk.database.read() as session:
        event = session.scalars(select(ChangeSet).order_by(ChangeSet.seq.desc())).first()
        assert event is not None
        assert title_text(event.title, event.args) == title.format(number=row.case_number)
    with pytest.raises(NotAllowedError):
        desk.do(actors[Role.AUDITOR], NOTES[title], held[0], row.case_id)


def test_that_a_blank_form_without_a_case_is_no_event(desk: Desk, agent: Actor) -> None:
    def count() -> int:
        with desk.database.read() as session:
            return len(list(session.scalars(select(ChangeSet.id))))

    before = count()
    desk.do(agent, answer_exports.note_paper, "visit", None)
    assert count() == before
