"""Files of cases: opened in place or by the system, and the pane that lists and takes them."""

import contextlib
import tempfile
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QEvent,
    QIODevice,
    QMimeData,
    QObject,
    Qt,
    QUrl,
    Signal,
)
from PySide6.QtGui import (
    QDesktopServices,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget
from typing_extensions import override

from db.queries.attachments import AttachmentRow
from desktop_app import clock
from desktop_app.columns.attachments import ATTACHMENT_COLUMNS
from desktop_app.domain.attachments import FileKind, can_be_opened, kind_of, media_type
from desktop_app.domain.permissions import Action, allowed
from desktop_app.errors import InvalidInputError, UserError
from desktop_app.i18n import _
from desktop_app.services import attachments
from desktop_app.ui import sound_player, theme
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import action_button, text_label
from desktop_app.ui.picture_viewer import PictureViewer, read_picture
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.sound_player import SoundPlayer
from desktop_app.ui.tasks import Latest, Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

Given = tuple[Path | bytes, str]
"""A file, or what it holds, and its name; an empty one is the name of the file."""


def files_in(data: QMimeData) -> list[Given]:
    """The files, or the picture, that somebody drops or pastes."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if paths:
        return [(path, "") for path in paths]
    image = data.imageData() if data.hasImage() else None
    if not isinstance(image, QImage) or image.isNull():
        return []
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know bytes only
    name = _("pasted {time}").format(time=f"{clock.local(clock.now()):%Y-%m-%d %H%M%S}")
    return [(bytes(content.data()), f"{name}.png")]


def sentence_of(error: UserError) -> str:
    """What went wrong with a file, in one sentence."""
    problems = error.problems if isinstance(error, InvalidInputError) else ()
    return problems[0].message if problems else error.message


def named(session: "Session", interview_id: uuid.UUID, name: str) -> tuple[AttachmentRow, bytes]:
    """A file of an interview with what it holds."""
    row = attachments.find(session, interview_id, name)
    return row, attachments.read(session, row.id)


class FileOpener(QObject):
    """Opens files: pictures and recordings in the window, others by the system.

    What the system or the player opens is a copy in a folder that only this user can read; it is
    deleted when another case is shown, or with the program.
    """

    failed = Signal(str)

    def __init__(self, tasks: Tasks, parent: QWidget, messages: MessageBar) -> None:
        super().__init__(parent)
        self._tasks, self._window, self._messages = tasks, parent, messages
        self._offered = ""
        self._copies: list[Path] = []
        self.player: SoundPlayer | None = None
        self.place: Callable[[SoundPlayer], object] | None = None
        """Puts the player where it is seen; without it the system plays."""

    def open(self, row: AttachmentRow) -> None:
        """Open a file; a recording is an event of the journal."""
        task = self._tasks.write(self, attachments.read, row.id).quiet()
        task.then(lambda content: self.show_content(row, content)).or_else(self._on_failed)

    def open_named(self, interview_id: uuid.UUID, name: str) -> None:
        """Open the file of an interview that an answer names."""
        task = self._tasks.write(self, named, interview_id, name).quiet()
        task.then(lambda found: self.show_content(*found)).or_else(self._on_failed)

    def show_content(self, row: AttachmentRow, content: bytes) -> None:
        """Show, play, or hand over what a stored file holds."""
        self.show_file(row.name, content, str(row.id))

    def show_file(self, name: str, content: bytes, folder: str = "form") -> None:
        """Show, play, or hand over a file.

        Args:
            name: What it is called.
            content: What it holds.
            folder: Where a copy for the system stands, apart from others of this name.
        """
        kind = kind_of(media_type(name))
        if kind is FileKind.PICTURE:
            picture = read_picture(content)
            if not picture.isNull():
                PictureViewer(picture, name, self._window).show()
                return
        if not can_be_opened(name):
            text = _("“{name}” is not opened here: it may be a program. Save a copy of it instead.")
            self.failed.emit(text.format(name=name))
            return
        try:
            path = self._copy(folder, name, content)
        except OSError as error:
            text = _("“{name}” cannot be opened: {reason}")
            self.failed.emit(text.format(name=name, reason=error.strerror or str(error)))
            return
        if kind is not FileKind.SOUND:
            self._hand_over(path)
        elif not self._play(path, name) and self._hand_over(path):
            text = _("“{name}” cannot be played here; another program opens it.")
            self._messages.info(text.format(name=name))

    def _copy(self, folder: str, name: str, content: bytes) -> Path:
        path = Path(_folder().name) / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        if path not in self._copies:
            self._copies.append(path)
        return path

    def _play(self, path: Path, name: str) -> bool:
        qt = sound_player.multimedia() if self.place is not None else None
        if qt is None or self.place is None:
            return False
        if self.player is None:
            made = SoundPlayer(qt)
            if not made.is_available:
                made.deleteLater()
                return False
            self.player = made
            made.failed.connect(self._offer_another)
            self.place(made)
        self.player.play(path, name)
        return True

    def _offer_another(self, path: Path) -> None:
        text = _("“{name}” cannot be played here: it is damaged, or of a kind that is not known.")
        self._offered = text.format(name=path.name)
        verb = _("&Open with another program")
        self._messages.offer(self._offered, verb, lambda: self._hand_over(path))

    def _hand_over(self, path: Path) -> bool:
        """Let the system open a file; whether it knows a program for it."""
        if QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            return True
        text = _("This computer has no program that opens “{name}”.")
        self.failed.emit(text.format(name=path.name))
        return False

    def forget_copies(self) -> None:
        """Delete the readable copies; one that is still open goes with the program."""
        if self.player is not None:
            self.player.stop()
        for path in self._copies:
            with contextlib.suppress(OSError):
                path.unlink()
        self._copies.clear()
        if self._offered and self._messages.text == self._offered:
            self._messages.dismiss()  # there is nothing to open any more

    def _on_failed(self, error: UserError) -> None:
        self.failed.emit(sentence_of(error))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that only this user can read; it goes with the program."""
    return tempfile.TemporaryDirectory(prefix="winback-", ignore_cleanup_errors=True)


class FilesPane(QWidget):
    """The files of one case: listed, opened with Enter, added by key, drop or paste."""

    changed = Signal()
    """Another case, another file under the cursor, or files came and went."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context, self._tasks = context, context.tasks
        self._case_id: uuid.UUID | None = None
        self._rows: list[AttachmentRow] = []
        self._reading = Latest()
        self._may_work = allowed(context.actor.role, Action.WORK_CASE)
        self.divert: Callable[[list[Given]], list[Given]] = list
        """Takes dropped or pasted files that belong elsewhere; what it gives back is added here."""
        self.table = RecordTable(
            ATTACHMENT_COLUMNS, context=context, state_key="case-attachments", name=_("Files"),
            empty=_("No files yet: photos, recordings, letters."),
        )  # fmt: skip
        if self._may_work:
            self.table.set_empty(
                _("No files yet. Drop them here, or paste a picture with Ctrl+V."),
                (_("Add a file…"), self.ask),
            )
        self.table.set_menu("file.open", "file.save", None, "file.remove", None, "list.columns")
        self.opener = FileOpener(self._tasks, self, context.messages)
        self.opener.failed.connect(context.messages.warn)
        self.table.opened.connect(self.opener.open)
        self.table.current_changed.connect(lambda _row: self.changed.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GAP_S, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.table, 1)
        self.opener.place = column.addWidget
        hint = text_label(_("Enter opens. Opening a recording is written down."), "hint")
        column.addWidget(hint)
        self.add_button = action_button(context, "case.attach")
        column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self.table)

    # ------------------------------------------------------------------ showing

    def show_case(self, case_id: uuid.UUID) -> None:
        """Show the files of a case; copies of another one's are deleted."""
        if case_id != self._case_id:
            self.opener.forget_copies()
            self._show([])
        self._case_id = case_id
        task = self._tasks.read(self, attachments.rows_of_case, case_id)
        self._reading.take(task).then(self._show)

    def _show(self, rows: list[AttachmentRow]) -> None:
        self._rows = rows
        self.table.set_rows(rows)
        self.changed.emit()

    def title(self) -> str:
        """What the tab of the pane is called."""
        count = self.table.count()
        return _("Files ({n})").format(n=count) if count else _("Files")

    # ------------------------------------------------------------------ adding

    def ask(self) -> None:
        """Let the person choose files."""
        chosen, _filter = QFileDialog.getOpenFileNames(self, _("Add files to the case"))
        self.add([(Path(name), "") for name in chosen])

    def add(self, given: list[Given]) -> None:
        """Add files to the case that is shown."""
        case_id = self._case_id
        if case_id is None or not self._may_work:
            return
        for source, name in given:
            task = self._tasks.write(self, attachments.add, case_id, source, name)
            task.or_else(lambda error: self._context.messages.warn(sentence_of(error)))

    def follow(self, widget: QWidget) -> None:
        """Take what is dropped or pasted anywhere on a widget."""
        if self._may_work:
            widget.setAcceptDrops(True)
            widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent) and event.type() in (
            QEvent.Type.DragEnter,
            QEvent.Type.Drop,
        ):
            data = event.mimeData()
            if self._case_id is not None and (data.hasUrls() or data.hasImage()):
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    self.add(self.divert(files_in(data)))
                return True
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.matches(QKeySequence.StandardKey.Paste)
        ):
            given = files_in(QGuiApplication.clipboard().mimeData())
            self.add(self.divert(given))
            return bool(given)
        return super().eventFilter(watched, event)

    # ------------------------------------------------------------------ doing

    def slots(self) -> Mapping[str, Callable[[], object]]:
        """What can be done now."""
        slots: dict[str, Callable[[], object]] = {}
        if self._case_id is not None:
            slots["case.attach"] = self.ask
        row = self.table.current_row()
        if row is not None and self.table.isVisible():
            slots |= {
                "file.open": lambda: self.opener.open(row),
                "file.save": lambda: self.save_copy(row),
                "file.remove": self.remove,
            }
        return slots

    def open_key(self, attachment_id: object) -> None:
        """Open a file of the case by its key."""
        for row in self._rows:
            if row.id == attachment_id:
                self.opener.open(row)

    def save_copy(self, row: AttachmentRow) -> None:
        """Ask where to, and save a copy outside the program; the journal names it."""
        chosen, _filter = QFileDialog.getSaveFileName(self, _("Save a copy"), row.name)
        if chosen:
            task = self._tasks.write(self, attachments.take_out, row.id).quiet()
            task.then(lambda content: self._save(Path(chosen), content))
            task.or_else(lambda error: self._context.messages.warn(sentence_of(error)))

    def _save(self, path: Path, content: bytes) -> None:
        try:
            path.write_bytes(content)
        except OSError as error:
            text = _("“{name}” cannot be written: {reason}")
            reason = error.strerror or str(error)
            self._context.messages.warn(text.format(name=path.name, reason=reason))
        else:
            self._context.messages.info(_("Saved as {name}.").format(name=path.name))

    def remove(self) -> None:
        """Take the chosen files away; the bar offers to undo it."""
        for row in self.table.selected_rows():
            task = self._tasks.write(self, attachments.remove, row.id)
            task.or_else(lambda error: self._context.messages.warn(sentence_of(error)))
