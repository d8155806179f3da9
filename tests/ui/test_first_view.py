"""The first rows of a demo: exactly what the services would read, or nothing."""

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from db import journal, workspace
from db.models import User
from db.session import SYSTEM
from db.vocabulary import Role, RuleKind
from desktop_app import clock, i18n, paths
from desktop_app.demo.removal import remove_demo
from desktop_app.domain.cases import OpenDraft
from desktop_app.services import cases, contact_permission, work, workspace_settings
from desktop_app.settings import Settings
from desktop_app.ui import first_view, sign_in_work, taking_over
from desktop_app.ui.app import Application
from desktop_app.ui.first_view import FirstView
from desktop_app.ui.pages.today import TodayPage
from tests.conftest import little_work
from tests.factories import add_customer
from tests.ui.shop import ALWAYS
from tests.ui.test_start import SLOW, loaded_by

PAINTED = """
import json, sys
from pathlib import Path
from desktop_app.settings import Settings
from desktop_app.ui import app, first_view
folder, made, loaded = Path(sys.argv[2]), app.make_app(Settings()), []
application = app.Application(made, Settings(), folder, keeps_settings=False)
application.start()
application.first_view.painted.disconnect()

def look():
    loaded.extend(name for name in sys.argv[1].split() if name in sys.modules)
    made.quit()

application.first_view.painted.connect(look)
made.exec()
application.shut_down()
print(json.dumps(loaded))
"""

_MINUTE = dt.timedelta(minutes=1)
NAMES = ("华信贸易有限公司", "王小明", "李静")

pytestmark = pytest.mark.usefixtures("quick_keys", "home")


@dataclass
class Starter:
    """Starts the program on a demo, again and again."""

    qtbot: QtBot
    qapp: QApplication
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    settings: Settings = field(default_factory=Settings)
    running: list[Application] = field(default_factory=list)

    def start(self) -> Application:
        program = Application(self.qapp, self.settings, self.folder, keeps_settings=False)
        self.running.append(program)
        program.start()
        return program

    def open(self) -> tuple[Application, TodayPage]:
        """Start it and wait for the rows of the window."""
        program = self.start()
        return program, self.wait(program)

    def wait(self, program: Application) -> TodayPage:
        self.qtbot.waitUntil(lambda: _page(program) is not None and bool(_page(program).count))
        self.qtbot.waitUntil(lambda: program.window is not None and program.window.isVisible())
        self.qtbot.waitUntil(lambda: program.first_view is None)
        return _page(program)

    def place(self) -> tuple[Path, Settings]:
        return self.folder, self.settings

    def end(self) -> None:
        for program in self.running:
            program.shut_down()
        self.running.clear()

    def once(self) -> None:
        """Start it, see its first page, end it."""
        self.open()
        self.end()

    def view(self) -> FirstView | None:
        """What would be shown at the next start."""
        return first_view.open_view(self.folder, self.settings)


def _page(program: Application) -> TodayPage:
    page = None if program.window is None else program.window.current_page()
    return page if isinstance(page, TodayPage) else None  # type: ignore[return-value]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed demo with a case of each of `NAMES`, copied for each test."""
    folder = tmp_path_factory.mktemp("template") / "demo"
    with little_work():
        opened, _code = workspace.create(folder, "demo", "演示", "demo-demo", demo=True)
    with opened.database.write(SYSTEM) as session:
        workspace_settings.change_draft(session, contact_permission.KEY, ALWAYS)
        for number, name in enumerate(NAMES):
            customer = add_customer(session, number=f"K{number}", name=name)
            cases.open_case(session, customer, OpenDraft(kind=RuleKind.LAPSING))
    opened.database.close()
    return folder


@pytest.fixture
def starter(
    qtbot: QtBot,
    qapp: QApplication,
    template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Starter]:
    folder = Path(shutil.copytree(template, tmp_path / "demo"))
    made = Starter(qtbot, qapp, folder, monkeypatch)
    yield made
    made.end()


def shown(view: FirstView) -> list[list[str]]:
    model = view.view.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_that_the_next_start_shows_the_rows_that_the_services_read(starter: Starter) -> None:
    assert starter.view() is None, "nothing is kept before the first start"
    _program, page = starter.open()
    table = page.table
    expected = [[column.shown(line) for column in table.visible_columns()] for line in page.lines]
    names = [column.heading() for column in table.visible_columns()]
    starter.end()
    view = starter.view()
    assert view is not None
    assert shown(view) == expected
    assert len(expected) == len(NAMES)
    model = view.view.model()
    heads = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    assert heads == names
    view.deleteLater()


