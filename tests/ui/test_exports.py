"""What leaves the program from the window stands in the journal first."""

import uuid
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db import journal
from db.errors import DatabaseError, Trouble
from db.models import ChangeSet
from db.queries.customers import CustomerFilter
from db.session import Actor, Database
from desktop_app.columns.customers import CUSTOMER_COLUMNS
from desktop_app.errors import FileProblemError
from desktop_app.reports import xlsx
from desktop_app.services import customers
from desktop_app.services.journal import title_text
from desktop_app.ui import dialogs, list_export
from desktop_app.ui.page import PageContext
from desktop_app.ui.record_table import RecordTable
from tests.ui.shop import NAMES, Stage, fill


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def table(stage: Stage, shop: dict[str, uuid.UUID]) -> RecordTable:
    made = RecordTable(
        CUSTOMER_COLUMNS, context=stage.context, state_key="c", name="Customers", empty=""
    )
    stage.qtbot.addWidget(made)
    made.set_query(customers.count_customers, customers.list_customers, CustomerFilter())
    made.show()
    stage.wait(lambda: made.count() == len(NAMES) and made.model.row(0) is not None)
    return made


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the person wants the file."""
    path = tmp_path / "list"
    monkeypatch.setattr(dialogs, "save_file", lambda *_args, **_more: path)
    return path.with_suffix(".xlsx")


def newest(stage: Stage) -> str:
    row = stage.read(lambda s: s.scalars(select(ChangeSet).order_by(ChangeSet.seq.desc())).first())
    return title_text(row.title, row.args)


@pytest.mark.parametrize("in_memory", [False, True])
def test_that_an_export_stands_in_the_journal_before_the_file_is_written(
    stage: Stage,
    table: RecordTable,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_memory: bool,
) -> None:
    if in_memory:
        table.set_rows([table.model.row(place) for place in range(len(NAMES))])
    found: list[str] = []
    write = xlsx.write_xlsx

    def look(*args: object, **more: object) -> object:
        found.append(newest(stage))
        return write(*args, **more)

    monkeypatch.setattr(xlsx, "write_xlsx", look)
    list_export.export_table(stage.context, table)
    stage.wait(target.exists)
    assert found == ["Export “Customers”, 6 rows"]
    sheets = load_workbook(target).worksheets
    cells = {cell for sheet in sheets for row in sheet.values for cell in row}
    assert set(NAMES) <= cells
    stage.wait(lambda: "6 rows written" in stage.context.messages.text)


def test_that_what_cannot_be_written_down_is_not_exported(
    stage: Stage, table: RecordTable, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_args: object) -> None:
        raise DatabaseError(Trouble.BUSY)

    monkeypatch.setattr(journal, "close", busy)
    list_export.export_table(stage.context, table)
    stage.wait(lambda: "busy" in stage.context.messages.text)
    assert not target.exists()


def test_that_a_file_that_could_not_be_written_is_told_with_what_the_journal_says(
    stage: Stage, table: RecordTable, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise FileProblemError("The disk is full.")

    monkeypatch.setattr(xlsx, "write_xlsx", full)
    list_export.export_table(stage.context, table)
    stage.wait(lambda: stage.context.messages.text)
    assert stage.context.messages.text == (
        "The disk is full. No file was written; the journal names the attempt."
    )
    assert newest(stage) == "Export “Customers”, 6 rows"


def test_that_nothing_is_noted_when_no_file_is_chosen(
    stage: Stage, table: RecordTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogs, "save_file", lambda *_args: None)
    before = newest(stage)
    list_export.export_table(stage.context, table)
    assert newest(stage) == before
    assert not stage.context.tasks.is_busy()


def test_that_copied_rows_are_an_event(stage: Stage, table: RecordTable) -> None:
    table.view.selectRow(0)
    table.copy()
    assert len(QGuiApplication.clipboard().text().splitlines()) == 2
    stage.wait(lambda: newest(stage) == "Copy 1 rows of “Customers”")
    table.view.clearSelection()
    table.copy()  # nothing is chosen, nothing is noted
    stage.wait(lambda: not stage.context.tasks.is_busy())
    assert newest(stage) == "Copy 1 rows of “Customers”"
