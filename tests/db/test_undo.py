"""Undo case by case: what it brings back, what stands in its way and who put it there."""

import datetime as dt
import random
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import journal, obstacles, undo
from db.base import utcnow
from db.models import (
    Case,
    ChangeSet,
    Contact,
    Customer,
    ImportJob,
    Order,
    OrderLine,
    TypedDraft,
    User,
)
from db.session import Actor, Database
from db.vocabulary import ChangeKind
from tests.db import row_operations
from tests.journal_machine import check_chain, check_derived, difference, tables_of

DAY = dt.date(2026, 9, 1).toordinal()


class Desk:
    """Writes by one person, each a change set."""

    def __init__(self, database: Database, actor: Actor) -> None:
        self.database = database
        self.actor = actor

    def write(self, title: str, work: Any, *, kind: ChangeKind = ChangeKind.EDIT) -> uuid.UUID:
        with self.database.write(self.actor) as session:
            journal.name_change(session, title, kind=kind)
            work(session)
        key: uuid.UUID = session.info["changes"].change_set_id
        return key

    def add(self, model: type[Any], **values: Any) -> tuple[uuid.UUID, Any]:
        keys: list[Any] = []

        def work(session: Session) -> None:
            made = model(**values)
            session.add(made)
            session.flush()
            keys.append(made.id)

        return self.write(f"Add {model.__name__}", work), keys[0]

    def customer(self, number: str = "K1", **values: Any) -> tuple[uuid.UUID, uuid.UUID]:
        return self.add(Customer, **{"number": number, "name": "王思远", **values})

    def case(self, customer_id: uuid.UUID, number: str = "F1", **values: Any) -> Any:
        now = utcnow()
        fixed = {"kind": "lapsing", "stage_since": now, "opened_on": now.date()}
        return self.add(Case, number=number, customer_id=customer_id, **(fixed | values))

    def edit(self, model: type[Any], key: uuid.UUID, **values: Any) -> uuid.UUID:
        def work(session: Session) -> None:
            one = session.get_one(model, key)
            for name, value in values.items():
                setattr(one, name, value)

        return self.write("Edit {what}", work)

    def delete(self, model: type[Any], key: uuid.UUID) -> uuid.UUID:
        return self.write("Delete", lambda session: journal.bulk_delete(session, model, [key]))

    def plan(self, key: uuid.UUID) -> undo.UndoPlan:
        with self.database.read() as session:
            return undo.plan_undo(session, key)

    def undo(self, key: uuid.UUID, *, skip_blocked: bool = False) -> uuid.UUID:
        with self.database.write(self.actor) as session:
            undo.undo(session, key, skip_blocked=skip_blocked)
        made: uuid.UUID = session.info["changes"].change_set_id
        return made

    def blockers(self, key: uuid.UUID) -> list[tuple[str, str, str, uuid.UUID | None]]:
        """Entity, field, kind and culprit; undoing is then really refused."""
        before = tables_of(self.database)
        with pytest.raises(undo.UndoBlockedError) as caught:
            self.undo(key)
        assert tables_of(self.database) == before
        plan = caught.value.plan
        assert not plan.is_free
        return [(one.entity, one.field, one.kind, one.by_set) for one in plan.blockers]


@pytest.fixture
def desk(small: Database) -> Desk:
    with small.read() as session:
        user = session.scalars(select(User).order_by(User.login)).first()
        assert user is not None
        return Desk(small, Actor(user.id, user.login, user.name, row_operations.Role.AGENT))


def customer_of(desk: Desk, key: uuid.UUID) -> Customer | None:
    with desk.database.read() as session:
        return session.get(Customer, key)


def test_that_an_update_goes_back_field_by_field(desk: Desk) -> None:
    _first, key = desk.customer()
    edit = desk.edit(Customer, key, name="neu", note="n")
    desk.edit(Customer, key, phone="1")
    plan = desk.plan(edit)
    assert plan.is_free
    assert [(one.op, one.fields) for one in plan.steps] == [
        ("update", {"name": ["neu", "王思远"], "note": ["n", ""]})
    ]
    back = desk.undo(edit)
    now = customer_of(desk, key)
    assert now is not None
    assert (now.name, now.note, now.phone, now.version) == ("王思远", "", "1", 4)
    with desk.database.read() as session:
        original, made = session.get_one(ChangeSet, edit), session.get_one(ChangeSet, back)
        assert (original.undone_by, made.undoes, made.kind) == (back, edit, "undo")
        assert (made.title, made.args) == (undo.UNDO_TITLE, {"title": "Edit {what}", "args": {}})
    assert desk.plan(edit).impossible == "undone"
    with pytest.raises(undo.UndoBlockedError, match="undone"):
        desk.undo(edit)


