"""Whose customers and signals each role sees, lists and touches, and that phones stay masked."""

import dataclasses
import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from db.models import ChangeSet, DefectionSignal
from db.queries import customers as queries
from db.queries.customer_card import OrderFilter
from db.queries.customers import CustomerFilter, CustomerRow
from db.queries.paging import Sort
from db.queries.scope import EVERYTHING, Reach, Visible, visible_customers
from db.queries.signals import SignalFilter
from db.queries.visits import VisitFilter
from db.session import SYSTEM, Actor, Session
from db.vocabulary import CustomerClass, Role, RuleKind
from desktop_app.domain.cases import OpenDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.customers import ContactDraft, CustomerDraft
from desktop_app.errors import NotAllowedError
from desktop_app.services import (
    access,
    cases,
    contacts,
    customers,
    history,
    interviews,
    triage,
    work,
)
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
PHONE = "13812348000"
MASKED = "138****8000"

pytestmark = pytest.mark.usefixtures("fixed_time")

EVERY = {
    "here", "nowhere", "there", "field owns", "field works", "field visits", "agent owns",
    "agent works",
}  # fmt: skip
HERE = {"here", "nowhere", "field works", "field visits"}
SEEN = {
    Role.AGENT: HERE | {"agent owns", "agent works"},
    Role.STORE_MANAGER: HERE,
    Role.FIELD_STAFF: {"field owns", "field works", "field visits"},
}


@pytest.fixture
def shop(desk: Desk, actors: dict[Role, Actor]) -> dict[str, uuid.UUID]:
    """Customers of all sorts, each with a signal, around the people of the store S01."""
    return desk.do(SYSTEM, lay_out, actors)


def lay_out(session: Session, actors: dict[Role, Actor]) -> dict[str, uuid.UUID]:
    agent, field = actors[Role.AGENT], actors[Role.FIELD_STAFF]
    here, there = agent.store_id, factories.add_store(session)
    colleague = factories.add_user(session, Role.AGENT, there)
    columns: dict[str, dict[str, Any]] = {
        "here": {"store_id": here},
        "nowhere": {},
        "there": {"store_id": there, "owner_id": colleague.user_id},
        "field owns": {"store_id": there, "owner_id": field.user_id},
        "field works": {"store_id": here},
        "field visits": {"store_id": here},
        "agent owns": {"store_id": there, "owner_id": agent.user_id},
        "agent works": {"store_id": there},
    }
    found = {
        name: factories.add_customer(session, name=name, phone=PHONE, **more)
        for name, more in columns.items()
    }
    for name, user in (("field works", field), ("agent works", agent), ("there", colleague)):
        case_id = factories.open_case(session, found[name])
        cases.assign(session, [case_id], user.user_id or uuid.uuid4())
        cases.add_note(session, case_id, "内部")
    session.info["actor"] = dataclasses.replace(field, role=Role.ADMINISTRATOR)
    contacts.plan_visit(session, None, found["field visits"], VisitDraft(planned_on=TODAY))
    session.info["actor"] = SYSTEM
    for customer_id in found.values():
        session.add(
            DefectionSignal(
                customer_id=customer_id,
                kind=RuleKind.LAPSING,
                as_of=TODAY,
                sentence_zh="",
                sentence_en="",
            )
        )
    session.flush()
    return found


# ---------------------------------------------------------------- whose customers and signals


