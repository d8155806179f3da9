import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from desktop_app.ui.loading import PartLoader
from tests.conftest import PATIENCE


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Three modules that nobody has loaded yet."""
    names = ("part_one", "part_two", "part_three")
    for name in names:
        (tmp_path / f"{name}.py").write_text("import threading\nhere = threading.get_ident()\n")
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    return names


def loaded(names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in sys.modules]


def test_that_parts_are_loaded_by_this_thread_with_events_between_them(
    qtbot: QtBot, modules: tuple[str, ...]
) -> None:
    seen: list[list[str]] = []
    owner = QObject()
    timer = QTimer(owner, interval=0)
    timer.timeout.connect(lambda: seen.append(loaded(modules)))
    timer.start()
    ended: list[list[str]] = []
    loader = PartLoader(owner, modules, lambda: ended.append(loaded(modules)))
    assert loaded(modules) == []
    with qtbot.waitSignal(loader.destroyed, timeout=PATIENCE):
        pass
    assert ended == [list(modules)]
    assert {len(each) for each in seen} >= {1, 2}
    assert {sys.modules[name].here for name in modules} == {threading.get_ident()}


def test_that_nothing_more_is_loaded_when_its_parent_is_gone(
    qtbot: QtBot, modules: tuple[str, ...]
) -> None:
    owner = QObject()
    loader = PartLoader(owner, modules, lambda: pytest.fail("called"))
    with qtbot.waitSignal(loader.destroyed, timeout=PATIENCE):
        owner.deleteLater()
    qtbot.wait(20)
    assert len(loaded(modules)) < len(modules)


def test_that_the_tests_refuse_widgets_that_a_thread_loads() -> None:
    found: list[str] = []

    def load() -> None:
        try:
            __import__("desktop_app.ui.not_loaded_yet")
        except AssertionError as error:
            found.append(str(error))

    thread = threading.Thread(target=load)
    thread.start()
    thread.join()
    assert found == ["a thread loads desktop_app.ui.not_loaded_yet"]
