"""Makes a demo workspace from nothing."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from db import keys, workspace
from db.models import ENTITIES
from db.session import Actor, Database, Session
from db.vocabulary import Role
from db.workspace import Opened
from desktop_app import clock
from desktop_app.demo.buyers import make_buyers
from desktop_app.demo.cadence_work import cadence_work
from desktop_app.demo.chain import Chain, chain
from desktop_app.demo.charge_work import charge_work
from desktop_app.demo.desk import desk, save_views
from desktop_app.demo.earlier_work import EARLIER_DAYS, earlier_work
from desktop_app.demo.follow_work import follow_work
from desktop_app.demo.offer_work import budgets, last_proposals
from desktop_app.demo.office import begin, cancellation, office, somebody_leaves
from desktop_app.demo.promise_work import promise_work
from desktop_app.demo.review_work import after_the_interviews
from desktop_app.demo.staff_work import staff_work
from desktop_app.demo.team import LOGIN, World, at, working_day
from desktop_app.i18n import _, in_language
from desktop_app.progress import Progress, Silent
from desktop_app.services import staff, workspace_settings

PASSWORD: Final = "demo"  # noqa: S105  (stands in the workspace's key file for everybody to read)
_ADMINISTRATOR: Final = "演示管理员"
_CANCELLATIONS: Final = 0.008  # of all customers
_COUNTED: Final = {
    "customers": "customer",
    "orders": "customer_order",
    "order_lines": "order_line",
    "signals": "defection_signal",
    "cases": "departure_case",
    "interviews": "interview",
    "attempts": "contact_attempt",
    "visits": "visit",
    "change_sets": "change_set",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A new demo workspace, open, and how many records of each kind it has."""

    opened: Opened
    counts: Mapping[str, int]


def make_demo(
    folder: Path,
    *,
    customers: int = 2000,
    seed: int = 1,
    end: dt.date | None = None,
    progress: Progress | None = None,
) -> Made:
    """Make a demo workspace that signs in by itself; the caller closes its database.

    Args:
        folder: Empty or missing folder.
        customers: How many.
        seed: The same seed and end give the same rows, but for keys and times of day.
        end: Last day of work; today without it, never later.
        progress: Told the days that have been worked.

    Raises:
        DatabaseError: the folder cannot be used.
        CancelledError: stopped; what was made remains and can be removed.
    """
    today = clock.today()
    last = min(end or today, today)
    first = begin(last)
    founded = working_day(first - dt.timedelta(days=EARLIER_DAYS))
    progress = progress or Silent()
    progress.step(0, None, _("Making the demo"))
    facts = chain()
    with in_language("zh_CN"):  # the invented chain writes Chinese
        with clock.travelling(at(working_day(founded - dt.timedelta(days=3)), 9)):
            opened, _code = workspace.create(folder, LOGIN, _ADMINISTRATOR, PASSWORD, demo=True)
            opened = _reopened(opened, durable=False)
            _set_up(opened, facts)
        buyers = make_buyers(facts, customers, seed, last, first)
        world = World(
            chain=facts,
            database=opened.database,
            actors=_actors(opened),
            buyers={buyer.number: buyer for buyer in buyers},
            customer_ids={},
            seed=seed,
            end=last,
            progress=progress,
        )
        with clock.travelling(at(founded, 8)):
            world.start(budgets(world, first))
            world.start(last_proposals(world))
            world.start(office(world, founded))
            world.start(staff_work(world))
            for process in earlier_work(world, first):
                world.start(process)
            world.start(save_views(world))
            world.start(somebody_leaves(world))
            world.start(desk(world))
            world.start(after_the_interviews(world))
            world.start(promise_work(world))
            world.start(charge_work(world))
            world.start(follow_work(world))
            world.start(cadence_work(world))
            for number in range(max(1, round(customers * _CANCELLATIONS))):
                world.start(cancellation(world, number))
        world.run()
    opened = _reopened(opened)
    with opened.database.read() as session:
        counts = {
            name: session.scalar(select(func.count()).select_from(ENTITIES[table])) or 0
            for name, table in _COUNTED.items()
        }
    return Made(opened, counts)


def _reopened(opened: Opened, *, durable: bool = True) -> Opened:
    """The same workspace with another way to wait for the disk."""
    old = opened.database
    old.close()
    return replace(opened, database=Database(old.path, old.key, device=old.device, durable=durable))


def _set_up(opened: Opened, facts: Chain) -> None:
    """Stores, staff, settings; the whole staff signs in with the demo's password."""
    stores: dict[str, uuid.UUID] = {}
    for store in facts.stores:
        with opened.database.write(opened.actor) as session:
            draft = staff.StoreDraft(
                code=store.code, name=store.name, city=store.city, region=store.region
            )
            stores[store.code] = staff.add_store(session, draft)
    for user in facts.users:
        with opened.database.write(opened.actor) as session:
            staff.add_user(
                session,
                staff.UserDraft(
                    login=user.login,
                    name=user.name,
                    role=Role(user.role),
                    store_id=stores.get(user.store),
                ),
            )
    with opened.database.write(opened.actor) as session:
        settings = workspace_settings.read(session)
        changed = settings.model_copy(update={"organisation": facts.organisation})
        workspace_settings.change(session, changed)
    file = keys.load(opened.folder / workspace.KEYS)
    shared = file.wraps[LOGIN]
    with opened.database.held() as key:
        assert key is not None  # noqa: S101  (a new workspace is encrypted)
        file.wraps |= {user.login: keys.share(shared, key, user.login) for user in facts.users}
    keys.save(file, opened.folder / workspace.KEYS)


def _actors(opened: Opened) -> dict[str, Actor]:
    with opened.database.read(opened.actor) as session:
        return {user.login: user for user in _users(session)}


def _users(session: Session) -> list[Actor]:
    return [
        Actor(row.id, row.login, row.name, row.role, row.store_id)
        for row in staff.list_users(session)
    ]
