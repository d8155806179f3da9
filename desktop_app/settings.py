"""Preferences of one person on this machine. What a team shares is in the workspace instead."""

import contextlib
import json
import logging
import os
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

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


class Settings(BaseModel):
    """All preferences; every field has a default, so that an old or empty file is complete.

    Attributes:
        language: Code of ``i18n.LANGUAGES``; ``None`` follows the system.
        theme: Light, dark or as the desktop.
        density: Row height.
        text_scale: Size of all text in per cent.
        last_workspace: Path or address (without password) opened last.
        recent_workspaces: The ones before, newest first.
        last_login: Login name used last.
        check_backup_days: Remind when the last backup is older, in days; 0 never.
    """

    model_config = ConfigDict(extra="allow", validate_assignment=True)

    language: str | None = None
    theme: Theme = Theme.SYSTEM
    density: Density = Density.COMPACT
    text_scale: int = Field(default=100, ge=80, le=200)
    last_workspace: str | None = None
    recent_workspaces: tuple[str, ...] = ()
    last_login: str = ""
    check_backup_days: int = Field(default=7, ge=0, le=365)

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
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        wrong = {str(detail["loc"][0]) for detail in error.errors() if detail["loc"]}
        _log.warning("settings with a wrong value are reset: %s", ", ".join(sorted(wrong)))
        return Settings.model_validate({k: v for k, v in values.items() if k not in wrong})


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
            stream.write(settings.model_dump_json(indent=2) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
