"""The list of cases: filtered, sorted, counted in SQL. One case whole: `db.queries.case_file`."""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db import search
from db.base import utcnow
from db.models import (
    AnswerTheme,
    Case,
    CaseReason,
    ContactAttempt,
    Customer,
    CustomerStat,
    Interview,
    Reason,
    ReasonVersion,
    Store,
    Theme,
    User,
)
from db.queries.closed import ClosedGroup, in_group, is_closed
from db.queries.paging import Sort
from db.queries.questionnaires import exit_versions
from db.queries.scope import EVERYTHING, Visible, unowned, visible_cases
from db.vocabulary import (
    Approach,
    CaseStage,
    CustomerClass,
    InterviewState,
    NextStep,
    Outcome,
    ReasonLayer,
    RuleKind,
    SaveState,
)

FOUND_AT_MOST: Final = 5_000  # so many customers of a text search are looked at


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases; the defaults are all of them. Days are included at both ends.

    `owner_id` and `unassigned` together mean: either. `overdue` is measured against `today`.
    """

    text: str = ""  # customer (name, pinyin, number, phone, card) or part of the case number
    open_only: bool = False
    stages: frozenset[CaseStage] = frozenset()
    outcome: Outcome | None = None
    kind: RuleKind | None = None
    owner_id: uuid.UUID | None = None
    unassigned: bool = False
    store_id: uuid.UUID | None = None
    klass: CustomerClass | None = None
    overdue: bool = False
    opened_from: dt.date | None = None
    opened_until: dt.date | None = None
    closed_from: dt.date | None = None
    closed_until: dt.date | None = None
    root_reason: str | None = None  # code, as those of the other layers
    stated_reason: str | None = None
    belief_reason: str | None = None
    theme: str | None = None  # code of a theme that an answer in an interview has
    closed_group: ClosedGroup | None = None  # as the rates of closed cases count them
    approach: Approach | None = None
    save_state: SaveState | None = None
    attempts: int | None = None  # exactly so many by staff
    customer_id: uuid.UUID | None = None
    among: frozenset[uuid.UUID] | None = None  # these only: what a figure counted case by case
    today: dt.date | None = None  # local date of this machine without it
    visible: Visible = EVERYTHING  # services.access.limited fills it in


@dataclass(frozen=True, slots=True)
class CodedReason:
    """A reason as the case says it: the words of the version it points at."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of the case list. Money in minor units; the phone is whole, show it masked."""

    id: uuid.UUID
    number: str
    customer_id: uuid.UUID
    customer_number: str
    customer: str
    phone: str
    klass: CustomerClass
    kind: RuleKind
    stage: CaseStage
    outcome: Outcome | None
    owner_id: uuid.UUID | None
    owner: str
    store_id: uuid.UUID | None
    store: str
    value_at_stake: int | None
    currency: str
    opened_on: dt.date
    closed_on: dt.date | None
    next_step: NextStep | None
    next_due: dt.date | None
    root_reason: CodedReason | None
    stage_since: dt.datetime
    save_state: SaveState | None = None
    watch_until: dt.date | None = None


def count_cases(session: Session, criteria: CaseFilter) -> int:
    """How many cases fit."""
    statement = select(func.count()).select_from(Case).where(*_conditions(session, criteria))
    return session.execute(statement).scalar_one()


