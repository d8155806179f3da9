"""What every test gets: no real display, home, language, time zone or network of the machine."""

import gc
import os
import shutil
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

# Before anything imports Qt or asks for a folder, also in the workers and at session scope.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["WINBACK_HOME"] = tempfile.mkdtemp(prefix="winback-tests-")
os.environ["TZ"] = "Asia/Shanghai"
for _name in ("WINBACK_WORKSPACE", "WINBACK_PASSWORD", "LC_ALL", "LC_MESSAGES"):
    os.environ.pop(_name, None)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of children would compile all anew
os.environ["LANG"] = "C.UTF-8"
if hasattr(time, "tzset"):
    time.tzset()

import pydantic.fields  # noqa: F401  (whole before Qt: Qt's import hook trips over half of it)
import pytest
import time_machine
from hypothesis import HealthCheck, settings
from pytestqt.qtbot import QtBot
from sqlalchemy import URL, Engine, select

from db import journal, keys, migrate, shipped
from db import session as db_session
from db.models import Store, User
from db.session import SYSTEM, Actor, Database
from db.vocabulary import ChangeKind, Role
from desktop_app import i18n

ROOT = Path(__file__).resolve().parent.parent


class _QtByOneThread(MetaPathFinder):
    """Refuses to load a module with widgets in a thread: it could end the program (decision 0017).

    A test whose work in a thread tries it meets the refusal as any other crash of that work.
    """

    def find_spec(self, fullname: str, *_where: object) -> ModuleSpec | None:
        is_of_qt = fullname.startswith(("desktop_app.ui.", "PySide6."))
        if is_of_qt and threading.current_thread() is not threading.main_thread():
            raise AssertionError(f"a thread loads {fullname}")
        return None


sys.meta_path.insert(0, _QtByOneThread())
NOW = datetime(2026, 9, 15, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""The moment of `fixed_time`: a Tuesday morning in office hours."""

_SLOW_OK = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
settings.register_profile("ci", deadline=None, max_examples=40, suppress_health_check=_SLOW_OK)
settings.register_profile("long", deadline=None, max_examples=1000, suppress_health_check=_SLOW_OK)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

PATIENCE = 60_000
"""Milliseconds a test waits for what must come, also on a slow machine: a wait ends at once when
it is there."""


def _share_statements() -> None:
    """Let every database of this process find the statements that another one has compiled.

    The program opens one database and compiles a statement once; the tests open thousands.
    """
    make = db_session.create_engine
    place = URL.create("sqlite", database=f"{os.environ['WINBACK_HOME']}/model.db")
    models: dict[str, Engine] = {}

    def sharing(url: URL, **options: Any) -> Engine:
        engine, kind = make(url, **options), repr(sorted(options.items()))
        if kind not in models:
            model = make(place, **{**options, "query_cache_size": 5000})
            model.connect().close()
            models[kind] = model
        model = models[kind]
        engine.dialect = engine.pool._dialect = model.dialect
        engine._compiled_cache = model._compiled_cache
        return engine

    db_session.create_engine = sharing


_share_statements()


_UNTRACED = frozenset(
    tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["winback"]["untraced"]
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also the tests that take minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # The long ones begin: no worker is left alone with one at the end. First of all those that
    # measure memory: a program that is started is charged with that of its starter.
    items.sort(key=_turn)
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="takes minutes: give --long")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skip)


def _is_untraced(item: pytest.Item) -> bool:
    """Whether a test goes over lines that other tests reach, or over a world of data."""
    file = item.path.relative_to(ROOT / "tests")
    function = item.nodeid.removeprefix("tests/").split("[", 1)[0]
    names = {file.parts[0], file.as_posix(), function}
    marked = any(item.get_closest_marker(name) for name in ("realdata", "untraced"))
    return marked or bool(names & _UNTRACED)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Tracing makes a test half as slow again: some do without, their fixtures too."""
    if not _is_untraced(item):
        return (yield)
    with not_followed():
        return (yield)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded stays: collecting garbage passes it over, and comes less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(ROOT / "tests").parts[0]
    if folder == "acceptance":
        return 0
    if item.get_closest_marker("timeout"):
        return 1
    return 2 if folder in _UNTRACED else 3


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["WINBACK_HOME"], ignore_errors=True)


