"""The reports page: choose, show, open what is behind a number, write files."""

import datetime as dt
import uuid
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db import journal
from db.errors import DatabaseError, Trouble
from db.models import ChangeSet
from db.queries.cases import CaseFilter
from db.session import Actor, Database
from db.vocabulary import Outcome, RuleKind
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.reasons import ChurnType, ReasonDraft
from desktop_app.reports import REPORTS
from desktop_app.reports.base import (
    Document,
    Facts,
    Figure,
    FigureKind,
    Paragraph,
    Quote,
    Section,
    Series,
    SignatureLine,
    Table,
)
from desktop_app.services import cases
from desktop_app.services.journal import title_text
from desktop_app.ui import dialogs, panels
from desktop_app.ui.document_view import DocumentView
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages import reports as page_module
from desktop_app.ui.pages.reports import ReportsPage, as_filter
from desktop_app.ui.record_table import RecordTable
from tests.conftest import PATIENCE
from tests.factories import add_store
from tests.ui.casework import nameless, open_case
from tests.ui.shop import Stage, fill


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def document() -> Document:
    columns = (
        Column("name", "Name", lambda row: row[0]),
        Column("worth", "Worth", lambda row: row[1], align=Align.RIGHT, kind=Kind.MONEY),
    )
    rows = [("甲", 1200), ("乙", 50)]
    blocks = (
        Paragraph("Some words", faint=True),
        Facts((("Cases", "2"),)),
        Table("Worth", columns, rows, note="n = 2", total={"worth": 1250}, key=lambda row: row[0]),
        Figure(FigureKind.PARETO, "Bars", ("a", "b"), (Series("", (3, 1)),), ("ka", "kb"), "kind"),
        Quote("贵了", "2026-00001", "case-key"),
        Quote("No source"),
        SignatureLine(("Manager",)),
    )
    return Document(
        "test", "Everything", (Section("All", blocks),), subtitle="Of a test", store="All stores",
        definitions=(("n", "cases"),), filters=(("Kind", "all"),), currency="CNY",
    )  # fmt: skip


def test_that_every_block_is_drawn_and_what_is_behind_can_be_opened(
    qtbot: QtBot, context: PageContext
) -> None:
    view = DocumentView(context)
    qtbot.addWidget(view)
    view.show_document(document())
    view.show_document(document())  # the second takes the place of the first
    qtbot.waitUntil(lambda: view.is_whole, timeout=PATIENCE)
    texts = [label.text() for label in view.findChildren(QLabel)]
    whole = "\n".join(texts)
    for words in ("Everything", "Some words", "“贵了”", "2026-00001", "Worth ¥12.50", "n: cases"):
        assert words in whole
    opened: list[str] = []
    view.record_opened.connect(opened.append)
    bars: list[tuple[str, str]] = []
    view.bar_opened.connect(lambda criterion, key: bars.append((criterion, key)))
    button = next(
        one
        for one in view.findChildren(page_module.panels.QPushButton)
        if one.accessibleName() == "Go to case: 2026-00001"
    )
    button.click()
    from desktop_app.ui.charts import ChartView
    from desktop_app.ui.record_table import RecordTable

    view.findChildren(ChartView)[-1].opened.emit("ka")
    table = view.findChildren(RecordTable)[-1]
    table.opened.emit(("甲", 1200))
    assert opened == ["case-key", "甲"]
    assert bars == [("kind", "ka")]


def test_that_a_block_of_an_unknown_kind_is_a_bug(qtbot: QtBot, context: PageContext) -> None:
    view = DocumentView(context)
    qtbot.addWidget(view)
    with pytest.raises(TypeError):
        view.show_document(Document("x", "X", (Section("", ("text",)),)))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: view.is_whole, timeout=PATIENCE)


def long_document(document_id: str, said: str) -> Document:
    quotes = tuple(Quote(f"{said} {number}") for number in range(40))
    return Document(document_id, said, (Section("Quotes", quotes), Section("End", quotes[:1])))


def words_of(view: DocumentView) -> list[str]:
    """What the labels say, from top to bottom."""
    found = [label for label in view.findChildren(QLabel) if label.isVisibleTo(view)]
    found.sort(key=lambda label: label.mapTo(view, QPoint()).y())
    return [label.text() for label in found if "“" in label.text()]


def test_that_a_long_document_comes_in_pieces_and_another_one_stops_it(
    qtbot: QtBot, context: PageContext
) -> None:
    view = DocumentView(context)
    area = panels.scrolled(view)
    qtbot.addWidget(area)
    area.resize(600, 400)
    area.show()
    view.show_document(long_document("one", "First"))
    assert not view.is_whole
    begun = [label.text() for label in view.findChildren(QLabel)]
    assert "“First 0”" in begun
    assert "“First 39”" not in begun
    view.show_document(long_document("two", "Second"))
    qtbot.waitUntil(lambda: view.is_whole, timeout=PATIENCE)
    wanted = [f"“Second {number}”" for number in (*range(40), 0)]
    qtbot.waitUntil(lambda: words_of(view) == wanted, timeout=PATIENCE)  # laid out, too


