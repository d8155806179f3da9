"""The life of a case: open, assign, move, change, close, re-open; and the lists of cases.

Assignment and screening stand in `services.assignment`, reasons and the why-chain in
`services.case_reasons`; both are reached from here.
"""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.derived import currency, reference_day
from db.models import Case, Customer, CustomerStat
from db.queries import case_file as file_queries
from db.queries import cases as case_queries
from db.queries.activity import bought_by
from db.queries.case_file import CaseFile
from db.queries.cases import CaseFilter, CaseRow
from db.queries.customer_card import TimelineEntry, case_timeline
from db.queries.paging import Sort
from db.vocabulary import (
    CaseEventKind,
    CaseStage,
    NextStep,
    Outcome,
    ReasonLayer,
    RuleKind,
)
from desktop_app import clock, labels
from desktop_app.domain import permissions
from desktop_app.domain.cases import (
    CaseDraft,
    CloseDraft,
    Extent,
    OpenDraft,
    ReopenDraft,
    can_move,
    value_at_stake,
)
from desktop_app.domain.permissions import Action
from desktop_app.domain.purchases import build_history
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.services import (
    access,
    case_life,
    contact_permission,
    phones,
    watch,
    win_back,
)
from desktop_app.services.assignment import (
    AssignResult,
    ScreenedCase,
    assign,
    note_of,
    override_screening,
    shown_notes,
    standing_hits,
)
from desktop_app.services.case_reasons import clear_reason, set_reason, set_why_chain
from desktop_app.services.numbers import next_case_numbers
from desktop_app.services.pool import claim as take

__all__ = [
    "AssignResult",
    "ScreenedCase",
    "add_note",
    "assign",
    "case_file",
    "change",
    "clear_reason",
    "close",
    "count_by_stage",
    "count_cases",
    "find",
    "list_cases",
    "move",
    "open_case",
    "override_screening",
    "reopen",
    "set_reason",
    "set_why_chain",
    "take",
    "timeline",
]

_NOT_SPOKEN_TO: Final = frozenset({Outcome.UNREACHABLE, Outcome.DUPLICATE})
_EXTENTS: Final = frozenset(extent.value for extent in Extent)

# ---------------------------------------------------------------- reading


def count_cases(session: Session, criteria: CaseFilter) -> int:
    """How many of the cases the actor sees fit."""
    access.require(session, Action.VIEW)
    return case_queries.count_cases(session, access.limited(session, criteria))


