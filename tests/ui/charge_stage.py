"""People with customers, for the tests of pages on who looks after whom."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from db.models import User
from db.session import SYSTEM, Actor, Database
from db.vocabulary import Role, StaffFunction
from desktop_app.services import staff_profiles
from desktop_app.services.staff_profiles import ProfileDraft
from tests import factories
from tests.factories import Desk
from tests.services import charge_world
from tests.world import once


@dataclass(frozen=True)
class Team:
    """Somebody with customers, two others of the same department and one of another."""

    giver: Actor
    near: Actor
    backup: Actor
    far: Actor
    mine: Sequence[uuid.UUID]
    """Customers of the giver; the backup stands in for them."""
    alone: Sequence[uuid.UUID]
    """Customers of nobody."""


def team(database: Database, admin: Actor, count: int = 3, alone: int = 2) -> Team:
    """Four employees, customers of one of them, and some of nobody."""
    return once(database, f"team {count} {alone}", lambda: _team(database, admin, count, alone))


def _team(database: Database, admin: Actor, count: int, alone: int) -> Team:
    desk = Desk(database)
    people = []
    for name, department in (
        ("陈一", "一部"),
        ("林二", "一部"),
        ("何三", "一部"),
        ("马四", "二部"),
    ):
        actor = desk.do(SYSTEM, factories.add_user, Role.FIELD_STAFF)
        assert actor.user_id is not None
        desk.do(SYSTEM, _call, actor.user_id, name)
        profile = ProfileDraft(functions=(StaffFunction.SALES,), department=department)
        desk.do(admin, staff_profiles.change, actor.user_id, profile)
        people.append(Actor(actor.user_id, actor.login, name, actor.role, actor.store_id))
    giver, near, backup, far = people
    mine = desk.do(SYSTEM, charge_world.plant, count, giver.user_id, backup_id=backup.user_id)
    lonely = [
        desk.do(SYSTEM, charge_world.plant, 1, None, address="", phone=f"139{place:08d}")[0]
        for place in range(alone)
    ]
    return Team(giver, near, backup, far, mine, lonely)


def _call(session: object, user_id: uuid.UUID, name: str) -> None:
    factories.name(session)  # type: ignore[arg-type]
    session.get_one(User, user_id).name = name  # type: ignore[attr-defined]
