"""Pictures of every page in both languages and themes, and the demo's reports as files."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import (
    QEventLoop,
    QMessageLogContext,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app import i18n
from desktop_app.domain.agenda import View
from desktop_app.settings import Settings, Theme
from desktop_app.ui import theme
from desktop_app.ui.app import Application, make_app
from desktop_app.ui.command_palette import CommandPalette
from desktop_app.ui.document_view import DocumentView
from desktop_app.ui.page import Page
from desktop_app.ui.sign_in import SignInDialog

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from db.workspace import Opened

SIZE = (1440, 900)
_SETTLE_MS = 120
_QUIET = 2
"""Waits in a row with nothing under way: together longer than the delay of a preview."""
_LONGEST = 20.0  # seconds
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "charges": ("handovers", "key-persons", "rotation"),
    "cadence": ("compliance", "exceptions", "table"),
    "settings": ("staff", "handovers", "reminders"),
}
"""Parts of pages that have pictures of their own, beside the first one."""
_QUERY = "wang"
"""What is typed into the palette: finds customers and staff by pinyin."""


@dataclass(frozen=True, slots=True)
class _Records:
    """What the detail pages are shown with."""

    case_id: UUID | None
    case_number: str
    customer_id: UUID | None
    interview_id: UUID | None
    questionnaire_id: UUID
    script_id: UUID
    win_back_id: UUID | None = None


_MANY = 100_000


def run(folder: Path, workspace: Path) -> list[Path]:
    """Save a picture of every page of a demo workspace, and its reports; returns the files.

    Raises:
        DatabaseError: the workspace is no demo or cannot be opened.
    """
    from db.workspace import open_demo  # noqa: PLC0415  (after the window's own imports)

    folder.mkdir(parents=True, exist_ok=True)
    qInstallMessageHandler(tell_qt)
    spoken = i18n.language()
    made: list[Path] = []
    app = make_app(Settings(language="en"))
    with _home_of_its_own():
        for language in sorted(i18n.LANGUAGES):
            for scheme in (Theme.LIGHT, Theme.DARK):
                settings = Settings(language=language, theme=scheme)
                made += _pictures(app, settings, open_demo(workspace), folder)
    opened = open_demo(workspace)
    try:
        made += write_reports(opened, folder)
    finally:
        opened.database.close()
        i18n.set_language(spoken)
    return made


def tell_qt(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Qt's own messages, without the one it has for every window that nobody sees."""
    if "propagateSizeHints" not in text:
        sys.stderr.write(f"{text}\n")


@contextmanager
def _home_of_its_own() -> Iterator[None]:
    """Keep what the window remembers away from the person's own settings."""
    before = os.environ.get("WINBACK_HOME")
    with tempfile.TemporaryDirectory(prefix="winback-", ignore_cleanup_errors=True) as home:
        os.environ["WINBACK_HOME"] = home
        try:
            yield
        finally:
            if before is None:
                del os.environ["WINBACK_HOME"]
            else:
                os.environ["WINBACK_HOME"] = before


def _pictures(
    app: QApplication, settings: Settings, opened: "Opened", folder: Path
) -> Iterator[Path]:
    """One picture a page; the generator ends the program it started."""
    theme.apply(app, settings)
    program = Application(app, settings, None, keeps_settings=False)
    suffix = f"{i18n.language()}-{settings.theme.value}"
    try:
        dialog = SignInDialog(settings, program.background, opened.folder)
        dialog.show()
        settle(program)
        yield _save(dialog, folder / f"sign-in-{suffix}.png")
        dialog.close()
        dialog.deleteLater()
        program.open_window(opened)
        window = program.window
        if window is None:
            return
        window.resize(*SIZE)
        with opened.database.read(opened.actor) as session:
            records = _records(session)
        for name, page_id, target in _pages(records):
            window.navigate(page_id, target)
            settle(program)
            yield _save(window, folder / f"{name}-{suffix}.png")
        for name, page_id, target, turn in _views(records):
            window.navigate(page_id, target)
            settle(program)
            page = window.current_page()
            if page is not None:
                turn(page)
            settle(program)
            yield _save(window, folder / f"{name}-{suffix}.png")
        window.navigate("today")
        settle(program)
        window.open_palette()
        palette = window.findChild(CommandPalette)  # a window of its own
        if palette is not None:
            palette.line.setText(_QUERY)
            settle(program)
            yield _save(window, folder / f"palette-{suffix}.png", over=palette)
            palette.close()
    finally:
        program.shut_down()


def _pages(records: _Records) -> list[tuple[str, str, object]]:
    """Name of the picture, page and target."""
    from desktop_app.ui.pages import PAGES  # noqa: PLC0415

    shown: list[tuple[str, str, object]] = []
    targets: dict[str, object] = {
        "case-file": records.case_id,
        "interview": records.interview_id,
        "customer-card": records.customer_id,
        "designer": records.questionnaire_id,
        "script-editor": records.script_id,
    }
    for spec in PAGES:
        target = targets.get(spec.id)
        if spec.id not in targets or target is not None:
            shown.append((spec.id, spec.id, target))
    return shown


