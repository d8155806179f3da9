"""The order of the queue and whose queue a case stands in."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.vocabulary import RuleKind
from desktop_app.domain.cases import priority
from desktop_app.domain.queue_order import (
    EVERYBODYS,
    PartCode,
    Person,
    Place,
    QueueItem,
    QueueKind,
    Section,
    Tier,
    place_of,
    queues,
    rank,
    section_of,
    sees,
)
from desktop_app.domain.retries import Callback
from desktop_app.domain.work_calendar import WEEKDAYS

NOW = dt.datetime(2026, 9, 15, 10, tzinfo=dt.UTC)  # a Tuesday
TODAY = NOW.date()
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
LAPSING = RuleKind.LAPSING


def item(key: str = "1", kind: RuleKind = LAPSING, **values: object) -> QueueItem:
    return QueueItem(key, kind, **values)  # type: ignore[arg-type]


def order(*items: QueueItem) -> list[str]:
    ranked = sorted(items, key=lambda each: rank(each, NOW).sort_key)
    return [each.key for each in ranked]


def callback(at: dt.datetime, *, for_anyone: bool = False) -> Callback:
    return Callback(at, "li", for_anyone)


def test_that_who_asks_to_cancel_comes_first_then_promised_calls_then_value() -> None:
    found = order(
        item("small", value=100, next_due=TODAY),
        item("large", value=900, next_due=TODAY),
        item("unknown", next_due=TODAY - 9 * DAY),
        item("promised", value=1, callback=callback(NOW - HOUR)),
        item("promised before", value=0, callback=callback(NOW - 2 * HOUR)),
        item("cancel", RuleKind.CANCEL_REQUEST, value=0),
        item("cancel large", RuleKind.CANCEL_REQUEST, value=5),
        item("quiet", value=10_000, next_due=TODAY, allowed_from=NOW + HOUR),
        item("next week", value=10_000, next_due=TODAY + 7 * DAY),
        item("call at noon", value=10_000, callback=callback(NOW + 2 * HOUR)),
    )
    assert found == [
        "cancel large",
        "cancel",
        "promised before",
        "promised",
        "large",
        "small",
        "unknown",
        "quiet",
        "next week",
        "call at noon",
    ]


def test_that_urgency_weighs_the_value() -> None:
    found = order(
        item("later", value=100, next_due=TODAY + DAY),
        item("unplanned", value=100),
        item("overdue", value=100, next_due=TODAY - DAY),
        item("today but larger", value=200, next_due=TODAY),
    )
    assert found == ["today but larger", "overdue", "unplanned", "later"]


def test_that_equals_are_in_the_order_of_date_and_number() -> None:
    assert order(item("2", value=1), item("1", value=1)) == ["1", "2"]
    older = item("9", value=1, next_due=TODAY - 5 * DAY)
    assert order(item("1", value=1, next_due=TODAY - DAY), older) == ["9", "1"]


def test_that_a_cancel_request_with_a_later_step_waits_for_it() -> None:
    request = item(kind=RuleKind.CANCEL_REQUEST, next_due=TODAY + DAY)
    assert rank(request, NOW).tier is Tier.LATER
    promised = item(kind=RuleKind.CANCEL_REQUEST, callback=callback(NOW + HOUR))
    assert not rank(promised, NOW).is_due
    assert rank(promised, NOW + HOUR).tier is Tier.CANCEL_REQUEST


def test_that_a_first_contact_due_today_brings_a_later_step_forward() -> None:
    late = item(next_due=TODAY + 5 * DAY, respond_by=NOW - DAY, value=10)
    assert rank(late, NOW).tier is Tier.DUE
    assert rank(late, NOW).score == priority(10, LAPSING, TODAY - DAY, TODAY).score
    in_time = item(next_due=TODAY + 5 * DAY, respond_by=NOW + 2 * DAY)
    assert rank(in_time, NOW).tier is Tier.LATER
    fresh = item(respond_by=NOW + 2 * DAY)
    assert rank(fresh, NOW).tier is Tier.DUE


def test_that_the_order_is_explained() -> None:
    due = NOW - 3 * DAY
    parts = rank(
        item(
            kind=RuleKind.CANCEL_REQUEST,
            value=500,
            next_due=due.date(),
            callback=callback(NOW - HOUR),
            respond_by=NOW,
            allowed_from=NOW + HOUR,
        ),
        NOW,
    ).parts
    assert [(part.code, dict(part.figures)) for part in parts] == [
        (PartCode.CANCEL_REQUEST, {}),
        (PartCode.CALLBACK, {"at": NOW - HOUR}),
        (PartCode.FIRST_CONTACT, {"by": NOW}),
        (PartCode.VALUE, {"value": 500}),
        (PartCode.URGENCY, {"factor": 2.0, "days": 3}),
        (PartCode.WAITING, {"until": NOW + HOUR}),
    ]
    plain = rank(item(), NOW).parts
    assert [dict(part.figures) for part in plain] == [
        {"value": None},
        {"factor": 1.5, "days": None},
    ]


# ---------------------------------------------------------------- whose queue

LI = Person("li", "north")
WANG = Person("wang", "north")
ZHAO = Person("zhao", "south")
BOSS = Person("boss", sees_all=True)


def place(each: QueueItem, *people: Person, now: dt.datetime = NOW) -> Place | None:
    return place_of(each, people, now, WEEKDAYS)


def away(person: Person) -> Person:
    return Person(person.key, person.team, is_present=False)


@pytest.mark.parametrize(
    ("each", "people", "expected"),
    [
        (item(owner="li", team="north"), (LI, WANG), Place(QueueKind.OWN, "li")),
        (item(owner="li", team="north"), (away(LI), WANG), Place(QueueKind.TEAM, "north")),
        (item(owner="gone", team="north"), (LI,), Place(QueueKind.TEAM, "north")),
        (item(owner="li"), (away(LI), WANG), Place(QueueKind.TEAM, "north")),
        (item(owner="gone"), (LI,), EVERYBODYS),
        (item(team="north"), (LI,), Place(QueueKind.TEAM, "north")),
        (item(), (LI,), EVERYBODYS),
        (item(team="south"), (LI, away(ZHAO)), EVERYBODYS),
        (item(team="south"), (LI, BOSS), Place(QueueKind.TEAM, "south")),
        (item(team="north", in_pool=True, owner="li"), (LI,), Place(QueueKind.POOL, "north")),
        (item(team="south", in_pool=True), (LI,), EVERYBODYS),
        (item(owner="li", is_stopped=True), (LI,), None),
    ],
)
def test_that_a_case_stands_where_somebody_sees_it(
    each: QueueItem, people: tuple[Person, ...], expected: Place | None
) -> None:
    assert place(each, *people) == expected


def test_that_a_callback_goes_over_to_the_team_when_it_is_open_to_all() -> None:
    mine = item(owner="li", team="north", callback=callback(NOW))
    team = Place(QueueKind.TEAM, "north")
    assert place(mine, LI, WANG) == Place(QueueKind.OWN, "li")
    assert place(mine, LI, WANG, now=NOW + 4 * HOUR) == team
    anyones = item(owner="li", team="north", callback=callback(NOW, for_anyone=True))
    assert place(anyones, LI, WANG, now=NOW - HOUR) == Place(QueueKind.OWN, "li")
    assert place(anyones, LI, WANG) == team


# ---------------------------------------------------------------- whatever there is

teams = st.sampled_from([None, "north", "south"])
owners = st.sampled_from([None, "a", "b", "c", "gone"])
moments = st.one_of(
    st.none(), st.integers(-200, 200).map(lambda hours: NOW + dt.timedelta(hours=hours))
)
people_lists = st.lists(
    st.builds(
        Person,
        key=st.sampled_from(["a", "b", "c"]),
        team=teams,
        is_present=st.booleans(),
        sees_all=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda person: person.key,
)
callbacks = st.builds(
    Callback,
    at=moments.filter(lambda moment: moment is not None),
    agent=owners,
    for_anyone=st.booleans(),
)
item_lists = st.lists(
    st.builds(
        QueueItem,
        key=st.integers(0, 999).map(str),
        kind=st.sampled_from(RuleKind),
        value=st.one_of(st.none(), st.integers(0, 10**9)),
        next_due=st.one_of(st.none(), st.dates(TODAY - 9 * DAY, TODAY + 9 * DAY)),
        owner=owners,
        team=teams,
        in_pool=st.booleans(),
        callback=st.one_of(st.none(), callbacks),
        respond_by=moments,
        allowed_from=moments,
        is_stopped=st.booleans(),
    ),
    max_size=25,
    unique_by=lambda each: each.key,
)


@given(item_lists, people_lists)
def test_that_every_due_case_stands_in_one_queue_that_somebody_at_work_sees(
    items: list[QueueItem], people: list[Person]
) -> None:
    found = queues(items, people, NOW, WEEKDAYS)
    shown = [each.key for ranked in found.values() for each, _rank in ranked]
    assert sorted(shown) == sorted(each.key for each in items if not each.is_stopped)
    at_work = [person for person in people if person.is_present]
    for where in found:
        assert not at_work or any(sees(person, where) for person in at_work)


@given(item_lists, people_lists)
def test_that_own_queues_hold_only_own_cases(items: list[QueueItem], people: list[Person]) -> None:
    for where, ranked in queues(items, people, NOW, WEEKDAYS).items():
        if where.kind is QueueKind.OWN:
            assert {each.owner for each, _rank in ranked} == {where.holder}
            assert not any(each.in_pool for each, _rank in ranked)
            assert [sees(person, where) for person in people].count(True) == 1


@given(item_lists)
def test_that_what_is_to_be_done_stands_before_what_is_not(items: list[QueueItem]) -> None:
    for ranked in queues(items, (), NOW, WEEKDAYS).values():
        tiers = [each.tier for _item, each in ranked]
        assert tiers == sorted(tiers)
        due = [each.is_due for _item, each in ranked]
        assert due == sorted(due, reverse=True)
        for each, where in ranked:
            planned = each.next_due is not None or each.callback is not None
            assert where.is_due or planned  # what nobody planned is always to be done


@given(item_lists)
def test_that_the_order_does_not_depend_on_the_order_of_asking(items: list[QueueItem]) -> None:
    assert queues(items, (), NOW, WEEKDAYS) == queues(items[::-1], (), NOW, WEEKDAYS)


# ---------------------------------------------------------------- parts of the day


@pytest.mark.parametrize(
    ("values", "section"),
    [
        ({"kind": RuleKind.CANCEL_REQUEST, "callback": callback(NOW)}, Section.CANCEL_REQUEST),
        ({"callback": callback(NOW - HOUR)}, Section.CALLBACK),
        ({"callback": callback(NOW + HOUR)}, Section.CALLBACK),
        ({"callback": callback(NOW + DAY)}, Section.LATER),
        ({"next_due": TODAY + DAY}, Section.LATER),
        ({"next_due": TODAY - DAY}, Section.OVERDUE),
        ({"next_due": TODAY + DAY, "respond_by": NOW - DAY}, Section.OVERDUE),
        ({"next_due": TODAY}, Section.TODAY),
        ({}, Section.TODAY),
        ({"next_due": TODAY - DAY, "allowed_from": NOW + HOUR}, Section.WAITING),
    ],
)
def test_that_each_case_stands_in_one_part_of_the_day(
    values: dict[str, object], section: Section
) -> None:
    one = item(**values)  # type: ignore[arg-type]
    assert section_of(one, rank(one, NOW), NOW) is section
    assert section_of(one, rank(one, NOW), NOW, is_held_back=True) is Section.HELD_BACK