@contextmanager
def not_followed() -> Iterator[None]:
    """Coverage rests: for a world planted over lines that other tests reach anyway.

    Its own `pause` does not do in a worker: pytest-cov begins twice there, and the outer one goes
    on when the inner one rests.
    """
    here, threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]  # what it takes to switch it off
    try:
        yield
    finally:
        threading.settrace(threads)  # type: ignore[arg-type]
        sys.settrace(here)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test: settings, logs and data of one do not meet another's."""
    folder = tmp_path / "home"
    monkeypatch.setenv("WINBACK_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Texts are English unless the test asks for another language."""
    i18n.set_language("en")
    yield
    i18n.set_language("en")


@pytest.fixture
def chinese(english: None) -> None:
    """Texts are Chinese in this test."""
    i18n.set_language("zh_CN")


@pytest.fixture(params=sorted(i18n.LANGUAGES))
def each_language(request: pytest.FixtureRequest, english: None) -> str:
    """The test runs once in every language."""
    i18n.set_language(request.param)
    return str(request.param)


@pytest.fixture
def fixed_time() -> Iterator[time_machine.Traveller]:
    """It is Tuesday 2026-09-15 10:00 in Shanghai until the test moves the time."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def let_go() -> None:
    """Lift the modifier keys: the keys of Qt's tests leave them down for all that comes after."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QWidget

    QTest.keyRelease(QWidget(), Qt.Key.Key_Shift)


class PatientBot(QtBot):
    """Waits as long as a slow machine needs, and lets go of the keys it pressed."""

    def keyClick(self, *args: Any, **named: Any) -> None:
        super().keyClick(*args, **named)
        let_go()

    def waitUntil(self, callback: Any, *, timeout: int = PATIENCE) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE, **more: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitExposed(self, widget: Any, *, timeout: int = PATIENCE) -> Any:
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture(scope="session")
def qapp(qapp: Any) -> Any:
    """Qt with the program's own font: words are as wide in every test as they are there."""
    from desktop_app.ui import theme

    theme.load_fonts()
    return qapp


@pytest.fixture
def qtbot(qapp: Any, request: pytest.FixtureRequest) -> QtBot:
    """The robot of pytest-qt, with patience."""
    return PatientBot(request)


@contextmanager
def little_work() -> Iterator[None]:
    """Make wraps of keys that are quick to open; the work is kept in the wrap."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "OPS", 1)
        patch.setattr(keys, "MEMORY", 8 * 1024 * 1024)
        yield


@pytest.fixture
def quick_keys() -> Iterator[None]:
    """Wraps are quick to make and to open: for tests about something else."""
    with little_work():
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project; without it the test is skipped and counted."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data folder ../shared/data is not there")
    return folder


# Database fixtures -------------------------------------------------------------------------------


KEY = bytes(range(32))
"""The workspace key of the tests' databases."""


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, seeded database file with one user of each role, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "workspace.db"
    migrate.upgrade(path, KEY)
    database = Database(path, KEY)
    with database.write(SYSTEM) as session:
        journal.name_change(session, "Template", kind=ChangeKind.SYSTEM)
        store = Store(code="S01", name="南京路店", city="上海", region="华东")
        session.add(store)
        session.flush()
        for role in Role:
            session.add(User(login=role.value, name=role.value, role=role, store_id=store.id))
        shipped.seed(session)
    database.close()
    return path


@contextmanager
def copy_of(file: Path, folder: Path) -> Iterator[Database]:
    """A copy of a closed database, open, in a folder that may be new."""
    folder.mkdir(exist_ok=True)
    made = Database(Path(shutil.copy2(file, folder / "workspace.db")), KEY)
    try:
        yield made
    finally:
        made.close()


def actors_of(database: Database) -> dict[Role, Actor]:
    """The user of each role."""
    with database.read() as session:
        return {
            Role(user.role): Actor(user.id, user.login, user.name, Role(user.role), user.store_id)
            for user in session.scalars(select(User))
        }


@pytest.fixture
def database(template_database: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty workspace database of this test: reasons are there, customers are not."""
    with copy_of(template_database, tmp_path / "workspace") as made:
        yield made


@pytest.fixture
def actors(database: Database) -> dict[Role, Actor]:
    """One signed-in user of each role."""
    return actors_of(database)


@pytest.fixture
def admin(actors: dict[Role, Actor]) -> Actor:
    """The administrator."""
    return actors[Role.ADMINISTRATOR]


@pytest.fixture
def agent(actors: dict[Role, Actor]) -> Actor:
    """An agent of the task force."""
    return actors[Role.AGENT]
