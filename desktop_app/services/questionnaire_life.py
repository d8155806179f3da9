"""The life of a questionnaire: made, edited as a draft, published in versions that never change.

A draft is an XLSForm as its cells (`desktop_app.questionnaire.sheets`). Whoever saves it converts
it first (`desktop_app.importing.xlsforms`) and gives the result along; without one the draft is
kept all the same and cannot be published yet.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Questionnaire, QuestionnaireVersion
from db.questionnaires import EXIT_INTERVIEW
from db.versioned import QUESTIONNAIRES
from db.vocabulary import QuestionnairePurpose, VersionState
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.domain.questionnaires import QuestionnaireDraft, TitleDraft
from desktop_app.errors import ConflictError, InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.questionnaire import media, roles, xform
from desktop_app.questionnaire.form import Form, FormProblemsError
from desktop_app.questionnaire.roles import CaseRole
from desktop_app.questionnaire.versions import History, HistoryError, Version
from desktop_app.services import access, case_life, questionnaires, version_life
from desktop_app.services.questionnaires import REASONS_FILE, FormSource
from desktop_app.services.version_life import Kind

SEED_TITLES = (
    N_("Add the questionnaires of the program"),
    N_("Take over what a new version of the program brings"),
)
"""Names of change sets that are made in `db`; they stand here to be translated."""

_KIND: Final = Kind(
    QUESTIONNAIRES,
    questionnaires.is_used,
    code_taken=N_("There is a questionnaire with the code {code} already. Choose another code."),
    no_title=N_("Give the questionnaire a title."),
    gone=N_("This questionnaire is gone."),
    version_gone=N_("This version of the questionnaire is gone."),
    draft_begun=N_("A draft of questionnaire {code} was begun. Publish or discard it first."),
    saved_meanwhile=N_(
        "Questionnaire {code} was saved by somebody else meanwhile. Nothing was saved."
    ),
    followed=N_("Interviews follow this version, so it never changes. Publish it again."),
    retired=N_("Questionnaire {code} is retired already."),
)


def create(
    session: Session,
    draft: QuestionnaireDraft,
    content: Mapping[str, Any],
    source: FormSource | None = None,
) -> uuid.UUID:
    """Make a questionnaire with a draft of its first version; returns the key of the version.

    Raises:
        InvalidInputError: the code is taken, or there is no title.
    """
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    version_life.require_free_code(session, _KIND, draft.code)
    titles = version_life.titles(_KIND, draft.zh, draft.en)
    journal.name_change(session, N_("Make questionnaire {name}"), name=titles["zh"])
    made = Questionnaire(code=draft.code, purpose=draft.purpose, **titles)
    session.add(made)
    session.flush()
    return version_life.add_draft(session, _KIND, made, _values(content, source))


def begin_draft(
    session: Session,
    questionnaire_id: uuid.UUID,
    content: Mapping[str, Any] | None = None,
    source: FormSource | None = None,
) -> uuid.UUID:
    """Begin the next version, or take up the one that was begun; returns its key.

    Args:
        session: the writing session.
        questionnaire_id: which questionnaire.
        content: questions that came from a file; without them those of the version in use.
        source: what `content` was converted to.

    Raises:
        NotFoundError: there is no such questionnaire.
        ConflictError: a draft was begun already and other questions are given.
    """
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    found = version_life.owner_at(session, _KIND, questionnaire_id)
    begun = version_life.begun(session, _KIND, found, has_content=content is not None)
    if begun is not None:
        return begun
    journal.name_change(session, N_("Begin a new version of questionnaire {name}"), name=found.zh)
    if content is None:
        best = version_life.best_first(session, _KIND, found)[0]
        sheets, xml = questionnaires.written(session, best.id)
        content = sheets.to_json()
        source = FormSource(xml, best.itemsets, best.files)
    return version_life.add_draft(session, _KIND, found, _values(content, source))


def save_draft(
    session: Session,
    version_id: uuid.UUID,
    content: Mapping[str, Any],
    source: FormSource | None,
    overruled: Mapping[str, str] | None = None,
    revision: int | None = None,
) -> int:
    """Save the draft of a version; returns its revision now.

    Args:
        session: the writing session.
        version_id: the draft.
        content: the questions, `Sheets.to_json()`.
        source: what they were converted to; None while they have errors.
        overruled: reasons why remarks of the wording check do not hold, by `remark_key`.
        revision: which revision was edited (`VersionSource.revision`); None saves over any.

    Raises:
        NotFoundError: it is gone.
        ConflictError: it is published already.
        ChangedMeanwhileError: somebody else saved it since.
    """
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    version, found = version_life.editable(session, _KIND, version_id, revision)
    journal.name_change(session, N_("Edit questionnaire {name}"), name=found.zh)
    case_life.set_values(version, _values(content, source))
    if overruled is not None and dict(overruled) != version.overruled:
        version.overruled = dict(overruled)
    session.flush()
    return version.version


def set_title(session: Session, questionnaire_id: uuid.UUID, draft: TitleDraft) -> None:
    """Give a questionnaire other titles; its cells follow when it is published or exported.

    Raises:
        NotFoundError: there is no such questionnaire.
        InvalidInputError: there is no title.
    """
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    found = version_life.owner_at(session, _KIND, questionnaire_id)
    titles = version_life.titles(_KIND, draft.zh, draft.en)
    journal.name_change(session, N_("Rename questionnaire {name}"), name=found.zh)
    case_life.set_values(found, titles)
    session.flush()


def publish(session: Session, version_id: uuid.UUID, note: str = "") -> int:
    """Publish a draft: new interviews use it, nothing changes it any more; returns its number.

    Raises:
        NotFoundError: it is gone.
        ConflictError: it is published already.
        InvalidInputError: it has errors, an exit questionnaire lacks the customer's own words or
            the stated reason, or a remark of the wording check is neither followed nor overruled.
    """
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    version, found = version_life.unpublished(session, _KIND, version_id)
    purpose = QuestionnairePurpose(found.purpose)
    problems = _publishing_problems(session, version, purpose)
    if problems:
        raise InvalidInputError(problems)
    number = version_life.give_number(session, _KIND, version, found)
    journal.name_change(
        session,
        N_("Publish version {number} of questionnaire {name}"),
        number=number,
        name=found.zh,
    )
    if not questionnaires.is_used(session, version.id):
        sheets, version.xml = questionnaires.written(session, version.id)
        version.content = sheets.to_json()
    return version_life.put_into_use(session, version, found, note)


def discard_draft(session: Session, version_id: uuid.UUID) -> None:
    """Throw a draft away; a questionnaire that has no other version goes with it.

    Raises:
        NotFoundError: it is gone.
        ConflictError: it is published already.
    """
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    version, found = version_life.editable(session, _KIND, version_id)
    journal.name_change(session, N_("Discard the draft of questionnaire {name}"), name=found.zh)
    version_life.discard(session, version, found)


def retire(session: Session, questionnaire_id: uuid.UUID) -> None:
    """Offer a questionnaire no more; its interviews stay.

    Raises:
        NotFoundError: there is no such questionnaire.
        ConflictError: it is retired already, or it is the exit interview that cases begin with.
    """
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    found = version_life.offered(session, _KIND, questionnaire_id)
    if found.code == EXIT_INTERVIEW:
        raise ConflictError(
            _("Cases begin with this exit interview. Edit it instead of retiring it.")
        )
    journal.name_change(session, N_("Retire questionnaire {name}"), name=found.zh)
    found.retired_on = clock.today()
    session.flush()


def restore(session: Session, questionnaire_id: uuid.UUID) -> None:
    """Offer a retired questionnaire again. Raises NotFoundError."""
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    found = version_life.owner_at(session, _KIND, questionnaire_id)
    journal.name_change(session, N_("Offer questionnaire {name} again"), name=found.zh)
    found.retired_on = None
    session.flush()


# ---------------------------------------------------------------- parts


def _publishing_problems(
    session: Session, version: QuestionnaireVersion, purpose: QuestionnairePurpose
) -> list[Problem]:
    file = questionnaires.load_version(session, version.id)
    if file.problems:
        return [Problem(problem.path, problem.message) for problem in file.problems]
    form = file.form
    if form is None or not any(True for _question in form.asked()):
        return [Problem("", _("The questionnaire has errors or no questions. Correct it first."))]
    found = [Problem(problem.path, problem.message) for problem in form.broken]
    found += _history_problems(session, version, form)
    if purpose is QuestionnairePurpose.EXIT:
        advice = _("Add the question from the library.")
        needed = {
            CaseRole.OWN_WORDS: _("An exit questionnaire asks for the customer's own words."),
            CaseRole.STATED_REASON: _("An exit questionnaire asks for the stated reason."),
        }
        found += [
            Problem(role, f"{text} {advice}")
            for role, text in needed.items()
            if not roles.has_role(form, role)
        ]
    found += [
        Problem(remark.question, f"{remark.explanation} {remark.suggestion}")
        for remark in questionnaires.remarks_of(form, purpose)
        if not version.overruled.get(questionnaires.remark_key(remark), "").strip()
    ]
    return found


def _history_problems(session: Session, version: QuestionnaireVersion, form: Form) -> list[Problem]:
    """Why answers of this version could not stand in one table with those before."""
    published = session.scalars(
        select(QuestionnaireVersion.id)
        .where(
            QuestionnaireVersion.questionnaire_id == version.questionnaire_id,
            QuestionnaireVersion.state == VersionState.PUBLISHED,
        )
        .order_by(QuestionnaireVersion.number)
    )
    versions = [Version(str(key), questionnaires.form_of(session, key)) for key in published]
    try:
        _columns = History([*versions, Version(str(version.number), form)]).columns
    except HistoryError as error:
        return [Problem("", str(error))]
    return []


def _values(content: Mapping[str, Any], source: FormSource | None) -> dict[str, Any]:
    """The columns of a draft."""
    values: dict[str, Any] = {"content": dict(content)}
    if source is None:
        return values | {"xml": "", "itemsets": ""}
    files = {name: text for name, text in source.files.items() if name != REASONS_FILE}
    values |= {"xml": source.xml, "itemsets": source.itemsets, "files": files}
    return values | {"questions": _count(source)}


def _count(source: FormSource) -> int:
    lists = {name: text.encode() for name, text in source.files.items() if media.is_list(name)}
    try:
        form = xform.load(source.xml, lists.get, source.itemsets)
    except FormProblemsError:
        return 0
    return sum(1 for _question in form.asked())
