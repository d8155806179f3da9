"""Whether somebody may undo a change set: whose it is, what it changed, whose records these are.

Undo wins back no rights (a role, a rule) and reaches no records outside the scope. What somebody
did themselves they may take back while the records are theirs before or after it; an import or a
scan is of the whole workspace, and so is the undo of one's own.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from db.models import (
    ENTITIES,
    Case,
    Change,
    ChangeSet,
    Complaint,
    Customer,
    Interview,
    Order,
    Promise,
    Recovery,
    RecoveryStep,
    Renewal,
    Task,
)
from db.queries.promises import is_kept_by
from db.queries.scope import Reach, customer_in_sight, visible_cases
from db.vocabulary import ChangeKind, Op
from desktop_app.domain.permissions import Action
from desktop_app.errors import NotAllowedError
from desktop_app.i18n import _
from desktop_app.services import access

_RIGHTS: Final[Mapping[str, Action]] = {
    "app_user": Action.MANAGE_USERS,
    "store": Action.MANAGE_USERS,
    "setting": Action.EDIT_SETTINGS,
    "reason": Action.EDIT_REFERENCE,
    "reason_version": Action.EDIT_REFERENCE,
    "defection_rule": Action.EDIT_RULES,
    "experiment": Action.RUN_EXPERIMENT,
    "offer": Action.EDIT_OFFERS,
    "offer_rule": Action.EDIT_OFFERS,
    "offer_budget": Action.EDIT_OFFERS,
    "cadence_line": Action.EDIT_SETTINGS,
    "cadence_override": Action.PLAN_VISITS,
    "staff_profile": Action.EDIT_STAFF,
    "absence": Action.EDIT_STAFF,
    "employee_exit": Action.EDIT_STAFF,
    "handover": Action.HAND_OVER,
}
"""Tables that undo may touch only with the right to change them."""
_WHOLE: Final = frozenset({ChangeKind.IMPORT, ChangeKind.SCAN})
_CASE, _CUSTOMER = Case.__tablename__, Customer.__tablename__
_POINTERS: Final = ("case_id", "interview_id", "recovery_id", "customer_id")  # the first set counts
_VIA: Final[Mapping[str, type[Interview] | type[Recovery]]] = {
    "interview_id": Interview,
    "recovery_id": Recovery,
}
"""What leads on to a case."""
_KEPT: Final = tuple(
    model.__tablename__ for model in (Promise, Complaint, Recovery, RecoveryStep, Task, Renewal)
)
"""What somebody deals with, also in a case of somebody else."""
_CHUNK: Final = 500

Keys = frozenset[tuple[str, uuid.UUID]]  # table and key of cases and customers


def is_own(session: Session, change_set: ChangeSet) -> bool:
    """Whether the actor made a change set."""
    return change_set.actor_id == access.actor(session).user_id


def require_look(session: Session, change_set: ChangeSet) -> None:
    """Refuse to say what undoing somebody else's change would do to whom.

    Raises NotAllowedError.
    """
    access.require(session, Action.VIEW)
    if not is_own(session, change_set):
        if not access.may(session, Action.VIEW_JOURNAL):
            access.require(session, Action.UNDO_ANY)
        Records(session, change_set).require_before()


def require_right(session: Session, change_set: ChangeSet) -> None:
    """Refuse what the role may not undo, whosesoever the records are. Raises NotAllowedError."""
    own = is_own(session, change_set)
    access.require(session, Action.UNDO_OWN if own else Action.UNDO_ANY)
    statement = select(Change.entity).where(Change.change_set_id == change_set.id).distinct()
    touched = set(session.scalars(statement))
    if _origin(session, change_set).kind == ChangeKind.SCAN:
        touched -= {"defection_rule"}  # a scan writes down the rules that are in force
    for right in sorted({_RIGHTS[entity] for entity in touched & _RIGHTS.keys()}):
        access.require(session, right)


class Records:
    """The cases and customers that a change set touched, looked at before and after its undo."""

    def __init__(self, session: Session, change_set: ChangeSet) -> None:
        self._session = session
        self._own = is_own(session, change_set)
        whole = self._own and _origin(session, change_set).kind in _WHOLE
        self._is_open = whole or access.visible(session).reach is Reach.ALL
        self._keys = Keys() if self._is_open else _touched(session, change_set)
        if self._own and self._keys:
            self._keys -= _kept(session, change_set)
        self._there, self._seen = _look(session, self._keys)

    def require_before(self) -> None:
        """Refuse somebody else's change of records that the actor does not see."""
        if not self._own:
            _refuse(self._session, self._there - self._seen)

    def require_after(self) -> None:
        """Refuse an undo that reached records which the actor sees neither before nor after it."""
        self._session.flush()
        there, seen = _look(self._session, self._keys)
        if self._own:
            _refuse(self._session, (self._there | there) - self._seen - seen)
        else:
            _refuse(self._session, there - seen - self._there)


