"""The cadence of the demo: what was made in the last weeks, and the plan of the coming ones."""

import datetime as dt
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import select

from db.models import Customer, CustomerStat
from db.queries.cases import CaseFilter
from db.queries.paging import Sort
from db.vocabulary import AbsenceKind, Channel, CustomerClass, ImportKind, MatchKey
from desktop_app import clock
from desktop_app.demo.office import source
from desktop_app.demo.phrases import CALLED, VISITED
from desktop_app.demo.team import HEAD, MANAGER, Process, World, at, working_day
from desktop_app.domain.agenda import ItemKind
from desktop_app.domain.compliance import OverrideDraft
from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.progress import Silent
from desktop_app.services import agenda, cadence, calendar, cases, imports, staff_profiles
from desktop_app.services.agenda_board import AgendaFilter, AgendaItem
from desktop_app.services.import_visits import VisitImport, VisitLine
from desktop_app.services.staff_profiles import AbsenceDraft
from desktop_app.services.visit_planning import save
from desktop_app.services.visit_view import none_asked

STORE: Final = "S01"
LEADER: Final = "sunli"
"""The store whose plan is saved, and who leads it."""
PLANNED_DAYS: Final = 25
_PAST_DAYS: Final = 45
_ALL: Final = 10**6
_DAY: Final = dt.timedelta(days=1)
_RISING_DAYS: Final = 75  # since when, before the end, a customer may rise
_RATES: Final = {
    CustomerClass.A: ((Channel.VISIT, 3, 0.84), (Channel.CALL, 2, 0.9)),
    CustomerClass.B: ((Channel.VISIT, 2, 0.7), (Channel.CALL, 1, 0.8)),
    CustomerClass.C: ((Channel.VISIT, 1, 0.2), (Channel.CALL, 1, 0.3)),
}
"""What sales owes a customer in a month, and how likely it was made."""
_NEAR: Final = 0.62
"""The same of class C in the store of the plan."""
_LEADERS: Final = {
    CustomerClass.A: (("", 3, 0.7), ("tangxiaomei", 1, 0.6), (HEAD, 1, 0.4)),
    CustomerClass.B: (("", 2, 0.45), ("tangxiaomei", 1, 0.3)),
}
"""How often the manager of the department, the director and the general manager came, at most."""
_LEADERS_DAYS: Final = 150
_OTHERS, _ASKED, _INFORMAL = 0.2, 0.15, 0.04
"""How often somebody else calls, a visitor asks about satisfaction, somebody is met by chance."""
_TIMES: Final = (dt.time(9, 30), dt.time(10, 45), dt.time(14), dt.time(15, 30))
_MINUTES_APART: Final = 15
_WITH_TIMES: Final = 40  # of so many visits some get a time


@dataclass(frozen=True, slots=True)
class _Client:
    """A customer that somebody looks after."""

    number: str
    klass: CustomerClass
    owner: str
    store: str


_Line = tuple[str, dt.date, str, Channel, str, int | None, bool]
"""Number of the customer, day, login, way, words, satisfaction, whether it is informal."""
_Make = Callable[[_Client, Sequence[dt.date], random.Random], Iterator[_Line]]


