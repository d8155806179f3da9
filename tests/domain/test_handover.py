"""Orphans, receivers and rotation."""

import datetime as dt
import time
from collections import Counter

from db.vocabulary import CustomerClass, Seat, SkillKind
from desktop_app.domain.handover import (
    HandoverPolicy,
    Holding,
    NoReceiver,
    Orphan,
    OrphanReason,
    Receiver,
    Rotation,
    Suggestion,
    Vacancy,
    coverage,
    holders,
    orphans,
    rotations,
    suggest,
)
from desktop_app.domain.rates import Rate
from desktop_app.domain.work_calendar import WEEKDAYS

DAY = dt.date(2026, 9, 15)
PRIMARY, BACKUP = Seat.PRIMARY, Seat.BACKUP
A, B, C = CustomerClass.A, CustomerClass.B, CustomerClass.C


def ago(days: int) -> dt.date:
    return DAY - dt.timedelta(days=days)


def test_that_orphans_have_age_and_reason() -> None:
    holdings = [
        Holding("left", "li", PRIMARY, ago(500)),
        Holding("left", "wu", BACKUP, ago(500)),
        Holding("ended", "wu", PRIMARY, ago(500), ago(11)),
        Holding("ended", "zhao", PRIMARY, ago(900), ago(500)),
        Holding("held", "li", PRIMARY, ago(500)),
        Holding("held", "wu", PRIMARY, ago(5)),
        Holding("only a backup", "wu", BACKUP, ago(5)),
        Holding("soon", "wu", PRIMARY, ago(-1)),
        Holding("until today", "wu", PRIMARY, ago(9), DAY),
        Holding("gone before", "li", PRIMARY, ago(500), ago(40)),
    ]
    customers = {holding.customer: ago(800) for holding in holdings} | {"soon": None}
    found = orphans(customers, holdings, {"li": ago(31)}, DAY)
    assert found == (
        Orphan("soon", OrphanReason.NEVER, None, None),
        Orphan("only a backup", OrphanReason.NEVER, ago(800), 801, None, has_backup=True),
        Orphan("gone before", OrphanReason.ENDED, ago(39), 40, "li"),
        Orphan("left", OrphanReason.LEFT, ago(30), 31, "li", has_backup=True),
        Orphan("ended", OrphanReason.ENDED, ago(10), 11, "wu"),
    )


def test_that_coverage_asks_for_two_different_people() -> None:
    held = holders(
        [
            Holding(1, "li", PRIMARY, ago(9)),
            Holding(1, "wu", BACKUP, ago(9)),
            Holding(2, "li", PRIMARY, ago(9)),
            Holding(2, "li", BACKUP, ago(9)),
            Holding(3, "li", PRIMARY, ago(9)),
        ],
        {},
        DAY,
    )
    assert coverage([1, 2, 3, 4], held) == Rate(1, 4)


STRONG = dict.fromkeys(SkillKind, 3)


def receiver(name: str, **more: object) -> Receiver:
    return Receiver(name, name, **more)  # type: ignore[arg-type]


def who(found: tuple[Suggestion, ...]) -> list[tuple[object, Seat, object]]:
    return [
        (each.vacancy.customer, each.vacancy.seat, each.receiver.key if each.receiver else None)
        for each in found
    ]


def test_that_the_backup_moves_up_and_a_new_backup_is_found() -> None:
    vacancy = Vacancy(1, PRIMARY, B, other="wu", department="east")
    team = [receiver("wu", department="west"), receiver("zhao", department="east")]
    first, second = suggest([vacancy], team, DAY)
    assert (first.was_backup, first.suitability) == (True, None)
    assert who((first, second)) == [(1, PRIMARY, "wu"), (1, BACKUP, "zhao")]
    assert not second.is_cross
    absent = [receiver("wu", is_present=False), team[1]]
    assert who(suggest([vacancy], absent, DAY)) == [(1, PRIMARY, "zhao")]


