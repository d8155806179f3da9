"""Checked input for scripts and snippets."""

from typing import Annotated

from pydantic import Field

from db.vocabulary import Occasion
from desktop_app.domain.drafts import Draft, Text


class ScriptDraft(Draft):
    """A script to be made; the code is never changed afterwards."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{1,63}$")]
    zh: Annotated[Text, Field(max_length=200)] = ""
    en: Annotated[Text, Field(max_length=200)] = ""
    occasion: Occasion


class SnippetDraft(Draft):
    """Words that are called by `::` and the trigger, in one language at least."""

    trigger: Annotated[str, Field(pattern=r"^[^\s:]{1,40}$")]
    zh: Annotated[Text, Field(max_length=2000)] = ""
    en: Annotated[Text, Field(max_length=2000)] = ""
