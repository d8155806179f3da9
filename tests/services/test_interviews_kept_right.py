"""What belongs to an answer stays with it: repeats, codings, finished interviews, retired words."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from db import questionnaires as shipped_forms
from db.models import AnswerTheme, Theme
from db.queries.interviews import InterviewFilter, StoredAnswer
from db.session import SYSTEM, Actor
from db.vocabulary import InterviewMode, QuestionnairePurpose, ReviewState, Role
from desktop_app.domain.questionnaires import QuestionnaireDraft
from desktop_app.errors import ConflictError, InvalidInputError, NotAllowedError
from desktop_app.questionnaire import answer_words
from desktop_app.services import (
    answer_exports,
    coding,
    double_entry,
    drafts,
    interview_end,
    interviews,
    journal,
    questionnaire_life,
    questionnaires,
    reasons,
    reviews,
)
from desktop_app.services.interview_rows import moved_up
from desktop_app.services.questionnaires import FormSource
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

PEOPLE = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>x</h:title><model><instance><data id="people"><person><say/></person></data>
</instance><bind nodeset="/data/person/say" type="string" required="true()"/></model></h:head>
<h:body><group ref="/data/person"><label>P</label><repeat nodeset="/data/person">
<input ref="/data/person/say" appearance="multiline"><label>Say</label></input>
</repeat></group></h:body></h:html>"""
SAY = "/data/person[{n}]/say"


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    return desk.do(admin, factories.assigned_case, agent.user_id, store_id=agent.store_id)


@pytest.fixture
def people(desk: Desk, admin: Actor) -> uuid.UUID:
    """A published questionnaire with a repeat."""
    wanted = QuestionnaireDraft(code="people", zh="x", purpose=QuestionnairePurpose.SATISFACTION)
    version_id = desk.do(admin, questionnaire_life.create, wanted, {}, FormSource(PEOPLE))
    desk.do(admin, questionnaire_life.publish, version_id)
    rows = desk.look(admin, questionnaires.list_questionnaires)
    return next(row.id for row in rows if row.code == "people")


def held(
    desk: Desk, actor: Actor, case_id: uuid.UUID, people: uuid.UUID, *said: str,
    mode: InterviewMode = InterviewMode.CALL,
) -> uuid.UUID:  # fmt: skip
    """An interview with a person for each answer."""
    run_id = desk.do(actor, interviews.start, case_id, questionnaire_id=people, mode=mode)
    for n, text in enumerate(said, start=1):
        if n > 1:
            desk.do(actor, interviews.add_repeat, run_id, "/data/person")
        where = SAY.format(n=n)
        desk.do(actor, interviews.save_answer, run_id, where, text, seconds=n * 10)
    return run_id


def answers(desk: Desk, actor: Actor, run_id: uuid.UUID) -> dict[str, StoredAnswer]:
    return dict(desk.look(actor, interviews.load, run_id).file.answers)


def theme(desk: Desk, admin: Actor) -> uuid.UUID:
    return desk.look(admin, lambda session: session.scalars(select(Theme.id)).first())


def test_that_what_belongs_to_an_instance_moves_up_with_it(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, people: uuid.UUID
) -> None:
    run_id = held(desk, agent, case_id, people, "甲", "乙", "丙")
    three = SAY.format(n=3)
    desk.do(agent, interviews.save_answer, run_id, three, "丙", mode=InterviewMode.VISIT)
    desk.do(agent, interviews.set_mark, run_id, three, is_on=True)
    for n in (1, 3):
        key = interviews.draft_key(run_id, SAY.format(n=n))
        desk.do(agent, drafts.save_draft, key, {"value": f"typed {n}"})

    def code(session, address: str) -> None:
        factories.name(session)
        session.add(
            AnswerTheme(interview_id=run_id, address=address, theme_id=theme(desk, admin),
                        by_id=admin.user_id)
        )  # fmt: skip

    desk.do(SYSTEM, code, three)
    before = desk.rows()
    desk.do(agent, interviews.remove_repeat, run_id, "/data/person[1]")
    found = answers(desk, agent, run_id)
    assert {where: (each.value, each.seconds) for where, each in found.items()} == {
        SAY.format(n=1): ("乙", 20),
        SAY.format(n=2): ("丙", 30),
    }
    assert desk.look(agent, interviews.load, run_id).file.marks == (SAY.format(n=2),)
    coded = desk.look(admin, lambda s: list(s.scalars(select(AnswerTheme.address))))
    assert coded == [SAY.format(n=2)]
    typed = desk.look(agent, drafts.open_drafts)
    assert [(each.key, each.content) for each in typed] == [
        (interviews.draft_key(run_id, SAY.format(n=2)), {"value": "typed 3"})
    ]
    desk.undo()
    assert desk.rows() == before


