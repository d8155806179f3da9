import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app import logs


@pytest.fixture
def stopped() -> Iterator[None]:
    yield
    logs.stop_logging()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("called 13812348000 twice", "called *********00 twice"),
        ("+86 138 1234 8000", "***************00"),
        ("id 11010519491231002X.", "id ****************2X."),
        ("card 6222020200112230", "card **************30"),
        ("fang.wang@example.com wrote", "***@*** wrote"),
        ("2026-08-31: 3 rows", "2026-08-31: 3 rows"),
        ("day 20260831", "day ******31"),
        ("took 123456 ms", "took 123456 ms"),
        (
            "case 0199f1a2-1234-7123-8123-123456789012 of 13812348000",
            "case 0199f1a2-1234-7123-8123-123456789012 of *********00",
        ),
        ("王芳", "王芳"),
    ],
)
def test_that_numbers_of_persons_are_masked(text: str, expected: str) -> None:
    assert logs.masked(text) == expected


def test_that_the_log_file_holds_masked_lines_and_tracebacks(tmp_path: Path, stopped: None) -> None:
    file = logs.start_logging(folder=tmp_path)
    try:
        int("13812348000x")
    except ValueError:
        logging.getLogger("desktop_app.services.x").exception("row of %s", "a@example.com")
    text = file.read_text(encoding="utf-8")
    assert "ERROR desktop_app.services.x: row of ***@***" in text
    assert "ValueError: invalid literal" in text
    assert "1381234" not in text


def test_that_starting_twice_writes_each_line_once(tmp_path: Path, stopped: None) -> None:
    logs.start_logging(folder=tmp_path)
    file = logs.start_logging(folder=tmp_path, debug=True)
    logging.getLogger("db.x").debug("once")
    assert file.read_text(encoding="utf-8").count("once") == 1


def test_that_debug_lines_are_left_out_by_default(tmp_path: Path, stopped: None) -> None:
    file = logs.start_logging(folder=tmp_path)
    logging.getLogger("db.x").debug("not seen")
    assert "not seen" not in file.read_text(encoding="utf-8")


def test_that_log_files_are_put_aside_and_the_oldest_dropped(
    tmp_path: Path, stopped: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES", 500)
    logs.start_logging(folder=tmp_path)
    for number in range(100):
        logging.getLogger("db.x").info("a line of text, %s", number)
    assert len(list(tmp_path.iterdir())) == logs.FILES_KEPT + 1


def test_that_logs_go_to_the_home_by_default(home: Path, stopped: None) -> None:
    assert logs.start_logging() == home / "logs" / "winback.log"


CRASH = """
import faulthandler
from desktop_app import logs
def breaks_down():
    faulthandler._sigsegv()
logs.trace_crashes()
breaks_down()
"""


def test_that_a_crash_of_the_interpreter_is_written_behind_what_was_written_before(
    home: Path,
) -> None:
    file = home / "logs" / "crash.log"
    file.parent.mkdir(parents=True)
    file.write_text("an earlier one\n", "utf-8")
    done = subprocess.run([sys.executable, "-c", CRASH], env=os.environ, timeout=60, check=False)
    assert done.returncode != 0
    lines = file.read_text("utf-8").splitlines()
    assert lines[0] == "an earlier one"
    assert any(line.endswith("in breaks_down") for line in lines)


def test_that_a_long_file_of_crashes_is_begun_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs.faulthandler, "enable", lambda stream: stream.close())
    monkeypatch.setattr(logs, "FILE_BYTES", 10)
    file = home / "logs" / "crash.log"
    file.parent.mkdir(parents=True)
    file.write_text("x" * 10, "utf-8")
    assert logs.trace_crashes() == file
    assert file.stat().st_size == 10
    file.write_text("x" * 11, "utf-8")
    logs.trace_crashes()
    assert file.stat().st_size == 0
