"""What a table's model answers beside Qt's own roles."""

from typing import Final

from PySide6.QtCore import Qt

ROW_ROLE: Final = int(Qt.ItemDataRole.UserRole)
"""The record of a row."""
TONE_ROLE: Final = ROW_ROLE + 1
"""Tone of a cell that is shown as a chip, or None."""
FAINT_ROLE: Final = ROW_ROLE + 2
"""Whether the numbers of a row are too small to be read as a finding."""
