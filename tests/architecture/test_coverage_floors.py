import sys
import threading
import tomllib
from pathlib import Path
from types import FrameType

import pytest
from coverage import Coverage

from tests import coverage_floors
from tests.conftest import not_followed
from tests.coverage_floors import ROOT, read_floors, shortfalls


def test_that_a_folder_below_its_floor_is_named() -> None:
    found = shortfalls({"db": 95, "desktop_app": 90}, {"db": 94.9, "desktop_app": 90.0})
    assert found == ["db: 94.9 % covered, at least 95 % wanted"]


def test_that_every_folder_with_a_floor_exists() -> None:
    floors = read_floors((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert {folder for folder in floors if not (ROOT / folder).is_dir()} == set()
    assert {"desktop_app", "db"} <= set(floors)


def test_that_every_test_that_is_not_traced_exists() -> None:
    winback = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["winback"]
    missing = []
    for name in winback["untraced"]:
        file, _colons, function = name.partition("::")
        place = ROOT / "tests" / file
        if not place.exists() or (function and f"def {function}(" not in place.read_text("utf-8")):
            missing.append(name)
    assert missing == []


def test_that_no_test_ends_the_tracing_of_those_after_it() -> None:
    # pytest-cov's own marker starts a second tracer; the first one, restored, is found dead.
    marker = "mark.no" + "_cover"
    files = (ROOT / "tests").rglob("*.py")
    assert [file.name for file in files if marker in file.read_text("utf-8")] == []


def test_that_nothing_is_traced_where_coverage_rests() -> None:
    def function(_frame: FrameType, _event: str, _argument: object) -> None:
        return None

    before = sys.gettrace(), threading.gettrace()
    sys.settrace(function)
    threading.settrace(function)
    try:
        with not_followed():
            seen = sys.gettrace(), threading.gettrace()
        after = sys.gettrace(), threading.gettrace()
    finally:
        threading.settrace(before[1])
        sys.settrace(before[0])
    assert (seen, after) == ((None, None), (function, function))


def test_that_a_file_counts_for_its_longest_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage_floors, "ROOT", tmp_path)
    lines = {"a/x.py": "x = 1\ny = 2\n", "a/b/y.py": "def f():\n    return 1\n"}
    measured = Coverage(data_file=None, branch=True)
    data = measured.get_data()
    for name, text in lines.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    data.add_arcs(
        {
            str(tmp_path / "a/x.py"): [(-1, 1), (1, 2), (2, -1)],
            str(tmp_path / "a/b/y.py"): [(-1, 1), (1, -1)],
        }
    )
    assert coverage_floors.reached(measured, ["a", "a/b"]) == {"a": 100.0, "a/b": 50.0}
