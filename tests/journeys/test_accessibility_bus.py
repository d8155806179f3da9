"""The running program as a screen reader gets it: roles, names, and a button pressed over D-Bus."""

import re
from pathlib import Path

import pytest

from desktop_app.ui.pages import PAGES
from tests.journeys.accessibility import ENABLED, SHOWING, Control
from tests.journeys.desk import Desk, make_desk

UNNAMED_ROLES = {"unknown", "invalid", ""}
_CODE = re.compile(r"[a-z0-9]+([_.-][a-z0-9]+)+|Q[A-Z]\w+|qt_\w+")

pytestmark = pytest.mark.timeout(400)


def settled(desk: Desk) -> list[Control]:
    """Everything on the screen, once it stays as it is."""
    seen: list[list[Control]] = [[]]

    def stays() -> bool:
        seen.append(list(desk.controls()))
        return len(seen[-1]) > 20 and [c.place for c in seen[-1]] == [c.place for c in seen[-2]]

    desk.wait(stays, "the screen to settle")
    return seen[-1]


def unnamed(desk: Desk, controls: list[Control]) -> list[str]:
    """Focusable controls on the screen without a role or a name that a person would use."""
    found = []
    for each in controls:
        if not each.is_focusable or SHOWING not in each.states or each.role == "label":
            continue
        name = desk.reader.label_of(each.place) if each.role == "combo box" else each.name
        if each.role in UNNAMED_ROLES or not name.strip() or _CODE.fullmatch(name):
            found.append(f"{each.role} {name!r} in {' › '.join(each.trail[-4:])}")
    return found


def press(desk: Desk, name: str) -> None:
    """Press a button as a screen reader does."""
    found = [
        each
        for each in desk.controls()
        if each.name == name and {ENABLED, SHOWING} <= each.states and "Press" in
        desk.reader.actions(each.place)
    ]  # fmt: skip
    assert len(found) >= 1, name
    desk.reader.act(found[0].place, "Press")


def test_that_a_screen_reader_finds_and_presses_everything(demo: Path, tmp_path: Path) -> None:
    with make_desk(tmp_path, WINBACK_HOME=str(tmp_path / "own-home")) as desk, desk.show(demo):
        desk.wait_title("Today")
        desk.wait(lambda: desk.reader.focus()[0] in {"table", "cell"}, "the keyboard in the list")
        found: dict[str, list[str]] = {}
        focusable = 0
        for page in (spec for spec in PAGES if spec.in_sidebar):
            desk.key(page.key.lower())
            desk.wait_title(page.title)
            controls = settled(desk)
            focusable += sum(each.is_focusable for each in controls)
            found[page.title] = unnamed(desk, controls)
        assert not any(found.values()), found
        assert focusable > 150

        press(desk, "Customers")  # the side bar, without a key
        desk.wait_title("Customers")
        desk.wait_enabled("New customer…")
        press(desk, "New customer…")
        desk.wait_title("New customer")
        dialog = settled(desk)
        assert not unnamed(desk, dialog)
        names = {each.name for each in dialog if each.is_focusable}
        assert {"Name", "Phone", "Cancel"} <= names
        press(desk, "Cancel")
        desk.wait_title("Customers")
        desk.key("ctrl+q")
        desk.wait(lambda: not desk.program_is_alive(), "the end of the program")
        assert desk.program is not None
        assert desk.program.returncode == 0
