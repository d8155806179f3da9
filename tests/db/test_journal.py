"""Every change of rows is recorded, named and chained; nothing else gets through."""

import datetime as dt
import json
import random
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from db import journal, recording
from db.base import new_id, utcnow
from db.errors import DatabaseError, Trouble
from db.models import (
    Case,
    Change,
    ChangeSet,
    Contact,
    Customer,
    ImportJob,
    Order,
    Setting,
    TypedDraft,
    User,
)
from db.session import SYSTEM, Actor, Database
from db.vocabulary import ChangeKind, Op
from tests.journal_machine import tables_of


def last_set(session: Session) -> ChangeSet:
    return session.scalars(select(ChangeSet).order_by(ChangeSet.seq.desc()).limit(1)).one()


def changes_of(session: Session, change_set: ChangeSet) -> list[Change]:
    statement = select(Change).where(Change.change_set_id == change_set.id)
    return list(session.scalars(statement.order_by(Change.position)))


def add(database: Database, actor: Actor, **values: Any) -> uuid.UUID:
    with database.write(actor) as session:
        journal.name_change(session, "Add")
        made = Customer(**{"number": "K1", "name": "王思远", **values})
        session.add(made)
        session.flush()
        return made.id


# ---------------------------------------------------------------- capture


def test_that_an_insert_is_recorded_whole(database: Database, admin: Actor) -> None:
    with database.write(admin) as session:
        journal.name_change(session, "Add {number}", number="K1")
        session.add(Customer(number="K1", name="王思远", switch_dates=["2026-01-02"]))
    changes = session.info["changes"]
    with database.read() as reading:
        made = last_set(reading)
        (change,) = changes_of(reading, made)
        customer = reading.scalars(select(Customer)).one()
        assert (made.title, made.args, made.kind) == ("Add {number}", {"number": "K1"}, "edit")
        assert (made.actor_id, made.actor_name) == (admin.user_id, admin.name)
        assert (change.entity, change.op, change.row_id) == ("customer", "insert", str(customer.id))
        assert change.fields["name"] == "王思远"
        assert change.fields["switch_dates"] == ["2026-01-02"]
        assert change.fields["joined_on"] is None
        assert dt.datetime.fromisoformat(change.fields["created_at"]) == customer.created_at
        columns = {column.key for column in Customer.__table__.columns}
        assert change.fields.keys() == columns - {"version", "updated_at"}
    assert (changes.change_set_id, changes.title, changes.count) == (made.id, "Add {number}", 1)
    assert changes.tables == {"customer", "customer_stat", "change_set"}


def test_that_an_update_is_recorded_with_old_and_new(database: Database, admin: Actor) -> None:
    key = add(database, admin)
    with database.write(admin) as session:
        journal.name_change(session, "Edit")
        one = session.get_one(Customer, key)
        one.name, one.joined_on = "王思园", dt.date(2026, 5, 1)
        session.flush()
        one.name, one.note = "王思源", "x"
        session.flush()
        one.note = ""
    with database.read() as reading:
        (change,) = changes_of(reading, last_set(reading))
        assert change.op == Op.UPDATE
        assert change.fields == {"name": ["王思远", "王思源"], "joined_on": [None, "2026-05-01"]}
        assert reading.get_one(Customer, key).version == 4


def test_that_a_delete_is_recorded_as_the_row_was_before(database: Database, admin: Actor) -> None:
    key = add(database, admin)
    with database.write(admin) as session:
        journal.name_change(session, "Remove")
        one = session.get_one(Customer, key)
        one.name = "changed first"
        session.flush()
        one.note = "and once more, not flushed"
        session.delete(one)
    with database.read() as reading:
        (change,) = changes_of(reading, last_set(reading))
        assert (change.op, change.fields["name"], change.fields["note"]) == ("delete", "王思远", "")


def test_that_a_row_that_came_and_went_leaves_no_trace(database: Database, admin: Actor) -> None:
    with database.write(admin) as session:
        one = Customer(number="K1", name="x")
        session.add(one)
        session.flush()
        session.delete(one)
    assert session.info["changes"].change_set_id is None


