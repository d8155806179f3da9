"""What expires: the customer is told in time, and renews or lets it lapse (S3-52)."""

import datetime as dt
import uuid
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import derived, journal
from db.models import Renewal, User
from db.queries import renewals as queries
from db.queries.paging import Sort
from db.queries.renewals import UNDECIDED, RenewalFilter, RenewalRow
from db.vocabulary import RenewalState
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, phones

__all__ = [
    "UNDECIDED",
    "RenewalDraft",
    "RenewalFilter",
    "RenewalRow",
    "add",
    "change",
    "count_renewals",
    "lapsed",
    "list_renewals",
    "notify",
    "read",
    "renewed",
    "require_reach",
]


def count_renewals(session: Session, criteria: RenewalFilter) -> int:
    """How many of the renewals the actor sees fit."""
    access.require(session, Action.VIEW)
    return queries.count_renewals(session, access.limited(session, criteria))


def list_renewals(
    session: Session,
    criteria: RenewalFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[RenewalRow]:
    """One page of the renewals the actor sees, phones masked.

    Undecided ones of a customer who refused or has died are left out: nobody tells them.
    """
    access.require(session, Action.VIEW)
    limited = access.limited(session, criteria)
    return phones.masked_rows(queries.list_renewals(session, limited, sort, offset, limit))


def read(session: Session, renewal_id: uuid.UUID) -> RenewalDraft:
    """A renewal that is not decided yet, for a form: with its own owner, if it has one.

    Raises:
        NotFoundError, NotAllowedError: it is gone or out of reach.
        ConflictError: it has been decided.
    """
    access.require(session, Action.VIEW)
    renewal = _undecided(session, renewal_id)
    return RenewalDraft(
        product=renewal.product,
        expires_on=renewal.expires_on,
        fee=renewal.fee,
        owner_id=renewal.owner_id,
        note=renewal.note,
    )


def add(session: Session, customer_id: uuid.UUID, draft: RenewalDraft) -> uuid.UUID:
    """Write down that something of a customer expires; returns its key.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
        InvalidInputError: it is known already, or the owner does not work here.
    """
    access.require(session, Action.DO_TASK)
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    _check(session, customer_id, draft, None)
    journal.name_change(session, N_("Renewal of {name}"), name=customer.name)
    renewal = Renewal(
        customer_id=customer_id, currency=derived.currency(session), **draft.model_dump()
    )
    session.add(renewal)
    session.flush()
    return renewal.id


def change(session: Session, renewal_id: uuid.UUID, version: int, draft: RenewalDraft) -> None:
    """Change a renewal that is not decided yet.

    Raises:
        NotFoundError, NotAllowedError: it is gone or out of reach.
        ConflictError: it has been decided, or somebody changed it meanwhile.
        InvalidInputError: as `add`.
    """
    access.require(session, Action.DO_TASK)
    renewal = _undecided(session, renewal_id)
    if renewal.version != version:
        text = _("Somebody else has changed this renewal meanwhile. Reload and try again.")
        raise ConflictError(text)
    _check(session, renewal.customer_id, draft, renewal_id)
    _set(session, renewal, N_("Change the renewal of {name}"), draft.model_dump())


def notify(session: Session, renewal_id: uuid.UUID, note: str = "") -> None:
    """The customer was told today that it expires.

    Raises:
        NotFoundError, NotAllowedError: it is gone or out of reach.
        ConflictError: it has been decided, or the customer is not to be contacted.
    """
    access.require(session, Action.DO_TASK)
    renewal = _undecided(session, renewal_id)
    sentence = case_life.stop_sentence(case_life.customer_of(session, renewal.customer_id))
    if sentence:
        raise ConflictError(sentence)
    values = {"state": RenewalState.NOTIFIED, "notified_on": clock.today()}
    values["note"] = _note(renewal, note)
    _set(session, renewal, N_("Tell {name} what expires"), values)


def renewed(
    session: Session, renewal_id: uuid.UUID, until: dt.date | None = None, note: str = ""
) -> uuid.UUID | None:
    """The customer renews.

    Args:
        session: the session.
        renewal_id: which.
        until: when it expires the next time; a renewal of that day is written down.
        note: what was agreed.

    Returns:
        Key of the next renewal.

    Raises:
        NotFoundError, NotAllowedError: it is gone or out of reach.
        ConflictError: it has been decided.
        InvalidInputError: the next one expires no later, or is known already.
    """
    access.require(session, Action.DO_TASK)
    renewal = _undecided(session, renewal_id)
    draft = None
    if until is not None:
        if until <= renewal.expires_on:
            text = _("It expires on {day}; the next time must be later.")
            day = renewal.expires_on.isoformat()
            raise InvalidInputError([Problem("until", text.format(day=day))])
        draft = RenewalDraft(
            product=renewal.product,
            expires_on=until,
            fee=renewal.fee,
            owner_id=_still_here(session, renewal.owner_id),
        )
        _check(session, renewal.customer_id, draft, None, field="until")
    values = {"state": RenewalState.RENEWED, "answered_on": clock.today()}
    _set(session, renewal, N_("{name} renews"), values | {"note": _note(renewal, note)})
    if draft is None:
        return None
    following = Renewal(
        customer_id=renewal.customer_id, currency=renewal.currency, **draft.model_dump()
    )
    session.add(following)
    session.flush()
    return following.id


def lapsed(session: Session, renewal_id: uuid.UUID, note: str = "") -> None:
    """The customer does not renew.

    Raises:
        NotFoundError, NotAllowedError: it is gone or out of reach.
        ConflictError: it has been decided.
    """
    access.require(session, Action.DO_TASK)
    renewal = _undecided(session, renewal_id)
    values = {"state": RenewalState.LAPSED, "answered_on": clock.today()}
    _set(session, renewal, N_("{name} does not renew"), values | {"note": _note(renewal, note)})


def require_reach(session: Session, renewal: Renewal) -> None:
    """Refuse whoever neither owns a renewal nor sees its customer. Raises NotAllowedError."""
    access.require(session, Action.VIEW)
    if renewal.owner_id is not None and renewal.owner_id == access.actor(session).user_id:
        return
    session.flush()
    if not queries.is_seen(session, renewal.id, access.visible(session)):
        raise NotAllowedError(_("This renewal belongs to somebody else."))


def _undecided(session: Session, renewal_id: uuid.UUID) -> Renewal:
    renewal = session.get(Renewal, renewal_id)
    if renewal is None:
        raise NotFoundError(_("This renewal is gone."))
    require_reach(session, renewal)
    if renewal.state not in UNDECIDED:
        raise ConflictError(_("It is known already whether the customer renews."))
    return renewal


def _set(session: Session, renewal: Renewal, title: str, values: Mapping[str, object]) -> None:
    name = case_life.customer_of(session, renewal.customer_id).name
    journal.name_change(session, title, name=name)
    case_life.set_values(renewal, values)
    session.flush()


def _note(renewal: Renewal, note: str) -> str:
    return "\n".join(filter(None, (note.strip(), renewal.note)))


def _check(
    session: Session,
    customer_id: uuid.UUID,
    draft: RenewalDraft,
    own: uuid.UUID | None,
    field: str = "expires_on",
) -> None:
    problems: list[Problem] = []
    known = session.scalar(
        select(Renewal.id).where(
            Renewal.customer_id == customer_id,
            Renewal.product == draft.product,
            Renewal.expires_on == draft.expires_on,
        )
    )
    if known not in {None, own}:
        text = _("That {product} expires on this day is written down already.")
        problems.append(Problem(field, text.format(product=draft.product)))
    if draft.owner_id is not None and _still_here(session, draft.owner_id) is None:
        text = _("Choose somebody who still works here.")
        problems.append(Problem("owner_id", text))
    if problems:
        raise InvalidInputError(problems)


def _still_here(session: Session, user_id: uuid.UUID | None) -> uuid.UUID | None:
    user = session.get(User, user_id) if user_id is not None else None
    return user.id if user is not None and user.is_active else None
