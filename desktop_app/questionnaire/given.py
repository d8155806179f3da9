"""Answers as they are given, written as XForms write them."""

from collections.abc import Sequence
from datetime import date, datetime, time

from desktop_app.questionnaire import values
from desktop_app.questionnaire.form import Kind

Answer = str | int | float | bool | date | time | Sequence[str] | None


def written(kind: Kind, value: Answer) -> str:  # noqa: PLR0911  (one case a kind)
    """An answer as XForms write it."""
    match value:
        case None:
            return ""
        case bool():
            if kind is Kind.ACKNOWLEDGE:
                return "OK" if value else ""
            return "true" if value else "false"
        case str():
            return _clean(value)
        case int() | float():
            return values.number_text(float(value)) if isinstance(value, float) else str(value)
        case datetime():
            return values.moment_text(value if value.tzinfo else value.astimezone())
        case date() | time():
            return value.isoformat()
        case _:
            return _clean(" ".join(value))


def _clean(text: str) -> str:
    """Without signs that XML cannot hold."""
    if text.isprintable():
        return text
    kept = "".join(
        sign for sign in text
        if sign in "\t\n\r" or (sign >= " " and not "\ud800" <= sign <= "\udfff"
                                and sign not in "\ufffe\uffff")
    )  # fmt: skip
    return kept.replace("\r\n", "\n").replace("\r", "\n")
