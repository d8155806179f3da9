"""A desk to run services at."""

import functools
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from db.session import Actor, Database
from db.vocabulary import Role
from tests.conftest import KEY, actors_of, copy_of
from tests.factories import Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    """Runs services as a user, each in its own transaction."""
    return Desk(database)


@pytest.fixture(scope="module")
def lasting_desk(
    template_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A desk whose database all tests of the module share: each makes what it needs itself."""
    with copy_of(template_database, tmp_path_factory.mktemp("lasting")) as database:
        yield Desk(database)


@pytest.fixture(scope="module")
def lasting_actors(lasting_desk: Desk) -> dict[Role, Actor]:
    """One signed-in user of each role, of the lasting desk."""
    return actors_of(lasting_desk.database)


Filled = Callable[..., tuple[Desk, Any]]


@pytest.fixture(scope="session")
def filled_folder(
    template_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., tuple[Path, Any]]:
    """`filled_folder(fill, *words)`: the folder of a closed database, and what `fill` returned."""

    @functools.cache
    def made(fill: Callable[..., Any], *words: object) -> tuple[Path, Any]:
        folder = tmp_path_factory.mktemp("filled")
        with copy_of(template_database, folder) as database:
            return folder, fill(Desk(database), *words)

    return made


@pytest.fixture
def filled_desk(filled_folder: Callable[..., tuple[Path, Any]], tmp_path: Path) -> Iterator[Filled]:
    """`filled_desk(fill, *words)`: a desk of this test alone, and what `fill(desk, *words)` gave.

    It is filled once for all tests that fill it so; each gets a copy of it.
    """
    with ExitStack() as opened:

        def filled(fill: Callable[..., Any], *words: object) -> tuple[Desk, Any]:
            folder, result = filled_folder(fill, *words)
            file = Path(shutil.copytree(folder, tmp_path / "filled")) / "workspace.db"
            return Desk(opened.enter_context(closing(Database(file, KEY)))), result

        yield filled
