import datetime as dt
import uuid
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.queries.cases import CaseFilter
from db.session import Actor, Database
from db.vocabulary import CaseStage, CustomerClass, Outcome, Role, RuleKind
from desktop_app.domain.cases import CloseDraft
from desktop_app.services import cases, customers, views
from desktop_app.ui.action_set import ActionSet
from desktop_app.ui.case_filters import CaseFilters
from desktop_app.ui.case_places import CaseTarget, ListPlace
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.cases import CasesPage
from desktop_app.ui.reason_box import ReasonBox, reason_choices
from tests.factories import add_store
from tests.ui.casework import activate, file_of, nameless, open_case, press, stage_of, type_text
from tests.ui.shop import Stage, fill


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def ids(stage: Stage, shop: dict[str, uuid.UUID]) -> dict[str, uuid.UUID]:
    """K2 is worked on, K3 and K4 are nobody's, K5 is closed."""
    made = {
        number: open_case(stage, shop[number], taken=number == "K2")
        for number in ("K2", "K3", "K4", "K5")
    }
    stage.write(cases.close, made["K5"], CloseDraft(outcome=Outcome.DUPLICATE))
    return made


def shown(stage: Stage, count: int) -> CasesPage:
    page: CasesPage = stage.show(CasesPage)
    stage.wait(lambda: page.table.count() == count)
    stage.wait(lambda: not count or page.table.current_row() is not None)
    return page


def wait_rows(stage: Stage, page: CasesPage, *customers: str) -> None:
    def fits() -> bool:
        rows = [page.table.model.row(n) for n in range(page.table.count())]
        return sorted(row.customer for row in rows if row) == sorted(customers)

    stage.wait(fits)


def tab(page: CasesPage, name: str) -> int:
    texts = [page.tabs.tabText(n) for n in range(page.tabs.count())]
    return texts.index(name)


def test_that_the_list_begins_with_the_open_cases(stage: Stage, ids: dict[str, uuid.UUID]) -> None:
    page = shown(stage, 3)
    wait_rows(stage, page, "王小明", "李静", "赵敏")
    assert page.count == 3
    stage.wait(lambda: page.filters.pills.pills[CaseStage.IDENTIFIED].text() == "Identified 2")


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("Mine", ["王小明"]),
        ("Nobody's", ["李静", "赵敏"]),
        ("Overdue", []),
        ("Closed this month", ["周强"]),
        ("All", ["王小明", "李静", "赵敏", "周强"]),
    ],
)
def test_that_a_view_is_a_filter(
    stage: Stage, ids: dict[str, uuid.UUID], view: str, expected: list[str]
) -> None:
    page = shown(stage, 3)
    page.tabs.setCurrentIndex(tab(page, view))
    wait_rows(stage, page, *expected)


def test_that_text_and_stages_narrow_the_list(stage: Stage, ids: dict[str, uuid.UUID]) -> None:
    page = shown(stage, 3)
    page.filters.bar.search.set_value("wxm")  # initials
    wait_rows(stage, page, "王小明")
    page.filters.bar.search.set_value(None)
    wait_rows(stage, page, "王小明", "李静", "赵敏")
    page.filters.pills.pills[CaseStage.ASSIGNED].click()
    wait_rows(stage, page, "王小明")
    page.filters.pills.pills[CaseStage.IDENTIFIED].click()
    wait_rows(stage, page, "王小明", "李静", "赵敏")


def test_that_what_is_asked_for_before_the_lists_are_known_stays(stage: Stage) -> None:
    wanted = CaseFilter(root_reason="price_increase", store_id=stage.write(add_store))
    filters = CaseFilters(stage.context.tasks)
    stage.qtbot.addWidget(filters)
    filters.set_value(wanted)
    assert filters.value() == wanted
    stage.wait(lambda: filters.reason.value() == "price_increase")
    assert filters.value() == wanted


def test_that_criteria_shown_in_the_filters_come_back_the_same(
    stage: Stage, shop: dict[str, uuid.UUID], admin: Actor
) -> None:
    page = shown(stage, 0)
    stage.wait(lambda: page.filters.owner.box.count() > 2)
    criteria = CaseFilter(
        text="王",
        stages=frozenset({CaseStage.ASSIGNED}),
        kind=RuleKind.LAPSING,
        klass=CustomerClass.A,
        owner_id=admin.user_id,
        outcome=Outcome.LOST,
        overdue=True,
        opened_from=dt.date(2026, 1, 1),
        closed_until=dt.date(2026, 12, 31),
        root_reason="price_increase",
    )
    page.show_record(criteria)
    assert page.filters.value() == criteria
    assert page.filters.more_bar.isVisible()
    nobody = replace(CaseFilter(), unassigned=True)
    page.filters.set_value(nobody)
    assert page.filters.value() == nobody