def test_that_skill_and_load_decide_within_the_department_before_others() -> None:
    vacancies = [Vacancy(n, PRIMARY, C, department="east") for n in range(4)]
    east = [
        receiver("busy", department="east", held=90, capacity=100, skills=STRONG),
        receiver("free", department="east", held=0, capacity=2, skills=STRONG),
    ]
    west = [receiver("west", department="west", skills=STRONG)]
    assert [key for *_, key in who(suggest(vacancies, [*west, *east], DAY))] == [
        "free",
        "free",
        "busy",
        "busy",
    ]
    found = suggest(vacancies[:2], [receiver("full", department="east", capacity=0), *west], DAY)
    assert [(each.is_cross, each.receiver and each.receiver.key) for each in found] == [
        (True, "west")
    ] * 2
    weak = receiver("weak", department="east", capacity=2)
    assert who(suggest(vacancies[:1], [weak, east[1]], DAY))[0][2] == "free"


def test_that_new_staff_get_no_a_customers() -> None:
    new = receiver("new", hired_on=ago(59), skills=STRONG)
    old = receiver("old", hired_on=ago(60))
    vacancies = [Vacancy("a", PRIMARY, A), Vacancy("b", PRIMARY, B)]
    assert who(suggest(vacancies, [new, old], DAY)) == [
        ("a", PRIMARY, "old"),
        ("b", PRIMARY, "new"),
    ]
    (only_new,) = suggest(vacancies[:1], [new], DAY)
    assert only_new.refusal is NoReceiver.TOO_NEW
    backup = Vacancy("a", PRIMARY, A, other="new")
    assert who(suggest([backup], [new, old], DAY)) == [("a", PRIMARY, "old")]
    assert suggest(vacancies[:1], [new], DAY, HandoverPolicy(new_staff_days=59))[0].receiver == new


def test_that_it_is_said_why_nobody_is_found() -> None:
    north = receiver("north", districts={"north"}, capacity=1)
    assert suggest([Vacancy(1, BACKUP, C)], [], DAY)[0].refusal is NoReceiver.NOBODY
    south = suggest([Vacancy(1, BACKUP, C, district="south")], [north], DAY)
    assert south[0].refusal is NoReceiver.NOBODY
    alone = suggest([Vacancy(1, BACKUP, C, other="north")], [north], DAY)
    assert alone[0].refusal is NoReceiver.NOBODY
    both = suggest([Vacancy(n, BACKUP, C, district="north") for n in (1, 2)], [north], DAY)
    assert [each.refusal for each in both] == [None, NoReceiver.FULL]


def test_that_important_customers_are_placed_first() -> None:
    vacancies = [
        Vacancy("backup", BACKUP, A),
        Vacancy("none", PRIMARY, None),
        Vacancy("c", PRIMARY, C, value=9),
        Vacancy("b", PRIMARY, B),
        Vacancy("rich", PRIMARY, A, value=2),
        Vacancy("a", PRIMARY, A, value=1),
    ]
    found = suggest(vacancies, [receiver("li")], DAY)
    assert [each.vacancy.customer for each in found] == ["rich", "a", "b", "c", "none", "backup"]


def test_that_500_customers_of_a_leaver_are_spread_over_59_colleagues_in_a_second() -> None:
    team = [receiver(f"r{n:02}", capacity=200, held=100) for n in range(59)]
    vacancies = [Vacancy(n, PRIMARY, (B, C)[n % 2]) for n in range(500)]
    begun = time.process_time()
    found = suggest(vacancies, team, DAY)
    assert time.process_time() - begun < 10
    load = Counter(each.receiver.key for each in found if each.receiver)
    assert load.total() == 500
    assert set(load.values()) == {8, 9}


def test_that_owners_rotate_after_two_years_with_an_overlap() -> None:
    """From 12 September 2024 (two years later a Saturday) and 29 February 2024."""
    held = [
        Holding(1, "li", PRIMARY, dt.date(2024, 9, 12)),
        Holding(2, "li", PRIMARY, dt.date(2024, 2, 29)),
        Holding(3, "li", BACKUP, dt.date(2020, 1, 1)),
        Holding(4, "li", PRIMARY, dt.date(2024, 10, 1)),
    ]
    assert rotations(held, dt.date(2026, 9, 30), WEEKDAYS) == (
        Rotation(held[1], dt.date(2026, 3, 2), dt.date(2026, 2, 16)),
        Rotation(held[0], dt.date(2026, 9, 14), dt.date(2026, 8, 31)),
    )
    soon = rotations(held, dt.date(2024, 9, 30), WEEKDAYS, HandoverPolicy(rotation_months=6))
    assert [each.holding.customer for each in soon] == [2]
