"""Prepare a machine: ``.venv`` with the locked libraries, the ``winback`` command, Qt's libraries.

``python installer/setup.py [--tests]``; needs nothing but Python. Quick when nothing changed.
"""

import argparse
import ctypes
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
VENV = ROOT / ".venv"
STAMP = VENV / "winback-setup"
WINDOWS = sys.platform == "win32"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
OLDEST, TOO_NEW = (3, 11), (3, 15)

# Library that Qt loads -> Debian package that brings it.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
# Program that the tests of the whole window drive -> Debian package.
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "dbus-run-session": "dbus",
    "openbox": "openbox",
    "dunst": "dunst",
    "pdftoppm": "poppler-utils",
    "import": "imagemagick",
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
}


def say(text: str) -> None:
    """Tell the person what goes on."""
    print(text, flush=True)


def stop(text: str) -> None:
    """End with one sentence."""
    sys.exit(f"Set-up stopped: {text}")


def run(*command: str | Path, **variables: str) -> bool:
    """Run a command; its output is shown only when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout[-4000:], done.stderr[-4000:], sep="\n", file=sys.stderr)
    return done.returncode == 0


def apt(packages: list[str]) -> bool:
    """Install Debian packages when allowed to; else print the command to do it."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        say(f"Please install what your system calls: {' '.join(packages)}")
        return False
    if os.geteuid() != 0:
        say(f"System packages are missing. Please run:\n  sudo {shlex.join(command)}")
        return False
    say(f"Installing system packages: {' '.join(packages)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    return run("apt-get", "update", **quiet) and run(*command, **quiet)


def can_load(library: str) -> bool:
    """Whether the system has a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def system_packages(*, tests: bool) -> None:
    """See to Qt's libraries, and to the programs the tests use."""
    if not sys.platform.startswith("linux"):
        return
    missing = [package for library, package in LIBRARIES.items() if not can_load(library)]
    if tests:
        missing += [package for name, package in TEST_PROGRAMS.items() if not shutil.which(name)]
    if missing and not apt(missing):
        if not run(PYTHON, "-c", "import PySide6.QtWidgets", QT_QPA_PLATFORM="offscreen"):
            stop("the window cannot be shown without these system packages.")
        say("Going on without them; what needs them will say so.")


def fingerprint() -> str:
    """What the environment was made from; another value means: make it anew."""
    parts = (LOCK.read_bytes(), Path(__file__).read_bytes(), str(ROOT).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_environment() -> None:
    """Make ``.venv`` when it is missing or cannot run."""
    if PYTHON.exists() and run(
        PYTHON, "-c", f"import sys; sys.exit(not {OLDEST} <= sys.version_info < {TOO_NEW})"
    ):
        return
    say(f"Making {VENV.name} with Python {sys.version.split()[0]}.")
    if importlib.util.find_spec("ensurepip") is None:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        if not apt([version]):
            stop("Python's venv module is missing.")
    if not run(sys.executable, "-m", "venv", "--clear", VENV):
        stop("the environment could not be made.")


def install_libraries() -> None:
    """Install exactly what the lock names, each file checked against its hash."""
    say("Installing the libraries (a few minutes the first time).")
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    if not run(*pip, "--require-hashes", "--no-deps", "-r", LOCK):
        stop("the libraries could not be installed; see above.")


def install_program() -> None:
    """Make ``winback`` start this source tree: a path file and a launcher, no build needed."""
    found = subprocess.run(
        [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    Path(found.stdout.strip(), "winback_desk.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    if WINDOWS:
        text = f'@"{PYTHON}" -P -m desktop_app %*\r\n'
        (BIN / "winback.cmd").write_text(text, encoding="utf-8")
        return
    launcher = BIN / "winback"
    text = f'#!/bin/sh\nexec {shlex.quote(str(PYTHON))} -P -m desktop_app "$@"\n'
    launcher.write_text(text, encoding="utf-8")
    launcher.chmod(0o755)


def compile_catalogues() -> None:
    """Compile translations that are newer than what was compiled from them."""
    for text in (ROOT / "resources" / "locale").glob("*/LC_MESSAGES/messages.po"):
        compiled = text.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < text.stat().st_mtime:
            if not run(PYTHON, ROOT / "installer" / "catalogue.py", "compile"):
                stop("the translations could not be compiled.")
            return


def main() -> None:
    """Do what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tests", action="store_true", help="also what the tests need")
    tests = parser.parse_args().tests
    if not OLDEST <= sys.version_info < TOO_NEW:
        stop("Python 3.11 to 3.14 is needed.")
    wanted = fingerprint()
    if not (STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted and PYTHON.exists()):
        make_environment()
        install_libraries()
        install_program()
        STAMP.write_text(wanted, encoding="utf-8")
    system_packages(tests=tests)
    compile_catalogues()


if __name__ == "__main__":
    main()
