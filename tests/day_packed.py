"""A day of one field worker: five visits in three districts and two calls, with all there is."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    Case,
    Contact,
    Holding,
    Promise,
    Renewal,
    Task,
    Visit,
    WinBackStep,
)
from db.session import Actor
from db.vocabulary import (
    AttemptResult,
    Channel,
    CustomerKind,
    ReasonLayer,
    RuleKind,
    Seat,
    TaskKind,
    VisitPurpose,
    VisitState,
    WinBackStepKind,
)
from desktop_app import clock
from desktop_app.domain.reasons import ReasonDraft
from desktop_app.services import case_reasons
from tests import factories

DAY = dt.date(2026, 9, 15)
PHONE = "13812345678"


def fill(session: Session, worker: Actor, backup: Actor) -> dict[str, uuid.UUID]:
    """Everything in one change set; gives the customers by number."""
    factories.name(session)
    keys = {
        number: factories.add_customer(
            session,
            number,
            name=name,
            phone=PHONE,
            district=district,
            address=address,
            kind=kind,
            store_id=worker.store_id,
            owner_id=worker.user_id,
            joined_on=dt.date(2023, 4, 1),
        )
        for number, name, district, address, kind in (
            ("K1", "上海华东印刷有限公司", "静安区", "南京西路 1266 号恒隆广场二期 18 楼 1802 室",
             CustomerKind.COMPANY),
            ("K2", "王芳", "静安区", "北京西路 99 号", CustomerKind.PERSON),
            ("K3", "李明", "徐汇区", "漕溪北路 18 号", CustomerKind.PERSON),
            ("K4", "Nordic Paper Trading Co.", "徐汇区", "衡山路 2 号", CustomerKind.COMPANY),
            ("K5", "赵六", "", "", CustomerKind.PERSON),
            ("K6", "钱七", "徐汇区", "天钥桥路 30 号", CustomerKind.PERSON),
            ("K7", "孙八", "静安区", "石门路 5 号", CustomerKind.PERSON),
        )
    }  # fmt: skip
    _record_of(session, worker, backup, keys["K1"])
    case_id = _case_of(session, worker, keys["K3"])
    visits = (
        ("K1", Channel.VISIT, dt.time(9, 30), VisitPurpose.BOND, "谈明年框架合同"),
        ("K2", Channel.VISIT, None, VisitPurpose.SETTLE, ""),
        ("K3", Channel.VISIT, dt.time(14), None, "当面道歉，听取意见"),
        ("K4", Channel.VISIT, None, VisitPurpose.COACH, ""),
        ("K5", Channel.VISIT, None, None, ""),
        ("K6", Channel.CALL, dt.time(16), VisitPurpose.SETTLE, ""),
        ("K7", Channel.CALL, None, VisitPurpose.SETTLE, ""),
    )
    for number, channel, starts_at, purpose, words in visits:
        session.add(
            Visit(
                customer_id=keys[number],
                case_id=case_id if number == "K3" else None,
                channel=channel,
                planned_on=DAY,
                starts_at=starts_at,
                minutes=45 if starts_at else None,
                purpose=words,
                rule_purpose=purpose,
                by_id=worker.user_id,
                is_provisional=number == "K4",
            )
        )
    session.flush()
    factories.add_orders(
        session,
        keys["K1"],
        [(dt.date(2026, 8, 20), 1_234_550), (dt.date(2026, 6, 1), 800_000),
         (dt.date(2026, 3, 3), 950_000), (dt.date(2025, 12, 1), 100)],
    )  # fmt: skip
    factories.add_orders(session, keys["K3"], [(dt.date(2026, 3, 1), 45_000)])
    return keys


def _record_of(session: Session, worker: Actor, backup: Actor, customer: uuid.UUID) -> None:
    """People, a backup, a late promise, a renewal, a task and an earlier visit."""
    session.add_all(
        [
            Contact(customer_id=customer, name="陈经理", duty="采购经理", phone="13900001111",
                    is_primary=True),
            Contact(customer_id=customer, name="周会计", duty="财务", phone="02155556666"),
            Holding(customer_id=customer, user_id=backup.user_id, seat=Seat.BACKUP,
                    first_on=dt.date(2026, 1, 1)),
            Promise(customer_id=customer, words="补发 9 月对账单", made_on=dt.date(2026, 9, 1),
                    made_by_id=worker.user_id, due_on=dt.date(2026, 9, 12)),
            Promise(customer_id=customer, words="已经兑现", made_on=dt.date(2026, 8, 1),
                    due_on=dt.date(2026, 8, 9), answer="met", answered_on=dt.date(2026, 8, 8)),
            Renewal(customer_id=customer, product="印刷耗材年度合同", fee=1_200_000,
                    expires_on=dt.date(2026, 10, 1)),
            Renewal(customer_id=customer, product="远期合同", expires_on=dt.date(2027, 10, 1)),
            Task(kind=TaskKind.UPGRADE_TALK, words="是否升级到金牌服务", customer_id=customer,
                 owner_id=worker.user_id, due_on=DAY),
            Visit(customer_id=customer, planned_on=dt.date(2026, 8, 3), state=VisitState.DONE,
                  done_on=dt.date(2026, 8, 3), by_id=worker.user_id, note="交货慢，客户有意见",
                  next_step="下月带样品"),
        ]
    )  # fmt: skip


def _case_of(session: Session, worker: Actor, customer: uuid.UUID) -> uuid.UUID:
    """A case with a stated reason, an attempt and the first step of winning back done."""
    case_id = factories.assigned_case(
        session, worker.user_id, customer_id=customer, kind=RuleKind.CANCEL_REQUEST
    )
    draft = ReasonDraft(
        layer=ReasonLayer.STATED, reason="service_inefficient", verbatim="修了三次都没修好"
    )
    case_reasons.set_reason(session, case_id, draft)
    factories.attempt(session, case_id, AttemptResult.REACHED, note="同意面谈")
    facts = {"name_verified": True, "address_verified": True}
    step = WinBackStep(
        case_id=case_id, step=WinBackStepKind.IDENTIFY, facts=facts, done_at=clock.now()
    )
    session.add(step)
    session.flush()
    return case_id


def promise_call(session: Session, customer: uuid.UUID, at: dt.datetime) -> None:
    """A call promised to the customer of an open case; nothing is planned for it."""
    factories.name(session)
    case = session.scalars(select(Case).where(Case.customer_id == customer)).one()
    case.callback_at = at
