"""The figures of the team against pandas and scipy, on a team planted through the services."""

import importlib.util
import sys
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import time_machine
from scipy import stats
from sqlalchemy import select

from db.models import Case, CaseOffer, Coupon, Offer
from db.session import Actor, Session
from db.vocabulary import Approach, CustomerClass, NextStep, OfferGoal, OfferState, Outcome, Role
from desktop_app.domain.case_mix import Standing
from desktop_app.domain.cases import CaseDraft, CloseDraft
from desktop_app.domain.survival import Curve, Difference
from desktop_app.errors import NotAllowedError
from desktop_app.reports import team_charts
from desktop_app.services import cases, outcome_settings, team_figures, team_work
from desktop_app.services.outcome_settings import OutcomeSettings
from desktop_app.services.team_figures import TeamFigures, TeamFilter
from desktop_app.services.team_work import Work
from tests import factories
from tests.conftest import not_followed
from tests.factories import Desk
from tests.world import once

_spec = importlib.util.spec_from_file_location(
    "team_world", Path(__file__).with_name("team_world.py")
)
assert _spec is not None
assert _spec.loader is not None
team_world = importlib.util.module_from_spec(_spec)
sys.modules["team_world"] = team_world
_spec.loader.exec_module(team_world)

AS_OF: date = team_world.AS_OF
NOW = team_world.at(AS_OF + timedelta(days=1))
WATCH = 30


@pytest.fixture(scope="module")
def world(lasting_desk: Desk, lasting_actors: dict[Role, Actor]) -> team_world.World:
    with not_followed():
        admin = lasting_actors[Role.ADMINISTRATOR]
        plant = partial(team_world.plant, lasting_desk, admin)
        return once(lasting_desk.database, "team world", plant)


@pytest.fixture(scope="module")
def boss(lasting_actors: dict[Role, Actor]) -> Actor:
    return lasting_actors[Role.DEPT_MANAGER]


@pytest.fixture(autouse=True)
def the_day_after() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def counted(world: team_world.World) -> pd.DataFrame:
    """What is counted: no duplicates; state and end of each save by the definitions."""
    table = world.table[world.table.outcome != "duplicate"].copy()
    last = [day + timedelta(days=WATCH) for day in table.closed]
    first = [min((d for d, _a in row.orders if d >= row.closed), default=None)
             for row in table.itertuples()]  # fmt: skip
    state, ended = [], []
    for row, until, bought in zip(table.itertuples(), last, first, strict=True):
        if not row.saved:
            state.append(None)
            ended.append(None)
        elif row.left is not None and row.left <= until:
            state.append("lost_deflect")
            ended.append(row.left)
        elif bought is not None and bought <= until:
            state.append("confirmed")
            ended.append(row.left)
        elif until < AS_OF:
            state.append("lost_deflect")
            ended.append(until)
        else:
            state.append("watching")
            ended.append(row.left)
    return table.assign(state=state, ended=ended, first_order=first, until=last)


def figures(desk: Desk, who: Actor, **criteria: object) -> TeamFigures:
    return desk.look(who, team_figures.figures, TeamFilter(**criteria))


def same_rate(rate: object, hits: int, n: int) -> None:
    """Hits, n, share and Wilson interval as scipy gives them."""
    assert (rate.rate.hits, rate.rate.n) == (hits, n)
    assert rate.share == pytest.approx(hits / n)
    known = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert (rate.interval.low, rate.interval.high) == pytest.approx((known.low, known.high))
    assert rate.is_enough == (n >= 30)


# ---------------------------------------------------------------- save rates


def test_that_the_save_rate_has_both_denominators(
    lasting_desk: Desk, boss: Actor, world: team_world.World
) -> None:
    table, found = counted(world), figures(lasting_desk, boss).saves
    assert found.closed == len(table)
    same_rate(found.of_contacted, table.saved.sum(), table.contacted.sum())
    same_rate(found.of_everybody, table.saved.sum(), len(table))


def test_that_confirmed_saves_are_counted_among_cases_closed_long_enough(
    lasting_desk: Desk, boss: Actor, world: team_world.World
) -> None:
    table, found = counted(world), figures(lasting_desk, boss).saves
    decided = table[[day < AS_OF for day in table.until]]
    assert 0 < found.too_recent == len(table) - len(decided)
    confirmed = decided[decided.state == "confirmed"]
    same_rate(found.confirmed_of_contacted, len(confirmed), decided.contacted.sum())
    same_rate(found.confirmed_of_everybody, len(confirmed), len(decided))
    states = table.state.value_counts()
    same_rate(
        found.lost_deflects,
        states["lost_deflect"],
        states["lost_deflect"] + states["confirmed"],
    )
    assert found.watching == states.get("watching", 0)


