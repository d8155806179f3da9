"""Why the customer left: the reason in three layers and the why-chain. Reached through `cases`."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, CaseReason, ProbeStep
from db.vocabulary import ReasonLayer
from desktop_app.domain.permissions import Action
from desktop_app.domain.reasons import ReasonDraft, WhyChainDraft
from desktop_app.i18n import N_
from desktop_app.services import access, case_life


def set_reason(session: Session, case_id: uuid.UUID, draft: ReasonDraft) -> None:
    """Set the reason of a case in one layer, with the customer's own words.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: it is closed.
        InvalidInputError: there is no such reason on offer.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_open(session, case_id)
    journal.name_change(session, N_("Set a reason of case {number}"), number=case.number)
    case_life.put_reason(session, case, draft.layer, draft.reason, draft.verbatim)


def clear_reason(session: Session, case_id: uuid.UUID, layer: ReasonLayer) -> None:
    """Take the reason of one layer away, if there is one. Raises as `set_reason`."""
    access.require(session, Action.WORK_CASE)
    case = case_life.load_open(session, case_id)
    journal.name_change(session, N_("Remove a reason of case {number}"), number=case.number)
    present = select(CaseReason).where(CaseReason.case_id == case.id, CaseReason.layer == layer)
    for reason in session.scalars(present):
        session.delete(reason)
    session.flush()


def set_why_chain(session: Session, case_id: uuid.UUID, draft: WhyChainDraft) -> None:
    """Write the why-chain; the code of its last step becomes the root reason.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: it is closed.
        InvalidInputError: a step has a reason that is not on offer (field `steps.N.reason`).
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_open(session, case_id)
    journal.name_change(session, N_("Write the why-chain of case {number}"), number=case.number)
    put_why_chain(session, case, draft)


def put_why_chain(
    session: Session, case: Case, draft: WhyChainDraft, *, sets_root: bool = True
) -> None:
    """`set_why_chain` for other services: no rights asked, no name given.

    Args:
        session: the writing session.
        case: the case.
        draft: the whole chain; none takes the one of the case away.
        sets_root: whether the code of the last step becomes the root reason.
    """
    present = {
        step.step: step
        for step in session.scalars(select(ProbeStep).where(ProbeStep.case_id == case.id))
    }
    for number, typed in enumerate(draft.steps, start=1):
        step = present.pop(number, None)
        version_id = None
        if typed.reason is not None:
            version_id = case_life.reason_version(
                session,
                typed.reason,
                f"steps.{number - 1}.reason",
                step.reason_version_id if step else None,
            )
        values = {"answer": typed.answer, "reason_version_id": version_id}
        if step is None:
            session.add(ProbeStep(case_id=case.id, step=number, **values))
        else:
            case_life.set_values(step, values)
    for left in present.values():
        session.delete(left)
    session.flush()
    if sets_root and draft.root is not None:
        last = f"steps.{len(draft.steps) - 1}.reason"
        case_life.put_reason(session, case, ReasonLayer.ROOT, draft.root, field=last)
