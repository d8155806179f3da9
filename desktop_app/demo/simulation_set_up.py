"""A throw-away workspace for a simulation: staff, customers with a history, scripts, budgets."""

import datetime as dt
import hashlib
import math
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from db import journal, keys, migrate, reference, shipped
from db.models import Customer as CustomerRecord
from db.session import SYSTEM, Actor, Database
from db.vocabulary import (
    ChangeKind,
    CustomerKind,
    ExperimentKind,
    ImportKind,
    MatchKey,
    Occasion,
    Role,
    UnknownCustomer,
)
from desktop_app import clock
from desktop_app.demo.chain import dice
from desktop_app.demo.simulation_world import (
    CONTACTS,
    EXPERIMENT,
    NEW,
    OFFERS,
    OLD,
    POOL,
    Customer,
    Worker,
    World,
    at,
)
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.scripts import read
from desktop_app.progress import Progress, Silent
from desktop_app.services import (
    calendar,
    contact_permission,
    experiments,
    imports,
    offer_budget,
    offer_library,
    pool,
    scripts,
    staff,
)
from desktop_app.services.experiments import ArmDraft, ExperimentDraft
from desktop_app.services.import_customers import CustomerImport, CustomerRow
from desktop_app.services.import_orders import OrderChoices, OrderImport, OrderRow
from desktop_app.services.imports import Outcome, Source

TITLE: Final = "Simulation"
_AGENTS_OF_A_STORE: Final = 5
_NEW_A_DAY: Final = 3.1
"""New cases for each agent and working day."""
_REGULARS: Final = 0.06
_ORDERS: Final = 7
_RHYTHM: Final = 18  # days between the orders of the past
_BUDGET: Final = 45_000
"""What a store may spend on offers in a month, minor units for each agent."""
_SCRIPT: Final[Mapping[str, Any]] = {
    "start": "greet",
    "steps": [
        {"id": "greet", "kind": "ask", "zh": "现在方便吗？", "en": "Is it a good moment?",
         "choices": [{"code": "yes", "zh": "方便", "en": "Yes", "to": "again"},
                     {"code": "no", "zh": "不方便", "en": "No", "to": "thanks"}]},
        {"id": "again", "kind": "ask", "zh": "还愿意来吗？", "en": "Would you come back?",
         "choices": [{"code": "yes", "zh": "愿意", "en": "Yes", "to": "glad"},
                     {"code": "no", "zh": "不了", "en": "No", "to": "thanks"}]},
        {"id": "glad", "kind": "end", "zh": "太好了。", "en": "I am glad.",
         "disposition": "reached", "outcome": "saved"},
        {"id": "thanks", "kind": "end", "zh": "谢谢您，祝好。", "en": "Thank you, all the best.",
         "disposition": "refused", "fair_way_out": True},
    ],
}  # fmt: skip