@pytest.mark.parametrize(
    ("address", "gone", "expected"),
    [
        ("/d/p[3]/a", "/d/p[1]", "/d/p[2]/a"),
        ("/d/p[12]/q[2]/a", "/d/p[9]", "/d/p[11]/q[2]/a"),
        ("/d/p[1]/q[3]/a", "/d/p[1]/q[2]", "/d/p[1]/q[2]/a"),
        ("/d/p[2]/q[3]/a", "/d/p[1]/q[2]", "/d/p[2]/q[3]/a"),
        ("/d/p[1]/a", "/d/p[2]", "/d/p[1]/a"),
        ("/d/pp[3]/a", "/d/p[1]", "/d/pp[3]/a"),
        ("/d/a", "/d/p[1]", "/d/a"),
    ],
)
def test_that_addresses_behind_a_gap_move_up(address: str, gone: str, expected: str) -> None:
    assert moved_up(address, gone) == expected


def test_that_other_words_lose_the_theme_of_the_old_ones(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, people: uuid.UUID
) -> None:
    run_id = held(desk, agent, case_id, people, "太贵了")
    desk.do(agent, interview_end.finish, run_id)
    one = SAY.format(n=1)
    desk.do(admin, coding.code_answer, run_id, one, [theme(desk, admin)])
    desk.do(agent, interview_end.reopen, run_id, "更正")
    desk.do(agent, interviews.save_answer, run_id, one, "送货慢")
    assert desk.look(admin, lambda s: list(s.scalars(select(AnswerTheme.id)))) == []


def test_that_themes_show_no_words_of_another_store(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, people: uuid.UUID
) -> None:
    run_id = held(desk, agent, case_id, people, "本店的话")
    desk.do(agent, interview_end.finish, run_id)
    desk.do(admin, coding.code_answer, run_id, SAY.format(n=1), [theme(desk, admin)])

    def manager_elsewhere(session) -> Actor:
        return factories.add_user(session, Role.STORE_MANAGER, factories.add_store(session))

    other = desk.do(admin, manager_elsewhere)
    seen = {row.example for row in desk.look(admin, coding.list_themes)}
    assert "本店的话" in seen
    rows = desk.look(other, coding.list_themes)
    assert {(row.answers, row.example) for row in rows} == {(0, "")}


def test_that_an_answer_of_a_finished_interview_is_not_undone(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, people: uuid.UUID
) -> None:
    run_id = held(desk, agent, case_id, people, "太贵了")
    answered = desk.made[-1]
    desk.do(agent, interview_end.finish, run_id)
    finished = desk.made[-1]
    with pytest.raises(ConflictError, match="Re-open it with a reason"):
        desk.do(admin, journal.undo, answered)
    desk.do(agent, journal.undo, finished)  # opens it
    desk.do(agent, journal.undo, answered)
    assert SAY.format(n=1) not in answers(desk, agent, run_id)


def test_that_nobody_approves_what_they_rewrote(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, people: uuid.UUID
) -> None:
    def colleague(session) -> Actor:
        return factories.add_user(session, Role.STORE_MANAGER, agent.store_id)

    manager, other = (desk.do(admin, colleague) for _each in range(2))
    run_id = held(desk, agent, case_id, people, "太贵了")
    desk.do(agent, interview_end.finish, run_id)
    desk.do(manager, interview_end.reopen, run_id, "改写")
    desk.do(manager, interviews.save_answer, run_id, SAY.format(n=1), "都很好")
    desk.do(manager, interview_end.finish, run_id)
    with pytest.raises(NotAllowedError, match="Somebody else approves it"):
        desk.do(manager, reviews.set_state, run_id, ReviewState.APPROVED)
    desk.do(other, reviews.set_state, run_id, ReviewState.APPROVED)


