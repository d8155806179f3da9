"""The registration of an exit at the counter, and who gets the gift (formula F-38)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from desktop_app.domain.drafts import Code, Draft, Text
from desktop_app.domain.reasons import is_unknown
from desktop_app.i18n import N_


class NoGift(StrEnum):
    """What stands in the way of the gift."""

    ARREARS_UNKNOWN = "arrears_unknown"
    IN_ARREARS = "in_arrears"
    NO_REASON = "no_reason"


SENTENCES: Mapping[NoGift, str] = MappingProxyType(
    {
        NoGift.ARREARS_UNKNOWN: N_("Say what is owed; enter 0 when nothing is."),
        NoGift.IN_ARREARS: N_("The customer still owes money."),
        NoGift.NO_REASON: N_("The customer has not said why they leave."),
    }
)
"""Why there is no gift, to be translated when shown."""


def gift_eligible(arrears: int | None, reason: str | None) -> bool:
    """Whether the customer gets the gift: nothing is owed and the reason is filled in (F-38).

    Args:
        arrears: What is owed in minor units; ``None``, not known, is not zero.
        reason: Code of the reason; one that says that the reason is not known fills nothing in.
    """
    return not gift_obstacles(arrears, reason)


def gift_obstacles(arrears: int | None, reason: str | None) -> tuple[NoGift, ...]:
    """Which of the conditions of the gift fail, the arrears first. Arguments as `gift_eligible`."""
    found = []
    if arrears is None:
        found.append(NoGift.ARREARS_UNKNOWN)
    elif arrears != 0:
        found.append(NoGift.IN_ARREARS)
    if not (reason or "").strip() or is_unknown(reason or ""):
        found.append(NoGift.NO_REASON)
    return tuple(found)


class ExitDraft(Draft):
    """What is taken down at the counter. Amounts are minor units; an empty gift is none.

    Whoever leaves is registered, also without a reason and with arrears: only the gift depends on
    them, and the service says so.
    """

    reason: Code = None
    words: Text = ""
    arrears: Annotated[int | None, Field(ge=0)] = None
    gift: Annotated[Text, Field(max_length=120)] = ""
