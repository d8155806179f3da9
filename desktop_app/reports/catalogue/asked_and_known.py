"""Learning why outranks saving: which lost customers were asked, how often the reason is known."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field
from sqlalchemy.orm import Session
from typing_extensions import override

from db.vocabulary import RuleKind
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.rates import Closed, Rate
from desktop_app.i18n import N_, _
from desktop_app.labels import number
from desktop_app.reports.base import (
    PERCENT,
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
from desktop_app.reports.scope import ClosedParams, begin, scope_filters
from desktop_app.reports.shares import (
    grey_meaning,
    interval_meaning,
    interval_text,
    rate_text,
)
from desktop_app.services import insights
from desktop_app.services.insights import ClosedFilter, ClosedGroup, Rates


class AskedAndKnownParams(ClosedParams):
    """Which cases, by the day they were closed."""

    kind: RuleKind | None = Field(None, title=N_("Kind of departure"))


class AskedAndKnown(Report[AskedAndKnownParams]):
    """Completion rate, reason-known rate and save rate: all, by month, person and store."""

    id: ClassVar[str] = "asked-and-known"
    title: ClassVar[str] = N_("Asked and known")
    summary: ClassVar[str] = N_(
        "How many lost customers were asked why, and how often the reason is known"
    )
    Params = AskedAndKnownParams

    @override
    def build(self, session: Session, params: AskedAndKnownParams) -> Document:
        head = begin(session, params.start, params.end, params.store)
        found = insights.rates(
            session, ClosedFilter(params.start, params.end, params.store, params.kind)
        )
        sections = [Section(_("Summary"), _summary(found.all))]
        if found.all.closed:
            sections += [
                Section(_("By month"), _months(found)),
                Section(_("By person"), (_table(_("By person"), N_("Owner"), _owners(found)),)),
                Section(_("By store"), (_table(_("By store"), N_("Store"), _stores(found)),)),
            ]
        return new_document(
            session,
            self,
            sections=sections,
            filters=scope_filters(session, params.kind),
            definitions=_definitions(),
            criteria=_behind(params),
            **head,
        )


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a table; `behind` narrows the cases to it, None when that cannot be said."""

    name: str
    counts: Closed
    behind: Mapping[str, str] | None


_GROUPS: Mapping[str, ClosedGroup] = {
    "name": ClosedGroup.CLOSED,
    "asked_n": ClosedGroup.LOST,
    "asked": ClosedGroup.ASKED,
    "asked_interval": ClosedGroup.ASKED,
    "known_n": ClosedGroup.CLOSED,
    "known": ClosedGroup.KNOWN,
    "known_interval": ClosedGroup.KNOWN,
    "saved_n": ClosedGroup.CONTACTED,
    "saved": ClosedGroup.SAVED,
    "saved_interval": ClosedGroup.SAVED,
}
"""Column of a table to the cases it counts."""


def _cases(line: _Line, column: str) -> Mapping[str, str]:
    if line.behind is None:
        return {}
    return {**line.behind, "closed_group": _GROUPS[column].value}


def _owners(found: Rates) -> list[_Line]:
    return [
        _Line(
            who.name,
            counts,
            {"owner_id": str(who.id)} if who.id is not None else {"unassigned": "true"},
        )
        for who, counts in found.owners.items()
    ]


def _stores(found: Rates) -> list[_Line]:
    return [
        _Line(where.name, counts, None if where.id is None else {"store_id": str(where.id)})
        for where, counts in found.stores.items()
    ]


def _behind(params: AskedAndKnownParams) -> Mapping[str, str]:
    given = {
        "closed_from": params.start.isoformat() if params.start else "",
        "closed_until": params.end.isoformat() if params.end else "",
        "store_id": str(params.store) if params.store else "",
        "kind": params.kind.value if params.kind else "",
    }
    return {name: value for name, value in given.items() if value}


