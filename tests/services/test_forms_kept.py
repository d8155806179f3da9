"""A form that was read is kept, but never shown for other words; a remark is overruled once."""

import uuid

import pytest

from db.session import Actor, Session
from db.vocabulary import QuestionnairePurpose
from desktop_app.domain.questionnaires import QuestionnaireDraft
from desktop_app.domain.reasons import ChurnType, NewReasonDraft
from desktop_app.errors import InvalidInputError
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Form
from desktop_app.services import journal, questionnaire_life, questionnaires, reasons
from desktop_app.services.questionnaires import FormSource
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:winback="urn:winback:xforms"><h:head><h:title>x</h:title><model><instance><data id="x">
<words/><reason/><more/></data></instance>
<bind nodeset="/data/words" type="string" winback:case="own_words"/>
<bind nodeset="/data/reason" type="string" winback:case="stated_reason"/>
<bind nodeset="/data/more" type="string"/></model></h:head><h:body>
<input ref="/data/words"><label>发生了什么？</label></input>
<input ref="/data/reason"><label>为什么离开？</label></input>
<input ref="/data/more"><label>{last}</label></input></h:body></h:html>"""
SATISFIED = "您对我们的服务满意吗？"


@pytest.fixture
def draft_id(desk: Desk, admin: Actor) -> uuid.UUID:
    wanted = QuestionnaireDraft(code="short_exit", zh="简短离网问卷", en="Short exit form")
    return desk.do(admin, questionnaire_life.create, wanted, {}, source("哪一天？"))


def source(last: str) -> FormSource:
    return FormSource(XFORM.format(last=last))


def last_question(form: Form) -> str:
    return "".join(map(str, form.questions["/data/more"].label.content("", "").pieces))


def test_that_words_that_were_taken_back_are_not_shown_for_those_that_stand(
    desk: Desk, admin: Actor, draft_id: uuid.UUID
) -> None:
    def save(session: Session, last: str) -> Form:
        questionnaire_life.save_draft(session, draft_id, {}, source(last))
        session.flush()
        return questionnaires.form_of(session, draft_id)

    def fail(session: Session) -> None:
        assert last_question(save(session, "哪一家？")) == "哪一家？"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        desk.do(admin, fail)  # nothing of it is stored; the next draft has the same revision
    assert last_question(desk.look(admin, questionnaires.form_of, draft_id)) == "哪一天？"
    assert last_question(desk.do(admin, save, "哪个人？")) == "哪个人？"
    kept = desk.look(admin, questionnaires.form_of, draft_id)
    assert last_question(kept) == "哪个人？"
    assert desk.look(admin, questionnaires.form_of, draft_id) is kept


def test_that_another_reason_in_place_of_one_that_was_taken_back_is_offered(
    desk: Desk, admin: Actor
) -> None:
    def offered(code: str) -> bool:
        version_id = desk.look(admin, questionnaires.in_use)
        filling = Filling(desk.look(admin, questionnaires.form_of, version_id))
        return code in {each.value for each in filling.choices("/data/stated_reason")}

    for code in ("first_try", "second_try"):
        words = NewReasonDraft(
            code=code, zh=code, en=code, group="price", churn_type=ChurnType.ACTIVE_FAULT
        )
        desk.do(admin, reasons.add, words)
        assert offered(code)
        desk.do(admin, journal.undo, desk.made[-1])
        assert not offered(code)


def overruled(desk: Desk, admin: Actor, draft_id: uuid.UUID) -> dict[str, str]:
    form = desk.look(admin, questionnaires.form_of, draft_id)
    remarks = questionnaires.remarks_of(form, QuestionnairePurpose.EXIT)
    assert remarks
    return {questionnaires.remark_key(each): "总部要求的一道题" for each in remarks}


def test_that_other_words_need_another_reason(
    desk: Desk, admin: Actor, draft_id: uuid.UUID
) -> None:
    desk.do(admin, questionnaire_life.save_draft, draft_id, {}, source(SATISFIED))
    why = overruled(desk, admin, draft_id)
    other = source("您对我们的态度满意吗？")  # the same question and rule, worse words
    desk.do(admin, questionnaire_life.save_draft, draft_id, {}, other, why)
    with pytest.raises(InvalidInputError):
        desk.do(admin, questionnaire_life.publish, draft_id)
    desk.do(admin, questionnaire_life.save_draft, draft_id, {}, source(SATISFIED), why)
    assert desk.do(admin, questionnaire_life.publish, draft_id) == 1


def test_that_the_same_words_stay_overruled_in_the_next_draft_of_the_same_words(
    desk: Desk, admin: Actor, draft_id: uuid.UUID
) -> None:
    desk.do(admin, questionnaire_life.save_draft, draft_id, {}, source(SATISFIED))
    before = overruled(desk, admin, draft_id)
    desk.do(admin, questionnaire_life.save_draft, draft_id, {}, source(SATISFIED), before)
    assert overruled(desk, admin, draft_id) == before
