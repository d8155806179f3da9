"""Sentences for what the checks of a script find."""

from collections.abc import Mapping
from typing import Final

from desktop_app.domain.script_checks import CheckCode, Finding
from desktop_app.i18n import N_, _

_CHECKS: Final[Mapping[CheckCode, str]] = {
    CheckCode.NO_START: N_("The script has no first step; choose one."),
    CheckCode.DOUBLE_STEP: N_("Two steps have this name; rename one."),
    CheckCode.DOUBLE_CHOICE: N_("The choice “{choice}” is there twice; rename one."),
    CheckCode.DEAD_END: N_("Leads nowhere ({place}); choose the step that follows."),
    CheckCode.UNKNOWN_TARGET: N_("Leads to “{target}” ({place}), which does not exist."),
    CheckCode.UNREACHABLE: N_("No way leads to this step."),
    CheckCode.LOOP: N_("These steps only lead to each other: {steps}. Add a way out."),
    CheckCode.LOGIC_LOOP: N_("This logic turns in a circle without asking anything: {steps}."),
    CheckCode.NO_WORDS: N_("There are no words ({place})."),
    CheckCode.NO_TRANSLATION: N_("There are no words in {language} ({place})."),
    CheckCode.UNKNOWN_PLACEHOLDER: N_("“{name}” is no placeholder ({place})."),
    CheckCode.MAY_BE_EMPTY: N_(
        "“{name}” may be empty ({place}); add other words after | or put the clause in [[ ]]."
    ),
    CheckCode.LOOSE_BRACKETS: N_("A bracket of a placeholder is left open ({place})."),
    CheckCode.UNKNOWN_FIELD: N_("“{field}” is neither a fact of the case nor an answer."),
    CheckCode.BAD_VALUE: N_("“{field}” cannot be compared like this."),
    CheckCode.UNKNOWN_WRITES: N_("The interview has no question “{writes}”."),
    CheckCode.IDLE_FIELD: N_("Not used by this kind of step: {fields}."),
    CheckCode.NO_DISPOSITION: N_("The end has no result of the contact."),
    CheckCode.NO_FAIR_WAY_OUT: N_("There is no way out without pressure."),
}
_PLACES: Final[Mapping[str, str]] = {
    "words": N_("words"),
    "hint": N_("advice"),
    "heard": N_("what the customer says"),
    "choice": N_("choice"),
    "branch": N_("branch"),
    "to": N_("next step"),
}
_FIELDS: Final[Mapping[str, str]] = {
    "to": N_("next step"),
    "choices": N_("choices"),
    "branches": N_("branches"),
    "writes": N_("question of the interview"),
    "goal": N_("goal of the offer"),
    "heard_zh": N_("what the customer says"),
    "heard_en": N_("what the customer says"),
    "disposition": N_("result of the contact"),
    "outcome": N_("outcome"),
    "fair_way_out": N_("fair way out"),
}
_LANGUAGES: Final[Mapping[str, str]] = {"zh": N_("Chinese"), "en": N_("English")}


def finding_sentence(finding: Finding) -> str:
    """What is wrong with a script, and what to do."""
    figures = dict(finding.figures)
    if "place" in figures:
        first, *rest = figures["place"].split()
        words = [_(_PLACES[first]), *(_(_LANGUAGES[r]) if r in _LANGUAGES else r for r in rest)]
        figures["place"] = " ".join(words)
    if "fields" in figures:
        named = dict.fromkeys(_(_FIELDS[name]) for name in figures["fields"].split(", "))
        figures["fields"] = _(", ").join(named)
    if "language" in figures:
        name = _LANGUAGES[figures["language"]]
        figures["language"] = _(name)
    return _(_CHECKS[finding.code]).format(**figures)
