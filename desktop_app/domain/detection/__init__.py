"""Departure rules: a rule object is its parameters; `check` gives a finding or nothing.

RULES is the list: one entry for every kind that can be found in purchases. The kinds in
MANUAL_KINDS are entered by a person and have no rule.
"""

from db.vocabulary import RuleKind
from desktop_app.domain.detection.base import Finding, Rule
from desktop_app.domain.detection.lapsing import Lapsing
from desktop_app.domain.detection.partial_share import PartialShare
from desktop_app.domain.detection.product_line_stop import ProductLineStop
from desktop_app.domain.detection.value_downgrade import ValueDowngrade, with_classes

_ALL: tuple[type[Rule], ...] = (Lapsing, PartialShare, ProductLineStop, ValueDowngrade)

RULES: dict[RuleKind, type[Rule]] = {rule.kind: rule for rule in _ALL}
MANUAL_KINDS = frozenset({RuleKind.CANCEL_REQUEST})

__all__ = [
    "MANUAL_KINDS",
    "RULES",
    "Finding",
    "Lapsing",
    "PartialShare",
    "ProductLineStop",
    "Rule",
    "ValueDowngrade",
    "with_classes",
]
