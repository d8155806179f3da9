"""What can be done to a customer from any page that shows one: dialogs and the services behind."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtWidgets import QWidget

from desktop_app import labels
from desktop_app.domain.cases import OpenDraft
from desktop_app.domain.customers import ContactDraft, CustomerDraft
from desktop_app.i18n import _
from desktop_app.services import cases, customers, staff
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import contact_form, customer_form, open_case_form, words_form
from desktop_app.ui.forms.words_form import RemarkDraft
from desktop_app.ui.page import PageContext
from desktop_app.ui.phone_actions import PhoneActions
from desktop_app.ui.typed_drafts import DraftKey
from desktop_app.ui.visit_flows import ask_informal

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.customer_card import ContactRow, CustomerCard
    from db.session import Session

Choices = list[tuple[UUID, str]]


def read_choices(session: "Session") -> tuple[Choices, Choices]:
    """Stores and active users as choices of a form."""
    stores = [(store.id, f"{store.code} {store.name}") for store in staff.list_stores(session)]
    users = [
        (user.id, f"{user.name} · {labels.label(user.role)}")
        for user in staff.list_users(session, active_only=True)
    ]
    return stores, users


class CustomerActions:
    """The dialogs about one customer, opened over a widget."""

    def __init__(self, owner: QWidget, context: PageContext) -> None:
        self._owner = owner
        self._context, self._tasks = context, context.tasks
        self.phone = PhoneActions(owner, context)

    # ------------------------------------------------------------------ the record

    def new(self, then: Callable[[UUID], object]) -> None:
        """Ask for a new customer and make it."""

        def ask(choices: tuple[Choices, Choices]) -> None:
            dialog = FormDialog(
                self._owner,
                title=_("New customer"),
                verb=_("Create customer"),
                form=customer_form.build(*choices),
                draft=CustomerDraft,
                save=lambda draft: self._tasks.write(dialog, customers.create, draft),
                draft_key=DraftKey(self._tasks, "new-customer"),
            )
            dialog.saved.connect(then)
            dialog.open()

        self._tasks.read(self._owner, read_choices).then(ask)

    def edit(self, card: "CustomerCard") -> None:
        """Ask for changes of a customer; the look at the phone is an event like any other."""

        def reveal(choices: tuple[Choices, Choices]) -> None:
            task = self._tasks.write(self._owner, customers.reveal_phone, card.row.id)
            task.quiet().then(lambda phone: self._edit(card, choices, phone))

        self._tasks.read(self._owner, read_choices).then(reveal)

    def _edit(self, card: "CustomerCard", choices: tuple[Choices, Choices], phone: str) -> None:
        form = customer_form.build(*choices)
        values = {**card.values, "phone": phone}
        form.fill(values)
        before = customers.as_draft(values)

        def save(draft: CustomerDraft) -> Any:
            kept = draft.model_copy(update={"attributes": before.attributes})
            return self._tasks.write(dialog, customers.change, card.row.id, card.version, kept)

        dialog = FormDialog(
            self._owner,
            title=_("Edit customer {number}").format(number=card.row.number),
            verb=_("Save"),
            form=form,
            draft=CustomerDraft,
            save=save,
            draft_key=DraftKey(self._tasks, f"edit-customer:{card.row.id}", card.version),
        )
        dialog.open()

    def note(self, card: "CustomerCard") -> None:
        """Ask for the remark about a customer."""
        dialog = FormDialog(
            self._owner,
            title=_("Note about {name}").format(name=card.row.name),
            verb=_("Save"),
            form=words_form.words_form("note", _("&Note"), text=str(card.values["note"])),
            draft=RemarkDraft,
            intro=_("Everybody who opens the customer sees it. Empty takes it away."),
            save=lambda draft: self._tasks.write(
                dialog, customers.change_note, card.row.id, card.version, draft.note
            ),
            draft_key=DraftKey(self._tasks, f"customer-note:{card.row.id}", card.version),
        )
        dialog.open()

    # ------------------------------------------------------------------ contacts

    def add_contact(self, customer_id: UUID) -> None:
        """Ask for a person to talk to."""
        dialog = FormDialog(
            self._owner,
            title=_("Add contact"),
            verb=_("Add contact"),
            form=contact_form.build(),
            draft=ContactDraft,
            save=lambda draft: self._tasks.write(dialog, customers.add_contact, customer_id, draft),
            draft_key=DraftKey(self._tasks, f"new-contact:{customer_id}"),
        )
        dialog.open()

    def edit_contact(self, contact: "ContactRow") -> None:
        """Ask for changes of a person to talk to; the look at the phone is an event."""
        task = self._tasks.write(self._owner, customers.reveal_contact_phone, contact.id)
        task.quiet().then(lambda phone: self._edit_contact(contact, phone))

    def _edit_contact(self, contact: "ContactRow", phone: str) -> None:
        form = contact_form.build()
        form.fill(replace(contact, phone=phone))
        dialog = FormDialog(
            self._owner,
            title=_("Edit contact"),
            verb=_("Save"),
            form=form,
            draft=ContactDraft,
            save=lambda draft: self._tasks.write(
                dialog, customers.change_contact, contact.id, contact.version, draft
            ),
            draft_key=DraftKey(self._tasks, f"edit-contact:{contact.id}", contact.version),
        )
        dialog.open()

    def remove_contact(self, contact: "ContactRow") -> None:
        """Remove a person to talk to; the message bar offers to undo it."""
        self._tasks.write(self._owner, customers.remove_contact, contact.id)

    def informal(self, customer_id: UUID, name: str) -> None:
        """Ask when and how somebody met the customer by the way."""
        ask_informal(self._owner, self._tasks, (customer_id, name))

    # ------------------------------------------------------------------ cases

    def open_case(self, customer_id: UUID, name: str) -> None:
        """Ask what kind of departure it is and open a case."""
        dialog = FormDialog(
            self._owner,
            title=_("Open a case for {name}").format(name=name),
            verb=_("Open case"),
            form=open_case_form.build(),
            draft=OpenDraft,
            save=lambda draft: self._tasks.write(dialog, cases.open_case, customer_id, draft),
            draft_key=DraftKey(self._tasks, f"open-case:{customer_id}"),
        )
        dialog.saved.connect(self._show_case)
        dialog.open()

    def _show_case(self, case_id: object) -> None:
        self._context.navigate("case-file", case_id)
