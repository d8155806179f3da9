"""Visits and calls of the cadence: planned, made, reported on, called off; informal contacts."""

import datetime as dt
import uuid
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from db import journal
from db.models import Case, Customer, Visit
from db.queries import visits as queries
from db.queries.paging import Sort
from db.queries.visits import VisitFilter, VisitRow
from db.vocabulary import (
    Channel,
    CostKind,
    VisitState,
)
from desktop_app import clock
from desktop_app.domain import visits as rules
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.permissions import Action
from desktop_app.domain.visits import (
    CaseVisitDraft,
    InformalDraft,
    VisitReport,
    tidied,
    wrong_answers,
)
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, phones, win_back
from desktop_app.services.visit_view import (
    VisitView,
    fields_of,
    goer,
    goers,
    load,
    look,
    not_asked,
    require_visit,
)

__all__ = [
    "VisitFilter",
    "VisitRow",
    "VisitView",
    "cancel_visit",
    "count_visits",
    "finish_visit",
    "list_visits",
    "look",
    "plan_visit",
    "record_informal",
    "report",
    "to_report",
]

Given = tuple[Path | bytes, str]
"""A file, or what it holds, and its name; an empty one is the name of the file."""


# ---------------------------------------------------------------- reading


def count_visits(session: Session, criteria: VisitFilter) -> int:
    """How many of the visits the actor sees fit."""
    access.require(session, Action.VIEW)
    return queries.count_visits(session, access.limited(session, criteria))


