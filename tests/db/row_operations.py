"""Random writes over many tables, by every way there is to write: for `journal_machine`."""

import datetime as dt
import random
import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.base import Base, new_id, utcnow
from db.derived import CLASS_WINDOW_KEY
from db.models import (
    Case,
    CaseReason,
    Contact,
    ContactAttempt,
    Customer,
    ImportJob,
    Order,
    OrderLine,
    ReasonVersion,
    Setting,
    Store,
    User,
)
from db.vocabulary import ChangeKind, Role
from tests.journal_machine import Refused

TODAY = dt.date(2026, 9, 15)
NAMES = ("王思远", "单雄信", "欧阳修", "Anna Müller", "李四", "𠮷野家", "北京第三百货有限公司", "")


def pick(session: Session, source: random.Random, model: Any, *where: Any) -> Any:
    """A random row, the same for the same seed. Raises Refused when there is none."""
    rows = session.scalars(select(model).where(*where).order_by(model.id)).all()
    if not rows:
        raise Refused(model.__name__)
    return source.choice(rows)


def customer(source: random.Random) -> dict[str, Any]:
    return {
        "number": f"K{source.randrange(40):03}",  # collides now and then
        "name": source.choice(NAMES),
        "phone": f"138{source.randrange(10**8):08}",
        "card_number": source.choice(["", f"62{source.randrange(10**6):06}"]),
        "joined_on": source.choice([None, TODAY]),
        "switch_dates": source.choice([[], ["2026-01-02"]]),
        "attributes": source.choice([{}, {"等级": "金", "points": 1.5, "deep": {"1": [None]}}]),
    }


