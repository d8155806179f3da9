"""The loop by command line: import, scan, cases, report, history, undo; and what may go wrong."""

import json
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from desktop_app.errors import FileProblemError
from desktop_app.importing.load import import_file
from desktop_app.services import detection
from tests.cli.conftest import Run


def test_that_import_counts_rows_and_can_be_undone(run: Run, folder: Path, orders: Path) -> None:
    dry = run("import", "orders", orders, "--dry-run", "--json")
    assert dry.document["new"] == 22
    assert dry.document["change_set"] is None
    assert run("list", "customers", "--json").document == []
    done = run("import", "orders", orders, "--json")
    assert done.status == 0
    counts = [done.document[name] for name in ("rows", "new", "changed", "same", "rejected")]
    assert counts == [22, 22, 0, 0, 0]
    assert list((folder / "backups").glob("*.db")), "a backup is made before an import"
    again = run("import", "orders", orders, "--json").document
    assert (again["same"], again["change_set"]) == (22, None)
    undone = run("undo", done.document["change_set"], "--json")
    assert undone.status == 0
    assert undone.document["blocked"] == 0
    assert run("list", "customers", "--json").document == []


def test_that_customers_are_listed_with_figures(run: Run, folder: Path, orders: Path) -> None:
    run("import", "orders", orders)
    rows = {row["number"]: row for row in run("list", "customers", "--json").document}
    first = rows["K1"]
    assert (first["orders"], first["spend"]) == (18, 1800.0)
    assert (first["first_order"], first["last_order"]) == ("2026-01-05", "2026-06-25")
    assert set("ABC") >= {row["class"] for row in rows.values()}
    assert '"spend": 1800.00' in run("list", "customers", "--json").out
    assert [row["number"] for row in run("list", "customers", "--json", "--limit", 1, "--offset",
                                         1).document] == ["K2"]  # fmt: skip
    assert [row["number"] for row in run("list", "customers", "--filter", "K3",
                                         "--json").document] == ["K3"]  # fmt: skip
    assert "K1" in run("list", "customers").out
    shown = run("show", "customer", "K2", "--json").document
    assert (shown["number"], shown["orders"]) == ("K2", 3)
    assert "K2" in run("show", "customers", first["id"].replace(first["id"], "K2")).out


def test_that_scan_and_open_cases_count_what_they_do(run: Run, folder: Path, orders: Path) -> None:
    run("import", "orders", orders)
    scanned = run("scan", "--as-of", "2026-06-30", "--json").document
    assert scanned["as_of"] == "2026-06-30"
    kinds = {"lapsing", "partial_share", "product_line_stop", "value_downgrade"}
    assert kinds <= scanned.keys()
    assert scanned["lapsing"] == 1
    assert scanned["new"] == {kind: scanned[kind] for kind in kinds}
    again = run("scan", "--as-of", "2026-06-30", "--json").document
    assert sum(again["new"].values()) == 0
    assert again["lapsing"] == 1
    assert run("list", "signals", "--json").document[0]["state"] == "open"
    opened = run("open-cases", "--kind", "lapsing", "--json").document
    assert (opened["cases"], opened["joined"]) == (1, 0)
    assert run("open-cases", "--json").document["change_set"] is None
    case = run("list", "cases", "--json").document[0]
    assert (case["customer_number"], case["kind"]) == ("K2", "lapsing")
    assert run("show", "case", case["number"], "--json").document["row"]["id"] == case["id"]
    events = run("history", "--entity", "case", "--id", case["number"], "--json").document
    assert {"stage", "number"} <= {event["field"] for event in events}
    journal = run("history", "--json").document
    assert journal[0]["change_set"] == opened["change_set"]
    assert "cases" in run("history").out
    preview = run("undo", "last", "--dry-run", "--json").document
    assert (preview["undone"], preview["change_set"]) == (opened["change_set"], None)
    shown = run("show", "change", journal[0]["seq"], "--json").document
    assert shown["change_set"] == opened["change_set"]
    assert {row["entity"] for row in shown["rows"]} >= {"departure_case", "case_event"}
    assert run("undo", "last").status == 0
    assert run("list", "cases", "--json").document == []


