"""Many cases over several people at once, by skill and load; what would come of it beforehand."""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from db.models import User
from db.queries import pool as pool_queries
from db.queries import staff as staff_queries
from db.queries.pool import OfferedCase
from db.queries.staff import UserRow
from desktop_app import clock
from desktop_app.domain import permissions
from desktop_app.domain import pool as rules
from desktop_app.domain.permissions import Action, Scope, scope_of
from desktop_app.domain.pool import Candidate, Offered, PoolPolicy
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import _
from desktop_app.services import access, assignment, pool
from desktop_app.services.assignment import AssignResult, ScreenedCase


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who might get cases, for the cases in question.

    Attributes:
        user: Who it is.
        open_cases: Cases held now.
        capacity: So many may be held.
        ability: Share of the skill that the customers ask for.
        far: So many of the cases belong to another store.
        is_kept_away: Gave back the only case in question and may not have it yet.
        assigns: Who assigns cases comes after those who only work on them.
    """

    user: UserRow
    open_cases: int
    capacity: int
    ability: float
    far: int
    is_kept_away: bool
    assigns: bool

    @property
    def free(self) -> int:
        """Places left."""
        return max(0, self.capacity - self.open_cases)


@dataclass(frozen=True, slots=True)
class Part:
    """What one person gets."""

    name: str
    gets: int
    open_cases: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What would come of it, or came of it.

    Attributes:
        parts: What each of the people gets.
        screened: Cases that the screening holds back, and why.
        left: Numbers of the cases nobody chosen can take.
        kept: How many stay with whoever works on them.
        taken: How many leave whoever works on them now.
        far: How many go to somebody of another store.
        repeated: Numbers of the cases that were named more than once; each counts once.
    """

    parts: tuple[Part, ...]
    screened: tuple[ScreenedCase, ...]
    left: tuple[str, ...]
    kept: int
    taken: int = 0
    far: int = 0
    repeated: tuple[str, ...] = ()


def helpers(session: Session, case_ids: Sequence[uuid.UUID]) -> list[Helper]:
    """Who might get the cases, the best suited first: skill x places free.

    Cases that are closed, gone or out of reach do not count.
    """
    access.require(session, Action.ASSIGN_CASE)
    board = _Board(session, case_ids)
    found = [board.helper(user) for user in board.workers.values()]
    return sorted(found, key=_order)


def plan(
    session: Session,
    case_ids: Sequence[uuid.UUID],
    users: Collection[uuid.UUID],
    *,
    with_owned: bool = False,
) -> Plan:
    """What would come of it if the cases were given to these people; nothing is written.

    One person gets all; several get as many as they have places for. Cases that somebody works
    on stay there, unless `with_owned`.

    Raises:
        NotFoundError, NotAllowedError: a case is gone or out of reach.
        ConflictError: a case is closed.
        InvalidInputError: nobody is chosen, or somebody who does not work on cases.
    """
    access.require(session, Action.ASSIGN_CASE)
    board = _Board(session, case_ids)
    screened, held_back = _screened(session, case_ids, board, with_owned=with_owned)
    owners = board.owners(users, held_back, with_owned=with_owned)
    return replace(board.as_plan(owners, screened), repeated=board.repeated(case_ids))


def spread(
    session: Session,
    case_ids: Sequence[uuid.UUID],
    users: Collection[uuid.UUID],
    *,
    with_owned: bool = False,
) -> AssignResult:
    """Give the cases to these people; what nobody of them can take stays where it is.

    Raises as `plan`.
    """
    access.require(session, Action.ASSIGN_CASE)
    board = _Board(session, case_ids)
    screened, held_back = _screened(session, case_ids, board, with_owned=with_owned)
    owners = board.owners(users, held_back, with_owned=with_owned)
    stay = {key for key, row in board.cases.items() if row.owner_id and not with_owned}
    to = {
        key: session.get_one(User, user_id)
        for key, user_id in owners.items()
        if user_id and key not in stay
    }
    some = next(iter(to.values()), None) or session.get_one(User, next(iter(users)))
    to |= dict.fromkeys(held_back, some)  # is noted, and stays where it is
    left = tuple(board.cases[key].number for key, user_id in owners.items() if user_id is None)
    found = assignment.hand_out(session, to) if to else AssignResult(0)
    return AssignResult(found.assigned, screened, left)


def _screened(
    session: Session, case_ids: Sequence[uuid.UUID], board: "_Board", *, with_owned: bool
) -> tuple[tuple[ScreenedCase, ...], set[uuid.UUID]]:
    """What the screening holds back of the cases that are to move, and their keys."""
    found = tuple(
        each
        for each in assignment.examine(session, case_ids)
        if with_owned or board.cases[each.case_id].owner_id is None
    )
    return found, {each.case_id for each in found}


