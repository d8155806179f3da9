"""Who may do what with cases, contacts, signals and what was learnt from cases."""

import datetime as dt
from types import ModuleType

import pytest

from db.models import Case, DefectionSignal
from db.queries.cases import CaseFilter
from db.queries.signals import SignalFilter
from db.queries.visits import VisitFilter
from db.session import Actor, Session
from db.vocabulary import AttemptResult, CaseStage, Channel, Outcome, ReasonLayer, Role, RuleKind
from desktop_app.domain.cases import CaseDraft, CloseDraft, OpenDraft, ReopenDraft
from desktop_app.domain.contact_rules import ContactPolicy
from desktop_app.domain.contacts import AttemptDraft, WrapUpDraft
from desktop_app.domain.exit_registration import ExitDraft
from desktop_app.domain.reasons import ReasonDraft, WhyChainDraft
from desktop_app.services import (
    assignment,
    calls,
    case_reviews,
    cases,
    contact_permission,
    contacts,
    exit_registration,
    outcome_settings,
    triage,
    watch,
)
from desktop_app.services.case_reviews import ReviewDraft
from desktop_app.services.outcome_settings import OutcomeSettings
from tests import factories
from tests.services import rights
from tests.services.rights import (
    AGENTS,
    DECIDERS,
    EVERYBODY,
    GOERS,
    OFFICE,
    TODAY,
    WORKERS,
    Entry,
    Filled,
    Prepared,
    numbers,
)
from tests.services.rights_ground import (
    PLAN,
    TOMORROW,
    closed,
    finished,
    fresh,
    nothing,
    own,
    visited,
)

