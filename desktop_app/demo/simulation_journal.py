"""Who held which case when, and who was contacted when: replayed from the journal of a simulation.

Part of the referee (`simulation_referee`): it shares no code with the services or the domain.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import CalendarDay, Change, ChangeSet

Found = tuple[str, dt.date, str, str]
"""A broken rule: which, on which day, in which case (its key), and how."""

_ENTITIES: Final = ("contact_attempt", "visit", "customer", "departure_case")
"""In this order within a change set: a contact is judged by what held before it."""
_SPOKEN: Final = frozenset({"reached", "callback", "refused", "do_not_contact"})
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of the rules as head office has set them; spans of the day as (from, until)."""

    quiet: tuple[dt.time, dt.time]
    lunch: tuple[dt.time, dt.time]
    windows: tuple[tuple[int, int], ...]  # days, and most contacts in them
    throttle: tuple[int, int]  # failures in a row on a channel, days of the pause
    capacity: int
    claims_per_day: int
    cool_off_days: int
    frozen_days: int
    ceiling: Fraction  # of the value at stake


@dataclass(frozen=True, slots=True)
class Days:
    """Which days are worked, and on which nobody is called."""

    differing: Mapping[dt.date, bool]
    festivals: frozenset[dt.date]

    def is_working(self, day: dt.date) -> bool:
        """Whether people come to work."""
        return self.differing.get(day, day.weekday() < _SATURDAY)


