"""A workspace takes over what a new version of the program ships, once, at its next start."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db import questionnaires, reference, shipped, task_force_files
from db.models import ChangeSet, QuestionnaireVersion, Reason
from db.session import Database


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies of the shipped files that a test may change."""
    for module in (reference, questionnaires):
        copy = tmp_path / module.FOLDER.name
        shutil.copytree(module.FOLDER, copy)
        monkeypatch.setattr(module, "FOLDER", copy)
    scripts = tmp_path / task_force_files.SCRIPTS.name
    shutil.copytree(task_force_files.SCRIPTS, scripts)
    monkeypatch.setattr(task_force_files, "SCRIPTS", scripts)
    return tmp_path


def change_sets(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(ChangeSet)) or 0


def test_that_an_ordinary_start_changes_nothing(database: Database) -> None:
    before = change_sets(database)
    assert shipped.refresh(database) is False
    assert change_sets(database) == before


def test_that_a_new_edition_is_taken_over_at_the_next_start(
    database: Database, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folders / "questionnaires" / "satisfaction.json"
    raw = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(raw | {"edition": 2}), "utf-8")
    monkeypatch.setattr(questionnaires.seed, "__defaults__", (folders / "questionnaires",))
    assert (shipped.refresh(database), shipped.refresh(database)) == (True, False)
    with database.read() as session:
        editions = select(QuestionnaireVersion.edition).where(QuestionnaireVersion.edition == 2)
        assert session.scalars(editions).all() == [2]
        assert session.scalar(select(func.count()).select_from(Reason)) == len(reference.reasons())


def test_that_the_digest_tells_every_file_apart(folders: Path) -> None:
    seen = {shipped.digest()}
    for path in shipped._files():
        path.write_bytes(path.read_bytes() + b"\n")
        seen.add(shipped.digest())
    assert len(seen) == 1 + len(shipped._files())
