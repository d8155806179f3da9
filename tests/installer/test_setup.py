import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from installer import setup


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands are noted instead of run, and succeed."""
    noted: list[list[str]] = []

    def note(*command: object, **_variables: str) -> bool:
        noted.append([str(part) for part in command])
        return True

    monkeypatch.setattr(setup, "run", note)
    return noted


def test_that_missing_packages_are_installed_by_root(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.shutil, "which", lambda _name: "/usr/bin/apt-get")
    monkeypatch.setattr(setup.os, "geteuid", lambda: 0)
    assert setup.apt(["libegl1", "xvfb"])
    assert commands[0] == ["apt-get", "update"]
    assert commands[1][:2] == ["apt-get", "install"]
    assert commands[1][-2:] == ["libegl1", "xvfb"]


def test_that_the_command_is_printed_for_everybody_else(
    commands: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(setup.shutil, "which", lambda _name: "/usr/bin/apt-get")
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    assert not setup.apt(["libegl1"])
    assert commands == []
    assert "sudo apt-get install -y --no-install-recommends libegl1" in capsys.readouterr().out


def test_that_the_packages_are_named_where_there_is_no_apt(
    commands: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(setup.shutil, "which", lambda _name: None)
    assert not setup.apt(["libegl1"])
    assert commands == []
    assert "libegl1" in capsys.readouterr().out


def test_that_only_missing_libraries_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(setup.sys, "platform", "linux")
    monkeypatch.setattr(setup, "LIBRARIES", {"libc.so.6": "libc6", "libnever.so.1": "libnever1"})
    monkeypatch.setattr(setup, "TEST_PROGRAMS", {"no-such-program": "never-tools"})
    monkeypatch.setattr(setup, "apt", lambda packages: asked.append(packages) or True)
    setup.system_packages(tests=False)
    setup.system_packages(tests=True)
    assert asked == [["libnever1"], ["libnever1", "never-tools"]]


def test_that_programs_the_journeys_take_pictures_and_press_keys_with_are_installed() -> None:
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in (setup.ROOT / "tests" / "journeys").glob("*.py")
    )
    asked = set(re.findall(r'which\("([^"]+)"\)', text))
    called = set(re.findall(r'(?:run|Popen)\(\s*\["([^"]+)"', text))
    assert "import" in asked | called
    assert asked | called <= {*setup.TEST_PROGRAMS, "xkbcomp"}  # this one comes with Xvfb


def test_that_setup_stops_when_the_window_cannot_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.sys, "platform", "linux")
    monkeypatch.setattr(setup, "LIBRARIES", {"libnever.so.1": "libnever1"})
    monkeypatch.setattr(setup, "apt", lambda _packages: False)
    monkeypatch.setattr(setup, "run", lambda *_command, **_variables: False)
    with pytest.raises(SystemExit, match="the window cannot be shown"):
        setup.system_packages(tests=False)


def test_that_a_changed_lock_makes_the_environment_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("a==1\n", encoding="utf-8")
    monkeypatch.setattr(setup, "LOCK", lock)
    first = setup.fingerprint()
    assert setup.fingerprint() == first
    lock.write_text("a==2\n", encoding="utf-8")
    assert setup.fingerprint() != first


def test_that_the_output_of_a_failed_command_is_shown(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert not setup.run(sys.executable, "-c", "import sys; print('why'); sys.exit(3)")
    assert "why" in capfd.readouterr().err
    assert setup.run(sys.executable, "-c", "print('quiet')")
    assert capfd.readouterr().out == ""


def test_that_setup_is_quick_when_nothing_changed() -> None:
    done = subprocess.run(
        [sys.executable, setup.ROOT / "installer" / "setup.py"],
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_that_the_lock_pins_every_file_by_hash_and_names_no_address() -> None:
    text = setup.LOCK.read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert len(pins) > 40
    assert text.count(" \\\n    --hash=sha256:") >= len(pins)
    assert "://" not in text


def fake_python(place: Path, *, is_new: bool = True, has_venv: bool = True) -> Path:
    """A program that answers what `python.sh` asks of a Python, and says who ran."""
    place.parent.mkdir(exist_ok=True)
    answers = f"case $2 in *ensurepip*) exit {int(not (is_new and has_venv))};; esac"
    place.write_text(
        f'#!/bin/sh\nif [ "$1" = -c ]; then {answers}; exit {int(not is_new)}; fi\n'
        f'echo {place.parent.name} ran "$@"\n',
        "utf-8",
    )
    place.chmod(0o755)
    return place


def chosen(folder: Path, **variables: str) -> str:
    """What `python.sh` says where the system's Python and the path's are those in a folder."""
    text = (setup.ROOT / "installer" / "python.sh").read_text("utf-8")
    assert "/usr/bin/python3 " in text
    script = folder / "python.sh"
    script.write_text(text.replace("/usr/bin/python3 ", f"{folder}/system/python3 "), "utf-8")
    done = subprocess.run(
        ["/bin/sh", script, "script.py"],
        env={"PATH": str(folder / "path"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (0 if done.stdout else 1)
    return done.stdout + done.stderr


def test_that_the_first_python_is_taken_that_is_new_and_can_make_environments(
    tmp_path: Path,
) -> None:
    system, path = tmp_path / "system" / "python3", tmp_path / "path" / "python3"
    fake_python(path, is_new=False)
    assert "needs Python 3.11 to 3.14" in chosen(tmp_path)
    fake_python(path)
    assert chosen(tmp_path) == "path ran script.py\n"
    fake_python(system)
    assert chosen(tmp_path) == "system ran script.py\n"
    fake_python(system, has_venv=False)
    assert chosen(tmp_path) == "path ran script.py\n"
    fake_python(path, has_venv=False)
    assert chosen(tmp_path) == "system ran script.py\n", "set-up says what is missing"
    fake_python(system, is_new=False)
    assert chosen(tmp_path) == "path ran script.py\n"


def test_that_a_python_that_was_named_is_taken_if_it_is_new_enough(tmp_path: Path) -> None:
    fake_python(tmp_path / "system" / "python3")
    named = fake_python(tmp_path / "named" / "python3", has_venv=False)
    assert chosen(tmp_path, WINBACK_PYTHON=str(named)) == "named ran script.py\n"
    fake_python(named, is_new=False)
    assert chosen(tmp_path, WINBACK_PYTHON=str(named)) == (
        "system ran script.py\n"
        f"WINBACK_PYTHON={named} is no Python 3.11 to 3.14: another one is looked for.\n"
    )


@pytest.mark.parametrize(
    ("version", "status"),
    [((3, 10, 14), 1), ((3, 11, 0), 0), ((3, 14, 9), 0), ((3, 15, 0), 1), ((4, 0, 0), 1)],
)
def test_that_a_python_fits_that_every_locked_library_knows(
    version: tuple[int, ...], status: int
) -> None:
    text = (setup.ROOT / "installer" / "python.sh").read_text("utf-8")
    found = re.search(r"sys\.exit\((not .*)\)'", text)
    assert found is not None
    assert eval(found[1], {"sys": SimpleNamespace(version_info=version)}) == bool(status)  # noqa: S307
    assert (setup.OLDEST <= version < setup.TOO_NEW) == (not status)


def test_that_every_target_is_explained() -> None:
    shown = subprocess.run(
        ["make", "-s", "help"], cwd=setup.ROOT, capture_output=True, text=True, check=True
    ).stdout
    for target in ("setup", "run", "test", "check", "translations", "bench", "lock", "clean"):
        assert f"make {target} " in shown
