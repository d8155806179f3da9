"""Scripts 话术: listed, edited as drafts, published in versions that never change.

The content of a version is the JSON form of `desktop_app.domain.scripts`. A draft may have any
mistakes; what is published has none that `desktop_app.domain.script_checks` calls an error.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Script as ScriptRecord
from db.models import ScriptRun, ScriptVersion
from db.queries import scripts as queries
from db.queries.scripts import ScriptRow, ScriptVersionRow
from db.versioned import SCRIPTS
from db.vocabulary import Occasion
from desktop_app import clock
from desktop_app.domain import script_checks, scripts
from desktop_app.domain.permissions import Action
from desktop_app.domain.script_check_words import finding_sentence
from desktop_app.domain.script_checks import Finding, Severity
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.scripts import Comparison, Script
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.questionnaire.roles import CaseRole
from desktop_app.services import access, case_life, questionnaires, version_life
from desktop_app.services.version_life import Kind

SEED_TITLE: Final = N_("Add the scripts of the program")
"""Name of the change set of `db.scripts.seed`; stands here to be translated."""


@dataclass(frozen=True, slots=True)
class ScriptFile:
    """One version of a script with its steps."""

    version: ScriptVersionRow
    row: ScriptRow
    script: Script


# ---------------------------------------------------------------- reading


def list_scripts(
    session: Session, occasion: Occasion | None = None, *, with_retired: bool = False
) -> list[ScriptRow]:
    """The scripts of the workspace, shipped ones first."""
    access.require(session, Action.VIEW)
    return queries.list_scripts(session, occasion, with_retired=with_retired)


def find(session: Session, code: str) -> ScriptRow:
    """A script by its code, retired ones too. Raises NotFoundError."""
    access.require(session, Action.VIEW)
    for row in queries.list_scripts(session, with_retired=True):
        if row.code == code:
            return row
    raise NotFoundError(_("There is no script {code}.").format(code=code))


def versions_of(session: Session, script_id: uuid.UUID) -> list[ScriptVersionRow]:
    """The versions of a script, the newest first."""
    access.require(session, Action.VIEW)
    return queries.versions_of(session, script_id)


def load_version(session: Session, version_id: uuid.UUID) -> ScriptFile:
    """One version with its steps.

    Raises:
        NotFoundError: it is gone.
    """
    access.require(session, Action.VIEW)
    session.flush()
    found = session.get(ScriptVersion, version_id)
    if found is None:
        raise NotFoundError(_("This version of the script is gone."))
    row = next(
        each
        for each in queries.list_scripts(session, with_retired=True)
        if each.id == found.script_id
    )
    version = next(
        each for each in queries.versions_of(session, found.script_id) if each.id == version_id
    )
    return ScriptFile(version, row, scripts.read(found.content))


def compare(session: Session, old_id: uuid.UUID, new_id: uuid.UUID) -> Comparison:
    """How one version differs from another. Raises NotFoundError."""
    access.require(session, Action.VIEW)
    old, new = (load_version(session, key).script for key in (old_id, new_id))
    return scripts.compare(old, new)


def findings(session: Session, script: Script) -> tuple[Finding, ...]:
    """What is wrong with a script, also where its answers are written to in this workspace."""
    access.require(session, Action.VIEW)
    return script_checks.check(script, _writable(session))


def _writable(session: Session) -> frozenset[str] | None:
    """Roles and questions of the exit interview in use; None while there is none."""
    try:
        form = questionnaires.form_of(session, questionnaires.in_use(session))
    except (ConflictError, NotFoundError):
        return None
    names = {path.rpartition("/")[2] for path in form.questions}
    return frozenset({role.value for role in CaseRole} | names)


# ---------------------------------------------------------------- the life of a script


def _is_used(session: Session, version_id: uuid.UUID) -> bool:
    runs = select(ScriptRun.id).where(ScriptRun.script_version_id == version_id)
    return session.scalar(runs.limit(1)) is not None


_KIND: Final = Kind(
    SCRIPTS,
    _is_used,
    code_taken=N_("There is a script with the code {code} already. Choose another code."),
    no_title=N_("Give the script a title."),
    gone=N_("This script is gone."),
    version_gone=N_("This version of the script is gone."),
    draft_begun=N_("A draft of script {code} was begun. Publish or discard it first."),
    saved_meanwhile=N_("Script {code} was saved by somebody else meanwhile. Nothing was saved."),
    followed=N_("Calls followed this version, so it never changes. Publish it again."),
    retired=N_("Script {code} is retired already."),
)


def create(session: Session, draft: ScriptDraft, script: Script) -> uuid.UUID:
    """Make a script with a draft of its first version; returns the key of the version.

    Raises:
        InvalidInputError: the code is taken, or there is no title.
    """
    access.require(session, Action.EDIT_SCRIPT)
    session.flush()
    version_life.require_free_code(session, _KIND, draft.code)
    titles = version_life.titles(_KIND, draft.zh, draft.en)
    journal.name_change(session, N_("Make script {name}"), name=titles["zh"])
    made = ScriptRecord(code=draft.code, occasion=draft.occasion, **titles)
    session.add(made)
    session.flush()
    return version_life.add_draft(session, _KIND, made, {"content": scripts.write(script)})


def begin_draft(session: Session, script_id: uuid.UUID, script: Script | None = None) -> uuid.UUID:
    """Begin the next version, or take up the one that was begun; returns its key.

    Args:
        session: the writing session.
        script_id: which script.
        script: steps that came from a file; without them those of the version in use.

    Raises:
        NotFoundError: there is no such script.
        ConflictError: a draft was begun already and other steps are given.
    """
    access.require(session, Action.EDIT_SCRIPT)
    found = version_life.owner_at(session, _KIND, script_id)
    begun = version_life.begun(session, _KIND, found, has_content=script is not None)
    if begun is not None:
        return begun
    journal.name_change(session, N_("Begin a new version of script {name}"), name=found.zh)
    if script is None:
        best = next(iter(version_life.best_first(session, _KIND, found)), None)
        script = scripts.read(best.content if best is not None else {})
    return version_life.add_draft(session, _KIND, found, {"content": scripts.write(script)})


def save_draft(
    session: Session, version_id: uuid.UUID, script: Script, *, revision: int | None = None
) -> int:
    """Save the draft of a version; returns its revision.

    Args:
        session: the writing session.
        version_id: the draft.
        script: its steps.
        revision: the one that was edited; without it whatever is there is replaced.

    Raises:
        NotFoundError: it is gone.
        ConflictError: it is published already.
        ChangedMeanwhileError: somebody else saved it since.
    """
    access.require(session, Action.EDIT_SCRIPT)
    version, found = version_life.editable(session, _KIND, version_id, revision)
    journal.name_change(session, N_("Edit script {name}"), name=found.zh)
    case_life.set_values(version, {"content": scripts.write(script)})
    session.flush()
    return version.version


def set_title(session: Session, script_id: uuid.UUID, draft: ScriptDraft) -> None:
    """Give a script other titles and another occasion; its code stays.

    Raises:
        NotFoundError: there is no such script.
        InvalidInputError: there is no title.
    """
    access.require(session, Action.EDIT_SCRIPT)
    found = version_life.owner_at(session, _KIND, script_id)
    titles = version_life.titles(_KIND, draft.zh, draft.en)
    journal.name_change(session, N_("Rename script {name}"), name=found.zh)
    case_life.set_values(found, {**titles, "occasion": draft.occasion})
    session.flush()


def publish(session: Session, version_id: uuid.UUID, note: str = "") -> int:
    """Publish a draft: new calls use it, nothing changes it any more; returns its number.

    Raises:
        NotFoundError: it is gone.
        ConflictError: it is published already.
        InvalidInputError: it has errors; each problem names its step.
    """
    access.require(session, Action.EDIT_SCRIPT)
    version, found = version_life.unpublished(session, _KIND, version_id)
    wrong = [
        Problem(each.step, finding_sentence(each))
        for each in findings(session, scripts.read(version.content))
        if each.severity is Severity.ERROR
    ]
    if wrong:
        raise InvalidInputError(wrong)
    number = version_life.give_number(session, _KIND, version, found)
    journal.name_change(
        session,
        N_("Publish version {number} of script {name}"),
        number=number,
        name=found.zh,
    )
    return version_life.put_into_use(session, version, found, note)


def discard_draft(session: Session, version_id: uuid.UUID) -> None:
    """Throw a draft away; a script that has no other version goes with it.

    Raises:
        NotFoundError: it is gone.
        ConflictError: it is published already.
    """
    access.require(session, Action.EDIT_SCRIPT)
    version, found = version_life.editable(session, _KIND, version_id)
    journal.name_change(session, N_("Discard the draft of script {name}"), name=found.zh)
    version_life.discard(session, version, found)


def retire(session: Session, script_id: uuid.UUID) -> None:
    """Offer a script no more; its runs stay.

    Raises:
        NotFoundError: there is no such script.
        ConflictError: it is retired already.
    """
    access.require(session, Action.EDIT_SCRIPT)
    found = version_life.offered(session, _KIND, script_id)
    journal.name_change(session, N_("Retire script {name}"), name=found.zh)
    found.retired_on = clock.today()
    session.flush()


def restore(session: Session, script_id: uuid.UUID) -> None:
    """Offer a retired script again. Raises NotFoundError."""
    access.require(session, Action.EDIT_SCRIPT)
    found = version_life.owner_at(session, _KIND, script_id)
    journal.name_change(session, N_("Offer script {name} again"), name=found.zh)
    case_life.set_values(found, {"retired_on": None})
    session.flush()


def allow_export(session: Session) -> None:
    """Refuse a role that may not write scripts to files. Raises NotAllowedError.

    Who edits scripts also takes them out: there is nothing about customers in them. Every role
    that exports data edits scripts.
    """
    access.require(session, Action.EDIT_SCRIPT)


def note_export(session: Session, code: str, formats: Sequence[str]) -> None:
    """Write the audit event of a script as files. Raises NotAllowedError."""
    allow_export(session)
    title = N_("Export script {code} as {formats}")
    journal.record_event(session, title, code=code, formats=", ".join(formats))
