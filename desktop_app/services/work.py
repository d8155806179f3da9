"""Today: the queue of cases, and what else is due, in one order with the order explained.

Beside the next steps of cases these are planned visits and interviews that have issues. A visit
that is the next step of a case stands with it.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from db import derived
from db.queries import closing
from db.queries import errands as errand_queries
from db.queries import pool as pool_queries
from db.queries.closing import ToClose
from db.queries.errands import Errand, ErrandFilter
from db.vocabulary import Channel, NextStep, RuleKind
from desktop_app import clock, labels
from desktop_app.columns.work import WorkLine
from desktop_app.domain import queue_order
from desktop_app.domain.permissions import Action
from desktop_app.domain.queue_order import QueueItem, QueueKind, Section
from desktop_app.domain.screening import SENTENCES, ScreenCode
from desktop_app.domain.task_force_words import part_sentence
from desktop_app.i18n import _
from desktop_app.services import access, contact_permission, phones, pool, queue
from desktop_app.services.queue import QueueLine, Tally

__all__ = ["TO_DO", "Counts", "Section", "Tally", "View", "WorkLine", "count", "counts", "lines"]

TO_DO: Final = frozenset(Section) - {Section.LATER, Section.TO_CLOSE}
"""What is to be done today, or would be if nothing stood against it; cases to close stand apart."""


@dataclass(frozen=True, slots=True)
class View:
    """What of the work is asked for.

    Attributes:
        everybody: What all users are to do, as far as the actor may see it; else one's own, the
            team's and the pool.
        place: Only one of these queues.
        section: Only this part; without one all that is to do today, save what is to be closed.
        is_warned: Only the cases that go back into the pool soon, whenever they are due.
    """

    everybody: bool = False
    place: QueueKind | None = None
    section: Section | None = None
    is_warned: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is.

    Attributes:
        tallies: Lines and value at stake, by queue and part of the day.
        warned: Cases that go back into the pool soon, with the day.
        currency: Of the values at stake.
    """

    tallies: Mapping[tuple[QueueKind, Section], Tally]
    warned: Mapping[uuid.UUID, dt.date]
    currency: str

    def of(self, place: QueueKind | None = None, section: Section | None = None) -> Tally:
        """Lines and value at stake of a queue, of a part, or of all that is to do."""
        total = Tally()
        for (kind, part), tally in self.tallies.items():
            is_part = part in TO_DO if section is None else part is section
            if is_part and place in (None, kind):
                total += tally
        return total


def lines(
    session: Session,
    view: View | None = None,
    now: dt.datetime | None = None,
    *,
    limit: int | None = None,
) -> list[WorkLine]:
    """What is due now and today, in the order of work; what is held back is there and says why.

    Requests to cancel come first, then callbacks that are due, then value at stake x urgency
    (`domain.queue_order`). Snoozed signals are no work yet.

    Args:
        session: the session.
        view: what is asked for; everything to do if not given.
        now: the moment; this one if not given.
        limit: only so many lines, the first ones.
    """
    access.require(session, Action.VIEW)
    wanted, now = view or View(), clock.local(now or clock.now())
    agent = _agent(session, wanted)
    if wanted.is_warned:
        only = list(_warned(session, agent, now.date()))
        found = queue.queue(session, now, agent=agent, place=wanted.place, only=only)
        return _explained(session, [_of_case(line) for line in found], now)[:limit]
    if wanted.section is Section.TO_CLOSE:
        closing = [line for line in _to_close(session, agent) if wanted.place in (None, line.place)]
        return _explained(session, closing[:limit], now)
    sections = TO_DO if wanted.section is None else {wanted.section}
    cases = queue.queue(
        session, now, agent=agent, place=wanted.place, sections=sections, limit=limit
    )
    made = [_of_case(line) for line in cases]
    made += [
        line
        for line in _errands(session, agent, now)
        if line.section in sections and wanted.place in (None, line.place)
    ]
    made.sort(key=lambda line: line.order)
    return _explained(session, made[:limit], now)


