"""Whole imports: check, load, report, again, undo. Counts come from pandas or from hand."""

import csv
import hashlib
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import func, select

from db import derived, undo
from db.models import ChangeSet, Contact, Customer, CustomerStat, ImportJob, Order, OrderLine
from db.session import SYSTEM, Actor, Database
from db.vocabulary import ChangeKind, ImportKind, MatchKey, NoCustomer, Role, UnknownCustomer
from desktop_app.errors import (
    CancelledError,
    FileProblemError,
    InvalidInputError,
    NotAllowedError,
)
from desktop_app.importing.load import ImportResult, check_file, import_file, suggest_mapping
from desktop_app.importing.mapping import Mapping
from desktop_app.importing.rejects import write_rejects
from desktop_app.progress import Silent
from tests import factories

CUSTOMERS, ORDERS = ImportKind.CUSTOMERS, ImportKind.ORDERS
Run = Callable[..., ImportResult]


def counts(result: ImportResult) -> tuple[int, int, int, int, int]:
    assert result.rows == result.new + result.changed + result.same + result.rejected
    assert result.rejected == len(result.rejects)
    return result.rows, result.new, result.changed, result.same, result.rejected


@pytest.fixture
def run(database: Database, admin: Actor) -> Run:
    """Suggest, check and import a file; the check must promise what the import does."""

    def do(kind: ImportKind, path: Path, *, dry: bool = False, **choices: object) -> ImportResult:
        with database.read() as session:
            session.info["actor"] = admin
            mapping = suggest_mapping(session, kind, path)[1].model_copy(update=choices)
            promised = check_file(session, Silent(), path, mapping)
        assert promised.change_set is None
        assert promised.is_dry
        if dry:
            return promised
        with database.write(admin) as session:
            done = import_file(session, Silent(), path, mapping)
        assert counts(done) == counts(promised)
        assert [each.row for each in done.rejects] == [each.row for each in promised.rejects]
        assert done.customers_created == promised.customers_created
        return done

    return do


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def everything(database: Database) -> list[list[tuple[object, ...]]]:
    """All rows that an import can touch, without bookkeeping."""
    wanted = (
        select(Customer.number, Customer.name, Customer.phone, Customer.attributes),
        select(Contact.name, Contact.is_primary),
        select(Order.customer_id, Order.number, Order.day, Order.amount, Order.quantity),
        select(OrderLine.order_id, OrderLine.product_code, OrderLine.amount),
        select(ImportJob.file_name),
    )
    with database.read() as session:
        return [
            sorted((tuple(map(str, row)) for row in session.execute(statement)), key=str)
            for statement in wanted
        ]


# Customers


def test_that_customers_are_made_changed_and_recognised(
    run: Run, database: Database, tmp_path: Path
) -> None:
    first = write(
        tmp_path / "a.csv",
        "客户编号,姓名,手机,会员卡号,入会日期,联系人,等级",
        "001,张三,138-0013-8000,6222021234567890,2024/5/6,王五,金",
        "002,李四,13900139000,,,,",
        ",,,,,,",
    )
    assert counts(run(CUSTOMERS, first)) == (2, 2, 0, 0, 0)
    with database.read() as session:
        found = session.scalars(select(Customer).where(Customer.number == "001")).one()
        assert (found.name, found.phone, found.card_number) == (
            "张三",
            "13800138000",
            "6222021234567890",
        )
        assert str(found.joined_on) == "2024-05-06"
        assert found.attributes == {"等级": "金"}
        assert session.scalars(select(Contact.name)).all() == ["王五"]
    assert counts(run(CUSTOMERS, first)) == (2, 0, 0, 2, 0)
    second = write(
        tmp_path / "b.csv",
        "客户编号,姓名,手机,会员卡号,入会日期,联系人,等级",
        "001,张三丰,,,,赵六,铂金",
        "003,钱七,,,,,",
    )
    result = run(CUSTOMERS, second)
    assert counts(result) == (2, 1, 1, 0, 0)
    with database.read() as session:
        found = session.scalars(select(Customer).where(Customer.number == "001")).one()
        assert (found.name, found.phone) == ("张三丰", "13800138000")  # blank clears nothing
        assert found.attributes == {"等级": "铂金"}
        assert sorted(session.scalars(select(Contact.name))) == ["王五", "赵六"]
        change_set = session.get_one(ChangeSet, result.change_set)
        assert change_set.kind == ChangeKind.IMPORT
        assert change_set.args["digest"] == hashlib.sha256(second.read_bytes()).hexdigest()
        assert (change_set.args["new"], change_set.args["changed"]) == (1, 1)


