"""Signals: listed, and decided about: accept as cases, dismiss with a reason, snooze until a day.

A signal is seen by whoever sees its customer.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import journal
from db.derived import currency, reference_day
from db.models import Case, CaseEvent, Customer, CustomerStat, DefectionSignal
from db.queries import signals as signal_queries
from db.queries.activity import bought_by
from db.queries.paging import Sort
from db.queries.scope import visible_customers
from db.queries.signals import SignalFilter, SignalRow
from db.vocabulary import CaseEventKind, CaseStage, ChangeKind, RuleKind, SignalState
from desktop_app import clock
from desktop_app.domain.cases import value_at_stake
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
from desktop_app.services import access, phones, watch
from desktop_app.services.numbers import next_case_numbers

_WAITING = (SignalState.OPEN, SignalState.SNOOZED)
_CHUNK = 500  # so many keys in one query


@dataclass(frozen=True, slots=True)
class Accepted:
    """Cases opened from signals, and signals whose customer has an open case of the kind."""

    case_ids: tuple[uuid.UUID, ...]
    joined: int  # signals that were added to a case that was open already


def count_signals(session: Session, criteria: SignalFilter) -> int:
    """How many of the signals the actor sees fit."""
    access.require(session, Action.VIEW)
    return signal_queries.count_signals(session, access.limited(session, criteria))


def list_signals(
    session: Session,
    criteria: SignalFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[SignalRow]:
    """One page of the signals the actor sees, phones masked."""
    access.require(session, Action.VIEW)
    limited = access.limited(session, criteria)
    found = signal_queries.list_signals(session, limited, sort, offset, limit)
    return phones.masked_rows(found)


def count_by_kind(session: Session, criteria: SignalFilter) -> dict[RuleKind, int]:
    """Number of the signals the actor sees that fit, by kind."""
    access.require(session, Action.VIEW)
    return signal_queries.count_by_kind(session, access.limited(session, criteria))


def waiting_ids(session: Session, criteria: SignalFilter | None = None) -> list[uuid.UUID]:
    """Keys of all signals the actor sees that fit, by default all open ones."""
    access.require(session, Action.VIEW)
    limited = access.limited(session, criteria or SignalFilter())
    return signal_queries.signal_ids(session, limited)


def accept(session: Session, signal_ids: Sequence[uuid.UUID]) -> Accepted:
    """Open a case for each signal; where the customer has one of the kind, the signal joins it.

    Raises:
        NotFoundError, NotAllowedError: a signal is gone or out of reach.
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
    """Put signals off until a day, on which they come back by themselves. Returns how many.

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
    """Bring back the snoozed signals whose day has come, whoever snoozed them; returns how many.

    Called at a sign-in and, while the window is open, every now and then: a scan is not needed.
    Nothing happens for a role that does not decide about signals.
    """
    if not access.may(session, Action.TRIAGE_SIGNAL):
        return 0
    due = session.scalars(
        select(DefectionSignal.id).where(
            DefectionSignal.state == SignalState.SNOOZED, DefectionSignal.snoozed_until <= today
        )
    ).all()
    if due:  # the day came by itself: nothing of the user's to undo
        journal.name_change(
            session, N_("Wake {count} snoozed signals"), kind=ChangeKind.SYSTEM, count=len(due)
        )
    awake = {"state": SignalState.OPEN, "snoozed_until": None}
    return journal.bulk_update(session, DefectionSignal, [{"id": key, **awake} for key in due])


def begin_day(session: Session, today: dt.date) -> None:
    """Write a sign-in into the journal; wake snoozed signals if the role decides about them."""
    actor = access.actor(session)
    journal.record_event(session, N_("{login} signed in"), login=actor.login)
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
    for chunk in _chunks(signal_ids):
        found += session.scalars(select(DefectionSignal).where(DefectionSignal.id.in_(chunk)))
    if len(found) < len(set(signal_ids)):
        raise NotFoundError(_("A signal is gone. Reload the list."))
    _require_seen(session, [signal.customer_id for signal in found])
    if any(signal.state not in _WAITING for signal in found):
        raise ConflictError(_("A signal was decided about meanwhile. Reload the list."))
    place = {signal_id: number for number, signal_id in enumerate(signal_ids)}
    return sorted(found, key=lambda signal: place[signal.id])  # so cases are numbered in order


def _require_seen(session: Session, customer_ids: Sequence[uuid.UUID]) -> None:
    condition = visible_customers(access.visible(session))
    if condition is None:
        return
    for chunk in _chunks(list(set(customer_ids))):
        seen = select(func.count()).select_from(Customer).where(Customer.id.in_(chunk), condition)
        if session.scalar(seen) != len(chunk):
            raise NotAllowedError(_("A signal belongs to somebody else. Reload the list."))


def _chunks(keys: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    return (keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK))


def _open_case_ids(
    session: Session, signals: Sequence[DefectionSignal]
) -> dict[tuple[uuid.UUID, str], uuid.UUID]:
    """The open case of each customer and kind of the signals that has one."""
    wanted = {(signal.customer_id, signal.kind) for signal in signals}
    found = {}
    for chunk in _chunks(list({customer_id for customer_id, _kind in wanted})):
        rows = session.execute(
            select(Case.customer_id, Case.kind, Case.id).where(
                Case.customer_id.in_(chunk), Case.stage != CaseStage.CLOSED
            )
        )
        found.update({(row[0], row[1]): row[2] for row in rows if (row[0], row[1]) in wanted})
    return found


def _open_cases(session: Session, signals: Sequence[DefectionSignal]) -> list[uuid.UUID]:
    if not signals:
        return []
    today, now = clock.today(), clock.now()
    numbers = next_case_numbers(session, today.year, len(signals))
    stores = _stores(session, [signal.customer_id for signal in signals])
    worth = _worth(session, {signal.customer_id for signal in signals})
    money = currency(session)
    earlier = watch.earlier_saves(session, {signal.customer_id for signal in signals})
    followed = [
        save if save is not None and save.closed_on <= signal.as_of else None
        for signal in signals
        for save in (earlier.get(signal.customer_id),)
    ]
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
                "pool_since": now,
                "opened_on": today,
                "extent": signal.kind,  # the automatic kinds are extents of requirements 2.1
                "value_at_stake": worth[signal.customer_id],
                "currency": money,
                "follows_id": save.id if save is not None else None,
            }
            for number, signal, save in zip(numbers, signals, followed, strict=True)
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
                "note": watch.history_line(save) if save is not None else "",
            }
            for case_id, save in zip(ids, followed, strict=True)
        ],
    )
    return ids


def _stores(
    session: Session, customer_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, uuid.UUID | None]:
    found: dict[uuid.UUID, uuid.UUID | None] = {}
    for chunk in _chunks(customer_ids):
        rows = session.execute(select(Customer.id, Customer.store_id).where(Customer.id.in_(chunk)))
        found |= {row[0]: row[1] for row in rows}
    return found


def _worth(session: Session, customer_ids: set[uuid.UUID]) -> dict[uuid.UUID, int | None]:
    """Value at stake of each customer; the maintained figure where it is not nothing."""
    as_of = dt.date.fromordinal(reference_day(session))
    worth: dict[uuid.UUID, int | None] = dict.fromkeys(customer_ids)
    for chunk in _chunks(list(customer_ids)):
        rows = session.execute(
            select(CustomerStat.customer_id, CustomerStat.spend_window).where(
                CustomerStat.customer_id.in_(chunk)
            )
        )
        worth.update((row[0], row[1]) for row in rows)
    for customer_id in [one for one, spend in worth.items() if not spend or spend <= 0]:
        bought = bought_by(session, customer_id, as_of.toordinal())
        worth[customer_id] = value_at_stake(build_history(bought.orders), as_of)
    return worth
