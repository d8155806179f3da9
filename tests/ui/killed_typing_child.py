"""Forks windows in which somebody types an interview, and kills each at a random moment.

`python killed_typing_child.py DATABASE INTERVIEW USER FOLDER COUNT SEED`. Each child works on a
copy of the database in a folder of its own; `keys` there says when which key was pressed, `killed`
when it was killed. One start of Python serves all.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
import uuid
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from db.session import Actor, Database
from db.vocabulary import Role
from desktop_app.settings import Settings
from desktop_app.ui.action_set import ActionSet
from desktop_app.ui.app import make_app
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.interview import InterviewPage
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.window_state import WindowState

KEY = bytes(range(32))
QUESTIONS = ("/data/what_happened", "/data/problem/problem_event", "/data/goods/needed_why")
KEY_MS = 12
"""Faster than anybody types."""
IN_A_ROW = 45
"""Keys before the next question."""


def type_on(place: Path, interview_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Show the page of an interview and type until the end of the process."""
    app = make_app(Settings(language="en"))
    actor = Actor(user_id, "administrator", "administrator", Role.ADMINISTRATOR, None)
    host = QWidget()
    context = PageContext(
        Tasks(Database(place / "workspace.db", KEY), actor),
        Settings(),
        actor,
        MessageBar(host),
        lambda *_given: None,
        ActionSet(actor.role, host),
        WindowState(actor.login, host),
        place,
    )
    page = InterviewPage(context)
    page.resize(1200, 760)
    page.show()
    page.activateWindow()
    page.show_record(interview_id)
    keys = os.open(place / "keys", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    timer = QTimer(app, interval=KEY_MS)
    timer.timeout.connect(lambda: press(page, keys))
    timer.start()
    app.exec()


def press(page: InterviewPage, keys: int) -> None:
    """Press one key more; each question gets the letters in order."""
    if page.run is None:
        return
    page.view.belief.hide()
    number = page.property("pressed") or 0
    page.setProperty("pressed", number + 1)
    address = QUESTIONS[number // IN_A_ROW % len(QUESTIONS)]
    if number % IN_A_ROW == 0:
        page.view.go(address)
        focus = QApplication.focusWidget()
        focus.moveCursor(focus.textCursor().MoveOperation.End)
    letter = chr(ord("a") + number % 26)
    os.write(keys, f"{json.dumps([time.monotonic(), address, letter])}\n".encode())
    event = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, text=letter
    )
    QApplication.sendEvent(QApplication.focusWidget(), event)


def kill_one(template: Path, place: Path, ids: list[uuid.UUID], chance: random.Random) -> None:
    """Let a child type and kill it."""
    place.mkdir(parents=True)
    shutil.copy(template, place / "workspace.db")
    child = os.fork()
    if child == 0:
        os.environ["WINBACK_HOME"] = str(place / "home")
        type_on(place, *ids)
        os._exit(1)
    keys = place / "keys"
    while not keys.exists() or not keys.stat().st_size:  # until it types
        if os.waitpid(child, os.WNOHANG)[0]:
            sys.exit("the child ended")
        time.sleep(0.005)
    time.sleep(chance.uniform(0.05, 3.0))
    moment = time.monotonic()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    (place / "killed").write_text(str(moment), "ascii")


def main() -> None:
    template, interview, user, folder, count, seed = sys.argv[1:]
    chance = random.Random(seed)
    ids = [uuid.UUID(interview), uuid.UUID(user)]
    for number in range(int(count)):
        kill_one(Path(template), Path(folder) / f"{number:03}", ids, chance)


if __name__ == "__main__":
    main()
