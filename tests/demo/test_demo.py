"""The demo workspace: whole, the same for the same seed, and removed with one call."""

import datetime as dt
import re
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
    User,
    Visit,
)
from db.queries.case_reviews import ReviewFilter
from db.queries.cases import CaseFilter
from db.queries.follow_up import FollowFilter
from db.session import Database
from db.vocabulary import (
    Approach,
    CaseStage,
    ExperimentKind,
    Outcome,
    ReplyKind,
    Role,
    RuleKind,
    SaveState,
    VisitState,
)
from db.workspace import Opened
from desktop_app.columns.promises import complaint_step
from desktop_app.demo import make_demo, remove_demo
from desktop_app.demo.chain import chain, dice, pick
from desktop_app.domain.promises import ComplaintStep
from desktop_app.errors import ConflictError
from desktop_app.services import (
    case_reviews,
    cases,
    coding,
    complaints,
    experiments,
    promises,
    recovery,
    reviews,
    team_figures,
    views,
    work,
)
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


def test_that_many_good_customers_have_somebody_who_looks_after_them(demo: Opened) -> None:
    with demo.database.read() as session:
        rows = session.execute(
            select(CustomerStat.klass, Customer.owner_id).join(
                Customer, Customer.id == CustomerStat.customer_id
            )
        ).all()
    good = [row.owner_id is not None for row in rows if row.klass in ("a", "b")]
    assert 0.35 < sum(good) / len(good) < 0.8


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
        made = make_demo(tmp_path / str(number), customers=50, seed=5, end=END)
        found.append(rows_of(made.opened.database))
        made.opened.database.close()
    for name, rows in found[0].items():
        assert rows == found[1][name], name
    other = make_demo(tmp_path / "other", customers=50, seed=6, end=END)
    assert rows_of(other.opened.database)["customer"] != found[0]["customer"]
    other.opened.database.close()


def test_that_only_a_demo_is_removed(tmp_path: Path) -> None:
    opened, _code = workspace.create(tmp_path / "real", "ada", "Ada", "secret")
    opened.database.close()
    with pytest.raises(ConflictError):
        remove_demo(tmp_path / "real")
    with pytest.raises(ConflictError):
        remove_demo(tmp_path)
    made, _code = workspace.create(tmp_path / "demo", "demo", "Demo", "demo", demo=True)
    made.database.close()
    (tmp_path / "demo" / "my notes.txt").write_text("mine", encoding="utf-8")
    remove_demo(tmp_path / "demo")
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["my notes.txt"]
    assert (tmp_path / "real" / "workspace.db").exists()


def test_that_stories_have_words_of_their_own() -> None:
    stories = chain().stories
    said = [words for story in stories for words in story.said]
    assert len(said) >= 60
    assert len(set(said)) == len(said)
    assert all(story.why[-1]["reason"] == story.root for story in stories)


def test_that_dice_depend_on_their_seed_only() -> None:
    assert dice(1, "a").random() == dice(1, "a").random() != dice(2, "a").random()
    weighted = [("often", 9.0), ("seldom", 1.0)]
    rng = dice("weights")
    counted = Counter(pick(rng, weighted) for _time in range(1000))
    assert 850 < counted["often"] < 950


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
