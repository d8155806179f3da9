"""Who may make the contacts of a plan: the people of each customer under each rule."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import date, timedelta
from sys import maxsize

from db.vocabulary import Channel
from desktop_app.domain.cadence import CadenceChannel, CadencePolicy, CadenceRule
from desktop_app.domain.compliance import override_for
from desktop_app.domain.months import Period, add_months, period_of
from desktop_app.domain.plan_board import AnyLane, Lane, PartLane, days_mask
from desktop_app.domain.plan_types import Client, Person, Planned, Refusal

Lanes = Mapping[tuple[int, Channel], Lane]
Held = tuple[int, int, AnyLane, Planned]
"""Day and person of a contact of an earlier plan, by number, with its lane and itself."""


class Task:
    """All contacts under one rule with one customer, while they are planned.

    Attributes:
        no: Number of the customer.
        channel: How the contacts are made.
        lanes: Who may make them, the first before the others.
        change: The day on which somebody else comes in charge, as a number.
        later: The lanes in the order for days from then on.
        refusal: Why none can be made, if so.
        phase: Where in its time an evenly spread contact lies, from 0 to 1.
        made: Days of contacts before the plan.
        placed: Days planned, as numbers.
        held: Contacts of an earlier plan that hold their places until it is their turn, by day.
        gap: Days at least between two contacts.
        near: Days too near to other contacts under this rule, as bits.
        ahead: Days of contacts under a rule of intervals that stay whatever is planned.
        anchor: From which day the next interval counts; `contacted`: there was a contact on it.
        urgent: The contact is overdue.
    """

    __slots__ = (
        "ahead",
        "anchor",
        "change",
        "channel",
        "client",
        "contacted",
        "gap",
        "held",
        "lanes",
        "later",
        "made",
        "near",
        "no",
        "phase",
        "placed",
        "refusal",
        "rule",
        "urgent",
    )

    def __init__(self, no: int, client: Client, rule: CadenceRule) -> None:
        self.no, self.client, self.rule = no, client, rule
        self.channel = rule.channel.planned
        if rule.channel is CadenceChannel.CONTACT and self.channel in client.refuses:
            self.channel = Channel.VISIT
        self.lanes: list[tuple[int, AnyLane]] = []
        self.later: list[tuple[int, AnyLane]] = []
        self.change = maxsize
        self.refusal = client.refusal
        if self.refusal is None and self.channel in client.refuses:
            self.refusal = Refusal.CHANNEL_REFUSED
        self.gap = rule.gap_days
        self.phase = 0.0
        self.made: list[date] = []
        self.placed: list[int] = []
        self.held: list[Held] = []
        self.near = 0
        self.ahead: list[date] = []
        self.anchor = date.min
        self.contacted = self.urgent = False

    def begin_intervals(self, longest: int, first: date, begin: date) -> None:
        """Find from which day the first interval of the plan counts.

        What was to be done before it begins, on its first working day, is overdue.
        """
        past = [day for day in self.made if day < first]
        self.ahead = sorted(day for day in self.made if day >= first)
        self.contacted = bool(past)
        self.anchor = max(past, default=self.client.owed.since or first - timedelta(days=1))
        while (deadline := add_months(self.anchor, longest)) < begin:
            self.anchor, self.urgent, self.contacted = deadline, True, False

    def needed(self, deadline: date) -> int:
        """Contacts owed in the period or interval with this last day."""
        least = self.rule.minimum
        if not self.client.owed.overrides:
            return least
        override = override_for(self.client.owed, self.rule, deadline)
        return least if override is None else min(least, override.minimum)

    def reason(self, window: int, working: int) -> Refusal:
        """Why no contact fits into some days, of which these are worked; both as bits."""
        if not window & working:
            return Refusal.NO_WORKING_DAY
        if not any(window & lane.present for _person, lane in self.lanes):
            return Refusal.ABSENT
        if not any(window & lane.free for _person, lane in self.lanes):
            return Refusal.CAPACITY
        return Refusal.GAP


def tasks_of(
    clients: Sequence[Client],
    people: Sequence[Person],
    lanes: Lanes,
    policy: CadencePolicy,
    first: date,
) -> list[Task]:
    """A task for each customer and rule, staffed and spread, in the order of being planned.

    Class A comes first, then the order of the rules, then that of the customers.
    """
    order = {rule.code: number for number, rule in enumerate(policy.rules)}
    tasks = [
        Task(no, client, rule)
        for no, client in enumerate(clients)
        for rule in policy.of_class(client.owed.klass)
        if rule.minimum
    ]
    tasks.sort(key=lambda task: (task.rule.klass, order[task.rule.code], task.no))
    staffing = _Staffing(people, lanes, first)
    for task in tasks:
        if task.refusal is None:
            staffing.staff(task)
    staffing.spread()
    return tasks


def days_of_board(policy: CadencePolicy, span: Period) -> list[date]:
    """The days of the plan and those after it until which its contacts may be made."""
    ends = [span.last]
    for rule in policy.rules:
        longest = rule.latest_months or rule.per_months
        ends += [add_months(span.last, longest), period_of(span.last, rule.per_months).last]
    days = (max(ends) - span.first).days + 1
    return [span.first + timedelta(days=number) for number in range(days)]


def book(people: Sequence[Person], lanes: Lanes, first: date) -> None:
    """Let what stands outside the plan take its room; to be done when the work has been spread."""
    for number, person in enumerate(people):
        for (channel, day), times in person.booked.items():
            lane = lanes[number, channel]
            if 0 <= (day - first).days < lane.days:
                for _time in range(times):
                    lane.take((day - first).days, "")


class _Staffing:
    """Gives people to tasks; who is not named is whoever has the least to do."""

    def __init__(self, people: Sequence[Person], lanes: Lanes, first: date) -> None:
        self._people, self._lanes, self._first = people, lanes, first
        self._size = max((lane.days for lane in lanes.values()), default=0)
        self._number = {person.key: number for number, person in enumerate(people)}
        self._demand: dict[tuple[int, Channel], float] = defaultdict(float)
        self._shares: dict[tuple[int, str], list[Task]] = defaultdict(list)

    def staff(self, task: Task) -> None:
        """Find who may make the contacts of a task, or why nobody may."""
        candidates = self._named(task) or self._others(task)
        if not candidates:
            task.refusal = Refusal.NO_ROLE
            return
        able = [no for no in candidates if self._people[no].can(task.client.needs)]
        if not able:
            task.refusal = Refusal.SKILL
            return
        task.lanes = [(number, self._lanes[number, task.channel]) for number in able]
        if task.client.next_owners or task.client.next_backups:
            self._split(task, able)
        self._demand[able[0], task.channel] += float(task.rule.low)
        self._shares[able[0], task.rule.code].append(task)

    def _split(self, task: Task, able: Sequence[int]) -> None:
        """Each of several who follow one another makes the contacts of the own days."""
        role, client, days = task.rule.role, task.client, dict.fromkeys(able, 0)
        ranks: dict[Hashable, int] = {}
        for people, following in (
            (client.owed.owners, client.next_owners),
            (client.backups, client.next_backups),
        ):
            begin, holder = self._size, people.get(role)
            if role in following:
                begin = (following[role].first - self._first).days
                self._give_days(days, following[role].employee, days_mask(begin, self._size))
                if people is client.owed.owners:
                    task.change = begin
                    ranks = {holder: 2, following[role].employee: 0}
            self._give_days(days, holder, days_mask(0, begin - 1))
        task.lanes = [
            (number, PartLane(self._lanes[number, task.channel], days[number])) for number in able
        ]
        task.later = sorted(task.lanes, key=lambda each: ranks.get(self._people[each[0]].key, 1))

    def _give_days(self, days: dict[int, int], employee: Hashable, mask: int) -> None:
        number = self._number.get(employee)
        if number in days:
            days[number] |= mask

    def spread(self) -> None:
        """Spread the work of each person over the days and its customers over each period."""
        for (number, channel), a_month in self._demand.items():
            self._lanes[number, channel].spread(a_month)
        for share in self._shares.values():
            share.sort(key=lambda task: (task.client.district, task.no))
            for place, task in enumerate(share):
                # calls lie between the visits
                shift = 0.0 if task.channel is Channel.VISIT else 0.5
                task.phase = ((place + 0.5) / len(share) + shift) % 1

    def _named(self, task: Task) -> list[int]:
        role, client = task.rule.role, task.client
        named: list[Hashable] = [
            people[role] for people in (client.owed.owners, client.backups) if role in people
        ]
        if client.next_owners or client.next_backups:
            following = (client.next_owners, client.next_backups)
            named += [each[role].employee for each in following if role in each]
        return [self._number[key] for key in dict.fromkeys(named) if key in self._number]

    def _others(self, task: Task) -> list[int]:
        client, role = task.client, task.rule.role
        if role in client.owed.owners or role in client.backups:
            return []
        found = [
            number
            for number, person in enumerate(self._people)
            if role in person.roles and _goes_to(person.districts, client.district)
        ]
        return sorted(found, key=lambda number: (self._demand[number, task.channel], number))


def _goes_to(districts: Collection[str], district: str) -> bool:
    return not districts or not district or district in districts
