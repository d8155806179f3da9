"""Questionnaires of a workspace on the command line: list, write as files, take in."""

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output, versions
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.places import require_folder, require_place
from desktop_app.cli.state import State, change_set_of, state_of
from desktop_app.cli.versions import Number, Overwrite, Publish, Retired
from desktop_app.errors import ConflictError, UserError
from desktop_app.i18n import N_, _
from desktop_app.questionnaire.wording import Purpose

if TYPE_CHECKING:
    from db.session import Session
    from desktop_app.importing.xlsforms import Converted
    from desktop_app.reports.base import Loss
    from desktop_app.services.questionnaires import VersionFile

_LANGUAGES = ("zh", "en")


def list_all(context: typer.Context, retired: Retired = False) -> None:
    """List the questionnaires with their versions in use and their interviews."""
    from desktop_app.services import questionnaires  # noqa: PLC0415

    state = state_of(context)
    with state.read() as session:
        rows = questionnaires.list_questionnaires(session, with_retired=retired)
    versions.say_list(
        state,
        rows,
        ("purpose", _("Purpose")),
        ("questions", _("Questions")),
        ("interviews", _("Interviews held")),
    )


def export(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help=N_("Code of the questionnaire."))],
    xlsform: Annotated[Path | None, typer.Option(help=N_("XLSForm workbook to write."))] = None,
    xform: Annotated[Path | None, typer.Option(help=N_("XForm to write, as ODK reads it."))] = None,
    paper: Annotated[
        Path | None, typer.Option(help=N_("PDF to write, for filling in by hand."))
    ] = None,
    case: Annotated[
        str, typer.Option(metavar="NUMBER", help=N_("Case that stands on the paper form."))
    ] = "",
    spoken: Annotated[
        str,
        typer.Option("--language", metavar="zh|en", help=N_("Language of the paper form.")),
    ] = "",
    both: Annotated[
        bool, typer.Option("--both", help=N_("The other language below, on paper."))
    ] = False,
    number: Number = 0,
    overwrite: Overwrite = False,
) -> None:
    """Write a questionnaire: as XLSForm, as XForm, on paper."""
    state = state_of(context)
    asked = {"xlsform": xlsform, "xform": xform, "paper": paper}
    targets = {kind: path for kind, path in asked.items() if path is not None}
    if not targets:
        raise UsageProblemError(_("Say what to write: --xlsform, --xform or --paper FILE."))
    if spoken and spoken not in _LANGUAGES:
        text = _("{option} may be: {choices}.")
        raise UsageProblemError(text.format(option="--language", choices=", ".join(_LANGUAGES)))
    for path in targets.values():
        require_place(path, overwrite=overwrite)
    files: list[Path] = []
    losses: tuple[Loss, ...] = ()
    if paper is not None:
        losses = _write_paper(state, code, case, spoken, paper, both=both, overwrite=overwrite)
        files.append(paper)
    forms = {kind: path for kind, path in targets.items() if kind != "paper"}
    if forms:
        files += _write_forms(state, code, number, forms, overwrite=overwrite)
    for loss in losses:
        output.tell(loss.sentence())
    if state.options.as_json:
        found: dict[str, Any] = {"questionnaire": code, "files": [str(each) for each in files]}
        found["losses"] = [loss.sentence() for loss in losses]
        output.say_json(found)
        return
    for path in files:
        output.say(str(path))


def _write_paper(
    state: State, code: str, case: str, spoken: str, path: Path, *, both: bool, overwrite: bool
) -> "tuple[Loss, ...]":
    from desktop_app.cli.case_lists import find_case  # noqa: PLC0415
    from desktop_app.reports import interview_papers  # noqa: PLC0415
    from desktop_app.reports.paper_form import write_paper  # noqa: PLC0415
    from desktop_app.services import answer_exports  # noqa: PLC0415

    with state.read() as session:
        row = answer_exports.find_questionnaire(session, code)
        case_id = find_case(session, case) if case else None
        made = interview_papers.paper_form(
            session, questionnaire_id=row.id, case_id=case_id, code=spoken, both=both
        )
    if case_id is not None:
        with state.write() as session:  # first: what cannot be written down does not go out
            answer_exports.note_paper(session, code, case_id)
    return write_paper(made, path, overwrite=overwrite).losses


