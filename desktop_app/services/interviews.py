"""The exit interview: started for a case, saved answer by answer, copied into the case at the end.

Each answer is saved as soon as it is given. What is typed but not given yet is kept as a draft
(`draft_key`), is offered again after a crash and is never applied by itself.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal, reference
from db.models import Answer, Case, Interview
from db.queries import interviews as interview_queries
from db.queries.interviews import InterviewFile, InterviewFilter, InterviewRow
from db.queries.journal import record_history
from db.queries.paging import Sort
from db.vocabulary import CaseStage, InterviewState, NextStep, QuestionKind, ReasonLayer
from desktop_app import clock
from desktop_app.domain import interview as rules
from desktop_app.domain.cases import Extent
from desktop_app.domain.interview import Context, Question, ReasonInfo
from desktop_app.domain.permissions import Action
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, drafts
from desktop_app.services.case_reasons import put_why_chain

QUESTIONNAIRE: Final = "exit_interview"
NEW_DAYS: Final = 365
"""A customer is new for a year after joining or after the first purchase."""
PEER_GROUP: Final = "peer_group"
"""Attribute of a customer who belongs to a dormitory, firm or family of customers."""
_WHOLE: Final = 100  # per cent


@dataclass(frozen=True, slots=True)
class InterviewRun:
    """One interview with its questions and what their conditions look at."""

    file: InterviewFile
    questions: tuple[Question, ...]
    context: Context

    @property
    def relevant(self) -> tuple[Question, ...]:
        """The questions to be asked now, in order."""
        return rules.relevant_questions(self.questions, self.file.answers, self.context)

    @property
    def missing(self) -> tuple[Question, ...]:
        """The questions without which it cannot be finished."""
        return rules.missing(self.questions, self.file.answers, self.context)


# ---------------------------------------------------------------- reading


@cache
def questions() -> tuple[Question, ...]:
    """The questions of the starter exit interview, the why-question as five steps."""
    return rules.build_questions(reference.exit_questions())


def draft_key(interview_id: uuid.UUID, question: str) -> str:
    """Key under which what is typed for a question is kept until it is saved."""
    return f"{_draft_prefix(interview_id)}{question}"


def count_interviews(session: Session, criteria: InterviewFilter) -> int:
    """How many of the interviews the actor sees fit."""
    access.require(session, Action.VIEW)
    return interview_queries.count_interviews(session, access.limited(session, criteria))


def list_interviews(
    session: Session,
    criteria: InterviewFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[InterviewRow]:
    """One page of the interviews the actor sees."""
    access.require(session, Action.VIEW)
    limited = access.limited(session, criteria)
    return interview_queries.list_interviews(session, limited, sort, offset, limit)


def load(session: Session, interview_id: uuid.UUID) -> InterviewRun:
    """One interview with all that its page needs.

    Raises:
        NotFoundError, NotAllowedError: it is gone, or its case is out of reach.
    """
    access.require(session, Action.VIEW)
    found = interview_queries.interview_file(session, interview_id)
    if found is None:
        raise NotFoundError(_("This interview is gone."))
    case_life.load(session, found.row.case_id)
    return InterviewRun(found, questions(), _context(session, found.row.case_id))


def _context(session: Session, case_id: uuid.UUID) -> Context:
    subject = interview_queries.interview_subject(session, case_id)
    since = [subject.joined_on.toordinal()] if subject.joined_on is not None else []
    since += [subject.first_day] if subject.first_day is not None else []
    facts = rules.case_facts(
        kind=subject.kind,
        extent=subject.extent,
        competitor=subject.competitor,
        has_orders=subject.orders > 0,
        is_new=bool(since) and clock.today().toordinal() - min(since) < NEW_DAYS,
        in_peer_group=bool(subject.attributes.get(PEER_GROUP)),
    )
    known = interview_queries.reason_facts(session)
    return Context(facts, {code: ReasonInfo(*info) for code, info in known.items()})


# ---------------------------------------------------------------- holding


def start(session: Session, case_id: uuid.UUID) -> uuid.UUID:
    """Begin the exit interview of a case, or take up the one that was begun; returns its key.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: it is closed or not assigned yet.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_assigned(session, case_id)
    begun = _open_draft(session, case_id)
    if begun is not None:
        return begun
    journal.name_change(
        session, N_("Begin the exit interview of case {number}"), number=case.number
    )
    interview = Interview(
        case_id=case_id,
        questionnaire=QUESTIONNAIRE,
        questionnaire_version=reference.load(QUESTIONNAIRE).version,
        state=InterviewState.DRAFT,
        started_at=clock.now(),
        by_id=access.actor(session).user_id,
    )
    session.add(interview)
    session.flush()
    return interview.id


