"""The six steps of winning a lost customer back: what is done, what is missing, what is closed."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, CustomerStat, Visit, WinBackStep
from db.queries import staff as staff_queries
from db.queries import win_back as queries
from db.queries.promises import PromiseRow
from db.queries.tasks import TaskRow
from db.vocabulary import CustomerClass, Outcome, WinBackStepKind
from desktop_app import clock
from desktop_app.domain import win_back as rules
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.promises import PromiseDraft
from desktop_app.domain.visits import CaseVisitDraft, is_over
from desktop_app.domain.win_back import (
    DRAFTS,
    Gate,
    IdentifyDraft,
    Missing,
    PlanDraft,
    PreventDraft,
    Result,
    SatisfyDraft,
    StepDraft,
    StepState,
    Timing,
)
from desktop_app.errors import ConflictError, InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, calendar, case_life, prevention, promises
from desktop_app.services.win_back_evidence import Known, known_of

__all__ = [
    "Step",
    "WinBack",
    "begin_with_visit",
    "read",
    "require_identified",
    "require_outcome",
    "save_step",
    "steps_done",
]


@dataclass(frozen=True, slots=True)
class Step:
    """One of the six steps.

    Attributes:
        facts: What was saved, as its draft says it.
        suggested: What the case knows of it already, to begin with.
        missing: What it still needs; also while it is closed.
        gate: Why it is closed; None when it is open.
        done_at: When the last came about of what it needs; None while something is missing.
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
        improvement: The task that improves something, in whatever state.
        people: Who may be given one: everybody who works here and may do tasks.
        has_returned: Whether the customer bought or renewed since leaving.
        is_open: Whether steps can be saved.
    """

    case_id: uuid.UUID
    steps: tuple[Step, ...]
    name: str
    address: str
    timing: Timing
    items: tuple[PromiseRow, ...]
    improvement: TaskRow | None
    people: tuple[tuple[uuid.UUID, str], ...]
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
    known = known_of(session, case)
    suggested = _suggested(session, case, known)
    made = []
    for kind in WinBackStepKind:
        row = known.rows.get(kind)
        made.append(
            Step(
                kind,
                rules.state(kind, known.evidence),
                known.facts(kind),
                suggested.get(kind, {}),
                rules.missing(kind, known.evidence),
                rules.gate(kind, known.evidence),
                known.done_at(kind),
                "" if row is None else row.by,
                None if row is None else row.visit_id,
            )
        )
    return WinBack(
        case_id,
        tuple(made),
        customer.name,
        customer.address,
        _timing(session, case, known.evidence.first_contact),
        known.items,
        known.improvement,
        tuple(
            (row.id, row.name)
            for row in staff_queries.list_users(session, active_only=True)
            if allowed(row.role, Action.DO_TASK)
        ),
        queries.has_bought(session, case.customer_id, _left_on(case)),
        case.stage not in case_life.BEFORE_ASSIGNMENT and case.closed_on is None,
    )


def steps_done(
    session: Session, case_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Mapping[WinBackStepKind, dt.date]]:
    """Which steps of some cases are done, and since which day, as `read` says of one.

    For services that have found the cases in reach. Cases without steps are not in it.
    """
    access.require(session, Action.VIEW)
    found = {}
    for case_id in queries.begun(session, case_ids):
        known = known_of(session, session.get_one(Case, case_id))
        moments = {kind: known.done_at(kind) for kind in WinBackStepKind}
        found[case_id] = {kind: clock.local(at).date() for kind, at in moments.items() if at}
    return found


def _suggested(
    session: Session, case: Case, known: Known
) -> Mapping[WinBackStepKind, Mapping[str, Any]]:
    """What is known of the steps from elsewhere: how one spoke first, the task that improves."""
    found: dict[WinBackStepKind, Mapping[str, Any]] = {}
    if known.channel is not None:
        gift = queries.gift_of(session, case.id)
        found[WinBackStepKind.CONTACT] = {"channel": known.channel, "gift": gift}
    if (task := known.improvement) is not None:
        values = {"improvement": task.words, "owner_id": task.owner_id, "due_on": task.due_on}
        found[WinBackStepKind.PREVENT] = values
    return found


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


# ---------------------------------------------------------------- working


def save_step(
    session: Session, case_id: uuid.UUID, kind: WinBackStepKind, draft: StepDraft
) -> None:
    """Save what is known of a step; it is done when nothing is missing. Undo takes it back.

    What the plan adds becomes promises to the customer, due today or later. What is improved
    becomes a task (`services.prevention`).

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: the case is closed or not assigned yet, or the step is closed.
        InvalidInputError: there is no address to verify, what is agreed or improved is due on a
            day that is over, prevention says neither what nor why not, or "buys again" without an
            order or a renewal since the customer left.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_assigned(session, case_id)
    if not isinstance(draft, DRAFTS[kind]):
        raise TypeError(f"{kind} is not saved with {type(draft).__name__}")
    known = known_of(session, case)
    if (gate := rules.gate(kind, known.evidence)) is not None:
        raise ConflictError(_(rules.GATE_WORDS[gate]))
    _check(session, case, draft)
    journal.name_change(
        session, N_("Step of the win-back visit in case {number}"), number=case.number
    )
    facts = draft.model_dump(mode="json", exclude={"items"})
    if isinstance(draft, PlanDraft):
        before = known.facts(kind).get("promises", ())
        facts["promises"] = [*before, *_promised(session, case, draft)]
    if isinstance(draft, PreventDraft):
        facts = prevention.keep(session, case, known.facts(kind), draft)
    _store(session, case, kind, facts)


