"""Who owes the contacts of the cadence to which customer: what plan and compliance both count with.

Sales is whoever is in charge of the customer, with the backup; nobody else steps in for an orphan.
The department manager is the manager of whoever is in charge, else one of the store and district;
the director and the general manager are whoever has the function. Of several the one whose skills
suit the class best is taken, then always the same one for the same customer.
"""

import datetime as dt
import uuid
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db.queries import pool as pool_queries
from db.queries import visit_plan as queries
from db.queries.scope import Visible
from db.queries.visit_plan import ClientRow, MadeRow
from db.vocabulary import CadenceRole, CustomerClass, Seat, SkillKind, StaffFunction
from desktop_app import clock
from desktop_app.domain.cadence import CadencePolicy
from desktop_app.domain.compliance import Made, OverrideDraft, Owed
from desktop_app.domain.permissions import Action, Scope, scope_of
from desktop_app.domain.plan_types import Client, Next
from desktop_app.domain.pool import REQUIRED
from desktop_app.services import access, cadence, staff_profiles
from desktop_app.services.staff_profiles import Employee

_MANAGER: Final = CadenceRole.DEPT_MANAGER
_ROLES: Final[Mapping[StaffFunction, CadenceRole]] = {
    StaffFunction(role.value): role for role in CadenceRole
}


@dataclass(frozen=True, slots=True)
class Side:
    """The customers that are seen, and who works for them.

    Attributes:
        policy: The cadence.
        people: Everybody who has an account, by key.
        rows: The customers that count: alive, known by name, not refusing; by key.
        clients: The same as the rules want them, in the order of their numbers.
        seen: Keys of all customers seen, also those nobody may contact.
        stopped: How many have died or refused.
        unidentified: How many nobody knows by name.
    """

    policy: CadencePolicy
    people: Mapping[uuid.UUID, Employee]
    rows: Mapping[uuid.UUID, ClientRow]
    clients: tuple[Client, ...]
    seen: frozenset[uuid.UUID]
    stopped: int
    unidentified: int

    def made(self, rows: Iterable[MadeRow]) -> list[Made]:
        """Contacts as the rules want them, of the customers that count, each under a role.

        It is the role of the rule it was planned by; without one that in which its maker looks
        after the customer, else what the maker is; whoever is nothing of that counts as sales.
        """
        role_of_rule = {rule.code: rule.role for rule in self.policy.rules}
        teams = {client.owed.key: client for client in self.clients}
        found = []
        for row in rows:
            client = teams.get(row.customer_id)
            if client is None:
                continue
            role = role_of_rule.get(row.rule or "") or self._role(client, row.by_id)
            day = clock.local(row.at).date() if isinstance(row.at, dt.datetime) else row.at
            found.append(Made(row.customer_id, role, row.channel, day, row.by_id, row.is_informal))
        return found

    def _role(self, client: Client, by_id: uuid.UUID | None) -> CadenceRole:
        for seats in (client.owed.owners, client.backups):
            for role, key in seats.items():
                if key == by_id and key is not None:
                    return role
        employee = None if by_id is None else self.people.get(by_id)
        roles = () if employee is None else roles_of(employee)
        return min(roles, key=list(CadenceRole).index, default=CadenceRole.SALES)


def read(
    session: Session,
    visible: Visible | None = None,
    day: dt.date | None = None,
    customer_id: uuid.UUID | None = None,
) -> Side:
    """The customers the actor sees, or one of them, and who works for them on a day (today)."""
    access.require(session, Action.VIEW)
    visible = visible or access.visible(session)
    rules = cadence.policy(session)
    people = staff_profiles.all_profiles(session)
    rows = queries.clients(session, visible, customer_id)
    wanted = {row.id: row for row in rows if row.is_identified and not row.is_stopped}
    agreed = _agreed(session, visible)
    team = _Team(session, rules, people, day or clock.today())
    return Side(
        policy=rules,
        people=people,
        rows=wanted,
        clients=tuple(team.client(row, agreed.get(row.id, ())) for row in wanted.values()),
        seen=frozenset(row.id for row in rows),
        stopped=sum(row.is_stopped for row in rows),
        unidentified=sum(not row.is_identified and not row.is_stopped for row in rows),
    )


def roles_of(employee: Employee) -> frozenset[CadenceRole]:
    """What somebody is, of the roles that owe contacts."""
    return frozenset(_ROLES[each] for each in employee.profile.functions if each in _ROLES)


def works_on(employee: Employee, day: dt.date) -> bool:
    """Whether somebody has not left by a day."""
    left = employee.profile.left_on
    return employee.is_active and (left is None or day <= left)


