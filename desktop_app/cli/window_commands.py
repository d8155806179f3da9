"""Commands that need the window, which the program hands in; and the self test."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from desktop_app.cli import output
from desktop_app.cli.state import state_of
from desktop_app.i18n import N_, _


def screenshots(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=N_("Where the pictures go."))],
    demo: Annotated[
        bool, typer.Option("--demo", help=N_("Of a demo workspace made for it."))
    ] = False,
) -> None:
    """Save a picture of every page in both languages and themes."""
    state = state_of(context)
    workspace = None if demo else state.options.workspace
    with tempfile.TemporaryDirectory(prefix="winback-") as made:
        if workspace is None:
            from desktop_app.demo import make_demo  # noqa: PLC0415

            workspace = Path(made) / "demo"
            with output.TerminalProgress() as progress:
                make_demo(workspace, progress=progress).opened.database.close()
        else:
            from desktop_app.services import exports  # noqa: PLC0415

            with state.write() as session:
                exports.note_pictures(session)
            state.close()
        pictures = state.windows.screenshots(folder, workspace)
    if state.options.as_json:
        output.say_json({"pictures": [str(path) for path in pictures]})
    else:
        for path in pictures:
            output.say(str(path))
        where = folder.absolute()
        output.tell(
            _("The pictures, the Excel and the PDF files are in {where}.").format(where=where)
        )


def self_test(context: typer.Context) -> None:
    """Import, scan, open a case, report, undo, and open and close the window."""
    from desktop_app.cli.self_test import run  # noqa: PLC0415

    state = state_of(context)
    with tempfile.TemporaryDirectory(prefix="winback-", ignore_cleanup_errors=True) as folder:
        steps = run(Path(folder), state.windows)
    if state.options.as_json:
        output.say_json({"ok": True, "steps": steps})
        return
    for step in steps:
        output.tell(step)
    output.say(_("ok"))
