"""The answers of many interviews at once, for exports."""

import uuid
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Answer
from db.queries.interviews import StoredAnswer
from db.vocabulary import InterviewMode

_AT_ONCE: Final = 500


def answers_of_all(
    session: Session, interview_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, dict[str, StoredAnswer]]:
    """The answers of interviews by address; each of them has an entry.

    Addresses come in their own order, which is stable, and not in that of the questions.
    """
    found: dict[uuid.UUID, dict[str, StoredAnswer]] = {each: {} for each in interview_ids}
    for part in _parts(interview_ids):
        rows = session.execute(
            select(
                Answer.interview_id,
                Answer.address,
                Answer.value,
                Answer.mode,
                Answer.seconds,
                Answer.accepted,
            )
            .where(Answer.interview_id.in_(part))
            .order_by(Answer.interview_id, Answer.address)
        )
        for row in rows:
            found[row.interview_id][row.address] = StoredAnswer(
                row.value, InterviewMode(row.mode), row.seconds, row.accepted
            )
    return found


def _parts(ids: Sequence[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    waiting = iter(ids)
    while part := list(islice(waiting, _AT_ONCE)):
        yield part
