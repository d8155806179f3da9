from hypothesis import given
from hypothesis import strategies as st

from desktop_app.reports.textflow import display_width, longest_unit, shorten, wrap


def measure(text: str) -> float:
    """Latin 1, everything else 2: like a fixed-width font."""
    return sum(1.0 if ord(char) < 0x2E80 else 2.0 for char in text)


@given(st.text(st.characters(codec="utf-8")), st.integers(2, 60))
def test_that_wrapping_loses_no_visible_character_and_every_line_fits(text, width):
    lines = wrap(text, width, measure)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert measure(line) <= width or len(line) == 1


def test_that_latin_words_and_numbers_stay_whole():
    assert wrap("order 12,345.60 printer paper", 12, measure) == [
        "order",
        "12,345.60",
        "printer",
        "paper",
    ]


def test_that_the_longest_unit_is_what_must_fit_on_a_line():
    text = "打印机：order 12,345.60 printer"
    widest = longest_unit(text, measure)
    assert widest == len("12,345.60")
    assert any("12,345.60" in line for line in wrap(text, widest, measure))
    assert not any("12,345.60" in line for line in wrap(text, widest - 1, measure))
    assert longest_unit("", measure) == 0


def test_that_closing_punctuation_never_starts_a_line():
    lines = wrap("价格太高了，送货也慢。（真的）" * 6, 17, measure)
    assert all(line[0] not in "，。、）" for line in lines)
    assert all(line[-1] != "（" for line in lines)


def test_that_line_breaks_and_tabs_are_laid_out():
    assert wrap("a\r\nb\nc\td", 80, measure) == ["a", "b", "c    d"]


def test_that_a_word_longer_than_the_line_is_broken():
    assert wrap("x" * 25, 10, measure) == ["x" * 10, "x" * 10, "x" * 5]


def test_that_shortening_says_that_something_is_missing():
    assert shorten("南京路门店", 7, measure) == "南京路…"
    assert shorten("short", 7, measure) == "short"


def test_that_wide_characters_count_double():
    assert display_width("ab中文") == 6
