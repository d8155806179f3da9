"""A workspace is made whole, opened by those who may, and refused with a reason."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from db import backup, journal, keys, migrate, workspace
from db.errors import DatabaseError, Trouble
from db.models import ChangeSet, Reason, User
from db.session import APPLICATION_ID, SYSTEM, open_file
from db.vocabulary import Role
from db.workspace import Opened


@pytest.fixture(autouse=True)
def cheap_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MEMORY", 8 * 1024 * 1024)
    monkeypatch.setattr(keys, "OPS", 1)


def trouble(work: Callable[..., Any], *args: Any) -> Trouble:
    with pytest.raises(DatabaseError) as caught:
        work(*args)
    return caught.value.trouble


def made(folder: Path, **more: Any) -> tuple[Path, str]:
    """A closed workspace of Anna's, and its recovery code."""
    opened, code = workspace.create(folder, "anna", "Anna", "geheim", **more)
    opened.database.close()
    return folder, code


def opens(folder: Path, login: str, password: str) -> Opened:
    opened = workspace.open_workspace(folder, login, password)
    opened.database.close()
    return opened


def add_user(folder: Path, login: str, role: Role, *, is_active: bool = True) -> None:
    opened = workspace.open_workspace(folder, "anna", "geheim")
    with opened.database.write(opened.actor) as session:
        journal.name_change(session, "Add a user")
        session.add(User(login=login, name=login, role=role, is_active=is_active))
    workspace.set_password(opened, login, "pw")
    opened.database.close()


# Making ------------------------------------------------------------------------------------------


def test_that_a_new_workspace_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "挽客台"
    opened, code = workspace.create(folder, "anna", "", "geheim")
    assert (opened.actor.login, opened.actor.name) == ("anna", "anna")
    assert (opened.actor.role, opened.is_demo) == (Role.ADMINISTRATOR, False)
    with opened.database.read() as session:
        sets = session.scalars(select(ChangeSet)).all()
        assert [(one.title, one.kind, one.device) for one in sets] == [
            (workspace.CREATED, "system", opened.database.device)
        ]
        assert len(session.scalars(select(Reason.id)).all()) > 20
        assert session.execute(text("PRAGMA application_id")).scalar() == APPLICATION_ID
        assert journal.verify_chain(session) is None
    opened.database.close()
    names = {file.name for file in folder.iterdir()}
    assert names == {workspace.DATABASE, workspace.KEYS, *workspace.FOLDERS}
    assert code not in (folder / workspace.KEYS).read_text("utf-8")
    assert b"anna" not in (folder / workspace.DATABASE).read_bytes()
    assert workspace.logins(folder) == ["anna"]
    assert not workspace.is_demo(folder)


def test_that_nothing_is_written_over(tmp_path: Path) -> None:
    folder, _code = made(tmp_path / "w")
    before = {file: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    assert trouble(workspace.create, folder, "b", "b", "x") is Trouble.EXISTS
    assert {file: file.read_bytes() for file in folder.iterdir() if file.is_file()} == before
    (folder / workspace.DATABASE).unlink()
    assert trouble(workspace.create, folder, "b", "b", "x") is Trouble.EXISTS
    only_database = tmp_path / "d"
    only_database.mkdir()
    (only_database / workspace.DATABASE).write_bytes(b"somebody's")
    assert trouble(workspace.create, only_database, "b", "b", "x") is Trouble.EXISTS


@pytest.mark.parametrize("name", ["upgrade", "save", "seed"])
def test_that_a_workspace_is_made_again_after_it_could_not_be_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / "w"

    def fail(*_args: object) -> None:
        raise DatabaseError(Trouble.FULL)

    owner = {"upgrade": workspace.migrate, "save": keys, "seed": workspace.shipped}[name]
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, fail)
        assert trouble(workspace.create, folder, "anna", "", "x") is Trouble.FULL
    assert {file.name for file in folder.iterdir()} == set(workspace.FOLDERS)
    made(folder)
    assert opens(folder, "anna", "geheim").actor.login == "anna"


def test_that_a_workspace_is_made_again_after_a_crash(tmp_path: Path) -> None:
    folder, _code = made(tmp_path / "w")
    (folder / workspace.DATABASE).rename(folder / "workspace.new")  # killed just before this
    made(folder)
    assert opens(folder, "anna", "geheim").actor.login == "anna"


def test_that_a_place_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    assert trouble(workspace.create, tmp_path / "file" / "w", "a", "a", "x") is Trouble.UNREADABLE


# Opening -----------------------------------------------------------------------------------------


def test_that_who_may_opens_it(tmp_path: Path) -> None:
    folder, _code = made(tmp_path)
    opened = opens(folder, "anna", "geheim")
    assert (opened.actor.login, opened.actor.role) == ("anna", Role.ADMINISTRATOR)
    assert trouble(opens, folder, "anna", "falsch") is Trouble.WRONG_PASSWORD
    assert trouble(opens, folder, "Anna", "geheim") is Trouble.UNKNOWN_USER


