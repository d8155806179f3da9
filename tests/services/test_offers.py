"""Offers in cases: which fits, what needs a yes, what the customer says."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine

from db.models import Case
from db.session import SYSTEM, Actor, Session
from db.vocabulary import (
    Approach,
    CostKind,
    OfferGoal,
    OfferState,
    Outcome,
    ReasonLayer,
    Role,
    RuleKind,
)
from desktop_app.domain.cases import CloseDraft, OpenDraft
from desktop_app.domain.offers import Mismatch, Need, OfferDraft, OfferSettings, RuleDraft
from desktop_app.domain.reasons import ReasonDraft
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import (
    cases,
    costs,
    coupons,
    offer_budget,
    offer_library,
    offer_rules,
    offers,
)
from tests import factories, offered
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")
MONTH = "2026-09"


@pytest.fixture
def manager(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.STORE_MANAGER]


@pytest.fixture
def office(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.HEAD_OFFICE]


@pytest.fixture
def case(desk: Desk, agent: Actor) -> uuid.UUID:
    return desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id)


def make(desk: Desk, **fields: Any) -> uuid.UUID:
    return desk.do(SYSTEM, offered.offer, **fields)


def reason(desk: Desk, case: uuid.UUID, code: str, layer: ReasonLayer = ReasonLayer.STATED) -> None:
    desk.do(SYSTEM, cases.set_reason, case, ReasonDraft(layer=layer, reason=code))


def state(desk: Desk, case: uuid.UUID) -> list[OfferState]:
    return [row.state for row in desk.look(SYSTEM, offers.of_case, case).rows]


# ---------------------------------------------------------------- what is shipped, the library


def test_that_a_workspace_begins_with_offers_of_every_goal_and_their_rules(
    desk: Desk, agent: Actor
) -> None:
    library = desk.look(agent, offer_library.list_offers)
    assert {row.goal for row in library} == set(OfferGoal)
    assert 14 <= len(library) <= 18
    assert all(row.zh_words and row.en_words for row in library)
    rules = desk.look(agent, offer_rules.list_rules)
    assert [rule.position for rule in rules] == list(range(1, len(rules) + 1))
    assert any(rule.offer is None for rule in rules)
    named = {rule.offer.code for rule in rules if rule.offer is not None}
    assert named <= {row.code for row in library}


def test_that_an_offer_is_added_changed_retired_and_restored(desk: Desk, office: Actor) -> None:
    draft = OfferDraft(
        code="tea", zh="茶", en="Tea", goal=OfferGoal.GIFT, approach=Approach.RELATIONSHIP
    )
    before = desk.rows()
    key = desk.do(office, offer_library.save_offer, draft)
    with pytest.raises(InvalidInputError, match="already"):
        desk.do(office, offer_library.save_offer, draft)
    other = draft.model_copy(update={"code": "coffee"})
    with pytest.raises(InvalidInputError, match="never changed"):
        desk.do(office, offer_library.save_offer, other, key)
    dearer = draft.model_copy(update={"cost": 500})
    desk.do(office, offer_library.save_offer, dearer, key, 1)
    with pytest.raises(ConflictError, match="Somebody else"):
        desk.do(office, offer_library.save_offer, draft, key, 1)
    with pytest.raises(ConflictError, match="as it is"):
        desk.do(office, offer_library.restore_offer, key)
    desk.do(office, offer_library.retire_offer, key)
    assert "tea" not in {row.code for row in desk.look(office, offer_library.list_offers)}
    with pytest.raises(ConflictError, match="already"):
        desk.do(office, offer_library.retire_offer, key)
    every = desk.look(office, offer_library.list_offers, with_retired=True)
    assert [row.cost for row in every if row.code == "tea"] == [500]
    desk.do(office, offer_library.restore_offer, key)
    with pytest.raises(NotFoundError):
        desk.do(office, offer_library.retire_offer, uuid.uuid4())
    while desk.made:
        desk.undo()
    assert desk.rows() == before


def test_that_the_numbers_behind_offers_are_settings(desk: Desk, office: Actor) -> None:
    assert desk.look(office, offer_library.settings) == OfferSettings()
    desk.do(office, offer_library.change_settings, OfferSettings(frozen_days=7))
    assert desk.look(office, offer_library.settings).frozen_days == 7


# ---------------------------------------------------------------- rules


def test_that_rules_are_added_moved_and_removed(desk: Desk, office: Actor) -> None:
    before = desk.rows()
    offer = make(desk)
    first = desk.look(office, offer_rules.list_rules)[0]
    key = desk.do(office, offer_rules.save_rule, RuleDraft(reason_group="price", offer_id=offer))
    assert desk.look(office, offer_rules.list_rules)[-1].id == key
    desk.do(office, offer_rules.move_rule, key, 1)
    rules = desk.look(office, offer_rules.list_rules)
    assert [rule.id for rule in rules[:2]] == [key, first.id]
    assert [rule.position for rule in rules] == list(range(1, len(rules) + 1))
    desk.do(office, offer_rules.save_rule, RuleDraft(kind=RuleKind.LAPSING), key)
    (changed,) = (rule for rule in desk.look(office, offer_rules.list_rules) if rule.id == key)
    assert (changed.position, changed.offer, changed.kind) == (1, None, RuleKind.LAPSING)
    desk.do(office, offer_rules.remove_rule, key)
    assert desk.look(office, offer_rules.list_rules)[0].id == first.id
    with pytest.raises(NotFoundError):
        desk.do(office, offer_rules.move_rule, key, 1)
    while desk.made:
        desk.undo()
    assert desk.rows() == before


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"reason_group": "weather"}, "reason_group"),
        ({"reason_code": "rain"}, "reason_code"),
        ({"offer_id": uuid.UUID(int=7)}, "offer_id"),
    ],
)
def test_that_a_rule_names_only_what_is_there(
    desk: Desk, office: Actor, draft: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        desk.do(office, offer_rules.save_rule, RuleDraft(**draft))
    assert [problem.field for problem in refused.value.problems] == [field]


def test_that_a_rule_cannot_take_up_a_retired_offer(desk: Desk, office: Actor) -> None:
    offer = make(desk)
    desk.do(office, offer_library.retire_offer, offer)
    with pytest.raises(InvalidInputError, match="not made any more"):
        desk.do(office, offer_rules.save_rule, RuleDraft(offer_id=offer))


def test_that_a_suggestion_names_its_rule_and_why_the_earlier_ones_do_not_fit(
    desk: Desk, agent: Actor, case: uuid.UUID
) -> None:
    reason(desk, case, "service_attitude")
    found = desk.look(agent, offers.suggest, case)
    assert found.offer is not None
    assert found.offer.code == "redo_free"
    assert found.rule is not None
    assert found.rule.reason_group == "service"
    assert [each.fits for each in found.checked] == [False] * (len(found.checked) - 1) + [True]
    service_a = next(each for each in found.checked if each.rule.reason_group == "service")
    assert service_a.mismatches == (Mismatch.KLASS,)
    lines = desk.look(agent, offer_rules.sentences, found.checked)
    assert lines[-1].startswith(f"Rule {found.rule.position} fits: Service")
    assert "another class of customer" in lines[-2]


def test_that_the_root_reason_counts_before_the_stated_one(
    desk: Desk, agent: Actor, case: uuid.UUID
) -> None:
    reason(desk, case, "service_attitude")
    reason(desk, case, "delivery_late", ReasonLayer.ROOT)
    found = desk.look(agent, offers.suggest, case)
    assert found.offer is not None
    assert found.offer.code == "delivery_guarantee"


def test_that_a_rule_may_say_that_nothing_is_offered(
    desk: Desk, agent: Actor, case: uuid.UUID
) -> None:
    reason(desk, case, "price_only_switcher")
    found = desk.look(agent, offers.suggest, case)
    assert (found.offer, found.obstacle) == (None, "")
    assert found.rule is not None


def test_that_without_a_rule_that_fits_nothing_is_offered(
    desk: Desk, agent: Actor, office: Actor, case: uuid.UUID
) -> None:
    for rule in desk.look(office, offer_rules.list_rules):
        desk.do(office, offer_rules.remove_rule, rule.id)
    found = desk.look(agent, offers.suggest, case)
    assert (found.offer, found.rule, found.checked) == (None, None, ())


def test_that_a_rule_whose_offer_is_retired_is_passed_over(
    desk: Desk, agent: Actor, office: Actor, case: uuid.UUID
) -> None:
    reason(desk, case, "service_attitude")
    library = {row.code: row.id for row in desk.look(office, offer_library.list_offers)}
    desk.do(office, offer_library.retire_offer, library["redo_free"])
    found = desk.look(agent, offers.suggest, case)
    assert found.offer is None or found.offer.code != "redo_free"
    with pytest.raises(ConflictError, match="not made any more"):
        desk.do(agent, offers.propose, case, library["redo_free"], "x")


def test_that_a_rule_that_was_used_is_taken_out_but_still_named(
    desk: Desk, agent: Actor, office: Actor, case: uuid.UUID
) -> None:
    reason(desk, case, "service_attitude")
    found = desk.look(agent, offers.suggest, case)
    assert found.offer is not None
    assert found.rule is not None
    made = desk.do(agent, offers.propose, case, found.offer.id, "wie die Regel sagt")
    assert made.rule_id == found.rule.id
    desk.do(office, offer_rules.remove_rule, found.rule.id)
    assert found.rule.id not in {r.id for r in desk.look(office, offer_rules.list_rules)}
    (row,) = desk.look(agent, offers.of_case, case).rows
    assert row.rule_id == found.rule.id


# ---------------------------------------------------------------- yes or no


def test_that_a_cheap_offer_may_be_made_at_once(desk: Desk, agent: Actor, case: uuid.UUID) -> None:
    before = desk.rows()
    offer = make(desk, valid_days=10)
    made = desk.do(agent, offers.propose, case, offer, " Stammkundin ")
    assert (made.state, made.justification) == (OfferState.APPROVED, "Stammkundin")
    assert (made.cost, made.ceiling) == (1000, offered.CEILING)
    assert (made.expires_on, made.rule_id) == (dt.date(2026, 9, 25), None)
    standing = desk.look(agent, offers.of_case, case)
    assert (standing.rows, standing.cost, standing.ceiling) == ((made,), 1000, offered.CEILING)
    assert standing.budget_left is None
    desk.undo()
    desk.undo()
    assert desk.rows() == before


@pytest.mark.parametrize(
    ("cost", "value", "why"),
    [
        (offered.CEILING, offered.WORTH, ()),
        (offered.CEILING + 1, offered.WORTH, (Need.CEILING,)),
        (1, None, (Need.VALUE_UNKNOWN,)),
        (0, None, ()),
    ],
)
def test_that_an_offer_above_the_ceiling_waits(
    desk: Desk,
    agent: Actor,
    manager: Actor,
    case: uuid.UUID,
    cost: int,
    value: int | None,
    why: tuple[Need, ...],
) -> None:
    desk.do(SYSTEM, offered.worth, case, value)
    made = desk.do(agent, offers.propose, case, make(desk, cost=cost), "x")
    assert made.state == (OfferState.WAITING if why else OfferState.APPROVED)
    found = desk.look(manager, offers.waiting)
    assert [each.needs for each in found] == ([why] if why else [])


def test_that_all_offers_on_a_case_count_against_its_ceiling(
    desk: Desk, agent: Actor, case: uuid.UUID
) -> None:
    offer = make(desk, cost=offered.CEILING - 999, cap_per_customer=2)
    assert desk.do(agent, offers.propose, case, offer, "x").state is OfferState.APPROVED
    assert desk.do(agent, offers.propose, case, offer, "x").state is OfferState.WAITING


def test_that_somebody_else_says_yes_or_no(
    desk: Desk, agent: Actor, manager: Actor, case: uuid.UUID
) -> None:
    made = desk.do(agent, offers.propose, case, make(desk, cost=10**6), "x")
    with pytest.raises(ConflictError):
        desk.do(agent, offers.answer, made.id, accepted=True)
    with pytest.raises(InvalidInputError, match="Say why"):
        desk.do(manager, offers.decide, made.id, approve=False)
    desk.do(manager, offers.decide, made.id, approve=False, note="zu teuer")
    (row,) = desk.look(agent, offers.of_case, case).rows
    assert (row.state, row.decided_by) == (OfferState.REFUSED, manager.name)
    assert row.decision_note == "zu teuer"
    desk.undo()
    desk.do(manager, offers.decide, made.id, approve=True)
    assert state(desk, case) == [OfferState.APPROVED]
    assert desk.look(manager, offers.waiting) == ()
    with pytest.raises(ConflictError, match="meanwhile"):
        desk.do(manager, offers.decide, made.id, approve=True)


def test_that_nobody_agrees_to_their_own_proposal(
    desk: Desk, manager: Actor, actors: dict[Role, Actor]
) -> None:
    case = desk.do(SYSTEM, offered.case, manager.user_id, store_id=manager.store_id)
    made = desk.do(manager, offers.propose, case, make(desk, cost=10**6), "x")
    assert [each.mine for each in desk.look(manager, offers.waiting)] == [True]
    for approve in (True, False):
        with pytest.raises(NotAllowedError, match="somebody else decides"):
            desk.do(manager, offers.decide, made.id, approve=approve, note="x")
    other = actors[Role.DEPT_MANAGER]
    assert [each.mine for each in desk.look(other, offers.waiting)] == [False]
    desk.do(other, offers.decide, made.id, approve=True)


def test_that_a_manager_decides_only_in_the_own_store(
    desk: Desk, agent: Actor, office: Actor, case: uuid.UUID
) -> None:
    made = desk.do(agent, offers.propose, case, make(desk, cost=10**6), "x")
    there = desk.do(SYSTEM, factories.add_store)
    stranger = desk.do(SYSTEM, factories.add_user, Role.STORE_MANAGER, there)
    assert desk.look(stranger, offers.waiting) == ()
    with pytest.raises(NotAllowedError):
        desk.do(stranger, offers.decide, made.id, approve=True)
    desk.do(office, offers.decide, made.id, approve=True)


def test_that_only_head_office_exceeds_a_budget(
    desk: Desk, agent: Actor, manager: Actor, office: Actor, case: uuid.UUID
) -> None:
    desk.do(office, offer_budget.set_budget, agent.store_id, MONTH, 1500)
    other = desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id)
    offer = make(desk, cost=1000)
    assert desk.do(agent, offers.propose, case, offer, "x").state is OfferState.APPROVED
    made = desk.do(agent, offers.propose, other, offer, "x")
    assert made.state is OfferState.WAITING
    (found,) = desk.look(manager, offers.waiting)
    assert found.needs == (Need.BUDGET,)
    with pytest.raises(NotAllowedError, match="head office decides"):
        desk.do(manager, offers.decide, made.id, approve=True)
    desk.do(office, offers.decide, made.id, approve=True)
    budget = desk.look(office, offer_budget.of_store, agent.store_id, MONTH)
    assert (budget.used, budget.left) == (2000, -500)


def test_that_a_manager_agrees_once_the_budget_covers_it_again(
    desk: Desk, agent: Actor, manager: Actor, office: Actor, case: uuid.UUID
) -> None:
    desk.do(office, offer_budget.set_budget, agent.store_id, MONTH, 999)
    made = desk.do(agent, offers.propose, case, make(desk), "x")
    desk.do(office, offer_budget.set_budget, agent.store_id, MONTH, 1000)
    desk.do(manager, offers.decide, made.id, approve=True)


def test_that_an_offer_needs_a_justification_and_an_assigned_case(
    desk: Desk, agent: Actor, case: uuid.UUID
) -> None:
    offer = make(desk)
    with pytest.raises(InvalidInputError, match="Say why"):
        desk.do(agent, offers.propose, case, offer, "  ")
    with pytest.raises(NotFoundError):
        desk.do(agent, offers.propose, case, uuid.uuid4(), "x")
    fresh = desk.do(SYSTEM, factories.open_case, store_id=agent.store_id)
    with pytest.raises(ConflictError, match="not assigned"):
        desk.do(agent, offers.propose, fresh, offer, "x")
    with pytest.raises(NotFoundError):
        desk.do(agent, offers.withdraw, uuid.uuid4())


# ---------------------------------------------------------------- shopping around


def another_case(desk: Desk, agent: Actor, case: uuid.UUID) -> uuid.UUID:
    """The same customer with another kind of departure and another reason."""
    customer = desk.look(SYSTEM, cases.case_file, case).row.customer_id
    draft = OpenDraft(kind=RuleKind.CANCEL_REQUEST)
    other = desk.do(SYSTEM, cases.open_case, customer, draft)
    desk.do(SYSTEM, cases.assign, [other], agent.user_id)
    desk.do(SYSTEM, offered.worth, other, offered.WORTH)
    reason(desk, other, "delivery_late")
    return other


def test_that_the_first_offer_stays_over_another_case_and_reason(
    desk: Desk, agent: Actor, manager: Actor, case: uuid.UUID
) -> None:
    first, second = make(desk, cap_per_customer=2), make(desk)
    made = desk.do(agent, offers.propose, case, first, "x")
    desk.do(agent, offers.answer, made.id, accepted=False)
    other = another_case(desk, agent, case)
    found = desk.look(agent, offers.suggest, other)
    assert found.offer is not None
    assert found.offer.id == first
    assert (found.rule, found.until) == (None, dt.date(2026, 12, 13))
    assert found.stays is not None
    assert found.stays.id == made.id
    shopped = desk.do(agent, offers.propose, other, second, "besteht darauf")
    assert shopped.state is OfferState.WAITING
    (waits,) = desk.look(manager, offers.waiting)
    assert waits.needs == (Need.ANOTHER,)
    again = desk.do(agent, offers.propose, other, first, "wie zuvor")
    assert again.state is OfferState.APPROVED


def test_that_it_stays_only_within_the_window(
    desk: Desk, agent: Actor, case: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    made = desk.do(agent, offers.propose, case, make(desk), "x")
    desk.do(agent, offers.answer, made.id, accepted=False)
    other = another_case(desk, agent, case)
    fixed_time.shift(dt.timedelta(days=89))
    assert desk.look(agent, offers.suggest, other).stays is not None
    fixed_time.shift(dt.timedelta(days=1))
    found = desk.look(agent, offers.suggest, other)
    assert found.stays is None
    assert found.offer is not None
    assert found.offer.code == "delivery_guarantee"


def test_that_nobody_gets_an_offer_more_often_than_it_is_made(
    desk: Desk, agent: Actor, case: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    offer = make(desk, valid_days=5)
    made = desk.do(agent, offers.propose, case, offer, "x")
    other = another_case(desk, agent, case)
    with pytest.raises(ConflictError, match="as often as it is made"):
        desk.do(agent, offers.propose, other, offer, "x")
    found = desk.look(agent, offers.suggest, other)
    assert found.offer is None
    assert "as often as it is made" in found.obstacle
    fixed_time.shift(dt.timedelta(days=6))  # nobody answered: it has run out
    with pytest.raises(ConflictError, match="good until 2026-09-20"):
        desk.do(agent, offers.answer, made.id, accepted=True)
    assert desk.look(agent, offers.of_case, case).cost == 0
    desk.do(agent, offers.propose, other, offer, "x")


def test_that_the_offer_that_stays_is_not_made_when_it_is_retired(
    desk: Desk, agent: Actor, office: Actor, case: uuid.UUID
) -> None:
    offer = make(desk, cap_per_customer=5)
    desk.do(agent, offers.propose, case, offer, "x")
    desk.do(office, offer_library.retire_offer, offer)
    found = desk.look(agent, offers.suggest, case)
    assert found.offer is None
    assert "not made any more" in found.obstacle


# ---------------------------------------------------------------- whom nothing is offered


@pytest.mark.parametrize("when", ["customer", "churn type", "override"])
def test_that_nothing_is_offered_in_bad_faith(
    desk: Desk, agent: Actor, office: Actor, case: uuid.UUID, when: str
) -> None:
    offer = make(desk)
    customer = desk.look(SYSTEM, cases.case_file, case).row.customer_id
    if when == "churn type":
        desk.do(SYSTEM, set_churn_type, case)
    else:
        desk.do(SYSTEM, factories.change_customer, customer, malicious_arrears=True)
    if when == "override":
        desk.do(office, cases.override_screening, case, "x")
    found = desk.look(agent, offers.suggest, case)
    assert found.offer is None
    assert "bad faith" in found.obstacle
    with pytest.raises(ConflictError, match="bad faith"):
        desk.do(agent, offers.propose, case, offer, "x")


def set_churn_type(session: Session, case_id: uuid.UUID) -> None:
    factories.name(session)
    session.get_one(Case, case_id).churn_type = "passive_malicious"


@pytest.mark.parametrize(
    "columns",
    [
        {"is_deceased": True},
        {"do_not_contact": True},
        {"switch_dates": ["2025-01-01", "2025-06-01", "2026-01-01"]},
    ],
)
def test_that_nothing_is_offered_to_who_is_not_pursued(
    desk: Desk, agent: Actor, manager: Actor, case: uuid.UUID, columns: dict[str, Any]
) -> None:
    offer = make(desk, cost=10**6)
    waits = desk.do(agent, offers.propose, case, offer, "x")
    customer = desk.look(SYSTEM, cases.case_file, case).row.customer_id
    desk.do(SYSTEM, factories.change_customer, customer, **columns)
    assert desk.look(agent, offers.suggest, case).offer is None
    with pytest.raises(ConflictError, match="Nothing is offered"):
        desk.do(agent, offers.propose, case, offer, "x")
    with pytest.raises(ConflictError, match="Nothing is offered"):
        desk.do(manager, offers.decide, waits.id, approve=True)
    desk.do(manager, offers.decide, waits.id, approve=False, note="x")


def test_that_a_closed_case_gets_no_offers_and_leaves_the_inbox(
    desk: Desk, agent: Actor, manager: Actor, case: uuid.UUID
) -> None:
    free, dear = make(desk, cost=0), make(desk, cost=10**6)
    made = desk.do(agent, offers.propose, case, free, "x")
    waits = desk.do(agent, offers.propose, case, dear, "x")
    desk.do(agent, cases.close, case, CloseDraft(outcome=Outcome.DO_NOT_PURSUE))
    assert desk.look(manager, offers.waiting) == ()
    assert "closed" in desk.look(agent, offers.suggest, case).obstacle
    for call in (
        lambda: desk.do(agent, offers.propose, case, free, "x"),
        lambda: desk.do(agent, offers.answer, made.id, accepted=True),
        lambda: desk.do(manager, offers.decide, waits.id, approve=True),
    ):
        with pytest.raises(ConflictError, match="closed"):
            call()
    assert state(desk, case) == [OfferState.WITHDRAWN, OfferState.WITHDRAWN]
    assert desk.look(agent, offers.of_case, case).cost == 0
    desk.undo()
    assert state(desk, case) == [OfferState.APPROVED, OfferState.WAITING]


# ---------------------------------------------------------------- what the customer says


def test_that_an_accepted_offer_books_its_cost_and_sets_the_approach(
    desk: Desk, agent: Actor, manager: Actor, case: uuid.UUID
) -> None:
    price = make(desk, cost=1000)
    relation = make(desk, cost=300, approach=Approach.RELATIONSHIP, goal=OfferGoal.GIFT)
    desk.made.clear()
    before = desk.rows()
    made = desk.do(agent, offers.propose, case, price, "x")
    assert desk.do(agent, offers.answer, made.id, accepted=True) == ""
    assert desk.look(agent, cases.case_file, case).approach is Approach.PRICE
    second = desk.do(agent, offers.propose, case, relation, "x")
    desk.do(manager, offers.decide, second.id, approve=True)
    desk.do(agent, offers.answer, second.id, accepted=True)
    assert desk.look(agent, cases.case_file, case).approach is Approach.MIXED
    spent = desk.look(agent, costs.of_case, case)
    assert [(row.kind, row.amount) for row in spent.rows] == [
        (CostKind.OFFER, 1000),
        (CostKind.GIFT, 300),
    ]
    for call in (
        lambda: desk.do(agent, offers.answer, made.id, accepted=False),
        lambda: desk.do(agent, offers.withdraw, made.id),
    ):
        with pytest.raises(ConflictError, match="meanwhile"):
            call()
    while desk.made:
        desk.undo()
    assert desk.rows() == before


def test_that_a_declined_offer_costs_nothing(desk: Desk, agent: Actor, case: uuid.UUID) -> None:
    made = desk.do(agent, offers.propose, case, make(desk, is_coupon=True), "x")
    assert desk.do(agent, offers.answer, made.id, accepted=False) == ""
    assert desk.look(agent, costs.of_case, case).rows == ()
    assert desk.look(agent, coupons.of_case, case) == ()
    assert desk.look(agent, cases.case_file, case).approach is None


# ---------------------------------------------------------------- equal treatment


def test_that_different_offers_for_the_same_reason_and_class_are_listed(
    desk: Desk, agent: Actor, manager: Actor, case: uuid.UUID
) -> None:
    x, y = make(desk), make(desk)
    others = [
        desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id) for _n in range(3)
    ]
    for one in (case, *others[:2]):
        reason(desk, one, "price_increase")
    reason(desk, others[2], "delivery_late")
    for one, offer, why in (
        (case, x, "treu"),
        (others[0], y, "laut"),
        (others[2], y, "andere Gründe"),
    ):
        desk.do(agent, offers.propose, one, offer, why)
    withdrawn = desk.do(agent, offers.propose, others[1], y, "zurück")
    desk.do(agent, offers.withdraw, withdrawn.id)
    (group,) = desk.look(manager, offers.equal_treatment)
    assert group.reason_group == "price"
    assert [(row.offer_id, row.justification) for row in group.rows] == [(x, "treu"), (y, "laut")]
    today = dt.date(2026, 9, 15)
    assert desk.look(manager, offers.equal_treatment, today, today, manager.store_id) == (group,)
    day = dt.timedelta(days=1)
    assert desk.look(manager, offers.equal_treatment, today + day) == ()
    assert desk.look(manager, offers.equal_treatment, None, today - day) == ()
    assert desk.look(manager, offers.equal_treatment, store_id=uuid.uuid4()) == ()
