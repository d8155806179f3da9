"""What the command line gives out: own customers only, phones masked, exports written down."""

from pathlib import Path

import pytest

from db.errors import DatabaseError, Trouble
from desktop_app.services import exports
from tests.cli.conftest import Run

PHONES = "客户编号,客户名称,手机,门店\nK1,王思远,13812348000,\nK2,单雄信,13912345678,\n"


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """Two customers with phones."""
    file = tmp_path / "客户.csv"
    file.write_text(PHONES, encoding="utf-8")
    return file


def test_that_whole_phones_are_an_export_and_all_else_is_masked(
    run: Run, folder: Path, customers: Path
) -> None:
    assert run("import", "customers", customers).status == 0
    assert "Export" not in run("history", "--json").document[0]["title"]
    listed = run("list", "customers", "--json").document
    assert [row["phone"] for row in listed] == ["13812348000", "13912345678"]
    journal = run("history", "--json").document
    assert (journal[0]["title"], journal[0]["kind"]) == ("Export “Customers”, 2 rows", "event")
    found = run("list", "customers", "--filter", "5678", "--json").document
    assert [row["number"] for row in found] == ["K2"]
    assert run("list", "customers", "--filter", "nobody", "--json").document == []
    exports = [row for row in run("history", "--json").document if "Export" in row["title"]]
    assert len(exports) == 2, "an empty list takes nothing out"
    for command in (
        ["list", "customers"],
        ["show", "customer", "K1"],
        ["show", "customer", "K1", "--json"],
        ["history", "--entity", "customer", "--id", "K1"],
        ["history", "--entity", "customer", "--id", "K1", "--json"],
        ["show", "change", journal[-1]["seq"], "--json"],
    ):
        ran = run(*command)
        assert ran.status == 0, ran.err
        assert "13812348000" not in ran.out
    assert run("show", "customer", "K1", "--json").document["phone"] == "138****8000"
    assert len([row for row in run("history", "--json").document if "Export" in row["title"]]) == 2


def test_that_what_cannot_be_written_down_does_not_leave(
    run: Run, folder: Path, customers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(trouble: Trouble) -> None:
        def note(*_arguments: object) -> None:
            raise DatabaseError(trouble, "workspace.db", folder)

        monkeypatch.setattr(exports, "note", note)

    assert run("import", "customers", customers).status == 0
    fails(Trouble.BUSY)
    listed = run("list", "customers", "--json")
    assert [row["phone"] for row in listed.document] == ["138****8000", "139****5678"]
    assert "phones are masked" in listed.sentence
    fails(Trouble.FULL)
    refused = run("list", "customers", "--json")
    assert (refused.status, refused.out) == (1, "")


def test_that_each_sees_the_customers_signals_and_history_of_the_scope(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    assert run("demo", folder, "--customers", 60, "--end", "2026-08-31").status == 0

    def rows(entity: str, user: str) -> list[dict[str, object]]:
        ran = run("list", entity, "-w", folder, "--user", user, "--json")
        assert ran.status == 0, ran.err
        return list(ran.document)

    everybody = {str(row["number"]) for row in rows("customers", "heping")}
    own = {str(row["number"]) for row in rows("customers", "majun")}
    assert own
    assert own < everybody
    signals = {row["customer_number"] for row in rows("signals", "majun")}
    assert signals <= own
    assert len(rows("signals", "heping")) > len(rows("signals", "majun"))
    masked = rows("customers", "majun") + rows("customers", "heping") + rows("signals", "heping")
    assert all("****" in str(row["phone"]) for row in masked)
    titles = [row["title"] for row in rows("changes", "heping")]
    assert not [title for title in titles if str(title).startswith("Export")]
    other = min(everybody - own)
    case = next(row for row in rows("cases", "heping") if row["customer_number"] not in own)
    for command in (
        ["show", "customer", other],
        ["history", "--entity", "customer", "--id", other],
        ["show", "case", case["number"]],
        ["history", "--entity", "case", "--id", case["number"]],
    ):
        refused = run(*command, "-w", folder, "--user", "majun", "--json")
        assert (refused.status, refused.out) == (1, "")
        assert "belongs to somebody else" in refused.sentence
        assert run(*command, "-w", folder, "--user", "heping", "--json").status == 0