def test_that_a_row_deleted_and_added_again_is_an_update(database: Database, admin: Actor) -> None:
    key = add(database, admin)
    with database.write(admin) as session:
        journal.name_change(session, "Anew")
        one = session.get_one(Customer, key)
        created = one.created_at
        session.delete(one)
        session.flush()
        again = Customer(id=key, number="K1", name="neu", created_at=created)
        session.add(again)
    with database.read() as reading:
        (change,) = changes_of(reading, last_set(reading))
        assert (change.op, change.fields) == ("update", {"name": ["王思远", "neu"]})


def test_that_an_attribute_set_before_it_is_loaded_keeps_its_old_value(
    database: Database, admin: Actor
) -> None:
    key = add(database, admin)
    with database.write(admin) as session:
        journal.name_change(session, "Edit")
        one = session.get_one(Customer, key)
        session.expire_all()
        one.name = "neu"
    with database.read() as reading:
        (change,) = changes_of(reading, last_set(reading))
        assert change.fields == {"name": ["王思远", "neu"]}


def test_that_setting_what_is_there_already_is_no_change(database: Database, admin: Actor) -> None:
    key = add(database, admin, attributes={"a": 1})
    with database.write(admin) as session:
        one = session.get_one(Customer, key)
        one.name = "王思远"
        one.attributes = {"a": 1}
    assert session.info["changes"].change_set_id is None


def test_that_a_container_changed_later_does_not_change_the_record(
    database: Database, admin: Actor
) -> None:
    attributes: dict[str, Any] = {"a": [1]}
    with database.write(admin) as session:
        journal.name_change(session, "Add")
        session.add(Customer(number="K1", name="x", attributes=attributes))
        session.flush()
        attributes["a"].append(2)
    with database.read() as reading:
        (change,) = changes_of(reading, last_set(reading))
        assert change.fields["attributes"] == {"a": [1]}
        assert journal.verify_chain(reading) is None


def test_that_what_a_savepoint_takes_back_is_not_recorded(database: Database, admin: Actor) -> None:
    with database.write(admin) as session:
        journal.name_change(session, "Half")
        session.add(Customer(number="K1", name="stays"))
        savepoint = session.begin_nested()
        session.add(Customer(number="K2", name="goes"))
        session.flush()
        journal.bulk_insert(session, Customer, [{"number": "K3", "name": "goes"}])
        journal.record_event(session, "goes too")
        savepoint.rollback()
        with session.begin_nested():
            session.add(Customer(number="K4", name="stays"))
    with database.read() as reading:
        changes = changes_of(reading, last_set(reading))
        assert [one.fields["number"] for one in changes] == ["K1", "K4"]
        assert set(reading.scalars(select(Customer.number))) == {"K1", "K4"}


def test_that_an_order_written_alone_is_recorded(database: Database, admin: Actor) -> None:
    key = add(database, admin)
    with database.write(admin) as session:
        journal.name_change(session, "Write an order")
        order = Order(customer_id=key, number="1", day=739_000, amount=500)
        session.add(order)
        session.flush()
        order_id = order.id
    with database.read() as reading:
        (change,) = changes_of(reading, last_set(reading))
        assert (change.entity, change.row_id) == ("customer_order", str(order_id))
        spent = reading.execute(text("SELECT spend_total FROM customer_stat")).scalar()
        assert spent == 500


# ---------------------------------------------------------------- names and events


def test_that_an_unnamed_change_is_refused(database: Database, admin: Actor) -> None:
    before = tables_of(database)
    unnamed = pytest.raises(journal.UnnamedChangeError, match="customer")
    with unnamed, database.write(admin) as session:
        session.add(Customer(number="K1", name="x"))
    assert tables_of(database) == before


def test_that_the_first_name_wins_and_its_counts_can_be_completed(
    database: Database, admin: Actor
) -> None:
    with database.write(admin) as session:
        journal.name_change(session, "Outer {count}", kind=ChangeKind.BULK, count=0)
        journal.name_change(session, "Inner")
        journal.retitle_args(session, count=1, on=dt.date(2026, 9, 1), who=admin.user_id)
        session.add(Customer(number="K1", name="x"))
    with database.read() as reading:
        made = last_set(reading)
        assert (made.title, made.kind) == ("Outer {count}", "bulk")
        assert made.args == {"count": 1, "on": "2026-09-01", "who": str(admin.user_id)}


