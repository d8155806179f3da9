"""A part of the settings that is one form: read, change, save, with what is typed kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, UserError
from desktop_app.i18n import _
from desktop_app.services import workspace_settings
from desktop_app.ui import dialogs, model_form, theme
from desktop_app.ui.editors import Editor
from desktop_app.ui.page import Page
from desktop_app.ui.pages.settings.section import Section
from desktop_app.ui.panels import Card, button, scrolled, text_label
from desktop_app.ui.parsed_editors import MoneyEditor
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from sqlalchemy.orm import Session

_WIDTH = 760


@dataclass(frozen=True, slots=True)
class Setting:
    """What a section is about.

    Attributes:
        key: Name under which what is typed is kept.
        title: Of its card.
        hint: What it changes.
        model: Its draft.
        read: The service that gives the draft.
        change: The service that stores it.
        money: Fields that are amounts.
    """

    key: str
    title: str
    hint: str
    model: type[BaseModel]
    read: Callable[["Session"], Any]
    change: Callable[..., None]
    money: tuple[str, ...] = ()


class FormSection(Section):
    """A form of settings that are stored in the workspace; more cards may stand below it."""

    def __init__(self, page: Page, setting: Setting) -> None:
        super().__init__(page, setting.hint)
        self._setting = setting
        self._money: Mapping[str, Editor] = {name: MoneyEditor("") for name in setting.money}
        self.form = model_form.build(setting.model, editors=self._money)
        self.save_button = button(_("Save"), self._save, "save", "primary")
        self.save_button.setEnabled(False)
        may = self.may(Action.EDIT_SETTINGS)
        self.form.setEnabled(False)  # until what is stored stands in it
        self.drafts = dialogs.draft_strip(self.form, DraftKey(self.tasks, setting.key))
        self._has_looked = False
        self._sent: dict[str, Any] | None = None  # what is being saved
        self.card = Card(setting.title)
        self.card.body.addWidget(self.drafts)
        self.card.body.addWidget(self.form)
        if may:
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(self.save_button)
            self.card.body.addLayout(row)
        else:
            self.card.body.addWidget(
                text_label(_("Your role may look at these, not change them."), "hint")
            )
        self.card.setMaximumWidth(_WIDTH)
        inside = QWidget()
        self.below = QVBoxLayout(inside)
        self.below.setContentsMargins(0, 0, theme.GAP_S, 0)
        self.below.setSpacing(theme.GAP_M)
        self.below.addWidget(self.card)
        self.fill_below()
        self.below.addStretch(1)
        self.body.addWidget(scrolled(inside), 1)
        self.form.changed.connect(
            lambda: self.save_button.setEnabled(may and self.form.is_changed())
        )

    def fill_below(self) -> None:
        """Add more cards below the form."""

    def load(self) -> None:
        """Read the settings, unless something was entered."""
        if not self.form.is_changed():
            task = self.tasks.read(self, self._read)
            self.latest.take(task).then(self._fill)

    def _read(self, session: "Session") -> tuple[Any, str]:
        return self._setting.read(session), workspace_settings.currency(session)

    def _fill(self, found: tuple[Any, str]) -> None:
        settings, currency = found
        if self.form.is_changed():
            return  # typed while it was read
        for editor in self._money.values():
            if isinstance(editor, MoneyEditor):
                editor.set_currency(currency)
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
        draft = self.form.try_read(self._setting.model)
        if draft is not None:
            self.drafts.keep()
            self._sent = self.form.values()
            self.save_button.setEnabled(False)
            task = self.tasks.write(self, self._setting.change, draft)
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
