"""Scan of the CDNOW orders against an independent computation with pandas."""

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
from tests import order_oracle
from tests.order_oracle import CDNOW_CLASSES
from tests.order_oracle import CDNOW_DAY as AS_OF

pytestmark = pytest.mark.realdata


@pytest.fixture
def frame(shared_data: Path) -> pd.DataFrame:
    """The orders as pandas reads them, amounts in fen."""
    return order_oracle.read_orders(shared_data / "cdnow" / "orders.csv")


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
    expected = order_oracle.figures(frame, AS_OF)
    assert stats["orders"].to_dict() == expected["orders"].to_dict()
    assert stats["first_day"].to_dict() == expected["first"].to_dict()
    assert stats["last_day"].to_dict() == expected["last"].to_dict()
    assert stats["spend_total"].to_dict() == expected["spend"].to_dict()
    assert stats["spend_window"].to_dict() == expected["window"].to_dict()
    assert stats["klass"].to_dict() == expected["klass"].to_dict()
    assert sizes == {CustomerClass(name): size for name, size in CDNOW_CLASSES.items()}

    with loaded.write(admin) as session:
        first = detection.scan(session, Silent(), AS_OF)
    hits = order_oracle.hits(frame, AS_OF)
    assert first.found == {kind: len(numbers) for kind, numbers in hits.items()}
    assert first.found[RuleKind.LAPSING] > 1000
    with loaded.read() as session:
        rows = session.execute(
            select(DefectionSignal.kind, Customer.number).join(
                Customer, Customer.id == DefectionSignal.customer_id
            )
        ).all()
    found: dict[str, set[str]] = {kind: set() for kind in hits}
    for kind, number in rows:
        found[kind].add(number)
    assert found == hits

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
