"""Who looks after which customers of the demo: backups, a handover, and whom nobody looks after."""

import datetime as dt
import random
import uuid
from collections import defaultdict
from typing import Final

from sqlalchemy import select

from db.models import Customer, CustomerStat, User
from db.queries.tasks import TaskFilter
from db.vocabulary import CustomerClass, Fate, HandoverCause, HandoverState, Seat, TaskKind
from desktop_app import clock
from desktop_app.demo.team import LOGIN, MANAGER, Process, World, at, working_day
from desktop_app.domain.handover_drafts import HandoverDraft
from desktop_app.domain.handover_tidy import Tidy
from desktop_app.services import charge_giving, charges, handovers, tasks
from desktop_app.services.handovers import Choice

LEAVER: Final = "songtao"
_BACKUPS: Final = {
    "zhangwei": "hejiayi",
    "hejiayi": "zhangwei",
    LOGIN: "zhangwei",
    "linfeng": "lina",
    "huangtao": "majun",
    "majun": "huangtao",
    "xujing": "dingxiaoyu",
    "dingxiaoyu": "xujing",
    "gaoming": "wangfang",
    "songtao": "lina",
    "wangfang": "lina",
    "lina": "wangfang",
}
"""Who stands in for whom."""
_ALONE: Final = 6  # every so manieth small customer has no backup
_NEWCOMER: Final = "guohaoran"
_GIVER: Final = "hejiayi"
_HANDED: Final = 26  # customers of the leaver that are handed over
_TAKEN, _LEFT = 0.15, 0.25
"""Shares of them: those who had gone along, and those for whom there is nobody yet."""
_OWN: Final = 3  # of them to whoever opens the demo, who has not answered yet
_ROTATES: Final = 745  # days before the end since when somebody is in charge: more than two years
_TOLD: Final = 0.8

Line = tuple[uuid.UUID, str, str]
"""A customer: key, number, class."""


def charge_work(world: World) -> Process:
    """Backups after a month, one newcomer, and a handover some weeks after somebody left."""
    yield at(working_day(clock.today() + dt.timedelta(days=150)), 16)
    _name_backups(world)
    yield at(working_day(world.end - dt.timedelta(days=25)), 10)
    _begin_with(world)
    yield at(working_day(world.end - dt.timedelta(days=20)), 11)
    _give_up(world)
    yield at(working_day(world.end - dt.timedelta(days=4)), 14)
    _hand_over(world)
    yield at(working_day(world.end - dt.timedelta(days=2)), 9, 30)
    _answer(world)


def _charges_of(world: World, login: str | None) -> list[Line]:
    """Customers somebody is in charge of, or nobody; class A first, by number."""
    key = None if login is None else world.id_of(login)
    with world.looking(MANAGER) as session:
        found = session.execute(
            select(Customer.id, Customer.number, CustomerStat.klass)
            .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
            .where(
                Customer.owner_id.is_(None) if key is None else Customer.owner_id == key,
                Customer.do_not_contact.is_(False),
                Customer.is_deceased.is_(False),
            )
            .order_by(CustomerStat.klass, Customer.number)
        )
        return [(row[0], row[1], row[2]) for row in found]


def _name_backups(world: World) -> None:
    """All good customers have a backup, and most of the small ones."""
    for owner, backup in _BACKUPS.items():
        keys = [
            key
            for place, (key, _number, klass) in enumerate(_charges_of(world, owner))
            if klass in (CustomerClass.A, CustomerClass.B) or place % _ALONE
        ]
        if keys:
            with world.acting(MANAGER) as session:
                charge_giving.set_holders(session, keys, Seat.BACKUP, world.id_of(backup))


def _begin_with(world: World) -> None:
    """Somebody new gets a few small customers; somebody has been in charge for two years."""
    small = [key for key, _number, klass in _charges_of(world, _GIVER) if klass == CustomerClass.C]
    if given := small[::3]:
        with world.acting("sunli") as session:
            user_id = world.id_of(_NEWCOMER)
            charge_giving.set_holders(session, given, Seat.PRIMARY, user_id)
    for key, _number, _klass in _charges_of(world, None)[:2]:
        with world.acting(MANAGER) as session:
            since = world.end - dt.timedelta(days=_ROTATES)
            charges.set_holder(session, key, Seat.PRIMARY, world.id_of("huangtao"), since)


