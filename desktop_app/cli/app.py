"""Runs one command and turns what goes wrong into a sentence and an exit status.

0 done, 1 the person can do something about it (one sentence), 2 wrong usage, 70 a bug, 130 stopped.
"""

import errno
import gc
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from desktop_app import i18n
from desktop_app.cli import output
from desktop_app.cli.options import Globals, UsageProblemError, hoist
from desktop_app.cli.state import State, Windows
from desktop_app.errors import CancelledError, InvalidInputError, UserError, from_database
from desktop_app.i18n import _

if TYPE_CHECKING:  # slow to import; the window does not need it
    from typer.exceptions import TyperException

DONE: Final = 0
USER_ERROR: Final = 1
USAGE: Final = 2
BUG: Final = 70
STOPPED: Final = 130
_OBJECTS: Final = 50_000
"""New objects after which garbage is looked for: what is imported becomes none."""
_log = logging.getLogger(__name__)


def main(arguments: Sequence[str], windows: Windows) -> int:
    """Run the command line.

    Args:
        arguments: What stands behind the name of the program.
        windows: What needs Qt; without a command the window opens.

    Returns:
        The exit status.
    """
    output.use_utf8()
    i18n.set_language(None)
    options = Globals(debug="--debug" in arguments)
    try:
        options, rest = hoist(arguments)
        if rest:  # the window begins its log when it has painted
            _start_logging(debug=options.debug)
        _choose_language(options)
        return _run(State(options, windows), rest)
    except BaseException as error:  # noqa: BLE001  (the thread of control ends here)
        return _status_of(error, options, _start_logging(debug=options.debug))


def _run(state: State, rest: list[str]) -> int:
    if not rest:
        return state.windows.open_window(state.options.workspace)
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    from desktop_app.cli.commands import build  # noqa: PLC0415  (the window does not need it)

    try:
        command = build()
        status = command.main(rest, prog_name="winback", standalone_mode=False, obj=state)
    finally:
        state.close()
        gc.set_threshold(*before)
    if status == STOPPED:  # how the parser passes Ctrl+C on
        raise KeyboardInterrupt
    return status or DONE


def _start_logging(*, debug: bool) -> Path | None:
    from desktop_app.logs import start_logging  # noqa: PLC0415

    try:
        return start_logging(debug=debug)
    except OSError:
        return None


def _choose_language(options: Globals) -> None:
    from desktop_app.settings import load_settings  # noqa: PLC0415

    code = options.lang or load_settings().language
    i18n.set_language(code if code in i18n.LANGUAGES else None)


def status_of(error: BaseException) -> int:
    """Say what went wrong with the window and give the exit status."""
    output.use_utf8()
    return _status_of(error, Globals(), _start_logging(debug=False))


def _status_of(error: BaseException, options: Globals, log_file: Path | None) -> int:
    """Say what went wrong and give the exit status."""
    from typer.exceptions import Abort, Exit, TyperException  # noqa: PLC0415  (see above)

    match error:
        case SystemExit():
            raise error
        case Exit():
            status = error.exit_code
        case TyperException():
            status = _usage(error)
        case UsageProblemError():
            status = _sentence(error.message, USAGE)
        case InvalidInputError():
            status = _sentence(_problems(error), USER_ERROR)
        case UserError():
            status = _sentence(error.message, USER_ERROR)
        case CancelledError() | KeyboardInterrupt() | Abort():
            status = _sentence(_("Stopped; nothing was changed."), STOPPED)
        case BrokenPipeError():  # the reader has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = DONE
        case _:
            status = _database_or_bug(error, options, log_file)
    return status


def _database_or_bug(error: BaseException, options: Globals, log_file: Path | None) -> int:
    from db.errors import DatabaseError as Known  # noqa: PLC0415  (needs SQLAlchemy)

    if isinstance(error, Known):
        return _sentence(from_database(error).message, USER_ERROR)
    if isinstance(error, OSError):
        return _sentence(_os_sentence(error), USER_ERROR)
    if isinstance(error, MemoryError):
        return _sentence(_("There is not enough memory for this."), USER_ERROR)
    _log.error("the command ended with a bug", exc_info=error)
    if options.debug:
        traceback.print_exception(error)
    place = log_file or "-"
    text = _("Something went wrong that should not ({kind}). Details: {file}")
    return _sentence(text.format(kind=type(error).__name__, file=place), BUG)


def _usage(error: "TyperException") -> int:
    """A wrong command line, with where help is found."""
    from desktop_app.cli.parser_words import usage_sentence  # noqa: PLC0415  (a window has none)

    output.tell(_("Wrong usage: {problem}").format(problem=usage_sentence(error)))
    context = getattr(error, "ctx", None)
    if context is not None:
        output.tell(_("Help: {command}").format(command=f"{context.command_path} --help"))
    return USAGE


def _problems(error: InvalidInputError) -> str:
    """The sentences; one about an option names it, all others say what they are about."""
    return " ".join(
        _("{name}: {value}").format(name=each.field, value=each.message)
        if each.field.startswith("--")
        else each.message
        for each in error.problems
    )


def _os_sentence(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return _("The disk is full. Free some space and try again; nothing was changed.")
    reason = error.strerror or str(error)
    if error.filename is None:
        return reason
    return _("{file}: {reason}").format(file=error.filename, reason=reason)


def _sentence(text: str, status: int) -> int:
    output.tell(" ".join(text.split("\n")))
    return status
