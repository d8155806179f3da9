"""Writing a file whole or not at all, and never over another one unasked."""

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.errors import FileProblemError
from desktop_app.i18n import _

if TYPE_CHECKING:  # slow to import
    from openpyxl import Workbook


@contextmanager
def new_file(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a temporary path beside ``path``; what is written there becomes ``path`` at the end.

    Args:
        path: The file to be.
        overwrite: Whether a file that is there may be replaced.

    Raises:
        FileProblemError: the file exists, or it cannot be written.
    """
    exists = _("{file} exists already. Choose another name or allow replacing it.")
    if path.exists() and not overwrite:
        raise FileProblemError(exists.format(file=path))
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=".writing-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        _publish(temporary, path, overwrite=overwrite)
    except FileExistsError as error:
        raise FileProblemError(exists.format(file=path)) from error
    except OSError as error:
        reason = error.strerror or str(error)
        text = _("{file} cannot be written: {reason}").format(file=path, reason=reason)
        raise FileProblemError(text) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def save_workbook(workbook: "Workbook", path: Path) -> None:
    """Write a workbook of openpyxl. Raises OSError.

    It is packed in memory: openpyxl leaves its archive open when the disk is full, and Python
    then tells of each part of it on the terminal.
    """
    packed = io.BytesIO()
    workbook.save(packed)
    path.write_bytes(packed.getbuffer())


def make_folder(folder: Path) -> None:
    """Make a folder if it is not there. Raises FileProblemError."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        text = _("{file} cannot be written: {reason}").format(file=folder, reason=reason)
        raise FileProblemError(text) from error


def _publish(temporary: Path, path: Path, *, overwrite: bool) -> None:
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(0o666 & ~umask)
    with temporary.open("rb") as stream:
        os.fsync(stream.fileno())
    if overwrite:
        temporary.replace(path)
        return
    try:
        os.link(temporary, path)  # fails when somebody made the file meanwhile
    except FileExistsError:
        raise
    except OSError:  # no hard links on this disk
        if path.exists():
            raise FileExistsError(path) from None
        temporary.replace(path)
