"""The day pack as files: made, told to the journal, written; one function for every front end."""

from collections.abc import Mapping
from pathlib import Path

from desktop_app.reports.base import Loss, Written
from desktop_app.reports.day_pack_pdf import check_pack_pdf, write_pack_pdf
from desktop_app.reports.day_pack_xlsx import check_pack_xlsx, write_pack_xlsx
from desktop_app.services.day_packs import DayPack

_CHECKS = {"pdf": check_pack_pdf, "xlsx": check_pack_xlsx}
_WRITERS = {"pdf": write_pack_pdf, "xlsx": write_pack_xlsx}

FORMATS = tuple(_WRITERS)
"""What a day pack can be written as."""


def check(pack: DayPack, formats: tuple[str, ...] = FORMATS) -> tuple[Loss, ...]:
    """What the files cannot hold as it is; nothing is written."""
    return tuple(loss for name in formats for loss in _CHECKS[name](pack))


def write(pack: DayPack, targets: Mapping[str, Path], *, overwrite: bool) -> list[Written]:
    """Write a pack into files, once `day_packs.note` is committed.

    Args:
        pack: what was made by `day_packs.pack`.
        targets: the file to make for each of `FORMATS` that is wanted.
        overwrite: whether existing files may be replaced.

    Returns:
        The paths, each with what had to be changed.

    Raises:
        FileProblemError: a file exists, or it cannot be written.
    """
    return [_WRITERS[name](pack, path, overwrite=overwrite) for name, path in targets.items()]
