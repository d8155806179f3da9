"""What pandas says about a file of orders: figures, classes and the hits of every rule.

Written column by column from the definitions, without a line of the program's own code.
"""

from datetime import date
from math import ceil
from pathlib import Path

import pandas as pd

CDNOW_DAY = date(1998, 6, 30)
"""The last day of the CDNOW orders."""
CDNOW_CLASSES = {"a": 1179, "b": 3535, "c": 18856}


def read_orders(path: Path) -> pd.DataFrame:
    """The orders with amounts in fen and days as ordinals."""
    orders = pd.read_csv(path, dtype={"customer_id": str}, parse_dates=["ordered_on"])
    orders["fen"] = (orders["amount"] * 100).round().astype("int64")
    orders["day"] = orders["ordered_on"].map(lambda moment: moment.date().toordinal())
    return orders


def figures(frame: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Orders, first and last day, spend ever and in 365 days, class; by customer number."""
    by_customer = frame.groupby("customer_id")
    today = as_of.toordinal()
    inside = frame[(frame["day"] > today - 365) & (frame["day"] <= today)]
    found = pd.DataFrame(
        {
            "orders": by_customer.size(),
            "first": by_customer["day"].min(),
            "last": by_customer["day"].max(),
            "spend": by_customer["fen"].sum(),
        }
    )
    found["window"] = inside.groupby("customer_id")["fen"].sum()
    found["window"] = found["window"].fillna(0).astype("int64")
    found["klass"] = classes(frame, today - 365, today)
    return found


def classes(frame: pd.DataFrame, start: int, stop: int) -> pd.Series:
    """Class by rank of spend in (start, stop], ties by number, nothing spent is C."""
    spend = (
        frame[(frame["day"] > start) & (frame["day"] <= stop)].groupby("customer_id")["fen"].sum()
    )
    everybody = pd.DataFrame(index=sorted(frame["customer_id"].unique()))
    everybody["spend"] = spend
    everybody = everybody.fillna({"spend": 0}).reset_index(names="number")
    ranked = everybody.sort_values(["spend", "number"], ascending=[False, True])
    size = len(ranked)
    ranked["klass"] = (
        ["a"] * ceil(size / 20) + ["b"] * (ceil(size / 5) - ceil(size / 20))
        + ["c"] * (size - ceil(size / 5))
    )  # fmt: skip
    ranked.loc[ranked["spend"] <= 0, "klass"] = "c"
    return ranked.set_index("number")["klass"]


def hits(frame: pd.DataFrame, as_of: date) -> dict[str, set[str]]:
    """Customers whom each rule must flag with its built-in limits; orders have no lines."""
    today = as_of.toordinal()
    days = frame.groupby("customer_id")["day"].agg(["nunique", "min", "max"])
    mean = (days["max"] - days["min"]) / (days["nunique"] - 1)
    lapsing = days[(days["nunique"] >= 3) & (today - days["max"] > 2 * mean)].index
    current = frame[frame["day"] > today - 90].groupby("customer_id")["fen"].sum()
    before = frame[(frame["day"] > today - 450) & (frame["day"] <= today - 90)]
    baseline = before.groupby("customer_id")["fen"].sum()
    often = before.groupby("customer_id")["day"].nunique()
    share = pd.DataFrame({"now": current, "before": baseline, "days": often}).fillna(0)
    moved = (share["before"] - 4 * share["now"]) * 10 >= 8 * share["before"]
    partial = share[moved & (share["now"] > 0) & (share["days"] >= 3) & (share["before"] > 0)].index
    now = classes(frame, today - 365, today)
    earlier = classes(frame, today - 730, today - 365)
    spent_now = frame[frame["day"] > today - 365].groupby("customer_id")["fen"].sum()
    spent_before = frame[(frame["day"] <= today - 365) & (frame["day"] > today - 730)]
    drop = pd.DataFrame(
        {"was": earlier, "is": now, "now": spent_now,
         "before": spent_before.groupby("customer_id")["fen"].sum()}
    ).fillna({"now": 0, "before": 0})  # fmt: skip
    fell = drop[(drop["was"] < drop["is"]) & ((drop["before"] - drop["now"]) * 2 >= drop["before"])]
    return {
        "lapsing": set(lapsing),
        "partial_share": set(partial),
        "product_line_stop": set(),
        "value_downgrade": set(fell[fell["before"] > 0].index),
    }
