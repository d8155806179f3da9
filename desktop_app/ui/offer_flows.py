"""What people do with the offers of a case, each as one flow: ask, store, say so."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_app.columns.offers import offer_words
from desktop_app.i18n import _
from desktop_app.services import (
    costs,
    coupons,
    offer_options,
    offer_rules,
    offers,
    workspace_settings,
)
from desktop_app.services.costs import CostDraft
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import offer_forms
from desktop_app.ui.forms.offer_forms import CodeDraft, ProposeDraft, WhyDraft
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # a page is made of flows, not the other way round
    from db.queries.offer_money import CouponRow
    from db.queries.offers import CaseOfferRow
    from db.session import Session
    from desktop_app.services.offer_options import Options
    from desktop_app.ui.page import Page

_WIDE = 680


@dataclass(frozen=True, slots=True)
class Choosing:
    """Everything the form of a new offer shows, read at once."""

    found: "Options"
    rule: str
    currency: str


def read_choosing(session: "Session", case_id: uuid.UUID) -> Choosing:
    """What may be offered in a case, with the rule that fits in words."""
    found = offer_options.options(session, case_id)
    rule = found.suggestion.rule
    words = offer_rules.rule_text(session, rule) if rule is not None else ""
    return Choosing(found, words, workspace_settings.currency(session))


class OfferFlows(QObject):
    """The flows of one page; its tasks run them, dialogs open over it."""

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self._page, self._tasks, self._messages = page, page.tasks, page.messages

    def make(self, case_id: uuid.UUID, number: str, *, beside: bool = False) -> None:
        """Ask which offer and why; what needs approval is said before.

        Args:
            case_id: The case.
            number: Its number, for the title.
            beside: Let the page be used meanwhile, as during a call.
        """
        self._tasks.read(self._page, read_choosing, case_id).then(
            lambda known: self._ask(case_id, number, known, beside=beside)
        )

    def _ask(self, case_id: uuid.UUID, number: str, known: Choosing, *, beside: bool) -> None:
        if not known.found.options:
            self._messages.warn(known.found.obstacle or _("Every offer was made already."))
            return
        form = offer_forms.propose_form(known.found, known.rule, known.currency)
        dialog = FormDialog(
            self._page,
            title=_("Offer in case {number}").format(number=number),
            verb=_("Propose"),
            form=form,
            draft=ProposeDraft,
            save=lambda draft: self._tasks.write(
                dialog, offers.propose, case_id, draft.offer, draft.justification
            ),
            draft_key=DraftKey(self._tasks, f"offer:{case_id}"),
        )
        dialog.resize(_WIDE, dialog.height())
        if beside:
            dialog.show()
        else:
            dialog.open()

    def again(self, row: "CaseOfferRow") -> None:
        """Ask why an offer is proposed again."""
        dialog = FormDialog(
            self._page,
            title=_("Propose “{offer}” again").format(offer=offer_words(row.offer)),
            verb=_("Propose"),
            form=offer_forms.why_form(row.justification),
            draft=WhyDraft,
            save=lambda draft: self._tasks.write(dialog, offers.send_again, row.id, draft.why),
            draft_key=DraftKey(self._tasks, f"offer-again:{row.id}"),
        )
        dialog.open()

    def answer(self, row: "CaseOfferRow", *, accepted: bool) -> None:
        """Write down at once what the customer says; it can be undone."""
        self._tasks.write(self._page, offers.answer, row.id, accepted=accepted)

    def withdraw(self, row: "CaseOfferRow") -> None:
        """Take an offer back at once; it can be undone."""
        self._tasks.write(self._page, offers.withdraw, row.id)

    def cost(self, case_id: uuid.UUID, number: str, currency: str) -> None:
        """Ask what was spent."""
        dialog = FormDialog(
            self._page,
            title=_("Cost of case {number}").format(number=number),
            verb=_("Book"),
            form=offer_forms.cost_form(currency),
            draft=CostDraft,
            save=lambda draft: self._tasks.write(dialog, costs.add, case_id, draft),
            intro=_("Offers book themselves when the customer accepts."),
            draft_key=DraftKey(self._tasks, f"cost:{case_id}"),
        )
        dialog.open()

    def redeem(self, code: str = "") -> None:
        """Ask for the code of a coupon that comes back."""
        dialog = FormDialog(
            self._page,
            title=_("Redeem a coupon"),
            verb=_("Redeem"),
            form=offer_forms.coupon_form(code),
            draft=CodeDraft,
            save=lambda draft: self._tasks.write(dialog, redeem, draft.code),
            draft_key=DraftKey(self._tasks, "coupon"),
        )
        dialog.open()


def redeem(session: "Session", code: str) -> "CouponRow":
    """Take a coupon at the counter, today; raises as `coupons.redeem`."""
    return coupons.redeem(session, code)
