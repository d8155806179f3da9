"""The numbers of the task force: contacts, pool, outcomes, offers, promises. Each is one form."""

from PySide6.QtCore import Qt

from db import task_force_files
from desktop_app.domain.contact_rules import ContactPolicy
from desktop_app.domain.offers import OfferSettings
from desktop_app.domain.pool import PoolPolicy
from desktop_app.domain.promises import PromiseSettings
from desktop_app.i18n import _
from desktop_app.services import (
    contact_permission,
    offer_library,
    outcome_settings,
    pool,
    promises,
)
from desktop_app.services.outcome_settings import OutcomeSettings
from desktop_app.ui import theme
from desktop_app.ui.page import Page
from desktop_app.ui.pages.settings.form_section import FormSection, Setting
from desktop_app.ui.panels import Card, action_button, text_label
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.team_columns import RETRY_COLUMNS


class ContactSection(FormSection):
    """When and how often customers may be contacted, and what follows a failed attempt."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            Setting(
                "contact-policy",
                _("Contact rules"),
                _(
                    "For every call, visit and message together. What is planned moves to the "
                    "first day allowed; a callback the customer asked for is always allowed."
                ),
                ContactPolicy,
                contact_permission.policy,
                contact_permission.change_policy,
            ),
        )

    def fill_below(self) -> None:
        """The retry table as it came with the program."""
        rows = task_force_files.retries()
        table = RecordTable(
            RETRY_COLUMNS,
            context=self.page.context,
            state_key="settings.retries",
            name=_("After an attempt that failed"),
            empty="",
            key=lambda row: row.code,
        )
        table.set_rows(rows)
        table.setFixedHeight((len(rows) + 1) * theme.row_height() + theme.GAP_L)
        card = Card(_("After an attempt that failed"))
        card.body.addWidget(table)
        text = _("The next step is proposed by this table; whoever logs the attempt can change it.")
        card.body.addWidget(text_label(text, "hint"))
        self.below.addWidget(card)


class PoolSection(FormSection):
    """What goes back into the pool, and who may claim from it."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            Setting(
                "pool-policy",
                _("Pool"),
                _(
                    "A case whose customer nobody has spoken to for so many days goes back into "
                    "the pool, where others may claim it. Open promises and callbacks keep it."
                ),
                PoolPolicy,
                pool.policy,
                pool.change_policy,
            ),
        )


class OutcomeSection(FormSection):
    """How long saves are watched, and when a case may be closed as lost."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            Setting(
                "outcome-settings",
                _("Outcome and watch"),
                _(
                    "A save is confirmed by an order within the days it is watched. Saves that are "
                    "watched already keep their last day."
                ),
                OutcomeSettings,
                outcome_settings.read,
                outcome_settings.change,
                ("acquisition",),
            ),
        )


class OffersSection(FormSection):
    """What an offer may cost before somebody has to approve it."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            Setting(
                "offer-settings",
                _("Cost of offers"),
                _(
                    "The ceiling of the offers on a case follows from what the customer is worth. "
                    "Above it a manager approves. Offers made before keep their ceiling."
                ),
                OfferSettings,
                offer_library.settings,
                offer_library.change_settings,
                ("hourly",),
            ),
        )

    def fill_below(self) -> None:
        """The way to the library, its rules and the budgets."""
        opener = action_button(self.page.context, "offer.library")
        self.below.addWidget(opener, 0, Qt.AlignmentFlag.AlignLeft)


class PromisesSection(FormSection):
    """Time limits of complaints and of service recovery."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            Setting(
                "promise-settings",
                _("Time limits"),
                _("For complaints and service recovery. What has begun keeps its own limits."),
                PromiseSettings,
                promises.settings,
                promises.change_settings,
            ),
        )
