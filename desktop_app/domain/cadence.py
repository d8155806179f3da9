"""Cadence 访问频率: which role owes which class of customers how many visits and calls.

Sources: figure 6 of source 003 with its prose (S3-62 to S3-64, requirements 2.5); F-17 and F-18
(what that asks of the staff); S3-65 (a firm's strength is limited); Q-12 (class C may be called
only, by override). The table is shipped in `resources/reference/cadence.toml`; people may edit it.

Two kinds of rules are read from it. A rule with `latest_months` speaks of intervals: the next
contact comes not before `per_months` and not after `latest_months` since the last. All others
speak of calendar periods of `per_months`: the month, the half year from January or July, the year.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Final, Protocol, Self

from pydantic import Field, ValidationError, model_validator

from db.vocabulary import CadenceRole, Channel, CustomerClass
from desktop_app.domain.drafts import Draft
from desktop_app.domain.months import MONTHS_A_YEAR
from desktop_app.i18n import N_, _

CONDITIONAL_MONTHS: Final = 3
"""Months within which a contact that is owed on a condition is made (design; no source says)."""

_DAYS_A_MONTH: Final = 30
_GAP_PARTS: Final = 3


class CadenceChannel(StrEnum):
    """How; a contact is a visit or a call, whichever suits."""

    VISIT = "visit"
    CALL = "call"
    CONTACT = "contact"

    def takes(self, channel: Channel) -> bool:
        """Whether a contact made in this way counts."""
        if self is CadenceChannel.CONTACT:
            return channel in {Channel.VISIT, Channel.CALL}
        return channel.value == self.value

    @property
    def planned(self) -> Channel:
        """How it is planned: what may be either is a call, the smaller effort."""
        return Channel.VISIT if self is CadenceChannel.VISIT else Channel.CALL


class CadenceCondition(StrEnum):
    """When a conditional rule holds."""

    UPGRADE_CANDIDATE_A = "upgrade_candidate_a"


class CadenceRule(Draft):
    """So many contacts of a role with each customer of a class.

    Attributes:
        minimum: Contacts owed in a period or interval; none may be planned below it.
        maximum: Most contacts in `per_months`; None has no upper limit.
        per_months: Length of the period; of an interval the shortest; of a condition the longest
            time until the one contact it asks for.
        latest_months: The longest interval; None makes it a rule of calendar periods.
        condition: Holds only for customers of whom this is true, once.
        shortest_gap: Days at least between two contacts under this rule; None derives them.
    """

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    klass: Annotated[CustomerClass, Field(title=N_("Class"))]
    role: Annotated[CadenceRole, Field(title=N_("Function"))]
    channel: Annotated[CadenceChannel, Field(title=N_("Channel"))]
    minimum: Annotated[int, Field(ge=0, le=31, title=N_("At least"))] = 1
    maximum: Annotated[int | None, Field(ge=1, le=31, title=N_("At most"))] = None
    per_months: Annotated[int, Field(ge=1, le=60, title=N_("Within months"))] = 1
    latest_months: Annotated[
        int | None, Field(ge=1, le=60, title=N_("Longest interval in months"))
    ] = None
    condition: Annotated[CadenceCondition | None, Field(title=N_("Only if"))] = None
    shortest_gap: Annotated[
        int | None, Field(ge=1, le=366, title=N_("Days at least between two contacts"))
    ] = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.maximum is not None and self.maximum < self.minimum:
            raise ValueError(_("The most contacts cannot be fewer than the least."))
        if self.latest_months is None:
            return self
        if self.latest_months <= self.per_months:
            raise ValueError(_("The longest interval must be longer than the shortest."))
        if self.minimum != 1 or self.condition is not None:
            raise ValueError(_("A rule with a longest interval asks for one contact each time."))
        return self

    @property
    def gap_days(self) -> int:
        """Days at least from one contact under this rule to the next (design).

        A third of the even distance: class A is visited three times a month, so 3 days apart.
        """
        if self.shortest_gap is not None:
            return self.shortest_gap
        most = max(1, self.minimum, self.maximum or 0)
        return max(1, self.per_months * _DAYS_A_MONTH // most // _GAP_PARTS)

    @property
    def low(self) -> Fraction:
        """Contacts a month at least; none of a conditional rule."""
        if self.condition is not None:
            return Fraction(0)
        return Fraction(self.minimum, self.latest_months or self.per_months)

    @property
    def high(self) -> Fraction:
        """Contacts a month at most; as many as at least where there is no limit."""
        if self.condition is not None:
            return Fraction(0)
        return Fraction(self.minimum if self.maximum is None else self.maximum, self.per_months)


class CadencePolicy(Draft):
    """The whole table. A class and role that is not in it owes and is owed nothing."""

    rules: tuple[CadenceRule, ...]

    @model_validator(mode="after")
    def _is_a_table(self) -> Self:
        codes = [rule.code for rule in self.rules]
        cells = [(rule.klass, rule.role, rule.channel) for rule in self.rules]
        if len(set(codes)) < len(codes) or len(set(cells)) < len(cells):
            raise ValueError(_("Give each class, function and channel one line only."))
        return self

    def of_class(self, klass: CustomerClass | None) -> tuple[CadenceRule, ...]:
        """The rules of a class in their order; without a class those of C."""
        wanted = klass or CustomerClass.C
        return tuple(rule for rule in self.rules if rule.klass is wanted)


class CadenceEntry(Protocol):
    """A line of the shipped table."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def extra(self) -> Mapping[str, Any]:
        """What it says beside its words."""


