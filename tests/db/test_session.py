"""The engine is set up as promised; each trouble of a file has its name."""

import logging
import os
import random
import shutil
import sqlite3
import subprocess
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as driver
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from db import journal, migrate
from db import session as session_module
from db.errors import DatabaseError, Trouble, sort_trouble, sorted_troubles
from db.models import Customer
from db.session import SYSTEM, Database, is_sound, make_engine, open_file
from tests.conftest import KEY
from tests.plans import assert_uses_index

WRONG = bytes(range(1, 33))


def add(database: Database, count: int, tag: str = "K") -> list[uuid.UUID]:
    with database.write(SYSTEM) as session:
        journal.name_change(session, "Add")
        rows = [{"number": f"{tag}{n}", "name": "客户", "note": "x" * 200} for n in range(count)]
        return journal.bulk_insert(session, Customer, rows)


def count(database: Database) -> int:
    with database.read() as session:
        return session.execute(text("SELECT count(*) FROM customer")).scalar_one()


# Set up ------------------------------------------------------------------------------------------


def test_that_every_connection_is_set_up(small: Database) -> None:
    wanted = {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000,
        "temp_store": 2, "trusted_schema": 0, "cipher_page_size": "4096", "mmap_size": 0,
    }  # fmt: skip
    for use in (small.read, lambda: small.write(SYSTEM)):
        with use() as session:
            connection = session.connection()
            for name, value in wanted.items():
                found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                assert found == value or (found is None and value == 0), name
    with small.read() as session:
        assert session.execute(text("PRAGMA query_only")).scalar() == 1


def test_that_the_key_is_nowhere_to_be_read(
    small: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "sqlalchemy"):
        engine = make_engine(small.path, KEY)
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM customer").all()
        shown = [repr(engine), str(engine.url), repr(small), repr(small._engine), caplog.text]
        engine.dispose()
    assert caplog.text
    for one in shown:
        assert KEY.hex() not in one.lower()
        assert repr(KEY)[2:-1] not in one


def test_that_nothing_of_the_file_can_be_read_without_the_key(small: Database) -> None:
    add(small, 50, "geheim")
    for file in small.path.parent.glob("small.db*"):
        content = file.read_bytes()
        assert b"SQLite format" not in content
        assert b"geheim" not in content
        assert "客户".encode() not in content