def list_cases(
    session: Session,
    criteria: CaseFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[CaseRow]:
    """One page of cases; newest first without a sort, what is not known always last."""
    statement = case_rows().where(*_conditions(session, criteria)).order_by(*_order(sort))
    return [read_row(row) for row in session.execute(statement.offset(offset).limit(limit))]


def count_by_stage(session: Session, criteria: CaseFilter) -> dict[CaseStage, int]:
    """How many cases that fit stand in each stage; every stage is there."""
    statement = select(Case.stage, func.count()).where(*_conditions(session, criteria))
    found = {
        CaseStage(stage): count for stage, count in session.execute(statement.group_by(Case.stage))
    }
    return {stage: found.get(stage, 0) for stage in CaseStage}


def find_open_case(
    session: Session, customer_id: uuid.UUID, kind: RuleKind
) -> tuple[uuid.UUID, str] | None:
    """Key and number of the open case of a customer of a kind; there is at most one."""
    row = session.execute(
        select(Case.id, Case.number).where(
            Case.customer_id == customer_id, Case.kind == kind, Case.stage != CaseStage.CLOSED
        )
    ).first()
    return None if row is None else (row.id, row.number)


def case_rows() -> Select[*tuple[Any, ...]]:
    """The columns that `read_row` needs, joined; add conditions and an order."""
    return (
        select(
            Case.id,
            Case.number,
            Case.customer_id,
            Customer.number.label("customer_number"),
            Customer.name.label("customer"),
            Customer.phone,
            func.coalesce(CustomerStat.klass, CustomerClass.C.value).label("klass"),
            Case.kind,
            Case.stage,
            Case.outcome,
            Case.owner_id,
            func.coalesce(User.name, "").label("owner"),
            Case.store_id,
            func.coalesce(Store.name, "").label("store"),
            Case.value_at_stake,
            Case.currency,
            Case.opened_on,
            Case.closed_on,
            Case.next_step,
            Case.next_due,
            Case.stage_since,
            Case.save_state,
            Case.watch_until,
            Reason.code.label("reason_code"),
            ReasonVersion.zh.label("reason_zh"),
            ReasonVersion.en.label("reason_en"),
        )
        .select_from(Case)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
        .outerjoin(User, User.id == Case.owner_id)
        .outerjoin(Store, Store.id == Case.store_id)
        .outerjoin(
            CaseReason, (CaseReason.case_id == Case.id) & (CaseReason.layer == ReasonLayer.ROOT)
        )
        .outerjoin(ReasonVersion, ReasonVersion.id == CaseReason.reason_version_id)
        .outerjoin(Reason, Reason.id == ReasonVersion.reason_id)
    )


def read_row(row: Row[*tuple[Any, ...]]) -> CaseRow:
    """A row of `case_rows` with its words as members of the vocabulary."""
    reason = None
    if row.reason_code is not None:
        reason = CodedReason(row.reason_code, row.reason_zh, row.reason_en)
    return CaseRow(
        id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        customer_number=row.customer_number,
        customer=row.customer,
        phone=row.phone,
        klass=CustomerClass(row.klass),
        kind=RuleKind(row.kind),
        stage=CaseStage(row.stage),
        outcome=Outcome(row.outcome) if row.outcome else None,
        owner_id=row.owner_id,
        owner=row.owner,
        store_id=row.store_id,
        store=row.store,
        value_at_stake=row.value_at_stake,
        currency=row.currency,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        next_step=NextStep(row.next_step) if row.next_step else None,
        next_due=row.next_due,
        root_reason=reason,
        stage_since=row.stage_since,
        save_state=SaveState(row.save_state) if row.save_state else None,
        watch_until=row.watch_until,
    )


def local_day() -> dt.date:
    """Today where this machine stands."""
    return utcnow().astimezone().date()


def customers_found(session: Session, text: str) -> Select[uuid.UUID]:
    """Keys of the customers that a typed text finds, for an `in_`."""
    numbers = search.find(session.connection(), text, FOUND_AT_MOST)
    return select(CustomerStat.customer_id).where(CustomerStat.no.in_(numbers))


def in_order(column: Any, words: type[StrEnum]) -> ColumnElement[int]:
    """Sort key of a word by its place in its enum, not by its letters."""
    places = {member.value: place for place, member in enumerate(words)}
    return case(places, value=column)


_SORTED_BY: Final[Mapping[str, InstrumentedAttribute[Any] | ColumnElement[Any]]] = MappingProxyType(
    {
        "number": Case.number,
        "customer_number": Customer.number,
        "customer": Customer.name,
        "klass": CustomerStat.klass,
        "kind": in_order(Case.kind, RuleKind),
        "stage": in_order(Case.stage, CaseStage),
        "outcome": in_order(Case.outcome, Outcome),
        "owner": User.name,
        "store": Store.name,
        "value_at_stake": Case.value_at_stake,
        "opened_on": Case.opened_on,
        "closed_on": Case.closed_on,
        "next_step": in_order(Case.next_step, NextStep),
        "next_due": Case.next_due,
        "root_reason": ReasonVersion.zh,
        "stage_since": Case.stage_since,
        "save_state": in_order(Case.save_state, SaveState),
        "watch_until": Case.watch_until,
    }
)
"""Column of the list to what it is sorted by. Where no index helps, the set is cases only."""


def _order(sort: Sort | None) -> tuple[Any, ...]:
    sort = sort or Sort("opened_on", descending=True)
    key = _SORTED_BY[sort.column_id]
    if sort.descending:
        return key.desc().nulls_last(), Case.id.desc()
    return key.asc().nulls_last(), Case.id.asc()


def _conditions(session: Session, criteria: CaseFilter) -> list[ColumnElement[bool]]:
    """Conditions on `Case` alone, so that counting joins nothing."""
    found = [visible_cases(criteria.visible), *_plain_conditions(criteria)]
    if criteria.text.strip():
        typed = criteria.text.strip()
        by_customer = Case.customer_id.in_(customers_found(session, typed))
        found.append(or_(Case.number.contains(typed, autoescape=True), by_customer))
    if criteria.klass is not None:
        ranked = select(CustomerStat.customer_id).where(CustomerStat.klass == criteria.klass)
        found.append(Case.customer_id.in_(ranked))
    layers = (
        (ReasonLayer.ROOT, criteria.root_reason),
        (ReasonLayer.STATED, criteria.stated_reason),
        (ReasonLayer.BELIEF, criteria.belief_reason),
    )
    found += [Case.id.in_(_with_reason(layer, code)) for layer, code in layers if code is not None]
    if criteria.theme is not None:
        found.append(Case.id.in_(_with_theme(criteria.theme)))
    if criteria.closed_group is not None:
        found += [is_closed(), in_group(criteria.closed_group)]
    if criteria.attempts is not None:
        found.append(_attempts() == criteria.attempts)
    if criteria.among is not None:
        found.append(Case.id.in_(_listed(criteria.among)))
    if criteria.overdue:
        found += [Case.stage != CaseStage.CLOSED, Case.next_due < (criteria.today or local_day())]
    return found


def _plain_conditions(criteria: CaseFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if criteria.open_only:
        found.append(Case.stage != CaseStage.CLOSED)
    if criteria.stages:
        found.append(Case.stage.in_(sorted(criteria.stages)))
    if criteria.owner_id is not None and criteria.unassigned:
        found.append(or_(Case.owner_id == criteria.owner_id, unowned()))
    elif criteria.owner_id is not None:
        found.append(Case.owner_id == criteria.owner_id)
    elif criteria.unassigned:
        found.append(unowned())
    equal: tuple[tuple[InstrumentedAttribute[Any], object], ...] = (
        (Case.outcome, criteria.outcome),
        (Case.kind, criteria.kind),
        (Case.store_id, criteria.store_id),
        (Case.customer_id, criteria.customer_id),
        (Case.approach, criteria.approach),
        (Case.save_state, criteria.save_state),
    )
    found += [column == value for column, value in equal if value is not None]
    ranges = (
        (Case.opened_on, criteria.opened_from, criteria.opened_until),
        (Case.closed_on, criteria.closed_from, criteria.closed_until),
    )
    for column, first, last in ranges:
        found += [column >= first] if first is not None else []
        found += [column <= last] if last is not None else []
    return found


def _with_reason(layer: ReasonLayer, code: str) -> Select[uuid.UUID]:
    return (
        select(CaseReason.case_id)
        .join(ReasonVersion, ReasonVersion.id == CaseReason.reason_version_id)
        .join(Reason, Reason.id == ReasonVersion.reason_id)
        .where(CaseReason.layer == layer, Reason.code == code)
    )


def _attempts() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(ContactAttempt)
        .where(ContactAttempt.case_id == Case.id, ContactAttempt.by_customer.is_(False))
        .correlate(Case)
        .scalar_subquery()
    )


def _listed(keys: Collection[uuid.UUID]) -> Any:
    """Keys for an `in_`, as one value: there may be more of them than a statement takes."""
    given = func.json_each(json.dumps(sorted(key.hex for key in keys)))
    return select(given.table_valued("value").c.value)


def _with_theme(code: str) -> Select[uuid.UUID]:
    return (
        select(Interview.case_id)
        .join(AnswerTheme, AnswerTheme.interview_id == Interview.id)
        .join(Theme, Theme.id == AnswerTheme.theme_id)
        .where(
            Theme.code == code,
            Interview.state == InterviewState.FINISHED,
            Interview.verifies_id.is_(None),
            Interview.questionnaire_version_id.in_(exit_versions()),
        )
    )
