"""Answers going out: gathered over all versions of a questionnaire, one interview, a paper form.

Whoever writes a file of them calls the ``note_…`` function first: what cannot be written down does
not leave the program.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import derived, journal
from db.models import Interview
from db.queries import interview_answers
from db.queries import interviews as interview_queries
from db.queries.interviews import InterviewFilter, InterviewRow, StoredAnswer
from db.queries.paging import Sort
from db.queries.questionnaires import QuestionnaireRow
from db.vocabulary import InterviewState, VersionState
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, NotFoundError
from desktop_app.i18n import N_, _, language
from desktop_app.questionnaire.filled import FilledInterview, GivenAnswer
from desktop_app.questionnaire.form import Form
from desktop_app.questionnaire.versions import History, HistoryError, Version
from desktop_app.services import (
    access,
    attachments,
    case_life,
    interview_rows,
    interviews,
    questionnaires,
)


@dataclass(frozen=True, slots=True)
class Answers:
    """The interviews of a questionnaire, with its versions, the oldest first."""

    questionnaire: QuestionnaireRow
    history: History
    interviews: tuple[FilledInterview, ...]


@dataclass(frozen=True, slots=True)
class PaperSubject:
    """What a paper form is printed of; the case and customer are empty without a case."""

    questionnaire: QuestionnaireRow
    version: str
    form: Form
    case: str = ""
    customer: str = ""


# ---------------------------------------------------------------- reading


def find_questionnaire(session: Session, code: str) -> QuestionnaireRow:
    """A questionnaire by its code, retired ones too.

    Raises:
        NotFoundError: there is none.
    """
    rows = questionnaires.list_questionnaires(session, with_retired=True)
    for row in rows:
        if row.code == code:
            return row
    text = _("There is no questionnaire {code}. There are: {codes}.")
    codes = ", ".join(row.code for row in rows)
    raise NotFoundError(text.format(code=code, codes=codes))


def gather(session: Session, code: str, criteria: InterviewFilter) -> Answers:
    """The interviews of a questionnaire that fit and that the actor sees, oldest first.

    Args:
        session: a session.
        code: which questionnaire.
        criteria: which interviews; its questionnaire and scope are put in here.

    Raises:
        NotAllowedError: the role may not export.
        NotFoundError: there is no such questionnaire.
        ConflictError: its versions do not fit together, or the actor is keying one of the
            interviews a second time and must not see the first answers.
    """
    access.require(session, Action.EXPORT)
    found = find_questionnaire(session, code)
    history, names = _history(session, found)
    limited = access.limited(session, replace(criteria, questionnaire_id=found.id))
    count = interview_queries.count_interviews(session, limited)
    rows = interview_queries.list_interviews(session, limited, Sort("started_at"), 0, count)
    _refuse_keyed(session, {row.id for row in rows})
    answers = interview_answers.answers_of_all(session, [row.id for row in rows])
    currency = derived.currency(session)
    filled = tuple(
        _filled(row, history.version(names[row.version_id]).form, answers[row.id], currency)
        for row in rows
    )
    return Answers(found, history, filled)


def one(session: Session, interview_id: uuid.UUID) -> FilledInterview:
    """One interview, to be written to a file.

    Raises:
        NotAllowedError: the role may not export, or the case is out of reach.
        NotFoundError: it is gone.
    """
    access.require(session, Action.EXPORT)
    run = interviews.load(session, interview_id)
    return _filled(run.file.row, run.form, run.file.answers, derived.currency(session))


def attached(session: Session, key: str, name: str) -> bytes | None:
    """What a file of an interview that is exported holds; None when it is gone or damaged.

    Args:
        session: a session; the event of the export is written already.
        key: of the interview, as `FilledInterview` gives it.
        name: as its answer names it.

    Raises:
        NotAllowedError: the role may not export, or the case is out of reach.
    """
    access.require(session, Action.EXPORT)
    try:
        return attachments.read_for_export(session, uuid.UUID(key), name)
    except NotFoundError:
        return None


def paper_subject(
    session: Session, questionnaire_id: uuid.UUID | None, case_id: uuid.UUID | None
) -> PaperSubject:
    """What is printed for filling in by hand: the version in use, and the case.

    Args:
        session: a session.
        questionnaire_id: which questionnaire; the exit interview of the program without one.
        case_id: for which case, or none.

    Raises:
        NotFoundError, NotAllowedError: the questionnaire or case is gone or out of reach.
        ConflictError: no version of the questionnaire is in use, or the customer of the case is not
            to be contacted any more.
    """
    access.require(session, Action.VIEW)
    version_id = questionnaires.in_use(session, questionnaire_id)
    file = questionnaires.load_version(session, version_id)
    form = questionnaires.form_of(session, version_id)
    version = str(file.source.number)
    if case_id is None:
        return PaperSubject(file.questionnaire, version, form)
    access.require(session, Action.WORK_CASE)
    case = case_life.load(session, case_id)
    customer = case_life.customer_of(session, case.customer_id)
    if not case_life.may_be_contacted(customer):
        text = _("Case {number}: this customer is not to be contacted any more.")
        raise ConflictError(text.format(number=case.number))
    return PaperSubject(file.questionnaire, version, form, case.number, customer.name)


# ---------------------------------------------------------------- events


def note_answers(
    session: Session, code: str, formats: Sequence[str], count: int, files: int = 0
) -> None:
    """Write the audit event of answers as files.

    Args:
        session: the writing session.
        code: which questionnaire.
        formats: what is written.
        count: of interviews.
        files: how many photos, recordings and other attached files go out with them.

    Raises:
        NotAllowedError: the role may not export.
    """
    access.require(session, Action.EXPORT)
    words = {"n": count, "code": code, "formats": ", ".join(formats)}
    if files:
        title = N_(
            "Export the answers of {n} interviews of questionnaire {code} as {formats}, with "
            "{files} attached files"
        )
        journal.record_event(session, title, files=files, **words)
        return
    title = N_("Export the answers of {n} interviews of questionnaire {code} as {formats}")
    journal.record_event(session, title, **words)


def note_questionnaire(session: Session, code: str, formats: Sequence[str]) -> None:
    """Write the audit event of a questionnaire as files. Raises NotAllowedError."""
    access.require(session, Action.EXPORT)
    title = N_("Export questionnaire {code} as {formats}")
    journal.record_event(session, title, code=code, formats=", ".join(formats))


def note_interview(session: Session, interview_id: uuid.UUID, formats: Sequence[str]) -> None:
    """Write the audit event of one interview as a file.

    Raises:
        NotAllowedError: the role may not export, or the case is out of reach.
        NotFoundError: the interview is gone.
    """
    access.require(session, Action.EXPORT)
    number = interviews.load(session, interview_id).file.row.case_number
    title = N_("Export an interview of case {number} as {formats}")
    journal.record_event(session, title, number=number, formats=", ".join(formats))


def note_paper(session: Session, code: str, case_id: uuid.UUID | None) -> None:
    """Write the audit event of a paper form; one without a case says nothing of anybody.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    if case_id is None:
        return
    access.require(session, Action.WORK_CASE)
    number = case_life.load(session, case_id).number
    title = N_("Print the paper form {code} for case {number}")
    journal.record_event(session, title, code=code, number=number)


