"""The one form: a label, an editor and what is wrong with it, row by row."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.errors import InvalidInputError, Problem, problems_from_validation
from desktop_app.ui import theme
from desktop_app.ui.action_set import plain_text
from desktop_app.ui.editors import Editor, TextEditor

if TYPE_CHECKING:  # pydantic is slow to import; the sign-in dialog paints without it
    from pydantic import BaseModel

DraftT = TypeVar("DraftT", bound="BaseModel")
EditorT = TypeVar("EditorT", bound=Editor)

_LABEL_WIDTH = 112


class Form(QWidget):
    """Rows of label and editor; the draft judges, problems stand below their field."""

    changed = Signal()

    def __init__(self, *, labels_above: bool = False) -> None:
        super().__init__()
        self.editors: dict[str, Editor] = {}
        self._labels: dict[str, QLabel] = {}
        self._problems: dict[str, QLabel] = {}
        self._helps: dict[str, QLabel] = {}
        self._start: dict[str, Any] = {}
        self._above = labels_above
        self._grid = QGridLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        column.addStretch(1)
        self._grid.setHorizontalSpacing(theme.GAP_M)
        self._grid.setVerticalSpacing(theme.GAP_XS)
        self._grid.setColumnStretch(1, 1)
        if not labels_above:
            self._grid.setColumnMinimumWidth(0, _LABEL_WIDTH)
        self._top = _problem_label()
        self._top.setObjectName("problem-of-form")
        self._grid.addWidget(self._top, 0, 0, 1, 2)

    # ------------------------------------------------------------------ building

    def section(self, title: str) -> None:
        """Begin a group of fields with a heading."""
        heading = QLabel(title)
        heading.setTextFormat(Qt.TextFormat.PlainText)
        theme.set_role(heading, "heading")
        if self.editors:
            heading.setContentsMargins(0, theme.GAP_M, 0, 0)
        self._grid.addWidget(heading, self._grid.rowCount(), 0, 1, 2)

    def add(
        self,
        field: str,
        label: str,
        editor: EditorT,
        *,
        help: str = "",  # noqa: A002  (reads well in pages)
        required: bool = False,
    ) -> EditorT:
        """Add a field of the draft with its label; returns the editor."""
        words = QLabel(f"{label} *" if required else label)
        words.setBuddy(editor.focusProxy() or editor)
        words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        words.setMinimumHeight(30 if not self._above else 0)
        if not label and self._above:
            words.hide()
        editor.set_name(plain_text(label))
        editor.setObjectName(field)
        self.editors[field] = editor
        self._labels[field] = words
        self._problems[field] = _problem_label()
        self._problems[field].setObjectName(f"problem-{field}")
        self._helps[field] = _help_label(help)
        self._start[field] = editor.remembered()
        self._place(words, editor, self._problems[field], self._helps[field])
        editor.changed.connect(self.changed)
        editor.changed.connect(lambda: self._clear(field))
        return editor

    def _place(self, words: QLabel, editor: Editor, problem: QLabel, hint: QLabel) -> None:
        row = self._grid.rowCount()
        left = Qt.AlignmentFlag.AlignLeft
        where = Qt.AlignmentFlag(0) if editor.takes_space() else left
        if self._above:
            self._grid.addWidget(words, row, 0, 1, 2)
            for offset, widget in enumerate((editor, problem, hint), start=1):
                at = where if widget is editor else Qt.AlignmentFlag(0)
                self._grid.addWidget(widget, row + offset, 0, 1, 2, at)
            return
        self._grid.addWidget(words, row, 0, left | Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(editor, row, 1, where)
        self._grid.addWidget(problem, row + 1, 1)
        self._grid.addWidget(hint, row + 2, 1)

    def add_widget(self, widget: QWidget) -> None:
        """Add something that is not a field over the whole width."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)

    def show_field(self, field: str, is_shown: bool) -> None:  # noqa: FBT001  (a property setter)
        """Show a field or take it away (its value stays)."""
        for widget in (self._labels[field], self.editors[field]):
            widget.setVisible(is_shown)
        has_help = is_shown and bool(self._helps[field].text())
        self._helps[field].setVisible(has_help)
        if not is_shown:
            self._problems[field].hide()

    # ------------------------------------------------------------------ values

    def fill(self, source: object) -> None:
        """Show the values of a draft, row or mapping; fields it does not have stay."""
        for field, editor in self.editors.items():
            if isinstance(source, Mapping):
                if field in source:
                    editor.set_value(source[field])
            elif hasattr(source, field):
                editor.set_value(getattr(source, field))
            self._start[field] = editor.remembered()
        self.show_problems(())

    def values(self) -> dict[str, Any]:
        """What stands in every field."""
        return {field: editor.value() for field, editor in self.editors.items()}

    def is_changed(self) -> bool:
        """Whether a field differs from what was filled in."""
        return any(
            editor.remembered() != self._start[name] for name, editor in self.editors.items()
        )

    def mark_saved(self) -> None:
        """Take what stands there now as what is stored."""
        self._start = {field: editor.remembered() for field, editor in self.editors.items()}

    def typed(self) -> dict[str, Any]:
        """What differs from what was filled in, for `restore`; never a password."""
        return {
            field: editor.remembered()
            for field, editor in self.editors.items()
            if not editor.is_secret and editor.remembered() != self._start[field]
        }

    def restore(self, typed: Mapping[str, Any]) -> None:
        """Show what was typed over what was filled in; it counts as changed."""
        for field, editor in self.editors.items():
            wanted = typed.get(field, self._start[field])
            if not editor.is_secret and editor.remembered() != wanted:
                editor.set_value(wanted)
        self.show_problems(())
        self.changed.emit()

    def read(self, draft: type[DraftT]) -> DraftT:
        """Make a draft of what was entered; empty fields fall back to the draft's defaults.

        Raises:
            InvalidInputError: with one problem for each wrong field.
        """
        from pydantic import ValidationError  # noqa: PLC0415  (see above)

        known = draft.model_fields
        values = {
            field: value
            for field, value in self.values().items()
            if value is not None or (field in known and _may_be_none(known[field].annotation))
        }
        unread = [
            Problem(field, editor.unread())
            for field, editor in self.editors.items()
            if field in known and editor.unread()
        ]
        try:
            made = draft.model_validate(values)
        except ValidationError as error:
            said = {problem.field for problem in unread}
            others = (each for each in problems_from_validation(error) if each.field not in said)
            raise InvalidInputError([*unread, *others]) from error
        if unread:
            raise InvalidInputError(unread)
        return made

    def try_read(self, draft: type[DraftT]) -> DraftT | None:
        """Make a draft, or show beside the fields what is wrong and give ``None``."""
        try:
            made = self.read(draft)
        except InvalidInputError as error:
            self.show_problems(error.problems)
            return None
        self.show_problems(())
        return made

    # ------------------------------------------------------------------ problems

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Write each problem below its field and go to the first; others stand at the top."""
        found: dict[str, str] = {}
        others: list[str] = []
        for problem in problems:
            field = problem.field.split(".")[0]
            if field in self.editors:
                found.setdefault(field, problem.message)
            else:
                others.append(problem.message)
        for field, editor in self.editors.items():
            message = found.get(field, "")
            self._problems[field].setText(message)
            self._problems[field].setVisible(bool(message) and not editor.isHidden())
            editor.set_problem(message)
        self._top.setText("\n".join(others))
        self._top.setVisible(bool(others))
        first = next((field for field in self.editors if field in found), None)
        if first is not None:
            self.editors[first].setFocus(Qt.FocusReason.OtherFocusReason)

    def problems(self) -> dict[str, str]:
        """The sentences shown now, by field; the form's own under the empty name."""
        shown = {field: label.text() for field, label in self._problems.items() if label.text()}
        return shown | ({"": self._top.text()} if self._top.text() else {})

    def _clear(self, field: str) -> None:
        if self._problems[field].text():
            self._problems[field].clear()
            self._problems[field].hide()
            self.editors[field].set_problem("")

    def focus_first(self) -> None:
        """Put the keyboard into the first field."""
        first = next(iter(self.editors.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
            if isinstance(first, TextEditor) and first.area is None:
                first.line.selectAll()

    def label_of(self, field: str) -> str:
        """The words of a field's label."""
        return plain_text(self._labels[field].text().removesuffix(" *"))


def _may_be_none(annotation: Any) -> bool:
    return annotation is Any or type(None) in get_args(annotation)


def _problem_label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    theme.set_role(label, "problem")
    label.hide()
    return label


def _help_label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    theme.set_role(label, "hint")
    if not text:  # to show it before it has a place would open a window of its own
        label.hide()
    return label
