"""Where each open case stands: whose queue, which rank, what holds it back.

The database selects, `domain.queue_order` decides; what the rules must know is read once for all
cases. Reached through `services.queue`.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db.queries import contact_facts
from db.queries import queue as queue_queries
from db.queries import staff as staff_queries
from db.queries.queue import NO_CUSTOMER, Alike, Candidate, Floors, Group, QueueFilter
from db.vocabulary import CallbackFor, Channel, CustomerClass, NextStep, Role
from desktop_app import clock
from desktop_app.domain import permissions, queue_order
from desktop_app.domain.cases import ALWAYS_FIRST, OVERDUE
from desktop_app.domain.contact_rules import ContactFacts, Purpose, Verdict
from desktop_app.domain.permissions import Action, Scope, scope_of
from desktop_app.domain.queue_order import (
    Person,
    Place,
    QueueItem,
    QueueKind,
    Rank,
    Section,
    Tier,
)
from desktop_app.domain.retries import Callback
from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.services import access, calendar, case_life, contact_permission

HELD_BACK: Final = len(Tier)
"""Behind all tiers: what the screening holds back."""

_NOBODY: Final = ContactFacts()
_LONGEST_ANSWER: Final = 60  # days within which every first contact is due, holidays included
_FLOORS_OF: Final[Mapping[Section, frozenset[int]]] = {
    Section.CANCEL_REQUEST: frozenset({Tier.CANCEL_REQUEST}),
    Section.CALLBACK: frozenset({Tier.CALLBACK, Tier.LATER}),
    Section.OVERDUE: frozenset({Tier.DUE}),
    Section.TODAY: frozenset({Tier.DUE}),
    Section.WAITING: frozenset({Tier.CANCEL_REQUEST, Tier.CALLBACK, Tier.DUE, Tier.WAITING}),
    Section.HELD_BACK: frozenset({HELD_BACK}),
    Section.TO_CLOSE: frozenset(),
    Section.LATER: frozenset({Tier.CANCEL_REQUEST, Tier.DUE, Tier.WAITING, Tier.LATER}),
}
"""Floors of the cases that may stand in a section."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `agent`: whose queue; everybody's without. None asks for everything."""

    agent: uuid.UUID | None = None
    place: QueueKind | None = None
    sections: Collection[Section] | None = None
    only: Collection[uuid.UUID] | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A case with its queue and its rank, not explained yet. `stop`: why it waits."""

    case: Candidate
    place: Place
    item: QueueItem
    rank: Rank
    section: Section
    stop: Verdict | None

    @property
    def order(self) -> tuple[object, ...]:
        """Ascending, this is the order of work."""
        return self.case.floor == HELD_BACK, *self.rank.sort_key


class Board:
    """The rules with what they need to know, read once for all cases."""

    def __init__(self, session: Session, now: dt.datetime, wanted: Wanted) -> None:
        self._session, self._now, self._wanted = session, now, wanted
        self._calendar: WorkCalendar = calendar.work_calendar(session)
        self._asking = contact_permission.read(session)
        users = staff_queries.list_users(session, active_only=True)
        self._people = {
            user.id: _person(user.id, user.role, user.store_id)
            for user in users
            if permissions.allowed(user.role, Action.WORK_CASE)
        }
        self._takers = {
            user.id for user in users if permissions.allowed(user.role, Action.TAKE_CASE)
        }
        self._places: dict[tuple[uuid.UUID | None, uuid.UUID | None], Place | None] = {}
        self._first_contacts: dict[tuple[dt.date, CustomerClass], dt.datetime] = {}
        self._facts: Mapping[uuid.UUID, ContactFacts] = {}
        self._usual: dict[tuple[Channel, Purpose], Verdict | None] = {}
        self._floors = self._make_floors()

    # ------------------------------------------------------------------ reading

    def pages(self, size: int) -> Iterator[tuple[list[Placed], Candidate]]:
        """What is asked for, page by page, with the last case of each page that was read."""
        criteria = self._criteria(is_narrow=True)
        for page in queue_queries.pages(self._session, criteria, self._floors, size):
            yield self._placed(page), page[-1]

    def groups(self) -> Iterator[tuple[Placed, Group]]:
        """The same for cases that stand alike, taken together; with what is not asked for."""
        alike = Alike(*self._first_days(), self._asking.harmless + 1)
        criteria = self._criteria(is_narrow=False)
        found = list(queue_queries.groups(self._session, criteria, self._floors, alike))
        by_case = {id(group.like): group for group in found}
        for placed in self._placed(group.like for group in found):
            yield placed, by_case[id(placed.case)]

    def settled(self, found: Iterable[Placed], last: Candidate) -> int:
        """How many of the lines no case can come before that is read after the last one.

        A case is never better than its floor, and within the tiers that go by score not better
        than its value x the highest urgency.
        """
        moments = {
            Tier.CANCEL_REQUEST: self._now,
            Tier.DUE: self._now,
            Tier.WAITING: self._quiet_until() or self._now,
        }
        is_by_score = last.floor in moments
        best = -(last.value or 0) * OVERDUE if is_by_score else 0
        earliest = dt.datetime.min.replace(tzinfo=dt.UTC)
        moment = moments[Tier(last.floor)] if is_by_score else earliest
        bound = (last.floor == HELD_BACK, last.floor, moment, best)
        return sum(each.order[:4] < bound for each in found)

    def _criteria(self, *, is_narrow: bool) -> QueueFilter:
        """What the database is asked; narrow leaves out what is not asked for, if it can tell."""
        session, wanted = self._session, self._wanted
        who = access.actor(session)
        of = not_of = floors = None
        if is_narrow and wanted.place is QueueKind.OWN:
            of = set(self._people) if wanted.agent is None else {wanted.agent}
        elif is_narrow and wanted.place is not None:
            not_of = set(self._people)
        sections = set(wanted.sections or ()) if is_narrow else set()
        if sections:
            floors = frozenset[int]().union(*(_FLOORS_OF[each] for each in sections))
        is_quiet = self._quiet_until() is not None
        is_often = sections == {Section.WAITING} and not is_quiet
        criteria = QueueFilter(
            now=self._now,
            agent=wanted.agent,
            shares=access.may(session, Action.TAKE_CASE),
            near=None if scope_of(who.role) is Scope.ALL else who.store_id,
            only=wanted.only,
            of=of,
            not_of=not_of,
            floors=floors,
            is_planned=sections == {Section.LATER},
            often=self._asking.harmless + 1 if is_often else None,
        )
        return access.limited(session, criteria)

    def _make_floors(self) -> Floors:
        is_quiet = self._quiet_until() is not None
        return Floors(
            first=Tier.CANCEL_REQUEST,
            callback=Tier.CALLBACK,
            due=Tier.DUE,
            waiting=Tier.WAITING,
            later=Tier.LATER,
            held_back=HELD_BACK,
            first_kind=ALWAYS_FIRST,
            quiet_steps=case_life.CONTACT_STEPS if is_quiet else (),
            first_stages=case_life.BEFORE_ASSIGNMENT,
        )

    def _quiet_until(self) -> dt.datetime | None:
        """When the first customer may be contacted again, if none may be now."""
        stops = [self._usually(channel, Purpose.ORDINARY) for channel in _CHANNELS]
        ends = [stop.earliest for stop in stops if stop is not None and stop.earliest is not None]
        return min(ends) if len(ends) == len(_CHANNELS) else None

    def _first_days(self) -> tuple[dict[CustomerClass, dt.date], dict[CustomerClass, dt.date]]:
        """By class the last day of opening whose first contact is overdue, and is due by today."""
        today = self._now.date()
        days = [today - dt.timedelta(days=back) for back in range(_LONGEST_ANSWER)]
        overdue, due = {}, {}
        for klass in CustomerClass:
            answers = [(day, self._respond_by(day, klass).date()) for day in days]
            due[klass] = next((day for day, by in answers if by <= today), days[-1])
            overdue[klass] = next((day for day, by in answers if by < today), days[-1])
        return overdue, due

    # ------------------------------------------------------------------ deciding

    def _placed(self, page: Iterable[Candidate]) -> list[Placed]:
        """The cases of a page that stand in the queue, ranked."""
        found = [
            (one, place)
            for one in page
            if (place := self._place(one)) is not None
            and (one.in_sight or place.kind is QueueKind.TEAM)
            and self._is_wanted(place)
        ]
        self._look_at_contacts(one for one, _place in found)
        ranked = (self._ranked(one, place) for one, place in found)
        sections = self._wanted.sections
        return [each for each in ranked if sections is None or each.section in sections]

    def _place(self, one: Candidate) -> Place | None:
        """In whose queue a case stands."""
        if one.callback_at is not None:
            return self._place_of(one)
        key = (one.owner_id, one.store_id)
        if key not in self._places:
            self._places[key] = self._place_of(one)
        return self._places[key]

    def _place_of(self, one: Candidate) -> Place | None:
        item = QueueItem(
            key=one.number,
            kind=one.kind,
            owner=one.owner_id,
            team=one.store_id,
            in_pool=one.owner_id is None,
            callback=_callback(one),
        )
        people = self._people.values()
        return queue_order.place_of(item, list(people), self._now, self._calendar)

    def _is_wanted(self, place: Place) -> bool:
        """Whether somebody has a queue; what is not their own they must be allowed to take."""
        wanted = self._wanted
        if wanted.place is not None and place.kind is not wanted.place:
            return False
        if wanted.agent is None:
            return True
        person = self._people.get(wanted.agent)
        if person is None or not queue_order.sees(person, place):
            return False
        return place.kind is QueueKind.OWN or wanted.agent in self._takers

    def _look_at_contacts(self, cases: Iterable[Candidate]) -> None:
        """Read the contacts of the customers who may have had too many."""
        known = {one.customer_id: None for one in cases if one.customer_id != NO_CUSTOMER}
        least = self._asking.harmless + 1
        often = contact_facts.contacted_often(self._session, list(known), least)
        past = contact_facts.past_contacts(self._session, often)
        self._facts = {
            key: ContactFacts(past=contact_permission.contacts_of(rows))
            for key, rows in past.items()
        }

    def _ranked(self, one: Candidate, place: Place) -> Placed:
        """Where a case stands in the order."""
        stop = self._stop(one)
        item = QueueItem(
            key=one.number,
            kind=one.kind,
            value=one.value,
            next_due=one.due,
            owner=one.owner_id,
            team=one.store_id,
            in_pool=one.owner_id is None,
            callback=_callback(one),
            respond_by=None if one.was_contacted else self._respond_by(one.opened_on, one.klass),
            allowed_from=None if stop is None else stop.earliest,
        )
        rank = queue_order.rank(item, self._now, explained=False)
        is_held_back = one.floor == HELD_BACK
        section = queue_order.section_of(item, rank, self._now, is_held_back=is_held_back)
        return Placed(one, place, item, rank, section, stop)

    def _respond_by(self, opened_on: dt.date, klass: CustomerClass) -> dt.datetime:
        key = (opened_on, klass)
        if key not in self._first_contacts:
            start = dt.datetime.combine(opened_on, dt.time(), self._now.tzinfo)
            self._first_contacts[key] = self._calendar.first_contact_due(start, klass)
        return self._first_contacts[key]

    def _stop(self, one: Candidate) -> Verdict | None:
        """Why no contact is allowed now; None if it is, or the next step is none."""
        is_first = one.step is None and one.stage in case_life.BEFORE_ASSIGNMENT
        if not (is_first or one.step in case_life.CONTACT_STEPS):
            return None
        channel = Channel.VISIT if one.step is NextStep.VISIT else Channel.CALL
        is_due = one.callback_at is not None and one.callback_at <= self._now
        purpose = Purpose.ASKED_FOR if is_due else Purpose.ORDINARY
        if one.customer_id in self._facts:
            return self._ask(self._facts[one.customer_id], channel, purpose)
        return self._usually(channel, purpose)

    def _usually(self, channel: Channel, purpose: Purpose) -> Verdict | None:
        """The same for a customer who was contacted seldom."""
        if (channel, purpose) not in self._usual:
            self._usual[channel, purpose] = self._ask(_NOBODY, channel, purpose)
        return self._usual[channel, purpose]

    def _ask(self, facts: ContactFacts, channel: Channel, purpose: Purpose) -> Verdict | None:
        found = self._asking.ask(facts, self._now, channel, purpose)
        return None if found.allowed else found


_CHANNELS: Final = (Channel.CALL, Channel.VISIT)
"""How the next steps of cases turn to customers."""


def _person(key: uuid.UUID, role: Role, store_id: uuid.UUID | None) -> Person:
    scope = scope_of(role)
    if scope is Scope.OWN:  # sees no queue but the own one
        return Person(key, team=key)
    return Person(key, team=store_id, sees_all=scope is Scope.ALL or store_id is None)


def _callback(one: Candidate) -> Callback | None:
    if one.callback_at is None:
        return None
    is_for_anyone = one.callback_for is CallbackFor.ANYONE
    return Callback(clock.local(one.callback_at), one.owner_id, is_for_anyone)