def test_that_the_rows_are_painted_before_the_workspace_is_opened(starter: Starter) -> None:
    starter.once()
    program = starter.start()
    view = program.first_view
    assert view is not None
    assert (program.dialog, program.window) == (None, None)
    with starter.qtbot.waitSignal(view.painted):
        pass
    assert program.window is None
    assert view.count() == len(NAMES)
    assert view.view.accessibleName()
    page = starter.wait(program)  # until the view has given way
    assert len(page.lines) == len(NAMES)
    assert not isValid(view) or not view.isVisible()


def test_that_they_are_painted_without_any_slow_library_and_without_the_dialog(
    starter: Starter,
) -> None:
    starter.once()
    unneeded = ("desktop_app.cli", "desktop_app.columns", "desktop_app.ui.sign_in", "uuid")
    assert loaded_by(PAINTED, (*SLOW, *unneeded), str(starter.folder)) == []


def a_customer_comes(starter: Starter) -> None:
    opened = workspace.open_demo(starter.folder)
    with opened.database.write(SYSTEM) as session:
        add_customer(session, number="K9", name="赵敏")
    opened.database.close()


def another_language(starter: Starter) -> None:
    i18n.set_language("zh_CN")


def other_text(starter: Starter) -> None:
    starter.settings.text_scale = 125


def a_broken_file(starter: Starter) -> None:
    (starter.folder / paths.FIRST_VIEW).write_text('{"mark": ', encoding="utf-8")


def a_strange_file(starter: Starter) -> None:
    _change(starter, lambda kept: kept.update(pages=[["today"]]))


def no_rows(starter: Starter) -> None:
    _change(starter, lambda kept: kept.update(rows=[]))


def no_icon(starter: Starter) -> None:
    _change(starter, lambda kept: kept["pages"][0].__setitem__(2, "no-such-icon"))


def other_keys(starter: Starter) -> None:
    file = starter.folder / "keys.json"
    whole = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**whole, "demo": None}), encoding="utf-8")


def a_deep_file(starter: Starter) -> None:
    (starter.folder / paths.FIRST_VIEW).write_text("[" * 100_000, encoding="utf-8")


def another_program(starter: Starter) -> None:
    starter.monkeypatch.setattr(first_view, "_DECISIVE", ("clock.py",))


def the_moment_has_come(starter: Starter) -> None:
    kept = json.loads((starter.folder / paths.FIRST_VIEW).read_text(encoding="utf-8"))
    until = dt.datetime.fromisoformat(kept["until"])
    _change(starter, lambda kept: kept.update({"from": (until - _MINUTE).isoformat()}))
    starter.monkeypatch.setattr(clock, "now", lambda: until - _MINUTE)
    _change(starter, lambda kept: kept.update(mark=first_view.mark_of(*starter.place())))
    view = starter.view()
    assert view is not None, "until then they hold"
    view.deleteLater()
    starter.monkeypatch.setattr(clock, "now", lambda: until)
    _change(starter, lambda kept: kept.update(mark=first_view.mark_of(*starter.place())))


def no_database(starter: Starter) -> None:
    (starter.folder / "workspace.db").unlink()


def not_all_written(starter: Starter) -> None:
    (starter.folder / "workspace.db-wal").write_bytes(b"x")


def _change(starter: Starter, how: Callable[[dict[str, object]], None]) -> None:
    file = starter.folder / paths.FIRST_VIEW
    kept = json.loads(file.read_text(encoding="utf-8"))
    how(kept)
    file.write_text(json.dumps(kept), encoding="utf-8")


@pytest.mark.parametrize(
    "happens",
    [
        a_customer_comes,
        another_language,
        other_text,
        a_broken_file,
        a_strange_file,
        a_deep_file,
        no_rows,
        no_icon,
        other_keys,
        another_program,
        the_moment_has_come,
        no_database,
        not_all_written,
    ],
)
def test_that_rows_that_may_not_hold_are_not_shown(
    starter: Starter, english: None, happens: Callable[[Starter], None]
) -> None:
    starter.once()
    kept = starter.view()
    assert kept is not None
    kept.deleteLater()
    happens(starter)
    assert starter.view() is None


def test_that_they_hold_for_the_day_at_most(
    starter: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter.once()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=1))
    assert starter.view() is None
    monkeypatch.setattr(clock, "now", lambda: now - dt.timedelta(hours=1))
    assert starter.view() is None, "the clock went back"


