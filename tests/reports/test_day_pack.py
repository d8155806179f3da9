"""The day pack as files: what stands on its pages and sheets, in both languages."""

import datetime as dt
import re
import uuid
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from pypdf import PdfReader

from db import reference
from db.queries.day_contacts import DayContact
from db.session import Actor, Database
from db.vocabulary import Role
from desktop_app import i18n
from desktop_app.errors import FileProblemError
from desktop_app.reports import day_pack as files
from desktop_app.reports import day_pack_pdf, day_pack_sheet
from desktop_app.reports.barcodes import BLACK, code128
from desktop_app.reports.fill_in import LANDSCAPE, PORTRAIT, is_short
from desktop_app.reports.pages import Page
from desktop_app.reports.paper_layout import BARCODE_WIDTH
from desktop_app.services import day_packs
from desktop_app.services.day_packs import DayPack
from tests import day_packed, factories
from tests.day_packed import DAY, fill
from tests.factories import Desk
from tests.world import once

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def keys(database: Database, actors: dict[Role, Actor], desk: Desk) -> dict[str, uuid.UUID]:
    return once(
        database,
        "day pack",
        lambda: desk.do(
            actors[Role.ADMINISTRATOR], fill, actors[Role.FIELD_STAFF], actors[Role.AGENT]
        ),
    )


@pytest.fixture
def pack(desk: Desk, actors: dict[Role, Actor], keys: dict[str, uuid.UUID]) -> DayPack:
    worker = actors[Role.FIELD_STAFF]
    return desk.look(worker, day_packs.pack, worker.user_id, DAY)


def pages_of(path: Path) -> list[str]:
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(path).pages]


def of(pages: list[str], pack: DayPack, place: int) -> str:
    """All pages of a visit."""
    return "".join(page for page in pages if pack.visits[place].mark in page)


def test_that_each_visit_has_a_page_with_facts_steps_form_and_mark(
    pack: DayPack, tmp_path: Path
) -> None:
    (written,) = files.write(pack, {"pdf": tmp_path / "a.pdf"}, overwrite=False)
    assert written.losses == ()
    pages = pages_of(written.path)
    cover, card, case = pages[0], of(pages, pack, 0), of(pages, pack, 4)
    at = [cover.index(name) for name in ("上海华东印刷", "王芳", "赵六", "NordicPaper", "李明")]
    assert at == sorted(at)
    assert cover.count("visits:") == 3
    assert "promisesdue:1" in cover
    for part in (
        "南京西路1266号", "138****5678", "陈经理采购经理139****1111firsttoask", "¥12,345.50",
        "4orders", "补发9月对账单", "3dayslate", "印刷耗材年度合同", "in16days", "¥12,000.00",
        "谈明年框架合同", "交货慢", "是否升级到金牌服务", "Emotionalcontact", "Howsatisfied?",
        "Growing", "Stockanddisplay", "Visit1of5",
    ):  # fmt: skip
        assert part in card, part
    assert "远期合同" not in card
    assert "已经兑现" not in card
    for part in (
        "修了三次都没修好", "Thesixstepsofwinningback",
        "Rememberthenameandaddressofthelostcustomer(doneon2026-09-15Tue)",
        "Apologisesincerely", "Isthedispleasuregone?", "同意面谈",
    ):  # fmt: skip
        assert part in case, part
    assert "Howsatisfied?" not in case
    assert all(f"Page{n}/{len(pages)}" in page for n, page in enumerate(pages, start=1))
    assert "call" in pages[-1].lower()
    assert "钱七" in pages[-1]


def bars_of(page: Page) -> list[float]:
    """Widths of the bars on a page, from the left."""
    black = (rect for rect in page.rects if rect.colour == BLACK)
    return [round(rect.width, 4) for rect in sorted(black, key=lambda rect: rect.x)]


