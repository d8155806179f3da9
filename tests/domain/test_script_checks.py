"""What is wrong with a script; the graph against a reference that tries everything."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.vocabulary import AttemptResult, Outcome
from desktop_app.domain import script_graph
from desktop_app.domain.script_checks import CheckCode, Finding, Severity, check, is_publishable
from desktop_app.domain.scripts import (
    Branch,
    Choice,
    Condition,
    FactValue,
    Operator,
    Script,
    Step,
    StepKind,
)

END = Step(
    "end", StepKind.END, "再见", "Goodbye", disposition=AttemptResult.REACHED, fair_way_out=True
)
KEPT = replace(END, id="kept", fair_way_out=False, outcome=Outcome.SAVED)


def say(key: str = "a", to: str | None = "end", **values: object) -> Step:
    return replace(Step(key, StepKind.SAY, "话", "words", to), **values)  # type: ignore[arg-type]


def found(*steps: Step, start: str = "a") -> set[tuple[CheckCode, str]]:
    return {(each.code, each.step) for each in check(Script(start, steps))}


def test_that_a_good_script_has_nothing_to_mend() -> None:
    assert check(Script("a", (say(), END))) == ()
    assert is_publishable(())


def test_that_a_script_needs_a_start() -> None:
    assert found(END, start="a") == {(CheckCode.NO_START, "")}
    assert check(Script()) == (Finding(CheckCode.NO_START, "", {"target": ""}),)


def test_that_dead_ends_are_found_where_they_are() -> None:
    no_way = say(to=None)
    assert (CheckCode.DEAD_END, "a") in found(no_way, END)
    half = say(to=None, kind=StepKind.ASK, choices=(Choice("x", "好", "x"),))
    found_in_choice = check(Script("a", (half, END)))
    assert Finding(CheckCode.DEAD_END, "a", {"place": "choice x"}) in found_in_choice
    logic = Step("a", StepKind.LOGIC, branches=(Branch(None), Branch("end")))
    places = {
        each.figures["place"]
        for each in check(Script("a", (logic, END)))
        if each.code is CheckCode.DEAD_END
    }
    assert places == {"branch 1", "to"}


def test_that_a_way_into_nothing_is_found() -> None:
    step = say(kind=StepKind.ASK, choices=(Choice("x", "好", "x", "gone"),))
    figures = {"place": "choice x", "target": "gone"}
    assert check(Script("a", (step, END))) == (Finding(CheckCode.UNKNOWN_TARGET, "a", figures),)


def test_that_what_is_never_come_to_is_only_warned_of() -> None:
    findings = check(Script("a", (say(), END, say("b"))))
    assert findings == (Finding(CheckCode.UNREACHABLE, "b"),)
    assert findings[0].severity is Severity.WARNING
    assert is_publishable(findings)


def test_that_a_loop_without_a_way_out_is_found_and_one_with_is_not() -> None:
    ask = say("b", "a", kind=StepKind.ASK, choices=(Choice("x", "好", "x", "a"),))
    findings = check(Script("a", (say(to="b"), ask, END)))
    assert Finding(CheckCode.LOOP, "a", {"steps": "a, b"}) in findings
    assert not is_publishable(findings)
    out = replace(ask, choices=(*ask.choices, Choice("y", "行", "y", "end")))
    assert found(say(to="b"), out, END) == set()
    assert (CheckCode.LOOP, "a") in found(say(to="a"), END)


def test_that_logic_may_not_turn_in_a_circle_even_with_a_way_out() -> None:
    fits = (Condition("case.may_offer", Operator.IS, True),)
    one = Step("b", StepKind.LOGIC, to="c", branches=(Branch("end", fits),))
    two = Step("c", StepKind.LOGIC, to="b")
    assert found(say(to="b"), one, two, END) == {(CheckCode.LOGIC_LOOP, "b")}


def test_that_a_script_needs_a_fair_way_out() -> None:
    assert found(say(to="kept"), KEPT) == {(CheckCode.NO_FAIR_WAY_OUT, "")}


@pytest.mark.parametrize("kind", [StepKind.OFFER, StepKind.OBJECTION])
def test_that_nobody_is_pressed_without_a_way_out(kind: StepKind) -> None:
    ask = say(kind=StepKind.ASK, choices=(Choice("x", "好", "x", "b"),))
    press = say("b", "kept", kind=kind)
    if kind is StepKind.OBJECTION:
        press = replace(press, heard_zh="不", heard_en="no")
    assert found(ask, press, KEPT, END) == {(CheckCode.NO_FAIR_WAY_OUT, "b")}
    assert found(ask, replace(press, to="end"), KEPT, END) == {(CheckCode.UNREACHABLE, "kept")}


def test_that_names_are_unique() -> None:
    assert (CheckCode.DOUBLE_STEP, "a") in found(say(), say(), END)
    twice = (Choice("x", "好", "x"), Choice("x", "行", "y"))
    step = say(kind=StepKind.ASK, choices=twice)
    assert found(step, END) == {(CheckCode.DOUBLE_CHOICE, "a")}


def test_that_words_are_needed_in_both_languages() -> None:
    choices = (Choice("x", "好", ""), Choice("y"))
    step = Step("a", StepKind.OBJECTION, "", "words", "end", choices=choices, hint_en="slowly")
    assert [(each.code, each.figures) for each in check(Script("a", (step, END)))] == [
        (CheckCode.NO_TRANSLATION, {"place": "words", "language": "zh"}),
        (CheckCode.NO_TRANSLATION, {"place": "hint", "language": "zh"}),
        (CheckCode.NO_WORDS, {"place": "heard"}),
        (CheckCode.NO_TRANSLATION, {"place": "choice x", "language": "en"}),
        (CheckCode.NO_WORDS, {"place": "choice y"}),
    ]


def test_that_placeholders_are_checked() -> None:
    step = say(zh="{{ customer.nmae }} {{ case.left_on }} {{ x", en="[[{{ case.left_on }}]]")
    assert [(each.code, each.figures) for each in check(Script("a", (step, END)))] == [
        (CheckCode.UNKNOWN_PLACEHOLDER, {"place": "words zh", "name": "customer.nmae"}),
        (CheckCode.MAY_BE_EMPTY, {"place": "words zh", "name": "case.left_on"}),
        (CheckCode.LOOSE_BRACKETS, {"place": "words zh"}),
    ]


WHY = Step("why", StepKind.ASK, "？", "?", "b", choices=(Choice("x", "好", "x"),))
FREE = Step("free", StepKind.PROBE, "？", "?", "why")


@pytest.mark.parametrize(
    ("field", "operator", "value", "code"),
    [
        ("case.nothing", Operator.IS, "x", CheckCode.UNKNOWN_FIELD),
        ("answer.nobody", Operator.IS, "x", CheckCode.UNKNOWN_FIELD),
        ("answer.why", Operator.IS, "x", None),
        ("answer.why", Operator.IS, "y", CheckCode.BAD_VALUE),
        ("answer.why", Operator.IN, ("x",), None),
        ("answer.why", Operator.IN, ("x", "y"), CheckCode.BAD_VALUE),
        ("answer.why", Operator.IN, "x", CheckCode.BAD_VALUE),
        ("answer.why", Operator.IS, ("x",), CheckCode.BAD_VALUE),
        ("answer.why", Operator.ABOVE, 3, CheckCode.BAD_VALUE),
        ("answer.why", Operator.KNOWN, None, None),
        ("answer.why", Operator.KNOWN, "x", CheckCode.BAD_VALUE),
        ("answer.free", Operator.IS, "whatever", None),
        ("answer.free", Operator.IS, None, CheckCode.BAD_VALUE),
        ("case.value", Operator.AT_LEAST, 3, None),
        ("case.value", Operator.AT_LEAST, "3", CheckCode.BAD_VALUE),
        ("case.value", Operator.IS, 3, None),
        ("case.kind", Operator.ABOVE, 3, CheckCode.BAD_VALUE),
        ("case.kind", Operator.IS_NOT, "lapsing", None),
        ("case.may_offer", Operator.IS, True, None),
        ("case.may_offer", Operator.IS, "yes", CheckCode.BAD_VALUE),
    ],
)
def test_that_conditions_are_checked(
    field: str, operator: Operator, value: FactValue | tuple[str, ...], code: CheckCode | None
) -> None:
    branch = Branch("end", (Condition(field, operator, value),))
    logic = Step("b", StepKind.LOGIC, to="end", branches=(branch,))
    findings = check(Script("free", (FREE, WHY, logic, END)))
    assert findings == (() if code is None else (Finding(code, "b", {"field": field}),))


def test_that_what_an_answer_is_written_to_must_be_there() -> None:
    step = say(kind=StepKind.ASK, writes="own_wrods")
    assert check(Script("a", (step, END))) == ()
    findings = check(Script("a", (step, END)), {"own_words"})
    assert findings == (Finding(CheckCode.UNKNOWN_WRITES, "a", {"writes": "own_wrods"}),)
    assert is_publishable(findings)


def test_that_fields_without_use_and_ends_without_a_result_are_told() -> None:
    step = say(goal="price", heard_zh="？", heard_en="?", branches=(Branch("end"),))
    end = replace(END, disposition=None, to="a")
    assert [(each.code, each.step, each.figures) for each in check(Script("a", (step, end)))] == [
        (CheckCode.IDLE_FIELD, "a", {"fields": "branches, goal, heard_zh, heard_en"}),
        (CheckCode.IDLE_FIELD, "end", {"fields": "to"}),
        (CheckCode.NO_DISPOSITION, "end", {}),
    ]


def test_that_findings_come_in_the_order_of_the_steps() -> None:
    steps = (say("c", None), say("a", "c"), say("b", None))
    assert [each.step for each in check(Script("a", steps))] == ["", "c", "b", "b"]


# ---------------------------------------------------------------- any graph

KEYS = "abcdefg"
keys = st.sampled_from(KEYS)
targets = st.one_of(st.none(), st.sampled_from([*KEYS, "lost"]))


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    """Any graph of a few steps of any kind, broken or not."""
    steps = []
    for key in draw(st.lists(keys, unique=True, max_size=7)):
        kind = draw(st.sampled_from(StepKind))
        step = Step(key, kind, "话", "words", draw(targets), fair_way_out=draw(st.booleans()))
        if kind is StepKind.LOGIC:
            step = replace(step, branches=tuple(map(Branch, draw(st.lists(targets, max_size=2)))))
        elif kind is not StepKind.END:
            ways = draw(st.lists(targets, max_size=3))
            choices = (Choice(f"c{n}", "好", "c", to) for n, to in enumerate(ways))
            step = replace(step, choices=tuple(choices))
        steps.append(step)
    return Script(draw(targets), tuple(steps))


def arrows(script: Script) -> set[tuple[str, str]]:
    """Every way from step to step, read off the steps anew."""
    steps = {step.id: step for step in script.steps}
    pairs = set()
    for step in script.steps:
        if step.kind is not StepKind.END:
            ways = [step.to, *(branch.to for branch in step.branches)]
            ways += [choice.to or step.to for choice in step.choices]
            pairs |= {(step.id, to) for to in ways if to in steps and to is not None}
    return pairs


def walks(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """From where to where one can walk in one step or more: grown until nothing is added."""
    grown = set(pairs)
    while more := {(a, d) for a, b in grown for c, d in pairs if b == c} - grown:
        grown |= more
    return grown


def by_code(script: Script) -> Mapping[CheckCode, set[str]]:
    found: dict[CheckCode, set[str]] = {code: set() for code in CheckCode}
    for each in check(script):
        found[each.code].add(each.step)
    return found


@given(scripts())
def test_that_the_checks_agree_with_trying_everything(script: Script) -> None:
    steps = {step.id: step for step in script.steps}
    far = walks(arrows(script))
    results = by_code(script)

    has_start = script.start in steps
    assert bool(results[CheckCode.NO_START]) is not has_start

    seen = {key for key in steps if key == script.start or (script.start, key) in far}
    if has_start:
        assert results[CheckCode.UNREACHABLE] == steps.keys() - seen

    fair = {k for k, step in steps.items() if step.kind is StepKind.END and step.fair_way_out}
    is_fair = {k for k in steps if k in fair or any((k, end) in far for end in fair)}
    pressed = {k for k in seen if steps[k].kind in {StepKind.OFFER, StepKind.OBJECTION}}
    expected = pressed - is_fair
    if has_start and script.start not in is_fair:
        expected |= {""}
    assert results[CheckCode.NO_FAIR_WAY_OUT] == expected

    order = list(steps)
    closed = [
        {key, *(to for start, to in far if start == key)}
        for key in order
        if (key, key) in far and all((to, key) in far for start, to in far if start == key)
    ]
    assert results[CheckCode.LOOP] == {min(loop, key=order.index) for loop in closed}

    logic = {k for k, step in steps.items() if step.kind is StepKind.LOGIC}
    inner = walks({(a, b) for a, b in arrows(script) if a in logic and b in logic})
    circles = [{b for a, b in inner if a == key and (b, key) in inner} for key in logic]
    assert results[CheckCode.LOGIC_LOOP] == {
        min(circle, key=order.index) for circle in circles if circle
    }


@given(scripts())
def test_that_every_step_without_a_problem_of_its_ways_leads_somewhere(script: Script) -> None:
    steps = script_graph.steps_by_id(script)
    bad = by_code(script)
    for key, step in steps.items():
        ways = list(script_graph.ways(step))
        assert (step.kind is StepKind.END) == (not ways)
        assert (key in bad[CheckCode.DEAD_END]) == any(way.to is None for way in ways)
        unknown = any(way.to is not None and way.to not in steps for way in ways)
        assert (key in bad[CheckCode.UNKNOWN_TARGET]) == unknown


@given(scripts())
def test_that_a_script_that_may_be_published_can_be_gone_through_to_an_end(script: Script) -> None:
    steps = script_graph.steps_by_id(script)
    broken = {
        CheckCode.NO_START,
        CheckCode.DEAD_END,
        CheckCode.UNKNOWN_TARGET,
        CheckCode.LOOP,
    }
    if any(each.code in broken for each in check(script)):
        return
    ends = {key for key, step in steps.items() if step.kind is StepKind.END}
    graph = script_graph.ways_of(steps)
    assert script_graph.reached(graph, [script.start or ""]) <= script_graph.leading_to(graph, ends)
