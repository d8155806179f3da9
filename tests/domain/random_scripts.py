"""Random scripts for tests: of the right form, whatever their checks say."""

from hypothesis import strategies as st

from db.vocabulary import AttemptResult, OfferGoal, Outcome
from desktop_app.domain.scripts import (
    FACTS,
    Branch,
    Choice,
    Condition,
    Operator,
    Script,
    Step,
    StepKind,
)

CODES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
_SIGNS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"), include_characters="\n\t"
)
WORDS = st.text(_SIGNS, max_size=40).filter(lambda text: not text or bool(text.strip()))
"""What a cell can hold; a cell of blanks is an empty one."""
_LISTED = (Operator.IN, Operator.NOT_IN)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    operator = draw(st.sampled_from(Operator))
    name = draw(st.sampled_from([*FACTS, "answer.a", "answer.b"]))
    if operator in _LISTED:
        return Condition(name, operator, tuple(draw(st.lists(CODES | WORDS, max_size=3))))
    kinds: dict[str, st.SearchStrategy[str | int | float | bool]] = {
        "flag": st.booleans(),
        "number": st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9),
    }
    value = draw(st.none() | kinds.get(FACTS.get(name, "word"), CODES | WORDS.filter(bool)))
    return Condition(name, operator, value)


@st.composite
def steps(draw: st.DrawFn, key: str, targets: st.SearchStrategy[str | None]) -> Step:
    choices = draw(st.lists(st.builds(Choice, CODES, WORDS, WORDS, targets), max_size=3))
    branches = st.builds(Branch, targets, st.lists(conditions(), max_size=2).map(tuple))
    return Step(
        id=key,
        kind=draw(st.sampled_from(StepKind)),
        zh=draw(WORDS),
        en=draw(WORDS),
        to=draw(targets),
        hint_zh=draw(WORDS),
        hint_en=draw(WORDS),
        heard_zh=draw(WORDS),
        heard_en=draw(WORDS),
        choices=tuple(choices),
        branches=tuple(draw(st.lists(branches, max_size=3))),
        writes=draw(st.just("") | CODES),
        goal=draw(st.just("") | st.sampled_from(OfferGoal).map(str)),
        disposition=draw(st.none() | st.sampled_from(AttemptResult)),
        outcome=draw(st.none() | st.sampled_from(Outcome)),
        fair_way_out=draw(st.booleans()),
    )


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    keys = draw(st.lists(CODES, max_size=5, unique=True))
    targets = st.none() | st.sampled_from([*keys, "elsewhere"])
    return Script(draw(targets), tuple(draw(steps(key, targets)) for key in keys))
