"""The words of a question, the languages side by side."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.designer_words import language_word
from desktop_app.ui.editors import TextEditor
from desktop_app.ui.panels import text_label

_SIDE_BY_SIDE: Final = 2


class WordingFields(QWidget):
    """Texts in every language: one column a language, two beside each other."""

    changed = Signal(str, str, str)
    """What it is for (``label``, ``hint`` ...), its language, and the text."""

    def __init__(self, fields: tuple[tuple[str, str, int], ...]) -> None:
        """Make it.

        Args:
            fields: What each text is for, what it is called, and its height in lines.
        """
        super().__init__()
        self._fields = fields
        self._languages: tuple[str, ...] = ()
        self._is_showing = False
        self.editors: dict[tuple[str, str], TextEditor] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GAP_M)
        self._grid.setVerticalSpacing(theme.GAP_XS)

    def show_languages(self, languages: tuple[str, ...]) -> None:
        """Have fields for these languages."""
        if languages == self._languages:
            return
        self._languages = languages
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.editors = {}
        for place, language in enumerate(languages):
            self._add(language, place)

    def _add(self, language: str, place: int) -> None:
        column = place % _SIDE_BY_SIDE
        top = (place // _SIDE_BY_SIDE) * (1 + 2 * len(self._fields))
        word = language_word(language)
        self._grid.setColumnStretch(column, 1)
        self._grid.addWidget(text_label(word, "strong", wraps=False), top, column)
        for number, (purpose, title, lines) in enumerate(self._fields):
            editor = TextEditor(lines)
            editor.set_name(f"{title} · {word}")
            editor.setMaximumHeight(editor.sizeHint().height())
            name = QLabel(title)
            name.setTextFormat(Qt.TextFormat.PlainText)
            name.setBuddy(editor.focusProxy() or editor)
            theme.set_role(name, "hint")
            self._grid.addWidget(name, top + 1 + 2 * number, column)
            self._grid.addWidget(editor, top + 2 + 2 * number, column)
            self.editors[purpose, language] = editor
            editor.changed.connect(lambda p=purpose, lang=language: self._say(p, lang))

    def _say(self, purpose: str, language: str) -> None:
        if not self._is_showing:
            text = self.editors[purpose, language].text()
            self.changed.emit(purpose, language, text)

    def show_texts(self, texts: dict[tuple[str, str], str]) -> None:
        """Show the texts; one that is the same but for blanks around it is left alone."""
        self._is_showing = True
        for key, editor in self.editors.items():
            wanted = texts.get(key, "")
            if editor.text() != wanted:
                editor.set_value(wanted)
        self._is_showing = False

    def order(self) -> list[QWidget]:
        """The fields in the order of the keyboard: language by language."""
        return [editor.focusProxy() or editor for editor in self.editors.values()]


def wording_fields() -> WordingFields:
    """Label and hint of a question."""
    return WordingFields((("label", _("What is asked"), 4), ("hint", _("Hint for the asker"), 2)))


def message_fields() -> WordingFields:
    """What is said when the rule is broken."""
    return WordingFields((("constraint_message", _("What is said when it is broken"), 2),))
