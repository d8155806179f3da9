"""Promises, complaints and service recoveries of the demo, and what was learnt after cases."""

import datetime as dt
import random
import uuid
from typing import Final

from sqlalchemy import Row, select

from db.models import Case, Customer
from db.queries.case_reviews import ReviewFilter
from db.vocabulary import CaseStage, ComplaintChannel, RecoveryStepKind, ReplyKind
from desktop_app import clock
from desktop_app.demo.team import LOGIN, MANAGER, Process, World, at, later, working_day
from desktop_app.domain.promises import ComplaintDraft, PromiseDraft, RecoveryDraft
from desktop_app.services import case_reviews, complaints, promises, recovery
from desktop_app.services.case_reviews import ReviewDraft

_ALL: Final = 10**6
_Found = Row[uuid.UUID, uuid.UUID, uuid.UUID | None, str]
"""Keys of a case, its customer and its owner; the customer's number."""
_BEGINS: Final = 75  # days before the end on which promises come onto the record
_SHARE: Final = 0.03  # promises, of all customers; a third as many complaints
_HANDED, _ASKED, _IN_TIME, _CANNOT = 0.6, 0.3, 0.8, 0.1
_TRUE, _REVIEWED, _DECIDED = 0.8, 0.45, 0.5
_DUE: Final = (-3, 0, 1, -1, 3, 6)
"""Days from the end on which the open promises of the desk are due."""
_PROMISED: Final = (
    "周五前补送缺的两箱复印纸",
    "月底前开好增值税发票并寄出",
    "三天内给出新的报价单",
    "换一台打印机，旧机器当场带走",
    "本周内由技术员上门检修",
    "下次送货提前一天打电话",
    "把账期改回三十天，由财务确认",
)
_CHASED: Final = ("客户催问，仓库说明天发货", "客户第二次来电，语气很急", "已请后台当天回复")
_KEPT: Final = ("已送到，客户签收", "发票已寄出，告知单号", "报价已发，客户满意")
_NOT_MET: Final = ("厂家停产，已向客户说明并推荐替代型号", "财务不同意，已如实告知")
_COMPLAINTS: Final = (
    ("送货迟了一周，没人打电话说一声", "要求以后按约定时间送，这次减免运费"),
    ("送来的硒鼓型号不对，换了两次", "要求当天换对，派人来安装"),
    ("业务员换了三个，没人知道我们的合同", "要求固定一个联系人"),
    ("发票抬头开错，月底报不了账", "要求三天内重开"),
)
_ANSWERS: Final = ("已按要求处理，客户接受", "已换货并当面道歉", "已指定专人负责，客户认可")
_DONE: Final = {
    RecoveryStepKind.APOLOGISE: "电话道歉，承认是我们安排失误",
    RecoveryStepKind.EMPATHISE: "听客户讲了停工半天的麻烦，逐条记下",
    RecoveryStepKind.RESOLVE: "当天补发，司机送到前台",
    RecoveryStepKind.COMPENSATE: "减免运费并送一箱纸",
}
_LESSONS: Final = (
    ("报价晚了两周，客户已经和别家签了", True),
    ("没有问到真正拍板的人", True),
    ("公司搬走，离我们最近的店也要一小时", False),
    ("第一次投诉没有人跟进", True),
    ("客户停业清算", False),
)
_CHANGES: Final = (
    "报价三天内必须发出，逾期报店长",
    "投诉当天登记，次日回访",
    "不是我们的问题，照常维护",
)


def promise_work(world: World) -> Process:
    """People promise things over the months; on the last evening some are still open."""
    for number in range(max(6, round(len(world.buyers) * _SHARE))):
        world.start(_promise(world, number))
    for number in range(max(4, round(len(world.buyers) * _SHARE / 3))):
        world.start(_complaint(world, number))
    yield at(working_day(world.end - dt.timedelta(days=4)), 15, 20)
    _begin_recoveries(world)
    yield at(world.end, 16, 50)
    _look_back(world)
    yield at(world.end, 18)  # after the desk was cleared up
    _on_the_desk(world)


def _sometime(world: World, rng: random.Random) -> dt.datetime:
    """A moment in the last months, but for the last days."""
    day = world.end - dt.timedelta(days=rng.randrange(8, _BEGINS))
    return at(working_day(day), rng.randrange(9, 18), rng.randrange(60))


def _mine(world: World, rng: random.Random, login: str = "") -> tuple[_Found, str] | None:
    """An open case, and who works on it: somebody who is still here."""
    logins = {actor.user_id: name for name, actor in world.actors.items()}
    statement = (
        select(Case.id, Case.customer_id, Case.owner_id, Customer.number)
        .join(Customer, Customer.id == Case.customer_id)
        .where(Case.stage != CaseStage.CLOSED)
        .order_by(Case.number)
    )
    with world.looking(MANAGER) as session:
        rows = session.execute(statement).all()
    found = [
        (row, logins[row.owner_id])
        for row in rows
        if row.owner_id in logins
        and logins[row.owner_id] not in world.gone
        and row.number not in world.refused
        and login in ("", logins[row.owner_id])
    ]
    return rng.choice(found) if found else None


def _back_office(world: World, rng: random.Random) -> uuid.UUID | None:
    """Somebody who keeps what others promise; now and then nobody in particular."""
    staff = [user.login for user in world.chain.users if user.login not in world.gone]
    return world.actors[rng.choice(staff)].user_id if rng.random() < _HANDED else None


