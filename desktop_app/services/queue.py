"""The queue 今日 of everybody: own cases, the team's, and the pool 公海, in the order of work.

The database selects, `domain.queue_order` says where each case stands and why.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db import derived
from db.queries import contact_facts
from db.queries import queue as queue_queries
from db.queries import staff as staff_queries
from db.queries.queue import Candidate, Floors, QueueFilter, Shown
from db.vocabulary import (
    CallbackFor,
    CaseStage,
    Channel,
    CustomerClass,
    NextStep,
    Role,
    RuleKind,
)
from desktop_app import clock
from desktop_app.domain import permissions, queue_order
from desktop_app.domain.cases import ALWAYS_FIRST, OVERDUE
from desktop_app.domain.contact_rules import ContactFacts, Purpose
from desktop_app.domain.permissions import Action, Scope, scope_of
from desktop_app.domain.queue_order import Part, Person, Place, QueueItem, QueueKind, Rank, Tier
from desktop_app.domain.retries import Callback
from desktop_app.domain.task_force_words import part_sentence
from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.i18n import _
from desktop_app.services import access, calendar, case_life, contact_permission, phones

HELD_BACK: Final = len(Tier)
"""Behind all tiers: what the screening holds back."""

_NOBODY: Final = ContactFacts()
_PAGE: Final = 250
_FLOORS: Final = Floors(
    first=Tier.CANCEL_REQUEST,
    callback=Tier.CALLBACK,
    due=Tier.DUE,
    later=Tier.LATER,
    held_back=HELD_BACK,
    first_kind=ALWAYS_FIRST,
)


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One case of the queue.

    Attributes:
        place: Own, of the team, or in the pool.
        owner: Who works on it, also when others may.
        store: To which it belongs.
        tier: The coarse order.
        score: Value at stake x urgency, in quarters of a minor unit.
        parts: What the order is made of.
        callback_at: Moment of a call promised to the customer.
        allowed_from: First moment of a contact, if none is allowed now.
        held_back: What the screening found; such cases stand last.
    """

    case_id: uuid.UUID
    number: str
    customer_id: uuid.UUID
    customer_number: str
    customer: str
    phone: str
    klass: CustomerClass
    kind: RuleKind
    stage: CaseStage
    step: NextStep | None
    due: dt.date | None
    value_at_stake: int | None
    currency: str
    place: QueueKind
    owner_id: uuid.UUID | None
    owner: str
    store: str
    tier: Tier
    score: int
    parts: tuple[Part, ...]
    callback_at: dt.datetime | None
    allowed_from: dt.datetime | None
    held_back: str

    @property
    def why(self) -> str:
        """The order explained in one sentence."""
        if self.held_back:
            return _("Held back by the screening: {note}").format(note=self.held_back)
        return _("; ").join(part_sentence(part, self.currency) for part in self.parts)

    @property
    def id(self) -> uuid.UUID:
        """Key of the line: that of the case."""
        return self.case_id

    @property
    def is_due(self) -> bool:
        """Whether it is to be worked on now or today."""
        return self.tier is not Tier.LATER