MODULES: tuple[ModuleType, ...] = (
    cases, contacts, contact_permission, calls, triage, watch, case_reviews, exit_registration,
    outcome_settings,
)  # fmt: skip
PLAIN = {
    "cases.next_case_numbers", "cases.note_of", "cases.standing_hits",
    "contact_permission.as_json", "contact_permission.contacts_of",
    "contact_permission.first_day", "contact_permission.known_of", "contact_permission.read",
    "contact_permission.verdict", "triage.next_case_numbers", "watch.history_line",
    "watch.next_case_numbers",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("fixed_time")


WRAPPED = WrapUpDraft(
    attempt=AttemptDraft(
        channel=Channel.CALL,
        result=AttemptResult.REACHED,
        at=dt.datetime(2026, 9, 15, 2, tzinfo=dt.UTC),
    )
)


def looked_back(session: Session, user: Actor) -> Prepared:
    found = closed(session, user)
    case_reviews.save(session, found["case_id"], ReviewDraft(lesson="x"))
    return found


def held(session: Session, user: Actor) -> Prepared:
    customer = factories.add_customer(
        session, store_id=user.store_id, owner_id=user.user_id, malicious_arrears=True
    )
    return {"case_id": factories.open_case(session, customer)}


def signalled(session: Session, user: Actor) -> Prepared:
    found = nothing(session, user)
    signal = DefectionSignal(
        customer_id=found["customer"],
        kind=RuleKind.LAPSING,
        as_of=TODAY,
        sentence_zh="",
        sentence_en="",
    )
    session.add(signal)
    session.flush()
    return found | {"signal": signal.id}


REASON = ReasonDraft(layer=ReasonLayer.STATED, reason="unknown_other")


READING: dict[str, Entry] = {
    "cases.count_cases": (EVERYBODY, own, lambda s, _p: cases.count_cases(s, CaseFilter())),
    "cases.list_cases": (EVERYBODY, own, lambda s, _p: cases.list_cases(s, CaseFilter())),
    "cases.count_by_stage": (EVERYBODY, own, lambda s, _p: cases.count_by_stage(s, CaseFilter())),
    "cases.case_file": (EVERYBODY, own, lambda s, p: cases.case_file(s, p["case_id"])),
    "cases.find": (EVERYBODY, own, lambda s, _p: cases.find(s, "2026-00001")),
    "cases.timeline": (EVERYBODY, own, lambda s, p: cases.timeline(s, p["case_id"])),
    "contacts.propose": (
        EVERYBODY,
        own,
        lambda s, p: contacts.propose(s, p["case_id"], AttemptResult.REACHED, TODAY),
    ),
    "contacts.list_visits": (
        EVERYBODY,
        visited,
        lambda s, _p: contacts.list_visits(s, VisitFilter()),
    ),
    "contacts.count_visits": (
        EVERYBODY,
        visited,
        lambda s, _p: contacts.count_visits(s, VisitFilter()),
    ),
    "contact_permission.may_contact": (
        EVERYBODY,
        nothing,
        lambda s, p: contact_permission.may_contact(s, p["customer"], TOMORROW, Channel.CALL),
    ),
    "contact_permission.policy": (EVERYBODY, nothing, lambda s, _p: contact_permission.policy(s)),
    "triage.count_signals": (
        EVERYBODY,
        nothing,
        lambda s, _p: triage.count_signals(s, SignalFilter()),
    ),
    "triage.list_signals": (
        EVERYBODY,
        nothing,
        lambda s, _p: triage.list_signals(s, SignalFilter()),
    ),
    "triage.count_by_kind": (
        EVERYBODY,
        nothing,
        lambda s, _p: triage.count_by_kind(s, SignalFilter()),
    ),
    "triage.waiting_ids": (EVERYBODY, nothing, lambda s, _p: triage.waiting_ids(s)),
    "watch.judge_all": (DECIDERS, closed, lambda s, _p: watch.judge_all(s)),
    "watch.saved": (
        WORKERS,
        own,
        lambda s, p: watch.saved(s, s.get_one(Case, p["case_id"])),
    ),
    "watch.earlier_saves": (
        WORKERS | {Role.HEAD_OFFICE},
        closed,
        lambda s, _p: watch.earlier_saves(s, []),
    ),
    "watch.look": (EVERYBODY, own, lambda s, p: watch.look(s, p["case_id"])),
    "watch.ends_on": (EVERYBODY, own, lambda s, p: watch.ends_on(s, p["case_id"])),
    "case_reviews.due": (EVERYBODY, closed, lambda s, _p: case_reviews.due(s)),
    "case_reviews.count": (EVERYBODY, closed, lambda s, _p: case_reviews.count(s)),
    "case_reviews.load": (EVERYBODY, closed, lambda s, p: case_reviews.load(s, p["case_id"])),
    "case_reviews.cost_of_loss": (
        EVERYBODY,
        own,
        lambda s, p: case_reviews.cost_of_loss(s, p["case_id"]),
    ),
    "exit_registration.standing": (
        EVERYBODY,
        nothing,
        lambda s, p: exit_registration.standing(s, p["customer"]),
    ),
    "exit_registration.of_case": (
        EVERYBODY,
        own,
        lambda s, p: exit_registration.of_case(s, p["case_id"]),
    ),
    "exit_registration.of_customer": (
        EVERYBODY,
        nothing,
        lambda s, p: exit_registration.of_customer(s, p["customer"]),
    ),
    "outcome_settings.read": (EVERYBODY, nothing, lambda s, _p: outcome_settings.read(s)),
}

WRITING: dict[str, Entry] = {
    "cases.open_case": (
        WORKERS | {Role.HEAD_OFFICE},
        nothing,
        lambda s, p: cases.open_case(s, p["customer"], OpenDraft(kind=RuleKind.LAPSING)),
    ),
    "cases.assign": (DECIDERS, fresh, lambda s, p: cases.assign(s, [p["case_id"]], p["agent"])),
    "cases.take": (AGENTS, fresh, lambda s, p: cases.take(s, p["case_id"])),
    "cases.override_screening": (
        DECIDERS,
        held,
        lambda s, p: cases.override_screening(s, p["case_id"], "x"),
    ),
    "cases.move": (WORKERS, own, lambda s, p: cases.move(s, p["case_id"], CaseStage.CONTACTING)),
    "cases.change": (
        WORKERS,
        own,
        lambda s, p: cases.change(s, p["case_id"], p["version"], CaseDraft(competitor="x")),
    ),
    "cases.add_note": (WORKERS, own, lambda s, p: cases.add_note(s, p["case_id"], "x")),
    "cases.set_reason": (WORKERS, own, lambda s, p: cases.set_reason(s, p["case_id"], REASON)),
    "cases.clear_reason": (
        WORKERS,
        finished,
        lambda s, p: cases.clear_reason(s, p["case_id"], ReasonLayer.STATED),
    ),
    "cases.set_why_chain": (
        WORKERS,
        own,
        lambda s, p: cases.set_why_chain(s, p["case_id"], WhyChainDraft()),
    ),
    "cases.close": (
        WORKERS,
        own,
        lambda s, p: cases.close(s, p["case_id"], CloseDraft(outcome=Outcome.DUPLICATE)),
    ),
    "cases.reopen": (
        AGENTS | {Role.HEAD_OFFICE},
        closed,
        lambda s, p: cases.reopen(s, p["case_id"], ReopenDraft(stage=CaseStage.ASSIGNED, note="x")),
    ),
    "cases.shown_notes": (
        EVERYBODY,
        own,
        lambda s, p: assignment.shown_notes(s, {p["case_id"]: ""}),
    ),
    "contacts.log_attempt": (WORKERS, own, lambda s, p: factories.attempt(s, p["case_id"])),
    "contacts.plan_visit": (
        WORKERS,
        own,
        lambda s, p: contacts.plan_visit(s, p["case_id"], p["customer"], PLAN),
    ),
    "contacts.finish_visit": (
        GOERS,
        visited,
        lambda s, p: contacts.finish_visit(s, p["visit"], TODAY),
    ),
    "contacts.cancel_visit": (GOERS, visited, lambda s, p: contacts.cancel_visit(s, p["visit"])),
    "contacts.proposals": (
        EVERYBODY,
        own,
        lambda s, p: contacts.proposals(s, p["case_id"], TODAY),
    ),
    "contact_permission.change_policy": (
        OFFICE,
        nothing,
        lambda s, _p: contact_permission.change_policy(s, ContactPolicy(short_days=6)),
    ),
    "calls.before": (EVERYBODY, own, lambda s, p: calls.before(s, p["case_id"])),
    "calls.dial": (WORKERS, fresh, lambda s, p: calls.dial(s, p["customer"])),
    "calls.copy_number": (WORKERS, fresh, lambda s, p: calls.copy_number(s, p["customer"])),
    "calls.cancel_request": (
        WORKERS | {Role.HEAD_OFFICE},
        fresh,
        lambda s, p: calls.cancel_request(s, p["customer"]),
    ),
    "calls.wrap_up": (WORKERS, own, lambda s, p: calls.wrap_up(s, p["case_id"], WRAPPED)),
    "triage.accept": (
        AGENTS | {Role.HEAD_OFFICE},
        signalled,
        lambda s, p: triage.accept(s, [p["signal"]]),
    ),
    "triage.dismiss": (
        AGENTS | {Role.HEAD_OFFICE},
        signalled,
        lambda s, p: triage.dismiss(s, [p["signal"]], "x"),
    ),
    "triage.snooze": (
        AGENTS | {Role.HEAD_OFFICE},
        signalled,
        lambda s, p: triage.snooze(s, [p["signal"]], TODAY + dt.timedelta(days=1)),
    ),
    "triage.wake": (EVERYBODY, nothing, lambda s, _p: triage.wake(s, TODAY)),
    "triage.begin_day": (EVERYBODY, nothing, lambda s, _p: triage.begin_day(s, TODAY)),
    "case_reviews.decide": (
        DECIDERS,
        looked_back,
        lambda s, p: case_reviews.decide(s, p["case_id"], f"x{next(numbers)}"),
    ),
    "case_reviews.save": (
        WORKERS,
        closed,
        lambda s, p: case_reviews.save(s, p["case_id"], ReviewDraft(lesson="x")),
    ),
    "exit_registration.register": (
        WORKERS,
        nothing,
        lambda s, p: exit_registration.register(s, p["customer"], ExitDraft()),
    ),
    "outcome_settings.change": (
        OFFICE,
        nothing,
        lambda s, _p: outcome_settings.change(
            s, OutcomeSettings(watch_days_a=next(numbers) % 700 + 1)
        ),
    ),
}


@pytest.mark.parametrize("service", [*READING, *WRITING])
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    filled_desk: Filled, service: str
) -> None:
    rights.check(filled_desk, service, READING, WRITING)


def test_that_every_public_service_is_in_the_matrix() -> None:
    assert rights.public(MODULES, with_taken=True) - PLAIN == rights.tried(READING, WRITING)