def test_that_a_reason_retired_later_keeps_its_words_and_stays_valid(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    run_id = desk.do(agent, interviews.start, case_id)
    for name, value in (("what_happened", "话"), ("stated_reason", "price_increase")):
        desk.do(agent, interviews.save_answer, run_id, f"/data/{name}", value)
    desk.do(agent, interview_end.finish, run_id)
    desk.do(admin, reasons.retire, "price_increase", dt.date(2026, 9, 15))
    filling = desk.look(agent, interviews.load, run_id).filling("zh_CN")
    words = answer_words.answer_words(filling, "/data/stated_reason")
    assert words not in {"", "price_increase"}
    desk.do(agent, interview_end.reopen, run_id, "错字")
    desk.do(agent, interviews.save_answer, run_id, "/data/what_happened", "原话")
    desk.do(agent, interview_end.finish, run_id)


def test_that_an_instance_that_is_not_on_the_paper_goes(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, people: uuid.UUID
) -> None:
    run_id = held(desk, agent, case_id, people, "甲", "乙", mode=InterviewMode.PAPER)
    desk.do(agent, interview_end.finish, run_id)
    second = desk.do(admin, double_entry.begin, run_id)
    desk.do(admin, interviews.save_answer, second, SAY.format(n=1), "甲")
    assert desk.do(admin, double_entry.compare, second) == 1
    two = SAY.format(n=2)
    assert desk.do(admin, double_entry.settle, run_id, two, "", "纸上没有第二个人") == 0
    assert set(answers(desk, admin, run_id)) == {SAY.format(n=1)}


def test_that_interviews_of_a_version_taken_back_are_exported(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, people: uuid.UUID
) -> None:
    second = desk.do(admin, questionnaire_life.begin_draft, people)
    desk.do(admin, questionnaire_life.publish, second)
    published = desk.made[-1]
    run_id = held(desk, agent, case_id, people, "太贵了")
    desk.do(agent, interview_end.finish, run_id)
    desk.do(admin, journal.undo, published)
    found = desk.look(admin, answer_exports.gather, "people", InterviewFilter())
    assert len(found.interviews) == 1


SAME_IDS = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:winback="urn:winback:xforms"><h:head><h:title>x</h:title><model><instance><data id="d">
<a/><b/></data></instance><bind nodeset="/data/a" type="string" winback:id="b"/>
<bind nodeset="/data/b" type="string"/></model></h:head><h:body>
<input ref="/data/a"><label>A</label></input><input ref="/data/b"><label>B</label></input>
</h:body></h:html>"""


def test_that_two_questions_with_one_id_are_not_published(desk: Desk, admin: Actor) -> None:
    wanted = QuestionnaireDraft(code="same", zh="x", purpose=QuestionnairePurpose.SATISFACTION)
    version_id = desk.do(admin, questionnaire_life.create, wanted, {}, FormSource(SAME_IDS))
    with pytest.raises(InvalidInputError, match="same id"):
        desk.do(admin, questionnaire_life.publish, version_id)


def test_that_a_draft_begun_before_a_new_edition_is_published_after_it(
    desk: Desk, admin: Actor, people: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = desk.look(admin, questionnaires.list_questionnaires)
    key = next(row.id for row in rows if row.code == "satisfaction")
    draft = desk.do(admin, questionnaire_life.begin_draft, key)
    fresh = [each for each in shipped_forms.shipped() if each.code == "satisfaction"]
    newer = shipped_forms.Shipped(**{**vars_of(fresh[0]), "edition": 9})
    monkeypatch.setattr(shipped_forms, "shipped", lambda _folder: (newer,))
    assert desk.do(SYSTEM, shipped_forms.seed) == 1
    assert desk.do(admin, questionnaire_life.publish, draft) == 4
    assert people


def vars_of(each: shipped_forms.Shipped) -> dict[str, object]:
    return {name: getattr(each, name) for name in each.__dataclass_fields__}
