"""Conditions put together from comparisons, or written as formulas."""

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.questionnaire.conditions import SELF_REFERENCE, Joiner, Operator
from desktop_app.ui.condition_editor import ConditionEditor
from desktop_app.ui.condition_row import FACT, Comparable, ComparisonRow
from desktop_app.ui.editors import ChoiceEditor

QUESTIONS = (
    Comparable("reason", "1  Why?", "select_one", (("price", "Price"), ("other", "Other"))),
    Comparable("tried", "2  What did you try?", "select_multiple", (("a", "A"), ("b", "B"))),
    Comparable("age", "3  How old?", "integer"),
    Comparable("day", "4  When?", "date"),
    Comparable("words", "5  Words", "text"),
)


@pytest.fixture
def editor(qtbot: QtBot) -> ConditionEditor:
    made = ConditionEditor("Condition", "Always asked.", lambda: QUESTIONS)
    qtbot.addWidget(made)
    made.show()
    return made


def rows(editor: ConditionEditor) -> list[ComparisonRow]:
    return [part for part in editor.group.parts if isinstance(part, ComparisonRow)]


def test_that_a_condition_is_built_without_writing_a_formula(editor: ConditionEditor) -> None:
    said: list[str] = []
    editor.changed.connect(said.append)
    assert editor.none.isVisible()
    editor.group.add_button.click()
    (row,) = rows(editor)
    assert editor.text() == "${reason} = 'price'"
    row.value.set_value("other")
    row.operator.set_value(Operator.IS_NOT)
    assert editor.text() == "${reason} != 'other'"
    editor.group.add_button.click()
    second = rows(editor)[1]
    second.question.set_value("age")
    assert second.problem.text() == "Enter a number."
    assert editor.text() == "${reason} != 'other' and ${reason} = 'price'"  # as before it
    second.operator.set_value(Operator.BETWEEN)
    second.value.set_value("18")
    second.upto.set_value("65")
    assert editor.text() == "${reason} != 'other' and ${age} >= 18 and ${age} <= 65"
    editor.group.joiner.set_value(Joiner.ANY)
    assert editor.text() == "${reason} != 'other' or (${age} >= 18 and ${age} <= 65)"
    row.remove_button.click()
    assert editor.text() == "${age} >= 18 and ${age} <= 65"
    second.remove_button.click()
    assert (editor.text(), editor.none.isVisible()) == ("", True)
    assert said[-1] == ""


def test_that_each_kind_offers_its_comparisons(editor: ConditionEditor) -> None:
    editor.group.add_button.click()
    (row,) = rows(editor)
    found = {}
    for each in QUESTIONS:
        row.question.set_value(each.name)
        box = row.operator.box
        found[each.name] = [box.itemText(place) for place in range(box.count())]
    assert found["reason"] == ["is", "is not", "is answered", "is not answered"]
    assert found["tried"][:2] == ["includes", "does not include"]
    assert "is between" in found["age"]
    assert "is before" in found["day"]
    assert "contains the words" in found["words"]
    row.question.set_value("tried")
    row.operator.set_value(Operator.ANSWERED)
    assert row.value.isHidden()
    assert editor.text() == "${tried} != ''"


def test_that_a_date_is_read_as_people_type_it(editor: ConditionEditor) -> None:
    editor.show_text("${day} < date('2026-01-01')")
    (row,) = rows(editor)
    row.value.set_value("2026-8-31")
    assert editor.text() == "${day} < date('2026-08-31')"
    row.value.set_value("soon")
    assert row.problem.text() == "Enter a date."
    assert editor.text() == "${day} < date('2026-08-31')"