@pytest.mark.parametrize("missing", [workspace.KEYS, workspace.DATABASE])
def test_that_a_folder_without_its_files_is_no_workspace(tmp_path: Path, missing: str) -> None:
    folder, _code = made(tmp_path)
    (folder / missing).unlink()
    assert trouble(opens, folder, "anna", "geheim") is Trouble.NOT_A_WORKSPACE
    assert trouble(opens, tmp_path / "nowhere", "anna", "x") is Trouble.NOT_A_WORKSPACE
    assert trouble(opens, folder / workspace.FOLDERS[0], "a", "x") is Trouble.NOT_A_WORKSPACE


def test_that_an_emptied_database_is_damage_not_a_new_beginning(tmp_path: Path) -> None:
    folder, _code = made(tmp_path)
    (folder / workspace.DATABASE).write_bytes(b"")
    assert trouble(opens, folder, "anna", "geheim") is Trouble.DAMAGED
    assert (folder / workspace.DATABASE).read_bytes() == b""


def test_that_the_keys_of_another_workspace_do_not_open_it(tmp_path: Path) -> None:
    first, _code = made(tmp_path / "first")
    second, _code = made(tmp_path / "second")
    shutil.copy(second / workspace.KEYS, first / workspace.KEYS)
    assert trouble(opens, first, "anna", "geheim") is Trouble.WRONG_KEY


def test_that_a_newer_workspace_is_refused(tmp_path: Path) -> None:
    folder, _code = made(tmp_path)
    opened = workspace.open_workspace(folder, "anna", "geheim")
    opened.database.close()
    connection = open_file(folder / workspace.DATABASE, opened.database.key)
    connection.execute(f"PRAGMA user_version={migrate.SCHEMA + 1}")
    connection.close()
    before = (folder / workspace.DATABASE).read_bytes()
    assert trouble(opens, folder, "anna", "geheim") is Trouble.NEWER
    assert (folder / workspace.DATABASE).read_bytes() == before


def test_that_an_older_workspace_is_copied_and_then_upgraded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _code = made(tmp_path / "w")
    later = tmp_path / "later"
    shutil.copytree(migrate.MIGRATIONS, later, ignore=shutil.ignore_patterns("__pycache__"))
    (later / "versions" / "9999_later.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f'revision, down_revision = "9999", "{migrate.SCHEMA:04d}"\n'
        "def upgrade():\n    op.add_column('store', sa.Column('floor', sa.Integer()))\n",
        "utf-8",
    )
    monkeypatch.setattr(migrate, "MIGRATIONS", later)
    monkeypatch.setattr(migrate, "SCHEMA", migrate.SCHEMA + 1)
    opened = opens(folder, "anna", "geheim")
    (copy,) = backup.list_backups(folder / workspace.DATABASE)
    key = opened.database.key
    assert migrate.schema_of(copy.path, key) == migrate.SCHEMA - 1
    assert migrate.schema_of(folder / workspace.DATABASE, key) == migrate.SCHEMA
    opens(folder, "anna", "geheim")
    assert len(backup.list_backups(folder / workspace.DATABASE)) == 1


# People ------------------------------------------------------------------------------------------


def test_that_passwords_are_set_and_changed(tmp_path: Path) -> None:
    folder, _code = made(tmp_path)
    add_user(folder, "bo", Role.AGENT)
    assert opens(folder, "bo", "pw").actor.role is Role.AGENT
    opened = workspace.open_workspace(folder, "bo", "pw")
    workspace.set_password(opened, "bo", "neu")
    opened.database.close()
    assert trouble(opens, folder, "bo", "pw") is Trouble.WRONG_PASSWORD
    assert opens(folder, "bo", "neu").actor.login == "bo"
    assert opens(folder, "anna", "geheim").actor.login == "anna"
    assert workspace.logins(folder) == ["anna", "bo"]


def test_that_a_removed_or_inactive_user_cannot_sign_in(tmp_path: Path) -> None:
    folder, _code = made(tmp_path)
    add_user(folder, "bo", Role.AGENT)
    add_user(folder, "cy", Role.AGENT, is_active=False)
    opened = workspace.open_workspace(folder, "anna", "geheim")
    workspace.remove_login(opened, "bo")
    workspace.remove_login(opened, "nobody")
    opened.database.close()
    assert trouble(opens, folder, "bo", "pw") is Trouble.UNKNOWN_USER
    assert trouble(opens, folder, "cy", "pw") is Trouble.UNKNOWN_USER