def test_that_every_page_of_a_visit_carries_its_barcode(pack: DayPack) -> None:
    layout = day_pack_pdf.lay_out_pack(pack)
    texts = [
        " ".join(text for lines in page.texts.values() for _x, _y, text in lines)
        for page in layout.pages
    ]
    for card in pack.visits:
        own = [page for page, text in zip(layout.pages, texts, strict=True) if card.mark in text]
        wanted = [round(bar.width, 4) for bar in code128(card.mark, 0, 0, BARCODE_WIDTH, 10)]
        assert own
        assert all(bars_of(page) == wanted for page in own)
    assert bars_of(layout.pages[0]) == [], "the cover is of no visit"
    assert bars_of(layout.pages[-1]) == [], "calls have none"


def test_that_a_long_card_goes_on_with_its_barcode_and_name(pack: DayPack) -> None:
    card = pack.visits[0]
    long = replace(card, promises=card.promises * 60)
    layout = day_pack_pdf.lay_out_pack(replace(pack, visits=(long, *pack.visits[1:])))
    before = day_pack_pdf.lay_out_pack(pack)
    assert len(layout.pages) > len(before.pages)
    assert all(bars_of(page) for page in layout.pages[1:-1])
    second = layout.pages[2]
    texts = [text for lines in second.texts.values() for _x, _y, text in lines]
    assert any(card.contact.name in text for text in texts)
    for page in layout.pages:
        for lines in page.texts.values():
            assert all(0 < y < layout.height for _x, y, _text in lines)


def test_that_what_is_not_known_is_a_line_to_fill_in(pack: DayPack) -> None:
    (card,) = (one for one in pack.visits if one.contact.number == "K5")
    known = replace(card.contact, district="静安区", address="南京西路 1 号")

    def strokes(contact: DayContact) -> int:
        alone = replace(pack, visits=(replace(card, contact=contact),), legs=(), calls=())
        return len(day_pack_pdf.lay_out_pack(alone).pages[1].strokes)

    assert strokes(card.contact) == strokes(known) + 2


def test_that_a_day_without_contacts_says_so(
    desk: Desk, actors: dict[Role, Actor], tmp_path: Path
) -> None:
    worker = actors[Role.FIELD_STAFF]
    made = desk.look(worker, day_packs.pack, worker.user_id, DAY)
    targets = {"pdf": tmp_path / "a.pdf", "xlsx": tmp_path / "a.xlsx"}
    files.write(made, targets, overwrite=False)
    (page,) = pages_of(targets["pdf"])
    assert "Novisitisplannedonthisday." in page


def book_of(pack: DayPack, folder: Path) -> openpyxl.Workbook:
    files.write(pack, {"xlsx": folder / "a.xlsx"}, overwrite=True)
    return openpyxl.load_workbook(folder / "a.xlsx")


def rows_of(book: openpyxl.Workbook, sheet: str) -> list[list[object]]:
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def test_that_the_workbook_holds_route_customers_and_calls(pack: DayPack, tmp_path: Path) -> None:
    book = book_of(pack, tmp_path)
    route = rows_of(book, "Route")
    assert [str(row[2]).split("\n")[0] for row in route[1:]] == [
        "上海华东印刷有限公司", "王芳", "赵六", "Nordic Paper Trading Co.", "李明",
    ]  # fmt: skip
    assert route[1][3] == "南京西路 1266 号恒隆广场二期 18 楼 1802 室\n静安区 · 138****5678"
    assert {row[-1] for row in route[1:]} == {None}
    heads, *customers = rows_of(book, "Customers")
    assert {row[heads.index("Phone")] for row in customers} == {"138****5678"}
    assert customers[0][heads.index("Spend 12 m")] == pytest.approx(29_846.5)
    assert [row[heads.index("Visit code")] for row in customers[:5]] == [
        card.mark for card in pack.visits
    ]
    assert book["Calls and messages"].max_row == 3
    assert book["People to talk to"]["F2"].number_format == "@"


