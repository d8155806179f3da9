"""Going through a script in a call: the path so far, the step now, and going back.

A run is its path: the steps that were shown, with what was answered. Everything else follows from
it, so nothing can disagree. Going back puts later replies aside; when an earlier answer is given
again or changed, whatever still comes and still fits is taken from there by itself, in order.
(`features.md` 49: go back and edit earlier answers in the middle of a call.)
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from db.vocabulary import AttemptResult, Outcome
from desktop_app.domain.scripts import (
    ANSWER,
    FactValue,
    Script,
    Step,
    StepKind,
    holds,
)

Facts = Mapping[str, FactValue]
ASIDE: Final = "aside"
"""Marks a reply of a step that was left by going back, as it is kept."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What happened at a step: the choice, the customer's words, both, or just gone on."""

    step: str
    choice: str | None = None
    words: str = ""
    at: dt.datetime | None = None

    @property
    def value(self) -> str:
        """The answer as conditions and the interview see it."""
        return self.choice if self.choice is not None else self.words


@dataclass(frozen=True, slots=True)
class Run:
    """A script being gone through. `aside`: replies of steps that were left by going back."""

    path: tuple[Reply, ...] = ()
    aside: tuple[Reply, ...] = ()


def current(script: Script, run: Run, facts: Facts) -> Step | None:
    """The step to show now, an end included; None where the script leads nowhere.

    A script that passed its checks always leads somewhere.
    """
    if not run.path:
        return _shown(script, script.start, run.path, facts)
    last = run.path[-1]
    step = script.step(last.step)
    return None if step is None else _shown(script, _target(step, last), run.path, facts)


def fits(step: Step, reply: Reply) -> bool:
    """Whether a reply is one to a step: its choice exists, or none is needed to go on."""
    if reply.step != step.id or step.kind is StepKind.END:
        return False
    if reply.choice is None:
        return step.to is not None or not step.choices
    return step.choice(reply.choice) is not None


def answer(script: Script, run: Run, facts: Facts, reply: Reply) -> Run:
    """Answer the step that is shown now and go on; what was put aside and still fits follows.

    Raises:
        ValueError: the reply is not one to the step that is shown now.
    """
    step = current(script, run, facts)
    if step is None or not fits(step, reply):
        raise ValueError(f"not a reply to the step that is shown: {reply.step}")
    return _replayed(script, Run((*run.path, reply), _without_first(run.aside, reply.step)), facts)


def back_to(run: Run, index: int) -> Run:
    """Go back to the step at a place of the path; it and what follows is put aside."""
    return Run(run.path[:index], (*run.path[index:], *run.aside))


def change(script: Script, run: Run, facts: Facts, index: int, reply: Reply) -> Run:
    """Change the answer at a place of the path; what follows is gone through again.

    Raises:
        ValueError: the reply is not one to that step.
    """
    return answer(script, back_to(run, index), facts, reply)


def known_reply(run: Run, step: Step) -> Reply | None:
    """What was answered at a step before it was left by going back, to be shown there."""
    return next((reply for reply in run.aside if fits(step, reply)), None)


def answers(path: Sequence[Reply]) -> dict[str, FactValue]:
    """The answers as conditions name them; of a step that was shown twice the later one."""
    return {ANSWER + reply.step: reply.value for reply in path if reply.value}


def written(script: Script, path: Sequence[Reply]) -> dict[str, str]:
    """What the interview gets: answer by role or name of a question; the later one counts."""
    found: dict[str, str] = {}
    for reply in path:
        step = script.step(reply.step)
        if step is not None and step.writes and reply.value:
            found[step.writes] = reply.value
    return found


@dataclass(frozen=True, slots=True)
class Ending:
    """What an end proposes."""

    disposition: AttemptResult | None
    outcome: Outcome | None
    fair_way_out: bool


def ending(script: Script, run: Run, facts: Facts) -> Ending | None:
    """What the end proposes that was reached; None as long as there is something to answer."""
    step = current(script, run, facts)
    if step is None or step.kind is not StepKind.END:
        return None
    return Ending(step.disposition, step.outcome, step.fair_way_out)


def to_json(path: Sequence[Reply]) -> list[dict[str, Any]]:
    """A path as it is kept."""
    return list(_rows(path))


def from_json(rows: Sequence[Mapping[str, Any]]) -> tuple[Reply, ...]:
    """The path of a run that was kept, without what was put aside."""
    return run_from_json(rows).path


def run_to_json(run: Run) -> list[dict[str, Any]]:
    """A run as it is kept: its path, then what was put aside, marked so."""
    return [*_rows(run.path), *({**row, ASIDE: True} for row in _rows(run.aside))]


def run_from_json(rows: Sequence[Mapping[str, Any]]) -> Run:
    """A run that was kept."""
    return Run(
        tuple(_reply(row) for row in rows if not row.get(ASIDE)),
        tuple(_reply(row) for row in rows if row.get(ASIDE)),
    )


def _reply(row: Mapping[str, Any]) -> Reply:
    return Reply(
        step=row["step"],
        choice=row.get("choice"),
        words=row.get("words", ""),
        at=dt.datetime.fromisoformat(row["at"]) if "at" in row else None,
    )


def _rows(path: Sequence[Reply]) -> Iterator[dict[str, Any]]:
    for reply in path:
        row: dict[str, Any] = {"step": reply.step}
        if reply.choice is not None:
            row["choice"] = reply.choice
        if reply.words:
            row["words"] = reply.words
        if reply.at is not None:
            row["at"] = reply.at.isoformat()
        yield row


def _replayed(script: Script, run: Run, facts: Facts) -> Run:
    """Take what was put aside as long as it answers the step that comes."""
    while True:
        step = current(script, run, facts)
        reply = None if step is None else known_reply(run, step)
        if reply is None:
            return run
        run = replace(run, path=(*run.path, reply), aside=_without_first(run.aside, reply.step))


def _without_first(aside: tuple[Reply, ...], step: str) -> tuple[Reply, ...]:
    """The replies without the first one to a step."""
    for number, reply in enumerate(aside):
        if reply.step == step:
            return (*aside[:number], *aside[number + 1 :])
    return aside


def _target(step: Step, reply: Reply) -> str | None:
    choice = step.choice(reply.choice)
    return step.to if choice is None or choice.to is None else choice.to


def _shown(
    script: Script, target: str | None, path: tuple[Reply, ...], facts: Facts
) -> Step | None:
    """The first step from a target on that is no logic; None where logic turns in a circle."""
    known = {**facts, **answers(path)}
    decided: set[str] = set()
    step = script.step(target)
    while step is not None and step.kind is StepKind.LOGIC:
        if step.id in decided:
            return None
        decided.add(step.id)
        fitting = (
            branch.to
            for branch in step.branches
            if all(holds(condition, known) for condition in branch.when)
        )
        step = script.step(next(fitting, step.to))
    return step
