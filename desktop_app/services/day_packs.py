"""The field day pack: what one person takes along on one day, for paper and for Excel.

Whoever works on cases prints the own day; those who plan visits print everybody's. Phones are
masked unless the role may see and export them, and it was asked for.
"""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import derived, journal
from db.models import User, Visit
from db.queries import case_file as case_queries
from db.queries import customer_card, day_contacts, visit_marks
from db.queries import day_pack as queries
from db.queries import visits as visit_queries
from db.queries.case_file import CaseFile
from db.queries.customer_card import OrderFilter, OrderRow
from db.queries.day_contacts import DayContact
from db.queries.day_pack import Owed, PastContact, PersonRow, RenewalLine
from db.reference import VisitField
from db.vocabulary import Channel, WinBackStepKind
from desktop_app.domain.day_route import Leg, Stop, route
from desktop_app.domain.permissions import Action
from desktop_app.errors import NotFoundError
from desktop_app.i18n import N_, _
from desktop_app.services import access, exports, phones, visits, win_back

ORDERS: Final = 3
"""So many of the last orders are taken along."""
RENEWALS_AHEAD: Final = dt.timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Card:
    """One contact of the day with all that is taken along.

    Attributes:
        contact: The visit or call, and the customer.
        mark: What the barcode says; empty of a call that was promised and is not planned.
        people: Whom to talk to.
        orders: The last ones.
        cases: Open cases, the one the visit is for first.
        steps: Which steps of winning back are done, of the case the visit is for.
        promises: What was promised and is owed.
        tasks: What the person has to do for the customer.
        renewals: What expires soon, or has expired.
        past: The last contacts, the newest first.
        fields: What the form of a visit asks for, by kind of customer and purpose.
        is_asked: Whether the customer is asked how satisfied they are.
    """

    contact: DayContact
    mark: str
    people: tuple[PersonRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    cases: tuple[CaseFile, ...] = ()
    steps: Mapping[WinBackStepKind, dt.date] = dataclasses.field(default_factory=dict)
    promises: tuple[Owed, ...] = ()
    tasks: tuple[Owed, ...] = ()
    renewals: tuple[RenewalLine, ...] = ()
    past: tuple[PastContact, ...] = ()
    fields: tuple[VisitField, ...] = ()
    is_asked: bool = False

    @property
    def is_win_back(self) -> bool:
        """Whether the visit is for a case."""
        return self.contact.case_id is not None


@dataclass(frozen=True, slots=True)
class DayPack:
    """The day of one person.

    Attributes:
        user_id: Who makes the contacts.
        person: The name.
        day: The day.
        legs: The route: keys of visits by district.
        visits: A card for each visit, in the order of the route.
        calls: A card for each call and message, and for each call that was promised to a customer
            for this day; those with a time first.
        whole_phones: Whether phones are shown in full.
        currency: Of amounts.
        by: Who had it made.
    """

    user_id: uuid.UUID
    person: str
    day: dt.date
    legs: tuple[Leg, ...]
    visits: tuple[Card, ...]
    calls: tuple[Card, ...]
    whole_phones: bool
    currency: str
    by: str


def contacts_of_day(session: Session, user_id: uuid.UUID, day: dt.date) -> tuple[DayContact, ...]:
    """Visits and calls somebody has planned or promised for a day, phones masked.

    Who has died or asked not to be contacted is not among them.

    Raises:
        NotFoundError: there is no such person.
        NotAllowedError: it is somebody else's day and the role does not plan visits.
    """
    _require_day_of(session, user_id)
    return tuple(phones.masked_rows(_contacts(session, user_id, day)))


def pack(
    session: Session, user_id: uuid.UUID, day: dt.date, *, whole_phones: bool = False
) -> DayPack:
    """All that somebody takes along on a day.

    Args:
        session: a session.
        user_id: who makes the contacts.
        day: the day.
        whole_phones: whether phones are shown in full; `note` then tells of it in the journal.

    Raises:
        NotFoundError: there is no such person.
        NotAllowedError: it is somebody else's day and the role does not plan visits; or phones are
            wanted in full and the role may not see or export them.
    """
    person = _require_day_of(session, user_id)
    _require_phones(session, whole_phones=whole_phones)
    found = _contacts(session, user_id, day)
    cards: dict[Hashable, Card] = {
        card.contact.id: card for card in _cards(session, found, user_id, day)
    }
    if not whole_phones:
        cards = {key: _masked(card) for key, card in cards.items()}
    legs = route(_stop(row) for row in found if row.channel is Channel.VISIT)
    ordered = [stop.key for leg in legs for stop in leg.stops]
    return DayPack(
        user_id=user_id,
        person=person,
        day=day,
        legs=legs,
        visits=tuple(cards[key] for key in ordered),
        calls=tuple(cards[row.id] for row in found if row.channel is not Channel.VISIT),
        whole_phones=whole_phones,
        currency=derived.currency(session),
        by=access.actor(session).name,
    )


def allow(session: Session, user_id: uuid.UUID, formats: Collection[str]) -> None:
    """Refuse who may not write this pack: paper is for who goes, other files are exports.

    Raises:
        NotFoundError: there is no such person.
        NotAllowedError: it is somebody else's day and the role does not plan visits; or a file
            that is not for printing is wanted and the role may not export.
    """
    _require_day_of(session, user_id)
    if set(formats) - {"pdf"}:
        exports.allow(session)


def note(session: Session, made: DayPack, formats: Sequence[str]) -> None:
    """Write the audit event of a pack, before its files are written.

    Raises:
        NotAllowedError: as `allow` and `pack` say.
    """
    allow(session, made.user_id, formats)
    _require_phones(session, whole_phones=made.whole_phones)
    title = N_("Write the day pack of {name} for {day} as {formats}, {n} contacts")
    if made.whole_phones:
        title = N_(
            "Write the day pack of {name} for {day} as {formats}, {n} contacts, with whole phones"
        )
    count = len(made.visits) + len(made.calls)
    journal.record_event(
        session,
        title,
        name=made.person,
        day=made.day.isoformat(),
        formats=", ".join(formats),
        n=count,
    )


def find_visit(session: Session, mark: str) -> uuid.UUID:
    """The visit whose mark was scanned or typed.

    Raises:
        NotFoundError: there is none, or it is out of reach.
    """
    access.require(session, Action.VIEW)
    condition = visit_marks.marked(mark)
    if condition is not None:
        for key in session.scalars(select(Visit.id).where(condition)):
            if visit_queries.is_seen(session, key, access.visible(session)):
                return key
    raise NotFoundError(
        _("There is no visit {mark}. Scan the barcode, or type what stands below it.").format(
            mark=mark
        )
    )


# ---------------------------------------------------------------- parts


def _require_day_of(session: Session, user_id: uuid.UUID) -> str:
    """Who may see somebody's day; gives the name. Raises NotFoundError, NotAllowedError."""
    access.require(session, Action.VIEW)
    own = access.actor(session).user_id == user_id
    if not (own and access.may(session, Action.WORK_CASE)):
        access.require(session, Action.PLAN_VISITS)
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError(_("This user is gone."))
    return user.name


def _require_phones(session: Session, *, whole_phones: bool) -> None:
    if whole_phones:
        access.require(session, Action.REVEAL_PHONE)
        access.require(session, Action.EXPORT)


def _contacts(session: Session, user_id: uuid.UUID, day: dt.date) -> list[DayContact]:
    """What is planned, and the calls promised for the day; what has a time comes first.

    A call that is planned for the case of a promise is the one that was promised.
    """
    visible = access.visible(session)
    begins, ends = (
        dt.datetime.combine(each, dt.time()).astimezone()
        for each in (day, day + dt.timedelta(days=1))
    )
    found = day_contacts.contacts(session, user_id, day, visible)
    for promised in day_contacts.callbacks(session, user_id, (begins, ends), visible):
        for place, row in enumerate(found):
            has_case = row.case_id == promised.case_id and row.channel is not Channel.VISIT
            if has_case and row.starts_at in (None, promised.starts_at):
                found[place] = dataclasses.replace(row, starts_at=promised.starts_at)
                break
        else:
            found.append(promised)
    return sorted(found, key=lambda row: (row.starts_at or dt.time.max, row.number))


def _cards(
    session: Session, rows: Sequence[DayContact], user_id: uuid.UUID, day: dt.date
) -> list[Card]:
    visible = access.visible(session)
    customers = {row.customer_id for row in rows}
    named = {row.case_id for row in rows if row.case_id is not None}
    people = queries.people(session, customers)
    open_cases = queries.open_cases(session, customers, named, visible)
    promises = queries.promises(session, customers)
    tasks = queries.tasks(session, customers, user_id)
    renewals = queries.renewals(session, customers, day + RENEWALS_AHEAD)
    past = queries.past_contacts(session, customers, named, visible)
    steps = win_back.steps_done(session, named)
    forms = {row.id: visits.look(session, row.id) for row in rows if row.channel is Channel.VISIT}
    return [
        Card(
            contact=row,
            mark="" if row.is_callback else visit_marks.mark_of(row.id),
            people=tuple(people.get(row.customer_id, ())),
            orders=_orders(session, row.customer_id, day),
            cases=_cases(session, row, open_cases.get(row.customer_id, ())),
            steps=steps.get(row.case_id, {}) if row.case_id is not None else {},
            promises=tuple(promises.get(row.customer_id, ())),
            tasks=tuple(tasks.get(row.customer_id, ())),
            renewals=tuple(renewals.get(row.customer_id, ())),
            past=tuple(past.get(row.customer_id, ())),
            fields=forms[row.id].fields if row.id in forms else (),
            is_asked=row.id in forms and not forms[row.id].not_asked,
        )
        for row in rows
    ]


def _orders(session: Session, customer_id: uuid.UUID, day: dt.date) -> tuple[OrderRow, ...]:
    """The last orders until the day."""
    rows = customer_card.list_orders(session, OrderFilter(customer_id), None, 0, ORDERS)
    return tuple(row for row in rows if row.on <= day)


def _cases(
    session: Session, row: DayContact, open_cases: Sequence[uuid.UUID]
) -> tuple[CaseFile, ...]:
    keys = sorted(open_cases, key=lambda key: key != row.case_id)
    found = (case_queries.case_file(session, key) for key in keys)
    return tuple(file for file in found if file is not None)


def _masked(card: Card) -> Card:
    people = tuple(phones.masked_rows(card.people))
    return dataclasses.replace(card, contact=phones.masked_row(card.contact), people=people)


def _stop(row: DayContact) -> Stop:
    return Stop(row.id, row.district, row.starts_at, row.klass, row.address, row.number)
