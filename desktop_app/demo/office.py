"""What the office of the simulated chain does: import, scan, decide, hand out cases."""

import datetime as dt
import hashlib
import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from db.models import Customer
from db.queries.cases import CaseFilter, CaseRow
from db.queries.paging import Sort
from db.queries.signals import SignalFilter, SignalRow
from db.session import Session
from db.vocabulary import CaseStage, CustomerClass, ImportKind, MatchKey, RuleKind, UnknownCustomer
from desktop_app import clock
from desktop_app.demo.buyers import order_rows
from desktop_app.demo.case_work import Job, work_on
from desktop_app.demo.chain import Story, pick
from desktop_app.demo.phrases import DISMISSALS
from desktop_app.demo.staff_work import sign_out
from desktop_app.demo.team import MANAGER, Process, World, at, working_day
from desktop_app.domain.cases import OpenDraft
from desktop_app.progress import Silent
from desktop_app.services import cases, detection, imports, journal, triage
from desktop_app.services.import_customers import CustomerImport
from desktop_app.services.import_orders import OrderChoices, OrderImport
from desktop_app.services.imports import Outcome, Source

_ALL: Final = 10**6
_ACCEPTED: Final = {CustomerClass.A: 0.9, CustomerClass.B: 0.75, CustomerClass.C: 0.5}
_SHARE_OF_CASES: Final = 0.036  # cases opened from signals, of all customers
_FIRST_ROUND: Final = 0.4
_ROUNDS_BACK: Final = (120, 80, 40, 11, 1)  # days before the end on which orders arrive


def begin(end: dt.date) -> dt.date:
    """The day on which the chain starts to work with the program."""
    return working_day(end - dt.timedelta(days=_ROUNDS_BACK[0]))


def office(world: World, founded: dt.date) -> Process:
    """Months in the office: the customers come in when the workspace is new, then the orders."""
    yield at(founded, 8, 30)
    _import_customers(world)
    _import_orders(world)
    for number, back in enumerate(_ROUNDS_BACK):
        day = working_day(world.end - dt.timedelta(days=back))
        yield at(min(day, world.end), 8, 50)
        _import_orders(world)
        yield at(min(day, world.end), 9, 20)
        with world.acting(MANAGER) as session:
            detection.scan(session, Silent(), clock.today())
        yield at(min(day, world.end), 10, 5)
        _decide(world, number)
        yield at(min(day, world.end), 11, 15)
        _hand_out(world)
        if number == 1:
            yield from _a_mistake(world)


def cancellation(world: World, number: int) -> Process:
    """A customer calls and wants to cancel; whoever takes the call takes the case."""
    rng = world.dice("cancellation", number)
    days = (world.end - begin(world.end)).days
    day = working_day(begin(world.end) + dt.timedelta(days=rng.randrange(5, max(6, days - 3))))
    yield at(day, rng.randrange(9, 18), rng.randrange(60))
    customer = rng.choice(sorted(world.buyers))
    story = _story(world, rng)
    draft = OpenDraft(kind=RuleKind.CANCEL_REQUEST, what_happened=rng.choice(story.said))
    agents = [user for user in world.workers("") if user.role == "agent"]
    worker = rng.choice(agents).login
    with world.looking(MANAGER) as session:
        wanted = CaseFilter(customer_id=world.customer_ids[customer])
        if cases.count_cases(session, wanted):
            return
    with world.acting(worker) as session:
        case_id = cases.open_case(session, world.customer_ids[customer], draft)
    with world.acting(worker) as session:
        if not cases.take(session, case_id).assigned:
            return
    with world.looking(worker) as session:
        row = cases.case_file(session, case_id).row
    world.buyers[customer].leaves_on = min(world.buyers[customer].leaves_on, clock.today())
    world.start(work_on(world, _job(row, worker, story)))


def somebody_leaves(world: World) -> Process:
    """A salesman leaves: half of his cases are handed on, the others wait to be noticed."""
    leaver = next(user for user in world.chain.users if user.leaves and user.cases)
    yield at(working_day(world.end - dt.timedelta(days=40)), 17, 30)
    sign_out(world, leaver.login)
    yield at(working_day(world.end - dt.timedelta(days=38)), 9, 40)
    with world.looking(MANAGER) as session:
        left = cases.list_cases(
            session,
            CaseFilter(owner_id=world.id_of(leaver.login), open_only=True),
            Sort("number"),
            0,
            _ALL,
        )
    early = [one for one in left if one.stage in (CaseStage.ASSIGNED, CaseStage.CONTACTING)]
    rng = world.dice("handing on")
    _assign(world, rng, "majun", early[::2])


# Import ------------------------------------------------------------------------------------------


def source(world: World, kind: ImportKind, file_name: str) -> Source:
    """A file that somebody brings, by its name."""
    digest = hashlib.sha256(f"{world.seed} {file_name}".encode()).hexdigest()
    return Source(kind, file_name, digest, {"kind": kind.value})


def _import_customers(world: World) -> None:
    rows = [buyer.customer_row(place) for place, buyer in enumerate(world.buyers.values(), 2)]
    with world.acting(MANAGER) as session:
        outcome = Outcome(is_dry=False)
        file = source(world, ImportKind.CUSTOMERS, "客户档案.xlsx")
        CustomerImport(session, file, MatchKey.NUMBER, outcome).take(rows, Silent())
        imports.finish_job(session, outcome, len(outcome.rejected))
    with world.looking(MANAGER) as session:
        found = session.execute(select(Customer.number, Customer.id))
        world.customer_ids.update((row[0], row[1]) for row in found)