def _write_forms(
    state: State, code: str, number: int, targets: dict[str, Path], *, overwrite: bool
) -> list[Path]:
    from desktop_app.reports.answer_files import write_file  # noqa: PLC0415
    from desktop_app.reports.xlsform import media_places, write_media, write_xlsform  # noqa: PLC0415
    from desktop_app.services import answer_exports, exports, questionnaires  # noqa: PLC0415

    with state.read() as session:
        exports.allow(session)
        file = _version(session, code, number)
        sheets, xml = questionnaires.written(session, file.source.id)
        media = questionnaires.used_files(session, file.source.id)
    places = media_places(media, *targets.values())
    for place in places:
        require_folder(place.parent)
        if place.parent.is_dir():
            require_place(place, overwrite=overwrite)
    with state.write() as session:  # first: what cannot be written down does not go out
        answer_exports.note_questionnaire(session, code, list(targets))
    if "xlsform" in targets:
        write_xlsform(sheets, targets["xlsform"], overwrite=overwrite)
    if "xform" in targets:
        write_file(targets["xform"], xml.encode(), overwrite=overwrite)
    write_media(places, overwrite=overwrite)
    return [*targets.values(), *places]


def _version(session: "Session", code: str, number: int) -> "VersionFile":
    """A version of a questionnaire: by its number, else the one in use, else the newest."""
    from desktop_app.services import answer_exports, questionnaires  # noqa: PLC0415

    row = answer_exports.find_questionnaire(session, code)
    key = versions.version_id(
        row,
        questionnaires.versions_of(session, row.id),
        number,
        _("Questionnaire {code} has no version {number}."),
    )
    return questionnaires.load_version(session, key)


# Taking in ---------------------------------------------------------------------------------------


def take_in(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=N_("The XLSForm: xlsx, xls, csv or md."))],
    purpose: Annotated[
        Purpose, typer.Option(help=N_("What it is for: exit or satisfaction."))
    ] = Purpose.EXIT,
    zh: Annotated[str, typer.Option(help=N_("Chinese title; the form's own without it."))] = "",
    en: Annotated[str, typer.Option(help=N_("English title; the form's own without it."))] = "",
    publish: Publish = False,
) -> None:
    """Take in a form: a new questionnaire, or the next version of the one with its id."""
    from desktop_app.importing import xlsforms  # noqa: PLC0415

    state = state_of(context)
    with output.TerminalProgress() as progress:
        try:
            converted = xlsforms.convert(file, progress)
        except xlsforms.FormFileError as error:
            raise UserError("\n".join(problem.line() for problem in error.problems)) from error
    if not converted.cells:
        raise UserError(
            _("{file} is an XForm. Take in the XLSForm it was made of.").format(file=file)
        )
    with state.write() as session:
        version_id, is_new = _take(session, converted, purpose, zh, en)
        if publish:
            from desktop_app.services import questionnaire_life, questionnaires  # noqa: PLC0415

            questionnaire_life.publish(session, version_id)
    change_set = change_set_of(session)
    with state.read() as session:
        from desktop_app.services import questionnaire_life, questionnaires  # noqa: PLC0415

        source = questionnaires.load_version(session, version_id).source
    count = sum(1 for _each in converted.form.asked())
    found = {
        "questionnaire": converted.form.id,
        "is_new": is_new,
        "version": source.number,
        "state": source.state,
        "questions": count,
        "warnings": [problem.line() for problem in converted.warnings],
        "change_set": change_set,
    }
    text = _("Questionnaire {code}: version {number}, {count} questions.")
    versions.say_taken(
        state,
        found,
        text.format(code=converted.form.id, number=source.number, count=count),
        [problem.line() for problem in converted.warnings],
        "" if publish else _("It is a draft. Look at it in the designer and publish it."),
    )


def _take(
    session: "Session", converted: "Converted", purpose: Purpose, zh: str, en: str
) -> tuple[uuid.UUID, bool]:
    from pydantic import ValidationError  # noqa: PLC0415

    from desktop_app.domain.questionnaires import QuestionnaireDraft  # noqa: PLC0415
    from desktop_app.errors import InvalidInputError, problems_from_validation  # noqa: PLC0415
    from desktop_app.questionnaire.sheets import from_cells  # noqa: PLC0415
    from desktop_app.services import questionnaire_life, questionnaires  # noqa: PLC0415
    from desktop_app.services.questionnaires import FormSource  # noqa: PLC0415

    form = converted.form
    content = from_cells(converted.cells).to_json()
    source = FormSource(converted.xml, converted.itemsets, converted.files)
    known = questionnaires.list_questionnaires(session, with_retired=True)
    for row in known:
        if row.code == form.id:
            if row.purpose.value != purpose.value:
                text = _("Questionnaire {code} is for another purpose. Give the form another id.")
                raise ConflictError(text.format(code=form.id))
            return questionnaire_life.begin_draft(session, row.id, content, source), False
    try:
        draft = QuestionnaireDraft(
            code=form.id, zh=zh or form.title, en=en or form.title, purpose=purpose.value
        )
    except ValidationError as error:
        raise InvalidInputError(problems_from_validation(error)) from error
    return questionnaire_life.create(session, draft, content, source), True
