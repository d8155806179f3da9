"""Demo, self-test and pictures by command line; passwords typed at a terminal."""

from pathlib import Path

import pytest

from db import workspace
from desktop_app.cli import window_commands
from desktop_app.cli.output import TerminalProgress
from desktop_app.cli.state import Windows
from tests.cli.conftest import Run


def test_that_a_demo_needs_no_password(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "demo"
    made = run("demo", folder, "--customers", 30, "--end", "2026-08-31", "--json")
    assert made.status == 0, made.err
    assert made.document["customers"] == 30
    monkeypatch.delenv("WINBACK_PASSWORD")
    listed = run("list", "customers", "-w", folder, "--json")
    assert len(listed.document) == 30
    assert run("check", folder).status == 0
    assert run("list", "cases", "-w", folder, "--user", "lina").status == 0
    again = run("demo", folder)
    assert (again.status, again.out) == (1, "")
    assert run("demo", tmp_path / "x", "--end", "2026-02-30").status == 1


def test_that_who_has_an_own_password_in_a_demo_is_asked_for_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "demo"
    run("demo", folder, "--customers", 30, "--end", "2026-08-31")
    opened = workspace.open_demo(folder)
    workspace.set_password(opened, "lina", "my own words")
    opened.database.close()
    monkeypatch.delenv("WINBACK_PASSWORD")
    unasked = run("list", "cases", "-w", folder, "--user", "lina")
    assert (unasked.status, unasked.out) == (1, "")
    assert "WINBACK_PASSWORD" in unasked.sentence
    monkeypatch.setenv("WINBACK_PASSWORD", "my own words")
    assert run("list", "cases", "-w", folder, "--user", "lina").status == 0
    assert run("list", "cases", "-w", folder, "--user", "heping").status == 0
    nobody = run("list", "cases", "-w", folder, "--user", "nobody")
    assert (nobody.status, "nobody" in nobody.sentence) == (1, True)


def test_that_a_role_sees_and_does_what_it_may(run: Run, tmp_path: Path, orders: Path) -> None:
    folder = tmp_path / "demo"
    run("demo", folder, "--customers", 30, "--end", "2026-08-31")
    refused = run("import", "orders", orders, "-w", folder, "--user", "lina")
    assert (refused.status, refused.out) == (1, "")
    assert "role" in refused.sentence
    assert run("backup", "-w", folder, "--user", "heping").status == 1
    assert run("restore", "latest", "-w", folder, "--user", "heping").status == 1
    masked = run("list", "customers", "-w", folder, "--user", "chenguodong", "--json").document
    assert all("****" in row["phone"] for row in masked)


def test_that_the_self_test_goes_through_the_loop(run: Run) -> None:
    shown: list[Path] = []

    def check_window(folder: Path) -> None:
        assert workspace.is_demo(folder)
        shown.append(folder)

    windows = Windows(
        lambda _f: 0, lambda _f, _w: [], check_window, lambda _f: False, lambda _f, _a: 0
    )
    tested = run("self-test", "--json", windows=windows)
    assert tested.status == 0, tested.err
    assert tested.document["ok"]
    assert len(tested.document["steps"]) == 8
    assert shown
    assert run("self-test").out.strip().endswith("ok")


def test_that_screenshots_are_of_the_workspace_named(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    asked: list[tuple[Path, Path]] = []

    def screenshots(target: Path, of: Path) -> list[Path]:
        asked.append((target, of))
        return [target / "today.png"]

    windows = Windows(
        lambda _f: 0, screenshots, lambda _f: None, lambda _f: False, lambda _f, _a: 0
    )
    done = run("screenshots", tmp_path / "p", windows=windows)
    assert done.out.strip() == str(tmp_path / "p" / "today.png")
    assert asked == [(tmp_path / "p", folder)]
    assert run("history", "--json").document[0]["title"] == "Save pictures of every page"
    assert run("screenshots", tmp_path / "p", "--json", windows=windows).document["pictures"]
    assert window_commands.screenshots.__doc__


def test_that_restore_waits_for_the_window_to_be_closed(run: Run, folder: Path) -> None:
    run("backup")
    windows = Windows(
        lambda _f: 0, lambda _f, _w: [], lambda _f: None, lambda _f: True, lambda _f, _a: 0
    )
    refused = run("restore", "latest", windows=windows)
    assert (refused.status, "Close it first" in refused.sentence) == (1, True)


def test_that_passwords_are_typed_twice_for_a_new_workspace(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WINBACK_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    typed = iter(["one", "two", "seven77", "seven77", *["the-same"] * 3, ""])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    assert "differ" in run("new", tmp_path / "a").sentence
    assert "at least 8" in run("new", tmp_path / "a").sentence
    made = run("new", tmp_path / "a")
    assert made.status == 0
    assert "Recovery code" in made.out
    assert run("list", "customers", "-w", tmp_path / "a").status == 0
    monkeypatch.setenv("WINBACK_PASSWORD", "")
    assert "empty" in run("new", tmp_path / "b").sentence


def test_that_stopping_is_told(
    run: Run, folder: Path, orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("desktop_app.importing.load.import_file", stopped)
    ran = run("import", "orders", orders)
    assert (ran.status, ran.sentence) == (130, "Stopped; nothing was changed.")
    monkeypatch.setattr("desktop_app.importing.load.check_file", lambda *_a: _raise(MemoryError()))
    assert "memory" in run("import", "orders", orders, "--dry-run").sentence


def _raise(error: BaseException) -> None:
    raise error


def test_that_progress_is_shown_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with TerminalProgress() as progress:
        progress.step(1, 2, "working")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with TerminalProgress() as progress:
        progress.step(1, 2, "working")
        progress.step(2, 2)
    assert capsys.readouterr().out == ""
