"""Paper printed long ago is read as it was meant: numbers of reasons, and the version it is of."""

import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Interview
from db.session import Actor
from db.vocabulary import InterviewMode
from desktop_app.clock import today
from desktop_app.domain.paper_mark import read_mark
from desktop_app.domain.reasons import ChurnType, NewReasonDraft
from desktop_app.errors import ConflictError, InvalidInputError
from desktop_app.questionnaire.listed import listed
from desktop_app.questionnaire.paper_numbers import paper_numbers, read_choice
from desktop_app.reports import interview_papers
from desktop_app.reports.paper_content import PaperContent
from desktop_app.services import (
    interviews,
    journal,
    paper_entry,
    questionnaire_life,
    questionnaires,
    reasons,
)
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

WHY = "/data/stated_reason"


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    return desk.do(admin, factories.assigned_case, agent.user_id, store_id=agent.store_id)


def numbers(desk: Desk, actor: Actor) -> dict[str, str]:
    """The number of each reason on paper, retired ones too."""

    def look(session: Session) -> dict[str, str]:
        form = questionnaires.form_of(session, questionnaires.in_use(session))
        return dict(paper_numbers(form, form.questions[WHY]))

    return desk.look(actor, look)


def printed(desk: Desk, actor: Actor, case_id: uuid.UUID | None = None) -> dict[str, str]:
    """What the table of reasons of a paper printed now says: number and words."""
    paper = desk.look(actor, interview_papers.paper_form, case_id=case_id, code="zh")
    (table,) = PaperContent(paper.form, (paper.language,)).tables
    return {choice.number: choice.labels[0] for choice in table.choices}


def add(desk: Desk, admin: Actor, code: str, group: str = "price") -> None:
    draft = NewReasonDraft(
        code=code, zh=f"原因 {code}", en=f"Reason {code}", group=group,
        churn_type=ChurnType.ACTIVE_FAULT,
    )  # fmt: skip
    desk.do(admin, reasons.add, draft)


def test_that_the_reasons_have_numbers_through_all_groups(desk: Desk, agent: Actor) -> None:
    found = numbers(desk, agent)
    assert list(found.values()) == [str(n) for n in range(1, len(found) + 1)]
    assert found["price_increase"] == "1"
    assert printed(desk, agent)["1"] == "价格调整"


def test_that_no_change_of_the_list_changes_a_number(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    before = numbers(desk, agent)
    add(desk, admin, "a_first")
    desk.do(admin, reasons.rename, "price_increase", "涨价", "Dearer")
    desk.do(admin, reasons.retire, "price_competitor_lower", today())
    add(desk, admin, "b_second", "unknown")
    after = numbers(desk, agent)
    assert {code: after[code] for code in before} == before
    assert (after["a_first"], after["b_second"]) == ("121", "122")
    assert read_choice(after, (), "2") == "price_competitor_lower"  # on paper of last month
    shown = printed(desk, agent)
    assert shown["1"] == "涨价"
    assert "2" not in shown  # nobody writes it down any more
    assert list(after)[8] == "a_first"  # it stands in its group all the same


def test_that_a_number_is_never_given_twice(desk: Desk, admin: Actor, agent: Actor) -> None:
    add(desk, admin, "a_mistake")
    assert numbers(desk, agent)["a_mistake"] == "121"
    desk.do(admin, journal.undo, desk.made[-1])
    add(desk, admin, "another")
    assert numbers(desk, agent)["another"] == "122"  # paper with 121 may lie on a desk


def new_version(desk: Desk, admin: Actor) -> None:
    def make(session: Session) -> None:
        rows = questionnaires.list_questionnaires(session)
        found = next(row for row in rows if row.code == "exit_interview")
        questionnaire_life.publish(session, questionnaire_life.begin_draft(session, found.id))

    desk.do(admin, make)


def version_of(desk: Desk, actor: Actor, interview_id: uuid.UUID) -> int:
    return desk.look(actor, interviews.load, interview_id).file.row.number


def test_that_the_barcode_says_case_and_version(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    paper = desk.look(agent, interview_papers.paper_form, case_id=case_id)
    mark = read_mark(paper.mark)
    assert mark is not None
    assert (mark.case, mark.version, mark.questionnaire) == (paper.case, 1, "")
    assert desk.look(agent, interview_papers.paper_form).mark == ""
    rows = desk.look(agent, questionnaires.list_questionnaires)
    other = next(row for row in rows if row.code != "exit_interview")
    paper = desk.look(
        agent, interview_papers.paper_form, case_id=case_id, questionnaire_id=other.id
    )
    mark = read_mark(paper.mark)
    assert mark is not None
    assert mark.questionnaire == other.code


def test_that_paper_of_an_older_version_is_keyed_into_that_version(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    mark = desk.look(agent, interview_papers.paper_form, case_id=case_id).mark
    assert desk.look(agent, paper_entry.offered, case_id) == (1,)
    new_version(desk, admin)
    assert desk.look(agent, paper_entry.offered, case_id) == (2, 1)
    begun = desk.do(agent, paper_entry.begin, case_id, mark)
    row = desk.look(agent, interviews.load, begun).file.row
    assert (row.number, row.mode) == (1, InterviewMode.PAPER)
    assert desk.look(agent, paper_entry.offered, case_id) == ()  # it goes on
    assert desk.do(agent, paper_entry.begin, case_id) == begun
    with pytest.raises(ConflictError, match=r"of version 2, but .* of version 1"):
        desk.do(agent, paper_entry.begin, case_id, "2")


def test_that_without_a_word_it_is_the_version_in_use(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    new_version(desk, admin)
    assert version_of(desk, agent, desk.do(agent, paper_entry.begin, case_id)) == 2


@pytest.mark.parametrize(
    ("said", "sentence"),
    [("9", "no version 9"), ("K-1/1", "belongs to case K-1"), ("one", "Scan the barcode")],
)
def test_that_a_wrong_paper_is_refused(
    desk: Desk, agent: Actor, case_id: uuid.UUID, said: str, sentence: str
) -> None:
    with pytest.raises(InvalidInputError) as raised:
        desk.do(agent, paper_entry.begin, case_id, said)
    (problem,) = raised.value.problems
    assert problem.field == paper_entry.FIELD
    assert sentence in problem.message
    assert desk.look(agent, lambda session: session.scalars(select(Interview)).all()) == []


def test_that_every_choice_of_a_paper_is_read_back_by_its_number(desk: Desk, agent: Actor) -> None:
    def look(session: Session) -> None:
        form = questionnaires.form_of(session, questionnaires.in_use(session))
        for question in form.asked():
            known = paper_numbers(form, question)
            for choice in listed(form, question):
                assert read_choice(known, (), known[choice.code]) == choice.code

    desk.look(agent, look)
