"""F6 and Shift+F6: the keyboard goes from pane to pane inside a page."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

_NO_ENTRIES: Mapping[QWidget, Callable[[], object]] = MappingProxyType({})


def pane_slots(
    panes: Callable[[], Sequence[QWidget]],
    enter: Mapping[QWidget, Callable[[], object]] = _NO_ENTRIES,
) -> dict[str, Callable[[], object]]:
    """What F6 and Shift+F6 do on a page with these panes: action id to slot."""
    return {
        "page.next_pane": lambda: focus_next(panes(), 1, enter),
        "page.previous_pane": lambda: focus_next(panes(), -1, enter),
    }


def focus_next(
    panes: Sequence[QWidget],
    step: int = 1,
    enter: Mapping[QWidget, Callable[[], object]] = _NO_ENTRIES,
) -> None:
    """Put the keyboard into the next visible pane (``step`` -1: the one before), round and round.

    A pane takes the focus itself, hands it on by its focus proxy, or is entered as ``enter`` says,
    which may show it first.
    One that does not take it, because nothing in it can be used now, is passed over.
    """
    shown = [pane for pane in panes if pane.isVisible() or pane in enter]
    start = -1 if step > 0 else 0
    at = next((n for n, pane in enumerate(shown) if has_focus(pane)), start)
    for count in range(1, len(shown) + 1):
        pane = shown[(at + step * count) % len(shown)]
        if pane in enter:
            enter[pane]()
        else:
            pane.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if has_focus(pane):
            return


def has_focus(pane: QWidget) -> bool:
    """Whether the keyboard is in a pane, or where the pane hands it on to."""
    focus = pane.window().focusWidget()
    inside = (pane, pane.focusProxy() or pane)
    return focus is not None and any(each is focus or each.isAncestorOf(focus) for each in inside)
