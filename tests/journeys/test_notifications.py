"""A reminder on a real desktop: seen as a notification, opened by a click, put off by a button.

The desktop shows no buttons but a menu of what a notification offers; what is chosen there comes
to the program as that of a button does.
"""

import datetime as dt
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from jeepney import DBusAddress, Properties, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from sqlalchemy import select

from db import workspace
from db.models import Customer
from db.session import Session
from desktop_app import clock
from desktop_app.domain.tasks import TaskDraft
from desktop_app.services import reminders, tasks
from tests.journeys.accessibility import wait
from tests.journeys.desk import Desk, make_desk, running

pytestmark = pytest.mark.timeout(400)
NAME = "org.freedesktop.Notifications"
DAEMON = DBusAddress("/org/freedesktop/Notifications", NAME, "org.dunstproject.cmd0")
CONFIG = """
[global]
    mouse_left_click = do_action, close_current
    width = 420
    font = Noto Sans CJK SC 11
    dmenu = {menu}
"""
MENU = """#!/bin/sh
tee {folder}/offered | grep -m 1 -F -f {folder}/wanted
"""
OFFERED = ("Open it", "Again in 5 minutes", "Again in 15 minutes", "Again in 60 minutes")


@contextmanager
def notifications(desk: Desk, folder: Path) -> Iterator[DBusConnection]:
    """What shows notifications on this desktop, and a connection to ask it."""
    if shutil.which("dunst") is None:
        pytest.skip("not installed: dunst")
    file, menu = folder / "dunstrc", folder / "menu"
    menu.write_text(MENU.format(folder=folder), "utf-8")
    menu.chmod(0o755)
    file.write_text(CONFIG.format(menu=menu), "utf-8")
    with running(["dunst", "-conf", str(file)], desk.variables, stdout=subprocess.DEVNULL):
        bus = open_dbus_connection(bus=desk.variables["DBUS_SESSION_BUS_ADDRESS"])
        asked = message_bus.NameHasOwner(NAME)
        wait(lambda: bus.send_and_get_reply(asked).body[0], "the notification service", 60)
        yield bus
        bus.close()


def shown(bus: DBusConnection) -> int:
    """How many notifications stand on the screen."""
    reply = bus.send_and_get_reply(Properties(DAEMON).get("displayedLength"))
    return int(reply.body[0][1])


def choose(bus: DBusConnection, folder: Path, words: str) -> list[str]:
    """Open the menu of the notification and choose; what it offered."""
    (folder / "wanted").write_text(words, "utf-8")
    bus.send_and_get_reply(new_method_call(DAEMON, "ContextMenuCall"))
    offered = folder / "offered"
    wait(lambda: offered.exists() and words in offered.read_text("utf-8"), f"{words!r}", 60)
    return [each for each in OFFERED if each in offered.read_text("utf-8")]


def ready(demo: Path) -> str:
    """Let the demo have one reminder; the name of its customer."""
    opened = workspace.open_demo(demo)
    with opened.database.write(opened.actor) as session:
        name = set_up(session)
    opened.database.close()
    return name


def put_off(demo: Path) -> list[dt.timedelta]:
    """For how long from now what is put off is."""
    opened = workspace.open_demo(demo)
    with opened.database.read(opened.actor) as session:
        board = reminders.board(session)
    opened.database.close()
    assert board.due(clock.now()) == ()
    return [until - clock.now() for until in board.desk.snoozed.values()]


def set_up(session: Session) -> str:
    """One task of today, announced the working day before, and no other reminder.

    Returns:
        The name of its customer.
    """
    me = session.info["actor"].user_id
    reminders.mark_seen(session, [line.id for line in reminders.of_actor(session)])
    customer = session.execute(select(Customer.id, Customer.name).limit(1)).one()
    tasks.add(
        session,
        TaskDraft(
            words="送去新的价目表",
            owner_id=me,
            due_on=clock.today(),
            customer_id=customer.id,
        ),
    )
    return str(customer.name)


def test_that_a_notification_is_seen_and_a_click_opens_its_record(
    demo: Path, tmp_path: Path
) -> None:
    name = ready(demo)
    with (
        make_desk(tmp_path, WINBACK_HOME=str(tmp_path / "own-home")) as desk,
        notifications(desk, tmp_path) as bus,
        desk.show(demo),
    ):
        desk.wait_title("Today")
        desk.wait(lambda: shown(bus) == 1, "the notification")
        desk.picture("notification")
        window = desk.xdo("search", "--onlyvisible", "--class", "Dunst")
        desk.xdo("mousemove", "--window", window, "40", "30", "click", "1")
        desk.wait_title(name)
        desk.wait(lambda: shown(bus) == 0, "the notification to go")
        desk.wait_label(name)
        desk.picture("opened")
        desk.key("ctrl+q")
        desk.wait(lambda: not desk.program_is_alive(), "the end of the program")
        assert desk.program is not None
        assert desk.program.returncode == 0


def test_that_a_notification_of_the_window_is_put_off_by_its_button(
    demo: Path, tmp_path: Path
) -> None:
    ready(demo)
    with (
        make_desk(tmp_path, WINBACK_HOME=str(tmp_path / "own-home")) as desk,
        notifications(desk, tmp_path) as bus,
        desk.show(demo),
    ):
        desk.wait_title("Today")
        desk.wait(lambda: shown(bus) == 1, "the notification")
        desk.wait_label("1 reminder")
        assert choose(bus, tmp_path, "Again in 15 minutes") == list(OFFERED)
        desk.wait(lambda: shown(bus) == 0, "the notification to go")
        desk.key("ctrl+q")
        desk.wait(lambda: not desk.program_is_alive(), "the end of the program")
    (until,) = put_off(demo)
    assert dt.timedelta() < until <= dt.timedelta(minutes=15)


def test_that_a_notification_of_the_command_is_put_off_or_opens_the_window(
    demo: Path, tmp_path: Path
) -> None:
    name = ready(demo)
    with (
        make_desk(tmp_path, WINBACK_HOME=str(tmp_path / "own-home")) as desk,
        notifications(desk, tmp_path) as bus,
    ):
        with desk.show(demo, "remind", "--now") as command:
            desk.wait(lambda: shown(bus) == 1, "the notification")
            choose(bus, tmp_path, "Again in 5 minutes")
            assert command.wait(60) == 0
        wait(lambda: shown(bus) == 0, "the notification to go", 60)
        (until,) = put_off(demo)
        assert dt.timedelta() < until <= dt.timedelta(minutes=5)
        ready(demo)
        with desk.show(demo, "remind", "--now"):
            desk.wait(lambda: shown(bus) == 1, "the notification")
            choose(bus, tmp_path, "Open it")
            desk.wait_title(name)
            desk.wait_label(name)
            desk.key("ctrl+q")
            desk.wait(lambda: not desk.program_is_alive(), "the end of the program")
            assert desk.program is not None
            assert desk.program.returncode == 0
