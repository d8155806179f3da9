"""Questionnaires from the first draft to a version in use that never changes."""

import datetime as dt
import uuid
from typing import Any

import pytest

from db.questionnaires import shipped
from db.session import Actor
from db.vocabulary import QuestionnairePurpose, ReasonOrigin, VersionState
from desktop_app.domain.questionnaires import QuestionnaireDraft, TitleDraft
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError
from desktop_app.questionnaire import media, roles
from desktop_app.questionnaire.roles import CaseRole
from desktop_app.services import (
    interview_end,
    interviews,
    questionnaire_life,
    questionnaires,
    reasons,
)
from desktop_app.services.questionnaires import FormSource
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:winback="urn:winback:xforms"><h:head><h:title>x</h:title><model><instance><data id="x">
<words/><reason/><more/></data></instance>
<bind nodeset="/data/words" type="string"{words}/>
<bind nodeset="/data/reason" type="string"{reason}/>
<bind nodeset="/data/more" type="string"/></model></h:head><h:body>
<input ref="/data/words"><label>{first}</label></input>
<input ref="/data/reason"><label>为什么离开？</label></input>
<input ref="/data/more"><label>{last}</label></input></h:body></h:html>"""

PICTURED = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>x</h:title><model><itext><translation lang="zh"><text id="shelf:label">
<value>货架</value><value form="image">jr://images/shelf.png</value></text></translation></itext>
<instance><data id="x"><shelf/></data></instance><bind nodeset="/data/shelf" type="string"/>
</model></h:head><h:body><input ref="/data/shelf"><label ref="jr:itext('shelf:label')"/></input>
</h:body></h:html>"""


def form(
    first: str = "发生了什么？", last: str = "哪一天？", *, with_roles: bool = True
) -> FormSource:
    """A little exit questionnaire, with what cases need or without."""
    marks = {
        "words": ' winback:case="own_words"' if with_roles else "",
        "reason": ' winback:case="stated_reason"' if with_roles else "",
    }
    return FormSource(XFORM.format(first=first, last=last, **marks))


def cells(text: str) -> dict[str, Any]:
    return {"survey": [["type", "name", "label"], ["text", "words", text]]}


@pytest.fixture
def draft_id(desk: Desk, admin: Actor) -> uuid.UUID:
    """A draft that could be published."""
    wanted = QuestionnaireDraft(code="short_exit", zh="简短离网问卷", en="Short exit form")
    return desk.do(admin, questionnaire_life.create, wanted, cells("发生了什么？"), form())


def row(desk: Desk, admin: Actor, code: str) -> questionnaires.QuestionnaireRow:
    rows = desk.look(admin, questionnaires.list_questionnaires, with_retired=True)
    return next(each for each in rows if each.code == code)


def test_that_a_workspace_has_the_shipped_ones(desk: Desk, admin: Actor) -> None:
    rows = desk.look(admin, questionnaires.list_questionnaires)
    assert [(each.code, each.origin, each.current_version) for each in rows] == [
        (each.code, ReasonOrigin.SHIPPED, 1) for each in shipped()
    ]
    assert [each.questions for each in rows] == [each.questions for each in shipped()]
    assert rows[0].title("zh_CN") == "离网访谈"
    assert rows[0].title("en") == "Exit interview"
    surveys = desk.look(
        admin, questionnaires.list_questionnaires, QuestionnairePurpose.SATISFACTION
    )
    assert [each.code for each in surveys] == ["satisfaction"]


def test_that_the_reasons_of_the_workspace_stand_in_the_form(desk: Desk, admin: Actor) -> None:
    version_id = desk.look(admin, questionnaires.in_use)
    before = desk.look(admin, questionnaires.form_of, version_id)
    assert desk.look(admin, questionnaires.form_of, version_id) is before  # read once
    desk.do(admin, reasons.rename, "price_increase", "涨价太多", "Too much of an increase")
    after = desk.look(admin, questionnaires.form_of, version_id)
    assert after is not before
    from desktop_app.questionnaire.filling import Filling

    filling = Filling(after, "Chinese (zh)")
    labels = {each.value: each.label for each in filling.choices("/data/stated_reason")}
    assert labels["price_increase"] == "涨价太多"
    assert len(labels) > 100


