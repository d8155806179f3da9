import datetime as dt
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db import keys, workspace
from db.models import DefectionSignal
from db.session import SYSTEM
from db.vocabulary import RuleKind, SignalState
from desktop_app import clock
from desktop_app.services import day, work
from desktop_app.settings import Settings, load_settings
from desktop_app.ui import app, sign_in_work
from desktop_app.ui.app import Application, start_folder
from desktop_app.ui.background import Background
from desktop_app.ui.instance import InstanceGuard, raise_running
from desktop_app.ui.sign_in import SignInDialog
from desktop_app.ui.tasks import Tasks
from tests.factories import add_customer

PASSWORD = "天天向上-2026"


@pytest.fixture(scope="module")
def quick_keys() -> Iterator[None]:
    """Key derivation with little work: the tests are about the dialog."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "OPS", 1)
        patch.setattr(keys, "MEMORY", 8 * 1024 * 1024)
        yield


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, quick_keys: None) -> Path:
    opened, _code = workspace.create(
        tmp_path_factory.mktemp("shop") / "shop", "li", "李娜", PASSWORD
    )
    opened.database.close()
    return opened.folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "shop"))


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    made = Background()
    yield made
    made.shutdown()
    made.deleteLater()


def dialog_for(qtbot: QtBot, background: Background, folder: Path | None) -> SignInDialog:
    dialog = SignInDialog(Settings(), background, folder)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_that_the_right_password_opens(qtbot: QtBot, background: Background, folder: Path) -> None:
    dialog = dialog_for(qtbot, background, folder)
    qtbot.waitUntil(lambda: dialog.login.value() == "li")
    dialog.password.set_value(PASSWORD)
    with qtbot.waitSignal(dialog.signed_in) as blocker:
        dialog.enter_button.click()
    opened = blocker.args[0]
    assert (opened.actor.name, opened.folder) == ("李娜", folder)
    opened.database.close()


def test_that_a_wrong_password_is_said_below_it(
    qtbot: QtBot, background: Background, folder: Path
) -> None:
    dialog = dialog_for(qtbot, background, folder)
    qtbot.waitUntil(lambda: dialog.login.value() == "li")
    dialog.password.set_value("wrong")
    dialog.sign_in()
    qtbot.waitUntil(lambda: "password" in dialog.form.problems())
    assert dialog.form.problems()["password"].startswith("The password is not right.")
    assert dialog.pages.isEnabled()


def test_that_an_empty_password_is_asked_for(
    qtbot: QtBot, background: Background, folder: Path
) -> None:
    dialog = dialog_for(qtbot, background, folder)
    qtbot.waitUntil(lambda: dialog.login.value() == "li")
    dialog.sign_in()
    assert dialog.form.problems() == {"password": "This field is needed."}


def test_that_a_folder_without_a_workspace_is_said(
    qtbot: QtBot, background: Background, tmp_path: Path
) -> None:
    dialog = dialog_for(qtbot, background, tmp_path)
    qtbot.waitUntil(lambda: "" in dialog.form.problems())
    assert "not a workspace" in dialog.form.problems()[""]
    assert not dialog.enter_button.isEnabled()


def test_that_a_new_workspace_shows_its_recovery_code_once(
    qtbot: QtBot, background: Background, tmp_path: Path, quick_keys: None
) -> None:
    dialog = dialog_for(qtbot, background, None)
    assert dialog.pages.currentWidget().objectName() == "welcome"
    dialog._show("new")
    given = {"folder": tmp_path / "new", "name": "李娜", "login": "li", "password": PASSWORD}
    dialog.new_form.fill(given | {"again": "other"})
    dialog._create_workspace()
    assert dialog.new_form.problems() == {"": "The two passwords differ."}
    dialog.new_form.fill(given | {"again": PASSWORD})
    dialog._create_workspace()
    qtbot.waitUntil(lambda: dialog.pages.currentWidget().objectName() == "code")
    assert not dialog.go_on.isEnabled()
    dialog.written.set_value(True)
    with qtbot.waitSignal(dialog.signed_in) as blocker:
        dialog.go_on.click()
    blocker.args[0].database.close()
    again = workspace.open_workspace(tmp_path / "new", keys.RECOVERY, dialog.code.text())
    again.database.close()


def test_that_what_a_new_workspace_lacks_is_said_at_its_field(
    qtbot: QtBot, background: Background, tmp_path: Path
) -> None:
    dialog = dialog_for(qtbot, background, None)
    dialog._show("new")
    needed = "This field is needed."
    dialog._create_workspace()
    fields = ("folder", "name", "login", "password")
    assert dialog.new_form.problems() == dict.fromkeys(fields, needed)
    given = {"folder": tmp_path / "new", "name": "李娜", "login": "li na", "password": "1234567"}
    dialog.new_form.fill(given)
    dialog._create_workspace()
    assert dialog.new_form.problems() == {
        "login": "This does not have the expected form.",
        "password": "Enter at least 8 characters.",
    }
    dialog.new_form.fill({"login": "li", "password": "12345678"})
    dialog._create_workspace()
    assert dialog.new_form.problems() == {"": "The two passwords differ."}
    assert not (tmp_path / "new").exists()


def test_that_what_the_recovery_lacks_is_said_at_its_field(
    qtbot: QtBot, background: Background, folder: Path
) -> None:
    dialog = dialog_for(qtbot, background, folder)
    dialog._show("recovery")
    dialog._use_code()
    needed = "This field is needed."
    assert dialog.recovery_form.problems() == {"code": needed, "password": needed}
    dialog.recovery_form.fill({"code": "ABCDE", "password": "short", "again": "short"})
    dialog._use_code()
    assert dialog.recovery_form.problems() == {"password": "Enter at least 8 characters."}
    dialog.recovery_form.fill({"password": "long-enough", "again": "long-enouhg"})
    dialog._use_code()
    assert dialog.recovery_form.problems() == {"": "The two passwords differ."}


def test_that_the_recovery_code_sets_a_new_password(
    qtbot: QtBot, background: Background, tmp_path: Path, quick_keys: None
) -> None:
    opened, code = workspace.create(tmp_path / "shop", "li", "李娜", PASSWORD)
    opened.database.close()
    dialog = dialog_for(qtbot, background, tmp_path / "shop")
    dialog._show("recovery")
    dialog.recovery_form.fill({"code": code, "password": "new-password", "again": "new-password"})
    with qtbot.waitSignal(dialog.signed_in) as blocker:
        dialog._use_code()
    blocker.args[0].database.close()
    workspace.open_workspace(tmp_path / "shop", "li", "new-password").database.close()


def test_that_the_demo_signs_in_by_itself(
    qtbot: QtBot, background: Background, tmp_path: Path, quick_keys: None
) -> None:
    opened, _code = workspace.create(tmp_path / "demo", "demo", "Demo", "demo-demo", demo=True)
    opened.database.close()
    dialog = dialog_for(qtbot, background, tmp_path / "demo")
    with qtbot.waitSignal(dialog.signed_in) as blocker:
        dialog.try_demo()
    assert blocker.args[0].is_demo
    blocker.args[0].database.close()


# ---------------------------------------------------------------- one instance, whole program


def test_that_the_key_is_derived_while_the_modules_are_loaded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_deriving, open_keys, waited = threading.Event(), keys.open_keys, []

    def derive(*arguments: object) -> tuple[bytes, ...]:
        is_deriving.set()
        return open_keys(*arguments)

    monkeypatch.setattr(keys, "open_keys", derive)
    monkeypatch.setattr(sign_in_work, "load_program", lambda: waited.append(is_deriving.wait(60)))
    sign_in_work.open_folder(folder, "li", PASSWORD).database.close()
    assert waited == [True]


def test_that_nothing_is_read_before_the_window_is_painted(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    before: list[list[str]] = []
    release = Tasks.release

    def read_lines(*_args: object, **_kwargs: object) -> list[work.WorkLine]:
        asked.append("lines")
        return []

    def read_counts(*_args: object, **_kwargs: object) -> work.Counts:
        asked.append("counts")
        return work.Counts({}, {}, "CNY")

    def let_go(tasks: Tasks) -> None:
        before.append(list(asked))
        release(tasks)

    monkeypatch.setattr(work, "lines", read_lines)
    monkeypatch.setattr(work, "counts", read_counts)
    monkeypatch.setattr(Tasks, "release", let_go)
    monkeypatch.setattr(app, "PAINT_MS", 600_000)  # the painting alone lets go
    application = Application(qapp, Settings(), folder)
    application.open_window(workspace.open_workspace(folder, "li", PASSWORD))
    assert application.tasks.is_held
    assert application.tasks.is_busy()
    qtbot.waitUntil(lambda: not application.tasks.is_busy())
    assert before == [[]]
    assert asked[0] == "lines"
    assert "counts" in asked
    application.shut_down()


def test_that_a_window_closed_before_it_was_painted_is_remembered(
    qapp: QApplication, folder: Path
) -> None:
    application = Application(qapp, Settings(), folder)
    application.open_window(workspace.open_workspace(folder, "li", PASSWORD))
    application.shut_down()
    assert load_settings().last_workspace == str(folder)


def test_that_a_second_start_raises_the_first_window(qtbot: QtBot, tmp_path: Path) -> None:
    assert not raise_running(tmp_path)
    guard = InstanceGuard(tmp_path)
    with qtbot.waitSignal(guard.raise_wanted) as raised:
        assert raise_running(tmp_path)
    assert raised.args == [""]
    with qtbot.waitSignal(guard.raise_wanted) as raised:
        assert raise_running(tmp_path, "customer-card 12")
    assert raised.args == ["customer-card 12"]
    guard.close()
    assert not raise_running(tmp_path)


def test_that_the_program_begins_where_it_ended(tmp_path: Path, monkeypatch: object) -> None:
    settings = Settings(last_workspace=str(tmp_path / "gone"))
    assert start_folder(settings, None) is None
    (tmp_path / "keys.json").write_text("{}")
    assert start_folder(Settings(last_workspace=str(tmp_path)), None) == tmp_path
    assert start_folder(settings, tmp_path / "given") == tmp_path / "given"


def test_that_the_window_opens_on_a_workspace_and_everything_ends(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    application = Application(qapp, Settings(), folder)
    application.open_window(workspace.open_workspace(folder, "li", PASSWORD))
    window, tasks = application.window, application.tasks
    qtbot.waitUntil(lambda: not tasks.is_busy())
    assert window.current_page() is not None
    assert load_settings().last_workspace == str(folder)
    assert raise_running(folder)
    application.shut_down()
    assert application.window is None
    assert [t.name for t in threading.enumerate() if t.name.startswith(("read", "write"))] == []
    assert not raise_running(folder)


def test_that_another_process_leads_the_window_to_a_place(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    application = Application(qapp, Settings(), folder, address="customers")
    application.open_window(workspace.open_workspace(folder, "li", PASSWORD))
    window = application.window
    assert window is not None

    def page() -> str:
        shown = window.current_page()
        return "" if shown is None else shown.SPEC.id

    assert page() == "customers"
    assert raise_running(folder, "duties mine")
    qtbot.waitUntil(lambda: page() == "duties")
    assert raise_running(folder, "no-such-page 7")
    assert raise_running(folder, "reminders")
    qtbot.waitUntil(lambda: window.reminders is not None and window.reminders.list is not None)
    assert page() == "duties"
    application.shut_down()


def test_that_snoozed_signals_wake_while_the_window_is_open(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    application = Application(qapp, Settings(), folder)
    opened = workspace.open_workspace(folder, "li", PASSWORD)
    application.open_window(opened)
    qtbot.waitUntil(lambda: not application.tasks.is_busy())

    def states() -> list[str]:
        with opened.database.read() as session:
            return list(session.scalars(select(DefectionSignal.state)))

    with opened.database.write(SYSTEM) as session:
        customer_id = add_customer(session, "K1")
        signal = DefectionSignal(
            customer_id=customer_id, kind=RuleKind.LAPSING, as_of=clock.today(), sentence_zh="",
            sentence_en="", state=SignalState.SNOOZED, snoozed_until=clock.today(),
        )  # fmt: skip
        session.add(signal)
    assert states() == ["snoozed"]
    application._backup_timer.timeout.emit()  # half an hour later
    qtbot.waitUntil(lambda: states() == ["open"])
    qtbot.waitUntil(lambda: not application.tasks.is_busy())
    application.shut_down()


def test_that_the_steps_of_a_day_are_taken_once_on_each_day_the_window_is_open(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    monkeypatch.setattr(
        day, "STEPS", (lambda _s: taken.append("one"), lambda _s: taken.append("two"))
    )
    application = Application(qapp, Settings(), folder)
    application.open_window(workspace.open_workspace(folder, "li", PASSWORD))
    qtbot.waitUntil(lambda: taken == ["one", "two"])
    application._backup_timer.timeout.emit()  # still the same day
    qtbot.waitUntil(lambda: not application.tasks.is_busy())
    assert taken == ["one", "two"]
    with clock.travelling(clock.now() + dt.timedelta(days=1)):
        application._backup_timer.timeout.emit()
    qtbot.waitUntil(lambda: taken == ["one", "two"] * 2)
    qtbot.waitUntil(lambda: not application.tasks.is_busy())
    application.shut_down()


def test_that_the_next_one_who_signs_in_takes_the_steps_again(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step does only what the role of whoever signs in may do."""
    taken: list[str] = []
    monkeypatch.setattr(day, "STEPS", (lambda _s: taken.append("one"),))
    application = Application(qapp, Settings(), folder)
    for times in (1, 2):
        application.open_window(workspace.open_workspace(folder, "li", PASSWORD))
        qtbot.waitUntil(lambda: len(taken) >= times)  # noqa: B023  (waited for in this round)
        qtbot.waitUntil(lambda: not application.tasks.is_busy())
        assert taken == ["one"] * times
        application.leave(folder)
    application.shut_down()


def test_that_a_change_of_language_builds_the_window_anew(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    application = Application(qapp, Settings(language="en"), folder)
    application.open_window(workspace.open_workspace(folder, "li", PASSWORD))
    first = application.window
    qtbot.waitUntil(lambda: not application.tasks.is_busy())
    first.actions_by_id.run("view.language")
    qtbot.waitUntil(lambda: application.window is not first)
    qtbot.waitUntil(lambda: not application.tasks.is_busy())
    application.shut_down()


def test_that_a_copy_is_restored_behind_the_sign_in(
    qtbot: QtBot, qapp: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from db import backup
    from desktop_app.ui import dialogs

    told: list[str] = []
    monkeypatch.setattr(dialogs, "tell", lambda _parent, title, _text: told.append(title))
    application = Application(qapp, Settings(language="en"), folder)
    opened = workspace.open_workspace(folder, "li", PASSWORD)
    copy = backup.make_backup(opened.database)
    application.open_window(opened)
    application.restore(copy.path)
    qtbot.waitUntil(lambda: told == ["Restored"])
    assert application.window is None
    assert application.dialog.isVisible()
    application.shut_down()
    workspace.open_workspace(folder, "li", PASSWORD).database.close()
