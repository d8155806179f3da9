"""`winback import visits`: from a list, and from a day pack that was filled in."""

from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("fixed_time")
LINES = "客户编号,走访日期,走访人,备注,见到的人,天气\nK1,2026-09-14,admin,谈了货架,陈经理,晴\n"


@pytest.fixture
def customers(run: Run, folder: Path, tmp_path: Path) -> None:
    """One customer."""
    file = tmp_path / "客户.csv"
    file.write_text("客户编号,客户名称\nK1,王思远\n", "utf-8")
    assert run("import", "customers", file).status == 0


@pytest.mark.usefixtures("customers")
def test_that_columns_that_are_not_used_are_named(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "走访.csv"
    file.write_text(LINES, "utf-8")
    tried = run("import", "visits", file, "--dry-run", "--json").document
    assert (tried["new"], tried["unused_columns"], tried["change_set"]) == (1, ["天气"], None)
    done = run("import", "visits", file)
    assert "Nothing is taken of this column: 天气." in done.err
    again = run("import", "visits", file, "--json").document
    assert (again["new"], again["same"], again["change_set"]) == (0, 1, None)


@pytest.mark.usefixtures("customers")
def test_that_the_sheet_of_a_day_pack_is_found_by_its_headings(run: Run, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["路线", "时间", "客户"])
    book.active.append([1, "9:00", "王思远"])
    sheet = book.create_sheet("改过的名字")
    sheet.append(["走访码", "问题", "填写", "字段"])
    sheet.append(["V-9F3A-27C1-04BD", "见到了谁", "陈经理", "met"])
    sheet.append(["V-9F3A-27C1-04BD", "礼品", None, "gift"])
    file = tmp_path / "走访包.xlsx"
    book.save(file)
    done = run("import", "visits", file, "--json").document
    assert (done["rows"], done["same"], done["rejected"]) == (2, 1, 1)
    assert done["reasons"] == [{"row": 2, "reason": "There is no visit V-9F3A-27C1-04BD."}]
