"""The orders of a customer as the card lists them."""

from sqlalchemy import select

from db.models import Customer
from db.queries import customer_card
from db.queries.customer_card import OrderFilter
from db.queries.paging import Sort
from db.session import Actor, Database
from db.vocabulary import ImportKind
from desktop_app.progress import Silent
from desktop_app.services.import_orders import OrderChoices, OrderImport, OrderRow
from desktop_app.services.imports import Outcome, Source

DAY = 739_000
SOURCE = Source(ImportKind.ORDERS, "orders.csv", "0" * 64, {})


def test_that_names_of_products_with_commas_stay_whole(database: Database, admin: Actor) -> None:
    rows = [
        OrderRow(number, "K1", order, DAY + day, 100, None, "CNY", ("", product, "笔"))
        for number, (order, day, product) in enumerate(
            [
                ("A", 0, "Pen, blue"), ("A", 0, "Ink"), ("A", 0, "Pen, blue"), ("A", 0, ""),
                ("B", 1, ""),
            ]
        )
    ]  # fmt: skip
    with database.write(admin) as session:
        orders = OrderImport(session, SOURCE, OrderChoices(), Outcome(is_dry=False))
        orders.take(rows, {}, set(), Silent())
    with database.read(admin) as session:
        customer_id = session.scalars(select(Customer.id)).one()
        criteria = OrderFilter(customer_id)
        found = customer_card.list_orders(session, criteria, None, 0, 10)
        assert [(row.number, row.lines, row.products) for row in found] == [
            ("B", 1, ()),
            ("A", 4, ("Pen, blue", "Ink")),
        ]
        (first,) = customer_card.list_orders(session, criteria, Sort("number"), 0, 1)
        assert (first.number, first.currency, first.amount) == ("A", "CNY", 400)
