"""The wizard takes visits that were made: from a list, and from a day pack that was filled in."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from pytestqt.qtbot import QtBot

from db.vocabulary import ImportKind
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.data import DataPage
from tests.ui.shop import Stage


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def test_that_the_sheet_of_a_day_pack_is_chosen_and_columns_not_taken_are_named(
    stage: Stage, tmp_path: Path
) -> None:
    book = Workbook()
    book.active.append(["路线", "时间", "客户"])
    book.active.append([1, "9:00", "王思远"])
    sheet = book.create_sheet("走访记录")
    sheet.append(["走访码", "问题", "填写", "字段"])
    sheet.append(["V-9F3A-27C1-04BD", "见到了谁", "陈经理", "met"])
    path = tmp_path / "走访包.xlsx"
    book.save(path)
    wizard = stage.show(DataPage).importing
    wizard.file.kind_editor.set_value(ImportKind.VISITS)
    wizard.open_file(path)
    stage.wait(wizard.next_button.isEnabled)
    assert wizard.file.options().sheet == "走访记录"
    wizard.next_button.click()
    assert wizard.columns.mapping().read.sheet == "走访记录"
    wizard.next_button.click()
    stage.wait(lambda: wizard.stack.currentIndex() == 2)
    assert "Nothing is taken of this column: 问题." in wizard.check._more.text()
    assert wizard.check.table.model.row(0).reason == "There is no visit V-9F3A-27C1-04BD."
