"""Where a command may write: asked before anything is done."""

import os
from pathlib import Path

from desktop_app.errors import FileProblemError
from desktop_app.i18n import _


def require_place(path: Path, *, overwrite: bool) -> None:
    """Refuse a file that could not be written, or that is there and is not to be replaced.

    Raises FileProblemError.
    """
    if not path.parent.is_dir():
        text = _("There is no folder {folder} to write into.")
        raise FileProblemError(text.format(folder=path.parent))
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        text = _("{file} cannot be written here. Choose another place.")
        raise FileProblemError(text.format(file=path))
    if path.exists() and not overwrite:
        text = _("{file} exists already. Choose another name, or allow it with --overwrite.")
        raise FileProblemError(text.format(file=path))


def require_other(path: Path, *read: Path) -> None:
    """Refuse to write over a file that is read in the same run. Raises FileProblemError."""
    if any(path.resolve() == other.resolve() for other in read):
        text = _("{file} is read or written by the same command. Choose another name.")
        raise FileProblemError(text.format(file=path))


def require_ending(path: Path, *endings: str) -> None:
    """Refuse a file whose name says that it holds something else. Raises FileProblemError."""
    if path.suffix.lower() not in endings:
        text = _("{file}: the name must end in {endings}.")
        raise FileProblemError(text.format(file=path, endings=", ".join(endings)))


def require_folder(path: Path) -> None:
    """Refuse a folder that is a file, or that could not be made. Raises FileProblemError."""
    if not path.parent.is_dir():
        text = _("There is no folder {folder} to write into.")
        raise FileProblemError(text.format(folder=path.parent))
    if (path.exists() and not path.is_dir()) or not os.access(path.parent, os.W_OK):
        text = _("{file} cannot be written here. Choose another place.")
        raise FileProblemError(text.format(file=path))
