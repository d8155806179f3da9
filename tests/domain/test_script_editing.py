"""Editing a script: whatever points at a step follows it; what cannot be is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.vocabulary import AttemptResult
from desktop_app.domain import script_editing as editing
from desktop_app.domain import scripts
from desktop_app.domain.scripts import (
    Branch,
    Choice,
    Condition,
    Operator,
    Script,
    Step,
    StepKind,
)
from desktop_app.errors import InvalidInputError

ASK = Step(
    "ask", StepKind.ASK, "为什么？", "Why?", to="decide",
    choices=(Choice("price", "价格", "Price"), Choice("other", "其他", "Other", "end")),
)  # fmt: skip
DECIDE = Step(
    "decide", StepKind.LOGIC, to="end",
    branches=(
        Branch("say", (Condition("answer.ask", Operator.IS, "price"),)),
        Branch("say", (Condition("answer.ask", Operator.IN, ("price", "other")),)),
        Branch("say", (Condition("case.may_offer", Operator.IS, value=True),)),
    ),
)  # fmt: skip
SAY = Step("say", StepKind.SAY, "好", "Well", to="end")
END = Step("end", StepKind.END, "再见", "Bye", disposition=AttemptResult.REACHED, fair_way_out=True)
SCRIPT = Script("ask", (ASK, DECIDE, SAY, END))


def step(script: Script, key: str) -> Step:
    found = script.step(key)
    assert found is not None
    return found


def order(script: Script) -> list[str]:
    return [each.id for each in script.steps]


def test_that_a_step_is_put_into_the_way_behind_another() -> None:
    script, key = editing.add(SCRIPT, "say", StepKind.SAY)
    assert key == "say_2"
    assert order(script) == ["ask", "decide", "say", "say_2", "end"]
    assert (step(script, "say").to, step(script, "say_2").to) == ("say_2", "end")


def test_that_behind_choices_and_ends_nothing_is_led_another_way() -> None:
    for key in ("ask", "end"):
        script, made = editing.add(SCRIPT, key, StepKind.NOTE)
        assert step(script, key) == step(SCRIPT, key)
        assert step(script, made).to is None
    script, made = editing.add(SCRIPT, "say", StepKind.END)
    assert step(script, "say").to == made
    assert step(script, made).to is None


def test_that_the_first_step_begins_the_script() -> None:
    script, key = editing.add(Script(), None, StepKind.ASK)
    assert (script.start, order(script)) == (key, ["ask"])
    assert editing.add(script, None, StepKind.ASK)[0].start == "ask"


def test_that_a_copy_stands_behind_and_nothing_leads_to_it() -> None:
    script, key = editing.duplicate(SCRIPT, "ask")
    assert order(script)[:2] == ["ask", key]
    assert step(script, key).choices == ASK.choices
    assert editing.duplicate(script, key)[1] == "ask_3"


def test_that_steps_are_moved_as_far_as_there_is_room() -> None:
    assert order(editing.move(SCRIPT, "say", -1)) == ["ask", "say", "decide", "end"]
    assert editing.move(SCRIPT, "ask", -1) == SCRIPT
    assert editing.move(SCRIPT, "end", 1) == SCRIPT
    assert editing.move(SCRIPT, "gone", 1) == SCRIPT


def test_that_what_led_to_a_removed_step_leads_on() -> None:
    script = editing.remove(SCRIPT, "say")
    assert [branch.to for branch in step(script, "decide").branches] == ["end"] * 3
    without_end = editing.remove(script, "end")
    assert [each.to for each in step(without_end, "ask").choices] == [None, None]
    assert step(without_end, "decide").to is None
    assert editing.remove(SCRIPT, "ask").start == "decide"
    assert editing.remove(SCRIPT, "gone") == SCRIPT
    circle = Script("a", (Step("a", StepKind.SAY, to="a"),))
    assert editing.remove(circle, "a") == Script(None, ())


def test_that_ways_start_and_conditions_follow_a_new_name() -> None:
    script = editing.rename(SCRIPT, "ask", "why")
    assert script.start == "why"
    fields = [each.field for branch in step(script, "decide").branches for each in branch.when]
    assert fields == ["answer.why", "answer.why", "case.may_offer"]
    script = editing.rename(script, "end", "bye")
    assert step(script, "why").choices[1].to == "bye"
    assert (step(script, "decide").to, step(script, "say").to) == ("bye", "bye")
    assert editing.rename(SCRIPT, "ask", "ask") is SCRIPT
    assert editing.rename(SCRIPT, "gone", "x") is SCRIPT


@pytest.mark.parametrize("name", ["say", "", "1st", "Say", "a b", "x" * 65])
def test_that_a_name_that_is_taken_or_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        editing.rename(SCRIPT, "ask", name)
    assert caught.value.problems[0].field == "id"


def test_that_fields_are_changed_or_refused() -> None:
    changed = editing.with_field(SAY, "zh", "您好")
    assert step(editing.put(SCRIPT, "say", changed), "say").zh == "您好"
    assert editing.put(SCRIPT, "say", SAY) is SCRIPT
    assert editing.put(SCRIPT, "gone", SAY) is SCRIPT
    with pytest.raises(InvalidInputError) as caught:
        editing.put(SCRIPT, "say", editing.with_field(SAY, "zh", "长" * 2001))
    assert caught.value.problems[0].field == "zh"


def test_that_conditions_follow_the_code_of_a_choice() -> None:
    script = editing.recode(SCRIPT, "ask", 0, "cost")
    assert [each.code for each in step(script, "ask").choices] == ["cost", "other"]
    values = [each.value for branch in step(script, "decide").branches for each in branch.when]
    assert values == ["cost", ("cost", "other"), True]
    assert editing.recode(SCRIPT, "ask", 0, "price") is SCRIPT
    assert editing.recode(SCRIPT, "ask", 9, "x") is SCRIPT
    assert editing.recode(SCRIPT, "gone", 0, "x") is SCRIPT
    other = editing.recode(SCRIPT, "ask", 1, "else")
    assert step(other, "decide").branches[0].when[0].value == "price"
    with pytest.raises(InvalidInputError):
        editing.recode(SCRIPT, "ask", 0, "other")
    with pytest.raises(InvalidInputError):
        editing.recode(SCRIPT, "ask", 0, "1 x")


def test_that_another_kind_keeps_what_it_has_a_use_for() -> None:
    say = editing.of_kind(ASK, StepKind.SAY)
    assert (say.choices, say.to, say.zh) == (ASK.choices, "decide", ASK.zh)
    logic = editing.of_kind(ASK, StepKind.LOGIC)
    assert (logic.choices, logic.to) == ((), "decide")
    end = editing.of_kind(ASK, StepKind.END)
    assert (end.choices, end.to) == ((), None)
    assert editing.of_kind(END, StepKind.SAY).disposition is None


def test_that_codes_of_new_choices_are_free() -> None:
    assert editing.free_code(()) == "answer_1"
    assert editing.free_code((Choice("answer_1"), Choice("answer_2"))) == "answer_3"


@given(st.lists(st.sampled_from(["add", "copy", "remove", "up", "down", "rename"]), max_size=12),
       st.randoms())  # fmt: skip
def test_that_whatever_is_done_the_script_can_be_stored(acts: list[str], chance: object) -> None:
    script = SCRIPT
    for act in acts:
        keys = [each.id for each in script.steps] or [""]
        key = chance.choice(keys)  # type: ignore[attr-defined]  # random.Random
        match act:
            case "add":
                kind = chance.choice(list(StepKind))  # type: ignore[attr-defined]
                script, key = editing.add(script, key, kind)
            case "copy" if key:
                script, key = editing.duplicate(script, key)
            case "remove":
                script = editing.remove(script, key)
            case "rename":
                script = editing.rename(script, key, editing.free_id(script, "new"))
            case _:
                script = editing.move(script, key, -1 if act == "up" else 1)
        names = order(script)
        assert len(set(names)) == len(names)
        led = [each.to for one in script.steps for each in (one, *one.choices, *one.branches)]
        assert {to for to in (*led, script.start) if to is not None} <= set(names)
        assert scripts.read(scripts.write(script)) == script
