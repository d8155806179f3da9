"""Finished interviews for tests, held through the services."""

import uuid
from collections.abc import Mapping

from db.session import Actor, Session
from desktop_app.services import interview_end, interviews
from tests import factories

WORDS = "/data/what_happened"
STATED = "/data/stated_reason"
WHY = "/data/why_step_1/why_1"
WHY_REASON = "/data/why_step_1/why_1_reason"


def finish_interview(
    session: Session,
    agent: Actor,
    words: str = "送货总是迟到",
    reason: str = "price_increase",
    *,
    more: Mapping[str, str] | None = None,
    seconds: int = 20,
    **columns: object,
) -> uuid.UUID:
    """A case that somebody works on with a finished exit interview; returns the interview.

    The case is assigned by who acts; `agent` holds the interview.
    """
    case_id = factories.assigned_case(session, agent.user_id, **columns)
    before = session.info["actor"]
    session.info["actor"] = agent
    interview_id = interviews.start(session, case_id)
    for address, value in {WORDS: words, STATED: reason, **(more or {})}.items():
        interviews.save_answer(session, interview_id, address, value, seconds=seconds)
    interview_end.finish(session, interview_id)
    session.info["actor"] = before
    return interview_id
