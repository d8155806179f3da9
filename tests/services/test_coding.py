"""Coding answers in words: themes, what waits for whom, suggestions, the blind second coding."""

import uuid

import pytest

from db import reference, themes
from db.models import AnswerTheme, Theme
from db.queries import coding as coding_queries
from db.queries.coding import Addresses, CodingFilter
from db.session import SYSTEM, Actor, Session
from db.vocabulary import QuestionnairePurpose, Role
from desktop_app.domain import themes as learning
from desktop_app.domain.questionnaires import QuestionnaireDraft
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import (
    coding,
    interview_end,
    interviews,
    questionnaire_life,
    questionnaires,
)
from desktop_app.services.coding import CodingRound, OpenAnswer, ThemeDraft, Wanted
from desktop_app.services.questionnaires import FormSource
from tests import factories
from tests.factories import Desk
from tests.interviewed import WHY, WHY_REASON, WORDS, finish_interview

pytestmark = pytest.mark.usefixtures("fixed_time")
FIRST, SECOND, MINE = Wanted(), Wanted(CodingRound.SECOND), Wanted(CodingRound.MINE)


@pytest.fixture
def manager(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.DEPT_MANAGER]


@pytest.fixture
def interview_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    return desk.do(
        admin, finish_interview, agent, "送货总是迟到，价格也高", store_id=agent.store_id
    )


def theme(desk: Desk, actor: Actor, code: str) -> uuid.UUID:
    found = desk.look(actor, coding.list_themes, with_retired=True)
    return next(row.id for row in found if row.code == code)


def waiting(desk: Desk, actor: Actor, wanted: Wanted = FIRST) -> list[OpenAnswer]:
    return desk.look(actor, coding.queue, wanted, "en")


def rows(desk: Desk) -> set[tuple[uuid.UUID, uuid.UUID | None]]:
    def read(session: Session) -> set[tuple[uuid.UUID, uuid.UUID | None]]:
        return {(row.theme_id, row.by_id) for row in session.query(AnswerTheme)}

    return desk.look(SYSTEM, read)


def test_that_the_answers_in_words_wait_until_somebody_coded_them(
    desk: Desk, admin: Actor, agent: Actor, interview_id: uuid.UUID
) -> None:
    more = {
        WHY: "司机换了三个",
        WHY_REASON: "service_inefficient",
        "/data/problem/problem_event": "",
    }
    desk.do(admin, finish_interview, agent, "太贵", more=more)
    found = waiting(desk, admin)
    assert [(each.answer.address, each.answer.text) for each in found] == [
        (WORDS, "送货总是迟到，价格也高"), (WORDS, "太贵"), (WHY, "司机换了三个"),
    ]  # fmt: skip
    assert found[0].question.startswith("What happened before you left?")
    assert desk.look(admin, coding.progress, FIRST) == coding.CodingProgress(3, 0, 0, 0)
    keys = [theme(desk, admin, code) for code in ("delivery", "price_high")]
    desk.do(admin, coding.code_answer, interview_id, WORDS, keys)
    assert [each.answer.text for each in waiting(desk, admin)] == ["太贵", "司机换了三个"]
    assert desk.look(admin, coding.progress, FIRST) == coding.CodingProgress(3, 1, 1, 0)
    only_why = Wanted(path=WHY)
    assert [each.answer.address for each in waiting(desk, admin, only_why)] == [WHY]
    assert waiting(desk, admin, Wanted(questionnaire_id=uuid.uuid4())) == []


def test_that_one_replaces_ones_own_themes_and_nobody_elses(
    desk: Desk, admin: Actor, manager: Actor, interview_id: uuid.UUID
) -> None:
    late, price, slow = (theme(desk, admin, c) for c in ("delivery", "price_high", "slow_service"))
    desk.do(admin, coding.code_answer, interview_id, WORDS, [late, price])
    desk.do(manager, coding.code_answer, interview_id, WORDS, [slow])
    desk.do(admin, coding.code_answer, interview_id, WORDS, [price, price, slow])
    assert rows(desk) == {
        (price, admin.user_id), (slow, admin.user_id), (slow, manager.user_id),
    }  # fmt: skip
    desk.do(admin, coding.code_answer, interview_id, WORDS, [])
    assert rows(desk) == {(slow, manager.user_id)}
    desk.undo()
    assert len(rows(desk)) == 3


