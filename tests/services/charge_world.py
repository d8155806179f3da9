"""Customers with somebody in charge and everything that may hang on them, made in bulk."""

import datetime as dt
import uuid
from typing import Any

from db import journal
from db.base import new_id
from db.models import (
    Case,
    Complaint,
    Customer,
    Promise,
    Recovery,
    RecoveryStep,
    Renewal,
    Task,
    Visit,
)
from db.session import Session
from db.vocabulary import (
    CaseStage,
    ComplaintChannel,
    RecoveryStepKind,
    RuleKind,
    Seat,
    TaskKind,
    VisitState,
)
from desktop_app import clock
from desktop_app.services import charge_book
from desktop_app.services.charge_book import Seating
from tests import factories

TODAY = dt.date(2026, 9, 15)
MONTH = dt.timedelta(days=30)


def plant(
    session: Session,
    count: int,
    user_id: uuid.UUID | None,
    *,
    backup_id: uuid.UUID | None = None,
    since: dt.date = TODAY - 10 * MONTH,
    **columns: Any,
) -> list[uuid.UUID]:
    """Customers of somebody, each with an open case and one of everything else that goes over."""
    factories.name(session)
    keys = [new_id() for _number in range(count)]
    numbers = [f"P{key.hex}" for key in keys]  # in the order they were made
    journal.bulk_insert(
        session,
        Customer,
        [
            {"id": key, "number": number, "name": f"客户 {number}", "phone": f"138{place:08d}",
             "address": "南京路 1 号", **columns}
            for place, (key, number) in enumerate(zip(keys, numbers, strict=True))
        ],
    )  # fmt: skip
    seatings = [Seating(key, Seat.PRIMARY, user_id) for key in keys]
    seatings += [Seating(key, Seat.BACKUP, backup_id) for key in keys if backup_id]
    charge_book.put(session, seatings, since)
    cases = [new_id() for _number in range(count)]
    now, pairs = clock.now(), list(zip(keys, cases, strict=True))
    journal.bulk_insert(
        session,
        Case,
        [
            {"id": case, "number": f"C-{case}"[:32], "customer_id": key, "kind": RuleKind.LAPSING,
             "stage": CaseStage.CONTACTING, "stage_since": now, "owner_id": user_id,
             "owner_since": now, "opened_on": TODAY - MONTH, "store_id": columns.get("store_id")}
            for key, case in pairs
        ],
    )  # fmt: skip
    mine = {"owner_id": user_id}
    journal.bulk_insert(
        session,
        Visit,
        [
            {"customer_id": key, "planned_on": TODAY - MONTH, "by_id": user_id,
             "state": VisitState.DONE, "done_on": TODAY - MONTH}
            for key in keys
        ],
    )  # fmt: skip
    journal.bulk_insert(
        session,
        Visit,
        [{"customer_id": key, "planned_on": TODAY + MONTH, "by_id": user_id} for key in keys],
    )
    journal.bulk_insert(
        session,
        Promise,
        [
            {"customer_id": key, "words": "x", "made_on": TODAY, "due_on": TODAY + MONTH,
             "made_by_id": user_id}
            for key in keys
        ],
    )  # fmt: skip
    journal.bulk_insert(
        session,
        Complaint,
        [
            {"customer_id": key, "channel": ComplaintChannel.CALL, "words": "x", "due_on": TODAY,
             "listened_at": now, **mine}
            for key in keys[:3]
        ],
    )  # fmt: skip
    recoveries = journal.bulk_insert(
        session, Recovery, [{"case_id": case, "begun_at": now, **mine} for case in cases[:3]]
    )
    journal.bulk_insert(
        session,
        RecoveryStep,
        [
            {"recovery_id": key, "step": RecoveryStepKind.RESOLVE, "due_at": now}
            for key in recoveries
        ],
    )
    journal.bulk_insert(
        session,
        Renewal,
        [{"customer_id": key, "product": "x", "expires_on": TODAY + MONTH, **mine} for key in keys],
    )
    if user_id is not None:
        journal.bulk_insert(
            session,
            Task,
            [
                {"customer_id": key, "kind": TaskKind.OTHER, "words": "x", "due_on": TODAY, **mine}
                for key in keys
            ],
        )
    return keys
