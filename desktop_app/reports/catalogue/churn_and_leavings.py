"""Churn by quarter and class, and whether it goes with employees who leave."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from pydantic import Field
from sqlalchemy.orm import Session
from typing_extensions import override

from db.vocabulary import CustomerClass, Fate
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.churn_quarters import (
    ENOUGH_QUARTERS,
    LEAST_LOST,
    LEAST_QUARTERS,
    Correlation,
    Trend,
    quarter_of,
)
from desktop_app.domain.handover_words import band_word, fate_word
from desktop_app.domain.months import Period
from desktop_app.domain.rates import Rate
from desktop_app.domain.staff_figures import SHORT_DAYS, VETERAN_DAYS, TenureBand
from desktop_app.i18n import N_, _
from desktop_app.labels import UNKNOWN, label, number
from desktop_app.reports.base import (
    PERCENT,
    SMALL_N,
    Block,
    Document,
    Facts,
    Figure,
    FigureKind,
    GivenColumn,
    Paragraph,
    Report,
    ReportParams,
    Section,
    Series,
    Table,
    new_document,
    period_text,
)
from desktop_app.reports.scope import require_period, visible_filters
from desktop_app.reports.shares import grey_meaning, interval_text, rate_text, small_note
from desktop_app.services import churn_quarters
from desktop_app.services.churn_quarters import ChurnQuarters, StaffQuarter

_RIGHT: Final = Align.RIGHT
_TRENDS: Final[Mapping[Trend, str]] = {
    Trend.RISING: N_("rising"),
    Trend.FALLING: N_("falling"),
    Trend.TURN_OF_YEAR: N_("high at the start and end of the year"),
    Trend.MIDDLE_OF_YEAR: N_("high in the middle of the year"),
    Trend.FLAT: N_("flat"),
    Trend.UNKNOWN: N_("too little to say"),
}


class ChurnQuartersParams(ReportParams):
    """Which quarters, each whole; the last eight that are over without any."""

    start: date | None = Field(None, title=N_("From the quarter of"))
    end: date | None = Field(None, title=N_("Until the quarter of"))


class ChurnAndLeavings(Report[ChurnQuartersParams]):
    """Lost customers by quarter and class beside the employees who left."""

    id: ClassVar[str] = "churn-and-leavings"
    title: ClassVar[str] = N_("Churn by quarter and class, with staff leavings")
    summary: ClassVar[str] = N_(
        "Lost customers by quarter and class, how that goes, and whether it follows employees "
        "who leave"
    )
    Params = ChurnQuartersParams

    @override
    def build(self, session: Session, params: ChurnQuartersParams) -> Document:
        require_period(session, params.start, params.end)
        found = churn_quarters.figures(session, params.start, params.end)
        return new_document(
            session,
            self,
            sections=[
                Section(_("Summary"), _summary(found)),
                Section(_("Churn by quarter"), _churn(found)),
                Section(_("Employees who left"), _staff(found)),
                Section(_("Whether churn follows leavings"), _together(found)),
                Section(_("Customers of those who left"), _of_leavers(found)),
            ],
            period=period_text(found.quarters[0].first, found.quarters[-1].last),
            filters=visible_filters(session),
            definitions=_definitions(),
        )


def _quarter(period: Period, *, is_whole: bool = True) -> str:
    name = f"{period.first.year} Q{quarter_of(period.first)}"
    return name if is_whole else _("{quarter} (not over)").format(quarter=name)


def _quarters(found: ChurnQuarters) -> tuple[str, ...]:
    pairs = zip(found.quarters, found.is_whole, strict=True)
    return tuple(_quarter(period, is_whole=is_whole) for period, is_whole in pairs)


def _summary(found: ChurnQuarters) -> tuple[Block, ...]:
    lost, there = sum(rate.hits for rate in found.total), len(found.quarters)
    pairs = [
        (_("Quarters"), number(there)),
        (_("Customers lost"), number(lost)),
        (_("Employees who left"), number(sum(one.leavers for one in found.staff))),
    ]
    pairs += [
        (_("Trend, {klass}").format(klass=label(klass)), _(_TRENDS[trend]))
        for klass, trend in found.trends.items()
    ]
    facts = Facts(tuple(pairs))
    if lost:
        return (facts,)
    return facts, Paragraph(_("No customer was lost in these quarters."), faint=True)


# Churn -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    quarter: str
    rates: Mapping[CustomerClass, Rate]
    total: Rate


def _churn(found: ChurnQuarters) -> tuple[Block, ...]:
    names = _quarters(found)
    series = [
        Series(label(klass), tuple(map(_percent, rates)), tuple(rate.n for rate in rates))
        for klass, rates in found.churn.items()
    ]
    rows = [
        _Row(name, {klass: rates[place] for klass, rates in found.churn.items()}, total)
        for place, (name, total) in enumerate(zip(names, found.total, strict=True))
    ]
    figure = Figure(
        FigureKind.LINE,
        _("Customers lost in a quarter, by class"),
        names,
        tuple(series),
        unit=PERCENT,
        note=_("of those who were customers in the quarter, in per cent"),
    )
    return figure, _churn_table(rows)


def _churn_table(rows: Sequence[_Row]) -> Table:
    columns: list[Column[_Row]] = [Column("quarter", N_("Quarter"), lambda row: row.quarter)]
    for klass in CustomerClass:
        of = _of(klass)
        letter = klass.value.upper()
        lost = _("{klass}: lost").format(klass=letter)
        there = _("{klass}: customers").format(klass=letter)
        rate = _("{klass}: rate").format(klass=letter)
        columns += [
            GivenColumn(f"lost_{klass.value}", lost, _hits(of), align=_RIGHT, width=80),
            GivenColumn(f"n_{klass.value}", there, _n(of), align=_RIGHT, width=100),
            GivenColumn(
                f"rate_{klass.value}", rate, _share(of), align=_RIGHT, width=80, kind=Kind.PERCENT
            ),
        ]
    columns += [
        Column("lost", N_("All: lost"), lambda row: row.total.hits, align=_RIGHT, width=80),
        Column("rate", N_("All: rate"), lambda row: row.total.share, align=_RIGHT, width=80,
               kind=Kind.PERCENT),
    ]  # fmt: skip
    return Table(_("Lost customers by quarter and class"), columns, rows)


def _of(klass: CustomerClass) -> Callable[[_Row], Rate]:
    return lambda row: row.rates[klass]


def _hits(of: Callable[[_Row], Rate]) -> Callable[[_Row], int]:
    return lambda row: of(row).hits


def _n(of: Callable[[_Row], Rate]) -> Callable[[_Row], int]:
    return lambda row: of(row).n


def _share(of: Callable[[_Row], Rate]) -> Callable[[_Row], float | None]:
    return lambda row: of(row).share


def _percent(rate: Rate) -> float | None:
    return None if rate.share is None else round(100 * rate.share, 2)


# Staff -------------------------------------------------------------------------------------------


def _band(band: TenureBand | None) -> str:
    return _("not known") if band is None else band_word(band)


def _staff(found: ChurnQuarters) -> tuple[Block, ...]:
    columns: list[Column[StaffQuarter]] = [
        Column("quarter", N_("Quarter"), lambda one: _quarter(one.quarter)),
        Column("headcount", N_("Employees"), lambda one: one.headcount,
               lambda one: number(one.headcount, 1), align=_RIGHT),
        Column("leavers", N_("Leavers"), lambda one: one.leavers, align=_RIGHT),
        Column("turnover", N_("Turnover"), lambda one: one.turnover, align=_RIGHT,
               kind=Kind.PERCENT),
    ]  # fmt: skip
    for band in (*TenureBand, None):
        key = "unknown" if band is None else band.value
        columns.append(GivenColumn(key, _band(band), _counter(band), align=_RIGHT))
    bands: list[Column[tuple[TenureBand | None, int, float | None]]] = [
        Column("band", N_("How long they were there"), lambda row: _band(row[0])),
        Column("left", N_("Leavers"), lambda row: row[1], align=_RIGHT),
        Column("turnover", N_("Turnover"), lambda row: row[2], align=_RIGHT, kind=Kind.PERCENT),
    ]
    rows = [(band, count, share) for band, (count, share) in found.bands.items()]
    return (
        Table(_("Employees by quarter"), columns, found.staff),
        Table(_("Turnover by time of service, all quarters together"), bands, rows),
    )


def _counter(band: TenureBand | None) -> Callable[[StaffQuarter], int]:
    return lambda one: one.by_band.get(band, 0)


# Both --------------------------------------------------------------------------------------------


def _together(found: ChurnQuarters) -> tuple[Block, ...]:
    leavers = Series(
        _("Employees who left, people"), tuple(float(one.leavers) for one in found.staff)
    )
    series = [
        Series(_("{klass}, per cent").format(klass=label(klass)), tuple(map(_percent, rates)))
        for klass, rates in found.churn.items()
    ]
    figure = Figure(
        FigureKind.LINE,
        _("Churn in per cent and employees who left"),
        _quarters(found),
        (*series, leavers),
        note=_("churn in per cent, employees who left as a number of people"),
    )
    rows = [(label(klass), found.same[klass], found.later[klass]) for klass in found.churn]
    columns: list[Column[tuple[str, Correlation, Correlation]]] = [
        Column("klass", N_("Class"), lambda row: row[0]),
        *_correlation("same", N_("Same quarter"), lambda row: row[1]),
        *_correlation("later", N_("Quarter after"), lambda row: row[2]),
    ]
    whole = sum(found.is_whole)
    note = _("n = {n} quarters that are over; grey: fewer than {enough}").format(
        n=whole, enough=ENOUGH_QUARTERS
    )
    table = Table(
        _("Correlation of churn with employees who left"),
        columns,
        rows,
        note=note,
        faint=lambda row: not row[1].is_enough,
    )
    hint = Paragraph(
        _("A correlation does not say that one is the cause of the other."), faint=True
    )
    return figure, table, hint


_Pair = tuple[str, Correlation, Correlation]


def _correlation(name: str, title: str, of: Callable[[_Pair], Correlation]) -> list[Column[_Pair]]:
    return [
        Column(f"{name}_r", title, lambda row: of(row).r, lambda row: _r(of(row).r),
               align=_RIGHT, width=110),
        Column(f"{name}_interval", N_("95% interval"), lambda row: _range(of(row)),
               align=_RIGHT, width=120),
        Column(f"{name}_n", N_("n"), lambda row: of(row).n, align=_RIGHT, width=50),
    ]  # fmt: skip


def _r(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:+.2f}"


def _range(found: Correlation) -> str:
    interval = found.interval
    return "" if interval is None else f"{interval.low:+.2f} – {interval.high:+.2f}"


def _of_leavers(found: ChurnQuarters) -> tuple[Block, ...]:
    if not found.of_leavers:
        text = _("No employee who left had customers.")
        return (Paragraph(text, faint=True),)
    rows = [(band, fate, rate) for (band, fate), rate in found.of_leavers.items()]
    columns: list[Column[tuple[TenureBand, Fate, Rate]]] = [
        Column("band", N_("How long they were there"), lambda row: band_word(row[0])),
        Column("fate", N_("What became of the customer"), lambda row: fate_word(row[1])),
        Column("n", N_("Customers"), lambda row: row[2].n, align=_RIGHT),
        Column("lost", N_("Lost"), lambda row: row[2].hits, align=_RIGHT),
        Column("share", N_("Share"), lambda row: row[2].share, align=_RIGHT, kind=Kind.PERCENT),
        Column(
            "interval",
            N_("95% interval"),
            lambda row: interval_text(row[2].interval),
            align=_RIGHT,
        ),
    ]
    count = sum(rate.n for _band_, _fate, rate in rows)
    by_band = {band: [rate for one, _fate, rate in rows if one is band] for band in TenureBand}
    facts = [
        (band_word(band), rate_text(sum(r.hits for r in rates), sum(r.n for r in rates)))
        for band, rates in by_band.items()
        if rates
    ]
    return Facts(tuple(facts)), Table(
        _("Customers of leavers that left as well"),
        columns,
        rows,
        note=small_note(count),
        faint=lambda row: row[2].n < SMALL_N,
    )


def _definitions() -> list[tuple[str, str]]:
    return [
        (
            _("Lost"),
            _(
                "A case ended as lost. It counts in the quarter in which the customer left or, "
                "where no day is recorded, the case was opened; a customer once a quarter. Cases "
                "still being worked on are not in it."
            ),
        ),
        (
            _("Churn rate"),
            _(
                "Lost customers, divided by all who were customers in the quarter: they had come "
                "and were not lost before, or bought again since."
            ),
        ),
        (
            _("Class of the customer"),
            _(
                "That of today: the class at the time is not on record. Who bought less before "
                "leaving counts in the lower class, so the churn of class A may have been higher "
                "than it is shown, that of class C lower."
            ),
        ),
        (
            _("Trend"),
            _(
                "Test of Cochran and Armitage at 5%: rising or falling over the quarters, else "
                "first and last quarter of the years against the middle. Flat: neither. At least "
                "{quarters} quarters and {lost} lost customers."
            ).format(quarters=LEAST_QUARTERS, lost=LEAST_LOST),
        ),
        (
            _("Turnover"),
            _(
                "Employees who left, divided by the average headcount at the beginning and end "
                "of the quarter (F-37). By time of service: up to {short} days, up to {veteran} "
                "days, longer."
            ).format(short=SHORT_DAYS, veteran=VETERAN_DAYS),
        ),
        (
            _("Correlation"),
            _(
                "The r of Pearson of the rate and the number of employees who left, over quarters "
                "that are over; -1 to +1, 0: nothing in common. Interval by the z of Fisher. Few "
                "quarters say little."
            ),
        ),
        (
            _("Customers of those who left"),
            _("Those a leaver was in charge of; lost within a year after the last day of work."),
        ),
        grey_meaning(),
    ]
