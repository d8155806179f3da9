"""What everybody of the workspace shares."""

from typing import Any

from PySide6.QtWidgets import QHBoxLayout

from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, UserError
from desktop_app.i18n import _
from desktop_app.services import workspace_settings
from desktop_app.services.workspace_settings import WorkspaceSettings
from desktop_app.ui import dialogs, model_form
from desktop_app.ui.page import Page
from desktop_app.ui.pages.settings.section import Section
from desktop_app.ui.panels import Card, button, text_label
from desktop_app.ui.tasks import Latest
from desktop_app.ui.typed_drafts import DraftKey

_WIDTH = 760


class WorkspaceSection(Section):
    """A form of the settings that are stored in the workspace."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, _("For everybody who works in this workspace."))
        self._latest = Latest()
        self.form = model_form.build(WorkspaceSettings)
        self.save_button = button(_("Save"), self._save, "save", "primary")
        self.save_button.setEnabled(False)
        may = self.may(Action.EDIT_SETTINGS)
        self.form.setEnabled(False)  # until what is stored stands in it
        self.drafts = dialogs.draft_strip(self.form, DraftKey(self.tasks, "workspace-settings"))
        self._has_looked = False
        self._sent: dict[str, Any] | None = None  # what is being saved
        card = Card(_("Rules for all"))
        card.body.addWidget(self.drafts)
        card.body.addWidget(self.form)
        if may:
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(self.save_button)
            card.body.addLayout(row)
        else:
            card.body.addWidget(
                text_label(_("Your role may look at these, not change them."), "hint")
            )
        card.setMaximumWidth(_WIDTH)
        self.body.addWidget(card)
        self.body.addStretch(1)
        self.form.changed.connect(
            lambda: self.save_button.setEnabled(may and self.form.is_changed())
        )

    def load(self) -> None:
        """Read the settings, unless something was entered."""
        if not self.form.is_changed():
            task = self.tasks.read(self, workspace_settings.read)
            self._latest.take(task).then(self._fill)

    def _fill(self, settings: WorkspaceSettings) -> None:
        if self.form.is_changed():
            return  # typed while it was read
        self.form.fill(settings)
        self.form.setEnabled(self.may(Action.EDIT_SETTINGS))
        self.save_button.setEnabled(False)
        if not self._has_looked and self.form.isEnabled():
            self._has_looked = True
            self.drafts.offer()

    def is_changed(self) -> bool:
        """Whether something was entered and not saved."""
        return self.form.is_changed() and self.form.values() != self._sent

    def discard(self) -> None:
        """Forget what was entered and show what is stored."""
        self.drafts.forget()
        self.form.mark_saved()
        self.load()

    def _save(self) -> None:
        draft = self.form.try_read(WorkspaceSettings)
        if draft is not None:
            self.drafts.keep()
            self._sent = self.form.values()
            self.save_button.setEnabled(False)
            task = self.tasks.write(self, workspace_settings.change, draft)
            task.then(self._on_saved).or_else(self._on_failed)

    def _on_saved(self, _none: None) -> None:
        was_typed_on = self.form.values() != self._sent
        self._sent = None
        if not was_typed_on:
            self.form.mark_saved()
        self.drafts.forget()
        self.drafts.keep()  # what was typed meanwhile
        self.load()

    def _on_failed(self, error: UserError) -> None:
        self._sent = None
        self.save_button.setEnabled(self.form.is_changed())
        if isinstance(error, InvalidInputError):
            self.form.show_problems(error.problems)
        else:
            self.page.messages.error(error.message)
