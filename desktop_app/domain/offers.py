"""Offers: which one fits a case, what it may cost, when somebody else must agree.

Sources: S0-46 (nobody is kept at any cost), S0-47 and S0-49 (whom nothing is offered), S1-20 to
S1-25 (relationship or price). Shopping around is met by the resolution that stays: whoever calls
again within the window gets what was offered first, also in another case or for another reason.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Annotated, Final, Generic, Protocol, TypeVar

from pydantic import Field

from db.vocabulary import Approach, CustomerClass, OfferGoal, OfferState, RuleKind
from desktop_app.domain.drafts import Code, Draft, Text
from desktop_app.domain.offer_value import needs_approval, offer_ceiling, retained_value
from desktop_app.i18n import N_

CAP_DAYS: Final = 365
"""Days in which the cap of an offer for one customer counts."""

STANDING: Final = frozenset({OfferState.WAITING, OfferState.APPROVED, OfferState.ACCEPTED})
"""States in which an offer weighs on its case."""

COMMITTED: Final = frozenset({OfferState.APPROVED, OfferState.ACCEPTED})
"""States in which an offer weighs on the budget."""

_HUNDRED: Final = 100
_Percent = Annotated[int, Field(ge=0, le=100)]


class OfferSettings(Draft):
    """The numbers behind offers; shares in per cent, margin, churn and discount of a year."""

    frozen_days: Annotated[
        int, Field(ge=0, le=3650, title=N_("Days in which the first offer to a customer stays"))
    ] = 90
    margin_percent: Annotated[_Percent, Field(title=N_("Margin, % of the yearly spend"))] = 30
    churn_percent: Annotated[
        int, Field(ge=1, le=100, title=N_("Saved customers who leave in a year, %"))
    ] = 30
    discount_percent: Annotated[_Percent, Field(title=N_("Discount rate of a year, %"))] = 8
    chance_percent: Annotated[_Percent, Field(title=N_("Saves that hold, %"))] = 50
    ceiling_percent: Annotated[
        _Percent, Field(title=N_("Most that offers may cost, % of the value that is kept"))
    ] = 20
    hourly: Annotated[int, Field(ge=0, title=N_("Cost of an hour of work"))] = 4000

    def ceiling(self, yearly_spend: int | None) -> int | None:
        """Most that the offers on a case may cost; ``None`` when its value is not known."""
        if yearly_spend is None:
            return None
        retained = retained_value(
            (yearly_spend * self.margin_percent + _HUNDRED // 2) // _HUNDRED,
            Fraction(self.churn_percent, _HUNDRED),
            Fraction(self.discount_percent, _HUNDRED),
            chance=Fraction(self.chance_percent, _HUNDRED),
        )
        return offer_ceiling(retained, Fraction(self.ceiling_percent, _HUNDRED))


class OfferDraft(Draft):
    """An offer of the library. Cost in minor units; the code is never changed afterwards."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
    zh: Annotated[str, Field(min_length=1, max_length=200)]
    en: Annotated[str, Field(min_length=1, max_length=200)]
    zh_words: Text = ""
    en_words: Text = ""
    goal: OfferGoal
    approach: Approach
    cost: Annotated[int, Field(ge=0)] = 0
    valid_days: Annotated[int, Field(ge=1, le=3650)] = 30
    cap_per_customer: Annotated[int, Field(ge=1, le=100)] = 1
    is_coupon: bool = False


class RuleDraft(Draft):
    """A rule of the table; what is left out matches everything, no offer says: nothing."""

    reason_group: Code = None
    reason_code: Code = None
    klass: CustomerClass | None = None
    kind: RuleKind | None = None
    min_value: Annotated[int | None, Field(ge=0)] = None
    offer_id: uuid.UUID | None = None


# ---------------------------------------------------------------- the table of rules


class RuleLike(Protocol):
    """A rule as it is stored."""

    @property
    def reason_group(self) -> str | None:
        """Group of reasons, if it asks for one."""

    @property
    def reason_code(self) -> str | None:
        """Reason, if it asks for one."""

    @property
    def klass(self) -> CustomerClass | None:
        """Class, if it asks for one."""

    @property
    def kind(self) -> RuleKind | None:
        """Kind of departure, if it asks for one."""

    @property
    def min_value(self) -> int | None:
        """Least value at stake, if it asks for one."""

    @property
    def is_usable(self) -> bool:
        """Whether its offer is still made; a rule without an offer always is."""


