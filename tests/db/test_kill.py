"""A program killed at any write loses nothing that it acknowledged and leaves nothing half done."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from db import backup, journal
from db.models import Change, ChangeSet, Contact, Customer, Order
from db.session import SYSTEM, Database
from tests.conftest import KEY
from tests.db import killed_child
from tests.journal_machine import check_derived


@pytest.fixture
def strace() -> str:
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed")
    probe = subprocess.run([found, "-qq", "-o", os.devnull, "true"], check=False)
    if probe.returncode:
        pytest.skip("strace may not trace here")
    return found


def killed(strace: str, template: Path, folder: Path, points: list[str]) -> list[list[Path]]:
    """For each kind of call the places of the children, each killed later than the one before."""
    calls = ",".join(killed_child.IDLE)
    command = [
        strace, "-f", "-qq", "-o", os.devnull, "-e", f"trace={calls}", "-e",
        f"inject={calls}:signal=SIGKILL:when={killed_child.FATAL}", sys.executable,
        killed_child.__file__, str(template), str(folder), *points,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [sorted((folder / point.split(":")[0]).iterdir()) for point in points]


def check_place(place: Path) -> int:
    """Look at what a killed child left; returns how many change sets there are."""
    acks = place / "acks"
    lines = acks.read_text("ascii").split() if acks.exists() else []
    backup.verify_file(place / "k.db", KEY)
    database = Database(place / "k.db", KEY)
    with database.read() as session:
        assert journal.verify_chain(session) is None
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        present = session.execute(
            select(ChangeSet.id, ChangeSet.title, ChangeSet.changes).order_by(ChangeSet.seq)
        ).all()
        written = [str(row.id) for row in present[1:]]
        acknowledged = [line for line in lines if line != "backup"]
        assert written[: len(acknowledged)] == acknowledged  # nothing acknowledged is lost
        assert len(written) <= len(acknowledged) + 1
        recorded = dict(
            session.execute(
                select(Change.change_set_id, func.count()).group_by(Change.change_set_id)
            ).all()
        )
        for row in present:
            if row.title in {"add", "edit", "bulk"}:
                assert recorded[row.id] == row.changes
        alone = (
            select(func.count())
            .select_from(Customer)
            .where(Customer.id.not_in(select(Contact.customer_id)))
        )
        assert session.scalar(alone) == 0
        facts = session.execute(select(func.count()).select_from(Order)).scalar_one()
        assert facts % 20 == 0
    copies = backup.list_backups(place / "k.db")
    assert len(copies) >= ("backup" in lines)
    for copy in copies:
        backup.verify_file(copy.path, KEY)
    with database.write(SYSTEM) as session:
        journal.name_change(session, "Afterwards")
        session.add(Customer(number="after", name="x"))
    check_derived(database, SYSTEM)
    database.close()
    return len(present)


def check_all(kinds: list[list[Path]]) -> int:
    """Look at all places; returns how many children were killed."""
    kills = 0
    for places in kinds:
        counts = [check_place(place) for place in places]
        assert counts == sorted(counts)
        for place in places:
            finished = place / "finished"
            assert not finished.exists() or finished.read_text("ascii") == "0"
            kills += not finished.exists()
    return kills


@pytest.mark.untraced
def test_that_a_kill_at_any_write_loses_nothing(
    strace: str, small_template: Path, tmp_path: Path
) -> None:
    points = ["pwrite64:1:17:38", "fsync:1:2:10", "ftruncate:1:1:3", "unlink:1:2:3"]
    kinds = killed(strace, small_template, tmp_path, [*points, "rename:1:1:2"])
    assert check_all(kinds) >= 50


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_that_a_kill_at_each_single_write_loses_nothing(
    strace: str, small_template: Path, tmp_path: Path
) -> None:
    points = [f"{kind}:1:1:{killed_child.FATAL - 1}" for kind in killed_child.IDLE]
    kinds = killed(strace, small_template, tmp_path, points)
    assert all((places[-1] / "finished").exists() for places in kinds)
    assert check_all(kinds) > 500
