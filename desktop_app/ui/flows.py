"""What the flows of a page have in common: a form over it, whose service stores what is entered."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.i18n import _
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.form import Form
from desktop_app.ui.page import PageContext
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # pydantic is slow to import
    from pydantic import BaseModel

Whom = tuple[uuid.UUID, str]
"""Key and name of a customer."""
Write = tuple[Any, ...]
"""A service and what it is given."""


class Flows(QObject):
    """The flows of one page or panel; dialogs open over it."""

    def __init__(self, parent: QWidget, context: PageContext) -> None:
        super().__init__(parent)
        self._over, self._context, self._tasks = parent, context, context.tasks

    def _ask(
        self,
        title: str,
        verb: str,
        form: Form,
        draft: "type[BaseModel]",
        save: Callable[[Any], Write],
        key: str,
        intro: str = "",
    ) -> None:
        """Ask in a form and store it.

        Args:
            title: Of the dialog.
            verb: What its button does.
            form: What is asked.
            draft: What the form is read into.
            save: From the draft to what stores it.
            key: Under which what is typed is kept, see `DraftKey`.
            intro: A sentence above the form.
        """
        dialog = FormDialog(
            self._over,
            title=title,
            verb=verb,
            form=form,
            draft=draft,
            save=lambda entered: self._tasks.write(dialog, *save(entered)),
            intro=intro,
            draft_key=DraftKey(self._tasks, key),
        )
        dialog.open()


def titled(text: str, name: str) -> str:
    """A title with the name of a customer in it."""
    return text.format(name=name or _("(no name)"))