def test_that_sheets_to_write_on_print_on_a4_with_lines_and_room(
    pack: DayPack, tmp_path: Path
) -> None:
    book = book_of(pack, tmp_path)
    for name, wide in (("Route", LANDSCAPE), ("Calls and messages", LANDSCAPE),
                       ("Report of the visits", PORTRAIT)):  # fmt: skip
        sheet = book[name]
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
        assert sheet.print_title_rows == "$1:$1"
        widths = [each.width for each in sheet.column_dimensions.values()]
        assert sum(widths) <= wide, name
        answer = 3 if wide == PORTRAIT else 6
        assert widths[answer - 1] >= 29, "wide enough to write"
        for row in sheet.iter_rows(min_row=2):
            assert sheet.row_dimensions[row[0].row].height >= 20
            assert all(cell.border.bottom.style == "thin" for cell in row)
            assert all(cell.font.sz >= 12 for cell in row), "9 pt are left if it is made smaller"


def test_that_the_form_of_the_workbook_asks_what_the_import_takes(
    pack: DayPack, tmp_path: Path
) -> None:
    sheet = book_of(pack, tmp_path)["Report of the visits"]
    heads, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert heads == ["Visit code", "Question", "Fill in", "Field"]
    assert list(dict.fromkeys(row[0] for row in rows)) == [card.mark for card in pack.visits]
    for card in pack.visits:
        own = [row for row in rows if row[0] == card.mark]
        assert own[0][3] == "visit"
        assert own[0][2] == card.mark, "what the barcode says"
        assert card.contact.number in own[0][1]
        assert {row[2] for row in own[1:]} == {None}
        assert [row[3] for row in own if row[3].startswith("form.")] == [
            f"form.{field.code}" for field in card.fields
        ]
        assert ("satisfaction" in {row[3] for row in own}) == card.is_asked
        assert "calm" not in {row[3] for row in own}, "entered at the case, refused by the import"
        known = {field for field in (row[3] for row in own) if not field.startswith("form.")}
        assert known <= set(day_pack_sheet.FIELDS)
    asked = next(row for row in rows if row[3] == "form.business")
    assert asked[1].endswith("\nGrowing / Steady / Shrinking / Not known")
    first_rows = [place for place, row in enumerate(rows, start=2) if row[3] == "visit"]
    assert [each.id for each in sheet.row_breaks.brk] == [row - 1 for row in first_rows[1:]]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_that_coded_answers_are_chosen_from_a_list(
    pack: DayPack, tmp_path: Path, language: str
) -> None:
    with i18n.in_language(language):
        book = book_of(pack, tmp_path)
        sheet = book[i18n._(day_pack_sheet.TITLE)]
        yes_no = f'"{i18n._("Yes")},{i18n._("No")}"'
    found = {
        sheet.cell(cell.row, 4).value: (rule.type, rule.formula1)
        for rule in sheet.data_validations.dataValidation
        for part in str(rule.sqref).split()
        for (cell,) in [row[:1] for row in _cells(sheet, part)]
    }
    business = next(field for field in reference.visit_fields() if field.code == "business")
    words = ",".join(said for _code, said in business.words(language))
    assert found["form.business"] == ("list", f'"{words}"')
    assert found["form.decider"] == ("list", yes_no)
    assert found["satisfaction"] == ("list", '"1,2,3,4,5"')
    assert {found["made_on"][0], found["next_on"][0]} == {"date"}
    assert found["form.minutes_taught"][0] == "decimal"


def _cells(sheet: Worksheet, part: str) -> Iterable[tuple[Cell, ...]]:
    found = sheet[part]
    return found if isinstance(found, tuple) else ((found,),)


def test_that_excel_can_offer_every_answer_of_the_forms() -> None:
    for field in (field for field in reference.visit_fields() if field.choices):
        for language in ("en", "zh_CN"):
            assert is_short(tuple(words for _code, words in field.words(language))), field.code
    assert not is_short(("Yes, at once", "No"))
    assert not is_short(("x" * 200, "y" * 200))


def texts_of(page: Page) -> list[str]:
    return [text for lines in page.texts.values() for _x, _y, text in lines]


