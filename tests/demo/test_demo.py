"""The demo workspace: whole, the same for the same seed, and removed with one call."""

import datetime as dt
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db import workspace
from db.check import check
from db.models import (
    ENTITIES,
    Case,
    CaseReason,
    ChangeSet,
    ContactAttempt,
    Customer,
    CustomerStat,
    DefectionSignal,
    Order,
    Skill,
    User,
    Visit,
    WinBackStep,
)
from db.queries.case_reviews import ReviewFilter
from db.queries.cases import CaseFilter
from db.queries.follow_up import FollowFilter
from db.session import Database
from db.vocabulary import (
    Approach,
    CadenceRole,
    CaseStage,
    ExitDestination,
    ExperimentKind,
    Outcome,
    ReminderKind,
    RenewalState,
    ReplyKind,
    Role,
    RuleKind,
    SaveState,
    StaffFunction,
    TaskKind,
    TaskState,
    VisitState,
)
from db.workspace import Opened
from desktop_app import clock
from desktop_app.columns.promises import complaint_step
from desktop_app.demo import make_demo
from desktop_app.demo.buyers import make_buyers
from desktop_app.demo.chain import chain
from desktop_app.demo.office import begin
from desktop_app.demo.team import at
from desktop_app.domain.agenda import ClashKind
from desktop_app.domain.handover import OrphanReason
from desktop_app.domain.promises import ComplaintStep
from desktop_app.domain.staff_figures import TenureBand
from desktop_app.domain.win_back import StepState
from desktop_app.services import (
    agenda,
    cadence,
    case_reviews,
    cases,
    charges,
    coding,
    complaints,
    compliance,
    experiments,
    handovers,
    key_persons,
    promises,
    recovery,
    reminders,
    renewals,
    reviews,
    staff_profiles,
    tasks,
    team_figures,
    views,
    win_back,
    work,
)
from desktop_app.services.agenda_board import AgendaFilter
from tests.conftest import little_work

END = dt.date(2026, 8, 31)
CUSTOMERS = 260
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BOOKKEEPING = {"id", "version", "created_at", "updated_at", "at", "device", "digest", "stage_since",
               "started_at", "finished_at", "no", "seq"}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """The keys of a demo are not what is tested here."""
    with little_work():
        yield


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    made = make_demo(tmp_path_factory.mktemp("demo") / "d", customers=CUSTOMERS, end=END)
    yield made.opened
    made.opened.database.close()


def test_that_the_demo_is_sound_and_signs_in_by_itself(demo: Opened) -> None:
    assert check(demo.database, demo.actor).is_sound
    opened = workspace.open_demo(demo.folder)
    assert opened.is_demo
    assert opened.actor.role is Role.ADMINISTRATOR
    opened.database.close()
    agent = workspace.open_workspace(demo.folder, "wangfang", "demo")
    assert agent.actor.role is Role.AGENT
    agent.database.close()


def test_that_every_role_works_there(demo: Opened) -> None:
    with demo.database.read() as session:
        assert {Role(role) for role in session.scalars(select(User.role))} == set(Role)


def test_that_cases_have_every_outcome_that_matters_and_reasons(demo: Opened) -> None:
    with demo.database.read() as session:
        cases = list(session.scalars(select(Case)))
        stages = Counter(CaseStage(case.stage) for case in cases)
        outcomes = Counter(case.outcome for case in cases if case.outcome)
        layers = Counter(session.scalars(select(CaseReason.layer)))
        kinds = set(session.scalars(select(DefectionSignal.kind)))
    assert stages[CaseStage.CLOSED] > len(cases) / 4
    assert len(stages) >= 5
    assert {Outcome.SAVED, Outcome.LOST} <= outcomes.keys()
    saved = outcomes[Outcome.SAVED] + outcomes[Outcome.WON_BACK]
    assert 0.25 < saved / (saved + outcomes[Outcome.LOST]) < 0.75
    assert {"stated", "root", "belief"} <= layers.keys()
    assert kinds == set(RuleKind) - {RuleKind.CANCEL_REQUEST}
    assert any(case.kind == RuleKind.CANCEL_REQUEST for case in cases)


