"""Making, checking, backing up, restoring and migrating a workspace."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from db import keys, migrate, workspace
from db.session import make_engine
from db.vocabulary import RuleKind
from desktop_app.domain.cases import OpenDraft
from desktop_app.domain.customers import CustomerDraft
from desktop_app.services import attachments, cases, customers
from tests.cli.conftest import Run


def test_that_a_new_workspace_opens_with_password_and_recovery_code(
    run: Run, tmp_path: Path
) -> None:
    made = run("new", tmp_path / "w", "--login", "ada", "--name", "Ada", "--json")
    assert made.status == 0
    code = made.document["recovery_code"]
    assert made.document["login"] == "ada"
    workspace.open_workspace(tmp_path / "w", "ada", "correct horse").database.close()
    workspace.open_workspace(tmp_path / "w", keys.RECOVERY, code).database.close()
    again = run("new", tmp_path / "w")
    assert again.status == 1
    assert again.out == ""
    assert "Choose another folder" in again.sentence


def test_that_check_of_a_sound_workspace_says_so(run: Run, folder: Path) -> None:
    checked = run("check", "--json")
    assert checked.status == 0
    assert checked.document["ok"]
    assert checked.document["counts"]["app_user"] == 1
    assert run("check", folder).out.strip().endswith("The workspace is sound.")


def test_that_check_names_missing_files(run: Run, folder: Path) -> None:
    opened = workspace.open_workspace(folder, "admin", "correct horse")
    with opened.database.write(opened.actor) as session:
        customer = customers.create(session, CustomerDraft(name="王芳"))
        case_id = cases.open_case(session, customer, OpenDraft(kind=RuleKind.LAPSING))
        attachments.add(session, case_id, b"a picture", "受潮.png")
    opened.database.close()
    assert run("check", "--json").document["files"] == []
    (file,) = (folder / "attachments").iterdir()
    file.write_bytes(b"something else")
    damaged = run("check", "--json")
    assert damaged.status == 1
    number = damaged.document["files"][0]["case"]
    wanted = {"case": number, "name": "受潮.png", "problem": "damaged"}
    assert damaged.document["files"] == [wanted]
    file.unlink()
    missing = run("check")
    assert missing.status == 1
    assert missing.sentence.endswith(
        f"The file “受潮.png” of case {number} is missing in the folder “attachments”."
    )


def test_that_check_finds_a_tampered_journal_and_outdated_figures(run: Run, folder: Path) -> None:
    key = keys.open_key(keys.load(folder / "keys.json"), "admin", "correct horse")
    engine = make_engine(folder / "workspace.db", key)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE change_set SET actor_name = 'nobody' WHERE seq = 1")
        connection.exec_driver_sql(
            "INSERT INTO customer (id, version, created_at, updated_at, number, name, kind, phone,"
            " email, address, district, card_number, is_identified, do_not_contact, is_deceased,"
            " malicious_arrears, switch_dates, attributes, note) VALUES ('"
            + "0"
            * 31
            + "1', 1, '2026-01-01', '2026-01-01', 'K1', 'Eve', 'person', '', '', '', '', '', 1, 0,"
            " 0, 0, '[]', '{}', '')"
        )
    engine.dispose()
    checked = run("check", "--json")
    assert checked.status == 1
    assert not checked.document["ok"]
    assert checked.document["journal"] == 1
    assert checked.document["figures"] == 1
    assert "change set 1" in checked.sentence


def test_that_a_backup_can_be_restored_and_the_present_is_kept(
    run: Run, folder: Path, orders: Path
) -> None:
    made = run("backup", "--json").document
    assert Path(made["backup"]).is_file()
    assert run("import", "orders", orders).status == 0
    assert len(run("list", "customers", "--json").document) == 3
    restored = run("restore", Path(made["backup"]).name, "--json")
    assert restored.status == 0
    titles = [one["title"] for one in run("history", "--json").document[:2]]
    assert titles == [f"Restore the backup {Path(made['backup']).name}", "Make a backup"]
    assert run("list", "customers", "--json").document == []
    back = run("restore", Path(restored.document["kept"]), "--json")
    assert back.status == 0
    assert len(run("list", "customers", "--json").document) == 3
    assert "no backup" in run("restore", "nothing").sentence


def test_that_a_damaged_workspace_is_told_and_restored_from_the_latest_backup(
    run: Run, folder: Path, orders: Path
) -> None:
    run("import", "orders", orders)
    run("backup")
    file = folder / "workspace.db"
    content = bytearray(file.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    file.write_bytes(content)
    broken = run("list", "customers")
    assert broken.status == 1
    assert broken.out == ""
    assert "Restore the latest backup" in broken.sentence
    assert run("restore", "latest").status == 0
    assert len(run("list", "customers", "--json").document) == 3


def test_that_a_damaged_key_file_is_put_back_and_the_workspace_left_as_it_is(
    run: Run, folder: Path, orders: Path
) -> None:
    run("backup")
    run("import", "orders", orders)
    for damage in (lambda: (folder / "keys.json").write_text("{", "utf-8"), folder_keys(folder)):
        damage()
        assert run("list", "customers").status == 1
        wrong = run("restore", "latest", "--user", "nobody")
        assert (wrong.status, "no user" in wrong.sentence) == (1, True)
        assert run("list", "customers").status == 1
        mended = run("restore", "latest")
        assert (mended.status, "left as it is" in mended.out) == (0, True)
        title = run("history", "--json").document[0]["title"]
        assert title.startswith("Put back the key file 20")
        assert len(run("list", "customers", "--json").document) == 3
    assert len(list((folder / "backups").glob("keys-damaged-*.json"))) == 1


def folder_keys(folder: Path) -> Callable[[], None]:
    return (folder / "keys.json").unlink


def test_that_a_damaged_key_file_and_database_are_both_put_back(
    run: Run, folder: Path, orders: Path
) -> None:
    run("import", "orders", orders)
    run("backup")
    (folder / "keys.json").write_bytes(b"\xff\xfe")
    (folder / "workspace.db").write_bytes(b"nothing" * 1000)
    mended = run("restore", "latest", "--json")
    assert mended.status == 0
    assert Path(mended.document["kept"]).exists()
    assert len(run("list", "customers", "--json").document) == 3
    (folder / "keys.json").write_text("[]", "utf-8")
    (folder / "workspace.db").unlink()
    again = run("restore", "latest", "--json")
    assert (again.status, again.document["kept"]) == (0, None)
    assert len(run("list", "customers", "--json").document) == 3


def test_that_a_key_file_without_a_copy_is_told(run: Run, folder: Path) -> None:
    (folder / "keys.json").write_text("{", "utf-8")
    assert run("restore", "latest").status == 1
    assert (folder / "keys.json").read_text("utf-8") == "{"


def test_that_checking_broken_pages_gives_one_document(run: Run, folder: Path) -> None:
    file = folder / "workspace.db"
    content = bytearray(file.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    file.write_bytes(content)
    found = run("check", "--json")
    assert (found.status, found.document["ok"]) == (1, False)
    assert "damaged" in found.sentence


def test_that_migrate_says_from_where_to_where(run: Run, folder: Path) -> None:
    assert run("migrate", "--json").document == {
        "before": migrate.SCHEMA, "after": migrate.SCHEMA,
    }  # fmt: skip


def test_that_a_newer_schema_is_refused(run: Run, folder: Path) -> None:
    key = keys.open_key(keys.load(folder / "keys.json"), "admin", "correct horse")
    engine = make_engine(folder / "workspace.db", key)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"PRAGMA user_version={migrate.SCHEMA + 1}")
    engine.dispose()
    for command in (["migrate"], ["list", "customers"]):
        refused = run(*command)
        assert refused.status == 1
        assert "newer version" in refused.sentence


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["list", "customers", "-w", "missing"], "not a workspace"),
        (["list", "customers", "--user", "nobody"], "no user with this login"),
    ],
)
def test_that_a_wrong_place_or_user_is_one_sentence(
    run: Run, folder: Path, arguments: list[str], part: str
) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (1, "")
    assert part in ran.sentence


def test_that_a_wrong_password_is_one_sentence(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINBACK_PASSWORD", "wrong")
    ran = run("list", "customers")
    assert (ran.status, ran.sentence) == (1, "The password is not right.")
    monkeypatch.delenv("WINBACK_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert "WINBACK_PASSWORD" in run("list", "customers").sentence


def test_that_no_workspace_is_one_sentence(run: Run) -> None:
    ran = run("list", "customers")
    assert (ran.status, "--workspace" in ran.sentence) == (1, True)


def test_that_another_database_is_not_taken_for_a_workspace(run: Run, folder: Path) -> None:
    (folder / "workspace.db").unlink()
    foreign = sqlite3.connect(folder / "workspace.db")
    foreign.execute("CREATE TABLE t (x)")
    foreign.commit()
    foreign.close()
    ran = run("list", "customers")
    assert (ran.status, ran.out) == (1, "")
    assert "workspace" in ran.sentence
