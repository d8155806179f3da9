"""Step two of an import: which column is what, and the choices that go with it."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from db.vocabulary import DateOrder, ImportKind, MatchKey, NoCustomer, UnknownCustomer
from desktop_app.errors import Problem, problems_from_validation
from desktop_app.i18n import _
from desktop_app.importing.fields import FIELDS
from desktop_app.importing.mapping import Mapping, load_mapping, save_mapping
from desktop_app.importing.readers import Preview
from desktop_app.ui import dialogs, theme
from desktop_app.ui.editors import (
    CheckEditor,
    ChoiceEditor,
    Editor,
    EnumEditor,
    ManyEditor,
    TextEditor,
)
from desktop_app.ui.form import Form
from desktop_app.ui.page import Page
from desktop_app.ui.panels import Card, button, scrolled, text_label

_MAX_SAMPLE = 40
_HEADING_LENGTH = 18
_FILTER = "*.toml"


class ColumnsStep(QWidget):
    """A line for each field with its column and an example; choices at the right."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._preview: Preview | None = None
        self._start: Mapping | None = None
        self._columns: dict[str, ChoiceEditor] = {}
        self._samples: dict[str, QLabel] = {}
        self._problems: dict[str, QLabel] = {}
        self._choices = Form(labels_above=True)
        self._attributes: ManyEditor | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GAP_M)
        self._parts: list[QWidget] = []

    # ------------------------------------------------------------------ building

    def show_mapping(self, preview: Preview, mapping: Mapping) -> None:
        """Show a mapping of the file that was read."""
        self._preview, self._start = preview, mapping
        for part in self._parts:
            part.hide()
            part.deleteLater()
        self._parts = [self._build_columns(mapping), self._build_choices(mapping)]
        self._row.addWidget(self._parts[0], 3)
        self._row.addWidget(self._parts[1], 2)
        self.setFocusProxy(next(iter(self._columns.values())))

    def _build_columns(self, mapping: Mapping) -> QWidget:
        card = Card(
            _("Which column is what"),
            [
                button(_("Load…"), self._load, "folder", "quiet"),
                button(_("Save…"), self._save, "save", "quiet"),
            ],
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP_M)
        grid.setVerticalSpacing(theme.GAP_XS)
        grid.setColumnStretch(2, 1)
        self._columns, self._samples, self._problems = {}, {}, {}
        headings = self._preview.head.headings if self._preview is not None else ()
        for place, field in enumerate(FIELDS[mapping.kind]):
            self._add_field(grid, place, field.name, _(field.title), headings, mapping)
        grid.setRowStretch(grid.rowCount(), 1)
        holder = QWidget()
        holder.setLayout(grid)
        card.body.addWidget(scrolled(holder), 1)
        return card

    def _add_field(
        self,
        grid: QGridLayout,
        place: int,
        name: str,
        title: str,
        headings: Sequence[str],
        mapping: Mapping,
    ) -> None:
        editor = ChoiceEditor(
            [(heading, heading) for heading in headings],
            optional=True,
            empty=_("not in the file"),
        )
        editor.set_name(title)
        editor.box.setMinimumContentsLength(_HEADING_LENGTH)
        editor.set_value(mapping.columns.get(name))
        self._columns[name] = editor
        self._samples[name] = text_label("", "hint", wraps=False)
        self._problems[name] = text_label("", "problem")
        self._problems[name].hide()
        row = 2 * place
        grid.addWidget(text_label(title, wraps=False), row, 0)
        grid.addWidget(editor, row, 1)
        grid.addWidget(self._samples[name], row, 2)
        grid.addWidget(self._problems[name], row + 1, 1, 1, 2)
        editor.changed.connect(lambda: self._on_column(name))
        self._show_sample(name)

    def _build_choices(self, mapping: Mapping) -> QWidget:
        is_orders = mapping.kind is ImportKind.ORDERS
        is_customers = mapping.kind is ImportKind.CUSTOMERS
        form = self._choices = Form(labels_above=True)
        form.add(
            "key",
            _("Customers are found by"),
            EnumEditor(MatchKey),
            help=_("Rows with the same key are the same customer."),
        )
        if is_orders:
            form.add(
                "unknown_customer",
                _("Customers not known yet"),
                EnumEditor(UnknownCustomer),
            )
            form.add(
                "no_customer",
                _("Rows without customer"),
                EnumEditor(NoCustomer),
            )
        form.add(
            "date_order",
            _("Dates like 03/04/2026 are"),
            EnumEditor(DateOrder, optional=True, empty=_("not in the file")),
        )
        form.add("decimal_comma", "", CheckEditor(_("The comma is the decimal sign (1.234,50)")))
        if is_orders:
            form.add(
                "currency",
                _("Currency"),
                TextEditor(max_length=20),
                help=_("Of all amounts. The first orders or cases settle it."),
            )
        form.fill(mapping)
        card = Card(_("How to read it"))
        inner: list[QWidget] = [form]
        self._attributes = None
        if is_customers:
            inner += [
                text_label(_("Keep as attributes"), "heading"),
                self._make_attributes(mapping),
            ]
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in inner:
            column.addWidget(widget)
        column.addStretch(1)
        card.body.addWidget(scrolled(holder), 1)
        return card

    def _make_attributes(self, mapping: Mapping) -> Editor:
        used = set(mapping.columns.values())
        all_headings = self._preview.head.headings if self._preview is not None else ()
        headings = sorted(all_headings, key=lambda one: one in used)
        rows = min(max(len(headings), 3), 9)
        self._attributes = ManyEditor([(one, one) for one in headings], rows=rows)
        self._attributes.set_name(_("Keep as attributes"))
        self._attributes.set_value(mapping.attributes)
        return self._attributes

    # ------------------------------------------------------------------ reacting

    def _on_column(self, name: str) -> None:
        self._show_sample(name)
        self._problems[name].hide()
        if self._attributes is not None:
            used = {editor.value() for editor in self._columns.values()}
            kept = [one for one in self._attributes.value() if one not in used]
            self._attributes.set_value(kept)

    def _show_sample(self, name: str) -> None:
        heading = self._columns[name].value()
        text = ""
        if self._preview is not None and heading is not None:
            place = self._preview.head.headings.index(heading)
            found = (
                str(row.cells[place])
                for row in self._preview.rows
                if place < len(row.cells) and row.cells[place] not in (None, "")
            )
            text = next(found, _("all blank"))
        shown = text if len(text) <= _MAX_SAMPLE else f"{text[:_MAX_SAMPLE]}…"
        self._samples[name].setText(shown)

    def is_showing(self, preview: Preview) -> bool:
        """Whether it shows the columns of this very look into a file, and what was chosen there."""
        return self._preview is preview

    def mapping(self) -> Mapping | None:
        """The mapping as chosen; ``None`` before a file was read."""
        if self._start is None:
            return None
        values: dict[str, Any] = self._start.model_dump()
        values |= {name: value for name, value in self._choices.values().items() if value}
        values["date_order"] = self._choices.values().get("date_order")
        values["decimal_comma"] = bool(self._choices.values().get("decimal_comma"))
        values["columns"] = {
            name: editor.value() for name, editor in self._columns.items() if editor.value()
        }
        if self._attributes is not None:
            values["attributes"] = self._attributes.value()
        try:
            return Mapping.model_validate(values)
        except ValidationError as error:
            self.show_problems(problems_from_validation(error))
            return None

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Write what is wrong below each column and each choice."""
        for label in self._problems.values():
            label.hide()
        choices = [problem for problem in problems if self._is_choice(problem.field)]
        self._choices.show_problems(choices)
        others = []
        for problem in problems:
            if problem.field in self._problems and problem not in choices:
                self._problems[problem.field].setText(problem.message)
                self._problems[problem.field].show()
            elif problem not in choices:
                others.append(problem.message)
        if others:
            self._page.messages.error("\n".join(others))
        first = next((p.field for p in problems if p.field in self._columns), None)
        if first is not None and not choices:
            self._columns[first].setFocus()

    def _is_choice(self, field: str) -> bool:
        """Whether a problem is about a choice; the currency is a column too."""
        column = self._columns.get(field)
        return field in self._choices.editors and (column is None or column.value() is None)

    # ------------------------------------------------------------------ files

    def _load(self) -> None:
        path = dialogs.pick_file(self, _("Load a mapping"), f"{_('Mappings')} ({_FILTER})")
        if path is not None:
            task = self._page.tasks.compute(self, load_mapping, path)
            task.then(self._take)

    def _take(self, mapping: Mapping) -> None:
        if self._start is None or self._preview is None:
            return
        if mapping.kind is not self._start.kind:
            self._page.messages.warn(_("This mapping is for another kind of file."))
            return
        kept = mapping.model_copy(update={"read": self._start.read})
        self.show_mapping(self._preview, kept)

    def _save(self) -> None:
        mapping = self.mapping()
        if mapping is None:
            return
        name = f"{mapping.kind.value}.toml"
        path = dialogs.save_file(self, _("Save the mapping"), name, f"{_('Mappings')} ({_FILTER})")
        if path is not None:
            task = self._page.tasks.compute(self, save_mapping, mapping, path)
            task.then(lambda _none: self._page.messages.done(_("The mapping was saved.")))
