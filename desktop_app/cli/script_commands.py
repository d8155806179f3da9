"""Scripts on the command line: check a file without a workspace; list, export, import."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output, versions
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.places import require_place
from desktop_app.cli.state import change_set_of, state_of
from desktop_app.cli.versions import Number, Overwrite, Publish, Retired
from desktop_app.errors import FileProblemError, UserError
from desktop_app.i18n import N_, _, ngettext

if TYPE_CHECKING:
    import uuid

    from db.session import Session
    from desktop_app.importing.script_files import Fault, FileScript
    from desktop_app.services.scripts import ScriptFile

File = Annotated[Path, typer.Argument(help=N_("The script: workbook (xlsx), TOML or JSON."))]


def check(context: typer.Context, file: File) -> None:
    """Check a script; every finding with its step, and in a workbook its cell."""
    as_json = state_of(context).options.as_json
    try:
        found = _read(file)
    except FileProblemError as error:
        if not as_json:
            raise
        row = {"severity": "error", "step": "", "message": error.message}
        output.say_json({"ok": False, "steps": 0, "findings": [row]})
        output.tell(error.message)
        raise typer.Exit(1) from error
    if as_json:
        rows = [_row(each) for each in found.faults]
        output.say_json({"ok": found.is_ok, "steps": found.steps, "findings": rows})
    else:
        for each in found.faults:
            output.say(each.line())
        if found.is_ok:
            output.say(_("The script can be used. Steps: {count}").format(count=found.steps))
    if not found.is_ok:
        output.tell(_refusal(file, found))
        raise typer.Exit(1)


def list_all(context: typer.Context, retired: Retired = False) -> None:
    """List the scripts with their versions in use and the calls that followed them."""
    from desktop_app.services import scripts  # noqa: PLC0415

    state = state_of(context)
    with state.read() as session:
        rows = scripts.list_scripts(session, with_retired=retired)
    versions.say_list(
        state, rows, ("occasion", _("Occasion")), ("steps", _("Steps")), ("runs", _("Calls"))
    )


def export(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help=N_("Code of the script."))],
    xlsx: Annotated[Path | None, typer.Option(help=N_("Workbook to write."))] = None,
    json: Annotated[Path | None, typer.Option("--json", help=N_("JSON to write."))] = None,
    toml: Annotated[Path | None, typer.Option(help=N_("TOML to write."))] = None,
    number: Number = 0,
    overwrite: Overwrite = False,
) -> None:
    """Write a script as a workbook, as TOML or as JSON; each is read back by import."""
    from desktop_app.domain.script_drafts import ScriptDraft  # noqa: PLC0415
    from desktop_app.reports import script_workbook  # noqa: PLC0415
    from desktop_app.services import scripts  # noqa: PLC0415

    state = state_of(context)
    writers = {
        "xlsx": (xlsx, script_workbook.write_workbook),
        "json": (json, script_workbook.write_json),
        "toml": (toml, script_workbook.write_toml),
    }
    wanted = {kind: (path, write) for kind, (path, write) in writers.items() if path is not None}
    if not wanted:
        raise UsageProblemError(_("Say what to write: --xlsx, --json or --toml FILE."))
    for path, _write in wanted.values():
        require_place(path, overwrite=overwrite)
    with state.read() as session:
        scripts.allow_export(session)
        found = _version(session, code, number)
    with state.write() as session:  # first: what cannot be written down does not go out
        scripts.note_export(session, code, list(wanted))
    row = found.row
    head = ScriptDraft(code=row.code, zh=row.zh, en=row.en, occasion=row.occasion)
    files = [
        str(write(head, found.script, path, overwrite=overwrite)) for path, write in wanted.values()
    ]
    if state.options.as_json:
        output.say_json({"script": code, "version": found.version.number, "files": files})
        return
    for each in files:
        output.say(each)


def take_in(
    context: typer.Context,
    file: File,
    publish: Publish = False,
) -> None:
    """Take in a script: a new one, or the next version of the one with its code."""
    state = state_of(context)
    found = _read(file)
    if found.script is None or found.head is None:
        raise UserError(_refusal(file, found))
    with state.write() as session:
        version_id, is_new = _take(session, found)
        if publish:
            from desktop_app.services import scripts  # noqa: PLC0415

            scripts.publish(session, version_id)
    change_set = change_set_of(session)
    with state.read() as session:
        from desktop_app.services import scripts  # noqa: PLC0415

        version = scripts.load_version(session, version_id).version
    text = _("Script {code}: version {number}, {count} steps.")
    versions.say_taken(
        state,
        {
            "script": found.head.code,
            "is_new": is_new,
            "version": version.number,
            "state": version.state,
            "steps": version.steps,
            "findings": [_row(each) for each in found.faults],
            "change_set": change_set,
        },
        text.format(code=found.head.code, number=version.number, count=version.steps),
        [each.line() for each in found.faults],
        "" if publish else _("It is a draft. Look at it and publish it."),
    )


def _read(file: Path) -> "FileScript":
    from desktop_app.importing import script_files  # noqa: PLC0415  (`--help` needs no pydantic)

    with output.TerminalProgress() as progress:
        return script_files.read(file, progress)


def _row(fault: "Fault") -> dict[str, Any]:
    row: dict[str, Any] = {
        "severity": fault.severity,
        "step": fault.step,
        "message": fault.message,
    }
    if fault.sheet:
        row |= {"sheet": fault.sheet, "row": fault.row, "column": fault.column}
    return row


def _refusal(file: Path, found: "FileScript") -> str:
    """One sentence why it cannot be used: the first error, and how many there are."""
    errors = [each for each in found.faults if each.severity == "error"]
    text = ngettext(
        "{file} cannot be used; it has {n} error: {first}",
        "{file} cannot be used; it has {n} errors, first: {first}",
        len(errors),
    )
    return text.format(file=file.name, n=len(errors), first=errors[0].line())


def _version(session: "Session", code: str, number: int) -> "ScriptFile":
    """A version of a script: by its number, else the one in use, else the newest."""
    from desktop_app.services import scripts  # noqa: PLC0415

    row = scripts.find(session, code)
    key = versions.version_id(
        row,
        scripts.versions_of(session, row.id),
        number,
        _("Script {code} has no version {number}."),
    )
    return scripts.load_version(session, key)


def _take(session: "Session", found: "FileScript") -> "tuple[uuid.UUID, bool]":
    from desktop_app.services import scripts  # noqa: PLC0415

    if found.head is None or found.script is None:
        raise TypeError("a file without a script was let through")
    for row in scripts.list_scripts(session, with_retired=True):
        if row.code == found.head.code:
            return scripts.begin_draft(session, row.id, found.script), False
    return scripts.create(session, found.head, found.script), True
