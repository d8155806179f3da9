"""Where a call is in its script, as it is read aloud: words in one language, the case put in.

Only services call `state_of`, after they have asked for the right to do what they do.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from db.models import Script as ScriptRecord
from db.models import ScriptRun, ScriptVersion
from desktop_app.domain import script_runs, scripts
from desktop_app.domain.script_runs import Ending, Reply, Run
from desktop_app.domain.scripts import Script, Step, StepKind
from desktop_app.services.script_facts import CaseWords, case_words


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """One answer to choose, in the language asked for."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as it is read aloud: the case put in, in one language.

    Attributes:
        id: Its name within the script.
        kind: What it does.
        words: What is said.
        hint: Advice for the agent, not spoken.
        heard: What the customer says, of an objection.
        choices: Answers to choose; none: free words, or just go on.
        may_skip: Whether one may go on without a choice.
        takes_words: Whether the interview gets the customer's words.
        goal: Goal of the offers to look for, of an offer.
        known: What was answered before it was left by going back.
    """

    id: str
    kind: StepKind
    words: str
    hint: str
    heard: str
    choices: tuple[ShownChoice, ...]
    may_skip: bool
    takes_words: bool
    goal: str
    known: Reply | None


@dataclass(frozen=True, slots=True)
class PathLine:
    """A step that was gone through, with its answer in words."""

    step: str
    kind: StepKind
    words: str
    answer: str


@dataclass(frozen=True, slots=True)
class RunState:
    """Where a call is in its script; `step` is none when the script leads nowhere or has ended.

    `written` is what the last answer put into the interview `interview_id`, by address. Before the
    first answer a run is not begun (`script_start`): nothing is stored under its key yet.
    """

    run_id: uuid.UUID
    case_id: uuid.UUID
    version_id: uuid.UUID
    title: str
    number: int
    step: ShownStep | None
    path: tuple[PathLine, ...]
    ending: Ending | None
    is_over: bool
    is_begun: bool = True
    interview_id: uuid.UUID | None = None
    written: Mapping[str, str] = field(default_factory=dict)


def state_of(session: Session, record: ScriptRun, language: str) -> RunState:
    """Where a run is, its words in a language."""
    version = session.get_one(ScriptVersion, record.script_version_id)
    named = session.get_one(ScriptRecord, version.script_id)
    script = scripts.read(version.content)
    run = script_runs.run_from_json(record.path)
    words = case_words(session, record.case_id)
    is_over = record.ended_at is not None
    step = None if is_over else script_runs.current(script, run, words.facts)
    is_zh = language.lower().startswith("zh")
    return RunState(
        run_id=record.id,
        case_id=record.case_id,
        version_id=version.id,
        title=(named.zh if is_zh else named.en) or named.zh or named.en,
        number=version.number,
        step=None if step is None else _shown(step, run, words, language),
        path=tuple(_line(script, reply, words, language) for reply in run.path),
        ending=None if is_over else script_runs.ending(script, run, words.facts),
        is_over=is_over,
    )


def _shown(step: Step, run: Run, words: CaseWords, language: str) -> ShownStep:
    return ShownStep(
        id=step.id,
        kind=step.kind,
        words=words.render(step.zh, step.en, language),
        hint=words.render(step.hint_zh, step.hint_en, language),
        heard=words.render(step.heard_zh, step.heard_en, language),
        choices=tuple(
            ShownChoice(each.code, words.render(each.zh, each.en, language))
            for each in step.choices
        ),
        may_skip=step.to is not None or not step.choices,
        takes_words=bool(step.writes) and not step.choices,
        goal=step.goal,
        known=script_runs.known_reply(run, step),
    )


def _line(script: Script, reply: Reply, words: CaseWords, language: str) -> PathLine:
    step = script.step(reply.step)
    if step is None:
        return PathLine(reply.step, StepKind.SAY, "", reply.value)
    chosen = step.choice(reply.choice)
    said = "" if chosen is None else words.render(chosen.zh, chosen.en, language)
    both = [each for each in (said, reply.words) if each]
    return PathLine(step.id, step.kind, words.render(step.zh, step.en, language), ": ".join(both))
