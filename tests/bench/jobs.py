"""The jobs: each measures the program and, in the same run, the least the machine allows.

The raw limit of a job is the plain driver on the same encrypted file (sqlcipher3, no SQLAlchemy),
the bare toolkit (Qt with one table), or the bare writer (zip with inline strings, PDF canvas).
"""

import csv
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import sqlcipher3.dbapi2 as driver

from db import keys, search
from db.queries import customers as queries
from db.queries.paging import Sort
from db.session import SYSTEM, Database, prepare
from db.vocabulary import ImportKind
from desktop_app.columns import Align, Column, Kind
from desktop_app.demo import make_demo
from desktop_app.importing.load import import_file
from desktop_app.importing.mapping import Mapping, suggest
from desktop_app.importing.readers import preview
from desktop_app.progress import Silent
from desktop_app.reports.base import list_document
from desktop_app.services import detection
from tests.bench.world import KEY, LAST_DAY, World, empty_database, write_customers


@dataclass(frozen=True, slots=True)
class Result:
    """One job: seconds of the program and of the raw limit; goal as a ratio."""

    job: str
    seconds: float
    limit: float
    goal: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times the raw limit the program takes."""
        return self.seconds / self.limit


def timed(action: Callable[[], object], times: int = 1) -> float:
    """Median of wall-clock seconds."""
    spans = []
    for _round in range(times):
        start = time.perf_counter()
        action()
        spans.append(time.perf_counter() - start)
    return median(spans)


def raw(database: Database) -> Any:
    """A plain driver connection on the same file."""
    connection = driver.connect(str(database.path))
    prepare(connection, KEY)
    return connection


# ---------------------------------------------------------------- import


def import_customers(folder: Path, world: World) -> Result:
    """A CSV of customers through check, match, journal, search index and figures."""
    path = folder / "customers.csv"
    write_customers(world, path)
    database = empty_database(folder, "import")

    def ours() -> None:
        mapping: Mapping = suggest(ImportKind.CUSTOMERS, preview(path))
        with database.write(SYSTEM) as session:
            result = import_file(session, Silent(), path, mapping)
        assert result.new == len(world.customers)

    bare = empty_database(folder, "bare")

    def limit() -> None:
        with closing(raw(bare)) as connection, path.open(encoding="utf-8") as file:
            rows = list(csv.reader(file))[1:]
            connection.execute("BEGIN IMMEDIATE")
            now = "2026-08-31 00:00:00.000000"
            connection.executemany(
                "INSERT INTO customer (id, version, created_at, updated_at, number, name, kind,"
                " phone, email, address, district, card_number, is_identified, do_not_contact,"
                " is_deceased, malicious_arrears, switch_dates, attributes, note) VALUES"
                " (?, 1, ?, ?, ?, ?, 'person', ?, '', '', '', '', 1, 0, 0, 0, '[]', '{}', '')",
                ((f"{n:032x}", now, now, *row) for n, row in enumerate(rows)),
            )
            connection.executemany(
                "INSERT INTO customer_stat (no, customer_id, number, number_folded, name,"
                " name_folded, phone_reversed, card_reversed, orders, purchase_days, spend_total,"
                " spend_window, spend_before, klass)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, '', 0, 0, 0, 0, 0, 'c')",
                (
                    (n, f"{n:032x}", r[0], r[0].lower(), r[1], r[1], r[2][::-1])
                    for n, r in enumerate(rows)
                ),
            )
            connection.executemany(
                "INSERT INTO customer_fts (rowid, tokens) VALUES (?, ?)",
                ((n, search.tokens(row[1])) for n, row in enumerate(rows)),
            )
            connection.execute("COMMIT")

    note = f"{len(world.customers):,} customers"
    return Result("import customers", timed(ours), timed(limit), 8, note)


# ---------------------------------------------------------------- reading


def scan(database: Database, world: World) -> Result:
    """The first scan: all rules over all customers, signals stored and journalled.

    The limit reads the same orders into Python and writes as many signals and journal entries.
    """
    counts: list[int] = []

    def ours() -> None:
        with database.write(SYSTEM) as session:
            counts.append(sum(detection.scan(session, Silent(), LAST_DAY).new.values()))

    seconds = timed(ours)
    with closing(raw(database)) as connection:
        signals = connection.execute("SELECT * FROM defection_signal").fetchall()
        entries = connection.execute(
            "SELECT * FROM change WHERE entity = 'defection_signal'"
        ).fetchall()
        connection.execute("CREATE TEMP TABLE signals AS SELECT * FROM defection_signal LIMIT 0")
        connection.execute("CREATE TEMP TABLE entries AS SELECT * FROM change LIMIT 0")

        def limit() -> None:
            connection.execute(
                "SELECT customer_id, day, amount FROM customer_order ORDER BY customer_id, day"
            ).fetchall()
            for name, rows in (("signals", signals), ("entries", entries)):
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)

        note = f"{len(world.orders):,} orders, {counts[0]:,} new signals stored and journalled"
        return Result("scan", seconds, timed(limit, 3), 20, note)


def list_page(database: Database) -> Result:
    """Count and first page of the customer list, highest spend first."""
    criteria = queries.CustomerFilter()

    def ours() -> None:
        with database.read() as session:
            queries.count_customers(session, criteria)
            queries.list_customers(session, criteria, None, 0, 50)

    connection = raw(database)

    def limit() -> None:
        connection.execute("SELECT count(*) FROM customer_stat").fetchall()
        connection.execute(
            "SELECT c.*, s.* FROM customer_stat s JOIN customer c ON c.id = s.customer_id"
            " ORDER BY s.spend_window DESC, s.number LIMIT 50"
        ).fetchall()

    limit()
    ours()
    result = Result("list page", timed(ours, 21), timed(limit, 21), 14, "count and first 50")
    connection.close()
    return result


def list_middle(database: Database, world: World) -> Result:
    """A jump of the scroll bar to the middle of the list by name."""
    middle, criteria = len(world.customers) // 2, queries.CustomerFilter()

    def ours() -> None:
        with database.read() as session:
            queries.list_customers(session, criteria, Sort("name"), middle, 200)

    connection = raw(database)

    def limit() -> None:
        connection.execute(
            "SELECT c.*, s.* FROM (SELECT no FROM customer_stat ORDER BY name, no LIMIT 200"
            " OFFSET ?) p JOIN customer_stat s ON s.no = p.no"
            " JOIN customer c ON c.id = s.customer_id",
            (middle,),
        ).fetchall()

    result = Result("list jump", timed(ours, 11), timed(limit, 11), 14, "200 rows at the middle")
    connection.close()
    return result


def find(database: Database) -> Result:
    """The search box: two characters of a name, first 20 hits."""
    return _search("search", database, "建国", 20)


def find_many(database: Database) -> Result:
    """The search box with one character that more than a thousand names have."""
    return _search("search many", database, "王", 2.4)


def _search(job: str, database: Database, typed: str, goal: float) -> Result:
    def ours() -> None:
        with database.read() as session:
            queries.search(session, typed)

    connection = raw(database)
    matching = (
        f"FROM customer_stat s WHERE s.no IN (SELECT rowid FROM customer_fts WHERE customer_fts"
        f" MATCH '\"{typed}\"') AND instr(s.name_folded, '{typed}') > 0"
    )

    def limit() -> None:
        connection.execute(
            "SELECT c.id, c.number, c.name, c.phone, s.klass, s.spend_window"
            f" {matching.replace('WHERE', 'JOIN customer c ON c.id = s.customer_id WHERE', 1)}"
            " ORDER BY +s.spend_window DESC LIMIT 20"
        ).fetchall()

    limit()
    ours()
    (hits,) = connection.execute(f"SELECT count(*) {matching}").fetchone()
    result = Result(job, timed(ours, 41), timed(limit, 41), goal, f"{typed}, {hits:,} hits")
    connection.close()
    return result


# ---------------------------------------------------------------- writing files

_COLUMNS = (
    Column("number", "Number", lambda row: row.number),
    Column("name", "Name", lambda row: row.name),
    Column("phone", "Phone", lambda row: row.phone),
    Column("first_on", "First order", lambda row: row.first_on),
    Column("last_on", "Last order", lambda row: row.last_on),
    Column("orders", "Orders", lambda row: row.orders, align=Align.RIGHT),
    Column("spend", "Spend", lambda row: row.spend_total, align=Align.RIGHT, kind=Kind.MONEY),
)


def excel(database: Database, folder: Path, rows: int = 10_000) -> Result:
    """A plain list as a workbook, against zip and inline strings."""
    from desktop_app.reports.xlsx import write_xlsx

    with database.read() as session:
        found = queries.list_customers(session, queries.CustomerFilter(), None, 0, rows)
    document = list_document("Customers", _COLUMNS, found, by="benchmark")

    def ours() -> None:
        write_xlsx(document, folder / "list.xlsx", overwrite=True)

    def limit() -> None:
        cells = "".join(
            "<row>"
            + "".join(f'<c t="inlineStr"><is><t>{col.value(row)}</t></is></c>' for col in _COLUMNS)
            + "</row>"
            for row in found
        )
        with zipfile.ZipFile(
            folder / "raw.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1
        ) as file:
            file.writestr("xl/worksheets/sheet1.xml", f"<worksheet>{cells}</worksheet>")

    note = f"{len(found):,} rows x {len(_COLUMNS)}"
    return Result("Excel", timed(ours, 3), timed(limit, 3), 4, note)


def pdf(folder: Path, times: int = 5, rows: int = 2_000) -> Result:
    """A plain list as the first PDF of a session, against one text object a column and page."""

    def run(way: str) -> float:
        place = folder / f"{way}.pdf"
        place.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.bench.write_pdf", way, str(rows), str(place)]
        done = subprocess.run(
            command, env=home_of(folder), check=True, timeout=120, capture_output=True, text=True
        )
        return float(done.stdout)

    run("ours")
    spans = [(run("ours"), run("limit")) for _round in range(times)]
    seconds, limit = (median(one) for one in zip(*spans, strict=True))
    return Result("PDF", seconds, limit, 2.2, f"{rows:,} rows, the font parsed")


# ---------------------------------------------------------------- start-up

_BARE = """
import sys, time
from PySide6.QtCore import QTimer, QAbstractTableModel, Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView
class Model(QAbstractTableModel):
    def rowCount(self, parent=None): return 50
    def columnCount(self, parent=None): return 8
    def data(self, index, role=0): return str(index.row()) if role == 0 else None
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, left)
def left():
    print(time.monotonic(), flush=True)
    app.quit()
