"""A script gone through in a call: begun for a case, answered step by step, ended.

A run is stored as its path (`desktop_app.domain.script_runs`), after each step, so nothing is lost
when the program ends. An answer that its step writes goes into the open exit interview of the case
at once; what was answered there later than in the script stays.
"""

import datetime as dt
import uuid
from dataclasses import replace

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, ContactAttempt, ScriptRun, ScriptVersion
from db.models import Script as ScriptRecord
from db.vocabulary import AttemptResult, ExperimentKind, Occasion, VersionState
from desktop_app import clock, i18n
from desktop_app.domain import script_runs, scripts
from desktop_app.domain.permissions import Action
from desktop_app.domain.script_occasions import occasion_of
from desktop_app.domain.script_runs import Reply, Run
from desktop_app.domain.scripts import Script, Step
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import (
    access,
    case_life,
    experiments,
    script_answers,
    script_facts,
    script_state,
)
from desktop_app.services.experiments import Part
from desktop_app.services.script_state import RunState

# ---------------------------------------------------------------- reading


def best_version(
    session: Session, case_id: uuid.UUID, occasion: Occasion | None = None
) -> uuid.UUID | None:
    """The published script for a case: of its occasion, one's own before a shipped one.

    While scripts for the occasion are compared it is the one that the customer was drawn for; none
    for a customer of the hold-out group.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case_life.load(session, case_id)
    wanted = _occasion(session, case_id, occasion)
    part = _part(session, case_id, wanted)
    if part is None:
        return _published(session, ScriptRecord.occasion == wanted)
    if part.is_left_alone:
        return None
    drawn = _published(session, ScriptRecord.code == part.target)
    return drawn or _published(session, ScriptRecord.occasion == wanted)


def left_alone(session: Session, case_id: uuid.UUID, occasion: Occasion | None = None) -> str:
    """The experiment in whose hold-out group the customer of a case is; empty when in none.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case_life.load(session, case_id)
    part = _part(session, case_id, _occasion(session, case_id, occasion))
    return part.title if part is not None and part.is_left_alone else ""


def is_compared(session: Session, case_id: uuid.UUID) -> bool:
    """Whether scripts for a case are compared: then its customer is drawn when one is begun.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case_life.load(session, case_id)
    return _part(session, case_id, _occasion(session, case_id, None)) is not None


def open_run(session: Session, case_id: uuid.UUID) -> uuid.UUID | None:
    """The run of a case that was begun last and has not ended.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case_life.load(session, case_id)
    session.flush()
    begun = select(ScriptRun.id).where(ScriptRun.case_id == case_id, ScriptRun.ended_at.is_(None))
    return session.scalars(begun.order_by(ScriptRun.started_at.desc(), ScriptRun.id.desc())).first()


def state(session: Session, run_id: uuid.UUID, language: str = "") -> RunState:
    """Where a run is, its words in a language; without one in that of the program.

    Raises:
        NotFoundError, NotAllowedError: it is gone, or its case is out of reach.
    """
    access.require(session, Action.VIEW)
    return script_state.state_of(session, _load(session, run_id), language or i18n.language())


# ---------------------------------------------------------------- going through


