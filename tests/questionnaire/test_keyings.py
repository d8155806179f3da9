"""Two keyings of one paper beside each other."""

from collections.abc import Mapping

import pytest

from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Form
from desktop_app.questionnaire.keyings import KeyedPair, side_by_side
from tests.questionnaire.conftest import MakeForm

FORM = """
| survey |                     |        |         |          |             |
|        | type                | name   | label   | relevant | calculation |
|        | note                | hello  | Hello   |          |             |
|        | text                | words  | Words   |          |             |
|        | decimal             | price  | Price   |          |             |
|        | select_multiple yn  | ticks  | Ticks   |          |             |
|        | rank yn             | ranks  | Ranks   |          |             |
|        | select_one yn       | left   | Left    |          |             |
|        | date                | on     | On      | ${left} = 'y' |        |
|        | calculate           | double |         |          | ${price} * 2 |
|        | image               | photo  | Photo   |          |             |
|        | begin repeat        | person | Person  |          |             |
|        | text                | who    | Who     |          |             |
|        | end repeat          |        |         |          |             |
| choices |    |      |       |
|         | list_name | name | label |
|         | yn | y    | Yes   |
|         | yn | n    | No    |
"""


@pytest.fixture
def form(make_form: MakeForm) -> Form:
    return make_form(FORM)


def keyed(form: Form, answers: Mapping[str, str]) -> Filling:
    filling = Filling(form)
    for name, value in answers.items():
        for count in range(2, int(name[-2]) + 1) if name.startswith("person") else ():
            if filling.count_of("/data/person") < count:
                filling.add_repeat("/data/person")
        filling.set_answer(
            f"/data/{name}/who" if name.startswith("person") else f"/data/{name}", value
        )
    return filling


def pairs(form: Form, first: Mapping[str, str], second: Mapping[str, str]) -> list[KeyedPair]:
    return list(side_by_side(keyed(form, first), keyed(form, second)))


@pytest.mark.parametrize(
    ("name", "first", "second", "differs"),
    [
        ("words", "纸坏了", "纸坏了", False),
        ("words", "纸 坏了", " 纸  坏了 ", False),
        ("words", "纸坏了", "纸坏啦", True),
        ("words", "Café", "Cafe\u0301", False),
        ("price", "5", "5.0", False),
        ("price", "05.10", "5.1", False),
        ("price", "5", "50", True),
        ("price", "5", "五", True),
        ("price", "", "0", True),
        ("ticks", "y n", "n y", False),
        ("ticks", "y n", "y", True),
        ("ranks", "y n", "n y", True),
        ("left", "y", "n", True),
    ],
)
def test_that_what_means_the_same_does_not_differ(
    form: Form, name: str, first: str, second: str, differs: bool
) -> None:
    found = {pair.address: pair for pair in pairs(form, {name: first}, {name: second})}
    pair = found[f"/data/{name}"]
    assert (pair.first, pair.second) == (first.strip(), second.strip())
    assert pair.differs is differs
    assert [each.address for each in found.values() if each.first or each.second] == [
        f"/data/{name}"
    ]


def test_that_only_what_is_on_the_paper_is_compared(form: Form) -> None:
    found = pairs(form, {"price": "5", "photo": "a.png"}, {"price": "6", "photo": "b.png"})
    assert [pair.question.name for pair in found if pair.differs] == ["price"]
    assert {"hello", "double", "photo"}.isdisjoint(pair.question.name for pair in found)


def test_that_a_question_one_keying_does_not_ask_has_no_answer_there(form: Form) -> None:
    found = pairs(form, {"left": "n"}, {"left": "y", "on": "2026-09-01"})
    assert [(pair.address, pair.first, pair.second) for pair in found if pair.differs] == [
        ("/data/left", "n", "y"),
        ("/data/on", "", "2026-09-01"),
    ]
    typed_before = keyed(form, {"left": "y", "on": "2026-09-01"})
    typed_before.set_answer("/data/left", "n")
    found = list(side_by_side(typed_before, keyed(form, {"left": "n"})))
    assert not any(pair.differs for pair in found)


def test_that_instances_only_one_keying_has_stand_in_their_place(form: Form) -> None:
    found = pairs(
        form,
        {"person[1]": "甲", "words": "a"},
        {"person[1]": "甲", "person[2]": "乙", "person[3]": "丙", "words": "b"},
    )
    assert [(pair.address, pair.first, pair.second) for pair in found if pair.differs] == [
        ("/data/words", "a", "b"),
        ("/data/person[2]/who", "", "乙"),
        ("/data/person[3]/who", "", "丙"),
    ]


def test_that_a_form_can_begin_with_what_one_keying_lacks(make_form: MakeForm) -> None:
    form = make_form(
        "| survey |              |        |        |\n"
        "|        | type         | name   | label  |\n"
        "|        | begin repeat | person | Person |\n"
        "|        | text         | who    | Who    |\n"
        "|        | end repeat   |        |        |\n"
    )
    first, second = Filling(form), Filling(form)
    while first.count_of("/data/person"):
        first.remove_repeat("/data/person[1]")
    second.set_answer("/data/person[1]/who", "甲")
    assert [(pair.address, pair.first) for pair in side_by_side(first, second)] == [
        ("/data/person[1]/who", "")
    ]
