import itertools
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from report_documents import everything, texts

from desktop_app.columns import Column
from desktop_app.errors import FileProblemError
from desktop_app.paths import resource
from desktop_app.reports import fonts
from desktop_app.reports.base import (
    Document,
    Figure,
    FigureKind,
    LossKind,
    Paragraph,
    Quote,
    Section,
    Series,
    list_document,
)
from desktop_app.reports.figures import ACCENT, SOFT, lay_out, ticks
from desktop_app.reports.layout import lay_out_document
from desktop_app.reports.pages import MARGIN
from desktop_app.reports.pdf import check_pdf, write_pdf

ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates and controls included


def read(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_that_the_text_of_every_block_can_be_read_back(tmp_path):
    write_pdf(everything(), tmp_path / "a.pdf")
    text = squeezed(read(tmp_path / "a.pdf"))
    for part in (
        "流失原因", "Halfayear", "南京路店", "价格高于竞争对手", "53%", "13812348000", "¥1,234.50",
        "<b>太贵了</b>&late", "Handledby", "Definitions", "王店长", "Page1/", "25.0%", "=1+1",
    ):  # fmt: skip
        assert part in text, part


def test_that_header_and_footer_stand_on_every_page(tmp_path):
    write_pdf(texts([f"row {n}" for n in range(200)]), tmp_path / "a.pdf")
    pages = [page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages]
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} / {len(pages)}" in page
        assert "Wang" in page
        assert "Winback Desk 0." in page


def test_that_every_row_of_a_long_list_is_on_paper_once(tmp_path):
    write_pdf(texts([f"row-{n:05d}" for n in range(1500)]), tmp_path / "a.pdf")
    found = re.findall(r"row-\d{5}", read(tmp_path / "a.pdf"))
    assert sorted(found) == [f"row-{n:05d}" for n in range(1500)]


def test_that_pages_and_operations_grow_with_the_rows_and_not_faster():
    def size(rows: int) -> tuple[int, int]:
        pages = lay_out_document(texts([f"row {n}" for n in range(rows)])).pages
        return len(pages), sum(len(t) for page in pages for t in page.texts.values())

    (few_pages, few), (many_pages, many) = size(500), size(5000)
    assert many_pages <= few_pages * 10
    assert many <= few * 10


def test_that_a_note_of_200000_characters_is_laid_out_whole(tmp_path):
    note = "这是一段很长的原话 abc，" * 14_000
    document = Document("n", "n", (Section("q", (Quote(note, "C-1"),)),))
    layout = lay_out_document(document)
    drawn = "".join(
        text
        for page in layout.pages
        for style, found in page.texts.items()
        if style.size == 9
        for _x, _y, text in sorted(found, key=lambda one: one[1])
    )
    assert squeezed(drawn) == squeezed(note)


def test_that_a_cell_higher_than_a_page_goes_on_over_the_page():
    document = texts(["很长" * 20_000, "after"])
    layout = lay_out_document(document)
    assert len(layout.pages) > 3
    for page in layout.pages:
        for found in page.texts.values():
            assert all(y < layout.height - 50 for _x, y, _text in found)


def test_that_nothing_leaves_the_margins():
    layout = lay_out_document(everything())
    for page in layout.pages:
        for style, found in page.texts.items():
            width = fonts.face(style.font).width
            for x, _y, text in found:
                assert x >= MARGIN - 0.1
                assert x + width(text, style.size) <= layout.width - MARGIN + 0.1, text


def test_that_no_two_texts_cover_each_other():
    for page in lay_out_document(everything()).pages:
        boxes = [
            (x, y - style.size * 0.7, x + fonts.face(style.font).width(text, style.size), y, text)
            for style, found in page.texts.items()
            for x, y, text in found
        ]
        for a, b in itertools.combinations(boxes, 2):
            overlap_x = min(a[2], b[2]) - max(a[0], b[0])
            overlap_y = min(a[3], b[3]) - max(a[1], b[1])
            assert overlap_x <= 0.5 or overlap_y <= 0.5, (a, b)


@pytest.mark.parametrize(
    "payload",
    ["<b>x", "</para>", '<img src="/etc/passwd"/>', "&lt;", "<a href='x'>y</a>", "]]>", "${x}"],
)
def test_that_markup_is_text(tmp_path, payload):
    document = Document("m", payload, (Section(payload, (Quote(payload, payload),)),), by=payload)
    write_pdf(document, tmp_path / "a.pdf")
    assert squeezed(read(tmp_path / "a.pdf")).count(squeezed(payload)) >= 4


@given(ANY_TEXT, ANY_TEXT)
def test_that_any_text_makes_a_pdf_and_every_loss_is_reported(tmp_path, title, text):
    document = texts([text], title)
    written = write_pdf(document, tmp_path / "a.pdf", overwrite=True)
    reported = {loss.what for loss in written.losses}
    assert reported == {fonts.code_point(char) for char in fonts.undrawable(title + text)}
    assert all(loss.kind is LossKind.UNDRAWABLE for loss in written.losses)
    PdfReader(tmp_path / "a.pdf").pages[0].extract_text()


def test_that_losses_are_told_before_anything_is_written_and_in_the_file(tmp_path):
    document = texts(["张\U000323af", "😀😀"])  # a character of extension H, and two faces
    losses = check_pdf(document)
    assert [(loss.what, loss.count) for loss in losses] == [("U+1F600", 2), ("U+323AF", 1)]
    assert not list(tmp_path.iterdir())
    write_pdf(document, tmp_path / "a.pdf")
    text = read(tmp_path / "a.pdf")
    assert "张□" in text
    assert "U+323AF" in text
    assert "U+1F600" in text


