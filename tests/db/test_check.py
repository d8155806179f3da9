"""The check of a workspace finds what is planted."""

from pathlib import Path

import pytest
from sqlalchemy import text

from db import journal
from db.check import check
from db.errors import DatabaseError, Trouble
from db.models import Customer
from db.session import Actor, Database, make_engine
from tests.conftest import KEY


@pytest.fixture
def filled(database: Database, admin: Actor) -> Database:
    with database.write(admin) as session:
        journal.name_change(session, "Add a customer")
        session.add(Customer(number="K1", name="王芳"))
    return database


def spoil(database: Database, statement: str) -> None:
    engine = make_engine(database.path, KEY, foreign_keys=False)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_that_a_sound_database_is_sound_and_stays_as_it_is(filled: Database, admin: Actor) -> None:
    found = check(filled, admin)
    assert found.is_sound
    assert found.counts["customer"] == 1
    assert check(filled, admin) == found


@pytest.mark.parametrize(
    ("statement", "field", "value"),
    [
        ("UPDATE customer_stat SET orders = 7", "outdated", 1),
        ("DELETE FROM customer_stat", "outdated", 1),
        ("DELETE FROM customer_fts", "unsearchable", 1),
        ("UPDATE change SET fields = '{}' WHERE entity = 'customer'", "tampered_at", 2),
        ("UPDATE customer SET store_id = '00000000000000000000000000000009'", "dangling", 1),
    ],
)
def test_that_each_trouble_is_found(
    filled: Database, admin: Actor, statement: str, field: str, value: int
) -> None:
    spoil(filled, statement)
    found = check(filled, admin)
    assert not found.is_sound
    assert getattr(found, field) == value


def test_that_a_file_of_zeros_is_damaged(filled: Database, admin: Actor, tmp_path: Path) -> None:
    filled.close()
    content = filled.path.read_bytes()
    filled.path.write_bytes(content[:4096] + bytes(len(content) - 4096))
    with pytest.raises(DatabaseError) as raised:
        check(filled, admin)
    assert raised.value.trouble in (Trouble.DAMAGED, Trouble.WRONG_KEY)