def cadence_work(world: World) -> Process:
    """Lists of what was made come in twice; on the last evening the store's plan is saved."""
    middle = working_day(world.end - dt.timedelta(days=_PAST_DAYS // 2))
    begin = world.end - dt.timedelta(days=_PAST_DAYS)
    yield at(middle, 8, 40)
    _import(world, "走访记录", _made, begin, middle - _DAY)
    yield at(working_day(world.end - dt.timedelta(days=18)), 15)
    _agree(world)
    yield at(world.end, 8, 40)
    _import(world, "走访记录", _made, middle, world.end - _DAY)
    led_from = world.end - _DAY * _LEADERS_DAYS
    _import(world, "领导走访", partial(_led, world), led_from, world.end - _DAY)
    yield at(world.end, 18)  # after the desk was cleared up
    with world.acting(LEADER) as session:
        save(session, clock.today(), clock.today() + dt.timedelta(days=PLANNED_DAYS))
    _arrange(world)


# ---------------------------------------------------------------- what was made


def _clients(world: World) -> list[_Client]:
    """Customers with somebody in charge who is here, but for those who are leaving."""
    logins = {actor.user_id: login for login, actor in world.actors.items()}
    with world.looking(MANAGER) as session:
        wanted = CaseFilter(open_only=True)
        leaving = {
            row.customer_number
            for row in cases.list_cases(session, wanted, Sort("number"), 0, _ALL)
        }
        rows = session.execute(
            select(Customer.number, CustomerStat.klass, Customer.owner_id)
            .join(CustomerStat, CustomerStat.customer_id == Customer.id)
            .where(Customer.do_not_contact.is_(False), Customer.owner_id.is_not(None))
            .order_by(Customer.number)
        ).all()
    return [
        _Client(row.number, CustomerClass(row.klass), owner, world.buyers[row.number].store.code)
        for row in rows
        if row.number not in leaving
        and (owner := logins[row.owner_id]) not in world.gone
        and row.klass is not None
    ]


def _import(world: World, file_name: str, make: _Make, first: dt.date, last: dt.date) -> None:
    """What people wrote down of visits and calls of some days comes in as a list."""
    rng = world.dice(file_name, first)
    with world.looking(MANAGER) as session:
        days = _working_days(calendar.work_calendar(session), first, last)
        numbers = {
            row.id: row.number for row in session.execute(select(Customer.id, Customer.number))
        }
        silent = {numbers[key] for key in none_asked(session, numbers)}
    if not days:
        return
    made = [line for one in _clients(world) for line in make(one, days, rng)]
    made = [(*line[:5], None, line[6]) if line[0] in silent else line for line in made]
    rows = [VisitLine(place, *line) for place, line in enumerate(sorted(made, key=_by_day), 2)]
    with world.acting(MANAGER) as session:
        outcome = imports.Outcome(is_dry=False)
        file = source(world, ImportKind.VISITS, f"{file_name}_{last:%Y%m%d}.csv")
        VisitImport(session, file, MatchKey.NUMBER, outcome).take(rows, Silent())
        imports.finish_job(session, outcome, len(outcome.rejected))


def _by_day(line: _Line) -> tuple[dt.date, str, str]:
    return line[1], line[0], line[3]


def _made(one: _Client, days: Sequence[dt.date], rng: random.Random) -> Iterator[_Line]:
    """What was made with one customer on some of the days."""
    share = len(days) / 21  # of a month
    is_near = one.klass is CustomerClass.C and one.store == STORE
    for channel, count, usual in _RATES[one.klass]:
        chance = _NEAR if is_near else usual
        times = sum(rng.random() < chance * share for _time in range(count))
        for day in rng.sample(days, min(times, len(days))):
            by_other = channel is Channel.CALL and rng.random() < _OTHERS
            yield _line(one, day, "wangfang" if by_other else one.owner, channel, rng)
    if rng.random() < _INFORMAL:
        yield (
            one.number,
            rng.choice(days),
            one.owner,
            Channel.VISIT,
            "展会上碰到，聊了几句。",
            None,
            True,
        )


def _led(
    world: World, one: _Client, days: Sequence[dt.date], rng: random.Random
) -> Iterator[_Line]:
    """What the leaders made with one customer in the last months, spread over them."""
    leaders = (user for user in world.chain.users if user.role == "store_manager")
    nearest = next((user.login for user in leaders if user.store == one.store), MANAGER)
    for who, count, chance in _LEADERS.get(one.klass, ()):
        for place in range(count):
            part = days[place * len(days) // count : (place + 1) * len(days) // count]
            if part and rng.random() < chance:
                yield _line(one, rng.choice(part), who or nearest, Channel.VISIT, rng)


def _line(one: _Client, day: dt.date, who: str, channel: Channel, rng: random.Random) -> _Line:
    is_visit = channel is Channel.VISIT
    asked = is_visit and rng.random() < _ASKED
    satisfaction = rng.choice((3, 4, 4, 4, 5, 5)) if asked else None
    note = rng.choice(VISITED if is_visit else CALLED)
    return one.number, day, who, channel, note, satisfaction, False


def _working_days(known: WorkCalendar, first: dt.date, last: dt.date) -> list[dt.date]:
    span = (last - first).days + 1
    days = (first + dt.timedelta(days=number) for number in range(span))
    return [day for day in days if known.is_working(day)]


# ---------------------------------------------------------------- what is agreed and planned


def _agree(world: World) -> None:
    """One customer wants to be called only; another may rise to class A."""
    mine = [one for one in _clients(world) if one.store == STORE]
    small = next((one for one in mine if one.klass is CustomerClass.C), None)
    if small is not None:
        draft = OverrideDraft(
            rule="c_sales_visit",
            reason="客户要求只打电话，不上门。",
            first=clock.today(),
        )
        with world.acting(LEADER) as session:
            cadence.add_override(session, world.customer_ids[small.number], draft)
    rising = next((one for one in mine if one.klass is CustomerClass.B), None)
    if rising is not None:
        with world.acting(LEADER) as session:
            key = world.customer_ids[rising.number]
            since = world.end - _DAY * _RISING_DAYS
            cadence.mark_upgrade_candidate(session, key, since)


def _arrange(world: World) -> None:
    """The team gives times to visits; two do not fit, one day is too full, one falls ill."""
    with world.looking(LEADER) as session:
        coming = AgendaFilter(world.end, world.end + dt.timedelta(days=PLANNED_DAYS))
        found = [
            item
            for item in agenda.items(session, coming)
            if item.kind is ItemKind.VISIT and item.is_movable and not item.is_fixed
        ]
    found.sort(key=lambda item: (item.day, item.user, item.customer_number))
    _give_times(world, found)
    _overfill(world, found)
    _fall_ill(world, found)


def _give_times(world: World, found: Sequence[AgendaItem]) -> None:
    """The first visits of each person have a time of day; of one the second comes too early."""
    places = {
        (item.user, item.day): [each for each in found if each.place == item.place]
        for item in found[:_WITH_TIMES]
    }
    for number, items in enumerate(places.values()):
        for item, time in zip(items[:3], _TIMES, strict=False):
            _move(world, item, item.day, time)
        if number == 0 and len(items) > 1:
            close = dt.datetime.combine(items[0].day, _TIMES[0])
            later = close + dt.timedelta(minutes=_MINUTES_APART)
            _move(world, items[1], items[1].day, later.time())


def _overfill(world: World, found: Sequence[AgendaItem]) -> None:
    """Somebody puts more visits on one day than it holds."""
    name = world.user("guohaoran").name
    mine = [item for item in found if item.user == name and item.starts_at is None]
    if not mine:
        return
    day = mine[0].day
    for item in mine[1 : 1 + world.user("guohaoran").visits]:
        _move(world, item, day, None)


def _fall_ill(world: World, found: Sequence[AgendaItem]) -> None:
    """Somebody is ill on a day that is full of visits."""
    who = world.user("zhangwei")
    days = sorted({item.day for item in found if item.user == who.name})
    if not days:
        return
    day = days[min(3, len(days) - 1)]
    with world.acting(LEADER) as session:
        draft = AbsenceDraft(
            user_id=world.id_of(who.login), first_on=day, last_on=day, kind=AbsenceKind.SICK
        )
        staff_profiles.add_absence(session, draft)


def _move(world: World, item: AgendaItem, day: dt.date, time: dt.time | None) -> None:
    with world.acting(LEADER) as session:
        agenda.move(session, item.id, day, time)
