"""A paper interview keyed twice: who keys it, what differs, how it is settled."""

import uuid
from pathlib import Path

import pytest

from db.models import Case, QuestionnaireVersion
from db.queries.interviews import InterviewFilter
from db.session import Actor, Session
from db.vocabulary import (
    InterviewMode,
    InterviewState,
    Outcome,
    QuestionnairePurpose,
    ReasonLayer,
    ReviewState,
    Role,
    RuleKind,
)
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.questionnaires import QuestionnaireDraft
from desktop_app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.services import (
    cases,
    double_entry,
    drafts,
    interview_end,
    interviews,
    questionnaire_life,
)
from desktop_app.services.double_entry import DoubleEntry
from desktop_app.services.questionnaires import FormSource
from tests import factories
from tests.factories import Desk
from tests.questionnaire.conftest import converted

pytestmark = pytest.mark.usefixtures("fixed_time")

PAPER = {
    "left_on": "2026-09-01",
    "what_happened": "送来的纸受潮了",
    "stated_reason": "price_increase",
    "where_now": "晨光",
}
REASON = "又看了一遍纸质问卷"


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    """A case of the agent that the administrator and the managers see, too."""
    return desk.do(admin, factories.assigned_case, agent.user_id, kind=RuleKind.PARTIAL_SHARE)


@pytest.fixture
def manager(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.STORE_MANAGER]


@pytest.fixture
def first(desk: Desk, agent: Actor, case_id: uuid.UUID) -> uuid.UUID:
    """The agent keyed the paper."""
    run = desk.do(agent, interviews.start, case_id, mode=InterviewMode.PAPER)
    key(desk, agent, run, **PAPER)
    desk.do(agent, interview_end.finish, run)
    return run


@pytest.fixture
def second(desk: Desk, manager: Actor, first: uuid.UUID) -> uuid.UUID:
    """The manager keys it again."""
    return desk.do(manager, double_entry.begin, first)


def key(desk: Desk, actor: Actor, run: uuid.UUID, **answers: str) -> None:
    for name, value in answers.items():
        desk.do(actor, interviews.save_answer, run, f"/data/{name}", value)


def answers(desk: Desk, actor: Actor, run: uuid.UUID) -> dict[str, str]:
    found = desk.look(actor, interviews.load, run)
    asked = {question.path for question in found.form.asked()}
    return {k.rpartition("/")[2]: v for k, v in found.file.values.items() if k in asked}


def state(desk: Desk, actor: Actor, run: uuid.UUID) -> DoubleEntry:
    found = desk.look(actor, double_entry.overview, run)
    assert found is not None
    return found


def test_that_the_second_keying_begins_empty_and_stays_out_of_the_lists(
    desk: Desk, manager: Actor, first: uuid.UUID, second: uuid.UUID
) -> None:
    run = desk.look(manager, interviews.load, second)
    assert (run.file.row.mode, run.file.row.verifies_id) == (InterviewMode.PAPER, first)
    assert answers(desk, manager, second) == {}
    rows = desk.look(manager, interviews.list_interviews, InterviewFilter())
    assert [row.id for row in rows] == [first]
    assert desk.do(manager, double_entry.begin, first) == second  # taken up again


def test_that_who_keys_it_again_does_not_see_the_first_answers(
    desk: Desk, agent: Actor, manager: Actor, first: uuid.UUID, second: uuid.UUID
) -> None:
    with pytest.raises(ConflictError, match="keying this interview a second time"):
        desk.look(manager, interviews.load, first)
    for run in (first, second):
        with pytest.raises(ConflictError, match="not complete"):
            desk.look(manager, double_entry.discrepancies, run)
    with pytest.raises(ConflictError, match="not complete"):
        desk.do(manager, double_entry.settle, second, "/data/left_on", "")
    assert state(desk, manager, first).errors.rate is None
    assert desk.look(agent, interviews.load, first).file.row.id == first
    desk.do(manager, double_entry.compare, second)
    assert desk.look(manager, interviews.load, first).file.row.id == first


def test_that_somebody_else_keys_it_if_there_is_somebody(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor], first: uuid.UUID
) -> None:
    with pytest.raises(ConflictError, match="Let somebody else"):
        desk.do(agent, double_entry.begin, first)
    for role in (Role.STORE_MANAGER, Role.DEPT_MANAGER, Role.ADMINISTRATOR):
        desk.do(admin, factories.leave, actors[role].user_id)
    assert desk.do(agent, double_entry.begin, first)  # nobody else reaches this case