def _agreed(session: Session, visible: Visible) -> Mapping[uuid.UUID, Sequence[OverrideDraft]]:
    found: dict[uuid.UUID, list[OverrideDraft]] = defaultdict(list)
    for row in queries.overrides(session, visible):
        found[row.customer_id].append(
            OverrideDraft(
                rule=row.rule,
                minimum=row.minimum,
                reason=row.reason,
                first=row.first,
                last=row.last,
            )
        )
    return found


class _Team:
    """Finds the people of each customer."""

    def __init__(
        self,
        session: Session,
        policy: CadencePolicy,
        people: Mapping[uuid.UUID, Employee],
        day: dt.date,
    ) -> None:
        self._people = {key: one for key, one in people.items() if works_on(one, day)}
        self._day = day
        self._backups = queries.backups(session, day)
        self._next = {
            seat: {
                key: one
                for key, one in queries.followers(session, seat, day).items()
                if one.user_id in self._people
            }
            for seat in Seat
        }
        self._skills = pool_queries.skills(session)
        self._leaders = {
            klass: [
                role
                for role in CadenceRole
                if role is not CadenceRole.SALES
                and any(rule.role is role for rule in policy.of_class(klass))
            ]
            for klass in CustomerClass
        }
        self._known: dict[tuple[object, ...], list[tuple[int, Employee]]] = {}

    def client(self, row: ClientRow, agreed: Sequence[OverrideDraft]) -> Client:
        """A customer with its people; a seat that nobody holds is there and empty."""
        follower = self._next[Seat.PRIMARY].get(row.id)
        owner_id = row.owner_id
        if follower is not None and follower.first <= self._day:
            owner_id, follower = follower.user_id, None
        owners, backups = self._seats(row, owner_id)
        stand_in = self._backups.get(row.id)
        if stand_in is not None and stand_in in self._people:
            backups[CadenceRole.SALES] = stand_in
        owed = Owed(row.id, row.klass, owners, row.since, row.upgrade_since, agreed)
        helper = self._next[Seat.BACKUP].get(row.id)
        if follower is None and helper is None:
            return Client(owed, district=row.district, backups=backups)
        next_owners, next_backups = dict[CadenceRole, Next](), dict[CadenceRole, Next]()
        if follower is not None:
            first = follower.first
            later, helpers = self._seats(row, follower.user_id)
            next_owners = {
                role: Next(first, key) for role, key in later.items() if key != owners.get(role)
            }
            next_backups = {
                role: Next(first, key) for role, key in helpers.items() if key != backups.get(role)
            }
        if helper is not None:
            next_backups[CadenceRole.SALES] = Next(helper.first, helper.user_id)
        return Client(
            owed,
            district=row.district,
            backups=backups,
            next_owners=next_owners,
            next_backups=next_backups,
        )

    def _seats(
        self, row: ClientRow, owner_id: uuid.UUID | None
    ) -> tuple[dict[CadenceRole, uuid.UUID | None], dict[CadenceRole, uuid.UUID]]:
        """Who owes the contacts while somebody is in charge, and who stands in for the leaders."""
        primary = self._people.get(owner_id) if owner_id is not None else None
        owners: dict[CadenceRole, uuid.UUID | None] = {
            CadenceRole.SALES: None if primary is None else primary.user_id
        }
        backups: dict[CadenceRole, uuid.UUID] = {}
        for role in self._leaders[row.klass]:
            found = self._leading(role, row)
            manager = primary.profile.manager_id if primary is not None else None
            boss = self._people.get(manager) if manager is not None else None
            if role is _MANAGER and boss is not None and _MANAGER in roles_of(boss):
                found = [boss, *(each for each in found if each is not boss)]
            owners[role] = found[0].user_id if found else None
            if len(found) > 1:
                backups[role] = found[1].user_id
        return owners, backups

    def _leading(self, role: CadenceRole, row: ClientRow) -> list[Employee]:
        """Those who may do it, the best suited first, then always in the same order."""
        store = row.store_id if role is _MANAGER else None
        cell = (role, store, row.district, row.klass)
        if cell not in self._known:
            self._known[cell] = [
                (-self._met(each.user_id, row.klass), each)
                for each in self._people.values()
                if role in roles_of(each) and _goes_to(each, store, row.district)
            ]
        return [
            each
            for _order, each in sorted(
                self._known[cell],
                key=lambda one: (one[0], zlib.crc32(row.id.bytes + one[1].user_id.bytes)),
            )
        ]

    def _met(self, user_id: uuid.UUID, klass: CustomerClass) -> int:
        levels: Mapping[SkillKind, int] = self._skills.get(user_id, {})
        return sum(min(levels.get(skill, 1), asked) for skill, asked in REQUIRED[klass].items())


def _goes_to(employee: Employee, store_id: uuid.UUID | None, district: str) -> bool:
    is_everywhere = employee.store_id is None or scope_of(employee.role) is Scope.ALL
    is_near = store_id is None or is_everywhere or employee.store_id == store_id
    districts = employee.profile.districts
    return is_near and (not districts or not district or district in districts)
