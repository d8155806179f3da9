"""Saved views: a named filter of a list, one's own or everybody's."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db import journal
from db.models import SavedView
from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, NotAllowedError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access

MAX_NAME: Final = 120
CriteriaT = TypeVar("CriteriaT")


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A saved view as it is offered; `may_remove` says whether the actor may take it away."""

    id: uuid.UUID
    page: str
    name: str
    criteria: Mapping[str, Any]
    is_shared: bool
    may_remove: bool


def save_view(
    session: Session, page: str, name: str, criteria: Mapping[str, Any], *, shared: bool = False
) -> uuid.UUID:
    """Save a filter under a name; the same name on the same page is replaced. Returns its key.

    Args:
        session: the writing session.
        page: id of the page.
        name: what it is called.
        criteria: ready for JSON, see `to_json`.
        shared: for everybody instead of for oneself.

    Raises:
        InvalidInputError: the name is empty or too long.
    """
    access.require(session, Action.SAVE_VIEW)
    if shared:
        access.require(session, Action.SHARE_VIEW)
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME:
        text = _("Enter a name of at most {count} characters.").format(count=MAX_NAME)
        raise InvalidInputError([Problem("name", text)])
    user_id = None if shared else access.actor(session).user_id
    journal.name_change(session, N_("Save the view {name}"), name=name)
    view = session.scalar(
        select(SavedView).where(
            SavedView.page == page,
            SavedView.name == name,
            SavedView.user_id.is_not_distinct_from(user_id),
        )
    )
    if view is None:
        view = SavedView(page=page, name=name, user_id=user_id, criteria=dict(criteria))
        session.add(view)
    elif view.criteria != criteria:
        view.criteria = dict(criteria)
    session.flush()
    return view.id


def list_views(session: Session, page: str) -> list[ViewRow]:
    """One's own and everybody's views of a page, by name."""
    access.require(session, Action.VIEW)
    me = access.actor(session).user_id
    rows = session.scalars(
        select(SavedView)
        .where(SavedView.page == page, or_(SavedView.user_id.is_(None), SavedView.user_id == me))
        .order_by(SavedView.name, SavedView.id)
    )
    own, others = access.may(session, Action.SAVE_VIEW), access.may(session, Action.SHARE_VIEW)
    return [
        ViewRow(
            id=row.id,
            page=row.page,
            name=row.name,
            criteria=row.criteria,
            is_shared=row.user_id is None,
            may_remove=others if row.user_id is None else own,
        )
        for row in rows
    ]


def remove_view(session: Session, view_id: uuid.UUID) -> None:
    """Take a view away; can be undone.

    Raises:
        NotFoundError: there is no such view.
        NotAllowedError: it belongs to somebody else, or to everybody and the role may not share.
    """
    access.require(session, Action.SAVE_VIEW)
    view = session.get(SavedView, view_id)
    if view is None:
        raise NotFoundError(_("This view is gone."))
    if view.user_id is None:
        access.require(session, Action.SHARE_VIEW)
    elif view.user_id != access.actor(session).user_id:
        raise NotAllowedError(_("This view belongs to somebody else."))
    journal.name_change(session, N_("Remove the view {name}"), name=view.name)
    session.delete(view)
    session.flush()


def to_json(criteria: object) -> dict[str, Any]:
    """A filter (a frozen dataclass of `db.queries`) as it is saved; rights are not part of it.

    Equal filters give equal documents: a set is a sorted list.
    """
    found: dict[str, Any] = TypeAdapter(type(criteria)).dump_python(criteria, mode="json")
    found.pop("visible", None)
    return {
        name: sorted(value) if isinstance(getattr(criteria, name), frozenset) else value
        for name, value in found.items()
    }


def from_json(kind: type[CriteriaT], saved: Mapping[str, Any]) -> CriteriaT:
    """A saved filter; what is not known any more falls back to everything."""
    known = {name: value for name, value in saved.items() if name != "visible"}
    try:
        return TypeAdapter(kind).validate_python(known)
    except ValidationError as error:
        wrong = {str(detail["loc"][0]) for detail in error.errors() if detail["loc"]}
        return TypeAdapter(kind).validate_python(
            {name: value for name, value in known.items() if name not in wrong}
        )
