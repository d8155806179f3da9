"""The cadence on the screen: look at the plan, save it, take it back; exceptions and the table."""

import datetime as dt
import uuid
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from db.queries.visits import VisitFilter
from db.session import Actor, Database
from db.vocabulary import CadenceRole, CustomerClass, Seat, StaffFunction, VisitState
from desktop_app import clock
from desktop_app.domain.cadence import CadenceChannel
from desktop_app.domain.months import add_months, period_of
from desktop_app.services import cadence, charges, staff_profiles, visits
from desktop_app.services.staff_profiles import ProfileDraft
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.cadence import CadencePage
from tests.ui.shop import Stage, fill, press


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def month(stage: Stage, shop: dict[str, uuid.UUID]) -> tuple[dt.date, dt.date]:
    """Next month; the signed-in user sells and is in charge of K2 and K3."""
    me = stage.context.actor.user_id
    stage.write(staff_profiles.change, me, ProfileDraft(functions=(StaffFunction.SALES,)))
    for number in ("K2", "K3"):
        stage.write(charges.set_holder, shop[number], Seat.PRIMARY, me)
    days = period_of(add_months(clock.today(), 1), 1)
    return days.first, days.last


def shown(stage: Stage, part: str) -> Any:
    return stage.show(CadencePage, part)


def plan_of(stage: Stage, month: tuple[dt.date, dt.date]) -> Any:
    page = shown(stage, "plan")
    part = page.tabs.current()
    part.first.set_value(month[0])
    part.last.set_value(month[1])
    stage.wait(
        lambda: (
            part.preview is not None
            and (part.preview.result.first, part.preview.result.last) == month
        )
    )
    stage.idle()
    return page


def test_that_a_plan_is_looked_at_saved_and_taken_back(
    stage: Stage, month: tuple[dt.date, dt.date], shop: dict[str, uuid.UUID]
) -> None:
    page = plan_of(stage, month)
    part = page.tabs.current()
    planned = {
        row.id: row.planned for row in (part.table.model.row(n) for n in range(part.table.count()))
    }
    assert planned[CustomerClass.C, CadenceRole.SALES, CadenceChannel.VISIT] >= 1
    numbers = {part.impossible.model.row(n).number for n in range(part.impossible.count())}
    assert {"K4", "K5"} <= numbers, "nobody looks after them"
    count = len(part.preview.result.plan.contacts)
    answer = press("Save the plan")
    stage.run(page, "plan.save")
    stage.wait(lambda: answer.is_done)
    stage.wait(lambda: stage.read(visits.count_visits, VisitFilter()) == count)
    rows = stage.read(visits.list_visits, VisitFilter())
    assert {row.customer_id for row in rows} >= {shop["K2"], shop["K3"]}
    assert {row.state for row in rows} == {VisitState.PLANNED}
    answer = press("Save the plan")
    stage.run(page, "plan.save")  # once more: nothing changes
    stage.wait(lambda: answer.is_done)
    stage.idle()
    assert stage.read(visits.list_visits, VisitFilter()) == rows


def test_that_days_in_disorder_are_told(stage: Stage, month: tuple[dt.date, dt.date]) -> None:
    page = plan_of(stage, month)
    part = page.tabs.current()
    part.last.set_value(month[0] - dt.timedelta(days=3))
    stage.wait(lambda: "in order" in part.said.text())


def test_that_a_customer_is_excepted_and_owed_again(
    stage: Stage, month: tuple[dt.date, dt.date], shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, "exceptions")
    stage.run(page, "cadence.except")
    stage.submit(page.tabs.current(), customer=shop["K2"], rule="c_sales_visit", reason="只接电话")
    part = page.tabs.current()
    stage.wait(lambda: part.table.count() == 1)
    assert part.table.model.row(0).reason == "只接电话"
    assert "Sales · Visit" in part.table.model.columns[2].shown(part.table.model.row(0))
    stage.run(page, "cadence.end")
    stage.wait(lambda: part.table.count() == 0)


def test_that_the_table_is_changed_and_reset(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = shown(stage, "table")
    part = page.tabs.current()
    stage.wait(lambda: part.table.count() > 5)
    shipped = part.table.count()
    part.table.select_key("c_sales_visit")
    stage.run(page, "cadence.edit")
    problems = stage.refused(part, minimum=3, maximum=1)
    assert "fewer" in " ".join(problems.values())
    stage.run(page, "cadence.edit")
    stage.submit(part, minimum=2, maximum=None)
    rules = {rule.code: rule for rule in stage.read(cadence.policy).rules}
    assert rules["c_sales_visit"].minimum == 2
    stage.wait(lambda: part.table.current_row().minimum == 2)
    answer = press("Remove")
    stage.run(page, "cadence.remove")
    stage.wait(lambda: answer.is_done and part.table.count() == shipped - 1)
    answer = press("Reset")
    stage.run(page, "cadence.reset")
    stage.wait(lambda: answer.is_done and part.table.count() == shipped)


def test_that_compliance_stands_by_class_role_and_person(
    stage: Stage, month: tuple[dt.date, dt.date]
) -> None:
    page = shown(stage, "compliance")
    part = page.tabs.current()
    part.first.set_value(month[0])
    part.last.set_value(month[1])
    stage.wait(lambda: part.table.count() > 2)
    groups = [part.table.model.row(n).group for n in range(part.table.count())]
    assert groups[0] == "All"
    assert {"Class", "Function", "Employee"} <= set(groups)
