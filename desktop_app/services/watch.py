"""Saves are watched: later orders confirm them, and those that did not hold are taken up again.

A save is what the customer said; a confirmed save is what the customer did. All is judged as of
the newest order's day (decision 0002), never later: what is not imported yet is not missing. What
was decided is judged again when an order or a case within the window comes or goes, so that the
result does not depend on when orders are imported.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, CaseEvent, CustomerStat
from db.queries import signals as signal_queries
from db.queries import watch as queries
from db.queries.activity import newest_order_day
from db.queries.watch import EarlierSave, LinkedCase, ProvingOrder, WatchedCase
from db.vocabulary import (
    CaseEventKind,
    CaseStage,
    ChangeKind,
    CustomerClass,
    Outcome,
    RuleKind,
    SaveState,
)
from desktop_app import clock
from desktop_app.domain import watch as rules
from desktop_app.domain.permissions import Action
from desktop_app.domain.watch import Watched
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, outcome_settings
from desktop_app.services.numbers import next_case_numbers


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided about saves, for the first time or anew.

    Attributes:
        as_of: The day up to which orders are known; None when there are none.
        confirmed: Saves that an order has confirmed.
        lost: Saves that did not hold.
        opened: Cases opened for these, in the order of the saves.
        watched_again: Saves that were decided, and are open again.
    """

    as_of: dt.date | None
    confirmed: int = 0
    lost: int = 0
    opened: tuple[uuid.UUID, ...] = ()
    watched_again: int = 0


@dataclass(frozen=True, slots=True)
class WatchView:
    """What became of a save, and the cases before and after it.

    Attributes:
        state: None when the case is no save.
        saved_on: The day it was closed.
        until: The last day on which an order confirms it.
        confirmed_on: The day of the order that did.
        as_of: The day up to which orders are known; None when there are none.
        orders: Orders while it was watched, the earliest first.
        before: The case of the save that this one follows.
        after: Cases that follow this one.
    """

    state: SaveState | None
    saved_on: dt.date | None
    until: dt.date | None
    confirmed_on: dt.date | None
    as_of: dt.date | None
    orders: tuple[ProvingOrder, ...]
    before: LinkedCase | None
    after: tuple[LinkedCase, ...]


def look(session: Session, case_id: uuid.UUID) -> WatchView:
    """How a save is doing, with the orders that prove it, and its history both ways.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    state = SaveState(case.save_state) if case.save_state else None
    saved_on, until = case.closed_on, case.watch_until
    is_watched = state is not None and saved_on is not None and until is not None
    newest = newest_order_day(session, clock.today().toordinal()) if is_watched else None
    orders: tuple[ProvingOrder, ...] = ()
    if is_watched and saved_on is not None and until is not None:
        orders = queries.proving_orders(session, case.customer_id, saved_on, until)
    return WatchView(
        state,
        saved_on,
        until,
        case.confirmed_on,
        None if newest is None else dt.date.fromordinal(newest),
        orders,
        queries.case_before(session, case.id),
        queries.cases_after(session, case.id),
    )


def ends_on(session: Session, case_id: uuid.UUID) -> dt.date:
    """The day until which a save of this case would be watched if it were closed today.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    return _last_day(session, case_life.load(session, case_id).customer_id)


def judge_all(session: Session, as_of: dt.date | None = None) -> Judged:
    """Decide about every watched save for which it is time, and anew about those in doubt.

    In doubt is a decided save after which an order or a case within its window came or went; it is
    judged by all that is known, whatever `as_of` says. A save that did not hold is followed by a
    case of its own, unless the customer has one or is not to be contacted. Nothing happens the
    second time. Called after an import of orders and before a scan: it is part of their change set
    then.

    Args:
        session: the writing session.
        as_of: up to this day orders are looked at; the newest order's day at the latest.
    """
    access.require(session, Action.SCAN)
    newest = newest_order_day(session, clock.today().toordinal())
    if newest is None:
        return Judged(None)
    known = dt.date.fromordinal(newest)
    day = known if as_of is None else min(as_of, known)
    judged: list[tuple[WatchedCase, Watched]] = []
    followed: set[uuid.UUID] = set()
    for which, last in ((queries.is_watched(), day), (queries.is_in_doubt(known), known)):
        saves = queries.watched(session, which)
        if not saves:
            continue
        first = min(save.saved_on for save in saves)
        orders = queries.orders_since(session, which, first, last)
        left = queries.left_again(session, which)
        followed |= left.keys()
        for save in saves:
            left_on = _until(left.get(save.id), last)
            bought = orders.get(save.id, ())
            judged.append((save, rules.judge(save.saved_on, save.until, bought, last, left_on)))
    return _write(session, day, judged, followed)


