"""What every test gets: no real display, home, language, time zone or network of the machine."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

# Before anything imports Qt or asks for a folder, also in the workers and at session scope.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["WINBACK_HOME"] = tempfile.mkdtemp(prefix="winback-tests-")
os.environ["TZ"] = "Asia/Shanghai"
for _name in ("WINBACK_WORKSPACE", "WINBACK_PASSWORD", "LC_ALL", "LC_MESSAGES"):
    os.environ.pop(_name, None)
os.environ["LANG"] = "C.UTF-8"
if hasattr(time, "tzset"):
    time.tzset()

import pydantic.fields  # noqa: F401  (whole before Qt: Qt's import hook trips over half of it)
import pytest
import time_machine
from hypothesis import HealthCheck, settings
from sqlalchemy import select

from db import journal, migrate, reference
from db.models import Store, User
from db.session import SYSTEM, Actor, Database
from db.vocabulary import ChangeKind, Role
from desktop_app import i18n

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 9, 15, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""The moment of `fixed_time`: a Tuesday morning in office hours."""

_SLOW_OK = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
settings.register_profile("ci", deadline=None, max_examples=40, suppress_health_check=_SLOW_OK)
settings.register_profile("long", deadline=None, max_examples=1000, suppress_health_check=_SLOW_OK)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also the tests that take minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="takes minutes: give --long")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skip)


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["WINBACK_HOME"], ignore_errors=True)


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
        reference.seed(session)
    database.close()
    return path


@pytest.fixture
def database(template_database: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty workspace database of this test: reasons are there, customers are not."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    shutil.copy2(template_database, folder / "workspace.db")
    made = Database(folder / "workspace.db", KEY)
    yield made
    made.close()


@pytest.fixture
def actors(database: Database) -> dict[Role, Actor]:
    """One signed-in user of each role."""
    with database.read() as session:
        return {
            Role(user.role): Actor(user.id, user.login, user.name, Role(user.role), user.store_id)
            for user in session.scalars(select(User))
        }


@pytest.fixture
def admin(actors: dict[Role, Actor]) -> Actor:
    """The administrator."""
    return actors[Role.ADMINISTRATOR]


@pytest.fixture
def agent(actors: dict[Role, Actor]) -> Actor:
    """An agent of the task force."""
    return actors[Role.AGENT]