_FIELDS: Final = {"min": "minimum", "max": "maximum"}
_KEPT: Final = ("role", "channel", "min", "max", "per_months", "latest_months", "condition")


def policy_from(entries: Iterable[CadenceEntry]) -> CadencePolicy:
    """The policy that the shipped table says; lines "nobody else" become no rule.

    Raises:
        ValueError: a line cannot be read; the message names its code.
    """
    rules = []
    for entry in entries:
        said = entry.extra
        if said.get("rule") == "none":
            continue
        given = {_FIELDS.get(name, name): said[name] for name in _KEPT if name in said}
        if "condition" in given:
            given.setdefault("per_months", CONDITIONAL_MONTHS)
        try:
            klass = CustomerClass(str(said.get("class")).lower())
            rules.append(CadenceRule(code=entry.code, klass=klass, **given))
        except (ValidationError, ValueError) as error:
            raise ValueError(f"the cadence table is wrong at {entry.code}: {error}") from error
    return CadencePolicy(rules=tuple(rules))


# ---------------------------------------------------------------- what it asks of the staff


@dataclass(frozen=True, slots=True)
class Load:
    """Contacts a month that a role owes by a channel.

    `high` counts the least where a rule has no upper limit; `is_open` says that there is one such.
    """

    role: CadenceRole
    channel: CadenceChannel
    low: Fraction
    high: Fraction
    is_open: bool = False

    @property
    def low_a_year(self) -> Fraction:
        """Contacts a year at least."""
        return self.low * MONTHS_A_YEAR

    @property
    def high_a_year(self) -> Fraction:
        """Contacts a year at most."""
        return self.high * MONTHS_A_YEAR


def load_of(customers: Mapping[CustomerClass, int], policy: CadencePolicy) -> tuple[Load, ...]:
    """Contacts owed to so many customers of each class (F-17), by role and channel in order.

    100 customers are 5 A, 15 B and 80 C: 5 x 3 + 15 x 2 + 80 x 1 = 125 sales visits a month.
    One customer of a class gives F-18. Conditional contacts are not foreseen.
    """
    found: dict[tuple[CadenceRole, CadenceChannel], Load] = {}
    for rule in policy.rules:
        if rule.condition is not None:
            continue
        n = customers.get(rule.klass, 0)
        before = found.get(
            (rule.role, rule.channel), Load(rule.role, rule.channel, Fraction(0), Fraction(0))
        )
        found[rule.role, rule.channel] = Load(
            rule.role,
            rule.channel,
            before.low + n * rule.low,
            before.high + n * rule.high,
            before.is_open or (n > 0 and rule.maximum is None),
        )
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Strength:
    """What a role owes by a channel in a month, and what its people can do in it."""

    role: CadenceRole
    channel: CadenceChannel
    required: Fraction
    available: int

    @property
    def is_short(self) -> bool:
        """Whether the people cannot do what is owed."""
        return self.required > self.available

    @property
    def missing(self) -> Fraction:
        """Contacts a month for which nobody is there."""
        return max(Fraction(0), self.required - self.available)


def capacity_check(
    loads: Iterable[Load], available: Mapping[tuple[CadenceRole, CadenceChannel], int]
) -> tuple[Strength, ...]:
    """Compare the least that is owed in a month with what people can do in a month.

    A role and channel that is not in `available` can do nothing.
    """
    return tuple(
        Strength(each.role, each.channel, each.low, available.get((each.role, each.channel), 0))
        for each in loads
    )
