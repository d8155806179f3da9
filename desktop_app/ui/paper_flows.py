"""Answers, filled questionnaires and paper forms as files, and paper that comes back.

The event is written first; what cannot be written down does not leave the program.
"""

import re
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from desktop_app.i18n import _, language
from desktop_app.ui import dialogs
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms.export_forms import (
    FOLDERS,
    AnswerExportDraft,
    AnswerFormat,
    PaperDraft,
    TranscriptionDraft,
    answer_export_form,
    paper_form,
    transcription_form,
)
from desktop_app.ui.list_export import not_written

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.interviews import InterviewFilter
    from db.session import Session
    from desktop_app.progress import Progress
    from desktop_app.ui.page import Page

_PDF: Final = "PDF (*.pdf)"
_EXCEL: Final = "Excel (*.xlsx)"
_ZIP: Final = "Zip (*.zip)"
_NOT_IN_NAMES: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


# ---------------------------------------------------------------- answers of many interviews


def ask_answers(page: "Page", chosen: str = "") -> None:
    """Ask which answers are to be written as what, and write them.

    Args:
        page: Whose window the dialog belongs to.
        chosen: Code of the questionnaire that is chosen first, or empty.
    """
    page.tasks.read(page, _questionnaires).then(partial(_ask_answers, page, chosen))


def _questionnaires(session: "Session") -> list[tuple[str, str]]:
    from desktop_app.services import exports, questionnaires  # noqa: PLC0415

    exports.allow(session)
    rows = questionnaires.list_questionnaires(session, with_retired=True)
    known = [row for row in rows if row.current_version is not None]
    known.sort(key=lambda row: -row.interviews)  # what has interviews comes first
    return [(row.code, row.title(language())) for row in known]


def _ask_answers(page: "Page", chosen: str, listed: list[tuple[str, str]]) -> None:
    dialog = FormDialog(
        page,
        title=_("Export answers"),
        verb=_("Choose where…"),
        form=answer_export_form(listed, chosen),
        draft=AnswerExportDraft,
        save=partial(_save_answers, page),
        intro=_("One row an interview, all versions together; repeats in tables of their own."),
    )
    dialog.open()


def _save_answers(page: "Page", draft: AnswerExportDraft) -> None:
    path = _answers_place(page, draft)
    if path is None:
        return
    kind = draft.format.partition("-")[0]
    noted = page.tasks.write(page, _note_answers, draft, kind).quiet()
    noted.then(lambda _none: _run(page, _("Export answers"), _write_answers, draft, path))


def _answers_place(page: "Page", draft: AnswerExportDraft) -> Path | None:
    folder = page.context.workspace / "exports"
    if draft.format in FOLDERS:
        return dialogs.pick_folder(page, _("Export answers"), str(folder))
    ending, filters = (".xlsx", _EXCEL) if draft.format is AnswerFormat.EXCEL else (".zip", _ZIP)
    return _place(page, _("Export answers"), draft.questionnaire, ending, filters)


def _criteria(draft: AnswerExportDraft) -> "InterviewFilter":
    from db.queries.interviews import InterviewFilter  # noqa: PLC0415
    from db.vocabulary import InterviewState  # noqa: PLC0415

    return InterviewFilter(
        state=None if draft.drafts else InterviewState.FINISHED,
        finished_from=draft.since,
        finished_to=draft.until,
    )


def _note_answers(session: "Session", draft: AnswerExportDraft, kind: str) -> None:
    from desktop_app.services import answer_exports  # noqa: PLC0415

    found = answer_exports.gather(session, draft.questionnaire, _criteria(draft))
    count = len(found.interviews)
    files = 0
    if draft.format is AnswerFormat.XML:
        files = sum(len(each.files) for each in found.interviews)
    answer_exports.note_answers(session, draft.questionnaire, [kind], count, files)


