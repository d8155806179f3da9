"""Who changed what, and undoing it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.state import change_set_of, state_of
from desktop_app.i18n import N_, _, ngettext

if TYPE_CHECKING:
    import uuid

    from db.session import Session
    from desktop_app.services.journal import UndoPreview

_TABLES = {
    "customer": "customer",
    "customers": "customer",
    "case": "departure_case",
    "cases": "departure_case",
    "signal": "defection_signal",
    "signals": "defection_signal",
    "visit": "visit",
    "visits": "visit",
    "interview": "interview",
    "interviews": "interview",
}


def history(
    context: typer.Context,
    entity: Annotated[
        str, typer.Option(metavar="ENTITY", help=N_("Of one record: customer, case, visit …"))
    ] = "",
    key: Annotated[str, typer.Option("--id", metavar="ID", help=N_("Its number or key."))] = "",
    limit: Annotated[int, typer.Option(min=1, help=N_("At most so many, the newest first."))] = 50,
    offset: Annotated[int, typer.Option(min=0, help=N_("Leave out so many at the start."))] = 0,
) -> None:
    """The journal, or the history of one record."""
    state = state_of(context)
    if bool(entity) != bool(key):
        raise UsageProblemError(_("--entity and --id belong together."))
    with state.read() as session:
        if entity:
            documents = _of_record(session, entity, key)[offset : offset + limit]
        else:
            from desktop_app.cli import change_lists  # noqa: PLC0415

            rows = change_lists.ENTITIES["changes"].window(session, "", offset, limit)
            documents = [change_lists.change_document(row) for row in rows]
    if state.options.as_json:
        output.say_json(documents)
    elif documents:
        shown = [[_shown(value) for value in document.values()] for document in documents]
        output.say_table(list(documents[0]), shown, [False] * len(documents[0]))


def _shown(value: object) -> str:
    return "" if value is None else str(output.plain(value))


def _of_record(session: "Session", entity: str, key: str) -> list[dict[str, Any]]:
    from desktop_app.services.history import record_history  # noqa: PLC0415
    from desktop_app.services.journal import title_text  # noqa: PLC0415

    table = _TABLES.get(entity)
    if table is None:
        text = _("{option} may be: {choices}.")
        raise UsageProblemError(text.format(option="--entity", choices=", ".join(_TABLES)))
    return [
        {
            "at": change.at,
            "actor": change.actor,
            "title": title_text(change.title, change.args),
            "what": change.op.value,
            "field": change.field,
            "old": change.old,
            "new": change.new,
            "change_set": str(change.change_set_id),
        }
        for change in record_history(session, table, _record_key(session, table, key))
    ]


def _record_key(session: "Session", table: str, key: str) -> "uuid.UUID":
    from desktop_app.cli import case_lists, customer_lists  # noqa: PLC0415
    from desktop_app.cli.entities import as_key  # noqa: PLC0415
    from desktop_app.errors import NotFoundError  # noqa: PLC0415

    if table == "customer":
        return customer_lists.find_customer(session, key)
    if table == "departure_case":
        return case_lists.find_case(session, key)
    found = as_key(key)
    if found is None:
        raise NotFoundError(_("There is no {what} {name}.").format(what=table, name=key))
    return found


def undo(
    context: typer.Context,
    change_set: Annotated[
        str, typer.Argument(metavar="CHANGE_SET", help=N_("Key or number of it, or “last”."))
    ],
    skip_blocked: Annotated[
        bool,
        typer.Option("--skip-blocked", help=N_("Leave what something newer stands in the way of.")),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=N_("Only say what it would do."))
    ] = False,
) -> None:
    """Undo a change set, as a change set of its own."""
    from desktop_app.cli.change_lists import find_change  # noqa: PLC0415
    from desktop_app.services import journal  # noqa: PLC0415

    state = state_of(context)
    with state.read() as session:
        wanted = find_change(session, change_set)
    if dry_run:
        with state.read() as session:
            done = journal.preview_undo(session, wanted)
        made = None
    else:
        with state.write() as session:
            done = journal.undo(session, wanted, skip_blocked=skip_blocked)
        made = change_set_of(session)
    _tell_undo(done, made, as_json=state.options.as_json)


def _tell_undo(done: "UndoPreview", made: "uuid.UUID | None", *, as_json: bool) -> None:
    sentences = [*done.sentences, *filter(None, (done.impossible,))]
    if as_json:
        output.say_json(
            {
                "change_set": made and str(made),
                "undone": str(done.change_set_id),
                "title": done.title,
                "changes": done.changes,
                "facts": done.facts,
                "blocked": done.blocked,
                "sentences": sentences,
            }
        )
        return
    output.say(done.title)
    n = done.changes + done.facts
    output.say(ngettext("{n} record", "{n} records", n).format(n=n))
    for sentence in sentences:
        output.tell(sentence)