RuleT = TypeVar("RuleT", bound=RuleLike)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at of a case; None is not known."""

    reason_group: str | None = None
    reason_code: str | None = None
    klass: CustomerClass | None = None
    kind: RuleKind | None = None
    value: int | None = None


class Mismatch(StrEnum):
    """Why a rule does not fit."""

    REASON_GROUP = "reason_group"
    REASON_CODE = "reason_code"
    KLASS = "klass"
    KIND = "kind"
    VALUE = "value"
    RETIRED = "retired"


MISMATCH_WORDS: Mapping[Mismatch, str] = MappingProxyType(
    {
        Mismatch.REASON_GROUP: N_("another group of reasons"),
        Mismatch.REASON_CODE: N_("another reason"),
        Mismatch.KLASS: N_("another class of customer"),
        Mismatch.KIND: N_("another kind of departure"),
        Mismatch.VALUE: N_("too little at stake, or not known"),
        Mismatch.RETIRED: N_("its offer is not made any more"),
    }
)
"""Why a rule does not fit, to be translated when shown."""


@dataclass(frozen=True, slots=True)
class Checked(Generic[RuleT]):
    """A rule that was looked at; without mismatches it is the one that fits."""

    rule: RuleT
    mismatches: tuple[Mismatch, ...]

    @property
    def fits(self) -> bool:
        """Whether this rule decides."""
        return not self.mismatches


def mismatches(rule: RuleLike, facts: Facts) -> tuple[Mismatch, ...]:
    """Everything that keeps a rule from fitting."""
    asked = (
        (Mismatch.REASON_GROUP, rule.reason_group, facts.reason_group),
        (Mismatch.REASON_CODE, rule.reason_code, facts.reason_code),
        (Mismatch.KLASS, rule.klass, facts.klass),
        (Mismatch.KIND, rule.kind, facts.kind),
    )
    found = [what for what, wanted, given in asked if wanted is not None and wanted != given]
    if rule.min_value is not None and (facts.value is None or facts.value < rule.min_value):
        found.append(Mismatch.VALUE)
    if not rule.is_usable:
        found.append(Mismatch.RETIRED)
    return tuple(found)


def first_match(rules: Iterable[RuleT], facts: Facts) -> tuple[Checked[RuleT], ...]:
    """The rules that were looked at in order, up to the one that fits; the last one decides.

    When none fits, all of them stand there and the last one does not fit either.
    """
    looked_at: list[Checked[RuleT]] = []
    for rule in rules:
        looked_at.append(Checked(rule, mismatches(rule, facts)))
        if looked_at[-1].fits:
            break
    return tuple(looked_at)


# ---------------------------------------------------------------- the resolution that stays


class Made(Protocol):
    """An offer that was made to a customer, in whichever case."""

    @property
    def offer_id(self) -> uuid.UUID:
        """What was offered."""

    @property
    def state(self) -> OfferState:
        """What became of it."""

    @property
    def proposed_on(self) -> dt.date:
        """When."""

    @property
    def is_lapsed(self) -> bool:
        """Whether the customer let it run out."""


MadeT = TypeVar("MadeT", bound=Made)


def resolution(made: Sequence[MadeT], today: dt.date, days: int) -> MadeT | None:
    """The offer that stays: the first accepted one of the last `days` days, else the first made.

    Offers come in the order in which they were made. What was refused by a manager or withdrawn
    never reached the customer and does not count.
    """
    lasting = [
        each
        for each in made
        if each.state in STANDING | {OfferState.DECLINED}
        and today - dt.timedelta(days=days) < each.proposed_on <= today
    ]
    lasting.sort(key=lambda each: (each.state is not OfferState.ACCEPTED, each.proposed_on))
    return lasting[0] if lasting else None


def cap_reached(made: Iterable[Made], offer_id: uuid.UUID, cap: int, today: dt.date) -> bool:
    """Whether a customer has had an offer as often as it is made within 365 days."""
    since = today - dt.timedelta(days=CAP_DAYS)
    counted = [
        each
        for each in made
        if each.offer_id == offer_id
        and each.state in STANDING
        and not each.is_lapsed
        and each.proposed_on > since
    ]
    return len(counted) >= cap


# ---------------------------------------------------------------- approval


class Need(StrEnum):
    """Why somebody else must agree to an offer."""

    VALUE_UNKNOWN = "value_unknown"
    CEILING = "ceiling"
    ANOTHER = "another"
    BUDGET = "budget"


NEED_WORDS: Mapping[Need, str] = MappingProxyType(
    {
        Need.VALUE_UNKNOWN: N_("What the customer is worth is not known."),
        Need.CEILING: N_("The offers on this case cost more than their ceiling."),
        Need.ANOTHER: N_("The customer was offered something else not long ago."),
        Need.BUDGET: N_("The budget of the month is used up: head office decides."),
    }
)
"""Why somebody must agree, to be translated when shown."""


def needs(
    together: int, ceiling: int | None, *, over_budget: bool, departs: bool
) -> tuple[Need, ...]:
    """Why an offer needs approval; empty when it may be made at once.

    Args:
        together: Cost of all offers on the case with this one.
        ceiling: Most they may cost; None when it is not known.
        over_budget: This offer costs more than is left of the budget.
        departs: It is another one than the resolution that stays.
    """
    found = []
    if needs_approval(together, ceiling):
        found.append(Need.VALUE_UNKNOWN if ceiling is None else Need.CEILING)
    if departs:
        found.append(Need.ANOTHER)
    if over_budget:
        found.append(Need.BUDGET)
    return tuple(found)


def approach_of(accepted: Iterable[Approach]) -> Approach | None:
    """Approach of a case by the offers that were accepted: one kind only, or mixed."""
    found = set(accepted)
    if not found:
        return None
    return found.pop() if len(found) == 1 else Approach.MIXED
