import threading

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from db import journal
from db.models import SavedView
from db.session import Changes, Database
from desktop_app.domain.permissions import Action
from desktop_app.errors import CancelledError, ConflictError, NotAllowedError, UserError
from desktop_app.progress import Progress
from desktop_app.services import access
from desktop_app.ui.app import flush_deleted
from desktop_app.ui.tasks import Latest, Tasks


def add_view(session: Session, name: str) -> str:
    journal.name_change(session, "Add {name}", name=name)
    session.add(SavedView(page="cases", name=name))
    return name


def count_views(session: Session) -> int:
    return session.query(SavedView).count()


def slow_names(session: Session, progress: Progress, names: list[str]) -> int:
    for done, name in enumerate(names):
        add_view(session, name)
        session.flush()
        progress.step(done + 1, len(names), name)
        threading.Event().wait(0.02)
    return len(names)


def test_that_a_result_comes_back_on_the_gui_thread(qtbot: QtBot, tasks: Tasks) -> None:
    owner, seen = QObject(), []
    task = tasks.read(owner, count_views)
    task.then(lambda count: seen.append((count, threading.current_thread())))
    with qtbot.waitSignal(task.finished):
        pass
    assert seen == [(0, threading.main_thread())]


def test_that_a_write_commits_and_says_what_changed(qtbot: QtBot, tasks: Tasks) -> None:
    owner, order = QObject(), []
    tasks.changed.connect(order.append)
    with qtbot.waitSignal(tasks.changed):
        tasks.write(owner, add_view, "晨光").then(order.append)
    changes = order[1]
    assert order[0] == "晨光"
    assert isinstance(changes, Changes)
    assert "saved_view" in changes.tables
    assert changes.title == "Add {name}"
    with qtbot.waitSignal(tasks.read(owner, count_views).succeeded) as blocker:
        pass
    assert blocker.args == [1]


def test_that_a_quiet_write_is_not_announced(qtbot: QtBot, tasks: Tasks) -> None:
    owner, announced = QObject(), []
    tasks.announced.connect(announced.append)
    with qtbot.waitSignal(tasks.write(owner, add_view, "a").quiet().finished):
        pass
    assert announced == []
    with qtbot.waitSignal(tasks.write(owner, add_view, "b").finished):
        pass
    assert len(announced) == 1


def test_that_writes_keep_their_order(qtbot: QtBot, tasks: Tasks) -> None:
    owner, names = QObject(), [f"c{n}" for n in range(20)]
    seen: list[str] = []
    for name in names:
        tasks.write(owner, add_view, name).then(seen.append)
    qtbot.waitUntil(lambda: len(seen) == len(names))
    assert seen == names


def test_that_services_know_who_acts_also_when_they_read(qtbot: QtBot, tasks: Tasks) -> None:
    owner = QObject()

    def may(session: Session) -> bool:
        access.require(session, Action.MANAGE_USERS)
        return True

    with qtbot.waitSignal(tasks.read(owner, may).succeeded) as blocker:
        pass
    assert blocker.args == [True]


def test_that_the_result_for_a_closed_page_is_dropped(qtbot: QtBot, tasks: Tasks) -> None:
    owner, seen = QObject(), []
    gate = threading.Event()

    def wait(session: Session) -> str:
        gate.wait(60)
        return "late"

    task = tasks.read(owner, wait).then(seen.append)
    owner.deleteLater()
    flush_deleted()
    gate.set()
    with qtbot.waitSignal(task.finished):
        pass
    assert seen == []


def test_that_closing_the_page_stops_its_long_job_and_leaves_nothing(
    qtbot: QtBot, tasks: Tasks
) -> None:
    owner, other = QObject(), QObject()
    task = tasks.write_long(owner, slow_names, [f"n{n}" for n in range(200)])
    with qtbot.waitSignal(task.progressed):
        pass
    with qtbot.waitSignal(task.finished):
        owner.deleteLater()
        flush_deleted()
    with qtbot.waitSignal(tasks.read(other, count_views).succeeded) as blocker:
        pass
    assert blocker.args == [0]


def test_that_stop_rolls_back(qtbot: QtBot, tasks: Tasks) -> None:
    owner, seen = QObject(), []
    task = tasks.write_long(owner, slow_names, [f"n{n}" for n in range(200)]).then(seen.append)
    with qtbot.waitSignal(task.progressed):
        pass
    with qtbot.waitSignal(task.finished):
        task.stop()
    assert seen == []
    with qtbot.waitSignal(tasks.read(owner, count_views).succeeded) as blocker:
        pass
    assert blocker.args == [0]


def test_that_progress_arrives_and_running_jobs_are_counted(qtbot: QtBot, tasks: Tasks) -> None:
    owner, steps, running = QObject(), [], []
    tasks.running.connect(running.append)
    task = tasks.write_long(owner, slow_names, ["a", "b", "c"])
    task.progressed.connect(lambda *step: steps.append(step))
    with qtbot.waitSignal(task.finished):
        pass
    assert steps[-1] == (3, 3, "c")
    assert running == [1, 0]


def test_that_a_user_error_goes_to_who_asked(qtbot: QtBot, tasks: Tasks) -> None:
    owner, seen, problems = QObject(), [], []
    tasks.problem.connect(problems.append)

    def refuse(session: Session) -> None:
        raise ConflictError("somebody else changed it")

    with qtbot.waitSignal(tasks.read(owner, refuse).or_else(seen.append).finished):
        pass
    assert [type(error) for error in seen] == [ConflictError]
    assert problems == []


