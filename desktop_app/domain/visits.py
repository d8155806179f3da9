"""What is said of a visit: planning one for a case, the report, informal contacts, its form."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Protocol

from pydantic import Field, field_validator

from db.vocabulary import Channel, CustomerKind, VisitPurpose
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.drafts import Draft, Text
from desktop_app.i18n import N_, _

WIN_BACK: Final = "win_back"
"""Purpose of a visit to a customer who left, beside those of the cadence."""
EVERY: Final = "all"
SATISFACTION_WORDS: Final = (
    N_("Very dissatisfied"),
    N_("Dissatisfied"),
    N_("Neutral"),
    N_("Basically satisfied"),
    N_("Fully satisfied"),
)
"""Words of 1 to 5; 2 to 5 are the levels of `resources/reference/satisfaction.toml` (2.11)."""
AT_RISK: Final = 4
"""Up to this satisfaction a customer is not safe: basically satisfied ones often switch."""
_HIGHEST: Final = len(SATISFACTION_WORDS)
_CHANNELS: Final = frozenset({Channel.CALL, Channel.VISIT})
_MOST: Final = 2000

MOST_AHEAD: Final = 3 * 366
"""Visits are planned at most so many days ahead."""
MOST_EARLY: Final = 366
"""A visit is made at most so many days before the day it was planned for."""
MOST_AGO: Final = 3660
"""What is brought in from elsewhere was made at most so many days ago."""


def too_far() -> str:
    """That a day is too far ahead for a plan, in words."""
    return _("Choose a day within {days} days.").format(days=MOST_AHEAD)


def is_over() -> str:
    """That nothing can be planned for a day that is past, in words."""
    return _("This day is over. Choose today or a later day.")


def too_early(planned_on: dt.date, done_on: dt.date) -> str:
    """That a visit was made too long before its planned day, in words; empty when it was not."""
    if (planned_on - done_on).days <= MOST_EARLY:
        return ""
    return _("That is more than {days} days before the planned day.").format(days=MOST_EARLY)


class CaseVisitDraft(VisitDraft):
    """A visit of a case. A win-back visit needs name and address verified, now or before."""

    is_win_back: bool = False
    name_verified: bool = False
    address_verified: bool = False


class VisitReport(Draft):
    """What came of a visit or call.

    Attributes:
        by: Who made it; without one whoever is taken to have (`services.visit_view.goer`).
        met: Whom one met.
        gift_amount: What the gift cost, in minor units; only with a case that bears it.
        satisfaction: 1 to 5; of active customers only.
        answers: Of the form of the visit, by code.
    """

    done_on: dt.date
    by: uuid.UUID | None = None
    met: Annotated[Text, Field(max_length=200)] = ""
    note: Annotated[Text, Field(max_length=4000)] = ""
    gift: Annotated[Text, Field(max_length=200)] = ""
    gift_amount: Annotated[int | None, Field(ge=0)] = None
    satisfaction: Annotated[int | None, Field(ge=1, le=_HIGHEST)] = None
    next_step: Annotated[Text, Field(max_length=_MOST)] = ""
    answers: dict[str, Any] = Field(default_factory=dict)


class InformalDraft(Draft):
    """A contact by the way: met at a fair, a greeting by phone. Counts for coverage only."""

    on: dt.date
    channel: Channel = Channel.VISIT
    met: Annotated[Text, Field(max_length=200)] = ""
    note: Annotated[Text, Field(max_length=4000)] = ""

    @field_validator("channel")
    @classmethod
    def _in_person(cls, channel: Channel) -> Channel:
        if channel not in _CHANNELS:
            raise ValueError(_("An informal contact is a meeting or a call."))
        return channel


class FieldOfForm(Protocol):
    """Something that is asked at a visit (`db.reference.VisitField`)."""

    @property
    def code(self) -> str:
        """Key of the answer."""

    @property
    def customer(self) -> str:
        """Kind of customer, or all."""

    @property
    def purpose(self) -> str:
        """Purpose of the visit, or all."""

    @property
    def kind(self) -> str:
        """Kind of answer."""

    @property
    def choices(self) -> tuple[str, ...]:
        """Codes of a choice."""


def purpose_of(rule_purpose: VisitPurpose | None, *, is_win_back: bool) -> str:
    """By which purpose the form of a visit is chosen; empty for none in particular."""
    return WIN_BACK if is_win_back else rule_purpose or ""


def asks(field: FieldOfForm, customer: CustomerKind, purpose: str) -> bool:
    """Whether a field belongs to a visit to such a customer for such a purpose."""
    return field.customer in (EVERY, customer) and field.purpose in (EVERY, purpose)


def tidied(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that say something; texts without blanks around them."""
    kept = {code: one.strip() if isinstance(one, str) else one for code, one in answers.items()}
    return {code: one for code, one in kept.items() if one not in (None, "")}


def wrong_answers(fields: Sequence[FieldOfForm], answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Codes of answers that do not fit their field, or have none."""
    known = {field.code: field for field in fields}
    return tuple(
        code
        for code, answer in answers.items()
        if code not in known or not _fits(known[code], answer)
    )


def _fits(field: FieldOfForm, answer: Any) -> bool:
    match field.kind:
        case "yes_no":
            return isinstance(answer, bool)
        case "number":
            is_number = isinstance(answer, (int, float)) and not isinstance(answer, bool)
            return is_number and answer >= 0
        case "choice":
            return answer in field.choices
        case _:
            return isinstance(answer, str) and len(answer) <= _MOST
