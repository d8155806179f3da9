"""Offers in the demo: proposed by the rules or against them, agreed to, answered, redeemed."""

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from typing import Final

from db.queries.cases import CaseFilter
from db.queries.offers import CaseOfferRow
from db.queries.paging import Sort
from db.vocabulary import Approach, CaseStage, CostKind, OfferState
from desktop_app import clock
from desktop_app.demo.phrases import OFFER_REASONS, REFUSALS
from desktop_app.demo.team import HEAD, MANAGER, Process, World, at, later, working_day
from desktop_app.domain import coupon_codes
from desktop_app.domain.offers import Need
from desktop_app.errors import ConflictError
from desktop_app.services import (
    cases,
    costs,
    coupons,
    offer_approvals,
    offer_budget,
    offer_options,
    offers,
    staff,
)
from desktop_app.services.costs import CostDraft
from desktop_app.services.offer_options import Option

_ALL: Final = 10**6
_AT_WORK: Final = frozenset(
    {CaseStage.CONTACTING, CaseStage.INTERVIEWED, CaseStage.DIAGNOSED, CaseStage.PLAN_AGREED}
)
_BUDGET: Final = (120_000, 250_000)
_BY_RULE, _AGREED, _ACCEPTED, _REDEEMED = 0.72, 0.78, 0.86, 0.45
_COUPON: Final = 0.6
_ASKED: Final = 4  # proposals of the last day that need somebody's yes
_LEFT: Final = 4  # days before the end whose proposals still wait


def budgets(world: World, first: dt.date) -> Process:
    """Head office gives each store a budget for every month of the demo."""
    yield at(working_day(first), 8, 40)
    rng = world.dice("budgets")
    with world.looking(HEAD) as session:
        stores = [store.id for store in staff.list_stores(session)]
    months = dict.fromkeys(
        offer_budget.month_of(first + dt.timedelta(days=number))
        for number in range((world.end - first).days + 1)
    )
    for month in months:
        for store in stores:
            amount = rng.randrange(*_BUDGET, 10_000)
            with world.acting(HEAD) as session:
                offer_budget.set_budget(session, store, month, amount)


def make_offer(
    world: World, worker: str, case_id: uuid.UUID, number: str, approach: Approach
) -> Iterator[dt.datetime]:
    """Propose an offer in a case, wait for a yes where it needs one, and hear the customer."""
    rng = world.dice("offer", number)
    with world.looking(worker) as session:
        found = offer_options.options(session, case_id).options
    if not found:
        return
    chosen = _choose(found, approach, rng)
    words = rng.choice(OFFER_REASONS)
    try:
        with world.acting(worker) as session:
            row = offers.propose(session, case_id, chosen.offer.id, words)
    except ConflictError:  # the customer is left alone for comparison
        return
    if row.state is OfferState.WAITING:
        if (world.end - clock.today()).days <= _LEFT:
            return
        yield later(rng, 0, 2)
        if not _decide(world, row, rng):
            return
    yield later(rng, 0, 2)
    _hear(world, worker, row, rng)


def coupon_returns(world: World, worker: str, code: str, number: str) -> Process:
    """A customer comes to the counter with a coupon."""
    rng = world.dice("coupon", number)
    yield later(rng, 3, 20)
    with world.acting(worker) as session:
        coupons.redeem(session, code)


def last_proposals(world: World) -> Process:
    """On the last day some ask for more than they may give by themselves: the inbox has work."""
    yield at(world.end, 10, 20)
    rng = world.dice("proposals")
    asked = 0
    wanted = CaseFilter(open_only=True, stages=_AT_WORK)
    with world.looking(MANAGER) as session:
        rows = cases.list_cases(session, wanted, Sort("number"), 0, _ALL)
    for row in rows:
        login = next((who for who, one in world.actors.items() if one.user_id == row.owner_id), "")
        if asked == _ASKED or not login:
            continue
        with world.looking(login) as session:
            found = offer_options.options(session, row.id).options
        dear = sorted((one for one in found if one.needs), key=lambda one: one.offer.code)
        if dear and rng.random() < _BY_RULE:
            with world.acting(login) as session:
                offers.propose(session, row.id, dear[0].offer.id, rng.choice(OFFER_REASONS))
            asked += 1


def _choose(found: tuple[Option, ...], approach: Approach, rng: random.Random) -> Option:
    """What the rules say, or something else of the kind that was agreed on."""
    if found[0].is_suggested and rng.random() < _BY_RULE:
        return found[0]
    with_coupon = [one for one in found if one.offer.is_coupon and not one.needs]
    if with_coupon and approach is not Approach.RELATIONSHIP and rng.random() < _COUPON:
        return min(with_coupon, key=lambda one: one.offer.code)
    kind = sorted(
        (one for one in found if one.offer.approach is approach), key=lambda one: one.offer.code
    )
    return rng.choice(kind or sorted(found, key=lambda one: one.offer.code))


def _decide(world: World, row: CaseOfferRow, rng: random.Random) -> bool:
    """Somebody who may says yes or no; whether the offer may be made."""
    agreed = rng.random() < _AGREED
    with world.looking(HEAD) as session:
        waiting = {one.id: one for one in offer_approvals.waiting(session)}
    if row.id not in waiting:
        return False  # the case was closed meanwhile
    login = HEAD if Need.BUDGET in waiting[row.id].needs else MANAGER
    note = "" if agreed else rng.choice(REFUSALS)
    try:
        with world.acting(login) as session:
            offer_approvals.decide(session, row.id, approve=agreed, note=note)
    except ConflictError:  # nothing may be offered to the customer any more
        return False
    return agreed


def _hear(world: World, worker: str, row: CaseOfferRow, rng: random.Random) -> None:
    accepted = rng.random() < _ACCEPTED
    code = ""
    try:
        with world.acting(worker) as session, coupon_codes.drawn_with(rng):
            code = offers.answer(session, row.id, accepted=accepted)
    except ConflictError:  # closed or refused meanwhile
        return
    if rng.random() < _REDEEMED and code:
        world.start(coupon_returns(world, worker, code, row.case_number))
    minutes = rng.choice((20, 30, 45, 60))
    with world.acting(worker) as session:
        draft = CostDraft(kind=CostKind.MINUTES, minutes=minutes, note="沟通与落实方案")
        costs.add(session, row.case_id, draft)
