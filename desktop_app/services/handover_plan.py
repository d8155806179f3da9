"""Who might take over which customers: by load, skill, district and department (S3-49)."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from db import derived
from db.models import Holding
from db.queries import charges as charge_queries
from db.queries import handovers as queries
from db.queries import pool as pool_queries
from db.queries import staff_profiles as staff_queries
from db.queries.charges import HoldingFact
from db.queries.handovers import GivenCustomer, Goes, Work
from db.vocabulary import CustomerClass, Seat, StaffFunction
from desktop_app import clock
from desktop_app.domain import handover as rules
from desktop_app.domain import permissions
from desktop_app.domain.handover import NoReceiver, Receiver, Suggestion, Vacancy
from desktop_app.domain.handover_drafts import HandoverDraft
from desktop_app.domain.handover_tidy import RecordFacts, Tidy, to_tidy
from desktop_app.domain.handover_words import suggestion_sentence
from desktop_app.domain.permissions import Action, Scope, scope_of
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import _
from desktop_app.services import access, charge_book, charges, staff_profiles
from desktop_app.services.handover_moves import KINDS
from desktop_app.services.staff_profiles import Employee

_DAYS_AWAY: Final = 7
"""Who is away for so many days from the day on counts as not present."""
_LOOK_AFTER: Final = frozenset(
    {StaffFunction.SALES, StaffFunction.AGENT, StaffFunction.CUSTOMER_SERVICE}
)
"""Who is proposed unasked; others who work with customers only if they are named."""
Key = tuple[uuid.UUID, Seat]


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """A seat of a customer that goes over, who is proposed for it and why, and what goes with it.

    Attributes:
        customer_id: The customer, with number, name, class and spend of the last year.
        seat: Which seat.
        holder_id: Who has it now; None: nobody.
        to_id: Who is proposed; None: nobody can take it, see `refusal`.
        why: The reason in a sentence, also why nobody is proposed.
        is_cross: From another department.
        was_backup: The backup moves up.
        to_tidy: What should be put in order before; `handover_tidy.tidy_word` says it in words.
        cases: Open cases that go over; likewise visits, promises, tasks and renewals. Promises
            count with complaints and recoveries.
    """

    customer_id: uuid.UUID
    number: str
    name: str
    klass: CustomerClass
    value: int
    currency: str
    seat: Seat
    holder_id: uuid.UUID | None
    holder: str
    to_id: uuid.UUID | None
    to_name: str
    why: str
    is_cross: bool
    was_backup: bool
    refusal: NoReceiver | None
    to_tidy: tuple[Tidy, ...]
    cases: int
    visits: int
    promises: int
    tasks: int
    renewals: int


@dataclass(frozen=True, slots=True)
class ReceiverLoad:
    """Somebody who may take customers: held now, proposed to get, and at most."""

    user_id: uuid.UUID
    name: str
    department: str
    held: int
    gets: int
    capacity: int
    is_present: bool
    is_new: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who would get which customer; `receivers` are all who might, with what they would get."""

    lines: tuple[ProposedLine, ...]
    receivers: tuple[ReceiverLoad, ...]

    @property
    def choices(self) -> dict[Key, uuid.UUID | None]:
        """The proposal as choices for `hand_over`."""
        return {(line.customer_id, line.seat): line.to_id for line in self.lines}


def propose(session: Session, draft: HandoverDraft) -> Proposal:
    """Who might take the customers over, class A and high values first; nothing is written.

    The backup moves up where there is one; else the best by skill and room of the same department
    and store, else of the others. Class A goes to nobody who is new. Customers out of the actor's
    reach are left out.

    Raises:
        NotFoundError: there is no such person.
        ConflictError: one of the customers asked for is not with that person any more.
        InvalidInputError: somebody named as receiver does not look after customers here, or the
            first day is too far away.
    """
    access.require(session, Action.HAND_OVER)
    board = Board(session, draft)
    money = derived.currency(session)
    found = list(board.suggestions())
    gets = Counter(one.receiver.key for one in found if one.receiver and not one.was_backup)
    lines = sorted((board.line(one, money) for one in found), key=_weight)
    return Proposal(tuple(lines), board.loads(gets))


def _weight(line: ProposedLine) -> tuple[CustomerClass, int, str, bool]:
    return line.klass, -line.value, line.number, line.seat is Seat.BACKUP


MOST_BACK: Final = 31
MOST_AHEAD: Final = 92
"""A handover begins at most so many days ago, or ahead: the work goes over when it is made."""


