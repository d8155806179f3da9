"""A report document on the screen: the same content that Excel and PDF write."""

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import singledispatchmethod
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from db.queries.cases import CaseFilter
from db.queries.closed import ClosedGroup
from desktop_app import labels
from desktop_app.i18n import _
from desktop_app.reports.base import (
    Document,
    Facts,
    Figure,
    Paragraph,
    Quote,
    SignatureLine,
    Table,
)
from desktop_app.ui import panels, theme
from desktop_app.ui.charts import ChartView
from desktop_app.ui.record_table import RecordTable

if TYPE_CHECKING:
    from desktop_app.ui.page import PageContext

_ROWS_SHOWN = 200
"""A longer table scrolls by itself, any other along with the page."""
_WIDEST = 1100
_AT_ONCE = 6
"""Small blocks that are drawn in one piece."""


class DocumentView(QWidget):
    """Sections as cards in one column; bars, rows and quotes with a key can be opened.

    A long report takes a third of a second to draw: it comes in pieces, and between two of them
    the window answers.
    """

    bar_opened = Signal(str, str)
    """Criterion and key of a bar: the cases behind it are wanted."""
    record_opened = Signal(str)
    """Id of the case behind a row or a quote."""
    page_opened = Signal(str, str)
    """A page that is not a case's, and the id of the record behind a row."""
    cases_opened = Signal(object)
    """The filter of the cases behind a cell of a table."""

    def __init__(self, context: "PageContext") -> None:
        super().__init__()
        self._context = context
        self._document: Document | None = None
        self._pieces: Iterator[bool] = iter(())
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._draw_piece)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, theme.GAP_M, theme.GAP_L)
        self._column.setSpacing(theme.GAP_M)
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setMaximumWidth(_WIDEST)

    @property
    def is_whole(self) -> bool:
        """Whether the document was drawn to its end."""
        return not self._timer.isActive()

    def show_document(self, document: Document) -> None:
        """Draw a document in place of the last one: the beginning now, the rest piece by piece."""
        is_same = self._document is not None and self._document.id == document.id
        self.setMinimumHeight(self.height() if is_same else 0)  # what is being read stays in place
        self._document = document
        while (item := self._column.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self._pieces = self._draw(document)
        self._timer.start()
        self._draw_piece()

    def _draw_piece(self) -> None:
        if not next(self._pieces, False):
            self._timer.stop()
            self.setMinimumHeight(0)

    def _draw(self, document: Document) -> Iterator[bool]:
        """Add everything to the column; gives ``True`` after each piece."""
        self._column.addWidget(self._head(document))
        for number, section in enumerate(document.sections):
            card = panels.Card(section.title)
            self._column.addWidget(card)
            for position, block in enumerate(section.blocks):
                card.body.addWidget(self._block(block, f"{number}-{position}"))
                if isinstance(block, Figure | Table) or position % _AT_ONCE == _AT_ONCE - 1:
                    yield True
        if document.definitions:
            self._column.addWidget(self._pairs(_("Definitions"), document.definitions))

    def _head(self, document: Document) -> QWidget:
        head = QWidget()
        box = QVBoxLayout(head)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.GAP_XS)
        box.addWidget(panels.text_label(document.title, "title"))
        if document.subtitle:
            box.addWidget(panels.text_label(document.subtitle, "heading"))
        scope = [part for part in (document.store, document.period) if part]
        scope += [f"{name}: {value}" for name, value in document.filters]
        scope.append(_("Data of {moment}").format(moment=labels.moment_text(document.generated_at)))
        box.addWidget(panels.text_label("  ·  ".join(scope), "hint"))
        return head

    @staticmethod
    def _pairs(title: str, pairs: tuple[tuple[str, str], ...]) -> QWidget:
        card = panels.Card(title)
        for term, meaning in pairs:
            card.body.addWidget(panels.text_label(f"{term}: {meaning}", "hint"))
        return card

    # ------------------------------------------------------------------ blocks

    @singledispatchmethod
    def _block(self, block: object, _place: str) -> QWidget:
        raise TypeError(type(block).__name__)

    @_block.register
    def _paragraph(self, block: Paragraph, _place: str) -> QWidget:
        return panels.text_label(block.text, "hint" if block.faint else "")

    @_block.register
    def _facts(self, block: Facts, _place: str) -> QWidget:
        return panels.Facts(block.pairs)

    @_block.register
    def _quote(self, block: Quote, _place: str) -> QWidget:
        row = QWidget()
        box = QVBoxLayout(row)
        box.setContentsMargins(theme.GAP_M, theme.GAP_XS, 0, theme.GAP_XS)
        box.setSpacing(0)
        box.addWidget(panels.text_label(_("“{words}”").format(words=block.text)))
        if not block.source:
            return row
        foot = QHBoxLayout()
        foot.addWidget(panels.text_label(block.source, "hint"), 1)
        if block.key:
            key = block.key
            opener = panels.button(
                _("Go to case"), lambda: self.record_opened.emit(key), "chevron-right", "quiet"
            )
            opener.setAccessibleName(_("Go to case: {source}").format(source=block.source))
            foot.addWidget(opener)
        box.addLayout(foot)
        return row

    @_block.register
    def _signatures(self, block: SignatureLine, _place: str) -> QWidget:
        return panels.text_label("      ".join(f"{one}: ____________" for one in block.labels))

    @_block.register
    def _figure(self, block: Figure, _place: str) -> QWidget:
        chart = ChartView()
        chart.set_figure(block)
        chart.opened.connect(lambda key: self.bar_opened.emit(block.criterion, key))
        return chart

    @_block.register
    def _table(self, block: Table, place: str) -> QWidget:
        whole = QWidget()
        box = QVBoxLayout(whole)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.GAP_XS)
        report = self._document.id if self._document else ""
        table = RecordTable(
            block.columns,
            context=self._context,
            state_key=f"report.{report}.{place}",
            name=block.title or _("Table"),
            empty=_("Nothing in this period."),
            key=id,
        )
        table.model.is_faint = block.is_faint
        table.set_rows(block.rows)
        shown = min(max(len(block.rows), 2), _ROWS_SHOWN)
        table.setFixedHeight((shown + 1) * theme.row_height() + theme.GAP_L)
        table.current_changed.connect(lambda _row: self._follow(table))
        if block.cases is not None:
            table.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
            table.opened.connect(lambda row: self._open_cell(block, table, row))
        elif block.key is not None:
            key_of = block.key
            table.opened.connect(lambda row: self._open_row(block.page, key_of(row)))
        if block.title:
            box.addWidget(panels.text_label(block.title, "strong"))
        box.addWidget(table)
        currency = self._document.currency if self._document else ""
        notes = [block.note, _total_text(block, currency)]
        text = "  ·  ".join(note for note in notes if note)
        if text:
            box.addWidget(panels.text_label(text, "hint"))
        return whole

    @staticmethod
    def _follow(table: RecordTable) -> None:
        """Let the page scroll to the row that the keyboard is on."""
        page = table.parentWidget()
        while page is not None and not isinstance(page, QScrollArea):
            page = page.parentWidget()
        inside = page.widget() if page is not None else None
        if page is None or inside is None or not table.has_focus():
            return
        place = table.view.visualRect(table.view.currentIndex())
        middle = table.view.viewport().mapTo(inside, place.center())
        page.ensureVisible(0, middle.y(), 0, 2 * theme.row_height())

    def _open_row(self, page: str, key: str) -> None:
        if page == "case-file":
            self.record_opened.emit(key)
        else:
            self.page_opened.emit(page, key)

    def _open_cell(self, block: Table, table: RecordTable, row: object) -> None:
        column = block.columns[table.view.currentIndex().column()]
        criteria = block.cases(row, column.id) if block.cases is not None else {}
        if criteria:
            self.cases_opened.emit(dict(criteria))


