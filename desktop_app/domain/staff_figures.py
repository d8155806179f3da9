"""Figures about staff: turnover by tenure, how much hangs on one person, time until the first call.

Sources: S3-36 (those who stay some weeks and the veterans), S3-37 (what leavers leave behind and
take along), S3-38 and S3-70 (personal loyalty; more contact points), S3-72 (a backup for each);
F-36, F-37, F-40.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from db.vocabulary import CustomerClass, Fate
from desktop_app.domain.compliance import Made
from desktop_app.domain.drafts import Draft
from desktop_app.domain.rates import Rate
from desktop_app.i18n import N_

SHORT_DAYS: Final = 60
VETERAN_DAYS: Final = 365


class TenureBand(StrEnum):
    """How long a leaver was there (S3-36): up to 60 days, up to a year, longer."""

    SHORT = "short"
    MID = "mid"
    VETERAN = "veteran"


def tenure_band(hired_on: dt.date, left_on: dt.date) -> TenureBand:
    """The band of somebody who left."""
    days = (left_on - hired_on).days
    if days <= SHORT_DAYS:
        return TenureBand.SHORT
    return TenureBand.VETERAN if days > VETERAN_DAYS else TenureBand.MID


def turnover(leavers: int, headcounts: Sequence[int]) -> float | None:
    """Staff turnover (F-37): leavers by the average headcount; None without staff.

    Args:
        leavers: Who left in the time.
        headcounts: Staff at its beginning, at any moments evenly between, and at its end.
    """
    return leavers * len(headcounts) / sum(headcounts) if sum(headcounts) else None


class LeftBehind(NamedTuple):
    """A customer of somebody who left, and whether it has left as well."""

    band: TenureBand
    fate: Fate
    has_churned: bool


def churn_of_leavers(rows: Iterable[LeftBehind]) -> dict[tuple[TenureBand, Fate], Rate]:
    """Customers lost of those leavers had, by how long these were there and what became of them."""
    hits: Counter[tuple[TenureBand, Fate]] = Counter()
    total: Counter[tuple[TenureBand, Fate]] = Counter()
    for row in rows:
        total[row.band, row.fate] += 1
        hits[row.band, row.fate] += row.has_churned
    return {
        (band, fate): Rate(hits[band, fate], total[band, fate])
        for band in TenureBand
        for fate in Fate
        if total[band, fate]
    }


# ---------------------------------------------------------------- key persons


class ReliancePolicy(Draft):
    """From when on a customer hangs on one person."""

    share: Annotated[
        float, Field(gt=0, le=1, title=N_("Share of contacts by one person that is too much"))
    ] = 0.80
    days: Annotated[int, Field(ge=1, le=3650, title=N_("Days looked back for contacts"))] = 180
    contacts: Annotated[
        int, Field(ge=1, le=100, title=N_("Contacts from which the share is judged"))
    ] = 3
    points: Annotated[int, Field(ge=1, le=20, title=N_("People in contact at least"))] = 2
    points_a: Annotated[
        int, Field(ge=1, le=20, title=N_("People in contact at least, class A"))
    ] = 3

    def points_for(self, klass: CustomerClass | None) -> int:
        """How many people must be in contact with a customer of a class."""
        return self.points_a if klass is CustomerClass.A else self.points


@dataclass(frozen=True, slots=True)
class Reliance:
    """On whom a customer hangs.

    Attributes:
        customer: Key of the customer.
        person: Who made most contacts; of equals the one with the first of them.
        index: Contacts of that person of all (F-36).
        points: People who were in contact.
        is_key: Whether the index has reached the limit.
        is_short: Whether fewer people are in contact than the class asks for.
    """

    customer: Hashable
    person: Hashable
    index: Rate
    points: int
    is_key: bool
    is_short: bool


def reliances(
    customers: Mapping[Hashable, CustomerClass | None],
    made: Iterable[Made],
    as_of: dt.date,
    policy: ReliancePolicy | None = None,
) -> tuple[Reliance, ...]:
    """On whom each customer hangs, by contacts in the days up to `as_of`; informal ones count.

    A customer without any contact hangs on nobody and has no index, but is short of contacts.
    """
    policy = policy or ReliancePolicy()
    after = as_of - dt.timedelta(days=policy.days)
    counts: dict[Hashable, Counter[Hashable]] = defaultdict(Counter)
    for contact in sorted(made, key=lambda each: each.day):
        if after < contact.day <= as_of:
            counts[contact.customer][contact.by] += 1
    found = []
    for customer, klass in customers.items():
        mine = counts.get(customer, Counter())
        person, hits = mine.most_common(1)[0] if mine else (None, 0)
        index = Rate(hits, mine.total())
        is_enough = index.n >= policy.contacts
        is_key = is_enough and index.share is not None and index.share >= policy.share
        is_short = len(mine) < policy.points_for(klass)
        found.append(Reliance(customer, person, index, len(mine), is_key, is_short))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class KeyPerson:
    """What would be at risk if an employee left; the value in minor units of known values."""

    person: Hashable
    customers: int
    value: int


def key_persons(found: Iterable[Reliance], values: Mapping[Hashable, int]) -> tuple[KeyPerson, ...]:
    """Customers and their value that hang on each employee, the highest value first."""
    customers: Counter[Hashable] = Counter()
    value: Counter[Hashable] = Counter()
    for each in found:
        if each.is_key:
            customers[each.person] += 1
            value[each.person] += values.get(each.customer, 0)
    rows = [KeyPerson(person, n, value[person]) for person, n in customers.items()]
    return tuple(sorted(rows, key=lambda row: (-row.value, -row.customers)))


# ---------------------------------------------------------------- detection latency


def latency(detected: dt.datetime, called: dt.datetime) -> dt.timedelta:
    """Real time from detection to the first call (F-40); both aware."""
    return called.astimezone(dt.UTC) - detected.astimezone(dt.UTC)


def median_latency(
    pairs: Iterable[tuple[dt.datetime, dt.datetime]],
) -> dt.timedelta | None:
    """Median time from detection to call; None without any."""
    seconds = [latency(detected, called).total_seconds() for detected, called in pairs]
    return dt.timedelta(seconds=median(seconds)) if seconds else None