def holds_until(session: Session, found: Iterable[WorkLine], now: dt.datetime) -> dt.datetime:
    """Until when lines hold if nothing is written meanwhile.

    Args:
        session: the session.
        found: lines as they were read.
        now: the moment at which they were read, aware.

    Returns:
        The next moment of one of them, the next begin or end of the hours without contacts, or the
        end of the day, whichever comes first; in UTC.
    """
    access.require(session, Action.VIEW)
    here = clock.local(now)
    ends = [end for span in contact_permission.policy(session).spans for end in span]
    midnight = dt.datetime.combine(here.date() + dt.timedelta(days=1), dt.time(), clock.HERE)
    moments = [midnight, *(dt.datetime.combine(here.date(), end, clock.HERE) for end in ends)]
    for line in found:
        moments += [each for each in (line.callback_at, line.allowed_from) if each is not None]
    return min(moment for moment in moments if moment > now).astimezone(dt.UTC)


def counts(session: Session, now: dt.datetime | None = None, *, everybody: bool = False) -> Counts:
    """How much there is in each part of each queue.

    Args:
        session: the session.
        now: the moment; this one if not given.
        everybody: as in `View`.
    """
    access.require(session, Action.VIEW)
    now = clock.local(now or clock.now())
    agent = _agent(session, View(everybody=everybody))
    tallies = dict(queue.tallies(session, now, agent=agent))
    for line in (*_errands(session, agent, now), *_to_close(session, agent)):
        key = (line.place, line.section)
        worth = 0 if line.interview_id is not None else line.value_at_stake or 0
        tallies[key] = tallies.get(key, Tally()) + Tally(1, worth)
    return Counts(tallies, _warned(session, agent, now.date()), derived.currency(session))


def count(session: Session) -> int:
    """How many lines the page shows at first: one's own day, or everybody's for who only looks."""
    return counts(session, everybody=not access.may(session, Action.WORK_CASE)).of().count


def _agent(session: Session, view: View) -> uuid.UUID | None:
    return None if view.everybody else access.actor(session).user_id


def _warned(session: Session, agent: uuid.UUID | None, day: dt.date) -> Mapping[uuid.UUID, dt.date]:
    found = pool.recycling(session, day, owner_id=agent)
    return {each.case.id: each.recycling.recycle_on or day for each in found}


def _explained(session: Session, made: Sequence[WorkLine], now: dt.datetime) -> list[WorkLine]:
    """The lines with what is said of the pool: why a case is there, when it goes there."""
    held = [line.case_id for line in made if line.case_id and line.place is QueueKind.OWN]
    free = [line.case_id for line in made if line.case_id and line.place is not QueueKind.OWN]
    warned = {
        each.case.id: each.recycling.recycle_on
        for each in pool.recycling(session, now.date(), only=held)
    }
    why = pool_queries.free_cases(session, free)
    return [
        replace(line, recycle_on=warned.get(line.case_id), free=why.get(line.case_id))
        if line.case_id is not None
        else line
        for line in made
    ]


# ---------------------------------------------------------------- lines


def _of_case(line: QueueLine) -> WorkLine:
    return WorkLine(
        id=line.case_id,
        case_id=line.case_id,
        visit_id=line.visit_id,
        interview_id=None,
        customer_id=line.customer_id,
        number=line.number,
        customer_number=line.customer_number,
        customer=line.customer,
        phone=line.phone,
        klass=line.klass,
        kind=line.kind,
        stage=line.stage,
        step=line.step,
        due=line.due,
        value_at_stake=line.value_at_stake,
        currency=line.currency,
        place=line.place,
        owner_id=line.owner_id,
        owner=line.owner,
        store=line.store,
        section=line.section,
        reasons=line.reasons,
        order=line.order,
        callback_at=line.callback_at,
        callback_for=line.callback_for,
        allowed_from=line.allowed_from if line.stop else None,
        stop=line.stop,
        held_back=line.held_back,
    )