def test_that_a_group_stands_in_a_condition(editor: ConditionEditor) -> None:
    editor.show_text("${words} != '' and (${reason} = 'price' or ${age} > 3)")
    assert len(editor.group.parts) == 2
    inner = editor.group.parts[1]
    assert not isinstance(inner, ComparisonRow)
    assert inner.group_button.isHidden()
    inner.add_row()
    assert editor.text() == (
        "${words} != '' and (${reason} = 'price' or ${age} > 3 or ${reason} = 'price')"
    )
    inner.remove_button.click()
    assert editor.text() == "${words} != ''"
    editor.group.group_button.click()
    assert editor.text() == "${words} != '' and ${reason} = 'price'"


def test_that_a_formula_can_be_written_and_read_back(editor: ConditionEditor) -> None:
    editor.show_text("${reason} = 'price'")
    editor.as_formula.box.click()
    assert editor.formula.isVisible()
    assert not editor.group.isVisible()
    editor.formula.set_value("count(${tried}) > 1")
    assert editor.text() == "count(${tried}) > 1"
    assert editor.too_much.isVisible()
    assert not editor.as_formula.box.isEnabled()
    editor.formula.set_value("${age} = 3")
    editor.as_formula.box.click()
    (row,) = rows(editor)
    assert (row.question.value(), row.value.value()) == ("age", "3")


def test_that_what_is_more_than_that_opens_as_a_formula(editor: ConditionEditor) -> None:
    editor.show_text("../age > 3")
    assert editor.formula.isVisible()
    editor.show_text("${gone} = 'x'")
    (row,) = rows(editor)
    assert row.question.value() == "gone"
    editor.show_text("selected(${reason}, 'third')")
    (row,) = rows(editor)
    assert (row.operator.value(), row.value.value()) == (Operator.SELECTED, "third")


def test_that_a_rule_is_about_the_answer_itself(qtbot: QtBot) -> None:
    own = Comparable(SELF_REFERENCE, "", "integer")
    editor = ConditionEditor("Rule", "Every answer is possible.", lambda: (own,))
    qtbot.addWidget(editor)
    editor.show()
    editor.show_text(". >= 0 and . <= 100")
    (row,) = rows(editor)
    assert not row.question.isVisible()
    row.upto.set_value("50")
    assert editor.text() == ". >= 0 and . <= 50"


FACTS = (
    Comparable("fact_has_orders", "Case: has orders", FACT, (("yes", "yes"), ("", "no"))),
    *QUESTIONS,
)


@pytest.fixture
def facts(qtbot: QtBot) -> ConditionEditor:
    made = ConditionEditor("Condition", "Always asked.", lambda: FACTS)
    qtbot.addWidget(made)
    made.show()
    return made


def test_that_a_fact_is_so_or_is_not(facts: ConditionEditor) -> None:
    facts.group.add_button.click()
    (row,) = rows(facts)
    assert isinstance(row.value, ChoiceEditor)
    box = row.value.box
    assert [box.itemText(place) for place in range(box.count())] == ["yes", "no"]
    assert row.operator.box.count() == 1
    assert facts.text() == "${fact_has_orders} = 'yes'"
    row.value.set_value("")
    assert facts.text() == "${fact_has_orders} = ''"
    assert facts.is_complete()


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("${fact_has_orders} = 'yes'", "yes"),
        ("${fact_has_orders} != ''", "yes"),
        ("${fact_has_orders} = ''", ""),
        ("${fact_has_orders} != 'yes'", ""),
    ],
)
def test_that_every_way_to_ask_about_a_fact_is_shown_as_yes_or_no(
    facts: ConditionEditor, formula: str, shown: str
) -> None:
    facts.show_text(formula)
    (row,) = rows(facts)
    assert (row.operator.value(), row.value.value()) == (Operator.IS, shown)
    assert (facts.text(), facts.is_complete()) == (formula, True)


def test_that_a_fact_compared_with_another_word_is_told(facts: ConditionEditor) -> None:
    facts.show_text("${fact_has_orders} = '是'")
    (row,) = rows(facts)
    assert row.problem.text() == "This is never so. Choose yes or no."
    assert not facts.is_complete()
    row.value.set_value("yes")
    assert facts.text() == "${fact_has_orders} = 'yes'"
