import csv
import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from db import backup
from db.queries import customers as customer_queries
from db.queries import journal as journal_queries
from db.queries.customers import CustomerFilter
from db.queries.journal import ChangeSetFilter, ChangeSetRow
from db.session import Actor, Database
from db.vocabulary import ChangeKind, ImportKind
from desktop_app.domain.customers import CustomerDraft
from desktop_app.services import customers, journal
from desktop_app.services.journal import title_text
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.data import DataPage
from tests.importing.test_odd_sheets import ods, ods_cell
from tests.ui.casework import open_case
from tests.ui.shop import Stage, press, with_files

CUSTOMERS = [
    ["客户编号", "客户名称", "手机", "行业"],
    ["A1", "华信贸易", "13812348000", "零售"],
    ["A2", "王小明", "13912348000", "餐饮"],
    ["A3", "李静", "1.38E+10", "餐饮"],
]


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "客户.csv"
    with path.open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows(CUSTOMERS)
    return path


def count(stage: Stage) -> int:
    return int(stage.read(customer_queries.count_customers, CustomerFilter()))


def to_columns(stage: Stage, page: Any, path: Path) -> None:
    page.importing.open_file(path)
    stage.wait(page.importing.next_button.isEnabled)
    page.importing.next_button.click()


def to_check(stage: Stage, page: Any, path: Path) -> None:
    to_columns(stage, page, path)
    page.importing.next_button.click()
    stage.wait(lambda: page.importing.stack.currentIndex() == 2)


