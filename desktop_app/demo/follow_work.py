"""What the person who opens the demo follows up: renewals, tasks, a win-back visit, a report."""

import datetime as dt
import uuid
from contextlib import suppress
from typing import Final

from sqlalchemy import select

from db.models import Case, Customer, CustomerStat
from db.queries.cases import CaseFilter, CaseRow
from db.queries.paging import Sort
from db.queries.visits import VisitFilter
from db.vocabulary import CaseStage, Channel, CustomerClass, TaskKind, VisitState, WinBackStepKind
from desktop_app import clock
from desktop_app.demo.team import HEAD, LOGIN, MANAGER, Process, World, at, working_day
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.domain.tasks import TaskDraft
from desktop_app.domain.visits import CaseVisitDraft, InformalDraft, VisitReport
from desktop_app.domain.win_back import ContactDraft, PlanDraft, PlanItemDraft
from desktop_app.errors import ConflictError
from desktop_app.services import cases, renewals, tasks, visits, win_back

_ALL: Final = 10**6
_PRODUCTS: Final = (
    "打印机维保服务（年）",
    "饮用水配送年卡",
    "复印机租赁合同",
    "耗材框架协议",
    "保洁用品月供",
    "办公软件授权",
)
_EXPIRE: Final = (25, 14, 6, 10, -2, -8)
"""Days from the end on which they expire: three to tell, one told, one renewed, one lapsed."""
_YEAR: Final = dt.timedelta(days=365)
_STAGES: Final = (CaseStage.PLAN_AGREED, CaseStage.DIAGNOSED, CaseStage.INTERVIEWED)


def follow_work(world: World) -> Process:
    """Renewals come in early, tasks some days before the end, the visit in the last week."""
    yield at(working_day(world.end - dt.timedelta(days=32)), 11)
    known = _good_customers(world)
    written = _write_renewals(world, known) if known else []
    yield at(working_day(world.end - dt.timedelta(days=9)), 15, 30)
    if written:
        _settle_renewals(world, written)
    if known := _good_customers(world):
        _give_tasks(world, known)
    yield at(world.end, 10, 40)
    if known := _good_customers(world):
        _report(world, known)
    yield at(world.end, 18)  # after the desk was cleared up
    _win_back(world)


def _good_customers(world: World) -> list[uuid.UUID]:
    """Good customers who are not leaving, those of whoever opens the demo first."""
    me = world.id_of(LOGIN)
    with world.looking(MANAGER) as session:
        known = cases.list_cases(session, CaseFilter(), Sort("number"), 0, _ALL)
        troubled = {row.customer_number for row in known}
        found = session.execute(
            select(Customer.id, Customer.owner_id, Customer.number, CustomerStat.klass)
            .join(CustomerStat, CustomerStat.customer_id == Customer.id)
            .where(Customer.do_not_contact.is_(False), Customer.is_deceased.is_(False))
        ).all()
    rows = sorted(found, key=lambda row: (row.owner_id != me, row.klass, row.number))
    calm = [row for row in rows if row.number not in troubled]
    good = [row for row in calm if row.owner_id == me or row.klass != CustomerClass.C]
    return [row.id for row in good or calm]


# ---------------------------------------------------------------- renewals


def _write_renewals(world: World, known: list[uuid.UUID]) -> list[uuid.UUID]:
    found = []
    for place, (product, days) in enumerate(zip(_PRODUCTS, _EXPIRE, strict=True)):
        draft = RenewalDraft(
            product=product,
            expires_on=world.end + dt.timedelta(days=days),
            fee=(place + 2) * 60_000,
            owner_id=world.id_of(LOGIN),
        )
        with world.acting(LOGIN) as session:
            found.append(renewals.add(session, known[place % len(known)], draft))
    return found


def _settle_renewals(world: World, written: list[uuid.UUID]) -> None:
    """One customer was told, one renews for a year, one does not."""
    *_open, told, renewed, lapsed = written
    with suppress(ConflictError), world.acting(LOGIN) as session:  # the customer refused meanwhile
        renewals.notify(session, told, "已电话告知到期日，客户说月底前答复。")
    with world.acting(LOGIN) as session:
        until = world.end + dt.timedelta(days=_EXPIRE[-2]) + _YEAR
        renewals.renewed(session, renewed, until, "续一年，价格不变。")
    with world.acting(LOGIN) as session:
        renewals.lapsed(session, lapsed, "客户已改用云打印，不再续。")


# ---------------------------------------------------------------- tasks


