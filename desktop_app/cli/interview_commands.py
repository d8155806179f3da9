"""Interviews on the command line: answers as files for other programs, one as PDF."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop_app.cli import output
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.places import require_folder, require_place
from desktop_app.cli.state import State, parse_day, state_of
from desktop_app.errors import NotFoundError
from desktop_app.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.queries.interviews import InterviewFilter
    from desktop_app.reports.answers_xlsx import AnswerExport
    from desktop_app.reports.base import Loss

Overwrite = Annotated[bool, typer.Option("--overwrite", help=N_("Replace files that are there."))]
_FOLDERS = frozenset({"spss", "stata", "r"})
_ALL = "all"


def export(
    context: typer.Context,
    questionnaire: Annotated[
        str, typer.Option(metavar="CODE", help=N_("Which questionnaire, all its versions."))
    ],
    xlsx: Annotated[Path | None, typer.Option(help=N_("Excel file to write."))] = None,
    csv: Annotated[
        Path | None, typer.Option(help=N_("CSV to write: a file, a zip file or a folder."))
    ] = None,
    xml: Annotated[
        Path | None, typer.Option(help=N_("Zip file to write, with an ODK submission each."))
    ] = None,
    spss: Annotated[Path | None, typer.Option(metavar="DIR", help=N_("Folder for SPSS."))] = None,
    stata: Annotated[Path | None, typer.Option(metavar="DIR", help=N_("Folder for Stata."))] = None,
    r: Annotated[Path | None, typer.Option(metavar="DIR", help=N_("Folder for R."))] = None,
    labels: Annotated[
        bool, typer.Option("--labels/--codes", help=N_("Words, or names and codes."))
    ] = True,
    spoken: Annotated[
        str, typer.Option("--language", metavar="zh|en", help=N_("Language of the words."))
    ] = "",
    encoding: Annotated[
        str, typer.Option(metavar="utf-8|gb18030", help=N_("What the CSV is written in."))
    ] = "utf-8",
    since: Annotated[
        str, typer.Option("--from", metavar="DATE", help=N_("Finished on this day or later."))
    ] = "",
    until: Annotated[
        str, typer.Option("--to", metavar="DATE", help=N_("Finished on this day or before."))
    ] = "",
    state_name: Annotated[
        str, typer.Option("--state", metavar="finished|draft|all", help=N_("In which state."))
    ] = "finished",
    review: Annotated[
        str,
        typer.Option(metavar="received|has_issues|approved", help=N_("With which review.")),
    ] = "",
    overwrite: Overwrite = False,
) -> None:
    """Write the answers of a questionnaire: one row an interview, repeats beside it."""
    from desktop_app.reports import interview_papers  # noqa: PLC0415
    from desktop_app.reports.answer_files import ENCODINGS, check_csv  # noqa: PLC0415
    from desktop_app.services import answer_exports  # noqa: PLC0415

    asked = {"xlsx": xlsx, "csv": csv, "xml": xml, "spss": spss, "stata": stata, "r": r}
    targets = {kind: path for kind, path in asked.items() if path is not None}
    if not targets:
        raise UsageProblemError(_("Say what to write, for example --xlsx FILE."))
    _choose("--language", spoken, ("", "zh", "en"))
    _choose("--encoding", encoding, tuple(ENCODINGS))
    for kind, path in targets.items():
        if kind in _FOLDERS or (kind == "csv" and not path.suffix):
            require_folder(path)
        else:
            require_place(path, overwrite=overwrite)
    criteria = _criteria(since, until, state_name, review)
    state = state_of(context)
    with state.read() as session:
        found = interview_papers.answer_export(
            session, questionnaire, criteria, labels=labels, spoken=spoken
        )
    if csv is not None:
        check_csv(found, csv)
    attached = sum(len(each.files) for each in found.interviews) if xml is not None else 0
    count = len(found.interviews)
    with state.write() as session:  # first: what cannot be written down does not go out
        answer_exports.note_answers(session, questionnaire, list(targets), count, attached)
    files: list[Path] = []
    losses: list[Loss] = []
    for kind, path in targets.items():
        made, lost = _write(state, kind, found, path, encoding, overwrite)
        files += made
        losses += lost
    _tell(found, files, losses, as_json=state.options.as_json)


def _choose(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        text = _("{option} may be: {choices}.")
        choices = ", ".join(each for each in known if each)
        raise UsageProblemError(text.format(option=option, choices=choices))


def _criteria(since: str, until: str, state_name: str, review: str) -> "InterviewFilter":
    from db.queries.interviews import InterviewFilter  # noqa: PLC0415
    from db.vocabulary import InterviewState, ReviewState  # noqa: PLC0415

    _choose("--state", state_name, (*InterviewState, _ALL))
    _choose("--review", review, ("", *ReviewState))
    return InterviewFilter(
        state=None if state_name == _ALL else InterviewState(state_name),
        review=ReviewState(review) if review else None,
        finished_from=parse_day(since) if since else None,
        finished_to=parse_day(until) if until else None,
    )


def _write(
    state: State, kind: str, found: "AnswerExport", path: Path, encoding: str, overwrite: bool
) -> "tuple[list[Path], Sequence[Loss]]":
    """Write one kind of file; gives the files and what they could not hold."""
    from desktop_app.reports import answer_files  # noqa: PLC0415
    from desktop_app.reports.answers_xlsx import write_answers_xlsx  # noqa: PLC0415
    from desktop_app.services import answer_exports  # noqa: PLC0415

    match kind:
        case "xlsx":
            written = write_answers_xlsx(found, path, overwrite=overwrite)
            return [written.path], written.losses
        case "csv":
            return answer_files.write_csv(found, path, encoding=encoding, overwrite=overwrite), ()
        case "xml":
            with state.read() as session:
                read = partial(answer_exports.attached, session)
                done = answer_files.write_submissions(found, path, read, overwrite=overwrite)
            return [done.path], done.losses
        case _:
            return answer_files.write_statistics(found, kind, path, overwrite=overwrite), ()


def _tell(found: "AnswerExport", files: list[Path], losses: "list[Loss]", *, as_json: bool) -> None:
    for loss in losses:
        output.tell(loss.sentence())
    if as_json:
        output.say_json(
            {
                "questionnaire": found.code,
                "interviews": len(found.interviews),
                "versions": [each.name for each in found.history.versions],
                "rows": {table.name: len(table.rows) for table in found.tables},
                "columns": {table.name: len(table.columns) for table in found.tables},
                "files": [str(path) for path in files],
                "losses": [loss.sentence() for loss in losses],
            }
        )
        return
    output.say(_("Interviews: {n}").format(n=len(found.interviews)))
    for path in files:
        output.say(str(path))


def pdf(
    context: typer.Context,
    interview: Annotated[
        str, typer.Argument(metavar="ID", help=N_("Key of the interview, see `list interviews`."))
    ],
    pdf: Annotated[Path | None, typer.Option(help=N_("PDF file to write."))] = None,
    xlsx: Annotated[Path | None, typer.Option(help=N_("Excel file to write."))] = None,
    overwrite: Overwrite = False,
) -> None:
    """Write one filled questionnaire."""
    from desktop_app.cli.entities import as_key  # noqa: PLC0415
    from desktop_app.reports import interview_papers  # noqa: PLC0415
    from desktop_app.reports.pdf import write_pdf  # noqa: PLC0415
    from desktop_app.reports.xlsx import write_xlsx  # noqa: PLC0415
    from desktop_app.services import answer_exports  # noqa: PLC0415

    asked = {"pdf": pdf, "xlsx": xlsx}
    targets = {kind: path for kind, path in asked.items() if path is not None}
    if not targets:
        raise UsageProblemError(_("Say what to write: --pdf or --xlsx FILE."))
    key = as_key(interview)
    if key is None:
        raise NotFoundError(_("There is no interview {name}.").format(name=interview))
    for path in targets.values():
        require_place(path, overwrite=overwrite)
    state = state_of(context)
    with state.read() as session:
        document = interview_papers.filled_interview(session, key)
    with state.write() as session:  # first: what cannot be written down does not go out
        answer_exports.note_interview(session, key, list(targets))
    writers = {"pdf": write_pdf, "xlsx": write_xlsx}
    written = [writers[kind](document, path, overwrite=overwrite) for kind, path in targets.items()]
    losses = [loss.sentence() for one in written for loss in one.losses]
    for sentence in losses:
        output.tell(sentence)
    if state.options.as_json:
        output.say_json(
            {"interview": key, "files": [str(one.path) for one in written], "losses": losses}
        )
        return
    for one in written:
        output.say(str(one.path))