def _origin(session: Session, change_set: ChangeSet) -> ChangeSet:
    """What was done at first, behind an undo or the undo of an undo."""
    found = change_set
    while found.undoes:
        before = session.get(ChangeSet, found.undoes)
        if before is None:
            break
        found = before
    return found


def _refuse(session: Session, keys: Keys) -> None:
    for entity, key in sorted(keys):
        if entity == _CASE:
            case = session.get(Case, key)
            if case is not None:
                access.require_case(session, case)
        else:
            customer = session.get(Customer, key)
            if customer is not None:
                access.require_customer(session, customer)
    if keys:
        raise NotAllowedError(_("This change touches records of somebody else."))


def _look(session: Session, keys: Keys) -> tuple[Keys, Keys]:
    """Which of the records are there, and which of these the actor sees."""
    visible = access.visible(session)
    there: set[tuple[str, uuid.UUID]] = set()
    seen: set[tuple[str, uuid.UUID]] = set()
    for entity, model, condition in (
        (_CASE, Case, visible_cases(visible)),
        (_CUSTOMER, Customer, customer_in_sight(visible)),
    ):
        for chunk in _chunks(sorted(key for name, key in keys if name == entity)):
            found = set(session.scalars(select(model.id).where(model.id.in_(chunk))))
            there |= {(entity, key) for key in found}
            if condition is not None:
                found = _matching(session, model, chunk, condition)
            seen |= {(entity, key) for key in found}
    return frozenset(there), frozenset(seen)


def _matching(
    session: Session,
    model: type[Case] | type[Customer],
    keys: Sequence[uuid.UUID],
    condition: ColumnElement[bool],
) -> set[uuid.UUID]:
    return set(session.scalars(select(model.id).where(model.id.in_(keys), condition)))


# ---------------------------------------------------------------- what a change set touched


def _touched(session: Session, change_set: ChangeSet) -> Keys:
    """The cases of the rows that a change set changed; the customer of a row without a case."""
    found: set[tuple[str, uuid.UUID]] = set()
    unknown: dict[str, list[str]] = defaultdict(list)
    others: dict[str, set[uuid.UUID]] = {name: set() for name in _VIA}
    rows = session.execute(
        select(Change.entity, Change.row_id, Change.op, Change.fields).where(
            Change.change_set_id == change_set.id
        )
    )
    for entity, row_id, op, fields in rows:
        if entity in (_CASE, _CUSTOMER):
            found.add((entity, uuid.UUID(row_id)))
            continue
        pointers = _pointers(cast("Table", ENTITIES[entity].__table__))
        if op == Op.UPDATE:
            if pointers:
                unknown[entity].append(row_id)
            for name in pointers:
                for value in fields.get(name, ()):
                    _add(found, others, name, value)
        else:
            _add_first(found, others, {name: fields.get(name) for name in pointers})
    for entity, row_ids in unknown.items():
        for row in _rows(session, cast("Table", ENTITIES[entity].__table__), row_ids):
            _add_first(found, others, row)
    for name, model in _VIA.items():
        for chunk in _chunks(sorted(others[name])):
            statement = select(model.case_id).where(model.id.in_(chunk))
            found |= {(_CASE, key) for key in session.scalars(statement)}
    if change_set.import_id is not None and not change_set.undoes:
        owners = select(Order.customer_id).where(Order.import_id == change_set.import_id)
        found |= {(_CUSTOMER, key) for key in session.scalars(owners.distinct())}
    return frozenset(found)


