"""The end of an interview: what stands in its way, what is copied into the case, re-opening."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import (
    Case,
    CaseReason,
    Interview,
    InterviewReview,
    ProbeStep,
    Reason,
    ReasonVersion,
)
from db.queries import interviews as interview_queries
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
from desktop_app.services import access, case_life, drafts, questionnaires
from desktop_app.services.case_reasons import put_why_chain
from desktop_app.services.interview_rows import filling_of, load_draft, load_open, open_draft, store
from desktop_app.services.interviews import draft_prefix

_NEEDED: Final = frozenset({CaseRole.OWN_WORDS, CaseRole.STATED_REASON})
"""What a finished exit interview says, whatever its questionnaire demands."""
_MOST_WORDS: Final = 120  # of a competitor
_NOTHING: Final[Mapping[str, object]] = MappingProxyType(
    {"what_happened": "", "extent": None, "competitor": "", "left_on": None}
)
"""What stands in the columns of a case of which no interview says anything."""


def finish(session: Session, interview_id: uuid.UUID) -> bool:
    """Finish an interview and copy what it says into the case, as a whole.

    The stated reason with the customer's own words, the why-chain with its root reason, the
    competitor, the day of leaving, what happened and how far the customer left. What an exit
    interview wrote before is replaced, or taken back where this one says nothing; the journal
    keeps it. What somebody wrote by hand stays: a fact, a why-chain when this interview has none,
    and the root reason. It is a judgement that came after the talk and is changed by hand only;
    where this interview leads stands in the last step of its why-chain. A case that was being
    contacted is interviewed then.

    Returns:
        Whether a root reason set by hand stayed although the why-chain leads to another one.

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
    purpose = questionnaires.purpose_of(session, interview.questionnaire_version_id)
    problems = finishing_problems(filling, purpose)
    if problems:
        raise InvalidInputError(problems)
    is_exit = purpose is QuestionnairePurpose.EXIT
    done = N_("Finish the exit interview of case {number}")
    other = N_("Finish an interview of case {number}")
    journal.name_change(session, done if is_exit else other, number=case.number)
    filling.finish()
    store(session, interview, filling)
    is_kept = False
    if purpose is QuestionnairePurpose.EXIT:
        try:
            is_kept = _copy(session, case, said_of(filling))
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
        typed = drafts.open_drafts(session, draft_prefix(interview_id))
        drafts.discard_drafts(session, [each.key for each in typed])
    return is_kept


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

    For other services: no rights asked, no name given. What somebody wrote into the case stays. The
    case speaks of the exit interview that was finished last: correcting an older one leaves it.
    """
    newest = interview_queries.newest_finished_exit(session, case.id)
    if after != before and newest == interview.id:
        _copy(session, case, after)


def _copy(session: Session, case: Case, said: Said) -> bool:
    """Let a case say what an interview says, as a whole; whether a root set by hand stayed.

    What this or an earlier exit interview wrote is replaced, or taken back where this one says
    nothing. What somebody wrote by hand stays: a fact, a root reason, and a why-chain when this
    interview has none.
    """
    sets = _copying_sets(session, case)
    case_life.put_reason(
        session,
        case,
        ReasonLayer.STATED,
        said.stated_reason,
        said.own_words,
        field="stated_reason",
    )
    is_kept = _copy_why(session, case, said, sets)
    told = _told(said)
    written = _written(session, case, sets)
    values = {
        name: value if value is not None else _NOTHING[name]
        for name, value in told.items()
        if not getattr(case, name) or _is_as(getattr(case, name), written.get(name))
    }
    case_life.set_values(
        case, {name: value for name, value in values.items() if value or getattr(case, name)}
    )
    return is_kept


def _copy_why(session: Session, case: Case, said: Said, sets: Collection[uuid.UUID]) -> bool:
    """The why-chain and its root reason; whether a root set by hand stayed beside another one."""
    steps = session.scalars(select(ProbeStep).where(ProbeStep.case_id == case.id)).all()
    is_ours = all(
        _is_as(getattr(step, name), _written(session, step, sets).get(name))
        for step in steps
        for name in ("answer", "reason_version_id")
    )
    if said.why.steps or is_ours:
        put_why_chain(session, case, said.why, sets_root=False)
    root = session.scalar(
        select(CaseReason).where(
            CaseReason.case_id == case.id, CaseReason.layer == ReasonLayer.ROOT
        )
    )
    code = said.why.root
    if root is not None:
        present = session.scalar(
            select(Reason.code)
            .join(ReasonVersion, ReasonVersion.reason_id == Reason.id)
            .where(ReasonVersion.id == root.reason_version_id)
        )
        if present == code:
            return False
        was_written = _written(session, root, sets).get("reason_version_id")
        if not _is_as(root.reason_version_id, was_written):
            return code is not None
        session.delete(root)
        session.flush()
        if _is_as(case.churn_type, _written(session, case, sets).get("churn_type")):
            case_life.set_values(case, {"churn_type": None})  # it came with the root reason
    if code is not None:
        last = f"steps.{len(said.why.steps) - 1}.reason"
        case_life.put_reason(session, case, ReasonLayer.ROOT, code, field=last)
    return False


def _is_as(value: object, written: object) -> bool:
    """Whether a value is the one an interview wrote, as journalled."""
    return str(value or "") == str(written or "")


def _told(said: Said) -> dict[str, object]:
    """What an interview says by column of the case; None where it says nothing."""
    return {
        "what_happened": said.own_words or None,
        "extent": said.extent,
        "competitor": said.competitor or None,
        "left_on": said.left_on,
    }


def _copying_sets(session: Session, case: Case) -> frozenset[uuid.UUID]:
    """Change sets in which exit interviews wrote into their case.

    One writes when it is finished, and when a difference to its second keying is settled.
    """
    held = session.scalars(interview_queries.exit_interviews_of(case.id)).all()
    found = {
        change.change_set_id
        for interview_id in held
        for change in record_history(session, Interview.__tablename__, interview_id)
        if change.field == "state" and change.new == InterviewState.FINISHED
    }
    settled = (
        select(InterviewReview.id)
        .join(Interview, Interview.id == InterviewReview.interview_id)
        .where(Interview.verifies_id.in_(held))
    )
    for review_id in session.scalars(settled):
        changes = record_history(session, InterviewReview.__tablename__, review_id)
        found |= {change.change_set_id for change in changes}
    return frozenset(found)


def _written(
    session: Session, record: "Case | CaseReason | ProbeStep", sets: Collection[uuid.UUID]
) -> dict[str, Any]:
    """What interviews wrote into a record until now, by column, as journalled."""
    written: dict[str, Any] = {}
    for change in record_history(session, record.__tablename__, record.id):  # newest first
        if change.change_set_id in sets:
            written.setdefault(change.field, change.new)
    return written
