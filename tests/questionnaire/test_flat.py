"""Answers of several versions as tables: no answer is lost, doubled or in a strange column."""

from collections import defaultdict

import pytest
from hypothesis import given

from desktop_app.questionnaire.answers import to_answers
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.flat import (
    MAIN,
    MOST_CHOICES,
    OTHER,
    ROW,
    Interview,
    codebook,
    tables,
)
from desktop_app.questionnaire.versions import History, HistoryError, Version
from tests.questionnaire.version_histories import Asked, Case, cases, form_of

YES_NO = (("1", "Yes"), ("2", "No"))


@given(cases())
def test_that_every_answer_is_once_under_the_id_it_was_given_under(case: Case) -> None:
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    asked = {(name, each.stays): each for name, model in case.model.items() for each in model}
    for table in tables(case.history, case.interviews, labels=False):
        heads = [column.heading.casefold() for column in table.columns]
        assert len(heads) == len(set(heads))
        assert OTHER not in heads
        for row in table.rows:
            assert len(row) == len(table.columns)
            named = dict(zip((column.heading for column in table.columns), row, strict=True))
            where = str(named["row"] if table.repeat else named["interview"])
            for column, cell in zip(table.columns, row, strict=True):
                if column.source is None or column.choice is not None or cell is None:
                    continue
                question = asked[str(named["version"]), column.source.id]
                assert (column.source.kind, table.repeat) == (question.kind, question.repeat)
                assert where not in found[str(named["interview"]), column.source.id]
                found[str(named["interview"]), column.source.id][where] = str(cell)
    assert found == case.given


@given(cases())
def test_that_chosen_is_one_and_not_offered_is_empty(case: Case) -> None:
    offered = {
        (name, each.stays, code): True
        for name, model in case.model.items()
        for each in model
        for code, _label in each.codes
    }
    for table in tables(case.history, case.interviews, labels=False):
        version = [column.heading for column in table.columns].index("version")
        for row in table.rows:
            raw = {
                column.source.key: str(cell)
                for column, cell in zip(table.columns, row, strict=True)
                if column.source and column.choice is None and cell is not None
            }
            for column, cell in zip(table.columns, row, strict=True):
                if column.source is None or column.choice is None:
                    continue
                code, value = column.choice.code, raw.get(column.source.key)
                if value is None or (row[version], column.source.id, code) not in offered:
                    assert cell is None
                else:
                    assert cell == (1 if code in value.split() else 0)


@given(cases())
def test_that_there_is_one_row_an_interview_in_their_order(case: Case) -> None:
    main, *_repeats = tables(case.history, case.interviews, labels=True)
    assert [row[:2] for row in main.rows] == [(each.key, each.version) for each in case.interviews]
    assert {row[4] for row in main.rows} == {"phone"}


def small() -> tuple[History, list[Interview]]:
    """Two versions: `age` renamed, `why` gone, `like` with another choice, people."""
    first = [
        Asked("age", "integer", label="Age"),
        Asked("why", "text"),
        Asked("like", "select_multiple", codes=(("tv", "Television"), ("web", "Web"))),
        Asked("ok", "select_one", "p", codes=YES_NO),
    ]
    second = [
        Asked("like", "select_multiple", codes=(("app", "App"), ("tv", "TV"))),
        Asked("years", "integer", id="age", label="How old?"),
        Asked("name", "text", "p"),
        Asked("ok", "select_one", "p", codes=YES_NO),
        Asked("pet", "text", "p/h"),
    ]
    made = History([Version("1", form_of(first)), Version("2", form_of(second))])
    return made, [
        Interview(
            "A",
            "1",
            {
                "started": "2026-09-01",
                "finished": "2026-09-02",
                "mode": "phone",
                "case": "C-1",
                "customer": "K7",
                "state": "finished",
                "review": "approved",
                "by": "Wang",
            },
            {
                "/data/age": "41",
                "/data/why": "price",
                "/data/like": "web tv",
                "/data/p[2]/ok": "2",
            },
        ),
        Interview(
            "B",
            "2",
            {},
            {
                "/data/years": "7",
                "/data/like": "app gone",
                "/data/p[1]/ok": "1",
                "/data/p[1]/h[1]/pet": "cat",
                "/data/p[1]/h[2]/pet": "dog",
                "/data/p[2]": "",
                "/data/p[2]/h[0]": "",
            },
        ),
    ]


