"""What people are good at, and whom a case suits best: skill x load (requirements S0-20, S3-68)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Skill, User
from db.queries import pool as pool_queries
from db.queries import staff as staff_queries
from db.queries.staff import UserRow
from db.vocabulary import SkillKind
from desktop_app import clock
from desktop_app.domain import permissions
from desktop_app.domain.drafts import Draft
from desktop_app.domain.permissions import Action, Scope, scope_of
from desktop_app.domain.pool import Candidate, Suitability, best_first
from desktop_app.errors import NotFoundError
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, pool

_Level = Annotated[int, Field(ge=1, le=3)]


class SkillsDraft(Draft):
    """Levels of one person: 1 average, 2 fairly high, 3 very high."""

    professional: Annotated[_Level, Field(title=N_("Professional ability"))] = 1
    service: Annotated[_Level, Field(title=N_("Service ability"))] = 1
    communication: Annotated[_Level, Field(title=N_("Communication ability"))] = 1


@dataclass(frozen=True, slots=True)
class PersonSkills:
    """Somebody who works on cases: levels, open cases, and for how many more there is room."""

    user_id: uuid.UUID
    name: str
    store: str
    levels: SkillsDraft
    open_cases: int
    room: int


def list_people(session: Session) -> list[PersonSkills]:
    """Everybody who works on cases, by name."""
    access.require(session, Action.VIEW)
    levels, loads = pool_queries.skills(session), pool_queries.loads(session)
    capacity = pool.policy(session).capacity
    return [
        PersonSkills(
            user.id,
            user.name,
            user.store,
            _as_draft(levels.get(user.id, {})),
            loads.get(user.id, 0),
            max(0, capacity - loads.get(user.id, 0)),
        )
        for user in staff_queries.list_users(session, active_only=True)
        if permissions.allowed(user.role, Action.WORK_CASE)
    ]


def read(session: Session, user_id: uuid.UUID) -> SkillsDraft:
    """The levels of somebody; average where nobody has said."""
    access.require(session, Action.VIEW)
    return _as_draft(pool_queries.skills(session).get(user_id, {}))


def change(session: Session, user_id: uuid.UUID, draft: SkillsDraft) -> None:
    """Set the levels of somebody.

    Raises:
        NotFoundError: there is no such user.
    """
    access.require(session, Action.ASSIGN_CASE)
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError(_("This user is gone."))
    journal.name_change(session, N_("Change the skills of {name}"), name=user.name)
    known = {
        row.kind: row for row in session.scalars(select(Skill).where(Skill.user_id == user_id))
    }
    for name, level in draft.model_dump().items():
        kind = SkillKind(name)
        row = known.get(kind)
        if row is None:
            session.add(Skill(user_id=user_id, kind=kind, level=level))
        elif row.level != level:
            row.level = level
    session.flush()


def suggest_owner(session: Session, case_id: uuid.UUID) -> tuple[Suitability, ...]:
    """Whom a case suits, the best first; the key of a candidate is that of the user.

    Of those near the case who work on cases: first who does not assign them, or else who does.
    Left out are its owner, who is full, and for a while who gave it back.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.ASSIGN_CASE)
    case = case_life.load_open(session, case_id)
    session.flush()
    kept_until, today = case.kept_from_previous_until, clock.today()
    away = case.previous_owner_id if kept_until is not None and today <= kept_until else None
    levels, loads = pool_queries.skills(session), pool_queries.loads(session)
    found: dict[bool, list[Candidate]] = {False: [], True: []}
    for user in staff_queries.list_users(session, active_only=True):
        if user.id != case.owner_id and _may_work(user, case.store_id):
            one = Candidate(
                user.id,
                user.name,
                levels.get(user.id, {}),
                loads.get(user.id, 0),
                is_kept_away=user.id == away,
            )
            found[permissions.allowed(user.role, Action.ASSIGN_CASE)].append(one)
    klass, numbers = pool_queries.klass_of(session, case.customer_id), pool.policy(session)
    workers = best_first(found[False], klass, numbers)
    return workers or best_first(found[True], klass, numbers)


def _as_draft(levels: Mapping[SkillKind, int]) -> SkillsDraft:
    return SkillsDraft(**{kind.value: level for kind, level in levels.items()})


def _may_work(user: UserRow, store_id: uuid.UUID | None) -> bool:
    is_near = (
        store_id is None or user.store_id in {None, store_id} or scope_of(user.role) is Scope.ALL
    )
    return is_near and permissions.allowed(user.role, Action.WORK_CASE)
