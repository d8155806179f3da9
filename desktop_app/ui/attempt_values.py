"""What stands in the strip of a contact, made into what the services take."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from db.vocabulary import AttemptResult
from desktop_app.domain.contacts import AttemptDraft
from desktop_app.domain.retries import NOBODY_REACHED
from desktop_app.errors import InvalidInputError, problems_from_validation
from desktop_app.i18n import N_

SHORT_WORDS: Mapping[AttemptResult, str] = MappingProxyType(
    {
        AttemptResult.REACHED: N_("Reached"),
        AttemptResult.NO_ANSWER: N_("No answer"),
        AttemptResult.BUSY: N_("Busy"),
        AttemptResult.CALLBACK: N_("Call back"),
        AttemptResult.LEFT_MESSAGE: N_("Message left"),
        AttemptResult.WRONG_NUMBER: N_("Wrong number"),
        AttemptResult.REFUSED: N_("Refused"),
        AttemptResult.DO_NOT_CONTACT: N_("Do not contact"),
    }
)
"""Words short enough for a row of eight buttons."""


def failed_in_a_row(results: Sequence[AttemptResult]) -> int:
    """Attempts at the end of a list, oldest first, in which nobody was reached."""
    count = 0
    for result in reversed(results):
        if result not in NOBODY_REACHED:
            break
        count += 1
    return count


def read_attempt(values: Mapping[str, Any]) -> AttemptDraft:
    """Make a draft of what stands in the strip.

    Raises:
        InvalidInputError: something does not fit.
    """
    try:
        return AttemptDraft.model_validate(values)
    except ValidationError as error:
        raise InvalidInputError(problems_from_validation(error)) from error
