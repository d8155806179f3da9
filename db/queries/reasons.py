"""Why customers leave, counted: by root reason, class and month, stated against root, and in words.

A case counts in the period it was opened in. Reasons are counted by code. A count is titled with
the newest words among the cases that are counted, a quotation has the words of its own case: what
is done to the list of reasons later changes neither.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, extract, func, select
from sqlalchemy.orm import Session, aliased

from db.models import Case, CaseReason, Customer, CustomerStat, Reason, ReasonVersion
from db.queries.scope import EVERYTHING, Visible, visible_cases
from db.vocabulary import CustomerClass, ReasonLayer, RuleKind

UNKNOWN_GROUP: Final = "unknown"
_NEWEST_USED: Final = func.max(ReasonVersion.reason_version)


@dataclass(frozen=True, slots=True)
class ReasonFilter:
    """Which cases; days are included at both ends. The names are those of `CaseFilter`."""

    opened_from: dt.date | None = None
    opened_until: dt.date | None = None
    store_id: uuid.UUID | None = None
    kind: RuleKind | None = None
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class ReasonTotals:
    """How many cases were opened, have a root reason, and have one that says "not known"."""

    opened: int
    with_root: int
    not_known: int

    @property
    def known(self) -> int:
        """Cases with a root reason that says something: the n of the shares."""
        return self.with_root - self.not_known


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """Cases of one root reason, whole and by class of the customer today.

    The words are the newest that one of these cases has.
    """

    code: str
    group: str
    zh: str
    en: str
    count: int
    by_class: tuple[tuple[CustomerClass, int], ...]
    value: int | None  # at stake, minor units; None where no case has a value


@dataclass(frozen=True, slots=True)
class MonthCount:
    """Cases of one root reason opened in one month."""

    year: int
    month: int
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class ReasonPair:
    """Cases in which the customer first said one thing and the why-chain ended at another."""

    stated_zh: str
    stated_en: str
    root_zh: str
    root_en: str
    stated: str
    root: str
    count: int


@dataclass(frozen=True, slots=True)
class Verbatim:
    """The customer's own words in one case, with the reason they were coded as."""

    case_id: uuid.UUID
    number: str
    customer: str
    opened_on: dt.date
    layer: ReasonLayer
    zh: str
    en: str
    text: str


def reason_totals(session: Session, criteria: ReasonFilter) -> ReasonTotals:
    """The n behind every share."""
    not_known = case((Reason.group_code == UNKNOWN_GROUP, 1))
    statement = (
        select(func.count(Case.id), func.count(CaseReason.id), func.count(not_known))
        .select_from(Case)
        .outerjoin(
            CaseReason, (CaseReason.case_id == Case.id) & (CaseReason.layer == ReasonLayer.ROOT)
        )
        .outerjoin(ReasonVersion, ReasonVersion.id == CaseReason.reason_version_id)
        .outerjoin(Reason, Reason.id == ReasonVersion.reason_id)
        .where(*case_conditions(criteria))
    )
    return ReasonTotals(*session.execute(statement).one())


def root_reasons(session: Session, criteria: ReasonFilter) -> list[ReasonCount]:
    """Root reasons that say something, the most frequent first, equal ones by code."""
    klass = func.coalesce(CustomerStat.klass, CustomerClass.C.value)
    statement = (
        _with_root(Reason.code, klass, func.count(), func.sum(Case.value_at_stake), _NEWEST_USED)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
        .where(Reason.group_code != UNKNOWN_GROUP, *case_conditions(criteria))
        .group_by(Reason.code, klass)
    )
    counts: dict[str, dict[CustomerClass, int]] = {}
    values: dict[str, int | None] = {}
    versions: dict[str, int] = {}
    for code, word, count, value, version in session.execute(statement):
        versions[code] = max(version, versions.get(code, version))
        counts.setdefault(code, {})[CustomerClass(word)] = count
        known = [int(part) for part in (values.get(code), value) if part is not None]
        values[code] = sum(known) if known else None
    words = reason_words(session)
    found = [
        ReasonCount(
            code,
            *words[code, versions[code]],
            sum(by_class.values()),
            tuple((klass, by_class.get(klass, 0)) for klass in CustomerClass),
            values[code],
        )
        for code, by_class in counts.items()
    ]
    return sorted(found, key=lambda reason: (-reason.count, reason.code))


