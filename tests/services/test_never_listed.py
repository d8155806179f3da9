"""Who has died or wants no contact stands on no list by which people are called or visited.

Every service that gives rows about customers or cases is either such a list, and is asked here, or
stands among the others with the reason. A new one that is in neither fails.
"""

import collections.abc
import dataclasses
import datetime as dt
import importlib
import inspect
import pkgutil
import typing
import uuid
from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import select

from db.models import Case, Customer, User
from db.queries.customers import CustomerFilter
from db.queries.renewals import RenewalFilter
from db.queries.tasks import TaskFilter
from db.queries.visits import VisitFilter
from db.session import SYSTEM, Actor, Session
from db.vocabulary import CallbackFor, NextStep, Role, RuleKind, TaskKind, VisitState
from desktop_app import clock, labels, services
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.customers import CustomerDraft
from desktop_app.domain.promises import PromiseDraft, RecoveryDraft
from desktop_app.domain.queue_order import QueueKind
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.domain.tasks import TaskDraft
from desktop_app.errors import ConflictError, InvalidInputError
from desktop_app.services import (
    agenda,
    answer_exports,
    calls,
    cases,
    compliance,
    contacts,
    customers,
    day_packs,
    key_persons,
    orphans,
    pool,
    promises,
    queue,
    recovery,
    renewals,
    spreading,
    tasks,
    visits,
    work,
)
from desktop_app.services.agenda_board import AgendaFilter
from desktop_app.services.work import View
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

TODAY = dt.date(2026, 9, 15)
PHONE = "13812345678"
PLANNED = VisitFilter(states=frozenset({VisitState.PLANNED}))

Ids = set[uuid.UUID]
Ask = Callable[[Session, Mapping[uuid.UUID, uuid.UUID]], Ids]
"""Asks a list; gives the customers it names. Gets the customer of every case."""


def of_cases(
    found: collections.abc.Iterable[uuid.UUID | None], of: Mapping[uuid.UUID, uuid.UUID]
) -> Ids:
    return {of[key] for key in found if key is not None}


def unmasked(rows: list[typing.Any]) -> Ids:
    return {row.id for row in rows if row.phone and row.phone != labels.masked_phone(row.phone)}


DAYS = AgendaFilter(TODAY - dt.timedelta(days=30), TODAY + dt.timedelta(days=30))

LISTS: dict[str, Ask] = {
    "agenda.items": lambda s, _of: {one.customer_id for one in agenda.items(s, DAYS)} - {None},
    "agenda.for_file": lambda s, _of: (
        {one.customer_id for one in agenda.for_file(s, DAYS)} - {None}
    ),
    "compliance.duties_of": lambda s, _of: {
        one.customer_id for one in compliance.duties_of(s, None, TODAY, DAYS.last)
    },
    "day_packs.contacts_of_day": lambda s, _of: {
        row.customer_id
        for user_id in s.scalars(select(User.id)).all()
        for row in day_packs.contacts_of_day(s, user_id, TODAY)
    },
    "orphans.list_orphans": lambda s, _of: {
        one.customer_id for one in orphans.list_orphans(s, orphans.OrphanFilter())
    },
    "key_persons.list_at_risk": lambda s, _of: {
        one.customer_id
        for one in key_persons.list_at_risk(s, key_persons.RiskFilter(short_too=True))
    },
    "queue.queue": lambda s, of: of_cases((one.case_id for one in queue.queue(s)), of),
    "queue.standing": lambda s, of: of_cases(queue.standing(s, list(of)), of),
    "work.lines": lambda s, of: of_cases(
        (one.case_id for one in work.lines(s, View(everybody=True))), of
    ),
    "visits.list_visits": lambda s, _of: {
        one.customer_id for one in visits.list_visits(s, PLANNED)
    },
    "pool.recycling": lambda s, of: of_cases(
        (one.case.id for one in pool.recycling(s, TODAY + dt.timedelta(days=200))), of
    ),
    "recovery.late_steps": lambda s, of: of_cases(
        (one.case_id for one in recovery.late_steps(s)), of
    ),
    "renewals.list_renewals": lambda s, _of: {
        one.customer_id for one in renewals.list_renewals(s, RenewalFilter())
    },
    "tasks.list_tasks": lambda s, _of: {
        one.customer_id for one in tasks.list_tasks(s, TaskFilter()) if one.customer_id
    },
    "tasks.open_of": lambda s, _of: {
        one.customer_id
        for user in s.scalars(select(User.id))
        for one in tasks.open_of(s, user)
        if one.customer_id
    },
    "customers.export_customers": lambda s, _of: unmasked(
        customers.export_customers(s, CustomerFilter(), None, 0, 1000)
    ),
}
"""Services by which people are called, visited or written to, each asked as who sees everything."""

