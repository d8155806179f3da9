"""To whom somebody reports: who is told when something of theirs is overdue (S3-48)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from db.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the firm. `manager_id`: to whom the profile says they report."""

    id: UUID
    role: Role
    store_id: UUID | None
    is_active: bool = True
    manager_id: UUID | None = None


_ABOVE: Final[Mapping[Role, tuple[Role, ...]]] = MappingProxyType(
    {
        Role.STORE_MANAGER: (Role.DEPT_MANAGER, Role.HEAD_OFFICE),
        Role.DEPT_MANAGER: (Role.HEAD_OFFICE,),
        Role.HEAD_OFFICE: (),
        Role.ADMINISTRATOR: (),
        Role.AUDITOR: (),
    }
)
_LADDER: Final = (Role.STORE_MANAGER, Role.DEPT_MANAGER, Role.HEAD_OFFICE)


class Superiors:
    """Who reports to whom; of several with the same role the first given."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._all = {each.id: each for each in members}
        self._active = [each for each in self._all.values() if each.is_active]

    def of(self, user_id: UUID | None) -> UUID | None:
        """The manager of somebody: whom the profile names, else the next above in the store."""
        who = self._all.get(user_id) if user_id is not None else None
        if who is None:
            return None
        named = self._all.get(who.manager_id) if who.manager_id is not None else None
        if named is not None and named.is_active and named.id != who.id:
            return named.id
        return self._first(_ABOVE.get(who.role, _LADDER), who.store_id, who.id)

    def of_store(self, store_id: UUID | None) -> UUID | None:
        """Who is told of what nobody in a store is there to do."""
        return self._first(_LADDER, store_id, None)

    def leads(self, user_id: UUID) -> bool:
        """Whether somebody may be told of what nobody is there to do."""
        who = self._all.get(user_id)
        return who is not None and who.is_active and who.role in _LADDER

    def is_here(self, user_id: UUID | None) -> bool:
        """Whether somebody still works here."""
        who = self._all.get(user_id) if user_id is not None else None
        return who is not None and who.is_active

    def team(self, user_id: UUID) -> frozenset[UUID]:
        """Who still works here and reports to somebody."""
        return frozenset(each.id for each in self._active if self.of(each.id) == user_id)

    def _first(
        self, roles: tuple[Role, ...], store_id: UUID | None, but: UUID | None
    ) -> UUID | None:
        for role in roles:
            for each in self._active:
                is_near = role is not Role.STORE_MANAGER or each.store_id in {store_id, None}
                if each.role is role and is_near and each.id != but:
                    return each.id
        return None
