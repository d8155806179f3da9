"""Exits registered at the counter: the reason, what is owed, the gift; each in a case."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import derived, journal
from db.models import Case, CaseReason, Customer, ExitRegistration, User
from db.queries import exit_registrations as exit_queries
from db.queries.cases import find_open_case
from db.queries.exit_registrations import ExitRow
from db.vocabulary import ReasonLayer, RuleKind
from desktop_app import clock
from desktop_app.domain.cases import OpenDraft
from desktop_app.domain.exit_registration import SENTENCES, ExitDraft, gift_obstacles
from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, NotAllowedError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, cases

__all__ = ["ExitRow", "Registered", "Standing", "of_case", "of_customer", "register", "standing"]

KIND = RuleKind.CANCEL_REQUEST


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registration made.

    Attributes:
        id: The registration.
        case_id: The case it stands in.
        case_number: Its number.
        is_new_case: Whether the case was opened for it.
        gift_given: Whether the gift was handed over.
    """

    id: uuid.UUID
    case_id: uuid.UUID
    case_number: str
    is_new_case: bool
    gift_given: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known at the counter before anything is registered.

    Attributes:
        case_number: The open case of the customer's request to cancel; empty for none.
        worker: Who works on it, when it is out of the actor's reach; empty otherwise.
        gift_given: Whether a gift was handed over in this case already.
    """

    case_number: str = ""
    worker: str = ""
    gift_given: bool = False


def standing(session: Session, customer_id: uuid.UUID) -> Standing:
    """What a registration of this customer would find.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    _customer(session, customer_id)
    case = _open_case(session, customer_id)
    if case is None:
        return Standing()
    seen = access.sees_case(session, access.actor(session), case.id)
    worker = "" if seen else _worker(session, case)
    return Standing(case.number, worker, _has_gift(session, case.id))


def register(session: Session, customer_id: uuid.UUID, draft: ExitDraft) -> Registered:
    """Take down at the counter that a customer leaves.

    The registration stands in the customer's open case of a request to cancel; without one it is
    opened. The reason becomes the case's stated reason with the customer's own words.

    Raises:
        NotFoundError: the customer is gone.
        NotAllowedError: the customer is out of reach, or somebody else works on the open case.
        InvalidInputError: there is no such reason on offer, or a gift is handed over that the
            customer must not get: arrears, no reason, or one was given in this case before.
    """
    access.require(session, Action.WORK_CASE)
    customer = _customer(session, customer_id)
    journal.name_change(
        session,
        N_("Register the exit of {name} ({number})"),
        name=customer.name,
        number=customer.number,
    )
    case = _open_case(session, customer_id)
    _refuse_gift(session, case, draft)
    if case is None:
        opened = OpenDraft(kind=KIND, what_happened=draft.words)
        case_id = cases.open_case(session, customer_id, opened)
    else:
        case_id = _within_reach(session, case).id
    case_now = session.get_one(Case, case_id)
    if draft.reason is not None:
        words = draft.words or None
        case_life.put_reason(session, case_now, ReasonLayer.STATED, draft.reason, words)
    made = ExitRegistration(
        customer_id=customer_id,
        case_id=case_id,
        reason_version_id=_stated(session, case_id) if draft.reason is not None else None,
        words=draft.words,
        arrears=draft.arrears,
        currency=derived.currency(session),
        gift=draft.gift,
        gift_given=bool(draft.gift),
        at=clock.now(),
        by_id=access.actor(session).user_id,
    )
    session.add(made)
    session.flush()
    return Registered(made.id, case_id, case_now.number, case is None, made.gift_given)


def of_case(session: Session, case_id: uuid.UUID) -> tuple[ExitRow, ...]:
    """The registrations of a case, newest first.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    return exit_queries.exits(session, case_id=case.id)


def of_customer(session: Session, customer_id: uuid.UUID) -> tuple[ExitRow, ...]:
    """The registrations of a customer in the cases the actor sees, newest first.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    customer = _customer(session, customer_id)
    return exit_queries.exits(session, customer_id=customer.id, visible=access.visible(session))


def _customer(session: Session, customer_id: uuid.UUID) -> Customer:
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    return customer


def _open_case(session: Session, customer_id: uuid.UUID) -> Case | None:
    session.flush()
    found = find_open_case(session, customer_id, KIND)
    return None if found is None else session.get_one(Case, found[0])


def _within_reach(session: Session, case: Case) -> Case:
    if not access.sees_case(session, access.actor(session), case.id):
        text = _("{name} works on case {number} of this customer and registers the exit there.")
        name = _worker(session, case)
        raise NotAllowedError(text.format(name=name, number=case.number))
    return case


def _worker(session: Session, case: Case) -> str:
    owner = session.get(User, case.owner_id) if case.owner_id is not None else None
    return owner.name if owner is not None else _("Somebody else")


def _refuse_gift(session: Session, case: Case | None, draft: ExitDraft) -> None:
    if not draft.gift:
        return
    why = [_(SENTENCES[each]) for each in gift_obstacles(draft.arrears, draft.reason)]
    if case is not None and _has_gift(session, case.id):
        why.append(_("A gift was handed over in this case already."))
    if why:
        text = _("No gift: {why}").format(why=" ".join(why))
        raise InvalidInputError([Problem("gift", text)])


def _stated(session: Session, case_id: uuid.UUID) -> uuid.UUID | None:
    """The words of the stated reason of a case."""
    return session.scalar(
        select(CaseReason.reason_version_id).where(
            CaseReason.case_id == case_id, CaseReason.layer == ReasonLayer.STATED
        )
    )


def _has_gift(session: Session, case_id: uuid.UUID) -> bool:
    given = select(ExitRegistration.id).where(
        ExitRegistration.case_id == case_id, ExitRegistration.gift_given
    )
    return session.scalar(given) is not None
