"""A workspace that counts in dollars says so wherever an amount stands."""

import datetime as dt

import pytest
from sqlalchemy import select

from db.models import Case, DefectionSignal
from db.queries.signals import SignalFilter
from db.session import Actor, Database
from db.vocabulary import ImportKind, RuleKind
from desktop_app.columns.cases import CASE_COLUMNS
from desktop_app.columns.customers import CUSTOMER_COLUMNS
from desktop_app.columns.signals import SIGNAL_COLUMNS
from desktop_app.columns.work import WORK_COLUMNS
from desktop_app.domain.cases import OpenDraft
from desktop_app.progress import Silent
from desktop_app.services import cases, customers, detection, triage, work
from desktop_app.services.import_orders import OrderChoices, OrderImport, OrderRow
from desktop_app.services.imports import Outcome, Source

SOURCE = Source(ImportKind.ORDERS, "orders.csv", "0" * 64, {})
LAST = dt.date(2026, 8, 31)

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def dollars(database: Database, admin: Actor) -> Database:
    """K1 bought for 1,000 a month and now for 100; K2 keeps the newest day."""
    rows = [
        OrderRow(n, "K1", f"A{n}", (LAST - dt.timedelta(120 + 30 * n)).toordinal(), 100_000, None,
                 "USD")
        for n in range(10)
    ]  # fmt: skip
    rows += [OrderRow(20, "K1", "B", LAST.toordinal(), 10_000, None, "USD")]
    with database.write(admin) as session:
        choices = OrderChoices(currency="USD")
        orders = OrderImport(session, SOURCE, choices, Outcome(is_dry=False))
        orders.take(rows, {}, set(), Silent())
    with database.write(admin) as session:
        detection.scan(session, Silent())
    return database


def test_that_signals_cases_lists_and_work_have_the_sign(dollars: Database, admin: Actor) -> None:
    with dollars.read(admin) as session:
        kind = RuleKind.PARTIAL_SHARE
        signal = session.scalars(select(DefectionSignal).filter_by(kind=kind)).one()
        assert signal.sentence_en.startswith("Spent $100.00 in the last 90 days, usually $")
        assert signal.sentence_zh.startswith("最近 90 天消费 $100.00，同期通常为 $")
        rows = triage.list_signals(session, SignalFilter(), None, 0, 10)
        assert {shown(SIGNAL_COLUMNS, "spend_window", row)[0] for row in rows} == {"$"}
        (customer,) = customers.list_customers(session, customers.CustomerFilter())
        assert shown(CUSTOMER_COLUMNS, "spend_total", customer) == "$10,100.00"
    with dollars.write(admin) as session:
        triage.accept(session, [signal.id])
    with dollars.write(admin) as session:
        cases.open_case(session, customer.id, OpenDraft(kind=RuleKind.CANCEL_REQUEST))
    with dollars.read(admin) as session:
        assert session.scalars(select(Case.currency)).all() == ["USD", "USD"]
        assert work.counts(session, everybody=True).currency == "USD"
        lines = work.lines(session, work.View(everybody=True))
        values = [shown(WORK_COLUMNS, "value_at_stake", line) for line in lines]
        found = cases.list_cases(session, cases.CaseFilter())
        values += [shown(CASE_COLUMNS, "value_at_stake", row) for row in found]
        assert {value[0] for value in values} == {"$"}


def shown(columns, name: str, row: object) -> str:
    return str(next(column for column in columns if column.id == name).shown(row))
