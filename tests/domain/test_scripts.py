"""Scripts as data: form, conditions, comparison of two versions."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.vocabulary import AttemptResult, Outcome
from desktop_app.domain import scripts
from desktop_app.domain.scripts import (
    Branch,
    Choice,
    Comparison,
    Condition,
    FactValue,
    Operator,
    Script,
    Step,
    StepKind,
)
from desktop_app.errors import InvalidInputError

SMALL = Script(
    "ask",
    (
        Step("ask", StepKind.ASK, "好吗？", "Good?", choices=(Choice("yes", "好", "Yes", "end"),)),
        Step("end", StepKind.END, "再见", "Goodbye", disposition=AttemptResult.REACHED),
    ),
)

names = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True)
texts = st.text(max_size=20)
targets = st.one_of(st.none(), names)
conditions = st.builds(
    Condition,
    field=st.sampled_from([*scripts.FACTS, "answer.a"]),
    operator=st.sampled_from(Operator),
    value=st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**6), 10**6),
        st.floats(-1e6, 1e6),
        texts,
        st.lists(texts, max_size=3).map(tuple),
    ),
)
steps = st.builds(
    Step,
    id=names,
    kind=st.sampled_from(StepKind),
    zh=texts,
    en=texts,
    to=targets,
    choices=st.lists(st.builds(Choice, names, texts, texts, targets), max_size=3).map(tuple),
    branches=st.lists(
        st.builds(Branch, targets, st.lists(conditions, max_size=2).map(tuple)), max_size=2
    ).map(tuple),
    writes=texts,
    disposition=st.sampled_from([None, *AttemptResult]),
    outcome=st.sampled_from([None, *Outcome]),
    fair_way_out=st.booleans(),
)
whole = st.builds(Script, targets, st.lists(steps, max_size=4).map(tuple))


@given(whole)
def test_that_a_script_survives_its_json_form(script: Script) -> None:
    assert scripts.read(json.loads(json.dumps(scripts.write(script)))) == script


def test_that_what_is_usual_is_left_out_of_the_json_form() -> None:
    assert scripts.write(SMALL) == {
        "start": "ask",
        "steps": [
            {
                "id": "ask",
                "kind": "ask",
                "zh": "好吗？",
                "en": "Good?",
                "choices": [{"code": "yes", "zh": "好", "en": "Yes", "to": "end"}],
            },
            {
                "id": "end",
                "kind": "end",
                "zh": "再见",
                "en": "Goodbye",
                "disposition": "reached",
            },
        ],
    }


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"steps": [{"id": "a"}]}, "steps.0.kind"),
        ({"steps": [{"id": "A b", "kind": "say"}]}, "steps.0.id"),
        ({"steps": [{"id": "a", "kind": "shout"}]}, "steps.0.kind"),
        ({"steps": [{"id": "a", "kind": "say", "code": "x"}]}, "steps.0.code"),
        ({"steps": [{"id": "a", "kind": "say", "zh": "字" * 2001}]}, "steps.0.zh"),
        ({"begin": "a"}, "begin"),
        ({"steps": [{"id": "a", "kind": "say"}] * 501}, "steps"),
    ],
)
def test_that_something_else_is_no_script(content: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        scripts.read(content)
    assert [problem.field for problem in caught.value.problems] == [field]
    assert caught.value.message


def test_that_steps_and_choices_are_found_by_their_names() -> None:
    step = SMALL.step("ask")
    assert step is SMALL.steps[0]
    assert step.choice("yes") is step.choices[0]
    assert (SMALL.step("no"), SMALL.step(None), step.choice(None)) == (None, None, None)


KNOWN: dict[str, FactValue] = {
    "case.kind": "lapsing",
    "case.value": 500,
    "case.may_offer": True,
    "case.competitor": "",
    "customer.is_new": False,
    "answer.why": "price",
}


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("case.kind", Operator.IS, "lapsing", True),
        ("case.kind", Operator.IS, "other", False),
        ("case.kind", Operator.IS_NOT, "other", True),
        ("case.kind", Operator.IS_NOT, "lapsing", False),
        ("answer.why", Operator.IN, ("price", "service"), True),
        ("answer.why", Operator.IN, ("service",), False),
        ("answer.why", Operator.NOT_IN, ("service",), True),
        ("answer.why", Operator.NOT_IN, ("price",), False),
        ("answer.why", Operator.IN, "price", False),
        ("case.value", Operator.BELOW, 500, False),
        ("case.value", Operator.AT_MOST, 500, True),
        ("case.value", Operator.ABOVE, 499.5, True),
        ("case.value", Operator.AT_LEAST, 501, False),
        ("case.value", Operator.ABOVE, "4", False),
        ("case.kind", Operator.ABOVE, 4, False),
        ("case.may_offer", Operator.ABOVE, 0, False),
        ("case.may_offer", Operator.IS, True, True),
        ("customer.is_new", Operator.IS, False, True),
        ("customer.is_new", Operator.KNOWN, None, True),
        ("case.competitor", Operator.KNOWN, None, False),
        ("case.competitor", Operator.UNKNOWN, None, True),
        ("case.attempts", Operator.UNKNOWN, None, True),
        ("case.attempts", Operator.IS_NOT, 3, False),
        ("case.attempts", Operator.NOT_IN, ("3",), False),
        ("case.attempts", Operator.BELOW, 3, False),
    ],
)
def test_that_a_condition_holds_or_not(
    field: str, operator: Operator, value: FactValue | tuple[str, ...], expected: bool
) -> None:
    assert scripts.holds(Condition(field, operator, value), KNOWN) is expected


def test_that_two_versions_are_compared() -> None:
    ask, end = SMALL.steps
    new = Script(
        "greet",
        (
            Step("greet", StepKind.SAY, "您好", "Hello", to="ask"),
            replace(ask, zh="行吗？", choices=(*ask.choices, Choice("no", "不", "No", "bye"))),
            replace(end, id="bye"),
        ),
    )
    assert scripts.compare(SMALL, new) == Comparison(
        added=("greet", "bye"),
        removed=("end",),
        changed={"ask": ("zh", "choices")},
        new_start=True,
    )
    assert scripts.compare(SMALL, SMALL) == Comparison()


@given(whole, whole)
def test_that_comparing_backwards_swaps_what_came_and_went(old: Script, new: Script) -> None:
    there, back = scripts.compare(old, new), scripts.compare(new, old)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert dict(there.changed) == dict(back.changed)
    assert not scripts.compare(old, old).changed
