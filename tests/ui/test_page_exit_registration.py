"""The counter: everything on one screen, by keyboard, and ready for the next customer."""

import uuid

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import ReasonLayer, Role, RuleKind
from desktop_app.domain.exit_registration import ExitDraft
from desktop_app.errors import Problem
from desktop_app.services import cases, drafts, exit_registration
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pages.customers import CustomersPage
from desktop_app.ui.pages.exit_registration import ExitRegistrationPage
from tests import factories
from tests.ui.casework import activate, focus, nameless, press, type_text
from tests.ui.shop import Stage, fill


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def shown(stage: Stage, target: object = None) -> ExitRegistrationPage:
    page: ExitRegistrationPage = stage.show(ExitRegistrationPage, target)
    stage.wait(lambda: page.form is not None)
    stage.idle()
    return page


def exits(stage: Stage, customer_id: uuid.UUID) -> tuple[exit_registration.ExitRow, ...]:
    found: tuple[exit_registration.ExitRow, ...] = stage.read(
        exit_registration.of_customer, customer_id
    )
    return found


def choose_reason(page: ExitRegistrationPage, code: str = "price_increase") -> None:
    assert page.form is not None
    reasons = page.form.reason
    reasons.choose(next(each for each in reasons._choices if each.value == code))


def test_that_an_exit_is_registered_by_keyboard_alone(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, "new")
    form = page.form
    assert form is not None
    activate(page)
    form.focus_first()
    type_text("wxm")
    stage.wait(lambda: form.customer.value() == shop["K2"])
    press(Qt.Key.Key_Return)
    assert focus() is form.reason.filter
    for key in (Qt.Key.Key_1, Qt.Key.Key_1):
        press(key)
    assert focus() is form.words.area
    type_text("隔壁便宜两毛")
    press(Qt.Key.Key_Tab)
    assert focus() is form.arrears.line
    assert not form.gift.check.isEnabled()
    press(Qt.Key.Key_0)
    assert form.gift.check.isEnabled()
    press(Qt.Key.Key_Return)
    assert focus() is form.gift.check
    press(Qt.Key.Key_Space)
    reason = form.reason.value()
    stage.idle()
    stage.run(page, "exit.register")
    stage.wait(lambda: page.last is not None)
    (row,) = exits(stage, shop["K2"])
    assert row.reason is not None
    assert (row.reason.code, row.words) == (reason, "隔壁便宜两毛")
    assert (row.arrears, row.gift, row.gift_given) == (0, "souvenir", True)
    assert focus() is form.customer.line  # ready for the next one
    assert form.values() == dict.fromkeys(form.editors)
    assert not form.is_changed()
    assert "王小明" in page.last_text.text()
    assert row.case_number in page.last_text.text()
    assert page.open_button.isVisible()
    page.open_button.click()
    assert stage.went()[-1] == ("case-file", row.case_id)
    file = stage.read(cases.case_file, row.case_id)
    assert file.row.kind is RuleKind.CANCEL_REQUEST
    assert file.reasons[ReasonLayer.STATED].verbatim == "隔壁便宜两毛"


