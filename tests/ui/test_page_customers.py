import datetime as dt
import uuid

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from db.models import Contact
from db.queries import journal as journal_queries
from db.queries.customers import CustomerFilter
from db.queries.journal import ChangeSetFilter
from db.session import Actor, Database
from db.vocabulary import ChangeKind, RuleKind
from desktop_app.domain.customers import ContactDraft
from desktop_app.services import customers, drafts, views
from desktop_app.ui.customer_panel import CustomerPanel
from desktop_app.ui.list_filters import CustomerFilters, read_stores
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.customer_card import CustomerCardPage
from desktop_app.ui.pages.customers import CustomersPage
from desktop_app.ui.panels import ChipLabel
from tests.factories import add_store
from tests.ui.shop import LAST, Stage, enter, fill, press


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def shown(panel: CustomerPanel) -> str:
    return panel.shown.card.row.number if panel.shown is not None else ""


def words(panel: CustomerPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def test_that_the_list_begins_with_the_highest_spend_and_shows_its_card(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = stage.show(CustomersPage)
    stage.wait(lambda: shown(page.panel) == "K1")
    assert page.table.count() == 6
    assert page.count == 6
    texts = words(page.panel)
    assert "华信贸易有限公司" in texts
    assert "138****8000" in texts
    assert "¥3,000.00" in texts  # 30 orders of 100 within 365 days of the newest order
    assert "10 days" in texts
    assert (LAST - dt.timedelta(days=290)).isoformat() in texts


def test_that_the_card_follows_the_cursor(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = stage.show(CustomersPage)
    stage.wait(lambda: shown(page.panel) == "K1")
    page.table.next_row()
    stage.wait(lambda: shown(page.panel) == "K2")


@pytest.mark.parametrize("text", ["小明", "wangxiaoming", "wxm", "K2"])
def test_that_customers_are_found_by_name_pinyin_initials_and_number(
    stage: Stage, shop: dict[str, uuid.UUID], text: str
) -> None:
    page = stage.show(CustomersPage)
    stage.wait(lambda: page.table.count() == 6)
    page.filters.search.set_value(text)
    stage.wait(lambda: page.table.count() == 1)
    stage.wait(lambda: shown(page.panel) == "K2")


def test_that_an_empty_search_offers_the_way_back(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = stage.show(CustomersPage)
    stage.wait(lambda: page.table.count() == 6)
    page.filters.search.set_value("nobody-of-this-name")
    stage.wait(lambda: page.table.count() == 0)
    stage.wait(lambda: page.panel.shown is None)
    page.table.empty.button.click()
    stage.wait(lambda: page.table.count() == 6)


def tab(page: CustomersPage, name: str) -> int:
    texts = [page.tabs.tabText(n) for n in range(page.tabs.count())]
    return texts.index(name)


def test_that_a_view_is_saved_shown_and_chosen_again(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = stage.show(CustomersPage)
    stage.wait(lambda: page.table.count() == 6)
    page.filters.search.set_value("wxm")
    stage.wait(lambda: page.table.count() == 1)
    stage.run(page, "view.save")
    stage.submit(page, name="小明", shared=True)
    stage.wait(lambda: page.tabs.tabText(page.tabs.currentIndex()) == "小明")
    assert page.tabs.tabToolTip(page.tabs.currentIndex()) == "Everybody's view"
    page.filters.search.set_value("李静")
    stage.wait(lambda: shown(page.panel) == "K3")
    page.tabs.tabBarClicked.emit(page.tabs.currentIndex())  # the same tab: back to the view
    stage.wait(lambda: shown(page.panel) == "K2")
    page.tabs.setCurrentIndex(tab(page, "All"))
    stage.wait(lambda: page.table.count() == 6)
    stage.write(views.remove_view, stage.read(views.list_views, "customers")[0].id)
    page.load()
    stage.wait(lambda: page.tabs.tabText(page.tabs.count() - 1) == "Unidentified")


def test_that_a_store_asked_for_before_the_stores_are_known_stays(stage: Stage) -> None:
    store = stage.write(add_store)
    filters = CustomerFilters()
    stage.qtbot.addWidget(filters)
    filters.set_value(CustomerFilter(store_id=store))
    assert filters.value().store_id == store
    filters.store.show_stores(stage.read(read_stores))
    assert filters.value() == CustomerFilter(store_id=store)
    filters.store.set_value(None)
    assert filters.value() == CustomerFilter()


def test_that_an_empty_workspace_offers_the_import(stage: Stage) -> None:
    page = stage.show(CustomersPage)
    stage.wait(page.table.empty.isVisible)
    page.table.empty.button.click()
    assert stage.went() == [("data", "customers")]


def test_that_a_customer_is_entered(stage: Stage) -> None:
    page = stage.show(CustomersPage)
    stage.run(page, "customer.new")
    problems = stage.refused(page.panel, phone="abc")
    assert problems.keys() == {"name", "phone"}
    stage.run(page, "customer.new")
    stage.submit(page.panel, name="刘洋", phone="139 1234 5678", switch_dates=(LAST,))
    stage.wait(stage.went)
    where, key = stage.went()[0]
    assert where == "customer-card"
    assert isinstance(key, uuid.UUID)
    values = stage.card(key).values
    assert (values["name"], values["phone"]) == ("刘洋", "139****5678")
    assert stage.phone(key) == "13912345678"
    assert values["switch_dates"] == ["2026-08-31"]


def test_that_a_change_is_saved_and_stands_in_the_history(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = stage.show(CustomersPage)
    stage.wait(lambda: shown(page.panel) == "K1")
    stage.run(page, "customer.edit")
    stage.submit(page.panel, name="华信集团", do_not_contact=True)
    stage.wait(lambda: "华信集团" in words(page.panel))
    chips = page.panel.findChildren
    stage.wait(lambda: "Do not contact" in [c.text() for c in chips(ChipLabel) if c.isVisible()])
    stage.run(page, "customer.history")
    stage.wait(page.panel.history.count)
    rows = [(row.field, row.old, row.new) for row in page.panel.history.model._rows or []]
    assert ("Name", "华信贸易有限公司", "华信集团") in rows
    assert ("Do not contact", "No", "Yes") in rows


def test_that_attributes_survive_an_edit(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    card = stage.card(shop["K1"])
    draft = stage.draft(card.row.id).model_copy(update={"attributes": {"行业": "零售"}})
    stage.write(customers.change, shop["K1"], card.version, draft)
    page = stage.show(CustomerCardPage, shop["K1"])
    stage.wait(lambda: "零售" in words(page.panel))
    stage.run(page, "customer.edit")
    stage.submit(page.panel, email="office@example.com")
    stage.wait(lambda: "office@example.com" in words(page.panel))
    assert stage.card(shop["K1"]).values["attributes"] == {"行业": "零售"}
    assert stage.phone(shop["K1"]) == "13812348000"


def test_that_showing_and_copying_a_phone_is_written_down(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = stage.show(CustomerCardPage, shop["K1"])
    stage.wait(lambda: shown(page.panel) == "K1")
    stage.run(page, "customer.reveal")
    stage.wait(lambda: "13812348000" in words(page.panel))
    stage.run(page, "customer.copy_phone")
    stage.wait(lambda: QGuiApplication.clipboard().text() == "13812348000")
    events = stage.read(journal_queries.count_change_sets, ChangeSetFilter(kind=ChangeKind.EVENT))
    assert events == 2


def test_that_a_whole_phone_is_shown_with_no_other_record(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    """Masked, the numbers of both customers look the same."""
    for key, phone in (("K1", "13811118000"), ("K2", "13822228000")):
        draft = stage.draft(shop[key]).model_copy(update={"phone": phone})
        stage.write(customers.change, shop[key], stage.card(shop[key]).version, draft)
    page = stage.show(CustomerCardPage, shop["K1"])
    stage.wait(lambda: shown(page.panel) == "K1")
    late = page.panel._phone.whole()
    stage.run(page, "customer.reveal")
    stage.wait(lambda: "13811118000" in words(page.panel))
    page.show_record(shop["K2"])
    stage.wait(lambda: shown(page.panel) == "K2")
    late("13811118000")
    assert "138****8000" in words(page.panel)
    assert "13811118000" not in words(page.panel)
    stage.run(page, "customer.reveal")
    stage.wait(lambda: "13822228000" in words(page.panel))
    stage.run(page, "customer.edit")
    stage.submit(page.panel, phone="13833338000")
    stage.wait(lambda: "13822228000" not in words(page.panel))
    assert "138****8000" in words(page.panel)


def test_that_the_facts_keep_their_height_in_a_low_window(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = stage.show(CustomerCardPage, shop["K1"])
    page.resize(700, 420)
    stage.wait(lambda: shown(page.panel) == "K1")
    labels = page.panel._facts.findChildren(QLabel)
    assert len(labels) > 10
    stage.wait(lambda: all(one.height() >= one.sizeHint().height() for one in labels if one.text()))


def test_that_contacts_are_added_changed_and_removed(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = stage.show(CustomerCardPage, shop["K1"])
    stage.wait(lambda: shown(page.panel) == "K1")
    page.panel._add_contact()
    stage.submit(page.panel, name="李采购", duty="采购", is_primary=True)
    stage.wait(lambda: "李采购" in words(page.panel))
    page.panel.do.edit_contact(page.panel.shown.card.contacts[0])
    stage.submit(page.panel, name="李经理")
    stage.wait(lambda: "李经理" in words(page.panel))
    page.panel.do.remove_contact(page.panel.shown.card.contacts[0])
    stage.wait(lambda: not page.panel.shown.card.contacts)
    assert stage.card(shop["K1"]).contacts == ()


def test_that_editing_a_contact_shows_its_whole_phone_and_writes_the_look_down(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    draft = ContactDraft(name="李采购", phone="13912345678")
    contact = stage.write(customers.add_contact, shop["K1"], draft)
    page = stage.show(CustomerCardPage, shop["K1"])
    stage.wait(lambda: "139****5678" in words(page.panel))
    page.panel.do.edit_contact(page.panel.shown.card.contacts[0])
    assert stage.dialog(page.panel).form.values()["phone"] == "13912345678"
    stage.submit(page.panel, name="李经理")
    stage.wait(lambda: "李经理" in words(page.panel))
    assert stage.read(lambda session: session.get_one(Contact, contact).phone) == "13912345678"
    events = stage.read(journal_queries.count_change_sets, ChangeSetFilter(kind=ChangeKind.EVENT))
    assert events == 1


def test_that_a_case_is_opened_once_for_each_kind(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = stage.show(CustomerCardPage, shop["K2"])
    stage.wait(lambda: shown(page.panel) == "K2")
    stage.run(page, "customer.open_case")
    stage.submit(page.panel, kind=RuleKind.LAPSING, what_happened="说太贵")
    stage.wait(stage.went)
    assert stage.went()[0][0] == "case-file"
    stage.wait(lambda: page.panel.cases.count() == 1)
    stage.run(page, "customer.open_case")
    problems = stage.refused(page.panel, kind=RuleKind.LAPSING)
    assert "2" in problems[""]  # the sentence names the open case by its number


def test_that_a_note_is_kept_and_taken_away_again(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = stage.show(CustomerCardPage, shop["K1"])
    stage.wait(lambda: shown(page.panel) == "K1")
    stage.run(page, "customer.note")
    stage.submit(page.panel, note="周五前回电")
    stage.wait(lambda: "周五前回电" in words(page.panel))
    assert stage.card(shop["K1"]).values["note"] == "周五前回电"
    stage.run(page, "customer.note")
    assert stage.dialog(page.panel).form.values() == {"note": "周五前回电"}
    stage.submit(page.panel, note=None)
    stage.wait(lambda: "周五前回电" not in words(page.panel))
    assert stage.card(shop["K1"]).values["note"] == ""


def test_that_a_note_that_could_not_be_stored_stays_on_the_screen_and_is_kept(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = stage.show(CustomerCardPage, shop["K1"])
    stage.wait(lambda: shown(page.panel) == "K1")
    stage.run(page, "customer.note")
    dialog = stage.dialog(page.panel)
    enter(dialog, note="第一行\n第二行")
    stage.write(customers.change_note, shop["K1"], stage.card(shop["K1"]).version, "newer")
    dialog.submit()
    stage.wait(dialog.form.problems)
    assert "Somebody else" in dialog.form.problems()[""]
    assert dialog.form.values() == {"note": "第一行\n第二行"}
    stage.wait(lambda: stage.read(drafts.open_drafts, f"customer-note:{shop['K1']}"))
    press("Keep editing")
    dialog.reject()
    assert dialog.isVisible()
    dialog.form.mark_saved()
    dialog.reject()


def test_that_a_form_is_filled_and_saved_with_the_keyboard(stage: Stage) -> None:
    page = stage.show(CustomersPage)
    stage.run(page, "customer.new")
    dialog = stage.dialog(page.panel)
    stage.qtbot.keyClicks(dialog.form.editors["name"].control, "Linxue")
    stage.qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    stage.wait(lambda: stage.places and stage.places[0][0] == "customer-card")


def test_that_orders_and_timeline_are_read_when_they_are_looked_at(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = stage.show(CustomerCardPage, shop["K1"])
    stage.wait(lambda: shown(page.panel) == "K1")
    page.panel.tabs.setCurrentWidget(page.panel.orders)
    stage.wait(lambda: page.panel.orders.count() == 30)
    stage.wait(lambda: page.panel.orders.model.row(0) is not None)
    assert page.panel.orders.model.row(0).on == LAST
    page.panel.tabs.setCurrentWidget(page.panel.timeline)
    stage.wait(lambda: page.panel.timeline.findChildren(QLabel) is not None)
    assert page.title() == "华信贸易有限公司"


def test_that_a_customer_who_is_gone_is_said_so(stage: Stage) -> None:
    page = stage.show(CustomerCardPage, uuid.uuid4())
    stage.wait(lambda: "This customer is gone." in words(page.panel))
    assert page.title() == "Customer"
    assert page.all_slots().keys() <= {"list.columns"}
