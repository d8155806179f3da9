"""What stands in the strip of a contact, made into what the services take."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from db.vocabulary import CallbackFor
from desktop_app.domain.contacts import AttemptDraft, CallbackDraft, WrapUpDraft
from desktop_app.errors import InvalidInputError, problems_from_validation


def read_wrap_up(
    values: Mapping[str, Any],
    promised: datetime | None = None,
    for_whom: CallbackFor = CallbackFor.ME,
    recordings: Sequence[Path] = (),
) -> WrapUpDraft:
    """Make a draft of what stands in the strip.

    Args:
        values: Of the attempt.
        promised: When a callback was promised for; None for no moment.
        for_whom: Who may make it.
        recordings: Files of the contact.

    Raises:
        InvalidInputError: something does not fit.
    """
    callback = None if promised is None else CallbackDraft(at=promised, for_whom=for_whom)
    try:
        attempt = AttemptDraft.model_validate(values)
    except ValidationError as error:
        raise InvalidInputError(problems_from_validation(error)) from error
    return WrapUpDraft(attempt=attempt, callback=callback, recordings=tuple(recordings))