def _views(records: _Records) -> list[tuple[str, str, object, Callable[[Page], None]]]:
    """Other views of pages: name of the picture, page, target, and what is done to the page."""
    shown: list[tuple[str, str, object, Callable[[Page], None]]] = [
        (f"{page_id}-{part}", page_id, part, Page.load)
        for page_id, parts in _PARTS.items()
        for part in parts
    ]
    shown += [
        (f"calendar-{view.value}", "calendar", "", partial(_turn_calendar, view=view))
        for view in (View.WEEK, View.MONTH)
    ]
    if records.win_back_id is not None:
        shown.append(("case-file-win-back", "case-file", records.win_back_id, _turn_to_steps))
    return shown


def _turn_calendar(page: Page, view: View) -> None:
    """The view of the person signed in."""
    from desktop_app.ui.pages.calendar import CalendarPage  # noqa: PLC0415  (slow to import)

    if isinstance(page, CalendarPage):
        page.person.set_value(page.actor.user_id)
        page.set_view(view)
        page.load()


def _turn_to_steps(page: Page) -> None:
    from desktop_app.ui.pages.case_file import CaseFilePage  # noqa: PLC0415  (slow to import)

    if isinstance(page, CaseFilePage):
        page.tabs.setCurrentWidget(page.tabs.win_back)


def _records(session: "Session") -> _Records:
    """The case with the most history, its customer, and the case of a win-back visit."""
    from db.queries.cases import CaseFilter  # noqa: PLC0415
    from db.queries.interviews import InterviewFilter  # noqa: PLC0415
    from db.queries.visits import VisitFilter  # noqa: PLC0415
    from db.vocabulary import CaseStage, InterviewState  # noqa: PLC0415
    from desktop_app.services.cases import list_cases  # noqa: PLC0415
    from desktop_app.services.interviews import list_interviews  # noqa: PLC0415
    from desktop_app.services.questionnaires import list_questionnaires  # noqa: PLC0415
    from desktop_app.services.scripts import list_scripts  # noqa: PLC0415
    from desktop_app.services.visits import list_visits  # noqa: PLC0415

    late = frozenset({CaseStage.FOLLOW_UP, CaseStage.REMEDY_IN_PROGRESS, CaseStage.PLAN_AGREED})
    rows = list_cases(session, CaseFilter(stages=late), None, 0, 1)
    rows = rows or list_cases(session, CaseFilter(), None, 0, 1)
    drafts = list_interviews(session, InterviewFilter(state=InterviewState.DRAFT), None, 0, 1)
    drafts = drafts or list_interviews(session, InterviewFilter(), None, 0, 1)
    interview_id = drafts[0].id if drafts else None
    visited = list_visits(session, VisitFilter(), None, 0, _MANY)
    questionnaire_id = list_questionnaires(session)[0].id
    script_id = list_scripts(session)[0].id
    if not rows:
        return _Records(None, "", None, interview_id, questionnaire_id, script_id)
    return _Records(
        rows[0].id,
        rows[0].number,
        rows[0].customer_id,
        interview_id,
        questionnaire_id,
        script_id,
        next((row.case_id for row in visited if row.is_win_back), None),
    )


def write_reports(opened: "Opened", folder: Path) -> list[Path]:
    """Every report as Excel and PDF, in Chinese."""
    from desktop_app.reports import REPORTS  # noqa: PLC0415
    from desktop_app.reports.pdf import write_pdf  # noqa: PLC0415
    from desktop_app.reports.xlsx import write_xlsx  # noqa: PLC0415

    written: list[Path] = []
    with i18n.in_language("zh_CN"), opened.database.read(opened.actor) as session:
        number = _records(session).case_number
        for found in REPORTS:
            report_id = found.id
            values = {"number": number} if report_id == "case-file" else {}
            if report_id == "case-file" and not number:
                continue
            document = found.build(session, found.Params.model_validate(values))
            for writer, suffix in ((write_xlsx, "xlsx"), (write_pdf, "pdf")):
                path = folder / f"{report_id}.{suffix}"
                writer(document, path, overwrite=True)
                written.append(path)
    return written


def settle(program: Application, widgets: Sequence[QWidget] = ()) -> None:
    """Let the program work until nothing is under way, a preview's short delay included."""
    end, quiet = time.monotonic() + _LONGEST, 0
    while quiet < _QUIET and time.monotonic() < end:
        _wait(_SETTLE_MS)
        is_busy = program.background.is_busy() or (
            program.tasks is not None and program.tasks.is_busy()
        )
        if program.window is not None:
            documents = program.window.findChildren(DocumentView)
            is_busy = is_busy or not all(view.is_whole for view in documents)
        quiet = 0 if is_busy else quiet + 1
    for widget in widgets:
        widget.repaint()


def _wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _save(widget: QWidget, path: Path, *, over: QWidget | None = None) -> Path:
    """Save a picture of a window, with another one lying over it."""
    picture = widget.grab()
    if over is not None:
        painter = QPainter(picture)
        painter.drawPixmap(widget.mapFromGlobal(over.pos()), over.grab())
        painter.end()
    picture.save(str(path))
    return path
