"""Rules, classes and figures on 69,659 real orders against pandas."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from db.vocabulary import RuleKind
from desktop_app.domain.classes import classify
from desktop_app.domain.detection import RULES, with_classes
from desktop_app.domain.purchases import Activity, build_activity, measure

pytestmark = pytest.mark.realdata
AS_OF = dt.date(1998, 6, 30)
TODAY = AS_OF.toordinal()


@pytest.fixture(scope="module")
def frame(shared_data: Path) -> pd.DataFrame:
    orders = pd.read_csv(shared_data / "cdnow" / "orders.csv", dtype={"customer_id": str})
    orders["day"] = pd.to_datetime(orders.ordered_on).map(lambda day: day.toordinal())
    orders["minor"] = (orders.amount * 100).round().astype("int64")
    return orders


@pytest.fixture(scope="module")
def activities(frame: pd.DataFrame) -> dict[str, Activity]:
    made = {
        key: build_activity(zip(rows.day.tolist(), rows.minor.tolist(), strict=True))
        for key, rows in frame.groupby("customer_id")[["day", "minor"]]
    }
    return with_classes(made, AS_OF)


def spend(frame: pd.DataFrame, after: int, until: int) -> pd.Series:
    """Spend in (after, until] days ago, of every customer, 0 without any."""
    inside = frame[(frame.day > TODAY - after) & (frame.day <= TODAY - until)]
    sums = inside.groupby("customer_id").minor.sum()
    return sums.reindex(sorted(frame.customer_id.unique()), fill_value=0)


def classes(spends: pd.Series) -> pd.Series:
    """F-15 once more: sort by spend and number, cut at the ceilings."""
    ranked = spends.reset_index(name="minor").sort_values(
        ["minor", "customer_id"], ascending=[False, True], kind="stable"
    )
    n = len(ranked)
    size_a, size_ab = (5 * n + 99) // 100, (20 * n + 99) // 100
    words = ["a"] * size_a + ["b"] * (size_ab - size_a) + ["c"] * (n - size_ab)
    found = pd.Series(words, index=ranked.customer_id)
    found[ranked.minor.to_numpy() <= 0] = "c"
    return found.sort_index()


def hits(activities: dict[str, Activity], kind: RuleKind) -> set[str]:
    rule = RULES[kind]()
    return {key for key, each in activities.items() if rule.check(each, AS_OF)}


def test_that_figures_equal_those_of_pandas(
    frame: pd.DataFrame, activities: dict[str, Activity]
) -> None:
    grouped = frame.groupby("customer_id")
    expected = pd.DataFrame(
        {
            "orders": grouped.size(),
            "first": grouped.day.min(),
            "last": grouped.day.max(),
            "days": grouped.day.nunique(),
            "spend": grouped.minor.sum(),
        }
    )
    expected["window"] = spend(frame, 365, 0)
    expected["mean"] = (expected["last"] - expected["first"]) / (expected.days - 1)
    assert len(expected) == 23_570
    for row in expected.itertuples():
        found = measure(activities[row.Index], AS_OF)
        assert (found.orders, found.spend_total) == (row.orders, row.spend)
        assert found.spend_window == row.window
        assert (found.first, found.last) == tuple(
            dt.date.fromordinal(day) for day in (row.first, row.last)
        )
        assert found.average_order == pytest.approx(row.spend / row.orders, abs=0.5)
        if row.days > 1:
            assert found.mean_interval_days == pytest.approx(row.mean)
        else:
            assert found.mean_interval_days is None
        assert len(found.trend) == 12


def test_that_class_sizes_and_members_equal_those_of_pandas(frame: pd.DataFrame) -> None:
    spends = spend(frame, 365, 0)
    found = classify(spends.items())
    assert found == classes(spends).to_dict()
    counts = pd.Series(found).value_counts().to_dict()
    assert counts == {"a": 1179, "b": 3535, "c": 18856}


def test_that_lapsing_hits_equal_those_of_pandas(
    frame: pd.DataFrame, activities: dict[str, Activity]
) -> None:
    days = frame.groupby("customer_id").day
    count, first, last = days.nunique(), days.min(), days.max()
    found = (count >= 3) & ((TODAY - last) * (count - 1) > 2 * (last - first))
    assert hits(activities, RuleKind.LAPSING) == set(found[found].index)
    assert 1000 < found.sum() < 23_570


def test_that_partial_share_hits_equal_those_of_pandas(
    frame: pd.DataFrame, activities: dict[str, Activity]
) -> None:
    current, earlier = spend(frame, 90, 0), spend(frame, 450, 90)
    before = frame[(frame.day > TODAY - 450) & (frame.day <= TODAY - 90)]
    enough = before.groupby("customer_id").day.nunique().reindex(current.index, fill_value=0) >= 3
    # 1 - current / (earlier / 4) >= 0.8 without a fraction
    found = enough & (current > 0) & (earlier > 0) & (20 * current <= earlier)
    assert hits(activities, RuleKind.PARTIAL_SHARE) == set(found[found].index)
    assert found.sum() > 10


def test_that_value_downgrade_hits_equal_those_of_pandas(
    frame: pd.DataFrame, activities: dict[str, Activity]
) -> None:
    now, before = spend(frame, 365, 0), spend(frame, 730, 365)
    fell = classes(now) > classes(before)  # a < b < c
    found = fell & (before > 0) & (2 * now <= before)
    assert hits(activities, RuleKind.VALUE_DOWNGRADE) == set(found[found].index)
    assert found.sum() > 100


def test_that_orders_without_lines_stop_no_product_line(activities: dict[str, Activity]) -> None:
    assert hits(activities, RuleKind.PRODUCT_LINE_STOP) == set()
