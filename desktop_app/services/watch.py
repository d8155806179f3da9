"""Saves are watched: later orders confirm them, and those that did not hold are taken up again.

A save is what the customer said; a confirmed save is what the customer did. All is judged as of
the newest order's day (decision 0002), never later: what is not imported yet is not missing.
"""

import datetime as dt
import uuid
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
from db.queries.watch import EarlierSave, WatchedCase
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
from desktop_app.services import access, outcome_settings
from desktop_app.services.numbers import next_case_numbers

_WATCHING = Case.save_state == SaveState.WATCHING


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided about the saves that are watched.

    Attributes:
        as_of: The day up to which orders are known; None when there are none.
        confirmed: Saves that an order has confirmed.
        lost: Saves that did not hold.
        opened: Cases opened for these, in the order of the saves.
    """

    as_of: dt.date | None
    confirmed: int = 0
    lost: int = 0
    opened: tuple[uuid.UUID, ...] = ()


def judge_all(session: Session, as_of: dt.date | None = None) -> Judged:
    """Decide about every watched save for which it is time.

    A save that did not hold is followed by a case of its own, unless the customer has one or is not
    to be contacted. Nothing happens the second time. Called after an import of orders and before a
    scan: it is part of their change set then.

    Args:
        session: the writing session.
        as_of: up to this day orders are looked at; the newest order's day at the latest.
    """
    access.require(session, Action.SCAN)
    newest = newest_order_day(session, clock.today().toordinal())
    saves = queries.watched(session)
    if newest is None or not saves:
        return Judged(None if newest is None else dt.date.fromordinal(newest))
    known = dt.date.fromordinal(newest)
    day = known if as_of is None else min(as_of, known)
    first = min(save.saved_on for save in saves)
    orders = queries.orders_since(session, _WATCHING, first, day)
    left = queries.left_again(session, _WATCHING)
    judged = [
        (save, rules.judge(save.saved_on, save.until, orders.get(save.id, ()), day, left_on))
        for save in saves
        for left_on in (_until(left.get(save.id), day),)
    ]
    return _write(session, day, judged, followed=left.keys())


def saved(session: Session, case: Case) -> dict[str, Any]:
    """Columns of a case that is closed as saved or won back: it is watched from today on."""
    access.require(session, Action.CLOSE_CASE)
    klass = session.scalar(
        select(CustomerStat.klass).where(CustomerStat.customer_id == case.customer_id)
    )
    days = outcome_settings.read(session).watch_days(CustomerClass(klass or CustomerClass.C))
    return {
        "save_state": SaveState.WATCHING,
        "watch_until": rules.watch_until(clock.today(), days),
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


def _until(left_on: dt.date | None, day: dt.date) -> dt.date | None:
    """A departure that is known as of a day."""
    return left_on if left_on is not None and left_on <= day else None


def _write(
    session: Session,
    day: dt.date,
    judged: Sequence[tuple[WatchedCase, Watched]],
    followed: Collection[uuid.UUID],
) -> Judged:
    decided = [each for each in judged if each[1].state is not SaveState.WATCHING]
    confirmed = sum(verdict.state is SaveState.CONFIRMED for _save, verdict in decided)
    lost = [save for save, verdict in decided if verdict.state is SaveState.LOST_DEFLECT]
    if not decided:
        return Judged(day)
    journal.name_change(
        session,
        N_("Judge saves as of {day}: {confirmed} confirmed, {failed} did not hold"),
        kind=ChangeKind.SCAN,
        day=day,
        confirmed=confirmed,
        failed=len(lost),
    )
    journal.bulk_update(
        session,
        Case,
        [
            {
                "id": save.id,
                "save_state": verdict.state,
                "confirmed_on": verdict.decided_on
                if verdict.state is SaveState.CONFIRMED
                else None,
            }
            for save, verdict in decided
        ],
    )
    busy = signal_queries.open_cases(session)
    again: dict[tuple[uuid.UUID, RuleKind], WatchedCase] = {}
    for save in lost:
        key = (save.customer_id, RuleKind(save.kind))
        if save.may_contact and save.id not in followed and key not in busy:
            again[key] = save
    return Judged(day, confirmed, len(lost), tuple(_take_up(session, list(again.values()))))


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
