"""The workspace key opens with a password or the recovery code, and with nothing else."""

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


def test_that_wraps_cost_what_was_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    made = keys.wrap(keys.new_key(), "x")
    assert (made["ops"], made["memory"]) == (3, 64 * 1024 * 1024)


@settings(max_examples=15)
@given(password=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_that_any_password_opens_its_own_wrap_only(password: str) -> None:
    key = keys.new_key()
    wrapped = json.loads(json.dumps(keys.wrap(key, password)))
    assert keys.unwrap(wrapped, password) == key
    assert trouble(keys.unwrap, wrapped, password + "x") is Trouble.WRONG_PASSWORD
    assert key.hex() not in json.dumps(wrapped)


def test_that_a_password_is_the_same_on_every_keyboard() -> None:
    key = keys.new_key()
    assert keys.unwrap(keys.wrap(key, "Café１"), "Cafe\u03011") == key


def test_that_two_wraps_of_one_key_share_nothing() -> None:
    key = keys.new_key()
    first, second = keys.wrap(key, "x"), keys.wrap(key, "x")
    assert first["salt"] != second["salt"]
    assert first["box"] != second["box"]


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
    file = KeyFile("d", {"anna": keys.wrap(key, "x"), keys.RECOVERY: keys.wrap(key, code)})
    assert keys.open_key(file, keys.RECOVERY, change(code)) == key
    assert file.logins() == ["anna"]


def test_that_a_wrong_code_and_an_unknown_user_are_told() -> None:
    code = keys.new_recovery_code()
    file = KeyFile("d", {keys.RECOVERY: keys.wrap(keys.new_key(), code)})
    other = keys.new_recovery_code()
    assert trouble(keys.open_key, file, keys.RECOVERY, other) is Trouble.WRONG_PASSWORD
    assert trouble(keys.open_key, file, "nobody", "x") is Trouble.UNKNOWN_USER


def test_that_a_flipped_bit_in_a_wrap_opens_nothing() -> None:
    wrapped = keys.wrap(keys.new_key(), "x")
    for name in ("salt", "box"):
        raw = bytearray(keys._raw(wrapped[name]))
        raw[len(raw) // 2] ^= 1
        assert trouble(keys.unwrap, wrapped | {name: keys._text(bytes(raw))}, "x") is (
            Trouble.WRONG_PASSWORD
        )


@pytest.mark.parametrize(
    "change",
    [
        {"salt": "?"}, {"salt": ""}, {"salt": None}, {"box": "AAAA"}, {"box": 5}, {"ops": "x"},
        {"ops": 10**9}, {"memory": 2**50}, {"memory": -1}, {"ops": 0},
    ],
)  # fmt: skip
def test_that_a_damaged_wrap_is_told_and_costs_nothing(change: dict[str, Any]) -> None:
    wrapped = keys.wrap(keys.new_key(), "x") | change
    assert trouble(keys.unwrap, wrapped, "x") is Trouble.DAMAGED
    del wrapped[next(iter(change))]
    assert trouble(keys.unwrap, wrapped, "x") is Trouble.DAMAGED


def test_that_the_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    wraps = {"安娜": keys.wrap(keys.new_key(), "x"), "b": {}, "a": {}}
    keys.save(KeyFile("device", wraps, {"login": "安娜", "password": "demo"}), path)
    read = keys.load(path)
    assert read == KeyFile("device", wraps, {"login": "安娜", "password": "demo"})
    assert read.logins() == ["安娜", "b", "a"]
    assert "demo" not in repr(read)
    assert [file.name for file in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", "{}", '{"device": "d"}', '{"device": "d", "wraps": 5}',
        '{"device": "d", "wraps": {"a": 5}}', '{"device": "d", "wraps": {}, "demo": {"x": 1}}',
    ],
)  # fmt: skip
def test_that_a_damaged_file_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys.json").write_text(content, "utf-8")
    assert trouble(keys.load, tmp_path / "keys.json") is Trouble.DAMAGED


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
