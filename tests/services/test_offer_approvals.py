"""Who says yes to an offer, what may be offered at all, and what an undo may not bring back."""

import uuid

import pytest

from db.models import User
from db.queries.journal import ChangeSetFilter
from db.session import SYSTEM, Actor, Session
from db.vocabulary import OfferState, Role
from desktop_app.domain.offers import Need, RuleDraft
from desktop_app.errors import ConflictError, NotAllowedError, NotFoundError
from desktop_app.services import (
    cases,
    history,
    journal,
    offer_approvals,
    offer_budget,
    offer_options,
    offer_rules,
    offers,
    staff,
)
from desktop_app.services.change_words import title_text
from tests import factories, offered
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")
MONTH = "2026-09"
DEAR = offered.CEILING + 100


@pytest.fixture
def manager(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.STORE_MANAGER]


@pytest.fixture
def office(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.HEAD_OFFICE]


def a_case(desk: Desk, who: Actor) -> uuid.UUID:
    return desk.do(SYSTEM, offered.case, who.user_id, store_id=who.store_id)


def waits(desk: Desk, who: Actor, cost: int = DEAR) -> uuid.UUID:
    """An offer that somebody proposed and that waits for a yes."""
    offer = desk.do(SYSTEM, offered.offer, cost=cost)
    row = desk.do(who, offers.propose, a_case(desk, who), offer, "seit zehn Jahren da")
    assert row.state is OfferState.WAITING
    return row.id


def leave(session: Session, *staying: uuid.UUID | None) -> None:
    """Nobody is active any more but some."""
    factories.name(session)
    for user in session.query(User):
        user.is_active = user.id in staying


def row_of(desk: Desk, made: uuid.UUID) -> offers.CaseOfferRow:
    found = desk.look(SYSTEM, offer_approvals.waiting)
    return next(one.row for one in found if one.row.id == made)


def state(desk: Desk, case: uuid.UUID) -> list[OfferState]:
    return [row.state for row in desk.look(SYSTEM, offers.of_case, case).rows]


def last_title(desk: Desk, who: Actor) -> str:
    rows = desk.look(SYSTEM, history.list_change_sets, ChangeSetFilter(), None, 0, 10**6)
    (row,) = (each for each in rows if each.id == desk.made[-1])
    assert row.actor == who.name
    return title_text(row.title, row.args)


# ---------------------------------------------------------------- the inbox


def test_that_the_inbox_says_what_is_at_stake_and_why_somebody_cannot_agree(
    desk: Desk, agent: Actor, manager: Actor, office: Actor
) -> None:
    desk.do(office, offer_budget.set_budget, agent.store_id, MONTH, 500)
    made = waits(desk, agent)
    (mine,) = desk.look(manager, offer_approvals.waiting)
    assert (mine.row.id, mine.row.value, mine.together) == (made, offered.WORTH, DEAR)
    assert (mine.budget_left, mine.needs) == (500, (Need.CEILING, Need.BUDGET))
    assert "head office" in mine.obstacle
    (theirs,) = desk.look(office, offer_approvals.waiting)
    assert theirs.obstacle == ""
    assert desk.look(manager, offer_approvals.count_waiting) == 1
    with pytest.raises(NotAllowedError, match="head office"):
        desk.do(manager, offer_approvals.decide, made, approve=True)
    desk.do(office, offer_approvals.decide, made, approve=True)
    assert desk.look(manager, offer_approvals.count_waiting) == 0


def test_that_the_only_one_who_can_agree_agrees_to_the_own_offer_and_it_is_recorded(
    desk: Desk, manager: Actor
) -> None:
    made = waits(desk, manager)
    (before,) = desk.look(manager, offer_approvals.waiting)
    assert before.mine
    assert "yourself" in before.obstacle
    with pytest.raises(NotAllowedError, match="somebody else decides"):
        desk.do(manager, offer_approvals.decide, made, approve=False, note="zu teuer")
    desk.do(SYSTEM, leave, manager.user_id)
    (alone,) = desk.look(manager, offer_approvals.waiting)
    assert alone.obstacle == ""
    case = alone.row.case_id
    desk.do(manager, offer_approvals.decide, made, approve=True)
    (row,) = desk.look(manager, offers.of_case, case).rows
    assert (row.state, row.is_own_decision) == (OfferState.APPROVED, True)
    assert "nobody else can" in last_title(desk, manager)
    assert desk.look(manager, offer_approvals.answered) == ()  # it is no news


