"""Who acts, what they may do and whose records they see: the first line of every service.

The actor stands in `session.info["actor"]`: `Database.write` and the tasks of the window put it
there. Without one, nothing is allowed.
"""

import dataclasses
import uuid
from collections.abc import Sequence
from typing import Any, Final, Protocol, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Case, Customer
from db.queries.scope import Reach, Visible, customer_in_sight, visible_cases
from db.session import Actor
from desktop_app import labels
from desktop_app.domain import permissions
from desktop_app.domain.permissions import Action, Scope
from desktop_app.errors import NotAllowedError
from desktop_app.i18n import _

_CHUNK: Final = 500


class Limited(Protocol):
    """Criteria of a list that may be limited to what a user sees."""

    @property
    def visible(self) -> Visible:
        """Whose records are shown."""


CriteriaT = TypeVar("CriteriaT", bound=Limited)


def actor(session: Session) -> Actor:
    """Who acts in this session.

    Raises:
        NotAllowedError: nobody is signed in.
    """
    found = session.info.get("actor")
    if not isinstance(found, Actor):
        raise NotAllowedError(_("Nobody is signed in."))
    return found


def may(session: Session, action: Action) -> bool:
    """Whether the actor's role allows something; False when nobody is signed in."""
    found = session.info.get("actor")
    return isinstance(found, Actor) and permissions.allowed(found.role, action)


def require(session: Session, action: Action) -> None:
    """Refuse what the actor's role does not allow.

    Raises:
        NotAllowedError: the role does not allow it, or nobody is signed in.
    """
    who = actor(session)
    if not permissions.allowed(who.role, action):
        raise NotAllowedError(
            _("Your role ({role}) does not allow this.").format(role=labels.label(who.role))
        )


def visible(session: Session) -> Visible:
    """Whose records the actor sees.

    Scope ALL: everybody's. Scope STORE: the own store's, for those who assign work; the others
    see their own and what nobody works on, and every customer of the store. Scope OWN: the own.
    See `db.queries.scope.Reach`.
    """
    return visible_to(actor(session))


def visible_to(who: Actor) -> Visible:
    """Whose records somebody sees, as `visible` says."""
    match permissions.scope_of(who.role):
        case Scope.ALL:
            reach = Reach.ALL
        case Scope.STORE if permissions.allowed(who.role, Action.ASSIGN_CASE):
            reach = Reach.STORE
        case Scope.STORE:
            reach = Reach.POOL
        case Scope.OWN:
            reach = Reach.OWN
    return Visible(reach, who.user_id, who.store_id)


def limited(session: Session, criteria: CriteriaT) -> CriteriaT:
    """The same criteria, limited to what the actor sees: for every list query of a service."""
    return cast("CriteriaT", dataclasses.replace(cast("Any", criteria), visible=visible(session)))


def require_case(session: Session, case: Case) -> None:
    """Refuse a case outside the actor's scope.

    Raises:
        NotAllowedError: the case belongs to somebody else.
    """
    mine = actor(session).user_id
    if mine is not None and case.owner_id == mine:
        return  # in every scope; most of the work is on one's own cases
    if not sees_case(session, actor(session), case.id):
        raise NotAllowedError(
            _("Case {number} belongs to somebody else.").format(number=case.number)
        )


def sees_case(session: Session, who: Actor, case_id: uuid.UUID) -> bool:
    """Whether a case lies within the scope of a user, who need not be the actor."""
    session.flush()
    seen = select(Case.id).where(Case.id == case_id, visible_cases(visible_to(who)))
    return session.execute(seen).first() is not None


def require_customer(session: Session, customer: Customer) -> None:
    """Refuse a customer outside the actor's scope.

    Raises:
        NotAllowedError: the customer belongs to another store, or to somebody else.
    """
    require_customers(session, [customer])


def require_customers(session: Session, customers: Sequence[Customer]) -> None:
    """Refuse several customers if one of them is outside the actor's scope; raises as for one."""
    condition = customer_in_sight(visible(session))
    if condition is None:
        return
    session.flush()
    for start in range(0, len(customers), _CHUNK):
        chunk = {each.id: each.number for each in customers[start : start + _CHUNK]}
        seen = set(session.scalars(select(Customer.id).where(Customer.id.in_(chunk), condition)))
        if unseen := sorted(number for key, number in chunk.items() if key not in seen):
            raise NotAllowedError(
                _("Customer {number} belongs to somebody else.").format(number=unseen[0])
            )
