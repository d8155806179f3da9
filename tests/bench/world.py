"""The data of the benchmark: the same customers and orders for a seed, as a file and as rows."""

import csv
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from db import journal, migrate, shipped
from db.base import new_id
from db.models import Customer, ImportJob, Order
from db.session import SYSTEM, Database
from db.vocabulary import ChangeKind

KEY = bytes(range(32))
LAST_DAY = date(2026, 8, 31)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂建国思远志文海燕春兰玉梅雪飞鹏宇轩欣怡"


@dataclass(frozen=True, slots=True)
class World:
    """Customers `(number, name, phone)` and orders `(number, customer number, day, fen)`."""

    customers: list[tuple[str, str, str]]
    orders: list[tuple[str, str, date, int]]


def make_world(size: int, seed: int = 20261031) -> World:
    """Customers with on average five orders each over three years."""
    chance = random.Random(seed)
    customers, orders = [], []
    for index in range(size):
        name = chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=chance.choice((1, 2))))
        customers.append((f"C{index:07d}", name, f"1{chance.randrange(30, 99)}{index:08d}"))
        day = LAST_DAY - timedelta(days=chance.randrange(200, 1095))
        rhythm = chance.randrange(5, 120)
        for _purchase in range(chance.randrange(1, 10)):
            orders.append(
                (f"B{len(orders):08d}", f"C{index:07d}", day, chance.randrange(500, 90_000))
            )
            day += timedelta(days=max(1, int(chance.gauss(rhythm, rhythm / 4))))
            if day > LAST_DAY:
                break
    return World(customers, orders)


def write_customers(world: World, path: Path) -> None:
    """The customers as a CSV file with Chinese headings."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["客户编号", "客户名称", "手机"])
        writer.writerows(world.customers)


def empty_database(folder: Path, name: str) -> Database:
    """An encrypted database with the schema and the reasons."""
    path = folder / f"{name}.db"
    migrate.upgrade(path, KEY)
    database = Database(path, KEY)
    with database.write(SYSTEM) as session:
        journal.name_change(session, "Benchmark", kind=ChangeKind.SYSTEM)
        shipped.seed(session)
    return database


def full_database(folder: Path, world: World) -> Database:
    """A database with the world in it."""
    database = empty_database(folder, "full")
    with database.write(SYSTEM) as session:
        journal.name_change(session, "Benchmark", kind=ChangeKind.SYSTEM)
        rows = [
            {"id": new_id(), "number": number, "name": name, "phone": phone}
            for number, name, phone in world.customers
        ]
        journal.bulk_insert(session, Customer, rows)
        keys = {row["number"]: row["id"] for row in rows}
        job = ImportJob(kind="orders", file_name="benchmark", digest="")
        session.add(job)
        session.flush()
        journal.mark_import(session, job.id)
        journal.insert_facts(
            session,
            Order,
            [
                {
                    "customer_id": keys[customer],
                    "number": number,
                    "day": day.toordinal(),
                    "amount": amount,
                    "currency": "CNY",
                }
                for number, customer, day, amount in world.orders
            ],
        )
    return database