@pytest.mark.realdata
def test_that_every_standard_character_is_drawn_and_can_be_copied(tmp_path, shared_data):
    chars = "".join(
        (shared_data / "zh_chars" / f"level-{level}.txt").read_text("utf-8").replace("\n", "")
        for level in (1, 2, 3)
    )
    assert len(chars) == 8105
    assert fonts.undrawable(chars) == set()
    document = Document("c", "c", (Section("all", (Quote(chars),)),))
    assert write_pdf(document, tmp_path / "a.pdf").losses == ()
    drawn = set(read(tmp_path / "a.pdf"))
    assert set(chars) - drawn == set()


def test_that_an_existing_file_stays_unless_replacing_is_allowed(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_text("mine")
    with pytest.raises(FileProblemError, match="exists already"):
        write_pdf(texts(["x"]), path)
    assert path.read_text() == "mine"
    write_pdf(texts(["x"]), path, overwrite=True)
    assert path.read_bytes().startswith(b"%PDF")
    assert [found.name for found in tmp_path.iterdir() if found.is_file()] == ["a.pdf"]


def test_that_a_folder_that_is_not_there_is_a_clear_sentence(tmp_path):
    with pytest.raises(FileProblemError, match="cannot be written"):
        write_pdf(texts(["x"]), tmp_path / "no" / "a.pdf")


def test_that_a_table_with_many_columns_lies_across():
    columns = [Column(f"c{n}", f"Heading {n}", lambda row: row) for n in range(14)]
    wide = lay_out_document(list_document("Wide", columns, ["content of a cell"] * 3, by=""))
    assert wide.width > wide.height


def test_that_no_word_is_broken_in_a_table_that_is_full(tmp_path):
    words = ("Stopped", "2026-00001", "communicated", "¥12,345.60", "Unreachable")
    columns = [
        Column(str(number), f"Heading {number}", lambda row, at=number: row[at])
        for number in range(11)
    ]
    rows = [
        tuple(f"{words[(place + number) % 5]} and some more words" for number in range(11))
        for place in range(20)
    ]
    write_pdf(list_document("Full", columns, rows, by="Ada"), tmp_path / "full.pdf")
    pages = PdfReader(tmp_path / "full.pdf").pages
    pieces = {piece for page in pages for piece in page.extract_text().split()}
    assert set(words) <= pieces
    known = {*words, "and", "some", "more", "words"}
    broken = {word[:cut] for word in words for cut in range(5, len(word))} - known
    assert not broken & pieces


def test_that_definitions_stay_together(tmp_path):
    terms = [(f"Term {number}", f"What term {number} means.") for number in range(8)]
    for lines in range(30, 60):
        text = Section("", tuple(Paragraph(f"Line {number}") for number in range(lines)))
        layout = lay_out_document(replace(everything(), sections=(text,), definitions=terms))
        holding = [
            page
            for page in layout.pages
            if any(one.startswith("Term ") for texts in page.texts.values() for *_at, one in texts)
        ]
        assert len(holding) == 1


def test_that_the_colour_is_that_of_the_window():
    colours = tomllib.loads(resource("styles", "light.toml").read_text(encoding="utf-8"))
    assert ACCENT.lower() == colours["accent"].lower()


def test_that_bars_that_do_not_fit_on_a_page_go_on_on_the_next():
    figure = everything().figures()[0]
    names = tuple(f"reason {n}" for n in range(117))
    many = type(figure)(
        figure.kind, "many", names, (type(figure.series[0])("n", tuple(range(117, 0, -1))),)
    )
    layout = lay_out_document(Document("m", "m", (Section("s", (many,)),)))
    drawn = {text for page in layout.pages for t in page.texts.values() for _x, _y, text in t}
    assert set(names) <= drawn
    assert len(layout.pages) > 3


def test_that_bars_end_where_their_values_are():
    figure = everything().figures()[0]
    scene = lay_out(figure, 480, lambda text, size: len(text) * size * 0.6)
    bars = [rect for rect in scene.rects if rect.index >= 0]
    assert [bar.index for bar in bars] == [0, 1, 2]
    assert [round(bar.width / bars[0].width, 6) for bar in bars] == [1, round(5 / 8, 6), 0.25]
    line = scene.strokes[-1].points
    left = bars[0].x
    assert [round((x - left) / (line[-1][0] - left), 6) for x, _y in line] == [
        round(8 / 15, 6),
        round(13 / 15, 6),
        1,
    ]


def test_that_a_line_is_grey_and_says_its_n_where_few_stand_behind_it():
    series = Series("a", (50.0, 40.0, 30.0, None, 20.0), (20, 9, 30, 0, 1))
    figure = Figure(FigureKind.LINE, "t", tuple("vwxyz"), (series,))
    scene = lay_out(figure, 480, lambda text, size: len(text) * size * 0.6)
    assert [dot.index for dot in scene.dots] == [0, 1, 2, 4]
    assert [dot.colour == SOFT for dot in scene.dots] == [False, True, False, True]
    assert [label.text for label in scene.labels if "n =" in label.text] == ["n = 9", "n = 1"]
    drawn = [stroke for stroke in scene.strokes if len(stroke.points) > 1]
    assert [(stroke.colour, len(stroke.points)) for stroke in drawn] == [(SOFT, 3)]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 4, [0, 1, 2, 3, 4]),
        (0, 0, [0, 1]),
        (0, 37, [0, 10, 20, 30, 40]),
        (-5, 5, [-5, 0, 5]),
        (0, 0.37, [0, 0.1, 0.2, 0.3, 0.4]),
    ],
)
def test_that_ticks_are_round_and_span_the_values(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)
