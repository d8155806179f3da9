"""The import wizard: file, columns, check, result."""

from functools import cached_property
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from db.vocabulary import ImportKind
from desktop_app import labels
from desktop_app.errors import InvalidInputError, UserError
from desktop_app.i18n import _
from desktop_app.importing import load as importing
from desktop_app.importing.load import ImportResult
from desktop_app.importing.mapping import Mapping
from desktop_app.importing.readers import Preview
from desktop_app.ui import dialogs, theme
from desktop_app.ui.page import Page
from desktop_app.ui.pages.data.columns_step import ColumnsStep
from desktop_app.ui.pages.data.file_step import FileStep
from desktop_app.ui.pages.data.result_step import ResultStep
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.step_line import StepLine
from desktop_app.ui.tasks import Latest

_FILE, _COLUMNS, _CHECK, _RESULT = range(4)
_STEPS = ("file", "columns", "check", "result")

StepT = TypeVar("StepT", bound=QWidget)


class ImportTab(QWidget):
    """Four steps, each made when it is first wanted; nothing is written before the last."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._tasks = page, page.tasks
        self._latest = Latest()
        self._mapping: Mapping | None = None
        self._preview: Preview | None = None
        self._is_busy = False
        self._checked = ""  # fingerprint of the file that was checked
        self.setAcceptDrops(True)
        self.steps = StepLine([_("File"), _("Columns"), _("Check"), _("Result")])
        self.file = FileStep(page)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.file)
        for _place in (_COLUMNS, _CHECK, _RESULT):
            self.stack.addWidget(QWidget())
        self.why = text_label("", "hint", wraps=False)
        self.about = text_label("", "hint", wraps=False)
        self.back_button = button(_("&Back"), self._back, "back")
        self.next_button = button(_("Next"), self._next, "forward", "primary")
        self.again_button = button(_("Import another file"), self._again, "import")
        self.scan_button = button(
            _("Look for departing customers…"), lambda: page.navigate("signals", "scan"), "signals"
        )
        self._arrange()
        self.next_button.setToolTip(_("Next step  Ctrl+Enter"))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.next_button.click)
        self.file.options_changed.connect(self._read)
        self.file.cleared.connect(self._show_buttons)
        self._go(_FILE)

    def _arrange(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP_S)
        foot.addWidget(self.back_button)
        foot.addStretch(1)
        for widget in (self.why, self.again_button, self.scan_button, self.next_button):
            foot.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GAP_M, 0, 0)
        column.setSpacing(theme.GAP_M)
        column.addWidget(self.steps)
        column.addWidget(self.about)
        column.addWidget(self.stack, 1)
        column.addLayout(foot)

    # ------------------------------------------------------------------ steps

    @cached_property
    def columns(self) -> ColumnsStep:
        """The second step."""
        return self._put(_COLUMNS, ColumnsStep(self._page))

    @cached_property
    def check(self) -> ResultStep:
        """The third step."""
        return self._put(_CHECK, ResultStep(self._page, is_check=True))

    @cached_property
    def result(self) -> ResultStep:
        """The last step."""
        return self._put(_RESULT, ResultStep(self._page, is_check=False))

    def _put(self, place: int, step: StepT) -> StepT:
        if (empty := self.stack.widget(place)) is not None:
            self.stack.removeWidget(empty)
            empty.deleteLater()
        self.stack.insertWidget(place, step)
        return step

    # ------------------------------------------------------------------ moving

    def load(self) -> None:
        """Read the list of the latest imports again, and whether the last one still stands."""
        self.file.load()
        if "result" in vars(self):
            self.result.load()

    def start(self, kind: ImportKind) -> None:
        """Begin a new import of a kind of file; nothing of one that was prepared is written."""
        if self._is_busy:
            self._say_busy()
            return
        self._again()
        self.file.set_kind(kind)

    def _say_busy(self) -> None:
        self._page.messages.info(_("An import is under way. Wait for its end, or stop it."))

    def can_leave(self) -> bool:
        """Whether nothing is lost by going elsewhere: the steps stay as they are."""
        return True

    def open_file(self, path: Path) -> None:
        """Take a file, as if chosen in the first step."""
        if self._is_busy:
            self._say_busy()
            return
        self._go(_FILE)
        self.file.set_path(path)

    def _go(self, step: int) -> None:
        shown: QWidget = getattr(self, _STEPS[step])
        self.stack.setCurrentWidget(shown)
        self.setFocusProxy(shown)
        self._order_keys(shown)
        self.steps.show_step(step)
        self._show_buttons()

    def _order_keys(self, shown: QWidget) -> None:
        """Tab goes from the step to the buttons below it, though the step is younger."""
        last, widget = shown, shown.nextInFocusChain()
        while widget is not None and widget is not shown:
            if shown.isAncestorOf(widget) and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                last = widget
            widget = widget.nextInFocusChain()
        for below in (self.back_button, self.again_button, self.scan_button, self.next_button):
            self.setTabOrder(last, below)
            last = below

    def _show_buttons(self) -> None:
        step = self.stack.currentIndex()
        self.back_button.setVisible(step in (_COLUMNS, _CHECK))
        path = self.file.path()
        self.about.setVisible(step in (_COLUMNS, _CHECK) and path is not None)
        if path is not None:
            self.about.setText(f"{labels.label(self.file.kind())} · {path.name}")
        self.next_button.setVisible(step != _RESULT)
        self.again_button.setVisible(step == _RESULT)
        self.scan_button.setVisible(step == _RESULT)
        self.next_button.setText(self._verb(step))
        is_ready = self._preview is not None and self.file.path() is not None
        if step == _FILE:
            is_ready = is_ready and self.file.is_ready()
        if step == _CHECK:
            is_ready = is_ready and self.check.count_to_write() > 0
        self.next_button.setEnabled(is_ready and not self._is_busy)
        self.why.setText("" if is_ready or self._is_busy else self._missing())
        self.back_button.setEnabled(not self._is_busy)

    def _missing(self) -> str:
        """Why the import cannot go on, where nothing above says it."""
        step = self.stack.currentIndex()
        if step == _FILE and self.file.path() is None:
            return _("Choose a file first.")
        if step == _CHECK:
            return _("There is nothing to import.")
        return ""

    def _verb(self, step: int) -> str:
        if step == _FILE:
            return _("Next: columns")
        if step == _COLUMNS:
            return _("Next: check")
        return _("Import {n} rows").format(n=f"{self.check.count_to_write():,}")

    def _back(self) -> None:
        self._go(self.stack.currentIndex() - 1)

    def _again(self) -> None:
        self._preview = self._mapping = None
        self.file.clear()
        self._go(_FILE)
        self.file.setFocus()

    def _next(self) -> None:
        match self.stack.currentIndex():
            case 0 if self._preview is not None and self._mapping is not None:
                if not self.columns.is_showing(self._preview):
                    self.columns.show_mapping(self._preview, self._mapping)
                self._go(_COLUMNS)
                self.columns.setFocus()
            case 1:
                self._run_check()
            case 2:
                self._run_import()
            case _:
                pass

    # ------------------------------------------------------------------ working

    def _read(self) -> None:
        """Look into the chosen file with the chosen options."""
        path = self.file.path()
        self._preview = self._mapping = None
        self._show_buttons()
        if path is None:
            return
        kind, options = self.file.kind(), self.file.options()
        task = self._tasks.read(self, importing.suggest_mapping, kind, path, options)
        self.file.show_busy()
        self._latest.take(task).then(self._on_read).or_else(self._on_unreadable)

    def _on_read(self, found: tuple[Preview, Mapping]) -> None:
        self._preview, self._mapping = found
        self.file.show_preview(self._preview, self._mapping)
        self._show_buttons()

    def _on_unreadable(self, error: UserError) -> None:
        self.file.show_problem(error.message)
        self._show_buttons()

    def _set_busy(self, *, is_busy: bool) -> None:
        self._is_busy = is_busy
        self._show_buttons()

    def _run_check(self) -> None:
        path = self.file.path()
        mapping = self.columns.mapping()
        if path is None or mapping is None:
            return
        self._mapping = mapping
        self._set_busy(is_busy=True)
        task = self._tasks.read_long(self, importing.check_file, path, mapping)
        task.then(self._on_checked).or_else(self._on_wrong)
        task.finished.connect(lambda: self._set_busy(is_busy=False))
        dialogs.show_progress(self, task, _("Checking {file}").format(file=path.name))

    def _on_wrong(self, error: UserError) -> None:
        if isinstance(error, InvalidInputError):
            self.columns.show_problems(error.problems)
        else:
            self._page.messages.error(error.message)

    def _on_checked(self, result: ImportResult) -> None:
        self._checked = result.digest
        self.check.show_result(result, self.file.path())
        self._go(_CHECK)
        self._set_busy(is_busy=False)  # a button that is switched off takes no keyboard
        self.next_button.setFocus()

    def _run_import(self) -> None:
        path = self.file.path()
        if path is None or self._mapping is None:
            return
        self._set_busy(is_busy=True)
        files = self._page.context.files
        if files is None:
            self._load(path, self._mapping)
            return
        mapping = self._mapping
        copied = self._tasks.compute(self, files.back_up_first)
        copied.then(lambda _copy: self._load(path, mapping)).or_else(self._on_no_copy)

    def _on_no_copy(self, error: UserError) -> None:
        self._set_busy(is_busy=False)
        self._page.messages.error(error.message)

    def _load(self, path: Path, mapping: Mapping) -> None:
        task = self._tasks.write_long(
            self, importing.import_file, path, mapping, checked=self._checked
        )
        task.then(self._on_imported)
        task.finished.connect(lambda: self._set_busy(is_busy=False))
        dialogs.show_progress(self, task, _("Importing {file}").format(file=path.name))

    def _on_imported(self, result: ImportResult) -> None:
        self.result.show_result(result, self.file.path())
        self._go(_RESULT)
        self.scan_button.setFocus()

    # ------------------------------------------------------------------ drag and drop

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self.open_file(Path(event.mimeData().urls()[0].toLocalFile()))
