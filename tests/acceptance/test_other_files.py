"""Customers of a telephone company and a month of a wholesaler, counted again with pandas."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import little_work
from tests.programs import Winback

pytestmark = [pytest.mark.realdata, pytest.mark.timeout(600)]


@pytest.fixture
def winback(tmp_path: Path) -> Winback:
    made = Winback(tmp_path / "workspace")
    with little_work():
        assert made.inside("new", made.folder).status == 0
    return made


def test_that_telco_customers_arrive_with_contract_and_charges(
    winback: Winback, shared_data: Path
) -> None:
    path = shared_data / "telco_ibm" / "Telco-Customer-Churn.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    blank = int((frame["TotalCharges"].str.strip() == "").sum())
    made = winback.json("import", "customers", path)
    assert (made["rows"], made["new"], made["rejected"]) == (len(frame), 7_043, 0)
    assert made["blank_cells"] == {"TotalCharges": blank} == {"TotalCharges": 11}
    assert any("TotalCharges" in text and "11" in text for text in made["warnings"])

    listed = winback.json("list", "customers")
    assert {row["number"] for row in listed} == set(frame["customerID"])
    for place in (0, 488, len(frame) - 1):  # 488 is the first without a total
        row = frame.iloc[place]
        shown = winback.inside("show", "customer", row["customerID"], "--json").json()
        attributes = shown["attributes"]
        assert attributes["Contract"] == row["Contract"]
        assert float(attributes["MonthlyCharges"]) == float(row["MonthlyCharges"])
        total = row["TotalCharges"].strip()
        assert (float(attributes["TotalCharges"]) if total else "TotalCharges" in attributes) == (
            float(total) if total else False
        )

    again = winback.json("import", "customers", path)
    assert (again["same"], again["change_set"]) == (7_043, None)
    undone = winback.json("undo", made["change_set"])
    assert undone["blocked"] == 0
    assert winback.json("check")["counts"]["customer"] == 0


def test_that_every_row_of_december_is_accounted_for(winback: Winback, shared_data: Path) -> None:
    paths = sorted((shared_data / "online_retail" / "by-day").glob("*.csv"))
    frame = pd.concat(
        [pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths], ignore_index=True
    )
    assert len(frame) == 42_481
    path = winback.folder.parent / "december.csv"
    frame.to_csv(path, index=False)
    frame["customer"] = frame["CustomerID"].str.strip().str.removesuffix(".0")
    frame["value"] = pd.to_numeric(frame["Quantity"]) * pd.to_numeric(frame["UnitPrice"])
    nobody = frame["customer"] == ""

    made = winback.json("import", "orders", path)
    assert made["rows"] == len(frame)
    assert made["new"] + made["changed"] + made["same"] + made["rejected"] == len(frame)
    assert made["rejected"] == int(nobody.sum())
    assert all(each["reason"] for each in made["reasons"])
    rejected_rows = {each["row"] for each in made["reasons"]}
    assert rejected_rows == {place + 2 for place in frame.index[nobody]}  # row 1: the headings
    assert made["customers_created"] == frame.loc[~nobody, "customer"].nunique()
    assert made["returns"] == int((frame.loc[~nobody, "value"] < 0).sum())

    spend = frame[~nobody].groupby("customer")["value"].sum()
    listed = {row["number"]: float(row["spend"]) for row in winback.json("list", "customers")}
    assert set(listed) == set(spend.index)
    assert listed == pytest.approx(spend.to_dict(), abs=0.5)  # lines are rounded one by one
    known = frame[~nobody]
    lines = known["Quantity"].map(Decimal) * known["UnitPrice"].map(Decimal)
    cents = lines.map(lambda line: line.quantize(Decimal("0.01"), ROUND_HALF_UP))
    assert sum(Decimal(str(value)) for value in listed.values()) == cents.sum()

    again = winback.json("import", "orders", path)
    assert (again["new"], again["changed"]) == (0, 0)
    assert again["same"] + again["rejected"] == len(frame)
    assert again["change_set"] is None

    walk_in = winback.json("import", "orders", path, "--no-customer", "walk_in", "--dry-run")
    assert (walk_in["rejected"], walk_in["new"]) == (0, int(nobody.sum()))
