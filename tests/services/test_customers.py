"""Customers and contacts through the service."""

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from db.models import ChangeSet, Contact
from db.queries import customer_card as cards
from db.queries import customers as queries
from db.queries.paging import Sort
from db.session import Actor, Database
from db.vocabulary import CustomerClass, Role, RuleKind
from desktop_app.domain.cases import OpenDraft
from desktop_app.domain.customers import ContactDraft, CustomerDraft
from desktop_app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.services import cases, customers
from tests.world import add_customers, add_orders


def create(database: Database, actor: Actor, **values: object) -> uuid.UUID:
    with database.write(actor) as session:
        return customers.create(session, CustomerDraft.model_validate({"name": "王思远", **values}))


def test_that_a_customer_without_a_number_gets_the_next_free_one(
    database: Database, agent: Actor
) -> None:
    first = create(database, agent)
    second = create(database, agent, number="K000007")
    third = create(database, agent)
    with database.read(agent) as session:
        numbers = [customers.card(session, one)[0].row.number for one in (first, second, third)]
    assert numbers == ["K000001", "K000007", "K000008"]


def test_that_a_taken_number_is_refused_beside_its_field(database: Database, agent: Actor) -> None:
    create(database, agent, number="A1")
    with pytest.raises(InvalidInputError) as caught:
        create(database, agent, number="A1")
    assert caught.value.problems[0].field == "number"


def test_that_a_change_writes_only_what_differs_and_notices_another_writer(
    database: Database, agent: Actor
) -> None:
    customer_id = create(database, agent, switch_dates=["2025-03-01"])
    with database.read(agent) as session:
        card, _metrics = customers.card(session, customer_id)
    draft = customers.as_draft(card.values)
    assert draft.switch_dates == (date(2025, 3, 1),)
    changed = draft.model_copy(update={"phone": "13812348000"})
    with database.write(agent) as session:
        customers.change(session, customer_id, card.version, changed)
    assert session.info["changes"].count == 1
    with pytest.raises(ConflictError), database.write(agent) as session:
        customers.change(session, customer_id, card.version, draft)
    with pytest.raises(NotFoundError), database.write(agent) as session:
        customers.change(session, uuid.uuid4(), 1, draft)
    with database.write(agent) as session:
        customers.change(session, customer_id, card.version + 1, changed)
    assert session.info["changes"].change_set_id is None


def test_that_one_contact_is_primary_and_contacts_can_be_changed_and_removed(
    database: Database, agent: Actor
) -> None:
    customer_id = create(database, agent)
    with database.write(agent) as session:
        first = customers.add_contact(
            session, customer_id, ContactDraft(name="甲", is_primary=True)
        )
        second = customers.add_contact(
            session, customer_id, ContactDraft(name="乙", is_primary=True)
        )
    with database.read(agent) as session:
        rows = customers.card(session, customer_id)[0].contacts
    assert [(row.name, row.is_primary) for row in rows] == [("乙", True), ("甲", False)]
    with database.write(agent) as session:
        version = session.get_one(Contact, first).version
        customers.change_contact(session, first, version, ContactDraft(name="丙", duty="采购"))
    with pytest.raises(ConflictError), database.write(agent) as session:
        customers.change_contact(session, first, version, ContactDraft(name="丁"))
    with database.write(agent) as session:
        customers.remove_contact(session, second)
    with pytest.raises(NotFoundError), database.write(agent) as session:
        customers.remove_contact(session, second)
    with database.read(agent) as session:
        assert [row.name for row in customers.card(session, customer_id)[0].contacts] == ["丙"]


def test_that_looking_at_a_phone_is_an_event_and_needs_the_right(
    database: Database, actors: dict[Role, Actor]
) -> None:
    customer_id = create(database, actors[Role.AGENT], phone="13812348000")
    with database.write(actors[Role.AGENT]) as session:
        assert customers.reveal_phone(session, customer_id) == "13812348000"
    with database.read() as session:
        newest = session.scalars(select(ChangeSet).order_by(ChangeSet.seq.desc())).first()
        assert (newest.kind, newest.changes) == ("event", 0)
    with pytest.raises(NotAllowedError), database.write(actors[Role.AUDITOR]) as session:
        customers.create(session, CustomerDraft(name="x"))
    with pytest.raises(NotFoundError), database.read(actors[Role.AUDITOR]) as session:
        customers.card(session, uuid.uuid4())