def as_filter(values: Mapping[str, str]) -> CaseFilter:
    """The list of cases behind a number of a report, from the report's criteria as text.

    An empty text is no criterion; keys of cases stand with blanks between them.
    """
    from pydantic import TypeAdapter  # noqa: PLC0415  (only when a bar is opened)

    criteria: dict[str, object] = {name: value for name, value in values.items() if value}
    if "among" in criteria:
        criteria["among"] = values["among"].split()
    for what in ("opened", "closed"):
        month = str(criteria.pop(f"{what}_month", ""))
        if month:
            first = dt.date.fromisoformat(f"{month}-01")
            last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
            start, end = values.get(f"{what}_from"), values.get(f"{what}_until")
            criteria[f"{what}_from"] = max(first, _day(start)) if start else first
            criteria[f"{what}_until"] = min(last, _day(end)) if end else last
            if what == "closed":
                criteria.setdefault("closed_group", ClosedGroup.CLOSED)
    return TypeAdapter(CaseFilter).validate_python(criteria)


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _total_text(table: Table, currency: str) -> str:
    """The total row in one line below the table."""
    total = table.total
    if not total:
        return ""
    titles = {column.id: column for column in table.columns}
    parts = []
    for name, value in total.items():
        column = titles.get(name)
        if column is None or value is None:
            continue
        if column.kind == "money" and isinstance(value, int):
            value = labels.money(value, currency)  # noqa: PLW2901  (shown instead)
        parts.append(f"{column.heading()} {value}")
    return "  ·  ".join(parts)
