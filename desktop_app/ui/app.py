"""The composition root: settings, look, sign-in, tasks, window; a clean end."""

import gc
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QTableView

from desktop_app import VERSION, clock, i18n
from desktop_app.errors import UserError
from desktop_app.i18n import _
from desktop_app.settings import Settings, load_settings, save_settings
from desktop_app.ui import first_view, theme
from desktop_app.ui.background import Background
from desktop_app.ui.errors import CrashHook
from desktop_app.ui.instance import InstanceGuard, raise_running
from desktop_app.ui.loading import WINDOW, PartLoader, load_program, load_rest, page_modules
from desktop_app.ui.qt_words import QtWords

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the first dialog paints without it
    from db.session import Session
    from db.workspace import Opened
    from desktop_app.ui.first_view import FirstView
    from desktop_app.ui.main_window import MainWindow
    from desktop_app.ui.sign_in import SignInDialog
    from desktop_app.ui.tasks import Tasks

_log = logging.getLogger(__name__)

BACKUP_MS = 30 * 60 * 1000
"""How often a changed workspace is copied."""

_GC_MS = 2000
_SWITCH = 0.001
"""Seconds after which a thread at work lets the window have the interpreter: painting asks for it
many times, and waits as long each time."""
WARM_UP_MS = 300
"""When the window's modules are loaded: after the sign-in dialog has painted."""
PAINT_MS = 500
"""When the rows are read at the latest: a window that is hidden at once is not painted."""
PAGES_MS = 1000
"""When the modules of the other pages are loaded: after the first one has painted."""