class _Board:
    """The cases and the people, read once."""

    def __init__(self, session: Session, case_ids: Sequence[uuid.UUID]) -> None:
        rows = pool_queries.offered_cases(session, case_ids, access.visible(session))
        self.cases: Mapping[uuid.UUID, OfferedCase] = {row.id: row for row in rows}
        self.policy: PoolPolicy = pool.policy(session)
        self.workers = {
            user.id: user
            for user in staff_queries.list_users(session, active_only=True)
            if permissions.allowed(user.role, Action.WORK_CASE)
        }
        self._levels = pool_queries.skills(session)
        self._loads = pool_queries.loads(session)
        self._today = clock.today()
        self._near = {
            store: frozenset(user.id for user in self.workers.values() if _is_near(user, store))
            for store in {row.store_id for row in rows}
        }

    def helper(self, user: UserRow) -> Helper:
        """One of the people, for the cases in question."""
        candidate = self._candidate(user)
        found = [
            rules.suitability(candidate, row.klass, self.policy) for row in self.cases.values()
        ]
        asked = sum(each.asked for each in found)
        away = [self._kept_from(row) == user.id for row in self.cases.values()]
        return Helper(
            user=user,
            open_cases=candidate.open_cases,
            capacity=self.policy.capacity,
            ability=sum(each.met for each in found) / asked if asked else 0.0,
            far=sum(user.id not in self._near[row.store_id] for row in self.cases.values()),
            is_kept_away=len(away) == 1 and away[0],
            assigns=permissions.allowed(user.role, Action.ASSIGN_CASE),
        )

    def owners(
        self,
        users: Collection[uuid.UUID],
        held_back: Collection[uuid.UUID],
        *,
        with_owned: bool,
    ) -> dict[uuid.UUID, uuid.UUID | None]:
        """Who has which case then; cases held back by the screening are left out."""
        chosen = [self.workers[key] for key in users if key in self.workers]
        if not users or len(chosen) < len(users):
            text = _("Choose people who still work here and work on cases.")
            raise InvalidInputError([Problem("users", text)])
        cases = [row for row in self.cases.values() if row.id not in held_back]
        stay: dict[uuid.UUID, uuid.UUID | None] = {
            row.id: row.owner_id for row in cases if row.owner_id and not with_owned
        }
        cases = [row for row in cases if row.id not in stay]
        if len(chosen) == 1:
            return stay | dict.fromkeys((row.id for row in cases), chosen[0].id)
        offered = [
            Offered(row.id, row.klass, row.owner_id, self._kept_from(row), self._near[row.store_id])
            for row in cases
        ]
        found = rules.spread(offered, map(self._candidate, chosen), self.policy)
        return stay | {row.id: _key(found[row.id]) for row in cases}

    def as_plan(
        self,
        owners: Mapping[uuid.UUID, uuid.UUID | None],
        screened: tuple[ScreenedCase, ...],
    ) -> Plan:
        """What each of the people gets."""
        changed = {key: user for key, user in owners.items() if self._is_new(key, user)}
        moved = {key: user for key, user in changed.items() if user is not None}
        gets = Counter(moved.values())
        parts = [
            Part(user.name, gets[key], self._loads.get(key, 0), self.policy.capacity)
            for key, user in self.workers.items()
            if gets[key]
        ]
        left = tuple(self.cases[key].number for key, user_id in owners.items() if user_id is None)
        taken = sum(self.cases[key].owner_id is not None for key in moved)
        far = sum(user not in self._near[self.cases[key].store_id] for key, user in moved.items())
        return Plan(tuple(parts), screened, left, len(owners) - len(changed), taken, far)

    def repeated(self, case_ids: Sequence[uuid.UUID]) -> tuple[str, ...]:
        """Numbers of the cases that are named more than once."""
        times = Counter(case_ids)
        return tuple(row.number for key, row in self.cases.items() if times[key] > 1)

    def _is_new(self, case_id: uuid.UUID, user_id: uuid.UUID | None) -> bool:
        return user_id is None or self.cases[case_id].owner_id != user_id

    def _candidate(self, user: UserRow) -> Candidate:
        return Candidate(
            user.id, user.name, self._levels.get(user.id, {}), self._loads.get(user.id, 0)
        )

    def _kept_from(self, row: OfferedCase) -> uuid.UUID | None:
        is_kept = row.kept_until is not None and self._today <= row.kept_until
        return row.previous_owner_id if is_kept else None


def _is_near(user: UserRow, store_id: uuid.UUID | None) -> bool:
    is_everywhere = user.store_id is None or scope_of(user.role) is Scope.ALL
    return store_id is None or is_everywhere or user.store_id == store_id


def _order(one: Helper) -> tuple[object, ...]:
    score = one.ability * one.free / one.capacity
    is_last = one.is_kept_away or one.far > 0
    return is_last, one.far, one.free == 0, one.assigns, -score, one.open_cases, one.user.name


def _key(value: object) -> uuid.UUID | None:
    return value if isinstance(value, uuid.UUID) else None
