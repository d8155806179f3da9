"""Removing somebody changes the key: they open nothing any more, and nobody else is locked out."""

import hashlib
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, Self

import pytest
import sqlcipher3.dbapi2 as driver
from sqlalchemy import func, select

from db import backup, journal, keys, rekey, workspace
from db.errors import DatabaseError, Trouble
from db.gate import Gate
from db.models import Customer, User
from db.session import Database, open_file
from db.vocabulary import Role
from db.workspace import Opened
from tests.journal_machine import check_chain

WHO = {"anna": "geheim", "bo": "pw-bo", "cy": "pw-cy"}


@pytest.fixture(scope="module")
def cheap() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "MEMORY", 8 * 1024)
        patch.setattr(keys, "OPS", 1)
        yield


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, cheap: None) -> tuple[Path, str]:
    """A workspace of three, with a customer and a copy; and the recovery code."""
    folder = tmp_path_factory.mktemp("template") / "w"
    opened, code = workspace.create(folder, "anna", "Anna", WHO["anna"])
    with opened.database.write(opened.actor) as session:
        journal.name_change(session, "People")
        session.add_all([User(login=one, name=one, role=Role.AGENT) for one in ("bo", "cy")])
    for login in ("bo", "cy"):
        workspace.set_password(opened, login, WHO[login])
    add(opened, "K1")
    backup.make_backup(opened.database)
    opened.database.close()
    return folder, code


@pytest.fixture
def code(template: tuple[Path, str]) -> str:
    return template[1]


@pytest.fixture
def folder(template: tuple[Path, str], tmp_path: Path) -> Path:
    return Path(shutil.copytree(template[0], tmp_path / "w"))


@pytest.fixture
def opened(folder: Path) -> Iterator[Opened]:
    made = workspace.open_workspace(folder, "anna", WHO["anna"])
    yield made
    made.database.close()


def add(opened: Opened, number: str) -> None:
    with opened.database.write(opened.actor) as session:
        journal.name_change(session, "Add")
        session.add(Customer(number=number, name="客户"))


def numbers(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Customer.number).order_by(Customer.number)))


def seen(folder: Path, login: str, password: str) -> list[str]:
    """What somebody sees who signs in."""
    opened = workspace.open_workspace(folder, login, password)
    try:
        return numbers(opened.database)
    finally:
        opened.database.close()


def trouble(work: Callable[..., Any], *args: Any) -> Trouble:
    with pytest.raises(DatabaseError) as caught:
        work(*args)
    return caught.value.trouble


def opens(path: Path, key: bytes) -> bool:
    try:
        backup.verify_file(path, key)
    except DatabaseError as error:
        if error.trouble is not Trouble.WRONG_KEY:
            raise
        return False
    return True


# What holds afterwards ---------------------------------------------------------------------------


def test_that_who_was_removed_opens_nothing_with_what_they_kept(
    folder: Path, opened: Opened, code: str
) -> None:
    kept = keys.load(folder / keys.KEYS)
    key = keys.open_key(kept, "bo", WHO["bo"])
    workspace.remove_login(opened, "bo")
    add(opened, "K2")
    opened.database.close()
    assert not opens(folder / workspace.DATABASE, key)
    assert trouble(seen, folder, "bo", WHO["bo"]) is Trouble.UNKNOWN_USER
    for login, secret in (("anna", WHO["anna"]), ("cy", WHO["cy"]), (keys.RECOVERY, code)):
        assert seen(folder, login, secret) == ["K1", "K2"]
    key_files = sorted(folder.glob("backups/*.keys.json"))
    assert len(key_files) == 2  # the copy of the template, and the one made before the change
    assert [keys.load(path).logins() for path in key_files] == [["anna", "cy"]] * 2
    keys.save(kept, folder / keys.KEYS)  # the old key file is of no use either
    assert trouble(seen, folder, "bo", WHO["bo"]) is Trouble.WRONG_KEY
    assert not folder.joinpath("workspace.rekeyed").exists()