def test_that_a_draft_becomes_a_version_in_use(
    desk: Desk, admin: Actor, draft_id: uuid.UUID
) -> None:
    found = row(desk, admin, "short_exit")
    assert (found.current_version, found.draft_id, found.questions) == (None, draft_id, 3)
    with pytest.raises(ConflictError, match="not in use"):
        desk.look(admin, questionnaires.in_use, found.id)
    assert desk.do(admin, questionnaire_life.publish, draft_id, " 首版 ") == 1
    found = row(desk, admin, "short_exit")
    assert (found.current_version, found.current_id, found.draft_id) == (1, draft_id, None)
    file = desk.look(admin, questionnaires.load_version, draft_id)
    assert (file.source.state, file.source.note) == (VersionState.PUBLISHED, "首版")
    assert file.form is not None
    assert roles.has_role(file.form, CaseRole.STATED_REASON)
    for service, arguments in (
        (questionnaire_life.save_draft, (cells("x"), None)),
        (questionnaire_life.publish, ()),
        (questionnaire_life.discard_draft, ()),
    ):
        with pytest.raises(ConflictError, match="never changes"):
            desk.do(admin, service, draft_id, *arguments)


def test_that_the_next_version_begins_with_the_one_in_use(
    desk: Desk, admin: Actor, draft_id: uuid.UUID
) -> None:
    desk.do(admin, questionnaire_life.publish, draft_id)
    key = row(desk, admin, "short_exit").id
    second = desk.do(admin, questionnaire_life.begin_draft, key)
    assert desk.do(admin, questionnaire_life.begin_draft, key) == second  # taken up again
    with pytest.raises(ConflictError, match="Publish or discard it first"):
        desk.do(admin, questionnaire_life.begin_draft, key, cells("x"), None)
    file = desk.look(admin, questionnaires.load_version, second)
    titled = {"settings": [["form_title", "form_id"], ["简短离网问卷", "short_exit"]]}
    assert file.source.content == cells("发生了什么？") | titled
    desk.do(admin, questionnaire_life.save_draft, second, cells("后来呢？"), form("后来呢？"))
    desk.do(admin, questionnaire_life.publish, second)
    assert desk.look(admin, questionnaires.in_use, key) == second
    old = desk.look(admin, questionnaires.load_version, draft_id)
    assert old.source.content == cells("发生了什么？") | titled
    assert [each.number for each in desk.look(admin, questionnaires.versions_of, key)] == [2, 1]


def test_that_an_interview_stays_with_the_version_it_was_begun_with(
    desk: Desk, admin: Actor, agent: Actor, draft_id: uuid.UUID
) -> None:
    desk.do(admin, questionnaire_life.publish, draft_id)
    key = row(desk, admin, "short_exit").id
    case_id = desk.do(admin, factories.assigned_case, agent.user_id)
    run_id = desk.do(agent, interviews.start, case_id, questionnaire_id=key)
    second = desk.do(admin, questionnaire_life.begin_draft, key)
    desk.do(admin, questionnaire_life.publish, second)
    assert desk.do(agent, interviews.start, case_id, questionnaire_id=key) == run_id
    assert desk.look(agent, interviews.load, run_id).file.row.number == 1
    desk.do(agent, interviews.save_answer, run_id, "/data/words", "涨价了")
    desk.do(agent, interviews.save_answer, run_id, "/data/reason", "price_increase")
    desk.do(agent, interview_end.finish, run_id)
    assert row(desk, admin, "short_exit").interviews == 1


def test_that_undoing_a_publication_does_not_open_a_version_with_interviews(
    desk: Desk, admin: Actor, agent: Actor, draft_id: uuid.UUID
) -> None:
    desk.do(admin, questionnaire_life.publish, draft_id)
    published = desk.made[-1]
    key = row(desk, admin, "short_exit").id
    case_id = desk.do(admin, factories.assigned_case, agent.user_id)
    desk.do(agent, interviews.start, case_id, questionnaire_id=key)
    desk.undo(published)
    with pytest.raises(ConflictError, match="Interviews follow this version"):
        desk.do(admin, questionnaire_life.save_draft, draft_id, cells("x"), form("x"))
    with pytest.raises(ConflictError, match="Interviews follow this version"):
        desk.do(admin, questionnaire_life.discard_draft, draft_id)
    assert desk.do(admin, questionnaire_life.publish, draft_id) == 1


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (None, "has errors or no questions"),
        (form(with_roles=False), "asks for the customer's own words"),
        (form(last="您对我们的服务满意吗？"), "attitude"),
        (form(last="如果我们降价，您会回来吗？"), "asks what could be"),
    ],
)
def test_that_what_is_not_ready_is_not_published(
    desk: Desk, admin: Actor, draft_id: uuid.UUID, source: FormSource | None, sentence: str
) -> None:
    desk.do(admin, questionnaire_life.save_draft, draft_id, cells("x"), source)
    with pytest.raises(InvalidInputError, match=sentence):
        desk.do(admin, questionnaire_life.publish, draft_id)
    assert row(desk, admin, "short_exit").current_version is None


