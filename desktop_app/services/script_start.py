"""The start of a script in a call: shown at once, stored with its first answer.

Whoever opens a case by mistake has the script before the eyes, but nothing that hangs on the case.
"""

import uuid
from dataclasses import replace

from sqlalchemy.orm import Session

from db.models import ScriptRun
from db.vocabulary import AttemptResult
from desktop_app import clock, i18n
from desktop_app.domain.permissions import Action
from desktop_app.errors import NotFoundError
from desktop_app.i18n import _
from desktop_app.services import access, case_life, script_runs, script_state
from desktop_app.services.script_state import RunState


def shown(session: Session, case_id: uuid.UUID, language: str = "") -> RunState | None:
    """Where the open run of a case is; else the best script at its first step, not begun.

    Returns:
        None while scripts for the case are compared: then `script_runs.begin` draws the customer.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach; there is no script for it.
        ConflictError: the case is closed or not assigned yet, or the customer is not to be
            contacted.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_assigned(session, case_id)
    case_life.require_contactable(session, case)
    begun = script_runs.open_run(session, case_id)
    if begun is not None:
        return script_runs.state(session, begun, language)
    if script_runs.is_compared(session, case_id):
        return None
    best = script_runs.best_version(session, case_id)
    if best is None:
        raise NotFoundError(_("There is no script for this case. Choose one from the list."))
    run = ScriptRun(
        id=uuid.uuid4(), case_id=case_id, script_version_id=best, path=[], started_at=clock.now()
    )
    state = script_state.state_of(session, run, language or i18n.language())
    return replace(state, is_begun=False)


def answer(
    session: Session,
    state: RunState,
    step: str,
    choice: str | None = None,
    words: str = "",
    *,
    language: str = "",
) -> RunState:
    """Answer the step that is shown; the first answer begins the run. Raises as `script_runs`."""
    access.require(session, Action.WORK_CASE)
    run_id = _begun(session, state)
    return script_runs.answer(session, run_id, step, choice, words, language=language)


def end(session: Session, state: RunState) -> tuple[uuid.UUID, AttemptResult | None]:
    """End a run that may not be begun yet; its key and the result that the script proposes."""
    access.require(session, Action.WORK_CASE)
    run_id = _begun(session, state)
    return run_id, script_runs.end(session, run_id)


def _begun(session: Session, state: RunState) -> uuid.UUID:
    if state.is_begun:
        return state.run_id
    run_id = script_runs.begin(session, state.case_id, state.version_id)
    if run_id is None:
        raise NotFoundError(_("There is no script for this case. Choose one from the list."))
    return run_id
