"""Which kind of script fits a case, and its days as they are said in a call.

The first that fits: the customer asked to cancel; the reason that is known (the root before the
stated one); a competitor; gone for so long that it is a win-back; else gone without a word.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from db.vocabulary import Occasion, RuleKind
from desktop_app.domain.scripts import FactValue

GONE_FOR_GOOD: Final = 365
"""Days after which a customer is no longer called about a pause but won back."""
_BY_GROUP: Final[Mapping[str, Occasion]] = {
    "price": Occasion.PRICE,
    "competitor": Occasion.COMPETITOR,
    "quality": Occasion.SERVICE_FAILURE,
    "service": Occasion.SERVICE_FAILURE,
    "communication": Occasion.SERVICE_FAILURE,
    "delivery_trust": Occasion.SERVICE_FAILURE,
    "staff_relation": Occasion.SERVICE_FAILURE,
}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def occasion_of(facts: Mapping[str, FactValue]) -> Occasion:
    """The occasion of a case.

    Args:
        facts: What is known of it, named as in `desktop_app.domain.scripts.FACTS`.
    """
    if facts.get("case.kind") == RuleKind.CANCEL_REQUEST:
        return Occasion.CANCEL_REQUEST
    group = facts.get("case.reason_group")
    if isinstance(group, str) and group in _BY_GROUP:
        return _BY_GROUP[group]
    if facts.get("case.has_complaints"):
        return Occasion.SERVICE_FAILURE
    if facts.get("case.competitor") or facts.get("case.kind") == RuleKind.PARTIAL_SHARE:
        return Occasion.COMPETITOR
    days = facts.get("case.days_gone")
    is_long_gone = isinstance(days, int) and days > GONE_FOR_GOOD
    if facts.get("case.is_reopened") or is_long_gone:
        return Occasion.WIN_BACK
    return Occasion.SILENT_LAPSE


def spoken_day(day: dt.date | None, language: str) -> str:
    """A day as it is said: ``2026年8月5日`` or ``5 August 2026``; nothing for none."""
    if day is None:
        return ""
    if language.lower().startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