def test_that_the_second_round_is_blind_and_of_what_others_coded(
    desk: Desk, admin: Actor, manager: Actor, interview_id: uuid.UUID
) -> None:
    assert waiting(desk, manager, SECOND) == []
    late = theme(desk, admin, "delivery")
    desk.do(admin, coding.code_answer, interview_id, WORDS, [late])
    assert waiting(desk, admin, SECOND) == []
    (open_answer,) = waiting(desk, manager, SECOND)
    assert open_answer.theme_ids == ()  # nothing of what the other one saw
    (mine,) = waiting(desk, admin, MINE)
    assert mine.theme_ids == (late,)
    desk.do(manager, coding.code_answer, interview_id, WORDS, [theme(desk, admin, "billing")])
    assert waiting(desk, manager, SECOND) == []
    assert desk.look(manager, coding.progress, SECOND) == coding.CodingProgress(1, 1, 1, 1)


def test_that_earlier_codings_suggest_themes_and_blind_ones_only_ones_own(
    desk: Desk, admin: Actor, manager: Actor, agent: Actor, interview_id: uuid.UUID
) -> None:
    begun = learning.suggest(desk.look(admin, coding.learned), "他们又涨价了")
    assert begun[0].theme == "price_high"  # from the words it was shipped with
    odd = desk.do(admin, coding.add_theme, ThemeDraft(zh="鹦鹉"))
    for text in ("鹦鹉咬了我", "店里的鹦鹉太吵"):
        key = desk.do(admin, finish_interview, agent, text)
        desk.do(admin, coding.code_answer, key, WORDS, [odd])
    code = next(row.code for row in desk.look(admin, coding.list_themes) if row.id == odd)
    said = "鹦鹉飞走了"
    assert learning.suggest(desk.look(admin, coding.learned), said)[0].theme == code
    own = desk.look(admin, coding.learned, blind=True)
    assert learning.suggest(own, said)[0].theme == code
    others = desk.look(manager, coding.learned, blind=True)
    assert code not in {each.theme for each in learning.suggest(others, said)}
    desk.do(admin, coding.retire_theme, odd)
    again = desk.look(admin, coding.learned)
    assert code not in {each.theme for each in learning.suggest(again, said)}


def test_that_themes_are_added_renamed_retired_and_offered_again(
    desk: Desk, admin: Actor, interview_id: uuid.UUID
) -> None:
    made = desk.do(admin, coding.add_theme, ThemeDraft(en="Parking lot", zh="停车场"))
    twin = desk.do(admin, coding.add_theme, ThemeDraft(zh="排队"))
    found = {row.id: row for row in desk.look(admin, coding.list_themes)}
    assert (found[made].code, found[made].title("en")) == ("parking_lot", "Parking lot")
    assert (found[twin].code, found[twin].title("en")) == ("theme", "排队")
    other = desk.do(admin, coding.add_theme, ThemeDraft(zh="停电"))
    assert next(r for r in desk.look(admin, coding.list_themes) if r.id == other).code == "theme_2"
    for wrong in (ThemeDraft(), ThemeDraft(zh="停车场"), ThemeDraft(zh="x", en="PARKING LOT")):
        with pytest.raises(InvalidInputError):
            desk.do(admin, coding.add_theme, wrong)
    desk.do(admin, coding.rename_theme, made, ThemeDraft(zh="停车难", en="Parking lot"))
    desk.do(admin, coding.retire_theme, made)
    with pytest.raises(ConflictError, match="retired"):
        desk.do(admin, coding.retire_theme, made)
    with pytest.raises(ConflictError, match="retired"):
        desk.do(admin, coding.code_answer, interview_id, WORDS, [made])
    assert made not in {row.id for row in desk.look(admin, coding.list_themes)}
    desk.do(admin, coding.restore_theme, made)
    assert {r.id: r.zh for r in desk.look(admin, coding.list_themes)}[made] == "停车难"


