"""Scan of the CDNOW orders against an independent computation with pandas."""

from datetime import date
from math import ceil
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from db import journal
from db.models import Customer, CustomerStat, DefectionSignal, ImportJob, Order
from db.queries.customers import class_sizes
from db.session import Actor, Database
from db.vocabulary import CustomerClass, RuleKind
from desktop_app.progress import Silent
from desktop_app.services import detection, triage

AS_OF = date(1998, 6, 30)

pytestmark = pytest.mark.realdata


@pytest.fixture
def frame(shared_data: Path) -> pd.DataFrame:
    """The orders as pandas reads them, amounts in fen."""
    orders = pd.read_csv(
        shared_data / "cdnow" / "orders.csv", dtype={"customer_id": str}, parse_dates=["ordered_on"]
    )
    orders["fen"] = (orders["amount"] * 100).round().astype("int64")
    orders["day"] = orders["ordered_on"].map(lambda moment: moment.date().toordinal())
    return orders


@pytest.fixture
def loaded(database: Database, admin: Actor, frame: pd.DataFrame) -> Database:
    """The orders in the database."""
    with database.write(admin) as session:
        journal.name_change(session, "Load")
        numbers = sorted(frame["customer_id"].unique())
        ids = dict(
            zip(
                numbers,
                journal.bulk_insert(
                    session, Customer, [{"number": number, "name": number} for number in numbers]
                ),
                strict=True,
            )
        )
        job = ImportJob(kind="orders", file_name="orders.csv", digest="")
        session.add(job)
        session.flush()
        journal.mark_import(session, job.id)
        journal.insert_facts(
            session,
            Order,
            [
                {
                    "customer_id": ids[row.customer_id],
                    "number": str(row.order_no),
                    "day": row.day,
                    "amount": row.fen,
                    "quantity": row.quantity * 1000,
                    "currency": "CNY",
                }
                for row in frame.itertuples()
            ],
        )
    return database


def expected_classes(frame: pd.DataFrame, start: int, stop: int) -> pd.Series:
    """Class by rank of spend in (start, stop], ties by number, nothing spent is C."""
    spend = (
        frame[(frame["day"] > start) & (frame["day"] <= stop)].groupby("customer_id")["fen"].sum()
    )
    everybody = pd.DataFrame(index=sorted(frame["customer_id"].unique()))
    everybody["spend"] = spend
    everybody = everybody.fillna({"spend": 0}).reset_index(names="number")
    ranked = everybody.sort_values(["spend", "number"], ascending=[False, True])
    size = len(ranked)
    ranked["klass"] = (
        ["a"] * ceil(size / 20) + ["b"] * (ceil(size / 5) - ceil(size / 20))
        + ["c"] * (size - ceil(size / 5))
    )  # fmt: skip
    ranked.loc[ranked["spend"] <= 0, "klass"] = "c"
    return ranked.set_index("number")["klass"]


def expected_hits(frame: pd.DataFrame) -> dict[RuleKind, set[str]]:
    """Customers whom each rule must flag, computed column-wise."""
    today = AS_OF.toordinal()
    by_customer = frame.groupby("customer_id")
    days = by_customer["day"].agg(["nunique", "min", "max"])
    mean = (days["max"] - days["min"]) / (days["nunique"] - 1)
    lapsing = days[(days["nunique"] >= 3) & (today - days["max"] > 2 * mean)].index
    current = frame[frame["day"] > today - 90].groupby("customer_id")["fen"].sum()
    before = frame[(frame["day"] > today - 450) & (frame["day"] <= today - 90)]
    baseline = before.groupby("customer_id")["fen"].sum()
    often = before.groupby("customer_id")["day"].nunique()
    share = pd.DataFrame({"now": current, "before": baseline, "days": often}).fillna(0)
    moved = (share["before"] - 4 * share["now"]) * 10 >= 8 * share["before"]
    partial = share[moved & (share["now"] > 0) & (share["days"] >= 3) & (share["before"] > 0)].index
    now = expected_classes(frame, today - 365, today)
    earlier = expected_classes(frame, today - 730, today - 365)
    spent_now = frame[frame["day"] > today - 365].groupby("customer_id")["fen"].sum()
    spent_before = frame[(frame["day"] <= today - 365) & (frame["day"] > today - 730)]
    drop = pd.DataFrame(
        {"was": earlier, "is": now, "now": spent_now,
         "before": spent_before.groupby("customer_id")["fen"].sum()}
    ).fillna({"now": 0, "before": 0})  # fmt: skip
    fell = drop[(drop["was"] < drop["is"]) & ((drop["before"] - drop["now"]) * 2 >= drop["before"])]
    return {
        RuleKind.LAPSING: set(lapsing),
        RuleKind.PARTIAL_SHARE: set(partial),
        RuleKind.PRODUCT_LINE_STOP: set(),
        RuleKind.VALUE_DOWNGRADE: set(fell[fell["before"] > 0].index),
    }


def test_that_figures_classes_and_hits_equal_pandas_and_a_second_scan_finds_nothing_new(
    loaded: Database, admin: Actor, frame: pd.DataFrame
) -> None:
    with loaded.read() as session:
        stats = pd.DataFrame(
            session.execute(
                select(
                    CustomerStat.number,
                    CustomerStat.orders,
                    CustomerStat.first_day,
                    CustomerStat.last_day,
                    CustomerStat.spend_total,
                    CustomerStat.spend_window,
                    CustomerStat.klass,
                )
            ).all()
        ).set_index("number")
        sizes = class_sizes(session)
    by_customer = frame.groupby("customer_id")
    today = AS_OF.toordinal()
    assert stats["orders"].to_dict() == by_customer.size().to_dict()
    assert stats["first_day"].to_dict() == by_customer["day"].min().to_dict()
    assert stats["last_day"].to_dict() == by_customer["day"].max().to_dict()
    assert stats["spend_total"].to_dict() == by_customer["fen"].sum().to_dict()
    inside = frame[frame["day"] > today - 365].groupby("customer_id")["fen"].sum()
    assert stats["spend_window"].to_dict() == inside.reindex(stats.index).fillna(0).to_dict()
    assert stats["klass"].to_dict() == expected_classes(frame, today - 365, today).to_dict()
    assert sizes == {CustomerClass.A: 1179, CustomerClass.B: 3535, CustomerClass.C: 18856}

    with loaded.write(admin) as session:
        first = detection.scan(session, Silent(), AS_OF)
    expected = expected_hits(frame)
    assert first.found == {kind: len(hits) for kind, hits in expected.items()}
    assert first.found[RuleKind.LAPSING] > 1000
    with loaded.read() as session:
        rows = session.execute(
            select(DefectionSignal.kind, Customer.number).join(
                Customer, Customer.id == DefectionSignal.customer_id
            )
        ).all()
    found: dict[str, set[str]] = {kind: set() for kind in expected}
    for kind, number in rows:
        found[kind].add(number)
    assert found == expected

    with loaded.write(admin) as session:
        second = detection.scan(session, Silent(), AS_OF)
    assert second.found == first.found
    assert sum(second.new.values()) == 0
    assert session.info["changes"].change_set_id is None

    with loaded.write(admin) as session:
        accepted = triage.accept(session, triage.waiting_ids(session))
    assert len(accepted.case_ids) == len(rows)
    with loaded.write(admin) as session:
        third = detection.scan(session, Silent(), AS_OF)
    assert sum(third.new.values()) == 0