def test_that_copies_from_before_are_checked_and_put_back_with_the_present_password(
    folder: Path, opened: Opened
) -> None:
    first = opened.database.key
    workspace.remove_login(opened, "bo")
    workspace.remove_login(opened, "cy")
    add(opened, "K2")
    assert first is not None
    copies = backup.list_backups(opened.database.path)
    assert opens(copies[-1].path, first)
    for copy in copies:
        workspace.verify_copy(opened, copy.path)
    workspace.verify_copy(opened, opened.database.path)
    opened.database.close()
    held, told = (opened.database.key,), []
    kept = workspace.restore(
        folder, held, copies[-1].path, opened.actor, lambda session: told.append(session.info)
    )
    assert told[0]["actor"].user_id == opened.actor.user_id
    assert seen(folder, "anna", WHO["anna"]) == ["K1"]
    assert trouble(seen, folder, "bo", WHO["bo"]) is Trouble.UNKNOWN_USER
    assert not opens(folder / workspace.DATABASE, first)
    assert opens(copies[-1].path, first)  # the copy itself stays as it was
    workspace.restore(folder, held, kept, opened.actor, lambda _session: None)
    assert seen(folder, "anna", WHO["anna"]) == ["K1", "K2"]


def test_that_a_copy_opens_alone_with_its_own_key_file_for_those_who_stay(
    folder: Path, opened: Opened, tmp_path: Path
) -> None:
    workspace.remove_login(opened, "bo")
    newest = backup.list_backups(opened.database.path)[0].path
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(newest, elsewhere / workspace.DATABASE)
    shutil.copy(newest.with_suffix(".keys.json"), elsewhere / keys.KEYS)
    assert seen(elsewhere, "cy", WHO["cy"]) == ["K1"]
    assert trouble(seen, elsewhere, "bo", WHO["bo"]) is Trouble.UNKNOWN_USER


def test_that_a_person_whom_the_copy_does_not_know_is_named_in_it(
    folder: Path, opened: Opened
) -> None:
    copy = backup.list_backups(opened.database.path)[0].path
    with opened.database.write(opened.actor) as session:
        journal.name_change(session, "New")
        session.add(User(login="dee", name="Dee", role=Role.ADMINISTRATOR))
    workspace.set_password(opened, "dee", "pw")
    dee = workspace.open_workspace(folder, "dee", "pw")
    dee.database.close()
    opened.database.close()

    def note(session: Any) -> None:
        journal.record_event(session, "Restore")

    workspace.restore(folder, (dee.database.key,), copy, dee.actor, note)
    again = workspace.open_workspace(folder, "anna", WHO["anna"])
    with again.database.read() as session:
        newest = journal.ChangeSet
        row = session.execute(
            select(newest.title, newest.actor_id, newest.actor_name)
            .order_by(newest.seq.desc())
            .limit(1)
        ).one()
    assert tuple(row) == ("Restore", None, "Dee")
    check_chain(again.database)
    again.database.close()


def test_that_nothing_is_changed_for_a_login_that_is_not_there(
    folder: Path, opened: Opened
) -> None:
    key, before = opened.database.key, (folder / keys.KEYS).read_bytes()
    workspace.remove_login(opened, "nobody")
    assert opened.database.key == key
    assert (folder / keys.KEYS).read_bytes() == before
    plain = Opened(folder, Database(folder / "plain.db", None), opened.actor, is_demo=False)
    with pytest.raises(ValueError, match="no key"):
        workspace.remove_login(plain, "bo")


# While the program is open -----------------------------------------------------------------------


def test_that_threads_read_and_write_before_and_after_and_lose_nothing(opened: Opened) -> None:
    ended, wrote, problems = threading.Event(), threading.Semaphore(0), []

    def work(name: str) -> None:
        try:
            count = 0
            while not ended.is_set():
                add(opened, f"{name}{count:05}")
                count += 1
                assert sum(one.startswith(name) for one in numbers(opened.database)) == count
                wrote.release()
        except BaseException as error:  # noqa: BLE001
            problems.append(error)
            wrote.release()

    threads = [threading.Thread(target=work, args=(name,)) for name in "XYZ"]
    for thread in threads:
        thread.start()
    for _ in range(6):
        assert wrote.acquire(timeout=60)
    before = opened.database.key
    workspace.remove_login(opened, "bo")
    for _ in range(9):
        assert wrote.acquire(timeout=60)
    ended.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert opened.database.key != before
    check_chain(opened.database)


def test_that_a_copy_can_be_made_afterwards(opened: Opened) -> None:
    workspace.remove_login(opened, "bo")
    made = backup.make_backup(opened.database)
    assert opened.database.key is not None
    assert opens(made.path, opened.database.key)


