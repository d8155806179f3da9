"""What a customer has that expires, and when it is renewed (S3-52)."""

import datetime as dt
import uuid
from typing import Annotated

from pydantic import Field

from desktop_app.domain.drafts import Draft, Text
from desktop_app.i18n import N_


class RenewalDraft(Draft):
    """A product that expires; the fee in minor units, None is not known.

    Without an owner it is the business of whoever is in charge of the customer.
    """

    product: Annotated[str, Field(min_length=1, max_length=200, title=N_("Product"))]
    expires_on: Annotated[dt.date, Field(title=N_("Expires on"))]
    fee: Annotated[int | None, Field(ge=0, le=10**14, title=N_("Fee"))] = None
    owner_id: Annotated[uuid.UUID | None, Field(title=N_("Who tells the customer"))] = None
    note: Annotated[Text, Field(max_length=2000, title=N_("Note"))] = ""