def test_that_whoever_opens_it_finds_work(demo: Opened) -> None:
    with demo.database.read(demo.actor) as session:
        mine = [
            case
            for case in session.scalars(select(Case).where(Case.owner_id == demo.actor.user_id))
            if case.stage != CaseStage.CLOSED
        ]
        visits = list(session.scalars(select(Visit).where(Visit.state == VisitState.PLANNED)))
        lines = work.lines(session)
        names = {view.name: view for view in views.list_views(session, "cases")}
        own = views.from_json(CaseFilter, names["我的在办个案"].criteria)
        found = cases.list_cases(session, own)
    due = [case.next_due for case in mine if case.next_due is not None]
    assert 6 <= len(mine) <= 15
    assert len({case.stage for case in mine}) >= 3
    assert any(day < END for day in due)
    assert sum(day == END for day in due) >= 2
    assert any(day > END for day in due)
    assert len(visits) >= 9
    assert any(visit.planned_on < END for visit in visits)
    assert any(END <= visit.planned_on <= END + dt.timedelta(days=7) for visit in visits)
    assert {case.id for case in mine} <= {line.case_id for line in lines} | {
        case.id for case in mine if case.next_due is not None and case.next_due > END
    }
    assert len(names) == 3
    assert {row.id for row in found} == {case.id for case in mine}


def test_that_the_team_has_a_past_and_two_experiments(demo: Opened) -> None:
    with demo.database.read(demo.actor) as session:
        found = team_figures.figures(session)
        running, ended = experiments.figures(session)
    approaches = {one.approach: one.curve.n for one in found.after}
    assert min(approaches[Approach.RELATIONSHIP], approaches[Approach.PRICE]) >= 3
    assert max(point.day for point in found.after[0].curve.points) > 150
    assert {one.version.code for one in found.scripts.versions} == {
        "cancel_listen",
        "cancel_request",
    }
    assert (running.row.ended_on, running.row.kind) == (None, ExperimentKind.OFFER)
    assert running.arms[-1].code == experiments.HOLD_OUT
    assert ended.row.ended_on is not None
    assert sum(arm.saved.n for arm in ended.arms) >= 10
    listens = ended.arms[1].saved
    assert listens.share is not None
    assert listens.share > (ended.arms[0].saved.share or 0)


def test_that_most_good_customers_have_somebody_who_looks_after_them(demo: Opened) -> None:
    with demo.database.read() as session:
        rows = session.execute(
            select(CustomerStat.klass, Customer.owner_id).join(
                Customer, Customer.id == CustomerStat.customer_id
            )
        ).all()
    good = [row.owner_id is not None for row in rows if row.klass in ("a", "b")]
    assert 0.8 < sum(good) / len(good) < 1


def test_that_the_journal_is_dated_as_the_team_worked(demo: Opened) -> None:
    with demo.database.read() as session:
        rows = session.execute(
            select(ChangeSet.at, ChangeSet.actor_name).order_by(ChangeSet.seq)
        ).all()
        attempts = list(session.scalars(select(ContactAttempt.at)))
        newest = session.scalars(select(Order.day).order_by(Order.day.desc())).first()
    moments = [row[0] for row in rows]
    assert moments == sorted(moments)
    assert (moments[-1] - moments[0]).days > 100
    assert moments[-1].astimezone().date() <= END
    assert max(attempts).astimezone().date() <= END
    assert len({row[1] for row in rows}) > 8
    assert newest is not None
    assert newest < END.toordinal()


def test_that_names_are_plausible_and_phones_are_text(demo: Opened) -> None:
    with demo.database.read() as session:
        customers = list(session.scalars(select(Customer)))
    assert len(customers) == CUSTOMERS
    companies = sum(customer.kind == "company" for customer in customers)
    assert 0.45 < companies / CUSTOMERS < 0.75
    assert all(customer.phone.isdigit() for customer in customers)
    assert all("\u4e00" <= customer.name[0] <= "\u9fff" for customer in customers)