def add_customer(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Add customer")
    made = Customer(**customer(source))
    session.add(made)
    if source.random() < 0.5:
        session.flush()
        session.add(Contact(customer_id=made.id, name="甲"))
        made.note = "先写"
        session.flush()
        made.note = "后写"


def bulk_customers(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Add {count} customers", count=3)
    rows = [customer(source) | {"number": f"B{source.randrange(10**9)}"} for _ in range(3)]
    journal.bulk_insert(session, Customer, rows)


def edit_customer(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Edit customer")
    one = pick(session, source, Customer)
    values = customer(source)
    for name in source.sample(sorted(values), 3):
        setattr(one, name, values[name])


def assign_customers(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Assign", kind=ChangeKind.BULK)
    owner = pick(session, source, User)
    ids = session.scalars(select(Customer.id).order_by(Customer.id)).all()
    if not ids:
        raise Refused
    chosen = source.sample(list(ids), min(3, len(ids)))
    rows = [{"id": one, "owner_id": owner.id, "note": "分"} for one in chosen]
    journal.bulk_update(session, Customer, rows)


def swap_numbers(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Swap numbers")
    rows = session.scalars(select(Customer).order_by(Customer.id).limit(2)).all()
    if len(rows) < 2:
        raise Refused
    first, second = rows[0].number, rows[1].number
    rows[0].number = "swapping"
    session.flush()
    rows[1].number = first
    session.flush()
    rows[0].number = second


def delete_customer(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Delete customer")
    one = pick(session, source, Customer)
    if source.random() < 0.5:
        session.delete(one)
    else:
        journal.bulk_delete(session, Customer, [one.id])


def delete_with_contacts(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Delete with contacts")
    one = pick(session, source, Customer, Customer.id.in_(select(Contact.customer_id)))
    contacts = select(Contact.id).where(Contact.customer_id == one.id)
    journal.bulk_delete(session, Contact, list(session.scalars(contacts)))
    session.delete(session.get_one(Customer, one.id))


def move_contact(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Move contact")
    contact = pick(session, source, Contact)
    if source.random() < 0.3:
        session.delete(contact)
    else:
        target = Customer(**customer(source) | {"number": f"M{source.randrange(10**9)}"})
        session.add(target)
        session.flush()
        contact.customer_id = target.id


def open_case(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Open case")
    one = pick(session, source, Customer)
    session.add(
        Case(
            number=f"F{source.randrange(10**9)}",
            customer_id=one.id,
            kind="lapsing",
            stage_since=utcnow(),
            opened_on=TODAY,
            value_at_stake=source.choice([None, 12_300]),
        )
    )


def edit_case(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Edit case")
    case = pick(session, source, Case)
    match source.randrange(4):
        case 0:
            case.stage, case.closed_on = "closed", TODAY
        case 1:
            case.stage, case.closed_on = "assigned", None
        case 2:
            case.owner_id = pick(session, source, User).id
        case _:
            when = dt.datetime(2026, 9, source.randrange(1, 28), 10, tzinfo=dt.UTC)
            session.add(
                ContactAttempt(
                    case_id=case.id,
                    customer_id=case.customer_id,
                    channel="call",
                    result="reached",
                    at=when,
                )
            )


def set_reason(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Set reason")
    case = pick(session, source, Case)
    version = pick(session, source, ReasonVersion)
    old = session.scalar(
        select(CaseReason).where(CaseReason.case_id == case.id, CaseReason.layer == "root")
    )
    again = new_id() if old is None or source.random() < 0.5 else old.id
    if old is not None:
        session.delete(old)
        session.flush()
        session.expunge_all()
    session.add(CaseReason(id=again, case_id=case.id, layer="root", reason_version_id=version.id))


def import_orders(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Import {file}", kind=ChangeKind.IMPORT, file="o.csv")
    job = ImportJob(kind="orders", file_name="o.csv", digest="d", rows=4)
    session.add(job)
    session.flush()
    journal.mark_import(session, job.id)
    known = session.scalars(select(Customer.id).order_by(Customer.id)).all()
    fresh = [customer(source) | {"number": f"I{source.randrange(10**9)}"} for _ in range(2)]
    ids = [*journal.bulk_insert(session, Customer, fresh), *known[:3]]
    first = (session.scalar(select(Order.id).order_by(Order.id.desc()).limit(1)) or 0) + 1
    orders = [
        {
            "id": first + index,
            "customer_id": source.choice(ids),
            "number": f"O{first + index}",
            "day": TODAY.toordinal() - source.randrange(900),
            "amount": source.randrange(-5, 50) * 100,
        }
        for index in range(source.randrange(5))
    ]
    journal.insert_facts(session, Order, orders)
    old = session.scalars(select(Order.id).order_by(Order.id)).all()
    lines = [
        {
            "order_id": order["id"] if source.random() < 0.9 else source.choice(old),
            "customer_id": order["customer_id"],
            "day": order["day"],
            "amount": order["amount"],
        }
        for order in orders
    ]
    journal.insert_facts(session, OrderLine, lines)


def correct_orders(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Correct orders")
    one = pick(session, source, Order)
    if source.random() < 0.6:
        journal.bulk_update(session, Order, [{"id": one.id, "amount": source.randrange(9) * 100}])
    else:
        lines = session.scalars(select(OrderLine.id).where(OrderLine.order_id == one.id))
        journal.bulk_delete(session, OrderLine, list(lines))
        journal.bulk_delete(session, Order, [one.id])


def write_order(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Write order")
    if source.random() < 0.5:
        one = pick(session, source, Customer)
        day = TODAY.toordinal() - source.randrange(400)
        session.add(Order(customer_id=one.id, number="手", day=day, amount=source.randrange(9)))
    else:
        order = pick(session, source, Order)
        order.customer_id = pick(session, source, Customer).id


def set_window(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Set the class window")
    days = {"days": source.choice([30, 365])}
    setting = session.scalar(select(Setting).where(Setting.key == CLASS_WINDOW_KEY))
    if setting is None:
        session.add(Setting(key=CLASS_WINDOW_KEY, value=days))
    else:
        setting.value = days


def add_user(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Add user")
    store = pick(session, source, Store)
    user = User(login=f"u{source.randrange(9)}", name="新", role=Role.AGENT, store_id=store.id)
    session.add(user)
    session.flush()
    if source.random() < 0.5:  # in the same change set others turn to the new row
        for case in session.scalars(select(Case)):
            case.owner_id = user.id


def give_up_half(session: Session, source: random.Random) -> None:
    journal.name_change(session, "Half of it")
    session.add(Customer(**customer(source) | {"number": f"S{source.randrange(10**9)}"}))
    savepoint = session.begin_nested()
    add_customer(session, source)
    session.flush()
    savepoint.rollback()


OPERATIONS = {
    function.__name__: function
    for function in (
        add_customer,
        bulk_customers,
        edit_customer,
        assign_customers,
        swap_numbers,
        delete_customer,
        delete_with_contacts,
        move_contact,
        open_case,
        edit_case,
        set_reason,
        import_orders,
        correct_orders,
        write_order,
        set_window,
        add_user,
        give_up_half,
    )
}


def row(session: Session, model: type[Base], key: uuid.UUID) -> Any:
    """A row that is there."""
    return session.get_one(model, key)
