"""Lists of cases, visits and interviews: filters, orders and counts, against plain Python."""

import datetime as dt
import itertools
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from db.models import Case, DefectionSignal, Interview, QuestionnaireVersion, User
from db.queries import case_file, cases, interviews, visits
from db.queries.cases import CaseFilter, CaseRow
from db.queries.interviews import InterviewFilter
from db.queries.paging import Sort
from db.queries.visits import VisitFilter
from db.session import SYSTEM, Actor, Database, Session
from db.vocabulary import (
    Approach,
    CaseStage,
    CustomerClass,
    InterviewState,
    NextStep,
    Outcome,
    Role,
    RuleKind,
    SaveState,
    VisitState,
)
from desktop_app.columns.cases import CASE_COLUMNS, reason_text
from desktop_app.columns.interviews import INTERVIEW_COLUMNS
from desktop_app.columns.visits import VISIT_COLUMNS
from desktop_app.columns.work import WORK_COLUMNS
from desktop_app.domain.cases import CaseDraft, CloseDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.reasons import ChurnType
from desktop_app.i18n import set_language
from desktop_app.services import cases as case_services
from desktop_app.services import contacts, work
from desktop_app.services import interviews as interview_services
from tests import factories
from tests.conftest import KEY, NOW
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
NAMES = ("王思远", "李娜", "赵六", "百分%公司", "Chen_Wei", "单雄信")

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def desk(database) -> Desk:
    """Runs services as a user, each in its own transaction."""
    return Desk(database)


def day(offset: int) -> dt.date:
    return TODAY + dt.timedelta(days=offset)


@contextmanager
def lasting(template: Path, folder: Path, fill: Callable[[Session], None]) -> Iterator[Desk]:
    """A filled database that all tests of the module read."""
    shutil.copy2(template, folder / "workspace.db")
    desk = Desk(Database(folder / "workspace.db", KEY))
    with time_machine.travel(NOW, tick=False):
        desk.do(SYSTEM, fill)
    yield desk
    desk.database.close()


