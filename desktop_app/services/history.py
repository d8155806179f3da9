"""The journal as lists show it: the whole of it, one change set, the history of one record.

The whole journal is a right of its own, without it one sees what one did oneself; the history of a
record is seen by whoever sees the record.
Phones are masked in it as everywhere.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy.orm import Session

from db.models import (
    ENTITIES,
    Attachment,
    Case,
    ChangeSet,
    Contact,
    Customer,
    DefectionSignal,
    ExitRegistration,
    Interview,
    Visit,
)
from db.queries import import_jobs
from db.queries import journal as journal_queries
from db.queries import visits as visit_queries
from db.queries.import_jobs import ImportRow
from db.queries.journal import ChangeSetFilter, ChangeSetRow, FieldChange, RowChange
from db.queries.paging import Sort
from db.vocabulary import ChangeKind
from desktop_app.domain.permissions import Action
from desktop_app.errors import NotAllowedError, NotFoundError
from desktop_app.i18n import _
from desktop_app.services import access, phones

_PHONE: Final = "phone"


def count_change_sets(session: Session, criteria: ChangeSetFilter) -> int:
    """How many change sets fit. Everybody sees imports and what they did themselves."""
    wanted = _narrowed(session, criteria)
    return journal_queries.count_change_sets(session, wanted)


def list_change_sets(
    session: Session,
    criteria: ChangeSetFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[ChangeSetRow]:
    """One page of change sets, newest first, as `count_change_sets` counts them."""
    wanted = _narrowed(session, criteria)
    return journal_queries.list_change_sets(session, wanted, sort, offset, limit)


def _narrowed(session: Session, criteria: ChangeSetFilter) -> ChangeSetFilter:
    access.require(session, Action.VIEW)
    if criteria.kind is ChangeKind.IMPORT or access.may(session, Action.VIEW_JOURNAL):
        return criteria
    return replace(criteria, actor_id=access.actor(session).user_id)


def list_imports(session: Session, text: str, offset: int, limit: int) -> list[ImportRow]:
    """A window of the imported files whose name holds a text, newest first."""
    access.require(session, Action.VIEW)
    return import_jobs.list_imports(session, text, offset, limit)


def find(session: Session, key: uuid.UUID | None, number: str = "") -> uuid.UUID:
    """Key of a change set that is there, by key or by its number. Raises NotFoundError."""
    access.require(session, Action.VIEW)
    found = journal_queries.change_set_key(session, key, number)
    if found is None:
        raise NotFoundError(_("There is no change set {name}.").format(name=key or number))
    return found


def changes_of(session: Session, change_set_id: uuid.UUID, limit: int = 200) -> list[RowChange]:
    """The first rows of a change set in the order they were changed, phones masked.

    Raises NotAllowedError: it is somebody else's, and the journal is not for the role.
    """
    access.require(session, Action.VIEW)
    change_set = session.get(ChangeSet, change_set_id)
    if change_set is None or change_set.actor_id != access.actor(session).user_id:
        access.require(session, Action.VIEW_JOURNAL)
    found = journal_queries.changes_of(session, change_set_id, limit)
    return [replace(change, fields=_masked_fields(change.fields)) for change in found]


def record_history(session: Session, entity: str, row_id: uuid.UUID) -> list[FieldChange]:
    """Who changed which field of a record from what to what, newest first; phones masked.

    Args:
        session: the session.
        entity: name of the table.
        row_id: key of the record. One that was removed, or belongs to the workspace and not to a
            customer or case, needs the right to the whole journal.

    Raises:
        NotAllowedError: the record is out of reach.
    """
    access.require(session, Action.VIEW)
    _require_seen(session, entity, row_id)
    return [
        replace(change, old=_masked(change.old), new=_masked(change.new))
        if change.field == _PHONE
        else change
        for change in journal_queries.record_history(session, entity, row_id)
    ]


def _require_seen(session: Session, entity: str, row_id: uuid.UUID) -> None:
    model = ENTITIES.get(entity)
    record = None if model is None else session.get(model, row_id)
    match record:
        case Customer():
            access.require_customer(session, record)
        case Contact() | DefectionSignal():
            access.require_customer(session, session.get_one(Customer, record.customer_id))
        case Case():
            access.require_case(session, record)
        case Attachment(case_id=None):
            access.require_customer(session, session.get_one(Customer, record.customer_id))
        case Interview() | Attachment() | ExitRegistration():
            access.require_case(session, session.get_one(Case, record.case_id))
        case Visit():
            if not visit_queries.is_seen(session, row_id, access.visible(session)):
                raise NotAllowedError(_("This visit belongs to somebody else."))
        case _:
            access.require(session, Action.VIEW_JOURNAL)


def _masked_fields(fields: Mapping[str, tuple[Any, Any]]) -> Mapping[str, tuple[Any, Any]]:
    if _PHONE not in fields:
        return fields
    old, new = fields[_PHONE]
    return {**fields, _PHONE: (_masked(old), _masked(new))}


def _masked(value: Any) -> Any:
    return phones.masked(value) if isinstance(value, str) else value