@pytest.mark.parametrize("role", Role)
def test_that_each_role_lists_its_customers_and_their_signals(
    desk: Desk, actors: dict[Role, Actor], shop: dict[str, uuid.UUID], role: Role
) -> None:
    user, expected = actors[role], SEEN.get(role, EVERY)
    everything = CustomerFilter()
    rows = desk.look(user, customers.list_customers, everything)
    assert {row.name for row in rows} == expected
    assert desk.look(user, customers.count_customers, everything) == len(expected)
    by_name = desk.look(user, customers.list_customers, everything, Sort("name"), 1, 2)
    assert [row.name for row in by_name] == sorted(expected)[1:3]
    assert {hit.name for hit in desk.look(user, customers.search, "8000")} == expected
    for criteria in (CustomerFilter(text="8000"), CustomerFilter(klass=CustomerClass.C)):
        found = desk.look(user, customers.list_customers, criteria)
        assert {row.name for row in found} == expected
        assert desk.look(user, customers.count_customers, criteria) == len(expected)
    of_store = CustomerFilter(store_id=user.store_id)
    found = desk.look(user, customers.list_customers, of_store)
    assert {row.name for row in found} == expected & (HERE - {"nowhere"})
    assert desk.look(user, customers.count_customers, of_store) == len(found)
    signals = desk.look(user, triage.list_signals, SignalFilter())
    assert {row.customer for row in signals} == expected
    assert desk.look(user, triage.count_signals, SignalFilter()) == len(expected)
    assert desk.look(user, triage.count_by_kind, SignalFilter()) == {
        RuleKind.LAPSING: len(expected)
    }
    assert set(desk.look(user, triage.waiting_ids)) == {row.id for row in signals}
    here = desk.look(user, triage.list_signals, SignalFilter(store_id=user.store_id))
    assert {row.customer for row in here} == expected & (HERE - {"nowhere"})
    tail = desk.look(user, triage.list_signals, SignalFilter(text="8000"))
    assert {row.customer for row in tail} == expected


@pytest.mark.parametrize("role", Role)
def test_that_each_role_touches_its_customers_and_no_others(
    desk: Desk, actors: dict[Role, Actor], shop: dict[str, uuid.UUID], role: Role
) -> None:
    user, expected = actors[role], SEEN.get(role, EVERY)
    worker = dataclasses.replace(user, role=role)
    for name, customer_id in shop.items():
        if name in expected:
            assert desk.look(user, customers.card, customer_id)[0].row.name == name
            assert desk.look(user, history.record_history, "customer", customer_id)
            continue
        calls = (
            lambda s, key=customer_id: customers.card(s, key),
            lambda s, key=customer_id: customers.timeline(s, key),
            lambda s, key=customer_id: customers.count_orders(s, OrderFilter(key)),
            lambda s, key=customer_id: customers.list_orders(s, OrderFilter(key)),
            lambda s, key=customer_id: customers.reveal_phone(s, key),
            lambda s, key=customer_id: customers.change(s, key, 1, CustomerDraft(name="x")),
            lambda s, key=customer_id: customers.change_note(s, key, 1, "x"),
            lambda s, key=customer_id: customers.add_contact(s, key, ContactDraft(name="x")),
            lambda s, key=customer_id: contacts.plan_visit(
                s, None, key, VisitDraft(planned_on=TODAY)
            ),
            lambda s, key=customer_id: cases.open_case(
                s, key, OpenDraft(kind=RuleKind.CANCEL_REQUEST)
            ),
            lambda s, key=customer_id: history.record_history(s, "customer", key),
        )
        for call in calls:
            with pytest.raises(NotAllowedError, match="belongs to somebody else"):
                desk.do(worker, call)


def test_that_a_number_of_somebody_else_is_not_opened_by_typing_it(
    desk: Desk, actors: dict[Role, Actor], shop: dict[str, uuid.UUID]
) -> None:
    number = desk.look(SYSTEM, customers.card, shop["there"])[0].row.number
    with pytest.raises(NotAllowedError, match=f"{number} belongs to somebody else"):
        desk.look(actors[Role.AGENT], customers.find, number)
    assert desk.look(actors[Role.AUDITOR], customers.find, f" {number} ") == shop["there"]


def test_that_contacts_follow_their_customer(
    desk: Desk, actors: dict[Role, Actor], shop: dict[str, uuid.UUID]
) -> None:
    draft = ContactDraft(name="老王", phone=PHONE)
    there = desk.do(SYSTEM, customers.add_contact, shop["there"], draft)
    agent = actors[Role.AGENT]
    calls = (
        lambda s: customers.change_contact(s, there, 1, draft),
        lambda s: customers.remove_contact(s, there),
        lambda s: customers.reveal_contact_phone(s, there),
        lambda s: history.record_history(s, "contact", there),
    )
    for call in calls:
        with pytest.raises(NotAllowedError, match="belongs to somebody else"):
            desk.do(agent, call)


