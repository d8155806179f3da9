"""What managers look at: how many lost customers were asked, how often the reason is known."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, extract, func, select
from sqlalchemy.orm import Session, aliased

from db.models import (
    Case,
    CaseReason,
    Reason,
    ReasonVersion,
    Store,
    User,
)
from db.queries.closed import ClosedGroup, in_group, is_closed
from db.queries.reasons import ReasonFilter, case_conditions
from db.queries.scope import EVERYTHING, Visible, visible_cases
from db.vocabulary import ReasonLayer, RuleKind


@dataclass(frozen=True, slots=True)
class ClosedFilter:
    """Which closed cases; days are included at both ends. The names are those of `CaseFilter`."""

    closed_from: dt.date | None = None
    closed_until: dt.date | None = None
    store_id: uuid.UUID | None = None
    kind: RuleKind | None = None
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """Closed cases of one month, owner and store, duplicates left out; see `domain.rates`."""

    year: int
    month: int
    owner_id: uuid.UUID | None
    owner: str
    store_id: uuid.UUID | None
    store: str
    closed: int
    lost: int
    asked: int
    tried: int
    known: int
    contacted: int
    saved: int
    unreachable: int


@dataclass(frozen=True, slots=True)
class LayersRow:
    """Cases with the same reasons in all layers; None where a layer was not recorded.

    `versions` are the newest of belief, stated and root reason that one of these cases has.
    """

    belief: str | None
    stated: str | None
    root: str | None
    cases: int
    versions: tuple[int | None, int | None, int | None]


def closed_rows(session: Session, criteria: ClosedFilter) -> Sequence[ClosedRow]:
    """Counts by month of closing, owner and store, in the order of the months."""
    year, month = extract("year", Case.closed_on), extract("month", Case.closed_on)
    keys = (year, month, Case.owner_id, User.name, Case.store_id, Store.name)
    statement = (
        select(
            year.label("year"),
            month.label("month"),
            Case.owner_id,
            func.coalesce(User.name, "").label("owner"),
            Case.store_id,
            func.coalesce(Store.name, "").label("store"),
            *(_count(in_group(group)).label(group.value) for group in ClosedGroup),
        )
        .select_from(Case)
        .outerjoin(User, User.id == Case.owner_id)
        .outerjoin(Store, Store.id == Case.store_id)
        .where(
            is_closed(),
            *_closed(criteria),
        )
        .group_by(*keys)
        .order_by(year, month, User.name, Store.name)
    )
    return [
        ClosedRow(**{**row, "year": int(row["year"]), "month": int(row["month"])})
        for row in session.execute(statement).mappings()
    ]


def layers(session: Session, criteria: ReasonFilter) -> list[LayersRow]:
    """Cases opened in a period by what staff believed, the customer said and the probing found."""
    columns: list[Any] = []
    versions: list[Any] = []
    statement = select(func.count()).select_from(Case)
    for layer in (ReasonLayer.BELIEF, ReasonLayer.STATED, ReasonLayer.ROOT):
        on_case, version, reason = aliased(CaseReason), aliased(ReasonVersion), aliased(Reason)
        statement = (
            statement.outerjoin(on_case, (on_case.case_id == Case.id) & (on_case.layer == layer))
            .outerjoin(version, version.id == on_case.reason_version_id)
            .outerjoin(reason, reason.id == version.reason_id)
        )
        columns.append(reason.code)
        versions.append(func.max(version.reason_version))
    rows = session.execute(
        statement.add_columns(*columns, *versions)
        .where(*case_conditions(criteria))
        .group_by(*columns)
        .order_by(*columns)
    )
    return [
        LayersRow(belief, stated, root, count, tuple(newest))
        for count, belief, stated, root, *newest in rows
    ]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _closed(criteria: ClosedFilter) -> list[ColumnElement[bool]]:
    found = [visible_cases(criteria.visible)]
    if criteria.closed_from is not None:
        found.append(Case.closed_on >= criteria.closed_from)
    if criteria.closed_until is not None:
        found.append(Case.closed_on <= criteria.closed_until)
    if criteria.store_id is not None:
        found.append(Case.store_id == criteria.store_id)
    if criteria.kind is not None:
        found.append(Case.kind == criteria.kind)
    return found
