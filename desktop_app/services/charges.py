"""Who is in charge of which customer and stands in; whom nobody looks after; who is to rotate."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db import journal
from db.models import Holding, User
from db.queries import charges as queries
from db.queries import staff_profiles as staff_queries
from db.queries.charges import HoldingFilter, HoldingRow
from db.queries.paging import Sort
from db.vocabulary import CustomerClass, Role, Seat
from desktop_app import clock
from desktop_app.domain import handover as rules
from desktop_app.domain import permissions
from desktop_app.domain.handover import HandoverPolicy
from desktop_app.domain.permissions import Action
from desktop_app.domain.rates import Rate
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, calendar, case_life, charge_book, workspace_settings
from desktop_app.services.charge_book import Seating
from desktop_app.services.orphans import OrphanFilter, OrphanRow, count_orphans, list_orphans

__all__ = [
    "Coverage",
    "HoldingFilter",
    "HoldingRow",
    "OrphanFilter",
    "OrphanRow",
    "Overlap",
    "RotationRow",
    "Team",
    "change_policy",
    "check_holder",
    "count_holdings",
    "count_orphans",
    "coverage",
    "holders",
    "holdings",
    "list_holdings",
    "list_orphans",
    "policy",
    "rotations_due",
    "set_holder",
]

KEY: Final = "handover_policy"
_TITLES: Final = {
    (Seat.PRIMARY, False): N_("Put {name} in charge of {customer}"),
    (Seat.PRIMARY, True): N_("Nobody is in charge of {customer} any more"),
    (Seat.BACKUP, False): N_("Make {name} the backup of {customer}"),
    (Seat.BACKUP, True): N_("{customer} has no backup any more"),
}


@dataclass(frozen=True, slots=True)
class Overlap:
    """Somebody who was in charge and stays beside the new one until a day."""

    user_id: uuid.UUID
    user: str
    until: dt.date


@dataclass(frozen=True, slots=True)
class Team:
    """Who looks after a customer.

    `since`: how long the one in charge has been that; `next`: who will be, and `next_on` from when.
    """

    primary_id: uuid.UUID | None = None
    primary: str = ""
    backup_id: uuid.UUID | None = None
    backup: str = ""
    since: dt.date | None = None
    overlaps: tuple[Overlap, ...] = ()
    next: str = ""
    next_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Customers with somebody in charge and a backup, of all that count: by class, and in all."""

    by_class: Mapping[CustomerClass, Rate]
    total: Rate


@dataclass(frozen=True, slots=True)
class RotationRow:
    """Somebody whose time with a customer is up; from `overlap_from` on both look after it."""

    customer_id: uuid.UUID
    number: str
    name: str
    klass: CustomerClass
    user_id: uuid.UUID
    user: str
    since: dt.date
    due: dt.date
    overlap_from: dt.date


def policy(session: Session) -> HandoverPolicy:
    """The numbers of charges and handovers as set for this workspace."""
    return workspace_settings.read_draft(session, KEY, HandoverPolicy)


def change_policy(session: Session, draft: HandoverPolicy) -> None:
    """Set the numbers of charges and handovers for everybody."""
    workspace_settings.change_draft(session, KEY, draft)


# ---------------------------------------------------------------- who is in charge


