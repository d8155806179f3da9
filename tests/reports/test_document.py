import json
import subprocess
import sys

import pytest
from report_documents import COLUMNS, ROWS, everything

from desktop_app.columns import Column, Kind, shown_value
from desktop_app.errors import NotFoundError
from desktop_app.reports import REPORTS, report
from desktop_app.reports.base import Figure, FigureKind, Series, period_text
from desktop_app.reports.json import to_json


def test_that_reports_load_no_library_that_writes_files():
    code = (
        "import sys, desktop_app.reports, desktop_app.reports.pdf, desktop_app.reports.xlsx, "
        "desktop_app.reports.json, desktop_app.reports.layout, desktop_app.reports.fonts\n"
        "heavy = {'openpyxl', 'reportlab', 'rustpy_xlsxwriter', 'scipy', 'numpy', 'PySide6'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_that_a_document_is_plain_json():
    made = json.loads(json.dumps(to_json(everything())))
    kinds = [block["kind"] for section in made["sections"] for block in section["blocks"]]
    assert kinds == [
        "facts", "paragraph", "pareto", "line", "bar", "table", "quote", "signatures",
    ]  # fmt: skip
    table = made["sections"][2]["blocks"][0]
    assert table["rows"][0] == {
        "name": "张伟",
        "phone": "13812348000",
        "on": "2026-08-31",
        "at": "2026-09-15T02:00:00+00:00",
        "count": 12,
        "share": 0.25,
        "money": "1234.50",
        "amount": "1.5",
    }
    assert table["rows"][1]["money"] is None
    assert table["total"] == {
        "name": "Total", "phone": None, "on": None, "at": None, "count": 15, "share": None,
        "money": "1234.50", "amount": None,
    }  # fmt: skip
    assert made["sections"][1]["blocks"][0]["keys"] == ["price", "stock", "delivery"]


def test_that_columns_show_values_as_people_read_them(each_language):
    shown = [column.shown(ROWS[0]) for column in COLUMNS]
    assert shown[1] == "13812348000"
    assert shown[2].startswith("2026-08-31")
    assert shown[3:] == ["2026-09-15 10:00", "12", "25.0%", "¥1,234.50", "1.50"]
    assert COLUMNS[2].shown(ROWS[1]) == ""
    assert shown_value(True) != shown_value(False)


def test_that_a_text_column_exports_what_it_shows():
    made = Column("x", "X", int, text=lambda row: f"about {row}", kind=Kind.TEXT)
    assert made.cell(7) == "about 7"


def test_that_a_figure_refuses_rows_of_different_lengths():
    with pytest.raises(ValueError, match="one value"):
        Figure(FigureKind.BAR, "x", ("a", "b"), (Series("s", (1,)),))
    with pytest.raises(ValueError, match="one series"):
        Figure(FigureKind.PARETO, "x", ("a",), (Series("s", (1,)), Series("t", (1,))))


def test_that_the_cumulative_share_of_nothing_is_zero():
    nothing = Figure(FigureKind.PARETO, "x", ("a",), (Series("s", (0,)),))
    assert nothing.cumulative() == (0.0,)


def test_that_periods_name_their_open_ends():
    from datetime import date

    assert period_text(None, None) == "all dates"
    assert period_text(date(2026, 1, 1), None) == "from 2026-01-01"
    assert period_text(None, date(2026, 1, 2)) == "until 2026-01-02"
    assert period_text(date(2026, 1, 1), date(2026, 1, 2)) == "2026-01-01 – 2026-01-02"


def test_that_reports_are_found_by_id_and_have_different_ids():
    assert [report(each.id) for each in REPORTS] == list(REPORTS)
    assert len({each.id for each in REPORTS}) == len(REPORTS)
    with pytest.raises(NotFoundError, match="exit-reasons"):
        report("nothing")


def test_that_writing_opens_nothing_that_a_text_asks_for(tmp_path):
    """Names and notes that ask for files or addresses; an audit hook sees every attempt."""
    (tmp_path / "unwanted.png").write_bytes(b"x")
    code = f"""
import sys
seen = []
def watch(event, args):
    if event.startswith(("socket.connect", "socket.getaddrinfo", "subprocess", "os.system")):
        seen.append(event)
    if event == "open" and "unwanted" in str(args[0]):
        seen.append(args[0])
sys.addaudithook(watch)
from pathlib import Path
from desktop_app.columns import Column
from desktop_app.reports.base import list_document
from desktop_app.reports.pdf import write_pdf
from desktop_app.reports.xlsx import write_xlsx
folder = Path({str(tmp_path)!r})
texts = [
    f'<img src="{{folder}}/unwanted.png"/>', 'http://127.0.0.1:9/x', 'file://{tmp_path}/unwanted.png',
    '=WEBSERVICE("http://127.0.0.1:9")', '=HYPERLINK("file://unwanted")', "=cmd|' /C calc'!A0",
]
document = list_document("x", (Column("a", "A", str),), texts, by="<img src='unwanted.png'>")
write_pdf(document, folder / "a.pdf")
write_xlsx(document, folder / "a.xlsx")
print(seen)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