def test_that_another_program_that_has_it_open_is_told_of(folder: Path, opened: Opened) -> None:
    other = open_file(folder / workspace.DATABASE, opened.database.key, wal=True)
    other.execute("SELECT count(*) FROM customer").fetchall()
    before = (folder / keys.KEYS).read_bytes()
    assert trouble(workspace.remove_login, opened, "bo") is Trouble.IN_USE
    assert (folder / keys.KEYS).read_bytes() == before
    other.close()
    add(opened, "K2")  # goes on with the key it has
    workspace.remove_login(opened, "bo")
    assert numbers(opened.database) == ["K1", "K2"]


@pytest.mark.skipif(os.name == "nt", reason="an open file is not replaced there")
def test_that_who_waited_to_open_the_former_file_does_not_write_into_it(
    folder: Path, opened: Opened
) -> None:
    key = opened.database.key
    assert key is not None
    late = driver.connect(str(folder / workspace.DATABASE))
    late.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    workspace.remove_login(opened, "bo")
    with pytest.raises(driver.DatabaseError):
        late.execute("SELECT count(*) FROM customer").fetchall()
    late.close()


@pytest.mark.skipif(os.name == "nt", reason="an open file is not replaced there")
def test_that_a_second_name_of_the_former_file_is_left_alone(
    folder: Path, opened: Opened, tmp_path: Path
) -> None:
    key = opened.database.key
    assert key is not None
    os.link(folder / workspace.DATABASE, tmp_path / "linked.db")
    workspace.remove_login(opened, "bo")
    assert opens(tmp_path / "linked.db", key)


