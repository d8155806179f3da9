"""The library of offers, the order of its rules, budgets by month, coupons."""

import pytest
from pytestqt.qtbot import QtBot

from db.session import SYSTEM, Actor, Database
from db.vocabulary import Approach, OfferGoal
from desktop_app import clock
from desktop_app.services import cases, offer_budget, offer_library, offer_rules, offers
from desktop_app.ui.offer_money_lists import months_around
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.offers import OffersPage
from tests import offered
from tests.factories import Desk
from tests.ui.casework import nameless
from tests.ui.shop import Stage
from tests.ui.test_narrow_windows import NARROW, WIDE, sized, whole


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def shown(stage: Stage, part: str) -> OffersPage:
    page: OffersPage = stage.show(OffersPage, part)
    section = page.tabs.current()
    assert section is not None
    stage.idle()
    return page


def test_that_an_offer_is_added_changed_retired_and_offered_again(stage: Stage) -> None:
    page = shown(stage, "library")
    table = page.tabs.part("library").table  # type: ignore[union-attr]
    count = table.count()
    assert count >= 14
    stage.run(page, "offers.new")
    stage.submit(
        page, code="tea", zh="茶", en="Tea", goal=OfferGoal.GIFT,
        approach=Approach.RELATIONSHIP, cost=500,
    )  # fmt: skip
    stage.wait(lambda: table.count() == count + 1)
    row = next(row for row in stage.read(offer_library.list_offers) if row.code == "tea")
    table.select_key(row.id)
    stage.run(page, "offers.edit")
    stage.submit(page, cost=700)
    stage.wait(lambda: [r.cost for r in stage.read(offer_library.list_offers)].count(700) == 1)
    stage.idle()
    table.select_key(row.id)
    stage.run(page, "offers.remove")
    stage.wait(lambda: table.count() == count)
    page.tabs.part("library").retired.set_value(True)  # type: ignore[union-attr]
    stage.wait(lambda: table.count() == count + 1)
    table.select_key(row.id)
    stage.run(page, "offers.restore")
    stage.wait(lambda: len(stage.read(offer_library.list_offers)) == count + 1)
    stage.run(page, "offers.treatment")
    assert stage.went() == [("reports", ("equal-treatment", {}))]
    assert nameless(page) == []


def test_that_rules_move_and_are_tried_out_on_a_case(
    stage: Stage, database: Database, admin: Actor
) -> None:
    case = Desk(database).do(SYSTEM, offered.case, admin.user_id)
    number = Desk(database).look(SYSTEM, cases.case_file, case).row.number
    page = shown(stage, "rules")
    section = page.tabs.part("rules")
    table = section.table  # type: ignore[union-attr]
    before = [rule.id for rule in stage.read(offer_rules.list_rules)]
    table.select_key(before[1])
    stage.run(page, "offers.up")
    stage.wait(lambda: stage.read(offer_rules.list_rules)[0].id == before[1])
    stage.idle()
    assert table.current_row().id == before[1]
    assert "offers.up" not in page.actions()
    stage.run(page, "offers.new")
    stage.submit(page, klass="c")
    stage.wait(lambda: table.count() == len(before) + 1)
    new = stage.read(offer_rules.list_rules)[-1]
    assert (new.klass, new.offer) == ("c", None)
    stage.write(offer_rules.move_rule, new.id, 1)
    section.case.set_value(number)  # type: ignore[union-attr]
    stage.run(page, "offers.try")
    stage.wait(lambda: number in section.result.text())  # type: ignore[union-attr]
    assert "no offer" in section.steps.text()  # type: ignore[union-attr]
    assert table.current_row().id == new.id  # the rule that decides is chosen
    stage.run(page, "offers.remove")
    stage.wait(lambda: table.count() == len(before))
    section.case.set_value("nothing")  # type: ignore[union-attr]
    stage.run(page, "offers.try")
    stage.wait(lambda: "nothing" in section.result.text())  # type: ignore[union-attr]
    assert nameless(page) == []


def test_that_a_budget_is_set_for_a_month_and_lifted(stage: Stage, agent: Actor) -> None:
    page = shown(stage, "budgets")
    section = page.tabs.part("budgets")
    table = section.table  # type: ignore[union-attr]
    month = offer_budget.month_of(clock.today())
    table.select_key(agent.store_id)
    stage.run(page, "offers.edit")
    stage.submit(page, amount=90_000)
    stage.wait(lambda: stage.read(offer_budget.of_store, agent.store_id, month).amount == 90_000)
    stage.idle()
    table.select_key(agent.store_id)
    assert table.current_row().left == 90_000
    stage.run(page, "offers.edit")
    stage.submit(page, amount=None)
    stage.wait(lambda: stage.read(offer_budget.of_store, agent.store_id, month).amount is None)
    section.month.set_value(months_around(clock.today())[0][0])  # type: ignore[union-attr]
    stage.wait(lambda: table.current_row() is not None and table.current_row().month != month)


def test_that_coupons_say_how_many_came_back(
    stage: Stage, database: Database, admin: Actor
) -> None:
    desk = Desk(database)
    page = shown(stage, "coupons")
    table = page.tabs.part("coupons").table  # type: ignore[union-attr]
    assert table.empty.isVisible()
    case = desk.do(SYSTEM, offered.case, admin.user_id)
    offer = desk.do(SYSTEM, offered.offer, is_coupon=True)
    made = desk.do(admin, offers.propose, case, offer, "weil")
    code = desk.do(admin, offers.answer, made.id, accepted=True)
    stage.run(page, "offer.redeem")
    stage.submit(page, code=code.lower())
    stage.wait(lambda: table.count() == 1)
    row = table.model.row(0)
    assert (row.rate.hits, row.rate.n) == (1, 1)


@pytest.mark.parametrize("part", ["library", "rules", "budgets", "coupons"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["960", "1280"])
def test_that_each_part_is_whole_in_a_narrow_window(
    stage: Stage, part: str, size: tuple[int, int]
) -> None:
    page = shown(stage, part)
    sized(page, size)
    whole(stage, page)
