"""Questionnaires: make them, edit the draft, publish versions that never change.

A draft is an XLSForm as its cells (`desktop_app.questionnaire.sheets`). Whoever saves it converts
it first (`desktop_app.importing.xlsforms`) and gives the result along; without one the draft is
kept all the same and cannot be published yet.
"""

import csv
import hashlib
import io
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import journal, reference
from db.models import Interview, Questionnaire, QuestionnaireVersion
from db.queries import questionnaires as queries
from db.queries.questionnaires import QuestionnaireRow, VersionRow, VersionSource
from db.questionnaires import EXIT_INTERVIEW
from db.vocabulary import QuestionnairePurpose, VersionState
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.domain.questionnaires import QuestionnaireDraft, TitleDraft
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.questionnaire import roles, worded, wording, xform
from desktop_app.questionnaire.form import Form, FormProblemsError
from desktop_app.questionnaire.roles import CaseRole
from desktop_app.questionnaire.versions import History, HistoryError, Version
from desktop_app.questionnaire.wording import Purpose, Remark
from desktop_app.services import access, reasons

SEED_TITLES = (
    N_("Add the questionnaires of the program"),
    N_("Take over what a new version of the program brings"),
)
"""Names of change sets that are made in `db`; they stand here to be translated."""

REASONS_FILE: Final = "reasons.csv"
"""The file of choices that the program fills in: the reasons of the workspace."""
_CHINESE, _ENGLISH = "label::Chinese (zh)", "label::English (en)"
_MOST_FORMS: Final = 12


@dataclass(frozen=True, slots=True)
class FormSource:
    """A questionnaire as it was converted: the XForm and the lists it takes from files."""

    xml: str
    itemsets: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VersionFile:
    """One version with its questions; `form` is None while a draft cannot be used."""

    source: VersionSource
    questionnaire: QuestionnaireRow
    form: Form | None


# ---------------------------------------------------------------- reading


def list_questionnaires(
    session: Session,
    purpose: QuestionnairePurpose | None = None,
    *,
    with_retired: bool = False,
) -> list[QuestionnaireRow]:
    """The questionnaires of the workspace."""
    access.require(session, Action.VIEW)
    return queries.list_questionnaires(session, purpose, with_retired=with_retired)


def versions_of(session: Session, questionnaire_id: uuid.UUID) -> list[VersionRow]:
    """The versions of a questionnaire, the newest first."""
    access.require(session, Action.VIEW)
    return queries.versions_of(session, questionnaire_id)


def load_version(session: Session, version_id: uuid.UUID) -> VersionFile:
    """One version with its questions.

    Raises:
        NotFoundError: it is gone.
    """
    access.require(session, Action.VIEW)
    source = _source(session, version_id)
    rows = queries.list_questionnaires(session, with_retired=True)
    row = next(each for each in rows if each.id == source.questionnaire_id)
    try:
        form = _form(session, source) if source.xml else None
    except FormProblemsError:
        form = None
    return VersionFile(source, row, form)


def form_of(session: Session, version_id: uuid.UUID) -> Form:
    """The form of a version, the reasons of the workspace filled in.

    Raises:
        NotFoundError: it is gone.
        ConflictError: it is a draft that cannot be used yet.
    """
    access.require(session, Action.VIEW)
    source = _source(session, version_id)
    try:
        if source.xml:
            return _form(session, source)
    except FormProblemsError:
        pass
    raise ConflictError(_("This questionnaire cannot be used yet. Correct it in the designer."))


def in_use(session: Session, questionnaire_id: uuid.UUID | None = None) -> uuid.UUID:
    """Key of the version that a new interview gets; of the exit interview without a key.

    Raises:
        NotFoundError: there is no such questionnaire.
        ConflictError: it is retired, or no version of it is published.
    """
    access.require(session, Action.VIEW)
    wanted = (
        Questionnaire.code == EXIT_INTERVIEW
        if questionnaire_id is None
        else Questionnaire.id == questionnaire_id
    )
    found = session.scalar(select(Questionnaire).where(wanted))
    if found is None:
        raise NotFoundError(_("This questionnaire is gone."))
    if found.retired_on is not None or found.current_version is None:
        text = _("Questionnaire {code} is not in use. Choose another one.")
        raise ConflictError(text.format(code=found.code))
    return session.scalars(
        select(QuestionnaireVersion.id).where(
            QuestionnaireVersion.questionnaire_id == found.id,
            QuestionnaireVersion.number == found.current_version,
        )
    ).one()


