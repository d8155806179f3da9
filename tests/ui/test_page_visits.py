import datetime as dt
import uuid

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from db.models import Visit
from db.session import Actor, Database
from db.vocabulary import Channel, InterviewState, Role, VisitState
from desktop_app import clock
from desktop_app.columns.visits import VISIT_COLUMNS
from desktop_app.domain.contacts import VisitDraft
from desktop_app.services import contacts, costs, interviews, visits
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.interviews import InterviewsPage
from desktop_app.ui.pages.visits import VisitsPage
from desktop_app.ui.theme import Tone
from tests import factories
from tests.ui.casework import activate, nameless, open_case, press
from tests.ui.shop import Stage, fill


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def plan(stage: Stage, customer_id: uuid.UUID, days: int) -> uuid.UUID:
    today = clock.today()
    day = today + dt.timedelta(days=days)
    draft = VisitDraft(planned_on=max(day, today), purpose="回访")
    made: uuid.UUID = stage.write(contacts.plan_visit, None, customer_id, draft)
    if day < today:  # planned in time, and not made
        stage.write(factories.change_row, Visit, made, planned_on=day)
    return made


def test_that_planned_visits_come_first_and_overdue_ones_are_marked(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    late, soon = plan(stage, shop["K2"], -2), plan(stage, shop["K3"], 5)
    page = stage.show(VisitsPage)
    stage.wait(lambda: page.table.count() == 2 and page.table.current_row() is not None)
    rows = [page.table.model.row(n) for n in range(2)]
    assert [row.id for row in rows] == [late, soon]
    tone = page.table.model._chips["planned_on"]
    assert [tone(row) for row in rows] == [Tone.BAD, None]


def test_that_a_visit_is_planned_finished_and_found_again(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = stage.show(VisitsPage)
    stage.run(page, "case.visit")
    stage.submit(page, customer=(shop["K2"], "王小明"), purpose="送样品")
    stage.wait(lambda: page.table.count() == 1 and page.table.current_row() is not None)
    page.table.focus()
    stage.run(page, "visit.done")
    stage.submit(page, done_on=clock.today(), note="收下了")
    stage.wait(lambda: page.table.count() == 0)  # only planned ones are shown
    page.state.set_value(VisitState.DONE)
    stage.wait(lambda: page.table.count() == 1 and page.table.current_row() is not None)
    row = page.table.model.row(0)
    assert (row.note, row.done_on) == ("收下了", clock.today())
    assert "visit.done" not in page.actions()


def test_that_a_report_asks_what_belongs_to_the_customer(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    visit = plan(stage, shop["K2"], 0)
    page = stage.show(VisitsPage)
    stage.wait(lambda: page.table.count() == 1 and page.table.current_row() is not None)
    page.table.focus()
    stage.run(page, "visit.done")
    dialog = stage.dialog(page)
    assert "gift_amount" not in dialog.form.editors  # no case bears it
    assert nameless(dialog) == []
    QGuiApplication.clipboard().setImage(picture())
    dialog.form.editors["photos"].paste_button.click()
    stage.submit(
        page, met="李经理", gift="月饼", satisfaction=4, next_step="送样品",
        answers={"usage": "often"},
    )  # fmt: skip
    stage.wait(lambda: page.table.count() == 0)
    view = stage.read(visits.look, visit)
    assert (view.row.met, view.row.gift, view.row.satisfaction) == ("李经理", "月饼", 4)
    assert view.row.answers == {"usage": "often"}
    assert [file.media_type for file in view.files] == ["image/png"]
    page.state.set_value(VisitState.DONE)
    stage.wait(lambda: page.table.count() == 1 and page.table.current_row() is not None)
    stage.run(page, "visit.report")
    assert stage.dialog(page).form.editors["answers"].value() == {"usage": "often"}
    stage.submit(page, met="王经理")
    assert stage.read(visits.look, visit).row.met == "王经理"


def test_that_a_manager_says_who_went(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    other = stage.write(factories.add_user, Role.FIELD_STAFF)
    me = stage.context.actor.user_id
    visit = plan(stage, shop["K2"], 0)
    stage.write(factories.change_row, Visit, visit, by_id=other.user_id)
    page = stage.show(VisitsPage)
    stage.wait(lambda: page.table.count() == 1 and page.table.current_row() is not None)
    stage.run(page, "visit.done")
    dialog = stage.dialog(page)
    assert nameless(dialog) == []
    assert dialog.form.editors["by"].value() == other.user_id  # whom it was planned for
    stage.submit(page, by=me)
    stage.wait(lambda: page.table.count() == 0)
    assert stage.read(visits.look, visit).row.by_id == me


def test_that_a_customer_who_leaves_is_not_asked_and_a_case_bears_the_gift(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K1"])
    stage.write(contacts.plan_visit, case_id, shop["K1"], VisitDraft(planned_on=clock.today()))
    page = stage.show(VisitsPage)
    stage.wait(lambda: page.table.count() == 1 and page.table.current_row() is not None)
    stage.run(page, "visit.done")
    form = stage.dialog(page).form
    assert "satisfaction" not in form.editors
    assert "gift_amount" in form.editors
    stage.submit(page, gift="鲜花", gift_amount=88_00)
    assert stage.read(costs.of_case, case_id).amount == 88_00


def test_that_calls_are_told_from_visits_and_informal_contacts_are_noted(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    call = VisitDraft(
        planned_on=clock.today(), channel=Channel.CALL, starts_at=dt.time(9, 30), minutes=20
    )
    stage.write(contacts.plan_visit, None, shop["K2"], call)
    plan(stage, shop["K3"], 1)
    page = stage.show(VisitsPage)
    stage.wait(lambda: page.table.count() == 2 and page.table.current_row() is not None)
    page.channel.set_value(Channel.CALL)
    stage.wait(lambda: page.table.count() == 1 and page.table.current_row() is not None)
    row = page.table.current_row()
    shown = {column.id: column.shown(row) for column in VISIT_COLUMNS}
    assert (shown["channel"], shown["starts_at"]) == ("Call", "09:30 · 20 min")
    stage.run(page, "customer.informal")
    assert nameless(stage.dialog(page)) == []
    stage.submit(page, met="李经理")
    page.channel.set_value(None)
    page.state.set_value(VisitState.DONE)
    stage.wait(
        lambda: page.table.current_row() is not None and page.table.current_row().is_informal
    )
    assert "visit.report" not in page.actions()


def picture() -> QImage:
    made = QImage(4, 4, QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.red)
    return made


def test_that_the_day_of_a_visit_may_not_lie_in_the_future(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    plan(stage, shop["K2"], 1)
    page = stage.show(VisitsPage)
    stage.wait(lambda: page.table.count() == 1 and page.table.current_row() is not None)
    page.table.focus()
    stage.run(page, "visit.done")
    tomorrow = clock.today() + dt.timedelta(days=1)
    assert "done_on" in stage.refused(page, done_on=tomorrow)


def test_that_enter_opens_the_case_or_the_customer(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    plan(stage, shop["K3"], 1)
    case_id = open_case(stage, shop["K2"])
    draft = VisitDraft(planned_on=clock.today() + dt.timedelta(days=2))
    stage.write(contacts.plan_visit, case_id, shop["K2"], draft)
    page = stage.show(VisitsPage)
    stage.wait(lambda: page.table.count() == 2 and page.table.current_row() is not None)
    activate(page)
    page.table.focus()
    press(Qt.Key.Key_Return)
    page.table.next_row()
    press(Qt.Key.Key_Return)
    assert stage.went() == [("customer-card", shop["K3"]), ("case-file", case_id)]


def test_that_the_period_narrows_the_list(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    plan(stage, shop["K2"], 1)
    plan(stage, shop["K3"], 30)
    page = stage.show(VisitsPage)
    stage.wait(lambda: page.table.count() == 2 and page.table.current_row() is not None)
    page.last.set_value(clock.today() + dt.timedelta(days=7))
    stage.wait(lambda: page.table.count() == 1 and page.table.current_row() is not None)


def test_that_interviews_are_listed_and_opened(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    case_id = open_case(stage, shop["K2"])
    key = stage.write(interviews.start, case_id)
    page = stage.show(InterviewsPage)
    stage.wait(lambda: page.table.count() == 1 and page.table.current_row() is not None)
    activate(page)
    page.table.focus()
    press(Qt.Key.Key_Return)
    assert stage.went() == [("interview", key)]
    stage.run(page, "case.open")
    assert stage.went()[-1] == ("case-file", case_id)
    page.state.set_value(InterviewState.FINISHED)
    stage.wait(lambda: page.table.count() == 0)


@pytest.mark.parametrize("page_type", [VisitsPage, InterviewsPage])
def test_that_every_control_has_a_name(
    stage: Stage, shop: dict[str, uuid.UUID], page_type: type, each_language: str
) -> None:
    plan(stage, shop["K2"], 1)
    stage.write(interviews.start, open_case(stage, shop["K3"]))
    page = stage.show(page_type)
    stage.wait(lambda: page.table.count() == 1 and page.table.current_row() is not None)
    assert nameless(page) == []
