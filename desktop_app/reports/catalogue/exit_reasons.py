"""Exit reasons: what drove customers away, how sure that is, and in their own words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field
from sqlalchemy.orm import Session
from typing_extensions import override

from db import derived, reference
from db.queries import reasons as queries
from db.queries.reasons import ReasonCount, ReasonFilter, ReasonPair, ReasonTotals
from db.vocabulary import CustomerClass
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain import kpis
from desktop_app.i18n import N_, _, language, ngettext
from desktop_app.labels import money, percent
from desktop_app.reports.base import (
    SMALL_N,
    Block,
    Document,
    Facts,
    Figure,
    FigureKind,
    Paragraph,
    Report,
    Section,
    Series,
    Table,
    new_document,
)
from desktop_app.reports.quotes import quotes_section
from desktop_app.reports.reason_terms import definitions
from desktop_app.reports.scope import begin, criteria_of, scope_filters
from desktop_app.reports.shares import CasesParams
from desktop_app.services import access

BARS = 15
LINES = 4
PAIRS = 15


class ExitReasonsParams(CasesParams):
    """Which cases, and how many quotations at most."""

    quotes: int = Field(60, ge=0, le=10_000, title=N_("Customers' words at most"))


@dataclass(frozen=True, slots=True)
class _ReasonRow:
    reason: str
    group: str
    row: kpis.ParetoRow[str]
    interval: kpis.Interval | None
    by_class: dict[CustomerClass, int]
    value: int | None
    currency: str


class ExitReasons(Report[ExitReasonsParams]):
    """Pareto of root reasons, by class, by month, stated against root, and verbatims."""

    id: ClassVar[str] = "exit-reasons"
    title: ClassVar[str] = N_("Exit reasons")
    summary: ClassVar[str] = N_("Root reasons as Pareto, by class and month, in customers' words")
    Params = ExitReasonsParams

    @override
    def build(self, session: Session, params: ExitReasonsParams) -> Document:
        head = begin(session, params.start, params.end, params.store)
        criteria = access.limited(
            session, ReasonFilter(params.start, params.end, params.store, params.kind)
        )
        totals = queries.reason_totals(session, criteria)
        counted = queries.root_reasons(session, criteria)
        sections = [Section(_("Summary"), tuple(_summary(totals, counted)))]
        if counted:
            rows = _rows(counted, totals.known, derived.currency(session))
            sections += [
                Section(_("Root reasons"), (_pareto(rows, totals.known), _reasons(rows, totals))),
                Section(_("By class of customer"), (_by_class(rows, totals.known),)),
                Section(_("By month"), _by_month(session, criteria, counted)),
                Section(
                    _("What was said first"), _pairs(queries.stated_and_root(session, criteria))
                ),
            ]
        sections += quotes_section(session, criteria, params.quotes)
        return new_document(
            session,
            self,
            sections=sections,
            filters=scope_filters(session, params.kind),
            definitions=definitions(),
            criteria=criteria_of(params.start, params.end, params.store, params.kind),
            **head,
        )


def _name(reason: ReasonCount) -> str:
    return reason.zh if language().startswith("zh") else reason.en


def _summary(totals: ReasonTotals, counted: Sequence[ReasonCount]) -> list[Block]:
    blocks: list[Block] = [
        Facts(
            (
                (_("Cases opened"), f"{totals.opened:,}"),
                (_("With a root reason"), _part(totals.with_root, totals.opened)),
                (_("Root reason known (n)"), _part(totals.known, totals.opened)),
                (_("Recorded as “not known”"), _part(totals.not_known, totals.opened)),
            )
        )
    ]
    if not counted:
        text = _("No case opened in this period has a known root reason.")
        return [*blocks, Paragraph(text, faint=True)]
    if totals.known < SMALL_N:
        text = ngettext(
            "Only {n} case: too few to tell the reasons apart.",
            "Only {n} cases: too few to tell the reasons apart.",
            totals.known,
        ).format(n=totals.known)
        return [*blocks, Paragraph(text, faint=True)]
    top = counted[:3]
    text = _("The {count} most frequent root reasons make up {share} of n = {n}: {names}.").format(
        count=len(top),
        share=percent(sum(reason.count for reason in top) / totals.known, 0),
        n=f"{totals.known:,}",
        names=_("; ").join(_name(reason) for reason in top),
    )
    return [*blocks, Paragraph(text)]


def _part(count: int, whole: int) -> str:
    share = kpis.ratio(count, whole)
    return f"{count:,}" if share is None else f"{count:,} ({percent(share, 0)})"


def _rows(counted: Sequence[ReasonCount], n: int, currency: str) -> list[_ReasonRow]:
    groups = {group.code: reference.text(group, language()) for group in reference.reason_groups()}
    ranked = kpis.pareto((reason.code, reason.count) for reason in counted)
    return [
        _ReasonRow(
            _name(reason),
            groups.get(reason.group, reason.group),
            row,
            kpis.wilson(reason.count, n),
            dict(reason.by_class),
            reason.value,
            currency,
        )
        for reason, row in zip(counted, ranked, strict=True)
    ]


def _pareto(rows: Sequence[_ReasonRow], n: int) -> Figure:
    shown, rest = rows[:BARS], rows[BARS:]
    names = [row.reason for row in shown]
    values: list[float | None] = [row.row.count for row in shown]
    keys = [row.row.key for row in shown]
    if rest:
        names.append(_("All {count} others").format(count=len(rest)))
        values.append(sum(row.row.count for row in rest))
        keys.append("")
    return Figure(
        FigureKind.PARETO,
        _("Root reasons with cumulative share"),
        tuple(names),
        (Series(_("Cases"), tuple(values)),),
        keys=tuple(keys),
        criterion="root_reason",
        unit=_("Cases"),
        note=_("n = {n} cases with a known root reason").format(n=f"{n:,}"),
    )


def _interval(row: _ReasonRow) -> str:
    if row.interval is None:
        return ""
    return f"{percent(row.interval.low)} – {percent(row.interval.high)}"


_REASON_COLUMNS: tuple[Column[_ReasonRow], ...] = (
    Column("reason", N_("Root reason"), lambda row: row.reason),
    Column("group", N_("Group"), lambda row: row.group),
    Column("count", N_("Cases"), lambda row: row.row.count, align=Align.RIGHT),
    Column("share", N_("Share"), lambda r: r.row.share, align=Align.RIGHT, kind=Kind.PERCENT),
    Column("interval", N_("95% interval"), _interval, align=Align.RIGHT),
    Column(
        "cumulative",
        N_("Cumulative"),
        lambda row: row.row.cumulative,
        align=Align.RIGHT,
        kind=Kind.PERCENT,
    ),
    Column(
        "value",
        N_("Value at stake"),
        lambda row: row.value,
        lambda row: money(row.value, row.currency),
        Align.RIGHT,
        kind=Kind.MONEY,
    ),
)


def _is_small(row: _ReasonRow) -> bool:
    return row.row.count < SMALL_N


def _small_note(n: int) -> str:
    return _("n = {n}; grey: fewer than {small} cases").format(n=f"{n:,}", small=SMALL_N)


def _reasons(rows: Sequence[_ReasonRow], totals: ReasonTotals) -> Table:
    return Table(
        _("Root reasons"),
        _REASON_COLUMNS,
        rows,
        note=_small_note(totals.known),
        faint=_is_small,
        total={
            "reason": _("Total"),
            "count": totals.known,
            "share": 1.0,
            "value": _sum(row.value for row in rows),
        },
        key=lambda row: row.row.key,
        cases=_cases_of,
    )


def _cases_of(row: _ReasonRow, column: str) -> dict[str, str]:
    """The cases behind a number: of the reason, and of the class in a column of one."""
    klass = column.removeprefix("class_")
    return {"root_reason": row.row.key} | ({"klass": klass} if klass != column else {})


def _sum(values: Iterable[int | None]) -> int | None:
    """Sum of what is known; nothing known is not zero."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _class_column(klass: CustomerClass, title: str) -> Column[_ReasonRow]:
    return Column(
        f"class_{klass.value}", title, lambda row: row.by_class.get(klass, 0), align=Align.RIGHT
    )