def holders(session: Session, customer_id: uuid.UUID) -> Team:
    """Who looks after a customer today.

    Somebody who left is nobody; the backup is the lasting one, or the one until another begins;
    others stand in `overlaps`.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    access.require_customer(session, case_life.customer_of(session, customer_id))
    today = clock.today()
    names, left = charge_book.names(session), staff_queries.left_days(session)
    primary, backup, ahead, overlaps = None, None, None, []
    mine = Holding.customer_id == customer_id
    lasting = {fact.id for fact in queries.facts(session, mine, queries.in_force(today))}
    for fact in queries.facts(session, mine):
        if fact.seat is Seat.PRIMARY and fact.first_on > today:
            ahead = fact
        gone = left.get(fact.user_id)
        is_over = fact.last_on is not None and fact.last_on < today
        if is_over or fact.first_on > today or (gone is not None and gone < today):
            continue
        if fact.seat is Seat.PRIMARY:
            primary = fact
        elif fact.id in lasting:
            backup = fact
        elif fact.last_on is not None:
            overlaps.append(Overlap(fact.user_id, names[fact.user_id], fact.last_on))
    return Team(
        None if primary is None else primary.user_id,
        "" if primary is None else names[primary.user_id],
        None if backup is None else backup.user_id,
        "" if backup is None else names[backup.user_id],
        None if primary is None else primary.first_on,
        tuple(overlaps),
        "" if ahead is None else names[ahead.user_id],
        None if ahead is None else ahead.first_on,
    )


def set_holder(
    session: Session,
    customer_id: uuid.UUID,
    seat: Seat,
    user_id: uuid.UUID | None,
    on: dt.date | None = None,
) -> None:
    """Put somebody in charge of a customer, or make them the backup; None: nobody.

    A backup who comes in charge is the backup no more. Cases, visits and promises stay with whom
    they are: `handovers` moves them too.

    Args:
        session: the session.
        customer_id: the customer.
        seat: which seat.
        user_id: who gets it.
        on: first day, today without it.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
        InvalidInputError: the person does not work with customers here, or is in charge and
            would be the backup as well.
    """
    access.require(session, Action.HAND_OVER)
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    on = on or clock.today()
    name = "" if user_id is None else check_holder(session, user_id, on).name
    if seat is Seat.BACKUP and (customer_id, user_id) in charge_book.in_charge(
        session, [customer_id]
    ):
        text = _("{name} is in charge already; the backup must be somebody else.")
        raise InvalidInputError([Problem("user_id", text.format(name=name))])
    journal.name_change(session, _TITLES[seat, user_id is None], name=name, customer=customer.name)
    charge_book.put(session, [Seating(customer_id, seat, user_id)], on)


def check_holder(session: Session, user_id: uuid.UUID, on: dt.date) -> User:
    """Whoever may look after customers from a day on.

    Raises:
        InvalidInputError: the person has left by then, or does not work with customers.
    """
    access.require(session, Action.VIEW)
    user = session.get(User, user_id)
    left = staff_queries.left_days(session).get(user_id)
    if user is None or (left is not None and left < on):
        raise InvalidInputError([Problem("user_id", _("Choose somebody who still works here."))])
    if not permissions.allowed(Role(user.role), Action.WORK_CASE):
        text = _("{name} does not look after customers.").format(name=user.name)
        raise InvalidInputError([Problem("user_id", text)])
    return user


def holdings(session: Session) -> list[rules.Holding]:
    """All charges of customers the actor sees, past ones too, for the rules."""
    access.require(session, Action.VIEW)
    return charge_book.for_rules(queries.all_facts(session, access.visible(session)))


def count_holdings(session: Session, criteria: HoldingFilter) -> int:
    """How many charges of customers the actor sees fit."""
    access.require(session, Action.VIEW)
    return queries.count_holdings(session, access.limited(session, criteria))


def list_holdings(
    session: Session,
    criteria: HoldingFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[HoldingRow]:
    """One page of charges of customers the actor sees."""
    access.require(session, Action.VIEW)
    limited = access.limited(session, criteria)
    return queries.list_holdings(session, limited, sort, offset, limit)


# ---------------------------------------------------------------- coverage and rotation


def coverage(session: Session) -> Coverage:
    """How many of the customers the actor sees have somebody in charge and a backup (S3-72)."""
    access.require(session, Action.VIEW)
    visible, today = access.visible(session), clock.today()
    classes = queries.classes(session, visible)
    left = charge_book.left_days(session)
    charges = queries.all_facts(session, visible, queries.in_force(today))
    held = rules.holders(charge_book.for_rules(charges), left, today)
    by_class = {
        klass: rules.coverage([key for key, each in classes.items() if each is klass], held)
        for klass in CustomerClass
    }
    return Coverage(by_class, rules.coverage(list(classes), held))


def rotations_due(session: Session, until: dt.date) -> list[RotationRow]:
    """Who is to rotate until a day, of the customers the actor sees; the longest in charge first.

    Overdue ones too; those the customers of which nobody looks after any more are orphans.
    """
    access.require(session, Action.VIEW)
    visible, today = access.visible(session), clock.today()
    left = staff_queries.left_days(session)
    open_ones = (Holding.last_on.is_(None), Holding.seat == Seat.PRIMARY)
    charges = [
        fact
        for fact in queries.all_facts(session, visible, *open_ones, queries.counted())
        if left.get(fact.user_id, today) >= today
    ]
    found = rules.rotations(
        charge_book.for_rules(charges), until, calendar.work_calendar(session), policy(session)
    )
    names = charge_book.names(session)
    heads = queries.heads(session, [fact.customer_id for fact in charges])
    return [
        RotationRow(
            customer_id=customer,
            number=heads[customer].number,
            name=heads[customer].name,
            klass=heads[customer].klass,
            user_id=user,
            user=names[user],
            since=one.holding.first,
            due=one.due,
            overlap_from=one.overlap_from,
        )
        for one in found
        if (customer := charge_book.as_key(one.holding.customer)) is not None
        and (user := charge_book.as_key(one.holding.employee)) is not None
    ]
