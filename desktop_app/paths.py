"""Where files are: what came with the program, and what this person's machine keeps.

``WINBACK_HOME`` moves everything that is written for the person into one folder: a portable
installation, or a test.
"""

import os
import sys
from pathlib import Path

APP_NAME = "winback-desk"
FIRST_VIEW = "first_view.json"
"""File in a demo's folder with the rows that its next start shows at once."""


def _resources() -> Path:
    frozen = getattr(sys, "_MEIPASS", None)
    return (Path(frozen) if frozen else Path(__file__).resolve().parent.parent) / "resources"


RESOURCES = _resources()


def resource(*parts: str) -> Path:
    """Path of a file that came with the program, e.g. ``resource("icons", "door.svg")``."""
    return RESOURCES.joinpath(*parts)


def _home(kind: str) -> Path:
    override = os.environ.get("WINBACK_HOME")
    if override:
        return Path(override).expanduser() / kind
    import platformdirs  # noqa: PLC0415  (not needed when the home is given)

    match kind:
        case "config":
            return platformdirs.user_config_path(APP_NAME, appauthor=False)
        case "logs":
            return platformdirs.user_log_path(APP_NAME, appauthor=False)
        case _:
            return platformdirs.user_data_path(APP_NAME, appauthor=False)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def user_data_dir() -> Path:
    """Folder for workspaces, drafts and backups of this person; made when missing."""
    return _made(_home("data"))


def log_dir() -> Path:
    """Folder for the program's own log files; made when missing."""
    return _made(_home("logs"))


def settings_file() -> Path:
    """File of this machine's preferences; its folder is made when missing."""
    return _made(_home("config")) / "settings.json"
