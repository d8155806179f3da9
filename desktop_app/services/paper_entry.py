"""Paper that comes back: into which interview of which version it is keyed in."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Interview, Questionnaire, QuestionnaireVersion
from db.questionnaires import EXIT_INTERVIEW
from db.vocabulary import InterviewMode, VersionState
from desktop_app.domain.paper_mark import PaperMark, read_mark
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, InvalidInputError, Problem
from desktop_app.i18n import _
from desktop_app.services import access, case_life, interviews, questionnaires
from desktop_app.services.interview_rows import open_draft

FIELD = "paper"
"""Where a problem with what stands on the paper is told."""


def offered(
    session: Session, case_id: uuid.UUID, questionnaire_id: uuid.UUID | None = None
) -> tuple[int, ...]:
    """Numbers of the versions that a paper of a case may be of, the one in use first.

    Empty when its interview was begun from paper already: that one goes on. Without a
    questionnaire it is the exit interview of the program.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: the questionnaire is not in use.
    """
    access.require(session, Action.VIEW)
    case_life.load(session, case_id)
    in_use = questionnaires.in_use(session, questionnaire_id)
    begun = open_draft(session, case_id, in_use)
    if begun is not None and session.get_one(Interview, begun).mode == InterviewMode.PAPER:
        return ()
    current = session.get_one(QuestionnaireVersion, in_use)
    others = session.scalars(
        select(QuestionnaireVersion.number).where(
            QuestionnaireVersion.questionnaire_id == current.questionnaire_id,
            QuestionnaireVersion.state == VersionState.PUBLISHED,
            QuestionnaireVersion.id != current.id,
        )
    )
    return current.number, *sorted(others, reverse=True)


def begin(
    session: Session,
    case_id: uuid.UUID,
    said: str = "",
    questionnaire_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Begin to key a paper in, or go on with the one that was begun; returns the interview.

    Args:
        session: the writing session.
        case_id: the case.
        said: what stands on the paper: its barcode (``2026-00042/3``) or the number of its version;
            empty for the version in use.
        questionnaire_id: which questionnaire a number is a version of; the exit interview of the
            program without one. A barcode names its own.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: the case is closed or not assigned yet, or an interview with another version
            was begun.
        InvalidInputError: the paper is of another case, or there is no such version (`FIELD`).
    """
    access.require(session, Action.WORK_CASE)
    if not said.strip():
        return interviews.start(
            session, case_id, mode=InterviewMode.PAPER, questionnaire_id=questionnaire_id
        )
    number = case_life.load(session, case_id).number
    mark = _mark(said, number)
    is_meant = Questionnaire.code == (mark.questionnaire or EXIT_INTERVIEW)
    if questionnaire_id is not None and said.strip().isdecimal():
        is_meant = Questionnaire.id == questionnaire_id
    version = session.scalar(
        select(QuestionnaireVersion)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .where(
            is_meant,
            QuestionnaireVersion.number == mark.version,
            QuestionnaireVersion.state == VersionState.PUBLISHED,
        )
    )
    if version is None:
        text = _("There is no version {version} of this questionnaire. Look at the paper again.")
        raise InvalidInputError([Problem(FIELD, text.format(version=mark.version))])
    begun = interviews.start(
        session, case_id, mode=InterviewMode.PAPER, version_id=version.id,
        questionnaire_id=version.questionnaire_id,
    )  # fmt: skip
    follows = session.get_one(Interview, begun).questionnaire_version_id
    if follows != version.id:
        other = session.get_one(QuestionnaireVersion, follows).number
        text = _(
            "The paper is of version {version}, but the interview that was begun is of version "
            "{other}. Finish or drop that one first."
        )
        raise ConflictError(text.format(version=mark.version, other=other))
    return begun


def _mark(said: str, number: str) -> PaperMark:
    """What the paper says of itself. Raises InvalidInputError."""
    plain = said.strip()
    found = PaperMark(number, int(plain)) if plain.isdecimal() else read_mark(plain)
    if found is None:
        text = _("Scan the barcode, or enter the number that stands behind “Version” on the paper.")
        raise InvalidInputError([Problem(FIELD, text)])
    if found.case.casefold() != number.casefold():
        text = _("This paper belongs to case {paper}, not to case {number}.")
        raise InvalidInputError([Problem(FIELD, text.format(paper=found.case, number=number))])
    return found
