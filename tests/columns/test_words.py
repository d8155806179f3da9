import datetime as dt
import uuid
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.queries.customer_card import OrderRow, TimelineEntry
from db.queries.journal import FieldChange, RowChange
from db.vocabulary import CaseEventKind, CaseStage, Op, Outcome, RuleKind
from desktop_app.columns import journal, orders, signals, timeline
from desktop_app.columns.data import column_letter, preview_columns
from desktop_app.domain.detection.base import number_text, percent_text
from desktop_app.i18n import in_language

DAY = dt.date(2026, 8, 31)
STORE = str(uuid.UUID(int=1))
STRANGER = str(uuid.UUID(int=2))


def said(kind: str, /, **values: Any) -> tuple[str, str]:
    found = timeline.words(TimelineEntry(DAY, None, kind, values))
    return found.title, found.detail


def test_that_orders_and_returns_are_told_apart() -> None:
    assert said("order", number="D1", amount=1250, currency="CNY")[0] == "Order ¥12.50 · D1"
    assert said("order", number="", amount=-1250, currency="CNY")[0] == "Return ¥12.50"


def test_that_a_signal_speaks_the_language_of_the_window(each_language: str) -> None:
    text = said("signal", kind=RuleKind.LAPSING, zh="沉默", en="silent")[1]
    assert text == ("silent" if each_language == "en" else "沉默")


def test_that_events_of_a_case_name_what_changed() -> None:
    moved = {"old": CaseStage.ASSIGNED, "new": CaseStage.CONTACTING, "note": "", "case": "2026-1"}
    assert said("event", kind=CaseEventKind.MOVED, **moved) == (
        "Stage changed 2026-1",
        "Assigned → Contacting",
    )
    closed = {"old": "", "new": Outcome.SAVED, "note": "stays", "case": ""}
    assert said("event", kind=CaseEventKind.CLOSED, **closed)[1] == "Saved\nstays"
    opened = {"old": "", "new": CaseStage.IDENTIFIED, "note": ""}
    assert said("event", kind=CaseEventKind.OPENED, **opened) == ("Case opened", "")


def test_that_work_is_told_with_its_result() -> None:
    call = {"channel": "call", "result": "reached", "seconds": 125, "note": "angry"}
    assert said("attempt", **call) == ("Call · Reached", "2 min 5 s\nangry")
    assert said("attempt", **(call | {"seconds": None, "note": ""})) == ("Call · Reached", "")
    visit = {
        "channel": "visit", "state": "done", "purpose": "say sorry", "note": "", "met": "",
        "gift": "", "next_step": "", "satisfaction": None,
    }  # fmt: skip
    assert said("visit", is_informal=False, **visit) == (
        "Visit · Done",
        "say sorry",
    )
    call = visit | {"channel": "call", "state": "planned"}
    assert said("visit", is_informal=False, **call)[0] == "Call · Planned"
    assert said("visit", is_informal=True, **visit)[0] != "Visit · Done"
    more = visit | {"met": "王总", "gift": "茶叶", "next_step": "寄样品", "satisfaction": 4}
    told = said("visit", is_informal=False, **more)[1].splitlines()
    assert told[:4] == ["say sorry", "Met: 王总", "Gift: 茶叶", "Next step: 寄样品"]
    assert told[4].startswith("Satisfaction: ")
    assert said("interview", state="draft")[0] == "Exit interview · Draft"


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (RuleKind.LAPSING, 70.0, "70 d"),
        (RuleKind.LAPSING, 14.1, "14.1 d"),
        (RuleKind.PARTIAL_SHARE, 0.917, "91.7%"),
        (RuleKind.LAPSING, None, ""),
    ],
)
def test_that_measures_have_the_unit_of_their_rule(
    kind: RuleKind, value: float | None, text: str
) -> None:
    assert signals.measure_text(kind, value) == text


@given(st.fractions(0, 5000, max_denominator=10_000))
def test_that_a_measured_value_reads_as_in_the_sentence(value: Fraction) -> None:
    assert signals.measure_text(RuleKind.LAPSING, float(value)) == f"{number_text(value)} d"
    share = signals.measure_text(RuleKind.PARTIAL_SHARE, float(value / 5000))
    assert share == f"{percent_text(value / 5000)}%"


@pytest.mark.parametrize(
    ("entity", "field", "value", "text"),
    [
        ("customer", "do_not_contact", True, "Yes"),
        ("customer", "kind", "company", "Company"),
        ("departure_case", "kind", "lapsing", "Stopped buying"),
        ("departure_case", "stage", "closed", "Closed"),
        ("departure_case", "value_at_stake", 123450, "¥1,234.50"),
        ("customer", "phone", "13812348000", "138****8000"),
        ("customer", "store_id", STORE, "南京路店"),
        ("customer", "owner_id", STRANGER, ""),
        ("customer", "attributes", {"行业": "零售", "人数": 5}, "行业: 零售, 人数: 5"),
        ("customer", "switch_dates", ["2024-03-01", "2025-01-02"], "2024-03-01, 2025-01-02"),
        ("departure_case", "stage_since", "2026-09-15T02:00:00+00:00", "2026-09-15 10:00"),
        ("customer", "note", "", ""),
        ("customer", "note", "x" * 200, "x" * 160 + "…"),
    ],
)
def test_that_journalled_values_are_put_into_words(
    entity: str, field: str, value: object, text: str
) -> None:
    assert journal.value_text(entity, field, value, {STORE: "南京路店"}, "CNY") == text


def test_that_a_history_leaves_out_what_stayed_empty() -> None:
    def change(field: str, old: object, new: object) -> FieldChange:
        moment = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
        return FieldChange(moment, "Wang", "T", {}, Op.UPDATE, field, old, new, uuid.uuid4())

    changes = [change("note", None, ""), change("name", "old", "new")]
    rows = journal.history_rows("customer", changes, {}, lambda title, _args: title, "CNY")
    assert [(row.field, row.old, row.new) for row in rows] == [("Name", "old", "new")]


def test_that_details_name_the_record() -> None:
    found = [
        RowChange("customer", "1", "K1", Op.INSERT, {"name": (None, "李静"), "note": (None, "")})
    ]
    rows = journal.detail_rows(found, {}, lambda entity: entity.title(), "CNY")
    assert [(row.what, row.field, row.new) for row in rows] == [("Customer K1", "Name", "李静")]


def test_that_a_field_without_a_word_is_still_named() -> None:
    assert journal.field_title("some_new_field") == "some new field"


def test_that_products_are_parted_by_commas() -> None:
    row = OrderRow(1, "D1", DAY, 100, "CNY", 2, ("硒鼓", "A4 纸"))
    assert orders.products_text(row) == "硒鼓, A4 纸"
    with in_language("zh_CN"):
        assert orders.products_text(row) == "硒鼓、A4 纸"


@pytest.mark.parametrize(("place", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_that_columns_are_lettered_as_in_a_spreadsheet(place: int, letter: str) -> None:
    assert column_letter(place) == letter


def test_that_a_preview_shows_cells_under_their_headings() -> None:
    class Row:
        number = 2
        cells = ("K1",)

    columns = preview_columns(["Name", "Phone"])
    assert [column.heading() for column in columns] == ["Row", "A · Name", "B · Phone"]
    assert [column.shown(Row) for column in columns] == ["2", "K1", ""]
