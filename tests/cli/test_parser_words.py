"""The parser's own words, said by the program."""

from typing import Any

import pytest

from desktop_app.cli import commands, parser_words
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["list"], "ENTITY is missing."),
        (["bogus"], "There is no command bogus."),
        (["lst"], "There is no command lst. Did you mean 'list'?"),
        (["list", "customers", "--bogus"], "There is no option --bogus."),
        (["list", "customers", "--limi", "3"], "There is no option --limi. Did you mean --limit?"),
        (["list", "customers", "--limit"], "Give a value after --limit."),
        (["list", "customers", "--limit", "x"], "--limit: Enter a whole number."),
        (["list", "customers", "--limit", "0"], "--limit: Enter 1 or more."),
        (["list", "customers", "more", "words"], "more words does not belong here."),
        (["demo", "--help=3"], "--help takes no value."),
    ],
)
def test_that_wrong_usage_is_said_in_our_words(
    run: Run, arguments: list[str], sentence: str
) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines()[0] == f"Wrong usage: {sentence}"


def test_that_every_word_of_the_help_is_translated(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser_words, "_", lambda text: f"<{text}>")
    whole = run("--help").out
    for words in ("<Usage: >winback <[OPTIONS]> <COMMAND [ARGS]...>", "<Options>:", "<Commands>:"):
        assert words in whole
    part = run("demo", "--help").out
    for words in (
        "<Arguments>:",
        "[<required>]",
        "[<default: >1]",
        "<Show this message and exit.>",
    ):
        assert words in part
    assert "<<" not in part


def test_that_every_command_has_translated_help() -> None:
    command: Any = commands.build()
    assert {one.context_class for one in command.commands.values()} == {command.context_class}
