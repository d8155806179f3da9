"""The list of exit interviews on the command line."""

from collections.abc import Sequence
from typing import Any

from db.queries.interviews import InterviewFilter
from db.session import Session
from desktop_app.cli.entities import Entity, by
from desktop_app.columns.interviews import INTERVIEW_COLUMNS
from desktop_app.services import interviews


def _interviews(session: Session, text: str, offset: int, limit: int) -> Sequence[Any]:
    return interviews.list_interviews(session, InterviewFilter(text=text), None, offset, limit)


ENTITIES = {
    "interviews": Entity(_interviews, lambda: INTERVIEW_COLUMNS, by("id", _interviews, "interview"))
}
