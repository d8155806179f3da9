"""A desk to run services at."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from db.models import User
from db.session import Actor, Database
from db.vocabulary import Role
from tests.conftest import KEY
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
    folder = tmp_path_factory.mktemp("lasting")
    shutil.copy2(template_database, folder / "workspace.db")
    database = Database(folder / "workspace.db", KEY)
    yield Desk(database)
    database.close()


@pytest.fixture(scope="module")
def lasting_actors(lasting_desk: Desk) -> dict[Role, Actor]:
    """One signed-in user of each role, of the lasting desk."""
    with lasting_desk.database.read() as session:
        return {
            Role(user.role): Actor(user.id, user.login, user.name, Role(user.role), user.store_id)
            for user in session.scalars(select(User))
        }
