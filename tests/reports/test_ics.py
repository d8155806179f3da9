"""Calendar files, read back by two parsers that share no code with each other."""

import datetime as dt
import io
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from dateutil import tz
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from db.vocabulary import VisitPurpose
from desktop_app import i18n, labels
from desktop_app.domain.agenda import ItemKind
from desktop_app.errors import FileProblemError
from desktop_app.reports import ics
from desktop_app.services.agenda_board import AgendaItem

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks are changed by half an hour
CHANGED = dt.datetime(2026, 9, 1, 8, 30, 15, tzinfo=dt.UTC)
ANN, BEN = uuid.UUID(int=1), uuid.UUID(int=2)

VISIT = AgendaItem(
    id=uuid.UUID(int=7),
    kind=ItemKind.VISIT,
    day=dt.date(2026, 9, 15),
    starts_at=dt.time(14, 30),
    moment=None,
    minutes=45,
    user_id=ANN,
    user="张三",
    customer_id=uuid.UUID(int=9),
    customer="王小明",
    customer_number="K1",
    phone="138****5678",
    address="南京路 1 号, 3 楼; 左",
    district="黄浦",
    klass=None,
    case_id=None,
    case_number="C1",
    words="送样品",
    state="planned",
    is_provisional=False,
    is_fixed=False,
    version=3,
    changed_at=CHANGED,
)


def text(*items: AgendaItem, zone: ZoneInfo | None = SHANGHAI, title: str = "走访") -> str:
    return ics.to_ics(items, title, zone).decode()


def by_icalendar(content: str) -> list[Any]:
    found = icalendar.Calendar.from_ical(content)
    assert not found.errors
    assert all(not event.errors for event in found.events)
    return list(found.events)


def by_vobject(content: str) -> list[Any]:
    found = vobject.readOne(content)
    found.validate(raiseException=True)
    return list(found.contents.get("vevent", []))


def by_vobject_head(content: str) -> str:
    """The name of the calendar."""
    return str(vobject.readOne(content).x_wr_calname.value)


def both(content: str) -> tuple[Any, Any]:
    """The only event, as each parser reads it."""
    (one,), (other,) = by_icalendar(content), by_vobject(content)
    return one, other


def utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC)