# ---------------------------------------------------------------- parts


def _refuse_keyed(session: Session, wanted: set[uuid.UUID]) -> None:
    """Refuse interviews that the actor is keying a second time, as `interviews.load` does."""
    keying = select(Interview.verifies_id).where(
        Interview.verifies_id.is_not(None),
        Interview.state == InterviewState.DRAFT,
        Interview.by_id == access.actor(session).user_id,
    )
    for interview_id in session.scalars(keying).all():
        if interview_id is not None and interview_id in wanted:
            interview_rows.refuse_first_keying(session, interview_id)


def _history(session: Session, found: QuestionnaireRow) -> tuple[History, Mapping[uuid.UUID, str]]:
    """The versions that interviews follow or may follow, the oldest first, and their names."""
    rows = [
        row
        for row in reversed(questionnaires.versions_of(session, found.id))
        if row.state is VersionState.PUBLISHED or row.interviews
    ]
    if not rows:
        text = _("No version of questionnaire {code} is published yet.")
        raise ConflictError(text.format(code=found.code))
    versions = [Version(str(row.number), questionnaires.form_of(session, row.id)) for row in rows]
    try:
        return History(versions), {row.id: str(row.number) for row in rows}
    except HistoryError as error:
        raise ConflictError(str(error)) from error


def _filled(
    row: InterviewRow, form: Form, answers: Mapping[str, StoredAnswer], currency: str
) -> FilledInterview:
    is_chinese = language().startswith("zh")
    return FilledInterview(
        key=str(row.id),
        form=form,
        version=str(row.number),
        title=row.title_zh if is_chinese else row.title_en,
        answers={
            address: GivenAnswer(each.value, each.mode, each.seconds)
            for address, each in answers.items()
        },
        state=row.state,
        mode=row.mode,
        started_at=row.started_at,
        finished_at=row.finished_at,
        review=row.review,
        case=row.case_number,
        customer=row.customer_number,
        customer_name=row.customer,
        by=row.by,
        currency=currency,
    )
