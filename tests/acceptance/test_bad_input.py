"""What goes wrong ends in one sentence and exit status 1, in both languages; nothing is lost."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from db import check, keys, migrate, workspace
from db.backup import list_backups
from db.session import open_file
from tests.conftest import little_work
from tests.programs import PASSWORD, Run, Winback

FEW = "customer,customer name,date,amount\n" + "".join(
    f"K{n},客户{n},2026-0{1 + n % 9}-1{n % 10},{n}.50\n" for n in range(40)
)
LANGUAGES = ("en", "zh_CN")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with forty orders and a copy of it, to be copied for each test."""
    folder = tmp_path_factory.mktemp("bad-input")
    (folder / "orders.csv").write_text(FEW, "utf-8")
    winback = Winback(folder / "shop", {"WINBACK_HOME": str(folder / "home")})
    with little_work():
        assert winback.inside("new", winback.folder).status == 0
    assert winback.inside("import", "orders", folder / "orders.csv").status == 0
    assert winback.inside("backup").status == 0
    return winback.folder


@pytest.fixture
def winback(template: Path, tmp_path: Path) -> Winback:
    shutil.copytree(template, tmp_path / "shop")
    return Winback(tmp_path / "shop")


def refused(winback: Winback, *words: object, **variables: str) -> str:
    """The English sentence of a command that must fail in every language.

    The first one of a test, in English, in a process of its own; the others in this process.
    """
    sentences = {}
    for language in LANGUAGES:
        run = winback.inside if winback.runs else winback
        done = run(*words, "--lang", language, **variables)
        _check(done)
        sentences[language] = done.sentence
    assert CHINESE.search(sentences["zh_CN"]), sentences
    assert sentences["zh_CN"] != sentences["en"]
    return sentences["en"]


def _check(done: Run) -> None:
    assert done.status == 1, (done.status, done.out, done.err)
    assert done.out == ""
    assert "Traceback" not in done.err
    assert "{" not in done.sentence
    assert not re.search(r"sqlite|sqlalchemy|errno|Exception|Error:", done.sentence, re.IGNORECASE)


def customers(folder: Path) -> int:
    """Number of customers of a workspace that must be sound."""
    opened = workspace.open_workspace(folder, "admin", PASSWORD)
    try:
        found = check.check(opened.database, opened.actor)
    finally:
        opened.database.close()
    assert found.is_sound, found
    assert found.counts["customer_order"] == found.counts["customer"]
    return found.counts["customer"]


def key_of(folder: Path) -> bytes:
    return keys.open_key(keys.load(folder / keys.KEYS), "admin", PASSWORD)


def test_that_a_wrong_password_or_user_is_said(winback: Winback) -> None:
    assert "password" in refused(winback, "list", "customers", WINBACK_PASSWORD="falsch-123")
    assert "no user" in refused(winback, "list", "customers", "--user", "nobody")
    assert "WINBACK_PASSWORD" in refused(winback, "list", "customers", WINBACK_PASSWORD="")
    assert customers(winback.folder) == 40