def test_that_the_window_comes_with_the_chosen_row_and_opens_it(starter: Starter) -> None:
    starter.once()
    program = starter.start()
    view = program.first_view
    assert view is not None
    starter.qtbot.waitExposed(view)
    starter.qtbot.keyClick(view.view, Qt.Key.Key_Down)
    key = view.chosen_key()
    starter.qtbot.keyClick(view.view, Qt.Key.Key_Return)
    starter.qtbot.waitUntil(lambda: program.window is not None and program.window.isVisible())
    window = program.window
    assert window is not None
    starter.qtbot.waitUntil(lambda: window.current_page().SPEC.id == "case-file")
    today = window.page("today")
    assert isinstance(today, TodayPage)
    assert [str(one) for one in today.table.selected_keys()] == [key]
    assert [line.id for line in today.lines].index(today.table.selected_keys()[0]) == 1


def opened_case(starter: Starter, program: Application) -> str:
    """Key of the row of today's page whose case is opened."""
    starter.qtbot.waitUntil(
        lambda: (
            program.window is not None
            and program.window.isVisible()
            and program.window.current_page().SPEC.id == "case-file"
        )
    )
    assert program.window is not None
    today = program.window.page("today")
    assert isinstance(today, TodayPage)
    found = [str(key) for key in today.table.selected_keys()]
    assert len(found) == 1
    return found[0]


def press(starter: Starter, view: FirstView, *keys: Qt.Key) -> None:
    for key in keys:
        starter.qtbot.keyClick(view.view, key)


def test_that_keys_pressed_while_the_window_is_made_count(starter: Starter) -> None:
    """They wait in the queue until it is there, and arrive at the first view."""
    starter.once()
    program = starter.start()
    view = program.first_view
    assert view is not None
    starter.qtbot.waitExposed(view)
    made = program.open_window

    def open_window(opened: workspace.Opened) -> None:
        made(opened)
        press(starter, view, Qt.Key.Key_Down, Qt.Key.Key_Return)

    starter.monkeypatch.setattr(program, "open_window", open_window)
    key = view._model.key(1)
    assert opened_case(starter, program) == key


def test_that_the_row_is_opened_on_which_enter_was_pressed(starter: Starter) -> None:
    starter.once()
    program = starter.start()
    view = program.first_view
    assert view is not None
    starter.qtbot.waitExposed(view)
    press(starter, view, Qt.Key.Key_Return, Qt.Key.Key_Down)
    key = view._model.key(0)
    assert view.chosen_key() != key
    assert opened_case(starter, program) == key