def test_that_merging_moves_the_answers_and_counts_each_once(
    desk: Desk, admin: Actor, manager: Actor, agent: Actor, interview_id: uuid.UUID
) -> None:
    late, slow, price = (theme(desk, admin, c) for c in ("delivery", "slow_service", "price_high"))
    desk.do(admin, coding.code_answer, interview_id, WORDS, [late, slow])
    desk.do(manager, coding.code_answer, interview_id, WORDS, [slow])
    other = desk.do(admin, finish_interview, agent, "等太久")
    desk.do(admin, coding.code_answer, other, WORDS, [slow, price])
    with pytest.raises(InvalidInputError, match="Choose the themes"):
        desk.do(admin, coding.merge_themes, [late], late)
    desk.do(admin, coding.merge_themes, [slow], late)
    found = {row.code: row for row in desk.look(admin, coding.list_themes)}
    assert found["delivery"].answers == 2
    assert found["delivery"].example == "等太久"
    assert "slow_service" not in found
    assert rows(desk) == {
        (late, admin.user_id), (price, admin.user_id), (late, manager.user_id),
    }  # fmt: skip
    desk.undo()
    assert {r.code: r.answers for r in desk.look(admin, coding.list_themes)}["slow_service"] == 2


def test_that_only_finished_interviews_in_reach_are_coded(
    desk: Desk, admin: Actor, agent: Actor, interview_id: uuid.UUID
) -> None:
    late = theme(desk, admin, "delivery")
    with pytest.raises(NotFoundError):
        desk.do(admin, coding.code_answer, uuid.uuid4(), WORDS, [late])
    with pytest.raises(NotFoundError, match="This answer is gone"):
        desk.do(admin, coding.code_answer, interview_id, "/data/nothing", [late])
    with pytest.raises(NotFoundError, match="This theme is gone"):
        desk.do(admin, coding.code_answer, interview_id, WORDS, [uuid.uuid4()])
    far = desk.do(SYSTEM, factories.add_store)
    stranger = desk.do(SYSTEM, factories.add_user, Role.STORE_MANAGER, far)
    with pytest.raises(NotAllowedError):
        desk.do(stranger, coding.code_answer, interview_id, WORDS, [late])
    assert waiting(desk, stranger) == []
    desk.do(agent, interview_end.reopen, interview_id, "x")
    with pytest.raises(ConflictError, match="not finished"):
        desk.do(admin, coding.code_answer, interview_id, WORDS, [late])
    assert waiting(desk, admin) == []


def test_that_the_questions_in_words_are_named(
    desk: Desk, admin: Actor, interview_id: uuid.UUID
) -> None:
    found = desk.look(admin, coding.questions, "zh_CN")
    assert [each.path for each in found][:3] == [WORDS, "/data/problem/problem_event", WHY]
    assert found[0].label.startswith("离开之前发生了什么")
    assert "/data/where_now" not in {each.path for each in found}


def test_that_answers_inside_repeats_are_found(desk: Desk, admin: Actor, agent: Actor) -> None:
    interview_id = desk.do(admin, finish_interview, agent)

    def add(session: Session) -> uuid.UUID:
        from db.models import Answer, Interview

        factories.name(session)
        for address in ("/data/visit_day[2]/what", "/data/visitXday[2]/what"):
            session.add(Answer(interview_id=interview_id, address=address, value="话"))
        return session.get_one(Interview, interview_id).questionnaire_version_id

    version_id = desk.do(SYSTEM, add)
    places = (Addresses((version_id,), (), ("/data/visit\\_day[%]/what",)),)
    found = desk.look(SYSTEM, coding_queries.queue, CodingFilter(places, None), 10)
    assert [each.address for each in found] == ["/data/visit_day[2]/what"]


