"""The plan of visits and calls 走访计划: what the cadence asks for, on days and with people.

A plan is shown before anything is stored. Saving it is one change set: what stands where it should
stays the same record, what has to move is moved, what is no longer owed goes. Visits of cases and
those made by hand are never touched, and one that somebody placed stays where it is.
"""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, cast

from sqlalchemy.orm import Session

from db import journal
from db.models import Visit
from db.queries import visit_plan as queries
from db.queries.visit_plan import OpenRow
from db.vocabulary import CadenceRole, ChangeKind, Channel, CustomerClass, VisitState
from desktop_app import clock, labels
from desktop_app.domain.cadence import (
    CadenceChannel,
    CadencePolicy,
    Strength,
    capacity_check,
    load_of,
)
from desktop_app.domain.months import Period, month_number, period_of, periods
from desktop_app.domain.permissions import Action
from desktop_app.domain.plan_types import Plan, PlanCount, Planned
from desktop_app.domain.visit_plan import plan as make_plan
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, calendar, plan_material
from desktop_app.services.plan_material import Material

MOST_MONTHS: Final = 3
"""So many calendar months are saved at once: later ones change before they come."""

LONGEST: Final = 366 * 2
"""Days that a preview may have."""


class CustomerName(NamedTuple):
    """How a customer of a plan is called."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class PlanResult:
    """A plan and what belongs to it.

    Attributes:
        first: First day asked for.
        last: Last day.
        start: The first day that can still be planned; days before it are history.
        policy: The cadence it was made by.
        plan: The contacts, what is impossible, and how many are best made later.
        counts: Required, planned and impossible by class, role and channel; what has been made,
            and what somebody placed by hand, is not required any more.
        strength: What a role owes in a month, and what its people can do in an average one. Who
            has several functions counts with each.
        fixed: Contacts that somebody placed by hand, which stay.
        people: Names by key.
        customers: Numbers and names by key.
        stopped: Customers left out because they have died or do not want to be contacted.
        unidentified: Customers left out because nobody knows who they are.
        provisional_years: Years whose holidays are not published yet.
    """

    first: dt.date
    last: dt.date
    start: dt.date
    policy: CadencePolicy
    plan: Plan
    counts: Mapping[tuple[CustomerClass, CadenceRole, CadenceChannel], PlanCount]
    strength: tuple[Strength, ...]
    fixed: int
    people: Mapping[uuid.UUID, str]
    customers: Mapping[uuid.UUID, CustomerName]
    stopped: int
    unidentified: int
    provisional_years: tuple[int, ...]

    def name_of(self, customer: Hashable) -> CustomerName:
        """How a customer of the plan is called."""
        return self.customers[cast("uuid.UUID", customer)]


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What saving a plan did to the contacts planned, and how many were impossible.

    `change_set` is the key to undo it by; None when everything stood as it should.
    """

    kept: int
    added: int
    moved: int
    removed: int
    impossible: int
    change_set: uuid.UUID | None


def preview(
    session: Session, first: dt.date, last: dt.date, as_of: dt.date | None = None
) -> PlanResult:
    """Plan the contacts of the customers the actor sees; nothing is stored.

    What is stored already stays where it can. Contacts planned before the first day are taken as
    made.

    Args:
        session: the session.
        first: first day; days before today are not planned.
        last: last day.
        as_of: the day that counts as today.

    Raises:
        InvalidInputError: there is no day to plan, or there are too many.
    """
    access.require(session, Action.VIEW)
    material = plan_material.read(session, *_days(first, last, as_of or clock.today()))
    return _result(first, material, _plan(material))


def save(session: Session, first: dt.date, last: dt.date) -> SavedPlan:
    """Store the plan of some days for the customers the actor sees, in one change set.

    Raises:
        InvalidInputError: there is no day to plan, or there are more than three months.
    """
    access.require(session, Action.PLAN_VISITS)
    _days(first, last, clock.today())
    if month_number(last) - month_number(first) >= MOST_MONTHS:
        text = _("Save at most {n} months at once; later ones change before they come.")
        raise InvalidInputError([Problem("last", text.format(n=MOST_MONTHS))])
    title = N_(
        "Plan visits from {first} to {last}: "
        "{added} new, {moved} moved, {removed} removed, {kept} as before"
    )
    return _store(session, title, [Period(first, last)])


def provisional(session: Session) -> int:
    """How many planned contacts lie in years whose holidays are known by now."""
    access.require(session, Action.VIEW)
    known = calendar.work_calendar(session)
    days = queries.provisional_days(session, clock.today())
    return sum(count for day, count in days.items() if known.knows(day.year))


def replan_provisional(session: Session) -> SavedPlan:
    """Plan the months anew whose holidays have been published since, in one change set."""
    access.require(session, Action.PLAN_VISITS)
    known = calendar.work_calendar(session)
    months = {
        period_of(day, 1)
        for day in queries.provisional_days(session, clock.today())
        if known.knows(day.year)
    }
    title = N_(
        "Plan visits anew by the published holidays, {first} to {last}: "
        "{added} new, {moved} moved, {removed} removed, {kept} as before"
    )
    return _store(session, title, sorted(months))


# ---------------------------------------------------------------- making


def _days(first: dt.date, last: dt.date, today: dt.date) -> tuple[dt.date, dt.date, dt.date]:
    """First and last day that are planned, and today."""
    if last < first:
        text = _("The last day cannot be before the first.")
    elif last < today:
        text = _("These days are over. Plan from {day} on.").format(day=labels.day_text(today))
    elif (last - first).days >= LONGEST:
        text = _("Plan at most two years at once.")
    else:
        return max(first, today), last, today
    raise InvalidInputError([Problem("last", text)])


