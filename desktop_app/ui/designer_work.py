"""What the designer does beside the window: convert, save, publish, read and write files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from db.vocabulary import QuestionnairePurpose, VersionState
from desktop_app.domain.questionnaires import QuestionnaireDraft
from desktop_app.errors import ConflictError, FileProblemError
from desktop_app.i18n import N_, _
from desktop_app.questionnaire import media
from desktop_app.questionnaire.sheets import Sheets, from_cells

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from sqlalchemy.orm import Session

    from db.queries.questionnaires import QuestionnaireRow, VersionSource
    from desktop_app.importing.xlsforms import Converted
    from desktop_app.progress import Progress
    from desktop_app.questionnaire.form import Form
    from desktop_app.questionnaire.wording import Remark
    from desktop_app.questionnaire.xlsform import SheetProblem
    from desktop_app.services.questionnaires import FormSource

_MISSING: Final = {
    "own_words": N_("An exit questionnaire asks for the customer's own words."),
    "stated_reason": N_("An exit questionnaire asks for the stated reason."),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A version that is opened in the designer.

    Attributes:
        published: The questions of the version in use.
    """

    source: "VersionSource"
    row: "QuestionnaireRow"
    published: Sheets | None

    @property
    def version_id(self) -> UUID:
        """The key of the version."""
        return self.source.id

    @property
    def number(self) -> int:
        """The number of the version."""
        return self.source.number

    @property
    def is_draft(self) -> bool:
        """Whether it can be edited."""
        return self.source.state is VersionState.DRAFT


@dataclass(frozen=True, slots=True)
class Checked:
    """What is right and wrong with a form.

    Attributes:
        sheets: The form.
        converted: The form as XForm, None while it cannot be used at all.
        errors: What must be corrected, each with its cell.
        warnings: What is odd, each with its cell.
        remarks: What is odd about the wording, and the key each is overruled by.
        missing: Sentences about questions that must be there.
    """

    sheets: Sheets
    converted: "Converted | None" = None
    errors: "tuple[SheetProblem, ...]" = ()
    warnings: "tuple[SheetProblem, ...]" = ()
    remarks: "tuple[tuple[str, Remark], ...]" = ()
    missing: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def form(self) -> "Form | None":
        """The form, None while it has errors."""
        return self.converted.form if self.converted is not None else None

    def media(self) -> dict[str, bytes]:
        """What the form shows and plays, by name."""
        return {
            name: media.unpacked(name, text)
            for name, text in self.files.items()
            if not media.is_list(name)
        }

    def source(self) -> "FormSource | None":
        """What is saved beside the cells."""
        from desktop_app.services.questionnaires import FormSource  # noqa: PLC0415

        if self.converted is None:
            return None
        return FormSource(self.converted.xml, self.converted.itemsets, self.files)


def open_version(session: "Session", questionnaire_id: UUID) -> Opened:
    """The draft of a questionnaire, else the version in use.

    Raises:
        NotFoundError: it is gone.
    """
    from desktop_app.errors import NotFoundError  # noqa: PLC0415
    from desktop_app.services import questionnaires  # noqa: PLC0415

    rows = questionnaires.list_questionnaires(session, with_retired=True)
    row = next((each for each in rows if each.id == questionnaire_id), None)
    key = None if row is None else row.draft_id or row.current_id
    if row is None or key is None:
        raise NotFoundError(_("This questionnaire is gone."))
    file = questionnaires.load_version(session, key)
    used = None
    if row.current_id is not None:
        used = questionnaires.load_version(session, row.current_id).source
    return Opened(file.source, row, Sheets.from_json(used.content) if used is not None else None)


