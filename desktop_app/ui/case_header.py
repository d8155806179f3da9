"""The head of the page of a case: who, chips, and the buttons for what can be done."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton

from desktop_app import labels
from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _
from desktop_app.ui.case_look import (
    KLASS_TONES,
    OUTCOME_TONES,
    day_tone,
    due_text,
    kind_tone,
    list_text,
)
from desktop_app.ui.case_view import CaseView
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import PageHeader, action_button
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.vocabulary import Role

_NEEDED = {
    "case.reopen": Action.REOPEN_CASE,
    "case.close": Action.CLOSE_CASE,
    "case.assign": Action.ASSIGN_CASE,
    "case.take": Action.TAKE_CASE,
    "case.visit": Action.WORK_CASE,
    "case.interview": Action.WORK_CASE,
    "case.attempt": Action.WORK_CASE,
}
_MOST = "case.attempt"


class CaseHeader(PageHeader):
    """Name, number, chips; only the buttons that can be used are shown."""

    def __init__(self, context: PageContext) -> None:
        self._role: Role = context.actor.role
        self.buttons: dict[str, QPushButton] = {
            action_id: action_button(context, action_id, primary=action_id == _MOST)
            for action_id in _NEEDED
        }
        super().__init__("", buttons=list(self.buttons.values()), is_low=True)
        self.shorten(list(self.buttons.values()))

    def show_nothing(self) -> None:
        """Say that no case is open."""
        self.set_title(_("No case"))
        self.set_subtitle(_("Open one from the list of cases or from Today."))
        self.set_chips([])

    def show_view(
        self,
        view: CaseView,
        possible: Collection[str],
        more: Iterable[tuple[str, Tone]] = (),
    ) -> None:
        """Show a case with `more` chips, and what can be done with it now, by action id."""
        row = view.file.row
        self.set_title(row.customer or _("(no name)"))
        self.set_subtitle(
            list_text(
                (
                    _("Case {number}").format(number=row.number),
                    _("Customer {number}").format(number=row.customer_number),
                    row.store,
                    row.owner or _("nobody works on it yet"),
                )
            )
        )
        chips = [(labels.label(row.klass), KLASS_TONES[row.klass])]
        chips.append((labels.label(row.kind), kind_tone(row.kind)))
        if row.outcome is not None:
            chips.append((labels.label(row.outcome), OUTCOME_TONES[row.outcome]))
        elif day_tone(row.next_due) is Tone.BAD:
            chips.append((due_text(row.next_due), Tone.BAD))
        self.set_chips([*chips, *more])
        for action_id, made in self.buttons.items():
            made.setVisible(action_id in possible and allowed(self._role, _NEEDED[action_id]))