def test_that_a_newer_value_blocks_and_is_named(desk: Desk) -> None:
    first, key = desk.customer()
    edit = desk.edit(Customer, key, name="neu", note="n")
    desk.edit(Customer, key, name="neuer")
    newest = desk.edit(Customer, key, name="neuest")
    assert desk.blockers(edit) == [("customer", "name", "changed", newest)]
    assert {one[3] for one in desk.blockers(first)} <= {edit, newest}
    blocker = desk.plan(edit).blockers[0]
    assert (blocker.by_title, blocker.by_name) == ("Edit {what}", desk.actor.name)
    desk.undo(edit, skip_blocked=True)
    now = customer_of(desk, key)
    assert now is not None
    assert (now.name, now.note) == ("neuest", "")


def test_that_a_value_changed_and_changed_back_does_not_block(desk: Desk) -> None:
    _first, key = desk.customer()
    edit = desk.edit(Customer, key, name="neu")
    desk.edit(Customer, key, name="neuer")
    desk.edit(Customer, key, name="neu")
    assert desk.plan(edit).is_free


def test_that_a_deleted_row_comes_back_with_its_key(desk: Desk) -> None:
    _first, key = desk.customer(attributes={"a": [1]}, joined_on=dt.date(2020, 2, 29))
    before = tables_of(desk.database)
    gone = desk.delete(Customer, key)
    desk.undo(gone)
    assert difference(tables_of(desk.database), before) == []
    check_derived(desk.database, desk.actor)


def test_that_a_row_cannot_come_back_while_its_parent_is_gone(desk: Desk) -> None:
    _first, key = desk.customer()
    _second, contact = desk.add(Contact, customer_id=key, name="甲")
    without_contact = desk.delete(Contact, contact)
    without_customer = desk.delete(Customer, key)
    assert desk.blockers(without_contact) == [("customer", "", "missing", without_customer)]
    desk.undo(without_customer)
    desk.undo(without_contact)


def test_that_a_row_cannot_go_while_a_newer_one_hangs_on_it(desk: Desk) -> None:
    first, key = desk.customer()
    second, contact = desk.add(Contact, customer_id=key, name="甲")
    assert desk.blockers(first) == [("contact", "", "needed", second)]
    desk.delete(Contact, contact)
    desk.undo(first)
    assert customer_of(desk, key) is None


def test_that_a_child_that_must_stay_keeps_its_parent(desk: Desk) -> None:
    keys: list[uuid.UUID] = []

    def both(session: Session) -> None:
        parent = Customer(number="K1", name="x")
        session.add(parent)
        session.flush()
        child = Contact(customer_id=parent.id, name="甲")
        session.add_all([child, Contact(customer_id=parent.id, name="乙")])
        session.flush()
        keys.extend([parent.id, child.id])

    made = desk.write("Both", both)
    later = desk.edit(Contact, keys[1], name="丙")
    assert desk.blockers(made) == [
        ("contact", "", "changed", later),
        ("contact", "", "needed", later),
    ]
    desk.undo(made, skip_blocked=True)
    with desk.database.read() as session:
        assert session.scalars(select(Contact.name)).all() == ["丙"]
        assert session.get(Customer, keys[0]) is not None
    check_chain(desk.database)


def test_that_rows_turned_away_in_the_same_change_set_do_not_block(desk: Desk) -> None:
    _first, key = desk.customer()
    _second, contact = desk.add(Contact, customer_id=key, name="甲")
    before = tables_of(desk.database)

    def work(session: Session) -> None:
        target = Customer(number="K2", name="y")
        session.add(target)
        session.flush()
        session.get_one(Contact, contact).customer_id = target.id

    moved = desk.write("Move", work)
    desk.undo(moved)
    assert difference(tables_of(desk.database), before) == []