def _kept(session: Session, change_set: ChangeSet) -> Keys:
    """Cases and customers in which the actor answered what they deal with, now or before it.

    Whoever keeps a promise may answer it in a case of somebody else (`require_reach` of promises).
    """
    mine = access.actor(session).user_id
    found: set[tuple[str, uuid.UUID]] = set()
    statement = select(Change.entity, Change.row_id, Change.fields).where(
        Change.change_set_id == change_set.id, Change.entity.in_(_KEPT), Change.op == Op.UPDATE
    )
    for entity, row_id, fields in session.execute(statement):
        found |= _where(session, entity, row_id, str(mine) in fields.get("owner_id", ()))
    return frozenset(found)


def _where(session: Session, entity: str, row_id: str, was_mine: bool) -> Keys:  # noqa: FBT001
    """The case of what the actor deals with, or the customer where it has none."""
    mine, key = access.actor(session).user_id, uuid.UUID(row_id)
    if entity in (Recovery.__tablename__, RecoveryStep.__tablename__):
        step = session.get(RecoveryStep, key)
        recovery = session.get(Recovery, key if step is None else step.recovery_id)
        is_mine = recovery is not None and (was_mine or is_kept_by(recovery, mine))
        return frozenset({(_CASE, recovery.case_id)} if recovery is not None and is_mine else ())
    if entity in (Task.__tablename__, Renewal.__tablename__):
        return _of_task(session, key, was_mine)
    record = session.get(Promise, key) or session.get(Complaint, key)
    if record is None or not (was_mine or is_kept_by(record, mine)):
        return frozenset()
    if record.case_id is not None:
        return frozenset({(_CASE, record.case_id)})
    return frozenset({(_CUSTOMER, record.customer_id)})


def _of_task(session: Session, key: uuid.UUID, was_mine: bool) -> Keys:  # noqa: FBT001
    """The case or customer of a task or a renewal that the actor owns, or owned."""
    found = session.get(Task, key) or session.get(Renewal, key)
    if found is None or not (was_mine or found.owner_id == access.actor(session).user_id):
        return frozenset()
    case_id = found.case_id if isinstance(found, Task) else None
    if case_id is not None:
        return frozenset({(_CASE, case_id)})
    return frozenset() if found.customer_id is None else frozenset({(_CUSTOMER, found.customer_id)})


def _pointers(table: Table) -> list[str]:
    return [name for name in _POINTERS if name in table.c]


def _add_first(
    found: set[tuple[str, uuid.UUID]], others: dict[str, set[uuid.UUID]], row: Mapping[str, Any]
) -> None:
    for name, value in row.items():
        if value is not None:
            _add(found, others, name, value)
            return


def _add(
    found: set[tuple[str, uuid.UUID]], others: dict[str, set[uuid.UUID]], name: str, value: Any
) -> None:
    if value is None:
        return
    key = value if isinstance(value, uuid.UUID) else uuid.UUID(value)
    match name:
        case "case_id":
            found.add((_CASE, key))
        case "customer_id":
            found.add((_CUSTOMER, key))
        case _:
            others[name].add(key)


def _rows(session: Session, table: Table, row_ids: Collection[str]) -> Iterator[Mapping[str, Any]]:
    columns = [table.c[name] for name in _pointers(table)]
    is_number = table.c.id.type.python_type is int
    keys: list[Any] = [int(one) if is_number else uuid.UUID(one) for one in sorted(row_ids)]
    for chunk in _chunks(keys):
        found = session.execute(select(*columns).where(table.c.id.in_(chunk)))
        yield from (dict(row) for row in found.mappings())


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
