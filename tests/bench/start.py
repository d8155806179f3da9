"""Start the program and leave once something has painted; what `jobs.start_up` runs and times.

It comes in by the door of a person, `winback` without a command, and all that stands behind it.
`dialog FOLDER`: until the sign-in dialog is painted. `demo FOLDER`: until the first rows of a demo
workspace are, which opens by itself; then, until the whole window is there and answers. Both print
the moment (`time.monotonic`, in seconds). `sign-in FOLDER LOGIN PASSWORD`: the dialog first, then,
when the window's modules were loaded behind it, from Enter to the painted page, printed in seconds,
with the seconds that the key and the first rows take by themselves. A page is painted when it
stands on the screen with the rows of its list.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop_app.ui.app import Application


def main(what: str, folder: Path, login: str = "", password: str = "") -> int:
    """Run one of the three until it is painted."""
    os.environ["WINBACK_WORKSPACE"] = str(folder)
    sys.argv = ["winback"]
    from desktop_app import __main__ as door

    watches: list[_Watch] = []
    open_window = door.open_window

    def watched(place: Path | None) -> int:
        from desktop_app.ui import app

        start = app.Application.start

        def start_watched(program: "Application") -> None:
            start(program)
            watches.append(_Watch(program, what, login, password))

        app.Application.start = start_watched  # type: ignore[method-assign]
        return open_window(place)

    door.open_window = watched
    status = door.main()
    if watches[0].span:  # the program has ended: nothing of it runs beside the limit
        print(watches[0].span, _alone(folder, login, password))
    return status


class _Watch:
    """Says when something has painted, as the bare window does; ends the program when all has."""

    def __init__(self, program: "Application", what: str, login: str, password: str) -> None:
        from PySide6.QtCore import QTimer

        from desktop_app.ui.app import WARM_UP_MS

        self._program, self._what = program, what
        self._values = {"login": login, "password": password}
        self._entered = self.span = 0.0
        self._is_loaded = False
        self._timer = QTimer(interval=5)
        self._timer.timeout.connect(self._look)
        if what == "dialog" and program.dialog is not None:
            _when_painted(program.dialog, self._on_dialog)
            return
        if what == "demo" and program.first_view is not None:
            _when_painted(program.first_view, _say_now)
        if what == "sign-in":
            QTimer.singleShot(WARM_UP_MS, self._load)
        self._timer.start()

    def _load(self) -> None:
        from desktop_app.ui.loading import WINDOW, PartLoader, load_program

        def loaded() -> None:
            self._is_loaded = True

        self._program.warm_up()
        task = self._program.background.compute(self._program, load_program)
        task.then(lambda _none: PartLoader(self._program, WINDOW, loaded))

    def _look(self) -> None:
        if self._what == "sign-in" and not self._entered:
            if self._is_loaded:
                self._sign_in()
            return
        window = self._program.window
        page = window.current_page() if window is not None else None
        if page is not None:
            self._timer.stop()
            rows = page.tables()[0].view.viewport()
            _when_painted(rows, self._on_rows, lambda: bool(page.count))

    def _on_rows(self) -> None:
        if self._entered:
            self.span = time.perf_counter() - self._entered
        else:
            _say_now()
        self._end()

    def _on_dialog(self) -> None:
        _say_now()
        self._end()

    def _sign_in(self) -> None:
        dialog = self._program.dialog
        if dialog is not None and dialog.login.box.count():
            dialog.form.fill(self._values)
            self._entered = time.perf_counter()
            dialog.sign_in()

    def _end(self) -> None:
        from PySide6.QtCore import QCoreApplication

        self._timer.stop()
        QCoreApplication.quit()


def _say_now() -> None:
    print(time.monotonic(), flush=True)


def _when_painted(
    widget: "QWidget", then: Callable[[], None], is_full: Callable[[], bool] = lambda: True
) -> None:
    """Call when a widget, and all that is in it, has painted for the first time with its rows."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    class Filter(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and is_full():
                watched.removeEventFilter(self)
                QTimer.singleShot(0, then)
            return False

    widget.installEventFilter(Filter(widget))


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
