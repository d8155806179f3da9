"""What is wrong with an answer: its type, its rules, its choices."""

import math
from dataclasses import dataclass
from typing import Final

from desktop_app.i18n import N_, _
from desktop_app.questionnaire.form import Kind, Question, Severity
from desktop_app.questionnaire.geometry import points_of
from desktop_app.questionnaire.values import parse_date, parse_moment, parse_time, text_number

_TYPE_SENTENCES: Final = {
    Kind.INTEGER: N_("Enter a whole number."),
    Kind.DECIMAL: N_("Enter a number."),
    Kind.RANGE: N_("Choose a number from {start} to {end} in steps of {step}."),
    Kind.DATE: N_("Enter a date, for example 2026-08-31."),
    Kind.TIME: N_("Enter a time, for example 14:30."),
    Kind.DATETIME: N_("Enter a date and time, for example 2026-08-31 14:30."),
    Kind.GEOPOINT: N_("Enter latitude and longitude, for example 31.23 121.47."),
    Kind.GEOTRACE: N_("Enter at least two points, separated by semicolons."),
    Kind.GEOSHAPE: N_("Enter at least three points; the last one must be the first one again."),
}
REQUIRED: Final = N_("This question needs an answer.")
BROKEN_RULE: Final = N_("This answer is not possible here. Check it.")
NOT_A_CHOICE: Final = N_("“{value}” is not among the choices. Choose again.")
NO_CHOICES: Final = N_("This question needs an answer, but there is nothing to choose from.")
_LARGEST: Final = 2**63


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """Something wrong with one answer.

    Attributes:
        address: Which question, e.g. ``/data/person[2]/age``.
        kind: type, required, constraint or choice.
        severity: Whether it blocks finishing, asks once, or only shows.
        message: Translated sentence, or the form's own.
    """

    address: str
    kind: str
    severity: Severity
    message: str


def type_problem(question: Question, value: str) -> str:
    """Why a value is none of the question's type, as a sentence; empty when it is."""
    if is_of_type(question, value):
        return ""
    parameters = {"start": "", "end": "", "step": "1", **question.parameters}
    return _(_TYPE_SENTENCES[question.kind]).format(**parameters)


def is_of_type(question: Question, value: str) -> bool:  # noqa: PLR0911  (one case a kind)
    """Whether a value is of the question's type."""
    match question.kind:
        case Kind.INTEGER:
            digits = value.removeprefix("-").removeprefix("+")
            return digits.isascii() and digits.isdigit() and abs(int(value)) < _LARGEST
        case Kind.DECIMAL:
            return _is_number(value)
        case Kind.RANGE:
            return _is_number(value) and _is_on_range(question, float(value))
        case Kind.DATE:
            return parse_date(value) is not None
        case Kind.TIME:
            return parse_time(value) is not None
        case Kind.DATETIME:
            return parse_moment(value) is not None
        case Kind.GEOPOINT:
            points = points_of(value)
            return points is not None and len(points) == 1
        case Kind.GEOTRACE:
            points = points_of(value)
            return points is not None and len(points) > 1
        case Kind.GEOSHAPE:
            points = points_of(value)
            return points is not None and len(points) > 3 and points[0] == points[-1]  # noqa: PLR2004
        case _:
            return True


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value)) and not math.isnan(text_number(value))
    except ValueError:
        return False


def _is_on_range(question: Question, value: float) -> bool:
    start, end, step = range_of(question)
    low, high = min(start, end), max(start, end)
    steps = (value - start) / step if step else 0.0
    return low <= value <= high and abs(steps - round(steps)) < 1e-9  # noqa: PLR2004


def range_of(question: Question) -> tuple[float, float, float]:
    """Start, end and step of a range question."""
    found = [text_number(question.parameters.get(name, "")) for name in ("start", "end", "step")]
    start, end, step = found
    return (
        0.0 if math.isnan(start) else start,
        10.0 if math.isnan(end) else end,
        1.0 if math.isnan(step) else step,
    )