def test_that_reports_are_written_once_and_replaced_on_demand(
    run: Run, folder: Path, orders: Path, tmp_path: Path
) -> None:
    run("import", "orders", orders)
    run("scan", "--as-of", "2026-06-30")
    run("open-cases")
    listed = run("report", "--json").document
    assert {"exit-reasons", "case-list", "case-file"} <= {one["id"] for one in listed}
    files = {kind: tmp_path / f"报表.{kind}" for kind in ("xlsx", "pdf", "json")}
    arguments = [part for kind, path in files.items() for part in (f"--{kind}", path)]
    written = run("report", "case-list", *arguments)
    assert written.status == 0, written.err
    book = load_workbook(files["xlsx"])
    texts = {cell.value for sheet in book for row in sheet for cell in row}
    case = run("list", "cases", "--json").document[0]
    assert case["number"] in texts
    pages = "".join(page.extract_text() for page in PdfReader(files["pdf"]).pages)
    assert case["number"] in pages.replace("\n", "")
    assert case["number"] in json.dumps(json.loads(files["json"].read_text("utf-8")))
    refused = run("report", "case-list", *arguments)
    assert (refused.status, "exists already" in refused.sentence) == (1, True)
    assert run("report", "case-list", *arguments, "--overwrite").status == 0
    assert run("report", "case-list", "--json").document["id"] == "case-list"
    for option in ("--case", "--number"):
        file = run("report", "case-file", option, case["number"], "--json").document
        assert case["number"] in json.dumps(file)
    assert "Export the report" in run("history", "--json").document[0]["title"]


@pytest.mark.parametrize(
    "entity",
    ["customers", "signals", "cases", "visits", "interviews", "users", "stores", "reasons",
     "rules", "imports", "changes", "promises", "complaints", "recoveries"],
)  # fmt: skip
def test_that_every_list_is_json_and_a_table(run: Run, folder: Path, entity: str) -> None:
    listed = run("list", entity, "--json")
    assert listed.status == 0, listed.err
    assert isinstance(listed.document, list)
    table = run("list", entity)
    assert table.status == 0
    lines = [line for line in table.out.splitlines() if line.strip()]
    assert len(lines) == len(listed.document) + 1


