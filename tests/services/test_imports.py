"""Understood rows meet the database, without any file."""

import pytest
from sqlalchemy import func, select

from db.models import Customer, ImportJob, Order
from db.session import Actor, Database
from db.vocabulary import ImportKind, MatchKey, Role
from desktop_app.domain.customers import CustomerDraft
from desktop_app.errors import NotAllowedError
from desktop_app.progress import Silent
from desktop_app.services import customers, imports
from desktop_app.services.import_customers import CustomerImport, CustomerRow
from desktop_app.services.import_orders import OrderChoices, OrderImport, OrderRow
from desktop_app.services.imports import Outcome, RowStatus, Source

SOURCE = Source(ImportKind.CUSTOMERS, "a.csv", "0" * 64, {"signature": "s", "kind": "customers"})
ORDER_SOURCE = Source(ImportKind.ORDERS, "o.csv", "1" * 64, {"signature": "o"})


def take_customers(
    database: Database, actor: Actor, key: MatchKey, *rows: CustomerRow, dry: bool = False
) -> Outcome:
    outcome = Outcome(dry)
    with database.write(actor) as session:
        CustomerImport(session, SOURCE, key, outcome).take(rows, Silent())
        imports.finish_job(session, outcome, len(outcome.rejected))
    return outcome


def test_that_a_generated_number_is_never_given_twice(database: Database, admin: Actor) -> None:
    with database.write(admin) as session:
        customers.create(session, CustomerDraft(name="by hand"))
    outcome = take_customers(
        database,
        admin,
        MatchKey.PHONE,
        CustomerRow(1, {"number": "K000003", "name": "a", "phone": "13800138001"}),
        CustomerRow(2, {"name": "b", "phone": "13800138002"}),
        CustomerRow(3, {"name": "c", "phone": "13800138003"}),
        CustomerRow(4, {"number": "K000002", "name": "d", "phone": "13800138004"}),
        CustomerRow(5, {"number": "K000003", "name": "e", "phone": "13800138005"}),
    )
    assert outcome.statuses[RowStatus.NEW] == 3
    assert [row for row, _ in outcome.rejected] == [4, 5]
    with database.read() as session:
        assert sorted(session.scalars(select(Customer.number))) == [
            "K000001",
            "K000002",
            "K000003",
            "K000004",
        ]


def test_that_a_dry_run_and_a_run_with_nothing_new_leave_no_trace(
    database: Database, admin: Actor
) -> None:
    row = CustomerRow(1, {"number": "1", "name": "a"}, {"tier": "gold"}, "", "", "Anna")
    dry = take_customers(database, admin, MatchKey.NUMBER, row, dry=True)
    assert dry.statuses[RowStatus.NEW] == 1
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 0
        assert session.scalar(select(func.count()).select_from(ImportJob)) == 0
    assert take_customers(database, admin, MatchKey.NUMBER, row).job_id is not None
    again = take_customers(database, admin, MatchKey.NUMBER, row)
    assert again.statuses == {RowStatus.SAME: 1}
    assert again.job_id is None
    with database.read() as session:
        job = session.scalars(select(ImportJob)).one()
        assert (job.rows, job.new, job.changed, job.same, job.rejected) == (1, 1, 0, 0, 0)


def test_that_a_customer_met_in_orders_becomes_identified(database: Database, admin: Actor) -> None:
    outcome = Outcome(is_dry=False)
    with database.write(admin) as session:
        orders = OrderImport(session, ORDER_SOURCE, OrderChoices(), outcome)
        orders.take([OrderRow(2, "7", "A1", 730_000, 500, None, "CNY")], {}, set(), Silent())
        imports.finish_job(session, outcome, 0)
    row = CustomerRow(1, {"number": "7", "name": "Anna"})
    assert take_customers(database, admin, MatchKey.NUMBER, row).statuses == {RowStatus.CHANGED: 1}
    with database.read() as session:
        found = session.scalars(select(Customer)).one()
        assert (found.name, found.is_identified) == ("Anna", True)
        assert session.scalar(select(func.count()).select_from(Order)) == 1


def test_that_only_those_who_may_import_do(database: Database, actors: dict[Role, Actor]) -> None:
    outcome = Outcome(is_dry=True)
    for role in (Role.AUDITOR, Role.FIELD_STAFF, Role.AGENT):
        with database.read() as session:
            session.info["actor"] = actors[role]
            with pytest.raises(NotAllowedError):
                CustomerImport(session, SOURCE, MatchKey.NUMBER, outcome)
            with pytest.raises(NotAllowedError):
                OrderImport(session, ORDER_SOURCE, OrderChoices(), outcome)
            with pytest.raises(NotAllowedError):
                imports.remembered_mapping(session, "s")


def test_that_the_newest_mapping_of_a_signature_is_remembered(
    database: Database, admin: Actor
) -> None:
    take_customers(database, admin, MatchKey.NUMBER, CustomerRow(1, {"number": "1", "name": "a"}))
    with database.read() as session:
        session.info["actor"] = admin
        assert imports.remembered_mapping(session, "s") == SOURCE.mapping
        assert imports.remembered_mapping(session, "t") is None
