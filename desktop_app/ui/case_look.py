"""How cases look everywhere: tones of stages, classes and days, icons, words of coded values."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from db import reference
from db.vocabulary import (
    AttemptResult,
    CaseStage,
    Channel,
    CustomerClass,
    InterviewState,
    Outcome,
    ReviewState,
    RuleKind,
    SaveState,
    SignalState,
    VisitState,
)
from desktop_app import clock
from desktop_app.i18n import _, language, ngettext
from desktop_app.ui.theme import Tone

STAGE_TONES: Mapping[CaseStage, Tone] = MappingProxyType(
    {
        CaseStage.IDENTIFIED: Tone.WARN,
        CaseStage.SCREENED: Tone.WARN,
        CaseStage.ASSIGNED: Tone.INFO,
        CaseStage.CONTACTING: Tone.INFO,
        CaseStage.INTERVIEWED: Tone.ACCENT,
        CaseStage.DIAGNOSED: Tone.ACCENT,
        CaseStage.PLAN_AGREED: Tone.ACCENT,
        CaseStage.REMEDY_IN_PROGRESS: Tone.ACCENT,
        CaseStage.FOLLOW_UP: Tone.GOOD,
        CaseStage.CLOSED: Tone.NEUTRAL,
    }
)
OUTCOME_TONES: Mapping[Outcome, Tone] = MappingProxyType(
    {
        Outcome.SAVED: Tone.GOOD,
        Outcome.WON_BACK: Tone.GOOD,
        Outcome.LOST: Tone.BAD,
        Outcome.DO_NOT_PURSUE: Tone.NEUTRAL,
        Outcome.UNREACHABLE: Tone.WARN,
        Outcome.DUPLICATE: Tone.NEUTRAL,
    }
)
SAVE_TONES: Mapping[SaveState, Tone] = MappingProxyType(
    {
        SaveState.WATCHING: Tone.INFO,
        SaveState.CONFIRMED: Tone.GOOD,
        SaveState.LOST_DEFLECT: Tone.BAD,
    }
)
KLASS_TONES: Mapping[CustomerClass, Tone] = MappingProxyType(
    {CustomerClass.A: Tone.ACCENT, CustomerClass.B: Tone.INFO, CustomerClass.C: Tone.NEUTRAL}
)
RESULT_TONES: Mapping[AttemptResult, Tone] = MappingProxyType(
    {
        AttemptResult.REACHED: Tone.GOOD,
        AttemptResult.NO_ANSWER: Tone.NEUTRAL,
        AttemptResult.BUSY: Tone.NEUTRAL,
        AttemptResult.CALLBACK: Tone.INFO,
        AttemptResult.LEFT_MESSAGE: Tone.INFO,
        AttemptResult.WRONG_NUMBER: Tone.WARN,
        AttemptResult.REFUSED: Tone.BAD,
        AttemptResult.DO_NOT_CONTACT: Tone.BAD,
    }
)
VISIT_TONES: Mapping[VisitState, Tone] = MappingProxyType(
    {
        VisitState.PLANNED: Tone.INFO,
        VisitState.DONE: Tone.GOOD,
        VisitState.CANCELLED: Tone.NEUTRAL,
    }
)
SIGNAL_TONES: Mapping[SignalState, Tone] = MappingProxyType(
    {
        SignalState.OPEN: Tone.WARN,
        SignalState.SNOOZED: Tone.INFO,
        SignalState.ACCEPTED: Tone.GOOD,
        SignalState.DISMISSED: Tone.NEUTRAL,
        SignalState.CLEARED: Tone.NEUTRAL,
    }
)
INTERVIEW_TONES: Mapping[InterviewState, Tone] = MappingProxyType(
    {InterviewState.DRAFT: Tone.WARN, InterviewState.FINISHED: Tone.GOOD}
)
REVIEW_TONES: Mapping[ReviewState, Tone] = MappingProxyType(
    {
        ReviewState.RECEIVED: Tone.INFO,
        ReviewState.HAS_ISSUES: Tone.WARN,
        ReviewState.APPROVED: Tone.GOOD,
    }
)
CHANNEL_ICONS: Mapping[Channel, str] = MappingProxyType(
    {Channel.CALL: "call", Channel.VISIT: "visits", Channel.MESSAGE: "message"}
)


def stage_tone(row: object) -> Tone | None:
    """Tone of the stage of anything that has one."""
    stage = getattr(row, "stage", None)
    return STAGE_TONES[stage] if stage is not None else None


def outcome_tone(row: object) -> Tone | None:
    """Tone of an outcome; nothing while there is none."""
    outcome = getattr(row, "outcome", None)
    return OUTCOME_TONES[outcome] if outcome is not None else None


def save_tone(row: object) -> Tone | None:
    """Tone of what became of a save; nothing where there is none."""
    state = getattr(row, "save_state", None)
    return SAVE_TONES[state] if state is not None else None


def klass_tone(row: object) -> Tone | None:
    """Tone of a customer class."""
    klass = getattr(row, "klass", None)
    return KLASS_TONES[klass] if klass is not None else None


def day_tone(day: date | None) -> Tone | None:
    """Tone of a day something is due on."""
    if day is None:
        return None
    today = clock.today()
    if day < today:
        return Tone.BAD
    return Tone.WARN if day == today else None


def due_text(day: date | None) -> str:
    """A due day in relation to today: ``3 days overdue``, ``today``, ``in 2 days``."""
    if day is None:
        return _("unplanned")
    days = (day - clock.today()).days
    if days == 0:
        return _("due today")
    if days < 0:
        return ngettext("{n} day overdue", "{n} days overdue", -days).format(n=-days)
    return ngettext("in {n} day", "in {n} days", days).format(n=days)


def since_text(moment: datetime | None) -> str:
    """Whole days since a moment, as a second hint."""
    if moment is None:
        return ""
    days = max(0, (clock.today() - clock.local(moment).date()).days)
    return (
        ngettext("for {n} day", "for {n} days", days).format(n=days) if days else _("since today")
    )


def days_text(days: float) -> str:
    """A length of time in days, short: ``3 d``, ``<1 d``."""
    return _("<1 d") if days < 1 else _("{n} d").format(n=round(days))


def duration_text(seconds: int | None) -> str:
    """Length of a call as ``4:05``; empty when not known."""
    return "" if seconds is None else f"{seconds // 60}:{seconds % 60:02d}"


def words(entry: "reference.Bilingual | None") -> str:
    """The words of a coded value in the present language; empty for none."""
    return "" if entry is None else reference.text(entry, language())


def churn_word(code: str | None) -> str:
    """Words of a churn type with its branch: ``Active churn › Fault churn``."""
    tree = {node.code: node for node in reference.churn_types()}
    node = tree.get(code or "")
    if node is None:
        return ""
    above = words(tree.get(node.parent or ""))
    return f"{above} › {words(node)}" if above else words(node)


def churn_choices() -> list[tuple[str, str]]:
    """The types a case may have, with their branch."""
    return [(node.code, churn_word(node.code)) for node in reference.churn_types() if node.leaf]


def coded_choices(list_name: str) -> list[tuple[str, str]]:
    """Code and words of a list of the churn types: ``extent`` or ``mind``."""
    return [(entry.code, words(entry)) for entry in reference.entries("churn_types", list_name)]


def coded_word(list_name: str, code: str | None) -> str:
    """Words of one code of such a list."""
    return dict(coded_choices(list_name)).get(code or "", "")


def list_text(parts: Iterable[str]) -> str:
    """Parts that are there, separated by a middle dot."""
    return " · ".join(part for part in parts if part)


def kind_tone(kind: RuleKind) -> Tone:
    """Tone of a kind of departure: somebody who asks to cancel is urgent."""
    return Tone.BAD if kind is RuleKind.CANCEL_REQUEST else Tone.NEUTRAL