def test_the_tables_of_a_small_example() -> None:
    main, people, pets = tables(*small(), labels=False)
    assert [each.heading for each in main.columns] == [
        *MAIN, "like", "like/app", "like/tv", "like/web", "years", "why"
    ]  # fmt: skip
    assert main.rows == (
        (
            "A", "1", "2026-09-01", "2026-09-02", "phone", "C-1", "K7", "finished", "approved",
            "Wang", "web tv", None, 1, 1, "41", "price",
        ),
        ("B", "2", *[None] * 8, "app gone", 1, 0, None, "7", None),
    )  # fmt: skip
    assert (people.name, [each.heading for each in people.columns]) == ("p", [*ROW, "name", "ok"])
    assert people.rows == (
        ("A", "1", "A/p[1]", "A", 1, None, None),
        ("A", "1", "A/p[2]", "A", 2, None, "2"),
        ("B", "2", "B/p[1]", "B", 1, None, "1"),
        ("B", "2", "B/p[2]", "B", 2, None, None),
    )
    assert (pets.name, [each.heading for each in pets.columns]) == ("h", [*ROW, "pet"])
    assert pets.rows == (
        ("B", "2", "B/p[1]/h[1]", "B/p[1]", 1, "cat"),
        ("B", "2", "B/p[1]/h[2]", "B/p[1]", 2, "dog"),
    )


def test_that_labels_are_the_newest_and_unknown_codes_stay() -> None:
    main, people, _pets = tables(*small(), labels=True)
    assert [row[len(MAIN)] for row in main.rows] == ["Web; TV", "App; gone"]
    assert [row[6] for row in people.rows] == [None, "No", "Yes", None]
    assert main.columns[len(MAIN) + 1].title == "like: App"


def test_the_codebook_of_a_small_example() -> None:
    made, _interviews = small()
    rows = [
        (row.column, row.question, row.kind, row.choices, row.versions) for row in codebook(made)
    ]
    assert rows == [
        ("like", "like", "select_multiple", "app=App; tv=TV; web=Web", "1; 2"),
        ("years", "How old?", "integer", "", "1; 2"),
        ("why", "why", "text", "", "1"),
        ("name", "name", "text", "", "2"),
        ("ok", "ok", "select_one", "1=Yes; 2=No", "1; 2"),
        ("pet", "pet", "text", "", "2"),
    ]


@pytest.mark.parametrize(
    "address",
    ["/data/unknown", "/data/p/ok", "/data/p[1001]/ok", "/data/age[2]", "/data/p[1]/unknown"],
)
def test_that_an_answer_without_a_place_is_kept_at_the_end(address: str) -> None:
    made, _interviews = small()
    main, *_repeats = tables(made, [Interview("A", "1", {}, {address: "what"})], labels=True)
    assert main.columns[-1].heading == OTHER
    assert main.rows[0][-1] == f"{address}=what"
    assert [cell for cell in main.rows[0] if cell is not None] == ["A", "1", f"{address}=what"]


def test_that_an_interview_of_an_unknown_version_is_told() -> None:
    made, _interviews = small()
    with pytest.raises(HistoryError, match="no version “3”"):
        tables(made, [Interview("A", "3")], labels=True)


def test_that_very_many_choices_have_no_columns_of_their_own() -> None:
    many = tuple((str(number), str(number)) for number in range(MOST_CHOICES + 1))
    made = History([Version("1", form_of([Asked("q", "select_multiple", codes=many)]))])
    (main,) = tables(made, [Interview("A", "1", {}, {"/data/q": "3 200"})], labels=False)
    assert [each.heading for each in main.columns] == [*MAIN, "q"]
    assert main.rows[0][-1] == "3 200"


def test_that_the_answers_of_a_filling_come_through() -> None:
    made, _interviews = small()
    filling = Filling(made.version("2").form)
    filling.set_answer("/data/years", "30")
    filling.set_answer("/data/p[1]/name", "Li")
    filling.add_repeat("/data/p[1]/h")
    filling.set_answer("/data/p[1]/h[2]/pet", "cat")
    filling.add_repeat("/data/p")
    interview = Interview("A", "2", {}, to_answers(filling))
    main, people, pets = tables(made, [interview], labels=False)
    assert main.rows[0][[each.heading for each in main.columns].index("years")] == "30"
    assert [(row[2], row[5]) for row in people.rows] == [("A/p[1]", "Li"), ("A/p[2]", None)]
    assert [(row[2], row[5]) for row in pets.rows if row[3] == "A/p[1]"] == [
        ("A/p[1]/h[1]", None),
        ("A/p[1]/h[2]", "cat"),
    ]


def test_that_a_question_named_like_a_repeat_is_no_part_of_it_and_ten_follows_nine() -> None:
    made = History([Version("1", form_of([Asked("pet", "text"), Asked("name", "text", "p")]))])
    answers = {"/data/pet": "cat", "/data/p[10]/name": "Li", "/data/p[9]/name": "Wu"}
    main, people = tables(made, [Interview("A", "1", {}, answers)], labels=False)
    assert main.rows[0][-1] == "cat"
    assert [row[4] for row in people.rows] == list(range(1, 11))
    assert [row[-1] for row in people.rows[8:]] == ["Wu", "Li"]
