"""Files for SPSS, Stata and R: legal names, the same cells, labels in the syntax."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.questionnaire.flat import FlatTable, Interview, tables
from desktop_app.questionnaire.statistics import Files, r, spss, stata
from desktop_app.questionnaire.variable_names import SPSS, STATA, NameRules, R, legal_names
from desktop_app.questionnaire.versions import History, Version
from tests.questionnaire.version_histories import Asked, Case, cases, form_of

RULES = {"spss": SPSS, "stata": STATA, "r": R}


@pytest.mark.parametrize(
    ("wanted", "in_spss", "in_stata", "in_r"),
    [
        (["age"], ["age"], ["age"], ["age"]),
        (["like/tv"], ["like_tv"], ["like_tv"], ["like_tv"]),
        (["a.b"], ["a_b"], ["a_b"], ["a.b"]),
        (["2nd"], ["v2nd"], ["v2nd"], ["v2nd"]),
        (["_x"], ["v_x"], ["_x"], ["v_x"]),
        (["x_"], ["x"], ["x"], ["x"]),
        (["", "?"], ["v", "v_2"], ["v", "v_2"], ["v", "v_2"]),
        (["年龄"], ["年龄"], ["年龄"], ["年龄"]),
        (["Age", "age", "AGE"], ["Age", "age_2", "AGE_3"], None, None),
        (["with"], ["with_v"], ["with_v"], ["with"]),
        (["to", "if"], ["to_v", "if"], ["to", "if_v"], ["to", "if_v"]),
        (["str12", "strl"], ["str12", "strl"], ["str12_v", "strl_v"], ["str12", "strl"]),
        (["TRUE", "NA"], ["TRUE", "NA"], ["TRUE", "NA"], ["TRUE_v", "NA_v"]),
        (["q" * 70], ["q" * 63], ["q" * 31], ["q" * 63]),
        (
            ["q" * 70, "q" * 80],
            ["q" * 63, "q" * 58],
            ["q" * 31, "q" * 26],
            ["q" * 63, "q" * 58],
        ),
        (["龄" * 30], ["龄" * 21], ["龄" * 10], ["龄" * 21]),
    ],
)
def test_the_rules_of_names(
    wanted: list[str], in_spss: list[str], in_stata: list[str] | None, in_r: list[str] | None
) -> None:
    assert legal_names(wanted, SPSS) == in_spss
    assert legal_names(wanted, STATA) == (in_stata or in_spss)
    assert legal_names(wanted, R) == (in_r or in_spss)


@pytest.mark.parametrize("package", RULES)
@given(wanted=st.lists(st.text(st.characters(codec="utf-8"), max_size=70), max_size=12))
def test_that_names_are_legal_unique_and_stay_as_they_are(package: str, wanted: list[str]) -> None:
    rules: NameRules = RULES[package]
    found = legal_names([*wanted, *wanted], rules)
    assert len({name.casefold() for name in found}) == len(found)
    first = r"[^\W\d]" if rules.may_begin_low else r"[^\W\d_]"
    for name in found:
        assert len(name.encode()) <= rules.most_bytes
        assert re.fullmatch(rf"{first}[\w.]*", name)
        assert name.casefold() not in rules.reserved
    assert legal_names(found, rules) == found


CODES = (("1", 'Yes, "sure"'), ("2", "It's no"))
WORDS = (("tv", "电视"), ("a`b", "$x`y"))


def table() -> FlatTable:
    asked = [
        Asked("age", "integer", label="年龄"),
        Asked("ok", "select_one", label="OK?\nreally", codes=CODES),
        Asked("via", "select_one", codes=WORDS),
        Asked("born", "date"),
        Asked("why", "text"),
        Asked("like", "select_multiple", codes=(("x", "X"),)),
    ]
    answers = {
        "/data/age": "41", "/data/ok": "1", "/data/via": "tv", "/data/born": "1985-02-03",
        "/data/why": 'a "b",\nc', "/data/like": "x",
    }  # fmt: skip
    history = History([Version("1", form_of(asked))])
    interviews = [Interview("A", "1", {}, answers), Interview("B", "1", {}, {"/data/via": "new"})]
    return tables(history, interviews, labels=False)[0]


def test_the_syntax_for_spss() -> None:
    files = spss(table(), "it's.csv")
    lines = files.syntax.splitlines()
    for line in [
        "  /FILE='it''s.csv'", "    interview A1", "    age F20.0", "    ok F20.0", "    via A3",
        "    born SDATE10", "    why A8", "    like A1", "    like_x F20.0", "  age '年龄'",
        "  ok 'OK? really'", "  ok", "    1 'Yes, \"sure\"'", "    2 'It''s no'", "  /via",
        "    'tv' '电视'", "    'a`b' '$x`y'", "    'new' 'new'", "MISSING VALUES via (' ').",
    ]:  # fmt: skip
        assert line in lines
    assert files.data.splitlines()[1] == 'A,1,,,,,,,,,41,1,tv,1985-02-03,"a ""b"", c",x,1'


def test_the_syntax_for_stata() -> None:
    lines = stata(table(), "answers.csv").syntax.splitlines()
    assert lines[1] == (
        'import delimited using "answers.csv", clear varnames(1) case(preserve) encoding("UTF-8") '
        "asdouble bindquote(strict) maxquotedrows(unlimited) stringcols(1 2 3 4 5 6 7 8 9 10 13 14 "
        "15 16) numericcols(11 12 17)"
    )
    for line in [
        'label variable age "年龄"', 'label define ok 1 "Yes, \'sure\'"',
        'label define ok 2 "It\'s no", add', "label values ok ok", "generate long via_n = .",
        'replace via_n = 1 if via == "tv"', 'replace via_n = 2 if via == "a" + char(96) + "b"',
        'replace via_n = 3 if via == "new"', 'label define via_n 2 "\\$x\'y", add',
        "label values via_n via_n", 'generate long born_n = daily(born, "YMD")',
        "format born_n %td",
    ]:  # fmt: skip
        assert line in lines


def test_the_syntax_for_r() -> None:
    syntax = r(table(), "answers.csv").syntax
    yes_no = 'levels = c("1", "2"), labels = c("Yes, \\"sure\\"", "It\'s no"))'
    words = 'levels = c("tv", "a`b", "new"), labels = c("电视", "$x`y", "new"))'
    for line in [
        f'answers[["ok"]] <- factor(answers[["ok"]], {yes_no}',
        f'answers[["via"]] <- factor(answers[["via"]], {words}',
        'answers[["born"]] <- as.Date(answers[["born"]])',
        'attr(answers[["age"]], "label") <- "年龄"',
        'attr(answers[["ok"]], "label") <- "OK? really"',
    ]:
        assert line in syntax.splitlines()
    assert 'colClasses = c("character", "character"' in syntax


def test_that_two_choices_called_alike_stay_two_levels_in_r() -> None:
    form = form_of([Asked("q", "select_one", codes=(("a", "Same"), ("b", "Same"), ("c", "C")))])
    (main,) = tables(History([Version("1", form)]), [], labels=False)
    assert 'labels = c("Same (a)", "Same (b)", "C")' in r(main, "x.csv").syntax


@pytest.mark.parametrize(
    ("kind", "values", "in_spss"),
    [
        ("integer", ["7", "-12"], "F20.0"),
        ("integer", ["007"], "F20.0"),
        ("integer", ["12345678901234567"], "A17"),
        ("integer", ["7", "seven"], "A5"),
        ("integer", ["1.25", "3.5"], "F20.2"),
        ("date", ["2026-01-02"], "SDATE10"),
        ("date", ["2026-01-02", "soon"], "A10"),
        ("date", ["2026-13-45"], "A10"),
        ("date", [], "SDATE10"),
        ("text", ["年"], "A3"),
        ("text", [], "A1"),
    ],
)
def test_how_answers_are_held(kind: str, values: list[str], in_spss: str) -> None:
    history = History([Version("1", form_of([Asked("q", kind)]))])
    interviews = [
        Interview(str(number), "1", {}, {"/data/q": value}) for number, value in enumerate(values)
    ]
    (main,) = tables(history, interviews, labels=False)
    assert f"    q {in_spss}" in spss(main, "x.csv").syntax.splitlines()


@pytest.mark.parametrize("write", [spss, stata, r])
@given(case=cases())
def test_that_the_file_has_the_cells_of_the_table(
    write: Callable[[FlatTable, str], Files], case: Case
) -> None:
    for each in tables(case.history, case.interviews, labels=False):
        head, *rows = csv.reader(io.StringIO(write(each, "x.csv").data, newline=""))
        assert len(set(head)) == len(head) == len(each.columns)
        assert rows == [["" if cell is None else str(cell) for cell in row] for row in each.rows]