def _plan(material: Material) -> Plan:
    return make_plan(
        material.side.clients,
        material.people,
        material.side.policy,
        material.calendar,
        material.first,
        material.last,
        material.history,
        material.keep,
    )


def _result(first: dt.date, material: Material, plan: Plan) -> PlanResult:
    side, last = material.side, material.last
    years = range(material.first.year, last.year + 1)
    return PlanResult(
        first=first,
        last=last,
        start=material.first,
        policy=side.policy,
        plan=plan,
        counts=plan.counts(side.policy),
        strength=_strength(material),
        fixed=len(material.fixed),
        people={key: one.name for key, one in side.people.items()},
        customers={key: CustomerName(row.number, row.name) for key, row in side.rows.items()},
        stopped=side.stopped,
        unidentified=side.unidentified,
        provisional_years=tuple(year for year in years if not material.calendar.knows(year)),
    )


def _strength(material: Material) -> tuple[Strength, ...]:
    """What is owed in a month against what can be done in an average month of the plan."""
    side = material.side
    sizes = Counter(row.klass for row in side.rows.values())
    months = list(periods(material.first, material.last, 1))
    room: Counter[tuple[CadenceRole, Channel]] = Counter()
    for month in months:
        span = (month.last - month.first).days + 1
        days = [month.first + dt.timedelta(days=number) for number in range(span)]
        worked = [day for day in days if material.calendar.is_working(day)]
        for person in material.people:
            there = sum(person.works_on(day) for day in worked)
            for channel, a_day in person.a_day.items():
                can = min(there * a_day, person.a_month.get(channel, there * a_day))
                for role in person.roles:
                    room[role, channel] += can
    available = {
        (role, channel): room[role, channel.planned] // len(months)
        for role in CadenceRole
        for channel in CadenceChannel
    }
    return capacity_check(load_of(sizes, side.policy), available)


# ---------------------------------------------------------------- storing


@dataclass(slots=True)
class _Changes:
    """What is to be done to the stored contacts of one plan."""

    kept: int = 0
    moved: int = 0
    inserts: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    removals: list[uuid.UUID] = field(default_factory=list)


def _store(session: Session, title: str, spans: Sequence[Period]) -> SavedPlan:
    buffer, done = journal.buffer_of(session), Counter[str]()
    for span in spans:
        days = _days(span.first, span.last, clock.today())
        journal.name_change(session, title, kind=ChangeKind.BULK, first=spans[0].first)
        material = plan_material.read(session, *days)
        plan = _plan(material)
        changes = _changes(material, plan)
        journal.bulk_delete(session, Visit, changes.removals)
        journal.bulk_update(session, Visit, changes.updates)
        journal.bulk_insert(session, Visit, changes.inserts)
        done += Counter(
            kept=changes.kept + len(material.fixed),
            added=len(changes.inserts),
            moved=changes.moved,
            removed=len(changes.removals),
            impossible=len(plan.impossible),
        )
        counts = {name: done[name] for name in ("added", "moved", "removed", "kept")}
        journal.retitle_args(session, last=span.last, **counts)
    return SavedPlan(
        done["kept"],
        done["added"],
        done["moved"],
        done["removed"],
        done["impossible"],
        buffer.id if buffer.rows else None,
    )


def _changes(material: Material, plan: Plan) -> _Changes:
    """Compare a plan with what is stored: the same, moved, new, or not owed any more."""
    found = _Changes()
    wanted: dict[tuple[object, str], list[Planned]] = defaultdict(list)
    for contact in plan.contacts:
        wanted[contact.customer, contact.rule].append(contact)
    stored: dict[tuple[object, str | None], list[OpenRow]] = defaultdict(list)
    for row in material.movable:
        stored[row.customer_id, row.rule].append(row)
    for key, rows in stored.items():
        ahead = wanted.pop(cast("tuple[object, str]", key), [])
        places = {(one.day, one.employee, one.channel): one for one in ahead}
        others = []
        for row in rows:
            place = places.pop((row.day, row.by_id, row.channel), None)
            if place is None:
                others.append(row)
                continue
            found.kept += 1
            if row.is_provisional is not place.is_provisional:
                found.updates.append({"id": row.id, "is_provisional": place.is_provisional})
        left = [one for one in ahead if (one.day, one.employee, one.channel) in places]
        for row, contact in zip(others, left, strict=False):
            found.moved += 1
            found.updates.append(_values(contact) | {"id": row.id, "starts_at": None})
        found.removals += [row.id for row in others[len(left) :]]
        found.inserts += [_values(one) for one in left[len(others) :]]
    for new in wanted.values():
        found.inserts += [_values(one) for one in new]
    for row in material.fixed:
        is_provisional = not material.calendar.knows(row.day.year)
        if row.is_provisional is not is_provisional:
            found.updates.append({"id": row.id, "is_provisional": is_provisional})
    return found


def _values(contact: Planned) -> dict[str, Any]:
    return {
        "customer_id": contact.customer,
        "channel": contact.channel.value,
        "planned_on": contact.day,
        "by_id": contact.employee,
        "rule": contact.rule,
        "rule_purpose": contact.purpose.value,
        "is_provisional": contact.is_provisional,
        "state": VisitState.PLANNED.value,
    }
