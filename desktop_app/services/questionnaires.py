"""Questionnaires as they are read: the list, versions, their forms, remarks on their wording.

Making, editing and publishing them is `desktop_app.services.questionnaire_life`.
"""

import csv
import hashlib
import io
import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.sax.saxutils import escape

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import reference
from db.models import Interview, Questionnaire, QuestionnaireVersion
from db.queries import questionnaires as queries
from db.queries.questionnaires import QuestionnaireRow, VersionRow, VersionSource
from db.questionnaires import EXIT_INTERVIEW
from db.vocabulary import QuestionnairePurpose
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, NotFoundError
from desktop_app.i18n import _
from desktop_app.questionnaire import media, paper_numbers, worded, wording, xform
from desktop_app.questionnaire.form import Form, FormProblem, FormProblemsError
from desktop_app.questionnaire.sheets import Sheets
from desktop_app.questionnaire.wording import Purpose, Remark
from desktop_app.services import access, reasons

REASONS_FILE: Final = "reasons.csv"
"""The file of choices that the program fills in: the reasons of the workspace."""
_CHINESE, _ENGLISH = "label::Chinese (zh)", "label::English (en)"
_MOST_FORMS: Final = 12
_TITLE: Final = re.compile(r"(<h:title>)(.*?)(</h:title>)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FormSource:
    """A questionnaire as it was converted: the XForm, and its files as `media` packs them."""

    xml: str
    itemsets: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VersionFile:
    """One version with its questions.

    Attributes:
        form: None while a draft cannot be used.
        problems: Why it cannot be used, as far as its XForm shows it.
    """

    source: VersionSource
    questionnaire: QuestionnaireRow
    form: Form | None
    problems: tuple[FormProblem, ...] = ()


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
    except FormProblemsError as error:
        return VersionFile(source, row, None, error.problems)
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
    """The files a form takes something from: its own and the reasons of the workspace."""
    access.require(session, Action.VIEW)
    return {
        **{name: media.unpacked(name, text) for name, text in (own or {}).items()},
        REASONS_FILE: _reasons_csv(session),
    }


def written(session: Session, version_id: uuid.UUID) -> tuple[Sheets, str]:
    """The cells and the XForm of a version, to be written to files.

    Both have the title that the questionnaire has now and its code: a published version is never
    changed, and what is called otherwise in another program is not found again.

    Raises:
        NotFoundError: it is gone.
    """
    access.require(session, Action.VIEW)
    file = load_version(session, version_id)
    row = file.questionnaire
    sheets = Sheets.from_json(file.source.content).titled(row.zh or row.en, row.code)
    return sheets, with_title(file.source.xml, row.zh or row.en)


def with_title(xml: str, title: str) -> str:
    """An XForm, as pyxform writes it, with another title."""
    return _TITLE.sub(lambda found: f"{found[1]}{escape(title)}{found[3]}", xml, count=1)


def used_files(session: Session, version_id: uuid.UUID) -> dict[str, bytes]:
    """What the form of a version takes from files, by their names; all of one that is broken.

    Raises:
        NotFoundError: it is gone.
    """
    access.require(session, Action.VIEW)
    file = load_version(session, version_id)
    found = files_of(session, file.source.files)
    if file.form is None:
        return found
    used = media.used_by(file.form)
    return {name: content for name, content in found.items() if name in used}


def purpose_of(session: Session, version_id: uuid.UUID) -> QuestionnairePurpose:
    """What the questionnaire of a version is for. Raises NotFoundError."""
    access.require(session, Action.VIEW)
    found = session.scalar(
        select(Questionnaire.purpose)
        .join(QuestionnaireVersion, QuestionnaireVersion.questionnaire_id == Questionnaire.id)
        .where(QuestionnaireVersion.id == version_id)
    )
    if found is None:
        raise _gone()
    return QuestionnairePurpose(found)


def remarks_of(form: Form, purpose: QuestionnairePurpose) -> list[Remark]:
    """What is odd about the words of a form, in the order of its questions."""
    return list(wording.check_wording(worded.worded(form), Purpose(purpose)))


def remark_key(remark: Remark) -> str:
    """Under which key a remark is overruled; other words need another reason."""
    words = hashlib.sha256(remark.text.encode()).hexdigest()[:12]
    return f"{remark.question}:{remark.rule}:{words}"


# ---------------------------------------------------------------- parts


def _source(session: Session, version_id: uuid.UUID) -> VersionSource:
    session.flush()
    source = queries.version_source(session, version_id)
    if source is None:
        raise _gone()
    return source


def _gone() -> NotFoundError:
    return NotFoundError(_("This version of the questionnaire is gone."))


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
    key = (source.id, source.revision, hash(source.xml), *queries.reasons_stamp(session))
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

    Retired ones are there for what was answered before; inputs and paper offer the others only.
    """
    groups = {group.code: group for group in reference.reason_groups()}
    out = io.StringIO()
    table = csv.writer(out)
    more = ["group", "churn_type", "group_zh", "group_en", paper_numbers.COLUMN]
    table.writerow(["name", _CHINESE, _ENGLISH, *more, paper_numbers.RETIRED])
    for listed in reasons.list_reasons(session, "zh", include_retired=True):
        group = groups[listed.code]
        for row in listed.reasons:
            retired = "yes" if row.retired_on is not None else ""
            told = [row.code, row.zh, row.en, row.group, row.churn_type]
            table.writerow([*told, group.zh, group.en, row.number, retired])
    return out.getvalue().encode()
