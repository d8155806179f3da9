"""Who may do what, service by service and role by role, and whose cases each role sees."""

import dataclasses
import datetime as dt
import itertools
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from db.models import Case, DefectionSignal, SavedView
from db.queries.cases import CaseFilter
from db.queries.customer_card import OrderFilter
from db.queries.customers import CustomerFilter
from db.queries.interviews import InterviewFilter
from db.queries.journal import ChangeSetFilter
from db.queries.scope import Reach, Visible
from db.queries.signals import SignalFilter
from db.queries.visits import VisitFilter
from db.session import SYSTEM, Actor, Session
from db.vocabulary import (
    AttemptResult,
    CaseStage,
    ChangeKind,
    Outcome,
    ReasonLayer,
    Role,
    RuleKind,
)
from desktop_app.domain.cases import CaseDraft, CloseDraft, OpenDraft, ReopenDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.customers import ContactDraft, CustomerDraft
from desktop_app.domain.permissions import Action
from desktop_app.domain.reasons import ReasonDraft, WhyChainDraft
from desktop_app.errors import NotAllowedError
from desktop_app.services import (
    access,
    cases,
    contacts,
    customers,
    drafts,
    history,
    interviews,
    triage,
    views,
    work,
)
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
MODULES = (cases, contacts, customers, drafts, history, interviews, triage, views, work)
_numbers = itertools.count(1)
PLAN = VisitDraft(planned_on=TODAY)

pytestmark = pytest.mark.usefixtures("fixed_time")

# Written by hand from the product's roles, not from the program's table.
EVERYBODY = frozenset(Role)
MANAGERS = frozenset({Role.STORE_MANAGER, Role.DEPT_MANAGER, Role.ADMINISTRATOR})
AGENTS = MANAGERS | {Role.AGENT}
WORKERS = AGENTS | {Role.FIELD_STAFF}
DECIDERS = MANAGERS | {Role.HEAD_OFFICE}

Prepared = dict[str, Any]


def fresh(session: Session, user: Actor) -> Prepared:
    """A case the user opened that nobody works on."""
    customer = factories.add_customer(session, store_id=user.store_id, owner_id=user.user_id)
    return {"case_id": factories.open_case(session, customer), "customer": customer}


def own(session: Session, user: Actor) -> Prepared:
    """A case that belongs to the user, whatever the role is."""
    found = fresh(session, user)
    cases.move(session, found["case_id"], CaseStage.SCREENED)
    case = session.get_one(Case, found["case_id"])
    assert case.owner_id is None
    case.owner_id, case.stage = user.user_id, CaseStage.ASSIGNED
    session.flush()
    return found | {"version": case.version}


