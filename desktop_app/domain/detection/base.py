"""What a rule is, what it finds, and how it writes numbers into its sentences.

A finding is stored with its sentence in both languages, so the sentences are made here and do
not pass through the translation of the running program.
"""

import datetime as dt
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, JsonValue

from db.vocabulary import RuleKind
from desktop_app.domain.purchases import Activity


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's finding about one customer.

    Attributes:
        measured: What was measured, in the rule's own unit (days, or a share of one).
        limit: The limit it passed, in the same unit.
        sentence_zh: One sentence why, Chinese.
        sentence_en: One sentence why, English.
        detail: The numbers behind it, ready for JSON; amounts in minor units, days as ISO dates.
    """

    measured: float
    limit: float
    sentence_zh: str
    sentence_en: str
    detail: dict[str, JsonValue] = field(default_factory=dict)


class Rule(BaseModel, ABC):
    """One kind of departure. The fields are its parameters with defaults, limits and titles."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[RuleKind]
    title: ClassVar[str]

    @abstractmethod
    def check(self, activity: Activity, as_of: dt.date) -> Finding | None:
        """Judge one customer by everything known up to and including a day."""


def number_text(value: Fraction) -> str:
    """Number of zero or more with at most one digit after the point, halves rounded up."""
    whole, tenth = divmod((20 * value.numerator + value.denominator) // (2 * value.denominator), 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def percent_text(share: Fraction) -> str:
    """Share as a percentage with at most one digit, cut off: 79.99 % never reads as 80 %."""
    whole, tenth = divmod(share.numerator * 1000 // share.denominator, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)