def test_that_nobody_decides_about_signals_of_others(
    desk: Desk, actors: dict[Role, Actor], shop: dict[str, uuid.UUID]
) -> None:
    agent = actors[Role.AGENT]
    everything = {
        row.customer: row.id for row in desk.look(SYSTEM, triage.list_signals, SignalFilter())
    }
    both = [everything["here"], everything["there"]]
    made = len(desk.made)
    for call in (
        lambda s: triage.accept(s, both),
        lambda s: triage.dismiss(s, both, "x"),
        lambda s: triage.snooze(s, both, TODAY + dt.timedelta(days=1)),
    ):
        with pytest.raises(NotAllowedError, match="signal belongs to somebody else"):
            desk.do(agent, call)
    assert len(desk.made) == made
    assert len(desk.do(agent, triage.accept, both[:1]).case_ids) == 1


def test_that_a_cancel_request_is_taken_from_anybody_of_the_store(
    desk: Desk, actors: dict[Role, Actor], shop: dict[str, uuid.UUID]
) -> None:
    draft = OpenDraft(kind=RuleKind.CANCEL_REQUEST)
    for name in ("here", "nowhere", "field visits"):
        case_id = desk.do(actors[Role.AGENT], cases.open_case, shop[name], draft)
        assert desk.look(actors[Role.AGENT], cases.case_file, case_id).row.customer == name


def test_that_who_sees_a_case_sees_its_customer(
    desk: Desk, actors: dict[Role, Actor], shop: dict[str, uuid.UUID]
) -> None:
    """Opened at the own store, moved to another one since: in no list, but the case opens."""
    field = actors[Role.FIELD_STAFF]
    draft = OpenDraft(kind=RuleKind.CANCEL_REQUEST)
    case_id = desk.do(field, cases.open_case, shop["field owns"], draft)
    desk.do(SYSTEM, factories.change_customer, shop["field owns"], owner_id=None)
    assert desk.look(field, cases.case_file, case_id).row.customer == "field owns"
    assert desk.look(field, customers.card, shop["field owns"])[0].row.name == "field owns"


def test_that_what_field_staff_enter_is_theirs(desk: Desk, actors: dict[Role, Actor]) -> None:
    field = actors[Role.FIELD_STAFF]
    made = desk.do(field, customers.create, CustomerDraft(name="新客"))
    assert desk.look(field, customers.card, made)[0].values["owner_id"] == field.user_id
    other = desk.do(actors[Role.AGENT], customers.create, CustomerDraft(name="新客"))
    assert desk.look(SYSTEM, customers.card, other)[0].values["owner_id"] is None


def test_that_the_card_and_the_timeline_leave_out_cases_of_others(
    desk: Desk, actors: dict[Role, Actor], shop: dict[str, uuid.UUID]
) -> None:
    field, agent = actors[Role.FIELD_STAFF], actors[Role.AGENT]
    seen = shop["field works"]
    assert len(desk.look(field, customers.card, seen)[0].cases) == 1
    assert any("内部" in str(entry.values) for entry in desk.look(field, customers.timeline, seen))
    card = desk.look(agent, customers.card, seen)[0]
    assert card.cases == ()
    assert card.row.open_cases == 1
    entries = desk.look(agent, customers.timeline, seen)
    assert {entry.kind for entry in entries} == {"signal"}
    (case,) = desk.look(field, customers.card, seen)[0].cases
    assert desk.look(field, cases.timeline, case.id)
    with pytest.raises(NotAllowedError, match="belongs to somebody else"):
        desk.look(agent, cases.timeline, case.id)


# ---------------------------------------------------------------- history


