"""Reminders in the window: when they come, how they are shown, what the person does with them."""

import datetime as dt
import socket
import uuid
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from PySide6.QtCore import QObject, QProcess, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from desktop_app import clock
from desktop_app.domain.promises import PromiseDraft
from desktop_app.domain.tasks import TaskDraft
from desktop_app.services import journal, promises, reminders, tasks
from desktop_app.services.reminders import ReminderLine
from desktop_app.session_bus import Answer, Note
from desktop_app.settings import Settings, load_settings
from desktop_app.ui import reminder_desk, reminder_sound
from desktop_app.ui.call_timer import CallTimer
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.notifier import BusNotifier, Notifier, TrayNotifier
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages import PAGES
from desktop_app.ui.parsed_editors import NumbersEditor
from desktop_app.ui.reminder_clock import LONGEST
from desktop_app.ui.reminder_desk import ReminderDesk
from desktop_app.ui.reminder_window import ReminderWindow
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.tray import Tray
from desktop_app.ui.window_actions import WindowServices
from tests import factories
from tests.factories import Desk

pytestmark = [
    pytest.mark.usefixtures("fixed_time"),
    pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True),  # there is no tray here
]
TODAY = dt.date(2026, 9, 15)


class Shelf(Notifier):
    """Keeps what would be shown."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.notes: dict[str, tuple[str, str]] = {}

    def show_note(self, key: str, title: str, text: str) -> None:
        self.notes[key] = (title, text)

    def withdraw(self, key: str) -> None:
        self.notes.pop(key, None)


class Quiet(QObject):
    """Counts how often something would be heard."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.played = 0

    def play(self) -> None:
        self.played += 1


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def add(desk: Desk, admin: Actor) -> Callable[..., uuid.UUID]:
    """A task of the administrator, due today."""

    def do(words: str = "发资料", due: int = 0) -> uuid.UUID:
        day = TODAY + dt.timedelta(days=due)
        return desk.do(admin, tasks.add, TaskDraft(words=words, owner_id=admin.user_id, due_on=day))

    return do