def test_that_events_are_change_sets_of_their_own(database: Database, admin: Actor) -> None:
    with database.write(admin) as session:
        journal.record_event(session, "Sign in {name}", name="x")
    made = session.info["changes"]
    assert (made.title, made.kind, made.count) == ("Sign in {name}", ChangeKind.EVENT, 0)
    with database.write(admin) as session:
        journal.name_change(session, "Add")
        session.add(Customer(number="K1", name="x"))
        journal.record_event(session, "Reveal")
        journal.record_event(session, "Export")
    assert session.info["changes"].title == "Add"
    with database.read() as reading:
        sets = reading.scalars(select(ChangeSet).order_by(ChangeSet.seq.desc()).limit(4)).all()
        titles = [(one.title, one.kind, one.changes) for one in sets]
        assert titles == [
            ("Export", "event", 0),
            ("Reveal", "event", 0),
            ("Add", "edit", 1),
            ("Sign in {name}", "event", 0),
        ]
        assert journal.verify_chain(reading) is None


def test_that_an_event_does_not_name_a_change(database: Database, admin: Actor) -> None:
    with pytest.raises(journal.UnnamedChangeError), database.write(admin) as session:
        journal.record_event(session, "Reveal")
        session.add(Customer(number="K1", name="x"))


def test_that_a_draft_is_saved_without_a_change_set(database: Database, admin: Actor) -> None:
    with database.write(admin) as session:
        draft = TypedDraft(user_id=admin.user_id, key="case", content={"a": 1}, saved_at=utcnow())
        session.add(draft)
    changes = session.info["changes"]
    assert (changes.change_set_id, changes.tables) == (None, {"typed_draft"})
    with database.read() as reading:
        assert reading.scalars(select(TypedDraft.content)).all() == [{"a": 1}]


def test_that_nothing_is_written_after_an_exception(database: Database, admin: Actor) -> None:
    before = tables_of(database)
    with pytest.raises(ZeroDivisionError), database.write(admin) as session:
        journal.name_change(session, "Add")
        session.add(Customer(number="K1", name="x"))
        session.flush()
        journal.bulk_insert(session, Customer, [{"number": "K2", "name": "y"}])
        _ = 1 // 0
    assert tables_of(database) == before
    assert session.info["changes"].change_set_id is None
    with database.read() as reading:
        assert reading.execute(text("SELECT count(*) FROM customer_stat")).scalar() == 0


# ---------------------------------------------------------------- guards

FORBIDDEN = {
    "ORM-enabled insert": lambda s: s.execute(
        insert(Customer), [{"id": new_id(), "number": "1", "name": "x"}]
    ),
    "ORM-enabled update": lambda s: s.execute(update(Customer).values(name="x")),
    "core update": lambda s: s.connection().execute(update(Customer.__table__).values(name="x")),
    "core delete": lambda s: s.connection().execute(Customer.__table__.delete()),
    "facts": lambda s: s.execute(update(Order).values(amount=0)),
    "bulk_save_objects": lambda s: s.bulk_save_objects([Customer(number="1", name="x")]),
    "text": lambda s: s.execute(text("update customer set name = 'x'")),
    "text with OR": lambda s: s.execute(text("INSERT OR REPLACE INTO customer(id) VALUES (1)")),
    "replace": lambda s: s.execute(text("  REPLACE INTO customer(id) VALUES (1)")),
    "quoted": lambda s: s.execute(text('DELETE FROM "customer_order"')),
    "with": lambda s: s.execute(text("WITH a AS (SELECT 1) UPDATE customer SET name = 'x'")),
    "driver": lambda s: s.connection().exec_driver_sql("DELETE FROM setting"),
}


@pytest.mark.parametrize("way", sorted(FORBIDDEN))
def test_that_rows_cannot_be_changed_past_the_journal(
    database: Database, admin: Actor, way: str
) -> None:
    add(database, admin)
    before = tables_of(database)
    with pytest.raises(RuntimeError, match="unit of work"), database.write(admin) as session:
        FORBIDDEN[way](session)
    assert tables_of(database) == before


def test_that_the_guard_lets_derived_tables_and_questions_through(
    database: Database, admin: Actor
) -> None:
    with database.write(admin) as session:
        session.execute(text("UPDATE customer_stat SET klass = 'c'"))
        session.execute(text("WITH a AS (SELECT 'DELETE FROM nothing') SELECT * FROM a")).all()


