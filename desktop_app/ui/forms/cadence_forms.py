"""The forms of the cadence: an exception for a customer, a line of the table."""

import uuid
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from db.vocabulary import CadenceRole, CustomerClass
from desktop_app import clock
from desktop_app.domain.cadence import CadenceChannel, CadenceRule
from desktop_app.domain.cadence_words import channel_word, role_word, rule_sentence
from desktop_app.domain.compliance import OverrideDraft
from desktop_app.domain.drafts import Draft
from desktop_app.i18n import _
from desktop_app.ui.editors import ChoiceEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.forms.case_forms import find_customers
from desktop_app.ui.parsed_editors import DateEditor, IntegerEditor
from desktop_app.ui.pickers import RecordEditor
from desktop_app.ui.tasks import Tasks


class CustomerOverride(OverrideDraft):
    """An exception with the customer it is for."""

    customer: uuid.UUID


_Count = Annotated[int, Field(ge=0, le=31)]
_Months = Annotated[int, Field(ge=1, le=60)]


class Frequency(Draft):
    """How often, of a line of the table; the rule judges the whole."""

    minimum: _Count
    maximum: Annotated[int | None, Field(ge=1, le=31)] = None
    per_months: _Months
    latest_months: _Months | None = None
    shortest_gap: Annotated[int | None, Field(ge=1, le=366)] = None


class NewRule(Frequency):
    """A line with its class, role and channel."""

    klass: CustomerClass
    role: CadenceRole
    channel: CadenceChannel

    @property
    def code(self) -> str:
        """Of the line, made of what it speaks of."""
        return f"own_{self.klass.value}_{self.role.value}_{self.channel.value}"


def override_form(rules: Sequence[CadenceRule], tasks: Tasks | None = None) -> Form:
    """Which rule asks for less, why, and until when; with ``tasks`` also for whom."""
    form = Form()
    if tasks is not None:
        form.add("customer", _("C&ustomer"), RecordEditor(tasks, find_customers), required=True)
    choices = [(rule.code, f"{rule.klass.value.upper()} · {rule_sentence(rule)}") for rule in rules]
    form.add("rule", _("&Rule"), ChoiceEditor(choices), required=True)
    form.add(
        "minimum",
        _("&Only so many"),
        IntegerEditor(),
        help=_("0 waives the rule for this customer."),
        required=True,
    )
    form.add("reason", _("&Why"), TextEditor(lines=3), required=True)
    form.add("first", _("&From day"), DateEditor(), required=True)
    form.add("last", _("Un&til day"), DateEditor(), help=_("Without a day: until further notice."))
    form.fill({"minimum": 0, "first": clock.today()})
    return form


def rule_form(rule: CadenceRule | None = None) -> Form:
    """A line of the table. Of one that is there class, role and channel stay."""
    form = Form()
    if rule is None:
        classes = [(klass, klass.value.upper()) for klass in CustomerClass]
        form.add("klass", _("&Class"), ChoiceEditor(classes), required=True)
        roles = [(role, role_word(role)) for role in CadenceRole]
        form.add("role", _("&Function"), ChoiceEditor(roles), required=True)
        channels = [(channel, channel_word(channel)) for channel in CadenceChannel]
        form.add("channel", _("C&hannel"), ChoiceEditor(channels), required=True)
    form.add("minimum", _("At &least"), IntegerEditor(), required=True)
    form.add(
        "maximum", _("At &most"), IntegerEditor(), help=_("Without a number there is no limit.")
    )
    form.add("per_months", _("Within &months"), IntegerEditor(), required=True)
    form.add(
        "latest_months",
        _("Longest &interval in months"),
        IntegerEditor(),
        help=_("Only for rules of intervals, such as once every 1 to 2 months."),
    )
    form.add(
        "shortest_gap",
        _("&Days at least between two contacts"),
        IntegerEditor(),
        help=_("Without a number: a third of the even distance."),
    )
    form.fill({"minimum": 1, "per_months": 1} if rule is None else rule)
    return form
