"""A small database for tests that compare every table many times."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import journal, migrate
from db.models import Reason, ReasonVersion, Store, User
from db.session import SYSTEM, Database
from db.vocabulary import ChangeKind
from tests.conftest import KEY


@pytest.fixture(scope="session")
def small_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a store, two users and a reason of two versions: small to compare."""
    path = tmp_path_factory.mktemp("small") / "small.db"
    migrate.upgrade(path, KEY)
    database = Database(path, KEY)
    with database.write(SYSTEM) as session:
        journal.name_change(session, "Template", kind=ChangeKind.SYSTEM)
        store, reason = (
            Store(code="S01", name="店"),
            Reason(code="price", number=1, group_code="price"),
        )
        session.add_all([store, reason])
        session.flush()
        for number in (1, 2):
            words = {"zh": "价格", "en": "Price", "churn_type": "active"}
            session.add(ReasonVersion(reason_id=reason.id, reason_version=number, **words))
            session.add(User(login=f"user{number}", name="人", role="agent", store_id=store.id))
    database.close()
    return path


@pytest.fixture
def small(small_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A copy of the small database."""
    path = tmp_path / "small.db"
    shutil.copy2(small_template, path)
    database = Database(path, KEY)
    yield database
    database.close()
