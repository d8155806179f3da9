"""Clashes, full days, columns side by side, the days of a view."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import agenda
from desktop_app.domain.agenda import ClashKind, ItemKind, Load, Place, Room, Rules, View
from desktop_app.domain.work_calendar import WorkCalendar

MONDAY = dt.date(2026, 9, 14)
SATURDAY = dt.date(2026, 9, 19)
ANN, BEN = uuid.UUID(int=1), uuid.UUID(int=2)


@dataclass(frozen=True)
class Item:
    day: dt.date = MONDAY
    starts_at: dt.time | None = None
    minutes: int | None = None
    kind: ItemKind = ItemKind.VISIT
    user_id: uuid.UUID | None = ANN
    is_open: bool = True
    id: uuid.UUID = field(default_factory=uuid.uuid4)


def kinds(items: list[Item], rules: Rules | None = None) -> list[ClashKind]:
    return [one.kind for one in agenda.clashes(items, rules or Rules())]


def test_that_contacts_of_one_person_at_the_same_time_clash_and_no_others_do() -> None:
    ten, later = Item(starts_at=dt.time(10)), Item(starts_at=dt.time(10, 59))
    found = agenda.clashes([later, ten], Rules())
    assert [(one.kind, one.items) for one in found] == [(ClashKind.SAME_TIME, (ten.id, later.id))]
    assert kinds([ten, Item(starts_at=dt.time(11))]) == []  # one ends as the other begins
    assert kinds([ten, Item(starts_at=dt.time(10), user_id=BEN)]) == []
    assert kinds([ten, Item(starts_at=dt.time(10), is_open=False)]) == []
    assert kinds([ten, Item(starts_at=dt.time(10), kind=ItemKind.TASK)]) == []
    assert kinds([ten, Item()]) == []  # without a time there is room for it
    assert kinds([Item(starts_at=dt.time(10), user_id=None)] * 2) == []


def test_that_a_call_takes_less_time_than_a_visit() -> None:
    call = Item(starts_at=dt.time(10), kind=ItemKind.CALLBACK)
    assert kinds([call, Item(starts_at=dt.time(10, 15))]) == []
    assert kinds([Item(starts_at=dt.time(10), minutes=20), Item(starts_at=dt.time(10, 20))]) == []
    assert agenda.span(Item(starts_at=dt.time(23, 30))) == (1410, 1440)


def test_that_days_off_and_festivals_clash_but_make_up_days_do_not() -> None:
    assert kinds([Item(day=SATURDAY)]) == [ClashKind.DAY_OFF]
    working = Rules(WorkCalendar({SATURDAY: True}))
    assert kinds([Item(day=SATURDAY)], working) == []
    holiday = Rules(WorkCalendar({MONDAY: False}))
    assert kinds([Item()], holiday) == [ClashKind.DAY_OFF]
    assert kinds([Item(kind=ItemKind.CALLBACK)], holiday) == []  # the customer asked for it
    assert kinds([Item(kind=ItemKind.CALLBACK)], Rules(festivals={MONDAY})) == [ClashKind.FESTIVAL]


def test_that_who_is_away_is_told_of_that_alone() -> None:
    rules = Rules(festivals={MONDAY}, away={ANN: {MONDAY}})
    assert kinds([Item()], rules) == [ClashKind.ABSENT]
    assert kinds([Item(user_id=None)], rules) == [ClashKind.FESTIVAL]


def test_that_a_day_holds_what_its_room_says_done_ones_included() -> None:
    rooms = {ANN: Room(visits=2, calls=1)}
    three = [Item(), Item(), Item(is_open=False)]
    (found,) = agenda.clashes(three, Rules(rooms=rooms))
    assert (found.kind, found.load) == (ClashKind.OVERLOAD, Load(3, 0, rooms[ANN]))
    assert set(found.items) == {each.id for each in three[:2]}  # what can still be moved
    assert kinds(three[:2], Rules(rooms=rooms)) == []
    two_calls = [Item(kind=ItemKind.CALL), Item(kind=ItemKind.CALLBACK)]
    assert kinds(two_calls, Rules(rooms=rooms)) == [ClashKind.OVERLOAD]
    known = {Place(ANN, MONDAY): Load(9, 0)}
    assert [one.kind for one in agenda.clashes([Item()], Rules(), known)] == [ClashKind.OVERLOAD]


@pytest.mark.parametrize(
    ("load", "share"),
    [
        (Load(3, 0, Room(6, 20)), 0.5),
        (Load(3, 20, Room(6, 20)), 1.0),
        (Load(0, 1, Room(6, 0)), 2.0),
        (Load(), 0.0),
    ],
)
def test_that_a_day_is_as_full_as_the_fuller_of_visits_and_calls(load: Load, share: float) -> None:
    assert load.share == share
    assert load.is_over == (share > 1)


TIMED = st.builds(
    Item,
    starts_at=st.times().map(lambda time: time.replace(tzinfo=None)),
    minutes=st.none() | st.integers(0, 600),
    kind=st.sampled_from([ItemKind.VISIT, ItemKind.CALL]),
)


@given(st.lists(TIMED, max_size=9))
def test_that_no_item_covers_another_and_each_lies_inside(items: list[Item]) -> None:
    slots = agenda.columns(items)
    assert slots.keys() == {each.id for each in items}
    for slot in slots.values():
        assert slot.column >= 0
        assert slot.column + slot.width <= slot.of
        assert slot.width >= 1
    for one, other in combinations(items, 2):
        (start, stop), (begin, end) = agenda.span(one), agenda.span(other)
        if start < end and begin < stop:
            here, there = slots[one.id], slots[other.id]
            taken = set(range(here.column, here.column + here.width))
            assert here.of == there.of
            assert not taken & set(range(there.column, there.column + there.width))


def test_that_an_item_takes_the_columns_that_nothing_else_needs() -> None:
    long = Item(starts_at=dt.time(9), minutes=180)
    first, second = (Item(starts_at=dt.time(9), minutes=30) for _ in range(2))
    last = Item(starts_at=dt.time(10), minutes=30)
    slots = agenda.columns([last, second, first, long])
    assert slots[long.id] == (0, 3, 1)
    assert {slots[each.id].column for each in (first, second)} == {1, 2}
    assert slots[last.id] == (1, 3, 2)


def test_that_a_day_begins_with_what_has_no_time() -> None:
    task, visit = Item(kind=ItemKind.TASK), Item()
    done = Item(is_open=False)
    late, early = Item(starts_at=dt.time(15)), Item(starts_at=dt.time(9))
    assert agenda.in_order([late, task, early, done, visit]) == [visit, task, done, early, late]


def test_that_a_week_without_a_working_day_left_gives_way_to_the_coming_one() -> None:
    coming = MONDAY + dt.timedelta(weeks=1)
    friday, sunday = SATURDAY - dt.timedelta(days=1), SATURDAY + dt.timedelta(days=1)
    usual, bridge = WorkCalendar({}), WorkCalendar({friday: False})
    for view in (View.WEEK, View.TEAM):
        assert agenda.opening_day(view, friday, usual) == friday
        assert agenda.opening_day(view, friday, bridge) == coming
        assert agenda.opening_day(view, MONDAY, WorkCalendar({MONDAY: False})) == MONDAY
        assert agenda.opening_day(view, SATURDAY, usual) == coming
        assert agenda.opening_day(view, sunday, usual) == coming
        assert agenda.opening_day(view, SATURDAY, WorkCalendar({SATURDAY: True})) == SATURDAY
    assert agenda.opening_day(View.DAY, sunday, usual) == sunday
    assert agenda.opening_day(View.MONTH, sunday, usual) == sunday


DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))


@given(DAYS, st.sampled_from(View))
def test_that_a_view_shows_whole_weeks_from_monday_without_gaps(day: dt.date, view: View) -> None:
    days = agenda.shown_days(view, day)
    assert day in days
    assert all(later - earlier == dt.timedelta(days=1) for earlier, later in pairwise(days))
    if view is not View.DAY:
        assert days[0].weekday() == 0
        assert len(days) % 7 == 0
    if view is View.MONTH:
        month = [each for each in days if (each.year, each.month) == (day.year, day.month)]
        assert month[0].day == 1
        assert (month[-1] + dt.timedelta(days=1)).month != day.month
        assert len(days) <= 42


@given(DAYS, st.sampled_from(View), st.integers(-14, 14))
def test_that_a_step_comes_to_the_next_span(day: dt.date, view: View, by: int) -> None:
    found = agenda.step(view, day, by)
    assert (found > day) == (by > 0)
    if view is View.MONTH:
        assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == by
    assert agenda.step(View.MONTH, dt.date(2028, 1, 31), 1) == dt.date(2028, 2, 29)


def test_that_every_kind_and_clash_has_a_word() -> None:
    assert all(agenda.kind_word(each) for each in ItemKind)
    assert all(agenda.clash_word(each) for each in ClashKind)
