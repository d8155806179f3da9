"""The offers of a case: what the rules suggest, what room is left, what was offered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from db.vocabulary import OfferState
from desktop_app import labels
from desktop_app.columns.offers import CASE_OFFER_COLUMNS
from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _, ngettext
from desktop_app.services import costs, offer_rules, offers, workspace_settings
from desktop_app.ui import theme
from desktop_app.ui.call_mode import BEFORE_WORK
from desktop_app.ui.case_look import list_text
from desktop_app.ui.offer_flows import OfferFlows
from desktop_app.ui.offer_words import details, said, state_tone, suggestion_words, terms
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import Card, ChipLabel, Facts, action_button, text_label
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.offers import CaseOfferRow
    from db.session import Session
    from desktop_app.services.costs import CaseCosts
    from desktop_app.services.offers import Standing, Suggestion
    from desktop_app.ui.case_view import CaseView

OFFER_TABLES = frozenset(
    {"case_offer", "cost_entry", "coupon", "offer", "offer_rule", "offer_budget"}
)
"""Tables whose change the panel shows, beside those of the case."""
_ROWS = 4
_OPEN = frozenset({OfferState.WAITING, OfferState.APPROVED})
_AGAIN = frozenset({OfferState.REFUSED, OfferState.WITHDRAWN, OfferState.APPROVED})


@dataclass(frozen=True, slots=True)
class OffersOfCase:
    """Everything the panel shows, read at once."""

    case_id: UUID
    suggestion: "Suggestion"
    rule: str
    standing: "Standing"
    costs: "CaseCosts"
    currency: str


def read_offers(session: "Session", case_id: UUID) -> OffersOfCase:
    """The offers of a case, what the rules suggest, and what it cost so far."""
    found = offers.suggest(session, case_id)
    rule = "" if found.rule is None else offer_rules.rule_text(session, found.rule)
    return OffersOfCase(
        case_id,
        found,
        rule,
        offers.of_case(session, case_id),
        costs.of_case(session, case_id),
        workspace_settings.currency(session),
    )


class OfferPanel(Card):
    """What is suggested and offered in the case that is shown, with what can be done now."""

    shown = Signal()
    """It shows something else: actions and chips may differ."""

    def __init__(self, page: Page, is_calling: Callable[[], bool]) -> None:
        """Make the panel; while `is_calling` no dialog stands in the way of the page."""
        make = action_button(page.context, "case.offer")
        theme.set_role(make, "quiet")
        super().__init__(_("Offer"), [make])
        self._page, self._is_calling = page, is_calling
        self._latest = Latest()
        self._view: CaseView | None = None
        self._known: set[UUID] = set()
        self.flows = OfferFlows(page)
        self.data: OffersOfCase | None = None
        self.suggested = text_label("", "strong")
        self.frozen = ChipLabel(_("Stays as first offered"), Tone.WARN)
        self.terms = text_label("", "hint")
        self.why = text_label("", "hint")
        self.words = text_label()
        self.facts = Facts()
        self.table = RecordTable(
            CASE_OFFER_COLUMNS,
            context=page.context,
            state_key="case-offers",
            name=_("Offers made on this case"),
            empty=_("Nothing was offered yet."),
            chips={"state": state_tone},
        )
        self.table.hide_columns("by", "proposed_on")
        self.table.selection_changed.connect(self._on_row)
        self.table.set_menu(
            "offer.accept", "offer.refuse", "offer.withdraw", "offer.again", None, "offer.cost",
            "offer.redeem",
        )  # fmt: skip
        self.details = text_label("", "hint")
        self._build()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(theme.GAP_S)
        top.addWidget(self.suggested, 1)
        top.addWidget(self.frozen)
        self.body.addLayout(top)
        for widget in (self.terms, self.words, self.why, self.facts, self.table, self.details):
            self.body.addWidget(widget)
        context = self._page.context
        self.buttons = {
            action_id: action_button(context, action_id)
            for action_id in ("offer.accept", "offer.refuse", "offer.again")
        }
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        for made in self.buttons.values():
            row.addWidget(made)
        row.addStretch(1)
        self.body.addLayout(row)
        self.frozen.hide()

    # ------------------------------------------------------------------ loading

    def show_view(self, view: "CaseView") -> None:
        """Show the offers of a case; those of another one are gone at once."""
        is_other = self._view is None or self._view.id != view.id
        self._view = view
        if is_other:
            self._clear()
        task = self._page.tasks.read(self._page, read_offers, view.id)
        self._latest.take(task).then(self._show)

    def _clear(self) -> None:
        self.data = None
        self._known = set()
        for label in (self.suggested, self.terms, self.why, self.words, self.details):
            label.clear()
        self.frozen.hide()
        self.facts.set_facts(())
        self.table.set_rows([])
        self._show_buttons()

    def _show(self, data: OffersOfCase) -> None:
        self.data = data
        is_open = self._view is not None and self._view.file.row.closed_on is None
        found = suggestion_words(data.suggestion, data.rule)
        title = _("The rules suggest: {offer}")
        if found.is_frozen:
            title = _("Accepted: {offer}") if found.is_accepted else _("First offered: {offer}")
        self.suggested.setText(title.format(offer=found.title))
        self.why.setText(found.why)
        self.frozen.setVisible(found.is_frozen and not found.is_accepted and is_open)
        offer = data.suggestion.offer
        self.terms.setText("" if offer is None else terms(offer, data.currency))
        self.words.setText("" if offer is None else _("“{words}”").format(words=said(offer)))
        for label in (self.suggested, self.why, self.terms, self.words):
            label.setVisible(bool(label.text()) and is_open)
        self.facts.set_facts(self._figures(data))
        self._show_rows(data.standing.rows)
        self._on_row()
        self.shown.emit()

    def _show_rows(self, rows: "tuple[CaseOfferRow, ...]") -> None:
        """The newest first; a new one is chosen, else the choice stays."""
        known = self._known
        self._known = {row.id for row in rows}
        self.table.set_rows(rows[::-1])
        self.table.setVisible(bool(rows))
        lines = min(_ROWS, len(rows)) + 1
        self.table.setFixedHeight(theme.row_height() * lines + theme.GAP_XL)
        if rows and rows[-1].id not in known:
            self.table.select_key(rows[-1].id)

    def _figures(self, data: OffersOfCase) -> list[tuple[str, str]]:
        standing, spent = data.standing, data.costs

        def money(amount: int | None) -> str:
            return labels.money(amount, data.currency)

        def room(left: int) -> str:
            words = _("{amount} left") if left >= 0 else _("{amount} over it")
            return words.format(amount=money(abs(left)))

        ceiling = _("not known: every offer that costs something needs approval")
        if standing.ceiling is not None:
            ceiling = list_text((money(standing.ceiling), room(standing.ceiling - standing.cost)))
        budget = _("not limited")
        if standing.budget_left is not None:
            budget = room(standing.budget_left)
        minutes = ngettext("{n} minute", "{n} minutes", spent.minutes)
        cost = [money(spent.total)]
        if spent.minutes:
            cost.append(minutes.format(n=labels.number(spent.minutes)))
        found = [
            (_("Ceiling"), ceiling),
            (_("Budget of the month"), budget),
            (_("Spent on the case"), list_text(tuple(cost))),
        ]
        file = self._view.file if self._view is not None else None
        if file is not None and file.approach:
            found.append((_("Approach"), labels.label(file.approach)))
        if file is not None and file.offer_text:
            found.append((_("In words"), file.offer_text))
        return found

    def _on_row(self) -> None:
        row = self._row()
        self.details.setText("" if row is None else details(row))
        self.details.setVisible(row is not None)
        self._show_buttons()
        self._page.actions_changed()

    def _show_buttons(self) -> None:
        possible = self.slots()
        may = allowed(self._page.actor.role, Action.WORK_CASE)
        for action_id, made in self.buttons.items():
            made.setVisible(may and action_id in possible)

    def _row(self) -> "CaseOfferRow | None":
        row: CaseOfferRow | None = self.table.current_row()
        return row

    # ------------------------------------------------------------------ what can be done

    def chips(self) -> list[tuple[str, Tone]]:
        """What stands beside the name of the customer: an offer that waits or was decided on."""
        rows = () if self.data is None else self.data.standing.rows
        newest = rows[-1] if rows else None
        if newest is None or newest.is_lapsed:
            return []
        if newest.state is OfferState.WAITING:
            return [(_("Offer waits for approval"), Tone.WARN)]
        if newest.state is OfferState.APPROVED and newest.decided_at is not None:
            return [(_("Offer approved"), Tone.GOOD)]
        if newest.state is OfferState.REFUSED:
            return [(_("Offer not approved"), Tone.BAD)]
        return []

    def slots(self) -> Slots:
        """What can be done with the offers of the case now."""
        view, data = self._view, self.data
        if view is None or data is None or data.case_id != view.id:
            return {}
        case, flows = view.file.row, self.flows
        found: dict[str, Callable[[], object]] = {
            "offer.cost": lambda: flows.cost(case.id, case.number, data.currency)
        }
        coupon = next((row.coupon for row in data.standing.rows if _is_out(row)), "")
        if coupon:
            found["offer.redeem"] = lambda: flows.redeem(coupon)
        is_open = case.closed_on is None
        if is_open and case.stage not in BEFORE_WORK:
            found["case.offer"] = lambda: flows.make(
                case.id, case.number, beside=self._is_calling()
            )
        row = self._row()
        if row is None:
            return found
        if row.state in _OPEN:
            found["offer.withdraw"] = lambda: flows.withdraw(row)
        if row.state is OfferState.APPROVED:
            found["offer.refuse"] = lambda: flows.answer(row, accepted=False)
        if not is_open:
            return found
        if row.state is OfferState.APPROVED and not row.is_lapsed:
            found["offer.accept"] = lambda: flows.answer(row, accepted=True)
        elif row.state in _AGAIN:
            found["offer.again"] = lambda: flows.again(row)
        return found


def _is_out(row: "CaseOfferRow") -> bool:
    """Whether a coupon was given with an offer and has not come back."""
    return bool(row.coupon) and row.redeemed_on is None
