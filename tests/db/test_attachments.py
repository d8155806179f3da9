"""Files of cases through the life of a workspace: made, re-keyed, copied, restored, opened."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import attachments, backup, keys, workspace
from db.session import SYSTEM, Database
from db.vocabulary import RuleKind
from db.workspace import Opened
from desktop_app.domain.cases import OpenDraft
from desktop_app.services import attachments as service
from desktop_app.services import cases, customers
from desktop_app.services.customers import CustomerDraft

CONTENT = "一段录音".encode() * 100


@pytest.fixture
def opened(tmp_path: Path, quick_keys: None) -> Iterator[Opened]:
    made, _code = workspace.create(tmp_path / "w", "ada", "Ada", "correct horse")
    workspace.set_password(made, "bo", "pw")
    yield made
    made.database.close()


def add(database: Database, name: str, content: bytes = CONTENT) -> uuid.UUID:
    """A file of a new case."""
    with database.write(SYSTEM) as session:
        customer = customers.create(session, CustomerDraft(name=name))
        case_id = cases.open_case(session, customer, OpenDraft(kind=RuleKind.LAPSING))
        return service.add(session, case_id, content, f"{name}.pdf").id


def read(database: Database, attachment_id: uuid.UUID) -> bytes:
    with database.read(SYSTEM) as session:
        return service.read(session, attachment_id)


def test_that_a_new_workspace_key_leaves_the_files_as_they_are(opened: Opened) -> None:
    row_id = add(opened.database, "A")
    (file,) = (opened.folder / "attachments").iterdir()
    before, key = file.read_bytes(), opened.database.key
    workspace.remove_login(opened, "bo")
    assert opened.database.key != key
    assert file.read_bytes() == before
    assert read(opened.database, row_id) == CONTENT


def test_that_a_restored_copy_reads_its_files_and_later_ones_are_kept(opened: Opened) -> None:
    early = add(opened.database, "A")
    copy = backup.make_backup(opened.database)
    late = add(opened.database, "B", b"later")
    held = (opened.database.key or b"",)
    opened.database.close()
    kept = workspace.restore(opened.folder, held, copy.path, SYSTEM, lambda _session: None)
    again = workspace.open_workspace(opened.folder, "ada", "correct horse")  # sweeps
    assert read(again.database, early) == CONTENT
    assert len(list((opened.folder / "attachments").iterdir())) == 2
    again.database.close()
    workspace.restore(opened.folder, held, kept, SYSTEM, lambda _session: None)
    back = workspace.open_workspace(opened.folder, "ada", "correct horse")
    assert read(back.database, late) == b"later"
    back.database.close()


def test_that_opening_sweeps_what_a_crash_left(opened: Opened) -> None:
    row_id = add(opened.database, "A")
    opened.database.close()
    folder = opened.folder / "attachments"
    (folder / ("f" * 64)).write_bytes(b"never committed")
    (folder / "half.part").write_bytes(b"never finished")
    again = workspace.open_workspace(opened.folder, "ada", "correct horse")
    assert len(list(folder.iterdir())) == 1
    assert read(again.database, row_id) == CONTENT
    again.database.close()


def test_that_every_workspace_has_a_key_of_its_own(opened: Opened, tmp_path: Path) -> None:
    other, _code = workspace.create(tmp_path / "x", "ada", "Ada", "correct horse")
    found = set()
    for database in (opened.database, other.database):
        with database.read() as session:
            key = attachments._key_of(session)
            assert key is not None
            assert len(key) == keys.KEY_BYTES
            assert key != database.key
            found.add(key)
    assert len(found) == 2
    other.database.close()