def _write_answers(
    session: "Session", progress: "Progress", draft: AnswerExportDraft, path: Path
) -> list[str]:
    from desktop_app.reports import answer_files, interview_papers  # noqa: PLC0415
    from desktop_app.reports.answers_xlsx import write_answers_xlsx  # noqa: PLC0415
    from desktop_app.services import answer_exports  # noqa: PLC0415

    progress.step(0, None, _("Reading rows"))
    found = interview_papers.answer_export(
        session, draft.questionnaire, _criteria(draft), labels=draft.words
    )
    progress.step(0, None, _("Writing {file}").format(file=path.name))
    match draft.format:  # the file dialog has asked about files that are there
        case AnswerFormat.EXCEL:
            written = write_answers_xlsx(found, path, overwrite=True)
            return [loss.sentence() for loss in written.losses]
        case AnswerFormat.CSV:
            answer_files.write_csv(found, path, overwrite=True)
        case AnswerFormat.CSV_GB18030:
            answer_files.write_csv(found, path, encoding="gb18030", overwrite=True)
        case AnswerFormat.XML:
            read = partial(answer_exports.attached, session)
            written = answer_files.write_submissions(found, path, read, overwrite=True)
            return [loss.sentence() for loss in written.losses]
        case _:
            answer_files.write_statistics(found, draft.format, path)
    return []


# ---------------------------------------------------------------- one interview


def save_interview(page: "Page", interview_id: uuid.UUID, name: str) -> None:
    """Ask for a file and write one filled questionnaire, as PDF or Excel.

    Args:
        page: Whose window the dialog belongs to.
        interview_id: Which interview.
        name: Proposed name of the file.
    """
    path = _place(page, _("Save as PDF"), name, ".pdf", f"{_PDF};;{_EXCEL}")
    if path is None:
        return
    kind = path.suffix.lower().lstrip(".")
    noted = page.tasks.write(page, _note_interview, interview_id, kind).quiet()
    title = _("Save as PDF")
    noted.then(lambda _none: _run(page, title, _write_interview, interview_id, path))


def _note_interview(session: "Session", interview_id: uuid.UUID, kind: str) -> None:
    from desktop_app.services import answer_exports  # noqa: PLC0415

    answer_exports.note_interview(session, interview_id, [kind])


def _write_interview(
    session: "Session", progress: "Progress", interview_id: uuid.UUID, path: Path
) -> list[str]:
    from desktop_app.reports import interview_papers  # noqa: PLC0415
    from desktop_app.reports.pdf import write_pdf  # noqa: PLC0415
    from desktop_app.reports.xlsx import write_xlsx  # noqa: PLC0415

    progress.step(0, None, _("Writing {file}").format(file=path.name))
    document = interview_papers.filled_interview(session, interview_id)
    write = write_xlsx if path.suffix.lower() == ".xlsx" else write_pdf
    return [loss.sentence() for loss in write(document, path, overwrite=True).losses]


# ---------------------------------------------------------------- paper


def ask_paper(
    page: "Page", case_id: uuid.UUID | None, questionnaire_id: uuid.UUID | None, name: str
) -> None:
    """Ask for the language and a file, and write a form for filling in by hand.

    Args:
        page: Whose window the dialog belongs to.
        case_id: The case that stands on it, or none.
        questionnaire_id: Which questionnaire; the exit interview of the program without one.
        name: Proposed name of the file.
    """

    def save(draft: PaperDraft) -> None:
        path = _place(page, _("Print paper form"), name, ".pdf", _PDF)
        if path is not None:
            noted = page.tasks.write(page, _note_paper, case_id, questionnaire_id).quiet()
            what = (case_id, questionnaire_id, draft, path)
            noted.then(lambda _none: _run(page, _("Print paper form"), _write_paper, *what))

    dialog = FormDialog(
        page,
        title=_("Print paper form"),
        verb=_("Choose a file…"),
        form=paper_form(),
        draft=PaperDraft,
        save=save,
        intro=_("A4 with answer codes and the barcode of the case, for filling in by hand."),
    )
    dialog.open()


def _note_paper(
    session: "Session", case_id: uuid.UUID | None, questionnaire_id: uuid.UUID | None
) -> None:
    from desktop_app.services import answer_exports  # noqa: PLC0415

    subject = answer_exports.paper_subject(session, questionnaire_id, case_id)
    answer_exports.note_paper(session, subject.questionnaire.code, case_id)


