"""Checked input for questionnaires."""

from typing import Annotated

from pydantic import Field

from db.vocabulary import QuestionnairePurpose
from desktop_app.domain.drafts import Draft, Text


class QuestionnaireDraft(Draft):
    """A questionnaire to be made; the code is never changed afterwards."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{1,63}$")]
    zh: Annotated[str, Field(max_length=200)] = ""
    en: Annotated[str, Field(max_length=200)] = ""
    purpose: QuestionnairePurpose = QuestionnairePurpose.EXIT


class TitleDraft(Draft):
    """The titles of a questionnaire."""

    zh: Annotated[Text, Field(max_length=200)] = ""
    en: Annotated[Text, Field(max_length=200)] = ""


class LibraryDraft(Draft):
    """A question to be kept in the library."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}$")]
    zh: Annotated[Text, Field(max_length=200)] = ""
    en: Annotated[Text, Field(max_length=200)] = ""
