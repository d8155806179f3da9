"""What is learnt after a case, and what a loss costs before the call."""

import uuid
from datetime import date, timedelta
from fractions import Fraction

import pytest

from db.models import Case, CaseReview
from db.session import Actor, Session
from db.vocabulary import CustomerClass, Outcome, Role, RuleKind, SaveState
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.offers import OfferSettings
from desktop_app.errors import ConflictError, InvalidInputError, NotAllowedError
from desktop_app.services import case_reviews, cases, offer_library, outcome_settings, watch
from desktop_app.services.case_reviews import ReviewDraft, ReviewFilter
from desktop_app.services.outcome_settings import OutcomeSettings
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

TODAY = date(2026, 9, 15)
LESSON = ReviewDraft(was_avoidable=True, lesson="报价晚了两周", improvement="三天内报价")


def ended(session: Session, outcome: Outcome, customer: uuid.UUID | None = None) -> uuid.UUID:
    """A case closed today; a lost one with a refusal."""
    case_id = factories.open_case(session, customer)
    draft = CloseDraft(outcome=outcome, root_reason="unknown_other", note="x")
    cases.close(session, case_id, draft)
    return case_id


def best_customer(desk: Desk, admin: Actor) -> uuid.UUID:
    """A class A customer among others who buy little."""
    best, *others = (desk.do(admin, factories.add_customer) for _number in range(6))
    desk.do(admin, factories.add_orders, best, [(TODAY - timedelta(days=40), 1_000_000)])
    for other in others:
        desk.do(admin, factories.add_orders, other, [(TODAY - timedelta(days=40), 100)])
    return best


def due(desk: Desk, who: Actor, **criteria: object) -> list[uuid.UUID]:
    return [row.id for row in desk.look(who, case_reviews.due, ReviewFilter(**criteria))]


def test_that_lost_cases_and_those_of_class_a_are_due_the_dearest_first(
    desk: Desk, admin: Actor
) -> None:
    best = best_customer(desk, admin)
    lost = desk.do(admin, ended, Outcome.LOST)
    dear = desk.do(admin, ended, Outcome.SAVED, best)
    desk.do(admin, ended, Outcome.SAVED)
    desk.do(admin, ended, Outcome.DUPLICATE, best)
    desk.do(admin, factories.open_case)
    assert due(desk, admin) == [dear, lost]
    assert desk.look(admin, case_reviews.count) == 2
    row = desk.look(admin, case_reviews.due)[0]
    assert (row.klass, row.outcome, row.value_at_stake) == (
        CustomerClass.A, Outcome.SAVED, 1_000_000,
    )  # fmt: skip


def test_that_a_save_that_did_not_hold_is_due_too(desk: Desk, admin: Actor) -> None:
    case_id = desk.do(admin, ended, Outcome.SAVED)

    def long_ago(session: Session) -> None:
        factories.name(session)
        case = session.get_one(Case, case_id)
        case.closed_on, case.watch_until = TODAY - timedelta(90), TODAY - timedelta(60)

    desk.do(admin, long_ago)
    desk.do(admin, factories.add_orders, desk.do(admin, factories.add_customer), [(TODAY, 100)])
    desk.do(admin, watch.judge_all)
    (row,) = desk.look(admin, case_reviews.due)
    assert (row.id, row.save_state) == (case_id, SaveState.LOST_DEFLECT)


def test_that_the_period_and_the_store_narrow_the_list(desk: Desk, admin: Actor) -> None:
    case_id = desk.do(admin, ended, Outcome.LOST)
    assert due(desk, admin, closed_from=TODAY, closed_until=TODAY) == [case_id]
    assert due(desk, admin, closed_from=TODAY + timedelta(days=1)) == []
    assert due(desk, admin, closed_until=TODAY - timedelta(days=1)) == []
    assert due(desk, admin, store_id=admin.store_id) == []


def test_that_a_review_is_saved_changed_and_undone(desk: Desk, admin: Actor) -> None:
    case_id = desk.do(admin, ended, Outcome.LOST)
    desk.do(admin, case_reviews.save, case_id, LESSON)
    assert due(desk, admin) == []
    (row,) = desk.look(admin, case_reviews.due, ReviewFilter(done=True))
    assert (row.was_avoidable, row.lesson, row.improvement, row.by) == (
        True, "报价晚了两周", "三天内报价", "administrator",
    )  # fmt: skip
    made = len(desk.made)
    desk.do(admin, case_reviews.save, case_id, LESSON)
    assert len(desk.made) == made
    desk.do(admin, case_reviews.save, case_id, ReviewDraft(lesson="另一课"))
    found = desk.look(admin, case_reviews.load, case_id)
    assert found is not None
    assert (found.lesson, found.was_avoidable) == ("另一课", None)
    desk.undo()
    found = desk.look(admin, case_reviews.load, case_id)
    assert found is not None
    assert found.lesson == "报价晚了两周"
    desk.undo()
    assert due(desk, admin) == [case_id]
    assert desk.look(admin, lambda session: session.query(CaseReview).count()) == 0


