"""The words of Qt's own dialogs and menus in the language of the program.

Qt brings its translations along. What is missing there, in the dialog for files, comes from the
catalogue of the program.
"""

from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QLibraryInfo, QObject, QTranslator
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from desktop_app import i18n
from desktop_app.i18n import N_, _

_MISSING: Final = MappingProxyType(
    {
        "QFileDialog": (N_("&Look in:"), N_("Files of &type:")),
        "QAbstractFileIconProvider": (N_("Folder"), N_("File"), N_("%1 File"), N_("Drive")),
    }
)
"""Texts of Qt by where they are, as Qt writes them."""


class _OwnWords(QTranslator):
    """Asked by Qt for what none of its own translations has."""

    @override
    def isEmpty(self) -> bool:
        return False

    @override
    def translate(
        self,
        context: bytes | bytearray | memoryview | str,
        sourceText: bytes | bytearray | memoryview | str,
        disambiguation: bytes | bytearray | memoryview | str | None = None,
        n: int = -1,
    ) -> str:
        del disambiguation, n
        where, text = _text(context), _text(sourceText)
        return _(text) if text in _MISSING.get(where, ()) else text


def _text(given: bytes | bytearray | memoryview | str) -> str:
    return given if isinstance(given, str) else bytes(given).decode()


class QtWords(QObject):
    """Gives the application Qt's words in one language at a time."""

    def __init__(self, app: QApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._installed: list[QTranslator] = []

    def speak(self) -> None:
        """Take the language of the program."""
        for before in self._installed:
            self._app.removeTranslator(before)
            before.deleteLater()
        self._installed = []
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        own, qt = _OwnWords(self), QTranslator(self)
        self._install(own)
        if qt.load(f"qtbase_{i18n.language()}", folder):
            self._install(qt)  # the last one is asked first

    def _install(self, words: QTranslator) -> None:
        self._app.installTranslator(words)
        self._installed.append(words)
