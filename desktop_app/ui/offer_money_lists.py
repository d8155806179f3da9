"""Budgets of the stores by month, and how coupons do."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from desktop_app import clock
from desktop_app.columns.offers import (
    BUDGET_COLUMNS,
    COUPON_COLUMNS,
    room_of,
)
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.significance import ENOUGH
from desktop_app.i18n import _
from desktop_app.services import (
    coupons,
    offer_budget,
    workspace_settings,
)
from desktop_app.ui.editors import ChoiceEditor
from desktop_app.ui.forms import offer_forms
from desktop_app.ui.forms.offer_forms import AmountDraft
from desktop_app.ui.offer_flows import OfferFlows
from desktop_app.ui.offer_section import OfferSection
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import FilterBar
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session
    from desktop_app.services.coupons import Response
    from desktop_app.services.offer_budget import Budget

_MONTHS_BACK, _MONTHS_AHEAD = 6, 3


def months_around(today: dt.date) -> list[tuple[str, str]]:
    """Months that can be chosen, the newest first, as (value, words)."""
    first = today.year * 12 + today.month - 1
    found = []
    for number in range(first + _MONTHS_AHEAD, first - _MONTHS_BACK - 1, -1):
        year, month = divmod(number, 12)
        value = f"{year}-{month + 1:02d}"
        found.append((value, value))
    return found


def read_budgets(session: "Session", month: str) -> "tuple[tuple[Budget, ...], str]":
    """The budget of every store in a month, and the currency."""
    return offer_budget.overview(session, month), workspace_settings.currency(session)


class BudgetSection(OfferSection):
    """What each store may spend in a month, what was agreed to, what is left."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _(
                "What was agreed to counts in the month of the yes. A store without a budget is "
                "not limited."
            ),
        )
        bar = FilterBar(has_search=False)
        self.month = bar.add(_("Month"), ChoiceEditor(months_around(clock.today())))
        self.month.set_value(offer_budget.month_of(clock.today()))
        bar.changed.connect(self.load)
        self.add_bar(bar, "offers.edit")
        self.table = RecordTable(
            BUDGET_COLUMNS,
            context=page.context,
            state_key="offer-budgets",
            name=_("Budgets of the stores"),
            empty=_("There is no store yet."),
            chips={"room": _room_tone},
            key=lambda row: row.store_id or "",
        )
        self.table.opened.connect(lambda _row: self._edit())
        self.add_table(self.table, "offers.edit", None, "list.copy")

    def load(self) -> None:
        """Read the budgets of the month."""
        task = self.tasks.read(self, read_budgets, str(self.month.value()))
        self.latest.take(task).then(self._show)

    def _show(self, found: "tuple[tuple[Budget, ...], str]") -> None:
        rows, self.currency = found
        self.table.set_rows(list(rows))
        self.table.choose_first()
        self.page.actions_changed()

    def slots(self) -> Slots:
        """Change the budget of the chosen store."""
        row: Budget | None = self.table.current_row()
        return {"offers.edit": self._edit} if row is not None and self.may_edit() else {}

    def _edit(self) -> None:
        row: Budget | None = self.table.current_row()
        if row is None or not self.may_edit():
            return
        store = row.store or _("cases without a store")

        def save(dialog: QWidget, draft: AmountDraft) -> Any:
            return self.tasks.write(
                dialog, offer_budget.set_budget, row.store_id, row.month, draft.amount
            )

        self.ask(
            _("Budget of {store} for {month}").format(store=store, month=row.month), _("Save"),
            offer_forms.budget_form(row.amount, self.currency), AmountDraft, save,
        )  # fmt: skip


def _room_tone(row: "Budget") -> Tone:
    tones = {"over": Tone.BAD, "used_up": Tone.WARN, "room": Tone.GOOD}
    return tones.get(room_of(row), Tone.NEUTRAL)


def _verdict_tone(row: "Response") -> Tone:
    return Tone.GOOD if row.pays and row.rate.n >= ENOUGH else Tone.NEUTRAL


class CouponSection(OfferSection):
    """How many coupons came back, by offer."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _("Coupons are given with an accepted offer. They pay when one in five comes back."),
        )
        self.flows = OfferFlows(page)
        self.add_bar(FilterBar(has_search=False), "offer.redeem")
        self.table = RecordTable(
            COUPON_COLUMNS,
            context=page.context,
            state_key="offer-coupons",
            name=_("Response to coupons"),
            empty=_("No coupon was given yet. Tick “coupon” on an offer of the library."),
            chips={"verdict": _verdict_tone},
            key=lambda row: row.offer_code,
        )
        self.add_table(self.table, "list.copy")

    def load(self) -> None:
        """Count the coupons."""
        self.latest.take(self.tasks.read(self, coupons.response)).then(self._show)

    def _show(self, rows: Any) -> None:
        self.table.set_rows(list(rows))
        self.page.actions_changed()

    def slots(self) -> Slots:
        """Redeem a coupon."""
        if not allowed(self.page.actor.role, Action.WORK_CASE):
            return {}
        return {"offer.redeem": self.flows.redeem}