def test_that_a_manager_decides_what_changes_after_the_lesson(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    case_id = desk.do(admin, ended, Outcome.LOST)
    with pytest.raises(ConflictError, match="Write down the lesson first"):
        desk.do(admin, case_reviews.decide, case_id, "三天内报价")
    desk.do(admin, case_reviews.save, case_id, ReviewDraft(lesson="报价晚了"))
    assert due(desk, admin, done=True, is_decided=False) == [case_id]
    with pytest.raises(InvalidInputError, match="what is to change"):
        desk.do(admin, case_reviews.decide, case_id, "  ")
    with pytest.raises(NotAllowedError):
        desk.do(agent, case_reviews.decide, case_id, "x")
    desk.do(admin, case_reviews.decide, case_id, " 三天内报价 ")
    assert due(desk, admin, done=True, is_decided=False) == []
    assert due(desk, admin, done=True, is_decided=True) == [case_id]
    desk.do(admin, case_reviews.save, case_id, ReviewDraft(lesson="报价晚了两周"))
    row = desk.look(admin, case_reviews.load, case_id)
    assert row is not None
    assert (row.lesson, row.improvement, row.is_wanted) == ("报价晚了两周", "三天内报价", True)


def test_that_an_open_case_is_not_looked_back_on(desk: Desk, admin: Actor) -> None:
    case_id = desk.do(admin, factories.open_case)
    assert desk.look(admin, case_reviews.load, case_id) is None
    with pytest.raises(ConflictError, match="still open"):
        desk.do(admin, case_reviews.save, case_id, LESSON)


def test_that_an_agent_sees_and_writes_only_of_own_cases(
    desk: Desk, admin: Actor, actors: dict[Role, Actor]
) -> None:
    agent = actors[Role.AGENT]
    other = desk.do(admin, factories.add_user, Role.AGENT, admin.store_id)
    mine = desk.do(admin, factories.assigned_case, agent.user_id)
    theirs = desk.do(admin, factories.assigned_case, other.user_id)
    for case_id in (mine, theirs):
        draft = CloseDraft(outcome=Outcome.LOST, root_reason="unknown_other", note="x")
        desk.do(admin, cases.close, case_id, draft)
    assert due(desk, agent) == [mine]
    desk.do(agent, case_reviews.save, mine, LESSON)
    with pytest.raises(NotAllowedError, match="belongs to somebody else"):
        desk.do(agent, case_reviews.save, theirs, LESSON)


def test_that_the_cost_of_the_loss_is_what_the_formula_says(desk: Desk, admin: Actor) -> None:
    best = best_customer(desk, admin)
    case_id = desk.do(admin, factories.open_case, best)
    loss = desk.look(admin, case_reviews.cost_of_loss, case_id)
    assert loss is not None
    settings = OfferSettings()
    assert (settings.margin_percent, settings.churn_percent, settings.discount_percent) == (
        30, 30, 8,
    )  # fmt: skip
    kept = Fraction(70, 100) / Fraction(108, 100)
    assert loss.yearly == 300_000
    assert loss.cost.margin == round(300_000 / (1 - kept))  # the sum of a geometric series
    assert (loss.cost.replacement, loss.replacement_known, loss.is_at_most) == (0, False, False)
    desk.do(admin, outcome_settings.change, OutcomeSettings(acquisition=5_000))
    desk.do(admin, offer_library.change_settings, settings.model_copy(update={"margin_percent": 0}))
    known = desk.look(admin, case_reviews.cost_of_loss, case_id)
    assert known is not None
    assert (known.cost.margin, known.cost.replacement, known.cost.total) == (0, 50_000, 50_000)
    assert known.replacement_known


def test_that_part_of_the_business_costs_at_most_as_much(desk: Desk, admin: Actor) -> None:
    best = best_customer(desk, admin)
    case_id = desk.do(admin, factories.open_case, best, RuleKind.PRODUCT_LINE_STOP)
    loss = desk.look(admin, case_reviews.cost_of_loss, case_id)
    assert loss is not None
    assert loss.is_at_most


def test_that_nothing_is_said_of_a_customer_whose_value_is_not_known(
    desk: Desk, admin: Actor
) -> None:
    case_id = desk.do(admin, factories.open_case)
    assert desk.look(admin, case_reviews.cost_of_loss, case_id) is None
