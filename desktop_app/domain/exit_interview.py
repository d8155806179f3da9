"""The exit interview and its case: facts the questions look at, and what the answers say."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from db.vocabulary import RuleKind
from desktop_app.domain.cases import Extent
from desktop_app.domain.reasons import MAX_WHY_STEPS, WhyChainDraft, WhyStepDraft
from desktop_app.i18n import N_

_WHOLE: Final = 100.0  # per cent


class Fact(StrEnum):
    """What a condition may ask about the case; a word of the column ``bind::winback:fact``."""

    HAS_ORDERS = "has_orders"
    SWITCHED = "switched"
    PARTIAL = "partial"
    HAS_PROMISES = "has_promises"
    PEER_GROUP = "peer_group"
    NEW_CUSTOMER = "new_customer"


FACT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        Fact.HAS_ORDERS: N_("the customer has orders on record"),
        Fact.SWITCHED: N_("the customer moved to someone else, wholly or in part"),
        Fact.PARTIAL: N_("the customer moved only a part of the business"),
        Fact.HAS_PROMISES: N_("promises to the customer are on record"),
        Fact.PEER_GROUP: N_("the customer belongs to a peer group (dormitory, firm, family)"),
        Fact.NEW_CUSTOMER: N_("the customer is new"),
    }
)
"""What a fact means when it is so, as it is said on paper and in the designer."""


def case_facts(
    *,
    kind: RuleKind,
    extent: str | None = None,
    competitor: str = "",
    has_orders: bool = False,
    is_new: bool = False,
    has_promises: bool = False,
    in_peer_group: bool = False,
) -> frozenset[str]:
    """Gather the facts of a case; the kind stands in for an extent that is not known yet."""
    extent = extent or kind
    partial = extent in {Extent.PARTIAL_SHARE, Extent.PRODUCT_LINE_STOP}
    known = {
        Fact.HAS_ORDERS: has_orders,
        Fact.SWITCHED: partial or extent == Extent.FULL_SWITCH or bool(competitor.strip()),
        Fact.PARTIAL: partial,
        Fact.HAS_PROMISES: has_promises,
        Fact.PEER_GROUP: in_peer_group,
        Fact.NEW_CUSTOMER: is_new,
    }
    return frozenset(fact.value for fact, holds in known.items() if holds)


@dataclass(frozen=True, slots=True)
class Said:
    """What an interview says of its case; empty and None where it says nothing."""

    stated_reason: str = ""
    own_words: str = ""
    competitor: str = ""
    left_on: dt.date | None = None
    share_moved: float | None = None
    why: WhyChainDraft = field(default_factory=WhyChainDraft)

    @property
    def extent(self) -> Extent | None:
        """How far the customer left, as far as the answers tell."""
        if self.share_moved is not None and self.share_moved > 0:
            whole = self.share_moved >= _WHOLE
            return Extent.FULL_SWITCH if whole else Extent.PARTIAL_SHARE
        return Extent.FULL_SWITCH if self.competitor else None


def why_chain(steps: Iterable[tuple[str, str]]) -> WhyChainDraft:
    """The why-chain out of answers and their codes, up to the first step without an answer."""
    found: list[WhyStepDraft] = []
    for answer, code in steps:
        if not answer or len(found) == MAX_WHY_STEPS:
            break
        found.append(WhyStepDraft(answer=answer, reason=code))
    return WhyChainDraft(steps=tuple(found))


def date_or_none(text: str) -> dt.date | None:
    """A day as XForms write it."""
    try:
        return dt.date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def number_or_none(text: str) -> float | None:
    """A number as XForms write it."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


def first(values: Sequence[str]) -> str:
    """The first text that is not empty."""
    return next((value for value in values if value), "")
