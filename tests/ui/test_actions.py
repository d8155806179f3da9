import itertools
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu
from pytestqt.qtbot import QtBot

from db.vocabulary import Role
from desktop_app import paths
from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _
from desktop_app.ui.action_set import ActionSet, plain_text, sequence
from desktop_app.ui.actions import ACTIONS, MENU_TITLES, ROUTES, Menu
from desktop_app.ui.pages import PAGES


def keys(shortcut: str) -> str:
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.PortableText)


def test_that_ids_are_unique() -> None:
    ids = [spec.id for spec in ACTIONS]
    assert len(ids) == len(set(ids))


def test_that_no_two_actions_claim_one_key_on_one_page() -> None:
    clashes = [
        (one.id, other.id, one.shortcut)
        for one, other in itertools.combinations(ACTIONS, 2)
        if one.shortcut and keys(one.shortcut) == keys(other.shortcut) and one.shares_scope(other)
    ]
    assert clashes == []


def test_that_no_action_claims_the_key_of_a_page() -> None:
    pages = {keys(page.key): page.id for page in PAGES if page.key}
    taken = [(one.id, pages.get(keys(one.shortcut))) for one in ACTIONS if one.shortcut]
    assert [each for each in taken if each[1] is not None] == []
    assert len(pages) == sum(bool(page.key) for page in PAGES)


def test_that_shortcuts_are_real_and_leave_the_page_numbers_free() -> None:
    for spec in ACTIONS:
        if spec.shortcut:
            assert keys(spec.shortcut), spec.id
            assert not re.fullmatch(r"Ctrl\+\d", spec.shortcut), spec.id


def test_that_every_action_has_a_mnemonic_and_an_icon_that_exists() -> None:
    for spec in ACTIONS:
        assert re.search(r"&\w", spec.text), spec.id
        if spec.icon:
            assert paths.resource("icons", f"{spec.icon}.svg").exists(), spec.icon


def test_that_every_action_with_an_ellipsis_or_without_keeps_its_words() -> None:
    assert plain_text("关闭个案(&C)…") == "关闭个案…"
    assert plain_text("&Close case…") == "Close case…"
    assert plain_text("Cats && dogs") == "Cats & dogs"


def test_that_routes_name_actions() -> None:
    assert set(ROUTES) <= {spec.id for spec in ACTIONS}


def test_that_every_menu_has_a_title() -> None:
    assert set(MENU_TITLES) == set(Menu)
    assert all(_(title) for title in MENU_TITLES.values())


@pytest.mark.parametrize("role", list(Role))
def test_that_a_role_gets_the_actions_it_may_use(qtbot: QtBot, role: Role) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = ActionSet(role, window)
    expected = {s.id for s in ACTIONS if s.permission is None or allowed(role, s.permission)}
    assert {spec.id for spec in actions.specs} == expected