def test_that_people_and_stores_have_their_own(
    lasting_desk: Desk, boss: Actor, world: team_world.World
) -> None:
    table, found = counted(world), figures(lasting_desk, boss)
    for units, column in ((found.agents, "owner"), (found.stores, "store")):
        assert {unit.name.id for unit in units} == set(table[column])
        for unit in units:
            own = table[table[column] == unit.name.id]
            same_rate(unit.saves.of_contacted, own.saved.sum(), own.contacted.sum())


def test_that_a_period_limits_by_the_day_of_closing(
    lasting_desk: Desk, boss: Actor, world: team_world.World
) -> None:
    table = counted(world)
    start, end = date(2025, 12, 1), date(2026, 1, 31)
    inside = table[[start <= day <= end for day in table.closed]]
    found = figures(lasting_desk, boss, start=start, end=end).saves
    assert 0 < found.closed == len(inside)
    empty = figures(lasting_desk, boss, start=date(2030, 1, 1))
    assert (empty.saves.closed, empty.saves.of_contacted.share, empty.agents) == (0, None, ())
    assert empty.saves.above_reference is None
    assert empty.after[0].curve.points == ()


def test_that_the_rate_is_compared_with_one_half_only_when_there_is_enough() -> None:
    def saves(hits: int, n: int) -> bool | None:
        share = team_figures.Share(team_figures.Rate(hits, n), n >= 30)
        return team_figures.Saves(n, *(share,) * 5, 0, 0).above_reference

    assert (saves(80, 100), saves(20, 100), saves(50, 100), saves(20, 20)) == (
        True, False, None, None,
    )  # fmt: skip


# ---------------------------------------------------------------- expected against observed


def test_that_the_expectation_is_that_of_the_same_cases_of_all(
    lasting_desk: Desk, boss: Actor, world: team_world.World
) -> None:
    table = counted(world)
    reached = table[table.contacted]
    overall = reached.saved.mean()
    strata = reached.groupby(["group", "klass", "kind"]).saved.agg(["sum", "count"])
    strata["rate"] = (strata["sum"] + 10 * overall) / (strata["count"] + 10)
    chances = reached.join(strata.rate, on=["group", "klass", "kind"])
    for units, column in (
        (figures(lasting_desk, boss).agents, "owner"),
        (figures(lasting_desk, boss).stores, "store"),
    ):
        for unit in units:
            own = chances[chances[column] == unit.name.id]
            assert unit.adjusted is not None
            assert unit.adjusted.expected == pytest.approx(own.rate.sum())
            assert unit.adjusted.saved == own.saved.sum()
            distribution = np.array([1.0])
            for chance in own.rate:
                distribution = np.convolve(distribution, [1 - chance, chance])
            so_far = distribution.cumsum()
            low, high = np.searchsorted(so_far, 0.025), np.searchsorted(so_far, 0.975)
            assert (unit.adjusted.limits.low, unit.adjusted.limits.high) == (low, high)
            if len(own) >= 30:
                inside = low <= own.saved.sum() <= high
                assert (unit.adjusted.standing is Standing.AS_EXPECTED) == inside


# ---------------------------------------------------------------- after a save


def stays(table: pd.DataFrame) -> tuple[list[int], list[bool]]:
    """Days and whether the customer left, of the saves."""
    days, left = [], []
    for row in table[table.saved].itertuples():
        gone = row.ended is not None and row.ended <= AS_OF
        days.append(((row.ended if gone else AS_OF) - row.closed).days)
        left.append(gone)
    return days, left


def censored(table: pd.DataFrame) -> stats.CensoredData:
    days, left = np.array(stays(table)[0]), np.array(stays(table)[1], dtype=bool)
    return stats.CensoredData(uncensored=days[left], right=days[~left])


def same_curve(curve: Curve, table: pd.DataFrame) -> None:
    known = stats.ecdf(censored(table)).sf
    assert curve.n == table.saved.sum()
    for day in (30, 60, 90, 150):
        point = curve.at(day)
        if point is not None:
            assert point.staying == pytest.approx(float(known.evaluate(day)))