NESTED = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>x</h:title><model><instance><data id="nested"><visit_day><what/><talk><said/>
</talk></visit_day></data></instance><bind nodeset="/data/visit_day/what" type="string"/>
<bind nodeset="/data/visit_day/talk/said" type="string"/></model></h:head><h:body>
<group ref="/data/visit_day"><label>Day</label><repeat nodeset="/data/visit_day">
<input ref="/data/visit_day/what" appearance="multiline"><label>What</label></input>
<group ref="/data/visit_day/talk"><label>Talk</label><repeat nodeset="/data/visit_day/talk">
<input ref="/data/visit_day/talk/said" appearance="own-words"><label>Said</label></input>
</repeat></group></repeat></group></h:body></h:html>"""


def test_that_answers_inside_nested_repeats_wait_and_are_coded_each(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    wanted = QuestionnaireDraft(code="nested", zh="x", purpose=QuestionnairePurpose.SATISFACTION)
    version_id = desk.do(admin, questionnaire_life.create, wanted, {}, FormSource(NESTED))
    desk.do(admin, questionnaire_life.publish, version_id)
    rows_now = desk.look(admin, questionnaires.list_questionnaires)
    key = next(row.id for row in rows_now if row.code == "nested")
    case_id = desk.do(admin, factories.assigned_case, agent.user_id, store_id=agent.store_id)
    run_id = desk.do(agent, interviews.start, case_id, questionnaire_id=key)
    desk.do(agent, interviews.add_repeat, run_id, "/data/visit_day")
    desk.do(agent, interviews.add_repeat, run_id, "/data/visit_day[2]/talk")
    given = {
        "/data/visit_day[1]/what": "第一天",
        "/data/visit_day[2]/talk[1]/said": "送货迟到",
        "/data/visit_day[2]/talk[2]/said": "价格高",
    }
    desk.do(agent, interviews.save_answers, run_id, given)
    desk.do(agent, interview_end.finish, run_id)

    asked = desk.look(admin, coding.questions, "en")
    assert [(each.path, each.label) for each in asked] == [
        ("/data/visit_day/what", "What"), ("/data/visit_day/talk/said", "Said"),
    ]  # fmt: skip
    assert {each.answer.address: each.question for each in waiting(desk, admin)} == {
        address: "Said" if address.endswith("said") else "What" for address in given
    }
    inner = Wanted(questionnaire_id=key, path="/data/visit_day/talk/said")
    found = waiting(desk, admin, inner)
    assert [each.answer.text for each in found] == ["送货迟到", "价格高"]
    first, second = (each.answer.address for each in found)
    chosen = theme(desk, admin, reference.themes()[0].code)
    desk.do(admin, coding.code_answer, run_id, first, [chosen])
    assert [each.answer.address for each in waiting(desk, admin, inner)] == [second]
    done = desk.look(admin, coding.progress, inner)
    assert (done.answers, done.coded, done.mine) == (2, 1, 1)


def test_that_the_themes_of_the_program_are_put_in_once(desk: Desk, admin: Actor) -> None:
    codes = {entry.code for entry in reference.themes()}
    assert {row.code for row in desk.look(admin, coding.list_themes)} == codes
    desk.do(admin, coding.rename_theme, theme(desk, admin, "delivery"), ThemeDraft(zh="送货"))
    assert desk.do(SYSTEM, themes.seed) == 0

    def drop(session: Session) -> None:
        factories.name(session)
        session.delete(session.query(Theme).filter_by(code="praise").one())

    desk.do(SYSTEM, drop)
    assert desk.do(SYSTEM, themes.seed) == 1
    assert coding.SEED_TITLE == themes.SEED_TITLE
