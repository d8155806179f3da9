"""The calendar page: walking, opening, moving by keys, mouse and form, filters, files."""

import datetime as dt
import time
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from db.models import Visit
from db.session import Actor, Database, Session
from db.vocabulary import Channel, Role
from desktop_app import clock
from desktop_app.domain.agenda import ItemKind, View
from desktop_app.domain.contacts import VisitDraft
from desktop_app.services import visits
from desktop_app.ui import dialogs
from desktop_app.ui.calendar_feed import CalendarFeed
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.calendar import EMPTY, CalendarPage
from tests import factories
from tests.ui.casework import activate, nameless, open_case, press
from tests.ui.shop import Stage, fill
from tests.ui.shop import press as press_button

TODAY = dt.date(2026, 9, 15)  # a Tuesday
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is Tuesday morning for the program; waiting goes on as ever."""
    now = dt.datetime.combine(TODAY, dt.time(10)).astimezone()
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def plan(stage: Stage, customer: uuid.UUID, day: dt.date = TODAY, **fields: object) -> uuid.UUID:
    draft = VisitDraft(planned_on=day, **fields)  # type: ignore[arg-type]
    key: uuid.UUID = stage.write(visits.plan_visit, None, customer, draft)
    return key


def where(stage: Stage, key: uuid.UUID) -> tuple[dt.date, dt.time | None, uuid.UUID | None]:
    visit: Visit = stage.read(lambda session: session.get_one(Visit, key))
    return visit.planned_on, visit.starts_at, visit.by_id


def shown(stage: Stage, view: View, count: int) -> CalendarPage:
    """The page with so many items, the keyboard in the grid."""
    stage.context.state.put("calendar.view", view.value)
    page: CalendarPage = stage.show(CalendarPage)
    stage.wait(lambda: page.board is not EMPTY and items(page) == count)
    activate(page)
    page.grid.setFocus()
    stage.wait(page.grid.hasFocus)
    return page


def items(page: CalendarPage) -> int:
    return sum(row.item is not None for row in page.grid.sheet.rows)


def stand_on(page: CalendarPage, key: uuid.UUID) -> None:
    rows = page.grid.sheet.rows
    page.grid.go(next(n for n, row in enumerate(rows) if row.item and row.item.id == key))


def spot(page: CalendarPage, place: int) -> QPoint:
    return page.grid.visualRect(page.grid.model().index(place, 0)).center()


def drag(page: CalendarPage, begin: QPoint, end: QPoint) -> None:
    port, left = page.grid.viewport(), Qt.MouseButton.LeftButton
    QTest.mousePress(port, left, Qt.KeyboardModifier.NoModifier, begin)
    QTest.mouseMove(port, (begin + end) / 2)
    send_move(port, (begin + end) / 2)
    send_move(port, end)
    page.grid.grab()  # paints where it would go
    QTest.mouseRelease(port, left, Qt.KeyboardModifier.NoModifier, end)


def send_move(port: QWidget, place: QPoint) -> None:
    """A move with the button held, which `QTest.mouseMove` does not say."""
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    point = QPointF(place)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        point,
        QPointF(port.mapToGlobal(place)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(port, event)


# Walking and opening -----------------------------------------------------------------------------


def test_that_the_arrows_walk_over_days_and_items(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    first, second = plan(stage, shop["K2"]), plan(stage, shop["K3"], starts_at=dt.time(10))
    page = shown(stage, View.MONTH, 2)
    grid = page.grid
    assert (grid.current().day, grid.current_item()) == (TODAY, None)
    press(Qt.Key.Key_Down)
    assert grid.current_item().id == first
    press(Qt.Key.Key_Down)
    assert grid.current_item().id == second
    press(Qt.Key.Key_Down)
    assert (grid.current().day, grid.current_item()) == (TODAY + 7 * DAY, None)
    press(Qt.Key.Key_Up)
    press(Qt.Key.Key_Left)
    assert grid.current().day == TODAY - DAY
    press(Qt.Key.Key_End)
    press(Qt.Key.Key_Right)  # past the last day: the next month
    stage.wait(lambda: page.day == dt.date(2026, 10, 5) and grid.current().day == page.day)
    press(Qt.Key.Key_PageUp)
    stage.wait(lambda: grid.sheet.day.month == 9)
    press(Qt.Key.Key_T)
    stage.wait(lambda: grid.current().day == TODAY)


def test_that_keys_choose_the_view_and_it_is_remembered(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, View.WEEK, 0)
    for key, view in (
        (Qt.Key.Key_M, View.MONTH),
        (Qt.Key.Key_P, View.TEAM),
        (Qt.Key.Key_D, View.DAY),
        (Qt.Key.Key_W, View.WEEK),
    ):
        press(key)
        stage.wait(lambda view=view: page.grid.sheet.view is view)
        assert page.tabs.currentIndex() == page._views().index(view)
    assert stage.context.state.get("calendar.view") == "week"
    press(Qt.Key.Key_Return)  # on a day: that day alone
    stage.wait(lambda: page.grid.sheet.view is View.DAY)
    press(Qt.Key.Key_Return)
    assert page.view is View.DAY
    page.tabs.setCurrentIndex(2)
    stage.wait(lambda: page.grid.sheet.view is View.MONTH)
    stage.run(page, "calendar.later")
    stage.wait(lambda: page.grid.sheet.day.month == 10)
    stage.run(page, "calendar.today")
    stage.wait(lambda: page.grid.sheet.day == TODAY)


def test_that_enter_and_double_click_open_the_case_or_the_customer(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    loose = plan(stage, shop["K3"])
    case_id = open_case(stage, shop["K2"])
    of_case = stage.write(visits.plan_visit, case_id, shop["K2"], VisitDraft(planned_on=TODAY))
    page = shown(stage, View.WEEK, 2)
    stand_on(page, loose)
    press(Qt.Key.Key_Return)
    stand_on(page, of_case)
    place = page.grid.currentIndex().row()
    no_key = Qt.KeyboardModifier.NoModifier
    port, left = page.grid.viewport(), Qt.MouseButton.LeftButton
    QTest.mouseClick(port, left, no_key, spot(page, place))
    QTest.mouseDClick(port, left, no_key, spot(page, place))
    assert stage.went() == [("customer-card", shop["K3"]), ("case-file", case_id)]
    assert page.customer() == shop["K2"]
    stage.run(page, "case.open")
    stage.run(page, "customer.open")
    assert stage.went()[2:] == [("case-file", case_id), ("customer-card", shop["K2"])]


def test_that_a_screen_reader_finds_each_day_and_item(
    stage: Stage, shop: dict[str, uuid.UUID], each_language: str
) -> None:
    plan(stage, shop["K2"], starts_at=dt.time(10))
    page = shown(stage, View.WEEK, 1)
    face = QAccessible.queryAccessibleInterface(page.grid)
    assert face.role() != QAccessible.Role.NoRole
    named = [face.child(n) for n in range(face.childCount())]
    names = [child.text(QAccessible.Text.Name) for child in named]
    assert all(names)
    assert all(child.role() != QAccessible.Role.NoRole for child in named)
    assert len(names) == 8  # seven days and the visit
    (spoken,) = [name for name in names if "王小明" in name]
    assert "10:00" in spoken
    assert nameless(page) == []


# Moving ------------------------------------------------------------------------------------------


def test_that_shift_and_arrows_move_an_item_and_it_can_be_undone(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    key = plan(stage, shop["K2"], starts_at=dt.time(10))
    page = shown(stage, View.WEEK, 1)
    stand_on(page, key)
    shift = Qt.KeyboardModifier.ShiftModifier
    press(Qt.Key.Key_Right, shift)
    stage.wait(lambda: where(stage, key)[0] == TODAY + DAY)
    stage.wait(lambda: page.grid.current_item() and page.grid.current().day == TODAY + DAY)
    press(Qt.Key.Key_Down, shift)
    stage.wait(lambda: where(stage, key)[1] == dt.time(10, 30))
    stage.idle()
    press(Qt.Key.Key_Left, shift)
    stage.wait(lambda: where(stage, key)[0] == TODAY)
    stage.idle()
    press(Qt.Key.Key_Left, shift)  # never into the past
    stage.idle()
    assert where(stage, key)[0] == TODAY
    stage.context.state.put("calendar.view", "month")
    page.set_view(View.MONTH)
    stage.idle()
    stand_on(page, key)
    press(Qt.Key.Key_Down, shift)
    stage.wait(lambda: where(stage, key)[0] == TODAY + 7 * DAY)


def test_that_an_item_is_dragged_to_another_day_and_time(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    key = plan(stage, shop["K2"])
    page = shown(stage, View.WEEK, 1)
    stand_on(page, key)
    picture = page.grid.picture
    box = next(one for one in picture.boxes if one.day == TODAY + 2 * DAY)
    assert picture.hours is not None
    end = QPoint(round(box.area.center().x()), round(picture.hours.y(9 * 60 + 20)))
    drag(page, spot(page, page.grid.currentIndex().row()), end)
    stage.wait(lambda: where(stage, key)[:2] == (TODAY + 2 * DAY, dt.time(9, 15)))
    stage.idle()
    past = next(one for one in picture.boxes if one.day < TODAY)
    stand_on(page, key)
    drag(page, spot(page, page.grid.currentIndex().row()), past.area.center().toPoint())
    stage.idle()
    assert where(stage, key)[0] == TODAY + 2 * DAY


def test_that_an_item_is_dragged_to_another_person(
    stage: Stage, shop: dict[str, uuid.UUID], actors: dict[Role, Actor]
) -> None:
    key = plan(stage, shop["K2"], starts_at=dt.time(11))
    page = shown(stage, View.TEAM, 1)
    agent = actors[Role.AGENT].user_id
    lane = next(n for n, one in enumerate(page.grid.sheet.lanes) if one.user_id == agent)
    stand_on(page, key)
    cell = page.grid.sheet.cells[lane, TODAY + DAY]
    page.grid.scrollTo(page.grid.model().index(cell, 0))
    drag(page, spot(page, page.grid.currentIndex().row()), spot(page, cell))
    stage.wait(lambda: where(stage, key) == (TODAY + DAY, dt.time(11), agent))
    stage.wait(lambda: page.grid.current().lane == lane)
    shift = Qt.KeyboardModifier.ShiftModifier
    stage.idle()
    press(Qt.Key.Key_Up if lane else Qt.Key.Key_Down, shift)
    stage.wait(lambda: where(stage, key)[2] not in (agent, None))


def test_that_the_form_moves_and_refuses_a_day_that_is_over(
    stage: Stage, shop: dict[str, uuid.UUID], actors: dict[Role, Actor]
) -> None:
    key = plan(stage, shop["K2"], channel=Channel.CALL)
    page = shown(stage, View.WEEK, 1)
    assert "calendar.move" not in page.actions()
    stand_on(page, key)
    stage.run(page, "calendar.move")
    assert "day" in stage.refused(page, day=TODAY - DAY)
    stage.run(page, "calendar.move")
    agent = actors[Role.AGENT].user_id
    stage.submit(page, day=TODAY + DAY, starts_at=dt.time(15), to_user=agent)
    stage.wait(lambda: where(stage, key) == (TODAY + DAY, dt.time(15), agent))


def test_that_n_plans_a_visit_on_the_day(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = shown(stage, View.WEEK, 0)
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_N)
    dialog = stage.dialog(page)
    assert dialog.form.values()["planned_on"] == TODAY + DAY
    stage.submit(page, customer=(shop["K2"], "王小明"))
    stage.wait(lambda: items(page) == 1)


def test_that_field_staff_see_their_own_week_and_move_nothing_of_others(
    stage: Stage, shop: dict[str, uuid.UUID], database: Database, actors: dict[Role, Actor]
) -> None:
    plan(stage, shop["K2"])
    own = replace(stage.context, actor=actors[Role.FIELD_STAFF])
    stage.context = own
    stage.context.state.put("calendar.view", View.TEAM.value)
    page: CalendarPage = stage.show(CalendarPage)
    stage.idle()
    assert page.view is View.WEEK
    assert not page.person.isVisible()
    assert View.TEAM not in page._views()


# What is told ------------------------------------------------------------------------------------


def test_that_clashes_are_listed_and_lead_to_their_item(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    first = plan(stage, shop["K2"], starts_at=dt.time(10))
    plan(stage, shop["K3"], starts_at=dt.time(10, 30))
    page = shown(stage, View.WEEK, 2)
    assert page.clash_button.text() == "1 conflict"
    page.clash_button.click()
    assert page.clashes.isVisible()
    page.clashes.list.itemActivated.emit(page.clashes.list.item(0))
    assert page.grid.current_item().id == first
    page.kind.set_value(ItemKind.TASK)
    stage.wait(lambda: items(page) == 0)
    page.clashes.list.itemActivated.emit(page.clashes.list.item(0))
    assert (page.grid.current().day, page.grid.current_item()) == (TODAY, None)


def test_that_from_saturday_on_the_coming_week_is_shown(
    stage: Stage, shop: dict[str, uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = dt.datetime.combine(TODAY + 11 * DAY, dt.time(10)).astimezone()
    monkeypatch.setattr(clock, "now", lambda: now)
    monday = TODAY + 13 * DAY
    plan(stage, shop["K2"], monday)
    page = shown(stage, View.WEEK, 1)
    assert (page.grid.sheet.days[0], page.grid.current().day) == (monday, monday)
    QTest.keyClick(page.grid, Qt.Key.Key_T)
    stage.wait(lambda: page.grid.sheet.days[0] == TODAY + 6 * DAY)
    assert page.grid.current().day == clock.today()


def test_that_days_are_named_and_unknown_years_told(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, View.MONTH, 0)
    assert "make-up day 09-20" in page.header.subtitle_line.text()
    assert "Mid-Autumn Festival 09-25–09-27" in page.header.subtitle_line.text()
    assert "Nothing stands here yet" in page.header.subtitle_line.text()
    page.show_record(dt.date(2031, 3, 1))
    stage.wait(lambda: page.grid.sheet.day.year == 2031 and not stage.context.tasks.is_busy())
    assert "2031 are not published yet" in page.header.subtitle_line.text()
    assert page.here(None) == dt.date(2031, 3, 1)


def test_that_a_person_is_chosen_and_the_choice_narrows(
    stage: Stage, shop: dict[str, uuid.UUID], actors: dict[Role, Actor]
) -> None:
    plan(stage, shop["K2"])
    page = shown(stage, View.WEEK, 1)
    page.person.set_value(actors[Role.AGENT].user_id)
    stage.wait(lambda: items(page) == 0)
    page.person.set_value(stage.context.actor.user_id)
    stage.wait(lambda: items(page) == 1)
    assert page.criteria().user_ids == frozenset({stage.context.actor.user_id})


def test_that_a_month_of_a_thousand_is_painted_at_once(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    def many(session: Session) -> None:
        factories.name(session)
        user = stage.context.actor.user_id
        for number in range(1000):
            day = dt.date(2026, 9, 1 + number % 30)
            session.add(Visit(customer_id=shop["K2"], planned_on=day, by_id=user))

    stage.write(many)
    page = shown(stage, View.MONTH, 1000)
    took = []
    for _round in range(3):
        begun = time.process_time()
        page._show()
        page.grid.grab()
        took.append(time.process_time() - begun)
    assert min(took) < 0.1, took


# Files -------------------------------------------------------------------------------------------


def test_that_what_is_shown_is_written_as_a_file(
    stage: Stage, shop: dict[str, uuid.UUID], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(stage, shop["K2"])
    page = shown(stage, View.WEEK, 1)
    path = tmp_path / "a.ics"
    monkeypatch.setattr(dialogs, "save_file", lambda *_args, **_named: path)
    stage.run(page, "calendar.export")
    stage.wait(path.exists)
    stage.idle()
    assert "王小明" in path.read_text(encoding="utf-8")
    monkeypatch.setattr(dialogs, "save_file", lambda *_args, **_named: None)
    path.unlink()
    stage.run(page, "calendar.export")
    stage.idle()
    assert not path.exists()


@pytest.fixture
def feed(stage: Stage) -> CalendarFeed:
    context = stage.context
    made = CalendarFeed(
        context.tasks, context.actor, context.state, context.messages, context.workspace,
        context.messages,
    )  # fmt: skip
    made._timer.setInterval(0)
    stage.context = replace(context, feed=made)
    return made


def test_that_a_kept_file_follows_each_change(
    stage: Stage,
    shop: dict[str, uuid.UUID],
    feed: CalendarFeed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = shown(stage, View.WEEK, 0)
    path = tmp_path / "mine.ics"
    monkeypatch.setattr(dialogs, "save_file", lambda *_args, **_named: path)
    stage.run(page, "calendar.keep")
    stage.wait(path.exists)
    assert "BEGIN:VEVENT" not in path.read_text(encoding="utf-8")
    draft = VisitDraft(planned_on=TODAY)
    stage.context.tasks.write(page, visits.plan_visit, None, shop["K2"], draft)
    stage.wait(lambda: "王小明" in path.read_text(encoding="utf-8"))
    stage.idle()
    waiting = press_button("Stop writing it")
    stage.run(page, "calendar.keep")
    assert waiting.is_done
    assert feed.path() is None


def test_that_a_place_that_cannot_be_written_is_told_once(
    stage: Stage, shop: dict[str, uuid.UUID], feed: CalendarFeed, tmp_path: Path
) -> None:
    told: list[str] = []
    stage.context.messages.warn = told.append  # type: ignore[method-assign]
    feed.keep(tmp_path / "gone" / "mine.ics")
    stage.wait(lambda: told)
    feed.write()
    stage.idle()
    assert len(told) == 1
    assert told[0].startswith("The calendar file is not up to date:")
    assert clock.today() == TODAY
