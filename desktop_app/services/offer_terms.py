"""What fits a case and what limits an offer: rules, what was offered before, cap, ceiling, budget.

Only services call these functions, after they have asked for the right to do what they do.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from itertools import takewhile

from sqlalchemy.orm import Session

from db import reference
from db.models import Case, CaseOffer
from db.queries import offers as queries
from db.queries.offers import CaseOfferRow, OfferRow, RuleRow
from db.vocabulary import CaseStage, RuleKind
from desktop_app import clock
from desktop_app.domain import arrears
from desktop_app.domain.offers import (
    Checked,
    Facts,
    Need,
    cap_reached,
    needs,
    resolution,
)
from desktop_app.errors import ConflictError
from desktop_app.i18n import _, language
from desktop_app.services import (
    assignment,
    case_life,
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
    """

    offer: OfferRow | None
    rule: RuleRow | None
    checked: tuple[Checked[RuleRow], ...]
    stays: CaseOfferRow | None = None
    until: dt.date | None = None
    obstacle: str = ""


def suggestion(session: Session, case: Case) -> Suggestion:
    """Which offer fits a case, or why nothing is offered."""
    session.flush()
    given = queries.case_facts(session, case.id)
    facts = Facts(
        given.reason_group,
        given.reason_code,
        given.klass,
        RuleKind(case.kind),
        case.value_at_stake,
    )
    checked = offer_rules.explain(session, facts)
    if why := barred_by(session, case):
        return Suggestion(None, None, checked, obstacle=why)
    stays, until = _stays(session, case)
    if stays is not None:
        return _open(session, case, Suggestion(stays.offer, None, checked, stays, until))
    if not checked or not checked[-1].fits:
        return Suggestion(None, None, checked)
    rule = checked[-1].rule
    return _open(session, case, Suggestion(rule.offer, rule, checked))


def _open(session: Session, case: Case, found: Suggestion) -> Suggestion:
    """The suggestion, with what stands in the way of making its offer now."""
    offer = found.offer
    if offer is None:
        return found
    obstacle = ""
    if offer.retired_on is not None:
        obstacle = offer_rules.retired(offer.code).message
    elif has_had(session, case, offer):
        obstacle = cap_text(offer)
    if not obstacle:
        return found
    return Suggestion(None, found.rule, found.checked, found.stays, found.until, obstacle)


def _stays(session: Session, case: Case) -> tuple[CaseOfferRow | None, dt.date | None]:
    """The offer that stays for the customer of a case, and until when."""
    days = offer_library.settings(session).frozen_days
    found = resolution(_of_customer(session, case.customer_id), clock.today(), days)
    if found is None:
        return None, None
    return found, found.proposed_on + dt.timedelta(days=days - 1)


def needs_of(session: Session, made: CaseOffer) -> tuple[Need, ...]:
    """Why an offer that waits, or is about to be made, needs somebody's yes now."""
    session.flush()
    case = session.get_one(Case, made.case_id)
    rows = _of_customer(session, made.customer_id)
    others = list(takewhile(lambda row: row.id != made.id, rows))
    days = offer_library.settings(session).frozen_days
    stays = resolution(others, clock.today(), days)
    on_case = queries.on_case(session, case.id, clock.today())
    is_new = made not in session
    return needs(
        on_case + made.cost if is_new else on_case,
        made.ceiling,
        over_budget=offer_budget.is_exceeded(session, made.store_id, made.cost),
        departs=stays is not None and stays.offer_id != made.offer_id,
    )


def _of_customer(session: Session, customer_id: uuid.UUID) -> tuple[CaseOfferRow, ...]:
    return queries.case_offers(session, clock.today(), queries.of_customer(customer_id))


def has_had(session: Session, case: Case, offer: OfferRow) -> bool:
    """Whether the customer of a case has had an offer as often as it is made."""
    made = _of_customer(session, case.customer_id)
    return cap_reached(made, offer.id, offer.cap_per_customer, clock.today())


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
