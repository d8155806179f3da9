"""The inbox of who decides, and what Today says of it."""

import uuid

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from db.models import CaseOffer
from db.session import SYSTEM, Actor, Database, Session
from db.vocabulary import OfferState, Role
from desktop_app import clock
from desktop_app.domain.permissions import Action, allowed
from desktop_app.services import offer_budget, offers
from desktop_app.ui.offer_notice import OfferNotice
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.approvals import ApprovalsPage
from tests import factories, offered
from tests.factories import Desk
from tests.ui.casework import activate, nameless, press
from tests.ui.shop import Stage
from tests.ui.test_narrow_windows import NARROW, WIDE, sized, whole

DEAR = offered.CEILING + 100


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def waiting(database: Database, agent: Actor) -> list[offers.CaseOfferRow]:
    """Two offers of the agent that wait, the first one longest."""
    desk = Desk(database)
    found = []
    for name in ("王芳", "李雷"):
        case = desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id, name=name)
        offer = desk.do(SYSTEM, offered.offer, cost=DEAR)
        found.append(desk.do(agent, offers.propose, case, offer, f"{name}很重要"))
    return found


def state(stage: Stage, row: offers.CaseOfferRow) -> OfferState:
    (found,) = stage.read(offers.of_case, row.case_id).rows
    made: OfferState = found.state
    return made


def shown(stage: Stage) -> ApprovalsPage:
    page: ApprovalsPage = stage.show(ApprovalsPage)
    stage.wait(lambda: page.table.count() == 2 and page.table.current_row() is not None)
    activate(page)
    page.table.focus()
    return page


def test_that_offers_are_decided_by_one_key_each(
    stage: Stage, waiting: list[offers.CaseOfferRow]
) -> None:
    page = shown(stage)
    first, second = waiting
    assert page.table.current_row().id == first.id
    assert first.justification in page.detail.justification.text()
    assert not page.detail.budget.isVisible()
    stage.run(page, "approval.next")
    assert second.justification in page.detail.justification.text()
    stage.run(page, "approval.previous")
    press(Qt.Key.Key_Return)
    assert stage.went() == [("case-file", first.case_id)]
    stage.run(page, "approval.approve")
    stage.wait(lambda: page.table.count() == 1)
    assert state(stage, first) is OfferState.APPROVED
    assert page.table.current_row().id == second.id  # it went on by itself
    stage.run(page, "approval.refuse")
    stage.submit(page, why="zu teuer")
    stage.wait(lambda: page.table.count() == 0)
    assert state(stage, second) is OfferState.REFUSED
    assert page.table.empty.isVisible()
    assert nameless(page) == []


def test_that_the_own_offer_and_one_over_budget_say_why_they_cannot_be_approved(
    stage: Stage, database: Database, agent: Actor, admin: Actor
) -> None:
    desk = Desk(database)
    case = desk.do(SYSTEM, offered.case, admin.user_id, store_id=agent.store_id)
    month = offer_budget.month_of(clock.today())
    desk.do(SYSTEM, offer_budget.set_budget, agent.store_id, month, 500)
    offer = desk.do(SYSTEM, offered.offer, cost=DEAR)
    mine = desk.do(admin, offers.propose, case, offer, "weil")
    page: ApprovalsPage = stage.show(ApprovalsPage)
    stage.wait(lambda: page.table.current_row() is not None)
    assert "yourself" in page.detail.obstacle.text()
    assert page.detail.budget.isVisible()
    assert "approval.approve" not in page.actions()
    assert "approval.refuse" not in page.actions()
    assert state(stage, mine) is OfferState.WAITING


def test_that_today_counts_what_waits_and_leads_there(
    stage: Stage, waiting: list[offers.CaseOfferRow], admin: Actor
) -> None:
    assert allowed(admin.role, Action.APPROVE_OFFER)
    page: ApprovalsPage = shown(stage)
    notice = OfferNotice(page)
    stage.qtbot.addWidget(notice)
    notice.load()
    stage.wait(lambda: "2" in notice.waiting.text())
    assert not notice.waiting.isHidden()
    assert notice.answered.isHidden()
    notice.waiting.click()
    assert stage.went()[-1] == ("approvals", None)


def test_that_a_decision_leads_to_its_case(
    stage: Stage,
    waiting: list[offers.CaseOfferRow],
    database: Database,
    actors: dict[Role, Actor],
) -> None:
    desk = Desk(database)
    for row in waiting:
        desk.do(SYSTEM, propose_as, row.id, actors[Role.ADMINISTRATOR].user_id)
        desk.do(actors[Role.STORE_MANAGER], offers.decide, row.id, approve=True)
    page: ApprovalsPage = stage.show(ApprovalsPage)
    notice = OfferNotice(page)
    stage.qtbot.addWidget(notice)
    notice.load()
    stage.wait(lambda: "2" in notice.answered.text())
    notice.answered.click()
    (menu,) = notice.findChildren(QMenu)
    assert [action.text().split(":")[0] for action in menu.actions()] == ["王芳", "李雷"]
    menu.actions()[1].trigger()
    menu.close()
    assert stage.went()[-1] == ("case-file", waiting[1].case_id)


def propose_as(session: Session, made: uuid.UUID, user: uuid.UUID | None) -> None:
    factories.name(session)
    session.get_one(CaseOffer, made).by_id = user


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["960", "1280"])
def test_that_the_inbox_is_whole_in_a_narrow_window(
    stage: Stage, waiting: list[offers.CaseOfferRow], size: tuple[int, int]
) -> None:
    page = shown(stage)
    sized(page, size)
    whole(stage, page)
