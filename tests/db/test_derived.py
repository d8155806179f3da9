"""Maintained figures and classes are what pandas makes of the rows, whatever happened before."""

import datetime as dt
import random
import time
import uuid
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from db import derived, journal
from db.base import new_id
from db.derived import CLASS_WINDOW_KEY
from db.models import Customer, CustomerStat, ImportJob, Order, Setting, WorkspaceFigures
from db.session import SYSTEM, Database
from tests.journal_machine import check_derived
from tests.plans import plan_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEWEST = dt.date(2026, 6, 30).toordinal()


def load(database: Database, orders: list[dict[str, Any]], customers: int) -> list[uuid.UUID]:
    """Customers K00… and their orders; `customer` counts from zero."""
    with database.write(SYSTEM) as session:
        journal.name_change(session, "Load")
        rows = [{"number": f"K{n:06}", "name": f"客户{n}"} for n in range(customers)]
        keys = journal.bulk_insert(session, Customer, rows)
        add_orders(session, keys, orders)
    return keys


def add_orders(session: Session, keys: list[uuid.UUID], orders: list[dict[str, Any]]) -> None:
    journal.name_change(session, "Orders")
    job = ImportJob(kind="orders", file_name="f", digest="d")
    session.add(job)
    session.flush()
    journal.mark_import(session, job.id)
    facts = [
        {"customer_id": keys[one["customer"]], "number": "", "day": one["day"]}
        | {"amount": one["amount"]}
        for one in orders
    ]
    journal.insert_facts(session, Order, facts)


def stats(database: Database) -> pd.DataFrame:
    with database.read() as session:
        rows = session.execute(select(CustomerStat.__table__)).mappings().all()
    return pd.DataFrame([dict(row) for row in rows]).set_index("number").sort_index()


def expected(database: Database, window: int, today: int) -> pd.DataFrame:
    """The figures by definition, from the rows alone."""
    with database.read() as session:
        customers = pd.DataFrame(
            [dict(row) for row in session.execute(select(Customer.id, Customer.number)).mappings()],
            columns=["id", "number"],
        )
        orders = pd.DataFrame(
            session.execute(select(Order.customer_id, Order.day, Order.amount)).all(),
            columns=["id", "day", "amount"],
        )
    past = orders.day[orders.day <= today]
    stop = int(past.max()) if len(past) else today
    bought = orders[orders.amount >= 0].groupby("id")
    inside = orders[(orders.day > stop - window) & (orders.day <= stop)].groupby("id").amount
    earlier = orders[
        (orders.day > stop - 2 * window) & (orders.day <= stop - window)
    ].groupby("id").amount  # fmt: skip
    made = customers.set_index("id")
    made["orders"] = bought.size()
    made["purchase_days"] = bought.day.nunique()
    made["first_day"] = bought.day.min()
    made["last_day"] = bought.day.max()
    made["spend_total"] = orders.groupby("id").amount.sum()
    made["spend_window"] = inside.sum()
    made["spend_before"] = earlier.sum()
    counts = ["orders", "purchase_days", "spend_total", "spend_window", "spend_before"]
    made[counts] = made[counts].fillna(0).astype("int64")
    made = made.sort_values(["spend_window", "number"], ascending=[False, True])
    place = pd.Series(range(1, len(made) + 1), index=made.index)
    first, both = ceil(len(made) * 0.05 - 1e-9), ceil(len(made) * 0.20 - 1e-9)
    made["klass"] = "c"
    made.loc[place <= both, "klass"] = "b"
    made.loc[place <= first, "klass"] = "a"
    made.loc[made.spend_window <= 0, "klass"] = "c"
    return made.set_index("number").sort_index()


def check_against_pandas(database: Database, window: int = 365, today: int = 10**6) -> None:
    wanted, found = expected(database, window, today), stats(database)
    assert list(found.index) == list(wanted.index)
    for column in wanted.columns:
        left, right = found[column].astype("object"), wanted[column].astype("object")
        different = ~((left == right) | (left.isna() & right.isna()))
        assert not different.any(), (column, found[different], wanted[different])


ORDERS = st.lists(
    st.fixed_dictionaries(
        {
            "customer": st.integers(0, 24),
            "day": st.integers(NEWEST - 800, NEWEST),
            # few amounts: ties, zero purchases, returns
            "amount": st.sampled_from([-500, -100, 0, 100, 100, 100, 200, 5_000]),
        }
    ),
    max_size=60,
)


@pytest.mark.untraced
@given(orders=ORDERS, customers=st.integers(25, 45))
def test_that_figures_and_classes_are_those_of_pandas(
    orders: list[dict[str, Any]], customers: int, small: Database
) -> None:
    try:
        with small.write(SYSTEM) as session:
            journal.name_change(session, "Load")
            rows = [{"number": f"K{n:03}", "name": "x"} for n in range(customers)]
            keys = journal.bulk_insert(session, Customer, rows)
            add_orders(session, keys, orders)
        check_against_pandas(small)
    finally:
        clear(small)


