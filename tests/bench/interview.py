"""Seconds of an interview on the screen: `python -m tests.bench.interview QUESTIONS`.

Prints how long the program takes to open a form and to answer a key, each with what the bare
toolkit takes for as many lines.
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from types import SimpleNamespace
from typing import Any, cast

from PySide6.QtCore import QStringListModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QListView, QWidget

from desktop_app.questionnaire.filling import Filling
from desktop_app.settings import Settings
from desktop_app.ui import theme
from desktop_app.ui.answer_kinds import Offers
from desktop_app.ui.app import make_app
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.interview_view import InterviewView
from desktop_app.ui.page import PageContext
from desktop_app.ui.window_state import WindowState
from tests.ui.interview_forms import long_form

ROUNDS = 9
SIZE = (1280, 800)


def seconds(action: Callable[[], object]) -> float:
    """Wall-clock seconds until an action is done and painted."""
    start = time.perf_counter()
    action()
    QApplication.processEvents()
    return time.perf_counter() - start


def shown(widget: QWidget) -> None:
    """Put a window on the screen, with the keyboard."""
    widget.resize(*SIZE)
    widget.show()
    widget.activateWindow()
    QTest.qWaitForWindowActive(widget)


def ours(questions: int) -> tuple[float, float]:
    """Open the form, and type into a question that another one waits for."""
    host = QWidget()
    context = cast("PageContext", SimpleNamespace(state=WindowState("bench", host)))
    view = InterviewView(context, QWidget())
    theme.dress(view)
    shown(view)
    form = long_form(questions)
    opened = [
        seconds(lambda: view.show_run(FillingRun(Filling(form)), Offers()))
        for _round in range(ROUNDS)
    ]
    keys = []
    for number in range(10, 10 + 3 * ROUNDS, 3):  # whole numbers, and some that open a question
        view.go(f"/data/q{number}")
        QApplication.processEvents()
        focus = cast("Any", QApplication.focusWidget())
        keys.append(seconds(lambda focus=focus: QTest.keyClicks(focus, "1")))
    return median(opened[1:]), median(keys)


def bare(questions: int) -> tuple[float, float]:
    """As many lines in Qt's own list beside one line to type into."""

    def made() -> tuple[QWidget, QLineEdit]:
        window, view, line = QWidget(), QListView(), QLineEdit()
        model = QStringListModel([f"Question {n}" for n in range(questions)], view)
        view.setModel(model)
        line.textChanged.connect(lambda text: model.setData(model.index(3), f"Question {text}"))
        row = QHBoxLayout(window)
        row.addWidget(view)
        row.addWidget(line)
        return window, line

    opened, keys = [], []
    for _round in range(ROUNDS):
        window, line = made()
        window.resize(*SIZE)
        opened.append(seconds(window.show))
        QTest.qWaitForWindowExposed(window)
        line.setFocus()
        seconds(lambda line=line: QTest.keyClicks(line, "1"))  # the first one paints the cursor
        keys.append(seconds(lambda line=line: QTest.keyClicks(line, "1")))
        window.close()
    return median(opened[1:]), median(keys)


def main() -> None:
    """Measure both and print the four figures."""
    questions = int(sys.argv[1])
    make_app(Settings(language="en"))
    opened, key = ours(questions)
    bare_open, bare_key = bare(questions)
    print(opened, bare_open, key, bare_key)


if __name__ == "__main__":
    main()
