"""A small demo workspace, and the whole program in this process."""

import gc
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db import workspace
from desktop_app.demo import make_demo
from desktop_app.settings import Settings
from desktop_app.ui import theme
from desktop_app.ui.app import Application, flush_deleted
from tests.conftest import little_work

Start = Callable[..., Application]

THRESHOLDS = (700, 10, 10)
"""How often garbage is collected in the program: Python's own; tests let it wait for longer."""


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo of sixty customers, copied for each test; its keys are quick to open."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    with little_work():
        make_demo(folder, customers=60).opened.database.close()
    return folder


@pytest.fixture
def demo(demo_template: Path, tmp_path: Path) -> Path:
    """The demo of this test."""
    shutil.copytree(demo_template, tmp_path / "demo")
    return tmp_path / "demo"


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot) -> Iterator[Start]:
    """Starts the program on a demo workspace; every one started is ended."""
    started: list[Application] = []
    rarely = gc.get_threshold()
    gc.set_threshold(*THRESHOLDS)

    def run(folder: Path, language: str = "en") -> Application:
        settings = Settings(language=language)
        theme.apply(qapp, settings)
        program = Application(qapp, settings, None, keeps_settings=False)
        started.append(program)
        gc.disable()  # as `Application.start` does; `shut_down` switches it on again
        program._gc_timer.start()
        program.open_window(workspace.open_demo(folder))
        assert program.window is not None
        program.window.resize(1440, 900)
        return program

    yield run
    for program in started:
        program.shut_down()
        program.deleteLater()
    flush_deleted()
    gc.set_threshold(*rarely)
