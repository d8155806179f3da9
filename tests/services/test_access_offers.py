"""Who may do what with offers, promises, complaints and recoveries, service by service."""

import uuid
from types import ModuleType

import pytest

from db.models import Case, CaseOffer, Promise
from db.queries.follow_up import FollowFilter
from db.session import Actor, Session
from db.vocabulary import (
    Approach,
    CaseStage,
    ComplaintChannel,
    CostKind,
    OfferGoal,
    RecoveryStepKind,
    ReplyKind,
)
from desktop_app.domain.arrears import ArrearsStep
from desktop_app.domain.offers import Facts, OfferDraft, OfferSettings, RuleDraft
from desktop_app.domain.promises import ComplaintDraft, PromiseDraft, PromiseSettings, RecoveryDraft
from desktop_app.services import (
    access,
    cases,
    complaints,
    costs,
    coupons,
    offer_approvals,
    offer_budget,
    offer_library,
    offer_options,
    offer_rules,
    offers,
    promises,
    recovery,
)
from desktop_app.services.costs import CostDraft
from tests import factories, offered
from tests.services import rights
from tests.services.rights import (
    DECIDERS,
    EVERYBODY,
    GOERS,
    OFFICE,
    TODAY,
    WORKERS,
    Entry,
    Filled,
    Prepared,
    numbers,
)

MODULES: tuple[ModuleType, ...] = (
    complaints, costs, coupons, offer_approvals, offer_budget, offer_library, offer_options,
    offer_rules, offers, promises, recovery,
)  # fmt: skip


PLAIN = {"offer_budget.month_of", "offer_budget.bounds", "offer_rules.retired"}

pytestmark = pytest.mark.usefixtures("fixed_time")


def own(session: Session, user: Actor) -> Prepared:
    """A case that belongs to the user, whatever the role is, with a value."""
    customer = factories.add_customer(session, store_id=user.store_id, owner_id=user.user_id)
    case_id = factories.open_case(session, customer)
    cases.move(session, case_id, CaseStage.SCREENED)
    case = session.get_one(Case, case_id)
    case.owner_id, case.stage, case.value_at_stake = user.user_id, CaseStage.ASSIGNED, offered.WORTH
    session.flush()
    return {"case": case_id, "customer": customer, "offer": offered.offer(session)}


def made(session: Session, user: Actor) -> Prepared:
    """An offer that may be made."""
    found = own(session, user)
    row = offers.propose(session, found["case"], found["offer"], "x")
    return found | {"made": row.id}


def waits(session: Session, user: Actor) -> Prepared:
    """An offer that somebody else proposed and that waits."""
    found = own(session, user)
    dear = offered.offer(session, cost=10**6)
    row = offers.propose(session, found["case"], dear, "x")
    session.get_one(CaseOffer, row.id).by_id = None
    return found | {"made": row.id}


def given(session: Session, user: Actor) -> Prepared:
    """A coupon."""
    found = own(session, user)
    row = offers.propose(session, found["case"], offered.offer(session, is_coupon=True), "x")
    code = offers.answer(session, row.id, accepted=True)
    return found | {"code": code, "made": row.id}


