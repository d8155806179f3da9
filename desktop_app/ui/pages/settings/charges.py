"""The numbers of who looks after whom: handovers, rotation, key persons."""

from desktop_app.domain.handover import HandoverPolicy
from desktop_app.domain.staff_figures import ReliancePolicy
from desktop_app.i18n import _
from desktop_app.services import charges, key_persons
from desktop_app.ui.page import Page
from desktop_app.ui.pages.settings.form_section import FormSection, Setting


class HandoverSection(FormSection):
    """How many customers somebody holds, how long both come, when an owner rotates."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            Setting(
                "handover-policy",
                _("Handover and rotation"),
                _(
                    "Receivers are suggested by these numbers. A person's own number of customers "
                    "stands under Staff and goes before. Handovers made before stay as they are."
                ),
                HandoverPolicy,
                charges.policy,
                charges.change_policy,
            ),
        )


class RelianceSection(FormSection):
    """From when on a customer hangs on one person."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            Setting(
                "reliance-policy",
                _("Key persons"),
                _(
                    "A customer hangs on one person when so large a share of the contacts is "
                    "theirs; fewer people in contact than the class asks for are told, too."
                ),
                ReliancePolicy,
                key_persons.policy,
                key_persons.change_policy,
            ),
        )
