"""Step 5 of winning back: what is improved so that it does not happen again is somebody's task."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from db.models import Case
from db.queries import tasks as queries
from db.queries.tasks import TaskFilter, TaskRow
from db.vocabulary import TaskKind, TaskState
from desktop_app.domain.permissions import Action
from desktop_app.domain.tasks import TaskDraft
from desktop_app.domain.win_back import PreventDraft
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import _
from desktop_app.services import access, tasks

_TASK: Final = "task"
"""Under which name the facts of the step keep the key of the task."""


def task_of(session: Session, facts: Mapping[str, Any]) -> TaskRow | None:
    """The task that the facts of the step name, in whatever state; None without one."""
    access.require(session, Action.VIEW)
    key = facts.get(_TASK)
    if not key:
        return None
    session.flush()
    wanted = TaskFilter(states=frozenset(), task_id=uuid.UUID(key))
    return next(iter(queries.list_tasks(session, wanted, limit=1)), None)


def keep(
    session: Session, case: Case, facts: Mapping[str, Any], draft: PreventDraft
) -> dict[str, Any]:
    """Give the improvement to whoever does it, or say why there is none; gives the new facts.

    An open task is changed; it is dropped when there is no defect after all. One that was done or
    dropped stays, and other words are another task.

    Args:
        session: a writing session in which the change is named.
        case: the case.
        facts: of the step before.
        draft: what is said now.

    Raises:
        InvalidInputError: neither is said, the day is over, or the owner does not work here.
    """
    access.require(session, Action.WORK_CASE)
    if not (draft.improvement or draft.no_defect):
        text = _("Say what is improved, or why there is no defect.")
        raise InvalidInputError([Problem("improvement", text)])
    known = task_of(session, facts)
    is_open = known is not None and known.state is TaskState.OPEN
    if not draft.improvement:
        if known is not None and is_open:
            tasks.drop(session, known.id, draft.no_defect)
        return {"no_defect": draft.no_defect}
    wanted = TaskDraft.model_validate(
        {
            "kind": TaskKind.IMPROVEMENT,
            "words": draft.improvement,
            "owner_id": draft.owner_id,
            "due_on": draft.due_on,
            "customer_id": case.customer_id,
            "case_id": case.id,
        }
    )
    if known is not None and known.state is not TaskState.DROPPED and _is_same(known, wanted):
        return {_TASK: str(known.id)}
    if known is None or not is_open:
        return {_TASK: str(tasks.add(session, wanted))}
    tasks.change(session, known.id, known.version, wanted)
    return {_TASK: str(known.id)}


def _is_same(known: TaskRow, wanted: TaskDraft) -> bool:
    now = known.words, known.owner_id, known.due_on
    return now == (wanted.words, wanted.owner_id, wanted.due_on)