MARKED = "the record of the customer or case itself, marked, not whom to call"
BY_RECORD = "what belongs to one case or customer that is open already"
OWED = "what was promised or complained about: owed, and kept without a call"
READ = "work on what was said before; nobody is called"
REMINDED = "of one person; `test_reminders` asks it about who may not be contacted"
OTHERS: dict[str, str] = {
    "cadence.list_overrides": MARKED,
    "charge_book.in_charge": "who is in charge of customers that were asked for",
    "charge_book.open_holdings": "who is in charge of customers that were asked for",
    "charges.list_holdings": MARKED,
    "charges.rotations_due": "who is to give a customer to somebody else; leaves them out",
    "employee_exits.drafts": "keys of users",
    "handovers.lines": MARKED,
    "handovers.waiting_for": "customers to accept or decline, also of who is only to be closed",
    "staff_profiles.all_profiles": "keys of users",
    "staff_profiles.days_away": "keys of users",
    "staff_profiles.functions_of": "keys of users",
    "assignment.examine": "whom the screening holds back, and why",
    "assignment.shown_notes": "what the screening found, in words, of cases that were asked for",
    "attachments.rows_of_case": BY_RECORD,
    "attachments.rows_of_interview": BY_RECORD,
    "attachments.rows_of_visit": BY_RECORD,
    "case_reviews.due": READ,
    "cases.list_cases": MARKED,
    "coding.queue": READ,
    "complaints.find": OWED,
    "complaints.list_complaints": OWED,
    "complaints.overdue": OWED,
    "customers.card": BY_RECORD,
    "customers.list_customers": MARKED,
    "customers.search": MARKED,
    "exit_registration.of_case": BY_RECORD,
    "exit_registration.of_customer": BY_RECORD,
    "imports.known_customers": "keys of the customers that a file names",
    "interviews.list_interviews": READ,
    "offer_approvals.answered": READ,
    "offer_approvals.waiting": "offers to decide about; a yes is refused where nothing is offered",
    "promises.chased_often": OWED,
    "promises.find": OWED,
    "promises.list_promises": OWED,
    "promises.overdue": OWED,
    "quality.flags": READ,
    "reasons.split": "keys of reasons",
    "recovery.find": BY_RECORD,
    "reminders.due_now": REMINDED,
    "reminders.inbox": REMINDED,
    "reminders.of_actor": REMINDED,
    "recovery.of_case": BY_RECORD,
    "recovery.of_customer": BY_RECORD,
    "script_start.end": BY_RECORD,
    "triage.list_signals": "departures to decide about; the screening holds their cases back",
    "triage.waiting_ids": "departures to decide about; the screening holds their cases back",
    "visit_view.fields_of": "questions of a visit",
    "visit_view.goers": "keys of users",
    "watch.earlier_saves": BY_RECORD,
    "win_back.steps_done": BY_RECORD,
    "visit_view.none_asked": "reasons for customers that were asked for",
}
"""The other services with rows about customers or cases, and why they may name everybody."""

_ABOUT_CUSTOMERS = frozenset(
    {"customer", "customer_id", "customer_number", "case_id", "case_number", "phone"}
)
_MANY = (
    list, tuple, dict, set, frozenset, collections.abc.Mapping, collections.abc.Sequence,
    collections.abc.Iterator, collections.abc.Iterable, collections.abc.Collection,
)  # fmt: skip


def is_about_customers(kind: object) -> bool:
    """Whether a type names customers or cases, itself or in what it is made of."""
    if kind is uuid.UUID:
        return True
    if args := typing.get_args(kind):
        return any(is_about_customers(one) for one in args)
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
        return False
    names = {one.name for one in dataclasses.fields(kind)}
    parts = [one for one in typing.get_type_hints(kind).values() if one is not uuid.UUID]
    nested = [one for one in parts if isinstance(one, type)]
    return bool(names & _ABOUT_CUSTOMERS) or any(is_about_customers(one) for one in nested)


def gives_rows(function: Callable[..., object]) -> bool:
    """Whether a function gives many things about customers or cases."""
    kind = typing.get_type_hints(function).get("return")
    return typing.get_origin(kind) in _MANY and is_about_customers(kind)


