"""Columns of who looks after whom: orphans, key persons, customers at risk, rotation."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from db.vocabulary import CustomerClass
from desktop_app import clock, labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.handover import OrphanReason
from desktop_app.domain.rates import Rate
from desktop_app.i18n import N_, _, ngettext
from desktop_app.services.charges import RotationRow
from desktop_app.services.key_persons import AtRiskRow, KeyPersonRow
from desktop_app.services.orphans import OrphanRow
from desktop_app.ui.theme import Tone

REASONS: Final[Mapping[OrphanReason, str]] = {
    OrphanReason.LEFT: N_("Employee left"),
    OrphanReason.ENDED: N_("Charge ended"),
    OrphanReason.NEVER: N_("Never anybody"),
}
"""Why nobody is in charge, for a cell."""
_WARN_DAYS, _BAD_DAYS = 7, 30


def letter(klass: CustomerClass) -> str:
    """The letter of a class."""
    return klass.value.upper()


def days_tone(row: OrphanRow) -> Tone | None:
    """Tone of how long a customer has been alone."""
    if row.days is None or row.days < _WARN_DAYS:
        return None
    return Tone.BAD if row.days >= _BAD_DAYS else Tone.WARN


def _days(row: OrphanRow) -> str:
    if row.days is None:
        return _("not known")
    return ngettext("{n} day", "{n} days", row.days).format(n=labels.number(row.days))


ORPHAN_COLUMNS: Final[list[Column[OrphanRow]]] = [
    Column("number", N_("Number"), lambda row: row.number, width=92),
    Column("name", N_("Customer"), lambda row: row.name, width=150),
    Column("klass", N_("Class"), lambda row: row.klass, lambda row: letter(row.klass),
           align=Align.CENTER, width=60),
    Column("value", N_("Spend 12 m"), lambda row: row.value,
           lambda row: labels.money(row.value, row.currency), align=Align.RIGHT,
           kind=Kind.MONEY, width=110),
    Column("days", N_("Alone for"), lambda row: row.days, _days, align=Align.RIGHT, width=90),
    Column("reason", N_("Reason"), lambda row: row.reason, lambda row: _(REASONS[row.reason]),
           width=110),
    Column("former", N_("Formerly"), lambda row: row.former, width=90),
    Column("backup", N_("Backup"), lambda row: row.backup, width=90, sortable=False),
    Column("last_contact", N_("Last contact"), lambda row: row.last_contact, width=130,
           sortable=False),
    Column("since", N_("Alone since"), lambda row: row.since, width=130),
    Column("district", N_("District"), lambda row: row.district, width=90),
    Column("store", N_("Store"), lambda row: row.store),
]  # fmt: skip


def _share(row: KeyPersonRow) -> str:
    return labels.percent(row.index.share, 0)


KEY_PERSON_COLUMNS: Final[list[Column[KeyPersonRow]]] = [
    Column("person", N_("Employee"), lambda row: row.person, width=140),
    Column("customers", N_("Customers that hang on them"), lambda row: row.customers,
           align=Align.RIGHT, width=200),
    Column("value", N_("Their spend 12 m"), lambda row: row.value,
           lambda row: labels.money(row.value, row.currency), align=Align.RIGHT,
           kind=Kind.MONEY, width=150),
    Column("index", N_("Of all in contact with"), lambda row: row.index.share, _share,
           align=Align.RIGHT, kind=Kind.PERCENT, width=160),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A customer that hangs on one person, with who would stand in."""

    row: AtRiskRow
    backup: str
    least: int

    @property
    def customer_id(self) -> uuid.UUID:
        """Key of the customer."""
        return self.row.customer_id

    @property
    def klass(self) -> CustomerClass:
        """Class of the customer."""
        return self.row.klass


def index_words(index: Rate) -> str:
    """Contacts by one person of all."""
    if index.share is None:
        return _("no contact")
    return _("{share} ({hits} of {n})").format(
        share=labels.percent(index.share, 0), hits=index.hits, n=index.n
    )


def points_words(points: int, least: int) -> str:
    """People in contact against the minimum."""
    return _("{n} of {least}").format(n=points, least=least)


def index_tone(one: AtRisk) -> Tone | None:
    """Tone of the index."""
    return Tone.BAD if one.row.is_key else None


def points_tone(one: AtRisk) -> Tone | None:
    """Tone of how many people are in contact."""
    return Tone.WARN if one.row.is_short else None


RISK_COLUMNS: Final[list[Column[AtRisk]]] = [
    Column("number", N_("Number"), lambda one: one.row.number, width=92),
    Column("name", N_("Customer"), lambda one: one.row.name, width=150),
    Column("klass", N_("Class"), lambda one: one.klass, lambda one: letter(one.klass),
           align=Align.CENTER, width=60),
    Column("person", N_("Hangs on"), lambda one: one.row.person, width=100),
    Column("index", N_("Contacts by one person"), lambda one: one.row.index.share,
           lambda one: index_words(one.row.index), align=Align.RIGHT, width=160),
    Column("points", N_("People in contact"), lambda one: one.row.points,
           lambda one: points_words(one.row.points, one.least), align=Align.RIGHT, width=130),
    Column("backup", N_("Backup"), lambda one: one.backup, width=100),
    Column("value", N_("Spend 12 m"), lambda one: one.row.value,
           lambda one: labels.money(one.row.value, one.row.currency), align=Align.RIGHT,
           kind=Kind.MONEY, width=110),
]  # fmt: skip


def due_tone(row: RotationRow) -> Tone | None:
    """Tone of the day on which somebody is to hand over."""
    today = clock.today()
    if row.due <= today:
        return Tone.BAD
    return Tone.WARN if row.overlap_from <= today else None


ROTATION_COLUMNS: Final[list[Column[RotationRow]]] = [
    Column("number", N_("Number"), lambda row: row.number, width=92),
    Column("name", N_("Customer"), lambda row: row.name, width=160),
    Column("klass", N_("Class"), lambda row: row.klass, lambda row: letter(row.klass),
           align=Align.CENTER, width=60),
    Column("user", N_("In charge"), lambda row: row.user, width=110),
    Column("since", N_("Since"), lambda row: row.since, width=140),
    Column("overlap_from", N_("Both from"), lambda row: row.overlap_from, width=140),
    Column("due", N_("Hand over until"), lambda row: row.due, width=140),
]  # fmt: skip
