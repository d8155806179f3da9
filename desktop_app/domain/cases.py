"""The life of a case: stages and moves, what may be typed, what closing needs, what comes first."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from db.vocabulary import (
    Approach,
    AttemptResult,
    CaseStage,
    Channel,
    NextStep,
    Outcome,
    RuleKind,
)
from desktop_app.domain.drafts import Code, Draft, Text
from desktop_app.domain.purchases import History
from desktop_app.domain.reasons import ChurnType, is_leaf, is_unknown
from desktop_app.i18n import _, ngettext

YEAR_DAYS = 365


class Extent(StrEnum):
    """How far the customer has left; words in `resources/reference/churn_types.toml`."""

    FULL_SWITCH = "full_switch"
    PARTIAL_SHARE = "partial_share"
    PRODUCT_LINE_STOP = "product_line_stop"
    VALUE_DOWNGRADE = "value_downgrade"
    LAPSING = "lapsing"
    CONTRACT_TERMINATED = "contract_terminated"


class StateOfMind(StrEnum):
    """Which of intention and behaviour have switched; words in the same file."""

    LOYAL = "loyal"
    AT_RISK = "at_risk"
    SILENT_ATTRITION = "silent_attrition"
    DEFECTED = "defected"


REOPEN_STAGES = (CaseStage.ASSIGNED, CaseStage.CONTACTING)
"""Where a closed case may be taken up again."""

_MOVES: Mapping[CaseStage, tuple[CaseStage, ...]] = MappingProxyType(
    {
        CaseStage.IDENTIFIED: (CaseStage.SCREENED,),  # nobody is assigned before the screening
        CaseStage.SCREENED: (CaseStage.ASSIGNED, CaseStage.IDENTIFIED),
        CaseStage.ASSIGNED: (CaseStage.CONTACTING, CaseStage.SCREENED),
        CaseStage.CONTACTING: (CaseStage.INTERVIEWED, CaseStage.DIAGNOSED, CaseStage.ASSIGNED),
        CaseStage.INTERVIEWED: (CaseStage.DIAGNOSED, CaseStage.CONTACTING),
        CaseStage.DIAGNOSED: (CaseStage.PLAN_AGREED, CaseStage.FOLLOW_UP, CaseStage.INTERVIEWED),
        CaseStage.PLAN_AGREED: (
            CaseStage.REMEDY_IN_PROGRESS,
            CaseStage.FOLLOW_UP,
            CaseStage.DIAGNOSED,
        ),
        CaseStage.REMEDY_IN_PROGRESS: (CaseStage.FOLLOW_UP, CaseStage.PLAN_AGREED),
        CaseStage.FOLLOW_UP: (CaseStage.REMEDY_IN_PROGRESS,),
        CaseStage.CLOSED: (),  # only re-opening leads out, only closing leads in
    }
)


def moves(stage: CaseStage) -> tuple[CaseStage, ...]:
    """Stages a case may be moved to: forward, skipping where it makes sense, or one step back."""
    return _MOVES[stage]


def can_move(stage: CaseStage, to: CaseStage) -> bool:
    """Whether a case may be moved from one stage to another; closing is not a move."""
    return to in _MOVES[stage]


def can_close(stage: CaseStage) -> bool:
    """Whether a case in this stage may be closed: always, unless it is closed already."""
    return stage is not CaseStage.CLOSED


def check_next_due(due: dt.date | None, info: ValidationInfo) -> dt.date | None:
    """Let a next step and its date only stand together (a validator of ``next_due``)."""
    if "next_step" not in info.data:  # already found wrong
        return due
    step = info.data["next_step"]
    if step is not None and due is None:
        raise ValueError(_("Give the next step a date."))
    if step is None and due is not None:
        raise ValueError(_("Say what is to be done on this date."))
    return due


class OpenDraft(Draft):
    """A case opened by hand, for example when the customer asks to cancel."""

    kind: RuleKind
    left_on: dt.date | None = None
    what_happened: Text = ""


class CaseDraft(Draft):
    """What people fill in while they work on a case. Amounts are minor units."""

    left_on: dt.date | None = None
    churn_type: ChurnType | None = None
    extent: Extent | None = None
    state_of_mind: StateOfMind | None = None
    competitor: Annotated[Text, Field(max_length=120)] = ""
    value_at_stake: Annotated[int | None, Field(ge=0)] = None
    approach: Approach | None = None
    offer_text: Text = ""
    what_happened: Text = ""
    next_step: NextStep | None = None
    next_due: Annotated[dt.date | None, Field(validate_default=True)] = None

    @field_validator("churn_type")
    @classmethod
    def _only_leaves(cls, churn_type: ChurnType | None) -> ChurnType | None:
        return _leaf(churn_type)

    _check_next_due = field_validator("next_due")(check_next_due)


REASON_FREE = frozenset({Outcome.UNREACHABLE, Outcome.DUPLICATE, Outcome.DO_NOT_PURSUE})
"""Outcomes that may do without a root reason; all others must say why."""


class CloseDraft(Draft):
    """How a case ends. All but the outcomes of REASON_FREE need a root reason and a churn type.

    With a reason that is not known (``unknown_...``) the type may stay open and becomes
    "undetermined"; otherwise it must be determined.
    """

    outcome: Outcome
    root_reason: Annotated[Code, Field(validate_default=True)] = None
    churn_type: Annotated[ChurnType | None, Field(validate_default=True)] = None
    note: Text = ""

    @field_validator("root_reason")
    @classmethod
    def _has_reason(cls, reason: str | None, info: ValidationInfo) -> str | None:
        if reason is None and info.data.get("outcome", Outcome.DUPLICATE) not in REASON_FREE:
            raise ValueError(_("Choose the root reason; “not known” is a reason too."))
        return reason

    @field_validator("churn_type")
    @classmethod
    def _has_type(cls, churn_type: ChurnType | None, info: ValidationInfo) -> ChurnType | None:
        churn_type = _leaf(churn_type)
        if "outcome" not in info.data or "root_reason" not in info.data:
            return churn_type
        reason: str | None = info.data["root_reason"]
        if reason is None:
            return churn_type
        if is_unknown(reason):
            return churn_type or ChurnType.UNDETERMINED
        if churn_type is None or churn_type is ChurnType.UNDETERMINED:
            raise ValueError(_("Choose the churn type."))
        return churn_type


_REFUSALS = frozenset({AttemptResult.REFUSED, AttemptResult.DO_NOT_CONTACT})


def tried_enough(
    tries: Iterable[tuple[Channel, AttemptResult]], attempts: int, channels: int
) -> bool:
    """Whether a case may be given up as lost: so many attempts in so many ways, or a refusal.

    No attempts asked for: always.
    Source: S3-04, a customer who left is not given up lightly.
    """
    every = tuple(tries)
    if attempts == 0 or any(result in _REFUSALS for _channel, result in every):
        return True
    return len(every) >= attempts and len({channel for channel, _result in every}) >= channels


class ReopenDraft(Draft):
    """Taking up a closed case again."""

    stage: CaseStage
    note: Annotated[str, Field(min_length=1)]

    @field_validator("stage")
    @classmethod
    def _allowed(cls, stage: CaseStage) -> CaseStage:
        if stage not in REOPEN_STAGES:
            raise ValueError(_("A closed case can only be re-opened as assigned or contacting."))
        return stage


def _leaf(churn_type: ChurnType | None) -> ChurnType | None:
    if churn_type is not None and not is_leaf(churn_type):
        raise ValueError(_("Choose the exact churn type below this heading."))
    return churn_type


def value_at_stake(history: History, as_of: dt.date) -> int | None:
    """What a year of this customer is worth, minor units; ``None`` if nothing was ever bought.

    The net spend of the last 365 days; if there is none, of the 365 days up to the last purchase.
    """
    today = as_of.toordinal()
    days = history.purchases_until(today)
    if not days:
        return None
    now = history.spend(today - YEAR_DAYS, today)
    return now if now > 0 else max(0, history.spend(days[-1] - YEAR_DAYS, days[-1]))


OVERDUE, TODAY, UNPLANNED, LATER = 8, 6, 6, 4
"""Urgency of a case in quarters, by when its next step is due."""
ALWAYS_FIRST = RuleKind.CANCEL_REQUEST


@dataclass(frozen=True, slots=True)
class Priority:
    """Place of a case in the list of the day.

    Attributes:
        is_first: Comes before all others whatever its value.
        score: Value at stake x urgency, in quarters of a minor unit; larger comes first.
        sentence: Why, translated.
    """

    is_first: bool
    score: int
    sentence: str

    @property
    def sort_key(self) -> tuple[bool, int]:
        """Ascending order of this key is the order of work."""
        return (not self.is_first, -self.score)


def priority(
    value: int | None,
    kind: RuleKind,
    next_due: dt.date | None,
    today: dt.date,
) -> Priority:
    """Rank a case: value at stake x urgency; somebody who asks to cancel always comes first.

    Urgency is 2 when the next step is overdue, 1.5 when it is due today or nothing is planned,
    1 when it is due later. A value that is not known counts as nothing.
    """
    days = None if next_due is None else (today - next_due).days
    if days is None:
        quarters, sentence = UNPLANNED, _("no next step: {rank}")
    elif days > 0:
        quarters = OVERDUE
        sentence = ngettext("{n} day overdue: {rank}", "{n} days overdue: {rank}", days)
    elif days == 0:
        quarters, sentence = TODAY, _("due today: {rank}")
    else:
        quarters, sentence = LATER, _("due later: {rank}")
    if value is None:
        rank = _("value not known")
    else:
        rank = _("value × {factor}").format(factor=f"{quarters / 4:g}")
    first = kind is ALWAYS_FIRST
    if first:
        sentence = _("Asked to cancel: always first")
    return Priority(first, (value or 0) * quarters, sentence.format(rank=rank, n=days))
