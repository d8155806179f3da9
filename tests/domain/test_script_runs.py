"""Going through a script: forth, back, and changing one's mind."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.vocabulary import AttemptResult, Outcome
from desktop_app.domain import script_runs
from desktop_app.domain.script_runs import Ending, Facts, Reply, Run
from desktop_app.domain.scripts import (
    Branch,
    Choice,
    Condition,
    Operator,
    Script,
    Step,
    StepKind,
)

AT = dt.datetime(2026, 9, 15, 10, tzinfo=dt.UTC)


def choice(code: str, to: str | None = None) -> Choice:
    return Choice(code, code, code, to)


def when(field: str, value: str | bool) -> tuple[Condition, ...]:
    return (Condition(field, Operator.IS, value),)


SCRIPT = Script(
    "greet",
    (
        Step("greet", StepKind.SAY, to="why"),
        Step(
            "why",
            StepKind.ASK,
            to="words",
            writes="stated_reason",
            choices=(choice("price"), choice("service"), choice("bye", "left")),
        ),
        Step("words", StepKind.PROBE, to="route", writes="own_words"),
        Step(
            "route",
            StepKind.LOGIC,
            to="sorry",
            branches=(
                Branch("may", when("answer.why", "price")),
                Branch("left", when("answer.words", "nothing")),
            ),
        ),
        Step(
            "may",
            StepKind.LOGIC,
            to="more",
            branches=(Branch("offer", when("case.may_offer", True)),),
        ),
        Step(
            "offer",
            StepKind.OFFER,
            choices=(choice("yes", "kept"), choice("no", "more")),
        ),
        Step("sorry", StepKind.SAY, to="more"),
        Step("more", StepKind.ASK, choices=(choice("again", "why"), choice("no", "left"))),
        Step("kept", StepKind.END, disposition=AttemptResult.REACHED, outcome=Outcome.SAVED),
        Step("left", StepKind.END, disposition=AttemptResult.REACHED, fair_way_out=True),
    ),
)
FACTS: Facts = {"case.may_offer": True}


def shown(run: Run, facts: Facts = FACTS, script: Script = SCRIPT) -> str | None:
    step = script_runs.current(script, run, facts)
    return None if step is None else step.id


def talk(*replies: Reply, run: Run | None = None, facts: Facts = FACTS) -> Run:
    run = run or Run()
    for reply in replies:
        run = script_runs.answer(SCRIPT, run, facts, reply)
    return run


GREET, PRICE, SERVICE = Reply("greet"), Reply("why", "price"), Reply("why", "service")
WORDS, NO_OFFER, NO_MORE = Reply("words", words="40"), Reply("offer", "no"), Reply("more", "no")


def test_that_a_call_goes_its_way() -> None:
    run = Run()
    for reply, following in [
        (GREET, "why"),
        (PRICE, "words"),
        (WORDS, "offer"),
        (Reply("offer", "yes"), "kept"),
    ]:
        run = talk(reply, run=run)
        assert shown(run) == following
    assert script_runs.ending(SCRIPT, run, FACTS) == Ending(
        AttemptResult.REACHED, Outcome.SAVED, fair_way_out=False
    )
    assert script_runs.written(SCRIPT, run.path) == {"stated_reason": "price", "own_words": "40"}


def test_that_logic_looks_at_the_case_and_at_answers() -> None:
    assert shown(talk(GREET, PRICE, WORDS), facts={}) == "more"
    assert shown(talk(GREET, SERVICE, WORDS)) == "sorry"
    assert shown(talk(GREET, SERVICE, Reply("words", words="nothing"))) == "left"


def test_that_a_question_with_a_way_on_may_be_skipped_and_another_not() -> None:
    assert shown(talk(GREET, Reply("why"))) == "words"
    run = talk(GREET, PRICE, WORDS)
    with pytest.raises(ValueError, match="offer"):
        talk(Reply("offer"), run=run)


@pytest.mark.parametrize("reply", [Reply("greet"), Reply("why", "weather"), Reply("left")])
def test_that_only_the_step_that_is_shown_can_be_answered(reply: Reply) -> None:
    with pytest.raises(ValueError, match="not a reply"):
        talk(reply, run=talk(GREET))


def test_that_an_end_has_no_answer() -> None:
    run = talk(GREET, Reply("why", "bye"))
    assert shown(run) == "left"
    assert script_runs.ending(SCRIPT, talk(GREET), FACTS) is None
    with pytest.raises(ValueError, match="not a reply"):
        talk(Reply("left"), run=run)


def test_that_going_back_shows_what_was_answered() -> None:
    run = script_runs.back_to(talk(GREET, PRICE, WORDS, NO_OFFER), 1)
    assert shown(run) == "why"
    assert run.path == (GREET,)
    step = SCRIPT.step("why")
    assert step is not None
    assert script_runs.known_reply(run, step) == PRICE


def test_that_the_same_answer_again_leads_back_to_where_one_was() -> None:
    before = talk(GREET, PRICE, WORDS, NO_OFFER)
    assert script_runs.change(SCRIPT, before, FACTS, 1, PRICE) == before


def test_that_another_answer_keeps_what_still_fits() -> None:
    before = talk(GREET, PRICE, WORDS, NO_OFFER, NO_MORE)
    run = script_runs.change(SCRIPT, before, FACTS, 1, SERVICE)
    assert run.path == (GREET, SERVICE, WORDS)
    assert shown(run) == "sorry"  # it was never shown before
    run = talk(Reply("sorry"), run=run)
    assert run.path == (GREET, SERVICE, WORDS, Reply("sorry"), NO_MORE)
    assert shown(run) == "left"
    assert run.aside == (NO_OFFER,)
    again = script_runs.change(SCRIPT, run, FACTS, 1, PRICE)
    assert again.path == before.path


def test_that_an_answer_whose_choice_is_gone_is_asked_again() -> None:
    before = talk(GREET, PRICE, WORDS, NO_OFFER, NO_MORE)
    offer = SCRIPT.step("offer")
    assert offer is not None
    without = replace(
        SCRIPT,
        steps=tuple(
            replace(step, choices=step.choices[:1]) if step is offer else step
            for step in SCRIPT.steps
        ),
    )
    run = script_runs.change(without, before, FACTS, 1, PRICE)
    assert run.path == (GREET, PRICE, WORDS)
    assert shown(run, script=without) == "offer"


def test_that_of_a_step_shown_twice_the_later_answer_counts() -> None:
    run = talk(GREET, PRICE, WORDS, NO_OFFER, Reply("more", "again"), SERVICE, Reply("words"))
    assert shown(run) == "sorry"
    assert script_runs.answers(run.path) == {
        "answer.why": "service",
        "answer.words": "40",
        "answer.offer": "no",
        "answer.more": "again",
    }
    assert script_runs.written(SCRIPT, run.path) == {"stated_reason": "service", "own_words": "40"}


def test_that_a_script_that_leads_nowhere_shows_nothing() -> None:
    nowhere = Script("a", (Step("a", StepKind.SAY, to="gone"),))
    assert shown(Run(), script=Script()) is None
    assert shown(Run((Reply("a"),)), script=nowhere) is None
    assert shown(Run((Reply("lost"),)), script=nowhere) is None
    assert script_runs.answer(nowhere, Run(), FACTS, Reply("a")) == Run((Reply("a"),))
    circle = Script("a", (Step("a", StepKind.LOGIC, to="b"), Step("b", StepKind.LOGIC, to="a")))
    assert shown(Run(), script=circle) is None
    assert script_runs.written(nowhere, (Reply("lost", words="x"),)) == {}


def test_that_a_path_is_kept_as_json() -> None:
    path = (GREET, replace(PRICE, at=AT), replace(WORDS, words="太贵"))
    rows = json.loads(json.dumps(script_runs.to_json(path)))
    assert rows == [
        {"step": "greet"},
        {"step": "why", "choice": "price", "at": AT.isoformat()},
        {"step": "words", "words": "太贵"},
    ]
    assert script_runs.from_json(rows) == path


# ---------------------------------------------------------------- whatever is clicked

clicks = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=30)


def clicked(moves: list[tuple[int, int]], run: Run | None = None) -> Run:
    """A run in which somebody answers with any choice, and sometimes goes back."""
    run = run or Run()
    for what, number in moves:
        step = script_runs.current(SCRIPT, run, FACTS)
        assert step is not None
        if what == 0 and run.path:
            run = script_runs.back_to(run, number % len(run.path))
        elif step.kind is not StepKind.END:
            codes = [each.code for each in step.choices] or [None]
            run = talk(Reply(step.id, codes[number % len(codes)]), run=run)
    return run


def is_right(run: Run) -> bool:
    """Whether every reply of a path is one to the step that was shown then."""
    return all(shown(Run(run.path[:number])) == reply.step for number, reply in enumerate(run.path))


@given(clicks)
def test_that_a_path_always_follows_the_script(moves: list[tuple[int, int]]) -> None:
    run = clicked(moves)
    assert is_right(run)
    assert script_runs.from_json(script_runs.to_json(run.path)) == run.path


@given(clicks, st.integers(0, 50))
def test_that_going_back_and_answering_the_same_loses_nothing(
    moves: list[tuple[int, int]], number: int
) -> None:
    run = clicked([move for move in moves if move[0]])
    if run.path:
        index = number % len(run.path)
        again = script_runs.change(SCRIPT, run, FACTS, index, run.path[index])
        assert again == run


@given(clicks, st.integers(0, 50), st.integers(0, 5))
def test_that_no_reply_is_lost_by_a_change(
    moves: list[tuple[int, int]], number: int, other: int
) -> None:
    run = clicked(moves)
    if not run.path:
        return
    index = number % len(run.path)
    step = SCRIPT.step(run.path[index].step)
    assert step is not None
    codes = [each.code for each in step.choices] or [None]
    reply = Reply(step.id, codes[other % len(codes)])
    after = script_runs.change(SCRIPT, run, FACTS, index, reply)
    assert is_right(after)
    kept = [*after.path, *after.aside]
    for each in (*run.path[:index], *run.path[index + 1 :], *run.aside):
        assert each in kept