def queue(
    session: Session,
    now: dt.datetime | None = None,
    *,
    agent: uuid.UUID | None = None,
    limit: int | None = None,
) -> list[QueueLine]:
    """All open cases in the order of work, each once; what is due later stands at the end.

    A case whose customer has died or wants no contact is not among them.

    Args:
        session: the session.
        now: the moment; this one if not given.
        agent: whose queue: own cases, the team's and the pool; everybody's if not given. In any
            case only what the actor may see.
        limit: only so many lines, the first ones.
    """
    access.require(session, Action.VIEW)
    at = clock.local(now or clock.now())
    who = access.actor(session)
    criteria = QueueFilter(
        now=at,
        agent=agent,
        shares=access.may(session, Action.TAKE_CASE),
        near=None if scope_of(who.role) is Scope.ALL else who.store_id,
    )
    board = _Board(session, at, agent)
    pages = queue_queries.pages(session, access.limited(session, criteria), _FLOORS, _PAGE)
    found: list[_Placed] = []
    for page in pages:
        found += board.placed(page)
        if limit is not None and _settled(found, page[-1], at) >= limit:
            break
    found.sort(key=_order)
    return _lines(session, found[:limit], at)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A case with its queue and its rank, not explained yet."""

    case: Candidate
    place: Place
    item: QueueItem
    rank: Rank


def _order(each: _Placed) -> tuple[object, ...]:
    return each.case.floor == HELD_BACK, *each.rank.sort_key


def _settled(found: Iterable[_Placed], last: Candidate, now: dt.datetime) -> int:
    """How many of the lines no case can come before that is read after the last one.

    A case is never better than its floor, and within the tiers that go by score not better than
    its value x the highest urgency.
    """
    is_by_score = last.floor in {Tier.CANCEL_REQUEST, Tier.DUE}
    best = -(last.value or 0) * OVERDUE if is_by_score else 0
    moment = now if is_by_score else dt.datetime.min.replace(tzinfo=dt.UTC)
    bound = (last.floor == HELD_BACK, last.floor, moment, best)
    return sum(_order(each)[:4] < bound for each in found)


def _lines(session: Session, found: Sequence[_Placed], now: dt.datetime) -> list[QueueLine]:
    shown = queue_queries.shown(session, [each.case.id for each in found])
    currency = derived.currency(session)
    return phones.masked_rows(_line(each, shown[each.case.id], currency, now) for each in found)


def _line(each: _Placed, words: Shown, currency: str, now: dt.datetime) -> QueueLine:
    one, is_held_back = each.case, each.case.floor == HELD_BACK
    return QueueLine(
        case_id=one.id,
        number=one.number,
        customer_id=one.customer_id,
        customer_number=words.customer_number,
        customer=words.customer,
        phone=words.phone,
        klass=one.klass,
        kind=one.kind,
        stage=one.stage,
        step=one.step,
        due=one.due,
        value_at_stake=one.value,
        currency=currency,
        place=each.place.kind,
        owner_id=one.owner_id,
        owner=words.owner,
        store=words.store,
        tier=each.rank.tier,
        score=each.rank.score,
        parts=queue_order.rank(each.item, now).parts,
        callback_at=one.callback_at,
        allowed_from=each.item.allowed_from,
        held_back=one.screening_note if is_held_back else "",
    )


class _Board:
    """The rules with what they need to know, read once for all cases."""

    def __init__(self, session: Session, now: dt.datetime, agent: uuid.UUID | None) -> None:
        self._session, self._now, self._agent = session, now, agent
        self._calendar: WorkCalendar = calendar.work_calendar(session)
        self._asking = contact_permission.read(session)
        self._people = {
            user.id: _person(user.id, user.role, user.store_id)
            for user in staff_queries.list_users(session, active_only=True)
            if permissions.allowed(user.role, Action.WORK_CASE)
        }
        self._takers = {
            user.id
            for user in staff_queries.list_users(session, active_only=True)
            if permissions.allowed(user.role, Action.TAKE_CASE)
        }
        self._places: dict[tuple[uuid.UUID | None, uuid.UUID | None], Place | None] = {}
        self._first_contacts: dict[tuple[dt.date, CustomerClass], dt.datetime] = {}
        self._facts: Mapping[uuid.UUID, ContactFacts] = {}
        self._usual: dict[tuple[Channel, Purpose], dt.datetime | None] = {}

    def placed(self, page: Iterable[Candidate]) -> list[_Placed]:
        """The cases of a page that stand in the queue, ranked."""
        found = [
            (one, place)
            for one in page
            if (place := self._place(one)) is not None
            and (one.in_sight or place.kind is QueueKind.TEAM)
            and self._is_wanted(place)
        ]
        self._look_at_contacts(one for one, _place in found)
        return [_Placed(one, place, *self._ranked(one)) for one, place in found]

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
        if self._agent is None:
            return True
        person = self._people.get(self._agent)
        if person is None or not queue_order.sees(person, place):
            return False
        return place.kind is QueueKind.OWN or self._agent in self._takers

    def _look_at_contacts(self, cases: Iterable[Candidate]) -> None:
        """Read the contacts of the customers who may have had too many."""
        customers = list(dict.fromkeys(one.customer_id for one in cases))
        least = self._asking.harmless + 1
        often = contact_facts.contacted_often(self._session, customers, least)
        past = contact_facts.past_contacts(self._session, often)
        self._facts = {
            key: ContactFacts(past=contact_permission.contacts_of(rows))
            for key, rows in past.items()
        }

    def _ranked(self, one: Candidate) -> tuple[QueueItem, Rank]:
        """Where a case stands in the order."""
        item = QueueItem(
            key=one.number,
            kind=one.kind,
            value=one.value,
            next_due=one.due,
            owner=one.owner_id,
            team=one.store_id,
            in_pool=one.owner_id is None,
            callback=_callback(one),
            respond_by=None if one.was_contacted else self._respond_by(one),
            allowed_from=self._allowed_from(one),
        )
        return item, queue_order.rank(item, self._now, explained=False)

    def _respond_by(self, one: Candidate) -> dt.datetime:
        key = (one.opened_on, one.klass)
        if key not in self._first_contacts:
            start = dt.datetime.combine(one.opened_on, dt.time(), self._now.tzinfo)
            self._first_contacts[key] = self._calendar.first_contact_due(start, one.klass)
        return self._first_contacts[key]

    def _allowed_from(self, one: Candidate) -> dt.datetime | None:
        """When a contact is allowed, unless it is now or the next step is none."""
        is_first = one.step is None and one.stage in case_life.BEFORE_ASSIGNMENT
        if not (is_first or one.step in case_life.CONTACT_STEPS):
            return None
        channel = Channel.VISIT if one.step is NextStep.VISIT else Channel.CALL
        is_due = one.callback_at is not None and one.callback_at <= self._now
        purpose = Purpose.ASKED_FOR if is_due else Purpose.ORDINARY
        if one.customer_id in self._facts:
            return self._ask(self._facts[one.customer_id], channel, purpose)
        if (channel, purpose) not in self._usual:
            self._usual[channel, purpose] = self._ask(_NOBODY, channel, purpose)
        return self._usual[channel, purpose]

    def _ask(self, facts: ContactFacts, channel: Channel, purpose: Purpose) -> dt.datetime | None:
        found = self._asking.ask(facts, self._now, channel, purpose)
        return None if found.allowed else found.earliest


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
