"""The form of a customer."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from typing_extensions import override

from db.vocabulary import CustomerKind
from desktop_app import clock
from desktop_app.i18n import _
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.parsed_editors import DateEditor, read_date

Choices = Sequence[tuple[UUID, str]]

_BETWEEN = re.compile(r"[,，;；、\s]+")


class DatesEditor(TextEditor):
    """Several dates in one line, parted by commas."""

    @override
    def value(self) -> Any:
        parts = [part for part in _BETWEEN.split(self.text().strip()) if part]
        today = clock.today()
        return tuple(read_date(part, today) or part for part in parts)

    @override
    def set_value(self, value: Any) -> None:
        days = value or ()
        super().set_value(", ".join(str(day) for day in days))


def build(stores: Choices, owners: Choices) -> Form:
    """Make the form.

    Args:
        stores: Key and name of every store.
        owners: Key and name of everybody who may look after the customer.
    """
    form = Form()
    form.section(_("Customer"))
    form.add("name", _("&Name"), TextEditor(max_length=200), required=True)
    form.add("kind", _("&Kind"), EnumEditor(CustomerKind))
    form.add(
        "number",
        _("N&umber"),
        TextEditor(max_length=64, placeholder=_("given by the program when empty")),
    )
    form.add("card_number", _("Card num&ber"), TextEditor(max_length=64))
    form.add("joined_on", _("Customer s&ince"), DateEditor())
    form.section(_("How to reach"))
    form.add("phone", _("&Phone"), TextEditor(max_length=40))
    form.add("email", _("&Email"), TextEditor(max_length=200))
    form.add("address", _("&Address"), TextEditor(max_length=400))
    form.add(
        "district",
        _("Distric&t"),
        TextEditor(max_length=80),
        help=_("Visits in one district are planned for the same day where it can be done."),
    )
    form.section(_("Who looks after"))
    form.add("store_id", _("&Store"), ChoiceEditor(stores, optional=True))
    form.add("owner_id", _("&Owner"), ChoiceEditor(owners, optional=True))
    form.section(_("Before calling"))
    form.add("do_not_contact", "", CheckEditor(_("Asked not to be &contacted")))
    form.add("is_deceased", "", CheckEditor(_("&Deceased or dissolved")))
    form.add("malicious_arrears", "", CheckEditor(_("Owes money in bad &faith")))
    form.add(
        "switch_dates",
        _("Changes of supplier"),
        DatesEditor(placeholder="2024-03-01, 2025-11-20"),
        help=_("Days on which the customer went from one supplier to another, parted by commas."),
    )
    form.add("is_identified", "", CheckEditor(_("We know who this &is")))
    form.section(_("Remarks"))
    form.add("note", _("No&te"), TextEditor(lines=3))
    form.fill({"is_identified": True})
    return form
