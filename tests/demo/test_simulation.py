"""A simulated task force: no rule is broken, and the referee would see it; the same for a seed."""

import copy
import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from db import moment, recording
from db.models import Case, Change, ChangeSet
from db.session import Session
from db.vocabulary import AttemptResult, Channel
from desktop_app import clock
from desktop_app.demo import simulation, simulation_calls
from desktop_app.demo.simulation import FIRST, Simulated, simulate
from desktop_app.demo.simulation_set_up import set_up
from desktop_app.demo.simulation_world import NEW, NUMBERS, OLD, World, at
from desktop_app.domain import contact_rules
from desktop_app.domain.experiments import SplitCheck, Verdict
from desktop_app.i18n import in_language
from desktop_app.progress import Silent
from desktop_app.services import queue

AGENTS, DAYS = 2, 5
EVEN = {OLD: 0.5, NEW: 0.5}


def worked(folder: Path, agents: int, days: int, seed: int) -> World:
    """A simulation that is over, its workspace still open."""
    with in_language("zh_CN"), moment.repeating_keys(seed), clock.travelling(at(FIRST, 5)):
        world = set_up(folder, agents, days, seed, FIRST, EVEN, Silent())
        simulation.run(world)
    return world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = worked(tmp_path_factory.mktemp("simulation"), AGENTS, DAYS, 7)
    yield made
    made.database.close()


def test_that_a_small_task_force_breaks_no_rule_though_rules_bite(world: World) -> None:
    assert world.referee.breaks == []
    assert len(world.talks) > 15
    for told in ("claims", "claims_refused", "contacts_stopped"):
        assert world.tally[told], told


def test_that_the_same_seed_gives_the_same_simulation(tmp_path: Path) -> None:
    one, other = (simulate(1, 2, 3, folder=tmp_path / name) for name in "ab")
    assert one == other
    assert one.counts["attempts"]
    assert simulate(1, 2, 4).counts != one.counts


# The referee can see it --------------------------------------------------------------------------


def broken(plan: Callable[[Session, World], None], world: World) -> set[str]:
    """The rules that the referee finds broken after a change of the rows; it is taken back."""
    referee = copy.deepcopy(world.referee)
    with Session(world.database._engine) as session:
        plan(session, world)
        referee.check(session, world.last)
        session.rollback()
    return {one.rule for one in referee.breaks}


def sql(*statements: str) -> Callable[[Session, World], None]:
    def plan(session: Session, _world: World) -> None:
        for statement in statements:
            changed = session.connection().execute(text(statement))
            assert not statement.startswith(("update", "insert")) or changed.rowcount, statement

    return plan


def _insert_offer(state: str, cost: int, *, decided: bool = False) -> str:
    """One more offer of the kind that the newest one is, in its case."""
    decider = "by_id" if decided else "null"
    return (
        "insert into case_offer (id, case_id, customer_id, store_id, offer_id, state, cost,"
        " ceiling, justification, proposed_at, by_id, decided_at, decided_by_id, decision_note,"
        " expires_on, version, created_at, updated_at)"
        f" select '{uuid.uuid4().hex}', case_id, customer_id, store_id, offer_id, '{state}',"
        f" {cost}, ceiling, '', '2026-09-05 10:00:00.000000', by_id, null, {decider}, '',"
        " '2026-12-31', 1, created_at, updated_at from case_offer order by id desc limit 1"
    )


