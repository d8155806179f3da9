"""A desk of its own: X server, window manager, session bus, and the program driven by keys."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.journeys.accessibility import Accessibility, open_bus, wait
from tests.programs import COMMAND, environment

PICTURES = ROOT / "build" / "journey"
NEEDED = ("Xvfb", "openbox", "xdotool", "dbus-daemon")
_TYPING_MS = 12


@contextmanager
def running(command: list[str], variables: dict[str, str], **more: Any) -> Iterator[Any]:
    """A program that is ended, by its own handle, when it is not needed any more."""
    child = subprocess.Popen(
        command, env=variables, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more
    )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()


@dataclass
class Desk:
    """Where the program is shown and how a person reaches it."""

    variables: dict[str, str]
    reader: Accessibility
    errors: Path
    program: "subprocess.Popen[bytes] | None" = None
    shots: list[Path] = field(default_factory=list)

    # ------------------------------------------------------------------ the program

    @contextmanager
    def show(self, workspace: Path) -> Iterator["subprocess.Popen[bytes]"]:
        """The program on a workspace."""
        command = [*COMMAND, "--workspace", str(workspace)]
        with self.errors.open("wb") as log:
            child = subprocess.Popen(
                command, env=self.variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            self.program = child
            try:
                yield child
            finally:
                if child.poll() is None:
                    child.kill()
                child.wait()

    def program_is_alive(self) -> bool:
        """Whether the program still runs."""
        return self.program is not None and self.program.poll() is None

    # ------------------------------------------------------------------ keys

    def xdo(self, *words: str) -> str:
        """Run xdotool; its answer, empty when it found nothing."""
        done = subprocess.run(
            ["xdotool", *words], env=self.variables, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def key(self, *keys: str) -> None:
        """Press keys one after the other, e.g. `ctrl+k`, `Tab`, `Return`."""
        self.xdo("key", "--delay", str(_TYPING_MS), *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self.xdo("type", "--delay", str(_TYPING_MS), "--", text)

    # ------------------------------------------------------------------ looking

    def title(self) -> str:
        """Title of the active window."""
        return self.xdo("getactivewindow", "getwindowname")

    def wait_title(self, text: str, seconds: float = 60) -> None:
        """Wait until a window with this in its title is in front."""
        self.wait(lambda: text in self.title(), f"a window titled {text!r}", seconds)

    def wait_focus(self, name: str, role: str = "", seconds: float = 60) -> None:
        """Wait until the keyboard is in a control of this name."""
        self.wait(
            lambda: name == self.reader.focus()[1] and role in self.reader.focus()[0],
            f"the keyboard in {name!r}",
            seconds,
        )

    def wait(self, condition: Any, what: str, seconds: float = 60) -> Any:
        """Wait for something; the failure says what the screen shows."""
        try:
            return wait(lambda: not self.program_is_alive() or condition(), what, seconds)
        except AssertionError as error:
            shot = self.picture("failed")
            log = self.errors.read_text("utf-8", "replace")[-2000:]
            raise AssertionError(
                f"{error}; window {self.title()!r}, keyboard in {self.reader.focus()}, {shot}\n{log}"
            ) from error

    def picture(self, name: str) -> Path:
        """A picture of the whole screen in build/journey."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{len(self.shots):02d}-{name}.png"
        self.shots.append(path)
        if shutil.which("import"):
            subprocess.run(["import", "-window", "root", str(path)], env=self.variables, check=True)
        return path


@contextmanager
def make_desk(folder: Path, **variables: str) -> Iterator[Desk]:
    """A screen of 1440 × 900 with window manager, session bus and accessibility."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    base = environment(
        XDG_RUNTIME_DIR=str(runtime),
        XDG_CONFIG_HOME=str(folder / "config"),
        XDG_CACHE_HOME=str(folder / "cache"),
        HOME=str(folder),
        QT_QPA_PLATFORM="xcb",
        QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1",
        LANG="C.UTF-8",
        **variables,
    )
    base.pop("WINBACK_PASSWORD", None)
    base.pop("WAYLAND_DISPLAY", None)
    with ExitStack() as stack:
        base["DISPLAY"] = stack.enter_context(_screen(base))
        stack.enter_context(running(["openbox", "--sm-disable"], base, stdout=subprocess.DEVNULL))
        base["DBUS_SESSION_BUS_ADDRESS"] = address = stack.enter_context(_bus(base))
        reader = open_bus(address)
        stack.callback(reader.close)
        yield Desk(base, reader, folder / "program.log")


@contextmanager
def _screen(variables: dict[str, str]) -> Iterator[str]:
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    with running(command, variables, pass_fds=(write,), stdout=subprocess.DEVNULL):
        os.close(write)
        with os.fdopen(read) as stream:
            number = stream.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"


@contextmanager
def _bus(variables: dict[str, str]) -> Iterator[str]:
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with running(command, variables, stdout=subprocess.PIPE) as child:
        yield child.stdout.readline().decode().strip()
