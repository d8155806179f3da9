"""Users and stores as lists show them."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Store, User
from db.vocabulary import Role


@dataclass(frozen=True, slots=True)
class UserRow:
    """One user of the list."""

    id: uuid.UUID
    version: int
    login: str
    name: str
    role: Role
    store_id: uuid.UUID | None
    store: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class StoreRow:
    """One store of the list."""

    id: uuid.UUID
    version: int
    code: str
    name: str
    city: str
    region: str


def list_users(session: Session, *, active_only: bool = False) -> list[UserRow]:
    """Users by name."""
    statement = (
        select(User, Store.name).outerjoin(Store, Store.id == User.store_id).order_by(User.name)
    )
    if active_only:
        statement = statement.where(User.is_active)
    return [
        UserRow(
            user.id,
            user.version,
            user.login,
            user.name,
            Role(user.role),
            user.store_id,
            store or "",
            user.is_active,
        )
        for user, store in session.execute(statement)
    ]


def list_stores(session: Session) -> list[StoreRow]:
    """Stores by code."""
    return [
        StoreRow(row.id, row.version, row.code, row.name, row.city, row.region)
        for row in session.scalars(select(Store).order_by(Store.code))
    ]