@pytest.mark.parametrize(
    ("arguments", "status", "part"),
    [
        (["scan", "--as-of", "2026-02-30"], 1, "2026-02-30"),
        (["list", "nonsense"], 2, "nonsense"),
        (["show", "customer", "nobody"], 1, "nobody"),
        (["show", "case", "2026-99999"], 1, "2026-99999"),
        (["report", "nonsense"], 2, "nonsense"),
        (["show", "nonsense", "K1"], 2, "nonsense"),
        (["history", "--entity", "nonsense", "--id", "1"], 2, "customer"),
        (["report", "case-file"], 2, "Name the case: --case NUMBER"),
        (["report", "case-file", "--case", "2026-99999"], 1, "2026-99999"),
        (["report", "case-list", "--start", "2026-02-01", "--end", "2026-01-31"], 1, "--end: "),
        (["report", "case-list", "--nonsense", "1"], 2, "nonsense"),
        (["report", "case-list", "--start", "2026-02-30"], 1, "--start: "),
        (["undo", "123456"], 1, "123456"),
        (["import", "orders", "missing.csv"], 1, "missing.csv"),
        (["import", "sofas", "missing.csv"], 2, "customers, orders, visits or renewals"),
        (["open-cases", "--kind", "nonsense"], 2, "lapsing"),
        (["history", "--entity", "case"], 2, "--id"),
        (["restore", "missing.db"], 1, "missing.db"),
    ],
)
def test_that_a_wrong_input_is_one_sentence(
    run: Run, folder: Path, arguments: list[str], status: int, part: str
) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (status, "")
    assert part in ran.sentence


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["scan", "--nonsense"], ["list", "customers", "--limit", "x"]]
)
def test_that_wrong_usage_is_two(run: Run, folder: Path, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert "Traceback" not in ran.err


def test_that_wrong_columns_and_unreadable_files_are_one_sentence(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    ran = run("import", "orders", wrong)
    assert (ran.status, ran.out) == (1, "")
    assert "column" in ran.sentence
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    ran = run("import", "orders", picture)
    assert (ran.status, ran.out) == (1, "")
    assert "picture.csv" in ran.sentence
    assert run("list", "imports", "--json").document == []


def test_that_rejects_have_row_and_reason(run: Run, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        "订单号,客户编号,下单日期,金额\n1,K1,2026-02-30,5\n2,K1,2026-03-01,5\n", encoding="utf-8"
    )
    rejects = tmp_path / "rejects.csv"
    done = run("import", "orders", file, "--rejects", rejects, "--json").document
    assert (done["rows"], done["new"], done["rejected"]) == (2, 1, 1)
    assert done["reasons"][0]["row"] == 2
    assert "2026-02-30" in rejects.read_text("utf-8-sig")
    event, change = run("history", "--json").document[:2]
    assert event["title"] == "Save 1 rejected rows of orders.csv"
    assert change["change_set"] == done["change_set"]


def test_that_nothing_is_imported_when_its_rejects_cannot_be_written(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop_app.importing import rejects as module

    file = tmp_path / "orders.csv"
    file.write_text(
        "订单号,客户编号,下单日期,金额\n1,K1,2026-02-30,5\n2,K1,2026-03-01,5\n", "utf-8"
    )

    def full(*_args: object) -> None:
        raise FileProblemError("r.csv cannot be written: No space left on device")

    before = run("history", "--json").document
    monkeypatch.setattr(module, "write_rejects", full)
    for more in ([], ["--dry-run"]):
        refused = run("import", "orders", file, "--rejects", tmp_path / "r.csv", *more, "--json")
        assert (refused.status, refused.out) == (1, "")
        assert "cannot be written" in refused.sentence
    assert run("list", "customers", "--json").document == []
    assert run("history", "--json").document == before


def test_that_a_file_that_is_read_is_not_written_over(
    run: Run, folder: Path, orders: Path, tmp_path: Path
) -> None:
    before, mapping = orders.read_bytes(), tmp_path / "m.toml"
    for written in ("--rejects", "--save-mapping"):
        refused = run("import", "orders", orders, written, orders, "--overwrite")
        assert (refused.status, "same command" in refused.sentence) == (1, True)
    both = ("--rejects", tmp_path / "x.csv", "--save-mapping", tmp_path / "x.csv")
    assert "same command" in run("import", "orders", orders, *both).sentence
    assert run("import", "orders", orders, "--save-mapping", mapping, "--dry-run").status == 0
    kept = mapping.read_bytes()
    read = run("import", "orders", orders, "--mapping", mapping, "--save-mapping", mapping,
               "--overwrite")  # fmt: skip
    assert "same command" in read.sentence
    assert (orders.read_bytes(), mapping.read_bytes()) == (before, kept)


def test_that_a_name_must_say_what_the_file_holds(
    run: Run, folder: Path, orders: Path, tmp_path: Path
) -> None:
    rejects = run("import", "orders", orders, "--rejects", tmp_path / "r.pdf")
    assert (rejects.status, ".csv, .xlsx" in rejects.sentence) == (1, True)
    report = run("report", "case-list", "--xlsx", tmp_path / "a.pdf")
    assert (report.status, "must end in .xlsx" in report.sentence) == (1, True)
    assert list(tmp_path.glob("*.pdf")) == []


def test_that_columns_nobody_recognises_are_named_with_the_way_out(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("a,b\n1,2\n", "utf-8")
    refused = run("import", "customers", file)
    assert refused.sentence.count("Choose the column for: Name.") == 1
    assert all(part in refused.sentence for part in ("wrong.csv", "a, b", "--mapping", "--save"))
    many = ",".join(f"c{number}" for number in range(40))
    file.write_text(f"{many}\n", "utf-8")
    assert "c11, …" in run("import", "customers", file).sentence
    assert "is a folder" in run("import", "customers", tmp_path).sentence


@pytest.mark.parametrize("option", ["--rejects", "--save-mapping"])
def test_that_a_place_is_looked_at_before_anything_is_imported(
    run: Run, folder: Path, orders: Path, tmp_path: Path, option: str
) -> None:
    missing = run("import", "orders", orders, option, tmp_path / "no" / "r.csv")
    assert (missing.status, missing.out) == (1, "")
    assert "no folder" in missing.sentence
    taken = tmp_path / "taken.csv"
    taken.write_text("mine", "utf-8")
    refused = run("import", "orders", orders, option, taken)
    assert (refused.status, "--overwrite" in refused.sentence) == (1, True)
    assert "Choose another place" in run("import", "orders", orders, option, tmp_path).sentence
    assert taken.read_text("utf-8") == "mine"
    assert run("list", "customers", "--json").document == []
    assert run("import", "orders", orders, option, taken, "--overwrite").status == 0
    assert taken.read_text("utf-8") != "mine"
    assert len(run("list", "customers", "--json").document) == 3


def test_that_a_report_stands_in_the_journal_also_when_a_file_failed(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = run("report", "case-list", "--xlsx", tmp_path / "a.xlsx", "--pdf", tmp_path / "no/b")
    assert (missing.status, "no folder" in missing.sentence) == (1, True)
    assert not (tmp_path / "a.xlsx").exists()
    assert "Export" not in run("history", "--json").document[0]["title"]

    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("desktop_app.reports.xlsx.write_xlsx", full)
    failed = run("report", "case-list", "--xlsx", tmp_path / "a.xlsx")
    assert (failed.status, "disk is full" in failed.sentence) == (1, True)
    title = run("history", "--json").document[0]["title"]
    assert title == "Export the report case-list as xlsx"


def test_that_a_full_disk_is_one_sentence_and_changes_nothing(
    run: Run, folder: Path, orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no full device on this machine")
    ran = run("report", "case-list", "--json", "/dev/full/x.json")
    assert ran.status == 1
    assert "Traceback" not in ran.err
    full = shutil.disk_usage(folder)
    assert full.total > 0

    def no_space(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device", "workspace.db")

    monkeypatch.setattr("desktop_app.importing.load.import_file", no_space)
    ran = run("import", "orders", orders)
    assert (ran.status, ran.out) == (1, "")
    assert "disk is full" in ran.sentence
    monkeypatch.setattr("desktop_app.importing.load.import_file", import_file)
    assert run("list", "customers", "--json").document == []


def test_that_a_bug_is_seventy_with_the_log(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(detection, "scan", broken)
    ran = run("scan")
    assert ran.status == 70
    log = home / "logs" / "winback.log"
    assert str(log) in ran.sentence
    assert "planted" in log.read_text("utf-8")
    assert "Traceback" in run("scan", "--debug").err


def test_that_no_command_opens_the_window(run: Run) -> None:
    assert run().status == 0
    helped = run("--help")
    assert helped.status == 0
    assert "open-cases" in helped.out
    assert "winback 0" in run("--version").out


def test_that_the_language_can_be_chosen(run: Run, folder: Path) -> None:
    assert run("list", "users").out.startswith("Name")
    assert "登录名" in run("list", "users", "--lang", "zh").out
    assert run("list", "nonsense", "--lang", "zh").status == 2


def test_that_a_mapping_can_be_written_down_and_used(
    run: Run, folder: Path, orders: Path, tmp_path: Path
) -> None:
    file = tmp_path / "mapping.toml"
    run("import", "orders", orders, "--dry-run", "--save-mapping", file)
    assert "下单日期" in file.read_text("utf-8")
    used = run("import", "orders", orders, "--mapping", file, "--encoding", "utf-8",
               "--key", "number", "--unknown", "reject", "--json")  # fmt: skip
    assert used.status == 0, used.err
    assert (used.document["new"], used.document["rejected"]) == (0, 22)
    told = run("import", "orders", orders, "--unknown", "reject")
    assert "and 12 more" in told.err
    assert "mapping for orders" in run("import", "customers", orders, "--mapping", file).sentence
    assert run("import", "orders", orders, "--key", "shoe").status == 2


def test_that_the_right_report_options_are_needed(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("report", "case-list", "stray").status == 2
    assert run("report", "case-list", "--start").status == 2
    assert "no store" in run("report", "case-list", "--store", "nowhere").sentence
    missing = run("report", "case-list", "--pdf", tmp_path / "no" / "x.pdf")
    assert (missing.status, "no folder" in missing.sentence) == (1, True)
    assert "exit-reasons" in run("report").out
    assert run("report", "exit-reasons", "--start=2026-01-01").status == 0


def test_that_histories_are_tables_too(run: Run, folder: Path, orders: Path) -> None:
    run("import", "orders", orders)
    assert run("history", "--entity", "customer", "--id", "K1").status == 0
    assert run("history", "--entity", "sofa", "--id", "1").status == 2
    assert run("history", "--entity", "visit", "--id", "1").status == 1
    assert run("undo", "last").status == 0
    again = run("undo", "last", "--json")
    assert (again.status, again.sentence) == (1, "You have changed nothing that can be undone.")


def test_that_a_workspace_counts_in_the_currency_it_is_told(run: Run, tmp_path: Path) -> None:
    wrong = run("new", tmp_path / "x", "--currency", "dollars")
    assert (wrong.status, "three letters" in wrong.sentence) == (1, True)
    assert not (tmp_path / "x").exists()
    place = tmp_path / "usd"
    assert run("new", place, "--currency", "usd").status == 0
    file = tmp_path / "o.csv"
    file.write_text("order,customer,date,amount\n1,K1,2026-01-01,1234.5\n2,K1,2026-01-02,¥1\n")
    ran = run("import", "orders", file, "-w", place)
    assert (ran.status, "Row 3: The amount is in ¥" in ran.err) == (0, True)
    assert "$1,234.50" in run("list", "customers", "-w", place).out
    assert "spend: $1,234.50" in run("show", "customer", "K1", "-w", place).out
    listed = run("list", "customers", "--json", "-w", place).document
    assert [row["currency"] for row in listed] == ["USD"]
    refused = run("import", "orders", file, "-w", place, "--currency", "CNY")
    assert (refused.status, "counts in USD" in refused.sentence) == (1, True)


def test_that_the_first_orders_can_name_their_currency(
    run: Run, folder: Path, orders: Path
) -> None:
    assert run("import", "customers", orders, "--currency", "USD").status == 2
    dry = run("import", "orders", orders, "--currency", "EUR", "--dry-run", "--json").document
    assert dry["warnings"] == ["The amounts are in EUR; with them the workspace counts in EUR."]
    run("import", "orders", orders, "--currency", "EUR")
    listed = run("list", "customers").out
    assert ("€1,800.00" in listed, "¥" in listed) == (True, False)
    again = run("import", "orders", orders, "--json").document
    assert (again["same"], again["warnings"]) == (22, [])
