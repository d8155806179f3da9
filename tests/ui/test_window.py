import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
)
from pytestqt.qtbot import QtBot
from sqlalchemy.orm import Session

from db import journal as db_journal
from db.models import SavedView
from db.session import Actor, Changes
from db.vocabulary import Role
from desktop_app import i18n
from desktop_app.i18n import N_
from desktop_app.services import journal
from desktop_app.settings import Settings, Theme, load_settings
from desktop_app.ui import theme
from desktop_app.ui.command_palette import CommandPalette, Hit
from desktop_app.ui.crash_dialog import CrashDialog
from desktop_app.ui.editors import TextEditor
from desktop_app.ui.errors import CrashHook
from desktop_app.ui.form import Form
from desktop_app.ui.help_dialogs import HelpDialog
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.page import Page, PageSpec
from desktop_app.ui.panels import FilterBar, PageHeader, StatTile, action_button
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.window_actions import Trail, WindowServices
from tests.ui.sample_rows import COLUMNS, ROWS


def save_view(session: Session, name: str) -> str:
    db_journal.name_change(session, N_("Save view {name}"), name=name)
    session.add(SavedView(page="cases", name=name))
    return name


def view_names(session: Session) -> list[str]:
    return [view.name for view in session.query(SavedView).order_by(SavedView.name)]


class ListPage(Page):
    SPEC = PageSpec(
        "cases",
        N_("Cases"),
        "cases",
        key="Ctrl+1",
        help=N_("First.\n\nSecond."),
        place=f"{__name__}:ListPage",
    )
    TABLES = frozenset({"saved_view"})
    loads = 0

    def build(self) -> None:
        self.done: list[str] = []
        self.filters = FilterBar()
        self.table = RecordTable(
            COLUMNS, context=self.context, state_key="cases", name="Cases", empty="None yet."
        )
        new = action_button(self.context, "case.new", primary=True)
        self.body.addWidget(PageHeader("Cases", buttons=[new]))
        for widget in (self.filters, StatTile("Due", "3"), self.table):
            self.body.addWidget(widget)
        self.follow(self.table)

    def load(self) -> None:
        self.loads += 1
        self.table.set_rows(ROWS)

    def actions(self) -> Mapping[str, Callable[[], object]]:
        return {"case.new": lambda: self.done.append("new")}


class DetailPage(Page):
    SPEC = PageSpec(
        "case-file",
        N_("Case"),
        "cases",
        in_sidebar=False,
        parent="cases",
        place=f"{__name__}:DetailPage",
    )

    def build(self) -> None:
        self.shown: list[object] = []
        self.may_leave = True
        self.label = QLabel("detail")
        self.body.addWidget(self.label)

    def show_record(self, target: object) -> None:
        self.shown.append(target)

    def can_leave(self) -> bool:
        return self.may_leave


class ManagerPage(Page):
    SPEC = PageSpec(
        "settings",
        N_("Settings"),
        "settings",
        key="Ctrl+2",
        roles=frozenset({Role.ADMINISTRATOR}),
        place=f"{__name__}:ManagerPage",
    )

    def build(self) -> None:
        self.form = Form()
        self.form.add("name", "&Name", TextEditor())
        self.body.addWidget(self.form)


def found(session: Session, text: str) -> list[Hit]:
    return [Hit("王秀英", "138****8000", "user", "case-file", 7)] if text == "wxy" else []


SERVICES = WindowServices(
    undo=journal.undo,
    title_text=journal.title_text,
    search=found,
    due=lambda _session: {"cases": 4},
    last_backup=lambda: datetime(2026, 9, 14, 1, 0, tzinfo=UTC),
)


@pytest.fixture
def make_window(
    qtbot: QtBot, tasks: Tasks, actors: dict[Role, Actor], tmp_path: Path
) -> Iterator[Callable[..., MainWindow]]:
    made: list[MainWindow] = []

    def make(role: Role = Role.ADMINISTRATOR, services: WindowServices = SERVICES) -> MainWindow:
        pages = [page.SPEC for page in (ListPage, DetailPage, ManagerPage)]
        window = MainWindow(tasks, Settings(), actors[role], tmp_path, pages, services)
        made.append(window)
        with qtbot.waitExposed(window):
            window.show()
        window.start()
        return window

    yield make
    for window in made:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    return make_window()


def page(window: MainWindow, kind: type[Any]) -> Any:
    return window.findChild(kind)


# ---------------------------------------------------------------- going around


