"""What the radar of interview quality looks at, from where on, and what it finds."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, JsonValue

from desktop_app.domain.drafts import Draft
from desktop_app.i18n import N_


class QualityKind(StrEnum):
    """What may be wrong with interviews."""

    TOO_FAST = "too_fast"
    SAME_ANSWERS = "same_answers"
    COPIED_TEXT = "copied_text"
    REASON_DRIFT = "reason_drift"
    UNKNOWN_DRIFT = "unknown_drift"
    NOT_PROBED = "not_probed"


TITLES: Mapping[QualityKind, str] = MappingProxyType(
    {
        QualityKind.TOO_FAST: N_("Interview too fast"),
        QualityKind.SAME_ANSWERS: N_("Same answers again"),
        QualityKind.COPIED_TEXT: N_("Copied words"),
        QualityKind.REASON_DRIFT: N_("One reason too often"),
        QualityKind.UNKNOWN_DRIFT: N_("Unknown reason too often"),
        QualityKind.NOT_PROBED: N_("No follow-up questions"),
    }
)
"""Kind to its title, to be translated when shown."""


class QualityLimits(Draft):
    """From where on interviews are worth a look."""

    spread: Annotated[Decimal, Field(ge=1, le=10, title=N_("Spreads below the usual pace"))] = (
        Decimal("3.0")
    )
    floor_seconds: Annotated[
        Decimal, Field(ge=0, le=600, title=N_("Least seconds per answered question"))
    ] = Decimal("2.0")
    min_interviews: Annotated[
        int, Field(ge=2, le=1000, title=N_("Least number of interviews to compare"))
    ] = 8
    min_choices: Annotated[
        int, Field(ge=1, le=100, title=N_("Least number of choices in the same answers"))
    ] = 4
    min_repeats: Annotated[
        int, Field(ge=2, le=100, title=N_("Least number of interviews with the same answers"))
    ] = 3
    similarity: Annotated[
        Decimal, Field(gt=0, le=1, title=N_("Least similarity of copied words"))
    ] = Decimal("0.85")
    min_characters: Annotated[
        int, Field(ge=3, le=1000, title=N_("Least number of characters of copied words"))
    ] = 8
    chance: Annotated[
        Decimal, Field(gt=0, lt=1, title=N_("Greatest probability of a false alarm"))
    ] = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class FinishedInterview:
    """What the radar looks at.

    Attributes:
        interview: Its key.
        case: Key of its case; one case may have several interviews.
        agent: Key of who led it.
        finished: The day it was finished.
        seconds: Seconds it took in all; ``None`` when not measured.
        answered: Number of questions answered.
        choices: Question to the code chosen (several codes joined), free text left out.
        verbatims: The customer's own words, as typed.
        reason: Code of the reason; ``None`` when none was recorded.
        probed: Number of why-questions answered; ``None`` where the questionnaire has none.
    """

    interview: str
    case: str
    agent: str
    finished: dt.date
    seconds: float | None = None
    answered: int = 0
    choices: Mapping[str, str] = field(default_factory=dict)
    verbatims: tuple[str, ...] = ()
    reason: str | None = None
    probed: int | None = None


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """One reason to look at interviews.

    Attributes:
        kind: What may be wrong.
        interviews: Keys of the interviews, in the order of their days.
        agent: Who led them; ``None`` when several did.
        measured: Seconds per question, or a share of one.
        limit: What was expected or allowed at most or least, in the same unit.
        sentence_zh: One sentence why, Chinese.
        sentence_en: One sentence why, English.
        detail: The numbers and codes behind it, ready for JSON.
    """

    kind: QualityKind
    interviews: tuple[str, ...]
    agent: str | None
    measured: float
    limit: float
    sentence_zh: str
    sentence_en: str
    detail: Mapping[str, JsonValue] = field(default_factory=dict)
