"""An independent count of a plan: no bits, no buckets, one contact after the other."""

import calendar
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from itertools import pairwise

from db.vocabulary import Channel
from desktop_app.domain.cadence import CadencePolicy, CadenceRule
from desktop_app.domain.compliance import Made
from desktop_app.domain.plan_types import Client, Person, Plan, Planned, Refusal
from desktop_app.domain.work_calendar import WorkCalendar

ONE = dt.timedelta(days=1)


def later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, the 30th and 31st cut to the length of the month."""
    year, month = day.year, day.month + months
    while month > 12:
        year, month = year + 1, month - 12
    for wanted in range(day.day, 27, -1):
        if wanted <= calendar.monthrange(year, month)[1]:
            return dt.date(year, month, wanted)
    return dt.date(year, month, day.day)


def blocks(first: dt.date, last: dt.date, months: int) -> list[tuple[dt.date, dt.date]]:
    """Calendar periods that end within the days, found by walking through the days."""
    assert 12 % months == 0
    found = []
    day = first
    while day <= last:
        end_of_month = (day + ONE).month != day.month
        if end_of_month and day.month % months == 0:
            begin = day.replace(day=1)
            for _step in range(months - 1):
                begin = (begin - ONE).replace(day=1)
            found.append((begin, day))
        day += ONE
    return found


def opening(first: dt.date, working: WorkCalendar) -> dt.date:
    """The first day from one on that is worked; what was owed before it is late already."""
    day = first
    while not working.is_working(day) and day < first + 100 * ONE:
        day += ONE
    return day if working.is_working(day) else first


def in_charge(client: Client, rule: CadenceRule, day: dt.date) -> set[Hashable]:
    """Who is there for a customer on one day: whoever came last until then, in either seat."""
    found = set()
    for now, following in (
        (client.owed.owners, client.next_owners),
        (client.backups, client.next_backups),
    ):
        new = following.get(rule.role)
        found.add(new.employee if new and new.first <= day else now.get(rule.role))
    return found - {None}


def check(
    plan: Plan,
    clients: Sequence[Client],
    people: Sequence[Person],
    policy: CadencePolicy,
    working: WorkCalendar,
    first: dt.date,
    last: dt.date,
    history: Sequence[Made] = (),
) -> None:
    """Every contact stands where it may; every minimum is met or in the list, for true reasons."""
    _places(plan, people, working, first, last)
    opens = opening(first, working)
    planned: dict[tuple[Hashable, str], list[Planned]] = defaultdict(list)
    for contact in plan.contacts:
        planned[contact.customer, contact.rule].append(contact)
    missing: dict[tuple[Hashable, str], list[tuple[dt.date, dt.date]]] = defaultdict(list)
    for each in plan.impossible:
        missing[each.customer, each.rule.code].append((each.days.first, each.days.last))
    for client in clients:
        key = client.owed.key
        days = [c.day for code in policy.rules for c in planned[key, code.code]]
        assert len(set(days)) == len(days), "twice on one day"
        for rule in policy.of_class(client.owed.klass):
            mine = sorted(c.day for c in planned[key, rule.code])
            made = sorted(
                m.day
                for m in history
                if m.customer == key and m.role is rule.role and rule.channel.takes(m.channel)
            )
            _gaps(rule, made, mine)
            for contact in planned[key, rule.code]:
                on_duty = in_charge(client, rule, contact.day)
                assert not on_duty or contact.employee in on_duty
            if rule.condition is not None:
                _once(client, rule, opens, last, made, mine, missing[key, rule.code])
            elif rule.latest_months is not None:
                _chain(client, rule, first, opens, last, made, mine, missing[key, rule.code])
            else:
                _blocks(client, rule, first, last, made, mine, missing[key, rule.code])


def _places(
    plan: Plan,
    people: Sequence[Person],
    working: WorkCalendar,
    first: dt.date,
    last: dt.date,
) -> None:
    known = {person.key: person for person in people}
    days: Counter[tuple[Hashable, Channel, dt.date]] = Counter()
    months: Counter[tuple[Hashable, Channel, int, int]] = Counter()
    for contact in plan.contacts:
        person, day = known[contact.employee], contact.day
        assert first <= day <= last
        assert working.is_working(day)
        assert contact.is_provisional is not working.knows(day.year)
        assert day not in person.absent
        assert (person.first or day) <= day <= (person.last or day)
        days[contact.employee, contact.channel, day] += 1
        months[contact.employee, contact.channel, day.year, day.month] += 1
    for person in people:
        for (channel, day), times in person.booked.items():
            if (person.key, channel, day) in days:
                days[person.key, channel, day] += times
            if (person.key, channel, day.year, day.month) in months:
                months[person.key, channel, day.year, day.month] += times
    for (who, channel, _day), number in days.items():
        assert number <= known[who].a_day[channel]
    for (who, channel, _year, _month), number in months.items():
        assert number <= known[who].a_month.get(channel, number)


def _gaps(rule: CadenceRule, made: Sequence[dt.date], mine: Sequence[dt.date]) -> None:
    everything = sorted([*made, *mine])
    for before, after in pairwise(everything):
        if after in mine:
            assert (after - before).days >= rule.gap_days


def _asked(client: Client, rule: CadenceRule, deadline: dt.date) -> int:
    asked = rule.minimum
    for override in client.owed.overrides:
        in_force = override.first <= deadline <= (override.last or deadline)
        if override.rule == rule.code and in_force:
            asked = min(rule.minimum, override.minimum)
    return asked


def _blocks(
    client: Client,
    rule: CadenceRule,
    first: dt.date,
    last: dt.date,
    made: Sequence[dt.date],
    mine: Sequence[dt.date],
    missing: Sequence[tuple[dt.date, dt.date]],
) -> None:
    for begin, end in blocks(first, last, rule.per_months):
        inside = sum(begin <= day <= end for day in [*made, *mine])
        listed = sum(until == end for _since, until in missing)
        new = sum(begin <= day <= end for day in mine)
        if client.owed.since is not None and client.owed.since > begin:
            assert not new
            assert not listed
            continue
        asked = _asked(client, rule, end)
        if inside - new >= asked:
            assert not new
            assert not listed
        else:
            assert inside + listed == asked, (client.owed.key, rule.code, begin, end)


def _chain(
    client: Client,
    rule: CadenceRule,
    first: dt.date,
    opens: dt.date,
    last: dt.date,
    made: Sequence[dt.date],
    mine: Sequence[dt.date],
    missing: Sequence[tuple[dt.date, dt.date]],
) -> None:
    assert rule.latest_months is not None
    past = [day for day in made if day < first]
    anchor = past[-1] if past else client.owed.since or first - ONE
    real = bool(past)
    while later(anchor, rule.latest_months) < opens:
        anchor, real = later(anchor, rule.latest_months), False
    assert all(until >= opens for _since, until in missing), "late already, not impossible"
    left = sorted([*mine, *(day for day in made if day >= first)])
    while (deadline := later(anchor, rule.latest_months)) <= last:
        if left and left[0] <= deadline:
            day = left.pop(0)
            assert not real or day >= later(anchor, rule.per_months) or day in made
            anchor, real = day, True
            continue
        waived = _asked(client, rule, deadline) == 0
        assert waived or any(until == deadline for _since, until in missing), deadline
        anchor, real = deadline, False


def _once(
    client: Client,
    rule: CadenceRule,
    opens: dt.date,
    last: dt.date,
    made: Sequence[dt.date],
    mine: Sequence[dt.date],
    missing: Sequence[tuple[dt.date, dt.date]],
) -> None:
    since = client.owed.upgrade_since
    if since is None or since > last or any(day >= since for day in made):
        assert not mine
        assert not missing
        return
    deadline = later(since, rule.per_months)
    if deadline < opens:
        deadline = later(opens - ONE, rule.per_months)
    assert len(mine) + len(missing) <= 1
    if deadline <= last:
        assert len(mine) + len(missing) == _asked(client, rule, deadline)


def reasons_are_true(
    plan: Plan,
    clients: Sequence[Client],
    people: Sequence[Person],
    working: WorkCalendar,
    history: Sequence[Made] = (),
) -> None:
    """No contact in the list of the impossible has a day and a person left in the end.

    Only for plans without contacts after their last day: those take places that cannot be seen.
    """
    by_key = {client.owed.key: client for client in clients}
    day_load: Counter[tuple[Hashable, Channel, dt.date]] = Counter()
    month_load: Counter[tuple[Hashable, Channel, int, int]] = Counter()
    at: dict[Hashable, set[dt.date]] = defaultdict(set)
    under: dict[tuple[Hashable, str], set[dt.date]] = defaultdict(set)
    for contact in plan.contacts:
        day = contact.day
        day_load[contact.employee, contact.channel, day] += 1
        month_load[contact.employee, contact.channel, day.year, day.month] += 1
        at[contact.customer].add(day)
        under[contact.customer, contact.rule].add(day)
    for person in people:
        for (channel, day), times in person.booked.items():
            day_load[person.key, channel, day] += times
            month_load[person.key, channel, day.year, day.month] += times
    for each in plan.impossible:
        client, rule = by_key[each.customer], each.rule
        channel = rule.channel.planned
        near = {
            m.day
            for m in history
            if m.customer == each.customer and m.role is rule.role and rule.channel.takes(m.channel)
        } | under[each.customer, rule.code]
        length = (each.days.last - each.days.first).days + 1
        open_days = [each.days.first + ONE * n for n in range(length)]
        owners = {key for day in open_days for key in in_charge(client, rule, day)}
        team = [p for p in people if p.key in owners and p.can(client.needs)]
        worked = [day for day in open_days if working.is_working(day)]
        there = [
            (p, day)
            for p in team
            for day in worked
            if p.works_on(day) and p.key in in_charge(client, rule, day)
        ]
        room = [
            (p, day)
            for p, day in there
            if day_load[p.key, channel, day] < p.a_day.get(channel, 0)
            and month_load[p.key, channel, day.year, day.month] < p.a_month.get(channel, 10**6)
        ]
        left = [
            day
            for _p, day in room
            if day not in at[each.customer]
            and all(abs((day - other).days) >= rule.gap_days for other in near)
        ]
        if each.reason in {Refusal.DECEASED, Refusal.DO_NOT_CONTACT}:
            assert client.refusal is each.reason
        elif each.reason is Refusal.CHANNEL_REFUSED:
            assert channel in client.refuses
        elif each.reason is Refusal.NO_ROLE:
            assert not [p for p in people if p.key in owners]
        elif each.reason is Refusal.SKILL:
            assert not team
        elif each.reason is Refusal.NO_WORKING_DAY:
            assert not worked
        elif each.reason is Refusal.ABSENT:
            assert worked
            assert not there
        elif each.reason is Refusal.CAPACITY:
            assert there
            assert not room
        else:
            assert each.reason is Refusal.GAP
            assert room
            assert not left
