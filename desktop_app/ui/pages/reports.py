"""The reports: choose one, say what it covers, read it, open what is behind, write it to a file."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app import clock
from desktop_app.errors import InvalidInputError, UserError
from desktop_app.i18n import _
from desktop_app.reports import REPORTS
from desktop_app.reports.base import Document, Report
from desktop_app.services import exports, staff
from desktop_app.ui import dialogs, list_export, model_form, panels, theme
from desktop_app.ui.background import Latest
from desktop_app.ui.document_view import DocumentView, as_filter
from desktop_app.ui.editors import ChoiceEditor
from desktop_app.ui.form import Form
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from desktop_app.progress import Progress

_SIDE_WIDTH = 380


class ReportsPage(Page):
    """List of reports and their parameters on the left, the document on the right."""

    SPEC: ClassVar[PageSpec] = page_spec("reports")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"departure_case", "case_reason", "store", "interview", "answer_theme"}
    )

    def build(self) -> None:
        """Make the list, the place of the form, and the document."""
        self._latest = Latest()
        self._document: Document | None = None
        self._form = Form()
        self._stores: list[tuple[UUID, str]] = []
        self._asked: dict[str, Any] = {}
        self.header = panels.PageHeader(
            _("Reports"),
            buttons=[
                panels.action_button(self.context, "report.excel"),
                panels.action_button(self.context, "report.pdf"),
                panels.action_button(self.context, "report.run", primary=True),
            ],
        )
        self.body.addWidget(self.header)
        self.view = DocumentView(self.context)
        self.view.bar_opened.connect(self._open_bar)
        self.view.record_opened.connect(lambda key: self.navigate("case-file", UUID(key)))
        self.view.page_opened.connect(lambda page, key: self.navigate(page, UUID(key)))
        self.view.cases_opened.connect(self._open_cases)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_L)
        self._right = QStackedWidget()
        self._right.addWidget(
            panels.EmptyState(_("Say what it is to cover, then show the report."), "reports")
        )
        self._right.addWidget(panels.scrolled(self.view, _("Report")))
        self.side = self._make_side()
        row.addWidget(self.side)
        row.addWidget(self._right, 1)
        self.body.addLayout(row, 1)

    def _make_side(self) -> QScrollArea:
        side = QWidget()
        area = panels.scrolled(side)
        beside = theme.GAP_S + area.verticalScrollBar().sizeHint().width()
        area.setFixedWidth(theme.pixels(_SIDE_WIDTH) + beside)
        box = QVBoxLayout(side)
        box.setContentsMargins(0, 0, theme.GAP_S, 0)
        box.setSpacing(theme.GAP_M)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Reports"))
        for report in REPORTS:
            item = QListWidgetItem(_(report.title))
            item.setToolTip(_(report.summary))
            item.setSizeHint(QSize(0, theme.row_height()))
            self.list.addItem(item)
        self.list.setFixedHeight(len(REPORTS) * theme.row_height() + theme.GAP_S)
        box.addWidget(self.list)
        self.summary = panels.text_label("", "hint")
        box.addWidget(self.summary)
        self._form_place = QVBoxLayout()
        box.addLayout(self._form_place)
        box.addStretch(1)
        self.list.setCurrentRow(0)  # before the keyboard comes: it would choose without showing it
        self.list.currentRowChanged.connect(lambda _row: self._choose())
        self.list.currentRowChanged.connect(lambda row: self._show_row(area, side, row))
        self._show_form()
        self.setFocusProxy(self.list)
        return area

    def _show_row(self, area: QScrollArea, side: QWidget, row: int) -> None:
        """Scroll the pane to a report of the list."""
        place = self.list.visualItemRect(self.list.item(row))
        spot = self.list.viewport().mapTo(side, place.center())
        area.ensureVisible(spot.x(), spot.y(), 0, place.height())

    # ------------------------------------------------------------------ choosing

    @override
    def load(self) -> None:
        self.tasks.read(self, staff.list_stores).then(self._take_stores)

    def _take_stores(self, stores: list[staff.StoreRow]) -> None:
        self._stores = [(store.id, store.name) for store in stores]
        editor = self._form.editors.get("store")
        if isinstance(editor, ChoiceEditor):
            editor.set_choices(self._stores)
        if self._asked:
            self._form.fill(self._asked)
            self._asked = {}
        self._run_at_once()

    def report(self) -> Report[Any]:
        """The chosen report."""
        return REPORTS[max(self.list.currentRow(), 0)]

    def _choose(self) -> None:
        self._show_form()
        if not self._asked:
            self._run_at_once()

    def _show_form(self) -> None:
        report = self.report()
        self.summary.setText(_(report.summary))
        self._form.hide()
        self._form.deleteLater()
        fields = report.Params.model_fields
        choices = {"store": self._stores} if "store" in fields else {}
        skipped = {name for name in ("case",) if name in fields}
        self._form = model_form.build(report.Params, choices, skip=skipped)
        self._form_place.addWidget(self._form)
        self._document = None
        self.actions_changed()

    @override
    def show_record(self, target: object) -> None:
        """Show a report with parameters: `(report id, {name: value})`."""
        match target:
            case (str() as report_id, dict() as values):
                ids = [report.id for report in REPORTS]
                self._asked = values  # first: it is shown once the stores are known
                self.list.setCurrentRow(ids.index(report_id))
                self.load()

    # ------------------------------------------------------------------ the document

    def _run_at_once(self) -> None:
        """Show the report unless it waits for the number of a case."""
        number = self._form.editors.get("number")
        if number is None or number.value():
            self._run()
        else:
            self.header.set_subtitle("")
            self._right.setCurrentIndex(0)

    def _run(self) -> None:
        report, form = self.report(), self._form
        params = form.try_read(report.Params)
        if params is not None:
            task = self._latest.take(self.tasks.read(self, report.build, params))
            task.then(self._show).or_else(lambda error: self._refuse(form, error))

    def _refuse(self, form: Form, error: UserError) -> None:
        if isinstance(error, InvalidInputError) and form is self._form:
            form.show_problems(error.problems)
        else:
            self.messages.error(error.message)

    def _show(self, document: Document) -> None:
        self._document = document
        self.view.show_document(document)
        self._right.setCurrentIndex(1)
        self.header.set_subtitle(document.subtitle or document.period)
        self.actions_changed()

    def _open_bar(self, criterion: str, key: str) -> None:
        if criterion and key:
            self._open_cases({criterion: key})

    def _open_cases(self, criteria: dict[str, str]) -> None:
        if self._document is not None:
            self.navigate("cases", as_filter({**self._document.criteria, **criteria}))

    # ------------------------------------------------------------------ files

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots: dict[str, Callable[[], object]] = {"report.run": self._run}
        if self._document is not None:
            slots |= {
                "report.excel": lambda: self._write(".xlsx", "Excel (*.xlsx)"),
                "report.pdf": lambda: self._write(".pdf", "PDF (*.pdf)"),
                "page.print": lambda: self._write(".pdf", "PDF (*.pdf)", is_print=True),
            }
        return slots

    def _write(self, suffix: str, kinds: str, *, is_print: bool = False) -> None:
        """Ask for a file; write the event, then the file, then show it."""
        document = self._document
        if document is None:
            return
        name = f"{document.title}-{clock.today().isoformat()}{suffix}"
        exports_folder = self.context.workspace / "exports"
        path = dialogs.save_file(self, _("Save report"), name, kinds, exports_folder)
        if path is None:
            return
        path = path if path.suffix.lower() == suffix else path.with_suffix(suffix)
        if is_print:
            noted = self.tasks.write(self, exports.note_print, document.title)
        else:
            formats = (suffix.removeprefix("."),)
            noted = self.tasks.write(self, exports.note_report, document.title, formats)
        noted.quiet().then(lambda _none: self._write_file(document, path))

    def _write_file(self, document: Document, path: Path) -> None:
        task = self.tasks.read_long(self, write_document, document, path)
        dialogs.show_progress(self, task, _("Save report"))
        task.then(lambda sentences: self._written(path, sentences))
        task.or_else(lambda error: self.messages.error(list_export.not_written(error)))

    def _written(self, path: Path, sentences: list[str]) -> None:
        text = _("Written to {file}").format(file=path)
        if sentences:
            self.messages.warn("\n".join([text, *sentences]))
        else:
            self.messages.done(text)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def write_document(
    session: "Session", progress: "Progress", document: Document, path: Path
) -> list[str]:
    """Write a document as the file's ending says; sentences about what could not be kept."""
    exports.allow(session)
    progress.step(0, None, document.title)
    if path.suffix.lower() == ".pdf":
        from desktop_app.reports.pdf import write_pdf as write  # noqa: PLC0415  (heavy)
    else:
        from desktop_app.reports.xlsx import write_xlsx as write  # noqa: PLC0415
    return [loss.sentence() for loss in write(document, path, overwrite=True).losses]
