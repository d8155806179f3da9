"""Qt's own words, in its dialogs, are in the language of the program."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from desktop_app import i18n
from desktop_app.ui import qt_words
from desktop_app.ui.qt_words import QtWords


def test_that_no_word_of_the_dialog_for_files_is_english_in_chinese(
    qtbot: QtBot, qapp: QApplication, english: None
) -> None:
    words = QtWords(qapp)
    i18n.set_language("zh_CN")
    words.speak()
    try:
        dialog = QFileDialog()
        qtbot.addWidget(dialog)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.show()
        said = [label.text() for label in dialog.findChildren(QLabel) if label.text()]
        assert len(said) == 3
        assert [text for text in said if not any(sign > "\u2fff" for sign in text)] == []
        translate = QCoreApplication.translate
        for context, texts in qt_words._MISSING.items():
            for text in texts:
                assert translate(context, text) == i18n._(text)
        assert translate("QFileDialog", "Show &hidden files") == "显示隐藏文件(&H)"  # Qt's own
        assert translate("QFileDialog", "of nobody") == "of nobody"
    finally:
        i18n.set_language("en")
        words.speak()
        assert translate("QFileDialog", "&Look in:") == "&Look in:"
        words.deleteLater()
