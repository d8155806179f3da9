"""A window that is killed at a random moment loses at most two seconds of what was typed."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from desktop_app.services import drafts, interviews
from desktop_app.ui.page import PageContext
from tests.conftest import KEY
from tests.ui import killed_typing_child
from tests.ui.casework import open_case
from tests.ui.shop import Stage, fill

MOST_LOST = 2.0
"""Seconds of typing."""


@pytest.fixture
def interview_id(qtbot: QtBot, context: PageContext, database: Database, admin: Actor) -> uuid.UUID:
    shop = fill(database, admin)
    stage = Stage(qtbot, context)
    made: uuid.UUID = stage.write(interviews.start, open_case(stage, shop["K2"]))
    return made


def kill(database: Database, ids: tuple[uuid.UUID, ...], folder: Path, count: int) -> list[Path]:
    """Copies of a database in which somebody was typing when the window was killed."""
    with database.read() as session:  # the copy is whole: what the log holds goes into the file
        session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    command = [
        sys.executable, killed_typing_child.__file__, str(database.path), *map(str, ids),
        str(folder), str(count), "20261122",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return sorted(folder.iterdir())


def kept_in(place: Path, actor: Actor, interview_id: uuid.UUID) -> dict[str, str]:
    """What the next start would show or offer, by address."""
    database = Database(place / "workspace.db", KEY)
    try:
        with database.read(actor) as session:
            found = dict(interviews.load(session, interview_id).file.values)
            prefix = interviews.draft_key(interview_id, "")
            for each in drafts.open_drafts(session, prefix):
                found[each.key.removeprefix(prefix)] = each.content["value"]
            return found
    finally:
        database.close()


def lost_seconds(place: Path, kept: dict[str, str]) -> float:
    """How long before its end what is lost was typed; what is kept is what was typed, in order."""
    moment = float((place / "killed").read_text("ascii"))
    typed: dict[str, list[tuple[float, str]]] = {}
    for line in (place / "keys").read_text("ascii").splitlines():
        when, address, letter = json.loads(line)
        typed.setdefault(address, []).append((when, letter))
    lost = [0.0]
    for address, keys in typed.items():
        text = kept.get(address, "")
        assert "".join(letter for _when, letter in keys).startswith(text), address
        lost += [moment - when for when, _letter in keys[len(text) :]]
    return max(lost)


def check(places: list[Path], actor: Actor, interview_id: uuid.UUID) -> list[float]:
    found = [lost_seconds(place, kept_in(place, actor, interview_id)) for place in places]
    assert max(found) <= MOST_LOST
    return found


@pytest.mark.untraced
def test_that_a_kill_loses_at_most_two_seconds_of_typing(
    database: Database, admin: Actor, interview_id: uuid.UUID, tmp_path: Path
) -> None:
    assert admin.user_id is not None
    places = kill(database, (interview_id, admin.user_id), tmp_path / "killed", 8)
    assert len(check(places, admin, interview_id)) == 8


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_that_200_kills_lose_at_most_two_seconds_of_typing(
    database: Database,
    admin: Actor,
    interview_id: uuid.UUID,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    assert admin.user_id is not None
    places = kill(database, (interview_id, admin.user_id), tmp_path / "killed", 200)
    found = check(places, admin, interview_id)
    record_property("longest loss (s)", f"{max(found):.3f}")
