"""The blank form for filling in by hand: all that is asked, with its codes, on whole sheets."""

import re
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from report_forms import form_of

from desktop_app.domain.exit_interview import FACT_WORDS
from desktop_app.errors import FileProblemError
from desktop_app.i18n import in_language
from desktop_app.questionnaire.form import Form, Kind
from desktop_app.questionnaire.languages import language_for
from desktop_app.questionnaire.listed import listed
from desktop_app.questionnaire.paper_numbers import paper_numbers
from desktop_app.reports import fonts
from desktop_app.reports.barcodes import code128
from desktop_app.reports.base import LossKind
from desktop_app.reports.pages import A4, BOTTOM, MARGIN, Layout, Style
from desktop_app.reports.paper_content import BLOCKS, LONG_LIST, PaperContent
from desktop_app.reports.paper_form import PaperForm, check_paper, lay_out_paper, write_paper
from desktop_app.reports.paper_items import Asked, Blank, Head, More
from desktop_app.reports.paper_strips import Strips

CASE = "2026-00042"
FORM = """
| survey |
| | type | name | label::Chinese (zh) | label::English (en) | hint::English (en) | required | relevant | appearance | constraint |
| | date | left_on | 何时离开？ | Since when? | | yes | | | |
| | select_one reason | why | 为什么离开？ | Why did you leave? | one only | | | | |
| | text | words | 客户原话 | In the customer’s own words | | | ${why} = 'price' or ${why} = 'late' | own-words | |
| | select_multiple goods | goods | 哪些商品？ | Which goods? | | | not(selected(${why}, 'late')) | | |
| | integer | share | 多少比例？ | Which share? | | | ${why} != '' and ${left_on} = '' | percent | . <= 100 |
| | begin_repeat | person | 家人 | Family member | | | ${share} >= 50 | | |
| | text | name | 姓名 | Name | | | | | |
| | integer | age | 年龄 | Age | | | count-selected(${goods}) > 1 | | . < 120 |
| | end_repeat | | | | | | | | |
| | rank goods | order | 排序 | Put in order | | | | | |
| | range | grade | 几分 | How many of ten | | | | | |
| | note | bye | 谢谢您，${name}？ | Thank you, ${left_on} | | | | | |
| choices |
| | list_name | name | label::Chinese (zh) | label::English (en) |
| | reason | price | 太贵 | Too dear |
| | reason | late | 送货迟 | Delivered late |
| | goods | 1 | 纸 | Paper |
| | goods | 2 | 墨 | Ink |
| settings |
| | form_title | form_id | default_language |
| | 离网访谈 | exit | Chinese (zh) |
"""  # noqa: E501
FORM = FORM.replace("谢谢您，${name}？", "谢谢您")


def paper(form: Form, code: str = "en", **more: str) -> PaperForm:
    title = more.pop("title", "Exit interview")
    return PaperForm(form, title, "3", language_for(form, code), **more)


def drawn(layout: Layout) -> str:
    """Everything that is written, without spaces: lines are broken anywhere."""
    return "".join(
        re.sub(r"\s", "", text)
        for page in layout.pages
        for texts in page.texts.values()
        for _x, _y, text in texts
    )


def in_lines(layout: Layout) -> str:
    """Everything that is written without spaces, line by line from left to right."""
    return "\n".join(
        "".join(re.sub(r"\s", "", text) for _y, _x, text in sorted(placed))
        for page in layout.pages
        for _line, placed in groupby(
            sorted((round(y), x, t) for texts in page.texts.values() for x, y, t in texts),
            key=lambda each: each[0],
        )
    )


def conditions(form: Form, code: str = "en") -> dict[str, str]:
    with in_language("zh_CN" if code == "zh" else "en"):
        content = PaperContent(form, (language_for(form, code),), dict(FACT_WORDS))
        return {each.name: each.condition for each in content.entries if isinstance(each, Asked)}


def test_that_every_question_is_on_paper_with_its_codes() -> None:
    form = form_of(FORM)
    for code in ("en", "zh"):
        layout = lay_out_paper(paper(form, code, case=CASE))
        assert layout.losses == ()
        text = drawn(layout)
        language = language_for(form, code)
        for question in form.asked():
            if question.kind is Kind.NOTE:
                continue
            label = "".join(map(str, question.label.contents[language].pieces))
            shown = label if code == "zh" else label.translate({ord("’"): "'"})
            assert re.sub(r"\s", "", shown) in text, question.path
            assert question.name in text
            numbers = paper_numbers(form, question)
            for choice in listed(form, question):
                words = "".join(map(str, choice.label.contents[language].pieces))
                assert re.sub(r"\s", "", f"{numbers[choice.code]}{words}") in in_lines(layout)