def test_that_a_row_is_opened_when_it_comes_later_than_the_window(starter: Starter) -> None:
    starter.once()
    starter.monkeypatch.setattr(taking_over, "ROWS_MS", 0)
    program = starter.start()
    view = program.first_view
    assert view is not None
    starter.qtbot.waitExposed(view)
    key = view._model.key(2)
    press(starter, view, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert opened_case(starter, program) == key


def test_that_a_row_that_is_gone_opens_nothing(starter: Starter) -> None:
    starter.once()
    _change(starter, lambda kept: kept.update(rows=[["gone", *kept["rows"][0][1:]]]))
    program = starter.start()
    view = program.first_view
    assert view is not None
    starter.qtbot.waitExposed(view)
    press(starter, view, Qt.Key.Key_Return)
    page = starter.wait(program)
    assert program.window is not None
    assert program.window.current_page() is page


def test_that_another_user_of_a_demo_leaves_no_rows_behind(starter: Starter) -> None:
    starter.once()
    opened = workspace.open_demo(starter.folder)
    with opened.database.write(SYSTEM) as session:
        journal.name_change(session, "Ann")
        session.add(User(login="ann", name="Ann", role=Role.AGENT))
    workspace.set_password(opened, "ann", "demo-demo")
    opened.database.close()
    kept = (starter.folder / paths.FIRST_VIEW).read_bytes()
    program = Application(starter.qapp, Settings(), None, keeps_settings=False)
    starter.running.append(program)
    program.open_window(workspace.open_workspace(starter.folder, "ann", "demo-demo"))
    starter.qtbot.waitUntil(lambda: program.window is not None and program.window.is_painted)
    starter.end()
    assert (starter.folder / paths.FIRST_VIEW).read_bytes() == kept
    assert starter.view() is None


def test_that_a_demo_that_got_a_password_shows_nothing_before_it(starter: Starter) -> None:
    program, _page = starter.open()
    assert program._opened is not None
    workspace.set_password(program._opened, "demo", "of my own")
    starter.end()
    assert not (starter.folder / paths.FIRST_VIEW).exists()
    program = starter.start()
    assert program.first_view is None
    assert program.dialog is not None


def test_that_a_page_chosen_meanwhile_is_shown(starter: Starter) -> None:
    starter.once()
    program = starter.start()
    view = program.first_view
    assert view is not None
    button = next(one for one in view.findChildren(QPushButton) if one.text() == "Customers")
    button.click()
    starter.qtbot.waitUntil(
        lambda: program.window is not None and program.window.current_page() is not None
    )
    starter.qtbot.waitUntil(lambda: program.window.current_page().SPEC.id == "customers")


def test_that_a_demo_closed_before_it_was_loaded_leaves_nothing_open(starter: Starter) -> None:
    starter.once()
    program = starter.start()
    view = program.first_view
    assert view is not None
    with starter.qtbot.waitSignal(view.painted):
        pass
    view.close()
    starter.end()
    again = starter.view()
    assert again is not None, "nothing was written, so the rows still hold"
    again.deleteLater()
    assert not (starter.folder / "workspace.db-wal").exists()


def _spoil_password(starter: Starter) -> None:
    file = starter.folder / "keys.json"
    whole = json.loads(file.read_text(encoding="utf-8"))
    whole["demo"]["password"] = "another"
    file.write_text(json.dumps(whole), encoding="utf-8")


def test_that_a_fault_in_opening_leaves_the_dialog(
    starter: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter.once()

    def fail(_folder: Path) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(sign_in_work, "open_demo", fail)
    program = starter.start()
    shown: list[BaseException] = []
    program.background.crashed.disconnect()
    program.background.crashed.connect(shown.append)
    starter.qtbot.waitUntil(lambda: program.dialog is not None and len(shown) == 2)
    assert program.first_view is None


def test_that_a_window_that_was_never_seen_keeps_nothing(
    starter: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter.once()
    (starter.folder / paths.FIRST_VIEW).write_text("{}", encoding="utf-8")
    program = starter.start()  # by the dialog
    starter.qtbot.waitUntil(lambda: program.window is not None)
    program.window.is_painted = False
    starter.end()
    assert (starter.folder / paths.FIRST_VIEW).read_text(encoding="utf-8") == "{}"


def test_that_the_dialog_says_why_a_demo_cannot_be_opened(starter: Starter) -> None:
    starter.once()
    _spoil_password(starter)
    _change(starter, lambda kept: kept.update(mark=first_view.mark_of(*starter.place())))
    program = starter.start()
    assert program.first_view is not None
    starter.qtbot.waitUntil(lambda: program.dialog is not None)
    starter.qtbot.waitUntil(lambda: bool(program.dialog.form.problems()))
    assert program.first_view is None


def test_that_a_workspace_with_a_password_keeps_no_rows(starter: Starter, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(starter.folder, folder)
    whole = json.loads((folder / "keys.json").read_text(encoding="utf-8"))
    opened = workspace.open_workspace(folder, whole["demo"]["login"], whole["demo"]["password"])
    whole["demo"] = None
    (folder / "keys.json").write_text(json.dumps(whole), encoding="utf-8")
    opened.database.close()
    opened = workspace.open_workspace(folder, "demo", "demo-demo")
    assert not opened.is_demo
    program = Application(starter.qapp, Settings(), None, keeps_settings=False)
    starter.running.append(program)
    program.open_window(opened)
    starter.wait(program)
    starter.end()
    assert not (folder / paths.FIRST_VIEW).exists()


def test_that_a_full_disk_only_costs_the_quick_start(
    starter: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(first_view, "keep", full)
    starter.once()
    assert starter.view() is None
    starter.once()


def test_that_what_is_kept_is_read_as_the_page_begins(starter: Starter) -> None:
    """Also when somebody leaves the page with another choice of rows, and from another page."""
    program, page = starter.open()
    page.bar.choose(work.Section.LATER)
    starter.qtbot.waitUntil(lambda: page.count == 0)
    assert program.window is not None
    program.window.navigate("customers")
    starter.end()
    view = starter.view()
    assert view is not None
    assert view.count() == len(NAMES)
    view.deleteLater()


def test_that_it_goes_with_the_demo(starter: Starter) -> None:
    starter.once()
    assert (starter.folder / paths.FIRST_VIEW).exists()
    remove_demo(starter.folder)
    assert not starter.folder.exists()
