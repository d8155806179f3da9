"""Edit a form: codes and references stay right, locked questions keep theirs, trees stay trees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import UserError
from desktop_app.questionnaire import editing, editing_choices, fragments
from desktop_app.questionnaire.editing_choices import choices_of, lists
from desktop_app.questionnaire.headings import ID, LOCKED, ROLE, SEVERITY
from desktop_app.questionnaire.outline import outline
from desktop_app.questionnaire.row_types import read_type
from desktop_app.questionnaire.sheets import Sheets, from_cells
from desktop_app.questionnaire.versions import History, Version, columns
from tests.questionnaire.test_sheets import of_sheets

CELLS = {
    "survey": [
        ["type", "name", "label::中文", "label::English (en)", "relevant", "constraint", "default",
         "bind::winback:locked", "bind::winback:case"],
        ["select_one why", "reason", "为什么?", "Why?", "", ". != 'price'", "other", "", ""],
        ["begin_group", "shop", "店", "Shop", "${reason} = 'price'", "", "", "", ""],
        ["text", "rival", "谁?", "Who, ${reason}?", "selected(${reason}, 'price')", "", "", "", ""],
        ["begin_repeat", "order", "订单", "Order", "", "", "", "", ""],
        ["integer", "amount", "多少?", "How much?", "", ". > 0", "", "", ""],
        ["end_repeat"],
        ["end_group"],
        ["text", "words", "原话", "Own words", "${last-saved#reason} != ''", "", "", "yes",
         "own_words"],
        ["select_multiple yn", "more", "更多", "More", "", "", "", "yes", ""],
    ],
    "choices": [
        ["list_name", "name", "label::中文", "label::English (en)"],
        ["why", "price", "价格", "Price"],
        ["yn", "y", "是", "Yes"],
        ["why", "other", "其他", "Other"],
    ],
    "settings": [["form_title", "instance_name"], ["Exit", "${reason}"]],
}  # fmt: skip


def sheets() -> Sheets:
    return from_cells(CELLS)


def codes(form: Sheets) -> list[str]:
    return [entry.path for entry in outline(form)]


def row_of(form: Sheets, name: str) -> int:
    return next(entry.row for entry in outline(form) if entry.name == name)


# Rows --------------------------------------------------------------------------------------------


def test_that_questions_are_added_behind_what_is_chosen() -> None:
    form, row = editing.add_question(sheets(), row_of(sheets(), "shop"), "integer", "rival")
    assert list(form.survey.taken(row).values()) == ["integer", "rival_2"]
    assert codes(form)[codes(form).index("shop/order/amount") + 1] == "rival_2"
    form, row = editing.add_question(Sheets(), None)
    assert (form.survey.headings, form.survey.rows) == (("type", "name"), (("text", "question_1"),))
    form, row = editing.add_group(form, 0, is_repeat=True)
    assert [cells[0] for cells in form.survey.rows] == ["text", "begin_repeat", "end_repeat"]
    form, inside = editing.add_question(form, None, "select_one", "q", "why")
    assert form.survey.cell(inside, "type") == "select_one why"


def test_that_a_group_goes_with_all_that_stands_in_it() -> None:
    form = editing.remove(sheets(), row_of(sheets(), "shop"))
    assert codes(form) == ["reason", "words", "more"]
    with pytest.raises(UserError, match="“words” is locked"):
        editing.remove(sheets(), row_of(sheets(), "words"))


def test_that_moving_goes_in_and_out_of_groups() -> None:
    form, row = sheets(), row_of(sheets(), "words")
    paths = []
    for _step in range(6):
        form, row = editing.move(form, row, -1)
        paths.append(next(path for path in codes(form) if path.endswith("words")))
    assert paths == [
        "shop/words", "shop/order/words", "shop/order/words", "shop/words", "shop/words", "words"
    ]  # fmt: skip
    form, row = editing.move(form, row, -1)
    assert codes(form)[0] == "words"
    assert editing.move(form, row, -1) == (form, row)
    form, row = editing.move(form, row, 1)
    assert codes(form)[:2] == ["reason", "words"]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["up", "down", "copy", "wrap", "off"])))
)
def test_that_a_form_stays_a_tree(steps: list[tuple[int, str]]) -> None:
    form = from_cells({"survey": [row[:3] for row in CELLS["survey"]]})
    for place, what in steps[:12]:
        rows = [entry.row for entry in outline(form)]
        row = rows[place % len(rows)]
        match what:
            case "up":
                form, row = editing.move(form, row, -1)
            case "down":
                form, row = editing.move(form, row, 1)
            case "copy":
                form, row = editing.duplicate(form, row)
            case "wrap":
                form, row = editing.wrap(form, row, row)
            case "off":
                form = editing.unwrap(form, row)
        survey = form.survey
        kinds = [read_type(survey.cell(each, "type")) for each in range(len(survey.rows))]
        depth = 0
        for kind in kinds:
            depth += kind.opens - (kind.kind == "end_group")
            assert depth >= 0
        assert depth == 0
        names = [entry.name for entry in outline(form)]
        assert len(names) == len(set(names))


def test_that_a_copy_has_codes_of_its_own_and_refers_to_itself() -> None:
    form, row = editing.duplicate(sheets(), row_of(sheets(), "shop"))
    assert codes(form)[6:9] == ["shop_2/rival_2", "shop_2/order_2", "shop_2/order_2/amount_2"]
    assert form.survey.cell(row, "relevant") == "${reason} = 'price'"
    own = from_cells(
        {"survey": [["type", "name", "relevant", ID, LOCKED, ROLE],
                    ["begin_group", "g"], ["text", "a", "", "x", "yes", "own_words"],
                    ["text", "b", "${a} != ''"], ["end_group"]]}
    )  # fmt: skip
    made, row = editing.duplicate(own, 0)
    assert made.survey.rows[row + 1] == ("text", "a_2", "", "", "", "")
    assert made.survey.cell(row + 2, "relevant") == "${a_2} != ''"


def test_that_questions_are_put_into_a_group_and_taken_out() -> None:
    start = sheets()
    form, row = editing.wrap(start, row_of(start, "words"), row_of(start, "more"), is_repeat=True)
    assert codes(form)[-3:] == ["repeat_1", "repeat_1/words", "repeat_1/more"]
    assert codes(editing.unwrap(form, row)) == codes(start)
    with pytest.raises(UserError, match="different groups"):
        editing.wrap(start, row_of(start, "rival"), row_of(start, "words"))
    with pytest.raises(UserError, match="different groups"):
        editing.wrap(start, row_of(start, "reason"), row_of(start, "rival"))
    assert editing.unwrap(start, 0) == start


# Codes -------------------------------------------------------------------------------------------


def test_that_renaming_is_followed_everywhere() -> None:
    form = editing.rename(sheets(), 0, "stated")
    survey = form.survey
    assert survey.cell(2, "label", "English (en)") == "Who, ${stated}?"
    assert survey.cell(1, "relevant") == "${stated} = 'price'"
    assert survey.cell(7, "relevant") == "${last-saved#stated} != ''"
    assert form.setting("instance_name") == "${stated}"
    assert survey.cell(0, ID) == "reason"
    assert editing.rename(form, 0, "stated") == form


def test_that_a_code_must_be_possible_and_free() -> None:
    for name, says in (("1st", "cannot be a code"), ("a b", "cannot be"), ("rival", "Another")):
        with pytest.raises(UserError, match=says):
            editing.rename(sheets(), 0, name)
    with pytest.raises(UserError, match="is locked"):
        editing.rename(sheets(), row_of(sheets(), "words"), "other")
    twice = from_cells(
        {"survey": [["type", "name", "relevant"], ["text", "a"], ["text", "a", "${a} = 1"]]}
    )
    assert editing.rename(twice, 1, "b").survey.cell(1, "relevant") == "${a} = 1"
    unnamed = from_cells({"survey": [["type", "name"], ["note"]]})
    assert editing.rename(unnamed, 0, "n").survey.rows == (("note", "n"),)


def test_that_a_locked_question_keeps_type_but_not_words() -> None:
    row = row_of(sheets(), "words")
    with pytest.raises(UserError, match="is locked"):
        editing.set_type(sheets(), row, "integer")
    assert editing.set_type(sheets(), row, "text") == sheets()
    form = editing.set_cell(sheets(), row, "label", "您怎么说?", "中文")
    assert form.survey.cell(row, "label", "中文") == "您怎么说?"
    form = editing.set_cell(form, row, SEVERITY, "warning")
    assert form.survey.headings[-1] == SEVERITY


def test_that_a_type_with_choices_gets_a_list() -> None:
    form = editing.set_type(sheets(), 2, "select_one")
    assert form.survey.cell(2, "type") == "select_one rival"
    form = editing.set_type(form, 2, "select_multiple")
    assert form.survey.cell(2, "type") == "select_multiple rival"
    assert editing.set_type(form, 2, "text").survey.cell(2, "type") == "text"


def test_that_ids_are_given_once_and_never_twice() -> None:
    form = editing.with_ids(sheets())
    assert [form.survey.cell(entry.row, ID) for entry in outline(form)] == [
        "reason", "", "shop/rival", "shop/order", "shop/order/amount", "words", "more"
    ]  # fmt: skip
    assert editing.with_ids(form) == form
    form = editing.rename(form, 0, "stated")
    form, row = editing.add_question(form, None, "text", "reason")
    assert editing.with_ids(form).survey.cell(row, ID) == "reason_2"


def test_that_a_group_around_questions_moves_no_column() -> None:
    first = editing.with_ids(sheets())
    second, row = editing.wrap(sheets(), 0, 0)
    second = editing.rename(second, row, "begin")
    second = editing.rename(second, row_of(second, "shop"), "store")
    second = editing.with_ids(second)
    made = [
        Version(name, of_sheets(each, "f").form) for name, each in (("1", first), ("2", second))
    ]
    both = {column.id: column.versions for column in columns(History(made))}
    assert {key for key, versions in both.items() if versions != ("1", "2")} == set()


# Choices -----------------------------------------------------------------------------------------


def test_that_choices_are_added_moved_and_removed() -> None:
    form, row = editing_choices.add_choice(sheets(), "why")
    assert [choice.code for choice in choices_of(form, "why")] == ["price", "other", "choice_3"]
    form = editing_choices.label_choice(form, row, "更远", "中文")
    assert choices_of(form, "why")[2].labels == {"中文": "更远", "English (en)": ""}
    form, row = editing_choices.move_choice(form, row, -1)
    form, row = editing_choices.move_choice(form, row, -1)
    assert editing_choices.move_choice(form, row, -1) == (form, row)
    assert [choice.code for choice in choices_of(form, "why")] == ["choice_3", "price", "other"]
    assert [choice.code for choice in choices_of(form, "yn")] == ["y"]
    form = editing_choices.remove_choice(form, row)
    assert [choice.code for choice in choices_of(form, "why")] == ["price", "other"]
    form, row = editing_choices.add_choice(form, "new")
    form, row = editing_choices.add_choice(form, "new")
    assert [choice.code for choice in choices_of(form, "new")] == ["1", "2"]
    assert lists(form) == ("yn", "why", "new")
    with pytest.raises(UserError, match="has the code"):
        editing_choices.add_choice(form, "new", "2")


def test_that_a_new_code_of_a_choice_is_followed() -> None:
    form = editing_choices.rename_choice(sheets(), 0, "cost")
    survey = form.survey
    assert survey.cell(0, "constraint") == ". != 'cost'"
    assert survey.cell(1, "relevant") == "${reason} = 'cost'"
    assert survey.cell(2, "relevant") == "selected(${reason}, 'cost')"
    form = editing_choices.rename_choice(form, 2, "rest")
    assert form.survey.cell(0, "default") == "rest"
    assert editing_choices.rename_choice(form, 2, "rest") == form
    for code, says in (("cost", "has the code"), ("a b", "no spaces"), ("", "at least one")):
        with pytest.raises(UserError, match=says):
            editing_choices.rename_choice(form, 2, code)
    nobody = from_cells({"survey": [["type"]], "choices": [["list_name", "name"], ["l", "a"]]})
    assert editing_choices.rename_choice(nobody, 0, "b").choices.rows == (("l", "b"),)


def test_that_locked_choices_keep_their_codes_but_not_their_words() -> None:
    form = sheets()
    row = choices_of(form, "yn")[0].row
    assert editing_choices.is_list_locked(form, "yn")
    assert not editing_choices.is_list_locked(form, "why")
    for change in (
        lambda: editing_choices.add_choice(form, "yn"),
        lambda: editing_choices.remove_choice(form, row),
        lambda: editing_choices.move_choice(form, row, 1),
        lambda: editing_choices.rename_choice(form, row, "yes"),
    ):
        with pytest.raises(UserError, match="choices of “more” are locked"):
            change()
    labelled = editing_choices.label_choice(form, row, "Yes!", "English (en)")
    assert choices_of(labelled, "yn")[0].labels["English (en)"] == "Yes!"


def test_that_a_list_is_copied_for_a_question_of_its_own() -> None:
    form, row = editing.add_question(sheets(), None, "select_one", "second", "why")
    form = editing_choices.own_list(form, row)
    assert form.survey.cell(row, "type") == "select_one second"
    assert [choice.code for choice in choices_of(form, "second")] == ["price", "other"]
    assert editing_choices.own_list(form, row) == form


def test_that_codes_in_use_are_known() -> None:
    assert editing_choices.fixed_codes(sheets(), "why") == {"price", "other"}
    assert editing_choices.fixed_codes(None, "why") == frozenset()


# Parts -------------------------------------------------------------------------------------------


def test_that_a_part_fits_into_another_form() -> None:
    part = fragments.cut(editing.with_ids(sheets()), 0)
    assert lists(part) == ("why",)
    assert fragments.title_of(part) == {"zh": "为什么?", "en": "Why?"}
    target = from_cells(
        {
            "survey": [["type", "name", "label::Chinese (zh)"], ["text", "reason", "甲"]],
            "choices": [["list_name", "name", "label::Chinese (zh)"], ["why", "a", "A"]],
        }
    )
    form, row = fragments.insert(target, part, None)
    survey = form.survey
    assert survey.cell(row, "type") == "select_one why_2"
    assert survey.cell(row, "name") == "reason_2"
    assert survey.cell(row, "label", "Chinese (zh)") == "为什么?"
    assert survey.cell(row, "label", "English (en)") == "Why?"
    assert not survey.has(ID)
    assert [choice.code for choice in choices_of(form, "why_2")] == ["price", "other"]
    assert of_sheets(form, "f").form.languages == ("Chinese (zh)", "English (en)")


def test_that_a_list_that_is_there_is_used_and_a_role_is_given_once() -> None:
    start = sheets()
    again, row = fragments.insert(start, fragments.cut(start, 0), 0)
    assert (row, again.survey.cell(row, "type")) == (1, "select_one why")
    assert lists(again) == ("why", "yn")
    words, row = fragments.insert(start, fragments.cut(start, row_of(start, "words")), None)
    assert words.survey.cell(row, ROLE) == ""
    empty, row = fragments.insert(Sheets(), fragments.cut(start, row_of(start, "words")), None)
    assert empty.survey.cell(row, ROLE) == "own_words"
    whole = fragments.cut(start, row_of(start, "shop"))
    copy, row = fragments.insert(start, whole, None)
    assert codes(copy)[-4:] == [
        "shop_2", "shop_2/rival_2", "shop_2/order_2", "shop_2/order_2/amount_2"
    ]  # fmt: skip


def test_that_a_part_brings_the_silent_fields_it_needs() -> None:
    start = from_cells(
        {
            "survey": [
                ["type", "name", "label", "relevant", "calculation", "bind::winback:fact"],
                ["hidden", "fact", "", "", "", "switched"],
                ["calculate", "kind", "", "", "concat(${fact}, 'x')"],
                ["text", "where", "Where?", "${kind} = 'yesx'"],
            ]
        }
    )
    part = fragments.cut(start, 2)
    assert [row[1] for row in part.survey.rows] == ["fact", "kind", "where"]
    assert fragments.title_of(part) == {"": "Where?"}
    form, row = fragments.insert(start, part, None)
    assert codes(form) == ["fact", "kind", "where", "where_2"]
    assert form.survey.cell(row, "relevant") == "${kind} = 'yesx'"
    other = from_cells({"survey": [["type", "name", "label"], ["text", "fact", "A"]]})
    form, row = fragments.insert(other, part, None)
    assert codes(form) == ["fact", "fact_2", "kind", "where"]
    assert form.survey.cell(row + 1, "calculation") == "concat(${fact_2}, 'x')"
    of_sheets(form, "f")


def test_that_a_form_without_languages_takes_one_text() -> None:
    plain = from_cells({"survey": [["type", "name", "label"], ["text", "a", "A"]]})
    form, row = fragments.insert(plain, fragments.cut(sheets(), 0), None)
    assert form.survey.cell(row, "label") == "为什么?"
    back, row = fragments.insert(sheets(), fragments.cut(plain, 0), None)
    assert back.survey.cell(row, "label", "中文") == "A"


def test_that_a_form_gets_one_more_language() -> None:
    plain = from_cells(
        {
            "survey": [["type", "name", "label", "hint"], ["select_one l", "a", "A", "H"]],
            "choices": [["list_name", "name", "label"], ["l", "x", "X"]],
        }
    )
    form = fragments.add_language(plain, "Chinese (zh)", "English (en)")
    assert form.languages == ("English (en)", "Chinese (zh)")
    assert form.survey.cell(0, "label", "English (en)") == "A"
    assert form.survey.cell(0, "hint", "English (en)") == "H"
    assert form.choices.cell(0, "label", "English (en)") == "X"
    assert form.setting("default_language") == "English (en)"
    assert not form.survey.has("label")
    made = of_sheets(editing.set_cell(form, 0, "label", "甲", "Chinese (zh)"), "f").form
    assert (set(made.languages), made.default_language) == (
        {"English (en)", "Chinese (zh)"}, "English (en)"
    )  # fmt: skip
    assert fragments.add_language(form, "French (fr)").languages[2] == "French (fr)"
