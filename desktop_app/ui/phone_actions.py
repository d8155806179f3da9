"""The phone of a customer: shown, its digits copied, dialled; each look is written down."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_app.domain import dialling
from desktop_app.domain.task_force_words import verdict_sentence
from desktop_app.i18n import _
from desktop_app.ui.page import PageContext

if TYPE_CHECKING:  # slow to import; the first page paints without it
    from sqlalchemy.orm import Session

    from desktop_app.services.calls import Dialled


def _nothing() -> None:
    return None


def read_digits(session: "Session", customer_id: UUID) -> str:
    """The number to be put on the clipboard; see `calls.copy_number`."""
    from desktop_app.services import calls  # noqa: PLC0415  (see above)

    return calls.copy_number(session, customer_id)


def ask_to_dial(session: "Session", customer_id: UUID, *, anyway: bool) -> "Dialled":
    """The number to be dialled, or why not; see `calls.dial`."""
    from desktop_app.services import calls  # noqa: PLC0415  (see above)

    return calls.dial(session, customer_id, anyway=anyway)


class PhoneActions:
    """What can be done with the phone of a customer from any page."""

    def __init__(self, owner: QWidget, context: PageContext) -> None:
        self._owner = owner
        self._tasks, self._messages = context.tasks, context.messages

    def reveal(self, customer_id: UUID, then: Callable[[str], object]) -> None:
        """Read the whole number."""
        from desktop_app.services import customers  # noqa: PLC0415  (see above)

        self._tasks.write(self._owner, customers.reveal_phone, customer_id).quiet().then(then)

    def copy(self, customer_id: UUID) -> None:
        """Put the digits on the clipboard; never of who must not be contacted."""
        task = self._tasks.write(self._owner, read_digits, customer_id)
        task.quiet().then(self._copied)

    def _copied(self, phone: str) -> None:
        digits = dialling.digits(phone)
        if not digits:
            self._messages.info(_("No phone number is known."))
            return
        QGuiApplication.clipboard().setText(digits)
        self._messages.info(_("The digits of the phone number are on the clipboard."))

    def dial(
        self, customer_id: UUID, then: Callable[[], object] = _nothing, *, anyway: bool = False
    ) -> None:
        """Let the telephone program of this computer call the customer.

        Args:
            customer_id: The customer.
            then: What follows when the number was handed over, or is to be dialled by hand.
            anyway: Also at a time at which the rules are against it.
        """

        def go(found: "Dialled") -> None:
            self._dial(customer_id, found, then)

        task = self._tasks.write(self._owner, ask_to_dial, customer_id, anyway=anyway)
        task.quiet().then(go)

    def _dial(self, customer_id: UUID, found: "Dialled", then: Callable[[], object]) -> None:
        verdict = found.verdict
        if found.digits:
            self._hand_over(found.digits)
            then()
        elif verdict.allowed:
            self._messages.info(_("No phone number is known."))
        elif verdict.earliest is None:
            self._messages.warn(verdict_sentence(verdict))
        else:
            self._messages.offer(
                verdict_sentence(verdict),
                _("&Dial all the same"),
                lambda: self.dial(customer_id, then, anyway=True),
            )

    def _hand_over(self, digits: str) -> None:
        """Open the number; without a program for it the digits are on the clipboard."""
        if QDesktopServices.openUrl(QUrl(f"tel:{digits}")):
            return
        QGuiApplication.clipboard().setText(digits)
        text = _("This computer has no program for calls. The digits are on the clipboard.")
        self._messages.info(text)
