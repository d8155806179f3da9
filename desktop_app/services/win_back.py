"""The six steps of winning a lost customer back: what is done, what is missing, what is closed."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, CustomerStat, Promise, Visit, WinBackStep
from db.queries import promises as promise_queries
from db.queries import win_back as queries
from db.queries.promises import PromiseRow
from db.vocabulary import Channel, CustomerClass, Outcome, WinBackStepKind
from desktop_app import clock
from desktop_app.domain import win_back as rules
from desktop_app.domain.contact_rules import EFFECTIVE
from desktop_app.domain.permissions import Action
from desktop_app.domain.promises import PromiseDraft
from desktop_app.domain.visits import CaseVisitDraft
from desktop_app.domain.win_back import (
    DRAFTS,
    Evidence,
    Gate,
    IdentifyDraft,
    Missing,
    PlanDraft,
    Result,
    SatisfyDraft,
    StepDraft,
    StepState,
    Timing,
)
from desktop_app.errors import ConflictError, InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, calendar, case_life, promises

__all__ = [
    "Step",
    "WinBack",
    "begin_with_visit",
    "read",
    "require_identified",
    "require_outcome",
    "save_step",
]


@dataclass(frozen=True, slots=True)
class Step:
    """One of the six steps.

    Attributes:
        facts: What was saved, as its draft says it.
        suggested: What the case knows of it already, to begin with.
        missing: What it still needs; also while it is closed.
        gate: Why it is closed; None when it is open.
        done_at: When nothing was missing for the first time.
    """

    kind: WinBackStepKind
    state: StepState
    facts: Mapping[str, Any]
    suggested: Mapping[str, Any]
    missing: tuple[Missing, ...]
    gate: Gate | None
    done_at: dt.datetime | None
    by: str
    visit_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class WinBack:
    """The steps of a case in order, with what they are about.

    Attributes:
        name: The customer's.
        address: The customer's; empty when there is none.
        timing: How soon somebody spoke to the customer.
        items: What was agreed, the earliest due first.
        has_returned: Whether the customer bought or renewed since leaving.
        is_open: Whether steps can be saved.
    """

    case_id: uuid.UUID
    steps: tuple[Step, ...]
    name: str
    address: str
    timing: Timing
    items: tuple[PromiseRow, ...]
    has_returned: bool
    is_open: bool

    def step(self, kind: WinBackStepKind) -> Step:
        """One of the steps."""
        return next(step for step in self.steps if step.kind is kind)

    @property
    def has_begun(self) -> bool:
        """Whether anything was saved."""
        return any(step.facts for step in self.steps)


# ---------------------------------------------------------------- reading


def read(session: Session, case_id: uuid.UUID) -> WinBack:
    """The six steps of a case, with state, evidence, what is missing, what is closed and why.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    customer = case_life.customer_of(session, case.customer_id)
    rows = queries.steps(session, case_id)
    first = _first_contact(session, case)
    items = _items(session, rows)
    known = Evidence(
        {kind: row.facts for kind, row in rows.items()},
        bool(customer.address.strip()),
        None if first is None else first[0],
        tuple(item.answered_on is not None for item in items),
    )
    heard = (
        {} if first is None else {"channel": first[1], "gift": queries.gift_of(session, case.id)}
    )
    made = []
    for kind in WinBackStepKind:
        row = rows.get(kind)
        made.append(
            Step(
                kind,
                rules.state(kind, known),
                known.of(kind),
                heard if kind is WinBackStepKind.CONTACT else {},
                rules.missing(kind, known),
                rules.gate(kind, known),
                None if row is None else row.done_at,
                "" if row is None else row.by,
                None if row is None else row.visit_id,
            )
        )
    return WinBack(
        case_id,
        tuple(made),
        customer.name,
        customer.address,
        _timing(session, case, known.first_contact),
        items,
        queries.has_bought(session, case.customer_id, _left_on(case)),
        case.stage not in case_life.BEFORE_ASSIGNMENT and case.closed_on is None,
    )


def _left_on(case: Case) -> dt.date:
    return case.left_on or case.opened_on


def _timing(session: Session, case: Case, first: dt.datetime | None) -> Timing:
    klass = session.scalar(
        select(CustomerStat.klass).where(CustomerStat.customer_id == case.customer_id)
    )
    return rules.timing(
        _left_on(case),
        CustomerClass(klass) if klass else None,
        first,
        clock.local(clock.now()),
        calendar.work_calendar(session),
    )


def _first_contact(session: Session, case: Case) -> tuple[dt.datetime, Channel] | None:
    """When somebody spoke to the customer first, local, and how; a visit counts from its noon."""
    session.flush()
    zone = clock.local(clock.now()).tzinfo
    found = []
    for one in queries.first_contacts(session, case.id, EFFECTIVE):
        if one.at is not None:
            found.append((clock.local(one.at), one.channel))
        elif one.day is not None:
            found.append((dt.datetime.combine(one.day, dt.time(12), zone), one.channel))
    return min(found, key=lambda each: each[0]) if found else None


def _items(
    session: Session, rows: Mapping[WinBackStepKind, queries.StepRow]
) -> tuple[PromiseRow, ...]:
    row = rows.get(WinBackStepKind.PLAN)
    keys = [uuid.UUID(key) for key in row.facts.get("promises", ())] if row is not None else []
    if not keys:
        return ()
    return promise_queries.promises(session, Promise.id.in_(keys))


# ---------------------------------------------------------------- working