def test_that_the_guard_is_there_after_a_failed_flush(database: Database, admin: Actor) -> None:
    add(database, admin)
    with pytest.raises(RuntimeError, match="unit of work"), database.write(admin) as session:
        with pytest.raises(Exception, match="UNIQUE"), session.begin_nested():
            session.add(Customer(number="K1", name="twice"))
            session.flush()
        session.execute(update(Customer).values(name="x"))


def test_that_only_the_database_commits(database: Database, admin: Actor) -> None:
    before = tables_of(database)
    with pytest.raises(RuntimeError, match="commits"), database.write(admin) as session:
        journal.name_change(session, "Add")
        session.add(Customer(number="K1", name="x"))
        session.commit()
    assert tables_of(database) == before


def test_that_a_reading_session_cannot_write(database: Database, admin: Actor) -> None:
    key = add(database, admin)
    with pytest.raises(DatabaseError) as caught, database.read() as session:
        session.get_one(Customer, key).name = "x"
        session.flush()
    assert caught.value.trouble is Trouble.READ_ONLY
    with database.read() as session:
        with pytest.raises(RuntimeError, match="only reads"):
            journal.name_change(session, "x")
        assert session.get_one(Customer, key).name == "王思远"


def test_that_a_second_write_of_the_same_thread_is_refused(
    database: Database, admin: Actor
) -> None:
    with database.write(admin) as session:
        with pytest.raises(RuntimeError, match="writing already"), database.write(admin):
            pass
        journal.name_change(session, "Add")
        session.add(Customer(number="K1", name="x"))
    assert session.info["changes"].count == 1


# ---------------------------------------------------------------- bulk


def test_that_bulk_writers_record_each_row(database: Database, admin: Actor) -> None:
    rows = [{"number": f"K{n}", "name": f"客户{n}", "joined_on": None} for n in range(1_200)]
    with database.write(admin) as session:
        journal.name_change(session, "Add many")
        keys = journal.bulk_insert(session, Customer, rows)
        assert journal.bulk_insert(session, Customer, []) == []
    with database.write(admin) as session:
        journal.name_change(session, "Change many")
        wanted = [{"id": key, "name": f"客户{n}", "note": "x"} for n, key in enumerate(keys)]
        wanted[0]["name"] = "anders"
        assert journal.bulk_update(session, Customer, wanted) == 1_200
        assert journal.bulk_update(session, Customer, wanted) == 0
    with database.read() as reading:
        assert len(reading.scalars(select(Customer.id).where(Customer.note == "x")).all()) == 1_200
        changes = {one.row_id: one for one in changes_of(reading, last_set(reading))}
        assert len(changes) == 1_200
        assert changes[str(keys[0])].fields == {"name": ["客户0", "anders"], "note": ["", "x"]}
        assert changes[str(keys[1])].fields == {"note": ["", "x"]}
        assert reading.get_one(Customer, keys[1]).version == 2
    with database.write(admin) as session:
        journal.name_change(session, "Remove many")
        assert journal.bulk_delete(session, Customer, keys) == 1_200
        assert journal.bulk_delete(session, Customer, keys) == 0
    with database.read() as reading:
        changes = {one.row_id: one for one in changes_of(reading, last_set(reading))}
        assert changes[str(keys[0])].fields["name"] == "anders"
        assert reading.execute(text("SELECT count(*) FROM customer_fts")).scalar() == 0


def test_that_bulk_writers_see_what_was_not_flushed(database: Database, admin: Actor) -> None:
    key = add(database, admin)
    with database.write(admin) as session:
        journal.name_change(session, "Edit")
        one = session.get_one(Customer, key)
        one.note = "von Hand"
        journal.bulk_update(session, Customer, [{"id": key, "name": "neu"}])
        assert (one.name, one.note) == ("neu", "von Hand")
        one.phone = "1"
    with database.read() as reading:
        (change,) = changes_of(reading, last_set(reading))
        assert change.fields == {
            "note": ["", "von Hand"], "name": ["王思远", "neu"], "phone": ["", "1"]
        }  # fmt: skip


