"""What follows for cases from visits that a file says were made: as if they were reported."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Case, Customer, Visit
from db.vocabulary import CaseEventKind, CaseStage, Channel, CostKind, NextStep
from desktop_app import clock
from desktop_app.domain.channel_words import AGAIN, channel_of
from desktop_app.domain.permissions import Action
from desktop_app.i18n import LANGUAGES, in_language
from desktop_app.labels import label
from desktop_app.services import access, case_life, contact_permission
from desktop_app.services.imports import in_chunks

_IN_LIST: Final = 500


@dataclass(frozen=True, slots=True)
class OfCase:
    """A visit of a case that was made.

    Attributes:
        visit_id: The visit.
        case_id: Its case.
        was_planned: Whether it was planned until now; else what is known of it was corrected.
        gift: What was given.
        gift_amount: What is to be booked for it, in minor units.
        next_step: What is to be done next, in words.
        next_due: When; None plans nothing.
    """

    visit_id: uuid.UUID
    case_id: uuid.UUID
    was_planned: bool
    gift: str = ""
    gift_amount: int = 0
    next_step: str = ""
    next_due: dt.date | None = None


def with_day(words: str, due: dt.date | None) -> str:
    """The words of a next step with its day behind them: a visit keeps both as one text."""
    return words if due is None else f"{words} ({due.isoformat()})".strip()


def follow(session: Session, made: Sequence[OfCase]) -> None:
    """Do what follows for the cases, once the visits are stored: the change is named already.

    The cost of a gift is booked. An open case goes on as after a report, and gets the next step
    with its day, unless this day is past, a later one stands there, or the customer is not to be
    contacted. A closed case stays as it is.
    """
    from desktop_app.services import costs  # noqa: PLC0415  (slow to import)

    access.require(session, Action.IMPORT)
    for part in in_chunks(made, _IN_LIST):
        visits = select(Visit).where(Visit.id.in_([one.visit_id for one in part]))
        cases = select(Case).where(Case.id.in_([one.case_id for one in part]))
        visit_of = {visit.id: visit for visit in session.scalars(visits)}
        case_of = {case.id: case for case in session.scalars(cases)}
        for one in part:
            visit, case = visit_of[one.visit_id], case_of[one.case_id]
            if one.gift_amount:
                costs.book(session, case, CostKind.GIFT, amount=one.gift_amount, note=one.gift)
            if one.was_planned:
                case_life.was_visited(session, visit)
            if one.next_due is not None:
                _plan(session, case, one.next_step, one.next_due)
    session.flush()


def _plan(session: Session, case: Case, words: str, due: dt.date) -> None:
    is_later = case.next_due is not None and case.next_due > due
    if case.stage == CaseStage.CLOSED or due < clock.today() or is_later:
        return
    customer = session.get_one(Customer, case.customer_id)
    step = _step_meant(words)
    if step in case_life.CONTACT_STEPS and not case_life.may_be_contacted(customer):
        return
    planned = contact_permission.first_day(session, customer, step, due)
    if planned.note:
        case_life.record(session, case, CaseEventKind.NOTE, note=planned.note)
    case_life.plan(case, step, planned.due)


def _step_meant(words: str) -> NextStep:
    """The next step that words mean, in either language; following up when they name none.

    A visit and a call are also known by the words a file names the way of a contact with.
    """
    for code in LANGUAGES:
        with in_language(code):
            for step in NextStep:
                if label(step).casefold() == words.strip().casefold():
                    return step
    steps = {Channel.VISIT: NextStep.VISIT, Channel.CALL: NextStep.CALL}
    found = None if words.strip() == AGAIN else channel_of(words)
    return NextStep.FOLLOW_UP if found is None else steps[found]