def test_that_conditions_are_said_in_words() -> None:
    found = conditions(form_of(FORM))
    assert found["left_on"] == ""
    assert found["words"] == "Only if question 2 is “Too dear” or “Delivered late”"
    assert found["goods"] == "Only if question 2 is not “Delivered late”"
    assert found["share"] == "Only if question 2 is answered, and question 1 is not answered"
    assert found["age"] == "Only if more than 1 answers are chosen in question 4"


def test_that_a_condition_without_words_is_a_formula_with_numbers() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | relevant |
        | | integer | a | First | |
        | | integer | b | Second | ${a} + 1 > 3 or regex(${a}, '5') |
        | | integer | c | Third | (${a} = 1 or ${b} = 2) and ${b} < ${a} |
        | | integer | d | Fourth | true() |
        | | integer | e | Fifth | false() |
        """
    )
    found = conditions(form)
    assert found["b"] == "Ask only if: question 1 + 1 > 3 or regex(question 1, '5')"
    words = "Only if (question 1 is 1, or question 2 is 2), and question 2 is less than question 1"
    assert found["c"] == words
    assert found["d"] == ""
    assert found["e"] == "Only if never"


def test_that_facts_of_the_case_are_said_in_words() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | relevant | bind::winback:fact |
        | | hidden | f | | | has_orders |
        | | text | a | First | ${f} = 'yes' | |
        | | text | b | Second | ${f} != 'yes' | |
        | settings |
        | | namespaces |
        | | winback="urn:winback:xforms" |
        """
    )
    found = conditions(form)
    assert found["a"] == "Only if the customer has orders on record"
    assert found["b"] == "Only if it is not so that the customer has orders on record"


def test_that_a_repeat_is_printed_as_blank_blocks_with_the_same_numbers() -> None:
    content = PaperContent(form_of(FORM), ("English (en)",))
    heads = [each for each in content.entries if isinstance(each, Head)]
    names = [each for each in content.entries if isinstance(each, Asked) and each.name == "age"]
    assert [head.texts[0] for head in heads] == [f"Family member {n}" for n in (1, 2, 3)]
    assert {head.condition for head in heads} == {"Only if question 5 is 50 or more"}
    assert len(names) == BLOCKS[0]
    assert {each.number for each in names} == {"7"}
    assert {each.space.digits for each in names} == {3}
    assert sum(isinstance(each, More) for each in content.entries) == 1