def _give_up(world: World) -> None:
    """Nobody looks after some small customers any more: there is too much to do."""
    for key, _number, _klass in _charges_of(world, "gaoming")[-3:]:
        with world.acting(MANAGER) as session:
            charges.set_holder(session, key, Seat.PRIMARY, None)


# ---------------------------------------------------------------- the handover


def _hand_over(world: World) -> None:
    """The best customers of the leaver go to others; some had gone along, the rest waits."""
    mine = _charges_of(world, LEAVER)
    given = mine[:_HANDED]
    if not given:
        return
    numbers = {key: number for key, number, _klass in given}
    draft = HandoverDraft(
        from_id=world.id_of(LEAVER),
        cause=HandoverCause.LEFT,
        on=clock.today(),
        customer_ids=tuple(numbers),
        note="宋涛离职，先交接重要客户；其余客户本月内分完。",
    )
    with world.acting(MANAGER) as session:
        found = handovers.propose(session, draft)
        names = {key: numbers[key] for key, _seat in found.choices}
        choices: dict[tuple[uuid.UUID, Seat], Choice] = dict(
            sorted(found.choices.items(), key=lambda each: (names[each[0][0]], each[0][1]))
        )
        ranked = [key for key, _number, _klass in given]
        for key in ranked[1 : 1 + _OWN]:
            choices[key, Seat.PRIMARY] = world.id_of(LOGIN)
            if choices.get((key, Seat.BACKUP)) == world.id_of(LOGIN):
                del choices[key, Seat.BACKUP]
        taken, left = (max(1, round(len(ranked) * share)) for share in (_TAKEN, _LEFT))
        for place, key in enumerate(reversed(ranked[1 + _OWN :])):
            if place < taken + left:
                fate = Fate.TAKEN_ALONG if place < taken else Fate.LEFT_UNATTENDED
                choices[key, Seat.PRIMARY] = fate
                choices.pop((key, Seat.BACKUP), None)
        checked = dict.fromkeys(ranked, (Tidy.NO_PHONE, Tidy.NO_ADDRESS))
        handovers.hand_over(session, draft, choices, checked)


def _answer(world: World) -> None:
    """The receivers answer, but for whoever opens the demo; one has no room."""
    rng = world.dice("handover")
    with world.looking(MANAGER) as session:
        logins = {row.id: row.login for row in session.scalars(select(User))}
        made = handovers.list_handovers(session)
        found = handovers.lines(session, made[0].id) if made else []
    waiting: dict[str, list[uuid.UUID]] = defaultdict(list)
    for line in sorted(found, key=lambda line: (line.customer_number, line.seat)):
        if line.to_id is not None and line.state is HandoverState.WAITING:
            waiting[logins[line.to_id]].append(line.id)
    waiting.pop(LOGIN, None)
    for place, login in enumerate(sorted(waiting)):
        keys = waiting[login]
        if place == 0 and len(keys) > 1:
            with world.acting(login) as session:
                handovers.decline(session, [keys.pop()], "手上已满，下月才能接。")
        with world.acting(login) as session:
            handovers.accept(session, keys)
        _tell(world, login, rng)


def _tell(world: World, login: str, rng: random.Random) -> None:
    """Most customers are told at once who looks after them now."""
    with world.looking(login) as session:
        wanted = TaskFilter(owner_id=world.id_of(login), kinds=frozenset({TaskKind.TELL_CUSTOMER}))
        rows = sorted(tasks.list_tasks(session, wanted, limit=1000), key=lambda row: row.words)
    for row in rows:
        if rng.random() < _TOLD:
            with world.acting(login) as session:
                tasks.finish(session, row.id, "已电话告知，客户表示知道了。")