def test_that_only_one_keys_it_and_only_once(
    desk: Desk, admin: Actor, manager: Actor, first: uuid.UUID, second: uuid.UUID
) -> None:
    with pytest.raises(ConflictError, match=f"{manager.name} is keying"):
        desk.do(admin, double_entry.begin, first)
    with pytest.raises(ConflictError, match="second keying itself"):
        desk.do(admin, double_entry.begin, second)
    desk.do(manager, double_entry.compare, second)
    with pytest.raises(ConflictError, match="already"):
        desk.do(admin, double_entry.begin, first)


def test_that_only_finished_paper_is_keyed_again(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    call = desk.do(agent, interviews.start, case_id)
    with pytest.raises(ConflictError, match="from paper"):
        desk.do(admin, double_entry.begin, call)
    other = desk.do(admin, factories.assigned_case, agent.user_id)
    paper = desk.do(agent, interviews.start, other, mode=InterviewMode.PAPER)
    with pytest.raises(ConflictError, match="Finish this interview"):
        desk.do(admin, double_entry.begin, paper)
    with pytest.raises(ConflictError, match="not keyed a second time"):
        desk.look(admin, double_entry.discrepancies, call)
    assert desk.look(admin, double_entry.overview, call) is None
    with pytest.raises(NotFoundError):
        desk.look(admin, double_entry.overview, uuid.uuid4())
    with pytest.raises(NotFoundError):
        desk.do(admin, double_entry.begin, uuid.uuid4())


def test_that_two_equal_keyings_are_done_at_once(
    desk: Desk, manager: Actor, first: uuid.UUID, second: uuid.UUID
) -> None:
    key(desk, manager, second, **PAPER)
    desk.do(
        manager, drafts.save_draft, interviews.draft_key(second, "/data/where_now"), {"x": "晨"}
    )
    before = desk.rows()
    assert desk.do(manager, double_entry.compare, second) == 0
    run = desk.look(manager, interviews.load, second).file.row
    assert (run.state, run.review) == (InterviewState.FINISHED, ReviewState.APPROVED)
    found = state(desk, manager, first)
    assert (found.first_id, found.second_id, found.by) == (first, second, manager.name)
    assert (found.is_keyed, found.open) == (True, 0)
    assert (found.errors.differing, found.errors.keyed, found.errors.rate) == (0, 4, 0.0)
    assert desk.look(manager, drafts.open_drafts) == []
    assert desk.do(manager, double_entry.compare, first) == 0  # nothing new
    desk.undo()
    assert desk.rows() == before


def test_that_differences_are_listed_in_words_and_settled_one_by_one(
    desk: Desk, agent: Actor, manager: Actor, case_id: uuid.UUID, first: uuid.UUID,
    second: uuid.UUID,
) -> None:  # fmt: skip
    key(desk, manager, second, **PAPER | {"left_on": "2026-09-07", "where_now": "得力"})
    key(desk, manager, second, stated_reason="service_attitude", what_happened="送来的纸受潮了 ")
    assert desk.do(manager, double_entry.compare, second) == 3
    found = desk.look(manager, double_entry.discrepancies, second)
    assert [each.address for each in found] == [
        "/data/left_on", "/data/stated_reason", "/data/where_now",
    ]  # fmt: skip
    day = found[0]
    assert (day.first_value, day.second_value) == ("2026-09-01", "2026-09-07")
    assert (day.first_words, day.second_words) == ("2026-09-01 Tue", "2026-09-07 Mon")
    assert day.label
    assert found == desk.look(manager, double_entry.discrepancies, first)
    compared = desk.look(manager, double_entry.overview, first)
    assert compared is not None
    assert compared.is_keyed
    assert (compared.errors.differing, compared.errors.keyed) == (3, 4)

    with pytest.raises(InvalidInputError, match="Say why"):
        desk.do(manager, double_entry.settle, second, "/data/left_on", "2026-09-07")
    with pytest.raises(InvalidInputError) as wrong:
        desk.do(manager, double_entry.settle, second, "/data/left_on", "gestern", REASON)
    assert wrong.value.problems[0].field == "/data/left_on"
    with pytest.raises(ConflictError, match="do not differ"):
        desk.do(manager, double_entry.settle, second, "/data/what_happened", "x", REASON)

    settle = double_entry.settle
    assert desk.do(manager, settle, second, "/data/left_on", "2026-09-07", REASON) == 2
    assert desk.do(manager, settle, first, "/data/where_now", "晨光") == 1  # the first was right
    assert state(desk, manager, first).open == 1
    assert desk.do(manager, settle, second, "/data/stated_reason", "service_attitude", REASON) == 0
    found_now = answers(desk, manager, first)
    assert found_now == PAPER | {"left_on": "2026-09-07", "stated_reason": "service_attitude"}
    assert answers(desk, manager, second)["where_now"] == "得力"  # as it was keyed
    done = state(desk, manager, second)
    assert (done.open, done.errors.differing, done.errors.keyed) == (0, 3, 4)
    assert desk.look(manager, interviews.load, second).file.row.review is ReviewState.APPROVED
    with pytest.raises(ConflictError, match="do not differ"):
        desk.do(manager, settle, second, "/data/where_now", "得力", REASON)
    file = desk.look(agent, cases.case_file, case_id)
    assert str(file.left_on) == "2026-09-07"  # what the interview wrote is corrected
    assert file.reasons[ReasonLayer.STATED].code == "service_attitude"
    assert file.competitor == "晨光"


def test_that_a_correction_leaves_alone_what_somebody_wrote_into_the_case(
    desk: Desk, agent: Actor, manager: Actor, case_id: uuid.UUID, first: uuid.UUID,
    second: uuid.UUID,
) -> None:  # fmt: skip
    desk.do(agent, write, case_id, competitor="店长说是齐心")
    key(desk, manager, second, **PAPER | {"where_now": "得力", "left_on": "2026-09-02"})
    desk.do(manager, double_entry.compare, second)
    desk.do(manager, double_entry.settle, second, "/data/where_now", "得力", REASON)
    desk.do(manager, double_entry.settle, second, "/data/left_on", "2026-09-02", REASON)
    assert desk.look(agent, cases.case_file, case_id).competitor == "店长说是齐心"
    desk.do(agent, interview_end.reopen, first, "客户打电话来更正")
    key(desk, agent, first, left_on="2026-09-03")
    desk.do(agent, interview_end.finish, first)
    file = desk.look(agent, cases.case_file, case_id)
    assert str(file.left_on) == "2026-09-03"  # it was the interview's, through the correction


def write(session: Session, case_id: uuid.UUID, **columns: object) -> None:
    factories.name(session)
    case = session.get_one(Case, case_id)
    for column, value in columns.items():
        setattr(case, column, value)


def test_that_a_settled_difference_can_be_undone(
    desk: Desk, manager: Actor, second: uuid.UUID
) -> None:
    key(desk, manager, second, **PAPER | {"where_now": "得力"})
    desk.do(manager, double_entry.compare, second)
    before = desk.rows()
    desk.do(manager, double_entry.settle, second, "/data/where_now", "得力", REASON)
    assert desk.rows() != before
    desk.undo()
    assert desk.rows() == before
    assert len(desk.look(manager, double_entry.discrepancies, second)) == 1


def test_that_a_question_only_the_second_keying_asks_can_be_settled(
    desk: Desk, manager: Actor, first: uuid.UUID, second: uuid.UUID
) -> None:
    more = {"problem/problem_event": "纸坏了", "problem/problem_on": "2026-08-01"}
    key(desk, manager, second, **PAPER, **more)
    assert desk.do(manager, double_entry.compare, second) == 2
    event, day = desk.look(manager, double_entry.discrepancies, first)
    assert (event.first_words, event.second_words) == ("", "纸坏了")
    left = desk.do(manager, double_entry.settle, first, event.address, "", "")
    assert left == 1
    left = desk.do(manager, double_entry.settle, first, day.address, "2026-08-01", REASON)
    assert left == 0


def test_that_a_warning_about_what_the_paper_says_is_seen(
    desk: Desk, manager: Actor, first: uuid.UUID, second: uuid.UUID
) -> None:
    key(desk, manager, second, **PAPER | {"left_on": "2027-01-31"})
    desk.do(manager, double_entry.compare, second)
    desk.do(manager, double_entry.settle, second, "/data/left_on", "2027-01-31", REASON)
    assert desk.look(manager, interviews.load, first).file.answers["/data/left_on"].accepted


def test_that_a_second_keying_is_neither_finished_nor_reopened_like_an_interview(
    desk: Desk, manager: Actor, second: uuid.UUID
) -> None:
    key(desk, manager, second, **PAPER)
    with pytest.raises(ConflictError, match="second keying of another"):
        desk.do(manager, interview_end.finish, second)
    desk.do(manager, double_entry.compare, second)
    with pytest.raises(ConflictError, match="second keying of another"):
        desk.do(manager, interview_end.reopen, second, REASON)


def test_that_a_second_keying_can_be_given_up(
    desk: Desk, manager: Actor, agent: Actor, first: uuid.UUID, second: uuid.UUID
) -> None:
    key(desk, manager, second, **PAPER)
    desk.do(manager, double_entry.give_up, second)
    assert desk.look(manager, double_entry.overview, first) is None
    again = desk.do(manager, double_entry.begin, first)
    assert answers(desk, manager, again) == {}
    desk.do(manager, double_entry.compare, again)
    with pytest.raises(ConflictError, match="is complete"):
        desk.do(manager, double_entry.give_up, first)


def test_that_a_closed_case_and_somebody_elses_are_left_alone(
    desk: Desk, admin: Actor, manager: Actor, case_id: uuid.UUID, first: uuid.UUID,
    second: uuid.UUID,
) -> None:  # fmt: skip
    stranger = desk.do(admin, factories.add_user, Role.AGENT)
    with pytest.raises(NotAllowedError):
        desk.look(stranger, double_entry.overview, first)
    desk.do(manager, cases.close, case_id, CloseDraft(outcome=Outcome.UNREACHABLE))
    for service in (double_entry.begin, double_entry.compare):
        with pytest.raises(ConflictError, match="is closed"):
            desk.do(manager, service, second)


HOUSEHOLD = """
| survey |              |        |        |
|        | type         | name   | label  |
|        | begin repeat | person | Person |
|        | text         | who    | Who    |
|        | begin repeat | call   | Call   |
|        | text         | about  | About  |
|        | end repeat   |        |        |
|        | end repeat   |        |        |
"""


PERSONS = """
| survey |              |        |        |          |
|        | type         | name   | label  | required |
|        | begin repeat | person | Person |          |
|        | text         | name   | Name   | yes      |
|        | integer      | age    | Age    |          |
|        | end repeat   |        |        |          |
"""


def add_household(session: Session, folder: Path, form: str = HOUSEHOLD) -> uuid.UUID:
    """A questionnaire with repeats, one in another; returns its key."""
    file = folder / "household.md"
    file.write_text(form, encoding="utf-8")
    made = converted(file)
    draft = QuestionnaireDraft(
        code="household", en="Household", purpose=QuestionnairePurpose.SATISFACTION
    )
    source = FormSource(made.xml, made.itemsets, {})
    version = questionnaire_life.create(session, draft, made.cells, source)
    questionnaire_life.publish(session, version)
    return session.get_one(QuestionnaireVersion, version).questionnaire_id


def test_that_instances_only_the_second_keying_has_are_made_when_settled(
    desk: Desk, admin: Actor, agent: Actor, manager: Actor, case_id: uuid.UUID, tmp_path: Path
) -> None:
    household = desk.do(admin, add_household, tmp_path)
    first = desk.do(
        agent, interviews.start, case_id, questionnaire_id=household, mode=InterviewMode.PAPER
    )
    key(desk, agent, first, **{"person[1]/who": "甲"})
    desk.do(agent, interview_end.finish, first)
    second = desk.do(manager, double_entry.begin, first)
    desk.do(manager, interviews.add_repeat, second, "/data/person")
    desk.do(manager, interviews.add_repeat, second, "/data/person[2]/call")
    key(desk, manager, second, **{"person[1]/who": "甲", "person[2]/call[2]/about": "涨价"})
    assert desk.do(manager, double_entry.compare, second) == 1
    (found,) = desk.look(manager, double_entry.discrepancies, first)
    assert (found.address, found.label) == ("/data/person[2]/call[2]/about", "About")
    assert desk.do(manager, double_entry.settle, first, found.address, "涨价", REASON) == 0
    assert desk.look(manager, interviews.load, first).file.values[found.address] == "涨价"


@pytest.fixture
def persons(
    desk: Desk, admin: Actor, agent: Actor, manager: Actor, case_id: uuid.UUID, tmp_path: Path
) -> uuid.UUID:
    """Three persons keyed first, only one of them the second time."""
    form = desk.do(admin, add_household, tmp_path, PERSONS)
    first = desk.do(
        agent, interviews.start, case_id, questionnaire_id=form, mode=InterviewMode.PAPER
    )
    for n, (name, age) in enumerate((("甲", "30"), ("丁", "40"), ("乙", "50")), start=1):
        if n > 1:
            desk.do(agent, interviews.add_repeat, first, "/data/person")
        key(desk, agent, first, **{f"person[{n}]/name": name, f"person[{n}]/age": age})
    desk.do(agent, interview_end.finish, first)
    second = desk.do(manager, double_entry.begin, first)
    key(desk, manager, second, **{"person[1]/name": "甲", "person[1]/age": "30"})
    assert desk.do(manager, double_entry.compare, second) == 4
    return first


def asked(desk: Desk, actor: Actor, run: uuid.UUID) -> dict[str, str]:
    values = desk.look(actor, interviews.load, run).file.values.items()
    return {each: value for each, value in values if each.startswith("/data/person")}


NAME, AGE = "/data/person[{n}]/name", "/data/person[{n}]/age"


def test_that_persons_who_are_not_on_the_paper_are_settled_one_by_one(
    desk: Desk, manager: Actor, persons: uuid.UUID
) -> None:
    left = []
    while found := desk.look(manager, double_entry.discrepancies, persons):  # from the top
        left.append(desk.do(manager, double_entry.settle, persons, found[0].address, "", REASON))
    assert left == [3, 2, 1, 0]
    assert asked(desk, manager, persons) == {NAME.format(n=1): "甲", AGE.format(n=1): "30"}
    done = state(desk, manager, persons)
    assert (done.open, done.errors.differing, done.errors.keyed) == (0, 4, 6)


def test_that_who_is_on_the_paper_moves_up_when_all_is_settled(
    desk: Desk, manager: Actor, persons: uuid.UUID
) -> None:
    settle = double_entry.settle
    for address in (NAME.format(n=2), AGE.format(n=2)):
        desk.do(manager, settle, persons, address, "", REASON)
    assert asked(desk, manager, persons)[NAME.format(n=3)] == "乙"  # nothing moves meanwhile
    assert desk.do(manager, settle, persons, NAME.format(n=3), "乙") == 1
    before = desk.rows()
    assert desk.do(manager, settle, persons, AGE.format(n=3), "51", REASON) == 0
    assert asked(desk, manager, persons) == {
        NAME.format(n=1): "甲", AGE.format(n=1): "30",
        NAME.format(n=2): "乙", AGE.format(n=2): "51",
    }  # fmt: skip
    assert desk.look(manager, double_entry.discrepancies, persons) == ()
    done = state(desk, manager, persons)
    assert (done.open, done.errors.differing, done.errors.keyed) == (0, 4, 6)
    assert desk.do(manager, double_entry.compare, persons) == 0
    desk.undo()
    assert desk.rows() == before
    assert state(desk, manager, persons).open == 1


def test_that_a_blank_person_keyed_twice_goes_without_opening_anything_again(
    desk: Desk, admin: Actor, agent: Actor, manager: Actor, case_id: uuid.UUID, tmp_path: Path
) -> None:
    form = desk.do(admin, add_household, tmp_path, PERSONS.replace("yes", "   "))
    first = desk.do(
        agent, interviews.start, case_id, questionnaire_id=form, mode=InterviewMode.PAPER
    )
    for _n in (2, 3):
        desk.do(agent, interviews.add_repeat, first, "/data/person")
    same = {"person[1]/name": "甲", "person[3]/name": "乙", "person[3]/age": "50"}
    key(desk, agent, first, **same, **{"person[2]/name": "丁"})
    desk.do(agent, interview_end.finish, first)
    second = desk.do(manager, double_entry.begin, first)
    for _n in (2, 3):
        desk.do(manager, interviews.add_repeat, second, "/data/person")
    key(desk, manager, second, **same)
    assert desk.do(manager, double_entry.compare, second) == 1
    assert desk.do(manager, double_entry.settle, first, NAME.format(n=2), "", REASON) == 0
    assert asked(desk, manager, first) == {
        NAME.format(n=1): "甲", NAME.format(n=2): "乙", AGE.format(n=2): "50",
    }  # fmt: skip
    done = state(desk, manager, first)
    assert (done.open, done.errors.differing, done.errors.keyed) == (0, 1, 4)