def _give_tasks(world: World, known: list[uuid.UUID]) -> None:
    """One task of each kind that people give; the talk about an upgrade went to a technician."""
    given = (
        (TaskKind.OLD_ISSUE, "去年退货的两箱硒鼓还没有开红字发票，先解决再谈新单", LOGIN, -3),
        (TaskKind.UPGRADE_TALK, "机器已用四年，问客户是否换双面高速机", LOGIN, 0),
        (TaskKind.OTHER, "整理本店A类客户的年度采购清单，周会上用", LOGIN, 2),
        (TaskKind.UPGRADE_TALK, "问客户是否加装第二台扫描仪", "zhangwei", -4),
        (TaskKind.TELL_CUSTOMER, "告知客户：下月起由专人对账，不再打总机", "pengxiuying", 3),
        (TaskKind.FIND_RECEIVER, "宋涛的客户还没有分完，请定接手人", MANAGER, 1),
        (TaskKind.IMPROVEMENT, "送货前一天由调度统一电话预约，避免客户空等", MANAGER, 5),
    )
    for place, (kind, words, login, days) in enumerate(given):
        due = world.end + dt.timedelta(days=days)
        draft = TaskDraft(
            kind=kind,
            words=words,
            owner_id=world.id_of(login),
            due_on=working_day(due) if days > 0 else due,
            customer_id=known[(place + 3) % len(known)],
        )
        with world.acting(HEAD) as session:
            key = tasks.add(session, draft)
        if kind is TaskKind.UPGRADE_TALK and login != LOGIN:
            with world.acting(MANAGER) as session:
                after = working_day(world.end + dt.timedelta(days=4))
                answer = "客户同意加装一台，要求月底前装好。"
                tasks.pass_on(session, key, answer, world.id_of("hanlei"), after)


# ---------------------------------------------------------------- visits


def _report(world: World, known: list[uuid.UUID]) -> None:
    """A visit of yesterday is reported with the satisfaction; somebody was met by chance."""
    yesterday = clock.today() - dt.timedelta(days=1)
    customer_id = known[0]
    with world.looking(LOGIN) as session:
        planned = frozenset({VisitState.PLANNED})
        wanted = VisitFilter(customer_id=customer_id, by_id=world.id_of(LOGIN), states=planned)
        mine = visits.list_visits(session, wanted)
    if not mine:
        with world.acting(LOGIN) as session:
            draft = VisitDraft(
                planned_on=yesterday,
                purpose="季度回访，了解近期采购计划",
                state=VisitState.DONE,
                done_on=yesterday,
            )
            visit_id = visits.plan_visit(session, None, customer_id, draft)
    else:
        visit_id = mine[0].id
    said = VisitReport(
        done_on=yesterday,
        met="行政主管",
        note="送样品册，客户对送货速度满意，希望对账单每月五号前到。",
        gift="台历两本",
        satisfaction=4,
        next_step="下月五号前寄对账单，再打电话确认。",
    )
    with world.acting(LOGIN) as session:
        visits.report(session, visit_id, said)
    with world.acting(LOGIN) as session:
        met = InformalDraft(
            on=yesterday, channel=Channel.VISIT, met="采购员", note="在行业展会上碰到，问了新品。"
        )
        visits.record_informal(session, known[min(1, len(known) - 1)], met)


def _win_back(world: World) -> None:
    """Three of the six steps of winning a customer back are done, the visit is planned."""
    row = _spoken_with(world)
    if row is None:
        return
    planned = CaseVisitDraft(
        planned_on=working_day(world.end + dt.timedelta(days=2)),
        starts_at=dt.time(10),
        minutes=60,
        purpose="上门道歉，确认补救方案",
        is_win_back=True,
        name_verified=True,
        address_verified=True,
    )
    with world.acting(LOGIN) as session:
        visits.plan_visit(session, row.id, row.customer_id, planned)
    met = ContactDraft(channel=Channel.CALL, apologised=True, listened=True)
    with world.acting(LOGIN) as session:
        win_back.save_step(session, row.id, WinBackStepKind.CONTACT, met)
    agreed = PlanDraft(
        displeasure_resolved=True,
        opinions="送货要提前一天打电话；发票月底前开好；换一个固定联系人。",
        items=(
            PlanItemDraft(
                words="指定固定联系人，并书面告知客户",
                due_on=working_day(world.end + dt.timedelta(days=4)),
            ),
        ),
        agreed=True,
    )
    with world.acting(LOGIN) as session:
        win_back.save_step(session, row.id, WinBackStepKind.PLAN, agreed)


def _spoken_with(world: World) -> CaseRow | None:
    """An own case in which somebody spoke to the customer."""
    wanted = CaseFilter(owner_id=world.id_of(LOGIN), open_only=True, stages=frozenset(_STAGES))
    with world.looking(LOGIN) as session:
        rows = cases.list_cases(session, wanted, Sort("number"), 0, _ALL)
        rows.sort(key=lambda row: (_STAGES.index(row.stage), row.number))
        for row in rows:
            first = win_back.read(session, row.id).timing.first
            if first is not None and session.get_one(Case, row.id).next_step is not None:
                return row
    return None
