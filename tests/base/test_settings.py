import json
from dataclasses import fields
from pathlib import Path

import pytest

from desktop_app import paths, settings
from desktop_app.settings import Density, Settings, Theme, load_settings, save_settings


def test_that_a_machine_without_settings_has_the_defaults() -> None:
    assert load_settings() == Settings()


def test_that_what_is_saved_is_loaded_again() -> None:
    mine = Settings(language="zh_CN", theme=Theme.DARK, last_login="王芳")
    mine.remember_workspace("/data/门店")
    save_settings(mine)
    assert load_settings() == mine
    assert paths.settings_file().parent.joinpath("settings.json").exists()


def test_that_saving_leaves_no_other_file_behind(tmp_path: Path) -> None:
    save_settings(Settings(), tmp_path / "s" / "settings.json")
    save_settings(Settings(), tmp_path / "s" / "settings.json")
    assert [file.name for file in (tmp_path / "s").iterdir()] == ["settings.json"]


def test_that_a_failed_save_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.json"
    save_settings(Settings(last_login="old"), file)

    def no_space(_handle: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(settings.os, "fsync", no_space)
    with pytest.raises(OSError, match="no space"):
        save_settings(Settings(last_login="new"), file)
    assert load_settings(file).last_login == "old"
    assert [found.name for found in tmp_path.glob("settings*")] == ["settings.json"]


@pytest.mark.parametrize("content", ["", "{", "[1]", "null", '"text"', "\x00\x01"])
def test_that_a_damaged_file_gives_the_defaults(tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(content, encoding="utf-8")
    assert load_settings(file) == Settings()


def test_that_a_file_that_is_no_text_gives_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(b"\xff\xfe\x00")
    assert load_settings(file) == Settings()


def test_that_only_the_wrong_value_is_reset(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"theme": "pink", "text_scale": 125}), encoding="utf-8")
    assert load_settings(file) == Settings(text_scale=125)


def test_that_values_of_a_newer_version_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"from_the_future": 7}), encoding="utf-8")
    save_settings(load_settings(file), file)
    assert json.loads(file.read_text(encoding="utf-8"))["from_the_future"] == 7


WRONG = {
    "language": 1,
    "theme": ["dark"],
    "density": None,
    "text_scale": 79,
    "last_workspace": False,
    "recent_workspaces": ["/data/a", 2],
    "last_login": None,
    "check_backup_days": "often",
    "show_notes": 1,
    "reminder_sound": "yes",
    "stay_in_tray": "no",
}


@pytest.mark.parametrize("name", WRONG)
def test_that_a_wrong_value_of_any_kind_is_reset_and_told(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "settings.json"
    other = "density" if name != "density" else "theme"
    right = {"density": "comfortable", "theme": "dark"}[other]
    file.write_text(json.dumps({name: WRONG[name], other: right}), encoding="utf-8")
    assert load_settings(file) == Settings(**{other: right})
    assert caplog.messages == [f"settings with a wrong value are reset: {name}"]


def test_that_every_field_is_checked() -> None:
    assert {field.name for field in fields(Settings)} - {"others"} == WRONG.keys()
    for name, value in WRONG.items():
        with pytest.raises(ValueError, match="not a"):
            setattr(Settings(), name, value)
        with pytest.raises(ValueError, match="not a"):
            Settings(**{name: value})


def test_that_numbers_have_limits() -> None:
    mine = Settings(text_scale=80, check_backup_days=0)
    mine.text_scale, mine.check_backup_days = 200, 365
    assert (mine.text_scale, mine.check_backup_days) == (200, 365)
    for name, value in (("text_scale", 201), ("check_backup_days", -1), ("check_backup_days", 366)):
        with pytest.raises(ValueError, match="not a whole number"):
            setattr(mine, name, value)


def test_that_what_is_stored_as_text_becomes_its_kind(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"theme": "dark", "recent_workspaces": ["/a"]}), encoding="utf-8")
    mine = load_settings(file)
    assert mine.theme is Theme.DARK
    assert mine.recent_workspaces == ("/a",)
    mine.density = "comfortable"  # as a form may give it
    assert mine.density is Density.COMFORTABLE


def test_that_a_wrong_value_cannot_be_set() -> None:
    with pytest.raises(ValueError, match="not a whole number from 80 to 200"):
        Settings().text_scale = 1000


def test_that_recent_workspaces_are_newest_first_without_repeats() -> None:
    mine = Settings()
    for name in [*"abcdefghij", "c"]:
        mine.remember_workspace(name)
    assert mine.last_workspace == "c"
    assert mine.recent_workspaces == tuple("cjihgfed")


def test_that_a_forgotten_workspace_is_gone_from_the_lists() -> None:
    mine = Settings()
    mine.remember_workspace("a")
    mine.remember_workspace("b")
    mine.forget_workspace("a")
    assert (mine.last_workspace, mine.recent_workspaces) == ("b", ("b",))
    mine.forget_workspace("b")
    assert (mine.last_workspace, mine.recent_workspaces) == (None, ())