app = QApplication(sys.argv)
window = Window(); model = Model(); view = QTableView(); view.setModel(model)
window.setCentralWidget(view); window.resize(1200, 800); window.show()
app.exec()
"""


def start_up(folder: Path, times: int = 5) -> Result:
    """From the process's start to the painted sign-in dialog."""
    ((seconds, limit),) = _start(folder, times, "dialog")
    return Result("start-up", seconds, limit, 1.8, "process to sign-in dialog")


def start_demo(folder: Path, times: int = 5) -> list[Result]:
    """From the process's start to the first rows of a workspace without sign-in, and to all else.

    It was opened before and closed on this day, by the start that warms up.
    """
    (first, limit), (whole, _limit) = _start(folder, times, "demo")
    return [
        Result("start-up demo", first, limit, 1.8, "process to first rows, no password typed"),
        Result("start-up demo whole", whole, limit, 8, "process to the window that answers"),
    ]


def sign_in(folder: Path, times: int = 5) -> Result:
    """From Enter in the sign-in dialog to the painted first page with its rows."""
    entry = keys.demo_entry(_workspace(folder, "demo"))
    place = str(_workspace(folder))
    command = [sys.executable, "-m", "tests.bench.start", "sign-in", place, *entry]
    found = []
    for _round in range(times):
        done = subprocess.run(
            command, env=home_of(folder), check=True, timeout=60, capture_output=True, text=True
        )
        found.append([float(number) for number in done.stdout.split()])
    ours, alone = (median(numbers) for numbers in zip(*found, strict=True))
    return Result(
        "sign-in", ours, alone, 3, "Enter to first rows painted, against key and first rows"
    )


