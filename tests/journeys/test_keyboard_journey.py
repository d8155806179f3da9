"""The whole loop in the real program under a real X server, with nothing but the keyboard."""

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest

from db import check, keys, workspace
from db.backup import list_backups
from db.session import open_file
from desktop_app import clock
from desktop_app.questionnaire.listed import plain
from desktop_app.ui.pages import page_spec
from tests.journeys.desk import PICTURES, Desk, make_desk
from tests.programs import PASSWORD, Winback
from tests.ui.interview_forms import starter_form

CALLED = "客户说送货太慢"
HAPPENED = "送货连续三次晚到，没有人道歉"
BECAUSE = "司机换了新人，不认识路"
FORM = starter_form()
LABELS = {
    question.name: plain(question.label.content("English (en)", "")) for question in FORM.asked()
}
TEXTS = (CALLED, HAPPENED, BECAUSE)

pytestmark = pytest.mark.timeout(400)


def write_orders(path: Path) -> None:
    """One customer who buys on, two who stopped, and one row that cannot be true."""
    today = clock.today()
    lines = ["客户编号,客户名称,手机,订单号,下单日期,商品,金额"]

    def add(number: str, name: str, days_ago: int, amount: str) -> None:
        day = today - timedelta(days=days_ago)
        lines.append(f"{number},{name},1381234800{number[-1]},D{len(lines)},{day},墨盒,{amount}")

    for at in range(12):
        add("K01", "华信贸易有限公司", 10 * at, "100.00")
        add("K02", "王小明", 100 + 10 * at, "250.50")
        add("K03", "李静", 80 + 7 * at, "80.00")
    lines.append("K04,周强,13812348004,D99,2026-02-30,墨盒,1.00")
    path.write_text("\n".join(lines) + "\n", "utf-8")


class Book:
    """The database, read beside the running program."""

    def __init__(self, folder: Path) -> None:
        key = keys.open_key(keys.load(folder / keys.KEYS), "admin", PASSWORD)
        self.file = folder / workspace.DATABASE
        self._open = lambda: open_file(self.file, key)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(self._open()) as connection:
            return list(connection.execute(statement).fetchall())

    def one(self, statement: str) -> Any:
        found = self.rows(statement)
        return found[0][0] if found else None