def test_that_the_recovery_code_signs_in_as_the_first_active_administrator(tmp_path: Path) -> None:
    folder, code = made(tmp_path)
    add_user(folder, "agent", Role.AGENT)
    add_user(folder, "zoe", Role.ADMINISTRATOR)
    assert opens(folder, keys.RECOVERY, code.lower().replace("-", " ")).actor.login == "anna"
    wrong = keys.new_recovery_code()
    assert trouble(opens, folder, keys.RECOVERY, wrong) is Trouble.WRONG_PASSWORD
    opened = workspace.open_workspace(folder, "anna", "geheim")
    with opened.database.write(SYSTEM) as session:
        journal.name_change(session, "Leave")
        session.get_one(User, opened.actor.user_id).is_active = False
    workspace.remove_login(opened, "anna")
    opened.database.close()
    assert opens(folder, keys.RECOVERY, code).actor.login == "zoe"


def test_that_a_plain_database_has_no_passwords(tmp_path: Path) -> None:
    folder, _code = made(tmp_path)
    opened = workspace.open_workspace(folder, "anna", "geheim")
    opened.database.close()
    plain = Opened(folder, type(opened.database)(tmp_path / "p.db", None), opened.actor, False)
    with pytest.raises(ValueError, match="no key"):
        workspace.set_password(plain, "anna", "x")


# Demo --------------------------------------------------------------------------------------------


def test_that_a_demo_signs_in_by_itself(tmp_path: Path) -> None:
    folder, _code = made(tmp_path / "demo", demo=True)
    assert workspace.is_demo(folder)
    opened = workspace.open_demo(folder)
    opened.database.close()
    assert (opened.actor.login, opened.is_demo) == ("anna", True)
    real, _code = made(tmp_path / "real")
    assert trouble(workspace.open_demo, real) is Trouble.UNKNOWN_USER
    assert not workspace.is_demo(tmp_path / "nowhere")


def test_that_a_demo_whose_own_login_gets_a_password_asks_for_it(tmp_path: Path) -> None:
    folder, _code = made(tmp_path / "demo", demo=True)
    opened = workspace.open_demo(folder)
    workspace.set_password(opened, "bo", "of a colleague")
    assert workspace.is_demo(folder)
    workspace.set_password(opened, "anna", "of my own")
    opened.database.close()
    assert not workspace.is_demo(folder)
    assert trouble(workspace.open_demo, folder) is Trouble.UNKNOWN_USER
    opened = workspace.open_workspace(folder, "anna", "of my own")
    opened.database.close()
    assert not opened.is_demo


def test_that_a_demo_without_its_own_login_is_none(tmp_path: Path) -> None:
    folder, _code = made(tmp_path / "demo", demo=True)
    opened = workspace.open_demo(folder)
    workspace.set_password(opened, "bo", "of a colleague")
    workspace.remove_login(opened, "anna")
    opened.database.close()
    assert not workspace.is_demo(folder)


# Where it must not lie ---------------------------------------------------------------------------

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
proc /proc proc rw 0 0
server:/export /mnt/nfs nfs4 rw 0 0
//server/share /mnt/our\\040share cifs rw 0 0
anna@host: /mnt/ssh fuse.sshfs rw 0 0
/dev/sdb1 /mnt/nfs/local ext4 rw 0 0
/dev/sdc1 /mnt/usb fuseblk rw 0 0
tmpfs /mnt/nfsx tmpfs rw 0 0
broken

"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/w", ""), ("/mnt/nfs", "nfs4"), ("/mnt/nfs/w/x", "nfs4"), ("/mnt/nfs/local/w", ""),
        ("/mnt/our share/w", "cifs"), ("/mnt/our", ""), ("/mnt/ssh/w", "fuse.sshfs"),
        ("/mnt/usb/w", ""), ("/mnt/nfsx/w", ""), ("/mnt/nfsy", ""),
    ],
)  # fmt: skip
def test_that_a_network_share_is_known_by_its_mount(folder: str, kind: str) -> None:
    assert workspace.mounted_kind(Path(folder), MOUNTS) == kind


@pytest.mark.parametrize(
    "name",
    ["OneDrive", "OneDrive - 公司", "Dropbox", "Dropbox (Personal)", "Google Drive", "iCloudDrive",
     "坚果云", "Nutstore Files", "百度网盘同步空间"],
)  # fmt: skip
def test_that_a_synchronised_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / "work"
    assert workspace.shared_kind(folder) == name
    assert trouble(workspace.create, folder, "a", "a", "x") is Trouble.NETWORK_SHARE
    assert not folder.exists()
    folder.mkdir(parents=True)
    assert trouble(opens, folder, "a", "x") is Trouble.NETWORK_SHARE


@pytest.mark.parametrize("name", ["drive", "my dropbox notes", "cloud"])
def test_that_other_folders_are_fine(tmp_path: Path, name: str) -> None:
    assert workspace.shared_kind(tmp_path / name) == ""


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_that_a_link_to_a_synchronised_folder_is_seen_through(tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "innocent").symlink_to(tmp_path / "Dropbox")
    assert workspace.shared_kind(tmp_path / "innocent" / "w") == "Dropbox"