def test_that_many_are_assigned_at_once_and_the_screened_are_named(
    stage: Stage, ids: dict[str, uuid.UUID], shop: dict[str, uuid.UUID], actors: dict[Role, Actor]
) -> None:
    card = stage.card(shop["K4"])
    refused = stage.draft(card.row.id).model_copy(update={"do_not_contact": True})
    stage.write(customers.change, shop["K4"], card.version, refused)
    page = shown(stage, 3)
    page.table.view.selectAll()
    stage.run(page, "case.assign")
    stage.submit(page, users=[actors[Role.AGENT].user_id])
    stage.wait(lambda: page.messages.text)
    number = file_of(stage, ids["K4"]).row.number
    assert number in page.messages.text
    assert file_of(stage, ids["K3"]).row.owner == "agent"
    assert file_of(stage, ids["K4"]).row.owner == ""


def test_that_enter_opens_a_case_with_its_place_in_the_list(
    stage: Stage, ids: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, 3)
    activate(page)
    page.table.focus()
    stage.wait(lambda: page.table.current_row() is not None)
    page.table.next_row()
    row = page.table.current_row()
    press(Qt.Key.Key_Return)
    where, target = stage.went()[-1]
    assert where == "case-file"
    assert target == CaseTarget(row.id, ListPlace(page.filters.value(), None, 1))


def test_that_a_case_is_opened_by_hand(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = shown(stage, 0)
    stage.run(page, "case.new")
    assert "customer" in stage.refused(page)
    stage.run(page, "case.new")
    stage.submit(page, customer=(shop["K6"], "孙丽"), kind=RuleKind.CANCEL_REQUEST)
    stage.wait(stage.went)
    where, key = stage.went()[-1]
    assert where == "case-file"
    assert isinstance(key, uuid.UUID)
    assert stage_of(stage, key) is CaseStage.IDENTIFIED


def test_that_a_second_open_case_of_a_kind_is_refused_in_the_form(
    stage: Stage, ids: dict[str, uuid.UUID], shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, 3)
    stage.run(page, "case.new")
    problems = stage.refused(page, customer=(shop["K2"], "王小明"), kind=RuleKind.LAPSING)
    assert file_of(stage, ids["K2"]).row.number in problems[""]


def test_that_a_view_is_saved_shown_and_removed(stage: Stage, ids: dict[str, uuid.UUID]) -> None:
    page = shown(stage, 3)
    page.filters.bar.search.set_value("李静")
    wait_rows(stage, page, "李静")
    stage.run(page, "view.save")
    stage.submit(page, name="李", shared=True)
    stage.wait(lambda: page.tabs.tabText(page.tabs.count() - 1) == "李")
    assert page.tabs.tabToolTip(page.tabs.count() - 1) == "Everybody's view"
    page.tabs.setCurrentIndex(tab(page, "All"))
    wait_rows(stage, page, "王小明", "李静", "赵敏", "周强")
    page.tabs.setCurrentIndex(tab(page, "李"))
    wait_rows(stage, page, "李静")
    stage.write(views.remove_view, stage.read(views.list_views, "cases")[0].id)
    page.load()
    stage.wait(lambda: page.tabs.tabText(page.tabs.count() - 1) == "All")


def test_that_the_preview_follows_the_cursor(stage: Stage, ids: dict[str, uuid.UUID]) -> None:
    page = shown(stage, 3)
    page.table.select_key(ids["K2"])
    stage.wait(lambda: page.preview.view is not None and page.preview.view.id == ids["K2"])
    assert page.preview.title.text() == "王小明"


def test_that_a_contact_is_begun_from_the_list(stage: Stage, ids: dict[str, uuid.UUID]) -> None:
    page = shown(stage, 3)
    stage.wait(lambda: page.table.select_key(ids["K2"]))
    stage.run(page, "case.attempt")
    target = stage.went()[-1][1]
    assert isinstance(target, CaseTarget)
    assert target.log_contact


def test_that_an_agent_may_not_assign(
    stage: Stage, ids: dict[str, uuid.UUID], actors: dict[Role, Actor]
) -> None:
    agent = actors[Role.AGENT]
    actions = ActionSet(agent.role, stage.context.actions.parent())  # type: ignore[arg-type]
    assert actions.action("case.assign") is None
    assert actions.action("case.take") is not None


def test_that_every_control_has_a_name(
    stage: Stage, ids: dict[str, uuid.UUID], each_language: str
) -> None:
    page = shown(stage, 3)
    page.filters.more.click()
    assert nameless(page) == []


def test_that_a_reason_is_found_by_initials_and_kept_as_its_code(
    stage: Stage, qtbot: QtBot, shop: dict[str, uuid.UUID]
) -> None:
    choices = stage.read(reason_choices, "zh_CN")
    box = ReasonBox(choices)
    qtbot.addWidget(box)
    activate(box)
    box.line.setFocus()
    type_text("price_increase")
    box.line.editingFinished.emit()
    assert box.value() == "price_increase"
    assert box.line.text() == next(c.text for c in choices if c.value == "price_increase")
    initials = [choice.value for choice in box.fitting("jgtz")]
    assert "price_increase" in initials  # 价格调整
    box.set_value("no such reason")
    assert box.value() == "no such reason"  # the service says what is wrong with it