def services_with_rows() -> set[str]:
    found = set()
    for each in pkgutil.iter_modules(services.__path__):
        module = importlib.import_module(f"desktop_app.services.{each.name}")
        for name, value in vars(module).items():
            is_own = inspect.isfunction(value) and value.__module__ == module.__name__
            if not is_own or name.startswith("_"):
                continue
            if "session" in inspect.signature(value).parameters and gives_rows(value):
                found.add(f"{each.name}.{name}")
    return found


def test_that_every_service_with_rows_about_customers_is_known() -> None:
    assert services_with_rows() == LISTS.keys() | OTHERS.keys()
    assert not LISTS.keys() & OTHERS.keys()


def test_that_a_new_list_would_be_found() -> None:
    def new_list(session: Session) -> list[queue.QueueLine]:
        raise NotImplementedError

    def numbers(session: Session) -> list[int]:
        raise NotImplementedError

    assert gives_rows(new_list)
    assert not gives_rows(numbers)


# The lists themselves ----------------------------------------------------------------------------


class Town:
    """Customers who have everything that could bring them onto a list."""

    def __init__(self, desk: Desk, agent: Actor) -> None:
        self.desk, self.agent = desk, agent
        self.alive = self.add("活着")
        self.stopped = {
            "died, told by the form": self.add("逝者", is_deceased=True),
            "refused, told by the form": self.add("拒者", do_not_contact=True),
            "died, told by nobody": self.add("逝者二"),
            "refused, told by nobody": self.add("拒者二"),
        }
        rows = {"died, told by nobody": "is_deceased", "refused, told by nobody": "do_not_contact"}
        for who, column in rows.items():
            desk.do(SYSTEM, factories.change_customer, self.stopped[who], **{column: True})
        found = desk.look(SYSTEM, lambda s: s.execute(select(Case.id, Case.customer_id)).all())
        self.customer_of = {row[0]: row[1] for row in found}

    def add(self, name: str, **marks: bool) -> uuid.UUID:
        """A customer with three cases, a callback, a visit, a promise, a recovery; marked last."""
        desk, agent = self.desk, self.agent
        near = {"store_id": agent.store_id}
        customer = desk.do(SYSTEM, factories.add_customer, name=name, phone=PHONE, **near)
        held, called, visited = (
            desk.do(SYSTEM, factories.assigned_case, agent.user_id, customer_id=customer, kind=kind)
            for kind in (RuleKind.LAPSING, RuleKind.CANCEL_REQUEST, RuleKind.VALUE_DOWNGRADE)
        )
        desk.do(SYSTEM, factories.open_case, customer, RuleKind.PRODUCT_LINE_STOP)
        moment = clock.now() + dt.timedelta(hours=2)
        desk.do(agent, pool.set_callback, called, moment, CallbackFor.ANYONE)
        desk.do(agent, contacts.plan_visit, visited, customer, VisitDraft(planned_on=TODAY))
        draft = PromiseDraft(words="x", made_on=TODAY, due_on=TODAY)
        desk.do(agent, promises.register, customer, draft, visited)
        desk.do(agent, recovery.begin, held, RecoveryDraft())
        desk.do(agent, renewals.add, customer, RenewalDraft(product="x", expires_on=TODAY))
        talk = TaskDraft(
            kind=TaskKind.UPGRADE_TALK,
            words="x",
            owner_id=agent.user_id,
            due_on=TODAY,
            customer_id=customer,
        )
        desk.do(agent, tasks.add, talk)
        if marks:
            desk.do(agent, self.mark, customer, marks)
        return customer

    @staticmethod
    def mark(session: Session, customer_id: uuid.UUID, marks: Mapping[str, bool]) -> None:
        record = session.get_one(Customer, customer_id)
        known = {name: getattr(record, name) for name in CustomerDraft.model_fields}
        draft = CustomerDraft.model_validate(known | marks)
        customers.change(session, customer_id, record.version, draft)

    def cases_of(self, customer: uuid.UUID) -> list[uuid.UUID]:
        return [key for key, owner in self.customer_of.items() if owner == customer]


@pytest.fixture
def town(desk: Desk, agent: Actor, fixed_time) -> Town:
    made = Town(desk, agent)
    fixed_time.shift(dt.timedelta(days=7))
    return made