class Application(QObject):
    """Leads from sign-in to the window and back; owns everything that must be ended."""

    def __init__(
        self,
        app: QApplication,
        settings: Settings,
        folder: Path | None,
        *,
        keeps_settings: bool = True,
        address: str = "",
    ) -> None:
        super().__init__()
        self._keeps_settings = keeps_settings
        self._app, self._settings, self._folder = app, settings, folder
        self.background = Background(self)
        self.dialog: SignInDialog | None = None
        self.first_view: FirstView | None = None
        self.window: MainWindow | None = None
        self.tasks: Tasks | None = None
        self._day: date | None = None  # whose steps have been taken
        self._address = address  # what somebody wants to see, until it is shown
        self._since: datetime | None = None  # of the sign-in, until what was missed is told
        self._opened: Opened | None = None
        self._found: Opened | None = None  # opened behind the first view, until it is taken
        self._is_opening = False
        self._guard: InstanceGuard | None = None
        self._qt_words = QtWords(app, self)
        self.hook = CrashHook(self._show_user_error, self)
        self.background.crashed.connect(self.hook.show)
        self._gc_timer = QTimer(self, interval=_GC_MS)
        self._gc_timer.timeout.connect(_collect)
        self._backup_timer = QTimer(self, interval=BACKUP_MS)
        self._backup_timer.timeout.connect(self.back_up)
        self._backup_timer.timeout.connect(self._wake)
        self.speak()

    def speak(self) -> None:
        """Take the language of the settings, also for Qt's own buttons."""
        i18n.set_language(self._settings.language)
        self._qt_words.speak()
        self._app.setApplicationDisplayName("")

    # ------------------------------------------------------------------ sign-in

    def start(self) -> None:
        """Show the sign-in dialog; a demo that was used last opens by itself."""
        gc.disable()  # a collection in a worker could delete Qt objects: it runs on a timer here
        sys.setswitchinterval(_SWITCH)
        self._gc_timer.start()
        folder = self._folder
        if folder is not None and raise_running(folder, self._address):
            self._app.exit(0)
            return
        if folder is None or not self._show_first(folder):
            self._ask(folder)

    def _ask(self, folder: Path | None) -> None:
        """Show the sign-in dialog; a demo opens behind it."""
        self.show_sign_in(folder)
        if folder is not None and self.dialog is not None:
            self.dialog.try_demo()

    def warm_up(self) -> None:
        """Load the window's modules while the person looks at the sign-in dialog."""
        if self.first_view is not None:  # they are loaded behind it
            return
        task = self.background.compute(self, load_program)
        task.then(lambda _none: PartLoader(self, WINDOW, _warm_up_widgets))

    # ------------------------------------------------------------------ the first rows

    def _show_first(self, folder: Path) -> bool:
        """Show the rows that a demo began with, if they still hold, and open it behind them."""
        view = self.first_view = first_view.open_view(folder, self._settings)
        if view is None:
            return False
        view.closed.connect(self._app.quit)
        view.painted.connect(lambda: self._open_behind(folder))
        QTimer.singleShot(PAINT_MS, self, lambda: self._open_behind(folder))
        view.show()
        return True

    def _open_behind(self, folder: Path) -> None:
        if self._is_opening:
            return
        self._is_opening = True
        from desktop_app.ui.sign_in_work import open_demo  # noqa: PLC0415  (behind the first rows)

        task = self.background.compute(self, self._find, partial(open_demo, folder))
        task.then(lambda found: PartLoader(self, WINDOW, partial(self.open_window, found)))
        task.or_else(lambda _error: None)  # the dialog tries again, and says why
        task.finished.connect(lambda: self._ask_after_all(folder))

    def _find(self, open_it: Callable[[], "Opened"]) -> "Opened":
        """Open a demo; in a worker, which only leaves it behind for whoever ends first."""
        self._found = open_it()
        return self._found

    def _ask_after_all(self, folder: Path) -> None:
        """If it could not be opened, the sign-in dialog takes over."""
        if self._opened is None and self._found is None:
            self._ask(folder)
            self._drop_first()

    def _drop_first(self) -> None:
        if self.first_view is not None:
            self.first_view.finish()
            self.first_view.deleteLater()
            self.first_view = None

    def _take_over(self, window: "MainWindow", view: "FirstView") -> None:
        """Nobody waits for the frame: read the rows at once, show the window with them."""
        from desktop_app.ui.taking_over import TakingOver  # noqa: PLC0415  (with the window)

        TakingOver(view, window)
        window.painted.connect(self._drop_first)
        QTimer.singleShot(0, self, self._begin_work)

    # ------------------------------------------------------------------ signing in

    def show_sign_in(self, folder: Path | None) -> None:
        """Ask for workspace, user and password."""
        from desktop_app.ui.sign_in import SignInDialog  # noqa: PLC0415  (a demo needs none)

        dialog = self.dialog = SignInDialog(self._settings, self.background, folder)
        dialog.signed_in.connect(self.open_window)
        dialog.rejected.connect(self._on_rejected)
        dialog.language_changed.connect(self._on_dialog_language)
        dialog.show()

    def _on_dialog_language(self) -> None:
        before = self.dialog
        self.speak()
        folder = before.folder() if before is not None else None
        if before is not None:
            before.rejected.disconnect(self._on_rejected)
            before.close()
            before.deleteLater()
        self.show_sign_in(folder)

    def _on_rejected(self) -> None:
        if self.window is None:
            self._app.quit()

    # ------------------------------------------------------------------ window

    def open_window(self, opened: "Opened") -> None:
        """Show the window on an open workspace."""
        from desktop_app.ui.tasks import Tasks  # noqa: PLC0415

        if raise_running(opened.folder, self._address):
            opened.database.close()
            self._app.exit(0)
            return
        self._opened, self._found = opened, None
        self._since = clock.now()
        self._settings.remember_workspace(str(opened.folder))
        self._settings.last_login = opened.actor.login
        self._guard = InstanceGuard(opened.folder, self)
        self._guard.raise_wanted.connect(self._raise)
        self.tasks = Tasks(opened.database, opened.actor, self)
        self.tasks.crashed.connect(self.hook.show)
        self.tasks.hold()
        self._make_window()
        self._begin_day()
        QTimer.singleShot(PAINT_MS, self, self._begin_work)
        self._backup_timer.start()
        self._drop_dialog()
        gc.freeze()  # what is loaded now stays: going through it would stop the window for 0.1 s

    def _begin_work(self) -> None:
        """The window is painted: read its rows, then all else; remember where one signed in."""
        if self.tasks is None or not self.tasks.is_held:
            return
        self.tasks.release()
        if self._keeps_settings:
            save_settings(self._settings)

    def _drop_dialog(self) -> None:
        if self.dialog is not None:
            self.dialog.hide()
            self.dialog.deleteLater()
            self.dialog = None

    def _make_window(self) -> None:
        from desktop_app.services import journal  # noqa: PLC0415
        from desktop_app.ui import list_export, window_search  # noqa: PLC0415
        from desktop_app.ui.main_window import MainWindow  # noqa: PLC0415
        from desktop_app.ui.pages import PAGES  # noqa: PLC0415
        from desktop_app.ui.window_actions import WindowServices  # noqa: PLC0415
        from desktop_app.ui.workspace_files import WorkspaceFiles  # noqa: PLC0415

        opened, tasks, old = self._opened, self.tasks, self.window
        if opened is None or tasks is None:
            return
        files = WorkspaceFiles(opened, restore=self.restore, remove_demo=self.remove_demo)
        services = WindowServices(
            undo=journal.undo,
            title_text=journal.title_text,
            search=window_search.find,
            due=window_search.due,
            last_backup=lambda: next((copy.made_at for copy in files.backups()), None),
            search_keys=window_search.keys,
            export=list_export.export_table,
        )
        window = self.window = MainWindow(
            tasks, self._settings, opened.actor, opened.folder, PAGES, services, files
        )
        window.restart_wanted.connect(self._change_language)
        window.workspace_wanted.connect(lambda: self.leave(self._settings_folder()))
        window.sign_out_wanted.connect(lambda: self.leave(opened.folder))
        window.closed.connect(self._on_closed)
        window.painted.connect(self._begin_work)
        if self.first_view is None:
            window.show()
        window.start(old.left_at if old is not None else None)
        if self.first_view is not None:
            self._take_over(window, self.first_view)
        self._go_there()
        QTimer.singleShot(PAGES_MS, self, self._load_rest)

    def _begin_day(self) -> None:
        """Write the sign-in down; what is to be done once on a day is done when all is loaded."""
        if self.tasks is not None:
            self.tasks.write(self, _begin_day).quiet()

    def _take_steps(self) -> None:
        """What the program does by itself at the start of a day, each as a change of its own."""
        from desktop_app.services import day  # noqa: PLC0415

        self._day = clock.today()
        if self.tasks is not None:
            for step in day.STEPS:
                self.tasks.write(self, step).quiet()

    def _wake(self) -> None:
        """Bring back the snoozed signals whose day has come while the window was open."""
        from desktop_app.services import triage  # noqa: PLC0415

        if self.tasks is not None:
            self.tasks.write(self, triage.wake, clock.today()).quiet()
            if self._day != clock.today():
                self._take_steps()

    def _load_rest(self) -> None:
        """Load the other pages while the person looks at the first one."""
        if self.window is not None:
            task = self.background.compute(self, load_rest)
            task.then(lambda _none: PartLoader(self, page_modules(), self._begin_rest))

    def _begin_rest(self) -> None:
        """All is loaded: take the steps of the day, remind the person from now on."""
        from desktop_app.ui.reminder_desk import ReminderDesk  # noqa: PLC0415

        gc.freeze()  # modules stay: collecting passes them over
        if self.window is not None and self.window.reminders is None:
            since, self._since = self._since, None
            self.window.reminders = ReminderDesk(self.window, self._settings, since)
            self.window.connect_actions()
            self._go_there()
        if self._day is None:
            self._take_steps()

    def _go_there(self) -> None:
        """Show what is wanted, as soon as it can be shown."""
        window = self.window
        if window is None or not self._address:
            return
        from desktop_app.domain.addresses import REMINDERS, read_address  # noqa: PLC0415

        page, target = read_address(self._address)
        if page != REMINDERS:
            self._address = ""
            window.show_place(page, target)
        elif window.reminders is not None:
            self._address = ""
            window.reminders.show_list()

    def _settings_folder(self) -> Path | None:
        return self._opened.folder if self._opened is not None else None

    def _change_language(self) -> None:
        """Build the window anew as soon as all that was typed is stored."""
        self.speak()
        if self.window is not None and self.tasks is not None:
            self.window.setEnabled(False)
            stored = self.tasks.settle(self, _nothing)
            stored.finished.connect(self._replace_window)

    def _replace_window(self) -> None:
        old = self.window
        if old is None:
            return
        old.closed.disconnect(self._on_closed)
        self._make_window()
        old.close()
        old.deleteLater()

    def _raise(self, address: str) -> None:
        from desktop_app.ui.window_place import come_forward  # noqa: PLC0415  (with the window)

        if self.window is not None:
            come_forward(self.window)
            self._address = address or self._address
            self._go_there()

    def _show_user_error(self, error: UserError) -> None:
        if self.window is not None:
            self.window.messages.error(error.message)
        else:
            self._tell(_("That did not work"), error.message)

    def _tell(self, title: str, text: str) -> None:
        from desktop_app.ui import dialogs  # noqa: PLC0415  (the sign-in dialog paints without it)

        dialogs.tell(self.dialog, title, text)

    # ------------------------------------------------------------------ copies

    def back_up(self) -> None:
        """Copy the workspace in the background if anything was changed since the last copy."""
        if self._opened is None or self.tasks is None:
            return
        from db import backup  # noqa: PLC0415

        database = self._opened.database
        task = self.tasks.compute(self, backup.backup_if_changed, database, clock.now())
        task.then(lambda _copy: self.window.refresh_status() if self.window else None)

    def restore(self, copy: Path) -> None:
        """Close the window, put a copy in place of the database, ask to sign in again."""
        from desktop_app.services import keys  # noqa: PLC0415

        opened = self._opened
        key = opened.database.key if opened is not None else None
        if opened is None or key is None:
            return
        self.leave(opened.folder)
        if self._opened is not None:  # somebody stays in the window
            return
        task = self.background.compute(
            self, keys.restore, opened.folder, opened.actor, (key,), copy
        )
        done = _(
            "The copy is in place. What was there before is kept beside it. Sign in with your "
            "present password."
        )
        task.then(lambda kept: self._tell(_("Restored"), f"{done}\n{kept or ''}".rstrip()))
        task.or_else(self._show_user_error)

    def remove_demo(self) -> None:
        """Close the window and delete the demo's folder."""
        from desktop_app import demo  # noqa: PLC0415

        opened = self._opened
        if opened is None or not opened.is_demo:
            return
        self._settings.forget_workspace(str(opened.folder))
        save_settings(self._settings)
        self.leave(None)
        self.background.compute(self, demo.remove_demo, opened.folder)

    # ------------------------------------------------------------------ the end

    def leave(self, folder: Path | None) -> None:
        """Close the workspace and ask to sign in, at this folder."""
        window = self.window
        if window is not None:
            window.closed.disconnect(self._on_closed)
            if not window.close():
                window.closed.connect(self._on_closed)
                return
        self._close_workspace()
        self.show_sign_in(folder)

    def _on_closed(self) -> None:
        self._app.quit()

    def _close_workspace(self) -> None:
        self._backup_timer.stop()
        self._begin_work()  # was it closed before it was painted?
        if self.tasks is not None:
            self.tasks.shutdown()
        kept = self._first_rows()
        if self.window is not None:
            self.window.deleteLater()
        if self.tasks is not None:
            self.tasks.deleteLater()
        if self._guard is not None:
            self._guard.close()
            self._guard.deleteLater()
        if self._opened is not None:
            self._opened.database.close()
            self._keep_first(kept)
        self.window = self.tasks = self._guard = self._opened = self._day = None
        flush_deleted()

    def _first_rows(self) -> "first_view.Kept | None":
        """What a demo shows at its next start before it is loaded."""
        opened, window = self._opened, self.window
        if opened is None or window is None:
            return None
        from db.errors import DatabaseError  # noqa: PLC0415  (SQLAlchemy: loaded by now)
        from desktop_app.ui import first_view_keeping  # noqa: PLC0415  (as above)

        try:
            if first_view_keeping.begins_by_itself(opened):
                return first_view_keeping.collect(window, opened)
        except (DatabaseError, OSError):
            _log.warning("the first rows cannot be read", exc_info=True)
        return None

    def _keep_first(self, kept: "first_view.Kept | None") -> None:
        if kept is not None and self._opened is not None:
            try:
                first_view.keep(self._opened.folder, self._settings, kept)
            except OSError:
                _log.warning("the first rows cannot be kept", exc_info=True)

    def shut_down(self) -> None:
        """End threads, close the database, delete windows: nothing is left for Qt's exit."""
        self._gc_timer.stop()
        self._close_workspace()
        self.background.shutdown()
        self._drop_first()
        if self._found is not None:  # closed before it was shown
            self._found.database.close()
            self._found = None
        self._drop_dialog()
        flush_deleted()
        gc.unfreeze()
        gc.enable()