def _summary(counts: Closed) -> tuple[Block, ...]:
    facts = Facts(
        (
            (_("Lost customers asked"), _rate(counts.completion)),
            (_("Reason known"), _rate(counts.reason_known)),
            (_("Saved, of those contacted"), _rate(counts.of_contacted)),
            (_("Saved, of all who wanted to leave"), _rate(counts.of_everybody)),
            (_("Lost, an interview was at least begun"), _rate(Rate(counts.tried, counts.lost))),
            (_("Closed as unreachable"), number(counts.unreachable)),
        )
    )
    if not counts.closed:
        return facts, Paragraph(_("No case was closed in this period."), faint=True)
    missing = counts.lost - counts.asked
    if missing:
        text = _("{count} lost customers were not asked why. Their cases can still be re-opened.")
        return facts, Paragraph(text.format(count=number(missing)))
    return (facts,)


def _rate(rate: Rate) -> str:
    return rate_text(rate.hits, rate.n)


def _months(found: Rates) -> tuple[Block, ...]:
    months = [(f"{year:04d}-{month:02d}", one) for (year, month), one in found.months.items()]
    lines = [_Line(month, counts, {"closed_month": month}) for month, counts in months]
    table = _table(_("By month of closing"), N_("Month"), lines)
    if len(lines) < 2:  # noqa: PLR2004  (a line needs two points)
        return (table,)
    series: tuple[tuple[str, Callable[[Closed], Rate]], ...] = (
        (_("Lost customers asked"), lambda one: one.completion),
        (_("Reason known"), lambda one: one.reason_known),
        (_("Saved, of those contacted"), lambda one: one.of_contacted),
    )
    figure = Figure(
        FigureKind.LINE,
        _("Asked, known and saved by month"),
        tuple(line.name for line in lines),
        tuple(_series(name, [read(line.counts) for line in lines]) for name, read in series),
        keys=tuple(line.name for line in lines),
        criterion="closed_month",
        unit=PERCENT,
        note=_(
            "by the month in which the case was closed; grey, with their number n: fewer than "
            "{small} cases"
        ).format(small=SMALL_N),
    )
    return figure, table


def _series(name: str, rates: Sequence[Rate]) -> Series:
    shares = [rate.share for rate in rates]
    values = tuple(None if share is None else round(100 * share, 1) for share in shares)
    return Series(name, values, tuple(rate.n for rate in rates))


def _table(title: str, first: str, lines: Sequence[_Line]) -> Table:
    return Table(
        title,
        [
            Column("name", first, lambda line: line.name or _("nobody")),
            *_rate_columns("asked", N_("Lost"), N_("Asked"), lambda one: one.completion),
            *_rate_columns("known", N_("Closed"), N_("Reason known"), lambda one: one.reason_known),
            *_rate_columns("saved", N_("Contacted"), N_("Saved"), lambda one: one.of_contacted),
        ],
        lines,
        note=_("each share with its 95% interval; grey: fewer than {small} closed cases").format(
            small=SMALL_N
        ),
        faint=lambda line: line.counts.closed < SMALL_N,
        cases=_cases,
    )


def _rate_columns(
    name: str, n_title: str, title: str, read: Callable[[Closed], Rate]
) -> list[Column[_Line]]:
    right = Align.RIGHT
    return [
        Column(f"{name}_n", n_title, lambda line: read(line.counts).n, align=right),
        Column(name, title, lambda line: read(line.counts).share, align=right, kind=Kind.PERCENT),
        Column(
            f"{name}_interval",
            N_("95% interval"),
            lambda line: interval_text(read(line.counts).interval),
            align=right,
        ),
    ]


def _definitions() -> list[tuple[str, str]]:
    return [
        (
            _("Lost customers asked"),
            _(
                "Cases closed as lost with a finished exit interview, divided by all cases closed "
                "as lost. Who was never reached is closed as unreachable and counts apart."
            ),
        ),
        (
            _("Reason known"),
            _(
                "Closed cases with a root reason that says something, divided by all closed cases "
                "but duplicates; “not known” is not known."
            ),
        ),
        (
            _("Saved, of those contacted"),
            _(
                "Saved and won back, divided by the cases in which the customer was reached at "
                "least once (formula F-10); beside it of all closed cases but duplicates."
            ),
        ),
        (_("Owner"), _("Who works on the case when it is closed.")),
        interval_meaning(),
        grey_meaning(),
    ]
