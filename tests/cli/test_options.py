"""Global options anywhere on the command line."""

from pathlib import Path

import pytest

from desktop_app.cli.options import UsageProblemError, hoist


@pytest.mark.parametrize(
    "arguments",
    [
        ["--workspace", "w", "--json", "list", "customers", "--limit", "3"],
        ["list", "--workspace=w", "customers", "--limit", "3", "--json"],
        ["list", "customers", "-w", "w", "--json", "--limit", "3"],
    ],
)
def test_that_global_options_are_found_at_any_place(arguments: list[str]) -> None:
    options, rest = hoist(arguments)
    assert options.workspace == Path("w")
    assert options.as_json
    assert rest == ["list", "customers", "--limit", "3"]


@pytest.mark.parametrize(
    ("arguments", "is_flag", "rest"),
    [
        (["report", "x", "--json", "out.json"], False, ["report", "x", "--json", "out.json"]),
        (["report", "--json", "out.json", "x"], False, ["report", "--json", "out.json", "x"]),
        (["report", "x", "--json=o"], False, ["report", "x", "--json=o"]),
        (["report", "x", "--json"], True, ["report", "x"]),
        (["report", "--json"], True, ["report"]),
        (["--json", "report", "x"], True, ["report", "x"]),
        (
            ["report", "x", "--json", "--start", "2026-01-01"],
            True,
            ["report", "x", "--start", "2026-01-01"],
        ),
        (
            ["report", "x", "--json", "out.json", "--json"],
            True,
            ["report", "x", "--json", "out.json"],
        ),
        (["list", "--", "--json"], False, ["list", "--", "--json"]),
    ],
)
def test_that_json_is_a_flag_but_for_the_file_of_a_report(
    arguments: list[str], is_flag: bool, rest: list[str]
) -> None:
    options, left = hoist(arguments)
    assert (options.as_json, left) == (is_flag, rest)


def test_that_the_environment_names_workspace_and_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINBACK_WORKSPACE", "from-environment")
    monkeypatch.setenv("WINBACK_USER", "eve")
    options, _rest = hoist(["scan"])
    assert (options.workspace, options.user) == (Path("from-environment"), "eve")
    options, _rest = hoist(["scan", "--user", "bob", "-w", "given"])
    assert (options.workspace, options.user) == (Path("given"), "bob")


@pytest.mark.parametrize("arguments", [["list", "--workspace"], ["--lang", "xx"], ["--user"]])
def test_that_half_an_option_is_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(UsageProblemError):
        hoist(arguments)