def read_days(session: Session) -> Days:
    """The days that differ from their weekday, as they are stored."""
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.is_working, CalendarDay.is_festival)
    ).all()
    return Days({row[0]: row[1] for row in rows}, frozenset(row[0] for row in rows if row[2]))


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact; `presses` unless informal or begun by the customer."""

    at: dt.datetime
    channel: str
    was_spoken: bool
    presses: bool
    by_customer: bool


@dataclass(slots=True)
class CaseState:
    """A case as the journal says it is now."""

    customer: str
    kind: str
    stage: str
    owner: str | None
    callback_at: str | None


@dataclass(slots=True)
class Replay:
    """What the journal says, up to the change set read last."""

    cases: dict[str, CaseState] = field(default_factory=dict)
    stopped: dict[str, dt.datetime] = field(default_factory=dict)
    _held: Counter[str] = field(default_factory=Counter)
    _open: Counter[tuple[str, str]] = field(default_factory=Counter)
    _claims: Counter[tuple[str, dt.date]] = field(default_factory=Counter)
    _released: dict[str, tuple[str, dt.date]] = field(default_factory=dict)
    _contacts: dict[str, list[Contact]] = field(default_factory=lambda: defaultdict(list))
    _visits: dict[str, str] = field(default_factory=dict)
    _seq: int = 0

    def go_on(self, session: Session, numbers: Numbers, days: Days) -> Iterator[Found]:
        """Replay what is new and tell the rules that were broken by it."""
        rows = session.execute(
            select(ChangeSet.seq, ChangeSet.at, ChangeSet.actor_id, Change)
            .join(Change, Change.change_set_id == ChangeSet.id)
            .where(ChangeSet.seq > self._seq, Change.entity.in_(_ENTITIES))
            .order_by(ChangeSet.seq, Change.position)
        ).all()
        order = {name: place for place, name in enumerate(_ENTITIES)}
        for seq, at, actor, change in sorted(rows, key=lambda row: (row[0], order[row[3].entity])):
            self._seq = seq
            now = _New(change, at, None if actor is None else str(actor))
            match change.entity:
                case "contact_attempt":
                    yield from self._attempt(now, numbers, days)
                case "visit":
                    self._visit(now)
                case "customer":
                    self._customer(now)
                case _:
                    yield from self._case(now, numbers)

    # Contacts ----------------------------------------------------------------------------------

    def _attempt(self, new: "_New", numbers: Numbers, days: Days) -> Iterator[Found]:
        at = _moment(new.get("at")).astimezone()
        case_id, customer = str(new.get("case_id")), str(new.get("customer_id"))
        case = self.cases[case_id]
        contact = Contact(
            at,
            str(new.get("channel")),
            new.get("result") in _SPOKEN,
            not (new.get("is_informal") or new.get("by_customer")),
            bool(new.get("by_customer")),
        )
        asked_for = contact.by_customer or (
            case.callback_at is not None and _moment(case.callback_at) <= at
        )
        past = [one for one in self._contacts[customer] if one.at <= at]
        for rule, how in (
            *self._stop(customer, at),
            *(() if asked_for else _hours(at, numbers, days)),
            *(() if asked_for else _pressure(past, contact, numbers)),
        ):
            yield rule, at.date(), case_id, how
        if not days.is_working(at.date()):
            yield "working_day", at.date(), case_id, f"{at:%Y-%m-%d}"
        self._contacts[customer].append(contact)

    def _stop(self, customer: str, at: dt.datetime) -> Iterator[tuple[str, str]]:
        if customer in self.stopped and at > self.stopped[customer]:
            yield "stopped_contacted", f"{self.stopped[customer]:%Y-%m-%d %H:%M}"

    def _visit(self, new: "_New") -> None:
        """A visit that was made is a contact at noon, unless it is logged as one too."""
        customer = self._visits.setdefault(new.key, str(new.get("customer_id")))
        if new.get("state") != "done":
            return
        noon = dt.datetime.combine(dt.date.fromisoformat(new.get("done_on")), dt.time(12))
        logged = {one.at.date() for one in self._contacts[customer] if one.channel == "visit"}
        if noon.date() not in logged:
            self._contacts[customer].append(
                Contact(noon.astimezone(), "visit", False, True, False)  # noqa: FBT003
            )

    def _customer(self, new: "_New") -> None:
        if new.get("is_deceased") or new.get("do_not_contact"):
            self.stopped.setdefault(new.key, new.at)

    # Cases -------------------------------------------------------------------------------------

    def _case(self, new: "_New", numbers: Numbers) -> Iterator[Found]:
        day = new.at.astimezone().date()
        if new.is_insert:
            names = ("customer_id", "kind", "stage", "owner_id", "callback_at")
            self.cases[new.key] = CaseState(*(new.get(name) for name in names))
            yield from self._counted(new, day, None)
            return
        case = self.cases[new.key]
        before = CaseState(case.customer, case.kind, case.stage, case.owner, case.callback_at)
        case.stage = new.get("stage", case.stage)
        case.callback_at = new.get("callback_at", case.callback_at)
        case.owner = new.get("owner_id", case.owner)
        if case.owner != before.owner:
            yield from self._handed(new, before.owner, numbers, day)
        yield from self._counted(new, day, before)

    def _handed(
        self, new: "_New", before: str | None, numbers: Numbers, day: dt.date
    ) -> Iterator[Found]:
        """Somebody else holds a case, or nobody."""
        owner = self.cases[new.key].owner
        if owner is None:
            if before is not None:
                self._released[new.key] = (before, day)
            return
        who, since = self._released.pop(new.key, (None, day))  # over when somebody holds it
        if self._held[owner] >= numbers.capacity:
            yield "capacity", day, new.key, f"{self._held[owner]} of {numbers.capacity}"
        if new.actor != owner:
            return
        self._claims[owner, day] += 1
        if self._claims[owner, day] > numbers.claims_per_day:
            yield "claims_per_day", day, new.key, f"{self._claims[owner, day]}"
        if who == owner and (day - since).days <= numbers.cool_off_days:
            yield "cool_off", day, new.key, f"{since:%Y-%m-%d}"

    def _counted(self, new: "_New", day: dt.date, before: CaseState | None) -> Iterator[Found]:
        """Keep count of what everybody holds, and of the open cases of each customer and kind."""
        case = self.cases[new.key]
        for state, step in ((before, -1), (case, 1)):
            if state is not None and state.stage != "closed":
                self._open[state.customer, state.kind] += step
                if state.owner is not None:
                    self._held[state.owner] += step
        if self._open[case.customer, case.kind] > 1:
            yield "one_open_case", day, new.key, case.kind


class _New:
    """One change, whether it made a row or changed it."""

    def __init__(self, change: Change, at: dt.datetime, actor: str | None) -> None:
        self.key, self.at, self.actor = change.row_id, at, actor
        self.is_insert = change.op == "insert"
        self._fields = change.fields

    def get(self, name: str, default: Any = None) -> Any:
        """The value a field has now; the default if it was not changed."""
        if name not in self._fields:
            return default
        return self._fields[name] if self.is_insert else self._fields[name][1]


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _hours(at: dt.datetime, numbers: Numbers, days: Days) -> Iterator[tuple[str, str]]:
    time = at.time()
    if time >= numbers.quiet[0] or time < numbers.quiet[1]:
        yield "quiet_hours", f"{at:%H:%M}"
    if numbers.lunch[0] <= time < numbers.lunch[1]:
        yield "lunch", f"{at:%H:%M}"
    if at.date() in days.festivals:
        yield "festival", f"{at:%Y-%m-%d}"


def _pressure(past: list[Contact], contact: Contact, numbers: Numbers) -> Iterator[tuple[str, str]]:
    for length, most in numbers.windows:
        since = contact.at - dt.timedelta(days=length)
        used = sum(one.presses and one.at > since for one in past)
        if contact.presses and used >= most:
            yield "contact_budget", f"{used + 1} in {length} days"
    failed = []
    for one in sorted(past, key=lambda one: one.at, reverse=True):
        if one.was_spoken or one.by_customer:
            break
        if one.channel == contact.channel and one.presses:
            failed.append(one.at)
    often, pause = numbers.throttle
    if len(failed) >= often and contact.at < failed[0] + dt.timedelta(days=pause):
        yield "throttle", f"{len(failed)} {contact.channel}"
