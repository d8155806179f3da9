"""What all services on interviews share: load one, fill its form, store its answers.

Only services call these functions, after they have asked for the right to do what they do.
"""

import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import (
    Answer,
    AnswerTheme,
    Attachment,
    Case,
    Interview,
    InterviewReview,
    QuestionnaireVersion,
    TypedDraft,
)
from db.queries import interviews as interview_queries
from db.queries import promises as promise_queries
from db.queries.interviews import InterviewFile
from db.vocabulary import InterviewMode, InterviewState
from desktop_app import clock, i18n
from desktop_app.domain import exit_interview
from desktop_app.errors import ConflictError, NotFoundError
from desktop_app.i18n import N_, _
from desktop_app.questionnaire import answers as answer_files
from desktop_app.questionnaire import roles
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Form
from desktop_app.questionnaire.languages import language_for
from desktop_app.services import access, case_life, questionnaires

NEW_DAYS: Final = 365
"""A customer is new for a year after joining or after the first purchase."""
_PLACED: Final[tuple[type[Any], ...]] = (Answer, AnswerTheme, InterviewReview, Attachment)
"""What stands at an address of an interview."""
PEER_GROUP: Final = "peer_group"
"""Attribute of a customer who belongs to a dormitory, firm or family of customers."""


def load_open(session: Session, interview_id: uuid.UUID) -> tuple[Interview, Case]:
    """An interview with its case, which is not closed. For other services."""
    interview = session.get(Interview, interview_id)
    if interview is None:
        raise NotFoundError(_("This interview is gone."))
    return interview, case_life.load_open(session, interview.case_id)


def load_draft(session: Session, interview_id: uuid.UUID) -> tuple[Interview, Case]:
    """An interview that is being held, with its case. For other services.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: it is finished, or the case is closed.
    """
    interview, case = load_open(session, interview_id)
    if interview.state != InterviewState.DRAFT:
        raise ConflictError(_("This interview is finished. Re-open it first."))
    return interview, case


def open_draft(session: Session, case_id: uuid.UUID, version_id: uuid.UUID) -> uuid.UUID | None:
    """The begun interview of a case with the same questionnaire, whatever its version."""
    session.flush()
    questionnaire = select(QuestionnaireVersion.questionnaire_id).where(
        QuestionnaireVersion.id == version_id
    )
    return session.scalar(
        select(Interview.id)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Interview.questionnaire_version_id)
        .where(
            Interview.case_id == case_id,
            Interview.state == InterviewState.DRAFT,
            Interview.verifies_id.is_(None),
            QuestionnaireVersion.questionnaire_id == questionnaire.scalar_subquery(),
        )
    )


def refuse_first_keying(session: Session, interview_id: uuid.UUID) -> None:
    """Hide an interview from whoever is keying it a second time. Raises ConflictError."""
    keying = select(Interview.id).where(
        Interview.verifies_id == interview_id,
        Interview.state == InterviewState.DRAFT,
        Interview.by_id == access.actor(session).user_id,
    )
    if session.scalar(keying) is not None:
        text = _(
            "You are keying this interview a second time. Its first answers are shown when you "
            "have compared the two."
        )
        raise ConflictError(text)


def facts_of(session: Session, case_id: uuid.UUID) -> frozenset[str]:
    """What the questions may look at of a case, as it is now."""
    subject = interview_queries.interview_subject(session, case_id)
    since = [subject.joined_on.toordinal()] if subject.joined_on is not None else []
    since += [subject.first_day] if subject.first_day is not None else []
    return exit_interview.case_facts(
        kind=subject.kind,
        extent=subject.extent,
        competitor=subject.competitor,
        has_orders=subject.orders > 0,
        is_new=bool(since) and clock.today().toordinal() - min(since) < NEW_DAYS,
        has_promises=promise_queries.has_promises(session, case_id),
        in_peer_group=bool(subject.attributes.get(PEER_GROUP)),
    )


def filled(form: Form, file: InterviewFile, facts: frozenset[str], language: str = "") -> Filling:
    """An interview as it was left; a draft sees the facts as they are now."""
    spoken = language_for(form, language or file.language or i18n.language())
    filling = answer_files.from_answers(form, file.values, spoken)
    if file.row.state is InterviewState.DRAFT:
        roles.put_facts(filling, facts)
    for address, answer in file.answers.items():
        if answer.accepted and filling.node(address) is not None:
            filling.accept(address)
    return filling


def filling_of(session: Session, interview: Interview) -> Filling:
    """An interview as it stands, facts as they are now. For other services."""
    file = interview_queries.interview_file(session, interview.id)
    if file is None:
        raise NotFoundError(_("This interview is gone."))
    form = questionnaires.form_of(session, interview.questionnaire_version_id)
    return filled(form, file, facts_of(session, interview.case_id))


