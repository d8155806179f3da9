"""F6: the keyboard goes from pane to pane inside a page."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def focus_next(panes: Sequence[QWidget]) -> None:
    """Put the keyboard into the visible pane after the one that has it, from the last to the first.

    A pane takes the focus itself, or hands it on by its focus proxy.
    """
    shown = [pane for pane in panes if pane.isVisible()]
    focus = QApplication.focusWidget()
    at = next((n for n, pane in enumerate(shown) if _holds(pane, focus)), -1)
    if shown:
        shown[(at + 1) % len(shown)].setFocus(Qt.FocusReason.ShortcutFocusReason)


def _holds(pane: QWidget, focus: QWidget | None) -> bool:
    return focus is not None and (pane is focus or pane.isAncestorOf(focus))
