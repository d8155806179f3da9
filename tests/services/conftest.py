"""A desk to run services at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.session import Actor, Database
from db.vocabulary import Role
from tests.conftest import actors_of, copy_of
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
