"""What a calendar shows in each view, its words, and where everything stands."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest

from db.vocabulary import VisitPurpose
from desktop_app.domain.agenda import Clash, ClashKind, ItemKind, Load, Place, Room, View
from desktop_app.services.agenda_board import AgendaItem, Board, DayMark, Person
from desktop_app.ui import calendar_sheet
from desktop_app.ui.calendar_layout import lay_out
from desktop_app.ui.calendar_sheet import Sheet, make_sheet

TODAY = dt.date(2026, 9, 15)
ANN, BEN, GONE = (uuid.UUID(int=number) for number in (1, 2, 3))
MARKS = {
    dt.date(2026, 9, 20): DayMark(dt.date(2026, 9, 20), True, False, "国庆节", "National Day"),
    dt.date(2026, 9, 25): DayMark(dt.date(2026, 9, 25), False, True, "中秋节", "Mid-Autumn"),
}


def item(day: dt.date = TODAY, **fields: object) -> AgendaItem:
    usual: dict[str, object] = {
        "id": uuid.uuid4(), "kind": ItemKind.VISIT, "day": day, "starts_at": None,
        "moment": None, "minutes": None, "user_id": ANN, "user": "安", "customer_id": None,
        "customer": "王小明", "customer_number": "K1", "phone": "", "address": "南京路",
        "district": "", "klass": None, "case_id": None, "case_number": "", "words": "送样品",
        "state": "planned", "is_provisional": False, "is_fixed": False, "version": 1,
        "changed_at": dt.datetime(2026, 9, 1, tzinfo=dt.UTC),
    }  # fmt: skip
    return AgendaItem(**(usual | fields))  # type: ignore[arg-type]


def board(*items: AgendaItem, clashes: tuple[Clash, ...] = ()) -> Board:
    people = (
        Person(ANN, "ann", "安", True, Room()),
        Person(BEN, "ben", "本", True, Room()),
        Person(GONE, "gone", "去", False, Room()),
    )
    loads = {Place(ANN, TODAY): Load(7, 2, Room())}
    away = {BEN: frozenset({TODAY})}
    return Board(tuple(items), people, MARKS, (), loads, clashes, away)


def shown(view: View, *items: AgendaItem, **more: object) -> Sheet:
    return make_sheet(board(*items), view, TODAY, TODAY, **more)  # type: ignore[arg-type]


def test_that_each_cell_is_followed_by_its_items() -> None:
    first, second = item(), item(TODAY + dt.timedelta(days=1))
    sheet = shown(View.WEEK, first, second)
    assert len(sheet.days) == 7
    assert [row.item for row in sheet.rows if row.item is not None] == [first, second]
    assert sheet.items(0, TODAY) == [sheet.find(calendar_sheet.key_of(first))]
    assert sheet.find("nothing") == -1
    assert sheet.items(0, sheet.days[-1]) == []


def test_that_the_team_has_a_row_for_each_who_works_and_for_nobody() -> None:
    sheet = shown(View.TEAM, item(), item(user_id=None, user=""), item(user_id=uuid.UUID(int=9)))
    names = [(lane.user_id, lane.name) for lane in sheet.lanes]
    assert [key for key, _name in names] == [ANN, BEN, uuid.UUID(int=9), None]
    assert sheet.is_away(1, TODAY)
    assert sheet.load(0, TODAY) == Load(7, 2, Room())
    assert sheet.load(1, TODAY) is None
    left = shown(View.TEAM, item(user_id=GONE, user="去"))
    assert GONE in [lane.user_id for lane in left.lanes]


def test_that_who_contacts_nobody_has_a_row_only_with_something_in_it() -> None:
    trainer = Person(GONE, "gone", "去", is_active=True, room=Room(), is_expected=False)
    found = board(item())
    found = replace(found, people=(*found.people[:2], trainer))
    assert GONE not in [lane.user_id for lane in make_sheet(found, View.TEAM, TODAY, TODAY).lanes]
    chosen = make_sheet(found, View.TEAM, TODAY, TODAY, GONE)
    assert [lane.user_id for lane in chosen.lanes] == [GONE]
    busy = replace(found, items=(item(user_id=GONE, user="去"),))
    assert GONE in [lane.user_id for lane in make_sheet(busy, View.TEAM, TODAY, TODAY).lanes]


def test_that_a_day_that_is_over_is_not_too_much_any_more() -> None:
    tomorrow = TODAY + dt.timedelta(days=1)
    sheet = make_sheet(board(item()), View.TEAM, TODAY, tomorrow)
    load = sheet.load(0, TODAY)
    assert load == Load(7, 2, Room())
    assert not sheet.is_too_much(load, TODAY)
    assert sheet.is_too_much(load, tomorrow)
    assert sheet.overloaded(TODAY) == 0
    words = calendar_sheet.cell_words(sheet, 0, TODAY)
    assert words.endswith("7 of 6 visits, 2 of 20 calls")


def test_that_person_and_kind_narrow_it() -> None:
    task = item(kind=ItemKind.TASK)
    sheet = shown(View.WEEK, item(), task, item(user_id=BEN), user_id=ANN, kinds=(ItemKind.TASK,))
    assert [row.item for row in sheet.rows if row.item is not None] == [task]
    assert sheet.load(0, TODAY) == Load(7, 2, Room())


def test_that_clashes_are_those_of_the_person_and_mark_their_items() -> None:
    one = item()
    clash = Clash(ClashKind.OVERLOAD, Place(ANN, TODAY), (one.id,), Load(7, 0, Room()))
    found = board(one, clashes=(clash,))
    sheet = make_sheet(found, View.WEEK, TODAY, TODAY)
    assert sheet.clashes_of(one) == [ClashKind.OVERLOAD]
    assert sheet.clashes_of(replace(one, kind=ItemKind.TASK)) == []
    assert make_sheet(found, View.WEEK, TODAY, TODAY, BEN).clashes == ()
    assert calendar_sheet.clash_words(clash, {ANN: "安"}) == "Too much · 安 · 7 of 6 visits"
    away = Clash(ClashKind.ABSENT, Place(None, TODAY), (one.id,))
    assert calendar_sheet.clash_words(away, {}) == "Away · 1 contact"
    assert sheet.overloaded(TODAY) == 1


def test_what_is_said_of_an_item() -> None:
    sheet = shown(View.WEEK)
    visit = item(starts_at=dt.time(14, 30), is_provisional=True)
    words = calendar_sheet.item_words(visit, sheet)
    assert words == "Visit, 14:30, 王小明, 送样品, 安, provisional"
    assert "overdue" in calendar_sheet.item_words(item(TODAY - dt.timedelta(days=1)), sheet)
    done = item(TODAY - dt.timedelta(days=1), state="done")
    assert calendar_sheet.state_words(done, sheet) == ["done"]
    absence = item(kind=ItemKind.ABSENCE, customer="", words="")
    assert calendar_sheet.item_title(absence) == "安 is away"
    assert not sheet.is_late(replace(absence, day=TODAY - dt.timedelta(days=1)))
    assert calendar_sheet.tip_words(visit, sheet).split("\n")[0] == "Visit 14:30 王小明"


def test_that_words_say_what_the_rule_wants_where_nothing_was_written() -> None:
    planned = item(TODAY, words="", rule_purpose=VisitPurpose.SETTLE)
    sheet = make_sheet(board(planned), View.TEAM, TODAY, TODAY)
    for words in (
        calendar_sheet.item_words(planned, sheet),
        calendar_sheet.tip_words(planned, sheet),
    ):
        assert "More contact, settle old issues" in words


def test_what_is_said_of_a_day() -> None:
    sheet = make_sheet(board(item()), View.MONTH, TODAY, TODAY, ANN)
    words = calendar_sheet.cell_words(sheet, 0, TODAY)
    assert words == "2026-09-15 Tue, 1 item, 7 of 6 visits, 2 of 20 calls, too much"
    make_up, festival = sorted(MARKS)
    assert "make-up day" in calendar_sheet.cell_words(sheet, 0, make_up)
    assert "Mid-Autumn, empty" in calendar_sheet.cell_words(sheet, 0, festival)
    assert [calendar_sheet.mark_sign(MARKS[day]) for day in sorted(MARKS)] == ["works", "off"]
    assert not sheet.is_off(make_up)
    assert sheet.is_off(festival)
    assert sheet.is_off(dt.date(2026, 9, 19))
    assert calendar_sheet.mark_sign(None) == calendar_sheet.mark_words(None) == ""
    plain = DayMark(TODAY, True, True, "节", "")
    assert (calendar_sheet.mark_sign(plain), calendar_sheet.mark_words(plain)) == ("", "节")
    assert "away" in calendar_sheet.cell_words(shown(View.TEAM), 1, TODAY)


@pytest.mark.parametrize(
    ("view", "title"),
    [
        (View.DAY, "2026-09-15 Tue"),
        (View.WEEK, "2026-09-14 – 09-20  ·  week 38"),
        (View.TEAM, "2026-09-14 – 09-20  ·  week 38"),
        (View.MONTH, "2026-09"),
    ],
)
def test_how_a_span_is_called(view: View, title: str) -> None:
    assert calendar_sheet.span_title(view, TODAY) == title


# Where it stands ---------------------------------------------------------------------------------


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("size", [(1100, 640), (620, 240)])
def test_that_items_stand_in_their_cells_and_over_no_other(
    view: View, size: tuple[int, int]
) -> None:
    many = [item() for _number in range(9)]
    timed = [item(starts_at=dt.time(hour)) for hour in (7, 7, 10, 20)]
    sheet = shown(view, *many, *timed)
    picture = lay_out(sheet, *size, 1.0)
    assert picture.width <= size[0]
    boxes = {(box.lane, box.day): box for box in picture.boxes}
    areas = []
    for row, area in zip(sheet.rows, picture.areas, strict=True):
        if row.item is not None and not area.isEmpty():
            assert boxes[row.lane, row.day].area.adjusted(-1, -1, 1, 1).contains(area)
            areas.append(area)
    assert not any(
        one.intersects(other) for place, one in enumerate(areas) for other in areas[place + 1 :]
    )
    hidden = sum(box.hidden for box in picture.boxes)
    assert hidden + len(areas) == 13
    if view in (View.DAY, View.WEEK):
        assert hidden == 0
        assert picture.hours is not None
        assert (picture.hours.first, picture.hours.last) == (7, 21)
        y = picture.hours.y(10 * 60 + 20)
        assert picture.time_at(y) == dt.time(10, 15)
        assert picture.time_at(picture.hours.top - 1) is None
    else:
        assert picture.time_at(300) is None


def test_that_hours_in_which_nothing_stands_give_room_to_what_has_no_time() -> None:
    many = [item() for _number in range(12)]
    empty = lay_out(shown(View.WEEK, *many), 900, 300, 1.0)
    filled = lay_out(shown(View.WEEK, *many, item(starts_at=dt.time(10))), 900, 300, 1.0)
    assert empty.hours is not None
    assert filled.hours is not None
    assert empty.hours.pixels < filled.hours.pixels
    assert not any(area.isEmpty() for area in empty.areas)
    high = lay_out(shown(View.WEEK), 900, 1200, 1.0)
    assert high.hours is not None
    assert high.height == 1200  # and what is left over goes to the hours
