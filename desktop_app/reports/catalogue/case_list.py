"""The list of cases with its totals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from pydantic import Field
from sqlalchemy.orm import Session
from typing_extensions import override

from db import derived
from db.queries.cases import CaseFilter, CaseRow
from db.queries.paging import Sort
from db.vocabulary import CaseStage, Outcome
from desktop_app.columns import Align, Column, Kind
from desktop_app.columns.cases import CASE_COLUMNS
from desktop_app.i18n import N_, _
from desktop_app.labels import label, money
from desktop_app.reports.base import (
    Block,
    Document,
    Facts,
    Paragraph,
    Report,
    Section,
    Table,
    new_document,
)
from desktop_app.reports.scope import begin, criteria_of, scope_filters
from desktop_app.reports.shares import CasesParams
from desktop_app.services import cases


class CaseListParams(CasesParams):
    """Which cases."""

    stage: CaseStage | None = Field(None, title=N_("Stage"))
    outcome: Outcome | None = Field(None, title=N_("Outcome"))
    open_only: bool = Field(False, title=N_("Open cases only"))  # noqa: FBT003  (pydantic's default)


@dataclass(frozen=True, slots=True)
class _StageRow:
    stage: CaseStage
    count: int
    value: int | None
    currency: str
    without_value: int


def _column(column_id: str) -> Column[CaseRow]:
    """A column of the list on screen; days without the day of the week, to save paper."""
    found = next(column for column in CASE_COLUMNS if column.id == column_id)
    if column_id not in _DAYS:
        return found
    return replace(found, text=lambda row: f"{found.value(row) or ''}")


_DAYS = frozenset({"opened_on", "closed_on", "next_due"})
_SHOWN = (
    "number", "customer", "phone", "klass", "kind", "stage", "outcome", "root_reason",
    "value_at_stake", "owner", "store", "opened_on", "closed_on", "next_due",
)  # fmt: skip
_CASE_COLUMNS = tuple(_column(column_id) for column_id in _SHOWN)

_STAGE_COLUMNS: tuple[Column[_StageRow], ...] = (
    Column("stage", N_("Stage"), lambda row: row.stage),
    Column("count", N_("Cases"), lambda row: row.count, align=Align.RIGHT),
    Column(
        "value",
        N_("Value at stake"),
        lambda row: row.value,
        lambda row: money(row.value, row.currency),
        Align.RIGHT,
        kind=Kind.MONEY,
    ),
    Column("without", N_("Without a value"), lambda row: row.without_value, align=Align.RIGHT),
)


class CaseList(Report[CaseListParams]):
    """Every case that fits the filter, with totals by stage."""

    id: ClassVar[str] = "case-list"
    title: ClassVar[str] = N_("Case list")
    summary: ClassVar[str] = N_("All cases that fit a filter, with totals by stage")
    Params = CaseListParams

    @override
    def build(self, session: Session, params: CaseListParams) -> Document:
        head = begin(session, params.start, params.end, params.store)
        criteria = CaseFilter(
            opened_from=params.start,
            opened_until=params.end,
            store_id=params.store,
            kind=params.kind,
            stages=frozenset({params.stage}) if params.stage else frozenset(),
            outcome=params.outcome,
            open_only=params.open_only,
        )
        count = cases.count_cases(session, criteria)
        rows = cases.list_cases(session, criteria, Sort("opened_on", descending=True), 0, count)
        currency = derived.currency(session)
        return new_document(
            session,
            self,
            sections=[
                Section(_("Summary"), _summary(rows, currency)),
                Section(_("Cases"), _cases(rows)),
            ],
            filters=[*scope_filters(session, params.kind), *_filters(params)],
            definitions=_definitions(),
            criteria=criteria_of(params.start, params.end, params.store, params.kind),
            **head,
        )


def _filters(params: CaseListParams) -> list[tuple[str, str]]:
    return [
        (_("Stage"), _("All stages") if params.stage is None else label(params.stage)),
        (_("Outcome"), _("All outcomes") if params.outcome is None else label(params.outcome)),
        (_("Open cases only"), _("Yes") if params.open_only else _("No")),
    ]


def _summary(rows: Sequence[CaseRow], currency: str) -> tuple[Block, ...]:
    is_open = sum(row.stage is not CaseStage.CLOSED for row in rows)
    values = [row.value_at_stake for row in rows if row.value_at_stake is not None]
    facts = Facts(
        (
            (_("Cases"), f"{len(rows):,}"),
            (_("Open cases"), f"{is_open:,}"),
            (_("Closed cases"), f"{len(rows) - is_open:,}"),
            (_("Value at stake"), money(sum(values), currency) if values else _("not known")),
        )
    )
    if not rows:
        return (facts, Paragraph(_("No case fits the filter."), faint=True))
    table = Table(
        _("Cases by stage"),
        _STAGE_COLUMNS,
        _by_stage(rows, currency),
        note=_("n = {n}").format(n=f"{len(rows):,}"),
        total={
            "stage": _("Total"),
            "count": len(rows),
            "value": sum(values) if values else None,
            "without": len(rows) - len(values),
        },
    )
    return (facts, table)


def _by_stage(rows: Sequence[CaseRow], currency: str) -> list[_StageRow]:
    found = []
    for stage in CaseStage:
        values = [row.value_at_stake for row in rows if row.stage is stage]
        if values:
            known = [value for value in values if value is not None]
            value = sum(known) if known else None
            without = len(values) - len(known)
            found.append(_StageRow(stage, len(values), value, currency, without))
    return found


def _cases(rows: Sequence[CaseRow]) -> tuple[Block, ...]:
    values = [row.value_at_stake for row in rows if row.value_at_stake is not None]
    table = Table(
        _("Cases"),
        _CASE_COLUMNS,
        rows,
        note=_("n = {n}, the newest first").format(n=f"{len(rows):,}"),
        total={"number": _("Total"), "value_at_stake": sum(values)} if values else None,
        key=lambda row: str(row.id),
    )
    return (table,)


def _definitions() -> list[tuple[str, str]]:
    return [
        (_("Cases"), _("Cases whose opening date lies in the period and that fit every filter.")),
        (_("Value at stake"), _("As recorded in the case; empty means not known, never zero.")),
        (_("Class"), _("A, B, C by spend: the class the customer has today.")),
        (_("Phone"), _("Masked; it is shown in the program, where each look is recorded.")),
    ]