def test_that_a_form_that_fits_a_page_is_not_split(pack: DayPack) -> None:
    card = pack.visits[0]
    for n in range(0, 30, 3):
        long = replace(card, promises=card.promises * n)
        layout = day_pack_pdf.lay_out_pack(replace(pack, visits=(long,), legs=(), calls=()))
        held = [
            {"Report of the visit", "Spoken with", "Gift given", "Customer"} & set(texts_of(page))
            for page in layout.pages[1:]
        ]
        assert max(map(len, held)) == 4, n
        assert sum(bool(each) for each in held) == 1, n


def test_that_a_form_longer_than_a_page_goes_on_between_two_questions(pack: DayPack) -> None:
    card = pack.visits[0]
    long = replace(card, fields=card.fields * 12)
    layout = day_pack_pdf.lay_out_pack(replace(pack, visits=(long,), legs=(), calls=()))
    first = next(
        place for place, page in enumerate(layout.pages) if "Report of the visit" in texts_of(page)
    )
    later = layout.pages[first + 1 :]
    assert first == 1, "it begins below what is known, not on an empty page"
    assert later
    for page in later:
        assert "Report of the visit (continued)" in texts_of(page)
        assert bars_of(page)


def test_that_a_promised_call_stands_among_the_calls_without_a_visit_code(
    desk: Desk, actors: dict[Role, Actor], keys: dict[str, uuid.UUID], tmp_path: Path
) -> None:
    worker = actors[Role.FIELD_STAFF]
    at = dt.datetime.combine(DAY, dt.time(15, 30)).astimezone()
    desk.do(worker, day_packed.promise_call, keys["K3"], at)
    made = desk.look(worker, day_packs.pack, worker.user_id, DAY)
    files.write(made, {"pdf": tmp_path / "a.pdf"}, overwrite=False)
    last = pages_of(tmp_path / "a.pdf")[-1]
    assert "15:30·Call·李明(B),K3·138****5678" in last
    assert "Callbackaspromised" in last
    assert "修了三次都没修好" in last, "the reason"
    called = rows_of(book_of(made, tmp_path), "Calls and messages")
    assert [(row[0], str(row[2]).split("\n")[0]) for row in called[1:]] == [
        ("15:30", "李明"), ("16:00, 45 min", "钱七"), (None, "孙八"),
    ]  # fmt: skip
    assert "Call back as promised" in str(called[1][4])


def test_that_a_file_is_replaced_only_when_allowed(pack: DayPack, tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    target.write_text("mine")
    with pytest.raises(FileProblemError, match="exists already"):
        files.write(pack, {"pdf": target}, overwrite=False)
    assert target.read_text() == "mine"
    files.write(pack, {"pdf": target}, overwrite=True)
    assert target.read_bytes().startswith(b"%PDF")


def test_that_what_cannot_be_drawn_is_told(
    desk: Desk, actors: dict[Role, Actor], keys: dict[str, uuid.UUID], tmp_path: Path
) -> None:
    worker = actors[Role.FIELD_STAFF]
    desk.do(worker, factories.change_customer, keys["K2"], name="张\U00020bb7")
    made = desk.look(worker, day_packs.pack, worker.user_id, DAY)
    (loss,) = files.check(made)
    assert loss.what == "U+20BB7"
    (written,) = files.write(made, {"pdf": tmp_path / "a.pdf"}, overwrite=False)
    assert written.losses == (loss,)
    assert "U+20BB7" in "".join(pages_of(written.path))


def test_that_the_pack_is_in_the_language_of_who_prints_it(pack: DayPack, tmp_path: Path) -> None:
    with i18n.in_language("zh_CN"):
        files.write(pack, {"pdf": tmp_path / "a.pdf"}, overwrite=False)
    text = "".join(pages_of(tmp_path / "a.pdf"))
    for part in ("记住流失客户的名字和地址", "投入最多的时间和精力", "情感交流"):
        assert part in text, part
