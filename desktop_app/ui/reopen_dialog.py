"""A finished interview is changed: the reason is asked for first, and kept with the change."""

import uuid

from desktop_app.domain.drafts import Draft, Text
from desktop_app.i18n import _
from desktop_app.services import interview_end
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.editors import TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.page import Page
from desktop_app.ui.typed_drafts import DraftKey

_LINES = 3


class ReasonForChange(Draft):
    """Why a finished interview is changed; the service refuses an empty one."""

    reason: Text = ""


def ask_reopen(page: Page, interview_id: uuid.UUID) -> FormDialog:
    """Ask why, then open the interview again."""
    form = Form()
    form.add("reason", _("&Why is it changed?"), TextEditor(_LINES), required=True)
    dialog = FormDialog(
        page,
        title=_("Re-open interview"),
        verb=_("Re-open"),
        form=form,
        draft=ReasonForChange,
        save=lambda draft: page.tasks.write(
            dialog, interview_end.reopen, interview_id, draft.reason
        ),
        intro=_("The reason is kept with the change and can be read in the journal."),
        draft_key=DraftKey(page.tasks, f"interview-reopen:{interview_id}"),
    )
    dialog.open()
    return dialog