class Board:
    """The seats that go over and the people, read once; for proposals and for the commit."""

    def __init__(self, session: Session, draft: HandoverDraft) -> None:
        self.draft, self.today = draft, clock.today()
        self.people = staff_profiles.all_profiles(session)
        if draft.from_id is not None and draft.from_id not in self.people:
            raise NotFoundError(_("This user is gone."))
        self._check_day()
        for user_id in draft.to_ids:
            charges.check_holder(session, user_id, draft.on)
            if user_id == draft.from_id:
                text = _("Choose somebody else who still works here.")
                raise InvalidInputError([Problem("to_ids", text)])
        self._policy = charges.policy(session)
        self._visible = access.visible(session)
        self._left = staff_queries.left_days(session)
        self.seats: dict[Key, uuid.UUID | None] = self._seats(session)
        keys = {customer for customer, _seat in self.seats}
        self.customers = queries.given(session, keys, self._visible)
        self._refuse_missing(session)
        self.held = charge_book.open_holdings(session, self.customers)
        self.work: Work = queries.work(session, list(self.customers), draft.on, self.today)
        self._counts = {name: self._counted(name) for name in KINDS}
        self._skills = pool_queries.skills(session)
        self._held_now = charge_queries.loads(session, self.today)
        end = draft.on + dt.timedelta(days=_DAYS_AWAY - 1)
        self._away = staff_profiles.days_away(session, draft.on, end)
        self._by_district = any(each.profile.districts for each in self.people.values())
        self._receivers = {
            each.user_id: self._receiver(each)
            for each in self.people.values()
            if self._may_receive(each)
        }

    def _check_day(self) -> None:
        """What is planned follows from now on, and who was in charge long ago stays so."""
        if not -MOST_BACK <= (self.draft.on - self.today).days <= MOST_AHEAD:
            text = _("Hand over from a day at most {back} days ago or {ahead} days ahead.")
            message = text.format(back=MOST_BACK, ahead=MOST_AHEAD)
            raise InvalidInputError([Problem("on", message)])

    # ------------------------------------------------------------ the seats

    def _seats(self, session: Session) -> dict[Key, uuid.UUID | None]:
        """What goes over, by who has or had it; None where nobody ever had it."""
        conditions = charge_queries.seen(self._visible)
        if self.draft.from_id is not None:
            facts = charge_queries.all_facts(
                session,
                self._visible,
                Holding.user_id == self.draft.from_id,
                Holding.last_on.is_(None),
            )
            found: dict[Key, uuid.UUID | None] = {
                (fact.customer_id, fact.seat): fact.user_id for fact in facts
            }
        else:
            alone = charge_queries.alone(session, self.today, conditions)
            found = dict.fromkeys((one.id, Seat.PRIMARY) for one in alone)
            past = charge_queries.charges_of_alone(session, self.today, conditions)
            found |= {(fact.customer_id, Seat.PRIMARY): fact.user_id for fact in past}
        only = self.draft.customer_ids
        return found if only is None else {key: who for key, who in found.items() if key[0] in only}

    def _refuse_missing(self, session: Session) -> None:
        missing = set(self.draft.customer_ids or ()) - self.customers.keys()
        if missing:
            heads = charge_queries.heads(session, list(missing))
            number = min((head.number for head in heads.values()), default="")
            text = _(
                "Customer {number} is not to be handed over any more: somebody changed that "
                "meanwhile. Reload the list."
            )
            raise ConflictError(text.format(number=number))

    def giver_of(self, customer_id: uuid.UUID) -> uuid.UUID | None:
        """Whose work on a customer goes over."""
        primary = self.seats.get((customer_id, Seat.PRIMARY))
        return primary or self.seats.get((customer_id, Seat.BACKUP))

    def is_here(self, user_id: uuid.UUID | None, day: dt.date) -> bool:
        """Whether somebody still works here on a day."""
        employee = None if user_id is None else self.people.get(user_id)
        return employee is not None and employee.is_here(day)

    def other(self, customer_id: uuid.UUID, seat: Seat) -> uuid.UUID | None:
        """Who holds the other seat of a customer and still works here."""
        fact: HoldingFact | None = self.held.get(
            (customer_id, Seat.BACKUP if seat is Seat.PRIMARY else Seat.PRIMARY)
        )
        is_there = fact is not None and self.is_here(fact.user_id, self.draft.on)
        return fact.user_id if fact is not None and is_there else None

    def department_of(self, user_id: uuid.UUID | None) -> str:
        """The department of somebody; empty if not known."""
        return "" if user_id is None else self.people[user_id].profile.department

    # ------------------------------------------------------------ the people

    def _may_receive(self, employee: Employee) -> bool:
        named = self.draft.to_ids
        if named:
            return employee.user_id in named
        return (
            employee.user_id != self.draft.from_id
            and employee.is_active
            and permissions.allowed(employee.role, Action.WORK_CASE)
            and bool(_LOOK_AFTER & set(employee.profile.functions))
            and staff_queries.is_near(employee.store_id, self._visible)
        )

    def _receiver(self, employee: Employee) -> Receiver:
        profile = employee.profile
        is_away = len(self._away.get(employee.user_id, ())) == _DAYS_AWAY
        return Receiver(
            key=employee.user_id,
            name=employee.name,
            department=profile.department,
            skills=self._skills.get(employee.user_id, {}),
            held=self._held_now.get(employee.user_id, 0),
            capacity=profile.most_customers,
            hired_on=profile.hired_on,
            districts=frozenset(profile.districts),
            is_present=employee.is_here(self.draft.on) and not is_away,
        )

    def is_too_new(self, user_id: uuid.UUID, klass: CustomerClass) -> bool:
        """Whether a class is not given to somebody yet: class A to nobody who is new (S3-39)."""
        hired = self.people[user_id].profile.hired_on
        if klass is not CustomerClass.A or hired is None:
            return False
        return (self.draft.on - hired).days < self._policy.new_staff_days

    def loads(self, gets: Mapping[object, int]) -> tuple[ReceiverLoad, ...]:
        """Everybody who might get customers, by name."""
        return tuple(
            ReceiverLoad(
                user_id=key,
                name=one.name,
                department=one.department,
                held=one.held,
                gets=gets.get(key, 0),
                capacity=self._policy.customers if one.capacity is None else one.capacity,
                is_present=one.is_present,
                is_new=self.is_too_new(key, CustomerClass.A),
            )
            for key, one in self._receivers.items()
        )

    # ------------------------------------------------------------ proposals

    def suggestions(self) -> Iterator[Suggestion]:
        """Who might take each seat, store by store; what was suggested counts as load."""
        by_store: dict[uuid.UUID | None, list[Vacancy]] = defaultdict(list)
        for (customer_id, seat), who in self.seats.items():
            if customer_id in self.customers:
                one = self.customers[customer_id]
                by_store[one.store_id].append(self._vacancy(one, seat, who))
        gets: Counter[object] = Counter()
        for store_id, vacancies in by_store.items():
            known = {each.other for each in vacancies} - {None}
            near = [
                replace(one, held=one.held + gets[key])
                for key, one in self._receivers.items()
                if key in known or self._is_near(self.people[key], store_id)
            ]
            for found in rules.suggest(vacancies, near, self.draft.on, self._policy):
                if found.receiver is not None and not found.was_backup:
                    gets[found.receiver.key] += 1
                yield found

    def _is_near(self, employee: Employee, store_id: uuid.UUID | None) -> bool:
        is_everywhere = employee.store_id is None or scope_of(employee.role) is Scope.ALL
        is_named = employee.user_id in self.draft.to_ids
        home = self.department_of(self.draft.from_id)
        is_same = bool(home) and employee.profile.department == home
        is_near = store_id is None or employee.store_id == store_id
        return is_near or is_everywhere or is_named or is_same

    def _vacancy(self, one: GivenCustomer, seat: Seat, who: uuid.UUID | None) -> Vacancy:
        return Vacancy(
            customer=one.id,
            seat=seat,
            klass=one.klass,
            value=one.value,
            department=self.department_of(who),
            district=one.district,
            other=self.other(one.id, seat),
        )

    def line(self, found: Suggestion, currency: str) -> ProposedLine:
        """A suggestion with the customer and what goes over with it."""
        vacancy = found.vacancy
        key = charge_book.as_key(vacancy.customer)
        assert key is not None  # noqa: S101  (the board made the vacancy)
        one, seat = self.customers[key], vacancy.seat
        is_given = (key, seat) in self.seats
        holder = self.seats[key, seat] if is_given else self.other(key, Seat.PRIMARY)
        is_first = is_given and (seat is Seat.PRIMARY or (key, Seat.PRIMARY) not in self.seats)
        counts = {name: self._counts[name][key] if is_first else 0 for name in KINDS}
        receiver = found.receiver
        return ProposedLine(
            customer_id=key,
            number=one.number,
            name=one.name,
            klass=one.klass,
            value=one.value,
            currency=currency,
            seat=seat,
            holder_id=holder,
            holder="" if holder is None else self.people[holder].name,
            to_id=None if receiver is None else charge_book.as_key(receiver.key),
            to_name="" if receiver is None else receiver.name,
            why=suggestion_sentence(found),
            is_cross=found.is_cross,
            was_backup=found.was_backup,
            refusal=found.refusal,
            to_tidy=self._to_tidy(one),
            cases=counts["cases"],
            visits=counts["visits"],
            promises=counts["promises"] + counts["complaints"] + counts["recoveries"],
            tasks=counts["tasks"],
            renewals=counts["renewals"],
        )

    def _to_tidy(self, one: GivenCustomer) -> tuple[Tidy, ...]:
        facts = RecordFacts(
            kind=one.kind,
            phone=one.phone,
            address=one.address,
            district=one.district,
            shared_phone=one.shared,
            contacts=one.contacts,
            cases_without_step=self.work.idle[one.id],
            is_stopped=one.is_stopped,
        )
        return to_tidy(facts, by_district=self._by_district)

    def is_givers(self, row: Goes) -> bool:
        """Whether somebody has a row whose work goes over."""
        return row.owner_id is not None and row.owner_id == self.giver_of(row.customer_id)

    def _counted(self, name: str) -> Counter[uuid.UUID]:
        rows: Collection[Goes] = getattr(self.work, name)
        return Counter(row.customer_id for row in rows if self.is_givers(row))