def test_that_a_reader_that_does_not_end_is_not_waited_for_for_ever(
    folder: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.session._PATIENCE", 0.01)
    told: list[Trouble] = []
    with opened.database.read():
        thread = threading.Thread(
            target=lambda: told.append(trouble(workspace.remove_login, opened, "bo"))
        )
        thread.start()
        thread.join()
    assert told == [Trouble.BUSY]
    assert "bo" in workspace.logins(folder)


def test_that_nobody_waits_for_themselves() -> None:
    gate = Gate()
    with gate.inside(), pytest.raises(RuntimeError, match="alone"), gate.alone(60):
        raise AssertionError
    with gate.alone(0), gate.inside():
        pass
    with gate.alone(0):
        pass


def test_that_two_are_not_alone_together_and_the_inside_may_go_deeper() -> None:
    gate, waits, told = Gate(), threading.Event(), []

    def alone() -> None:
        waits.set()
        with gate.alone(60):
            told.append("alone")

    with gate.inside():
        thread = threading.Thread(target=alone)
        thread.start()
        assert waits.wait(60)
        with gate.inside():  # goes on although somebody waits to be alone
            assert told == []
    thread.join()
    assert told == ["alone"]
    with gate.alone(0):
        other: list[BaseException] = []

        def second() -> None:
            try:
                with gate.alone(0.01):
                    raise AssertionError
            except TimeoutError as error:
                other.append(error)

        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
        assert len(other) == 1


# Cut short ---------------------------------------------------------------------------------------


class Moments:
    """Copies of a folder at every call into the system that changed something in it."""

    def __init__(self, folder: Path, places: Path, sources: tuple[str, ...]) -> None:
        self._folder, self._places, self._sources = folder, places, sources
        self._seen: set[str] = set()
        self.found: list[Path] = []

    def __enter__(self) -> Self:
        sys.setprofile(self._look)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.setprofile(None)

    def _look(self, frame: FrameType, event: str, _arg: object) -> None:
        if event in ("c_call", "c_return") and frame.f_code.co_filename.endswith(self._sources):
            sys.setprofile(None)
            self._keep()
            sys.setprofile(self._look)

    def _keep(self) -> None:
        digest = hashlib.sha256()
        for path in sorted(self._folder.rglob("*")):
            if path.is_file():
                digest.update(path.name.encode() + path.read_bytes())
        if digest.hexdigest() not in self._seen:
            self._seen.add(digest.hexdigest())
            place = self._places / f"{len(self.found):03}"
            self.found.append(Path(shutil.copytree(self._folder, place)))


SOURCES = tuple(
    str(Path("db") / name) for name in ("rekey.py", "keys.py", "workspace.py", "backup.py")
)


def test_that_cut_short_anywhere_everybody_who_stays_opens_it_and_the_change_is_ended(
    folder: Path, opened: Opened, code: str, tmp_path: Path
) -> None:
    key = opened.database.key
    assert key is not None
    with Moments(folder, tmp_path / "moments", SOURCES) as moments:
        workspace.remove_login(opened, "bo")
    opened.database.close()
    states = set()
    for place in moments.found:
        is_there, is_changing = state = ends_well(place, key, code)
        states.add(state)
        assert not (is_there and is_changing)
    assert states == {(True, False), (False, True), (False, False)}
    assert len(moments.found) > 8


def ends_well(place: Path, key: bytes, code: str) -> tuple[bool, bool]:
    """Everybody signs in; says whether the removed one was still there, and it was under way."""
    file = keys.load(place / keys.KEYS)
    is_there = "bo" in file.logins()
    for login, secret in (("cy", WHO["cy"]), ("anna", WHO["anna"]), (keys.RECOVERY, code)):
        assert seen(place, login, secret) == ["K1"]
    assert not keys.load(place / keys.KEYS).is_changing
    assert opens(place / workspace.DATABASE, key) == is_there
    return is_there, file.is_changing


STEPS = [
    (rekey, "open_file", 1), (rekey, "open_file", 2), (rekey, "set_key", 1),
    (rekey, "verify_file", 1), (rekey, "sync_file", 1), (rekey, "sync_folder", 1),
    (backup, "make_backup", 1), (keys, "begin_change", 1), (keys, "end_change", 1),
    (keys, "save", 1), (keys, "save", 2), (keys, "save", 3), (keys, "save", 4),
    (Path, "replace", 1), (Path, "replace", 2), (Path, "replace", 3), (Path, "replace", 4),
    (Path, "replace", 5), (Path, "replace", 6),
]  # fmt: skip


@pytest.mark.parametrize(("owner", "name", "call"), STEPS)
def test_that_whatever_fails_is_told_and_locks_nobody_out(
    folder: Path,
    opened: Opened,
    code: str,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    call: int,
) -> None:
    work, calls = getattr(owner, name), 0

    def fail(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            raise OSError(28, "No space left on device")
        return work(*args, **more)

    key = opened.database.key
    assert key is not None
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, fail)
        with suppress(DatabaseError, OSError):
            workspace.remove_login(opened, "bo")
        add(opened, "K2")  # the open program goes on
    assert calls >= call
    file = keys.load(folder / keys.KEYS)
    assert not (file.is_changing and "bo" in file.logins())
    workspace.set_password(opened, "cy", "new-cy")
    opened.database.close()
    is_there = "bo" in keys.load(folder / keys.KEYS).logins()
    for login, secret in (("cy", "new-cy"), ("anna", WHO["anna"]), (keys.RECOVERY, code)):
        assert seen(folder, login, secret) == ["K1", "K2"]
    assert opens(folder / workspace.DATABASE, key) == is_there
    again = workspace.open_workspace(folder, "anna", WHO["anna"])
    workspace.remove_login(again, "bo")  # a second try
    again.database.close()
    assert trouble(seen, folder, "bo", WHO["bo"]) is Trouble.UNKNOWN_USER
    assert not opens(folder / workspace.DATABASE, key)


def test_that_an_opening_that_cannot_end_the_change_opens_with_the_present_key(
    folder: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = opened.database.key
    assert key is not None
    opened.database.close()
    file = keys.begin_change(keys.load(folder / keys.KEYS), key, keys.new_key())
    del file.wraps["bo"]
    keys.save(file, folder / keys.KEYS)

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(rekey, "set_key", full)
        again = workspace.open_workspace(folder, "anna", WHO["anna"])
        assert again.database.key == key
        assert trouble(workspace.set_password, again, "cy", "new") is Trouble.FULL
    workspace.set_password(again, "cy", "new")
    again.database.close()
    assert seen(folder, "cy", "new") == ["K1"]
    assert not opens(folder / workspace.DATABASE, key)


def test_that_what_was_counted_is_there(opened: Opened) -> None:
    workspace.remove_login(opened, "bo")
    with opened.database.read() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 3
        assert journal.verify_chain(session) is None
