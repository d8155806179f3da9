"""A window that has not seen that entries came or went writes to none of them."""

import uuid

import pytest

from db import attachments as files
from db.models import Interview
from db.queries.interviews import InterviewFile
from db.session import Actor
from db.vocabulary import QuestionnairePurpose
from desktop_app.domain.questionnaires import QuestionnaireDraft
from desktop_app.errors import NotFoundError
from desktop_app.services import (
    attachments,
    drafts,
    interviews,
    questionnaire_life,
    questionnaires,
    repeats,
)
from desktop_app.services.questionnaires import FormSource
from desktop_app.services.repeats import MovedError
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

PEOPLE = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>x</h:title><model><instance><data id="people"><note/><person><say/></person></data>
</instance><bind nodeset="/data/note" type="string"/><bind nodeset="/data/person/say"
type="string"/></model></h:head>
<h:body><input ref="/data/note"><label>Note</label></input>
<group ref="/data/person"><label>P</label><repeat nodeset="/data/person">
<input ref="/data/person/say"><label>Say</label></input>
</repeat></group></h:body></h:html>"""
PERSON, NOTE = "/data/person", "/data/note"
SAY = "/data/person[{n}]/say"


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    return desk.do(admin, factories.assigned_case, agent.user_id, store_id=agent.store_id)


@pytest.fixture
def run_id(desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID) -> uuid.UUID:
    """An interview with three persons."""
    wanted = QuestionnaireDraft(code="people", zh="x", purpose=QuestionnairePurpose.SATISFACTION)
    version_id = desk.do(admin, questionnaire_life.create, wanted, {}, FormSource(PEOPLE))
    desk.do(admin, questionnaire_life.publish, version_id)
    rows = desk.look(admin, questionnaires.list_questionnaires)
    key = next(row.id for row in rows if row.code == "people")
    made = desk.do(agent, interviews.start, case_id, questionnaire_id=key)
    for n, text in enumerate(("甲", "乙", "丙"), start=1):
        if n > 1:
            desk.do(agent, interviews.add_repeat, made, PERSON)
        desk.do(agent, interviews.save_answer, made, SAY.format(n=n), text)
    return made


def file(desk: Desk, actor: Actor, run_id: uuid.UUID) -> InterviewFile:
    return desk.look(actor, interviews.load, run_id).file


def said(desk: Desk, actor: Actor, run_id: uuid.UUID) -> list[str]:
    values = file(desk, actor, run_id).values
    return [values[each] for each in sorted(values) if each.startswith(PERSON)]


def test_that_nothing_reaches_the_person_who_moved_up(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, run_id: uuid.UUID
) -> None:
    desk.do(admin, files.make_key)
    seen = file(desk, agent, run_id).structure
    desk.do(agent, interviews.remove_repeat, run_id, f"{PERSON}[1]", seen=seen)
    where = SAY.format(n=2)
    before = desk.rows()
    for change in (
        lambda s: interviews.save_answer(s, run_id, where, "乙 says more", seen=seen),
        lambda s: interviews.save_answers(s, run_id, {NOTE: "x", where: "y"}, seen=seen),
        lambda s: interviews.accept(s, run_id, where, seen=seen),
        lambda s: interviews.set_mark(s, run_id, where, is_on=True, seen=seen),
        lambda s: interviews.add_repeat(s, run_id, PERSON, seen=seen),
        lambda s: interviews.remove_repeat(s, run_id, f"{PERSON}[2]", seen=seen),
        lambda s: attachments.add(
            s, case_id, b"picture", "a.png", interview_id=run_id, address=where, seen=seen
        ),
    ):
        with pytest.raises(MovedError, match="Another window"):
            desk.do(agent, change)
    assert desk.rows() == before
    assert said(desk, agent, run_id) == ["乙", "丙"]


def test_that_what_stands_outside_of_repeats_is_stored_all_the_same(
    desk: Desk, agent: Actor, run_id: uuid.UUID
) -> None:
    seen = file(desk, agent, run_id).structure
    desk.do(agent, interviews.add_repeat, run_id, PERSON, seen=seen)
    desk.do(agent, interviews.save_answer, run_id, NOTE, "kept", seen=seen)
    desk.do(agent, interviews.set_mark, run_id, NOTE, is_on=True, seen=seen)
    assert file(desk, agent, run_id).values[NOTE] == "kept"


def test_that_two_windows_do_not_add_the_same_person(
    desk: Desk, agent: Actor, run_id: uuid.UUID
) -> None:
    seen = file(desk, agent, run_id).structure
    mine = repeats.new_structure()
    four = desk.do(agent, interviews.add_repeat, run_id, PERSON, seen=seen, becomes=mine)
    desk.do(agent, interviews.save_answer, run_id, f"{four}/say", "丁", seen=mine)
    with pytest.raises(MovedError):
        desk.do(agent, interviews.add_repeat, run_id, PERSON, seen=seen)
    with pytest.raises(MovedError):
        desk.do(agent, interviews.save_answer, run_id, f"{four}/say", "戊", seen=seen)
    assert said(desk, agent, run_id) == ["甲", "乙", "丙", "丁"]


def test_that_undo_brings_back_the_structure_with_the_persons(
    desk: Desk, agent: Actor, run_id: uuid.UUID
) -> None:
    seen = file(desk, agent, run_id).structure
    mine = repeats.new_structure()
    desk.do(agent, interviews.remove_repeat, run_id, f"{PERSON}[1]", seen=seen, becomes=mine)
    desk.undo()
    assert file(desk, agent, run_id).structure == seen
    desk.do(agent, interviews.add_repeat, run_id, PERSON, seen=seen)
    with pytest.raises(MovedError):  # as many removed and added: another structure all the same
        desk.do(agent, interviews.save_answer, run_id, SAY.format(n=2), "x", seen=mine)


def test_that_what_is_typed_is_kept_beside_the_interview(
    desk: Desk, agent: Actor, run_id: uuid.UUID
) -> None:
    seen = file(desk, agent, run_id).structure
    where = SAY.format(n=2)
    assert desk.do(agent, repeats.keep_typed, run_id, where, "half", seen)
    assert desk.look(agent, drafts.load_draft, interviews.draft_key(run_id, where)) is not None
    desk.do(agent, interviews.remove_repeat, run_id, f"{PERSON}[1]", seen=seen)
    assert not desk.do(agent, repeats.keep_typed, run_id, where, "half a", seen)
    assert desk.do(agent, repeats.keep_typed, run_id, NOTE, "n", seen)
    desk.do(agent, interviews.remove_repeat, run_id, f"{PERSON}[1]")  # it moves nothing
    prefix = interviews.draft_key(run_id, "")
    kept = {
        each.key.removeprefix(prefix): each.content["value"]
        for each in desk.look(agent, drafts.open_drafts, prefix)
    }
    assert kept.pop(NOTE) == "n"
    ((place, text),) = kept.items()
    now = file(desk, agent, run_id).structure
    at = repeats.typed_at(place, now)
    assert (at.address, at.is_moved, at.is_aside, text) == (where, True, True, "half a")
    at = repeats.typed_at(where, now)
    assert (at.address, at.is_moved, at.is_aside) == (where, False, False)


def test_that_what_was_typed_before_is_set_aside_from_what_is_typed_next(
    desk: Desk, agent: Actor, run_id: uuid.UUID
) -> None:
    seen, where = file(desk, agent, run_id).structure, SAY.format(n=2)
    for text in ("one", "two"):
        for place in (NOTE, where):
            desk.do(agent, repeats.keep_typed, run_id, place, text, seen)
        desk.do(agent, repeats.set_aside, run_id, [NOTE, where, SAY.format(n=3)])
    desk.do(agent, repeats.keep_typed, run_id, NOTE, "three", seen)
    desk.do(agent, interviews.save_answer, run_id, NOTE, "an answer")  # it takes only its own away
    prefix = interviews.draft_key(run_id, "")

    def kept() -> list[tuple[str, bool, str]]:
        now = file(desk, agent, run_id).structure
        found = []
        for each in desk.look(agent, drafts.open_drafts, prefix):
            at = repeats.typed_at(each.key.removeprefix(prefix), now)
            assert at.is_aside
            found.append((at.address, at.is_moved, each.content["value"]))
        return sorted(found)

    assert kept() == [
        (NOTE, False, "one"), (NOTE, False, "two"), (where, False, "one"), (where, False, "two"),
    ]  # fmt: skip
    desk.do(agent, interviews.remove_repeat, run_id, f"{PERSON}[1]")  # who was second is first now
    assert kept() == [
        (NOTE, False, "one"), (NOTE, False, "two"), (where, True, "one"), (where, True, "two"),
    ]  # fmt: skip
    with pytest.raises(NotFoundError):
        desk.do(agent, repeats.set_aside, uuid.uuid4(), [NOTE])


def test_that_who_reads_and_writes_at_once_needs_no_structure(
    desk: Desk, agent: Actor, run_id: uuid.UUID
) -> None:
    desk.do(agent, interviews.remove_repeat, run_id, f"{PERSON}[1]")
    desk.do(agent, interviews.save_answer, run_id, SAY.format(n=1), "乙乙")
    assert said(desk, agent, run_id) == ["乙乙", "丙"]
    found = desk.look(agent, lambda session: session.get_one(Interview, run_id).structure)
    assert found