def test_that_both_parsers_read_a_timed_visit_as_it_was_written() -> None:
    content = text(VISIT)
    one, other = both(content)
    start = dt.datetime(2026, 9, 15, 14, 30, tzinfo=SHANGHAI)
    assert one.start == start
    assert one["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert one.end - one.start == dt.timedelta(minutes=45)
    assert utc(other.dtstart.value) == utc(start)
    assert other.duration.value == dt.timedelta(minutes=45)
    for found in (str(one["summary"]), other.summary.value):
        assert found == "Visit 王小明"
    for found in (str(one["location"]), other.location.value):
        assert found == VISIT.address
    for found in (str(one["uid"]), other.uid.value):
        assert found == f"visit-{VISIT.id}@winback-desk"
    assert (int(one["sequence"]), other.sequence.value) == (3, "3")
    assert one["dtstamp"].dt == CHANGED
    assert one["status"] == other.status.value == "CONFIRMED"
    assert "138****5678" in str(one["description"])
    assert content == text(VISIT)  # what has not changed is written as before


def test_that_the_calendar_has_a_name_and_says_how_often_it_is_read_again() -> None:
    content = text(title="走访, 电话; 张三")
    found = icalendar.Calendar.from_ical(content)
    assert found["x-wr-calname"].replace("\\", "") == "走访, 电话; 张三"
    assert by_vobject_head(content) == "走访, 电话; 张三"
    assert found["refresh-interval"].dt == dt.timedelta(hours=1)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in content
    assert "X-PUBLISHED-TTL:PT1H\r\n" in content
    assert by_vobject(content) == []


def test_that_a_day_without_a_time_is_a_whole_day_also_the_leap_day() -> None:
    one, other = both(text(replace(VISIT, day=dt.date(2028, 2, 29), starts_at=None)))
    assert (one.start, one.end) == (dt.date(2028, 2, 29), dt.date(2028, 3, 1))
    assert (other.dtstart.value, other.dtend.value) == (one.start, one.end)
    assert one.subcomponents[0]["trigger"].dt == -dt.timedelta(hours=15)


def test_that_what_was_called_off_is_still_there_and_rings_no_more() -> None:
    one, other = both(text(replace(VISIT, state="cancelled", version=4)))
    assert one["status"] == other.status.value == "CANCELLED"
    assert (int(one["sequence"]), one.subcomponents) == (4, [])
    assert str(one["uid"]) == f"visit-{VISIT.id}@winback-desk"


def test_that_what_is_provisional_is_tentative_and_says_so() -> None:
    one, _other = both(text(replace(VISIT, is_provisional=True)))
    assert (one["status"], str(one["summary"])) == ("TENTATIVE", "Visit 王小明 (provisional)")


def test_that_an_alarm_comes_before() -> None:
    one, other = both(text(VISIT))
    assert one.subcomponents[0]["trigger"].dt == -dt.timedelta(hours=1)
    assert other.valarm.trigger.value == -dt.timedelta(hours=1)
    assert other.valarm.action.value == "DISPLAY"
    call, _other = both(text(replace(VISIT, kind=ItemKind.CALL)))
    assert call.subcomponents[0]["trigger"].dt == -dt.timedelta(minutes=10)
    assert str(call["uid"]) == str(one["uid"])  # the same contact, made another way


def test_that_a_file_of_several_people_says_whose_each_is() -> None:
    other = replace(VISIT, id=uuid.UUID(int=8), user_id=BEN, user="李四")
    found = [str(each["summary"]) for each in by_icalendar(text(VISIT, other))]
    assert found == ["Visit 王小明 · 张三", "Visit 王小明 · 李四"]


def test_that_other_kinds_stay_out() -> None:
    assert by_icalendar(text(replace(VISIT, kind=ItemKind.PROMISE))) == []


# Clocks that are changed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "at", "moment"),
    [
        ((2026, 3, 7), (9, 0), (2026, 3, 7, 14, 0)),
        ((2026, 3, 8), (3, 30), (2026, 3, 8, 7, 30)),  # the hour after the change
        ((2026, 3, 8), (2, 30), (2026, 3, 8, 7, 30)),  # is not there: the one an hour later
        ((2026, 11, 1), (1, 30), (2026, 11, 1, 5, 30)),  # is there twice: the first
        ((2026, 11, 1), (9, 0), (2026, 11, 1, 14, 0)),
    ],
)
def test_that_both_parsers_find_the_moment_when_clocks_are_changed(
    day: tuple[int, ...], at: tuple[int, ...], moment: tuple[int, ...]
) -> None:
    item = replace(VISIT, day=dt.date(*day), starts_at=dt.time(*at))
    one, other = both(text(item, zone=NEW_YORK))
    wanted = dt.datetime(*moment, tzinfo=dt.UTC)  # type: ignore[misc, arg-type]
    assert utc(one.start) == wanted
    assert utc(other.dtstart.value) == wanted


def test_that_a_callback_in_the_hour_that_comes_again_keeps_its_moment() -> None:
    moment = dt.datetime(2026, 11, 1, 6, 30, tzinfo=dt.UTC)  # 01:30 for the second time
    item = replace(
        VISIT, kind=ItemKind.CALLBACK, moment=moment, day=dt.date(2026, 11, 1), minutes=None
    )
    one, other = both(text(item, zone=NEW_YORK))
    assert utc(one.start) == utc(other.dtstart.value) == moment
    assert one.end - one.start == dt.timedelta(minutes=15)
    assert str(one["uid"]).startswith("callback-")


def test_that_the_rules_of_the_zone_are_those_of_the_rfc() -> None:
    lines = text(replace(VISIT, day=dt.date(2026, 7, 1)), zone=NEW_YORK).split("\r\n")
    spring = lines.index("BEGIN:DAYLIGHT")
    found = dict(line.split(":", 1) for line in lines[spring + 1 : spring + 5])
    # RFC 5545, 3.6.5: the onset is the wall time before the change
    assert found["DTSTART"] == "20260308T020000"
    assert (found["TZOFFSETFROM"], found["TZOFFSETTO"]) == ("-0500", "-0400")


ZONES = (SHANGHAI, NEW_YORK, LORD_HOWE, ZoneInfo("Europe/London"), ZoneInfo("Asia/Kathmandu"))


def zone_of(content: str) -> dt.tzinfo:
    """The zone as the rules in the file say it, for a reader who knows no zones."""
    begin, end = content.index("BEGIN:VTIMEZONE"), content.index("END:VTIMEZONE")
    found = tz.tzical(io.StringIO(f"{content[begin:end]}END:VTIMEZONE\r\n")).get()
    assert isinstance(found, dt.tzinfo)
    return found