def retired(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    offer_library.retire_offer(session, found["offer"])
    return found


def ruled(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    return found | {"rule": offer_rules.save_rule(session, RuleDraft(offer_id=found["offer"]))}


def promised(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    return found | {"promise": promises.register(session, found["customer"], PROMISE)}


def complained(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    return found | {"complaint": complaints.listen(session, found["customer"], COMPLAINT)}


def recorded(session: Session, user: Actor) -> Prepared:
    found = complained(session, user)
    complaints.record(session, found["complaint"], "x")
    return found


def verified(session: Session, user: Actor) -> Prepared:
    found = recorded(session, user)
    complaints.verify(session, found["complaint"], is_true=True)
    return found


def begun(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    return found | {"recovery": recovery.begin(session, found["case"], RecoveryDraft())}


def in_arrears(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    factories.change_customer(session, found["customer"], malicious_arrears=True)
    return found


PROMISE = PromiseDraft(words="x", made_on=TODAY, due_on=TODAY)
COMPLAINT = ComplaintDraft(channel=ComplaintChannel.FORM)
MONTH = "2026-09"


def new_offer() -> OfferDraft:
    return OfferDraft(
        code=f"new_{next(numbers)}",
        zh="新",
        en="New",
        goal=OfferGoal.GIFT,
        approach=Approach.RELATIONSHIP,
    )


MATRIX: dict[str, Entry] = {
    # the library and its rules
    "offer_library.settings": (EVERYBODY, own, lambda s, _p: offer_library.settings(s)),
    "offer_library.change_settings": (
        OFFICE,
        own,
        lambda s, _p: offer_library.change_settings(s, OfferSettings(frozen_days=90)),
    ),
    "offer_library.list_offers": (EVERYBODY, own, lambda s, _p: offer_library.list_offers(s)),
    "offer_library.load_offer": (
        EVERYBODY,
        own,
        lambda s, p: offer_library.load_offer(s, p["offer"]),
    ),
    "offer_library.save_offer": (
        OFFICE,
        own,
        lambda s, _p: offer_library.save_offer(s, new_offer()),
    ),
    "offer_library.retire_offer": (
        OFFICE,
        own,
        lambda s, p: offer_library.retire_offer(s, p["offer"]),
    ),
    "offer_library.restore_offer": (
        OFFICE,
        retired,
        lambda s, p: offer_library.restore_offer(s, p["offer"]),
    ),
    "offer_rules.list_rules": (EVERYBODY, own, lambda s, _p: offer_rules.list_rules(s)),
    "offer_rules.explain": (EVERYBODY, own, lambda s, _p: offer_rules.explain(s, Facts())),
    "offer_rules.sentences": (EVERYBODY, own, lambda s, _p: offer_rules.sentences(s, ())),
    "offer_rules.rule_text": (
        EVERYBODY,
        own,
        lambda s, _p: offer_rules.rule_text(s, offer_rules.list_rules(s)[0]),
    ),
    "offer_rules.save_rule": (
        OFFICE,
        own,
        lambda s, p: offer_rules.save_rule(s, RuleDraft(offer_id=p["offer"])),
    ),
    "offer_rules.move_rule": (OFFICE, ruled, lambda s, p: offer_rules.move_rule(s, p["rule"], 1)),
    "offer_rules.remove_rule": (OFFICE, ruled, lambda s, p: offer_rules.remove_rule(s, p["rule"])),
    # budgets
    "offer_budget.budgets": (EVERYBODY, own, lambda s, _p: offer_budget.budgets(s, MONTH)),
    "offer_budget.of_store": (EVERYBODY, own, lambda s, _p: offer_budget.of_store(s, None, MONTH)),
    "offer_budget.used": (EVERYBODY, own, lambda s, _p: offer_budget.used(s, None, MONTH)),
    "offer_budget.is_exceeded": (
        EVERYBODY,
        own,
        lambda s, _p: offer_budget.is_exceeded(s, None, 1),
    ),
    "offer_budget.set_budget": (
        OFFICE,
        own,
        lambda s, _p: offer_budget.set_budget(s, None, MONTH, next(numbers)),
    ),
    "offer_budget.overview": (EVERYBODY, own, lambda s, _p: offer_budget.overview(s, MONTH)),
    # what may be offered, and who agrees
    "offer_options.options": (EVERYBODY, own, lambda s, p: offer_options.options(s, p["case"])),
    "offer_options.try_out": (EVERYBODY, own, lambda s, p: try_out(s, p["case"])),
    "offer_approvals.waiting": (DECIDERS, waits, lambda s, _p: offer_approvals.waiting(s)),
    "offer_approvals.count_waiting": (
        DECIDERS,
        waits,
        lambda s, _p: offer_approvals.count_waiting(s),
    ),
    "offer_approvals.answered": (EVERYBODY, made, lambda s, _p: offer_approvals.answered(s)),
    "offer_approvals.decide": (
        DECIDERS,
        waits,
        lambda s, p: offer_approvals.decide(s, p["made"], approve=True),
    ),
    # offers in cases
    "offers.suggest": (EVERYBODY, own, lambda s, p: offers.suggest(s, p["case"])),
    "offers.of_case": (EVERYBODY, made, lambda s, p: offers.of_case(s, p["case"])),
    "offers.equal_treatment": (EVERYBODY, own, lambda s, _p: offers.equal_treatment(s)),
    "offers.propose": (
        WORKERS,
        own,
        lambda s, p: offers.propose(s, p["case"], p["offer"], "x"),
    ),
    "offers.send_again": (WORKERS, made, lambda s, p: offers.send_again(s, p["made"], "x")),
    "offers.answer": (WORKERS, made, lambda s, p: offers.answer(s, p["made"], accepted=True)),
    "offers.withdraw": (WORKERS, made, lambda s, p: offers.withdraw(s, p["made"])),
    # costs and coupons
    "costs.add": (
        WORKERS,
        own,
        lambda s, p: costs.add(s, p["case"], CostDraft(kind=CostKind.MINUTES, minutes=1)),
    ),
    "costs.of_case": (EVERYBODY, own, lambda s, p: costs.of_case(s, p["case"])),
    "costs.book": (GOERS, own, lambda s, p: book(s, p["case"])),
    "coupons.issue": (WORKERS, given, lambda s, p: issue(s, p["made"])),
    "coupons.find": (EVERYBODY, given, lambda s, p: coupons.find(s, p["code"])),
    "coupons.redeem": (WORKERS, given, lambda s, p: coupons.redeem(s, p["code"])),
    "coupons.of_case": (EVERYBODY, given, lambda s, p: coupons.of_case(s, p["case"])),
    "coupons.response": (EVERYBODY, given, lambda s, _p: coupons.response(s)),
    # promises
    "promises.settings": (EVERYBODY, own, lambda s, _p: promises.settings(s)),
    "promises.change_settings": (
        OFFICE,
        own,
        lambda s, _p: promises.change_settings(s, PromiseSettings()),
    ),
    "promises.list_promises": (EVERYBODY, promised, lambda s, _p: promises.list_promises(s)),
    "promises.overdue": (EVERYBODY, promised, lambda s, _p: promises.overdue(s)),
    "promises.chased_often": (EVERYBODY, promised, lambda s, _p: promises.chased_often(s)),
    "promises.on_time": (EVERYBODY, promised, lambda s, _p: promises.on_time(s)),
    "promises.find": (EVERYBODY, promised, lambda s, _p: promises.find(s, FollowFilter())),
    "promises.due_for": (EVERYBODY, promised, lambda s, _p: promises.due_for(s)),
    "promises.on_time_in_all": (
        EVERYBODY,
        promised,
        lambda s, _p: promises.on_time_in_all(s, PROMISE.made_on, PROMISE.due_on),
    ),
    "promises.hand_over": (
        WORKERS,
        promised,
        lambda s, p: promises.hand_over(s, p["promise"], access.actor(s).user_id),
    ),
    "promises.register": (
        WORKERS,
        own,
        lambda s, p: promises.register(s, p["customer"], PROMISE),
    ),
    "promises.chase": (WORKERS, promised, lambda s, p: promises.chase(s, p["promise"])),
    "promises.answer": (
        WORKERS,
        promised,
        lambda s, p: promises.answer(s, p["promise"], ReplyKind.MET),
    ),
    "promises.require_reach": (
        EVERYBODY,
        promised,
        lambda s, p: promises.require_reach(s, s.get_one(Promise, p["promise"])),
    ),
    "promises.check_case": (
        EVERYBODY,
        own,
        lambda s, p: promises.check_case(s, p["customer"], p["case"]),
    ),
    "promises.check_owner": (EVERYBODY, own, lambda s, _p: promises.check_owner(s, None)),
    # complaints
    "complaints.list_complaints": (
        EVERYBODY,
        complained,
        lambda s, _p: complaints.list_complaints(s),
    ),
    "complaints.find": (EVERYBODY, complained, lambda s, _p: complaints.find(s, FollowFilter())),
    "complaints.hand_over": (
        WORKERS,
        complained,
        lambda s, p: complaints.hand_over(s, p["complaint"], access.actor(s).user_id),
    ),
    "complaints.overdue": (EVERYBODY, complained, lambda s, _p: complaints.overdue(s)),
    "complaints.answered_in_time": (
        EVERYBODY,
        complained,
        lambda s, _p: complaints.answered_in_time(s),
    ),
    "complaints.proposed_churn_type": (
        EVERYBODY,
        own,
        lambda s, p: complaints.proposed_churn_type(s, p["case"]),
    ),
    "complaints.listen": (
        WORKERS,
        own,
        lambda s, p: complaints.listen(s, p["customer"], COMPLAINT),
    ),
    "complaints.record": (
        WORKERS,
        complained,
        lambda s, p: complaints.record(s, p["complaint"], "x"),
    ),
    "complaints.verify": (
        WORKERS,
        recorded,
        lambda s, p: complaints.verify(s, p["complaint"], is_true=False),
    ),
    "complaints.answer": (
        WORKERS,
        verified,
        lambda s, p: complaints.answer(s, p["complaint"], ReplyKind.MET, "x"),
    ),
    # recoveries and arrears
    "recovery.of_case": (EVERYBODY, begun, lambda s, p: recovery.of_case(s, p["case"])),
    "recovery.find": (EVERYBODY, begun, lambda s, _p: recovery.find(s, FollowFilter())),
    "recovery.of_customer": (
        EVERYBODY,
        begun,
        lambda s, p: recovery.of_customer(s, p["customer"]),
    ),
    "recovery.hand_over": (
        WORKERS,
        begun,
        lambda s, p: recovery.hand_over(s, p["recovery"], access.actor(s).user_id),
    ),
    "recovery.late_steps": (EVERYBODY, begun, lambda s, _p: recovery.late_steps(s)),
    "recovery.begin": (WORKERS, own, lambda s, p: recovery.begin(s, p["case"], RecoveryDraft())),
    "recovery.begin_for_broken_promises": (
        WORKERS,
        promised,
        lambda s, _p: recovery.begin_for_broken_promises(s),
    ),
    "recovery.do_step": (
        WORKERS,
        begun,
        lambda s, p: recovery.do_step(s, p["recovery"], RecoveryStepKind.APOLOGISE),
    ),
    "recovery.set_money": (
        WORKERS,
        begun,
        lambda s, p: recovery.set_money(s, p["recovery"], loss=1, compensation=0),
    ),
    "recovery.arrears_checklist": (
        EVERYBODY,
        in_arrears,
        lambda s, p: recovery.arrears_checklist(s, p["case"]),
    ),
    "recovery.take_arrears_step": (
        WORKERS,
        in_arrears,
        lambda s, p: recovery.take_arrears_step(s, p["case"], ArrearsStep.LEGAL),
    ),
}


def book(session: Session, case_id: uuid.UUID) -> object:
    factories.name(session)
    return costs.book(session, session.get_one(Case, case_id), CostKind.OTHER, amount=1)


def try_out(session: Session, case_id: uuid.UUID) -> object:
    return offer_options.try_out(session, session.get_one(Case, case_id).number)


def issue(session: Session, made_id: uuid.UUID) -> object:
    factories.name(session)
    return coupons.issue(session, session.get_one(CaseOffer, made_id), 10)


@pytest.mark.parametrize("service", MATRIX)
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    filled_desk: Filled, service: str
) -> None:
    rights.check(filled_desk, service, {}, MATRIX)


def test_that_every_public_service_is_in_the_matrix() -> None:
    assert rights.public(MODULES) - PLAIN == rights.tried(MATRIX)
