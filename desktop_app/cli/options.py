"""Global options, which may stand anywhere on the command line: before or after the command."""

import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.errors import UserError
from desktop_app.i18n import LANGUAGES, _

_VALUES = {"--workspace": "workspace", "-w": "workspace", "--user": "user", "--lang": "lang"}
_WRITING = (("report",), ("script", "export"))
_LANGUAGES = {"zh": "zh_CN", "zh-cn": "zh_CN", "zh_cn": "zh_CN", "en": "en"}


@dataclass(slots=True)
class Globals:
    """What holds for every command.

    Attributes:
        workspace: Folder of the workspace, from `--workspace` or `WINBACK_WORKSPACE`.
        user: Login name, from `--user` or `WINBACK_USER`; empty means the only or first one.
        lang: Code of a language; empty follows the settings.
        as_json: One JSON document on standard output instead of text.
        debug: Show the traceback of a bug.
    """

    workspace: Path | None = None
    user: str = ""
    lang: str = ""
    as_json: bool = False
    debug: bool = False


class UsageProblemError(UserError):
    """The command line itself is wrong: exit status 2."""


def hoist(arguments: Sequence[str]) -> tuple[Globals, list[str]]:
    """Take the global options out of the arguments; what is left is for the command.

    `--json FILE` of the commands `report` and `script export` is not the flag and stays.

    Raises:
        UsageProblemError: an option lacks its value, or the language is not known.
    """
    found: dict[str, str] = {}
    flags: set[str] = set()
    rest: list[str] = []
    waiting = deque(arguments)
    while waiting:
        word = waiting.popleft()
        if word == "--":
            rest += [word, *waiting]
            break
        name, equals, value = word.partition("=")
        if name in _VALUES:
            if not equals and not waiting:
                raise UsageProblemError(_("Give a value after {option}.").format(option=word))
            found[_VALUES[name]] = value if equals else waiting.popleft()
        elif word == "--debug" or (word == "--json" and not _names_a_file(rest, waiting)):
            flags.add(word)
        else:
            rest.append(word)
    return _globals(found, flags), rest


def _names_a_file(before: Sequence[str], waiting: Sequence[str]) -> bool:
    """Whether `--json` is followed by the file that `report ID` or `script export` is to write."""
    words = [word for word in before if not word.startswith("-")]
    command = next((each for each in _WRITING if tuple(words[: len(each)]) == each), None)
    if command is None or not waiting or waiting[0].startswith("-"):
        return False
    return len(words) > len(command) or waiting[0].casefold().endswith(".json")


def _globals(found: dict[str, str], flags: set[str]) -> Globals:
    folder = found.get("workspace") or os.environ.get("WINBACK_WORKSPACE", "")
    language = found.get("lang", "")
    if language and language.casefold() not in _LANGUAGES:
        raise UsageProblemError(
            _("There is no language {code}. Choose one of: {codes}.").format(
                code=language, codes=", ".join(LANGUAGES)
            )
        )
    return Globals(
        Path(folder).expanduser() if folder else None,
        found.get("user") or os.environ.get("WINBACK_USER", ""),
        _LANGUAGES.get(language.casefold(), ""),
        "--json" in flags,
        "--debug" in flags,
    )