def test_that_somebody_of_another_store_is_nobody_else(desk: Desk, manager: Actor) -> None:
    made = waits(desk, manager)
    draft = staff.StoreDraft(code="far", name="Far away")
    store = desk.do(SYSTEM, staff.add_store, draft)
    far = staff.UserDraft(login="far", name="Far", role=Role.STORE_MANAGER, store_id=store)
    desk.do(SYSTEM, leave, manager.user_id)
    desk.do(SYSTEM, staff.add_user, far)
    desk.do(manager, offer_approvals.decide, made, approve=True)
    near = far.model_copy(update={"login": "near", "name": "Near", "store_id": manager.store_id})
    desk.undo()
    desk.do(SYSTEM, staff.add_user, near)
    with pytest.raises(NotAllowedError, match="Near"):
        desk.do(manager, offer_approvals.decide, made, approve=True)


def test_that_a_decision_is_news_to_who_proposed_until_it_is_acted_on(
    desk: Desk, agent: Actor, manager: Actor
) -> None:
    yes, no = waits(desk, agent), waits(desk, agent)
    desk.do(manager, offer_approvals.decide, yes, approve=True)
    desk.do(manager, offer_approvals.decide, no, approve=False, note="zu viel")
    found = {row.id: row for row in desk.look(agent, offer_approvals.answered)}
    assert {key: row.state for key, row in found.items()} == {
        yes: OfferState.APPROVED,
        no: OfferState.REFUSED,
    }
    assert desk.look(manager, offer_approvals.answered) == ()
    assert desk.look(SYSTEM, offer_approvals.answered) == ()
    desk.do(agent, offers.answer, yes, accepted=True)
    again = desk.do(agent, offers.send_again, no, "sie bleibt sonst nicht")
    assert again.state is OfferState.WAITING
    assert desk.look(agent, offer_approvals.answered) == ()
    assert state(desk, found[no].case_id) == [OfferState.REFUSED, OfferState.WAITING]


def test_that_what_stands_is_withdrawn_before_it_is_proposed_again(
    desk: Desk, agent: Actor
) -> None:
    case = a_case(desk, agent)
    offer = desk.do(SYSTEM, offered.offer)  # once a year
    first = desk.do(agent, offers.propose, case, offer, "a")
    second = desk.do(agent, offers.send_again, first.id, "b")
    assert state(desk, case) == [OfferState.WITHDRAWN, OfferState.APPROVED]
    desk.undo()
    assert state(desk, case) == [OfferState.APPROVED]
    desk.do(agent, offers.answer, first.id, accepted=True)
    with pytest.raises(ConflictError, match="answered"):
        desk.do(agent, offers.send_again, first.id, "c")
    assert second.justification == "b"


# ---------------------------------------------------------------- what may be offered


def test_that_the_options_say_before_what_needs_approval(
    desk: Desk, agent: Actor, office: Actor
) -> None:
    case = a_case(desk, agent)
    cheap, dear, once = (desk.do(SYSTEM, offered.offer, cost=cost) for cost in (1000, DEAR, 2000))
    rule = desk.do(office, offer_rules.save_rule, RuleDraft(offer_id=dear))
    desk.do(office, offer_rules.move_rule, rule, 1)
    found = desk.look(agent, offer_options.options, case)
    by_offer = {option.offer.id: option for option in found.options}
    assert found.options[0].offer.id == dear  # what the rules say comes first
    assert found.options[0].is_suggested
    assert by_offer[dear].needs == (Need.CEILING,)
    assert by_offer[cheap].needs == ()
    desk.do(agent, offers.propose, case, once, "x")
    found = desk.look(agent, offer_options.options, case)
    assert [row.id for row in found.had] == [once]
    assert once not in {option.offer.id for option in found.options}
    needs = {option.offer.id: option.needs for option in found.options}
    assert needs[cheap] == (Need.ANOTHER,)


def test_that_nothing_may_be_chosen_where_nothing_may_be_offered(desk: Desk, agent: Actor) -> None:
    case = a_case(desk, agent)
    customer = desk.look(SYSTEM, cases.case_file, case).row.customer_id
    desk.do(SYSTEM, factories.change_customer, customer, malicious_arrears=True)
    found = desk.look(agent, offer_options.options, case)
    assert found.options == ()
    assert "bad faith" in found.obstacle