@settings(max_examples=80, deadline=None)
@given(
    st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31)),
    st.times().map(lambda time: time.replace(second=0, microsecond=0, tzinfo=None)),
    st.sampled_from(ZONES),
)
@example(dt.date(2026, 3, 8), dt.time(3), NEW_YORK)
@example(dt.date(2026, 3, 8), dt.time(1, 59), NEW_YORK)
@example(dt.date(2026, 11, 1), dt.time(2), NEW_YORK)
@example(dt.date(2026, 10, 4), dt.time(2, 30), LORD_HOWE)
def test_that_a_reader_who_knows_no_zones_finds_the_moment(
    day: dt.date, at: dt.time, zone: ZoneInfo
) -> None:
    moment = dt.datetime.combine(day, at, zone)
    assume(utc(moment) == utc(moment.replace(fold=1)))  # it is there, and once
    content = text(replace(VISIT, day=day, starts_at=at), zone=zone)
    (event,) = by_icalendar(content)
    written = event.start.replace(tzinfo=zone_of(content))
    assert utc(written) == utc(moment)


def test_that_moments_are_in_utc_where_the_zone_has_no_name() -> None:
    content = text(VISIT, zone=None)
    one, _other = both(content)
    wanted = dt.datetime.combine(VISIT.day, dt.time(14, 30)).astimezone()
    assert one.start == wanted
    assert "TZID" not in content
    assert "BEGIN:VTIMEZONE" not in content


def test_which_zone_this_machine_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ics.local_zone()
    now = dt.datetime.now(dt.UTC)
    assert found is None or now.astimezone(found).utcoffset() == now.astimezone().utcoffset()
    monkeypatch.setattr(ics, "_zone_names", lambda: iter(["", "No/Where", "Pacific/Kiritimati"]))
    assert ics.local_zone() is None  # not known, or not ours


# Texts -------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(",;:\\\n\"'"))


@settings(max_examples=80, deadline=None)
@given(TEXTS, TEXTS)
def test_that_texts_come_back_and_no_line_is_too_long(name: str, address: str) -> None:
    item = replace(VISIT, customer=f"客户{name}户", address=f"路{address}号")
    content = text(item)
    one, other = both(content)
    for summary in (str(one["summary"]), other.summary.value):
        assert summary == f"Visit {item.customer}"
    for location in (str(one["location"]), other.location.value):
        assert location == item.address
    assert all(len(line.encode()) <= 75 for line in content.split("\r\n"))


def test_that_long_chinese_text_is_folded_between_characters() -> None:
    item = replace(VISIT, words="谈合同续签与新品试用，" * 40)
    content = text(item)
    assert all(len(line.encode()) <= 75 for line in content.split("\r\n"))
    one, other = both(content)
    assert item.words in str(one["description"])
    assert item.words in other.description.value


def test_that_control_characters_and_line_breaks_do_no_harm() -> None:
    one, other = both(text(replace(VISIT, customer="王\x00\x1b小明\r\nATTACH:file:///x")))
    assert str(one["summary"]) == "Visit 王小明\nATTACH:file:///x"
    assert "attach" not in one
    assert "attach" not in other.contents


# Files -------------------------------------------------------------------------------------------


def test_that_a_file_is_written_whole_and_replaced_only_if_asked(tmp_path: Path) -> None:
    path = tmp_path / "走访.ics"
    ics.write_ics([VISIT], path, "走访", zone=SHANGHAI)
    before = path.read_bytes()
    assert before.decode() == text(VISIT)
    with pytest.raises(FileProblemError, match="exists already"):
        ics.write_ics([], path, "走访")
    ics.write_ics([replace(VISIT, version=4)], path, "走访", overwrite=True, zone=SHANGHAI)
    assert path.read_bytes() != before
    assert [file.name for file in tmp_path.iterdir()] == ["走访.ics"]


def test_that_a_contact_of_the_cadence_says_what_the_rule_wants_of_it() -> None:
    planned = replace(VISIT, words="", rule_purpose=VisitPurpose.SETTLE)
    one, _other = both(text(planned))
    assert "What for: More contact, settle old issues" in one["DESCRIPTION"]
    with i18n.in_language("zh_CN"):
        one, _other = both(text(planned))
        assert labels.label(VisitPurpose.SETTLE) in one["DESCRIPTION"]
    assert "More contact" not in one["DESCRIPTION"]
    written, _other = both(text(replace(planned, words="送样品")))
    assert "What for: 送样品" in written["DESCRIPTION"]