def test_that_no_list_names_who_may_not_be_contacted(
    desk: Desk, actors: dict[Role, Actor], town: Town
) -> None:
    for role in (Role.ADMINISTRATOR, Role.STORE_MANAGER):
        for name, ask in LISTS.items():
            found = desk.look(actors[role], ask, town.customer_of)
            assert found == {town.alive}, (role, name)
    own = desk.look(town.agent, lambda s: queue.queue(s, agent=town.agent.user_id))
    assert {line.customer_id for line in own} == {town.alive}
    lines = desk.look(town.agent, work.lines)
    assert {line.customer_id for line in lines} == {town.alive}
    counted = desk.look(actors[Role.ADMINISTRATOR], queue.tallies)
    assert sum(one.count for one in counted.values()) == len(town.cases_of(town.alive))
    in_all = desk.look(SYSTEM, lambda s: work.counts(s, everybody=True)).of()
    assert in_all.count == len(desk.look(SYSTEM, work.lines, View(everybody=True)))


def test_that_their_cases_stand_to_be_closed_without_a_phone_and_with_no_other_step(
    desk: Desk, actors: dict[Role, Actor], town: Town
) -> None:
    stopped = {one for each in town.stopped.values() for one in town.cases_of(each)}
    wanted = View(section=work.Section.TO_CLOSE)
    for role in (Role.ADMINISTRATOR, Role.STORE_MANAGER):
        lines = desk.look(actors[role], work.lines, wanted)
        assert {line.case_id for line in lines} == stopped
        assert {(line.phone, line.step) for line in lines} == {("", NextStep.CLOSE)}
        assert {line.visit_id or line.callback_at or line.due for line in lines} == {None}
        counted = desk.look(actors[role], work.counts)
        assert counted.of(section=work.Section.TO_CLOSE).count == len(stopped)
    own = {key for key in stopped if not is_free(desk, key)}
    assert {line.case_id for line in desk.look(town.agent, work.lines, wanted)} == own
    for line in desk.look(town.agent, work.lines, wanted):
        assert line.place is QueueKind.OWN
        assert line.reasons[-1] == "No contact any more: close the case."


def test_that_nobody_is_given_a_case_whose_customer_may_not_be_contacted(
    desk: Desk, agent: Actor, town: Town
) -> None:
    other = desk.do(SYSTEM, factories.add_user, Role.AGENT, agent.store_id)
    everything = list(town.customer_of)
    living = len(town.cases_of(town.alive))
    plan = desk.look(
        SYSTEM, lambda s: spreading.plan(s, everything, [other.user_id], with_owned=True)
    )
    assert len(plan.screened) == len(everything) - living
    result = desk.do(SYSTEM, cases.assign, everything, other.user_id)
    assert result.assigned == living
    assert {town.customer_of[one.case_id] for one in result.screened} == set(town.stopped.values())
    for customer in town.stopped.values():
        free = next(key for key in town.cases_of(customer) if is_free(desk, key))
        assert desk.do(agent, pool.claim, free).assigned == 0


def is_free(desk: Desk, case_id: uuid.UUID) -> bool:
    return desk.look(SYSTEM, lambda s: s.get_one(Case, case_id).owner_id is None)


def test_that_nothing_is_planned_dialled_or_printed_for_them(
    desk: Desk, agent: Actor, town: Town
) -> None:
    tomorrow = clock.now() + dt.timedelta(days=1)
    for customer in town.stopped.values():
        held = next(key for key in town.cases_of(customer) if not is_free(desk, key))
        assert desk.do(agent, calls.dial, customer, anyway=True).digits == ""
        with pytest.raises(ConflictError, match="not to be contacted"):
            desk.look(agent, answer_exports.paper_subject, None, held)
        with pytest.raises(InvalidInputError, match="not to be contacted"):
            desk.do(agent, pool.set_callback, held, tomorrow, CallbackFor.ME)
        with pytest.raises(InvalidInputError, match="not to be contacted"):
            draft = VisitDraft(planned_on=TODAY + dt.timedelta(days=9))
            desk.do(agent, contacts.plan_visit, held, customer, draft)
    assert desk.do(agent, calls.dial, town.alive, anyway=True).digits == PHONE
    mine = town.cases_of(town.alive)
    assert desk.look(agent, answer_exports.paper_subject, None, mine[0]).customer == "活着"


def test_that_a_broken_promise_to_them_starts_no_recovery(desk: Desk, town: Town) -> None:
    assert desk.do(SYSTEM, recovery.begin_for_broken_promises) == 1


def test_that_their_cases_stand_in_the_list_of_cases_only(desk: Desk, town: Town) -> None:
    rows = desk.look(SYSTEM, cases.list_cases, cases.CaseFilter(open_only=True))
    assert {row.customer_id for row in rows} == {town.alive, *town.stopped.values()}
    told = [town.stopped[who] for who in town.stopped if who.endswith("by the form")]
    steps = {row.next_step for row in rows if row.customer_id in told}
    assert steps <= {None, NextStep.REMEDY, NextStep.CLOSE}
