"""What questions mean to a case, and answers in words."""

import pytest

from desktop_app.i18n import in_language
from desktop_app.questionnaire import answer_words, roles
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.roles import CaseRole, RoleAnswer
from tests.questionnaire.conftest import MakeForm

HEAD = "| | type | name | label | relevant | appearance | bind::winback:case | bind::winback:fact |"
FORM = f"""
| survey |
{HEAD}
| | hidden | known | | | | | has_orders |
| | hidden | other | | | | | partial |
| | text | words | Words | | | own_words | |
| | text | bought | Bought | ${{known}} = 'yes' | | competitor | |
| | begin_group | step | Step | | | | |
| | text | why | Why | | | why | |
| | text | code | Code | | | why_reason | |
| | end_group | | | | | | |
| | text | odd | Odd | | | nonsense | |
| | date | day | Day | | | | |
| | dateTime | at | At | | | | |
| | decimal | price | Price | | money | | |
| | integer | share | Share | | percent | | |
| | integer | count | Count | | | | |
| | select_one l | one | One | | | | |
| | select_multiple l | many | Many | | | | |
| | acknowledge | ok | Ok | | | | |
| | note | hint | Hint | | | | |
| choices |
| | list_name | name | label |
| | l | x | Axe |
| | l | y | Yew |
| settings |
| | form_id | namespaces |
| | f | winback="urn:winback:xforms" |
"""


@pytest.fixture
def filling(make_form: MakeForm) -> Filling:
    return Filling(make_form(FORM))


def test_that_facts_reach_the_conditions(filling: Filling) -> None:
    assert roles.facts_of(filling.form) == {"/data/known": "has_orders", "/data/other": "partial"}
    assert not filling.is_relevant("/data/bought")
    roles.put_facts(filling, frozenset({"has_orders"}))
    assert (filling.answer("/data/known"), filling.answer("/data/other")) == ("yes", "")
    assert filling.is_relevant("/data/bought")
    roles.put_facts(filling, frozenset())
    assert not filling.is_relevant("/data/bought")


def test_that_only_what_is_asked_says_something_of_the_case(filling: Filling) -> None:
    filling.set_answer("/data/words", " 太贵 ")
    filling.set_answer("/data/bought", "晨光")  # not asked: no orders are known
    filling.set_answer("/data/step/why", "涨价")
    assert list(roles.said(filling)) == [
        RoleAnswer(CaseRole.OWN_WORDS, "/data/words", "太贵"),
        RoleAnswer(CaseRole.WHY, "/data/step/why", "涨价"),
        RoleAnswer(CaseRole.WHY_REASON, "/data/step/code", ""),
    ]
    assert {each.place for each in roles.said(filling)} == {"/data", "/data/step"}
    assert roles.has_role(filling.form, CaseRole.WHY)
    assert not roles.has_role(filling.form, CaseRole.STATED_REASON)
    assert roles.role_of(filling.form, "/data/odd") is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("words", "太贵", "太贵"),
        ("words", "  ", ""),
        ("day", "2026-07-01", "2026-07-01 Wed"),
        ("day", "2026-02-30", "2026-02-30"),
        ("at", "soon", "soon"),
        ("price", "12.5", "¥12.50"),
        ("price", "cheap", "cheap"),
        ("share", "80", "80%"),
        ("count", "3", "3"),
        ("one", "x", "Axe"),
        ("one", "gone", "gone"),
        ("many", "y x", "Yew, Axe"),
        ("ok", "OK", "Yes"),
    ],
)
def test_that_answers_read_as_people_say_them(
    filling: Filling, name: str, value: str, words: str
) -> None:
    with in_language("en"):
        filling.set_answer(f"/data/{name}", value)
        assert answer_words.answer_words(filling, f"/data/{name}", "CNY") == words


def test_that_every_question_asked_is_listed_once(filling: Filling) -> None:
    filling.set_answer("/data/one", "y")
    found = {each.address: each.words for each in answer_words.asked(filling)}
    assert found["/data/one"] == "Yew"
    assert "/data/hint" not in found
    assert "/data/bought" not in found
    assert len(found) == 12