def test_that_each_bad_row_is_rejected_with_its_reason(run: Run, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "客户编号,姓名,手机,邮箱,入会日期,门店,客户经理",
        "001,a,13800138000,,2024-05-06,,",
        "002,b,1.38E+10,,,,",
        "003,c,,not-an-address,,,",
        "004,d,,,2026-02-30,,",
        "005,e,,,,没有的店,",
        "006,f,,,,,nobody",
        ",g,,,,,",
        "001,a,13800138000,,2024-05-06,,",
        "001,other,,,,,",
        "009,i,,,,,,too many",
    )
    result = run(CUSTOMERS, path)
    assert counts(result) == (10, 1, 0, 1, 8)
    reasons = {each.row: each.reason for each in result.rejects}
    assert "手机: 1.38E+10" in reasons[3]
    assert "邮箱: not-an-address is not an e-mail address" in reasons[4]
    assert "入会日期: 2026-02-30 is not a date" in reasons[5]
    assert "no store 没有的店" in reasons[6]
    assert "Nobody is called nobody" in reasons[7]
    assert "nothing to tell its customer by" in reasons[8]
    assert "Row 2 is about the same customer" in reasons[10]
    assert "more cells than there are headings" in reasons[11]


def test_that_stores_and_owners_are_found_by_name_or_code(
    run: Run, database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", "number,name,store,owner", "1,a,S01,agent", "2,b,南京路店,")
    assert counts(run(CUSTOMERS, path)) == (2, 2, 0, 0, 0)
    with database.read() as session:
        rows = session.execute(select(Customer.store_id, Customer.owner_id)).all()
    assert all(row.store_id for row in rows)
    assert sum(row.owner_id is not None for row in rows) == 1


def test_that_customers_can_be_matched_by_phone_card_or_name(
    run: Run, database: Database, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "a.csv", "name,phone,card", "张三,13800138000,C1", "李四,13900139000,C2"
    )
    assert counts(run(CUSTOMERS, path)) == (2, 2, 0, 0, 0)
    for key in MatchKey:
        if key is not MatchKey.NUMBER:
            assert counts(run(CUSTOMERS, path, key=key)) == (2, 0, 0, 2, 0)
    with database.read() as session:
        assert sorted(session.scalars(select(Customer.number))) == ["K000001", "K000002"]
    twin = write(tmp_path / "b.csv", "number,name,phone", "7,王五,13800138000")
    run(CUSTOMERS, twin)
    result = run(CUSTOMERS, path, key=MatchKey.PHONE)
    assert counts(result) == (2, 0, 0, 1, 1)
    assert "Several customers have 13800138000" in result.rejects[0].reason


def test_that_a_number_that_is_taken_is_refused(run: Run, tmp_path: Path) -> None:
    run(CUSTOMERS, write(tmp_path / "a.csv", "number,name,phone", "1,a,13800138000"))
    path = write(tmp_path / "b.csv", "number,name,phone", "1,b,13900139000", "2,c,13700137000")
    result = run(CUSTOMERS, path, key=MatchKey.PHONE)
    assert counts(result) == (2, 1, 0, 0, 1)
    assert "Another customer has the number 1" in result.rejects[0].reason


def test_that_undo_of_an_import_leaves_nothing(
    run: Run, database: Database, admin: Actor, tmp_path: Path
) -> None:
    run(CUSTOMERS, write(tmp_path / "a.csv", "number,name,contact", "1,a,x", "2,b,"))
    run(
        ORDERS,
        write(tmp_path / "o.csv", "order,customer,date,amount,sku", "1,1,2024-01-01,5,p"),
    )
    before = everything(database)
    second = write(tmp_path / "b.csv", "number,name,contact", "1,changed,y", "3,c,z")
    third = write(
        tmp_path / "p.csv",
        "order,customer,date,amount,sku",
        "1,1,2024-01-01,7,p",
        "1,1,2024-01-01,2,q",
        "2,9,2024-01-02,3,p",
    )
    made = [run(CUSTOMERS, second).change_set, run(ORDERS, third).change_set]
    assert everything(database) != before
    for change_set in reversed(made):
        assert change_set is not None
        with database.write(admin) as session:
            undo.undo(session, change_set)
    assert everything(database) == before


# Orders


def test_that_rows_of_one_number_are_one_order_with_lines(
    run: Run, database: Database, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "a.csv",
        "订单号,客户编号,下单日期,商品名称,数量,单价",
        "A1,001,2024-05-06,笔,3,1.50",
        "A1,001,2024-05-06,纸,2,￥10",
        "A1,001,2024-05-06,笔,-1,1.50",
        "A2,002,2024-05-07,笔,1,0.335",
    )
    result = run(ORDERS, path)
    assert counts(result) == (4, 4, 0, 0, 0)
    assert (result.customers_created, result.returns) == (2, 1)
    assert any("rounded" in warning for warning in result.warnings)
    with database.read() as session:
        orders = session.execute(select(Order.number, Order.amount, Order.quantity)).all()
        assert sorted(map(tuple, orders)) == [("A1", 2300, 4000), ("A2", 34, 1000)]
        assert session.scalar(select(func.count()).select_from(OrderLine)) == 4
        assert not any(session.scalars(select(Customer.is_identified)))
    assert counts(run(ORDERS, path)) == (4, 0, 0, 4, 0)


def test_that_a_line_is_corrected_added_and_never_lost(
    run: Run, database: Database, tmp_path: Path
) -> None:
    head = "order,customer,date,sku,quantity,amount"
    run(ORDERS, write(tmp_path / "a.csv", head, "1,c,2024-01-01,p,1,5", "1,c,2024-01-01,q,1,7"))
    later = write(tmp_path / "b.csv", head, "1,c,2024-01-01,p,2,10", "1,c,2024-01-01,r,1,1")
    assert counts(run(ORDERS, later)) == (2, 1, 1, 0, 0)
    with database.read() as session:
        lines = session.execute(select(OrderLine.product_code, OrderLine.amount)).all()
        assert sorted(map(tuple, lines)) == [("p", 1000), ("q", 700), ("r", 100)]
        assert session.execute(select(Order.amount, Order.quantity)).one() == (1800, 4000)
    moved = write(tmp_path / "c.csv", head, "1,c,2024-01-05,p,2,10")
    assert counts(run(ORDERS, moved)) == (1, 0, 1, 0, 0)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 1
        assert len(set(session.scalars(select(OrderLine.day)))) == 1


def test_that_corrected_rejects_complete_their_order(
    run: Run, database: Database, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "a.csv",
        "order,customer,date,amount",
        "1,c,2024-01-01,5",
        "1,c,2024-01-01,seven",
        "2,=c,2024-02-30,9",
    )
    result = run(ORDERS, path)
    assert counts(result) == (3, 1, 0, 0, 2)
    for name in ("rejects.csv", "rejects.xlsx"):
        write_rejects(tmp_path / name, result.headings, result.rejects)
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text))
    assert rows[0] == ["Row in the file", "Why it was rejected", *result.headings]
    assert rows[1] == ["3", "amount: seven is not a number.", "1", "c", "2024-01-01", "seven"]
    assert rows[2][3] == "'=c"
    sheet = openpyxl.load_workbook(tmp_path / "rejects.xlsx").worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[2][3] == "=c"
    assert sheet["D3"].data_type == "s"
    fixed = (tmp_path / "rejects.csv").read_text("utf-8-sig").replace("seven", "7")
    again = run(ORDERS, write(tmp_path / "fixed.csv", fixed.replace("2024-02-30", "2024-02-29")))
    assert counts(again) == (2, 2, 0, 0, 0)
    with database.read() as session:
        amounts = dict(session.execute(select(Order.number, Order.amount)).all())
        assert amounts == {"1": 1200, "2": 900}
        assert "=c" in session.scalars(select(Customer.number)).all()


