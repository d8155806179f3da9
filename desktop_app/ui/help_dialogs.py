"""What the help menu opens: this page (F1), the shortcuts (Shift+F1), about the program."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app import VERSION
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.action_set import plain_text
from desktop_app.ui.actions import MENU_TITLES, ActionSpec
from desktop_app.ui.page import PageSpec
from desktop_app.ui.panels import scrolled, text_label

_WIDTH, _HEIGHT = 560, 620


class HelpDialog(QDialog):
    """Titles and paragraphs that scroll, with *Close*."""

    def __init__(self, parent: QWidget, title: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._content = QWidget()
        self._content.setObjectName("scrolled")
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(0, 0, theme.GAP_S, 0)
        self.body.setSpacing(theme.GAP_S)
        close = QPushButton(_("Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_XL, theme.GAP_L, theme.GAP_XL, theme.GAP_L)
        column.setSpacing(theme.GAP_M)
        column.addWidget(text_label(title, "title"))
        column.addWidget(scrolled(self._content, title), 1)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(_WIDTH, _HEIGHT)

    def add_keys(self, rows: Sequence[tuple[str, str]]) -> None:
        """Add lines of text and key."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP_L)
        grid.setVerticalSpacing(theme.GAP_XS)
        grid.setColumnStretch(0, 1)
        for number, (text, keys) in enumerate(rows):
            grid.addWidget(text_label(text), number, 0)
            label = QLabel(keys)
            theme.set_role(label, "keys")
            grid.addWidget(label, number, 1, Qt.AlignmentFlag.AlignRight)
        self.body.addLayout(grid)


def native(shortcut: str) -> str:
    """A shortcut as this system writes it."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


def _keys_of(specs: Sequence[ActionSpec]) -> list[tuple[str, str]]:
    return [
        (plain_text(_(spec.text)).rstrip("…"), native(spec.shortcut))
        for spec in specs
        if spec.shortcut
    ]


def page_help(parent: QWidget, page: PageSpec, specs: Sequence[ActionSpec]) -> HelpDialog:
    """What a page is for, and its own keys."""
    dialog = HelpDialog(parent, _(page.title))
    text = _(page.help) if page.help else _("This page has no explanation yet.")
    for paragraph in text.split("\n\n"):
        dialog.body.addWidget(text_label(paragraph))
    own = _keys_of([spec for spec in specs if page.id in spec.pages])
    if own:
        dialog.body.addWidget(text_label(_("Keys of this page"), "heading"))
        dialog.add_keys(own)
    dialog.body.addStretch(1)
    return dialog


def shortcuts(
    parent: QWidget, pages: Sequence[PageSpec], specs: Sequence[ActionSpec]
) -> HelpDialog:
    """Every shortcut, by menu."""
    dialog = HelpDialog(parent, _("Keyboard shortcuts"))
    dialog.body.addWidget(text_label(_("Pages"), "heading"))
    dialog.add_keys([(_(page.title), page.key) for page in pages if page.key])
    for menu, title in MENU_TITLES.items():
        rows = _keys_of([spec for spec in specs if spec.menu is menu])
        if rows:
            dialog.body.addWidget(text_label(plain_text(_(title)), "heading"))
            dialog.add_keys(rows)
    dialog.body.addWidget(text_label(_("Lists, fields and dialogs"), "heading"))
    dialog.add_keys([(text, native(keys)) for keys, text in _table_keys()])
    dialog.body.addStretch(1)
    return dialog


def _table_keys() -> list[tuple[str, str]]:
    return [
        ("Return", _("Open the record")),
        ("Ctrl+C", _("Copy the selected rows")),
        ("Ctrl+A", _("Select all rows")),
        ("F4", _("Open the calendar or the list of a field")),
        ("Ctrl+Return", _("Confirm a dialog")),
        ("Esc", _("Cancel a dialog, close a message")),
    ]


def about(parent: QWidget) -> HelpDialog:
    """Name, version, licences."""
    dialog = HelpDialog(parent, _("Winback Desk"))
    lines = (
        _("Version {version}").format(version=VERSION),
        _(
            "Finds customers who are leaving, guides the conversation, proves whether the save "
            "held, and turns the reasons into decisions."
        ),
        _("Free software under the Apache licence 2.0. Qt is used under the LGPL 3."),
        _("The bundled font Noto Sans SC is used under the SIL Open Font Licence 1.1."),
    )
    for line in lines:
        dialog.body.addWidget(text_label(line))
    dialog.body.addStretch(1)
    dialog.resize(_WIDTH, _HEIGHT // 2)
    return dialog
