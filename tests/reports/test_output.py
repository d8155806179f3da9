"""Files are written whole or not at all."""

import gc
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from desktop_app.importing.rejects import _write_workbook
from desktop_app.reports.output import save_workbook


@pytest.mark.skipif(sys.platform != "linux", reason="a device that is full is Linux's")
def test_that_a_workbook_on_a_full_disk_is_one_error_and_no_more() -> None:
    """What Python tells of an archive left open would be a warning here, and each is an error."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for number in range(2000):
        sheet.append([number, f"customer {number}"])
    with pytest.raises(OSError, match="No space left"):
        save_workbook(book, Path("/dev/full"))
    with pytest.raises(OSError, match="No space left"):
        _write_workbook(Path("/dev/full"), [["row", "reason"], ["1", "why"]])
    del book, sheet
    gc.collect()
