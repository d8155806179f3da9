"""Deciding about signals: accept as cases, dismiss with a reason, snooze until a day."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.derived import reference_day
from db.models import Case, CaseEvent, Customer, CustomerStat, DefectionSignal
from db.queries.activity import bought_by
from db.queries.signals import SignalFilter, list_signals, open_cases
from db.vocabulary import CaseEventKind, CaseStage, ChangeKind, RuleKind, SignalState
from desktop_app import clock
from desktop_app.domain.cases import value_at_stake
from desktop_app.domain.permissions import Action
from desktop_app.domain.purchases import build_history
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access
from desktop_app.services.numbers import next_case_numbers

_WAITING = (SignalState.OPEN, SignalState.SNOOZED)
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Accepted:
    """Cases opened from signals, and signals whose customer has an open case of the kind."""

    case_ids: tuple[uuid.UUID, ...]
    joined: int  # signals that were added to a case that was open already


def waiting_ids(session: Session, criteria: SignalFilter | None = None) -> list[uuid.UUID]:
    """Keys of all signals that fit, by default all open ones."""
    rows = list_signals(session, criteria or SignalFilter(), None, 0, _ALL)
    return [row.id for row in rows]


def accept(session: Session, signal_ids: Sequence[uuid.UUID]) -> Accepted:
    """Open a case for each signal; where the customer has one of the kind, the signal joins it.

    Raises:
        NotFoundError: a signal is gone.
        ConflictError: a signal was decided about meanwhile.
    """
    access.require(session, Action.TRIAGE_SIGNAL)
    access.require(session, Action.OPEN_CASE)
    signals = _waiting(session, signal_ids)
    journal.name_change(
        session, N_("Open {count} cases from signals"), kind=ChangeKind.BULK, count=len(signals)
    )
    present = _open_case_ids(session, signals)
    fresh: dict[tuple[uuid.UUID, str], DefectionSignal] = {}
    for signal in signals:
        key = (signal.customer_id, signal.kind)
        if key not in present:
            fresh.setdefault(key, signal)
    made = dict(zip(fresh, _open_cases(session, list(fresh.values())), strict=True))
    joined = present | made
    actor = access.actor(session)
    journal.bulk_update(
        session,
        DefectionSignal,
        [
            {
                "id": signal.id,
                "state": SignalState.ACCEPTED,
                "snoozed_until": None,
                "decided_by_id": actor.user_id,
                "case_id": joined[signal.customer_id, signal.kind],
            }
            for signal in signals
        ],
    )
    return Accepted(tuple(made.values()), len(signals) - len(made))


def dismiss(session: Session, signal_ids: Sequence[uuid.UUID], reason: str) -> int:
    """Set signals aside for good, saying why; returns how many.

    Raises:
        InvalidInputError: no reason given.
    """
    access.require(session, Action.TRIAGE_SIGNAL)
    if not reason.strip():
        raise InvalidInputError([Problem("reason", _("Say why, so that others can follow it."))])
    signals = _waiting(session, signal_ids)
    journal.name_change(
        session, N_("Dismiss {count} signals"), kind=ChangeKind.BULK, count=len(signals)
    )
    return _decide(session, signals, SignalState.DISMISSED, reason.strip(), None)


def snooze(session: Session, signal_ids: Sequence[uuid.UUID], until: dt.date) -> int:
    """Put signals off; a scan on or after the day brings them back. Returns how many.

    Raises:
        InvalidInputError: the day is not in the future.
    """
    access.require(session, Action.TRIAGE_SIGNAL)
    if until <= clock.today():
        raise InvalidInputError([Problem("until", _("Choose a day after today."))])
    signals = _waiting(session, signal_ids)
    journal.name_change(
        session,
        N_("Snooze {count} signals until {until}"),
        kind=ChangeKind.BULK,
        count=len(signals),
        until=until,
    )
    return _decide(session, signals, SignalState.SNOOZED, "", until)


def wake(session: Session, today: dt.date) -> int:
    """Bring back the snoozed signals whose day has come; returns how many."""
    access.require(session, Action.TRIAGE_SIGNAL)
    due = session.scalars(
        select(DefectionSignal).where(
            DefectionSignal.state == SignalState.SNOOZED, DefectionSignal.snoozed_until <= today
        )
    ).all()
    if due:
        journal.name_change(
            session, N_("Wake {count} snoozed signals"), kind=ChangeKind.BULK, count=len(due)
        )
        _decide(session, due, SignalState.OPEN, "", None)
    return len(due)


def begin_day(session: Session, today: dt.date) -> None:
    """Write a sign-in into the journal; wake snoozed signals if the role decides about them."""
    actor = access.actor(session)
    journal.record_event(session, N_("{login} signed in"), login=actor.login)
    if access.may(session, Action.TRIAGE_SIGNAL):
        wake(session, today)


def _decide(
    session: Session,
    signals: Sequence[DefectionSignal],
    state: SignalState,
    note: str,
    until: dt.date | None,
) -> int:
    actor = access.actor(session)
    return journal.bulk_update(
        session,
        DefectionSignal,
        [
            {
                "id": signal.id,
                "state": state,
                "state_note": note,
                "snoozed_until": until,
                "decided_by_id": actor.user_id,
            }
            for signal in signals
        ],
    )


def _waiting(session: Session, signal_ids: Sequence[uuid.UUID]) -> list[DefectionSignal]:
    found: list[DefectionSignal] = []
    for start in range(0, len(signal_ids), 500):
        chunk = signal_ids[start : start + 500]
        found += session.scalars(select(DefectionSignal).where(DefectionSignal.id.in_(chunk)))
    if len(found) < len(set(signal_ids)):
        raise NotFoundError(_("A signal is gone. Reload the list."))
    if any(signal.state not in _WAITING for signal in found):
        raise ConflictError(_("A signal was decided about meanwhile. Reload the list."))
    place = {signal_id: number for number, signal_id in enumerate(signal_ids)}
    return sorted(found, key=lambda signal: place[signal.id])  # so cases are numbered in order


def _open_case_ids(
    session: Session, signals: Sequence[DefectionSignal]
) -> dict[tuple[uuid.UUID, str], uuid.UUID]:
    wanted = {(signal.customer_id, RuleKind(signal.kind)) for signal in signals}
    keys = wanted & open_cases(session)
    found = {}
    for customer_id, kind in keys:
        case_id = session.scalar(
            select(Case.id).where(
                Case.customer_id == customer_id, Case.kind == kind, Case.stage != CaseStage.CLOSED
            )
        )
        if case_id is not None:
            found[customer_id, kind.value] = case_id
    return found


def _open_cases(session: Session, signals: Sequence[DefectionSignal]) -> list[uuid.UUID]:
    if not signals:
        return []
    today, now = clock.today(), clock.now()
    numbers = next_case_numbers(session, today.year, len(signals))
    stores = _stores(session, [signal.customer_id for signal in signals])
    worth = _worth(session, {signal.customer_id for signal in signals})
    ids = journal.bulk_insert(
        session,
        Case,
        [
            {
                "number": number,
                "customer_id": signal.customer_id,
                "store_id": stores[signal.customer_id],
                "kind": signal.kind,
                "stage": CaseStage.IDENTIFIED,
                "stage_since": now,
                "opened_on": today,
                "extent": signal.kind,  # the automatic kinds are extents of requirements 2.1
                "value_at_stake": worth[signal.customer_id],
            }
            for number, signal in zip(numbers, signals, strict=True)
        ],
    )
    actor = access.actor(session)
    journal.bulk_insert(
        session,
        CaseEvent,
        [
            {
                "case_id": case_id,
                "kind": CaseEventKind.OPENED,
                "at": now,
                "by_id": actor.user_id,
                "new_value": CaseStage.IDENTIFIED,
            }
            for case_id in ids
        ],
    )
    return ids


def _stores(
    session: Session, customer_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, uuid.UUID | None]:
    found: dict[uuid.UUID, uuid.UUID | None] = {}
    for start in range(0, len(customer_ids), 500):
        chunk = customer_ids[start : start + 500]
        rows = session.execute(select(Customer.id, Customer.store_id).where(Customer.id.in_(chunk)))
        found |= {row[0]: row[1] for row in rows}
    return found


def _worth(session: Session, customer_ids: set[uuid.UUID]) -> dict[uuid.UUID, int | None]:
    """Value at stake of each customer; the maintained figure where it is not nothing."""
    as_of = dt.date.fromordinal(reference_day(session))
    known = {
        customer_id: spend
        for customer_id, spend in session.execute(
            select(CustomerStat.customer_id, CustomerStat.spend_window)
        )
        if customer_id in customer_ids
    }
    worth: dict[uuid.UUID, int | None] = {}
    for customer_id in customer_ids:
        if known[customer_id] > 0:
            worth[customer_id] = known[customer_id]
            continue
        bought = bought_by(session, customer_id, as_of.toordinal())
        worth[customer_id] = value_at_stake(build_history(bought.orders), as_of)
    return worth
