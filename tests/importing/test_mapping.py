"""Headings to fields: suggestions, checks, the TOML file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.vocabulary import DateOrder, ImportKind, MatchKey, NoCustomer, UnknownCustomer
from desktop_app.errors import FileProblemError, InvalidInputError
from desktop_app.importing.fields import FIELDS
from desktop_app.importing.mapping import (
    Mapping,
    check_mapping,
    load_mapping,
    save_mapping,
    signature,
    suggest,
    suggest_columns,
)
from desktop_app.importing.readers import ReadOptions, preview

CUSTOMERS, ORDERS = ImportKind.CUSTOMERS, ImportKind.ORDERS
SYNONYMS = sorted(
    {name for kind in ImportKind for field in FIELDS[kind] for name in field.synonyms}
)


@pytest.mark.parametrize(
    ("kind", "headings", "expected"),
    [
        (
            ORDERS,
            "订单编号（必填）|会员号|姓名|联系电话|下单日期|实付金额(元)|数量|商品名称|品类|单价",
            (
                "order_number|customer_number|customer_name|customer_phone|ordered_on|amount"
                "|quantity|product_name|product_line|unit_price"
            ),
        ),
        (
            ORDERS,
            "InvoiceNo|StockCode|Description|Quantity|InvoiceDate|UnitPrice|CustomerID|Country",
            "order_number|product_code|product_name|quantity|ordered_on|unit_price|customer_number|",
        ),
        (
            ORDERS,
            "order_no|customer_id|ordered_on|quantity|amount",
            "order_number|customer_number|ordered_on|quantity|amount",
        ),
        (
            ORDERS,
            "Order ID|Order Date|Customer Name|Category|Product Name|Sales|Profit",
            "order_number|ordered_on|customer_name|product_line|product_name|amount|",
        ),
        (
            CUSTOMERS,
            "客户编号|姓名|手机号码|固定电话|客户经理|会员卡号|入会日期|备注|所属门店|联系地址|E-mail|性别",
            "number|name|phone||owner|card_number|joined_on|note|store|address|email|",
        ),
        (
            CUSTOMERS,
            "customerID|gender|tenure|PhoneService|Contract|TotalCharges|Churn",
            "number||||||",
        ),
        (CUSTOMERS, "ＩＤ|Full Name|Mobile_Phone|e mail", "number|name|phone|email"),
    ],
)
def test_that_headings_are_understood(kind: ImportKind, headings: str, expected: str) -> None:
    names = headings.split("|")
    wanted = {field: name for name, field in zip(names, expected.split("|"), strict=True) if field}
    assert suggest_columns(kind, names) == wanted


@given(
    kind=st.sampled_from(ImportKind),
    headings=st.lists(
        st.sampled_from(
            sorted({s for f in FIELDS[CUSTOMERS] + FIELDS[ORDERS] for s in f.synonyms})
        ),
        unique=True,
        max_size=12,
    ),
)
def test_that_no_field_and_no_heading_is_suggested_twice(
    kind: ImportKind, headings: list[str]
) -> None:
    columns = suggest_columns(kind, headings)
    assert len(set(columns.values())) == len(columns)
    assert set(columns.values()) <= set(headings)
    assert columns.keys() <= {field.name for field in FIELDS[kind]}


@pytest.mark.parametrize("kind", ImportKind)
def test_that_every_known_heading_alone_finds_its_field(kind: ImportKind) -> None:
    for field in FIELDS[kind]:
        for synonym in field.synonyms:
            assert field.name in suggest_columns(kind, [synonym]), (field.name, synonym)


def test_that_a_suggestion_the_cells_contradict_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("客户编号,姓名,客户类型,入会日期\n1,a,VIP,25/04/2005\n2,b,普通,03/05/2005\n")
    mapping = suggest(CUSTOMERS, preview(path))
    assert "kind" not in mapping.columns
    assert mapping.attributes == ("客户类型",)
    assert mapping.date_order is DateOrder.DAY_FIRST
    assert mapping.key is MatchKey.NUMBER


def test_that_a_mapping_survives_its_file(tmp_path: Path) -> None:
    mapping = Mapping(
        kind=ORDERS,
        columns={"order_number": '单号 "甲"', "amount": "金额\\元", "ordered_on": "日\t期"},
        key=MatchKey.NAME_PHONE,
        date_order=DateOrder.MONTH_FIRST,
        decimal_comma=True,
        currency="EUR",
        unknown_customer=UnknownCustomer.REJECT,
        no_customer=NoCustomer.WALK_IN,
        read=ReadOptions(sheet="𠮷", encoding="gb18030", delimiter="\t", header_row=3),
    )
    path = tmp_path / "m.toml"
    save_mapping(mapping, path)
    assert load_mapping(path) == mapping
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kind = [", "not a mapping file"),
        ('kind = "dogs"\n[columns]\n', "not a mapping file: kind"),
        ('kind = "orders"\n[columns]\nshoe_size = "x"\n', "no field shoe_size"),
        ('kind = "orders"\nhat = 1\n[columns]\n', "hat"),
        (b"\xff\xfe", "not a mapping file"),
    ],
)
def test_that_a_wrong_mapping_file_ends_in_a_sentence(
    tmp_path: Path, text: str | bytes, sentence: str
) -> None:
    path = tmp_path / "m.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FileProblemError, match=sentence):
        load_mapping(path)


def test_that_missing_and_unwritable_mapping_files_end_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileProblemError, match="cannot be read"):
        load_mapping(tmp_path / "none.toml")
    with pytest.raises(FileProblemError, match="cannot be written"):
        save_mapping(Mapping(kind=ORDERS, columns={}), tmp_path / "no folder" / "m.toml")


def problems(mapping: Mapping, *headings: str) -> list[str]:
    with pytest.raises(InvalidInputError) as caught:
        check_mapping(mapping, headings)
    return [f"{problem.field}: {problem.message}" for problem in caught.value.problems]


def test_that_wrong_columns_are_named() -> None:
    mapping = Mapping(
        kind=CUSTOMERS, columns={"number": "a", "name": "a", "phone": "c"}, attributes=("z",)
    )
    assert problems(mapping, "a", "b") == [
        'phone: The file has no column "c".',
        'attributes: The file has no column "z".',
        'number: The column "a" is used twice.',
        'name: The column "a" is used twice.',
    ]


def test_that_missing_columns_are_named() -> None:
    orders = Mapping(kind=ORDERS, columns={"quantity": "q"})
    assert problems(orders, "q") == [
        "amount: Choose the amount, or the unit price and the quantity.",
        "customer_number: Choose the column for: Customer number.",
        "ordered_on: Choose the column for: Order date.",
    ]
    by_phone = Mapping(kind=CUSTOMERS, columns={"email": "e"}, key=MatchKey.PHONE)
    assert problems(by_phone, "e") == [
        "phone: Choose the column for: Phone.",
        "name: Choose the column for: Name.",
    ]


def test_that_the_signature_ignores_the_order_of_columns() -> None:
    assert signature(ORDERS, ["a", "b"]) == signature(ORDERS, ["b", "a"])
    assert signature(ORDERS, ["a", "b"]) != signature(CUSTOMERS, ["a", "b"])
    assert signature(ORDERS, ["a", "b"]) != signature(ORDERS, ["a", "c"])
