"""What fits a case and what limits an offer: rules, what was offered before, cap, ceiling, budget.

Only services call these functions, after they have asked for the right to do what they do.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from itertools import takewhile

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db import derived, journal, reference
from db.models import Case, CaseOffer, Offer
from db.queries import offers as queries
from db.queries.offers import CaseOfferRow, OfferRow, RuleRow
from db.vocabulary import CaseStage, ExperimentKind, OfferState, RuleKind
from desktop_app import clock
from desktop_app.domain import arrears
from desktop_app.domain.offers import (
    Checked,
    Facts,
    Need,
    OfferSettings,
    cap_reached,
    needs,
    resolution,
)
from desktop_app.errors import ConflictError, NotFoundError
from desktop_app.i18n import _, language
from desktop_app.services import (
    assignment,
    case_life,
    experiments,
    offer_budget,
    offer_library,
    offer_rules,
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What fits a case.

    Attributes:
        offer: The offer; None when nothing is offered.
        rule: The rule it comes from; None when no rule fits, or an earlier offer stays.
        checked: The rules that were looked at, the one that fits last.
        stays: The offer the customer had before, which stays until `until`.
        until: Last day on which it stays.
        obstacle: Why nothing can be offered, in words; empty when nothing stands in the way.
        experiment: The comparison that decides instead of the rule; empty when none does.
        left_alone: Whether the customer is in its hold-out group: nothing is offered then.
        is_barred: Whether nothing at all may be offered to the customer.
    """

    offer: OfferRow | None
    rule: RuleRow | None
    checked: tuple[Checked[RuleRow], ...]
    stays: CaseOfferRow | None = None
    until: dt.date | None = None
    obstacle: str = ""
    experiment: str = ""
    left_alone: bool = False
    is_barred: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """What the customer of a case was offered before, read once for several questions.

    Attributes:
        made: All of it, oldest first.
        terms: What the workspace has set for offers.
    """

    made: tuple[CaseOfferRow, ...]
    terms: OfferSettings

    @property
    def stays(self) -> CaseOfferRow | None:
        """The offer that stays for now."""
        return resolution(self.made, clock.today(), self.terms.frozen_days)

    def has_had(self, offer: OfferRow) -> bool:
        """Whether the customer has had an offer as often as it is made."""
        return cap_reached(self.made, offer.id, offer.cap_per_customer, clock.today())


def past(session: Session, case: Case) -> Past:
    """What the customer of a case was offered before."""
    session.flush()
    return Past(_of_customer(session, case.customer_id), offer_library.settings(session))


def suggestion(session: Session, case: Case, before: Past | None = None) -> Suggestion:
    """Which offer fits a case, or why nothing is offered; `before` if it was read already."""
    checked = offer_rules.explain(session, _facts(session, case))
    if why := barred_by(session, case):
        return Suggestion(None, None, checked, obstacle=why, is_barred=True)
    before = before or past(session, case)
    if (stays := before.stays) is not None:
        until = stays.proposed_on + dt.timedelta(days=before.terms.frozen_days - 1)
        return _open(before, Suggestion(stays.offer, None, checked, stays, until))
    if not checked or not checked[-1].fits:
        return Suggestion(None, None, checked)
    rule = checked[-1].rule
    return _open(before, _compared(session, case, Suggestion(rule.offer, rule, checked)))


def take_part(
    session: Session, case: Case, checked: tuple[Checked[RuleRow], ...] | None = None
) -> None:
    """Draw the customer of a case whose rules lead to an offer that is compared.

    Asked when an offer is made and when the case ends: who is left alone is counted like the rest.

    Args:
        session: The writing session.
        case: The case.
        checked: The rules that were looked at, if they were just now.
    """
    part = experiments.part_of(session, case.id, ExperimentKind.OFFER)
    if part is None:
        return
    checked = offer_rules.explain(session, _facts(session, case)) if checked is None else checked
    offer = checked[-1].rule.offer if checked and checked[-1].fits else None
    if offer is not None and offer.code in part.compared:
        experiments.arm_for(session, case.id, ExperimentKind.OFFER)


def _facts(session: Session, case: Case) -> Facts:
    """What the rules look at."""
    session.flush()
    given = queries.case_facts(session, case.id)
    kind = RuleKind(case.kind)
    return Facts(given.reason_group, given.reason_code, given.klass, kind, case.value_at_stake)


def _compared(session: Session, case: Case, found: Suggestion) -> Suggestion:
    """The offer that the customer was drawn for, if the one of the rule is compared with others."""
    part = experiments.part_of(session, case.id, ExperimentKind.OFFER)
    if part is None or found.offer is None or found.offer.code not in part.compared:
        return found
    if part.is_left_alone:
        text = _("The customer is in the hold-out group of “{title}”.").format(title=part.title)
        return replace(found, offer=None, obstacle=text, experiment=part.title, left_alone=True)
    drawn = session.scalars(select(Offer).where(Offer.code == part.target)).one()
    return replace(
        found, offer=queries.offer_row(drawn, derived.currency(session)), experiment=part.title
    )


