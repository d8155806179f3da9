"""The small forms around signals: look for them, dismiss them, put them off."""

import datetime as dt
from typing import Annotated

from pydantic import Field, field_validator

from desktop_app import clock
from desktop_app.domain.drafts import Draft
from desktop_app.i18n import _
from desktop_app.ui.editors import TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.parsed_editors import DateEditor


class ScanDraft(Draft):
    """The day a scan looks from."""

    as_of: dt.date | None = None

    @field_validator("as_of")
    @classmethod
    def _over(cls, value: dt.date | None) -> dt.date | None:
        if value is not None and value > clock.today():
            raise ValueError(_("The day lies in the future."))
        return value


class DismissDraft(Draft):
    """Why signals are set aside."""

    reason: Annotated[str, Field(min_length=1)]


class SnoozeDraft(Draft):
    """The day signals come back."""

    until: dt.date


def scan_form() -> Form:
    """Make the form of a scan."""
    form = Form()
    form.add(
        "as_of",
        _("&As of"),
        DateEditor(),
        help=_("Empty: the day of the newest order. Later orders are left out."),
    )
    return form


def dismiss_form() -> Form:
    """Make the form of a dismissal."""
    form = Form()
    form.add("reason", _("&Reason"), TextEditor(lines=3), required=True)
    return form


def snooze_form(until: dt.date) -> Form:
    """Make the form of putting off, with a proposed day."""
    form = Form()
    form.add("until", _("&Until"), DateEditor(), required=True)
    form.fill({"until": until})
    return form