def _errands(session: Session, agent: uuid.UUID | None, now: dt.datetime) -> list[WorkLine]:
    """Visits and interviews that are due; without visits that stand with their case."""
    criteria = access.limited(session, ErrandFilter(now.date(), agent))
    found = errand_queries.errands(session, criteria)
    steps = {each.case_id for each in found if each.is_step and each.case_id is not None}
    with_case = queue.standing(session, steps, now, agent=agent)
    currency = derived.currency(session)
    shown = (each for each in found if not (each.is_step and each.case_id in with_case))
    return [_of_errand(each, agent, now, currency) for each in phones.masked_rows(shown)]


def _of_errand(one: Errand, agent: uuid.UUID | None, now: dt.datetime, currency: str) -> WorkLine:
    kind = one.kind if one.is_visit else None  # to correct an interview is never the first
    item = QueueItem(
        key=one.number or one.customer_number,
        kind=kind or RuleKind.LAPSING,
        value=one.value_at_stake,
        next_due=one.due,
    )
    rank = queue_order.rank(item, now)
    parts = rank.parts if one.case_id is not None else ()
    if one.is_visit:
        is_call = one.channel is Channel.CALL
        text = _("Call planned for {day}") if is_call else _("Visit planned for {day}")
        first = text.format(day=labels.day_text(one.due))
    else:
        first = _("The interview has issues: {comment}").format(comment=one.words)
    return WorkLine(
        id=one.id,
        case_id=one.case_id,
        visit_id=one.id if one.is_visit else None,
        interview_id=None if one.is_visit else one.id,
        customer_id=one.customer_id,
        number=one.number,
        customer_number=one.customer_number,
        customer=one.customer,
        phone=one.phone,
        klass=one.klass,
        kind=one.kind,
        stage=one.stage,
        step=_step_of(one),
        due=one.due,
        value_at_stake=one.value_at_stake,
        currency=currency,
        place=_place(one, agent),
        owner_id=one.owner_id,
        owner=one.owner,
        store=one.store,
        section=queue_order.section_of(item, rank, now),
        reasons=(first, *(part_sentence(part, currency) for part in parts)),
        order=(False, *rank.sort_key),
    )


def _step_of(one: Errand) -> NextStep:
    if not one.is_visit:
        return NextStep.INTERVIEW
    return NextStep.CALL if one.channel is Channel.CALL else NextStep.VISIT


def _to_close(session: Session, agent: uuid.UUID | None) -> list[WorkLine]:
    """Cases of who must not be contacted: their owners close them, and who assigns cases."""
    owner_id = None if access.may(session, Action.ASSIGN_CASE) else agent
    found = closing.to_close(session, owner_id=owner_id, visible=access.visible(session))
    currency = derived.currency(session)
    return [_of_closing(one, agent, currency) for one in found]


def _of_closing(one: ToClose, agent: uuid.UUID | None, currency: str) -> WorkLine:
    code = ScreenCode.DECEASED if one.is_deceased else ScreenCode.DO_NOT_CONTACT
    return WorkLine(
        id=one.case_id,
        case_id=one.case_id,
        visit_id=None,
        interview_id=None,
        customer_id=one.customer_id,
        number=one.number,
        customer_number=one.customer_number,
        customer=one.customer,
        phone="",
        klass=one.klass,
        kind=one.kind,
        stage=one.stage,
        step=NextStep.CLOSE,
        due=None,
        value_at_stake=one.value_at_stake,
        currency=currency,
        place=_place(one, agent),
        owner_id=one.owner_id,
        owner=one.owner,
        store=one.store,
        section=Section.TO_CLOSE,
        reasons=(_(SENTENCES[code]), _("No contact any more: close the case.")),
        order=(one.number,),
    )


def _place(one: Errand | ToClose, agent: uuid.UUID | None) -> QueueKind:
    if one.owner_id is None:
        return QueueKind.POOL
    return QueueKind.OWN if agent in (None, one.owner_id) else QueueKind.TEAM