def test_that_the_history_of_a_record_obeys_its_scope(
    desk: Desk, actors: dict[Role, Actor], shop: dict[str, uuid.UUID]
) -> None:
    agent, field = actors[Role.AGENT], actors[Role.FIELD_STAFF]
    (case,) = desk.look(SYSTEM, customers.card, shop["agent works"])[0].cases
    (visit,) = desk.look(SYSTEM, contacts.list_visits, VisitFilter())
    signals = desk.look(SYSTEM, triage.list_signals, SignalFilter())
    (signal,) = [row.id for row in signals if row.customer == "agent works"]
    run = desk.do(agent, interviews.start, case.id)
    records = [
        ("departure_case", case.id, agent, field),
        ("defection_signal", signal, agent, field),
        ("interview", run, agent, field),
        ("visit", visit.id, field, agent),
    ]
    for entity, key, may, may_not in records:
        assert desk.look(may, history.record_history, entity, key)
        with pytest.raises(NotAllowedError, match="belongs to somebody else"):
            desk.look(may_not, history.record_history, entity, key)
    gone = desk.do(SYSTEM, customers.add_contact, shop["here"], ContactDraft(name="走了"))
    desk.do(SYSTEM, customers.remove_contact, gone)
    for entity, key in (("contact", gone), ("app_user", agent.user_id), ("no_table", gone)):
        with pytest.raises(NotAllowedError, match="Your role"):
            desk.look(agent, history.record_history, entity, key)
    assert len(desk.look(actors[Role.AUDITOR], history.record_history, "contact", gone)) > 1


def test_that_the_journal_masks_phones(desk: Desk, actors: dict[Role, Actor]) -> None:
    agent, auditor = actors[Role.AGENT], actors[Role.AUDITOR]
    key = desk.do(agent, customers.create, CustomerDraft(name="甲", phone=PHONE))
    desk.do(agent, customers.change, key, 1, CustomerDraft(name="甲", phone="13912349000"))
    contact = desk.do(agent, customers.add_contact, key, ContactDraft(name="乙", phone=PHONE))
    for user in (auditor, agent):
        changes = desk.look(user, history.record_history, "customer", key)
        phones = [(one.old, one.new) for one in changes if one.field == "phone"]
        assert phones == [(MASKED, "139****9000"), (None, MASKED)]
        (change,) = [
            one
            for one in desk.look(user, history.record_history, "contact", contact)
            if one.field == "phone"
        ]
        assert (change.old, change.new) == (None, MASKED)
    (row,) = desk.look(auditor, history.changes_of, desk.made[-2])
    assert row.fields["phone"] == (MASKED, "139****9000")
    (row,) = desk.look(auditor, history.changes_of, desk.made[-1])
    assert row.fields["phone"] == (None, MASKED)


# ---------------------------------------------------------------- phones


def test_that_rows_and_records_carry_masked_phones_for_every_role(
    desk: Desk, actors: dict[Role, Actor], shop: dict[str, uuid.UUID]
) -> None:
    seen = shop["field works"]
    desk.do(SYSTEM, customers.add_contact, seen, ContactDraft(name="老王", phone=PHONE))
    (case,) = desk.look(SYSTEM, customers.card, seen)[0].cases
    desk.do(SYSTEM, contacts.plan_visit, case.id, seen, VisitDraft(planned_on=TODAY))
    for user in actors.values():
        card = desk.look(user, customers.card, seen)[0]
        phones = [card.row.phone, card.values["phone"], card.contacts[0].phone]
        for read, *arguments in (
            (customers.list_customers, CustomerFilter()),
            (customers.search, "8000"),
            (triage.list_signals, SignalFilter()),
            (cases.list_cases, cases.CaseFilter()),
            (contacts.list_visits, VisitFilter()),
        ):
            phones += [row.phone for row in desk.look(user, read, *arguments)]
        day = desk.look(user, work.lines, work.View(everybody=True))
        phones += [line.phone for line in day]
        assert set(phones) == {MASKED}
    file = desk.look(actors[Role.FIELD_STAFF], cases.case_file, case.id)
    assert [file.row.phone, *(visit.phone for visit in file.visits)] == [MASKED] * 2


