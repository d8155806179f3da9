"""What can go wrong in a way a person can do something about.

Everything here is a sentence for the person; anything else that is raised is a bug.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from desktop_app.i18n import N_, _

if TYPE_CHECKING:
    from pydantic import ValidationError

    from db.errors import DatabaseError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field.

    Attributes:
        field: Name of the draft's field, dotted when nested, empty for the whole form.
        message: Translated sentence.
    """

    field: str
    message: str


class UserError(Exception):
    """A person can do something about it; the message is translated and is shown as it is."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInputError(UserError):
    """Fields are wrong; shown beside them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.message for problem in self.problems))


class NotAllowedError(UserError):
    """This user's role may not do it."""


class NotFoundError(UserError):
    """The record is gone or was never there."""


class ConflictError(UserError):
    """Somebody else changed it meanwhile, or the state does not allow it any more."""


class ChangedMeanwhileError(ConflictError):
    """Somebody else saved it since it was read; nothing of theirs was overwritten."""


class FileProblemError(UserError):
    """A file cannot be read, written or understood."""


class DatabaseProblemError(UserError):
    """The database is busy, full, out of reach, damaged or newer than the program."""


class CancelledError(Exception):
    """The person pressed stop; nothing is to be shown."""


TROUBLE_MESSAGES: Mapping[str, str] = {
    "busy": N_("The workspace is busy. Wait a moment and try again."),
    "full": N_("The disk is full. Free some space and try again; nothing was changed."),
    "unreadable": N_("The file cannot be opened. Check that it exists and that you may read it."),
    "damaged": N_("The workspace is damaged. Restore the latest backup."),
    "read_only": N_("The workspace cannot be written. Check the rights of the file and folder."),
    "wrong_key": N_(
        "This file cannot be decrypted, or it is not a workspace. If it was one, restore the "
        "latest backup."
    ),
    "wrong_password": N_("The password is not right."),
    "unknown_user": N_("There is no user with this login name."),
    "newer": N_("This workspace was made by a newer version. Update the program to open it."),
    "older": N_("This workspace is too old to be opened by this version."),
    "not_a_workspace": N_("This folder is not a workspace."),
    "network_share": N_(
        "A workspace cannot be opened on a network drive. Copy it to this computer first."
    ),
    "in_use": N_("Another program has this workspace open. Close it there first."),
    "exists": N_("There is something at this place already. Choose another folder."),
    "conflict": N_("Somebody else has changed this meanwhile. Reload and try again."),
}
"""A sentence for every member of ``db.errors.Trouble`` (a test demands it)."""

_PYDANTIC_MESSAGES: Mapping[str, str] = {
    "missing": N_("This field is needed."),
    "none_required": N_("This field must be empty."),
    "string_type": N_("Enter a text."),
    "string_too_short": N_("Enter at least {min_length} characters."),
    "string_too_long": N_("Enter at most {max_length} characters."),
    "string_pattern_mismatch": N_("This does not have the expected form."),
    "string_unicode": N_("This text contains characters that cannot be stored."),
    "too_short": N_("Choose at least {min_length}."),
    "too_long": N_("Choose at most {max_length}."),
    "greater_than": N_("Enter a number above {gt}."),
    "greater_than_equal": N_("Enter {ge} or more."),
    "less_than": N_("Enter a number below {lt}."),
    "less_than_equal": N_("Enter {le} or less."),
    "multiple_of": N_("Enter a multiple of {multiple_of}."),
    "finite_number": N_("Enter a number."),
    "int_type": N_("Enter a whole number."),
    "int_parsing": N_("Enter a whole number."),
    "int_parsing_size": N_("This number is too large."),
    "int_from_float": N_("Enter a whole number."),
    "float_type": N_("Enter a number."),
    "float_parsing": N_("Enter a number."),
    "decimal_type": N_("Enter a number."),
    "decimal_parsing": N_("Enter a number."),
    "decimal_max_digits": N_("Enter at most {max_digits} digits."),
    "decimal_max_places": N_("Enter at most {decimal_places} digits after the point."),
    "bool_type": N_("Choose yes or no."),
    "bool_parsing": N_("Choose yes or no."),
    "enum": N_("Choose one of the list."),
    "literal_error": N_("Choose one of the list."),
    "date_type": N_("Enter a date, for example 2026-08-31."),
    "date_parsing": N_("Enter a date, for example 2026-08-31."),
    "date_from_datetime_parsing": N_("Enter a date, for example 2026-08-31."),
    "date_from_datetime_inexact": N_("Enter a date, for example 2026-08-31."),
    "date_past": N_("Enter a date in the past."),
    "date_future": N_("Enter a date in the future."),
    "datetime_type": N_("Enter a date and time, for example 2026-08-31 14:30."),
    "datetime_parsing": N_("Enter a date and time, for example 2026-08-31 14:30."),
    "datetime_from_date_parsing": N_("Enter a date and time, for example 2026-08-31 14:30."),
    "datetime_past": N_("Enter a moment in the past."),
    "datetime_future": N_("Enter a moment in the future."),
    "timezone_aware": N_("Enter a date and time, for example 2026-08-31 14:30."),
    "time_type": N_("Enter a time, for example 14:30."),
    "time_parsing": N_("Enter a time, for example 14:30."),
    "uuid_type": N_("Choose one of the list."),
    "uuid_parsing": N_("Choose one of the list."),
    "extra_forbidden": N_("This field is not known."),
    "unexpected_keyword_argument": N_("This field is not known."),
}


def from_database(error: "DatabaseError") -> UserError:
    """The sentence for a trouble with the database, to be raised instead of it."""
    message = _(TROUBLE_MESSAGES[error.trouble.value])
    where = str(error.path) if error.path is not None else error.detail
    if where:
        message = _("{message} ({detail})").format(message=message, detail=where)
    match error.trouble.value:
        case "conflict":
            return ConflictError(message)
        case "wrong_password" | "unknown_user":
            return NotAllowedError(message)
        case _:
            return DatabaseProblemError(message)


def problems_from_validation(error: "ValidationError") -> list[Problem]:
    """Translate what pydantic found into one problem a field.

    A validator of our own raises ``ValueError(_("sentence"))``; its sentence is kept.
    """
    return [
        Problem(".".join(str(part) for part in detail["loc"]), _sentence(detail))
        for detail in error.errors(include_url=False, include_input=False)
    ]


def _sentence(detail: Mapping[str, Any]) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "string_too_short" and context["min_length"] == 1:
        kind = "missing"
    if kind in _PYDANTIC_MESSAGES:
        return _(_PYDANTIC_MESSAGES[kind]).format(**context)
    if kind in {"value_error", "assertion_error"}:
        return str(context["error"])
    from pydantic_core.core_schema import ErrorType  # noqa: PLC0415  (only when a form is wrong)

    if kind in get_args(ErrorType):
        return _("This value cannot be used.")
    return str(detail["msg"])
