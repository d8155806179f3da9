"""Change sets, tables and ages in words of the present language."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from db.vocabulary import AttemptResult, CaseStage, Channel, Outcome, RuleKind
from desktop_app import clock
from desktop_app.i18n import N_, _, ngettext
from desktop_app.labels import label

_UNDO, _CREATE = N_("Undo: {title}"), N_("Create the workspace")  # made in db, translated here
_WORDS: Mapping[str, type[StrEnum]] = {
    "rule": RuleKind,
    "stage": CaseStage,
    "outcome": Outcome,
    "result": AttemptResult,
    "channel": Channel,
}


def title_text(title: str, args: Mapping[str, Any]) -> str:
    """The title of a change set in the present language."""
    shown = {name: _word(name, value) for name, value in args.items()}
    if isinstance(shown.get("args"), dict) and "title" in shown:  # an undo names what it undid
        inner = shown["args"]
        if title == shown["title"] == _UNDO and isinstance(inner.get("args"), dict):
            again = title_text(inner["title"], inner["args"])  # what was undone holds again
            if inner["title"] == _UNDO:
                return again
            return _("Done again: {title}").format(title=again)
        shown["title"] = title_text(shown["title"], inner)
    try:
        return _(title).format(**shown)
    except (KeyError, IndexError, ValueError):
        return _(title)


def _word(name: str, value: Any) -> Any:
    """Stored words of the business in the present language."""
    words = _WORDS.get(name)
    return label(words(value)) if words and value in set(words) else value


def entity_text(entity: str) -> str:
    """The word for a table's rows."""
    return {
        "customer": _("Customer"),
        "contact": _("Contact"),
        "departure_case": _("Case"),
        "case_reason": _("Reason of a case"),
        "case_event": _("Entry of a case"),
        "probe_step": _("Step of a why-chain"),
        "contact_attempt": _("Attempt"),
        "visit": _("Visit"),
        "interview": _("Interview"),
        "answer": _("Answer"),
        "interview_review": _("Review of an interview"),
        "theme": _("Theme"),
        "answer_theme": _("Theme of an answer"),
        "attachment": _("File"),
        "exit_registration": _("Exit registration"),
        "case_review": _("Review of a case"),
        "experiment": _("Experiment"),
        "experiment_arm": _("Customer in an experiment"),
        "offer": _("Offer"),
        "offer_rule": _("Rule of offers"),
        "offer_budget": _("Budget for offers"),
        "case_offer": _("Offer in a case"),
        "cost_entry": _("Cost of a case"),
        "coupon": _("Coupon"),
        "promise": _("Promise"),
        "complaint": _("Complaint"),
        "recovery": _("Service recovery"),
        "recovery_step": _("Step of a service recovery"),
        "questionnaire": _("Questionnaire"),
        "questionnaire_version": _("Version of a questionnaire"),
        "library_question": _("Question of the library"),
        "script": _("Script"),
        "script_version": _("Version of a script"),
        "script_run": _("Script in a call"),
        "snippet": _("Snippet"),
        "calendar_day": _("Day of the calendar"),
        "skill": _("Ability of a user"),
        "staff_profile": _("Function of a user"),
        "absence": _("Absence"),
        "holding": _("Charge of a customer"),
        "employee_exit": _("Exit of an employee"),
        "handover": _("Handover"),
        "handover_line": _("Customer of a handover"),
        "cadence_line": _("Rule of the cadence"),
        "cadence_override": _("Exception from the cadence"),
        "win_back_step": _("Step of a win-back visit"),
        "renewal": _("Renewal"),
        "task": _("Task"),
        "defection_signal": _("Signal"),
        "defection_rule": _("Rule"),
        "customer_order": _("Order"),
        "order_line": _("Order line"),
        "import_job": _("Import"),
        "saved_view": _("Saved view"),
        "setting": _("Setting"),
        "app_user": _("User"),
        "store": _("Store"),
        "reason": _("Reason"),
        "reason_version": _("Words of a reason"),
    }.get(entity, entity)


def age_text(at: dt.datetime) -> str:
    """How long ago, as a second hint."""
    minutes = int((clock.now() - at).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:  # noqa: PLR2004
        return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes)
    hours = minutes // 60
    if hours < 24:  # noqa: PLR2004
        return ngettext("{n} hour ago", "{n} hours ago", hours).format(n=hours)
    return ngettext("{n} day ago", "{n} days ago", hours // 24).format(n=hours // 24)
