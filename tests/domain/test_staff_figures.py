"""Turnover, key persons and latency, with worked numbers."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from db.vocabulary import CadenceRole, Channel, CustomerClass, Fate
from desktop_app.domain.compliance import Made
from desktop_app.domain.rates import Rate
from desktop_app.domain.staff_figures import (
    KeyPerson,
    LeftBehind,
    ReliancePolicy,
    TenureBand,
    churn_of_leavers,
    key_persons,
    latency,
    median_latency,
    reliances,
    tenure_band,
    turnover,
)

DAY = dt.date(2026, 9, 15)
SHORT, MID, VETERAN = TenureBand


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, SHORT), (60, SHORT), (61, MID), (365, MID), (366, VETERAN), (4000, VETERAN)],
)
def test_that_the_bands_end_at_60_and_365_days(days: int, band: TenureBand) -> None:
    assert tenure_band(DAY - dt.timedelta(days=days), DAY) is band


ANY = ReliancePolicy(contacts=1)
"""Judges a share however few the contacts are."""


def test_that_turnover_is_leavers_by_average_headcount() -> None:
    """F-37: 6 of (50 + 40) / 2 = 45 are 13.3 %."""
    assert turnover(6, [50, 40]) == pytest.approx(0.1333, abs=0.0001)
    assert turnover(6, [50, 45, 40]) == pytest.approx(0.1333, abs=0.0001)
    assert turnover(1, [0, 0]) is None
    assert turnover(1, []) is None


def test_that_customers_of_leavers_are_counted_by_band_and_fate() -> None:
    rows = [
        LeftBehind(VETERAN, Fate.TAKEN_ALONG, has_churned=True),
        LeftBehind(VETERAN, Fate.TRANSFERRED, has_churned=False),
        LeftBehind(VETERAN, Fate.TRANSFERRED, has_churned=True),
        LeftBehind(SHORT, Fate.LEFT_UNATTENDED, has_churned=False),
    ]
    assert churn_of_leavers(rows) == {
        (SHORT, Fate.LEFT_UNATTENDED): Rate(0, 1),
        (VETERAN, Fate.TAKEN_ALONG): Rate(1, 1),
        (VETERAN, Fate.TRANSFERRED): Rate(1, 2),
    }


def contacts(customer: object, **people: int) -> list[Made]:
    return [
        Made(customer, CadenceRole.SALES, Channel.CALL, DAY - dt.timedelta(days=n), who)
        for who, count in people.items()
        for n in range(count)
    ]


def test_that_eight_of_ten_contacts_by_one_person_are_a_warning() -> None:
    """F-36: 8 of 10 are 0.80, 7 of 9 are 0.78. A customers need three people in contact."""
    made = [
        *contacts("ten", li=8, wu=2),
        *contacts("nine", li=7, wu=1, zhao=1),
        Made("old", CadenceRole.SALES, Channel.CALL, DAY - dt.timedelta(days=180), "li"),
        Made("informal", CadenceRole.GM, Channel.VISIT, DAY, "li", is_informal=True),
        Made("informal", CadenceRole.GM, Channel.VISIT, DAY + dt.timedelta(days=1), "wu"),
    ]
    klass = {
        "ten": CustomerClass.A,
        "nine": CustomerClass.A,
        "old": CustomerClass.C,
        "informal": None,
    }
    found = {each.customer: each for each in reliances(klass, made, DAY, ANY)}
    assert (found["ten"].person, found["ten"].index, found["ten"].points) == ("li", Rate(8, 10), 2)
    assert (found["ten"].is_key, found["ten"].is_short) == (True, True)
    assert (found["nine"].is_key, found["nine"].is_short) == (False, False)
    assert found["old"].person is None
    assert found["old"].index.share is None
    assert (found["old"].is_key, found["old"].is_short) == (False, True)
    assert (found["informal"].index, found["informal"].is_key) == (Rate(1, 1), True)
    wider = reliances(klass, made, DAY, ReliancePolicy(days=181))
    assert wider[2].person == "li"
    assert key_persons(found.values(), {"ten": 500_00, "nine": 1}) == (KeyPerson("li", 2, 500_00),)


def test_that_a_share_of_few_contacts_is_no_warning() -> None:
    made = [*contacts("two", li=2), *contacts("three", li=3)]
    two, three = reliances({"two": None, "three": None}, made, DAY)
    assert (two.index, two.is_key) == (Rate(2, 2), False)
    assert (three.index, three.is_key) == (Rate(3, 3), True)


def test_that_key_persons_are_ranked_by_value() -> None:
    made = [*contacts(1, li=1), *contacts(2, wu=1)]
    found = reliances({1: None, 2: None, 3: None}, made, DAY, ANY)
    assert [row.person for row in key_persons(found, {1: 5, 2: 6})] == ["wu", "li"]


def test_that_latency_is_real_time_from_detection_to_call() -> None:
    """F-40: found on Saturday 24 October 12:00 in Berlin, called a day later: 25 hours."""
    berlin = ZoneInfo("Europe/Berlin")
    found = dt.datetime(2026, 10, 24, 12, tzinfo=berlin)
    called = dt.datetime(2026, 10, 25, 12, tzinfo=berlin)
    assert latency(found, called) == dt.timedelta(hours=25)
    hours = [dt.timedelta(hours=n) for n in (1, 2, 48)]
    assert median_latency((found, found.astimezone(dt.UTC) + n) for n in hours) == hours[1]
    assert median_latency([]) is None