def _promise(world: World, number: int) -> Process:
    """One promise: made, perhaps asked after, kept or not, in time or late."""
    rng = world.dice("promise", number)
    yield _sometime(world, rng)
    found = _mine(world, rng)
    if found is None:
        return
    row, login = found
    today = clock.today()
    due = working_day(today + dt.timedelta(days=rng.randrange(1, 9)))
    draft = PromiseDraft(
        words=rng.choice(_PROMISED), made_on=today, due_on=due, owner_id=_back_office(world, rng)
    )
    with world.acting(login) as session:
        key = promises.register(session, row.customer_id, draft, row.id)
    if rng.random() < _ASKED:
        yield later(rng, 1, 4)
        if login in world.gone:
            return
        with world.acting(login) as session:
            promises.chase(session, key, rng.choice(_CHASED))
    lot = rng.random()
    delay = rng.randrange(1, 6) if lot > _IN_TIME else 0
    yield max(at(working_day(due + dt.timedelta(days=delay)), 17), later(rng, 0, 0))
    if login in world.gone:
        return
    is_met = rng.random() > _CANNOT
    with world.acting(login) as session:
        reply = ReplyKind.MET if is_met else ReplyKind.CANNOT_MEET
        promises.answer(session, key, reply, rng.choice(_KEPT if is_met else _NOT_MET))


def _complaint(world: World, number: int) -> Process:
    """One complaint through its steps; some stay where they are."""
    rng = world.dice("complaint", number)
    yield _sometime(world, rng)
    found = _mine(world, rng)
    if found is None:
        return
    row, login = found
    said, wanted = rng.choice(_COMPLAINTS)
    draft = ComplaintDraft(
        channel=rng.choice(list(ComplaintChannel)),
        words=said,
        owner_id=world.actors[login].user_id,
    )
    with world.acting(login) as session:
        key = complaints.listen(session, row.customer_id, draft, row.id)
    for step in range(3):
        yield later(rng, 0, 1)
        if login in world.gone:
            return
        with world.acting(login) as session:
            if step == 0:
                complaints.record(session, key, f"{said}；{wanted}")
            elif step == 1:
                complaints.verify(session, key, is_true=rng.random() < _TRUE)
            else:
                complaints.answer(session, key, ReplyKind.MET, rng.choice(_ANSWERS))


def _begin_recoveries(world: World) -> None:
    """Some days before the end faults are being made good: one finished, the others under way."""
    rng = world.dice("recoveries")
    done: set[uuid.UUID] = set()
    for steps in (4, 1, 2):
        found = _mine(world, rng)
        if found is None or found[0].id in done:
            continue
        row, login = found
        done.add(row.id)
        with world.acting(login) as session:
            draft = RecoveryDraft(
                owner_id=world.actors[LOGIN].user_id, loss=rng.randrange(2, 9) * 10_000
            )
            key = recovery.begin(session, row.id, draft)
            for step in list(RecoveryStepKind)[:steps]:
                recovery.do_step(session, key, step, _DONE[step])
            if steps == len(RecoveryStepKind):
                recovery.set_money(session, key, loss=draft.loss, compensation=10_000)


def _look_back(world: World) -> None:
    """Of half of the closed cases somebody has written down the lesson; managers decided some."""
    rng = world.dice("lessons")
    with world.looking(MANAGER) as session:
        rows = sorted(case_reviews.due(session, ReviewFilter(), _ALL), key=lambda row: row.number)
    for row in rows:
        if rng.random() > _REVIEWED:
            continue
        lesson, was_avoidable = rng.choice(_LESSONS)
        with world.acting(MANAGER) as session:
            draft = ReviewDraft(was_avoidable=was_avoidable, lesson=lesson)
            case_reviews.save(session, row.id, draft)
            if rng.random() < _DECIDED:
                changes = _CHANGES[:-1] if was_avoidable else _CHANGES[-1:]
                case_reviews.decide(session, row.id, rng.choice(changes))


def _on_the_desk(world: World) -> None:
    """What the person who opens the demo has promised and heard, late and soon."""
    rng = world.dice("promises of the desk")
    me = world.actors[LOGIN].user_id
    for place, offset in enumerate(_DUE):
        found = _mine(world, rng, LOGIN)
        if found is None:
            return
        day = world.end + dt.timedelta(days=offset)
        draft = PromiseDraft(
            words=_PROMISED[place],
            made_on=world.end - dt.timedelta(days=6),
            due_on=working_day(day) if offset > 0 else day,
            owner_id=_back_office(world, rng) if offset > 1 else None,
        )
        with world.acting(LOGIN) as session:
            key = promises.register(session, found[0].customer_id, draft, found[0].id)
            for words in _CHASED[: 2 if place == 0 else 0]:
                promises.chase(session, key, words)
    for place, (said, wanted) in enumerate(_COMPLAINTS[:3]):
        found = _mine(world, rng, LOGIN)
        if found is None:
            return
        heard = ComplaintDraft(channel=ComplaintChannel.CALL, words=said, owner_id=me)
        with world.acting(LOGIN) as session:
            key = complaints.listen(session, found[0].customer_id, heard, found[0].id)
            if place > 0:
                complaints.record(session, key, f"{said}；{wanted}")
            if place > 1:
                complaints.verify(session, key, is_true=True)