def visited(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    return found | {"visit": contacts.plan_visit(session, None, found["customer"], PLAN)}


def interviewed(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    run = interviews.start(session, found["case_id"])
    for code, value in (("what_happened", "话"), ("stated_reason", "unknown_other")):
        interviews.save_answer(session, run, code, {"value": value})
    return found | {"run": run}


def finished(session: Session, user: Actor) -> Prepared:
    found = interviewed(session, user)
    interviews.finish(session, found["run"])
    return found


def closed(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    cases.close(session, found["case_id"], CloseDraft(outcome=Outcome.DUPLICATE))
    return found


def held(session: Session, user: Actor) -> Prepared:
    customer = factories.add_customer(
        session, store_id=user.store_id, owner_id=user.user_id, malicious_arrears=True
    )
    return {"case_id": factories.open_case(session, customer)}


def nothing(session: Session, user: Actor) -> Prepared:
    columns = {"store_id": user.store_id, "owner_id": user.user_id}
    number = f"M{next(_numbers):05d}"
    return {
        "number": number,
        "customer": factories.add_customer(session, number, phone="13812348000", **columns),
    }


def talked_to(session: Session, user: Actor) -> Prepared:
    found = nothing(session, user)
    contact = customers.add_contact(session, found["customer"], ContactDraft(name="甲"))
    return found | {"contact": contact}


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


def viewed(session: Session, user: Actor) -> Prepared:
    factories.name(session)
    view = SavedView(page="cases", name="x", user_id=user.user_id, criteria={})
    session.add(view)
    session.flush()
    return {"view": view.id}


Call = Callable[[Session, Prepared], object]

REASON = ReasonDraft(layer=ReasonLayer.STATED, reason="unknown_other")

MATRIX: dict[str, tuple[frozenset[Role], Callable[[Session, Actor], Prepared], Call]] = {
    "open": (
        WORKERS | {Role.HEAD_OFFICE},
        nothing,
        lambda s, p: cases.open_case(s, p["customer"], OpenDraft(kind=RuleKind.LAPSING)),
    ),
    "assign": (DECIDERS, fresh, lambda s, p: cases.assign(s, [p["case_id"]], p["agent"])),
    "take": (AGENTS, fresh, lambda s, p: cases.take(s, p["case_id"])),
    "override": (DECIDERS, held, lambda s, p: cases.override_screening(s, p["case_id"], "x")),
    "move": (WORKERS, own, lambda s, p: cases.move(s, p["case_id"], CaseStage.CONTACTING)),
    "change": (
        WORKERS,
        own,
        lambda s, p: cases.change(s, p["case_id"], p["version"], CaseDraft(competitor="x")),
    ),
    "note": (WORKERS, own, lambda s, p: cases.add_note(s, p["case_id"], "x")),
    "reason": (WORKERS, own, lambda s, p: cases.set_reason(s, p["case_id"], REASON)),
    "clear reason": (
        WORKERS,
        finished,
        lambda s, p: cases.clear_reason(s, p["case_id"], ReasonLayer.STATED),
    ),
    "why": (WORKERS, own, lambda s, p: cases.set_why_chain(s, p["case_id"], WhyChainDraft())),
    "close": (
        WORKERS,
        own,
        lambda s, p: cases.close(s, p["case_id"], CloseDraft(outcome=Outcome.DUPLICATE)),
    ),
    "reopen": (
        AGENTS | {Role.HEAD_OFFICE},
        closed,
        lambda s, p: cases.reopen(s, p["case_id"], ReopenDraft(stage=CaseStage.ASSIGNED, note="x")),
    ),
    "attempt": (WORKERS, own, lambda s, p: factories.attempt(s, p["case_id"])),
    "plan visit": (
        WORKERS,
        own,
        lambda s, p: contacts.plan_visit(s, p["case_id"], p["customer"], PLAN),
    ),
    "finish visit": (WORKERS, visited, lambda s, p: contacts.finish_visit(s, p["visit"], TODAY)),
    "cancel visit": (WORKERS, visited, lambda s, p: contacts.cancel_visit(s, p["visit"])),
    "start interview": (WORKERS, own, lambda s, p: interviews.start(s, p["case_id"])),
    "answer": (
        WORKERS,
        interviewed,
        lambda s, p: interviews.save_answer(s, p["run"], "where_now", {"value": "x"}),
    ),
    "finish": (WORKERS, interviewed, lambda s, p: interviews.finish(s, p["run"])),
    "reopen interview": (WORKERS, finished, lambda s, p: interviews.reopen(s, p["run"])),
    "save draft": (
        EVERYBODY - {Role.AUDITOR},
        nothing,
        lambda s, _p: drafts.save_draft(s, "x", {}),
    ),
    "discard draft": (
        EVERYBODY - {Role.AUDITOR},
        nothing,
        lambda s, _p: drafts.discard_draft(s, "x"),
    ),
    "save view": (
        EVERYBODY - {Role.AUDITOR},
        nothing,
        lambda s, _p: views.save_view(s, "cases", "y", {}),
    ),
    "share view": (
        DECIDERS,
        nothing,
        lambda s, _p: views.save_view(s, "cases", "y", {}, shared=True),
    ),
    "remove view": (
        EVERYBODY - {Role.AUDITOR},
        viewed,
        lambda s, p: views.remove_view(s, p["view"]),
    ),
    "count cases": (EVERYBODY, own, lambda s, _p: cases.count_cases(s, CaseFilter())),
    "list cases": (EVERYBODY, own, lambda s, _p: cases.list_cases(s, CaseFilter())),
    "count by stage": (EVERYBODY, own, lambda s, _p: cases.count_by_stage(s, CaseFilter())),
    "case file": (EVERYBODY, own, lambda s, p: cases.case_file(s, p["case_id"])),
    "find": (EVERYBODY, own, lambda s, _p: cases.find(s, "2026-00001")),
    "propose": (
        EVERYBODY,
        own,
        lambda s, p: contacts.propose(s, p["case_id"], AttemptResult.REACHED, TODAY),
    ),
    "list visits": (EVERYBODY, visited, lambda s, _p: contacts.list_visits(s, VisitFilter())),
    "count visits": (EVERYBODY, visited, lambda s, _p: contacts.count_visits(s, VisitFilter())),
    "interview": (EVERYBODY, interviewed, lambda s, p: interviews.load(s, p["run"])),
    "list interviews": (
        EVERYBODY,
        own,
        lambda s, _p: interviews.list_interviews(s, InterviewFilter()),
    ),
    "count interviews": (
        EVERYBODY,
        own,
        lambda s, _p: interviews.count_interviews(s, InterviewFilter()),
    ),
    "today": (EVERYBODY, own, lambda s, _p: work.today(s, TODAY)),
    "later": (EVERYBODY, own, lambda s, _p: work.count_later(s, TODAY)),
    "look at the day": (EVERYBODY, own, lambda s, _p: work.look(s, TODAY, limit=5)),
    "count the day": (EVERYBODY, own, lambda s, _p: work.count(s, TODAY)),
    "load draft": (EVERYBODY, nothing, lambda s, _p: drafts.load_draft(s, "x")),
    "open drafts": (EVERYBODY, nothing, lambda s, _p: drafts.open_drafts(s)),
    "list views": (EVERYBODY, viewed, lambda s, _p: views.list_views(s, "cases")),
    "case timeline": (EVERYBODY, own, lambda s, p: cases.timeline(s, p["case_id"])),
    # customers
    "count customers": (
        EVERYBODY,
        nothing,
        lambda s, _p: customers.count_customers(s, CustomerFilter()),
    ),
    "list customers": (
        EVERYBODY,
        nothing,
        lambda s, _p: customers.list_customers(s, CustomerFilter(), None, 0, 5),
    ),
    "export customers": (
        MANAGERS,
        nothing,
        lambda s, _p: customers.export_customers(s, CustomerFilter(), None, 0, 5),
    ),
    "search": (EVERYBODY, nothing, lambda s, _p: customers.search(s, "8000")),
    "find customer": (EVERYBODY, nothing, lambda s, p: customers.find(s, p["number"])),
    "class sizes": (EVERYBODY, nothing, lambda s, _p: customers.class_sizes(s)),
    "card": (EVERYBODY, own, lambda s, p: customers.card(s, p["customer"])),
    "timeline": (EVERYBODY, nothing, lambda s, p: customers.timeline(s, p["customer"])),
    "count orders": (
        EVERYBODY,
        nothing,
        lambda s, p: customers.count_orders(s, OrderFilter(p["customer"])),
    ),
    "list orders": (
        EVERYBODY,
        nothing,
        lambda s, p: customers.list_orders(s, OrderFilter(p["customer"])),
    ),
    "reveal": (WORKERS, nothing, lambda s, p: customers.reveal_phone(s, p["customer"])),
    "reveal contact": (
        WORKERS,
        talked_to,
        lambda s, p: customers.reveal_contact_phone(s, p["contact"]),
    ),
    "create customer": (
        WORKERS,
        nothing,
        lambda s, _p: customers.create(s, CustomerDraft(name="x")),
    ),
    "change customer": (
        WORKERS,
        nothing,
        lambda s, p: customers.change(s, p["customer"], 1, CustomerDraft(name="y")),
    ),
    "change remark": (
        WORKERS,
        nothing,
        lambda s, p: customers.change_note(s, p["customer"], 1, "y"),
    ),
    "add contact": (
        WORKERS,
        nothing,
        lambda s, p: customers.add_contact(s, p["customer"], ContactDraft(name="乙")),
    ),
    "change contact": (
        WORKERS,
        talked_to,
        lambda s, p: customers.change_contact(s, p["contact"], 1, ContactDraft(name="乙")),
    ),
    "remove contact": (
        WORKERS,
        talked_to,
        lambda s, p: customers.remove_contact(s, p["contact"]),
    ),
    # signals
    "count signals": (EVERYBODY, nothing, lambda s, _p: triage.count_signals(s, SignalFilter())),
    "list signals": (EVERYBODY, nothing, lambda s, _p: triage.list_signals(s, SignalFilter())),
    "count by kind": (EVERYBODY, nothing, lambda s, _p: triage.count_by_kind(s, SignalFilter())),
    "waiting": (EVERYBODY, nothing, lambda s, _p: triage.waiting_ids(s)),
    "accept": (
        AGENTS | {Role.HEAD_OFFICE},
        signalled,
        lambda s, p: triage.accept(s, [p["signal"]]),
    ),
    "dismiss": (
        AGENTS | {Role.HEAD_OFFICE},
        signalled,
        lambda s, p: triage.dismiss(s, [p["signal"]], "x"),
    ),
    "snooze": (
        AGENTS | {Role.HEAD_OFFICE},
        signalled,
        lambda s, p: triage.snooze(s, [p["signal"]], TODAY + dt.timedelta(days=1)),
    ),
    "wake": (EVERYBODY, nothing, lambda s, _p: triage.wake(s, TODAY)),
    "begin the day": (EVERYBODY, nothing, lambda s, _p: triage.begin_day(s, TODAY)),
    # the journal
    "count changes": (
        EVERYBODY,
        nothing,
        lambda s, _p: history.count_change_sets(s, ChangeSetFilter()),
    ),
    "list changes": (
        EVERYBODY,
        nothing,
        lambda s, _p: history.list_change_sets(s, ChangeSetFilter(kind=ChangeKind.EDIT)),
    ),
    "changes of one": (
        DECIDERS | {Role.AUDITOR},
        nothing,
        lambda s, _p: history.changes_of(s, uuid.uuid4()),
    ),
    "find change": (EVERYBODY, nothing, lambda s, _p: history.find(s, None, "1")),
    "list imports": (EVERYBODY, nothing, lambda s, _p: history.list_imports(s, "", 0, 5)),
    "history of a record": (
        EVERYBODY,
        nothing,
        lambda s, p: history.record_history(s, "customer", p["customer"]),
    ),
}


READING = frozenset(
    {
        "count cases", "list cases", "count by stage", "case file", "find", "propose",
        "list visits", "count visits", "interview", "list interviews", "count interviews",
        "today", "later", "look at the day", "count the day", "load draft", "open drafts",
        "list views", "case timeline",
        "count customers", "list customers", "export customers", "search", "find customer",
        "class sizes", "card", "timeline", "count orders", "list orders", "count signals",
        "list signals", "count by kind", "waiting", "count changes", "list changes",
        "changes of one", "find change", "list imports", "history of a record",
    }
)  # fmt: skip


def prepare_all(
    session: Session,
    prepare: Callable[[Session, Actor], Prepared],
    actors: dict[Role, Actor],
) -> dict[Role, Prepared]:
    """Make everybody's own in their names but as administrators: only the role is in question."""
    found: dict[Role, Prepared] = {}
    for role, user in actors.items():
        session.info["actor"] = dataclasses.replace(user, role=Role.ADMINISTRATOR)
        found[role] = prepare(session, user) | {"agent": actors[Role.AGENT].user_id}
    return found


@pytest.mark.parametrize("service", MATRIX)
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    lasting_desk: Desk, lasting_actors: dict[Role, Actor], service: str
) -> None:
    desk, (may, prepare, call) = lasting_desk, MATRIX[service]
    prepared = desk.do(SYSTEM, prepare_all, prepare, lasting_actors)
    run = desk.look if service in READING else desk.do
    for role, user in lasting_actors.items():
        made = len(desk.made)
        if role in may:
            run(user, call, prepared[role])
        else:
            with pytest.raises(NotAllowedError, match="Your role"):
                run(user, call, prepared[role])
            assert len(desk.made) == made


def test_that_every_public_service_is_in_the_matrix() -> None:
    public = {
        f"{module.__name__.rsplit('.', 1)[1]}.{name}"
        for module in MODULES
        for name, value in vars(module).items()
        if callable(value)
        and not name.startswith("_")
        and getattr(value, "__module__", "").startswith("desktop_app.services")
        and not isinstance(value, type)
    }
    plain = {
        "interviews.questions", "interviews.draft_key", "views.to_json", "views.from_json",
        "interviews.put_why_chain", "cases.next_case_numbers", "cases.note_of",
        "cases.standing_hits", "customers.as_draft", "customers.next_customer_number",
        "triage.next_case_numbers",
    }  # fmt: skip
    assert len(public - plain) == len(MATRIX) - 1  # sharing a view is saving one


def test_that_without_anybody_signed_in_nothing_is_allowed(desk: Desk) -> None:
    with desk.database.read() as session:
        assert not access.may(session, Action.VIEW)
        with pytest.raises(NotAllowedError, match="Nobody is signed in"):
            cases.count_cases(session, CaseFilter())
    with desk.database.read() as session:
        session.info["actor"] = SYSTEM
        assert access.may(session, Action.VIEW)
        assert access.actor(session) is SYSTEM


# ---------------------------------------------------------------- whose records


@pytest.fixture
def board(desk: Desk, actors: dict[Role, Actor]) -> dict[str, uuid.UUID]:
    """Cases of all sorts around the agent and the field staff of the store S01."""
    return desk.do(SYSTEM, lay_out, actors)


def lay_out(session: Session, actors: dict[Role, Actor]) -> dict[str, uuid.UUID]:
    agent, field = actors[Role.AGENT], actors[Role.FIELD_STAFF]
    here, there = agent.store_id, factories.add_store(session)
    colleague = factories.add_user(session, Role.AGENT, here)
    mine = {"store_id": here, "owner_id": field.user_id}
    found = {
        "agent": factories.assigned_case(session, agent.user_id, store_id=there),
        "colleague": factories.assigned_case(session, colleague.user_id, store_id=here),
        "pool": factories.open_case(session, store_id=here),
        "nowhere": factories.open_case(session),
        "far": factories.open_case(session, store_id=there),
        "field": factories.assigned_case(session, field.user_id, store_id=here),
        "field's customer": factories.open_case(session, **mine),
    }
    for user, name in ((field, "opened by field"), (agent, "opened by agent")):
        session.info["actor"] = user
        found[name] = moved_away(session, user, there)
    return found


def moved_away(session: Session, user: Actor, store_id: uuid.UUID) -> uuid.UUID:
    """A case that a user opened for a customer who belongs to another store by now."""
    mine = factories.add_customer(session, store_id=user.store_id, owner_id=user.user_id)
    case_id = factories.open_case(session, mine)
    factories.change_customer(session, mine, store_id=store_id, owner_id=None)
    session.get_one(Case, case_id).store_id = store_id
    session.flush()
    return case_id


EVERY_CASE = {
    "agent", "colleague", "pool", "nowhere", "far", "field", "field's customer",
    "opened by field", "opened by agent",
}  # fmt: skip
SEEN = {
    Role.AGENT: {"agent", "pool", "nowhere", "field's customer", "opened by agent"},
    Role.FIELD_STAFF: {"field", "field's customer", "opened by field"},
    Role.STORE_MANAGER: {"colleague", "pool", "nowhere", "field", "field's customer"},
}


@pytest.mark.parametrize("role", Role)
def test_that_each_role_sees_its_cases_and_touches_no_others(
    desk: Desk, actors: dict[Role, Actor], board: dict[str, uuid.UUID], role: Role
) -> None:
    user, expected = actors[role], SEEN.get(role, EVERY_CASE)
    names = {case_id: name for name, case_id in board.items()}
    rows = desk.look(user, cases.list_cases, CaseFilter())
    assert {names[row.id] for row in rows} == expected
    assert desk.look(user, cases.count_cases, CaseFilter()) == len(expected)
    assert sum(desk.look(user, cases.count_by_stage, CaseFilter()).values()) == len(expected)
    for name, case_id in board.items():
        if name in expected:
            assert desk.look(user, cases.case_file, case_id).row.id == case_id
            continue
        for service in (cases.case_file, factories.attempt, interviews.start):
            with pytest.raises(NotAllowedError):
                desk.do(user, service, case_id)


def test_that_a_manager_assigns_nothing_of_another_store(
    desk: Desk, actors: dict[Role, Actor], board: dict[str, uuid.UUID]
) -> None:
    manager, agent = actors[Role.STORE_MANAGER], actors[Role.AGENT]
    made = len(desk.made)
    with pytest.raises(NotAllowedError, match="somebody else"):
        desk.do(manager, cases.assign, [board["pool"], board["far"]], agent.user_id)
    assert len(desk.made) == made
    assert desk.do(manager, cases.assign, [board["pool"]], agent.user_id).assigned == 1


def test_that_a_user_without_a_store_is_not_bound_to_one(
    desk: Desk, admin: Actor, board: dict[str, uuid.UUID]
) -> None:
    free = desk.do(admin, factories.add_user, Role.STORE_MANAGER)
    assert desk.look(free, access.visible) == Visible(Reach.STORE, free.user_id, None)
    assert desk.look(free, cases.count_cases, CaseFilter()) == len(board)
    agent = desk.do(admin, factories.add_user, Role.AGENT)
    rows = desk.look(agent, cases.list_cases, CaseFilter())
    assert all(row.owner_id is None for row in rows)
    assert len(rows) == 6


def test_that_visits_without_a_case_follow_the_store_too(
    desk: Desk, admin: Actor, actors: dict[Role, Actor]
) -> None:
    here = actors[Role.AGENT].store_id
    there = desk.do(admin, factories.add_store)
    field = actors[Role.FIELD_STAFF]
    made = {
        name: desk.do(SYSTEM, planned, store_id=store_id, owner_id=owner_id)
        for name, store_id, owner_id in (
            ("here", here, None),
            ("there", there, None),
            ("field's", there, field.user_id),
        )
    }
    names = {visit: name for name, visit in made.items()}
    homeless = desk.do(admin, factories.add_user, Role.AGENT)
    for user, expected in (
        (actors[Role.AGENT], {"here"}),
        (actors[Role.STORE_MANAGER], {"here"}),
        (field, {"field's"}),
        (actors[Role.AUDITOR], set(made)),
        (homeless, set(made)),
    ):
        rows = desk.look(user, contacts.list_visits, VisitFilter())
        assert {names[row.id] for row in rows} == expected


def planned(session: Session, **columns: object) -> uuid.UUID:
    customer = factories.add_customer(session, **columns)
    return contacts.plan_visit(session, None, customer, PLAN)
