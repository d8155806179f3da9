"""What every draft (checked input of a service) has in common.

`desktop_app.errors.problems_from_validation` turns a failed validation into problems beside the
fields of a form, a command line or an import row.
"""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Draft(BaseModel):
    """Checked input: frozen, unknown fields forbidden, texts stripped of surrounding blanks."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _empty_for_none(value: object) -> object:
    return "" if value is None else value


def _none_for_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Text = Annotated[str, BeforeValidator(_empty_for_none)]
"""A text that may be left out; an empty text, never ``None``, like its column."""

Code = Annotated[str | None, BeforeValidator(_none_for_blank)]
"""Code of a reference list that may be left out; a blank text is ``None``."""
