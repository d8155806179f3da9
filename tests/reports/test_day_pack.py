"""The day pack as files: what stands on its pages and sheets, in both languages."""

import re
import uuid
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader

from db.queries.day_pack import DayContact
from db.session import Actor, Database
from db.vocabulary import Role
from desktop_app import i18n
from desktop_app.errors import FileProblemError
from desktop_app.reports import day_pack as files
from desktop_app.reports import day_pack_pdf
from desktop_app.reports.barcodes import BLACK, code128
from desktop_app.reports.pages import Page
from desktop_app.reports.paper_layout import BARCODE_WIDTH
from desktop_app.services import day_packs
from desktop_app.services.day_packs import DayPack
from tests import factories
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


def test_that_the_workbook_holds_route_form_and_calls(pack: DayPack, tmp_path: Path) -> None:
    files.write(pack, {"xlsx": tmp_path / "a.xlsx"}, overwrite=False)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    rows = [[cell.value for cell in row] for row in book["Route"].iter_rows()]
    heads = rows[0]
    assert [row[heads.index("Customer")] for row in rows[1:]] == [
        "上海华东印刷有限公司", "王芳", "赵六", "Nordic Paper Trading Co.", "李明",
    ]  # fmt: skip
    assert {row[heads.index("Phone")] for row in rows[1:]} == {"138****5678"}
    assert rows[1][heads.index("Spend 12 m")] == pytest.approx(29_846.5)
    form = [[cell.value for cell in row] for row in book["Report of the visits"].iter_rows()]
    assert [row[4] for row in form[1:4]] == [
        "Spoken with",
        "What the customer said, in their own words",
        "How the customer's business is doing",
    ]
    assert form[3][5] == "Growing / Steady / Shrinking / Not known"
    assert {row[-1] for row in form[1:]} == {None}
    assert book["Calls and messages"].max_row == 3
    assert book["People to talk to"]["F2"].number_format == "@"


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