def test_that_the_gift_line_says_why_and_why_not(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = shown(stage, shop["K2"])
    form = page.form
    assert form is not None
    stage.wait(form.standing.text)
    assert form.standing.text() == "A case is opened for it."
    gift = form.gift
    assert (gift.chip.text(), gift.check.isEnabled()) == ("No gift", False)
    assert "enter 0" in gift.why.text()
    assert "not said why" in gift.why.text()
    choose_reason(page)
    assert gift.why.text() == "Say what is owed; enter 0 when nothing is."
    form.arrears.line.setText("12.50")
    assert gift.why.text() == "The customer still owes money."
    form.arrears.line.setText("0")
    assert (gift.chip.text(), gift.check.isEnabled()) == ("Gift", True)
    assert gift.why.text() == "Nothing is owed and the reason is known."
    gift.check.setChecked(True)
    form.arrears.line.setText("1")
    assert not gift.check.isChecked()  # taken back with the right to it
    assert gift.value() is None
    form.arrears.line.setText("abc")
    assert "enter 0" in gift.why.text()
    form.arrears.line.setText("0")
    choose_reason(page, "unknown_refused")
    assert gift.why.text() == "The customer has not said why they leave."


def test_that_whoever_owes_money_is_registered_without_a_gift(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, shop["K2"])
    form = page.form
    assert form is not None
    form.arrears.line.setText("99.9")
    page.register()
    stage.wait(lambda: page.last is not None)
    (row,) = exits(stage, shop["K2"])
    assert (row.arrears, row.reason, row.gift_given) == (9990, None, False)
    assert "gift" not in page.last_text.text()


def test_that_what_is_wrong_stands_below_its_field(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, "new")
    form = page.form
    assert form is not None
    form.arrears.line.setText("viel")
    page.register()
    assert set(form.problems()) == {"customer", "arrears"}
    form.customer.set_value((shop["K2"], "王小明"))
    form.arrears.line.setText("0")
    choose_reason(page)
    form.gift.check.setChecked(True)
    stage.write(
        exit_registration.register, shop["K2"],
        ExitDraft(reason="price_increase", arrears=0, gift="杯子"),
    )  # fmt: skip
    page.register()  # somebody else was faster
    stage.wait(lambda: "gift" in form.problems())
    assert "handed over in this case already" in form.problems()["gift"]
    assert len(exits(stage, shop["K2"])) == 1


def test_that_the_open_case_and_its_gift_are_told_before_anything_is_typed(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    draft = ExitDraft(reason="price_increase", arrears=0, gift="杯子")
    made = stage.write(exit_registration.register, shop["K2"], draft)
    page = shown(stage, shop["K2"])
    form = page.form
    assert form is not None
    stage.wait(lambda: made.case_number in form.standing.text())
    assert "handed over in this case already" in form.gift.why.text()
    assert "customer.open" in page.all_slots()
    page.all_slots()["customer.open"]()
    assert stage.went()[-1] == ("customer-card", shop["K2"])
    page.clear()
    assert form.standing.text() == ""
    assert "customer.open" not in page.all_slots()


def test_that_somebody_elses_case_is_told(
    qtbot: QtBot, stage: Stage, database: Database, admin: Actor, shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, "new")
    form = page.form
    assert form is not None
    form.show_standing(exit_registration.Standing("2026-00007", "李雷"))
    assert "李雷 works on case 2026-00007" in form.standing.text()
    form.show_standing(None)
    assert form.standing.text() == ""


def test_that_a_customer_who_is_gone_is_said(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = shown(stage, uuid.uuid4())
    stage.wait(lambda: page.context.messages.text)
    assert "gone" in page.context.messages.text
    assert page.form is not None
    assert page.form.customer.value() is None


def test_that_what_is_typed_survives_a_crash(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = shown(stage, shop["K2"])
    form = page.form
    assert form is not None
    form.words.set_value("涨价没有通知")
    assert page.can_leave()
    stage.idle()
    (kept,) = stage.read(drafts.open_drafts)
    assert kept.content["typed"]["words"] == "涨价没有通知"
    again = shown(stage, "new")
    stage.wait(again.drafts.isVisible)
    again.drafts.restore()
    assert again.form is not None
    assert again.form.words.value() == "涨价没有通知"
    assert again.form.customer.value() == shop["K2"]
    again.register()
    stage.wait(lambda: again.last is not None)
    stage.idle()
    assert stage.read(drafts.open_drafts) == []


def test_that_the_list_of_customers_leads_to_the_counter(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = stage.show(CustomersPage)
    stage.wait(lambda: page.panel.shown is not None)
    stage.run(page, "customer.exit")
    assert stage.went()[-1] == ("exit-registration", page.panel.shown.card.row.id)


def test_that_every_control_has_a_name(
    stage: Stage, shop: dict[str, uuid.UUID], each_language: str
) -> None:
    assert nameless(shown(stage, shop["K2"])) == []


def test_that_the_counter_is_for_those_who_work_on_cases() -> None:
    roles = page_spec("exit-registration").roles
    assert Role.AGENT in roles
    assert not {Role.AUDITOR, Role.TRAINER} & roles
    assert factories.SYSTEM.role in roles


def found_for(page: ExitRegistrationPage) -> list[str]:
    assert page.form is not None
    found = page.form.customer.list
    return [found.item(row).text() for row in range(found.count())]


def test_that_other_words_forget_what_was_found_and_chosen(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, "new")
    form = page.form
    assert form is not None
    activate(page)
    form.focus_first()
    type_text("wxm")
    stage.wait(lambda: form.customer.value() == shop["K2"])
    stage.wait(form.standing.text)
    type_text("x")  # at once, before anything is asked again
    assert found_for(page) == []
    assert form.customer.value() is None
    assert form.customer.words() == ""
    assert form.standing.text() == ""
    form.customer.line.selectAll()
    type_text("lj")
    stage.wait(lambda: form.customer.value() == shop["K3"])
    assert len(found_for(page)) == 1
    form.customer.line.selectAll()
    press(Qt.Key.Key_Delete)
    assert found_for(page) == []
    assert form.customer.value() is None
    stage.idle()
    assert found_for(page) == []


def test_that_an_answer_to_words_that_are_gone_is_not_shown(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, "new")
    form = page.form
    assert form is not None
    form.customer.line.setText("lj")
    form.customer._show("wxm", [(shop["K2"], "王小明")])
    assert found_for(page) == []
    assert form.customer.value() is None


def test_that_nothing_found_is_left_for_the_next_customer(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, "new")
    form = page.form
    assert form is not None
    activate(page)
    form.focus_first()
    type_text("wxm")
    stage.wait(lambda: form.customer.value() == shop["K2"])
    page.register()
    stage.wait(lambda: page.last is not None)
    assert found_for(page) == []
    assert focus() is form.customer.line
    type_text("lj")  # and the next one comes
    stage.wait(lambda: form.customer.value() == shop["K3"])


def places(page: ExitRegistrationPage) -> list[tuple[int, int]]:
    """Where every field begins, once the layout has settled."""
    form = page.form
    assert form is not None
    layout = page.layout()
    assert layout is not None
    layout.activate()
    stops = (
        form.customer.line, form.customer.list, form.reason.filter, form.words.area,
        form.arrears.line, form.gift.box,
    )  # fmt: skip
    at = [stop.mapTo(page, QPoint(0, 0)) for stop in stops if stop is not None]
    return [(each.x(), each.y()) for each in at]


def test_that_no_message_moves_a_field(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    stage.context.tasks.write(
        QObject(), drafts.save_draft, "exit-registration", {"words": "half said"}
    )
    stage.idle()
    page: ExitRegistrationPage = stage.show(ExitRegistrationPage, "new")
    stage.wait(lambda: page.form is not None)
    form = page.form
    assert form is not None
    empty = places(page)
    stage.wait(page.drafts.isVisible)  # what was typed before is offered
    assert places(page) == empty
    page.drafts.hide()
    form.arrears.line.setText("much")
    page.register()  # problems at two fields
    assert set(form.problems()) == {"customer", "arrears"}
    assert places(page) == empty
    form.show_problems([Problem("", "Somebody else works on this case.")])
    assert places(page) == empty
    form.customer.set_value((shop["K2"], "王小明"))
    form.arrears.line.setText("0")
    form.changed.emit()
    stage.wait(form.standing.text)
    assert places(page) == empty
    page.register()
    stage.wait(lambda: page.last is not None)
    assert page.open_button.isVisible()
    assert places(page) == empty


def test_that_two_customers_take_few_keys(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = shown(stage, "new")
    form = page.form
    assert form is not None
    activate(page)
    form.focus_first()
    for words, key in (("wxm", "K2"), ("lj", "K3")):
        page.last = None
        type_text(words)
        stage.wait(lambda key=key: form.customer.value() == shop[key])
        for pressed in (
            Qt.Key.Key_Return, Qt.Key.Key_1, Qt.Key.Key_1, Qt.Key.Key_Tab, Qt.Key.Key_0,
            Qt.Key.Key_Return, Qt.Key.Key_Space,
        ):  # fmt: skip
            press(pressed)
        stage.run(page, "exit.register")  # Ctrl+Enter
        stage.wait(lambda: page.last is not None)
        (row,) = exits(stage, shop[key])
        assert row.gift_given
        assert row.reason is not None
        assert focus() is form.customer.line