def check(
    session: "Session",
    progress: "Progress",
    sheets: Sheets,
    files: Mapping[str, str],
    name: str,
    purpose: QuestionnairePurpose,
) -> Checked:
    """Convert a form and look at its wording.

    Args:
        session: Gives the reasons of the workspace.
        progress: Asked whether to stop.
        sheets: The form.
        files: What it brings along, as it is stored.
        name: Its code.
        purpose: What it is for.
    """
    from desktop_app.importing import xlsforms  # noqa: PLC0415
    from desktop_app.questionnaire import roles  # noqa: PLC0415
    from desktop_app.questionnaire.places import Workbook  # noqa: PLC0415
    from desktop_app.questionnaire.roles import CaseRole  # noqa: PLC0415
    from desktop_app.questionnaire.xlsform import located  # noqa: PLC0415
    from desktop_app.services import questionnaires  # noqa: PLC0415

    known = questionnaires.files_of(session, files)
    try:
        converted = xlsforms.convert_sheets(sheets, known, progress, name=name)
    except xlsforms.FormFileError as error:
        return Checked(sheets, errors=error.problems, files=files)
    broken = located(converted.form.broken, Workbook(converted.cells))
    remarks = questionnaires.remarks_of(converted.form, purpose)
    missing: tuple[str, ...] = ()
    if purpose is QuestionnairePurpose.EXIT:
        advice = _("Add the question from the library.")
        missing = tuple(
            f"{_(text)} {advice}"
            for word, text in _MISSING.items()
            if not roles.has_role(converted.form, CaseRole(word))
        )
    return Checked(
        sheets,
        converted,
        errors=broken,
        warnings=tuple(each for each in converted.warnings if each not in broken),
        remarks=tuple((questionnaires.remark_key(each), each) for each in remarks),
        missing=missing,
        files=files,
    )


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A form out of a file, with the files that lie beside it.

    Attributes:
        known: The questionnaire that has its code already.
        lost: Files it names that could not be taken, each with its cell.
    """

    sheets: Sheets
    files: Mapping[str, str] = field(default_factory=dict)
    known: "QuestionnaireRow | None" = None
    lost: "tuple[SheetProblem, ...]" = ()


def make(
    session: "Session",
    progress: "Progress",
    draft: QuestionnaireDraft,
    origin: "ReadFile | UUID | None",
) -> UUID:
    """Make a questionnaire; returns its key.

    Args:
        session: The writing session.
        progress: Asked whether to stop.
        draft: Code, titles and purpose.
        origin: Where its questions come from: a file, a version, or what its purpose needs.
    """
    from desktop_app.services import question_library, questionnaire_life, questionnaires  # noqa: PLC0415

    if isinstance(origin, UUID):
        source = questionnaires.load_version(session, origin).source
        origin = ReadFile(Sheets.from_json(source.content), source.files)
    read = origin or ReadFile(question_library.starting_form(session, draft.purpose))
    sheets = read.sheets.titled(draft.zh or draft.en, draft.code)
    checked = check(session, progress, sheets, read.files, draft.code, draft.purpose)
    version = questionnaire_life.create(session, draft, sheets.to_json(), checked.source())
    return questionnaires.load_version(session, version).questionnaire.id


def read_file(session: "Session", progress: "Progress", path: Path) -> ReadFile:
    """Read an XLSForm.

    Raises:
        FileProblemError: it is none, or it has errors; they are told with their cells.
    """
    from desktop_app.importing import xlsforms  # noqa: PLC0415
    from desktop_app.services import questionnaires  # noqa: PLC0415

    converted = xlsforms.convert(path, progress)
    if not converted.cells:
        raise FileProblemError(
            _("{file} is an XForm. Import the XLSForm that it was made of.").format(file=path.name)
        )
    sheets = from_cells(converted.cells)
    code = code_of(sheets.setting("id") or path.stem)
    rows = questionnaires.list_questionnaires(session, with_retired=True)
    known = next((each for each in rows if each.code == code), None)
    return ReadFile(sheets, converted.files, known, converted.lost)


def take_in(session: "Session", progress: "Progress", read: ReadFile) -> UUID:
    """Make a file the draft of the next version of the questionnaire it belongs to.

    Returns:
        The key of the questionnaire.

    Raises:
        ConflictError: a draft was begun already, or the questionnaire is retired.
    """
    from desktop_app.services import questionnaire_life  # noqa: PLC0415

    row = read.known
    if row is None:
        raise ValueError("the file belongs to no questionnaire")
    if row.retired_on is not None:
        raise ConflictError(_("This questionnaire is retired. Offer it again first."))
    sheets = read.sheets.titled(row.zh or row.en, row.code)
    checked = check(session, progress, sheets, read.files, row.code, row.purpose)
    questionnaire_life.begin_draft(session, row.id, sheets.to_json(), checked.source())
    return row.id


def code_of(text: str) -> str:
    """A code out of the id or name of a form: letters, digits and underscores."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", text).strip("_.-")
    return (plain if plain[:1].isalpha() else f"form_{plain}")[:64]


def note_export(session: "Session", version_id: UUID) -> None:
    """Write down that a questionnaire leaves the program."""
    from desktop_app.services import exports, questionnaires  # noqa: PLC0415

    row = questionnaires.load_version(session, version_id).questionnaire
    exports.note(session, row.zh or row.en, row.questions)


def write_file(session: "Session", progress: "Progress", version_id: UUID, path: Path) -> Path:
    """Write a version as XLSForm, its files into the folder beside it; returns the form.

    Raises:
        FileProblemError: a file cannot be written.
    """
    from desktop_app.reports.xlsform import media_places, write_media, write_xlsform  # noqa: PLC0415
    from desktop_app.services import exports, questionnaires  # noqa: PLC0415

    progress.step(0, None)
    exports.allow(session)
    sheets, _xml = questionnaires.written(session, version_id)
    write_xlsform(sheets, path, overwrite=True)
    places = media_places(questionnaires.used_files(session, version_id), path)
    write_media(places, overwrite=True)
    return path


def save(
    session: "Session",
    version_id: UUID,
    checked: Checked,
    overruled: Mapping[str, str],
    revision: int | None,
) -> int:
    """Save a draft that was read at a revision, or whatever was saved since; returns its own.

    Raises:
        ChangedMeanwhileError: somebody else saved it since.
    """
    from desktop_app.services import questionnaire_life  # noqa: PLC0415

    content = checked.sheets.to_json()
    return questionnaire_life.save_draft(
        session, version_id, content, checked.source(), overruled, revision
    )


def begin(session: "Session", questionnaire_id: UUID) -> UUID:
    """Begin the next version; returns its key.

    Raises:
        ConflictError: the questionnaire is retired.
    """
    from desktop_app.services import questionnaire_life, questionnaires  # noqa: PLC0415

    rows = questionnaires.list_questionnaires(session, with_retired=True)
    row = next((each for each in rows if each.id == questionnaire_id), None)
    if row is not None and row.retired_on is not None:
        raise ConflictError(_("This questionnaire is retired. Offer it again first."))
    return questionnaire_life.begin_draft(session, questionnaire_id)