def test_that_the_rules_are_tried_out_on_a_case(desk: Desk, agent: Actor) -> None:
    case = a_case(desk, agent)
    number = desk.look(SYSTEM, cases.case_file, case).row.number
    tried = desk.look(agent, offer_options.try_out, f" {number} ")
    assert tried.case_id == case
    assert number in tried.title
    assert len(tried.sentences) == len(tried.suggestion.checked)
    with pytest.raises(NotFoundError):
        desk.look(agent, offer_options.try_out, "nothing")


# ---------------------------------------------------------------- budgets of all stores


def test_that_every_store_stands_in_the_list_of_budgets(
    desk: Desk, agent: Actor, manager: Actor, office: Actor
) -> None:
    desk.do(office, offer_budget.set_budget, agent.store_id, MONTH, 900)
    every = desk.look(office, offer_budget.overview, MONTH)
    assert every[-1].store_id is None
    assert {row.store_id: row.amount for row in every}[agent.store_id] == 900
    assert len(every) == len(desk.look(office, staff.list_stores)) + 1
    seen = desk.look(manager, offer_budget.overview, MONTH)
    assert [row.store_id for row in seen] == [manager.store_id, None]


# ---------------------------------------------------------------- undo and redo


def undo_last(desk: Desk, who: Actor) -> uuid.UUID:
    """Undo the newest change as a person does; gives the undo, to be undone in turn."""
    return desk.do(who, _undo, desk.made[-1])


def _undo(session: Session, change_set_id: uuid.UUID) -> uuid.UUID:
    journal.undo(session, change_set_id)
    return change_set_id


def test_that_a_redo_does_not_make_an_offer_more_often_than_it_is_made(
    desk: Desk, agent: Actor
) -> None:
    case = a_case(desk, agent)
    offer = desk.do(SYSTEM, offered.offer)
    desk.do(agent, offers.propose, case, offer, "a")
    undo_last(desk, agent)
    redo = desk.made[-1]
    desk.do(agent, offers.propose, case, offer, "b")
    with pytest.raises(
        ConflictError, match="back into force, but the customer has had it as often"
    ):
        desk.do(agent, journal.undo, redo)
    assert [row.justification for row in desk.look(agent, offers.of_case, case).rows] == ["b"]


def test_that_a_redo_does_not_exceed_the_ceiling(desk: Desk, agent: Actor) -> None:
    case = a_case(desk, agent)
    half = offered.CEILING // 2 + 1
    one = desk.do(SYSTEM, offered.offer, cost=half, cap_per_customer=9)
    desk.do(agent, offers.propose, case, one, "a")
    undo_last(desk, agent)
    redo = desk.made[-1]
    desk.do(agent, offers.propose, case, one, "b")
    with pytest.raises(ConflictError, match="ceiling"):
        desk.do(agent, journal.undo, redo)


def test_that_a_redo_does_not_exceed_the_budget_but_head_office_may(
    desk: Desk, agent: Actor, office: Actor
) -> None:
    desk.do(office, offer_budget.set_budget, agent.store_id, MONTH, 1500)
    first, second = a_case(desk, agent), a_case(desk, agent)
    one, other = desk.do(SYSTEM, offered.offer), desk.do(SYSTEM, offered.offer)
    made = desk.do(agent, offers.propose, first, one, "a")
    desk.do(agent, offers.withdraw, made.id)
    taken_back = desk.made[-1]
    desk.do(agent, offers.propose, second, other, "b")
    with pytest.raises(ConflictError, match="budget"):
        desk.do(agent, journal.undo, taken_back)
    assert state(desk, first) == [OfferState.WITHDRAWN]
    desk.do(office, journal.undo, taken_back)
    assert state(desk, first) == [OfferState.APPROVED]


def test_that_an_undo_that_frees_or_changes_nothing_is_let_through(
    desk: Desk, agent: Actor, manager: Actor
) -> None:
    made = waits(desk, agent)
    case = row_of(desk, made).case_id
    desk.do(manager, offer_approvals.decide, made, approve=True)
    desk.do(agent, offers.answer, made, accepted=False)
    undo_last(desk, agent)  # the customer did not decline after all
    assert state(desk, case) == [OfferState.APPROVED]
    desk.do(agent, offers.answer, made, accepted=True)
    undo_last(desk, agent)
    assert state(desk, case) == [OfferState.APPROVED]