class Journey:
    """The steps, each with what it must leave behind."""

    def __init__(self, desk: Desk, book: Book, folder: Path) -> None:
        self.desk, self.book, self.folder = desk, book, folder

    def until(self, statement: str, wanted: object) -> None:
        """Wait until the database says so."""
        self.desk.wait(lambda: self.book.one(statement) == wanted, f"{statement} = {wanted!r}")

    def sign_in(self) -> None:
        desk = self.desk
        desk.wait_focus("Password")
        desk.type("falsch-123")
        desk.key("Return")
        desk.wait_label("The password is not right.")
        desk.picture("wrong-password")
        desk.key("ctrl+a")
        desk.type(PASSWORD)
        desk.key("Return")
        desk.wait_title("Today")
        desk.wait_focus("Look at the signals")  # the first step, as there is nothing to do yet
        desk.picture("today-empty")

    def import_orders(self) -> None:
        desk = self.desk
        desk.key("ctrl+k")
        desk.wait_focus("Go to anything")
        desk.type("import orders")
        desk.wait_label("Import orders…")
        desk.key("Return")
        desk.wait_focus("File")
        desk.type(str(self.folder / "orders.csv"))
        desk.key("Return")
        desk.wait_label("37 rows")
        desk.picture("import-file")
        desk.key("ctrl+Return")
        desk.wait_focus("订单号", "combo box")  # the order number is found in this column
        desk.picture("import-columns")
        desk.key("ctrl+Return")
        desk.wait_focus("Import 36 rows")
        desk.picture("import-check")
        assert self.book.one("SELECT count(*) FROM customer_order") == 0
        desk.key("ctrl+Return")
        desk.wait_focus("Look for departing customers…")
        desk.picture("import-result")
        assert self.book.one("SELECT count(*) FROM customer_order") == 36
        assert len(list_backups(self.book.file)) == 1  # made before the import

    def scan_and_accept(self) -> None:
        desk = self.desk
        desk.key("space")
        desk.wait_focus("As of")
        desk.picture("scan")
        desk.key("ctrl+Return")
        self.until("SELECT count(*) FROM defection_signal WHERE kind = 'lapsing'", 2)
        desk.wait_focus("Signals", "table")
        desk.wait_label("2 records")
        desk.wait_enabled("Accept signal and open a case")  # the cursor is on the first one
        desk.picture("signals")
        desk.key("ctrl+shift+l", "ctrl+Return")
        desk.wait_focus("Cancel")  # the safe answer is the default
        desk.picture("accept")
        desk.key("ctrl+Return")
        self.until("SELECT count(*) FROM departure_case", 2)

    def take_from_today(self) -> None:
        desk = self.desk
        desk.key("ctrl+1")
        desk.wait_focus("Work of today", "table")
        desk.wait_label("2 records")
        desk.picture("today")
        desk.wait_enabled("Take it myself")
        desk.key("ctrl+t")
        self.until("SELECT count(*) FROM departure_case WHERE stage = 'assigned'", 1)
        desk.wait_enabled("Log a contact…")
        desk.key("Return")
        desk.wait_title("王小明")

    def log_attempt(self) -> None:
        desk = self.desk
        desk.wait_enabled("Log a contact…")
        desk.key("ctrl+l")
        desk.wait_focus("Reached")
        desk.key("1")
        desk.wait_focus("Note")
        desk.type(CALLED)
        desk.picture("attempt")
        desk.key("ctrl+Return")
        self.until("SELECT note FROM contact_attempt", CALLED)
        assert self.book.one("SELECT result FROM contact_attempt") == "reached"
        desk.wait_focus("Timeline of the case")
        desk.picture("case")

    def hold_interview(self) -> None:
        desk = self.desk
        desk.key("ctrl+i")
        desk.wait_focus("What do you believe, before you ask?")
        desk.type("order-to-delivery")
        desk.picture("belief")
        desk.key("Return")  # takes the only one that fits, and goes on
        self.until("SELECT count(*) FROM case_reason WHERE layer = 'belief'", 1)
        answers: dict[str, Callable[[], None]] = {
            LABELS["left_on"]: lambda: desk.type("-100"),
            LABELS["stopped_products"]: lambda: desk.key("1"),
            LABELS["what_happened"]: lambda: desk.type(HAPPENED),
            LABELS["stated_reason"]: lambda: desk.key("6"),  # the group; then its first reason
            LABELS["why_1"]: lambda: desk.type(BECAUSE),
        }
        last = LABELS["switches_5y"]
        fields = {*LABELS.values(), "Other products"}
        while (name := desk.moved_focus(fields)) != last:
            if name in answers:
                answers.pop(name)()
            if name in {LABELS["what_happened"], LABELS["why_1_reason"]}:
                desk.picture("interview")
            desk.key("1" if name == LABELS["stated_reason"] else "Return")
        desk.type("2")
        desk.picture("interview-end")
        desk.key("ctrl+Return")
        desk.wait_focus("Name the root reason")  # the why-chain ends without one
        desk.key("2")
        self.until("SELECT count(*) FROM interview WHERE state = 'finished'", 1)
        desk.wait_title(f"{clock.today().year}-00001 王小明")
        desk.picture("interviewed")
        kept = {row[0] for row in self.book.rows("SELECT value FROM answer")}
        assert {HAPPENED, BECAUSE, "2"} <= kept

    def say_why(self) -> None:
        desk = self.desk
        desk.wait_enabled("Reasons…")
        desk.key("ctrl+r")
        desk.wait_focus("Stated reason: what the customer said first")
        desk.picture("reasons")
        desk.key("alt+w")  # the why-chain, by its mnemonic
        desk.wait_focus("Answer 1")
        desk.key("Tab")
        desk.wait_focus("Reason of answer 1")
        desk.type("order-to-delivery")
        desk.wait_focus("Delivery and trust › Order-to-delivery too long")
        desk.key("Return", "ctrl+Return")
        desk.wait(
            lambda: self.book.one(
                "SELECT count(*) FROM probe_step WHERE reason_version_id IS NOT NULL"
            ),
            "the why-chain",
        )
        desk.wait_title("王小明")
        desk.picture("reasons-saved")

    def close_case(self) -> None:
        desk = self.desk
        desk.wait_enabled("Close case…")
        desk.key("ctrl+shift+w")
        desk.wait_title("Close case")
        desk.wait_focus("—", "combo box")  # nothing is chosen beforehand
        desk.type("Won")
        desk.wait_focus("Won back", "combo box")
        desk.key("Tab")
        desk.wait_focus("Root reason")
        desk.key("ctrl+a")
        desk.type("order-to-delivery")
        desk.wait_focus("Delivery and trust › Order-to-delivery too long")
        desk.key("Return")
        desk.picture("close")
        desk.key("ctrl+Return")
        self.until("SELECT outcome FROM departure_case WHERE stage = 'closed'", "won_back")
        desk.wait_enabled("Reopen case…")
        desk.picture("closed")

    def report(self) -> None:
        desk = self.desk
        desk.key(page_spec("reports").key.lower())
        desk.wait_focus("Reports", "list")
        for keys_, name in (("ctrl+shift+x", "why.xlsx"), ("ctrl+shift+d", "why.pdf")):
            path = self.folder / name
            desk.wait_enabled("Save as Excel…")
            desk.picture("report")
            desk.key(keys_)
            desk.wait_title("Save report")
            desk.wait_focus("File name:")
            desk.key("ctrl+a")
            desk.type(str(path))
            desk.key("Return")
            desk.wait(lambda p=path: any(str(p) in each for each in desk.opened_files()), name)
            desk.wait_title("Reports")
        book = openpyxl.load_workbook(self.folder / "why.xlsx")
        cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
        assert "Order-to-delivery too long" in cells
        assert any(HAPPENED in str(value) for value in cells)
        pages = pypdf.PdfReader(self.folder / "why.pdf").pages
        assert "Order-to-delivery too long" in "".join(page.extract_text() for page in pages)

    def undo(self) -> None:
        desk = self.desk
        desk.key("ctrl+z")
        self.until("SELECT count(*) FROM departure_case WHERE stage = 'closed'", 0)
        desk.wait_label("Undo")
        desk.picture("undone")
        desk.key("ctrl+q")
        desk.wait(lambda: not desk.program_is_alive(), "the end of the program")


def test_that_the_loop_needs_no_mouse(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    write_orders(tmp_path / "orders.csv")
    folder = tmp_path / "shop"
    home = {"WINBACK_HOME": str(tmp_path / "own-home")}
    shutil.rmtree(PICTURES, ignore_errors=True)
    begin = time.monotonic()
    with make_desk(tmp_path, **home) as desk:
        assert Winback(folder, home)("new", folder).status == 0
        desk.teach(TEXTS)
        journey = Journey(desk, Book(folder), tmp_path)
        with desk.show(folder) as program:
            for step in (
                journey.sign_in,
                journey.import_orders,
                journey.scan_and_accept,
                journey.take_from_today,
                journey.log_attempt,
                journey.hold_interview,
                journey.say_why,
                journey.close_case,
                journey.report,
                journey.undo,
            ):
                step()
            assert program.wait(30) == 0
        assert desk.said() == []
        seconds = time.monotonic() - begin
    record_property("seconds", seconds)
    opened = workspace.open_workspace(folder, "admin", PASSWORD)
    found = check.check(opened.database, opened.actor)
    opened.database.close()
    assert found.is_sound
    assert found.counts["contact_attempt"] == found.counts["interview"] == 1
