"""`handover-answer`: what was handed to somebody, and what they say of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.queue_commands import person
from desktop_app.cli.state import change_set_of, state_of
from desktop_app.errors import NotFoundError
from desktop_app.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from uuid import UUID

    from db.session import Session
    from desktop_app.services.handovers import LineRow


def answer(
    context: typer.Context,
    handover: Annotated[
        str,
        typer.Argument(
            metavar="[ID]", help=N_("Key of the handover; without it, all that waits is listed.")
        ),
    ] = "",
    accept: Annotated[bool, typer.Option("--accept", help=N_("Take the customers on."))] = False,
    decline: Annotated[
        str, typer.Option(metavar="REASON", help=N_("Do not take them, and why."))
    ] = "",
    customer: Annotated[
        list[str] | None,
        typer.Option(metavar="NUMBER", help=N_("Only this customer; may be given several times.")),
    ] = None,
    receiver: Annotated[
        str,
        typer.Option(
            "--for", metavar="LOGIN", help=N_("In the name of this receiver; for managers.")
        ),
    ] = "",
) -> None:
    """Say yes or no to customers who were handed over; all of a handover without --customer."""
    is_answer = accept or bool(decline.strip())
    if accept and decline:
        raise UsageProblemError(_("Give either --accept or --decline REASON."))
    if bool(handover) is not is_answer:
        raise UsageProblemError(_("Give the ID of the handover with --accept or --decline REASON."))
    from desktop_app.services import handovers  # noqa: PLC0415

    state = state_of(context)
    if not is_answer:
        with state.read() as session:
            rows = _waiting(session, receiver)
        _say(rows, as_json=state.options.as_json)
        return
    with state.write() as session:
        found = _chosen(_waiting(session, receiver), handover, customer or [])
        keys = [row.id for row in found]
        if accept:
            handovers.accept(session, keys)
        else:
            handovers.decline(session, keys, decline)
    if state.options.as_json:
        output.say_json(
            {
                "handover": handover,
                "answer": "accepted" if accept else "declined",
                "customers": [row.customer_number for row in found],
                "change_set": change_set_of(session),
            }
        )
        return
    count = len(found)
    text = (
        ngettext("Accepted: {n} customer", "Accepted: {n} customers", count)
        if accept
        else ngettext("Declined: {n} customer", "Declined: {n} customers", count)
    )
    output.say(text.format(n=count))


def _waiting(session: "Session", receiver: str) -> "list[LineRow]":
    """What waits for an answer of somebody, of the actor without a name."""
    from desktop_app.services import access, handovers  # noqa: PLC0415

    user_id: UUID | None = access.actor(session).user_id
    if receiver:
        user_id = person(session, receiver)
    return [] if user_id is None else handovers.waiting_for(session, user_id)


def _chosen(rows: "Sequence[LineRow]", handover: str, numbers: Sequence[str]) -> "list[LineRow]":
    """Those of one handover, only of some customers if these are given."""
    found = [row for row in rows if str(row.handover_id) == handover]
    if not found:
        raise NotFoundError(
            _("Nothing of handover {key} waits for an answer.").format(key=handover)
        )
    for number in numbers:
        if not any(row.customer_number == number for row in found):
            text = _("Customer {number} of this handover does not wait for an answer.")
            raise NotFoundError(text.format(number=number))
    return [row for row in found if not numbers or row.customer_number in numbers]


def _say(rows: "Sequence[LineRow]", *, as_json: bool) -> None:
    from desktop_app import labels  # noqa: PLC0415
    from desktop_app.domain.handover_words import seat_word  # noqa: PLC0415

    if as_json:
        output.say_json([_document(row) for row in rows])
        return
    headings = (_("Handover"), _("Customer"), _("Seat"), _("From whom"), _("From day"))
    lines = [
        (
            str(row.handover_id),
            f"{row.customer_number} {row.customer}",
            seat_word(row.seat),
            row.giver or _("nobody"),
            labels.day_text(row.on),
        )
        for row in rows
    ]
    output.say_table(headings, lines, [False] * len(headings))
    output.tell(ngettext("{n} record", "{n} records", len(rows)).format(n=len(rows)))


def _document(row: "LineRow") -> dict[str, Any]:
    return {
        "handover": str(row.handover_id),
        "customer": row.customer_number,
        "name": row.customer,
        "class": row.klass.value,
        "seat": row.seat.value,
        "from": row.giver or None,
        "to": row.receiver,
        "on": row.on,
    }