@pytest.fixture(scope="module")
def filled(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Twelve cases of six customers: all kinds, stages from identified to closed, two owners."""
    with lasting(template_database, tmp_path_factory.mktemp("cases"), fill_all) as desk:
        yield desk


def fill_all(session: Session) -> None:
    users = {Role(user.role): user for user in session.scalars(select(User))}
    here = users[Role.AGENT].store_id
    customers = [
        factories.add_customer(
            session, f"K{index}", name=name, phone=f"1380013800{index}",
            store_id=here if index % 2 else None,
        )
        for index, name in enumerate(NAMES)
    ]  # fmt: skip
    for index, customer in enumerate(customers[:4]):
        factories.add_orders(session, customer, [(day(-30), 1000 * index)])
    kinds = itertools.cycle(RuleKind)
    owners = itertools.cycle([users[Role.AGENT], None, users[Role.STORE_MANAGER]])
    for index in range(12):
        fill(session, customers[index % 6], next(kinds), next(owners), index)


def fill(
    session: Session, customer: uuid.UUID, kind: RuleKind, owner: User | None, index: int
) -> None:
    case_id = factories.open_case(session, customer, kind)
    if owner is not None:
        case_services.assign(session, [case_id], owner.id)
        session.flush()
        version = session.get_one(Case, case_id).version
        draft = CaseDraft(
            value_at_stake=None if index % 4 == 0 else index * 100,
            next_step=None if index % 3 == 2 else NextStep.CALL,
            next_due=None if index % 3 == 2 else day(index - 4),
        )
        case_services.change(session, case_id, version, draft)
    if index in {3, 8}:
        outcome = Outcome.LOST if index == 3 else Outcome.SAVED
        code = "price_increase" if index == 3 else "unknown_other"
        closing = CloseDraft(
            outcome=outcome, root_reason=code, churn_type=ChurnType.ACTIVE_FAULT, note="moved away"
        )
        case_services.close(session, case_id, closing)


def everything(desk: Desk) -> list[CaseRow]:
    with desk.database.read() as session:
        return cases.list_cases(session, CaseFilter(), None, 0, 1000)


def found(desk: Desk, criteria: CaseFilter) -> set[str]:
    with desk.database.read() as session:
        rows = cases.list_cases(session, criteria, None, 0, 1000)
        assert cases.count_cases(session, criteria) == len(rows)
        stages = cases.count_by_stage(session, criteria)
        assert stages == {stage: sum(row.stage is stage for row in rows) for stage in CaseStage}
    return {row.number for row in rows}


# ---------------------------------------------------------------- filters


FILTERS: dict[str, tuple[dict[str, Any], Callable[[CaseRow], bool]]] = {
    "everything": ({}, lambda _row: True),
    "open": ({"open_only": True}, lambda row: row.stage is not CaseStage.CLOSED),
    "stages": (
        {"stages": frozenset({CaseStage.IDENTIFIED, CaseStage.CLOSED})},
        lambda row: row.stage in {CaseStage.IDENTIFIED, CaseStage.CLOSED},
    ),
    "outcome": ({"outcome": Outcome.LOST}, lambda row: row.outcome is Outcome.LOST),
    "kind": ({"kind": RuleKind.LAPSING}, lambda row: row.kind is RuleKind.LAPSING),
    "unassigned": ({"unassigned": True}, lambda row: row.owner_id is None),
    "class": ({"klass": CustomerClass.A}, lambda row: row.klass is CustomerClass.A),
    "overdue": (
        {"overdue": True},
        lambda row: row.next_due is not None and row.next_due < TODAY,
    ),
    "overdue then": (
        {"overdue": True, "today": day(3)},
        lambda row: row.next_due is not None and row.next_due < day(3),
    ),
    "opened today": ({"opened_from": TODAY, "opened_until": TODAY}, lambda _row: True),
    "opened earlier": ({"opened_until": day(-1)}, lambda _row: False),
    "closed": ({"closed_from": day(-1)}, lambda row: row.closed_on is not None),
    "closed later": ({"closed_from": day(1), "closed_until": day(2)}, lambda _row: False),
    "root reason": (
        {"root_reason": "price_increase"},
        lambda row: row.root_reason is not None and row.root_reason.code == "price_increase",
    ),
    "name": ({"text": "思远"}, lambda row: row.customer == "王思远"),
    "pinyin": ({"text": "shanxiong"}, lambda row: row.customer == "单雄信"),
    "phone": ({"text": "138003"}, lambda row: row.phone.endswith("138003")),
    "start of a phone": ({"text": "13800"}, lambda _row: False),
    "number": ({"text": "00007"}, lambda row: row.number == "2026-00007"),
    "percent": ({"text": "%"}, lambda _row: False),
    "blank": ({"text": "  "}, lambda _row: True),
}


@pytest.mark.parametrize("criteria", FILTERS)
def test_that_a_filter_finds_exactly_what_it_says(filled: Desk, criteria: str) -> None:
    arguments, fits = FILTERS[criteria]
    expected = {row.number for row in everything(filled) if fits(row)}
    if criteria in {"outcome", "class", "overdue", "root reason", "name", "pinyin"}:
        assert expected
    assert found(filled, CaseFilter(**arguments)) == expected


def test_that_filters_by_record_and_together(filled: Desk, actors: dict[Role, Actor]) -> None:
    rows = everything(filled)
    agent = actors[Role.AGENT]
    mine = {row.number for row in rows if row.owner_id == agent.user_id}
    free = {row.number for row in rows if row.owner_id is None}
    assert mine
    assert found(filled, CaseFilter(owner_id=agent.user_id)) == mine
    assert found(filled, CaseFilter(owner_id=agent.user_id, unassigned=True)) == mine | free
    one = rows[0].customer_id
    own = {row.number for row in rows if row.customer_id == one}
    assert found(filled, CaseFilter(customer_id=one)) == own
    here = {row.number for row in rows if row.store_id == agent.store_id}
    assert found(filled, CaseFilter(store_id=agent.store_id)) == here
    assert found(filled, CaseFilter(owner_id=agent.user_id, open_only=True)) == {
        row.number for row in rows if row.number in mine and row.outcome is None
    }


# ---------------------------------------------------------------- orders


def place(column: str, row: CaseRow) -> Any:
    value = getattr(row, column)
    if column == "root_reason":
        return None if value is None else value.zh
    if column in {"kind", "stage", "outcome", "next_step"} and value is not None:
        return list(type(value)).index(value)
    return None if value == "" and column in {"owner", "store"} else value


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", [column.id for column in CASE_COLUMNS if column.sortable])
def test_that_every_column_sorts_with_what_is_not_known_last(
    filled: Desk, column: str, descending: bool
) -> None:
    with filled.database.read() as session:
        rows = cases.list_cases(session, CaseFilter(), Sort(column, descending), 0, 1000)
    known = [row for row in rows if place(column, row) is not None]
    assert rows[: len(known)] == known
    keys = [(place(column, row), row.id.hex) for row in known]
    assert keys == sorted(keys, reverse=descending)


def test_that_pages_together_are_the_whole_list(filled: Desk) -> None:
    with filled.database.read() as session:
        for sort in (None, Sort("value_at_stake"), Sort("opened_on", descending=True)):
            whole = cases.list_cases(session, CaseFilter(), sort, 0, 1000)
            pages = [cases.list_cases(session, CaseFilter(), sort, at, 5) for at in (0, 5, 10)]
            assert list(itertools.chain(*pages)) == whole


def test_that_the_newest_case_comes_first_without_a_sort(filled: Desk) -> None:
    assert [row.number for row in everything(filled)] == [
        f"2026-{number:05d}" for number in range(12, 0, -1)
    ]


@given(
    texts=st.lists(st.text(max_size=4), max_size=3),
    stages=st.frozensets(st.sampled_from(CaseStage)),
    due=st.booleans(),
)
def test_that_no_filter_breaks_the_query(
    filled: Desk, texts: list[str], stages: frozenset[CaseStage], due: bool
) -> None:
    for text in texts:
        found(filled, CaseFilter(text=text, stages=stages, overdue=due, open_only=due))


# ---------------------------------------------------------------- one case


def test_that_a_case_file_holds_the_signal_it_came_from(desk: Desk, admin: Actor) -> None:
    case_id = desk.do(admin, factories.open_case)
    desk.do(admin, signal, case_id, day(-9), "旧", "old")
    desk.do(admin, signal, case_id, day(-1), "新", "new")
    with desk.database.read() as session:
        whole = case_file.case_file(session, case_id)
        assert case_file.case_file(session, uuid.uuid4()) is None
    assert whole is not None
    assert whole.signal is not None
    assert (whole.signal.zh, whole.signal.en, whole.signal.measured) == ("新", "new", 31.0)
    assert whole.draft_values["extent"] == "lapsing"
    assert whole.time_in_stage[0].stage is CaseStage.IDENTIFIED


def signal(session: Session, case_id: uuid.UUID, on: dt.date, zh: str, en: str) -> None:
    factories.name(session)
    case = session.get_one(Case, case_id)
    session.add(
        DefectionSignal(
            customer_id=case.customer_id, kind=case.kind, as_of=on, measured=31.0, limit=18.0,
            sentence_zh=zh, sentence_en=en, case_id=case_id,
        )
    )  # fmt: skip


# ---------------------------------------------------------------- visits and interviews


@pytest.fixture(scope="module")
def met(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Five visits and two interviews of two cases of the agent."""
    with lasting(template_database, tmp_path_factory.mktemp("visits"), meet) as desk:
        yield desk


def meet(session: Session) -> None:
    user = session.scalars(select(User).where(User.role == Role.AGENT)).one()
    agent = Actor(user.id, user.login, user.name, Role.AGENT, user.store_id)
    for name in ("王思远", "李娜"):
        session.info["actor"] = SYSTEM
        customer = factories.add_customer(session, name=name, store_id=agent.store_id)
        case_id = factories.assigned_case(session, agent.user_id, customer_id=customer)
        session.info["actor"] = agent
        for offset, state in ((-1, VisitState.DONE), (2, VisitState.PLANNED)):
            done = day(-1) if state is VisitState.DONE else None
            draft = VisitDraft(planned_on=day(offset), state=state, done_on=done, purpose=name)
            contacts.plan_visit(session, case_id, customer, draft)
        factories.attempt(session, case_id)
        interview_services.start(session, case_id)
    contacts.plan_visit(session, None, customer, VisitDraft(planned_on=day(5)))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", [one.id for one in VISIT_COLUMNS if one.sortable])
def test_that_visits_sort_by_every_column(met: Desk, column: str, descending: bool) -> None:
    with met.database.read() as session:
        rows = visits.list_visits(session, VisitFilter(), Sort(column, descending))
    known = [row for row in rows if getattr(row, column) not in {None, ""}]
    keys = [(str(getattr(row, column)), row.id.hex) for row in known]
    if column == "state":
        keys = [(str(list(VisitState).index(row.state)), row.id.hex) for row in known]
    assert len(rows) == 5
    if column != "purpose":  # an empty purpose is known to be empty
        assert keys == sorted(keys, reverse=descending)


def test_that_visits_are_filtered(met: Desk, agent: Actor) -> None:
    with met.database.read() as session:
        rows = visits.list_visits(session, VisitFilter())

        def count(**criteria: Any) -> int:
            listed = visits.list_visits(session, VisitFilter(**criteria))
            assert visits.count_visits(session, VisitFilter(**criteria)) == len(listed)
            return len(listed)

        assert [row.planned_on for row in rows] == [day(-1), day(-1), day(2), day(2), day(5)]
        assert count(states=frozenset({VisitState.DONE})) == 2
        assert count(text="思远") == 2
        assert count(text="00002") == 2
        assert count(case_id=rows[0].case_id) == 2
        assert count(customer_id=rows[-1].customer_id) == 3
        assert count(by_id=agent.user_id) == 5
        assert count(by_id=uuid.uuid4()) == 0
        assert count(store_id=agent.store_id) == 5
        assert count(planned_from=day(2), planned_until=day(4)) == 2
        assert visits.visit(session, rows[0].id) == rows[0]
        assert visits.visit(session, uuid.uuid4()) is None


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", [one.id for one in INTERVIEW_COLUMNS if one.sortable])
def test_that_interviews_sort_by_every_column(met: Desk, column: str, descending: bool) -> None:
    with met.database.read() as session:
        rows = interviews.list_interviews(session, InterviewFilter(), Sort(column, descending))
    keys = [(str(getattr(row, column)), row.id.hex) for row in rows]
    assert len(rows) == 2
    assert keys == sorted(keys, reverse=descending)


def test_that_interviews_are_filtered(met: Desk, agent: Actor) -> None:
    with met.database.read() as session:
        rows = interviews.list_interviews(session, InterviewFilter())
        assert [row.case_number for row in rows] == ["2026-00002", "2026-00001"]
        for criteria, expected in (
            ({"text": "思远"}, 1),
            ({"text": "00002"}, 1),
            ({"case_id": rows[0].case_id}, 1),
            ({"by_id": agent.user_id}, 2),
            ({"by_id": uuid.uuid4()}, 0),
            ({"state": InterviewState.FINISHED}, 0),
        ):
            assert interviews.count_interviews(session, InterviewFilter(**criteria)) == expected
            assert len(interviews.list_interviews(session, InterviewFilter(**criteria))) == expected
        assert interviews.interview_file(session, uuid.uuid4()) is None


def test_that_an_interview_survives_a_case_without_stat(desk: Desk, admin: Actor) -> None:
    def within(session: Session) -> interviews.InterviewSubject:
        case_id = factories.open_case(session)
        version_id = session.scalars(select(QuestionnaireVersion.id)).first()
        session.add(
            Interview(
                case_id=case_id,
                questionnaire_version_id=version_id,
                started_at=dt.datetime.now(dt.UTC),
            )
        )
        session.flush()
        return interviews.interview_subject(session, case_id)

    subject = desk.do(admin, within)
    assert (subject.orders, subject.first_day, subject.kind) == (0, None, RuleKind.LAPSING)


# ---------------------------------------------------------------- columns


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_that_every_column_shows_and_exports_every_row(
    met: Desk, filled: Desk, admin: Actor, code: str
) -> None:
    set_language(code)
    listed = everything(filled)
    with met.database.read() as session:
        session.info["actor"] = SYSTEM
        lists = (
            (CASE_COLUMNS, listed),
            (VISIT_COLUMNS, visits.list_visits(session, VisitFilter())),
            (INTERVIEW_COLUMNS, interviews.list_interviews(session, InterviewFilter())),
            (WORK_COLUMNS, work.lines(session)),
        )
        for columns, rows in lists:
            assert rows
            ids = [column.id for column in columns]
            assert len(ids) == len(set(ids))
            for column in columns:
                assert column.heading()
                for row in rows:
                    assert isinstance(column.shown(row), str)
                    column.cell(row)
        phone = next(column for column in CASE_COLUMNS if column.id == "phone")
        shown = {phone.shown(row) for row in lists[0][1]} - {""}
        assert shown
        assert all("****" in text for text in shown)
        reasons = {reason_text(row.root_reason) for row in lists[0][1]} - {""}
        assert len(reasons) == 2


def test_that_approach_save_and_attempts_of_staff_are_filters(desk: Desk, admin: Actor) -> None:
    def plant(session: Session) -> list[uuid.UUID]:
        made = []
        for attempts, approach in ((0, None), (1, Approach.PRICE), (2, Approach.MIXED)):
            case_id = factories.open_case(session)
            case_services.assign(session, [case_id], admin.user_id)
            for _number in range(attempts):
                factories.attempt(session, case_id)
            if approach is not None:
                case = session.get_one(Case, case_id)
                draft = CaseDraft(approach=approach)
                case_services.change(session, case_id, case.version, draft)
                closing = CloseDraft(outcome=Outcome.SAVED, root_reason="unknown_other")
                case_services.close(session, case_id, closing)
            made.append(case_id)
        return made

    none, one, two = desk.do(admin, plant)

    def found(**criteria: object) -> set[uuid.UUID]:
        rows = desk.look(admin, cases.list_cases, CaseFilter(**criteria))
        return {row.id for row in rows}

    assert [found(attempts=count) for count in range(4)] == [{none}, {one}, {two}, set()]
    assert found(approach=Approach.PRICE) == {one}
    assert found(save_state=SaveState.WATCHING) == {one, two}
    assert found(save_state=SaveState.CONFIRMED) == set()
