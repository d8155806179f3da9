"""What the figures of the team are made of: closed cases, first contacts, open cases, script runs.

One row a case; the sums are rules (`desktop_app.domain`) and stand in
`desktop_app.services.team_figures`. Duplicates are left out everywhere.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from db.models import (
    Case,
    CaseEvent,
    CaseOffer,
    CaseReason,
    ContactAttempt,
    Coupon,
    CustomerStat,
    DefectionSignal,
    Reason,
    ReasonVersion,
    Script,
    ScriptRun,
    ScriptVersion,
    Store,
    User,
)
from db.queries.closed import ClosedGroup, in_group, is_closed
from db.queries.scope import EVERYTHING, Visible, visible_cases
from db.queries.watch import SAVED
from db.vocabulary import (
    Approach,
    CaseEventKind,
    CaseStage,
    CustomerClass,
    Outcome,
    ReasonLayer,
    RuleKind,
    SaveState,
)


@dataclass(frozen=True, slots=True)
class TeamFilter:
    """Which cases: by their store and owner; days are included at both ends.

    Closed cases count by the day of closing, first contacts by the day of opening, coupons by the
    day of issue; what is open now has no period.
    """

    start: dt.date | None = None
    end: dt.date | None = None
    store_id: uuid.UUID | None = None
    owner_id: uuid.UUID | None = None
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class ClosedCase:
    """A closed case with all that the rates need."""

    id: uuid.UUID
    owner_id: uuid.UUID | None
    owner: str
    store_id: uuid.UUID | None
    store: str
    klass: CustomerClass
    kind: RuleKind
    reason_group: str | None
    outcome: Outcome
    approach: Approach | None
    closed_on: dt.date
    save_state: SaveState | None
    watch_until: dt.date | None
    is_contacted: bool
    attempts: int

    @property
    def is_saved(self) -> bool:
        """Saved or won back, as the customer said."""
        return self.outcome in SAVED


@dataclass(frozen=True, slots=True)
class FirstContact:
    """A case with the moment its departure was found, and that of the first attempt by staff."""

    id: uuid.UUID
    klass: CustomerClass
    found_at: dt.datetime
    contacted_at: dt.datetime | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class OpenWork:
    """An open case of somebody who is here."""

    owner_id: uuid.UUID
    owner: str
    next_due: dt.date | None
    attempts: int


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A script gone through to its end in a case that is closed."""

    script: str
    zh: str
    en: str
    number: int
    reason_group: str | None
    path: Sequence[Mapping[str, Any]]
    is_saved: bool