def test_that_the_same_report_read_again_stays_where_it_was_scrolled_to(
    qtbot: QtBot, context: PageContext
) -> None:
    view = DocumentView(context)
    area = panels.scrolled(view)
    qtbot.addWidget(area)
    area.resize(600, 400)
    area.show()
    bar = area.verticalScrollBar()
    view.show_document(long_document("one", "First"))
    qtbot.waitUntil(lambda: view.is_whole and bar.maximum() > 500, timeout=PATIENCE)
    bar.setValue(500)
    view.show_document(long_document("one", "Second"))
    places = []
    qtbot.waitUntil(lambda: places.append(bar.value()) or view.is_whole, timeout=PATIENCE)
    QApplication.sendPostedEvents()
    assert {*places, bar.value()} == {500}
    view.show_document(document())  # another, and it is short
    qtbot.waitUntil(lambda: view.is_whole and bar.value() < 500, timeout=PATIENCE)


def close(stage: Stage, case_id: uuid.UUID) -> None:
    stage.write(cases.set_reason, case_id, ReasonDraft(layer="root", reason="price_increase"))
    draft = CloseDraft(
        outcome=Outcome.LOST,
        root_reason="price_increase",
        churn_type=ChurnType.ACTIVE_FAULT,
        note="gone",
    )
    stage.write(cases.close, case_id, draft)