def test_that_a_unique_value_taken_since_blocks(desk: Desk) -> None:
    _first, key = desk.customer("K1")
    edit = desk.edit(Customer, key, number="K2", note="n")
    taker, other = desk.customer("K1")
    assert desk.blockers(edit) == [("customer", "number", "taken", taker)]
    gone = desk.delete(Customer, key)
    desk.edit(Customer, other, number="K9")
    desk.undo(gone)


def test_that_a_second_open_case_blocks_reopening_by_undo(desk: Desk) -> None:
    _first, key = desk.customer()
    _second, case = desk.case(key, "F1")
    closed = desk.edit(Case, case, stage="closed")
    newer, other = desk.case(key, "F2")
    assert desk.blockers(closed) == [("departure_case", "stage", "taken", newer)]
    desk.edit(Case, other, stage="closed")
    desk.undo(closed)


def test_that_numbers_passed_round_go_back(desk: Desk) -> None:
    for number in ("K1", "K2", "K3"):
        desk.customer(number)
    before = tables_of(desk.database)

    def turn(session: Session) -> None:
        rows = session.scalars(select(Customer).order_by(Customer.number)).all()
        for one, number in zip(rows, ("t1", "t2", "t3"), strict=True):
            one.number = number
        session.flush()
        for one, number in zip(rows, ("K2", "K3", "K1"), strict=True):
            one.number = number

    turned = desk.write("Turn", turn)
    desk.undo(turned)
    assert difference(tables_of(desk.database), before) == []
    check_derived(desk.database, desk.actor)


def test_that_a_row_removed_since_blocks_its_older_changes(desk: Desk) -> None:
    first, key = desk.customer()
    edit = desk.edit(Customer, key, name="neu")
    gone = desk.delete(Customer, key)
    assert desk.blockers(edit) == [("customer", "", "deleted", gone)]
    assert desk.blockers(first) == [("customer", "", "deleted", gone)]
    again = desk.undo(gone)
    desk.customer("K2")
    assert desk.plan(edit).is_free
    assert desk.plan(again).is_free


def test_that_a_row_that_is_there_again_cannot_come_back(desk: Desk) -> None:
    _first, key = desk.customer()
    gone = desk.delete(Customer, key)
    back, _key = desk.customer("K1", id=key)
    assert desk.blockers(gone) == [("customer", "", "exists", back)]


def test_that_an_undo_is_undone_and_done_again(desk: Desk) -> None:
    _first, key = desk.customer()
    edit = desk.edit(Customer, key, name="neu")

    def name() -> str:
        now = customer_of(desk, key)
        assert now is not None
        return now.name

    chain = [edit]
    for expected in ("王思远", "neu", "王思远", "neu"):
        chain.append(desk.undo(chain[-1]))
        assert name() == expected
        check_chain(desk.database)
    impossible = [desk.plan(one).impossible for one in chain]
    assert impossible == ["", "undone", "", "undone", ""]
    desk.undo(edit)
    assert name() == "王思远"
    check_chain(desk.database)


def test_that_events_and_the_work_of_the_program_cannot_be_undone(desk: Desk) -> None:
    with desk.database.write(desk.actor) as session:
        journal.record_event(session, "Export")
    assert desk.plan(session.info["changes"].change_set_id).impossible == "event"
    with desk.database.read() as session:
        first = session.scalars(select(ChangeSet.id).order_by(ChangeSet.seq)).first()
    assert first is not None
    assert desk.plan(first).impossible == "event"


def test_that_the_draft_of_a_user_does_not_keep_him(desk: Desk) -> None:
    made, key = desk.add(User, login="neu", name="neu", role="agent")
    with desk.database.write(desk.actor) as session:
        session.add(TypedDraft(user_id=key, key="case", content={}, saved_at=utcnow()))
    desk.undo(made)
    with desk.database.read() as session:
        assert session.scalar(select(func.count()).select_from(TypedDraft)) == 0


def test_that_objects_in_hand_show_what_undo_did(desk: Desk) -> None:
    _first, key = desk.customer()
    edit = desk.edit(Customer, key, name="neu")
    with desk.database.write(desk.actor) as session:
        one = session.get_one(Customer, key)
        one.note = "in the same change set"
        undo.undo(session, edit)
        assert (one.name, one.note) == ("王思远", "in the same change set")


# Imports -----------------------------------------------------------------------------------------


