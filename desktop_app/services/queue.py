"""The queue 今日 of everybody: own cases, the team's, and the pool 公海, in the order of work."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db import derived
from db.queries import queue as queue_queries
from db.queries.queue import Shown
from db.vocabulary import CallbackFor, CaseStage, CustomerClass, NextStep, RuleKind
from desktop_app import clock
from desktop_app.domain import queue_order
from desktop_app.domain.permissions import Action
from desktop_app.domain.queue_order import Part, QueueKind, Section, Tier
from desktop_app.domain.task_force_words import part_sentence, verdict_sentence
from desktop_app.i18n import _
from desktop_app.services import access, assignment, phones
from desktop_app.services.queue_board import HELD_BACK, Board, Placed, Wanted

_PAGE: Final = 250


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One case of the queue.

    Attributes:
        due: First day on which something is to be done.
        place: Own, of the team, or in the pool.
        owner: Who works on it, also when others may.
        store: To which it belongs.
        tier: The coarse order.
        section: The part of the day.
        score: Value at stake x urgency, in quarters of a minor unit.
        parts: What the order is made of.
        callback_at: Moment of a call promised to the customer.
        callback_for: Who is to make it.
        allowed_from: First moment of a contact, if none is allowed now.
        stop: The rule that allows none now, as a sentence.
        held_back: What the screening found; such cases stand last.
        visit_id: The planned visit that is the next step.
        order: Ascending, this is the order of work.
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
    section: Section
    score: int
    parts: tuple[Part, ...]
    callback_at: dt.datetime | None
    callback_for: CallbackFor | None
    allowed_from: dt.datetime | None
    stop: str
    held_back: str
    visit_id: uuid.UUID | None
    order: tuple[object, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The order explained, a sentence each."""
        if self.held_back:
            return (_("Held back by the screening: {note}").format(note=self.held_back),)
        return tuple(part_sentence(part, self.currency) for part in self.parts)

    @property
    def why(self) -> str:
        """The order explained in one sentence."""
        return _("; ").join(self.reasons)

    @property
    def id(self) -> uuid.UUID:
        """Key of the line: that of the case."""
        return self.case_id

    @property
    def is_due(self) -> bool:
        """Whether it is to be worked on now or today."""
        return self.tier is not Tier.LATER


@dataclass(frozen=True, slots=True)
class Tally:
    """Number of cases and their value at stake, minor units."""

    count: int = 0
    worth: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(self.count + other.count, self.worth + other.worth)


def queue(
    session: Session,
    now: dt.datetime | None = None,
    *,
    agent: uuid.UUID | None = None,
    place: QueueKind | None = None,
    sections: Collection[Section] | None = None,
    only: Collection[uuid.UUID] | None = None,
    limit: int | None = None,
) -> list[QueueLine]:
    """All open cases in the order of work, each once; what is due later stands at the end.

    A case whose customer has died or wants no contact is not among them.

    Args:
        session: the session.
        now: the moment; this one if not given.
        agent: whose queue: own cases, the team's and the pool; everybody's if not given. In any
            case only what the actor may see.
        place: only the own ones, the team's, or the pool.
        sections: only these parts of the day.
        only: none but these cases.
        limit: only so many lines, the first ones.
    """
    access.require(session, Action.VIEW)
    at = clock.local(now or clock.now())
    board = Board(session, at, Wanted(agent, place, sections, only))
    found: list[Placed] = []
    for page, last in board.pages(_PAGE):
        found += page
        if limit is not None and board.settled(found, last) >= limit:
            break
    found.sort(key=lambda each: each.order)
    return _lines(session, found[:limit], at)


def tallies(
    session: Session, now: dt.datetime | None = None, *, agent: uuid.UUID | None = None
) -> dict[tuple[QueueKind, Section], Tally]:
    """How many cases stand where, all parts of all queues; those without a case are left out.

    Args:
        session: the session.
        now: the moment; this one if not given.
        agent: as for `queue`.
    """
    access.require(session, Action.VIEW)
    found: dict[tuple[QueueKind, Section], Tally] = {}
    for placed, group in Board(session, clock.local(now or clock.now()), Wanted(agent)).groups():
        key = (placed.place.kind, placed.section)
        found[key] = found.get(key, Tally()) + Tally(group.count, group.worth)
    return found


def standing(
    session: Session,
    case_ids: Collection[uuid.UUID],
    now: dt.datetime | None = None,
    *,
    agent: uuid.UUID | None = None,
) -> Mapping[uuid.UUID, Section]:
    """Those of the cases that stand in the queue, and in which part of the day.

    Left out is what was closed, went to somebody else, or may not be contacted at all.

    Args:
        session: the session.
        case_ids: the cases.
        now: the moment; this one if not given.
        agent: as for `queue`.
    """
    access.require(session, Action.VIEW)
    at = clock.local(now or clock.now())
    keys, found = list(case_ids), dict[uuid.UUID, Section]()
    for start in range(0, len(keys), _PAGE):
        only = keys[start : start + _PAGE]
        for page, _last in Board(session, at, Wanted(agent, only=only)).pages(_PAGE):
            found |= {placed.case.id: placed.section for placed in page}
    return found


def _lines(session: Session, found: Sequence[Placed], now: dt.datetime) -> list[QueueLine]:
    shown = queue_queries.shown(session, [each.case.id for each in found])
    currency = derived.currency(session)
    held_back = {
        each.case.id: each.case.screening_note for each in found if each.case.floor == HELD_BACK
    }
    notes = assignment.shown_notes(session, held_back)
    return phones.masked_rows(
        _line(each, shown[each.case.id], currency, now, notes.get(each.case.id, ""))
        for each in found
    )


def _line(each: Placed, words: Shown, currency: str, now: dt.datetime, held_back: str) -> QueueLine:
    one, stop = each.case, each.stop
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
        due=each.rank.due,
        value_at_stake=one.value,
        currency=currency,
        place=each.place.kind,
        owner_id=one.owner_id,
        owner=words.owner,
        store=words.store,
        tier=each.rank.tier,
        section=each.section,
        score=each.rank.score,
        parts=queue_order.rank(each.item, now).parts,
        callback_at=one.callback_at,
        callback_for=one.callback_for,
        allowed_from=each.item.allowed_from,
        stop="" if stop is None or each.rank.tier is not Tier.WAITING else verdict_sentence(stop),
        held_back=held_back,
        visit_id=words.visit_id,
        order=each.order,
    )
