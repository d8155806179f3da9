"""Reports as files, or as JSON on standard output."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.places import require_ending, require_place
from desktop_app.cli.state import State, state_of
from desktop_app.errors import InvalidInputError, NotFoundError
from desktop_app.i18n import N_, _

if TYPE_CHECKING:
    from db.session import Session
    from desktop_app.reports.base import Document, Written


def report(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="[ID]", help=N_("Which report; without it, all are listed."))
    ] = "",
    xlsx: Annotated[Path | None, typer.Option(help=N_("Excel file to write."))] = None,
    pdf: Annotated[Path | None, typer.Option(help=N_("PDF file to write."))] = None,
    json: Annotated[Path | None, typer.Option(help=N_("JSON file to write."))] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help=N_("Replace files that are there."))
    ] = False,
) -> None:
    """Build a report; its own options are `--start DATE` and so on, see `winback report`."""
    state = state_of(context)
    if not name:
        _list_reports(as_json=state.options.as_json)
        return
    from desktop_app import reports  # noqa: PLC0415
    from desktop_app.domain.permissions import Action  # noqa: PLC0415
    from desktop_app.services import access, exports  # noqa: PLC0415

    try:
        chosen = reports.report(name)
    except NotFoundError as error:
        raise UsageProblemError(error.message) from error
    given = _pairs(context.args)
    asked = {"xlsx": xlsx, "pdf": pdf, "json": json}
    targets = {format_: path for format_, path in asked.items() if path is not None}
    for format_, path in targets.items():
        require_place(path, overwrite=overwrite)
        require_ending(path, f".{format_}")
    with state.read() as session:
        access.require(session, Action.REPORT)
        if targets:
            exports.allow(session)
        with _naming_options():
            params = _params(session, chosen.Params, given)
            document = chosen.build(session, params)
    if targets:
        with state.write() as session:  # first: what cannot be written down does not go out
            exports.note_report(session, name, list(targets))
    written = [_WRITERS[format_](document, path, overwrite) for format_, path in targets.items()]
    _tell(state, document, written)


report.parser_settings = {"allow_extra_args": True, "ignore_unknown_options": True}  # type: ignore[attr-defined]


def _list_reports(*, as_json: bool) -> None:
    from desktop_app.reports import REPORTS  # noqa: PLC0415

    listed = [
        {
            "id": each.id,
            "title": _(each.title),
            "options": [f"--{field.replace('_', '-')}" for field in each.Params.model_fields],
        }
        for each in REPORTS
    ]
    if as_json:
        output.say_json(listed)
        return
    rows = [(str(one["id"]), str(one["title"]), " ".join(one["options"])) for one in listed]
    output.say_table((_("Report"), _("Title"), _("Options")), rows, (False, False, False))


def _pairs(arguments: list[str]) -> dict[str, str]:
    """`--name value` and `--name=value` of the report's own options."""
    found: dict[str, str] = {}
    waiting = list(arguments)
    while waiting:
        name, equals, value = waiting.pop(0).partition("=")
        if not name.startswith("--"):
            raise UsageProblemError(_("What does “{text}” mean here?").format(text=name))
        if not equals:
            if not waiting:
                raise UsageProblemError(_("Give a value after {option}.").format(option=name))
            value = waiting.pop(0)
        found[name.removeprefix("--").replace("-", "_")] = value
    return found


def _params(session: "Session", params: type[Any], given: dict[str, str]) -> Any:
    from pydantic import ValidationError  # noqa: PLC0415

    from desktop_app.errors import problems_from_validation  # noqa: PLC0415

    unknown = given.keys() - params.model_fields.keys()
    if unknown:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in params.model_fields)
        text = _("This report has no option {option}. It has: {options}.")
        option = f"--{min(unknown)}"
        raise UsageProblemError(text.format(option=option, options=names))
    if given.get("store"):
        given = given | {"store": _store_key(session, given["store"])}
    if "case" in params.model_fields:
        given = given | {"case": _case_key(session, given.get("case") or given.get("number", ""))}
    try:
        return params.model_validate(given)
    except ValidationError as error:
        raise InvalidInputError(problems_from_validation(error)) from error


def _case_key(session: "Session", text: str) -> str:
    from desktop_app.cli.case_lists import find_case  # noqa: PLC0415

    if not text:
        raise UsageProblemError(_("Name the case: --case NUMBER"))
    return str(find_case(session, text))


@contextmanager
def _naming_options() -> Iterator[None]:
    """Let problems with the parameters of a report name the options as they are typed."""
    try:
        yield
    except InvalidInputError as error:
        named = [
            replace(problem, field=f"--{problem.field.replace('_', '-')}") if problem.field
            else problem
            for problem in error.problems
        ]  # fmt: skip
        raise InvalidInputError(named) from error


def _store_key(session: "Session", text: str) -> str:
    from desktop_app.services import staff  # noqa: PLC0415

    for store in staff.list_stores(session):
        if text in (store.code, store.name, str(store.id)):
            return str(store.id)
    raise NotFoundError(_("There is no store {name}.").format(name=text))


def _write_xlsx(document: "Document", path: Path, overwrite: bool) -> "Written":
    from desktop_app.reports.xlsx import write_xlsx  # noqa: PLC0415

    return write_xlsx(document, path, overwrite=overwrite)


def _write_pdf(document: "Document", path: Path, overwrite: bool) -> "Written":
    from desktop_app.reports.pdf import write_pdf  # noqa: PLC0415

    return write_pdf(document, path, overwrite=overwrite)


def _write_json(document: "Document", path: Path, overwrite: bool) -> "Written":
    from desktop_app.reports.base import Written  # noqa: PLC0415
    from desktop_app.reports.json import to_json  # noqa: PLC0415
    from desktop_app.reports.output import new_file  # noqa: PLC0415

    with new_file(path, overwrite=overwrite) as part:
        part.write_text(output.to_json(to_json(document)) + "\n", encoding="utf-8")
    return Written(path, ())


_WRITERS = {"xlsx": _write_xlsx, "pdf": _write_pdf, "json": _write_json}


def _tell(state: State, document: "Document", written: "list[Written]") -> None:
    for one in written:
        for loss in one.losses:
            output.tell(loss.sentence())
    if not written:
        from desktop_app.reports.json import to_json  # noqa: PLC0415

        if state.options.as_json:
            output.say_json(to_json(document))
        else:
            output.say_tree(to_json(document))
        return
    if state.options.as_json:
        output.say_json(
            {
                "report": document.id,
                "files": [str(one.path) for one in written],
                "losses": [loss.sentence() for one in written for loss in one.losses],
            }
        )
        return
    for one in written:
        output.say(str(one.path))