def load(desk: Desk, numbers: list[str], orders: int, **more: Any) -> tuple[uuid.UUID, uuid.UUID]:
    """An import of customers with orders of one line each; its change set and its id."""
    jobs: list[uuid.UUID] = []

    def work(session: Session) -> None:
        job = ImportJob(kind="orders", file_name="f", digest="d", **more)
        session.add(job)
        session.flush()
        jobs.append(job.id)
        journal.mark_import(session, job.id)
        rows = [{"number": number, "name": "x"} for number in numbers]
        keys = journal.bulk_insert(session, Customer, rows)
        known = session.scalars(select(Customer.id).order_by(Customer.number)).all()
        first = session.scalar(select(func.max(Order.id))) or 0
        source = random.Random(1)
        bought = [
            {
                "id": first + index,
                "customer_id": source.choice(keys or list(known)),
                "number": str(index),
                "day": DAY - index,
                "amount": 100 * index,
            }
            for index in range(1, orders + 1)
        ]
        journal.insert_facts(session, Order, bought)
        lines = [
            {"order_id": one["id"]} | {key: one[key] for key in ("customer_id", "day", "amount")}
            for one in bought
        ]
        journal.insert_facts(session, OrderLine, lines)

    return desk.write("Import", work, kind=ChangeKind.IMPORT), jobs[0]


def test_that_an_undone_import_leaves_nothing_behind(desk: Desk) -> None:
    desk.customer("K0")
    before = tables_of(desk.database)
    made, _job = load(desk, [f"K{n}" for n in range(1, 700)], 1_500)
    plan = desk.plan(made)
    assert (plan.facts, len(plan.steps), plan.is_free) == (3_000, 700, True)
    back = desk.undo(made)
    assert difference(tables_of(desk.database), before) == []
    check_derived(desk.database, desk.actor)
    check_chain(desk.database)
    assert desk.plan(back).impossible == "facts"
    with desk.database.read() as session:
        assert session.get_one(ChangeSet, back).changes == 3_700


def test_that_an_import_of_one_file_twice_is_undone_apart(desk: Desk) -> None:
    first, _job = load(desk, ["K1"], 3)
    middle = tables_of(desk.database)
    second, _job = load(desk, [], 3)
    blocked = desk.blockers(first)
    assert set(blocked) == {
        ("customer_order", "", "needed", second), ("order_line", "", "needed", second)
    }  # fmt: skip
    desk.undo(second)
    assert difference(tables_of(desk.database), middle) == []
    desk.undo(first)


def test_that_a_fact_corrected_since_stays_with_all_it_needs(desk: Desk) -> None:
    made, job = load(desk, ["K1", "K2"], 6)
    with desk.database.read() as session:
        order = session.scalars(select(Order).order_by(Order.id)).first()
        assert order is not None
        owner = order.customer_id
    rows = [{"id": order.id, "amount": 999}]
    corrected = desk.write("Correct", lambda s: journal.bulk_update(s, Order, rows))
    assert ("customer_order", "", "changed", corrected) in desk.blockers(made)
    assert {one[3] for one in desk.blockers(made)} == {corrected}
    desk.undo(made, skip_blocked=True)
    with desk.database.read() as session:
        assert session.scalars(select(Order.id)).all() == [order.id]
        assert session.scalars(select(OrderLine.order_id)).all() == [order.id]
        assert session.scalars(select(Customer.id)).all() == [owner]
        assert session.scalars(select(ImportJob.id)).all() == [job]
    check_derived(desk.database, desk.actor)
    check_chain(desk.database)


def test_that_a_fact_corrected_and_put_back_does_not_block(desk: Desk) -> None:
    made, _job = load(desk, ["K1"], 2)
    with desk.database.read() as session:
        keys = session.scalars(select(Order.id).order_by(Order.id)).all()
    rows = [{"id": keys[0], "amount": 999}]
    corrected = desk.write("Correct", lambda s: journal.bulk_update(s, Order, rows))
    desk.undo(corrected)
    assert desk.plan(made).is_free


def test_that_a_fact_deleted_since_blocks_and_cannot_come_back_alone(desk: Desk) -> None:
    made, _job = load(desk, ["K1"], 2)

    def remove(session: Session) -> None:
        order = session.scalars(select(Order.id).order_by(Order.id)).first()
        lines = session.scalars(select(OrderLine.id).where(OrderLine.order_id == order)).all()
        journal.bulk_delete(session, OrderLine, lines)
        journal.bulk_delete(session, Order, [order])

    gone = desk.write("Remove an order", remove)
    assert {one[2:] for one in desk.blockers(made)} == {("deleted", gone)}
    back = desk.undo(made, skip_blocked=True)
    with desk.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 0
    assert {one[2:] for one in desk.blockers(gone)} == {("missing", back)}