SECRET = "'attachment_key'"
"""Each workspace draws its own key for files."""


def rows_of(database: Database) -> dict[str, Counter[str]]:
    """Every table without keys and times of day."""
    found: dict[str, Counter[str]] = {}
    with database.read() as session:
        for name, entity in ENTITIES.items():
            if name in ("change", "reason", "reason_version"):
                continue
            columns = [
                column
                for column in entity.__table__.columns
                if column.key not in BOOKKEEPING
                and not column.key.endswith("_id")
                and column.key not in ("undoes", "undone_by", "attributes", "args")
            ]
            rows = session.execute(select(*columns))
            texts = [repr(tuple(row)) for row in rows]
            found[name] = Counter(KEY.sub("key", one) for one in texts if SECRET not in one)
    return found


def test_that_the_same_seed_gives_the_same_rows(tmp_path: Path) -> None:
    found: list[Any] = []
    for number in range(2):
        made = make_demo(tmp_path / str(number), customers=30, seed=5, end=END)
        found.append(rows_of(made.opened.database))
        made.opened.database.close()
    for name, rows in found[0].items():
        assert rows == found[1][name], name


def test_that_another_seed_gives_other_customers() -> None:
    five, again, six = (
        [(one.name, one.values) for one in make_buyers(chain(), 50, seed, END, begin(END))]
        for seed in (5, 5, 6)
    )
    assert five == again != six


def test_that_interviews_of_the_demo_are_reviewed_and_coded_by_two(demo: Opened) -> None:
    with demo.database.read(demo.actor) as session:
        states = reviews.count_by_state(session)
        found = coding.progress(session, coding.Wanted(path="/data/what_happened"))
        themes = coding.list_themes(session)
    assert all(states.values()), states
    assert found.answers > found.coded > found.twice > 0
    assert sum(1 for row in themes if row.answers) >= 3


def test_that_promises_complaints_recoveries_and_lessons_are_under_way(demo: Opened) -> None:
    with demo.database.read(demo.actor) as session:
        kept = promises.list_promises(session)
        heard = complaints.list_complaints(session)
        begun = recovery.find(session, FollowFilter(ended_since=END - dt.timedelta(days=30)))
        lessons = [
            case_reviews.count(session, ReviewFilter(done=done, is_decided=decided))
            for done, decided in ((False, None), (True, False), (True, True))
        ]
        saves = Counter(session.scalars(select(Case.save_state)))
    assert {row.answer for row in kept} >= {None, ReplyKind.MET}
    assert any(row.answer is None and row.due_on < END for row in kept)
    assert max(row.chase_count for row in kept) > 1
    assert any(row.owner for row in kept)
    assert {complaint_step(row) for row in heard} >= {None, ComplaintStep.RECORD}
    assert any(row.next_step is not None and row.steps[0].done_at for row in begun)
    assert all(lessons), lessons
    assert saves[SaveState.CONFIRMED]
    assert saves[SaveState.LOST_DEFLECT]


@pytest.fixture
def last_morning() -> Iterator[None]:
    """What is due and in the calendar is seen on the last day of the demo."""
    with clock.travelling(at(END, 9, 30)):
        yield


@pytest.mark.usefixtures("last_morning")
def test_that_everybody_is_written_down_and_two_have_left(demo: Opened) -> None:
    with demo.database.read(demo.actor) as session:
        people = list(staff_profiles.all_profiles(session).values())
        left = {one.name: one for one in handovers.exits(session)}
        away = staff_profiles.list_absences(session, first=END)
        skilled = list(session.scalars(select(Skill)))
    functions = {function for one in people for function in one.profile.functions}
    assert functions == set(StaffFunction)
    assert all(one.profile.department and one.profile.hired_on for one in people)
    assert sum(one.profile.manager_id is not None for one in people) >= len(people) - 1
    assert any(one.profile.districts for one in people)
    assert skilled
    assert left["宋涛"].destination is ExitDestination.COMPETITOR
    assert min(left["宋涛"].transferred, left["宋涛"].taken_along) >= 1
    assert {one.band for one in left.values()} == {TenureBand.VETERAN, TenureBand.SHORT}
    assert len(away) >= 3


