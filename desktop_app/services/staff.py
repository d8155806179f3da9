"""Users and stores. Who may sign in stands in the key file; here is who they are."""

import uuid
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import StaffProfile, Store, User
from db.queries import staff as staff_queries
from db.queries.staff import StoreRow, UserRow
from db.vocabulary import Role
from desktop_app import clock
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access

__all__ = [
    "StoreDraft",
    "StoreRow",
    "UserDraft",
    "UserRow",
    "add_store",
    "add_user",
    "change_store",
    "change_user",
    "list_stores",
    "list_users",
]


class UserDraft(Draft):
    """Somebody who signs in."""

    login: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^\S+$")]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    role: Role
    store_id: uuid.UUID | None = None
    is_active: bool = True


class StoreDraft(Draft):
    """A shop or branch."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    city: Annotated[Text, Field(max_length=80)] = ""
    region: Annotated[Text, Field(max_length=80)] = ""


def list_users(session: Session, *, active_only: bool = False) -> list[UserRow]:
    """Everybody who works with the program, by name."""
    access.require(session, Action.VIEW)
    return staff_queries.list_users(session, active_only=active_only)


def list_stores(session: Session) -> list[StoreRow]:
    """The stores, by code."""
    access.require(session, Action.VIEW)
    return staff_queries.list_stores(session)


def add_user(session: Session, draft: UserDraft) -> uuid.UUID:
    """Add a user, hired today; who calls gives them a password (`services.keys.set_password`).

    Raises InvalidInputError when the login is taken.
    """
    access.require(session, Action.MANAGE_USERS)
    if session.scalar(select(User.id).where(User.login == draft.login)):
        raise InvalidInputError([Problem("login", _("This login name is taken."))])
    journal.name_change(session, N_("Add user {name}"), name=draft.name)
    user = User(**draft.model_dump())
    session.add(user)
    session.flush()
    session.add(StaffProfile(user_id=user.id, hired_on=clock.today()))
    session.flush()
    return user.id


def require_changeable(
    session: Session, user_id: uuid.UUID, version: int, draft: UserDraft
) -> User:
    """The user, if the change is allowed: nobody locks out themselves, or the last administrator.

    Raises:
        NotAllowedError: the role may not.
        NotFoundError, ConflictError: the user is gone, was changed meanwhile, or must stay.
        InvalidInputError: another login name.
    """
    access.require(session, Action.MANAGE_USERS)
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError(_("This user is gone."))
    _require_version(user.version, version)
    if draft.login != user.login:
        raise InvalidInputError([Problem("login", _("The login name cannot be changed."))])
    if user.is_active and not draft.is_active and user_id == access.actor(session).user_id:
        raise ConflictError(_("You cannot remove yourself. Another administrator can do it."))
    was = user.is_active and user.role == Role.ADMINISTRATOR
    stays = draft.is_active and draft.role is Role.ADMINISTRATOR
    if was and not stays:
        admins = User.role == Role.ADMINISTRATOR, User.is_active, User.id != user_id
        if session.scalar(select(User.id).where(*admins).limit(1)) is None:
            text = _("{name} is the only administrator. Make somebody else administrator first.")
            raise ConflictError(text.format(name=user.name))
    return user


def change_user(session: Session, user_id: uuid.UUID, version: int, draft: UserDraft) -> None:
    """Change a user; the last active administrator stays one.

    Somebody who may sign in no more keeps the key until `services.keys.remove_login`.

    Raises NotFoundError, ConflictError, InvalidInputError.
    """
    user = require_changeable(session, user_id, version, draft)
    journal.name_change(session, N_("Change user {name}"), name=draft.name)
    for name, value in draft.model_dump().items():
        if getattr(user, name) != value:
            setattr(user, name, value)
    session.flush()


def add_store(session: Session, draft: StoreDraft) -> uuid.UUID:
    """Add a store. Raises InvalidInputError when the code is taken."""
    access.require(session, Action.MANAGE_USERS)
    _require_free_code(session, draft.code, None)
    journal.name_change(session, N_("Add store {name}"), name=draft.name)
    store = Store(**draft.model_dump())
    session.add(store)
    session.flush()
    return store.id


def change_store(session: Session, store_id: uuid.UUID, version: int, draft: StoreDraft) -> None:
    """Change a store. Raises NotFoundError, ConflictError, InvalidInputError."""
    access.require(session, Action.MANAGE_USERS)
    store = session.get(Store, store_id)
    if store is None:
        raise NotFoundError(_("This store is gone."))
    _require_version(store.version, version)
    _require_free_code(session, draft.code, store_id)
    journal.name_change(session, N_("Change store {name}"), name=draft.name)
    for name, value in draft.model_dump().items():
        if getattr(store, name) != value:
            setattr(store, name, value)
    session.flush()


def _require_version(stored: int, read: int) -> None:
    if stored != read:
        raise ConflictError(_("Somebody else has changed this meanwhile. Reload and try again."))


def _require_free_code(session: Session, code: str, store_id: uuid.UUID | None) -> None:
    taken = session.scalar(select(Store.id).where(Store.code == code))
    if taken is not None and taken != store_id:
        raise InvalidInputError([Problem("code", _("Another store has this code."))])