@pytest.mark.parametrize("place", ["head", "middle", "cut off"])
def test_that_a_damaged_database_is_named_and_the_copy_brings_everything_back(
    winback: Winback, place: str
) -> None:
    path = winback.folder / workspace.DATABASE
    data = bytearray(path.read_bytes())
    if place == "cut off":
        data = data[: len(data) // 2 // 4096 * 4096]
    else:
        start = 64 if place == "head" else len(data) // 3
        stop = 4096 if place == "head" else len(data) * 2 // 3
        for at in range(start, stop, 97):
            data[at] ^= 0xFF
    path.write_bytes(data)
    damaged = bytes(data)
    sentence = refused(winback, "check", "--json") if place == "head" else _check_says(winback)
    assert re.search(r"damaged|decrypted", sentence), sentence
    assert path.read_bytes() == damaged
    assert winback("restore", "latest").status == 0
    assert customers(winback.folder) == 40


def _check_says(winback: Winback) -> str:
    """What `check` says about damage that only reading every page finds."""
    done = winback("check")
    assert done.status == 1, (done.out, done.err)
    assert "Traceback" not in done.err
    return done.sentence


def test_that_a_newer_schema_is_left_alone(winback: Winback) -> None:
    path = winback.folder / workspace.DATABASE
    with closing(open_file(path, key_of(winback.folder))) as connection:
        connection.execute(f"PRAGMA user_version={migrate.SCHEMA + 1}")
        connection.commit()
    before = path.read_bytes()
    assert "newer" in refused(winback, "list", "customers")
    assert "newer" in refused(winback, "scan")
    assert "newer" in refused(winback, "migrate")
    assert path.read_bytes() == before
    with closing(open_file(path, key_of(winback.folder))) as connection:
        connection.execute(f"PRAGMA user_version={migrate.SCHEMA}")
        connection.commit()
    assert customers(winback.folder) == 40


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """A disk of a few bytes at a folder; skips where nobody may mount."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("no small disk can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_that_a_full_disk_is_said_and_nothing_is_lost(template: Path, tmp_path: Path) -> None:
    many = tmp_path / "many.csv"
    many.write_text(
        "customer,date,amount\n"
        + "".join(f"N{n},2026-03-{1 + n % 28:02},{n}.00\n" for n in range(8_000)),
        "utf-8",
    )
    size = sum(path.stat().st_size for path in template.rglob("*") if path.is_file())
    with small_disk(tmp_path / "disk", max(2_000_000, 2 * size)):
        winback = Winback(tmp_path / "disk" / "shop")
        shutil.copytree(template, winback.folder)
        assert "full" in refused(winback, "import", "orders", many)
        assert customers(winback.folder) == 40
        copies = list_backups(winback.folder / workspace.DATABASE)
        left = shutil.disk_usage(winback.folder).free
        filler = tmp_path / "disk" / "filler"
        filler.write_bytes(b"x" * max(left - 20_000, 0))
        assert "full" in refused(winback, "backup")
        assert list_backups(winback.folder / workspace.DATABASE) == copies
        assert not list(winback.folder.rglob("*.part"))
        xlsx = tmp_path / "disk" / "out.xlsx"
        assert "full" in refused(winback, "report", "case-list", "--xlsx", xlsx)
        assert not xlsx.exists()
        filler.unlink()
        assert customers(winback.folder) == 40


def _text(text: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / "file.csv"
        path.write_text(text, "utf-8")
        return path

    return write


def _workbook(folder: Path) -> Path:
    path = folder / "file.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 40)
    return path


def _folder(folder: Path) -> Path:
    (folder / "file.csv").mkdir()
    return folder / "file.csv"


UNREADABLE: dict[str, Callable[[Path], Path]] = {
    "no file": lambda folder: folder / "missing.csv",
    "a folder": _folder,
    "a damaged workbook": _workbook,
    "nothing in it": _text(""),
    "other columns": _text("colour,size\nred,7\n"),
    "no amount": _text("customer,date\nK1,2026-01-01\n"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_that_a_file_that_cannot_be_imported_is_said(
    winback: Winback, tmp_path: Path, kind: str
) -> None:
    path = UNREADABLE[kind](tmp_path)
    refused(winback, "import", "orders", path)
    assert customers(winback.folder) == 40


def test_that_a_file_nobody_may_read_is_said(winback: Winback, tmp_path: Path) -> None:
    path = _text(FEW)(tmp_path)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("root may read everything")
    refused(winback, "import", "orders", path)
    assert customers(winback.folder) == 40


def test_that_a_day_that_does_not_exist_is_said(winback: Winback, tmp_path: Path) -> None:
    assert "2026-02-30" in refused(winback, "scan", "--as-of", "2026-02-30")
    path = _text("customer,date,amount\nK1,2026-02-30,5.00\nK2,2026-02-28,6.00\n")(tmp_path)
    made = winback.json("import", "orders", path)
    assert (made["rows"], made["new"], made["rejected"]) == (2, 1, 1)
    assert made["reasons"][0]["row"] == 2
    assert "2026-02-30" in made["reasons"][0]["reason"]


def test_that_two_programs_writing_at_once_do_not_hurt_each_other(winback: Winback) -> None:
    path = winback.folder / workspace.DATABASE
    with closing(open_file(path, key_of(winback.folder))) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE customer SET name = 'half'")
        assert "busy" in refused(winback, "scan")
        listed = winback.json("list", "customers")  # reading goes on, and sees no half work
        assert {row["name"] for row in listed} == {f"客户{n}" for n in range(40)}
        other.execute("ROLLBACK")
    assert winback("scan").status == 0
    assert customers(winback.folder) == 40


def test_that_what_does_not_exist_is_said(winback: Winback, tmp_path: Path) -> None:
    assert "2026-99999" in refused(winback, "show", "case", "2026-99999")
    assert "K999" in refused(winback, "show", "customer", "K999")
    assert "4711" in refused(winback, "undo", "4711")
    for language in LANGUAGES:  # a wrong word of the command line
        done = winback.inside("report", "no-such-report", "--lang", language)
        assert (done.status, done.out) == (2, "")
        assert "no-such-report" in done.sentence
    refused(winback, "restore", "no-such-copy")
    refused(winback, "list", "customers", WINBACK_WORKSPACE=str(tmp_path / "nowhere"))
    refused(winback, "list", "customers", WINBACK_WORKSPACE="")
    assert "already" in refused(winback, "new", winback.folder)
    assert customers(winback.folder) == 40


def test_that_a_shared_folder_is_refused(winback: Winback, tmp_path: Path) -> None:
    shared = tmp_path / "OneDrive - 公司"
    shared.mkdir()
    shutil.copytree(winback.folder, shared / "shop")
    before = (shared / "shop" / workspace.DATABASE).read_bytes()
    sentence = refused(winback, "list", "customers", WINBACK_WORKSPACE=str(shared / "shop"))
    assert "network" in sentence
    refused(winback, "new", shared / "new")
    assert not (shared / "new").exists()
    assert (shared / "shop" / workspace.DATABASE).read_bytes() == before
