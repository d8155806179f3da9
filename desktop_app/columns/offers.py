"""Columns of the library of offers, its rules, budgets and coupons, and of offers in cases."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from db import reference
from db.queries.offers import CaseOfferRow, OfferRow, RuleRow
from db.vocabulary import OfferState
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.kpis import Interval
from desktop_app.domain.significance import ENOUGH
from desktop_app.i18n import N_, _, language
from desktop_app.labels import day_text, label, moment_text, money, percent

if TYPE_CHECKING:  # columns name rows of services, they ask none
    from desktop_app.services.coupons import Response
    from desktop_app.services.offer_approvals import Waiting
    from desktop_app.services.offer_budget import Budget


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A rule with the words of what it asks for."""

    rule: RuleRow
    group: str
    reason: str

    @property
    def id(self) -> object:
        """Key of the rule."""
        return self.rule.id


def offer_words(row: OfferRow) -> str:
    """The name of an offer in the present language."""
    return reference.text(row, language())


def state_words(row: CaseOfferRow) -> str:
    """What became of an offer."""
    if row.is_lapsed:
        return _("Ran out")
    if row.state is OfferState.ACCEPTED and row.redeemed_on is not None:
        return _("Accepted, coupon redeemed")
    return label(row.state)


def room_of(row: "Budget") -> str:
    """Whether a budget has room, as a word for the program."""
    if row.left is None:
        return "free"
    return "over" if row.left < 0 else "used_up" if row.left == 0 else "room"


def room_words(row: "Budget") -> str:
    """The same in words."""
    words = {
        "free": _("not limited"),
        "over": _("over budget"),
        "used_up": _("used up"),
        "room": _("has room"),
    }
    return words[room_of(row)]


def verdict_words(row: "Response") -> str:
    """Whether coupons pay, once enough were given."""
    if row.rate.n < ENOUGH:
        return _("too few yet")
    return _("yes") if row.pays else _("no")


def _anything(text: str) -> str:
    return text or _("any")


def _money(
    name: str,
    title: str,
    value: Callable[[Any], int | None],
    currency: Callable[[Any], str],
    width: int | None = None,
) -> Column[Any]:
    def text(row: Any) -> str:
        amount = value(row)
        return "" if amount is None else money(amount, currency(row))

    return Column(name, title, value, text, align=Align.RIGHT, kind=Kind.MONEY, width=width)


def _offered_in(one: "Waiting") -> str:
    return one.row.offer.currency


OFFER_COLUMNS: Final[tuple[Column[OfferRow], ...]] = (
    Column("name", N_("Offer"), offer_words, width=200),
    Column("goal", N_("Goal"), lambda row: row.goal, width=100),
    Column("approach", N_("Approach"), lambda row: row.approach, width=130),
    _money("cost", N_("Cost"), lambda row: row.cost, lambda row: row.currency, 90),
    Column("cap", N_("Times a year"), lambda row: row.cap_per_customer, align=Align.RIGHT),
    Column("valid_days", N_("Good for days"), lambda row: row.valid_days, align=Align.RIGHT),
    Column("is_coupon", N_("Coupon"), lambda row: row.is_coupon),
    Column("code", N_("Code"), lambda row: row.code, width=150),
    Column("zh", N_("Name in Chinese"), lambda row: row.zh, width=160),
    Column("en", N_("Name in English"), lambda row: row.en, width=200),
    Column("origin", N_("Comes from"), lambda row: row.origin),
    Column(
        "retired_on",
        N_("Retired on"),
        lambda row: row.retired_on,
        lambda row: day_text(row.retired_on) if row.retired_on else "",
    ),
)

