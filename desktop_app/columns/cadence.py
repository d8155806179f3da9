"""The columns of the cadence: the plan, what is impossible, compliance, exceptions, the table."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from db.queries.visit_plan import OverrideRow
from db.vocabulary import CadenceRole, CustomerClass
from desktop_app import labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.cadence import CadenceChannel, CadenceRule
from desktop_app.domain.cadence_words import (
    channel_word,
    refusal_sentence,
    role_word,
    rule_sentence,
)
from desktop_app.domain.compliance import Compliance
from desktop_app.domain.plan_types import Impossible
from desktop_app.i18n import N_, _

MOST_SHOWN: Final = 2000
"""Of the impossible contacts so many are listed."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A line of a plan: what one role owes one class by one channel."""

    klass: CustomerClass
    role: CadenceRole
    channel: CadenceChannel
    required: int
    planned: int
    impossible: int

    @property
    def id(self) -> tuple[CustomerClass, CadenceRole, CadenceChannel]:
        """What tells it from the others."""
        return self.klass, self.role, self.channel


@dataclass(frozen=True, slots=True)
class ImpossibleLine:
    """A contact that is owed and cannot be planned."""

    place: int
    number: str
    customer: str
    what: Impossible

    @property
    def id(self) -> int:
        """What tells it from the others."""
        return self.place


@dataclass(frozen=True, slots=True)
class ComplianceLine:
    """Figures of a class, a role or a person; `group` says which of these, in words."""

    group: str
    name: str
    figures: Compliance

    @property
    def id(self) -> tuple[str, str]:
        """What tells it from the others."""
        return self.group, self.name


def letter(klass: CustomerClass) -> str:
    """The letter of a class."""
    return klass.value.upper()


def _days(line: ImpossibleLine) -> str:
    days = line.what.days
    return _("{first} to {last}").format(
        first=labels.day_text(days.first), last=labels.day_text(days.last)
    )


def often_text(rule: CadenceRule) -> str:
    """How often, without role and channel."""
    return rule_sentence(rule).rsplit(" · ", 1)[-1]


def _gap(rule: CadenceRule) -> str:
    return labels.number(rule.gap_days)


def _count(name: str, title: str) -> Column[ComplianceLine]:
    def value(row: ComplianceLine) -> object:
        return getattr(row.figures, name)

    return Column(name, title, value, align=Align.RIGHT, width=128, sortable=False)


PLAN_COLUMNS: Final[tuple[Column[PlanLine], ...]] = (
    Column("klass", N_("Class"), lambda row: row.klass, lambda row: letter(row.klass), width=64),
    Column("role", N_("Function"), lambda row: role_word(row.role), width=210),
    Column("channel", N_("Channel"), lambda row: channel_word(row.channel), width=110),
    Column("required", N_("Owed"), lambda row: row.required, align=Align.RIGHT, width=90),
    Column("planned", N_("Planned"), lambda row: row.planned, align=Align.RIGHT, width=90),
    Column("impossible", N_("Impossible"), lambda row: row.impossible, align=Align.RIGHT, width=96),
)

IMPOSSIBLE_COLUMNS: Final[tuple[Column[ImpossibleLine], ...]] = (
    Column("customer", N_("Customer"), lambda row: row.customer, width=150),
    Column("reason", N_("Why not"), lambda row: refusal_sentence(row.what.reason), width=290),
    Column("rule", N_("Rule"), lambda row: rule_sentence(row.what.rule), width=220),
    Column("days", N_("When"), _days, width=250),
    Column("number", N_("Number"), lambda row: row.number, width=90),
)

COMPLIANCE_COLUMNS: Final[tuple[Column[ComplianceLine], ...]] = (
    Column("group", N_("Counted by"), lambda row: row.group, width=100, sortable=False),
    Column("name", N_("Who or what"), lambda row: row.name, width=190, sortable=False),
    Column(
        "rate",
        N_("Made in time"),
        lambda row: row.figures.rate.share,
        align=Align.RIGHT,
        width=104,
        kind=Kind.PERCENT,
        sortable=False,
    ),
    *(
        _count(name, title)
        for name, title in (
            ("required", N_("Owed")),
            ("made", N_("In time")),
            ("late", N_("Made late")),
            ("missed", N_("Missed")),
            ("open", N_("Still to be made")),
            ("overridden", N_("Waived")),
        )
    ),
)


def override_columns(rules: dict[str, CadenceRule]) -> tuple[Column[OverrideRow], ...]:
    """Columns of exceptions; a rule that is gone is named by its code."""

    def rule(row: OverrideRow) -> str:
        known = rules.get(row.rule)
        return row.rule if known is None else rule_sentence(known)

    def until(row: OverrideRow) -> str:
        return _("until further notice") if row.last is None else labels.day_text(row.last)

    return (
        Column("customer", N_("Customer"), lambda row: row.customer, width=160),
        Column(
            "klass", N_("Class"), lambda row: row.klass, lambda row: letter(row.klass), width=64
        ),
        Column("rule", N_("Rule"), rule, width=230),
        Column("minimum", N_("Only"), lambda row: row.minimum, align=Align.RIGHT, width=64),
        Column("reason", N_("Reason"), lambda row: row.reason, width=240),
        Column("first", N_("From day"), lambda row: row.first, width=130),
        Column("last", N_("Until day"), lambda row: row.last or dt.date.max, until, width=130),
        Column("by", N_("Agreed by"), lambda row: row.by, width=90),
    )


RULE_COLUMNS: Final[tuple[Column[CadenceRule], ...]] = (
    Column(
        "klass", N_("Class"), lambda row: row.klass, lambda row: letter(row.klass), width=64,
        sortable=False,
    ),
    Column("role", N_("Function"), lambda row: role_word(row.role), width=190, sortable=False),
    Column("channel", N_("Channel"), lambda row: channel_word(row.channel), width=120,
           sortable=False),
    Column("often", N_("How often"), often_text, width=320, sortable=False),
    Column("gap", N_("Days apart"), _gap, align=Align.RIGHT, width=96, sortable=False),
)  # fmt: skip
