"""What reviewers said of interviews."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Case, Interview, InterviewReview, User
from db.queries.scope import Visible, visible_cases
from db.vocabulary import InterviewState, ReviewState


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One saying of a reviewer: about the whole interview, or about the answer at an address."""

    id: uuid.UUID
    address: str
    state: ReviewState
    comment: str
    at: dt.datetime
    by_id: uuid.UUID | None
    by: str


def reviews_of(session: Session, interview_id: uuid.UUID) -> list[ReviewRow]:
    """Everything reviewers said of an interview, oldest first."""
    rows = session.execute(
        select(
            InterviewReview.id,
            InterviewReview.address,
            InterviewReview.state,
            InterviewReview.comment,
            InterviewReview.at,
            InterviewReview.by_id,
            func.coalesce(User.name, "").label("by"),
        )
        .outerjoin(User, User.id == InterviewReview.by_id)
        .where(InterviewReview.interview_id == interview_id)
        .order_by(InterviewReview.at, InterviewReview.id)
    )
    return [ReviewRow(**{**row, "state": ReviewState(row["state"])}) for row in rows.mappings()]


def count_by_state(session: Session, visible: Visible) -> Mapping[ReviewState, int]:
    """How many finished interviews stand in each state; every state is there."""
    rows = session.execute(
        select(Interview.review, func.count())
        .join(Case, Case.id == Interview.case_id)
        .where(
            Interview.state == InterviewState.FINISHED,
            Interview.verifies_id.is_(None),
            visible_cases(visible),
        )
        .group_by(Interview.review)
    )
    found = {ReviewState(word): count for word, count in rows if word}
    return {state: found.get(state, 0) for state in ReviewState}