def test_that_the_card_shows_the_figures_of_the_worked_example(
    database: Database, admin: Actor, fixed_time: object
) -> None:
    ids = add_customers(database, admin, {"K1": "王思远"})
    days = [date(2026, 8, 1), date(2026, 8, 11), date(2026, 8, 31)]
    add_orders(database, admin, ids["K1"], [(day, 300_00, "纸品") for day in days])
    add_orders(database, admin, ids["K1"], [(date(2026, 8, 31), -100_00)])
    with database.read(admin) as session:
        card, metrics = customers.card(session, ids["K1"])
        orders = cards.list_orders(session, cards.OrderFilter(ids["K1"]), None, 0, 10)
        assert cards.count_orders(session, cards.OrderFilter(ids["K1"])) == 4
        by_amount = cards.list_orders(session, cards.OrderFilter(ids["K1"]), Sort("amount"), 0, 1)
        timeline = cards.timeline(session, ids["K1"])
    assert (metrics.orders, metrics.returns) == (3, 1)
    assert (metrics.first, metrics.last) == (days[0], days[2])
    assert metrics.mean_interval_days == 15
    assert metrics.average_order == 300_00
    assert metrics.spend_window == card.row.spend_window == 800_00
    assert metrics.trend[-1] == 800_00
    assert by_amount[0].amount == -100_00
    assert {order.products for order in orders} == {("纸品",), ()}
    assert len(timeline) == 4


def test_that_lists_filter_sort_and_search(database: Database, admin: Actor) -> None:
    ids = add_customers(database, admin, {"K1": "王思远", "K2": "单雄信"}, phone="13912345678")
    ids |= add_customers(database, admin, {"U1": "散客"}, is_identified=False)
    add_orders(database, admin, ids["K2"], [(date(2026, 8, 1), 50_00)])
    everything = queries.CustomerFilter()
    with database.read() as session:
        rows = queries.list_customers(session, everything, None, 0, 10)
        assert [row.name for row in rows] == ["单雄信", "王思远", "散客"]
        for column in ("number", "name", "klass", "orders", "first_on", "last_on", "spend_total"):
            down = queries.list_customers(session, everything, Sort(column, descending=True), 0, 9)
            up = queries.list_customers(session, everything, Sort(column), 0, 9)
            assert [row.id for row in up] == [row.id for row in reversed(down)]
        assert queries.count_customers(session, queries.CustomerFilter(unidentified=True)) == 1
        assert queries.count_customers(session, queries.CustomerFilter(klass=CustomerClass.A)) == 1
        assert queries.count_customers(session, queries.CustomerFilter(text="wsy")) == 1
        assert queries.count_customers(session, queries.CustomerFilter(store_id=uuid.uuid4())) == 0
        assert queries.count_customers(session, queries.CustomerFilter(owner_id=uuid.uuid4())) == 0
        hits = queries.search(session, "5678")
    assert {hit.name for hit in hits} == {"单雄信", "王思远"}


def test_that_a_new_number_follows_the_longest_one_made_of_digits(
    database: Database, agent: Actor
) -> None:
    for number in ("K9A", "K999", "K1000001", "k5", "KX"):
        create(database, agent, number=number)
    made = create(database, agent)
    with database.read(agent) as session:
        assert customers.card(session, made)[0].row.number == "K1000002"


def test_that_the_timeline_stands_on_local_days_and_is_not_for_others(
    database: Database, admin: Actor, actors: dict[Role, Actor], fixed_time: time_machine.Traveller
) -> None:
    fixed_time.move_to(datetime(2026, 9, 15, 7, 30, tzinfo=ZoneInfo("Asia/Shanghai")))
    customer_id = create(database, admin)
    with database.write(admin) as session:
        cases.open_case(session, customer_id, OpenDraft(kind=RuleKind.CANCEL_REQUEST))
    with database.read(admin) as session:
        (entry,) = customers.timeline(session, customer_id)
    assert entry.day == date(2026, 9, 15)
    with database.read(actors[Role.FIELD_STAFF]) as session, pytest.raises(NotAllowedError):
        customers.timeline(session, customer_id)