def _check(session: Session, case: Case, draft: StepDraft) -> None:
    problems = []
    if isinstance(draft, IdentifyDraft) and draft.address_verified:
        problems += _no_address(session, case)
    if isinstance(draft, PlanDraft) and any(each.due_on < clock.today() for each in draft.items):
        problems.append(Problem("items", is_over()))
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
                PromiseDraft(words=item.words, made_on=clock.today(), due_on=item.due_on),
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
    was_done = rules.state(kind, known_of(session, case).evidence) is StepState.DONE
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
    is_done = rules.state(kind, known_of(session, case).evidence) is StepState.DONE
    if not is_done:
        row.done_at = None
    elif not was_done or row.done_at is None:  # a task that was dropped had opened it again
        row.done_at = clock.now()
    session.flush()


# ---------------------------------------------------------------- gates of other services


def begin_with_visit(session: Session, case: Case, visit: Visit, draft: CaseVisitDraft) -> None:
    """A win-back visit is planned: what its draft says of name and address is the first step.

    Raises:
        InvalidInputError: there is no address to verify.
    """
    access.require(session, Action.WORK_CASE)
    access.require_case(session, case)
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
    access.require_case(session, case)
    session.flush()
    if not queries.begun(session, [case.id]):
        return
    known = known_of(session, case).evidence
    fields = {
        Missing.NAME: ("name_verified", _("Verify the name before the visit is planned.")),
        Missing.ADDRESS: ("address_verified", _("Verify the address before the visit is planned.")),
    }
    lacking = rules.missing(WinBackStepKind.IDENTIFY, known)
    problems = [Problem(*fields[what]) for what in lacking]
    if problems:
        raise InvalidInputError(problems)


def require_outcome(session: Session, case: Case, outcome: Outcome) -> None:
    """Refuse to close a case whose steps have begun without prevention or proof.

    Duplicates and cases that are not pursued are closed anyway, and prevention is not asked for
    while nobody has spoken to the customer. A case without any of the six steps is watched after
    its closing instead (`services.watch`).

    Raises:
        InvalidInputError: field `outcome`.
    """
    access.require(session, Action.CLOSE_CASE)
    access.require_case(session, case)
    session.flush()
    if not queries.begun(session, [case.id]):
        return
    known = known_of(session, case).evidence
    problems = []
    if rules.prevents_closing(outcome, known):
        text = _(
            "The win-back visit has begun. First say in its step 5 what is improved, or why there "
            "is no defect."
        )
        problems.append(Problem("outcome", text))
    elif outcome is Outcome.WON_BACK and not queries.has_bought(
        session, case.customer_id, _left_on(case)
    ):
        problems.append(Problem("outcome", _nothing_bought()))
    if problems:
        raise InvalidInputError(problems)