def store(
    session: Session,
    interview: Interview,
    filling: Filling,
    seconds: Mapping[str, int] | None = None,
    mode: InterviewMode | None = None,
) -> dict[str, str]:
    """Bring the stored answers in line with a filling; gives what changed, by address.

    For other services: no rights asked, no name given. Answers of another version of the form
    (`Filling.left_over`) stay.
    """
    rows = answers_by_address(session, interview)
    wanted = answer_files.to_answers(filling)
    changed: dict[str, str] = {}
    for address in [each for each in rows if each not in wanted]:
        is_seen_blank = rows[address].accepted and not rows[address].value
        if is_seen_blank and filling.node(address) is not None:
            continue  # the warning that there is no answer was seen
        if address not in filling.left_over:
            changed[address] = ""
            session.delete(rows.pop(address))
    for address, value in wanted.items():
        row = rows.get(address)
        if row is None:
            row = Answer(
                interview_id=interview.id,
                address=address,
                value=value,
                mode=mode or interview.mode,
            )
            session.add(row)
            rows[address] = row
            changed[address] = value
        elif row.value != value:
            row.value, row.accepted = value, False
            row.mode = mode or interview.mode
            changed[address] = value
    for address, more in (seconds or {}).items():
        if more > 0 and address in rows:
            rows[address].seconds = (rows[address].seconds or 0) + more
    _forget_codings(session, interview, changed)
    session.flush()
    return changed


def _forget_codings(session: Session, interview: Interview, changed: Mapping[str, str]) -> None:
    """Themes were given to other words: the answer waits to be coded again."""
    if changed:
        coded = select(AnswerTheme).where(AnswerTheme.interview_id == interview.id)
        for each in session.scalars(coded):
            if each.address in changed:
                session.delete(each)


def close_ranks(session: Session, interview: Interview, address: str) -> None:
    """Take an instance of a repeat away; what belongs to those behind it moves up with them.

    Answers with their seconds and mode, themes, comments, files, drafts and marks.

    Args:
        session: the writing session.
        interview: the interview.
        address: the instance, for example ``/data/person[2]``.
    """
    session.flush()
    gone = [
        each
        for each in answers_by_address(session, interview).values()
        if _is_in(each.address, address)
    ]
    for row in gone:
        session.delete(row)
    coded = select(AnswerTheme).where(AnswerTheme.interview_id == interview.id)
    for theme in session.scalars(coded):
        if _is_in(theme.address, address):
            session.delete(theme)
    session.flush()
    user_id, prefix = access.actor(session).user_id, f"interview:{interview.id}:"
    typed = select(TypedDraft).where(TypedDraft.key.startswith(prefix, autoescape=True))
    for draft in session.scalars(typed).all():
        if _is_in(draft.key.removeprefix(prefix), address):
            session.delete(draft)
    session.flush()
    interview.marks = [
        moved_up(each, address) for each in interview.marks if not _is_in(each, address)
    ]
    for model in _PLACED:
        rows = session.scalars(select(model).where(model.interview_id == interview.id)).all()
        for each in sorted(rows, key=lambda row: natural(row.address)):
            new = moved_up(each.address, address)
            if new != each.address:
                each.address = new
                session.flush()  # in order: the place before it is free by now
    if user_id is not None:
        kept = session.scalars(typed).all()
        for draft in sorted(kept, key=lambda row: natural(row.key)):
            new = prefix + moved_up(draft.key.removeprefix(prefix), address)
            if new != draft.key:
                values = {"content": draft.content, "saved_at": draft.saved_at}
                owner = draft.user_id
                session.delete(draft)
                session.flush()
                session.add(TypedDraft(user_id=owner, key=new, **values))
                session.flush()


def _is_in(address: str, instance: str) -> bool:
    return address == instance or address.startswith(f"{instance}/")


def moved_up(address: str, gone: str) -> str:
    """An address once an instance of a repeat is gone, e.g. ``/data/person[3]/age``."""
    head, _bracket, number = gone.rstrip("]").rpartition("[")
    rest = address.removeprefix(f"{head}[") if address.startswith(f"{head}[") else ""
    own, bracket, below = rest.partition("]")
    if not bracket or not own.isdecimal() or int(own) <= int(number):
        return address
    return f"{head}[{int(own) - 1}]{below}"


def natural(address: str) -> list[tuple[int, str]]:
    """A key that puts ``[9]`` before ``[10]``."""
    parts = re.split(r"(\d+)", address)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def answers_by_address(session: Session, interview: Interview) -> dict[str, Answer]:
    """The stored answers of an interview."""
    session.flush()
    rows = session.scalars(select(Answer).where(Answer.interview_id == interview.id))
    return {row.address: row for row in rows}


def name_answer(session: Session, case: Case) -> None:
    """Name the change set of an answer. For other services."""
    journal.name_change(session, N_("Answer in the interview of case {number}"), number=case.number)
