"""A reminder on a real desktop: seen as a notification, and opened by a click on it."""

import datetime as dt
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from jeepney import DBusAddress, Properties, message_bus
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
"""


@contextmanager
def notifications(desk: Desk, folder: Path) -> Iterator[DBusConnection]:
    """What shows notifications on this desktop, and a connection to ask it."""
    if shutil.which("dunst") is None:
        pytest.skip("not installed: dunst")
    file = folder / "dunstrc"
    file.write_text(CONFIG, "utf-8")
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


def set_up(session: Session) -> str:
    """One task that is overdue, nothing else to be reminded of; the name of its customer."""
    me = session.info["actor"].user_id
    reminders.mark_seen(session, [line.id for line in reminders.of_actor(session)])
    customer = session.execute(select(Customer.id, Customer.name).limit(1)).one()
    tasks.add(
        session,
        TaskDraft(
            words="送去新的价目表",
            owner_id=me,
            due_on=clock.today() - dt.timedelta(days=7),
            customer_id=customer.id,
        ),
    )
    return str(customer.name)


def test_that_a_notification_is_seen_and_a_click_opens_its_record(
    demo: Path, tmp_path: Path
) -> None:
    opened = workspace.open_demo(demo)
    with opened.database.write(opened.actor) as session:
        name = set_up(session)
    opened.database.close()
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