def begin(
    session: Session,
    case_id: uuid.UUID,
    version_id: uuid.UUID | None = None,
    *,
    occasion: Occasion | None = None,
) -> uuid.UUID | None:
    """Begin a script in a case, or take up the run that was begun; returns its key.

    While scripts for the occasion are compared, the customer is drawn; nothing is begun for one who
    falls into the hold-out group (`left_alone`), and none is returned.

    Args:
        session: the writing session.
        case_id: the case.
        version_id: which published version; without it the run that is open, else the best script.
        occasion: what the script is for, when no version is given; that of the case without it.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach; there is no script for it.
        ConflictError: the case is closed or not assigned yet, the customer is not to be contacted,
            or the version is a draft.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_assigned(session, case_id)
    case_life.require_contactable(session, case)
    begun = open_run(session, case_id)
    if begun is not None and _is_wanted(session, begun, version_id, occasion):
        return begun
    version = session.get(ScriptVersion, version_id) if version_id is not None else None
    if version is not None:
        occasion = Occasion(session.get_one(ScriptRecord, version.script_id).occasion)
    occasion = _occasion(session, case_id, occasion)
    part = _part(session, case_id, occasion)
    if part is not None and part.is_left_alone:
        experiments.arm_for(session, case_id, ExperimentKind.SCRIPT)
        return None
    best = best_version(session, case_id, occasion) if version_id is None else None
    version = session.get(ScriptVersion, best) if best is not None else version
    if version is None:
        raise NotFoundError(_("There is no script for this case. Choose one from the list."))
    if version.state != VersionState.PUBLISHED:
        raise ConflictError(_("This version of the script is a draft. Publish it first."))
    journal.name_change(session, N_("Begin a script in case {number}"), number=case.number)
    if part is not None:
        experiments.arm_for(session, case_id, ExperimentKind.SCRIPT)
    run = ScriptRun(
        case_id=case_id,
        script_version_id=version.id,
        started_at=clock.now(),
        by_id=access.actor(session).user_id,
    )
    session.add(run)
    session.flush()
    return run.id


def answer(
    session: Session,
    run_id: uuid.UUID,
    step: str,
    choice: str | None = None,
    words: str = "",
    *,
    at: dt.datetime | None = None,
    language: str = "",
) -> RunState:
    """Answer the step that is shown and go on.

    Args:
        session: the writing session.
        run_id: the run.
        step: the step that is answered.
        choice: code of the choice, if there are any.
        words: the customer's words.
        at: when it was said; now without it.
        language: of what is shown next.

    Raises:
        NotFoundError, NotAllowedError: the run is gone, or its case is out of reach.
        ConflictError: it has ended, the case is closed, or another step is shown by now.
        InvalidInputError: there is no such choice, or one is needed to go on.
    """
    access.require(session, Action.WORK_CASE)
    record, case, script, run = _open(session, run_id)
    reply = Reply(step, choice, words.strip(), at or clock.now())
    facts = script_facts.case_words(session, case.id).facts
    shown = script_runs.current(script, run, facts)
    if shown is None or shown.id != step:
        raise ConflictError(_("The script has gone on meanwhile. Look at the step again."))
    _check(shown, reply)
    journal.name_change(session, N_("Answer in the script of case {number}"), number=case.number)
    _put(session, record, script_runs.answer(script, run, facts, reply))
    written = script_answers.write(session, case, shown, reply)
    return _with(script_state.state_of(session, record, language or i18n.language()), written)


def back_to(session: Session, run_id: uuid.UUID, index: int, *, language: str = "") -> RunState:
    """Go back to a step of the path; what came after is offered again where it still fits.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `answer`.
        InvalidInputError: the path has no such place.
    """
    access.require(session, Action.WORK_CASE)
    record, case, _script, run = _open(session, run_id)
    _require_place(run, index)
    journal.name_change(session, N_("Go back in the script of case {number}"), number=case.number)
    _put(session, record, script_runs.back_to(run, index))
    return script_state.state_of(session, record, language or i18n.language())


def change(
    session: Session,
    run_id: uuid.UUID,
    index: int,
    choice: str | None = None,
    words: str = "",
    *,
    language: str = "",
) -> RunState:
    """Change the answer at a place of the path; what follows is gone through again where it fits.

    Raises:
        NotFoundError, NotAllowedError, ConflictError, InvalidInputError: as `answer`, `back_to`.
    """
    access.require(session, Action.WORK_CASE)
    record, case, script, run = _open(session, run_id)
    _require_place(run, index)
    step = next(each for each in script.steps if each.id == run.path[index].step)
    reply = Reply(step.id, choice, words.strip(), clock.now())
    _check(step, reply)
    facts = script_facts.case_words(session, case.id).facts
    journal.name_change(session, N_("Answer in the script of case {number}"), number=case.number)
    _put(session, record, script_runs.change(script, run, facts, index, reply))
    written = script_answers.write(session, case, step, reply)
    return _with(script_state.state_of(session, record, language or i18n.language()), written)


def link(session: Session, run_id: uuid.UUID, attempt_id: uuid.UUID) -> None:
    """Say in which call a script was gone through; also of a run that has ended.

    Raises:
        NotFoundError, NotAllowedError: the run or the call is gone, or out of reach.
        InvalidInputError: the call was about another case.
    """
    access.require(session, Action.WORK_CASE)
    record = _load(session, run_id)
    case = case_life.load(session, record.case_id)
    attempt = session.get(ContactAttempt, attempt_id)
    if attempt is None:
        raise NotFoundError(_("This attempt is gone."))
    if attempt.case_id != case.id:
        raise InvalidInputError([Problem("attempt", _("The call was about another case."))])
    journal.name_change(
        session, N_("Note the script of a call in case {number}"), number=case.number
    )
    case_life.set_values(record, {"attempt_id": attempt_id})
    session.flush()


def end(
    session: Session, run_id: uuid.UUID, attempt_id: uuid.UUID | None = None
) -> AttemptResult | None:
    """End a run, wherever it is; returns the result that the script proposes, if it came to an end.

    Args:
        session: the writing session.
        run_id: the run.
        attempt_id: the call in which it was gone through, if that is logged already.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `answer`.
        InvalidInputError: as `link`.
    """
    access.require(session, Action.WORK_CASE)
    record, case, script, run = _open(session, run_id)
    ending = script_runs.ending(script, run, script_facts.case_words(session, case.id).facts)
    journal.name_change(session, N_("End the script of case {number}"), number=case.number)
    _put(session, record, Run(run.path))
    record.ended_at = clock.now()
    if attempt_id is not None:
        link(session, run_id, attempt_id)
    session.flush()
    return None if ending is None else ending.disposition


# ---------------------------------------------------------------- parts


def _occasion(session: Session, case_id: uuid.UUID, occasion: Occasion | None) -> Occasion:
    """What a script is for: as asked, else what the case is about now."""
    return occasion or occasion_of(script_facts.case_words(session, case_id).facts)


def _published(session: Session, which: ColumnElement[bool]) -> uuid.UUID | None:
    """The version in force of a script in use."""
    statement = (
        select(ScriptVersion.id)
        .join(ScriptRecord, ScriptRecord.id == ScriptVersion.script_id)
        .where(
            which,
            ScriptRecord.retired_on.is_(None),
            ScriptVersion.number == ScriptRecord.current_version,
            ScriptVersion.state == VersionState.PUBLISHED,
        )
        .order_by(ScriptRecord.origin.desc(), ScriptVersion.published_at.desc())
    )
    return session.scalars(statement).first()


def _part(session: Session, case_id: uuid.UUID, occasion: Occasion) -> Part | None:
    """How the customer takes part, if scripts for the occasion are compared."""
    part = experiments.part_of(session, case_id, ExperimentKind.SCRIPT)
    if part is None:
        return None
    compared = select(ScriptRecord.occasion).where(ScriptRecord.code.in_(part.compared))
    return part if occasion in set(session.scalars(compared)) else None


def _load(session: Session, run_id: uuid.UUID) -> ScriptRun:
    record = session.get(ScriptRun, run_id)
    if record is None:
        raise NotFoundError(_("This run of a script is gone."))
    case_life.load(session, record.case_id)
    return record


def _open(session: Session, run_id: uuid.UUID) -> tuple[ScriptRun, Case, Script, Run]:
    record = _load(session, run_id)
    case = case_life.load_open(session, record.case_id)
    if record.ended_at is not None:
        raise ConflictError(_("This script has ended. Begin it again."))
    version = session.get_one(ScriptVersion, record.script_version_id)
    return record, case, scripts.read(version.content), script_runs.run_from_json(record.path)


def _is_wanted(
    session: Session, run_id: uuid.UUID, version_id: uuid.UUID | None, occasion: Occasion | None
) -> bool:
    """Whether an open run is the one that is asked for."""
    record = session.get_one(ScriptRun, run_id)
    version = session.get_one(ScriptVersion, record.script_version_id)
    if version_id is not None:
        return version.id == version_id
    script = session.get_one(ScriptRecord, version.script_id)
    return occasion is None or script.occasion == occasion


def _check(step: Step, reply: Reply) -> None:
    if not script_runs.fits(step, reply):
        raise InvalidInputError([Problem("choice", _("Choose one of the answers of this step."))])


def _require_place(run: Run, index: int) -> None:
    if not 0 <= index < len(run.path):
        raise InvalidInputError([Problem("index", _("There is no such step to go back to."))])


def _put(session: Session, record: ScriptRun, run: Run) -> None:
    case_life.set_values(record, {"path": script_runs.run_to_json(run)})
    session.flush()


def _with(state: RunState, written: tuple[uuid.UUID, dict[str, str]] | None) -> RunState:
    if written is None:
        return state
    interview_id, answers = written
    return replace(state, interview_id=interview_id, written=answers)
