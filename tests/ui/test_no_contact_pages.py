"""The pages with a customer who has died or wants no contact: nobody is called, all is closed."""

import uuid

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.models import ContactAttempt
from db.session import SYSTEM, Actor, Database
from db.vocabulary import AttemptResult, NextStep, OfferState, Outcome
from desktop_app.services import calls, offers
from desktop_app.services.work import Section
from desktop_app.ui import case_flows
from desktop_app.ui.case_places import CaseTarget
from desktop_app.ui.offer_words import suggestion_words
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from desktop_app.ui.pages.today import TodayPage
from tests import factories, offered
from tests.factories import Desk
from tests.ui.casework import activate, file_of, open_case
from tests.ui.shop import Stage, fill

OUTGOING = {
    "case.timer",
    "interview.script",
    "case.interview",
    "interview.hold",
    "case.visit",
    "case.callback",
}


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def case_id(stage: Stage, shop: dict[str, uuid.UUID]) -> uuid.UUID:
    return open_case(stage, shop["K2"])


def stop(stage: Stage, customer_id: uuid.UUID) -> None:
    stage.write(factories.change_customer, customer_id, do_not_contact=True)


def shown(stage: Stage, target: object) -> CaseFilePage:
    page: CaseFilePage = stage.show(CaseFilePage, target)
    stage.wait(lambda: page.view is not None and not page.call.card.isHidden())
    activate(page)
    return page


def test_that_nothing_of_a_case_turns_to_who_must_not_be_called(
    stage: Stage, shop: dict[str, uuid.UUID], case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    assert page.actions().keys() >= OUTGOING
    stop(stage, shop["K2"])
    page.load()
    stage.wait(lambda: page.view is not None and page.view.is_stopped)
    assert not page.actions().keys() & OUTGOING
    assert page.header.buttons["case.visit"].isHidden()
    assert page.header.buttons["case.interview"].isHidden()
    assert page.contact.phone.dial.isHidden()
    page.call.begin()
    page.call.toggle_timer()
    page.call.open_script()
    assert not page.strip.timer.is_running
    assert not page.call.is_open
    QGuiApplication.clipboard().setText("before")
    stage.run(page, "customer.copy_phone")
    stage.wait(lambda: "asked not to be contacted" in page.messages.text)
    assert QGuiApplication.clipboard().text() == "before"


def test_that_who_must_not_be_called_and_calls_is_logged_without_a_step(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    stop(stage, shop["K2"])
    case_id = stage.write(calls.cancel_request, shop["K2"])
    page = shown(stage, CaseTarget(case_id, is_calling=True))
    stage.wait(lambda: page.logger.is_open)
    assert not page.call.is_open
    assert page.strip.timer.isHidden()
    stage.wait(lambda: bool(page.strip._proposals))
    for result in (AttemptResult.CALLBACK, AttemptResult.REACHED):
        page.strip.choose(result)
        assert page.strip.step.value() is None
    page.strip.submit()
    stage.wait(lambda: file_of(stage, case_id).attempts)
    logged = select(ContactAttempt.result, ContactAttempt.by_customer)
    assert stage.read(lambda session: session.execute(logged).all()) == [("reached", True)]


def test_that_a_case_to_close_is_found_on_today_and_closed_there(
    stage: Stage, shop: dict[str, uuid.UUID], case_id: uuid.UUID
) -> None:
    stop(stage, shop["K2"])
    page: TodayPage = stage.show(TodayPage)
    pill = page.bar.more[Section.TO_CLOSE]
    stage.wait(lambda: pill.text() == "To close 1")
    assert case_id not in [line.case_id for line in page.lines]
    pill.click()
    stage.wait(lambda: [line.case_id for line in page.lines] == [case_id])
    stage.wait(lambda: "case.close" in page.actions())
    assert not page.actions().keys() & (OUTGOING | {"customer.dial", "customer.copy_phone"})
    assert (page.lines[0].phone, page.lines[0].step) == ("", NextStep.CLOSE)


def test_that_an_outcome_is_suggested_only_when_an_offer_was_accepted(
    stage: Stage, desk: Desk, case_id: uuid.UUID
) -> None:
    from desktop_app.ui.forms.case_forms import close_form

    def preselected() -> Outcome | None:
        known, until, suggested = stage.read(case_flows.read_close, "en", case_id)
        file = file_of(stage, case_id)
        form = close_form(file, known.choices, known.churn_types, until, suggested)
        stage.qtbot.addWidget(form)
        return form.editors["outcome"].value()

    assert preselected() is None
    made = stage.write(offers.propose, case_id, desk.do(SYSTEM, offered.offer, cost=0), "x")
    assert made.state is OfferState.APPROVED
    assert preselected() is None
    stage.write(offers.answer, made.id, accepted=True)
    assert preselected() is Outcome.SAVED


def test_that_what_was_accepted_is_not_called_the_first_offer(
    stage: Stage, desk: Desk, case_id: uuid.UUID
) -> None:
    first, second = (desk.do(SYSTEM, offered.offer, cost=0) for _each in range(2))
    stage.write(offers.propose, case_id, first, "x")
    told = stage.read(offers.suggest, case_id)
    assert not suggestion_words(told, "").is_accepted
    made = stage.write(offers.propose, case_id, second, "x")
    desk.do(SYSTEM, offers.decide, made.id, approve=True)
    stage.write(offers.answer, made.id, accepted=True)
    page = shown(stage, case_id)
    stage.wait(lambda: page.offers.suggested.text().startswith("Accepted: "))
    assert "what was accepted stays" in page.offers.why.text()
    assert page.offers.frozen.isHidden()