RULE_COLUMNS: Final[tuple[Column[ListedRule], ...]] = (
    Column(
        "position",
        N_("No."),
        lambda row: row.rule.position,
        align=Align.RIGHT,
        width=44,
        sortable=False,
    ),
    Column("group", N_("Reasons"), lambda row: _anything(row.group), width=130, sortable=False),
    Column("reason", N_("Reason"), lambda row: _anything(row.reason), width=150, sortable=False),
    Column(
        "klass",
        N_("Class"),
        lambda row: _anything("" if row.rule.klass is None else row.rule.klass.value.upper()),
        width=60,
        sortable=False,
    ),
    Column(
        "kind",
        N_("Departure"),
        lambda row: _anything("" if row.rule.kind is None else label(row.rule.kind)),
        width=130,
        sortable=False,
    ),
    replace(
        _money(
            "min_value",
            N_("At stake from"),
            lambda row: row.rule.min_value,
            lambda row: row.rule.currency,
            92,
        ),
        sortable=False,
    ),
    Column(
        "offer",
        N_("Offer"),
        lambda row: _("no offer") if row.rule.offer is None else offer_words(row.rule.offer),
        width=200,
        sortable=False,
    ),
)

CASE_OFFER_COLUMNS: Final[tuple[Column[CaseOfferRow], ...]] = (
    Column("offer", N_("Offer"), lambda row: offer_words(row.offer), width=124),
    Column("state", N_("State"), state_words, width=112),
    _money("cost", N_("Cost"), lambda row: row.cost, lambda row: row.offer.currency, 80),
    Column("approach", N_("Approach"), lambda row: row.offer.approach, width=76),
    Column("proposed_on", N_("Offered on"), lambda row: row.proposed_on, width=110),
    Column("by", N_("By"), lambda row: row.by, width=80),
)
"""An offer in the case it was made in."""

APPROVAL_COLUMNS: Final[tuple[Column["Waiting"], ...]] = (
    Column("customer", N_("Customer"), lambda one: one.row.customer, width=130),
    Column("case_number", N_("Case"), lambda one: one.row.case_number, width=100),
    Column("offer", N_("Offer"), lambda one: offer_words(one.row.offer), width=150),
    _money("cost", N_("Cost"), lambda one: one.row.cost, _offered_in, 80),
    Column("by", N_("Proposed by"), lambda one: one.row.by, width=90),
    Column(
        "proposed_at",
        N_("Since"),
        lambda one: one.row.proposed_at,
        lambda one: moment_text(one.row.proposed_at),
        width=124,
    ),
    Column(
        "klass",
        N_("Class"),
        lambda one: "" if one.row.klass is None else one.row.klass.value.upper(),
    ),
    _money("value", N_("Value at stake"), lambda one: one.row.value, _offered_in),
    Column("justification", N_("Justification"), lambda one: one.row.justification, width=220),
    Column("store", N_("Store"), lambda one: one.row.store),
)
"""An offer that waits, for lists and the command line."""

BUDGET_COLUMNS: Final[tuple[Column[Any], ...]] = (
    Column("store", N_("Store"), lambda row: row.store or _("cases without a store"), width=220),
    _money("amount", N_("Budget"), lambda row: row.amount, lambda row: row.currency, 120),
    _money("used", N_("Agreed to"), lambda row: row.used, lambda row: row.currency, 120),
    _money("left", N_("Left"), lambda row: row.left, lambda row: row.currency, 120),
    Column("room", N_("Room"), room_of, room_words, width=140),
)

COUPON_COLUMNS: Final[tuple[Column[Any], ...]] = (
    Column("offer", N_("Offer"), lambda row: reference.text(row, language()), width=220),
    Column("issued", N_("Given"), lambda row: row.rate.n, align=Align.RIGHT, width=90),
    Column("redeemed", N_("Redeemed"), lambda row: row.rate.hits, align=Align.RIGHT, width=90),
    Column(
        "rate",
        N_("Response"),
        lambda row: row.rate.share,
        align=Align.RIGHT,
        kind=Kind.PERCENT,
        width=100,
    ),
    Column(
        "interval",
        N_("Interval 95 %"),
        lambda row: None if row.rate.interval is None else row.rate.interval.low,
        lambda row: interval_words(row.rate.interval),
        width=140,
    ),
    Column(
        "verdict",
        N_("20 % or more"),
        lambda row: row.pays,
        verdict_words,
        width=110,
    ),
)


def interval_words(interval: Interval | None) -> str:
    """An interval of a share; empty when it is not known."""
    return "" if interval is None else f"{percent(interval.low)} – {percent(interval.high)}"
