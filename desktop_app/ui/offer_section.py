"""What every tab of the page of offers has in common."""

from typing import Any, ClassVar

from desktop_app.domain.permissions import Action
from desktop_app.ui import theme
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.page import Page
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tab_part import TabPart


class OfferSection(TabPart):
    """One tab: a table with what can be done to its rows."""

    GAP: ClassVar[int] = theme.GAP_M
    KEEPS_WORDS: ClassVar[bool] = True

    def __init__(self, page: Page, hint: str) -> None:
        super().__init__(page, hint)
        self.currency = ""

    def may_edit(self) -> bool:
        """Whether the role may change anything here."""
        return self.may(Action.EDIT_OFFERS)

    def add_table(self, table: RecordTable, *menu: str | None) -> None:
        """Put the table below what is there already."""
        self.follow(table, *menu)
        self.body.addWidget(table, 1)
        self.setFocusProxy(table)

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