def save_answer(
    session: Session, interview_id: uuid.UUID, question: str, typed: Mapping[str, object]
) -> dict[str, JsonValue]:
    """Save the answer to one question as it was typed; an empty one takes the answer away.

    Args:
        session: the writing session.
        interview_id: the interview.
        question: code of the question, for example ``why_2``.
        typed: ``value``, and ``also`` or ``reason`` where the question has them.

    Returns:
        The answer as it was read and stored.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: it is finished, or the case is closed.
        InvalidInputError: the answer cannot be read, or there is no such question or reason.
    """
    access.require(session, Action.WORK_CASE)
    interview, case = _load_draft(session, interview_id)
    asked = {each.code: each for each in questions()}.get(question)
    if asked is None:
        raise InvalidInputError([Problem(question, _("There is no such question."))])
    value = rules.read_answer(asked, typed)
    _check_reasons(session, asked, value)
    journal.name_change(session, N_("Answer in the interview of case {number}"), number=case.number)
    answer = session.scalar(
        select(Answer).where(Answer.interview_id == interview.id, Answer.question == question)
    )
    if answer is None:
        if value:
            session.add(Answer(interview_id=interview.id, question=question, value=value))
    elif not value:
        session.delete(answer)
    elif answer.value != value:
        answer.value = value
    session.flush()
    if access.actor(session).user_id is not None:
        drafts.discard_draft(session, draft_key(interview_id, question))
    return value


def _check_reasons(session: Session, question: Question, value: Mapping[str, JsonValue]) -> None:
    field = {QuestionKind.REASON: "value", QuestionKind.PROBE: "reason"}.get(question.kind, "")
    code = value.get(field)
    if isinstance(code, str):
        case_life.reason_version(session, code, f"{question.code}.{field}")


def finish(session: Session, interview_id: uuid.UUID) -> None:
    """Finish an interview and copy what it says into the case.

    The stated reason with the customer's own words and the why-chain with the root reason; the
    competitor, the day of leaving, what happened and how far the customer left where the case says
    nothing yet or still what this interview wrote before. A case that was being contacted is
    interviewed then.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: it is finished already, or the case is closed.
        InvalidInputError: the customer's own words or the stated reason are missing.
    """
    access.require(session, Action.WORK_CASE)
    interview, case = _load_draft(session, interview_id)
    run = load(session, interview_id)
    if run.missing:
        text = _("Answer this before finishing: {question}")
        raise InvalidInputError(
            [Problem(each.code, text.format(question=each.text)) for each in run.missing]
        )
    journal.name_change(
        session, N_("Finish the exit interview of case {number}"), number=case.number
    )
    counted = {each.code: run.file.answers[each.code] for each in run.relevant
               if rules.is_answered(run.file.answers, each.code)}  # fmt: skip
    _copy(session, case, run, counted, _written_before(session, interview))
    case_life.set_values(interview, {"state": InterviewState.FINISHED, "finished_at": clock.now()})
    if case.next_step == NextStep.INTERVIEW:
        case_life.plan(case, None, None)
    case_life.begin_contact(session, case)
    if case.stage == CaseStage.CONTACTING:
        case_life.set_stage(session, case, CaseStage.INTERVIEWED)
    session.flush()
    if access.actor(session).user_id is not None:
        for typed in drafts.open_drafts(session, _draft_prefix(interview_id)):
            drafts.discard_draft(session, typed.key)


