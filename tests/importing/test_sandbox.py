"""The reading child: limits, cancelling, and what it must not be able to do."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from desktop_app.errors import CancelledError, FileProblemError
from desktop_app.importing import sandbox
from desktop_app.importing.readers import open_table, preview
from desktop_app.importing.sandbox import ReadingChild, child_command
from desktop_app.progress import Silent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uses named pipes and signals")


class StopAfter:
    """A person who presses stop some time after the start."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds

    def step(self, _done: int, _total: int | None, _text: str = "") -> None:
        if time.monotonic() >= self.until:
            raise CancelledError


def large(path: Path, rows: int = 300_000) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        stream.write("number,name,phone\n")
        stream.writelines(f"{n},张三{n},13800138000\n" for n in range(rows))
    return path


def test_that_stopping_ends_a_hanging_child_within_two_seconds(tmp_path: Path) -> None:
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)  # opening it blocks for ever
    stop = StopAfter(0.3)
    with pytest.raises(CancelledError), open_table(path, None, stop) as table:
        list(table)
    assert time.monotonic() - stop.until < 2


def test_that_stopping_ends_a_busy_child_within_two_seconds(tmp_path: Path) -> None:
    path = large(tmp_path / "large.csv")
    stop = StopAfter(0.4)
    with pytest.raises(CancelledError), open_table(path, None, stop) as table:
        list(table)
    assert time.monotonic() - stop.until < 2


def test_that_a_child_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    with (
        pytest.raises(FileProblemError, match="took too long"),
        open_table(path, base_seconds=0.3),
    ):
        pass


def test_that_a_slow_listener_is_no_reason_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, listened = large(tmp_path / "large.csv", 5000), 0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + listened)
    monkeypatch.setattr(sandbox, "time", clock)
    with open_table(path, base_seconds=60) as table:
        rows = 0
        for row in table:
            rows += 1
            if row.number % 1000 == 0:
                listened += 100  # seconds, and more than the child itself may take
    assert (rows, listened) == (5000, 500)


def test_that_a_killed_child_becomes_a_sentence(tmp_path: Path) -> None:
    request = {"path": str(large(tmp_path / "large.csv"))}
    with ReadingChild(request, Silent()) as child:
        frames = child.frames()
        next(frames)
        os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(Exception, match="memory"):
            list(frames)


def test_that_one_endless_line_needs_no_endless_memory(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    path.write_bytes(b"a,b\n" + b"x" * 40_000_000)
    with pytest.raises(FileProblemError, match="a line of more than 33,554,432 characters"):
        preview(path)


@pytest.mark.slow
def test_that_a_workbook_beyond_the_memory_becomes_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "huge.xlsx"
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["a"])
    book.save(path)
    part = "xl/worksheets/sheet1.xml"
    text = b"".join(  # one cell of 1.2 thousand million letters, each part below the allowed ratio
        (b"%08x" % (n * 2654435761 % 2**32)) * 100 for n in range(200_000)
    )
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist() if name != part}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name, data in parts.items():
            new.writestr(name, data)
        with new.open(part, "w") as stream:
            stream.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/')
            stream.write(b'main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>')
            for _block in range(8):
                stream.write(text)
            stream.write(b"</t></is></c></row></sheetData></worksheet>")
    with pytest.raises(FileProblemError, match="1 GB of memory"):
        preview(path)


def test_that_no_process_is_left_when_the_reader_leaves_early(tmp_path: Path) -> None:
    with ReadingChild({"path": str(large(tmp_path / "large.csv"))}, Silent()) as child:
        next(child.frames())
        pid = child.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_that_passwords_do_not_reach_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINBACK_PASSWORD", "very-secret")
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    with ReadingChild({"path": str(path)}, Silent()) as child:
        seen = Path(f"/proc/{child.pid}/environ")
        if not seen.exists():
            pytest.skip("the system does not show the environment of a process")
        assert b"very-secret" not in seen.read_bytes()


@pytest.mark.parametrize(
    "attack",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "open('planted.txt', 'w')",
        "import pathlib; pathlib.Path('planted.txt').write_text('x')",
    ],
)
def test_that_the_child_cannot_reach_out(tmp_path: Path, attack: str) -> None:
    code = f"from desktop_app.importing.limits import apply_limits\napply_limits()\n{attack}\n"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "PermissionError" in done.stderr
    assert not (tmp_path / "planted.txt").exists()


def test_that_the_child_loads_neither_database_nor_window() -> None:
    code = (
        "import sys, desktop_app.importing.child\n"
        "print([name for name in sys.modules if name.split('.')[0] in"
        " {'sqlalchemy', 'PySide6', 'openpyxl', 'pydantic', 'db', 'pandas'}])"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(root)}, capture_output=True, check=True
    )
    assert done.stdout.strip() == b"[]"


def test_that_the_frozen_program_starts_itself_as_the_child(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child_command() == [sys.executable, "--read-foreign-file"]


def test_that_rows_arrive_with_progress_and_flat_memory(tmp_path: Path) -> None:
    path = large(tmp_path / "large.csv", 120_000)
    seen: list[tuple[int, int | None]] = []

    class Watch:
        def step(self, done: int, total: int | None, _text: str = "") -> None:
            seen.append((done, total))

    with open_table(path, None, Watch()) as table:
        assert sum(1 for _ in table) == 120_000
    assert table.counts is not None
    assert table.counts.peak_memory < 60_000_000
    middle = [total for done, total in seen if done == 60_000]
    assert middle[0] == pytest.approx(120_000, rel=0.1)