def test_that_an_import_that_changed_customers_gives_the_old_values_back(desk: Desk) -> None:
    _first, key = desk.customer("K1", phone="alt")

    def work(session: Session) -> None:
        job = ImportJob(kind="customers", file_name="f", digest="d")
        session.add(job)
        session.flush()
        journal.mark_import(session, job.id)
        journal.bulk_update(session, Customer, [{"id": key, "phone": "neu"}])

    made = desk.write("Import", work, kind=ChangeKind.IMPORT)
    desk.edit(Customer, key, note="later, another field")
    desk.undo(made)
    now = customer_of(desk, key)
    assert now is not None
    assert (now.phone, now.note) == ("alt", "later, another field")


def test_that_hundreds_of_blockers_are_counted_but_not_all_named(desk: Desk) -> None:
    keys: list[uuid.UUID] = []
    rows = [{"number": f"K{n}", "name": "x"} for n in range(300)]
    made = desk.write("Add", lambda s: keys.extend(journal.bulk_insert(s, Customer, rows)))
    changed = [{"id": key, "name": "y"} for key in keys]
    desk.write("Edit", lambda s: journal.bulk_update(s, Customer, changed))
    plan = desk.plan(made)
    assert (plan.blocked, len(plan.blockers), plan.steps) == (300, 200, [])


def hang_line(desk: Desk, order: Any) -> uuid.UUID:
    """An import whose only fact is a line of an order that another import brought."""

    def work(session: Session) -> None:
        job = ImportJob(kind="orders", file_name="g", digest="d")
        session.add(job)
        session.flush()
        journal.mark_import(session, job.id)
        line = {"order_id": order.id, "customer_id": order.customer_id, "day": DAY, "amount": 1}
        journal.insert_facts(session, OrderLine, [line])

    return desk.write("Import a line", work, kind=ChangeKind.IMPORT)


def test_that_a_line_of_a_later_import_keeps_its_order(desk: Desk) -> None:
    made, job = load(desk, ["K1", "K2"], 6)
    with desk.database.read() as session:
        order = session.scalars(select(Order).order_by(Order.id)).first()
        assert order is not None
    hanging = hang_line(desk, order)
    blocked = desk.blockers(made)
    assert ("order_line", "", "needed", hanging) in blocked
    assert {one[3] for one in blocked} == {hanging}
    desk.undo(made, skip_blocked=True)
    with desk.database.read() as session:
        assert session.scalars(select(Order.id)).all() == [order.id]
        assert session.scalars(select(OrderLine.order_id)).all() == [order.id] * 2
        assert session.scalars(select(Customer.id)).all() == [order.customer_id]
        assert job in session.scalars(select(ImportJob.id)).all()
    check_chain(desk.database)
    check_derived(desk.database, desk.actor)


def test_that_a_corrected_line_keeps_its_order(desk: Desk) -> None:
    made, _job = load(desk, ["K1"], 3)
    with desk.database.read() as session:
        line = session.scalars(select(OrderLine).order_by(OrderLine.id)).first()
        assert line is not None
    rows = [{"id": line.id, "amount": 7}]
    desk.write("Correct", lambda session: journal.bulk_update(session, OrderLine, rows))
    desk.undo(made, skip_blocked=True)
    with desk.database.read() as session:
        assert session.scalars(select(OrderLine.id)).all() == [line.id]
        assert session.scalars(select(Order.id)).all() == [line.order_id]
    check_chain(desk.database)


def test_that_a_rule_the_plan_does_not_know_still_refuses_the_undo(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _first, key = desk.customer("K1")
    edit = desk.edit(Customer, key, number="K2")
    desk.customer("K1")
    monkeypatch.setattr(obstacles, "uniques", lambda _table: [])
    before = tables_of(desk.database)
    assert desk.plan(edit).is_free
    with pytest.raises(undo.UndoBlockedError, match="1 blocked"):
        desk.undo(edit)
    assert tables_of(desk.database) == before
    assert desk.plan(edit).impossible == ""
