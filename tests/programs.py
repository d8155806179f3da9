"""The program as a child process, the way a person or a script starts it."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

PASSWORD = "geheim-123"
COMMAND = (sys.executable, "-P", "-m", "desktop_app")


def environment(**more: str) -> dict[str, str]:
    """What a child sees: the test's own home, the project's packages, no test settings."""
    dropped = ("PYTEST_CURRENT_TEST", "COV_CORE_SOURCE", "COVERAGE_PROCESS_START")
    base = {name: value for name, value in os.environ.items() if name not in dropped}
    return base | {"PYTHONPATH": str(ROOT), "WINBACK_PASSWORD": PASSWORD} | more


@dataclass(frozen=True)
class Run:
    """How a command ended."""

    status: int
    out: str
    err: str
    seconds: float
    memory: int
    """Largest resident memory of the program and the children it waited for, in bytes."""

    @property
    def sentence(self) -> str:
        """The only line on standard error; the test fails when there is another or none."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0]

    def json(self) -> Any:
        """The one document on standard output."""
        assert self.status == 0, self.err
        return json.loads(self.out)


@dataclass
class Winback:
    """Commands on one workspace."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)

    def __call__(self, *words: object, **variables: str) -> Run:
        """Run a command to its end."""
        named = {"WINBACK_WORKSPACE": str(self.folder), **self.variables, **variables}
        done = run([*COMMAND, *map(str, words)], environment(**named))
        self.runs.append(done)
        return done

    def json(self, *words: object) -> Any:
        """Run a command that must succeed; its document."""
        return self(*words, "--json").json()

    def inside(self, *words: object, **variables: str) -> Run:
        """Run a command in this process, which saves the start of another one."""
        from desktop_app import i18n
        from desktop_app.cli import app
        from desktop_app.cli.state import Windows

        windows = Windows(
            lambda _f: 0, lambda _f, _w: [], lambda _f: None, lambda _f: False, lambda _f, _a: 0
        )
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _stream in range(2))
        named = {"WINBACK_WORKSPACE": str(self.folder), "WINBACK_PASSWORD": PASSWORD}
        begin = time.monotonic()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in {**named, **self.variables, **variables}.items():
                patch.setenv(name, value)
            status = app.main([str(word) for word in words], windows)
        i18n.set_language("en")
        return Run(status, _text(out), _text(err), time.monotonic() - begin, 0)


def run(command: Sequence[str], variables: Mapping[str, str], timeout: float = 240) -> Run:
    """Run a program; output goes through files, so that no pipe fills up."""
    import tempfile

    begin = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(
            command, env=dict(variables), stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        status, memory = _wait(child, timeout)
        seconds = time.monotonic() - begin
        texts = [_text(stream) for stream in (out, err)]
    return Run(status, *texts, seconds, memory)


def _wait(child: "subprocess.Popen[bytes]", timeout: float) -> tuple[int, int]:
    """Exit status and largest memory, by `wait4`, which `subprocess` does not offer."""
    if not hasattr(os, "wait4"):
        return child.wait(timeout), 0
    end = time.monotonic() + timeout
    while True:
        pid, how, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(how)
            unit = 1 if sys.platform == "darwin" else 1024
            return child.returncode, usage.ru_maxrss * unit
        if time.monotonic() > end:
            child.kill()
            child.wait()
            raise AssertionError(f"{child.args!r} took more than {timeout} s")
        time.sleep(0.01)


def _text(stream: Any) -> str:
    stream.flush()
    stream.seek(0)
    found = stream.read()
    return found if isinstance(found, str) else str(found.decode("utf-8"))