def clear(database: Database) -> None:
    with database.write(SYSTEM) as session:
        journal.name_change(session, "Clear")
        for model in (Order, Customer):
            journal.bulk_delete(session, model, list(session.scalars(select(model.id))))


@pytest.mark.parametrize("count", [1, 2, 4, 5, 6, 19, 20, 21, 97, 100])
def test_that_class_sizes_are_exact(small: Database, count: int) -> None:
    load(small, [{"customer": n, "day": NEWEST, "amount": 100} for n in range(count)], count)
    found = stats(small)
    sizes = found.klass.value_counts().to_dict()
    assert sizes.get("a", 0) == ceil(count * 5 / 100)
    assert sizes.get("a", 0) + sizes.get("b", 0) == ceil(count * 20 / 100)
    assert list(found.klass) == sorted(found.klass)  # all spend the same: ties by number


def test_that_who_spent_nothing_is_in_the_last_class(small: Database) -> None:
    orders = [{"customer": 0, "day": NEWEST, "amount": 100}]
    orders += [{"customer": n, "day": NEWEST, "amount": -100} for n in range(1, 10)]
    load(small, orders, 100)
    assert stats(small).klass.value_counts().to_dict() == {"a": 1, "c": 99}
    check_against_pandas(small)


def test_that_returns_count_in_spend_only_and_gifts_are_purchases(small: Database) -> None:
    days = [(NEWEST, -300), (NEWEST - 3, 0), (NEWEST - 3, 500), (NEWEST - 400, 100)]
    load(small, [{"customer": 0, "day": day, "amount": amount} for day, amount in days], 1)
    row = stats(small).iloc[0]
    assert (row.orders, row.purchase_days) == (3, 2)
    assert (row.first_day, row.last_day) == (NEWEST - 400, NEWEST - 3)
    assert (row.spend_total, row.spend_window, row.spend_before) == (300, 200, 100)


def test_that_the_edges_of_the_window_are_half_open(small: Database) -> None:
    days = [(0, 1), (364, 2), (365, 4), (729, 8), (730, 16)]
    load(small, [{"customer": 0, "day": NEWEST - back, "amount": a} for back, a in days], 1)
    row = stats(small).iloc[0]
    assert (row.spend_window, row.spend_before) == (1 + 2, 4 + 8)


def test_that_orders_of_the_future_do_not_move_the_reference_day(small: Database) -> None:
    with time_machine.travel(dt.datetime(2026, 9, 15, 1, tzinfo=SHANGHAI), tick=False):
        today = dt.date(2026, 9, 15).toordinal()  # in UTC it is yesterday still
        days = [today - 400, today, today + 1, today + 100]
        load(small, [{"customer": 0, "day": day, "amount": 100} for day in days], 1)
        with small.read() as session:
            assert derived.reference_day(session) == today
        check_against_pandas(small, today=today)
        assert not small.refresh_figures()
    with time_machine.travel(dt.datetime(2026, 9, 16, 3, tzinfo=SHANGHAI), tick=False):
        assert small.refresh_figures()
        check_against_pandas(small, today=today + 1)
        assert not small.refresh_figures()


def test_that_the_class_window_is_a_setting(small: Database) -> None:
    orders = [{"customer": n, "day": NEWEST - 10 * n, "amount": 100 * n} for n in range(30)]
    load(small, orders, 30)
    for days in (30, 100, 365):
        with small.write(SYSTEM) as session:
            journal.name_change(session, "Set")
            setting = session.scalar(select(Setting).where(Setting.key == CLASS_WINDOW_KEY))
            if setting is None:
                session.add(Setting(key=CLASS_WINDOW_KEY, value={"days": days}))
            else:
                setting.value = {"days": days}
        check_against_pandas(small, window=days)
        with small.read() as session:
            row = session.execute(select(WorkspaceFigures.__table__)).one()
            assert tuple(row) == (NEWEST, days)


STEP = st.tuples(st.integers(0, 11), st.integers(0, 10_000))