def test_that_the_first_report_shows_at_once_and_a_bar_leads_to_its_cases(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K1"])
    close(stage, case_id)
    page = stage.show(ReportsPage)
    stage.wait(lambda: page._document is not None and page.view.is_whole)
    assert page._document.id == "exit-reasons"
    page.view.bar_opened.emit("root_reason", "price_increase")
    went = stage.went()
    assert went[-1] == ("cases", CaseFilter(root_reason="price_increase"))
    page.view.bar_opened.emit("", "x")
    assert len(went) == 1
    page.view.record_opened.emit(str(case_id))
    assert went[-1] == ("case-file", case_id)
    assert nameless(page) == []


def test_that_each_number_of_the_exit_reasons_opens_the_cases_it_counts(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K1"])
    stated = ReasonDraft(layer="stated", reason="price_competitor_lower")
    stage.write(cases.set_reason, case_id, stated)
    close(stage, case_id)
    other = open_case(stage, shop["K2"])
    stage.write(cases.set_reason, other, ReasonDraft(layer="root", reason="service_attitude"))
    page = stage.show(ReportsPage)
    stage.wait(lambda: page._document is not None and page.view.is_whole)
    checked = 0
    for table in page.view.findChildren(RecordTable):
        for place in range(table.count()):
            row = table.model.row(place)
            for number, column in enumerate(table.model.columns):
                if column.id == "count" and "month" in table.name:
                    continue  # all reasons together are no filter
                table.view.setCurrentIndex(table.model.index(place, number))
                table.opened.emit(row)
                page_id, criteria = stage.went()[-1]
                assert page_id == "cases"
                if column.kind is Kind.AUTO and isinstance(column.value(row), int):
                    assert stage.read(cases.count_cases, criteria) == column.value(row)
                    checked += 1
    assert checked >= 10


def test_that_a_case_file_is_asked_for_by_number_and_written_to_excel_and_pdf(
    stage: Stage,
    shop: dict[str, uuid.UUID],
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case_id = open_case(stage, shop["K1"])
    with database.read(stage.context.actor) as session:
        number = cases.case_file(session, case_id).row.number
    page = stage.show(ReportsPage)
    page.show_record(("case-file", {"number": number}))
    stage.wait(lambda: page._document is not None and page._document.id == "case-file")
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.fileName()))
    for action, name in (("report.excel", "file.xlsx"), ("report.pdf", "file")):
        monkeypatch.setattr(dialogs, "save_file", lambda *_args, to=tmp_path / name: to)
        stage.run(page, action)
    stage.wait(lambda: len(shown) == 2)
    assert (tmp_path / "file.xlsx").stat().st_size > 3000
    assert (tmp_path / "file.pdf").read_bytes().startswith(b"%PDF")

    stage.run(page, "page.print")
    stage.wait(lambda: len(shown) == 3)
    with database.read() as session:
        events = session.scalars(select(ChangeSet).order_by(ChangeSet.seq)).all()[-3:]
    title = page._document.title
    assert [title_text(event.title, event.args) for event in events] == [
        f"Export the report {title} as xlsx",
        f"Export the report {title} as pdf",
        f"Print the report {title}",
    ]


def test_that_a_report_whose_event_cannot_be_written_is_not_written(
    stage: Stage,
    shop: dict[str, uuid.UUID],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = stage.show(ReportsPage)
    stage.wait(lambda: page._document is not None)
    target = tmp_path / "report.pdf"
    monkeypatch.setattr(dialogs, "save_file", lambda *_args: target)

    def busy(*_args: object) -> None:
        raise DatabaseError(Trouble.BUSY)

    with monkeypatch.context() as patched:
        patched.setattr(journal, "close", busy)
        stage.run(page, "report.pdf")
        stage.wait(lambda: "busy" in stage.context.messages.text)
    assert not target.exists()
    target.mkdir()  # a file cannot take its place
    stage.run(page, "report.pdf")
    stage.wait(lambda: "No file was written" in stage.context.messages.text)


def test_that_no_file_is_written_when_none_is_chosen_and_wrong_dates_are_told(
    stage: Stage, shop: dict[str, uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = stage.show(ReportsPage)
    stage.wait(lambda: page._document is not None)
    monkeypatch.setattr(dialogs, "save_file", lambda *_args: None)
    stage.run(page, "report.pdf")
    page.list.setCurrentRow(1)
    stage.wait(lambda: page._document is not None and page._document.id == "case-list")
    assert set(page.actions()) == {"report.run", "report.excel", "report.pdf", "page.print"}


def test_that_the_chosen_report_stays_highlighted_whoever_has_the_keyboard(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = ReportsPage(stage.context)
    stage.qtbot.addWidget(page)
    page.show()
    page.setFocus()  # before the stores are known
    assert [item.text() for item in page.list.selectedItems()] == ["Exit reasons"]
    page.load()
    stage.wait(lambda: page._document is not None)
    assert [item.text() for item in page.list.selectedItems()] == ["Exit reasons"]


def test_that_a_store_asked_for_from_elsewhere_is_chosen(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    store = stage.write(add_store)
    page = stage.show(ReportsPage, ("case-list", {"store": store, "open_only": True}))
    stage.wait(lambda: page._document is not None)
    assert page._document.id == "case-list"
    assert page._form.values()["store"] == store
    assert page._form.values()["open_only"]


def test_that_a_case_file_waits_for_its_number(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = stage.show(ReportsPage)
    stage.wait(page.view.isVisible)
    page.list.setCurrentRow(2)
    assert not page.view.isVisible()
    assert page._form.problems() == {}
    stage.run(page, "report.run")
    stage.wait(page._form.problems)
    assert page._form.problems() == {"number": "Enter the number of a case."}


def test_that_no_field_of_a_report_is_cut_off(
    stage: Stage, shop: dict[str, uuid.UUID], each_language: str
) -> None:
    page = stage.show(ReportsPage)
    for row, report in enumerate(REPORTS):
        page.list.setCurrentRow(row)
        stage.qtbot.wait(0)
        form = page._form
        right = form.parentWidget().width()
        for name, editor in form.editors.items():
            stage.wait(lambda editor=editor: editor.isVisible())
            edge = editor.mapTo(form.parentWidget(), editor.rect().topRight()).x()
            assert edge < right, (report.id, name)
            assert editor.width() >= editor.minimumSizeHint().width(), (report.id, name)


def test_that_a_report_is_offered_a_place_in_the_folder_of_exports(
    stage: Stage, shop: dict[str, uuid.UUID], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def name(_parent: object, _caption: str, start: str, _filters: str) -> tuple[str, str]:
        asked.append(start)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", name)
    page = stage.show(ReportsPage)
    stage.wait(lambda: page._document is not None)
    stage.run(page, "report.pdf")
    assert Path(asked[-1]).name == asked[-1], "there is no folder yet"
    (stage.context.workspace / "exports").mkdir()
    stage.run(page, "report.pdf")
    assert Path(asked[-1]).parent == stage.context.workspace / "exports"


def test_that_criteria_of_a_report_become_a_filter() -> None:
    values = {"kind": "lapsing", "opened_from": "2026-08-01", "store_id": str(uuid.UUID(int=5))}
    made = as_filter(values)
    assert made.kind is RuleKind.LAPSING
    assert made.store_id == uuid.UUID(int=5)
    assert made.opened_from.isoformat() == "2026-08-01"


@pytest.mark.parametrize(
    ("month", "last"),
    [("2026-02", "2026-02-28"), ("2026-12", "2026-12-31"), ("2024-02", "2024-02-29")],
)
def test_that_a_month_of_a_report_opens_the_cases_of_that_month(month: str, last: str) -> None:
    made = as_filter({"opened_month": month, "root_reason": "price_increase"})
    assert (made.opened_from, made.opened_until) == (
        dt.date.fromisoformat(f"{month}-01"),
        dt.date.fromisoformat(last),
    )
    assert made.root_reason == "price_increase"
