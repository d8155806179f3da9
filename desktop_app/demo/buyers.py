"""Invented customers and what they buy: own rhythm, seasons, and departures of every kind."""

import datetime as dt
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from db.vocabulary import CustomerKind, RuleKind
from desktop_app.demo.chain import Chain, Good, StoreFacts, dice, pick
from desktop_app.services.import_customers import CustomerRow
from desktop_app.services.import_orders import OrderRow

COMPANIES = 0.6  # of all customers
HISTORY_DAYS = 730
_SEASON = (1.0, 0.62, 1.18, 1.05, 1.0, 0.95, 0.85, 1.05, 1.3, 1.0, 1.1, 1.12)
"""How much more or less is bought in each month: Spring Festival, both school terms, year end."""
_DEPARTING = (
    (RuleKind.LAPSING, 0.13),
    (RuleKind.PARTIAL_SHARE, 0.03),
    (RuleKind.PRODUCT_LINE_STOP, 0.03),
    (RuleKind.VALUE_DOWNGRADE, 0.03),
    (None, 0.78),
)
_QUARTERS = {0: (1, 2, 3, 4), 1: (1, 1, 1, 1), 2: (3, 2, 1, 3)}
"""When customers leave, by quarter and thirds of size: the shapes of requirements 2.14."""
_RETURNS = 0.015
_SELDOM = ("办公家具", "数码设备")
_SELDOM_SHARE = 0.05  # of the orders of companies


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order."""

    good: Good
    quantity: int


@dataclass(slots=True)
class Buyer:
    """One invented customer, with the day of the next order."""

    number: str
    name: str
    kind: CustomerKind
    store: StoreFacts
    values: dict[str, object]
    owner: str
    contact: str
    interval: float  # mean days between orders
    size: float  # mean amount of an order, minor units
    lines: tuple[str, ...]
    leaving: RuleKind | None
    leaves_on: dt.date
    rng: random.Random
    next_on: dt.date
    back_on: dt.date | None = field(default=None)

    def customer_row(self, row: int) -> CustomerRow:
        """The customer as a row of an import."""
        return CustomerRow(
            row, dict(self.values), store=self.store.code, owner=self.owner, contact=self.contact
        )

    def win_back(self, day: dt.date) -> None:
        """Buy again from a day on."""
        self.back_on = day
        self.next_on = max(self.next_on, day)

    def orders_until(self, day: dt.date, chain: Chain) -> Iterator[tuple[dt.date, list[Line]]]:
        """Orders since the last time up to and including a day."""
        while self.next_on <= day:
            on = self.next_on
            season = _SEASON[on.month - 1]
            gone = self.leaves_on <= on and (self.back_on is None or on < self.back_on)
            wait = self.rng.gammavariate(7, self.interval / 7) / season
            if gone and self.leaving is RuleKind.PARTIAL_SHARE:
                wait *= 1.1
            self.next_on = on + dt.timedelta(days=max(1, round(wait)))
            while self.next_on.weekday() == 6:  # noqa: PLR2004  (closed on Sundays)
                self.next_on += dt.timedelta(days=1)
            if gone and self.leaving is RuleKind.LAPSING:
                continue
            yield on, self._basket(chain, season, gone=gone)

    def _basket(self, chain: Chain, season: float, *, gone: bool) -> list[Line]:
        wanted = list(self.lines)
        size = self.size * season
        if gone and self.leaving is RuleKind.PRODUCT_LINE_STOP and len(wanted) > 1:
            wanted = wanted[1:]
        if gone and self.leaving is RuleKind.PARTIAL_SHARE:
            size *= 0.12
        if gone and self.leaving is RuleKind.VALUE_DOWNGRADE:
            size *= 0.22
        count = max(len(wanted), self.rng.choice((1, 1, 2)))
        budget = max(1500.0, self.rng.lognormvariate(math.log(size), 0.35))
        lines = [
            self._line(chain.goods[wanted[place % len(wanted)]], budget / count)
            for place in range(count)
        ]
        if not gone and self.kind is CustomerKind.COMPANY and self.rng.random() < _SELDOM_SHARE:
            lines.append(Line(self.rng.choice(chain.goods[self.rng.choice(_SELDOM)]), 1))
        return lines

    def _line(self, goods: Sequence[Good], budget: float) -> Line:
        fitting = [good for good in goods if good.price <= budget * 1.5] or [goods[-1]]
        good = self.rng.choice(fitting)
        return Line(good, max(1, round(budget / good.price)))


def make_buyers(
    chain: Chain, count: int, seed: int, end: dt.date, first_work: dt.date
) -> list[Buyer]:
    """Invent customers; the same for the same arguments."""
    return [
        _make(chain, place, dice(seed, "buyer", place), end, first_work) for place in range(count)
    ]


def _make(chain: Chain, place: int, rng: random.Random, end: dt.date, first_work: dt.date) -> Buyer:
    is_company = rng.random() < COMPANIES
    store = rng.choice(chain.stores)
    name = company_name(rng, chain, store) if is_company else person_name(rng, chain)
    number = f"{'Q' if is_company else 'G'}{100001 + place}"
    rank = rng.random()  # size of the customer: the largest decile spends most
    interval = rng.lognormvariate(math.log(44 if is_company else 95), 0.45) * (1.25 - rank / 2)
    size = rng.lognormvariate(math.log(45_000 if is_company else 11_000), 0.5) * (0.5 + 2 * rank**4)
    start = end - dt.timedelta(days=HISTORY_DAYS)
    if rng.random() < 0.25:  # noqa: PLR2004  (joined within the two years)
        start += dt.timedelta(days=rng.randrange(HISTORY_DAYS - 200))
    leaving = pick(rng, _DEPARTING)
    if leaving is RuleKind.VALUE_DOWNGRADE:
        size, interval = size * 3, min(interval, 30.0)
    if leaving is RuleKind.PARTIAL_SHARE:
        interval = min(interval, 30.0)
    if leaving is RuleKind.PRODUCT_LINE_STOP:
        interval = min(interval, 19.0)
    lines = _lines(rng, chain, interval)
    return Buyer(
        number=number,
        name=name,
        kind=CustomerKind.COMPANY if is_company else CustomerKind.PERSON,
        store=store,
        values=_values(rng, number, name, start, store, is_company=is_company),
        owner=pick(dice(number, "owner"), store.owners) if rng.random() < _owned(rank) else "",
        contact=person_name(rng, chain) if is_company else "",
        interval=interval,
        size=size,
        lines=lines,
        leaving=leaving,
        leaves_on=_departure(rng, rank, end, first_work, leaving),
        rng=rng,
        next_on=start + dt.timedelta(days=rng.randrange(1 + round(interval))),
    )


def _owned(rank: float) -> float:
    """How likely somebody looks after a customer: rather the large ones."""
    return 0.97 if rank > 0.6 else 0.95  # noqa: PLR2004


def _lines(rng: random.Random, chain: Chain, interval: float) -> tuple[str, ...]:
    """What a customer buys: who comes often buys more kinds of goods, each time all of them."""
    count = 3 if interval < 20 else 2 if interval < 30 else 1  # noqa: PLR2004
    regular = [line for line in chain.lines if line[0] not in _SELDOM]
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        chosen[pick(rng, regular)] = None
    return tuple(chosen)


def _departure(
    rng: random.Random, rank: float, end: dt.date, first_work: dt.date, leaving: RuleKind | None
) -> dt.date:
    """Day of leaving within the last year, by the shape of the customer's third."""
    if leaving is RuleKind.VALUE_DOWNGRADE:
        return end - dt.timedelta(days=rng.randrange(300, 380))
    if leaving is not RuleKind.LAPSING:
        return first_work + dt.timedelta(days=rng.randrange(-100, 30))
    shape = _QUARTERS[0 if rank > 0.9 else 1 if rank > 0.6 else 2]  # noqa: PLR2004
    days = [end - dt.timedelta(days=back) for back in range(25, 330)]
    weights = [float(shape[(day.month - 1) // 3]) for day in days]
    return rng.choices(days, weights)[0]


def _values(
    rng: random.Random,
    number: str,
    name: str,
    start: dt.date,
    store: StoreFacts,
    *,
    is_company: bool,
) -> dict[str, object]:
    kind = CustomerKind.COMPANY if is_company else CustomerKind.PERSON
    phone, street = _phone(rng, store, is_company=is_company), rng.choice(store.streets)
    values: dict[str, object] = {
        "number": number,
        "name": name,
        "kind": kind,
        "phone": phone,
        "address": f"{store.city}市{street}{rng.randrange(1, 999)}号",
        "district": store.district_of(street),
        "joined_on": start,
    }
    if is_company and rng.random() < 0.3:  # noqa: PLR2004
        values["email"] = f"caigou{number.lower()}@example.com"
    if not is_company:
        values["card_number"] = f"8{rng.randrange(10**11):011d}"
    odd = rng.random()
    if odd < 0.004:  # noqa: PLR2004
        values["do_not_contact"] = True
    elif odd < 0.008:  # noqa: PLR2004
        years = (1, 2, 3)
        values["switch_dates"] = [f"{start.year - year}-06-0{year}" for year in years]
    return values


def _phone(rng: random.Random, store: StoreFacts, *, is_company: bool) -> str:
    if is_company and rng.random() < 0.55:  # noqa: PLR2004
        return f"{store.area}{rng.randrange(2, 9)}{rng.randrange(10**7):07d}"
    return f"1{rng.choice('3578')}{rng.choice('0123456789')}{rng.randrange(10**8):08d}"


def person_name(rng: random.Random, chain: Chain) -> str:
    """Surname by its frequency and a given name of one or two characters, now and then rare."""
    names = chain.names
    given = rng.choice(names.given)
    if rng.random() < 0.72:  # noqa: PLR2004
        given += rng.choice(names.given)
    if rng.random() < 0.02:  # noqa: PLR2004
        given = given[0] + rng.choice(names.rare)
    return pick(rng, names.surnames) + given


def company_name(rng: random.Random, chain: Chain, store: StoreFacts) -> str:
    """City, a mark and a trade; schools and offices by their street."""
    trade = pick(rng, chain.names.trades)
    if trade in ("幼儿园", "小学", "街道办事处", "社区卫生服务中心"):
        which = f"第{rng.choice('一二三四五六')}" if trade in ("幼儿园", "小学") else ""
        return f"{store.city}市{rng.choice(store.streets).rstrip('路街')}{which}{trade}"
    mark = rng.choice(chain.names.marks) + (rng.choice("达通和兴源") if rng.random() < 0.4 else "")  # noqa: PLR2004
    return f"{store.city}{mark}{trade}"


def order_rows(
    buyers: Sequence[Buyer], day: dt.date, chain: Chain, first_order: int
) -> tuple[list[OrderRow], int]:
    """All orders up to a day as rows of an import, and how many orders they are."""
    found = sorted(
        (
            (on, buyer.number, place, lines)
            for buyer in buyers
            for place, (on, lines) in enumerate(buyer.orders_until(day, chain))
        ),
        key=itemgetter(0, 1, 2),
    )
    rows: list[OrderRow] = []
    for offset, (on, customer, _place, lines) in enumerate(found):
        number = f"D{on:%y%m}{first_order + offset:06d}"
        rows += [_row(len(rows) + 2, customer, number, on, line) for line in lines]
        if (first_order + offset) % round(1 / _RETURNS) == 0:
            back = Line(lines[0].good, -max(1, lines[0].quantity // 3))
            rows.append(_row(len(rows) + 2, customer, f"T{number[1:]}", on, back))
    return rows, len(found)


def _row(place: int, customer: str, number: str, on: dt.date, line: Line) -> OrderRow:
    good = line.good
    return OrderRow(
        row=place,
        customer=customer,
        number=number,
        day=on.toordinal(),
        amount=good.price * line.quantity,
        quantity=line.quantity * 1000,
        currency="CNY",
        product=(good.code, good.name, good.line),
    )
