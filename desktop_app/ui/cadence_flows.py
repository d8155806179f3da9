"""What people do with the cadence: exceptions for customers, lines of the table."""

import uuid
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.domain.cadence import CadenceRule
from desktop_app.domain.cadence_words import rule_sentence
from desktop_app.domain.compliance import OverrideDraft
from desktop_app.errors import InvalidInputError, problems_from_validation
from desktop_app.i18n import _
from desktop_app.services import cadence
from desktop_app.ui import dialogs
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import cadence_forms as forms
from desktop_app.ui.page import PageContext
from desktop_app.ui.tasks import Task
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

Whom = tuple[uuid.UUID, str]
"""Key and name of a customer."""


def change_rule(session: "Session", code: str, values: dict[str, Any]) -> None:
    """Change or add a line of the table.

    Raises:
        InvalidInputError: what it asks for does not fit together, or is asked for already.
    """
    from pydantic import ValidationError  # noqa: PLC0415  (slow to import)

    try:
        rule = CadenceRule.model_validate({"code": code, **values})
    except ValidationError as error:
        raise InvalidInputError(problems_from_validation(error)) from error
    cadence.change_line(session, rule)


class CadenceFlows(QObject):
    """The flows of one page; dialogs open over it."""

    def __init__(self, parent: QWidget, context: PageContext) -> None:
        super().__init__(parent)
        self._over, self._tasks = parent, context.tasks

    def exception(self, customer: Whom | None = None) -> None:
        """Ask which rule asks for less, and why."""
        self._tasks.read(self, cadence.policy).then(
            lambda policy: self._ask_exception(policy.rules, customer)
        )

    def _ask_exception(self, rules: tuple[CadenceRule, ...], customer: Whom | None) -> None:
        def save(draft: Any) -> Task[uuid.UUID]:
            key = draft.customer if customer is None else customer[0]
            plain = OverrideDraft.model_validate(draft.model_dump(exclude={"customer"}))
            return self._tasks.write(dialog, cadence.add_override, key, plain)

        title = _("Exception from the cadence")
        if customer is not None:
            title = _("Exception from the cadence for {name}").format(name=customer[1])
        dialog = FormDialog(
            self._over,
            title=title,
            verb=_("Save"),
            form=forms.override_form(rules, self._tasks if customer is None else None),
            draft=forms.CustomerOverride if customer is None else OverrideDraft,
            save=save,
            intro=_("What is waived is not owed and does not count as missed; the reason is told."),
            draft_key=DraftKey(self._tasks, f"exception:{customer[0] if customer else 'any'}"),
        )
        dialog.open()

    def add_rule(self) -> None:
        """Ask for a line of the table."""
        dialog = FormDialog(
            self._over,
            title=_("New line of the cadence"),
            verb=_("Add"),
            form=forms.rule_form(),
            draft=forms.NewRule,
            save=lambda draft: self._tasks.write(
                dialog, change_rule, draft.code, draft.model_dump()
            ),
            draft_key=DraftKey(self._tasks, "new-cadence-line"),
        )
        dialog.open()

    def change_rule(self, rule: CadenceRule) -> None:
        """Ask how often."""
        kept = rule.model_dump(include={"klass", "role", "channel", "condition"})
        dialog = FormDialog(
            self._over,
            title=f"{rule.klass.value.upper()} · {rule_sentence(rule)}",
            verb=_("Save"),
            form=forms.rule_form(rule),
            draft=forms.Frequency,
            save=lambda draft: self._tasks.write(
                dialog, change_rule, rule.code, {**kept, **draft.model_dump()}
            ),
            intro=_("It holds from now on; contacts that were planned stay until the next plan."),
            draft_key=DraftKey(self._tasks, f"cadence-line:{rule.code}"),
        )
        dialog.open()

    def remove_rule(self, rule: CadenceRule) -> None:
        """Ask once, then remove."""
        if dialogs.confirm(
            self._over,
            title=_("Remove “{rule}”?").format(rule=rule_sentence(rule)),
            text=_("Nobody owes it any more. Undo brings it back."),
            verb=_("Remove"),
            keep=_("Keep it"),
        ):
            self._tasks.write(self._over, cadence.remove_line, rule.code)

    def reset(self) -> None:
        """Ask once, then take the table of the program."""
        if dialogs.confirm(
            self._over,
            title=_("Reset the cadence to that of the program?"),
            text=_("Lines that were changed or added go. Undo brings them back."),
            verb=_("Reset"),
            keep=_("Keep it"),
        ):
            self._tasks.write(self._over, cadence.reset)
