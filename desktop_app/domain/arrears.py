"""Malicious arrears and fraud: nothing is offered, but three steps are taken (S1-16, S1-17)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from desktop_app.domain.reasons import ChurnType
from desktop_app.i18n import N_


class ArrearsStep(StrEnum):
    """What is done about a customer who does not pay in bad faith."""

    CREDIT_CHECK = "arrears_credit_check"
    PREPAYMENT = "arrears_prepayment"
    LEGAL = "arrears_legal"


STEP_WORDS: Mapping[ArrearsStep, str] = MappingProxyType(
    {
        ArrearsStep.CREDIT_CHECK: N_("Check the credit and complete the customer's record"),
        ArrearsStep.PREPAYMENT: N_("Let them pay in advance only"),
        ArrearsStep.LEGAL: N_("Take legal steps"),
    }
)
"""What each step is, to be translated when shown."""


def is_malicious(churn_type: str | None, *, owes_in_bad_faith: bool) -> bool:
    """Whether a case goes the way of malicious arrears: by the customer or by its churn type."""
    return owes_in_bad_faith or churn_type == ChurnType.PASSIVE_MALICIOUS