def test_that_orders_without_a_number_are_recognised_again(
    run: Run, database: Database, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "a.csv",
        "会员号,消费日期,金额",
        "1,2024-01-01,5",
        "1,2024-01-01,5",
        "1,2024-01-02,8",
        "2,2024-01-01,5",
    )
    assert counts(run(ORDERS, path)) == (4, 4, 0, 0, 0)
    assert counts(run(ORDERS, path)) == (4, 0, 0, 4, 0)
    with database.read() as session:
        assert session.scalar(select(func.sum(Order.amount))) == 2300


def test_that_a_receipt_number_used_every_day_makes_an_order_each(
    run: Run, database: Database, tmp_path: Path
) -> None:
    head = "receipt,customer,date,amount"
    path = write(
        tmp_path / "a.csv", head, "1,c,2024-01-02,5", "1,c,2024-01-01,6", "1,d,2024-01-01,7"
    )
    assert counts(run(ORDERS, path)) == (3, 3, 0, 0, 0)
    assert counts(run(ORDERS, path)) == (3, 0, 0, 3, 0)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 3


def test_that_unknown_customers_are_made_or_rejected_by_choice(
    run: Run, database: Database, tmp_path: Path
) -> None:
    run(CUSTOMERS, write(tmp_path / "c.csv", "number,name", "1,a"))
    path = write(
        tmp_path / "a.csv",
        "order,customer,date,amount,buyer name,phone",
        "1,1,2024-01-01,5,,",
        "2,2,2024-01-01,6,,",
        "3,2,2024-01-01,6,王五,13800138000",
        "4,,2024-01-01,6,,",
    )
    result = run(ORDERS, path, dry=True, unknown_customer=UnknownCustomer.REJECT)
    assert counts(result) == (4, 1, 0, 0, 3)
    assert [each.reason for each in result.rejects] == [
        "There is no customer 2.",
        "There is no customer 2.",
        "The row names no customer.",
    ]
    result = run(ORDERS, path, no_customer=NoCustomer.WALK_IN)
    assert counts(result) == (4, 4, 0, 0, 0)
    assert result.customers_created == 2
    with database.read() as session:
        found = {row.number: row for row in session.scalars(select(Customer))}
        assert set(found) == {"1", "2", "WALK-IN"}
        assert (found["2"].name, found["2"].phone) == ("王五", "13800138000")
        assert found["1"].is_identified
        assert not found["2"].is_identified
        assert found["WALK-IN"].do_not_contact


