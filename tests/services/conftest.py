"""A desk to run services at."""

import pytest

from db.session import Database
from tests.factories import Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    """Runs services as a user, each in its own transaction."""
    return Desk(database)