def set_up(
    folder: Path,
    agents: int,
    days: int,
    seed: int,
    first: dt.date,
    chances: Mapping[str, float],
    progress: Progress,
) -> World:
    """Make the workspace as it is on the morning of the first day; the caller closes it.

    Args:
        folder: where the database goes; not there yet, or empty.
        agents: people who work on cases.
        days: calendar days.
        seed: of all chance.
        first: the first day.
        chances: of staying, by code of the script.
        progress: told the days that have been worked.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, key = folder / "workspace.db", keys.new_key()
    migrate.upgrade(path, key)
    database = Database(path, key, device="simulation", durable=False)
    with database.write(SYSTEM) as session:
        journal.name_change(session, TITLE, kind=ChangeKind.SYSTEM)
        shipped.seed(session)
    actors = _staff(database, agents)
    office = actors["office"]
    with database.read(office) as session:
        work_days = calendar.work_calendar(session)
    world = World(
        database=database,
        actors=actors,
        agents=_workers(actors, seed),
        customers={},
        chances=dict(chances),
        reasons=_reasons(),
        calendar=work_days,
        seed=seed,
        first=first,
        days=days,
        progress=progress,
    )
    _numbers(world)
    _scripts(world)
    _customers(world, new_a_day(agents) * sum(1 for _day in world.working_days()))
    return world


def new_a_day(agents: int) -> int:
    """How many cases are opened on a working day."""
    return max(2, round(agents * _NEW_A_DAY))


# Staff and numbers -------------------------------------------------------------------------------


def _staff(database: Database, agents: int) -> dict[str, Actor]:
    wanted: list[tuple[str, Role, int | None]] = [
        ("office", Role.HEAD_OFFICE, None),
        ("chief", Role.ADMINISTRATOR, None),
    ]
    stores = math.ceil(agents / _AGENTS_OF_A_STORE)
    wanted += [(f"manager{n}", Role.STORE_MANAGER, n) for n in range(stores)]
    wanted += [(f"agent{n:02}", Role.AGENT, n % stores) for n in range(agents)]
    keys_of: list[uuid.UUID] = []
    for number in range(stores):
        with database.write(SYSTEM) as session:
            draft = staff.StoreDraft(code=f"S{number + 1}", name=f"{number + 1}号店")
            keys_of.append(staff.add_store(session, draft))
    found = {}
    for login, role, store in wanted:
        store_id = None if store is None else keys_of[store]
        with database.write(SYSTEM) as session:
            draft_of = staff.UserDraft(login=login, name=login, role=role, store_id=store_id)
            found[login] = Actor(staff.add_user(session, draft_of), login, login, role, store_id)
    return found


def _workers(actors: Mapping[str, Actor], seed: int) -> list[Worker]:
    """Most are diligent, one in seven is not; one in four is also there in the evening."""
    logins = sorted(login for login in actors if login.startswith("agent"))
    return [
        Worker(
            actors[login],
            zeal=0.25 if place % 7 == 3 else 0.8 + 0.2 * dice(seed, login).random(),  # noqa: PLR2004
            in_evenings=place % 4 == 1,
        )
        for place, login in enumerate(logins)
    ]


def _reasons() -> list[str]:
    """Reasons a customer may have; of every group."""
    return sorted(
        entry.code
        for entry in reference.reasons()
        if not entry.code.startswith("unknown") and entry.churn_type != "undetermined"
    )


def _numbers(world: World) -> None:
    """The rules of the workspace, and what each store may spend in each month."""
    months = sorted({f"{day:%Y-%m}" for day in world.working_days()})
    stores = sorted(
        {worker.actor.store_id for worker in world.agents if worker.actor.store_id}, key=str
    )
    with clock.travelling(at(world.first, 6)):
        with world.acting(world.office) as session:
            contact_permission.change_policy(session, CONTACTS)
            pool.change_policy(session, POOL)
            offer_library.change_settings(session, OFFERS)
        for store_id in stores:
            crew = sum(worker.actor.store_id == store_id for worker in world.agents)
            for month in months:
                with world.acting(world.office) as session:
                    offer_budget.set_budget(session, store_id, month, crew * _BUDGET)


def _scripts(world: World) -> None:
    """Two scripts for customers who left without a word, and the experiment that compares them."""
    with clock.travelling(at(world.first, 6, 30)):
        for code in (OLD, NEW):
            with world.acting(world.office) as session:
                draft = ScriptDraft(code=code, zh=code, en=code, occasion=Occasion.SILENT_LAPSE)
                scripts.publish(session, scripts.create(session, draft, read(dict(_SCRIPT))))
        with world.acting(world.office) as session:
            arms = (ArmDraft(code="old", target=OLD), ArmDraft(code="new", target=NEW))
            experiments.create(
                session,
                ExperimentDraft(
                    code=EXPERIMENT, title=TITLE, kind=ExperimentKind.SCRIPT, arms=arms
                ),
            )


# Customers and orders ----------------------------------------------------------------------------


def _customers(world: World, leaving: int) -> None:
    regulars = max(4, round(leaving * _REGULARS))
    stores = sorted({actor.store_id for actor in world.managers if actor.store_id}, key=str)
    rows, made = [], []
    for place in range(leaving + regulars):
        rng = world.dice("customer", place)
        number = f"K{100001 + place}"
        kind = CustomerKind.COMPANY if rng.random() < 0.5 else CustomerKind.PERSON  # noqa: PLR2004
        values = {"number": number, "name": f"客户{place + 1}", "kind": kind}
        rows.append(CustomerRow(place + 2, values, store=f"S{1 + place % len(stores)}"))
        spend = round(rng.lognormvariate(math.log(40_000), 0.9))
        made.append((number, rng.random(), spend, place >= leaving))
    with clock.travelling(at(world.first, 7)):
        with world.acting(world.office) as session:
            outcome, source = Outcome(is_dry=False), _source(ImportKind.CUSTOMERS, "customers")
            CustomerImport(session, source, MatchKey.NUMBER, outcome).take(rows, Silent())
            imports.finish_job(session, outcome, len(outcome.rejected))
        with world.looking(world.office) as session:
            known = select(CustomerRecord.number, CustomerRecord.id)
            ids = {row[0]: row[1] for row in session.execute(known)}
        for number, mind, spend, is_regular in made:
            rng = world.dice("orders", number)
            customer = Customer(ids[number], number, mind, rng, spend, is_regular)
            world.customers[customer.id] = customer
        import_orders(world, _history(world), "history")


def _history(world: World) -> list[tuple[str, dt.date, int]]:
    """What was bought before the first day: regularly, and then not any more by those who left."""
    found = []
    for customer in world.customers.values():
        rng = customer.rng
        day = world.first - dt.timedelta(days=rng.randrange(2, _RHYTHM))
        if not customer.is_regular:
            day -= dt.timedelta(days=rng.randrange(60, 120))
        for _order in range(_ORDERS):
            amount = round(customer.spend * rng.uniform(0.6, 1.4))
            found.append((customer.number, day, amount))
            day -= dt.timedelta(days=rng.randrange(_RHYTHM - 6, _RHYTHM + 7))
        if customer.is_regular:
            customer.returns_on = [world.first + dt.timedelta(days=rng.randrange(14))]
    return sorted(found, key=lambda one: (one[1], one[0]))


def import_orders(world: World, orders: Sequence[tuple[str, dt.date, int]], name: str) -> None:
    """Import orders `(customer, day, amount)`; the saves that are watched are judged by them."""
    rows = [
        OrderRow(place, customer, f"{name}-{place}", day.toordinal(), amount, 1000, "CNY")
        for place, (customer, day, amount) in enumerate(orders, 2)
    ]
    choices = OrderChoices(MatchKey.NUMBER, UnknownCustomer.REJECT)
    with world.acting(world.office) as session:
        outcome, source = Outcome(is_dry=False), _source(ImportKind.ORDERS, name)
        OrderImport(session, source, choices, outcome).take(rows, {}, set(), Silent())
        imports.finish_job(session, outcome, len(outcome.rejected))


def _source(kind: ImportKind, name: str) -> Source:
    digest = hashlib.sha256(f"{kind} {name}".encode()).hexdigest()
    return Source(kind, f"{name}.csv", digest, {"kind": kind.value})
