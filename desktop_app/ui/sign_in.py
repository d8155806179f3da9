"""Signing in: workspace, name and password; a new workspace; the recovery code; the demo."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from db.keys import MIN_PASSWORD
from desktop_app import i18n, paths
from desktop_app.errors import InvalidInputError, Problem, UserError
from desktop_app.i18n import _
from desktop_app.settings import Settings, save_settings
from desktop_app.ui import sign_in_work as work
from desktop_app.ui import theme
from desktop_app.ui.background import Background, Task
from desktop_app.ui.editors import (
    CheckEditor,
    ChoiceEditor,
    FolderEditor,
    PasswordEditor,
    TextEditor,
)
from desktop_app.ui.form import Form
from desktop_app.ui.panels import button, text_label

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the dialog paints without it
    from db.workspace import Opened

_RECENT_WIDTH = 280
_PATH = int(Qt.ItemDataRole.UserRole)


def _read(form: Form, check: Callable[[work.Values], list[Problem]]) -> work.Values | None:
    """What was entered; ``None`` when something is wrong, which is shown beside the fields."""
    values = form.values()
    problems = check(values)
    form.show_problems(problems)
    return None if problems else values


class SignInDialog(QDialog):
    """Recent workspaces at the left, what to do with the chosen one at the right."""

    signed_in = Signal(object)
    """``db.workspace.Opened``."""
    language_changed = Signal()

    def __init__(self, settings: Settings, background: Background, folder: Path | None) -> None:
        super().__init__()
        theme.dress(self)
        self._settings, self._background = settings, background
        self._opened: Opened | None = None
        self.setWindowTitle(_("Winback Desk"))
        self.setWindowIcon(theme.app_icon())
        self.recent = QListWidget()
        self.recent.setAccessibleName(_("Recent workspaces"))
        self.pages = QStackedWidget()
        self.busy = QProgressBar()
        self.busy.setTextVisible(False)
        self.busy.setRange(0, 0)
        self.busy.setAccessibleName(_("Opening"))
        self.busy_text = text_label("", "hint")
        self._arrange()
        self._sign_in_page()
        self._new_page()
        self._recovery_page()
        self._code_page()
        self._welcome_page()
        self._set_busy(is_busy=False)
        self.recent.currentItemChanged.connect(self._choose)
        self._fill_recent(folder)
        self.resize(820, 500)

    # ------------------------------------------------------------------ building

    def _arrange(self) -> None:
        left = QFrame()
        left.setObjectName("side-bar")
        left.setFixedWidth(_RECENT_WIDTH)
        column = QVBoxLayout(left)
        column.setContentsMargins(theme.GAP_M, theme.GAP_L, theme.GAP_M, theme.GAP_M)
        column.setSpacing(theme.GAP_S)
        head = QHBoxLayout()
        mark = QLabel()
        mark.setPixmap(theme.app_icon().pixmap(36, 36))
        head.addWidget(mark)
        head.addWidget(text_label(_("Winback Desk"), "title", wraps=False), 1)
        column.addLayout(head)
        column.addWidget(text_label(_("Workspaces"), "hint"))
        column.addWidget(self.recent, 1)
        for text, slot, icon in (
            (_("&Open a folder…"), self._pick, "folder"),
            (_("&New workspace…"), lambda: self._show("new"), "folder-add"),
            (_("Look at the &demo"), self._demo, "demo"),
            (self._other_language(), self._switch_language, "language"),
        ):
            column.addWidget(button(text, slot, icon, "quiet"))
        right = QVBoxLayout()
        right.setContentsMargins(theme.GAP_XL, theme.GAP_XL, theme.GAP_XL, theme.GAP_L)
        right.addWidget(self.pages, 1)
        right.addWidget(self.busy_text)
        right.addWidget(self.busy)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(left)
        whole.addLayout(right, 1)

    def _page(self, name: str, title: str, intro: str, form: Form | None) -> QVBoxLayout:
        page = QWidget()
        page.setObjectName(name)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_M)
        column.addWidget(text_label(title, "title"))
        if intro:
            column.addWidget(text_label(intro, "hint"))
        if form is not None:
            column.addWidget(form)
        column.addStretch(1)
        self.pages.addWidget(page)
        return column

    def _sign_in_page(self) -> None:
        self.form = Form(labels_above=True)
        self.login = self.form.add("login", _("&User"), ChoiceEditor([]))
        self.password = self.form.add("password", _("&Password"), PasswordEditor())
        column = self._page("sign-in", _("Sign in"), "", self.form)
        self.where = text_label("", "hint")
        column.insertWidget(1, self.where)
        self.enter_button = button(_("&Sign in"), self.sign_in, role="primary")
        self.enter_button.setDefault(True)
        forgotten = button(
            _("Password forgotten: use the &recovery code"),
            lambda: self._show("recovery"),
            "",
            "link",
        )
        column.insertWidget(3, self.enter_button)
        column.insertWidget(4, forgotten)
        self.password.line.returnPressed.connect(self.sign_in)

    def _new_page(self) -> None:
        self.new_form = Form()
        add = self.new_form.add
        add("folder", _("&Folder"), FolderEditor(_("Folder of the new workspace")), required=True)
        add("name", _("Your &name"), TextEditor(), required=True)
        add("login", _("&User name"), TextEditor(), required=True, help=_("Short, without blanks."))
        add(
            "password",
            _("&Password"),
            PasswordEditor(),
            required=True,
            help=_("At least {n} characters. It encrypts the workspace.").format(n=MIN_PASSWORD),
        )
        add("again", _("Password &again"), PasswordEditor(), required=True)
        column = self._page(
            "new",
            _("New workspace"),
            _("One encrypted folder on this computer with all data, files and backups."),
            self.new_form,
        )
        column.insertLayout(3, self._buttons(_("&Create workspace"), self._create_workspace))

    def _recovery_page(self) -> None:
        self.recovery_form = Form(labels_above=True)
        add = self.recovery_form.add
        add("code", _("&Recovery code"), TextEditor())
        add("password", _("New &password"), PasswordEditor())
        add("again", _("Password &again"), PasswordEditor())
        intro = _("The code was shown once, when the workspace was made.")
        column = self._page("recovery", _("Use the recovery code"), intro, self.recovery_form)
        column.insertLayout(3, self._buttons(_("&Set password and sign in"), self._use_code))

    def _code_page(self) -> None:
        intro = _(
            "Write this code down and keep it in a safe place. It opens the workspace when a "
            "password is forgotten. It is not stored anywhere and cannot be shown again."
        )
        column = self._page("code", _("Your recovery code"), intro, None)
        self.code = text_label("", "number")
        self.written = CheckEditor(_("I have &written it down"))
        self.go_on = button(_("&Open the workspace"), self._enter, role="primary")
        self.go_on.setEnabled(False)
        self.written.changed.connect(lambda: self.go_on.setEnabled(self.written.value()))
        copy = button(_("&Copy"), self._copy_code, "copy")
        for place, widget in enumerate((self.code, copy, self.written, self.go_on), start=2):
            column.insertWidget(place, widget, 0, Qt.AlignmentFlag.AlignLeft)

    def _welcome_page(self) -> None:
        intro = _(
            "Make a workspace for your own data, or look at the demo: an office-supply chain with "
            "two years of orders and cases in every stage."
        )
        column = self._page("welcome", _("Welcome"), intro, None)
        row = QHBoxLayout()
        row.addWidget(button(_("&New workspace…"), lambda: self._show("new"), role="primary"))
        row.addWidget(button(_("Look at the &demo"), self._demo))
        row.addStretch(1)
        column.insertLayout(2, row)

    def _buttons(self, verb: str, slot: Callable[[], object]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(button(verb, slot, role="primary"))
        row.addWidget(button(_("Back"), lambda: self._choose(self.recent.currentItem())))
        row.addStretch(1)
        return row

    def _show(self, name: str) -> None:
        for place in range(self.pages.count()):
            page = self.pages.widget(place)
            if page is not None and page.objectName() == name:
                self.pages.setCurrentWidget(page)
        forms = {"new": self.new_form, "recovery": self.recovery_form}
        if name in forms:
            forms[name].focus_first()

    # ------------------------------------------------------------------ choosing

    def _fill_recent(self, folder: Path | None) -> None:
        known = [Path(one) for one in self._settings.recent_workspaces]
        for path in [p for p in (folder, *known) if p is not None]:
            self._add_recent(path)
        if self.recent.count():
            self.recent.setCurrentRow(0)
        else:
            self._show("welcome")

    def _add_recent(self, folder: Path) -> QListWidgetItem:
        for place in range(self.recent.count()):
            item = self.recent.item(place)
            if item.data(_PATH) == str(folder):
                return item
        item = QListWidgetItem(theme.icon("data"), folder.name, self.recent)
        item.setData(_PATH, str(folder))
        item.setToolTip(str(folder))
        return item

    def folder(self) -> Path | None:
        """The chosen workspace."""
        item = self.recent.currentItem()
        return Path(item.data(_PATH)) if item is not None else None

    def _choose(self, item: QListWidgetItem | None, _before: object = None) -> None:
        if item is None:
            self._show("welcome")
            return
        folder = Path(item.data(_PATH))
        self._show("sign-in")
        self.where.setText(str(folder))
        self.form.show_problems(())
        task = self._background.compute(self, work.list_logins, folder)
        task.then(lambda names: self._show_logins(folder, names))
        task.or_else(self._on_unusable)

    def _show_logins(self, folder: Path, names: list[str]) -> None:
        if folder != self.folder():
            return
        self.login.set_choices([(name, name) for name in names])
        if self._settings.last_login in names:
            self.login.set_value(self._settings.last_login)
        self.enter_button.setEnabled(True)
        self.password.setFocus()

    def _on_unusable(self, error: UserError) -> None:
        self.login.set_choices([])
        self.enter_button.setEnabled(False)
        self.form.show_problems([Problem("", error.message)])

    def _pick(self) -> None:
        from desktop_app.ui import dialogs  # noqa: PLC0415  (the dialog paints without it)

        folder = dialogs.pick_folder(self, _("Open a workspace"))
        if folder is not None:
            self.recent.setCurrentItem(self._add_recent(folder))

    def try_demo(self) -> None:
        """Open the chosen workspace by itself if it is a demo."""
        folder = self.folder()
        if folder is not None and work.is_demo(folder):
            task = self._background.compute(self, work.open_demo, folder)
            self._wait(task, _("Opening…"), self.form)

    def _demo(self) -> None:
        folder = paths.user_data_dir() / "demo"
        task = self._background.compute_long(self, work.build_demo, folder)
        task.progressed.connect(self._show_progress)
        self._wait(task, _("Making the demo workspace…"), self.form)

    @staticmethod
    def _other_language() -> str:
        return i18n.LANGUAGES["zh_CN" if i18n.language() == "en" else "en"]

    def _switch_language(self) -> None:
        self._settings.language = "zh_CN" if i18n.language() == "en" else "en"
        save_settings(self._settings)
        i18n.set_language(self._settings.language)
        self.language_changed.emit()

    # ------------------------------------------------------------------ signing in

    def sign_in(self) -> None:
        """Open the chosen workspace for the user."""
        values, folder = _read(self.form, work.entry_problems), self.folder()
        if values is None or folder is None or not self.enter_button.isEnabled():
            return
        login, password = values["login"], values["password"]
        task = self._background.compute(self, work.open_folder, folder, login, password)
        self._wait(task, _("Opening…"), self.form)

    def _use_code(self) -> None:
        values, folder = _read(self.recovery_form, work.recovery_problems), self.folder()
        if values is not None and folder is not None:
            code, password = values["code"], values["password"]
            task = self._background.compute(self, work.recover, folder, code, password)
            self._wait(task, _("Opening…"), self.recovery_form)

    def _create_workspace(self) -> None:
        values = _read(self.new_form, work.new_problems)
        if values is None:
            return
        folder, login, password = values["folder"], values["login"], values["password"]
        task = self._background.compute(self, work.create, folder, login, values["name"], password)
        self._start_waiting(task, _("Making the workspace…"))
        task.then(self._show_code)
        task.or_else(lambda error: self._on_failed(self.new_form, error))

    def _wait(self, task: "Task[Opened]", text: str, form: Form) -> None:
        self._start_waiting(task, text)
        task.then(self._finish)
        task.or_else(lambda error: self._on_failed(form, error))

    def _start_waiting(self, task: Task[Any], text: str) -> None:
        self.busy_text.setText(text)
        self._set_busy(is_busy=True)
        task.finished.connect(lambda: self._set_busy(is_busy=False))

    def _set_busy(self, *, is_busy: bool) -> None:
        self.pages.setEnabled(not is_busy)
        self.recent.setEnabled(not is_busy)
        self.busy.setVisible(is_busy)
        self.busy_text.setVisible(is_busy)

    def _show_progress(self, done: int, total: int, text: str) -> None:
        self.busy.setRange(0, max(total, 0))
        self.busy.setValue(done)
        if text:
            self.busy_text.setText(text)

    def _on_failed(self, form: Form, error: UserError) -> None:
        self._set_busy(is_busy=False)
        if isinstance(error, InvalidInputError):
            form.show_problems(error.problems)
            return
        field = "password" if form is self.form and "password" in form.editors else ""
        form.show_problems([Problem(field, error.message)])

    def _show_code(self, made: "tuple[Opened, str]") -> None:
        self._opened, code = made
        self.code.setText(code)
        self._show("code")
        self.written.setFocus()

    def _copy_code(self) -> None:
        QGuiApplication.clipboard().setText(self.code.text())

    def _enter(self) -> None:
        if self._opened is not None:
            self._finish(self._opened)

    def _finish(self, opened: "Opened") -> None:
        self.signed_in.emit(opened)
        self.accept()