def test_that_the_menu_bar_holds_every_action_of_the_table(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = ActionSet(Role.ADMINISTRATOR, window)
    menus = actions.fill_menu_bar(window.menuBar())
    held = [a.objectName() for menu in menus.values() for a in entries(menu) if a.objectName()]
    assert sorted(held) == sorted(spec.id for spec in ACTIONS)


def entries(menu: QMenu) -> Iterator[QAction]:
    """The actions of a menu and its sub-menus."""
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            yield from entries(below)
        elif not action.isSeparator():
            yield action


def top(menu: QMenu) -> list[str]:
    """What stands in a menu itself, without its mnemonics."""
    menu.aboutToShow.emit()
    return [plain_text(action.text()) for action in menu.actions() if not action.isSeparator()]


def menus_of(qtbot: QtBot, *can_be_done: str) -> tuple[ActionSet, dict[Menu, QMenu]]:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = ActionSet(Role.ADMINISTRATOR, window)
    menus = actions.fill_menu_bar(window.menuBar())
    actions.connect_slots(dict.fromkeys(can_be_done, lambda: None))
    return actions, menus


def test_that_a_long_menu_shows_what_can_be_done_and_the_rest_by_subject(qtbot: QtBot) -> None:
    here = ("question.new", "question.up", "questionnaire.publish", "questionnaire.list")
    actions, menus = menus_of(qtbot, *here)
    menu = menus[Menu.INTERVIEW]
    about = ("Interview being held", "Paper, PDF and Excel", "Questionnaires", "Review", "Coding")
    subjects = list(about)
    assert top(menu) == ["Publish…", "New question", *subjects]
    actions.connect_slots({"review.approve": lambda: None})
    assert top(menu) == ["Approve", *subjects]
    held = [action.objectName() for action in entries(menu)]
    assert sorted(held) == sorted(spec.id for spec in ACTIONS if spec.menu is Menu.INTERVIEW)
    assert "question.new" in [spec.id for spec, _action in menus_of(qtbot, *here)[0].available()]


@pytest.mark.parametrize("page", sorted({page for spec in ACTIONS for page in spec.pages}))
def test_that_no_menu_is_long_on_any_page(qtbot: QtBot, page: str) -> None:
    whole = {spec.id for spec in ACTIONS if not spec.pages}
    here = [spec.id for spec in ACTIONS if page in spec.pages]
    _actions, menus = menus_of(qtbot, *whole, *here)
    # more than can be done at one time: an interview is open or finished, a case open or closed
    too_long = {"interview": 17, "case-file": 16}.get(page, 15)
    assert {menu: len(top(made)) for menu, made in menus.items() if len(top(made)) > too_long} == {}


def mnemonics(menu: QMenu) -> Counter[str]:
    found = (re.search(r"&(\w)", action.text()) for action in menu.actions())
    return Counter(match[1].upper() for match in found if match)


@pytest.mark.parametrize("page", sorted({page for spec in ACTIONS for page in spec.pages}))
def test_that_no_two_entries_of_a_menu_have_one_mnemonic(
    qtbot: QtBot, page: str, each_language: str
) -> None:
    whole = {spec.id for spec in ACTIONS if not spec.pages}
    here = [spec.id for spec in ACTIONS if page in spec.pages]
    for done in ((), (*whole, *here)):
        _actions, menus = menus_of(qtbot, *done)
        for made in list(menus.values()):
            made.aboutToShow.emit()
            for menu in (made, *made.findChildren(QMenu)):
                assert [key for key, count in mnemonics(menu).items() if count > 1] == [], (
                    menu.title(),
                    each_language,
                )


def test_that_only_connected_actions_can_be_used(qtbot: QtBot) -> None:
    window, done = QMainWindow(), []
    qtbot.addWidget(window)
    actions = ActionSet(Role.ADMINISTRATOR, window)
    actions.run("case.close")
    actions.connect_slots({"case.close": lambda: done.append("closed")})
    actions.action("case.close").trigger()
    assert done == ["closed"]
    assert not actions.action("case.open").isEnabled()
    assert [spec.id for spec, _action in actions.available()] == ["case.close"]


def test_that_an_action_beyond_the_role_cannot_be_run(qtbot: QtBot) -> None:
    window, done = QMainWindow(), []
    qtbot.addWidget(window)
    assert not allowed(Role.AGENT, Action.RESTORE)
    actions = ActionSet(Role.AGENT, window)
    actions.connect_slots({"data.restore": lambda: done.append("restored")})
    actions.run("data.restore")
    assert done == []
    assert actions.action("data.restore") is None


def test_that_an_unknown_action_is_a_bug(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = ActionSet(Role.AGENT, window)
    with pytest.raises(KeyError):
        actions.connect_slots({"case.clsoe": lambda: None})


def test_that_a_context_menu_offers_what_can_be_done(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = ActionSet(Role.ADMINISTRATOR, window)
    actions.connect_slots({"case.open": lambda: None})
    menu = actions.context_menu(window, ("case.open", "case.assign", None))
    assert [a.objectName() for a in menu.actions() if a.objectName()] == ["case.open"]


@pytest.mark.parametrize("keys", [spec.shortcut for spec in ACTIONS if spec.shortcut])
def test_that_every_shortcut_is_read_as_qt_reads_it(keys: str) -> None:
    assert not sequence(keys).isEmpty()
    assert sequence(keys) == QKeySequence(keys)
