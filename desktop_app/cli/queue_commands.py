"""`queue`: what is to be done, in order, with the order explained."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.state import state_of
from desktop_app.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from uuid import UUID

    from db.session import Session
    from desktop_app.services.queue import QueueLine


def queue(
    context: typer.Context,
    agent: Annotated[
        str,
        typer.Option(metavar="NAME", help=N_("Login or name; the queues of all without it.")),
    ] = "",
    limit: Annotated[
        int, typer.Option(min=0, show_default=False, help=N_("At most so many records."))
    ] = 0,
) -> None:
    """List the open cases in the order of work."""
    from desktop_app.services import queue as queues  # noqa: PLC0415

    state = state_of(context)
    with state.read() as session:
        key = person(session, agent) if agent else None
        lines = queues.queue(session, agent=key, limit=limit or None)
    if state.options.as_json:
        output.say_json([_document(line) for line in lines])
        return
    headings = (_("Whose"), _("Case"), _("Customer"), _("Due"), _("Reason for the order"))
    output.say_table(headings, [_shown(line) for line in lines], [False] * len(headings))
    output.tell(ngettext("{n} record", "{n} records", len(lines)).format(n=len(lines)))


def person(session: "Session", text: str, *, active_only: bool = True) -> "UUID":
    """Key of somebody by login or name. Raises UsageProblemError."""
    from desktop_app.services import staff  # noqa: PLC0415

    found = {
        user.id
        for user in staff.list_users(session, active_only=active_only)
        if text.strip().casefold() in {user.login.casefold(), user.name.casefold()}
    }
    if not found:
        raise UsageProblemError(_("Nobody who works here is called {name}.").format(name=text))
    if len(found) > 1:
        sentence = _("Several people are called {name}. Give the login.")
        raise UsageProblemError(sentence.format(name=text))
    return found.pop()


def _document(line: "QueueLine") -> dict[str, Any]:
    from desktop_app import clock  # noqa: PLC0415

    callback, allowed = line.callback_at, line.allowed_from
    return {
        "case": line.number,
        "customer": line.customer_number,
        "place": line.place.value,
        "tier": line.tier.name.lower(),
        "section": line.section.value,
        "score": line.score,
        "why": line.why,
        "due": line.due,
        "callback_at": clock.local(callback) if callback is not None else None,
        "allowed_from": clock.local(allowed) if allowed is not None else None,
    }


def _shown(line: "QueueLine") -> tuple[str, ...]:
    from desktop_app import labels  # noqa: PLC0415
    from desktop_app.domain.task_force_words import place_word  # noqa: PLC0415

    customer = f"{line.customer_number} {line.customer}"
    return place_word(line.place), line.number, customer, labels.day_text(line.due), line.why