def _start(folder: Path, times: int, what: str) -> list[tuple[float, float]]:
    """Seconds until each thing that a start says it has painted, and of the bare window."""
    home = home_of(folder)
    ours = [sys.executable, "-m", "tests.bench.start", what, str(_workspace(folder, what))]
    bare = [sys.executable, "-c", _BARE]

    def run(command: list[str]) -> list[float]:
        """Seconds from the start of a process to the moments it prints: when it had painted."""
        begun = time.monotonic()
        done = subprocess.run(
            command, env=home, check=True, timeout=60, capture_output=True, text=True
        )
        return [float(moment) - begun for moment in done.stdout.split()]

    run(bare)
    run(ours)
    spans = [(run(ours), run(bare)[0]) for _round in range(times)]
    limit = median(alone for _ours, alone in spans)
    stations = zip(*(moments for moments, _alone in spans), strict=True)
    return [(median(moments), limit) for moments in stations]


def _workspace(folder: Path, what: str = "") -> Path:
    """A small demo, which opens by itself; the same one asking for its password."""
    demo, asking = folder / "started-demo", folder / "started"
    if not demo.exists():
        make_demo(demo, customers=100).opened.database.close()
        shutil.copytree(demo, asking)
        file = keys.load(asking / keys.KEYS)
        file.demo = None
        keys.save(file, asking / keys.KEYS)
    return demo if what == "demo" else asking


def home_of(folder: Path) -> dict[str, str]:
    """The environment of a start: with compiled modules, as an installed program has them."""
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "QT_QPA_PLATFORM": "offscreen",
        "WINBACK_HOME": str(folder / "home"),
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
    }
