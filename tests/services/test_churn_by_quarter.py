"""Churn by quarter beside leavers, from the database: numbers worked out by hand."""

import datetime as dt

import pytest
from scipy import stats

from db.models import StaffProfile
from db.session import Actor, Session
from db.vocabulary import CustomerClass, Fate, Role
from desktop_app.domain.churn_quarters import Trend
from desktop_app.domain.rates import Rate
from desktop_app.domain.staff_figures import TenureBand
from desktop_app.errors import NotAllowedError
from desktop_app.services import churn_quarters
from tests import factories
from tests.duty_world import add_customers, add_leaver, lose, lose_by_quarter
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

LOST = {
    dt.date(2024, 8, 10): 4, dt.date(2024, 11, 10): 11, dt.date(2025, 2, 10): 12,
    dt.date(2025, 5, 10): 4, dt.date(2025, 8, 10): 5, dt.date(2025, 11, 10): 12,
    dt.date(2026, 2, 10): 13, dt.date(2026, 5, 10): 5,
}  # fmt: skip
LEFT = (0, 1, 2, 0, 0, 1, 2, 0)


def fill(session: Session) -> None:
    """100 customers of which 66 are lost over eight quarters, and six who left."""
    customers = add_customers(session, "C", 100)
    lose_by_quarter(session, customers, LOST)
    lose(session, customers[99:], dt.date(2026, 8, 1))  # the quarter is not over
    for hired, left, held in (
        (dt.date(2024, 10, 1), dt.date(2024, 11, 3), customers[:6]),
        (dt.date(2020, 1, 1), dt.date(2025, 1, 15), customers[15:35]),
        (dt.date(2025, 1, 2), dt.date(2025, 3, 31), []),
        (None, dt.date(2025, 12, 31), customers[40:43]),
        (dt.date(2025, 1, 1), dt.date(2026, 1, 1), []),
        (dt.date(2025, 8, 1), dt.date(2026, 2, 15), []),
        (dt.date(2022, 1, 1), dt.date(2026, 12, 31), []),  # has given notice
    ):
        add_leaver(session, hired, left, held)


@pytest.fixture
def found(desk: Desk, admin: Actor) -> churn_quarters.ChurnQuarters:
    desk.do(admin, fill)
    return desk.look(admin, churn_quarters.figures)


