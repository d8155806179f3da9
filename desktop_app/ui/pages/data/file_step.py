"""Step one of an import: what kind of file, which file, how it is read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from db.queries.journal import ChangeSetFilter
from db.vocabulary import ChangeKind, ImportKind
from desktop_app.columns.data import preview_columns
from desktop_app.columns.journal import change_set_columns
from desktop_app.i18n import _, ngettext
from desktop_app.importing.mapping import Mapping
from desktop_app.importing.readers import ENCODINGS, Preview, ReadOptions
from desktop_app.importing.remarks import sheet_name
from desktop_app.services import history
from desktop_app.services.journal import title_text
from desktop_app.ui import theme
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, EnumEditor, FileEditor
from desktop_app.ui.page import Page
from desktop_app.ui.panels import Card, text_label
from desktop_app.ui.parsed_editors import IntegerEditor
from desktop_app.ui.record_table import RecordTable

_DELIMITERS = [(",", ", "), (";", "; "), ("\t", "Tab"), ("|", "| ")]


class FileStep(QWidget):
    """Kind, file, sheet or encoding, and the first rows as they will be read."""

    options_changed = Signal()
    cleared = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._preview: Preview | None = None
        self._table: RecordTable | None = None
        self._is_filling = False
        self.kind_editor = EnumEditor(ImportKind)
        self.kind_editor.set_name(_("What the file holds"))
        self.file_editor = FileEditor(
            _("Choose a file to import"),
            f"{_('Tables')} (*.csv *.tsv *.txt *.xlsx *.xlsm *.xlsb *.xls *.ods);;"
            f"{_('All files')} (*)",
        )
        self.file_editor.set_name(_("File to import"))
        self.setFocusProxy(self.file_editor)
        self.sheet = ChoiceEditor([])
        self.encoding = ChoiceEditor([(name, name) for name in ENCODINGS], optional=True)
        self.delimiter = ChoiceEditor(_DELIMITERS, optional=True)
        self.header_row = IntegerEditor(minimum=0)
        self.fill_merged = CheckEditor(_("Fill merged cells"))
        self._facts = text_label("", "strong")
        self._problem = text_label("", "problem")
        self._remarks = text_label("")
        self._below = QStackedWidget()
        self._below.addWidget(self._welcome())
        self._holder = QVBoxLayout()
        self._arrange()
        self.kind_editor.changed.connect(self._on_file)
        self.file_editor.changed.connect(self._on_file)
        for editor in (self.sheet, self.encoding, self.delimiter):
            editor.changed.connect(self._on_option)
        self.header_row.line.editingFinished.connect(self._on_header_row)
        self.fill_merged.changed.connect(self._on_option)
        self._show_options()
        self._say()

    # ------------------------------------------------------------------ building

    def _arrange(self) -> None:
        first = _line(
            (_("The file holds"), self.kind_editor), (_("File"), self.file_editor), stretch=False
        )
        self._options = QWidget()
        self._options_row = _line(
            (_("Sheet"), self.sheet),
            (_("Encoding"), self.encoding),
            (_("Parted by"), self.delimiter),
            (_("Headings in row"), self.header_row),
            ("", self.fill_merged),
        )
        inner = QVBoxLayout(self._options)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addLayout(self._options_row)
        preview = QWidget()
        self._holder = QVBoxLayout(preview)
        self._holder.setContentsMargins(0, 0, 0, 0)
        self._holder.setSpacing(theme.GAP_S)
        self._below.addWidget(preview)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_M)
        column.addLayout(first)
        column.addWidget(self._options)
        column.addWidget(self._facts)
        column.addWidget(self._problem)
        column.addWidget(self._remarks)
        column.addWidget(self._below, 1)

    def _welcome(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_M)
        card = Card(_("What can be imported"))
        for text in (
            _("Customers: a row for each, with number or phone, name, store, card number. Columns "
              "the program does not know are kept as attributes."),
            _("Orders: a row for each order or each line of one, with the customer's number, phone "
              "or card, the day and the amount. Customers met only here can be made on the way."),
            _("Visits made: a row for each visit or call, with the customer, the day, who made it "
              "and what came of it. Renewals: a row for each product with the day it expires."),
            _("CSV, Excel (xlsx, xlsb, xls) and OpenDocument. Drop a file anywhere on this page. "
              "Phones and numbers stay text; nothing is written before the last step."),
        ):  # fmt: skip
            card.body.addWidget(text_label(text))
        self.latest = RecordTable(
            change_set_columns(title_text), context=self._page.context,
            state_key="imports", name=_("Latest imports"),
            empty=_("Nothing has been imported yet."),
        )  # fmt: skip
        column.addWidget(card)
        column.addWidget(text_label(_("Latest imports"), "heading"))
        column.addWidget(self.latest, 1)
        return whole

    # ------------------------------------------------------------------ values

    def load(self) -> None:
        """Read the list of the latest imports."""
        self.latest.set_query(
            history.count_change_sets,
            history.list_change_sets,
            ChangeSetFilter(kind=ChangeKind.IMPORT),
        )

    def kind(self) -> ImportKind:
        """What the file holds."""
        return ImportKind(self.kind_editor.value())

    def set_kind(self, kind: ImportKind) -> None:
        """Say what the file holds."""
        self.kind_editor.set_value(kind)

    def path(self) -> Path | None:
        """The chosen file."""
        return self.file_editor.value()

    def set_path(self, path: Path) -> None:
        """Choose a file; the same one is read again, it may have been corrected."""
        if path == self.path():
            self._on_file()
        else:
            self.file_editor.set_value(path)

    def name(self) -> str:
        """Name of the file without its folder."""
        path = self.path()
        return "" if path is None else path.name

    def options(self) -> ReadOptions:
        """How to read the file; what is not chosen is guessed."""
        header = self.header_row.value()
        return ReadOptions(
            sheet=self.sheet.value(),
            encoding=self.encoding.value(),
            delimiter=self.delimiter.value(),
            header_row=header if isinstance(header, int) else None,
            fill_merged=self.fill_merged.value(),
        )

    def is_ready(self) -> bool:
        """Whether the file was read and nobody has to choose an encoding."""
        return self._preview is not None and self._preview.head.encoding_sure

    def clear(self) -> None:
        """Forget the file."""
        self.file_editor.set_value(None)

    # ------------------------------------------------------------------ reacting

    def _on_file(self) -> None:
        self._is_filling = True
        self.sheet.set_choices([])
        for editor in (self.encoding, self.delimiter, self.header_row):
            editor.set_value(None)
        self.fill_merged.set_value(False)
        self._is_filling = False
        self._preview = None
        self._show_options()
        path = self.path()
        if path is None or not path.is_file():
            self._say(problem=_("There is no such file.") if path is not None else "")
            self._below.setCurrentIndex(0)
            self.cleared.emit()
            return
        self.options_changed.emit()

    def _on_option(self) -> None:
        if not self._is_filling and self._preview is not None:
            self.options_changed.emit()

    def _on_header_row(self) -> None:
        if self._preview is not None and self.header_row.value() != self._preview.head.header_row:
            self._on_option()

    def show_busy(self) -> None:
        """Say that the file is being read."""
        self._say(_("Reading {file} …").format(file=self.name()))

    def show_problem(self, message: str) -> None:
        """Say why the file cannot be read."""
        self._say(problem=message)
        self._below.setCurrentIndex(0)

    def show_preview(self, preview: Preview, mapping: Mapping) -> None:
        """Show how the file is read and its first rows."""
        self._preview = preview
        self._fill_options(preview, mapping)
        self._show_options()
        sure = preview.head.encoding_sure
        self._say(
            self._facts_text(preview),
            "" if sure else _("The encoding is not sure. Choose the one that shows right names."),
            preview.remarks,
        )
        if self._table is not None:
            self._table.hide()
            self._table.deleteLater()
        self._table = RecordTable(
            preview_columns(preview.head.headings), context=self._page.context,
            state_key="import-preview", name=_("First rows of the file"),
            empty=_("There are no rows below the headings."), key=lambda row: row.number,
        )  # fmt: skip
        self._holder.addWidget(self._table)
        self._below.setCurrentIndex(1)
        self._table.set_rows(preview.rows)

    def _fill_options(self, preview: Preview, mapping: Mapping) -> None:
        head = preview.head
        self._is_filling = True
        self.sheet.set_choices([(one.name, sheet_name(one)) for one in head.sheets])
        self.sheet.set_value(head.sheet)
        if head.encoding and head.encoding_sure:
            self.encoding.set_choices(_encodings(head.encoding))
            self.encoding.set_value(head.encoding)
        if head.delimiter:
            self.delimiter.set_choices(_delimiters(head.delimiter))
            self.delimiter.set_value(head.delimiter)
        self.header_row.set_value(head.header_row)
        self.fill_merged.set_value(mapping.read.fill_merged)
        self._is_filling = False

    def _show_options(self) -> None:
        head = self._preview.head if self._preview is not None else None
        self._options.setVisible(head is not None)
        is_text = head is not None and head.kind == "text"
        for editor, is_shown in (
            (self.sheet, head is not None and len(head.sheets) > 1),
            (self.encoding, is_text),
            (self.delimiter, is_text),
            (self.fill_merged, head is not None and head.merged > 0),
        ):
            editor.setVisible(is_shown)
            label = _label_of(self._options_row, editor)
            if label is not None:
                label.setVisible(is_shown)

    def _say(self, facts: str = "", problem: str = "", remarks: Sequence[str] = ()) -> None:
        lines = "\n".join(remarks)
        for label, text in (
            (self._facts, facts), (self._problem, problem), (self._remarks, lines),
        ):  # fmt: skip
            label.setText(text)
            label.setVisible(bool(text))

    def _facts_text(self, preview: Preview) -> str:
        head = preview.head
        total = preview.total_rows
        parts = [self.name(), head.kind.upper() if head.kind != "text" else _("Text")]
        if len(head.sheets) > 1:
            count = len(head.sheets)
            parts.append(ngettext("{n} sheet", "{n} sheets", count).format(n=count))
        count = len(head.headings)
        parts.append(ngettext("{n} column", "{n} columns", count).format(n=count))
        if total is None:
            parts.append(_("many rows"))
        else:
            parts.append(ngettext("{n} row", "{n} rows", total).format(n=f"{total:,}"))
        return " · ".join(parts)


def _encodings(found: str) -> list[tuple[str, str]]:
    names = list(dict.fromkeys((found, *ENCODINGS)))
    return [(name, name) for name in names]


def _delimiters(found: str) -> list[tuple[str, str]]:
    known = dict(_DELIMITERS)
    return [*_DELIMITERS] if found in known else [(found, found), *_DELIMITERS]


def _line(*pairs: tuple[str, Any], stretch: bool = True) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.GAP_S)
    for label, editor in pairs:
        words = text_label(label, "hint", wraps=False)
        if label:
            editor.set_name(label)
        row.addWidget(words)
        row.addWidget(editor, 1 if isinstance(editor, FileEditor) else 0)
    if stretch:
        row.addStretch(1)
    return row


def _label_of(row: QHBoxLayout, editor: QWidget) -> QWidget | None:
    place = row.indexOf(editor)
    item = row.itemAt(place - 1) if place > 0 else None
    return item.widget() if item is not None else None