def closed_cases(session: Session, criteria: TeamFilter) -> list[ClosedCase]:
    """Closed cases of a period, in the order of their numbers."""
    attempts = _attempts()
    rows = session.execute(
        select(
            Case.id,
            Case.owner_id,
            func.coalesce(User.name, ""),
            Case.store_id,
            func.coalesce(Store.name, ""),
            func.coalesce(CustomerStat.klass, CustomerClass.C.value),
            Case.kind,
            _reason_group(),
            Case.outcome,
            Case.approach,
            Case.closed_on,
            Case.save_state,
            Case.watch_until,
            in_group(ClosedGroup.CONTACTED),
            func.coalesce(attempts.c.attempts, 0),
        )
        .select_from(Case)
        .outerjoin(User, User.id == Case.owner_id)
        .outerjoin(Store, Store.id == Case.store_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
        .outerjoin(attempts, attempts.c.case_id == Case.id)
        .where(*closed_conditions(criteria))
        .order_by(Case.number)
    )
    return [_closed(row) for row in rows]


def closed_conditions(criteria: TeamFilter) -> list[ColumnElement[bool]]:
    """Conditions on `Case`: closed in the period, no duplicate, in sight."""
    return [is_closed(), *_period(Case.closed_on, criteria), *_scope(criteria)]


def saved_conditions(criteria: TeamFilter) -> ColumnElement[bool]:
    """The same for those that ended with a save which was watched."""
    return and_(*closed_conditions(criteria), Case.outcome.in_(SAVED), Case.save_state.is_not(None))


def first_contacts(session: Session, criteria: TeamFilter) -> list[FirstContact]:
    """Cases opened in a period, in the order of their numbers.

    Found is when the oldest signal of the case was stored, or when the case was opened without
    one; calls by the customer are no contact by staff.
    """
    signalled = (
        select(DefectionSignal.case_id, func.min(DefectionSignal.created_at).label("at"))
        .where(DefectionSignal.case_id.is_not(None))
        .group_by(DefectionSignal.case_id)
        .subquery()
    )
    opened = (
        select(CaseEvent.case_id, func.min(CaseEvent.at).label("at"))
        .where(CaseEvent.kind == CaseEventKind.OPENED)
        .group_by(CaseEvent.case_id)
        .subquery()
    )
    contacted = (
        select(ContactAttempt.case_id, func.min(ContactAttempt.at).label("at"))
        .where(ContactAttempt.by_customer.is_(False))
        .group_by(ContactAttempt.case_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Case.id,
            func.coalesce(CustomerStat.klass, CustomerClass.C.value),
            signalled.c.at,
            opened.c.at,
            Case.created_at,
            contacted.c.at,
            Case.stage != CaseStage.CLOSED,
        )
        .select_from(Case)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
        .outerjoin(signalled, signalled.c.case_id == Case.id)
        .outerjoin(opened, opened.c.case_id == Case.id)
        .outerjoin(contacted, contacted.c.case_id == Case.id)
        .where(
            or_(Case.outcome.is_(None), Case.outcome != Outcome.DUPLICATE),
            *_period(Case.opened_on, criteria),
            *_scope(criteria),
        )
        .order_by(Case.number)
    )
    return [
        FirstContact(key, CustomerClass(klass), signal or event or created, first, is_open)
        for key, klass, signal, event, created, first, is_open in rows
    ]


def open_work(session: Session, criteria: TeamFilter) -> list[OpenWork]:
    """Open cases of everybody who is here, in the order of names and numbers."""
    attempts = _attempts()
    rows = session.execute(
        select(Case.owner_id, User.name, Case.next_due, func.coalesce(attempts.c.attempts, 0))
        .select_from(Case)
        .join(User, User.id == Case.owner_id)
        .outerjoin(attempts, attempts.c.case_id == Case.id)
        .where(Case.stage != CaseStage.CLOSED, User.is_active, *_scope(criteria))
        .order_by(User.name, User.id, Case.number)
    )
    return [OpenWork(*row) for row in rows]


def ended_runs(session: Session, criteria: TeamFilter) -> list[EndedRun]:
    """Scripts gone through in the cases closed in a period, by script, version and time."""
    rows = session.execute(
        select(
            Script.code,
            Script.zh,
            Script.en,
            ScriptVersion.number,
            _reason_group(),
            ScriptRun.path,
            Case.outcome,
        )
        .select_from(ScriptRun)
        .join(ScriptVersion, ScriptVersion.id == ScriptRun.script_version_id)
        .join(Script, Script.id == ScriptVersion.script_id)
        .join(Case, Case.id == ScriptRun.case_id)
        .where(ScriptRun.ended_at.is_not(None), *closed_conditions(criteria))
        .order_by(Script.code, ScriptVersion.number, ScriptRun.started_at, ScriptRun.id)
    )
    return [
        EndedRun(code, zh, en, number, group, path, is_saved=outcome in SAVED)
        for code, zh, en, number, group, path, outcome in rows
    ]


def versions_run(
    session: Session, criteria: TeamFilter
) -> list[tuple[str, str, str, int, Mapping[str, Any]]]:
    """Code, titles, number and content of each version of a script in `ended_runs`."""
    run = (
        select(ScriptRun.script_version_id)
        .join(Case, Case.id == ScriptRun.case_id)
        .where(ScriptRun.ended_at.is_not(None), *closed_conditions(criteria))
    )
    rows = session.execute(
        select(Script.code, Script.zh, Script.en, ScriptVersion.number, ScriptVersion.content)
        .join(Script, Script.id == ScriptVersion.script_id)
        .where(ScriptVersion.id.in_(run))
    )
    return [(code, zh, en, number, content) for code, zh, en, number, content in rows]


def coupons(session: Session, criteria: TeamFilter) -> tuple[int, int]:
    """How many coupons were redeemed, and how many issued in the period."""
    row = session.execute(
        select(func.count(Coupon.redeemed_on), func.count())
        .select_from(Coupon)
        .join(CaseOffer, CaseOffer.id == Coupon.case_offer_id)
        .join(Case, Case.id == CaseOffer.case_id)
        .where(*_period(Coupon.issued_on, criteria), *_scope(criteria))
    ).one()
    return row[0], row[1]


def _attempts() -> Any:
    return (
        select(ContactAttempt.case_id, func.count().label("attempts"))
        .where(ContactAttempt.by_customer.is_(False))
        .group_by(ContactAttempt.case_id)
        .subquery()
    )


def _reason_group() -> Any:
    """Group of the root reason of the case."""
    return (
        select(Reason.group_code)
        .join(ReasonVersion, ReasonVersion.reason_id == Reason.id)
        .join(CaseReason, CaseReason.reason_version_id == ReasonVersion.id)
        .where(and_(CaseReason.case_id == Case.id, CaseReason.layer == ReasonLayer.ROOT))
        .correlate(Case)
        .scalar_subquery()
    )


def _period(day: Any, criteria: TeamFilter) -> list[ColumnElement[bool]]:
    found = []
    if criteria.start is not None:
        found.append(day >= criteria.start)
    if criteria.end is not None:
        found.append(day <= criteria.end)
    return found


def _scope(criteria: TeamFilter) -> list[ColumnElement[bool]]:
    found = [visible_cases(criteria.visible)]
    if criteria.store_id is not None:
        found.append(Case.store_id == criteria.store_id)
    if criteria.owner_id is not None:
        found.append(Case.owner_id == criteria.owner_id)
    return found


def _closed(row: Any) -> ClosedCase:
    key, owner_id, owner, store_id, store, klass, kind, group, outcome, approach, *rest = row
    closed_on, save_state, watch_until, is_contacted, attempts = rest
    return ClosedCase(
        key,
        owner_id,
        owner,
        store_id,
        store,
        CustomerClass(klass),
        RuleKind(kind),
        group,
        Outcome(outcome),
        Approach(approach) if approach else None,
        closed_on,
        SaveState(save_state) if save_state else None,
        watch_until,
        bool(is_contacted),
        attempts,
    )