@pytest.mark.parametrize("key", [MatchKey.PHONE, MatchKey.CARD_NUMBER, MatchKey.NAME_PHONE])
def test_that_orders_find_their_customer_by_any_key(
    run: Run, database: Database, tmp_path: Path, key: MatchKey
) -> None:
    run(CUSTOMERS, write(tmp_path / "c.csv", "number,name,phone,card", "1,张三,13800138000,V1"))
    path = write(
        tmp_path / "a.csv",
        "order,buyer,phone,card,date,amount",
        "1,张三,13800138000,V1,2024-01-01,5",
        "2,李四,13900139000,V2,2024-01-01,5",
    )
    assert run(ORDERS, path, key=key).customers_created == 1
    assert run(ORDERS, path, key=key).same == 2
    with database.read() as session:
        made = session.scalars(select(Customer).where(Customer.number != "1")).one()
        assert (made.number, made.name, made.phone, made.card_number) == (
            "K000001",
            "李四",
            "13900139000",
            "V2",
        )


def test_that_a_return_is_negative_whatever_its_amount_says(
    run: Run, database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", "order,customer,date,quantity,amount", "1,c,2024-01-01,-2,10")
    result = run(ORDERS, path)
    assert result.returns == 1
    assert result.warnings == ("1 amount was taken as negative because its quantity is.",)
    with database.read() as session:
        assert session.execute(select(Order.amount, Order.quantity)).one() == (-1000, -2000)


def test_that_currencies_kinds_and_product_lines_are_read(
    run: Run, database: Database, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "a.csv",
        "order,customer,date,amount,currency,category",
        "1,c,2024-01-01,10,人民币,纸",
        "2,c,2024-01-01,10,cny,纸",
        "3,c,2024-01-01,10,,笔",
        "4,c,2024-01-01,10,pounds,笔",
        "5,c,2024-01-01,99999999999999,,笔",
        "6,c,2024-01-01,,,笔",
        "7,c,,10,,笔",
    )
    result = run(ORDERS, path)
    assert counts(result) == (7, 3, 0, 0, 4)
    assert [each.reason for each in result.rejects] == [
        "currency: pounds is not a currency code of three letters.",
        "amount: The number 99999999999999 is too large.",
        "The row has no amount.",
        "The row has no date.",
    ]
    with database.read() as session:
        assert sorted(session.scalars(select(Order.currency))) == ["CNY", "CNY", "CNY"]
        assert sorted(session.scalars(select(OrderLine.product_line))) == ["笔", "纸", "纸"]
    people = write(
        tmp_path / "c.csv", "number,name,客户类型,勿扰", "1,a,企业,是", "2,b,个人,否", "3,c,火星人,"
    )
    result = run(CUSTOMERS, people)
    assert counts(result) == (3, 2, 0, 0, 1)
    assert "neither a person nor a company" in result.rejects[0].reason
    with database.read() as session:
        found = {row.number: row for row in session.scalars(select(Customer))}
        assert (found["1"].kind, found["1"].do_not_contact) == ("company", True)
        assert (found["2"].kind, found["2"].do_not_contact) == ("person", False)


def test_that_merged_blocks_short_rows_and_errors_are_told(run: Run, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["number", "name", "area"], ["1", "a", "#REF!"], ["2", "b", None]):
        sheet.append(row)
    sheet["C2"].data_type = "e"
    sheet.merge_cells("C2:C3")
    book.save(tmp_path / "a.xlsx")
    warnings = run(CUSTOMERS, tmp_path / "a.xlsx").warnings
    assert "1 cell of a further column shows an error and was left out." in warnings
    assert "The sheet has 1 merged block; only its first cell has the value." in warnings
    path = write(tmp_path / "b.csv", "number,name,area", "8,x,y", "9")
    assert "1 row has fewer cells than there are headings." in run(CUSTOMERS, path).warnings


# The way there


def test_that_a_mapping_is_remembered_for_the_same_headings(
    run: Run, database: Database, admin: Actor, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", "x,y,z", "1,2024-01-01,5")
    columns = {"customer_number": "x", "ordered_on": "y", "amount": "z"}
    mapping = Mapping(kind=ORDERS, columns=columns, currency="CNY")
    with database.write(admin) as session:
        import_file(session, Silent(), path, mapping)
    other = write(tmp_path / "b.csv", "z,y,x", "5,2024-01-02,1")
    with database.read() as session:
        session.info["actor"] = admin
        assert suggest_mapping(session, ORDERS, other)[1] == mapping
        assert suggest_mapping(session, CUSTOMERS, other)[1].columns == {}
    assert counts(run(ORDERS, other)) == (1, 1, 0, 0, 0)


def test_that_a_workbook_is_imported_like_a_text(run: Run, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["客户名单"])
    sheet.append(["客户编号", "姓名", "手机", "消费"])
    sheet.append(["001", "张三", 13800138000, 12.5])
    sheet.append(["002", "李四", 138001380001380013, 1])
    sheet.append(["003", "王五", "#REF!", 1])
    sheet["C5"].data_type = "e"
    book.save(tmp_path / "a.xlsx")
    result = run(CUSTOMERS, tmp_path / "a.xlsx")
    assert counts(result) == (3, 1, 0, 0, 2)
    assert "lost digits" in result.rejects[0].reason
    assert "手机: The cell shows the error #REF!." in result.rejects[1].reason


def test_that_cancelling_leaves_nothing(database: Database, admin: Actor, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv", "number,name", *(f"{number},n{number}" for number in range(9000))
    )
    mapping = Mapping(kind=CUSTOMERS, columns={"number": "number", "name": "name"})
    before = everything(database)

    class Stop:
        def step(self, done: int, _total: int | None, _text: str = "") -> None:
            if done >= 6000:
                raise CancelledError

    with pytest.raises(CancelledError), database.write(admin) as session:
        import_file(session, Stop(), path, mapping)
    assert everything(database) == before


def test_that_wrong_columns_files_and_roles_end_in_a_sentence(
    database: Database, admin: Actor, actors: dict[Role, Actor], tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", "number,name", "1,a")
    mapping = Mapping(kind=CUSTOMERS, columns={"number": "编号"})
    with pytest.raises(InvalidInputError, match="no column"), database.write(admin) as session:
        import_file(session, Silent(), path, mapping)
    with pytest.raises(FileProblemError, match="cannot be read"), database.write(admin) as session:
        import_file(session, Silent(), tmp_path / "none.csv", mapping)
    latin = tmp_path / "latin.csv"
    latin.write_bytes("number,name\n1,Café\n".encode("cp1252"))
    with pytest.raises(FileProblemError, match="encoding"), database.write(admin) as session:
        import_file(session, Silent(), latin, mapping)
    auditor = actors[Role.AUDITOR]
    with pytest.raises(NotAllowedError), database.write(auditor) as session:
        import_file(session, Silent(), path, mapping)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 0


def test_that_rejects_that_cannot_be_written_end_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileProblemError, match="cannot be written"):
        write_rejects(tmp_path / "none" / "r.csv", [], [])


# Real data, counted by pandas


@pytest.mark.untraced
@pytest.mark.realdata
def test_that_telco_customers_keep_contract_and_charges(
    run: Run, database: Database, shared_data: Path
) -> None:
    path = shared_data / "telco_ibm" / "Telco-Customer-Churn.csv"
    frame = pd.read_csv(path, dtype=str)
    result = run(CUSTOMERS, path)
    assert counts(result) == (7043, 7043, 0, 0, 0)
    assert result.blank_cells == {"TotalCharges": int((frame["TotalCharges"] == " ").sum())}
    assert result.warnings == ("Column TotalCharges: 11 cells are blank.",)
    with database.read() as session:
        ours = {row.number: row.attributes for row in session.scalars(select(Customer))}
    for record in frame.to_dict("records"):
        number = record.pop("customerID")
        assert ours[number] == {name: text for name, text in record.items() if text.strip()}


@pytest.mark.untraced
@pytest.mark.realdata
def test_that_days_of_online_retail_are_accounted_for(
    run: Run, database: Database, shared_data: Path
) -> None:
    """Day by day, to the cent; the whole month as one file is `acceptance/test_other_files`."""
    paths = sorted((shared_data / "online_retail" / "by-day").glob("*.csv"))[::6]
    frames = {path: pd.read_csv(path, dtype=str) for path in paths}
    assert len(frames) > 3
    total, returns = 0, 0
    for path, frame in frames.items():
        nameless = frame["CustomerID"].isna()
        result = run(ORDERS, path)
        assert counts(result) == (len(frame), int((~nameless).sum()), 0, 0, int(nameless.sum()))
        assert [each.row for each in result.rejects] == [
            int(index) + 2 for index in frame.index[nameless]
        ]
        known = frame[~nameless]
        amounts = known["Quantity"].map(Decimal) * known["UnitPrice"].map(Decimal)
        fen = amounts.map(lambda each: int((each * 100).quantize(Decimal(1), ROUND_HALF_UP)))
        total += int(fen.sum())
        assert result.returns == int((fen < 0).sum())
        returns += result.returns
    whole = pd.concat(frames.values())
    known = whole[whole["CustomerID"].notna()]
    with database.read() as session:
        assert session.scalar(select(func.sum(Order.amount))) == total
        assert session.scalar(select(func.sum(OrderLine.amount))) == total
        assert session.scalar(select(func.count()).select_from(OrderLine)) == len(known)
        assert session.scalar(select(func.count()).select_from(Customer)) == (
            known["CustomerID"].nunique()
        )
        assert session.scalar(select(func.count()).select_from(Order)) == (
            known.groupby(["InvoiceNo", "CustomerID"]).ngroups
        )
    path = paths[0]
    again = run(ORDERS, path, no_customer=NoCustomer.WALK_IN)
    nameless = int(frames[path]["CustomerID"].isna().sum())
    assert counts(again) == (len(frames[path]), nameless, 0, len(frames[path]) - nameless, 0)
    assert returns > 0


# Currencies --------------------------------------------------------------------------------------


def currency_of(database: Database) -> str:
    with database.read() as session:
        return derived.currency(session)


def test_that_rows_of_another_currency_are_rejected_and_never_added(
    run: Run, database: Database, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "a.csv",
        "order,customer,date,amount,currency",
        "1,c,2024-01-01,10,CNY",
        "2,c,2024-01-01,20,USD",
        "3,c,2024-01-01,$5,",
        "4,c,2024-01-01,¥7,CNY",
        "5,c,2024-01-01,30元,",
        "6,d,2024-01-01,1,usd",
    )
    result = run(ORDERS, path)
    assert counts(result) == (6, 3, 0, 0, 3)
    assert [each.row for each in result.rejects] == [3, 4, 7]
    assert result.rejects[0].reason == (
        "The amount is in USD, but this workspace counts in CNY. Convert it to CNY, or import it "
        "into a workspace that counts in USD."
    )
    assert "is in $, but" in result.rejects[1].reason
    assert result.customers_created == 1  # none from a row that was not taken
    with database.read() as session:
        assert session.scalar(select(CustomerStat.spend_total)) == 4700
        assert set(session.scalars(select(Order.currency))) == {"CNY"}


def test_that_a_rejected_row_of_another_currency_leaves_its_order_open_for_it(
    run: Run, database: Database, tmp_path: Path
) -> None:
    lines = ["1,c,2024-01-01,10,CNY,A", "1,c,2024-01-01,20,USD,B"]
    path = write(tmp_path / "a.csv", "order,customer,date,amount,currency,sku", *lines)
    assert counts(run(ORDERS, path)) == (2, 1, 0, 0, 1)
    lines[1] = "1,c,2024-01-01,140,CNY,B"
    write(path, "order,customer,date,amount,currency,sku", *lines)
    assert counts(run(ORDERS, path)) == (2, 1, 0, 1, 0)
    with database.read() as session:
        assert session.scalars(select(Order.amount)).all() == [15000]


def test_that_the_first_orders_settle_the_currency_the_file_names(
    run: Run, database: Database, tmp_path: Path
) -> None:
    assert currency_of(database) == "CNY"
    head = "order,customer,date,amount,currency"
    path = write(tmp_path / "a.csv", head, "1,c,2024-01-01,$10,USD", "2,c,2024-01-02,5,美元")
    result = run(ORDERS, path)
    assert counts(result) == (2, 2, 0, 0, 0)
    assert result.warnings == ("The amounts are in USD; with them the workspace counts in USD.",)
    assert currency_of(database) == "USD"
    again = run(ORDERS, path)
    assert (again.same, again.warnings) == (2, ())
    yuan = write(tmp_path / "b.csv", "order,customer,date,amount", "3,c,2024-01-03,¥9")
    assert "is in ¥, but this workspace counts in USD" in run(ORDERS, yuan).rejects[0].reason
    assert result.change_set is not None
    with database.write(SYSTEM) as session:
        undo.undo(session, result.change_set)
    assert currency_of(database) == "CNY"  # nothing is in dollars any more


def test_that_the_first_orders_settle_the_currency_the_mapping_names(
    run: Run, database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", "order,customer,date,amount", "1,c,2024-01-01,10")
    assert counts(run(ORDERS, path, currency="USD")) == (1, 1, 0, 0, 0)
    assert currency_of(database) == "USD"
    more = write(tmp_path / "b.csv", "order,customer,date,amount", "2,c,2024-01-01,10")
    with pytest.raises(InvalidInputError) as caught:
        run(ORDERS, more, currency="CNY")
    (problem,) = caught.value.problems
    assert problem.field == "currency"
    assert problem.message == (
        "This workspace counts in USD, settled by its orders and cases. Convert the amounts to "
        "USD, or import them into a workspace that counts in CNY."
    )
    assert counts(run(ORDERS, more)) == (1, 1, 0, 0, 0)  # suggested as the workspace counts
    with database.read() as session:
        assert session.scalars(select(Order.currency)).all() == ["USD", "USD"]


def test_that_a_case_settles_the_currency_too(
    run: Run, database: Database, admin: Actor, tmp_path: Path
) -> None:
    with database.write(admin) as session:
        factories.open_case(session)
    path = write(tmp_path / "a.csv", "order,customer,date,amount", "1,c,2024-01-01,10")
    with pytest.raises(InvalidInputError, match="counts in CNY"):
        run(ORDERS, path, currency="USD")