PLANS: dict[str, tuple[str, ...]] = {
    "one_open_case": (
        "drop index uq_departure_case_open",
        (
            "update departure_case set stage = 'assigned', kind = 'lapsing',"
            " customer_id = (select min(customer_id) from departure_case)"
        ),
    ),
    "not_in_the_journal": ("update departure_case set owner_id = null where stage <> 'closed'",),
    "stopped_planned": (
        (
            "update customer set is_deceased = 1 where id in"
            " (select customer_id from departure_case"
            " where next_step = 'call' and stage <> 'closed')"
        ),
    ),
    "planned_on_holiday": (
        (
            "update departure_case set next_step = 'call', next_due = '2026-10-01',"
            " callback_at = null where stage <> 'closed'"
        ),
    ),
    "recovery": (
        (
            "insert into promise (id, customer_id, case_id, words, made_on, due_on, chase_count,"
            " note, version, created_at, updated_at)"
            f" select '{uuid.uuid4().hex}', customer_id, id, 'x', '2026-08-31', '2026-09-01',"
            " 0, '', 1, created_at, updated_at from departure_case"
            " where stage <> 'closed' limit 1"
        ),
    ),
    "offer_cap": tuple(_insert_offer("accepted", 0) for _n in range(4)),
    "approval": (_insert_offer("accepted", 10**8),),
    "ceiling": ("update case_offer set ceiling = ceiling + 100",),
    "budget": (_insert_offer("accepted", 10**8),),
    "watch": ("update departure_case set save_state = 'confirmed' where save_state = 'watching'",),
    "arm": ("update experiment_arm set arm = case arm when 'old' then 'new' else 'old' end",),
}


@pytest.mark.parametrize("rule", PLANS)
def test_that_the_referee_sees_what_is_wrong_in_the_rows(world: World, rule: str) -> None:
    assert rule in broken(sql(*PLANS[rule]), world)


def test_that_the_referee_sees_whose_own_offer_was_approved(world: World) -> None:
    plan = sql(_insert_offer("approved", 1, decided=True))
    assert "approval" in broken(plan, world)


def test_that_the_referee_sees_what_is_missing_or_wrong_on_a_list(world: World) -> None:
    with world.looking(world.office) as session:
        rows = session.execute(select(Case.id, Case.stage)).all()
        is_open = [row.id for row in rows if row.stage != "closed"]
        closed = next(row.id for row in rows if row.stage == "closed")
        with clock.travelling(at(world.last, 20)):
            good = [line.case_id for line in queue.queue(session)]

        def found(listed: list[uuid.UUID]) -> set[str]:
            referee = copy.deepcopy(world.referee)
            referee.look(session, world.last, listed, whole=True)
            return {one.rule for one in referee.breaks}

        assert found(good) == set()
        assert set(is_open) >= set(good)
        assert found(good[1:]) == {"queue_missing"}
        assert found([*good, good[0]]) == {"queue_twice"}
        assert found([*good, closed]) == {"queue_stopped"}
        referee = copy.deepcopy(world.referee)
        session.info["actor"] = world.agents[0].actor
        referee.look_at_own(session, world.last, [], good)
        assert {one.rule for one in referee.breaks} == {"queue_missing", "queue_of_others"}


