"""Why customers leave: the churn-type tree, reasons in three layers, the why-chain.

The words of the tree stand in `resources/reference/churn_types.toml`, those of the reasons in the
workspace; here are only their codes and what follows from them.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from db.vocabulary import ReasonLayer
from desktop_app.domain.drafts import Code, Draft, Text

MAX_WHY_STEPS = 5
UNKNOWN_PREFIX = "unknown_"


class ChurnType(StrEnum):
    """Cause side of a departure; a closed case has a leaf."""

    ACTIVE = "active"
    ACTIVE_NATURAL = "active_natural"
    ACTIVE_COMPETITIVE = "active_competitive"
    ACTIVE_FAULT = "active_fault"
    PASSIVE = "passive"
    PASSIVE_NONMALICIOUS = "passive_nonmalicious"
    PASSIVE_RETALIATORY = "passive_retaliatory"
    PASSIVE_MALICIOUS = "passive_malicious"
    UNDETERMINED = "undetermined"


PARENTS: Mapping[ChurnType, ChurnType | None] = MappingProxyType(
    {
        ChurnType.ACTIVE: None,
        ChurnType.ACTIVE_NATURAL: ChurnType.ACTIVE,
        ChurnType.ACTIVE_COMPETITIVE: ChurnType.ACTIVE,
        ChurnType.ACTIVE_FAULT: ChurnType.ACTIVE,
        ChurnType.PASSIVE: None,
        ChurnType.PASSIVE_NONMALICIOUS: ChurnType.PASSIVE,
        ChurnType.PASSIVE_RETALIATORY: ChurnType.PASSIVE,
        ChurnType.PASSIVE_MALICIOUS: ChurnType.PASSIVE,
        ChurnType.UNDETERMINED: None,
    }
)
"""Churn type to its parent in the tree."""


def is_leaf(churn_type: ChurnType) -> bool:
    """Whether a case may have this type: nothing hangs below it ("undetermined" is a leaf too)."""
    return churn_type not in PARENTS.values()


def leaves() -> tuple[ChurnType, ...]:
    """The types a case may have, in the order of the tree, "undetermined" last."""
    return tuple(churn_type for churn_type in ChurnType if is_leaf(churn_type))


def is_unknown(reason: str) -> bool:
    """Whether a reason code says that the reason is not known (never reached, refused, other)."""
    return reason.startswith(UNKNOWN_PREFIX)


class ReasonDraft(Draft):
    """The reason of a case in one layer, by code, with the customer's own words."""

    layer: ReasonLayer
    reason: Annotated[str, Field(min_length=1, max_length=64)]
    verbatim: Text = ""


class ReasonWords(Draft):
    """The words of a reason in both languages."""

    zh: Annotated[str, Field(min_length=1, max_length=200)]
    en: Annotated[str, Field(min_length=1, max_length=200)]


class NewReasonDraft(ReasonWords):
    """A reason to be added to the list of a workspace. The code is never changed afterwards.

    `avoidable` and the Keaveney factor may be left open; group and churn type are checked
    against the lists by the service.
    """

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
    group: Annotated[str, Field(min_length=1, max_length=64)]
    churn_type: ChurnType
    avoidable: bool | None = None
    keaveney: Annotated[int | None, Field(ge=1, le=5)] = None


class WhyStepDraft(Draft):
    """One answer of the why-chain and the reason it was coded as, if it was."""

    answer: Annotated[str, Field(min_length=1)]
    reason: Code = None


class WhyChainDraft(Draft):
    """From the stated reason to the root reason in at most five steps."""

    steps: Annotated[tuple[WhyStepDraft, ...], Field(max_length=MAX_WHY_STEPS)] = ()

    @property
    def root(self) -> str | None:
        """Code of the root reason: that of the last step; ``None`` while it has no code."""
        return self.steps[-1].reason if self.steps else None
