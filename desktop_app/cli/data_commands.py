"""Import of customers, orders, visits that were made, and renewals."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop_app.cli import output
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.places import require_ending, require_other, require_place
from desktop_app.cli.state import State, parse_currency, state_of
from desktop_app.cli.workspace_commands import back_up_first
from desktop_app.errors import FileProblemError, InvalidInputError
from desktop_app.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from db.session import Session
    from db.vocabulary import ImportKind
    from desktop_app.importing.load import ImportResult
    from desktop_app.importing.mapping import Mapping

_KEYS = {
    "number": "number",
    "phone": "phone",
    "card": "card_number",
    "card_number": "card_number",
    "name": "name_phone",
    "name_phone": "name_phone",
}
_SHOWN = 10  # rejected rows told on the terminal
_HEADINGS = 12  # so many columns are named


def import_file(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="customers|orders|visits|renewals", help=N_("What it holds."))
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help=N_("CSV, XLSX, XLS, ODS, XLSB."))],
    mapping: Annotated[
        Path | None, typer.Option(metavar="M.toml", help=N_("Which column is which field."))
    ] = None,
    sheet: Annotated[str | None, typer.Option(help=N_("Sheet of a workbook."))] = None,
    encoding: Annotated[str | None, typer.Option(help=N_("Encoding of a text file."))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Only say what it would do."))] = (
        False
    ),
    rejects: Annotated[
        Path | None, typer.Option(help=N_("File for rejected rows, CSV or XLSX."))
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(metavar="number|phone|card|name", help=N_("How a row finds its customer.")),
    ] = None,
    unknown: Annotated[
        str | None,
        typer.Option(metavar="create|reject", help=N_("Customers met only in orders.")),
    ] = None,
    no_customer: Annotated[
        str | None,
        typer.Option(metavar="reject|walk_in", help=N_("Order rows that name no customer.")),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(metavar="CODE", help=N_("Of all amounts; the first orders settle it.")),
    ] = None,
    save_mapping: Annotated[
        Path | None, typer.Option(metavar="M.toml", help=N_("Write down how it was read."))
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help=N_("Replace files that are there."))
    ] = False,
) -> None:
    """Import a file as one change set, after a backup."""
    from db.vocabulary import ImportKind  # noqa: PLC0415

    state = state_of(context)
    if kind not in set(ImportKind):
        raise UsageProblemError(_("Say what to import: customers, orders, visits or renewals."))
    if file.is_dir():
        raise FileProblemError(_("{file} is a folder. Name a file in it.").format(file=file))
    if not file.is_file():
        raise FileProblemError(_("There is no file {file}.").format(file=file))
    for place in filter(None, (rejects, save_mapping)):
        require_place(place, overwrite=overwrite)
        require_other(place, file, *filter(None, (mapping,)))
    if rejects is not None:
        require_ending(rejects, ".csv", ".xlsx")
    if rejects is not None and save_mapping is not None:
        require_other(rejects, save_mapping)
    if currency is not None and kind != ImportKind.ORDERS:
        raise UsageProblemError(_("Only orders have a currency: leave --currency out."))
    choices = {
        "currency": parse_currency(currency) if currency is not None else None,
        "key": _choice(_KEYS, key, "--key"),
        "unknown_customer": _choice(dict.fromkeys(("create", "reject")), unknown, "--unknown"),
        "no_customer": _choice(dict.fromkeys(("reject", "walk_in")), no_customer, "--no-customer"),
    }
    with state.read() as session:
        chosen, headings = _mapping(session, ImportKind(kind), file, mapping, (sheet, encoding))
    chosen = chosen.model_validate(
        chosen.model_dump() | {name: value for name, value in choices.items() if value}
    )
    if save_mapping is not None:
        from desktop_app.importing.mapping import save_mapping as save  # noqa: PLC0415

        save(chosen, save_mapping)
    try:
        result = _run(state, file, chosen, rejects, dry_run=dry_run)
    except InvalidInputError as error:
        raise FileProblemError(_which_columns(file, error, headings)) from error
    _tell(state, result)


def import_renewals(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=N_("CSV, XLSX, XLS, ODS, XLSB."))],
    mapping: Annotated[
        Path | None, typer.Option(metavar="M.toml", help=N_("Which column is which field."))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Only say what it would do."))] = (
        False
    ),
    rejects: Annotated[
        Path | None, typer.Option(help=N_("File for rejected rows, CSV or XLSX."))
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(metavar="number|phone|card|name", help=N_("How a row finds its customer.")),
    ] = None,
) -> None:
    """Import what expires: the same as `import renewals`."""
    import_file(context, "renewals", file, mapping, dry_run=dry_run, rejects=rejects, key=key)


def _which_columns(file: Path, error: InvalidInputError, headings: tuple[str, ...]) -> str:
    """Why the columns do not do, and how to say which is which."""
    problems = " ".join(problem.message for problem in error.problems)
    if not headings:
        return _("{file}: {problem}").format(file=file, problem=problems)
    shown = ", ".join(filter(None, headings[:_HEADINGS]))
    if len(headings) > _HEADINGS:
        shown += ", …"
    text = _(
        "{file}: {problem} It has the columns {headings}. Say which is which in a mapping file: "
        "--save-mapping M.toml writes one to correct, --mapping M.toml reads it."
    )
    return text.format(file=file, problem=problems, headings=shown)


def _write_rejects(session: "Session", file: Path, rejects: Path, result: "ImportResult") -> None:
    """The event, then the file, in one transaction with the import: all of it or nothing."""
    from desktop_app.importing.rejects import write_rejects  # noqa: PLC0415
    from desktop_app.services import exports  # noqa: PLC0415

    if result.rejects:
        exports.note_rejects(session, file.name, len(result.rejects))
    write_rejects(rejects, result.headings, result.rejects)


def _choice(known: dict[str, str] | dict[str, None], given: str | None, option: str) -> str | None:
    if given is None:
        return None
    if given not in known:
        text = _("{option} may be: {choices}.")
        raise UsageProblemError(text.format(option=option, choices=", ".join(known)))
    return known[given] or given


def _mapping(
    session: "Session",
    kind: "ImportKind",
    file: Path,
    mapping: Path | None,
    reading: tuple[str | None, str | None],
) -> tuple["Mapping", tuple[str, ...]]:
    """The mapping file, or what is remembered or suggested for these headings, and them."""
    from desktop_app.importing.load import suggest_mapping  # noqa: PLC0415
    from desktop_app.importing.mapping import load_mapping  # noqa: PLC0415
    from desktop_app.importing.readers import ReadOptions  # noqa: PLC0415

    sheet, encoding = reading
    given = {"sheet": sheet, "encoding": encoding}
    given = {name: value for name, value in given.items() if value is not None}
    if mapping is None:
        with output.TerminalProgress() as progress:
            seen, suggested = suggest_mapping(session, kind, file, ReadOptions(**given), progress)
        return suggested, tuple(seen.head.headings)
    loaded = load_mapping(mapping)
    if loaded.kind is not kind:
        text = _("{file} is a mapping for {kind}.")
        raise FileProblemError(text.format(file=mapping, kind=loaded.kind.value))
    return loaded.model_copy(update={"read": loaded.read.model_copy(update=given)}), ()


def _run(
    state: State, file: Path, mapping: "Mapping", rejects: Path | None, *, dry_run: bool
) -> "ImportResult":
    from desktop_app.importing import load  # noqa: PLC0415

    with output.TerminalProgress() as progress:
        if dry_run:
            with state.read() as session:
                result = load.check_file(session, progress, file, mapping)
            if rejects is not None:
                with state.write() as session:
                    _write_rejects(session, file, rejects, result)
            return result
        back_up_first(state)
        with state.write() as session:
            result = load.import_file(session, progress, file, mapping)
            if rejects is not None:
                _write_rejects(session, file, rejects, result)
            return result


def _tell(state: State, result: "ImportResult") -> None:
    counts = {
        "rows": result.rows,
        "new": result.new,
        "changed": result.changed,
        "same": result.same,
        "rejected": result.rejected,
    }
    if state.options.as_json:
        output.say_json(
            counts
            | {
                "change_set": result.change_set and str(result.change_set),
                "dry_run": result.is_dry,
                "customers_created": result.customers_created,
                "returns": result.returns,
                "blank_rows": result.blank_rows,
                "blank_cells": result.blank_cells,
                "unused_columns": list(result.unused_columns),
                "reasons": [{"row": each.row, "reason": each.reason} for each in result.rejects],
                "warnings": list(result.warnings),
            }
        )
        return
    output.say_facts(
        [
            (_("Rows"), result.rows),
            (_("New"), result.new),
            (_("Changed"), result.changed),
            (_("As before"), result.same),
            (_("Rejected"), result.rejected),
            (_("Change set"), result.change_set or "-"),
        ]
    )
    for warning in result.warnings:
        output.tell(warning)
    for each in result.rejects[:_SHOWN]:
        output.tell(_("Row {row}: {reason}").format(row=each.row, reason=each.reason))
    if len(result.rejects) > _SHOWN:
        rest = len(result.rejects) - _SHOWN
        output.tell(ngettext("and {n} more", "and {n} more", rest).format(n=rest))
