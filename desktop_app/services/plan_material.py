"""What a plan of visits is made of: customers, people, what was made and what is stored already."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db.queries import visit_plan as queries
from db.queries.scope import Reach, Visible
from db.queries.visit_plan import OpenRow
from db.vocabulary import CadenceRole, Channel
from desktop_app.domain.cadence import CadencePolicy
from desktop_app.domain.compliance import Made
from desktop_app.domain.months import add_months, period_of
from desktop_app.domain.permissions import Action
from desktop_app.domain.plan_types import Person, Planned, purpose_of
from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.services import access, cadence_clients, calendar, staff_profiles
from desktop_app.services.cadence_clients import Side
from desktop_app.services.staff_profiles import Employee

_GAP: Final = dt.timedelta(days=31)
"""Contacts under a rule of months are never kept further apart."""


@dataclass(frozen=True, slots=True)
class Material:
    """All that goes into one plan.

    Attributes:
        first: First day that is planned.
        last: Last day.
        side: The customers and who works for them.
        people: Who makes contacts, with what stands outside the plan.
        calendar: Working days.
        history: Contacts made, those taken as made, and those that somebody placed.
        keep: What is stored and stays where it can.
        movable: Stored contacts that the plan may move: in its days, or overdue by today.
        fixed: Stored contacts in its days that somebody placed.
    """

    first: dt.date
    last: dt.date
    side: Side
    people: tuple[Person, ...]
    calendar: WorkCalendar
    history: tuple[Made, ...]
    keep: tuple[Planned, ...]
    movable: tuple[OpenRow, ...]
    fixed: tuple[OpenRow, ...]


def read(session: Session, first: dt.date, last: dt.date, today: dt.date) -> Material:
    """Gather it for the customers the actor sees; the first day is today or later."""
    access.require(session, Action.VIEW)
    visible = access.visible(session)
    side = cadence_clients.read(session, day=first)
    policy = side.policy
    longest = max((rule.latest_months or rule.per_months for rule in policy.rules), default=1)
    horizon = max(add_months(last, longest), period_of(last, longest).last)
    stored = _Stored(side, first, last, today)
    for row in queries.open_contacts(session, last + _GAP, horizon, _long(policy)):
        stored.sort_in(row)
    made = queries.contacts_made(
        session,
        visible,
        min(add_months(first, -longest), period_of(first, longest).first),
        today,
        recent=first.replace(day=1) - _GAP,
        long_rules=_long(policy),
    )
    away = staff_profiles.days_away(session, first, horizon)
    return Material(
        first=first,
        last=last,
        side=side,
        people=tuple(_people(side, visible, first, away, stored.booked)),
        calendar=calendar.work_calendar(session),
        history=(*side.made(made), *stored.taken_as_made()),
        keep=tuple(stored.keep()),
        movable=tuple(stored.movable),
        fixed=tuple(stored.fixed),
    )


def _long(policy: CadencePolicy) -> list[str]:
    return [rule.code for rule in policy.rules if rule.per_months > 1 or rule.latest_months]


def _people(
    side: Side,
    visible: Visible,
    day: dt.date,
    away: Mapping[uuid.UUID, frozenset[dt.date]],
    booked: Mapping[uuid.UUID, Mapping[tuple[Channel, dt.date], int]],
) -> Iterable[Person]:
    """Everybody who owes contacts to the customers seen, or might."""
    named: set[object] = set()
    selling: set[object] = set()
    for client in side.clients:
        for seats in (client.owed.owners, client.backups):
            named |= set(seats.values())
            selling.add(seats.get(CadenceRole.SALES))
        for following in (client.next_owners, client.next_backups):
            named |= {each.employee for each in following.values()}
            if CadenceRole.SALES in following:
                selling.add(following[CadenceRole.SALES].employee)
    for key, one in sorted(side.people.items(), key=lambda each: (each[1].name, each[0])):
        roles = cadence_clients.roles_of(one)
        if key in selling:
            roles |= {CadenceRole.SALES}
        is_theirs = key in named or _is_near(one, visible)
        if not roles or not is_theirs or not cadence_clients.works_on(one, day):
            continue
        profile = one.profile
        a_month = {Channel.VISIT: profile.visits_a_month, Channel.CALL: profile.calls_a_month}
        yield Person(
            key=key,
            roles=roles,
            a_day={Channel.VISIT: profile.visits_a_day, Channel.CALL: profile.calls_a_day},
            a_month={by: most for by, most in a_month.items() if most is not None},
            districts=frozenset(profile.districts),
            absent=away.get(key, frozenset()),
            booked=booked.get(key, {}),
            first=profile.hired_on,
            last=profile.left_on,
        )


def _is_near(employee: Employee, visible: Visible) -> bool:
    match visible.reach:
        case Reach.ALL:
            return True
        case Reach.OWN:
            return employee.user_id == visible.user_id
        case _:
            return visible.store_id is None or employee.store_id in {None, visible.store_id}


class _Stored:
    """The stored contacts, sorted by what the plan may do with them."""

    def __init__(self, side: Side, first: dt.date, last: dt.date, today: dt.date) -> None:
        self._side, self._first, self._last, self._today = side, first, last, today
        self._rules = {rule.code: rule for rule in side.policy.rules}
        self.movable: list[OpenRow] = []
        self.fixed: list[OpenRow] = []
        self.booked: dict[uuid.UUID, Counter[tuple[Channel, dt.date]]] = defaultdict(Counter)
        self._before: list[OpenRow] = []  # still ahead, but before the plan
        self._after: list[OpenRow] = []

    def sort_in(self, row: OpenRow) -> None:
        """Put one where it belongs; those of other customers and by hand only take room."""
        is_ours = row.rule is not None and not row.has_case
        if not is_ours or row.customer_id not in self._side.seen:
            self._book(row)
        elif row.day < self._today:
            if not row.is_fixed and self._first == self._today:
                self.movable.append(row)  # overdue
        elif row.day < self._first:
            self._before.append(row)
        elif row.day > self._last:
            self._after.append(row)
        elif row.is_fixed:
            self.fixed.append(row)
            self._book(row)
        else:
            self.movable.append(row)

    def taken_as_made(self) -> Iterable[Made]:
        """Those before the plan, and those that stay in any case."""
        for row in (*self._before, *self.fixed):
            rule = self._rules.get(row.rule or "")
            if rule is not None:
                yield Made(row.customer_id, rule.role, row.channel, row.day, row.by_id)

    def keep(self) -> Iterable[Planned]:
        """Those the plan leaves where they are if it can; also what was planned after it."""
        for row in (*self.movable, *self._after):
            rule = self._rules.get(row.rule or "")
            if rule is not None and row.day >= self._first:
                yield Planned(
                    row.customer_id, row.by_id, row.day, row.channel, rule.code, purpose_of(rule)
                )

    def _book(self, row: OpenRow) -> None:
        if row.by_id is not None and row.day >= self._first:
            self.booked[row.by_id][row.channel, row.day] += 1
