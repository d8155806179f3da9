"""A call from ring to wrap-up: asked to cancel, what to know before, dialling, what it came to."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, Customer, ScriptRun, User
from db.queries import offers as offer_queries
from db.queries.cases import find_open_case
from db.queries.offers import CaseOfferRow
from db.queries.promises import ComplaintRow, PromiseRow
from db.vocabulary import AttemptResult, CallbackFor, CaseStage, Channel, RuleKind
from desktop_app import clock
from desktop_app.domain import dialling
from desktop_app.domain.cases import OpenDraft
from desktop_app.domain.contact_rules import Purpose, Verdict
from desktop_app.domain.contacts import WrapUpDraft
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, NotAllowedError
from desktop_app.i18n import N_, _
from desktop_app.services import (
    access,
    assignment,
    attachments,
    case_life,
    case_reviews,
    cases,
    complaints,
    contact_permission,
    contacts,
    customers,
    offers,
    pool,
    promises,
    script_runs,
)
from desktop_app.services.case_reviews import Loss
from desktop_app.services.offers import Standing

ATTEMPT: Final = "attempt:"
"""A file whose address begins so was recorded in the attempt whose key follows."""


@dataclass(frozen=True, slots=True)
class BeforeCall:
    """What an agent should know before and during a call.

    Attributes:
        case_id: The case.
        verdict: Whether the customer may be called now, and why not.
        callback_at: Moment of a call that was promised.
        callback_for: Who may make it.
        loss: What it costs if the customer leaves; None: not known.
        standing: Offers of the case, its ceiling, the budget that is left.
        offered: What the customer was offered before in any case, the newest first.
        promises: Open promises to the customer, the earliest due first.
        complaints: Complaints without an answer.
        currency: Of all amounts.
    """

    case_id: uuid.UUID
    verdict: Verdict
    callback_at: dt.datetime | None
    callback_for: CallbackFor | None
    loss: Loss | None
    standing: Standing
    offered: tuple[CaseOfferRow, ...]
    promises: tuple[PromiseRow, ...]
    complaints: tuple[ComplaintRow, ...]
    currency: str


@dataclass(frozen=True, slots=True)
class Dialled:
    """The digits to dial; empty when the rules are against it, or no number is known."""

    digits: str
    verdict: Verdict


def before(session: Session, case_id: uuid.UUID) -> BeforeCall:
    """What to know before a call.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    customer = case_life.customer_of(session, case.customer_id)
    of_customer = offer_queries.of_customer(customer.id)
    offered = offer_queries.case_offers(session, clock.today(), of_customer)
    return BeforeCall(
        case_id=case.id,
        verdict=_verdict(session, customer),
        callback_at=case.callback_at,
        callback_for=CallbackFor(case.callback_for) if case.callback_for else None,
        loss=case_reviews.cost_of_loss(session, case_id),
        standing=offers.of_case(session, case_id),
        offered=offered[::-1],
        promises=promises.list_promises(session, customer_id=customer.id, open_only=True),
        complaints=complaints.list_complaints(session, customer_id=customer.id, open_only=True),
        currency=case.currency,
    )


def dial(session: Session, customer_id: uuid.UUID, *, anyway: bool = False) -> Dialled:
    """The digits of a customer's phone, to be dialled now: an event like a look at the number.

    Args:
        session: the writing session.
        customer_id: the customer.
        anyway: also when the rules want it later. Nobody dials who has died or refused.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
    """
    access.require(session, Action.REVEAL_PHONE)
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    found = _verdict(session, customer)
    is_held_back = not found.allowed and (found.earliest is None or not anyway)
    digits = "" if is_held_back else dialling.digits(customer.phone)
    if digits:
        journal.record_event(session, N_("Dial the phone of {number}"), number=customer.number)
    return Dialled(digits, found)


def copy_number(session: Session, customer_id: uuid.UUID) -> str:
    """The phone of a customer, to be used elsewhere: an event like a look at the number.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
        ConflictError: the customer has died or wants no contact.
    """
    access.require(session, Action.REVEAL_PHONE)
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    if sentence := case_life.stop_sentence(customer):
        raise ConflictError(sentence)
    return customers.reveal_phone(session, customer_id)


