"""The whole loop on the command line with 69,659 real orders, counted again with pandas."""

import datetime as dt
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pypdf
import pytest
from sqlalchemy import func, select

from db import workspace
from db.models import Customer, CustomerStat, Order
from db.queries.customers import class_sizes
from db.vocabulary import CustomerClass
from tests import order_oracle
from tests.order_oracle import CDNOW_CLASSES, CDNOW_DAY
from tests.programs import PASSWORD, Winback

pytestmark = [pytest.mark.realdata, pytest.mark.timeout(600)]

FIGURES = {
    "orders": "orders",
    "first_day": "first",
    "last_day": "last",
    "spend_total": "spend",
    "spend_window": "window",
    "klass": "klass",
}
"""Maintained figure -> what pandas calls it."""


@pytest.fixture
def file(shared_data: Path) -> Path:
    return shared_data / "cdnow" / "orders.csv"


def test_that_the_loop_on_real_orders_gives_what_pandas_counts(
    tmp_path: Path, file: Path, pytestconfig: pytest.Config
) -> None:
    """The whole file in every run; what is only tried (`--dry-run`) also with it when `--long`."""
    tries = pytestconfig.getoption("--long")
    frame = order_oracle.read_orders(file)
    winback = Winback(tmp_path / "workspace")
    assert winback("new", winback.folder).status == 0

    dry_run = ("import", "orders", file, "--currency", "USD", "--dry-run")
    promised = winback.json(*dry_run) if tries else None
    made = winback.json("import", "orders", file, "--currency", "USD")
    kept = ("rows", "new", "changed", "same", "rejected", "customers_created", "returns")
    assert promised is None or [promised[each] for each in kept] == [made[each] for each in kept]
    assert (made["rows"], made["new"]) == (len(frame), len(frame)) == (69_659, 69_659)
    assert made["changed"] == made["same"] == made["rejected"] == 0
    assert made["customers_created"] == frame["customer_id"].nunique() == 23_570
    _check_orders_and_figures(winback.folder, frame)
    if tries:
        again = winback.json("import", "orders", file, "--dry-run")
        assert (again["rows"], again["same"], again["new"]) == (69_659, 69_659, 0)

    scanned = winback.json("scan", "--as-of", CDNOW_DAY)
    _check_customers(winback.json("list", "customers"), frame)
    expected = order_oracle.hits(frame, CDNOW_DAY)
    assert scanned["as_of"] == CDNOW_DAY.isoformat()
    assert {kind: scanned[kind] for kind in expected} == {k: len(v) for k, v in expected.items()}
    assert scanned["lapsing"] > 1000
    found: dict[str, set[str]] = {kind: set() for kind in expected}
    for row in winback.json("list", "signals"):
        found[row["kind"]].add(row["customer_number"])
        assert row["currency"] == "USD"
        assert row["kind"] != "partial_share" or "$" in row["sentence_zh"]
    assert found == expected

    again = winback.json("scan", "--as-of", CDNOW_DAY)
    assert (sum(again["new"].values()), again["change_set"]) == (0, None)
    assert {kind: again[kind] for kind in expected} == {kind: scanned[kind] for kind in expected}

    opened = winback.json("open-cases")
    count = sum(len(numbers) for numbers in expected.values())
    assert (opened["signals"], opened["cases"], opened["joined"]) == (count, count, 0)
    cases = {(row["kind"], row["customer_number"]) for row in winback.json("list", "cases")}
    assert cases == {(kind, number) for kind, numbers in expected.items() for number in numbers}
    third = winback.json("scan", "--as-of", CDNOW_DAY)  # nobody with an open case is new
    assert (sum(third["new"].values()), third["change_set"]) == (0, None)

    _check_report(winback, tmp_path, count)
    if tries:
        blocked = winback.json("undo", made["change_set"], "--dry-run")
        assert blocked["blocked"] > 0
    _undo_everything(winback, [opened, scanned, made])
    assert max(run.memory for run in winback.runs) < 1_000_000_000


def _check_orders_and_figures(folder: Path, frame: pd.DataFrame) -> None:
    grouped = frame.groupby("customer_id")
    expected = pd.DataFrame(
        {"spend": grouped["fen"].sum(), "orders": grouped.size(), "first": grouped["day"].min(),
         "last": grouped["day"].max(), "pieces": grouped["quantity"].sum() * 1000}
    )  # fmt: skip
    opened = workspace.open_workspace(folder, "admin", PASSWORD)
    day, columns = Order.day, (func.sum(Order.amount), func.count())
    with opened.database.read() as session:
        rows = session.execute(
            select(
                Customer.number, *columns, func.min(day), func.max(day), func.sum(Order.quantity)
            )
            .join(Order, Order.customer_id == Customer.id)
            .group_by(Customer.number)
        ).all()
        stats = pd.DataFrame(map(dict, session.execute(select(CustomerStat.__table__)).mappings()))
        sizes = class_sizes(session)
    opened.database.close()
    assert {row[0]: tuple(row[1:]) for row in rows} == {
        str(number): tuple(map(int, values)) for number, *values in expected.itertuples()
    }
    stats, figures = stats.set_index("number"), order_oracle.figures(frame, CDNOW_DAY)
    for name, column in FIGURES.items():
        assert stats[name].to_dict() == figures[column].to_dict()
    assert sizes == {CustomerClass(name): size for name, size in CDNOW_CLASSES.items()}


def _check_customers(rows: list[dict[str, object]], frame: pd.DataFrame) -> None:
    listed = pd.DataFrame(rows).set_index("number")
    expected = order_oracle.figures(frame, CDNOW_DAY)
    assert len(listed) == len(expected)
    assert listed["class"].str.lower().value_counts().to_dict() == CDNOW_CLASSES
    assert listed["class"].str.lower().to_dict() == expected["klass"].to_dict()
    assert listed["orders"].to_dict() == expected["orders"].to_dict()
    for name, column in (("spend", "spend"), ("spend_12_months", "window")):
        fen = (listed[name].astype(float) * 100).round().astype("int64")
        assert fen.to_dict() == expected[column].to_dict()
    for name, column in (("first_order", "first"), ("last_order", "last")):
        days = listed[name].map(lambda text: dt.date.fromisoformat(text).toordinal())
        assert days.to_dict() == expected[column].to_dict()


def _check_report(winback: Winback, folder: Path, count: int) -> None:
    xlsx, pdf, document = (folder / f"cases.{end}" for end in ("xlsx", "pdf", "json"))
    words = ("report", "case-list", "--xlsx", xlsx, "--pdf", pdf, "--json", document)
    done = winback(*words)
    assert (done.status, done.err) == (0, "")
    assert json.loads(document.read_text("utf-8"))
    book = openpyxl.load_workbook(xlsx, read_only=True)
    assert max(sheet.max_row for sheet in book) > count
    book.close()
    assert len(pypdf.PdfReader(pdf).pages) > count // 100


def _undo_everything(winback: Winback, newest_first: list[dict[str, object]]) -> None:
    for each in newest_first:
        undone = winback.json("undo", each["change_set"])
        assert undone["blocked"] == 0
    checked = winback.json("check")
    assert checked["ok"]
    for table in ("customer", "customer_order", "customer_stat", "defection_signal", "import_job"):
        assert checked["counts"][table] == 0
    assert checked["counts"]["departure_case"] == checked["counts"]["case_event"] == 0
    assert winback.json("list", "customers") == []