def list_cases(
    session: Session,
    criteria: CaseFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[CaseRow]:
    """One page of the cases the actor sees, phones masked."""
    access.require(session, Action.VIEW)
    limited = access.limited(session, criteria)
    return phones.masked_rows(case_queries.list_cases(session, limited, sort, offset, limit))


def count_by_stage(session: Session, criteria: CaseFilter) -> dict[CaseStage, int]:
    """How many of the cases the actor sees stand in each stage."""
    access.require(session, Action.VIEW)
    return case_queries.count_by_stage(session, access.limited(session, criteria))


def case_file(session: Session, case_id: uuid.UUID) -> CaseFile:
    """Everything about one case, phones masked.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    found = file_queries.case_file(session, case_id, clock.now())
    if found is None:
        raise NotFoundError(_("This case is gone."))
    criteria = CaseFilter(customer_id=found.row.customer_id)
    seen = case_queries.list_cases(session, access.limited(session, criteria))
    if case_id not in {row.id for row in seen}:
        text = _("Case {number} belongs to somebody else.")
        raise NotAllowedError(text.format(number=found.row.number))
    visits = tuple(phones.masked_rows(found.visits))
    notes = {case_id: found.screening_note} if found.screening_note else {}
    note = shown_notes(session, notes).get(case_id, "")
    return replace(found, row=phones.masked_row(found.row), visits=visits, screening_note=note)


def timeline(session: Session, case_id: uuid.UUID) -> list[TimelineEntry]:
    """What happened in a case, newest first.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    return case_timeline(session, case_life.load(session, case_id).id)


def find(session: Session, number: str) -> uuid.UUID:
    """Key of the case with a number. Raises NotFoundError."""
    access.require(session, Action.VIEW)
    found = file_queries.case_id_of(session, number.strip())
    if found is None:
        raise NotFoundError(_("There is no case {number}.").format(number=number.strip()))
    return found


# ---------------------------------------------------------------- opening


def open_case(session: Session, customer_id: uuid.UUID, draft: OpenDraft) -> uuid.UUID:
    """Open a case by hand; returns its key.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
        ConflictError: the customer has an open case of this kind; the message names it.
    """
    access.require(session, Action.OPEN_CASE)
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    _require_no_open_case(session, customer, draft.kind)
    today = clock.today()
    earlier = watch.earlier_saves(session, [customer_id]).get(customer_id)
    case = Case(
        number=next_case_numbers(session, today.year, 1)[0],
        customer_id=customer_id,
        store_id=customer.store_id,
        kind=draft.kind,
        stage=CaseStage.IDENTIFIED,
        stage_since=clock.now(),
        pool_since=clock.now(),
        opened_on=today,
        left_on=draft.left_on,
        extent=draft.kind.value if draft.kind.value in _EXTENTS else None,
        what_happened=draft.what_happened,
        value_at_stake=_worth(session, customer_id),
        currency=currency(session),
        follows_id=earlier.id if earlier is not None else None,
    )
    journal.name_change(
        session, N_("Open case {number} for {name}"), number=case.number, name=customer.name
    )
    session.add(case)
    session.flush()
    note = watch.history_line(earlier) if earlier is not None else ""
    case_life.record(session, case, CaseEventKind.OPENED, new=CaseStage.IDENTIFIED, note=note)
    session.flush()
    return case.id


def _require_no_open_case(session: Session, customer: Customer, kind: RuleKind) -> None:
    present = case_queries.find_open_case(session, customer.id, kind)
    if present is not None:
        text = _("{name} has an open case of this kind already: {number}.")
        raise ConflictError(text.format(name=customer.name, number=present[1]))


def _worth(session: Session, customer_id: uuid.UUID) -> int | None:
    """Value at stake: the maintained spend, or of the year before the last purchase."""
    spend = session.scalar(
        select(CustomerStat.spend_window).where(CustomerStat.customer_id == customer_id)
    )
    if spend is not None and spend > 0:
        return spend
    as_of = reference_day(session)
    orders = bought_by(session, customer_id, as_of).orders
    return value_at_stake(build_history(orders), dt.date.fromordinal(as_of))


# ---------------------------------------------------------------- working


def move(session: Session, case_id: uuid.UUID, stage: CaseStage, note: str = "") -> None:
    """Move a case to another stage by hand.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: closed, not an allowed move, held back by the screening, or to "assigned"
            without anybody to work on it.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_open(session, case_id)
    now = CaseStage(case.stage)
    if not can_move(now, stage):
        text = _("Case {number} cannot go from “{old}” to “{new}”.")
        raise ConflictError(
            text.format(number=case.number, old=labels.label(now), new=labels.label(stage))
        )
    if stage is CaseStage.ASSIGNED and case.owner_id is None:
        raise ConflictError(_("Say who is to work on case {number}.").format(number=case.number))
    journal.name_change(session, N_("Move case {number}"), number=case.number)
    if stage is CaseStage.SCREENED and now is CaseStage.IDENTIFIED:
        _screen(session, case, note.strip())
    else:
        case_life.set_stage(session, case, stage, note=note.strip())
    if stage in case_life.BEFORE_ASSIGNMENT:
        values = case_life.owner_values(case.owner_id, None)
        if case.owner_id is not None or case.pool_since is None:
            case_life.set_values(case, values)
        case_life.plan(case, None, None)
        case_life.clear_callback(case)
    session.flush()


def _screen(session: Session, case: Case, note: str) -> None:
    hits = standing_hits(session, case)
    if hits:
        text = _("Case {number} is held back by the screening: {found}")
        raise ConflictError(text.format(number=case.number, found=note_of(hits)))
    case_life.record(session, case, CaseEventKind.SCREENED, new=CaseStage.SCREENED, note=note)
    case_life.set_values(case, {"stage": CaseStage.SCREENED, "stage_since": clock.now()})


def change(session: Session, case_id: uuid.UUID, version: int, draft: CaseDraft) -> None:
    """Change the facts, the plan and the next step of a case.

    A contact on a day on which none is allowed moves to the first day on which it is, and the
    history of the case says so.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: it is closed, or was changed since `version` was read.
        InvalidInputError: a contact is planned with a customer who is not to be contacted.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_open(session, case_id)
    case_life.require_version(case, version)
    if draft.next_step != case.next_step:
        customer = case_life.customer_of(session, case.customer_id)
        case_life.check_step(customer, draft.next_step)
    journal.name_change(session, N_("Change case {number}"), number=case.number)
    values = draft.model_dump()
    if draft.next_step is not None and draft.next_due not in {None, case.next_due}:
        values["next_due"] = _allowed_day(session, case, draft.next_step, draft.next_due)
    case_life.set_values(case, values)
    session.flush()


def _allowed_day(session: Session, case: Case, step: NextStep, due: dt.date) -> dt.date:
    """The day itself, or the first on which a contact is allowed; the history says so."""
    customer = case_life.customer_of(session, case.customer_id)
    planned = contact_permission.first_day(session, customer, step, due)
    if planned.note:
        case_life.record(session, case, CaseEventKind.NOTE, note=planned.note)
    return planned.due


def add_note(session: Session, case_id: uuid.UUID, text: str) -> None:
    """Write a note into the history of a case, open or closed.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        InvalidInputError: the note is empty.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load(session, case_id)
    if not text.strip():
        raise InvalidInputError([Problem("note", _("Write a note."))])
    journal.name_change(session, N_("Note on case {number}"), number=case.number)
    case_life.record(session, case, CaseEventKind.NOTE, note=text.strip())
    session.flush()


# ---------------------------------------------------------------- ending


def close(session: Session, case_id: uuid.UUID, draft: CloseDraft) -> None:
    """Close a case with its outcome and root reason.

    Planned visits of it are cancelled, offers without an answer withdrawn. A save or
    win-back is watched from now on (`services.watch`).

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: it is closed already.
        InvalidInputError: there is no such reason on offer (field `root_reason`), or the customer
            is given up too soon, or the six steps of winning back lack prevention or proof (field
            `outcome`).
    """
    from desktop_app.services import offer_terms  # noqa: PLC0415  (slow to import)

    access.require(session, Action.CLOSE_CASE)
    case = case_life.load_open(session, case_id)
    journal.name_change(session, N_("Close case {number}"), number=case.number)
    win_back.require_outcome(session, case, draft.outcome)
    if draft.root_reason is not None:
        case_life.put_reason(
            session, case, ReasonLayer.ROOT, draft.root_reason, field="root_reason"
        )
    if draft.outcome is Outcome.LOST:
        case_life.require_tried(session, case, draft.note)
    if draft.churn_type is not None:
        case_life.set_values(case, {"churn_type": draft.churn_type})
    if draft.outcome not in _NOT_SPOKEN_TO:
        offer_terms.take_part(session, case)
    values = {"outcome": draft.outcome, "closed_on": clock.today(), "close_note": draft.note}
    is_saved = draft.outcome in (Outcome.SAVED, Outcome.WON_BACK)
    case_life.set_values(case, values | (watch.saved(session, case) if is_saved else {}))
    case_life.plan(case, None, None)
    case_life.clear_callback(case)
    offer_terms.withdraw_unanswered(session, case)
    case_life.set_stage(session, case, CaseStage.CLOSED, CaseEventKind.CLOSED, draft.note)
    case_life.cancel_planned_visits(
        session,
        _("Case {number} was closed.").format(number=case.number),
        case_id=case.id,
        customer_id=case.customer_id,
    )
    session.flush()


def reopen(session: Session, case_id: uuid.UUID, draft: ReopenDraft) -> None:
    """Take up a closed case again; it is due today, or when the customer may be called again.

    It stays with its owner; if that one has left, the actor takes it, or nobody has it.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: it is not closed, another one of the kind is open, or the screening holds
            it back.
    """
    access.require(session, Action.REOPEN_CASE)
    case = case_life.load(session, case_id)
    if case.stage != CaseStage.CLOSED:
        raise ConflictError(_("Case {number} is not closed.").format(number=case.number))
    customer = case_life.customer_of(session, case.customer_id)
    _require_no_open_case(session, customer, RuleKind(case.kind))
    hits = standing_hits(session, case)
    if hits:
        text = _("Case {number} is held back by the screening: {found}")
        raise ConflictError(text.format(number=case.number, found=note_of(hits)))
    journal.name_change(session, N_("Re-open case {number}"), number=case.number)
    values = {"outcome": None, "closed_on": None, "close_note": "", **watch.NOT_WATCHED}
    if case_life.active_owner(session, case) is None:
        who = access.actor(session)
        works = permissions.allowed(who.role, Action.WORK_CASE)
        values |= case_life.owner_values(case.owner_id, who.user_id if works else None)
    else:
        values |= case_life.owner_values(case.owner_id, case.owner_id)
    case_life.set_values(case, values)
    due = _allowed_day(session, case, NextStep.CALL, clock.today())
    case_life.plan(case, NextStep.CALL, due)
    case_life.set_stage(session, case, draft.stage, CaseEventKind.REOPENED, draft.note)
    session.flush()
