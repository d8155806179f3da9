"""What happened with a customer or in a case, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from db.queries.customer_card import TimelineEntry
from db.vocabulary import (
    AttemptResult,
    CaseEventKind,
    CaseStage,
    Channel,
    InterviewState,
    Outcome,
    RuleKind,
    VisitState,
)
from desktop_app import labels
from desktop_app.domain.arrears import STEP_WORDS, ArrearsStep
from desktop_app.domain.screening import words_of
from desktop_app.domain.visits import SATISFACTION_WORDS
from desktop_app.i18n import _, language


@dataclass(frozen=True, slots=True)
class Words:
    """One entry in words: a title, details, who did it."""

    title: str
    detail: str = ""
    who: str = ""


def words(entry: TimelineEntry) -> Words:
    """Put an entry into the present language."""
    made = _MAKERS[entry.kind](entry.values)
    return Words(made.title, made.detail, str(entry.values.get("by") or ""))


def _order(values: Mapping[str, Any]) -> Words:
    amount = labels.money(abs(values["amount"]), values["currency"])
    text = _("Return {amount}") if values["amount"] < 0 else _("Order {amount}")
    return Words(" · ".join(filter(None, (text.format(amount=amount), values["number"]))))


def _signal(values: Mapping[str, Any]) -> Words:
    sentence = values["zh"] if language().startswith("zh") else values["en"]
    kind = labels.label(RuleKind(values["kind"]))
    return Words(_("Signal: {kind}").format(kind=kind), sentence)


def _event(values: Mapping[str, Any]) -> Words:
    kind = CaseEventKind(values["kind"])
    if kind in (CaseEventKind.SCREENED, CaseEventKind.OVERRIDDEN) and values.get("old"):
        values = _screened(kind, values)
    old, new = _value(kind, values.get("old")), _value(kind, values.get("new"))
    moved = f"{old} → {new}" if old and new and old != new else new or old
    title = labels.label(kind)
    if values.get("case"):
        title = f"{title} {values['case']}"
    return Words(title, "\n".join(filter(None, (moved, values.get("note") or ""))))


def _screened(kind: CaseEventKind, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the screening found, told by its codes; of an overruled one also the reason."""
    note = str(values.get("note") or "")
    told = words_of(str(values["old"]), note if kind is CaseEventKind.SCREENED else "")
    if kind is CaseEventKind.OVERRIDDEN:
        told = "\n".join(filter(None, (told, note)))
    return {**values, "old": "", "note": told}


def _value(kind: CaseEventKind, value: Any) -> str:
    text = str(value or "")
    if text in set(ArrearsStep):
        return _(STEP_WORDS[ArrearsStep(text)])
    for member in (*CaseStage, *Outcome):
        if text == member.value:
            return "" if kind is CaseEventKind.OPENED else labels.label(member)
    return text


def _attempt(values: Mapping[str, Any]) -> Words:
    channel, result = _label(Channel, values["channel"]), _label(AttemptResult, values["result"])
    seconds = values.get("seconds")
    length = ""
    if seconds:
        length = _("{minutes} min {seconds} s").format(minutes=seconds // 60, seconds=seconds % 60)
    return Words(f"{channel} · {result}", "\n".join(filter(None, (length, values.get("note")))))


def _visit(values: Mapping[str, Any]) -> Words:
    state = _label(VisitState, values["state"])
    how = _label(Channel, values["channel"])
    if values["is_informal"]:
        how = f"{how} · {_('Informal contact')}"
    parts = [values["purpose"], values["note"]]
    for text, name in (
        (_("Met: {words}"), "met"),
        (_("Gift: {words}"), "gift"),
        (_("Next step: {words}"), "next_step"),
    ):
        if values[name]:
            parts.append(text.format(words=values[name]))
    if values["satisfaction"]:
        words = satisfaction_text(values["satisfaction"])
        parts.append(_("Satisfaction: {words}").format(words=words))
    return Words(f"{how} · {state}", "\n".join(filter(None, parts)))


def satisfaction_text(level: int) -> str:
    """A satisfaction of 1 to 5 in words."""
    return f"{level} · {_(SATISFACTION_WORDS[level - 1])}"


def _interview(values: Mapping[str, Any]) -> Words:
    return Words(f"{_('Exit interview')} · {_label(InterviewState, values['state'])}")


def _exit(values: Mapping[str, Any]) -> Words:
    reason = values["zh"] if language().startswith("zh") else values["en"]
    lines = [reason, values["words"], arrears_text(values["arrears"], values["currency"])]
    if values["gift"]:
        lines.append(_("Gift: {gift}").format(gift=values["gift"]))
    return Words(_("Exit at the counter"), "\n".join(filter(None, lines)))


def arrears_text(arrears: int | None, currency: str) -> str:
    """What a customer owed when the exit was registered."""
    if arrears is None:
        return _("Arrears not known")
    if arrears == 0:
        return _("No arrears")
    return _("Arrears {amount}").format(amount=labels.money(arrears, currency))


def _file(values: Mapping[str, Any]) -> Words:
    return Words(_("File · {name}").format(name=values["name"]))


def _label(enum: type[StrEnum], value: Any) -> str:
    return labels.label(enum(value))


_MAKERS = {
    "order": _order,
    "signal": _signal,
    "event": _event,
    "attempt": _attempt,
    "visit": _visit,
    "interview": _interview,
    "exit": _exit,
    "file": _file,
}