def files_of(session: Session, own: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The files a form takes its lists from: its own and the reasons of the workspace."""
    access.require(session, Action.VIEW)
    return {
        **{name: text.encode() for name, text in (own or {}).items()},
        REASONS_FILE: _reasons_csv(session),
    }


def remarks_of(form: Form, purpose: QuestionnairePurpose) -> list[Remark]:
    """What is odd about the words of a form, in the order of its questions."""
    return list(wording.check_wording(worded.worded(form), Purpose(purpose)))


def remark_key(remark: Remark) -> str:
    """Under which key a remark is overruled; other words need another reason."""
    words = hashlib.sha256(remark.text.encode()).hexdigest()[:12]
    return f"{remark.question}:{remark.rule}:{words}"


# ---------------------------------------------------------------- making and editing


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
    if session.scalar(select(Questionnaire.id).where(Questionnaire.code == draft.code)):
        text = _("There is a questionnaire with the code {code} already. Choose another code.")
        raise InvalidInputError([Problem("code", text.format(code=draft.code))])
    if not (draft.zh or draft.en):
        raise InvalidInputError([Problem("zh", _("Give the questionnaire a title."))])
    title = draft.zh or draft.en
    journal.name_change(session, N_("Make questionnaire {name}"), name=title)
    made = Questionnaire(
        code=draft.code, zh=draft.zh or title, en=draft.en or title, purpose=draft.purpose
    )
    session.add(made)
    session.flush()
    return _add_draft(session, made, content, source)


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
    found = _questionnaire(session, questionnaire_id)
    begun = session.scalar(
        select(QuestionnaireVersion.id).where(
            QuestionnaireVersion.questionnaire_id == found.id,
            QuestionnaireVersion.state == VersionState.DRAFT,
        )
    )
    if begun is not None:
        if content is not None:
            text = _("A draft of questionnaire {code} was begun. Publish or discard it first.")
            raise ConflictError(text.format(code=found.code))
        return begun
    journal.name_change(session, N_("Begin a new version of questionnaire {name}"), name=found.zh)
    if content is None:
        newest = session.scalars(
            select(QuestionnaireVersion)
            .where(QuestionnaireVersion.questionnaire_id == found.id)
            .order_by(
                QuestionnaireVersion.number == found.current_version,
                QuestionnaireVersion.number,
            )
        ).all()[-1]
        content = newest.content
        source = FormSource(newest.xml, newest.itemsets, newest.files)
    return _add_draft(session, found, content, source)


def save_draft(
    session: Session,
    version_id: uuid.UUID,
    content: Mapping[str, Any],
    source: FormSource | None,
    overruled: Mapping[str, str] | None = None,
) -> None:
    """Save the draft of a version.

    Args:
        session: the writing session.
        version_id: the draft.
        content: the questions, `Sheets.to_json()`.
        source: what they were converted to; None while they have errors.
        overruled: reasons why remarks of the wording check do not hold, by `remark_key`.

    Raises:
        NotFoundError: it is gone.
        ConflictError: it is published already.
    """
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    version, found = _draft(session, version_id)
    journal.name_change(session, N_("Edit questionnaire {name}"), name=found.zh)
    _put(version, content, source)
    if overruled is not None and dict(overruled) != version.overruled:
        version.overruled = dict(overruled)
    session.flush()


def set_title(session: Session, questionnaire_id: uuid.UUID, draft: TitleDraft) -> None:
    """Give a questionnaire other titles. Raises NotFoundError, InvalidInputError."""
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    found = _questionnaire(session, questionnaire_id)
    if not (draft.zh or draft.en):
        raise InvalidInputError([Problem("zh", _("Give the questionnaire a title."))])
    journal.name_change(session, N_("Rename questionnaire {name}"), name=found.zh)
    for name, text in (("zh", draft.zh or draft.en), ("en", draft.en or draft.zh)):
        if getattr(found, name) != text:
            setattr(found, name, text)
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
    version, found = _unpublished(session, version_id)
    purpose = QuestionnairePurpose(found.purpose)
    problems = _publishing_problems(session, version, purpose)
    if problems:
        raise InvalidInputError(problems)
    others = select(func.max(QuestionnaireVersion.number)).where(
        QuestionnaireVersion.questionnaire_id == found.id, QuestionnaireVersion.id != version.id
    )
    version.number = max(version.number, (session.scalar(others) or 0) + 1)
    journal.name_change(
        session,
        N_("Publish version {number} of questionnaire {name}"),
        number=version.number,
        name=found.zh,
    )
    version.state = VersionState.PUBLISHED
    version.note = note.strip()
    version.published_at = clock.now()
    version.published_by_id = access.actor(session).user_id
    found.current_version = version.number
    session.flush()
    return version.number


def discard_draft(session: Session, version_id: uuid.UUID) -> None:
    """Throw a draft away; a questionnaire that has no other version goes with it.

    Raises:
        NotFoundError: it is gone.
        ConflictError: it is published already.
    """
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    version, found = _draft(session, version_id)
    journal.name_change(session, N_("Discard the draft of questionnaire {name}"), name=found.zh)
    session.delete(version)
    session.flush()
    if found.current_version is None:
        session.delete(found)
        session.flush()


def retire(session: Session, questionnaire_id: uuid.UUID) -> None:
    """Offer a questionnaire no more; its interviews stay.

    Raises:
        NotFoundError: there is no such questionnaire.
        ConflictError: it is retired already, or it is the exit interview that cases begin with.
    """
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    found = _questionnaire(session, questionnaire_id)
    if found.retired_on is not None:
        raise ConflictError(_("Questionnaire {code} is retired already.").format(code=found.code))
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
    found = _questionnaire(session, questionnaire_id)
    journal.name_change(session, N_("Offer questionnaire {name} again"), name=found.zh)
    found.retired_on = None
    session.flush()


# ---------------------------------------------------------------- parts


def _publishing_problems(
    session: Session, version: QuestionnaireVersion, purpose: QuestionnairePurpose
) -> list[Problem]:
    source = _source(session, version.id)
    try:
        form = _form(session, source) if source.xml else None
    except FormProblemsError as error:
        return [Problem(problem.path, problem.message) for problem in error.problems]
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
        for remark in remarks_of(form, purpose)
        if not version.overruled.get(remark_key(remark), "").strip()
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
    versions = [Version(str(key), form_of(session, key)) for key in published]
    try:
        _columns = History([*versions, Version(str(version.number), form)]).columns
    except HistoryError as error:
        return [Problem("", str(error))]
    return []


def _add_draft(
    session: Session,
    found: Questionnaire,
    content: Mapping[str, Any],
    source: FormSource | None,
) -> uuid.UUID:
    numbers = session.scalars(
        select(QuestionnaireVersion.number).where(QuestionnaireVersion.questionnaire_id == found.id)
    )
    version = QuestionnaireVersion(questionnaire_id=found.id, number=max(numbers, default=0) + 1)
    _put(version, content, source)
    session.add(version)
    session.flush()
    return version.id


def _put(
    version: QuestionnaireVersion, content: Mapping[str, Any], source: FormSource | None
) -> None:
    values: dict[str, Any] = {"content": dict(content)}
    if source is None:
        values |= {"xml": "", "itemsets": ""}
    else:
        values |= {"xml": source.xml, "itemsets": source.itemsets, "files": dict(source.files)}
        values["questions"] = _count(source)
    for name, value in values.items():
        if getattr(version, name) != value:
            setattr(version, name, value)


def _count(source: FormSource) -> int:
    own = {name: text.encode() for name, text in source.files.items()}
    try:
        form = xform.load(source.xml, own.get, source.itemsets)
    except FormProblemsError:
        return 0
    return sum(1 for _question in form.asked())


def _questionnaire(session: Session, questionnaire_id: uuid.UUID) -> Questionnaire:
    found = session.get(Questionnaire, questionnaire_id)
    if found is None:
        raise NotFoundError(_("This questionnaire is gone."))
    return found


def _draft(session: Session, version_id: uuid.UUID) -> tuple[QuestionnaireVersion, Questionnaire]:
    version, found = _unpublished(session, version_id)
    if is_used(session, version.id):  # its publication was undone
        text = _("Interviews follow this version, so it never changes. Publish it again.")
        raise ConflictError(text)
    return version, found


def _unpublished(
    session: Session, version_id: uuid.UUID
) -> tuple[QuestionnaireVersion, Questionnaire]:
    version = session.get(QuestionnaireVersion, version_id)
    if version is None:
        raise NotFoundError(_("This version of the questionnaire is gone."))
    if version.state != VersionState.DRAFT:
        raise ConflictError(
            _("Version {number} is published and never changes. Begin a new version.").format(
                number=version.number
            )
        )
    return version, session.get_one(Questionnaire, version.questionnaire_id)


def _source(session: Session, version_id: uuid.UUID) -> VersionSource:
    session.flush()
    source = queries.version_source(session, version_id)
    if source is None:
        raise NotFoundError(_("This version of the questionnaire is gone."))
    return source


def is_used(session: Session, version_id: uuid.UUID) -> bool:
    """Whether interviews follow a version."""
    access.require(session, Action.VIEW)
    statement = select(Interview.id).where(Interview.questionnaire_version_id == version_id)
    return session.scalar(statement.limit(1)) is not None


# ---------------------------------------------------------------- forms


_forms: dict[tuple[Any, ...], Form] = {}
_forms_lock = threading.Lock()


def _form(session: Session, source: VersionSource) -> Form:
    """The form of a version; reading one takes a while, so the latest are kept."""
    key = (source.id, hash(source.xml), *queries.reasons_stamp(session))
    with _forms_lock:
        known = _forms.pop(key, None)
        if known is not None:
            _forms[key] = known  # the latest stands last
            return known
    made = xform.load(source.xml, files_of(session, source.files).get, source.itemsets)
    with _forms_lock:
        _forms[key] = made
        while len(_forms) > _MOST_FORMS:
            del _forms[next(iter(_forms))]
    return made


def _reasons_csv(session: Session) -> bytes:
    """The reasons by group, with what conditions may ask about them.

    Retired ones are there for what was answered before; inputs offer the others only.
    """
    groups = {group.code: group for group in reference.reason_groups()}
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["name", _CHINESE, _ENGLISH, "group", "churn_type", "group_zh", "group_en"])
    for listed in reasons.list_reasons(session, "zh", include_retired=True):
        group = groups[listed.code]
        for row in listed.reasons:
            table.writerow(
                [row.code, row.zh, row.en, row.group, row.churn_type, group.zh, group.en]
            )
    return out.getvalue().encode()