_CLASS_COLUMNS: tuple[Column[_ReasonRow], ...] = (
    Column("reason", N_("Root reason"), lambda row: row.reason),
    _class_column(CustomerClass.A, N_("Class A")),
    _class_column(CustomerClass.B, N_("Class B")),
    _class_column(CustomerClass.C, N_("Class C")),
    Column("count", N_("Cases"), lambda row: row.row.count, align=Align.RIGHT),
)


def _by_class(rows: Sequence[_ReasonRow], n: int) -> Table:
    total: dict[str, object] = {"reason": _("Total"), "count": n}
    for klass in CustomerClass:
        total[f"class_{klass.value}"] = sum(row.by_class.get(klass, 0) for row in rows)
    return Table(
        _("Root reasons by class of customer"),
        _CLASS_COLUMNS,
        rows,
        note=_small_note(n),
        faint=_is_small,
        total=total,
        key=lambda row: row.row.key,
        cases=_cases_of,
    )


_MonthRow = tuple[str, dict[str, int]]


def _by_month(
    session: Session, criteria: ReasonFilter, counted: Sequence[ReasonCount]
) -> tuple[Block, ...]:
    found = queries.reasons_by_month(session, criteria)
    months: dict[tuple[int, int], dict[str, int]] = {}
    for month in _months((found[0].year, found[0].month), (found[-1].year, found[-1].month)):
        months[month] = {}
    for entry in found:
        months[entry.year, entry.month][entry.code] = entry.count
    rows: list[_MonthRow] = [(f"{y:04d}-{m:02d}", counts) for (y, m), counts in months.items()]
    top = counted[:LINES]
    series = tuple(
        Series(_name(reason), tuple(counts.get(reason.code, 0) for _month, counts in rows))
        for reason in top
    )
    figure = Figure(
        FigureKind.LINE,
        _("The most frequent root reasons by month"),
        tuple(month for month, _counts in rows),
        series,
        keys=tuple(month for month, _counts in rows),
        criterion="opened_month",
        unit=_("Cases"),
        note=_("by the month in which the case was opened"),
    )
    columns: list[Column[_MonthRow]] = [Column("month", N_("Month"), lambda row: row[0])]
    columns += [_month_column(reason) for reason in top]
    columns.append(Column("count", N_("All"), lambda row: sum(row[1].values()), align=Align.RIGHT))
    total: dict[str, object] = {"month": _("Total")}
    total |= {reason.code: reason.count for reason in top}
    total["count"] = sum(reason.count for reason in counted)
    table = Table(
        _("Root reasons by month"),
        columns,
        rows,
        note=_small_note(sum(reason.count for reason in counted)),
        faint=lambda row: sum(row[1].values()) < SMALL_N,
        total=total,
        cases=_cases_of_month,
    )
    return (figure, table) if len(rows) > 1 else (table,)


