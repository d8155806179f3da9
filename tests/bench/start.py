"""Start the program and leave once something has painted; what `jobs.start_up` runs and times.

`dialog FOLDER`: until the sign-in dialog is painted. `demo FOLDER`: until the first page of a demo
workspace is, which opens by itself. Both print the moment (`time.monotonic`, in seconds).
`sign-in FOLDER LOGIN PASSWORD`: the dialog first, then, when the window's modules were loaded
behind it, from Enter to the painted page, printed in seconds, with the seconds that the key and
the first rows take by themselves. A page is painted when the window stands on the screen with the
rows of its list.
"""

import gc
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_app.ui.app import Application


def main(what: str, folder: Path, login: str = "", password: str = "") -> int:
    """Run one of the three until it is painted."""
    gc.disable()  # as desktop_app.__main__ does
    from PySide6.QtCore import QTimer

    from desktop_app.settings import load_settings
    from desktop_app.ui import app as application
    from desktop_app.ui.loading import load_program

    settings = load_settings()
    made = application.make_app(settings)
    program = application.Application(made, settings, folder)
    entered: list[float] = []
    spans: list[float] = []
    loaded: list[int] = []

    def look() -> None:
        if what == "demo" or entered:
            done = _is_painted(program)
        elif program.dialog is not None and program.dialog.isVisible():
            program.dialog.repaint()
            done = what == "dialog"
            has_names = program.dialog.login.box.count() > 0
            if what == "sign-in" and has_names and loaded:
                program.dialog.form.fill({"login": login, "password": password})
                entered.append(time.perf_counter())
                program.dialog.sign_in()
        else:
            done = False
        if done:
            if entered:
                spans.append(time.perf_counter() - entered[0])
            else:
                print(time.monotonic(), flush=True)
            made.quit()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(5)
    QTimer.singleShot(0, program.start)

    def warm_up() -> None:
        program.warm_up()
        program.background.compute(program, load_program).then(lambda _none: loaded.append(1))

    if what == "sign-in":
        QTimer.singleShot(application.WARM_UP_MS, warm_up)
    made.exec()
    program.shut_down()
    if spans:  # the program has ended: nothing of it runs beside the limit
        print(spans[0], _alone(folder, login, password))
    return 0


def _is_painted(program: "Application") -> bool:
    window = program.window
    handle = window.windowHandle() if window is not None else None
    if window is None or handle is None or not handle.isExposed():
        return False  # Qt paints nothing yet
    page = window.current_page()
    if page is None or not page.count:
        return False  # its rows are still to come
    window.repaint()
    return True


def _alone(folder: Path, login: str, password: str) -> float:
    """Seconds for the key and fifty customers by the plain driver."""
    import sqlcipher3.dbapi2 as driver

    from db import keys
    from db.session import prepare

    start = time.perf_counter()
    key = keys.open_key(keys.load(folder / keys.KEYS), login, password)
    connection = driver.connect(str(folder / "workspace.db"))
    prepare(connection, key)
    connection.execute("SELECT * FROM customer_stat LIMIT 50").fetchall()
    connection.close()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