def test_that_whole_phones_come_from_a_look_or_an_export(
    desk: Desk, actors: dict[Role, Actor], shop: dict[str, uuid.UUID]
) -> None:
    agent, manager = actors[Role.AGENT], actors[Role.STORE_MANAGER]
    contact = desk.do(SYSTEM, customers.add_contact, shop["here"], ContactDraft(name="老王"))
    draft = ContactDraft(name="老王", phone=PHONE)
    desk.do(SYSTEM, customers.change_contact, contact, 1, draft)
    assert desk.do(agent, customers.reveal_phone, shop["here"]) == PHONE
    assert desk.do(agent, customers.reveal_contact_phone, contact) == PHONE
    with desk.database.read() as session:
        newest = session.scalars(select(ChangeSet).order_by(ChangeSet.seq.desc()).limit(2)).all()
        assert {one.title for one in newest} == {
            "Show the phone of {number}",
            "Show the phone of {name} at {number}",
        }
        assert {one.actor_id for one in newest} == {agent.user_id}
    rows: list[CustomerRow] = desk.look(manager, customers.export_customers, CustomerFilter())
    assert {row.phone for row in rows} == {PHONE}
    assert {row.name for row in rows} == HERE
    for role in (Role.AGENT, Role.FIELD_STAFF, Role.AUDITOR, Role.HEAD_OFFICE):
        with pytest.raises(NotAllowedError, match="Your role"):
            desk.look(actors[role], customers.export_customers, CustomerFilter())


@pytest.mark.parametrize("masked", [MASKED, "****45", "****"])
def test_that_a_masked_phone_is_never_stored(masked: str) -> None:
    with pytest.raises(ValueError, match="phone"):
        CustomerDraft(name="x", phone=masked)
    with pytest.raises(ValueError, match="phone"):
        ContactDraft(name="x", phone=masked)


# ---------------------------------------------------------------- the queries


def test_that_whoever_sees_all_adds_nothing_to_a_query() -> None:
    user, store = uuid.uuid4(), uuid.uuid4()
    assert visible_customers(EVERYTHING) is None
    assert visible_customers(Visible(Reach.ALL, user, store)) is None
    for reach in (Reach.STORE, Reach.POOL):
        assert visible_customers(Visible(reach, user, None)) is None
        assert visible_customers(Visible(reach, user, store)) is not None
    assert visible_customers(Visible(Reach.OWN, user, None)) is not None


def test_that_a_list_is_the_same_walked_or_gathered(desk: Desk, actors: dict[Role, Actor]) -> None:
    """A store with nearly all customers is walked along the order, a small share is gathered."""
    agent = actors[Role.AGENT]

    def fill(session: Session) -> None:
        there = factories.add_store(session)
        for number in range(60):
            store = there if number % 20 == 0 else agent.store_id
            factories.add_customer(
                session, f"W{number:02d}", name=f"甲{number:02d}", store_id=store
            )

    desk.do(SYSTEM, fill)
    expected = [f"W{number:02d}" for number in range(60) if number % 20]
    visible = Visible(Reach.POOL, agent.user_id, agent.store_id)
    for size in (5, 200):
        pages: list[str] = []
        while len(pages) < len(expected):
            found = desk.look(
                SYSTEM,
                queries.list_customers,
                CustomerFilter(visible=visible),
                Sort("number"),
                len(pages),
                size,
            )
            pages += [row.number for row in found]
        assert pages == expected
    hits = desk.look(SYSTEM, queries.search, "甲", 100, visible)
    assert sorted(hit.number for hit in hits) == expected


def test_that_limiting_criteria_keeps_them(desk: Desk, actors: dict[Role, Actor]) -> None:
    criteria = CustomerFilter(text="x", unidentified=True)
    agent = actors[Role.AGENT]
    limited = desk.look(agent, access.limited, criteria)
    assert limited == dataclasses.replace(
        criteria, visible=Visible(Reach.POOL, agent.user_id, agent.store_id)
    )
