"""Undo wins back no rights, reaches nobody else's records, and tells no others' titles."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from db.models import Case, Setting
from db.session import SYSTEM, Actor, Database, Session
from db.vocabulary import AttemptResult, ImportKind, Role, RuleKind
from desktop_app.domain.cases import OpenDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.customers import ContactDraft
from desktop_app.errors import NotAllowedError
from desktop_app.importing.mapping import Mapping
from desktop_app.progress import Silent
from desktop_app.services import (
    cases,
    contacts,
    customers,
    detection,
    interviews,
    journal,
    reasons,
    staff,
)
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def there(desk: Desk) -> uuid.UUID:
    """Another store."""
    return desk.do(SYSTEM, factories.add_store)


def allowed(desk: Desk, actor: Actor, change_set: uuid.UUID, *, may: bool = True) -> None:
    """Undo it as somebody, and take that back; or be refused, which changes nothing."""
    if not may:
        before = desk.rows()
        with pytest.raises(NotAllowedError):
            desk.do(actor, journal.undo, change_set)
        assert desk.rows() == before
        return
    desk.do(actor, journal.undo, change_set)
    desk.undo()


# ---------------------------------------------------------------- rights


def test_that_undo_does_not_win_rights_back(desk: Desk, actors: dict[Role, Actor]) -> None:
    admin, manager = actors[Role.ADMINISTRATOR], actors[Role.STORE_MANAGER]
    desk.do(admin, staff.add_store, staff.StoreDraft(code="S9", name="x"))
    made = desk.made[-1]
    allowed(desk, manager, made, may=False)
    allowed(desk, admin, made)


def test_that_undoing_a_rule_needs_the_right_to_rules(
    desk: Desk, actors: dict[Role, Actor]
) -> None:
    desk.do(actors[Role.HEAD_OFFICE], detection.define_rule, RuleKind.LAPSING, {"k": "3"})
    made = desk.made[-1]
    allowed(desk, actors[Role.DEPT_MANAGER], made, may=False)
    desk.do(actors[Role.HEAD_OFFICE], journal.undo, made)
    allowed(desk, actors[Role.DEPT_MANAGER], desk.made[-1], may=False)  # putting it in force again


def test_that_undoing_a_scan_needs_no_right_to_rules(desk: Desk, actors: dict[Role, Actor]) -> None:
    manager = actors[Role.STORE_MANAGER]
    customer = desk.do(SYSTEM, factories.add_customer)
    desk.do(SYSTEM, factories.add_orders, customer, [(dt.date(2026, 9, 1), 100)])
    desk.do(manager, detection.scan, Silent())
    assert desk.rows("defection_rule")["defection_rule"]
    made = desk.made[-1]
    desk.do(manager, journal.undo, made)
    desk.do(manager, journal.undo, desk.made[-1])


EVERYBODY = frozenset(Role)
DECIDERS = frozenset({Role.STORE_MANAGER, Role.DEPT_MANAGER, Role.ADMINISTRATOR, Role.HEAD_OFFICE})
OFFICE = frozenset({Role.HEAD_OFFICE, Role.ADMINISTRATOR})


def add_setting(session: Session) -> None:
    factories.name(session)
    session.add(Setting(key="test", value={}))


MAKERS: dict[str, tuple[frozenset[Role], Callable[[Session], object]]] = {
    "customer": (DECIDERS, factories.add_customer),
    "case": (DECIDERS, factories.open_case),
    "user": (frozenset({Role.ADMINISTRATOR}), lambda s: factories.add_user(s, Role.AGENT)),
    "store": (frozenset({Role.ADMINISTRATOR}), factories.add_store),
    "setting": (OFFICE, add_setting),
    "reason": (OFFICE, lambda s: reasons.rename(s, "price_increase", "甲", "A")),
    "rule": (OFFICE, lambda s: detection.define_rule(s, RuleKind.LAPSING, {"k": "4"})),
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("role", Role)
def test_that_each_role_undoes_of_others_what_it_may_change_itself(
    desk: Desk, actors: dict[Role, Actor], role: Role, kind: str
) -> None:
    may, make = MAKERS[kind]
    desk.do(SYSTEM, make)
    made = desk.made[-1]
    allowed(desk, actors[role], made, may=role in may)
    if role in DECIDERS | {Role.AUDITOR}:
        assert desk.look(actors[role], journal.preview_undo, made).changes > 0
    else:
        with pytest.raises(NotAllowedError):
            desk.look(actors[role], journal.preview_undo, made)


@pytest.mark.parametrize("role", Role)
def test_that_each_role_but_the_auditor_undoes_its_own(
    desk: Desk, actors: dict[Role, Actor], role: Role
) -> None:
    user = actors[role]
    desk.do(user, factories.add_customer, owner_id=user.user_id)
    made = desk.made[-1]
    assert desk.look(user, journal.last_own) == made
    assert desk.look(user, journal.preview_undo, made).changes == 2  # and the charge
    allowed(desk, user, made, may=role is not Role.AUDITOR)


# ---------------------------------------------------------------- whose records


def rename(session: Session, customer_id: uuid.UUID, **changes: object) -> None:
    card = customers.card(session, customer_id)[0]
    draft = customers.as_draft(card.values).model_copy(update={"name": "x"} | changes)
    customers.change(session, customer_id, card.version, draft)


WORK: dict[str, Callable[[Session, uuid.UUID, uuid.UUID], object]] = {
    "note": lambda s, case, _customer: cases.add_note(s, case, "x"),
    "attempt": lambda s, case, _customer: factories.attempt(s, case, AttemptResult.NO_ANSWER),
    "interview": lambda s, case, _customer: interviews.start(s, case),
    "answer": lambda s, case, _customer: interviews.save_answer(
        s, interviews.start(s, case), "/data/left_on", "2026-08-01"
    ),
    "visit": lambda s, _case, customer: contacts.plan_visit(
        s, None, customer, VisitDraft(planned_on=dt.date(2026, 9, 20))
    ),
    "contact": lambda s, _case, customer: customers.add_contact(
        s, customer, ContactDraft(name="甲")
    ),
    "customer": lambda s, _case, customer: rename(s, customer),
    "opening": lambda s, _case, customer: cases.open_case(
        s, customer, OpenDraft(kind=RuleKind.VALUE_DOWNGRADE)
    ),
}


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("is_near", [True, False])
def test_that_a_manager_undoes_what_was_done_in_the_own_store_only(
    desk: Desk, actors: dict[Role, Actor], there: uuid.UUID, work: str, is_near: bool
) -> None:
    manager, colleague = actors[Role.STORE_MANAGER], actors[Role.DEPT_MANAGER]
    store = manager.store_id if is_near else there
    customer = desk.do(SYSTEM, factories.add_customer, store_id=store)
    case = desk.do(SYSTEM, factories.open_case, customer)
    desk.do(colleague, cases.assign, [case], colleague.user_id)
    desk.do(colleague, WORK[work], case, customer)
    made = desk.made[-1]
    allowed(desk, manager, made, may=is_near)
    if is_near:
        desk.look(manager, journal.preview_undo, made)
    else:
        with pytest.raises(NotAllowedError, match="somebody else"):
            desk.look(manager, journal.preview_undo, made)
    desk.do(colleague, journal.undo, made)
    allowed(desk, manager, desk.made[-1], may=is_near)  # and back again
    allowed(desk, actors[Role.ADMINISTRATOR], desk.made[-1])


def test_that_one_takes_back_what_one_did_while_the_case_was_ones_own(
    desk: Desk, actors: dict[Role, Actor]
) -> None:
    agent, manager = actors[Role.AGENT], actors[Role.STORE_MANAGER]
    case = desk.do(SYSTEM, factories.open_case, store_id=agent.store_id)
    desk.do(agent, cases.take, case)
    took = desk.made[-1]
    desk.do(agent, cases.add_note, case, "x")
    noted = desk.made[-1]
    allowed(desk, agent, noted)
    allowed(desk, agent, took)
    desk.do(manager, cases.assign, [case], manager.user_id)
    given = desk.made[-1]
    allowed(desk, agent, noted, may=False)
    desk.undo(given)
    allowed(desk, agent, noted)


def test_that_what_left_the_scope_by_ones_own_hand_comes_back_by_undo(
    desk: Desk, actors: dict[Role, Actor], there: uuid.UUID
) -> None:
    field = actors[Role.FIELD_STAFF]
    customer = desk.do(SYSTEM, factories.add_customer, store_id=there, owner_id=field.user_id)

    desk.do(field, rename, customer, owner_id=actors[Role.AGENT].user_id)
    gone = desk.made[-1]
    with pytest.raises(NotAllowedError):
        desk.look(field, customers.card, customer)
    allowed(desk, field, gone)


def test_that_an_import_of_ones_own_is_undone_whole_and_of_others_in_scope_only(
    desk: Desk, actors: dict[Role, Actor], there: uuid.UUID, tmp_path: Any
) -> None:
    from desktop_app.importing import load

    manager = actors[Role.STORE_MANAGER]
    desk.do(SYSTEM, factories.add_customer, "K1", store_id=there)
    file = tmp_path / "orders.csv"
    file.write_text("订单号,客户编号,下单日期,金额\n1,K1,2026-08-01,5\n", encoding="utf-8")
    mapping: Mapping = desk.look(manager, load.suggest_mapping, ImportKind.ORDERS, file)[1]
    desk.do(manager, load.import_file, Silent(), file, mapping)
    desk.do(manager, journal.undo, desk.made[-1])
    desk.do(actors[Role.DEPT_MANAGER], load.import_file, Silent(), file, mapping)
    allowed(desk, manager, desk.made[-1], may=False)


def test_that_records_that_are_gone_are_nobodys(
    desk: Desk, actors: dict[Role, Actor], there: uuid.UUID
) -> None:
    """An undo brings a case back that then is another store's: refused, and nothing is left."""
    manager = actors[Role.STORE_MANAGER]
    case = desk.do(SYSTEM, factories.open_case, store_id=there)
    opened = desk.made[-1]
    desk.do(actors[Role.ADMINISTRATOR], journal.undo, opened)
    allowed(desk, manager, desk.made[-1], may=False)
    with desk.database.read() as session:
        assert session.get(Case, case) is None


