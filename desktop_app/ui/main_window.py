"""The window: side bar, search, page stack, message bar, status, menus from the actions."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app import labels
from desktop_app.i18n import _
from desktop_app.settings import Settings
from desktop_app.ui import help_dialogs, theme
from desktop_app.ui.action_set import ActionSet, plain_text, sequence
from desktop_app.ui.actions import ELSEWHERE, ROUTES, Menu
from desktop_app.ui.calendar_feed import CalendarFeed
from desktop_app.ui.cancel_requests import CancelRequests
from desktop_app.ui.command_palette import CommandPalette, Hit
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.page import Page, PageContext, PageSpec, Slots
from desktop_app.ui.pages import page_class
from desktop_app.ui.panels import FilterBar
from desktop_app.ui.side_bar import SideBar
from desktop_app.ui.status_line import StatusLine
from desktop_app.ui.tasks import Latest, Tasks
from desktop_app.ui.typed_drafts import DraftStrip
from desktop_app.ui.undo_bar import UndoBar
from desktop_app.ui.window_actions import Trail, WindowServices, help_slots, look_slots
from desktop_app.ui.window_place import WindowPlace, come_back, place_of
from desktop_app.ui.window_state import WindowState

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Actor, Changes
    from desktop_app.ui.record_table import RecordTable
    from desktop_app.ui.reminder_desk import ReminderDesk
    from desktop_app.ui.workspace_files import WorkspaceFiles

_BADGES_MS = 60_000


class MainWindow(QMainWindow):
    """One signed-in session on one workspace."""

    restart_wanted = Signal()
    """The language was changed: build the window anew, at ``left_at``."""
    workspace_wanted = Signal()
    sign_out_wanted = Signal()
    closed = Signal()
    painted = Signal()
    """Once: the window stands on the screen for the first time."""

    def __init__(
        self,
        tasks: Tasks,
        settings: Settings,
        actor: "Actor",
        workspace: Path,
        pages: Sequence[PageSpec],
        services: WindowServices,
        files: "WorkspaceFiles | None" = None,
    ) -> None:
        super().__init__()
        theme.dress(self)
        self.setObjectName("main-window")
        self.setWindowIcon(theme.app_icon())
        self._services, self._settings = services, settings
        self._pages = {spec.id: spec for spec in pages if actor.role in spec.roles}
        self._listed = [spec for spec in self._pages.values() if spec.in_sidebar]
        self._made: dict[str, Page] = {}
        self._stale: set[str] = set()
        self._trail = Trail()
        self.left_at: WindowPlace | None = None
        self.is_painted = False
        self._counting = Latest()
        self.reminders: ReminderDesk | None = None  # comes when the window stands
        self.messages = MessageBar()
        self.actions_by_id = ActionSet(actor.role, self)
        state = WindowState(actor.login, self)
        self.context = PageContext(
            tasks,
            settings,
            actor,
            self.messages,
            self.navigate,
            self.actions_by_id,
            state,
            workspace,
            files,
            CalendarFeed(tasks, actor, state, self.messages, workspace, self),
        )
        self.cancel_requests = CancelRequests(self, services.search)
        self.undo_bar = UndoBar(tasks, self.messages, services.undo, services.title_text, self)
        self.side_bar = SideBar(self._listed, actor.name, labels.label(actor.role))
        self.status = StatusLine(workspace, f"{actor.name} · {labels.label(actor.role)}")
        self.stack = QStackedWidget()
        self.stack.setMinimumSize(480, 320)  # a high page scrolls, it does not grow the window
        self._arrange()
        self._fill_menus()
        self._connect(tasks)

    # ------------------------------------------------------------------ building

    def _arrange(self) -> None:
        self.search_box = QPushButton(theme.icon("search"), _("Search customers, cases, actions…"))
        self.search_box.setObjectName("search-box")
        self.search_box.setToolTip(_("Go to anything  Ctrl+K"))
        self.search_box.setMinimumWidth(360)
        top = self.top_bar = QWidget()
        top.setObjectName("top-bar")
        row = QHBoxLayout(top)
        row.setContentsMargins(theme.GAP_L, theme.GAP_S, theme.GAP_L, theme.GAP_S)
        row.setSpacing(theme.GAP_XS)
        for action_id in ("nav.back", "nav.forward", "page.refresh"):
            row.addWidget(self._tool(action_id))
        row.addStretch(1)
        row.addWidget(self.search_box)
        row.addStretch(1)
        for action_id in ("edit.undo", "view.theme", "view.language", "help.page"):
            row.addWidget(self._tool(action_id))
        notice = QHBoxLayout()
        notice.setContentsMargins(theme.GAP_L, 0, theme.GAP_L, theme.GAP_S)
        notice.addWidget(self.messages)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(top)
        right.addWidget(self.stack, 1)
        right.addLayout(notice)
        whole = QWidget()
        both = QHBoxLayout(whole)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(0)
        both.addWidget(self.side_bar)
        both.addLayout(right, 1)
        self.setCentralWidget(whole)
        self.setStatusBar(self.status)
        if not self.context.state.restore_window(self):
            self.resize(1280, 800)

    def _tool(self, action_id: str) -> QToolButton:
        button = QToolButton()
        action = self.actions_by_id.action(action_id)
        if action is None:
            button.hide()
            return button
        button.setDefaultAction(action)
        button.setAccessibleName(plain_text(action.text()))
        return button

    def _fill_menus(self) -> None:
        menus = self.actions_by_id.fill_menu_bar(self.menuBar())
        pages = menus[Menu.VIEW].addMenu(_("Pag&es"))
        for spec in self._listed:
            action = QAction(theme.icon(spec.icon), _(spec.title), self)
            action.setShortcut(sequence(spec.key))
            action.triggered.connect(self._goer(spec.id))
            pages.addAction(action)

    def _goer(self, page_id: str, target: object = None) -> Callable[[], None]:
        return lambda: self.navigate(page_id, target)

    def _connect(self, tasks: Tasks) -> None:
        self.side_bar.chosen.connect(self.navigate)
        self.search_box.clicked.connect(self.open_palette)
        tasks.changed.connect(self._on_changed)
        tasks.problem.connect(lambda error: self.messages.error(error.message))
        tasks.running.connect(self.status.show_jobs)
        self._timer = QTimer(self, interval=_BADGES_MS)
        self._timer.timeout.connect(self.refresh_status)
        self._timer.start()
        self.connect_actions()

    # ------------------------------------------------------------------ going around

    def current_page(self) -> Page | None:
        """The page that is shown."""
        page = self.stack.currentWidget()
        return page if isinstance(page, Page) else None

    def page(self, page_id: str) -> Page | None:
        """A page, if it was shown once."""
        return self._made.get(page_id)

    def first_page_id(self) -> str:
        """The page with which the window begins."""
        return next(iter(self._pages))

    def navigate(self, page_id: str, target: object = None) -> None:
        """Open a page, and a record on it; *back* comes back here.

        Raises:
            KeyError: there is no such page (for this role).
        """
        if self._show(page_id, target):
            self._trail.visit((page_id, target))
            self.connect_actions()

    def show_place(self, page_id: str, target: object = None) -> None:
        """Open a page that another process asked for, if there is one for this role."""
        if page_id in self._pages:
            self.navigate(page_id, target)

    def start(self, place: WindowPlace | None = None) -> None:
        """Open the first page, or come back to a place, and fill the status bar."""
        if place is None or place.page_id not in self._pages:
            self.navigate(self.first_page_id())
        else:
            self._trail = place.trail
            self._show(place.page_id, place.target)
            come_back(self._made[place.page_id], place)
            self.connect_actions()
        self.refresh_status()

    def let_go(self) -> bool:
        """Keep what was typed and remember the place, for another window; whether one may come."""
        page = self.current_page()
        place = None if page is None else place_of(page, self._trail)  # leaving may change it
        if any(not made.can_leave() for made in self._made.values()):
            return False
        for strip in self.findChildren(DraftStrip):
            strip.keep()
        self.context.state.keep_window(self)
        self.context.state.save()
        self.left_at = place
        return True

    def _show(self, page_id: str, target: object) -> bool:
        before = self.current_page()
        if before is not None and before.SPEC.id != page_id and not before.can_leave():
            self.side_bar.set_current(before.SPEC.parent or before.SPEC.id)
            return False
        page = self._made.get(page_id) or self._make(page_id)
        self.stack.setCurrentWidget(page)
        self.side_bar.set_current(page.SPEC.parent or page_id)
        page.setFocus()  # a page may put the keyboard elsewhere for its target
        if target is not None:
            page.show_record(target)
        elif page_id in self._stale:
            page.load()
        self._stale.discard(page_id)
        self.status.show_records(page.count)
        self._title()
        return True

    def _make(self, page_id: str) -> Page:
        page = self._made[page_id] = page_class(self._pages[page_id])(self.context)
        self.stack.addWidget(page)
        self._stale.add(page_id)
        page.slots_changed.connect(self.connect_actions)
        page.title_changed.connect(self._title)
        page.count_changed.connect(lambda count: self._on_count(page, count))
        page.export_wanted.connect(self._export)
        return page

    def _export(self, table: "RecordTable") -> None:
        if self._services.export is not None:
            self._services.export(self.context, table)

    def _step(self, by: int) -> None:
        if self._trail.can_go(by) and self._show(*self._trail.there(by)):
            self._trail.go(by)
            self.connect_actions()

    def _title(self) -> None:
        page = self.current_page()
        name = page.title() if page is not None else ""
        self.setWindowTitle(" — ".join(filter(None, (name, _("Winback Desk")))))

    def _on_count(self, page: Page, count: int | None) -> None:
        if page is self.current_page():
            self.status.show_records(count)
            self.connect_actions()

    # ------------------------------------------------------------------ reacting

    def _on_changed(self, changes: "Changes") -> None:
        current = self.current_page()
        for page_id, page in self._made.items():
            if page is current:
                page.refresh(changes)
            elif not page.TABLES or changes.tables & page.TABLES:
                self._stale.add(page_id)
        self.refresh_status()

    def refresh_status(self) -> None:
        """Read badges and the time of the last backup."""
        days = self._settings.check_backup_days
        self.status.show_backup(self._services.last_backup(), days)
        if self._services.due is not None:
            task = self.context.tasks.read(self, self._services.due)
            self._counting.take(task).then(self.side_bar.show_due)

    # ------------------------------------------------------------------ actions

    def connect_actions(self) -> None:
        """Switch on what the window and the current page can do now."""
        page = self.current_page()
        slots: dict[str, Callable[[], object]] = dict(self._own_slots())
        if page is not None:
            slots["page.refresh"] = page.load
            find = page.findChild(FilterBar)
            if find is not None:
                slots["page.find"] = find.focus_search
            slots |= page.all_slots()
        self.actions_by_id.connect_slots(slots)

    def _own_slots(self) -> Slots:
        slots: dict[str, Callable[[], object]] = {
            action_id: self._goer(page_id, target)
            for action_id, (page_id, target) in ROUTES.items()
            if page_id in self._pages
        }
        if self._trail.can_go(-1):
            slots["nav.back"] = lambda: self._step(-1)
        if self.reminders is not None:
            slots |= self.reminders.slots()
        if self._trail.can_go(1):
            slots["nav.forward"] = lambda: self._step(1)
        return slots | {
            "app.palette": self.open_palette,
            "app.workspace": self.workspace_wanted.emit,
            "app.sign_out": self.sign_out_wanted.emit,
            "app.quit": self.close,
            "edit.undo": self.undo_bar.undo_last,
            "edit.redo": self.undo_bar.redo,
            "page.next_pane": self._next_pane,
            "page.previous_pane": self._next_pane,
            **look_slots(self._settings, self.let_go, self.restart_wanted.emit),
            **self.cancel_requests.slots(),
            **help_slots(self, self._listed),
        }

    def _next_pane(self) -> None:
        page = self.current_page()
        if page is not None and self.side_bar.isAncestorOf(self.focusWidget() or self):
            page.setFocus()
        elif page is not None:
            self.side_bar.focus_current()

    def open_palette(self) -> None:
        """Open *go to anything* over the window."""
        palette = CommandPalette(self, self.context.tasks, self._known(), self._services.search)
        palette.chosen.connect(self._go)
        palette.open_over(self)

    def _known(self) -> list[Hit]:
        """Pages that need no record, and what can be done now."""
        keys = self._services.search_keys
        led_to = {action_id: place[0] for action_id, place in ROUTES.items()}
        others = (self._pages[page_id] for page_id in led_to.values() if page_id in self._pages)
        pages = [*self._listed, *(spec for spec in others if not spec.in_sidebar)]
        hits = [
            Hit(
                _(spec.title),
                _("Page"),
                spec.icon,
                spec.id,
                None,
                f"{spec.title} {keys(_(spec.title))}",
            )
            for spec in pages
        ]
        titles = {hit.page: hit.title for hit in hits}
        for spec, action in self.actions_by_id.available():
            title = plain_text(action.text())
            if titles.get(led_to.get(spec.id, "")) == title:
                continue  # the page itself is there
            shortcut = help_dialogs.native(spec.shortcut)
            words = f"{plain_text(spec.text)} {keys(title)}"
            hits.append(Hit(title, shortcut, spec.icon or "command", "", spec.id, words))
        return hits + self._known_elsewhere()

    def _known_elsewhere(self) -> list[Hit]:
        """What another page does, where this one does not."""
        here = {spec.id for spec, _action in self.actions_by_id.available()}
        hits = []
        for spec in self.actions_by_id.specs:
            page_id, target = ELSEWHERE.get(spec.id, ("", ""))
            if page_id in self._pages and spec.id not in here:
                title = plain_text(_(spec.text))
                words = f"{plain_text(spec.text)} {self._services.search_keys(title)}"
                where = _(self._pages[page_id].title)
                hits.append(Hit(title, where, spec.icon or "command", page_id, target, words))
        return hits

    def _go(self, hit: Hit) -> None:
        if hit.page:
            self.navigate(hit.page, hit.target)
        else:
            self.actions_by_id.run(str(hit.target))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.is_painted:
            self.is_painted = True
            QTimer.singleShot(0, self, self.painted.emit)  # what is inside it is painted, too

    # ------------------------------------------------------------------ leaving

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if event.spontaneous() and self.reminders is not None and self.reminders.stay():
            event.ignore()
            return
        is_left = self.left_at is not None
        if not is_left and any(not page.can_leave() for page in self._made.values()):
            event.ignore()
            return
        self.context.state.keep_window(self)
        self.context.state.save()
        event.accept()
        self.closed.emit()