def flush_deleted() -> None:
    """Delete what was marked for deletion now, while Qt is whole."""
    for _round in range(3):
        QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete.value))


def _warm_up_widgets() -> None:
    """PySide finishes a class at its first use: those of the first page while nobody waits."""
    table = QTableView()
    table.viewport()
    table.deleteLater()


def _nothing() -> None:
    """Done when everything is written that was to be written before."""


def _begin_day(session: "Session") -> None:
    from desktop_app.services import triage  # noqa: PLC0415  (behind the first paint)

    triage.begin_day(session, clock.today())


def _collect() -> None:
    """Collect garbage on the GUI thread, the young generations first."""
    young, middle, old = gc.get_count()
    limits = gc.get_threshold()
    if old > limits[2]:
        gc.collect(2)
    elif middle > limits[1]:
        gc.collect(1)
    elif young > limits[0]:
        gc.collect(0)


def make_app(settings: Settings, argv: Sequence[str] = ()) -> QApplication:
    """The QApplication with its look; the one that exists if there is one."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["winback", *argv])
    app.setApplicationName("winback-desk")
    app.setApplicationVersion(VERSION)
    app.setDesktopFileName("winback-desk")
    app.setWindowIcon(theme.app_icon())
    app.setQuitOnLastWindowClosed(False)
    theme.load_fonts()
    theme.apply(app, settings)
    theme.follow_system(app, settings)
    return app


def start_folder(settings: Settings, folder: Path | None) -> Path | None:
    """The workspace to begin with: given, from the environment, or the last one if it is there."""
    if folder is not None:
        return folder
    named = os.environ.get("WINBACK_WORKSPACE")
    if named:
        return Path(named).expanduser()
    last = Path(settings.last_workspace) if settings.last_workspace else None
    return last if last is not None and (last / "keys.json").exists() else None


def run(folder: Path | None = None, address: str = "") -> int:
    """Run the window until it is closed; the process's exit status.

    Args:
        folder: Workspace to open; without it the one of the environment, or the last one.
        address: What to show at first, see `domain.addresses`.

    Raises:
        UserError: there is no display.
    """
    settings = load_settings()
    i18n.set_language(settings.language)
    missing = no_display()
    if missing:  # Qt would abort the process
        raise UserError(missing)
    app = make_app(settings)
    application = Application(app, settings, start_folder(settings, folder), address=address)
    application.hook.install()
    QTimer.singleShot(0, application.start)
    QTimer.singleShot(WARM_UP_MS, application.warm_up)
    QTimer.singleShot(WARM_UP_MS, _start_logging)
    status = app.exec()
    application.shut_down()
    sys.excepthook = sys.__excepthook__
    return status


def _start_logging() -> None:
    from desktop_app import logs  # noqa: PLC0415  (behind the first paint)

    logs.start_logging()
    with suppress(OSError):  # it works without
        logs.trace_crashes()


def open_and_close(workspace: Path) -> None:
    """Open the window on a demo workspace, show the first page, close it: for the self test.

    Raises:
        RuntimeError: the window did not show its first page.
    """
    from db import workspace as workspaces  # noqa: PLC0415
    from desktop_app.ui.screenshots import settle, tell_qt  # noqa: PLC0415

    qInstallMessageHandler(tell_qt)
    settings = Settings()
    application = Application(make_app(settings), settings, None, keeps_settings=False)
    application.open_window(workspaces.open_demo(workspace))
    settle(application)
    is_shown = application.window is not None and application.window.current_page() is not None
    application.shut_down()
    if not is_shown:
        raise RuntimeError("the window did not show its first page")


def no_display() -> str:
    """Why no window can be shown here, or empty."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return ""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return ""
    return _("There is no display. Use the commands: winback --help")