def test_that_survival_and_its_test_are_those_of_scipy(
    lasting_desk: Desk, boss: Actor, world: team_world.World
) -> None:
    table, found = counted(world), figures(lasting_desk, boss)
    everybody, *approaches = found.after
    assert everybody.approach is None
    same_curve(everybody.curve, table)
    for one in approaches:
        same_curve(one.curve, table[table.approach == one.approach])
    assert {one.approach: one.curve.is_enough for one in approaches} == {
        Approach.RELATIONSHIP: True, Approach.PRICE: True, Approach.MIXED: False,
    }  # fmt: skip
    first, second = (censored(table[table.approach == name]) for name in ("relationship", "price"))
    known = stats.logrank(first, second)
    assert found.approaches.statistic == pytest.approx(known.statistic**2)
    assert found.approaches.p == pytest.approx(known.pvalue)
    shown = Difference.SHOWN if known.pvalue < 0.05 else Difference.NOT_SHOWN
    assert found.approaches.verdict is shown
    assert found.no_approach == (table.saved & table.approach.isna()).sum() > 0


def test_that_returns_and_re_churn_leave_out_who_is_too_recent(
    lasting_desk: Desk, boss: Actor, world: team_world.World
) -> None:
    table = counted(world)
    saves = table[table.saved]
    for one in figures(lasting_desk, boss).after:
        own = saves if one.approach is None else saves[saves.approach == one.approach]
        for days, followed in one.returned.items():
            old = [r for r in own.itertuples() if r.closed + timedelta(days=days) < AS_OF]
            hits = [r for r in old if r.first_order is not None
                    and r.first_order <= r.closed + timedelta(days=days)]  # fmt: skip
            assert (followed.rate.hits, followed.rate.n) == (len(hits), len(old))
            assert followed.too_recent == len(own) - len(old)
        held = own[own.state == "confirmed"]
        for months, followed in one.re_churn.items():
            ends = [day + pd.DateOffset(months=months) for day in pd.to_datetime(held.closed)]
            old = [(row, end) for row, end in zip(held.itertuples(), ends, strict=True)
                   if end.date() < AS_OF]  # fmt: skip
            hits = [row for row, end in old if row.ended is not None and row.ended <= end.date()]
            assert (followed.rate.hits, followed.rate.n) == (len(hits), len(old))


# ---------------------------------------------------------------- scripts and work


def test_that_script_outcomes_are_by_version_and_group_of_reasons(
    lasting_desk: Desk, boss: Actor, world: team_world.World
) -> None:
    table, found = counted(world), figures(lasting_desk, boss).scripts
    calls = table[table.attempts > 0]
    known = calls.groupby(["script", "group"]).saved.agg(["sum", "count"])
    assert {
        (one.version.number, one.reason_group): (one.rate.hits, one.rate.n)
        for one in found.versions
    } == {key: (row["sum"], row["count"]) for key, row in known.iterrows()}
    for one in found.versions:
        assert one.version.code == "planted"
        assert (one.share is None) == (one.rate.n < 30)
    branches = calls.groupby(["script", "group", "choice"]).saved.agg(["sum", "count"])
    assert {
        (one.version.number, one.reason_group, one.turns[0][1]): (one.rate.hits, one.rate.n)
        for one in found.branches
        if one.turns[0][0] == "ask"
    } == {key: (row["sum"], row["count"]) for key, row in branches.iterrows()}


def work(desk: Desk, who: Actor, **criteria: object) -> Work:
    return desk.look(who, team_work.work, TeamFilter(**criteria))


def test_that_attempts_are_counted_and_averaged(
    lasting_desk: Desk, boss: Actor, world: team_world.World
) -> None:
    table = counted(world)
    assert figures(lasting_desk, boss).attempts == table.attempts.value_counts().to_dict()
    found = work(lasting_desk, boss)
    assert found.attempts_per_case == pytest.approx(table.attempts.mean())
    assert (found.attempts_n, found.is_enough) == (len(table), True)


def test_that_the_time_to_the_first_call_is_that_of_pandas(
    lasting_desk: Desk, boss: Actor, world: team_world.World
) -> None:
    table = counted(world)
    end = date(2026, 3, 31)
    opened = np.array([moment.date() <= end for moment in table.opened_at])
    called = table[(table.attempts > 0) & opened]
    hours = pd.Series(
        [(r.first_at - r.opened_at).total_seconds() / 3600 for r in called.itertuples()]
    )
    everybody = work(lasting_desk, boss, end=end).speed[0]
    late = [day for day in world.table.left if day is not None and day <= end]
    assert everybody.contacted == len(hours)
    assert everybody.waiting == len(late)  # the cases that followed a save are open
    assert everybody.median_hours == pytest.approx(hours.median())
    assert everybody.quartiles == pytest.approx((hours.quantile(0.25), hours.quantile(0.75)))
    assert everybody.in_time.rate.n == len(hours) + len(late)


