"""What every tab of the page of offers has in common."""

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.permissions import Action, allowed
from desktop_app.ui import theme
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.folding import ShortButtons
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import FilterBar, action_button, text_label
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest


class OfferSection(QWidget):
    """One tab: a table with what can be done to its rows."""

    def __init__(self, page: Page, hint: str) -> None:
        super().__init__()
        self.page, self.tasks = page, page.tasks
        self._latest = Latest()
        self.currency = ""
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, theme.GAP_M, 0, 0)
        self.body.setSpacing(theme.GAP_M)
        self.body.addWidget(text_label(hint, "hint"))

    def may_edit(self) -> bool:
        """Whether the role may change anything here."""
        return allowed(self.page.actor.role, Action.EDIT_OFFERS)

    def load(self) -> None:
        """Read what the tab shows."""

    def slots(self) -> Slots:
        """What can be done here now."""
        return {}

    def add_table(self, table: RecordTable, *menu: str | None) -> None:
        """Put the table below what is there already."""
        table.set_menu(*menu)
        table.selection_changed.connect(self.page.actions_changed)
        self.page.follow(table)
        self.body.addWidget(table, 1)
        self.setFocusProxy(table)

    def add_bar(self, bar: FilterBar, *action_ids: str) -> None:
        """Put a bar with the buttons of actions above the table, the last one as the main one."""
        made = [
            action_button(self.page.context, action_id, primary=action_id == action_ids[-1])
            for action_id in action_ids
        ]
        for one in made:
            bar.add_widget(one)
        ShortButtons(bar, made[:-1], lambda: bar.sizeHint().width())
        self.body.addWidget(bar)

    def ask(self, title: str, verb: str, form: Any, draft: Any, save: Any, key: Any = None) -> None:
        """Ask in a form; `save` is given the dialog and the draft."""
        dialog = FormDialog(
            self.page,
            title=title,
            verb=verb,
            form=form,
            draft=draft,
            save=lambda made: save(dialog, made),
            draft_key=key,
        )
        dialog.open()
