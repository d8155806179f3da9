"""Cases with reasons for the tests of the reports, made through the services."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

import time_machine
from sqlalchemy import select

from db import journal
from db.models import Customer
from db.session import Actor, Database
from db.vocabulary import (
    AttemptResult,
    Channel,
    ReasonLayer,
    RuleKind,
)
from desktop_app.domain.cases import OpenDraft
from desktop_app.domain.contacts import AttemptDraft, VisitDraft
from desktop_app.domain.reasons import ReasonDraft, WhyChainDraft, WhyStepDraft
from desktop_app.services import case_reasons, cases, contacts, interviews

ZONE = ZoneInfo("Asia/Shanghai")
_numbers = count(1)


def at(day: date) -> datetime:
    """Ten o'clock of a day."""
    return datetime(day.year, day.month, day.day, 10, tzinfo=ZONE)


def add_case(
    database: Database,
    actor: Actor,
    opened: date,
    root: str | None = None,
    *,
    stated: str | None = None,
    words: str = "",
    kind: RuleKind = RuleKind.LAPSING,
    name: str = "",
    store_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """A case opened on a day, with a stated and a root reason if given."""
    number = f"K{next(_numbers):05d}"
    with time_machine.travel(at(opened), tick=False), database.write(actor) as session:
        journal.name_change(session, "Set up")
        customer = Customer(
            number=number, name=name or f"客户{number}", phone="13812348000", store_id=store_id
        )
        session.add(customer)
        session.flush()
        case_id = cases.open_case(session, customer.id, OpenDraft(kind=kind))
        if stated:
            draft = ReasonDraft(layer=ReasonLayer.STATED, reason=stated, verbatim=words)
            case_reasons.set_reason(session, case_id, draft)
        if root:
            draft = ReasonDraft(layer=ReasonLayer.ROOT, reason=root)
            case_reasons.set_reason(session, case_id, draft)
    return case_id


def add_cases(
    database: Database, actor: Actor, entries: Sequence[tuple[date, str | None, str | None]]
) -> None:
    """Cases as `(opened, stated, root)`."""
    for opened, stated, root in entries:
        add_case(database, actor, opened, root, stated=stated)


def add_full_case(database: Database, actor: Actor, name: str = "张𠮷") -> uuid.UUID:
    """A case that has everything: owner, attempt, visit, interview, why-chain, outcome."""
    case_id = add_case(
        database, actor, date(2026, 8, 3), stated="price_competitor_lower", name=name,
        words="你们太贵了 <b>真的</b>",
    )  # fmt: skip
    assert actor.user_id is not None
    with time_machine.travel(at(date(2026, 8, 5)), tick=False), database.write(actor) as session:
        assert cases.assign(session, [case_id], actor.user_id).assigned == 1
    with time_machine.travel(at(date(2026, 8, 6)), tick=False), database.write(actor) as session:
        draft = AttemptDraft(
            channel=Channel.CALL,
            result=AttemptResult.REACHED,
            at=at(date(2026, 8, 6)),
            duration_seconds=330,
            note="答应下周再谈",
        )
        contacts.log_attempt(session, case_id, draft)
    with time_machine.travel(at(date(2026, 8, 7)), tick=False), database.write(actor) as session:
        interview = interviews.start(session, case_id)
        interviews.save_answer(session, interview, "/data/left_on", "2026-07-01")
        interviews.save_answer(session, interview, "/data/what_happened", "送货晚了三次")
    with time_machine.travel(at(date(2026, 8, 8)), tick=False), database.write(actor) as session:
        customer = session.scalars(select(Customer).where(Customer.name == name)).one()
        visit = VisitDraft(planned_on=date(2026, 8, 10), purpose="当面道歉")
        contacts.plan_visit(session, case_id, customer.id, visit)
    with time_machine.travel(at(date(2026, 8, 12)), tick=False), database.write(actor) as session:
        steps = (
            WhyStepDraft(answer="价格高"),
            WhyStepDraft(answer="其实是送货慢", reason="service_inefficient"),
        )
        case_reasons.set_why_chain(session, case_id, WhyChainDraft(steps=steps))
    return case_id
