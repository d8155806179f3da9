"""Reviewing finished interviews: approved, or sent back with what is wrong.

A comment on one answer means that the interview has issues. Nobody approves an interview they held
themselves, unless there is nobody else who reviews this case.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import derived, journal
from db.models import Case, Change, ChangeSet, Interview, InterviewReview, User
from db.queries import reviews as queries
from db.queries.interviews import InterviewFile
from db.queries.reviews import ReviewRow
from db.vocabulary import InterviewMode, InterviewState, ReviewState, Role
from desktop_app import clock
from desktop_app.domain.permissions import Action, Scope, allowed, scope_of
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.questionnaire import answer_words
from desktop_app.services import access, case_life, interviews

_TITLES: Mapping[ReviewState, str] = {
    ReviewState.RECEIVED: N_("Take back the review of the interview of case {number}"),
    ReviewState.HAS_ISSUES: N_("Find issues in the interview of case {number}"),
    ReviewState.APPROVED: N_("Approve the interview of case {number}"),
}


@dataclass(frozen=True, slots=True)
class ReviewedAnswer:
    """A question with its answer in words; no seconds and no mode where nothing was answered."""

    address: str
    question: str
    words: str
    seconds: int
    mode: InterviewMode | None


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """An interview to be reviewed: its answers in order and what was said of it before."""

    file: InterviewFile
    answers: tuple[ReviewedAnswer, ...]
    reviews: tuple[ReviewRow, ...]

    def comments(self, address: str) -> list[ReviewRow]:
        """What was said of an answer, oldest first; of the whole interview without an address."""
        return [row for row in self.reviews if row.address == address and row.comment]


def sheet(session: Session, interview_id: uuid.UUID) -> ReviewSheet:
    """An interview with its answers in words and its reviews.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
    """
    access.require(session, Action.VIEW)
    run = interviews.load(session, interview_id)
    filling, stored = run.filling(), run.file.answers
    answers = []
    for each in answer_words.asked(filling, derived.currency(session)):
        kept = stored.get(each.address)
        answers.append(
            ReviewedAnswer(
                each.address,
                each.label,
                each.words,
                kept.seconds if kept is not None else 0,
                kept.mode if kept is not None and each.words else None,
            )
        )
    return ReviewSheet(run.file, tuple(answers), tuple(queries.reviews_of(session, interview_id)))


def history(session: Session, interview_id: uuid.UUID) -> list[ReviewRow]:
    """What reviewers said of an interview, oldest first.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
    """
    access.require(session, Action.VIEW)
    _load(session, interview_id)
    return queries.reviews_of(session, interview_id)


def count_by_state(session: Session) -> Mapping[ReviewState, int]:
    """How many of the finished interviews the actor sees stand in each state."""
    access.require(session, Action.VIEW)
    return queries.count_by_state(session, access.visible(session))


def set_state(
    session: Session,
    interview_id: uuid.UUID,
    state: ReviewState,
    comment: str = "",
    address: str = "",
) -> None:
    """Say what an interview is worth, or what is wrong with one of its answers.

    Args:
        session: the writing session.
        interview_id: a finished interview.
        state: received takes an earlier review back.
        comment: what is wrong, to be read by who held the interview; needed for issues.
        address: the answer that has issues; the whole interview without one.

    Raises:
        NotFoundError: the interview is gone.
        NotAllowedError: its case is out of reach, or it is one's own and somebody else has to
            approve it; the message names who can.
        ConflictError: it is not finished.
        InvalidInputError: issues without a comment, a single answer that is to be approved, or
            there is no such answer.
    """
    access.require(session, Action.REVIEW_INTERVIEW)
    interview, case = _load(session, interview_id)
    if interview.state != InterviewState.FINISHED:
        raise ConflictError(_("This interview is not finished. It is reviewed afterwards."))
    said = comment.strip()
    if state is ReviewState.HAS_ISSUES and not said:
        raise InvalidInputError([Problem("comment", _("Say what is wrong."))])
    if address:
        _check_answer(session, interview, state, address)
    if state is ReviewState.APPROVED:
        _require_other(session, interview, case)
    journal.name_change(session, _TITLES[state], number=case.number)
    session.add(
        InterviewReview(
            interview_id=interview.id,
            address=address,
            state=state,
            comment=said,
            at=clock.now(),
            by_id=access.actor(session).user_id,
        )
    )
    case_life.set_values(interview, {"review": state})
    session.flush()


def _check_answer(session: Session, interview: Interview, state: ReviewState, address: str) -> None:
    if state is not ReviewState.HAS_ISSUES:
        text = _("Only the whole interview is approved; an answer has a comment or none.")
        raise InvalidInputError([Problem("state", text)])
    if interviews.load(session, interview.id).filling().node(address) is None:
        raise InvalidInputError([Problem("address", _("There is no such question."))])


def _load(session: Session, interview_id: uuid.UUID) -> tuple[Interview, Case]:
    interview = session.get(Interview, interview_id)
    if interview is None:
        raise NotFoundError(_("This interview is gone."))
    return interview, case_life.load(session, interview.case_id)


def _require_other(session: Session, interview: Interview, case: Case) -> None:
    me = access.actor(session).user_id
    if me is None or (interview.by_id != me and not _has_written(session, interview, me)):
        return
    others = [
        user.name
        for user in session.scalars(select(User).where(User.is_active).order_by(User.name))
        if user.id != me and _may_review(user, case)
    ]
    if others:
        text = _("You held this interview yourself. Somebody else approves it: {names}.")
        raise NotAllowedError(text.format(names=_(", ").join(others[:5])))


def _has_written(session: Session, interview: Interview, user_id: uuid.UUID) -> bool:
    """Whether somebody began, finished or re-opened an interview, and so had a hand in it."""
    statement = (
        select(Change.fields)
        .join(ChangeSet, ChangeSet.id == Change.change_set_id)
        .where(
            Change.entity == Interview.__tablename__,
            Change.row_id == str(interview.id),
            ChangeSet.actor_id == user_id,
        )
    )
    return any(
        {"state", "questionnaire_version_id"} & set(fields) for fields in session.scalars(statement)
    )


def _may_review(user: User, case: Case) -> bool:
    role = Role(user.role)
    if not allowed(role, Action.REVIEW_INTERVIEW):
        return False
    is_near = user.store_id is None or case.store_id in (None, user.store_id)
    return scope_of(role) is Scope.ALL or is_near or case.owner_id == user.id
