"""Tasks: each has one owner, who finishes it, says why not, or gives it to somebody else."""

import datetime as dt
import uuid
from collections.abc import Collection

from sqlalchemy.orm import Session

from db import journal
from db.models import Customer, Task, User
from db.queries import tasks as queries
from db.queries.paging import Sort
from db.queries.tasks import TO_THE_CUSTOMER, TaskFilter, TaskRow
from db.vocabulary import Role, TaskKind, TaskState
from desktop_app import clock
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.tasks import TaskDraft
from desktop_app.domain.visits import is_over
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life

__all__ = [
    "TaskDraft",
    "TaskFilter",
    "TaskRow",
    "add",
    "change",
    "count_tasks",
    "drop",
    "find",
    "finish",
    "list_tasks",
    "open_of",
    "pass_on",
    "reassign",
    "require_reach",
]

_ALL = 1_000_000


def count_tasks(session: Session, criteria: TaskFilter) -> int:
    """How many of the tasks the actor sees fit."""
    access.require(session, Action.VIEW)
    return queries.count_tasks(session, access.limited(session, criteria))


def list_tasks(
    session: Session,
    criteria: TaskFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[TaskRow]:
    """One page of the tasks the actor sees: those of customers in sight, and the actor's own.

    Tasks that would turn to a customer who refused or has died are not among the open ones.
    """
    access.require(session, Action.VIEW)
    limited = access.limited(session, criteria)
    return queries.list_tasks(session, limited, sort, offset, limit)


def find(session: Session, task_id: uuid.UUID) -> TaskRow:
    """One task in whatever state. Raises NotFoundError: it is gone or out of sight."""
    access.require(session, Action.VIEW)
    found = list_tasks(session, TaskFilter(states=frozenset(), task_id=task_id), limit=1)
    if not found:
        raise NotFoundError(_("This task is gone."))
    return found[0]


def open_of(
    session: Session, owner_id: uuid.UUID, customer_ids: Collection[uuid.UUID] | None = None
) -> list[TaskRow]:
    """All open tasks of somebody that the actor sees, of some customers or of all and of none."""
    access.require(session, Action.VIEW)
    found = list_tasks(session, TaskFilter(owner_id=owner_id), limit=_ALL)
    if customer_ids is None:
        return found
    wanted = set(customer_ids)
    return [row for row in found if row.customer_id in wanted]


def add(session: Session, draft: TaskDraft) -> uuid.UUID:
    """Give a task to somebody, or to oneself; returns its key.

    Raises:
        NotFoundError, NotAllowedError: the customer or case is gone or out of reach.
        InvalidInputError: the day is over, the owner does not work here, the case is another
            customer's, or the customer is not to be contacted and the task is to do just that.
    """
    access.require(session, Action.DO_TASK)
    _check_day(draft.due_on)
    values = _checked(session, draft)
    journal.name_change(session, N_("Give a task to {name}"), name=_name(session, draft.owner_id))
    task = Task(**values)
    session.add(task)
    session.flush()
    return task.id


def change(session: Session, task_id: uuid.UUID, version: int, draft: TaskDraft) -> None:
    """Change an open task; one that is overdue may keep its day.

    Raises:
        NotFoundError, NotAllowedError: the task, customer or case is gone or out of reach.
        ConflictError: it has ended, or somebody changed it meanwhile.
        InvalidInputError: as `add`.
    """
    access.require(session, Action.DO_TASK)
    task = _open(session, task_id)
    if task.version != version:
        text = _("Somebody else has changed this task meanwhile. Reload and try again.")
        raise ConflictError(text)
    if draft.due_on != task.due_on:
        _check_day(draft.due_on)
    values = _checked(session, draft)
    journal.name_change(session, N_("Change a task of {name}"), name=_name(session, task.owner_id))
    case_life.set_values(task, values)
    session.flush()


def finish(session: Session, task_id: uuid.UUID, answer: str = "") -> None:
    """A task is done today; who asked about an upgrade says what the customer answered.

    Raises:
        NotFoundError, NotAllowedError: the task is gone or out of reach.
        ConflictError: it has ended already.
        InvalidInputError: the customer's answer is missing.
    """
    access.require(session, Action.DO_TASK)
    task = _open(session, task_id)
    if task.kind == TaskKind.UPGRADE_TALK and not answer.strip():
        raise InvalidInputError([Problem("answer", _("Say what the customer answered."))])
    journal.name_change(session, N_("Finish a task of {name}"), name=_name(session, task.owner_id))
    _end(task, TaskState.DONE, answer)
    session.flush()


def pass_on(
    session: Session, task_id: uuid.UUID, answer: str, owner_id: uuid.UUID, due_on: dt.date
) -> uuid.UUID:
    """The customer wants the upgrade: the talk is done, and a technician carries it out.

    Returns:
        Key of the technician's task, which follows the talk.

    Raises:
        NotFoundError, NotAllowedError: the task is gone or out of reach.
        ConflictError: it has ended already, or is no talk about an upgrade.
        InvalidInputError: the answer is missing, the day is over, or the technician does not work
            here.
    """
    access.require(session, Action.DO_TASK)
    _check_day(due_on)
    task = _open(session, task_id)
    if task.kind != TaskKind.UPGRADE_TALK:
        raise ConflictError(_("Only a talk about an upgrade is passed on to a technician."))
    name = _name(session, owner_id)
    journal.name_change(session, N_("Pass an upgrade on to {name}"), name=name)
    finish(session, task_id, answer)
    draft = TaskDraft(
        kind=TaskKind.UPGRADE,
        words=answer.strip(),
        owner_id=owner_id,
        due_on=due_on,
        customer_id=task.customer_id,
        case_id=task.case_id,
        follows_id=task.id,
    )
    following = Task(**_checked(session, draft, reached=True))
    session.add(following)
    session.flush()
    return following.id


def drop(session: Session, task_id: uuid.UUID, note: str) -> None:
    """A task is not done, for a reason.

    Raises:
        NotFoundError, NotAllowedError: the task is gone or out of reach.
        ConflictError: it has ended already.
        InvalidInputError: no reason is given.
    """
    access.require(session, Action.DO_TASK)
    task = _open(session, task_id)
    if not note.strip():
        raise InvalidInputError([Problem("note", _("Say why it is not done."))])
    journal.name_change(session, N_("Drop a task of {name}"), name=_name(session, task.owner_id))
    _end(task, TaskState.DROPPED, note)
    session.flush()


def reassign(session: Session, task_id: uuid.UUID, owner_id: uuid.UUID) -> None:
    """Give an open task to somebody else.

    Raises:
        NotFoundError, NotAllowedError: the task is gone or out of reach.
        ConflictError: it has ended already.
        InvalidInputError: the new owner does not work here.
    """
    access.require(session, Action.DO_TASK)
    task = _open(session, task_id)
    _check_owner(session, owner_id)
    journal.name_change(session, N_("Give a task to {name}"), name=_name(session, owner_id))
    case_life.set_values(task, {"owner_id": owner_id})
    session.flush()


def require_reach(session: Session, task: Task) -> None:
    """Refuse whoever neither owns a task nor sees it. Raises NotAllowedError."""
    access.require(session, Action.VIEW)
    if task.owner_id == access.actor(session).user_id:
        return
    session.flush()
    if not queries.is_seen(session, task.id, access.visible(session)):
        raise NotAllowedError(_("This task belongs to somebody else."))


def _open(session: Session, task_id: uuid.UUID) -> Task:
    task = session.get(Task, task_id)
    if task is None:
        raise NotFoundError(_("This task is gone."))
    require_reach(session, task)
    if task.state != TaskState.OPEN:
        raise ConflictError(_("This task was done or dropped already."))
    return task


def _check_day(due_on: dt.date) -> None:
    if due_on < clock.today():
        raise InvalidInputError([Problem("due_on", is_over())])


def _end(task: Task, state: TaskState, answer: str) -> None:
    values = {"state": state, "answer": answer.strip(), "done_on": clock.today()}
    case_life.set_values(task, values)


def _checked(session: Session, draft: TaskDraft, *, reached: bool = False) -> dict[str, object]:
    """The values of a draft; the customer of a case is that of the task."""
    values = draft.model_dump()
    _check_owner(session, draft.owner_id)
    if draft.follows_id is not None and session.get(Task, draft.follows_id) is None:
        raise NotFoundError(_("The task that this one follows is gone."))
    if draft.case_id is not None and not reached:
        case = case_life.load(session, draft.case_id)
        if draft.customer_id not in {None, case.customer_id}:
            text = _("This case belongs to another customer.")
            raise InvalidInputError([Problem("case_id", text)])
        values["customer_id"] = case.customer_id
    if values["customer_id"] is not None:
        customer = case_life.customer_of(session, values["customer_id"])
        if draft.case_id is None and not reached:
            access.require_customer(session, customer)
        _check_contact(customer, draft.kind)
    return values


def _check_contact(customer: Customer, kind: TaskKind) -> None:
    if kind in TO_THE_CUSTOMER and not case_life.may_be_contacted(customer):
        text = _("This customer is not to be contacted any more.")
        raise InvalidInputError([Problem("customer_id", text)])


def _check_owner(session: Session, owner_id: uuid.UUID) -> None:
    owner = session.get(User, owner_id)
    if owner is None or not owner.is_active:
        text = _("Choose somebody who still works here.")
        raise InvalidInputError([Problem("owner_id", text)])
    if not allowed(Role(owner.role), Action.DO_TASK):
        text = _("{name} only looks on: choose somebody who may do tasks.").format(name=owner.name)
        raise InvalidInputError([Problem("owner_id", text)])


def _name(session: Session, user_id: uuid.UUID) -> str:
    user = session.get(User, user_id)
    return "" if user is None else user.name
