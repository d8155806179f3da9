"""Columns of signals."""

from fractions import Fraction
from typing import Protocol

from db.queries.signals import SignalRow
from db.vocabulary import RuleKind
from desktop_app import labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.detection.base import number_text, percent_text
from desktop_app.i18n import N_, _, language

_SHARES = frozenset({RuleKind.PARTIAL_SHARE, RuleKind.VALUE_DOWNGRADE})


class HasSentence(Protocol):
    """Anything that says why in both languages."""

    @property
    def sentence_zh(self) -> str:
        """The sentence in Chinese."""

    @property
    def sentence_en(self) -> str:
        """The sentence in English."""


def sentence(row: HasSentence) -> str:
    """Why there is a signal, in the present language."""
    return row.sentence_zh if language().startswith("zh") else row.sentence_en


def measure_text(kind: RuleKind, value: float | None) -> str:
    """A measured value or limit in its rule's unit, days or a share, as its sentence writes it."""
    if value is None:
        return ""
    exact = Fraction(str(value))
    if kind in _SHARES:
        return f"{percent_text(exact)}%"
    return _("{n} d").format(n=number_text(exact))


def measured_text(row: SignalRow) -> str:
    """The measured value beside its limit."""
    if row.measured is None:
        return ""
    measured, limit = measure_text(row.kind, row.measured), measure_text(row.kind, row.limit)
    return f"{measured} / {limit}" if limit else measured


SIGNAL_COLUMNS: tuple[Column[SignalRow], ...] = (
    Column("customer_number", N_("Number"), lambda row: row.customer_number, width=76),
    Column(
        "customer", N_("Customer"), lambda row: row.customer,
        text=lambda row: row.customer or _("(no name)"),
    ),
    Column(
        "klass", N_("Class"), lambda row: row.klass,
        text=lambda row: row.klass.value.upper(), width=52,
    ),
    Column("kind", N_("Departure"), lambda row: row.kind),
    Column(
        "spend_window", N_("Spend 12 m"), lambda row: row.spend_window,
        text=lambda row: labels.money(row.spend_window, row.currency),
        align=Align.RIGHT, kind=Kind.MONEY,
    ),
    Column(
        "measured", N_("Measured / limit"), lambda row: row.measured, measured_text, Align.RIGHT
    ),
    Column("sentence", N_("Finding"), sentence, width=400, sortable=False),
    Column("as_of", N_("As of"), lambda row: row.as_of),
    Column("store", N_("Store"), lambda row: row.store, sortable=False),
    Column("state", N_("State"), lambda row: row.state),
    Column("snoozed_until", N_("Snoozed until"), lambda row: row.snoozed_until),
    Column("state_note", N_("Note"), lambda row: row.state_note, sortable=False),
)  # fmt: skip