def test_that_values_stay_out_of_messages(small: Database) -> None:
    add(small, 1, "geheim")
    with pytest.raises(IntegrityError) as caught:
        add(small, 1, "geheim")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ("3.53.4", True), ("3.51.3", True), ("3.51.2", False), ("3.51.0", False),
        ("3.50.7", True), ("3.50.6", False), ("3.44.6", True), ("3.44.5", False),
        ("3.45.0", False), ("3.40.1", False), ("3.7.0", False),
    ],
)  # fmt: skip
def test_that_an_engine_that_damages_files_is_known(
    version: str, sound: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert is_sound(version) is sound
    monkeypatch.setattr(session_module.driver, "sqlite_version", version)
    if sound:
        make_engine(tmp_path / "x.db", None).dispose()
    else:
        with pytest.raises(RuntimeError, match="can damage"):
            make_engine(tmp_path / "x.db", None)


def test_that_the_engine_in_use_is_sound() -> None:
    assert is_sound(driver.sqlite_version)


@pytest.mark.parametrize("name", ["a b.db", "库#1.db", "100%25.db", "a?mode=ro.db", "x;y.db"])
def test_that_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    migrate.upgrade(path, KEY)
    database = Database(path, KEY)
    database.verify()
    database.close()
    assert {file.name for file in tmp_path.glob("*.db*")} == {name}


def test_that_a_question_without_an_index_is_noticed(small: Database) -> None:
    with small.read() as session:
        assert_uses_index(session, select(Customer.name).where(Customer.phone == "1"))
        with pytest.raises(AssertionError, match="SCAN customer"):
            assert_uses_index(session, select(Customer.phone).where(Customer.note == "x"))


# Several at once ---------------------------------------------------------------------------------


def test_that_two_threads_lose_no_write(small: Database) -> None:
    (key,) = add(small, 1)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(40):
                with small.write(SYSTEM) as session:
                    journal.name_change(session, "Count")
                    one = session.get_one(Customer, key)
                    one.attributes = {"count": one.attributes.get("count", 0) + 1}
        except BaseException as error:  # noqa: BLE001  (told to the test)
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with small.read() as session:
        assert session.get_one(Customer, key).attributes == {"count": 120}
        assert journal.verify_chain(session) is None


def test_that_a_reader_sees_one_state(small: Database) -> None:
    add(small, 1, "A")
    with small.read() as session:
        before = session.execute(text("SELECT count(*) FROM customer")).scalar()
        writer = threading.Thread(target=add, args=(small, 5, "B"))
        writer.start()
        writer.join()
        assert session.execute(text("SELECT count(*) FROM customer")).scalar() == before
    assert count(small) == 6


def test_that_another_program_at_the_file_is_told_as_busy(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "_PRAGMAS", (*session_module._PRAGMAS, "busy_timeout=50"))
    other = Database(small.path, KEY)
    with closing(open_file(small.path, KEY)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError) as caught:
            add(other, 1)
        assert caught.value.trouble is Trouble.BUSY
        assert count(other) == 0
        holder.execute("ROLLBACK")
    add(other, 1)
    other.close()


def test_that_a_row_changed_behind_ones_back_is_a_conflict(small: Database) -> None:
    (key,) = add(small, 1)
    with pytest.raises(DatabaseError) as caught, small.write(SYSTEM) as session:
        journal.name_change(session, "Edit")
        one = session.get_one(Customer, key)
        session.connection().execute(
            text("UPDATE customer SET version = version + 1"),
            execution_options={"recorded": True},
        )
        one.name = "neu"
    assert caught.value.trouble is Trouble.CONFLICT


# Troubles ----------------------------------------------------------------------------------------


@contextmanager
def mounted(place: Path, *command: str) -> Iterator[None]:
    """A mount for the length of a test; skipped where only root may mount and nobody is."""
    place.mkdir(exist_ok=True)
    if os.name == "nt" or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting needs root")
    for part in " ".join(command).split(" && "):
        done = subprocess.run(["mount", *part.split()], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"mounting is not possible here: {done.stderr.decode()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True)


def trouble_of(path: Path, key: bytes | None = KEY) -> Trouble:
    """What opening and reading a file comes to; it must not change the file."""
    before = path.read_bytes() if path.exists() else b""
    with pytest.raises(DatabaseError) as asked:
        migrate.schema_of(path, key)
    database = Database(path, key)
    with pytest.raises(DatabaseError) as opened:
        database.verify()
    database.close()
    assert opened.value.trouble is asked.value.trouble
    assert path.read_bytes() == before
    return asked.value.trouble


def test_that_a_wrong_key_is_told(small: Database) -> None:
    small.close()
    assert trouble_of(small.path, WRONG) is Trouble.WRONG_KEY


@pytest.mark.parametrize(
    "content", [b"hello world\n" * 20, b"\x89PNG\r\n\x1a\n" + bytes(500), b"{}", os.urandom(5000)]
)
def test_that_a_foreign_file_is_no_workspace(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "workspace.db"
    path.write_bytes(content)
    assert trouble_of(path) is Trouble.NOT_A_WORKSPACE


@pytest.mark.parametrize("key", [KEY, None])
def test_that_a_database_of_another_program_is_no_workspace(
    tmp_path: Path, key: bytes | None
) -> None:
    path = tmp_path / "workspace.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.commit()
    if key is None:
        with pytest.raises(DatabaseError) as caught:
            migrate.upgrade(path, key)
        assert caught.value.trouble is Trouble.NOT_A_WORKSPACE
        assert b"WAL" not in path.read_bytes()[:32]
    else:
        assert trouble_of(path, key) is Trouble.NOT_A_WORKSPACE


def test_that_a_folder_in_the_place_of_the_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "workspace.db").mkdir()
    with pytest.raises(DatabaseError) as caught:
        migrate.schema_of(tmp_path / "workspace.db", KEY)
    assert caught.value.trouble is Trouble.UNREADABLE


def test_that_a_disk_that_is_full_from_the_beginning_is_no_damage(
    small: Database, tmp_path: Path
) -> None:
    """SQLite finds no room for its shared memory and calls that an I/O error."""
    small.close()
    place = tmp_path / "full"
    with mounted(place, f"-t tmpfs -o size=3m tmpfs {place}"):
        shutil.copy(small.path, place / "full.db")
        with pytest.raises(OSError, match="No space"), (place / "ballast").open("wb", 0) as ballast:
            while True:
                ballast.write(bytes(4096))
        for use in (count, lambda database: add(database, 1, "K")):
            database = Database(place / "full.db", KEY)
            with pytest.raises(DatabaseError) as caught:
                use(database)
            database.close()
            assert caught.value.trouble is Trouble.FULL
        (place / "ballast").unlink()
        database = Database(place / "full.db", KEY)
        add(database, 1, "K")
        database.close()


def test_that_a_full_disk_loses_nothing(small: Database, tmp_path: Path) -> None:
    small.close()
    place = tmp_path / "full"
    with mounted(place, f"-t tmpfs -o size=3m tmpfs {place}"):
        shutil.copy(small.path, place / "full.db")
        database = Database(place / "full.db", KEY)
        (place / "ballast").write_bytes(bytes(300_000))
        written = 0
        with pytest.raises(DatabaseError) as caught:
            for number in range(200):
                add(database, 50, f"{number}-")
                written += 50
        assert caught.value.trouble is Trouble.FULL
        assert count(database) == written > 0
        with pytest.raises(DatabaseError):
            add(database, 200, "again")
        (place / "ballast").unlink()
        add(database, 5, "room")
        assert count(database) == written + 5
        with database.read() as session:
            assert journal.verify_chain(session) is None
            assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        database.close()


def test_that_a_protected_folder_is_told(small: Database, tmp_path: Path) -> None:
    small.close()
    source, place = tmp_path / "source", tmp_path / "protected"
    source.mkdir()
    shutil.copy(small.path, source / "w.db")
    with mounted(place, f"--bind {source} {place} && -o remount,ro,bind {place}"):
        database = Database(place / "w.db", KEY)
        for use in (database.verify, lambda: add(database, 1), lambda: count(database)):
            with pytest.raises(DatabaseError) as caught:
                use()
            assert caught.value.trouble is Trouble.READ_ONLY
        with pytest.raises(DatabaseError) as caught:
            migrate.schema_of(place / "w.db", KEY)
        assert caught.value.trouble is Trouble.READ_ONLY
        database.close()


def read_all(path: Path) -> tuple[list[Any], bool]:
    """Every value of every table, and whether the check of every page is content."""
    found: list[Any] = []
    with closing(open_file(path, KEY)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (name,) in names.fetchall():
            if not name.startswith("customer_fts"):
                found += connection.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()
        broken = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        broken += connection.execute("PRAGMA integrity_check(3)").fetchall()
    return found, broken == [("ok",)]


def test_that_no_flipped_bit_goes_unnoticed(small: Database, tmp_path: Path) -> None:
    add(small, 60)
    small.close()
    whole, path = small.path.read_bytes(), tmp_path / "flipped.db"
    path.write_bytes(whole)
    sound, checked = read_all(path)
    assert checked
    source, told = random.Random(1), Counter[str]()
    for _ in range(120):
        content = bytearray(whole)
        content[source.randrange(len(content))] ^= 1 << source.randrange(8)
        path.write_bytes(content)
        told[how_told(path, sound)] += 1
    assert told.keys() <= {"damaged", "wrong_key", "by the check"}, told
    assert len(sound) > 60


def how_told(path: Path, sound: list[Any]) -> str:
    try:
        found, checked = read_all(path)
    except driver.Error as error:
        return str(sort_trouble(error) or error)
    return "by the check" if found == sound and not checked else f"silent: {checked}"


def test_that_a_damaged_page_is_told_as_damage(small: Database) -> None:
    add(small, 300)
    small.close()
    content = bytearray(small.path.read_bytes())
    for page in range(8, len(content) // 4096):
        content[page * 4096 + 100] ^= 1
    small.path.write_bytes(content)
    database = Database(small.path, KEY)
    with pytest.raises(DatabaseError) as caught, database.read() as session:
        session.execute(text("SELECT note FROM customer")).all()
    assert caught.value.trouble is Trouble.DAMAGED
    database.close()


def test_that_a_file_cut_short_is_told(small: Database) -> None:
    add(small, 300)
    small.close()
    content = small.path.read_bytes()
    small.path.write_bytes(content[: len(content) // 2 // 4096 * 4096])
    database = Database(small.path, KEY)
    with pytest.raises(DatabaseError) as caught, database.read() as session:
        session.execute(text("SELECT note FROM customer")).all()
    assert caught.value.trouble is Trouble.DAMAGED
    database.close()


def test_that_bugs_are_not_sorted_away(small: Database, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), sorted_troubles():
        _ = 1 // 0
    with pytest.raises(Exception, match="no such table") as caught, small.read() as session:
        session.execute(text("SELECT * FROM nowhere"))
    assert not isinstance(caught.value, DatabaseError)
    assert sort_trouble(OSError(28, "No space left on device")) is Trouble.FULL
    assert sort_trouble(ValueError("x")) is None
    missing = driver.DatabaseError("file is not a database")
    assert sort_trouble(missing, tmp_path / "missing") is Trouble.WRONG_KEY
    error = DatabaseError(Trouble.FULL, "C:", tmp_path)
    assert (str(error), error.path) == ("full: C:", tmp_path)
    assert str(DatabaseError(Trouble.FULL)) == "full"