def _cases_of_month(row: _MonthRow, column: str) -> dict[str, str]:
    """The cases behind a number; those of all reasons together are no filter of the list."""
    if column == "count":
        return {}
    return {"opened_month": row[0]} | ({} if column == "month" else {"root_reason": column})


def _months(first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]]:
    """Every month between two, so that a month without cases is zero and not missing."""
    numbers = range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])
    return [(number // 12, number % 12 + 1) for number in numbers]


def _month_column(reason: ReasonCount) -> Column[_MonthRow]:
    code, name = reason.code, _name(reason)
    return Column(code, name, lambda row: row[1].get(code, 0), align=Align.RIGHT)


def _pair_name(zh: str, en: str) -> str:
    return zh if language().startswith("zh") else en


_PAIR_COLUMNS: tuple[Column[ReasonPair], ...] = (
    Column("stated", N_("Stated reason"), lambda pair: _pair_name(pair.stated_zh, pair.stated_en)),
    Column("root", N_("Root reason"), lambda pair: _pair_name(pair.root_zh, pair.root_en)),
    Column("count", N_("Cases"), lambda pair: pair.count, align=Align.RIGHT),
)


def _pairs(pairs: Sequence[ReasonPair]) -> tuple[Block, ...]:
    both = sum(pair.count for pair in pairs)
    different = [pair for pair in pairs if pair.stated != pair.root]
    changed = sum(pair.count for pair in different)
    if not both:
        return (Paragraph(_("No case has both a stated and a root reason."), faint=True),)
    text = _("In {changed} of n = {n} cases with both, the root reason is not the stated one.")
    said = Paragraph(text.format(changed=_part(changed, both), n=f"{both:,}"))
    if not different:
        return (said,)
    rest = different[PAIRS:]
    note = _small_note(both)
    if rest:
        more = _("{pairs} rarer pairs with {cases} cases are not listed.")
        text = more.format(pairs=len(rest), cases=sum(pair.count for pair in rest))
        note = _("{first}; {second}").format(first=note, second=text)
    table = Table(
        _("Stated reason and root reason where they differ"),
        _PAIR_COLUMNS,
        different[:PAIRS],
        note=note,
        faint=lambda pair: pair.count < SMALL_N,
        cases=lambda pair, _column: {"stated_reason": pair.stated, "root_reason": pair.root},
    )
    return (said, table)
