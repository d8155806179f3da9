"""The facts of the invented chain, its dice, and that only a demo is removed."""

from collections import Counter
from pathlib import Path

import pytest

from db import workspace
from desktop_app.demo import remove_demo
from desktop_app.demo.chain import chain, dice, pick
from desktop_app.errors import ConflictError
from tests.conftest import little_work


def test_that_stories_have_words_of_their_own() -> None:
    stories = chain().stories
    said = [words for story in stories for words in story.said]
    assert len(said) >= 60
    assert len(set(said)) == len(said)
    assert all(story.why[-1]["reason"] == story.root for story in stories)


def test_that_dice_depend_on_their_seed_only() -> None:
    assert dice(1, "a").random() == dice(1, "a").random() != dice(2, "a").random()
    weighted = [("often", 9.0), ("seldom", 1.0)]
    rng = dice("weights")
    counted = Counter(pick(rng, weighted) for _time in range(1000))
    assert 850 < counted["often"] < 950


def test_that_every_store_has_owners_who_work_there_and_a_district_for_each_street() -> None:
    logins = {user.login for user in chain().users} | {"demo"}
    for store in chain().stores:
        assert len(store.districts) == len(store.streets)
        assert {login for login, _share in store.owners} <= logins


def test_that_only_a_demo_is_removed(tmp_path: Path) -> None:
    with little_work():
        _remove(tmp_path)


def _remove(tmp_path: Path) -> None:
    opened, _code = workspace.create(tmp_path / "real", "ada", "Ada", "secret")
    opened.database.close()
    with pytest.raises(ConflictError):
        remove_demo(tmp_path / "real")
    with pytest.raises(ConflictError):
        remove_demo(tmp_path)
    made, _code = workspace.create(tmp_path / "demo", "demo", "Demo", "demo", demo=True)
    made.database.close()
    (tmp_path / "demo" / "my notes.txt").write_text("mine", encoding="utf-8")
    remove_demo(tmp_path / "demo")
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["my notes.txt"]
    assert (tmp_path / "real" / "workspace.db").exists()