def test_that_bulk_writers_refuse_what_is_not_journalled(database: Database, admin: Actor) -> None:
    with database.write(admin) as session:
        for write in (journal.bulk_insert, journal.bulk_update, journal.bulk_delete):
            with pytest.raises(RuntimeError, match="not journalled"):
                write(session, TypedDraft, [{"id": 1}])
        with pytest.raises(RuntimeError, match="facts"):
            journal.bulk_insert(session, Order, [{"id": 1}])
        with pytest.raises(KeyError):
            journal.bulk_update(session, Customer, [{"id": new_id(), "name": "x"}])


def test_that_facts_carry_their_import(database: Database, admin: Actor) -> None:
    key = add(database, admin)
    rows = [{"customer_id": key, "number": str(n), "day": 739_000, "amount": n} for n in range(3)]
    with database.write(admin) as session:
        with pytest.raises(RuntimeError, match="mark_import"):
            journal.insert_facts(session, Order, rows)
        journal.name_change(session, "Import", kind=ChangeKind.IMPORT)
        job = ImportJob(kind="orders", file_name="f", digest="d")
        session.add(job)
        session.flush()
        job_id = job.id
        journal.mark_import(session, job_id)
        journal.insert_facts(session, Order, rows)
        journal.insert_facts(session, Order, [])
    with database.read() as reading:
        made = last_set(reading)
        assert (made.import_id, made.changes) == (job_id, 4)
        assert [one.entity for one in changes_of(reading, made)] == ["import_job"]
        orders = reading.execute(select(Order.import_id, Order.currency)).all()
        assert orders == [(job_id, "CNY")] * 3


def test_that_the_history_of_a_record_is_told_newest_first(
    database: Database, admin: Actor, agent: Actor
) -> None:
    key = add(database, admin)
    for actor, name in ((agent, "b"), (admin, "c")):
        with database.write(actor) as session:
            journal.name_change(session, "Rename")
            session.get_one(Customer, key).name = name
    with database.read() as reading:
        found = journal.history(reading, "customer", key)
        assert [(one.actor_name, change.op) for one, change in found] == [
            ("administrator", "update"), ("agent", "update"), ("administrator", "insert"),
        ]  # fmt: skip
        assert journal.count_changes(reading) == 4


# ---------------------------------------------------------------- values

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner),
    max_leaves=6,
)  # fmt: skip


@given(
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    attributes=st.dictionaries(st.text("甲ab", max_size=3), JSON, max_size=3),
    joined=st.none() | st.dates(dt.date(1900, 1, 1)),
)
def test_that_any_value_comes_back_from_the_journal(
    name: str, attributes: dict[str, Any], joined: dt.date | None
) -> None:
    table = Customer.__table__
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    row = {
        "id": new_id(), "name": name, "attributes": attributes, "joined_on": joined,
        "created_at": moment, "is_identified": True,
    }  # fmt: skip
    written = json.loads(json.dumps(recording.plain_row(row, table)))
    for key, value in row.items():
        assert recording.from_plain(table.c[key], written[key]) == value


# ---------------------------------------------------------------- the chain


def small_history(database: Database, actor: Actor) -> None:
    source = random.Random(5)
    for number in range(4):
        with database.write(actor) as session:
            journal.name_change(session, "Add {n}", n=number)
            customer = Customer(number=f"K{number}", name=source.choice(["王", "李"]))
            session.add(customer)
            session.flush()
            session.add(Contact(customer_id=customer.id, name="甲"))
        with database.write(actor) as session:
            journal.name_change(session, "Edit {n}", n=number)
            one = session.scalars(select(Customer).order_by(Customer.number.desc())).first()
            assert one is not None
            one.note, one.attributes = f"n{number}", {"k": number}
        with database.write(actor) as session:
            journal.record_event(session, "Look", at=number)


COLUMNS = {
    "change_set": (
        "id", "device", "seq", "at", "kind", "title", "args", "actor_id", "actor_name", "undoes",
        "undone_by", "import_id", "changes", "digest",
    ),
    "change": ("change_set_id", "position", "entity", "row_id", "op", "fields"),
}  # fmt: skip


