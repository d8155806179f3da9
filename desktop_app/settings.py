"""Preferences of one person on this machine. What a team shares is in the workspace instead.

Checked by hand: pydantic takes as long to load as the whole sign-in dialog, which needs these.
"""

import contextlib
import json
import logging
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from typing_extensions import override

from desktop_app import paths

_log = logging.getLogger(__name__)

RECENT_LIMIT = 8
"""How many workspaces the start page remembers."""


class Theme(StrEnum):
    """Light and dark; ``system`` follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    """Height of rows."""

    COMPACT = "compact"
    COMFORTABLE = "comfortable"


@dataclass
class Settings:
    """All preferences; every field has a default, so that an old or empty file is complete.

    Setting one to a wrong value raises ``ValueError``.

    Attributes:
        language: Code of ``i18n.LANGUAGES``; ``None`` follows the system.
        theme: Light, dark or as the desktop.
        density: Row height.
        text_scale: Size of all text in per cent.
        last_workspace: Path or address (without password) opened last.
        recent_workspaces: The ones before, newest first.
        last_login: Login name used last.
        check_backup_days: Remind when the last backup is older, in days; 0 never.
        show_notes: Whether reminders are shown as notifications of the desktop.
        reminder_sound: Whether a reminder can be heard.
        stay_in_tray: Whether closing the window leaves the program in the tray; ``None``: where
            there is one.
        others: What the file holds besides (of a newer version): kept when it is saved.
    """

    language: str | None = None
    theme: Theme = Theme.SYSTEM
    density: Density = Density.COMPACT
    text_scale: int = 100
    last_workspace: str | None = None
    recent_workspaces: tuple[str, ...] = ()
    last_login: str = ""
    check_backup_days: int = 7
    show_notes: bool = True
    reminder_sound: bool = True
    stay_in_tray: bool | None = None
    others: dict[str, Any] = field(default_factory=dict)

    @override
    def __setattr__(self, name: str, value: Any) -> None:
        check = _CHECKS.get(name)
        super().__setattr__(name, value if check is None else check(value))

    def remember_workspace(self, location: str) -> None:
        """Note a workspace as opened last and put it first among the recent ones."""
        others = [known for known in self.recent_workspaces if known != location]
        self.recent_workspaces = (location, *others)[:RECENT_LIMIT]
        self.last_workspace = location

    def forget_workspace(self, location: str) -> None:
        """Drop a workspace that is gone from the lists."""
        self.recent_workspaces = tuple(k for k in self.recent_workspaces if k != location)
        if self.last_workspace == location:
            self.last_workspace = None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError("not a text")


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        return tuple(_text(one) for one in value)
    raise ValueError("not a list")


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("not a yes or no")


def _flag_or_none(value: Any) -> bool | None:
    return None if value is None else _flag(value)


def _number(lowest: int, highest: int, value: Any) -> int:
    if isinstance(value, int) and lowest <= value <= highest:
        return value
    raise ValueError(f"not a whole number from {lowest} to {highest}")


_CHECKS: Mapping[str, Callable[[Any], object]] = {
    "language": _text_or_none,
    "theme": Theme,
    "density": Density,
    "text_scale": partial(_number, 80, 200),
    "last_workspace": _text_or_none,
    "recent_workspaces": _texts,
    "last_login": _text,
    "check_backup_days": partial(_number, 0, 365),
    "show_notes": _flag,
    "reminder_sound": _flag,
    "stay_in_tray": _flag_or_none,
}
"""By field: gives the value to keep, raises ``ValueError`` for a wrong one."""


def load_settings(file: Path | None = None) -> Settings:
    """Read the preferences; what is missing or wrong falls back to its default, field by field.

    Args:
        file: Another file than this machine's.
    """
    file = file or paths.settings_file()
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError):
        _log.warning("settings file cannot be read, defaults are used")
        return Settings()
    return _tolerant(values) if isinstance(values, dict) else Settings()


def _tolerant(values: dict[str, Any]) -> Settings:
    made, wrong = Settings(), []
    for name, value in values.items():
        if name not in _CHECKS:
            made.others[name] = value
            continue
        try:
            setattr(made, name, value)
        except ValueError:
            wrong.append(name)
    if wrong:
        _log.warning("settings with a wrong value are reset: %s", ", ".join(sorted(wrong)))
    return made


def save_settings(settings: Settings, file: Path | None = None) -> None:
    """Write the preferences; the old file stays whole until the new one is complete.

    Raises:
        OSError: the folder cannot be written.
    """
    file = file or paths.settings_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=file.name, suffix=".new", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(_as_json(settings) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()


def _as_json(settings: Settings) -> str:
    known = {name: getattr(settings, name) for name in _CHECKS}
    return json.dumps(known | settings.others, indent=2)