def test_that_a_remark_can_be_overruled_with_a_reason(
    desk: Desk, admin: Actor, draft_id: uuid.UUID
) -> None:
    source = form(last="您对我们的服务满意吗？")
    desk.do(admin, questionnaire_life.save_draft, draft_id, cells("x"), source)
    made = desk.look(admin, questionnaires.load_version, draft_id)
    assert made.form is not None
    remarks = questionnaires.remarks_of(made.form, QuestionnairePurpose.EXIT)
    blank = {questionnaires.remark_key(each): " " for each in remarks}
    desk.do(admin, questionnaire_life.save_draft, draft_id, cells("x"), source, blank)
    with pytest.raises(InvalidInputError):
        desk.do(admin, questionnaire_life.publish, draft_id)
    why = dict.fromkeys(blank, "总部要求的一道题")
    desk.do(admin, questionnaire_life.save_draft, draft_id, cells("x"), source, why)
    assert desk.do(admin, questionnaire_life.publish, draft_id) == 1


def test_that_a_satisfaction_survey_may_ask_for_satisfaction(desk: Desk, admin: Actor) -> None:
    wanted = QuestionnaireDraft(
        code="care", zh="关怀回访", purpose=QuestionnairePurpose.SATISFACTION
    )
    source = form(last="您对我们的服务满意吗？", with_roles=False)
    version_id = desk.do(admin, questionnaire_life.create, wanted, {}, source)
    assert desk.do(admin, questionnaire_life.publish, version_id) == 1


def test_that_codes_and_titles_are_checked(desk: Desk, admin: Actor, draft_id: uuid.UUID) -> None:
    with pytest.raises(InvalidInputError, match="already"):
        desk.do(admin, questionnaire_life.create, QuestionnaireDraft(code="short_exit", zh="x"), {})
    with pytest.raises(InvalidInputError, match="title"):
        desk.do(admin, questionnaire_life.create, QuestionnaireDraft(code="other"), {})
    key = row(desk, admin, "short_exit").id
    with pytest.raises(InvalidInputError, match="title"):
        desk.do(admin, questionnaire_life.set_title, key, TitleDraft())
    desk.do(admin, questionnaire_life.set_title, key, TitleDraft(zh="新名"))
    assert (row(desk, admin, "short_exit").zh, row(desk, admin, "short_exit").en) == ("新名",) * 2
    assert draft_id


def test_that_a_discarded_only_draft_takes_its_questionnaire_along(
    desk: Desk, admin: Actor, draft_id: uuid.UUID
) -> None:
    before = desk.rows()
    desk.do(admin, questionnaire_life.discard_draft, draft_id)
    codes = [each.code for each in desk.look(admin, questionnaires.list_questionnaires)]
    assert "short_exit" not in codes
    desk.undo()
    assert desk.rows() == before
    for service in (questionnaires.load_version, questionnaires.form_of):
        with pytest.raises(NotFoundError):
            desk.look(admin, service, uuid.uuid4())
    with pytest.raises(NotFoundError):
        desk.look(admin, questionnaires.in_use, uuid.uuid4())


def test_that_a_retired_questionnaire_is_offered_no_more(
    desk: Desk, admin: Actor, agent: Actor, draft_id: uuid.UUID
) -> None:
    desk.do(admin, questionnaire_life.publish, draft_id)
    key = row(desk, admin, "short_exit").id
    desk.do(admin, questionnaire_life.retire, key)
    assert row(desk, admin, "short_exit").retired_on == dt.date(2026, 9, 15)
    case_id = desk.do(admin, factories.assigned_case, agent.user_id)
    with pytest.raises(ConflictError, match="not in use"):
        desk.do(agent, interviews.start, case_id, questionnaire_id=key)
    with pytest.raises(ConflictError, match="retired already"):
        desk.do(admin, questionnaire_life.retire, key)
    desk.do(admin, questionnaire_life.restore, key)
    desk.do(agent, interviews.start, case_id, questionnaire_id=key)
    starter = row(desk, admin, "exit_interview").id
    with pytest.raises(ConflictError, match="Cases begin with"):
        desk.do(admin, questionnaire_life.retire, starter)


