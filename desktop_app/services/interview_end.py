"""The end of an interview: what stands in its way, what is copied into the case, re-opening."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, Interview, InterviewReview, Questionnaire, QuestionnaireVersion
from db.queries.journal import record_history
from db.vocabulary import (
    CaseStage,
    InterviewState,
    NextStep,
    QuestionnairePurpose,
    ReasonLayer,
    ReviewState,
)
from desktop_app import clock
from desktop_app.domain import exit_interview
from desktop_app.domain.exit_interview import Said
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.questionnaire import roles
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.roles import CaseRole, RoleAnswer
from desktop_app.services import access, case_life, drafts
from desktop_app.services.case_reasons import put_why_chain
from desktop_app.services.interview_rows import filling_of, load_draft, load_open, open_draft, store
from desktop_app.services.interviews import draft_prefix

_NEEDED: Final = frozenset({CaseRole.OWN_WORDS, CaseRole.STATED_REASON})
"""What a finished exit interview says, whatever its questionnaire demands."""
_MOST_WORDS: Final = 120  # of a competitor


def finish(session: Session, interview_id: uuid.UUID) -> None:
    """Finish an interview and copy what it says into the case.

    The stated reason with the customer's own words and the why-chain with the root reason; the
    competitor, the day of leaving, what happened and how far the customer left where the case says
    nothing yet or still what this interview wrote before. A case that was being contacted is
    interviewed then.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: it is finished already, or the case is closed.
        InvalidInputError: an answer is wrong or missing, or a warning was not seen yet; of an exit
            interview also the customer's own words or the stated reason.
    """
    access.require(session, Action.WORK_CASE)
    interview, case = load_draft(session, interview_id)
    _refuse_second_keying(interview)
    filling = filling_of(session, interview)
    purpose = _purpose(session, interview)
    problems = finishing_problems(filling, purpose)
    if problems:
        raise InvalidInputError(problems)
    journal.name_change(
        session, N_("Finish the exit interview of case {number}"), number=case.number
    )
    filling.finish()
    store(session, interview, filling)
    if purpose is QuestionnairePurpose.EXIT:
        try:
            _copy(session, case, said_of(filling), _written_before(session, interview))
        except InvalidInputError as error:  # a reason was retired meanwhile
            raise InvalidInputError(_at_questions(filling, error.problems)) from error
    values = {
        "state": InterviewState.FINISHED,
        "finished_at": clock.now(),
        "review": ReviewState.RECEIVED,
        "marks": [],
    }
    case_life.set_values(interview, values)
    if purpose is QuestionnairePurpose.EXIT:
        if case.next_step == NextStep.INTERVIEW:
            case_life.plan(case, None, None)
        case_life.begin_contact(session, case)
        if case.stage == CaseStage.CONTACTING:
            case_life.set_stage(session, case, CaseStage.INTERVIEWED)
    session.flush()
    if access.actor(session).user_id is not None:
        for typed in drafts.open_drafts(session, draft_prefix(interview_id)):
            drafts.discard_draft(session, typed.key)


def finishing_problems(filling: Filling, purpose: QuestionnairePurpose) -> list[Problem]:
    """What stands in the way of finishing, in the order of the questions."""
    text = _("{question}: {message}")
    found = {
        each.address: text.format(question=filling.label(each.address), message=each.message)
        for each in filling.open_problems()
    }
    if purpose is QuestionnairePurpose.EXIT:
        for answer in roles.said(filling):
            if answer.role in _NEEDED and not answer.value:
                label = filling.label(answer.address)
                needed = _("Answer this before finishing: {question}").format(question=label)
                found.setdefault(answer.address, needed)
    order = [filling.address(state.node) for state in filling.leaves()]
    return [Problem(each, found[each]) for each in sorted(found, key=order.index)]


def reopen(session: Session, interview_id: uuid.UUID, reason: str) -> None:
    """Take up a finished interview again, to correct it; the case keeps what was copied.

    Args:
        session: the writing session.
        interview_id: the interview.
        reason: why it is changed; stands in the journal.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: it is not finished, another one is begun, or the case is closed.
        InvalidInputError: there is no reason.
    """
    access.require(session, Action.WORK_CASE)
    interview, case = load_open(session, interview_id)
    if interview.state != InterviewState.FINISHED:
        raise ConflictError(_("This interview is not finished."))
    _refuse_second_keying(interview)
    if not reason.strip():
        text = _("Say why the finished interview is changed. The reason is kept with the change.")
        raise InvalidInputError([Problem("reason", text)])
    if open_draft(session, case.id, interview.questionnaire_version_id) is not None:
        text = _("Another interview of case {number} was begun. Finish that one first.")
        raise ConflictError(text.format(number=case.number))
    journal.name_change(
        session,
        N_("Re-open the interview of case {number}: {reason}"),
        number=case.number,
        reason=reason.strip(),
    )
    case_life.set_values(
        interview, {"state": InterviewState.DRAFT, "finished_at": None, "review": None}
    )
    session.flush()


def _refuse_second_keying(interview: Interview) -> None:
    if interview.verifies_id is not None:
        text = _("This is the second keying of another interview. Compare the two instead.")
        raise ConflictError(text)


def _purpose(session: Session, interview: Interview) -> QuestionnairePurpose:
    version = session.get_one(QuestionnaireVersion, interview.questionnaire_version_id)
    return QuestionnairePurpose(session.get_one(Questionnaire, version.questionnaire_id).purpose)


# ---------------------------------------------------------------- copying


def _at_questions(filling: Filling, problems: Sequence[Problem]) -> list[Problem]:
    """Problems of the case at the questions whose answers they are about."""
    places: dict[str, str] = {}
    steps = 0
    for answer in roles.said(filling):
        if answer.role is CaseRole.STATED_REASON:
            places["stated_reason"] = answer.address
        elif answer.role is CaseRole.WHY_REASON:
            places[f"steps.{steps}.reason"] = answer.address
            steps += 1
    return [Problem(places.get(each.field, each.field), each.message) for each in problems]


def said_of(filling: Filling) -> Said:
    """What an interview says of its case."""
    by_role: dict[CaseRole, list[RoleAnswer]] = {role: [] for role in CaseRole}
    for answer in roles.said(filling):
        by_role[answer.role].append(answer)
    values = {role: [each.value for each in found] for role, found in by_role.items()}
    codes = {each.place: each.value for each in by_role[CaseRole.WHY_REASON]}
    steps = [(each.value, codes.get(each.place, "")) for each in by_role[CaseRole.WHY]]
    return Said(
        stated_reason=exit_interview.first(values[CaseRole.STATED_REASON]),
        own_words=exit_interview.first(values[CaseRole.OWN_WORDS]),
        competitor=exit_interview.first(values[CaseRole.COMPETITOR])[:_MOST_WORDS],
        left_on=exit_interview.date_or_none(exit_interview.first(values[CaseRole.LEFT_ON])),
        share_moved=exit_interview.number_or_none(
            exit_interview.first(values[CaseRole.SHARE_MOVED])
        ),
        why=exit_interview.why_chain(steps),
    )


def copy_corrected(
    session: Session, interview: Interview, case: Case, before: Said, after: Said
) -> None:
    """Bring a case in line with its finished interview after an answer was corrected.

    For other services: no rights asked, no name given. What the case says otherwise stays.
    """
    if after != before and _purpose(session, interview) is QuestionnairePurpose.EXIT:
        _copy(session, case, after, _told(before))


def _copy(session: Session, case: Case, said: Said, before: Mapping[str, Any]) -> None:
    case_life.put_reason(
        session,
        case,
        ReasonLayer.STATED,
        said.stated_reason,
        said.own_words,
        field="stated_reason",
    )
    if said.why.steps:
        put_why_chain(session, case, said.why)
    told = _told(said)
    present = {name: getattr(case, name) for name in told}
    ours = {
        name
        for name, value in present.items()
        if not value or str(value) == str(before.get(name) or "")
    }
    case_life.set_values(case, {name: told[name] for name in ours if told[name] is not None})


def _told(said: Said) -> dict[str, object]:
    """What an interview says by column of the case; None where it says nothing."""
    return {
        "what_happened": said.own_words or None,
        "extent": said.extent,
        "competitor": said.competitor or None,
        "left_on": said.left_on,
    }


def _written_before(session: Session, interview: Interview) -> dict[str, Any]:
    """What this interview wrote into its case until now, by column, as journalled.

    It writes when it is finished, and when a difference to its second keying is settled.
    """
    finished = {
        change.change_set_id
        for change in record_history(session, Interview.__tablename__, interview.id)
        if change.field == "state" and change.new == InterviewState.FINISHED
    }
    settled = (
        select(InterviewReview.id)
        .join(Interview, Interview.id == InterviewReview.interview_id)
        .where(Interview.verifies_id == interview.id)
    )
    for review_id in session.scalars(settled):
        changes = record_history(session, InterviewReview.__tablename__, review_id)
        finished |= {change.change_set_id for change in changes}
    written: dict[str, Any] = {}
    for change in record_history(session, Case.__tablename__, interview.case_id):  # newest first
        if change.change_set_id in finished:
            written.setdefault(change.field, change.new)
    return written