def _import_orders(world: World) -> None:
    yesterday = clock.today() - dt.timedelta(days=1)
    rows, count = order_rows(list(world.buyers.values()), yesterday, world.chain, world.orders + 1)
    world.orders += count
    choices = OrderChoices(MatchKey.NUMBER, UnknownCustomer.REJECT)
    with world.acting(MANAGER) as session:
        outcome = Outcome(is_dry=False)
        file = source(world, ImportKind.ORDERS, f"销售明细_{yesterday:%Y%m%d}.csv")
        OrderImport(session, file, choices, outcome).take(rows, {}, set(), Silent())
        imports.finish_job(session, outcome, len(outcome.rejected))


# Signals -----------------------------------------------------------------------------------------


def _open_signals(session: Session) -> list[SignalRow]:
    rows = triage.list_signals(session, SignalFilter(), None, 0, _ALL)
    return sorted(rows, key=lambda row: (-row.spend_window, row.customer_number, row.kind))


def _decide(world: World, number: int) -> None:
    """Accept what is worth it, dismiss what is explained, put some off, leave the rest."""
    rng = world.dice("decide", number)
    with world.looking(MANAGER) as session:
        waiting = _open_signals(session)
    share = _FIRST_ROUND if number == 0 else (1 - _FIRST_ROUND) / (len(_ROUNDS_BACK) - 1)
    room = max(4, round(len(world.buyers) * _SHARE_OF_CASES * share))
    accepted: list[SignalRow] = []
    snoozed: dict[str, list[SignalRow]] = defaultdict(list)
    dismissed: dict[tuple[str, str], list[SignalRow]] = defaultdict(list)
    for row in waiting:
        lot = rng.random()
        if lot < _ACCEPTED[row.klass] and len(accepted) < room:
            accepted.append(row)
        elif lot > 0.93:  # noqa: PLR2004
            dismissed[_decider(world, row), rng.choice(DISMISSALS)].append(row)
        elif lot > 0.88:  # noqa: PLR2004
            snoozed[_decider(world, row)].append(row)
    if accepted:
        with world.acting(MANAGER) as session:
            triage.accept(session, [row.id for row in accepted])
    for (login, reason), rows in dismissed.items():
        with world.acting(login) as session:
            triage.dismiss(session, [row.id for row in rows], reason)
    for login, rows in snoozed.items():
        with world.acting(login) as session:
            until = clock.today() + dt.timedelta(days=30)
            triage.snooze(session, [row.id for row in rows], until)


def _decider(world: World, row: SignalRow) -> str:
    """Who sets a signal aside: the manager of the customer's store, or of all stores."""
    store = world.buyers[row.customer_number].store.code
    heads = [user for user in world.chain.users if user.role == "store_manager"]
    return next((user.login for user in heads if user.store == store), MANAGER)


def _a_mistake(world: World) -> Process:
    """Somebody dismisses the wrong signal and takes it back."""
    with world.looking("gaoming") as session:
        waiting = _open_signals(session)
    if not waiting:
        return
    with world.acting("gaoming") as session:
        triage.dismiss(session, [waiting[0].id], "点错了")
    change_set = session.info["changes"].change_set_id
    yield clock.now() + dt.timedelta(minutes=3)
    with world.acting("gaoming") as session:
        journal.undo(session, change_set)


# Cases -------------------------------------------------------------------------------------------


def _hand_out(world: World) -> None:
    """Give the new cases to the team; some wait, some are held back by the screening."""
    today = clock.today()
    with world.looking(MANAGER) as session:
        wanted = CaseFilter(opened_from=today, opened_until=today, unassigned=True, open_only=True)
        fresh = cases.list_cases(session, wanted, Sort("number"), 0, _ALL)
    rng = world.dice("hand out", today)
    lots: dict[str, list[CaseRow]] = defaultdict(list)
    for row in fresh:
        lot = rng.random()
        if lot < 0.04:  # noqa: PLR2004  (nobody has time)
            continue
        if lot < 0.075:  # noqa: PLR2004
            _screen(world, row)
            continue
        store = world.buyers[row.customer_number].store.code
        workers = [(user, 1.0 if user.store == store else 0.6) for user in world.workers(store)]
        lots[pick(rng, workers).login].append(row)
    for login in sorted(lots):
        _assign(world, rng, login, lots[login])


def _screen(world: World, row: CaseRow) -> None:
    buyer = world.buyers[row.customer_number]
    if "do_not_contact" in buyer.values or "switch_dates" in buyer.values:
        return
    with world.acting(MANAGER) as session:
        cases.move(session, row.id, CaseStage.SCREENED, "初筛通过，等待分派。")


def _assign(world: World, rng: random.Random, login: str, rows: Sequence[CaseRow]) -> None:
    if not rows:
        return
    user_id = world.actors[login].user_id
    if user_id is None:
        return
    with world.acting(MANAGER) as session:
        result = cases.assign(session, [row.id for row in rows], user_id)
    held = {one.case_id for one in result.screened}
    for row in rows:
        if row.id not in held:
            world.start(work_on(world, _job(row, login, _story(world, rng))))


def _job(row: CaseRow, worker: str, story: Story) -> Job:
    return Job(row.id, row.number, row.customer_number, row.kind, row.klass, worker, story)


def _story(world: World, rng: random.Random) -> Story:
    return pick(rng, [(story, float(story.weight)) for story in world.chain.stories])
