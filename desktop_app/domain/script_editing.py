"""Editing a script: steps added, copied, moved, renamed and removed; what points at them follows.

Every function gives another script; one that cannot be is refused with InvalidInputError.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, Final, TypeVar

from desktop_app.domain import scripts
from desktop_app.domain.script_checks import USED_BY
from desktop_app.domain.scripts import ANSWER, Branch, Choice, Condition, Script, Step, StepKind
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import _

T = TypeVar("T")
_EMPTY: Final = {each.name: each.default for each in fields(Step)}


def place_of(script: Script, key: str | None) -> int:
    """Where the first step with an id stands, -1 for none."""
    return next((at for at, step in enumerate(script.steps) if step.id == key), -1)


def free_id(script: Script, wish: str) -> str:
    """A name that no step has: the wish, or with a number behind it."""
    return _free({step.id for step in script.steps}, wish)


def free_code(choices: Sequence[Choice]) -> str:
    """A code that no choice has."""
    return _free({choice.code for choice in choices}, "answer_1")


def _free(taken: set[str], wish: str) -> str:
    stem = wish.rstrip("0123456789").rstrip("_") or wish
    number = 1
    while wish in taken:
        number += 1
        wish = f"{stem}_{number}"
    return wish


def add(script: Script, after: str | None, kind: StepKind) -> tuple[Script, str]:
    """Add a step behind another one, or at the end; returns the script and its name.

    A step that goes on without a choice then goes on with the new one; the first step begins.
    """
    key = free_id(script, kind.value)
    made, at = Step(key, kind), place_of(script, after)
    steps = list(script.steps)
    if at >= 0:
        before = steps[at]
        if before.kind is not StepKind.END and not before.choices:
            if kind is not StepKind.END:
                made = replace(made, to=before.to)
            steps[at] = replace(before, to=key)
    steps.insert(at + 1 if at >= 0 else len(steps), made)
    return Script(script.start if script.start is not None else key, tuple(steps)), key


def duplicate(script: Script, key: str) -> tuple[Script, str]:
    """Put a copy of a step behind it; nothing leads to the copy yet."""
    at = place_of(script, key)
    name = free_id(script, key)
    steps = list(script.steps)
    steps.insert(at + 1, replace(steps[at], id=name))
    return replace(script, steps=tuple(steps)), name


def move(script: Script, key: str, by: int) -> Script:
    """Move a step in the list, one up (-1) or down (1); where it leads to stays."""
    return replace(script, steps=moved(script.steps, place_of(script, key), by))


def moved(items: Sequence[T], at: int, by: int) -> tuple[T, ...]:
    """Items with one of them moved; as they are if there is no room."""
    found = list(items)
    if 0 <= at < len(found) and 0 <= at + by < len(found):
        found.insert(at + by, found.pop(at))
    return tuple(found)


def remove(script: Script, key: str) -> Script:
    """Take a step away; what led to it leads to where it went on, or nowhere."""
    step = script.step(key)
    if step is None:
        return script
    onward = None if step.to == key else step.to
    rest = Script(script.start, tuple(each for each in script.steps if each.id != key))
    return _led(rest, lambda to: onward if to == key else to)


def rename(script: Script, key: str, name: str) -> Script:
    """Give a step another name; ways and conditions follow.

    Raises:
        InvalidInputError: the name is taken or cannot be one.
    """
    at = place_of(script, key)
    if name == key or at < 0:
        return script
    if place_of(script, name) >= 0:
        text = _("There is a step “{name}” already. Choose another name.")
        raise InvalidInputError([Problem("id", text.format(name=name))])
    renamed = _valid(replace(script.steps[at], id=name))
    steps = (*script.steps[:at], renamed, *script.steps[at + 1 :])
    led = _led(replace(script, steps=steps), lambda to: name if to == key else to)
    return replace(led, steps=tuple(_asking(step, key, name) for step in led.steps))


def put(script: Script, key: str, step: Step) -> Script:
    """Change the fields of a step; its name stays.

    Raises:
        InvalidInputError: a field cannot be so, e.g. it is too long.
    """
    at = place_of(script, key)
    if at < 0 or script.steps[at] == step:
        return script
    found = _valid(replace(step, id=key))
    return replace(script, steps=(*script.steps[:at], found, *script.steps[at + 1 :]))


def recode(script: Script, key: str, at: int, code: str) -> Script:
    """Give a choice of a step another code; conditions that ask for it follow.

    Raises:
        InvalidInputError: the code is taken or cannot be one.
    """
    step = script.step(key)
    if step is None or not 0 <= at < len(step.choices) or step.choices[at].code == code:
        return script
    if step.choice(code) is not None:
        text = _("There is a choice “{code}” already. Choose another code.")
        raise InvalidInputError([Problem("code", text.format(code=code))])
    before = step.choices[at].code
    choices = [*step.choices]
    choices[at] = replace(choices[at], code=code)
    script = put(script, key, replace(step, choices=tuple(choices)))
    field = f"{ANSWER}{key}"
    return replace(
        script, steps=tuple(_wanting(each, field, before, code) for each in script.steps)
    )


def of_kind(step: Step, kind: StepKind) -> Step:
    """A step that does something else; what this kind has no use for is dropped."""
    for name, kinds in USED_BY.items():
        if kind not in kinds:
            step = with_field(step, name, _EMPTY[name])
    return replace(step, kind=kind)


def with_field(step: Step, name: str, value: Any) -> Step:
    """A step with another value of one field."""
    return replace(step, **{name: value})


# ---------------------------------------------------------------- parts


def _valid(step: Step) -> Step:
    try:
        return scripts.read(scripts.write(Script(None, (step,)))).steps[0]
    except InvalidInputError as error:
        found = [Problem(each.field.removeprefix("steps.0."), each.message)
                 for each in error.problems]  # fmt: skip
        raise InvalidInputError(found) from error


def _led(script: Script, way: Callable[[str | None], str | None]) -> Script:
    """The script with every way changed."""
    steps = (
        replace(
            step,
            to=way(step.to),
            choices=tuple(replace(each, to=way(each.to)) for each in step.choices),
            branches=tuple(replace(each, to=way(each.to)) for each in step.branches),
        )
        for step in script.steps
    )
    return Script(way(script.start), tuple(steps))


def _conditions(step: Step, change: Callable[[Condition], Condition]) -> Step:
    branches = (
        Branch(branch.to, tuple(change(each) for each in branch.when)) for branch in step.branches
    )
    return replace(step, branches=tuple(branches))


def _asking(step: Step, key: str, name: str) -> Step:
    """A step whose conditions ask for an answer by the new name of its step."""
    old, new = ANSWER + key, ANSWER + name
    return _conditions(step, lambda each: replace(each, field=new) if each.field == old else each)


def _wanting(step: Step, field: str, before: str, code: str) -> Step:
    """A step whose conditions on an answer name the new code of a choice."""

    def change(each: Condition) -> Condition:
        if each.field != field:
            return each
        if isinstance(each.value, tuple):
            named = tuple(code if word == before else word for word in each.value)
            return replace(each, value=named)
        return replace(each, value=code) if each.value == before else each

    return _conditions(step, change)