# ---------------------------------------------------------------- others' titles


def test_that_only_who_may_is_told_what_others_did(
    database: Database, desk: Desk, actors: dict[Role, Actor]
) -> None:
    agent, other = actors[Role.AGENT], actors[Role.FIELD_STAFF]
    customer = desk.do(
        SYSTEM, factories.add_customer, store_id=agent.store_id, owner_id=other.user_id
    )
    desk.do(agent, customers.add_contact, customer, ContactDraft(name="甲"))
    mine, contact = desk.made[-1], desk.look(agent, customers.card, customer)[0].contacts[0]
    desk.do(
        other, customers.change_contact, contact.id, contact.version, ContactDraft(name="Secret")
    )
    (sentence,) = desk.look(agent, journal.preview_undo, mine).sentences
    assert sentence == (
        "Contact: was changed later. A manager can undo what field_staff did later."
    )
    (sentence,) = desk.look(actors[Role.STORE_MANAGER], journal.preview_undo, mine).sentences
    assert "Secret" in sentence
    for role in (Role.AGENT, Role.TRAINER, Role.FIELD_STAFF):
        with pytest.raises(NotAllowedError):
            desk.look(actors[role], journal.preview_undo, desk.made[0])
    desk.look(actors[Role.AUDITOR], journal.preview_undo, mine)
