"""The workspace key opens with a password or the recovery code, and with nothing else."""

import importlib.util
import json
import os
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import keys
from db.errors import DatabaseError, Trouble
from db.keys import KeyFile

CHEAP = 8 * 1024 * 1024


@pytest.fixture(autouse=True)
def cheap_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost is in the wrap; tests need not pay it."""
    monkeypatch.setattr(keys, "MEMORY", CHEAP)
    monkeypatch.setattr(keys, "OPS", 1)


def trouble(work: Any, *args: Any) -> Trouble:
    with pytest.raises(DatabaseError) as caught:
        work(*args)
    return caught.value.trouble


def recovery(key: bytes, code: str) -> dict[str, Any]:
    return keys.wrap(key, keys.RECOVERY, code)


def test_that_wraps_cost_what_was_promised() -> None:
    spec = importlib.util.find_spec("db.keys")
    assert spec is not None
    assert spec.loader is not None
    fresh = importlib.util.module_from_spec(spec)  # as it is shipped, whatever tests have set
    spec.loader.exec_module(fresh)
    made = fresh.wrap(fresh.new_key(), "anna", "x")
    assert (made["ops"], made["memory"]) == (3, 64 * 1024 * 1024)


@settings(max_examples=15)
@given(password=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_that_any_password_opens_its_own_wrap_only(password: str) -> None:
    key = keys.new_key()
    wrapped = json.loads(json.dumps(keys.wrap(key, "anna", password)))
    assert keys.unwrap(wrapped, password) == (key,)
    assert trouble(keys.unwrap, wrapped, password + "x") is Trouble.WRONG_PASSWORD
    assert key.hex() not in json.dumps(wrapped)


def test_that_a_password_is_the_same_on_every_keyboard() -> None:
    key = keys.new_key()
    assert keys.unwrap(keys.wrap(key, "anna", "Café１"), "Cafe\u03011") == (key,)


def test_that_two_wraps_of_one_key_share_nothing() -> None:
    key = keys.new_key()
    first, second = keys.wrap(key, "anna", "x"), keys.wrap(key, "anna", "x")
    for name in ("salt", "private", "public", "key", "mark"):
        assert first[name] != second[name]


def test_that_keys_and_codes_are_random_and_legible() -> None:
    assert len({keys.new_key() for _ in range(50)}) == 50
    codes = {keys.new_recovery_code() for _ in range(50)}
    assert len(codes) == 50
    for code in codes:
        assert [len(part) for part in code.split("-")] == [5] * 6
        assert not set(code) & set("O0I1L" + string.ascii_lowercase)


@pytest.mark.parametrize(
    "change",
    [
        str, str.lower, lambda code: code.replace("-", ""), lambda code: code.replace("-", " "),
        lambda code: f"  {code.lower()}\n", lambda code: code.replace("-", "－"),
        lambda code: "".join(chr(ord(sign) + 0xFEE0) for sign in code),
        lambda code: "—".join(code[start : start + 3] for start in range(0, len(code), 3)),
    ],
)  # fmt: skip
def test_that_the_recovery_code_opens_however_it_is_typed(change: Any) -> None:
    key, code = keys.new_key(), keys.new_recovery_code()
    file = KeyFile("d", {"anna": keys.wrap(key, "anna", "x"), keys.RECOVERY: recovery(key, code)})
    assert keys.open_key(file, keys.RECOVERY, change(code)) == key
    assert file.logins() == ["anna"]


def test_that_a_wrong_code_and_an_unknown_user_are_told() -> None:
    code = keys.new_recovery_code()
    file = KeyFile("d", {keys.RECOVERY: recovery(keys.new_key(), code)})
    other = keys.new_recovery_code()
    assert trouble(keys.open_key, file, keys.RECOVERY, other) is Trouble.WRONG_PASSWORD
    assert trouble(keys.open_key, file, "nobody", "x") is Trouble.UNKNOWN_USER


def flipped(wrapped: dict[str, Any], name: str) -> dict[str, Any]:
    raw = bytearray(keys._raw(wrapped[name]))
    raw[len(raw) // 2] ^= 1
    return wrapped | {name: keys._text(bytes(raw))}


def test_that_a_flipped_bit_in_a_wrap_opens_nothing() -> None:
    wrapped = keys.wrap(keys.new_key(), "anna", "x")
    for name in ("salt", "private"):
        assert trouble(keys.unwrap, flipped(wrapped, name), "x") is Trouble.WRONG_PASSWORD
    assert trouble(keys.unwrap, flipped(wrapped, "key"), "x") is Trouble.DAMAGED


@pytest.mark.parametrize(
    "change",
    [
        {"salt": "?"}, {"salt": ""}, {"salt": None}, {"private": 5}, {"ops": "x"}, {"key": "AAAA"},
        {"key": None}, {"ops": 10**9}, {"memory": 2**50}, {"memory": -1}, {"ops": 0},
    ],
)  # fmt: skip
def test_that_a_damaged_wrap_is_told_and_costs_nothing(change: dict[str, Any]) -> None:
    wrapped = keys.wrap(keys.new_key(), "anna", "x") | change
    assert trouble(keys.unwrap, wrapped, "x") is Trouble.DAMAGED
    del wrapped[next(iter(change))]
    assert trouble(keys.unwrap, wrapped, "x") is Trouble.DAMAGED


def test_that_a_sealed_key_of_another_length_is_no_key() -> None:
    wrapped = keys.wrap(keys.new_key(), "anna", "x")
    short = keys._seal(bytes(31), keys._raw(wrapped["public"]))
    assert trouble(keys.unwrap, wrapped | {"key": short}, "x") is Trouble.DAMAGED


# Changing the key --------------------------------------------------------------------------------


def test_that_a_new_key_is_sealed_to_all_without_their_passwords() -> None:
    key, new, code = keys.new_key(), keys.new_key(), keys.new_recovery_code()
    file = KeyFile("d", {"anna": keys.wrap(key, "anna", "x"), keys.RECOVERY: recovery(key, code)})
    changing = keys.begin_change(file, key, new)
    assert (file.is_changing, changing.is_changing) == (False, True)
    assert (changing.has_changed(new), changing.has_changed(key)) == (True, False)
    for login, secret in (("anna", "x"), (keys.RECOVERY, code)):
        assert keys.open_keys(changing, login, secret) == (key, new)
        assert keys.open_key(changing, login, secret) == key
    done = keys.end_change(changing, new)
    assert not done.is_changing
    for login, secret in (("anna", "x"), (keys.RECOVERY, code)):
        assert keys.open_keys(done, login, secret) == (new,)
    assert keys.former_keys(done, new) == (key,)
    assert keys.former_keys(done, key) == ()
    again = keys.new_key()
    third = keys.end_change(keys.begin_change(done, new, again), again)
    assert keys.former_keys(third, again) == (new, key)


def test_that_a_change_is_begun_anew_after_it_was_cut_short() -> None:
    key, lost, new = keys.new_key(), keys.new_key(), keys.new_key()
    file = KeyFile("d", {"anna": keys.wrap(key, "anna", "x")})
    changing = keys.begin_change(keys.begin_change(file, key, lost), key, new)
    assert keys.open_keys(changing, "anna", "x") == (key, new)


def test_that_who_has_lost_the_key_slips_in_no_wrap() -> None:
    """Somebody may write the file but does not know the key of today."""
    former, key, new = keys.new_key(), keys.new_key(), keys.new_key()
    file = KeyFile("d", {name: keys.wrap(key, name, "x") for name in ("anna", "bo")})
    theirs = keys.wrap(former, "bo", "theirs")
    file.wraps |= {
        "bo": theirs,
        "eve": keys.wrap(former, "eve", "theirs"),
        "cy": file.wraps["anna"],
        "dee": {"public": "?", "mark": 5},
        "fay": {},
    }
    changing = keys.begin_change(file, key, new)
    assert changing.logins() == ["anna"]
    changing.wraps["bo"] = keys.begin_change(KeyFile("d", {"bo": theirs}), former, former).wraps[
        "bo"
    ]
    done = keys.end_change(changing, new)
    assert done.logins() == ["anna"]


def test_that_a_change_that_would_lock_everybody_out_is_refused() -> None:
    file = KeyFile("d", {"anna": keys.wrap(keys.new_key(), "anna", "x")})
    assert trouble(keys.begin_change, file, keys.new_key(), keys.new_key()) is Trouble.DAMAGED


def test_that_two_logins_may_share_a_password() -> None:
    key, new = keys.new_key(), keys.new_key()
    wrapped = keys.wrap(key, "anna", "x")
    file = KeyFile("d", {"anna": wrapped, "bo": keys.share(wrapped, key, "bo")})
    done = keys.end_change(keys.begin_change(file, key, new), new)
    assert keys.open_key(done, "anna", "x") == keys.open_key(done, "bo", "x") == new


# The file ----------------------------------------------------------------------------------------


def test_that_the_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    wraps = {"安娜": keys.wrap(keys.new_key(), "安娜", "x"), "b": {}, "a": {}}
    made = KeyFile("device", wraps, ["former"], ["next"], {"login": "安娜", "password": "demo"})
    keys.save(made, path)
    read = keys.load(path)
    assert read == made
    assert read.logins() == ["安娜", "b", "a"]
    assert "demo" not in repr(read)
    assert [file.name for file in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", "{}", '{"device": "d"}', '{"device": "d", "wraps": 5}',
        '{"device": "d", "wraps": {"a": 5}}', '{"device": "d", "wraps": {}, "demo": {"x": 1}}',
        '{"device": "d", "wraps": {}, "former": 5}', '{"device": "d", "wraps": {}, "version": "x"}',
    ],
)  # fmt: skip
def test_that_a_damaged_file_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys.json").write_text(content, "utf-8")
    assert trouble(keys.load, tmp_path / "keys.json") is Trouble.DAMAGED


def test_that_a_file_of_a_newer_program_is_told(tmp_path: Path) -> None:
    newer = {"version": keys.VERSION + 1, "device": "d", "wraps": {}}
    (tmp_path / "keys.json").write_text(json.dumps(newer), "utf-8")
    assert trouble(keys.load, tmp_path / "keys.json") is Trouble.NEWER


def test_that_bytes_that_are_no_text_are_damage_too(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(os.urandom(300) + b"\xff\xfe")
    assert trouble(keys.load, tmp_path / "keys.json") is Trouble.DAMAGED


def test_that_a_missing_file_is_no_workspace_and_a_folder_unreadable(tmp_path: Path) -> None:
    assert trouble(keys.load, tmp_path / "keys.json") is Trouble.NOT_A_WORKSPACE
    assert trouble(keys.load, tmp_path / "no" / "keys.json") is Trouble.NOT_A_WORKSPACE
    (tmp_path / "keys.json").mkdir()
    assert trouble(keys.load, tmp_path / "keys.json") is Trouble.UNREADABLE


def test_that_a_failed_save_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys.json"
    keys.save(KeyFile("old"), path)

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keys.os, "fsync", fail)
    assert trouble(keys.save, KeyFile("new"), path) is Trouble.FULL
    monkeypatch.undo()
    assert keys.load(path).device == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["keys.json"]
