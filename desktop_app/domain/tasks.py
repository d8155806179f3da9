"""Tasks of one person beside cases, visits and promises (S3-35, S3-53, S3-54, S3-67)."""

import datetime as dt
import uuid
from typing import Annotated

from pydantic import Field

from db.vocabulary import TaskKind
from desktop_app.domain.drafts import Draft
from desktop_app.i18n import N_


class TaskDraft(Draft):
    """What one person is to do by a day; `follows_id` is the task it comes out of."""

    kind: Annotated[TaskKind, Field(title=N_("Kind"))] = TaskKind.OTHER
    words: Annotated[str, Field(min_length=1, max_length=2000, title=N_("What is to be done"))]
    owner_id: Annotated[uuid.UUID, Field(title=N_("Who does it"))]
    due_on: Annotated[dt.date, Field(title=N_("Due on"))]
    customer_id: Annotated[uuid.UUID | None, Field(title=N_("Customer"))] = None
    case_id: uuid.UUID | None = None
    follows_id: uuid.UUID | None = None