def test_that_the_last_eight_quarters_that_are_over_are_counted(
    found: churn_quarters.ChurnQuarters,
) -> None:
    assert [quarter.first for quarter in found.quarters] == [
        dt.date(2024 + (6 + 3 * n) // 12, (6 + 3 * n) % 12 + 1, 1) for n in range(8)
    ]
    assert all(found.is_whole)
    rates = found.churn[CustomerClass.C]
    assert [rate.hits for rate in rates] == list(LOST.values())
    assert [rate.n for rate in rates] == [100, 96, 85, 73, 69, 64, 52, 39]
    assert found.total == rates
    assert found.trends == {
        CustomerClass.A: Trend.UNKNOWN,
        CustomerClass.B: Trend.UNKNOWN,
        CustomerClass.C: Trend.RISING,
    }


def test_that_leavers_and_turnover_are_counted_by_quarter_and_tenure(
    found: churn_quarters.ChurnQuarters,
) -> None:
    assert tuple(one.leavers for one in found.staff) == LEFT
    bands = [dict(one.by_band) for one in found.staff]
    assert bands[1] == {TenureBand.SHORT: 1}
    assert bands[2] == {TenureBand.VETERAN: 1, TenureBand.MID: 1}
    assert bands[5] == {None: 1}
    assert bands[6] == {TenureBand.MID: 2}, "2025-01-01 to 2026-01-01 are 365 days"
    # of the template: agent, field staff, store and department manager, trainer
    first, second = found.staff[0], found.staff[1]
    assert (first.headcount, first.turnover) == (8.5, 0)  # 8 on 1 July; 9 on 1 October
    assert second.headcount == 9  # 9 on 1 October; one left, one began on 1 January
    assert second.turnover == pytest.approx(1 / 9)
    assert found.bands[TenureBand.SHORT][0] == 1
    assert found.bands[TenureBand.MID][0] == 3
    assert sum(count for count, _share in found.bands.values()) == 6


def test_that_churn_goes_with_leavers_as_scipy_says(
    found: churn_quarters.ChurnQuarters,
) -> None:
    shares = [hits / n for hits, n in zip(
        LOST.values(), (100, 96, 85, 73, 69, 64, 52, 39), strict=True
    )]  # fmt: skip
    same, later = found.same[CustomerClass.C], found.later[CustomerClass.C]
    assert same.n == 8
    assert same.r == pytest.approx(stats.pearsonr(shares, LEFT).statistic)
    assert later.n == 7
    assert later.r == pytest.approx(stats.pearsonr(shares[1:], LEFT[:-1]).statistic)
    assert found.same[CustomerClass.A].r is None


def test_that_customers_of_leavers_are_told_by_tenure(
    found: churn_quarters.ChurnQuarters,
) -> None:
    unattended = Fate.LEFT_UNATTENDED
    # of C0-5 four were lost before and two a week after; all of C15-34 within a year
    assert found.of_leavers[TenureBand.SHORT, unattended] == Rate(2, 6)
    assert found.of_leavers[TenureBand.VETERAN, unattended] == Rate(20, 20)
    assert set(found.of_leavers) == {
        (TenureBand.SHORT, unattended), (TenureBand.VETERAN, unattended),
    }  # fmt: skip


def test_that_a_quarter_that_is_not_over_is_shown_but_not_judged(
    desk: Desk, admin: Actor, found: churn_quarters.ChurnQuarters
) -> None:
    now = desk.look(admin, churn_quarters.figures, dt.date(2024, 8, 1), dt.date(2026, 9, 30))
    assert now.is_whole == (*[True] * 8, False)
    assert now.churn[CustomerClass.C][-1] == Rate(1, 34)
    assert now.trends == found.trends
    assert now.same == found.same


def test_that_one_end_of_the_period_gives_the_other(desk: Desk, admin: Actor) -> None:
    def of(*days: dt.date | None) -> tuple[dt.date, dt.date, int]:
        made = desk.look(admin, churn_quarters.figures, *days)
        return made.quarters[0].first, made.quarters[-1].last, len(made.quarters)

    assert of(dt.date(2026, 2, 2)) == (dt.date(2026, 1, 1), dt.date(2026, 6, 30), 2)
    assert of(dt.date(2026, 9, 1)) == (dt.date(2026, 7, 1), dt.date(2026, 9, 30), 1)
    assert of(None, dt.date(2025, 12, 31)) == (dt.date(2024, 1, 1), dt.date(2025, 12, 31), 8)


def test_that_a_store_counts_its_own_customers_and_employees(desk: Desk, admin: Actor) -> None:
    def fill_two(session: Session) -> Actor:
        other = factories.add_store(session)
        lose(session, add_customers(session, "X", 5, store_id=other), dt.date(2026, 5, 1))
        lose(session, add_customers(session, "Y", 3, store_id=admin.store_id), dt.date(2026, 5, 1))
        stranger = factories.add_user(session, Role.FIELD_STAFF, other)
        session.add(StaffProfile(user_id=stranger.user_id, left_on=dt.date(2026, 5, 1)))
        return factories.add_user(session, Role.STORE_MANAGER, other)

    manager = desk.do(admin, fill_two)
    own = desk.look(manager, churn_quarters.figures)
    assert own.total[-1] == Rate(5, 5)
    assert own.staff[-1].leavers == 1
    assert desk.look(admin, churn_quarters.figures).total[-1] == Rate(8, 8)


def test_that_who_sees_no_reports_sees_no_churn(desk: Desk) -> None:
    with desk.database.read() as session, pytest.raises(NotAllowedError):
        churn_quarters.figures(session)