def choose_file(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """What the system's dialog would give."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(path), ""))


def newest_change(session: Any) -> ChangeSetRow:
    return journal_queries.list_change_sets(session, ChangeSetFilter(), None, 0, 1)[0]


# ---------------------------------------------------------------- import


def test_that_a_file_is_imported_in_four_steps(stage: Stage, file: Path) -> None:
    page = stage.show(DataPage, "customers")
    wizard = page.importing
    wizard.open_file(file)
    stage.wait(wizard.next_button.isEnabled)
    assert wizard.file.options().encoding == "gb18030"
    assert "3 rows" in wizard.file._facts.text()
    wizard.next_button.click()
    assert wizard.columns._columns["phone"].value() == "手机"
    assert wizard.columns._samples["phone"].text() == "13812348000"
    assert wizard.columns.mapping().attributes == ("行业",)
    wizard.next_button.click()
    stage.wait(lambda: wizard.stack.currentIndex() == 2)
    shown = {name: tile.accessibleName() for name, tile in wizard.check.tiles.items()}
    assert shown["new"] == "New 2"
    assert shown["rejected"] == "Rejected 1"
    assert count(stage) == 0
    wizard.next_button.click()
    stage.wait(lambda: wizard.stack.currentIndex() == 3)
    assert count(stage) == 2
    assert wizard.result.table.model.row(0).row == 4
    wizard.again_button.click()
    assert wizard.file.path() is None


def as_text(encoding: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / "客户.csv"
        with path.open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream).writerows(CUSTOMERS)
        return path

    return write


def as_xlsx(folder: Path) -> Path:
    book = Workbook()
    for row in CUSTOMERS:
        book.active.append(row)
    book.save(folder / "客户.xlsx")
    return folder / "客户.xlsx"


def as_ods(folder: Path) -> Path:
    rows = "".join(
        f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in CUSTOMERS
    )
    return ods(folder / "客户.ods", f'<table:table table:name="客户">{rows}</table:table>')


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(as_text("utf-8"), id="UTF-8"),
        pytest.param(as_text("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(as_text("utf-16"), id="UTF-16"),
        pytest.param(as_xlsx, id="XLSX"),
        pytest.param(as_ods, id="ODS"),
    ],
)
def test_that_every_kind_of_file_gives_the_same_customers(
    stage: Stage, tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    page = stage.show(DataPage, "customers")
    to_check(stage, page, write(tmp_path))
    page.importing.next_button.click()
    stage.wait(lambda: page.importing.stack.currentIndex() == 3)
    found = stage.read(customer_queries.list_customers, CustomerFilter(), None, 0, 10)
    assert {(row.number, row.name) for row in found} == {("A1", "华信贸易"), ("A2", "王小明")}
    assert page.importing.result.table.model.row(0).row == 4


@pytest.mark.realdata
def test_that_an_old_workbook_is_imported_with_columns_chosen_by_hand(
    stage: Stage, shared_data: Path
) -> None:
    path = shared_data / "messy_excel/readxl/tests/testthat/sheets/iris-excel-xls.xls"
    page = stage.show(DataPage, "customers")
    wizard = page.importing
    to_columns(stage, page, path)
    wizard.columns._columns["name"].set_value("Species")
    wizard.next_button.click()
    stage.wait(lambda: wizard.stack.currentIndex() == 2)
    wizard.next_button.click()
    stage.wait(lambda: wizard.stack.currentIndex() == 3)
    found = stage.read(customer_queries.list_customers, CustomerFilter(), None, 0, 10)
    assert {row.name for row in found} == set(pd.read_excel(path, engine="calamine")["Species"])


def test_that_an_import_is_undone_from_its_result(stage: Stage, file: Path) -> None:
    page = stage.show(DataPage)
    to_check(stage, page, file)
    page.importing.next_button.click()
    stage.wait(lambda: page.importing.stack.currentIndex() == 3)
    press("Undo")
    page.importing.result.undo_button.click()
    stage.wait(lambda: count(stage) == 0)


def test_that_the_result_says_when_its_import_was_undone_elsewhere(
    stage: Stage, file: Path
) -> None:
    page = stage.show(DataPage)
    to_check(stage, page, file)
    result = page.importing.result
    page.importing.next_button.click()
    stage.wait(lambda: page.importing.stack.currentIndex() == 3)
    assert "has been imported" in result._title.text()
    stage.write(journal.undo, result._result.change_set)
    page.load()
    stage.wait(lambda: "has been undone" in result._title.text())
    assert not result.undo_button.isEnabled()


def test_that_another_import_can_be_begun_in_the_middle_of_one(stage: Stage, file: Path) -> None:
    page = stage.show(DataPage, "customers")
    wizard = page.importing
    to_columns(stage, page, file)
    assert wizard.about.text() == f"Customers · {file.name}"
    page.show_record("orders")
    assert wizard.stack.currentIndex() == 0
    assert (wizard.file.path(), wizard.file.kind()) == (None, ImportKind.ORDERS)
    assert not wizard.about.isVisible()


def test_that_a_file_that_was_changed_since_its_check_is_not_imported(
    stage: Stage, file: Path
) -> None:
    page = stage.show(DataPage, "customers")
    to_check(stage, page, file)
    file.write_bytes(file.read_bytes() + "A4,陈明,13912348004,餐饮\r\n".encode("gb18030"))
    page.importing.next_button.click()
    stage.wait(lambda: "Check it again" in stage.context.messages.text)
    assert (count(stage), page.importing.stack.currentIndex()) == (0, 2)


def test_that_rejected_rows_are_not_saved_over_the_file_itself(
    stage: Stage, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, before = stage.show(DataPage, "customers"), file.read_bytes()
    to_check(stage, page, file)
    choose_file(monkeypatch, file)
    page.importing.check.save_button.click()
    stage.wait(lambda: "Choose another name" in stage.context.messages.text)
    assert file.read_bytes() == before


def test_that_rejected_rows_are_saved_to_be_corrected(
    stage: Stage, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = stage.show(DataPage)
    to_check(stage, page, file)
    target = tmp_path / "rejected.xlsx"
    choose_file(monkeypatch, target)
    page.importing.check.save_button.click()
    stage.wait(target.exists)
    rows = list(load_workbook(target).active.values)
    assert rows[0][2:] == ("客户编号", "客户名称", "手机", "行业")
    assert rows[1][0] == "4"
    assert rows[1][2] == "A3"
    event = stage.read(newest_change)
    assert title_text(event.title, event.args) == f"Save 1 rejected rows of {file.name}"


def test_that_rejected_rows_that_could_not_be_saved_are_told(
    stage: Stage, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = stage.show(DataPage)
    to_check(stage, page, file)
    choose_file(monkeypatch, tmp_path / "nowhere" / "rejected.csv")
    page.importing.check.save_button.click()
    stage.wait(lambda: "No file was written" in stage.context.messages.text)
    assert stage.read(newest_change).kind is ChangeKind.EVENT


def test_that_a_missing_column_is_said_beside_its_field(stage: Stage, file: Path) -> None:
    page = stage.show(DataPage)
    to_columns(stage, page, file)
    page.importing.columns._columns["number"].set_value(None)
    page.importing.next_button.click()
    stage.wait(page.importing.columns._problems["number"].text)
    assert page.importing.stack.currentIndex() == 1
    page.importing.back_button.click()
    assert page.importing.stack.currentIndex() == 0


def test_that_a_mapping_is_saved_and_loaded(
    stage: Stage, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = stage.show(DataPage)
    to_columns(stage, page, file)
    columns = page.importing.columns
    target = tmp_path / "mapping.toml"
    choose_file(monkeypatch, target)
    columns._columns["card_number"].set_value("行业")
    assert columns.mapping().attributes == ()  # a column is a field or an attribute
    columns._save()
    stage.wait(target.exists)
    columns._columns["card_number"].set_value(None)
    columns._load()
    stage.wait(lambda: columns._columns["card_number"].value() == "行业")


def test_that_orders_have_their_choices_and_a_currency(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("订单号,客户编号,下单日期,实付金额\nO1,X1,2026-08-01,12.50\n", encoding="utf-8")
    page = stage.show(DataPage, "orders")
    assert page.importing.file.kind() is ImportKind.ORDERS
    to_columns(stage, page, path)
    form = page.importing.columns._choices
    form.editors["currency"].set_value("12")
    page.importing.next_button.click()
    assert form.problems().keys() == {"currency"}
    form.editors["currency"].set_value("cny")
    page.importing.next_button.click()
    stage.wait(lambda: page.importing.stack.currentIndex() == 2)
    assert "1 customer is made from the orders" in page.importing.check._more.text()


def test_that_another_currency_than_the_workspaces_is_refused_at_its_field(
    stage: Stage, tmp_path: Path
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("订单号,客户编号,下单日期,实付金额\nO1,X1,2026-08-01,12.50\n", encoding="utf-8")
    customer_id = stage.write(customers.create, CustomerDraft(name="王小明"))
    open_case(stage, customer_id)
    page = stage.show(DataPage, "orders")
    to_columns(stage, page, path)
    form = page.importing.columns._choices
    assert form.editors["currency"].value() == "CNY"
    form.editors["currency"].set_value("USD")
    page.importing.next_button.click()
    stage.wait(form.problems)
    assert form.problems().keys() == {"currency"}
    assert form.problems()["currency"].startswith("This workspace counts in CNY, settled by")
    assert page.importing.stack.currentIndex() == 1


def test_that_hidden_parts_and_other_sheets_are_told_before_the_import(
    stage: Stage, tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "客户"
    for row in CUSTOMERS:
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    book.create_sheet("旧").sheet_state = "hidden"
    path = tmp_path / "book.xlsx"
    book.save(path)
    page = stage.show(DataPage)
    page.importing.open_file(path)
    stage.wait(lambda: page.importing.file._preview)
    step = page.importing.file
    assert step._remarks.isVisible()
    assert step._remarks.text().splitlines() == [
        "Only the sheet 客户 is read, not: 旧 (hidden).",
        f"Hidden columns are read like the others: {CUSTOMERS[0][1]}.",
        "1 hidden row is read like the others: row 3.",
    ]
    assert step.sheet.box.itemText(1) == "旧 (hidden)"


def test_that_another_sheet_can_be_chosen(stage: Stage, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Nothing"])
    second = book.create_sheet("客户")
    for row in CUSTOMERS:
        second.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)
    page = stage.show(DataPage)
    page.importing.open_file(path)
    stage.wait(lambda: page.importing.file._preview)
    page.importing.file.sheet.set_value("客户")
    stage.wait(lambda: "4 columns" in page.importing.file._facts.text())
    assert page.importing.file.sheet.isVisible()
    assert not page.importing.file.encoding.isVisible()


def test_that_a_grey_button_says_what_is_missing(stage: Stage, file: Path) -> None:
    page = stage.show(DataPage)
    wizard = page.importing
    assert not wizard.next_button.isEnabled()
    assert wizard.why.isVisible()
    assert wizard.why.text() == "Choose a file first."
    to_columns(stage, page, file)
    assert wizard.why.text() == ""


def test_that_a_file_that_is_no_table_is_said_so(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    page = stage.show(DataPage)
    page.importing.open_file(path)
    stage.wait(page.importing.file._problem.text)
    assert "picture.csv" in page.importing.file._problem.text()
    assert not page.importing.next_button.isEnabled()
    page.importing.open_file(tmp_path / "none.csv")
    assert page.importing.file._problem.text() == "There is no such file."


def test_that_a_file_can_be_dropped_on_the_page(stage: Stage, file: Path) -> None:
    page = stage.show(DataPage)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    event = QDropEvent(
        QPointF(10, 10), Qt.DropAction.CopyAction, data,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    page.importing.dropEvent(event)
    assert page.importing.file.path() == file
    stage.wait(page.importing.next_button.isEnabled)


def test_that_a_file_dropped_during_an_import_does_not_take_its_place(
    stage: Stage, file: Path, tmp_path: Path
) -> None:
    page = stage.show(DataPage)
    wizard = page.importing
    to_check(stage, page, file)
    wizard.next_button.click()
    wizard.open_file(tmp_path / "another.csv")
    assert "under way" in stage.context.messages.text
    stage.wait(lambda: wizard.stack.currentIndex() == 3)
    assert wizard.file.path() == file
    assert count(stage) == 2


def test_that_a_corrected_file_is_read_again_when_it_is_chosen_again(
    stage: Stage, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = stage.show(DataPage)
    wizard = page.importing
    to_columns(stage, page, file)
    for number, choose in enumerate((wizard.open_file, None)):
        text = file.read_text("gb18030").replace("行业", f"城市{number}").replace("城市0", "行业")
        if choose is None:
            file.write_text(text, "gb18030")
            wizard.back_button.click()
            choose_file(monkeypatch, file)
            wizard.file.file_editor._browse()
        else:
            file.write_text(text.replace("手机", "电话"), "gb18030")
            choose(file)
        stage.wait(wizard.next_button.isEnabled)
        stage.idle()
        wizard.next_button.click()
        assert wizard.stack.currentIndex() == 1
        headings = wizard.columns._preview.head.headings
        assert headings[2:] == (("电话", "行业"), ("电话", "城市1"))[number]


def test_that_chosen_columns_stay_when_one_goes_back_and_on(stage: Stage, file: Path) -> None:
    page = stage.show(DataPage)
    wizard = page.importing
    to_columns(stage, page, file)
    wizard.columns._columns["email"].set_value("行业")
    wizard.back_button.click()
    wizard.next_button.click()
    assert wizard.columns._columns["email"].value() == "行业"


def test_that_steps_are_made_when_wanted_and_stand_before_the_buttons(
    stage: Stage, file: Path
) -> None:
    page = stage.show(DataPage)
    wizard = page.importing
    assert {"columns", "check", "result"} & set(vars(wizard)) == set()
    to_check(stage, page, file)
    assert "result" not in vars(wizard)
    widget, reached = wizard.check, []
    while wizard.next_button not in reached:
        widget = widget.nextInFocusChain()
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(page):
            reached.append(widget)
    assert reached[-2:] == [wizard.back_button, wizard.next_button]
    assert len(reached) > 2
    assert all(wizard.check.isAncestorOf(one) for one in reached[:-2])


# ---------------------------------------------------------------- journal


@pytest.fixture
def named(stage: Stage) -> Callable[[str], uuid.UUID]:
    """Makes a customer, then gives it another name."""

    def make(name: str) -> uuid.UUID:
        key: uuid.UUID = stage.write(customers.create, CustomerDraft(number="J1", name="旧名"))
        card = stage.card(key)
        draft = stage.draft(key).model_copy(update={"name": name})
        stage.write(customers.change, key, card.version, draft)
        return key

    return make


def open_journal(stage: Stage) -> Any:
    page = stage.show(DataPage, "journal")
    stage.wait(lambda: page.journal.table.model.row(0))
    return page


def test_that_the_journal_shows_what_a_change_did(
    stage: Stage, named: Callable[[str], uuid.UUID]
) -> None:
    named("新名")
    page = open_journal(stage)
    page.journal.table.view.selectRow(0)
    stage.wait(page.journal.details.count)
    rows = [(row.field, row.old, row.new) for row in page.journal.details.model._rows or []]
    assert rows == [("Name", "旧名", "新名")]
    page.journal.table.view.clearSelection()
    page.journal.filters.search.set_value("nobody")
    stage.wait(lambda: page.journal.table.count() == 0)
    page.journal.filters.search.set_value(None)
    page.journal._since.set_value(dt.date(2100, 1, 1))
    stage.wait(lambda: page.journal.table.count() == 0)


def test_that_a_change_is_undone_after_a_question(
    stage: Stage, named: Callable[[str], uuid.UUID]
) -> None:
    key = named("新名")
    page = open_journal(stage)
    page.journal.table.view.selectRow(0)
    press("Undo")
    stage.run(page, "change.undo")
    stage.wait(lambda: stage.card(key).row.name == "旧名")


def test_that_what_stands_in_the_way_is_said_and_the_rest_can_be_undone(
    stage: Stage, named: Callable[[str], uuid.UUID]
) -> None:
    key = named("新名")
    page = open_journal(stage)
    page.journal.table.view.selectRow(1)  # making the customer: the new name came later
    stage.wait(page.journal.details.count)
    kinds = ChangeSetFilter(kind=ChangeKind.UNDO)
    for count, verb in enumerate(("Cancel", "Undo the rest")):
        question = press(verb)
        stage.run(page, "change.undo")
        stage.wait(lambda question=question: question.is_done)
        stage.idle()
        assert stage.card(key).row.name == "新名"
        assert stage.read(journal_queries.count_change_sets, kinds) == count


# ---------------------------------------------------------------- backups


def test_that_a_copy_is_made_listed_and_checked(
    qtbot: QtBot, context: PageContext, database: Database
) -> None:
    stage = Stage(qtbot, with_files(context, database, restore=lambda _path: None))
    page = stage.show(DataPage, "backup")
    stage.wait(lambda: page.backups.table.count() == 1)
    assert len(backup.list_backups(database.path)) == 1
    assert stage.read(newest_change).title == "Make a backup"
    page.backups.table.view.selectRow(0)
    page.backups.check_button.click()
    stage.wait(lambda: stage.context.messages.text == "The copy is whole.")
    page.backups.verify_button.click()
    stage.wait(lambda: stage.context.messages.text == "The workspace is whole.")


def test_that_restoring_asks_first_and_hands_over_the_copy(
    qtbot: QtBot, context: PageContext, database: Database
) -> None:
    wanted: list[Path] = []
    stage = Stage(qtbot, with_files(context, database, restore=wanted.append))
    made = backup.make_backup(database)
    page = stage.show(DataPage, "restore")
    stage.wait(lambda: page.backups.table.count() == 1)
    assert not page.backups.restore_button.isEnabled()
    page.backups.table.view.selectRow(0)
    press("Cancel")
    page.backups.restore_button.click()
    assert wanted == []
    press("Restore")
    page.backups.restore_button.click()
    stage.wait(lambda: wanted == [made.path])


def test_that_a_damaged_copy_is_said_to_be_so(
    qtbot: QtBot, context: PageContext, database: Database
) -> None:
    stage = Stage(qtbot, with_files(context, database))
    made = backup.make_backup(database)
    with made.path.open("r+b") as raw:
        raw.seek(8192)
        raw.write(bytes(4096))
    page = stage.show(DataPage, "backups")
    stage.wait(lambda: page.backups.table.count() == 1)
    page.backups.table.view.selectRow(0)
    page.backups.check_button.click()
    stage.wait(lambda: stage.context.messages.text)
    assert "damaged" in stage.context.messages.text


def test_that_without_a_folder_there_are_no_copies(stage: Stage, admin: Actor) -> None:
    page = stage.show(DataPage, "backups")
    texts = [label.text() for label in page.backups.findChildren(QLabel)]
    assert "This workspace has no folder with copies." in texts
    page.backups.back_up()
