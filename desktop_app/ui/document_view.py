"""A report document on the screen: the same content that Excel and PDF write."""

from functools import singledispatchmethod
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app import labels
from desktop_app.i18n import _
from desktop_app.reports.base import (
    Document,
    Facts,
    Figure,
    Paragraph,
    Quote,
    Section,
    SignatureLine,
    Table,
)
from desktop_app.ui import panels, theme
from desktop_app.ui.charts import ChartView
from desktop_app.ui.record_table import RecordTable

if TYPE_CHECKING:
    from desktop_app.ui.page import PageContext

_ROWS_SHOWN = 12
_WIDEST = 1100


class DocumentView(QWidget):
    """Sections as cards in one column; bars, rows and quotes with a key can be opened."""

    bar_opened = Signal(str, str)
    """Criterion and key of a bar: the cases behind it are wanted."""
    record_opened = Signal(str)
    """Id of the record behind a row or a quote."""

    def __init__(self, context: "PageContext") -> None:
        super().__init__()
        self._context = context
        self._document: Document | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, theme.GAP_M, theme.GAP_L)
        self._column.setSpacing(theme.GAP_M)
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setMaximumWidth(_WIDEST)

    def show_document(self, document: Document) -> None:
        """Draw a document in place of the last one."""
        self._document = document
        while (item := self._column.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self._column.addWidget(self._head(document))
        for number, section in enumerate(document.sections):
            self._column.addWidget(self._section(section, number))
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

    def _section(self, section: Section, number: int) -> QWidget:
        card = panels.Card(section.title)
        for position, block in enumerate(section.blocks):
            card.body.addWidget(self._block(block, f"{number}-{position}"))
        return card

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
        table.set_rows(block.rows)
        shown = min(max(len(block.rows), 2), _ROWS_SHOWN)
        table.setFixedHeight((shown + 1) * theme.row_height() + theme.GAP_L)
        if block.key is not None:
            key_of = block.key
            table.opened.connect(lambda row: self.record_opened.emit(key_of(row)))
        if block.title:
            box.addWidget(panels.text_label(block.title, "strong"))
        box.addWidget(table)
        currency = self._document.currency if self._document else ""
        notes = [block.note, _total_text(block, currency)]
        text = "  ·  ".join(note for note in notes if note)
        if text:
            box.addWidget(panels.text_label(text, "hint"))
        return whole


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
