"""Who looks after whom: orphans, backups, key persons, rotations due."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import ClassVar, Final

from pydantic import Field
from sqlalchemy.orm import Session
from typing_extensions import override

from db.queries.paging import Sort
from db.vocabulary import CustomerClass
from desktop_app import clock
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.handover import OrphanReason
from desktop_app.domain.handover_words import orphan_reason
from desktop_app.domain.permissions import Action
from desktop_app.domain.rates import Rate
from desktop_app.domain.staff_figures import ReliancePolicy
from desktop_app.i18n import N_, _
from desktop_app.labels import day_text, label, money, number, percent
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
)
from desktop_app.reports.scope import visible_filters
from desktop_app.reports.shares import grey_meaning, interval_text, rate_text, small_note
from desktop_app.services import access, charges, key_persons
from desktop_app.services.charges import Coverage, OrphanFilter, OrphanRow, RotationRow
from desktop_app.services.key_persons import AtRiskRow, KeyPersonRow, RiskFilter

_EVERYTHING: Final = 10**9
_AHEAD: Final = timedelta(days=90)
_BANDS: Final = (7, 30, 90, 365)
"""Days without anybody in charge: the ends of the bars."""
_RIGHT: Final = Align.RIGHT


_REASONS: Final[Mapping[OrphanReason, str]] = {
    OrphanReason.LEFT: N_("employee left"),
    OrphanReason.ENDED: N_("no successor"),
    OrphanReason.NEVER: N_("never anybody"),
}


class LookAfterParams(ReportParams):
    """Rotations that are due until a day; within 90 days without one."""

    until: date | None = Field(None, title=N_("Rotations until"))


class WhoLooksAfter(Report[LookAfterParams]):
    """Customers without anybody in charge, with backup, hanging on one person, to rotate."""

    id: ClassVar[str] = "who-looks-after-whom"
    title: ClassVar[str] = N_("Who looks after whom")
    summary: ClassVar[str] = N_(
        "Customers nobody looks after, with age and reason; backups; key persons; rotations"
    )
    Params = LookAfterParams

    @override
    def build(self, session: Session, params: LookAfterParams) -> Document:
        access.require(session, Action.REPORT)
        today = clock.today()
        until = params.until or today + _AHEAD
        longest = Sort("days", descending=True)
        orphans = charges.list_orphans(session, OrphanFilter(), longest, 0, _EVERYTHING)
        covered = charges.coverage(session)
        people = key_persons.list_key_persons(session)
        at_risk = key_persons.list_at_risk(session, RiskFilter(), 0, _EVERYTHING)
        rotations = charges.rotations_due(session, until)
        sections = [
            Section(_("Summary"), _summary(orphans, covered, at_risk, rotations, today)),
            Section(_("Customers nobody looks after"), _orphans(orphans)),
            Section(_("In charge, with a backup"), _coverage(covered)),
            Section(_("Key persons"), _key_persons(people, at_risk)),
            Section(_("Rotations"), _rotations(rotations, today)),
        ]
        return new_document(
            session,
            self,
            sections=sections,
            period=day_text(today),
            filters=[(_("Rotations until"), day_text(until)), *visible_filters(session)],
            definitions=_definitions(key_persons.policy(session)),
        )


def _summary(
    orphans: Sequence[OrphanRow],
    covered: Coverage,
    at_risk: Sequence[AtRiskRow],
    rotations: Sequence[RotationRow],
    today: date,
) -> tuple[Block, ...]:
    ages = [row.days for row in orphans if row.days is not None]
    known = _("{days} days (n = {n})").format(
        days=number(median(ages), 0) if ages else "—", n=number(len(ages))
    )
    overdue = sum(row.due < today for row in rotations)
    return (
        Facts(
            (
                (_("Customers nobody looks after"), number(len(orphans))),
                (_("Half of them for longer than"), known if ages else "—"),
                (_("Without a backup as well"), number(sum(not row.backup for row in orphans))),
                (_("In charge, with a backup"), rate_text(covered.total.hits, covered.total.n)),
                (_("Customers that hang on one person"), number(len(at_risk))),
                (_("Rotations due"), number(len(rotations))),
                (_("Of these overdue"), number(overdue)),
            )
        ),
    )


# Orphans -----------------------------------------------------------------------------------------


def _orphans(rows: Sequence[OrphanRow]) -> tuple[Block, ...]:
    if not rows:
        return (Paragraph(_("Every customer has somebody in charge."), faint=True),)
    names = [_("up to {n} days").format(n=end) for end in _BANDS]
    names += [_("longer"), _("not known")]
    counts = [0] * len(names)
    for row in rows:
        counts[_band(row.days)] += 1
    figure = Figure(
        FigureKind.BAR,
        _("How long nobody has looked after them"),
        tuple(names),
        (Series(_("Customers"), tuple(map(float, counts))),),
        unit=_("customers"),
    )
    return figure, _by_class(rows), _listed(rows)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _band(days: int | None) -> int:
    if days is None:
        return len(_BANDS) + 1
    return next((place for place, end in enumerate(_BANDS) if days <= end), len(_BANDS))


@dataclass(frozen=True, slots=True)
class _Kind:
    reason: str
    by_class: Mapping[CustomerClass, int]

    @property
    def count(self) -> int:
        return sum(self.by_class.values())


def _by_class(rows: Sequence[OrphanRow]) -> Table:
    kinds = []
    for reason in dict.fromkeys(row.reason for row in rows):
        of = [row for row in rows if row.reason is reason]
        counts = {klass: sum(row.klass is klass for row in of) for klass in CustomerClass}
        kinds.append(_Kind(orphan_reason(reason), counts))
    kinds.sort(key=lambda kind: -kind.count)
    classes: list[Column[_Kind]] = [
        GivenColumn(klass.value, label(klass), _class_reader(klass), align=_RIGHT, width=84)
        for klass in CustomerClass
    ]
    total: dict[str, object] = {"reason": _("All"), "count": len(rows)}
    total |= {klass.value: sum(row.klass is klass for row in rows) for klass in CustomerClass}
    return Table(
        _("Why nobody looks after them"),
        [
            Column("reason", N_("Reason"), lambda kind: kind.reason, width=260),
            *classes,
            Column("count", N_("Customers"), lambda kind: kind.count, align=_RIGHT, width=84),
        ],
        kinds,
        total=total,
    )


def _class_reader(klass: CustomerClass) -> Callable[[_Kind], int]:
    return lambda kind: kind.by_class[klass]


def _listed(rows: Sequence[OrphanRow]) -> Table:
    columns: list[Column[OrphanRow]] = [
        Column("number", N_("Number"), lambda row: row.number),
        Column("name", N_("Customer"), lambda row: row.name),
        Column("klass", N_("Class"), lambda row: row.klass),
        Column("district", N_("District"), lambda row: row.district),
        Column("since", N_("Since"), lambda row: row.since, lambda row: _day(row.since)),
        Column("days", N_("Days"), lambda row: row.days, align=_RIGHT),
        Column("reason", N_("Reason"), lambda row: _(_REASONS[row.reason])),
        Column("former", N_("In charge before"), lambda row: row.former),
        Column("backup", N_("Backup"), lambda row: row.backup),
        Column(
            "value",
            N_("Spend 12 m"),
            lambda row: row.value,
            lambda row: money(row.value, row.currency),
            align=_RIGHT,
            kind=Kind.MONEY,
        ),
        Column(
            "last_contact",
            N_("Last contact"),
            lambda row: row.last_contact,
            lambda row: _day(row.last_contact),
        ),
    ]
    return Table(
        _("Customers nobody looks after"),
        columns,
        rows,
        note=_("n = {n}, those longest alone first").format(n=number(len(rows))),
        key=lambda row: str(row.customer_id),
        page="customer-card",
    )


# Backups -----------------------------------------------------------------------------------------


def _coverage(found: Coverage) -> tuple[Block, ...]:
    rows = [(label(klass), rate) for klass, rate in found.by_class.items()]
    figure = Figure(
        FigureKind.BAR,
        _("In charge and with a backup, by class"),
        tuple(name for name, _rate in rows),
        (
            Series(
                _("Covered"),
                tuple(
                    None if rate.share is None else round(100 * rate.share, 1)
                    for _name, rate in rows
                ),
                tuple(rate.n for _name, rate in rows),
            ),
        ),
        unit=PERCENT,
        note=_("somebody in charge and somebody else as backup, in per cent of the customers"),
    )
    total: dict[str, object] = {
        "klass": _("All"),
        "n": found.total.n,
        "hits": found.total.hits,
        "share": found.total.share,
        "interval": interval_text(found.total.interval),
    }
    columns: list[Column[tuple[str, Rate]]] = [
        Column("klass", N_("Class"), lambda row: row[0]),
        Column("n", N_("Customers"), lambda row: row[1].n, align=_RIGHT),
        Column("hits", N_("With a backup"), lambda row: row[1].hits, align=_RIGHT),
        Column("share", N_("Share"), lambda row: row[1].share, align=_RIGHT, kind=Kind.PERCENT),
        Column(
            "interval", N_("95% interval"), lambda row: interval_text(row[1].interval), align=_RIGHT
        ),
    ]
    table = Table(
        _("Coverage by class"),
        columns,
        rows,
        note=small_note(found.total.n),
        faint=lambda row: row[1].n < SMALL_N,
        total=total,
    )
    return figure, table


# Key persons -------------------------------------------------------------------------------------


def _key_persons(people: Sequence[KeyPersonRow], at_risk: Sequence[AtRiskRow]) -> tuple[Block, ...]:
    if not people:
        return (Paragraph(_("No customer hangs on one person."), faint=True),)
    columns: list[Column[KeyPersonRow]] = [
        Column("person", N_("Employee"), lambda row: row.person),
        Column("customers", N_("Customers"), lambda row: row.customers, align=_RIGHT),
        Column(
            "value",
            N_("Value at risk"),
            lambda row: row.value,
            lambda row: money(row.value, row.currency),
            align=_RIGHT,
            kind=Kind.MONEY,
        ),
        Column("met", N_("Customers in contact"), lambda row: row.index.n, align=_RIGHT),
        Column("share", N_("Share"), lambda row: row.index.share, align=_RIGHT, kind=Kind.PERCENT),
    ]
    of_customers: list[Column[AtRiskRow]] = [
        Column("number", N_("Number"), lambda row: row.number),
        Column("name", N_("Customer"), lambda row: row.name),
        Column("klass", N_("Class"), lambda row: row.klass),
        Column("person", N_("Employee"), lambda row: row.person),
        Column(
            "index",
            N_("Key-person index"),
            lambda row: row.index.share,
            align=_RIGHT,
            kind=Kind.PERCENT,
        ),
        Column("n", N_("Contacts made"), lambda row: row.index.n, align=_RIGHT),
        Column("points", N_("People in contact"), lambda row: row.points, align=_RIGHT),
        Column(
            "value",
            N_("Spend 12 m"),
            lambda row: row.value,
            lambda row: money(row.value, row.currency),
            align=_RIGHT,
            kind=Kind.MONEY,
        ),
    ]
    return (
        Table(_("What would be at risk if somebody left"), columns, people),
        Table(
            _("Customers that hang on one person"),
            of_customers,
            at_risk,
            note=small_note(len(at_risk)),
            faint=lambda row: row.index.n < SMALL_N,
            key=lambda row: str(row.customer_id),
            page="customer-card",
        ),
    )


# Rotations ---------------------------------------------------------------------------------------


def _rotations(rows: Sequence[RotationRow], today: date) -> tuple[Block, ...]:
    if not rows:
        return (Paragraph(_("No rotation is due until then."), faint=True),)
    columns: list[Column[RotationRow]] = [
        Column("number", N_("Number"), lambda row: row.number),
        Column("name", N_("Customer"), lambda row: row.name),
        Column("klass", N_("Class"), lambda row: row.klass),
        Column("user", N_("In charge"), lambda row: row.user),
        Column("since", N_("Since"), lambda row: row.since),
        Column("overlap_from", N_("Both from"), lambda row: row.overlap_from),
        Column("due", N_("Due"), lambda row: row.due),
        Column("is_late", N_("Overdue"), lambda row: row.due < today),
    ]
    return (
        Table(
            _("Rotations due"),
            columns,
            rows,
            note=_("n = {n}").format(n=number(len(rows))),
            key=lambda row: str(row.customer_id),
            page="customer-card",
        ),
    )


def _definitions(policy: ReliancePolicy) -> list[tuple[str, str]]:
    return [
        (
            _("Nobody looks after"),
            _(
                "Nobody is in charge today: the employee left, or the charge ended without a "
                "successor, or nobody ever was. The days count from the day after; customers who "
                "have died, refused contact or are not known by name are left out."
            ),
        ),
        (
            _("With a backup"),
            _("Somebody is in charge and somebody else is the backup, both still employed."),
        ),
        (
            _("Key-person index"),
            _(
                "Contacts of the person with most of them, divided by all contacts of the last "
                "{days} days (F-36). From {share} on the customer hangs on this person."
            ).format(days=policy.days, share=percent(policy.share, 0)),
        ),
        (
            _("Rotation"),
            _("After so many months somebody else is to be in charge; for some days both come."),
        ),
        grey_meaning(),
    ]