def reopen(session: Session, interview_id: uuid.UUID) -> None:
    """Take up a finished interview again, to correct it; the case keeps what was copied.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: it is not finished, another one is begun, or the case is closed.
    """
    access.require(session, Action.WORK_CASE)
    interview, case = _load(session, interview_id)
    if interview.state != InterviewState.FINISHED:
        raise ConflictError(_("This interview is not finished."))
    if _open_draft(session, case.id) is not None:
        text = _("Another interview of case {number} was begun. Finish that one first.")
        raise ConflictError(text.format(number=case.number))
    journal.name_change(session, N_("Re-open the interview of case {number}"), number=case.number)
    case_life.set_values(interview, {"state": InterviewState.DRAFT, "finished_at": None})
    session.flush()


# ---------------------------------------------------------------- copying


def _copy(
    session: Session,
    case: Case,
    run: InterviewRun,
    answers: Mapping[str, Mapping[str, Any]],
    before: Mapping[str, Any],
) -> None:
    own_words = str(answers["what_happened"]["value"])
    stated = str(answers["stated_reason"]["value"])
    case_life.put_reason(
        session, case, ReasonLayer.STATED, stated, own_words, field="stated_reason"
    )
    chain = rules.why_chain(run.questions, answers)
    if chain.steps:
        put_why_chain(session, case, chain)
    said: dict[str, object] = {"what_happened": own_words, "extent": _extent(answers)}
    if "where_now" in answers:
        said["competitor"] = str(answers["where_now"]["value"])[:120]
    if "left_on" in answers:
        said["left_on"] = dt.date.fromisoformat(str(answers["left_on"]["value"]))
    present = {name: getattr(case, name) for name in said}
    ours = {name for name, value in present.items() if not value or str(value) == before.get(name)}
    case_life.set_values(case, {name: said[name] for name in ours if said[name] is not None})


def _written_before(session: Session, interview: Interview) -> dict[str, Any]:
    """What finishing this interview wrote into its case until now, by column, as journalled."""
    finished = {
        change.change_set_id
        for change in record_history(session, Interview.__tablename__, interview.id)
        if change.field == "state" and change.new == InterviewState.FINISHED
    }
    written: dict[str, Any] = {}
    for change in record_history(session, Case.__tablename__, interview.case_id):  # newest first
        if change.change_set_id in finished:
            written.setdefault(change.field, change.new)
    return written


def _extent(answers: Mapping[str, Mapping[str, Any]]) -> Extent | None:
    """How far the customer left, as far as the answers tell."""
    share = answers.get("share_moved", {}).get("value")
    if share is not None and share > 0:
        return Extent.FULL_SWITCH if share >= _WHOLE else Extent.PARTIAL_SHARE
    return Extent.FULL_SWITCH if "where_now" in answers else None


# ---------------------------------------------------------------- loading


def _load(session: Session, interview_id: uuid.UUID) -> tuple[Interview, Case]:
    interview = session.get(Interview, interview_id)
    if interview is None:
        raise NotFoundError(_("This interview is gone."))
    return interview, case_life.load_open(session, interview.case_id)


def _load_draft(session: Session, interview_id: uuid.UUID) -> tuple[Interview, Case]:
    interview, case = _load(session, interview_id)
    if interview.state != InterviewState.DRAFT:
        raise ConflictError(_("This interview is finished. Re-open it first."))
    return interview, case


def _open_draft(session: Session, case_id: uuid.UUID) -> uuid.UUID | None:
    session.flush()
    return session.scalar(
        select(Interview.id).where(
            Interview.case_id == case_id, Interview.state == InterviewState.DRAFT
        )
    )


def _draft_prefix(interview_id: uuid.UUID) -> str:
    return f"interview:{interview_id}:"
