"""Which questions of a form ask for words, for choices, for the reason and for the why."""

from dataclasses import dataclass
from typing import Final

from desktop_app.questionnaire import roles
from desktop_app.questionnaire.form import SELECTS, SILENT, Form, Kind, Question
from desktop_app.questionnaire.languages import language_for
from desktop_app.questionnaire.roles import CaseRole

_OWN_WORDS: Final = "own-words"
_WORDED: Final = frozenset({_OWN_WORDS, "why", "multiline"})


@dataclass(frozen=True, slots=True)
class AnswerPlaces:
    """Paths of questions, each in the order of the form.

    Attributes:
        worded: Answered in words, to be coded into themes.
        own_words: Those of them that take the customer's own words.
        why: Why-questions.
        why_reasons: Their reasons.
        stated: The stated reason.
        choices: Choices of any kind.
        silent: Values that nobody is asked for.
    """

    worded: tuple[str, ...]
    own_words: tuple[str, ...]
    why: tuple[str, ...]
    why_reasons: tuple[str, ...]
    stated: tuple[str, ...]
    choices: tuple[str, ...]
    silent: tuple[str, ...]


def places_of(form: Form) -> AnswerPlaces:
    """Where the answers of each sort stand."""
    asked = [question for question in form.asked() if question.kind is not Kind.NOTE]

    def with_role(role: CaseRole) -> tuple[str, ...]:
        return tuple(each.path for each in asked if roles.role_of(form, each.path) is role)

    return AnswerPlaces(
        worded=tuple(each.path for each in asked if _looks(each, _WORDED)),
        own_words=tuple(each.path for each in asked if _looks(each, frozenset({_OWN_WORDS}))),
        why=with_role(CaseRole.WHY),
        why_reasons=with_role(CaseRole.WHY_REASON),
        stated=with_role(CaseRole.STATED_REASON),
        choices=tuple(each.path for each in asked if each.kind in SELECTS),
        silent=tuple(path for path, each in form.questions.items() if each.kind in SILENT),
    )


def in_repeat(form: Form, path: str) -> bool:
    """Whether a question can be asked several times."""
    return any(path.startswith(f"{repeat}/") for repeat in form.repeats)


def pattern_of(form: Form, path: str) -> str:
    r"""The addresses of a question inside repeats, for SQL's LIKE with ``\`` as escape."""
    found = path.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    for repeat in sorted(form.repeats, key=len, reverse=True):
        if path.startswith(f"{repeat}/"):
            escaped = repeat.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
            found = f"{escaped}[%]{found[len(escaped) :]}"
    return found


def label_of(form: Form, path: str, language: str) -> str:
    """The words of a question without an interview; a value inside them reads as three dots."""
    question = form.questions[path]
    content = question.label.content(language_for(form, language), "")
    words = "".join(each if isinstance(each, str) else "…" for each in content.pieces).strip()
    return words or question.name


def _looks(question: Question, wanted: frozenset[str]) -> bool:
    return question.kind is Kind.TEXT and bool(wanted & set(question.appearance.split()))