def cancel_request(session: Session, customer_id: uuid.UUID) -> uuid.UUID:
    """A customer is on the phone and asks to cancel: the case, with the actor, ready for the call.

    The open case of a request to cancel is taken up, without one it is opened. Nobody is sent away
    because of the numbers of the pool; the screening holds back as ever, save that whoever must not
    be contacted is heard and let go: such a case is to be closed. Returns its key.

    Raises:
        NotFoundError: the customer is gone.
        NotAllowedError: the customer is out of reach, or somebody else works on the open case.
    """
    access.require(session, Action.OPEN_CASE)
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    journal.name_change(
        session,
        N_("{name} ({number}) asks to cancel"),
        name=customer.name,
        number=customer.number,
    )
    session.flush()
    found = find_open_case(session, customer_id, RuleKind.CANCEL_REQUEST)
    if found is None:
        case_id = cases.open_case(session, customer_id, OpenDraft(kind=RuleKind.CANCEL_REQUEST))
    else:
        case_id = found[0]
    _take(session, session.get_one(Case, case_id))
    return case_id


def wrap_up(session: Session, case_id: uuid.UUID, draft: WrapUpDraft) -> uuid.UUID:
    """Log what a call came to, in one change; returns the key of the attempt.

    The script that was gone through ends and belongs to the attempt; one in which no step was
    answered leaves nothing behind. A callback is planned only where one was asked for.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `contacts.log_attempt`.
        InvalidInputError: so too; the moment of the callback has passed (`at`), or a recording
            cannot be read (`file`).
    """
    access.require(session, Action.WORK_CASE)
    attempt_id = contacts.log_attempt(session, case_id, draft.attempt)
    is_asked_for = draft.attempt.result is AttemptResult.CALLBACK
    if draft.callback is not None and is_asked_for:
        pool.set_callback(session, case_id, draft.callback.at, draft.callback.for_whom)
    _end_scripts(session, case_id, attempt_id, clock.local(draft.attempt.at).date())
    for path in draft.recordings:
        attachments.add(session, case_id, path, address=f"{ATTEMPT}{attempt_id}")
    return attempt_id


# ---------------------------------------------------------------- parts


def _verdict(session: Session, customer: Customer) -> Verdict:
    """Whether to call now; a callback that is due was asked for."""
    now = clock.now()
    session.flush()
    due = select(Case.id).where(
        Case.customer_id == customer.id, Case.stage != CaseStage.CLOSED, Case.callback_at <= now
    )
    is_due = session.scalars(due).first() is not None
    purpose = Purpose.ASKED_FOR if is_due else Purpose.ORDINARY
    return contact_permission.verdict(session, customer, now, Channel.CALL, purpose)


def _take(session: Session, case: Case) -> None:
    """Give a case that nobody works on to the actor, who has the customer on the phone."""
    who = access.actor(session)
    owner = case_life.active_owner(session, case)
    if not access.sees_case(session, who, case.id):
        name = owner.name if owner is not None else _("Somebody else")
        text = _("{name} works on case {number} of this customer: put the call through.")
        raise NotAllowedError(text.format(name=name, number=case.number))
    if owner is None and who.user_id is not None and access.may(session, Action.TAKE_CASE):
        user = session.get_one(User, who.user_id)
        if case_life.may_be_contacted(case_life.customer_of(session, case.customer_id)):
            assignment.hand_over(session, [case.id], user)
        else:
            assignment.hand_to_close(session, case, user)


def _end_scripts(session: Session, case_id: uuid.UUID, attempt_id: uuid.UUID, day: dt.date) -> None:
    """End what was begun in a case; it belongs to the attempt of the day on which it was begun."""
    unlinked = select(ScriptRun).where(ScriptRun.case_id == case_id, ScriptRun.attempt_id.is_(None))
    for run in session.scalars(unlinked.order_by(ScriptRun.started_at)).all():
        is_open = run.ended_at is None
        if is_open and not run.path:
            session.delete(run)
            continue
        if is_open:
            script_runs.end(session, run.id)
        if clock.local(run.started_at).date() == day:
            script_runs.link(session, run.id, attempt_id)
    session.flush()