def reasons_by_month(session: Session, criteria: ReasonFilter) -> list[MonthCount]:
    """Root reasons that say something by the month the case was opened in, in order."""
    year, month = extract("year", Case.opened_on), extract("month", Case.opened_on)
    statement = (
        _with_root(year, month, Reason.code, func.count())
        .where(Reason.group_code != UNKNOWN_GROUP, *case_conditions(criteria))
        .group_by(year, month, Reason.code)
        .order_by(year, month, Reason.code)
    )
    return [MonthCount(int(y), int(m), code, n) for y, m, code, n in session.execute(statement)]


def stated_and_root(session: Session, criteria: ReasonFilter) -> list[ReasonPair]:
    """Pairs of stated and root reason where both are recorded, the most frequent first."""
    stated, stated_version = aliased(CaseReason), aliased(ReasonVersion)
    stated_reason = aliased(Reason)
    statement = (
        _with_root(
            stated_reason.code,
            func.max(stated_version.reason_version),
            Reason.code,
            _NEWEST_USED,
            func.count(),
        )
        .join(stated, (stated.case_id == Case.id) & (stated.layer == ReasonLayer.STATED))
        .join(stated_version, stated_version.id == stated.reason_version_id)
        .join(stated_reason, stated_reason.id == stated_version.reason_id)
        .where(Reason.group_code != UNKNOWN_GROUP, *case_conditions(criteria))
        .group_by(stated_reason.code, Reason.code)
        .order_by(func.count().desc(), stated_reason.code, Reason.code)
    )
    words = reason_words(session)
    return [
        ReasonPair(*words[first, said][1:], *words[root, found][1:], first, root, count)
        for first, said, root, found, count in session.execute(statement)
    ]


def count_verbatims(session: Session, criteria: ReasonFilter) -> int:
    """How many customers' words there are."""
    statement = select(func.count()).select_from(_verbatims(criteria).subquery())
    return session.execute(statement).scalar_one()


def verbatims(session: Session, criteria: ReasonFilter, limit: int) -> list[Verbatim]:
    """Customers' own words, the newest case first."""
    statement = _verbatims(criteria).order_by(Case.opened_on.desc(), Case.number, CaseReason.layer)
    return [
        Verbatim(
            case_id=row.id,
            number=row.number,
            customer=row.name,
            opened_on=row.opened_on,
            layer=ReasonLayer(row.layer),
            zh=row.zh,
            en=row.en,
            text=row.verbatim,
        )
        for row in session.execute(statement.limit(limit))
    ]


def _verbatims(criteria: ReasonFilter) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Case.id,
            Case.number,
            Customer.name,
            Case.opened_on,
            CaseReason.layer,
            CaseReason.verbatim,
            ReasonVersion.zh,
            ReasonVersion.en,
        )
        .select_from(Case)
        .join(Customer, Customer.id == Case.customer_id)
        .join(CaseReason, CaseReason.case_id == Case.id)
        .join(ReasonVersion, ReasonVersion.id == CaseReason.reason_version_id)
        .where(
            CaseReason.layer != ReasonLayer.BELIEF,  # what staff thought is not the customer's word
            func.trim(CaseReason.verbatim) != "",
            *case_conditions(criteria),
        )
    )


def _with_root(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(Case)
        .join(CaseReason, (CaseReason.case_id == Case.id) & (CaseReason.layer == ReasonLayer.ROOT))
        .join(ReasonVersion, ReasonVersion.id == CaseReason.reason_version_id)
        .join(Reason, Reason.id == ReasonVersion.reason_id)
    )


def reason_words(session: Session) -> dict[tuple[str, int], tuple[str, str, str]]:
    """Group and words of every version of a reason, by code and number."""
    rows = session.execute(
        select(
            Reason.code,
            ReasonVersion.reason_version,
            Reason.group_code,
            ReasonVersion.zh,
            ReasonVersion.en,
        ).join(ReasonVersion, ReasonVersion.reason_id == Reason.id)
    )
    return {(code, version): (group, zh, en) for code, version, group, zh, en in rows}


def case_conditions(criteria: ReasonFilter) -> list[ColumnElement[bool]]:
    """The filter as conditions on `Case`."""
    found = [visible_cases(criteria.visible)]
    if criteria.opened_from is not None:
        found.append(Case.opened_on >= criteria.opened_from)
    if criteria.opened_until is not None:
        found.append(Case.opened_on <= criteria.opened_until)
    if criteria.store_id is not None:
        found.append(Case.store_id == criteria.store_id)
    if criteria.kind is not None:
        found.append(Case.kind == criteria.kind)
    return found
