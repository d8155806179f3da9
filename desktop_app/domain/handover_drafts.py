"""What is said to hand customers over, and when an employee leaves."""

import datetime as dt
import uuid
from typing import Annotated, Self

from pydantic import Field, model_validator

from db.vocabulary import ExitDestination, ExitReason, HandoverCause
from desktop_app.domain.drafts import Draft, Text
from desktop_app.i18n import N_, _


class HandoverDraft(Draft):
    """Whose customers go over, why, and when.

    Attributes:
        from_id: Whose; None: customers nobody looks after.
        cause: Why.
        on: First day of the receivers.
        overlap_until: Until this day the former one in charge stands in as well.
        customer_ids: Only these; None: all of that person, or all orphans.
        to_ids: Only these may be proposed; empty: everybody who looks after customers.
        note: What the receivers should know.
    """

    from_id: Annotated[uuid.UUID | None, Field(title=N_("From"))] = None
    cause: Annotated[HandoverCause, Field(title=N_("Cause"))] = HandoverCause.LEFT
    on: Annotated[dt.date, Field(title=N_("From day"))]
    overlap_until: Annotated[dt.date | None, Field(title=N_("Both until"))] = None
    customer_ids: tuple[uuid.UUID, ...] | None = None
    to_ids: tuple[uuid.UUID, ...] = ()
    note: Annotated[Text, Field(max_length=2000, title=N_("Note"))] = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.overlap_until is not None and self.overlap_until < self.on:
            raise ValueError(_("The last day cannot be before the first."))
        return self


class ExitDraft(Draft):
    """That and why an employee leaves, and where to (S3-32, S3-37); `left_on`: last day of work."""

    left_on: Annotated[dt.date, Field(title=N_("Last day of work"))]
    reason: Annotated[ExitReason, Field(title=N_("Reason"))] = ExitReason.OTHER
    destination: Annotated[ExitDestination, Field(title=N_("Where to"))] = ExitDestination.UNKNOWN
    destination_name: Annotated[Text, Field(max_length=120, title=N_("Name of the firm"))] = ""
    note: Annotated[Text, Field(max_length=2000, title=N_("Note"))] = ""
