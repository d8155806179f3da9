"""Passwords and copies: who may, what the journal says of it, and that it is said before."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db import backup, keys, workspace
from db.errors import DatabaseError, Trouble
from db.models import ChangeSet, User
from db.session import Actor
from db.vocabulary import Role
from db.workspace import Opened
from desktop_app.errors import ConflictError, DatabaseProblemError, NotAllowedError
from desktop_app.services import keys as service
from desktop_app.services import staff
from desktop_app.services.journal import title_text
from desktop_app.services.staff import UserDraft

pytestmark = pytest.mark.usefixtures("quick_keys")


@pytest.fixture
def shop(tmp_path: Path, quick_keys: None) -> Iterator[tuple[Opened, str]]:
    """A workspace of Anna's with Bo and Cy, who have passwords; and the recovery code."""
    opened, code = workspace.create(tmp_path / "w", "anna", "Anna", "geheim")
    for login in ("bo", "cy"):
        add(opened, login)
    yield opened, code
    opened.database.close()


@pytest.fixture
def opened(shop: tuple[Opened, str]) -> Opened:
    return shop[0]


def add(opened: Opened, login: str, role: Role = Role.AGENT) -> uuid.UUID:
    with opened.database.write(opened.actor) as session:
        user_id = staff.add_user(session, UserDraft(login=login, name=login, role=role))
    service.set_password(opened, login, f"pw-{login}")
    return user_id


def titles(opened: Opened) -> list[str]:
    """The journal, newest first, in words."""
    with opened.database.read() as session:
        rows = session.scalars(select(ChangeSet).order_by(ChangeSet.seq.desc())).all()
        return [title_text(row.title, row.args) for row in rows]


def user(opened: Opened, login: str) -> User:
    with opened.database.read() as session:
        return session.scalars(select(User).where(User.login == login)).one()


def as_user(opened: Opened, login: str) -> Opened:
    """The same open workspace, somebody else at it."""
    row = user(opened, login)
    actor = Actor(row.id, row.login, row.name, Role(row.role))
    return Opened(opened.folder, opened.database, actor, is_demo=False)


def draft_of(row: User, **changes: Any) -> UserDraft:
    fields = {name: getattr(row, name) for name in UserDraft.model_fields}
    return UserDraft.model_validate(fields | changes)


# Passwords ---------------------------------------------------------------------------------------


def test_that_a_new_password_is_an_event_and_needs_the_right_except_for_ones_own(
    opened: Opened,
) -> None:
    service.set_password(opened, "bo", "other")
    assert titles(opened)[0] == "New password for bo"
    bo = as_user(opened, "bo")
    made = len(titles(opened))
    with pytest.raises(NotAllowedError):
        service.set_password(bo, "cy", "stolen")
    assert len(titles(opened)) == made
    service.set_password(bo, "bo", "my own")
    file = keys.load(opened.folder / keys.KEYS)
    assert keys.open_key(file, "bo", "my own") == opened.database.key
    assert keys.open_key(file, "cy", "pw-cy") == opened.database.key