def test_that_a_table_of_a_part_made_later_can_be_exported(
    make_window: Callable[..., MainWindow],
) -> None:
    exported: list[object] = []
    services = replace(SERVICES, export=lambda _context, table: exported.append(table))
    shown = page(make_window(services=services), ListPage)
    late = RecordTable(COLUMNS, context=shown.context, state_key="x", name="Late", empty="None.")
    shown.body.addWidget(late)
    shown.follow(late)
    late.set_rows(ROWS)
    for table in (shown.table, late):
        table.slots()["list.export"]()
    assert exported == [shown.table, late]


def test_that_pages_are_made_at_the_first_visit(window: MainWindow) -> None:
    assert page(window, DetailPage) is None
    window.navigate("case-file", 7)
    assert page(window, DetailPage).shown == [7]


def test_that_a_role_sees_its_pages(make_window: Callable[..., MainWindow]) -> None:
    assert list(make_window(Role.AGENT).side_bar.buttons) == ["cases"]
    assert list(make_window().side_bar.buttons) == ["cases", "settings"]


def test_that_ctrl_and_a_number_opens_a_page(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.current_page().SPEC.id == "settings"


def test_that_back_and_forward_go_where_one_was(window: MainWindow) -> None:
    window.navigate("case-file", 1)
    window.navigate("case-file", 2)
    run = window.actions_by_id.run
    run("nav.back")
    run("nav.back")
    assert window.current_page().SPEC.id == "cases"
    assert not window.actions_by_id.action("nav.back").isEnabled()
    run("nav.forward")
    assert page(window, DetailPage).shown == [1, 2, 1, 1]


def test_that_a_new_place_forgets_what_was_ahead() -> None:
    trail = Trail()
    for place in ("a", "b", "b", "c"):
        trail.visit((place, None))
    trail.go(-2)
    trail.visit(("d", None))
    assert [place for place, _target in trail.places] == ["a", "d"]


def test_that_a_detail_page_highlights_its_list(window: MainWindow) -> None:
    window.navigate("settings")
    window.navigate("case-file", 7)
    assert window.side_bar.buttons["cases"].isChecked()


def test_that_a_page_with_unsaved_work_is_not_left(window: MainWindow) -> None:
    window.navigate("case-file", 7)
    page(window, DetailPage).may_leave = False
    window.navigate("cases")
    assert window.current_page().SPEC.id == "case-file"
    assert not window.close()
    page(window, DetailPage).may_leave = True


def test_that_the_title_and_the_count_follow_the_page(window: MainWindow) -> None:
    assert window.windowTitle() == "Cases — Winback Desk"
    assert window.status.records.text() == f"{len(ROWS)} records"
    window.navigate("settings")
    assert window.status.records.isHidden()


def test_that_badges_and_backup_are_shown(qtbot: QtBot, window: MainWindow) -> None:
    button = window.side_bar.buttons["cases"]
    qtbot.waitUntil(lambda: button.accessibleName() == "Cases, 4 due")
    assert "2026-09-14 09:00" in window.status.backup.text()


# ---------------------------------------------------------------- changes and undo


def test_that_a_change_reloads_the_page_it_concerns(qtbot: QtBot, window: MainWindow) -> None:
    shown, tasks = page(window, ListPage), window.context.tasks
    before = shown.loads
    with qtbot.waitSignal(tasks.changed):
        tasks.write(window, save_view, "mine")
    assert shown.loads == before + 1
    tasks.changed.emit(Changes(frozenset({"store"})))
    assert shown.loads == before + 1


def test_that_a_page_behind_is_reloaded_when_it_is_shown_again(
    qtbot: QtBot, window: MainWindow
) -> None:
    shown, tasks = page(window, ListPage), window.context.tasks
    window.navigate("settings")
    before = shown.loads
    with qtbot.waitSignal(tasks.changed):
        tasks.write(window, save_view, "mine")
    assert shown.loads == before
    window.navigate("cases")
    assert shown.loads == before + 1


def test_that_the_message_bar_undoes_and_redoes(qtbot: QtBot, window: MainWindow) -> None:
    tasks, messages = window.context.tasks, window.messages

    def stored() -> list[str]:
        with qtbot.waitSignal(tasks.read(window, view_names).succeeded) as blocker:
            pass
        return list(blocker.args[0])

    with qtbot.waitSignal(tasks.announced):
        tasks.write(window, save_view, "mine")
    assert messages.text == "Save view mine"
    with qtbot.waitSignal(tasks.announced):
        messages.button.click()
    assert stored() == []
    assert messages.text == "Undo: Save view mine"
    with qtbot.waitSignal(tasks.announced):
        window.actions_by_id.run("edit.redo")
    assert stored() == ["mine"]


def test_that_ctrl_z_undoes_the_last_change_of_this_session(
    qtbot: QtBot, window: MainWindow
) -> None:
    tasks = window.context.tasks
    for name in ("a", "b"):
        with qtbot.waitSignal(tasks.announced):
            tasks.write(window, save_view, name)
    for expected in (["a"], []):
        with qtbot.waitSignal(tasks.announced):
            window.actions_by_id.run("edit.undo")
        with qtbot.waitSignal(tasks.read(window, view_names).succeeded) as blocker:
            pass
        assert blocker.args == [expected]
    window.actions_by_id.run("edit.undo")
    assert "nothing to undo" in window.messages.text


def test_that_a_problem_is_shown_in_the_message_bar(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.context.tasks.problem):
        window.context.tasks.write(window, journal.undo, uuid.uuid4())
    assert window.messages.text == "There is no such change."


def test_that_a_notice_goes_away_and_a_problem_stays(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.ui.message_bar.SHOWN_MS", 20)
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.move(300, 300)  # away from the mouse, which would hold the notice
    bar.info("saved")
    qtbot.waitUntil(bar.isHidden)
    bar.error("The disk is full.")
    assert not bar._timer.isActive()
    assert bar.text == "The disk is full."
    qtbot.keyClick(bar, Qt.Key.Key_Escape)
    assert bar.isHidden()


# ---------------------------------------------------------------- actions, palette, help


def test_that_the_actions_of_the_page_and_its_list_can_be_used(window: MainWindow) -> None:
    window.actions_by_id.run("case.new")
    assert page(window, ListPage).done == ["new"]
    assert window.actions_by_id.action("list.next").isEnabled()
    window.navigate("settings")
    assert not window.actions_by_id.action("case.new").isEnabled()


def test_that_ctrl_f_goes_to_the_filter(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_by_id.run("page.find")
    assert window.focusWidget() is page(window, ListPage).filters.search.line


def test_that_the_filter_says_once_that_it_was_changed(qtbot: QtBot, window: MainWindow) -> None:
    filters, told = page(window, ListPage).filters, []
    filters.changed.connect(lambda: told.append(True))
    qtbot.keyClicks(filters.search.line, "wang")
    with qtbot.waitSignal(filters.changed):
        pass
    assert told == [True]


def test_that_the_palette_finds_records_pages_and_actions(qtbot: QtBot, window: MainWindow) -> None:
    window.open_palette()
    palette = page(window, CommandPalette)
    palette.line.setText("wxy")
    qtbot.waitUntil(lambda: [hit.title for hit in palette.model.shown] == ["王秀英"])
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert page(window, DetailPage).shown == [7]


def test_that_the_palette_runs_actions(qtbot: QtBot, window: MainWindow) -> None:
    window.open_palette()
    palette = page(window, CommandPalette)
    palette.line.setText("new case")
    assert palette.model.shown[0].target == "case.new"
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert page(window, ListPage).done == ["new"]


def test_that_the_palette_shows_exact_hits_first_and_pages_before_actions(
    qtbot: QtBot, window: MainWindow
) -> None:
    known = [
        Hit("另存为问卷", target="a.contains"),
        Hit("问卷设计", target="a.prefix"),
        Hit("新建问卷", target="a.other"),
        Hit("访谈", page="interviews", keys="Interviews fang tan ft wj"),
        Hit("问卷审核", page="reviews"),
        Hit("问卷", target="a.exact"),
        Hit("问卷", page="questionnaires"),
    ]
    records = [Hit("问卷星公司", page="customer-card", target=7)]
    tasks = window.context.tasks
    palette = CommandPalette(window, tasks, known, lambda _session, _text: records)
    palette.show()
    palette.line.setText("问卷")
    qtbot.waitUntil(lambda: len(palette.model.shown) == 7)
    found = [hit.page or hit.target for hit in palette.model.shown]
    assert found[:2] == ["questionnaires", "a.exact"]
    assert found[2:5] == ["reviews", "customer-card", "a.prefix"]
    assert found[5:] == ["a.contains", "a.other"]
    palette.line.setText("wj")
    assert palette.model.shown[0].page == "interviews"
    palette.close()


def test_that_the_palette_knows_pages_without_a_place_in_the_side_bar_once(
    make_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.ui.main_window.ROUTES", {"help.about": ("case-file", None)})
    window = make_window()
    hits = window._known()
    assert [hit.title for hit in hits if hit.page == "case-file"] == ["Case"]
    assert "case.new" in [hit.target for hit in hits]
    monkeypatch.setattr(DetailPage, "SPEC", replace(DetailPage.SPEC, title="About Winback Desk"))
    window = make_window()
    assert len([hit for hit in window._known() if hit.title == "About Winback Desk"]) == 1


def test_that_the_palette_offers_what_another_page_does(
    make_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.ui.main_window.ELSEWHERE", {"case.new": ("cases", "new")})
    window = make_window()
    new = [hit for hit in window._known() if hit.title == "New case…"]
    assert [(hit.page, hit.target) for hit in new] == [("", "case.new")], "the page itself does it"
    window.navigate("settings")
    new = [hit for hit in window._known() if hit.title == "New case…"]
    assert [(hit.page, hit.target) for hit in new] == [("cases", "new")]
    window._go(new[0])
    assert window.current_page() is page(window, ListPage)


def test_that_no_two_entries_of_the_view_menu_have_one_mnemonic(window: MainWindow) -> None:
    (menu,) = [each for each in window.menuBar().actions() if each.text() == "&View"]
    texts = [action.text() for action in menu.menu().actions() if "&" in action.text()]
    letters = [text[text.index("&") + 1].casefold() for text in texts]
    assert len(letters) > 10
    assert sorted(set(letters)) == sorted(letters)


def test_that_the_palette_says_when_nothing_is_found(qtbot: QtBot, window: MainWindow) -> None:
    window.open_palette()
    palette = page(window, CommandPalette)
    palette.line.setText("qqqq")
    assert palette._nothing.isVisible()
    palette.close()


@pytest.mark.parametrize("action", ["help.page", "help.shortcuts", "help.about"])
def test_that_help_opens(window: MainWindow, action: str) -> None:
    window.actions_by_id.run(action)
    dialog = page(window, HelpDialog)
    assert dialog.isVisible()
    texts = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert {"help.page": "Second.", "help.shortcuts": "Ctrl+K", "help.about": "Apache"}[
        action
    ] in texts
    dialog.close()


def test_that_the_look_is_switched_and_remembered(window: MainWindow) -> None:
    window.actions_by_id.run("view.theme")
    assert theme.is_dark()
    assert load_settings().theme is Theme.DARK
    window.actions_by_id.run("view.theme")
    assert not theme.is_dark()


def test_that_the_language_is_switched_by_a_new_window(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.restart_wanted):
        window.actions_by_id.run("view.language")
    assert i18n.language() == "zh_CN"
    assert load_settings().language == "zh_CN"


# ---------------------------------------------------------------- everybody can use it


def test_that_every_control_has_a_name_and_a_role(window: MainWindow) -> None:
    window.navigate("settings")
    nameless = []
    for kind in (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView):
        for control in window.findChildren(kind):
            if not control.isVisible() or control.objectName().startswith("qt_"):
                continue
            interface = QAccessible.queryAccessibleInterface(control)
            name = interface.text(QAccessible.Text.Name)
            if not name or interface.role() == QAccessible.Role.NoRole:
                nameless.append(f"{type(control.parent()).__name__} > {control!r}")
    assert nameless == []


def test_that_labels_with_data_are_never_read_as_markup(window: MainWindow) -> None:
    header = PageHeader("<b>x</b>")
    header.setParent(window)
    wrong = [
        label.text()
        for label in header.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText
    ]
    assert wrong == []


# ---------------------------------------------------------------- bugs


def test_that_a_bug_opens_the_crash_dialog_once(qtbot: QtBot, window: MainWindow) -> None:
    hook = CrashHook(lambda error: window.messages.error(error.message), window)
    planted = ZeroDivisionError("planted")
    hook.show(planted)
    hook.show(planted)
    dialogs = [w for w in QGuiApplication.instance().topLevelWidgets() if type(w) is CrashDialog]
    dialogs = [dialog for dialog in dialogs if dialog.isVisible()]
    assert len(dialogs) == 1
    dialogs[0].copy_button.click()
    assert "ZeroDivisionError: planted" in QGuiApplication.clipboard().text()
    dialogs[0].show_button.click()
    assert dialogs[0].trace.isVisible()
    dialogs[0].go_on_button.click()
    hook.show(ZeroDivisionError("again"))
    again = [w for w in QGuiApplication.instance().topLevelWidgets() if type(w) is CrashDialog]
    assert any(dialog.isVisible() for dialog in again)
    for dialog in again:
        dialog.close()
