"""A desk of its own: X server, window manager, session bus, and the program driven by keys."""

import os
import re
import shutil
import subprocess
from collections.abc import Container, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.journeys.accessibility import (
    ENABLED,
    SHOWING,
    Accessibility,
    Control,
    Place,
    open_bus,
    wait,
)
from tests.programs import COMMAND, environment

PICTURES = ROOT / "build" / "journey"
NEEDED = ("Xvfb", "openbox", "xdotool", "xkbcomp", "dbus-daemon")
_TYPING_MS = 12
_SPARE_KEY = re.compile(r"\s*key <I2(0[89]|[1-5]\d)>")


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
    been: list[str] = field(default_factory=list)
    _seen: Place | None = None

    # ------------------------------------------------------------------ the program

    @contextmanager
    def show(self, workspace: Path, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
        """The program on a workspace: its window, or a command."""
        command = [*COMMAND, "--workspace", str(workspace), *words]
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

    def _status(self) -> int | None:
        return self.program.poll() if self.program is not None else None

    def said(self) -> list[str]:
        """What the program wrote to its terminal; a reader may ask for what is just gone."""
        lines = self.errors.read_text("utf-8").splitlines()
        return [line for line in lines if "Could not find accessible on path" not in line]

    def opened_files(self) -> list[str]:
        """What the program asked the system to open."""
        path = Path(self.variables["OPENED_FILES"])
        return path.read_text("utf-8").splitlines() if path.exists() else []

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

    def teach(self, texts: Iterable[str]) -> None:
        """Put the characters of texts on keys, as an input method would: before the program."""
        characters = sorted({char for text in texts for char in text if not char.isascii()})
        screen = self.variables["DISPLAY"]
        dumped = subprocess.run(
            ["xkbcomp", screen, "-"], env=self.variables, capture_output=True, text=True, check=True
        ).stdout
        lines = [line for line in dumped.splitlines() if not _SPARE_KEY.match(line)]
        keys = [
            f"    key <I{208 + place}> {{ [ {', '.join(f'U{ord(char):04X}' for char in pair)} ] }};"
            for place, pair in enumerate(
                characters[at : at + 2] for at in range(0, len(characters), 2)
            )
        ]
        assert len(keys) <= 255 - 208, "more characters than spare keys"
        at = next(number for number, line in enumerate(lines) if "key <AE01>" in line)
        subprocess.run(
            ["xkbcomp", "-w0", "-", screen],
            env=self.variables,
            input="\n".join([*lines[:at], *keys, *lines[at:]]),
            text=True,
            capture_output=True,
            check=True,
        )

    def type(self, text: str) -> None:
        """Type a text; other characters than those of an English keyboard must be taught."""
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

        def is_there() -> bool:
            found_role, found_name = self.reader.focus()
            return name == found_name and role in found_role

        self.wait(is_there, f"the keyboard in {name!r}", seconds)

    def moved_focus(self, names: Container[str], seconds: float = 60) -> str:
        """Wait until the keyboard is in another control than the last time; its name."""

        def moved() -> str:
            place, _role, name = self.reader.focus_place()
            if place is None or place == self._seen or name not in names:
                return ""
            self._seen = place
            self.been.append(name)
            return name

        return str(self.wait(moved, "the keyboard to move", seconds))

    def controls(self) -> Iterator[Control]:
        """Everything on the screen."""
        for program in self.reader.programs():
            yield from self.reader.walk(program)

    def wait_label(self, text: str, seconds: float = 60) -> None:
        """Wait until something on the screen says this."""
        self.wait(lambda: any(text in each.name for each in self.controls()), f"{text!r}", seconds)

    def wait_enabled(self, name: str, seconds: float = 60) -> None:
        """Wait until a button can be pressed."""
        self.wait(
            lambda: any(
                each.name == name and {ENABLED, SHOWING} <= each.states and "button" in each.role
                for each in self.controls()
            ),
            f"the button {name!r}",
            seconds,
        )

    def wait(self, condition: Any, what: str, seconds: float = 60) -> Any:
        """Wait for something; the failure says what the screen shows."""

        def is_so() -> Any:
            is_over = self.program is not None and not self.program_is_alive()
            found = condition()
            if is_over and not found:  # it was over before the question
                raise AssertionError(f"{what}: the program has ended with {self._status()}")
            return found

        try:
            return wait(is_so, what, seconds)
        except AssertionError as error:
            shot = self.picture("failed")
            log = self.errors.read_text("utf-8", "replace")[-2000:]
            raise AssertionError(
                f"{error}; window {self.title()!r}, keyboard in {self.reader.focus()}, "
                f"{shot}\nbeen: {self.been}\n{log}"
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
    base["PATH"] = f"{_opener(folder)}{os.pathsep}{base['PATH']}"
    base["OPENED_FILES"] = str(folder / "opened")
    base.pop("WINBACK_PASSWORD", None)
    base.pop("WAYLAND_DISPLAY", None)
    with ExitStack() as stack:
        base["DISPLAY"] = stack.enter_context(_screen(base))
        stack.enter_context(running(["openbox", "--sm-disable"], base, stdout=subprocess.DEVNULL))
        wait(lambda: _is_managed(base), "the window manager", 60)
        base["DBUS_SESSION_BUS_ADDRESS"] = address = stack.enter_context(_bus(base))
        reader = open_bus(address)
        stack.callback(reader.close)
        yield Desk(base, reader, folder / "program.log")


def _opener(folder: Path) -> Path:
    """A folder with an `xdg-open` that only writes down what it was asked to open."""
    place = folder / "bin"
    place.mkdir()
    program = place / "xdg-open"
    program.write_text('#!/bin/sh\necho "$1" >> "$OPENED_FILES"\n', "utf-8")
    program.chmod(0o755)
    return place


@contextmanager
def _screen(variables: dict[str, str]) -> Iterator[str]:
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    command.append("-noreset")  # else the first question that ends throws the window manager out
    with running(command, variables, pass_fds=(write,), stdout=subprocess.DEVNULL):
        os.close(write)
        with os.fdopen(read) as stream:
            number = stream.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"


def _is_managed(variables: dict[str, str]) -> bool:
    """Whether a window manager answers: windows shown before get no keyboard."""
    asked = ["xdotool", "get_desktop"]
    return subprocess.run(asked, env=variables, capture_output=True, check=False).returncode == 0


@contextmanager
def _bus(variables: dict[str, str]) -> Iterator[str]:
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with running(command, variables, stdout=subprocess.PIPE) as child:
        yield child.stdout.readline().decode().strip()
