"""The calendar of people: what stands on which day, what clashes, and moving it.

Agents and field staff see their own calendar, managers those of their store, head office all.
Contacts with people who have died or want none are in no calendar.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from db import journal
from db.models import Case, User, Visit
from db.queries import agenda as queries
from db.queries.agenda import AgendaQuery, AgendaRow
from db.vocabulary import (
    CaseStage,
    Channel,
    NextStep,
    StaffFunction,
    VisitState,
)
from desktop_app import clock
from desktop_app.domain import agenda as rules
from desktop_app.domain import visits as visit_rules
from desktop_app.domain.agenda import Clash, ItemKind, Load, Place, Room, Rules, View
from desktop_app.domain.permissions import Action, allowed
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.services import (
    access,
    calendar,
    case_life,
    phones,
    staff_profiles,
    visit_view,
)
from desktop_app.services.agenda_board import AgendaFilter, AgendaItem, Board, DayMark, Person

LIMIT: Final = 6000
"""Contacts that are read at once; of more the board says how many are left out."""
_KINDS: Final[Mapping[str, ItemKind]] = {
    Channel.VISIT: ItemKind.VISIT,
    Channel.CALL: ItemKind.CALL,
    Channel.MESSAGE: ItemKind.CALL,
}
_STEPS: Final[Mapping[str, NextStep]] = {
    Channel.VISIT: NextStep.VISIT,
    Channel.CALL: NextStep.CALL,
}
_DAY: Final = dt.timedelta(days=1)
_NO_CONTACTS: Final = frozenset({StaffFunction.TRAINER, StaffFunction.TECHNICIAN})
"""Functions that call on no customers."""


# ---------------------------------------------------------------- reading


def people(session: Session) -> list[Person]:
    """Whose calendars the actor sees: the own one, then those who contact customers, by name."""
    access.require(session, Action.VIEW)
    mine = access.actor(session).user_id
    functions = staff_profiles.functions_of(session)
    found = [
        Person(
            row.id,
            row.login,
            row.name,
            row.is_active and (row.left_on is None or row.left_on >= clock.today()),
            Room(
                Room().visits if row.visits_a_day is None else row.visits_a_day,
                Room().calls if row.calls_a_day is None else row.calls_a_day,
            ),
            row.id == mine or bool(functions.get(row.id, frozenset()) - _NO_CONTACTS),
        )
        for row in queries.people(session, access.visible(session))
        if row.id == mine or allowed(row.role, Action.WORK_CASE) or row.visits_a_day is not None
    ]
    return sorted(found, key=lambda person: person.id != mine)


def opening_day(session: Session, view: View) -> dt.date:
    """The day around which a view opens: today, or the coming week where this one is over."""
    return rules.opening_day(view, clock.today(), calendar.work_calendar(session))


def items(session: Session, criteria: AgendaFilter) -> list[AgendaItem]:
    """What stands in the calendars, phones masked, by day and in the order of the day."""
    access.require(session, Action.VIEW)
    return _items(session, _query(session, criteria), LIMIT)


def clashes(session: Session, criteria: AgendaFilter) -> list[Clash]:
    """What cannot stay as it stands, from today on: times, days off, absences, full days."""
    access.require(session, Action.VIEW)
    return list(board(session, criteria).clashes)


def board(session: Session, criteria: AgendaFilter) -> Board:
    """Everything a calendar shows of some days, in one reading."""
    access.require(session, Action.VIEW)
    query = _query(session, criteria)
    found = _items(session, query, LIMIT)
    known = people(session)
    counts = queries.count_contacts(session, query)
    total = sum(each.count for each in counts)
    shown = sum(each.kind in rules.MOVABLE for each in found)
    loads = _loads(known, counts, found)
    away: dict[uuid.UUID, set[dt.date]] = defaultdict(set)
    for each in found:
        if each.kind is ItemKind.ABSENCE and each.user_id is not None:
            away[each.user_id].add(each.day)
    work_calendar = calendar.work_calendar(session)
    years = range(criteria.first.year, criteria.last.year + 1)
    days = [day for year in years for day in calendar.named_days(session, year)]
    judged = Rules(
        work_calendar,
        calendar.festivals(session),
        away,
        {person.id: person.room for person in known},
    )
    today = clock.today()
    still = [each for each in found if each.day >= today]
    return Board(
        items=tuple(found),
        people=tuple(known),
        marks={
            each.day: DayMark(each.day, each.is_working, each.is_festival, each.zh, each.en)
            for each in days
            if criteria.first <= each.day <= criteria.last
        },
        unknown_years=tuple(year for year in years if not work_calendar.knows(year)),
        loads=loads,
        clashes=tuple(rules.clashes(still, judged, loads)),
        away={key: frozenset(off) for key, off in away.items()},
        left_out=max(0, total - shown),
    )


def for_file(session: Session, criteria: AgendaFilter) -> list[AgendaItem]:
    """Contacts and callbacks for a calendar file, those that were called off too, phones masked.

    Own ones may be taken along by whoever works on cases; those of others only by who may export.
    Where nobody is named, all are meant that may be taken along.

    Raises:
        NotAllowedError: the role may not take them along.
    """
    access.require(session, Action.VIEW)
    mine = access.actor(session).user_id
    is_own = mine is not None and criteria.user_ids == frozenset({mine})
    may_take_own = mine is not None and access.may(session, Action.WORK_CASE)
    all_is_own = criteria.user_ids is None and not access.may(session, Action.EXPORT)
    if mine is not None and may_take_own and all_is_own:
        criteria = replace(criteria, user_ids=frozenset({mine}))
    elif not (is_own and may_take_own):
        access.require(session, Action.EXPORT)
    query = replace(_query(session, criteria), with_cancelled=True)
    kinds = rules.CONTACTS
    return [each for each in _items(session, query, None) if each.kind in kinds]


def _query(session: Session, criteria: AgendaFilter) -> AgendaQuery:
    begins, ends = (
        dt.datetime.combine(day, dt.time()).astimezone()
        for day in (criteria.first, criteria.last + _DAY)
    )
    return AgendaQuery(
        criteria.first,
        criteria.last,
        (begins, ends),
        criteria.user_ids,
        visible=access.visible(session),
    )


def _items(session: Session, query: AgendaQuery, limit: int | None) -> list[AgendaItem]:
    rows = queries.contacts(session, query, limit)
    for read in (queries.callbacks, queries.promises, queries.renewals, queries.tasks):
        rows += read(session, query)
    rows += queries.absences(session, query)
    by_day: dict[dt.date, list[AgendaItem]] = defaultdict(list)
    for row in rows:
        for item in _of_row(row, query):
            by_day[item.day].append(item)
    return [item for day in sorted(by_day) for item in rules.in_order(by_day[day])]


def _of_row(row: AgendaRow, query: AgendaQuery) -> Iterable[AgendaItem]:
    day, starts_at = row.day, row.starts_at
    if row.moment is not None:
        local = clock.local(row.moment)
        day, starts_at = local.date(), local.time().replace(second=0, microsecond=0)
    if day is None:
        return
    last = row.last_day or day
    day = max(day, query.first)
    while day <= min(last, query.last):
        yield AgendaItem(
            row.id,
            _KINDS.get(row.kind) or ItemKind(row.kind),
            day,
            starts_at,
            row.moment,
            row.minutes,
            row.user_id,
            row.user,
            row.customer_id,
            row.customer,
            row.customer_number,
            phones.masked(row.phone),
            row.address,
            row.district,
            row.klass,
            row.case_id,
            row.case_number,
            row.words,
            row.state,
            bool(row.is_provisional),
            bool(row.is_fixed),
            row.version,
            row.changed_at,
            row.rule_purpose,
        )
        day += _DAY


def _loads(
    known: Iterable[Person], counts: Iterable[queries.DayCount], found: Iterable[AgendaItem]
) -> dict[Place, Load]:
    """Counted by the database, so that they are right however much is shown; and callbacks."""
    rooms = {person.id: person.room for person in known}
    visits: dict[Place, int] = defaultdict(int)
    calls: dict[Place, int] = defaultdict(int)
    for each in counts:
        counted = visits if each.channel is Channel.VISIT else calls
        counted[Place(each.user_id, each.day)] += each.count
    for item in found:
        if item.kind is ItemKind.CALLBACK and item.user_id is not None:
            calls[item.place] += 1
    return {
        place: Load(visits[place], calls[place], rooms.get(place.user_id, Room()))
        for place in visits.keys() | calls.keys()
        if place.user_id is not None
    }


# ---------------------------------------------------------------- moving


def move(
    session: Session,
    visit_id: uuid.UUID,
    day: dt.date,
    starts_at: dt.time | None = None,
    to_user: uuid.UUID | None = None,
) -> None:
    """Put a planned visit or call on another day, at a time or without one, or to somebody else.

    It stays there when the plan is made anew. The next step of its case follows.

    Args:
        session: a writing session.
        visit_id: which one.
        day: today or later.
        starts_at: its time, none: without one.
        to_user: who makes it; none: who makes it now.

    Raises:
        NotFoundError, NotAllowedError: it is gone, out of reach, or another's
            (`visit_view.require_visit`); or it is given to somebody else by who plans no visits.
        ConflictError: it was made or called off already.
        InvalidInputError: the day is over, nobody of that name works here, or the customer is not
            to be contacted.
    """
    access.require(session, Action.VIEW)
    visit = visit_view.load(session, visit_id)
    visit_view.require_visit(session, visit)
    if to_user not in (None, access.actor(session).user_id):
        access.require(session, Action.PLAN_VISITS)
    if visit.state != VisitState.PLANNED:
        raise ConflictError(_("This visit was made or cancelled already."))
    customer = case_life.customer_of(session, visit.customer_id)
    _check(session, day, to_user, may_contact=case_life.may_be_contacted(customer))
    by_id = to_user or visit.by_id
    if (visit.planned_on, visit.starts_at, visit.by_id) == (day, starts_at, by_id):
        return
    title = (
        N_("Move the visit to {name} to {day}")
        if visit.channel == Channel.VISIT
        else N_("Move the call to {name} to {day}")
    )
    journal.name_change(session, title, name=customer.name, day=day)
    before = visit.planned_on
    values = {"planned_on": day, "starts_at": starts_at, "by_id": by_id}
    case_life.set_values(visit, values | {"is_fixed": True, "is_provisional": False})
    _follow(session, visit, before)
    session.flush()


def _check(session: Session, day: dt.date, to_user: uuid.UUID | None, *, may_contact: bool) -> None:
    problems: list[Problem] = []
    if day < clock.today():
        problems.append(Problem("day", visit_rules.is_over()))
    if (day - clock.today()).days > visit_rules.MOST_AHEAD:
        problems.append(Problem("day", visit_rules.too_far()))
    if to_user is not None:
        user = session.get(User, to_user)
        in_reach = {person.id for person in people(session) if person.is_active}
        if user is None or to_user not in in_reach:
            text = _("Choose somebody who works here and whose calendar you see.")
            problems.append(Problem("to_user", text))
    if not may_contact:
        problems.append(Problem("day", _("This customer is not to be contacted any more.")))
    if problems:
        raise InvalidInputError(problems)


def _follow(session: Session, visit: Visit, before: dt.date) -> None:
    """The next step of an open case stands on the day of its visit."""
    step = _STEPS.get(visit.channel)
    case = None if visit.case_id is None else session.get_one(Case, visit.case_id)
    if case is None or case.stage == CaseStage.CLOSED or step is None:
        return
    if case.next_step == step and case.next_due == before:
        case_life.plan(case, step, visit.planned_on)