def _open(before: Past, found: Suggestion) -> Suggestion:
    """The suggestion, with what stands in the way of making its offer now."""
    offer = found.offer
    if offer is None:
        return found
    obstacle = ""
    if offer.retired_on is not None:
        obstacle = offer_rules.retired(offer.code).message
    elif before.has_had(offer):
        obstacle = cap_text(offer)
    if not obstacle:
        return found
    return replace(found, offer=None, obstacle=obstacle)


@dataclass(frozen=True, slots=True)
class Room:
    """What limits one more offer in a case, read once for a whole library.

    Attributes:
        before: What the customer was offered before.
        on_case: What the offers of the case cost, in hundredths.
        ceiling: What they may cost without a yes; None when it is not known.
        left: What is left of the budget of the month; None when there is none.
    """

    before: Past
    on_case: int
    ceiling: int | None
    left: int | None

    def needs(self, offer: OfferRow) -> tuple[Need, ...]:
        """Why an offer would need somebody's yes."""
        stays = self.before.stays
        return needs(
            self.on_case + offer.cost,
            self.ceiling,
            over_budget=self.left is not None and 0 < offer.cost > self.left,
            departs=stays is not None and stays.offer_id != offer.id,
        )


def room(session: Session, case: Case, before: Past) -> Room:
    """What limits one more offer in a case."""
    today = clock.today()
    return Room(
        before,
        queries.on_case(session, case.id, today),
        before.terms.ceiling(case.value_at_stake),
        offer_budget.of_store(session, case.store_id, offer_budget.month_of(today)).left,
    )


def needs_of(session: Session, made: CaseOffer) -> tuple[Need, ...]:
    """Why an offer that waits needs somebody's yes now."""
    session.flush()
    case = session.get_one(Case, made.case_id)
    rows = _of_customer(session, made.customer_id)
    others = list(takewhile(lambda row: row.id != made.id, rows))
    days = offer_library.settings(session).frozen_days
    stays = resolution(others, clock.today(), days)
    return needs(
        queries.on_case(session, case.id, clock.today()),
        made.ceiling,
        over_budget=offer_budget.is_exceeded(session, made.store_id, made.cost),
        departs=stays is not None and stays.offer_id != made.offer_id,
    )


def _of_customer(session: Session, customer_id: uuid.UUID) -> tuple[CaseOfferRow, ...]:
    return queries.case_offers(session, clock.today(), queries.of_customer(customer_id))


def cap_text(offer: OfferRow) -> str:
    """What is said when an offer was made as often as it may be."""
    text = _("The customer has had “{offer}” as often as it is made within a year ({cap}).")
    return text.format(offer=reference.text(offer, language()), cap=offer.cap_per_customer)


def barred_by(session: Session, case: Case) -> str:
    """Why nothing at all is offered to the customer of a case; empty when something may be."""
    customer = case_life.customer_of(session, case.customer_id)
    if case.stage == CaseStage.CLOSED:
        return _("Case {number} is closed. Re-open it first.").format(number=case.number)
    if arrears.is_malicious(case.churn_type, owes_in_bad_faith=customer.malicious_arrears):
        return _("The customer owes money in bad faith: credit check, prepayment, legal steps.")
    return assignment.note_of(assignment.standing_hits(session, case))


def refuse_barred(session: Session, case: Case) -> None:
    """Refuse to offer anything where nothing may be offered. Raises ConflictError."""
    if why := barred_by(session, case):
        text = _("Nothing is offered in case {number}: {why}")
        raise ConflictError(text.format(number=case.number, why=why))


def load_made(session: Session, case_offer_id: uuid.UUID) -> tuple[CaseOffer, Case]:
    """An offer that was made, and its case. Raises NotFoundError, NotAllowedError."""
    made = session.get(CaseOffer, case_offer_id)
    if made is None:
        raise NotFoundError(_("This offer is gone."))
    return made, case_life.load(session, made.case_id)


def require_state(made: CaseOffer, *states: OfferState) -> None:
    """Refuse what comes too late for an offer. Raises ConflictError."""
    if made.state not in states:
        raise ConflictError(_("Somebody has decided on this offer meanwhile. Reload the case."))


def withdraw_unanswered(session: Session, case: Case) -> None:
    """Take back what waits for a yes or for the customer's answer; what ran out stays so."""
    session.flush()
    unanswered = select(CaseOffer).where(
        CaseOffer.case_id == case.id,
        CaseOffer.state.in_((OfferState.WAITING, OfferState.APPROVED)),
        or_(CaseOffer.expires_on.is_(None), CaseOffer.expires_on >= clock.today()),
    )
    for made in session.scalars(unanswered).all():
        made.state = OfferState.WITHDRAWN
    session.flush()


def name(session: Session, title: str, case: Case, offer: Offer) -> None:
    """Name the change set after an offer in a case."""
    words = reference.text(offer, language())
    journal.name_change(session, title, offer=words, number=case.number)
