"""Columns through the versions: ids hold them together, and nothing changes its place."""

import pytest
from hypothesis import given

from desktop_app.questionnaire.form import Kind
from desktop_app.questionnaire.versions import (
    FIXED,
    History,
    HistoryError,
    Version,
    columns,
    merged,
)
from desktop_app.questionnaire.xform import load
from tests.questionnaire.conftest import MakeForm
from tests.questionnaire.version_histories import Asked, Case, cases, form_of, in_order


def history(*versions: list[Asked]) -> History:
    return History(
        Version(f"v{number}", form_of(asked)) for number, asked in enumerate(versions, 1)
    )


def keys(case: Case, name: str) -> list[tuple[str, str, str]]:
    return [(each.stays, each.kind, each.repeat) for each in in_order(case.model[name])]


@given(cases())
def test_that_the_columns_are_those_of_the_model_in_a_stable_order(case: Case) -> None:
    found = columns(case.history)
    order = [(each.id, each.kind.value, each.repeat) for each in found]
    names = list(case.model)
    assert set(order) == {key for name in names for key in keys(case, name)}
    assert len(order) == len(set(order))
    newest = keys(case, names[-1])
    assert [key for key in order if key in newest] == newest
    for column, key in zip(found, order, strict=True):
        assert column.versions == tuple(name for name in names if key in keys(case, name))
        theirs = keys(case, column.versions[-1])
        place = theirs.index(key)
        if place:
            assert order.index(theirs[place - 1]) < order.index(key)
    headings = [each.heading.casefold() for each in found]
    assert len(headings) == len(set(headings))
    assert not set(headings) & set(FIXED)


@given(cases())
def test_that_a_version_without_changes_changes_no_column(case: Case) -> None:
    last = case.history.versions[-1]
    longer = History((*case.history.versions, Version("again", last.form)))
    assert [(each.key, each.heading) for each in columns(longer)] == [
        (each.key, each.heading) for each in columns(case.history)
    ]


def test_that_a_renamed_question_stays_one_column() -> None:
    made = history(
        [Asked("age", "integer", label="Age"), Asked("name", "text")],
        [Asked("name", "text"), Asked("years", "integer", id="age", label="How old?")],
    )
    name, years = columns(made)
    assert (years.id, years.heading, years.versions) == ("age", "years", ("v1", "v2"))
    assert years.titles == {"": ("How old?", "Age")}
    assert years.title("xx") == "How old?"
    assert name.heading == "name"


def test_that_an_id_may_be_written_as_the_old_path() -> None:
    made = history([Asked("age", "integer", "g")], [Asked("years", "integer", id="/data/g/age")])
    assert [each.id for each in columns(made)] == ["g/age"]


def test_that_a_name_used_again_for_another_kind_is_another_column() -> None:
    made = history(
        [Asked("a", "text"), Asked("q", "integer")], [Asked("a", "text")], [Asked("q", "text")]
    )
    found = [(each.heading, each.kind, each.versions) for each in columns(made)]
    assert found == [
        ("a", Kind.TEXT, ("v1", "v2")),
        ("q (integer)", Kind.INTEGER, ("v1",)),
        ("q", Kind.TEXT, ("v3",)),
    ]


def test_that_a_question_moved_into_a_repeat_is_a_column_of_the_repeat() -> None:
    made = history([Asked("age", "integer")], [Asked("age", "integer", "p", id="age")])
    assert {(each.id, each.repeat, each.heading) for each in columns(made)} == {
        ("age", "", "age"),
        ("age", "p", "p/age"),
    }


def test_that_choices_keep_their_codes_and_take_the_newest_label() -> None:
    made = history(
        [Asked("q", "select_one", codes=(("1", "Yes"), ("2", "No"), ("9", "?")))],
        [Asked("q", "select_one", codes=(("2", "Never"), ("1", "Yes"), ("3", "Often")))],
    )
    (column,) = columns(made)
    found = [(each.code, each.labels.content("", "").pieces[0]) for each in column.choices]
    assert found == [("2", "Never"), ("9", "?"), ("1", "Yes"), ("3", "Often")]
    assert [each.versions for each in column.choices] == [
        ("v1", "v2"), ("v1",), ("v1", "v2"), ("v2",)
    ]  # fmt: skip


