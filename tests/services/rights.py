"""What the matrices of rights have in common: who is who, and services tried as each role.

A matrix says of each service who may call it, on what it is tried, and the call. Everybody gets
records of their own, so that only the role is in question. A name may go on after a blank, where a
service is tried twice: ``duties.sheet of others``.
"""

import dataclasses
import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any, Final

import pytest

from db.session import SYSTEM, Actor, Session
from db.vocabulary import Role
from desktop_app.domain.pool import PoolPolicy
from desktop_app.errors import NotAllowedError
from desktop_app.services import pool
from tests.conftest import actors_of
from tests.factories import Desk

TODAY: Final = dt.date(2026, 9, 15)
ROOMY: Final = PoolPolicy(capacity=100_000, claims_per_day=100_000)
"""Nobody holds too many cases."""

# Written by hand from the product's roles, not from the program's table.
EVERYBODY: Final = frozenset(Role)
ADMINISTRATORS: Final = frozenset({Role.ADMINISTRATOR})
OFFICE: Final = frozenset({Role.HEAD_OFFICE, Role.ADMINISTRATOR})
MANAGERS: Final = frozenset({Role.STORE_MANAGER, Role.DEPT_MANAGER, Role.ADMINISTRATOR})
AGENTS: Final = MANAGERS | {Role.AGENT}
WORKERS: Final = AGENTS | {Role.FIELD_STAFF}
GOERS: Final = WORKERS | {Role.HEAD_OFFICE}  # the general manager goes to customers, too (S3-27)
DECIDERS: Final = MANAGERS | {Role.HEAD_OFFICE}
WRITERS: Final = DECIDERS | {Role.TRAINER}
COMPARERS: Final = DECIDERS - {Role.STORE_MANAGER}  # a comparison is one of all stores
DOERS: Final = EVERYBODY - {Role.AUDITOR}

Prepared = dict[str, Any]
Prepare = Callable[[Session, Actor], Prepared]
Call = Callable[[Session, Prepared], object]
Entry = tuple[frozenset[Role], Prepare, Call]
Mine = Mapping[Role, tuple[Actor, Prepared]]
Filled = Callable[[Callable[[Desk, Prepare], Mine], Prepare], tuple[Desk, Mine]]
"""The fixture `filled_desk`, given `fill`."""

numbers = itertools.count(1)


def prepare_all(
    session: Session, prepare: Prepare, actors: Mapping[Role, Actor]
) -> dict[Role, tuple[Actor, Prepared]]:
    """Make everybody's own in their names but as administrators: only the role is in question."""
    found = {}
    for role, user in actors.items():
        session.info["actor"] = dataclasses.replace(user, role=Role.ADMINISTRATOR)
        found[role] = (user, prepare(session, user) | {"agent": actors[Role.AGENT].user_id})
    return found


def fill(desk: Desk, prepare: Prepare) -> Mine:
    """Let there be room, and what is prepared for everybody: what a desk is filled with."""
    actors = actors_of(desk.database)
    desk.do(actors[Role.ADMINISTRATOR], pool.change_policy, ROOMY)
    return desk.do(SYSTEM, prepare_all, prepare, actors)


def check(
    filled_desk: Filled,
    service: str,
    reading: Mapping[str, Entry],
    writing: Mapping[str, Entry],
    refusals: Mapping[tuple[str, Role], str] | None = None,
) -> None:
    """Call a service as each role: who may not is told so, and changes nothing.

    Args:
        filled_desk: The fixture.
        service: The name in one of the matrices.
        reading: Services that are called where nothing can be written.
        writing: All others.
        refusals: What a role is told where it is not that its role may not.
    """
    ((may, prepare, call),) = (each[service] for each in (reading, writing) if service in each)
    desk, mine = filled_desk(fill, prepare)
    run = desk.look if service in reading else desk.do
    for role, (user, prepared) in mine.items():
        if role in may:
            run(user, call, prepared)
            continue
        made = len(desk.made)
        told = (refusals or {}).get((service, role), "Your role")
        with pytest.raises(NotAllowedError, match=told):
            run(user, call, prepared)
        assert len(desk.made) == made


def public(
    modules: Iterable[ModuleType], *, with_taken: bool = False, makers: str | None = None
) -> set[str]:
    """The public functions of services, as ``module.function``.

    Args:
        modules: The services.
        with_taken: Also what they have taken over from other services; rows are no business of
            theirs.
        makers: Also classes whose names end so: making one is what the right is asked for.
    """
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in modules
        for name, value in vars(module).items()
        if callable(value)
        and not name.startswith("_")
        and (not isinstance(value, type) or (makers is not None and name.endswith(makers)))
        and _belongs(value, module, with_taken=with_taken)
    }


def _belongs(value: object, module: ModuleType, *, with_taken: bool) -> bool:
    home = getattr(value, "__module__", "")
    if home == module.__name__:
        return True
    taken = home.startswith("desktop_app.services")
    return with_taken and taken and home != "desktop_app.services.interview_rows"


def tried(*matrices: Mapping[str, object]) -> set[str]:
    """The services that matrices try, each once."""
    return {name.partition(" ")[0] for matrix in matrices for name in matrix}