@pytest.mark.untraced
@settings(max_examples=max(10, settings.default.max_examples // 3))
@given(steps=st.lists(STEP, min_size=1, max_size=12))
def test_that_small_changes_leave_nobody_in_a_wrong_class(
    steps: list[tuple[int, int]], small: Database
) -> None:
    try:
        orders = [{"customer": n, "day": NEWEST - n, "amount": 100 * (n % 4)} for n in range(22)]
        load(small, orders, 22)
        for kind, seed in steps:
            with small.write(SYSTEM) as session:
                journal.name_change(session, "Step")
                change(session, kind, random.Random(seed))
            check_against_pandas(small)
        check_derived(small, SYSTEM)
    finally:
        clear(small)


def change(session: Session, kind: int, source: random.Random) -> None:
    """One small change of customers or orders."""
    customers = session.scalars(select(Customer).order_by(Customer.number)).all()
    orders = session.scalars(select(Order).order_by(Order.id)).all()
    one = source.choice(customers)
    match kind:
        case 0 | 1:
            session.add(Customer(number=f"{source.choice('AKZ')}{new_id()}", name="y"))
        case 2:
            one.number = f"{source.choice('AKZ')}{source.randrange(10**9)}-{one.id}"
        case 3 | 4 if orders:
            source.choice(orders).amount = source.choice([-100, 0, 100, 300, 100_000])
        case 5 if orders:
            session.delete(source.choice(orders))
        case 6 if orders:
            source.choice(orders).day -= source.choice([1, 400])
        case 7 if orders:
            source.choice(orders).customer_id = one.id
        case 8 if not any(order.customer_id == one.id for order in orders) and len(customers) > 1:
            session.delete(one)
        case 9:
            one.name, one.phone = "umbenannt", "13900001111"
        case _:
            day = NEWEST + source.choice([-500, -1, 0, 1])
            amount = source.choice([-100, 0, 100, 200])
            session.add(Order(customer_id=one.id, number="", day=day, amount=amount))


def test_that_a_rebuild_changes_nothing(small: Database) -> None:
    load(small, [{"customer": n % 7, "day": NEWEST - n, "amount": n} for n in range(50)], 9)
    check_derived(small, SYSTEM)
    with small.write(SYSTEM) as session:
        session.execute(text("UPDATE customer_stat SET spend_window = 5, klass = 'a', name = 'x'"))
        derived.rebuild(session)
    check_against_pandas(small)
    check_derived(small, SYSTEM)


def test_that_days_become_dates() -> None:
    assert derived.as_date(None) is None
    assert derived.as_date(NEWEST) == dt.date(2026, 6, 30)


# Speed -------------------------------------------------------------------------------------------


def many(database: Database, customers: int, orders: int) -> list[uuid.UUID]:
    """Customers and orders by plain rows, then one rebuild."""
    source = random.Random(3)
    keys = [new_id() for _ in range(customers)]
    with database._engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO customer (id, number, name, kind, phone, email, address, district,"
            " card_number, is_identified, do_not_contact, is_deceased, malicious_arrears,"
            " switch_dates, attributes, note, version, created_at, updated_at) VALUES"
            " (?, ?, ?, 'person', '', '', '', '', '', 1, 0, 0, 0, '[]', '{}', '', 1,"
            " '2026-01-01', '2026-01-01')",
            [(key.hex, f"K{n:06}", f"客户{n}") for n, key in enumerate(keys)],
        )
        connection.exec_driver_sql(
            "INSERT INTO customer_order (customer_id, number, day, amount, currency)"
            " VALUES (?, '', ?, ?, 'CNY')",
            [
                (source.choice(keys).hex, NEWEST - source.randrange(900), source.randrange(10**6))
                for _ in range(orders)
            ],
        )
    with database.write(SYSTEM) as session:
        derived.rebuild(session)
    return keys


def test_that_figures_of_a_few_customers_read_only_their_orders(small: Database) -> None:
    load(small, [{"customer": n % 7, "day": NEWEST - n, "amount": n} for n in range(50)], 9)
    with small.read() as session:
        marks = ":c0, :c1"
        statement = text(
            derived._FIGURES.format(
                where=f"WHERE customer_id IN ({marks})", only=f"WHERE c.customer_id IN ({marks})"
            )
        )
        values = {"c0": "0", "c1": "1", "start": 1, "stop": 2, "before": 0}
        plan = plan_of(session, statement, values)
        assert "ix_customer_order_customer_id_day_amount" in plan
        assert "sqlite_autoindex_customer_stat" in plan or "uq_customer_stat" in plan
        for line in plan.splitlines():
            assert not line.startswith(("SCAN customer", "SCAN c")) or "USING" in line, plan


def test_that_classes_are_corrected_by_ranges_of_the_index(small: Database) -> None:
    values = {"a_spend": 5, "a_number": "K", "b_spend": 3, "b_number": "K"}
    with small.read() as session:
        for where in derived._MISPLACED:
            plan = plan_of(session, text(f"SELECT no FROM customer_stat WHERE {where}"), values)
            assert "ix_customer_stat_klass (klass=? AND spend_window" in plan


@pytest.mark.slow
def test_that_one_customer_changes_in_milliseconds_among_many(small: Database) -> None:
    keys = many(small, 100_000, 500_000)

    def order(session: Session, key: uuid.UUID) -> None:
        session.add(Order(customer_id=key, number="", day=NEWEST - 5, amount=10**6))

    def rename(session: Session, key: uuid.UUID) -> None:
        session.get_one(Customer, key).name = "neu"

    for work in (order, rename):
        spent = []
        for key in keys[:20]:
            begun = time.perf_counter()
            with small.write(SYSTEM) as session:
                journal.name_change(session, "One")
                work(session, key)
            spent.append(time.perf_counter() - begun)
        assert sorted(spent)[10] < 0.1, (work.__name__, spent)
    check_against_pandas(small)
