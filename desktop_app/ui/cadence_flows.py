"""What people do with the cadence: exceptions for customers, lines of the table."""

from typing import TYPE_CHECKING, Any

from desktop_app.domain.cadence import CadenceRule
from desktop_app.domain.cadence_words import rule_sentence
from desktop_app.domain.compliance import OverrideDraft
from desktop_app.errors import InvalidInputError, problems_from_validation
from desktop_app.i18n import _
from desktop_app.services import cadence
from desktop_app.ui import dialogs
from desktop_app.ui.flows import Flows, Whom, Write
from desktop_app.ui.forms import cadence_forms as forms

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session


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


class CadenceFlows(Flows):
    """The flows of one page; dialogs open over it."""

    def exception(self, customer: Whom | None = None) -> None:
        """Ask which rule asks for less, and why."""
        self._tasks.read(self, cadence.policy).then(
            lambda policy: self._ask_exception(policy.rules, customer)
        )

    def _ask_exception(self, rules: tuple[CadenceRule, ...], customer: Whom | None) -> None:
        def save(draft: Any) -> Write:
            key = draft.customer if customer is None else customer[0]
            plain = OverrideDraft.model_validate(draft.model_dump(exclude={"customer"}))
            return cadence.add_override, key, plain

        title = _("Exception from the cadence")
        if customer is not None:
            title = _("Exception from the cadence for {name}").format(name=customer[1])
        self._ask(
            title,
            _("Save"),
            forms.override_form(rules, self._tasks if customer is None else None),
            forms.CustomerOverride if customer is None else OverrideDraft,
            save,
            f"exception:{customer[0] if customer else 'any'}",
            intro=_("What is waived is not owed and does not count as missed; the reason is told."),
        )

    def add_rule(self) -> None:
        """Ask for a line of the table."""
        self._ask(
            _("New line of the cadence"),
            _("Add"),
            forms.rule_form(),
            forms.NewRule,
            lambda draft: (change_rule, draft.code, draft.model_dump()),
            "new-cadence-line",
        )

    def change_rule(self, rule: CadenceRule) -> None:
        """Ask how often."""
        kept = rule.model_dump(include={"klass", "role", "channel", "condition"})
        self._ask(
            f"{rule.klass.value.upper()} · {rule_sentence(rule)}",
            _("Save"),
            forms.rule_form(rule),
            forms.Frequency,
            lambda draft: (change_rule, rule.code, {**kept, **draft.model_dump()}),
            f"cadence-line:{rule.code}",
            intro=_("It holds from now on; contacts that were planned stay until the next plan."),
        )

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
