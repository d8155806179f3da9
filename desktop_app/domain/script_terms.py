"""What the parts of a script are called: kinds of steps, facts, placeholders, comparisons."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from desktop_app.domain.script_words import USUAL
from desktop_app.domain.scripts import ANSWER, FACTS, FactValue, Operator, StepKind
from desktop_app.i18n import N_, _

_KINDS: Final[Mapping[StepKind, str]] = {
    StepKind.SAY: N_("Say"),
    StepKind.ASK: N_("Ask"),
    StepKind.PROBE: N_("Ask further"),
    StepKind.OBJECTION: N_("Answer an objection"),
    StepKind.OFFER: N_("Offer"),
    StepKind.NOTE: N_("Note for the agent"),
    StepKind.LOGIC: N_("Decide"),
    StepKind.END: N_("End"),
}
_FACTS: Final[Mapping[str, str]] = {
    "case.kind": N_("Kind of the case"),
    "case.extent": N_("Extent of leaving"),
    "case.churn_type": N_("Kind of churn"),
    "case.stated_reason": N_("Stated reason"),
    "case.root_reason": N_("Root reason"),
    "case.reason_group": N_("Group of reasons"),
    "case.competitor": N_("Competitor"),
    "case.value": N_("Value at stake"),
    "case.days_gone": N_("Days since the customer left"),
    "case.attempts": N_("Attempts so far"),
    "case.is_reopened": N_("Left again"),
    "case.has_complaints": N_("Has complained"),
    "case.has_promises": N_("Has an open promise"),
    "case.has_orders": N_("Has orders"),
    "case.may_offer": N_("An offer is allowed"),
    "customer.class": N_("Class of the customer"),
    "customer.kind": N_("Person or company"),
    "customer.is_new": N_("New customer"),
}
_PLACEHOLDERS: Final[Mapping[str, str]] = {
    "customer.name": N_("name of the customer"),
    "agent.name": N_("your name"),
    "store.name": N_("name of the store"),
    "store.phone": N_("phone of the store"),
    "customer.since": N_("customer since"),
    "customer.last_order_on": N_("day of the last order"),
    "customer.product": N_("what was bought most"),
    "case.left_on": N_("day of leaving"),
    "case.competitor": N_("the competitor"),
    "case.reason": N_("the reason"),
    "case.days_gone": N_("days since leaving"),
    "promise.words": N_("the promise"),
    "promise.due_on": N_("day the promise is due"),
    "offer.name": N_("the offer"),
    "offer.ends_on": N_("last day of the offer"),
}
_OPERATORS: Final[Mapping[Operator, str]] = {
    Operator.IS: N_("is"),
    Operator.IS_NOT: N_("is not"),
    Operator.IN: N_("is one of"),
    Operator.NOT_IN: N_("is none of"),
    Operator.BELOW: N_("is less than"),
    Operator.AT_MOST: N_("is at most"),
    Operator.ABOVE: N_("is more than"),
    Operator.AT_LEAST: N_("is at least"),
    Operator.KNOWN: N_("is known"),
    Operator.UNKNOWN: N_("is not known"),
}
_ENDS: Final = (Operator.KNOWN, Operator.UNKNOWN)
_OFFERED: Final[Mapping[str, tuple[Operator, ...]]] = {
    "flag": (Operator.IS, *_ENDS),
    "number": (
        Operator.AT_LEAST, Operator.ABOVE, Operator.AT_MOST, Operator.BELOW, Operator.IS, *_ENDS,
    ),
    "text": (Operator.IS, Operator.IS_NOT, *_ENDS),
    "word": (Operator.IS, Operator.IS_NOT, Operator.IN, Operator.NOT_IN, *_ENDS),
}  # fmt: skip
EXAMPLE_FACTS: Final[Mapping[str, FactValue]] = MappingProxyType(
    {
        "case.kind": "lapsing",
        "case.competitor": "",
        "case.value": 12_000,
        "case.days_gone": 60,
        "case.attempts": 0,
        "case.is_reopened": False,
        "case.has_complaints": False,
        "case.has_promises": False,
        "case.has_orders": True,
        "case.may_offer": True,
        "customer.class": "a",
        "customer.kind": "person",
        "customer.is_new": False,
    }
)
"""A case to try a script with."""
_EXAMPLES: Final[Mapping[str, tuple[str, str]]] = {
    "customer.name": ("王女士", "Ms Wang"),
    "agent.name": ("小李", "Lee"),
    "store.name": ("南京路店", "the Nanjing Road store"),
    "store.phone": ("021-5555 0100", "021-5555 0100"),
    "customer.since": ("2021年3月8日", "8 March 2021"),
    "customer.last_order_on": ("2026年6月2日", "2 June 2026"),
    "customer.product": ("A4复印纸", "A4 paper"),
    "case.days_gone": ("60", "60"),
    "case.reason": ("价格", "the price"),
    "offer.name": ("免费上门保养一次", "one free service visit"),
    "offer.ends_on": ("2026年9月30日", "30 September 2026"),
}


def kind_word(kind: StepKind) -> str:
    """What a kind of step is called."""
    return _(_KINDS[kind])


def fact_title(name: str) -> str:
    """What a fact or an answer is called; its name where it is none."""
    if name.startswith(ANSWER):
        return _("answer to “{step}”").format(step=name.removeprefix(ANSWER))
    return _(_FACTS[name]) if name in _FACTS else name


def operator_word(operator: Operator) -> str:
    """What a comparison is called."""
    return _(_OPERATORS[operator])


def operators_for(name: str) -> tuple[Operator, ...]:
    """How a fact or an answer may be compared."""
    return _OFFERED[FACTS.get(name, "word")]


def placeholder_words() -> list[tuple[str, str]]:
    """Every placeholder and what stands there."""
    return [(name, _(_PLACEHOLDERS[name])) for name in USUAL]


def example_values(code: str) -> dict[str, str]:
    """What stands for the placeholders in the example, in ``zh`` or ``en``."""
    return {name: pair[0 if code == "zh" else 1] for name, pair in _EXAMPLES.items()}