def test_that_a_user_error_nobody_takes_goes_to_the_message_bar(qtbot: QtBot, tasks: Tasks) -> None:
    owner = QObject()

    def refuse(session: Session) -> None:
        raise NotAllowedError("not you")

    with qtbot.waitSignal(tasks.problem) as blocker:
        tasks.write(owner, refuse)
    assert blocker.args[0].message == "not you"


def test_that_a_database_trouble_becomes_a_sentence(qtbot: QtBot, tasks: Tasks) -> None:
    owner = QObject()

    def full(session: Session) -> None:
        raise OperationalError("insert", {}, Exception("database or disk is full"))

    with qtbot.waitSignal(tasks.problem) as blocker:
        tasks.write(owner, full)
    assert isinstance(blocker.args[0], UserError)
    assert "disk is full" in blocker.args[0].message


def test_that_a_bug_goes_to_the_crash_dialog(qtbot: QtBot, tasks: Tasks) -> None:
    owner = QObject()
    with qtbot.waitSignal(tasks.crashed) as blocker:
        tasks.compute(owner, lambda: 1 / 0)
    assert isinstance(blocker.args[0], ZeroDivisionError)


def test_that_cancelling_shows_nothing(qtbot: QtBot, tasks: Tasks) -> None:
    owner, shown = QObject(), []
    tasks.problem.connect(shown.append)
    tasks.crashed.connect(shown.append)

    def cancel(session: Session) -> None:
        raise CancelledError

    with qtbot.waitSignal(tasks.read(owner, cancel).finished):
        pass
    assert shown == []


def test_that_only_the_latest_answer_counts(qtbot: QtBot, tasks: Tasks) -> None:
    owner, latest, seen = QObject(), Latest(), []
    gate = threading.Event()

    def answer(text: str) -> str:
        if text == "first":
            gate.wait(60)
        return text

    first = latest.take(tasks.compute(owner, answer, "first")).then(seen.append)
    second = latest.take(tasks.compute(owner, answer, "second")).then(seen.append)
    with qtbot.waitSignal(second.finished):
        pass
    with qtbot.waitSignal(first.finished):
        gate.set()
    assert seen == ["second"]


def test_that_what_is_held_begins_with_the_first_and_the_rest_follows(
    qtbot: QtBot, tasks: Tasks
) -> None:
    owner, begun, order = QObject(), threading.Event(), []
    may_end = threading.Event()

    def first(_session: Session) -> None:
        order.append("first")
        begun.set()
        may_end.wait(60)

    tasks.hold()
    held = tasks.read(owner, first)
    tasks.read(owner, lambda _session: order.append("second"))
    tasks.write(owner, lambda _session: order.append("written"))
    assert tasks.is_busy()
    assert order == []
    tasks.release()
    assert begun.wait(60)
    asked_later = tasks.read(owner, lambda _session: order.append("not held"))
    with qtbot.waitSignal(asked_later.finished):
        pass
    assert order[0] == "first"
    with qtbot.waitSignal(held.finished):
        may_end.set()
    qtbot.waitUntil(lambda: not tasks.is_busy())
    assert sorted(order[1:]) == ["not held", "second", "written"]
    tasks.release()  # nothing is held any more
    assert not tasks.is_held


def test_that_a_short_write_that_is_held_is_stored_at_the_end(
    tasks: Tasks, database: Database
) -> None:
    tasks.hold()
    tasks.write(QObject(), add_view, "held")
    tasks.shutdown()
    with database.read() as session:
        assert count_views(session) == 1


def test_that_shutdown_ends_the_threads(qtbot: QtBot, tasks: Tasks) -> None:
    owner, seen = QObject(), []
    tasks.write_long(owner, slow_names, [f"n{n}" for n in range(500)]).then(seen.append)
    tasks.shutdown()
    assert seen == []
    assert [t.name for t in threading.enumerate() if t.name.startswith(("read", "write"))] == []


def test_that_shutdown_stores_the_short_writes_that_still_wait(
    qtbot: QtBot, tasks: Tasks, database: Database
) -> None:
    owner = QObject()
    for number in range(5):
        tasks.write(owner, add_view, f"v{number}")
    tasks.shutdown()
    with database.read() as session:
        assert count_views(session) == 5


def test_that_a_short_write_outlives_its_page(qtbot: QtBot, tasks: Tasks) -> None:
    owner, other = QObject(), QObject()
    for number in range(5):
        tasks.write(owner, add_view, f"v{number}")
    owner.deleteLater()
    flush_deleted()
    qtbot.waitUntil(lambda: not tasks.is_busy())
    with qtbot.waitSignal(tasks.read(other, count_views).succeeded) as blocker:
        pass
    assert blocker.args == [5]


@pytest.mark.parametrize("count", [1, 40])
def test_that_tasks_delete_themselves(qtbot: QtBot, tasks: Tasks, count: int) -> None:
    owner = QObject()
    for _number in range(count):
        tasks.compute(owner, int)
    qtbot.waitUntil(lambda: not tasks.is_busy())
    flush_deleted()
    assert tasks.children() == []
