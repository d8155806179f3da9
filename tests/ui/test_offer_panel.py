"""Offers on the page of a case: what is suggested, making one, what the customer says."""

import uuid

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.models import Offer
from db.session import SYSTEM, Actor, Database, Session
from db.vocabulary import CostKind, OfferState, Role
from desktop_app.domain.offers import RuleDraft
from desktop_app.services import cases, costs, coupons, offer_rules, offers
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from tests import factories, offered
from tests.factories import Desk
from tests.ui.casework import activate, nameless, press, type_text
from tests.ui.shop import Stage

DEAR = offered.CEILING + 100


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def case_id(desk: Desk, admin: Actor) -> uuid.UUID:
    case: uuid.UUID = desk.do(SYSTEM, offered.case, admin.user_id, name="王小明")
    return case


def library(desk: Desk, *, first: uuid.UUID | None = None) -> None:
    """Only what a test adds is offered; `first` is what the rules lead to."""

    def clear(session: Session) -> None:
        factories.name(session)
        for offer in session.query(Offer).filter(Offer.origin == "shipped"):
            offer.retired_on = offer.created_at.date()

    desk.do(SYSTEM, clear)
    if first is not None:
        rule = desk.do(SYSTEM, offer_rules.save_rule, RuleDraft(offer_id=first))
        desk.do(SYSTEM, offer_rules.move_rule, rule, 1)


def shown(stage: Stage, case_id: uuid.UUID) -> CaseFilePage:
    page: CaseFilePage = stage.show(CaseFilePage, case_id)
    stage.wait(lambda: page.offers.data is not None)
    return page


def rows(stage: Stage, case_id: uuid.UUID) -> tuple[offers.CaseOfferRow, ...]:
    found: tuple[offers.CaseOfferRow, ...] = stage.read(offers.of_case, case_id).rows
    return found


def chips(page: CaseFilePage) -> str:
    return " ".join(text for text, _tone in page.offers.chips())


def test_that_an_offer_is_made_by_one_digit_and_accepted_by_one_key(
    stage: Stage, desk: Desk, case_id: uuid.UUID
) -> None:
    offer = desk.do(SYSTEM, offered.offer, is_coupon=True, en_words="Here is a voucher.")
    desk.do(SYSTEM, offered.offer, cost=DEAR)
    library(desk, first=offer)
    page = shown(stage, case_id)
    panel = page.offers
    assert "Offer" in panel.suggested.text()
    assert "Rule 1" in panel.why.text()
    assert "Here is a voucher." in panel.words.text()
    activate(page)
    stage.run(page, "case.offer")
    dialog = stage.dialog(page)
    assert dialog.form.values()["offer"] == str(offer)  # what the rules say is chosen already
    assert "As the rules say" in dialog.form.values()["justification"]
    dialog.form.focus_first()
    press(Qt.Key.Key_2)
    words = " ".join(label.text() for label in dialog.form.findChildren(type(panel.words)))
    assert "Needs approval: The offers on this case cost more" in words
    dialog.form.focus_first()
    press(Qt.Key.Key_1)
    type_text("x")  # the digit went on to the justification
    dialog.submit()
    stage.wait(lambda: rows(stage, case_id))
    stage.wait(lambda: panel.table.current_row() is not None)
    assert rows(stage, case_id)[0].state is OfferState.APPROVED
    assert panel.buttons["offer.accept"].isVisible()
    stage.run(page, "offer.accept")
    stage.wait(lambda: rows(stage, case_id)[0].coupon)
    code = rows(stage, case_id)[0].coupon
    stage.wait(lambda: code in panel.details.text())
    assert not panel.buttons["offer.accept"].isVisible()
    stage.run(page, "offer.redeem")
    assert stage.dialog(page).form.values()["code"] == code
    stage.submit(page)
    assert stage.read(coupons.find, code).redeemed_on is not None
    assert nameless(page) == []


def test_that_an_offer_that_waits_shows_as_a_chip_and_comes_back_with_its_decision(
    stage: Stage, desk: Desk, case_id: uuid.UUID, actors: dict[Role, Actor]
) -> None:
    offer = desk.do(SYSTEM, offered.offer, cost=DEAR)
    made = desk.do(actors[Role.ADMINISTRATOR], offers.propose, case_id, offer, "weil")
    page = shown(stage, case_id)
    stage.wait(lambda: page.offers.table.current_row() is not None)
    assert chips(page) == "Offer waits for approval"
    assert "offer.accept" not in page.actions()
    desk.do(actors[Role.HEAD_OFFICE], offers.decide, made.id, approve=False, note="zu teuer")
    page.load()
    stage.wait(lambda: chips(page) == "Offer not approved")
    assert "zu teuer" in page.offers.details.text()
    stage.run(page, "offer.again")
    stage.submit(page, why="sie bleibt sonst nicht")
    stage.wait(lambda: len(rows(stage, case_id)) == 2)
    assert [row.state for row in rows(stage, case_id)] == [OfferState.REFUSED, OfferState.WAITING]
    stage.wait(lambda: chips(page) == "Offer waits for approval")
    stage.run(page, "offer.withdraw")
    stage.wait(lambda: rows(stage, case_id)[1].state is OfferState.WITHDRAWN)


def test_that_the_first_offer_stays_and_the_panel_says_why(
    stage: Stage, desk: Desk, case_id: uuid.UUID, admin: Actor
) -> None:
    offer = desk.do(SYSTEM, offered.offer, cap_per_customer=2)
    desk.do(admin, offers.propose, case_id, offer, "weil")
    page = shown(stage, case_id)
    stage.wait(page.offers.frozen.isVisible)
    assert "shopping around" in page.offers.why.text()
    stage.wait(lambda: page.offers.table.current_row() is not None)
    stage.run(page, "offer.refuse")
    stage.wait(lambda: rows(stage, case_id)[0].state is OfferState.DECLINED)


def test_that_a_cost_is_booked_and_old_words_stay_readable(
    stage: Stage, desk: Desk, case_id: uuid.UUID
) -> None:
    file = desk.look(SYSTEM, cases.case_file, case_id)
    desk.do(SYSTEM, put_words, case_id, "九折一年")
    page = shown(stage, case_id)
    assert file.offer_text == ""
    assert ("In words", "九折一年") in page.offers._figures(page.offers.data)
    stage.run(page, "offer.cost")
    problems = stage.refused(page, kind=CostKind.VISIT)
    assert "minutes" in " ".join(problems.values())
    stage.run(page, "offer.cost")
    stage.submit(page, kind=CostKind.VISIT, amount=5000, minutes=30)
    stage.wait(lambda: stage.read(costs.of_case, case_id).minutes == 30)
    assert stage.read(costs.of_case, case_id).amount == 5000


def put_words(session: Session, case_id: uuid.UUID, words: str) -> None:
    from db.models import Case

    factories.name(session)
    session.get_one(Case, case_id).offer_text = words


def test_that_no_dialog_stands_in_the_way_of_a_call(
    stage: Stage, desk: Desk, case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.timer")
    stage.wait(lambda: page.logger.is_open)
    stage.run(page, "case.offer")
    dialog = stage.dialog(page)
    assert not dialog.isModal()
    dialog.form.mark_saved()
    dialog.reject()