def saved(session: Session, case: Case) -> dict[str, Any]:
    """Columns of a case that is closed as saved or won back: it is watched from today on."""
    access.require(session, Action.CLOSE_CASE)
    return {
        "save_state": SaveState.WATCHING,
        "watch_until": _last_day(session, case.customer_id),
        "confirmed_on": None,
    }


NOT_WATCHED: dict[str, Any] = {"save_state": None, "watch_until": None, "confirmed_on": None}
"""Columns of a case that is no save, or no longer one."""


def earlier_saves(
    session: Session, customer_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, EarlierSave]:
    """The newest save of each customer who was saved before: a new case follows it."""
    access.require(session, Action.OPEN_CASE)
    return queries.earlier_saves(session, customer_ids)


def history_line(save: EarlierSave) -> str:
    """What a new case says about the save before it."""
    if save.save_state is SaveState.LOST_DEFLECT:
        text = _("Follows case {number}: the save of {day} did not hold.")
    elif save.outcome is Outcome.WON_BACK:
        text = _("Follows case {number}: won back on {day}, now leaving again.")
    else:
        text = _("Follows case {number}: saved on {day}, now leaving again.")
    return text.format(number=save.number, day=save.closed_on)


# ---------------------------------------------------------------- writing


def _last_day(session: Session, customer_id: uuid.UUID) -> dt.date:
    klass = session.scalar(
        select(CustomerStat.klass).where(CustomerStat.customer_id == customer_id)
    )
    days = outcome_settings.read(session).watch_days(CustomerClass(klass or CustomerClass.C))
    return rules.watch_until(clock.today(), days)


def _until(left_on: dt.date | None, day: dt.date) -> dt.date | None:
    """A departure that is known as of a day."""
    return left_on if left_on is not None and left_on <= day else None


def _write(
    session: Session,
    day: dt.date,
    judged: Sequence[tuple[WatchedCase, Watched]],
    followed: Collection[uuid.UUID],
) -> Judged:
    news = [
        (save, verdict.state, confirmed_on)
        for save, verdict in judged
        for confirmed_on in (_confirmed_on(verdict),)
        if (verdict.state, confirmed_on) != (save.save_state, save.confirmed_on)
    ]
    states = Counter(state for _save, state, _day in news)
    confirmed, again = states[SaveState.CONFIRMED], states[SaveState.WATCHING]
    lost = [save for save, state, _day in news if state is SaveState.LOST_DEFLECT]
    if not news:
        return Judged(day)
    journal.name_change(
        session,
        N_(
            "Judge saves as of {day}: {confirmed} confirmed, {failed} did not hold, {again} "
            "watched again"
        )
        if again
        else N_("Judge saves as of {day}: {confirmed} confirmed, {failed} did not hold"),
        kind=ChangeKind.SCAN,
        day=day,
        confirmed=confirmed,
        failed=len(lost),
        again=again,
    )
    journal.bulk_update(
        session,
        Case,
        [
            {"id": save.id, "save_state": state, "confirmed_on": confirmed_on}
            for save, state, confirmed_on in news
        ],
    )
    busy = signal_queries.open_cases(session)
    to_open: dict[tuple[uuid.UUID, RuleKind], WatchedCase] = {}
    for save in lost:
        key = (save.customer_id, RuleKind(save.kind))
        if save.may_contact and save.id not in followed and key not in busy:
            to_open[key] = save
    opened = tuple(_take_up(session, list(to_open.values())))
    return Judged(day, confirmed, len(lost), opened, again)


def _confirmed_on(verdict: Watched) -> dt.date | None:
    return verdict.decided_on if verdict.state is SaveState.CONFIRMED else None


def _take_up(session: Session, saves: Sequence[WatchedCase]) -> list[uuid.UUID]:
    """Open a case for each save that did not hold."""
    today, now = clock.today(), clock.now()
    numbers = next_case_numbers(session, today.year, len(saves))
    rows = [
        {
            "number": number,
            "customer_id": save.customer_id,
            "store_id": save.store_id,
            "kind": save.kind,
            "stage": CaseStage.IDENTIFIED,
            "stage_since": now,
            "pool_since": now,
            "opened_on": today,
            "extent": save.kind if save.kind != RuleKind.CANCEL_REQUEST else None,
            "value_at_stake": save.value_at_stake,
            "currency": save.currency,
            "follows_id": save.id,
        }
        for number, save in zip(numbers, saves, strict=True)
    ]
    opened = journal.bulk_insert(session, Case, rows)
    events = [
        {
            "case_id": case_id,
            "kind": CaseEventKind.OPENED,
            "at": now,
            "by_id": access.actor(session).user_id,
            "new_value": CaseStage.IDENTIFIED,
            "note": history_line(
                EarlierSave(
                    save.id, save.number, save.saved_on, Outcome.SAVED, SaveState.LOST_DEFLECT
                )
            ),
        }
        for case_id, save in zip(opened, saves, strict=True)
    ]
    journal.bulk_insert(session, CaseEvent, events)
    return opened