def _write_paper(
    session: "Session",
    progress: "Progress",
    case_id: uuid.UUID | None,
    questionnaire_id: uuid.UUID | None,
    draft: PaperDraft,
    path: Path,
) -> list[str]:
    from desktop_app.reports import interview_papers  # noqa: PLC0415
    from desktop_app.reports.paper_form import write_paper  # noqa: PLC0415

    progress.step(0, None, _("Writing {file}").format(file=path.name))
    paper = interview_papers.paper_form(
        session,
        questionnaire_id=questionnaire_id,
        case_id=case_id,
        code=draft.spoken,
        both=draft.both,
    )
    return [loss.sentence() for loss in write_paper(paper, path, overwrite=True).losses]


def ask_transcription(
    page: "Page",
    case_id: uuid.UUID,
    questionnaire_id: uuid.UUID | None,
    started: Callable[[uuid.UUID], object],
) -> None:
    """Key a paper form in; where there are several versions, ask of which one it is.

    Args:
        page: Whose window the dialog belongs to.
        case_id: The case.
        questionnaire_id: Which questionnaire; the exit interview of the program without one.
        started: What to do with the interview it goes into.
    """
    task = page.tasks.read(page, _paper_versions, case_id, questionnaire_id)
    task.then(partial(_ask_version, page, case_id, questionnaire_id, started))


def _paper_versions(
    session: "Session", case_id: uuid.UUID, questionnaire_id: uuid.UUID | None
) -> tuple[int, ...]:
    from desktop_app.services import paper_entry  # noqa: PLC0415

    return paper_entry.offered(session, case_id, questionnaire_id)


def _begin_paper(
    session: "Session", case_id: uuid.UUID, questionnaire_id: uuid.UUID | None, said: str
) -> uuid.UUID:
    from desktop_app.services import paper_entry  # noqa: PLC0415

    return paper_entry.begin(session, case_id, said, questionnaire_id)


def _ask_version(
    page: "Page",
    case_id: uuid.UUID,
    questionnaire_id: uuid.UUID | None,
    started: Callable[[uuid.UUID], object],
    offered: tuple[int, ...],
) -> None:
    if len(offered) < 2:  # noqa: PLR2004  (nothing to ask)
        page.tasks.write(page, _begin_paper, case_id, questionnaire_id, "").quiet().then(started)
        return
    dialog = FormDialog(
        page,
        title=_("Transcribe paper form"),
        verb=_("Begin"),
        form=transcription_form(str(offered[0])),
        draft=TranscriptionDraft,
        save=lambda draft: page.tasks.write(
            dialog, _begin_paper, case_id, questionnaire_id, draft.paper
        ).quiet(),
        intro=_("The numbers on the paper belong to its version."),
    )
    dialog.saved.connect(started)
    dialog.open()


# ---------------------------------------------------------------- parts


def _place(page: "Page", caption: str, name: str, ending: str, filters: str) -> Path | None:
    """Where the person wants the file; a name without an ending gets the first one."""
    folder = page.context.workspace / "exports"
    proposed = _NOT_IN_NAMES.sub("_", name) + ending
    path = dialogs.save_file(page, caption, proposed, filters, folder)
    if path is None:
        return None
    known = {each.lower() for each in re.findall(r"\*(\.\w+)", filters)}
    return path if path.suffix.lower() in known else path.with_name(path.name + ending)


def _run(page: "Page", title: str, write: Callable[..., list[str]], *what: Any) -> None:
    """Write in the background; then say where it is, and what a file could not hold."""
    path: Path = what[-1]
    task = page.tasks.read_long(page, write, *what)
    dialogs.show_progress(page, task, title)

    def told(losses: list[str]) -> None:
        text = _("Written: {file}").format(file=path)
        if losses:
            page.messages.info(" ".join((text, *losses)))
        else:
            page.messages.done(text)

    task.then(told).or_else(lambda error: page.messages.error(not_written(error)))