@pytest.fixture
def window(
    qtbot: QtBot, tasks: Tasks, admin: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    """The window with no desktop around it."""
    monkeypatch.setattr(reminder_desk, "open_bus", lambda: None)
    monkeypatch.setattr(reminder_desk, "ReminderSound", Quiet)
    services = WindowServices(undo=journal.undo, title_text=journal.title_text)
    made = MainWindow(tasks, Settings(), admin, tmp_path, PAGES, services)
    qtbot.addWidget(made)
    yield made
    made.close()


@pytest.fixture
def begin(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., ReminderDesk]:
    """Begins to remind; what would be shown is kept on a shelf."""
    monkeypatch.setattr(reminder_desk, "Notifier", Shelf)

    def do(*, since: dt.datetime | None = None, settings: Settings | None = None) -> ReminderDesk:
        made = window.reminders = ReminderDesk(window, settings or Settings(), since)
        qtbot.waitUntil(lambda: made.notifier is not None and made.clock.board is not None)
        return made

    return do


def notes(made: ReminderDesk) -> list[tuple[str, str]]:
    assert isinstance(made.notifier, Shelf)
    return list(made.notifier.notes.values())


def heard(made: ReminderDesk) -> int:
    sound: object = made.sound
    assert isinstance(sound, Quiet)
    return sound.played


# ---------------------------------------------------------------- they come


def test_that_what_is_due_is_shown_heard_and_counted(
    qtbot: QtBot,
    window: MainWindow,
    begin: Callable[..., ReminderDesk],
    add: Callable[..., uuid.UUID],
) -> None:
    add()
    made = begin(since=clock.now())
    qtbot.waitUntil(lambda: len(notes(made)) == 1)
    assert notes(made) == [("Task", "Due 2026-09-15 Tue\n发资料")]
    assert heard(made) == 1
    assert window.status.reminders.text() == "1 reminder"
    assert not window.status.reminders.isHidden()
    assert window.messages.text == "1 reminder came while the program was closed."
    window.messages.button.click()
    assert made.list is not None
    assert made.list.table.count() == 1
    made.clock.tick()
    assert heard(made) == 1  # once


@pytest.mark.parametrize("how", ["list", "page"])
def test_that_what_was_missed_is_offered_until_one_has_looked_or_gone_on(
    qtbot: QtBot,
    window: MainWindow,
    begin: Callable[..., ReminderDesk],
    add: Callable[..., uuid.UUID],
    how: str,
) -> None:
    add()
    window.start()
    made = begin(since=clock.now())
    offered = "1 reminder came while the program was closed."
    qtbot.waitUntil(lambda: window.messages.text == offered)
    if how == "list":
        window.status.reminders.click()
    else:
        window.navigate("customers")
    assert window.messages.text == ""
    assert window.status.reminders.text() == "1 reminder"
    window.messages.info("Something else")
    made.show_list()
    assert window.messages.text == "Something else"


def test_that_many_at_once_are_one_note_that_opens_the_list(
    qtbot: QtBot, begin: Callable[..., ReminderDesk], add: Callable[..., uuid.UUID]
) -> None:
    for number in range(5):
        add(f"第{number}")
    made = begin()
    qtbot.waitUntil(lambda: len(notes(made)) == 1)
    title, text = notes(made)[0]
    assert title == "5 reminders"
    assert text.splitlines() == ["Task", "Task", "Task", "and 2 more"]
    assert heard(made) == 1
    assert made.notifier is not None
    made.notifier.opened.emit("all")
    assert made.list is not None
    assert made.list.isVisible()
    made.notifier.snoozed.emit("all", 15)
    assert made.clock.due == ()
    assert notes(made) == []
    assert made.clock.pause(clock.now()) == LONGEST


def test_that_opening_a_note_goes_to_its_record_and_counts_as_seen(
    qtbot: QtBot, desk: Desk, admin: Actor, window: MainWindow,
    begin: Callable[..., ReminderDesk], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    case_id = desk.do(admin, factories.assigned_case, admin.user_id)
    customer = desk.do(admin, factories.add_customer, name="王小明")
    made_on = PromiseDraft(words="送到", made_on=TODAY, due_on=TODAY)
    desk.do(admin, promises.register, customer, made_on)
    desk.do(
        admin,
        tasks.add,
        TaskDraft(words="问", owner_id=admin.user_id, due_on=TODAY, case_id=case_id),
    )
    made = begin()
    qtbot.waitUntil(lambda: len(notes(made)) == 2)
    went: list[tuple[str, object]] = []
    monkeypatch.setattr(window, "navigate", lambda *place: went.append(place))
    assert made.notifier is not None
    for key in list(made.notifier.notes):  # type: ignore[attr-defined]
        made.notifier.opened.emit(key)
    assert sorted(page for page, _target in went) == ["case-file", "promises"]
    assert ("case-file", case_id) in went
    qtbot.waitUntil(lambda: desk.look(admin, reminders.due_now) == ())
    assert window.status.reminders.isHidden()


def test_that_nothing_comes_during_a_call_and_all_of_it_afterwards(
    qtbot: QtBot,
    window: MainWindow,
    begin: Callable[..., ReminderDesk],
    add: Callable[..., uuid.UUID],
) -> None:
    add()
    timer = CallTimer()
    timer.setParent(window)
    timer.toggle()
    made = begin()
    assert made.in_call()
    assert notes(made) == []
    assert made.clock.pause(clock.now()) == dt.timedelta(seconds=1)
    timer.toggle()
    made.clock.tick()
    assert len(notes(made)) == 1


def test_that_a_person_may_have_neither_notes_nor_sound(
    qtbot: QtBot,
    window: MainWindow,
    begin: Callable[..., ReminderDesk],
    add: Callable[..., uuid.UUID],
) -> None:
    add()
    made = begin(settings=Settings(show_notes=False, reminder_sound=False))
    qtbot.waitUntil(lambda: window.status.reminders.text() == "1 reminder")
    assert notes(made) == []
    assert heard(made) == 0
    made.try_out()
    assert [title for title, _text in notes(made)] == ["Winback Desk"]


def test_that_a_reminder_comes_when_it_is_time_after_sleep_too(
    qtbot: QtBot,
    begin: Callable[..., ReminderDesk],
    add: Callable[..., uuid.UUID],
    fixed_time: time_machine.Traveller,
) -> None:
    made = begin()
    first = made.clock.board
    add(due=1)
    made.clock.read()
    qtbot.waitUntil(lambda: made.clock.board is not first)
    made.clock.mark_seen([line.id for line in made.clock.due])
    assert made.clock.due == ()
    fixed_time.shift(dt.timedelta(hours=22))  # the lid was closed until 8:00
    made.clock.tick()
    assert made.clock.pause(clock.now()) == LONGEST
    fixed_time.shift(dt.timedelta(minutes=59, seconds=45))
    made.clock.tick()
    assert made.clock.pause(clock.now()) == dt.timedelta(seconds=15)
    fixed_time.shift(dt.timedelta(seconds=15))
    made.clock.tick()
    assert [line.words for line in made.clock.due] == ["发资料"]


def test_that_what_somebody_writes_is_noticed(
    qtbot: QtBot, tasks: Tasks, admin: Actor, begin: Callable[..., ReminderDesk]
) -> None:
    made = begin()
    assert made.clock.due == ()
    from desktop_app.services import tasks as service

    draft = TaskDraft(words="新", owner_id=admin.user_id, due_on=TODAY)
    tasks.write(made, service.add, draft)
    qtbot.waitUntil(lambda: [line.words for line in made.clock.due] == ["新"])
    qtbot.waitUntil(lambda: len(notes(made)) == 1)


def test_that_a_snoozed_one_is_shown_again(
    qtbot: QtBot,
    begin: Callable[..., ReminderDesk],
    add: Callable[..., uuid.UUID],
    fixed_time: time_machine.Traveller,
) -> None:
    add()
    made = begin()
    qtbot.waitUntil(lambda: len(notes(made)) == 1)
    assert made.notifier is not None
    made.notifier.snoozed.emit(next(iter(made._noted)), 5)
    assert notes(made) == []
    fixed_time.shift(dt.timedelta(minutes=5))
    made.clock.tick()
    qtbot.waitUntil(lambda: len(notes(made)) == 1)
    assert heard(made) == 2


# ---------------------------------------------------------------- the list


def lines(desk: Desk, admin: Actor) -> tuple[ReminderLine, ...]:
    return desk.look(admin, reminders.due_now)


def test_that_the_list_is_worked_by_the_keyboard(
    qtbot: QtBot, context: PageContext, desk: Desk, admin: Actor, add: Callable[..., uuid.UUID]
) -> None:
    add("甲")
    add("乙")
    host = context.messages.parentWidget()
    assert host is not None
    made = ReminderWindow(host, context)
    qtbot.addWidget(made)
    done: list[tuple[str, object]] = []
    made.opened.connect(lambda line: done.append(("open", line.words)))
    made.snoozed.connect(lambda ids, minutes: done.append((f"{len(ids)}", minutes)))
    made.seen.connect(lambda ids: done.append(("seen", len(ids))))
    due = lines(desk, admin)
    made.show_lines(due, ())
    made.come()
    assert not made.isModal()
    assert made.tabs.tabText(0) == "Due now (2)"
    assert not made.tabs.isTabVisible(1)
    view = made.table.focusProxy() or made.table
    qtbot.waitUntil(lambda: len(made.chosen()) == 1 and made.isActiveWindow())
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_Delete):
        qtbot.keyClick(view, key)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    words = made.chosen()[0].words
    assert done == [("1", 5), ("1", 15), ("1", 60), ("seen", 1), ("open", words)]
    made.open_button.click()
    assert done[-1] == ("open", words)
    assert len(done) == 6


def test_that_what_is_overdue_with_others_is_a_list_of_its_own(
    qtbot: QtBot, context: PageContext, desk: Desk, admin: Actor, add: Callable[..., uuid.UUID]
) -> None:
    add()
    host = context.messages.parentWidget()
    assert host is not None
    made = ReminderWindow(host, context)
    qtbot.addWidget(made)
    found = lines(desk, admin)
    made.show_lines((), found)
    made.tabs.setCurrentIndex(1)
    made.come()
    done: list[object] = []
    made.snoozed.connect(lambda *what: done.append(what))
    made.seen.connect(done.append)
    qtbot.waitUntil(lambda: len(made.chosen()) == 1)
    assert made.open_button.isEnabled()
    assert not made.seen_button.isEnabled()
    qtbot.keyClick(made, Qt.Key.Key_1)
    qtbot.keyClick(made, Qt.Key.Key_Delete)
    assert done == []


# ---------------------------------------------------------------- the desktop around


class FrameClose(QCloseEvent):
    """The window is closed by its frame."""

    def spontaneous(self) -> bool:
        return True


@pytest.fixture
def tray(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desktop has a tray."""
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))


def test_that_the_program_stays_in_the_tray(
    qtbot: QtBot, tray: None, window: MainWindow, begin: Callable[..., ReminderDesk],
    add: Callable[..., uuid.UUID], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    add()
    shown: list[str] = []
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda _icon, _t, text, _i: shown.append(text)
    )
    settings = Settings()
    window.show()
    made = begin(settings=settings)
    assert isinstance(made.notifier, TrayNotifier)
    qtbot.waitUntil(lambda: len(shown) == 1)
    assert made.tray is not None
    assert made.tray.icon.toolTip().endswith("1 reminder")
    event = FrameClose()
    window.closeEvent(event)
    assert not event.isAccepted()
    assert not window.isVisible()
    assert "stays here" in shown[1]
    made.tray.window_wanted.emit()
    assert window.isVisible()
    window.closeEvent(FrameClose())
    assert len(shown) == 2  # said once
    made.tray.icon.messageClicked.emit()
    assert window.isVisible()
    page = window.current_page()
    assert page is not None
    assert page.SPEC.id == "duties"  # the task has no customer
    settings.stay_in_tray = False
    event = FrameClose()
    window.closeEvent(event)
    assert event.isAccepted()


def test_that_without_a_tray_the_window_just_closes(
    window: MainWindow, begin: Callable[..., ReminderDesk]
) -> None:
    assert not begin().stay()


def test_that_the_icon_says_how_many(qapp: QApplication) -> None:
    made = Tray()
    plain = made.icon.icon().pixmap(64, 64).toImage()
    made.show_count(120)
    assert made.icon.icon().pixmap(64, 64).toImage() != plain
    made.show_count(0)
    assert made.icon.icon().pixmap(64, 64).toImage() == plain
    wanted: list[str] = []
    made.window_wanted.connect(lambda: wanted.append("window"))
    made.list_wanted.connect(lambda: wanted.append("list"))
    for action in made.menu.actions()[:2]:
        action.trigger()
    made.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    made.icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)
    assert wanted == ["window", "list", "window"]
    made.close()


class Wire:
    """A bus that is a pair of sockets; `answers` is what the desktop says next."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.shown: list[Note] = []
        self.withdrawn: list[int] = []
        self.answers: list[Answer] = []
        self.is_broken = False

    @property
    def handle(self) -> int:
        return self.ours.fileno()

    def show(self, note: Note) -> int:
        if self.is_broken:
            raise BrokenPipeError
        self.shown.append(note)
        return len(self.shown)

    def withdraw(self, note: int) -> None:
        if self.is_broken:
            raise BrokenPipeError
        self.withdrawn.append(note)

    def pump(self) -> Iterator[Answer]:
        self.ours.recv(100)
        if self.is_broken:
            raise ConnectionResetError
        yield from self.answers

    def say(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.theirs.send(b"x")

    def close(self) -> None:
        self.ours.close()
        self.theirs.close()


def test_that_the_buttons_of_a_notification_are_heard(qtbot: QtBot, qapp: QApplication) -> None:
    wire, host = Wire(), QObject()
    made = BusNotifier(wire, (5, 15, 60), host)  # type: ignore[arg-type]
    heard: list[tuple[object, ...]] = []
    made.opened.connect(lambda key: heard.append(("open", key)))
    made.snoozed.connect(lambda key, minutes: heard.append((minutes, key)))
    made.failed.connect(lambda: heard.append(("failed",)))
    made.show_note("a", "Visit", "王小明")
    words = [word for word, _text in wire.shown[0].choices]
    assert words == ["default", "open", "snooze-5", "snooze-15", "snooze-60"]
    assert wire.shown[0].choices[-1][1] == "Again in 60 minutes"
    made.show_note("a", "Visit", "again")
    assert wire.withdrawn == [1]
    made.show_note("b", "Call", "x")
    wire.say(Answer(1, "open"), Answer(2, "snooze-15"), Answer(3, "default"), Answer(3))
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == [(15, "a"), ("open", "b")]
    made.withdraw("a")
    made.withdraw("b")  # gone already
    assert wire.withdrawn == [1, 2]
    made.show_note("c", "x", "y")
    wire.is_broken = True
    made.withdraw("c")
    made.show_note("d", "x", "y")
    wire.say()
    assert heard[2:] == [("failed",), ("failed",)]
    made.close()
    host.deleteLater()


def test_that_the_sound_is_a_short_wave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.wav"
    reminder_sound.write_chime(path)
    with wave.open(str(path)) as file:
        assert 0.2 < file.getnframes() / file.getframerate() < 0.5
    beeps: list[bool] = []
    monkeypatch.setattr(reminder_sound.shutil, "which", lambda _name: None)
    monkeypatch.setattr(QApplication, "beep", lambda: beeps.append(True))
    host = QObject()
    sound = reminder_sound.ReminderSound(host)
    sound.play()
    assert beeps == [True]
    began: list[tuple[str, bool]] = []

    class Process(QProcess):
        def startDetached(self) -> bool:
            began.append((self.program(), Path(self.arguments()[0]).is_file()))
            return True

    monkeypatch.setattr(reminder_sound, "QProcess", Process)
    monkeypatch.setattr(
        reminder_sound.shutil, "which", lambda name: f"/x/{name}" if name == "paplay" else None
    )
    sound.play()
    sound.play()
    assert began == [("/x/paplay", True)] * 2
    host.deleteLater()


# ---------------------------------------------------------------- settings


def test_that_the_settings_hold_for_everybody_and_for_this_machine(
    qtbot: QtBot, context: PageContext, desk: Desk, admin: Actor
) -> None:
    from desktop_app.ui.pages.settings.page import SettingsPage
    from desktop_app.ui.pages.settings.reminders import RemindersSection

    page = SettingsPage(context)
    qtbot.addWidget(page)
    page.show_record("reminders")
    section = page.tabs.current()
    assert isinstance(section, RemindersSection)
    qtbot.waitUntil(section.form.isEnabled)
    days = section.form.editors["renewal_days"]
    assert days.value() == (30, 15, 7)
    days.set_value((20, 5))
    section.save_button.click()
    qtbot.waitUntil(lambda: desk.look(admin, reminders.policy).renewal_days == (20, 5))
    section.own.editors["reminder_sound"].set_value(False)
    assert load_settings().reminder_sound is False
    assert load_settings().stay_in_tray is None  # there is no tray here
    assert not section.own.editors["stay_in_tray"].isEnabled()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("30, 15,7", (30, 15, 7)),
        ("30 15", (30, 15)),
        ("30，5、1", (30, 5, 1)),
        ("", ()),
        ("a", "a"),
    ],
)
def test_that_numbers_in_a_row_are_read(qtbot: QtBot, typed: str, value: object) -> None:
    editor = NumbersEditor()
    qtbot.addWidget(editor)
    editor.line.setText(typed)
    assert editor.value() == value
    assert bool(editor.unread()) is isinstance(value, str)
    editor.set_value(value)
    assert editor.value() == value
