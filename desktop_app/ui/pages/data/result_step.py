"""Steps three and four of an import: what it would do, what it did."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from db.queries.journal import ChangeSetFilter, ChangeSetRow
from db.vocabulary import ChangeKind, ImportKind
from desktop_app.columns.data import REJECT_COLUMNS
from desktop_app.i18n import _, ngettext
from desktop_app.importing.load import ImportResult
from desktop_app.importing.rejects import write_rejects
from desktop_app.services import exports, history
from desktop_app.ui import dialogs, list_export, theme
from desktop_app.ui.page import Page
from desktop_app.ui.pages.data.journal_tab import ask_undo
from desktop_app.ui.panels import StatTile, button, text_label
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.theme import Tone

_LATEST = 50  # imports that are looked through for the one that is shown


class ResultStep(QWidget):
    """Counts above, warnings, and the rejected rows with their reasons."""

    def __init__(self, page: Page, *, is_check: bool) -> None:
        super().__init__()
        self._page, self._is_check = page, is_check
        self._result: ImportResult | None = None
        self._name = ""
        self._file: Path | None = None
        self._title = text_label("", "heading")
        self._more = text_label("")
        self.tiles = {
            "rows": StatTile(_("Rows in the file")),
            "new": StatTile(_("New")),
            "changed": StatTile(_("Changed")),
            "same": StatTile(_("Known already")),
            "rejected": StatTile(_("Rejected")),
        }
        self.save_button = button(_("Save rejected rows…"), self._save, "save")
        self.undo_button = button(_("Undo this import…"), self._undo, "undo")
        self.table = RecordTable(
            REJECT_COLUMNS, context=page.context,
            state_key="import-rejects", name=_("Rejected rows"),
            empty=_("No row is rejected."), key=lambda row: row.row,
        )  # fmt: skip
        self._arrange()

    def _arrange(self) -> None:
        tiles = QHBoxLayout()
        tiles.setSpacing(theme.GAP_S)
        for tile in self.tiles.values():
            tiles.addWidget(tile)
        head = QHBoxLayout()
        head.setSpacing(theme.GAP_S)
        head.addWidget(text_label(_("Rejected rows"), "heading"), 1)
        head.addWidget(self.undo_button)
        head.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_M)
        column.addWidget(self._title)
        column.addLayout(tiles)
        column.addWidget(self._more)
        column.addLayout(head)
        column.addWidget(self.table, 1)

    def show_result(self, result: ImportResult, file: Path | None) -> None:
        """Show what an import of a file would do, or did."""
        self._result, self._file = result, file
        self._name = "" if file is None else file.name
        self._title.setText(self._sentence(result))
        tones = {"new": Tone.GOOD, "changed": Tone.INFO, "rejected": Tone.BAD}
        for field, tile in self.tiles.items():
            count = getattr(result, field)
            tile.show_value(f"{count:,}", tone=tones.get(field) if count else None)
        self._more.setText("\n".join(self._remarks(result)))
        self._more.setVisible(bool(self._more.text()))
        self.table.set_rows(result.rejects)
        self.save_button.setEnabled(bool(result.rejects))
        self.undo_button.setVisible(not self._is_check)
        self.undo_button.setEnabled(result.change_set is not None)

    def load(self) -> None:
        """Read whether the import that is shown has been undone meanwhile."""
        if self._result is not None and self._result.change_set is not None:
            imports = ChangeSetFilter(kind=ChangeKind.IMPORT)
            task = self._page.tasks.read(self, history.list_change_sets, imports, None, 0, _LATEST)
            task.then(self._on_latest)

    def _on_latest(self, rows: Sequence[ChangeSetRow]) -> None:
        result = self._result
        if result is None or result.change_set is None:
            return
        undone = {row.id for row in rows if row.undone_by is not None}
        is_undone = result.change_set in undone
        text = _("The import of {file} has been undone.")
        self._title.setText(text.format(file=self._name) if is_undone else self._sentence(result))
        self.undo_button.setEnabled(not is_undone)

    def _sentence(self, result: ImportResult) -> str:
        if self._is_check:
            return _("This is what importing {file} would do. Nothing is written yet.").format(
                file=self._name
            )
        if result.change_set is None:
            return _("{file}: everything was known already, nothing was changed.").format(
                file=self._name
            )
        return _("{file} has been imported.").format(file=self._name)

    def _remarks(self, result: ImportResult) -> list[str]:
        lines = []
        if result.customers_created:
            text = ngettext(
                "{n} customer is made from the orders, as unidentified.",
                "{n} customers are made from the orders, as unidentified.",
                result.customers_created,
            )
            lines.append(text.format(n=f"{result.customers_created:,}"))
        if result.returns and result.kind is ImportKind.ORDERS:
            text = ngettext("{n} row is a return.", "{n} rows are returns.", result.returns)
            lines.append(text.format(n=f"{result.returns:,}"))
        if result.blank_rows:
            text = ngettext("{n} row is blank.", "{n} rows are blank.", result.blank_rows)
            lines.append(text.format(n=f"{result.blank_rows:,}"))
        return [*lines, *result.warnings]

    def count_to_write(self) -> int:
        """Rows that would change something."""
        return 0 if self._result is None else self._result.new + self._result.changed

    def _save(self) -> None:
        result = self._result
        if result is None:
            return
        stem = Path(self._name).stem
        path = dialogs.save_file(
            self,
            _("Save rejected rows"),
            _("{file} rejected.xlsx").format(file=stem),
            f"{_('Tables')} (*.xlsx *.csv)",
            self._page.context.workspace / "exports",
        )
        if path is not None and self._file is not None and path.resolve() == self._file.resolve():
            text = _(
                "This is the file that was imported. Choose another name for the rejected rows."
            )
            self._page.messages.error(text)
        elif path is not None:  # the event first: the rows hold what people wrote about people
            noted = self._page.tasks.write(
                self, exports.note_rejects, self._name, len(result.rejects)
            )
            noted.quiet().then(lambda _none: self._write(path, result))

    def _write(self, path: Path, result: ImportResult) -> None:
        messages = self._page.messages
        task = self._page.tasks.compute(self, write_rejects, path, result.headings, result.rejects)
        text = _("{n} rejected rows were saved.").format(n=f"{result.rejected:,}")
        task.then(lambda _none: messages.done(text))
        task.or_else(lambda error: messages.error(list_export.not_written(error)))

    def _undo(self) -> None:
        if self._result is not None and self._result.change_set is not None:
            ask_undo(self._page, self, self._result.change_set)
