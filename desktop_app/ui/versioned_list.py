"""The page with the list of what has versions: questionnaires or scripts."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from desktop_app import labels
from desktop_app.i18n import _
from desktop_app.ui.editors import CheckEditor, EnumEditor
from desktop_app.ui.page import Page
from desktop_app.ui.panels import FilterBar, PageHeader
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.versioned import Listed

RowT = TypeVar("RowT", bound="Listed")


class VersionedListPage(Page, Generic[RowT]):
    """A list filtered by words, kind and whether retired ones are shown; Enter opens the editor.

    `build` makes ``header`` and ``table`` and calls `add_filters` and `put_together`.
    """

    EDITOR: ClassVar[str]
    """The page of one of them."""

    header: PageHeader
    table: RecordTable

    def add_filters(self, title: str, kinds: EnumEditor, kind_of: Callable[[RowT], str]) -> None:
        """Make the filters; `title` is what a kind is called here, `kind_of` that of a row."""
        self.latest = Latest()
        self._all: Sequence[RowT] = ()
        self._kind_of = kind_of
        self.filters = FilterBar(_("Title or code"))
        self.kinds = self.filters.add(title, kinds)
        self.retired = CheckEditor(_("Also retired ones"))
        self.retired.set_name(_("Also retired ones"))
        self.retired.changed.connect(self.filters.changed)
        self.filters.add_widget(self.retired)
        self.filters.changed.connect(self._filter)

    def put_together(self, lists: QWidget) -> None:
        """Put header, filters and the table, with what stands around it, into the page."""
        self.table.opened.connect(lambda _row: self.open_chosen())
        self.body.addWidget(self.header)
        self.body.addWidget(self.filters)
        self.body.addWidget(lists, 1)
        self.follow(self.table)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # first: a proxy takes it over
        self.setFocusProxy(self.table)

    def show_rows(self, rows: Sequence[RowT]) -> None:
        """Show what was read, as far as the filters let it through."""
        self._all = rows
        self._filter()

    def _filter(self) -> None:
        words = (self.filters.search.value() or "").casefold().split()
        kind, with_retired = self.kinds.value(), self.retired.value()
        found = [
            row
            for row in self._all
            if all(word in f"{row.zh} {row.en} {row.code}".casefold() for word in words)
            and kind in (None, self._kind_of(row))
            and (with_retired or row.retired_on is None)
        ]
        self.table.set_rows(found)
        if self.table.current_row() is None:
            self.table.choose_first()
        text = self.count_words(len(found))
        self.header.set_subtitle(text.format(n=labels.number(len(found))))
        self.filtered()

    def count_words(self, count: int) -> str:
        """What so many are called, with ``{n}`` for the number."""
        raise NotImplementedError

    def filtered(self) -> None:
        """Other rows are shown."""
        self.actions_changed()

    @override
    def show_record(self, target: object) -> None:
        self.load()

    def open_chosen(self) -> None:
        """Open the editor with the chosen one."""
        row: RowT | None = self.table.current_row()
        if row is not None:
            self.navigate(self.EDITOR, row.id)