def list_visits(
    session: Session,
    criteria: VisitFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[VisitRow]:
    """One page of the visits the actor sees, phones masked."""
    access.require(session, Action.VIEW)
    limited = access.limited(session, criteria)
    return phones.masked_rows(queries.list_visits(session, limited, sort, offset, limit))


# ---------------------------------------------------------------- planning


def plan_visit(
    session: Session, case_id: uuid.UUID | None, customer_id: uuid.UUID, draft: VisitDraft
) -> uuid.UUID:
    """Plan a visit or call, or record one that was made; returns its key.

    One planned for a case is the case's next step. Whoever works on the case makes it, else the
    actor. A win-back visit, and any visit once the six steps of a case have begun, needs name and
    address verified; the draft of a win-back visit may say so.

    Raises:
        NotFoundError, NotAllowedError: the case or customer is gone or out of reach.
        ConflictError: the case is closed or not assigned yet.
        InvalidInputError: case and customer do not belong together, the visit is cancelled or
            made in the future, or planned for a day that is over or with a customer who is not to
            be contacted; name or address are not verified.
    """
    access.require(session, Action.WORK_CASE)
    customer = case_life.customer_of(session, customer_id)
    if case_id is None:
        access.require_customer(session, customer)
    case = None if case_id is None else case_life.load_assigned(session, case_id)
    _check_visit(case, customer, draft)
    journal.name_change(session, _title(draft), name=customer.name)
    owner = case_life.active_owner(session, case) if case is not None else None
    visit = Visit(
        case_id=case_id,
        customer_id=customer_id,
        by_id=owner.id if owner is not None else access.actor(session).user_id,
        is_fixed=draft.state is VisitState.PLANNED,
        **draft.model_dump(include=set(VisitDraft.model_fields)),
    )
    session.add(visit)
    session.flush()
    if case is not None:
        if isinstance(draft, CaseVisitDraft) and draft.is_win_back:
            win_back.begin_with_visit(session, case, visit, draft)
        if draft.state is VisitState.PLANNED and draft.channel is Channel.VISIT:
            win_back.require_identified(session, case)
        if draft.state is VisitState.DONE:
            case_life.begin_contact(session, case)
        else:
            case_life.plan(case, case_life.step_of(visit), draft.planned_on)
    session.flush()
    return visit.id


def _title(draft: VisitDraft) -> str:
    is_call = draft.channel is Channel.CALL
    if draft.state is VisitState.DONE:
        return N_("Record a call to {name}") if is_call else N_("Record a visit to {name}")
    return N_("Plan a call to {name}") if is_call else N_("Plan a visit to {name}")


def _check_visit(case: Case | None, customer: Customer, draft: VisitDraft) -> None:
    problems: list[Problem] = []
    if case is not None and case.customer_id != customer.id:
        problems.append(Problem("customer", _("The case belongs to another customer.")))
    if draft.channel is Channel.MESSAGE:
        problems.append(Problem("channel", _("Plan a visit or a call.")))
    if draft.state is VisitState.CANCELLED:
        problems.append(Problem("state", _("A new visit is planned or made, not cancelled.")))
    if draft.done_on is not None and draft.done_on > clock.today():
        problems.append(Problem("done_on", _("The day of the visit lies in the future.")))
    if draft.done_on is not None and (text := rules.too_early(draft.planned_on, draft.done_on)):
        problems.append(Problem("done_on", text))
    if draft.state is VisitState.PLANNED and draft.planned_on < clock.today():
        problems.append(Problem("planned_on", rules.is_over()))
    if (draft.planned_on - clock.today()).days > rules.MOST_AHEAD:
        problems.append(Problem("planned_on", rules.too_far()))
    if draft.state is VisitState.PLANNED and not case_life.may_be_contacted(customer):
        text = _("This customer is not to be contacted any more.")
        problems.append(Problem("planned_on", text))
    if problems:
        raise InvalidInputError(problems)


# ---------------------------------------------------------------- what came of it


def finish_visit(session: Session, visit_id: uuid.UUID, done_on: dt.date, note: str = "") -> None:
    """Say that a planned visit was made; an assigned case goes to contacting.

    Raises:
        NotFoundError, NotAllowedError: the visit is gone, out of reach, or another's.
        ConflictError: it was made or cancelled already.
        InvalidInputError: the day lies in the future.
    """
    access.require(session, Action.MAKE_VISITS)
    visit = _load_planned(session, visit_id)
    _report(session, visit, VisitReport(done_on=done_on, note=note.strip() or visit.note))


def to_report(session: Session, visit_id: uuid.UUID) -> VisitView:
    """A visit with what its report asks for, for who may report it. Raises as `report`."""
    access.require(session, Action.MAKE_VISITS)
    _load_to_report(session, visit_id)
    return look(session, visit_id)


def report(
    session: Session, visit_id: uuid.UUID, draft: VisitReport, photos: Sequence[Given] = ()
) -> None:
    """Say what came of a visit, or correct what was said; an assigned case goes to contacting.

    What the gift cost is a cost of the visit's case. Photos lie with the visit. One that somebody
    else made than it was planned for counts as theirs, not under the rule it was planned by.

    Raises:
        NotFoundError, NotAllowedError: the visit is gone, out of reach, or another's.
        ConflictError: it was cancelled.
        InvalidInputError: the day lies in the future, a customer who leaves was asked how
            satisfied they are, a gift without a case has a cost, an answer does not fit the form,
            a photo cannot be read, or who made it is nobody who may have.
    """
    from desktop_app.services import attachments  # noqa: PLC0415  (slow to import)

    access.require(session, Action.MAKE_VISITS)
    visit = _load_to_report(session, visit_id)
    _report(session, visit, draft)
    for source, name in photos:
        attachments.add_to_visit(session, visit_id, source, name)


def _report(session: Session, visit: Visit, draft: VisitReport) -> None:
    from desktop_app.services import costs  # noqa: PLC0415  (slow to import)

    customer = case_life.customer_of(session, visit.customer_id)
    _check_report(session, visit, draft)
    is_new = visit.state == VisitState.PLANNED
    title = N_("Finish the visit to {name}") if is_new else N_("Report of the visit to {name}")
    if visit.channel == Channel.CALL:
        title = N_("Finish the call to {name}") if is_new else N_("Report of the call to {name}")
    journal.name_change(session, title, name=customer.name)
    values = draft.model_dump(exclude={"by", "gift_amount", "answers"})
    values |= {"state": VisitState.DONE, "answers": tidied(draft.answers)}
    by_id = draft.by or goer(session, visit)
    if by_id != visit.by_id:
        values |= {"by_id": by_id, "rule": None}
    case_life.set_values(visit, values)
    if draft.gift_amount and visit.case_id is not None:
        case = session.get_one(Case, visit.case_id)
        costs.book(session, case, CostKind.GIFT, amount=draft.gift_amount, note=draft.gift)
    if is_new:
        case_life.was_visited(session, visit)
    session.flush()


def _check_report(session: Session, visit: Visit, draft: VisitReport) -> None:
    problems: list[Problem] = []
    if draft.by is not None and draft.by not in dict(goers(session, visit)):
        text = _("Choose somebody who may have made it.")
        problems.append(Problem("by", text))
    if text := rules.too_early(visit.planned_on, draft.done_on):
        problems.append(Problem("done_on", text))
    if draft.done_on > clock.today():
        problems.append(Problem("done_on", _("The day of the visit lies in the future.")))
    if draft.satisfaction is not None and (sentence := not_asked(session, visit.customer_id)):
        problems.append(Problem("satisfaction", sentence))
    if draft.gift_amount and visit.case_id is None:
        text = _("Only a case bears costs: this visit has none. Leave the amount out.")
        problems.append(Problem("gift_amount", text))
    elif draft.gift_amount and not draft.gift:
        problems.append(Problem("gift", _("Say what was given.")))
    if wrong := wrong_answers(fields_of(session, visit), tidied(draft.answers)):
        text = _("These answers do not fit the form of the visit: {codes}")
        problems.append(Problem("answers", text.format(codes=", ".join(wrong))))
    if problems:
        raise InvalidInputError(problems)


def record_informal(
    session: Session,
    customer_id: uuid.UUID,
    draft: InformalDraft,
    case_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Record that somebody met a customer, or talked to them, by the way; returns its key.

    It counts for coverage and never as pressure (S3-73), so it is taken at any time. No stage
    and no next step follow from it.

    Raises:
        NotFoundError, NotAllowedError: the customer or case is gone or out of reach.
        InvalidInputError: the day lies in the future, or the case is another customer's.
    """
    access.require(session, Action.WORK_CASE)
    customer = case_life.customer_of(session, customer_id)
    if case_id is None:
        access.require_customer(session, customer)
    elif case_life.load(session, case_id).customer_id != customer_id:
        text = _("This case belongs to another customer.")
        raise InvalidInputError([Problem("case_id", text)])
    if draft.on > clock.today():
        raise InvalidInputError([Problem("on", _("The day of the contact lies in the future."))])
    journal.name_change(session, N_("Informal contact with {name}"), name=customer.name)
    visit = Visit(
        case_id=case_id,
        customer_id=customer_id,
        channel=draft.channel,
        planned_on=draft.on,
        done_on=draft.on,
        state=VisitState.DONE,
        is_informal=True,
        met=draft.met,
        note=draft.note,
        by_id=access.actor(session).user_id,
    )
    session.add(visit)
    session.flush()
    return visit.id


# ---------------------------------------------------------------- calling off


def cancel_visit(session: Session, visit_id: uuid.UUID, note: str = "") -> None:
    """Cancel a planned visit; a case that waited for it has no next step then.

    Raises:
        NotFoundError, NotAllowedError: the visit is gone, out of reach, or another's.
        ConflictError: it was made or cancelled already.
    """
    access.require(session, Action.MAKE_VISITS)
    visit = _load_planned(session, visit_id)
    customer = case_life.customer_of(session, visit.customer_id)
    is_call = visit.channel == Channel.CALL
    title = N_("Cancel the call to {name}") if is_call else N_("Cancel the visit to {name}")
    journal.name_change(session, title, name=customer.name)
    values = {"state": VisitState.CANCELLED, "note": note.strip() or visit.note}
    case_life.set_values(visit, values)
    case_life.release_step(session, visit)
    session.flush()


# ---------------------------------------------------------------- parts


def _load_to_report(session: Session, visit_id: uuid.UUID) -> Visit:
    visit = load(session, visit_id)
    require_visit(session, visit)
    if visit.state == VisitState.CANCELLED:
        raise ConflictError(_("This visit was cancelled. Plan a new one."))
    return visit


def _load_planned(session: Session, visit_id: uuid.UUID) -> Visit:
    visit = load(session, visit_id)
    require_visit(session, visit)
    if visit.state != VisitState.PLANNED:
        raise ConflictError(_("This visit was made or cancelled already."))
    return visit