WARNED = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:winback="urn:winback:xforms"><h:head><h:title>x</h:title><model><instance><data id="w">
<asked/><other/></data></instance>
<bind nodeset="/data/asked" type="string" required="true()" winback:severity="warning"/>
<bind nodeset="/data/other" type="string"/></model></h:head><h:body>
<input ref="/data/asked"><label>A</label></input>
<input ref="/data/other"><label>B</label></input></h:body></h:html>"""


def test_that_a_missing_answer_that_only_warns_can_be_let_stand(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    wanted = QuestionnaireDraft(code="warned", zh="x", purpose=QuestionnairePurpose.SATISFACTION)
    version_id = desk.do(admin, questionnaire_life.create, wanted, {}, FormSource(WARNED))
    desk.do(admin, questionnaire_life.publish, version_id)
    case_id = desk.do(admin, factories.assigned_case, agent.user_id)
    key = row(desk, admin, "warned").id
    run_id = desk.do(agent, interviews.start, case_id, questionnaire_id=key)
    with pytest.raises(InvalidInputError):
        desk.do(agent, interview_end.finish, run_id)
    desk.do(agent, interviews.accept, run_id, "/data/asked")
    desk.do(agent, interviews.save_answer, run_id, "/data/other", "x")  # does not forget it
    desk.do(agent, interview_end.finish, run_id)
    with pytest.raises(ConflictError):
        desk.do(agent, interviews.accept, run_id, "/data/asked")
    fresh = desk.do(agent, interviews.start, case_id, questionnaire_id=key)
    with pytest.raises(InvalidInputError, match="no such question"):
        desk.do(agent, interviews.accept, fresh, "/data/nothing")


def test_that_the_files_of_a_form_stay_with_every_version(desk: Desk, admin: Actor) -> None:
    files = {"shelf.png": media.packed("shelf.png", b"\x89PNG"), "reasons.csv": "name,label\n"}
    wanted = QuestionnaireDraft(code="shelf", zh="货架", purpose=QuestionnairePurpose.SATISFACTION)
    source = FormSource(PICTURED, files=files)
    first = desk.do(admin, questionnaire_life.create, wanted, {}, source)
    desk.do(admin, questionnaire_life.publish, first)
    assert desk.look(admin, questionnaires.used_files, first) == {"shelf.png": b"\x89PNG"}
    stored = desk.look(admin, questionnaires.load_version, first)
    assert stored.source.files.keys() == {"shelf.png"}  # the reasons are the program's own
    second = desk.do(admin, questionnaire_life.begin_draft, stored.questionnaire.id)
    assert desk.look(admin, questionnaires.used_files, second) == {"shelf.png": b"\x89PNG"}


def test_that_undo_and_redo_bring_the_files_of_a_form_back(desk: Desk, admin: Actor) -> None:
    picture = {"shelf.png": media.packed("shelf.png", b"\x89PNG")}
    wanted = QuestionnaireDraft(code="shelf", zh="货架", purpose=QuestionnairePurpose.SATISFACTION)
    source = FormSource(PICTURED, files=picture)
    version_id = desk.do(admin, questionnaire_life.create, wanted, {}, source)
    desk.do(admin, questionnaire_life.discard_draft, version_id)
    with pytest.raises(NotFoundError):
        desk.look(admin, questionnaires.used_files, version_id)
    desk.undo()
    assert desk.look(admin, questionnaires.used_files, version_id) == {"shelf.png": b"\x89PNG"}


def test_that_a_title_changed_later_stands_in_the_cells_that_go_out(
    desk: Desk, admin: Actor, draft_id: uuid.UUID
) -> None:
    key = row(desk, admin, "short_exit").id
    old = cells("发生了什么？") | {"settings": [["form_id", "form_title"], ["old", "旧名"]]}
    source = FormSource(form().xml.replace("<h:title>x<", "<h:title>旧名<"))
    desk.do(admin, questionnaire_life.save_draft, draft_id, old, source)
    desk.do(admin, questionnaire_life.set_title, key, TitleDraft(zh="新名 & 更多", en="New"))

    def out(version_id: uuid.UUID) -> tuple[str, str, bool]:
        sheets, xml = desk.look(admin, questionnaires.written, version_id)
        is_in_xml = "<h:title>新名 &amp; 更多</h:title>" in xml
        return sheets.setting("title"), sheets.setting("id"), is_in_xml

    assert out(draft_id) == ("新名 & 更多", "short_exit", True)
    desk.do(admin, questionnaire_life.publish, draft_id)
    stored = desk.look(admin, questionnaires.load_version, draft_id).source
    assert stored.content["settings"] == [["form_id", "form_title"], ["short_exit", "新名 & 更多"]]
    assert "新名 &amp; 更多" in stored.xml
    desk.do(admin, questionnaire_life.set_title, key, TitleDraft(zh="再改", en="Again"))
    assert desk.look(admin, questionnaires.load_version, draft_id).source == stored
    sheets, _xml = desk.look(admin, questionnaires.written, draft_id)
    assert sheets.setting("title") == "再改"
    second = desk.do(admin, questionnaire_life.begin_draft, key)
    begun = desk.look(admin, questionnaires.load_version, second).source
    assert begun.content["settings"][1] == ["short_exit", "再改"]
    assert "<h:title>再改</h:title>" in begun.xml
