"""The words of the parser of the command line in the language of the program.

The parser (typer) speaks English only: its sentences about a wrong command line are matched and
said anew, and its help is written by a formatter that translates the headings.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import typer
from typer._click import HelpFormatter
from typer.exceptions import TyperException
from typing_extensions import override

from desktop_app.i18n import N_, _

_SENTENCES: Final = (
    (r"Missing (?:argument|option) '(?P<name>.+)'\..*", N_("{name} is missing.")),
    (r"Missing command\.", N_("Name a command.")),
    (
        r"No such command '(?P<name>.*)'\. Did you mean (?P<known>.+)\?",
        N_("There is no command {name}. Did you mean {known}?"),
    ),
    (r"No such command '(?P<name>.*)'\.", N_("There is no command {name}.")),
    (
        r"No such option: (?P<name>\S+) \(Possible options: (?P<known>.+)\)",
        N_("There is no option {name}. Did you mean {known}?"),
    ),
    (r"No such option: (?P<name>\S+)", N_("There is no option {name}.")),
    (r"Got unexpected extra argument\(s\) \((?P<name>.+)\)", N_("{name} does not belong here.")),
    (r"Option '(?P<name>.+)' requires .*", N_("Give a value after {name}.")),
    (r"Option '(?P<name>.+)' does not take a value\.", N_("{name} takes no value.")),
)
_HEADINGS: Final = (N_("Options"), N_("Arguments"), N_("Commands"))
_HELP_OF_HELP: Final = N_("Show this message and exit.")
_EXTRA: Final = re.compile(r"(\[|; )(default: |required)")


def usage_sentence(error: TyperException) -> str:
    """What is wrong with a command line, as a sentence in the present language."""
    from pydantic import ValidationError  # noqa: PLC0415  (only when something is wrong)

    from desktop_app.errors import problems_from_validation  # noqa: PLC0415

    message = error.format_message()
    cause, parameter = error.__cause__, getattr(error, "param", None)
    if isinstance(cause, ValidationError) and parameter is not None:
        text = " ".join(problem.message for problem in problems_from_validation(cause))
        return _("{name}: {value}").format(name=parameter.get_error_hint().strip("'"), value=text)
    for pattern, sentence in _SENTENCES:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            return _(sentence).format(**found.groupdict())
    return message


class _Words(HelpFormatter):
    """Writes help with translated headings and remarks."""

    @override
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, _("Usage: ") if prefix is None else prefix)

    @override
    def write_heading(self, heading: str) -> None:
        super().write_heading(_(heading) if heading in _HEADINGS else heading)

    @override
    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        super().write_dl(list(_translated(rows)), col_max, col_spacing)


def _translated(rows: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, text in rows:
        words, bracket, extra = text.rpartition("[")
        if bracket and extra.endswith("]"):
            yield name, words + _EXTRA.sub(_extra, bracket + extra)
        else:
            yield name, _(text) if text == _HELP_OF_HELP else text


def _extra(found: re.Match[str]) -> str:
    return found[1] + (_("required") if found[2] == "required" else _("default: "))


class _HelpContext(typer.Context):
    formatter_class = _Words


def translate_help(command: Any) -> None:
    """Let a command and its subcommands write their help in the present language."""
    groups = [one for one in command.commands.values() if hasattr(one, "commands")]
    for group in (command, *groups):
        group.subcommand_metavar = _("COMMAND [ARGS]...")
    inner = [one for group in groups for one in group.commands.values()]
    for one in (command, *command.commands.values(), *inner):
        one.context_class = _HelpContext
        one.options_metavar = _("[OPTIONS]")
        for parameter in one.params:
            if getattr(parameter, "help", None):
                parameter.help = _(parameter.help)