# ---------------------------------------------------------------- rights


def test_that_an_agent_sees_the_own_figures_and_the_expectation_of_all(
    lasting_desk: Desk, boss: Actor, world: team_world.World
) -> None:
    table, whole = counted(world), figures(lasting_desk, boss)
    for agent in world.agents:
        own = table[table.owner == agent.user_id]
        found = figures(lasting_desk, agent)
        assert found.saves.closed == len(own)
        (unit,) = found.agents
        assert unit == next(each for each in whole.agents if each.name.id == agent.user_id)
        assert work(lasting_desk, agent).attempts_n == len(own)


def test_that_a_store_manager_sees_the_store(
    lasting_desk: Desk,
    lasting_actors: dict[Role, Actor],
    world: team_world.World,
) -> None:
    table, manager = counted(world), lasting_actors[Role.STORE_MANAGER]
    own = table[table.store == manager.store_id]
    found = figures(lasting_desk, manager)
    assert found.saves.closed == len(own)
    assert {unit.name.id for unit in found.agents} == set(own.owner)
    other = next(store for store in world.stores if store != manager.store_id)
    assert figures(lasting_desk, manager, store_id=other).saves.closed == 0


def test_that_nobody_without_a_role_sees_figures(lasting_desk: Desk) -> None:
    with lasting_desk.database.read() as session:
        for service in (team_figures.figures, team_work.work):
            with pytest.raises(NotAllowedError, match="Nobody is signed in"):
                service(session)
        with pytest.raises(NotAllowedError, match="Nobody is signed in"):
            team_figures.limited(session, TeamFilter())


# ---------------------------------------------------------------- small worlds, worked by hand


def test_that_who_works_in_two_stores_is_shown_with_the_cases_of_the_one_in_sight(
    desk: Desk, admin: Actor, actors: dict[Role, Actor]
) -> None:
    """Reached at home: 2 lost; elsewhere: 6 saved. Of all 8, three quarters: 1.5 expected of 2."""
    other = desk.do(admin, factories.add_store)
    agent = desk.do(admin, factories.add_user, Role.AGENT, admin.store_id)
    unreached = desk.do(admin, factories.add_user, Role.AGENT, admin.store_id)
    elsewhere = desk.do(admin, factories.add_user, Role.AGENT, other)

    def close(session: Session, store: uuid.UUID, owner: Actor, outcome: Outcome) -> None:
        customer = factories.add_customer(session, store_id=store)
        case_id = factories.open_case(session, customer)
        assert owner.user_id is not None
        cases.assign(session, [case_id], owner.user_id)
        if owner is not unreached:
            factories.attempt(session, case_id)
        cases.close(session, case_id, CloseDraft(outcome=outcome, root_reason="unknown_other"))

    desk.do(admin, close, admin.store_id, unreached, Outcome.UNREACHABLE)
    for _number in range(2):
        desk.do(admin, close, admin.store_id, agent, Outcome.UNREACHABLE)
        desk.do(admin, close, other, unreached, Outcome.SAVED)
        for owner in (agent, elsewhere):
            desk.do(admin, close, other, owner, Outcome.SAVED)
    ways = (
        figures(desk, actors[Role.STORE_MANAGER]),
        figures(desk, actors[Role.DEPT_MANAGER], store_id=admin.store_id),
    )
    for found in ways:
        units = {unit.name.id: unit for unit in found.agents}
        assert units.keys() == {agent.user_id, unreached.user_id}
        assert units[unreached.user_id].adjusted is None  # nobody of the store was reached
        for unit in (units[agent.user_id], *found.stores):
            assert unit.adjusted is not None
            assert (unit.adjusted.cases, unit.adjusted.saved) == (2, 0)
            assert unit.adjusted.expected == pytest.approx(1.5)
            assert unit.saves.of_contacted.rate.n == unit.adjusted.cases
            assert unit.adjusted.limits.far_high <= 2
        figure = team_charts.saves_figure("x", found.agents, 1)
        assert figure is not None
        assert figure.keys == (str(agent.user_id),)