def test_that_a_repeat_that_is_counted_has_so_many_blocks() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | repeat_count |
        | | begin_repeat | p | Visit | 5 |
        | | text | a | What | |
        | | end_repeat | | | |
        """
    )
    content = PaperContent(form, ("",))
    assert sum(isinstance(each, Head) for each in content.entries) == 5
    assert not any(isinstance(each, More) for each in content.entries)


def long_list(count: int) -> str:
    rows = "\n".join(f"| | r | code_{n} | Reason number {n} |" for n in range(count))
    return f"""
        | survey |
        | | type | name | label | relevant |
        | | select_one r | a | Why? | |
        | | select_one r | b | Why else? | ${{a}} = 'code_3' |
        | choices |
        | | list_name | name | label |
        {rows}
        """


def test_that_a_long_list_is_printed_once_at_the_end() -> None:
    form = form_of(long_list(LONG_LIST + 77))
    layout = lay_out_paper(paper(form))
    text = drawn(layout)
    for n in range(LONG_LIST + 77):
        assert text.count(f"Reasonnumber{n}") >= 1
        assert f"{n + 1}Reasonnumber{n}" in in_lines(layout)
    assert "code_" not in text
    assert text.count("NumberfromtableA:") == 2
    assert "TableA:numbersforquestion1,2" in text
    assert conditions(form)["b"] == "Only if question 1 is “Reason number 3”"
    short = PaperContent(form_of(long_list(LONG_LIST)), ("",))
    assert short.tables == ()


def test_that_a_long_list_takes_time_in_line_with_its_length(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured = 0
    measure = Strips.measure

    def counted(self: Strips, text: str, style: Style) -> float:
        nonlocal measured
        measured += 1
        return measure(self, text, style)

    monkeypatch.setattr(Strips, "measure", counted)

    def work(count: int) -> int:
        nonlocal measured
        measured = 0
        lay_out_paper(paper(form_of(long_list(count))))
        return measured

    assert work(1000) <= 10 * work(100)


def test_that_a_condition_on_a_property_of_a_reason_is_a_mark_in_the_table(tmp_path: Path) -> None:
    lines = ["name,label,group"]
    lines += [f"r{n},Reason {n},{'price' if n % 3 == 0 else 'goods'}" for n in range(60)]
    (tmp_path / "reasons.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    form = form_of(
        """
        | survey |
        | | type | name | label | relevant | calculation |
        | | select_one_from_file reasons.csv | why | Why? | | |
        | | calculate | g | | | instance('reasons')/root/item[name = ${why}]/group |
        | | text | how | How dear? | ${g} = 'price' | |
        """,
        tmp_path,
    )
    content = PaperContent(form, ("",))
    (asked,) = [each for each in content.entries if isinstance(each, Asked) and each.name == "how"]
    assert asked.condition == "Only if question 1 is marked “a” in table A"
    (table,) = content.tables
    marked = {choice.number for choice in table.choices if choice.marks == "a"}
    assert marked == {str(n + 1) for n in range(0, 60, 3)}


def test_that_a_short_list_is_named_instead_of_marked(tmp_path: Path) -> None:
    (tmp_path / "reasons.csv").write_text("name,label,g\na,Ann,1\nb,Bob,2\nc,Cy,1\n", "utf-8")
    form = form_of(
        """
        | survey |
        | | type | name | label | relevant | calculation |
        | | select_one_from_file reasons.csv | why | Why? | | |
        | | calculate | g | | | instance('reasons')/root/item[name = ${why}]/g |
        | | text | how | How? | ${g} != '1' | |
        """,
        tmp_path,
    )
    assert conditions(form)["how"] == "Only if question 1 is not “Ann” or “Cy”"


def test_that_every_sheet_says_which_form_case_and_page_it_is(tmp_path: Path) -> None:
    form = form_of(long_list(240))
    write_paper(paper(form, case=CASE, customer="张伟"), tmp_path / "a.pdf")
    pages = [page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages]
    assert len(pages) == 3
    for number, text in enumerate(pages, 1):
        assert f"Page {number} / 3" in text
        assert "Exit interview" in text
        assert f"Version 3   Case {CASE}" in text
    assert "张伟" in pages[0]


def test_that_without_a_case_there_are_lines_to_write_on() -> None:
    layout = lay_out_paper(paper(form_of(FORM)))
    assert "Case__________" in drawn(layout)
    assert not any(rect.colour == "#000000" for page in layout.pages for rect in page.rects)


VALUES = {  # of ISO/IEC 15417: widths of bars and spaces, as far as they are needed here
    "212222": 0, "121322": 4, "122132": 13, "123122": 16, "223211": 18, "221231": 20, "321221": 26,
    "112133": 42, "113141": 99, "114131": 100, "211232": 105,
}  # fmt: skip
STOP = "2331112"


def test_that_the_barcode_says_the_number_of_the_case() -> None:
    bars = code128(CASE, 0, 0, 165, 30)
    assert bars[-1].x + bars[-1].width == pytest.approx(165)
    module = min(bar.width for bar in bars)
    edges = [edge for bar in bars for edge in (bar.x, bar.x + bar.width)]
    widths = "".join(str(round((b - a) / module)) for a, b in pairwise(edges))
    assert widths.endswith(STOP)
    body = widths.removesuffix(STOP)
    *values, _checksum = [body[at : at + 6] for at in range(0, len(body), 6)]
    assert VALUES[values[0]] == 105  # begins with pairs of digits
    has_pairs, said = True, ""
    for value in (VALUES[each] for each in values[1:]):
        if value in {99, 100}:
            has_pairs = value == 99
        else:
            said += f"{value:02d}" if has_pairs else chr(value + 32)
    assert said == CASE


@pytest.mark.parametrize("text", ["", "案件", "a\nb", "x" * 60])
def test_that_what_cannot_be_a_barcode_is_none(text: str) -> None:
    assert code128(text, 0, 0, 165, 30) == []


def test_that_the_number_of_pages_stays() -> None:
    form = form_of(FORM)
    assert len(lay_out_paper(paper(form)).pages) == len(lay_out_paper(paper(form)).pages) == 2


def test_that_nothing_leaves_the_page_and_no_box_is_cut() -> None:
    for code, second in (("zh", ""), ("zh", "English (en)")):
        layout = lay_out_paper(paper(form_of(FORM), code, case=CASE, second=second))
        for page in layout.pages:
            for style, texts in page.texts.items():
                for x, y, text in texts:
                    assert x >= MARGIN - 0.1
                    width = fonts.face(style.font).width(text, style.size)
                    assert x + width <= A4[0] - MARGIN + 0.1, text
                    assert y <= A4[1] - 20
            for stroke in page.strokes:
                for _x, y in stroke.points:
                    assert 30 < y < A4[1] - BOTTOM + 13


def test_that_both_languages_stand_below_each_other() -> None:
    layout = lay_out_paper(paper(form_of(FORM), "zh", second="English (en)"))
    text = drawn(layout)
    assert text.index("何时离开") < text.index("Sincewhen?")
    assert "太贵/Toodear" in text


def test_that_a_question_stays_with_its_answer() -> None:
    rows = "\n".join(f"| | text | q{n} | Question {n} | own-words |" for n in range(40))
    form = form_of(f"| survey |\n| | type | name | label | appearance |\n{rows}")
    layout = lay_out_paper(paper(form))
    for page in layout.pages:
        labels = [y for texts in page.texts.values() for _x, y, text in texts if "Question" in text]
        lines = {
            stroke.points[0][1] for stroke in page.strokes if stroke.points[0][0] > MARGIN + 20
        }
        for label in labels:
            assert sum(label < y < label + 5 * 24 + 8 for y in lines) == 5


def test_that_a_question_longer_than_a_page_goes_on_over_it() -> None:
    label = "很长的问题，" * 3000
    rows = "\n".join(f"| | l | {n} | {'长' * 50} |" for n in range(LONG_LIST))
    form = form_of(
        f"""
        | survey |
        | | type | name | label |
        | | select_multiple l | a | {label} |
        | choices |
        | | list_name | name | label |
        {rows}
        """
    )
    layout = lay_out_paper(paper(form))
    assert len(layout.pages) > 5
    assert drawn(layout).count("很长的问题，") >= 2900
    assert "1(continued)" in drawn(layout)
    for page in layout.pages:
        for texts in page.texts.values():
            assert all(y < A4[1] - 20 for _x, y, _text in texts)


@pytest.mark.parametrize(
    "text", ["<b>x", "</para>", '<img src="/etc/passwd"/>', "&lt;", "]]>", "{question}", "%s {0}"]
)
def test_that_markup_is_text(tmp_path: Path, text: str) -> None:
    form = form_of(FORM.replace("Too dear", text).replace("Family member", text))
    write_paper(paper(form, title=text, case="C-1", customer=text), tmp_path / "a.pdf")
    read = "".join(page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages)
    assert re.sub(r"\s", "", read).count(re.sub(r"\s", "", text)) >= 6


@settings(max_examples=25)
@given(st.text(st.characters(), min_size=1, max_size=40))
def test_that_every_character_is_drawn_or_told(tmp_path: Path, text: str) -> None:
    form = form_of(FORM)
    made = paper(form, title=text, customer=text)
    told = {loss.what for loss in check_paper(made)}
    assert told == {fonts.code_point(char) for char in fonts.undrawable(text)}
    written = write_paper(made, tmp_path / "a.pdf", overwrite=True)
    assert {loss.kind for loss in written.losses} <= {LossKind.UNDRAWABLE}
    read = "".join(page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages)
    assert all(what in read for what in told)


def test_that_a_file_is_not_replaced_unasked(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_text("mine")
    with pytest.raises(FileProblemError):
        write_paper(paper(form_of(FORM)), file)
    assert file.read_text() == "mine"
    assert sorted(tmp_path.iterdir()) == [file]


def test_that_each_kind_of_question_has_room_for_its_answer() -> None:
    kinds = {
        "text": Blank.LINES, "integer": Blank.DIGITS, "decimal": Blank.DIGITS, "date": Blank.DATE,
        "time": Blank.TIME, "dateTime": Blank.DATETIME, "geopoint": Blank.PLACE,
        "geotrace": Blank.LINES, "image": Blank.FILE, "audio": Blank.FILE, "barcode": Blank.LINES,
        "acknowledge": Blank.TICK, "range": Blank.CHOICES, "note": Blank.NOTHING,
    }  # fmt: skip
    rows = "\n".join(f"| | {kind} | q_{kind} | Label {kind} |" for kind in kinds)
    form = form_of(f"| survey |\n| | type | name | label |\n{rows}")
    content = PaperContent(form, ("",))
    found = {
        each.name.removeprefix("q_"): each.space.blank
        for each in content.entries
        if isinstance(each, Asked)
    }
    assert found == kinds
    assert lay_out_paper(paper(form)).losses == ()