@pytest.mark.parametrize("work", ["set_password", "remove_login", "back_up"])
def test_that_nothing_is_done_that_cannot_be_written_down(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    def full(*_args: object) -> None:
        raise DatabaseError(Trouble.FULL)

    before = (opened.folder / keys.KEYS).read_bytes()
    arguments = {"set_password": ("bo", "new"), "remove_login": ("bo",), "back_up": ()}[work]
    monkeypatch.setattr("db.journal.close", full)
    with pytest.raises(DatabaseError):
        getattr(service, work)(opened, *arguments)
    assert (opened.folder / keys.KEYS).read_bytes() == before
    assert backup.list_backups(opened.database.path) == []


def test_that_the_recovery_code_leaves_an_event_and_opens_once_more(
    shop: tuple[Opened, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, code = shop
    opened.database.close()
    with monkeypatch.context() as patched:
        patched.setattr(workspace, "set_password", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            service.recover(opened.folder, code, "new one")
    again = service.recover(opened.folder, code, "new one")
    assert again.actor.login == "anna"
    assert titles(again)[0] == "Use the recovery code: new password for anna"
    again.database.close()
    workspace.open_workspace(opened.folder, "anna", "new one").database.close()


def test_that_a_new_recovery_code_takes_the_place_of_the_one_before(
    shop: tuple[Opened, str],
) -> None:
    opened, before = shop
    key = opened.database.key
    with pytest.raises(NotAllowedError):
        service.set_recovery_code(as_user(opened, "bo"), service.new_recovery_code())
    code = service.new_recovery_code()
    service.set_recovery_code(opened, code)
    assert titles(opened)[0] == "New recovery code, change the key of the workspace"
    assert opened.database.key != key
    opened.database.close()
    with pytest.raises(DatabaseError):
        workspace.open_workspace(opened.folder, keys.RECOVERY, before)
    workspace.open_workspace(opened.folder, keys.RECOVERY, code).database.close()
    workspace.open_workspace(opened.folder, "bo", "pw-bo").database.close()


# Removing ----------------------------------------------------------------------------------------


def test_that_who_may_sign_in_no_more_loses_the_key_and_the_journal_says_so(
    opened: Opened,
) -> None:
    row, key = user(opened, "bo"), opened.database.key
    changes = service.change_user(opened, row.id, row.version, draft_of(row, is_active=False))
    assert "app_user" in changes.tables
    assert service.logins(opened) == {"anna", "cy"}
    assert opened.database.key != key
    assert titles(opened)[:2] == [
        "Change user bo",
        "Remove the password of bo, change the key of the workspace",
    ]
    row = user(opened, "bo")
    key, made = opened.database.key, len(titles(opened))
    service.change_user(opened, row.id, row.version, draft_of(row, is_active=False))
    assert opened.database.key == key  # no password, nothing to take away
    assert len(titles(opened)) == made


def test_that_a_change_without_a_removal_leaves_the_key(opened: Opened) -> None:
    row, key = user(opened, "bo"), opened.database.key
    service.change_user(opened, row.id, row.version, draft_of(row, name="Bob"))
    assert (user(opened, "bo").name, opened.database.key) == ("Bob", key)


def refused(opened: Opened, work: Callable[..., Any], *args: Any) -> str:
    """Why it is refused; nothing was changed by it."""
    before, key = (opened.folder / keys.KEYS).read_bytes(), opened.database.key
    made = len(titles(opened))
    with pytest.raises((ConflictError, NotAllowedError)) as caught:
        work(opened, *args)
    assert (opened.folder / keys.KEYS).read_bytes() == before
    assert (opened.database.key, len(titles(opened))) == (key, made)
    return caught.value.message


def test_that_nobody_removes_themselves_or_the_last_administrator(opened: Opened) -> None:
    anna = user(opened, "anna")
    gone = draft_of(anna, is_active=False)
    change = service.change_user
    assert "cannot remove yourself" in refused(opened, change, anna.id, anna.version, gone)
    assert "cannot remove yourself" in refused(opened, service.remove_login, "anna")
    bo = as_user(opened, "bo")
    assert "does not allow" in refused(bo, service.remove_login, "cy")
    assert "does not allow" in refused(bo, change, anna.id, anna.version, gone)
    with opened.database.write(opened.actor) as session:
        staff.add_user(session, UserDraft(login="dee", name="Dee", role=Role.ADMINISTRATOR))
    dee = as_user(opened, "dee")  # an administrator, but without a password
    assert "only administrator with a password" in refused(dee, service.remove_login, "anna")
    service.set_password(opened, "dee", "pw-dee")
    service.remove_login(dee, "anna")
    assert service.logins(opened) == {"bo", "cy", "dee"}


def test_that_an_older_row_is_told_before_the_key_is_changed(opened: Opened) -> None:
    row = user(opened, "bo")
    stale = row.version - 1, draft_of(row, is_active=False)
    assert "meanwhile" in refused(opened, service.change_user, row.id, *stale)


def test_that_a_key_that_could_not_be_changed_is_told(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    row = user(opened, "bo")
    with monkeypatch.context() as patched:
        patched.setattr("db.rekey.set_key", full)
        with pytest.raises(DatabaseProblemError, match=r"disk is full.*bo can still open"):
            service.change_user(opened, row.id, row.version, draft_of(row, is_active=False))
    assert user(opened, "bo").is_active
    service.change_user(opened, row.id, row.version, draft_of(row, is_active=False))
    assert "bo" not in service.logins(opened)


# Copies ------------------------------------------------------------------------------------------


def test_that_a_wanted_copy_is_an_event_that_is_in_it(opened: Opened) -> None:
    made = service.back_up(opened)
    assert titles(opened)[0] == "Make a backup"
    assert backup.backup_if_changed(opened.database, made.made_at + 2 * backup.EVERY) is None
    service.verify_copy(opened, made.path)
    bo = as_user(opened, "bo")
    for work, arguments in ((service.back_up, ()), (service.verify_copy, (made.path,))):
        with pytest.raises(NotAllowedError):
            work(bo, *arguments)
    assert len(backup.list_backups(opened.database.path)) == 1


def test_that_a_restore_stands_in_the_restored_journal_and_needs_the_right(
    opened: Opened,
) -> None:
    made = service.back_up(opened)
    add(opened, "dee")
    bo = as_user(opened, "bo")
    opened.database.close()
    held = (opened.database.key or b"",)
    with pytest.raises(NotAllowedError):
        service.restore(opened.folder, bo.actor, held, made.path)
    service.restore(opened.folder, opened.actor, held, made.path)
    again = workspace.open_workspace(opened.folder, "anna", "geheim")
    assert titles(again)[:2] == [f"Restore the backup {made.path.name}", "Make a backup"]
    with again.database.read() as session:
        logins = set(session.scalars(select(User.login)))
    assert logins == {"anna", "bo", "cy"}
    again.database.close()


def test_that_only_who_may_is_asked_for_a_restore(opened: Opened) -> None:
    with opened.database.read(opened.actor) as session:
        service.allow_restore(session)
    bo = as_user(opened, "bo")
    with pytest.raises(NotAllowedError), bo.database.read(bo.actor) as session:
        service.allow_restore(session)