def test_that_the_referee_sees_services_that_let_everything_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The people of the simulation do what the rules allow; these rules allow everything."""

    def anything(_facts: object, at: dt.datetime, channel: Channel, **more: Any) -> Any:
        return contact_rules.Verdict(at, channel, more["purpose"], (), at)

    monkeypatch.setattr(contact_rules, "may_contact", anything)
    monkeypatch.setattr(simulation_calls, "_ROUNDS", ((7, 0), (11, 50), (12, 40), (21, 30)))
    monkeypatch.setattr(simulation_calls, "_RESULTS", ((AttemptResult.BUSY, 1.0),))
    world = worked(tmp_path, 1, 4, 2)
    world.database.close()
    assert {one.rule for one in world.referee.breaks} == {
        "quiet_hours", "lunch", "contact_budget", "throttle",
    }  # fmt: skip


# What only the journal shows ---------------------------------------------------------------------

NIGHT, NOON, MORNING = dt.time(22, 15), dt.time(12, 30), dt.time(10, 5)
FRIDAY, SATURDAY = dt.date(2026, 9, 4), dt.date(2026, 9, 5)
HOLIDAY = dt.date(2026, 10, 1)


class Entries:
    """Writes entries of a journal as if the program had made them."""

    def __init__(self, session: Session, world: World) -> None:
        self.session, self.me = session, world.agents[0].actor.user_id
        self.seq = 10**6
        self.customer, self.case = uuid.uuid4(), uuid.uuid4()

    def add(
        self, moment: dt.datetime, entity: str, key: uuid.UUID, op: str, /, **fields: Any
    ) -> None:
        self.seq += 1
        named = {"device": "referee", "seq": self.seq, "kind": "edit", "title": "x"}
        made = ChangeSet(id=uuid.uuid4(), at=moment, actor_id=self.me, **named)
        self.session.add(made)
        self.session.flush()
        plain = {name: recording.plain(value) for name, value in fields.items()}
        if op == "update":
            plain = {name: [None, value] for name, value in plain.items()}
        what = {"position": 0, "entity": entity, "row_id": str(key), "op": op, "fields": plain}
        self.session.add(Change(change_set_id=made.id, **what))
        self.session.flush()

    def opened(self, key: uuid.UUID | None = None, **fields: Any) -> uuid.UUID:
        case = key or self.case
        values = {
            "customer_id": self.customer, "kind": "lapsing", "stage": "assigned",
            "owner_id": None, "callback_at": None,
        }  # fmt: skip
        self.add(at(FRIDAY, 9), "departure_case", case, "insert", **(values | fields))
        return case

    def hold(self, key: uuid.UUID, day: dt.date, owner: uuid.UUID | None) -> None:
        self.add(at(day, 10), "departure_case", key, "update", owner_id=owner)

    def call(self, moment: dt.datetime, result: str = "reached", **fields: Any) -> None:
        values = {
            "case_id": self.case, "customer_id": self.customer, "at": moment, "channel": "call",
            "result": result, "is_informal": False, "by_customer": False,
        }  # fmt: skip
        self.add(moment, "contact_attempt", uuid.uuid4(), "insert", **(values | fields))


def called(*moments: dt.datetime, result: str = "reached") -> Callable[[Entries], None]:
    def write(entries: Entries) -> None:
        entries.opened()
        for each in moments:
            entries.call(each, result)

    return write


def on(day: dt.date, time: dt.time = MORNING) -> dt.datetime:
    return at(day, time.hour, time.minute)


def held_too_many(entries: Entries) -> None:
    for _case in range(NUMBERS.capacity + 1):
        entries.hold(entries.opened(uuid.uuid4(), customer_id=uuid.uuid4()), FRIDAY, entries.me)


def claimed_back(entries: Entries) -> None:
    case = entries.opened(owner_id=entries.me)
    entries.hold(case, FRIDAY, None)
    entries.hold(case, FRIDAY + dt.timedelta(days=5), entries.me)


def claimed_in_time(entries: Entries) -> None:
    case = entries.opened(owner_id=entries.me)
    entries.hold(case, FRIDAY, None)
    entries.hold(case, FRIDAY + dt.timedelta(days=6), entries.me)


def opened_twice(entries: Entries) -> None:
    entries.opened()
    entries.opened(uuid.uuid4())


def opened_anew(entries: Entries) -> None:
    entries.opened()
    entries.add(at(FRIDAY, 9), "departure_case", entries.case, "update", stage="closed")
    entries.opened(uuid.uuid4())


def called_the_dead(entries: Entries) -> None:
    entries.opened()
    entries.add(on(FRIDAY), "customer", entries.customer, "update", is_deceased=True)
    entries.call(on(FRIDAY, dt.time(11)))


def visited_and_called(entries: Entries) -> None:
    """Two calls and a visit on one day; the visit is ticked off and logged, and counts once."""
    entries.opened()
    monday = FRIDAY + dt.timedelta(days=3)
    entries.call(on(FRIDAY))
    entries.call(on(monday), channel="visit")
    visit = {"customer_id": entries.customer, "state": "done", "done_on": monday}
    entries.add(on(monday), "visit", uuid.uuid4(), "insert", **visit)
    entries.call(on(monday, dt.time(15)))


def visited_thrice(entries: Entries) -> None:
    entries.opened()
    for day in (2, 3, 4):
        visit = {"customer_id": entries.customer, "state": "done", "done_on": dt.date(2026, 9, day)}
        entries.add(on(dt.date(2026, 9, day)), "visit", uuid.uuid4(), "insert", **visit)
    entries.call(on(FRIDAY, dt.time(15)))


def called_back_at_noon(entries: Entries) -> None:
    entries.opened(callback_at=on(FRIDAY, dt.time(12, 15)))
    entries.call(on(FRIDAY, NOON))


WEEK = [FRIDAY + dt.timedelta(days=number) for number in (0, 3, 4, 5)]
MONTH = [dt.date(2026, 9, day) for day in (1, 4, 9, 11, 16, 18, 23, 28, 29)]
JOURNALS: dict[str, tuple[Callable[[Entries], None], set[str]]] = {
    "night": (called(on(FRIDAY, NIGHT)), {"quiet_hours"}),
    "lunch": (called(on(FRIDAY, NOON)), {"lunch"}),
    "asked for": (called_back_at_noon, set()),
    "weekend": (called(on(SATURDAY)), {"working_day"}),
    "festival": (called(on(HOLIDAY)), {"working_day", "festival"}),
    "three a week": (called(*map(on, WEEK[:3])), set()),
    "four a week": (called(*map(on, WEEK)), {"contact_budget"}),
    "eight a month": (called(*map(on, MONTH[:8])), set()),
    "nine a month": (called(*map(on, MONTH)), {"contact_budget"}),
    "three failed": (called(*map(on, WEEK[:3]), on(WEEK[3]), result="busy"),
                     {"contact_budget", "throttle"}),
    "visits": (visited_and_called, set()),
    "visits count": (visited_thrice, {"contact_budget"}),
    "the dead": (called_the_dead, {"stopped_contacted"}),
    "too many": (held_too_many, {"capacity", "claims_per_day"}),
    "cool-off": (claimed_back, {"cool_off"}),
    "after the cool-off": (claimed_in_time, set()),
    "twice": (opened_twice, {"one_open_case"}),
    "anew": (opened_anew, set()),
}  # fmt: skip


@pytest.mark.parametrize("what", JOURNALS)
def test_that_the_referee_reads_the_journal_aright(world: World, what: str) -> None:
    write, expected = JOURNALS[what]

    def plan(session: Session, world: World) -> None:
        write(Entries(session, world))

    assert broken(plan, world) == expected


# The long form -----------------------------------------------------------------------------------


def long_form(difference: float) -> Simulated:
    found = simulate(20, 60, 1, difference=difference)
    assert found.breaks == ()
    old, new = found.experiment.arms
    assert min(old.saved.n, new.saved.n) > 800
    assert found.experiment.split.verdict is SplitCheck.AS_PLANNED
    assert found.counts["approvals"] > 50
    assert found.counts["confirmed_saves"] > 200
    assert min(found.told[name] for name in ("recycled", "recoveries", "stopped_customers")) > 0
    return found


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_that_a_difference_of_ten_points_is_found_in_sixty_days() -> None:
    read_out = long_form(0.1).experiment.arms[1].against_first
    assert read_out is not None
    assert read_out.verdict is Verdict.BETTER


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_that_no_difference_is_not_found_in_sixty_days() -> None:
    read_out = long_form(0.0).experiment.arms[1].against_first
    assert read_out is not None
    assert read_out.verdict is Verdict.NOT_SHOWN


def test_that_a_simulation_needs_no_folder_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert simulate(1, 1, 1).days == 1
    assert list(tmp_path.iterdir()) == []
    assert dt.date(2026, 8, 31) == FIRST