def test_that_the_first_call_is_in_time_by_the_class(desk: Desk, admin: Actor) -> None:
    monday = date(2026, 3, 2)
    agent = desk.do(admin, factories.add_user, Role.AGENT, admin.store_id)
    best, *others = (desk.do(admin, factories.add_customer) for _number in range(5))
    for customer, amount in ((best, 90_000), *((other, 100) for other in others)):
        desk.do(admin, factories.add_orders, customer, [(monday - timedelta(days=9), amount)])
    calls = (  # class A has one working day, the others three
        (best, team_world.at(date(2026, 3, 3), 10, 30)),
        (others[0], team_world.at(date(2026, 3, 5), 9, 30)),
        (others[1], team_world.at(date(2026, 3, 6), 10, 30)),
    )
    for customer, called_at in calls:
        with time_machine.travel(team_world.at(monday), tick=False):
            case_id = desk.do(admin, factories.open_case, customer)
            desk.do(admin, cases.assign, [case_id], agent.user_id)
        with time_machine.travel(called_at, tick=False):
            desk.do(agent, factories.attempt, case_id)
    with time_machine.travel(team_world.at(monday), tick=False):
        desk.do(admin, factories.open_case, others[2])
        duplicate = desk.do(admin, factories.open_case, others[3])
        desk.do(admin, cases.close, duplicate, CloseDraft(outcome=Outcome.DUPLICATE))

    def speeds(moment: datetime) -> dict[CustomerClass | None, tuple[int, int, int]]:
        with time_machine.travel(moment, tick=False):
            found = desk.look(admin, team_work.work).speed
        return {
            one.klass: (one.in_time.rate.hits, one.in_time.rate.n, one.waiting) for one in found
        }

    soon = speeds(team_world.at(date(2026, 3, 4)))
    assert soon[None] == (1, 3, 1)
    later = speeds(team_world.at(date(2026, 3, 9)))
    assert later == {None: (1, 4, 1), CustomerClass.A: (0, 1, 0), CustomerClass.C: (1, 3, 1)}


def test_that_the_load_ahead_is_planned_work_and_what_follows(desk: Desk, admin: Actor) -> None:
    desk.do(admin, outcome_settings.change, OutcomeSettings(contacts_a_day=2))
    agent = desk.do(admin, factories.add_user, Role.AGENT, admin.store_id)
    gone = desk.do(admin, factories.add_user, Role.AGENT, admin.store_id)
    monday = date(2026, 3, 2)
    with time_machine.travel(team_world.at(monday), tick=False):
        for due in (monday - timedelta(days=3), monday, monday, monday + timedelta(days=5)):
            case_id = desk.do(admin, factories.assigned_case, agent.user_id)
            case = desk.look(admin, lambda session, key=case_id: session.get_one(Case, key))
            plan = CaseDraft(next_step=NextStep.CALL, next_due=due)
            desk.do(admin, cases.change, case_id, case.version, plan)
        desk.do(admin, factories.assigned_case, gone.user_id)
        desk.do(admin, factories.leave, gone.user_id)
        (load,) = desk.look(admin, team_work.work).loads
    assert load.name.id == agent.user_id
    assert [(day.day.day, day.due, day.left_over) for day in load.days[:6]] == [
        (2, 3, 1.0), (3, 0, 0.0), (4, 0, 0.0), (5, 0, 0.0), (6, 0, 0.0), (9, 1, 0.0),
    ]  # fmt: skip
    assert (load.due, load.expected, load.full_on) == (4, 0, monday)
    assert len(load.days) == 10


def test_that_coupons_are_counted_where_there_are_any(desk: Desk, admin: Actor) -> None:
    assert figures(desk, admin).coupons is None
    case_id = desk.do(admin, factories.open_case)

    def give(session: Session, redeemed: int, issued: int) -> None:
        factories.name(session)
        case = session.get_one(Case, case_id)
        offer = session.scalars(select(Offer)).first() or Offer(
            code="t_coupon", zh="券", en="Coupon", goal=OfferGoal.PRICE, approach=Approach.PRICE
        )
        session.add(offer)
        session.flush()
        made = CaseOffer(
            case_id=case_id, customer_id=case.customer_id, offer_id=offer.id, cost=0,
            state=OfferState.ACCEPTED, proposed_at=NOW,
        )  # fmt: skip
        session.add(made)
        session.flush()
        for number in range(issued):
            session.add(
                Coupon(
                    code=str(uuid.uuid4()), case_offer_id=made.id, customer_id=case.customer_id,
                    issued_on=date(2026, 3, 1), expires_on=date(2026, 4, 1),
                    redeemed_on=date(2026, 3, 2) if number < redeemed else None,
                )
            )  # fmt: skip

    desk.do(admin, give, 9, 40)
    found = figures(desk, admin)
    assert found.coupons is not None
    same_rate(found.coupons, 9, 40)
    assert figures(desk, admin, start=date(2026, 3, 2)).coupons is None
