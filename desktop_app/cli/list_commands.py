"""`list` and `show`."""

from typing import Annotated

import typer

from desktop_app.cli import output
from desktop_app.cli.state import state_of
from desktop_app.i18n import N_, ngettext

_ALL = 10**9


def list_entity(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="ENTITY",
            help=N_(
                "customers, signals, cases, visits, interviews, users, stores, reasons, rules, "
                "imports or changes"
            ),
        ),
    ],
    limit: Annotated[int, typer.Option(min=1, help=N_("At most so many records."))] = _ALL,
    offset: Annotated[int, typer.Option(min=0, help=N_("Leave out so many at the start."))] = 0,
    text: Annotated[
        str, typer.Option("--filter", metavar="TEXT", help=N_("Only records that hold this text."))
    ] = "",
) -> None:
    """List records of one kind."""
    from desktop_app.cli import entities  # noqa: PLC0415

    state = state_of(context)
    entity = entities.entity(name)
    with state.read() as session:
        rows = entity.window(session, text, offset, limit)
        documents = (
            entities.without_phones(session, [entity.document(row) for row in rows])
            if state.options.as_json
            else []
        )
    if state.options.as_json:
        output.say_json(documents)
        return
    columns = entity.columns()
    output.say_table(
        [column.heading() for column in columns],
        [[column.shown(row) for column in columns] for row in rows],
        [column.align == "right" for column in columns],
    )
    output.tell(ngettext("{n} record", "{n} records", len(rows)).format(n=len(rows)))


def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ENTITY", help=N_("As for the command list."))],
    key: Annotated[str, typer.Argument(metavar="ID", help=N_("Number, code or key."))],
) -> None:
    """Show everything about one record."""
    from desktop_app.cli import entities  # noqa: PLC0415

    state = state_of(context)
    entity = entities.entity(name)
    with state.read() as session:
        document = entities.without_phones(session, entity.find(session, key))
    if state.options.as_json:
        output.say_json(document)
    else:
        output.say_tree(document)