def save_step(
    session: Session, case_id: uuid.UUID, kind: WinBackStepKind, draft: StepDraft
) -> None:
    """Save what is known of a step; it is done when nothing is missing. Undo takes it back.

    What the plan adds becomes promises to the customer.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: the case is closed or not assigned yet, or the step is closed.
        InvalidInputError: there is no address to verify, or "buys again" without an order or a
            renewal since the customer left.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_assigned(session, case_id)
    if not isinstance(draft, DRAFTS[kind]):
        raise TypeError(f"{kind} is not saved with {type(draft).__name__}")
    step = read(session, case_id).step(kind)
    if step.gate is not None:
        raise ConflictError(_(rules.GATE_WORDS[step.gate]))
    _check(session, case, draft)
    journal.name_change(
        session, N_("Step of the win-back visit in case {number}"), number=case.number
    )
    facts = draft.model_dump(mode="json", exclude={"items"})
    if isinstance(draft, PlanDraft):
        facts["promises"] = [*step.facts.get("promises", ()), *_promised(session, case, draft)]
    _store(session, case, kind, facts)


def _check(session: Session, case: Case, draft: StepDraft) -> None:
    problems = []
    if isinstance(draft, IdentifyDraft) and draft.address_verified:
        problems += _no_address(session, case)
    bought = queries.has_bought(session, case.customer_id, _left_on(case))
    if isinstance(draft, SatisfyDraft) and draft.result is Result.WON_BACK and not bought:
        problems.append(Problem("result", _nothing_bought()))
    if problems:
        raise InvalidInputError(problems)


def _no_address(session: Session, case: Case) -> list[Problem]:
    if case_life.customer_of(session, case.customer_id).address.strip():
        return []
    text = _("The customer has no address. Write it on the card of the customer first.")
    return [Problem("address_verified", text)]


def _nothing_bought() -> str:
    return _("Won back is proven by an order or a signed renewal after the customer left.")


def _promised(session: Session, case: Case, draft: PlanDraft) -> list[str]:
    """Register what the plan adds; the keys."""
    return [
        str(
            promises.register(
                session,
                case.customer_id,
                PromiseDraft(
                    words=item.words,
                    made_on=min(clock.today(), item.due_on),
                    due_on=item.due_on,
                ),
                case.id,
            )
        )
        for item in draft.items
    ]


def _store(
    session: Session,
    case: Case,
    kind: WinBackStepKind,
    facts: Mapping[str, Any],
    visit_id: uuid.UUID | None = None,
) -> None:
    """Keep what is known of a step, and whether it is done by that."""
    session.flush()
    wanted = WinBackStep.case_id == case.id, WinBackStep.step == kind
    row = session.scalars(select(WinBackStep).where(*wanted)).first()
    if row is None:
        row = WinBackStep(case_id=case.id, step=kind, facts={})
        session.add(row)
    values: dict[str, Any] = {"facts": dict(facts), "by_id": access.actor(session).user_id}
    if visit_id is not None:
        values["visit_id"] = visit_id
    case_life.set_values(row, values)
    session.flush()
    is_done = read(session, case.id).step(kind).state is StepState.DONE
    if is_done != (row.done_at is not None):
        row.done_at = clock.now() if is_done else None
    session.flush()


# ---------------------------------------------------------------- gates of other services


def begin_with_visit(session: Session, case: Case, visit: Visit, draft: CaseVisitDraft) -> None:
    """A win-back visit is planned: what its draft says of name and address is the first step.

    Raises:
        InvalidInputError: there is no address to verify.
    """
    access.require(session, Action.WORK_CASE)
    row = queries.steps(session, case.id).get(WinBackStepKind.IDENTIFY)
    before = IdentifyDraft.model_validate(dict(row.facts)) if row is not None else IdentifyDraft()
    now = IdentifyDraft(
        name_verified=before.name_verified or draft.name_verified,
        address_verified=before.address_verified or draft.address_verified,
    )
    _check(session, case, now)
    _store(session, case, WinBackStepKind.IDENTIFY, now.model_dump(mode="json"), visit.id)


def require_identified(session: Session, case: Case) -> None:
    """Refuse to plan a visit while the steps have begun and name or address are not verified.

    Raises:
        InvalidInputError: fields `name_verified`, `address_verified`.
    """
    access.require(session, Action.WORK_CASE)
    now = read(session, case.id)
    if not now.has_begun:
        return
    fields = {
        Missing.NAME: ("name_verified", _("Verify the name before the visit is planned.")),
        Missing.ADDRESS: ("address_verified", _("Verify the address before the visit is planned.")),
    }
    problems = [Problem(*fields[what]) for what in now.step(WinBackStepKind.IDENTIFY).missing]
    if problems:
        raise InvalidInputError(problems)


def require_outcome(session: Session, case: Case, outcome: Outcome) -> None:
    """Refuse to close a case whose steps have begun without prevention or proof.

    Duplicates and cases that are not pursued are closed anyway. A case without any of the six
    steps is watched after its closing instead (`services.watch`).

    Raises:
        InvalidInputError: field `outcome`.
    """
    access.require(session, Action.CLOSE_CASE)
    now = read(session, case.id)
    known = Evidence({step.kind: step.facts for step in now.steps if step.facts})
    problems = []
    if rules.prevents_closing(outcome, known):
        text = _(
            "The win-back visit has begun. First say in its step 5 what is improved, or why there "
            "is no defect."
        )
        problems.append(Problem("outcome", text))
    elif now.has_begun and outcome is Outcome.WON_BACK and not now.has_returned:
        problems.append(Problem("outcome", _nothing_bought()))
    if problems:
        raise InvalidInputError(problems)
