"""Answers of a script go into the open exit interview of its case.

Only services call `write`, after they have asked for the right to do what they do.
"""

import uuid

from sqlalchemy.orm import Session

from db.models import Case, Interview
from db.queries import interviews as interview_queries
from desktop_app.domain.script_runs import Reply
from desktop_app.domain.scripts import Step
from desktop_app.errors import ConflictError, NotFoundError
from desktop_app.questionnaire import roles
from desktop_app.questionnaire.filling import Filling
from desktop_app.services import interview_rows, interviews, questionnaires


def write(
    session: Session, case: Case, step: Step, reply: Reply
) -> tuple[uuid.UUID, dict[str, str]] | None:
    """Put an answer into the open exit interview, unless that was answered later.

    Returns:
        The interview and what was written, by address; nothing when nothing was.
    """
    if not step.writes or not reply.value:
        return None
    interview = _interview(session, case)
    if interview is None:
        return None
    address = _address(interview_rows.filling_of(session, interview), step.writes)
    if address is None:
        return None
    stored = interview_rows.answers_by_address(session, interview).get(address)
    if stored is not None and (
        stored.value == reply.value or (reply.at is not None and stored.updated_at > reply.at)
    ):
        return None
    interviews.save_answer(session, interview.id, address, reply.value)
    return interview.id, {address: reply.value}


def _interview(session: Session, case: Case) -> Interview | None:
    """The exit interview that is held; begun when there was none, none when it is finished."""
    try:
        version_id = questionnaires.in_use(session)
    except (ConflictError, NotFoundError):
        return None
    begun = interview_rows.open_draft(session, case.id, version_id)
    if begun is None:
        if interview_queries.newest_finished_exit(session, case.id) is not None:
            return None
        begun = interviews.start(session, case.id)
    return session.get_one(Interview, begun)


def _address(filling: Filling, target: str) -> str | None:
    """The question with a role of the case or a name: one that is asked now before the others."""
    found = [
        state
        for state in filling.leaves()
        if state.question is not None
        and target in (roles.role_of(filling.form, state.path), state.path.rpartition("/")[2])
    ]
    chosen = next((state for state in found if state.shown), found[0] if found else None)
    return None if chosen is None else filling.address(chosen.node)
