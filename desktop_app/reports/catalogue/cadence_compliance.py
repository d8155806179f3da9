"""What the cadence asks for and what became of it, by class, function and person; exceptions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import Field
from sqlalchemy.orm import Session
from typing_extensions import override

from db.queries.visit_plan import OverrideRow
from desktop_app import clock
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.cadence import CadencePolicy
from desktop_app.domain.cadence_words import channel_word, role_word, rule_sentence
from desktop_app.domain.compliance import Compliance
from desktop_app.domain.months import add_months
from desktop_app.i18n import N_, _
from desktop_app.labels import day_text, label, number
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
    ReportParams,
    Section,
    Series,
    Table,
    new_document,
    period_text,
)
from desktop_app.reports.scope import require_period, visible_filters
from desktop_app.reports.shares import grey_meaning, interval_text, rate_text, small_note
from desktop_app.services import cadence, compliance
from desktop_app.services.compliance import ComplianceResult, ExcessLine


class ComplianceParams(ReportParams):
    """Which duties, by the last day on which each was to be done; the last month without days."""

    start: date | None = Field(None, title=N_("Due from"))
    end: date | None = Field(None, title=N_("Due until"))


class CadenceCompliance(Report[ComplianceParams]):
    """Required, made in time, late and missed contacts; pressure above the most; exceptions."""

    id: ClassVar[str] = "cadence-compliance"
    title: ClassVar[str] = N_("Cadence compliance")
    summary: ClassVar[str] = N_(
        "Contacts owed, made, late and missed by class, function and person; too much pressure; "
        "exceptions with their reasons"
    )
    Params = ComplianceParams

    @override
    def build(self, session: Session, params: ComplianceParams) -> Document:
        first, last = _period(params)
        require_period(session, first, last)
        found = compliance.compliance(session, first, last)
        held = [row for row in cadence.list_overrides(session) if _holds(row, first, last)]
        sections = [Section(_("Summary"), _summary(found))]
        if found.total.required or found.total.overridden:
            sections += [
                Section(_("By class"), _by_class(found)),
                Section(_("By function"), (_by_role(found), _by_cell(found))),
                Section(_("By person"), _by_person(found)),
            ]
        sections += [
            Section(_("More contacts than the most"), _excess(found.excess)),
            Section(_("Exceptions"), _overrides(held, cadence.policy(session))),
        ]
        return new_document(
            session,
            self,
            sections=sections,
            period=period_text(first, last),
            filters=[(_("Known until"), day_text(found.as_of)), *visible_filters(session)],
            definitions=_definitions(),
        )


def _period(params: ComplianceParams) -> tuple[date, date]:
    """The days asked for, the last whole month without any; one end gives the other."""
    this_month = clock.today().replace(day=1)
    if params.start is None and params.end is None:
        return add_months(this_month, -1), this_month - timedelta(days=1)
    last = params.end or max(clock.today(), params.start or this_month)
    return params.start or last.replace(day=1), last


def _holds(row: OverrideRow, first: date, last: date) -> bool:
    return row.first <= last and (row.last is None or row.last >= first)


@dataclass(frozen=True, slots=True)
class _Row:
    """Figures under a name."""

    name: str
    figures: Compliance
    role: str = ""
    channel: str = ""


def _summary(found: ComplianceResult) -> tuple[Block, ...]:
    total = found.total
    facts = Facts(
        (
            (_("Contacts owed"), number(total.required)),
            (_("Made in time"), rate_text(total.made, total.required)),
            (_("Made late"), number(total.late)),
            (_("Missed"), number(total.missed)),
            (_("Still to be made"), number(total.open)),
            (_("Waived"), number(total.overridden)),
            (_("Periods with too many contacts"), number(len(found.excess))),
        )
    )
    if total.required:
        return (facts,)
    return facts, Paragraph(_("No contact was owed in this period."), faint=True)


def _columns(first: str, *more: Column[_Row]) -> list[Column[_Row]]:
    def count(name: str, title: str) -> Column[_Row]:
        return Column(
            name, title, lambda row: getattr(row.figures, name), align=Align.RIGHT, width=84
        )

    return [
        Column("name", first, lambda row: row.name, width=150),
        *more,
        count("required", N_("Owed")),
        count("made", N_("Made in time")),
        count("late", N_("Made late")),
        count("missed", N_("Missed")),
        count("open", N_("Still to be made")),
        Column(
            "rate",
            N_("Compliance"),
            lambda row: row.figures.rate.share,
            align=Align.RIGHT,
            width=90,
            kind=Kind.PERCENT,
        ),
        Column(
            "interval",
            N_("95% interval"),
            lambda row: interval_text(row.figures.rate.interval),
            align=Align.RIGHT,
            width=130,
        ),
        count("overridden", N_("Waived")),
    ]


def _table(title: str, columns: Sequence[Column[_Row]], rows: Sequence[_Row]) -> Table:
    total = sum(row.figures.required for row in rows)
    return Table(
        title,
        columns,
        rows,
        note=small_note(total),
        faint=lambda row: row.figures.required < SMALL_N,
        total=_total(row.figures for row in rows),
    )


def _total(figures: Iterable[Compliance]) -> dict[str, object]:
    found = list(figures)
    names = ("made", "late", "missed", "open", "overridden")
    whole = Compliance(**{name: sum(getattr(one, name) for one in found) for name in names})
    return {
        "name": _("All"),
        **{name: getattr(whole, name) for name in (*names, "required")},
        "rate": whole.rate.share,
        "interval": interval_text(whole.rate.interval),
    }


def _by_class(found: ComplianceResult) -> tuple[Block, ...]:
    rows = [_Row(label(klass), figures) for klass, figures in found.by_class.items()]
    table = _table(_("Compliance by class"), _columns(N_("Class")), rows)
    return _figure(_("Made in time by class"), rows), table


def _figure(title: str, rows: Sequence[_Row]) -> Figure:
    shares = (row.figures.rate.share for row in rows)
    values = tuple(None if share is None else round(100 * share, 1) for share in shares)
    counts = tuple(row.figures.required for row in rows)
    return Figure(
        FigureKind.BAR,
        title,
        tuple(row.name for row in rows),
        (Series(_("Made in time"), values, counts),),
        unit=PERCENT,
        note=_("made in time, of what was owed, in per cent"),
    )


def _by_role(found: ComplianceResult) -> Table:
    rows = [_Row(role_word(role), figures) for role, figures in found.by_role.items()]
    return _table(_("Compliance by function"), _columns(N_("Function")), rows)


def _by_cell(found: ComplianceResult) -> Table:
    rows = [
        _Row(label(klass), figures, role_word(role), channel_word(channel))
        for (klass, role, channel), figures in found.by_cell.items()
    ]
    columns = _columns(
        N_("Class"),
        Column("role", N_("Function"), lambda row: row.role, width=150),
        Column("channel", N_("Channel"), lambda row: row.channel, width=84),
    )
    return _table(_("Compliance by class, function and channel"), columns, rows)


def _by_person(found: ComplianceResult) -> tuple[Block, ...]:
    rows = [_Row(one.name or _("nobody"), one.figures) for one in found.by_person]
    return (_table(_("Compliance by person"), _columns(N_("Employee")), rows),)


def _excess(lines: Sequence[ExcessLine]) -> tuple[Block, ...]:
    if not lines:
        text = _("No customer was contacted more than the most.")
        return (Paragraph(text, faint=True),)
    columns: list[Column[Any]] = [
        Column("number", N_("Number"), lambda line: line.number),
        Column("customer", N_("Customer"), lambda line: line.customer),
        Column("rule", N_("Rule"), lambda line: rule_sentence(line.rule)),
        Column("first", N_("From day"), lambda line: line.first),
        Column("last", N_("Until day"), lambda line: line.last),
        Column("contacts", N_("Contacts made"), lambda line: line.contacts, align=Align.RIGHT),
        Column("most", N_("Allowed at most"), lambda line: line.rule.maximum, align=Align.RIGHT),
    ]
    return (
        Table(
            _("Periods with too many contacts"),
            columns,
            lines,
            note=_("n = {n}").format(n=number(len(lines))),
            key=lambda line: str(line.customer_id),
            page="customer-card",
        ),
    )


def _overrides(rows: Sequence[OverrideRow], policy: CadencePolicy) -> tuple[Block, ...]:
    if not rows:
        return (Paragraph(_("Nothing was agreed otherwise in this period."), faint=True),)
    rules = {rule.code: rule_sentence(rule) for rule in policy.rules}
    columns: list[Column[OverrideRow]] = [
        Column("number", N_("Number"), lambda row: row.number),
        Column("customer", N_("Customer"), lambda row: row.customer),
        Column("klass", N_("Class"), lambda row: row.klass),
        Column("rule", N_("Rule"), lambda row: rules.get(row.rule, row.rule)),
        Column("minimum", N_("At least"), lambda row: row.minimum, align=Align.RIGHT),
        Column("reason", N_("Reason"), lambda row: row.reason),
        Column("first", N_("From day"), lambda row: row.first),
        Column("last", N_("Until day"), lambda row: row.last),
        Column("by", N_("By"), lambda row: row.by),
    ]
    return (
        Table(
            _("What was agreed otherwise"),
            columns,
            rows,
            note=_("n = {n}").format(n=number(len(rows))),
            key=lambda row: str(row.customer_id),
            page="customer-card",
        ),
    )


def _definitions() -> list[tuple[str, str]]:
    return [
        (
            _("Owed"),
            _(
                "Contacts the cadence asks for, by class and function, whose last day lies in the "
                "period; of customers who may be contacted. What was waived is not owed."
            ),
        ),
        (
            _("Compliance"),
            _(
                "Made in time, divided by owed (F-19): an A customer visited twice of three "
                "times has 66.7%. What is still to be made counts as owed."
            ),
        ),
        (
            _("Made late"),
            _(
                "Not made in time, but made up in the next period by more contacts than that one "
                "needs; of an interval, within one more longest interval."
            ),
        ),
        (_("Missed"), _("The last day is over and nobody came or called, also not later.")),
        (
            _("Allowed at most"),
            _(
                "The most contacts the cadence allows in a period; informal ones do not count as "
                "pressure, but they fulfil what is owed."
            ),
        ),
        (_("Employee"), _("Who answers for it today; what nobody is there for stands last.")),
        grey_meaning(),
    ]