def tampered(source: random.Random, value: Any) -> Any:
    """Another value, also one that the column could not hold."""
    if isinstance(value, int):
        return value + source.choice([-1, 1, 100])
    if value is None:
        return source.choice([uuid.uuid4().hex, "x", 5])
    if source.random() < 0.15:
        return source.choice([None, "", "[", "x" * 40])
    place = source.randrange(len(value))
    if value[0] in "{[" and source.random() < 0.5:
        content = json.loads(value)
        return json.dumps({**content, "more": 1} if isinstance(content, dict) else [1])
    return value[:place] + chr((ord(value[place]) + 1 - 32) % 90 + 32) + value[place + 1 :]


def test_that_every_tampering_is_found(small: Database) -> None:
    small_history(small, SYSTEM)
    source = random.Random(20260915)
    with small.read() as session:
        assert journal.verify_chain(session) is None
        newest = session.scalar(select(ChangeSet.id).order_by(ChangeSet.seq.desc()).limit(1))
    missed = []
    engine = small._engine
    for _ in range(1_000):
        table = source.choice(sorted(COLUMNS))
        column = source.choice(COLUMNS[table])
        with engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            rows = connection.exec_driver_sql(f"SELECT rowid, {column} FROM {table}").all()
            rowid, value = source.choice(rows)
            new = tampered(source, value)
            if column == "at":  # any sign may stand between day and time
                new = value.translate(str.maketrans("0123456789", "1234567890"))
            how = f"{table}.{column}: {value} to {new}"
            if source.random() < 0.1:
                keep = f"id <> '{newest.hex}' AND " if table == "change_set" else ""
                statement = f"DELETE FROM {table} WHERE {keep}rowid = ?"
                gone = connection.exec_driver_sql(statement, (rowid,)).rowcount
                is_other, how = gone > 0, f"deleted {table} {rowid}"
            else:
                if isinstance(value, str) and value[:1] in "{[" and is_same_json(value, new):
                    new = "{}!"
                statement = f"UPDATE OR IGNORE {table} SET {column} = ? WHERE rowid = ?"
                try:
                    connection.exec_driver_sql(statement, (new, rowid))
                except Exception:  # noqa: BLE001  (NOT NULL: the engine itself refused it)
                    connection.exec_driver_sql("ROLLBACK")
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                now = connection.exec_driver_sql(
                    f"SELECT {column} FROM {table} WHERE rowid = ?", (rowid,)
                ).scalar()
                is_other = now != value
            with Session(connection) as session:
                found = journal.verify_chain(session)
            if is_other != (found is not None):
                missed.append(how)
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    assert missed == []


def is_same_json(left: str, right: Any) -> bool:
    try:
        return bool(json.loads(left) == json.loads(right))
    except (ValueError, TypeError):
        return False


def test_that_the_first_tampered_change_set_is_named(database: Database, admin: Actor) -> None:
    small_history(database, admin)
    with database._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE change_set SET title = 'x' WHERE seq IN (7, 9)")
    with database.read() as session:
        assert journal.verify_chain(session) == 7


def test_that_a_change_without_a_change_set_is_found(database: Database, admin: Actor) -> None:
    with database._engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql(
            "INSERT INTO change VALUES ('00', 1, 'customer', 'x', 'insert', '{}')"
        )
        connection.exec_driver_sql("BEGIN")
    with database.read() as session:
        assert journal.verify_chain(session) == 0


def test_that_the_class_of_a_setting_and_a_user_do_not_touch_figures(
    database: Database, admin: Actor
) -> None:
    with database.write(admin) as session:
        journal.name_change(session, "Add")
        session.add(User(login="neu", name="neu", role="agent"))
    assert "customer_stat" not in session.info["changes"].tables
    with database.write(admin) as session:
        journal.name_change(session, "Set")
        session.add(Setting(key="company", value={"name": "x"}))
    assert "setting" in session.info["changes"].tables


def test_that_rows_of_a_case_are_told_by_their_table(database: Database, admin: Actor) -> None:
    key = add(database, admin)
    with database.write(admin) as session:
        journal.name_change(session, "Open")
        session.add(
            Case(
                number="F1", customer_id=key, kind="lapsing", stage_since=utcnow(),
                opened_on=dt.date(2026, 9, 1), value_at_stake=5,
            )
        )  # fmt: skip
    assert {"departure_case", "change_set"} == session.info["changes"].tables
