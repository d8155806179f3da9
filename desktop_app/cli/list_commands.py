"""`list` and `show`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output
from desktop_app.cli.state import state_of
from desktop_app.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from desktop_app.cli.entities import Entity
    from desktop_app.cli.state import State

_ALL = 10**9


def list_entity(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="ENTITY",
            help=N_(
                "customers, signals, cases, visits, interviews, promises, complaints, recoveries, "
                "offers, approvals, orphans, holdings, tasks, renewals, absences, staff, users, "
                "stores, reasons, rules, imports or changes"
            ),
        ),
    ],
    limit: Annotated[
        int, typer.Option(min=1, show_default=False, help=N_("At most so many records."))
    ] = _ALL,
    offset: Annotated[int, typer.Option(min=0, help=N_("Leave out so many at the start."))] = 0,
    text: Annotated[
        str, typer.Option("--filter", metavar="TEXT", help=N_("Only records that hold this text."))
    ] = "",
) -> None:
    """List records of one kind."""
    from desktop_app.cli import entities  # noqa: PLC0415

    state = state_of(context)
    entity = entities.entity(name)
    if state.options.as_json:
        output.say_json(_documents(state, entity, text, offset, limit))
        return
    with state.read() as session:
        rows = entity.window(session, text, offset, limit)
    columns = entity.columns()
    output.say_table(
        [column.heading() for column in columns],
        [[column.shown(row) for column in columns] for row in rows],
        [column.align == "right" for column in columns],
    )
    output.tell(ngettext("{n} record", "{n} records", len(rows)).format(n=len(rows)))


def _documents(
    state: "State", entity: "Entity", text: str, offset: int, limit: int
) -> list[dict[str, Any]]:
    """The rows as JSON: whole for who may see and export that, else masked."""
    whole = _taken_out(state, entity, text, offset, limit)
    if whole is not None:
        return whole
    with state.read() as session:
        return [entity.document(row) for row in entity.window(session, text, offset, limit)]


def _taken_out(
    state: "State", entity: "Entity", text: str, offset: int, limit: int
) -> list[dict[str, Any]] | None:
    """The rows with whole phones once the export is written down; None where it cannot be."""
    from db.errors import DatabaseError, Trouble  # noqa: PLC0415
    from desktop_app.domain.permissions import Action  # noqa: PLC0415
    from desktop_app.services import access, exports  # noqa: PLC0415

    with state.read() as session:
        may = all(access.may(session, one) for one in (Action.EXPORT, Action.REVEAL_PHONE))
        if entity.taken_out is None or not may:
            return None
        rows = entity.taken_out(session, text, offset, limit)
        documents = [entity.document(row) for row in rows]
    try:
        if documents:
            with state.write() as session:
                exports.note(session, _("Customers"), len(documents))
    except DatabaseError as error:
        if error.trouble is not Trouble.BUSY:
            raise
        output.tell(_("Another program is writing: the export cannot be written down, so phones "
                      "are masked."))  # fmt: skip
        return None
    return documents


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
        document = entity.find(session, key)
    if state.options.as_json:
        output.say_json(document)
    else:
        output.say_tree(document)
