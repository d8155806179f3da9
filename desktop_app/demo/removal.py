"""Removing a demo workspace: one click, and never anything else."""

import shutil
from pathlib import Path

from db import workspace
from desktop_app import paths
from desktop_app.errors import ConflictError, FileProblemError
from desktop_app.i18n import _

_FILES = (workspace.DATABASE, Path(workspace.DATABASE).stem + ".", paths.FIRST_VIEW)


def remove_demo(folder: Path) -> None:
    """Delete a demo workspace with all that the program made in it.

    Nobody may have it open. A folder that is left empty goes too; what somebody else put there
    stays.

    Raises:
        ConflictError: the folder holds no demo workspace.
        FileProblemError: something cannot be deleted.
    """
    if folder.is_symlink() or not workspace.is_demo(folder):
        raise ConflictError(_("{folder} is not a demo workspace.").format(folder=folder))
    try:
        for path in folder.iterdir():
            if path.name in workspace.FOLDERS and path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name.startswith(_FILES):
                path.unlink()
        (folder / workspace.KEYS).unlink()  # last: until then it can be removed again
        if not any(folder.iterdir()):
            folder.rmdir()
    except OSError as error:
        text = _("{file} cannot be deleted: {reason}. Close the programs that use it.")
        reason = error.strerror or str(error)
        raise FileProblemError(text.format(file=error.filename, reason=reason)) from error