def test_that_headings_tell_groups_apart_and_leave_the_fixed_ones() -> None:
    made = history([Asked("age", "text"), Asked("age", "text", "g"), Asked("mode", "text")])
    assert [each.heading for each in columns(made)] == ["age", "mode (text)", "g/age"]


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([], ""),
        (["abc"], "abc"),
        (["axb", "ab"], "axb"),
        (["axb", "ba"], "bax"),
        (["xab", "ab"], "xab"),
        (["az", "axy", "a"], "azxy"),
        (["abc", "xcba"], "xcba"),
    ],
)
def test_the_merging_of_orders(orders: list[str], expected: str) -> None:
    assert "".join(merged([list(order) for order in orders])) == expected


def test_that_two_questions_with_one_id_are_told() -> None:
    with pytest.raises(HistoryError, match="“/data/age” and “/data/years” have the same id “age”"):
        history([Asked("age", "text"), Asked("years", "text", id="age")])


def test_that_two_versions_with_one_name_and_an_unknown_version_are_told() -> None:
    form = form_of([Asked("age", "text")])
    with pytest.raises(HistoryError, match="Two versions are called “1”"):
        History([Version("1", form), Version("1", form)])
    with pytest.raises(HistoryError, match="no version “2”"):
        History([Version("1", form)]).version("2")


XLSFORM = """
| survey |
|  | type | name | label::en | label::zh | bind::winback:id | constraint | readonly |
|  | integer | age | Age | 年龄 | years | . < 120 |  |
|  | note | hello | Hello | 你好 |  |  |  |
|  | text | fixed | Fixed | 固定 |  |  | true() |
|  | begin_repeat | p | P | 人 | people |  |  |
|  | select_multiple l | d | D of ${age} | 丁 ${age} |  |  |  |
|  | end_repeat |  |  |  |  |  |  |
| choices |
|  | list_name | name | label::en | label::zh |
|  | l | x | X | 甲 |
|  | l | y | Y | 乙 |
"""


def test_the_columns_of_an_xlsform(make_form: MakeForm) -> None:
    made = History([Version("1", make_form(XLSFORM))])
    age, several, *_meta = columns(made)
    assert (age.id, age.constraint, age.title("zh")) == ("years", ". < 120", "年龄")
    assert (several.repeat, several.title("en")) == ("people", "D of ${age}")
    labels = [each.labels.content("zh", "").pieces[0] for each in several.choices]
    assert labels == ["甲", "乙"]
    assert dict(made.repeats) == {"people": "p"}


def test_that_external_choices_have_their_labels_by_language() -> None:
    xml = (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">'
        '<h:head><model><instance><data id="f"><town/></data></instance>'
        '<bind nodeset="/data/town" type="string"/>'
        '<itext><translation lang="English (en)"/><translation lang="中文"/></itext>'
        "</model></h:head><h:body>"
        '<input ref="/data/town" query="instance(\'towns\')/root/item"><label>T</label></input>'
        "</h:body></h:html>"
    )
    itemsets = (
        '"list_name","name","label::English (en)","label::中文"\n'
        '"towns","sh","Shanghai","上海"\n"towns","bj","",""\n'
    )
    (column,) = columns(History([Version("1", load(xml, itemsets=itemsets))]))
    assert (column.kind, [each.code for each in column.choices]) == (
        Kind.SELECT_ONE,
        ["sh", "bj"],
    )
    assert column.choices[0].labels.content("中文", "").pieces == ("上海",)
    assert column.choices[0].labels.content("English (en)", "").pieces == ("Shanghai",)