@pytest.mark.usefixtures("last_morning")
def test_that_most_customers_are_looked_after_and_some_are_orphans(demo: Opened) -> None:
    with demo.database.read(demo.actor) as session:
        covered = charges.coverage(session).total
        alone = charges.list_orphans(session, charges.OrphanFilter(), limit=CUSTOMERS)
        due = charges.rotations_due(session, END)
        (made,) = handovers.list_handovers(session)
        mine = handovers.waiting_for(session, demo.actor.user_id or uuid.uuid4())
        persons = key_persons.list_key_persons(session)
        districts = set(session.scalars(select(Customer.district)))
    assert covered.share is not None
    assert 0.6 < covered.share < 1
    assert {one.reason for one in alone} == set(OrphanReason)
    assert any((one.days or 0) > 30 and one.former for one in alone)
    assert due
    assert made.giver == "宋涛"
    assert made.accepted
    assert mine
    assert persons
    assert "" not in districts
    assert len(districts) > 8


@pytest.mark.usefixtures("last_morning")
def test_that_contacts_were_made_and_the_coming_weeks_are_planned(demo: Opened) -> None:
    month = END.replace(day=1) - dt.timedelta(days=1)
    with demo.database.read(demo.actor) as session:
        done = compliance.compliance(session, month.replace(day=1), month)
        until = END + dt.timedelta(days=25)
        board = agenda.board(session, AgendaFilter(END, until))
        less = cadence.list_overrides(session)
        rising = session.scalars(select(Customer).where(Customer.upgrade_since.is_not(None))).all()
        visits = list(session.scalars(select(Visit)))
        mine = work.lines(session)
    assert 0 < done.total.made < done.total.required
    assert 0 < (done.by_role[CadenceRole.SALES].rate.share or 0) < 1
    assert any(one.rule and one.state == VisitState.PLANNED for one in visits)
    assert {ClashKind.SAME_TIME, ClashKind.OVERLOAD, ClashKind.ABSENT} <= {
        one.kind for one in board.clashes
    }
    assert any(item.starts_at for item in board.items)
    assert less
    assert less[0].reason
    assert rising
    assert any(one.is_informal and one.import_id is None for one in visits)
    assert any(one.satisfaction and one.next_step and one.gift for one in visits)
    assert 6 <= len(mine) <= 30


@pytest.mark.usefixtures("last_morning")
def test_that_renewals_tasks_a_win_back_visit_and_reminders_wait(demo: Opened) -> None:
    me = demo.actor.user_id
    with demo.database.read(demo.actor) as session:
        due = renewals.list_renewals(session, renewals.RenewalFilter())
        wanted = tasks.TaskFilter(states=frozenset())
        given = tasks.list_tasks(session, wanted)
        case_id = session.scalars(select(WinBackStep.case_id)).first()
        assert case_id is not None
        visit = win_back.read(session, case_id)
        now = reminders.due_now(session)
    assert {row.state for row in due} == set(RenewalState)
    days = {(row.expires_on - END).days for row in due if row.state is RenewalState.OPEN}
    assert {25, 14, 6} <= days
    assert {row.kind for row in given} == set(TaskKind)
    late = [row for row in given if row.state is TaskState.OPEN and row.due_on < END]
    assert any(row.owner_id == me for row in late)
    assert [step.state for step in visit.steps].count(StepState.DONE) == 3
    assert {line.kind for line in now} >= {ReminderKind.RENEWAL, ReminderKind.TASK}


def test_that_a_handful_of_customers_is_enough(tmp_path: Path) -> None:
    made = make_demo(tmp_path / "few", customers=6, seed=9, end=dt.date(2026, 1, 2))
    made.opened.database.close()
    assert made.counts["customers"] == 6
