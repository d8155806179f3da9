"""A year of visits and calls for a firm of 10,000 customers and 60 people."""

import gc
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from db.session import SYSTEM, Database
from desktop_app import clock
from desktop_app.services import visit_planning
from tests.bench.jobs import Result, raw, timed
from tests.bench.world import empty_database
from tests.cadence_world import add_firm, by_rank, classify

_MOST = 10_000
_ROUNDS = 3
_DAYS = 365
_A_DAY = 36
"""Visits and calls of one person, days off among them."""
_A_MONTH = {"a": 5, "b": 3, "c": 2}
"""Visits and calls of sales to a customer of each class; those of others are few."""


def plan_year(folder: Path, customers: int) -> Result:
    """The plan from reading the rows to the last contact; nothing is stored.

    The limit reads the same rows and puts as many contacts of sales on the next day in turn on
    which their person has room. The goal of the time itself is ten seconds.
    """
    size = min(_MOST, customers)
    database = empty_database(folder, "plan")
    with database.write(SYSTEM) as session:
        firm = add_firm(session, size)
    with database.write(SYSTEM) as session:
        classify(session, by_rank(firm.customers))
    first = clock.today()
    last = first.replace(year=first.year + 1, day=min(first.day, 28))
    planned: list[int] = []

    def ours() -> None:
        with database.read() as session:
            session.info["actor"] = SYSTEM
            found = visit_planning.preview(session, first, last)
        planned.append(len(found.plan.contacts))

    gc.disable()  # as in the window, which collects between two pieces of work
    try:
        seconds = timed(ours, _ROUNDS)
        limit = timed(lambda: _bare(database, first), _ROUNDS)
    finally:
        gc.enable()
    database.close()
    note = f"{size:,} customers, {planned[0]:,} contacts"
    return Result("plan", seconds, limit, 30, note)


def _bare(database: Database, first: date) -> list[tuple[Any, ...]]:
    with closing(raw(database)) as connection:
        rows = connection.execute(
            "SELECT c.id, c.number, c.name, s.klass, c.district, c.store_id, c.owner_id,"
            " c.joined_on, s.first_day, c.upgrade_since, c.is_deceased, c.do_not_contact"
            " FROM customer c JOIN customer_stat s ON s.customer_id = c.id ORDER BY c.number"
        ).fetchall()
        for table in ("holding", "cadence_override", "staff_profile", "visit", "contact_attempt"):
            connection.execute(f"SELECT * FROM {table}").fetchall()
    days = [first + timedelta(days=number) for number in range(_DAYS)]
    loads: dict[str, list[int]] = {row[6]: [0] * _DAYS for row in rows}
    made = []
    for place, (key, _number, _name, klass, _district, _store, owner, *_rest) in enumerate(rows):
        load = loads[owner]
        for month in range(12):
            for turn in range(_A_MONTH[klass]):
                day = (month * 30 + turn * 7 + place) % _DAYS
                while load[day] >= _A_DAY:
                    day = (day + 1) % _DAYS
                load[day] += 1
                made.append((key, owner, days[day], "visit", klass))
    return made
